"""A few numbers that tell pasts apart, made of the many figures of a past (da: sammendrag).

The best few numbers to learn some values from are their own estimates (Fearnhead and Prangle,
Semi-automatic approximate Bayesian computation, Journal of the Royal Statistical Society B 74,
2012). So each value is regressed on the figures and their squares, over simulated pasts. Any digest
is honest, for the simulation says how it scatters; a poor one only leaves something untold.

Why not the figures themselves: a chance rush of cases moves all of them together, along a curve
that a normal distribution in sixteen dimensions takes for a straight line; and then it is too sure
of itself. In the digest the scatter is nearly normal (measured: of intervals that say 90 %, those
from the figures held the truth in 70 %).
"""

from dataclasses import dataclass

import numpy as np

from simulations.luck import Floats

_RIDGE = 1e-3
"""Part of a standardised figure's variance that is added, so that figures may depend on another."""


@dataclass(frozen=True, slots=True, eq=False)
class Digest:
    """How figures are digested (da: sammendragets regel)."""

    centre: Floats
    scale: Floats
    coefficients: Floats
    """A row a term (one, figures, squares), a column a number of the digest."""
    flattery: float = 0.0
    """By how much of itself the scatter of other pasts exceeds that of those learned from."""

    def of(self, figures: Floats) -> Floats:
        """Digest the figures of pasts: the last axis becomes the digest's (da: sammendrag)."""
        return np.asarray(self._terms(figures) @ self.coefficients)

    def _terms(self, figures: Floats) -> Floats:
        standard = (figures - self.centre) / self.scale
        ones = np.ones((*standard.shape[:-1], 1))
        return np.concatenate([ones, standard, standard**2], axis=-1)


def digest(figures: Floats, values: Floats, weights: Floats) -> Digest:
    """Learn to estimate values from figures, by weighted least squares (da: lær sammendraget).

    A row a simulated past: its figures, the values that it was simulated at, and how probable
    those were thought to be.
    """
    share = weights / weights.sum()
    centre = share @ figures
    scale = np.sqrt(share @ (figures - centre) ** 2)
    scale[scale == 0] = 1.0
    blank = Digest(centre, scale, np.zeros((1 + 2 * figures.shape[1], values.shape[1])))
    terms = blank._terms(figures)
    penalty = np.full(terms.shape[1], _RIDGE)
    penalty[0] = 0.0
    normal = (terms * share[:, None]).T @ terms + np.diag(penalty)
    coefficients = np.linalg.solve(normal, (terms * share[:, None]).T @ values)
    # Of p terms learned from n pasts: (1 − p/n) of the scatter is left in them, (1 + p/n) of it
    # comes with a new one.
    part = min(0.5, terms.shape[1] * float(share @ share))
    return Digest(centre, scale, coefficients, (1 + part) / (1 - part) - 1)
