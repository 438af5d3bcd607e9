"""What is stressed, as somebody asks it: who is away, from when, for how long (da: sårbarhed).

The address and the page ask by the same rules, and have the same names for the same things.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from api.jobs.about import written_out
from capacity.caseworker import AbsenceReason
from capacity.department import Department
from capacity.errors import InvalidInput
from capacity.refusals import refuse_unless_share
from capacity.units import Share
from capacity.wording import Text
from capacity.workdays import Unit, add

if TYPE_CHECKING:  # compiled code, which is loaded beside the start and not before it
    from simulations.stress import Shock, StressTest

SICK_DAYS, LEAVE_DAYS, VACANCY_DAYS, MORE_DAYS = 90, 300, 90, 91
FOLLOWED_MONTHS, MOST_MONTHS = 18, 36
REPLICATIONS = 128
MARGIN = Fraction(2, 100)
_MOST_DAYS = 3660
_MOST_PER_CENT = 900


@dataclass(frozen=True, slots=True, kw_only=True)
class StressTerms:
    """Two sick and one on parental leave, or whatever somebody fears (da: stresstest).

    A day that is None is the first of the month after the department's, and that of the sick where
    they have one. `more_cases` is in per cent. `deadline` None means all of the team's; `merge` is
    a team that is merged with it first, `beside` one whose deadlines are counted
    too. `months` are followed from the first of these days.
    `InvalidInput` for days, months and numbers that nobody can mean.
    """

    team: str
    deadline: str | None = None
    sick: int = 2
    sick_from: date | None = None
    sick_days: int = SICK_DAYS
    leave: int = 1
    leave_from: date | None = None
    leave_days: int = LEAVE_DAYS
    leaving: int = 0
    leaving_from: date | None = None
    vacancy_days: int = VACANCY_DAYS
    more_cases: Fraction = Fraction(0)
    more_cases_from: date | None = None
    more_cases_days: int = MORE_DAYS
    merge: str | None = None
    beside: str | None = None
    months: int = FOLLOWED_MONTHS
    margin: Share = MARGIN
    seed: int = 1
    replications: int = REPLICATIONS

    def __post_init__(self) -> None:
        for name in ("sick_days", "leave_days", "vacancy_days", "more_cases_days"):
            _refuse_outside(getattr(self, name), 1, _MOST_DAYS, name)
        _refuse_outside(self.months, 1, MOST_MONTHS, "months")
        if not 0 <= self.more_cases <= _MOST_PER_CENT:
            _refuse_outside(-1, 0, _MOST_PER_CENT, "more_cases")
        refuse_unless_share(self.margin, "margin")
        if self.beside is not None and (self.merge is not None or self.beside == self.team):
            raise InvalidInput(
                Text(
                    da="vælg et andet team end det, der rammes, og læg ikke team sammen imens",
                    en="choose another team than the one that is hit, and merge none meanwhile",
                ),
                field="beside",
            )

    def test(self, department: Department) -> "StressTest":
        """Put it together; `InvalidInput` where nothing happens (da: stresstest)."""
        from simulations.several_at_once import at_once

        return at_once(tuple(self._shocks(department)))

    def follow_to(self, department: Department) -> date:
        """The end of what is followed (da: periodens slutning)."""
        return add(self.test(department).from_, self.months, Unit.CALENDAR_MONTHS)

    def _shocks(self, department: Department) -> "Iterator[Shock]":
        from simulations.stress import Away, Leaving, Surge

        usual = self.sick_from or first_of_next_month(department.on)
        if self.sick:
            yield Away(
                people=self.sick,
                reason=AbsenceReason.LONG_SICKNESS,
                from_=usual,
                days=self.sick_days,
            )
        if self.leave:
            yield Away(
                people=self.leave,
                reason=AbsenceReason.PARENTAL_LEAVE,
                from_=self.leave_from or usual,
                days=self.leave_days,
            )
        if self.leaving:
            yield Leaving(
                people=self.leaving,
                from_=self.leaving_from or usual,
                vacancy_days=self.vacancy_days,
            )
        if self.more_cases:
            begins = self.more_cases_from or usual
            yield Surge(
                factor=1 + self.more_cases / 100,
                from_=begins,
                to=begins + timedelta(days=self.more_cases_days),
            )

    def as_json(self) -> dict[str, Any]:
        """Write it whole (da: som JSON)."""
        return {name: _written(getattr(self, name)) for name in self.__slots__}

    @classmethod
    def read(cls, written: Mapping[str, Any]) -> "StressTerms":
        """Read what `as_json` wrote."""
        days = {name: written[name] and date.fromisoformat(written[name]) for name in _DAYS}
        numbers = {name: Fraction(written[name]) for name in ("more_cases", "margin")}
        return cls(**{**written, **days, **numbers})

    def in_an_address(self) -> dict[str, str]:
        """Write all that is asked as an address has it; what is None is left out."""
        given = {name: getattr(self, name) for name in self.__slots__}
        return {name: written_out(value) for name, value in given.items() if value is not None}


_DAYS = ("sick_from", "leave_from", "leaving_from", "more_cases_from")


def first_of_next_month(day: date) -> date:
    """Return the first day of the month after a day (da: den 1. i næste måned).

    >>> first_of_next_month(date(2026, 1, 1))
    datetime.date(2026, 2, 1)
    """
    return add(day.replace(day=1), 1, Unit.CALENDAR_MONTHS)


def _written(value: Any) -> Any:
    if isinstance(value, date):
        return value.isoformat()
    return str(value) if isinstance(value, Fraction) else value


def _refuse_outside(value: int, least: int, most: int, field: str) -> None:
    if not least <= value <= most:
        raise InvalidInput(
            Text(
                da=f"skriv et tal fra {least} til {most}",
                en=f"write a number from {least} to {most}",
            ),
            field=field,
        )
