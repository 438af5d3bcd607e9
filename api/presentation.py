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


class Dialect(StrEnum):
    """Two ways to write csv that programs know (da: csv-dialekt)."""

    STANDARD = "standard"
    """Decimal point, comma between columns, no byte order mark: Power Query, Google Sheets, R."""
    DANSK = "dansk"
    """Decimal comma, semicolon, words as headings, a byte order mark: opened in a Danish Excel."""


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
    fields: tuple[str, ...] = ()
    """Only these, in this order; all, or of a text the sentence, where there are none."""
    digits: int | None = None
    decimal: DecimalMark = DecimalMark.POINT
    sep: Separator | None = None
    header: Header = Header.KEYS
    bom: bool = False
    language: Language = "da"

    @property
    def separator(self) -> str:
        """The sign between columns: never the decimal mark (da: kolonneskilletegn).

        Of several fields in one text a semicolon, whatever the mark: every cell splits by it.
        """
        is_semicolon = self.decimal is DecimalMark.COMMA or self.format is Format.TEXT
        usual = Separator.SEMICOLON if is_semicolon else Separator.COMMA
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


def _one_of_two_ways(fields: str | None, asked: ValidationInfo) -> str | None:
    if fields is not None and asked.data.get("field") is not None:
        words = {
            "da": "skriv enten field eller fields",
            "en": "write either field or fields",
        }
        raise PydanticCustomError("refused", "{en}", words)
    return fields


def _unlike_the_decimal_mark(sep: Separator | None, asked: ValidationInfo) -> Separator | None:
    decimal = asked.data.get("decimal")
    if decimal is None and asked.data.get("dialect") is Dialect.DANSK:
        decimal = DecimalMark.COMMA
    if sep is Separator.COMMA and decimal is DecimalMark.COMMA:
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
    fields: Annotated[str | None, AfterValidator(_one_of_two_ways)] = Field(
        None,
        description="only these fields, in this order, separated by commas; of a text they stand "
        "in one line with `sep` between them, for a cell to split (da: felter)",
        max_length=1000,
    )
    digits: Annotated[Count | None, AfterValidator(_few)] = Field(
        None,
        description="decimals, rounded half away from zero; without it, full precision "
        "(da: decimaler)",
    )
    dialect: Dialect = Field(
        Dialect.STANDARD,
        description="`dansk` is decimal comma, semicolons, words as headings and a byte order "
        "mark; each of them can be asked for by itself as well (da: csv-dialekt)",
    )
    decimal: DecimalMark | None = Field(
        None,
        description="decimal mark in text, csv and xml; that of the dialect if left out "
        "(da: decimaltegn)",
    )
    sep: Annotated[Separator | None, AfterValidator(_unlike_the_decimal_mark)] = Field(
        None,
        description="between the columns of csv, comma, or semicolon where comma is the decimal "
        "mark; between several fields of a text, semicolon (da: kolonneskilletegn)",
    )
    header: Header | None = Field(
        None,
        description="headings of csv: `keys`, the names in the JSON answer, or `words` with units "
        "as in xlsx; as the dialect has it if left out (da: overskrifter)",
    )
    bom: bool | None = Field(
        None,
        description="whether csv begins with a byte order mark, by which Excel knows UTF-8; as "
        "the dialect has it if left out",
    )

    def presentation(self, request: Request) -> Presentation:
        """How this caller wants the answer written."""
        is_danish = self.dialect is Dialect.DANSK
        wanted = (self.field,) if self.field is not None else _named(self.fields)
        return Presentation(
            format=self.format,
            fields=wanted,
            digits=self.digits,
            decimal=self.decimal or (DecimalMark.COMMA if is_danish else DecimalMark.POINT),
            sep=self.sep,
            header=self.header or (Header.WORDS if is_danish else Header.KEYS),
            bom=is_danish if self.bom is None else self.bom,
            language=language(request),
        )


def _named(fields: str | None) -> tuple[str, ...]:
    return tuple(each.strip() for each in (fields or "").split(",") if each.strip())


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
