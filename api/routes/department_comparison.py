"""`/v1/department-comparison`: many departments side by side (da: sammenligning af afdelinger).

Stored ones, or those of a file with a row each. Not below `/v1/departments`, where a department may
be called anything.
"""

from pathlib import Path as File
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from fastapi.concurrency import run_in_threadpool
from pydantic import Field

from api.answers import Table, rendered
from api.caller import Scope, needs
from api.compared_departments import (
    USUAL_DEADLINE,
    ComparedRow,
    compared,
    figures_of_row,
    figures_of_stored,
)
from api.database import SessionDependency
from api.documented import documented, planner_router
from api.errors import refusals_naming
from api.import_terms import NoCpr
from api.imports.desk import departments_in
from api.imports.fields import Kind
from api.imports.terms import terms
from api.presentation import Question
from api.quantities import Day
from api.receiving import DeskDependency, OnProgress, answered_from_file, file_body
from api.store.departments import Store, StoreDependency
from api.store.histories import Histories
from api.today import today
from capacity.department import Department
from capacity.department_comparison import Measure
from capacity.errors import InvalidInput, TooMuchWork, UnknownDepartment
from capacity.rulebook import rulebook
from capacity.wording import Text

router: APIRouter = planner_router("a department's own past")

_MOST_DEPARTMENTS = 100
Compared = tuple[tuple[ComparedRow, ...], Text]


class RankQuestion(Question):
    """Whether to rank (da: rangordning)."""

    rank: Measure | None = Field(
        None,
        description="rank by caseload, load or timeliness; refused where the rows do not measure "
        "the same (da: rangordn efter)",
    )


class StoredQuestion(RankQuestion):
    """Which stored departments, and of which period and deadline (da: gemte afdelinger)."""

    deadline: str = Field(
        USUAL_DEADLINE, description="the deadline's rule (da: frist)", max_length=100
    )

    departments: str = Field(
        description="departments, separated by semicolons (da: afdelinger)",
        examples=["ishoej-2020;fjordkoebing-2026"],
        max_length=2000,
    )
    from_: Day | None = Field(
        None, alias="from", description="first day of the period in which deadlines are counted"
    )
    to: Day | None = Field(None, description="the day after the last")


class FileQuestion(RankQuestion):
    """What the file is called (da: fil), and the deadline of the rows that name none."""

    deadline: str | None = Field(
        None,
        description="the rule of the rows that name no deadline; asked for where they count one "
        "(da: frist)",
        max_length=100,
    )

    file: NoCpr = Field(None, description="the file's name (da: filnavn)", max_length=255)
    sheet: NoCpr = Field(None, description="the sheet; the first with content", max_length=100)


@router.get(
    "/v1/department-comparison",
    **documented(Table[ComparedRow], "stored departments side by side"),
)
async def of_stored(
    question: Annotated[StoredQuestion, Query()],
    store: StoreDependency,
    session: SessionDependency,
    request: Request,
) -> Response:
    """Put stored departments side by side (da: sammenlign gemte afdelinger).

    Caseload and load are of each department's document on its own day, timeliness of its newest
    case list. A ranking is refused across units, definitions of posts and law.
    """
    from simulations.case_history import CaseHistory

    with refusals_naming(rule="deadline", day="deadline"):
        rulebook()[question.deadline]
    histories = Histories(session)
    asked = []
    for address in _addresses(question.departments):
        department = _department(store, address)
        cases = histories.latest(department.slug, Kind.CASES)
        asked.append((department, cases if isinstance(cases, CaseHistory) else None))
    store.let_go()

    def found() -> Compared:
        figures = [
            figures_of_stored(
                department, cases, question.deadline, from_=question.from_, to=question.to
            )
            for department, cases in asked
        ]
        return compared(figures, question.rank)

    rows, sentence = await run_in_threadpool(found)
    return rendered(Table[ComparedRow](rows=rows), question, request, in_words=sentence)


def _department(store: Store, address: str) -> Department:
    try:
        return store.department(address)
    except UnknownDepartment as error:
        error.field = "departments"
        raise


def _addresses(written: str) -> list[str]:
    addresses = [each.strip() for each in written.split(";") if each.strip()]
    if not addresses:
        raise InvalidInput(
            Text(
                da="skriv mindst én afdeling, flere adskilt af semikolon",
                en="write at least one department, several separated by semicolons",
            ),
            field="departments",
        )
    if len(addresses) > _MOST_DEPARTMENTS:
        raise TooMuchWork(
            Text(
                da=f"{len(addresses)} afdelinger; skriv højst {_MOST_DEPARTMENTS}, eller send en "
                "fil med en række til hver",
                en=f"{len(addresses)} departments; write at most {_MOST_DEPARTMENTS}, or send a "
                "file with a row each",
            ),
            field="departments",
        )
    return addresses


_FILE_EXAMPLE = (
    "Afdeling;Enhed;Åbne sager;Årsværk;Årsværk er;Fra;Til\n"
    "Nordby;barn;300;12,5;sagsbærende;01-01-2025;31-12-2025\n"
    "Sydby;barn;270;9;sagsbærende;01-01-2025;31-12-2025\n"
)


@router.post(
    "/v1/department-comparison",
    openapi_extra=file_body("a row for each department", _FILE_EXAMPLE),
    dependencies=[needs(Scope.READ)],
    **documented(Table[ComparedRow], "departments of a file side by side"),
)
async def of_file(
    said: Annotated[FileQuestion, Query()], desk: DeskDependency, request: Request
) -> Response:
    """Put many departments side by side, from a file with a row each (da: sammenlign afdelinger).

    Nothing is kept. A row says its unit, its posts and what they are, its period, open cases, and
    perhaps what was due and in time. A ranking is refused across units, definitions of posts and
    law.
    """
    asked = terms(
        Kind.DEPARTMENTS,
        today=today(),
        unit=None,
        seen_on=None,
        complete_from=None,
        sheet=said.sheet,
    )

    def read(file: File, on_progress: OnProgress | None) -> Compared:
        rows = departments_in(
            request.app.state.engine, file, said.file or "fil", asked, on_progress
        )
        return compared([figures_of_row(each, said.deadline) for each in rows], said.rank)

    def answer(found: Compared) -> Response:
        rows, sentence = found
        return rendered(Table[ComparedRow](rows=rows), said, request, in_words=sentence)

    return await answered_from_file(request, desk, read, answer)
