"""Does a family fit the turnarounds, or does none? (da: modelkontrol).

Ages are cut into cells, and what finished in each is held against what the family expects there of
those who were followed through it: the cumulative hazard between entry and end, cell by cell, which
needs no guess of why others were still open. Observed less expected, squared over its variance, is
chi-square once the variance is reduced by what the fitted parameters took up: diag(E) − G·I⁻¹·Gᵀ,
where G is how E changes with the parameters and I the information. Hjort, Goodness of fit tests in
models for life history data based on cumulative hazard rates, Annals of Statistics 18 (1990);
Akritas, Pearson-type goodness-of-fit tests: the univariate case, JASA 83 (1988).
"""

import math
from dataclasses import dataclass

import numpy as np
from scipy.special import chdtrc

from simulations.followed_cases import FINISHED, HALF_A_DAY, Followed
from simulations.luck import Floats, Integers
from simulations.survival import OpenShare
from simulations.turnaround_likelihood import FamilyFit, condensed
from simulations.turnaround_shapes import PARAMETERS, log_open

FEWEST_FINISHED = 20
_EXPECTED_A_CELL = 8
_FEWEST_CELLS, _MOST_CELLS = 4, 12
_GRID = 400
_MOST_ROWS = 4_000
_STEP = 1e-4
_KOLMOGOROV = 1.36
"""His limit at 5 % for a distribution known beforehand: for a fitted one it rejects too seldom."""
_FLAT = 0.02
"""Of a direction in which the parameters took up nearly all that could differ."""
LEVEL = 0.05
NEAR_ENOUGH = 0.02
"""Assumption: a family within 2 points of the counted share at every age serves, whatever its test.

Of a hundred thousand cases every family is rejected, for nothing is exactly gamma.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fitness:
    """How a family's finishes compare with those counted, by age (da: tilpasningsgrad).

    `p_value` is the chance of so great a difference or a greater where the family is true. It is
    None where fewer than `FEWEST_FINISHED` cases finished; the distance alone judges then, and only
    a gross misfit does not pass. `distance` is the greatest difference between the share open by
    the family and the one counted, in 0..1.
    """

    chi_square: float | None
    degrees_of_freedom: int
    finished: int
    p_value: float | None
    distance: float

    @property
    def fits(self) -> bool:
        """Whether nothing speaks against the family, or nothing that matters (da: passer)."""
        if self.p_value is None:
            return self.distance <= _KOLMOGOROV / math.sqrt(self.finished)
        return bool(self.p_value >= LEVEL or self.distance <= NEAR_ENOUGH)


def fitness(cases: Followed, fit: FamilyFit, counted: OpenShare) -> Fitness:
    """Compare a family with the cases it was fitted to (da: modelkontrol)."""
    distance = _distance(cases, fit, counted)
    if cases.finished < FEWEST_FINISHED:
        return Fitness(
            chi_square=None,
            degrees_of_freedom=0,
            finished=cases.finished,
            p_value=None,
            distance=distance,
        )
    borders = _borders(cases, fit)
    is_finish = cases.end == FINISHED
    cell = np.searchsorted(borders, cases.age[is_finish], side="left")
    observed = np.bincount(cell, weights=cases.count[is_finish], minlength=borders.size + 1)
    expected = _expected(cases, fit, fit.theta, borders)
    free = PARAMETERS[fit.shape]
    slopes = np.zeros((expected.size, free))
    for parameter in range(free):
        step = np.zeros(2)
        step[parameter] = _STEP
        ahead = _expected(cases, fit, fit.theta + step, borders)
        behind = _expected(cases, fit, fit.theta - step, borders)
        slopes[:, parameter] = (ahead - behind) / (2 * _STEP)
    # In units of each cell's own spread, where what the parameters took up is a projection.
    scaled = (observed - expected) / np.sqrt(expected)
    taken = slopes / np.sqrt(expected)[:, None]
    variance = np.eye(expected.size) - taken @ fit.covariance[:free, :free] @ taken.T
    values, vectors = np.linalg.eigh(variance)
    kept = values > _FLAT
    statistic = float(np.sum((vectors[:, kept].T @ scaled) ** 2 / values[kept]))
    degrees = int(kept.sum())
    return Fitness(
        chi_square=statistic,
        degrees_of_freedom=degrees,
        finished=cases.finished,
        p_value=float(chdtrc(degrees, statistic)),
        distance=distance,
    )


def _borders(cases: Followed, fit: FamilyFit) -> Floats:
    """Ages that part what the family expects into cells of about as much.

    Cells of as many observed would fix what is to be tested, and the test would reject too often.
    """
    age = cases.age[cases.end == FINISHED]
    steps = np.linspace(0, 1, _GRID)[1:]
    at = np.append(np.quantile(age, steps), steps * age.max())
    grid = np.unique(np.floor(at) + HALF_A_DAY if cases.whole_days else at[at > 0])
    expected = np.cumsum(_expected(cases, fit, fit.theta, grid))
    cells = int(np.clip(cases.finished // _EXPECTED_A_CELL, _FEWEST_CELLS, _MOST_CELLS))
    wanted = np.arange(1, cells) / cells * expected[-1]
    nearest = np.searchsorted((expected[1:] + expected[:-1]) / 2, wanted)
    return np.asarray(grid[np.unique(np.minimum(nearest, grid.size - 1))])


def _expected(cases: Followed, fit: FamilyFit, theta: Floats, borders: Floats) -> Floats:
    """How many should finish in each cell, of those who were followed through it."""
    found = _by_cell(cases.age, cases.count, fit, theta, borders)
    entered = cases.entered > 0
    if entered.any():
        late, count = cases.entered[entered], cases.count[entered]
        found = found - _by_cell(late, count, fit, theta, borders)
    return np.maximum(found, 1e-12)


def _by_cell(
    age: Floats, count: Integers, fit: FamilyFit, theta: Floats, borders: Floats
) -> Floats:
    """The cumulative hazard up to each age, part by part, added up over cases."""
    # Gone on the first day: after a quarter of one, say.
    seen, cases = condensed(np.where(age == 0, HALF_A_DAY / 2, age), count)
    cell = np.searchsorted(borders, seen, side="left")
    at_borders = np.append(0.0, -log_open(fit.shape, theta, borders))
    at_ages = -log_open(fit.shape, theta, seen)
    here = np.bincount(
        cell, weights=(at_ages - at_borders[cell]) * cases, minlength=borders.size + 1
    )
    in_cell = np.bincount(cell, weights=cases, minlength=borders.size + 1)
    beyond = in_cell.sum() - np.cumsum(in_cell)
    here[:-1] += np.diff(at_borders) * beyond[:-1]
    return np.asarray(here)


def _distance(cases: Followed, fit: FamilyFit, counted: OpenShare) -> float:
    """The greatest difference in the share open, just before and just after each finish.

    An age of so many whole days stands for half a day to either side.
    """
    if not counted.age.size:
        return 0.0
    half = HALF_A_DAY if cases.whole_days else 0.0

    def by_family(age: Floats) -> Floats:
        still = np.ones_like(age)
        still[age > 0] = np.exp(log_open(fit.shape, fit.theta, age[age > 0]))
        return still

    reached = by_family(np.array([counted.from_age]))[0]
    was = np.append(1.0, counted.share[:-1])
    rows = np.unique(np.linspace(0, counted.age.size - 1, _MOST_ROWS).astype(np.int64))
    age = counted.age[rows]
    before, after = by_family(age - half) / reached, by_family(age + half) / reached
    apart = np.maximum(abs(before - was[rows]), abs(after - counted.share[rows]))
    return float(apart.max())
