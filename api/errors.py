"""Every refusal as problem+json (RFC 9457), and the one map from refusal to HTTP status.

A caller who cannot see an HTTP error, as a spreadsheet cell cannot, asks for `errors=text` and
gets status 200 with `#FEJL …` (da) or `#ERROR …` (en). No answer repeats what looks like a CPR
number, and none shows the inside of the program.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel
from starlette.exceptions import HTTPException
from starlette.routing import Match, Route

from api.caller import ScopeTooSmall
from api.etags import ChangedMeanwhile, NoCondition
from api.faults import StoreFault, Unreadable
from api.field_errors import field_errors
from api.freezing import NotReady
from api.import_tray import GoneFromTray
from api.imports.refusals import ImportsBusy, UnknownImport
from api.jobs.problems import JobBroken, JobCancelled, StillWorking
from api.presentation import Failures, failures, language
from api.privacy import masked
from api.refused_entry import ForeignRequest, NoKey, TooManyRequests
from api.store.figures import UnknownFigure
from api.store.jobs import UnknownJob
from api.store.scenarios import NameTaken, NotOpen, UnknownScenario
from api.uploads import CellError, UploadRefused
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
    ChangedMeanwhile: 412,
    NoCondition: 428,
    NoKey: 401,
    ScopeTooSmall: 403,
    ForeignRequest: 403,
    TooManyRequests: 429,
    StoreFault: 503,
    Unreadable: 500,
    UnknownScenario: 404,
    UnknownJob: 404,
    JobCancelled: 409,
    JobBroken: 500,
    StillWorking: 503,
    UnknownFigure: 404,
    NotReady: 503,
    NameTaken: 409,
    NotOpen: 409,
    UnknownImport: 404,
    GoneFromTray: 404,
    ImportsBusy: 503,
}
_TITLES_OF: Mapping[type[PlannerError], Text] = {
    NameTaken: Text(da="Navnet er optaget", en="The name is taken"),
    NotOpen: Text(da="Kan ikke ændres", en="Cannot be changed"),
    JobCancelled: Text(da="Annulleret", en="Cancelled"),
}
_TITLES = {
    400: Text(da="Kan ikke læses", en="Cannot be read"),
    401: Text(da="Ingen gyldig nøgle", en="No valid key"),
    403: Text(da="Ikke tilladt", en="Not allowed"),
    404: Text(da="Findes ikke", en="Not found"),
    405: Text(da="Metoden kan ikke bruges her", en="Method not allowed"),
    409: Text(da="Gælder ikke den dag", en="Not in force that day"),
    412: Text(da="Ændret imens", en="Changed meanwhile"),
    413: Text(da="For stor beregning", en="Too much work"),
    422: Text(da="Ugyldigt input", en="Invalid input"),
    428: Text(da="Betingelse mangler", en="Condition missing"),
    429: Text(da="For mange kald", en="Too many requests"),
    500: Text(da="Fejl i planlæggeren", en="Error in the planner"),
    503: Text(da="Kan ikke svare lige nu", en="Cannot answer just now"),
}
_DETAILS = {
    404: Text(
        da="adressen findes ikke; /docs viser dem, der gør",
        en="there is no such address; /docs shows those there are",
    ),
    413: Text(
        da="det sendte dokument fylder for meget", en="the document that was sent is too large"
    ),
    405: Text(da="adressen besvarer ikke den metode", en="the address does not take that method"),
    500: Text(
        da="fejlen er planlæggerens og er skrevet i dens log",
        en="the fault is the planner's, and it is written in its log",
    ),
}
_LARGE_DOCUMENT = Text(da="For stort dokument", en="Too large a document")
_OTHER = Text(da="Kan ikke besvares", en="Cannot be answered")


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


@contextmanager
def refusals_naming(*, rule: str, day: str) -> Iterator[None]:
    """Name the input that chose a rule or a day, which a rule cannot know (da: felt).

    >>> with refusals_naming(rule="area", day="on"):
    ...     raise UnknownRule(Text(da="Ingen regel hedder ”x”", en="No rule is called “x”"))
    Traceback (most recent call last):
    capacity.errors.UnknownRule: area: No rule is called “x”
    """
    try:
        yield
    except UnknownRule as error:
        error.field = error.field or rule
        raise
    except RuleNotInForce as error:
        error.field = error.field or day
        raise


async def _refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, PlannerError)
    return refusal(request, error)


def refusal(request: Request, error: PlannerError) -> Response:
    """Write a refusal, also for what stands outside the addresses (da: afvisning)."""
    headers = {}
    waits = StoreFault | TooManyRequests | NotReady | StillWorking | ImportsBusy
    if isinstance(error, waits) and error.retry_after is not None:
        headers["Retry-After"] = str(error.retry_after)
    if isinstance(error, NoKey):
        headers["WWW-Authenticate"] = 'Bearer realm="caseload planner"'
    faults: list[tuple[str | None, Text]] = [(error.field, error.message)]
    if isinstance(error, UploadRefused):
        faults += [(cell_place(each), _said_of(each)) for each in error.errors]
    status, title = status_of(error), _TITLES_OF.get(type(error))
    return _problem(request, status, error.message, faults, title=title, headers=headers)


def cell_place(cell: CellError) -> str:
    """Name a cell as a spreadsheet does: `Ark1!C7`, or as much of it as is known (da: celle)."""
    at = f"{cell.column or ''}{cell.row or ''}"
    return f"{cell.sheet}!{at}".rstrip("!") if cell.sheet else at or cell.file


def _said_of(cell: CellError) -> Text:
    found = f" (”{cell.value}”)" if cell.value else ""
    return Text(
        da=f"{cell.problem.da}{found}; {cell.what_to_do.da}",
        en=f"{cell.problem.en}{found}; {cell.what_to_do.en}",
    )


async def _invalid(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    faults = field_errors(error.errors(), _document_taken(request))
    fields = ", ".join(dict.fromkeys(field for field, _ in faults))
    summary = Text(da=f"ret {fields}", en=f"correct {fields}")
    return _problem(request, 422, summary, faults)


def _document_taken(request: Request) -> str | None:
    """Show what an address takes, with what is required of it; None where it takes no document."""
    body = getattr(request.scope.get("route"), "body_field", None)
    model = None if body is None else body.field_info.annotation
    if not (isinstance(model, type) and issubclass(model, BaseModel)):
        return None
    required = [
        each.alias or name for name, each in model.model_fields.items() if each.is_required()
    ]
    return json.dumps(dict.fromkeys(required, "…"), ensure_ascii=False)


async def _http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    status, headers = error.status_code, dict(error.headers or {})
    if status == 400:
        unreadable = _unreadable(error.__cause__)
        return _problem(request, status, unreadable, [("body", unreadable)])
    if status == 405:
        headers["Allow"] = _methods(request, headers["Allow"])
    detail = _DETAILS.get(status, Text(da=_OTHER.da, en=str(error.detail)))
    # A calculation that is too large is a refusal of the model's, and not one of HTTP's.
    title = _LARGE_DOCUMENT if status == 413 else None
    return _problem(request, status, detail, [], title=title, headers=headers)


def _unreadable(cause: BaseException | None) -> Text:
    """Say why a document could not be read as JSON."""
    match cause:
        case UnicodeDecodeError():
            return Text(
                da="dokumentet er ikke skrevet i UTF-8; gem det som UTF-8",
                en="the document is not written in UTF-8; save it as UTF-8",
            )
        case RecursionError():
            return Text(
                da="dokumentet har lister eller objekter i for mange lag",
                en="the document has lists or objects in too many layers",
            )
        case _:
            return Text(
                da="dokumentet kan ikke læses; se efter tal med alt for mange cifre",
                en="the document cannot be read; look for numbers with far too many digits",
            )


def _methods(request: Request, first: str) -> str:
    """Name all that the address takes; Starlette names those of the first route that it finds."""
    routes: Sequence[Route] = request.app.state.routes
    here = [each for each in routes if each.matches(request.scope)[0] is not Match.NONE]
    methods = {*first.split(", "), *(method for each in here for method in each.methods or ())}
    return ", ".join(sorted(methods | ({"HEAD"} if "GET" in methods else set())))


async def _broken(request: Request, error: Exception) -> Response:
    return broken(request)


def broken(request: Request) -> Response:
    """Say that the planner has failed, and by which number its log knows it (da: fejl)."""
    number, detail = request.scope.get("request_id"), _DETAILS[500]
    if number is not None:
        detail = Text(da=f"{detail.da} under {number}", en=f"{detail.en} under {number}")
    return _problem(request, 500, detail, [])


def _problem(
    request: Request,
    status: int,
    detail: Text,
    faults: Sequence[tuple[str | None, Text]],
    *,
    title: Text | None = None,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """Write a refusal as the caller can read it."""
    # For the log and the audit trail: a refusal in a cell is answered with 200.
    request.scope["refused"] = status
    spoken = language(request)
    errors = [
        FieldError(field=masked(field), detail=masked(text.in_language(spoken)))
        for field, text in faults
        if field
    ]
    if failures(request) is Failures.TEXT:
        return Response(_cell_text(detail, errors, spoken), media_type="text/plain")
    problem = Problem(
        title=(title or _TITLES.get(status, _OTHER)).in_language(spoken),
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
