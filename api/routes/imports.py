"""`/v1/imports`: files with a department's past, understood, shown, and kept when accepted.

(da: import.) The file is the body of the request, as it is; what its user says of it are
parameters.
"""

from datetime import date, datetime
from pathlib import Path as File
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request, Response
from fastapi.responses import JSONResponse

from api.answers import Answer, Label, Table, rendered
from api.caller import CallerDependency, Scope, needs
from api.database import SessionDependency
from api.documented import REFUSED, UNAVAILABLE, documented, planner_router
from api.documents import DepartmentDocument
from api.import_terms import AcceptTerms, CheckTerms, DraftTerms, ImportTerms
from api.imports.desk import (
    Acceptance,
    ImportDesk,
    Imported,
    StudyBeside,
    drafted,
    imported,
    refuse_unacceptable,
)
from api.imports.report_document import ImportReport, accepted_part, report_document
from api.presentation import Question, language
from api.receiving import EVENTS, FILE, DeskDependency, OnProgress, answered_from_file
from api.store.departments import StoreDependency
from api.store.histories import AcceptedList, Histories
from capacity.errors import InvalidInput
from capacity.wording import Text

router: APIRouter = planner_router("imports")

Slug = Annotated[str, Path(examples=["ishoej-2020"])]
_EVENT_CONTENT = {EVENTS: {"schema": {"type": "string"}}}
_DOCUMENT = {"$ref": "#/components/schemas/DepartmentDocument"}
_REPORT = {"$ref": "#/components/schemas/ImportReport"}
_NO_NAME = "fil"


class ImportRow(Answer):
    """A list that is kept (da: godkendt liste)."""

    id: Annotated[int, Label("nr.", "number")]
    kind: Annotated[str, Label("slags", "kind")]
    source: Annotated[str | None, Label("kilde", "source")]
    unit: Annotated[str | None, Label("sagsenhed", "case unit")]
    seen_on: Annotated[date, Label("udtræksdato", "drawn on")]
    complete_from: Annotated[date | None, Label("fuld fra", "complete from")]
    rows: Annotated[int, Label("rækker", "rows")]
    rows_left_out: Annotated[int, Label("udeladte rækker", "rows left out")]
    file_hash: Annotated[str, Label("filens fingeraftryk", "fingerprint of the file")]
    accepted_at: Annotated[datetime, Label("godkendt", "accepted")]
    accepted_by: Annotated[str, Label("godkendt af", "accepted by")]
    address: Annotated[str, Label("adresse", "address")]


@router.post(
    "/v1/imports/check",
    summary="what is understood of a file",
    response_model=ImportReport,
    openapi_extra=FILE,
    dependencies=[needs(Scope.PLAN)],
    responses={
        200: {"content": _EVENT_CONTENT, "description": "the report; nothing is kept"},
        "4XX": REFUSED,
        "5XX": UNAVAILABLE,
    },
)
async def checked(
    said: Annotated[CheckTerms, Query()],
    store: StoreDependency,
    desk: DeskDependency,
    request: Request,
) -> Response:
    """Return what is understood of a file, what is wrong with it, and its token (da: kontrol).

    Nothing is kept. With `Accept: text/event-stream` its progress is sent first. Correct the
    columns and words until it is right, and send the file again with the token to accept it.
    """
    if said.department is not None:
        store.version(said.department)
    store.let_go()
    return await _answered(said, said.department, None, desk, request)


@router.post(
    "/v1/imports/draft",
    summary="draft a department from its case list",
    openapi_extra=FILE,
    dependencies=[needs(Scope.PLAN)],
    responses={
        200: {
            "content": {
                "application/json": {"schema": {"anyOf": [_DOCUMENT, _REPORT]}},
                "application/yaml": {"schema": _DOCUMENT},
            },
            "description": "the draft, to be looked at and then kept, or what was understood of "
            "its list; nothing is kept here",
        },
        "4XX": REFUSED,
        "5XX": UNAVAILABLE,
    },
)
async def draft(
    said: Annotated[DraftTerms, Query()], desk: DeskDependency, request: Request
) -> Response:
    """Draft a department that is not there yet from its case list (da: udkast til afdeling).

    Nothing is kept. The list's words become teams and types, with the words as their labels; what
    work a case is comes from the assumption rules, and says so, or from a time study on another
    sheet of the file (`study_sheet`). Correct the document, keep it with `POST /v1/departments`,
    and import the lists under it: nobody is on its roster before, and a time study gives it its
    hours then too. `format=report` says what was understood of the list, and what is worth a look.
    """
    (asked, of_study), new = said.terms(), said.new()

    def read(file: File, on_progress: OnProgress | None) -> Imported:
        engine, name = request.app.state.engine, said.file or _NO_NAME
        beside = None
        if of_study is not None:
            beside = StudyBeside(file=file, filename=name, terms=of_study)
        return drafted(engine, file, name, asked, new, on_progress, beside)

    def answer(found: Imported) -> Response:
        if said.format == "report":
            shown = report_document(found.report, language(request)).model_dump(mode="json")
            spoken = {"Content-Language": language(request), "Vary": "Accept-Language"}
            return JSONResponse(shown, headers=spoken)
        for each in found.reports:
            refuse_unacceptable(each)
        assert found.drafted is not None
        document = DepartmentDocument.from_domain(found.drafted)
        headers = {"Content-Disposition": f'attachment; filename="{new.slug}.{said.format}"'}
        if said.format == "yaml":
            return Response(document.as_yaml(), media_type="application/yaml", headers=headers)
        return JSONResponse(document.as_json(), headers=headers)

    return await answered_from_file(request, desk, read, answer)


@router.post(
    "/v1/departments/{slug}/imports",
    summary="keep a list that was shown",
    response_model=ImportReport,
    status_code=201,
    openapi_extra=FILE,
    dependencies=[needs(Scope.PLAN)],
    responses={
        200: {
            "model": ImportReport,
            "content": _EVENT_CONTENT,
            "description": "what was kept already, or the events",
        },
        201: {"model": ImportReport, "description": "kept"},
        "4XX": REFUSED,
        "5XX": UNAVAILABLE,
    },
)
async def accepted(
    slug: Slug,
    said: Annotated[AcceptTerms, Query()],
    store: StoreDependency,
    desk: DeskDependency,
    caller: CallerDependency,
    request: Request,
) -> Response:
    """Keep a list whose report its user has seen (da: godkend liste).

    The file is sent again with the same parameters and the report's token; what its source is read
    by is remembered with it. Either all of it is kept, or nothing.
    """
    _refuse_version(slug)
    store.version(slug)
    store.let_go()
    said_so = Acceptance(slug=slug, token=said.accept, by=caller.name)
    return await _answered(said, slug, said_so, desk, request)


@router.get(
    "/v1/departments/{slug}/imports",
    **documented(Table[ImportRow], "the lists of a department that are kept"),
)
async def listed(
    slug: Slug,
    question: Annotated[Question, Query()],
    session: SessionDependency,
    request: Request,
) -> Response:
    """Return the lists that were accepted, the newest first (da: godkendte lister)."""
    _refuse_version(slug)
    rows = tuple(_row(each) for each in Histories(session).listed(slug))
    return rendered(Table[ImportRow](rows=rows), question, request)


@router.delete(
    "/v1/departments/{slug}/imports/{id}",
    dependencies=[needs(Scope.PLAN)],
    **documented(ImportRow, "delete a list for good"),
)
async def deleted(
    slug: Slug,
    id_: Annotated[int, Path(alias="id", ge=1, le=2**31 - 1)],
    question: Annotated[Question, Query()],
    session: SessionDependency,
    request: Request,
) -> Response:
    """Delete a list for good (da: slet liste)."""
    _refuse_version(slug)
    return rendered(_row(Histories(session).delete(slug, id_)), question, request)


async def _answered(
    said: ImportTerms,
    department: str | None,
    accept: Acceptance | None,
    desk: ImportDesk,
    request: Request,
) -> Response:
    """Read the file, and answer with the report or with events."""
    asked = said.terms()

    def read(file: File, on_progress: OnProgress | None) -> Imported:
        engine = request.app.state.engine
        name = said.file or _NO_NAME
        return imported(engine, file, name, asked, department, accept, on_progress)

    def document(found: Imported) -> Any:
        report = found.report
        if said.hide_below:
            report = report.suppressed(said.hide_below)
        written = report_document(report, language(request), found.accepted)
        return written.model_dump(mode="json")

    def answer(found: Imported) -> Response:
        headers = {"Content-Language": language(request), "Vary": "Accept-Language"}
        if found.accepted is not None and found.is_new:
            headers["Location"] = _address(found.accepted)
        status = 201 if found.is_new else 200
        return JSONResponse(document(found), status_code=status, headers=headers)

    return await answered_from_file(request, desk, read, answer, document)


def _refuse_version(slug: str) -> None:
    if "@" in slug:
        raise InvalidInput(
            Text(
                da="skriv afdelingen uden version: fortiden er hele afdelingens",
                en="write the department without a version: the past is the whole department's",
            ),
            field="slug",
        )


def _row(kept: AcceptedList) -> ImportRow:
    said = accepted_part(kept).model_dump(exclude={"department"})
    return ImportRow(**said, address=_address(kept))


def _address(kept: AcceptedList) -> str:
    return f"/v1/departments/{kept.department}/imports/{kept.id}"
