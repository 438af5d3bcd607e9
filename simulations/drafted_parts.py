"""What the route of a drafted type is made of: work, its hours, how often (da: rutens dele).

The deadlines are those that the list's rows show, in order. A time study gives the hours of a piece
and, beside the cases that came in such a time, how many pieces a case takes; what it does not tell
keeps the hours of the assumption rules.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from fractions import Fraction
from itertools import pairwise

import numpy as np

from capacity.case_classes import ARRIVAL, Clock
from capacity.case_events import MET_BY, CaseEvent
from capacity.consistency import DAYS_PER_YEAR
from capacity.deadlines import deadline_rule
from capacity.errors import RuleNotInForce
from capacity.rulebook import Rulebook
from capacity.units import Share, exact
from capacity.workdays import is_workday
from capacity.working_year import workdays
from simulations.case_history import CaseHistory
from simulations.drafted_work import CASEWORK, WORK, DraftedWork
from simulations.survival import garwood
from simulations.time_study import (
    MeasuredEffort,
    MeasuredFactor,
    TimeEntry,
    TimeStudy,
    measured_effort,
)

_GOES_ON_DAYS = 30
"""Assumption: where most cases stay open so long after their last deadline, work goes on."""
_MOST_TIMES = 60
_LEAST_LEFT = Fraction(1, 5)
"""Assumption: of a deadline's work so much is its own, whatever is written of casework."""
_HALF = 0.5
_BEYOND_CHANCE = 0.998
"""Assumption: work that is done once is taken for more only where this interval excludes it.

A study asks of ten kinds of work or more, and what is finished in two weeks is some of what came
before them: at 90 % chance alone would make several pieces of one kind in every other study.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class RoutePart:
    """One kind of work on a route (da: del af ruten).

    `hours` are those of a piece, of which there are `times` on average. `measured` is what a time
    study says of a piece, `pooled` what it says of it together with other work that few wrote of;
    `written` how many caseworkers wrote of it at all.
    """

    work: DraftedWork
    clock: Clock | None
    hours: Fraction
    times: Fraction
    measured: MeasuredEffort | None = None
    pooled: MeasuredFactor | None = None
    written: int = 0

    @property
    def mean_hours(self) -> Fraction:
        """What it takes in a case (da: timer pr. sag)."""
        return self.hours * self.times


@dataclass(frozen=True, slots=True, kw_only=True)
class StudiedClass:
    """What a time study wrote of one class (da: sagstypen i tidsregistreringen).

    `cases` came in as much working time as the study took, None where nobody knows; `words` are
    what the study calls the work of each episode; `pooled` is what it says of all work together
    that too few wrote of.
    """

    case_class: str
    study: TimeStudy
    cases: float | None
    words: Mapping[str, str] = field(default_factory=dict)
    pooled: MeasuredFactor | None = None

    def caseworkers(self, episode: str) -> int:
        """How many wrote of an episode (da: hvor mange)."""
        return len({each.caseworker for each in self._entries(episode)})

    def hours(self, episode: str) -> float:
        """The hours written of an episode (da: timer)."""
        return float(sum((each.hours for each in self._entries(episode)), Fraction(0)))

    def finished(self, episode: str) -> int:
        """How many pieces of an episode were finished (da: stykker)."""
        return sum(each.finished for each in self._entries(episode))

    def _entries(self, episode: str) -> list[TimeEntry]:
        return [
            each
            for each in self.study.entries
            if (each.case_class, each.episode) == (self.case_class, episode)
        ]


def part_of_year(study: TimeStudy, book: Rulebook) -> Share:
    """How much of a year's working days a study took (da: tidsregistreringens del af året).

    Of the year's working days those of holiday leave are off: nobody writes of work while away, and
    a study is made when people are there (an assumption).

    >>> from capacity.rulebook import rulebook
    >>> weeks = TimeStudy(entries=(), from_=date(2026, 1, 5), to=date(2026, 1, 19))
    >>> round(float(part_of_year(weeks, rulebook())), 4)
    0.0446
    """
    days = (study.to - study.from_).days
    dates = [date.fromordinal(study.from_.toordinal() + day) for day in range(days)]
    worked = sum(is_workday(each) for each in dates)
    of_year = (
        len(workdays(study.from_.year)) - book["agreement.holiday_days"].on(study.from_).number
    )
    return Fraction(worked) / of_year if worked else Fraction(days) / DAYS_PER_YEAR


def shown_in(rows: CaseHistory, book: Rulebook) -> dict[str, int]:
    """The deadlines that some rows show by their start, and in how many rows, in order of it."""
    day = rows.seen_on
    shown: dict[str, int] = {}
    for deadline, met_by in MET_BY.items():
        try:
            starts = CaseEvent(deadline_rule(deadline, day, book).starts_on.id)
        except RuleNotInForce:
            continue
        if met_by in rows.events and deadline in WORK:
            count = int((~np.isnan(rows.at(starts))).sum())
            if count:
                shown[deadline] = count
    return shown


def route_parts(
    rows: CaseHistory, book: Rulebook, studied: StudiedClass | None = None
) -> tuple[RoutePart, ...]:
    """What a type's route is made of, in order (da: rutens dele).

    Casework stands after the last deadline where cases stay open after it: for a month with no
    study to say more, at all where a study has casework of the type. Casework that is not after the
    deadlines is done on the way to the last of them.
    """
    shown = shown_in(rows, book)
    if not shown:
        return (_studied(assumed_part(CASEWORK, None, rows.seen_on, book), studied),)
    parts: list[RoutePart] = []
    for deadline in shown:
        before = milestone_of(parts[-1].work) if parts else None
        clock = Clock(deadline=deadline, starts=_starts(deadline, rows, before, book))
        parts.append(assumed_part(WORK[deadline], clock, rows.seen_on, book))
    last = MET_BY[next(reversed(shown))]
    casework = assumed_part(CASEWORK, None, rows.seen_on, book)
    if studied is not None and studied.caseworkers(CASEWORK.slug):
        goes_on = _goes_on(rows, last, 1)
        parts.insert(len(parts) if goes_on else len(parts) - 1, casework)
    elif _goes_on(rows, last, _GOES_ON_DAYS):
        parts.append(casework)
    return _without_twice(tuple(_studied(each, studied) for each in parts))


def is_pooled(part: RoutePart) -> bool:
    """Say whether work is measured together with other work (da: måles under ét).

    What is done once, whose pieces are whole ones, and that somebody wrote of, but too few.
    """
    return part.measured is None and part.work.times == 1 and part.written > 0


def _without_twice(parts: tuple[RoutePart, ...]) -> tuple[RoutePart, ...]:
    """Parts in which no work on the way to a deadline is both studied and assumed.

    What is assumed of a deadline's work is all of it, so what a study has of casework on the way
    there is a part of that; at least a fifth is left (an assumption).
    """
    found = list(parts)
    for number, (before, after) in enumerate(pairwise(parts), start=1):
        if before.clock is None and after.clock is not None and after.measured is None:
            left = max(after.mean_hours - before.mean_hours, after.mean_hours * _LEAST_LEFT)
            found[number] = replace(after, hours=left / after.times)
    return tuple(found)


def assumed_part(work: DraftedWork, clock: Clock | None, on: date, book: Rulebook) -> RoutePart:
    """Work with the hours of its assumption rule (da: antaget arbejdsgang)."""
    hours = book[f"assumption.{work.effort}"].on(on).number
    return RoutePart(work=work, clock=clock, hours=hours / work.times, times=Fraction(work.times))


def _studied(part: RoutePart, studied: StudiedClass | None) -> RoutePart:
    """A part with the hours of a study, where that can say how sure they are.

    Of casework, what was written is all there is to go by: the assumption about a whole case's work
    has nothing to say of what is done beside deadlines.
    """
    if studied is None:
        return part
    slug = part.work.slug
    written, finished = studied.caseworkers(slug), studied.finished(slug)
    found = measured_effort(studied.study, studied.case_class, slug, float(part.hours))
    if found is not None:
        return replace(
            part,
            hours=exact(round(found.per_piece, 3)),
            times=_times(part.work, finished, studied.cases),
            measured=found,
            written=written,
        )
    if part.work is CASEWORK and written and studied.cases:
        times = max(Fraction(1), exact(round(finished / studied.cases, 2)))
        hours = exact(round(max(studied.hours(slug) / studied.cases, 0.01), 3))
        return replace(part, hours=hours / times, times=times, written=written)
    if is_pooled(replace(part, written=written)) and studied.pooled is not None:
        hours = exact(round(float(part.hours) * studied.pooled.value, 3))
        return replace(part, hours=hours, pooled=studied.pooled, written=written)
    return replace(part, written=written)


def _times(work: DraftedWork, finished: int, cases: float | None) -> Fraction:
    """How many pieces a case takes: those finished beside the cases that came in such a time."""
    if not cases:
        return Fraction(work.times)
    per_case = garwood(finished, cases)
    if work.times == 1 and garwood(finished, cases, _BEYOND_CHANCE).low <= 1:
        return Fraction(1)  # for a case meets a deadline once
    return exact(round(min(max(per_case.value, 1.0), _MOST_TIMES), 2))


def _starts(deadline: str, rows: CaseHistory, before: str | None, book: Rulebook) -> str:
    """What starts a clock: the case's arrival, or the milestone before where it comes later."""
    if before is None:
        return ARRIVAL
    event = start_event(deadline, rows, book)
    after = rows.at(event) - rows.arrived_at()
    return before if np.nanmedian(after) >= 1 else ARRIVAL


def _goes_on(rows: CaseHistory, last: CaseEvent, days: int) -> bool:
    """Whether most cases stay open for so many days after the last milestone."""
    passed, closed = ~np.isnan(rows.at(last)), rows.at(CaseEvent.CLOSED)
    if np.isnan(closed).all() or not passed.any():
        return False  # where the list has no closing, a case is over with its last milestone
    stayed = np.where(np.isnan(closed), rows.seen_until, closed) - rows.at(last)
    return bool((stayed[passed] >= days).mean() > _HALF)


def milestone_of(work: DraftedWork) -> str:
    """What a piece of work reaches (da: milepæl)."""
    return f"{work.slug}-done"


def start_event(deadline: str, rows: CaseHistory, book: Rulebook) -> CaseEvent:
    """The event that starts a deadline's clock on the day of a list (da: fristens start)."""
    return CaseEvent(deadline_rule(deadline, rows.seen_on, book).starts_on.id)
