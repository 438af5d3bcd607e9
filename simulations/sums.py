"""Efforts or delays one after another: the distribution of their sum (da: summer)."""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from scipy.special import gammaincinv, ndtri

from capacity.case_classes import Episode
from capacity.distributions import NOTHING, Distribution, Family
from simulations.fluid import share_within_reach
from simulations.luck import Floats


@dataclass(frozen=True, slots=True, kw_only=True)
class Sum:
    """A sum of efforts or of delays: a fixed part, and the rest of one shape.

    The rest is exact where it is a single distribution done once; else it has the moments of the
    sum, lognormal where all its parts are and gamma where not.
    """

    fixed: float
    rest: Distribution

    @classmethod
    def of(cls, parts: Iterable[tuple[Distribution, Episode | None]]) -> "Sum":
        """Add up parts, each as often as its episode is done; None is once."""
        fixed, variance, varied = 0.0, 0.0, []
        mean = 0.0
        for each, episode in parts:
            own, often = float(each.mean), float(episode.mean_times) if episode else 1.0
            spread = _variance_of_times(episode) if episode else 0.0
            if each.cv == 0 and spread == 0:
                fixed += own * often
            elif own:
                mean += own * often
                variance += often * (own * float(each.cv)) ** 2 + spread * own**2
                varied.append((each, often == 1 and spread == 0))
        if not varied:
            return cls(fixed=fixed, rest=NOTHING)
        if len(varied) == 1 and varied[0][1]:
            return cls(fixed=fixed, rest=varied[0][0])
        lognormal = all(each.family is Family.LOGNORMAL for each, _ in varied)
        family = Family.LOGNORMAL if lognormal else Family.GAMMA
        cv = Fraction(math.sqrt(variance) / mean)
        return cls(fixed=fixed, rest=Distribution(family=family, mean=Fraction(mean), cv=cv))

    def share_within(self, limit: float) -> float:
        """P(sum ≤ limit)."""
        if self.fixed > limit:
            return 0.0
        # A float has a finer denominator than any limit needs.
        return share_within_reach(
            self.rest, limit=Fraction(round((limit - self.fixed) * 10**6), 10**6)
        )

    def quantiles(self, points: int) -> Floats:
        """Evenly spaced quantiles of the sum."""
        mean, cv = float(self.rest.mean), float(self.rest.cv)
        if mean == 0 or cv == 0:
            return np.full(1, self.fixed + mean)
        luck = (np.arange(points) + 0.5) / points
        if self.rest.family is Family.EMPIRICAL:
            observed = np.array(sorted(float(value) for value in self.rest.observed))
            return np.asarray(self.fixed + observed[(luck * observed.size).astype(np.int64)])
        if self.rest.family is Family.LOGNORMAL:
            spread = math.sqrt(math.log1p(cv**2))
            return np.asarray(self.fixed + mean * np.exp(spread * ndtri(luck) - spread**2 / 2))
        return np.asarray(self.fixed + gammaincinv(1 / cv**2, luck) * mean * cv**2)


def _variance_of_times(episode: Episode) -> float:
    """How much it varies how often an episode is done: evenly, then once more by chance."""
    evenly = ((episode.most_times - episode.least_times + 1) ** 2 - 1) / 12
    return evenly + float(episode.again) / float(1 - episode.again) ** 2
