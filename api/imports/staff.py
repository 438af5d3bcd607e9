"""A staff list to the employments of a `StaffHistory` (da: personaleliste).

Missing hours are never taken for full time, and what tells one person from another is kept as a
pseudonym.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction

from api.imports.fields import Kind
from api.imports.meanings import ASKED, OMITTED
from api.imports.readings import Chunk
from api.imports.short_lists import BACKWARD, TOO_LATE, RowList, said
from api.uploads import Cell, Unreadable, danish_number
from capacity.staff_history import Employment, StaffHistory
from capacity.units import HoursPerWeek
from capacity.wording import Text, shown
from simulations.case_history import NOBODY

MOST_LETTERS = 100
"""More than a name has."""
MOST_HOURS_PER_WEEK = 60
"""Assumption, as of a caseworker: more in a week is a slip of the pen, not a contract."""


class StaffList:
    """A staff list as it is read (da: personaleliste under indlæsning)."""

    def __init__(self, rows: RowList, full_time: HoursPerWeek) -> None:
        self.rows = rows
        self._full_time = full_time
        self._found: list[tuple[int, tuple[Cell, ...], Employment]] = []
        self._shares_are_percent = False
        self._names: dict[str, str] = {}

    def take(self, chunk: Chunk) -> None:
        """Read some rows (da: læs rækker)."""
        self._shares_are_percent = self._shares_are_percent or self._percent(chunk)
        for row, cells in zip(chunk.numbers, zip(*chunk.columns, strict=True), strict=True):
            omitted = self.rows.omitted
            found = self._employment(row, cells)
            if found is not None:
                self._found.append((row, cells, found))
            elif self.rows.omitted == omitted:
                self.rows.at_fault += 1

    def finish(self) -> tuple[StaffHistory, list[int]]:
        """Put the rows together; return also the row of each employment (da: saml)."""
        self.rows.unknown_words(Kind.STAFF, ["team"])
        kept: list[tuple[int, Employment]] = []
        by_person: dict[str, list[tuple[int, Employment]]] = {}
        for row, cells, each in self._found:
            others = by_person.setdefault(each.caseworker, [])
            rival = next((at for at, other in others if _overlap(each, other)), None)
            if rival is not None:
                self.rows.wrong("starts_on", row, cells, _overlapping(rival))
                self.rows.at_fault += 1
                continue
            others.append((row, each))
            kept.append((row, each))
        terms = self.rows.terms
        assert terms.complete_from is not None
        employments = tuple(each for _, each in kept)
        history = StaffHistory(
            from_=terms.complete_from,
            seen_on=terms.seen_on,
            employments=self._called_by_name(employments) if terms.keep_names else employments,
        )
        return history, [row for row, _ in kept]

    def _employment(self, row: int, cells: Sequence[Cell]) -> Employment | None:
        rows = self.rows
        person, team = rows.person(row, cells), rows.word("team", row, cells)
        starts, ends = rows.day("starts_on", row, cells), rows.day("ends_on", row, cells)
        hours = self._hours(row, cells)
        other = rows.number("non_case_hours_per_week", row, cells) or Fraction(0)
        if team == OMITTED:
            rows.omitted += 1
            return None
        if team == NOBODY:
            rows.wrong("team", row, cells, _NO_TEAM)
            return None
        if person and rows.terms.keep_names and not self._is_named(person, row, cells):
            return None
        # A word that nobody knows is told of once, and not for each row.
        if team == ASKED or hours is None or not person or isinstance(other, Unreadable):
            return None
        if not 0 <= other <= hours:
            rows.wrong("non_case_hours_per_week", row, cells, _other_hours(hours))
            return None
        if isinstance(starts, Unreadable) or isinstance(ends, Unreadable):
            return None
        if starts is not None and ends is not None and ends < starts:
            rows.wrong("ends_on", row, cells, BACKWARD)
            return None
        if starts is not None and starts > rows.terms.seen_on + timedelta(days=366):
            rows.wrong("starts_on", row, cells, TOO_LATE)
            return None
        return Employment(
            caseworker=person,
            team=rows.meanings["team"].slug(team) or "",
            hours_per_week=hours,
            non_case_hours_per_week=other,
            starts_on=starts,
            ends_on=ends,
        )

    def _is_named(self, person: str, row: int, cells: Sequence[Cell]) -> bool:
        """Keep a person's name; what is no name is told of."""
        name = self.rows.name(cells)
        if not 0 < len(name) <= MOST_LETTERS:
            self.rows.wrong("caseworker_name", row, cells, _NO_NAME)
            return False
        self._names.setdefault(person, name)
        return True

    def _called_by_name(self, employments: Sequence[Employment]) -> tuple[Employment, ...]:
        """Call people by their names; two of one name by a part of the pseudonym as well."""
        people = {each.caseworker for each in employments}
        bearers = Counter(self._names[each] for each in people)
        return tuple(
            replace(
                each,
                caseworker=name if bearers[name] == 1 else f"{name} ({each.caseworker[:8]})",
                pseudonym=each.caseworker,
            )
            for each in employments
            for name in [self._names[each.caseworker]]
        )

    def _hours(self, row: int, cells: Sequence[Cell]) -> Fraction | None:
        """Return the weekly hours; those of full time only where a share of it is written."""
        rows, name = self.rows, "hours_per_week"
        found = rows.number(name, row, cells)
        if found is None and "employment_share" in rows.places:
            name = "employment_share"
            found = self._share(row, cells)
            if isinstance(found, Fraction):
                found *= self._full_time
        if isinstance(found, Unreadable):
            return None
        if found is None:
            rows.wrong(name, row, cells, _NO_HOURS)
            return None
        if not 0 < found <= MOST_HOURS_PER_WEEK:
            rows.wrong(name, row, cells, _WRONG_HOURS)
            return None
        return found

    def _share(self, row: int, cells: Sequence[Cell]) -> Fraction | Unreadable | None:
        cell = self.rows.cell("employment_share", cells)
        if isinstance(cell, str):
            above, slash, below = cell.strip().partition("/")
            if slash and above.strip().isdecimal() and below.strip().isdecimal():
                return Fraction(int(above), int(below)) if int(below) else _NO_HOURS
            if cell.strip().endswith("%"):
                found = danish_number(cell.strip()[:-1].strip(), self.rows.marks.get("share"))
                return found if isinstance(found, Unreadable) else found / 100
        number = self.rows.number("employment_share", row, cells)
        if isinstance(number, Fraction) and self._shares_are_percent:
            return number / 100
        return number

    def _percent(self, chunk: Chunk) -> bool:
        """Whether the shares are percentages: nobody has more than one and a half posts."""
        place = self.rows.places.get("employment_share")
        cells = () if place is None else chunk.columns[place.column]
        read = (danish_number(each, self.rows.marks.get("employment_share")) for each in cells)
        return any(isinstance(each, Fraction) and each > Fraction(3, 2) for each in read)


def is_employed(employment: Employment, day: date) -> bool:
    """Say whether an employment is running on a day (da: ansat den dag)."""
    begun = employment.starts_on is None or employment.starts_on <= day
    return begun and (employment.ends_on is None or day <= employment.ends_on)


def _overlap(one: Employment, other: Employment) -> bool:
    """Whether two employments of a person are the same hours twice: of one team, at one time."""
    if one.team != other.team:
        return False
    first = max(one.starts_on or date.min, other.starts_on or date.min)
    last = min(one.ends_on or date.max, other.ends_on or date.max)
    return first <= last


def _overlapping(row: int) -> Unreadable:
    return said(
        f"samme medarbejder og team som række {row} i samme tid",
        f"the same person and team as row {row} at the same time",
        "afslut den ene ansættelse, før den anden begynder, eller slet den ene række",
        "end one employment before the other begins, or delete one of the rows",
        _TWICE,
    )


def _other_hours(hours: Fraction) -> Unreadable:
    return said(
        "timer til andet end sager er under 0 eller flere end ansættelsens",
        "the hours on other duties are below 0 or more than the contract's",
        f"skriv fra 0 til {shown(hours, 2, 'da')}",
        f"write from 0 to {shown(hours, 2, 'en')}",
    )


_TWICE = Text(
    da="samme medarbejder og team som en anden række i samme tid",
    en="the same person and team as another row at the same time",
)
_NO_TEAM = said(
    "rækken har intet team", "the row has no team", "skriv medarbejderens team", "write the team"
)
_NO_NAME = said(
    f"rækken har intet navn, eller et på over {MOST_LETTERS} tegn",
    f"the row has no name, or one of over {MOST_LETTERS} letters",
    "skriv navnet, eller læs listen ind uden keep_names",
    "write the name, or read the list without keep_names",
)
_NO_HOURS = said(
    "timetallet mangler; det regnes aldrig for fuld tid",
    "the hours are missing; they are never taken for full time",
    "skriv timer pr. uge, fx 37 eller 32,5",
    "write the hours per week, for example 37 or 32.5",
)
_WRONG_HOURS = said(
    f"timetallet er 0 eller derunder, eller over {MOST_HOURS_PER_WEEK} om ugen",
    f"the hours are 0 or below, or over {MOST_HOURS_PER_WEEK} a week",
    "skriv timer pr. uge (ikke pr. måned), fx 37; fratrådte har en slutdato",
    "write hours per week (not per month), for example 37; who has left has an end date",
)
