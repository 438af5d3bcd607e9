"""`/v1/department-comparison`: many departments in one file, side by side (da: sammenligning)."""

from datetime import date
from fractions import Fraction
from pathlib import Path as File
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from pydantic import Field

from api.answers import Answer, Exact, Label, Table, Words, rendered
from api.caller import Scope, needs
from api.documented import documented, planner_router
from api.imports.department_rows import DepartmentRow as ReadRow
from api.imports.desk import departments_in
from api.imports.fields import Kind
from api.imports.source_document import refuse_cpr
from api.imports.terms import terms
from api.presentation import Question
from api.receiving import FILE, DeskDependency, OnProgress, answered_from_file
from api.today import today
from capacity.deadlines import deadline_rule
from capacity.department_comparison import (
    DepartmentFigures,
    Measure,
    RankedRow,
    department_table,
    ranked,
)
from capacity.errors import InvalidInput
from capacity.rulebook import rulebook
from capacity.wording import Text

router: APIRouter = planner_router("a department's own past")

_SHARE = ("andel 0-1", "share 0-1")


class ComparisonTerms(Question):
    """What the file is called, and whether to rank (da: rangordning)."""

    file: str | None = Field(None, description="the file's name (da: filnavn)", max_length=255)
    sheet: str | None = Field(None, description="the sheet; the first with content", max_length=100)
    rank: Measure | None = Field(
        None,
        description="rank by caseload, load or timeliness; refused where the rows do not measure "
        "the same (da: rangordn efter)",
    )
    deadline: str = Field(
        "statute.child_assessment",
        description="the deadline's rule where the rows name none (da: frist)",
        max_length=100,
    )


class ComparedRow(Answer):
    """One department beside the others (da: afdeling).

    `place` only where a ranking was asked for; chance leaves the places from `place_best` to
    `place_worst` open.
    """

    name: Annotated[str, Label("afdeling", "department")]
    unit: Annotated[str, Label("sagsenhed", "case unit")]
    fte_definition: Annotated[str, Label("stillinger er", "posts are")]
    open_cases: Annotated[int, Label("åbne sager", "open cases", "sager", "cases")]
    fte: Annotated[Exact, Label("fuldtidsstillinger", "FTE", "fuldtidsstillinger", "FTE")]
    cases_per_fte: Annotated[
        Exact, Label("sagstal", "caseload", "sager/fuldtidsstilling", "cases/FTE")
    ]
    in_time: Annotated[int, Label("til tiden", "in time", "frister", "deadlines")]
    due: Annotated[int, Label("forfaldne", "due", "frister", "deadlines")]
    share: Annotated[Exact, Label("andel til tiden", "share in time", *_SHARE)]
    interval_low: Annotated[float, Label("95 %-interval, nedre", "95%, low", *_SHARE)]
    interval_high: Annotated[float, Label("95 %-interval, øvre", "95%, high", *_SHARE)]
    few_cases: Annotated[bool, Label("få sager", "few cases")]
    place: Annotated[int | None, Label("placering", "place")]
    place_best: Annotated[int | None, Label("bedste mulige", "best possible")]
    place_worst: Annotated[int | None, Label("ringeste mulige", "worst possible")]
    deadline: Annotated[str, Label("frist", "deadline")]
    law_from: Annotated[date, Label("regler fra", "rules from")]
    note: Annotated[Words | None, Label("bemærk", "note")]


@router.post(
    "/v1/department-comparison",
    openapi_extra=FILE,
    dependencies=[needs(Scope.READ)],
    **documented(Table[ComparedRow], "many departments side by side"),
)
async def compared(
    said: Annotated[ComparisonTerms, Query()], desk: DeskDependency, request: Request
) -> Response:
    """Put many departments side by side, from a file with a row each (da: sammenlign afdelinger).

    Nothing is kept. A row says its unit, its posts and what they are, its period, open cases and
    what was due and in time. A ranking is refused across units, definitions of posts and law.
    """
    refuse_cpr(said.file)
    asked = terms(
        Kind.DEPARTMENTS,
        today=today(),
        unit=None,
        seen_on=None,
        complete_from=None,
        sheet=said.sheet,
    )

    def read(file: File, on_progress: OnProgress | None) -> Table[ComparedRow]:
        found = departments_in(
            request.app.state.engine, file, said.file or "fil", asked, on_progress
        )
        rows = department_table([_figures(each, said.deadline) for each in found])
        told = (
            [RankedRow(row=each, place=0, best=0, worst=0) for each in rows]
            if said.rank is None
            else ranked(rows, said.rank)
        )
        return Table[ComparedRow](rows=tuple(_row(each) for each in told))

    return await answered_from_file(
        request, desk, read, lambda table: rendered(table, said, request)
    )


def _figures(row: ReadRow, deadline: str) -> DepartmentFigures:
    if row.due is None or row.in_time is None:
        raise InvalidInput(
            Text(
                da=f"række {row.row} ({row.name}) siger ikke, hvor mange frister der forfaldt og "
                "blev holdt; skriv begge, eller udelad rækken",
                en=f"row {row.row} ({row.name}) does not say how many deadlines were due and kept; "
                "write both, or leave the row out",
            ),
            field=f"rows[{row.row}]",
        )
    rule = row.deadline or deadline
    return DepartmentFigures(
        name=row.name,
        on=row.to,
        unit=row.unit,
        open_cases=row.open_cases,
        fte=row.fte,
        fte_definition=row.fte_definition,
        load=None,
        deadline=rule,
        law_from=deadline_rule(rule, row.from_, rulebook()).value.valid_from,
        in_time=row.in_time,
        due=row.due,
    )


_FEW = Text(
    da="Få sager: tilfældigheder alene kan flytte andelen mange procentpoint.",
    en="Few cases: chance alone can move the share by many percentage points.",
)


def _row(ranked_row: RankedRow) -> ComparedRow:
    row, place = ranked_row.row, ranked_row.place or None
    figures = row.figures
    return ComparedRow(
        name=figures.name,
        unit=figures.unit.value,
        fte_definition=figures.fte_definition.value,
        open_cases=figures.open_cases,
        fte=figures.fte,
        cases_per_fte=row.cases_per_fte,
        in_time=figures.in_time,
        due=figures.due,
        share=Fraction(row.share_in_time),
        interval_low=row.interval.low,
        interval_high=row.interval.high,
        few_cases=row.few_cases,
        place=place,
        place_best=place and ranked_row.best,
        place_worst=place and ranked_row.worst,
        deadline=figures.deadline,
        law_from=figures.law_from,
        note=_FEW if row.few_cases else None,
    )
