"""From people and their contracts to work clocks.

On each Danish working day a caseworker's clock runs from the opening hour for as many hours as are
left for cases: part-time shortens the opening, never the pace. In this first form of the model
holiday leave, closing days and sickness are spread evenly over the working days of the year, so
that a simulated year holds exactly the `available_hours` of `capacity`.
"""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from fractions import Fraction

import numpy as np

from capacity.roster import Caseworker, Roster, available_hours
from capacity.rulebook import Rulebook
from capacity.units import FTE, Days, Share
from capacity.workdays import is_workday
from capacity.working_year import workdays
from simulations.kernels import WorkClocks
from simulations.luck import Floats

HOURS_PER_DAY = 24
WORKDAYS_PER_WEEK = 5


def team_clocks(
    roster: Roster, levels: Sequence[FTE], start: date, days: int, book: Rulebook
) -> list[WorkClocks]:
    """Lay out the clocks of a team over so many days, at each level of extra staff.

    Extra staff are full-time posts for cases alone, the last of them part-time where a level is
    no whole number; they are called `extra-1`, `extra-2`, …
    """
    calendar = _Calendar(start, days, book)
    present = [calendar.daily_hours(person) for person in roster.caseworkers]
    extra = (_extra_staff(level, calendar.full_time_hours) for level in levels)
    return [
        _laid_out(calendar.opening_moments, present + [calendar.daily_hours(each) for each in more])
        for more in extra
    ]


def _extra_staff(extra_fte: FTE, full_time_hours: Fraction) -> Iterable[Caseworker]:
    number = 0
    while extra_fte > 0:
        number += 1
        post = min(extra_fte, Fraction(1))
        yield Caseworker(id=f"extra-{number}", team="", hours_per_week=post * full_time_hours)
        extra_fte -= post


class _Calendar:
    """The working days of the simulation and what absence leaves of each."""

    def __init__(self, start: date, days: int, book: Rulebook) -> None:
        offsets = [n for n in range(days) if is_workday(start + timedelta(days=n))]
        self.workdays = [start + timedelta(days=n) for n in offsets]
        self.full_time_hours = book["agreement.full_time_hours"].on(start).number
        self._book = book
        self._attendance_by_sick_days: dict[Days | None, Floats] = {}
        opens = book["assumption.weekday_opening"].on(start).interval.low
        self.opening_moments = np.array(offsets) + float(opens / HOURS_PER_DAY)

    def daily_hours(self, person: Caseworker) -> Floats:
        """Hours for cases on each working day, absence spread evenly over the year."""
        if person.starts_on or person.ends_on or person.absences:
            weekly = np.array([float(person.case_hours(day)) for day in self.workdays])
        else:
            weekly = np.full(len(self.workdays), float(person.case_hours(self.workdays[0])))
        return weekly / WORKDAYS_PER_WEEK * self._attendance(person.sick_days)

    def _attendance(self, sick_days: Days | None) -> Floats:
        """The part of each working day that leave, closing days and sickness leave over."""
        if sick_days not in self._attendance_by_sick_days:
            years = {day.year: day for day in reversed(self.workdays)}
            part = {year: float(self._share(day, sick_days)) for year, day in years.items()}
            self._attendance_by_sick_days[sick_days] = np.array(
                [part[day.year] for day in self.workdays]
            )
        return self._attendance_by_sick_days[sick_days]

    def _share(self, first_day: date, sick_days: Days | None) -> Share:
        """What is left of a year's working days after leave, closing days and sickness.

        The rules are those in force on the first simulated day of the year.
        """
        post = Caseworker(
            id="post", team="", hours_per_week=self.full_time_hours, sick_days=sick_days
        )
        days = len(workdays(first_day.year))
        present = available_hours(Roster(caseworkers=(post,)), first_day, self._book)
        return present / (days * self.full_time_hours / WORKDAYS_PER_WEEK)


def _laid_out(opening_moments: Floats, hours_of_each: list[Floats]) -> WorkClocks:
    opens, hours, before = [], [], []
    for daily in hours_of_each:
        worked = daily > 0
        opens.append(opening_moments[worked])
        hours.append(daily[worked])
        before.append(np.cumsum(daily[worked]) - daily[worked])
    opens_at, length, at_open = (
        np.concatenate([np.empty(0), *parts]) for parts in (opens, hours, before)
    )
    return WorkClocks(
        first_interval=np.cumsum([0, *(each.size for each in opens)]).astype(np.int64),
        opens_at=opens_at,
        closes_at=opens_at + length / HOURS_PER_DAY,
        hours_at_open=at_open,
        hours_at_close=at_open + length,
    )
