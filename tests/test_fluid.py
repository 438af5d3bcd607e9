"""The backlog by subtraction, against keeping the books; and the share no staffing can reach."""

import math
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.stats import gamma, lognorm

from capacity.distributions import Distribution, Family, empirical
from capacity.errors import InvalidInput, NoCapacity
from simulations.fluid import (
    Course,
    TeamHours,
    backlog_hours_at,
    extra_fte_to_clear,
    extra_fte_to_stop_growth,
    outlook,
    share_out_of_reach,
    share_within_reach,
)

hours = st.fractions(0, 2000, max_denominator=10)
months = st.fractions(Fraction(1, 10), 60, max_denominator=10)
posts = st.fractions(0, 12, max_denominator=10)


def team(demand="1200", supply="1080", backlog="600", per_case="24", per_post="96") -> TeamHours:
    return TeamHours(
        demand_hours=Fraction(demand),
        supply_hours=Fraction(supply),
        backlog_hours=Fraction(backlog),
        hours_per_case=Fraction(per_case),
        hours_per_post=Fraction(per_post),
    )


def test_a_team_with_less_time_than_work_knows_how_fast_it_falls_behind():
    behind = team()
    assert behind.load == Fraction(10, 9)
    assert (behind.growth_hours_per_month, behind.growth_cases_per_month) == (120, 5)
    assert behind.backlog_cases == 25
    alone = outlook(behind)
    assert (alone.course, alone.growth_cases_per_month) == (Course.GROWS, 5)
    assert alone.cleared_after_months is None
    assert alone.cleared_in_month is None


def test_a_post_and_a_quarter_only_stops_the_growth():
    assert extra_fte_to_stop_growth(team()) == Fraction(5, 4)
    standing = outlook(team(), extra_fte=Fraction(5, 4))
    assert (standing.course, standing.cleared_after_months) == (Course.STANDS, None)
    assert backlog_hours_at(team(), Fraction(100), extra_fte=Fraction(5, 4)) == 600


def test_clearing_in_ten_months_takes_sixty_hours_more_a_month():
    # 120 hours a month that are missing, and 600 / 10 of the backlog, at 96 hours a post.
    assert extra_fte_to_clear(team(), within_months=Fraction(10)) == Fraction(180, 96)
    cleared = outlook(team(), extra_fte=Fraction(180, 96))
    assert (cleared.course, cleared.cleared_after_months) == (Course.SHRINKS, 10)
    assert cleared.cleared_in_month == 10


def test_two_posts_clear_it_in_the_ninth_month():
    two = outlook(team(), extra_fte=Fraction(2))
    assert two.growth_hours_per_month == -72
    assert two.growth_cases_per_month == -3
    assert (two.cleared_after_months, two.cleared_in_month) == (Fraction(25, 3), 9)


@given(demand=hours, supply=hours, backlog=hours, extra=posts, whole_months=st.integers(0, 40))
def test_the_backlog_agrees_with_keeping_the_books(demand, supply, backlog, extra, whole_months):
    found = team(demand, supply, backlog)
    lies_there = backlog
    for _ in range(whole_months):
        lies_there = max(lies_there + demand - supply - 96 * extra, Fraction(0))
    assert backlog_hours_at(found, Fraction(whole_months), extra_fte=extra) == lies_there


@given(demand=hours, supply=hours, backlog=hours, extra=posts)
def test_it_is_cleared_when_it_is_said_to_be_and_not_before(demand, supply, backlog, extra):
    found = team(demand, supply, backlog)
    said = outlook(found, extra_fte=extra)
    if said.cleared_after_months is None:
        assert backlog_hours_at(found, Fraction(10**6), extra_fte=extra) >= max(backlog, 1 / 10**6)
        assert said.course in (Course.GROWS, Course.STANDS)
        return
    assert backlog_hours_at(found, said.cleared_after_months, extra_fte=extra) == 0
    if backlog:
        just_before = said.cleared_after_months * Fraction(999_999, 10**6)
        assert backlog_hours_at(found, just_before, extra_fte=extra) > 0
        assert said.cleared_in_month - 1 < said.cleared_after_months <= said.cleared_in_month


@given(demand=hours, supply=hours, backlog=hours.filter(bool), within=months)
def test_the_posts_that_clear_it_in_time_clear_it_just_in_time(demand, supply, backlog, within):
    found = team(demand, supply, backlog)
    needed = extra_fte_to_clear(found, within_months=within)
    cleared_after = outlook(found, extra_fte=needed).cleared_after_months
    assert cleared_after == within if needed else cleared_after <= within
    assert needed >= extra_fte_to_stop_growth(found)
    assert extra_fte_to_clear(found, within_months=2 * within) <= needed


@given(demand=hours, supply=hours)
def test_the_posts_that_stop_the_growth_are_the_least_that_do(demand, supply):
    found = team(demand, supply)
    enough = extra_fte_to_stop_growth(found)
    assert outlook(found, extra_fte=enough).growth_hours_per_month == min(demand - supply, 0)
    if enough:
        assert outlook(found, extra_fte=enough * Fraction(99, 100)).course is Course.GROWS


def test_without_backlog_and_with_time_enough_there_is_nothing_to_clear():
    for supply in ("1200", "1300"):
        calm = outlook(team(supply=supply, backlog="0"))
        assert (calm.course, calm.cleared_after_months) == (Course.CLEAR, 0)
        assert calm.cleared_in_month == 0
    assert extra_fte_to_stop_growth(team(supply="1300")) == 0
    assert outlook(team(backlog="0")).course is Course.GROWS


def test_a_team_without_hours_has_no_load_but_a_backlog_that_grows():
    nobody = team(supply="0")
    with pytest.raises(NoCapacity, match=r"1,200\.0 hours of work a month"):
        _ = nobody.load
    assert outlook(nobody).growth_cases_per_month == 50
    assert extra_fte_to_stop_growth(nobody) == Fraction(25, 2)


@pytest.mark.parametrize(
    ("parts", "field"),
    [
        ({"demand": "-1"}, "demand_hours"),
        ({"supply": "-1"}, "supply_hours"),
        ({"backlog": "-1"}, "backlog_hours"),
        ({"per_case": "0"}, "hours_per_case"),
        ({"per_post": "0"}, "hours_per_post"),
    ],
)
def test_hours_that_cannot_be_are_refused_by_name(parts, field):
    with pytest.raises(InvalidInput) as refusal:
        team(**parts)
    assert refusal.value.field == field


def test_questions_that_cannot_be_are_refused_by_name():
    for field, refused in (
        ("months", lambda: backlog_hours_at(team(), Fraction(-1))),
        ("extra_fte", lambda: outlook(team(), extra_fte=Fraction(-1))),
        ("within_months", lambda: extra_fte_to_clear(team(), within_months=Fraction(0))),
        ("limit", lambda: share_within_reach(empirical([Fraction(1)]), limit=Fraction(-1))),
    ):
        with pytest.raises(InvalidInput) as refusal:
            refused()
        assert refusal.value.field == field


def delay(family: Family, mean: Fraction | int | str, cv: Fraction | int | str) -> Distribution:
    return Distribution(family=family, mean=Fraction(mean), cv=Fraction(cv))


variations = st.fractions(Fraction(1, 10), 3, max_denominator=10)
days = st.fractions(Fraction(1, 2), 400, max_denominator=4)


@given(mean=days, cv=variations, limit=days)
def test_the_share_within_reach_is_the_area_under_the_density(mean, cv, limit):
    variance = math.log1p(float(cv**2))
    frozen = {
        Family.GAMMA: gamma(a=float(1 / cv**2), scale=float(mean * cv**2)),
        Family.LOGNORMAL: lognorm(
            s=math.sqrt(variance), scale=float(mean) / math.sqrt(1 + float(cv**2))
        ),
    }
    for family, same in frozen.items():
        assert same.mean() == pytest.approx(float(mean))
        assert same.std() == pytest.approx(float(mean * cv))
        found = delay(family, mean, cv)
        assert share_within_reach(found, limit=limit) == pytest.approx(
            same.cdf(float(limit)), rel=1e-9, abs=1e-300
        )
        assert share_out_of_reach(found, limit=limit) == pytest.approx(
            same.sf(float(limit)), rel=1e-9, abs=1e-300
        )


def test_the_lognormal_share_agrees_with_integration():
    variance = math.log(1.25)

    def density(day: float) -> float:
        score = (math.log(day / 60) + variance / 2) / math.sqrt(variance)
        return math.exp(-(score**2) / 2) / (day * math.sqrt(2 * math.pi * variance))

    area = quad(density, 0, 120, epsabs=1e-13)[0]
    found = share_within_reach(delay(Family.LOGNORMAL, 60, "0.5"), limit=Fraction(120))
    assert found == pytest.approx(area, abs=1e-10)


@given(mean=days, limit=days)
def test_an_exponential_delay_passes_the_limit_as_e_to_the_minus(mean, limit):
    found = delay(Family.EXPONENTIAL, mean, 1)
    tail = math.exp(-float(limit / mean))
    assert share_out_of_reach(found, limit=limit) == pytest.approx(tail, rel=1e-12)
    assert share_within_reach(found, limit=limit) == pytest.approx(1 - tail, rel=1e-9)


def test_a_delay_met_on_the_last_day_is_within_reach():
    fixed = delay(Family.DETERMINISTIC, 120, 0)
    assert share_within_reach(fixed, limit=Fraction(120)) == 1
    assert share_out_of_reach(fixed, limit=Fraction(120)) == 0
    assert share_within_reach(fixed, limit=Fraction("119.9")) == 0
    assert share_out_of_reach(fixed, limit=Fraction("119.9")) == 1
    counted = empirical([Fraction(n) for n in (10, 120, 121, 300)])
    assert share_within_reach(counted, limit=Fraction(120)) == 0.5
    assert share_out_of_reach(counted, limit=Fraction(120)) == 0.5


def test_without_external_delay_all_is_within_reach():
    for family, cv in ((Family.EXPONENTIAL, 1), (Family.GAMMA, 2), (Family.LOGNORMAL, 2)):
        assert share_within_reach(delay(family, 0, cv), limit=Fraction(0)) == 1
        assert share_within_reach(delay(family, 30, cv), limit=Fraction(0)) == 0


def test_a_delay_that_hardly_varies_is_as_good_as_one_value():
    for family in (Family.GAMMA, Family.LOGNORMAL):
        nearly = delay(family, 60, Fraction(1, 10**6))
        assert share_within_reach(nearly, limit=Fraction(61)) == 1
        assert share_within_reach(nearly, limit=Fraction(59)) == 0
        nearly_fixed = delay(family, 60, Fraction(1, 10**90))
        assert share_within_reach(nearly_fixed, limit=Fraction(59)) == pytest.approx(0)
    with pytest.raises(InvalidInput, match="cv is 1e-200"):
        share_within_reach(delay(Family.GAMMA, 60, Fraction(1, 10**200)), limit=Fraction(59))
