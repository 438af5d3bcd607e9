"""What looks like a Danish civil registration number, and how it is hidden (da: CPR-nummer).

So is what looks like one of our own keys: whoever pastes it into the wrong field must not find it
in an answer or a log.

The one pattern for everything that is read, stored or repeated. A real day and month, two digits
of a year and four more, with up to three separators between, count as one; so do six digits, a
hyphen and four whatever the day. Digits of other scripts are digits.
"""

import re

from capacity.wording import Text

REFUSED = Text(
    da="teksten indeholder noget, der ligner et CPR-nummer; fjern det, og brug et pseudonym",
    en="the text contains what looks like a CPR number; remove it and use a pseudonym",
)
"""What its writer is told, and which does not repeat it (da: afvisning)."""

_SEPARATORS = r"[\s._/‐‑–—−-]{0,3}"  # every dash that a document may carry
_DAY_AND_MONTH = r"(?:0[1-9]|[12]\d|3[01])(?:0[1-9]|1[0-2])"
_CPR = re.compile(rf"(?<!\d)(?:{_DAY_AND_MONTH}\d\d{_SEPARATORS}|\d{{6}}-)\d{{4}}(?!\d)")
_MASK = "######-####"
_SECRET = re.compile(r"cl[cps]_[A-Za-z0-9_-]{12,}")
_SECRET_MASK = "cl*_***"


def looks_like_cpr(text: str) -> bool:
    """Whether a text holds what looks like a CPR number (da: ligner et CPR-nummer).

    >>> [looks_like_cpr(one) for one in ("cpr0102031234", "Barn 010203 - 1234", "1000000000")]
    [True, True, False]
    """
    return _CPR.search(_with_ascii_digits(text)) is not None


def masked(text: str) -> str:
    """Hide whatever looks like a CPR number, and our own keys (da: skjult CPR-nummer).

    >>> masked("staff: 010203-1234 er ikke et tal"), masked("1000000000 sager")
    ('staff: ######-#### er ikke et tal', '1000000000 sager')
    >>> masked("afdelingen clp_Zm9vYmFyYmF6cXV4")
    'afdelingen cl*_***'
    """
    if "cl" in text:
        text = _SECRET.sub(_SECRET_MASK, text)
    # The digits are replaced one for one, so a place in one text is the same place in the other.
    pieces, end = [], 0
    for found in _CPR.finditer(_with_ascii_digits(text)):
        pieces += [text[end : found.start()], _MASK]
        end = found.end()
    return "".join([*pieces, text[end:]])


def _with_ascii_digits(text: str) -> str:
    return "".join(str(int(sign)) if sign.isdecimal() else sign for sign in text)
