"""The clocks that a case list can show: when each began, was due, ended (da: aflæste frister).

A limit in whole days is judged by dates alone: the last day is met through to its end, and what is
done on a date is taken as done at the end of it, so that days late are days of the calendar. A
limit in hours needs times of day on both events. Where they are missing the dates settle some
clocks (done on the day it began is in time, done two days later is late) and leave the rest
unknown.

A clock stops when its case is withdrawn or closed without the duty being written down as done: not
required if that was before it was due, late if after, as where cases are simulated. Where it *was*
done and nobody wrote it down that is wrong, so such clocks are counted apart as well.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from capacity.case_events import MET_BY, CaseEvent
from capacity.deadlines import deadline_rule, due_on
from capacity.errors import RuleNotInForce
from capacity.rule import Rule
from capacity.rulebook import Rulebook
from capacity.wording import Text
from capacity.workdays import Unit
from simulations.case_history import EPOCH, CaseHistory
from simulations.cohorts import NEVER
from simulations.danish_time import SECONDS_PER_DAY, local_seconds, real_seconds
from simulations.luck import Floats, Integers
from simulations.office import LAPSED, MET, RUNNING

Flags = NDArray[np.bool_]
_SECONDS_PER_HOUR = 3600
_STOPS = (CaseEvent.WITHDRAWN, CaseEvent.CLOSED)


class ObservedClocks(NamedTuple):
    """Clocks of one deadline, a place each (da: frister).

    `row` is the row of the list, `law_from` the day number from which the value of the rule was in
    force. Moments are days of local time since the epoch. `unknown` are those of which the dates do
    not tell whether they were in time; their outcome and end say nothing.
    """

    row: Integers
    law_from: Integers
    started_at: Floats
    due_at: Floats
    ended_at: Floats
    outcome: Integers
    unknown: Flags


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadlineReading:
    """What the list holds of one deadline (da: læsning af listen).

    `clocks` are those that could be read; `start_unknown` the rows in which the duty was done and
    no date starts its clock; `not_in_force` those that started while the planner knows no value of
    the rule; `ended_unmet` those that stopped because the case was closed or withdrawn; `unknown`
    those the dates do not settle, for want of the times of day of the events `needs_times`.
    """

    deadline: str
    label: Text
    clocks: int
    start_unknown: int
    not_in_force: int
    ended_unmet: int
    unknown: int
    needs_times: tuple[CaseEvent, ...]


def observed_clocks(
    history: CaseHistory, book: Rulebook
) -> Iterator[tuple[DeadlineReading, ObservedClocks]]:
    """Read every deadline that the list can show (da: aflæste frister).

    Those of which the list holds no clock at all are left out. What is dated after the day of the
    list has not happened.
    """
    for rule_id, met_by in MET_BY.items():
        starting = _starting(book.rules[rule_id]) if rule_id in book.rules else ()
        if starting:
            reading, clocks = _read(history, book[rule_id], starting, met_by, book)
            if reading.clocks or reading.start_unknown or reading.not_in_force:
                yield reading, clocks


def _starting(rule: Rule) -> tuple[CaseEvent, ...]:
    """The events of a case list that have ever started the rule's clock."""
    events = {value.starts_on.id for value in rule.values if value.starts_on is not None}
    return tuple(event for event in CaseEvent if event.value in events)


def _read(
    history: CaseHistory,
    rule: Rule,
    starting: tuple[CaseEvent, ...],
    met_by: CaseEvent,
    book: Rulebook,
) -> tuple[DeadlineReading, ObservedClocks]:
    done_at = _known(history, met_by)
    stopped_at = np.fmin(_known(history, _STOPS[0]), _known(history, _STOPS[1]))
    pieces, not_in_force, started = [], 0, np.zeros(history.cases, dtype=np.bool_)
    for event in starting:
        start_at = _known(history, event)
        rows = np.flatnonzero(~np.isnan(start_at))
        started[rows] = True
        laws, limits = _laws(rule, event, start_at[rows], book)
        not_in_force += int((laws == _NO_LAW).sum())
        kept = laws > _OTHER_START
        times = _Moments(
            row=rows[kept],
            law_from=laws[kept],
            limit=limits[kept],
            start_at=start_at[rows[kept]],
            done_at=done_at[rows[kept]],
            stopped_at=stopped_at[rows[kept]],
        )
        if Unit(rule.unit) is Unit.HOURS:
            pieces.append(_in_hours(times, history, event, met_by))
        else:
            pieces.append(_in_days(times))
    clocks = ObservedClocks(*(np.concatenate(columns) for columns in zip(*pieces, strict=True)))
    untimed = [each for each in (*starting, met_by) if each not in history.timed]
    reading = DeadlineReading(
        deadline=rule.id,
        label=rule.label,
        clocks=clocks.row.size,
        start_unknown=int((~started & ~np.isnan(done_at)).sum()),
        not_in_force=not_in_force,
        ended_unmet=int((clocks.outcome == LAPSED).sum()),
        unknown=int(clocks.unknown.sum()),
        needs_times=tuple(untimed) if Unit(rule.unit) is Unit.HOURS else (),
    )
    return reading, clocks


class _Moments(NamedTuple):
    """What is dated of clocks: `limit` is the end of the due day, or so many hours."""

    row: Integers
    law_from: Integers
    limit: Floats
    start_at: Floats
    done_at: Floats
    stopped_at: Floats


_NO_LAW, _OTHER_START = -(10**9), -(10**9) + 1  # no day numbers


def _laws(
    rule: Rule, event: CaseEvent, start_at: Floats, book: Rulebook
) -> tuple[Integers, Floats]:
    """The law in force on each start day, and what it says: a due moment, or a number of hours."""
    days, day = np.unique(np.floor(start_at).astype(np.int64), return_inverse=True)
    laws, limits = np.empty(days.size, dtype=np.int64), np.full(days.size, NEVER)
    for place, number in enumerate(days):
        start = EPOCH + timedelta(days=int(number))
        try:
            limit = deadline_rule(rule.id, start, book)
        except RuleNotInForce:
            laws[place] = _NO_LAW
            continue
        if limit.starts_on.id != event.value:
            laws[place] = _OTHER_START
            continue
        laws[place] = _day(limit.value.valid_from)
        limits[place] = (
            limit.n if limit.unit is Unit.HOURS else _day(due_on(rule.id, start, book)) + 1
        )
    return laws[day], limits[day]


def _in_days(times: _Moments) -> ObservedClocks:
    """Judge by dates: what is done on a day is done at the end of it."""
    due_at, done_at, stopped_at = times.limit, _end_of(times.done_at), _end_of(times.stopped_at)
    in_time = done_at <= due_at
    not_required = ~in_time & (stopped_at <= due_at)
    lapsed = not_required | (~in_time & ~np.isnan(stopped_at) & ~(done_at <= stopped_at))
    met = ~lapsed & ~np.isnan(done_at)
    outcome = np.where(met, MET, np.where(lapsed, LAPSED, RUNNING))
    ended_at = np.where(met, done_at, np.where(lapsed, stopped_at, NEVER))
    return ObservedClocks(
        row=times.row,
        law_from=times.law_from,
        started_at=np.floor(times.start_at),
        due_at=due_at,
        ended_at=ended_at,
        outcome=outcome,
        unknown=np.zeros(outcome.size, dtype=np.bool_),
    )


class _Span(NamedTuple):
    """From when to when something may have happened, in seconds of real time; both included."""

    first: Integers
    last: Integers
    known: Flags


def _in_hours(
    times: _Moments, history: CaseHistory, starts: CaseEvent, met_by: CaseEvent
) -> ObservedClocks:
    """Judge by moments, or by the days on which they must lie where nobody wrote the time."""
    timed = history.timed
    start = _span(times.start_at, starts in timed)
    done = _span(times.done_at, met_by in timed)
    # A withdrawal is nobody's work: without a time of day it is taken as the first of its day.
    every_stop_timed = all(each in timed for each in _STOPS if each in history.events)
    stopped = _span(times.stopped_at, every_stop_timed)
    limit = (times.limit * _SECONDS_PER_HOUR).astype(np.int64)
    first_due, last_due = start.first + limit, start.last + limit
    in_time = done.known & (done.last <= first_due)
    late = done.known & (done.first > last_due)
    # A case that is closed on the day on which the duty was done was closed after it.
    stops = stopped.known & ~(done.known & (done.first <= stopped.last))
    not_required = ~in_time & stops & (stopped.first <= last_due)
    stopped_late = stops & ~in_time & ~not_required
    met = in_time | (~not_required & late & ~(stopped_late & (stopped.first < done.first)))
    lapsed = not_required | (stopped_late & ~met)
    first_end = np.where(met, done.first, stopped.first)
    last_end = np.where(met, done.last, stopped.first)
    # How much later than due: as the moments say, or in the middle of what the days allow.
    before = np.minimum(last_end - last_due, 0)
    after = (first_end + last_end - first_due - last_due) / 2
    from_due = np.where(in_time | not_required, before, after) / SECONDS_PER_DAY
    due_at = local_seconds(last_due) / SECONDS_PER_DAY
    return ObservedClocks(
        row=times.row,
        law_from=times.law_from,
        started_at=times.start_at,
        due_at=due_at,
        ended_at=np.where(met | lapsed, due_at + from_due, NEVER),
        outcome=np.where(met, MET, np.where(lapsed, LAPSED, RUNNING)),
        unknown=done.known & ~in_time & ~late,
    )


def _span(moments: Floats, timed: bool) -> _Span:
    known = ~np.isnan(moments)
    filled = np.where(known, moments, 0.0)
    if timed:
        real = real_seconds(np.rint(filled * SECONDS_PER_DAY).astype(np.int64))
        return _Span(real, real, known)
    day = np.floor(filled).astype(np.int64) * SECONDS_PER_DAY
    return _Span(real_seconds(day), real_seconds(day + SECONDS_PER_DAY) - 1, known)


def _known(history: CaseHistory, event: CaseEvent) -> Floats:
    moments = history.at(event)
    return np.where(moments < history.seen_until, moments, np.nan)


def _end_of(moments: Floats) -> Floats:
    return np.floor(moments) + 1


def _day(day: date) -> int:
    return (day - EPOCH).days
