"""Counts that may vary more than chance alone would have it (da: tællinger med overspredning).

A log-linear model of counts with exposures, by quasi-likelihood: the variance is the mean times a
dispersion (McCullagh & Nelder, Generalized Linear Models, 2nd ed., chapters 6 and 9). A ridge on
some coefficients is a normal belief that they are near 0.
"""

from typing import NamedTuple

import numpy as np

from simulations.luck import Floats, Integers

_ROUNDS = 100
_CLOSE = 1e-10
_LARGEST_STEP = 2.0


class Regression(NamedTuple):
    """A fitted model (da: regression)."""

    coefficients: Floats
    covariance: Floats
    fitted: Floats
    """The expected counts."""


def regression(
    counts: Floats, exposure: Floats, columns: Floats, ridge: Floats, dispersion: float
) -> Regression:
    """Fit log(expected / exposure) = columns · coefficients by Newton's method (da: regression).

    `ridge` is the precision of the belief in 0 of each coefficient, 0 for none. Rows without
    exposure say nothing and must be left out.

    >>> mean = regression(np.array([3.0, 5.0]), np.ones(2), np.ones((2, 1)), np.zeros(1), 1.0)
    >>> round(float(np.exp(mean.coefficients[0])), 9), round(float(mean.covariance[0, 0]), 9)
    (4.0, 0.125)
    """
    beta = np.zeros(columns.shape[1])
    beta[0] = np.log(max(counts.sum(), 0.5) / exposure.sum())
    for _ in range(_ROUNDS):
        fitted = exposure * np.exp(columns @ beta)
        slope = columns.T @ (counts - fitted) / dispersion - ridge * beta
        step = np.linalg.solve(_information(columns, fitted, ridge, dispersion), slope)
        largest = float(np.abs(step).max())
        beta = beta + step * min(1.0, _LARGEST_STEP / largest) if largest else beta
        if largest < _CLOSE:
            break
    fitted = exposure * np.exp(columns @ beta)
    covariance = np.linalg.inv(_information(columns, fitted, ridge, dispersion))
    return Regression(beta, np.asarray(covariance, dtype=np.float64), fitted)


def _information(columns: Floats, fitted: Floats, ridge: Floats, dispersion: float) -> Floats:
    return np.asarray((columns.T * fitted) @ columns / dispersion + np.diag(ridge))


def deviance(counts: Floats, expected: Floats) -> float:
    """Twice the log-likelihood that expected counts miss (da: devians).

    >>> round(deviance(np.array([2.0, 0.0]), np.array([1.0, 1.0])), 4)
    2.7726
    """
    seen = counts > 0
    logs = np.sum(counts[seen] * np.log(counts[seen] / expected[seen]))
    return float(2 * (logs - counts.sum() + expected.sum()))


def pearson(counts: Floats, expected: Floats) -> float:
    """Pearson's statistic: squared misses over what was expected (da: Pearsons chi i anden)."""
    return float(np.sum((counts - expected) ** 2 / expected))


def spread_between(counts: Floats, expected: Floats, dispersion: float) -> float:
    """The variance of true factors between groups, beyond that of counting (da: spredning).

    The method of moments of random effects (DerSimonian & Laird 1986, for counts): 0 where the
    groups differ by no more than chance.
    """
    surplus = pearson(counts, expected) - (counts.size - 1) * dispersion
    weight = expected.sum() - np.sum(expected**2) / expected.sum()
    return max(0.0, surplus / float(weight))


def shrunk_factors(counts: Floats, expected: Floats, dispersion: float, between: float) -> Floats:
    """Factors of groups, drawn towards 1 the more, the less each has to say (da: krympede vægte).

    The mean of a gamma belief with mean 1 and variance `between` after so many counts (the
    Poisson–gamma model of empirical Bayes).
    """
    belief = 1 / between
    return np.asarray((counts / dispersion + belief) / (expected / dispersion + belief))


def sums(group: Integers, values: Floats, groups: int) -> Floats:
    """Sum values by group (da: summer).

    >>> sums(np.array([0, 2, 2]), np.array([1.0, 2.0, 3.0]), 3).tolist()
    [1.0, 0.0, 5.0]
    """
    return np.asarray(np.bincount(group, values, groups), dtype=np.float64)
