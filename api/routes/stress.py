"""`/v1/departments/{address}/stress`: what a team loses when several are away (da: sårbarhed)."""

from typing import Annotated

from fastapi import APIRouter, Path, Query, Request, Response
from pydantic import Field

from api.answers import Table
from api.documented import planner_router
from api.jobs.answering import answered
from api.jobs.documented import documented_job
from api.jobs.stress import StressCalculation
from api.jobs.stress_rows import StressRow
from api.presentation import Question
from api.quantities import Count, Day, Number, ShareNumber
from api.store.departments import StoreDependency
from api.stress_terms import (
    FOLLOWED_MONTHS,
    LEAVE_DAYS,
    MARGIN,
    MORE_DAYS,
    REPLICATIONS,
    SICK_DAYS,
    VACANCY_DAYS,
    StressTerms,
)
from simulations.questions import LEAST_REPLICATIONS

router: APIRouter = planner_router("staffing and deadlines")

Address = Annotated[str, Path(examples=["ishoej-2020"])]


class StressQuestion(Question):
    """Who is away from when and for how long, in calendar days, or how many more cases come."""

    team: str | None = Field(None, description="the team's name; the headline team if left out")
    deadline: str | None = Field(
        None, description="the deadline's rule; all of the team's if left out (da: frist)"
    )
    sick: Count = Field(2, description="so many are sick for long (da: langtidssyge)")
    sick_from: Day | None = Field(
        None, description="from this day; the first of the next month if left out"
    )
    sick_days: Count = Field(SICK_DAYS, description="for so many calendar days")
    leave: Count = Field(1, description="so many are on parental leave (da: barsel)")
    leave_from: Day | None = Field(None, description="from this day; as the sick if left out")
    leave_days: Count = Field(LEAVE_DAYS, description="for so many calendar days")
    leaving: Count = Field(0, description="so many resign (da: opsigelser)")
    leaving_from: Day | None = Field(
        None, description="first day without them; as the sick if left out"
    )
    vacancy_days: Count = Field(
        VACANCY_DAYS, description="calendar days until their successors begin (da: vakance)"
    )
    more_cases: Number = Field(
        "0",
        validate_default=True,
        description="more cases of every class of the team, in per cent (da: flere sager)",
    )
    more_cases_from: Day | None = Field(None, description="from this day; as the sick if left out")
    more_cases_days: Count = Field(MORE_DAYS, description="for so many calendar days")
    merge: str | None = Field(
        None, description="a team that is merged with it first (da: læg sammen med)"
    )
    beside: str | None = Field(
        None,
        description="a team whose deadlines and cases are counted too, and that nothing happens to "
        "(da: ved siden af)",
    )
    months: Count = Field(
        FOLLOWED_MONTHS, description="followed for so many months from the first of these days"
    )
    margin: ShareNumber = Field(
        MARGIN,
        description="a month is over it where it loses at most this share (da: margin)",
    )
    month: Day | None = Field(
        None, description="only the month that this day is in; all of them if left out"
    )
    seed: Count = Field(1, description="the same seed gives the same luck (da: frø)")
    replications: Count = Field(
        REPLICATIONS, ge=LEAST_REPLICATIONS, description="simulated courses (da: gentagelser)"
    )


_TERMS = tuple(name for name in StressTerms.__slots__ if name != "team")


@router.get(
    "/v1/departments/{address}/stress",
    **documented_job(Table[StressRow], "a team under a stress, month by month"),
)
async def stress(
    address: Address,
    question: Annotated[StressQuestion, Query()],
    store: StoreDependency,
    request: Request,
) -> Response:
    """Return a team's months with several away at once beside the same without (da: sårbarhed).

    Those with the most hours for cases are away. Both meet the same cases with the same luck, so
    what differs is the stress, in this model and with these assumptions.
    """
    department = store.department(address)
    store.let_go()
    terms = StressTerms(
        team=question.team or department.headline_team,
        **{name: getattr(question, name) for name in _TERMS},
    )
    calculation = StressCalculation(department, department.address, terms, question.month)
    return await answered(calculation, question, request)
