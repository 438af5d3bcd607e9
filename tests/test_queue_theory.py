"""The kernel as a shared queue, held against the textbooks.

With clocks that never stop and one pile it is M/G/c: see `theory` for what agreement means.
"""

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

import numpy as np
import pytest
from offices import Step, one_episode_each
from theory import (
    WARM_UP,
    equivalent,
    exponentials,
    key,
    many,
    margin_at,
    one_fast_server,
    poisson_stream,
    pooled,
    routes,
    textbook,
    uniforms,
    values,
    waits_of_several,
)

from capacity.distributions import Distribution, Family
from simulations.birth_death import state_shares
from simulations.erlang import Measure, mean_wait, share_within
from simulations.fluid import TeamHours, backlog_hours_at, outlook
from simulations.general_service import mean_wait_md_c, mean_wait_mg_1
from simulations.luck import Floats
from simulations.office import ON_TEAM_DESK, PREEMPTIVE_PRIORITY, PRIORITY, Deal, Outcome
from simulations.phase_type import PhaseType, erlang_work, hyperexponential_work, phase_type_queue
from simulations.pooled_queue import PooledQueue
from simulations.priorities import (
    nonpreemptive_mm_c,
    preemptive_mm_c,
)
from simulations.reentrant import ReentrantCases, reentrant_answer
from simulations.transient import queue_over_time

CUSTOMERS = 100_000
COUNTED = slice(int(WARM_UP * CUSTOMERS), None)
SAMPLES = 20_000

EXPONENTIAL = Distribution(family=Family.EXPONENTIAL, mean=Fraction(1), cv=Fraction(1))
FIXED = Distribution(family=Family.DETERMINISTIC, mean=Fraction(1), cv=Fraction(0))
LOGNORMAL = Distribution(family=Family.LOGNORMAL, mean=Fraction(1), cv=Fraction(1))
GAMMA = Distribution(family=Family.GAMMA, mean=Fraction(1), cv=Fraction("0.5"))
TWO_STAGES = erlang_work(mean=Fraction(1), stages=2)
SHORT_AND_LONG = hyperexponential_work(mean=Fraction(1), cv=Fraction("1.5"))


def efforts(work: Distribution | PhaseType, run: int, entity: str, count: int) -> Floats:
    """Work in phases is walked through phase by phase, each with luck of its own."""
    if isinstance(work, Distribution):
        return values(work, key(run, "effort", entity), count)
    left = uniforms(key(run, "first phase", entity), count)
    phase = np.searchsorted(np.cumsum(work.start), left * (1 - 1e-12), side="right")
    done = np.zeros(count)
    at_work = np.ones(count, dtype=bool)
    moves, ends = np.array(work.moves), np.array(work.ends)
    rates = moves.sum(axis=1) + ends
    step = 0
    while at_work.any():
        done[at_work] += (exponentials(key(run, f"phase {step}", entity), count) / rates[phase])[
            at_work
        ]
        chosen = uniforms(key(run, f"next phase {step}", entity), count) * rates[phase]
        reach = np.cumsum(np.column_stack([moves, ends]), axis=1)[phase]
        phase_after = (chosen[:, None] >= reach).sum(axis=1)
        at_work &= phase_after < ends.size
        phase = np.where(at_work, phase_after, 0)
        step += 1
    return done


def observed_by_little(arrived_at: Floats, outcome: Outcome, sample_at: Floats) -> float:
    """Mean number open over rate times mean sojourn: 1, by Little's law."""
    sojourn = (outcome.cases["closed_at"] - arrived_at)[COUNTED].mean()
    span = arrived_at[-1] - arrived_at[COUNTED.start]
    rate = (arrived_at.size - COUNTED.start) / span
    return outcome.samples["open_cases"].sum(axis=1).mean() / (rate * sojourn)


def sampled_in(arrived_at: Floats, servers: int) -> Floats:
    return np.linspace(arrived_at[COUNTED.start], arrived_at[-1], SAMPLES // servers)


@dataclass(frozen=True)
class FirstCome:
    """A queue first come, first served; its formulas, and how many runs it gets."""

    servers: int
    load: str
    work: Distribution | PhaseType
    formula: Callable[[PooledQueue], float] | None
    runs: int
    within: str | None = None
    control: bool = True

    @cached_property
    def queue(self) -> PooledQueue:
        return PooledQueue(
            arrivals=Fraction(self.load) * self.servers, service=Fraction(1), servers=self.servers
        )

    @cached_property
    def expected(self) -> dict[str, float]:
        told = {"Little's law": 1.0}
        if self.formula is not None:
            told["wait"] = self.formula(self.queue)
        if self.within is not None:
            within = share_within(self.queue, Fraction(self.within), Measure.SOJOURN)
            told[f"sojourn within {self.within}"] = within
        return told

    @cached_property
    def kernel(self):
        return textbook(pooled(self.servers))

    def run(self, number: int) -> tuple[list[float], list[float]]:
        cv = float(self.work.cv)
        entity = f"{self.servers} {self.load} {type(self.work).__name__} {cv:.3f}"
        rate = float(self.queue.arrivals)
        arrived_at = poisson_stream(key(number, "arrival", entity), rate, CUSTOMERS)
        effort = efforts(self.work, number, entity, CUSTOMERS)
        sample_at = sampled_in(arrived_at, self.servers)
        outcome = self.kernel.run(one_episode_each(arrived_at, effort), sample_at)
        told = [observed_by_little(arrived_at, outcome, sample_at)]
        if self.formula is not None:
            told.append((outcome.takes["taken_at"] - arrived_at)[COUNTED].mean())
        if self.within is not None:
            sojourn = (outcome.takes["done_at"] - arrived_at)[COUNTED]
            told.append((sojourn <= float(self.within)).mean())
        controls = one_fast_server(arrived_at, effort, self.servers, rate, 1 + cv**2)
        if self.within is not None:
            quick = (effort <= float(self.within))[COUNTED]
            controls.append(quick.mean() - -np.expm1(-float(self.within)))
        return told, controls if self.control else controls[:2]


def by_phases(work: PhaseType) -> Callable[[PooledQueue], float]:
    return lambda queue: phase_type_queue(queue, work).mean_wait


def by_pollaczek(cv: str) -> Callable[[PooledQueue], float]:
    return lambda queue: mean_wait_mg_1(queue, service_cv=Fraction(cv))


FIRST_COME = {
    "M/M/1 load 0.5": FirstCome(1, "0.5", EXPONENTIAL, mean_wait, 192, control=False),
    "M/M/1 load 0.9": FirstCome(1, "0.9", EXPONENTIAL, mean_wait, 32),
    "M/M/5 load 0.8": FirstCome(5, "0.8", EXPONENTIAL, mean_wait, 96, within="2"),
    "M/M/5 load 0.9": FirstCome(5, "0.9", EXPONENTIAL, mean_wait, 208, within="2"),
    "M/M/24 load 0.9": FirstCome(24, "0.9", EXPONENTIAL, None, 64, within="1"),
    "M/M/24 load 0.95": FirstCome(24, "0.95", EXPONENTIAL, mean_wait, 32),
    "M/D/5 load 0.9": FirstCome(5, "0.9", FIXED, mean_wait_md_c, 32),
    "M/D/24 load 0.9": FirstCome(24, "0.9", FIXED, mean_wait_md_c, 144),
    "M/G/1 lognormal load 0.8": FirstCome(1, "0.8", LOGNORMAL, by_pollaczek("1"), 32),
    "M/G/1 gamma load 0.5": FirstCome(1, "0.5", GAMMA, by_pollaczek("0.5"), 144, control=False),
    "M/E2/5 load 0.8": FirstCome(5, "0.8", TWO_STAGES, by_phases(TWO_STAGES), 48),
    "M/H2/2 load 0.8": FirstCome(2, "0.8", SHORT_AND_LONG, by_phases(SHORT_AND_LONG), 48),
}


@pytest.mark.parametrize("name", FIRST_COME)
def test_first_come_first_served_is_the_textbooks_queue(name):
    queue = FIRST_COME[name]
    equivalent(queue.run, queue.expected, runs=queue.runs, margin=margin_at(float(queue.load)))


@pytest.mark.parametrize("servers", [1, 2, 5, 24])
def test_every_wait_is_that_of_kiefer_and_wolfowitz(servers):
    arrived_at = poisson_stream(key(0, "arrival", "pathwise"), 0.95 * servers, CUSTOMERS)
    effort = values(LOGNORMAL, key(0, "effort", "pathwise"), CUSTOMERS)
    outcome = textbook(pooled(servers)).run(one_episode_each(arrived_at, effort), np.empty(0))
    waits = waits_of_several(arrived_at, effort, servers)
    assert outcome.takes["taken_at"] - arrived_at == pytest.approx(waits, abs=1e-6)
    assert waits.mean() > 0.1


# --- Urgent cases first ----------------------------------------------------------------------


@dataclass(frozen=True)
class Urgent:
    """Classes of cases on one pile, the urgent first: exponential work, equal for all."""

    servers: int
    arrivals: tuple[str, ...]
    policy: int
    runs: int

    @cached_property
    def rates(self) -> list[Fraction]:
        return [Fraction(rate) for rate in self.arrivals]

    @cached_property
    def expected(self) -> dict[str, float]:
        in_closed_form = (
            preemptive_mm_c if self.policy == PREEMPTIVE_PRIORITY else nonpreemptive_mm_c
        )
        answer = in_closed_form(self.rates, service=Fraction(1), servers=self.servers)
        return {f"class {n}": each.mean_sojourn for n, each in enumerate(answer.settled)}

    @cached_property
    def kernel(self):
        steps = (Step(desk=ON_TEAM_DESK, priority=float(n)) for n in range(len(self.arrivals)))
        return textbook(pooled(self.servers, steps=tuple(steps), policy=self.policy))

    def run(self, number: int) -> tuple[list[float], list[float]]:
        entity = f"{self.servers} {self.arrivals} {self.policy}"
        rate = float(sum(self.rates))
        arrived_at = poisson_stream(key(number, "arrival", entity), rate, CUSTOMERS)
        effort = values(EXPONENTIAL, key(number, "effort", entity), CUSTOMERS)
        upto = np.cumsum([float(each) / rate for each in self.rates])[:-1]
        of_class = np.searchsorted(upto, uniforms(key(number, "class", entity), CUSTOMERS))
        outcome = self.kernel.run(one_episode_each(arrived_at, effort, of_class), sample_at=NOBODY)
        sojourn = (outcome.takes["done_at"] - arrived_at)[COUNTED]
        told = [sojourn[of_class[COUNTED] == n].mean() for n in range(len(self.arrivals))]
        # The most urgent alone, the two most urgent alone …, each for one fast server.
        controls = []
        for n in range(len(self.arrivals)):
            alone = of_class <= n
            of_these = float(sum(self.rates[: n + 1]))
            controls += one_fast_server(arrived_at[alone], effort[alone], self.servers, of_these, 2)
        return told, controls


NOBODY = np.empty(0)
"""No moment at which to count."""

URGENT = {
    "M/M/1 urgent first": Urgent(1, ("0.3", "0.3", "0.2"), PRIORITY, 96),
    "M/M/3 urgent first": Urgent(3, ("0.9", "0.9", "0.6"), PRIORITY, 176),
    "M/M/3 urgent interrupts": Urgent(3, ("0.9", "0.9", "0.6"), PREEMPTIVE_PRIORITY, 64),
    "M/M/1 urgent interrupts": Urgent(1, ("0.3", "0.3", "0.2"), PREEMPTIVE_PRIORITY, 64),
}


@pytest.mark.parametrize("name", URGENT)
def test_urgent_cases_come_first_as_in_the_textbook(name):
    queue = URGENT[name]
    equivalent(queue.run, queue.expected, runs=queue.runs, margin=0.01)


# --- Cases that come back --------------------------------------------------------------------

BACK = ReentrantCases(
    arrivals=Fraction(2),
    work=Fraction(1),
    mean_delay=Fraction(10),
    return_share=Fraction(1, 2),
    servers=5,
)
BACK_CASES = 50_000


def run_of_cases_that_come_back(number: int) -> tuple[list[float], list[float]]:
    arrived_at = poisson_stream(key(number, "arrival", "back"), 2.0, BACK_CASES)
    share = float(BACK.return_share)
    visits = 1 + exponentials(key(number, "visits", "back"), BACK_CASES) // -np.log(share)
    visits = visits.astype(np.int64)
    effort = values(EXPONENTIAL, key(number, "effort", "back"), visits.sum())
    delay = 10 * exponentials(key(number, "delay", "back"), visits.sum())
    last = np.cumsum(visits) - 1
    delay[last] = 0.0
    outcome = BACK_KERNEL.run(routes(arrived_at, visits, effort, delay), NOBODY)
    case_counted = slice(int(WARM_UP * BACK_CASES), None)
    sojourn = (outcome.cases["closed_at"] - arrived_at)[case_counted]
    case_of = np.repeat(np.arange(BACK_CASES), visits) >= case_counted.start
    work, away = effort[case_of].sum(), delay[case_of].sum()
    of_visit = (sojourn.sum() - away) / case_of.sum()
    controls = [
        np.diff(arrived_at)[case_counted].mean() * 2 - 1,
        visits[case_counted].mean() - 2,
        work / sojourn.size - 2,
        away / sojourn.size - 10,
    ]
    return [of_visit, sojourn.mean()], controls


BACK_KERNEL = textbook(pooled(5))


def test_cases_that_come_back_are_erlang_r():
    answer = reentrant_answer(BACK)
    of_visit = answer.mean_wait + float(BACK.work)
    expected = {"sojourn of a visit": of_visit, "sojourn of a case": answer.mean_sojourn}
    equivalent(run_of_cases_that_come_back, expected, runs=320, margin=0.01)


# --- Families that move away -----------------------------------------------------------------

STAYS = 10.0
"""Mean time until a family moves away, with work on its case or without."""


def run_of_families_that_move(number: int) -> tuple[list[float], list[float]]:
    arrived_at = poisson_stream(key(number, "arrival", "moves"), 4.5, CUSTOMERS)
    effort = values(EXPONENTIAL, key(number, "effort", "moves"), CUSTOMERS)
    deal = one_episode_each(arrived_at, effort)
    moves_at = arrived_at + STAYS * exponentials(key(number, "moves", "moves"), CUSTOMERS)
    deal.cases["withdraws_at"] = moves_at
    deal = deal._replace(withdrawing=np.argsort(moves_at, kind="stable"))
    sample_at = sampled_in(arrived_at, 5)
    outcome = MOVES_KERNEL.run(deal, sample_at)
    moved = (outcome.cases["closed_at"] == moves_at)[COUNTED].mean()
    told = [outcome.samples["open_cases"].mean(), moved]
    return told, one_fast_server(arrived_at, effort, 5, 4.5, 2)


MOVES_KERNEL = textbook(pooled(5))


def test_families_that_move_away_leave_at_once():
    """Births 4.5; deaths min(n, 5) by work and n/10 by moving."""
    deaths = np.minimum(np.arange(1, 200), 5) + np.arange(1, 200) / STAYS
    shares = state_shares(np.full(199, 4.5), deaths)
    mean_open = float(shares @ np.arange(200))
    expected = {"open cases": mean_open, "share that moves": mean_open / STAYS / 4.5}
    equivalent(run_of_families_that_move, expected, runs=112, margin=0.01)


# --- From the start, hour by hour ------------------------------------------------------------

TEAMS = 200
"""Replications in one run: teams alike who never meet."""


@dataclass(frozen=True)
class FromStart:
    """M/M/5 day by day, from no cases or from a pile of them."""

    load: str
    open_at_start: int
    times: tuple[int, ...]
    runs: int

    @cached_property
    def queue(self) -> PooledQueue:
        return PooledQueue(arrivals=Fraction(self.load) * 5, service=Fraction(1), servers=5)

    @cached_property
    def expected(self) -> dict[str, float]:
        times = [Fraction(time) for time in self.times]
        course = queue_over_time(self.queue, open_at_start=self.open_at_start, times=times)
        return {f"open at {each.time}": each.mean_open for each in course}

    @cached_property
    def kernel(self):
        return textbook(many(pooled(5), TEAMS))

    def run(self, number: int) -> tuple[list[float], list[float]]:
        entity = f"from the start {self.load} {self.open_at_start}"
        deal = cases_of_teams(
            number, entity, float(self.queue.arrivals), self.open_at_start, self.times[-1]
        )
        outcome = self.kernel.run(deal, np.array(self.times, dtype=np.float64), self.times[-1] + 1)
        came = np.searchsorted(deal.cases["arrived_at"][TEAMS * self.open_at_start :], self.times)
        usual = float(self.queue.arrivals) * np.array(self.times)
        efforts = deal.episodes["effort_hours"]
        # The number open if nobody ever waited: Poisson from nothing, and each of the pile for 1.
        gone_at = np.sort(deal.cases["arrived_at"] + efforts)
        is_open = TEAMS * self.open_at_start + came - np.searchsorted(gone_at, self.times)
        fading = np.exp(-np.array(self.times, dtype=np.float64))
        left = self.open_at_start * fading + float(self.queue.arrivals) * (1 - fading)
        never_waiting = is_open / TEAMS - left
        return (
            list(outcome.samples["open_cases"].mean(axis=1)),
            [*(came / TEAMS - usual), *never_waiting, efforts.mean() - 1],
        )


def cases_of_teams(number: int, entity: str, rate: float, open_at_start: int, until: float) -> Deal:
    """Cases of many teams: so many that are there at 0, and a Poisson stream for each."""
    count = int(TEAMS * rate * until * 1.2) + 1000
    arrived_at = poisson_stream(key(number, "arrival", entity), rate * TEAMS, count)
    assert arrived_at[-1] > until
    at_start = np.zeros(TEAMS * open_at_start)
    arrived_at = np.concatenate([at_start, arrived_at])
    deal = one_episode_each(
        arrived_at, values(EXPONENTIAL, key(number, "effort", entity), arrived_at.size)
    )
    of_team = (uniforms(key(number, "team", entity), arrived_at.size) * TEAMS).astype(np.int32)
    of_team[: at_start.size] = np.arange(at_start.size) % TEAMS
    deal.cases["team"] = of_team
    return deal


FROM_START = {
    "M/M/5 load 0.8 from nothing": FromStart("0.8", 0, (1, 4, 16), 1_600),
    "M/M/5 load 0.8 from a pile": FromStart("0.8", 40, (4, 16, 24), 640),
    "M/M/5 load 1.2 from nothing": FromStart("1.2", 0, (1, 4, 16), 560),
}


@pytest.mark.parametrize("name", FROM_START)
def test_the_number_open_goes_its_way_from_the_start(name):
    queue = FROM_START[name]
    equivalent(queue.run, queue.expected, runs=queue.runs, margin=0.01)


# --- A pile that grows, and one that is cleared ----------------------------------------------

HOURS = {"hours_per_case": Fraction(1), "hours_per_post": Fraction(1)}
TOO_MUCH = TeamHours(
    demand_hours=Fraction(6), supply_hours=Fraction(5), backlog_hours=Fraction(60), **HOURS
)
ENOUGH = TeamHours(
    demand_hours=Fraction("0.8"), supply_hours=Fraction(1), backlog_hours=Fraction(200), **HOURS
)
"""A month is a unit of time here, and an hour of work too."""
GROWS_FOR = 20


def run_of_a_pile_that_grows(number: int) -> tuple[list[float], list[float]]:
    deal = cases_of_teams(number, "grows", 6.0, 60, GROWS_FOR)
    outcome = FIVE_EACH.run(deal, np.array([float(GROWS_FOR)]), GROWS_FOR + 1.0)
    come = deal.cases["arrived_at"] < GROWS_FOR
    work = deal.episodes["effort_hours"]
    left = work[come].sum() - outcome.samples["busy_hours"].sum()
    controls = [come.sum() / TEAMS - 60 - 6 * GROWS_FOR, work.mean() - 1]
    return [left / TEAMS, outcome.samples["open_cases"].mean()], controls


FIVE_EACH = textbook(many(pooled(5), TEAMS))


def test_a_pile_grows_by_the_work_that_comes_less_the_hours_there_are():
    """With exponential work the hours that lie there are as many as the cases, in the mean."""
    left = float(backlog_hours_at(TOO_MUCH, Fraction(GROWS_FOR)))
    expected = {"hours left": left, "cases open": left}
    equivalent(run_of_a_pile_that_grows, expected, runs=64, margin=0.01)


def run_of_a_pile_that_is_cleared(number: int) -> tuple[list[float], list[float]]:
    cleared = ENOUGH.backlog_hours / (ENOUGH.supply_hours - ENOUGH.demand_hours)
    until = 3.0 * float(cleared)
    arrived_at = poisson_stream(key(number, "arrival", "clears"), 0.8, int(0.8 * until))
    arrived_at = np.concatenate([np.zeros(200), arrived_at])
    effort = values(EXPONENTIAL, key(number, "effort", "clears"), arrived_at.size)
    effort[:200] = 1.0
    outcome = ONE.run(one_episode_each(arrived_at, effort), NOBODY)
    is_idle = outcome.takes["done_at"][:-1] < arrived_at[1:]
    is_idle[:199] = False
    assert is_idle.any()
    early = arrived_at < float(cleared)
    net = effort[early].sum() - float(cleared)
    return [outcome.takes["done_at"][is_idle.argmax()]], [net]


ONE = textbook(pooled(1))


def test_a_pile_is_cleared_when_the_hours_to_spare_have_cleared_it():
    cleared = outlook(ENOUGH).cleared_after_months
    assert cleared is not None
    equivalent(
        run_of_a_pile_that_is_cleared, {"cleared after": float(cleared)}, runs=6_400, margin=0.01
    )
