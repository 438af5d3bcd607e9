"""A past as it may have been: laid out, simulated many times, and told in figures (da: fortider).

A past is laid out once for one way of things (an effort, a wait, an order of work), and its
replications run in pieces that are the same whoever runs them. What a piece comes to is the figures
that are counted of each past. The pasts themselves, every clock of every case, are looked at where
they are played and let go.
"""

from collections.abc import Iterator
from fractions import Fraction
from typing import NamedTuple

import numpy as np

from capacity.department import Department
from capacity.rulebook import Rulebook
from simulations.casework import casework
from simulations.dealing import deal
from simulations.luck import Floats, Integers
from simulations.office import Plan
from simulations.people import Level, People, deal_staff, people_of
from simulations.plan import Templates, connected_teams, layout
from simulations.work_clocks import Records
from simulations.work_seen import View, figures_of, in_whole_days, quartiles_seen

_NO_SAMPLES = np.empty(0)


class PossiblePast(NamedTuple):
    """All that one way of things needs to be simulated, and looked at (da: en mulig fortid)."""

    plan: Plan
    templates: Templates
    people: People
    level: Level
    view: View
    group_of_duty: Integers
    """Which of the deadlines looked at a duty of the plan counts under, or -1."""


class SeenPasts(NamedTuple):
    """What is seen of simulated pasts: a row a replication, a column a figure (da: nøgletal)."""

    values: Floats
    roundings: Floats
    """What a whole number more or less is worth in each: the variance of a rounding."""


class SeenQuartiles(NamedTuple):
    """How long work took in simulated pasts (da: hvor længe arbejdet varede)."""

    days: Integers
    """A row a deadline: within how many days a quarter, half and three quarters were done.

    -1 where none was.
    """


def possible_past(department: Department, view: View, seed: int, book: Rulebook) -> PossiblePast:
    """Lay out a department for its past, from its date to the end of the view (da: opstilling)."""
    days = (view.to - view.from_).days
    laid_out = layout(department, connected_teams(department, view.team), days, seed, book)
    people, (level,) = people_of(
        department, laid_out.teams, view.team, [Fraction(0)], department.on, days, seed, book
    )
    rows = laid_out.plan.teams.copy()
    rows["first_caseworker"] = level.first_of_team[:-1]
    rows["last_caseworker"] = level.first_of_team[1:]
    groups = [
        view.deadlines.index(duty.rule)
        if duty.team == view.team and duty.rule in view.deadlines
        else -1
        for duty in laid_out.duties
    ]
    return PossiblePast(
        laid_out.plan._replace(teams=rows),
        laid_out.templates,
        people,
        level,
        view,
        np.array(groups + [-1] * len(laid_out.orders), dtype=np.int64),
    )


def seen_pasts(past: PossiblePast, first: int, last: int) -> SeenPasts:
    """See the replications from `first` up to `last` (da: simulerede nøgletal)."""
    seen = [figures_of(each, past.view, past.group_of_duty) for each in _clocks(past, first, last)]
    return SeenPasts(
        np.array([values for values, _ in seen]), np.array([rounding for _, rounding in seen])
    )


def seen_quartiles(past: PossiblePast, first: int, last: int) -> SeenQuartiles:
    """See how long work took in the replications from `first` up to `last` (da: kvartiler)."""
    clocks = list(_clocks(past, first, last))
    return SeenQuartiles(quartiles_seen(clocks, len(past.view.deadlines), past.group_of_duty))


def _clocks(past: PossiblePast, first: int, last: int) -> Iterator[Records]:
    horizon = float((past.view.to - past.view.from_).days)
    for replication in range(first, last):
        cases = deal(past.templates, replication)
        staff = deal_staff(past.people, past.level, replication)
        outcome = casework(past.plan, cases, staff, _NO_SAMPLES, horizon, traced=False)
        yield in_whole_days(outcome.clocks)
