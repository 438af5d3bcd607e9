"""The cases of one replication as a case list tells of them (da: syntetisk sagsliste).

A case is a row, and so is each clock that has no columns of its own on its case's row: a
notification on an open case, a follow-up.
"""

from datetime import date, timedelta
from typing import NamedTuple

import numpy as np

from capacity.case_classes import CaseClass
from capacity.case_events import ARRIVAL_EVENTS, MET_BY, CaseEvent
from capacity.rulebook import Rulebook
from simulations.case_history import NOBODY, CaseHistory, day_number
from simulations.luck import Floats, Integers
from simulations.office import FROM_ARRIVAL, LAPSED, MET
from simulations.plan import Layout
from simulations.played_department import Played
from simulations.synthetic_staff import Post
from simulations.work_clocks import Records


class ClockEvents(NamedTuple):
    """What a list knows a clock by: what starts it, and what meets it (da: fristens datoer)."""

    start: CaseEvent
    met: CaseEvent


def case_history(was_played: Played, complete_from: date, book: Rulebook) -> CaseHistory:
    """Tell what was played as a case list with every moment exact (da: sagsliste).

    A case's row has its arrival, when its work began, the clocks of its route, and its end. The
    other clocks' rows are of the class `class/strand`, with the case's number as the child; one
    that lapsed because its case had closed was withdrawn on that day. A row's caseworker is the
    case's owner while it is open, else whoever worked on it last: the place of an employment among
    all the posts' holders. Where that is not known, and on a duty rota, it is -1.
    """
    parts = _case_rows(was_played, book), _clock_rows(was_played, book)
    names = tuple(dict.fromkeys(name for rows in parts for name in rows.class_names))
    on = day_number(was_played.department.on)
    told = CaseHistory(
        unit=was_played.department.unit,
        seen_on=was_played.department.on + timedelta(days=was_played.days - 1),
        complete_from=complete_from,
        teams=tuple(team.slug for team in was_played.department.teams),
        case_classes=names,
        team=np.concatenate([rows.team for rows in parts]),
        case_class=np.concatenate(
            [_renumbered(rows.case_class, rows.class_names, names) for rows in parts]
        ),
        events={
            event: np.concatenate([rows.moments[event] for rows in parts]) + on
            for event in CaseEvent
            if any(np.isfinite(rows.moments[event]).any() for rows in parts)
        },
        timed=frozenset(CaseEvent),
        caseworker=np.concatenate([rows.caseworker for rows in parts]),
        siblings=np.concatenate([rows.siblings for rows in parts]),
        child=np.concatenate([rows.child for rows in parts]),
        external_days=np.concatenate([rows.external_days for rows in parts]),
    )
    ended = np.fmin(told.at(CaseEvent.CLOSED), told.at(CaseEvent.WITHDRAWN))
    since = day_number(complete_from)
    return told.only((told.arrived_at() >= since) | ~(ended < since))


class _Rows(NamedTuple):
    """Rows of a list; moments are days since the department's date, not a number for none."""

    class_names: list[str]
    case_class: Integers
    team: Integers
    moments: dict[CaseEvent, Floats]
    caseworker: Integers
    siblings: Integers
    child: Integers
    external_days: Floats


def _never(rows: int) -> dict[CaseEvent, Floats]:
    return {event: np.full(rows, np.nan) for event in CaseEvent}


def _renumbered(place: Integers, names: list[str], all_names: tuple[str, ...]) -> Integers:
    numbers = np.array([all_names.index(name) for name in names], dtype=np.int64)
    return np.asarray(numbers[place])


# --- The rows of cases -----------------------------------------------------------------------


def _case_rows(was_played: Played, book: Rulebook) -> _Rows:
    cases, classes = was_played.outcome.cases[: was_played.deal.cases.size], was_played.case_classes
    class_of, arrived, moments = was_played.class_of_case(), cases["arrived_at"], _never(cases.size)
    # 1. arrival and end
    for place, each in enumerate(classes):
        mine = class_of == place
        moments[_arrival_event(each, book)][mine] = arrived[mine]
    has_ended = cases["closed_at"] < was_played.days
    moved = has_ended & (cases["closed_at"] == cases["withdraws_at"])
    moments[CaseEvent.WITHDRAWN][moved] = cases["closed_at"][moved]
    moments[CaseEvent.CLOSED][has_ended & ~moved] = cases["closed_at"][has_ended & ~moved]
    # 2. the clocks that have columns here
    clocks = _watched_clocks(was_played)
    case_of = was_played.deal.strands["case"][clocks["strand"]]
    for duty in _duties_of_case_rows(was_played, book):
        start, met = _events_of(was_played.layout, duty, book)
        behind = _behind_at_start(was_played, duty)
        moments[met][behind] = arrived[behind]
        its, is_met = clocks["duty"] == duty, clocks["outcome"] == MET
        moments[start][case_of[its]] = clocks["started_at"][its]
        moments[met][case_of[its & is_met]] = clocks["ended_at"][its & is_met]
    # 3. who worked on it, and how long others let it wait
    work = _work_on_routes(was_played)
    came = arrived >= 0
    moments[CaseEvent.WORK_BEGAN][came] = work.began_at[came]
    owned = cases["owner"] >= 0
    return _Rows(
        class_names=[each.slug for each in classes],
        case_class=class_of,
        team=_team_numbers(was_played, [each.team for each in classes])[class_of],
        moments=moments,
        caseworker=_employees(
            was_played.posts,
            np.where(owned, cases["owner"], work.last_by),
            np.where(owned, was_played.days - 1, work.last_at),
        ),
        siblings=_bursts(arrived, class_of),
        child=np.arange(cases.size),
        external_days=work.waited_days,
    )


def _arrival_event(case_class: CaseClass, book: Rulebook) -> CaseEvent:
    """What a class's arrival is called in a list: the event that starts a clock of its route.

    Without one: the need became known.
    """
    for episode in case_class.route:
        if episode.clock and episode.clock.starts == "arrival" and episode.clock.deadline in MET_BY:
            return _start_event(episode.clock.deadline, book)
    return CaseEvent.NEED_BECAME_KNOWN


def _bursts(arrived: Floats, class_of: Integers) -> Integers:
    """A number for each burst of siblings: cases of a class that came at the very same moment.

    Those that were open at the start have ages in whole days, which say nothing.
    """
    together = np.stack([class_of, arrived])
    _, number = np.unique(together, axis=1, return_inverse=True)
    return np.where(arrived >= 0, number.ravel(), NOBODY)


def _behind_at_start(was_played: Played, duty: int) -> Integers:
    """The cases that had met a duty before the start: on arrival, as the kernel takes it."""
    cases, steps = was_played.deal.cases, was_played.layout.plan.steps
    (milestone, *_) = steps["milestone"][steps["meets"] == duty]
    case_class = was_played.layout.duties[duty].case_class
    if milestone < 0:
        return np.zeros(0, dtype=np.int64)
    of_class = [each.slug == case_class for each in was_played.case_classes]
    may_be = np.array(of_class)[was_played.class_of_case()] & (cases["arrived_at"] < 0)
    mine = np.flatnonzero(may_be)
    reached = was_played.deal.milestone_at[cases["first_milestone"][mine] + milestone]
    return np.asarray(mine[reached < 0])


class _Work(NamedTuple):
    """What is known of the work on each case's route."""

    began_at: Floats
    last_by: Integers
    last_at: Floats
    waited_days: Floats


def _work_on_routes(was_played: Played) -> _Work:
    """When the work on each case began, who did it last, and how long it waited for others.

    An episode that was handed over is known by its last taking.
    """
    deal, takes = was_played.deal, was_played.outcome.takes
    cases = deal.cases.size
    strand_of = was_played.strand_of_episode()
    of_route = deal.strands["is_route"][strand_of] & (takes["caseworker"] >= 0)
    case_of, taken = deal.strands["case"][strand_of[of_route]], takes[of_route]
    began_at = np.full(cases, np.inf)
    np.minimum.at(began_at, case_of, taken["taken_at"])
    in_order = np.argsort(taken["taken_at"], kind="stable")
    last_by, last_at = np.full(cases, NOBODY), np.zeros(cases)
    last_by[case_of[in_order]] = taken["caseworker"][in_order]  # the last one stands
    last_at[case_of[in_order]] = taken["taken_at"][in_order]
    done = taken["done_at"] < was_played.days
    so_far = was_played.days - taken["done_at"][done]
    waited = np.minimum(deal.episodes["delay_days"][of_route][done], so_far)
    return _Work(
        np.where(np.isfinite(began_at), began_at, np.nan),
        last_by,
        last_at,
        np.bincount(case_of[done], waited, cases).astype(np.float64),
    )


# --- The rows of clocks beside ---------------------------------------------------------------


def _clock_rows(was_played: Played, book: Rulebook) -> _Rows:
    laid_out, owners = was_played.layout, was_played.outcome.cases["owner"]
    watched = _watched_clocks(was_played)
    in_lists = [n for n, duty in enumerate(laid_out.duties) if duty.rule in MET_BY]
    on_case_rows = _duties_of_case_rows(was_played, book)
    elsewhere = np.isin(watched["duty"], on_case_rows)
    clocks = watched[np.isin(watched["duty"], in_lists) & ~elsewhere]
    moments = _never(clocks.size)
    is_met, has_lapsed = clocks["outcome"] == MET, clocks["outcome"] == LAPSED
    for duty in in_lists:
        start, met = _events_of(laid_out, duty, book)
        its = clocks["duty"] == duty
        moments[start][its] = clocks["started_at"][its]
        moments[met][its & is_met] = clocks["ended_at"][its & is_met]
    moments[CaseEvent.CLOSED][is_met] = clocks["ended_at"][is_met]
    moments[CaseEvent.WITHDRAWN][has_lapsed] = clocks["ended_at"][has_lapsed]
    names, teams = _names_and_teams_of_duties(was_played)
    told = [n for n in in_lists if n not in on_case_rows]
    place = np.full(len(names), NOBODY)
    place[told] = np.arange(len(told))
    case_of = was_played.deal.strands["case"][clocks["strand"]]
    return _Rows(
        class_names=[names[number] for number in told],
        case_class=place[clocks["duty"]],
        team=_team_numbers(was_played, teams)[clocks["duty"]],
        moments=moments,
        caseworker=_employees(
            was_played.posts,
            np.where(is_met, _met_by(was_played, clocks), owners[case_of]),
            np.where(is_met, clocks["ended_at"], was_played.days - 1),
        ),
        siblings=np.full(clocks.size, NOBODY),
        child=case_of.astype(np.int64),
        external_days=np.full(clocks.size, np.nan),
    )


def _names_and_teams_of_duties(was_played: Played) -> tuple[list[str], list[str]]:
    """What rows of each duty are called, and the team that owes it: a rota's are those on it."""
    laid_out, department = was_played.layout, was_played.department
    staffed_by = {rota.slug: rota.staffed_by for rota in department.duty_rotas}
    strand_of = {(each.slug, episode.slug): strand for each, strand, episode in was_played.episodes}
    names = []
    for duty in laid_out.duties:
        strand = strand_of[duty.case_class, duty.episode]
        names.append(f"{duty.case_class}/{strand.slug if strand else duty.episode}")
    return names, [staffed_by.get(duty.team, duty.team) for duty in laid_out.duties]


def _met_by(was_played: Played, clocks: Records) -> Integers:
    """Who did the work that met each clock; -1 where that is not known."""
    deal, takes = was_played.deal, was_played.outcome.takes
    meets = was_played.layout.plan.steps["meets"][deal.episodes["step"]]
    passed = (meets >= 0) & (takes["done_at"] < was_played.days)
    strand_of = was_played.strand_of_episode()[passed]
    moments = (takes["done_at"] + deal.episodes["delay_days"])[passed]
    by = dict(zip(zip(strand_of, moments, strict=True), takes["caseworker"][passed], strict=True))
    ended = zip(clocks["strand"], clocks["ended_at"], strict=True)
    return np.array([by.get(each, NOBODY) for each in ended], dtype=np.int64)


# --- What both ask ---------------------------------------------------------------------------


def _watched_clocks(was_played: Played) -> Records:
    clocks = was_played.outcome.clocks
    return clocks[clocks["duty"] < len(was_played.layout.duties)]


def _events_of(laid_out: Layout, duty: int, book: Rulebook) -> ClockEvents:
    rule = laid_out.duties[duty].rule
    return ClockEvents(_start_event(rule, book), MET_BY[rule])


def _start_event(rule: str, book: Rulebook) -> CaseEvent:
    """The event that starts a deadline's clock, the same in all law that has it."""
    return next(CaseEvent(each.starts_on.id) for each in book[rule].values if each.starts_on)


def _duties_of_case_rows(was_played: Played, book: Rulebook) -> tuple[int, ...]:
    """The duties that have columns on their case's own row.

    They are the route's, as far as no other of the class has the same columns, and where a later
    start would not be taken for the case's arrival.
    """
    laid_out = was_played.layout
    of_route = {
        (each.slug, episode.slug) for each, strand, episode in was_played.episodes if not strand
    }
    arrival = {each.slug: _arrival_event(each, book) for each in was_played.case_classes}
    taken: set[tuple[str, CaseEvent]] = set()
    chosen = []
    for number, duty in enumerate(laid_out.duties):
        if duty.rule not in MET_BY or (duty.case_class, duty.episode) not in of_route:
            continue
        columns = {(duty.case_class, event) for event in _events_of(laid_out, number, book)}
        start = _start_event(duty.rule, book)
        is_arrival = laid_out.plan.duties["starts"][number] == FROM_ARRIVAL
        own = arrival[duty.case_class]
        fits = start == own if is_arrival else _comes_after(start, own)
        if fits and not columns & taken:
            chosen.append(number)
            taken |= columns
    return tuple(chosen)


def _comes_after(start: CaseEvent, arrival: CaseEvent) -> bool:
    """Whether an event never stands for the arrival of a row that has another (`arrived_at`)."""
    if start not in ARRIVAL_EVENTS:
        return True
    return ARRIVAL_EVENTS.index(start) > ARRIVAL_EVENTS.index(arrival)


def _team_numbers(was_played: Played, teams: list[str]) -> Integers:
    return np.array([was_played.layout.teams.index(team) for team in teams], dtype=np.int64)


def _employees(posts: tuple[Post | None, ...], workers: Integers, moments: Floats) -> Integers:
    """The places of the employments that held the kernel's caseworkers' posts at some moments."""
    first_place = np.cumsum([0, *(len(post.holders) if post else 0 for post in posts)])
    found = np.full(workers.size, NOBODY)
    for number, post in enumerate(posts):
        if post is None:
            continue
        mine = workers == number
        holder = np.searchsorted(post.from_days, moments[mine], side="right") - 1
        found[mine] = first_place[number] + np.maximum(holder, 0)
    return found
