"""Work of any shape: exact where theory is exact, and how far the approximations are off."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.sparse import coo_matrix
from scipy.sparse.linalg import spsolve
from scipy.special import lambertw
from scipy.stats import poisson

from capacity.errors import InvalidInput, TooMuchWork
from simulations.erlang import mean_wait
from simulations.general_service import (
    mean_wait_allen_cunneen,
    mean_wait_md_c,
    mean_wait_mg_1,
    mean_wait_mg_c,
)
from simulations.pooled_queue import PooledQueue

NO_VARIATION, EXPONENTIAL = Fraction(0), Fraction(1)
utilisations = st.fractions(Fraction(1, 10), Fraction(19, 20), max_denominator=20)


def queue(utilisation: Fraction | str, servers: int, service: Fraction | int = 1) -> PooledQueue:
    arrivals = Fraction(utilisation) * servers / service
    return PooledQueue(arrivals=arrivals, service=Fraction(service), servers=servers)


def queue_length_step_by_step(load: float, servers: int, states: int) -> float:
    """Mean queue of M/D/c, seen once per service time: c begin, that time's arrivals come in."""
    arrived = poisson.pmf(np.arange(states), load)
    move = np.zeros((states, states))
    for state in range(states):
        left = max(state - servers, 0)
        move[state, left:] = arrived[: states - left]
    move[:, -1] += 1 - move.sum(axis=1)
    balance = move.T - np.eye(states)
    balance[0] = 1
    shares = np.linalg.solve(balance, np.eye(states)[0])
    return float(shares @ np.maximum(np.arange(states) - servers, 0))


@pytest.mark.parametrize(
    ("utilisation", "servers"), [("0.5", 1), ("0.8", 2), ("0.9", 5), ("0.7", 12), ("0.9", 24)]
)
def test_equal_work_agrees_with_the_queue_step_by_step(utilisation, servers):
    shared = queue(utilisation, servers)
    queued = queue_length_step_by_step(float(shared.load), servers, states=500)
    assert mean_wait_md_c(shared) * float(shared.arrivals) == pytest.approx(queued, rel=1e-9)


@given(utilisation=utilisations.filter(lambda share: share >= Fraction(1, 2)), c=st.integers(2, 30))
def test_equal_work_agrees_with_the_roots_of_its_generating_function(utilisation, c):
    shared = queue(utilisation, c)
    use, load = float(utilisation), float(shared.load)
    roots = -lambertw(-use * np.exp(-use) * np.exp(2j * np.pi * np.arange(1, c) / c)) / use
    queued = (1 / (1 - roots)).real.sum() + (load**2 - c * (c - 1)) / (2 * (c - load))
    assert mean_wait_md_c(shared) * load == pytest.approx(queued, rel=1e-9, abs=1e-11)


@given(utilisation=utilisations, service=st.fractions(Fraction(1, 9), 9, max_denominator=9))
def test_one_server_with_equal_work_waits_half_of_exponential(utilisation, service):
    single = queue(utilisation, 1, service)
    assert mean_wait_md_c(single) == pytest.approx(mean_wait(single) / 2, rel=1e-9)
    assert mean_wait_mg_1(single, service_cv=NO_VARIATION) == pytest.approx(mean_wait(single) / 2)
    assert mean_wait_mg_1(single, service_cv=EXPONENTIAL) == pytest.approx(mean_wait(single))


@given(utilisation=utilisations, servers=st.integers(1, 30))
def test_the_approximations_are_exact_for_exponential_work(utilisation, servers):
    shared = queue(utilisation, servers)
    exact = pytest.approx(mean_wait(shared), rel=1e-12, abs=0)
    assert mean_wait_mg_c(shared, service_cv=EXPONENTIAL) == exact
    assert mean_wait_allen_cunneen(shared, service_cv=EXPONENTIAL) == exact


@given(utilisation=utilisations, cv=st.fractions(0, 3, max_denominator=10))
def test_the_approximations_are_exact_for_one_server(utilisation, cv):
    single = queue(utilisation, 1)
    exact = pytest.approx(mean_wait_mg_1(single, service_cv=cv), rel=1e-12)
    assert mean_wait_mg_c(single, service_cv=cv) == exact
    assert mean_wait_allen_cunneen(single, service_cv=cv) == exact


@given(utilisation=utilisations, servers=st.integers(2, 30))
def test_equal_work_waits_less_than_exponential_but_more_than_half(utilisation, servers):
    shared = queue(utilisation, servers)
    assert mean_wait(shared) / 2 < mean_wait_md_c(shared) < mean_wait(shared)
    assert mean_wait_mg_c(shared, service_cv=NO_VARIATION) == mean_wait_md_c(shared)


def exact_wait_in_two_phases(utilisation: float, servers: int) -> float:
    """Mean wait of M/Erlang-2/c, mean work 1, from the whole chain of (in phase 1, 2, queue)."""
    arrivals, rate, longest = servers * utilisation, 2.0, int(40 / (1 - utilisation))
    part = [(i, j, 0) for i in range(servers + 1) for j in range(servers - i)]
    full = [(i, servers - i, q) for q in range(longest) for i in range(servers + 1)]
    number = {state: index for index, state in enumerate(part + full)}
    rows, columns, rates = [], [], []
    for (first, second, queued), here in number.items():
        free = first + second < servers
        moves = [((first + 1, second, 0) if free else (first, second, queued + 1), arrivals)]
        if first:
            moves.append(((first - 1, second + 1, queued), rate * first))
        if second and queued:
            moves.append(((first + 1, second - 1, queued - 1), rate * second))
        elif second:
            moves.append(((first, second - 1, 0), rate * second))
        for state, each in moves:
            if state in number:
                rows += [number[state], here]
                columns += [here, here]
                rates += [each, -each]
    balance = coo_matrix((rates, (rows, columns))).tolil()
    balance[0] = 1
    shares = spsolve(balance.tocsc(), np.eye(1, len(number))[0])
    return sum(shares[index] * queued for (_, _, queued), index in number.items()) / arrivals


@pytest.mark.parametrize("servers", [2, 5, 10])
@pytest.mark.parametrize("utilisation", ["0.5", "0.8", "0.9"])
def test_the_interpolation_is_within_one_percent_for_erlang_work(utilisation, servers):
    exact = exact_wait_in_two_phases(float(utilisation), servers)
    cv = Fraction("0.70710678118654752440")
    approximation = mean_wait_mg_c(queue(utilisation, servers), service_cv=cv)
    assert approximation == pytest.approx(exact, rel=0.01)


def test_the_rule_of_thumb_is_too_low_where_work_varies_little():
    shared = queue("0.5", 10)
    exact = exact_wait_in_two_phases(0.5, 10)
    thumb = mean_wait_allen_cunneen(shared, service_cv=Fraction("0.70710678118654752440"))
    assert thumb < 0.95 * exact


def test_the_wait_is_in_the_units_of_the_work():
    by_days, by_weeks = queue("0.8", 3, 7), queue("0.8", 3, 1)
    assert mean_wait_md_c(by_days) == pytest.approx(7 * mean_wait_md_c(by_weeks), rel=1e-12)


def test_arrivals_more_regular_than_chance_shorten_the_wait():
    shared = queue("0.8", 3)
    regular = mean_wait_allen_cunneen(shared, service_cv=EXPONENTIAL, arrival_cv=Fraction(0))
    assert regular == pytest.approx(mean_wait(shared) / 2)


def test_nothing_arrives_and_nothing_waits():
    idle = queue(Fraction(0), 3)
    assert mean_wait_md_c(idle) == mean_wait_mg_c(idle, service_cv=Fraction(1, 2)) == 0
    assert mean_wait_mg_1(queue(Fraction(0), 1), service_cv=EXPONENTIAL) == 0


@pytest.mark.parametrize("utilisation", ["1", "1.2"])
def test_a_queue_without_end_has_no_mean_whatever_the_work(utilisation):
    for servers in (1, 3):
        full = queue(utilisation, servers)
        with pytest.raises(InvalidInput, match="without end"):
            mean_wait_md_c(full)
        with pytest.raises(InvalidInput, match="without end"):
            mean_wait_mg_c(full, service_cv=Fraction(2))
        with pytest.raises(InvalidInput, match="without end"):
            mean_wait_allen_cunneen(full, service_cv=Fraction(2))


def test_the_single_queue_formula_refuses_two_servers():
    with pytest.raises(InvalidInput, match="not 2"):
        mean_wait_mg_1(queue("0.5", 2), service_cv=EXPONENTIAL)


def test_too_close_to_full_load_is_refused_in_words():
    with pytest.raises(TooMuchWork, match="too close to full"):
        mean_wait_md_c(queue("0.999", 1))


def test_negative_variation_is_refused():
    for wait in (mean_wait_mg_1, mean_wait_mg_c, mean_wait_allen_cunneen):
        with pytest.raises(InvalidInput, match="service_cv"):
            wait(queue("0.5", 1), service_cv=Fraction(-1))
