"""An absence list to spells away, and those to the employments they belong to (da: fravær)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from api.imports.fields import Kind
from api.imports.meanings import ASKED, OMITTED
from api.imports.readings import Chunk
from api.imports.short_lists import BACKWARD, TOO_LATE, RowList, said
from api.imports.staff import is_employed
from api.uploads import Cell, Unreadable
from capacity.staff_history import AwayReason, Spell, StaffHistory
from simulations.case_history import NOBODY


@dataclass(frozen=True, slots=True)
class Away:
    """Somebody's spell away, as an absence list has it (da: fraværslinje)."""

    caseworker: str
    spell: Spell


class AbsenceList:
    """An absence list as it is read (da: fraværsliste under indlæsning).

    `people` are those of the staff list that was accepted before: nobody else can be away.
    """

    def __init__(self, rows: RowList, people: Mapping[str, str]) -> None:
        self.rows = rows
        self.people = people
        self._found: list[tuple[int, Away]] = []

    def take(self, chunk: Chunk) -> None:
        """Read some rows (da: læs rækker)."""
        for row, cells in zip(chunk.numbers, zip(*chunk.columns, strict=True), strict=True):
            omitted = self.rows.omitted
            found = self._away(row, cells)
            if found is not None:
                self._found.append((row, found))
            elif self.rows.omitted == omitted:
                self.rows.at_fault += 1

    def finish(self) -> tuple[tuple[Away, ...], list[int]]:
        """Put the rows together (da: saml)."""
        self.rows.unknown_words(Kind.ABSENCE, ["absence_reason"])
        return tuple(each for _, each in self._found), [row for row, _ in self._found]

    def _away(self, row: int, cells: Sequence[Cell]) -> Away | None:
        rows = self.rows
        person, reason = rows.person(row, cells), rows.word("absence_reason", row, cells)
        first, last = rows.day("first_day", row, cells), rows.day("last_day", row, cells)
        if reason == OMITTED:
            rows.omitted += 1
            return None
        if reason == NOBODY:
            rows.wrong("absence_reason", row, cells, _NO_REASON)
            return None
        is_read = not isinstance(first, Unreadable) and not isinstance(last, Unreadable)
        if reason == ASKED or not person or not is_read:
            return None
        assert not isinstance(first, Unreadable)
        assert not isinstance(last, Unreadable)
        if person not in self.people:
            rows.wrong("caseworker", row, cells, _NOT_EMPLOYED)
            return None
        if first is None:
            rows.wrong("first_day", row, cells, _NO_FIRST_DAY)
            return None
        if first > rows.terms.seen_on:
            rows.wrong("first_day", row, cells, TOO_LATE)
            return None
        if last is not None and last < first:
            rows.wrong("last_day", row, cells, BACKWARD)
            return None
        slug = rows.meanings["absence_reason"].slug(reason) or ""
        return Away(
            self.people[person], Spell(first_day=first, last_day=last, reason=AwayReason(slug))
        )


def with_spells(history: StaffHistory, away: Iterable[Away]) -> StaffHistory:
    """Put the spells of an absence list into a staff list's employments (da: med fravær).

    A spell belongs to the employment in which it begins; one that begins in none of a person's is
    left out.
    """
    spells: dict[int, list[Spell]] = {}
    for each in away:
        for at, employment in enumerate(history.employments):
            if employment.caseworker == each.caseworker and is_employed(
                employment, each.spell.first_day
            ):
                spells.setdefault(at, []).append(each.spell)
                break
    return replace(
        history,
        employments=tuple(
            replace(
                employment,
                spells=tuple(sorted(spells.get(at, ()), key=lambda each: each.first_day)),
            )
            for at, employment in enumerate(history.employments)
        ),
    )


_NOT_EMPLOYED = said(
    "medarbejderen er ikke i den personaleliste, der er taget imod",
    "the person is not in the staff list that was accepted",
    "importér personalelisten med denne medarbejder først, eller udelad rækken",
    "import the staff list with this person first, or leave the row out",
)
_NO_FIRST_DAY = said(
    "første fraværsdag mangler", "the first day away is missing", "skriv datoen", "write the date"
)
_NO_REASON = said(
    "årsagen mangler",
    "the reason is missing",
    "skriv fx sygdom, barsel, orlov eller ferie",
    "write for example sickness, parental leave, leave or holiday",
)
