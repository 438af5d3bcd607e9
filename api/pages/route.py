"""The pages (da: siderne), and what lies beside them."""

from fastapi import APIRouter, FastAPI, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import StreamingResponse
from fastapi.staticfiles import StaticFiles

from api.pages import dials
from api.pages.chart_files import router as chart_files
from api.pages.edit_route import router as corrections
from api.pages.frame import HEADERS, STATIC, frame_of, shown
from api.pages.frozen import router as frozen_figures
from api.pages.long_questions import router as long_questions
from api.pages.outlook import router as outlook
from api.pages.time_study_form import router as time_study_forms
from api.pages.today import TERMS, today_of
from api.pages.what_if import live_answers, what_if_page
from api.store.departments import StoreDependency

router = APIRouter(include_in_schema=False)


def install_pages(app: FastAPI) -> None:
    """Serve the pages, their style sheets and their scripts."""
    app.include_router(router)
    app.include_router(chart_files)
    app.include_router(corrections)
    app.include_router(frozen_figures)
    app.include_router(long_questions)
    app.include_router(outlook)
    app.include_router(time_study_forms)
    app.mount("/static", StaticFiles(directory=STATIC))


@router.get("/")
async def first_page(request: Request, store: StoreDependency) -> Response:
    """Show the chain for the chosen department, Danish first (da: forsiden)."""
    frame = frame_of(request, "/", TERMS, store)
    page = await run_in_threadpool(today_of, frame, request.app.state.curves)
    return shown("today.html", frame, page=page)


@router.get("/what-if")
async def what_if(request: Request, store: StoreDependency) -> Response:
    """Show what a change does to a deadline (da: hvad nu hvis)."""
    frame = frame_of(request, "/what-if", dials.TERMS, store)
    state = request.app.state
    page = await run_in_threadpool(what_if_page, frame, state.runs, is_warm=state.warm.is_set())
    return shown("what_if.html", frame, page=page)


@router.get("/what-if/live")
async def what_if_live(request: Request, store: StoreDependency) -> Response:
    """Answer the form of the page again and again, sharper each time (da: løbende svar)."""
    frame = frame_of(request, "/what-if", dials.TERMS, store)
    return StreamingResponse(
        live_answers(frame, request.app.state.runs),
        media_type="text/html",
        headers={**HEADERS, "Content-Language": frame.asked.language},
    )
