"""The Danish calendar: holidays, working days, and limits added to a date.

A limit of four months is four calendar months and not 120 days: 31 October plus four months is the
last day of February. Public holidays are the statutory ones since the reform of 1770, which is
eleven dates, most of them counted from Easter; Great Prayer Day (da: store bededag) is one through
2023 and not after (act 214 of 2023-03-06). They are written out here since the library `holidays`
loads every country of the world for it, a tenth of a second at each start; the tests hold all years
against that library.
Days off that rest on a local or collective agreement (5 June, 24 December) are ordinary workdays
here: they are an assumption among the rules, not part of the calendar.
"""

from calendar import monthrange
from collections.abc import Mapping
from datetime import date, timedelta
from enum import StrEnum
from functools import cache
from types import MappingProxyType

from capacity.errors import InvalidInput
from capacity.wording import Text

_SATURDAY = 5
_FIRST_YEAR, _LAST_YEAR = 1771, 2100
_LAST_PRAYER_DAY = 2023
_FROM_EASTER = {
    "Skærtorsdag": -3,
    "Langfredag": -2,
    "Påskedag": 0,
    "Anden påskedag": 1,
    "Store bededag": 26,
    "Kristi himmelfartsdag": 39,
    "Pinsedag": 49,
    "Anden pinsedag": 50,
}


class Unit(StrEnum):
    """What a limit is counted in (da: fristens enhed)."""

    CALENDAR_MONTHS = "calendar_months"
    WEEKS = "weeks"
    WORKING_DAYS = "working_days"
    CALENDAR_DAYS = "calendar_days"
    HOURS = "hours"


def public_holidays(year: int) -> dict[date, str]:
    """Return the statutory holidays of a year with their Danish names (da: helligdage).

    >>> public_holidays(2023)[date(2023, 5, 5)]
    'Store bededag'
    >>> date(2024, 4, 26) in public_holidays(2024)
    False
    """
    return dict(_holidays(year))


def is_workday(day: date) -> bool:
    """Say whether a day is Monday to Friday and no public holiday (da: hverdag).

    >>> is_workday(date(2020, 4, 8)), is_workday(date(2020, 4, 9))  # Maundy Thursday
    (True, False)
    """
    return day.weekday() < _SATURDAY and day not in _holidays(day.year)


def weekday_holidays(year: int) -> int:
    """Count the public holidays that fall Monday to Friday (da: søgnehelligdage).

    Between five and nine a year, so a year's hours are counted and never averaged.

    >>> weekday_holidays(2020), weekday_holidays(2021)
    (8, 7)
    """
    return sum(day.weekday() < _SATURDAY for day in _holidays(year))


def add(start: date, n: int, unit: Unit) -> date:
    """Return the date that lies n units after the start, before it where n is negative (da: frist).

    Months keep the day of the month, or end on the last day of a shorter month. Working days are
    counted from the day after the start. Hours need a time of day and are refused, as is a date
    beyond the calendar (`InvalidInput`); `deadlines.due_at` adds hours.

    >>> add(date(2019, 10, 31), 4, Unit.CALENDAR_MONTHS)
    datetime.date(2020, 2, 29)
    >>> add(date(2020, 4, 8), 1, Unit.WORKING_DAYS)  # over Easter
    datetime.date(2020, 4, 14)
    """
    try:
        match unit:
            case Unit.CALENDAR_MONTHS:
                return _months_later(start, n)
            case Unit.WEEKS:
                return start + timedelta(weeks=n)
            case Unit.CALENDAR_DAYS:
                return start + timedelta(days=n)
            case Unit.WORKING_DAYS:
                return _working_days_later(start, n)
            case Unit.HOURS:
                raise InvalidInput(
                    Text(
                        da="En frist i timer kræver et klokkeslæt og ikke kun en dato",
                        en="A limit in hours needs a time of day, not a date alone",
                    )
                )
    except (OverflowError, ValueError) as error:
        raise outside_the_calendar(start) from error


def outside_the_calendar(start: date) -> InvalidInput:
    """Return the refusal of a limit that no calendar holds (da: uden for kalenderen)."""
    return InvalidInput(
        Text(
            da=f"Fristen fra {start.isoformat()} ender uden for kalenderen (år 1-9999)",
            en=f"The limit from {start.isoformat()} ends outside the calendar (years 1-9999)",
        ),
        field="start",
    )


def _months_later(start: date, n: int) -> date:
    months = start.year * 12 + start.month - 1 + n
    year, month = months // 12, months % 12 + 1
    return date(year, month, min(start.day, monthrange(year, month)[1]))


def _working_days_later(start: date, n: int) -> date:
    step = timedelta(days=1 if n > 0 else -1)
    day, left = start, abs(n)
    while left:
        day += step
        left -= is_workday(day)
    return day


@cache
def _holidays(year: int) -> Mapping[date, str]:
    if not _FIRST_YEAR <= year <= _LAST_YEAR:
        raise InvalidInput(
            Text(
                da=f"Helligdagene i {year} er ikke kendt; vælg et år fra {_FIRST_YEAR} "
                f"til {_LAST_YEAR}",
                en=f"The public holidays of {year} are not known; choose a year from "
                f"{_FIRST_YEAR} to {_LAST_YEAR}",
            )
        )
    easter = _easter(year)
    days = {easter + timedelta(days=after): name for name, after in _FROM_EASTER.items()}
    if year > _LAST_PRAYER_DAY:
        del days[easter + timedelta(days=_FROM_EASTER["Store bededag"])]
    days |= {
        date(year, 1, 1): "Nytårsdag",
        date(year, 12, 25): "Juledag",
        date(year, 12, 26): "Anden juledag",
    }
    return MappingProxyType(dict(sorted(days.items())))


def _easter(year: int) -> date:
    """Easter Sunday (da: påskedag), by Butcher's rule for the Gregorian calendar.

    J. Meeus, Astronomical Algorithms, 2nd ed., chapter 8.
    """
    century, in_century = divmod(year, 100)
    golden = year % 19
    correction = (century - (century + 8) // 25 + 1) // 3
    epact = (19 * golden + century - century // 4 - correction + 15) % 30
    to_sunday = (32 + 2 * (century % 4) + 2 * (in_century // 4) - epact - in_century % 4) % 7
    late = (golden + 11 * epact + 22 * to_sunday) // 451
    month, day = divmod(epact + to_sunday - 7 * late + 114, 31)
    return date(year, month, day + 1)
