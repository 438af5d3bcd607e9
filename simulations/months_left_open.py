"""What history leaves open of a team's months: the same course under every possible set of inputs.

(da: hvad historikken lader stå åbent, måned for måned.) As around a curve (`input_band`): what is
laid around a month is how far each set's month lies from the own inputs', on the same luck.
"""

from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from fractions import Fraction
from math import inf

from capacity.rulebook import Rulebook
from capacity.units import exact
from capacity.wording import Language, Spoken, Text, month_in_words, percent, shown
from simulations.estimates import Estimate
from simulations.input_band import REPLICATIONS, band_around
from simulations.over_time import (
    Course,
    Following,
    MonthAhead,
    MonthChange,
    OverTime,
    over_time,
    over_time_replications,
    over_time_steps,
)
from simulations.sentences import NOT_QUANTIFIED

Band = tuple[float, float]
"""From where to where a number lies, low and high."""
Courses = tuple[Course, Course]
"""A department as it is and as it would be, under one set of inputs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthBand:
    """From where to where a month of a course lies (da: bånd for en måned).

    `share` is None in a month in which nothing falls due, `caseload` where there are no posts.
    """

    share: Band | None
    open_cases: Band
    caseload: Band | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeBand:
    """From where to where what a plan changes in a month lies (da: bånd for forskellen)."""

    share: Band | None
    open_cases: Band


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthsBand:
    """The bands of all months, before and after, with the fit's confidence (da: bånd)."""

    before: tuple[MonthBand, ...]
    after: tuple[MonthBand, ...]
    changes: tuple[ChangeBand, ...]
    sets: int
    confidence: Fraction


def months_band(
    found: OverTime,
    possible: Sequence[Courses],
    book: Rulebook,
    *,
    executor: Executor | None = None,
    on_progress: Callable[[int], None] = lambda _: None,
) -> MonthsBand | None:
    """Follow the courses under every possible set of inputs (da: bånd over tid).

    `possible` are the courses with the department's own inputs, then with each set; with none of
    them what is unknown has not been quantified, and the answer is None. `on_progress` is told how
    many replications have been run, over all sets.
    """
    fit = found.before.department.fit
    if fit is None or not possible:
        return None
    following = replace(found.following, replications=REPLICATIONS)
    answers, done = [], 0
    for before, after in possible:
        answers.append(
            over_time(
                before,
                after,
                following,
                book,
                executor=executor,
                on_progress=_counted_from(done, on_progress),
            )
        )
        done += over_time_replications(before, after, following)
    own, *sets = answers
    confidence = fit.confidence

    def months(of: Callable[[OverTime], tuple[MonthAhead, ...]]) -> tuple[MonthBand, ...]:
        return tuple(
            _month(month, of(own)[number], [of(each)[number] for each in sets], confidence)
            for number, month in enumerate(of(found))
        )

    return MonthsBand(
        before=months(lambda each: each.months_before),
        after=months(lambda each: each.months_after),
        changes=tuple(
            _change(change, own.changes[n], [each.changes[n] for each in sets], confidence)
            for n, change in enumerate(found.changes)
        ),
        sets=len(sets),
        confidence=confidence,
    )


def months_band_replications(possible: Sequence[Courses], following: Following) -> int:
    """How many replications the bands take (da: gentagelser)."""
    following = replace(following, replications=REPLICATIONS)
    return sum(over_time_replications(*each, following) for each in possible)


def months_band_steps(possible: Sequence[Courses], following: Following, book: Rulebook) -> int:
    """What the bands cost, in steps of the kernel (da: beregningens omfang)."""
    following = replace(following, replications=REPLICATIONS)
    return sum(over_time_steps(*each, following, book) for each in possible)


def _counted_from(base: int, on_progress: Callable[[int], None]) -> Callable[[int], None]:
    return lambda done: on_progress(base + done)


def _month(
    month: MonthAhead, own: MonthAhead, sets: Sequence[MonthAhead], confidence: Fraction
) -> MonthBand:
    return MonthBand(
        share=_band(month.share, own.share, [each.share for each in sets], confidence, 0.0, 1.0),
        open_cases=_sure(
            month.open_cases, own.open_cases, [each.open_cases for each in sets], confidence
        ),
        caseload=_band(
            month.caseload, own.caseload, [each.caseload for each in sets], confidence, 0.0, inf
        ),
    )


def _change(
    change: MonthChange, own: MonthChange, sets: Sequence[MonthChange], confidence: Fraction
) -> ChangeBand:
    return ChangeBand(
        share=_band(change.share, own.share, [each.share for each in sets], confidence, -1.0, 1.0),
        open_cases=_sure(
            change.open_cases,
            own.open_cases,
            [each.open_cases for each in sets],
            confidence,
            least=-inf,
        ),
    )


def _band(
    value: Estimate | None,
    own: Estimate | None,
    sets: Sequence[Estimate | None],
    confidence: Fraction,
    least: float,
    most: float,
) -> Band | None:
    there = [each for each in sets if each is not None]
    if value is None or own is None or len(there) < len(sets):
        return None
    return _sure(value, own, there, confidence, least=least, most=most)


def _sure(
    value: Estimate,
    own: Estimate,
    sets: Sequence[Estimate],
    confidence: Fraction,
    *,
    least: float = 0.0,
    most: float = inf,
) -> Band:
    return band_around(
        value.value,
        own.value,
        [each.value for each in sets],
        confidence,
        least=least,
        most=most,
    )


def months_band_sentence(band: MonthsBand | None, found: OverTime) -> Text:
    """Say how far the unknown inputs move the last month (da: i ord)."""
    if band is None:
        return NOT_QUANTIFIED
    return Spoken(lambda language: _said(band, found, language))


_OPEN = Text(
    da="Det, historikken lader stå åbent om tidsforbrug, ventetid og rækkefølge ({sets} mulige "
    "sæt), flytter de åbne sager ved udgangen af {month} til mellem {low} og {high} "
    "({confidence}-bånd).",
    en="What history leaves open about effort, waiting and the order of work ({sets} possible "
    "sets) moves the open cases at the end of {month} to between {low} and {high} ({confidence} "
    "band).",
)


def _said(band: MonthsBand, found: OverTime, language: Language) -> str:
    low, high = band.after[-1].open_cases
    return _OPEN.in_language(language).format(
        sets=shown(band.sets, 0, language),
        month=month_in_words(found.months_after[-1].first_day, language),
        low=shown(exact(low), 0, language),
        high=shown(exact(high), 0, language),
        confidence=percent(band.confidence, language),
    )
