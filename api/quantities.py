"""Numbers and dates as people and spreadsheets write them.

A cell in a Danish workbook hands over `23,92`, one in an English workbook `23.92`; both are read.
A single mark is a decimal mark, so `1.234` is a little more than one and never a thousand; two
marks are refused, since nobody can know what was meant. Counts are digits only.
"""

import re
from collections.abc import Callable
from datetime import date, datetime
from fractions import Fraction
from typing import Annotated, Any, TypeVar

from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema
from pydantic_core import PydanticCustomError

from api.privacy import REFUSED, looks_like_cpr, masked
from capacity.errors import InvalidInput, PlannerError
from capacity.units import exact
from capacity.wording import Text

# A sheet writes 0,00001 as 1E-05. Two digits of exponent keep every number inside a float.
_NUMBER = re.compile(r"[+-]?(\d+([.,]\d*)?|[.,]\d+)([eE][+-]?\d{1,2})?", re.ASCII)
_COUNT = re.compile(r"\d{1,12}", re.ASCII)
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_DATE_TIME = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2})?", re.ASCII)
_SERIAL_DATE = re.compile(r"\d{5}", re.ASCII)
"""What a date in a spreadsheet cell becomes in an address: days since 1900."""
_GROUPED = re.compile(r"[+-]?\d{1,3}([.,' \u00a0\u202f])\d{3}(\1\d{3})*((?!\1)[.,]\d+)?", re.ASCII)
"""Thousands set apart, and perhaps decimals behind another mark: what people write as a number."""
_LONGEST_NUMBER = 40
MOST_LEVELS = 1000
_LONGEST_QUOTE = 40

NUL = Text(
    da="teksten indeholder et nultegn (U+0000), som ingen tekst kan have; fjern det",
    en="there is a null character (U+0000) in the text, which no text can have; remove it",
)
"""What is told of a sign that JSON and addresses can carry and a database cannot (da: nultegn)."""

T = TypeVar("T")


def number(written: str) -> Fraction:
    """Read a number with point or comma as decimal mark (da: tal); `InvalidInput` otherwise.

    >>> number("23,92") == number("23.92") == Fraction(2392, 100)
    True
    """
    text = written.strip()
    if len(text) > _LONGEST_NUMBER or not _NUMBER.fullmatch(text):
        meant = _without_groups(text)
        da, en = ("23,92 eller 23.92", "23.92 or 23,92") if meant is None else (meant, meant)
        raise InvalidInput(
            Text(
                da=f"”{_quoted(text)}” er ikke et tal; skriv {'fx ' if meant is None else ''}{da}, "
                "uden tusindtalsskilletegn",
                en=f"“{_quoted(text)}” is not a number; write {'' if meant else 'for example '}"
                f"{en}, without thousands separators",
            )
        )
    _refuse_cpr(text)
    return exact(text.replace(",", "."))


def _without_groups(text: str) -> str | None:
    """Take the marks out from between thousands; None where there are none to be sure of.

    >>> [_without_groups(each) for each in ("1.200.000", "1,200,000.50", "1 200", "1,2.3", "x")]
    ['1200000', '1200000.50', '1200', None, None]
    """
    grouped = None if len(text) > _LONGEST_NUMBER else _GROUPED.fullmatch(text)
    meant = grouped and text.replace(grouped[1], "")
    return None if meant is None or looks_like_cpr(meant) else meant


def share(written: str) -> Fraction:
    """Read a share of 0 to 1, or of a hundred behind a sign for it (da: andel).

    `InvalidInput` where it is no number.

    >>> share("0,05") == share("5%") == share("5 %") == Fraction(1, 20)
    True
    """
    text = written.strip()
    return number(text.removesuffix("%")) / 100 if text.endswith("%") else number(text)


def count(written: str) -> int:
    """Read a whole number, digits only (da: antal); `InvalidInput` otherwise.

    >>> count("890")
    890
    """
    text = written.strip()
    if not _COUNT.fullmatch(text):
        raise InvalidInput(
            Text(
                da=f"”{_quoted(text)}” er ikke et antal; skriv et helt tal med højst 12 cifre, "
                "uden punktum, komma eller fortegn",
                en=f"“{_quoted(text)}” is not a count; write a whole number of at most 12 digits, "
                "without point, comma or sign",
            )
        )
    _refuse_cpr(text)
    return int(text)


def _refuse_cpr(text: str) -> None:
    """Refuse ten digits that look like a CPR number: an answer would repeat them (da: CPR)."""
    if len(text) == 10 and text.isdecimal() and looks_like_cpr(text):
        raise InvalidInput(REFUSED)


def levels(written: str) -> tuple[Fraction, ...]:
    """Read levels of staff: numbers and ranges separated by semicolons (da: niveauer).

    A range has both its ends, and a step of 1 unless it says another; `InvalidInput` for one that
    goes backwards or nowhere, and for too many levels.

    >>> [float(one) for one in levels("0..2;4")], [float(one) for one in levels("0..2/0,5")]
    ([0.0, 1.0, 2.0, 4.0], [0.0, 0.5, 1.0, 1.5, 2.0])
    """
    found = tuple(level for part in written.split(";") for level in _range(part))
    if len(found) > MOST_LEVELS:
        raise _too_many_levels()
    return found


def _range(written: str) -> tuple[Fraction, ...]:
    first, dots, rest = written.partition("..")
    if not dots:
        return (number(written),)
    last, slash, step_written = rest.partition("/")
    low, high, step = number(first), number(last), number(step_written) if slash else Fraction(1)
    if high < low or step <= 0:
        raise InvalidInput(
            Text(
                da=f"”{_quoted(written)}” er intet interval; skriv fra det laveste til det højeste "
                "og evt. et skridt over 0: 0..6 eller 0..6/2",
                en=f"“{_quoted(written)}” is no range; write from the lowest to the highest and "
                "perhaps a step above 0: 0..6 or 0..6/2",
            )
        )
    if (high - low) / step > MOST_LEVELS:
        raise _too_many_levels()
    return tuple(low + n * step for n in range(int((high - low) / step) + 1))


def _too_many_levels() -> InvalidInput:
    return InvalidInput(
        Text(
            da=f"for mange niveauer; skriv højst {MOST_LEVELS}",
            en=f"too many levels; write at most {MOST_LEVELS}",
        )
    )


def day(written: str) -> date:
    """Read a date written year-month-day (da: dato); `InvalidInput` otherwise.

    >>> day("2020-03-26")
    datetime.date(2020, 3, 26)
    """
    try:
        if _DATE.fullmatch(written):
            return date.fromisoformat(written)
    except ValueError:
        pass  # the thirtieth of February has the right form and is refused like any other
    from_a_cell = _SERIAL_DATE.fullmatch(written)
    raise InvalidInput(
        Text(
            da=f"”{_quoted(written)}” er ikke en dato; skriv fx 2020-03-26"
            + (', i et regneark TEKST(A1;"åååå-MM-dd")' if from_a_cell else ""),
            en=f"“{_quoted(written)}” is not a date; write for example 2020-03-26"
            + (', in a spreadsheet TEXT(A1,"yyyy-mm-dd")' if from_a_cell else ""),
        )
    )


def moment(written: str) -> datetime:
    """Read a local date and time of day (da: tidspunkt); `InvalidInput` otherwise.

    >>> moment("2020-03-27T14:30")
    datetime.datetime(2020, 3, 27, 14, 30)
    """
    try:
        if _DATE_TIME.fullmatch(written):
            return datetime.fromisoformat(written)
    except ValueError:
        pass
    raise InvalidInput(
        Text(
            da=f"”{_quoted(written)}” er ikke et tidspunkt; skriv fx 2020-03-27T14:30",
            en=f"“{_quoted(written)}” is not a date and time; write for example 2020-03-27T14:30",
        )
    )


def day_or_moment(written: str) -> date | datetime:
    """Read a date, or a local date and time (da: dato eller tidspunkt)."""
    return moment(written) if "T" in written else day(written)


def _quoted(text: str) -> str:
    """Enough of what was written to recognise it, and of a CPR number not even the first half."""
    shown = masked(text)
    return shown if len(shown) <= _LONGEST_QUOTE else shown[:_LONGEST_QUOTE] + "…"


def refusal(error: PlannerError) -> PydanticCustomError:
    """Carry a refusal in both languages through pydantic to `api.errors` (da: afvisning)."""
    words = {"da": _carried(error.message.da), "en": _carried(error.message.en)}
    return PydanticCustomError("refused", "{en}", words)


def _carried(text: str) -> str:
    """Half of a sign of two, which JSON can write and no answer can carry, as a question mark."""
    return text.encode(errors="replace").decode()


def _reading(read: Callable[[str], T]) -> BeforeValidator:
    """Read a text by one of the functions above, before pydantic sees it."""

    def validator(value: Any) -> Any:
        if not isinstance(value, str):
            return value
        try:
            return read(value)
        except PlannerError as error:
            raise refusal(error) from error

    return BeforeValidator(validator)


def _readable(read: Callable[[str], object]) -> AfterValidator:
    """Keep a text as it is, once one of the functions above can read it."""

    def validator(value: str) -> str:
        try:
            read(value)
        except PlannerError as error:
            raise refusal(error) from error
        return value

    return AfterValidator(validator)


Number = Annotated[Fraction, _reading(number), WithJsonSchema({"type": "string"})]
ShareNumber = Annotated[Fraction, _reading(share), WithJsonSchema({"type": "string"})]
Count = Annotated[int, _reading(count), WithJsonSchema({"type": "integer", "minimum": 0})]
Day = Annotated[date, _reading(day), WithJsonSchema({"type": "string", "format": "date"})]
# Not a tuple: FastAPI would take it for a parameter that may be repeated.
Levels = Annotated[str, _readable(levels)]
DayOrMoment = Annotated[
    date | datetime,
    _reading(day_or_moment),
    WithJsonSchema({"type": "string", "examples": ["2019-10-31", "2020-03-27T14:30"]}),
]
PAGE: Any = Field(100, ge=1, le=1000, description="so many at most (da: højst)")
"""How many rows of a list are asked for at a time (da: side)."""
