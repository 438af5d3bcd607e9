"""Luck is a pure function of its name and number, and follows the distribution it claims."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from capacity.department import Distribution, Family
from simulations.luck import arrival_days, uniforms, values


@given(seed=st.integers(0, 2**64), replication=st.integers(0, 10**6), count=st.integers(0, 200))
def test_a_longer_stream_begins_with_the_shorter_one(seed, replication, count):
    longer = uniforms(seed, replication, "effort", "a", count + 50)
    assert uniforms(seed, replication, "effort", "a", count).tolist() == longer[:count].tolist()


def test_every_part_of_the_name_matters():
    names = [(1, 0, "effort", "a"), (2, 0, "effort", "a"), (1, 1, "effort", "a")]
    names += [(1, 0, "arrival", "a"), (1, 0, "effort", "b")]
    streams = np.array([uniforms(*name, 4000) for name in names])
    correlation = np.corrcoef(streams) - np.eye(len(names))
    assert np.abs(correlation).max() < 4 / np.sqrt(4000)


def test_uniforms_are_uniform():
    assert stats.kstest(uniforms(11, 0, "effort", "a", 100_000), "uniform").pvalue > 0.001


DISTRIBUTIONS = {
    "exponential": (Family.EXPONENTIAL, "1", stats.expon(scale=30)),
    "gamma": (Family.GAMMA, "0.5", stats.gamma(a=4, scale=7.5)),
    "lognormal": (
        Family.LOGNORMAL,
        "0.8",
        stats.lognorm(s=np.sqrt(np.log(1.64)), scale=30 / np.sqrt(1.64)),
    ),
}


@pytest.mark.parametrize("name", DISTRIBUTIONS)
def test_values_follow_their_distribution(name):
    family, cv, expected = DISTRIBUTIONS[name]
    distribution = Distribution(family=family, mean=Fraction(30), cv=Fraction(cv))
    drawn = values(distribution, uniforms(12, 0, "effort", name, 100_000))
    assert stats.kstest(drawn, expected.cdf).pvalue > 0.001
    assert expected.mean() == pytest.approx(30)
    assert expected.std() == pytest.approx(30 * float(cv))


@given(
    luck=st.floats(2.0**-54, 1 - 2.0**-53),
    cv=st.sampled_from(["0.1", "0.5", "0.8", "1", "1.5", "3", "5"]),
)
def test_a_gamma_value_is_the_quantile_of_its_uniform(luck, cv):
    distribution = Distribution(family=Family.GAMMA, mean=Fraction(1), cv=Fraction(cv))
    shape = float(1 / Fraction(cv) ** 2)
    expected = stats.gamma(a=shape, scale=1 / shape).ppf(luck)
    assert values(distribution, np.array([luck]))[0] == pytest.approx(
        expected, rel=5e-8, abs=1e-300
    )


def test_a_longer_mean_stretches_the_same_luck():
    luck = uniforms(13, 0, "effort", "a", 1000)
    short, long = (
        values(Distribution(family=Family.GAMMA, mean=Fraction(mean), cv=Fraction("0.6")), luck)
        for mean in (20, 30)
    )
    assert long == pytest.approx(short * 1.5)


def test_arrivals_come_as_a_poisson_stream():
    counts = np.array([arrival_days(0.4, 365, 14, r, "a").size for r in range(2000)])
    expected = 0.4 * 365
    assert abs(counts.mean() - expected) < 4 * np.sqrt(expected / 2000)
    assert abs(counts.var(ddof=1) / expected - 1) < 4 * np.sqrt(2 / 2000)


def test_a_longer_horizon_only_adds_arrivals_at_its_end():
    short, long = (arrival_days(0.4, days, 15, 0, "a") for days in (365, 900))
    assert long[: short.size].tolist() == short.tolist()
    assert long[short.size] >= 365


def test_nothing_arrives_where_nothing_is_expected():
    assert arrival_days(0.0, 365, 16, 0, "a").size == 0
