"""The people of a department and the hours they have for cases (da: bemanding).

Three numbers that are easily taken for one another:

- posts *granted* (da: normering): `Roster.granted_fte`, filled or not;
- people *on the roster* (da: bemanding): `headcount`, `contracted_hours`, `contracted_fte`;
- hours *carrying cases* (da: sagsbærende timer): `case_hours`, `case_fte`, after other duties,
  leave and the first months of a newcomer.

Hours per year, after holidays and sickness, are in `available_hours`.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction

from capacity.caseworker import Absence, AbsenceReason, Caseworker, RampUp, Vacancy
from capacity.errors import InvalidInput
from capacity.units import FTE, HoursPerWeek
from capacity.wording import Text, shown

__all__ = [
    "Absence",
    "AbsenceReason",
    "Caseworker",
    "RampUp",
    "Roster",
    "Vacancy",
    "case_fte",
    "case_hours",
    "contracted_fte",
    "contracted_hours",
    "headcount",
    "vacant_fte",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Roster:
    """The people of a department or a team, and the posts granted to it (da: bemanding).

    `granted_fte` are the posts the budget pays for (da: normering); None where nobody has said.
    """

    caseworkers: tuple[Caseworker, ...]
    vacancies: tuple[Vacancy, ...] = ()
    granted_fte: FTE | None = None

    def __post_init__(self) -> None:
        seen: set[str] = set()
        for index, person in enumerate(self.caseworkers):
            if person.id in seen:
                raise InvalidInput(
                    Text(
                        da=f"to medarbejdere hedder “{person.id}”; giv hver sit id",
                        en=f"two caseworkers are called “{person.id}”; give each its own id",
                    ),
                    field=f"caseworkers[{index}].id",
                )
            seen.add(person.id)
        if self.granted_fte is not None and self.granted_fte < 0:
            raise InvalidInput(
                Text(
                    da=f"normering {shown(self.granted_fte, 2, 'da')}; skriv 0 eller mere",
                    en=f"granted posts {shown(self.granted_fte, 2, 'en')}; write 0 or more",
                ),
                field="granted_fte",
            )

    def team(self, slug: str) -> "Roster":
        """Return the people and vacancies of one team, which may be none (da: teamets bemanding).

        How the granted posts are divided between teams is not known, so they are left out.
        """
        return replace(
            self,
            caseworkers=tuple(person for person in self.caseworkers if person.team == slug),
            vacancies=tuple(vacancy for vacancy in self.vacancies if vacancy.team == slug),
            granted_fte=None,
        )


def headcount(roster: Roster, on: date) -> int:
    """People employed on a day, part-timers and those on leave counted as one (da: antal ansatte).

    >>> headcount(Roster(caseworkers=()), date(2020, 3, 26))
    0
    """
    return sum(1 for _ in _employed(roster, on))


def contracted_hours(roster: Roster, on: date) -> HoursPerWeek:
    """Weekly hours by contract of all employed on a day, leave included (da: ansættelsestimer)."""
    return sum((person.hours_per_week for person in _employed(roster, on)), Fraction(0))


def case_hours(roster: Roster, on: date) -> HoursPerWeek:
    """Weekly hours left for cases on a day (da: rene rådgivertimer).

    The contract less other duties; nothing from those on leave that day; a newcomer's part.
    Holidays and ordinary sickness are not taken off here: they are in `available_hours`.
    """
    return sum((person.case_hours(on) for person in roster.caseworkers), Fraction(0))


def contracted_fte(roster: Roster, on: date, full_time_hours: HoursPerWeek) -> FTE:
    """Full-time equivalents on the roster, by contract (da: fuldtidsstillinger, bemanding)."""
    return contracted_hours(roster, on) / _positive(full_time_hours)


def case_fte(roster: Roster, on: date, full_time_hours: HoursPerWeek) -> FTE:
    """Full-time equivalents carrying cases: what a caseload divides by (da: sagsbærende).

    >>> half_on_projects = Caseworker(
    ...     id="a", team="base", hours_per_week=Fraction(37), non_case_hours_per_week=Fraction(37, 2)
    ... )
    >>> case_fte(Roster(caseworkers=(half_on_projects,)), date(2020, 3, 26), Fraction(37))
    Fraction(1, 2)
    """
    return case_hours(roster, on) / _positive(full_time_hours)


def vacant_fte(roster: Roster, on: date, full_time_hours: HoursPerWeek) -> FTE:
    """Full-time equivalents of the posts listed as vacant on a day (da: ubesatte stillinger)."""
    hours = (vacancy.hours_per_week for vacancy in roster.vacancies if vacancy.from_on <= on)
    return sum(hours, Fraction(0)) / _positive(full_time_hours)


def _employed(roster: Roster, on: date) -> Iterable[Caseworker]:
    return (person for person in roster.caseworkers if person.is_employed(on))


def _positive(full_time_hours: HoursPerWeek) -> HoursPerWeek:
    if full_time_hours <= 0:
        raise InvalidInput(
            Text(
                da=f"fuld tid på {shown(full_time_hours, 2, 'da')} timer om ugen; skriv mere end 0",
                en=f"full time of {shown(full_time_hours, 2, 'en')} hours a week; "
                "write more than 0",
            ),
            field="full_time_hours",
        )
    return full_time_hours
