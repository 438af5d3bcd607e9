"""Small offices told in plain Python, and the records in which the kernel is told of them.

    pooled = Office(
        teams=(Team(caseworkers=(ALWAYS_THERE,) * 2, assignment=WHOLE_TEAM),),
        steps=(Step(desk=ON_TEAM_DESK),),
        cases=(Case(arrived_at=0.0, route=(Episode(1.5),)), Case(arrived_at=0.5, route=...)),
    )
    outcome = run(pooled, horizon=100.0)

Everything is numbered in the order in which it is told: caseworkers team by team; strands case by
case, the route first and then what is beside it; episodes strand by strand.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import NamedTuple

import numpy as np

from simulations.casework import casework
from simulations.office import (
    CASE,
    CASEWORKER,
    CHANGE,
    DUTY,
    EPISODE,
    FIRST_COME,
    FROM_ARRIVAL,
    LEAST_LOADED,
    ON_OWN_DESK,
    STEP,
    STILL_FIRST,
    STRAND,
    TEAM,
    Deal,
    Outcome,
    Plan,
    Staff,
)
from simulations.work_clocks import INTERVAL

INFINITY = float("inf")
NOTHING = -1


class Opening(NamedTuple):
    """Part of a work clock: open in [opens_at, closes_at), and so many hours of work in it."""

    opens_at: float
    closes_at: float
    hours: float


@dataclass(frozen=True, slots=True)
class Caseworker:
    openings: tuple[Opening | tuple[float, float, float], ...] = ()
    fte: float = 1.0
    idle_since: float = -INFINITY


ALWAYS_THERE = Caseworker(openings=(Opening(0.0, 2.0**30, 2.0**30),))
"""The server of the textbooks: an hour of work a day, day and night."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Team:
    caseworkers: tuple[Caseworker, ...] = ()
    policy: int = FIRST_COME
    after_due: int = STILL_FIRST
    assignment: int = LEAST_LOADED
    caseload_limit: float = INFINITY
    switching_hours: float = 0.0
    handover_hours: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    desk: int = ON_OWN_DESK
    team: int = NOTHING
    priority: float = 0.0
    by_another: bool = False
    begins_round: bool = False
    towards: int = NOTHING
    meets: int = NOTHING
    milestone: int = NOTHING
    orders: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Duty:
    """A deadline: so many hours after its start, or a due moment for each day from the first on."""

    starts: int = FROM_ARRIVAL
    milestone: int = NOTHING
    hours: float = 0.0
    due_by_day: tuple[float, ...] | None = None


class Episode(NamedTuple):
    effort_hours: float
    delay_days: float = 0.0
    step: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Strand:
    """Work beside the route: it begins at a moment of its own, or at a milestone of the case."""

    episodes: tuple[Episode, ...]
    starts_at: float | None = None
    began_at: float | None = None  # where it is another moment: the strand was begun before
    trigger: int = NOTHING
    outlives_case: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A case; one from before the start goes on at 0, its route told from where it is."""

    arrived_at: float
    route: tuple[Episode, ...]
    beside: tuple[Strand, ...] = ()
    team: int = 0
    weight: float = 1.0
    withdraws_at: float = INFINITY
    is_open: bool = False
    """Before the start: it asks for an owner at once, whether there is work to do or not."""
    ignores_limit: bool = False
    passed: tuple[tuple[int, float], ...] = ()
    """Milestones from before the start, each with its moment."""
    hours_left: float | None = None
    """Of the route's first episode, where that was begun before the start."""
    delayed_until: float | None = None
    """When the route goes past its first episode, where that was worked before the start."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    at: float
    caseworker: int
    fte: float
    hands_over: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Office:
    teams: tuple[Team, ...]
    steps: tuple[Step, ...]
    cases: tuple[Case, ...] = ()
    duties: tuple[Duty, ...] = ()
    changes: tuple[Change, ...] = ()
    first_day: int = 0

    @property
    def caseworkers(self) -> list[Caseworker]:
        return [each for team in self.teams for each in team.caseworkers]

    @property
    def milestones(self) -> int:
        """Milestones that a case has."""
        named = [step.milestone for step in self.steps]
        named += [order for step in self.steps for order in step.orders]
        named += [duty.milestone for duty in self.duties]
        named += [milestone for case in self.cases for milestone, _ in case.passed]
        named += [strand.trigger for case in self.cases for strand in case.beside]
        return 1 + max(named, default=NOTHING)


def run(office: Office, *, horizon: float, sample_at: Sequence[float] = ()) -> Outcome:
    """What the kernel makes of an office, every taking kept."""
    plan, deal, staff = planned(office), dealt(office), staffed(office)
    return casework(plan, deal, staff, np.array(sample_at, dtype=float), horizon, True)


def planned(office: Office) -> Plan:
    last_order = list(accumulate(len(step.orders) for step in office.steps))
    steps = _rows(
        STEP,
        (
            _as_told(step, "desk team priority by_another begins_round towards meets milestone")
            | {"first_order": last - len(step.orders), "last_order": last}
            for step, last in zip(office.steps, last_order, strict=True)
        ),
    )
    tables = [duty.due_by_day for duty in office.duties if duty.due_by_day is not None]
    days = max(map(len, tables), default=1)
    due_dates = np.full((max(len(tables), 1), days), INFINITY)
    duties = []
    row = 0
    for duty in office.duties:
        duties.append(_as_told(duty, "starts milestone hours") | {"due_dates": NOTHING})
        if duty.due_by_day is not None:
            due_dates[row, : len(duty.due_by_day)] = duty.due_by_day
            duties[-1]["due_dates"] = row
            row += 1
    last = list(accumulate(len(team.caseworkers) for team in office.teams))
    teams = _rows(
        TEAM,
        (
            _as_told(team, "policy after_due assignment caseload_limit")
            | _as_told(team, "switching_hours handover_hours")
            | {
                "first_caseworker": end - len(team.caseworkers),
                "last_caseworker": end,
                "queue": NOTHING,
            }
            for team, end in zip(office.teams, last, strict=True)
        ),
    )
    orders = [order for step in office.steps for order in step.orders]
    return Plan(
        steps=steps,
        duties=_rows(DUTY, duties),
        orders=np.array(orders, dtype=np.int64),
        due_dates=due_dates,
        first_day=office.first_day,
        teams=teams,
    )


def dealt(office: Office) -> Deal:
    cases, strands, episodes = [], [], []
    clocks = 0
    for number, case in enumerate(office.cases):
        first_strand = len(strands)
        for strand in strands_of(case):
            first_episode = len(episodes)
            for episode in strand.episodes:
                step = office.steps[episode.step]
                clocks += (step.meets != NOTHING) + len(step.orders)
                episodes.append(episode._asdict())
            is_route = len(strands) == first_strand
            left = case.hours_left if is_route else None
            is_delayed = is_route and case.delayed_until is not None
            starts_at = INFINITY if strand.starts_at is None else strand.starts_at
            strands.append(
                {
                    "case": number,
                    "is_route": is_route,
                    "outlives_case": strand.outlives_case,
                    "trigger": strand.trigger,
                    "first_episode": first_episode,
                    "last_episode": len(episodes),
                    "episode": first_episode,
                    "starts_at": starts_at,
                    "began_at": starts_at if strand.began_at is None else strand.began_at,
                    "due_at": INFINITY,
                    "has_begun": is_delayed,
                    "remaining_hours": NOTHING if left is None else left,
                    "taken_by": NOTHING,
                }
            )
        cases.append(
            _as_told(case, "arrived_at withdraws_at weight team is_open ignores_limit")
            | {
                "first_strand": first_strand,
                "last_strand": len(strands),
                "first_milestone": number * office.milestones,
                "owner": NOTHING,
                "next_of_owner": NOTHING,
                "previous_of_owner": NOTHING,
                "closed_at": INFINITY,
            }
        )
    with_a_start = [n for n, strand in enumerate(strands) if strand["trigger"] == NOTHING]
    withdrawn = [n for n, case in enumerate(office.cases) if case.withdraws_at < INFINITY]
    milestone_at = np.full((len(cases), office.milestones), INFINITY)
    for number, case in enumerate(office.cases):
        for milestone, passed_at in case.passed:
            milestone_at[number, milestone] = passed_at
    return Deal(
        cases=_rows(CASE, cases),
        strands=_rows(STRAND, strands),
        episodes=_rows(EPISODE, episodes),
        starting=_numbers(sorted(with_a_start, key=lambda n: strands[n]["starts_at"])),
        withdrawing=_numbers(sorted(withdrawn, key=lambda n: office.cases[n].withdraws_at)),
        milestone_at=milestone_at.ravel(),
        clocks=clocks,
    )


def one_episode_each(
    arrived_at: np.ndarray, effort_hours: np.ndarray, step: int | np.ndarray = 0
) -> Deal:
    """Many cases, in order of their arrival, each a single episode: for the theory of queues."""
    cases = arrived_at.size
    every = np.arange(cases)
    deal = Deal(
        cases=np.zeros(cases, dtype=CASE),
        strands=np.zeros(cases, dtype=STRAND),
        episodes=np.zeros(cases, dtype=EPISODE),
        starting=every,
        withdrawing=_numbers(()),
        milestone_at=np.empty(0),
        clocks=0,
    )
    for name, value in (
        ("arrived_at", arrived_at),
        ("withdraws_at", INFINITY),
        ("weight", 1.0),
        ("first_strand", every),
        ("last_strand", every + 1),
        ("owner", NOTHING),
        ("next_of_owner", NOTHING),
        ("previous_of_owner", NOTHING),
        ("closed_at", INFINITY),
    ):
        deal.cases[name] = value
    for name, value in (
        ("case", every),
        ("is_route", True),
        ("trigger", NOTHING),
        ("first_episode", every),
        ("last_episode", every + 1),
        ("episode", every),
        ("starts_at", arrived_at),
        ("began_at", arrived_at),
        ("due_at", INFINITY),
        ("remaining_hours", NOTHING),
        ("taken_by", NOTHING),
    ):
        deal.strands[name] = value
    deal.episodes["effort_hours"], deal.episodes["step"] = effort_hours, step
    return deal


def staffed(office: Office) -> Staff:
    openings, caseworkers = [], []
    for number, team in enumerate(office.teams):
        for caseworker in team.caseworkers:
            first = len(openings)
            hours = 0.0
            for opens_at, closes_at, worked in caseworker.openings:
                openings.append((opens_at, closes_at, hours, hours + worked))
                hours += worked
            caseworkers.append(
                {
                    "team": number,
                    "first_interval": first,
                    "last_interval": len(openings),
                    "interval": first,
                    "fte": caseworker.fte,
                    "first_case": NOTHING,
                    "in_hand": NOTHING,
                    "last_case": NOTHING,
                    "idle_since": caseworker.idle_since,
                }
            )
    return Staff(
        caseworkers=_rows(CASEWORKER, caseworkers),
        intervals=np.array(openings, dtype=INTERVAL),
        changes=_rows(
            CHANGE, (_as_told(change, "at caseworker fte hands_over") for change in office.changes)
        ),
    )


def strands_of(case: Case) -> list[Strand]:
    """The route, and what is beside it."""
    starts_at = max(case.arrived_at, 0.0) if case.delayed_until is None else case.delayed_until
    route = Strand(episodes=case.route, starts_at=starts_at, began_at=case.arrived_at)
    return [route, *case.beside]


def _as_told(told: object, names: str) -> dict[str, object]:
    return {name: getattr(told, name) for name in names.split()}


def _rows(record: np.dtype, rows: Iterable[dict[str, object]]) -> np.ndarray:
    """Records with everything else 0."""
    rows = list(rows)
    laid_out = np.zeros(len(rows), dtype=record)
    for number, row in enumerate(rows):
        for name, value in row.items():
            laid_out[number][name] = value
    return laid_out


def _numbers(values: Sequence[int]) -> np.ndarray:
    return np.array(values, dtype=np.int64)
