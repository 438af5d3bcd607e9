"""The fast path for equal servers gives the answers of the general kernel, and of theory."""

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from offices import ALWAYS_THERE, Office, Step, Team, one_episode_each, planned, staffed
from scipy import stats

from capacity.distributions import Distribution, Family
from simulations.casework import casework
from simulations.equal_servers import (
    SIDE_BY_SIDE,
    all_free,
    desks_of,
    first_come_side_by_side,
    mean_waits,
    queue_of,
    served,
    taken_at_by_class,
)
from simulations.erlang import mean_wait
from simulations.luck import key_of, quantiles_of, stream, uniform, value
from simulations.office import FIRST_COME, ON_TEAM_DESK, PRIORITY, WHOLE_TEAM
from simulations.pooled_queue import PooledQueue
from simulations.priorities import nonpreemptive_mm_c

SEED = 20_261_125
UNTIL_ALL_ARE_DONE = 2.0**29

quarters = st.integers(0, 40).map(lambda n: n / 4)
moments = st.one_of(quarters, st.floats(0.0, 10.0))
efforts = st.one_of(st.sampled_from([0.0, 0.25, 1.0, 3.0]), st.floats(0.0, 4.0))
cases = st.lists(st.tuples(moments, efforts), max_size=25).map(sorted)


def in_arrays(cases):
    comes_at, hours = np.array(cases, dtype=float).reshape(-1, 2).T
    return comes_at.copy(), hours.copy()


def by_the_general_kernel(classes, servers, horizon):
    comes_at = np.concatenate([comes_at for comes_at, _ in classes])
    hours = np.concatenate([hours for _, hours in classes])
    rank = np.repeat(np.arange(len(classes)), [comes_at.size for comes_at, _ in classes])
    order = np.argsort(comes_at, kind="stable")
    office = Office(
        teams=(
            Team(
                caseworkers=(ALWAYS_THERE,) * servers,
                policy=PRIORITY if len(classes) > 1 else FIRST_COME,
                assignment=WHOLE_TEAM,
            ),
        ),
        steps=tuple(
            Step(desk=ON_TEAM_DESK, priority=float(number)) for number in range(len(classes))
        ),
    )
    deal = one_episode_each(comes_at[order], hours[order], rank[order])
    outcome = casework(planned(office), deal, staffed(office), np.empty(0), horizon, True)
    taken_at = np.empty(comes_at.size)
    taken_at[order] = outcome.takes["taken_at"]
    return [taken_at[rank == number].tolist() for number in range(len(classes))]


@settings(max_examples=80)
@given(st.lists(cases, min_size=1, max_size=4), st.integers(1, 5), moments)
def test_each_case_is_taken_when_the_general_kernel_takes_it(drawn, servers, horizon):
    classes = [in_arrays(each) for each in drawn]
    for until in (horizon, UNTIL_ALL_ARE_DONE):
        taken_at = taken_at_by_class(classes, servers, until)
        assert [each.tolist() for each in taken_at] == by_the_general_kernel(
            classes, servers, until
        )


def test_a_large_team_serves_as_the_general_kernel_has_it():
    luck = np.random.default_rng(SEED)
    classes = [
        (np.cumsum(luck.exponential(1 / 12, 4_000)), luck.lognormal(-0.5, 1.0, 4_000))
        for _ in range(3)
    ]
    taken_at = taken_at_by_class(classes, 33, 300.0)
    assert [each.tolist() for each in taken_at] == by_the_general_kernel(classes, 33, 300.0)
    assert any(np.isinf(each).any() for each in taken_at)


def test_desks_in_turn_serve_as_each_alone():
    luck = np.random.default_rng(SEED)
    classes = [(np.cumsum(luck.exponential(0.5, 200)), luck.exponential(3.0, 200)) for _ in "ab"]
    queue, first = queue_of(classes)
    due_at = queue.comes_at + 5.0
    servers = [1, 8, 14, 40]
    desks = desks_of(servers, 2, due_at.size)
    desks.heads[:] = first[:-1]
    served(queue._replace(due_at=due_at), 90.0, desks)
    for desk, count in enumerate(servers):
        alone = taken_at_by_class(classes, count, 90.0)
        for rank, (comes_at, hours) in enumerate(classes):
            taken_at = desks.taken_at[desk, first[rank] : first[rank + 1] - 1]
            assert taken_at.tolist() == alone[rank].tolist()
            in_time = (taken_at + hours <= comes_at + 5.0).sum()
            assert desks.in_time[desk, rank] == in_time


@pytest.mark.parametrize("servers", [1, 2, 7, 24])
def test_replications_side_by_side_serve_as_each_alone(servers):
    luck = np.random.default_rng(SEED + servers)
    comes_at = np.cumsum(luck.exponential(1 / servers, (300, SIDE_BY_SIDE)), axis=0)
    hours = luck.lognormal(-0.35, 0.83, (300, SIDE_BY_SIDE))
    taken_at, done_at = np.empty_like(comes_at), np.empty(SIDE_BY_SIDE)
    first_come_side_by_side(comes_at, hours, all_free(servers), done_at, taken_at)
    for lane in range(SIDE_BY_SIDE):
        [alone] = taken_at_by_class([(comes_at[:, lane], hours[:, lane])], servers)
        assert taken_at[:, lane].tolist() == alone.tolist()


def test_mean_waits_hang_on_the_luck_of_each_replication():
    service = quantiles_of(
        [Distribution(family=Family.LOGNORMAL, mean=Fraction(1), cv=Fraction(1))]
    )
    replications = np.arange(100, 100 + SIDE_BY_SIDE)
    waits = mean_waits(replications, 3, 0.8, service, SEED, 203)
    for lane in (0, 17):
        arrival, effort = (
            np.uint64(key_of(stream(SEED, purpose, "M/G/c"), 100 + lane))
            for purpose in ("arrival", "effort")
        )
        gaps = [-math.log(uniform(arrival, each)) for each in range(203)]
        hours = np.array([value(service, 0, uniform(effort, each)) for each in range(203)])
        comes_at = np.cumsum(gaps) / 2.4
        [taken_at] = taken_at_by_class([(comes_at, hours)], 3)
        assert waits[lane] == pytest.approx((taken_at - comes_at).mean(), rel=1e-9)


def agrees(samples, expected, margin):
    """Whether the whole 99.9 % interval of a mean lies within a margin of what is expected."""
    half = stats.t.ppf(0.9995, len(samples) - 1) * stats.sem(samples)
    return abs(np.mean(samples) - expected) + half <= margin * expected


def test_the_wait_is_erlangs():
    luck = np.random.default_rng(SEED)
    servers, load, customers, warm_up = 4, 0.7, 60_000, 1_000
    expected = mean_wait(
        PooledQueue(arrivals=Fraction(14, 5), service=Fraction(1), servers=servers)
    )
    comes_at = np.cumsum(luck.exponential(1 / (servers * load), (customers, SIDE_BY_SIDE)), axis=0)
    hours = luck.exponential(1.0, (customers, SIDE_BY_SIDE))
    taken_at, done_at = np.empty_like(comes_at), np.empty(SIDE_BY_SIDE)
    first_come_side_by_side(comes_at, hours, all_free(servers), done_at, taken_at)
    assert agrees((taken_at - comes_at)[warm_up:].mean(axis=0), expected, 0.03)


def test_the_waits_of_classes_are_cobhams():
    luck = np.random.default_rng(SEED)
    servers, rates, years = 5, (1.0, 1.5, 1.5), 40
    expected = nonpreemptive_mm_c(
        [Fraction(rate) for rate in rates], service=Fraction(1), servers=servers
    )
    waits = []
    for _ in range(years):
        classes = []
        for rate in rates:
            comes_at = np.cumsum(luck.exponential(1 / rate, int(rate * 80_000)))
            classes.append((comes_at, luck.exponential(1.0, comes_at.size)))
        end = min(comes_at[-1] for comes_at, _ in classes)
        waits.append(
            [
                (taken_at - comes_at)[(comes_at > 500.0) & (comes_at < end - 100.0)].mean()
                for taken_at, (comes_at, _) in zip(
                    taken_at_by_class(classes, servers), classes, strict=True
                )
            ]
        )
    for rank in range(len(rates)):
        observed = np.array(waits)[:, rank]
        assert agrees(observed, expected.of(rank).mean_wait, 0.03)
