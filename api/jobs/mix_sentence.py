"""The best mix in words: what it does, what the inputs leave open, what was not offered."""

from collections.abc import Sequence
from fractions import Fraction
from typing import TYPE_CHECKING

from capacity.rulebook import rulebook
from capacity.wording import Language, Text, percent, shown

if TYPE_CHECKING:  # compiled code, which is loaded beside the start and not before it
    from simulations.best_mix import BestMix, Mix
    from simulations.mix_band import MixBands


def mix_sentence(
    found: "BestMix", bands: "MixBands | None" = None, left_out: Sequence[Text] = ()
) -> Text:
    """Say the best mix, what the inputs leave open, and what was not offered (da: svaret i ord)."""
    from simulations.mix_band import mix_bands_sentence

    unknown = mix_bands_sentence(bands, found)
    da, en = f"{_said(found, 'da')} {unknown.da}", f"{_said(found, 'en')} {unknown.en}"
    names = listed(left_out)
    if names is None:
        return Text(da=da, en=en)
    return Text(
        da=f"{da} Ikke tilbudt, fordi prisen ikke er skrevet eller er 0: {names.da}.",
        en=f"{en} Not offered, because the price is not written or is 0: {names.en}.",
    )


def listed(names: Sequence[Text]) -> Text | None:
    """Name several things; None for none (da: opremsning)."""
    if not names:
        return None
    return Text(da="; ".join(each.da for each in names), en="; ".join(each.en for each in names))


def _said(found: "BestMix", language: Language) -> str:
    is_danish = language == "da"
    amount = shown(abs(found.kroner), 0, language)
    deadline = rulebook()[found.deadline].label.in_language(language)
    if found.best is None and not found.alone:
        return (
            f"Intet af det udbudte kan købes for {amount} kr. i {found.budget_year}."
            if is_danish
            else f"Nothing that is offered can be had for {amount} kroner in {found.budget_year}."
        )
    if found.best is None:
        return (
            f"Ingen af mulighederne holder flere af fristen ”{deadline}” for {amount} kr. i "
            f"{found.budget_year}. I denne model og med disse antagelser."
            if is_danish
            else f"None of the offers keeps more of the deadline “{deadline}” for {amount} kroner "
            f"in {found.budget_year}. In this model and with these assumptions."
        )
    best = found.best
    before = percent(Fraction(found.before.share_in_time.value), language)
    after = percent(Fraction(best.outcome.share_in_time.value), language)
    year = "–".join(
        (
            shown(Fraction(best.outcome.year_low) * 100, 0, language),
            percent(Fraction(best.outcome.year_high), language),
        )
    )
    costs = shown(abs(best.budget.total.part_year), 0, language)
    saving = found.kroner < 0
    lasting = shown(best.budget.total.full_year * (-1 if saving else 1), 0, language)
    what = together(best).in_language(language)
    equals = sum(each.behind.low <= 0 for each in found.next_best)
    if is_danish:
        lead = (
            f"En besparelse på {amount} kr. i {found.budget_year} koster mindst af fristen "
            f"”{deadline}”, og kun den er regnet med, sådan: {what}."
            if saving
            else f"For {amount} kr. i {found.budget_year} holder denne blanding flest af fristen "
            f"”{deadline}”: {what}."
        )
        others = "En anden blanding" if equals == 1 else f"{equals} andre blandinger"
        tail = f" {others} er ikke til at skelne fra den." if equals else ""
        does = "sparer" if saving else "koster"
        return (
            f"{lead} Rettidigheden går fra {before} til {after} (i et enkelt år {year}); den "
            f"{does} {costs} kr. i {found.budget_year} og {lasting} kr. i et helt år.{tail} I "
            "denne model og med disse antagelser."
        )
    lead = (
        f"A saving of {amount} kroner in {found.budget_year} costs least of the deadline "
        f"“{deadline}”, the only one counted, like this: {what}."
        if saving
        else f"For {amount} kroner in {found.budget_year} this mix keeps most of the deadline "
        f"“{deadline}”: {what}."
    )
    others = "Another mix" if equals == 1 else f"{equals} other mixes"
    tail = f" {others} cannot be told from it." if equals else ""
    return (
        f"{lead} Timeliness goes from {before} to {after} ({year} in a single year); it "
        f"{'saves' if saving else 'costs'} "
        f"{costs} kroner in {found.budget_year} and {lasting} in a full year.{tail} In this model "
        "and with these assumptions."
    )


def together(mix: "Mix") -> Text:
    """Name all that is in a mix (da: blandingen i ord)."""
    found = listed(mix.titles)
    assert found is not None  # a mix of nothing is never named
    return found
