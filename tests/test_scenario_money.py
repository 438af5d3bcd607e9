"""A plan's money: what its changes cost, what follows them, and what a team costs."""

from dataclasses import replace
from datetime import date
from fractions import Fraction
from itertools import pairwise

import pytest

from api.documents import load_example
from capacity.errors import InvalidInput
from capacity.posts import PostRounding
from capacity.roster import contracted_fte
from capacity.rulebook import rulebook
from capacity.scenario import (
    FollowingPosts,
    Prices,
    Scenario,
    expenses,
    scenario_budget,
    staff_kroner,
    unpriced,
)
from capacity.scenario_changes import AddedPosts, EmptyPosts, Measure, Overtime, TemporaryStaff
from capacity.staff_costs import PostPrice, break_even, kroner_between
from capacity.wording import Text

BOOK = rulebook()
ISHOEJ = load_example("ishoej-2020")
TEAM = "paragraf-50"
PRICE = PostPrice(
    salary=Fraction(400_000),
    pension=Fraction(1, 4),
    recruitment=Fraction(12_000),
    price_year=2020,
    source="an example",
)
FLAT = dict.fromkeys(range(2018, 2030), Fraction(0))
PRICES = Prices(post=PRICE, growth=FLAT)
MAY = date(2020, 5, 1)
LEADER = FollowingPosts(
    label=Text(da="leder", en="leader"),
    one_per=Fraction(12),
    rounding=PostRounding.UP,
    price=replace(PRICE, salary=Fraction(600_000), recruitment=Fraction(0)),
)


def posts(fte, **more):
    return AddedPosts(**{"reason": "r", "team": TEAM, "fte": Fraction(fte), "from_": MAY} | more)


def plan(*changes, prices=PRICES):
    return Scenario(slug="a", name="A", department="ishoej-2020@1", changes=changes, prices=prices)


def budget(*changes, prices=PRICES, year=2020):
    return scenario_budget(ISHOEJ, plan(*changes, prices=prices), year, BOOK)


def test_posts_cost_their_months_and_their_recruitment():
    found = budget(posts("1.5"))
    assert found.total.by_year[0] == Fraction("1.5") * (500_000 * Fraction(8, 12) + 12_000)
    assert found.total.by_year[1:] == (750_000,) * 3
    assert found.total.full_year == 750_000


def test_a_vacancy_saves_what_the_posts_cost_and_recruits_nobody():
    empty = EmptyPosts(reason="r", team=TEAM, fte=Fraction(1), from_=MAY, to=date(2020, 11, 1))
    assert budget(empty).total.by_year == (-250_000, 0, 0, 0)


def test_a_change_has_its_own_price_before_the_plans():
    dear = replace(PRICE, salary=Fraction(800_000), recruitment=Fraction(0))
    hired = TemporaryStaff(
        reason="r", team=TEAM, fte=Fraction(2), from_=MAY, to=date(2020, 6, 1), price=dear
    )
    assert budget(hired).total.by_year[0] == Fraction(2_000_000, 12)


def test_overtime_costs_its_hours_in_weeks_of_a_year_of_365_days():
    paid = Overtime(
        reason="r",
        team=TEAM,
        hours_per_week=Fraction(7),
        from_=date(2020, 1, 1),
        to=date(2021, 1, 1),
        kroner_per_hour=Fraction(400),
        price_year=2020,
        source="the agreement",
    )
    costs = paid.expenses(ISHOEJ, None)
    assert kroner_between(costs, date(2020, 1, 1), date(2021, 1, 1), FLAT) == 365 * 400


def test_overtime_without_a_price_costs_nothing_that_anybody_has_said():
    paid = Overtime(reason="r", team=TEAM, hours_per_week=Fraction(7), from_=MAY)
    assert paid.expenses(ISHOEJ, PRICE) == ()


def test_a_plan_with_a_change_that_nobody_has_priced_has_no_budget_that_is_too_low():
    unpaid = Overtime(reason="r", team=TEAM, hours_per_week=Fraction(7), from_=MAY)
    with pytest.raises(InvalidInput, match="the change has no price") as refusal:
        budget(posts("1"), unpaid)
    assert refusal.value.field == "changes[1]"
    free = replace(unpaid, kroner_per_hour=Fraction(0), price_year=2020, source="time off instead")
    assert budget(posts("1"), free).total == budget(posts("1")).total
    no_post = Prices(growth=FLAT)
    leader = Measure(reason="r", name="L", teams=(TEAM,), from_=MAY, fte=Fraction(1))
    assert unpriced([posts("1"), posts("1", price=PRICE), leader, free], no_post) == (0, 2)
    assert unpriced([posts("1"), leader], PRICES) == ()


def test_a_measure_of_which_nobody_has_said_the_price_is_not_free():
    course = Measure(reason="r", name="K", teams=(TEAM,), from_=MAY, effort=Fraction(9, 10))
    assert unpriced([course], PRICES) == (0,)
    with pytest.raises(InvalidInput, match="the change has no price") as refusal:
        budget(posts("1"), course)
    assert refusal.value.field == "changes[1]"
    # What is free says so; and one price is enough, whichever it is.
    free = replace(course, kroner_once=Fraction(0))
    assert budget(posts("1"), free).total == budget(posts("1")).total
    monthly = replace(course, kroner_per_month=Fraction(100), price_year=2020, source="s")
    assert unpriced([free, monthly, replace(course, fte=Fraction(1))], PRICES) == ()


def test_a_measure_costs_posts_months_and_what_is_paid_once():
    consultant = Measure(
        reason="r",
        name="Konsulent",
        teams=(TEAM,),
        from_=MAY,
        fte=Fraction(1, 2),
        kroner_per_month=Fraction(1000),
        kroner_once=Fraction(90_000),
        price_year=2020,
        source="an offer",
    )
    found = budget(consultant).total
    recruited, months = 6000, 8
    posts_cost = 250_000 * Fraction(months, 12) + recruited
    assert found.by_year[0] == posts_cost + months * 1000 + 90_000
    assert found.full_year == 250_000 + 12_000
    assert found.by_year[1] == 250_000 + 12_000  # what is paid once is not paid again


def test_an_amount_without_a_price_year_or_a_source_is_refused():
    given = {"reason": "r", "name": "K", "teams": (TEAM,), "from_": MAY}
    with pytest.raises(InvalidInput, match="no price year"):
        Measure(**given, kroner_once=Fraction(1))
    sourceless = Measure(**given, kroner_once=Fraction(1), price_year=2020)
    with pytest.raises(InvalidInput, match="no source"):
        sourceless.expenses(ISHOEJ, None)


def test_a_plan_without_prices_is_refused_and_no_salary_is_guessed():
    with pytest.raises(InvalidInput, match="guesses no salary") as refusal:
        budget(posts("1"), prices=None)
    assert refusal.value.field == "prices"
    assert expenses(ISHOEJ, [posts("1")], Prices(growth=FLAT), BOOK) == ()


def test_a_leader_follows_when_the_posts_pass_the_twelfth():
    """933 hours a week are 25.2 posts: 3 leaders. From May 26.7: still 3. From July 36.7: 4, until
    the 10 end."""
    assert contracted_fte(ISHOEJ.roster, ISHOEJ.on, Fraction(37)) == Fraction(933, 37)
    ten = posts("10", from_=date(2020, 7, 1), to=date(2020, 10, 1))
    prices = replace(PRICES, following=(LEADER,))
    found = budget(posts("1.5"), ten, prices=prices)
    leader = found.rows[-1]
    assert leader.label.da == "leder"
    assert leader.by_year == (750_000 * Fraction(3, 12), 0, 0, 0)


def test_a_team_costs_its_contracts_and_what_a_plan_adds_there():
    year = (date(2021, 1, 1), date(2022, 1, 1))
    contracts = contracted_fte(ISHOEJ.roster.team(TEAM), ISHOEJ.on, Fraction(37))
    before = staff_kroner(ISHOEJ, (), PRICES, *year, BOOK, team=TEAM)
    assert before == contracts * 500_000
    elsewhere = posts("1", team="straxen")
    after = staff_kroner(ISHOEJ, (posts("2"), elsewhere), PRICES, *year, BOOK, team=TEAM)
    assert after - before == 1_000_000
    led = replace(PRICES, following=(replace(LEADER, one_per=Fraction(1)),))
    assert staff_kroner(ISHOEJ, (posts("2"), elsewhere), led, *year, BOOK, team=TEAM) == after
    whole = staff_kroner(ISHOEJ, (posts("2"), elsewhere), PRICES, *year, BOOK)
    assert whole == (contracted_fte(ISHOEJ.roster, ISHOEJ.on, Fraction(37)) + 3) * 500_000


def test_a_staff_whose_price_nobody_has_said_has_no_cost():
    with pytest.raises(InvalidInput, match="what a post costs"):
        staff_kroner(ISHOEJ, (), Prices(growth=FLAT), MAY, date(2021, 1, 1), BOOK)


def test_money_between_two_days_is_carried_to_the_year_in_which_it_is_paid():
    growth = {2021: Fraction(1, 10)}
    costs = expenses(ISHOEJ, [posts("1", from_=date(2020, 7, 1))], PRICES, BOOK)
    found = kroner_between(costs, date(2020, 7, 1), date(2021, 7, 1), growth)
    assert found == 250_000 + 12_000 + 250_000 * Fraction(11, 10)


def test_the_parts_of_a_period_cost_what_the_period_costs():
    costs = expenses(ISHOEJ, [posts("1", from_=date(2020, 7, 17))], PRICES, BOOK)
    growth = {2021: Fraction(3, 100), 2022: Fraction(1, 50)}
    days = [date(2020, 1, 1), date(2020, 9, 13), date(2021, 2, 28), date(2022, 5, 5)]
    parts = [kroner_between(costs, a, b, growth) for a, b in pairwise(days)]
    assert sum(parts) == kroner_between(costs, days[0], days[-1], growth)


def test_break_even_is_on_the_users_own_word():
    assert break_even(Fraction(1_200_000), Fraction(800_000), "accounts") == Fraction(3, 2)
    with pytest.raises(InvalidInput, match="no source"):
        break_even(Fraction(1), Fraction(1), " ")
    with pytest.raises(InvalidInput, match="not above 0"):
        break_even(Fraction(1), Fraction(0), "accounts")


def test_a_plan_has_a_name_and_not_too_many_changes():
    with pytest.raises(InvalidInput, match="no name"):
        Scenario(slug="a", name=" ", department="ishoej-2020@1")
    with pytest.raises(InvalidInput, match="at most 30"):
        plan(*[posts("1")] * 31)
