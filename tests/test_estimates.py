"""Means and their simulation error, against hand calculation and printed tables of Student's t."""

import numpy as np
import pytest

from simulations.estimates import Estimate, ratio, ratio_difference, year_range

T_2 = 4.302653  # Student's t, 97.5 %, 2 degrees of freedom
T_3 = 3.182446


def counts(*numbers: float) -> np.ndarray:
    return np.array(numbers, dtype=np.float64)


def about(value: float, half_width: float) -> list[float]:
    return pytest.approx([value, value - half_width, value + half_width], abs=1e-6)


def parts(found: Estimate) -> list[float]:
    return [found.value, found.low, found.high]


def test_a_ratio_has_students_interval():
    """Residuals −1, 0, 1, 0: their variance over n − 1 is 2/3, the error of a mean of 20 by it."""
    found = ratio(counts(8, 9, 10, 9), counts(20, 20, 20, 20))
    assert parts(found) == about(0.45, T_3 * (2 / 3) ** 0.5 / 4**0.5 / 20)


def test_a_ratio_is_of_sums_and_not_a_mean_of_ratios():
    """18 of 40, with residuals 1½, −1, −½ of squares 3½; the mean of the ratios is 0.467."""
    found = ratio(counts(6, 8, 4), counts(10, 20, 10))
    assert parts(found) == about(0.45, T_2 * (3.5 / 2) ** 0.5 / 3**0.5 / (40 / 3))


def test_a_share_has_no_interval_beyond_none_and_all():
    assert ratio(counts(8, 9, 10, 9), counts(10, 10, 10, 10)).high == 1
    assert ratio(counts(2, 1, 0, 1), counts(10, 10, 10, 10)).low == 0


def test_all_in_time_in_every_replication_is_no_proof():
    """40 of 40: the exact binomial interval of the tables begins at 0.9119."""
    found = ratio(counts(10, 10, 10, 10), counts(10, 10, 10, 10))
    assert parts(found) == pytest.approx([1, 0.9119, 1], abs=5e-5)


def test_none_in_time_in_any_replication_is_no_proof():
    found = ratio(counts(0, 0, 0, 0), counts(10, 10, 10, 10))
    assert parts(found) == pytest.approx([0, 0, 0.0881], abs=5e-5)


def test_a_difference_pairs_replication_with_replication():
    """Gains 3, 2, 1 of 10: residuals 1, 0, −1. Unpaired, their variance would be twice that."""
    found = ratio_difference(counts(8, 9, 7), counts(5, 7, 6), counts(10, 10, 10))
    assert parts(found) == about(0.2, T_2 * 1 / 3**0.5 / 10)


def test_a_difference_is_of_sums_too():
    """Gains 3, 3, 2 of 10, 20 and 10 are 8 of 40: residuals 1, −1, 0."""
    found = ratio_difference(counts(8, 16, 7), counts(5, 13, 5), counts(10, 20, 10))
    assert parts(found) == about(0.2, T_2 * 1 / 3**0.5 / (40 / 3))


def test_a_difference_has_no_interval_beyond_one_either_way():
    tens, many, few = counts(10, 10, 10), counts(10, 10, 7), counts(0, 1, 0)
    assert ratio_difference(many, few, tens).high == 1
    assert ratio_difference(few, many, tens).low == -1


def test_no_difference_in_any_replication_is_no_proof():
    same = counts(9, 8, 9, 9)
    found = ratio_difference(same, same, counts(10, 10, 10, 10))
    assert parts(found) == pytest.approx([0, -0.0881, 0.0881], abs=5e-5)


def test_of_a_hundred_and_one_years_two_and_a_half_in_a_hundred_lie_beyond_either_end():
    assert year_range(np.arange(101.0), np.full(101, 100.0)) == pytest.approx((0.025, 0.975))


def test_a_year_with_nothing_due_is_left_out():
    """With it as none of none, or as all of all, the range would not be half to half."""
    assert year_range(counts(1, 0, 2), counts(2, 0, 4)) == (0.5, 0.5)
