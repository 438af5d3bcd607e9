"""What a case list says happened, a row a case and a column an event (da: sagshistorik).

A case here is a row of the list: a notification, an assessment, a follow-up, a whole case. Moments
are days of Danish local time since `EPOCH`, fractions of a day where the list has times; a date
without a time is the beginning of its day. Not a number where it has not happened, or nobody wrote
it down.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime

import numpy as np
from numpy.typing import NDArray

from capacity.case_events import ARRIVAL_EVENTS, CaseEvent
from capacity.caseload import CaseUnit
from simulations.luck import Floats, Integers

EPOCH = date(1970, 1, 1)
NOBODY = -1
"""The number of a team, a class, a sibling group that is not written down."""


def day_number(day: date | datetime) -> float:
    """Days of local time since the epoch (da: dagnummer).

    >>> day_number(date(1970, 1, 3)), day_number(datetime(1970, 1, 3, 12))
    (2.0, 2.5)
    """
    if isinstance(day, datetime):
        seconds = day.hour * 3600 + day.minute * 60 + day.second
        return float((day.date() - EPOCH).days) + seconds / 86400
    return float((day - EPOCH).days)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CaseHistory:
    """A case list in columns, all of one length (da: sagsliste).

    Known is what happened up to and including the day `seen_on`. The list holds every case that
    arrived from `complete_from` on, and older ones only as far as they were still open then; None
    means that nobody has said so, and then nothing is known of inflow. `team`, `case_class`,
    `caseworker`, `siblings` (cases that came together) and `child` (rows of the same child) are
    numbers: indices into `teams` and `case_classes`, or any numbers at all, -1 where unknown.
    `external_days` are days waited for others, where the list has them. `timed` are the events
    whose times of day are known.
    """

    unit: CaseUnit
    seen_on: date
    complete_from: date | None
    teams: tuple[str, ...]
    case_classes: tuple[str, ...]
    team: Integers
    case_class: Integers
    events: Mapping[CaseEvent, Floats]
    timed: frozenset[CaseEvent] = frozenset()
    caseworker: Integers | None = None
    siblings: Integers | None = None
    child: Integers | None = None
    external_days: Floats | None = None

    @property
    def cases(self) -> int:
        """How many rows there are (da: antal rækker)."""
        return int(self.team.size)

    @property
    def seen_until(self) -> float:
        """The end of the last day of which anything is known (da: udtrækkets slutning)."""
        return day_number(self.seen_on) + 1

    def at(self, event: CaseEvent) -> Floats:
        """When an event happened to each case; not a number where it has not (da: tidspunkt)."""
        never: Floats = np.full(self.cases, np.nan)
        return self.events.get(event, never)

    def arrived_at(self) -> Floats:
        """When each case arrived: the first of the arrival events that has a moment (da: ankomst).

        Not the earliest: a measure that already ran does not make a new assessment older.
        """
        arrived = np.full(self.cases, np.nan)
        for event in ARRIVAL_EVENTS:
            moments = self.at(event)
            arrived = np.where(np.isnan(arrived), moments, arrived)
        return arrived

    def only(self, kept: NDArray[np.bool_]) -> "CaseHistory":
        """Return the rows that are kept, with the same names (da: udsnit)."""

        def rows(column: Integers | None) -> Integers | None:
            return None if column is None else column[kept]

        return replace(
            self,
            team=self.team[kept],
            case_class=self.case_class[kept],
            events={event: moments[kept] for event, moments in self.events.items()},
            caseworker=rows(self.caseworker),
            siblings=rows(self.siblings),
            child=rows(self.child),
            external_days=None if self.external_days is None else self.external_days[kept],
        )

    def as_seen_on(self, day: date) -> "CaseHistory":
        """Return the list as it would have been drawn on an earlier day (da: tidligere udtræk).

        Cases that had not arrived are left out, and what happened after the day is unknown. It is
        what a back-test may know.
        """
        end = day_number(day) + 1
        known = self.only(self.arrived_at() < end)
        events = {
            event: np.where(moments < end, moments, np.nan)
            for event, moments in known.events.items()
        }
        return replace(known, seen_on=min(day, self.seen_on), events=events)
