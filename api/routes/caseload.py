"""`/v1/caseload`: open cases per FTE beside the guideline (da: sagstal)."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from pydantic import Field

from api.answers import Answer, Exact, Label, rendered
from api.documented import documented, planner_router
from api.errors import refusals_naming
from api.fields import AskedDay, CaseFte, Kind, On, RulesVersion, Sentence, SourceTitle
from api.presentation import Question
from api.quantities import Count, Number
from capacity.caseload import CaseUnit, caseload, caseload_sentence
from capacity.rulebook import rulebook

router: APIRouter = planner_router("caseload")

_CASES_PER_FTE = ("sager/fuldtidsstilling", "cases/FTE")
_CITIZENS_PER_FTE = ("borgere/fuldtidsstilling", "citizens/FTE")
_FTE = ("fuldtidsstillinger", "FTE")


class CaseloadQuestion(Question):
    """Cases, staff and a day."""

    open_cases: Count = Field(description="open cases (da: åbne sager)", examples=["890"])
    case_fte: Number = Field(
        description="full-time equivalents that carry cases (da: sagsbærende fuldtidsstillinger)",
        examples=["23,92"],
    )
    unit: CaseUnit = Field(
        CaseUnit.CHILD,
        description="what one case counts; the guideline's own unit if left out (da: sagsenhed)",
        examples=["child"],
    )
    on: AskedDay
    target: Number | None = Field(
        None, description="a caseload to aim for (da: måltal)", examples=["25"]
    )
    area: str = Field(
        "children_families", description="the guideline's area, see /v1/guidelines (da: område)"
    )
    children_per_case: Number | None = Field(
        None, description="children in one case, where a case is a family (da: børn pr. sag)"
    )


class CaseloadAnswer(Answer):
    """A caseload, and the posts missing at both ends of the guideline (da: sagstal og manko).

    A citizen is a child in the areas of children, and only there are there children per case.
    """

    cases_per_fte: Annotated[
        Exact, Label("sager pr. fuldtidsstilling", "cases per FTE", *_CASES_PER_FTE)
    ]
    guideline_low: Annotated[
        Exact, Label("vejledende sagstal, nedre", "guideline, low", *_CITIZENS_PER_FTE)
    ]
    guideline_high: Annotated[
        Exact, Label("vejledende sagstal, øvre", "guideline, high", *_CITIZENS_PER_FTE)
    ]
    missing_fte_at_low: Annotated[
        Exact, Label("manglende stillinger ved nedre", "missing posts at low", *_FTE)
    ]
    missing_fte_at_high: Annotated[
        Exact, Label("manglende stillinger ved øvre", "missing posts at high", *_FTE)
    ]
    missing_fte_at_target: Annotated[
        Exact | None, Label("manglende stillinger ved måltal", "missing posts at target", *_FTE)
    ] = None
    status: Annotated[str, Label("placering", "status")]
    sentence: Sentence
    guideline_source: SourceTitle
    guideline_kind: Kind
    guideline_valid_from: Annotated[date, Label("gælder fra", "in force from")]
    open_cases: Annotated[int, Label("åbne sager", "open cases", "sager", "cases")]
    case_fte: CaseFte
    unit: Annotated[str, Label("sagsenhed", "case unit")]
    children_per_case: Annotated[
        Exact | None, Label("børn pr. sag", "children per case", "børn/sag", "children/case")
    ] = None
    citizens_per_fte: Annotated[
        Exact, Label("borgere pr. fuldtidsstilling", "citizens per FTE", *_CITIZENS_PER_FTE)
    ]
    target: Annotated[Exact | None, Label("måltal", "target", *_CITIZENS_PER_FTE)] = None
    area: Annotated[str, Label("område", "area")]
    on: On
    rules_version: RulesVersion


@router.get("/v1/caseload", **documented(CaseloadAnswer, "cases per FTE beside the guideline"))
async def cases_per_fte(
    question: Annotated[CaseloadQuestion, Query()], request: Request
) -> Response:
    """Cases per FTE, and what is missing at both ends of the guideline (da: sagstal)."""
    book = rulebook()
    with refusals_naming(rule="area", day="on"):
        found = caseload(
            open_cases=question.open_cases,
            case_fte=question.case_fte,
            on=question.on,
            unit=question.unit,
            book=book,
            area=question.area,
            target=question.target,
            children_per_case=question.children_per_case,
        )
    answer = CaseloadAnswer(
        cases_per_fte=found.cases_per_fte,
        guideline_low=found.guideline_low,
        guideline_high=found.guideline_high,
        missing_fte_at_low=found.missing_fte_at_low,
        missing_fte_at_high=found.missing_fte_at_high,
        missing_fte_at_target=found.missing_fte_at_target,
        status=found.status,
        sentence=caseload_sentence(found),
        guideline_source=found.guideline.source.title,
        guideline_kind=found.rule.kind,
        guideline_valid_from=found.guideline.valid_from,
        open_cases=found.open_cases,
        case_fte=found.case_fte,
        unit=found.unit,
        children_per_case=None if found.unit is CaseUnit.CITIZEN else found.children_per_case,
        citizens_per_fte=found.citizens_per_fte,
        target=found.target,
        area=question.area,
        on=found.on,
        rules_version=book.fingerprint,
    )
    return rendered(answer, question, request)
