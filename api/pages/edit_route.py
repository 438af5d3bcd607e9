"""`/edit` and what its forms are sent to: saving, undoing, importing and fitting (da: ret).

Every form works without a script: it is sent, and answered with a page or with where to go next.
"""

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from fastapi import APIRouter, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import RedirectResponse

from api.caller import CallerDependency, Scope, needs
from api.database import SessionDependency
from api.errors import status_of
from api.etags import ChangedMeanwhile
from api.faults import StoreFault, faults_in_words
from api.fit_terms import LISTS, fit_calculation
from api.forms import Form, sent_form
from api.import_tray import GoneFromTray, ImportTray, Waiting
from api.imports.desk import Acceptance
from api.jobs.answering import desk, new_job
from api.jobs.fit import FitCalculation, FitTable, HeldOut, department_to_keep
from api.jobs.status import finding
from api.pages.edit import (
    PARTS,
    TERMS,
    EditPage,
    SheetPart,
    checked,
    edit_page,
    gone_back,
    looked_at,
    moment_in_words,
    printable,
    saved_version,
    sheet_of,
    who_in_words,
)
from api.pages.edit_files import (
    FilesPart,
    corrected,
    cpr_faults,
    files_part,
    said_in,
    terms_of,
)
from api.pages.edit_fit import FitPart, fit_part
from api.pages.frame import Frame, frame_of, shown
from api.store.departments import Store, StoreDependency
from api.store.histories import Histories
from api.store.jobs import State
from capacity.errors import InvalidInput, PlannerError, UnknownDepartment
from capacity.staff_history import StaffHistory
from capacity.wording import Text

if TYPE_CHECKING:
    from capacity.department import Department

router = APIRouter(include_in_schema=False)

PATH = "/edit"
_SEE_OTHER = 303
_CHANGED = 412


@router.get(PATH)
async def edit(
    request: Request, store: StoreDependency, session: SessionDependency, caller: CallerDependency
) -> Response:
    """Show the department's forms, files, fit or history (da: ret afdelingen)."""
    frame = frame_of(request, PATH, TERMS, store)
    part, department = frame.asked.terms["part"], frame.department
    parts: dict[str, Any] = {}
    if department is not None and part == "files":
        parts["files"] = _files(request, frame, Histories(session), caller.name)
    if department is not None and part == "fit":
        job = str(frame.asked.terms["job"] or "")
        parts["fit"] = _fit(request, department, job, store, Histories(session))
    staff = None
    if department is not None and part in (None, "staff") and frame.asked.terms["list"]:
        staff = _staff_list(frame, Histories(session), department.slug)
    return _shown(request, frame, edit_page(frame, store, staff_list=staff, **parts))


@router.post("/edit/{name}", dependencies=[needs(Scope.PLAN)])
async def sent(
    name: str,
    request: Request,
    store: StoreDependency,
    session: SessionDependency,
    caller: CallerDependency,
) -> Response:
    """Take a form of the page (da: modtag formular).

    What is refused is told on the page, with all that was written in its place.
    """
    frame, form = frame_of(request, PATH, TERMS, store), Form()
    try:
        form = await sent_form(request)
        if frame.department is None:
            raise frame.refusals.get("page") or _no_department()
        if name in ("staff", "cases"):
            return _sheet_sent(request, frame, form, store, caller, name)
        if name == "back":
            department = gone_back(form, frame, store, caller)
            return _to_saved(frame, department, "versions")
        if name == "files":
            return _file_sent(request, frame, form, caller.name)
        if name == "fit":
            return await _fit_asked(request, frame, form, store, Histories(session))
        if name == "fitted":
            kept = _fit_kept(request, frame, form, store, Histories(session), caller.name)
            return _to_saved(frame, kept, "fit")
        raise UnknownDepartment(
            Text(da="den formular findes ikke", en="there is no such form"), field="page"
        )
    except PlannerError as error:
        store.take_back()
        frame.refusals["page"] = error
        part = {"back": "versions", "fitted": "fit"}.get(name, name)
        terms = {**frame.asked.terms, "part": part if part in PARTS else "staff"}
        again = replace(frame, asked=replace(frame.asked, terms=terms))
        parts: dict[str, Any] = {}
        if part == "files" and frame.department is not None:
            parts["files"] = _files(request, again, Histories(session), caller.name)
        if part == "fit" and frame.department is not None:
            job = form.one("job") if name == "fitted" else ""
            parts["fit"] = _fit(request, frame.department, job, store, Histories(session))
        return _shown(request, again, edit_page(again, store, **parts))


def _sheet_sent(
    request: Request,
    frame: Frame,
    form: Form,
    store: Store,
    caller: CallerDependency,
    name: str,
) -> Response:
    """Do with a form what its button says; only one of them saves."""
    part = sheet_of(form, frame, store, name)
    do, _, table = form.one("do").partition(":")
    status = 200
    if do == "save":
        try:
            with faults_in_words():
                found = saved_version(part, store, caller)
        except StoreFault as error:
            store.take_back()
            part = printable(replace(part, refusal=error.message))
            page = EditPage(part=name, form=part)  # nothing is asked of a database that is away
            return _shown(request, frame, page, status=status_of(error))
        if not isinstance(found, SheetPart):
            return _to_saved(frame, found, name)
        part, status = found, _CHANGED if found.meanwhile else 422
    elif table in {each.name for each in part.sheet.tables} and do in ("more", "look", "put"):
        part = looked_at(part, form, do, table)
        if do == "put" and part.paste_fault is None:
            part = checked(part)
    else:
        part = checked(part)
    base = part.sheet.base
    asked = replace(frame.asked, department=base.address, terms={**frame.asked.terms, "part": name})
    again = replace(frame, department=base, asked=asked)
    page = edit_page(again, store, form=printable(part))
    return _shown(request, again, page, status=status)


def _file_sent(request: Request, frame: Frame, form: Form, owner: str) -> Response:
    """Put a file in the tray, correct what is said of one, keep its list, or throw it away."""
    department = frame.department
    assert department is not None
    tray, id_ = _tray(request), form.one("file_id")
    if not id_:
        chosen = form.files.get("file")
        if chosen is None or not chosen.content:
            raise InvalidInput(
                Text(da="vælg en fil med rækker i", en="choose a file with rows in it"),
                field="file",
            )
        waiting = tray.put(department.slug, owner, chosen.name, chosen.content, said_in(form))
    else:
        waiting = tray.find(id_, department.slug, owner)
    if form.one("do") == "throw":
        tray.throw_away(waiting)
        return _to(frame, "files")
    is_corrected = bool(id_) and corrected(waiting, form)
    accept = None
    if form.one("do") == "keep" and not is_corrected:  # or what is kept is not what was shown
        accept = Acceptance(slug=department.slug, token=form.one("token"), by=owner)
    _begin(request, waiting, accept)
    for name, fault in cpr_faults(form).items():
        tray.refuse(waiting, InvalidInput(fault, field=name))
    return _to(frame, "files", file=waiting.id)


def _begin(request: Request, waiting: Waiting, accept: Acceptance | None) -> None:
    tray, state = _tray(request), request.app.state
    try:
        terms = terms_of(waiting)
    except InvalidInput as error:
        tray.refuse(waiting, error)
        return
    tray.read(waiting, terms, state.imports, state.engine, accept)


def _fit(
    request: Request, department: "Department", job_id: str, store: Store, histories: Histories
) -> FitPart:
    """Return how far a fit of the department is; the form alone where there is no such fit."""
    job = None
    if job_id:
        with desk(request).queue.jobs() as jobs:
            job = jobs.find(job_id)
    if job is not None and (job.kind, job.department) != ("fit", department.slug):
        job = None
    newest = store.version(department.slug)
    return fit_part(
        department, histories.listed(department.slug), job, f"{newest.slug}@{newest.number}"
    )


async def _fit_asked(
    request: Request, frame: Frame, form: Form, store: Store, histories: Histories
) -> Response:
    """Begin a fit, or stop one (da: tilpas)."""
    if form.one("do") == "cancel":
        with desk(request).queue.jobs() as jobs:
            jobs.cancel(jobs.job(form.one("job")).id)
        return _to(frame, "fit")
    calculation = _calculation(frame, form, store, histories)
    store.let_go()
    await run_in_threadpool(calculation.steps)  # which refuses what is too much
    here, new = desk(request), await run_in_threadpool(new_job, calculation, request)
    with here.queue.jobs() as jobs:
        found = jobs.find(new.id)
        if found is not None and found.state is State.FAILED:
            jobs.cancel(new.id)  # whoever asks again has it tried again
        # It answers an address, although a form has asked.
        jobs.ask(replace(new, asked=calculation.about.as_json()))
    here.workers.wake()
    return _to(frame, "fit", job=calculation.id)


def _fit_kept(
    request: Request,
    frame: Frame,
    form: Form,
    store: Store,
    histories: Histories,
    by: str,
) -> "Department":
    """Keep what a fit of the newest version and lists came to, as the next version."""
    assert frame.department is not None
    newest = store.version(frame.department.slug)
    calculation = _calculation(frame, form, store, histories)
    with desk(request).queue.jobs() as jobs:
        job = jobs.job(form.one("job"))
    if job.id != calculation.id or job.answer is None:
        raise ChangedMeanwhile(
            Text(
                da="afdelingen eller dens lister er ændret, siden modellen blev tilpasset; tilpas "
                "den igen",
                en="the department or its lists have changed since the model was fitted; fit it "
                "again",
            )
        )
    answer = finding(job, job.answer).answer
    assert isinstance(answer, FitTable)
    reason = {
        "da": "Tilpasset afdelingens egen historie",
        "en": "Fitted to the department’s own history",
    }[frame.asked.language]
    fitted = department_to_keep(answer, accept_unexplained=form.one("accept_unexplained") == "yes")
    return store.add_department(fitted, by=by, after=newest, reason=reason)


def _calculation(frame: Frame, form: Form, store: Store, histories: Histories) -> FitCalculation:
    assert frame.department is not None
    department = store.department(frame.department.slug)
    held_out = form.one("held_out") or HeldOut.YEAR.value
    return fit_calculation(
        department,
        {kind: histories.latest(department.slug, kind) for kind in LISTS},
        held_out=HeldOut(held_out) if held_out in list(HeldOut) else HeldOut.YEAR,
    )


def _files(request: Request, frame: Frame, histories: Histories, owner: str) -> FilesPart:
    department, id_ = frame.department, frame.asked.terms["file"]
    assert department is not None
    waiting: Waiting | GoneFromTray | None = None
    if id_:
        try:
            waiting = _tray(request).find(id_, department.slug, owner)
        except GoneFromTray as error:
            waiting = error
    lists = histories.listed(department.slug)
    return files_part(lists, waiting, department, frame.asked.terms["kept"])


def _staff_list(frame: Frame, histories: Histories, slug: str) -> StaffHistory | None:
    """Return the staff list whose people are to be looked at; a refusal where it is not there."""
    id_ = str(frame.asked.terms["list"])
    try:
        found = histories.content(slug, int(id_) if id_.isascii() and id_.isdigit() else 0)
    except PlannerError as error:
        frame.refusals["page"] = error
        return None
    return found if isinstance(found, StaffHistory) else None


def _tray(request: Request) -> ImportTray:
    tray: ImportTray = request.app.state.tray
    return tray


def _shown(
    request: Request, frame: Frame, page: EditPage, *, status: int | None = None
) -> Response:
    answer = shown("edit.html", frame, page=page, moment=moment_in_words, who=who_in_words)
    answer.headers["Cache-Control"] = "no-store"
    if status is not None:
        answer.status_code = status
    if answer.status_code >= 400:
        request.scope["refused"] = answer.status_code
    return answer


def _to_saved(frame: Frame, department: "Department", part: str) -> Response:
    return _redirected(
        frame.asked.address(
            PATH,
            department=department.address,
            **{**dict.fromkeys(TERMS), "part": part, "saved": str(department.version)},
        )
    )


def _to(frame: Frame, part: str, **terms: str) -> Response:
    return _redirected(frame.asked.address(PATH, **{**dict.fromkeys(TERMS), "part": part, **terms}))


def _redirected(address: str) -> Response:
    answer = RedirectResponse(address, _SEE_OTHER)
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _no_department() -> UnknownDepartment:
    return UnknownDepartment(
        Text(da="der er ingen afdeling at rette", en="there is no department to correct")
    )
