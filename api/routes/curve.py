"""`/v1/staffing-curve`: timeliness of a deadline as a team gets staff (da: bemandingskurve)."""

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, Query, Request, Response
from fastapi.concurrency import run_in_threadpool
from pydantic import Field

from api.answers import Answer, Exact, Label, Table, rendered
from api.documented import documented, planner_router
from api.documents import DepartmentDocument
from api.errors import refusals_naming
from api.fields import CaseFte, RulesVersion
from api.presentation import Question
from api.quantities import Count, Day, Numbers, numbers
from api.store import StoreDependency
from capacity.department import Department
from capacity.errors import InvalidInput, RuleNotInForce, UnknownDepartment, UnknownRule
from capacity.rulebook import rulebook
from capacity.wording import Text
from capacity.workdays import Unit, add
from simulations.questions import (
    USUAL_REPLICATIONS,
    StaffingQuestion,
    headline_question,
)

if TYPE_CHECKING:
    from simulations.staffing import StaffingCurve

router: APIRouter = planner_router("staffing and deadlines")

_MONTHS_SHOWN = 12


class CurveTerms(Question):
    """A team, a deadline, levels of staff, a period and the luck."""

    team: str | None = Field(None, description="the team's name; the headline team if left out")
    deadline: str | None = Field(
        None,
        description="the deadline's rule; the headline deadline if left out (da: frist)",
        examples=["statute.child_assessment"],
    )
    extra_fte: Numbers = Field(
        "0;1;2;4;6",
        description="extra full-time equivalents, separated by semicolons "
        "(da: ekstra fuldtidsstillinger)",
        examples=["0;1;2;4;6"],
    )
    from_: Day | None = Field(
        None, alias="from", description="first day; the department's own day if left out"
    )
    to: Day | None = Field(
        None, description="the day after the last; a year after `from` if left out"
    )
    seed: Count = Field(1, description="the same seed gives the same luck (da: frø)")
    replications: Count = Field(
        USUAL_REPLICATIONS, description="simulated periods (da: gentagelser)"
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
                "replications": question.replications,
                "seed": question.seed,
                "model_version": curve.model_version,
                "rules_version": curve.rules_version,
                "department": address,
                "team": question.team,
                "deadline": question.deadline,
                "from": question.from_,
                "to": question.to,
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
    """Ask what the department shows first, but for what the caller says otherwise."""
    usual = headline_question(department)
    begins = terms.from_ or usual.from_
    return replace(
        usual,
        team=terms.team or usual.team,
        deadline=terms.deadline or usual.deadline,
        extra_fte=numbers(terms.extra_fte),
        from_=begins,
        to=terms.to or _year_after(begins),
        seed=terms.seed,
        replications=terms.replications,
    )


def _year_after(begins: date) -> date:
    try:
        return add(begins, _MONTHS_SHOWN, Unit.CALENDAR_MONTHS)
    except InvalidInput as error:
        raise InvalidInput(
            Text(
                da=f"et år fra {begins} slutter uden for kalenderen; skriv en tidligere dag",
                en=f"a year from {begins} ends outside the calendar; write an earlier day",
            ),
            field="from",
        ) from error
