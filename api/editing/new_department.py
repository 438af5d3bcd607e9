"""The form of a department that is not there yet, written by hand (da: ny afdeling i hånden).

Two tables: which cases the teams have, and who is in them. A team is what its name is written as;
it comes into being with its first line.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from api.editing.sheets import Sheet
from api.editing.staff import CASEWORKERS, Readings
from api.editing.tables import Column, EditTable, Holds
from api.imports.column_looks import normal
from api.imports.fields import Kind
from api.imports.fields import field as import_field
from api.short_names import short_name
from capacity.caseload import CaseUnit
from capacity.caseworker import Caseworker
from capacity.department import Department
from capacity.errors import PlannerError
from capacity.roster import Roster
from capacity.rulebook import Rulebook
from capacity.wording import Language, Text

NEW, WORK, NO_DEADLINE = "new", "work", "none"
_LONGEST_TEAM = 20
"""What leaves room for a type of cases with its team in the 60 letters of a name."""
_MOST_OPEN = 100_000


@dataclass(frozen=True, slots=True, kw_only=True)
class NewTerms:
    """What is said of the whole, beside the tables (da: oplysninger)."""

    slug: str
    name: str
    on: date
    unit: CaseUnit
    said_by: str


def new_sheet(language: Language, on: date, book: Rulebook) -> Sheet:
    """Return the empty form; its deadlines are those in force on a day (da: tom formular)."""
    from simulations.told_department import deadlines_to_tell  # which loads numpy

    kinds = {
        **deadlines_to_tell(on, book),
        NO_DEADLINE: Text(da="Sager uden frist", en="Cases without a deadline"),
    }
    return Sheet(name=NEW, language=language, tables=(_work(kinds), _people()))


def _work(kinds: dict[str, Text]) -> EditTable:
    return EditTable(
        name=WORK,
        label=Text(da="Teams og deres sager", en="Teams and their cases"),
        named_by="team",
        matched_by=("team", "kind"),
        lines=(),
        columns=(
            Column(
                name="team",
                label=Text(da="Team", en="Team"),
                holds=Holds.WORD,
                required=True,
                names=("gruppe", "enhed", "unit", "group"),
            ),
            Column(
                name="kind",
                label=Text(da="Sager med fristen", en="Cases with the deadline"),
                holds=Holds.CHOICE,
                required=True,
                choices=kinds,
                names=("sagstype", "frist", "type", "deadline"),
            ),
            Column(
                name="arrivals_per_year",
                label=Text(da="Nye sager om året", en="New cases a year"),
                holds=Holds.NUMBER,
                required=True,
                names=("tilgang", "nye sager", "arrivals"),
            ),
            Column(
                name="open_cases",
                label=Text(da="Åbne sager i dag", en="Open cases today"),
                holds=Holds.COUNT,
                names=("åbne sager", "åbne", "open cases"),
            ),
            Column(
                name="oldest_days",
                label=Text(da="Ældste åbne sag, dage", en="Oldest open case, days"),
                holds=Holds.COUNT,
                names=("ældste", "oldest"),
            ),
        ),
    )


def _people() -> EditTable:
    def names(id_: str) -> tuple[str, ...]:
        found = import_field(Kind.STAFF, id_)
        return () if found is None else found.names

    hours = Text(da="timer/uge", en="hours/week")
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
                names=names("caseworker"),
            ),
            Column(
                name="team",
                label=Text(da="Team", en="Team"),
                holds=Holds.WORD,
                required=True,
                names=names("team"),
            ),
            Column(
                name="hours_per_week",
                label=Text(da="Ansat", en="Contract"),
                unit=hours,
                holds=Holds.NUMBER,
                required=True,
                names=names("hours_per_week"),
            ),
            Column(
                name="non_case_hours_per_week",
                label=Text(da="Andet end sager", en="Other duties"),
                unit=hours,
                holds=Holds.NUMBER,
                names=names("non_case_hours_per_week"),
            ),
        ),
    )


def department_of(
    sheet: Sheet, terms: NewTerms, found: Readings, book: Rulebook
) -> Department | None:
    """Read the tables as a department; None where a cell is at fault (da: ny afdeling)."""
    from simulations.told_department import Told, ToldCases, told_department

    work, people = sheet.table(WORK), sheet.table(CASEWORKERS)
    teams: dict[str, tuple[str, Text]] = {}
    cases: list[ToldCases] = []
    seen: set[tuple[str, str]] = set()
    for place, line in work.kept_lines:
        values = found.changed(work, place, line, None)
        if not found.is_right(work, place):
            continue
        name = values["team"]
        team, _ = teams.setdefault(normal(name), (_slug_of(name, teams), Text(da=name, en=name)))
        if (team, values["kind"]) in seen:
            found.wrong(work, place, "kind", _TWICE)
        seen.add((team, values["kind"]))
        open_cases = values["open_cases"] or 0
        if open_cases > _MOST_OPEN:
            found.wrong(work, place, "open_cases", _TOO_MANY)
        cases.append(
            ToldCases(
                team=team,
                deadline=None if values["kind"] == NO_DEADLINE else values["kind"],
                arrivals_per_year=values["arrivals_per_year"],
                open_cases=open_cases,
                oldest_days=values["oldest_days"],
            )
        )
        if values["arrivals_per_year"] < 0:
            found.wrong(work, place, "arrivals_per_year", _BELOW_ZERO)
    if not any(True for _ in work.kept_lines):
        found.wrong(work, 0, "team", _NO_TEAM)
    caseworkers = tuple(_caseworkers(people, teams, found))
    if found.faults:
        return None
    try:
        told = Told(
            slug=terms.slug,
            name=Text(da=terms.name, en=terms.name),
            on=terms.on,
            unit=terms.unit,
            teams=tuple(teams.values()),
            cases=cases,
            roster=Roster(caseworkers=caseworkers),
            said_by=terms.said_by,
        )
        return told_department(told, book)
    except PlannerError as error:
        found.refused(work, 0, error, "kind")
        return None


def _caseworkers(
    people: EditTable, teams: dict[str, tuple[str, Text]], found: Readings
) -> Iterator[Caseworker]:
    seen: set[str] = set()
    for place, line in people.kept_lines:
        values = found.changed(people, place, line, None)
        if "id" in values and values["id"] in seen:
            found.wrong(people, place, "id", _SAME_PERSON)
        seen.add(values.get("id", ""))
        if "team" in values and normal(values["team"]) not in teams:
            found.wrong(people, place, "team", _no_such_team(teams))
        if not found.is_right(people, place):
            continue
        team, _ = teams[normal(values["team"])]
        other = values["non_case_hours_per_week"] or Fraction(0)
        try:
            yield Caseworker(**{**values, "team": team, "non_case_hours_per_week": other})
        except PlannerError as error:
            found.refused(people, place, error)


def _slug_of(name: str, teams: dict[str, tuple[str, Text]]) -> str:
    slug = short_name(name, _LONGEST_TEAM) or "team"
    taken, number, free = {each for each, _ in teams.values()}, 1, slug
    while free in taken:
        number += 1
        free = f"{slug[: _LONGEST_TEAM - 3]}-{number}"
    return free


def _no_such_team(teams: dict[str, tuple[str, Text]]) -> Text:
    if not teams:
        return _NO_TEAM
    names = ", ".join(label.da for _, label in teams.values())
    return Text(
        da=f"intet team i tabellen ovenfor hedder det; der er {names}",
        en=f"no team in the table above is called that; there are {names}",
    )


_TWICE = Text(
    da="teamet har allerede en linje med den frist; læg de to sammen",
    en="the team has a line with that deadline already; add the two together",
)
_TOO_MANY = Text(da=f"højst {_MOST_OPEN} sager", en=f"at most {_MOST_OPEN} cases")
_BELOW_ZERO = Text(da="skriv 0 eller mere", en="write 0 or more")
_NO_TEAM = Text(da="skriv mindst ét team", en="write at least one team")
_SAME_PERSON = Text(
    da="to medarbejdere har samme pseudonym; giv hver sit",
    en="two caseworkers have the same pseudonym; give each their own",
)
