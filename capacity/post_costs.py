"""What some posts cost from a day on, by one price and one rise of wages (da: stillingers udgift).

A plan with many changes has a budget of its own (`capacity.scenario.scenario_budget`).
"""

from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from capacity.errors import InvalidInput
from capacity.refusals import refuse_unless_above_zero
from capacity.staff_costs import YEARS, PostPrice, Posts, StaffBudget, staff_budget
from capacity.units import FTE
from capacity.wording import Language, Text, date_in_words, in_full, percent, shown

LEAST_RISE, MOST_RISE = _RISES = Fraction(-1, 5), Fraction(1, 2)
"""Of wages and prices in a year."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PostCosts:
    """Posts that stay, over a budget year and three estimate years (da: stillingers udgift).

    `growth` is the rise of wages and prices in each year, as a share. `InvalidInput` for no posts
    and for a rise that is none.

    >>> price = PostPrice(salary=Fraction(560_000), pension=Fraction(0), price_year=2026,
    ...                   source="payroll, spring 2026")
    >>> found = PostCosts(fte=Fraction(2), from_=date(2026, 7, 1), price=price,
    ...                   growth=Fraction("0.03"), budget_year=2026)
    >>> [int(kroner) for kroner in found.budget.total.by_year], int(found.budget.total.full_year)
    ([560000, 1153600, 1188208, 1223854], 1120000)
    """

    fte: FTE
    from_: date
    price: PostPrice
    growth: Fraction
    budget_year: int

    def __post_init__(self) -> None:
        refuse_unless_above_zero(self.fte, "fte")
        if not LEAST_RISE <= self.growth <= MOST_RISE:
            least, most = ((percent(each, "da"), percent(each, "en")) for each in _RISES)
            raise InvalidInput(
                Text(
                    da=f"skriv stigningen om året fra {least[0]} til {most[0]}, også hvor den er 0",
                    en=f"write the rise a year from {least[1]} to {most[1]}, even where it is 0",
                ),
                field="growth",
            )

    @property
    def budget(self) -> StaffBudget:
        """What they cost, year by year (da: budget)."""
        first = min(self.price.price_year, self.budget_year)
        last = max(self.price.price_year, self.budget_year + YEARS - 1)
        posts = Posts(
            label=Text(da="ekstra stillinger", en="extra posts"),
            fte=self.fte,
            price=self.price,
            from_=self.from_,
        )
        growth = dict.fromkeys(range(first + 1, last + 1), self.growth)
        return staff_budget([posts], self.budget_year, growth)


def post_costs_sentence(found: PostCosts) -> Text:
    """Say what the posts cost, and by whose price (da: udgiften i ord)."""
    return Text(da=_said(found, "da"), en=_said(found, "en"))


def _said(found: PostCosts, language: Language) -> str:
    total, price = found.budget.total, found.price
    posts, day = in_full(found.fte, language), date_in_words(found.from_, language)
    part, full = shown(total.part_year, 0, language), shown(total.full_year, 0, language)
    each, rise = shown(price.yearly, 0, language), percent(found.growth, language, 1)
    one = found.fte <= 1
    if language == "da":
        return (
            f"{posts} {'fuldtidsstilling' if one else 'fuldtidsstillinger'} fra {day} koster "
            f"{part} kr. i {found.budget_year} og {full} kr. i et helt år i "
            f"{found.budget_year}-priser, med {each} kr. pr. stilling i {price.price_year} "
            f"({price.source}) og en stigning på {rise} om året."
        )
    return (
        f"{posts} full-time {'post' if one else 'posts'} from {day} {'costs' if one else 'cost'} "
        f"{part} kroner in {found.budget_year} and {full} "
        f"in a full year at {found.budget_year} prices, at {each} kroner a post in "
        f"{price.price_year} ({price.source}) and a rise of {rise} a year."
    )
