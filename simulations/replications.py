"""Many replications of an office at many levels of staffing, in one compiled call each piece.

A replication's cases and people are dealt once and meet every level. Pieces are independent and the
answer is the same on any number of threads, in any order, on any executor.
"""

from typing import NamedTuple

import numpy as np

from simulations.casework import OfficeRoom, office_room, opened, run, write_running_clocks
from simulations.cohorts import KINDS, MOST_DAYS_LATE, Period, count_clocks, count_reachable
from simulations.compilation import compiled
from simulations.dealing import DealRoom, deal_into, deal_room, dealt, more_room
from simulations.luck import Floats, Integers, quantiles_of
from simulations.office import DUTY, SAMPLE, STEP, TEAM, Plan
from simulations.people import (
    PERSON,
    RISKS,
    People,
    PeopleRoom,
    deal_absence,
    lay_clocks,
    people_room,
    staff_into,
    tell_changes,
)
from simulations.plan import CLASS, LINE, STANDING_CASE, TEMPLATE, Templates
from simulations.work_clocks import Records


class Experiment(NamedTuple):
    """All that a piece of work needs: what is planned, who is there, what is counted."""

    plan: Plan
    templates: Templates
    people: People
    members: Integers
    """Rows of `people`, level after level."""
    first_member: Integers
    """Where each level's members begin, and where the last one's end."""
    first_of_team: Integers
    """A row a level: where each team begins among its members, and where the last ends."""
    period: Period
    groups: int
    sample_at: Floats


class Counted(NamedTuple):
    """What a piece of replications came to: first index the replication, second the level."""

    counts: Floats
    """Then the group, the year, the kind."""
    stock: Floats
    """Then the group, and whether in time or overdue."""
    days_late: Floats
    """Summed over the replications: the level, the group, whole days late."""
    samples: Records
    """Then the moment, the team."""


@compiled
def _replicate(first, last, start, experiment, room, counted):
    """Run replications from `start` on; return the first for which there was no room, or `last`."""
    period, plan = experiment.period, experiment.plan
    for replication in range(start, last):
        here = replication - first
        # 1. cases and people are dealt
        deal_into(room.deal, experiment.templates, replication)
        cases = dealt(room.deal)
        if not room.deal.counted[0].fits or cases.clocks > room.office.clocks.size:
            return replication
        deal_absence(room.people, experiment.people, replication)
        lay_clocks(room.people, experiment.people)
        tell_changes(room.people, experiment.people)
        reached = room.office.milestone_at[: cases.milestone_at.size]
        count_reachable(plan, cases, period, counted.counts[here, 0], reached)
        for level in range(experiment.first_member.size - 1):
            # 2. the office opens with those who are there at this level
            first_member = experiment.first_member[level]
            members = experiment.members[first_member : experiment.first_member[level + 1]]
            staff = staff_into(room.people, experiment.people, members)
            for team in range(plan.teams.size):
                plan.teams[team].first_caseworker = experiment.first_of_team[level, team]
                plan.teams[team].last_caseworker = experiment.first_of_team[level, team + 1]
            office = opened(room.office, plan, cases, staff, period.followed_until)
            # 3. everything happens, and is counted
            samples = counted.samples[here, level]
            run(office, cases, staff, experiment.sample_at, samples, period.followed_until)
            write_running_clocks(office)
            clocks = office.clocks[: office.tally[0].clocks]
            counts, stock = counted.counts[here, level], counted.stock[here, level]
            count_clocks(clocks, period, counts, stock, counted.days_late[level])
    return last


class Room(NamedTuple):
    """Room for one replication at a time (da: plads)."""

    deal: DealRoom
    people: PeopleRoom
    office: OfficeRoom


def replicate(experiment: Experiment, first: int, last: int) -> Counted:
    """Run the replications from `first` up to `last` at every level (da: gentagelser).

    It takes memory for one replication at a time and for the counts.
    """
    # The rows of teams say who is there at a level: two pieces at once may not share them.
    plan = experiment.plan._replace(teams=experiment.plan.teams.copy())
    experiment = experiment._replace(plan=plan)
    levels = experiment.first_member.size - 1
    years, teams = experiment.period.year_ends.size + 1, plan.teams.size
    counted = Counted(
        np.zeros((last - first, levels, experiment.groups, years, KINDS)),
        np.zeros((last - first, levels, experiment.groups, 2)),
        np.zeros((levels, experiment.groups, MOST_DAYS_LATE + 1)),
        np.zeros((last - first, levels, experiment.sample_at.size, teams), dtype=SAMPLE),
    )
    room = _room(experiment, deal_room(256, 256, 1024, 256))
    start = first
    while True:
        start = _replicate(first, last, start, experiment, room, counted)
        if start == last:
            return counted
        room = _room(experiment, more_room(room.deal))


def _room(experiment: Experiment, for_cases: DealRoom) -> Room:
    clocks = for_cases.episodes.size * (1 + experiment.templates.most_orders)
    return Room(
        for_cases,
        people_room(experiment.people),
        office_room(experiment.plan, experiment.people.persons.size, for_cases, clocks),
    )


def load_compiled_code() -> None:
    """Load the kernel's compiled code, or compile it, so that no answer has to wait for it."""
    replicate(nobody(), 0, 0)


def nobody() -> Experiment:
    """Return an office without people, cases or days: what kernels are loaded with (da: ingen)."""
    none, no_numbers = np.zeros(0), np.zeros(0, dtype=np.int64)
    plan = Plan(
        np.zeros(0, dtype=STEP),
        np.zeros(0, dtype=DUTY),
        no_numbers,
        np.zeros((0, 0)),
        0,
        np.zeros(0, dtype=TEAM),
    )
    templates = Templates(
        np.zeros(0, dtype=CLASS),
        np.zeros(0, dtype=TEMPLATE),
        np.zeros(0, dtype=LINE),
        np.zeros(0, dtype=STANDING_CASE),
        quantiles_of(()),
        np.zeros((0, 1)),
        np.zeros((0, 1)),
        none,
        0,
        0.0,
    )
    people = People(
        np.zeros(0, dtype=PERSON),
        np.zeros((0, 0)),
        np.zeros((0, 0)),
        np.zeros((0, 0), dtype=np.int8),
        np.zeros(0, dtype=RISKS),
        quantiles_of(()),
        np.zeros(0, dtype=np.bool_),
        no_numbers,
        no_numbers,
        np.zeros((0, 0)),
        np.zeros((0, 7, 0, 2)),
        0,
        0.0,
        0.0,
        0,
    )
    return Experiment(
        plan,
        templates,
        people,
        no_numbers,
        np.zeros(1, dtype=np.int64),
        np.zeros((0, 1), dtype=np.int64),
        Period(0.0, 0.0, 0.0, none, no_numbers),
        0,
        none,
    )
