"""Around every request: its number, its line in the log, its count, and the headers of its answer.

(da: journal over kald.) The outermost of what a request passes through, so that it also sees what
the others refuse, and so that a fault anywhere is answered, numbered and written down.
"""

import re
from itertools import count
from secrets import token_hex
from time import perf_counter

from fastapi import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.errors import broken
from api.logs import Log
from api.metrics import Metrics, method_name
from api.privacy import looks_like_cpr, masked

_REQUEST_ID = re.compile(rb"[A-Za-z0-9-]{1,64}")
_CUT_OFF = 499
"""What the log calls a request whose caller left before the answer."""
_NOTHING_RUNS = b"default-src 'none'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'"
_HEADERS = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),  # an address may hold a key
    (b"x-frame-options", b"DENY"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), geolocation=(), microphone=(), payment=(), usb=()"),
)
_UNLESS_SET = (
    (b"content-security-policy", _NOTHING_RUNS),
    # Kept for the reader alone, and asked for again; Office cannot open what is `no-store`.
    (b"cache-control", b"private, no-cache"),
)
_ONLY_HTTPS = (b"strict-transport-security", b"max-age=31536000")


_THIS_PROCESS = token_hex(4)
_COUNTED = count(1)


class Journal:
    """Number, count and write down every request (da: journal)."""

    def __init__(self, app: ASGIApp, *, log: Log, metrics: Metrics) -> None:
        self.app = app
        self.log = log
        self.metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, and write down how it went."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        began = perf_counter()
        number = _number(scope)
        scope["request_id"] = number
        always = [*_HEADERS, (b"x-request-id", number.encode())]
        if scope["scheme"] == "https":
            always.append(_ONLY_HTTPS)

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                scope["status"] = message["status"]
                message["headers"] = _dressed(message.get("headers", ()), always)
            await send(message)

        try:
            await self.app(scope, receive, send_with_headers)
        except Exception as error:
            self.log.failure("failed", error, request_id=number)
            if "status" in scope:
                raise  # half an answer has left: only a broken connection says so
            await broken(Request(scope))(scope, receive, send_with_headers)
        finally:
            self._written_down(scope, number, perf_counter() - began)

    def _written_down(self, scope: Scope, number: str, seconds: float) -> None:
        status, method = scope.get("status", _CUT_OFF), method_name(scope["method"])
        route = getattr(scope.get("route"), "path", None) or "unknown"
        self.metrics.count(route, method, status, seconds)
        caller = scope.get("caller")
        self.log.request(
            method=method,
            route=route,
            path=masked(scope["path"])[:200],
            status=status,
            **({"refused": scope["refused"]} if scope.get("refused", status) != status else {}),
            ms=round(seconds * 1000, 2),
            request_id=number,
            caller=caller.name if caller is not None else None,
        )


def _number(scope: Scope) -> str:
    """Return the number that the caller gave a request, if it can be one, else a new one."""
    for name, value in scope["headers"]:
        if name == b"x-request-id" and _REQUEST_ID.fullmatch(value):
            given: str = value.decode()
            if not looks_like_cpr(given):
                return given
    # Random bytes for every one would cost as much as to write it down.
    return f"{_THIS_PROCESS}{next(_COUNTED):08x}"


def _dressed(
    headers: list[tuple[bytes, bytes]], always: list[tuple[bytes, bytes]]
) -> list[tuple[bytes, bytes]]:
    """Add the headers of every answer; what the answer says itself of the others stands."""
    set_already = {name.lower() for name, _ in headers}
    unset = [each for each in _UNLESS_SET if each[0] not in set_already]
    ours = {name for name, _ in always}
    return [*(each for each in headers if each[0].lower() not in ours), *always, *unset]
