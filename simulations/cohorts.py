"""Which clocks count in a period, and what became of them (da: årgange af frister).

The cohort of a period [from, to) is every clock that started in it and fell due in it. Share in
time is the first of the five values of `Timeliness` over the first three: never over closed cases
alone.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from simulations.compilation import compiled, part
from simulations.luck import Floats, Integers
from simulations.office import (
    FROM_ARRIVAL,
    FROM_MILESTONE,
    FROM_STRAND,
    LAPSED,
    MET,
    ON_NO_DESK,
    RUNNING,
)

(
    IN_TIME,
    LATE,
    OPEN_AND_OVERDUE,
    NOT_YET_DUE,
    NOT_REQUIRED,
    DAYS_LATE,
    IN_REACH,
    REACHABLE_OF,
    FINISHED,
    FINISHED_LATE,
) = range(10)
"""The last two are of clocks met in the period, whenever they started: what a department counts
that looks at finished work alone, and what no share in time may be taken from."""
KINDS = 10
RUNNING_IN_TIME, RUNNING_OVERDUE = range(2)
"""The stock at the period's end: clocks that run, still in time or overdue."""
MOST_DAYS_LATE = 400
NEVER = np.inf


class Period(NamedTuple):
    """The days asked about, counted from the department's date (da: periode)."""

    first_day: float
    end_day: float
    followed_until: float
    year_ends: Floats
    """The ends of the period's whole years; the end of a period shorter than one."""
    group_of_duty: Integers
    """The named deadline that a duty counts under, or -1; orders follow the duties."""


@part
def year_of(due_at, period):
    """Which whole year of the period a clock falls due in; one more for what is left over."""
    year = 0
    while year < period.year_ends.size and period.year_ends[year] < due_at:
        year += 1
    return year


@part
def count_clocks(clocks, period, counts, stock, days_late):
    """Count a replication's clocks: by group, year and kind; the stock; how late the late were."""
    for clock in clocks:
        group = period.group_of_duty[clock.duty]
        if group < 0:
            continue
        started, due, ended = clock.started_at, clock.due_at, clock.ended_at
        if clock.outcome == MET and period.first_day <= ended < period.end_day:
            year = year_of(ended, period)
            counts[group, year, FINISHED] += 1
            counts[group, year, FINISHED_LATE] += ended > due
        if started < period.end_day and due < NEVER and ended > period.end_day:
            stock[group, RUNNING_IN_TIME if due >= period.end_day else RUNNING_OVERDUE] += 1
        if not (period.first_day <= started < period.end_day) or due == NEVER:
            continue
        year = year_of(due, period)
        if due > period.end_day:
            counts[group, year, NOT_YET_DUE] += 1
            continue
        if clock.outcome == MET and ended <= due:
            counts[group, year, IN_TIME] += 1
            continue
        if clock.outcome == LAPSED and ended <= due:
            counts[group, year, NOT_REQUIRED] += 1
            continue
        counts[group, year, OPEN_AND_OVERDUE if clock.outcome == RUNNING else LATE] += 1
        late = min(ended, period.followed_until) - due
        counts[group, year, DAYS_LATE] += late
        days_late[group, min(int(late), MOST_DAYS_LATE)] += 1


@compiled
def count_clocks_alone(
    clocks: NDArray[np.void], period: Period, counts: Floats, stock: Floats, days_late: Floats
) -> None:
    """Count clocks that no replication is at work on: those of a list, or of a past played."""
    count_clocks(clocks, period, counts, stock, days_late)


@part
def due_of(duty, started, plan):
    """Until when a duty's clock that started at a moment is met."""
    if plan.duties[duty].due_dates < 0:
        return started + plan.duties[duty].hours / 24
    return plan.due_dates[plan.duties[duty].due_dates, int(np.floor(started)) - plan.first_day]


@part
def count_reachable(plan, deal, period, counts, milestone_at):
    """Count the clocks that would be met in time if all work were done the moment it came.

    What remains is what others let wait: no staffing can exceed the share that is left.
    """
    for place in range(milestone_at.size):
        milestone_at[place] = deal.milestone_at[place]
    for number in range(deal.strands.size):
        strand = deal.strands[number]
        case = deal.cases[strand.case]
        now = strand.starts_at
        if strand.trigger >= 0:
            now = milestone_at[case.first_milestone + strand.trigger]
        began = now if strand.trigger >= 0 else strand.began_at
        if strand.is_route and case.arrived_at < 0:
            continue
        for place in range(strand.first_episode, strand.last_episode):
            if now >= min(period.followed_until, case.withdraws_at):
                break
            episode = deal.episodes[place]
            step = plan.steps[episode.step]
            if step.begins_round and (place > strand.first_episode or strand.trigger >= 0):
                began = now
            now += episode.delay_days
            if step.desk == ON_NO_DESK:
                continue
            if step.milestone >= 0:
                milestone = case.first_milestone + step.milestone
                milestone_at[milestone] = min(milestone_at[milestone], now)
            if step.meets < 0 or period.group_of_duty[step.meets] < 0:
                continue
            duty = plan.duties[step.meets]
            started = NEVER
            if duty.starts == FROM_ARRIVAL:
                started = case.arrived_at
            elif duty.starts == FROM_STRAND:
                started = began
            elif duty.starts == FROM_MILESTONE:
                started = milestone_at[case.first_milestone + duty.milestone]
            if not (period.first_day <= started < period.end_day):
                continue
            due = due_of(step.meets, started, plan)
            if due <= period.end_day and case.withdraws_at > due:
                group, year = period.group_of_duty[step.meets], year_of(due, period)
                counts[group, year, REACHABLE_OF] += 1
                counts[group, year, IN_REACH] += now <= due
