"""Reading from a page of another site, for an Office Script in Excel (da: læsning på tværs).

A browser gives a page the answer of another site only if that site says so. Where everybody has a
key, the key decides who reads, and every site may ask with one. Where a service needs none, it is
its own machine's alone: there no page from elsewhere is told anything.
"""

from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_ANY_SITE = (b"access-control-allow-origin", b"*")
"""Never with the cookie of a session: browsers keep what is for any site from it."""
_READ = {"GET", "HEAD"}
_PREFLIGHT = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Allow-Methods": "GET, HEAD",
    "Access-Control-Allow-Headers": "X-API-Key, Authorization, Accept-Language, If-None-Match",
    "Access-Control-Max-Age": "86400",
}


class CrossOriginReading:
    """Let pages of other sites read `/v1` with a key (da: læsning på tværs)."""

    def __init__(self, app: ASGIApp, *, needs_keys: bool) -> None:
        self.app = app
        self.needs_keys = needs_keys

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a browser that asks beforehand, and tell it that any site may read."""
        if scope["type"] != "http" or not self.needs_keys or not scope["path"].startswith("/v1/"):
            await self.app(scope, receive, send)
            return
        if scope["method"] == "OPTIONS":
            wanted = Headers(scope=scope).get("access-control-request-method")
            if wanted in _READ:
                await Response(status_code=204, headers=_PREFLIGHT)(scope, receive, send)
                return

        async def send_to_any_site(message: Message) -> None:
            if message["type"] == "http.response.start" and scope["method"] in _READ:
                message = {**message, "headers": [*message["headers"], _ANY_SITE]}
            await send(message)

        await self.app(scope, receive, send_to_any_site)
