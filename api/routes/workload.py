"""`/v1/workload`: the staff that yearly volumes of work ask for (da: timebehov)."""

from fractions import Fraction
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from api.answers import Answer, Exact, Label, rendered
from api.document import Document
from api.document_fields import ExactNumber, Words
from api.documented import documented, planner_router
from api.fields import CaseFte
from api.presentation import Question
from api.quantities import Number, number
from capacity.errors import InvalidInput
from capacity.wording import Text
from capacity.workload import Activity, workload_need

router: APIRouter = planner_router("workload")

_MOST_ACTIVITIES = 200
_FTE = ("fuldtidsstillinger", "FTE")


class WorkloadQuestion(Question):
    """Volumes, hours and allowances on one line."""

    activities: str = Field(
        description="cases a year × hours per case, separated by semicolons (da: årligt omfang)",
        examples=["152x35;890x12"],
    )
    hours_per_fte: Number = Field(
        description="hours a year from one full-time person (da: effektive timer)",
        examples=["1546"],
    )
    case_fte: Number = Field(
        description="full-time equivalents that carry cases (da: sagsbærende fuldtidsstillinger)",
        examples=["23,92"],
    )
    category_share: Number = Field(
        Fraction(0),
        description="share of everybody's time on common duties, 0 to 1 (da: fælles opgaver)",
        examples=["0,2"],
    )
    individual_hours: Number = Field(
        Fraction(0),
        description="hours a year on duties of some people only (da: særlige funktioner)",
        examples=["800"],
    )


class ActivityDocument(Document):
    """Work of one kind in a year (da: aktivitet)."""

    volume_per_year: ExactNumber
    hours_per_case: ExactNumber
    label: Words | None = None

    def to_domain(self) -> Activity:
        """Read the document as an activity."""
        return self._as(Activity)


class WorkloadDocument(BaseModel):
    """Volumes, hours and allowances as a document (da: timebehov)."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    activities: tuple[ActivityDocument, ...] = Field(min_length=1, max_length=_MOST_ACTIVITIES)
    hours_per_fte: ExactNumber
    case_fte: ExactNumber
    category_share: ExactNumber = Fraction(0)
    individual_hours: ExactNumber = Fraction(0)


class WorkloadAnswer(Answer):
    """The staff required, beside the staff there is (da: personalebehov)."""

    required_fte: Annotated[Exact, Label("nødvendige fuldtidsstillinger", "required FTE", *_FTE)]
    wisn_ratio: Annotated[Exact, Label("faktisk over nødvendig", "actual over required")]
    wisn_difference: Annotated[
        Exact, Label("faktisk minus nødvendig", "actual less required", *_FTE)
    ]
    category_factor: Annotated[
        Exact, Label("tillæg for fælles opgaver, faktor", "category allowance factor")
    ]
    individual_factor: Annotated[
        Exact, Label("tillæg for særlige funktioner", "individual allowance factor", *_FTE)
    ]
    hours_per_fte: Annotated[
        Exact, Label("effektive timer pr. stilling", "hours per FTE", "timer/år", "hours/year")
    ]
    category_share: Annotated[Exact, Label("andel til fælles opgaver", "share on common duties")]
    individual_hours: Annotated[
        Exact, Label("timer til særlige funktioner", "individual hours", "timer/år", "hours/year")
    ]
    case_fte: CaseFte


@router.get("/v1/workload", **documented(WorkloadAnswer, "the FTE that the work asks for"))
async def workload(question: Annotated[WorkloadQuestion, Query()], request: Request) -> Response:
    """Return required FTE by volumes and allowances, the WISN way (da: personalebehov)."""
    answer = _answer(
        activities_from_short_form(question.activities),
        hours_per_fte=question.hours_per_fte,
        category_share=question.category_share,
        individual_hours=question.individual_hours,
        case_fte=question.case_fte,
    )
    return rendered(answer, question, request)


@router.post("/v1/workload", **documented(WorkloadAnswer, "the same, from a list of activities"))
async def workload_of_document(
    document: WorkloadDocument, question: Annotated[Question, Query()], request: Request
) -> Response:
    """Return required FTE for a list of activities with labels (da: personalebehov)."""
    answer = _answer(
        tuple(each.to_domain() for each in document.activities),
        hours_per_fte=document.hours_per_fte,
        category_share=document.category_share,
        individual_hours=document.individual_hours,
        case_fte=document.case_fte,
    )
    return rendered(answer, question, request)


def activities_from_short_form(written: str) -> tuple[Activity, ...]:
    """Read yearly volumes on one line (da: aktiviteter i kortform); `InvalidInput` names the entry.

    >>> [str(each.hours_per_year) for each in activities_from_short_form("152x35;890x12,5")]
    ['5320', '11125']
    """
    entries = written.split(";")
    if len(entries) > _MOST_ACTIVITIES:
        raise InvalidInput(
            Text(
                da=f"{len(entries)} aktiviteter; skriv højst {_MOST_ACTIVITIES}",
                en=f"{len(entries)} activities; write at most {_MOST_ACTIVITIES}",
            ),
            field="activities",
        )
    return tuple(_activity(entry, place) for place, entry in enumerate(entries, start=1))


def _activity(entry: str, place: int) -> Activity:
    volume, mark, hours = entry.replace("×", "x").partition("x")
    try:
        if not mark:
            raise InvalidInput(
                Text(
                    da="skriv sager om året x timer pr. sag, fx 152x35",
                    en="write cases a year x hours per case, for example 152x35",
                )
            )
        return Activity(volume_per_year=number(volume), hours_per_case=number(hours))
    except InvalidInput as error:
        raise InvalidInput(
            Text(
                da=f"aktivitet {place}: {error.message.da}",
                en=f"activity {place}: {error.message.en}",
            ),
            field="activities",
        ) from error


def _answer(
    activities: tuple[Activity, ...],
    *,
    hours_per_fte: Fraction,
    category_share: Fraction,
    individual_hours: Fraction,
    case_fte: Fraction,
) -> WorkloadAnswer:
    need = workload_need(
        activities=activities,
        hours_per_fte=hours_per_fte,
        category_share=category_share,
        individual_hours=individual_hours,
        case_fte=case_fte,
    )
    return WorkloadAnswer(
        required_fte=need.required_fte,
        wisn_ratio=need.wisn_ratio,
        wisn_difference=need.wisn_difference,
        category_factor=need.category_factor,
        individual_factor=need.individual_factor,
        hours_per_fte=hours_per_fte,
        category_share=category_share,
        individual_hours=individual_hours,
        case_fte=case_fte,
    )
