"""A plan: named changes on one version of a department, and what it costs (da: scenarie).

The changes are made in their order, each on what those before it have made. The empty scenario is
the department as it is (da: udgangspunktet).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from fractions import Fraction

from capacity.department import Department
from capacity.errors import InvalidInput, PlannerError
from capacity.posts import PostRounding
from capacity.refusals import refuse_unless_above_zero
from capacity.roster import contracted_fte
from capacity.rulebook import Rulebook
from capacity.scenario_changes import Change
from capacity.staff_costs import (
    Expense,
    PostPrice,
    Posts,
    StaffBudget,
    kroner_between,
    posts_that_follow,
    staff_budget,
)
from capacity.units import FTE, Kroner
from capacity.wording import Text

MOST_CHANGES = 30
"""Assumption: a plan of more is several."""


class Status(StrEnum):
    """What may be done with a scenario (da: status)."""

    DRAFT = "draft"
    """It may be changed (da: kladde)."""
    LOCKED = "locked"
    """It stays as it is until it is opened again (da: låst)."""
    ARCHIVED = "archived"
    """It is out of the way, and stays as it is (da: arkiveret)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowingPosts:
    """Posts that follow others by ratio, as a leader per 12 caseworkers (da: følgestillinger)."""

    label: Text
    one_per: Fraction
    rounding: PostRounding
    price: PostPrice

    def __post_init__(self) -> None:
        refuse_unless_above_zero(self.one_per, "one_per")


@dataclass(frozen=True, slots=True, kw_only=True)
class Prices:
    """What a plan's money is counted with (da: priser).

    `post` is a full-time post where a change has no price of its own; `growth` the rise of wages
    and prices to each year from the year before, as shares.
    """

    post: PostPrice | None = None
    growth: Mapping[int, Fraction]
    following: tuple[FollowingPosts, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """A named, ordered list of changes on a version of a department (da: scenarie).

    `department` is `slug@version`, so that a new version changes no plan that was made before it.
    `InvalidInput` for a scenario without a name or with more changes than a plan has.
    """

    slug: str
    name: str
    department: str
    changes: tuple[Change, ...] = ()
    prices: Prices | None = None
    status: Status = Status.DRAFT
    version: int = 1

    def __post_init__(self) -> None:
        if not self.name.strip():
            raise InvalidInput(
                Text(da="scenariet har intet navn; skriv et", en="the scenario has no name"),
                field="name",
            )
        if len(self.changes) > MOST_CHANGES:
            raise InvalidInput(
                Text(
                    da=f"{len(self.changes)} ændringer; del dem på flere scenarier med højst "
                    f"{MOST_CHANGES} i hvert",
                    en=f"{len(self.changes)} changes; divide them among scenarios of at most "
                    f"{MOST_CHANGES}",
                ),
                field="changes",
            )


def changed_department(
    department: Department, changes: Sequence[Change], book: Rulebook
) -> Department:
    """Make the changes, one after the other (da: den ændrede afdeling).

    What a change cannot be made to is refused by its place: `changes[2].team`.
    """
    return stages(department, changes, book)[-1]


def stages(
    department: Department, changes: Sequence[Change], book: Rulebook
) -> tuple[Department, ...]:
    """Return the department before the first change and after each (da: trin for trin)."""
    found = [department]
    for index, change in enumerate(changes):
        try:
            found.append(change.applied_to(found[-1], book))
        except PlannerError as error:
            place = f"changes[{index}]"
            error.field = f"{place}.{error.field}" if error.field else place
            raise
    return tuple(found)


def titles(department: Department, changes: Sequence[Change], book: Rulebook) -> tuple[Text, ...]:
    """Say what each change does, in a few words (da: overskrifter)."""
    before = stages(department, changes, book)
    return tuple(change.title(each) for change, each in zip(changes, before, strict=False))


def expenses(
    department: Department, changes: Sequence[Change], prices: Prices, book: Rulebook
) -> tuple[Expense, ...]:
    """Return what the changes cost, and the posts that follow them by ratio (da: udgifter)."""
    before = stages(department, changes, book)
    found = [
        expense
        for change, each in zip(changes, before, strict=False)
        for expense in change.expenses(each, prices.post)
    ]
    full_time = book["agreement.full_time_hours"].on(department.on).number
    staff = contracted_fte(department.roster, department.on, full_time)
    posts = [each for each in found if isinstance(each, Posts)]
    for rule in prices.following:
        found += _following(rule, staff, posts)
    return tuple(found)


def scenario_budget(
    department: Department, scenario: Scenario, budget_year: int, book: Rulebook
) -> StaffBudget:
    """Lay a plan's money out over the budget year and three estimate years (da: budget).

    `InvalidInput` where the scenario has no prices, or a change has none.
    """
    if scenario.prices is None:
        raise InvalidInput(
            Text(
                da="scenariet har ingen priser; skriv dem, for planlæggeren gætter ingen løn",
                en="the scenario has no prices; write them, for the planner guesses no salary",
            ),
            field="prices",
        )
    for index in unpriced(scenario.changes, scenario.prices):
        raise InvalidInput(
            Text(
                da="ændringen har ingen pris; skriv den, også hvis den er 0",
                en="the change has no price; write it, even if it is 0",
            ),
            field=f"changes[{index}]",
        )
    costs = expenses(department, scenario.changes, scenario.prices, book)
    return staff_budget(costs, budget_year, scenario.prices.growth)


def unpriced(changes: Sequence[Change], prices: Prices) -> tuple[int, ...]:
    """Say which changes cost something that nobody has said the price of (da: uden pris).

    A plan with one of them has no cost: the sum of the others would be too low.
    """
    lacking = (each.lacks_price(prices.post) for each in changes)
    return tuple(index for index, lacks in enumerate(lacking) if lacks)


def _following(rule: FollowingPosts, staff: FTE, posts: Sequence[Posts]) -> list[Expense]:
    """The posts by ratio, from each day on which the number of posts changes to the next."""
    days = {each.from_ for each in posts} | {each.to for each in posts if each.to is not None}
    found: list[Expense] = []
    ordered: list[date] = sorted(days)
    for begins, ends in zip(ordered, [*ordered[1:], None], strict=True):
        there = [each for each in posts if each.from_ <= begins < (each.to or date.max)]
        after = staff + sum((each.fte for each in there), Fraction(0))
        fte = posts_that_follow(staff, max(after, Fraction(0)), rule.one_per, rule.rounding)
        if fte:
            found.append(Posts(label=rule.label, fte=fte, price=rule.price, from_=begins, to=ends))
    return found


def staff_kroner(
    department: Department,
    changes: Sequence[Change],
    prices: Prices,
    from_: date,
    to: date,
    book: Rulebook,
    *,
    team: str | None = None,
) -> Kroner:
    """What a team's posts cost in a period, with what a plan adds there (da: personaleudgift).

    The posts are those by contract on the first day, at the price of a post; `team` None means the
    whole department, posts that follow by ratio included. `InvalidInput` where nobody has said
    what a post costs.
    """
    if prices.post is None:
        raise InvalidInput(
            Text(
                da="ingen har sagt, hvad en stilling koster; skriv prices.post",
                en="nobody has said what a post costs; write prices.post",
            ),
            field="prices.post",
        )
    roster = department.roster if team is None else department.roster.team(team)
    full_time = book["agreement.full_time_hours"].on(department.on).number
    here = Posts(
        label=Text(da="stillinger", en="posts"),
        fte=contracted_fte(roster, from_, full_time),
        price=replace(prices.post, recruitment=Fraction(0)),
        from_=from_,
        to=to,
    )
    if team is None:
        added = expenses(department, changes, prices, book)
    else:
        there = [each for each in changes if getattr(each, "team", None) == team]
        added = expenses(department, there, replace(prices, following=()), book)
    return kroner_between([here, *added], from_, to, prices.growth)
