"""What may be bought for an amount on the page Goal: posts, temporary staff, overtime, measures.

Each has its reader's own price, or that of a saved plan; what has none is not offered (da: tilbud).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction

from api.curve_terms import year_after
from api.jobs.mix import Offered
from api.pages.goal_terms import HiringPart, Money, term
from api.quantities import number
from capacity.department import Department
from capacity.errors import InvalidInput
from capacity.scenario import Prices, Scenario
from capacity.scenario_changes import AddedPosts, Change, Overtime, TemporaryStaff
from capacity.staff_costs import YEARS, PostPrice
from capacity.wording import Text

_HALF = Fraction(1, 2)
_MOST_POSTS, _MOST_TEMPORARY = 20, 12
_OVERTIME_UNIT = Fraction(5)
_USUAL_OVERTIME = 20
_BOUGHT_ONCE = ("measure", "overtime", "temporary_staff")
_PRICED_HERE = {"overtime": "overtime_price", "temporary_staff": "temporary_price"}
_REASON = "tilbudt på siden ”Mål”"


@dataclass(frozen=True, slots=True, kw_only=True)
class Offers:
    """What is offered, by which prices, and what is not for want of one (da: tilbud)."""

    offered: tuple[Offered, ...]
    prices: Prices
    budget_year: int
    left_out: tuple[Text, ...]


def offers_of(
    terms: Mapping[str, str | None],
    department: Department,
    team: str,
    money: Money | None,
    hiring: HiringPart | None,
    plan: Scenario | None,
) -> Offers:
    """Offer what has a price (da: tilbud); `InvalidInput` where nobody has said what a post costs.

    Posts come by halves from the first working day and grow into the work; temporary staff and
    overtime are there from the department's date for a year; of a saved plan come its measures,
    overtime and temporary staff, once.
    """
    year = money.budget_year if money else department.on.year
    post = money.price if money else plan.prices.post if plan and plan.prices else None
    if post is None:
        raise InvalidInput(
            Text(
                da="skriv, hvad en fuldtidsstilling koster, eller vælg en gemt plan med priser",
                en="write what a full-time post costs, or choose a saved plan that has prices",
            ),
            field="post_price",
        )
    # What the reader prices themselves is not offered a second time at the plan's price.
    here = {kind for kind, price in _PRICED_HERE.items() if terms[price] is not None}
    kinds = set(_BOUGHT_ONCE) - here
    own = [each for each in plan.changes if each.kind in kinds] if plan else []
    bought = [each for each in own if each.expenses(department, post)]
    offered = [
        *_posts(department, team, hiring, year),
        *_temporary(terms, department, team, money),
        *_overtime(terms, department, team, money),
        *(Offered(unit=each, most=1) for each in bought),
    ]
    return Offers(
        offered=tuple(offered),
        prices=_prices(post, money, plan, year, offered),
        budget_year=year,
        left_out=tuple(each.title(department) for each in own if each not in bought),
    )


def _posts(
    department: Department, team: str, hiring: HiringPart | None, year: int
) -> Iterator[Offered]:
    """Half posts, where they begin within the budget year: later they cost nothing in it."""
    starts = department.on if hiring is None else hiring.hiring.starts_on
    if starts.year <= year:
        unit = AddedPosts(
            reason=_REASON,
            team=team,
            fte=_HALF,
            from_=starts,
            ramp_up=None if hiring is None else hiring.hiring.ramp_up,
        )
        yield Offered(unit=unit, most=_MOST_POSTS)


def _temporary(
    terms: Mapping[str, str | None], department: Department, team: str, money: Money | None
) -> Iterator[Offered]:
    price = term(terms, "temporary_price", number)
    if price is None:
        return
    own = _money(money)
    unit = TemporaryStaff(
        reason=_REASON,
        team=team,
        fte=_HALF,
        from_=department.on,
        to=year_after(department.on),
        price=PostPrice(
            salary=price,
            pension=Fraction(0),
            price_year=own.price.price_year,
            source=own.price.source,
        ),
    )
    yield Offered(unit=unit, most=_MOST_TEMPORARY)


def _overtime(
    terms: Mapping[str, str | None], department: Department, team: str, money: Money | None
) -> Iterator[Offered]:
    """Five hours a week at a time, as many as the reader says the team can bear."""
    price = term(terms, "overtime_price", number)
    if price is None:
        return
    own = _money(money)
    most = term(terms, "overtime_hours", number) or Fraction(_USUAL_OVERTIME)
    unit = Overtime(
        reason=_REASON,
        team=team,
        hours_per_week=_OVERTIME_UNIT,
        from_=department.on,
        to=year_after(department.on),
        kroner_per_hour=price,
        price_year=own.price.price_year,
        source=own.price.source,
    )
    yield Offered(unit=unit, most=min(max(int(most / _OVERTIME_UNIT), 1), _MOST_POSTS))


def _money(money: Money | None) -> Money:
    """The price year and the source that hold for the prices beside that of a post."""
    if money is None:
        raise InvalidInput(
            Text(
                da="skriv også, hvad en fuldtidsstilling koster: prisår og kilde gælder dem alle",
                en="write what a full-time post costs too: its price year and source hold for all",
            ),
            field="post_price",
        )
    return money


def _prices(
    post: PostPrice,
    money: Money | None,
    plan: Scenario | None,
    year: int,
    offered: list[Offered],
) -> Prices:
    """The price of a post, and the rises of every year between the prices and the last estimate."""
    if money is None:
        assert plan is not None
        assert plan.prices is not None
        return plan.prices
    own = [post.price_year, *(_price_year(each.unit) or year for each in offered)]
    first, last = min(*own, year), max(*own, year + YEARS)
    return Prices(post=post, growth=dict.fromkeys(range(first, last + 1), money.growth))


def _price_year(unit: Change) -> int | None:
    own: int | None = getattr(unit, "price_year", None)
    price: PostPrice | None = getattr(unit, "price", None)
    return own if price is None else price.price_year
