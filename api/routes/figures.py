"""`/v1/figures`: numbers that stay what they were, and where they came from (da: frosne tal)."""

from datetime import datetime
from fractions import Fraction
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request, Response
from pydantic import Field

from api.answers import Answer, Exact, Label, Table, Words, rendered
from api.caller import CallerDependency, Scope, needs
from api.document import Document
from api.document_fields import Words as Sentence
from api.documented import REFUSED, documented, planner_router
from api.freezing import NotReady, asked_again, frozen
from api.idempotency import OnceDependency
from api.presentation import Call, Format, Question
from api.quantities import PAGE, Count
from api.store.figures import Figure, FiguresDependency
from capacity.errors import PlannerError
from capacity.wording import Text

router: APIRouter = planner_router("figures")

Id = Annotated[str, Path(examples=["7kq2m4xrt"], max_length=40)]


class FigureDocument(Document):
    """Which number is to be frozen (da: hvilket tal).

    `path` is an address of the service, `field` a field of its answer; of a table `row` names the
    row by some of its fields: `{"extra_fte": 2}`.
    """

    path: Annotated[Sentence, Field(examples=["/v1/caseload?open_cases=890&case_fte=23,92"])]
    field: Annotated[Sentence, Field(examples=["cases_per_fte"])]
    row: dict[str, str | float | int | bool | None] | None = None

    def to_domain(self) -> object:
        """Read as itself: it is an address and a name."""
        return self


class FigureAnswer(Answer):
    """A frozen number and its whole origin (da: frosset tal og dets oprindelse)."""

    id: Annotated[str, Label("id", "id")]
    value: Annotated[Exact | str, Label("tallet", "value")]
    label: Annotated[Words, Label("hvad", "what")]
    unit: Annotated[Words, Label("enhed", "unit")]
    low: Annotated[Exact | None, Label("nedre", "low")] = None
    high: Annotated[Exact | None, Label("øvre", "high")] = None
    year_low: Annotated[Exact | None, Label("ringe år", "poor year")] = None
    year_high: Annotated[Exact | None, Label("godt år", "good year")] = None
    seed: Annotated[int | None, Label("frø", "seed")] = None
    replications: Annotated[int | None, Label("gentagelser", "replications")] = None
    model_version: Annotated[str | None, Label("modellens version", "model version")] = None
    rules_version: Annotated[str | None, Label("regelsættets version", "version of rules")] = None
    program_version: Annotated[str, Label("programmets version", "program version")]
    frozen_at: Annotated[datetime, Label("frosset", "frozen")]
    frozen_by: Annotated[str, Label("frosset af", "frozen by")]
    path: Annotated[str, Label("adresse", "address")]
    field: Annotated[str, Label("felt", "field")]
    row: Annotated[str, Label("række", "row")]
    whole_answer: Annotated[str, Label("hele svaret", "the whole answer")]


class FigureRow(Answer):
    """A frozen number in the list (da: frosset tal)."""

    id: Annotated[str, Label("id", "id")]
    value: Annotated[Exact | str, Label("tallet", "value")]
    label: Annotated[Words, Label("hvad", "what")]
    unit: Annotated[Words, Label("enhed", "unit")]
    frozen_at: Annotated[datetime, Label("frosset", "frozen")]
    frozen_by: Annotated[str, Label("frosset af", "frozen by")]
    path: Annotated[str, Label("adresse", "address")]
    field: Annotated[str, Label("felt", "field")]
    row: Annotated[str, Label("række", "row")]


class CheckAnswer(Answer):
    """Whether a number comes out the same today (da: efterprøvning)."""

    verdict: Annotated[str, Label("udfald", "verdict")]
    sentence: Annotated[Words, Label("sætning", "sentence")]
    value: Annotated[Exact | str, Label("frosset tal", "frozen value")]
    now: Annotated[Exact | str | None, Label("tallet i dag", "value now")] = None
    changed: Annotated[str, Label("ændret", "changed")]


class ListQuestion(Question):
    """From where in the list."""

    after: str = Field("", description="the last id of the page before (da: efter)", max_length=40)
    limit: Count = PAGE


_KEPT: dict[int | str, dict[str, Any]] = {
    200: {"model": FigureAnswer, "description": "the same number is frozen already"},
    201: {"model": FigureAnswer, "description": "frozen"},
    503: {"description": "the number is still being calculated"},
    "4XX": REFUSED,
}


@router.post(
    "/v1/figures",
    summary="freeze a number",
    status_code=201,
    responses=_KEPT,
    dependencies=[needs(Scope.PLAN)],
)
async def froze(
    document: FigureDocument,
    _: Annotated[Call, Query()],
    kept: FiguresDependency,
    caller: CallerDependency,
    once: OnceDependency,
    request: Request,
) -> Response:
    """Freeze a number of an answer, so that it stays what it is (da: frys et tal).

    Its id can be printed: `/v1/figures/{id}` gives the number for ever, with all it came from.
    """
    replayed = once.replayed()
    if replayed is not None:
        return replayed
    made = await frozen(request, document.path, document.field, document.row, caller.name)
    return once.answer(lambda: _kept(made, kept, request))


@router.get("/v1/figures", **documented(Table[FigureRow], "the frozen numbers"))
async def figures(
    question: Annotated[ListQuestion, Query()], kept: FiguresDependency, request: Request
) -> Response:
    """Return a page of the frozen numbers, by id (da: frosne tal)."""
    found = kept.listed(question.after, question.limit)
    table = Table[FigureRow](rows=tuple(_row(each) for each in found))
    return rendered(table, question, request)


@router.get("/v1/figures/{id}", **documented(FigureAnswer, "a frozen number and its origin"))
async def figure(
    id: Id, question: Annotated[Question, Query()], kept: FiguresDependency, request: Request
) -> Response:
    """Return a number as it was frozen (da: frosset tal); as text, the number alone."""
    answer = _answer(kept.figure(id))
    if question.format is Format.TEXT and question.field is None and question.fields is None:
        question = question.model_copy(update={"field": "value"})
    return rendered(answer, question, request)


@router.get("/v1/figures/{id}/check", **documented(CheckAnswer, "the number asked again"))
async def checked(
    id: Id, question: Annotated[Question, Query()], kept: FiguresDependency, request: Request
) -> Response:
    """Ask the figure's address again, and say `identical` or what has changed (da: efterprøv)."""
    stored = kept.figure(id)
    try:
        now = await asked_again(request, stored)
    except NotReady:
        raise
    except PlannerError as error:
        return rendered(_gone(stored, error), question, request)
    return rendered(_compared(stored, now, request.app.version), question, request)


def _kept(made: Figure, kept: FiguresDependency, request: Request) -> Response:
    found, is_new = kept.add(made)
    response = rendered(_answer(found), Question(), request)
    response.status_code = 201 if is_new else 200
    response.headers["Location"] = f"/v1/figures/{found.id}"
    return response


def _answer(figure: Figure) -> FigureAnswer:
    record, origin, field = figure.record, figure.origin, figure.field
    return FigureAnswer(
        id=figure.id,
        value=_value(figure.value),
        label=Text(da=origin["label_da"], en=origin["label_en"]),
        unit=Text(da=origin["unit_da"], en=origin["unit_en"]),
        low=_number(record.get(f"{field}_low")),
        high=_number(record.get(f"{field}_high")),
        year_low=_number(record.get(f"{field}_year_low")),
        year_high=_number(record.get(f"{field}_year_high")),
        seed=record.get("seed"),
        replications=record.get("replications"),
        model_version=record.get("model_version"),
        rules_version=record.get("rules_version"),
        program_version=origin["program_version"],
        frozen_at=figure.frozen_at,
        frozen_by=figure.frozen_by,
        path=figure.path,
        field=field,
        row=_row_named(figure),
        whole_answer="; ".join(f"{name}={_shown(value)}" for name, value in record.items()),
    )


def _row(figure: Figure) -> FigureRow:
    origin = figure.origin
    return FigureRow(
        id=figure.id,
        value=_value(figure.value),
        label=Text(da=origin["label_da"], en=origin["label_en"]),
        unit=Text(da=origin["unit_da"], en=origin["unit_en"]),
        frozen_at=figure.frozen_at,
        frozen_by=figure.frozen_by,
        path=figure.path,
        field=figure.field,
        row=_row_named(figure),
    )


def _compared(figure: Figure, now: dict[str, Any], program_version: str) -> CheckAnswer:
    then = {**figure.record, "program_version": figure.origin["program_version"]}
    today = {**now, "program_version": program_version}
    moved = [name for name in {**then, **today} if then.get(name) != today.get(name)]
    value, value_now = figure.value, now.get(figure.field)
    # A newer program that says the same in every number is no change of the number.
    if not [name for name in moved if name != "program_version"]:
        return CheckAnswer(
            verdict="identical",
            sentence=Text(
                da="tallet kommer ens ud i dag", en="the number comes out the same today"
            ),
            value=_value(value),
            now=_value(value_now),
            changed="",
        )
    changed = "; ".join(
        f"{name}: {_shown(then.get(name))} → {_shown(today.get(name))}" for name in moved
    )
    same = value == value_now
    return CheckAnswer(
        verdict="value identical" if same else "changed",
        sentence=Text(
            da=("tallet er det samme, men ikke alt bag det: " if same else "tallet er et andet: ")
            + changed,
            en=("the number is the same, but not all behind it: " if same else "it has changed: ")
            + changed,
        ),
        value=_value(value),
        now=None if value_now is None else _value(value_now),
        changed=changed,
    )


def _gone(figure: Figure, error: PlannerError) -> CheckAnswer:
    return CheckAnswer(
        verdict="cannot be recomputed",
        sentence=Text(
            da=f"tallet kan ikke genberegnes: {error.message.da}",
            en=f"the number cannot be recomputed: {error.message.en}",
        ),
        value=_value(figure.value),
        changed=error.message.en,
    )


def _row_named(figure: Figure) -> str:
    """Which row of a table a number is of; empty where the answer was no table."""
    return "; ".join(f"{name}={_shown(value)}" for name, value in (figure.row or {}).items())


def _value(value: Any) -> Fraction | str:
    if isinstance(value, bool):
        return str(value).lower()
    return value if isinstance(value, str) else Fraction(str(value))


def _number(value: Any) -> Fraction | None:
    return Fraction(str(value)) if isinstance(value, int | float) else None


def _shown(value: Any) -> str:
    return "–" if value is None else str(value)
