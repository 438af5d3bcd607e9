"""`/v1/deadlines`, `/v1/due-date` and `/v1/guidelines`: the rules on a day (da: frister)."""

from collections.abc import Sequence
from datetime import date, datetime
from fractions import Fraction
from typing import Annotated, TypeAlias

from fastapi import APIRouter, Query, Request, Response
from pydantic import Field

from api.answers import Answer, Exact, Label, Table, Words, rendered
from api.documented import documented, planner_router
from api.errors import refusals_naming
from api.fields import AskedDay, Kind, On, RulesVersion, SourceTitle
from api.presentation import Question
from api.quantities import DayOrMoment
from capacity.deadlines import deadline_rule, due_at, due_on
from capacity.errors import RuleNotInForce
from capacity.rule import Quantity, Rule
from capacity.rulebook import Rulebook, rulebook
from capacity.wording import Text, date_in_words

router: APIRouter = planner_router("rules and deadlines")

_GUIDELINES = "guideline.caseload."
_OF_A_CASE = (Quantity.DEADLINE, Quantity.ORDER, Quantity.CONTENT)


class DayQuestion(Question):
    """A day whose rules apply."""

    on: AskedDay


RuleId: TypeAlias = Annotated[str, Label("regel", "rule")]
RuleLabel: TypeAlias = Annotated[Words, Label("navn", "label")]
LengthUnit: TypeAlias = Annotated[str, Label("enhed", "unit")]
StartEvent: TypeAlias = Annotated[Words | None, Label("starthændelse", "start event")]
SourceUrl: TypeAlias = Annotated[str | None, Label("kildens adresse", "address of the source")]
Certainty: TypeAlias = Annotated[str, Label("sikkerhed", "certainty")]
ValidFrom: TypeAlias = Annotated[date, Label("gælder fra", "in force from")]
LastChecked: TypeAlias = Annotated[date, Label("sidst kontrolleret", "last checked")]
Note: TypeAlias = Annotated[Words | None, Label("bemærkning", "note")]


class DeadlineRow(Answer):
    """A duty in a case: a deadline, or an order or content that is observed and not timed."""

    rule: RuleId
    label: RuleLabel
    quantity: Annotated[str, Label("art", "quantity")]
    n: Annotated[int | None, Label("fristens længde", "length of the deadline")]
    unit: LengthUnit
    starts_on: Annotated[str | None, Label("starthændelse, id", "start event, id")]
    start_event: StartEvent
    requirement: Annotated[str | None, Label("krav", "requirement")]
    kind: Kind
    source: SourceTitle
    source_url: SourceUrl
    certainty: Certainty
    valid_from: ValidFrom
    last_checked: LastChecked
    note: Note
    on: On
    rules_version: RulesVersion


class GuidelineRow(Answer):
    """An area's guideline for the caseload (da: vejledende sagstal)."""

    area: Annotated[str, Label("område", "area")]
    label: RuleLabel
    low: Annotated[Exact, Label("nedre", "low", "sager/fuldtidsstilling", "cases/FTE")]
    high: Annotated[Exact, Label("øvre", "high", "sager/fuldtidsstilling", "cases/FTE")]
    kind: Kind
    source: SourceTitle
    source_url: SourceUrl
    certainty: Certainty
    valid_from: ValidFrom
    last_checked: LastChecked
    note: Note
    on: On
    rules_version: RulesVersion


@router.get("/v1/deadlines", **documented(Table[DeadlineRow], "the duties in force on a day"))
async def deadlines(question: Annotated[DayQuestion, Query()], request: Request) -> Response:
    """Return the duties in force on a day, law and assumption told apart (da: frister)."""
    book, on = rulebook(), question.on
    duties = [rule for rule in book.rules.values() if rule.quantity in _OF_A_CASE]
    rows = tuple(_deadline_row(rule, on, book) for rule in _in_force(duties, on))
    return rendered(Table[DeadlineRow](rows=rows), question, request)


@router.get("/v1/guidelines", **documented(Table[GuidelineRow], "the caseload guidelines on a day"))
async def guidelines(question: Annotated[DayQuestion, Query()], request: Request) -> Response:
    """Return the caseload guidelines in force on a day, by area (da: vejledende sagstal)."""
    book, on = rulebook(), question.on
    of_an_area = [rule for rule in book.rules.values() if rule.id.startswith(_GUIDELINES)]
    rows = tuple(
        GuidelineRow(
            area=rule.id.removeprefix(_GUIDELINES),
            label=rule.label,
            low=rule.on(on).interval.low,
            high=rule.on(on).interval.high,
            **_beside(rule, on, book),
        )
        for rule in _in_force(of_an_area, on)
    )
    return rendered(Table[GuidelineRow](rows=rows), question, request)


def _in_force(rules: Sequence[Rule], on: date) -> list[Rule]:
    """Return those in force on a day, by id; a day before them all is refused, not left empty."""
    found = sorted((rule for rule in rules if rule.is_in_force(on)), key=lambda rule: rule.id)
    if not found:
        first = min(value.valid_from for rule in rules for value in rule.values)
        raise RuleNotInForce(
            Text(
                da=f"ingen af reglerne har en værdi den {date_in_words(on, 'da')}; den første "
                f"gælder fra den {date_in_words(first, 'da')}",
                en=f"none of the rules has a value on {date_in_words(on, 'en')}; the first "
                f"applies from {date_in_words(first, 'en')}",
            ),
            field="on",
        )
    return found


class DueDateQuestion(Question):
    """A deadline and the day, or the local time, on which its clock started."""

    rule: str = Field(
        description="a deadline's id, see /v1/deadlines (da: regel)",
        examples=["statute.child_assessment"],
    )
    start: DayOrMoment = Field(
        description="a date; for a rule in hours a local date and time (da: start)",
        examples=["2019-10-31"],
    )


class DueDateAnswer(Answer):
    """The last day that meets a deadline, or for a rule in hours the moment (da: fristdato)."""

    due_on: Annotated[date | None, Label("frist, til og med", "due on")] = None
    due_at: Annotated[datetime | None, Label("fristens udløb", "due at")] = None
    rule: RuleId
    label: RuleLabel
    start: Annotated[date | datetime, Label("start", "start")]
    start_event: Annotated[Words, Label("starthændelse", "start event")]
    n: Annotated[int, Label("fristens længde", "length of the deadline")]
    unit: LengthUnit
    kind: Kind
    source: SourceTitle
    rules_version: RulesVersion


@router.get("/v1/due-date", **documented(DueDateAnswer, "when a clock runs out"))
async def due_date(question: Annotated[DueDateQuestion, Query()], request: Request) -> Response:
    """When a clock that started then runs out (da: fristdato).

    A deadline is met through `due_on`. For a rule in hours the answer is `due_at`, in real hours
    through weekends and the change of summer time.
    """
    book, rule, start = rulebook(), question.rule, question.start
    moment = start if isinstance(start, datetime) else None
    with refusals_naming(rule="rule", day="start"):
        limit = deadline_rule(rule, moment.date() if moment else start, book)
        on = None if moment else due_on(rule, start, book)
        at = due_at(rule, moment, book) if moment else None
    answer = DueDateAnswer(
        due_on=on,
        due_at=at,
        rule=rule,
        label=limit.rule.label,
        start=start,
        start_event=limit.starts_on.label,
        n=limit.n,
        unit=limit.unit,
        kind=limit.rule.kind,
        source=limit.value.source.title,
        rules_version=book.fingerprint,
    )
    return rendered(answer, question, request)


def _deadline_row(rule: Rule, on: date, book: Rulebook) -> DeadlineRow:
    value = rule.on(on)
    has_length = isinstance(value.value, Fraction)
    return DeadlineRow(
        rule=rule.id,
        label=rule.label,
        quantity=rule.quantity,
        n=int(value.number) if has_length else None,
        unit=rule.unit,
        starts_on=value.starts_on.id if value.starts_on else None,
        start_event=value.starts_on.label if value.starts_on else None,
        requirement=None if has_length else str(value.value),
        **_beside(rule, on, book),
    )


def _beside(rule: Rule, on: date, book: Rulebook) -> dict[str, object]:
    value = rule.on(on)
    return {
        "kind": rule.kind,
        "source": value.source.title,
        "source_url": value.source.url,
        "certainty": value.certainty,
        "valid_from": value.valid_from,
        "last_checked": rule.last_checked,
        "note": value.note,
        "on": on,
        "rules_version": book.fingerprint,
    }
