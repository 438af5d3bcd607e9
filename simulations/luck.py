"""All chance there is: a pure function of (seed, replication, purpose, entity, ordinal).

The n-th case of a kind has the same effort, the same delay and the same arrival at every staffing
level and under every policy, because its luck hangs on its own name and number and on nothing that
happens in the simulation. So scenarios are compared on the same luck, and a replication can be run
anywhere, in any order, on any thread, with the same bytes as its answer.

Each (seed, replication, purpose, entity) names one counter-based Philox stream; the ordinal is the
position in it. Distributions are reached by inversion, one uniform for one quantity, so that a
longer mean stretches a case's luck instead of dealing it anew.
"""

from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaincinv, ndtri

from capacity.department import Distribution, Family

Floats = NDArray[np.float64]


def uniforms(seed: int, replication: int, purpose: str, entity: str, count: int) -> Floats:
    """Return the first `count` uniforms of one stream, in the open interval (0, 1).

    >>> a = uniforms(1, 0, "effort", "child_assessment", 3)
    >>> bool((a == uniforms(1, 0, "effort", "child_assessment", 5)[:3]).all())
    True
    """
    name = f"{seed}/{replication}/{purpose}/{entity}".encode()
    key = np.frombuffer(blake2b(name, digest_size=16).digest(), dtype="<u8")
    stream = np.random.Generator(np.random.Philox(key=key.astype(np.uint64)))
    # The generator's grid is k / 2**53 from 0; half a step up keeps 0 out of every inverse.
    return stream.random(count) + 2.0**-54


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
        inverse: Floats = gammaincinv(1 / cv**2, luck)
        return mean * cv**2 * inverse
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
