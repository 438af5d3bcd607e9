"""Slow and obvious forms of what the kernels do fast; the judge in `test_kernels_match_reference`.

They share no line with the kernels: here the office is watched moment by moment, and the state of
everybody in it is looked up anew at each of them.
"""

from dataclasses import dataclass, field

INFINITY = float("inf")


@dataclass
class Desk:
    """One caseworker: opening intervals (opens_at, closes_at, hours), and what is in hand."""

    intervals: list[tuple[float, float, float]]
    idle_since: float = -INFINITY
    busy_until: float = -INFINITY
    taken: list[int] = field(default_factory=list)

    def is_open(self, now: float) -> bool:
        return any(opens <= now < closes for opens, closes, _ in self.intervals)

    def hours_until(self, now: float) -> float:
        """The reading of the work clock."""
        return sum(
            hours * (min(now, closes) - opens) / (closes - opens)
            for opens, closes, hours in self.intervals
            if opens < now
        )

    def moment_of(self, reading: float, now: float) -> float:
        """When the work clock shows a reading, not before now."""
        for opens, closes, hours in self.intervals:
            before = self.hours_until(opens)
            if reading <= before + hours and closes > now:
                return max(now, opens + (reading - before) / hours * (closes - opens))
        return INFINITY


def pooled_queue(
    ready_at: list[float],
    effort_hours: list[float],
    intervals: list[list[tuple[float, float, float]]],
) -> tuple[list[float], list[float]]:
    """When each case is taken and done, by going through every moment at which anything happens."""
    desks = [Desk(list(each)) for each in intervals]
    taken_at, done_at = [INFINITY] * len(ready_at), [INFINITY] * len(ready_at)
    waiting = list(range(len(ready_at)))
    moments = {*ready_at, *(opens for desk in desks for opens, _, _ in desk.intervals)}
    while moments and waiting:
        now = min(moments)
        moments.remove(now)
        for desk in desks:
            if desk.idle_since < desk.busy_until <= now:
                desk.idle_since = desk.busy_until
        while waiting and ready_at[waiting[0]] <= now:
            free = [desk for desk in desks if desk.busy_until <= now and desk.is_open(now)]
            if not free:
                break
            desk = min(free, key=lambda each: each.idle_since)
            case = waiting.pop(0)
            taken_at[case] = now
            done = desk.moment_of(desk.hours_until(now) + effort_hours[case], now)
            done_at[case] = desk.busy_until = done
            if done == now:
                desk.idle_since = now
            elif done < INFINITY:
                moments.add(done)
    return taken_at, done_at
