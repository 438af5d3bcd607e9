"""The kernel against theory: equivalence within a margin named beforehand, and honest intervals.

A mean agrees with its formula when the whole interval around the simulated value lies within the
margin: 1 % of the formula's value up to load 0.9, 3 % above. The intervals hold together, all of
them, with 99 % confidence (Bonferroni). Seed, sizes and margins were set before the first run.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

import numpy as np
import pytest
from scipy import stats

from capacity.department import Distribution, Family
from simulations.erlang import Measure, mean_wait, share_within
from simulations.estimates import ratio, ratio_difference
from simulations.general_service import mean_wait_md_c, mean_wait_mg_1
from simulations.kernels import WorkClocks, pooled_queue
from simulations.luck import Floats, arrival_days, uniforms, values
from simulations.pooled_queue import PooledQueue

SEED = 20_261_123
FAMILY_WISE_ERROR = 0.01
CUSTOMERS = 1_000_000
WARM_UP = 50_000

EXPONENTIAL = Distribution(family=Family.EXPONENTIAL, mean=Fraction(1), cv=Fraction(1))
FIXED = Distribution(family=Family.DETERMINISTIC, mean=Fraction(1), cv=Fraction(0))
LOGNORMAL = Distribution(family=Family.LOGNORMAL, mean=Fraction(1), cv=Fraction(1))
GAMMA = Distribution(family=Family.GAMMA, mean=Fraction(1), cv=Fraction("0.5"))


def always_open(servers: int) -> WorkClocks:
    """Clocks that never stop, an hour a unit of time: the textbook's servers."""
    no_end = np.full(servers, 1e9)
    return WorkClocks(np.arange(servers + 1), np.zeros(servers), no_end, np.zeros(servers), no_end)


@dataclass(frozen=True)
class Textbook:
    """One queue with a known answer, and how many runs of a million customers it gets."""

    servers: int
    load: str
    service: Distribution
    formula: Callable[[PooledQueue], float]
    runs: int
    within: float | None = None

    @cached_property
    def queue(self) -> PooledQueue:
        return PooledQueue(
            arrivals=Fraction(self.load) * self.servers, service=Fraction(1), servers=self.servers
        )

    @property
    def entity(self) -> str:
        """What its luck hangs on; no word of it may change from process to process."""
        return f"{self.servers} {self.load} {self.service.family} {self.service.cv} {self.within}"

    @property
    def margin(self) -> float:
        return 0.01 if Fraction(self.load) <= Fraction("0.9") else 0.03

    def observed(self, run: int) -> float:
        arrivals = np.cumsum(-np.log1p(-uniforms(SEED, run, "arrival", self.entity, CUSTOMERS)))
        arrivals /= float(self.queue.arrivals)
        service = values(self.service, uniforms(SEED, run, "effort", self.entity, CUSTOMERS))
        taken_at, done_at = np.empty((2, CUSTOMERS))
        pooled_queue(arrivals, service, always_open(self.servers), taken_at, done_at)
        if self.within is None:
            return float((taken_at - arrivals)[WARM_UP:].mean())
        return float(((done_at - arrivals)[WARM_UP:] <= self.within).mean())


def sojourn_within(time: str) -> dict[str, object]:
    return {
        "formula": lambda queue: share_within(queue, Fraction(time), Measure.SOJOURN),
        "within": float(time),
    }


TEXTBOOK = {
    "M/M/1 load 0.5": Textbook(1, "0.5", EXPONENTIAL, mean_wait, 30),
    "M/M/1 load 0.8": Textbook(1, "0.8", EXPONENTIAL, mean_wait, 90),
    "M/M/1 load 0.9": Textbook(1, "0.9", EXPONENTIAL, mean_wait, 240),
    "M/M/5 load 0.8": Textbook(5, "0.8", EXPONENTIAL, mean_wait, 150),
    "M/M/5 load 0.9": Textbook(5, "0.9", EXPONENTIAL, mean_wait, 330),
    "M/M/24 load 0.9": Textbook(24, "0.9", EXPONENTIAL, mean_wait, 600),
    "M/M/24 load 0.95": Textbook(24, "0.95", EXPONENTIAL, mean_wait, 200),
    "M/M/5 load 0.9, sojourn": Textbook(5, "0.9", EXPONENTIAL, runs=40, **sojourn_within("2")),
    "M/M/24 load 0.9, sojourn": Textbook(24, "0.9", EXPONENTIAL, runs=40, **sojourn_within("1")),
    "M/D/5 load 0.9": Textbook(5, "0.9", FIXED, mean_wait_md_c, 165),
    "M/D/24 load 0.9": Textbook(24, "0.9", FIXED, mean_wait_md_c, 285),
    "M/G/1 lognormal load 0.8": Textbook(
        1, "0.8", LOGNORMAL, lambda queue: mean_wait_mg_1(queue, service_cv=Fraction(1)), 120
    ),
    "M/G/1 lognormal load 0.9": Textbook(
        1, "0.9", LOGNORMAL, lambda queue: mean_wait_mg_1(queue, service_cv=Fraction(1)), 330
    ),
    "M/G/1 gamma load 0.5": Textbook(
        1, "0.5", GAMMA, lambda queue: mean_wait_mg_1(queue, service_cv=Fraction("0.5")), 20
    ),
}


@pytest.mark.parametrize("name", TEXTBOOK)
def test_the_kernel_is_equivalent_to_the_textbook(name):
    textbook = TEXTBOOK[name]
    with ThreadPoolExecutor() as pool:
        runs = np.array(list(pool.map(textbook.observed, range(textbook.runs))))
    confidence = 1 - FAMILY_WISE_ERROR / len(TEXTBOOK)
    half = stats.sem(runs) * stats.t.ppf((1 + confidence) / 2, runs.size - 1)
    expected = textbook.formula(textbook.queue)
    assert abs(runs.mean() - expected) + half <= textbook.margin * expected


TRIALS = 2_000
REPLICATIONS = 64
FIRST_DAY, LAST_DAY, LIMIT = 60.0, 90.0, 2.0


def covered(estimate, truth: float) -> bool:
    return bool(estimate.low <= truth <= estimate.high)


def counted(
    servers: int, arrivals: Floats, service: Floats, limit: float = LIMIT
) -> tuple[int, int]:
    """In time and due among those who arrive in the window, long after the empty start."""
    taken_at, done_at = np.empty((2, arrivals.size))
    pooled_queue(arrivals, service, always_open(servers), taken_at, done_at)
    watched = (arrivals >= FIRST_DAY) & (arrivals < LAST_DAY)
    return int((done_at - arrivals <= limit)[watched].sum()), int(watched.sum())


def trial(number: int) -> tuple[bool, bool]:
    """One interval for M/M/5 and one for the gain of a sixth server: do they hold the truth?"""
    few, many = np.empty((2, REPLICATIONS, 2))
    for replication in range(REPLICATIONS):
        entity = f"trial {number}"
        arrivals = arrival_days(4.0, LAST_DAY, SEED, replication, entity)
        service = values(EXPONENTIAL, uniforms(SEED, replication, "effort", entity, arrivals.size))
        few[replication] = counted(5, arrivals, service)
        many[replication] = counted(6, arrivals, service)
    truth, more = (
        share_within(
            PooledQueue(arrivals=Fraction(4), service=Fraction(1), servers=servers),
            Fraction(LIMIT),
            Measure.SOJOURN,
        )
        for servers in (5, 6)
    )
    return (
        covered(ratio(*few.T), truth),
        covered(ratio_difference(many[:, 0], few[:, 0], few[:, 1]), more - truth),
    )


def test_the_interval_covers_the_truth_as_often_as_it_says():
    with ThreadPoolExecutor() as pool:
        share, difference = np.mean(list(pool.map(trial, range(TRIALS))), axis=0)
    assert 0.93 <= share <= 0.97
    assert 0.93 <= difference <= 0.97
