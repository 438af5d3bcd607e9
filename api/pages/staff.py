"""Part 1 of the page: from people and hours to FTE (da: fra timer til fuldtidsstillinger)."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from api.pages.figures import (
    Address,
    CitedRule,
    Figure,
    cited,
    figure_text,
    plain_number,
)
from capacity.caseworker import Caseworker
from capacity.department import Department
from capacity.roster import (
    Roster,
    available_hours_breakdown,
    case_fte,
    case_hours,
    contracted_fte,
    contracted_hours,
    headcount,
    vacant_fte,
)
from capacity.rulebook import Rulebook
from capacity.units import HoursPerWeek
from capacity.wording import Text
from capacity.workdays import weekday_holidays

_FTE = Text(da="fuldtidsstillinger", en="FTE")
_HOURS_A_WEEK = Text(da="timer om ugen", en="hours a week")
_HOURS_A_YEAR = Text(da="timer om året", en="hours a year")


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """One line of a sum (da: led): what it is, its hours, and the rule behind it."""

    label: Text
    hours: Fraction
    rule: CitedRule | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffPart:
    """From people and hours to FTE (da: fra timer til fuldtidsstillinger)."""

    headcount: Figure
    contracted_hours: Figure
    contracted_fte: Figure
    case_hours: Figure
    case_fte: Figure
    available_hours: Figure
    week: tuple[Term, ...]
    year: tuple[Term, ...]
    granted_fte: Fraction | None
    vacant_fte: Fraction


def staff_part(department: Department, book: Rulebook) -> StaffPart:
    """Count people, hours and posts on the department's day (da: bemanding)."""
    roster, on = department.roster, department.on
    full_time = book["agreement.full_time_hours"].on(on).number
    norm = cited("agreement.full_time_hours", on, book)
    contracted, carrying = contracted_hours(roster, on), case_hours(roster, on)
    year = available_hours_breakdown(roster, on, book)
    holidays = weekday_holidays(on.year)

    def address(field: str, digits: int) -> Address:
        terms = (("department", department.address), ("on", on.isoformat()))
        return Address(path="/v1/fte", terms=terms, field=field, digits=digits)

    return StaffPart(
        headcount=Figure(
            label=Text(da="Ansatte", en="Employed"),
            value=figure_text(headcount(roster, on), 0),
            unit=Text(da="personer", en="people"),
            made_of=(
                Text(
                    da="Alle, der er ansat den dag. Deltidsansatte og folk på orlov tæller som én.",
                    en="All employed that day. Part-timers and people on leave count as one.",
                ),
                _contracts(roster, department),
            ),
            address=address("headcount", 0),
        ),
        contracted_hours=Figure(
            label=Text(da="Ansættelsestimer", en="Contracted hours"),
            value=plain_number(contracted),
            unit=_HOURS_A_WEEK,
            made_of=(Text(da="Summen af ansættelserne.", en="The sum of the contracts."),),
            address=address("contracted_hours", 2),
        ),
        contracted_fte=Figure(
            label=Text(da="Fuldtidsstillinger, ansat", en="Contracted FTE"),
            value=figure_text(contracted_fte(roster, on, full_time), 2),
            unit=_FTE,
            made_of=(_division(contracted, full_time),),
            rules=(norm,),
            address=address("contracted_fte", 2),
        ),
        case_hours=Figure(
            label=Text(da="Timer til sager", en="Hours for cases"),
            value=plain_number(carrying),
            unit=_HOURS_A_WEEK,
            made_of=(),
        ),
        case_fte=Figure(
            label=Text(da="Fuldtidsstillinger til sager", en="FTE that carry cases"),
            value=figure_text(case_fte(roster, on, full_time), 2),
            unit=_FTE,
            made_of=(_division(carrying, full_time),),
            rules=(norm,),
            address=address("case_fte", 2),
        ),
        available_hours=Figure(
            label=Text(
                da=f"Effektive timer til sager i {on.year}",
                en=f"Available hours for cases in {on.year}",
            ),
            value=figure_text(year.net_hours, 0),
            unit=_HOURS_A_YEAR,
            made_of=(),
            rules=(norm,),
            address=address("available_hours", 0),
        ),
        week=_week(department),
        year=(
            Term(
                label=Text(
                    da="Brutto: fuldtidsstillinger til sager, i snit over året, gange årsnormen",
                    en="Gross: FTE that carry cases, averaged over the year, times the year’s norm",
                ),
                hours=year.gross_hours,
                rule=cited("agreement.gross_year_hours", on, book),
            ),
            Term(
                label=Text(
                    da=f"Søgnehelligdage: {holidays} i {on.year} efter kalenderen",
                    en=f"Public holidays on weekdays: {holidays} in {on.year} by the calendar",
                ),
                hours=-year.public_holiday_hours,
            ),
            Term(
                label=Text(da="Lokale fridage", en="Local days off"),
                hours=-year.closing_hours,
                rule=cited("assumption.closing_days", on, book),
            ),
            Term(
                label=Text(da="Ferie", en="Holiday leave"),
                hours=-year.holiday_leave_hours,
                rule=cited("agreement.holiday_days", on, book),
            ),
            Term(
                label=Text(da="Sygdom", en="Sickness"),
                hours=-year.sickness_hours,
                rule=cited("assumption.sick_days", on, book),
            ),
        ),
        granted_fte=roster.granted_fte,
        vacant_fte=vacant_fte(roster, on, full_time),
    )


def _contracts(roster: Roster, department: Department) -> Text:
    employed = (each for each in roster.caseworkers if each.is_employed(department.on))
    kinds = sorted(Counter(each.hours_per_week for each in employed).items(), reverse=True)
    hours = [(people, plain_number(weekly)) for weekly, people in kinds]
    return Text(
        da=", ".join(f"{people} × {weekly.da} timer" for people, weekly in hours),
        en=", ".join(f"{people} × {weekly.en} hours" for people, weekly in hours),
    )


def _division(hours: HoursPerWeek, full_time: HoursPerWeek) -> Text:
    written, norm = plain_number(hours), plain_number(full_time)
    return Text(
        da=f"{written.da} timer om ugen / {norm.da} timer",
        en=f"{written.en} hours a week / {norm.en} hours",
    )


def _week(department: Department) -> tuple[Term, ...]:
    """Take the week's hours for cases apart, so that the terms add up to them."""
    on = department.on
    employed = [each for each in department.roster.caseworkers if each.is_employed(on)]
    away = [each for each in employed if each.is_on_leave(on)]
    at_work = [each for each in employed if not each.is_on_leave(on)]
    terms = (
        Term(
            label=Text(da="Ansættelsestimer", en="Contracted hours"),
            hours=_contracted(employed),
        ),
        Term(
            label=Text(da="Orlov og andet planlagt fravær", en="Leave and other planned absence"),
            hours=-_contracted(away),
        ),
        Term(
            label=Text(da="Andre opgaver end sager", en="Duties other than cases"),
            hours=-sum((each.non_case_hours_per_week for each in at_work), Fraction(0)),
        ),
        Term(
            label=Text(da="Nyansattes oplæring", en="Newcomers’ ramp-up"),
            hours=-sum((_not_yet(each, department) for each in at_work), Fraction(0)),
        ),
    )
    return tuple(term for term in terms if term.hours)


def _contracted(people: Sequence[Caseworker]) -> HoursPerWeek:
    return sum((each.hours_per_week for each in people), Fraction(0))


def _not_yet(person: Caseworker, department: Department) -> HoursPerWeek:
    return person.hours_per_week - person.non_case_hours_per_week - person.case_hours(department.on)
