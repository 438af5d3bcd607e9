"""All chance there is: a pure function of (seed, replication, purpose, entity, ordinal).

The n-th case of a kind has the same effort, the same delay and the same arrival at every staffing
level and under every policy, because its luck hangs on its own name and number and on nothing that
happens in the simulation. So scenarios are compared on the same luck, and a replication can be run
anywhere, in any order, on any thread, with the same bytes as its answer.

Each (seed, replication, purpose, entity) names one counter-based Philox stream; the ordinal is the
position in it. Distributions are reached by inversion, one uniform for one quantity, so that a
longer mean stretches a case's luck instead of dealing it anew.
"""

from functools import lru_cache
from hashlib import blake2b

import numpy as np
from numpy.polynomial import Chebyshev
from numpy.typing import NDArray
from scipy.special import gammainccinv, gammaincinv, ndtr, ndtri

from capacity.department import Distribution, Family

Floats = NDArray[np.float64]

_WIDEST_SMOOTH_GAMMA = 3.0
"""Beyond this cv small values underflow, and the polynomial would have no logarithm to follow."""


def uniforms(seed: int, replication: int, purpose: str, entity: str, count: int) -> Floats:
    """Return the first `count` uniforms of one stream, in the open interval (0, 1).

    >>> a = uniforms(1, 0, "effort", "child_assessment", 3)
    >>> bool((a == uniforms(1, 0, "effort", "child_assessment", 5)[:3]).all())
    True
    """
    name = f"{seed}/{replication}/{purpose}/{entity}".encode()
    key = np.frombuffer(blake2b(name, digest_size=16).digest(), dtype="<u8")
    stream = np.random.Generator(np.random.Philox(key=key.astype(np.uint64)))
    # The generator's grid is k / 2**53 from 0 and never reaches 1; no inverse may meet the 0.
    return np.maximum(stream.random(count), 2.0**-54)


def values(distribution: Distribution, luck: Floats) -> Floats:
    """Turn uniforms into efforts or delays by inverting the distribution function.

    Lognormal: sigma² = ln(1 + cv²), mu = ln(mean) − sigma²/2. Gamma: shape 1/cv², scale mean·cv².

    >>> from fractions import Fraction
    >>> fixed = Distribution(family=Family.DETERMINISTIC, mean=Fraction(30), cv=Fraction(0))
    >>> values(fixed, np.array([0.1, 0.9])).tolist()
    [30.0, 30.0]
    """
    mean, cv = float(distribution.mean), float(distribution.cv)
    if distribution.family is Family.DETERMINISTIC or mean == 0:
        return np.full(luck.size, mean)
    if distribution.family is Family.EXPONENTIAL:
        return -mean * np.log1p(-luck)
    if distribution.family is Family.GAMMA:
        if cv > _WIDEST_SMOOTH_GAMMA:
            return np.asarray(mean * cv**2 * gammaincinv(1 / cv**2, luck))
        return np.asarray(mean * np.exp(_log_gamma_by_score(cv)(ndtri(luck))))
    sigma = np.sqrt(np.log1p(cv**2))
    return np.asarray(np.exp(np.log(mean) - sigma**2 / 2 + sigma * ndtri(luck)))


def arrival_days(
    rate_per_day: float, days: float, seed: int, replication: int, entity: str
) -> Floats:
    """Moments of a Poisson stream of arrivals in [0, days), in days, in order (da: tilgang).

    The stream is drawn at rate one and stretched, so a longer horizon only adds arrivals at its
    end.
    """
    expected = rate_per_day * days
    count = int(expected + 6 * np.sqrt(expected) + 16)
    while True:
        luck = uniforms(seed, replication, "arrival", entity, count)
        moments = np.cumsum(-np.log1p(-luck))
        if moments[-1] >= expected:
            return moments[moments < expected] / rate_per_day if expected else moments[:0]
        count *= 2


@lru_cache(maxsize=64)
def _log_gamma_by_score(cv: float) -> Chebyshev:
    """The logarithm of a gamma quantile of mean one, as a function of the normal score.

    Inverting the gamma distribution case by case costs microseconds each and would be most of a
    simulation. Seen from the normal score its logarithm is so smooth that one polynomial over the
    range of 53-bit uniforms is right to 2 parts in 10⁸ for a cv of 3, and to 10⁻¹¹ up to 1.5.
    """
    shape = 1 / cv**2

    def log_quantile(score: Floats) -> Floats:
        # Each half is inverted from its own tail, where the small probability keeps its digits.
        low, high = gammaincinv(shape, ndtr(score)), gammainccinv(shape, ndtr(-score))
        return np.asarray(np.log(np.where(score < 0, low, high) / shape))

    return Chebyshev.interpolate(log_quantile, 100, domain=[-8.3, 8.3]).trim(1e-11)
