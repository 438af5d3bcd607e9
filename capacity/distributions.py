"""How a quantity varies from one time to the next: efforts, delays, spells of absence."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from math import isqrt

from capacity.errors import InvalidInput
from capacity.refusals import refuse_below_zero
from capacity.wording import Text, shown


class Family(StrEnum):
    """The shape of a distribution (da: fordelingstype).

    Empirical is the shape of what somebody measured: each observed value as likely as the next.
    """

    DETERMINISTIC = "deterministic"
    EXPONENTIAL = "exponential"
    GAMMA = "gamma"
    LOGNORMAL = "lognormal"
    EMPIRICAL = "empirical"


_FIXED_VARIATION = {Family.DETERMINISTIC: Fraction(0), Family.EXPONENTIAL: Fraction(1)}
_CV_STEPS = 10**9
"""A root is seldom a fraction: the cv of observed values is cut off after nine decimals."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Distribution:
    """How an effort or a delay varies from case to case (da: fordeling).

    `mean` has the unit of what is described; `cv` is the coefficient of variation, standard
    deviation over mean. It is fixed by the family where the family leaves no choice: 0 for
    deterministic, 1 for exponential. An empirical distribution has both from its `observed`
    values; `empirical` makes one. `InvalidInput` where they disagree, and where a value is below 0.

    >>> Distribution(family=Family.GAMMA, mean=Fraction(30), cv=Fraction("0.6")).cv
    Fraction(3, 5)
    """

    family: Family
    mean: Fraction
    cv: Fraction
    observed: tuple[Fraction, ...] = ()

    def __post_init__(self) -> None:
        refuse_below_zero(self.mean, "mean")
        refuse_below_zero(self.cv, "cv")
        if self.family is Family.EMPIRICAL:
            _refuse_other_than_observed(self)
            return
        if self.observed:
            raise InvalidInput(
                Text(
                    da=f"fordelingen {self.family} har ingen observerede værdier; udelad observed, "
                    f"eller skriv {Family.EMPIRICAL}",
                    en=f"the distribution {self.family} has no observed values; leave out "
                    f"observed, or write {Family.EMPIRICAL}",
                ),
                field="observed",
            )
        fixed = _FIXED_VARIATION.get(self.family)
        if (fixed is not None and self.cv != fixed) or (fixed is None and self.cv == 0):
            raise InvalidInput(
                Text(
                    da=f"fordelingen {self.family} kan ikke have variationskoefficienten "
                    f"{shown(self.cv, 2, 'da')}",
                    en=f"the distribution {self.family} cannot have the coefficient of variation "
                    f"{shown(self.cv, 2, 'en')}",
                ),
                field="cv",
            )


def empirical(observed: Sequence[Fraction]) -> Distribution:
    """Make the distribution of what was measured, all of it (da: empirisk fordeling).

    The cv is the population's, to nine decimals, for the values are all there are. `InvalidInput`
    where there is no value or one is below 0.

    >>> found = empirical([Fraction(2), Fraction(6)])
    >>> found.mean, found.cv
    (Fraction(4, 1), Fraction(1, 2))
    """
    _refuse_unobserved(observed)
    mean, cv = _mean_and_cv(observed)
    return Distribution(family=Family.EMPIRICAL, mean=mean, cv=cv, observed=tuple(observed))


NOTHING = Distribution(family=Family.DETERMINISTIC, mean=Fraction(0), cv=Fraction(0))
"""No effort, no delay (da: ingenting)."""


def _mean_and_cv(observed: Sequence[Fraction]) -> tuple[Fraction, Fraction]:
    mean = sum(observed, Fraction(0)) / len(observed)
    if mean == 0:
        return mean, Fraction(0)
    variance = sum(((value - mean) ** 2 for value in observed), Fraction(0)) / len(observed)
    squared = variance / mean**2 * _CV_STEPS**2
    return mean, Fraction(isqrt(int(squared)), _CV_STEPS)


def _refuse_unobserved(observed: Sequence[Fraction]) -> None:
    if not observed:
        raise InvalidInput(
            Text(
                da="en empirisk fordeling har mindst én observeret værdi; skriv dem",
                en="an empirical distribution has at least one observed value; write them",
            ),
            field="observed",
        )
    for index, value in enumerate(observed):
        refuse_below_zero(value, f"observed[{index}]")


def _refuse_other_than_observed(distribution: Distribution) -> None:
    _refuse_unobserved(distribution.observed)
    mean, cv = _mean_and_cv(distribution.observed)
    if (distribution.mean, distribution.cv) != (mean, cv):
        field = "cv" if distribution.mean == mean else "mean"
        raise InvalidInput(
            Text(
                da=f"de observerede værdier har gennemsnittet {shown(mean, 2, 'da')} og "
                f"variationskoefficienten {shown(cv, 2, 'da')}; brug empirical, som regner dem ud",
                en=f"the observed values have the mean {shown(mean, 2, 'en')} and the coefficient "
                f"of variation {shown(cv, 2, 'en')}; use empirical, which works them out",
            ),
            field=field,
        )
