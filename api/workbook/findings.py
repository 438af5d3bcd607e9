"""What a workbook shows of a department, worked out once when it is made (da: arkets tal)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import TYPE_CHECKING

from api.jobs.curve import CurveCalculation, CurveRow
from api.pages.curve import choices
from capacity.caseload import Caseload
from capacity.caseworker import Caseworker
from capacity.department import Department
from capacity.errors import PlannerError
from capacity.rulebook import Rulebook
from capacity.units import FTE, HoursPerWeek, Share
from capacity.wording import Text

if TYPE_CHECKING:
    from simulations.questions import StaffingQuestion

LEVELS: tuple[FTE, ...] = tuple(Fraction(level) for level in (0, 1, 2, 3, 4, 6))
"""The levels of extra staff that a workbook draws (da: niveauer)."""
INFLOWS = (Fraction(9, 10), Fraction(1), Fraction(11, 10))
"""What the sensitivity is shown for: a tenth fewer cases, as many, a tenth more (da: tilgang)."""
REPLICATIONS, FEW = 256, 64
"""Simulated years of the deadline that a department shows first, and of each of the others."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffRow:
    """People of a team with the same hours (da: bemandingsrække).

    `counts` is the part of their case hours that counts on the day: none on leave, a newcomer's
    part; `case_hours` is what is left for cases of them all.
    """

    team: Text
    people: int
    hours: HoursPerWeek
    other_hours: HoursPerWeek
    counts: Share
    case_hours: HoursPerWeek


def staff_rows(department: Department) -> tuple[StaffRow, ...]:
    """Group the employed by team and hours, in the roster's order (da: bemanding)."""
    on = department.on
    groups: dict[tuple[str, HoursPerWeek, HoursPerWeek, HoursPerWeek], list[Caseworker]] = {}
    for person in department.roster.caseworkers:
        if person.is_employed(on):
            key = (
                person.team,
                person.hours_per_week,
                person.non_case_hours_per_week,
                person.case_hours(on),
            )
            groups.setdefault(key, []).append(person)
    rows = []
    for (team, hours, other, case_hours), people in groups.items():
        planned = hours - other
        rows.append(
            StaffRow(
                team=department.team(team).label,
                people=len(people),
                hours=hours,
                other_hours=other,
                counts=case_hours / planned if planned else Fraction(0),
                case_hours=case_hours * len(people),
            )
        )
    return tuple(rows)


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchedDeadline:
    """A deadline of a team as it is kept today (da: frist); None where that is much work."""

    team: str
    deadline: str
    label: Text
    row: CurveRow | None


def watched_deadlines(
    department: Department, book: Rulebook, at_once: int
) -> Iterator[WatchedDeadline]:
    """Simulate every deadline of every team without extra staff (da: fristerne i dag)."""
    for choice in choices(department, book):
        for deadline, label in choice.deadlines:
            of = choice.team.slug, deadline
            row = curve_rows(department, *of, LEVELS[:1], FEW, at_once)
            yield WatchedDeadline(
                team=choice.team.slug,
                deadline=deadline,
                label=Text(
                    da=f"{choice.team.label.da}: {label.da}",
                    en=f"{choice.team.label.en}: {label.en}",
                ),
                row=row[0] if row else None,
            )


def curve_rows(
    department: Department,
    team: str,
    deadline: str,
    levels: Sequence[FTE],
    replications: int,
    at_once: int,
    inflow: Share = Fraction(1),
) -> tuple[CurveRow, ...]:
    """Return a curve as its address has it; nothing where it is more than `at_once` steps."""
    from api.curve_terms import curve_question

    question: StaffingQuestion = replace(
        curve_question(
            department,
            team=team,
            deadline=deadline,
            extra_fte=tuple(levels),
            replications=replications,
        ),
        inflow=inflow,
    )
    calculation = CurveCalculation(question, department.address)
    try:
        if calculation.steps()[1] > at_once:
            return ()
        rows: tuple[CurveRow, ...] = calculation.found().answer.rows  # type: ignore[attr-defined]
    except PlannerError:  # nothing falls due in the period: the cell says so itself
        return ()
    return rows


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """All that a workbook shows (da: arkets tal)."""

    department: Department
    staff: tuple[StaffRow, ...]
    caseload: Caseload | None
    deadlines: tuple[WatchedDeadline, ...]
    curve: tuple[CurveRow, ...]
    grid: tuple[tuple[CurveRow, ...], ...]
    """A row for each of `INFLOWS`, over all levels."""


def findings_of(department: Department, book: Rulebook, at_once: int) -> Findings:
    """Work out what a workbook of a department shows (da: arkets tal)."""
    from api.pages.caseload import caseload_of

    try:
        caseload = caseload_of(department, book)
    except PlannerError:  # nobody carries cases; the sheet's own formulas say what is missing
        caseload = None
    team, deadline = department.headline_team, department.headline_deadline
    grid = tuple(
        curve_rows(department, team, deadline, LEVELS, REPLICATIONS, at_once, inflow)
        for inflow in INFLOWS
    )
    return Findings(
        department=department,
        staff=staff_rows(department),
        caseload=caseload,
        deadlines=tuple(watched_deadlines(department, book, at_once)),
        curve=grid[INFLOWS.index(Fraction(1))],
        grid=grid,
    )
