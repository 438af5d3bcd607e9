"""All chance there is: a pure function of (seed, replication, purpose, entity, ordinal).

The n-th case of a kind has the same effort, the same delay and the same arrival at every staffing
level and under every policy, because its luck hangs on its own name and number and on nothing that
happens in the simulation. So scenarios are compared on the same luck, and a replication can be run
anywhere, in any order, on any thread, with the same bytes as its answer.

A *stream* is a number made of (seed, purpose, entity) by a hash; a stream in a replication has a
*key*; and the uniform with an ordinal is that key's, scattered. There is no state to carry, so the
kernels take each quantity where they need it. The scattering is that of SplitMix64 (Steele, Lea &
Flood, Fast Splittable Pseudorandom Number Generators, OOPSLA 2014): a Weyl sequence through a
mixing function that passes the usual batteries of tests.

Distributions are reached by inversion, one uniform for one quantity, so that a longer mean
stretches a case's luck instead of dealing it anew.
"""

import math
from collections.abc import Sequence
from hashlib import blake2b
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from capacity.distributions import Distribution, Family
from simulations.compilation import compiled

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

GOLDEN = np.uint64(0x9E3779B97F4A7C15)
"""The step of the Weyl sequence: 2**64 over the golden ratio."""
_MIX_1, _MIX_2 = np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)
_SHIFT_1, _SHIFT_2, _SHIFT_3 = np.uint64(30), np.uint64(27), np.uint64(31)
_TWELVE = np.uint64(12)
_HALF_A_STEP = 0.5
_STEPS = 2.0**52

FIXED, EXPONENTIAL, LOGNORMAL, BY_SCORE, OBSERVED = range(5)
"""How a value is reached from its uniform; `BY_SCORE` is the gamma distribution, by a table."""

_WIDEST_SCORE = 8.5
"""Beyond the normal score of any uniform."""
_SCORE_STEPS = 850


def stream(seed: int, purpose: str, entity: str) -> np.uint64:
    """Name a stream of luck (da: strøm af tilfældighed).

    >>> int(stream(1, "effort", "child_assessment"))
    8012307685377585054
    """
    name = f"{seed}/{purpose}/{entity}".encode()
    return np.uint64(int.from_bytes(blake2b(name, digest_size=8).digest(), "little"))


@compiled
def scattered(bits: np.uint64) -> np.uint64:
    """Mix 64 bits so that neighbours have nothing in common."""
    bits = (bits ^ (bits >> _SHIFT_1)) * _MIX_1
    bits = (bits ^ (bits >> _SHIFT_2)) * _MIX_2
    return bits ^ (bits >> _SHIFT_3)


@compiled
def key_of(stream: np.uint64, number: int) -> np.uint64:
    """The key of a stream in one replication, or of one entity within a key."""
    return scattered(stream ^ scattered(np.uint64(number) * GOLDEN + GOLDEN))


@compiled
def uniform(key: np.uint64, ordinal: int) -> float:
    """The uniform with this ordinal, in the open interval (0, 1): no inverse may meet 0 or 1.

    The middle of one of 2**52 steps: with one bit more the last step's would be rounded to 1.
    """
    bits = scattered(key + np.uint64(ordinal) * GOLDEN + GOLDEN)
    return (np.float64(bits >> _TWELVE) + _HALF_A_STEP) / _STEPS


@compiled
def normal_score(luck: float) -> float:
    """The standard normal quantile of a uniform (Wichura 1988, algorithm AS 241, PPND16)."""
    from_middle = luck - 0.5
    if abs(from_middle) <= 0.425:
        r = 0.180625 - from_middle * from_middle
        above = 2509.0809287301226727 * r + 33430.575583588128105
        above = (above * r + 67265.770927008700853) * r + 45921.953931549871457
        above = (above * r + 13731.693765509461125) * r + 1971.5909503065514427
        above = (above * r + 133.14166789178437745) * r + 3.387132872796366608
        below = 5226.495278852545925 * r + 28729.085735721942674
        below = (below * r + 39307.89580009271061) * r + 21213.794301586595867
        below = (below * r + 5394.1960214247511077) * r + 687.1870074920579083
        below = (below * r + 42.313330701600911252) * r + 1.0
        return from_middle * above / below
    r = math.sqrt(-math.log(luck if from_middle < 0 else 1.0 - luck))
    if r <= 5.0:
        r -= 1.6
        above = 7.7454501427834140764e-4 * r + 0.0227238449892691845833
        above = (above * r + 0.24178072517745061177) * r + 1.27045825245236838258
        above = (above * r + 3.64784832476320460504) * r + 5.7694972214606914055
        above = (above * r + 4.6303378461565452959) * r + 1.42343711074968357734
        below = 1.05075007164441684324e-9 * r + 5.475938084995344946e-4
        below = (below * r + 0.0151986665636164571966) * r + 0.14810397642748007459
        below = (below * r + 0.68976733498510000455) * r + 1.6763848301838038494
        below = (below * r + 2.05319162663775882187) * r + 1.0
    else:
        r -= 5.0
        above = 2.01033439929228813265e-7 * r + 2.71155556874348757815e-5
        above = (above * r + 0.0012426609473880784386) * r + 0.026532189526576123093
        above = (above * r + 0.29656057182850489123) * r + 1.7848265399172913358
        above = (above * r + 5.4637849111641143699) * r + 6.6579046435011037772
        below = 2.04426310338993978564e-15 * r + 1.4215117583164458887e-7
        below = (below * r + 1.8463183175100546818e-5) * r + 7.868691311456132591e-4
        below = (below * r + 0.0148753612908506148525) * r + 0.13692988092273580531
        below = (below * r + 0.59983220655588793769) * r + 1.0
    return -above / below if from_middle < 0 else above / below


class Quantiles(NamedTuple):
    """Distributions as the kernels read them, one row each (da: fraktiler).

    `mean` and `spread` mean what the `kind` makes of them; the knots of a row begin at `first` and
    are `held` in number: logarithms of gamma quantiles of mean one at evenly spaced normal
    scores, or observed values in order.
    """

    kind: Integers
    mean: Floats
    spread: Floats
    first: Integers
    held: Integers
    knots: Floats


@compiled
def value(quantiles: Quantiles, row: int, luck: float) -> float:
    """Turn a uniform into an effort or a delay by inverting its distribution function."""
    kind, mean = quantiles.kind[row], quantiles.mean[row]
    if kind == FIXED:
        return mean
    if kind == EXPONENTIAL:
        return -mean * math.log(luck)
    if kind == OBSERVED:
        return quantiles.knots[quantiles.first[row] + int(luck * quantiles.held[row])]
    score = normal_score(luck)
    if kind == LOGNORMAL:
        return math.exp(mean + quantiles.spread[row] * score)
    return mean * math.exp(_between_knots(quantiles, row, score))


@compiled
def _between_knots(quantiles: Quantiles, row: int, score: float) -> float:
    """The cubic through the four knots around a score (Lagrange)."""
    at = (score + _WIDEST_SCORE) / (2 * _WIDEST_SCORE) * _SCORE_STEPS
    knot = min(max(int(at), 1), _SCORE_STEPS - 2)
    t, here = at - knot, quantiles.first[row] + knot
    before, low, high, after = quantiles.knots[here - 1 : here + 3]
    return (
        -t * (t - 1) * (t - 2) / 6 * before
        + (t + 1) * (t - 1) * (t - 2) / 2 * low
        - (t + 1) * t * (t - 2) / 2 * high
        + (t + 1) * t * (t - 1) / 6 * after
    )


def quantiles_of(distributions: Sequence[Distribution]) -> Quantiles:
    """Lay distributions out for the kernels, in the order given.

    Lognormal: sigma² = ln(1 + cv²), mu = ln(mean) − sigma²/2. Gamma: shape 1/cv², scale mean·cv².
    """
    kinds, means, spreads, firsts, counts = [], [], [], [], []
    knots: list[Floats] = []
    held = 0
    for each in distributions:
        mean, cv = float(each.mean), float(each.cv)
        kind, spread, more = FIXED, 0.0, np.empty(0)
        if each.family is Family.EMPIRICAL:
            kind, more = OBSERVED, np.array(sorted(each.observed), dtype=np.float64)
        elif mean > 0 and each.family is Family.EXPONENTIAL:
            kind = EXPONENTIAL
        elif mean > 0 and each.family is Family.LOGNORMAL:
            spread = math.sqrt(math.log1p(cv**2))
            kind, mean = LOGNORMAL, math.log(mean) - spread**2 / 2
        elif mean > 0 and each.family is Family.GAMMA:
            kind, more = BY_SCORE, _log_gamma_by_score(cv)
        kinds.append(kind)
        means.append(mean)
        spreads.append(spread)
        firsts.append(held)
        counts.append(more.size)
        knots.append(more)
        held += more.size
    return Quantiles(
        np.array(kinds, dtype=np.int64),
        np.array(means, dtype=np.float64),
        np.array(spreads, dtype=np.float64),
        np.array(firsts, dtype=np.int64),
        np.array(counts, dtype=np.int64),
        np.concatenate([np.empty(0), *knots]),
    )


def _log_gamma_by_score(cv: float) -> Floats:
    """Logarithms of gamma quantiles of mean one at evenly spaced normal scores.

    Inverting the gamma distribution case by case costs microseconds each and would be most of a
    simulation. Seen from the normal score its logarithm is smooth, and a cubic between knots 0.02
    apart is right to 2 parts in 10⁸.
    """
    # Only departments with a gamma distribution wait for this library.
    from scipy.special import gammainccinv, gammaincinv, gammaln, log_ndtr, ndtr

    shape = 1 / cv**2
    score = np.linspace(-_WIDEST_SCORE, _WIDEST_SCORE, _SCORE_STEPS + 1)
    # Each half is inverted from its own tail, where the small probability keeps its digits; the
    # smallest quantiles of a wide gamma underflow, and follow x^shape / Γ(shape + 1) instead.
    with np.errstate(divide="ignore"):
        low = np.log(gammaincinv(shape, ndtr(score)) / shape)
        high = np.log(gammainccinv(shape, ndtr(-score)) / shape)
    tiny = (log_ndtr(score) + gammaln(shape + 1)) / shape - np.log(shape)
    return np.asarray(np.where(score < 0, np.where(tiny < -60.0, tiny, low), high))
