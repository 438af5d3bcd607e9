"""Every refusal as problem+json (RFC 9457), and the one map from refusal to HTTP status.

A caller who cannot see an HTTP error, as a spreadsheet cell cannot, asks for `errors=text` and
gets status 200 with `#FEJL …` (da) or `#ERROR …` (en). No answer repeats what looks like a CPR
number, and none shows the inside of the program.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel
from starlette.exceptions import HTTPException

from api.presentation import Failures, failures, language
from api.privacy import masked
from capacity.errors import (
    InvalidInput,
    PlannerError,
    RuleNotInForce,
    TooMuchWork,
    UnknownDepartment,
    UnknownRule,
)
from capacity.wording import Language, Text

STATUS: Mapping[type[PlannerError], int] = {
    InvalidInput: 422,
    UnknownRule: 404,
    UnknownDepartment: 404,
    RuleNotInForce: 409,
    TooMuchWork: 413,
}
_TITLES = {
    404: Text(da="Findes ikke", en="Not found"),
    405: Text(da="Metoden kan ikke bruges her", en="Method not allowed"),
    409: Text(da="Gælder ikke den dag", en="Not in force that day"),
    413: Text(da="For stor beregning", en="Too much work"),
    422: Text(da="Ugyldigt input", en="Invalid input"),
    500: Text(da="Fejl i planlæggeren", en="Error in the planner"),
}
_DETAILS = {
    404: Text(
        da="adressen findes ikke; /docs viser dem, der gør",
        en="there is no such address; /docs shows those there are",
    ),
    413: Text(da="det sendte fylder for meget", en="what was sent is too large"),
    405: Text(da="adressen besvarer ikke den metode", en="the address does not take that method"),
    500: Text(
        da="fejlen er planlæggerens og er skrevet i dens log",
        en="the fault is the planner's, and it is written in its log",
    ),
}
_OTHER = Text(da="Kan ikke besvares", en="Cannot be answered")

# Pydantic speaks English; these are its kinds of error as a Danish reader would put them. What
# stands in braces is pydantic's own context.
_DANISH: Mapping[str, str] = {
    "missing": "mangler; skriv en værdi",
    "extra_forbidden": "kendes ikke på denne adresse; /docs viser navnene",
    "literal_error": "skriv en af disse: {expected}",
    "enum": "skriv en af disse: {expected}",
    "greater_than": "skriv noget større end {gt}",
    "greater_than_equal": "skriv mindst {ge}",
    "less_than": "skriv noget mindre end {lt}",
    "less_than_equal": "skriv højst {le}",
    "string_too_long": "højst {max_length} tegn",
    "string_too_short": "mindst {min_length} tegn",
    "string_type": "skriv en tekst",
    "int_type": "skriv et helt tal",
    "int_parsing": "skriv et helt tal",
    "int_from_float": "skriv et helt tal",
    "list_type": "skriv en liste",
    "tuple_type": "skriv en liste",
    "too_long": "højst {max_length} punkter",
    "too_short": "mindst {min_length} punkter",
    "model_type": "skriv et objekt med navngivne felter",
    "model_attributes_type": "skriv et objekt med navngivne felter",
    "dict_type": "skriv et objekt med navngivne felter",
    "date_type": "skriv en dato, fx 2020-03-26",
    "date_parsing": "skriv en dato, fx 2020-03-26",
    "date_from_datetime_parsing": "skriv en dato, fx 2020-03-26",
    "bool_parsing": "skriv true eller false",
    "bool_type": "skriv true eller false",
    "string_pattern_mismatch": "skriv små bogstaver og tal, adskilt af bindestreger",
    "json_invalid": "er ikke gyldig JSON",
}
_ENGLISH: Mapping[str, str] = {
    "missing": "missing; write a value",
    "extra_forbidden": "not known at this address; /docs shows the names",
    "json_invalid": "is not valid JSON",
}


class FieldError(BaseModel):
    """One input at fault, and what to change (da: fejl i et felt)."""

    field: str
    detail: str


class Problem(BaseModel):
    """A refusal as RFC 9457 has it (da: afvisning)."""

    title: str
    status: int
    detail: str
    errors: list[FieldError]


def install_errors(app: FastAPI) -> None:
    """Answer every refusal, ours and the framework's, in the same form."""
    app.add_exception_handler(PlannerError, _refused)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(Exception, _broken)


def status_of(error: PlannerError) -> int:
    """Return the HTTP status of a refusal, by its nearest ancestor in `STATUS`."""
    return next(STATUS[kind] for kind in type(error).mro() if kind in STATUS)


async def _refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, PlannerError)
    return _problem(request, status_of(error), error.message, [(error.field, error.message)])


async def _invalid(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    faults = [(_field(one["loc"]), _translated(one)) for one in error.errors()]
    fields = ", ".join(dict.fromkeys(field for field, _ in faults))
    summary = Text(da=f"ret {fields}", en=f"correct {fields}")
    return _problem(request, 422, summary, faults)


async def _http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    detail = _DETAILS.get(error.status_code, Text(da=_OTHER.da, en=str(error.detail)))
    return _problem(request, error.status_code, detail, [], headers=error.headers)


async def _broken(request: Request, error: Exception) -> Response:
    return _problem(request, 500, _DETAILS[500], [])


def _problem(
    request: Request,
    status: int,
    detail: Text,
    faults: Sequence[tuple[str | None, Text]],
    *,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """Write a refusal as the caller can read it."""
    spoken = language(request)
    errors = [
        FieldError(field=masked(field), detail=masked(text.in_language(spoken)))
        for field, text in faults
        if field
    ]
    if failures(request) is Failures.TEXT:
        return Response(_cell_text(detail, errors, spoken), media_type="text/plain")
    problem = Problem(
        title=_TITLES.get(status, _OTHER).in_language(spoken),
        status=status,
        detail=masked(detail.in_language(spoken)),
        errors=errors,
    )
    return Response(
        json.dumps(problem.model_dump(), ensure_ascii=False),
        status_code=status,
        media_type="application/problem+json",
        headers={**(headers or {}), "Content-Language": spoken, "Vary": "Accept-Language"},
    )


def _cell_text(detail: Text, errors: Sequence[FieldError], spoken: Language) -> str:
    """Write a refusal as one line for a spreadsheet cell."""
    faults = "; ".join(f"{error.field}: {error.detail}" for error in errors)
    mark = "#FEJL" if spoken == "da" else "#ERROR"
    return " ".join(f"{mark} {faults or masked(detail.in_language(spoken))}".split())


def _field(place: Sequence[int | str]) -> str:
    """Name the input at fault as its user wrote it: `teams[2].slug`."""
    parts = [f"[{part}]" if isinstance(part, int) else f".{part}" for part in place[1:]]
    return "".join(parts).removeprefix(".") or str(place[0])


def _translated(error: Mapping[str, Any]) -> Text:
    """Put one of pydantic's errors in both languages."""
    kind, context = error["type"], error.get("ctx", {})
    if kind == "refused":
        return Text(da=context["da"], en=context["en"])
    danish = _DANISH.get(kind, "værdien kan ikke bruges")
    return Text(da=danish.format(**context), en=_ENGLISH.get(kind, error["msg"]))
