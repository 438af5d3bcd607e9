"""The shapes that a turnaround may have, by two parameters (da: fordelingstyper).

Each family is its location, a logarithm of days, and the logarithm of its shape: gamma by its mean
and shape, lognormal by its median and sigma, Weibull by its scale and exponent. The exponential has
a location alone; its second parameter is read by nobody. On these scales a likelihood is nearly
quadratic, and no step of a search leaves the parameters that there are.

All functions take parameters in rows, `theta[..., 2]`, and ages in an array of their own; where
both are many, parameters come first.
"""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

import numpy as np
from scipy.special import (
    gammainc,
    gammaincc,
    gammainccinv,
    gammaln,
    log_ndtr,
    ndtri,
)

from capacity.distributions import Distribution, Family
from capacity.units import exact
from capacity.wording import Text
from simulations.luck import Floats


class Shape(StrEnum):
    """A family that is fitted to turnarounds (da: fordelingstype)."""

    EXPONENTIAL = "exponential"
    GAMMA = "gamma"
    LOGNORMAL = "lognormal"
    WEIBULL = "weibull"


PARAMETERS: Mapping[Shape, int] = MappingProxyType(
    {Shape.EXPONENTIAL: 1, Shape.GAMMA: 2, Shape.LOGNORMAL: 2, Shape.WEIBULL: 2}
)
CARRIED: Mapping[Shape, Family] = MappingProxyType(
    {
        Shape.EXPONENTIAL: Family.EXPONENTIAL,
        Shape.GAMMA: Family.GAMMA,
        Shape.LOGNORMAL: Family.LOGNORMAL,
    }
)
"""What a simulation can deal. Weibull is for comparison alone: the model has no such luck."""
SHAPE_LABELS: Mapping[Shape, Text] = MappingProxyType(
    {
        Shape.EXPONENTIAL: Text(da="eksponential", en="exponential"),
        Shape.GAMMA: Text(da="gamma", en="gamma"),
        Shape.LOGNORMAL: Text(da="lognormal", en="lognormal"),
        Shape.WEIBULL: Text(da="Weibull", en="Weibull"),
    }
)
_VANISHING = 1e-290
_DIGITS = 9


def log_open(shape: Shape, theta: Floats, age: Floats) -> Floats:
    """The logarithm of the share still open at an age above 0 (da: log af andel åbne)."""
    location, log_shape = theta[..., :1], theta[..., 1:]
    match shape:
        case Shape.EXPONENTIAL:
            return np.asarray(-age * np.exp(-location))
        case Shape.WEIBULL:
            return np.asarray(-np.exp(np.exp(log_shape) * (np.log(age) - location)))
        case Shape.LOGNORMAL:
            return np.asarray(log_ndtr((location - np.log(age)) * np.exp(-log_shape)))
        case Shape.GAMMA:
            k = np.exp(log_shape)
            x = age * k * np.exp(-location)
            left = gammaincc(k, x)
            # Far out the share vanishes in floating point: Abramowitz & Stegun 6.5.32.
            with np.errstate(divide="ignore", invalid="ignore"):
                far = (k - 1) * np.log(x) - x - gammaln(k) + np.log1p((k - 1) / x)
                return np.asarray(np.where(left > _VANISHING, np.log(left), far))


def log_closed(shape: Shape, theta: Floats, age: Floats) -> Floats:
    """The logarithm of the share finished by an age above 0, however small (da: log af andel)."""
    location, log_shape = theta[..., :1], theta[..., 1:]
    match shape:
        case Shape.LOGNORMAL:
            return np.asarray(log_ndtr((np.log(age) - location) * np.exp(-log_shape)))
        case Shape.GAMMA:
            k = np.exp(log_shape)
            x = age * k * np.exp(-location)
            share = gammainc(k, x)
            with np.errstate(divide="ignore"):
                tiny = k * np.log(x) - gammaln(k + 1)
                return np.asarray(np.where(share > _VANISHING, np.log(share), tiny))
        case _:
            return np.asarray(np.log(-np.expm1(log_open(shape, theta, age))))


def log_density_sum(shape: Shape, theta: Floats, age: Floats, count: Floats) -> Floats:
    """The logarithms of the density at ages above 0, added up (da: log-tæthed)."""
    location, log_shape = theta[..., 0], theta[..., 1]
    cases, log_age = count.sum(), np.log(age)
    logs, days = float(count @ log_age), float(count @ age)
    match shape:
        case Shape.EXPONENTIAL:
            return np.asarray(-cases * location - days * np.exp(-location))
        case Shape.WEIBULL:
            k = np.exp(log_shape)
            powers = np.exp(k[..., None] * (log_age - location[..., None])) @ count
            return np.asarray(cases * (log_shape - k * location) + (k - 1) * logs - powers)
        case Shape.LOGNORMAL:
            middle = logs / cases
            squares = float(count @ (log_age - middle) ** 2) + cases * (middle - location) ** 2
            constant = cases * (log_shape + np.log(2 * np.pi) / 2) + logs
            return np.asarray(-constant - squares * np.exp(-2 * log_shape) / 2)
        case Shape.GAMMA:
            k = np.exp(log_shape)
            rate = k * np.exp(-location)
            fixed = cases * (k * np.log(rate) - gammaln(k))
            return np.asarray(fixed + (k - 1) * logs - rate * days)


def age_at(shape: Shape, theta: Floats, share: float) -> Floats:
    """The age by which a share has finished, above 0 and below 1 (da: fraktil)."""
    location, log_shape = theta[..., 0], theta[..., 1]
    match shape:
        case Shape.EXPONENTIAL:
            return np.asarray(np.exp(location) * -np.log1p(-share))
        case Shape.WEIBULL:
            return np.asarray(np.exp(location + np.log(-np.log1p(-share)) * np.exp(-log_shape)))
        case Shape.LOGNORMAL:
            return np.asarray(np.exp(location + ndtri(share) * np.exp(log_shape)))
        case Shape.GAMMA:
            k = np.exp(log_shape)
            return np.asarray(np.exp(location) * gammainccinv(k, 1 - share) / k)


def mean_days(shape: Shape, theta: Floats) -> Floats:
    """The mean turnaround (da: middelvarighed)."""
    location, log_shape = theta[..., 0], theta[..., 1]
    match shape:
        case Shape.WEIBULL:
            return np.asarray(np.exp(location + gammaln(1 + np.exp(-log_shape))))
        case Shape.LOGNORMAL:
            return np.asarray(np.exp(location + np.exp(2 * log_shape) / 2))
        case _:
            return np.asarray(np.exp(location))


def variation(shape: Shape, theta: Floats) -> Floats:
    """The coefficient of variation (da: variationskoefficient)."""
    log_shape = theta[..., 1]
    match shape:
        case Shape.EXPONENTIAL:
            return np.ones_like(log_shape)
        case Shape.WEIBULL:
            back = np.exp(-log_shape)
            return np.asarray(np.sqrt(np.expm1(gammaln(1 + 2 * back) - 2 * gammaln(1 + back))))
        case Shape.LOGNORMAL:
            return np.sqrt(np.expm1(np.exp(2 * log_shape)))
        case Shape.GAMMA:
            return np.asarray(np.exp(-log_shape / 2))


def distribution_of(shape: Shape, theta: Floats) -> Distribution | None:
    """What a simulation can deal, in days; None for a family that it has not (da: fordeling).

    >>> found = distribution_of(Shape.GAMMA, np.array([np.log(30.0), np.log(4.0)]))
    >>> found.family.value, float(found.mean), float(found.cv)
    ('gamma', 30.0, 0.5)
    """
    if shape not in CARRIED:
        return None
    return Distribution(
        family=CARRIED[shape],
        mean=exact(f"{float(mean_days(shape, theta)):.{_DIGITS}g}"),
        cv=exact(f"{float(variation(shape, theta)):.{_DIGITS}g}"),
    )
