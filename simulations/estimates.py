"""What replications say about a mean, and how far more of them could move it.

Shares are ratios of sums: all that was in time over all that was due, over every replication. The
interval is the simulation error alone; it says nothing of how a single year turns out
(`year_range`) and nothing of the inputs nobody knows.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtrit

Counts = NDArray[np.float64]
"""One number for each replication."""

CONFIDENCE = 0.95


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """A mean with the interval of its simulation error (da: skøn med simuleringsusikkerhed)."""

    value: float
    low: float
    high: float


def ratio(part: Counts, whole: Counts) -> Estimate:
    """Estimate sum(part) / sum(whole) for parts that lie within their wholes.

    The interval is Student's t on the residuals part − ratio·whole (the delta method; Law,
    Simulation Modeling and Analysis, 5th ed., section 9.5), cut to [0, 1].

    >>> ratio(np.array([8.0, 9.0, 10.0, 9.0]), np.array([10.0, 10.0, 10.0, 10.0])).value
    0.9
    """
    share = float(part.sum() / whole.sum())
    half = _half_width(part - share * whole, whole)
    return Estimate(value=share, low=max(0.0, share - half), high=min(1.0, share + half))


def ratio_difference(part: Counts, base_part: Counts, whole: Counts) -> Estimate:
    """Estimate a ratio minus a base ratio of the same whole (da: parret forskel).

    Both sides met the same cases with the same luck, so they are paired, replication with
    replication: the residuals are subtracted before their spread is taken.
    """
    gained = part - base_part
    difference = float(gained.sum() / whole.sum())
    half = _half_width(gained - difference * whole, whole)
    return Estimate(
        value=difference, low=max(-1.0, difference - half), high=min(1.0, difference + half)
    )


def year_range(part: Counts, whole: Counts) -> tuple[float, float]:
    """The 2.5 and 97.5 % quantiles of single years (da: et enkelt års udsving).

    Years in which nothing was due say nothing of a share and are left out.
    """
    shares = part[whole > 0] / whole[whole > 0]
    tail = (1 - CONFIDENCE) / 2
    low, high = np.quantile(shares, [tail, 1 - tail])
    return float(low), float(high)


def _half_width(residuals: Counts, whole: Counts) -> float:
    replications = residuals.size
    spread = residuals.std(ddof=1) / np.sqrt(replications) / whole.mean()
    if spread == 0:
        # Every replication says the same (all in time, say). That is no proof that none ever
        # could be late: the exact binomial bound for no miss among all that was due.
        return float(1 - ((1 - CONFIDENCE) / 2) ** (1 / whole.sum()))
    return float(stdtrit(replications - 1, (1 + CONFIDENCE) / 2) * spread)
