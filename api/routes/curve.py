"""`/v1/staffing-curve`: timeliness of a deadline as a team gets staff (da: bemandingskurve)."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from pydantic import Field

from api.answers import Table
from api.curve_terms import curve_question, precision_of
from api.documented import planner_router
from api.documents import DepartmentDocument
from api.idempotency import OnceDependency
from api.jobs.answering import answered
from api.jobs.curve import CurveCalculation, CurveRow
from api.jobs.documented import documented_job
from api.presentation import Question
from api.quantities import Count, Day, Levels, Number, ShareNumber, levels
from api.store.departments import StoreDependency
from capacity.department import Department
from capacity.errors import InvalidInput, RuleNotInForce, UnknownDepartment, UnknownRule
from simulations.questions import USUAL_REPLICATIONS, StaffingQuestion

router: APIRouter = planner_router("staffing and deadlines")


class CurveTerms(Question):
    """A team, a deadline, levels of staff, a period and the luck."""

    team: str | None = Field(None, description="the team's name; the headline team if left out")
    deadline: str | None = Field(
        None,
        description="the deadline's rule; the headline deadline if left out (da: frist)",
        examples=["statute.child_assessment"],
    )
    extra_fte: Levels = Field(
        "0;1;2;4;6",
        description="extra full-time equivalents, separated by semicolons; 0..6 is a range and "
        "0..6/2 one in steps of 2 (da: ekstra fuldtidsstillinger)",
        examples=["0;1;2;4;6"],
    )
    from_: Day | None = Field(
        None, alias="from", description="first day; the department's own day if left out"
    )
    to: Day | None = Field(
        None, description="the day after the last; a year after `from` if left out"
    )
    seed: Count = Field(1, description="the same seed gives the same luck (da: frø)")
    replications: Count | None = Field(
        None,
        description=f"simulated periods; {USUAL_REPLICATIONS} if left out (da: gentagelser)",
    )
    precision: Number | None = Field(
        None,
        description="half-width of every level's interval, in percentage points from "
        "0.1 to 50, instead of replications: as many are run as it takes "
        "(da: præcision, i procentpoint)",
    )
    extra_from: Day | None = Field(
        None,
        description="first day of the extra staff; the department's own day if left out "
        "(da: de ekstras første dag)",
    )
    fuller_work: ShareNumber = Field(
        "0",
        validate_default=True,
        description="share of the added hours, 0 to 1 or 0% to 100%, that goes into fuller work "
        "instead of faster work (da: andel til grundigere arbejde)",
    )
    inflow: Number = Field(
        "1",
        validate_default=True,
        description="what arrives, as a factor of the usual, 0 to 10 (da: tilgang, faktor)",
    )


class CurveQuestion(CurveTerms):
    """A stored department, and what to ask of it."""

    department: str = Field(
        description="a department, or one version of it: slug@version (da: afdeling)",
        examples=["ishoej-2020"],
    )


@router.get(
    "/v1/staffing-curve",
    **documented_job(Table[CurveRow], "timeliness at each level of extra staff"),
)
async def staffing_curve_of_stored(
    question: Annotated[CurveQuestion, Query()], store: StoreDependency, request: Request
) -> Response:
    """Return timeliness at each level of extra staff (da: bemandingskurve).

    All levels meet the same cases with the same luck, and the same call gives the same bytes. It
    is what happens in this model with these inputs: many are assumptions of the department's.
    What is much work becomes a job, with the same bytes in the end.
    """
    department = store.department(question.department)
    store.let_go()
    calculation = CurveCalculation(_question(department, question), department.address)
    return await answered(calculation, question, request)


@router.post(
    "/v1/staffing-curve", **documented_job(Table[CurveRow], "the same, for a department sent along")
)
async def staffing_curve_of_document(
    document: DepartmentDocument,
    terms: Annotated[CurveTerms, Query()],
    once: OnceDependency,
    request: Request,
) -> Response:
    """Return timeliness at each level of extra staff, for a department sent along.

    It is not stored, so the answer names it without a version.
    """
    department = _department(document)
    calculation = CurveCalculation(_question(department, terms), department.slug)
    return await answered(calculation, terms, request, once=once)


def _department(document: DepartmentDocument) -> Department:
    """Read what was sent: names that do not fit together are its own fault, not a missing page."""
    try:
        return document.to_domain()
    except (UnknownDepartment, UnknownRule, RuleNotInForce) as error:
        raise InvalidInput(error.message, field=error.field) from error


def _question(department: Department, terms: CurveTerms) -> StaffingQuestion:
    return curve_question(
        department,
        team=terms.team,
        deadline=terms.deadline,
        begins=terms.from_,
        ends=terms.to,
        extra_fte=levels(terms.extra_fte),
        seed=terms.seed,
        replications=terms.replications,
        precision=precision_of(terms.precision, terms.replications),
        extra_from=terms.extra_from,
        fuller_work=terms.fuller_work,
        inflow=terms.inflow,
    )
