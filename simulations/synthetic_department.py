"""A past with a known truth: what the lists of a simulated department would say (da: syntetisk).

One replication of the kernel is played at the department's own staffing, and what its records hold
is told as a case list and a payroll list tell it. Whoever fits a department to such lists can be
held to the truth that they came from.
"""

from dataclasses import dataclass, replace
from datetime import date

import numpy as np

from capacity.case_events import CaseEvent
from capacity.department import Department
from capacity.errors import InvalidInput
from capacity.rulebook import Rulebook
from capacity.staff_history import StaffHistory
from capacity.wording import Text
from simulations.case_history import NOBODY, CaseHistory
from simulations.luck import Floats, Integers
from simulations.played_department import Played, played
from simulations.synthetic_cases import case_history
from simulations.synthetic_staff import staff_history

TIMED = frozenset({CaseEvent.NOTIFICATION_RECEIVED, CaseEvent.NOTIFICATION_ASSESSED})
"""The events of which a case system usually knows the time of day: a limit in hours runs there."""
_MINUTES, _SECONDS = 1440, 86400
_ROUNDING = 1e-6
"""Of a minute: a moment that is a whole minute already stays the same."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SyntheticPast:
    """What the lists of a simulated department say, and what is true (da: syntetisk fortid).

    The numbers of `cases.caseworker` are places in `staff.employments`.
    """

    truth: Department
    cases: CaseHistory
    staff: StaffHistory
    played: Played


def synthetic_past(
    department: Department,
    complete_from: date,
    seen_on: date,
    book: Rulebook,
    *,
    seed: int = 1,
    replication: int = 0,
) -> SyntheticPast:
    """Play a department's past and tell it as its lists would (da: syntetisk fortid).

    It is played from the department's date and told from `complete_from` on: what lies between the
    two is a run-in, so that the ages of open cases are the model's and not an assumption's. Moments
    are exact; `as_listed` makes them as coarse as a case system's. `InvalidInput` for days in
    another order than the department's date, complete_from, seen_on.
    """
    if not department.on <= complete_from <= seen_on:
        raise InvalidInput(
            Text(
                da=f"skriv dage i rækkefølgen {department.on} (afdelingens dato), {complete_from} "
                f"(fuldstændig fra), {seen_on} (udtrækkets dag)",
                en=f"write days in the order {department.on} (the department's date), "
                f"{complete_from} (complete from), {seen_on} (the day of the list)",
            ),
            field="complete_from",
        )
    was_played = played(department, seen_on, book, seed=seed, replication=replication)
    staff = staff_history(was_played.posts, complete_from, seen_on)
    cases = case_history(was_played, complete_from, book)
    return SyntheticPast(
        truth=department,
        cases=replace(cases, caseworker=_places_in(staff, was_played)[cases.caseworker]),
        staff=staff,
        played=was_played,
    )


def as_listed(history: CaseHistory, timed: frozenset[CaseEvent] = TIMED) -> CaseHistory:
    """Make moments as coarse as a list has them (da: som i et udtræk).

    The `timed` events are cut off to the minute, all others to the day.
    """
    events = {
        event: _to_the_minute(moments) if event in timed else np.floor(moments)
        for event, moments in history.events.items()
    }
    return replace(history, events=events, timed=timed & frozenset(events))


def _to_the_minute(moments: Floats) -> Floats:
    days = np.floor(moments)
    minutes = np.floor((moments - days) * _MINUTES + _ROUNDING)
    return np.asarray(days + minutes * 60 / _SECONDS)  # to the last bit as `day_number` counts


def _places_in(staff: StaffHistory, was_played: Played) -> Integers:
    """The place on the list of each holder of a post; -1 for whoever left before, and for nobody.

    Numbered -1, nobody is the last.
    """
    holders = [each for post in was_played.posts if post for each in post.holders]
    listed = {each.caseworker: place for place, each in enumerate(staff.employments)}
    places = [listed.get(each.caseworker, NOBODY) for each in holders]
    return np.array([*places, NOBODY], dtype=np.int64)
