"""What a review of a few cases will show: the binomial distribution, and how little it says."""

from fractions import Fraction
from math import comb

import pytest
from hypothesis import given
from hypothesis import strategies as st

from capacity.errors import InvalidInput, TooMuchWork
from capacity.next_review import next_review, review_sentence


@pytest.mark.parametrize(("share", "cases"), [("0.9", 10), ("0.7", 20), ("0.5", 7)])
def test_the_next_review_is_the_binomial_distribution(share, cases):
    found, p = next_review(Fraction(share), cases), float(share)
    chance = [comb(cases, k) * p**k * (1 - p) ** (cases - k) for k in range(cases + 1)]
    assert found.expected == Fraction(share) * cases
    assert found.chance_of_all == pytest.approx(p**cases)
    assert found.chance_of_half == pytest.approx(sum(chance[-(-cases // 2) :]))
    assert sum(chance[: found.low]) <= 0.025 < sum(chance[: found.low + 1])
    assert sum(chance[found.high + 1 :]) <= 0.025 < sum(chance[found.high :])
    assert [each.chance for each in found.counts] == pytest.approx(chance)
    assert [each.in_time for each in found.counts] == list(range(cases + 1))


@given(st.fractions(0, 1, max_denominator=50), st.integers(1, 30))
def test_the_chances_are_of_something_and_what_is_at_least_falls(share, cases):
    found = next_review(share, cases)
    assert sum(each.chance for each in found.counts) == pytest.approx(1)
    assert found.counts[0].chance_of_at_least == pytest.approx(1)
    at_least = [each.chance_of_at_least for each in found.counts]
    assert at_least == sorted(at_least, reverse=True)
    within = found.counts[found.low : found.high + 1]
    assert sum(each.chance for each in within) >= 0.95 - 1e-9


@pytest.mark.parametrize(("share", "low", "high"), [("0", 0, 0), ("1", 6, 6), ("0.5", 1, 5)])
def test_a_review_of_six_says_little(share, low, high):
    found = next_review(Fraction(share), 6)
    assert (found.low, found.high) == (low, high)
    assert "6" in review_sentence(found).da


def test_what_is_likely_is_said_once_and_what_hardly_happens_is_not_called_never():
    assert (
        "viser en gennemgang af 6 sager 6 til tiden"
        in review_sentence(next_review(Fraction(1), 6)).da
    )
    assert "mellem 1 og 5" in review_sentence(next_review(Fraction(1, 2), 6)).da
    assert "alle 6 er det i under 1 %" in review_sentence(next_review(Fraction(1, 5), 6)).da
    assert "0 %" in review_sentence(next_review(Fraction(0), 6)).da


def test_a_review_of_nothing_and_of_too_many_is_refused():
    with pytest.raises(InvalidInput):
        next_review(Fraction(1, 2), 0)
    with pytest.raises(InvalidInput):
        next_review(Fraction(3, 2), 6)
    with pytest.raises(TooMuchWork):
        next_review(Fraction(1, 2), 10**9)
