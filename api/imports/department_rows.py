"""A yearly table with a row a department, for comparing many (da: årstabel over afdelinger).

What a case and a post are is read of every row: departments that count differently are not to be
ranked, and whether they do is told from these words.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from api.imports.fields import Kind
from api.imports.meanings import OMITTED
from api.imports.readings import Chunk
from api.imports.short_lists import BACKWARD, TOO_LATE, RowList, said
from api.uploads import Cell, Unreadable
from capacity.caseload import CaseUnit
from capacity.department_comparison import FteDefinition
from capacity.units import FTE
from simulations.case_history import NOBODY


@dataclass(frozen=True, slots=True, kw_only=True)
class DepartmentRow:
    """What one department says of one period, both days included (da: afdelingens tal)."""

    row: int
    name: str
    unit: CaseUnit
    open_cases: int
    fte: FTE
    fte_definition: FteDefinition
    from_: date
    to: date
    inflow: int | None = None
    due: int | None = None
    in_time: int | None = None
    deadline: str | None = None


class DepartmentTable:
    """A table of departments as it is read (da: årstabel under indlæsning)."""

    def __init__(self, rows: RowList) -> None:
        self.rows = rows
        self._found: list[DepartmentRow] = []

    def take(self, chunk: Chunk) -> None:
        """Read some rows (da: læs rækker)."""
        for row, cells in zip(chunk.numbers, zip(*chunk.columns, strict=True), strict=True):
            omitted = self.rows.omitted
            found = self._row(row, cells)
            if found is not None:
                self._found.append(found)
            elif self.rows.omitted == omitted:
                self.rows.at_fault += 1

    def finish(self) -> tuple[DepartmentRow, ...]:
        """Return the rows (da: rækkerne)."""
        self.rows.unknown_words(Kind.DEPARTMENTS, ["unit", "fte_definition"])
        return tuple(self._found)

    def _row(self, row: int, cells: Sequence[Cell]) -> DepartmentRow | None:
        rows = self.rows
        name = rows.cell("name", cells)
        unit, definition = rows.word("unit", row, cells), rows.word("fte_definition", row, cells)
        if OMITTED in (unit, definition):
            rows.omitted += 1
            return None
        counts = {
            each: self._count(each, row, cells)
            for each in ("open_cases", "inflow", "due", "in_time")
        }
        fte = rows.number("fte", row, cells)
        first, last = rows.day("from", row, cells), rows.day("to", row, cells)
        for field_id, value in (("name", name), ("open_cases", counts["open_cases"]), ("fte", fte)):
            if value is None:
                rows.wrong(field_id, row, cells, _MISSING)
        for field_id, number in (("unit", unit), ("fte_definition", definition)):
            if number == NOBODY:
                rows.wrong(field_id, row, cells, _MISSING)
        for field_id, day in (("from", first), ("to", last)):
            if day is None:
                rows.wrong(field_id, row, cells, _MISSING)
        if not isinstance(first, date) or not isinstance(last, date):
            return None
        if name is None or min(unit, definition) < 0 or not isinstance(fte, Fraction):
            return None
        if any(isinstance(each, Unreadable) for each in counts.values()):
            return None
        numbers = {each: found for each, found in counts.items() if isinstance(found, int)}
        if "open_cases" not in numbers or not self._fits(row, cells, fte, first, last, numbers):
            return None
        deadline = rows.cell("deadline", cells)
        return DepartmentRow(
            row=row,
            name=str(name).strip(),
            unit=CaseUnit(rows.meanings["unit"].slug(unit) or ""),
            open_cases=numbers["open_cases"],
            fte=fte,
            fte_definition=FteDefinition(rows.meanings["fte_definition"].slug(definition) or ""),
            from_=first,
            to=last,
            inflow=numbers.get("inflow"),
            due=numbers.get("due"),
            in_time=numbers.get("in_time"),
            deadline=None if deadline is None else str(deadline).strip(),
        )

    def _fits(
        self,
        row: int,
        cells: Sequence[Cell],
        fte: Fraction,
        first: date,
        last: date,
        numbers: dict[str, int],
    ) -> bool:
        """Whether the numbers of a row fit together; what does not is told of."""
        wrong: list[tuple[str, Unreadable]] = []
        if fte <= 0:
            wrong.append(("fte", _NO_POSTS))
        if last < first:
            wrong.append(("to", BACKWARD))
        elif last > self.rows.terms.seen_on:
            wrong.append(("to", TOO_LATE))
        if numbers.get("in_time", 0) > numbers.get("due", numbers.get("in_time", 0)):
            wrong.append(("in_time", _MORE_THAN_DUE))
        if ("due" in numbers) != ("in_time" in numbers):
            wrong.append(("due" if "in_time" in numbers else "in_time", _BOTH))
        for field_id, why in wrong:
            self.rows.wrong(field_id, row, cells, why)
        return not wrong

    def _count(self, name: str, row: int, cells: Sequence[Cell]) -> int | Unreadable | None:
        found = self.rows.number(name, row, cells)
        if isinstance(found, Fraction):
            if found.denominator != 1 or found < 0:
                self.rows.wrong(name, row, cells, _NO_COUNT)
                return _NO_COUNT
            return int(found)
        return found


_MISSING = said("cellen er tom", "the cell is empty", "skriv værdien", "write the value")
_NO_COUNT = said(
    "er ikke et antal", "is no count", "skriv et helt tal fra 0", "write a whole number from 0"
)
_NO_POSTS = said(
    "der er ingen stillinger", "there are no posts", "skriv et tal over 0", "write a number above 0"
)
_MORE_THAN_DUE = said(
    "flere til tiden, end der var forfaldne",
    "more in time than were due",
    "ret det ene af tallene",
    "correct one of the numbers",
)
_BOTH = said(
    "kun det ene af ”forfaldne” og ”til tiden” er skrevet",
    "only one of “due” and “in time” is written",
    "skriv begge, eller ingen af dem",
    "write both, or neither",
)
