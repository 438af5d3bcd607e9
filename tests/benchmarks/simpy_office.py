"""The office of `casework` as a SimPy program: a second opinion, and the peer that it is timed by.

It reads the same dealt records and shares no line with the kernel. A caseworker is a process that
looks for work and is interrupted when work is taken out of hand; a strand is a process that is laid
on desks, waits to be done, waits for others, and is interrupted when its case is gone; people's
circumstances and families that move away are processes too.

SimPy orders what happens at one moment by a priority and then by who scheduled first. `Calendar`
only makes that priority a row of numbers (the stage, then who comes first within it) and keeps
moments as they are told: now + (then − now) is not always then.

One thing of the kernel is not here: attention shared among all that is ready on the own desk.
"""

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Generator
from heapq import heappop, heappush
from itertools import repeat
from math import floor
from typing import Any, NamedTuple

import numpy as np
import simpy
from simpy.events import NORMAL, Event

from simulations.office import (
    BY_AGE,
    EARLIEST_DUE,
    FROM_ARRIVAL,
    FROM_STRAND,
    LAPSED,
    MET,
    OLDEST_CASE,
    ON_NO_DESK,
    ON_OWN_DESK,
    PREEMPTIVE_PRIORITY,
    PRIORITY,
    ROUND_ROBIN,
    RUNNING,
    SHARED_ATTENTION,
    STILL_FIRST,
    WHOLE_TEAM,
    Deal,
    Plan,
    Staff,
)

INFINITY = float("inf")
SAMPLE, CHANGE, WITHDRAWAL, FINISH, GO_ON, ASSIGN, LOOK, INTERRUPT = range(2, 10)
"""The order of things at one moment; what SimPy schedules by itself (0 and 1) comes at once."""
SAVABLE, LATE = 0, 1
DONE, PUT_BACK = True, False

Process = Generator[Event, Any, None]
ClockTuple = tuple[int, int, int, float, float, float]
"""Duty, strand, outcome, started at, due at, ended at."""


class Calendar(simpy.Environment):
    def schedule(self, event: Event, priority: int = NORMAL, delay: float = 0) -> None:
        heappush(self._queue, (self._now + delay, (priority,), next(self._eid), event))

    def at(self, moment: float, *order: float) -> Event:
        """An event that happens at a moment, in an order; never, where that is infinite."""
        event = Event(self)
        self.ring(event, moment, *order)
        return event

    def ring(self, event: Event, moment: float, *order: float) -> None:
        event._ok, event._value = True, None
        if moment < INFINITY:
            heappush(self._queue, (moment, order, next(self._eid), event))


class Told:
    """A row of a record, each field by its name."""

    def __init__(self, names: tuple[str, ...], values: tuple[Any, ...]) -> None:
        self.__dict__.update(zip(names, values, strict=True))


def rows(records: np.ndarray) -> list[Any]:
    return list(map(Told, repeat(records.dtype.names), records.tolist()))


class Records(NamedTuple):
    """What the kernel reads, as plain Python (da: det, der er givet)."""

    steps: list[Any]
    duties: list[Any]
    orders: list[int]
    due_dates: list[list[float]]
    first_day: int
    teams: list[Any]
    cases: list[Any]
    strands: list[Any]
    episodes: list[tuple[float, float, int]]
    withdrawing: list[int]
    milestone_at: list[float]
    caseworkers: list[Any]
    intervals: list[tuple[float, float, float, float]]
    changes: list[Any]


def records(plan: Plan, deal: Deal, staff: Staff) -> Records:
    return Records(
        rows(plan.steps),
        rows(plan.duties),
        plan.orders.tolist(),
        plan.due_dates.tolist(),
        plan.first_day,
        rows(plan.teams),
        rows(deal.cases),
        rows(deal.strands),
        deal.episodes.tolist(),
        deal.withdrawing.tolist(),
        deal.milestone_at.tolist(),
        rows(staff.caseworkers),
        staff.intervals.tolist(),
        rows(staff.changes),
    )


class Desk:
    """What lies ready, first in order first; what can no longer be in time may lie apart."""

    def __init__(self, policy: int, after_due: int) -> None:
        self.policy = policy
        self.lays_late_apart = policy == EARLIEST_DUE and after_due != STILL_FIRST
        self.by_age = after_due == BY_AGE
        self.piles: tuple[list[Any], list[Any]] = ([], [])

    def lay(self, strand: "Strand", now: float) -> None:
        policy, pile = self.policy, SAVABLE
        first_key, second_key = strand.ready_at, 0.0
        if policy == EARLIEST_DUE:
            first_key, second_key = strand.due_at, strand.ready_at
            if self.lays_late_apart and strand.due_at < now:
                pile = LATE
                if self.by_age:
                    first_key = strand.case.arrived_at
        elif policy in (PRIORITY, PREEMPTIVE_PRIORITY):
            first_key, second_key = strand.step.priority, strand.ready_at
        elif policy == OLDEST_CASE:
            first_key, second_key = strand.case.arrived_at, strand.ready_at
        strand.lies = (first_key, second_key, strand.number, strand)
        heappush(self.piles[pile], strand.lies)

    def first_in(self, pile: int) -> Any:
        heap = self.piles[pile]
        while heap and heap[0][3].lies is not heap[0]:
            heappop(heap)
        return heap[0] if heap else None

    def first(self, now: float) -> tuple[int, Any]:
        """The pile of what comes first, and its entry there; None where nothing lies."""
        entry = self.first_in(SAVABLE)
        if not self.lays_late_apart:
            return SAVABLE, entry
        while entry is not None and entry[0] < now:
            heappop(self.piles[SAVABLE])
            strand = entry[3]
            if self.by_age:
                strand.lies = (strand.case.arrived_at, *entry[1:])
            heappush(self.piles[LATE], strand.lies)
            entry = self.first_in(SAVABLE)
        return (SAVABLE, entry) if entry is not None else (LATE, self.first_in(LATE))

    def first_for(self, caseworker: "Caseworker", now: float) -> tuple[int, Any]:
        """The same for somebody who may not take everything; it is left where it lies."""
        pile, entry = self.first(now)
        if entry is None or caseworker.may_take(entry[3]):
            return pile, entry
        caseworker.office.happened["work left for another"] += 1
        passed_over = []
        while entry is not None and not caseworker.may_take(entry[3]):
            passed_over.append((pile, heappop(self.piles[pile])))
            pile, entry = self.first(now)
        for its_pile, other in passed_over:
            heappush(self.piles[its_pile], other)
        return pile, entry

    def all(self) -> list["Strand"]:
        return [entry[3] for pile in self.piles for entry in pile if entry[3].lies is entry]


class Team:
    def __init__(self, office: "SimpyOffice", number: int, told: Any) -> None:
        self.office, self.number = office, number
        self.policy, self.assignment = told.policy, told.assignment
        self.caseload_limit = told.caseload_limit
        self.switching_hours, self.handover_hours = told.switching_hours, told.handover_hours
        self.desk = Desk(told.policy, told.after_due)
        self.after_due = told.after_due
        self.caseworkers: list[Caseworker] = []
        self.queue: list[Any] = []
        self.next_in_turn = told.next_in_turn
        self.open_cases = self.waiting_cases = 0
        self.to_assign = self.to_interrupt = False

    def assign(self) -> None:
        """Have cases find owners as soon as all else has happened."""
        if self.queue and not self.to_assign:
            self.to_assign = True
            self.office.wake_leader(ASSIGN)

    def find_owners(self) -> None:
        self.to_assign = False
        queue = self.queue
        while queue:
            case = queue[0][3]
            if case.queued is not queue[0]:
                heappop(queue)
                continue
            owner = self.owner_for(case)
            if owner is None:
                return
            heappop(queue)
            case.leave_queue()
            owner.take_on(case)

    def owner_for(self, case: "Case") -> "Caseworker | None":
        if case.ignores_limit and self.caseload_limit < INFINITY:
            chosen = [each for each in self.caseworkers if each.fte > 0]
        elif self.assignment != ROUND_ROBIN:
            chosen = [each for each in self.caseworkers if each.has_room()]
        else:
            turns = self.caseworkers[self.next_in_turn :] + self.caseworkers[: self.next_in_turn]
            for each in turns:
                if each.has_room():
                    self.next_in_turn = (self.caseworkers.index(each) + 1) % len(turns)
                    return each
            return None
        # The first of the least crowded.
        return min(chosen, key=lambda each: each.load / each.fte, default=None)

    def call(self, strand: "Strand") -> None:
        """Somebody who is free is to look for what has been laid on the team's desk."""
        now = self.office.env.now
        for each in sorted(
            (each for each in self.caseworkers if each.free is not None and each.may_take(strand)),
            key=lambda each: each.idle_since,
        ):
            runs = each.runs_from(now)
            each.is_called(runs)
            if runs == now:
                return
        if self.policy == PREEMPTIVE_PRIORITY and not self.to_interrupt:
            self.to_interrupt = True
            self.office.wake_leader(INTERRUPT)

    def interrupt(self) -> None:
        """Drop the least urgent work in hand for what lies on the desk, if that is more urgent."""
        self.to_interrupt = False
        now = self.office.env.now
        first = self.desk.first_in(SAVABLE)
        if first is None:
            return
        urgent = first[3]
        disturbed = [
            each
            for each in self.caseworkers
            if each.in_hand is not None
            and each.in_hand.step.priority > urgent.step.priority
            and each.runs_from(now) < INFINITY
            and each.may_take(urgent)
        ]
        if disturbed:
            chosen = min(
                disturbed, key=lambda each: (each.runs_from(now), -each.in_hand.step.priority)
            )
            chosen.let_go().put_back()


class Caseworker:
    def __init__(self, office: "SimpyOffice", number: int, told: Any, intervals: list[Any]) -> None:
        self.office, self.env, self.number = office, office.env, number
        self.team = office.teams[told.team]
        self.opens = [interval[0] for interval in intervals]
        self.closes = [interval[1] for interval in intervals]
        self.hours_at_open = [interval[2] for interval in intervals]
        self.hours_at_close = [interval[3] for interval in intervals]
        self.desk = Desk(self.team.policy, self.team.after_due)
        self.fte, self.load = told.fte, 0.0
        self.cases: dict[Case, None] = {}
        self.in_hand: Strand | None = None
        self.last_case: Case | None = None
        self.took_at_hours = self.done_at_hours = self.busy_hours = 0.0
        self.idle_since = told.idle_since
        self.free: Event | None = None
        """Rung by who has work for them, while they are free."""
        self.process = self.env.process(self.works())

    # The work clock

    def hours_at(self, now: float) -> float:
        here = bisect_right(self.closes, now)
        if here == len(self.closes):
            return self.hours_at_close[-1] if here else 0.0
        opens = self.opens[here]
        if now <= opens:
            return self.hours_at_open[here]
        into = (now - opens) / (self.closes[here] - opens)
        shown = self.hours_at_open[here]
        return shown + into * (self.hours_at_close[here] - shown)

    def runs_from(self, now: float) -> float:
        here = bisect_right(self.closes, now)
        return max(now, self.opens[here]) if here < len(self.closes) else INFINITY

    def moment_of(self, hours: float, now: float) -> float:
        here = max(bisect_right(self.closes, now), bisect_left(self.hours_at_close, hours))
        if here == len(self.closes):
            return INFINITY
        shown, opens = self.hours_at_open[here], self.opens[here]
        into = (hours - shown) / (self.hours_at_close[here] - shown)
        return max(now, opens + into * (self.closes[here] - opens))

    # The process

    def works(self) -> Process:
        env = self.env
        look = env.at(0.0, LOOK, self.idle_since, self.number)
        while True:
            yield look
            now = env.now
            runs = self.runs_from(now)
            if runs > now:
                look = env.at(runs, LOOK, self.idle_since, self.number)
                continue
            strand = self.first_to_take(now)
            if strand is None:
                self.free = look = env.event()
                continue
            try:
                yield env.at(self.take(strand, now), FINISH, self.number)
                self.finish()
            except simpy.Interrupt:
                pass  # somebody has taken it out of hand
            look = env.at(env.now, LOOK, self.idle_since, self.number)

    def is_called(self, moment: float) -> None:
        assert self.free is not None
        self.env.ring(self.free, moment, LOOK, self.idle_since, self.number)
        self.free = None

    def may_take(self, strand: "Strand") -> bool:
        return not strand.step.by_another or self not in strand.case.handlers

    def first_to_take(self, now: float) -> "Strand | None":
        own_pile, own = self.desk.first(now)
        pile, entry = self.team.desk.first_for(self, now)
        if own is not None and (entry is None or (own_pile, own) < (pile, entry)):
            heappop(self.desk.piles[own_pile])
            return own[3]
        if entry is None:
            return None
        heap = self.team.desk.piles[pile]
        if heap[0] is entry:
            heappop(heap)
        return entry[3]

    def take(self, strand: "Strand", now: float) -> float:
        """Take work in hand; return when it will be done."""
        case = strand.case
        strand.lies, strand.taken_by, self.in_hand = None, self, strand
        hours = strand.remaining_hours + case.handover_hours
        case.handover_hours = 0.0
        if self.last_case is not case:
            hours += self.team.switching_hours
        self.last_case = case
        case.handlers.add(self)
        self.took_at_hours = self.hours_at(now)
        self.done_at_hours = self.took_at_hours + hours
        return self.moment_of(self.done_at_hours, now)

    def finish(self) -> None:
        strand = self.in_hand
        self.in_hand, self.idle_since = None, self.env.now
        self.busy_hours += self.done_at_hours - self.took_at_hours
        strand.taken_by, strand.remaining_hours = None, -1.0
        if not strand.has_ended:
            strand.leaves_hand.succeed(DONE)

    def let_go(self) -> "Strand":
        """Take work out of hand, what is left of it in the strand."""
        strand, now = self.in_hand, self.env.now
        self.office.happened["work taken out of hand"] += 1
        hours = self.hours_at(now)
        strand.remaining_hours = max(0.0, self.done_at_hours - hours)
        self.busy_hours += hours - self.took_at_hours
        strand.taken_by = self.in_hand = None
        self.idle_since = now
        self.process.interrupt()
        return strand

    # Cases

    def has_room(self) -> bool:
        return self.fte > 0 and self.load < self.team.caseload_limit * self.fte

    def take_on(self, case: "Case") -> None:
        case.owner, case.ignores_limit = self, False
        self.cases[case] = None
        self.load += case.weight
        case.handlers.add(self)
        for strand in case.strands:
            if strand.gets_owner is not None:
                strand.is_placed_again()

    def gets(self, strand: "Strand") -> None:
        """Somebody's own desk has new work."""
        if self.in_hand is None:
            if self.free is not None:
                self.is_called(self.env.now)
        elif (
            self.team.policy == PREEMPTIVE_PRIORITY
            and strand.step.priority < self.in_hand.step.priority
        ):
            self.let_go().put_back()

    def hand_over(self) -> None:
        self.office.happened["a desk handed over"] += bool(self.cases)
        if self.in_hand is not None:
            self.let_go().put_back()
        for strand in self.desk.all():
            strand.lies = None
            strand.put_back()
        self.desk = Desk(self.team.policy, self.team.after_due)
        cases, self.cases, self.load = self.cases, {}, 0.0
        for case in cases:
            case.owner = None
            case.handover_hours += self.team.handover_hours
            case.wait_for_owner()


class Case:
    def __init__(self, office: "SimpyOffice", number: int, told: Any) -> None:
        self.office, self.env, self.number = office, office.env, number
        self.team = office.teams[told.team]
        self.arrived_at, self.weight = told.arrived_at, told.weight
        self.counts = int(told.weight > 0)  # without weight it is work on another case
        self.first_milestone = told.first_milestone
        self.ignores_limit, self.is_open = told.ignores_limit, told.is_open
        self.strands: list[Strand] = []
        self.owner: Caseworker | None = None
        self.handlers: set[Caseworker] = set()
        self.handover_hours = 0.0
        self.queued: Any = None
        self.closed_at = INFINITY
        if self.is_open:
            self.team.open_cases += self.counts

    def wait_for_owner(self) -> None:
        team, route, now = self.team, self.strands[0], self.env.now
        keys = (now, 0.0)
        if team.policy == EARLIEST_DUE:
            keys = (route.due_at, now)
        elif team.policy in (PRIORITY, PREEMPTIVE_PRIORITY):
            keys = (route.step.priority, now)
        elif team.policy == OLDEST_CASE:
            keys = (self.arrived_at, now)
        self.queued = (*keys, self.number, self)
        heappush(team.queue, self.queued)
        team.waiting_cases += self.counts
        team.assign()

    def leave_queue(self) -> None:
        if self.queued is not None:
            self.queued = None
            self.team.waiting_cases -= self.counts

    def release(self) -> None:
        if self.owner is not None:
            owner, self.owner = self.owner, None
            del owner.cases[self]
            owner.load -= self.weight
            owner.team.assign()

    def move(self, team: Team) -> None:
        self.release()
        self.leave_queue()
        self.team.open_cases -= self.counts
        team.open_cases += self.counts
        self.team = team

    def moves_away(self, at: float, turn: int) -> Process:
        """The family moves away."""
        yield self.env.at(at, WITHDRAWAL, turn)
        if self.is_open:
            self.office.happened["a family moved away"] += 1
            self.close(withdrawn=True)

    def close(self, *, withdrawn: bool) -> None:
        self.is_open, self.closed_at = False, self.env.now
        self.team.open_cases -= self.counts
        self.leave_queue()
        for strand in self.strands:
            if strand.outlives_case and not withdrawn:
                if strand.gets_owner is not None:
                    strand.is_placed_again()
            elif not strand.has_ended:
                strand.stop(withdrawn=withdrawn)
        self.release()


class Strand:
    def __init__(self, office: "SimpyOffice", number: int, told: Any) -> None:
        self.office, self.env, self.number = office, office.env, number
        self.case = office.cases[told.case]
        self.is_route, self.outlives_case = told.is_route, told.outlives_case
        self.trigger = told.trigger
        self.first_episode, self.last_episode = told.first_episode, told.last_episode
        self.began_at, self.remaining_hours = told.began_at, told.remaining_hours
        self.has_begun = told.has_begun
        self.has_ended = False
        self.due_at = self.ready_at = INFINITY
        self.lies: Any = None
        self.taken_by: Caseworker | None = None
        self.leaves_hand: Event
        self.gets_owner: Event | None = None
        self.here = self.first_episode
        self.step = office.steps[office.episodes[self.here][2]]
        self.case.strands.append(self)
        self.starts = self.env.event()
        if self.trigger < 0:
            self.env.ring(self.starts, told.starts_at, GO_ON, number)
        self.process = self.env.process(self.runs())

    # The process

    def runs(self) -> Process:
        env, steps, episodes = self.env, self.office.steps, self.office.episodes
        try:
            yield self.starts
            is_delayed = self.has_begun
            self.has_begun = True
            if self.is_route and not self.case.is_open:
                self.case.is_open = True
                self.case.team.open_cases += self.case.counts
            for here in range(self.first_episode, self.last_episode):
                _, delay_days, step = episodes[here]
                self.here, self.step = here, steps[step]
                if not is_delayed:
                    self.reach()
                    if self.step.desk != ON_NO_DESK:
                        yield from self.gets_done()
                        yield env.at(env.now + delay_days, GO_ON, self.number)
                    elif delay_days > 0:
                        yield env.at(env.now + delay_days, GO_ON, self.number)
                is_delayed = False
                self.pass_milestone()
        except simpy.Interrupt:
            return  # the case is gone
        self.has_ended = True
        if self.is_route and self.case.is_open:
            self.case.close(withdrawn=False)

    def reach(self) -> None:
        now = self.env.now
        if self.step.begins_round and (self.here > self.first_episode or self.trigger >= 0):
            self.began_at = now
        self.due_at = self.due_of(self.step.towards)
        if self.step.desk != ON_NO_DESK:
            self.ready_at = now
            if self.remaining_hours < 0:
                self.remaining_hours = self.office.episodes[self.here][0]

    def gets_done(self) -> Process:
        while True:
            self.leaves_hand = self.env.event()
            if not self.place():
                self.gets_owner = self.env.event()
                yield self.gets_owner
                continue
            if (yield self.leaves_hand) is DONE:
                return
            yield self.env.at(self.env.now, GO_ON, self.number)

    def put_back(self) -> None:
        if not self.has_ended:
            self.leaves_hand.succeed(PUT_BACK)

    def is_placed_again(self) -> None:
        self.env.ring(self.gets_owner, self.env.now, GO_ON, self.number)
        self.gets_owner = None

    def place(self) -> bool:
        """Lay it on the desk where it belongs; say if there is one, or an owner to wait for."""
        case, step = self.case, self.step
        team = self.office.teams[step.team] if step.team >= 0 else case.team
        if step.desk == ON_OWN_DESK and self.is_route and team is not case.team:
            case.move(team)
        if (
            step.desk != ON_OWN_DESK
            or step.by_another
            or not case.is_open
            or team.assignment == WHOLE_TEAM
        ):
            team.desk.lay(self, self.env.now)
            team.call(self)
            return True
        if case.owner is None:
            if case.queued is None:
                case.wait_for_owner()
            return False
        case.owner.desk.lay(self, self.env.now)
        case.owner.gets(self)
        return True

    def stop(self, *, withdrawn: bool) -> None:
        if self.has_begun:
            self.write_open_clocks(LAPSED, self.env.now)
        self.has_ended = True
        self.lies = self.gets_owner = None
        if withdrawn and self.taken_by is not None:
            self.taken_by.let_go()
        self.process.interrupt()

    # Milestones and clocks

    def pass_milestone(self) -> None:
        now, case, step, office = self.env.now, self.case, self.step, self.office
        if step.meets >= 0:
            self.write_clock(step.meets, MET, now)
        for order in range(step.first_order, step.last_order):
            required = office.milestone_at[case.first_milestone + office.orders[order]]
            duty = len(office.duties) + order
            kept = MET if required <= now else LAPSED
            office.clocks.append((duty, self.number, kept, now, now, now))
        milestone = case.first_milestone + step.milestone
        if step.milestone < 0 or office.milestone_at[milestone] < INFINITY:
            return
        office.milestone_at[milestone] = now
        if case.is_open:
            for other in case.strands:
                if other.trigger == step.milestone:
                    other.began_at = now
                    self.env.ring(other.starts, now, GO_ON, other.number)

    def started_at(self, duty: int) -> float:
        watched = self.office.duties[duty]
        if watched.starts == FROM_ARRIVAL:
            return self.case.arrived_at
        if watched.starts == FROM_STRAND:
            return self.began_at
        return self.office.milestone_at[self.case.first_milestone + watched.milestone]

    def due_of(self, duty: int) -> float:
        started = self.started_at(duty) if duty >= 0 else INFINITY
        if started == INFINITY:
            return INFINITY
        watched = self.office.duties[duty]
        if watched.due_dates < 0:
            return started + watched.hours / 24
        return self.office.due_dates[watched.due_dates][floor(started) - self.office.first_day]

    def write_clock(self, duty: int, outcome: int, ended_at: float) -> None:
        started = self.started_at(duty)
        if started < INFINITY:
            due = self.due_of(duty)
            self.office.clocks.append((duty, self.number, outcome, started, due, ended_at))

    def write_open_clocks(self, outcome: int, ended_at: float) -> None:
        for here in range(self.here, self.last_episode):
            step = self.office.steps[self.office.episodes[here][2]]
            if step.begins_round and here > self.here:
                return
            if step.meets >= 0:
                self.write_clock(step.meets, outcome, ended_at)


class SimpyOffice:
    """One replication of an office; `run` returns what became of its clocks."""

    def __init__(self, told: Records, sample_at: tuple[float, ...] = ()) -> None:
        self.env = env = Calendar()
        self.steps, self.duties, self.orders = told.steps, told.duties, told.orders
        self.due_dates, self.first_day = told.due_dates, told.first_day
        self.episodes = told.episodes
        self.milestone_at = list(told.milestone_at)
        self.clocks: list[ClockTuple] = []
        self.happened: Counter[str] = Counter()
        """How often what is rare has happened, for those who ask if a test has met it."""
        self.samples: list[list[tuple[int, int, float, float]]] = []
        self.rung = {ASSIGN: False, INTERRUPT: False}
        self.leader = {stage: env.event() for stage in self.rung}
        assert all(team.policy != SHARED_ATTENTION for team in told.teams)
        self.teams = [Team(self, number, each) for number, each in enumerate(told.teams)]
        self.caseworkers: list[Caseworker] = []
        for number, each in enumerate(told.caseworkers):
            own = told.intervals[each.first_interval : each.last_interval]
            self.caseworkers.append(Caseworker(self, number, each, own))
            self.caseworkers[-1].team.caseworkers.append(self.caseworkers[-1])
        self.cases = [Case(self, number, each) for number, each in enumerate(told.cases)]
        self.strands = [Strand(self, number, each) for number, each in enumerate(told.strands)]
        for case in self.cases:
            if case.is_open and case.team.assignment != WHOLE_TEAM:
                case.wait_for_owner()
        # Who is there from the start, and who has what is open then, comes before all else.
        from_the_start = [change for change in told.changes if change.at <= 0]
        for change in from_the_start:
            self.change(change)
        self.hand_out()
        env.process(self.hands_out())
        env.process(self.lets_interrupt())
        env.process(self.changes(told.changes[len(from_the_start) :]))
        for turn, number in enumerate(told.withdrawing):
            case = self.cases[number]
            env.process(case.moves_away(told.cases[number].withdraws_at, turn))
        env.process(self.counts(sample_at))

    def run(self, horizon: float) -> list[ClockTuple]:
        self.env.run(until=horizon)
        for strand in self.strands:
            if strand.has_begun and not strand.has_ended:
                strand.write_open_clocks(RUNNING, INFINITY)
        return self.clocks

    def wake_leader(self, stage: int) -> None:
        if not self.rung[stage]:
            self.rung[stage] = True
            self.env.ring(self.leader[stage], self.env.now, stage)

    def hands_out(self) -> Process:
        """Whoever hands cases out to owners."""
        while True:
            yield self.leader[ASSIGN]
            self.leader[ASSIGN], self.rung[ASSIGN] = self.env.event(), False
            self.hand_out()

    def hand_out(self) -> None:
        for team in self.teams:
            if team.to_assign:
                team.find_owners()

    def lets_interrupt(self) -> Process:
        """Whoever sees to it that urgent work is not left lying."""
        while True:
            yield self.leader[INTERRUPT]
            self.leader[INTERRUPT], self.rung[INTERRUPT] = self.env.event(), False
            for team in self.teams:
                if team.to_interrupt:
                    team.interrupt()

    def changes(self, changes: list[Any]) -> Process:
        """People come, go, fall ill, or can carry more."""
        for turn, change in enumerate(changes):
            yield self.env.at(change.at, CHANGE, turn)
            self.change(change)

    def change(self, change: Any) -> None:
        caseworker = self.caseworkers[change.caseworker]
        caseworker.fte = change.fte
        if change.hands_over:
            caseworker.hand_over()
        caseworker.team.assign()

    def counts(self, sample_at: tuple[float, ...]) -> Process:
        for moment in sample_at:
            yield self.env.at(moment, SAMPLE)
            self.samples.append([self.sample(team, moment) for team in self.teams])

    def sample(self, team: Team, moment: float) -> tuple[int, int, float, float]:
        shown = busy = 0.0
        for each in team.caseworkers:
            hours = each.hours_at(moment)
            shown += hours
            busy += each.busy_hours
            if each.in_hand is not None:
                busy += hours - each.took_at_hours
        return team.open_cases, team.waiting_cases, busy, shown


def played(
    plan: Plan, deal: Deal, staff: Staff, horizon: float, sample_at: tuple[float, ...] = ()
) -> SimpyOffice:
    """An office opened on dealt records and played to its horizon."""
    office = SimpyOffice(records(plan, deal, staff), sample_at)
    office.run(horizon)
    return office
