"""`/login` and `/logout`: a browser hands over a key, and gets a session (da: log ind og ud)."""

from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs

from fastapi import APIRouter, FastAPI, Request, Response
from fastapi.responses import RedirectResponse

from api.door import COOKIE, session_secret
from api.errors import status_of
from api.flood import Flood
from api.keyring import Keyring
from api.pages.printing import template
from api.pages.route import HEADERS
from api.presentation import language
from api.refused_entry import NoKey
from api.store.keys import KeyStoreDependency
from capacity.errors import PlannerError
from capacity.wording import Text

router = APIRouter(include_in_schema=False)

_A_WORKING_DAY = timedelta(hours=12)
_SEE_OTHER = 303


def install_login(app: FastAPI) -> None:
    """Let browsers in where keys are required."""
    app.include_router(router)


@router.get("/login")
async def login_page(request: Request) -> Response:
    """Ask for a key (da: log ind); a service without keys shows its page."""
    if not request.app.state.settings.needs_keys:
        return RedirectResponse("/", _SEE_OTHER)
    return _asked_for_key(request)


@router.post("/login")
async def login(request: Request, store: KeyStoreDependency) -> Response:
    """Open a session with a key, and go to the page (da: log ind)."""
    if not request.app.state.settings.needs_keys:
        return RedirectResponse("/", _SEE_OTHER)
    written = parse_qs((await request.body()).decode("latin-1"))
    keyring: Keyring = request.app.state.keyring
    wrong_keys: Flood = request.app.state.wrong_keys
    address = request.client.host if request.client else "-"
    try:
        wrong_keys.check(address)
        key = keyring.key(request.app.state.engine, written.get("key", [""])[0].strip())
        if key is None:
            wrong_keys.count(address)
            raise NoKey(
                Text(
                    da="nøglen findes ikke, eller den er udløbet eller tilbagekaldt",
                    en="there is no such key, or it has expired or been revoked",
                )
            )
    except PlannerError as error:
        return _asked_for_key(request, error)
    request.scope["caller"] = key.caller  # for the log and the audit trail
    until = min(datetime.now(UTC) + _A_WORKING_DAY, key.expires_at)
    answer = RedirectResponse("/", _SEE_OTHER)
    answer.set_cookie(
        COOKIE,
        store.open_session(key, expires_at=until),
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


def _asked_for_key(request: Request, refusal: PlannerError | None = None) -> Response:
    spoken = language(request)
    headers = {**HEADERS, "Cache-Control": "no-store", "Content-Language": spoken}
    status = 200
    if refusal is not None:
        status = request.scope["refused"] = status_of(refusal)
    return Response(
        template("login.html").render(
            language=spoken,
            say=lambda da, en: da if spoken == "da" else en,
            refusal=refusal.message.in_language(spoken) if refusal else None,
        ),
        status_code=status,
        media_type="text/html",
        headers=headers,
    )
