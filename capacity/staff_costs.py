"""What staff cost, and when: posts, vacancies, temporary staff, overtime (da: personaleudgifter).

Money is dated and exact, apart from chance. There is no default salary: a price is its user's
number, with whose it is. Every price has the year in which it was right, and is carried to the year
of payment by the growth of wages and prices that the user states (da: pris- og lønfremskrivning).
"""

from calendar import monthrange
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction

from capacity.errors import InvalidInput
from capacity.posts import PostRounding, posts_by_ratio
from capacity.refusals import (
    refuse_below_zero,
    refuse_unless_above_zero,
    refuse_unless_after,
    refuse_unless_share,
)
from capacity.units import FTE, Kroner, Share
from capacity.wording import Text

MONTHS_PER_YEAR = 12
DAYS_PER_MONTH = Fraction(365, 12)
"""On average, for what is paid by the hour and counted by the week."""
YEARS = 4
"""The budget year and the three estimate years after it (da: budgetåret og overslagsårene)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PostPrice:
    """What a full-time post costs in a year (da: stillingspris).

    `salary` and `supplements` are kroner a year in the wages of `price_year`; `pension` is a share
    of both, `overhead` a share of all three. `recruitment` is paid once for each full-time post, in
    the month in which it begins. `source` says whose numbers these are.

    `InvalidInput` for negative kroner, a share that is none, and no source.

    >>> price = PostPrice(salary=Fraction(420_000), supplements=Fraction(24_000),
    ...                   pension=Fraction("0.15"), overhead=Fraction("0.1"), price_year=2026,
    ...                   source="payroll, spring 2026")
    >>> float(price.yearly)
    561660.0
    """

    salary: Kroner
    supplements: Kroner = Fraction(0)
    pension: Share
    overhead: Share = Fraction(0)
    recruitment: Kroner = Fraction(0)
    price_year: int
    source: str

    def __post_init__(self) -> None:
        for field in ("salary", "supplements", "recruitment"):
            refuse_below_zero(getattr(self, field), field)
        refuse_unless_share(self.pension, "pension")
        refuse_below_zero(self.overhead, "overhead")
        _refuse_without_source(self.source)

    @property
    def yearly(self) -> Kroner:
        """A full-time post in a full year, recruitment apart (da: helårspris)."""
        return (self.salary + self.supplements) * (1 + self.pension) * (1 + self.overhead)


@dataclass(frozen=True, slots=True, kw_only=True)
class Posts:
    """Posts from a date, at a price (da: stillinger).

    A negative `fte` is a vacancy or a post that goes: what is saved. `to` is the first day after,
    or None where they stay. `InvalidInput` where `to` is not after `from_`.
    """

    label: Text
    fte: FTE
    price: PostPrice
    from_: date
    to: date | None = None

    def __post_init__(self) -> None:
        refuse_unless_after(self.from_, self.to)

    @property
    def price_year(self) -> int:
        """The year whose wages the price is in (da: prisår)."""
        return self.price.price_year

    def kroner(self, first: date, after: date) -> Kroner:
        """What they cost between two days, in the wages of the price's year (da: udgift)."""
        running = self.fte * self.price.yearly / MONTHS_PER_YEAR
        cost = running * _months_within(self.from_, self.to, first, after)
        if self.fte > 0 and first <= self.from_ < after:
            cost += self.fte * self.price.recruitment
        return cost

    def kroner_in_full_year(self) -> Kroner:
        """What they cost in a year in which they are there all along (da: helårsvirkning)."""
        return self.fte * self.price.yearly if self.to is None else Fraction(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthlyAmount:
    """An amount a month from a date: temporary staff, overtime, a refund (da: månedligt beløb).

    A negative amount is income, as the refund of sick pay (da: refusion) is. `to` is the first day
    after, or None where it stays. `InvalidInput` where `to` is not after `from_`, and without a
    source.
    """

    label: Text
    kroner_per_month: Kroner
    price_year: int
    source: str
    from_: date
    to: date | None = None

    def __post_init__(self) -> None:
        refuse_unless_after(self.from_, self.to)
        _refuse_without_source(self.source)

    def kroner(self, first: date, after: date) -> Kroner:
        """What it comes to between two days, in the prices of its own year (da: udgift)."""
        return self.kroner_per_month * _months_within(self.from_, self.to, first, after)

    def kroner_in_full_year(self) -> Kroner:
        """What it comes to in a year in which it runs all along (da: helårsvirkning)."""
        return self.kroner_per_month * MONTHS_PER_YEAR if self.to is None else Fraction(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class OneOffAmount:
    """An amount that is paid once: a course, a system, an advertisement (da: engangsbeløb).

    `InvalidInput` without a source.
    """

    label: Text
    kroner_once: Kroner
    price_year: int
    source: str
    on: date

    def __post_init__(self) -> None:
        _refuse_without_source(self.source)

    def kroner(self, first: date, after: date) -> Kroner:
        """The amount, if it is paid between two days (da: udgift)."""
        return self.kroner_once if first <= self.on < after else Fraction(0)

    def kroner_in_full_year(self) -> Kroner:
        """Nothing: it does not come again (da: helårsvirkning)."""
        return Fraction(0)


Expense = Posts | MonthlyAmount | OneOffAmount


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpenseRow:
    """One expense over the budget years, in the prices of each (da: udgiftslinje).

    `by_year` is the budget year and the three estimate years. `full_year` is what lasting expenses
    come to in the budget year's prices once they run a whole year; the budget year's own amount is
    the part-year effect (da: delårsvirkning).
    """

    label: Text
    by_year: tuple[Kroner, ...]
    full_year: Kroner

    @property
    def part_year(self) -> Kroner:
        """What it comes to in the budget year (da: delårsvirkning)."""
        return self.by_year[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffBudget:
    """Expenses over the budget years, row by row and in all (da: personalebudget)."""

    years: tuple[int, ...]
    rows: tuple[ExpenseRow, ...]

    @property
    def total(self) -> ExpenseRow:
        """All rows together (da: i alt)."""
        return ExpenseRow(
            label=Text(da="i alt", en="in all"),
            by_year=tuple(
                sum((row.by_year[year] for row in self.rows), Fraction(0))
                for year in range(len(self.years))
            ),
            full_year=sum((row.full_year for row in self.rows), Fraction(0)),
        )


def staff_budget(
    expenses: Sequence[Expense], budget_year: int, growth: Mapping[int, Fraction]
) -> StaffBudget:
    """Lay expenses out over a budget year and three estimate years (da: budget og overslagsår).

    A month counts whole from its first day to its last; of a month that is begun or left within,
    the days count. `growth` is the rise of wages and prices from the year before to each year, as
    shares: 0.03 under 2027 is 3 % from 2026 to 2027. Years before a price's own are carried back by
    the same rises. `InvalidInput` for a rise that is needed and not stated.

    >>> price = PostPrice(salary=Fraction(480_000), pension=Fraction(0), price_year=2026,
    ...                   source="an example")
    >>> two_more = Text(da="to mere", en="two more")
    >>> two = Posts(label=two_more, fte=Fraction(2), price=price, from_=date(2026, 4, 1))
    >>> found = staff_budget([two], 2026, dict.fromkeys(range(2027, 2030), Fraction("0.03")))
    >>> [int(kroner) for kroner in found.total.by_year], int(found.total.full_year)
    ([720000, 988800, 1018464, 1049017], 960000)
    """
    years = tuple(range(budget_year, budget_year + YEARS))
    _refuse_missing_rises(((each.price_year, year) for each in expenses for year in years), growth)
    rows = tuple(
        ExpenseRow(
            label=each.label,
            by_year=tuple(
                each.kroner(date(year, 1, 1), date(year + 1, 1, 1))
                * _price_level(each.price_year, year, growth)
                for year in years
            ),
            full_year=each.kroner_in_full_year()
            * _price_level(each.price_year, budget_year, growth),
        )
        for each in expenses
    )
    return StaffBudget(years=years, rows=rows)


def kroner_between(
    expenses: Sequence[Expense], first: date, after: date, growth: Mapping[int, Fraction]
) -> Kroner:
    """What expenses come to between two days, in the prices of each year (da: udgift i perioden).

    `InvalidInput` as `staff_budget`.
    """
    paid: list[tuple[Kroner, int, int]] = []
    for year in range(first.year, after.year + 1):
        begins, ends = max(first, date(year, 1, 1)), min(after, date(year + 1, 1, 1))
        for each in expenses:
            if begins < ends and (kroner := each.kroner(begins, ends)):
                paid.append((kroner, each.price_year, year))
    _refuse_missing_rises(((own, year) for _, own, year in paid), growth)
    return sum(
        (kroner * _price_level(own, year, growth) for kroner, own, year in paid), Fraction(0)
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class PricePerUnit:
    """What one of something costs, as far as its number is known (da: pris pr. enhed).

    None where the number may be 0 or less: then no price can be named at that end.
    """

    value: Kroner | None
    low: Kroner | None
    high: Kroner | None


def price_per_unit(kroner: Kroner, number: Fraction, low: Fraction, high: Fraction) -> PricePerUnit:
    """Divide what is paid by what is had for it, and the ends of that (da: pris pr. enhed).

    As the price of an avoided late case, of which a simulation gives a mean and an interval: the
    most of them is the lowest price. Where the interval reaches 0 the price has no upper end.
    `InvalidInput` where the number lies outside its interval.

    >>> found = price_per_unit(Fraction(600_000), Fraction(12), Fraction(10), Fraction(15))
    >>> int(found.value), int(found.low), int(found.high)
    (50000, 40000, 60000)
    >>> price_per_unit(Fraction(600_000), Fraction(2), Fraction(-1), Fraction(5)).high is None
    True
    """
    if not low <= number <= high:
        raise InvalidInput(
            Text(
                da="tallet ligger uden for sit interval; skriv en nedre ende, som højst er tallet, "
                "og en øvre, som mindst er det",
                en="the number lies outside its interval; write a lower end of at most the number "
                "and an upper end of at least it",
            ),
            field="number",
        )
    at_number, at_low, at_high = (
        kroner / each if each > 0 else None for each in (number, low, high)
    )
    return PricePerUnit(value=at_number, low=at_high, high=at_low)


def break_even(kroner: Kroner, kroner_saved_each: Kroner, source: str) -> Fraction:
    """How many of something must be avoided for a plan to pay for itself (da: balancepunkt).

    `kroner_saved_each` is its user's own statement of what one of them would have cost, with its
    source: the planner knows of no such effect. `InvalidInput` for nothing saved and for no source.

    >>> break_even(Fraction(1_200_000), Fraction(800_000), "the placement account, 2025")
    Fraction(3, 2)
    """
    refuse_unless_above_zero(kroner_saved_each, "kroner_saved_each")
    _refuse_without_source(source)
    return kroner / kroner_saved_each


def posts_that_follow(
    fte_before: FTE, fte_after: FTE, one_per: Fraction, rounding: PostRounding
) -> FTE:
    """Return the posts by ratio that a change of staff brings with it (da: følgestillinger).

    As one leader per 12 caseworkers; less than 0 where posts go. `InvalidInput` as
    `posts_by_ratio`.

    >>> posts_that_follow(Fraction(23), Fraction(25), Fraction(12), PostRounding.UP)
    Fraction(1, 1)
    """
    before, after = (posts_by_ratio(fte, one_per, rounding) for fte in (fte_before, fte_after))
    return after - before


def _refuse_missing_rises(
    needed: Iterable[tuple[int, int]], growth: Mapping[int, Fraction]
) -> None:
    """Name every year whose rise is needed and not stated, so that all are written at once."""
    missing = sorted({year for pair in needed for year in _rises(*pair)} - set(growth))
    if not missing:
        return
    raise InvalidInput(
        Text(
            da=f"stigningen i løn og priser mangler for {_years_in_words(missing, 'og')}; skriv "
            "den for hvert år, også hvor den er 0",
            en="the rise of wages and prices is missing for "
            f"{_years_in_words(missing, 'and')}; write it for each year, even where it is 0",
        ),
        field="growth",
    )


def _years_in_words(years: Sequence[int], also: str) -> str:
    """Name years, those that follow one another from the first to the last.

    >>> _years_in_words([2021, 2024, 2025, 2026], "and"), _years_in_words([2021], "and")
    ('2021 and 2024–2026', '2021')
    """
    runs: list[list[int]] = []
    for year in years:
        if runs and year == runs[-1][-1] + 1:
            runs[-1].append(year)
        else:
            runs.append([year])
    *others, last = (str(run[0]) if len(run) == 1 else f"{run[0]}–{run[-1]}" for run in runs)
    return f"{', '.join(others)} {also} {last}" if others else last


def _rises(own_year: int, year: int) -> range:
    """The years whose rises lie between a price's own year and another."""
    return range(min(own_year, year) + 1, max(own_year, year) + 1)


def _price_level(own_year: int, year: int, growth: Mapping[int, Fraction]) -> Fraction:
    """What a price of one year is multiplied by in another."""
    level = Fraction(1)
    for between in _rises(own_year, year):
        level *= 1 + growth[between]
    return level if year >= own_year else 1 / level


def _months_within(from_: date, to: date | None, first: date, after: date) -> Fraction:
    """Months that lie both in [from_, to) and in [first, after), days as parts of their month."""
    begins, ends = max(from_, first), after if to is None else min(to, after)
    months = Fraction(0)
    while begins < ends:
        days = monthrange(begins.year, begins.month)[1]
        next_month = begins.replace(day=1) + timedelta(days=days)
        months += Fraction((min(next_month, ends) - begins).days, days)
        begins = next_month
    return months


def _refuse_without_source(source: str) -> None:
    if not source.strip():
        raise InvalidInput(
            Text(
                da="beløbet har ingen kilde; skriv, hvis tal det er",
                en="the amount has no source; write whose number it is",
            ),
            field="source",
        )
