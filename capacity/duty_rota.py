"""Who is on duty when: the hours in which somebody can take up what cannot wait (da: vagtplan)."""

from dataclasses import dataclass
from fractions import Fraction
from itertools import accumulate

from capacity.errors import InvalidInput
from capacity.units import Hours, HoursPerWeek
from capacity.wording import Language, Text, shown

HOURS_PER_DAY = 24
HOURS_PER_WEEK = 7 * HOURS_PER_DAY

_SUNDAY = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Shift:
    """One weekday's hours on duty (da: vagt).

    `weekday` is 0 for Monday to 6 for Sunday; the hours are of the day, `closes_at` itself not
    included, and may be 24. A duty over midnight is two shifts. `people` are on it at once.

    `InvalidInput` for a weekday, hours or a number of people that cannot be.
    """

    weekday: int
    opens_at: Fraction
    closes_at: Fraction
    people: int = 1

    def __post_init__(self) -> None:
        if not 0 <= self.weekday <= _SUNDAY:
            raise InvalidInput(
                Text(
                    da=f"ugedag {self.weekday}; skriv fra 0, mandag, til {_SUNDAY}, søndag",
                    en=f"weekday {self.weekday}; write from 0, Monday, to {_SUNDAY}, Sunday",
                ),
                field="weekday",
            )
        if not 0 <= self.opens_at < self.closes_at <= HOURS_PER_DAY:
            raise InvalidInput(
                Text(
                    da=f"en vagt fra {_hour(self.opens_at, 'da')} til "
                    f"{_hour(self.closes_at, 'da')}; skriv to klokkeslæt fra 0 til "
                    f"{HOURS_PER_DAY} i rækkefølge, og del en vagt over midnat i to",
                    en=f"a shift from {_hour(self.opens_at, 'en')} to "
                    f"{_hour(self.closes_at, 'en')}; write two hours from 0 to "
                    f"{HOURS_PER_DAY} in order, and split a shift over midnight into two",
                ),
                field="closes_at",
            )
        if self.people < 1:
            raise InvalidInput(
                Text(
                    da=f"{self.people} på vagt; skriv mindst 1, eller udelad vagten",
                    en=f"{self.people} on duty; write at least 1, or leave out the shift",
                ),
                field="people",
            )

    @property
    def hours(self) -> Hours:
        """The hours of everybody on it (da: vagttimer)."""
        return (self.closes_at - self.opens_at) * self.people


@dataclass(frozen=True, slots=True, kw_only=True)
class DutyRota:
    """The shifts of a week, the same every week of the year (da: vagtplan).

    An episode whose `team` is the rota's slug is worked on its shifts and by nobody else. The
    people come from the team `staffed_by`, and the hours of their shifts are taken from that
    team's hours for cases: nobody works them twice. `InvalidInput` where there is no shift.
    """

    slug: str
    label: Text
    staffed_by: str
    shifts: tuple[Shift, ...]

    def __post_init__(self) -> None:
        if not self.shifts:
            raise InvalidInput(
                Text(
                    da=f"vagtplanen ”{self.slug}” har ingen vagter; skriv mindst én",
                    en=f"the duty rota “{self.slug}” has no shifts; write at least one",
                ),
                field="shifts",
            )


def duty_hours_per_week(rota: DutyRota) -> HoursPerWeek:
    """Return the hours that a rota takes from its team in a week (da: vagttimer om ugen).

    >>> weekdays = DutyRota(
    ...     slug="intake",
    ...     label=Text(da="Modtagevagt", en="Intake duty"),
    ...     staffed_by="intake",
    ...     shifts=tuple(
    ...         Shift(weekday=day, opens_at=Fraction(8), closes_at=Fraction(15)) for day in range(5)
    ...     ),
    ... )
    >>> duty_hours_per_week(weekdays), longest_uncovered_hours(weekdays)
    (Fraction(35, 1), Fraction(65, 1))
    """
    return sum((shift.hours for shift in rota.shifts), Fraction(0))


def covered(rota: DutyRota, weekday: int, hour: Fraction) -> bool:
    """Say whether somebody is on duty at an hour of a weekday, Monday 0 (da: dækket)."""
    return any(
        shift.weekday == weekday and shift.opens_at <= hour < shift.closes_at
        for shift in rota.shifts
    )


def longest_uncovered_hours(rota: DutyRota) -> Hours:
    """Return the longest stretch of the week with nobody on duty (da: længste hul i vagten).

    0 where somebody always is. A notification that arrives as it begins cannot be assessed before
    it ends: where it is longer than the deadline, no staffing of the shifts keeps every deadline.
    """
    on_duty = sorted(
        (day_starts + shift.opens_at, day_starts + shift.closes_at)
        for shift in rota.shifts
        for day_starts in (shift.weekday * HOURS_PER_DAY,)
    )
    # After Sunday comes the first shift of the next week: that gap, at least, is never negative.
    opens = [opens_at for opens_at, _ in on_duty] + [on_duty[0][0] + HOURS_PER_WEEK]
    covered_until = accumulate((closes_at for _, closes_at in on_duty), max)
    gaps = (next_opens - until for until, next_opens in zip(covered_until, opens[1:], strict=True))
    return max(gaps)


def _hour(hour: Fraction, language: Language) -> str:
    return shown(hour, 2 if hour.denominator > 1 else 0, language)
