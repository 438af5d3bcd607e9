"""A battery of statistical tests against the streams of luck: `task soak`.

Neighbours in every direction that a simulation walks: ordinals of one key, replications of one
stream, entities of one replication, and the few numbers of each of many entities in turn. The tests
are Knuth's (The Art of Computer Programming 2, section 3.3.2) and Marsaglia's. All p-values
together are judged at one per cent, two-sided (Bonferroni); the seed was named beforehand.
"""

from collections.abc import Callable

import numpy as np
import pytest
from numba import njit
from scipy import stats
from scipy.special import factorial

from simulations.luck import Floats, key_of, stream, uniform

pytestmark = pytest.mark.soak

SEED = 20_261_126
FAMILY_WISE_ERROR = 0.01
COUNT = 2**24
BITS = 52
"""Bits that a uniform holds."""


@njit
def of_ordinals(stream, count):
    drawn = np.empty(count)
    key = key_of(stream, 0)
    for number in range(count):
        drawn[number] = uniform(key, number)
    return drawn


@njit
def of_replications(stream, count):
    drawn = np.empty(count)
    for number in range(count):
        drawn[number] = uniform(key_of(stream, number), 0)
    return drawn


@njit
def of_entities(stream, count):
    drawn = np.empty(count)
    replication = key_of(stream, 0)
    for number in range(count):
        drawn[number] = uniform(key_of(replication, number), 3)
    return drawn


@njit
def of_entities_in_turn(stream, count):
    drawn = np.empty(count)
    replication = key_of(stream, 0)
    for number in range(count):
        drawn[number] = uniform(key_of(replication, number // 4), number % 4)
    return drawn


@njit
def of_replications_in_turn(stream, count):
    drawn = np.empty(count)
    for number in range(count):
        key = key_of(key_of(stream, number // 8), number // 2 % 4)
        drawn[number] = uniform(key, number % 2)
    return drawn


WALKS = {
    each.__name__: each
    for each in (
        of_ordinals,
        of_replications,
        of_entities,
        of_entities_in_turn,
        of_replications_in_turn,
    )
}


def low_bits(drawn: Floats) -> Floats:
    """The lower half of the bits, as a uniform of their own."""
    words = (drawn * 2.0**BITS).astype(np.int64)
    return ((words & (2**26 - 1)) + 0.5) / 2.0**26


def pairs(drawn: Floats) -> float:
    """256 × 256 cells for pairs that do not overlap."""
    cells = (drawn * 256).astype(np.int64).reshape(-1, 2)
    return stats.chisquare(np.bincount(cells[:, 0] * 256 + cells[:, 1], minlength=2**16)).pvalue


def overlapping_triples(drawn: Floats) -> float:
    """Triples in 32³ cells, less the pairs in them (Good 1953)."""
    digits = (drawn * 32).astype(np.int64)
    digits = np.concatenate([digits, digits[:2]])
    two = np.bincount(digits[:-2] * 32 + digits[1:-1], minlength=2**10)
    three = np.bincount((digits[:-2] * 32 + digits[1:-1]) * 32 + digits[2:], minlength=2**15)
    psi_three = (three.astype(float) ** 2).sum() * 2**15 / drawn.size - drawn.size
    psi_two = (two.astype(float) ** 2).sum() * 2**10 / drawn.size - drawn.size
    return stats.chi2.sf(psi_three - psi_two, 2**15 - 2**10)


def gaps(drawn: Floats) -> float:
    """How many numbers lie between two below 1/8."""
    lengths = np.diff(np.flatnonzero(drawn < 0.125)) - 1
    longest = 60
    found = np.bincount(np.minimum(lengths, longest), minlength=longest + 1)
    chances = 0.125 * 0.875 ** np.arange(longest + 1)
    chances[-1] = 0.875**longest
    return stats.chisquare(found, lengths.size * chances).pvalue


@njit
def run_lengths(drawn, longest):
    """Runs that rise; the number that ends a run is thrown away, so they are independent."""
    found = np.zeros(longest + 1)
    place = 0
    while place < drawn.size:
        length = 1
        while place + length < drawn.size and drawn[place + length] > drawn[place + length - 1]:
            length += 1
        if place + length < drawn.size:
            found[min(length, longest)] += 1
        place += length + 1
    return found


def runs(drawn: Floats) -> float:
    longest = 8
    found = run_lengths(drawn, longest)[1:]
    lengths = np.arange(1, longest + 1)
    chances = 1 / factorial(lengths) - 1 / factorial(lengths + 1)
    chances[-1] = 1 / factorial(longest)
    return stats.chisquare(found, found.sum() * chances).pvalue


def orders(drawn: Floats) -> float:
    """The order of five in a row: 120 are possible."""
    ranks = drawn[: drawn.size // 5 * 5].reshape(-1, 5).argsort(axis=1)
    found = np.bincount(ranks @ 5 ** np.arange(5))
    found = found[found > 0]
    assert found.size == 120
    return stats.chisquare(found).pvalue


def collisions(drawn: Floats) -> float:
    """2²⁰ balls in 2²⁴ urns, 16 times: how many meet another (the variance by Rao & Whitlock)."""
    balls, urns = 2**20, 2.0**24
    thrown = (drawn[: 16 * balls] * urns).astype(np.int64).reshape(16, balls)
    filled = np.array([np.unique(each).size for each in thrown])
    load = balls / urns
    mean = urns * -np.expm1(balls * np.log1p(-1 / urns))
    variance = urns * np.exp(-load) * (1 - (1 + load) * np.exp(-load))
    return float(stats.norm.sf((filled.sum() - 16 * mean) / np.sqrt(16 * variance)))


def birthdays(days: np.ndarray) -> float:
    """4096 birthdays in 2³² days: equal spacings are Poisson, of mean 4096³ / 2³⁴ = 4."""
    days = np.sort(days.reshape(-1, 4096), axis=1)
    spacings = np.sort(np.diff(days, axis=1), axis=1)
    equal = (np.diff(spacings, axis=1) == 0).sum()
    return two_ends(stats.poisson(4.0 * days.shape[0]), equal)


def two_ends(law: stats.rv_discrete, found: int) -> float:
    """A p-value in the middle of the step of a discrete law."""
    return float(law.sf(found) + law.pmf(found) / 2)


@njit
def ranks(rows):
    """The ranks of 32 × 32 matrices of bits."""
    found = np.zeros(33, dtype=np.int64)
    for matrix in range(rows.shape[0]):
        left = rows[matrix].copy()
        rank = 0
        for bit in range(32):
            pivot = -1
            for row in range(rank, 32):
                if (left[row] >> bit) & 1:
                    pivot = row
                    break
            if pivot < 0:
                continue
            left[rank], left[pivot] = left[pivot], left[rank]
            for row in range(rank + 1, 32):
                if (left[row] >> bit) & 1:
                    left[row] ^= left[rank]
            rank += 1
        found[rank] += 1
    return found


def ranks_of_high_bits(drawn: Floats) -> float:
    return of_ranks((drawn * 2.0**32).astype(np.int64))


def ranks_of_low_bits(drawn: Floats) -> float:
    return of_ranks((drawn * 2.0**BITS).astype(np.int64) & (2**32 - 1))


def chance_of_rank(rank: int, size: int = 32) -> float:
    lower = np.arange(rank)
    terms = (1 - 2.0 ** (lower - size)) ** 2 / (1 - 2.0 ** (lower - rank))
    return float(2.0 ** -((size - rank) ** 2) * terms.prod())


def of_ranks(words: np.ndarray) -> float:
    found = ranks(words[: 2**21].reshape(-1, 32))
    chances = np.array([0.0, chance_of_rank(31), chance_of_rank(32)])
    chances[0] = 1 - chances.sum()
    counts = np.array([found[:31].sum(), found[31], found[32]])
    return stats.chisquare(counts, counts.sum() * chances).pvalue


def largest_of_eight(drawn: Floats) -> float:
    return stats.kstest(drawn.reshape(-1, 8).max(axis=1) ** 8, "uniform").pvalue


def weights(drawn: Floats) -> float:
    """How many of the 52 bits are 1, in one number and in the next."""
    words = (drawn * 2.0**BITS).astype(np.int64)
    ones = np.bitwise_count(words).astype(np.int64)
    classes = np.minimum(np.maximum(ones, 20), 32) - 20
    cells = np.bincount(classes[::2] * 13 + classes[1::2], minlength=169)
    of_bits = stats.binom(BITS, 0.5)
    chances = of_bits.pmf(np.arange(20, 33))
    chances[0], chances[-1] = of_bits.cdf(20), of_bits.sf(31)
    return stats.chisquare(cells, cells.sum() * np.outer(chances, chances).ravel()).pvalue


def lags(drawn: Floats) -> float:
    """Correlations with the number 1, 2, … 1024 further on, all at once, by Fourier."""
    centred = drawn - 0.5
    power = np.abs(np.fft.rfft(centred, 2 * centred.size)) ** 2
    products = np.fft.irfft(power)[1:1025]
    scores = products * 12 / np.sqrt(centred.size - np.arange(1, 1025))
    return stats.chi2.sf((scores**2).sum(), 1024)


WHOLE: tuple[Callable[[Floats], float], ...] = (
    pairs,
    overlapping_triples,
    gaps,
    runs,
    orders,
    collisions,
    largest_of_eight,
    lags,
)
"""On the uniforms, and on their low bits alone."""
OF_BITS = (ranks_of_high_bits, ranks_of_low_bits, weights)


@pytest.fixture(scope="module")
def chances() -> dict[str, float]:
    """The p-value of each test on each walk."""
    found = {}
    for walk, drawn_by in WALKS.items():
        drawn = drawn_by(stream(SEED, "battery", walk), COUNT)
        low = low_bits(drawn)
        for test in WHOLE:
            found[f"{test.__name__} {walk}"] = test(drawn)
            found[f"{test.__name__} {walk}, low bits"] = test(low)
        for test in OF_BITS:
            found[f"{test.__name__} {walk}"] = test(drawn)
        words = (drawn * 2.0**BITS).astype(np.int64)
        found[f"birthdays {walk}"] = birthdays(words >> (BITS - 32))
        found[f"birthdays {walk}, low bits"] = birthdays(words & (2**32 - 1))
    return found


def test_no_test_of_the_battery_tells_luck_from_chance(chances):
    least = FAMILY_WISE_ERROR / len(chances) / 2
    suspect = {name: chance for name, chance in chances.items() if not least < chance < 1 - least}
    assert not suspect
    assert len(chances) == len(WALKS) * 21


def test_the_chances_are_even_themselves(chances):
    """Were every test a little off, none would be suspect and all together would be."""
    assert stats.kstest(list(chances.values()), "uniform").pvalue > FAMILY_WISE_ERROR


@njit
def poor(count):
    """A linear congruential generator with 32 bits, as they were sold in the 1960s."""
    drawn = np.empty(count)
    state = np.uint64(1)
    for number in range(count):
        state = (state * np.uint64(65539)) & np.uint64(2**31 - 1)
        drawn[number] = (np.float64(state) + 0.5) / 2.0**31
    return drawn


def test_the_battery_knows_a_poor_generator_when_it_sees_one():
    drawn = poor(COUNT)
    found = [test(drawn) for test in (pairs, overlapping_triples, gaps, collisions, lags)]
    assert min(found) < 1e-9
