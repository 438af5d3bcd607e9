"""`/v1/audit`: who stored or deleted what, and which keys were refused (da: revisionsspor)."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from pydantic import Field

from api.answers import Answer, Label, Table, rendered
from api.caller import Scope, needs
from api.documented import documented, planner_router
from api.presentation import Question
from api.quantities import PAGE, Count
from api.store.audit import AuditTrailDependency

router: APIRouter = planner_router("running")


class AuditQuestion(Question):
    """Which part of the audit trail."""

    limit: Count = PAGE
    before: Count | None = Field(
        None, description="only rows before this number: the last of the page before (da: før)"
    )


class AuditRowAnswer(Answer):
    """One thing that somebody did (da: hændelse)."""

    number: Annotated[int, Label("nummer", "number")]
    at: Annotated[datetime, Label("tidspunkt", "at")]
    who: Annotated[str, Label("hvem", "who")]
    did: Annotated[str, Label("hvad", "did")]
    about: Annotated[str, Label("adresse", "about")]
    status: Annotated[int, Label("status", "status")]
    request_id: Annotated[str, Label("kaldets nummer", "request id")]


@router.get(
    "/v1/audit",
    **documented(Table[AuditRowAnswer], "who stored or deleted what, the newest first"),
    dependencies=[needs(Scope.ADMIN)],
)
async def audit(
    question: Annotated[AuditQuestion, Query()], trail: AuditTrailDependency, request: Request
) -> Response:
    """Return who stored or deleted what, and which keys were refused (da: revisionsspor)."""
    rows = tuple(
        AuditRowAnswer(
            number=each.id or 0,
            at=each.at,
            who=each.who,
            did=each.did,
            about=each.about,
            status=each.status,
            request_id=each.request_id,
        )
        for each in trail.newest(question.limit, before=question.before)
    )
    answer = rendered(Table[AuditRowAnswer](rows=rows), question, request)
    answer.headers["Cache-Control"] = "no-store"
    return answer
