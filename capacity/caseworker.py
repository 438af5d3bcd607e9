"""One employee and the hours they have for cases (da: sagsbehandler, rådgiver)."""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from fractions import Fraction

from capacity.errors import InvalidInput
from capacity.refusals import refuse_below_zero
from capacity.units import Days, HoursPerWeek, Share
from capacity.wording import Text, shown
from capacity.workdays import Unit, add
from capacity.working_year import workdays

# Assumption: more than this in a week is a slip of the pen, not a contract.
_MOST_HOURS_PER_WEEK = 60


class AbsenceReason(StrEnum):
    """Why somebody is away, and no more than that (da: fraværsart).

    The list is closed because a reason in free text would be health data about a person.
    """

    PARENTAL_LEAVE = "parental_leave"
    LONG_SICKNESS = "long_sickness"
    SHORT_SICKNESS = "short_sickness"
    UNPAID_LEAVE = "unpaid_leave"
    HOLIDAY = "holiday"


_OF_EVERY_POST = (AbsenceReason.HOLIDAY, AbsenceReason.SHORT_SICKNESS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Absence:
    """A planned period away, both days included (da: fravær).

    `InvalidInput` where the last day comes before the first.
    """

    first_day: date
    last_day: date
    reason: AbsenceReason

    def __post_init__(self) -> None:
        _refuse_backward(self.first_day, self.last_day)

    def covers(self, day: date) -> bool:
        """Say whether the day lies in the period (da: dækker)."""
        return self.first_day <= day <= self.last_day


@dataclass(frozen=True, slots=True, kw_only=True)
class HoursChange:
    """More or fewer weekly hours for cases in a period (da: ændret timetal).

    Overtime, duties that come or go, a part of a post that stands empty. Both days are included;
    `last_day` None means that it stays. `InvalidInput` where the last day comes before the first.
    """

    first_day: date
    last_day: date | None = None
    case_hours_per_week: HoursPerWeek

    def __post_init__(self) -> None:
        _refuse_backward(self.first_day, self.last_day)

    def covers(self, day: date) -> bool:
        """Say whether the day lies in the period (da: dækker)."""
        return self.first_day <= day and (self.last_day is None or day <= self.last_day)


@dataclass(frozen=True, slots=True, kw_only=True)
class RampUp:
    """How a newcomer grows into the full caseload (da: oplæring).

    On the first day `first_share` of the case hours count, and day by day more, in a straight
    line, until all of them count `months` calendar months later.
    """

    months: int
    first_share: Share

    def __post_init__(self) -> None:
        if self.months < 1:
            raise InvalidInput(
                Text(
                    da=f"oplæring over {self.months} måneder; skriv 1 eller flere",
                    en=f"a ramp-up over {self.months} months; write 1 or more",
                ),
                field="months",
            )
        if not 0 <= self.first_share <= 1:
            raise InvalidInput(
                Text(
                    da=f"første andel {shown(self.first_share, 2, 'da')}; skriv en andel "
                    "fra 0 til 1",
                    en=f"first share {shown(self.first_share, 2, 'en')}; write a share from 0 to 1",
                ),
                field="first_share",
            )

    def share_on(self, day: date, starts_on: date) -> Share:
        """Return the part of the case hours that counts on a day (da: andel af fuld sagsmængde).

        >>> half_a_year = RampUp(months=6, first_share=Fraction(1, 2))
        >>> half_a_year.share_on(date(2024, 1, 1), starts_on=date(2024, 1, 1))
        Fraction(1, 2)
        >>> half_a_year.share_on(date(2024, 7, 1), starts_on=date(2024, 1, 1))
        Fraction(1, 1)
        """
        full_on = add(starts_on, self.months, Unit.CALENDAR_MONTHS)
        if day >= full_on:
            return Fraction(1)
        part = Fraction((day - starts_on).days, (full_on - starts_on).days)
        return self.first_share + (1 - self.first_share) * part


@dataclass(frozen=True, slots=True, kw_only=True)
class Caseworker:
    """One employee who carries cases (da: sagsbehandler, rådgiver).

    `id` is a pseudonym, never a name. `hours_per_week` is the contract, of which
    `non_case_hours_per_week` go to other duties (projects, duty rota, mentoring). `ends_on` is the
    last day of employment. `sick_days` are working days a year; None means the rule's number.
    `hours_changes` are for a period, on top of all that. With `absences_listed` all absence stands
    in `absences`, holidays and short sickness too, as a payroll list of the past has it: a
    simulation then spreads none over the year and deals none by chance. `InvalidInput` where the
    hours are missing, negative or more than there are.
    """

    id: str
    team: str
    hours_per_week: HoursPerWeek
    non_case_hours_per_week: HoursPerWeek = Fraction(0)
    starts_on: date | None = None
    ends_on: date | None = None
    absences: tuple[Absence, ...] = ()
    ramp_up: RampUp | None = None
    sick_days: Days | None = None
    hours_changes: tuple[HoursChange, ...] = ()
    absences_listed: bool = False

    def __post_init__(self) -> None:
        if not 0 < self.hours_per_week <= _MOST_HOURS_PER_WEEK:
            raise InvalidInput(
                Text(
                    da=f"{self.id}: {shown(self.hours_per_week, 2, 'da')} timer om ugen; skriv "
                    f"mere end 0 og højst {_MOST_HOURS_PER_WEEK}",
                    en=f"{self.id}: {shown(self.hours_per_week, 2, 'en')} hours a week; write "
                    f"more than 0 and at most {_MOST_HOURS_PER_WEEK}",
                ),
                field="hours_per_week",
            )
        if not 0 <= self.non_case_hours_per_week <= self.hours_per_week:
            raise InvalidInput(
                Text(
                    da=f"{self.id}: {shown(self.non_case_hours_per_week, 2, 'da')} timer til "
                    f"andet end sager; skriv fra 0 til ansættelsens "
                    f"{shown(self.hours_per_week, 2, 'da')} timer",
                    en=f"{self.id}: {shown(self.non_case_hours_per_week, 2, 'en')} hours on "
                    f"other duties; write from 0 to the contract's "
                    f"{shown(self.hours_per_week, 2, 'en')} hours",
                ),
                field="non_case_hours_per_week",
            )
        if self.starts_on and self.ends_on and self.ends_on < self.starts_on:
            raise InvalidInput(
                Text(
                    da=f"{self.id}: sidste dag {self.ends_on} ligger før første dag "
                    f"{self.starts_on}",
                    en=f"{self.id}: the last day {self.ends_on} is before the first day "
                    f"{self.starts_on}",
                ),
                field="ends_on",
            )
        if self.ramp_up and self.starts_on is None:
            raise InvalidInput(
                Text(
                    da=f"{self.id}: oplæring kræver en startdato; skriv starts_on",
                    en=f"{self.id}: a ramp-up needs a start date; write starts_on",
                ),
                field="starts_on",
            )
        if self.sick_days is not None:
            refuse_below_zero(self.sick_days, "sick_days")
        for index, change in enumerate(self.hours_changes):
            self._refuse_impossible_hours(change.first_day, f"hours_changes[{index}]")
            if change.last_day is not None:
                day_after = change.last_day + timedelta(days=1)
                self._refuse_impossible_hours(day_after, f"hours_changes[{index}]")

    def is_employed(self, on: date) -> bool:
        """Say whether the day lies in the employment (da: ansat)."""
        started = self.starts_on is None or self.starts_on <= on
        return started and (self.ends_on is None or on <= self.ends_on)

    def is_on_leave(self, on: date) -> bool:
        """Say whether leave covers the day (da: på orlov).

        A planned holiday is no leave, nor is short sickness: every post's are taken off the hours
        of the year, and no day is taken off twice.
        """
        leave = (each for each in self.absences if each.reason not in _OF_EVERY_POST)
        return any(absence.covers(on) for absence in leave)

    def case_hours(self, on: date) -> HoursPerWeek:
        """Return the weekly hours for cases on a day, 0 on leave (da: sagstimer)."""
        if not self.is_employed(on) or self.is_on_leave(on):
            return Fraction(0)
        hours = self._planned_hours(on)
        if self.ramp_up and self.starts_on:
            return hours * self.ramp_up.share_on(on, self.starts_on)
        return hours

    def average_case_hours(self, year: int) -> HoursPerWeek:
        """Return the weekly hours for cases as an average over a year (da: årsgennemsnit).

        The average is over the working days; those outside the employment or on leave count 0.
        """
        days = workdays(year)
        if not self.varies:
            return self.case_hours(days[0])
        return sum((self.case_hours(day) for day in days), Fraction(0)) / len(days)

    @property
    def varies(self) -> bool:
        """Whether the weekly hours for cases differ from day to day (da: skiftende timetal)."""
        return bool(self.starts_on or self.ends_on or self.absences or self.hours_changes)

    def _planned_hours(self, on: date) -> HoursPerWeek:
        """Weekly hours for cases of somebody who is there, newcomer or not."""
        changes = (each for each in self.hours_changes if each.covers(on))
        return sum(
            (each.case_hours_per_week for each in changes),
            self.hours_per_week - self.non_case_hours_per_week,
        )

    def _refuse_impossible_hours(self, on: date, field: str) -> None:
        hours = self._planned_hours(on)
        if not 0 <= hours <= _MOST_HOURS_PER_WEEK:
            raise InvalidInput(
                Text(
                    da=f"{self.id}: {shown(hours, 2, 'da')} timer om ugen til sager fra {on}; "
                    f"skriv en ændring, der giver fra 0 til {_MOST_HOURS_PER_WEEK}",
                    en=f"{self.id}: {shown(hours, 2, 'en')} hours a week for cases from {on}; "
                    f"write a change that gives from 0 to {_MOST_HOURS_PER_WEEK}",
                ),
                field=field,
            )


def added_id(team: str, number: int) -> str:
    """Name the post that a plan adds to a team as its first, second … (da: ekstra stilling).

    Luck hangs on names: the same post in a curve and in a scenario is sick on the same days.
    """
    return f"extra-{team}-{number}"


def _refuse_backward(first_day: date, last_day: date | None) -> None:
    if last_day is not None and last_day < first_day:
        raise InvalidInput(
            Text(
                da=f"perioden kan ikke slutte {last_day}, før den begynder {first_day}",
                en=f"the period cannot end on {last_day} before its start, {first_day}",
            ),
            field="last_day",
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Vacancy:
    """A granted post with nobody in it, from a day on (da: ubesat stilling)."""

    team: str
    hours_per_week: HoursPerWeek
    from_on: date

    def __post_init__(self) -> None:
        if not 0 < self.hours_per_week <= _MOST_HOURS_PER_WEEK:
            raise InvalidInput(
                Text(
                    da=f"ubesat stilling på {shown(self.hours_per_week, 2, 'da')} timer om ugen; "
                    f"skriv mere end 0 og højst {_MOST_HOURS_PER_WEEK}",
                    en=f"a vacancy of {shown(self.hours_per_week, 2, 'en')} hours a week; write "
                    f"more than 0 and at most {_MOST_HOURS_PER_WEEK}",
                ),
                field="hours_per_week",
            )
