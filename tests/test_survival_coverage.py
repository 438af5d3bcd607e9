"""The fitted intervals of turnaround hold the truth as often as they say, and the test its level.

With 30 % of cases open, in lists of several sizes, and with cases that were open already when the
list begins. How often is judged by the exact binomial distribution, and all judgements of this file
hold together with 99 % confidence (Bonferroni). Below 100 cases the intervals are allowed to hold
it somewhat oftener: the likelihood's fall is Student's, which is made for the mean alone.
"""

import numpy as np
import pytest
from scipy import stats
from turnaround_lists import TRUTHS, drawn_list

from simulations.goodness_of_fit import fitness
from simulations.luck import Floats
from simulations.survival import open_share
from simulations.turnaround_fit import turnaround_fit
from simulations.turnaround_likelihood import family_fit
from simulations.turnaround_shapes import Shape

STATED = 0.90
FAMILY_WISE_ERROR = 0.01
JUDGEMENTS = 400
"""More than there are in this file, the long form too."""
EXTRA = 0.02
LIMIT = 120.0
SEED = 20_261_126

REPETITIONS = 100
LONG_REPETITIONS = 1_000


def bounds(of: int, share: float, extra: float = 0.0) -> tuple[float, float]:
    """Between which shares a count lies that comes from the stated one, or from a little more."""
    tail = FAMILY_WISE_ERROR / JUDGEMENTS / 2
    low = stats.binom.ppf(tail, of, share)
    high = stats.binom.ppf(1 - tail, of, min(share + extra, 1.0))
    return float(low / of), float(high / of)


def held(shape: Shape, cases: int, repetitions: int, *, old: bool) -> dict[str, float]:
    """How often each interval holds its truth."""
    truth, luck = TRUTHS[shape], np.random.default_rng([SEED, cases, old])
    truths = {
        "mean": truth.mean(),
        "cv": truth.std() / truth.mean(),
        "median": truth.median(),
        "last tenth": truth.ppf(0.9),
        "in time": truth.cdf(LIMIT),
        "counted median": truth.median(),
        "counted in time": truth.cdf(LIMIT),
    }
    found = dict.fromkeys(truths, 0)
    for _ in range(repetitions):
        known = drawn_list(luck, cases, truth, old=old)
        fit, counted = family_fit(known, shape, STATED), open_share(known, STATED)
        assert fit is not None
        intervals = {
            "mean": fit.mean,
            "cv": fit.cv,
            "median": fit.age_reached(0.5),
            "last tenth": fit.age_reached(0.9),
            "in time": fit.finished_by(LIMIT),
            "counted median": counted.age_reached(0.5),
            "counted in time": counted.finished_by(LIMIT),
        }
        for name, each in intervals.items():
            low = 0.0 if each.low is None else each.low
            high = np.inf if each.high is None else each.high
            found[name] += low <= truths[name] <= high
    if shape is Shape.EXPONENTIAL:
        assert found.pop("cv") == repetitions  # it has no other
    return {name: count / repetitions for name, count in found.items()}


def judge(shape: Shape, cases: int, repetitions: int, *, old: bool) -> None:
    low, high = bounds(repetitions, STATED, EXTRA if cases < 100 else 0.0)
    for name, share in held(shape, cases, repetitions, old=old).items():
        assert low <= share <= high, (name, share)


@pytest.mark.parametrize("old", [False, True])
@pytest.mark.parametrize("cases", [30, 150, 800])
@pytest.mark.parametrize("shape", [Shape.GAMMA, Shape.LOGNORMAL])
def test_the_intervals_hold_the_truth_as_often_as_they_say(shape: Shape, cases: int, old: bool):
    judge(shape, cases, REPETITIONS, old=old)


@pytest.mark.soak
@pytest.mark.parametrize("old", [False, True])
@pytest.mark.parametrize("cases", [30, 150, 800])
@pytest.mark.parametrize("shape", Shape)
def test_the_intervals_hold_the_truth_as_often_as_they_say_long(
    shape: Shape, cases: int, old: bool
):
    judge(shape, cases, LONG_REPETITIONS, old=old)


def test_the_judgement_would_see_an_interval_that_is_too_short():
    """Wald's on the days themselves would be that: 1.28 standard errors instead of 1.64."""
    low, _ = bounds(LONG_REPETITIONS, STATED)
    assert stats.binom.cdf(low * LONG_REPETITIONS, LONG_REPETITIONS, 0.80) > 0.999


def p_values(shape: Shape, fitted: Shape, cases: int, repetitions: int, *, old: bool) -> Floats:
    luck = np.random.default_rng([SEED, cases, old, 1])
    found = []
    for _ in range(repetitions):
        known = drawn_list(luck, cases, TRUTHS[shape], old=old)
        test = fitness(known, family_fit(known, fitted), open_share(known))
        assert test.p_value is not None
        found.append(test.p_value)
    return np.array(found)


def level_holds(shape: Shape, cases: int, repetitions: int, *, old: bool) -> None:
    """The test of fit rejects a true family as often as its level says, at 5 and at 20 %.

    The chi-square is a limit, so a quarter to either side is allowed, and two fifths at 5 %.
    """
    found = p_values(shape, shape, cases, repetitions, old=old)
    for level, low, high in ((0.05, 0.03, 0.07), (0.20, 0.15, 0.25)):
        rejected = float(np.mean(found < level))
        assert bounds(repetitions, low)[0] <= rejected <= bounds(repetitions, high)[1]


@pytest.mark.parametrize("old", [False, True])
@pytest.mark.parametrize("shape", [Shape.GAMMA, Shape.LOGNORMAL])
def test_the_test_of_fit_rejects_a_true_family_as_seldom_as_it_says(shape: Shape, old: bool):
    level_holds(shape, 60, 3 * REPETITIONS, old=old)
    level_holds(shape, 400, REPETITIONS, old=old)


@pytest.mark.soak
@pytest.mark.parametrize("old", [False, True])
@pytest.mark.parametrize("cases", [60, 150, 800])
@pytest.mark.parametrize("shape", Shape)
def test_the_test_of_fit_rejects_a_true_family_as_seldom_as_it_says_long(
    shape: Shape, cases: int, old: bool
):
    level_holds(shape, cases, LONG_REPETITIONS, old=old)


def test_the_test_of_fit_finds_a_false_family_where_there_are_many_cases():
    found = p_values(Shape.GAMMA, Shape.LOGNORMAL, 800, REPETITIONS // 2, old=False)
    assert np.mean(found < 0.05) > 0.8


def chosen_holds(shape: Shape, cases: int, repetitions: int) -> None:
    """The mean of the family that was chosen by the same cases holds the truth nearly as often.

    Choosing is a part of the fit that its interval does not know of.
    """
    luck = np.random.default_rng([SEED, cases, 2])
    hits = 0
    for _ in range(repetitions):
        found = turnaround_fit(drawn_list(luck, cases, TRUTHS[shape]), STATED)
        if found.chosen is None:
            continue
        mean = found.chosen.fit.mean
        hits += mean.low <= TRUTHS[shape].mean() <= mean.high
    assert hits / repetitions >= bounds(repetitions, 0.85)[0]


@pytest.mark.soak
@pytest.mark.parametrize("cases", [30, 150, 800])
@pytest.mark.parametrize("shape", [Shape.GAMMA, Shape.LOGNORMAL])
def test_the_mean_of_the_chosen_family_holds_the_truth_nearly_as_often(shape: Shape, cases: int):
    chosen_holds(shape, cases, LONG_REPETITIONS)


def test_the_mean_of_the_chosen_family_holds_the_truth_nearly_as_often_short():
    chosen_holds(Shape.GAMMA, 150, REPETITIONS)
