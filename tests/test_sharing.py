"""Shared attention against whole Markov chains, exact sums, and jobs shared hour by hour."""

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from capacity.errors import InvalidInput, NoCapacity
from simulations.erlang import mean_wait, probability_of_waiting
from simulations.pooled_queue import PooledQueue
from simulations.sharing import (
    equal_jobs,
    limited_sharing,
    mean_sojourn_of,
    mean_sojourn_shared,
)

NINE_DIGITS = 1e-9
MOST = 45
loads = st.fractions(Fraction(1, 100), 8, max_denominator=100)


def queue(load: Fraction | int | str, servers: int) -> PooledQueue:
    return PooledQueue(arrivals=Fraction(load), service=Fraction(1), servers=servers)


def open_by_phase(arrivals, begins, finishes, goes_on, servers):
    """Mean number in each of two phases where c caseworkers share all work evenly.

    Phase i is left at rate `finishes[i]` at full pace, from the first on to the second with
    probability `goes_on`.
    """
    states = [(i, j) for i in range(MOST) for j in range(MOST - i)]
    number = {state: index for index, state in enumerate(states)}
    flow = np.zeros((len(states), len(states)))
    for (first, second), here in number.items():
        pace = min(1, servers / max(first + second, 1))
        for there, rate in (
            ((first + 1, second), arrivals * begins[0]),
            ((first, second + 1), arrivals * begins[1]),
            ((first - 1, second), first * pace * finishes[0] * (1 - goes_on)),
            ((first - 1, second + 1), first * pace * finishes[0] * goes_on),
            ((first, second - 1), second * pace * finishes[1]),
        ):
            if there in number and rate:
                flow[number[there], here] += rate
                flow[here, here] -= rate
    flow[0] = 1
    shares = np.linalg.solve(flow, np.eye(len(states))[0])
    return shares @ np.array(states)


@pytest.mark.parametrize(("load", "servers"), [("0.5", 1), ("1", 2)])
def test_sharing_takes_as_long_whatever_the_shape_of_the_work(load, servers):
    arrivals = float(Fraction(load))
    shapes = {
        "two equal stages": ((1, 0), (2, 2), 1),
        "some short, some long": ((0.8, 0.2), (2, 1 / 3), 0),
        "a second part for some": ((1, 0), (2, 1 / 4), 1 / 8),
    }
    for begins, finishes, goes_on in shapes.values():
        open_cases = open_by_phase(arrivals, begins, finishes, goes_on, servers).sum()
        assert mean_sojourn_shared(queue(load, servers)) == pytest.approx(
            open_cases / arrivals, rel=NINE_DIGITS
        )


@pytest.mark.parametrize(("load", "servers"), [("0.5", 1), ("1", 2)])
def test_a_case_takes_in_proportion_to_its_own_work(load, servers):
    arrivals = float(Fraction(load))
    short, long = open_by_phase(arrivals, (0.8, 0.2), (2, 1 / 3), 0, servers)
    shared = queue(load, servers)
    assert mean_sojourn_of(shared, work=Fraction(1, 2)) == pytest.approx(
        short / (0.8 * arrivals), rel=NINE_DIGITS
    )
    assert mean_sojourn_of(shared, work=Fraction(3)) == pytest.approx(
        long / (0.2 * arrivals), rel=NINE_DIGITS
    )


@given(utilisation=st.fractions(0, Fraction(99, 100), max_denominator=100))
def test_one_caseworker_takes_the_work_over_what_is_spare(utilisation):
    single = PooledQueue(arrivals=utilisation / 3, service=Fraction(3), servers=1)
    assert mean_sojourn_shared(single) == pytest.approx(float(3 / (1 - utilisation)), rel=1e-12)
    assert mean_sojourn_of(single, work=Fraction(2)) == pytest.approx(
        float(2 / (1 - utilisation)), rel=1e-12
    )


@given(load=loads, more=st.integers(1, 4), room=st.integers(0, 30))
def test_a_limit_on_cases_in_hand_agrees_with_the_exact_sum(load, more, room):
    servers = math.floor(load) + more
    most = servers + room
    weights = [load**n / math.factorial(n) for n in range(servers)]
    ratio, top = load / servers, load**servers / math.factorial(servers)
    total = sum(weights) + top / (1 - ratio)
    no_room = top * ratio**room / (1 - ratio) / total
    in_line = top * ratio ** (room + 1) / (1 - ratio) ** 2 / total
    answer = limited_sharing(queue(load, servers), most_in_hand=most)
    assert answer.probability_of_waiting == pytest.approx(float(no_room), rel=1e-10, abs=0)
    assert answer.mean_wait == pytest.approx(float(in_line / load), rel=1e-10, abs=0)
    assert answer.mean_wait + answer.mean_in_hand == pytest.approx(answer.mean_sojourn)
    assert answer.mean_sojourn == pytest.approx(mean_sojourn_shared(queue(load, servers)))


def test_one_case_each_is_first_come_first_served():
    answer = limited_sharing(queue(18, 20), most_in_hand=20)
    assert answer.mean_wait == mean_wait(queue(18, 20))
    assert answer.probability_of_waiting == probability_of_waiting(queue(18, 20))
    assert answer.mean_in_hand == 1


def test_with_room_for_all_nobody_waits_and_all_are_slow():
    answer = limited_sharing(queue("0.8", 1), most_in_hand=10**6)
    assert answer.mean_wait == 0
    assert answer.mean_in_hand == pytest.approx(5)


@given(jobs=st.integers(1, 40), work=st.fractions(0, 50, max_denominator=20))
def test_equal_jobs_agree_with_doing_them(jobs, work):
    done_at = [work * (job + 1) for job in range(jobs)]
    left, clock, shared_at = [work] * jobs, Fraction(0), []
    while left:
        spent = min(left)
        clock += spent * len(left)
        shared_at += [clock] * left.count(spent)
        left = [each - spent for each in left if each > spent]
    answer = equal_jobs(jobs=jobs, work=work)
    assert answer.mean_one_by_one == sum(done_at) / jobs
    assert answer.mean_shared == sum(shared_at) / jobs
    assert answer.last == done_at[-1] == shared_at[-1]


def test_nothing_arrives_and_a_single_case_has_the_caseworker_to_itself():
    idle = queue(0, 2)
    assert mean_sojourn_shared(idle) == 1
    assert mean_sojourn_of(idle, work=Fraction(4)) == 4
    assert limited_sharing(idle, most_in_hand=2).mean_wait == 0


@pytest.mark.parametrize("load", [1, 2])
def test_sharing_without_end_is_refused(load):
    for refused in (
        lambda: mean_sojourn_shared(queue(load, 1)),
        lambda: mean_sojourn_of(queue(load, 1), work=Fraction(1)),
        lambda: limited_sharing(queue(load, 1), most_in_hand=3),
    ):
        with pytest.raises(InvalidInput, match="without end"):
            refused()
    with pytest.raises(NoCapacity):
        limited_sharing(queue(load, 0), most_in_hand=3)


def test_what_cannot_be_is_refused_by_name():
    with pytest.raises(InvalidInput, match="at most 3 cases in hand for 4 caseworkers"):
        limited_sharing(queue(1, 4), most_in_hand=3)
    with pytest.raises(InvalidInput, match="at least one job"):
        equal_jobs(jobs=0, work=Fraction(1))
    with pytest.raises(InvalidInput, match="work is -1"):
        mean_sojourn_of(queue("0.5", 1), work=Fraction(-1))
