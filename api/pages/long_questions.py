"""The pages whose answers take their time, and what their scripts ask for (da: mål, sammenlign)."""

from typing import Any, Literal
from urllib.parse import parse_qsl

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from api.caller import Scope, needs
from api.freezing import NotReady
from api.pages import compare, goal
from api.pages.calculations import cancel
from api.pages.chart_files import sent, simulated_origin, standing_alone
from api.pages.frame import Frame, frame_of, is_warm, shown, shown_part
from api.pages.printing import rendered
from api.store.departments import StoreDependency
from api.store.scenarios import ScenariosDependency
from capacity.wording import Text

router = APIRouter(include_in_schema=False)

_SEE_OTHER = 303
_MOST_FORM_BYTES = 16 * 1024


@router.get("/goal")
async def goal_page(
    request: Request, store: StoreDependency, kept: ScenariosDependency
) -> Response:
    """Show what a target takes (da: mål)."""
    frame = frame_of(request, "/goal", goal.TERMS, store)
    page = await goal.goal_page(frame, kept, store, request, is_warm=is_warm(request))
    return shown("goal.html", frame, page=page)


@router.get("/goal/answers")
async def goal_answers(
    request: Request, store: StoreDependency, kept: ScenariosDependency
) -> Response:
    """Print the answers of the page alone, as far as they have come (da: svarene)."""
    frame = frame_of(request, "/goal", goal.TERMS, store)
    page = await goal.goal_page(frame, kept, store, request, is_warm=is_warm(request))
    return shown_part("parts/goal_answers.html", frame, page)


@router.get("/compare")
async def compare_page(
    request: Request, store: StoreDependency, kept: ScenariosDependency
) -> Response:
    """Show several plans side by side (da: sammenlign)."""
    frame = frame_of(request, "/compare", compare.TERMS, store)
    page = await compare.compare_page(frame, kept, store, request, is_warm=is_warm(request))
    return shown("compare.html", frame, page=page)


@router.get("/compare/answers")
async def compare_answers(
    request: Request, store: StoreDependency, kept: ScenariosDependency
) -> Response:
    """Print the answers of the page alone, as far as they have come (da: svarene)."""
    frame = frame_of(request, "/compare", compare.TERMS, store)
    page = await compare.compare_page(frame, kept, store, request, is_warm=is_warm(request))
    return shown_part("parts/compare_answers.html", frame, page)


@router.get("/goal/{name}.{kind}")
async def goal_chart(
    name: Literal["chance", "gain"],
    kind: Literal["svg", "png"],
    request: Request,
    store: StoreDependency,
    kept: ScenariosDependency,
) -> Response:
    """Return a chart of the page as a file (da: figur som fil)."""
    frame = frame_of(request, "/goal", goal.TERMS, store)
    page = await goal.goal_page(frame, kept, store, request, is_warm=is_warm(request))
    row = (page.levels if name == "chance" else page.steps) or (None,)
    return await _chart(frame, page, row[0], name, kind)


@router.get("/compare/{name}.{kind}")
async def compare_chart(
    name: Literal["comparison", "waterfall"],
    kind: Literal["svg", "png"],
    request: Request,
    store: StoreDependency,
    kept: ScenariosDependency,
) -> Response:
    """Return a chart of the page as a file (da: figur som fil)."""
    frame = frame_of(request, "/compare", compare.TERMS, store)
    page = await compare.compare_page(frame, kept, store, request, is_warm=is_warm(request))
    falls = page.fall.rows if page.fall else ()
    rows = falls if name == "waterfall" else tuple(each.today for each in page.deadlines)
    return await _chart(frame, page, (rows or (None,))[0], name, kind)


async def _chart(
    frame: Frame, page: object, row: Any, name: str, kind: Literal["svg", "png"]
) -> Response:
    """Draw a chart alone, with where its numbers came from; one of its rows says that."""
    for refused in frame.refusals.values():
        raise refused
    if frame.department is None or row is None:
        raise NotReady(
            Text(
                da="figuren beregnes endnu, eller der er intet at tegne; hent den igen om lidt",
                en="the chart is still being computed, or there is nothing to draw; fetch it again "
                "shortly",
            )
        )
    language = frame.asked.language
    chart = rendered(
        f"parts/{name}_chart.html", language, frame=frame, asked=frame.asked, page=page
    )
    origin = simulated_origin(row.model_version, row.seed, row.replications)
    whose = f"{frame.department.name.in_language(language)} · {frame.department.address}"
    picture = standing_alone(chart, (whose, origin.in_language(language)))
    return await sent(picture, name, kind, language)


@router.post("/calculations/{id}/cancel", dependencies=[needs(Scope.PLAN)])
async def cancelled(request: Request) -> Response:
    """Stop a calculation and go back to the page (da: stop); the door has seen its token."""
    body = (await request.body())[:_MOST_FORM_BYTES].decode(errors="replace")
    back = dict(parse_qsl(body)).get("back", "/")
    await cancel(request.path_params["id"], request)
    # Only a page of ours: an address that begins with two of them is another host's.
    is_ours = back.startswith("/") and not back.startswith(("//", "/\\"))
    return RedirectResponse(back if is_ours else "/", _SEE_OTHER)
