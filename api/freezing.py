"""From an address and a field to a number that stays: asked once, pinned, and asked again to check.

The address is asked inside the service, as its caller would ask it, and everything that could move
is written into it: the day, the department's version, the scenario's version, the seed and the
replications. So the same address means the same question next year (da: frosne tal).
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any, get_args
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

from fastapi import Request
from fastapi.routing import APIRoute
from starlette.routing import Match
from starlette.types import Message

from api.answers import Answer, Label, Table
from api.store.figures import Figure
from capacity.errors import InvalidInput, PlannerError
from capacity.wording import Text

_PRESENTATION = {"format", "field", "digits", "decimal", "sep", "lang", "errors", "header", "_"}
_SECRET = "api_key"
_PINNED = ("on", "department", "seed", "replications")
"""What an answer echoes, and what is pinned where its address takes it."""
_ID_SIGNS = "23456789bcdfghjkmnpqrstvwxyz"
_ID_LENGTH = 9
_MOST_SIGNS = 2048


class NotReady(PlannerError):
    """The number is still being calculated (da: ikke klar)."""

    retry_after = 5


@dataclass(frozen=True, slots=True)
class _Asked:
    route: APIRoute
    status: int
    content: Any

    @property
    def answer(self) -> type[Answer]:
        """The model of the answer, as the address documents it."""
        model: type[Answer] = self.route.responses[200]["model"]
        return model


async def frozen(
    request: Request, path: str, field: str, row: Mapping[str, Any] | None, by: str
) -> Figure:
    """Ask an address for a number, and make of it a figure that can be kept (da: frys et tal).

    What the address refuses is refused here. `InvalidInput` for what is no address of numbers, a
    field it does not answer, and a table of which `row` names no row or several. `NotReady` while
    it is being calculated.
    """
    bare = _bare(path)
    first = await _asked(request, bare)
    pinned = _pinned(bare, first)
    asked = first if pinned == bare else await _asked(request, pinned)
    record = _record(asked, row)
    if record.get(field) is None:
        known = ", ".join(name for name, value in record.items() if value is not None)
        raise InvalidInput(
            Text(
                da=f"svaret har intet i det felt; felterne er {known}",
                en=f"the answer has nothing in that field; the fields are {known}",
            ),
            field="field",
        )
    origin = {"program_version": request.app.version, **_label(asked.answer, field)}
    content = [pinned, field, dict(row) if row else None, record, origin]
    return Figure(
        id=_short_id(content),
        path=pinned,
        field=field,
        row=dict(row) if row else None,
        record=record,
        origin=origin,
        frozen_at=datetime.now(UTC),
        frozen_by=by,
    )


async def asked_again(request: Request, figure: Figure) -> dict[str, Any]:
    """Ask the figure's address again and return what it says now (da: genberegning)."""
    return _record(await _asked(request, figure.path), figure.row)


def _bare(path: str) -> str:
    """The address without how the answer is to be written, and without any key."""
    try:
        parts = urlsplit(path)
    except ValueError:  # brackets in the place of a host
        parts = urlsplit("")
    known = parts.path.startswith("/v1/") and not parts.path.startswith("/v1/figures")
    if parts.scheme or parts.netloc or not known or len(path) > _MOST_SIGNS:
        raise InvalidInput(
            Text(
                da="skriv en adresse i tjenesten, fx /v1/caseload?open_cases=890&case_fte=23,92",
                en="write an address of the service: /v1/caseload?open_cases=890&case_fte=23.92",
            ),
            field="path",
        )
    asked = parse_qsl(parts.query, keep_blank_values=True)
    kept = [(name, value) for name, value in asked if name not in {*_PRESENTATION, _SECRET}]
    return _address(parts.path, kept)


def _address(path: str, query: list[tuple[str, str]]) -> str:
    written = urlencode(query, safe=",;:@")
    return f"{path}?{written}" if written else path


async def _asked(request: Request, address: str) -> _Asked:
    """Ask an address inside the service, past the door that the caller has passed already."""
    parts = urlsplit(address)
    path = parts.path
    scope = {
        name: value
        for name, value in request.scope.items()
        if name in {"type", "asgi", "http_version", "server", "client", "scheme", "app", "state"}
        or name in {"caller", "root_path", "fastapi_middleware_astack"}
    } | {
        "method": "GET",
        "path": path,
        "raw_path": quote(path).encode(),
        "query_string": parts.query.encode(),
        "headers": [(b"host", b"localhost"), (b"accept-language", b"da")],
    }
    route = _route(request, scope)
    sent: list[Message] = []

    async def receive() -> Message:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Message) -> None:
        sent.append(message)

    await request.app.router(scope, receive, send)
    status = sent[0]["status"]
    content = json.loads(b"".join(message.get("body", b"") for message in sent[1:]))
    if status == 202:
        raise NotReady(
            Text(
                da=f"tallet beregnes endnu; følg {content.get('address', '/v1/jobs')}, og frys det "
                "derefter",
                en=f"the number is still being calculated; follow "
                f"{content.get('address', '/v1/jobs')}, and freeze it then",
            ),
            field="path",
        )
    return _Asked(route, status, content)


def _route(request: Request, scope: dict[str, Any]) -> APIRoute:
    for route in request.app.state.routes:
        if isinstance(route, APIRoute) and route.matches(scope)[0] is Match.FULL:
            model = route.responses.get(200, {}).get("model")
            if isinstance(model, type) and issubclass(model, Answer):
                return route
    raise InvalidInput(
        Text(
            da="adressen svarer ikke med tal; /docs viser dem, der gør",
            en="the address does not answer with numbers; /docs shows those that do",
        ),
        field="path",
    )


def _pinned(address: str, asked: _Asked) -> str:
    """Write into an address what its answer says that it was about."""
    parts = urlsplit(address)
    path, echoed = parts.path, _first_record(asked.content)
    query = dict(parse_qsl(parts.query, keep_blank_values=True))
    accepted = {
        name
        for parameter in asked.route.dependant.query_params
        for name in _names(parameter.field_info.annotation)
    }
    for name in _PINNED:
        # A precision settles the replications itself, and the two exclude each other.
        asks_for_precision = name == "replications" and "precision" in query
        if name in accepted and name in echoed and not asks_for_precision:
            query[name] = str(echoed[name])
    scenario = echoed.get("scenario")
    if scenario and path.startswith("/v1/scenarios/"):
        path = "/".join(["/v1/scenarios", str(scenario), *path.split("/")[4:]])
    return _address(path, list(query.items()))


def _names(annotation: Any) -> set[str]:
    fields = getattr(annotation, "model_fields", {})
    return {field.alias or name for name, field in fields.items()}


def _first_record(content: Any) -> Mapping[str, Any]:
    rows = content.get("rows") if isinstance(content, dict) else None
    if rows is None:
        return content if isinstance(content, dict) else {}
    return rows[0] if rows else {}


def _record(asked: _Asked, row: Mapping[str, Any] | None) -> dict[str, Any]:
    """The answer, or the one row of it that is meant."""
    if not issubclass(asked.answer, Table):
        if row is not None:
            raise InvalidInput(
                Text(
                    da="svaret er ingen tabel; udelad row",
                    en="the answer is no table; leave it out",
                ),
                field="row",
            )
        return dict(asked.content)
    rows = asked.content["rows"]
    meant = [each for each in rows if _is(each, row or {})]
    if len(meant) != 1:
        first = ", ".join(list(rows[0])[:4]) if rows else "–"
        raise InvalidInput(
            Text(
                da=f"row passer på {len(meant)} af {len(rows)} rækker; nævn felter, der passer på "
                f"én, fx {first}",
                en=f"row fits {len(meant)} of {len(rows)} rows; name fields that fit one: {first}",
            ),
            field="row",
        )
    return dict(meant[0])


def _is(record: Mapping[str, Any], row: Mapping[str, Any]) -> bool:
    return all(name in record and record[name] == value for name, value in row.items())


def _label(answer: type[Answer], field: str) -> dict[str, str]:
    """What the number is called, and its unit, in both languages."""
    kind = answer
    if issubclass(answer, Table):
        kind = get_args(answer.model_fields["rows"].annotation)[0]
    for name, described in kind.model_fields.items():
        labels = [one for one in described.metadata if isinstance(one, Label)]
        if field in (name, described.alias) and labels:
            label = labels[0]
            return {
                "label_da": label.da,
                "label_en": label.en,
                "unit_da": label.unit_da,
                "unit_en": label.unit_en or label.unit_da,
            }
    return {"label_da": field, "label_en": field, "unit_da": "", "unit_en": ""}


def _short_id(content: list[Any]) -> str:
    """A short name that follows from what is frozen, without letters that look alike."""
    number = int.from_bytes(sha256(json.dumps(content, sort_keys=True).encode()).digest())
    signs = []
    for _ in range(_ID_LENGTH):
        number, sign = divmod(number, len(_ID_SIGNS))
        signs.append(_ID_SIGNS[sign])
    return "".join(signs)
