"""The people of a department and the hours they have for cases (da: bemanding).

Three numbers that are easily taken for one another:

- posts *granted* (da: normering): `Roster.granted_fte`, filled or not;
- people *on the roster* (da: bemanding): `headcount`, `contracted_hours`, `contracted_fte`;
- hours *carrying cases* (da: sagsbærende timer): `case_hours`, `case_fte`, after other duties,
  leave and the first months of a newcomer.

Hours per year, after holidays and sickness, are in `available_hours`.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction

from capacity.caseworker import Absence, AbsenceReason, Caseworker, RampUp, Vacancy
from capacity.errors import InvalidInput
from capacity.refusals import refuse_below_zero, refuse_unless_above_zero
from capacity.rulebook import Rulebook
from capacity.short_form import caseworkers_from_short_form
from capacity.units import FTE, Days, HoursPerWeek, HoursPerYear
from capacity.wording import Text, shown
from capacity.working_year import WorkingYear, working_year

__all__ = [
    "Absence",
    "AbsenceReason",
    "Caseworker",
    "RampUp",
    "Roster",
    "Vacancy",
    "available_hours",
    "available_hours_breakdown",
    "case_fte",
    "case_hours",
    "contracted_fte",
    "contracted_hours",
    "headcount",
    "roster_from_short_form",
    "unfilled_fte",
    "vacant_fte",
    "with_non_case_hours",
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
                        da=f"to medarbejdere hedder ”{person.id}”; giv hver sit id",
                        en=f"two caseworkers are called “{person.id}”; give each its own id",
                    ),
                    field=f"caseworkers[{index}].id",
                )
            seen.add(person.id)
        if self.granted_fte is not None:
            refuse_below_zero(self.granted_fte, "granted_fte")

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


def roster_from_short_form(text: str, *, team: str = "staff") -> Roster:
    """Read a staff from one line of people and weekly hours (da: bemanding i kortform).

    `InvalidInput` names the entry at fault; missing hours are never taken for full time.

    >>> len(roster_from_short_form("20x37;8x30;4x25,5").caseworkers)
    32
    """
    return Roster(caseworkers=caseworkers_from_short_form(text, team=team))


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

    >>> person = Caseworker(
    ...     id="a", team="base", hours_per_week=Fraction(37), non_case_hours_per_week=Fraction(10)
    ... )
    >>> case_fte(Roster(caseworkers=(person,)), date(2020, 3, 26), Fraction(37))
    Fraction(27, 37)
    """
    return case_hours(roster, on) / _positive(full_time_hours)


def vacant_fte(roster: Roster, on: date, full_time_hours: HoursPerWeek) -> FTE:
    """Full-time equivalents of the posts listed as vacant on a day (da: ubesatte stillinger)."""
    hours = (vacancy.hours_per_week for vacancy in roster.vacancies if vacancy.from_on <= on)
    return sum(hours, Fraction(0)) / _positive(full_time_hours)


def unfilled_fte(roster: Roster, on: date, full_time_hours: HoursPerWeek) -> FTE:
    """Granted posts less those on the roster (da: normering minus bemanding).

    Negative where more are employed than granted. `InvalidInput` where nobody has said how many
    posts are granted.
    """
    if roster.granted_fte is None:
        raise InvalidInput(
            Text(da="normeringen mangler; skriv den", en="the granted posts are missing"),
            field="granted_fte",
        )
    return roster.granted_fte - contracted_fte(roster, on, full_time_hours)


def with_non_case_hours(roster: Roster, hours_per_week: HoursPerWeek) -> Roster:
    """Spread the whole staff's weekly hours on other duties (da: timer til andet end sager).

    In proportion to each contract, in place of what was there: an assumption to use where only
    the total is known. `InvalidInput` where the total exceeds the contracts.

    >>> roster = with_non_case_hours(roster_from_short_form("3x30;1x10"), Fraction(20))
    >>> [str(person.non_case_hours_per_week) for person in roster.caseworkers]
    ['6', '6', '6', '2']
    """
    contracts = sum((person.hours_per_week for person in roster.caseworkers), Fraction(0))
    if not 0 <= hours_per_week <= contracts:
        raise InvalidInput(
            Text(
                da=f"{shown(hours_per_week, 2, 'da')} timer om ugen til andet end sager; skriv fra "
                f"0 til ansættelsernes {shown(contracts, 2, 'da')} timer",
                en=f"{shown(hours_per_week, 2, 'en')} hours a week on other duties; write from 0 "
                f"to the contracts' {shown(contracts, 2, 'en')} hours",
            ),
            field="non_case_hours",
        )
    share = hours_per_week / contracts if contracts else Fraction(0)
    return replace(
        roster,
        caseworkers=tuple(
            replace(person, non_case_hours_per_week=person.hours_per_week * share)
            for person in roster.caseworkers
        ),
    )


def available_hours_breakdown(
    roster: Roster,
    on: date,
    book: Rulebook,
    *,
    sick_days: Days | None = None,
) -> WorkingYear:
    """Return the sum behind `available_hours`, term by term (da: årsværkets regnestykke).

    Other duties suffer the same absence as cases, so each person is the part of a full-time post
    that their case hours are of full time. The rules are those in force on the day, and the year
    is its whole calendar year: whoever comes, leaves or is on planned leave in it counts for the
    weekdays they are there. Sickness that is listed as leave is in the rule's sick days too,
    unless that person's own `sick_days` leave it out. `sick_days` replace the rule's number. The
    full time is the agreement's, which the gross hours belong to: what somebody counts as one FTE
    changes nothing of the hours that people work.
    """
    full_time_hours = book["agreement.full_time_hours"].on(on).number
    if sick_days is None:
        sick_days = book["assumption.sick_days"].on(on).number
    posts: dict[Days, FTE] = defaultdict(Fraction, {sick_days: Fraction(0)})
    for person in roster.caseworkers:
        days = sick_days if person.sick_days is None else person.sick_days
        posts[days] += person.average_case_hours(on.year) / full_time_hours
    parts = [
        working_year(
            on.year,
            full_time_hours=full_time_hours,
            gross_year_hours=book["agreement.gross_year_hours"].on(on).number,
            holiday_days=book["agreement.holiday_days"].on(on).number,
            closing_days=book["assumption.closing_days"].on(on).number,
            sick_days=days,
        )
        * fte
        for days, fte in posts.items()
    ]
    return sum(parts[1:], start=parts[0])


def available_hours(
    roster: Roster,
    on: date,
    book: Rulebook,
    *,
    sick_days: Days | None = None,
) -> HoursPerYear:
    """Hours for cases in the calendar year of a day, all absence taken off (da: effektive timer).

    The whole staff's hours, after other duties, holidays, closing days and sickness.
    """
    return available_hours_breakdown(roster, on, book, sick_days=sick_days).net_hours


def _employed(roster: Roster, on: date) -> Iterable[Caseworker]:
    return (person for person in roster.caseworkers if person.is_employed(on))


def _positive(full_time_hours: HoursPerWeek) -> HoursPerWeek:
    refuse_unless_above_zero(full_time_hours, "full_time_hours")
    return full_time_hours
