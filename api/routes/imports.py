"""`/v1/imports`: files with a department's past, understood, shown, and kept when accepted.

(da: import.) The file is the body of the request, as it is; what its user says of it are
parameters. What is read is bounded while it arrives, read by a process of its own, and on threads.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from datetime import date, datetime
from pathlib import Path as File
from tempfile import NamedTemporaryFile
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import JSONResponse, StreamingResponse
from pydantic import AfterValidator, Field

from api.answers import Answer, Label, Table, Words, rendered
from api.caller import CallerDependency, Scope, needs
from api.database import SessionDependency
from api.documented import REFUSED, UNAVAILABLE, documented, planner_router
from api.errors import refusal
from api.etags import ChangeCondition
from api.imports.desk import Acceptance, ImportDesk, Imported, imported
from api.imports.fields import Kind, fields
from api.imports.refusals import UnknownImport
from api.imports.report_document import ImportReport, report_document
from api.imports.source_document import SourceDocument, refuse_cpr
from api.imports.terms import Terms, stated_mapping, stated_values, terms
from api.presentation import Call, Question, language
from api.quantities import Count
from api.store.departments import StoreDependency
from api.store.histories import AcceptedList, Histories
from api.today import today
from api.uploads import Progress
from capacity.errors import InvalidInput, PlannerError
from capacity.wording import Text

router: APIRouter = planner_router("imports")

Slug = Annotated[str, Path(examples=["ishoej-2020"])]
_Words = Annotated[str | None, AfterValidator(refuse_cpr)]
_EVENTS = "text/event-stream"
_FILE: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "description": "the file itself: CSV, XLSX or ODS",
        "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
    }
}
_EVENT_CONTENT = {_EVENTS: {"schema": {"type": "string"}}}


class ImportTerms(Call):
    """What the user says of a file that the file itself does not (da: oplysninger)."""

    kind: Kind = Field(description="what sort of list it is (da: listens slags)")
    file: _Words = Field(
        None, description="the file's name, repeated in errors (da: filnavn)", max_length=255
    )
    unit: str | None = Field(
        None, description="whether a case is a `child` or a `family`; asked for, never guessed"
    )
    seen_on: str | None = Field(
        None,
        description="the day the list was drawn, year-month-day: the last it knows of "
        "(da: udtræksdato)",
    )
    complete_from: str | None = Field(
        None,
        description="the day from which the list has everything; of a case list `unknown`, where "
        "nobody knows",
    )
    source: _Words = Field(
        None,
        description="the system it comes from, whose columns are remembered (da: kilde)",
        examples=["DUBU"],
        max_length=60,
        pattern=r"^[\w][\w .-]*$",
    )
    map: str | None = Field(
        None,
        description="what columns are: `Sagsnr.=case_id;Type=-`, or JSON; a column without a "
        "heading by its letter; a long list is stated of its source (da: kolonner)",
        max_length=2000,
    )
    values: str | None = Field(
        None,
        description="what words are: `team:Nord=undersoegelse-nord`, `?` for unknown, `-` to "
        "leave the rows out (da: værdier)",
        max_length=2000,
    )
    sheet: str | None = Field(
        None, description="the sheet; the first with content (da: ark)", max_length=100
    )
    allow: _Words = Field(
        None,
        description="headings of numbers that look like CPR numbers and are not, separated by "
        "semicolons; pseudonyms are made of them before anything else (da: undtagelser)",
        max_length=500,
    )
    leave_out_errors: bool = Field(
        False, description="leave the rows at fault out, and count them (da: udelad fejl)"
    )
    hide_below: Count | None = Field(
        None,
        description="hide counts below this, and all that shows single rows (da: skjul små tal)",
    )

    def terms(self) -> Terms:
        """Read what the user says; `InvalidInput` names what is missing."""
        allowed = (each.strip() for each in (self.allow or "").split(";"))
        return terms(
            self.kind,
            today=today(),
            unit=self.unit,
            seen_on=self.seen_on,
            complete_from=self.complete_from,
            source=self.source,
            mapping=stated_mapping(self.map),
            values=stated_values(self.values),
            sheet=self.sheet,
            allow=frozenset(each for each in allowed if each),
            leave_out_errors=self.leave_out_errors,
        )


class CheckTerms(ImportTerms):
    """What the user says of a file, and of which department it is (da: oplysninger)."""

    department: str | None = Field(
        None, description="the department whose teams and case types the list has (da: afdeling)"
    )


class AcceptTerms(ImportTerms):
    """What the user says of a file, and that it may be kept (da: godkendelse)."""

    accept: str = Field(
        description="the token of the report that was shown (da: godkend)", max_length=200
    )


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


class FieldRow(Answer):
    """What a list may hold, and what it is called elsewhere (da: felt)."""

    kind: Annotated[str, Label("slags", "kind")]
    field: Annotated[str, Label("felt", "field")]
    label: Annotated[Words, Label("navn", "name")]
    reads: Annotated[str, Label("indhold", "content")]
    required: Annotated[bool, Label("påkrævet", "required")]
    names: Annotated[str, Label("kendte overskrifter", "known headings")]
    vague: Annotated[str, Label("tvetydige overskrifter", "ambiguous headings")]


class FieldsQuestion(Question):
    """The fields of one kind of list, or of all (da: felter)."""

    kind: Kind | None = Field(None, description="only of this kind (da: listens slags)")


async def _desk(request: Request) -> ImportDesk:
    desk: ImportDesk = request.app.state.imports
    return desk


_DeskDependency = Annotated[ImportDesk, Depends(_desk)]


@router.post(
    "/v1/imports/check",
    summary="what is understood of a file",
    response_model=ImportReport,
    openapi_extra=_FILE,
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
    desk: _DeskDependency,
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
    "/v1/departments/{slug}/imports",
    summary="keep a list that was shown",
    response_model=ImportReport,
    status_code=201,
    openapi_extra=_FILE,
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
    desk: _DeskDependency,
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


@router.get(
    "/v1/import-fields",
    **documented(Table[FieldRow], "what a list may hold, and what it is called elsewhere"),
)
async def import_fields(question: Annotated[FieldsQuestion, Query()], request: Request) -> Response:
    """Return the fields of each kind of list, with the headings that are known (da: felter)."""
    rows = tuple(
        FieldRow(
            kind=kind,
            field=each.id,
            label=each.label,
            reads=each.reads,
            required=each.required,
            names="; ".join(each.names),
            vague="; ".join(each.vague),
        )
        for kind in ([question.kind] if question.kind else Kind)
        for each in fields(kind)
    )
    return rendered(Table[FieldRow](rows=rows), question, request)


SourceName = Annotated[str, Path(examples=["DUBU"], max_length=60, pattern=r"^[\w][\w .-]*$")]


@router.get(
    "/v1/import-sources/{name}",
    summary="how the lists of a source are read",
    response_model=SourceDocument,
    responses={"4XX": REFUSED, "5XX": UNAVAILABLE},
)
async def source(
    name: SourceName, _: Annotated[Call, Query()], session: SessionDependency
) -> Response:
    """Return what is remembered of a source, by kind of list (da: husket om kilden)."""
    found = Histories(session).source(name)
    if found is None:
        raise UnknownImport(
            Text(
                da="der huskes intet om en kilde af det navn; den får et, når en liste godkendes",
                en="nothing is remembered of a source of that name; accepting a list names one",
            ),
            field="name",
        )
    document = SourceDocument.of(found.remembered)
    return JSONResponse(document.model_dump(mode="json"), headers={"ETag": found.tag})


@router.put(
    "/v1/import-sources/{name}",
    summary="say how the lists of a source are read",
    response_model=SourceDocument,
    dependencies=[needs(Scope.PLAN)],
    responses={"4XX": REFUSED, "5XX": UNAVAILABLE},
)
async def stated_source(
    name: SourceName,
    document: SourceDocument,
    _: Annotated[Call, Query()],
    session: SessionDependency,
    condition: ChangeCondition,
    caller: CallerDependency,
) -> Response:
    """Say what the columns and words of a source are (da: ret kilde).

    Where something is remembered already, `If-Match` names it.
    """
    refuse_cpr(name)
    histories = Histories(session)
    before = histories.source(name)
    condition.check(before.tag if before else None)
    said = histories.state_source(name, document.to_domain(), by=caller.name)
    answer = SourceDocument.of(said.remembered)
    return JSONResponse(answer.model_dump(mode="json"), headers={"ETag": said.tag})


async def _answered(
    said: ImportTerms,
    department: str | None,
    accept: Acceptance | None,
    desk: ImportDesk,
    request: Request,
) -> Response:
    """Receive the file, read it on a thread, and answer with the report or with events."""
    asked = said.terms()
    _refuse_forms(request)
    file = File(await _received(request, desk))

    def read(on_progress: Callable[[Progress], None] | None = None) -> Imported:
        with desk.reading():
            name = said.file or "fil"
            return imported(
                request.app.state.engine, file, name, asked, department, accept, on_progress
            )

    if _EVENTS in request.headers.get("accept", ""):
        return _with_progress(read, said, request, file)
    try:
        found = await run_in_threadpool(read)
    finally:
        file.unlink(missing_ok=True)
    headers = {"Content-Language": language(request), "Vary": "Accept-Language"}
    if found.accepted is not None and found.is_new:
        headers["Location"] = _address(found.accepted)
    return JSONResponse(
        _document(found, said, request),
        status_code=201 if found.is_new else 200,
        headers=headers,
    )


async def _received(request: Request, desk: ImportDesk) -> str:
    """Write the file to the disk as it arrives; the door has bounded how much that is."""
    with desk.receiving(), NamedTemporaryFile(prefix="import-", delete=False) as kept:
        try:
            async for part in request.stream():
                kept.write(part)
        except BaseException:
            File(kept.name).unlink(missing_ok=True)
            raise
        return kept.name


def _with_progress(
    read: Callable[[Callable[[Progress], None]], Imported],
    said: ImportTerms,
    request: Request,
    file: File,
) -> Response:
    """Send `progress` while a file is read, and then its `report`, or the `problem` with it."""
    loop, sent = asyncio.get_running_loop(), asyncio.Queue[Progress | None]()

    def tell(progress: Progress | None) -> None:
        loop.call_soon_threadsafe(sent.put_nowait, progress)

    async def work() -> Imported:
        try:
            return await run_in_threadpool(read, tell)
        finally:
            file.unlink(missing_ok=True)
            tell(None)

    # Begun at once, so that the file is gone in the end whether or not anybody listens.
    working = asyncio.create_task(work())

    async def events() -> AsyncIterator[str]:
        while (progress := await sent.get()) is not None:
            yield _event("progress", {"rows": progress.rows, "share": progress.share})
        try:
            yield _event("report", _document(await working, said, request))
        except PlannerError as error:
            yield _event("problem", json.loads(bytes(refusal(request, error).body)))

    headers = {"X-Accel-Buffering": "no"}
    return StreamingResponse(events(), media_type=_EVENTS, headers=headers)


def _event(name: str, data: Any) -> str:
    return f"event: {name}\ndata: {json.dumps(data, ensure_ascii=False)}\n\n"


def _document(found: Imported, said: ImportTerms, request: Request) -> Any:
    report = found.report
    if said.hide_below:
        report = report.suppressed(said.hide_below)
    document = report_document(report, language(request), found.accepted)
    return document.model_dump(mode="json")


def _refuse_forms(request: Request) -> None:
    """Refuse a form: what is sent is the file itself."""
    if request.headers.get("content-type", "").lower().startswith(("multipart/", "application/x-")):
        raise InvalidInput(
            Text(
                da="send filen selv som indhold (curl --data-binary @fil -H "
                "'Content-Type: application/octet-stream'), ikke som formular",
                en="send the file itself as the body (curl --data-binary @file -H "
                "'Content-Type: application/octet-stream'), not as a form",
            ),
            field="body",
        )


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
    return ImportRow(
        id=kept.id,
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
        address=_address(kept),
    )


def _address(kept: AcceptedList) -> str:
    return f"/v1/departments/{kept.department}/imports/{kept.id}"
