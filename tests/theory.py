"""How the kernel is held against theory: draws, runs, and equivalence within a margin.

A queue agrees with its formula when the whole interval around what was simulated lies within the
margin: 1 % of the formula's value up to load 0.9, 3 % above. The intervals of all comparisons, in
all files, hold together with 99 % confidence (Bonferroni). Seed, sizes and margins were set before
the first run, the sizes by a pilot with another seed.

Many intervals are narrowed by *controls*: means over the same draws that are known exactly, such
as the wait for one caseworker who works as fast as all of them (Lindley's recursion, Pollaczek and
Khinchin's mean). What the kernel does has no part in them, so its mean is estimated unbiased.
"""

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple, TypeVar

import numpy as np
from numba import njit
from offices import ALWAYS_THERE, Office, Step, Team, one_episode_each, planned, staffed
from scipy import stats

from capacity.distributions import Distribution
from simulations.casework import casework
from simulations.luck import Floats, key_of, quantiles_of, stream, uniform, value
from simulations.office import EPISODE, ON_TEAM_DESK, WHOLE_TEAM, Deal, Outcome, Plan, Staff

SEED = 20_261_125
FAMILY_WISE_ERROR = 0.01
MOST_COMPARISONS = 128
"""In all files together, the long forms too."""
JUDGED: list[str] = []
"""The comparisons made so far in this process."""

WARM_UP = 0.1
"""The part of a run that is not counted."""
NO_END = 2.0**29
"""Clocks run for twice as long, so every case is closed by then."""

Result = TypeVar("Result")


# --- Draws -----------------------------------------------------------------------------------


def key(run: int, purpose: str, entity: str) -> np.uint64:
    return np.uint64(key_of(stream(SEED, purpose, entity), run))


@njit(nogil=True)
def uniforms(key, count):
    drawn = np.empty(count)
    for ordinal in range(count):
        drawn[ordinal] = uniform(key, ordinal)
    return drawn


@njit(nogil=True)
def exponentials(key, count):
    drawn = np.empty(count)
    for ordinal in range(count):
        drawn[ordinal] = -np.log(uniform(key, ordinal))
    return drawn


@njit(nogil=True)
def _values(quantiles, key, count):
    drawn = np.empty(count)
    for ordinal in range(count):
        drawn[ordinal] = value(quantiles, 0, uniform(key, ordinal))
    return drawn


def values(distribution: Distribution, key: np.uint64, count: int) -> Floats:
    return _values(quantiles_of((distribution,)), key, count)


def poisson_stream(key: np.uint64, rate: float, count: int) -> Floats:
    return np.cumsum(exponentials(key, count)) / rate


# --- Offices ---------------------------------------------------------------------------------


def pooled(servers: int, *, steps: tuple[Step, ...] = (), **practice: object) -> Office:
    """The textbook's office: servers who never rest, and one pile."""
    team = Team(caseworkers=(ALWAYS_THERE,) * servers, assignment=WHOLE_TEAM, **practice)
    return Office(teams=(team,), steps=steps or (Step(desk=ON_TEAM_DESK),))


def owned(caseworkers: int, *, steps: tuple[Step, ...] = (), **practice: object) -> Office:
    """Caseworkers who never rest, each with cases of their own."""
    team = Team(caseworkers=(ALWAYS_THERE,) * caseworkers, **practice)
    return Office(teams=(team,), steps=steps or (Step(),))


def many(office: Office, times: int) -> Office:
    """So many teams alike in one office, who never meet: each is a replication."""
    return Office(teams=office.teams * times, steps=office.steps)


def routes(arrived_at: Floats, episodes: np.ndarray, effort: Floats, delay: Floats) -> Deal:
    """Cases in order of arrival, each with so many episodes."""
    deal = one_episode_each(arrived_at, np.zeros(arrived_at.size))
    last = np.cumsum(episodes)
    deal.strands["first_episode"] = deal.strands["episode"] = last - episodes
    deal.strands["last_episode"] = last
    rows = np.zeros(effort.size, dtype=EPISODE)
    rows["effort_hours"], rows["delay_days"] = effort, delay
    return deal._replace(episodes=rows)


class Textbook(NamedTuple):
    """An office laid out for the kernel, where every run is checked for what must always hold."""

    plan: Plan
    staff: Staff

    def run(self, deal: Deal, sample_at: Floats, horizon: float = NO_END) -> Outcome:
        """Run the kernel; nothing gets lost, and nobody works more than there are hours."""
        outcome = casework(self.plan, deal, self.staff, sample_at, horizon, True)
        arrived_at, closed_at = deal.cases["arrived_at"], np.sort(outcome.cases["closed_at"])
        came = np.searchsorted(np.sort(arrived_at), sample_at)
        went = np.searchsorted(closed_at, sample_at)
        assert (outcome.samples["open_cases"].sum(axis=1) == came - went).all()
        is_open = outcome.cases["is_open"].sum()
        assert (arrived_at < horizon).sum() == np.isfinite(closed_at).sum() + is_open
        assert (outcome.busy_hours <= horizon * (1 + 1e-12)).all()
        done = outcome.takes["done_at"] < horizon
        efforts = deal.episodes["effort_hours"]
        all_taken = efforts[outcome.takes["caseworker"] >= 0].sum()
        busy = outcome.busy_hours.sum()
        assert efforts[done].sum() * (1 - 1e-9) <= busy <= all_taken * (1 + 1e-9)
        return outcome


def textbook(office: Office) -> Textbook:
    return Textbook(planned(office), staffed(office))


# --- Controls --------------------------------------------------------------------------------


@njit(nogil=True)
def waits_of_one(arrived_at, effort):
    """Lindley's recursion: the waits for one server, first come first served."""
    waits = np.empty(arrived_at.size)
    wait = 0.0
    for case in range(arrived_at.size):
        waits[case] = wait
        if case + 1 < arrived_at.size:
            wait = max(0.0, wait + effort[case] - (arrived_at[case + 1] - arrived_at[case]))
    return waits


@njit(nogil=True)
def waits_of_several(arrived_at, effort, servers):
    """Kiefer and Wolfowitz's recursion: the waits for several servers."""
    free_at = np.zeros(servers)
    waits = np.empty(arrived_at.size)
    for case in range(arrived_at.size):
        first = free_at.argmin()
        begins = max(free_at[first], arrived_at[case])
        waits[case] = begins - arrived_at[case]
        free_at[first] = begins + effort[case]
    return waits


def one_fast_server(
    arrived_at: Floats, effort: Floats, servers: int, rate: float, second_moment: float
) -> list[float]:
    """How far the means of a run are from what they are known to be, for effort of mean 1.

    The time between arrivals, the effort, and the wait if one server worked as fast as all.
    """
    load = rate / servers
    mean_wait = load * second_moment / servers / (2 * (1 - load))
    return [
        np.diff(arrived_at)[counted(arrived_at)].mean() * rate - 1,
        effort[counted(effort)].mean() - 1,
        waits_of_one(arrived_at, effort / servers)[counted(effort)].mean() - mean_wait,
    ]


def counted(cases: Floats) -> slice:
    return slice(int(WARM_UP * cases.size), None)


# --- Equivalence -----------------------------------------------------------------------------


def margin_at(load: float) -> float:
    return 0.01 if load <= 0.9 else 0.03


def on_threads(work: Callable[[int], Result], runs: int) -> list[Result]:
    """The kernel does not hold Python's lock: a thread a core."""
    with ThreadPoolExecutor() as pool:
        return list(pool.map(work, range(runs)))


def interval(observed: Floats, controls: Floats) -> tuple[float, float]:
    """Mean and half-width, by regression on controls that are 0 in the mean (Lavenberg & Welch)."""
    rows = np.column_stack([np.ones(observed.size), controls])
    weights, *_ = np.linalg.lstsq(rows, observed, rcond=None)
    left = observed - rows @ weights
    free = observed.size - rows.shape[1]
    spread = left @ left / free
    error = np.sqrt(spread * np.linalg.pinv(rows.T @ rows)[0, 0])
    confidence = 1 - FAMILY_WISE_ERROR / MOST_COMPARISONS
    return float(weights[0]), float(error * stats.t.ppf((1 + confidence) / 2, free))


def equivalent(
    run: Callable[[int], tuple[Sequence[float], Sequence[float]]],
    expected: Mapping[str, float],
    *,
    runs: int,
    margin: float,
) -> None:
    """Judge a queue by its runs: each gives what was observed, as `expected`, and its controls."""
    JUDGED.extend(expected)
    assert len(JUDGED) <= MOST_COMPARISONS
    every = on_threads(run, runs)
    controls = np.array([controls for _, controls in every])
    told = []
    for place, (name, formula) in enumerate(expected.items()):
        found, half = interval(np.array([observed[place] for observed, _ in every]), controls)
        within = abs(found - formula) + half <= margin * formula
        told.append((within, f"{name}: {found:.5g} ± {half:.2g}, by the formula {formula:.5g}"))
    assert all(within for within, _ in told), "\n".join(line for _, line in told)
