"""How a caller wants an answer written: format, field, digits, marks, language, errors.

Every address takes these parameters with these names. `Question` is the base of each address's
own query model, so that an unknown parameter is refused everywhere and in the same way.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated

from fastapi import Request
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationInfo
from pydantic_core import PydanticCustomError

from api.quantities import NUL, Count
from capacity.errors import InvalidInput
from capacity.wording import Language, Text

MOST_DIGITS = 15
"""More digits than a double can vouch for would be invented."""


class Format(StrEnum):
    """What the answer is written as (da: format)."""

    JSON = "json"
    CSV = "csv"
    TEXT = "text"
    XML = "xml"
    XLSX = "xlsx"


class DecimalMark(StrEnum):
    """The decimal mark of numbers in text, csv and xml (da: decimaltegn)."""

    POINT = "point"
    COMMA = "comma"


class Separator(StrEnum):
    """What stands between the columns of csv (da: kolonneskilletegn)."""

    COMMA = ","
    SEMICOLON = ";"
    TAB = "tab"


class Header(StrEnum):
    """What stands above the columns of csv (da: overskrifter)."""

    KEYS = "keys"
    """The names in the JSON answer, the same in both languages and every year."""
    WORDS = "words"
    """What a workbook has: words, with units."""


class Failures(StrEnum):
    """How a refusal arrives: as an HTTP status, or as text that a cell can show (da: fejl)."""

    HTTP = "http"
    TEXT = "text"


@dataclass(frozen=True, slots=True, kw_only=True)
class Presentation:
    """How one answer is written (da: fremstilling); `digits` None is full precision."""

    format: Format = Format.JSON
    field: str | None = None
    digits: int | None = None
    decimal: DecimalMark = DecimalMark.POINT
    sep: Separator | None = None
    header: Header = Header.KEYS
    language: Language = "da"

    @property
    def separator(self) -> str:
        """The sign between the columns of csv: never the decimal mark (da: kolonneskilletegn)."""
        usual = Separator.SEMICOLON if self.decimal is DecimalMark.COMMA else Separator.COMMA
        chosen = self.sep or usual
        return "\t" if chosen is Separator.TAB else chosen


def _few(digits: int | None) -> int | None:
    if digits is not None and digits > MOST_DIGITS:
        words = {
            "da": f"{digits} decimaler; skriv 0 til {MOST_DIGITS}",
            "en": f"{digits} digits; write 0 to {MOST_DIGITS}",
        }
        raise PydanticCustomError("refused", "{en}", words)
    return digits


def _unlike_the_decimal_mark(sep: Separator | None, asked: ValidationInfo) -> Separator | None:
    if sep is Separator.COMMA and asked.data.get("decimal") is DecimalMark.COMMA:
        words = {
            "da": "komma er allerede decimaltegn; skriv sep=; eller sep=tab",
            "en": "comma is the decimal mark already; write sep=; or sep=tab",
        }
        raise PydanticCustomError("refused", "{en}", words)
    return sep


class Call(BaseModel):
    """The parameters that every address takes, also one that sends a document."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    lang: Language | None = Field(
        None, description="language; without it Accept-Language, else Danish"
    )
    errors: Failures = Field(
        Failures.HTTP, description="`text` answers a refusal with 200 and a text for the cell"
    )
    refresh: str | None = Field(
        None, alias="_", description="ignored; change it to make a spreadsheet ask again"
    )
    api_key: str | None = Field(
        None, description="a key, for a spreadsheet that can send no header; it only reads"
    )


class Question(Call):
    """The parameters of every address that answers in the caller's format."""

    format: Format = Field(Format.JSON, description="how the answer is written")
    field: str | None = Field(None, description="only this field, by its name in the JSON answer")
    digits: Annotated[Count | None, AfterValidator(_few)] = Field(
        None,
        description="decimals, rounded half away from zero; without it, full precision "
        "(da: decimaler)",
    )
    decimal: DecimalMark = Field(
        DecimalMark.POINT, description="decimal mark in text, csv and xml (da: decimaltegn)"
    )
    sep: Annotated[Separator | None, AfterValidator(_unlike_the_decimal_mark)] = Field(
        None,
        description="between the columns of csv; comma, or semicolon where comma is the decimal "
        "mark (da: kolonneskilletegn)",
    )
    header: Header = Field(
        Header.KEYS,
        description="headings of csv: `keys`, the names in the JSON answer, or `words` with units "
        "as in xlsx (da: overskrifter)",
    )

    def presentation(self, request: Request) -> Presentation:
        """How this caller wants the answer written."""
        return Presentation(
            format=self.format,
            field=self.field,
            digits=self.digits,
            decimal=self.decimal,
            sep=self.sep,
            header=self.header,
            language=language(request),
        )


def language(request: Request) -> Language:
    """Return the caller's language: `lang`, else Accept-Language, else Danish (da: sprog)."""
    asked = request.query_params.get("lang")
    if asked in ("da", "en"):
        return "da" if asked == "da" else "en"
    return accepted_language(request.headers.get("accept-language", ""))


def accepted_language(header: str) -> Language:
    """Return the better liked of our two languages; Danish where neither is named.

    >>> accepted_language("en-GB,en;q=0.8,da;q=0.5"), accepted_language("de"), accepted_language("")
    ('en', 'da', 'da')
    """
    liking = {"da": 0.0, "en": 0.0}
    for part in header.split(","):
        tag, _, weight = part.partition(";q=")
        name = tag.strip().lower()[:2]
        if name in liking:
            liking[name] = max(liking[name], _weight(weight))
    return "en" if liking["en"] > liking["da"] else "da"


def _weight(written: str) -> float:
    try:
        return float(written) if written else 1.0
    except ValueError:
        return 0.0


def failures(request: Request) -> Failures:
    """How this caller wants to hear of a refusal, also where the question itself is refused."""
    wanted = request.query_params.get("errors")
    return Failures.TEXT if wanted == Failures.TEXT else Failures.HTTP


async def refuse_unreadable_address(request: Request) -> None:
    """Refuse what `check_address` does, as a dependency.

    FastAPI hands what is not async to a thread, which costs more than all the rest of it.
    """
    check_address(request)


def check_address(request: Request) -> None:
    """Refuse what nobody can have meant (`InvalidInput`).

    A parameter given twice does not say which is meant, and no database keeps a NUL in a text.
    """
    if b"%00" in request.scope["query_string"] or "\0" in request.scope["path"]:
        fields = (name for name, value in request.query_params.items() if "\0" in name + value)
        raise InvalidInput(NUL, field=next(fields, None))
    names = [name for name, _ in request.query_params.multi_items()]
    if len(set(names)) == len(names):
        return
    raise InvalidInput(
        Text(
            da="parameteren er skrevet flere gange; skriv den én gang",
            en="the parameter is written more than once; write it once",
        ),
        field=next(name for name in names if names.count(name) > 1),
    )
