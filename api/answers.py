"""Answers: what a handler returns, and how it becomes bytes.

An answer is a Pydantic model whose fields are exact numbers, counts, dates and words, each with
its label and unit (`Label`). The same model documents the address, so what is documented is what
is sent. A field that was not asked for is None and left out. A `Table` is an answer of rows.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from functools import cache
from math import isfinite
from typing import Annotated, Any, Generic, TypeAlias, TypeVar, get_args

from fastapi import Request, Response
from pydantic import BaseModel, ConfigDict, GetJsonSchemaHandler, WithJsonSchema
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from api.etags import content_tag, is_known, not_modified
from api.formats import MEDIA_TYPES, WRITERS, Cell, Column, Grid
from api.presentation import Format, Presentation, Question
from capacity.errors import InvalidInput
from capacity.wording import Language, Text, rounded

Exact: TypeAlias = Annotated[Fraction, WithJsonSchema({"type": "number"})]
"""An exact number inside, a JSON number outside (da: tal)."""
Words: TypeAlias = Annotated[Text, WithJsonSchema({"type": "string"})]
"""Words in the reader's language (da: tekst)."""


@dataclass(frozen=True, slots=True)
class Label:
    """What a field is called, and its unit, in both languages (da: feltnavn og enhed)."""

    da: str
    en: str
    unit_da: str = ""
    unit_en: str = ""

    def heading(self, language: Language) -> str:
        """Return the heading of a column: label and unit.

        >>> Label("fuldtidsnorm", "full-time hours", "timer/uge", "h/week").heading("da")
        'fuldtidsnorm (timer/uge)'
        """
        name, unit = (
            (self.da, self.unit_da) if language == "da" else (self.en, self.unit_en or self.unit_da)
        )
        return f"{name} ({unit})" if unit else name

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        """Put label and unit into the documentation of the field."""
        described = handler(schema)
        described["description"] = f"{self.heading('en')} (da: {self.heading('da')})"
        return described


def _without_null(schema: dict[str, Any]) -> None:
    """Document a field with a default as left out when not asked for, and never as null."""
    for described in schema["properties"].values():
        if described.get("default", ...) is None:
            del described["default"]
            given = next(kind for kind in described.pop("anyOf") if kind != {"type": "null"})
            described.update(given)


class Answer(BaseModel):
    """What one address answers: fields in order, echoed inputs last (da: svar).

    A field that only some questions ask for has the default None.
    """

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        arbitrary_types_allowed=True,
        json_schema_extra=_without_null,
    )


Row = TypeVar("Row", bound=Answer)


class Table(Answer, Generic[Row]):
    """Rows of one kind (da: tabel); every row has every column, null where nothing applies."""

    rows: tuple[Row, ...]


def rendered(
    answer: Answer,
    question: Question,
    request: Request,
    *,
    in_words: Text | None = None,
    tag: str | None = None,
) -> Response:
    """Write an answer as its caller asked for it; `InvalidInput` where that cannot be done.

    `in_words` is the sentence of a table, which has none among its fields. `tag` is the answer's
    where it was known beforehand; that of its bytes if left out. Whoever has it already is told so.
    """
    presentation = question.presentation(request)
    wants_sentence = presentation.format is Format.TEXT and not presentation.fields
    if in_words and wants_sentence:
        grid = _one_cell(in_words.in_language(presentation.language))
    else:
        grid = _grid(answer, presentation)
    content = WRITERS[presentation.format](grid, presentation)
    tag = tag or content_tag(content)
    if is_known(request, tag):
        return not_modified(tag, **_of_language(presentation))
    return Response(content, headers=_headers(presentation, request, tag))


def head_of(question: Question, request: Request, tag: str) -> Response:
    """Say of an answer what can be said before it is worked out: all but its length (da: hoved)."""
    answer = Response(headers=_headers(question.presentation(request), request, tag))
    del answer.headers["Content-Length"]
    return answer


def _of_language(presentation: Presentation) -> dict[str, str]:
    return {"Content-Language": presentation.language, "Vary": "Accept-Language"}


def _headers(presentation: Presentation, request: Request, tag: str) -> dict[str, str]:
    media_type = MEDIA_TYPES[presentation.format]
    headers = {**_of_language(presentation), "ETag": tag, "Content-Type": media_type}
    if presentation.format is Format.XLSX:
        name = request.scope["path"].strip("/").split("/")[-1]
        headers["Content-Disposition"] = f'attachment; filename="{name}.xlsx"'
    return headers


def json_of(answer: Answer, language: Language) -> Any:
    """Return an answer as it is in JSON, for a place inside something else (da: som JSON)."""
    presentation = Presentation(language=language)
    return json.loads(WRITERS[Format.JSON](_grid(answer, presentation), presentation))


def _one_cell(cell: Cell) -> Grid:
    return Grid(columns=(Column(key="sentence", heading=""),), rows=((cell,),), is_table=False)


def _grid(answer: Answer, presentation: Presentation) -> Grid:
    """Lay an answer out as columns and rows, rounded and in one language."""
    is_table = isinstance(answer, Table)
    records: Sequence[Answer] = answer.rows if isinstance(answer, Table) else (answer,)
    kind = _row_type(answer) if is_table else type(answer)
    fields = _fields(kind, presentation.language)
    if not is_table:
        fields = tuple(each for each in fields if getattr(answer, each[0]) is not None)
    chosen = _chosen(fields, presentation)
    language, digits = presentation.language, presentation.digits
    return Grid(
        columns=tuple(column for _, column in chosen),
        rows=tuple(
            tuple(_cell(getattr(record, name), language, digits) for name, _ in chosen)
            for record in records
        ),
        is_table=is_table,
    )


Fields: TypeAlias = tuple[tuple[str, Column], ...]
"""The fields of an answer in their order: the name inside, and the column that callers see."""


@cache
def _fields(kind: type[Answer], language: Language) -> Fields:
    return tuple(
        (name, Column(key=_key(kind, name), heading=_label(kind, name).heading(language)))
        for name in kind.model_fields
    )


def _row_type(table: Answer) -> type[Answer]:
    """Return the kind of row, also of a table without rows."""
    row: type[Answer] = get_args(type(table).model_fields["rows"].annotation)[0]
    return row


def _label(kind: type[Answer], key: str) -> Label:
    """Return the label of a field; one without is its own name."""
    labels = [one for one in kind.model_fields[key].metadata if isinstance(one, Label)]
    return labels[0] if labels else Label(key, key)


def _key(kind: type[Answer], name: str) -> str:
    """Return the name that callers see: `from`, which Python reserves, is `from_` inside."""
    return kind.model_fields[name].alias or name


def _chosen(fields: Fields, presentation: Presentation) -> Fields:
    """Choose the fields to write, by key: those asked for, of a text the sentence, or all."""
    is_text = presentation.format is Format.TEXT
    wanted = presentation.fields or (("sentence",) if is_text else ())
    if not wanted:
        return fields
    by_key = {column.key: (name, column) for name, column in fields}
    if all(key in by_key for key in wanted):
        return tuple(by_key[key] for key in wanted)
    known = ", ".join(by_key)
    if not presentation.fields:
        refusal = Text(
            da=f"svaret har ingen sætning; vælg ét felt: {known}",
            en=f"the answer has no sentence; choose one field: {known}",
        )
    else:
        missing = ", ".join(key for key in wanted if key not in by_key)
        refusal = Text(
            da=f"svaret har ikke feltet {missing[:100]}; felterne er {known}",
            en=f"the answer has no field {missing[:100]}; the fields are {known}",
        )
    raise InvalidInput(refusal, field="field" if len(wanted) == 1 else "fields")


_AS_THEY_ARE = frozenset((type(None), str, int, bool, date, datetime))


def _cell(value: Any, language: Language, digits: int | None) -> Cell:
    """One value, rounded once and in the reader's language."""
    # By the very type first: to ask whether something is a Fraction takes longer than to round it.
    kind = type(value)
    if kind in _AS_THEY_ARE:
        return value  # type: ignore[no-any-return]
    if kind is Fraction:
        return rounded_to(value, digits)
    match value:
        case Text():
            return value.in_language(language)
        case str() | int() | datetime() | date():
            return value
        case float() if isfinite(value):
            return rounded_to(value, digits)
    raise TypeError(f"no cell can show {value!r}")


def rounded_to(value: Fraction | float, digits: int | None) -> float | Decimal:
    """Round half away from zero, or without digits keep the nearest double (da: afrundet).

    >>> rounded_to(Fraction("37.25"), 1), rounded_to(Fraction(1, 3), None)
    (Decimal('37.3'), 0.3333333333333333)
    """
    if digits is None:
        return float(value) + 0.0  # which turns -0.0 into 0.0 and leaves the rest alone
    return rounded(Fraction(value), digits)
