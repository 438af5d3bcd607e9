"""Addresses whose answer follows from their question alone, asked without FastAPI's detours.

FastAPI works out anew for every request what each of sixteen parameters is, which takes longer than
to read them and answer. Where a handler takes a question and the request and nothing else, the
question is read by its own model at once; what is documented, checked and refused is the same.
"""

from collections.abc import Callable, Coroutine
from inspect import signature
from typing import Any

from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from pydantic import BaseModel, ValidationError

from api.presentation import check_address, refuse_unreadable_address

_Handler = Callable[[Request], Coroutine[Any, Any, Response]]


class QuickRoute(APIRoute):
    """A route that reads a lone question itself (da: hurtig adresse)."""

    def get_route_handler(self) -> _Handler:
        """Return the short way where there is one, else FastAPI's own."""
        question = _lone_question(self)
        return super().get_route_handler() if question is None else _short_way(self, *question)


def _lone_question(route: APIRoute) -> tuple[str, type[BaseModel]] | None:
    """The parameter that is the question, and its model; None where the handler takes more."""
    dependant = route.dependant
    others = (dependant.path_params, dependant.header_params, dependant.cookie_params)
    checks = [each.call for each in dependant.dependencies]
    takes_more = len(signature(route.endpoint).parameters) != 2 or route.methods != {"GET"}
    if any(others) or dependant.body_params or checks != [refuse_unreadable_address] or takes_more:
        return None
    if len(dependant.query_params) != 1 or dependant.request_param_name is None:
        return None
    (asked,) = dependant.query_params
    model: Any = asked.field_info.annotation
    is_model = isinstance(model, type) and issubclass(model, BaseModel)
    return (asked.name, model) if is_model else None


def _short_way(route: APIRoute, name: str, model: type[BaseModel]) -> _Handler:
    endpoint, request_name = route.endpoint, route.dependant.request_param_name or "request"

    async def handler(request: Request) -> Response:
        check_address(request)
        try:
            question = model.model_validate(dict(request.query_params))
        except ValidationError as error:
            faults = [{**each, "loc": ("query", *each["loc"])} for each in error.errors()]
            raise RequestValidationError(faults) from error
        answer: Response = await endpoint(**{name: question, request_name: request})
        return answer

    return handler
