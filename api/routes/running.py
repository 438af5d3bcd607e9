"""`/ready` and `/metrics`: whether the service can answer, and what it counts (da: drift)."""

from contextlib import suppress
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response

from api.answers import Answer, Label, rendered
from api.caller import Scope, needs
from api.documented import REFUSED, documented, planner_router
from api.faults import StoreFault
from api.metrics import MEDIA_TYPE, Metrics
from api.presentation import Call, Question
from api.store.readiness import database_fault
from capacity.wording import Text

router: APIRouter = planner_router("running")

_COUNTERS: dict[int | str, dict[str, Any]] = {
    200: {"description": "the counters", "content": {"text/plain": {"schema": {"type": "string"}}}},
    "4XX": REFUSED,
}


class NotReady(StoreFault):
    """The service runs and cannot answer everything yet (da: ikke klar)."""

    retry_after = 2


class ReadyAnswer(Answer):
    """The service can answer everything (da: klar)."""

    status: Annotated[str, Label("tilstand", "status")]
    database: Annotated[str, Label("database", "database")]
    calculation: Annotated[str, Label("beregning", "calculation")]


@router.get("/ready", **documented(ReadyAnswer, "whether the service can answer everything"))
async def ready(question: Annotated[Question, Query()], request: Request) -> Response:
    """Say whether database, tables and compiled code are there (da: er tjenesten klar).

    503 names what is not. A service that is not ready runs, and answers what it can.
    """
    fault = database_fault(request.app.state.engine)
    if fault is not None:
        raise NotReady(fault, field="database")
    if not request.app.state.warm.is_set():
        raise NotReady(
            Text(da="beregningen indlæses stadig", en="the calculation is still being loaded"),
            field="calculation",
        )
    return rendered(ReadyAnswer(status="ok", database="ok", calculation="ok"), question, request)


@router.get(
    "/metrics",
    summary="what the service counts of itself",
    response_class=Response,
    responses=_COUNTERS,
    dependencies=[needs(Scope.ADMIN)],
)
async def metrics(_: Annotated[Call, Query()], request: Request) -> Response:
    """Return the counters in the text format of Prometheus (da: måltal for driften)."""
    counters: Metrics = request.app.state.metrics
    with suppress(StoreFault), request.app.state.desk.queue.jobs() as jobs:
        counters.jobs_waiting.set(jobs.waiting())
    return Response(
        counters.written(), media_type=MEDIA_TYPE, headers={"Cache-Control": "no-store"}
    )
