"""What every request passes through before it finds its address."""

import re

from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_TAKES_FILE = re.compile(
    r"/v1/imports/(check|draft)|/v1/department-comparison|/v1/departments/[^/]+/imports|/edit/files"
)


class HeadLikeGet:
    """Answer HEAD as GET without the content: spreadsheets ask with HEAD before they fetch.

    Whoever would work long for the content sees `without_content` in the scope, and need not.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, HEAD in the clothes of GET."""
        if scope["type"] != "http" or scope["method"] != "HEAD":
            await self.app(scope, receive, send)
            return

        async def send_without_content(message: Message) -> None:
            if message["type"] == "http.response.body":
                message = {**message, "body": b""}
            await send(message)

        as_get = {**scope, "method": "GET", "without_content": True}
        await self.app(as_get, receive, send_without_content)
        # What the log says of a request, it says of HEAD too.
        scope.update({name: as_get[name] for name in ("route", "refused") if name in as_get})


class BoundedBody:
    """Refuse a document that is too large while it arrives, before anything parses it.

    FastAPI has a bound of its own, which answers in plain text; this one is refused like all else.
    Where files are sent the bound is another.
    """

    def __init__(self, app: ASGIApp, most_bytes: int, most_file_bytes: int) -> None:
        self.app = app
        self.most_bytes = most_bytes
        self.most_file_bytes = most_file_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, counting what arrives."""
        received = 0
        takes_file = scope["type"] == "http" and _TAKES_FILE.fullmatch(scope["path"])
        most = self.most_file_bytes if takes_file else self.most_bytes

        async def receive_counted() -> Message:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            if received > most:
                raise HTTPException(413)
            return message

        await self.app(scope, receive_counted, send)
