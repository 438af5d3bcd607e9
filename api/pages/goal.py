"""The page Goal: what a target takes, what it costs, what else would do, and from when (da: mål).

Nobody guesses a salary: what costs money is shown once its reader has said what a post costs.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any, TypeVar

from fastapi import Request

from api.answers import Table
from api.curve_terms import curve_question, year_after
from api.goal_chart import Chance, Gain
from api.jobs.answering import desk
from api.jobs.calculation import Calculation
from api.jobs.goal import FullerWorkCalculation, LeastStaffCalculation, MarginalCalculation
from api.jobs.goal_rows import FullerWorkRow, LeastStaffRow, MarginalRow, priced
from api.jobs.mix import MixCalculation
from api.jobs.mix_rows import MixRow
from api.jobs.plans import Simulation
from api.jobs.status import job_address
from api.pages.calculations import CalculationPart, calculated
from api.pages.curve import Choice, choices
from api.pages.dials import watched
from api.pages.figures import Address, in_an_address
from api.pages.frame import Frame
from api.pages.goal_offers import Offers, offers_of
from api.pages.goal_terms import (
    TERMS,
    HiringPart,
    Money,
    hiring_part,
    money_of,
    percent_term,
    term,
)
from api.quantities import number
from api.store.departments import Store
from api.store.scenarios import Row, Scenarios
from capacity.department import Department
from capacity.errors import InvalidInput, PlannerError
from capacity.hiring import Hiring, HiringAssumption, usual_hiring
from capacity.post_costs import PostCosts, post_costs_sentence
from capacity.roster import case_fte
from capacity.rulebook import rulebook
from capacity.scenario import Status
from capacity.staff_costs import StaffBudget
from capacity.units import FTE, Share
from capacity.wording import Language, Text
from simulations.questions import USUAL_REPLICATIONS, StaffingQuestion

__all__ = ["TERMS", "GoalPage", "goal_page"]

Read = TypeVar("Read")

_STEP, _MOST = Fraction(1, 2), Fraction(20)
_FURTHER_POSTS = 6
_MOST_LISTED = 60
_SEED = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class CostPart:
    """What the least staff costs (da: udgiften)."""

    costs: PostCosts
    budget: StaffBudget
    sentence: Text
    address: Address


@dataclass(frozen=True, slots=True, kw_only=True)
class GoalPage:
    """The form and its answers, each of them None until it is there (da: mål)."""

    choices: tuple[Choice, ...] = ()
    watched: tuple[str, str] | None = None
    plans: tuple[Row, ...] = ()
    usual: HiringAssumption | None = None
    hiring: HiringPart | None = None
    money: Money | None = None
    case_fte: Fraction | None = None
    least: CalculationPart | None = None
    least_address: Address | None = None
    levels_address: Address | None = None
    cost: CostPart | None = None
    marginal: CalculationPart | None = None
    marginal_address: Address | None = None
    fuller: CalculationPart | None = None
    fuller_address: Address | None = None
    mix: CalculationPart | None = None
    mix_address: Address | None = None
    offers: Offers | None = None
    is_waiting: bool = False
    """Whether the model is still being made ready."""

    @property
    def is_going(self) -> bool:
        """Whether anything is still calculated (da: i gang)."""
        parts = (self.least, self.marginal, self.fuller, self.mix)
        return self.is_waiting or any(each is not None and each.is_going for each in parts)

    @property
    def levels(self) -> tuple[LeastStaffRow, ...]:
        """The levels that were tried (da: prøvede niveauer)."""
        return _rows(self.least)

    @property
    def answer(self) -> LeastStaffRow | None:
        """The least, or the most that was tried (da: svaret)."""
        rows = self.levels
        return next((each for each in rows if each.is_least), rows[-1]) if rows else None

    @property
    def steps(self) -> tuple[MarginalRow, ...]:
        """What each further post gives, with its price where one was said (da: trin)."""
        if self.marginal is None or self.marginal.finding is None:
            return ()
        kroner = self.money.price.yearly if self.money else None
        found = priced(self.marginal.finding, kroner=kroner, post=None).answer
        assert isinstance(found, Table)
        rows: tuple[MarginalRow, ...] = found.rows
        return rows

    @property
    def chances(self) -> tuple[Chance, ...]:
        """The levels that were tried, for the picture (da: niveauer)."""
        return tuple(
            Chance(
                extra_fte=each.extra_fte,
                share=each.probability,
                low=each.probability_low,
                high=each.probability_high,
                is_least=each.is_least,
            )
            for each in self.levels
        )

    def gains(self, language: Language) -> tuple[Gain, ...]:
        """What each further post gives, for the picture (da: udbytte)."""
        return tuple(
            Gain(
                name=ordinal(int(each.to_fte), language),
                value=each.more_in_time,
                low=each.more_in_time_low,
                high=each.more_in_time_high,
                is_seen=each.is_distinguishable,
            )
            for each in self.steps
        )

    @property
    def expanded(self) -> tuple[FullerWorkRow, ...]:
        """What is left of the posts where work expands (da: grundigere arbejde)."""
        rows: tuple[FullerWorkRow, ...] = _rows(self.fuller)
        return tuple(each for each in rows if each.extra_fte == each.added)

    @property
    def mixes(self) -> tuple[MixRow, ...]:
        """The mixes that are named (da: blandinger)."""
        return _rows(self.mix)

    def ordinal(self, row: MarginalRow, language: Language) -> str:
        """Which post a row is of (da: ordenstal)."""
        return ordinal(int(row.to_fte), language)

    def post_address(self, row: MarginalRow, field: str) -> Address | None:
        """Where a number of a further post is fetched (da: celle)."""
        if self.marginal_address is None:
            return None
        terms = (*self.marginal_address.terms, ("post", in_an_address(row.to_fte)))
        return replace(self.marginal_address, terms=terms, field=field)


def ordinal(number: int, language: Language) -> str:
    """Write which one (da: ordenstal).

    >>> [ordinal(each, "en") for each in (1, 2, 3, 4, 11, 21)], ordinal(2, "da")
    (['1st', '2nd', '3rd', '4th', '11th', '21st'], '2.')
    """
    if language == "da":
        return f"{number}."
    is_teen = number % 100 in (11, 12, 13)
    return f"{number}{'th' if is_teen else {1: 'st', 2: 'nd', 3: 'rd'}.get(number % 10, 'th')}"


def _rows(part: CalculationPart | None) -> tuple[Any, ...]:
    if part is None or part.finding is None:
        return ()
    assert isinstance(part.finding.answer, Table)
    rows: tuple[Any, ...] = part.finding.answer.rows
    return rows


async def goal_page(
    frame: Frame, kept: Scenarios, store: Store, request: Request, *, is_warm: bool
) -> GoalPage:
    """Build the page; a part that refuses leaves its reason and the others standing (da: siden)."""
    department, terms = frame.department, frame.asked.terms
    if department is None:
        return GoalPage()
    refused = _Refusals(frame)
    plans = tuple(
        each
        for each in kept.listed(department.slug, None, "", _MOST_LISTED)
        if each.status != Status.ARCHIVED
    )
    plan = refused.by(
        "mix", lambda: kept.scenario(terms["plan"]).scenario if terms["plan"] else None
    )
    store.let_go()
    of = refused.by("answer", lambda: watched(terms["watch"], department))
    asked = refused.by("answer", lambda: _question(department, *of)) if of else None
    page = GoalPage(choices=choices(department, rulebook()), watched=of, plans=plans)
    if asked is None:
        return page
    usual = usual_hiring(department, asked.team, rulebook())
    hiring = refused.by("hiring", lambda: hiring_part(terms, department, usual))
    money = refused.by("cost", lambda: money_of(terms, department))
    page = replace(page, usual=usual, hiring=hiring, money=money)
    target = refused.by("answer", lambda: percent_term(terms, "target", most=100))
    certainty = refused.by("answer", lambda: percent_term(terms, "certainty", most=99))
    if target is None or certainty is None:
        return page
    if not is_warm:
        return replace(page, is_waiting=True)
    again = terms["again"] is not None
    page = await _with_goal(page, asked, target, certainty, request, again=again)
    answer = page.answer
    if answer is not None and answer.least and money and hiring:
        page = replace(
            page, cost=refused.by("cost", lambda: _cost(answer.least, money, hiring.hiring))
        )
    if terms["amount"] is None:
        return page
    offers = refused.by(
        "mix", lambda: offers_of(terms, department, asked.team, money, hiring, plan)
    )
    amount = refused.by("mix", lambda: term(terms, "amount", number))
    if offers is None or amount is None:
        return page
    mix = refused.by("mix", lambda: _mix(asked, offers, amount))
    if mix is None:
        return page
    (part,) = await calculated([mix], request, again=again)
    # A service that keeps no jobs has no address for what was written on a page.
    is_kept = desk(request).settings.database is not None
    address = Address(path=f"{job_address(part.id)}/result", terms=()) if is_kept else None
    return replace(page, offers=offers, mix=part, mix_address=address)


class _Refusals:
    """What is refused of a page, each part by itself; the first reason of a part stands."""

    def __init__(self, frame: Frame) -> None:
        self._frame = frame

    def by(self, part: str, build: Callable[[], Read]) -> Read | None:
        try:
            return build()
        except PlannerError as error:
            self._frame.refusals.setdefault(part, error)
            return None


async def _with_goal(
    page: GoalPage,
    asked: StaffingQuestion,
    target: Share,
    certainty: Share,
    request: Request,
    *,
    again: bool,
) -> GoalPage:
    """Search the least, and say what each post gives and what fuller work leaves of the least."""
    department = asked.department
    wanted: list[Calculation] = [
        LeastStaffCalculation(asked, department.address, target, certainty, _STEP, _MOST),
        MarginalCalculation(asked, department.address, _FURTHER_POSTS),
    ]
    least, marginal = await calculated(wanted, request, again=again)
    of = _terms(asked)
    aim = (("target", in_an_address(target)), ("certainty", in_an_address(certainty)))
    kroner = page.money.price.yearly if page.money else None
    dear = () if kroner is None else (("kroner", in_an_address(kroner)),)
    further = ("up_to", str(_FURTHER_POSTS))
    full_time = rulebook()["agreement.full_time_hours"].on(department.on).number
    page = replace(
        page,
        case_fte=case_fte(department.roster.team(asked.team), department.on, full_time),
        least=least,
        least_address=Address(path="/v1/least-staff", terms=(*of, *aim), field="least"),
        levels_address=Address(path="/v1/least-staff/levels", terms=(*of, *aim)),
        marginal=marginal,
        marginal_address=Address(path="/v1/marginal-value", terms=(*of, further, *dear)),
    )
    answer = page.answer
    if answer is None or not answer.least:
        return page
    posts = answer.least
    (fuller,) = await calculated(
        [FullerWorkCalculation(asked, department.address, target, posts)], request, again=again
    )
    added = (aim[0], ("extra_fte", in_an_address(posts)))
    return replace(
        page,
        fuller=fuller,
        fuller_address=Address(path="/v1/fuller-work", terms=(*of, *added)),
    )


def _question(department: Department, team: str, deadline: str) -> StaffingQuestion:
    return curve_question(
        department,
        team=team,
        deadline=deadline,
        extra_fte=(Fraction(0),),
        seed=_SEED,
        replications=USUAL_REPLICATIONS,
    )


def _terms(asked: StaffingQuestion) -> tuple[tuple[str, str], ...]:
    """What an address is asked to come to the same answer."""
    return (
        ("department", asked.department.address),
        ("team", asked.team),
        ("deadline", asked.deadline),
        ("from", asked.from_.isoformat()),
        ("to", asked.to.isoformat()),
        ("seed", str(asked.seed)),
        ("replications", str(asked.replications)),
    )


def _cost(posts: FTE | None, money: Money, hiring: Hiring) -> CostPart:
    assert posts is not None
    costs = PostCosts(
        fte=posts,
        from_=hiring.starts_on,
        price=money.price,
        growth=money.growth,
        budget_year=money.budget_year,
    )
    asked = (
        ("fte", in_an_address(costs.fte)),
        ("from", costs.from_.isoformat()),
        ("kroner", in_an_address(money.price.salary)),
        ("price_year", str(money.price.price_year)),
        ("source", money.price.source),
        ("growth", in_an_address(money.growth)),
        ("recruitment", in_an_address(money.price.recruitment)),
        ("budget_year", str(money.budget_year)),
    )
    return CostPart(
        costs=costs,
        budget=costs.budget,
        sentence=post_costs_sentence(costs),
        address=Address(path="/v1/post-costs", terms=asked, field="part_year", digits=0),
    )


def _mix(asked: StaffingQuestion, offers: Offers, amount: Fraction) -> MixCalculation:
    if amount <= 0:
        raise InvalidInput(
            Text(da="skriv et beløb over 0", en="write an amount above 0"), field="amount"
        )
    department = asked.department
    return MixCalculation(
        Simulation(
            department=department,
            address=department.address,
            team=asked.team,
            from_=department.on,
            to=year_after(department.on),
            seed=_SEED,
            replications=USUAL_REPLICATIONS,
        ),
        "goal",
        offers.prices,
        offers.offered,
        amount,
        offers.budget_year,
        asked.deadline,
        offers.left_out,
    )
