"""Observed compliance: cases in time among those due, and how sure that is (da: rettidighed).

A count of cases is a sample of what the department does. Six assessments of which two were in time
say little about the next six; the interval says how little. What is not yet due is shown apart and
never counted, neither as kept nor as broken.

The numbers speak of timeliness (da: rettidighed) and never of lawfulness (da: lovmedholdelighed).
"""

from dataclasses import dataclass
from fractions import Fraction

from capacity.count_statistics import (
    Bounds,
    Method,
    chance_of_at_least,
    clopper_pearson,
    fisher_p_value,
    newcombe,
    wilson,
)
from capacity.errors import InvalidInput
from capacity.refusals import refuse_unless_confidence
from capacity.units import Share, exact
from capacity.wording import Language, Spoken, Text, percent, shown

__all__ = [
    "Bounds",
    "Compliance",
    "ComplianceDifference",
    "Method",
    "chance_of_at_least_in_time",
    "compliance_difference",
    "compliance_difference_sentence",
    "compliance_sentence",
    "observed_compliance",
    "refuse_impossible_count",
]

# Assumption: more cases than any count holds; it bounds the work of the exact test.
_MOST_CASES = 10**7
# Assumption: fewer than this are called few, in words.
_FEW = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Compliance:
    """A count of cases in time among those due (da: rettidighed, optalt)."""

    in_time: int
    due: int
    not_yet_due: int
    share: Share
    interval: Bounds
    confidence: float

    @property
    def is_few(self) -> bool:
        """Whether so few were due that their share says little (da: få sager)."""
        return self.due < _FEW

    method: Method


@dataclass(frozen=True, slots=True, kw_only=True)
class ComplianceDifference:
    """The other share less the one, and what chance alone would do (da: forskel i rettidighed)."""

    one: Compliance
    other: Compliance
    difference: Fraction
    interval: Bounds
    p_value: float

    @property
    def digits(self) -> int:
        """How many decimals it takes to see it: below one point, whole points hide it (da: nøje).

        >>> before, after = observed_compliance(286, 360), observed_compliance(284, 360)
        >>> compliance_difference(before, after).digits
        1
        """
        return 1 if 0 < abs(self.difference) < Fraction(1, 100) else 0


def observed_compliance(
    in_time: int,
    due: int,
    *,
    method: Method | str = Method.WILSON,
    not_yet_due: int = 0,
    confidence: float = 0.95,
) -> Compliance:
    """Return the share in time with its interval (da: optalt rettidighed).

    `InvalidInput` where nothing was due, more were in time than due, or a count is negative.

    >>> counted = observed_compliance(2, 6)
    >>> str(counted.share), round(counted.interval.low, 2), round(counted.interval.high, 2)
    ('1/3', 0.1, 0.7)
    """
    refuse_impossible_count(in_time, due)
    if not 0 <= not_yet_due <= _MOST_CASES:
        raise InvalidInput(
            Text(
                da=f"{not_yet_due} endnu ikke forfaldne; skriv fra 0 til {_MOST_CASES}",
                en=f"{not_yet_due} not yet due; write from 0 to {_MOST_CASES}",
            ),
            field="not_yet_due",
        )
    refuse_unless_confidence(confidence)
    try:
        method = Method(method)
    except ValueError as error:
        known = ", ".join(Method)
        raise InvalidInput(
            Text(
                da=f"metoden ”{method}” kendes ikke; skriv en af {known}",
                en=f"there is no method “{method}”; write one of {known}",
            ),
            field="method",
        ) from error
    interval = wilson if method == Method.WILSON else clopper_pearson
    return Compliance(
        in_time=in_time,
        due=due,
        not_yet_due=not_yet_due,
        share=Fraction(in_time, due),
        interval=interval(in_time, due, confidence),
        confidence=confidence,
        method=method,
    )


def compliance_difference(one: Compliance, other: Compliance) -> ComplianceDifference:
    """Compare two counts: the other less the one (da: forskel i rettidighed).

    The interval is Newcombe's, whatever the method of the two; the p-value is Fisher's exact test.
    The counts must be of different cases. `InvalidInput` where the two differ in confidence.

    >>> found = compliance_difference(observed_compliance(2, 6), observed_compliance(35, 38))
    >>> str(found.difference), round(found.p_value, 4)
    ('67/114', 0.0034)
    """
    if one.confidence != other.confidence:
        raise InvalidInput(
            Text(
                da=f"de to optællinger har sikkerhed {one.confidence} og {other.confidence}; "
                "brug den samme",
                en=f"the two counts have confidence {one.confidence} and {other.confidence}; "
                "use the same",
            ),
            field="confidence",
        )
    counts = (one.in_time, one.due, other.in_time, other.due)
    return ComplianceDifference(
        one=one,
        other=other,
        difference=other.share - one.share,
        interval=newcombe(*counts, one.confidence),
        p_value=fisher_p_value(*counts),
    )


def chance_of_at_least_in_time(in_time: int, due: int, true_share: Share) -> float:
    """Return the chance that a review of n finds at least k in time (da: chance ved stikprøve).

    The cases are taken to be independent, each in time with the true share. `InvalidInput` for a
    share outside 0 to 1 or counts that cannot be.

    >>> f"{chance_of_at_least_in_time(6, 6, Fraction('0.92')):.0%}"
    '61%'
    """
    refuse_impossible_count(in_time, due)
    if not 0 <= true_share <= 1:
        raise InvalidInput(
            Text(
                da=f"sand andel {shown(true_share, 2, 'da')}; skriv en andel fra 0 til 1",
                en=f"true share {shown(true_share, 2, 'en')}; write a share from 0 to 1",
            ),
            field="true_share",
        )
    return chance_of_at_least(in_time, due, float(true_share))


def refuse_impossible_count(in_time: int, due: int) -> None:
    """Raise `InvalidInput` for a count that cannot be, or of nothing (da: umulig optælling)."""
    if due < 1:
        raise InvalidInput(
            Text(
                da=f"{due} forfaldne sager: uden forfaldne sager er der ingen andel; skriv 1 "
                "eller flere",
                en=f"{due} cases due: with nothing due there is no share; write at least 1",
            ),
            field="due",
        )
    if due > _MOST_CASES:
        raise InvalidInput(
            Text(
                da=f"{shown(due, 0, 'da')} forfaldne sager er flere, end nogen optælling rummer; "
                f"skriv højst {shown(_MOST_CASES, 0, 'da')}",
                en=f"{shown(due, 0, 'en')} cases due are more than any count holds; write at most "
                f"{shown(_MOST_CASES, 0, 'en')}",
            ),
            field="due",
        )
    if not 0 <= in_time <= due:
        raise InvalidInput(
            Text(
                da=f"{in_time} rettidige af {due} {_fallen_due(due)}; skriv fra 0 til {due}",
                en=f"{in_time} in time of {due} due; write from 0 to {due}",
            ),
            field="in_time",
        )


_METHODS = {Method.WILSON: "Wilson", Method.CLOPPER_PEARSON: "Clopper–Pearson"}
_TIMELY = {"da": ("rettidig", "rettidige"), "en": ("was", "were")}  # of one, of more
_COUNTED = Text(
    da="{in_time} af {due} var {timely} ({share}).",
    en="{in_time} of {due} {timely} in time ({share}).",
)
_SMALL = Text(
    da="Med kun {due} {fallen_due} kan tilfældigheder alene flytte andelen mange procentpoint: "
    "optællingen er forenelig med, at et sted mellem {low} og {high} er rettidige i det lange løb "
    "({confidence}-konfidensinterval, {method}).",
    en="With only {due} due, chance alone can move the share by many percentage points: the count "
    "is compatible with anywhere between {low} and {high} being in time in the long run "
    "({confidence} interval, {method}).",
)
_LARGE = Text(
    da="Tilfældigheder alene gør optællingen forenelig med, at mellem {low} og {high} er rettidige "
    "i det lange løb ({confidence}-konfidensinterval, {method}).",
    en="Chance alone makes the count compatible with {low} to {high} being in time in the long "
    "run ({confidence} interval, {method}).",
)
_ALL = Text(
    da="Det viser ikke, at alle altid er det: med {only}{due} {fallen_due} er optællingen "
    "forenelig med, at {low} eller flere er rettidige i det lange løb, så op til {other_way} kan "
    "være for sent ({confidence}-konfidensinterval, {method}).",
    en="That does not show that all always are: with {only}{due} due the count is compatible with "
    "{low} or more being in time in the long run, so up to {other_way} may be late ({confidence} "
    "interval, {method}).",
)
_NONE = Text(
    da="Det viser ikke, at ingen bliver det: med {only}{due} {fallen_due} er optællingen forenelig "
    "med, at op til {high} er rettidige i det lange løb ({confidence}-konfidensinterval, "
    "{method}).",
    en="That does not show that none ever is: with {only}{due} due the count is compatible with up "
    "to {high} being in time in the long run ({confidence} interval, {method}).",
)
_ONLY = {"da": "kun ", "en": "only "}
_NOT_YET_DUE = Text(
    da="Endnu ikke forfaldne og derfor ikke talt med: {not_yet_due}.",
    en="Not yet due, and so not counted: {not_yet_due}.",
)
_TIMELINESS = Text(
    da="Tallet handler om rettidighed, ikke om lovmedholdelighed.",
    en="The number is about timeliness, not lawfulness.",
)
_DIFFERENCE = Text(
    da="{in_time} af {due} ({share}) mod {other_in_time} af {other_due} ({other_share}): en "
    "forskel på {difference} procentpoint (fra {low} til {high}; {confidence}-konfidensinterval, "
    "Newcombe). Var der i virkeligheden ingen forskel, ville tilfældigheder alene give en mindst "
    "lige så skæv fordeling i {p_value} af tilfældene (Fishers eksakte test). Testen siger ikke, "
    "hvad en forskel skyldes.",
    en="{in_time} of {due} ({share}) against {other_in_time} of {other_due} ({other_share}): a "
    "difference of {difference} percentage points (from {low} to {high}; {confidence} interval, "
    "Newcombe). If in truth there were no difference, chance alone would give a split at least "
    "this uneven {p_value} of the time (Fisher's exact test). The test does not say what a "
    "difference is due to.",
)


def _fallen_due(due: int) -> str:
    return "forfalden" if due == 1 else "forfaldne"


def compliance_sentence(compliance: Compliance) -> Text:
    """Say the count and its uncertainty in words, plainly where the numbers are small (da: i ord).

    >>> compliance_sentence(observed_compliance(35, 38)).da.partition(".")[0]
    '35 af 38 var rettidige (92 %)'
    """
    return Spoken(lambda language: _sentence(compliance, language))


def _sentence(found: Compliance, language: Language) -> str:
    reach = {0: _NONE, found.due: _ALL}.get(found.in_time, _SMALL if found.is_few else _LARGE)
    parts = [_COUNTED, reach, _TIMELINESS]
    if found.not_yet_due:
        parts.insert(2, _NOT_YET_DUE)
    return " ".join(part.in_language(language) for part in parts).format(
        in_time=shown(found.in_time, 0, language),
        due=shown(found.due, 0, language),
        timely=_TIMELY[language][found.in_time != 1],
        fallen_due=_fallen_due(found.due),
        share=percent(found.share, language),
        low=percent(exact(found.interval.low), language),
        high=percent(exact(found.interval.high), language),
        only=_ONLY[language] if found.is_few else "",
        other_way=percent(1 - exact(found.interval.low), language),
        confidence=percent(exact(found.confidence), language),
        method=_METHODS[found.method],
        not_yet_due=shown(found.not_yet_due, 0, language),
    )


def compliance_difference_sentence(found: ComplianceDifference) -> Text:
    """Say a difference between two counts in words (da: forskel i ord)."""
    return Spoken(lambda language: _difference(found, language))


def _difference(found: ComplianceDifference, language: Language) -> str:
    digits = found.digits
    return _DIFFERENCE.in_language(language).format(
        in_time=shown(found.one.in_time, 0, language),
        due=shown(found.one.due, 0, language),
        share=percent(found.one.share, language, digits),
        other_in_time=shown(found.other.in_time, 0, language),
        other_due=shown(found.other.due, 0, language),
        other_share=percent(found.other.share, language, digits),
        difference=shown(found.difference * 100, digits, language),
        low=shown(exact(found.interval.low) * 100, digits, language),
        high=shown(exact(found.interval.high) * 100, digits, language),
        confidence=percent(exact(found.one.confidence), language),
        p_value=_chance(found.p_value, language),
    )


def _chance(p_value: float, language: Language) -> str:
    least = Fraction(1, 1000)  # what one decimal of a percentage can show
    if p_value < least:
        below = {"da": "under", "en": "less than"}[language]
        return f"{below} {percent(least, language, 1)}"
    return percent(exact(p_value), language, 1)
