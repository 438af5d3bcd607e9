"""A request that creates may be sent again and creates once: the header `Idempotency-Key`.

A route that creates asks for `OnceDependency` and lets it make the answer:

    @router.post("/v1/scenarios")
    async def created(document: …, store: …, once: OnceDependency) -> Response:
        return once.answer(lambda: _created(document, store))

Without a key that is the same as calling. With one, what is created and the reply are kept in the
request's own transaction: both or neither. The same request with the same key is then given the
same reply for 24 hours, and creates nothing; another request with that key is refused. A request
that was refused or failed has kept nothing, and is tried anew.
"""

from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from typing import Annotated

from fastapi import Depends, Header, Request, Response

from api.caller import CallerDependency
from api.database import SessionDependency
from api.store.replies import Replies, Reply
from capacity.errors import InvalidInput
from capacity.wording import Text

_NOT_ASKED = {"_", "api_key"}
"""Parameters that say nothing of what is asked."""


@dataclass(frozen=True, slots=True)
class Once:
    """A request, and the key under which it is done once (da: én gang)."""

    replies: Replies
    who: str
    key: str | None
    request_hash: str

    def answer(self, make: Callable[[], Response]) -> Response:
        """Return what the request was answered before, or make the answer and keep it.

        `InvalidInput` where the key belongs to another request.
        """
        return self.answer_in(self.replies, make)

    def answer_in(self, replies: Replies, make: Callable[[], Response]) -> Response:
        """Do the same in another transaction, which must be the one that `make` writes in."""
        if self.key is None:
            return make()
        if replies.take(self.who, self.key, self.request_hash):
            made = make()
            replies.keep(self.who, self.key, _reply(self.request_hash, made))
            return made
        found = self.replayed(replies)
        # What was kept has become too old in this very moment.
        return found if found is not None else make()

    def replayed(self, replies: Replies | None = None) -> Response | None:
        """Return what the request was answered before; None where it is new."""
        if self.key is None:
            return None
        found = (replies or self.replies).reply(self.who, self.key)
        if found is None:
            return None
        if found.request_hash != self.request_hash:
            raise InvalidInput(
                Text(
                    da="nøglen er brugt til et andet kald; skriv en ny nøgle til hvert nyt kald",
                    en="the key was used for another request; write a new key for each new one",
                ),
                field="Idempotency-Key",
            )
        return _response(found)


async def once(
    request: Request,
    session: SessionDependency,
    caller: CallerDependency,
    idempotency_key: Annotated[
        str | None,
        Header(
            min_length=1,
            max_length=255,
            description="any text of the caller's: the same request with the same key creates "
            "once, for 24 hours (da: nøgle til gentagelse)",
        ),
    ] = None,
) -> Once:
    """Read the key of a request, and what the request is."""
    if idempotency_key is None:
        return Once(Replies(session), caller.name, None, "")
    # Hashed, since a database cannot keep every text that a header can carry.
    key = sha256(idempotency_key.encode()).hexdigest()
    return Once(Replies(session), caller.name, key, await _request_hash(request))


OnceDependency = Annotated[Once, Depends(once)]


async def _request_hash(request: Request) -> str:
    asked = sorted(
        (name, value)
        for name, value in request.query_params.multi_items()
        if name not in _NOT_ASKED
    )
    line = repr((request.method, request.url.path, asked))
    return sha256(line.encode() + b"\n" + await request.body()).hexdigest()


def _reply(request_hash: str, response: Response) -> Reply:
    headers = {name: value for name, value in response.headers.items() if name != "content-length"}
    return Reply(
        request_hash=request_hash,
        status=response.status_code,
        headers=headers,
        body=bytes(response.body),
    )


def _response(reply: Reply) -> Response:
    return Response(reply.body, status_code=reply.status, headers=dict(reply.headers))
