"""The queue day by day, against the exponential of its matrix and against simple cases by hand."""

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.linalg import expm
from scipy.special import ive
from scipy.stats import binom, poisson

from capacity.errors import InvalidInput, TooMuchWork
from simulations.erlang import mean_queue, probability_of_waiting
from simulations.pooled_queue import PooledQueue
from simulations.transient import MOST_OPEN, queue_at, queue_over_time

TEN_DIGITS = 1e-10


def queue(arrivals: Fraction | int | str, servers: int, service: Fraction | int = 1) -> PooledQueue:
    return PooledQueue(arrivals=Fraction(arrivals), service=Fraction(service), servers=servers)


def by_matrix(shared: PooledQueue, at_start: int, time: float, states: int) -> np.ndarray:
    up = np.full(states - 1, float(shared.arrivals))
    down = np.minimum(np.arange(1, states), shared.servers) / float(shared.service)
    generator = np.diag(up, 1) + np.diag(down, -1)
    generator -= np.diag(generator.sum(axis=1))
    return expm(generator * time)[at_start]


@settings(max_examples=12)
@given(
    arrivals=st.fractions(0, 3, max_denominator=10),
    service=st.fractions(Fraction(1, 2), 3, max_denominator=4),
    servers=st.integers(0, 6),
    at_start=st.integers(0, 25),
    time=st.fractions(0, 8, max_denominator=10),
)
def test_every_state_agrees_with_the_exponential_of_the_matrix(
    arrivals, service, servers, at_start, time
):
    shared = queue(arrivals, servers, service)
    expected = by_matrix(shared, at_start, float(time), 100)
    answer = queue_at(shared, open_at_start=at_start, time=time)
    found = [answer.share_open(cases) for cases in range(100)]
    assert found == pytest.approx(expected.tolist(), rel=0, abs=TEN_DIGITS)
    assert answer.mean_open == pytest.approx(expected @ np.arange(100), abs=TEN_DIGITS, rel=1e-11)
    assert answer.all_busy == pytest.approx(expected[servers:].sum(), abs=TEN_DIGITS)
    in_queue = np.maximum(np.arange(100) - servers, 0)
    assert answer.mean_queue == pytest.approx(expected @ in_queue, abs=TEN_DIGITS, rel=1e-11)


@pytest.mark.parametrize(
    ("at_start", "time"), [(0, 1), (7, 2), (60, "0.5"), (60, 30), (150, "0.1")]
)
def test_enough_caseworkers_for_all_leave_a_binomial_and_a_poisson(at_start, time):
    answer = queue_at(queue(5, 200), open_at_start=at_start, time=Fraction(time))
    left = math.exp(-float(Fraction(time)))
    cases = np.arange(180)
    expected = np.convolve(binom.pmf(cases, at_start, left), poisson.pmf(cases, 5 * (1 - left)))[
        :180
    ]
    found = [answer.share_open(each) for each in range(180)]
    assert found == pytest.approx(expected.tolist(), rel=0, abs=TEN_DIGITS)
    assert answer.mean_queue == pytest.approx(0, abs=TEN_DIGITS)


@pytest.mark.parametrize(("at_start", "cases", "time"), [(0, 0, 3), (4, 2, 5), (2, 9, 20)])
def test_one_caseworker_agrees_with_the_bessel_functions(at_start, cases, time):
    # Clarke 1956; Gross & Harris 1998, section 2.10. `ive` is scaled by e^-z, taken back here.
    up, down = 0.7, 1.0
    ratio, reach = up / down, 2 * math.sqrt(up * down) * time
    scale = math.exp(reach - (up + down) * time)
    tail = sum(ratio ** (-n / 2) * ive(n, reach) for n in range(cases + at_start + 2, 400))
    expected = scale * (
        ratio ** ((cases - at_start) / 2) * ive(cases - at_start, reach)
        + ratio ** ((cases - at_start - 1) / 2) * ive(cases + at_start + 1, reach)
        + (1 - ratio) * ratio**cases * tail
    )
    answer = queue_at(queue("0.7", 1), open_at_start=at_start, time=Fraction(time))
    assert answer.share_open(cases) == pytest.approx(expected, abs=TEN_DIGITS)


def test_a_pile_so_large_that_all_stay_busy_moves_by_what_comes_less_what_is_done():
    answer = queue_at(queue(26, 24), open_at_start=5000, time=Fraction(60))
    assert answer.all_busy == pytest.approx(1, abs=TEN_DIGITS)
    assert answer.mean_open == pytest.approx(5000 + 2 * 60, rel=1e-12)
    open_cases = answer.fewest + np.arange(answer.shares.size)
    variance = answer.shares @ (open_cases - answer.mean_open) ** 2
    assert variance == pytest.approx((26 + 24) * 60, rel=1e-10)


def test_without_arrivals_the_pile_is_worked_off_as_a_poisson_count():
    answer = queue_at(queue(0, 1), open_at_start=10, time=Fraction(4))
    found = [answer.share_open(cases) for cases in range(1, 11)]
    expected = [poisson.pmf(10 - cases, 4) for cases in range(1, 11)]
    assert found == pytest.approx(expected, abs=TEN_DIGITS)
    assert answer.share_open(0) == pytest.approx(poisson.sf(9, 4), abs=TEN_DIGITS)
    assert answer.share_open(11) == answer.share_open(-1) == 0


def test_with_nobody_at_work_all_that_comes_stays():
    answer = queue_at(queue(3, 0), open_at_start=10, time=Fraction(2))
    assert answer.mean_open == answer.mean_queue == pytest.approx(16)
    assert answer.share_open(12) == pytest.approx(poisson.pmf(2, 6), abs=TEN_DIGITS)
    assert answer.all_busy == 1
    nothing = queue_at(queue(0, 0), open_at_start=10, time=Fraction(2))
    assert (nothing.mean_open, nothing.share_open(10)) == (10, 1)


@pytest.mark.parametrize("at_start", [0, 20, 300])
def test_a_long_time_ends_in_the_long_run_of_erlang(at_start):
    shared = queue(18, 20)
    answer = queue_at(shared, open_at_start=at_start, time=Fraction(10**9))
    assert answer.all_busy == pytest.approx(probability_of_waiting(shared), abs=TEN_DIGITS)
    assert answer.mean_queue == pytest.approx(mean_queue(shared), rel=1e-10)
    assert answer.mean_open == pytest.approx(18 + mean_queue(shared), rel=1e-10)


@pytest.mark.parametrize(("arrivals", "servers", "at_start"), [("22.5", 24, 300), ("0.9", 1, 50)])
def test_the_long_run_is_reached_before_the_work_is_too_much(arrivals, servers, at_start):
    shared = queue(arrivals, servers)
    answer = queue_at(shared, open_at_start=at_start, time=Fraction(10**9))
    assert answer.mean_queue == pytest.approx(mean_queue(shared), rel=1e-10)


def test_reaching_the_long_run_is_not_declared_too_early():
    # The slowest part of M/M/1 dies out as e^-(1 - √ρ)² t: 5e-10 of it at 250.
    single = queue("0.5", 1)
    for time in (150, 250):
        answer = queue_at(single, open_at_start=0, time=Fraction(time))
        expected = by_matrix(single, 0, float(time), 80)
        assert answer.mean_open - 1 == pytest.approx(expected @ np.arange(80) - 1, abs=1e-12)


@given(parts=st.lists(st.fractions(0, 5, max_denominator=4), min_size=1, max_size=4))
@settings(max_examples=20)
def test_a_time_in_parts_is_the_whole_time(parts):
    shared, times = queue(4, 5), np.cumsum(parts).tolist()
    course = queue_over_time(shared, open_at_start=12, times=times)
    assert [moment.time for moment in course] == times
    for moment in course:
        at_once = queue_at(shared, open_at_start=12, time=moment.time)
        assert moment.mean_open == pytest.approx(at_once.mean_open, rel=1e-11)
        assert moment.all_busy == pytest.approx(at_once.all_busy, abs=1e-12)


def test_many_changes_in_pieces_agree_with_the_matrix():
    shared = queue(90, 100)
    answer = queue_at(shared, open_at_start=130, time=Fraction(30))  # 5,700 changes
    expected = by_matrix(shared, 130, 30.0, 420)
    found = [answer.share_open(cases) for cases in range(420)]
    assert found == pytest.approx(expected.tolist(), rel=0, abs=TEN_DIGITS)
    assert answer.mean_open == pytest.approx(expected @ np.arange(420), rel=1e-10)


def test_what_comes_less_what_is_done_is_what_is_added():
    shared = queue(19, 20)
    times = [Fraction(n, 40) for n in range(81)]
    course = queue_over_time(shared, open_at_start=30, times=times)
    done = np.array([moment.mean_open - moment.mean_queue for moment in course])
    weights = np.array([1, *[4, 2] * 39, 4, 1]) / 120  # Simpson's rule
    added = course[-1].mean_open - course[0].mean_open
    assert added == pytest.approx(19 * 2 - weights @ done, abs=1e-6)


def test_the_unit_of_time_does_not_matter():
    by_weeks = queue_at(queue(9, 20, 2), open_at_start=50, time=Fraction(6))
    by_days = queue_at(queue(Fraction(9, 7), 20, 14), open_at_start=50, time=Fraction(42))
    assert by_days.mean_open == pytest.approx(by_weeks.mean_open, rel=1e-12)
    assert by_days.all_busy == pytest.approx(by_weeks.all_busy, rel=1e-12)


def test_at_once_nothing_has_changed():
    answer = queue_at(queue(9, 20), open_at_start=50, time=Fraction(0))
    assert (answer.fewest, answer.mean_open, answer.mean_queue, answer.all_busy) == (50, 50, 30, 1)


@pytest.mark.parametrize("short", [Fraction(1, 10**20), Fraction(0)])
def test_a_load_next_to_full_has_a_course_all_the_same(short):
    answer = queue_at(queue(2 - short, 2), open_at_start=4, time=Fraction(3))
    expected = by_matrix(queue(2, 2), 4, 3.0, 120)
    assert answer.mean_open == pytest.approx(expected @ np.arange(120), rel=1e-10)


@pytest.mark.parametrize("rare", [Fraction(1, 10**30), Fraction(1, 10**6)])
def test_a_case_in_a_million_is_hardly_ever_there(rare):
    answer = queue_at(queue(rare, 3), open_at_start=0, time=Fraction(10**6))
    assert answer.mean_open == pytest.approx(float(rare), rel=1e-9, abs=1e-17)


def test_too_many_changes_and_too_many_cases_are_refused():
    for arrivals, time in ((10**7, 1), (26, 10**6), (24 - Fraction(1, 10**4), 10**6)):
        with pytest.raises(TooMuchWork, match="400,000 times before"):
            queue_at(queue(arrivals, 24), open_at_start=0, time=Fraction(time))
    with pytest.raises(TooMuchWork, match="100,000 open cases"):
        queue_at(queue(1, 2), open_at_start=MOST_OPEN + 1, time=Fraction(1))


def test_times_that_cannot_be_are_refused_by_name():
    with pytest.raises(InvalidInput, match=r"times\[1\]: the times must be in order"):
        queue_over_time(queue(1, 2), open_at_start=0, times=[Fraction(2), Fraction(1)])
    with pytest.raises(InvalidInput, match=r"times\[0\] is -1"):
        queue_at(queue(1, 2), open_at_start=0, time=Fraction(-1))
    with pytest.raises(InvalidInput, match="open_at_start is -1"):
        queue_at(queue(1, 2), open_at_start=-1, time=Fraction(1))
