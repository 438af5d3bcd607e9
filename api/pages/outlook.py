"""The pages that look ahead, and what their scripts ask for (da: sårbarhed, 90 dage, over tid)."""

from fastapi import APIRouter, Request, Response

from api.pages import next_90_days, over_time, vulnerability
from api.pages.frame import frame_of, is_warm, shown, shown_part
from api.store.departments import StoreDependency

router = APIRouter(include_in_schema=False)


@router.get("/vulnerability")
async def vulnerability_page(request: Request, store: StoreDependency) -> Response:
    """Show what a team loses when several are away at once (da: sårbarhed)."""
    frame = frame_of(request, "/vulnerability", vulnerability.TERMS, store)
    page = await vulnerability.vulnerability_page(frame, request, is_warm=is_warm(request))
    return shown("vulnerability.html", frame, page=page)


@router.get("/vulnerability/answers")
async def vulnerability_answers(request: Request, store: StoreDependency) -> Response:
    """Print the answers of the page alone, as far as they have come (da: svarene)."""
    frame = frame_of(request, "/vulnerability", vulnerability.TERMS, store)
    page = await vulnerability.vulnerability_page(frame, request, is_warm=is_warm(request))
    return shown_part("parts/vulnerability_answers.html", frame, page)


@router.get("/next-90-days")
async def ninety_days_page(request: Request, store: StoreDependency) -> Response:
    """Show what falls due soon against hours at hand (da: de næste 90 dage)."""
    frame = frame_of(request, "/next-90-days", next_90_days.TERMS, store)
    page = await next_90_days.ninety_days_page(frame, request, is_warm=is_warm(request))
    return shown("next_90_days.html", frame, page=page)


@router.get("/next-90-days/answers")
async def ninety_days_answers(request: Request, store: StoreDependency) -> Response:
    """Print the answers of the page alone, as far as they have come (da: svarene)."""
    frame = frame_of(request, "/next-90-days", next_90_days.TERMS, store)
    page = await next_90_days.ninety_days_page(frame, request, is_warm=is_warm(request))
    return shown_part("parts/next_90_days_answers.html", frame, page)


@router.get("/over-time")
async def over_time_page(request: Request, store: StoreDependency) -> Response:
    """Show backlog, caseload and timeliness month by month (da: over tid)."""
    frame = frame_of(request, "/over-time", over_time.TERMS, store)
    page = await over_time.over_time_page(frame, request, is_warm=is_warm(request))
    return shown("over_time.html", frame, page=page)


@router.get("/over-time/answers")
async def over_time_answers(request: Request, store: StoreDependency) -> Response:
    """Print the answers of the page alone, as far as they have come (da: svarene)."""
    frame = frame_of(request, "/over-time", over_time.TERMS, store)
    page = await over_time.over_time_page(frame, request, is_warm=is_warm(request))
    return shown_part("parts/over_time_answers.html", frame, page)
