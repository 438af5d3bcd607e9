"""A department over time, and how old its open cases are (da: over tid)."""

from dataclasses import replace
from typing import Annotated, TypeAlias

from fastapi import APIRouter, Path, Query, Request, Response
from pydantic import Field

from api.answers import Answer, Label, Table, rendered
from api.curve_terms import curve_question
from api.documented import documented, planner_router
from api.jobs.answering import answered
from api.jobs.documented import documented_job
from api.jobs.over_time import OverTimeAsked, OverTimeCalculation
from api.jobs.over_time_rows import OverTimeRow, Side
from api.over_time_terms import USUAL_MONTHS, USUAL_REPLICATIONS, over_time_asked
from api.pages.asked import Asked
from api.pages.dials import DIALS
from api.presentation import Question
from api.quantities import Count, Day
from api.store.departments import StoreDependency
from capacity.department import Department
from capacity.open_ages import OpenAges, open_ages, open_ages_sentence
from capacity.rulebook import rulebook
from simulations.questions import LEAST_REPLICATIONS

router: APIRouter = planner_router("staffing and deadlines")

Address = Annotated[str, Path(examples=["ishoej-2020"])]
Change: TypeAlias = Annotated[str | None, Field(max_length=60)]

_CASES = ("sager", "cases")
_DAYS = ("dage", "days")
_TERMS = (
    "extra_fte",
    "extra_from",
    *(dial.name for dial in DIALS),
    "caseload_limit",
    "policy",
    "merge",
    "ramp_up",
    "months",
)


class OverTimeQuestion(Question):
    """A team and a deadline, what would be changed, and how long it is followed."""

    team: str | None = Field(None, description="the team's name; the headline team if left out")
    deadline: str | None = Field(
        None, description="the deadline's rule; the headline deadline if left out (da: frist)"
    )
    extra_fte: Change = Field(
        None, description="extra full-time equivalents in the team", examples=["2"]
    )
    extra_from: Change = Field(
        None, description="their first day; the department's own day if left out"
    )
    ramp_up: Change = Field(
        None,
        description="months until they carry a full caseload; by the rule if left out, 0 for at "
        "once (da: oplæring)",
    )
    other_duties: Change = Field(
        None, description="hours a week of other duties taken from the team (da: andre opgaver)"
    )
    sickness: Change = Field(
        None, description="change of sickness and leave, in per cent (da: fravær)"
    )
    turnover: Change = Field(
        None, description="change of turnover, in per cent (da: personaleudskiftning)"
    )
    inflow: Change = Field(None, description="change of inflow, in per cent (da: tilgang)")
    effort: Change = Field(
        None, description="change of effort per case, in per cent (da: tidsforbrug)"
    )
    waiting: Change = Field(
        None, description="change of waiting for others, in per cent (da: ventetid på andre)"
    )
    caseload_limit: Change = Field(None, description="most cases per FTE (da: loft)")
    policy: Change = Field(None, description="the order of work (da: rækkefølge)")
    merge: Change = Field(None, description="a team that is merged with it (da: læg sammen med)")
    months: Change = Field(
        None, description=f"followed for so many months; {USUAL_MONTHS} if left out (da: måneder)"
    )
    month: Day | None = Field(None, description="only the month that this day is in")
    side: Side | None = Field(None, description="only as it is, or only as it would be")
    seed: Count = Field(1, description="the same seed gives the same luck (da: frø)")
    replications: Count = Field(
        USUAL_REPLICATIONS, ge=LEAST_REPLICATIONS, description="simulated courses (da: gentagelser)"
    )


@router.get(
    "/v1/departments/{address}/over-time",
    **documented_job(Table[OverTimeRow], "backlog, caseload and timeliness month by month"),
)
async def over_time(
    address: Address,
    question: Annotated[OverTimeQuestion, Query()],
    store: StoreDependency,
    request: Request,
) -> Response:
    """Return a team's months as it is and with a change, on the same luck (da: over tid).

    Newcomers grow into their posts, which a year's share hides and the months show.
    """
    department = store.department(address)
    store.let_go()
    calculation = OverTimeCalculation(_asked(department, question))
    return await answered(calculation, question, request)


def _asked(department: Department, question: OverTimeQuestion) -> OverTimeAsked:
    of = curve_question(department, team=question.team, deadline=question.deadline)
    terms = {name: getattr(question, name) for name in _TERMS}
    asked = Asked(
        path="/v1/over-time",
        language="da",
        department=department.address,
        terms={**terms, "watch": f"{of.team}:{of.deadline}"},
    )
    found = over_time_asked(
        asked, department, seed=question.seed, replications=question.replications
    )
    return replace(found, month=question.month, side=question.side)


class AgesQuestion(Question):
    """A team and a deadline."""

    team: str | None = Field(None, description="the team's name; the headline team if left out")
    deadline: str | None = Field(
        None, description="the deadline's rule; the headline deadline if left out (da: frist)"
    )


class AgeBandRow(Answer):
    """Open cases of an age (da: aldersgruppe).

    What is of all of them is the same in every row: a case that is `overdue_from_days` days old or
    older is past the deadline; of `unknown` cases nobody knows whether it still runs.
    """

    from_days: Annotated[int, Label("alder fra", "age from", *_DAYS)]
    to_days: Annotated[int | None, Label("alder til", "age to", *_DAYS)]
    cases: Annotated[int, Label("åbne sager", "open cases", *_CASES)]
    overdue: Annotated[int, Label("overskredet", "overdue", *_CASES)]
    department: Annotated[str, Label("afdeling", "department")]
    team: Annotated[str, Label("team", "team")]
    deadline: Annotated[str, Label("frist", "deadline")]
    overdue_from_days: Annotated[int, Label("over fristen fra", "overdue from", *_DAYS)]
    unknown: Annotated[int, Label("ukendt", "unknown", *_CASES)]


@router.get(
    "/v1/departments/{address}/open-ages",
    **documented(Table[AgeBandRow], "how old the open cases are on which a deadline runs"),
)
async def ages(
    address: Address,
    question: Annotated[AgesQuestion, Query()],
    store: StoreDependency,
    request: Request,
) -> Response:
    """Return the ages of the open cases on which a deadline runs (da: åbne sagers alder)."""
    department = store.department(address)
    of = curve_question(department, team=question.team, deadline=question.deadline)
    found = open_ages(department, of.team, of.deadline, rulebook())
    table = Table[AgeBandRow](rows=age_rows(found, department.address))
    return rendered(table, question, request, in_words=open_ages_sentence(found))


def age_rows(found: OpenAges, address: str) -> tuple[AgeBandRow, ...]:
    """Write the ages, group by group (da: rækker)."""
    return tuple(
        AgeBandRow(
            from_days=each.from_days,
            to_days=each.to_days,
            cases=each.cases,
            overdue=each.overdue,
            department=address,
            team=found.team,
            deadline=found.deadline,
            overdue_from_days=found.overdue_from_days,
            unknown=found.unknown,
        )
        for each in found.bands()
    )
