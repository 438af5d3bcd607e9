"""Rows from a spreadsheet, put into a table that is corrected (da: indsat fra regneark).

First they are shown, with what each column is taken for and what is wrong with a cell; then they
are put in, and only then may they be saved with the rest of the form.
"""

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher

from api.editing.tables import MOST_LINES, Column, EditTable, Holds, Line
from api.imports.column_looks import normal
from api.privacy import looks_like_cpr
from api.uploads import Unreadable, danish_date, danish_number, letter
from api.uploads.civil_registration import is_cpr, parted_cpr
from capacity.errors import InvalidInput
from capacity.wording import Language, Text

UNUSED = "-"
_MOST_SIGNS = 500_000
_MOST_COLUMNS = 40
_NEARLY = 0.85


@dataclass(frozen=True, slots=True, kw_only=True)
class PastedColumn:
    """A pasted column, and what it is taken for (da: indsat kolonne); `-` where for nothing."""

    letter: str
    heading: str
    means: str
    is_guessed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PastedCell:
    """A pasted cell, and what is wrong with it (da: indsat celle)."""

    written: str
    fault: Text | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PastedRow:
    """A pasted row (da: indsat række): `number` is its line in what was pasted.

    `key` is that of the line it corrects; None for one that is new. `fault` is of the whole row.
    """

    number: int
    cells: tuple[PastedCell, ...]
    key: str | None
    fault: Text | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Pasted:
    """What was pasted, as it is understood (da: indsat)."""

    table: str
    text: str
    has_headings: bool
    columns: tuple[PastedColumn, ...]
    rows: tuple[PastedRow, ...]

    @property
    def corrected(self) -> int:
        """How many lines of the table are corrected by it (da: rettede linjer)."""
        return sum(each.key is not None and each.fault is None for each in self.rows)

    @property
    def added(self) -> int:
        """How many lines come with it (da: nye linjer)."""
        return sum(each.key is None and each.fault is None for each in self.rows)

    @property
    def fault_count(self) -> int:
        """How many cells and rows something is wrong with (da: fejl)."""
        cells = sum(cell.fault is not None for row in self.rows for cell in row.cells)
        return cells + sum(row.fault is not None for row in self.rows)


def pasted(
    table: EditTable,
    text: str,
    language: Language,
    *,
    has_headings: bool | None = None,
    means: Sequence[str] = (),
) -> Pasted:
    """Understand rows that were copied from a spreadsheet (da: indsatte rækker).

    `has_headings` and `means` are what the user says; guessed where nothing is said. `InvalidInput`
    for nothing, for too much, and for CPR numbers, with their places and without repeating them.
    """
    rows = _rows(text)
    width = max(len(row) for _, row in rows)
    even = [(number, [*row, *[""] * (width - len(row))]) for number, row in rows]
    _refuse_cpr(even, width)
    first = even[0][1]
    headed = _looks_like_headings(table, first) if has_headings is None else has_headings
    body = even[1:] if headed else even
    if not body:
        raise InvalidInput(
            Text(
                da="her er kun overskrifter; kopiér også rækkerne under dem",
                en="here are only headings; copy the rows below them too",
            )
        )
    headings = first if headed else [""] * width
    guesses = _guessed(table, headings, headed=headed)
    columns = []
    for place in range(width):
        said = means[place] if place < len(means) and len(means) == width else guesses[place]
        known = said in {each.name for each in table.columns}
        columns.append(
            PastedColumn(
                letter=letter(place),
                heading=headings[place].strip()[:60],
                means=said if known else UNUSED,
                is_guessed=len(means) != width,
            )
        )
    _refuse_twice(table, columns)
    return Pasted(
        table=table.name,
        text=text,
        has_headings=headed,
        columns=tuple(columns),
        rows=tuple(_row(table, columns, number, row, language) for number, row in body),
    )


def put_in(
    table: EditTable, found: Pasted, language: Language, *, replaces_all: bool = False
) -> EditTable:
    """Put what was pasted into the table: lines corrected and lines added (da: sæt ind).

    With `replaces_all` the lines that were not pasted are marked as removed. Cells at fault are put
    in as they were written, and are told of there; a row that fits no line is left out.
    """
    lines = list(table.lines)
    places = {line.key: place for place, line in enumerate(lines) if line.key}
    seen: set[str] = set()
    added = []
    for row in found.rows:
        if row.fault is not None:
            continue
        cells = {
            column.means: table.column(column.means).tidied(cell.written, language)
            for column, cell in zip(found.columns, row.cells, strict=True)
            if column.means != UNUSED and not table.column(column.means).fixed
        }
        if row.key is None:
            blank = {each.name: "" for each in table.columns}
            added.append(Line(cells={**blank, **cells}))
            continue
        place = places[row.key]
        line = lines[place]
        own = {name: written for name, written in cells.items() if name not in line.fixed}
        lines[place] = replace(line, cells={**line.cells, **own}, is_removed=False)
        seen.add(row.key)
    if replaces_all and table.grows:
        lines = [
            replace(line, is_removed=True) if line.key and line.key not in seen else line
            for line in lines
        ]
    kept = [line for line in lines if not line.is_blank]
    return replace(table, lines=tuple([*kept, *added][:MOST_LINES]))


def _rows(text: str) -> list[tuple[int, list[str]]]:
    if len(text) > _MOST_SIGNS:
        raise InvalidInput(
            Text(
                da="der er for meget til at blive sat ind; indlæs det som fil",
                en="this is too much to be pasted; import it as a file",
            )
        )
    lines = text.strip("\r\n")
    delimiter = "\t" if "\t" in lines or ";" not in lines else ";"
    read = csv.reader(io.StringIO(lines, newline=""), delimiter=delimiter)
    try:
        rows = [
            (number, [each.strip() for each in row][:_MOST_COLUMNS])
            for number, row in enumerate(read, start=1)
            if any(each.strip() for each in row)
        ]
    except csv.Error as error:
        raise InvalidInput(
            Text(
                da="et anførselstegn begynder og slutter ikke; fjern det, og sæt ind igen",
                en="a quotation mark opens and does not close; remove it and paste again",
            )
        ) from error
    if not rows:
        raise InvalidInput(
            Text(
                da="der er ikke sat noget ind; kopiér rækker fra regnearket, og sæt dem ind her",
                en="nothing was pasted; copy rows from the spreadsheet and paste them here",
            )
        )
    if len(rows) > MOST_LINES:
        raise InvalidInput(
            Text(
                da=f"der er {len(rows)} rækker; sæt højst {MOST_LINES} ind, eller indlæs en fil",
                en=f"there are {len(rows)} rows; paste at most {MOST_LINES}, and import more as a "
                "file",
            )
        )
    return rows


def _refuse_cpr(rows: Sequence[tuple[int, Sequence[str]]], width: int) -> None:
    places = [
        f"{letter(column)}{number}"
        for number, row in rows
        for column, cell in enumerate(row)
        if is_cpr(cell) or looks_like_cpr(cell)
    ]
    parted = parted_cpr([row for _, row in rows], width)
    if parted is not None:
        places.append(f"{letter(parted)}–{letter(parted + 1)}")
    if places:
        listed = ", ".join(places[:20])
        raise CprPasted(
            Text(
                da=f"det, der blev sat ind, har noget, der ligner CPR-numre ({listed}); det er "
                "kasseret, brug pseudonymer",
                en=f"what was pasted has what looks like CPR numbers ({listed}); it is thrown "
                "away, use pseudonyms",
            )
        )


class CprPasted(InvalidInput):
    """What was pasted has CPR numbers, and is not printed back (da: CPR-numre)."""


_NO_LINE = Text(
    da="findes ikke i tabellen; ret navnet, så det er som dér",
    en="not in the table; correct the name so that it is as there",
)


def _looks_like_headings(table: EditTable, first: Sequence[str]) -> bool:
    """Whether the first row names columns, more of them than by chance (da: overskrifter)."""
    filled = [each for each in first if each]
    named = [each for each in filled if _best(table, each) is not None]
    read = [
        each
        for each in filled
        if not isinstance(danish_number(each), Unreadable)
        or not isinstance(danish_date(each), Unreadable)
    ]
    return bool(filled) and not read and 2 * len(named) >= len(filled)


def _best(table: EditTable, heading: str) -> Column | None:
    scored = [(_fit(each, normal(heading)), each) for each in table.columns]
    best = max(score for score, _ in scored)
    of_best = [each for score, each in scored if score == best]
    return of_best[0] if best >= _NEARLY and len(of_best) == 1 else None


def _fit(column: Column, heading: str) -> float:
    if not heading:
        return 0.0
    named = (column.label.da, column.label.en, column.name)
    if heading in {normal(each) for each in named}:
        return 1.0
    if heading in {normal(each) for each in column.names}:
        return 0.95
    near = (
        SequenceMatcher(None, heading, normal(each)).ratio() for each in (*named, *column.names)
    )
    return min(0.94, max(near, default=0.0))


def _guessed(table: EditTable, headings: Sequence[str], *, headed: bool) -> list[str]:
    """What each column may be: by its heading, and without headings by its place (da: gæt)."""
    if not headed:
        names = [each.name for each in table.columns]
        return [names[place] if place < len(names) else UNUSED for place in range(len(headings))]
    found: list[str] = []
    for heading in headings:
        best = _best(table, heading)
        found.append(UNUSED if best is None or best.name in found else best.name)
    return found


def _refuse_twice(table: EditTable, columns: Sequence[PastedColumn]) -> None:
    seen: dict[str, str] = {}
    for each in columns:
        if each.means != UNUSED and each.means in seen:
            label = table.column(each.means).label
            first = seen[each.means]
            raise InvalidInput(
                Text(
                    da=f"kolonne {first} og {each.letter} er begge sat til ”{label.da}”; vælg kun "
                    "den ene",
                    en=f"columns {first} and {each.letter} are both “{label.en}”; choose one only",
                )
            )
        seen[each.means] = each.letter


def _row(
    table: EditTable,
    columns: Sequence[PastedColumn],
    number: int,
    row: Sequence[str],
    language: Language,
) -> PastedRow:
    cells = []
    values: dict[str, str] = {}
    for column, written in zip(columns, row, strict=True):
        fault = None
        if column.means != UNUSED:
            known = table.column(column.means)
            values[column.means] = known.tidied(written, language)
            try:
                if written and not known.fixed:
                    known.read(written)
            except InvalidInput as error:
                fault = error.message
        cells.append(PastedCell(written=written, fault=fault))
    key = _matching(table, values)
    fault = None
    if key is None and not table.grows:
        fault = _NO_LINE
    elif key is None:
        missing = [each for each in table.columns if each.required and not values.get(each.name)]
        if missing:
            da = ", ".join(f"”{each.label.da}”" for each in missing)
            en = ", ".join(f"“{each.label.en}”" for each in missing)
            fault = Text(
                da=f"en ny linje skal også have {da}", en=f"a new line is to have {en} as well"
            )
    return PastedRow(number=number, cells=tuple(cells), key=key, fault=fault)


def _matching(table: EditTable, values: Mapping[str, str]) -> str | None:
    """Find the line that a row is about: the same in every column that is asked of both."""
    asked = [name for name in table.matched_by if values.get(name)]
    if not asked or asked[0] != table.matched_by[0] or len(asked) < len(table.matched_by):
        return None
    for line in table.lines:
        if line.key and all(
            _is_same(table.column(name), line.cell(name), values[name]) for name in asked
        ):
            return line.key
    return None


def _is_same(column: Column, one: str, other: str) -> bool:
    if column.holds is Holds.WORD:
        return normal(one) == normal(other)
    return one.strip() == other.strip()
