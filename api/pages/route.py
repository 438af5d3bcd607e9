"""The page at `/` (da: forsiden): it fetches nothing from elsewhere and runs nothing."""

from pathlib import Path

from fastapi import APIRouter, FastAPI, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.staticfiles import StaticFiles

from api.door import csrf_token
from api.pages.asked import asked_of
from api.pages.page import page_of
from api.pages.printing import printed
from api.pages.time_study_form import router as time_study_forms
from api.store.departments import StoreDependency
from capacity.errors import UnknownDepartment

router = APIRouter(include_in_schema=False)

_STATIC = Path(__file__).parent.parent / "static"
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; img-src 'self' data:; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "Cache-Control": "no-cache",
}


def install_page(app: FastAPI) -> None:
    """Serve the page and its style sheet."""
    app.include_router(router)
    app.include_router(time_study_forms)
    app.mount("/static", StaticFiles(directory=_STATIC))


@router.get("/")
async def first_page(request: Request, store: StoreDependency) -> Response:
    """Show the chain for the chosen department, Danish first (da: forsiden)."""
    asked, refused = asked_of(request)
    departments = store.departments()
    department = None
    if asked.department is None:  # a real department before a made-up one
        department = min(departments, key=lambda each: (each.fictional, each.slug), default=None)
    else:
        try:
            department = store.department(asked.department)
        except UnknownDepartment as error:
            refused["page"] = error
    store.let_go()
    page = await run_in_threadpool(
        page_of, asked, departments, department, refused, request.app.state.curves
    )
    session = request.scope.get("session")
    return Response(
        printed(page, csrf=csrf_token(session) if session else None),
        status_code=page.status,
        media_type="text/html",
        headers={**HEADERS, "Content-Language": asked.language},
    )
