"""`/v1/staffing-curve`: timeliness of a deadline as a team gets staff (da: bemandingskurve)."""

from datetime import date
from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, Query, Request, Response
from fastapi.concurrency import run_in_threadpool
from pydantic import Field

from api.answers import Answer, Exact, Label, Table, rendered
from api.curve_terms import curve_question, precision_of
from api.documented import documented, planner_router
from api.documents import DepartmentDocument
from api.errors import refusals_naming
from api.fields import CaseFte, RulesVersion
from api.presentation import Question
from api.quantities import Count, Day, Levels, Number, levels
from api.store.departments import StoreDependency
from capacity.department import Department
from capacity.errors import InvalidInput, RuleNotInForce, UnknownDepartment, UnknownRule
from capacity.rulebook import rulebook
from simulations.questions import USUAL_REPLICATIONS, StaffingQuestion

if TYPE_CHECKING:
    from simulations.staffing import StaffingCurve

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
    fuller_work: Number = Field(
        "0",
        validate_default=True,
        description="share of the added hours, 0 to 1, that goes into fuller work instead of "
        "faster work (da: andel til grundigere arbejde)",
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


_FTE = ("fuldtidsstillinger", "FTE")
_SHARE = ("andel 0-1", "share 0-1")


class CurveRow(Answer):
    """One level of staff, and what it keeps of the deadline (da: bemandingsniveau).

    `_low` and `_high` are simulation error; `_year_low` and `_year_high` are the range of single
    years. What is unknown about the inputs is in neither.
    """

    extra_fte: Annotated[Exact, Label("ekstra fuldtidsstillinger", "extra FTE", *_FTE)]
    case_fte: CaseFte
    share_in_time: Annotated[float, Label("andel til tiden", "share in time", *_SHARE)]
    share_in_time_low: Annotated[
        float, Label("andel til tiden, simulationsfejl ned", "share in time, low", *_SHARE)
    ]
    share_in_time_high: Annotated[
        float, Label("andel til tiden, simulationsfejl op", "share in time, high", *_SHARE)
    ]
    share_in_time_year_low: Annotated[
        float, Label("andel til tiden, ringe år", "share in time, poor year", *_SHARE)
    ]
    share_in_time_year_high: Annotated[
        float, Label("andel til tiden, godt år", "share in time, good year", *_SHARE)
    ]
    difference: Annotated[float, Label("forskel fra 0 ekstra", "difference from 0 extra", *_SHARE)]
    difference_low: Annotated[float, Label("forskel, nedre", "difference, low", *_SHARE)]
    difference_high: Annotated[float, Label("forskel, øvre", "difference, high", *_SHARE)]
    mean_days_late: Annotated[
        float, Label("gennemsnitlig forsinkelse", "mean days late", "dage", "days")
    ]
    in_time: Annotated[int, Label("til tiden", "in time", "frister", "deadlines")]
    due: Annotated[int, Label("forfaldne", "due", "frister", "deadlines")]
    replications: Annotated[int, Label("gentagelser", "replications")]
    seed: Annotated[int, Label("frø", "seed")]
    model_version: Annotated[str, Label("modellens version", "version of the model")]
    rules_version: RulesVersion
    department: Annotated[str, Label("afdeling", "department")]
    team: Annotated[str, Label("team", "team")]
    deadline: Annotated[str, Label("frist", "deadline")]
    from_: Annotated[date, Label("fra", "from")] = Field(alias="from")
    to: Annotated[date, Label("til (ikke med)", "to (not included)")]
    days_late_90: Annotated[
        int,
        Label("forsinkelse, 90 % af de forsinkede", "days late, 90th percentile", "dage", "days"),
    ]
    stock_in_time: Annotated[
        float,
        Label("åbne ved udløb, ikke overskredet", "open at the end, not overdue", *_SHARE),
    ]
    not_yet_due: Annotated[
        int, Label("endnu ikke forfaldne", "not yet due", "frister", "deadlines")
    ]
    not_required: Annotated[int, Label("bortfaldne", "not required", "frister", "deadlines")]
    precision: Annotated[
        Exact | None, Label("ønsket præcision", "precision asked", "procentpoint", "points")
    ]
    precise: Annotated[bool | None, Label("præcisionen nået", "precision reached")]
    extra_from: Annotated[date, Label("ekstra fra", "extra from")]
    fuller_work: Annotated[
        Exact, Label("andel til grundigere arbejde", "share to fuller work", *_SHARE)
    ]
    inflow: Annotated[Exact, Label("tilgang", "inflow", "faktor", "factor")]


@router.get(
    "/v1/staffing-curve", **documented(Table[CurveRow], "timeliness at each level of extra staff")
)
async def staffing_curve_of_stored(
    question: Annotated[CurveQuestion, Query()], store: StoreDependency, request: Request
) -> Response:
    """Return timeliness at each level of extra staff (da: bemandingskurve).

    All levels meet the same cases with the same luck, and the same call gives the same bytes. It
    is what happens in this model with these inputs: many are assumptions of the department's.
    """
    department = store.department(question.department)
    store.let_go()
    return await _answer(department, department.address, question, request)


@router.post(
    "/v1/staffing-curve", **documented(Table[CurveRow], "the same, for a department sent along")
)
async def staffing_curve_of_document(
    document: DepartmentDocument, terms: Annotated[CurveTerms, Query()], request: Request
) -> Response:
    """Return timeliness at each level of extra staff, for a department sent along.

    It is not stored, so the answer names it without a version.
    """
    department = _department(document)
    return await _answer(department, department.slug, terms, request)


async def _answer(
    department: Department, address: str, terms: CurveTerms, request: Request
) -> Response:
    """Simulate on a thread, so that short questions are answered meanwhile."""
    # Compiled code: loaded beside the start of the service and not before it.
    from simulations.sentences import curve_sentence
    from simulations.staffing import staffing_curve

    book = rulebook()
    with refusals_naming(rule="deadline", day="from"):
        curve = await run_in_threadpool(staffing_curve, _question(department, terms), book)
    table = Table[CurveRow](rows=_rows(curve, address))
    return rendered(table, terms, request, in_words=curve_sentence(curve, book))


def _rows(curve: "StaffingCurve", address: str) -> tuple[CurveRow, ...]:
    question = curve.question
    asked = None if question.precision is None else question.precision * 100
    return tuple(
        CurveRow.model_validate(
            {
                "extra_fte": point.extra_fte,
                "case_fte": point.case_fte,
                "share_in_time": point.share_in_time.value,
                "share_in_time_low": point.share_in_time.low,
                "share_in_time_high": point.share_in_time.high,
                "share_in_time_year_low": point.year_low,
                "share_in_time_year_high": point.year_high,
                "difference": point.difference.value,
                "difference_low": point.difference.low,
                "difference_high": point.difference.high,
                "mean_days_late": point.mean_days_late,
                "in_time": point.in_time,
                "due": point.due,
                "replications": curve.replications,
                "seed": question.seed,
                "model_version": curve.model_version,
                "rules_version": curve.rules_version,
                "department": address,
                "team": question.team,
                "deadline": question.deadline,
                "from": question.from_,
                "to": question.to,
                "days_late_90": point.days_late_90,
                "stock_in_time": point.stock_in_time,
                "not_yet_due": point.not_yet_due,
                "not_required": point.not_required,
                "precision": asked,
                "precise": None if asked is None else curve.precise,
                "extra_from": question.extra_from or question.department.on,
                "fuller_work": question.fuller_work,
                "inflow": question.inflow,
            }
        )
        for point in curve.points
    )


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
