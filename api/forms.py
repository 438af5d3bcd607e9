"""What a browser sends from one of our forms, with or without a file (da: formularer).

A form of words comes as one line of names and values, one with a file in parts between boundaries.
Either may be large, so the door looks for its token at the beginning alone, before it knows how
much is to come: `csrf` is the first field of every form of ours.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, unquote_to_bytes

from fastapi import Request
from starlette.exceptions import HTTPException

from api.privacy import looks_like_cpr
from capacity.errors import InvalidInput, TooMuchWork
from capacity.wording import Text

URLENCODED = "application/x-www-form-urlencoded"
MULTIPART = "multipart/form-data"
TOKEN = "csrf"
"""The field with the token of the page, the first of a form (da: mærke)."""
MOST_FIELDS = 50_000
"""So many fields has a form of a large department, and then some (da: felter)."""
_BOUNDARY = re.compile(r'boundary="?([A-Za-z0-9\'()+_,./:=? -]{1,70})"?', re.ASCII)
_NAME = re.compile(rb'[; ]name="([^"\r\n]*)"')
_FILENAME = re.compile(rb'[; ]filename="([^"\r\n]*)"')
_LONGEST_HEAD = 2000


@dataclass(frozen=True, slots=True, kw_only=True)
class SentFile:
    """A file that was chosen in a form (da: sendt fil)."""

    name: str
    content: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """The fields of a form, a name as often as it was sent, in their order (da: formular)."""

    fields: Mapping[str, Sequence[str]] = field(default_factory=dict)
    files: Mapping[str, SentFile] = field(default_factory=dict)

    def one(self, name: str) -> str:
        """Return a field, empty where it was not sent (da: felt).

        >>> Form(fields={"team": ["nord"]}).one("team"), Form().one("team")
        ('nord', '')
        """
        return next(iter(self.fields.get(name, ())), "").strip()

    def all(self, name: str) -> Sequence[str]:
        """Return every value of a field that repeats (da: gentaget felt)."""
        return self.fields.get(name, ())

    def has(self, name: str) -> bool:
        """Whether a field was sent (da: blev sendt)."""
        return name in self.fields


async def sent_form(request: Request) -> Form:
    """Read the form of a request; its size was bounded while it arrived (da: modtag formular).

    `InvalidInput` for what no form of ours sends, `TooMuchWork` for more than may be sent.
    """
    kind = request.headers.get("content-type", "")
    try:
        body = await request.body()
    except HTTPException as error:  # of the bound that counts what arrives
        raise TooMuchWork(
            Text(
                da="det, der blev sendt, fylder for meget; del filen, fx efter år",
                en="what was sent is too large; divide the file, for example by year",
            )
        ) from error
    if kind.partition(";")[0].strip().lower() == MULTIPART:
        return _in_parts(body, _boundary(kind))
    return Form(fields=_grouped(_pairs(body)))


def first_token(content_type: str, start: bytes) -> str | None:
    """Find the token in the beginning of a form; None where it is not there (da: mærke).

    >>> first_token("application/x-www-form-urlencoded", b"csrf=clc_a&team=no")
    'clc_a'
    """
    kind = content_type.partition(";")[0].strip().lower()
    if kind == URLENCODED:
        given = dict(reversed(parse_qsl(start.decode("latin-1"), keep_blank_values=True)))
        return given.get(TOKEN)
    if kind != MULTIPART:
        return None
    found = _BOUNDARY.search(content_type)
    if found is None:
        return None
    opening = b"--" + found[1].encode() + b"\r\n"
    if not start.startswith(opening):
        return None
    head, blank, rest = start[len(opening) :].partition(b"\r\n\r\n")
    named = _NAME.search(head)
    value, ending, _ = rest.partition(b"\r\n--" + found[1].encode())
    if not blank or not ending or named is None or named[1] != TOKEN.encode():
        return None
    return value.decode("latin-1")


def _pairs(body: bytes) -> list[tuple[str, str]]:
    try:
        return parse_qsl(
            body.decode("ascii"),
            keep_blank_values=True,
            encoding="utf-8",
            errors="replace",
            max_num_fields=MOST_FIELDS,
        )
    except UnicodeDecodeError:
        raise _no_form() from None
    except ValueError as error:
        raise TooMuchWork(
            Text(
                da=f"formularen har flere end {MOST_FIELDS} felter; del den",
                en=f"the form has more than {MOST_FIELDS} fields; divide it",
            )
        ) from error


def _grouped(pairs: Sequence[tuple[str, str]]) -> dict[str, list[str]]:
    fields: dict[str, list[str]] = {}
    for name, value in pairs:
        fields.setdefault(name, []).append(value.replace("\0", "").replace("\r\n", "\n"))
    return fields


def _boundary(content_type: str) -> bytes:
    found = _BOUNDARY.search(content_type)
    if found is None:
        raise _no_form()
    return b"--" + found[1].encode()


def _in_parts(body: bytes, boundary: bytes) -> Form:
    """Divide what lies between boundaries: a head, an empty line, and the content as it is."""
    pieces = (b"\r\n" + body).split(b"\r\n" + boundary)
    if len(pieces) < 2 or not pieces[-1].startswith(b"--") or len(pieces) > MOST_FIELDS:
        raise _no_form()
    pairs: list[tuple[str, str]] = []
    files: dict[str, SentFile] = {}
    for piece in pieces[1:-1]:
        head, blank, content = piece.partition(b"\r\n\r\n")
        named = _NAME.search(head[:_LONGEST_HEAD])
        if not blank or named is None:
            raise _no_form()
        name = _word(named[1])
        called = _FILENAME.search(head[:_LONGEST_HEAD])
        if called is None:
            pairs.append((name, content.decode("utf-8", errors="replace")))
        elif called[1] or content:
            files[name] = SentFile(name=_word(called[1]), content=content)
    return Form(fields=_grouped(pairs), files=files)


def _word(written: bytes) -> str:
    # Browsers write a quotation mark and a line break in a name as %22, %0D and %0A, and no more.
    plain = re.sub(rb"%(22|0D|0A)", lambda found: unquote_to_bytes(found[0]), written)
    return plain.decode("utf-8", errors="replace").replace("\0", "")


def _no_form() -> InvalidInput:
    return InvalidInput(
        Text(
            da="formularen kan ikke læses; hent siden igen, og send den derfra",
            en="the form cannot be read; load the page again and send it from there",
        )
    )


def without_cpr(values: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    """Leave out every value that looks like a CPR number: it is never printed back (da: skjul).

    >>> without_cpr([("id", "010203-1234"), ("team", "nord")])
    [('team', 'nord')]
    """
    return [(name, value) for name, value in values if not looks_like_cpr(f"{name} {value}")]
