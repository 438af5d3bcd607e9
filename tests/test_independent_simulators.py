"""The kernel against Ciw, a simulator by others, case by case on the same draws.

Ciw (Palmer, Knight, Harper & Hawa, Journal of Simulation 2019) knows no work clocks and no desks,
so what is tried is told in its own words: an absence is a customer with the highest priority, and a
desk is a station with one server.
"""

from collections import defaultdict
from itertools import count

import ciw
import numpy as np
import pytest
from offices import Caseworker, Office, Opening, Step, Team, one_episode_each, planned, staffed
from theory import exponentials, key, owned, poisson_stream, routes, uniforms

from simulations.casework import casework
from simulations.office import ON_TEAM_DESK, PREEMPTIVE_PRIORITY, ROUND_ROBIN, WHOLE_TEAM, Deal

NOBODY = np.empty(0)
END = 1e6


class Told(ciw.dists.Distribution):
    """Each customer's own times, one for each time it is asked for."""

    def __init__(self, times: dict[int, list[float]]) -> None:
        self._times = times
        self._asked: dict[int, count] = defaultdict(count)

    def sample(self, t=None, ind=None) -> float:
        return self._times[ind.id_number][next(self._asked[ind.id_number])]


def once(moments: np.ndarray) -> ciw.dists.Distribution:
    """Arrivals at these moments and never again."""
    return ciw.dists.Sequential([*np.diff(moments, prepend=0.0).tolist(), float("inf")])


# --- Urgent work that interrupts, and absences -----------------------------------------------

CASES = 600
ABSENCES = 40


@pytest.mark.parametrize("run", range(4))
def test_urgent_work_and_absences_interrupt_as_in_ciw(run):
    """One caseworker, away from time to time: what is in hand goes on where it was left."""
    arrived_at = poisson_stream(key(run, "arrival", "ciw"), 0.7, CASES)
    effort = exponentials(key(run, "effort", "ciw"), CASES)
    is_usual = uniforms(key(run, "class", "ciw"), CASES) < 0.6
    away_for = 3 * exponentials(key(run, "absence", "ciw"), ABSENCES)
    away_from = np.cumsum(away_for + 20 * exponentials(key(run, "between", "ciw"), ABSENCES))
    away_from -= away_for
    found = closed_by_kernel(arrived_at, effort, is_usual, away_from, away_for)
    expected = closed_by_ciw(arrived_at, effort, is_usual, away_from, away_for)
    assert found == pytest.approx(expected, abs=1e-6)


def closed_by_kernel(arrived_at, effort, is_usual, away_from, away_for) -> np.ndarray:
    opens = np.concatenate([[0.0], away_from + away_for])
    closes = np.concatenate([away_from, [END]])
    there = Caseworker(
        openings=tuple(Opening(o, c, c - o) for o, c in zip(opens, closes, strict=True))
    )
    office = Office(
        teams=(Team(caseworkers=(there,), assignment=WHOLE_TEAM, policy=PREEMPTIVE_PRIORITY),),
        steps=tuple(Step(desk=ON_TEAM_DESK, priority=rank) for rank in (0.0, 1.0)),
    )
    deal = one_episode_each(arrived_at, effort, is_usual.astype(np.int64))
    return closed_at(office, deal)


def closed_at(office: Office, deal: Deal) -> np.ndarray:
    return casework(planned(office), deal, staffed(office), NOBODY, END, True).cases["closed_at"]


def closed_by_ciw(arrived_at, effort, is_usual, away_from, away_for) -> np.ndarray:
    of_class = {"absent": away_from, "urgent": arrived_at[~is_usual], "usual": arrived_at[is_usual]}
    times = {"absent": away_for, "urgent": effort[~is_usual], "usual": effort[is_usual]}
    network = ciw.create_network(
        arrival_distributions={name: [once(moments)] for name, moments in of_class.items()},
        service_distributions={
            # Within a class the first to come is the first to begin.
            name: [ciw.dists.Sequential(of_these.tolist())]
            for name, of_these in times.items()
        },
        number_of_servers=[1],
        priority_classes=({"absent": 0, "urgent": 1, "usual": 2}, ["resume"]),
    )
    simulation = ciw.Simulation(network)
    simulation.simulate_until_max_time(END / 2)
    closed = np.empty(arrived_at.size)
    records = [each for each in simulation.get_all_records() if each.record_type == "service"]
    for name, mask in (("urgent", ~is_usual), ("usual", is_usual)):
        done = sorted(
            (each.arrival_date, each.exit_date) for each in records if each.customer_class == name
        )
        assert len(done) == mask.sum()
        closed[mask] = [exit_date for _, exit_date in done]
    return closed


# --- Cases of one's own, with external delays ------------------------------------------------

DESKS = 3


@pytest.mark.parametrize("run", range(4))
def test_owned_cases_with_external_delays_go_as_in_ciw(run):
    """Handed out in turn; work, a delay, work again on the same desk, up to six times."""
    arrived_at = poisson_stream(key(run, "arrival", "owned"), 0.6, CASES)
    visits = 1 + (uniforms(key(run, "visits", "owned"), CASES) * 6).astype(np.int64)
    effort = 1.2 * exponentials(key(run, "effort", "owned"), visits.sum())
    delay = 5 * exponentials(key(run, "delay", "owned"), visits.sum())
    delay[np.cumsum(visits) - 1] = 0.0
    office = owned(DESKS, assignment=ROUND_ROBIN)
    found = closed_at(office, routes(arrived_at, visits, effort, delay))
    expected = owned_by_ciw(arrived_at, visits, effort, delay)
    assert found == pytest.approx(expected, abs=1e-6)


def owned_by_ciw(arrived_at, visits, effort, delay) -> np.ndarray:
    first = np.cumsum(visits) - visits
    # Ciw numbers customers as they come: 1, 2, 3 …
    efforts = {n + 1: effort[first[n] : first[n] + visits[n]].tolist() for n in range(CASES)}
    delays = {n + 1: delay[first[n] : first[n] + visits[n]].tolist() for n in range(CASES)}

    def back_to_desk(individual, _) -> list[int]:
        """Where a customer goes after the first visit, station by station."""
        number = individual.id_number - 1
        return [DESKS + 1, number % DESKS + 1] * (int(visits[number]) - 1)

    shared = Told(efforts)
    network = ciw.create_network(
        arrival_distributions=[once(arrived_at[desk::DESKS]) for desk in range(DESKS)] + [None],
        service_distributions=[shared] * DESKS + [Told(delays)],
        number_of_servers=[1] * DESKS + [float("inf")],
        routing=ciw.routing.ProcessBased(back_to_desk),
    )
    simulation = ciw.Simulation(network)
    simulation.simulate_until_max_time(END / 2)
    closed = np.zeros(CASES)
    for record in simulation.get_all_records():
        number = record.id_number - 1
        closed[number] = max(closed[number], record.exit_date)
    return closed
