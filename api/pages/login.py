"""`/login` and `/logout`: a browser hands over a key, and gets a session (da: log ind og ud).

A form of ours that was sent after its session had ended comes here with all that was written in it,
and is printed back, to be sent again when its writer has logged in.
"""

import re
from datetime import UTC, datetime, timedelta

from fastapi import APIRouter, FastAPI, Request, Response
from fastapi.responses import RedirectResponse

from api.door import COOKIE, csrf_token, session_secret
from api.errors import status_of
from api.flood import Flood
from api.forms import TOKEN, Form, sent_form, without_cpr
from api.keyring import Keyring
from api.pages.printing import template
from api.presentation import language
from api.refused_entry import NoKey
from api.store.keys import KeyStoreDependency
from capacity.errors import PlannerError
from capacity.wording import Text

router = APIRouter(include_in_schema=False)

_A_WORKING_DAY = timedelta(hours=12)
_SEE_OTHER = 303
_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; img-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "Cache-Control": "no-store",
}
_KEPT = "kept."
"""Before the names of the fields that are only carried along (da: medbragt)."""
_OURS = re.compile(r"/(?![/\\])[\x21-\x7e]{0,2000}")
_FIRST_PART = re.compile(r"/[^/?]*")


def install_login(app: FastAPI) -> None:
    """Let browsers in where keys are required."""
    app.include_router(router)


@router.get("/login")
async def login_page(request: Request) -> Response:
    """Ask for a key (da: log ind); a service without keys shows its page."""
    if not request.app.state.settings.needs_keys:
        return RedirectResponse("/", _SEE_OTHER)
    return _asked_for_key(request, then=_then(request))


@router.post("/login")
async def login(request: Request, store: KeyStoreDependency) -> Response:
    """Open a session with a key, and go to the page (da: log ind)."""
    if not request.app.state.settings.needs_keys:
        return RedirectResponse("/", _SEE_OTHER)
    form, then = await sent_form(request), _then(request)
    kept = _carried(form)
    if then is not None and not form.has("key"):
        here = session_secret(request.headers)
        ring: Keyring = request.app.state.keyring
        if here and ring.key_of_session(request.app.state.engine, here):
            return _to_be_sent_again(request, then, kept, here)
        return _asked_for_key(request, kept=kept, then=then)
    keyring: Keyring = request.app.state.keyring
    wrong_keys: Flood = request.app.state.wrong_keys
    address = request.client.host if request.client else "-"
    try:
        wrong_keys.check(address)
        key = keyring.key(request.app.state.engine, form.one("key"))
        if key is None:
            wrong_keys.count(address)
            raise NoKey(
                Text(
                    da="nøglen findes ikke, eller den er udløbet eller tilbagekaldt",
                    en="there is no such key, or it has expired or been revoked",
                )
            )
    except PlannerError as error:
        return _asked_for_key(request, error, kept=kept, then=then)
    request.scope["caller"] = key.caller  # for the log and the audit trail
    until = min(datetime.now(UTC) + _A_WORKING_DAY, key.expires_at)
    secret = store.open_session(key, expires_at=until)
    answer: Response = RedirectResponse("/" if then is None else _page_of(then), _SEE_OTHER)
    if then is not None and kept:
        answer = _to_be_sent_again(request, then, kept, secret)
    answer.set_cookie(
        COOKIE,
        secret,
        expires=until,
        path="/",
        secure=request.url.scheme == "https",
        httponly=True,
        samesite="strict",
    )
    answer.headers["Cache-Control"] = "no-store"
    return answer


@router.post("/logout")
async def logout(request: Request, store: KeyStoreDependency) -> Response:
    """End the session (da: log ud); the door has seen the token of its page."""
    secret = session_secret(request.headers)
    if secret:
        store.close_session(secret)
        request.app.state.keyring.forget_session(secret)
    answer = RedirectResponse("/login", _SEE_OTHER)
    answer.delete_cookie(COOKIE, path="/", httponly=True, samesite="strict")
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _then(request: Request) -> str | None:
    """Return the address that a form was on its way to, if it is one of ours (da: derefter)."""
    found = request.query_params.get("then")
    return found if found is not None and _OURS.fullmatch(found) else None


def _page_of(address: str) -> str:
    """Return the page that an address belongs to: what a form is sent to is none (da: siden).

    >>> _page_of("/edit/imports?department=nord")
    '/edit?department=nord'
    """
    page = _FIRST_PART.match(address)
    _, mark, query = address.partition("?")
    return (page[0] if page else "/") + mark + query


def _carried(form: Form) -> list[tuple[str, str]]:
    """Return what was written, without the token of the session that is over (da: medbragt).

    A form with a key is the login's own, and carries the other's fields under another name.
    """
    is_login = form.has("key")
    pairs = [
        (name.removeprefix(_KEPT), value)
        for name, values in form.fields.items()
        for value in values
        if (name.startswith(_KEPT) if is_login else name != TOKEN)
    ]
    return without_cpr(pairs)


def _to_be_sent_again(
    request: Request, then: str, kept: list[tuple[str, str]], session: str
) -> Response:
    """Print what was written, to be sent with the token of the session there is now."""
    spoken = language(request)
    return Response(
        template("sent_again.html").render(
            language=spoken,
            say=lambda da, en: da if spoken == "da" else en,
            then=then,
            kept=kept,
            csrf=csrf_token(session),
        ),
        media_type="text/html",
        headers={**_HEADERS, "Content-Language": spoken},
    )


def _asked_for_key(
    request: Request,
    refusal: PlannerError | None = None,
    *,
    kept: list[tuple[str, str]] | None = None,
    then: str | None = None,
) -> Response:
    spoken = language(request)
    headers = {**_HEADERS, "Content-Language": spoken}
    status = 200
    if refusal is not None:
        status = request.scope["refused"] = status_of(refusal)
    return Response(
        template("login.html").render(
            language=spoken,
            say=lambda da, en: da if spoken == "da" else en,
            refusal=refusal.message.in_language(spoken) if refusal else None,
            kept=[(_KEPT + name, value) for name, value in kept or ()],
            then=then,
        ),
        status_code=status,
        media_type="text/html",
        headers=headers,
    )
