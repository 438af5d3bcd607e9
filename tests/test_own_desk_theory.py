"""The kernel with cases of one's own, held against the textbooks: see `theory`.

Attention shared among the cases of a desk is processor sharing; a caseworker with a fixed number of
cases is the machine repairman; cases handed out in turn come to each desk in Erlang's stream.
"""

from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

import numpy as np
import pytest
from offices import Step, one_episode_each
from scipy.optimize import brentq
from test_queue_theory import COUNTED, CUSTOMERS, EXPONENTIAL, GAMMA, LOGNORMAL, NOBODY
from theory import (
    equivalent,
    exponentials,
    key,
    one_fast_server,
    owned,
    poisson_stream,
    routes,
    textbook,
    uniforms,
    values,
)

from capacity.distributions import Distribution, empirical
from simulations.birth_death import owned_cases
from simulations.office import PREEMPTIVE_PRIORITY, PRIORITY, ROUND_ROBIN, SHARED_ATTENTION
from simulations.pooled_queue import PooledQueue
from simulations.priorities import PriorityClass, nonpreemptive_mg_1, preemptive_mg_1
from simulations.sharing import mean_sojourn_of, mean_sojourn_shared

# --- Attention shared among all that is ready ------------------------------------------------

SIZES = [Fraction(1, 4)] * 4 + [Fraction(1)] * 3 + [Fraction(4)]
"""A quarter half of the time, 1 three times in eight, 4 once in eight: of mean 1."""


@dataclass(frozen=True)
class Shared:
    """One caseworker with a little of everything in hand."""

    load: str
    work: Distribution
    runs: int

    @cached_property
    def queue(self) -> PooledQueue:
        return PooledQueue(arrivals=Fraction(self.load), service=Fraction(1), servers=1)

    @cached_property
    def expected(self) -> dict[str, float]:
        told = {"sojourn": mean_sojourn_shared(self.queue)}
        for size in dict.fromkeys(self.work.observed):
            told[f"sojourn of work {size}"] = mean_sojourn_of(self.queue, work=size)
        return told

    @cached_property
    def kernel(self):
        return textbook(owned(1, policy=SHARED_ATTENTION))

    def run(self, number: int) -> tuple[list[float], list[float]]:
        entity = f"shared {self.load} {self.work.family}"
        rate = float(self.load)
        arrived_at = poisson_stream(key(number, "arrival", entity), rate, CUSTOMERS)
        effort = values(self.work, key(number, "effort", entity), CUSTOMERS)
        outcome = self.kernel.run(one_episode_each(arrived_at, effort), NOBODY)
        sojourn = (outcome.cases["closed_at"] - arrived_at)[COUNTED]
        told = [sojourn.mean()]
        for size in dict.fromkeys(self.work.observed):
            told.append(sojourn[effort[COUNTED] == float(size)].mean())
        second_moment = 1 + float(self.work.cv) ** 2
        return told, one_fast_server(arrived_at, effort, 1, rate, second_moment)


SHARED = {
    "M/M/1 shared load 0.8": Shared("0.8", EXPONENTIAL, 64),
    "M/G/1 shared, lognormal, load 0.8": Shared("0.8", LOGNORMAL, 64),
    "M/G/1 shared, three sizes, load 0.8": Shared("0.8", empirical(SIZES), 64),
}


@pytest.mark.parametrize("name", SHARED)
def test_shared_attention_is_processor_sharing(name):
    """Whatever the shape of the work, and in proportion to each case's own."""
    queue = SHARED[name]
    equivalent(queue.run, queue.expected, runs=queue.runs, margin=0.01)


# --- Urgent work on one's own desk -----------------------------------------------------------

QUICK = PriorityClass(arrivals=Fraction(2, 5), service=Fraction(1), service_cv=Fraction(1, 2))
SLOW = PriorityClass(arrivals=Fraction(1, 10), service=Fraction(4), service_cv=Fraction(1))
POLICIES = {
    PRIORITY: ("urgent first", nonpreemptive_mg_1, 64),
    PREEMPTIVE_PRIORITY: ("urgent interrupts", preemptive_mg_1, 64),
}


@pytest.mark.parametrize("policy", POLICIES)
def test_urgent_work_on_ones_own_desk_is_the_textbooks(policy):
    name, in_closed_form, runs = POLICIES[policy]
    steps = (Step(priority=0.0), Step(priority=1.0))
    kernel = textbook(owned(1, steps=steps, policy=policy))

    def run(number: int) -> tuple[list[float], list[float]]:
        arrived_at = poisson_stream(key(number, "arrival", name), 0.5, CUSTOMERS)
        is_slow = uniforms(key(number, "class", name), CUSTOMERS) < 0.2
        quick = values(GAMMA, key(number, "quick", name), CUSTOMERS)
        slow = 4 * exponentials(key(number, "slow", name), CUSTOMERS)
        effort = np.where(is_slow, slow, quick)
        deal = one_episode_each(arrived_at, effort, is_slow.astype(np.int64))
        sojourn = (kernel.run(deal, NOBODY).cases["closed_at"] - arrived_at)[COUNTED]
        told = [sojourn[~is_slow[COUNTED]].mean(), sojourn[is_slow[COUNTED]].mean()]
        # In units of the mean effort, 1.6; E[S²] = 0.8 · 1.25 + 0.2 · 32 = 7.4.
        controls = one_fast_server(arrived_at / 1.6, effort / 1.6, 1, 0.8, 7.4 / 1.6**2)
        return told, controls

    answer = in_closed_form([QUICK, SLOW])
    expected = {"quick": answer.of(0).mean_sojourn, "slow": answer.of(1).mean_sojourn}
    equivalent(run, expected, runs=runs, margin=0.01)


# --- Handed out in turn ----------------------------------------------------------------------


def test_cases_handed_out_in_turn_are_erlangs_stream_to_each_desk():
    """E₃/M/1: σ = (λ / (λ + 1 − σ))³, and the wait is σ / (1 − σ) (Kleinrock 1975, 6.4)."""
    caseworkers, rate = 3, 2.4
    kernel = textbook(owned(caseworkers, assignment=ROUND_ROBIN))

    def run(number: int) -> tuple[list[float], list[float]]:
        arrived_at = poisson_stream(key(number, "arrival", "in turn"), rate, CUSTOMERS)
        effort = values(EXPONENTIAL, key(number, "effort", "in turn"), CUSTOMERS)
        takes = kernel.run(one_episode_each(arrived_at, effort), NOBODY).takes
        assert (takes["caseworker"] == np.arange(CUSTOMERS) % caseworkers).all()
        told = [(takes["taken_at"] - arrived_at)[COUNTED].mean()]
        return told, one_fast_server(arrived_at, effort, caseworkers, rate, 2)

    share = brentq(lambda s: (rate / (rate + 1 - s)) ** caseworkers - s, 0, 0.999)
    equivalent(run, {"wait": share / (1 - share)}, runs=448, margin=0.01)


# --- So many cases each, for good ------------------------------------------------------------

HORIZON = 20_000.0
FROM, TO = 2_000.0, 19_000.0


@dataclass(frozen=True)
class ForGood:
    """Caseworkers with cases that never close: work, a delay, work, a delay …"""

    cases_each: int
    mean_delay: int
    runs: int

    caseworkers = 4

    @cached_property
    def expected(self) -> dict[str, float]:
        answer = owned_cases(
            cases=self.cases_each, mean_delay=Fraction(self.mean_delay), mean_work=Fraction(1)
        )
        return {
            "utilisation": answer.utilisation,
            "sojourn": answer.mean_sojourn,
            "done": answer.finished_per_time,
        }

    @cached_property
    def kernel(self):
        return textbook(owned(self.caseworkers))

    def run(self, number: int) -> tuple[list[float], list[float]]:
        entity = f"for good {self.cases_each} {self.mean_delay}"
        cases = self.cases_each * self.caseworkers
        visits = int(1.3 * HORIZON / (self.mean_delay + 1))
        effort = exponentials(key(number, "effort", entity), cases * visits)
        delay = self.mean_delay * exponentials(key(number, "delay", entity), cases * visits)
        deal = routes(np.zeros(cases), np.full(cases, visits), effort, delay)
        outcome = self.kernel.run(deal, np.array([FROM, TO]), HORIZON)
        assert outcome.cases["is_open"].all()
        owners = outcome.cases["owner"]
        assert (np.bincount(owners) == self.cases_each).all()
        done_at = outcome.takes["done_at"].reshape(cases, visits)
        ready_at = np.column_stack([np.zeros(cases), (done_at + delay.reshape(cases, -1))[:, :-1]])
        counted = (ready_at >= FROM) & (ready_at < TO)
        assert np.isfinite(done_at[counted]).all()
        was_done = (done_at >= FROM) & (done_at < TO)
        open_hours = self.caseworkers * (TO - FROM)
        busy = np.diff(outcome.samples["busy_hours"].sum(axis=1))[0]
        told = [
            busy / open_hours,
            (done_at[counted] - ready_at[counted]).mean(),
            was_done.sum() / open_hours,
        ]
        controls = [
            effort.reshape(cases, visits)[counted].mean() - 1,
            delay.reshape(cases, visits)[counted].mean() / self.mean_delay - 1,
        ]
        return told, controls


FOR_GOOD = {
    "5 cases away for 10": ForGood(5, 10, 64),
    "20 cases away for 25": ForGood(20, 25, 64),
    "30 cases away for 20": ForGood(30, 20, 64),
}


@pytest.mark.parametrize("name", FOR_GOOD)
def test_a_fixed_number_of_cases_each_is_the_finite_source(name):
    queue = FOR_GOOD[name]
    equivalent(queue.run, queue.expected, runs=queue.runs, margin=0.01)
