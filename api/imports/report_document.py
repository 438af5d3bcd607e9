"""A report as JSON, in the reader's language (da: rapporten som dokument)."""

from datetime import date, datetime
from typing import TYPE_CHECKING

from pydantic import BaseModel

from api.imports.fields import Kind, field
from api.uploads import CellError, letter, shown_value
from capacity.wording import Language

if TYPE_CHECKING:
    from api.imports.causes import Cause
    from api.imports.report import Report
    from api.store.histories import AcceptedList


class ColumnPart(BaseModel):
    """What a column is taken for, and why (da: kolonne)."""

    column: str
    heading: str
    field: str | None
    label: str | None
    sureness: str
    why: str


class ValuePart(BaseModel):
    """What a word is taken for (da: værdi)."""

    field: str
    written: str
    means: str | None
    sureness: str
    rows: int | None


class QuestionPart(BaseModel):
    """What has to be asked, and the parameter that answers it (da: spørgsmål)."""

    parameter: str
    question: str
    choices: list[str]


class ErrorPart(BaseModel):
    """What is wrong with a cell, and what to do (da: fejl)."""

    sheet: str | None
    row: int | None
    column: str | None
    heading: str | None
    value: str | None
    problem: str
    what_to_do: str


class CausePart(BaseModel):
    """Errors of one cause: how many rows have it, the first of them, and what to do (da: årsag).

    `wrong_column` asks whether the column is the right one, where nearly all of it is at fault.
    """

    sheet: str | None
    column: str | None
    heading: str | None
    problem: str
    what_to_do: str
    rows: int
    first_rows: list[int]
    first_values: list[str | None]
    wrong_column: str | None
    columns_instead: list[str]


class CountPart(BaseModel):
    """How many rows there are of something; null where too few to be shown (da: optælling)."""

    of: str
    name: str
    rows: int | None


class AcceptedPart(BaseModel):
    """A list that is kept, without its content (da: godkendt liste)."""

    id: int
    department: str
    kind: str
    source: str | None
    unit: str | None
    seen_on: date
    complete_from: date | None
    rows: int
    rows_left_out: int
    file_hash: str
    accepted_at: datetime
    accepted_by: str


class ImportReport(BaseModel):
    """What was understood of a file, what is wrong with it, and what has to be asked (da: rapport).

    It may be accepted with its `token` where `may_be_accepted`. `errors` are the first of
    `error_count`, and some of each of the `causes`; those have all of them, by what is wrong.
    """

    kind: str
    file: str
    sheet: str | None
    rows: int
    rows_understood: int
    rows_at_fault: int
    rows_omitted: int
    first_day: date | None
    last_day: date | None
    columns: list[ColumnPart]
    values: list[ValuePart]
    questions: list[QuestionPart]
    errors: list[ErrorPart]
    error_count: int
    causes: list[CausePart]
    warnings: list[str]
    counts: list[CountPart]
    preview: list[dict[str, str]]
    remembered: str | None
    may_be_accepted: bool
    token: str
    accepted: AcceptedPart | None = None


MOST_VALUES = 500


def report_document(
    report: "Report", language: Language, accepted: "AcceptedList | None" = None
) -> ImportReport:
    """Write a report for its reader (da: rapporten på læserens sprog)."""
    return ImportReport(
        kind=report.kind,
        file=shown_value(report.file),
        sheet=None if report.sheet is None else shown_value(report.sheet),
        rows=report.rows,
        rows_understood=report.rows_understood,
        rows_at_fault=report.rows_at_fault,
        rows_omitted=report.rows_omitted,
        first_day=report.first_day,
        last_day=report.last_day,
        columns=[
            ColumnPart(
                column=letter(use.column),
                heading=shown_value(use.heading),
                field=use.field,
                label=_label(report.kind, use.field, language),
                sureness=use.sureness,
                why=use.why.in_language(language),
            )
            for use in report.columns
        ],
        values=[
            ValuePart(
                field=each.field,
                written=shown_value(each.written),
                means=each.means,
                sureness=each.sureness,
                rows=each.rows or None,
            )
            for each in report.meanings[:MOST_VALUES]
        ],
        questions=[
            QuestionPart(
                parameter=each.parameter,
                question=each.asked.in_language(language),
                choices=list(each.choices),
            )
            for each in report.questions
        ],
        errors=[error_part(each, language) for each in report.errors],
        error_count=report.error_count,
        causes=[_cause_part(each, language) for each in report.causes],
        warnings=[
            each.in_language(language)
            for each in (*(one.said for one in report.unread), *report.noted)
        ],
        counts=[CountPart(of=each.of, name=each.name, rows=each.rows) for each in report.counts],
        preview=[dict(each) for each in report.preview],
        remembered=report.remembered and report.remembered.in_language(language),
        may_be_accepted=report.may_be_accepted,
        token=report.token,
        accepted=None if accepted is None else accepted_part(accepted),
    )


def error_part(error: CellError, language: Language) -> ErrorPart:
    """Write an error for its reader (da: fejl)."""
    return ErrorPart(
        sheet=error.sheet,
        row=error.row,
        column=error.column,
        heading=error.heading,
        value=error.value,
        problem=error.problem.in_language(language),
        what_to_do=error.what_to_do.in_language(language),
    )


def _cause_part(cause: "Cause", language: Language) -> CausePart:
    first, wrong = cause.cells[0], cause.wrong_column
    return CausePart(
        sheet=first.sheet,
        column=cause.column,
        heading=cause.heading,
        problem=cause.problem.in_language(language),
        what_to_do=cause.what_to_do.in_language(language),
        rows=cause.rows,
        first_rows=[each.row for each in cause.cells if each.row is not None],
        first_values=[each.value for each in cause.cells],
        wrong_column=wrong and wrong.asked.in_language(language),
        columns_instead=[] if wrong is None else list(wrong.others),
    )


def accepted_part(kept: "AcceptedList") -> AcceptedPart:
    """Write what is known of a list that is kept (da: godkendt liste)."""
    return AcceptedPart(
        id=kept.id,
        department=kept.department,
        kind=kept.kind,
        source=kept.source,
        unit=kept.unit,
        seen_on=kept.seen_on,
        complete_from=kept.complete_from,
        rows=kept.rows,
        rows_left_out=kept.rows_left_out,
        file_hash=kept.file_hash,
        accepted_at=kept.accepted_at,
        accepted_by=kept.accepted_by,
    )


def _label(kind: Kind, id_: str | None, language: Language) -> str | None:
    found = None if id_ is None else field(kind, id_)
    return None if found is None else found.label.in_language(language)
