"""Turnaround learned from a case list: counted, fitted, and what of it may be carried on.

Counting (`survival`) assumes no shape and is always shown. A family is carried on to a simulation
where enough cases finished, the family fits (`goodness_of_fit`), and no other family that fits is
likelier by AIC. Where none fits, the counted distribution is offered itself.
"""

import math
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from capacity.distributions import Distribution, Family, empirical
from capacity.units import exact
from capacity.wording import Language, Text, percent, shown
from simulations.followed_cases import STILL_OPEN, WITHDRAWN, Followed
from simulations.goodness_of_fit import LEVEL, Fitness, fitness
from simulations.luck import Floats
from simulations.survival import (
    CONFIDENCE,
    AgeReached,
    Interval,
    OpenShare,
    garwood,
    open_share,
)
from simulations.turnaround_likelihood import FamilyFit, family_fit
from simulations.turnaround_shapes import CARRIED, SHAPE_LABELS, Shape, age_at, log_open

FEWEST_FINISHED = 10
"""Fewer finished cases than this fit no family: two parameters, and five cases for each.

With ten, the 90 % interval of a mean is already as wide as the mean itself, and no test can tell
one family from another.
"""
FEWEST_WITHDRAWN = 5
"""Assumption: with fewer, the interval's ends lie a factor of five or more apart."""
_COUNTED_VALUES = 200
_FAR_LESS_LIKELY = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class FittedFamily:
    """A family with its test and its weight among the others (da: tilpasset fordelingstype).

    `weight` is Akaike's: how likely the family is the best of those tried, were one of them true
    (Burnham & Anderson, Model Selection and Multimodel Inference, 2nd ed., section 2.9).
    """

    fit: FamilyFit
    fitness: Fitness
    weight: float

    @property
    def carried(self) -> bool:
        """Whether a simulation can deal it (da: kan simuleres)."""
        return self.fit.shape in CARRIED


@dataclass(frozen=True, slots=True, kw_only=True)
class Withdrawals:
    """Cases that fell away while they were followed (da: sager, der faldt bort).

    `per_day` is the chance of it on a day on which a case is open, with the exact interval: events
    over days, which takes it for the same at every age.
    """

    withdrawn: int
    case_days: float
    per_day: Interval

    @property
    def mean_days(self) -> Interval:
        """The mean time to withdrawal, were nothing else to end a case; infinite where none did."""

        def inverse(rate: float) -> float:
            return 1 / rate if rate else math.inf

        rate = self.per_day
        return Interval(value=inverse(rate.value), low=inverse(rate.high), high=inverse(rate.low))

    @property
    def distribution(self) -> Distribution | None:
        """What a simulation can deal; None where fewer than five fell away (da: fordeling)."""
        if self.withdrawn < FEWEST_WITHDRAWN:
            return None
        mean = exact(f"{self.mean_days.value:.9g}")
        return Distribution(family=Family.EXPONENTIAL, mean=mean, cv=Fraction(1))


@dataclass(frozen=True, slots=True, kw_only=True)
class TurnaroundFit:
    """What a case list says of turnaround (da: sagsbehandlingstid, lært af sagslisten).

    `families` are all that could be fitted, likeliest first, and `chosen` the one carried on, if
    any. `distribution` is what a simulation can deal; None where nothing was learned, and then a
    prior stands. `sentence` says which of these it is, and why.
    """

    cases: Followed
    counted: OpenShare
    families: tuple[FittedFamily, ...]
    chosen: FittedFamily | None
    distribution: Distribution | None
    withdrawals: Withdrawals

    @property
    def learned(self) -> bool:
        """Whether there is a distribution to carry on (da: lært)."""
        return self.distribution is not None

    @property
    def sentence(self) -> Text:
        """What was learned, in a few sentences (da: i ord)."""
        return Text(da=_sentence(self, "da"), en=_sentence(self, "en"))


def turnaround_fit(cases: Followed, confidence: float = CONFIDENCE) -> TurnaroundFit:
    """Learn a turnaround from followed cases (da: lær sagsbehandlingstiden).

    >>> from simulations.followed_cases import followed
    >>> few = turnaround_fit(followed([10, 20, 30], [True, True, False]))
    >>> few.learned, few.counted.finished_by(20).value
    (False, 0.6666666666666666)
    """
    counted = open_share(cases, confidence)
    families = _families(cases, counted, confidence)
    fitting = [each for each in families if each.carried and each.fitness.fits]
    chosen = fitting[0] if fitting else None
    withdrawn = cases.ended(WITHDRAWN)
    return TurnaroundFit(
        cases=cases,
        counted=counted,
        families=families,
        chosen=chosen,
        distribution=chosen.fit.distribution() if chosen else _as_counted(cases, counted, families),
        withdrawals=Withdrawals(
            withdrawn=withdrawn,
            case_days=cases.exposure_days,
            per_day=garwood(withdrawn, cases.exposure_days, confidence),
        ),
    )


def _families(cases: Followed, counted: OpenShare, confidence: float) -> tuple[FittedFamily, ...]:
    if cases.finished < FEWEST_FINISHED:
        return ()
    fits = [fit for shape in Shape if (fit := family_fit(cases, shape, confidence))]
    fits.sort(key=lambda fit: fit.aic)
    weights = [math.exp((fits[0].aic - fit.aic) / 2) for fit in fits]
    return tuple(
        FittedFamily(fit=fit, fitness=fitness(cases, fit, counted), weight=weight / sum(weights))
        for fit, weight in zip(fits, weights, strict=True)
    )


def _as_counted(
    cases: Followed, counted: OpenShare, families: tuple[FittedFamily, ...]
) -> Distribution | None:
    """Two hundred equally likely turnarounds, as counted; beyond the last age by a family's tail.

    The tail is that of the likeliest family, from the last age on: a case that long is nowhere in
    the list, and to end all of them there would make the mean too small.
    """
    if cases.finished < FEWEST_FINISHED or counted.from_age > 0:
        return None
    luck = (np.arange(_COUNTED_VALUES) + 0.5) / _COUNTED_VALUES
    row = np.searchsorted(1 - counted.share, luck)
    known = row < counted.age.size
    values = np.where(known, counted.age[np.minimum(row, counted.age.size - 1)], counted.last_age)
    if not known.all() and families:
        values[~known] = _tail(counted, families[0].fit, luck[~known])
    return empirical([exact(f"{value:.6g}") for value in values])


def _tail(counted: OpenShare, fit: FamilyFit, luck: Floats) -> Floats:
    last = np.array([counted.last_age])
    still = np.exp(log_open(fit.shape, fit.theta, last))[0]
    shares = 1 - (1 - luck) / counted.share[-1] * still
    if not 0 < still < 1:
        return np.full(luck.size, counted.last_age)
    ages = np.array([float(age_at(fit.shape, fit.theta, share)) for share in shares])
    return np.asarray(np.maximum(ages, counted.last_age))


# --- In words --------------------------------------------------------------------------------


def _sentence(found: TurnaroundFit, language: Language) -> str:
    parts = [_what_there_is(found, language), _median(found, language)]
    parts.append(_choice(found, language))
    if not found.cases.says_complete:
        parts.append(_NOT_COMPLETE.in_language(language))
    return " ".join(parts)


def _what_there_is(found: TurnaroundFit, language: Language) -> str:
    cases = found.cases
    still, gone = cases.ended(STILL_OPEN), cases.ended(WITHDRAWN)
    if language == "da":
        return (
            f"Af {cases.cases} {'sag' if cases.cases == 1 else 'sager'} er {cases.finished} "
            f"afsluttet, {still} stadig {'åben' if still == 1 else 'åbne'} og {gone} faldet bort; "
            "de åbne tæller med, så langt de er kommet."
        )
    return (
        f"Of {cases.cases} {'case' if cases.cases == 1 else 'cases'} {cases.finished} "
        f"{'has' if cases.finished == 1 else 'have'} finished, {still} "
        f"{'is' if still == 1 else 'are'} still open and {gone} fell away; the open ones count as "
        "far as they have come."
    )


def _median(found: TurnaroundFit, language: Language) -> str:
    half = found.counted.age_reached(0.5)
    if half.value is None:
        return (
            "Halvdelen er ikke nået at blive afsluttet, så medianen kendes ikke."
            if language == "da"
            else "Fewer than half had finished, so the median is not known."
        )
    value = _days(half.value, language)
    between = _between(half, language)
    if language == "da":
        return f"Halvdelen var afsluttet inden for {value} dage ({between})."
    return f"Half had finished within {value} days ({between})."


def _choice(found: TurnaroundFit, language: Language) -> str:
    if found.cases.finished < FEWEST_FINISHED:
        return (
            f"Med færre end {FEWEST_FINISHED} afsluttede sager tilpasses ingen fordeling: det er "
            "ikke lært, og antagelsen står."
            if language == "da"
            else f"With fewer than {FEWEST_FINISHED} finished cases no distribution is fitted: it "
            "is not learned, and the assumption stands."
        )
    if found.chosen is None:
        if not found.learned:
            return (
                "Ingen af de prøvede fordelinger passer, og listen viser ikke de unge sager: det "
                "er ikke lært, og antagelsen står."
                if language == "da"
                else "None of the distributions tried fits, and the list does not show the young "
                "cases: it is not learned, and the assumption stands."
            )
        return (
            "Ingen af de prøvede fordelinger passer; den optalte fordeling bruges, som den er."
            if language == "da"
            else "None of the distributions tried fits; the counted distribution is used as it is."
        )
    fit, test = found.chosen.fit, found.chosen.fitness
    name = SHAPE_LABELS[fit.shape].in_language(language)
    mean, low, high = (
        _days(each, language) for each in (fit.mean.value, fit.mean.low, fit.mean.high)
    )
    certainty = percent(exact(str(fit.confidence)), language)
    said = (
        f"Fordelingen {name} har middelværdien {mean} dage ({low}–{high}, {certainty})"
        if language == "da"
        else f"The {name} distribution has a mean of {mean} days ({low}–{high}, {certainty})"
    )
    return said + _verdict(test, language) + _rival(found, language)


def _verdict(test: Fitness, language: Language) -> str:
    apart = percent(exact(f"{test.distance:.6f}"), language)
    if test.p_value is None:
        return (
            "; der er for få sager til at prøve, om den passer."
            if language == "da"
            else "; there are too few cases to test whether it fits."
        )
    chance = shown(exact(f"{test.p_value:.6f}"), 2, language)
    if test.p_value >= LEVEL:
        return (
            f" og passer med det optalte (p = {chance}, højst {apart} fra)."
            if language == "da"
            else f" and fits what was counted (p = {chance}, at most {apart} off)."
        )
    return (
        f"; den er ikke helt rigtig, men højst {apart} fra det optalte."
        if language == "da"
        else f"; it is not quite right, but at most {apart} from what was counted."
    )


def _rival(found: TurnaroundFit, language: Language) -> str:
    """Say where the likeliest family is one that cannot be carried on, or does not fit."""
    best = found.families[0]
    if found.chosen is None or best is found.chosen:
        return ""
    if found.chosen.fit.aic - best.fit.aic < _FAR_LESS_LIKELY:
        return ""
    name = SHAPE_LABELS[best.fit.shape].in_language(language)
    return (
        f" {name.capitalize()} ligger klart nærmere, men kan ikke simuleres."
        if language == "da"
        else f" {name.capitalize()} is clearly closer, but cannot be simulated."
    )


_NOT_COMPLETE = Text(
    da="Ingen har sagt, fra hvilken dag listen er fuldstændig: mangler gamle afsluttede sager, er "
    "tiden her for lang.",
    en="Nobody has said from which day the list is complete: if old finished cases are missing, "
    "the time here is too long.",
)


def _between(age: AgeReached, language: Language) -> str:
    low = _days(age.low or 0.0, language)
    if age.high is None:
        return f"{low} eller flere" if language == "da" else f"{low} or more"
    return f"{low}–{_days(age.high, language)}"


def _days(value: float, language: Language) -> str:
    return shown(exact(f"{value:.9g}"), 0 if value >= 10 else 1, language)
