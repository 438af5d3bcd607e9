"""What a scenario does: compared, taken apart, and bought best (da: hvad et scenarie gør).

Small work is answered at once, larger becomes a job; `api.jobs.answering` says which.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from fractions import Fraction
from functools import partial
from typing import Annotated

from fastapi import APIRouter, Path, Query, Request, Response
from pydantic import Field

from api.answers import Table
from api.curve_terms import year_after
from api.document import Document
from api.document_fields import ExactNumber, Slug
from api.document_fields import Words as Sentence
from api.documented import planner_router
from api.jobs.answering import answered
from api.jobs.calculation import Finding
from api.jobs.documented import documented_job
from api.jobs.mix import MixCalculation, Offered, SavingCalculation
from api.jobs.mix_rows import MixRow
from api.jobs.plans import (
    BASELINE,
    ComparisonCalculation,
    ComparisonRow,
    Plan,
    Simulation,
)
from api.jobs.waterfall import WaterfallCalculation, WaterfallRow
from api.presentation import Question
from api.quantities import Count, Day, Number, ShareNumber
from api.scenario_documents import FIRST_YEAR, LAST_YEAR, MOST_POSTS, AnyChange, PricesDocument
from api.store.departments import Store, StoreDependency
from api.store.scenarios import ScenariosDependency
from capacity.department import Department
from capacity.errors import InvalidInput
from capacity.rulebook import rulebook
from capacity.scenario import Prices, Scenario, staff_kroner
from capacity.scenario_changes import AddedPosts, Change, EmptyPosts
from capacity.units import Kroner
from capacity.wording import Language, Text, digits_of, in_full, shown
from capacity.workdays import Unit, add
from simulations.questions import LEAST_REPLICATIONS, USUAL_REPLICATIONS

router: APIRouter = planner_router("plans")

Address = Annotated[str, Path(examples=["ishoej-2020-to-ekstra"])]

ALL_TEAMS = "all"
"""Names the rows of all teams together, which have no team."""
_HALF, _QUARTER = Fraction(1, 2), Fraction(1, 4)
_MOST_UNITS = 20


class PlanQuestion(Question):
    """A period, the luck, and which teams."""

    team: str | None = Field(
        None, description="a team and all connected with it; all teams if left out (da: team)"
    )
    from_: Day | None = Field(
        None, alias="from", description="first day; the department's own day if left out"
    )
    to: Day | None = Field(
        None, description="the day after the last; a year after `from` if left out"
    )
    seed: Count = Field(1, description="the same seed gives the same luck (da: frø)")
    replications: Count = Field(
        USUAL_REPLICATIONS,
        ge=LEAST_REPLICATIONS,
        description="simulated periods (da: gentagelser)",
    )


class ComparisonQuestion(PlanQuestion):
    """And what the scenario is compared with, and which rows of it are shown."""

    against: str = Field(
        BASELINE,
        description="`baseline`, the department as it is, or another scenario of the same version "
        "of the department (da: sammenlignet med)",
    )
    key: str | None = Field(
        None,
        description="only the rows of this key: a deadline's rule, `caseload`, `kroner` (da: kun)",
    )
    row_team: str | None = Field(
        None,
        description=f"only the rows of this team; `{ALL_TEAMS}` for all teams together (da: kun)",
    )
    extra_fte: Number | None = Field(
        None,
        description="full-time posts on top of the scenario, in `extra_team` (da: ekstra "
        "stillinger oven i)",
        examples=["2"],
    )
    extra_team: str | None = Field(
        None, description="their team; `team`, or the headline team, if left out", max_length=60
    )
    extra_from: Day | None = Field(
        None, description="their first day; the department's own day if left out"
    )


class DeadlineQuestion(PlanQuestion):
    """And which deadline."""

    deadline: str | None = Field(
        None, description="the deadline's rule; the headline deadline if left out (da: frist)"
    )


class WaterfallQuestion(DeadlineQuestion):
    """And which step of it is shown."""

    number: Count | None = Field(
        None, description="only the step of this number, 0 for the share before (da: kun trin)"
    )


class MixQuestion(DeadlineQuestion):
    """And for how much."""

    kroner: Number = Field(
        description="the amount in the budget year (da: beløb)", examples=["1200000"]
    )
    budget_year: Count | None = Field(
        None,
        ge=FIRST_YEAR,
        le=LAST_YEAR,
        description="the year of the department's date if left out (da: budgetår)",
    )


class SavingQuestion(DeadlineQuestion):
    """And how much is to be saved."""

    share: ShareNumber = Field(
        description="the part of the staff's cost that is saved, 0 to 0.5 or 0% to 50% (da: andel)",
        examples=["0,05"],
    )
    budget_year: Count | None = Field(
        None,
        ge=FIRST_YEAR,
        le=LAST_YEAR,
        description="the year of the department's date if left out (da: budgetår)",
    )


class OfferDocument(Document):
    """A unit of what may be bought, and how many at most (da: mulighed)."""

    unit: AnyChange
    most: Annotated[int, Field(ge=1, le=40)] = 1

    def to_domain(self) -> Offered:
        """Read as `Offered`."""
        return Offered(unit=self.unit.to_domain(), most=self.most)


class MixDocument(Document):
    """An amount, prices, and what may be bought for it (da: beløb og muligheder)."""

    department: Sentence
    name: Sentence = "mix"
    kroner: ExactNumber
    budget_year: Annotated[int, Field(ge=FIRST_YEAR, le=LAST_YEAR)]
    prices: PricesDocument
    offers: Annotated[tuple[OfferDocument, ...], Field(min_length=1, max_length=20)]
    team: Slug | None = None
    deadline: Sentence | None = None
    seed: Annotated[int, Field(ge=0)] = 1
    replications: Annotated[int, Field(ge=LEAST_REPLICATIONS, le=16384)] = USUAL_REPLICATIONS

    def to_domain(self) -> object:
        """Read as itself: its parts are read where they are used."""
        return self


@router.get(
    "/v1/scenarios/{address}/comparison",
    **documented_job(Table[ComparisonRow], "a scenario beside the department or another scenario"),
)
async def comparison(
    address: Address,
    question: Annotated[ComparisonQuestion, Query()],
    kept: ScenariosDependency,
    store: StoreDependency,
    request: Request,
) -> Response:
    """Compare row by row: every deadline, caseload, backlog, cost (da: sammenligning).

    A saved scenario can be asked with posts on top, which are not saved: a cell of a workbook names
    the scenario and writes how many.
    """
    scenario = kept.scenario(address).scenario
    before = Plan(name=BASELINE)
    if question.against != BASELINE:
        other = kept.scenario(question.against).scenario
        _refuse_other_department(scenario, other)
        before = Plan.of(other)
    asked = _asked(scenario, question, store)
    calculation = ComparisonCalculation(asked, before, _with_extra(scenario, asked, question))
    store.let_go()
    seen_as = partial(rows_of, key=question.key, team=question.row_team)
    return await answered(calculation, question, request, seen_as=seen_as)


@router.get(
    "/v1/scenarios/{address}/waterfall",
    **documented_job(Table[WaterfallRow], "what each change of a scenario contributes"),
)
async def waterfall(
    address: Address,
    question: Annotated[WaterfallQuestion, Query()],
    kept: ScenariosDependency,
    store: StoreDependency,
    request: Request,
) -> Response:
    """Return what each change does to a deadline, and their interaction (da: vandfald)."""
    scenario = kept.scenario(address).scenario
    asked = _asked(scenario, question, store)
    deadline = question.deadline or asked.department.headline_deadline
    calculation = WaterfallCalculation(asked, Plan.of(scenario), deadline)
    store.let_go()
    seen_as = partial(step_of, number=question.number)
    return await answered(calculation, question, request, seen_as=seen_as)


@router.get(
    "/v1/scenarios/{address}/best-mix",
    **documented_job(Table[MixRow], "what buys most of a deadline for an amount"),
)
async def best_mix_of_scenario(
    address: Address,
    question: Annotated[MixQuestion, Query()],
    kept: ScenariosDependency,
    store: StoreDependency,
    request: Request,
) -> Response:
    """Find the best mix for an amount, by a scenario's prices (da: bedste blanding).

    Offered are posts, by halves, in the team asked about (or the headline team), from the
    department's date and from three and six months later, and each change of the scenario that has
    a price of its own: measures, overtime and temporary staff, once. What has none is not offered,
    and is named in `left_out` and in the sentence.
    """
    scenario = kept.scenario(address).scenario
    asked = _asked(scenario, question, store)
    if question.kroner < 0:
        raise InvalidInput(
            Text(
                da="skriv et beløb på mindst 0; en besparelse spørges der om på /saving",
                en="write an amount of at least 0; a saving is asked for at /saving",
            ),
            field="kroner",
        )
    team = question.team or asked.department.headline_team
    starts = [add(asked.department.on, months, Unit.CALENDAR_MONTHS) for months in (0, 3, 6)]
    year = question.budget_year or asked.department.on.year
    posts: list[Change] = [
        AddedPosts(reason=_OFFERED, team=team, fte=_HALF, from_=day)
        for day in starts
        if day.year <= year
    ]
    post = _prices(scenario).post
    own = [each for each in scenario.changes if each.kind in _BOUGHT_ONCE]
    bought = [each for each in own if each.expenses(asked.department, post)]
    offers = [
        *(Offered(unit=each, most=_MOST_UNITS) for each in posts),
        *(Offered(unit=each, most=1) for each in bought),
    ]
    left_out = tuple(each.title(asked.department) for each in own if each not in bought)
    calculation = _mix(scenario, asked, offers, question.kroner, year, question.deadline)
    return await answered(replace(calculation, left_out=left_out), question, request)


@router.get(
    "/v1/scenarios/{address}/saving",
    **documented_job(Table[MixRow], "what a saving costs in timeliness"),
)
async def saving(
    address: Address,
    question: Annotated[SavingQuestion, Query()],
    kept: ScenariosDependency,
    store: StoreDependency,
    request: Request,
) -> Response:
    """Find where a saving of so many per cent does least harm (da: besparelse).

    The amount is a part of what the staff of the team asked about cost (of the whole department,
    where none is) by the scenario's price of a post, from the first day of the budget year (or the
    department's own, where that is later) to its end; what may go are posts for cases, by
    quarters, there and from that day. Only the deadline asked about is counted.
    """
    scenario = kept.scenario(address).scenario
    asked = _asked(scenario, question, store)
    if not 0 < question.share <= _HALF:
        raise _no_share_to_save(question.share)
    department, year = asked.department, question.budget_year or asked.department.on.year
    begins = max(date(year, 1, 1), department.on)
    teams = [question.team] if question.team else [each.slug for each in department.teams]
    offers = [
        Offered(
            unit=EmptyPosts(reason=_OFFERED, team=team, fte=_QUARTER, from_=begins),
            most=_MOST_UNITS,
        )
        for team in teams
    ]
    cost = staff_kroner(
        department,
        (),
        _prices(scenario),
        begins,
        date(year + 1, 1, 1),
        rulebook(),
        team=question.team,
    )
    mix = _mix(scenario, asked, offers, -cost * question.share, year, question.deadline)
    return await answered(SavingCalculation(mix, question.share), question, request)


@router.post(
    "/v1/best-mix", **documented_job(Table[MixRow], "the same, with prices and offers sent along")
)
async def best_mix_of_document(
    document: MixDocument,
    question: Annotated[Question, Query()],
    store: StoreDependency,
    request: Request,
) -> Response:
    """Find the mix of what is offered that keeps most of a deadline (da: bedste blanding)."""
    department = store.department(document.department)
    asked = Simulation(
        department=department,
        address=department.address,
        team=document.team,
        from_=department.on,
        to=add(department.on, 12, Unit.CALENDAR_MONTHS),
        seed=document.seed,
        replications=document.replications,
    )
    calculation = MixCalculation(
        asked,
        document.name,
        document.prices.to_domain(),
        tuple(each.to_domain() for each in document.offers),
        document.kroner,
        document.budget_year,
        document.deadline or department.headline_deadline,
    )
    store.let_go()
    return await answered(calculation, question, request)


def _no_share_to_save(share: Fraction) -> InvalidInput:
    """Say what a share is; whoever writes 5 most likely means 5 %."""
    meant = share / 100 if 1 <= share <= 100 * _HALF else Fraction(1, 20)
    da, en = in_full(meant * 100, "da"), in_full(meant * 100, "en")
    return InvalidInput(
        Text(
            da=f"en andel er mellem 0 og 1, og her over 0 og højst 0,5; {da} % skrives "
            f"{_in_full(meant, 'da')} eller {da}%",
            en=f"a share is between 0 and 1, and here above 0 and at most 0.5; {en}% is written "
            f"{_in_full(meant, 'en')} or {en}%",
        ),
        field="share",
    )


def _in_full(share: Fraction, language: Language) -> str:
    return shown(share, digits_of(share, most=6), language)


def rows_of(found: Finding, *, key: str | None, team: str | None) -> Finding:
    """Show only some rows of a comparison (da: rækker); `InvalidInput` where there are none."""
    assert isinstance(found.answer, Table)
    all_rows: Sequence[ComparisonRow] = found.answer.rows
    wanted = None if team == ALL_TEAMS else team
    rows = tuple(
        each
        for each in all_rows
        if key in (None, each.key) and (team is None or each.team == wanted)
    )
    if not rows:
        keys = ", ".join(dict.fromkeys(each.key for each in all_rows))
        raise InvalidInput(
            Text(
                da=f"ingen række er af den nøgle og det team; nøglerne er {keys}",
                en=f"no row is of that key and team; the keys are {keys}",
            ),
            field="key",
        )
    return replace(found, answer=Table[ComparisonRow](rows=rows))


def step_of(found: Finding, *, number: int | None) -> Finding:
    """Show only one step of a waterfall (da: trin); `InvalidInput` where there is none."""
    if number is None:
        return found
    assert isinstance(found.answer, Table)
    all_rows: Sequence[WaterfallRow] = found.answer.rows
    rows = tuple(each for each in all_rows if each.number == number)
    if not rows:
        raise InvalidInput(
            Text(
                da=f"skriv et trin fra 0 til {all_rows[-1].number}",
                en=f"write a step from 0 to {all_rows[-1].number}",
            ),
            field="number",
        )
    return replace(found, answer=Table[WaterfallRow](rows=rows))


_OFFERED = "offered by the search"
_ON_TOP = "asked for on top of the scenario"
_BOUGHT_ONCE = {"measure", "overtime", "temporary_staff"}


def _mix(
    scenario: Scenario,
    asked: Simulation,
    offers: list[Offered],
    kroner: Kroner,
    year: int,
    deadline: str | None,
) -> MixCalculation:
    return MixCalculation(
        asked,
        f"{scenario.slug}@{scenario.version}",
        _prices(scenario),
        tuple(offers),
        kroner,
        year,
        deadline or asked.department.headline_deadline,
    )


def _with_extra(scenario: Scenario, asked: Simulation, question: ComparisonQuestion) -> Plan:
    """Return the scenario as a plan, with the posts that are asked for on top of it."""
    plan = Plan.of(scenario)
    if not question.extra_fte:
        return plan
    if not 0 < question.extra_fte <= MOST_POSTS:
        raise InvalidInput(
            Text(
                da=f"skriv fra 0 til {MOST_POSTS} ekstra stillinger",
                en=f"write from 0 to {MOST_POSTS} extra posts",
            ),
            field="extra_fte",
        )
    department = asked.department
    posts = AddedPosts(
        reason=_ON_TOP,
        team=question.extra_team or asked.team or department.headline_team,
        fte=question.extra_fte,
        from_=question.extra_from or department.on,
    )
    return replace(
        plan,
        name=f"{plan.name}+{in_full(question.extra_fte, 'en')}",
        changes=(*plan.changes, posts),
    )


def _prices(scenario: Scenario) -> Prices:
    if scenario.prices is None:
        raise InvalidInput(
            Text(
                da=f"scenariet ”{scenario.slug}” har ingen priser; skriv dem, for planlæggeren "
                "gætter ingen løn",
                en=f"the scenario “{scenario.slug}” has no prices; write them, for the planner "
                "guesses no salary",
            ),
            field="prices",
        )
    return scenario.prices


def _asked(scenario: Scenario, question: PlanQuestion, store: Store) -> Simulation:
    department = store.department(scenario.department)
    begins = question.from_ or department.on
    return Simulation(
        department=department,
        address=department.address,
        team=_known_team(department, scenario, question.team),
        from_=begins,
        to=question.to or year_after(begins),
        seed=question.seed,
        replications=question.replications,
    )


def _known_team(department: Department, scenario: Scenario, team: str | None) -> str | None:
    """The team asked about; a plan may make it."""
    made = [each.slug for each in scenario.changes if hasattr(each, "slug")]
    if team is not None and team not in made:
        department.team(team)
    return team


def _refuse_other_department(scenario: Scenario, other: Scenario) -> None:
    if scenario.department != other.department:
        raise InvalidInput(
            Text(
                da=f"”{other.slug}” er et scenarie for {other.department}, ikke for "
                f"{scenario.department}; sammenlign to på samme version",
                en=f"“{other.slug}” is a scenario of {other.department}, not of "
                f"{scenario.department}; compare two of one version",
            ),
            field="against",
        )
