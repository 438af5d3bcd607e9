"""What the documentation says of each address: its answer in every format, and its refusals."""

from typing import Any

from fastapi import APIRouter, Depends

from api.answers import Answer
from api.formats import MEDIA_TYPES
from api.presentation import Format, refuse_unreadable_address
from api.quick_route import QuickRoute

_TEXT = {"schema": {"type": "string"}}
_BINARY = {"schema": {"type": "string", "format": "binary"}}
REFUSED: dict[str, Any] = {
    "description": "400 a document that cannot be read, 404 no such rule or department, "
    "409 the rule is not in force that day, 412 changed meanwhile by somebody else, "
    "413 too much work for one answer, 422 an input that cannot be, 428 no `If-Match`",
    "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
}

UNAVAILABLE: dict[str, Any] = {
    "description": "500 something stored that cannot be read, 503 a database that is busy, full "
    "or away: nothing is saved, and `Retry-After` says when to try again",
    "content": REFUSED["content"],
}


def planner_router(tag: str) -> APIRouter:
    """Return a router whose addresses refuse a parameter that is given twice."""
    return APIRouter(
        tags=[tag], dependencies=[Depends(refuse_unreadable_address)], route_class=QuickRoute
    )


def documented(answer: type[Answer], summary: str) -> dict[str, Any]:
    """Describe an address by the answer that it sends, in each format, and by what it refuses."""
    content = {
        media_type.partition(";")[0]: _BINARY if written is Format.XLSX else _TEXT
        for written, media_type in MEDIA_TYPES.items()
        if written is not Format.JSON
    }
    return {
        "summary": summary,
        "response_model": None,
        "responses": {
            200: {"model": answer, "content": content, "description": "the answer"},
            "4XX": REFUSED,
            "5XX": UNAVAILABLE,
        },
    }
