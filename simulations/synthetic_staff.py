"""The staff of one replication as a payroll list tells of them (da: syntetisk lønliste).

What `people` deals day by day is told here as employments and spells, from the same luck. A post
whose holder leaves stands vacant and is then held by a successor with a number of their own.
"""

import math
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import NamedTuple

import numpy as np

from capacity.caseworker import AbsenceReason, Caseworker
from capacity.department import Department
from capacity.staff_history import AwayReason, Employment, Spell, StaffHistory
from simulations.compilation import compiled
from simulations.luck import Integers, key_of, uniform, value
from simulations.people import (
    LONG_SICKNESS,
    ON_HOLIDAY,
    PARENTAL_LEAVE,
    SHORT_SICKNESS,
    TURNOVER,
    People,
    PeopleRoom,
    deal_absence,
    people_room,
)

_REASONS = {
    AbsenceReason.PARENTAL_LEAVE: AwayReason.PARENTAL_LEAVE,
    AbsenceReason.LONG_SICKNESS: AwayReason.SICKNESS,
    AbsenceReason.UNPAID_LEAVE: AwayReason.UNPAID_LEAVE,
    AbsenceReason.HOLIDAY: AwayReason.HOLIDAY,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """A post of the roster and those who held it, one after the other (da: stilling).

    `from_days` are the first day of each of `holders`, counted from the department's date.
    """

    holders: tuple[Employment, ...]
    from_days: tuple[int, ...]


class _Stretch(NamedTuple):
    """Days [first, last) since the department's date."""

    first: int
    last: int


def posts_of(
    department: Department, teams: tuple[str, ...], people: People, replication: int
) -> tuple[Post | None, ...]:
    """Tell of each of `people` who held the post and when they were away (da: stillinger).

    None for posts on a duty rota, which the team's own people hold. `teams` are the layout's.
    """
    in_order = [
        person for slug in teams for person in department.roster.caseworkers if person.team == slug
    ]
    room = people_room(people)
    _deal_absence(room, people, replication)
    posts: list[Post | None] = [
        _post(person, department.on, people, number, room.away[number], replication)
        for number, person in enumerate(in_order)
    ]
    return (*posts, *[None] * (people.persons.size - len(in_order)))


def holder_on(post: Post, day: int) -> Employment:
    """Who holds a post on a day counted from the department's date, or held it last (da: hvem)."""
    return post.holders[max(0, bisect_right(post.from_days, day) - 1)]


def staff_history(posts: tuple[Post | None, ...], from_: date, seen_on: date) -> StaffHistory:
    """Tell of the staff from a day to the day of the list (da: bemandingens historie).

    Whoever had left before is not told of, nor a spell that had ended before.
    """
    told = [
        replace(holder, spells=tuple(each for each in holder.spells if _reaches(each, from_)))
        for post in posts
        if post is not None
        for holder in post.holders
        if holder.ends_on is None or holder.ends_on >= from_
    ]
    return StaffHistory(from_=from_, seen_on=seen_on, employments=tuple(told))


def _reaches(spell: Spell, day: date) -> bool:
    return spell.last_day is None or spell.last_day >= day


def _post(
    person: Caseworker,
    on: date,
    people: People,
    number: int,
    away: Integers,
    replication: int,
) -> Post:
    days = away.size
    own = _key(people.persons[number]["luck"], replication)
    first = max(0, (person.starts_on - on).days) if person.starts_on else 0
    last = min(days, (person.ends_on - on).days + 1) if person.ends_on else days
    by_chance = people.persons[number]["risks"] >= 0
    vacancies = list(_turnover(people, number, own, days)) if by_chance else []
    spells = list(_dealt_spells(people, number, own, away)) if by_chance else []
    spells += [
        (_Stretch((each.first_day - on).days, (each.last_day - on).days + 1), _REASONS[each.reason])
        for each in person.absences
    ]
    spells.sort(key=lambda each: (each[0], each[1]))
    # Who holds the post: from one vacancy's end to the next one's beginning.
    held = [_Stretch(first, last)]
    for vacancy in vacancies:
        before = held.pop()
        held.append(_Stretch(before.first, min(before.last, vacancy.first)))
        held.append(_Stretch(max(before.first, vacancy.last), before.last))
    held = [each for each in held if each.first < each.last]
    holders = tuple(
        Employment(
            caseworker=person.id if each.first <= first else f"{person.id}-{place}",
            team=person.team,
            hours_per_week=person.hours_per_week,
            non_case_hours_per_week=person.non_case_hours_per_week,
            starts_on=(
                person.starts_on if each.first <= first else on + timedelta(days=each.first)
            ),
            ends_on=(
                None
                if each.last == days and not _ends_with(person, each.last, on)
                else on + timedelta(days=each.last - 1)
            ),
            spells=tuple(_told(spells, each, days, on)),
        )
        for place, each in enumerate(held, start=1)
    )
    return Post(holders=holders, from_days=tuple(each.first for each in held))


def _ends_with(person: Caseworker, last: int, on: date) -> bool:
    return person.ends_on is not None and (person.ends_on - on).days + 1 == last


def _told(
    spells: list[tuple[_Stretch, AwayReason]], held: _Stretch, days: int, on: date
) -> Iterator[Spell]:
    """The spells of one holder; of one that goes on, nobody knows the end yet."""
    for stretch, reason in spells:
        first, last = max(stretch.first, held.first), min(stretch.last, held.last)
        if first < last:
            goes_on = stretch.last > days and held.last == days
            last_day = None if goes_on else on + timedelta(days=last - 1)
            yield Spell(first_day=on + timedelta(days=first), last_day=last_day, reason=reason)


@compiled
def _deal_absence(room: PeopleRoom, people: People, replication: int) -> None:
    deal_absence(room, people, replication)  # type: ignore[no-untyped-call]


# --- The luck of `people.deal_absence`, spell by spell ---------------------------------------


def _turnover(people: People, number: int, own: np.uint64, days: int) -> Iterator[_Stretch]:
    """The vacancies of a post, each from somebody's leaving to the successor's first day."""
    risks = people.risks[people.persons[number]["risks"]]
    key, rate = _key(own, TURNOVER), risks["turnover_per_day"]
    for vacancy in _spells(people, key, rate, risks["vacancy_days"], days):
        yield _Stretch(vacancy.first, max(vacancy.last, vacancy.first + 1))


def _dealt_spells(
    people: People, number: int, own: np.uint64, away: Integers
) -> Iterator[tuple[_Stretch, AwayReason]]:
    """The spells that chance dealt a post, and its holidays as they were taken."""
    risks = people.risks[people.persons[number]["risks"]]
    kinds = (
        (PARENTAL_LEAVE, "leave", AwayReason.PARENTAL_LEAVE),
        (LONG_SICKNESS, "long", AwayReason.SICKNESS),
        (SHORT_SICKNESS, "short", AwayReason.SICKNESS),
    )
    for purpose, name, reason in kinds:
        dealt = _spells(
            people, _key(own, purpose), risks[f"{name}_per_day"], risks[f"{name}_days"], away.size
        )
        yield from ((stretch, reason) for stretch in dealt if stretch.first < stretch.last)
    holidays = np.flatnonzero(away == ON_HOLIDAY)
    # Days in a row are one holiday, over a weekend too.
    breaks = np.flatnonzero(np.diff(holidays) > _OVER_A_WEEKEND)
    for together in np.split(holidays, breaks + 1):
        if together.size:
            yield _Stretch(int(together[0]), int(together[-1]) + 1), AwayReason.HOLIDAY


_OVER_A_WEEKEND = 3


def _key(stream: np.uint64, number: int) -> np.uint64:
    """A key as the kernels take it: out of compiled code comes a bare number."""
    return np.uint64(key_of(stream, number))


def _spells(
    people: People, key: np.uint64, per_day: float, row: int, days: int
) -> Iterator[_Stretch]:
    at, ordinal = 0.0, 0
    while per_day > 0:
        at -= math.log(uniform(key, ordinal)) / per_day
        if at >= days:
            return
        lasts = value(people.quantiles, row, uniform(key, ordinal + 1))
        yield _Stretch(math.floor(at), math.floor(at + lasts))
        at += lasts
        ordinal += 2
