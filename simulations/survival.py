"""How many cases are still open at each age, of all that began (da: andel åbne efter alder).

The product-limit estimate of Kaplan and Meier (Nonparametric estimation from incomplete
observations, JASA 53, 1958), with open cases as censored and old ones entering late. It assumes
that a case's being open when the list was drawn says nothing else about it, and no more: no shape
is assumed. Intervals are pointwise, on the log(-log) scale with Greenwood's variance, which keeps
them within 0 and 1 (Kalbfleisch & Prentice, The Statistical Analysis of Failure Time Data, 2nd ed.,
section 1.4).
"""

import math
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from simulations.followed_cases import FINISHED, Followed
from simulations.luck import Floats

CONFIDENCE = 0.90


@dataclass(frozen=True, slots=True, kw_only=True)
class Interval:
    """A value and what it may as well be (da: værdi med interval)."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class AgeReached:
    """The age by which a share of all cases has finished, in days (da: fraktil).

    None where the list does not show it: fewer have finished, or may have. Half the cases within
    an unknown time is an answer.
    """

    share: float
    value: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class OpenShare:
    """The share of cases still open after each age at which one finished (da: andel stadig åbne).

    One row an age: `at_risk` are the cases that were followed just before it, `finished` those that
    finished at it, `share` the part still open after it, with `standard_error` (Greenwood) and
    interval. `from_age` is 0, or the age up to which too few were followed to say anything: the
    shares are then of the cases that reached it. Beyond `last_age`, mostly the highest that anybody
    was followed to, nothing is known.
    """

    age: Floats
    at_risk: Floats
    finished: Floats
    share: Floats
    standard_error: Floats
    low: Floats
    high: Floats
    confidence: float
    from_age: float
    last_age: float

    def open_after(self, days: float) -> Interval:
        """The share of cases open after so many days (da: andel åbne efter så mange dage).

        Beyond the last age it is what it was there, at most; its low end is then 0.
        """
        row = int(np.searchsorted(self.age, days, side="right")) - 1
        if row < 0:
            return Interval(value=1.0, low=1.0 if days <= self.last_age else 0.0, high=1.0)
        low = 0.0 if days > self.last_age else float(self.low[row])
        return Interval(value=float(self.share[row]), low=low, high=float(self.high[row]))

    def finished_by(self, days: float) -> Interval:
        """The share of cases finished within so many days (da: andel afsluttet)."""
        still = self.open_after(days)
        return Interval(value=1 - still.value, low=1 - still.high, high=1 - still.low)

    def age_reached(self, share: float) -> AgeReached:
        """The age by which a share has finished: 0.5 gives the median (da: fraktil).

        Its interval holds the ages at which the pointwise interval holds the share (Brookmeyer &
        Crowley, A confidence interval for the median survival time, Biometrics 38, 1982).
        """
        left = 1 - share + 1e-12  # a share reached exactly is reached
        return AgeReached(
            share=share,
            value=self._first(self.share <= left),
            low=self._first(self.low <= left),
            high=self._first(self.high <= left),
        )

    def _first(self, reached: NDArray[np.bool_]) -> float | None:
        return float(self.age[np.argmax(reached)]) if reached.any() else None


def open_share(cases: Followed, confidence: float = CONFIDENCE) -> OpenShare:
    """Estimate what share of cases is still open by age (da: Kaplan–Meier).

    A case that ended at an age was at risk of finishing there. Where cases enter late, all who were
    followed at some age may finish there though others are older, and the share would be 0 for
    good. Such ages part the list, and of the stretches the one with the most finishes is known:
    after `from_age`, before `last_age`.

    >>> from simulations.followed_cases import followed
    >>> found = open_share(followed([1, 2, 2, 3], [True, True, False, False]))
    >>> found.age.tolist(), found.at_risk.tolist(), found.share.tolist()
    ([1.0, 2.0], [4.0, 3.0], [0.75, 0.5])
    """
    is_finish = cases.end == FINISHED
    age, place = np.unique(cases.age[is_finish], return_inverse=True)
    weights = cases.count[is_finish].astype(np.float64)
    finished: Floats = np.asarray(np.bincount(place, weights, age.size), dtype=np.float64)
    at_risk = _followed_at(age, cases)

    from_age, last_age = 0.0, float(cases.age.max())
    emptied = np.flatnonzero(finished[:-1] == at_risk[:-1])
    if emptied.size:
        first, last = _longest_stretch(finished, emptied)
        from_age = float(age[first - 1]) if first else 0.0
        last_age = float(age[last]) if last < age.size else last_age
        age, finished, at_risk = age[first:last], finished[first:last], at_risk[first:last]

    share: Floats = np.asarray(np.cumprod(1 - finished / at_risk), dtype=np.float64)
    with np.errstate(divide="ignore", invalid="ignore"):
        summed = np.cumsum(finished / (at_risk * (at_risk - finished)))
        logarithm = np.log(share)
        spread = NormalDist().inv_cdf((1 + confidence) / 2) * np.sqrt(summed) / -logarithm
        low, high = share ** np.exp(spread), share ** np.exp(-spread)
        standard_error = np.asarray(share * np.sqrt(summed), dtype=np.float64)
    if age.size and share[-1] == 0:
        # Nobody is left: Greenwood's variance is 0 · ∞, and the high end stays what it was.
        low[-1], standard_error[-1] = 0.0, np.nan
        high[-1] = high[-2] if age.size > 1 else 1.0
    return OpenShare(
        age=age,
        at_risk=at_risk,
        finished=finished,
        share=share,
        standard_error=standard_error,
        low=low,
        high=high,
        confidence=confidence,
        from_age=from_age,
        last_age=last_age,
    )


def _longest_stretch(finished: Floats, emptied: NDArray[np.int64]) -> tuple[int, int]:
    """From which row to which most cases finished with somebody left to follow."""
    firsts = np.append(0, emptied + 1)
    lasts = np.append(emptied, finished.size)
    sums = np.append(0, np.cumsum(finished))
    most = int(np.argmax(sums[lasts] - sums[firsts]))
    return int(firsts[most]), int(lasts[most])


def _followed_at(age: Floats, cases: Followed) -> Floats:
    """How many cases were followed just before each age: entered before it, not ended before it."""
    entered_late = cases.entered > 0
    ended = np.append(0, np.cumsum(cases.count))  # ages are in order
    not_ended = ended[-1] - ended[np.searchsorted(cases.age, age, side="left")]
    late, weight = cases.entered[entered_late], cases.count[entered_late]
    order = np.argsort(late)
    came = np.append(0, np.cumsum(weight[order]))
    not_yet = came[-1] - came[np.searchsorted(late[order], age, side="left")]
    return np.asarray(not_ended - not_yet, dtype=np.float64)


def garwood(count: int, exposure: float, confidence: float = CONFIDENCE) -> Interval:
    """The rate of events that come by chance, with its exact interval (da: hyppighed).

    Garwood, Fiducial limits for the Poisson distribution, Biometrika 28 (1936).

    >>> found = garwood(10, 20.0, 0.95)
    >>> found.value, round(found.low, 4), round(found.high, 4)
    (0.5, 0.2398, 0.9195)
    """
    from scipy.special import gammaincinv

    tail = (1 - confidence) / 2
    low = float(gammaincinv(count, tail)) if count else 0.0
    high = float(gammaincinv(count + 1, 1 - tail))
    if not exposure:
        return Interval(value=math.nan, low=0.0, high=math.inf)
    return Interval(value=count / exposure, low=low / exposure, high=high / exposure)
