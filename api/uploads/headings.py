"""Where a table begins in a sheet, and what its columns are called (da: overskrifter).

Payroll systems put titles, dates and notes above the table, merge cells and use two lines. The
heading row is the first that is about as wide as the table and holds words, neither numbers nor
dates. It is joined with the line above or below where one alone leaves a column without a name.
"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, time, timedelta

from api.uploads.cells import Cell, letter, shown_value
from capacity.wording import Text

SAMPLE = 60
"""So many rows from the top are looked at (da: prøve)."""
_WIDE_ENOUGH = 0.6
_LONGEST_HEADING = 200
_A_VALUE = re.compile(
    r"[+-]?\d+(?:[.,]\d+)+|\d{1,4}[-./]\d{1,2}[-./]\d{1,4}.*|[+-]?\d{5,}", re.ASCII
)
_NO_WORD = re.compile(r"[^a-zæøåA-ZÆØÅ]*")
_SUM = re.compile(
    r"(?:i\s?alt|total(?:t|er)?|sum|subtotal|hovedtotal|grand total)\b[^\w]*.{0,40}", re.I
)

Grid = Sequence[Sequence[Cell]]
"""The first rows of a sheet, all cells of it, row 1 first (da: felter)."""
Merged = Sequence[tuple[tuple[int, int], tuple[int, int]]]
"""Corners of merged cells, counted from 0 (da: flettede celler)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Heading:
    """What the columns are called, and from which row the table has content (da: overskrift).

    `first` is the row of the heading, `body` the first row below it, both counted from 0.
    `problems` are pairs of a column (or none) and what is wrong with it.
    """

    names: tuple[str, ...]
    first: int
    body: int
    notices: list[Text] = field(default_factory=list)
    problems: list[tuple[int | None, Text, Text]] = field(default_factory=list)


def heading(grid: Grid, merged: Merged = (), numbers: Sequence[int] = ()) -> Heading | None:
    """Find the heading of a table; None where no row can be one (da: fundet overskrift).

    `numbers` are the rows of the grid as a spreadsheet counts them, where some are left out.

    >>> found = heading([["Lønliste 2020"], [], ["Navn", "Timer"], ["A", 37.0], ["B", 30.0]])
    >>> found.names, found.first, found.body
    (('Navn', 'Timer'), 2, 3)
    """
    filled = [sum(cell not in (None, "") for cell in row) for row in grid]
    if not any(filled):
        return None
    wide = max(filled)
    for at, row in enumerate(grid):
        if filled[at] and filled[at] >= max(min(2, wide), _WIDE_ENOUGH * wide) and _is_words(row):
            return _joined(grid, at, merged, numbers or range(1, len(grid) + 1))
    return None


def is_sum(cells: Sequence[Cell]) -> bool:
    """Whether a row adds up those above it: `I alt` in its first cell (da: sumlinje).

    >>> is_sum([None, "I alt", 37.0]), is_sum(["Total Team", "x"]), is_sum(["Totalsyn", "x"])
    (True, True, False)
    """
    first = next((cell for cell in cells if cell not in (None, "")), None)
    return isinstance(first, str) and _SUM.fullmatch(first.strip()) is not None


def may_have_sum(texts: Sequence[Cell]) -> bool:
    """Whether some cells of a column may begin with `I alt` (da: mulig sumlinje)."""
    return any(map(_SUM.match, {cell for cell in texts if isinstance(cell, str)}))


def _is_words(row: Sequence[Cell]) -> bool:
    cells = [cell for cell in row if cell not in (None, "")]
    if any(_is_value(cell) for cell in cells):
        return False
    # A year may head a column, and so may a number; a row of nothing else is content.
    words = sum(isinstance(cell, str) and not _NO_WORD.fullmatch(cell) for cell in cells)
    return 2 * words >= len(cells)


def _is_value(cell: Cell) -> bool:
    if isinstance(cell, str):
        return _A_VALUE.fullmatch(cell.strip()) is not None
    if isinstance(cell, bool | date | time | timedelta):
        return True
    return isinstance(cell, float) and not cell.is_integer()


def _joined(grid: Grid, at: int, merged: Merged, numbers: Sequence[int]) -> Heading:
    """Join a heading with the line above or below it, where one leaves columns without a name."""
    lines = [at]
    names = _names(grid[at])
    below = grid[at + 1] if at + 1 < len(grid) else ()
    if _is_second_line(grid, at):
        lines = [at, at + 1]
        names = _of_two(_spread(grid[at], at, merged, below), below)
    elif at and _needs_line_above(names, grid[at - 1]):
        lines = [at - 1, at]
        names = _of_two(_spread(grid[at - 1], at - 1, merged, grid[at]), grid[at])
    while len(names) > 1 and not names[-1]:
        names.pop()
    # Columns that most rows fill are columns, named or not; a cell too many here and there is not.
    body = [row for row in grid[lines[-1] + 1 :] if any(cell not in (None, "") for cell in row)]
    for place in range(max(map(len, body), default=0) - 1, len(names) - 1, -1):
        filled = sum(len(row) > place and row[place] not in (None, "") for row in body)
        if 2 * filled > len(body):
            names += [""] * (place + 1 - len(names))
            break
    notices = []
    if lines[0]:
        notices.append(
            Text(
                da=f"overskrifterne står i række {numbers[lines[0]]}; det ovenfor er ikke læst",
                en=f"the headings are in row {numbers[lines[0]]}; what is above is not read",
            )
        )
    if len(lines) == 2:
        one, two = (numbers[line] for line in lines)
        notices.append(
            Text(
                da=f"overskrifterne i række {one} og {two} er sat sammen",
                en=f"the headings in rows {one} and {two} are joined",
            )
        )
    return Heading(
        names=tuple(names),
        first=lines[0],
        body=lines[-1] + 1,
        notices=notices,
        problems=_twice(names),
    )


def _needs_line_above(names: Sequence[str], above: Sequence[Cell]) -> bool:
    """Whether the line above gives columns a name that they lack, or tells two apart."""
    over = _names(above)
    if sum(map(bool, over)) < 2 or not _is_words(above):
        return False
    under = [*names, *[""] * (len(over) - len(names))]
    return bool(_repeated(names)) or any(
        name and not below for name, below in zip(over, under, strict=False)
    )


def _is_second_line(grid: Grid, at: int) -> bool:
    """Whether the row below is the second line of a heading rather than content (da: 2. linje)."""
    if at + 2 >= len(grid):
        return False
    above, below, content = grid[at], grid[at + 1], grid[at + 2]
    fills = any(
        cell not in (None, "") and (place >= len(above) or above[place] in (None, ""))
        for place, cell in enumerate(below)
    )
    words = all(
        cell in (None, "") or (isinstance(cell, str) and not re.search(r"\d", cell))
        for cell in below
    )
    # Content has a value where the line above it has words.
    values = any(
        cell not in (None, "")
        and (not isinstance(cell, str) or _is_value(cell) or cell.isdecimal())
        and place < len(below)
        and below[place] not in (None, "")
        for place, cell in enumerate(content)
    )
    return fills and words and values


def _spread(row: Sequence[Cell], at: int, merged: Merged, other: Sequence[Cell]) -> list[str]:
    """Write a merged heading over each of its columns; without merging, up to the next one."""
    names = _names(row)
    names += [""] * (len(other) - len(names))
    ranges = [(left, right) for (top, left), (bottom, right) in merged if top <= at <= bottom]
    if ranges:
        for left, right in ranges:
            if left < len(names):
                names[left : right + 1] = [names[left]] * (min(right, len(names) - 1) - left + 1)
        return names
    for place in range(1, len(names)):
        if not names[place] and place < len(other) and other[place] not in (None, ""):
            names[place] = names[place - 1]
    return names


def _of_two(above: Sequence[str], below: Sequence[Cell]) -> list[str]:
    under = _names(below)
    under += [""] * (len(above) - len(under))
    over = [*above, *[""] * (len(under) - len(above))]
    return [" ".join(filter(None, pair)) for pair in zip(over, under, strict=True)]


def _names(row: Sequence[Cell]) -> list[str]:
    return [_name(cell) for cell in row]


def _name(cell: Cell) -> str:
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    return "" if cell is None else " ".join(str(cell).split())[:_LONGEST_HEADING]


def _repeated(names: Sequence[str]) -> set[str]:
    counts = Counter(name.casefold() for name in names if name)
    return {name for name, count in counts.items() if count > 1}


def _twice(names: Sequence[str]) -> list[tuple[int | None, Text, Text]]:
    problems: list[tuple[int | None, Text, Text]] = []
    for name in sorted(_repeated(names)):
        places = [place for place, each in enumerate(names) if each.casefold() == name]
        columns = [letter(place) for place in places]
        value = shown_value(names[places[0]])
        problems.append(
            (
                places[1],
                Text(
                    da=f"overskriften ”{value}” står i kolonne {' og '.join(columns)}",
                    en=f"the heading “{value}” is in columns {' and '.join(columns)}",
                ),
                Text(da="giv kolonnerne hver sit navn", en="give each column a name of its own"),
            )
        )
    return problems
