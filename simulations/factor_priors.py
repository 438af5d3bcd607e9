"""What is believed of effort and of waiting before history speaks (da: forhåndsviden).

A belief is a factor on what the department's document states, with its own uncertainty: the factor
is lognormal, so that half as much and twice as much are equally far from what was stated. It comes
from a time study or from somebody who puts a name to it, and its source is always shown.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from statistics import NormalDist

from capacity.department import Department
from capacity.errors import InvalidInput
from capacity.wording import Text

NINE_IN_TEN = NormalDist().inv_cdf(0.95)
"""The half-width in standard deviations of an interval that holds 90 %."""
_LARGEST = 20.0
"""Assumption: a factor beyond 20, or below a twentieth, is another department."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FactorPrior:
    """A belief about one factor, before history (da: forhåndsviden om en faktor).

    As probably below `median` as above it; `log_sd` is the standard deviation of its logarithm.
    `InvalidInput` for a median that is no factor and for a belief without uncertainty.

    >>> belief = FactorPrior(median=1.0, log_sd=0.25, source=Text(da="skøn", en="estimate"))
    >>> [round(end, 2) for end in belief.interval]
    [0.66, 1.51]
    """

    median: float
    log_sd: float
    source: Text

    def __post_init__(self) -> None:
        if not 1 / _LARGEST <= self.median <= _LARGEST:
            raise InvalidInput(
                Text(
                    da=f"en faktor på {self.median:g} er for langt fra 1; skriv fra 0,05 til 20, "
                    "eller ret tallet i afdelingens dokument",
                    en=f"a factor of {self.median:g} is too far from 1; write from 0.05 to 20, or "
                    "correct the figure in the department's document",
                ),
                field="median",
            )
        if not 0 < self.log_sd <= math.log(_LARGEST):
            raise InvalidInput(
                Text(
                    da="en usikkerhed skal være over 0 og højst 3; skriv for eksempel 0,3, som "
                    "er omkring 30 %",
                    en="an uncertainty must be above 0 and at most 3; write 0.3, say, which is "
                    "about 30%",
                ),
                field="log_sd",
            )

    @property
    def interval(self) -> tuple[float, float]:
        """Where the factor lies with 90 % probability (da: interval)."""
        return self.quantile(-NINE_IN_TEN), self.quantile(NINE_IN_TEN)

    def quantile(self, score: float) -> float:
        """The factor at a normal score: 0 is the median (da: fraktil)."""
        return self.median * math.exp(score * self.log_sd)


def stated_between(low: float, high: float, source: Text) -> FactorPrior:
    """Put a person's statement into a belief: nine times in ten between the two (da: skøn).

    `source` names the person, and why. `InvalidInput` where the two are not in order.

    >>> said = stated_between(0.8, 1.25, Text(da="teamlederens skøn", en="the team leader"))
    >>> round(said.median, 6), round(said.log_sd, 3)
    (1.0, 0.136)
    """
    if not 0 < low < high:
        raise InvalidInput(
            Text(
                da=f"skriv to faktorer over 0, den mindste først, ikke {low:g} og {high:g}",
                en=f"write two factors above 0, the lower first, not {low:g} and {high:g}",
            ),
            field="low",
        )
    return FactorPrior(
        median=math.sqrt(low * high),
        log_sd=math.log(high / low) / (2 * NINE_IN_TEN),
        source=source,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class EffortPrior:
    """A belief about the effort of one case class beside what is stated (da: tidsforbrug).

    The factor multiplies the effort of every episode of the class that its own team works.
    """

    case_class: str
    factor: FactorPrior


def team_effort_prior(
    priors: Sequence[EffortPrior], department: Department, team: str, usual: FactorPrior
) -> FactorPrior:
    """Put the beliefs about a team's case classes together into one about its effort (da: samlet).

    A class counts by its hours in a year as stated; one without a belief of its own has the
    `usual` one. Log-deviations are taken to be fully dependent (an assumption on the cautious side:
    whoever writes too few hours on one class does so on others), so the parts' do not even out.
    `InvalidInput` for a class that the team has not.
    """
    classes = {each.slug: each for each in department.case_classes if each.team == team}
    stated = {each.case_class: each.factor for each in priors}
    for name in stated:
        if name not in classes:
            names = ", ".join(classes)
            raise InvalidInput(
                Text(
                    da=f"teamet ”{team}” har ingen sagstype ”{name}”; det har {names}",
                    en=f"the team “{team}” has no case class “{name}”; it has {names}",
                ),
                field="case_class",
            )
    beliefs = [stated.get(slug, usual) for slug in classes]
    hours = [float(each.arrivals_per_year * each.mean_effort_hours) for each in classes.values()]
    total = math.fsum(hours)
    if not stated or not total:
        return usual
    parts = [hour / total for hour in hours]
    medians = [part * belief.median for part, belief in zip(parts, beliefs, strict=True)]
    median = math.fsum(medians)
    spread = math.fsum(
        own / median * belief.log_sd for own, belief in zip(medians, beliefs, strict=True)
    )
    sources = list(dict.fromkeys(belief.source for belief in beliefs))
    source = Text(
        da="; ".join(each.da for each in sources), en="; ".join(each.en for each in sources)
    )
    return replace(usual, median=median, log_sd=spread, source=source)
