"""What history leaves open of the inputs: one question under every set that is possible.

A fitted department carries sets of inputs as probable as one another (`Fit.possible`). How far
their answers lie apart is the third uncertainty, beside the simulation error and the luck of a
single year, and is never merged with the two.
"""

from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from fractions import Fraction

import numpy as np

from capacity.changes import with_inputs
from capacity.department import Department
from capacity.rulebook import Rulebook
from capacity.units import exact
from capacity.wording import Language, Spoken, Text, in_full, percent, shown
from simulations.questions import StaffingQuestion
from simulations.sentences import NOT_QUANTIFIED
from simulations.staffing import StaffingCurve, curve_steps, staffing_curve

REPLICATIONS = 64
"""For each set: enough to tell one from another, for all meet the same luck."""


@dataclass(frozen=True, slots=True, kw_only=True)
class InputBand:
    """From where to where the mean share in time lies, for what is unknown of the inputs.

    (da: bånd for ukendte størrelser.) `shares` and `differences` (from no extra staff) hold low and
    high at each level of the curve, in 0..1 and -1..1, with the fit's confidence, over `sets` sets.
    """

    shares: tuple[tuple[float, float], ...]
    differences: tuple[tuple[float, float], ...]
    sets: int
    confidence: Fraction


def input_band(
    curve: StaffingCurve,
    book: Rulebook,
    *,
    executor: Executor | None = None,
    on_progress: Callable[[int], None] = lambda _: None,
) -> InputBand | None:
    """Ask a curve's question under every possible set of inputs (da: bånd for ukendte størrelser).

    None where the department has no fit, or one that left no sets: then what is unknown has not
    been quantified. All sets meet the same luck, and so do the department's own inputs: what is
    laid around the curve is how far each set is from them, so that the few replications a set is
    given do not move it. `on_progress` is told how many replications have been done.
    """
    fit = curve.question.department.fit
    if fit is None or not fit.possible:
        return None
    answers = []
    for number, asked in enumerate(_asked(curve.question)):
        done_before = number * REPLICATIONS
        answers.append(
            staffing_curve(
                asked, book, executor=executor, on_progress=_counting(on_progress, done_before)
            )
        )
    own, *sets = answers
    return _band(curve, own, sets, fit.confidence)


def band_replications(question: StaffingQuestion) -> int:
    """How many replications the band takes; 0 where there is none (da: gentagelser)."""
    return REPLICATIONS * len(_asked(question))


def band_steps(question: StaffingQuestion, book: Rulebook) -> int:
    """What the band costs, in steps of the kernel (da: beregningens omfang)."""
    return sum(curve_steps(asked, book)[1] for asked in _asked(question))


def possible_departments(department: Department) -> list[Department]:
    """The department with its own inputs, then with each possible set (da: mulige afdelinger).

    None at all where it has no fit, or one that left no sets.
    """
    fit = department.fit
    if fit is None or not fit.possible:
        return []
    return [department, *(with_inputs(department, each) for each in fit.possible)]


def _asked(question: StaffingQuestion) -> list[StaffingQuestion]:
    """The question with the department's own inputs, and with each possible set."""
    return [
        replace(question, department=each, replications=REPLICATIONS, precision=None)
        for each in possible_departments(question.department)
    ]


def _counting(on_progress: Callable[[int], None], before: int) -> Callable[[int], None]:
    return lambda done: on_progress(before + done)


def _band(
    curve: StaffingCurve, own: StaffingCurve, sets: list[StaffingCurve], confidence: Fraction
) -> InputBand:
    shares, differences = [], []
    for number, point in enumerate(curve.points):
        here, own_point = [each.points[number] for each in sets], own.points[number]
        shares.append(
            band_around(
                point.share_in_time.value,
                own_point.share_in_time.value,
                [each.share_in_time.value for each in here],
                confidence,
                least=0.0,
            )
        )
        differences.append(
            band_around(
                point.difference.value,
                own_point.difference.value,
                [each.difference.value for each in here],
                confidence,
            )
        )
    return InputBand(
        shares=tuple(shares),
        differences=tuple(differences),
        sets=len(sets),
        confidence=confidence,
    )


def band_around(
    value: float,
    own: float,
    sets: Sequence[float],
    confidence: Fraction,
    *,
    least: float = -1.0,
    most: float = 1.0,
) -> tuple[float, float]:
    """Lay around a value how far each set's answer is from the own one's, on the same luck.

    Between `least` and `most`. The ends are the (n + 1)p-th of n in order, between which one more
    set would lie as often as the confidence says (Hyndman & Fan, Sample quantiles in statistical
    packages, The American Statistician 50, 1996, definition 6).

    >>> band_around(0.7, 0.6, [0.5, 0.55, 0.65, 0.7], Fraction(1, 2))
    (0.6125, 0.7875)
    """
    tail = float(1 - confidence) / 2
    low, high = np.quantile([each - own for each in sets], [tail, 1 - tail], method="weibull")
    return max(least, value + float(low)), min(most, value + float(high))


def band_sentence(band: InputBand | None, curve: StaffingCurve) -> Text:
    """Say what the unknown inputs leave open, without extra staff and with the most (da: i ord)."""
    if band is None:
        return NOT_QUANTIFIED
    return Spoken(lambda language: _said(band, curve, language))


_SAID = Text(
    da="Det, historikken lader stå åbent om tidsforbrug, ventetid og rækkefølge ({sets} mulige "
    "sæt), flytter gennemsnittet mellem {low} og {high} ved {least} ekstra og mellem {low_most} og "
    "{high_most} ved {most} ({confidence}-bånd).",
    en="What history leaves open about effort, waiting and the order of work ({sets} possible "
    "sets) moves the mean between {low} and {high} with {least} extra and between {low_most} and "
    "{high_most} with {most} ({confidence} band).",
)


def _said(band: InputBand, curve: StaffingCurve, language: Language) -> str:
    (low, high), (low_most, high_most) = band.shares[0], band.shares[-1]
    return _SAID.in_language(language).format(
        sets=shown(band.sets, 0, language),
        low=percent(exact(low), language),
        high=percent(exact(high), language),
        least=in_full(curve.points[0].extra_fte, language),
        low_most=percent(exact(low_most), language),
        high_most=percent(exact(high_most), language),
        most=in_full(curve.points[-1].extra_fte, language),
        confidence=percent(band.confidence, language),
    )
