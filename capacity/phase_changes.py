"""Neighbouring phases of a control chart held against one another (da: ændring mellem faser).

A day that begins a phase was stated beforehand, so the two sides of it are counts of different
cases and can be put to an exact test. What began under another law is another measure, and is not.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from capacity.compliance import (
    Compliance,
    ComplianceDifference,
    compliance_difference,
    compliance_difference_sentence,
    observed_compliance,
)
from capacity.control_charts import MARKED_DISPERSION, ControlChart, Phase
from capacity.units import exact
from capacity.wording import Language, Spoken, Text, percent

BY_CHANCE = 0.05
"""How seldom a chart in which nothing changes may show a change (da: signifikansniveau)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PhaseChange:
    """The later of two phases less the earlier (da: ændring mellem faser).

    `bar` is the p-value below which the change is more than chance explains: 5 % over as many
    comparisons as the chart holds (Bonferroni), so that they have one in twenty together.
    """

    before: Phase
    after: Phase
    difference: ComplianceDifference
    bar: float

    @property
    def beyond_chance(self) -> bool:
        """Whether the change is more than chance explains (da: mere end tilfældet)."""
        return self.difference.p_value < self.bar

    @property
    def is_borderline(self) -> bool:
        """Whether the interval says otherwise than the test (da: på grænsen)."""
        interval = self.difference.interval
        return (interval.low > 0 or interval.high < 0) != self.beyond_chance

    @property
    def is_dispersed(self) -> bool:
        """Whether months swing so much that the test is too sure of itself (da: klumpede sager)."""
        swings = (each.dispersion for each in (self.before, self.after))
        return any(each is not None and each >= MARKED_DISPERSION for each in swings)


def phase_changes(chart: ControlChart) -> tuple[PhaseChange | None, ...]:
    """Hold each phase against the one before it (da: ændringer mellem faser).

    A place a phase: None for the first, and where what came before began under another law.

    >>> from datetime import date
    >>> from capacity.control_charts import ChartPoint, control_chart
    >>> points = [
    ...     ChartPoint(on=date(2024, month, 1), in_time=24 if month < 7 else 15, due=30)
    ...     for month in range(1, 13)
    ... ]
    >>> _, change = phase_changes(control_chart(points, new_phase_on=[date(2024, 7, 1)]))
    >>> change.beyond_chance, str(change.difference.difference)
    (True, '-3/10')
    """
    neighbours = list(pairwise(chart.phases))
    comparisons = sum(before.law_from == after.law_from for before, after in neighbours)
    changes = (
        PhaseChange(
            before=before,
            after=after,
            difference=compliance_difference(_counted(before), _counted(after)),
            bar=BY_CHANCE / comparisons,
        )
        if before.law_from == after.law_from
        else None
        for before, after in neighbours
    )
    return (None, *changes)


def _counted(phase: Phase) -> Compliance:
    return observed_compliance(
        sum(each.point.in_time for each in phase.points),
        sum(each.point.due for each in phase.points),
    )


_BEYOND = Text(
    da="Ændringen mellem de to faser, fra {share} til {other_share}, er mere, end tilfældet alene "
    "kan forklare.",
    en="The change between the two phases, from {share} to {other_share}, is more than chance "
    "alone can explain.",
)
_WITHIN = Text(
    da="Ændringen mellem de to faser, fra {share} til {other_share}, er ikke mere, end tilfældet "
    "alene kan forklare; det viser heller ikke, at intet er ændret.",
    en="The change between the two phases, from {share} to {other_share}, is no more than chance "
    "alone can explain; nor does that show that nothing has changed.",
)
_BORDERLINE = Text(
    da="Det er på grænsen: intervallet og testen peger hver sin vej.",
    en="It is borderline: the interval and the test point different ways.",
)
_DISPERSED = Text(
    da="Månederne svinger mere, end uafhængige sager ville, fx fordi søskende kommer sammen: "
    "ændringen er mindre sikker, end testen siger.",
    en="The months swing more than independent cases would, as where siblings come together: the "
    "change is less certain than the test says.",
)
_SEVERAL = Text(
    da="Diagrammet har {count} sammenligninger, så hver af dem skal være under {bar} for at være "
    "mere end tilfældet.",
    en="The chart holds {count} comparisons, so each of them must be below {bar} to be more than "
    "chance.",
)
_REPEATED = Text(
    da="Det gælder for en dag, der er valgt på forhånd. Er dagen valgt, fordi tallene skifter dér, "
    "eller ser man efter igen og igen, viser tilfældet alene oftere en ændring, end testen siger.",
    en="That holds for a day chosen beforehand. Where it was chosen because the figures change "
    "there, or one looks again and again, chance alone shows a change more often than the test "
    "says.",
)


def phase_change_sentence(change: PhaseChange) -> Text:
    """Say plainly whether a change is more than chance explains, and how sure that is (da: dom)."""

    def said(language: Language) -> str:
        difference = change.difference
        verdict = _BEYOND if change.beyond_chance else _WITHIN
        parts = [
            verdict.in_language(language).format(
                share=percent(difference.one.share, language, difference.digits),
                other_share=percent(difference.other.share, language, difference.digits),
            ),
            compliance_difference_sentence(difference).in_language(language),
        ]
        if change.is_borderline:
            parts.append(_BORDERLINE.in_language(language))
        if change.is_dispersed:
            parts.append(_DISPERSED.in_language(language))
        return " ".join(parts)

    return Spoken(said)


def repeated_looking_sentence(changes: Sequence[PhaseChange | None]) -> Text:
    """Say what verdicts take for granted: a day stated beforehand, and one look (da: forbehold).

    Nothing where nothing was compared.

    >>> repeated_looking_sentence([None]).da
    ''
    """
    compared = [each for each in changes if each is not None]

    def said(language: Language) -> str:
        if not compared:
            return ""
        reserved = _REPEATED.in_language(language)
        if len(compared) == 1:
            return reserved
        several = _SEVERAL.in_language(language).format(
            count=len(compared), bar=percent(exact(compared[0].bar), language, 1)
        )
        return f"{several} {reserved}"

    return Spoken(said)
