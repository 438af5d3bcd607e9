"""The two forms of a department, from its tables to its next version (da: rettelsesark)."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Self

from api.editing.cases import Word, cases_tables, department_with
from api.editing.staff import Readings, roster_of, staff_tables
from api.editing.tables import Difference, EditTable, differences, merged
from api.forms import Form
from capacity.department import Department
from capacity.wording import Language, Text

STAFF, CASES = "staff", "cases"
_TABLES: dict[str, Callable[[Department, Language], tuple[EditTable, ...]]] = {
    STAFF: staff_tables,
    CASES: cases_tables,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """A form of tables (da: ark)."""

    name: str
    language: Language
    tables: tuple[EditTable, ...]

    @property
    def fault_count(self) -> int:
        """How many cells something is wrong with (da: fejl)."""
        return sum(each.fault_count for each in self.tables)

    def table(self, name: str) -> EditTable:
        """Return a table by its name (da: tabel)."""
        return next(each for each in self.tables if each.name == name)

    def with_table(self, table: EditTable) -> Self:
        """Return the sheet with a table in place of the one of its name (da: med tabel)."""
        others = tuple(table if each.name == table.name else each for each in self.tables)
        return replace(self, tables=others)

    def posted(self, form: Form) -> Self:
        """Return the sheet as a form has sent it (da: sendt)."""
        return replace(self, tables=tuple(each.posted(form) for each in self.tables))

    def without_cpr(self) -> Self:
        """Return the sheet as it may be printed (da: uden CPR-numre)."""
        return replace(self, tables=tuple(each.without_cpr() for each in self.tables))


@dataclass(frozen=True, slots=True, kw_only=True)
class EditSheet(Sheet):
    """The form of a department, and the version that it corrects (da: rettelsesark)."""

    base: Department

    def on_top_of(self, newest: Department) -> "EditSheet":
        """Put what was written together with a version that has come since (da: flet).

        What was written here stays; what the other has changed elsewhere comes along.
        """
        bases = _TABLES[self.name](self.base, self.language)
        theirs = _TABLES[self.name](newest, self.language)
        return replace(
            self,
            base=newest,
            tables=tuple(
                merged(base, mine, other)
                for base, mine, other in zip(bases, self.tables, theirs, strict=True)
            ),
        )

    def read(self, word: Word) -> "tuple[Department | None, EditSheet]":
        """Read the sheet as the department's next version; None where a cell is at fault.

        The sheet comes back with what is wrong beside each cell.
        """
        found = Readings()
        before = _TABLES[self.name](self.base, self.language)
        department: Department | None
        if self.name == STAFF:
            roster = roster_of(self.base, before, self.tables, found)
            department = None if roster is None else replace(self.base, roster=roster)
        else:
            department = department_with(self.base, before, self.tables, word, found)
        return department, replace(self, tables=tuple(found.on(each) for each in self.tables))


def edit_sheet(name: str, department: Department, language: Language) -> EditSheet:
    """Return a department's form (da: rettelsesark)."""
    return EditSheet(
        name=name,
        base=department,
        language=language,
        tables=_TABLES[name](department, language),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class TableChanges:
    """What changed in one table (da: ændringer i en tabel)."""

    table: Text
    changes: tuple[Difference, ...]


def changes_between(
    before: Department, after: Department, language: Language
) -> tuple[TableChanges, ...]:
    """Say what differs between two versions, table by table (da: ændringer).

    What no table shows is said to have changed, and not what it was.
    """
    found = []
    for tables_of in _TABLES.values():
        for one, other in zip(tables_of(before, language), tables_of(after, language), strict=True):
            changed = tuple(differences(one, other, language))
            if changed:
                found.append(TableChanges(table=other.label, changes=changed))
    if (before.fit is None) != (after.fit is None) or before.fit != after.fit:
        word = _FITTED if after.fit is not None else _NOT_FITTED
        found.append(TableChanges(table=word, changes=()))
    if not found and before != replace(after, version=before.version):
        found.append(TableChanges(table=_OTHER, changes=()))
    return tuple(found)


_FITTED = Text(
    da="Modellen er tilpasset afdelingens egen historie",
    en="The model is fitted to the department’s own history",
)
_NOT_FITTED = Text(
    da="Modellen er ikke længere tilpasset afdelingens egen historie",
    en="The model is no longer fitted to the department’s own history",
)
_OTHER = Text(
    da="Andet end medarbejdere og sager er ændret",
    en="Other things than caseworkers and cases have changed",
)
