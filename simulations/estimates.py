"""What replications say about a mean, and how far more of them could move it.

Shares are ratios of sums: all that was in time over all that was due, over every replication. The
interval is the simulation error alone; it says nothing of how a single year turns out
(`year_range`) and nothing of the inputs nobody knows.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

Counts = NDArray[np.float64]
"""One number for each replication."""

CONFIDENCE = 0.95


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """A mean with the interval of its simulation error (da: skøn med simuleringsusikkerhed)."""

    value: float
    low: float
    high: float


def ratio(part: Counts, whole: Counts, confidence: float = CONFIDENCE) -> Estimate:
    """Estimate sum(part) / sum(whole) for parts that lie within their wholes.

    The interval is Student's t on the residuals part − ratio·whole (the delta method; Law,
    Simulation Modeling and Analysis, 5th ed., section 9.5), cut to [0, 1].

    >>> ratio(np.array([8.0, 9.0, 10.0, 9.0]), np.array([10.0, 10.0, 10.0, 10.0])).value
    0.9
    """
    share = float(part.sum() / whole.sum())
    half = _half_width(_residuals(part, whole), whole.sum(), confidence)
    return Estimate(value=share, low=max(0.0, share - half), high=min(1.0, share + half))


def ratio_difference(
    part: Counts,
    whole: Counts,
    base_part: Counts,
    base_whole: Counts,
    confidence: float = CONFIDENCE,
) -> Estimate:
    """Estimate a ratio minus a base ratio (da: parret forskel).

    Both sides met the same cases with the same luck, so they are paired, replication with
    replication: the residuals are subtracted before their spread is taken.
    """
    difference = float(part.sum() / whole.sum() - base_part.sum() / base_whole.sum())
    residuals = _residuals(part, whole) - _residuals(base_part, base_whole)
    half = _half_width(residuals, whole.sum(), confidence)
    return Estimate(
        value=difference, low=max(-1.0, difference - half), high=min(1.0, difference + half)
    )


def ratio_sum(
    terms: Sequence[tuple[int, Counts, Counts]], confidence: float = CONFIDENCE
) -> Estimate:
    """Estimate a sum of ratios, each taken so many times (da: sum af andele).

    A term is (times, part, whole); with −1 a ratio is subtracted. All met the same luck, so their
    residuals are added replication by replication before the spread is taken, as in
    `ratio_difference`.
    """
    value = sum(times * float(part.sum() / whole.sum()) for times, part, whole in terms)
    residuals = np.sum([times * _residuals(part, whole) for times, part, whole in terms], axis=0)
    half = _half_width(residuals, terms[0][2].sum(), confidence)
    return Estimate(value=value, low=value - half, high=value + half)


def needed_replications(part: Counts, whole: Counts, precision: float) -> int:
    """How many replications bring the half-width of a ratio's interval down to a precision.

    Their number is settled by the spread in a first stage alone, before the mean of the rest is
    seen, so that the interval keeps its coverage (Stein, A two-sample test for a linear hypothesis
    whose power is independent of the variance, Annals of Mathematical Statistics 16, 1945).

    >>> part = np.array([8.0, 9.0, 10.0, 9.0] * 16)
    >>> needed_replications(part, np.full(64, 10.0), 0.005)
    812
    """
    residuals = _residuals(part, whole)
    spread = float(residuals.std(ddof=1))
    return math.ceil((student_quantile(residuals.size - 1, CONFIDENCE) * spread / precision) ** 2)


def year_range(part: Counts, whole: Counts) -> tuple[float, float]:
    """The 2.5 and 97.5 % quantiles of single years (da: et enkelt års udsving).

    Years in which nothing was due say nothing of a share and are left out.
    """
    shares = part[whole > 0] / whole[whole > 0]
    tail = (1 - CONFIDENCE) / 2
    low, high = np.quantile(shares, [tail, 1 - tail])
    return float(low), float(high)


def student_quantile(degrees_of_freedom: int, confidence: float) -> float:
    """The factor of a two-sided interval, by Student's distribution.

    Its expansion around the normal quantile (Abramowitz & Stegun 26.7.5) is right to six digits
    from 31 degrees of freedom on, and there are never fewer; a library for it would be most of the
    time that a first answer takes to load.

    >>> round(student_quantile(63, 0.95), 5)
    1.99834
    """
    z, n = NormalDist().inv_cdf((1 + confidence) / 2), float(degrees_of_freedom)
    terms = (
        z,
        (z**3 + z) / 4,
        (5 * z**5 + 16 * z**3 + 3 * z) / 96,
        (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384,
        (79 * z**9 + 776 * z**7 + 1482 * z**5 - 1920 * z**3 - 945 * z) / 92160,
    )
    return sum(term / n**power for power, term in enumerate(terms))


def _residuals(part: Counts, whole: Counts) -> Counts:
    """How far each replication is from the ratio of all, in shares."""
    return np.asarray((part - part.sum() / whole.sum() * whole) / whole.mean())


def _half_width(residuals: Counts, counted: float, confidence: float) -> float:
    spread = float(residuals.std(ddof=1)) / math.sqrt(residuals.size)
    if spread == 0:
        # Every replication says the same (all in time, say). That is no proof that none ever
        # could be late: the exact binomial bound for no miss among all that was due.
        return float(1 - ((1 - confidence) / 2) ** (1 / counted))
    return student_quantile(residuals.size - 1, confidence) * spread
