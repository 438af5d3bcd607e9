"""A short list, a row at a time: staff, absence, a time study, departments (da: korte lister).

They have a few hundred rows, so a row becomes an object, and what is wrong is said cell by cell.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction

from api.imports.fields import Kind
from api.imports.fields import field as field_of
from api.imports.meanings import Meanings, unknown_words
from api.imports.pseudonyms import Pseudonyms
from api.imports.readings import Place, Serials
from api.imports.terms import Terms
from api.uploads import Cell, Faults, Mark, Unreadable, danish_date, danish_number
from capacity.wording import Text
from simulations.case_history import NOBODY

PLAUSIBLE_FROM = date(1950, 1, 1)
"""Nobody who works now was employed before (assumption)."""


@dataclass(slots=True)
class RowList:
    """Where each field of a short list stands, and what is wrong in it (da: kort liste)."""

    terms: Terms
    places: Mapping[str, Place]
    meanings: Mapping[str, Meanings]
    pseudonyms: Pseudonyms
    marks: Mapping[str, Mark | None]
    serials: Serials = None
    name_columns: Sequence[int] = ()
    faults: Faults = field(default_factory=Faults)
    at_fault: int = 0
    omitted: int = 0

    def cell(self, name: str, cells: Sequence[Cell]) -> Cell:
        """Return a field's cell in a row; None where the list has no such column, or nothing."""
        place = self.places.get(name)
        found = None if place is None else cells[place.column]
        return None if isinstance(found, str) and not found.strip() else found

    def wrong(self, name: str, row: int, cells: Sequence[Cell], why: Unreadable) -> None:
        """Say what is wrong with a field of a row (da: fejl)."""
        place = self.places.get(name) or min(self.places.values(), key=lambda each: each.column)
        value = cells[place.column]
        self.faults.add(place.error(row, value, why))

    def number(self, name: str, row: int, cells: Sequence[Cell]) -> Fraction | Unreadable | None:
        """Read a number; what cannot be read is told of (da: tal)."""
        cell = self.cell(name, cells)
        if cell is None:
            return None
        found = danish_number(cell, self.marks.get(name))
        if isinstance(found, Unreadable):
            self.wrong(name, row, cells, found)
        return found

    def day(self, name: str, row: int, cells: Sequence[Cell]) -> date | Unreadable | None:
        """Read a day; what cannot be read is told of (da: dag)."""
        cell = self.cell(name, cells)
        if cell is None:
            return None
        found = danish_date(cell, serials=self.serials)
        if isinstance(found, Unreadable):
            self.wrong(name, row, cells, found)
            return found
        day = date(found.year, found.month, found.day)
        if day < PLAUSIBLE_FROM:
            self.wrong(name, row, cells, TOO_EARLY)
            return TOO_EARLY
        return day

    def word(self, name: str, row: int, cells: Sequence[Cell]) -> int:
        """Return the number of what a word means (da: ord)."""
        if name not in self.places:
            return NOBODY
        return int(self.meanings[name].of((self.cell(name, cells),), (row,))[0])

    def person(self, row: int, cells: Sequence[Cell]) -> str:
        """Return a person's pseudonym, by the number or else the name; "" where there is none."""
        cell = self.cell("caseworker", cells)
        who = self.name(cells) if cell is None else cell
        if who:
            return self.pseudonyms.word("caseworker", who)
        self.wrong("caseworker", row, cells, _NOBODY)
        return ""

    def name(self, cells: Sequence[Cell]) -> str:
        """Return a person's whole name, of however many columns; "" for none (da: navn)."""
        parts = (str(cells[column] or "").split() for column in self.name_columns)
        return " ".join(word for words in parts for word in words)

    def unknown_words(self, kind: Kind, names: Iterable[str]) -> None:
        """Say of all words that nobody knows (da: ukendte ord)."""
        for name in names:
            found = field_of(kind, name)
            if name in self.places and found is not None:
                for error in unknown_words(self.meanings[name], self.places[name], found.label):
                    self.faults.add(error)


def said(da: str, en: str, do_da: str, do_en: str, cause: Text | None = None) -> Unreadable:
    """Say what is wrong and what to do, in both languages (da: fejlbeskrivelse).

    `cause` is the problem without what only this row has, where it has something.
    """
    return Unreadable(problem=Text(da=da, en=en), what_to_do=Text(da=do_da, en=do_en), cause=cause)


_NOBODY = said(
    "rækken siger ikke, hvem det er",
    "the row does not say who it is",
    "skriv medarbejdernummeret eller et pseudonym",
    "write the employee number or a pseudonym",
)
BACKWARD = said(
    "perioden slutter, før den begynder",
    "the period ends before it begins",
    "ret den dato, der er forkert",
    "correct whichever date is wrong",
)
TOO_EARLY = said(
    f"datoen er før {PLAUSIBLE_FROM.year}",
    f"the date is before {PLAUSIBLE_FROM.year}",
    "ret årstallet, eller lad cellen være tom, hvis datoen ikke kendes",
    "correct the year, or leave the cell empty where the date is not known",
)
TOO_LATE = said(
    "datoen ligger efter udtræksdatoen",
    "the date is after the day of the list",
    "ret datoen, eller skriv en senere udtræksdato (seen_on)",
    "correct the date, or write a later day of the list (seen_on)",
)
