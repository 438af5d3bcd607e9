"""The pages (da: siderne), and what lies beside them."""

from dataclasses import replace

from fastapi import APIRouter, FastAPI, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import RedirectResponse, StreamingResponse
from fastapi.staticfiles import StaticFiles

from api.caller import CallerDependency, Scope, needs
from api.errors import status_of
from api.forms import sent_form
from api.pages import compare, dials
from api.pages.chart_files import router as chart_files
from api.pages.edit_route import router as corrections
from api.pages.frame import HEADERS, STATIC, frame_of, shown
from api.pages.frozen import router as frozen_figures
from api.pages.keep_plan import KeepPart, kept_plan
from api.pages.long_questions import router as long_questions
from api.pages.new_department_route import router as new_departments
from api.pages.outlook import router as outlook
from api.pages.time_study_form import router as time_study_forms
from api.pages.today import TERMS, today_of
from api.pages.what_if import live_answers, what_if_page
from api.store.departments import StoreDependency
from api.store.scenarios import ScenariosDependency
from capacity.errors import PlannerError
from capacity.scenario import Scenario

router = APIRouter(include_in_schema=False)

_SEE_OTHER, _UNPROCESSABLE = 303, 422
_WHAT_IF = "/what-if"


def install_pages(app: FastAPI) -> None:
    """Serve the pages, their style sheets and their scripts."""
    app.include_router(router)
    app.include_router(chart_files)
    app.include_router(corrections)
    app.include_router(frozen_figures)
    app.include_router(long_questions)
    app.include_router(new_departments)
    app.include_router(outlook)
    app.include_router(time_study_forms)
    app.mount("/static", StaticFiles(directory=STATIC))


@router.get("/")
async def first_page(request: Request, store: StoreDependency) -> Response:
    """Show the chain for the chosen department, Danish first (da: forsiden)."""
    frame = frame_of(request, "/", TERMS, store)
    page = await run_in_threadpool(today_of, frame, request.app.state.curves)
    return shown("today.html", frame, page=page)


@router.get(_WHAT_IF)
async def what_if(request: Request, store: StoreDependency) -> Response:
    """Show what a change does to a deadline (da: hvad nu hvis)."""
    frame = frame_of(request, _WHAT_IF, dials.TERMS, store)
    state = request.app.state
    page = await run_in_threadpool(what_if_page, frame, state.runs, is_warm=state.warm.is_set())
    return shown("what_if.html", frame, page=page)


@router.post(_WHAT_IF, dependencies=[needs(Scope.PLAN)])
async def kept_what_if(
    request: Request, store: StoreDependency, kept: ScenariosDependency, caller: CallerDependency
) -> Response:
    """Keep what the page tries as a scenario, and show it (da: gem som scenarie).

    What is refused is told beside the field, with the plan and its name as they were.
    """
    frame = frame_of(request, _WHAT_IF, dials.TERMS, store)
    found: Scenario | KeepPart = KeepPart()
    try:
        form = await sent_form(request)
        if frame.department is not None and not frame.refusals:
            found = kept_plan(form, frame, kept, caller.name)
    except PlannerError as error:
        found = KeepPart(refusal=error)
    if isinstance(found, Scenario):
        return RedirectResponse(compare.address_of(frame, found), _SEE_OTHER)
    store.let_go()
    state = request.app.state
    page = await run_in_threadpool(what_if_page, frame, state.runs, is_warm=state.warm.is_set())
    answer = shown("what_if.html", frame, page=replace(page, keep=found))
    if answer.status_code < _UNPROCESSABLE:
        answer.status_code = status_of(found.refusal) if found.refusal else _UNPROCESSABLE
    request.scope["refused"] = answer.status_code
    return answer


@router.get("/what-if/live")
async def what_if_live(request: Request, store: StoreDependency) -> Response:
    """Answer the form of the page again and again, sharper each time (da: løbende svar)."""
    frame = frame_of(request, "/what-if", dials.TERMS, store)
    return StreamingResponse(
        live_answers(frame, request.app.state.runs),
        media_type="text/html",
        headers={**HEADERS, "Content-Language": frame.asked.language},
    )
