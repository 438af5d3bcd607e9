"""The cases that are open on the day of a list, with their true ages (da: åbne sager ved start).

A list knows how old an open case is and which milestones it has passed, and seldom how much work is
left: between two milestones its age says where it stands (`BacklogStage.placed_by_age`).
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from capacity.case_classes import Backlog, BacklogStage, CaseClass, Episode
from capacity.case_events import MET_BY, CaseEvent
from capacity.caseload import CaseUnit
from simulations.case_history import CaseHistory
from simulations.luck import Floats, Integers


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenCases:
    """What is open of one class (da: åbne sager).

    `without_arrival` are open cases of which nobody wrote down when they came: they are in the
    backlog as cases of unknown age.
    """

    backlog: Backlog
    without_arrival: int


def open_cases(case_class: CaseClass, rows: CaseHistory) -> OpenCases:
    """Lay out a class's open cases by age and by milestones passed (da: åbne sager).

    `rows` are those of this class alone. A case is open until it is closed or withdrawn, or until
    the last milestone of its route is reached where the list shows no closing.
    """
    still_open = open_rows(case_class, rows)
    arrived = still_open.arrived_at()
    stages: dict[int, list[int]] = defaultdict(list)
    for place, at in zip(_passed(case_class, still_open), arrived, strict=True):
        if not np.isnan(at):
            stages[int(place)].append(int(still_open.seen_until - at))
    unknown = int(np.isnan(arrived).sum())
    return OpenCases(
        backlog=Backlog(
            stages=tuple(
                _stage(case_class, place, tuple(sorted(ages)))
                for place, ages in sorted(stages.items())
            ),
            unknown=unknown,
        ),
        without_arrival=unknown,
    )


def open_in_all(still_open: Sequence[tuple[CaseClass, CaseHistory]]) -> int:
    """Count the open cases of a department, each once (da: åbne sager i alt).

    `still_open` are the open rows of each class. Where the list counts children and knows them, a
    child is one case however many of its rows are open, as the guideline counts; elsewhere a row is
    one, and those of classes without weight, follow-ups on other cases, are none.
    """
    with_rows = [(each, rows) for each, rows in still_open if rows.cases]
    children = [rows.child for _, rows in with_rows if rows.child is not None]
    knows_children = len(children) == len(with_rows) and all(
        rows.unit is CaseUnit.CHILD for _, rows in with_rows
    )
    if children and knows_children and all((each >= 0).all() for each in children):
        return int(np.unique(np.concatenate(children)).size)
    return sum(rows.cases for each, rows in with_rows if each.weight)


def open_rows(case_class: CaseClass, rows: CaseHistory) -> CaseHistory:
    """Return a class's rows that are open on the day of the list (da: åbne rækker)."""
    return rows.only(np.isnan(ended_at(case_class, rows)))


def ended_at(case_class: CaseClass, rows: CaseHistory) -> Floats:
    """When each case of a class was over; not a number where it is open (da: afsluttet).

    Closed or withdrawn; or, where the list has no closing at all, its route's last milestone.
    """
    return over_at(event_of(case_class.route[-1]), rows)


def over_at(last: CaseEvent | None, rows: CaseHistory) -> Floats:
    """When each case was over, where `last` is the milestone of its route's end (da: afsluttet)."""
    ends = [rows.at(CaseEvent.WITHDRAWN), rows.at(CaseEvent.CLOSED)]
    if np.isnan(ends[1]).all() and last is not None:
        ends.append(rows.at(last))
    first: Floats = np.fmin.reduce(ends)
    return first


def event_of(episode: Episode) -> CaseEvent | None:
    """The event of a list that the end of an episode is; None where no list shows it."""
    return MET_BY.get(episode.clock.deadline) if episode.clock else None


def _stage(case_class: CaseClass, place: int, ages: tuple[int, ...]) -> BacklogStage:
    if place < len(case_class.route):
        episode = case_class.route[place].slug
        return BacklogStage(episode=episode, ages_days=ages, placed_by_age=True)
    # All its work is done, and nobody has closed it.
    last = case_class.route[-1].slug
    return BacklogStage(episode=last, ages_days=ages, remaining_effort=Fraction(0))


def _passed(case_class: CaseClass, rows: CaseHistory) -> Integers:
    """The first episode at which each case can stand, by the milestones it has passed."""
    place = np.zeros(rows.cases, dtype=np.int64)
    for number, episode in enumerate(case_class.route, start=1):
        event = event_of(episode)
        if event is not None:
            place = np.where(np.isnan(rows.at(event)), place, number)
    return place
