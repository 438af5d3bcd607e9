"""Posts, vacancies and amounts over the budget year and the three estimate years."""

from dataclasses import replace
from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from capacity.errors import InvalidInput
from capacity.posts import PostRounding
from capacity.staff_costs import (
    MonthlyAmount,
    PostPrice,
    Posts,
    kroner_between,
    posts_that_follow,
    price_per_unit,
    staff_budget,
)

PRICE = PostPrice(
    salary=Fraction(420_000),
    supplements=Fraction(24_000),
    pension=Fraction("0.15"),
    overhead=Fraction("0.1"),
    recruitment=Fraction(30_000),
    price_year=2026,
    source="payroll",
)
RISES = {2025: Fraction(0), **dict.fromkeys(range(2026, 2034), Fraction("0.025"))}
days = st.dates(date(2026, 1, 1), date(2029, 12, 31))


def posts(**given) -> Posts:
    usual = {"label": "posts", "fte": Fraction(1), "price": PRICE, "from_": date(2026, 1, 1)}
    return Posts(**{**usual, **given})


def amount(**given) -> MonthlyAmount:
    usual = {
        "label": "amount",
        "kroner_per_month": Fraction(-10_000),
        "price_year": 2026,
        "source": "payroll",
        "from_": date(2026, 10, 1),
    }
    return MonthlyAmount(**{**usual, **given})


def by_year(*expenses: Posts | MonthlyAmount) -> tuple[Fraction, ...]:
    return staff_budget(expenses, 2026, RISES).total.by_year


@given(first=days, second=days, third=days)
def test_a_stretch_costs_what_its_parts_cost(first, second, third):
    first, second, third = sorted((first, second, third))
    if not first < second < third:
        return
    price = replace(PRICE, recruitment=Fraction(0))
    whole = by_year(posts(price=price, from_=first, to=third))
    parts = by_year(
        posts(price=price, from_=first, to=second), posts(price=price, from_=second, to=third)
    )
    assert whole == parts


@given(first=days, fte=st.fractions(0, 5))
def test_a_vacancy_saves_what_the_posts_cost_apart_from_recruitment(first, fte):
    price = replace(PRICE, recruitment=Fraction(0))
    both = by_year(posts(price=price, fte=fte, from_=first), posts(fte=-fte, from_=first))
    assert both == (0, 0, 0, 0)


def test_a_whole_year_at_its_own_price_is_the_yearly_price():
    price = replace(PRICE, recruitment=Fraction(0))
    first, *_ = by_year(posts(price=price))
    assert first == PRICE.yearly == 561_660


@pytest.mark.parametrize(("month", "days_in_month"), [(2, 28), (4, 30), (7, 31)])
def test_a_day_is_its_part_of_its_month(month, days_in_month):
    one_day = posts(fte=Fraction(-1), from_=date(2026, month, 3), to=date(2026, month, 4))
    first, *later = by_year(one_day)
    assert first == -PRICE.yearly / 12 / days_in_month
    assert later == [0, 0, 0]


def test_recruitment_is_paid_once_in_the_year_in_which_posts_begin():
    with_it = by_year(posts(from_=date(2027, 5, 1)))
    without = by_year(posts(price=replace(PRICE, recruitment=Fraction(0)), from_=date(2027, 5, 1)))
    paid = [a - b for a, b in zip(with_it, without, strict=True)]
    assert paid == [0, 30_000 * RISES[2027] + 30_000, 0, 0]


def test_a_price_is_carried_forward_and_back_by_the_same_rises():
    price = replace(PRICE, recruitment=Fraction(0))
    later = replace(price, price_year=2028)
    risen = (1 + RISES[2027]) * (1 + RISES[2028])
    assert by_year(posts(price=price))[2] == price.yearly * risen
    assert by_year(posts(price=later))[0] == price.yearly / risen


def test_only_what_lasts_has_a_full_year_effect():
    lasting = posts(from_=date(2026, 10, 1))
    passing = posts(from_=date(2026, 10, 1), to=date(2027, 1, 1))
    rows = staff_budget([lasting, passing, amount()], 2026, RISES).rows
    assert [row.full_year for row in rows] == [PRICE.yearly, 0, -120_000]
    assert rows[0].part_year == PRICE.yearly / 4 + 30_000
    assert rows[2].part_year == -30_000


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        (lambda: replace(PRICE, salary=Fraction(-1)), "salary"),
        (lambda: replace(PRICE, pension=Fraction(2)), "pension"),
        (lambda: replace(PRICE, overhead=Fraction(-1)), "overhead"),
        (lambda: replace(PRICE, source=" "), "source"),
        (lambda: amount(source=""), "source"),
        (lambda: amount(to=date(2026, 1, 1)), "to"),
        (lambda: posts(to=date(2026, 1, 1)), "to"),
        (lambda: staff_budget([posts()], 2031, RISES), "growth"),
        (lambda: price_per_unit(Fraction(1), Fraction(1), Fraction(2), Fraction(3)), "number"),
    ],
)
def test_what_cannot_be_is_refused_with_its_field(wrong, field):
    with pytest.raises(InvalidInput) as refused:
        wrong()
    assert refused.value.field == field


def test_every_year_without_a_rise_is_named_at_once():
    known = dict.fromkeys((2027, 2029), RISES[2027])
    with pytest.raises(InvalidInput, match="missing for 2028 and 2030–2032;") as refused:
        staff_budget([posts()], 2029, known)
    assert "mangler for 2028 og 2030–2032;" in refused.value.message.da
    # Two prices, one from after the period: the rises back to it are needed too.
    later = posts(price=replace(PRICE, price_year=2030), to=date(2027, 1, 1))
    with pytest.raises(InvalidInput, match="missing for 2028 and 2030;"):
        kroner_between(
            [posts(to=date(2027, 1, 1)), later], date(2026, 1, 1), date(2027, 1, 1), known
        )


@pytest.mark.parametrize(
    ("number", "low", "high", "expected"),
    [
        (10, 5, 20, (100, 50, 200)),
        (10, 0, 20, (100, 50, None)),
        (-1, -3, 2, (None, 500, None)),
        (-1, -3, 0, (None, None, None)),
    ],
)
def test_a_price_has_no_end_where_nothing_may_have_been_had(number, low, high, expected):
    found = price_per_unit(Fraction(1_000), *map(Fraction, (number, low, high)))
    assert (found.value, found.low, found.high) == expected


def test_posts_that_follow_go_when_those_they_follow_go():
    one_per = Fraction(12)
    assert posts_that_follow(Fraction(25), Fraction(23), one_per, PostRounding.UP) == -1
    assert posts_that_follow(Fraction(12), Fraction(18), one_per, PostRounding.EXACT) == Fraction(
        1, 2
    )
