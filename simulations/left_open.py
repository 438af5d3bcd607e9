"""What history leaves open of the least staff, a post more, fuller work, a stress, what falls due.

Each is asked again with the department's own inputs and with every possible set, on the same luck,
and how far the sets lie from the own inputs is laid around the answer, as around a curve
(`input_band`). Every function gives None where the department has no fit, or one that left no sets:
then what is unknown has not been quantified (da: hvad historikken lader stå åbent).
"""

import math
from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from fractions import Fraction

from capacity.department import Department
from capacity.rulebook import Rulebook
from capacity.units import FTE, Share, exact
from capacity.wording import Language, Spoken, Text, in_full, percent, shown
from simulations.forecast import (
    USUAL_WINDOWS,
    DueRow,
    falling_due,
    falling_due_replications,
)
from simulations.input_band import REPLICATIONS, band_around, possible_departments
from simulations.least_staff import (
    Expansion,
    LeastStaff,
    MarginalValue,
    expansion,
    least_staff,
    marginal_value,
)
from simulations.sentences import NOT_QUANTIFIED
from simulations.stress import Stress, stress

Band = tuple[float, float]
"""From where to where a number lies, low and high."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LeastStaffBand:
    """From where to where the least extra staff lies, for what is unknown of the inputs.

    (da: bånd for den mindste bemanding.) In whole steps of the search, outwards; `high` None means
    above the most that was searched, and `low` None that all of it is. `enough_in` is in how many
    of the `sets` the level that was found meets the target too; none where none was found.
    """

    low: FTE | None
    high: FTE | None
    enough_in: int
    sets: int
    confidence: Fraction


def least_staff_band(
    answer: LeastStaff,
    book: Rulebook,
    *,
    executor: Executor | None = None,
    on_progress: Callable[[int], None] = lambda _: None,
) -> LeastStaffBand | None:
    """Search the least staff under every possible set of inputs (da: bånd for mindste bemanding).

    `on_progress` is told how many replications have been run, over all sets and levels.
    """
    question, fit = answer.question, answer.question.department.fit
    if fit is None or not fit.possible:
        return None
    done, needed = 0, []
    for department in possible_departments(question.department):
        found = least_staff(
            replace(question, department=department, replications=REPLICATIONS),
            answer.target,
            answer.certainty,
            book,
            step=answer.step,
            most=answer.most,
            executor=executor,
            on_progress=_counted_from(done, on_progress),
        )
        done += len(found.tried) * REPLICATIONS
        needed.append(_steps(found))
    own, *sets = needed
    here = _steps(answer)
    low, high = band_around(here, own, sets, fit.confidence, least=0.0, most=math.inf)
    return LeastStaffBand(
        low=_level(math.floor(low), answer),
        high=_level(math.ceil(high), answer),
        # As the band is laid: what moves the least no further up leaves the level enough.
        enough_in=0 if answer.found is None else sum(each <= own for each in sets),
        sets=len(sets),
        confidence=fit.confidence,
    )


def _steps(answer: LeastStaff) -> int:
    """How many steps the least is; one more than there are where none was found."""
    level = answer.most + answer.step if answer.found is None else answer.found.extra_fte
    return int(level / answer.step)


def _level(number: int, answer: LeastStaff) -> FTE | None:
    level = number * answer.step
    return level if level <= answer.most else None


def step_bands(
    answer: MarginalValue,
    book: Rulebook,
    *,
    executor: Executor | None = None,
    on_progress: Callable[[int], None] = lambda _: None,
) -> tuple[Band, ...] | None:
    """Say under every possible set what each further post gives (da: bånd for marginal værdi).

    The band of each step's difference in the share in time, in the order of the steps.
    `on_progress` is told how many replications have been run, over all sets.
    """
    question, fit = answer.question, answer.question.department.fit
    if fit is None or not fit.possible:
        return None
    own, *sets = (
        marginal_value(
            replace(question, department=each, replications=REPLICATIONS),
            book,
            up_to=len(answer.steps),
            executor=executor,
            on_progress=_counted_from(number * REPLICATIONS, on_progress),
        ).steps
        for number, each in enumerate(possible_departments(question.department))
    )
    return tuple(
        band_around(
            step.difference.value,
            own[number].difference.value,
            [each[number].difference.value for each in sets],
            fit.confidence,
        )
        for number, step in enumerate(answer.steps)
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class FullerWorkBand:
    """From which part on a target fails, for what is unknown (da: bånd for grundigere arbejde).

    In whole steps of the search, outwards; None means that it holds though all the added hours go
    into fuller work.
    """

    low: Share | None
    high: Share | None


def fuller_work_band(
    answer: Expansion,
    book: Rulebook,
    *,
    executor: Executor | None = None,
    on_progress: Callable[[int], None] = lambda _: None,
) -> FullerWorkBand | None:
    """Seek under every possible set from where on fuller work eats the gain (da: bånd).

    `on_progress` is told how many replications have been run, over all sets and parts.
    """
    question, fit = answer.question, answer.question.department.fit
    if fit is None or not fit.possible:
        return None
    done, latest, places = 0, 0, []

    def counted(more: int) -> None:
        nonlocal latest
        latest = more
        on_progress(done + more)

    for department in possible_departments(question.department):
        found = expansion(
            replace(
                question,
                department=department,
                extra_fte=(answer.extra_fte,),
                replications=REPLICATIONS,
            ),
            answer.target,
            book,
            executor=executor,
            on_progress=counted,
        )
        done += latest
        places.append(_place(found))
    own, *sets = places
    low, high = band_around(_place(answer), own, sets, fit.confidence, least=0.0, most=math.inf)
    return FullerWorkBand(low=_part(math.floor(low), answer), high=_part(math.ceil(high), answer))


def _place(answer: Expansion) -> int:
    """How many steps from nothing the target fails; one more than there are where it holds."""
    return int((1 if answer.fails_from is None else answer.fails_from) / answer.step) + (
        answer.fails_from is None
    )


def _part(number: int, answer: Expansion) -> Share | None:
    part = number * answer.step
    return part if part <= 1 else None


def stress_bands(
    found: Stress,
    book: Rulebook,
    *,
    executor: Executor | None = None,
    on_progress: Callable[[int], None] = lambda _: None,
) -> tuple[Band | None, ...] | None:
    """Put every possible set under the stress (da: bånd for en stresstest).

    The band of each month's difference in the share kept, in the order of the months; None for a
    month in which nothing falls due. `on_progress` is told how many replications have been run,
    with and without, over all sets.
    """
    fit = found.department.fit
    if fit is None or not fit.possible:
        return None
    follow = replace(found.follow, replications=REPLICATIONS)
    own, *sets = (
        _differences(
            stress(
                each,
                found.team,
                found.test,
                book,
                follow,
                executor=executor,
                on_progress=_counted_from(2 * number * REPLICATIONS, on_progress),
            )
        )
        for number, each in enumerate(possible_departments(found.department))
    )
    return tuple(
        _band(value, own[month], [each[month] for each in sets], fit.confidence)
        for month, value in enumerate(_differences(found))
    )


def _differences(found: Stress) -> list[float | None]:
    return [None if each.difference is None else each.difference.value for each in found.months]


def _band(
    value: float | None, own: float | None, sets: Sequence[float | None], confidence: Fraction
) -> Band | None:
    there = [each for each in sets if each is not None]
    if value is None or own is None or len(there) < len(sets):
        return None
    return band_around(value, own, there, confidence)


@dataclass(frozen=True, slots=True, kw_only=True)
class DueBand:
    """What history leaves open of a `DueRow` (da: bånd for det, der forfalder).

    `share_in_time` is None where nothing falls due. What runs today is counted and not in doubt.
    """

    new_due: Band
    share_in_time: Band | None


def due_bands(
    department: Department,
    rows: Sequence[DueRow],
    book: Rulebook,
    days: Sequence[int] = USUAL_WINDOWS,
    *,
    seed: int = 1,
    executor: Executor | None = None,
    on_progress: Callable[[int], None] = lambda _: None,
) -> tuple[DueBand, ...] | None:
    """Ask under every possible set what falls due soon (da: bånd for det, der forfalder).

    Row by row, where `rows` are what `falling_due` said for the same days and seed. `on_progress`
    is told how many replications have been run, over all sets.
    """
    fit = department.fit
    if fit is None or not fit.possible:
        return None
    each_takes = falling_due_replications(department, REPLICATIONS)
    own, *sets = (
        falling_due(
            each,
            book,
            days,
            seed=seed,
            replications=REPLICATIONS,
            executor=executor,
            on_progress=_counted_from(number * each_takes, on_progress),
        )
        for number, each in enumerate(possible_departments(department))
    )
    return tuple(
        DueBand(
            new_due=band_around(
                row.new_due,
                own[number].new_due,
                [each[number].new_due for each in sets],
                fit.confidence,
                least=0.0,
                most=math.inf,
            ),
            share_in_time=_share_band(
                row, own[number], [each[number] for each in sets], fit.confidence
            ),
        )
        for number, row in enumerate(rows)
    )


def _share_band(
    row: DueRow, own: DueRow, sets: Sequence[DueRow], confidence: Fraction
) -> Band | None:
    found = _band(
        row.share_in_time, own.share_in_time, [each.share_in_time for each in sets], confidence
    )
    return None if found is None else (max(0.0, found[0]), found[1])


def _counted_from(base: int, on_progress: Callable[[int], None]) -> Callable[[int], None]:
    return lambda done: on_progress(base + done)


def least_staff_band_sentence(band: LeastStaffBand | None, answer: LeastStaff) -> Text:
    """Say how far the unknown inputs move the least staff (da: i ord)."""
    if band is None:
        return NOT_QUANTIFIED
    return Spoken(lambda language: _said(band, answer, language))


def first_post_sentence(bands: tuple[Band, ...] | None, answer: MarginalValue) -> Text:
    """Say how far the unknown inputs move what the first post gives (da: i ord)."""
    fit = answer.question.department.fit
    if bands is None or fit is None:
        return NOT_QUANTIFIED
    return _moved(
        _FIRST_POST, fit.confidence, len(fit.possible), *(_points(each) for each in bands[0])
    )


def fuller_work_sentence(band: FullerWorkBand | None, answer: Expansion) -> Text:
    """Say how far the unknown inputs move the place where a target fails (da: i ord)."""
    fit = answer.question.department.fit
    if band is None or fit is None:
        return NOT_QUANTIFIED
    return _moved(
        _FAILS_BETWEEN,
        fit.confidence,
        len(fit.possible),
        _part_said(band.low),
        _part_said(band.high),
    )


def _moved(said: Text, confidence: Fraction, sets: int, low: Text, high: Text) -> Text:
    return Spoken(
        lambda language: said.in_language(language).format(
            sets=shown(sets, 0, language),
            low=low.in_language(language),
            high=high.in_language(language),
            confidence=percent(confidence, language),
        )
    )


def _points(difference: float) -> Text:
    return Spoken(lambda language: shown(exact(difference) * 100, 1, language).replace("-", "−"))


def _part_said(part: Share | None) -> Text:
    return _MORE_THAN_ALL if part is None else Spoken(lambda language: percent(part, language))


_MORE_THAN_ALL = Text(da="mere end alle", en="more than all")
_FIRST_POST = Text(
    da="Det, historikken lader stå åbent om tidsforbrug, ventetid og rækkefølge ({sets} mulige "
    "sæt), flytter den første stillings virkning til mellem {low} og {high} procentpoint "
    "({confidence}-bånd).",
    en="What history leaves open about effort, waiting and the order of work ({sets} possible "
    "sets) moves what the first post gives to between {low} and {high} percentage points "
    "({confidence} band).",
)
_FAILS_BETWEEN = Text(
    da="Det, historikken lader stå åbent om tidsforbrug, ventetid og rækkefølge ({sets} mulige "
    "sæt), flytter den grænse til mellem {low} og {high} af de ekstra timer ({confidence}-bånd).",
    en="What history leaves open about effort, waiting and the order of work ({sets} possible "
    "sets) moves that limit to between {low} and {high} of the added hours ({confidence} band).",
)
_BETWEEN = Text(
    da="Det, historikken lader stå åbent om tidsforbrug, ventetid og rækkefølge ({sets} mulige "
    "sæt), flytter det mindste til mellem {low} og {high} ekstra fuldtidsstillinger "
    "({confidence}-bånd)",
    en="What history leaves open about effort, waiting and the order of work ({sets} possible "
    "sets) moves the least to between {low} and {high} extra full-time posts ({confidence} band)",
)
_ABOVE = Text(
    da="Det, historikken lader stå åbent om tidsforbrug, ventetid og rækkefølge ({sets} mulige "
    "sæt), flytter det mindste til et sted fra {low} ekstra fuldtidsstillinger og op over {most} "
    "({confidence}-bånd)",
    en="What history leaves open about effort, waiting and the order of work ({sets} possible "
    "sets) moves the least to somewhere from {low} extra full-time posts to above {most} "
    "({confidence} band)",
)
_ALL_ABOVE = Text(
    da="Intet af det, historikken lader stå åbent om tidsforbrug, ventetid og rækkefølge ({sets} "
    "mulige sæt), bringer det mindste ned på {most} ekstra fuldtidsstillinger ({confidence}-bånd)",
    en="Nothing of what history leaves open about effort, waiting and the order of work ({sets} "
    "possible sets) brings the least down to {most} extra full-time posts ({confidence} band)",
)
_ENOUGH = Text(
    da="; {level} ekstra er nok i {enough} af sættene",
    en="; {level} extra is enough in {enough} of the sets",
)


def _said(band: LeastStaffBand, answer: LeastStaff, language: Language) -> str:
    said = _ALL_ABOVE if band.low is None else _ABOVE if band.high is None else _BETWEEN
    words = said.in_language(language)
    if answer.found is not None:
        words += _ENOUGH.in_language(language)
    return f"{words}.".format(
        sets=shown(band.sets, 0, language),
        low=in_full(band.low or 0, language),
        high=in_full(band.high or 0, language),
        most=in_full(answer.most, language),
        level=in_full(answer.found.extra_fte if answer.found else 0, language),
        enough=shown(band.enough_in, 0, language),
        confidence=percent(band.confidence, language),
    )
