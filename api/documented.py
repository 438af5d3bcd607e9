"""What the documentation says of each address: its answer in every format, and its refusals."""

from typing import Any

from fastapi import APIRouter, Depends

from api.answers import Answer
from api.errors import Problem
from api.formats import MEDIA_TYPES
from api.presentation import Format, refuse_repeated_parameters

_TEXT = {"schema": {"type": "string"}}
_BINARY = {"schema": {"type": "string", "format": "binary"}}
_REFUSED = {"model": Problem, "content": {"application/problem+json": {}}}


def planner_router(tag: str) -> APIRouter:
    """Return a router whose addresses refuse a parameter that is given twice."""
    return APIRouter(tags=[tag], dependencies=[Depends(refuse_repeated_parameters)])


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
            404: {**_REFUSED, "description": "no such rule or department"},
            409: {**_REFUSED, "description": "the rule is not in force that day"},
            413: {**_REFUSED, "description": "too much work for one answer"},
            422: {**_REFUSED, "description": "an input that cannot be"},
        },
    }
