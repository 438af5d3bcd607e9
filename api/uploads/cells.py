"""What an upload is made of: cells in rows in tables, and what is wrong with one of them."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import NamedTuple, TypeAlias

from api.privacy import masked
from capacity.errors import InvalidInput, TooMuchWork
from capacity.wording import Text

Cell: TypeAlias = str | float | int | bool | date | datetime | None
"""What a reader finds in a cell (da: celle); of CSV a text or nothing."""

MOST_LISTED = 200
"""So many errors are listed, and the rest are counted (da: højst vist)."""
MOST_CPR_LISTED = 20
_LONGEST_VALUE = 40


class Row(NamedTuple):
    """One row of a table (da: række).

    `number` is the row as a spreadsheet shows it, `line` the line of the text where it starts:
    they part after a line break within quotation marks.
    """

    number: int
    cells: tuple[Cell, ...]
    line: int


@dataclass(frozen=True, slots=True)
class Part:
    """Some rows of a table as columns (da: del af en tabel), all of one length."""

    numbers: Sequence[int]
    columns: Sequence[Sequence[Cell]]
    lines: Sequence[int]

    def rows(self) -> Iterator[Row]:
        """Return its rows (da: rækker)."""
        return map(Row, self.numbers, zip(*self.columns, strict=True), self.lines)


@dataclass(frozen=True, slots=True, kw_only=True)
class CellError:
    """What is wrong with a cell and what to do about it (da: fejl i en celle).

    `row`, `column` (a letter) and `heading` are absent where the error is of more than that.
    `value` never shows a CPR number.
    """

    file: str
    sheet: str | None = None
    row: int | None = None
    column: str | None = None
    heading: str | None = None
    value: str | None = None
    problem: Text
    what_to_do: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Unreadable:
    """Why a cell cannot be read as what its column holds (da: kan ikke læses)."""

    problem: Text
    what_to_do: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far the reading has come (da: fremdrift); `share` is absent where nobody can know."""

    rows: int
    share: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """A sheet that may be chosen (da: ark); a CSV file has one, without a name."""

    name: str | None
    hidden: bool


@dataclass(slots=True, kw_only=True)
class Faults:
    """Errors as they are found: the first are listed, all are counted (da: fundne fejl)."""

    listed: list[CellError] = field(default_factory=list)
    count: int = 0

    def add(self, error: CellError) -> None:
        """Keep an error, or count it where there are many (da: tilføj)."""
        self.count += 1
        if len(self.listed) < MOST_LISTED:
            self.listed.append(error)


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """The table of a sheet, its rows read as they are asked for (da: tabel).

    Its `rows` come one by one, or some at a time as columns by its `parts`: what one of the two has
    given, the other does not give again. `faults` and `notices` grow while they are read and are
    complete after the last one: nothing may be stored before. Both end with `UploadRefused` where
    CPR numbers were found; the row that has one, and those after it, are never handed over. There
    are as many cells in a row as there are headings; a heading may be empty.
    """

    file: str
    sheet: str | None
    headings: tuple[str, ...]
    heading_row: int
    parts: Iterator[Part]
    rows: Iterator[Row]
    faults: Faults
    notices: list[Text]


class UploadRefused(InvalidInput):
    """A file that cannot be taken, with its cells at fault (da: afvist fil)."""

    def __init__(
        self, message: Text, *, file: str, errors: tuple[CellError, ...] = (), count: int = 0
    ) -> None:
        super().__init__(message, field=shown_value(file))
        self.errors = errors
        self.count = max(count, len(errors))


class UploadTooLarge(TooMuchWork):
    """A file that is too large, or grows too large when it is read (da: for stor fil)."""


def letter(column: int) -> str:
    """Name a column as a spreadsheet does, the first being 0 (da: kolonnebogstav).

    >>> letter(0), letter(25), letter(26), letter(16383)
    ('A', 'Z', 'AA', 'XFD')
    """
    name = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        name = chr(65 + rest) + name
    return name


# What steers a terminal, breaks a line or turns the direction of writing.
_CONTROL = re.compile(
    r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff]"
)


def shown_value(value: Cell) -> str:
    r"""Repeat a cell so that its writer knows it, at most 40 characters and no CPR number.

    >>> shown_value("a\x00b"), shown_value("cpr 010203-1234"), len(shown_value("x" * 50))
    ('a\\x00b', 'cpr ######-####', 41)
    """
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        value = int(value) if abs(value) < 1e15 else value
    text = str(value)
    # A margin, so that no number is cut in the middle before it is looked for.
    text = masked(text[: _LONGEST_VALUE * 4])
    if not isinstance(value, date) and re.fullmatch(r"\d{9}", text, re.ASCII):
        text = masked("0" + text)
    text = _CONTROL.sub(lambda found: ascii(found[0])[1:-1], text)
    return text if len(text) <= _LONGEST_VALUE else text[:_LONGEST_VALUE] + "…"
