"""The people of a department as tables: who, when away, which posts are empty (da: bemanding)."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Any

from api.editing.tables import Column, EditTable, Holds, Line, shown_number, unique_keys
from api.imports.fields import Kind
from api.imports.fields import field as import_field
from capacity.caseworker import Absence, AbsenceReason, Caseworker, Vacancy
from capacity.department import Department
from capacity.errors import InvalidInput, PlannerError
from capacity.roster import Roster
from capacity.staff_history import StaffHistory
from capacity.wording import Language, Text

CASEWORKERS, ABSENCES, VACANCIES, POSTS = "caseworkers", "absences", "vacancies", "posts"
REASONS: Mapping[str, Text] = {
    AbsenceReason.PARENTAL_LEAVE: Text(da="Barsel", en="Parental leave"),
    AbsenceReason.LONG_SICKNESS: Text(da="Lang sygdom", en="Long sickness"),
    AbsenceReason.SHORT_SICKNESS: Text(da="Kort sygdom", en="Short sickness"),
    AbsenceReason.UNPAID_LEAVE: Text(da="Orlov uden løn", en="Unpaid leave"),
    AbsenceReason.HOLIDAY: Text(da="Ferie", en="Holiday"),
}
_HOURS = Text(da="timer/uge", en="hours/week")


def _names(kind: Kind, id_: str) -> tuple[str, ...]:
    found = import_field(kind, id_)
    return () if found is None else found.names


def staff_tables(department: Department, language: Language) -> tuple[EditTable, ...]:
    """Write the people of a department as tables (da: bemandingens tabeller)."""
    teams = {team.slug: team.label for team in department.teams}
    roster = department.roster
    people = _caseworkers(teams)
    away = _absences()
    absences = [(person, each) for person in roster.caseworkers for each in person.absences]
    away_keys = unique_keys([f"{who.id} {each.first_day} {each.reason}" for who, each in absences])
    empty = _vacancies(teams)
    posts = [f"{each.team} {each.from_on}" for each in roster.vacancies]
    granted = _posts()
    return (
        replace(
            people,
            lines=tuple(
                Line(key=each.id, cells=_cells_of(people, each, language))
                for each in roster.caseworkers
            ),
        ),
        replace(
            away,
            lines=tuple(
                Line(
                    key=key,
                    cells={"caseworker": who.id, **_cells_of(away, each, language)},
                )
                for key, (who, each) in zip(away_keys, absences, strict=True)
            ),
        ),
        replace(
            empty,
            lines=tuple(
                Line(key=key, cells=_cells_of(empty, each, language))
                for key, each in zip(unique_keys(posts), roster.vacancies, strict=True)
            ),
        ),
        replace(
            granted,
            lines=(
                Line(
                    key=POSTS,
                    cells={
                        "what": {"da": "Hele afdelingen", "en": "The whole department"}[language],
                        "granted_fte": ""
                        if roster.granted_fte is None
                        else shown_number(roster.granted_fte, language),
                    },
                ),
            ),
        ),
    )


def with_staff_list(people: EditTable, staff: StaffHistory, language: Language) -> EditTable:
    """Put the people of an imported staff list into the table (da: fra personalelisten).

    Those who were employed on the day of the list: known ones are corrected, others come in
    addition, and those who are not in it are marked as removed. A list that has no hours on other
    duties leaves those there are.
    """
    teams = people.column("team").choices
    now = {
        each.caseworker: each
        for each in staff.employments
        if (each.ends_on is None or each.ends_on >= staff.seen_on) and each.team in teams
    }
    lines = []
    for line in people.lines:
        found = now.pop(line.key, None) if line.key else None
        if found is None:
            lines.append(replace(line, is_removed=bool(line.key)))
            continue
        cells = _cells_of(people, found, language)
        if not found.non_case_hours_per_week:
            del cells["non_case_hours_per_week"]
        lines.append(replace(line, cells={**line.cells, **cells}))
    for name, found in now.items():
        lines.append(Line(cells={**_cells_of(people, found, language), "id": name}))
    return replace(people, lines=tuple(each for each in lines if not each.is_blank))


def _cells_of(table: EditTable, value: object, language: Language) -> dict[str, str]:
    return {
        column.name: column.shown(getattr(value, column.name), language)
        for column in table.columns
        if hasattr(value, column.name)
    }


def _caseworkers(teams: Mapping[str, Text]) -> EditTable:
    return EditTable(
        name=CASEWORKERS,
        label=Text(da="Medarbejdere", en="Caseworkers"),
        named_by="id",
        matched_by=("id",),
        lines=(),
        columns=(
            Column(
                name="id",
                label=Text(da="Pseudonym", en="Pseudonym"),
                holds=Holds.WORD,
                required=True,
                names=_names(Kind.STAFF, "caseworker"),
            ),
            Column(
                name="team",
                label=Text(da="Team", en="Team"),
                holds=Holds.CHOICE,
                required=True,
                choices=teams,
                names=_names(Kind.STAFF, "team"),
            ),
            Column(
                name="hours_per_week",
                label=Text(da="Ansat", en="Contract"),
                unit=_HOURS,
                holds=Holds.NUMBER,
                required=True,
                names=_names(Kind.STAFF, "hours_per_week"),
            ),
            Column(
                name="non_case_hours_per_week",
                label=Text(da="Andet end sager", en="Other duties"),
                unit=_HOURS,
                holds=Holds.NUMBER,
                names=_names(Kind.STAFF, "non_case_hours_per_week"),
            ),
            Column(
                name="starts_on",
                label=Text(da="Første dag", en="First day"),
                holds=Holds.DAY,
                names=_names(Kind.STAFF, "starts_on"),
            ),
            Column(
                name="ends_on",
                label=Text(da="Sidste dag", en="Last day"),
                holds=Holds.DAY,
                names=_names(Kind.STAFF, "ends_on"),
            ),
        ),
    )


def _absences() -> EditTable:
    return EditTable(
        name=ABSENCES,
        label=Text(da="Fravær, der er kendt på forhånd", en="Absence known beforehand"),
        named_by="caseworker",
        matched_by=("caseworker", "first_day"),
        lines=(),
        columns=(
            Column(
                name="caseworker",
                label=Text(da="Pseudonym", en="Pseudonym"),
                holds=Holds.WORD,
                required=True,
                names=_names(Kind.ABSENCE, "caseworker"),
            ),
            Column(
                name="first_day",
                label=Text(da="Første fraværsdag", en="First day away"),
                holds=Holds.DAY,
                required=True,
                names=_names(Kind.ABSENCE, "first_day"),
            ),
            Column(
                name="last_day",
                label=Text(da="Sidste fraværsdag", en="Last day away"),
                holds=Holds.DAY,
                required=True,
                names=_names(Kind.ABSENCE, "last_day"),
            ),
            Column(
                name="reason",
                label=Text(da="Årsag", en="Reason"),
                holds=Holds.CHOICE,
                required=True,
                choices=REASONS,
                names=_names(Kind.ABSENCE, "absence_reason"),
            ),
        ),
    )


def _vacancies(teams: Mapping[str, Text]) -> EditTable:
    return EditTable(
        name=VACANCIES,
        label=Text(da="Ubesatte stillinger", en="Vacant posts"),
        named_by="team",
        lines=(),
        columns=(
            Column(
                name="team",
                label=Text(da="Team", en="Team"),
                holds=Holds.CHOICE,
                required=True,
                choices=teams,
                names=_names(Kind.STAFF, "team"),
            ),
            Column(
                name="hours_per_week",
                label=Text(da="Stilling", en="Post"),
                unit=_HOURS,
                holds=Holds.NUMBER,
                required=True,
                names=_names(Kind.STAFF, "hours_per_week"),
            ),
            Column(
                name="from_on",
                label=Text(da="Ubesat fra", en="Vacant from"),
                holds=Holds.DAY,
                required=True,
                names=_names(Kind.STAFF, "starts_on"),
            ),
        ),
    )


def _posts() -> EditTable:
    return EditTable(
        name=POSTS,
        label=Text(da="Normering", en="Granted posts"),
        named_by="what",
        lines=(),
        grows=False,
        columns=(
            Column(name="what", label=Text(da="Hvad", en="What"), holds=Holds.WORD, fixed=True),
            Column(
                name="granted_fte",
                label=Text(da="Bevilgede fuldtidsstillinger", en="Granted full-time posts"),
                holds=Holds.NUMBER,
            ),
        ),
    )


@dataclass(slots=True)
class Readings:
    """Cells as they are read, and what is wrong with them (da: læsning)."""

    faults: dict[tuple[str, int, str], Text] = field(default_factory=dict)

    def wrong(self, table: EditTable, place: int, column: str, text: Text) -> None:
        """Note what is wrong with a cell; the first that is found stands (da: fejl)."""
        self.faults.setdefault((table.name, place, column), text)

    def changed(
        self, table: EditTable, place: int, line: Line, before: Line | None
    ) -> dict[str, Any]:
        """Read the cells that are not what they were (da: ændrede celler)."""
        values: dict[str, Any] = {}
        for column in table.columns:
            written = line.cell(column.name)
            if column.fixed or column.name in line.fixed:
                continue
            if before is not None and written.strip() == before.cell(column.name):
                continue
            try:
                values[column.name] = column.read(written)
            except InvalidInput as error:
                self.wrong(table, place, column.name, error.message)
        return values

    def is_right(self, table: EditTable, place: int) -> bool:
        """Whether nothing is wrong with a line so far (da: uden fejl)."""
        return not any(name == table.name and at == place for name, at, _ in self.faults)

    def refused(self, table: EditTable, place: int, error: PlannerError, instead: str = "") -> None:
        """Note a refusal of the model's at the cell that it names (da: afvisning)."""
        field_ = error.field or ""
        known = {each.name for each in table.columns}
        column = field_ if field_ in known else (instead or table.named_by)
        self.wrong(table, place, column, error.message)

    def on(self, table: EditTable) -> EditTable:
        """Return a table with its faults (da: med fejl)."""
        return table.with_faults(
            {
                (place, column): text
                for (name, place, column), text in self.faults.items()
                if name == table.name
            }
        )


def roster_of(
    department: Department,
    before: tuple[EditTable, ...],
    written: tuple[EditTable, ...],
    found: Readings,
) -> Roster | None:
    """Read the tables as a roster; None where a cell is at fault (da: bemanding)."""
    people, away, empty, granted = written
    were = {each.name: each for each in before}
    absences = _read_absences(department, were[ABSENCES], away, found)
    vacancies = _read_vacancies(department, were[VACANCIES], empty, found)
    known = {each.id: each for each in department.roster.caseworkers}
    caseworkers: list[Caseworker] = []
    seen: set[str] = set()
    belongs: set[int] = set()
    gone = {line.key for line in people.lines if line.is_removed}
    names = {line.cell("id").strip() for _, line in people.kept_lines}
    for place, line in people.kept_lines:
        old = known.get(line.key)
        values = found.changed(people, place, line, were[CASEWORKERS].line(line.key))
        if "non_case_hours_per_week" in values:
            values["non_case_hours_per_week"] = values["non_case_hours_per_week"] or Fraction(0)
        own = line.cell("id").strip()
        if own in seen:
            found.wrong(people, place, "id", _TWICE)
        seen.add(own)
        of_them = [
            (at, each)
            for at, who, each in absences
            if who == own or (who == line.key and who not in names)
        ]
        belongs |= {at for at, _ in of_them}
        if not found.is_right(people, place):
            continue
        values["absences"] = tuple(each for _, each in of_them)
        try:
            caseworkers.append(Caseworker(**values) if old is None else replace(old, **values))
        except PlannerError as error:
            if error.field == "starts_on":
                found.wrong(people, place, "starts_on", _NEWCOMER)
            else:
                found.refused(people, place, error)
    for at, who, _ in absences:
        if at not in belongs and who not in gone:
            found.wrong(away, at, "caseworker", _NOBODY)
    posts = found.changed(granted, 0, granted.lines[0], were[POSTS].lines[0])
    if found.faults:
        return None
    try:
        return replace(
            department.roster,
            caseworkers=tuple(caseworkers),
            vacancies=vacancies,
            granted_fte=posts.get("granted_fte", department.roster.granted_fte),
        )
    except PlannerError as error:
        found.refused(granted, 0, error, "granted_fte")
        return None


def _read_absences(
    department: Department, before: EditTable, written: EditTable, found: Readings
) -> list[tuple[int, str, Absence]]:
    """Return each absence with the place of its line and who is away."""
    kept = [each for person in department.roster.caseworkers for each in person.absences]
    known = dict(zip([each.key for each in before.lines], kept, strict=True))
    absences = []
    for place, line in written.kept_lines:
        values = found.changed(written, place, line, before.line(line.key))
        if not found.is_right(written, place):
            continue
        values.pop("caseworker", None)
        if "reason" in values:
            values["reason"] = AbsenceReason(values["reason"])
        try:
            old = known.get(line.key)
            absence = Absence(**values) if old is None else replace(old, **values)
        except PlannerError as error:
            found.refused(written, place, error)
            continue
        absences.append((place, line.cell("caseworker").strip(), absence))
    return absences


def _read_vacancies(
    department: Department, before: EditTable, written: EditTable, found: Readings
) -> tuple[Vacancy, ...]:
    keys = [each.key for each in before.lines]
    known = dict(zip(keys, department.roster.vacancies, strict=True))
    vacancies = []
    for place, line in written.kept_lines:
        values = found.changed(written, place, line, before.line(line.key))
        if not found.is_right(written, place):
            continue
        try:
            old = known.get(line.key)
            vacancies.append(Vacancy(**values) if old is None else replace(old, **values))
        except PlannerError as error:
            found.refused(written, place, error)
    return tuple(vacancies)


_TWICE = Text(
    da="to medarbejdere har samme pseudonym; giv hver sit",
    en="two caseworkers have the same pseudonym; give each their own",
)
_NOBODY = Text(
    da="ingen medarbejder i tabellen har det pseudonym; ret det, eller fjern linjen",
    en="no caseworker in the table has that pseudonym; correct it, or remove the line",
)
_NEWCOMER = Text(
    da="medarbejderen er under oplæring, som regnes fra første dag; skriv den",
    en="the caseworker is a newcomer, which is counted from the first day; write it",
)
