"""Cells of one column as numbers in an array, each different cell read once (da: kolonneaflæsning).

A list of 200 000 rows has a few thousand different dates and some ten teams. What cannot be read
is kept with its reason, and stands in the array as a number that nothing else has.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, time
from math import inf, nan
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from api.uploads import (
    CauseKey,
    Cell,
    CellError,
    Faults,
    Mark,
    Unreadable,
    danish_date,
    danish_number,
    letter,
    shown_value,
)
from capacity.wording import Text
from simulations.case_history import day_number
from simulations.luck import Floats

Serials: TypeAlias = Literal[1900, 1904] | None
"""From when a spreadsheet counts the days of its dates; None for a text (da: datosystem)."""
AT_FAULT = inf
"""What stands for a cell that cannot be read."""
_MOST_REMEMBERED = 200_000
_TIME = re.compile(r"(?:kl\.?\s*)?(\d{1,2})[:.](\d{2})(?::\d{2})?", re.ASCII | re.IGNORECASE)


class Reading(dict[Cell, float]):
    """What each different cell of a column is as a number (da: aflæsning)."""

    def __init__(self, read: Callable[[Cell], float | Unreadable]) -> None:
        super().__init__({None: nan, "": nan})
        self._read = read
        self.problems: dict[Cell, Unreadable] = {}

    def __missing__(self, cell: Cell) -> float:
        found = self._read(cell)
        if isinstance(found, Unreadable):
            if len(self.problems) < _MOST_REMEMBERED:
                self.problems[cell] = found
            value = AT_FAULT
        else:
            value = found
        if len(self) < _MOST_REMEMBERED:
            self[cell] = value
        return value

    def of(self, cells: Sequence[Cell]) -> Floats:
        """Return a column as numbers: not a number where empty, infinite where at fault."""
        return np.fromiter(map(self.__getitem__, cells), np.float64, len(cells))

    def problem(self, cell: Cell) -> Unreadable:
        """Say why a cell cannot be read (da: problem)."""
        found = self.problems.get(cell) or self._read(cell)
        assert isinstance(found, Unreadable)
        return found


def moments(serials: Serials) -> Reading:
    """Read dates as days since 1970 (da: datoer)."""

    def read(cell: Cell) -> float | Unreadable:
        if isinstance(cell, str) and not cell.strip():
            return nan
        found = danish_date(cell, serials=serials)
        return found if isinstance(found, Unreadable) else day_number(found)

    return Reading(read)


def numbers(mark: Mark | None) -> Reading:
    """Read numbers, in a column with this decimal mark (da: tal)."""

    def read(cell: Cell) -> float | Unreadable:
        if isinstance(cell, str) and not cell.strip():
            return nan
        found = danish_number(cell, mark)
        return found if isinstance(found, Unreadable) else float(found)

    return Reading(read)


def times() -> Reading:
    """Read times of day as parts of a day (da: klokkeslæt)."""
    return Reading(_time_of_day)


def _time_of_day(cell: Cell) -> float | Unreadable:
    """Read one time of day.

    >>> _time_of_day("12:00"), _time_of_day("kl. 6.00"), _time_of_day(0.75)
    (0.5, 0.25, 0.75)
    """
    match cell:
        case datetime():
            return day_number(cell) % 1
        case bool():
            pass
        case float() | int() if 0 <= cell < 1:
            return float(cell)
        case str():
            if not cell.strip():
                return nan
            found = _TIME.fullmatch(cell.strip())
            if found and int(found[1]) < 24 and int(found[2]) < 60:
                at = time(int(found[1]), int(found[2]))
                return (at.hour * 60 + at.minute) / 1440
    return Unreadable(
        problem=Text(da="er ikke et klokkeslæt", en="is no time of day"),
        what_to_do=Text(da="skriv fx 14:30", en="write for example 14:30"),
    )


@dataclass(frozen=True, slots=True)
class Chunk:
    """Some rows of a table, turned to columns (da: stykke af tabellen)."""

    numbers: Sequence[int]
    columns: Sequence[Sequence[Cell]]

    def __len__(self) -> int:
        return len(self.numbers)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a column stands in its file: enough to point at a cell (da: sted)."""

    file: str
    sheet: str | None
    column: int
    heading: str

    def error(self, row: int, value: Cell, why: Unreadable, *, rows: int = 1) -> CellError:
        """Point at a cell of this column (da: fejl i cellen); `rows` are as many as have it."""
        return CellError(
            file=self.file,
            sheet=self.sheet,
            row=row,
            column=letter(self.column),
            heading=shown_value(self.heading),
            value=shown_value(value),
            problem=why.problem,
            what_to_do=why.what_to_do,
            cause=why.cause,
            rows=rows,
        )

    def cause(self, why: Unreadable) -> CauseKey:
        """Name what errors of this column have in common (da: årsag)."""
        return self.sheet, letter(self.column), (why.cause or why.problem).da


def read_column(reading: Reading, place: Place, chunk: Chunk, faults: Faults) -> Floats:
    """Read a column of a chunk, and say what cannot be read in it (da: læs kolonne)."""
    cells = chunk.columns[place.column]
    found = reading.of(cells)
    for at in np.flatnonzero(np.isinf(found)).tolist():
        _point(place, chunk.numbers[at], cells[at], faults, reading.problem(cells[at]))
    return found


def point_at(
    rows: NDArray[np.bool_], place: Place, chunk: Chunk, faults: Faults, said: Unreadable
) -> None:
    """Say the same of every row that is marked (da: marker rækker)."""
    cells = chunk.columns[place.column]
    for at in np.flatnonzero(rows).tolist():
        _point(place, chunk.numbers[at], cells[at], faults, said)


def _point(place: Place, row: int, cell: Cell, faults: Faults, why: Unreadable) -> None:
    key = place.cause(why)
    if faults.lists(key):
        faults.add(place.error(row, cell, why))
    else:
        faults.count_only(key)
