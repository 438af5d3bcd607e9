"""How fast the kernels are, as ratios measured in one run. `task speed` prints the table.

Ratios come from interleaved rounds: median [least..most]. One core against one core is told in
processor time, which other programs on the machine do not stretch; two threads on the wall, with
half their processor time beside it. Ours is with dealing the luck wherever that is said; SimPy and
Ciw are given theirs in plain lists, dealt beforehand. Before anything is timed, all must have the
same answers.
"""

import itertools
import shutil
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from statistics import median
from time import perf_counter, process_time, thread_time

import numpy as np
import pytest
from benchmarks import peers
from benchmarks.in_c import library, told
from benchmarks.workloads import (
    CASEWORKERS,
    CLASSES,
    CUSTOMERS,
    EFFORTS,
    HORIZON,
    LEVELS,
    LIMIT_HOURS,
    LOAD,
    SEED,
    SERVERS,
    SERVICE,
    STREAMS,
    YEAR,
    always_there,
    classes_of,
    deal_year,
    owned_deal,
    owned_in_time,
    owned_plan,
    pooled_customers,
    room_for_a_year,
    room_for_owned,
    sweep_years,
    years_in_time,
)

from simulations import casework as general
from simulations import own_desks
from simulations.equal_servers import SIDE_BY_SIDE, desks_of, mean_waits, taken_at_by_class
from simulations.estimates import needed_replications, ratio
from simulations.office import SAMPLE

pytestmark = pytest.mark.benchmark
ROUNDS = 7
NO_SAMPLES = np.empty(0), np.empty((0, 1), dtype=SAMPLE)


def seconds(work: Callable[[], object], times: int = 1) -> float:
    begun = thread_time()
    for _ in range(times):
        work()
    return (thread_time() - begun) / times


def ratios(peer: Callable[[], float], ours: Callable[[], float]) -> str:
    """The peer's seconds over ours, in interleaved rounds: median and range."""
    ours()
    measured = [peer() / ours() for _ in range(ROUNDS)]
    form = ".0f" if median(measured) >= 10 else ".2f"
    return f"{median(measured):{form}}x [{min(measured):{form}}..{max(measured):{form}}]"


def said(label: str, result: str, goals: str) -> None:
    print(f"\n{label}: {result} ({goals})")


# --- A: one pooled queue ---------------------------------------------------------------------


def test_a_pooled_queue_against_simpy():
    comes_at, hours = pooled_customers(0)
    lists = comes_at.tolist(), hours.tolist()
    [taken_at] = taken_at_by_class([(comes_at, hours)], SERVERS)
    assert peers.simpy_first_come(*lists, SERVERS) == pytest.approx(taken_at, abs=1e-6)

    def replications() -> np.ndarray:
        return mean_waits(np.arange(SIDE_BY_SIDE), SERVERS, LOAD, SERVICE, SEED, CUSTOMERS)

    assert replications()[0] == pytest.approx((taken_at - comes_at).mean(), rel=1e-9)
    result = ratios(
        lambda: seconds(lambda: peers.simpy_first_come(*lists, SERVERS)),
        lambda: seconds(replications, 3) / SIDE_BY_SIDE,
    )
    said("A. M/G/24, load 0.95, dealt and served, against SimPy", result, "floor 300x, aim 4000x")


# --- B: priorities, absences and a backlog ---------------------------------------------------


@pytest.fixture(scope="module")
def year():
    year = room_for_a_year()
    deal_year(0, STREAMS, EFFORTS, year)
    return year


@pytest.fixture(scope="module")
def lists(year):
    return [(moments.tolist(), hours.tolist()) for moments, hours in classes_of(year, SERVERS)]


def sweep(replications: int) -> np.ndarray:
    """Cases in time at each level, over some replications with their luck."""
    desks = desks_of(list(LEVELS), CLASSES + 1)
    sweep_years(0, replications, (STREAMS, EFFORTS), np.array(LEVELS), room_for_a_year(), desks)
    return desks.in_time


def in_time(year, taken_at) -> list[int]:
    """Counted from the moments at which a peer took the cases, class by class."""
    counts = [0]
    for begin, moments in zip(year.first, taken_at[1:], strict=True):
        due_at = year.queue.due_at[begin : begin + len(moments)]
        hours = year.queue.hours[begin : begin + len(moments)]
        counts.append(int((np.array(moments) + hours <= due_at).sum()))
    return counts


def test_priorities_against_simpy(year, lists):
    taken_at = taken_at_by_class(classes_of(year, SERVERS), SERVERS, YEAR)
    of_simpy = peers.simpy_by_class(lists, SERVERS, YEAR)
    for ours, theirs in zip(taken_at, of_simpy, strict=True):
        assert ours.tolist() == pytest.approx(theirs, abs=1e-6)
    assert sweep(1)[LEVELS.index(SERVERS)].tolist() == in_time(year, of_simpy)
    result = ratios(
        lambda: seconds(lambda: peers.simpy_by_class(lists, SERVERS, YEAR)) * len(LEVELS),
        lambda: seconds(lambda: sweep(32)) / 32,
    )
    said(
        "B. priorities, absences, backlog of 890, a year at 12 levels, dealt once and served, "
        "against SimPy (one level, times 12)",
        result,
        "floor 1500x, aim 7000x",
    )


def test_priorities_against_ciw(year, lists):
    taken_at = taken_at_by_class(classes_of(year, SERVERS), SERVERS, YEAR)
    of_ciw = peers.ciw_by_class(lists, SERVERS, YEAR)
    for ours, theirs, (_, hours) in zip(taken_at, of_ciw, lists, strict=True):
        done_in_time = ours[ours + hours < YEAR]
        assert np.sort(done_in_time).tolist() == pytest.approx(theirs, abs=1e-3)
    result = ratios(
        lambda: seconds(lambda: peers.ciw_by_class(lists, SERVERS, YEAR)) * len(LEVELS),
        lambda: seconds(lambda: sweep(32)) / 32,
    )
    said("B. the same against Ciw (one level, times 12)", result, "floor 1500x, aim 7000x")


# --- C: owned caseloads ----------------------------------------------------------------------


@pytest.fixture(scope="module")
def room():
    return room_for_owned()


def office_room(deal, caseworkers):
    plan = owned_plan(caseworkers)
    return general.office_room(plan, caseworkers, deal, deal.clocks)


def own_desks_room(deal, caseworkers=LEVELS[-1]):
    return own_desks.OwnDesksRoom(
        office_room(deal, caseworkers),
        own_desks.desk_room(caseworkers, deal.strands.size, deal.episodes.size),
    )


OWNED_LEVELS = [(owned_plan(level), always_there(level)) for level in LEVELS]


def owned_sweep(room, with_room, replication) -> Iterator[np.ndarray]:
    """Deal a replication and let it be worked; what became of the clocks, level by level."""
    deal = owned_deal(room, replication)
    own_desks.look_ahead(with_room.own, OWNED_LEVELS[0][0], deal)
    for plan, staff in OWNED_LEVELS:
        clocks = own_desks._casework_on_own_desks(
            with_room, plan, deal, staff, *NO_SAMPLES, HORIZON
        )
        yield with_room.office.clocks[:clocks]


def test_owned_caseloads_against_simpy(room):
    deal = owned_deal(room, 0)
    cases = told_cases(deal)
    plan, staff = owned_plan(CASEWORKERS), always_there(CASEWORKERS)
    assert own_desks.all_on_own_desks(plan, deal, staff)
    alone = own_desks.casework_on_own_desks(plan, deal, staff, NO_SAMPLES[0], HORIZON, True)
    of_simpy = peers.simpy_owned(cases, CASEWORKERS, HORIZON)
    theirs = list(itertools.chain.from_iterable(of_simpy))
    assert alone.takes["done_at"].tolist() == pytest.approx(theirs, abs=1e-6)

    with_room = own_desks_room(room)
    result = ratios(
        lambda: seconds(lambda: peers.simpy_owned(cases, CASEWORKERS, HORIZON)) * len(LEVELS),
        lambda: seconds(lambda: list(owned_sweep(room, with_room, 0)), 3),
    )
    said(
        "C. owned caseloads, two years at 12 levels, dealt once and worked, against SimPy (one "
        "level, times 12)",
        result,
        "floor 180x, aim 380x",
    )


def told_cases(deal):
    return [
        (arrived_at, arrived_at + LIMIT_HOURS, told_episodes(deal, strand))
        for arrived_at, strand in zip(deal.cases["arrived_at"].tolist(), deal.strands, strict=True)
    ]


def told_episodes(deal, strand):
    episodes = deal.episodes[strand["first_episode"] : strand["last_episode"]]
    return list(
        zip(episodes["effort_hours"].tolist(), episodes["delay_days"].tolist(), strict=True)
    )


# --- D: the general kernel against the same in C ---------------------------------------------


@pytest.mark.skipif(shutil.which("gcc") is None, reason="there is no gcc to compile the C with")
def test_the_general_kernel_against_the_same_in_c(room, tmp_path):
    deal = owned_deal(room, 0)
    plan, staff = owned_plan(CASEWORKERS), always_there(CASEWORKERS)
    in_numba, in_c = office_room(deal, CASEWORKERS), office_room(deal, CASEWORKERS)
    c = library(tmp_path)
    call = told(in_c, plan, deal, staff, HORIZON)

    def numba() -> int:
        return int(general._casework(in_numba, plan, deal, staff, *NO_SAMPLES, HORIZON))

    clocks = numba()
    assert c.casework(*call.arguments) == clocks
    assert (in_c.clocks[:clocks] == in_numba.clocks[:clocks]).all()
    assert (in_c.busy_hours == in_numba.busy_hours).all()
    result = ratios(
        lambda: seconds(lambda: c.casework(*call.arguments), 5), lambda: seconds(numba, 5)
    )
    said(
        "D. the general kernel against the same in C, owned caseloads, draws given",
        result,
        "floor 0.7x, aim 1x",
    )
    with_room = own_desks_room(deal, CASEWORKERS)
    own_desks.look_ahead(with_room.own, plan, deal)
    result = ratios(
        lambda: seconds(numba, 5),
        lambda: seconds(
            lambda: own_desks._casework_on_own_desks(
                with_room, plan, deal, staff, *NO_SAMPLES, HORIZON
            ),
            5,
        ),
    )
    said("The fast path for owned desks against the general kernel", result, "no goal")


# --- E: twelve levels, each within ±1 point, against one replication of one level of SimPy -----

FIRST_STAGE, TIMES = 32, 5
PRECISION = 0.01
Counts = tuple[np.ndarray, np.ndarray]
"""In time: a row a replication, a column a level. And how many were due in each replication."""


def precise_sweep(count: Callable[[int, int], Counts], threads: Executor) -> Counts:
    """Count replications on two threads until every level's share is precise (Stein's stages)."""

    def counted(first: int, last: int) -> list[Counts]:
        middle = (first + last) // 2
        return list(threads.map(count, (first, middle), (middle, last)))

    found = counted(0, FIRST_STAGE)
    in_time, due = map(np.concatenate, zip(*found, strict=True))
    needed = max(needed_replications(level, due, PRECISION) for level in in_time.T)
    if needed > FIRST_STAGE:
        found += counted(FIRST_STAGE, needed)
    in_time, due = map(np.concatenate, zip(*found, strict=True))
    return in_time, due


def years_counted(first: int, last: int) -> Counts:
    in_time, due = np.empty((last - first, len(LEVELS))), np.empty(last - first)
    year, desks = room_for_a_year(), desks_of(list(LEVELS), CLASSES + 1)
    years_in_time(first, last, (STREAMS, EFFORTS), np.array(LEVELS), year, desks, in_time, due)
    return in_time, due


def owned_counted(first: int, last: int) -> Counts:
    in_time, due = np.empty((last - first, len(LEVELS))), np.empty(last - first)
    room = room_for_owned()
    with_room = own_desks_room(room)
    for row in range(last - first):
        for level, clocks in enumerate(owned_sweep(room, with_room, first + row)):
            in_time[row, level], due[row] = owned_in_time(clocks)
    return in_time, due


def precise_against_simpy(
    label: str, simpy: Callable[[], object], count: Callable[[int, int], Counts], goals: str
) -> None:
    on_the_wall, of_processors = [], []
    with ThreadPoolExecutor(2) as threads:
        in_time, due = precise_sweep(count, threads)
        for _ in range(ROUNDS):
            theirs = seconds(simpy)
            begun, cpu = perf_counter(), process_time()
            for _ in range(TIMES):
                precise_sweep(count, threads)
            on_the_wall.append((perf_counter() - begun) / TIMES / theirs)
            of_processors.append((process_time() - cpu) / TIMES / 2 / theirs)
    estimates = [ratio(level, due) for level in in_time.T]
    assert max(each.high - each.low for each in estimates) / 2 <= PRECISION
    assert 0.02 < estimates[0].value < estimates[-1].value < 0.98  # something was to be found out
    form = "{:.2f} [{:.2f}..{:.2f}]".format
    result, beside = (
        form(median(each), min(each), max(each)) for each in (on_the_wall, of_processors)
    )
    shares = f"shares {estimates[0].value:.2f} to {estimates[-1].value:.2f}"
    said(
        f"{label}, 12 levels within ±1 point on two threads, dealt and counted, against one "
        f"replication of one level in SimPy",
        f"takes {result} times as long on the wall, {beside} by half the processor time; "
        f"{due.size} replications, {shares}",
        goals,
    )


def test_a_precise_sweep_with_priorities_against_one_replication_of_simpy(year, lists):
    of_simpy = peers.simpy_by_class(lists, SERVERS, YEAR)
    in_time_here, _ = years_counted(0, 1)
    assert in_time_here[0, LEVELS.index(SERVERS)] == sum(in_time(year, of_simpy))
    precise_against_simpy(
        "E. priorities, absences, backlog of 890, a year",
        lambda: peers.simpy_by_class(lists, SERVERS, YEAR),
        years_counted,
        "floor 1/4, aim 1/8",
    )


def test_a_precise_sweep_of_owned_caseloads_against_one_replication_of_simpy(room):
    cases = told_cases(owned_deal(room, 0))
    of_simpy = peers.simpy_owned(cases, CASEWORKERS, HORIZON)
    due = [due_at for _, due_at, _ in cases]
    in_time = [
        done_at[-1] <= due_at
        for done_at, due_at in zip(of_simpy, due, strict=True)
        if 0 <= due_at <= HORIZON
    ]
    counts, whole = owned_counted(0, 1)
    assert (counts[0, LEVELS.index(CASEWORKERS)], whole[0]) == (sum(in_time), len(in_time))
    precise_against_simpy(
        "E. owned caseloads, two years",
        lambda: peers.simpy_owned(cases, CASEWORKERS, HORIZON),
        owned_counted,
        "floor 1, aim 1/2",
    )
