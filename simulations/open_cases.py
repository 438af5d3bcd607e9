"""The cases that are open on the day of a list, with their true ages (da: åbne sager ved start).

A list knows how old an open case is and which milestones it has passed, and seldom how much work is
left: between two milestones its age says where it stands (`BacklogStage.placed_by_age`). Where it
says of nearly every case when work on it began, it says too which of the open ones still wait with
all their work left.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from capacity.case_classes import Backlog, BacklogStage, CaseClass, Episode
from capacity.case_events import MET_BY, CaseEvent
from capacity.caseload import CaseUnit
from simulations.case_history import CaseHistory
from simulations.luck import Floats, Integers

NEARLY_EVERY = 0.95
"""Of so many finished cases a list says when work began, where silence means that it has not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenCases:
    """What is open of one class (da: åbne sager).

    `without_arrival` are open cases of which nobody wrote down when they came: they are in the
    backlog as cases of unknown age.
    """

    backlog: Backlog
    without_arrival: int


def open_cases(
    case_class: CaseClass, rows: CaseHistory, whole: CaseHistory | None = None
) -> OpenCases:
    """Lay out a class's open cases by age and by milestones passed (da: åbne sager).

    `rows` are those of this class alone; `whole` is all that is known of the class, where `rows`
    are what was known on an earlier day. A case is open until it is closed or withdrawn, or until
    the last milestone of its route is reached where the list shows no closing.
    """
    still_open = open_rows(case_class, rows)
    arrived = still_open.arrived_at()
    stages: dict[int, list[tuple[int, int | None]]] = defaultdict(list)
    for place, at, begun in zip(
        _passed(case_class, still_open), arrived, still_open.at(CaseEvent.WORK_BEGAN), strict=True
    ):
        if not np.isnan(at):
            age = int(still_open.seen_until - at)
            since = None if np.isnan(begun) else min(age, int(still_open.seen_until - begun))
            stages[int(place)].append((age, since))
    unknown = int(np.isnan(arrived).sum())
    tells = _tells_of_beginnings(rows if whole is None else whole)
    return OpenCases(
        backlog=Backlog(
            stages=tuple(
                stage
                for place, cases in sorted(stages.items())
                for stage in _stages(case_class, place, cases, tells=tells and place == 0)
            ),
            unknown=unknown,
        ),
        without_arrival=unknown,
    )


def _tells_of_beginnings(rows: CaseHistory) -> bool:
    """Whether the list says of nearly every finished case when work on it began."""
    finished = [rows.at(each) for each in MET_BY.values() if each in rows.events]
    done = ~np.isnan(np.fmin.reduce(finished)) if finished else np.zeros(rows.cases, np.bool_)
    known = done & ~np.isnan(rows.at(CaseEvent.WORK_BEGAN))
    return bool(done.any()) and known.sum() >= NEARLY_EVERY * done.sum()


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


def _stages(
    case_class: CaseClass, place: int, cases: Sequence[tuple[int, int | None]], *, tells: bool
) -> Iterator[BacklogStage]:
    """The cases that stand at a place or after it; by what they have begun, where the list tells.

    `cases` are their ages, with the days since work on them began, None where it has not.
    """
    if place == len(case_class.route):
        # All its work is done, and nobody has closed it.
        yield BacklogStage(
            episode=case_class.route[-1].slug,
            ages_days=tuple(sorted(age for age, _ in cases)),
            remaining_effort=Fraction(0),
        )
        return
    episode = case_class.route[place].slug
    if not tells:
        ages = tuple(sorted(age for age, _ in cases))
        yield BacklogStage(episode=episode, ages_days=ages, placed_by_age=True)
        return
    waiting = sorted(age for age, since in cases if since is None)
    begun = sorted((age, since) for age, since in cases if since is not None)
    if waiting:
        yield BacklogStage(episode=episode, ages_days=tuple(waiting))
    if begun:
        yield BacklogStage(
            episode=episode,
            ages_days=tuple(age for age, _ in begun),
            placed_by_age=True,
            begun_days_ago=tuple(since for _, since in begun),
        )


def _passed(case_class: CaseClass, rows: CaseHistory) -> Integers:
    """The first episode at which each case can stand, by the milestones it has passed."""
    place = np.zeros(rows.cases, dtype=np.int64)
    for number, episode in enumerate(case_class.route, start=1):
        event = event_of(episode)
        if event is not None:
            place = np.where(np.isnan(rows.at(event)), place, number)
    return place
