"""Two who change the same document: the second hears of it (da: samtidige ændringer, ETag).

A stored document is answered with an `ETag`, its version. Who changes it sends the same back in
`If-Match`; if somebody else has changed it since, that is refused with 412, and without `If-Match`
with 428. A reader who sends it in `If-None-Match` is told 304 while nothing is new (RFC 9110).

How a route uses it, with `Stored…` rows that have a version and a moment:

    @router.get("/v1/scenarios/{slug}", responses={304: NOT_MODIFIED})
    async def scenario(slug: str, store: StoreDependency, known: KnownTags) -> Response:
        stored = store.scenario(slug)
        tag = etag(slug, stored.version, stored.changed_at)
        if known.include(tag):
            return not_modified(tag)
        return JSONResponse(…, headers={"ETag": tag})

    @router.put("/v1/scenarios/{slug}")
    async def changed(slug: str, …, condition: ChangeCondition) -> Response:
        stored = store.scenario(slug)
        condition.check(etag(slug, stored.version, stored.changed_at))
        store.change(slug, …, expected=stored.version)  # and the store compares once more

The comparison in the route answers the usual case. Two that pass it at the same moment are told
apart by the database: the store changes `WHERE version = expected` (or adds version `expected + 1`
under a unique constraint) and raises `changed_meanwhile(…)` where that hits nothing.
"""

import re
from base64 import b32encode
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Annotated, Any

from fastapi import Depends, Header, Request, Response

from api.presentation import language
from capacity.errors import PlannerError
from capacity.wording import Text

_TAG = re.compile(r'(?P<weak>W/)?(?P<opaque>"[\x21\x23-\x7e\x80-\xff]*")')
NOT_MODIFIED: dict[str, Any] = {"description": "what `If-None-Match` names is still the newest"}


class ChangedMeanwhile(PlannerError):
    """Somebody else has changed it since the caller read it (da: ændret imens)."""


class NoCondition(PlannerError):
    """A change that does not say what it changes (da: betingelse mangler)."""


def etag(slug: str, version: int, made_at: datetime) -> str:
    """Return the strong tag of one version of a document (da: ETag).

    The moment is that of the version: what is deleted and made anew starts at version 1 again, and
    is another document.

    >>> etag("ishoej-2020", 3, datetime(2026, 1, 2, tzinfo=UTC))
    '"ishoej-2020@3-6475c63f7a000"'
    """
    aware = made_at if made_at.tzinfo else made_at.replace(tzinfo=UTC)  # SQLite keeps no zone
    since = (aware - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)
    return f'"{slug}@{version}-{since:x}"'


@dataclass(frozen=True, slots=True)
class Condition:
    """What a change says that it changes (da: betingelse)."""

    if_match: str | None = None
    if_none_match: str | None = None

    def check(self, current: str | None, *, required: bool = True) -> None:
        """Compare with the tag of what is stored, None where nothing is.

        `ChangedMeanwhile` where it is another, `NoCondition` where something is stored and the
        caller does not say what; unless it is not `required`, as for a deletion.

        >>> Condition(if_match='"a@1-0"').check('"a@1-0"')
        >>> Condition(if_match='"a@1-0"').check('"a@2-0"')
        Traceback (most recent call last):
        api.etags.ChangedMeanwhile: If-Match: somebody else has changed it; fetch it and try again
        """
        if self.if_match is not None and not _matches(self.if_match, current, weakly=False):
            raise changed_meanwhile()
        if self.if_none_match is not None:
            if _matches(self.if_none_match, current, weakly=True):
                raise _exists_already()
        elif required and self.if_match is None and current is not None:
            raise NoCondition(
                Text(
                    da="send det ETag, dokumentet blev hentet med, i If-Match",
                    en="send the ETag that the document was fetched with in If-Match",
                ),
                field="If-Match",
            )


@dataclass(frozen=True, slots=True)
class Known:
    """What a reader has already (da: kendte udgaver)."""

    if_none_match: str | None = None

    def include(self, current: str) -> bool:
        """Whether the reader has what is stored.

        >>> Known('W/"a@1-0", "a@2-0"').include('"a@2-0"')
        True
        """
        written = self.if_none_match
        return written is not None and _matches(written, current, weakly=True)


def answer_tag(request: Request, *follows_from: str) -> str:
    """Return the tag of an answer by all that its bytes follow from (da: ETag på et svar).

    That is its address, its language and what `follows_from` names; so it is known before anything
    is computed, and a workbook that asks again need not have it simulated again.
    """
    query = request.scope["query_string"].decode("latin-1")
    written = "\n".join([*follows_from, request.scope["path"], query, language(request)])
    return content_tag(written.encode())


def content_tag(content: bytes) -> str:
    """Return the tag of an answer by its bytes (da: ETag på et svar).

    >>> content_tag(b"37.2")
    '"r6kditjpiktnbbcyipzts53o"'
    """
    return f'"{b32encode(sha256(content).digest()[:15]).decode().lower()}"'


def is_known(request: Request, tag: str) -> bool:
    """Whether whoever reads has the answer with that tag already (da: kendt)."""
    return request.method in ("GET", "HEAD") and Known(_all(request, "if-none-match")).include(tag)


def not_modified(tag: str, **headers: str) -> Response:
    """Answer that nothing is new (da: uændret)."""
    return Response(status_code=304, headers={"ETag": tag, **headers})


def changed_meanwhile() -> ChangedMeanwhile:
    """Return the refusal of a change to something that is no longer what it was."""
    return ChangedMeanwhile(
        Text(
            da="en anden har ændret det; hent det igen, og gentag ændringen",
            en="somebody else has changed it; fetch it and try again",
        ),
        field="If-Match",
    )


def _exists_already() -> ChangedMeanwhile:
    return ChangedMeanwhile(
        Text(
            da="det findes allerede; hent det, og send dets ETag i If-Match",
            en="it exists already; fetch it and send its ETag in If-Match",
        ),
        field="If-None-Match",
    )


def _matches(written: str, current: str | None, *, weakly: bool) -> bool:
    if written.strip() == "*":
        return current is not None
    return current in _tags(written, weakly=weakly)


def _tags(written: str, *, weakly: bool) -> Sequence[str]:
    """Return the tags of a header; a weak one cannot vouch for what is to be changed."""
    return [found["opaque"] for found in _TAG.finditer(written) if weakly or found["weak"] is None]


def _all(request: Request, name: str) -> str | None:
    return ", ".join(request.headers.getlist(name)) or None


async def _condition(
    request: Request,
    if_match: Annotated[
        str | None, Header(description="the ETag of what is changed (da: det, der ændres)")
    ] = None,
    if_none_match: Annotated[
        str | None, Header(description="`*`: only where there is none yet (da: kun nyt)")
    ] = None,
) -> Condition:
    return Condition(_all(request, "if-match"), _all(request, "if-none-match"))


async def _known(
    request: Request,
    if_none_match: Annotated[
        str | None, Header(description="ETags that the caller has already (da: kendte udgaver)")
    ] = None,
) -> Known:
    return Known(_all(request, "if-none-match"))


ChangeCondition = Annotated[Condition, Depends(_condition)]
KnownTags = Annotated[Known, Depends(_known)]
