"""What every request passes through before it finds its address."""

from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send


class HeadLikeGet:
    """Answer HEAD as GET without the content: spreadsheets ask with HEAD before they fetch."""

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

        as_get = {**scope, "method": "GET"}
        await self.app(as_get, receive, send_without_content)
        # What the log says of a request, it says of HEAD too.
        scope.update({name: as_get[name] for name in ("route", "refused") if name in as_get})


class BoundedBody:
    """Refuse a document that is too large while it arrives, before anything parses it.

    FastAPI has a bound of its own, which answers in plain text; this one is refused like all else.
    """

    def __init__(self, app: ASGIApp, most_bytes: int) -> None:
        self.app = app
        self.most_bytes = most_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, counting what arrives."""
        received = 0

        async def receive_counted() -> Message:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            if received > self.most_bytes:
                raise HTTPException(413)
            return message

        await self.app(scope, receive_counted, send)
