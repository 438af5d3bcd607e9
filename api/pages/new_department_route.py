"""`/new-department` and what its forms are sent to: a file, or what is written by hand."""

from dataclasses import replace
from typing import TYPE_CHECKING

from fastapi import APIRouter, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import RedirectResponse

from api.caller import CallerDependency, Scope, needs
from api.forms import Form, sent_form
from api.import_tray import NEW, GoneFromTray, ImportTray, Waiting
from api.imports.desk import Imported
from api.pages.edit import moment_in_words, who_in_words
from api.pages.edit_files import FilesPart, Missing, corrected, cpr_faults, said_in, terms_of
from api.pages.frame import Frame, frame_of, shown
from api.pages.new_department import (
    PATH,
    TERMS,
    HandPart,
    NewDepartmentPage,
    done_by_hand,
    empty_form,
    files_of_new,
    new_name,
    sent_by_hand,
)
from api.store.departments import Store, StoreDependency
from capacity.errors import InvalidInput, PlannerError
from capacity.wording import Text

if TYPE_CHECKING:
    from capacity.department import Department

router = APIRouter(include_in_schema=False)

_SEE_OTHER, _UNPROCESSABLE = 303, 422


@router.get(PATH)
async def new_department(
    request: Request, store: StoreDependency, caller: CallerDependency
) -> Response:
    """Show the two ways to a new department, or a file that waits (da: ny afdeling)."""
    frame = _frame(request, store)
    waiting = _waiting(request, frame, caller.name)
    outcome = waiting.outcome if isinstance(waiting, Waiting) and not waiting.is_reading else None
    if isinstance(outcome, Imported) and outcome.accepted is not None:
        assert outcome.drafted is not None
        return _to_made(frame, outcome.drafted, "files", kept=str(outcome.accepted.id))
    return await run_in_threadpool(_shown, request, frame, _files(frame, waiting))


@router.post(f"{PATH}/file", dependencies=[needs(Scope.PLAN)])
async def sent_file(request: Request, store: StoreDependency, caller: CallerDependency) -> Response:
    """Take a case list, correct what is said of it, make its department, or throw it away."""
    frame = _frame(request, store)
    try:
        form = await sent_form(request)
        waiting = _received(request, form, caller.name)
    except PlannerError as error:
        frame.refusals["page"] = error
        return await run_in_threadpool(_shown, request, frame, _files(frame, None))
    if form.one("do") == "throw":
        _tray(request).throw_away(waiting)
        return _redirected(frame.asked.address(PATH, file=None))
    is_corrected = bool(form.one("file_id")) and corrected(waiting, form)
    keeps = form.one("do") == "keep" and not is_corrected  # or it is not what was shown
    _begin(request, waiting, store, caller.name if keeps else None)
    if faults := cpr_faults(form):
        _tray(request).refuse(waiting, Missing(faults))
    return _redirected(frame.asked.address(PATH, file=waiting.id))


@router.post(f"{PATH}/by-hand", dependencies=[needs(Scope.PLAN)])
async def written_by_hand(
    request: Request, store: StoreDependency, caller: CallerDependency
) -> Response:
    """Make a department of what is written, or print it back (da: i hånden)."""
    frame = _frame(request, store)
    try:
        part = sent_by_hand(form := await sent_form(request), frame.asked.language)
        found = done_by_hand(part, form, store, caller.name)
    except PlannerError as error:
        store.take_back()
        frame.refusals["page"] = error
        found = empty_form(frame.asked.language)
    if not isinstance(found, HandPart):
        return _to_made(frame, found, "staff")
    status = _UNPROCESSABLE if found.refusal else None
    return _shown(request, frame, _files(frame, None), found, status=status)


def _frame(request: Request, store: Store) -> Frame:
    """A page of no department's: the one it makes is not there yet."""
    frame = frame_of(request, PATH, TERMS, store)
    asked = replace(frame.asked, department=None)
    return replace(frame, asked=asked, department=None, departments=())


def _received(request: Request, form: Form, owner: str) -> Waiting:
    tray = _tray(request)
    if form.one("file_id"):
        return tray.find(form.one("file_id"), NEW, owner)
    chosen = form.files.get("file")
    if chosen is None or not chosen.content:
        raise InvalidInput(
            Text(da="vælg en fil med rækker i", en="choose a file with rows in it"), field="file"
        )
    return tray.put(NEW, owner, chosen.name, chosen.content, said_in(form))


def _begin(request: Request, waiting: Waiting, store: Store, keep_by: str | None) -> None:
    tray, state = _tray(request), request.app.state
    faults: dict[str, Text] = {}
    new = terms = None
    try:
        new = new_name(waiting.said.get("name", ""), store)
    except Missing as error:
        faults |= error.faults
    try:
        terms = terms_of(waiting)
    except Missing as error:
        faults |= error.faults
    if terms is None or new is None:
        tray.refuse(waiting, Missing(faults))
        return
    tray.draft(waiting, terms, new, state.imports, state.engine, keep_by)


def _waiting(request: Request, frame: Frame, owner: str) -> Waiting | GoneFromTray | None:
    id_ = frame.asked.terms["file"]
    if not id_:
        return None
    try:
        return _tray(request).find(id_, NEW, owner)
    except GoneFromTray as error:
        return error


def _files(frame: Frame, waiting: Waiting | GoneFromTray | None) -> FilesPart:
    return files_of_new(waiting, frame.asked.address(f"{PATH}/file"))


def _tray(request: Request) -> ImportTray:
    tray: ImportTray = request.app.state.tray
    return tray


def _shown(
    request: Request,
    frame: Frame,
    files: FilesPart,
    form: HandPart | None = None,
    *,
    status: int | None = None,
) -> Response:
    if form is None and files.waiting is None:
        form = empty_form(frame.asked.language)
    page = NewDepartmentPage(files=files, form=form)
    answer = shown(
        "new_department.html", frame, page=page, moment=moment_in_words, who=who_in_words
    )
    answer.headers["Cache-Control"] = "no-store"
    if status is not None:
        answer.status_code = status
    if answer.status_code >= 400:
        request.scope["refused"] = answer.status_code
    return answer


def _to_made(frame: Frame, department: "Department", part: str, **terms: str) -> Response:
    return _redirected(
        frame.asked.address("/edit", department=department.address, part=part, created="1", **terms)
    )


def _redirected(address: str) -> Response:
    answer = RedirectResponse(address, _SEE_OTHER)
    answer.headers["Cache-Control"] = "no-store"
    return answer
