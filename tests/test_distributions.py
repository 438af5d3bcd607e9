"""What was observed, as a distribution."""

from fractions import Fraction
from statistics import fmean, pstdev

import pytest
from hypothesis import given
from hypothesis import strategies as st

from capacity.distributions import NOTHING, Family, empirical

OBSERVED = st.lists(st.fractions(0, 500, max_denominator=100), min_size=1, max_size=30)


@given(OBSERVED)
def test_observed_values_have_the_mean_and_the_variation_of_a_whole_population(observed):
    found = empirical(observed)
    values = [float(value) for value in observed]
    assert float(found.mean) == pytest.approx(fmean(values))
    assert float(found.cv * found.mean) == pytest.approx(pstdev(values), abs=1e-6)


@given(OBSERVED, st.integers(2, 9))
def test_values_observed_so_many_times_over_are_the_same_distribution(observed, times):
    once, often = empirical(observed), empirical(observed * times)
    assert (often.mean, often.cv) == (once.mean, once.cv)


@given(st.fractions(0, 500), st.integers(1, 9))
def test_the_same_value_every_time_does_not_vary(value, times):
    assert empirical([value] * times).cv == 0


def test_the_variation_is_cut_off_after_nine_decimals():
    """1, 2 and 3 vary by the root of 2/3 over 2: 0.408248290463…"""
    assert empirical([Fraction(n) for n in (1, 2, 3)]).cv == Fraction("0.408248290")


def test_nothing_is_no_hours_and_does_not_vary():
    assert (NOTHING.family, NOTHING.mean, NOTHING.cv) == (Family.DETERMINISTIC, 0, 0)
