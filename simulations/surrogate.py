"""A smooth stand-in for the simulation: what it would show at values it was not run at.

(da: stedfortræder, emulator.) The kernel has been run a number of times at each of some points.
Each thing it shows is taken to have a mean and a variance that change smoothly over the points: a
quadratic surface and, around it, a Gaussian process (Rasmussen and Williams, Gaussian Processes for
Machine Learning, 2006, section 2.7). How far the stand-in may itself be wrong is part of its
answer.

How smooth the surface is, and how rough around it, are chosen from a fixed list by restricted
likelihood: no search that could end elsewhere on another machine.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from simulations.luck import Floats

_LENGTHS = (0.6, 1.2, 2.4, 4.8)
"""How far apart points have little to do with one another, along each side."""
_ROUGH = (1e-3, 0.1, 1.0, 10.0, 100.0, 1e4)
"""How large the variance around the quadratic surface may be, beside that of the noise."""
_NEAR = 1.0
"""Assumption: how far away correlations are borrowed from (the bandwidth of a normal kernel)."""
_LEAST_VARIANCE = 1e-4
"""Nothing is taken to be known to less than a hundredth on its own scale."""


class Shown(NamedTuple):
    """What the simulation would show at some points (da: det, simuleringen ville vise).

    A row a point and a column a thing shown: means, how far the stand-in may be wrong of them
    (variances), the variances of one replication, and the correlations between things.
    """

    means: Floats
    doubts: Floats
    variances: Floats
    correlations: Floats

    def covariances(self) -> Floats:
        """Of what one history would show, the stand-in's own doubt included (da: kovarians)."""
        own, doubt = np.sqrt(self.variances), np.sqrt(self.doubts)
        both = own[:, :, None] * own[:, None, :] + doubt[:, :, None] * doubt[:, None, :]
        return np.asarray(both * self.correlations)

    def distances(self, seen: Floats) -> Floats:
        """How far histories lie from what each point shows: squared Mahalanobis distances.

        (da: afstand.) A row a point, in `seen` then a history, then a thing.
        """
        lower = _lower(self.covariances())
        apart = np.swapaxes(seen - self.means[:, None, :], 1, 2)
        return np.asarray((np.linalg.solve(lower, apart) ** 2).sum(axis=1))


@dataclass(frozen=True, slots=True, eq=False)
class Surrogate:
    """The stand-in for the simulation of one way of working (da: emulator)."""

    points: Floats
    means: "tuple[_Surface, ...]"
    log_variances: "tuple[_Surface, ...]"
    products: Floats
    """Mean products of standardised residuals, a matrix a point."""
    replications: int

    def at(self, points: Floats) -> Shown:
        """What the simulation would show at points (da: i disse punkter)."""
        terms, squares = _terms(points), _squares(points, self.points)
        means = [surface.at(terms, squares) for surface in self.means]
        logs = [surface.mean(terms, squares) for surface in self.log_variances]
        return Shown(
            np.stack([mean for mean, _ in means], axis=1),
            np.stack([doubt for _, doubt in means], axis=1),
            np.exp(np.stack(logs, axis=1)),
            self._correlations(points),
        )

    def nearness(self, points: Floats) -> Floats:
        """How much each point of the study counts at others: a row each, that sums to 1.

        (da: nærhed.)
        """
        weights = _alike(_squares(points, self.points), (_NEAR, _NEAR))
        return np.asarray(weights / weights.sum(axis=1, keepdims=True))

    def _correlations(self, points: Floats) -> Floats:
        """Correlations near each point, drawn a little towards none (Ledoit and Wolf's remedy).

        As many things as there are replications near by would leave correlations of mere chance;
        the pull towards none is their number over that of the replications.
        """
        weights = self.nearness(points)
        things = self.products.shape[1]
        near = np.einsum("pk,kij->pij", weights, self.products)
        scale = np.sqrt(np.einsum("pii->pi", near))
        near /= scale[:, :, None] * scale[:, None, :]
        counted = self.replications / (weights**2).sum(axis=1)
        pull = (things / (things + counted))[:, None, None]
        return np.asarray((1 - pull) * near + pull * np.eye(things))


def surrogate(points: Floats, shown: Floats, roundings: Floats) -> Surrogate:
    """Learn a stand-in from what replications showed (da: lær emulatoren).

    `shown` holds a row a point, then a replication, then a thing. `roundings` are the variances
    that a whole number more or less is worth in each of them: a count is no smooth thing, and where
    it never differs that is no proof that it never could.
    """
    replications = shown.shape[1]
    means = shown.mean(axis=1)
    residuals = shown - means[:, None, :]
    variances = residuals.var(axis=1, ddof=1) + roundings.mean(axis=1) + _LEAST_VARIANCE
    standardised = residuals / np.sqrt(variances)[:, None, :]
    products = np.einsum("krs,krt->kst", standardised, standardised) / (replications - 1)
    diagonal = np.arange(shown.shape[2])
    products[:, diagonal, diagonal] = 1.0
    # Of a variance of normal things from n replications, the logarithm lies 1/(n−1) too low in
    # the mean, and is off by √(2/(n−1)).
    log_variances = np.log(variances) + 1 / (replications - 1)
    doubt = np.full(points.shape[0], 2 / (replications - 1))
    return Surrogate(
        points,
        tuple(
            _surface(points, means[:, thing], variances[:, thing] / replications)
            for thing in diagonal
        ),
        tuple(_surface(points, log_variances[:, thing], doubt) for thing in diagonal),
        products,
        replications,
    )


# --- One surface -----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, eq=False)
class _Surface:
    """A quadratic surface and a Gaussian process around it (universal kriging)."""

    lengths: tuple[float, float]
    rough: float
    weights: Floats
    """Of the quadratic surface's terms."""
    pull: Floats
    """What each point that was seen adds to the points around it."""
    unmixing: Floats
    """The inverse of the lower triangle of the covariance of what was seen."""
    terms: Floats
    """The quadratic surface's terms at the points, made independent by it."""
    upper: Floats

    def mean(self, terms: Floats, squares: Floats) -> Floats:
        return np.asarray(
            terms @ self.weights + self.rough * (_alike(squares, self.lengths) @ self.pull)
        )

    def at(self, terms: Floats, squares: Floats) -> tuple[Floats, Floats]:
        """The mean, and the variance of the doubt about it."""
        across = self.rough * _alike(squares, self.lengths)
        reach = across @ self.unmixing.T
        short = np.linalg.solve(self.upper.T, (terms - reach @ self.terms).T)
        doubt = self.rough - (reach**2).sum(axis=1) + (short**2).sum(axis=0)
        return terms @ self.weights + across @ self.pull, np.maximum(doubt, 0.0)


def _surface(points: Floats, seen: Floats, noise: Floats) -> _Surface:
    """The surface that restricted likelihood likes best, of a fixed list."""
    best: tuple[float, tuple[float, float], float] | None = None
    terms, squares = _terms(points), _squares(points, points)
    usual = float(noise.mean())
    for first in _LENGTHS:
        for second in _LENGTHS:
            alike = _alike(squares, (first, second))
            for times in _ROUGH:
                lower = _lower(times * usual * alike + np.diag(noise))
                both = np.linalg.solve(lower, np.column_stack([terms, seen]))
                flat, upper = np.linalg.qr(both[:, :-1])
                leftover = both[:, -1] - flat @ (flat.T @ both[:, -1])
                likelihood = -float(
                    np.log(np.diag(lower)).sum()
                    + np.log(np.abs(np.diag(upper))).sum()
                    + leftover @ leftover / 2
                )
                if best is None or likelihood > best[0]:
                    best = likelihood, (first, second), times * usual
    assert best is not None  # the list is not empty
    _, lengths, rough = best
    lower = _lower(rough * _alike(squares, lengths) + np.diag(noise))
    unmixing = np.asarray(np.linalg.solve(lower, np.eye(seen.size)), dtype=np.float64)
    unmixed = unmixing @ terms
    flat, upper = np.linalg.qr(unmixed)
    target = unmixing @ seen
    along = flat.T @ target
    return _Surface(
        lengths=lengths,
        rough=rough,
        weights=np.linalg.solve(upper, along),
        pull=unmixing.T @ (target - flat @ along),
        unmixing=unmixing,
        terms=unmixed,
        upper=np.asarray(upper, dtype=np.float64),
    )


def _lower(covariance: Floats) -> Floats:
    return np.asarray(np.linalg.cholesky(covariance), dtype=np.float64)


def _terms(points: Floats) -> Floats:
    first, second = points[:, 0], points[:, 1]
    return np.stack(
        [np.ones_like(first), first, second, first**2, first * second, second**2], axis=1
    )


def _squares(points: Floats, others: Floats) -> Floats:
    """Squared distances of points from others, side by side: an axis each first."""
    return np.asarray((points.T[:, :, None] - others.T[:, None, :]) ** 2)


def _alike(squares: Floats, lengths: tuple[float, float]) -> Floats:
    """How alike points are that lie so far apart: the squared exponential kernel."""
    first, second = lengths
    return np.asarray(np.exp(squares[0] / (-2 * first**2) + squares[1] / (-2 * second**2)))
