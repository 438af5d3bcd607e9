"""The hours that a post yields in a calendar year, as a sum one can follow (da: effektivt årsværk).

Gross hours, less public holidays on weekdays, closing days, holiday leave and sickness. The state's
agency for public finance deducts in this order and gives no single number, because it varies.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction

from capacity.errors import InvalidInput
from capacity.refusals import refuse_below_zero
from capacity.units import Days, HoursPerWeek, HoursPerYear
from capacity.wording import Text, shown
from capacity.workdays import is_workday, weekday_holidays

_WEEKDAYS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkingYear:
    """The sum behind the hours of a post, or of a staff, in one year (da: årsværkets regnestykke).

    All terms are hours and positive; the deductions are taken off in `net_hours`.
    """

    year: int
    gross_hours: HoursPerYear
    public_holiday_hours: HoursPerYear
    closing_hours: HoursPerYear
    holiday_leave_hours: HoursPerYear
    sickness_hours: HoursPerYear

    @property
    def net_hours(self) -> HoursPerYear:
        """The hours left for work (da: effektive timer)."""
        return (
            self.gross_hours
            - self.public_holiday_hours
            - self.closing_hours
            - self.holiday_leave_hours
            - self.sickness_hours
        )

    def __add__(self, other: "WorkingYear") -> "WorkingYear":
        return WorkingYear(
            year=self.year,
            gross_hours=self.gross_hours + other.gross_hours,
            public_holiday_hours=self.public_holiday_hours + other.public_holiday_hours,
            closing_hours=self.closing_hours + other.closing_hours,
            holiday_leave_hours=self.holiday_leave_hours + other.holiday_leave_hours,
            sickness_hours=self.sickness_hours + other.sickness_hours,
        )

    def __mul__(self, posts: Fraction) -> "WorkingYear":
        return WorkingYear(
            year=self.year,
            gross_hours=self.gross_hours * posts,
            public_holiday_hours=self.public_holiday_hours * posts,
            closing_hours=self.closing_hours * posts,
            holiday_leave_hours=self.holiday_leave_hours * posts,
            sickness_hours=self.sickness_hours * posts,
        )


def working_year(
    year: int,
    *,
    full_time_hours: HoursPerWeek,
    gross_year_hours: HoursPerYear,
    holiday_days: Days,
    closing_days: Days,
    sick_days: Days,
) -> WorkingYear:
    """Return the year of one full-time post, term by term (da: regnestykket for én stilling).

    A day is a fifth of the full-time week. All days are working days. `InvalidInput` where a
    figure is negative or the days off exceed the gross hours.

    >>> post = working_year(
    ...     2021,  # seven public holidays on weekdays
    ...     full_time_hours=Fraction(37),
    ...     gross_year_hours=Fraction(1924),
    ...     holiday_days=Fraction(30),
    ...     closing_days=Fraction(0),
    ...     sick_days=Fraction(14),
    ... )
    >>> float(post.public_holiday_hours), float(post.net_hours)
    (51.8, 1546.6)
    """
    figures = {
        "full_time_hours": full_time_hours,
        "gross_year_hours": gross_year_hours,
        "holiday_days": holiday_days,
        "closing_days": closing_days,
        "sick_days": sick_days,
    }
    for name, figure in figures.items():
        refuse_below_zero(figure, name)
    day_hours = full_time_hours / _WEEKDAYS
    post = WorkingYear(
        year=year,
        gross_hours=gross_year_hours,
        public_holiday_hours=day_hours * weekday_holidays(year),
        closing_hours=day_hours * closing_days,
        holiday_leave_hours=day_hours * holiday_days,
        sickness_hours=day_hours * sick_days,
    )
    if post.net_hours < 0:
        off = post.gross_hours - post.net_hours
        raise InvalidInput(
            Text(
                da=f"fravær på {shown(off, 1, 'da')} timer er mere end årets "
                f"{shown(gross_year_hours, 1, 'da')}; skriv færre feriedage, lukkedage "
                "eller sygedage",
                en=f"{shown(off, 1, 'en')} hours off are more than the year's "
                f"{shown(gross_year_hours, 1, 'en')}; write fewer days of holiday, closing "
                "or sickness",
            ),
            field="sick_days",
        )
    return post


def workdays(year: int) -> tuple[date, ...]:
    """Return the days of a year that are Monday to Friday and no public holiday (da: hverdage).

    >>> len(workdays(2021))
    254
    """
    first = date(year, 1, 1)
    days = (first + timedelta(days=n) for n in range((date(year, 12, 31) - first).days + 1))
    return tuple(day for day in days if is_workday(day))
