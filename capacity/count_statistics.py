"""Intervals and tests for counts: k of n (da: statistik for optællinger).

Nothing is simulated and nothing is fitted: each function is a closed formula or an exact sum. A
count small enough to matter here is too small for the normal approximation, so that is not used.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from math import exp, fsum, lgamma, sqrt
from statistics import NormalDist

# Two tables that are equally probable on paper differ by rounding in floating point; the margin
# keeps them together. R's fisher.test uses the same one.
_TIE = 1 + 1e-7
# Just above the denormal numbers, which do not shrink when multiplied by nearly 1.
_VANISHING = 1e-300
_NEGLIGIBLE = 1e-20


class Method(StrEnum):
    """How an interval for a share is computed (da: metode).

    Wilson's score interval has about the stated confidence on average; Clopper and Pearson's has
    at least the stated confidence always, and is wider.
    """

    WILSON = "wilson"
    CLOPPER_PEARSON = "clopper-pearson"


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """Both ends of a computed interval (da: grænser)."""

    low: float
    high: float


def wilson(count: float, of: float, confidence: float) -> Bounds:
    """Return Wilson's score interval for a share (da: Wilson-interval).

    Wilson, Journal of the American Statistical Association 22 (1927).

    >>> bounds = wilson(2, 6, 0.95)
    >>> round(bounds.low, 3), round(bounds.high, 3)
    (0.097, 0.7)
    """
    z = NormalDist().inv_cdf((1 + confidence) / 2)
    share = count / of
    centre = (share + z * z / (2 * of)) / (1 + z * z / of)
    half = z * sqrt(share * (1 - share) / of + z * z / (4 * of * of)) / (1 + z * z / of)
    return Bounds(
        low=0.0 if count == 0 else centre - half, high=1.0 if count == of else centre + half
    )


def clopper_pearson(count: int, of: int, confidence: float) -> Bounds:
    """Return Clopper and Pearson's exact interval for a share (da: eksakt interval).

    Clopper and Pearson, Biometrika 26 (1934), as quantiles of the beta distribution.

    >>> bounds = clopper_pearson(2, 6, 0.95)
    >>> round(bounds.low, 3), round(bounds.high, 3)
    (0.043, 0.777)
    """
    from scipy.special import betaincinv  # here: it takes a third of a second to load

    tail = (1 - confidence) / 2
    return Bounds(
        low=0.0 if count == 0 else float(betaincinv(count, of - count + 1, tail)),
        high=1.0 if count == of else float(betaincinv(count + 1, of - count, 1 - tail)),
    )


def hypergeometric(count: int, of: int, population: int, confidence: float) -> Bounds:
    """Return the exact interval for the share of a finite number of cases (da: endelig population).

    Of `population` cases in all, `of` were drawn at random and `count` of them were found so. The
    interval holds every share of the whole under which neither tail is less than probable: Clopper
    and Pearson's, with the hypergeometric in place of the binomial (Buonaccorsi, The American
    Statistician 41, 1987). Where all cases were looked through it is one point.

    >>> bounds = hypergeometric(2, 6, 20, 0.95)
    >>> round(bounds.low, 3), round(bounds.high, 3)
    (0.1, 0.7)
    """
    tail = (1 - confidence) / 2
    at_least, at_most = count, population - (of - count)  # found so in all, at the very least
    return Bounds(
        low=_least(
            at_least, at_most, lambda all_so: _upper_tail(count, of, all_so, population) > tail
        )
        / population,
        high=1
        - _least(
            of - count,
            population - count,
            lambda not_so: _upper_tail(of - count, of, not_so, population) > tail,
        )
        / population,
    )


def newcombe(count: int, of: int, other_count: int, other_of: int, confidence: float) -> Bounds:
    """Return Newcombe's hybrid score interval for other share less share (da: forskel).

    Built from the two Wilson intervals: method 10 in Newcombe, Statistics in Medicine 17 (1998).
    It stays within -1 and 1 and serves small counts.

    >>> bounds = newcombe(48, 80, 56, 70, 0.95)  # Newcombe's own example (a), sign turned
    >>> round(bounds.low, 4), round(bounds.high, 4)
    (0.0524, 0.3339)
    """
    share, other_share = count / of, other_count / other_of
    own, other = wilson(count, of, confidence), wilson(other_count, other_of, confidence)
    difference = other_share - share
    below = sqrt((other_share - other.low) ** 2 + (own.high - share) ** 2)
    above = sqrt((other.high - other_share) ** 2 + (share - own.low) ** 2)
    return Bounds(low=max(-1.0, difference - below), high=min(1.0, difference + above))


def fisher_p_value(count: int, of: int, other_count: int, other_of: int) -> float:
    """Return the two-sided p-value of Fisher's exact test (da: Fishers eksakte test).

    The chance, with both totals given and no true difference, of a table at most as probable as
    this one. The test is chosen because it holds its level for every sample size, needs no search
    over an unknown true share (as Barnard's and Boschloo's do, whose value then depends on how
    finely one searches), and is the same number in every statistics package. The price is that it
    is cautious in small samples: it finds too few differences, never too many.

    The probabilities are built outward from the most probable table until they vanish, so the
    work grows with the square root of the counts: a million of each take milliseconds. A value
    below 1e-300 is returned as 0.

    >>> round(fisher_p_value(3, 4, 1, 4), 6)  # Fisher's lady tasting tea: 34/70
    0.485714
    """
    successes, total = count + other_count, of + other_of
    fewest, most = max(0, successes - other_of), min(of, successes)

    def growth(k: int) -> float:  # how much more probable k + 1 is than k
        return (of - k) * (successes - k) / ((k + 1) * (other_of - successes + k + 1))

    mode = min(max((of + 1) * (successes + 1) // (total + 2), fewest), most)
    probabilities = {mode: 1.0}  # relative to the mode
    for k in range(mode, most):
        probabilities[k + 1] = probabilities[k] * growth(k)
        if probabilities[k + 1] < _VANISHING:
            break
    for k in range(mode, fewest, -1):
        probabilities[k - 1] = probabilities[k] / growth(k - 1)
        if probabilities[k - 1] < _VANISHING:
            break
    limit = probabilities.get(count, 0.0) * _TIE
    extreme = fsum(p for p in probabilities.values() if p <= limit)
    return extreme / fsum(probabilities.values())


def chance_of_at_least(count: int, of: int, true_share: float) -> float:
    """Return the chance that at least k of n are in time when the true share is p (da: chance).

    The upper tail of the binomial distribution: the cases are taken to be independent.

    >>> round(chance_of_at_least(6, 6, 0.92), 2)
    0.61
    """
    from scipy.special import betainc  # here: it takes a third of a second to load

    if count == 0:
        return 1.0
    return float(betainc(count, of - count + 1, true_share))


def _upper_tail(count: int, of: int, all_so: int, population: int) -> float:
    """The hypergeometric chance that at least `count` of `of` drawn are so, of `all_so` in all."""
    rest = population - all_so
    fewest, most = max(count, of - rest), min(of, all_so)
    if fewest > most:
        return 0.0

    def ways(whole: int, part: int) -> float:
        return lgamma(whole + 1) - lgamma(part + 1) - lgamma(whole - part + 1)

    def growth(k: int) -> float:  # how much more probable k + 1 is than k
        return (all_so - k) * (of - k) / ((k + 1) * (rest - of + k + 1))

    mode = min(max((of + 1) * (all_so + 1) // (population + 2), fewest), most)
    at_mode = exp(ways(all_so, mode) + ways(rest, of - mode) - ways(population, of))
    terms, chance = [at_mode], at_mode
    for k in range(mode, most):
        chance *= growth(k)
        terms.append(chance)
        if chance < _NEGLIGIBLE:
            break
    chance = at_mode
    for k in range(mode, fewest, -1):
        chance /= growth(k - 1)
        terms.append(chance)
        if chance < _NEGLIGIBLE:
            break
    return fsum(terms)


def _least(low: int, high: int, holds: Callable[[int], bool]) -> int:
    """The least whole number from `low` to `high` for which it holds, as it does from there on."""
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if holds(middle) else (middle + 1, high)
    return low
