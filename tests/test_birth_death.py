"""Impatient cases and own cases, against what theory says where it says it simply."""

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import poisson

from capacity.errors import InvalidInput, TooMuchWork
from simulations.birth_death import erlang_a, owned_cases, state_shares
from simulations.erlang import erlang_b, erlang_c, mean_wait
from simulations.pooled_queue import PooledQueue

loads = st.fractions(Fraction(1, 100), 60, max_denominator=100)
patiences = st.fractions(Fraction(1, 100), 50, max_denominator=100)


def queue(load: Fraction | int, servers: int) -> PooledQueue:
    return PooledQueue(arrivals=Fraction(load), service=Fraction(1), servers=servers)


def impatient_by_definition(load: Fraction, servers: int, leaving: Fraction) -> tuple[float, float]:
    """Waiting and leaving, by multiplying the states up from an empty office, exactly."""
    weight, total, waiting, queued = Fraction(1), Fraction(0), Fraction(0), Fraction(0)
    for state in range(1000):
        total += weight
        if state >= servers:
            waiting += weight
            queued += weight * (state - servers)
        weight = weight * load / (min(state + 1, servers) + max(state + 1 - servers, 0) * leaving)
        weight = weight.limit_denominator(10**60) if weight > Fraction(1, 10**40) else Fraction(0)
        if weight == 0:
            break
    return float(waiting / total), float(queued * leaving / load / total)


@pytest.mark.parametrize(
    ("load", "servers", "leaving"),
    [(4, 4, "1"), (18, 20, "0.1"), (30, 20, "0.5"), (2, 12, "3"), (9, 8, "0.05")],
)
def test_impatience_agrees_with_the_exact_sum(load, servers, leaving):
    waiting, left = impatient_by_definition(Fraction(load), servers, Fraction(leaving))
    answer = erlang_a(queue(load, servers), mean_patience=1 / Fraction(leaving))
    assert answer.probability_of_waiting == pytest.approx(waiting, rel=1e-9, abs=0)
    assert answer.probability_of_leaving == pytest.approx(left, rel=1e-9, abs=0)


@given(load=loads, servers=st.integers(0, 80))
def test_leaving_as_fast_as_work_is_done_is_an_office_without_queue(load, servers):
    answer = erlang_a(queue(load, servers), mean_patience=Fraction(1))
    expected = poisson.sf(servers - 1, float(load))
    assert answer.probability_of_waiting == pytest.approx(expected, rel=1e-9, abs=1e-300)


def test_impatience_lies_between_no_queue_and_an_endless_one():
    shared = queue(18, 20)
    hasty = erlang_a(shared, mean_patience=Fraction(1, 10**9))
    assert hasty.probability_of_leaving == pytest.approx(erlang_b(18, 20), rel=1e-7)
    patient = erlang_a(shared, mean_patience=Fraction(10**11))
    assert patient.probability_of_waiting == pytest.approx(erlang_c(18, 20), rel=1e-8)
    assert patient.mean_wait == pytest.approx(mean_wait(shared), rel=1e-8)


@given(load=loads, servers=st.integers(1, 80), patience=patiences)
def test_every_case_is_worked_on_or_leaves(load, servers, patience):
    answer = erlang_a(queue(load, servers), mean_patience=patience)
    worked = answer.utilisation * servers / float(load)
    assert worked + answer.probability_of_leaving == pytest.approx(1, rel=1e-10)
    assert answer.mean_wait == pytest.approx(answer.probability_of_leaving * float(patience))


def test_an_overloaded_office_loses_what_it_cannot_reach():
    answer = erlang_a(queue(30, 20), mean_patience=Fraction(10**4))
    assert answer.probability_of_leaving == pytest.approx(1 / 3, rel=1e-6)
    assert answer.probability_of_waiting == pytest.approx(1)


def test_with_nobody_at_work_every_case_leaves():
    answer = erlang_a(queue(30, 0), mean_patience=Fraction(2))
    assert answer.utilisation == 0
    assert answer.probability_of_waiting == pytest.approx(1)
    assert answer.probability_of_leaving == pytest.approx(1)


def test_nothing_arrives_and_nothing_leaves():
    assert erlang_a(queue(0, 3), mean_patience=Fraction(2)).probability_of_leaving == 0


def test_a_million_queued_cases_are_too_many():
    with pytest.raises(TooMuchWork, match="patience"):
        erlang_a(queue(30, 20), mean_patience=Fraction(10**6))


@pytest.mark.parametrize("patience", [0, -1])
def test_patience_is_more_than_nothing(patience):
    with pytest.raises(InvalidInput, match="mean_patience"):
        erlang_a(queue(18, 20), mean_patience=Fraction(patience))


@given(
    cases=st.integers(1, 60),
    servers=st.integers(1, 12),
    ratio=st.fractions(Fraction(1, 50), 5, max_denominator=50),
)
def test_own_cases_agree_with_the_exact_sum(cases, servers, ratio):
    weights = [Fraction(1)]
    for state in range(1, cases + 1):
        weights.append(weights[-1] * (cases - state + 1) * ratio / min(state, servers))
    busy = sum(w * min(n, servers) for n, w in enumerate(weights)) / sum(weights)
    needy = sum(w * n for n, w in enumerate(weights)) / sum(weights)
    answer = owned_cases(cases=cases, servers=servers, mean_delay=2 / ratio, mean_work=Fraction(2))
    assert answer.utilisation == pytest.approx(float(busy / servers), rel=1e-10)
    assert answer.needy == pytest.approx(float(needy), rel=1e-10)


@given(cases=st.integers(1, 300), delay=patiences, work=patiences)
def test_a_round_is_the_delay_and_the_sojourn(cases, delay, work):
    answer = owned_cases(cases=cases, mean_delay=delay, mean_work=work)
    round_trip = float(delay) + answer.mean_sojourn
    assert cases == pytest.approx(answer.finished_per_time * round_trip, rel=1e-9)


def test_a_single_own_case_never_waits_for_another():
    answer = owned_cases(cases=1, mean_delay=Fraction(3), mean_work=Fraction(1))
    assert answer.mean_sojourn == pytest.approx(1)
    assert answer.utilisation == pytest.approx(0.25)


def test_enough_caseworkers_for_every_case_leave_no_queue():
    answer = owned_cases(cases=9, servers=9, mean_delay=Fraction(3), mean_work=Fraction(1))
    assert answer.needy == pytest.approx(9 / 4)


def test_a_hundred_thousand_own_cases_do_not_overflow():
    answer = owned_cases(cases=10**5, mean_delay=Fraction(1), mean_work=Fraction(1))
    assert answer.utilisation == pytest.approx(1)
    assert answer.needy == pytest.approx(10**5 - 1)


@pytest.mark.parametrize(("cases", "servers"), [(0, 1), (5, 0)])
def test_no_cases_or_no_caseworkers_are_refused(cases, servers):
    with pytest.raises(InvalidInput, match="at least one"):
        owned_cases(cases=cases, servers=servers, mean_delay=Fraction(1), mean_work=Fraction(1))


def test_state_shares_are_those_of_the_binomial():
    births, deaths = np.arange(10.0, 0, -1), np.arange(1.0, 11)
    expected = [math.comb(10, n) / 2**10 for n in range(11)]
    assert state_shares(births, deaths) == pytest.approx(expected)
