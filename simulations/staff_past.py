"""A staff's past, person by person and day by day (da: bemandingens historie, dag for dag).

Days are counted from the first day of the list. A person with two contracts is one person, whose
spells stand once; spells of one reason that touch are one spell, for payroll lists part them by
month and by rate of pay.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from capacity.staff_history import AwayReason, Employment, StaffHistory

Days = NDArray[np.bool_]
_PAUSE = 31
"""Assumption: who is back within so many days, with other hours or in another post, never left."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stay:
    """One person's time in a department or team without a break (da: ansættelsesforløb).

    `first` and `last` are days of the list, both included; `first` None means before it begins,
    `last` None that the stay goes on. `hours_per_week` are those of the last contract.
    """

    caseworker: str
    first: int | None
    last: int | None
    hours_per_week: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Away:
    """A spell away (da: fraværsperiode): its first day, its length so far, and whether it ended.

    `first` is negative for one that began before the list. A spell with which the person left has
    not ended: nobody knows how long it would have been.
    """

    reason: AwayReason
    first: int
    days: int
    ended: bool


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Person:
    """One person over the days of the list (da: medarbejder).

    `employed` and `present` are one value a day; whoever is on holiday counts as present, for one
    can fall ill there.
    """

    caseworker: str
    stays: tuple[Stay, ...]
    spells: tuple[Away, ...]
    employed: Days
    present: Days
    on_leave: Days


def length_in_days(history: StaffHistory) -> int:
    """How many days the list covers (da: listens dage)."""
    return (history.seen_on - history.from_).days + 1


def people_of_past(history: StaffHistory, teams: tuple[str, ...] | None = None) -> list[Person]:
    """Everybody of some teams, None for all (da: alle medarbejdere).

    Moving between two of the teams is no leaving.
    """
    of_person: dict[str, list[Employment]] = defaultdict(list)
    for each in history.employments:
        if teams is None or each.team in teams:
            of_person[each.caseworker].append(each)
    return [_person(name, rows, history) for name, rows in of_person.items()]


def stays_of(employments: Iterable[Employment], history: StaffHistory) -> tuple[Stay, ...]:
    """One person's contracts, those without a break between them as one (da: forløb)."""
    begun = (
        each for each in employments if _offset(each.starts_on or date.min, history) is not None
    )
    rows = sorted(begun, key=lambda each: each.starts_on or date.min)
    stays: list[Stay] = []
    for each in rows:
        first = None if each.starts_on is None else (each.starts_on - history.from_).days
        last = None if each.ends_on is None else (each.ends_on - history.from_).days
        if last is not None and last >= length_in_days(history):
            last = None  # a resignation that is known of has not happened
        hours = float(each.hours_per_week)
        if stays and _goes_on(stays[-1], first):
            before = stays.pop()
            ends = None if last is None or before.last is None else max(last, before.last)
            stays.append(_stay(each.caseworker, before.first, ends, hours))
        else:
            stays.append(_stay(each.caseworker, first, last, hours))
    return tuple(stays)


def _stay(caseworker: str, first: int | None, last: int | None, hours: float) -> Stay:
    return Stay(caseworker=caseworker, first=first, last=last, hours_per_week=hours)


def _goes_on(before: Stay, first: int | None) -> bool:
    return before.last is None or first is None or first <= before.last + _PAUSE


def _offset(day: date, history: StaffHistory) -> int | None:
    """The day's number, None for one after the list."""
    return (day - history.from_).days if day <= history.seen_on else None


def _person(name: str, rows: list[Employment], history: StaffHistory) -> Person:
    days = length_in_days(history)
    employed = np.zeros(days, dtype=np.bool_)
    for each in rows:
        first = 0 if each.starts_on is None else max((each.starts_on - history.from_).days, 0)
        last = days if each.ends_on is None else (each.ends_on - history.from_).days + 1
        employed[first : max(last, 0)] = True
    stays = stays_of(rows, history)
    spells = tuple(_spells(rows, stays, history))
    present, on_leave = employed.copy(), np.zeros(days, dtype=np.bool_)
    for spell in spells:
        within = slice(max(spell.first, 0), max(spell.first + spell.days, 0))
        if spell.reason is not AwayReason.HOLIDAY:
            present[within] = False
        if spell.reason in (AwayReason.PARENTAL_LEAVE, AwayReason.UNPAID_LEAVE):
            on_leave[within] = True
    return Person(
        caseworker=name,
        stays=stays,
        spells=spells,
        employed=employed,
        present=present,
        on_leave=on_leave,
    )


def _spells(
    rows: list[Employment], stays: tuple[Stay, ...], history: StaffHistory
) -> Iterator[Away]:
    left_on = {each.last for each in stays if each.last is not None}
    today = length_in_days(history) - 1
    for reason in AwayReason:
        told = sorted(
            (
                (spell.first_day - history.from_).days,
                today + 1 if spell.last_day is None else (spell.last_day - history.from_).days,
            )
            for row in rows
            for spell in row.spells
            if spell.reason is reason and spell.first_day <= history.seen_on
        )
        merged: list[list[int]] = []
        for first, last in told:
            if merged and first <= merged[-1][1] + 1:
                merged[-1][1] = max(merged[-1][1], last)
            else:
                merged.append([first, last])
        for first, last in merged:
            seen = min(last, today)
            if seen >= 0:  # else it was over before the list
                ended = last <= today and last not in left_on
                yield Away(reason=reason, first=first, days=seen - first + 1, ended=ended)
