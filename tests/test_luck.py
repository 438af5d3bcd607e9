"""Luck is a pure function of its name and number, and follows the distribution it claims.

The whole battery against the streams is `test_luck_battery`, run by `task soak`.
"""

from collections import Counter
from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numba import njit
from scipy import special, stats
from small_department import small_department

from capacity.case_classes import ArrivalPattern
from capacity.department import Department
from capacity.distributions import Distribution, Family, empirical
from capacity.rulebook import rulebook
from capacity.workdays import public_holidays
from simulations.dealing import deal
from simulations.luck import Floats, key_of, normal_score, quantiles_of, stream, uniform, value
from simulations.office import Deal
from simulations.plan import layout

LEAST_CHANCE = 1e-4
"""A test with a fixed seed whose p-value is below this is a fault and no bad luck."""
SMALLEST, LARGEST = 2.0**-53, 1 - 2.0**-53
"""Of all uniforms."""


# --- A pure function -------------------------------------------------------------------------

WORD = 2**64


def scattered(bits: int) -> int:
    """SplitMix64's mixing function in whole numbers (Vigna's splitmix64.c)."""
    bits = (bits ^ (bits >> 30)) * 0xBF58476D1CE4E5B9 % WORD
    bits = (bits ^ (bits >> 27)) * 0x94D049BB133111EB % WORD
    return bits ^ (bits >> 31)


def test_the_bits_are_those_published_for_splitmix64():
    """The first five of seed 1234567, as Rosetta Code prints them; 52 bits are kept of each."""
    published = [
        6457827717110365317,
        3203168211198807973,
        9817491932198370423,
        4593380528125082431,
        16408922859458223821,
    ]
    found = [uniform(np.uint64(1234567), ordinal) for ordinal in range(5)]
    assert found == [((bits >> 12) + 0.5) / 2**52 for bits in published]


@given(key=st.integers(0, WORD - 1), number=st.integers(0, 2**40))
def test_keys_and_uniforms_are_what_whole_numbers_give(key, number):
    step = 0x9E3779B97F4A7C15
    bits = scattered((key + (number + 1) * step) % WORD)
    assert uniform(np.uint64(key), number) == ((bits >> 12) + 0.5) / 2**52
    assert key_of(np.uint64(key), number) == scattered(key ^ scattered((number + 1) * step % WORD))


@given(key=st.integers(0, WORD - 1), numbers=st.permutations(range(20)))
def test_the_order_of_asking_changes_nothing(key, numbers):
    in_order = [uniform(np.uint64(key), number) for number in range(20)]
    asked = {number: uniform(np.uint64(key), number) for number in numbers}
    assert [asked[number] for number in range(20)] == in_order


def key_that_gives(bits: int) -> np.uint64:
    """The key of which the first number is this: the mixing function can be undone."""
    bits ^= (bits >> 31) ^ (bits >> 62)
    bits = bits * pow(0x94D049BB133111EB, -1, WORD) % WORD
    bits ^= (bits >> 27) ^ (bits >> 54)
    bits = bits * pow(0xBF58476D1CE4E5B9, -1, WORD) % WORD
    bits ^= (bits >> 30) ^ (bits >> 60)
    return np.uint64((bits - 0x9E3779B97F4A7C15) % WORD)


def test_a_uniform_is_never_0_or_1():
    """Not even where all bits are 0, or 1; and every inverse takes what it is then."""
    lucks = [uniform(key_that_gives(bits), 0) for bits in (0, WORD - 1)]
    assert lucks == [SMALLEST, LARGEST]
    rows = [MEASURED, *(each for each, _ in DISTRIBUTIONS.values())]
    quantiles = quantiles_of(rows)
    for row in range(len(rows)):
        assert all(0 <= value(quantiles, row, luck) < np.inf for luck in lucks)


# --- Independent streams ---------------------------------------------------------------------


@njit
def _table(keys, ordinals):
    drawn = np.empty((keys.size, ordinals))
    for row in range(keys.size):
        for ordinal in range(ordinals):
            drawn[row, ordinal] = uniform(keys[row], ordinal)
    return drawn


@njit
def _keys(stream, count):
    keys = np.empty(count, dtype=np.uint64)
    for number in range(count):
        keys[number] = key_of(stream, number)
    return keys


A_STREAM = stream(11, "effort", "a")
COUNT = 200_000
PAIRS = {
    "consecutive ordinals": lambda: _pairs(_table(_keys(A_STREAM, 1), COUNT + 1)[0]),
    "consecutive replications": lambda: _pairs(_table(_keys(A_STREAM, COUNT + 1), 1)[:, 0]),
    "consecutive entities of a replication": lambda: _pairs(
        _table(_keys(np.uint64(key_of(A_STREAM, 7)), COUNT + 1), 1)[:, 0]
    ),
    "one ordinal and the next of the next replication": lambda: (
        _table(_keys(A_STREAM, COUNT), 1)[:, 0],
        _table(_keys(A_STREAM, COUNT + 1)[1:], 2)[:, 1],
    ),
    "two purposes": lambda: _two(stream(11, "arrival", "a")),
    "two entities": lambda: _two(stream(11, "effort", "b")),
    "two seeds": lambda: _two(stream(12, "effort", "a")),
    "a key and its own keys": lambda: (
        _table(_keys(A_STREAM, 1), COUNT)[0],
        _table(_keys(_keys(A_STREAM, 1)[0], COUNT), 1)[:, 0],
    ),
}


def _pairs(drawn: Floats) -> tuple[Floats, Floats]:
    return drawn[:-1], drawn[1:]


def _two(other: np.uint64) -> tuple[Floats, Floats]:
    one, another = (_table(_keys(each, 1), COUNT)[0] for each in (A_STREAM, other))
    return one, another


@pytest.mark.parametrize("name", PAIRS)
def test_luck_knows_nothing_of_its_neighbour(name):
    one, other = PAIRS[name]()
    assert one.size == other.size == COUNT
    assert stats.kstest(one, "uniform").pvalue > LEAST_CHANCE
    correlation = np.corrcoef(one, other)[0, 1]
    assert 2 * stats.norm.sf(abs(correlation) * np.sqrt(COUNT)) > LEAST_CHANCE
    cells, *_ = np.histogram2d(one, other, bins=32, range=[[0, 1], [0, 1]])
    assert LEAST_CHANCE < stats.chisquare(cells.ravel()).pvalue < 1 - LEAST_CHANCE


def test_every_part_of_the_name_matters():
    names = [(seed, purpose, entity) for seed in (1, 2) for purpose in "ab" for entity in "cd"]
    streams = [stream(*name) for name in names]
    keys = [key_of(np.uint64(each), replication) for each in streams for replication in range(9)]
    assert len(set(keys)) == 8 * 9


# --- Distributions ---------------------------------------------------------------------------


def told(family: Family, mean: str, cv: str) -> Distribution:
    return Distribution(family=family, mean=Fraction(mean), cv=Fraction(cv))


MEASURED = empirical([Fraction(n) for n in (2, 3, 3, 5, 8, 13)])
DISTRIBUTIONS = {
    "exponential": (told(Family.EXPONENTIAL, "30", "1"), stats.expon(scale=30)),
    "lognormal, cv 0.3": (
        told(Family.LOGNORMAL, "30", "0.3"),
        stats.lognorm(s=np.sqrt(np.log(1.09)), scale=30 / np.sqrt(1.09)),
    ),
    "lognormal, cv 2": (
        told(Family.LOGNORMAL, "30", "2"),
        stats.lognorm(s=np.sqrt(np.log(5)), scale=30 / np.sqrt(5)),
    ),
} | {
    f"gamma, cv {cv}": (
        told(Family.GAMMA, "30", cv),
        stats.gamma(a=1 / float(cv) ** 2, scale=30 * float(cv) ** 2),
    )
    for cv in ("0.1", "0.2", "0.5", "0.8", "1", "1.5", "3", "5")
}


def drawn(distribution: Distribution, count: int, entity: str) -> Floats:
    quantiles = quantiles_of((distribution,))
    key = np.uint64(key_of(stream(12, "effort", entity), 0))
    return np.array([value(quantiles, 0, uniform(key, ordinal)) for ordinal in range(count)])


@pytest.mark.parametrize("name", DISTRIBUTIONS)
def test_values_follow_their_distribution(name):
    distribution, expected = DISTRIBUTIONS[name]
    assert stats.kstest(drawn(distribution, 20_000, name), expected.cdf).pvalue > LEAST_CHANCE
    assert expected.mean() == pytest.approx(30)
    assert expected.std() == pytest.approx(30 * float(distribution.cv))


LUCKS = st.one_of(
    st.floats(SMALLEST, LARGEST),
    st.integers(1, 53).map(lambda power: 2.0**-power),
    st.integers(1, 53).map(lambda power: 1 - 2.0**-power),
)


@given(name=st.sampled_from(list(DISTRIBUTIONS)), luck=LUCKS)
def test_a_value_is_the_quantile_of_its_uniform(name, luck):
    """An exponential one is the quantile of 1 − luck; a gamma one is right to 5 parts in 10⁸."""
    distribution, expected = DISTRIBUTIONS[name]
    is_exponential = distribution.family is Family.EXPONENTIAL
    quantile = expected.isf(luck) if is_exponential else expected.ppf(luck)
    precision = 5e-8 if distribution.family is Family.GAMMA else 1e-12
    found = value(quantiles_of((distribution,)), 0, luck)
    assert found == pytest.approx(quantile, rel=precision, abs=1e-300)


def test_the_normal_score_is_right_to_thirteen_digits_even_in_the_tails():
    small = np.concatenate([(np.arange(2000) + 0.5) / 2.0**52, np.geomspace(SMALLEST, 0.5, 20_000)])
    middle = np.linspace(0.001, 0.999, 20_001)
    near_half = 0.5 + np.concatenate([-(2.0 ** -np.arange(2, 50)), 2.0 ** -np.arange(2, 50)])
    lucks = np.concatenate([small, 1 - small, middle, near_half])
    found = np.array([normal_score(luck) for luck in lucks])
    assert found == pytest.approx(special.ndtri(lucks), rel=1e-13, abs=0)


def test_fixed_values_are_fixed_and_nothing_is_nothing():
    for mean in ("0", "7.5"):
        quantiles = quantiles_of((told(Family.DETERMINISTIC, mean, "0"),))
        assert {value(quantiles, 0, luck) for luck in (SMALLEST, 0.3, LARGEST)} == {float(mean)}


def test_a_measured_value_is_as_likely_as_the_next():
    counts = Counter(drawn(MEASURED, 60_000, "measured").tolist())
    assert set(counts) == {2, 3, 5, 8, 13}
    expected = [10_000, 20_000, 10_000, 10_000, 10_000]
    assert stats.chisquare([counts[n] for n in (2, 3, 5, 8, 13)], expected).pvalue > LEAST_CHANCE


def test_a_measured_value_is_the_quantile_of_its_uniform():
    quantiles = quantiles_of((MEASURED,))
    lucks = [SMALLEST, 0.16, 0.17, 0.49, 0.51, 0.66, 0.67, 0.83, 0.84, LARGEST]
    assert [value(quantiles, 0, luck) for luck in lucks] == [2, 2, 3, 3, 5, 5, 8, 8, 13, 13]


def test_each_row_of_several_is_its_own():
    rows = [each for each, _ in DISTRIBUTIONS.values()] + [MEASURED]
    together = quantiles_of(rows)
    for row, distribution in enumerate(rows):
        alone = quantiles_of((distribution,))
        assert value(together, row, 0.7) == value(alone, 0, 0.7)


@pytest.mark.parametrize("family", [Family.EXPONENTIAL, Family.LOGNORMAL, Family.GAMMA])
def test_a_longer_mean_stretches_the_same_luck(family):
    cv = "1" if family is Family.EXPONENTIAL else "0.6"
    short, long = (drawn(told(family, mean, cv), 1000, "a") for mean in ("20", "30"))
    assert long == pytest.approx(short * 1.5)


# --- Arrivals --------------------------------------------------------------------------------

ON = date(2024, 1, 1)
YEAR = 366


def arriving(**changed) -> Department:
    """A department whose cases are only counted as they come."""
    department = small_department(arrivals_per_year=changed.pop("yearly", "400"), on=ON)
    (assessments,) = department.case_classes
    assessments = replace(assessments, arrival_pattern=ArrivalPattern(**changed))
    return replace(department, case_classes=(assessments,))


def dealt(
    department: Department, replications: int, *, days: int = YEAR, inflow: float = 1.0, seed=14
) -> list[Deal]:
    templates = layout(department, ("assessment",), days, seed, rulebook(), inflow=inflow).templates
    return [deal(templates, replication) for replication in range(replications)]


def moments(deals: list[Deal]) -> Floats:
    return np.concatenate([each.cases["arrived_at"] for each in deals])


def test_arrivals_come_as_a_poisson_stream():
    counts = np.array([each.cases.size for each in dealt(arriving(yearly="150"), 2000)])
    assert abs(counts.mean() - 150) < 4 * np.sqrt(150 / 2000)
    assert abs(counts.var(ddof=1) / 150 - 1) < 4 * np.sqrt(2 / 2000)


def test_the_time_between_arrivals_is_exponential_and_has_no_memory():
    """With even weights 400 a year are 400/366 a day."""
    gaps = np.concatenate(
        [np.diff(each.cases["arrived_at"], prepend=0) for each in dealt(arriving(), 100)]
    )
    # The last gap of each run is cut off by the horizon, so the first 300 of each are judged.
    of_run = np.split(gaps, np.cumsum([each.cases.size for each in dealt(arriving(), 100)])[:-1])
    judged = np.array([each[:300] for each in of_run])
    assert stats.kstest(judged.ravel(), stats.expon(scale=366 / 400).cdf).pvalue > LEAST_CHANCE
    correlation = np.corrcoef(judged[:, :-1].ravel(), judged[:, 1:].ravel())[0, 1]
    assert 2 * stats.norm.sf(abs(correlation) * np.sqrt(judged.size)) > LEAST_CHANCE


MONTHS = tuple(Fraction(n) for n in (2, 2, 1, 1, 1, 1, 0, 1, 3, 1, 1, 1))
WEEKDAYS = tuple(Fraction(n) for n in (3, 2, 2, 2, 1, 0, 0))
HOURS = tuple(Fraction(n) for n in [0] * 8 + [4, 3, 2, 1, 1, 1, 1, 1] + [0] * 8)


def test_arrivals_follow_the_weights_of_months_weekdays_and_hours():
    department = arriving(months=MONTHS, weekdays=WEEKDAYS, hours=HOURS, on_public_holidays=False)
    at = moments(dealt(department, 100))
    days = [ON + timedelta(days=day) for day in range(YEAR)]
    weights = np.array(
        [
            0.0 if day in public_holidays(2024) else MONTHS[day.month - 1] * WEEKDAYS[day.weekday()]
            for day in days
        ],
        dtype=float,
    )
    expected = 40_000 * weights / weights.sum()
    counts = np.bincount(np.floor(at).astype(int), minlength=YEAR)
    assert (counts[expected == 0] == 0).all()
    is_open = expected > 0
    # The number in a year is Poisson too: each day is judged beside its own expectation.
    chi_square = ((counts - expected)[is_open] ** 2 / expected[is_open]).sum()
    assert LEAST_CHANCE < stats.chi2.sf(chi_square, is_open.sum()) < 1 - LEAST_CHANCE
    of_hour = np.bincount(np.floor(at % 1 * 24).astype(int), minlength=24)
    by_hour = at.size * np.array(HOURS, dtype=float) / 14
    assert (of_hour[by_hour == 0] == 0).all()
    judged = stats.chisquare(of_hour[by_hour > 0], by_hour[by_hour > 0])
    assert judged.pvalue > LEAST_CHANCE
    assert stats.kstest(at * 24 % 1, "uniform").pvalue > LEAST_CHANCE


def test_each_calendar_year_has_the_yearly_number():
    at = moments(dealt(arriving(), 200, days=366 + 365 + 365))
    for first, last in ((0, 366), (366, 731), (731, 1096)):
        count = ((at >= first) & (at < last)).sum()
        assert abs(count - 80_000) < 4 * np.sqrt(80_000)


def test_siblings_come_together_and_the_yearly_number_is_of_cases():
    shares = (Fraction("0.6"), Fraction("0.3"), Fraction("0.1"))
    deals = dealt(arriving(siblings=shares), 200)
    sizes = np.concatenate(
        [np.unique(each.cases["arrived_at"], return_counts=True)[1] for each in deals]
    )
    found = np.bincount(sizes, minlength=4)[1:]
    assert found.size == 3
    expected = sizes.size * np.array(shares, dtype=float)
    assert stats.chisquare(found, expected).pvalue > LEAST_CHANCE
    # Bursts of 1, 2 or 3 cases, 1.5 on average: their number has the variance E[size²] per burst.
    usual = 200 * 400
    assert abs(sizes.sum() - usual) < 4 * np.sqrt(usual / 1.5 * (0.6 + 0.3 * 4 + 0.1 * 9))
    efforts = [each.episodes["effort_hours"] for each in deals]
    assert all(np.unique(each).size == each.size for each in efforts)


def cases_of(deal: Deal) -> set[tuple[float, float, float]]:
    """When each came, what it takes, and how long others let it wait."""
    route = deal.strands["first_episode"][deal.cases["first_strand"]]
    episodes = deal.episodes[route]
    columns = (deal.cases["arrived_at"], episodes["effort_hours"], episodes["delay_days"])
    return set(zip(*(column.tolist() for column in columns), strict=True))


def test_more_inflow_comes_on_top_of_the_usual_cases():
    usual, more, most = (dealt(arriving(), 50, inflow=inflow) for inflow in (1.0, 1.5, 3.0))
    for one, other in zip(usual, more, strict=True):
        assert cases_of(one) < cases_of(other)
    counts = [sum(each.cases.size for each in deals) for deals in (usual, more, most)]
    for count, expected in zip(counts, (20_000, 30_000, 60_000), strict=True):
        assert abs(count - expected) < 4 * np.sqrt(expected)
    # What comes on top has luck of its own.
    on_top = [cases_of(other) - cases_of(one) for one, other in zip(usual, more, strict=True)]
    efforts = [{effort for _, effort, _ in cases_of(one)} for one in usual]
    assert not any(
        effort in usual_efforts
        for cases, usual_efforts in zip(on_top, efforts, strict=True)
        for _, effort, _ in cases
    )


def test_less_inflow_leaves_usual_cases_out():
    usual, less, least = (dealt(arriving(), 50, inflow=inflow) for inflow in (1.0, 0.6, 0.2))
    for one, some, few in zip(usual, less, least, strict=True):
        assert cases_of(few) < cases_of(some) < cases_of(one)
    counts = [sum(each.cases.size for each in deals) for deals in (less, least)]
    for count, expected in zip(counts, (12_000, 4_000), strict=True):
        assert abs(count - expected) < 4 * np.sqrt(expected)
    (nothing,) = dealt(arriving(), 1, inflow=0.0)
    assert nothing.cases.size == 0


def test_a_longer_horizon_only_adds_arrivals_at_its_end():
    (short,), (long,) = (dealt(arriving(), 1, days=days) for days in (366, 900))
    first = long.cases["arrived_at"] < 366
    assert long.cases["arrived_at"][first].tolist() == short.cases["arrived_at"].tolist()
    assert cases_of(short) < cases_of(long)
    assert short.cases["arrived_at"].max() < 366


def test_replications_and_seeds_have_luck_of_their_own():
    one, other = dealt(arriving(), 2)
    (third,) = dealt(arriving(), 1, seed=15)
    assert not cases_of(one) & cases_of(other)
    assert not cases_of(one) & cases_of(third)


def test_another_class_beside_it_leaves_a_class_its_luck():
    alone = arriving()
    (assessments,) = alone.case_classes
    beside = replace(assessments, slug="another", arrivals_per_year=Fraction(50))
    both = replace(alone, case_classes=(beside, assessments))
    for one, two in zip(dealt(alone, 3), dealt(both, 3), strict=True):
        assert cases_of(one) < cases_of(two)


def test_nothing_arrives_where_nothing_is_expected():
    (nothing,) = dealt(arriving(yearly="0"), 1)
    assert nothing.cases.size == 0
