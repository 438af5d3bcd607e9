"""From a decision to full pace, and what posts cost: the assumptions are said, and the sums add."""

from datetime import date
from fractions import Fraction

import pytest
from small_department import small_department

from api.documents import load_example
from capacity.caseworker import RampUp
from capacity.errors import InvalidInput
from capacity.hiring import (
    USUAL_HIRING_DAYS,
    Hiring,
    hiring_sentence,
    usual_hiring,
)
from capacity.post_costs import PostCosts, post_costs_sentence
from capacity.rulebook import rulebook
from capacity.staff_costs import PostPrice

HALF_A_YEAR = RampUp(months=6, first_share=Fraction(1, 2))


def hiring(days: int, ramp_up: RampUp = HALF_A_YEAR) -> Hiring:
    return Hiring(decided_on=date(2026, 1, 1), hiring_days=days, ramp_up=ramp_up)


def test_the_first_year_is_the_area_under_the_pace():
    # 181 days from a half to a whole in a straight line, and 184 days whole.
    ramp = sum(Fraction(1, 2) + Fraction(day, 2 * 181) for day in range(181))
    assert hiring(0).first_year == (ramp + 184) / 365


def test_who_begins_after_a_year_does_nothing_in_it():
    assert hiring(365).first_year == 0
    assert 0 < hiring(364).first_year < Fraction(1, 365)


@pytest.mark.parametrize("days", [0, 30, 90, 200])
def test_hiring_later_is_never_worth_more(days: int):
    assert hiring(days + 1).first_year < hiring(days).first_year
    assert hiring(days + 31).months_to_full > hiring(days).months_to_full


def test_the_sentence_names_the_days():
    said = hiring_sentence(hiring(90))
    assert "begynder de ansatte 1. april 2026 i 50 % af fuldt tempo" in said.da
    assert "i fuldt tempo 1. oktober 2026, 9 måneder efter" in said.da
    assert "at full pace on 1 October 2026, 9 months after the decision" in said.en


@pytest.mark.parametrize("days", [-1, 731])
def test_hiring_that_cannot_be_is_refused(days: int):
    with pytest.raises(InvalidInput, match="hiring_days"):
        hiring(days)


def test_a_department_s_own_assumptions_come_before_the_planner_s():
    ishoej = usual_hiring(load_example("ishoej-2020"), "paragraf-50", rulebook())
    assert (ishoej.hiring_days, ishoej.ramp_up) == (75, HALF_A_YEAR)
    assert ishoej.hiring_source.en == "the department’s own assumption"
    small = usual_hiring(small_department(), "assessment", rulebook())
    assert small.hiring_days == USUAL_HIRING_DAYS
    assert small.hiring_source.da == "planlæggerens antagelse"
    assert small.ramp_up == HALF_A_YEAR
    assert "Socialrådgiverforening" in small.ramp_up_source.da


def costs(**given) -> PostCosts:
    price = PostPrice(
        salary=Fraction(480_000),
        pension=Fraction(0),
        recruitment=Fraction(30_000),
        price_year=2025,
        source="et eksempel",
    )
    usual = {"fte": Fraction(3, 2), "from_": date(2026, 10, 1), "price": price}
    return PostCosts(**(usual | {"growth": Fraction("0.02"), "budget_year": 2026} | given))


def test_posts_cost_what_a_pocket_calculator_says():
    total = costs().budget.total
    # A post and a half, three months and its recruitment, in the wages of 2026.
    assert total.part_year == (Fraction(3, 2) * (480_000 * Fraction(3, 12) + 30_000)) * Fraction(
        "1.02"
    )
    assert total.by_year[1] == Fraction(3, 2) * 480_000 * Fraction("1.02") ** 2
    assert total.full_year == Fraction(3, 2) * 480_000 * Fraction("1.02")


def test_the_price_s_year_and_source_are_said():
    said = post_costs_sentence(costs())
    assert "480.000 kr. pr. stilling i 2025 (et eksempel)" in said.da
    assert "a rise of 2.0% a year" in said.en
    assert post_costs_sentence(costs(fte=Fraction(1))).da.startswith("1 fuldtidsstilling fra")


@pytest.mark.parametrize(("field", "value"), [("fte", Fraction(0)), ("growth", Fraction(1))])
def test_costs_that_cannot_be_are_refused(field: str, value: Fraction):
    with pytest.raises(InvalidInput, match=field):
        costs(**{field: value})
