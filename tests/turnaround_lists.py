"""Case lists with a known turnaround; some cases are open, some were when the list began."""

from typing import Any

import numpy as np
from scipy import stats

from simulations.followed_cases import Followed, followed
from simulations.turnaround_shapes import Shape

OPEN = 0.3
"""The share of cases that is still open when the list is drawn, on average."""
MEAN = 100.0
TRUTHS: dict[Shape, Any] = {
    Shape.EXPONENTIAL: stats.expon(scale=MEAN),
    Shape.GAMMA: stats.gamma(1 / 0.6**2, scale=MEAN * 0.6**2),
    Shape.LOGNORMAL: stats.lognorm(s=np.sqrt(np.log1p(0.8**2)), scale=MEAN / np.sqrt(1 + 0.8**2)),
    Shape.WEIBULL: stats.weibull_min(1.5, scale=110),
}


def drawn(
    luck: np.random.Generator, cases: int, truth: Any, *, old: bool = False
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Age when seen last, whether it finished then, and age when the list begins to be complete.

    Cases come evenly until the list is drawn. With `old` they have done so for long before it is
    complete, and those of them that are still open then are in it.
    """
    seen_after = truth.mean() / OPEN
    most = cases * 8 if old else cases
    came = luck.uniform(-5 * seen_after if old else 0, seen_after, most)
    took = truth.rvs(size=most, random_state=luck)
    listed = came + took >= 0
    came, took = came[listed][:cases], took[listed][:cases]
    finished = came + took <= seen_after
    return np.where(finished, took, seen_after - came), finished, np.maximum(-came, 0)


def drawn_list(luck: np.random.Generator, cases: int, truth: Any, *, old: bool = False) -> Followed:
    age, finished, entered = drawn(luck, cases, truth, old=old)
    return followed(age, finished, entered=entered)
