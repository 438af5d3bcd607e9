"""Means and their simulation error, against hand calculation and printed tables of Student's t."""

import numpy as np
import pytest
from scipy import stats

from simulations.estimates import (
    Estimate,
    needed_replications,
    ratio,
    ratio_difference,
    student_quantile,
    year_range,
)

T_47 = 2.011741  # Student's t, 97.5 %, 47 degrees of freedom
T_63 = 1.998341
TIMES = 16
"""The replications of a test are a few, 16 times over: 48 or 64."""


def counts(*numbers: float) -> np.ndarray:
    return np.array(numbers * TIMES, dtype=np.float64)


def error(*squares: float) -> float:
    """The error of a mean of which these are the squared residuals, 16 times over."""
    replications = TIMES * len(squares)
    return (TIMES * sum(squares) / (replications - 1) / replications) ** 0.5


def about(value: float, half_width: float) -> list[float]:
    return pytest.approx([value, value - half_width, value + half_width], abs=1e-6)


def parts(found: Estimate) -> list[float]:
    return [found.value, found.low, found.high]


def test_a_ratio_has_students_interval():
    """Residuals −1, 0, 1, 0, in shares of 20."""
    found = ratio(counts(8, 9, 10, 9), counts(20, 20, 20, 20))
    assert parts(found) == about(0.45, T_63 * error(1, 0, 1, 0) / 20)


def test_a_ratio_is_of_sums_and_not_a_mean_of_ratios():
    """18 of 40, with residuals 1½, −1, −½; the mean of the ratios is 0.467."""
    found = ratio(counts(6, 8, 4), counts(10, 20, 10))
    assert parts(found) == about(0.45, T_47 * error(2.25, 1, 0.25) / (40 / 3))


def test_a_share_has_no_interval_beyond_none_and_all():
    """One replication of 64 unlike the others: 1/64 ± 2/64."""
    once, always = np.array([1.0] + [0.0] * 63), np.ones(64)
    assert ratio(always - once, always).high == 1
    assert ratio(once, always).low == 0


def test_all_in_time_in_every_replication_is_no_proof():
    """40 of 40: the exact binomial interval of the tables begins at 0.9119."""
    forty = np.full(32, 1.25)
    assert parts(ratio(forty, forty)) == pytest.approx([1, 0.9119, 1], abs=5e-5)


def test_none_in_time_in_any_replication_is_no_proof():
    found = ratio(np.zeros(32), np.full(32, 1.25))
    assert parts(found) == pytest.approx([0, 0, 0.0881], abs=5e-5)


def test_a_difference_pairs_replication_with_replication():
    """Gains 3, 2, 1 of 10: residuals 1, 0, −1. Unpaired, their variance would be twice that."""
    tens = counts(10, 10, 10)
    found = ratio_difference(counts(8, 9, 7), tens, counts(5, 7, 6), tens)
    assert parts(found) == about(0.2, T_47 * error(1, 0, 1) / 10)


def test_a_difference_is_of_sums_too():
    """Gains 3, 3, 2 of 10, 20 and 10 are 8 of 40: residuals 1, −1, 0."""
    due = counts(10, 20, 10)
    found = ratio_difference(counts(8, 16, 7), due, counts(5, 13, 5), due)
    assert parts(found) == about(0.2, T_47 * error(1, 1, 0) / (40 / 3))


def test_each_side_of_a_difference_has_its_own_whole():
    """18 of 40 less 9 of 30. Residuals in shares of the mean whole, 40/3 and 10:

    (1½, −1, −½) / (40/3) − (1, 0, −1) / 10 = (0.0125, −0.075, 0.0625), of mean 0.
    """
    found = ratio_difference(
        counts(6, 8, 4), counts(10, 20, 10), counts(4, 3, 2), counts(10, 10, 10)
    )
    assert parts(found) == about(0.15, T_47 * error(0.0125**2, 0.075**2, 0.0625**2))


def test_a_difference_has_no_interval_beyond_one_either_way():
    once, always = np.array([1.0] + [0.0] * 63), np.ones(64)
    assert ratio_difference(always, always, once, always).high == 1
    assert ratio_difference(once, always, always, always).low == -1


def test_no_difference_in_any_replication_is_no_proof():
    same, whole = np.tile([1.0, 1.25], 16), np.full(32, 1.25)
    found = ratio_difference(same, whole, same, whole)
    assert parts(found) == pytest.approx([0, -0.0881, 0.0881], abs=5e-5)


def test_of_a_hundred_and_one_years_two_and_a_half_in_a_hundred_lie_beyond_either_end():
    assert year_range(np.arange(101.0), np.full(101, 100.0)) == pytest.approx((0.025, 0.975))


def test_a_year_with_nothing_due_is_left_out():
    """With it as none of none, or as all of all, the range would not be half to half."""
    assert year_range(counts(1, 0, 2), counts(2, 0, 4)) == (0.5, 0.5)


@pytest.mark.parametrize("confidence", [0.9, 0.95, 0.99, 0.99999])
def test_students_quantile_is_that_of_the_tables_from_31_degrees_of_freedom_on(confidence):
    degrees = np.array([*range(31, 300), 511, 1023, 16383])
    found = [student_quantile(each, confidence) for each in degrees]
    expected = stats.t.ppf((1 + confidence) / 2, degrees)
    assert found == pytest.approx(expected, rel=1e-6 if confidence < 0.999 else 1e-4)


def test_a_precision_takes_as_many_replications_as_the_first_stage_says():
    """64 residuals of ±1/10 have the variance 0.01·64/63, and t with 63 is 1.998341 (tables).

    Then 0.01 takes (1.998341/0.01)² · 0.01 · 64/63 = 405.7.
    """
    part, whole = np.tile([9.0, 7.0], 32), np.full(64, 10.0)
    assert needed_replications(part, whole, 0.01) == 406
    assert needed_replications(part, whole, 0.02) == 102
    assert needed_replications(whole, whole, 0.001) == 0
