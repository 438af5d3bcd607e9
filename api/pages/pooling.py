"""Two teams each by themselves held against the same two as one, in words (da: lagt sammen).

Both sides are of the same deadlines. That a merger keeps fewer of them is no fault of the picture:
the other team's pressure comes along, and this says so where it happens.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from api.jobs.stress_rows import StressRow
from capacity.practice import POLICIES, Policy, Practice
from capacity.units import exact
from capacity.wording import Language, Spoken, Text, percent, shown

_BUSIER = Fraction(1, 100)
"""So much busier is told: less is nothing that anybody would feel."""
_TOTALS = Text(
    da="Når det rammer, overskrides {apart} frister i perioden med {team} og {other} hver for sig, "
    "og {merged} med dem lagt sammen{seen}.",
    en="When it hits, {apart} deadlines are missed in the period with {team} and {other} each by "
    "themselves, and {merged} with the two as one{seen}.",
)
_FEWER = Text(da=": færre", en=": fewer")
_MORE = Text(da=": flere", en=": more")
_NO_DIFFERENCE = Text(
    da="; den forskel er mindre end simuleringens usikkerhed",
    en="; that difference is smaller than the simulation error",
)
_PRESSURE = Text(
    da="Det skyldes, at {other} har mere at lave: {team}s medarbejdere bruger {alone} af deres "
    "timer til sager, når teamet er for sig, og i det fælles team bruges {merged}. I en fælles "
    "bunke går timerne derhen, hvor der er mest at lave, så {team}s frister må vente længere.",
    en="That is because {other} has more to do: the people of {team} use {alone} of their hours "
    "for cases where the team is by itself, and in the common team {merged} are used. In a common "
    "pile the hours go where there is most to do, so that the deadlines of {team} wait longer.",
)
_ORDER = Text(
    da="Arbejdet tages ”{policy}” og ikke efter frist, så det andet teams sager kommer foran, også "
    "når de kan vente.",
    en="Work is taken “{policy}” and not by its deadline, so that the other team’s cases come "
    "first even where they can wait.",
)
_DEARER = Text(
    da="Det, der sker, koster flere frister sammenlagt ({more} mod {fewer}): i en fælles bunke "
    "mærker begge teams frister, at timerne mangler{slack}.",
    en="What happens costs more deadlines when merged ({more} against {fewer}): in a common pile "
    "both teams’ deadlines feel that the hours are missing{slack}.",
)
_LESS_SLACK = Text(
    da=", og der er mindre luft at hente det ind med: {merged} af timerne til sager bruges mod "
    "{alone} i {team} for sig",
    en=", and there is less room to catch up: {merged} of the hours for cases are used, against "
    "{alone} in {team} by itself",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pooled:
    """The team alone, both teams apart, and the two as one (da: lagt sammen)."""

    team: Text
    other: Text
    practice: Practice
    alone: StressRow
    apart: StressRow
    merged: StressRow

    @property
    def is_more(self) -> bool:
        """Whether more are late merged than chance could make it (da: flere)."""
        return self.merged.late_with_low > self.apart.late_with_high

    @property
    def is_fewer(self) -> bool:
        """Whether fewer are late merged than chance could make it (da: færre)."""
        return self.merged.late_with_high < self.apart.late_with_low

    @property
    def costs_more(self) -> bool:
        """Whether what happens costs more deadlines when merged (da: koster flere)."""
        return self.merged.more_late_low > self.apart.more_late_high

    @property
    def is_busier(self) -> bool:
        """Whether the common team is busier than the team alone (da: travlere)."""
        alone, merged = self.alone.busy_without, self.merged.busy_without
        return alone is not None and merged is not None and merged - alone > _BUSIER


def pooling_sentence(found: Pooled) -> Text:
    """Say what the merger does to both teams’ deadlines, and why (da: i ord)."""
    return Spoken(lambda language: " ".join(_parts(found, language)))


def _parts(found: Pooled, language: Language) -> Iterator[str]:
    team, other = (each.in_language(language) for each in (found.team, found.other))

    def number(value: float) -> str:
        return shown(exact(value), 0, language)

    seen = _MORE if found.is_more else _FEWER if found.is_fewer else _NO_DIFFERENCE
    yield _TOTALS.in_language(language).format(
        apart=number(found.apart.late_with),
        merged=number(found.merged.late_with),
        team=team,
        other=other,
        seen=seen.in_language(language),
    )
    busy = {}
    if found.is_busier:
        assert found.alone.busy_without is not None
        assert found.merged.busy_without is not None
        busy = {
            "alone": percent(exact(found.alone.busy_without), language),
            "merged": percent(exact(found.merged.busy_without), language),
        }
    if found.is_more and busy:
        yield _PRESSURE.in_language(language).format(team=team, other=other, **busy)
    policy = found.practice.policy
    if found.is_more and policy is not Policy.EARLIEST_DUE:
        yield _ORDER.in_language(language).format(policy=POLICIES[policy].in_language(language))
    if found.costs_more and not found.is_more:
        slack = _LESS_SLACK.in_language(language).format(team=team, **busy) if busy else ""
        yield _DEARER.in_language(language).format(
            slack=slack,
            more=number(found.merged.more_late),
            fewer=number(found.apart.more_late),
        )
