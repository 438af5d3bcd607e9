"""How fast the kernels are, as ratios measured in one run. `task speed` prints the table.

Ratios come from interleaved rounds: median [least..most]. One core against one core is told in
processor time, which other programs on the machine do not stretch. Ours is with dealing the luck
wherever that is said; SimPy and Ciw are given theirs in plain lists, dealt beforehand. Before
anything is timed, all must have the same answers.
"""

import itertools
import shutil
from collections.abc import Callable
from statistics import median
from time import thread_time

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
    owned_plan,
    pooled_customers,
    room_for_a_year,
    room_for_owned,
    sweep_years,
)

from simulations import casework as general
from simulations import own_desks
from simulations.equal_servers import SIDE_BY_SIDE, desks_of, mean_waits, taken_at_by_class
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


def office_room(deal, caseworkers=LEVELS[-1]):
    plan = owned_plan(caseworkers)
    return general.office_room(
        plan, caseworkers, deal.cases.size, deal.strands.size, 0, deal.clocks
    )


def test_owned_caseloads_against_simpy(room):
    deal = owned_deal(room, 0)
    cases = [
        (case["arrived_at"], case["arrived_at"] + LIMIT_HOURS, told_episodes(deal, strand))
        for case, strand in zip(deal.cases.tolist(), deal.strands, strict=True)
        for case in [dict(zip(deal.cases.dtype.names, case, strict=True))]
    ]
    plan, staff = owned_plan(CASEWORKERS), always_there(CASEWORKERS)
    assert own_desks.all_on_own_desks(plan, deal, staff)
    alone = own_desks.casework_on_own_desks(plan, deal, staff, NO_SAMPLES[0], HORIZON, True)
    of_simpy = peers.simpy_owned(cases, CASEWORKERS, HORIZON)
    theirs = list(itertools.chain.from_iterable(of_simpy))
    assert alone.takes["done_at"].tolist() == pytest.approx(theirs, abs=1e-6)

    with_room = own_desks.OwnDesksRoom(
        office_room(room), own_desks.desk_room(LEVELS[-1], room.strands.size, 2)
    )
    levels = [(owned_plan(level), always_there(level)) for level in LEVELS]

    def played() -> None:
        dealt = owned_deal(room, 0)
        for plan, staff in levels:
            own_desks._casework_on_own_desks(with_room, plan, dealt, staff, *NO_SAMPLES, HORIZON)

    result = ratios(
        lambda: seconds(lambda: peers.simpy_owned(cases, CASEWORKERS, HORIZON)) * len(LEVELS),
        lambda: seconds(played, 3),
    )
    said(
        "C. owned caseloads, two years at 12 levels, dealt once and worked, against SimPy (one "
        "level, times 12)",
        result,
        "floor 180x, aim 380x",
    )


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
    with_room = own_desks.OwnDesksRoom(
        in_numba, own_desks.desk_room(CASEWORKERS, deal.strands.size, 2)
    )
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
