"""Little's law between inflow, open cases and turnaround."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from capacity.consistency import DAYS_PER_YEAR, consistency, consistency_sentence
from capacity.errors import InvalidInput
from capacity.wording import rounded

positive = st.fractions(min_value=Fraction(1, 10), max_value=10_000, max_denominator=100)
FOUR_MONTHS = DAYS_PER_YEAR * 4 / 12


def check(inflow=Fraction(152), open_cases=51, turnaround=FOUR_MONTHS):
    return consistency(
        inflow_per_year=inflow, open_cases=open_cases, mean_turnaround_days=turnaround
    )


def test_38_a_quarter_at_four_full_months_are_about_51_open():
    assert str(rounded(check(Fraction(4 * 38)).implied_open_cases, 0)) == "51"


@given(positive, st.integers(min_value=1, max_value=10_000), positive)
def test_each_number_is_implied_by_the_other_two(inflow, open_cases, turnaround):
    found = check(inflow, open_cases, turnaround)
    assert check(found.implied_inflow_per_year, open_cases, turnaround).ratio == 1
    assert check(inflow, open_cases, found.implied_turnaround_days).ratio == 1
    assert found.ratio == open_cases / found.implied_open_cases


def test_twice_the_implied_cases_are_a_ratio_of_two():
    assert check(Fraction(100), 200, DAYS_PER_YEAR).ratio == 2


def test_the_sentence_says_when_the_numbers_fit():
    said = consistency_sentence(check(Fraction(153)))
    assert said.da == (
        "Med 153 nye sager om året og 122 dages gennemsnitlig sagsbehandlingstid skulle der være "
        "omkring 51,0 åbne sager. Der er 51: tallene passer sammen."
    )
    assert "the numbers fit together" in said.en


def test_a_ratio_printed_as_other_than_one_is_no_fit():
    said = consistency_sentence(check(Fraction(152), 51))
    assert "omkring 50,7 åbne sager. Der er 51, altså 1,01 gange så mange." in said.da


@given(positive, st.integers(min_value=1, max_value=10_000), positive)
def test_the_numbers_are_said_to_fit_where_the_ratio_prints_as_one(inflow, open_cases, turnaround):
    found = check(inflow, open_cases, turnaround)
    fits = "the numbers fit together" in consistency_sentence(found).en
    assert fits == (Fraction("0.995") <= found.ratio < Fraction("1.005"))


@pytest.mark.parametrize(("open_cases", "moves"), [(90, "vokser"), (20, "skrumper")])
def test_the_sentence_says_what_would_make_them_fit(open_cases, moves):
    said = consistency_sentence(check(open_cases=open_cases)).da
    assert f"Der er {open_cases}" in said
    assert said.endswith(f"{moves} bunken.")


@pytest.mark.parametrize(
    ("inflow", "open_cases", "turnaround"), [(0, 51, 122), (152, -1, 122), (152, 51, 0)]
)
def test_impossible_numbers_are_refused(inflow, open_cases, turnaround):
    with pytest.raises(InvalidInput):
        check(Fraction(inflow), open_cases, Fraction(turnaround))
