"""A family fitted to turnarounds, and how sure the fit is (da: maksimum likelihood-estimat).

A finished case tells its turnaround, an open one that it takes longer than its age, and one that
was old already when the list began tells both only of those that reached that age: density, open
share, and each over the open share at entry (Klein & Moeschberger, Survival Analysis, 2nd ed.,
section 3.5). In whole days a case finished on the day it began took less than half a day.

Intervals are what the likelihood allows: the least and the greatest mean (share, quantile) of all
parameters whose likelihood is not too far below the best. How far that is, is that of the normal
distribution's mean, with as many observations as cases finished: it makes the interval Student's
there, and tends to the usual quantile of the chi-square distribution as cases grow. Beyond
`_MANY` finished cases that region is an ellipse and is not searched for.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.special import stdtrit

from capacity.distributions import Distribution
from simulations.followed_cases import FINISHED, HALF_A_DAY, Followed
from simulations.luck import Floats, Integers
from simulations.survival import CONFIDENCE, Interval
from simulations.turnaround_shapes import (
    PARAMETERS,
    Shape,
    age_at,
    distribution_of,
    log_closed,
    log_density_sum,
    log_open,
    mean_days,
    variation,
)

_MANY = 2_000
_LADDER = 4_000
"""More different ages than this are condensed."""
_DIRECTIONS = 32
_STEP = 1e-3
_MOST_STEPS = 60
_FARTHEST = 12.0
_SHAPELESS = 5.0
"""Beyond e^±5 a shape is at the edge of its family, where all cases take as long or none does."""
_FARTHEST_OUT = 6.0
_CLOSE_ENOUGH = 1e-8
"""A step that would gain so little in the log likelihood is a ten-thousandth of an error."""
_SHORTEST = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class FamilyFit:
    """One family at its most likely parameters (da: tilpasset fordelingstype).

    `theta` are location and log shape (`turnaround_shapes`), `covariance` that of the observed
    information, and `region` the border of all parameters that the confidence leaves possible.
    """

    shape: Shape
    theta: Floats
    covariance: Floats
    log_likelihood: float
    region: Floats
    confidence: float
    finished: int

    @property
    def aic(self) -> float:
        """Akaike's criterion: less is better (da: AIC)."""
        return 2 * PARAMETERS[self.shape] - 2 * self.log_likelihood

    @property
    def standard_errors(self) -> Floats:
        """Of location and log shape (da: standardfejl)."""
        return np.sqrt(np.diag(self.covariance))

    @property
    def mean(self) -> Interval:
        """The mean turnaround in days (da: middelvarighed)."""
        return self._interval(lambda theta: mean_days(self.shape, theta))

    @property
    def cv(self) -> Interval:
        """The coefficient of variation (da: variationskoefficient)."""
        return self._interval(lambda theta: variation(self.shape, theta))

    def age_reached(self, share: float) -> Interval:
        """The days by which a share has finished (da: fraktil)."""
        return self._interval(lambda theta: age_at(self.shape, theta, share))

    def finished_by(self, days: float) -> Interval:
        """The share finished within so many days, above 0 (da: andel afsluttet)."""
        at = np.array([days])
        return self._interval(lambda theta: np.exp(log_closed(self.shape, theta, at))[..., 0])

    def distribution(self) -> Distribution | None:
        """What a simulation can deal; None for Weibull (da: fordeling)."""
        return distribution_of(self.shape, self.theta)

    def possible(self, scores: Floats) -> list[Distribution | None]:
        """Distributions as likely as the data leave them (da: mulige fordelinger).

        A row of two normal scores gives one: the parameters are drawn from the normal distribution
        of the estimate. It is what carries the uncertainty of a fit into a forecast.
        """
        root = np.linalg.cholesky(self.covariance + np.eye(2) * 1e-300)
        drawn = self.theta + scores @ root.T
        drawn[:, 1] = np.clip(drawn[:, 1], -_SHAPELESS, _SHAPELESS)
        return [distribution_of(self.shape, theta) for theta in drawn]

    def _interval(self, of: Callable[[Floats], Floats]) -> Interval:
        value = float(of(self.theta))
        around = of(self.region)
        return Interval(value=value, low=-_greatest_around(-around), high=_greatest_around(around))


def family_fit(cases: Followed, shape: Shape, confidence: float = CONFIDENCE) -> FamilyFit | None:
    """Fit a family to followed cases (da: tilpas en fordelingstype).

    None where the likelihood has no top within the family: all took equally long, or too few ended.

    >>> from simulations.followed_cases import followed
    >>> found = family_fit(followed([2, 4, 9, 5], [True, True, True, False]), Shape.EXPONENTIAL)
    >>> round(found.mean.value, 6)  # 20 days of cases, 3 finished
    6.666667
    """
    if not cases.finished:
        return None
    likelihood = Likelihood(cases, shape)
    theta = likelihood.top()
    if theta is None:
        return None
    free = PARAMETERS[shape]
    best, _, curvature = likelihood.bend(theta)
    covariance = np.zeros((2, 2))
    covariance[:free, :free] = np.linalg.inv(-curvature)
    fallen = _allowed_fall(cases.finished, free, confidence)
    region = _region(likelihood, theta, covariance[:free, :free], best, fallen)
    return FamilyFit(
        shape=shape,
        theta=theta,
        covariance=covariance,
        log_likelihood=best,
        region=region,
        confidence=confidence,
        finished=cases.finished,
    )


class Likelihood:
    """The logarithm of the likelihood of a family's parameters, for some followed cases."""

    def __init__(self, cases: Followed, shape: Shape) -> None:
        self.shape, self.free = shape, PARAMETERS[shape]
        is_finish, at_once = cases.end == FINISHED, cases.age == 0
        of_age = is_finish & ~at_once
        self.finished_at, self.finished = condensed(cases.age[of_age], cases.count[of_age])
        self.at_once = float(cases.count[is_finish & at_once].sum())
        censored, entered = ~is_finish & ~at_once, cases.entered > 0
        self.open_at, self.open = condensed(cases.age[censored], cases.count[censored])
        self.entered_at, self.entered = condensed(cases.entered[entered], cases.count[entered])
        self.all_days = cases.exposure_days

    def at(self, theta: Floats) -> Floats:
        """Return it at parameters in rows."""
        found = np.zeros(theta.shape[:-1])
        if self.finished_at.size:
            found = found + log_density_sum(self.shape, theta, self.finished_at, self.finished)
        if self.open_at.size:
            found = found + log_open(self.shape, theta, self.open_at) @ self.open
        if self.entered_at.size:
            found = found - log_open(self.shape, theta, self.entered_at) @ self.entered
        if self.at_once:
            half = np.array([HALF_A_DAY])
            found = found + self.at_once * log_closed(self.shape, theta, half)[..., 0]
        return np.asarray(found)

    def bend(self, theta: Floats) -> tuple[float, Floats, Floats]:
        """Return it with its slope and its curvature at one point, by differences."""
        steps = np.array([(i, j) for i in (-1, 0, 1) for j in (-1, 0, 1)], dtype=np.float64)
        if self.free == 1:
            steps = steps[steps[:, 1] == 0]
        found = self.at(theta + _STEP * steps)
        by_step = {(int(i), int(j)): value for (i, j), value in zip(steps, found, strict=True)}
        here = by_step[0, 0]
        ahead = [by_step[step] for step in ((1, 0), (0, 1))[: self.free]]
        behind = [by_step[step] for step in ((-1, 0), (0, -1))[: self.free]]
        slope = np.array([(a - b) / (2 * _STEP) for a, b in zip(ahead, behind, strict=True)])
        bend = np.diag([(a - 2 * here + b) / _STEP**2 for a, b in zip(ahead, behind, strict=True)])
        if self.free == 2:
            corners = by_step[1, 1] - by_step[1, -1] - by_step[-1, 1] + by_step[-1, -1]
            bend[0, 1] = bend[1, 0] = corners / (4 * _STEP**2)
        return float(here), slope, bend

    def top(self) -> Floats | None:
        """Return the most likely parameters, by damped Newton steps; None where there are none."""
        theta = self._start()
        center = theta[0]
        for _ in range(_MOST_STEPS):
            here, slope, bend = self.bend(theta)
            if not math.isfinite(here) or not np.all(np.isfinite(bend)):
                return None
            step = _uphill(slope, bend)
            gain = float(slope @ step)
            padded = np.zeros(2)
            padded[: self.free] = step / max(1.0, float(np.max(np.abs(step))))
            while gain > _CLOSE_ENOUGH and not self.at(theta + padded) > here:
                padded /= 2
                if np.max(np.abs(padded)) < _SHORTEST:
                    return None
            if gain <= _CLOSE_ENOUGH:
                # A top has a curvature downwards in every direction.
                is_top = bool(np.all(np.linalg.eigvalsh(-bend) > 0))
                return theta if is_top and abs(theta[1]) < _SHAPELESS else None
            theta = theta + padded
            if abs(theta[0] - center) > _FARTHEST or abs(theta[1]) > _SHAPELESS + 1:
                return None
        return None

    def _start(self) -> Floats:
        counted = self.finished.sum() + self.at_once
        days = max(self.all_days, HALF_A_DAY * counted)
        return np.array([math.log(days / counted), 0.0])


def _uphill(slope: Floats, bend: Floats) -> Floats:
    """Newton's step, or where the curvature is not downwards one that climbs all the same."""
    values, vectors = np.linalg.eigh(-bend)
    floor = 1e-3 * max(1e-6, float(np.max(np.abs(values))))
    return np.asarray(vectors @ ((vectors.T @ slope) / np.maximum(np.abs(values), floor)))


def condensed(age: Floats, count: Integers) -> tuple[Floats, Floats]:
    """Put equal ages above 0 together, and very many different ones on a fine ladder.

    The ladder's steps are even in the logarithm, and each age is shared between the two next to it
    so that the mean logarithm stays. A step is at most a few thousandths: what it changes of a sum
    over cases is its square, a millionth, where the luck of a hundred thousand cases is some
    thousandths.
    """
    if age.size <= _LADDER:
        ages, place = np.unique(age, return_inverse=True)
        return ages, np.asarray(np.bincount(place, weights=count, minlength=ages.size), np.float64)
    logs = np.log(age)
    ladder, step = np.linspace(logs.min(), logs.max(), _LADDER, retstep=True)
    at = (logs - ladder[0]) / step
    low = np.minimum(at.astype(np.int64), _LADDER - 2)
    part = at - low
    shared = np.bincount(low, weights=count * (1 - part), minlength=_LADDER)
    shared += np.bincount(low + 1, weights=count * part, minlength=_LADDER)
    return np.exp(ladder[shared > 0]), np.asarray(shared[shared > 0], dtype=np.float64)


def _allowed_fall(finished: int, free: int, confidence: float) -> float:
    """How far twice the log likelihood may fall: n·ln(1 + t²/(n − p)), Student's t."""
    left = max(finished - free, 1)
    t = float(stdtrit(left, (1 + confidence) / 2))
    return finished * math.log1p(t**2 / left)


def _region(
    likelihood: Likelihood, theta: Floats, covariance: Floats, best: float, fallen: float
) -> Floats:
    """The border of the parameters whose likelihood has not fallen farther than allowed."""
    if likelihood.free == 1:
        ways = np.array([[1.0], [-1.0]])
    else:
        angle = np.arange(_DIRECTIONS) * (2 * np.pi / _DIRECTIONS)
        ways = np.stack([np.cos(angle), np.sin(angle)], axis=1)
    way = np.zeros((len(ways), 2))
    way[:, : likelihood.free] = ways @ np.linalg.cholesky(covariance).T * math.sqrt(fallen)
    if likelihood.finished.sum() > _MANY:
        return theta + way

    def beyond(reach: Floats) -> Floats:  # about reach − 1
        found = 2 * (best - likelihood.at(theta + reach[:, None] * way))
        return np.sqrt(np.maximum(np.nan_to_num(found, nan=1e6), 0) / fallen) - 1

    low, high = np.zeros(len(way)), np.ones(len(way))
    at_low, at_high = np.full(len(way), -1.0), beyond(high)
    while np.any((at_high < 0) & (high < _FARTHEST_OUT)):
        short = (at_high < 0) & (high < _FARTHEST_OUT)
        low, at_low = np.where(short, high, low), np.where(short, at_high, at_low)
        high = np.where(short, high * 1.5, high)
        at_high = beyond(high)
    for _ in range(4):
        middle = np.clip(low - at_low * (high - low) / (at_high - at_low), low, high)
        at_middle = beyond(middle)
        is_low = at_middle < 0
        low, at_low = np.where(is_low, middle, low), np.where(is_low, at_middle, at_low)
        high, at_high = np.where(is_low, high, middle), np.where(is_low, at_high, at_middle)
    reach = np.where(np.abs(at_low) < np.abs(at_high), low, high)
    return theta + reach[:, None] * way


def _greatest_around(values: Floats) -> float:
    """The greatest of values around a closed border, by the parabola through the top three."""
    top = int(np.argmax(values))
    here = float(values[top])
    if values.size < 3:
        return here
    before, after = float(values[top - 1]), float(values[(top + 1) % values.size])
    bend = before - 2 * here + after
    return here if bend == 0 else here - (after - before) ** 2 / (8 * bend)
