"""Where the document is wrong of effort and of waiting, a fit finds what is true."""

from dataclasses import replace
from datetime import date
from fractions import Fraction
from functools import cache

import numpy as np
import pytest
from fitted_past import BOOK, COMPLETE, LITTLE, SEEN
from scipy.stats import binomtest

from capacity.case_events import CaseEvent
from capacity.changes import with_delays, with_effort
from capacity.department import Department
from capacity.fit import FittedInput
from simulations.case_history import CaseHistory
from simulations.department_fit import UNKNOWN_EFFORT, Past, department_fit
from simulations.synthetic_department import SyntheticPast, as_listed, synthetic_past
from simulations.synthetic_truths import Size, synthetic_truth

DOCUMENT = synthetic_truth(Size.SMALL)
TEAM = DOCUMENT.headline_team
TOO_LOW, TOO_HIGH = Fraction(4, 3), Fraction(5, 6)
"""What is true where effort is stated a quarter too low and waiting a fifth too high."""


def played(effort: Fraction, delays: Fraction, seed: int, from_: date = COMPLETE) -> SyntheticPast:
    """The past of a department whose work is not as its document says."""
    truth = with_delays(with_effort(DOCUMENT, effort), delays)
    return synthetic_past(truth, from_, SEEN, BOOK, seed=seed)


def fitted(past: SyntheticPast, cases: CaseHistory | None = None) -> Department:
    listed = as_listed(past.cases) if cases is None else cases
    return department_fit(DOCUMENT, Past(cases=listed, staff=past.staff), BOOK, study=LITTLE)


def factor(department: Department, name: str) -> FittedInput:
    assert department.fit is not None
    (found,) = (each for each in department.fit.inputs if each.about == f"teams.{TEAM}.{name}")
    return found


@cache
def overloaded() -> SyntheticPast:
    """A department whose pile has grown for a year before the list begins."""
    return played(TOO_LOW, TOO_HIGH, seed=310)


@cache
def found_out() -> Department:
    return fitted(overloaded())


def test_a_document_that_is_wrong_of_effort_and_waiting_is_found_out():
    effort, delays = factor(found_out(), "effort"), factor(found_out(), "delays")
    assert effort.low <= TOO_LOW <= effort.high
    assert delays.low <= TOO_HIGH <= delays.high
    assert effort.learned
    assert delays.high < 1


def test_follow_ups_teach_nothing_of_effort():
    """How far along its follow-ups a case was on the first day, no list says."""
    history = as_listed(overloaded().cases)
    is_row_beside = np.array(["/" in name for name in history.case_classes])[history.case_class]
    later = {
        event: np.where(is_row_beside & (moments < history.seen_until - 60), moments + 60, moments)
        if event in (CaseEvent.FOLLOWED_UP_FIRST, CaseEvent.FOLLOWED_UP, CaseEvent.CLOSED)
        else moments
        for event, moments in history.events.items()
    }
    moved = fitted(overloaded(), replace(history, events=later))
    for name in ("effort", "delays"):
        assert factor(moved, name) == factor(found_out(), name)


def held(fits: int, first_seed: int, truths: object, from_: date = COMPLETE) -> dict[str, int]:
    """How many of so many fits have the truth within their intervals."""
    counted = {"effort": 0, "delays": 0}
    for seed in range(first_seed, first_seed + fits):
        effort, delays = truths(seed)  # type: ignore[operator]
        department = fitted(played(effort, delays, seed, from_))
        for name, true in (("effort", effort), ("delays", delays)):
            found = factor(department, name)
            counted[name] += found.low <= true <= found.high
    return counted


def believed(seed: int) -> tuple[Fraction, Fraction]:
    """Two factors as they are believed to be beforehand."""
    scores = np.random.default_rng(seed).normal(size=2).clip(-2, 2)
    effort, delays = (UNKNOWN_EFFORT.quantile(float(each)) for each in scores)
    return Fraction(effort).limit_denominator(1000), Fraction(delays).limit_denominator(1000)


def as_stated(_seed: int) -> tuple[Fraction, Fraction]:
    return Fraction(1), Fraction(1)


@pytest.mark.soak
@pytest.mark.parametrize(
    ("truths", "from_"),
    [
        pytest.param(believed, COMPLETE, id="as believed"),
        pytest.param(lambda _: (TOO_LOW, TOO_HIGH), COMPLETE, id="stated too low and too high"),
        # so short a list that three in ten of its cases are still open
        pytest.param(as_stated, date(2025, 4, 1), id="three in ten open"),
    ],
)
def test_intervals_of_90_percent_hold_what_is_true_in_so_many_departments(truths, from_):
    fits = 40
    for name, count in held(fits, 101, truths, from_).items():
        found = binomtest(count, fits, 0.9, alternative="less")
        assert found.pvalue > 0.001, (name, count)
