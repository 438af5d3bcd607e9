"""`/v1/fte`: from people and contracts to full-time equivalents and hours (da: bemanding)."""

from fractions import Fraction
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from pydantic import Field

from api.answers import Answer, Exact, Label, rendered
from api.documented import documented, planner_router
from api.documents import RosterDocument
from api.errors import refusals_naming
from api.fields import AskedDay, CaseFte, On, RulesVersion
from api.presentation import Question
from api.quantities import Number
from api.store.departments import Store, StoreDependency
from capacity.errors import InvalidInput
from capacity.roster import (
    Roster,
    available_hours,
    case_fte,
    contracted_fte,
    contracted_hours,
    headcount,
    roster_from_short_form,
    with_non_case_hours,
)
from capacity.rulebook import rulebook
from capacity.wording import Text

router: APIRouter = planner_router("from hours to FTE")


class StaffTerms(Question):
    """What applies to the whole staff, in place of the rules' numbers."""

    sick_days: Number | None = Field(
        None,
        description="days a year per person; the rule's if left out (da: sygedage)",
        examples=["11"],
    )
    full_time_hours: Number | None = Field(
        None,
        description="hours a week; the agreement's if left out (da: fuldtidsnorm)",
        examples=["37"],
    )
    on: AskedDay


class StaffQuestion(StaffTerms):
    """A staff on one line, or that of a stored department."""

    staff: str | None = Field(
        None,
        description="people × weekly hours, separated by semicolons (da: bemanding)",
        examples=["20x37;8x30;4x25,5"],
    )
    department: str | None = Field(
        None,
        description="in place of `staff`, a department or one version of it: slug@version "
        "(da: afdeling)",
    )
    non_case_hours: Number | None = Field(
        None,
        description="hours a week on other duties, for the whole staff on one line; none if left "
        "out (da: timer til andet end sager)",
        examples=["40"],
    )


class StaffAnswer(Answer):
    """How many people, posts and hours a staff is (da: bemanding i tal)."""

    headcount: Annotated[int, Label("antal ansatte", "headcount", "personer", "people")]
    contracted_hours: Annotated[
        Exact, Label("ansættelsestimer", "contracted hours", "timer/uge", "hours/week")
    ]
    contracted_fte: Annotated[
        Exact, Label("fuldtidsstillinger, ansat", "contracted FTE", "fuldtidsstillinger", "FTE")
    ]
    case_fte: CaseFte
    available_hours: Annotated[
        Exact, Label("effektive timer til sager", "available hours", "timer/år", "hours/year")
    ]
    non_case_hours: Annotated[
        Exact,
        Label("timer til andet end sager", "hours on other duties", "timer/uge", "hours/week"),
    ]
    sick_days: Annotated[Exact, Label("sygedage", "sick days", "dage/år", "days/year")]
    full_time_hours: Annotated[
        Exact, Label("fuldtidsnorm", "full-time hours", "timer/uge", "hours/week")
    ]
    on: On
    rules_version: RulesVersion


@router.get("/v1/fte", **documented(StaffAnswer, "from people and hours to FTE"))
async def fte(
    question: Annotated[StaffQuestion, Query()], store: StoreDependency, request: Request
) -> Response:
    """From a staff on one line to FTE and hours (da: fra timer til fuldtidsstillinger).

    `available_hours` are the whole staff's hours for cases in the calendar year of `on`, after
    other duties, holidays, closing days and sick days. `department` takes the staff of a stored
    department, with its leave, newcomers and other duties, in place of `staff`.
    """
    return rendered(_answer(_roster(question, store), question), question, request)


@router.post("/v1/fte", **documented(StaffAnswer, "the same, from a full list of people"))
async def fte_of_roster(
    roster: RosterDocument, terms: Annotated[StaffTerms, Query()], request: Request
) -> Response:
    """From a full list of people to FTE and hours (da: fra bemandingsliste)."""
    return rendered(_answer(roster.to_domain(), terms), terms, request)


def _roster(question: StaffQuestion, store: Store) -> Roster:
    if question.department is not None and (question.staff, question.non_case_hours) == (
        None,
        None,
    ):
        return store.department(question.department).roster
    if question.department is not None or question.staff is None:
        raise InvalidInput(
            Text(
                da="mangler; skriv en bemanding, fx 20x37;8x30, eller en afdeling, og ikke begge",
                en="missing; write a staff, such as 20x37;8x30, or a department, and not both",
            ),
            field="staff",
        )
    return with_non_case_hours(
        roster_from_short_form(question.staff), question.non_case_hours or Fraction(0)
    )


def _answer(roster: Roster, terms: StaffTerms) -> StaffAnswer:
    with refusals_naming(rule="on", day="on"):
        return _staff_in_numbers(roster, terms)


def _staff_in_numbers(roster: Roster, terms: StaffTerms) -> StaffAnswer:
    book, on = rulebook(), terms.on
    full_time_hours = terms.full_time_hours
    if full_time_hours is None:
        full_time_hours = book["agreement.full_time_hours"].on(on).number
    sick_days = terms.sick_days
    if sick_days is None:
        sick_days = book["assumption.sick_days"].on(on).number
    return StaffAnswer(
        headcount=headcount(roster, on),
        contracted_hours=contracted_hours(roster, on),
        contracted_fte=contracted_fte(roster, on, full_time_hours),
        case_fte=case_fte(roster, on, full_time_hours),
        available_hours=available_hours(roster, on, book, sick_days=sick_days),
        non_case_hours=sum(
            (each.non_case_hours_per_week for each in roster.caseworkers), start=Fraction(0)
        ),
        sick_days=sick_days,
        full_time_hours=full_time_hours,
        on=on,
        rules_version=book.fingerprint,
    )
