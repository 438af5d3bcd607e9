"""How a document writes its numbers, dates and words.

Numbers are exact. They are read from JSON numbers and from texts with either decimal mark, and
written as JSON numbers where a double carries them exactly, otherwise as a text such as "1/3".
"""

import json
import re
from datetime import date, datetime
from fractions import Fraction
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field, PlainSerializer, WithJsonSchema

from api.privacy import REFUSED, looks_like_cpr
from api.quantities import NUL, day, number, refusal
from capacity.errors import InvalidInput, PlannerError

_FRACTION = re.compile(r"-?\d{1,100}/[1-9]\d{0,99}", re.ASCII)


def _read_number(value: object) -> Fraction:
    if isinstance(value, Fraction):
        return value
    if isinstance(value, str) and _FRACTION.fullmatch(value):
        return Fraction(value)
    try:
        return number(_as_written(value))
    except PlannerError as error:
        raise refusal(error) from error


def _as_written(value: object) -> str:
    """Return a value as its document has it, so that no refusal speaks of Python's None or True.

    >>> [_as_written(each) for each in ("25,5", 25.5, True, None, [1])]
    ['25,5', '25.5', 'true', 'null', '[…]']
    """
    match value:
        case None | bool() | int() | float():
            return json.dumps(value)
        case list():
            return "[…]"
        case dict():
            return "{…}"
        case _:
            return str(value)


def _write_number(value: Fraction) -> int | float | str:
    """Write a number so that nothing is lost, whoever reads it as a double.

    >>> [_write_number(Fraction(one)) for one in ("37", "25.5", "1/3")]
    [37, 25.5, '1/3']
    """
    if value.denominator == 1 and abs(value) < 2**53:
        return int(value)
    nearest = float(value)
    return nearest if Fraction(repr(nearest)) == value else str(value)


def _read_day(value: object) -> date:
    if isinstance(value, date) and not isinstance(value, datetime):
        return value  # YAML reads a date as a date
    try:
        return day(_as_written(value))
    except PlannerError as error:
        raise refusal(error) from error


def _without_cpr(words: str) -> str:
    """Refuse what looks like a civil registration number, without repeating it."""
    if looks_like_cpr(words):
        raise refusal(InvalidInput(REFUSED))
    return words


def _without_nul(words: str) -> str:
    """Refuse the one sign that a database cannot keep in a text."""
    if "\0" in words:
        raise refusal(InvalidInput(NUL))
    return words


ExactNumber = Annotated[
    Fraction,
    BeforeValidator(_read_number),
    PlainSerializer(_write_number, when_used="json"),
    WithJsonSchema({"anyOf": [{"type": "number"}, {"type": "string"}], "examples": [25.5, "25,5"]}),
]
Day = Annotated[
    date, BeforeValidator(_read_day), WithJsonSchema({"type": "string", "format": "date"})
]
Words = Annotated[
    str,
    Field(min_length=1, max_length=2000),
    AfterValidator(_without_nul),
    AfterValidator(_without_cpr),
]
Slug = Annotated[
    str,
    Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=60),
    AfterValidator(_without_cpr),
]
