"""When cases came, burst by burst, and how much of a year each day is (da: tilgang dag for dag).

Siblings that come together are one burst: they are one piece of luck, not several.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from capacity.case_classes import ArrivalPattern
from capacity.case_events import ARRIVAL_EVENTS
from capacity.errors import InvalidInput
from capacity.wording import Text
from capacity.workdays import public_holidays
from simulations.case_history import NOBODY, CaseHistory, day_number
from simulations.luck import Floats, Integers


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Bursts:
    """Bursts of cases in a stretch of days (da: ankomster).

    `moments` are days and parts of days since `first_day`, in order, and `sizes` how many cases
    came each time. `days` is how long was looked. `grouped` says that the list tells who came
    together, `has_groups` that it has a place for that, `timed` that it knows the hour.
    """

    first_day: date
    days: int
    moments: Floats
    sizes: Integers
    grouped: bool
    has_groups: bool
    timed: bool

    @property
    def count(self) -> int:
        """How many bursts came (da: antal gange)."""
        return int(self.sizes.size)

    @property
    def by_day(self) -> Floats:
        """How many bursts came on each day (da: ankomster pr. dag)."""
        counted = np.bincount(self.moments.astype(np.int64), minlength=self.days)
        return counted.astype(np.float64)


def bursts_of(history: CaseHistory, case_class: str, team: str | None = None) -> Bursts:
    """Count the arrivals of a class, of one team or of all, since the list is complete.

    (da: ankomster.) A case without a sibling group is a burst of its own. `InvalidInput` where
    nobody has said from when the list holds every case: those that are left are no inflow; and for
    a class or a team that the list does not know.
    """
    if history.complete_from is None:
        raise InvalidInput(
            Text(
                da="ingen har sagt, fra hvilken dag listen rummer alle nye sager; skriv den dag "
                "(complete_from), før tilgangen kan tælles",
                en="nobody has said from which day the list holds every new case; write that day "
                "(complete_from) before inflow can be counted",
            ),
            field="complete_from",
        )
    wanted = history.case_class == _place(case_class, history.case_classes, "case_class")
    if team is not None:
        wanted &= history.team == _place(team, history.teams, "team")
    since, arrived = day_number(history.complete_from), history.arrived_at()
    wanted &= (arrived >= since) & (arrived < history.seen_until)
    moments = arrived[wanted] - since
    siblings = np.full(moments.size, NOBODY)
    if history.siblings is not None:
        siblings = history.siblings[wanted]
    grouped = bool((siblings != NOBODY).any())
    alone = siblings == NOBODY
    # Whoever stands in no group is a group of their own, by a number that no group has.
    own = np.where(alone, siblings.max(initial=0) + 1 + np.arange(moments.size), siblings)
    _, group, sizes = np.unique(own, return_inverse=True, return_counts=True)
    came = np.full(sizes.size, np.inf)
    np.minimum.at(came, group.ravel(), moments)
    order = np.argsort(came, kind="stable")
    return Bursts(
        first_day=history.complete_from,
        days=int(history.seen_until - since),
        moments=came[order],
        sizes=sizes[order],
        grouped=grouped,
        has_groups=history.siblings is not None,
        timed=_is_timed(history, wanted),
    )


def _place(name: str, names: tuple[str, ...], field: str) -> int:
    if name not in names:
        known = ", ".join(names)
        raise InvalidInput(
            Text(
                da=f"listen kender ikke ”{name}”; der er {known}",
                en=f"the list does not know “{name}”; there are {known}",
            ),
            field=field,
        )
    return names.index(name)


def _is_timed(history: CaseHistory, rows: NDArray[np.bool_]) -> bool:
    """Whether the hour is known of every event by which some rows arrived."""
    waiting = rows.copy()
    for event in ARRIVAL_EVENTS:
        here = waiting & ~np.isnan(history.at(event))
        if here.any() and event not in history.timed:
            return False
        waiting &= ~here
    return bool(rows.any())


# --- The calendar ----------------------------------------------------------------------------


class Calendar(NamedTuple):
    """Some days, and what a pattern of arrivals asks of them (da: kalender)."""

    year: Integers
    month: Integers
    """From 0."""
    weekday: Integers
    """Monday is 0."""
    is_holiday: NDArray[np.bool_]


@lru_cache(maxsize=64)
def calendar(first_day: date, days: int) -> Calendar:
    """Return what the days from a first one on are (da: kalender)."""
    every = [first_day + timedelta(days=n) for n in range(days)]
    free = {day for year in {each.year for each in every} for day in public_holidays(year)}
    return Calendar(
        np.array([day.year for day in every], dtype=np.int64),
        np.array([day.month - 1 for day in every], dtype=np.int64),
        np.array([day.weekday() for day in every], dtype=np.int64),
        np.array([day in free for day in every], dtype=np.bool_),
    )


def shares_of_year(pattern: ArrivalPattern, first_day: date, days: int) -> Floats:
    """What part of its calendar year's arrivals each day has, by a pattern (da: årets dage).

    As the simulation deals them: every calendar year has the yearly number, whatever the weights.

    >>> from capacity.case_classes import EVEN
    >>> round(float(shares_of_year(EVEN, date(2023, 1, 1), 365).sum()), 9)
    1.0
    """
    begins, ends = date(first_day.year, 1, 1), first_day + timedelta(days=days - 1)
    whole = calendar(begins, (date(ends.year, 12, 31) - begins).days + 1)
    by_weekday = np.array([float(weight) for weight in pattern.weekdays])
    by_month = np.array([float(weight) for weight in pattern.months])
    weights = by_weekday[whole.weekday] * by_month[whole.month]
    if not pattern.on_public_holidays:
        weights = np.where(whole.is_holiday, 0.0, weights)
    of_year = np.bincount(whole.year - first_day.year, weights)
    shares = weights / of_year[whole.year - first_day.year]
    since = (first_day - begins).days
    return np.asarray(shares[since : since + days])
