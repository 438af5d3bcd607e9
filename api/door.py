"""The door: who asks, and whether they may (da: døren).

A service that only its own machine can reach needs no key, and two things keep other sites out of
it: a page that somebody has open could ask it too, through the browser on the same machine. It
answers only to names of this machine, for a foreign name that points here (DNS rebinding) would
make a foreign page one of ours; and nothing that changes anything is taken from another site. What
is only read needs no such care: the browser gives no answer to a page from elsewhere.

Anywhere else everybody has a key: in a header, or in the query for spreadsheets, where it only
reads, for addresses are kept in logs and histories. It is taken out of the query before anything
else sees it. A browser opens a session with a key; what it sends then carries a token that another
site cannot know.
"""

import hmac
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from urllib.parse import quote, unquote_plus

from fastapi import Request
from sqlalchemy import Engine
from starlette.datastructures import Headers
from starlette.requests import cookie_parser
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Send
from starlette.types import Scope as AsgiScope

from api.caller import MACHINE, Caller, Scope, ScopeTooSmall, needed
from api.errors import refusal
from api.flood import Flood
from api.forms import MULTIPART, URLENCODED, first_token
from api.keyring import Keyring
from api.logs import Log
from api.middleware import HeadLikeGet
from api.privacy import masked
from api.refused_entry import ForeignRequest, NoKey
from api.settings import Settings
from api.store.audit import AuditRow, audited
from api.store.keys import Key
from capacity.errors import PlannerError
from capacity.wording import Text

COOKIE = "planner_session"
TOKEN_MARK = "clc_"
OPEN = {"/health", "/ready", "/login"}
"""What answers without a key: whether the service runs, and where a key is handed over."""
_OPEN_FOLDER = "/static/"
_SAFE = {"GET", "HEAD", "OPTIONS"}
_UNCOUNTED = {"HEAD", "OPTIONS"}
_OURS = {"localhost", "127.0.0.1", "[::1]"}
_PORT = re.compile(r":\d{1,5}$")
_QUERY_KEY = re.compile(rb"(?:^|&)api_key=([^&]*)")
_TOKEN_WITHIN = 64 * 1024
"""So far into a form its token is looked for; the rest is not read here, however much it is."""


@dataclass(frozen=True, slots=True)
class _Entry:
    """How somebody came in (da: adgang): `counted` is what a ceiling knows them by."""

    caller: Caller
    counted: str
    session: str | None = None
    by_header: bool = False


class Door:
    """Let each request in as its caller, or refuse it (da: dør)."""

    def __init__(
        self,
        app: ASGIApp,
        *,
        settings: Settings,
        keyring: Keyring,
        log: Log,
        rate: Flood,
        wrong_keys: Flood,
    ) -> None:
        self.app = app
        self.needs_keys = settings.needs_keys
        self.names = _OURS | {name.lower() for name in settings.hosts}
        self.keyring = keyring
        self.log = log
        self.rate = rate
        self.wrong_keys = wrong_keys

    async def __call__(self, scope: AsgiScope, receive: Receive, send: Send) -> None:
        """Let a request in."""
        if scope["type"] != "http":
            if scope["type"] == "websocket":  # there are none, so none can be let in by mistake
                await send({"type": "websocket.close", "code": 1008})
                return
            await self.app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        engine: Engine = scope["app"].state.engine
        try:
            entry = self._entry(scope, headers, engine)
            if scope["method"] not in _UNCOUNTED:
                self.rate.count(entry.counted)
            if scope["method"] not in _SAFE and not entry.by_header:
                _check_own_site(headers)
                if entry.session is not None:
                    receive = await _check_token(headers, receive, entry.session)
        except PlannerError as error:
            await self._refuse(scope, receive, send, error, headers)
            return
        scope["caller"], scope["session"] = entry.caller, entry.session
        await self.app(scope, receive, send)
        if scope["method"] not in _SAFE and needed(scope.get("route")) is not Scope.READ:
            await self._audit(scope, engine, who=entry.caller.name, did=scope["method"])
        if self.needs_keys and (scope["method"], scope["path"]) == ("POST", "/login"):
            refused = scope.get("refused")
            if refused is None and scope["caller"] is not entry.caller:
                await self._audit(scope, engine, who=scope["caller"].name, did="log in")
            elif refused == 401:  # and not 429, or whoever floods the login floods the trail
                await self._audit(scope, engine, who=_address(scope), did="wrong key")

    def _entry(self, scope: AsgiScope, headers: Headers, engine: Engine) -> _Entry:
        """Find out who asks; a refusal where they may not."""
        address = _address(scope)
        if not self.needs_keys:
            self._check_name(headers)
        in_header, in_query = _header_key(headers), _taken_from_query(scope)
        if in_header or in_query:
            key = self._key(engine, in_header or in_query, address)
            if in_header:
                return _Entry(key.caller, f"key {key.id}", by_header=True)
            if scope["method"] not in _SAFE:
                raise ScopeTooSmall(
                    Text(
                        da="en nøgle i adressen kan kun læse; send den i headeren X-API-Key",
                        en="a key in the address only reads; send it in the header X-API-Key",
                    )
                )
            return _Entry(Caller(key.label, Scope.READ), f"key {key.id}")
        if not self.needs_keys:
            return _Entry(MACHINE, address)
        if scope["path"] in OPEN or scope["path"].startswith(_OPEN_FOLDER):
            return _Entry(Caller("-", Scope.READ), address)
        session = session_secret(headers)
        of_session = self.keyring.key_of_session(engine, session) if session else None
        if of_session is None:
            self.rate.count(address)  # so that whoever has no key cannot flood the door itself
            raise NoKey(
                Text(
                    da="tjenesten kræver en nøgle; send den i headeren X-API-Key, eller skriv "
                    "api_key= i adressen, hvis du kun skal læse",
                    en="the service needs a key; send it in the header X-API-Key, or write "
                    "api_key= in the address where you only read",
                )
            )
        return _Entry(of_session.caller, f"key {of_session.id}", session=session)

    def _key(self, engine: Engine, secret: str, address: str) -> Key:
        key = self.keyring.key(engine, secret)
        if key is None:
            self.wrong_keys.count(address)
            raise _WrongKey(
                Text(
                    da="nøglen findes ikke, eller den er udløbet eller tilbagekaldt",
                    en="there is no such key, or it has expired or been revoked",
                )
            )
        return key

    def _check_name(self, headers: Headers) -> None:
        """Refuse a foreign name for this machine, since no key tells a caller from a page."""
        name = _PORT.sub("", headers.get("host", "").lower())
        if name not in self.names:
            raise ForeignRequest(
                Text(
                    da="tjenesten svarer kun på http://127.0.0.1 og http://localhost; "
                    "andre navne tilføjes med CASELOAD_HOSTS",
                    en="the service answers only to http://127.0.0.1 and http://localhost; "
                    "other names are added with CASELOAD_HOSTS",
                )
            )

    async def _refuse(
        self,
        scope: AsgiScope,
        receive: Receive,
        send: Send,
        error: PlannerError,
        headers: Headers,
    ) -> None:
        request = Request(scope, receive)
        answer = _to_login(request, error, headers) or refusal(request, error)
        answer.headers["Cache-Control"] = "no-store"
        await HeadLikeGet(answer)(scope, receive, send)
        if isinstance(error, _WrongKey):
            await self._audit(
                scope, scope["app"].state.engine, who=_address(scope), did="wrong key"
            )

    async def _audit(self, scope: AsgiScope, engine: Engine, *, who: str, did: str) -> None:
        row = AuditRow(
            at=datetime.now(UTC),
            who=who,
            did=did,
            about=masked(scope["path"]).replace("\0", "\ufffd")[:200],  # which no text can have
            status=scope.get("refused") or scope.get("status") or 0,
            request_id=scope.get("request_id", ""),
        )
        try:
            await audited(engine, row)
        except Exception as error:  # the answer has left, and stands
            self.log.failure("not audited", error, request_id=row.request_id)


class _WrongKey(NoKey):
    """A key that opens nothing (da: forkert nøgle)."""


def csrf_token(session: str) -> str:
    """Return the token of a session, which no other site can know (da: CSRF-mærke).

    It follows from the cookie, which pages cannot read and browsers send to us alone.

    >>> csrf_token("cls_hemmelig")[:4]
    'clc_'
    """
    return TOKEN_MARK + hmac.new(session.encode(), b"csrf", sha256).hexdigest()


def session_secret(headers: Headers) -> str | None:
    """Return the session that the browser sends with a request (da: session)."""
    cookie = headers.get("cookie")
    return cookie_parser(cookie).get(COOKIE) if cookie and COOKIE in cookie else None


def _header_key(headers: Headers) -> str:
    given = headers.get("x-api-key", "").strip()
    if given:
        return given
    kind, _, secret = headers.get("authorization", "").partition(" ")
    return secret.strip() if kind.lower() == "bearer" else ""


def _taken_from_query(scope: AsgiScope) -> str:
    """Return the key in the query, and leave a query without it (da: nøgle i adressen)."""
    query: bytes = scope["query_string"]
    if b"api_key=" not in query:
        return ""
    found = _QUERY_KEY.search(query)
    if found is None:
        return ""
    scope["query_string"] = _QUERY_KEY.sub(b"", query).lstrip(b"&")
    return unquote_plus(found[1].decode("latin-1")).strip()


def _check_own_site(headers: Headers) -> None:
    """Refuse what a page from elsewhere sends through somebody's browser."""
    site, origin = headers.get("sec-fetch-site"), headers.get("origin")
    foreign = site is not None and site not in ("same-origin", "none")
    # Our pages tell nobody where they are, and so their forms say "null"; no page can write `site`.
    is_ours = origin == "null" and site == "same-origin"
    if origin is not None and not is_ours:
        foreign = foreign or origin.partition("://")[2] != headers.get("host")
    if foreign:
        raise ForeignRequest(
            Text(
                da="kaldet kommer fra en side et andet sted; brug planlæggerens egen",
                en="the request comes from a page elsewhere; use the planner's own",
            )
        )


class _NoToken(ForeignRequest):
    """What a session sends without its token (da: uden mærke)."""


async def _check_token(headers: Headers, receive: Receive, session: str) -> Receive:
    """Refuse what a session sends without its token, in a header or a field of the form."""
    given, kind = headers.get("x-csrf-token"), headers.get("content-type", "")
    if given is None and _form_kind(headers) in (URLENCODED, MULTIPART):
        start, receive = await _start_of(receive)
        given = first_token(kind, start) or ""
    if given is None or not hmac.compare_digest(given.encode(), csrf_token(session).encode()):
        raise _NoToken(
            Text(
                da="sidens mærke mangler eller er forældet; hent siden igen",
                en="the page's token is missing or out of date; load the page again",
            )
        )
    return receive


def _form_kind(headers: Headers) -> str:
    return headers.get("content-type", "").partition(";")[0].strip().lower()


async def _start_of(receive: Receive) -> tuple[bytes, Receive]:
    """Read the beginning of a body, and let the address read all of it (da: begyndelsen)."""
    heard: list[Message] = []
    start, more = b"", True
    while more and len(start) < _TOKEN_WITHIN:
        message = await receive()
        heard.append(message)
        start += message.get("body", b"")
        more = message.get("more_body", False)
    heard.reverse()

    async def receive_again() -> Message:
        return heard.pop() if heard else await receive()

    return start[:_TOKEN_WITHIN], receive_again


def _to_login(request: Request, error: PlannerError, headers: Headers) -> Response | None:
    """Show a browser without a session where to hand over its key.

    What it sends from a form of ours goes along, so that nothing that was written is lost: the
    browser sends it again to the login, which prints it back.
    """
    if "text/html" not in headers.get("accept", ""):
        return None
    no_session = isinstance(error, NoKey) and not isinstance(error, _WrongKey)
    if request.method == "GET" and no_session:
        return RedirectResponse("/login", status_code=303)
    is_ours = _is_of_own_site(headers) and request.url.path != "/logout"
    if request.method != "POST" or not is_ours or not (no_session or isinstance(error, _NoToken)):
        return None
    then = quote(f"{request.url.path}?{request.url.query}".rstrip("?"), safe="")
    if _form_kind(headers) == URLENCODED:
        return RedirectResponse(f"/login?then={then}", status_code=307)
    return RedirectResponse(f"/login?then={then}", status_code=303)


def _is_of_own_site(headers: Headers) -> bool:
    """Whether the browser says so itself, and does not only leave it open (da: vores egen side)."""
    origin = headers.get("origin", "")
    if headers.get("sec-fetch-site", "same-origin") != "same-origin":
        return False
    return bool(origin) and origin.partition("://")[2] == headers.get("host")


def _address(scope: AsgiScope) -> str:
    return str(scope["client"][0]) if scope.get("client") else "-"
