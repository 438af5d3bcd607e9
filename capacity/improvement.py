"""Was an improvement real: two counts of one deadline, and all that speaks against them.

An exact test answers one question: would chance alone do this? It knows nothing of how the cases
were chosen, who counted them, or which are missing. So its answer never stands without what the
counts cannot carry (da: forbehold).
"""

from dataclasses import dataclass

from capacity.compliance import (
    Compliance,
    ComplianceDifference,
    compliance_difference,
    compliance_difference_sentence,
    observed_compliance,
)
from capacity.count_statistics import fisher_p_value
from capacity.department import Observation
from capacity.errors import InvalidInput
from capacity.wording import Language, Spoken, Text, percent, shown

_CHANCE = 0.05
_MOST_MISSING = 10_000
_FEW_CASES = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Improvement:
    """Two counts held against one another, with their reservations (da: forbedring og forbehold).

    `beyond_chance` is whether Fisher's exact test puts the difference below 5 %. `missing_late` is
    how many late cases, left out of the better count, would bring it back to what chance can do;
    None where it is that already, or no number would. `caveats` go wherever the answer goes.
    """

    earlier: Observation
    later: Observation
    difference: ComplianceDifference
    beyond_chance: bool
    missing_late: int | None
    caveats: tuple[Text, ...]


def improvement(earlier: Observation, later: Observation) -> Improvement:
    """Say whether a later count differs from an earlier one by more than chance (da: forbedring).

    `InvalidInput` where the two are not counts of the same deadline: a count of content is not one
    of time.

    >>> seen = Text(da="", en="")
    >>> deadline = "statute.child_assessment"
    >>> sample = Observation(label=seen, kept=2, due=6, deadline=deadline, source=seen)
    >>> quarter = Observation(label=seen, kept=35, due=38, deadline=deadline, source=seen)
    >>> found = improvement(sample, quarter)
    >>> found.beyond_chance, round(found.difference.p_value, 4), found.missing_late
    (True, 0.0034, 8)
    """
    if earlier.deadline is None or earlier.deadline != later.deadline:
        raise InvalidInput(
            Text(
                da="vælg to optællinger af samme frist; en optælling af indhold eller rækkefølge "
                "siger intet om tid",
                en="choose two counts of the same deadline; a count of content or order says "
                "nothing of time",
            ),
            field="other",
        )
    one, other = (
        observed_compliance(each.kept, each.due, not_yet_due=each.not_yet_due)
        for each in (earlier, later)
    )
    difference = compliance_difference(one, other)
    beyond = difference.p_value < _CHANCE
    return Improvement(
        earlier=earlier,
        later=later,
        difference=difference,
        beyond_chance=beyond,
        missing_late=_missing_late(one, other) if beyond else None,
        caveats=tuple(_caveats(earlier, later)),
    )


def _missing_late(one: Compliance, other: Compliance) -> int | None:
    worse, better = sorted((one, other), key=lambda found: found.share)

    def is_enough(missing: int) -> bool:
        of = better.due + missing
        if better.in_time * worse.due <= worse.in_time * of:
            return True  # the two shares have met
        return fisher_p_value(worse.in_time, worse.due, better.in_time, of) >= _CHANCE

    # A test of millions takes a tenth of a second, so the number is searched for by halves.
    too_few, enough = 0, 1
    while not is_enough(enough):
        too_few, enough = enough, enough * 2
        if too_few >= _MOST_MISSING:
            return None
    while enough - too_few > 1:
        middle = (too_few + enough) // 2
        too_few, enough = (too_few, middle) if is_enough(middle) else (middle, enough)
    # Of few cases the exact p-value moves back and forth, and fewer may be enough as well.
    if better.due + worse.due <= _FEW_CASES:
        return next(missing for missing in range(1, enough + 1) if is_enough(missing))
    return enough


_OTHER_TIME = Text(
    da="De to optællinger er fra hver sin tid: alt andet, der skete imens, er med i forskellen.",
    en="The two counts are of different times: all else that happened meanwhile is in the "
    "difference.",
)
_OTHER_COUNTER = Text(
    da="De er talt op hver for sig: {one} og {other}. Er sagerne valgt forskelligt, kan valget "
    "alene give en forskel.",
    en="They were counted separately: {one}, and {other}. Where the cases were chosen differently, "
    "the choice alone can make a difference.",
)
_OF_THE_FIRST = Text(da="Om den første ({count}): {caveat}", en="Of the first ({count}): {caveat}")
_OF_THE_SECOND = Text(da="Om den anden ({count}): {caveat}", en="Of the second ({count}): {caveat}")


def _caveats(earlier: Observation, later: Observation) -> list[Text]:
    found = []
    if earlier.source != later.source:
        found.append(
            Text(
                da=_OTHER_COUNTER.da.format(one=earlier.source.da, other=later.source.da),
                en=_OTHER_COUNTER.en.format(one=earlier.source.en, other=later.source.en),
            )
        )
    found.append(_OTHER_TIME)
    for words, each in ((_OF_THE_FIRST, earlier), (_OF_THE_SECOND, later)):
        if each.caveat is not None:
            da, en = f"{each.kept} af {each.due}", f"{each.kept} of {each.due}"
            found.append(
                Text(
                    da=words.da.format(count=da, caveat=each.caveat.da),
                    en=words.en.format(count=en, caveat=each.caveat.en),
                )
            )
    return found


_BEYOND = Text(
    da="Fra {share} til {other_share}: tilfældigheder alene er en dårlig forklaring.",
    en="From {share} to {other_share}: chance alone is a poor explanation.",
)
_BY_CHANCE = Text(
    da="Fra {share} til {other_share}: det kan være tilfældigheder alene.",
    en="From {share} to {other_share}: that can be chance alone.",
)
_MISSING = Text(
    da="Mangler der blot {missing} overskredne sager i den bedste af de to optællinger, er "
    "forskellen ikke længere større, end tilfældigheder kan give.",
    en="If as few as {missing} overdue cases are missing from the better of the two counts, the "
    "difference is no longer more than chance can give.",
)
_RESERVED = Text(
    da="Testen forudsætter, at begge optællinger er tilfældige udsnit af samme slags sager. "
    "Forbehold:",
    en="The test takes both counts to be random samples of the same kind of cases. Caveats:",
)


def improvement_sentence(found: Improvement) -> Text:
    """Answer in words, test and caveats together (da: forbedringen i ord)."""
    return Spoken(lambda language: _said(found, language))


def _said(found: Improvement, language: Language) -> str:
    verdict = (_BEYOND if found.beyond_chance else _BY_CHANCE).in_language(language)
    parts = [
        verdict.format(
            share=percent(found.difference.one.share, language, found.difference.digits),
            other_share=percent(found.difference.other.share, language, found.difference.digits),
        ),
        compliance_difference_sentence(found.difference).in_language(language),
    ]
    if found.missing_late is not None:
        missing = shown(found.missing_late, 0, language)
        parts.append(_MISSING.in_language(language).format(missing=missing))
    parts.append(_RESERVED.in_language(language))
    parts += [caveat.in_language(language) for caveat in found.caveats]
    return " ".join(parts)
