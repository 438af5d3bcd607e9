"""Rows turned to columns, some at a time: a column is cleaned and looked through at once."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import time, timedelta
from typing import Self

from api.uploads.cells import Cell
from api.uploads.headings import is_sum, may_have_sum
from capacity.wording import Text

_MOST_NAMED = 10
_WHERE_SUMS_ARE_NAMED = 3


@dataclass(slots=True)
class Chunk:
    """Some rows of a table as columns (da: stykke).

    `ragged` are rows with another number of cells than there are headings, and their number;
    `outside` are cells to the right of the last heading.
    """

    columns: list[Sequence[Cell]]
    numbers: list[int]
    lines: list[int]
    ragged: list[tuple[int, int]] = field(default_factory=list)
    outside: list[tuple[int, int | None, Cell]] = field(default_factory=list)

    @classmethod
    def of(cls, some: Sequence[tuple[int, int, Sequence[Cell]]], width: int) -> Self:
        """Turn rows to columns, those with too many or too few cells left out (da: vendt).

        >>> Chunk.of([(2, 2, ["a", "b"]), (3, 3, ["c"]), (4, 4, [])], 2).ragged
        [(3, 1)]
        """
        numbers, lines, rows = zip(*some, strict=True)
        if set(map(len, rows)) == {width}:
            return cls(list(zip(*rows, strict=True)), list(numbers), list(lines))
        chunk = cls([], [], [])
        kept = []
        for number, line, row in some:
            over = [place for place in range(width, len(row)) if row[place] not in (None, "")]
            chunk.outside += [(number, place, row[place]) for place in over]
            if len(row) < width or (over and isinstance(row[width], str) and _is_text(row)):
                if any(row):
                    chunk.ragged.append((number, len(row)))
                    # What is wrong with the row does not hide what is in it.
                    chunk.outside += [(number, place, cell) for place, cell in enumerate(row)]
                continue
            chunk.numbers.append(number)
            chunk.lines.append(line)
            kept.append(row[:width])
        chunk.columns = list(zip(*kept, strict=True)) if kept else [() for _ in range(width)]
        return chunk

    def drop_empty(self) -> None:
        """Leave out rows without content (da: uden tomme)."""
        if all(None in column for column in self.columns):
            self.keep(
                [any(cell is not None for cell in row) for row in zip(*self.columns, strict=True)]
            )

    def keep(self, kept: Sequence[bool]) -> None:
        """Leave out some rows (da: behold)."""
        if all(kept):
            return
        places = [place for place, keep in enumerate(kept) if keep]
        self.columns = [[column[place] for place in places] for column in self.columns]
        self.numbers = [self.numbers[place] for place in places]
        self.lines = [self.lines[place] for place in places]

    def packed_numbers(self) -> tuple[tuple[int, int] | list[int], list[int] | None]:
        """Return the numbers as first and last where none is missing, the lines if they differ."""
        numbers = self.numbers
        whole = numbers[-1] - numbers[0] + 1 == len(numbers)
        lines = None if self.lines == numbers else self.lines
        return (numbers[0], numbers[-1]) if whole else numbers, lines

    def halves(self) -> Iterator["Chunk"]:
        """Divide the rows in two (da: halvdele)."""
        middle = len(self.numbers) // 2
        for part in (slice(0, middle), slice(middle, None)):
            yield Chunk(
                [column[part] for column in self.columns], self.numbers[part], self.lines[part]
            )


@dataclass(slots=True)
class Sum:
    """The rows that add up others, which are not read (da: sumlinjer)."""

    numbers: list[int] = field(default_factory=list)
    count: int = 0

    def drop(self, chunk: Chunk) -> None:
        """Leave out rows that add up others (da: uden sumlinjer)."""
        if not any(map(may_have_sum, chunk.columns[:_WHERE_SUMS_ARE_NAMED])):
            return
        sums = [is_sum(row) for row in zip(*chunk.columns, strict=True)]
        for number, each in zip(chunk.numbers, sums, strict=True):
            self.count += each
            if each and len(self.numbers) < _MOST_NAMED:
                self.numbers.append(number)
        chunk.keep([not each for each in sums])

    def notices(self) -> list[Text]:
        """Say which rows were left out (da: bemærkninger)."""
        if not self.count:
            return []
        rows = ", ".join(map(str, self.numbers)) + (" …" if self.count > len(self.numbers) else "")
        return [
            Text(
                da=f"række {rows} er en sum (”I alt”) og er ikke læst",
                en=f"row {rows} is a sum (“Total”) and is not read",
            )
        ]


def cleaned(column: Sequence[Cell]) -> tuple[Sequence[Cell], set[Cell]]:
    """Trim texts, make empty ones nothing and times texts; and the different cells there are.

    Each different cell is cleaned once and stands for all that are like it: a list has few teams
    and dates, and what is one object is handed over once.

    >>> column, different = cleaned([" a ", "", 1.0])
    >>> column, len(different)
    (['a', None, 1.0], 3)
    """
    kinds = set(map(type, column))
    if len(kinds & {bool, int, float}) > 1:  # True, 1 and 1.0 are like each other
        column = [_cleaned(cell) for cell in column]
        return column, set(column)
    different = set(column)
    if kinds == {str}:
        clean: dict[Cell, Cell] = dict(zip(different, map(str.strip, different), strict=True))  # type: ignore[arg-type]
        for empty in [cell for cell, text in clean.items() if not text]:
            clean[empty] = None
    else:
        clean = {cell: _cleaned(cell) for cell in different}
    return list(map(clean.__getitem__, column)), set(clean.values())


def _cleaned(cell: Cell) -> Cell:
    if isinstance(cell, str):
        return cell.strip() or None
    return str(cell) if isinstance(cell, time | timedelta) else cell


def _is_text(row: Sequence[Cell]) -> bool:
    """Whether a row is of a CSV file, where a cell too many moves all the others (da: CSV)."""
    return all(isinstance(cell, str) for cell in row)
