"""What history taught of effort, and what it could not teach, in words (da: i ord)."""

from fractions import Fraction

from capacity.case_events import EVENT_LABELS, MET_BY
from capacity.practice import Policy
from capacity.wording import Language, Spoken, Text, date_in_words, percent, shown
from simulations.effort_posterior import (
    EffortPosterior,
    FactorLearned,
    OddFigure,
    PolicyWeight,
)
from simulations.work_seen import Figure

POLICY_WORDS: dict[Policy, Text] = {
    Policy.FIRST_COME: Text(da="først til mølle", en="first come, first served"),
    Policy.EARLIEST_DUE: Text(da="tidligste frist først", en="earliest deadline first"),
    Policy.PRIORITY: Text(da="efter prioritet", en="by priority"),
    Policy.PREEMPTIVE_PRIORITY: Text(
        da="efter prioritet med afbrydelse", en="by priority with interruption"
    ),
    Policy.OLDEST_CASE: Text(da="ældste sag først", en="oldest case first"),
    Policy.SHARED_ATTENTION: Text(
        da="opmærksomheden delt mellem sagerne", en="attention shared among the cases"
    ),
}
_LOOKS = 1.96
"""A figure is called odd so many standard deviations from what is expected."""
_TELLING = 0.05
"""Medians that differ by less than 5 % between orders of work are the same for any use."""

PER_HOUR = Text(
    da="Tidsforbruget er lært pr. time på arbejde: dobbelt så tunge sager og dobbelt så mange "
    "timer giver samme historik. Er bemandingen skrevet forkert, er tidsforbruget det også.",
    en="Effort is learned per hour at work: cases twice as heavy and twice as many hours give the "
    "same history. If the roster is wrong, so is the effort.",
)
_LEARNED = Text(
    da="{what} er lært: {median} gange det angivne (90 %: fra {low} til {high}; før historikken "
    "fra {prior_low} til {prior_high}).",
    en="{what} was learned: {median} times what is stated (90%: from {low} to {high}; before "
    "history from {prior_low} to {prior_high}).",
)
_NOT_LEARNED = Text(
    da="{what} er ikke lært: historikken siger næsten intet ud over det, der blev antaget "
    "({median} gange det angivne, fra {low} til {high}; kilde: {source}).",
    en="{what} was not learned: history says hardly more than was assumed ({median} times what "
    "is stated, from {low} to {high}; source: {source}).",
)
_LEAST_BAD = Text(
    da="{what} er ikke lært: det mindst dårlige bud er {median} gange det angivne ({low} til "
    "{high}), men det er ikke til at regne med.",
    en="{what} was not learned: the least bad guess is {median} times what is stated ({low} to "
    "{high}), but it cannot be relied on.",
)
_EFFORT = Text(da="Tidsforbruget", en="Effort")
_DELAYS = Text(da="Ventetiden på andre", en="Waiting for others")
_ONE_POLICY = Text(
    da="Rækkefølgen af arbejdet er lært: {policy} ({probability}).",
    en="The order of work was learned: {policy} ({probability}).",
)
_POLICIES = Text(
    da="Historikken kan ikke afgøre rækkefølgen af arbejdet: {policies}.",
    en="History cannot settle the order of work: {policies}.",
)
_HEAVIER = Text(
    da="Den kan ikke skelne mellem tungere sager og en anden rækkefølge: {cases}.",
    en="It cannot tell heavier cases from another order of work: {cases}.",
)
_CASE = Text(
    da="er den {policy}, er tidsforbruget {median} gange det angivne (fra {low} til {high})",
    en="if it is {policy}, effort is {median} times what is stated (from {low} to {high})",
)
_TRADED = Text(
    da="Tungere sager kan stå i stedet for længere ventetid på andre: de to er kun delvist "
    "skilt ad (sammenhæng {correlation}).",
    en="Heavier cases can stand for longer waiting for others: the two are only partly told "
    "apart (correlation {correlation}).",
)
_UNEXPLAINED = Text(
    da="Modellen forklarer ikke historikken: selv det bedste bud viser sådan en fortid i under "
    "1 % af tilfældene. Længst fra ligger {odd}. Brug ikke tallene, før det er forstået.",
    en="The model does not explain history: even its best guess shows such a past in less than "
    "1% of cases. Furthest off: {odd}. Do not use the figures before that is understood.",
)
_EDGE = Text(
    da="Historikken peger ud over det, der blev anset for muligt; udvid intervallet for "
    "tidsforbrug eller ventetid, eller ret afdelingens tal.",
    en="History points beyond what was thought possible; widen the interval of effort or waiting, "
    "or correct the department's figures.",
)
_FIGURES = {
    Figure.BEGUN: Text(da="begyndte", en="begun"),
    Figure.OPEN: Text(da="åbne", en="open"),
    Figure.IN_TIME: Text(da="andelen til tiden", en="the share in time"),
    Figure.OVERDUE: Text(da="andelen overskredet", en="the share overdue"),
    Figure.DONE_WITHIN: Text(
        da="andelen færdig inden {days} dage", en="the share done within {days} days"
    ),
}
_ODD = Text(
    da="{figure} ({event}, til {until}) {direction} ventet",
    en="{figure} ({event}, until {until}) {direction} than expected",
)
_DIRECTIONS = {
    "da": ("lavere end", "højere end"),
    "en": ("lower", "higher"),
}


def effort_sentence(found: EffortPosterior) -> Text:
    """Say what history taught, what it did not, and what it could not tell apart (da: i ord)."""
    return Spoken(lambda language: " ".join(_sentences(found, language)))


def factor_sentence(found: FactorLearned, what: Text, *, teaches: bool) -> Text:
    """Say whether a factor was learned, and what it is (da: lært eller ikke lært).

    `teaches` is whether anything is learned of such a past (`EffortPosterior.teaches`).
    """
    return Spoken(lambda language: _factor(found, what, language, teaches))


def _sentences(found: EffortPosterior, language: Language) -> list[str]:
    said = []
    if not found.explains:
        odd = [each for each in found.odd_figures if abs(each.deviation) > _LOOKS]
        named = "; ".join(_odd(each, language) for each in odd or found.odd_figures[:1])
        said.append(_UNEXPLAINED.in_language(language).format(odd=named))
    if found.points_beyond:
        said.append(_EDGE.in_language(language))
    said.append(_factor(found.effort, _EFFORT, language, found.teaches))
    said.append(_factor(found.delays, _DELAYS, language, found.teaches))
    if not found.teaches:
        return said
    said += _orders(found, language)
    if (found.effort.learned or found.delays.learned) and found.correlation < -_STRONG:
        said.append(
            _TRADED.in_language(language).format(
                correlation=shown(Fraction(found.correlation), 2, language).replace("-", "−")
            )
        )
    if found.effort.learned:
        said.append(PER_HOUR.in_language(language))
    return said


_STRONG = 0.5


def _factor(found: FactorLearned, what: Text, language: Language, teaches: bool) -> str:
    words = (_LEARNED if found.learned else _NOT_LEARNED) if teaches else _LEAST_BAD
    prior_low, prior_high = found.prior.interval
    return words.in_language(language).format(
        what=what.in_language(language),
        median=_times(found.median, language),
        low=_times(found.low, language),
        high=_times(found.high, language),
        prior_low=_times(prior_low, language),
        prior_high=_times(prior_high, language),
        source=found.prior.source.in_language(language),
    )


def _orders(found: EffortPosterior, language: Language) -> list[str]:
    """What is said of the order of work; nothing where only one was thought possible."""
    if len(found.policies) == 1:
        return []
    possible = found.possible_policies
    if found.policy_learned:
        return [_ONE_POLICY.in_language(language).format(**_named(possible[0], language))]
    policies = ", ".join(
        "{policy} ({probability})".format(**_named(each, language)) for each in possible
    )
    said = [_POLICIES.in_language(language).format(policies=policies)]
    medians = [each.effort.median for each in possible]
    if max(medians) > (1 + _TELLING) * min(medians):
        cases = "; ".join(
            _CASE.in_language(language).format(
                policy=POLICY_WORDS[each.policy].in_language(language),
                median=_times(each.effort.median, language),
                low=_times(each.effort.low, language),
                high=_times(each.effort.high, language),
            )
            for each in possible
        )
        said.append(_HEAVIER.in_language(language).format(cases=cases))
    return said


def _named(each: PolicyWeight, language: Language) -> dict[str, str]:
    return {
        "policy": POLICY_WORDS[each.policy].in_language(language),
        "probability": percent(Fraction(each.probability), language),
    }


def _odd(each: OddFigure, language: Language) -> str:
    figure = each.figure
    return _ODD.in_language(language).format(
        figure=_FIGURES[figure.figure].in_language(language).format(days=figure.within_days),
        event=EVENT_LABELS[MET_BY[figure.deadline]].in_language(language),
        until=date_in_words(figure.until, language),
        direction=_DIRECTIONS[language][each.deviation > 0],
    )


def _times(factor: float, language: Language) -> str:
    return shown(Fraction(factor), 2, language)
