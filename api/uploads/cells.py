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
SHOWN_OF_CAUSE = 5
"""So many cells of each cause are always listed, however many errors came before."""
_MOST_CAUSES = 100
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
    `value` never shows a CPR number. `cause` is the problem without what only this cell has, so
    that others like it are known; absent where that is the problem itself. `rows` are as many as
    have it: more than one of a word that nobody knows.
    """

    file: str
    sheet: str | None = None
    row: int | None = None
    column: str | None = None
    heading: str | None = None
    value: str | None = None
    problem: Text
    what_to_do: Text
    cause: Text | None = None
    rows: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Unreadable:
    """Why a cell cannot be read as what its column holds (da: kan ikke læses).

    `cause` is the problem without the cell's own value; absent where that is the problem itself.
    """

    problem: Text
    what_to_do: Text
    cause: Text | None = None


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


CauseKey: TypeAlias = tuple[str | None, str | None, str]
"""What errors of one cause have in common: sheet, column, and what is wrong (da: årsag)."""


@dataclass(slots=True)
class Tally:
    """Errors of one cause (da: optælling af en årsag): its first cells, and how many there are."""

    cells: list[CellError] = field(default_factory=list)
    errors: int = 0
    rows: int = 0


@dataclass(slots=True, kw_only=True)
class Faults:
    """Errors as they are found: the first are listed, all are counted (da: fundne fejl).

    By their causes too, and of each its first cells are listed whatever came before: one error that
    is unlike the others does not drown in them.
    """

    listed: list[CellError] = field(default_factory=list)
    count: int = 0
    causes: dict[CauseKey, Tally] = field(default_factory=dict)

    def add(self, error: CellError) -> None:
        """Keep an error, or count it where there are many (da: tilføj)."""
        self.count += 1
        tally = self._tally((error.sheet, error.column, (error.cause or error.problem).da))
        is_shown = len(tally.cells) < SHOWN_OF_CAUSE
        tally.errors, tally.rows = tally.errors + 1, tally.rows + error.rows
        if is_shown:
            tally.cells.append(error)
        if len(self.listed) < MOST_LISTED or (is_shown and len(self.causes) < _MOST_CAUSES):
            self.listed.append(error)

    def lists(self, key: CauseKey) -> bool:
        """Whether one more of a cause would be listed; otherwise it need only be counted."""
        tally = self.causes.get(key)
        if len(self.listed) < MOST_LISTED:
            return True
        return len(self.causes) < _MOST_CAUSES and (
            tally is None or len(tally.cells) < SHOWN_OF_CAUSE
        )

    def count_only(self, key: CauseKey) -> None:
        """Count an error that is not listed (da: tæl)."""
        self.count += 1
        tally = self._tally(key)
        tally.errors, tally.rows = tally.errors + 1, tally.rows + 1

    def take(self, other: "Faults") -> None:
        """Take over the errors of another (da: overtag)."""
        self.listed += other.listed
        self.count += other.count
        for key, tally in other.causes.items():
            own = self._tally(key)
            own.cells += tally.cells[: SHOWN_OF_CAUSE - len(own.cells)]
            own.errors, own.rows = own.errors + tally.errors, own.rows + tally.rows

    def _tally(self, key: CauseKey) -> Tally:
        if key not in self.causes and len(self.causes) >= _MOST_CAUSES:
            key = (None, None, "")  # the rest together
        return self.causes.setdefault(key, Tally())


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
