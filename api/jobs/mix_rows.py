"""The columns and rows of a best mix (da: blandingens rækker)."""

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from typing import TYPE_CHECKING, Annotated, Any

from api.answers import Answer, Exact, Label, Words
from api.fields import inputs_ends
from api.jobs.mix_sentence import listed, together
from api.jobs.plans import PlanAnswer, Simulation, origin
from capacity.wording import Text

if TYPE_CHECKING:  # compiled code, which is loaded beside the start and not before it
    from simulations.best_mix import BestMix, Mix
    from simulations.mix_band import MixBand, MixBands
    from simulations.tallies import Outcome

_SHARE = ("andel 0-1", "share 0-1")
_KRONER = ("kr.", "DKK")


class MixColumns(Answer):
    """A mix, what it costs and what it keeps (da: blanding).

    `place` is `before` for the department as it is, `best`, `next_best`, or `alone` for what one
    offer does with the whole amount. `behind_best` is how much less than the best it keeps: where
    its interval holds 0, luck decides between the two. `price_of_avoided` is what the mix costs in
    the period for each deadline fewer that is late in it. `_inputs_low` and `_inputs_high` are what
    a fit leaves open of the inputs, and `best_in_sets` in how many of its `possible_sets` no other
    mix that is named keeps more; null where that has not been quantified.
    """

    place: Annotated[str, Label("plads", "place")]
    what: Annotated[Words, Label("blanding", "mix")]
    share_in_time: Annotated[float, Label("andel til tiden", "share in time", *_SHARE)]
    share_in_time_low: Annotated[float, Label("nedre", "low", *_SHARE)]
    share_in_time_high: Annotated[float, Label("øvre", "high", *_SHARE)]
    share_in_time_year_low: Annotated[float, Label("ringe år", "poor year", *_SHARE)]
    share_in_time_year_high: Annotated[float, Label("godt år", "good year", *_SHARE)]
    difference: Annotated[float, Label("forskel", "difference", *_SHARE)]
    difference_low: Annotated[float, Label("forskel, nedre", "difference, low", *_SHARE)]
    difference_high: Annotated[float, Label("forskel, øvre", "difference, high", *_SHARE)]
    behind_best: Annotated[float | None, Label("efter den bedste", "behind the best", *_SHARE)]
    behind_best_low: Annotated[float | None, Label("efter, nedre", "behind, low", *_SHARE)]
    behind_best_high: Annotated[float | None, Label("efter, øvre", "behind, high", *_SHARE)]
    avoided_late: Annotated[
        float | None, Label("undgåede overskridelser", "avoided late", "frister", "deadlines")
    ]
    part_year: Annotated[Exact, Label("budgetåret", "budget year", *_KRONER)]
    estimate_1: Annotated[Exact, Label("overslagsår 1", "estimate year 1", *_KRONER)]
    estimate_2: Annotated[Exact, Label("overslagsår 2", "estimate year 2", *_KRONER)]
    estimate_3: Annotated[Exact, Label("overslagsår 3", "estimate year 3", *_KRONER)]
    full_year: Annotated[Exact, Label("helårsvirkning", "full-year effect", *_KRONER)]
    price_of_avoided: Annotated[
        Exact | None, Label("udgift pr. undgået", "cost per avoided", *_KRONER)
    ]
    price_of_avoided_low: Annotated[Exact | None, Label("nedre", "low", *_KRONER)]
    price_of_avoided_high: Annotated[Exact | None, Label("øvre", "high", *_KRONER)]
    kroner: Annotated[Exact, Label("beløb", "amount", *_KRONER)]
    budget_year: Annotated[int, Label("budgetår", "budget year")]
    deadline: Annotated[str, Label("frist", "deadline")]
    team: Annotated[str | None, Label("team (tomt: alle)", "team (empty: all)")]
    tried: Annotated[int, Label("prøvede blandinger", "mixes tried")]
    share_in_time_inputs_low: Annotated[
        float | None, Label("andel til tiden, ukendte inddata ned", "inputs, low", *_SHARE)
    ]
    share_in_time_inputs_high: Annotated[
        float | None, Label("andel til tiden, ukendte inddata op", "inputs, high", *_SHARE)
    ]
    difference_inputs_low: Annotated[
        float | None, Label("forskel, ukendte inddata ned", "difference, inputs low", *_SHARE)
    ]
    difference_inputs_high: Annotated[
        float | None, Label("forskel, ukendte inddata op", "difference, inputs high", *_SHARE)
    ]
    behind_best_inputs_low: Annotated[
        float | None, Label("efter, ukendte inddata ned", "behind, inputs low", *_SHARE)
    ]
    behind_best_inputs_high: Annotated[
        float | None, Label("efter, ukendte inddata op", "behind, inputs high", *_SHARE)
    ]
    avoided_late_inputs_low: Annotated[
        float | None,
        Label("undgåede, ukendte inddata ned", "avoided, inputs low", "frister", "deadlines"),
    ]
    avoided_late_inputs_high: Annotated[
        float | None,
        Label("undgåede, ukendte inddata op", "avoided, inputs high", "frister", "deadlines"),
    ]
    price_of_avoided_inputs_low: Annotated[
        Exact | None,
        Label("udgift pr. undgået, ukendte inddata ned", "cost per avoided, inputs low", *_KRONER),
    ]
    price_of_avoided_inputs_high: Annotated[
        Exact | None,
        Label("udgift pr. undgået, ukendte inddata op", "cost per avoided, inputs high", *_KRONER),
    ]
    best_in_sets: Annotated[
        int | None, Label("bedst af de nævnte", "best of those named", "sæt", "sets")
    ]
    possible_sets: Annotated[int | None, Label("mulige sæt", "possible sets", "sæt", "sets")]


class MixRow(PlanAnswer, MixColumns):
    """A mix, and where it comes from (da: blanding).

    `left_out` is what the plan holds and was not offered, because nobody has said what it costs.
    """

    left_out: Annotated[
        Words | None, Label("ikke tilbudt, da prisen mangler", "not offered for want of a price")
    ]


def mix_rows(
    found: "BestMix",
    bands: "MixBands | None",
    asked: Simulation,
    name: str,
    left_out: Sequence[Text],
) -> Iterator[MixRow]:
    """Return a row for the department as it is and one for each mix that is named (da: rækker)."""
    of_all: dict[str, Any] = {
        "kroner": found.kroner,
        "budget_year": found.budget_year,
        "deadline": found.deadline,
        "team": found.team,
        "tried": found.tried,
        "left_out": listed(left_out),
        "possible_sets": None if bands is None else bands.sets,
        **origin(asked, name),
    }
    of_before: dict[str, Any] = {}
    if bands is not None:
        of_before = inputs_ends("share_in_time", bands.before)
    yield _row("before", _AS_IT_IS, found.before, None, of_all | _NOTHING_LEFT_OPEN | of_before)
    places = ["best"] * (found.best is not None)
    places += ["next_best"] * len(found.next_best) + ["alone"] * len(found.alone)
    of_each: Sequence[MixBand | None] = [None] * len(found.named) if bands is None else bands.mixes
    for place, mix, band in zip(places, found.named, of_each, strict=True):
        left_open = _NOTHING_LEFT_OPEN if band is None else _left_open(band)
        yield _row(place, together(mix), mix.outcome, mix, of_all | left_open)


_AS_IT_IS = Text(da="afdelingen, som den er", en="the department as it is")


def _row(
    place: str, what: Text, outcome: "Outcome", mix: "Mix | None", more: Mapping[str, Any]
) -> MixRow:
    total = None if mix is None else mix.budget.total
    years = (Fraction(0),) * 4 if total is None else total.by_year
    price = None if mix is None else mix.price_of_avoided
    return MixRow.model_validate(
        {
            "place": place,
            "what": what,
            "share_in_time": outcome.share_in_time.value,
            "share_in_time_low": outcome.share_in_time.low,
            "share_in_time_high": outcome.share_in_time.high,
            "share_in_time_year_low": outcome.year_low,
            "share_in_time_year_high": outcome.year_high,
            "difference": mix.difference.value if mix else 0.0,
            "difference_low": mix.difference.low if mix else 0.0,
            "difference_high": mix.difference.high if mix else 0.0,
            "behind_best": mix.behind.value if mix else None,
            "behind_best_low": mix.behind.low if mix else None,
            "behind_best_high": mix.behind.high if mix else None,
            "avoided_late": mix.avoided_late.value if mix else None,
            "part_year": years[0],
            "estimate_1": years[1],
            "estimate_2": years[2],
            "estimate_3": years[3],
            "full_year": Fraction(0) if total is None else total.full_year,
            "price_of_avoided": price and price.value,
            "price_of_avoided_low": price and price.low,
            "price_of_avoided_high": price and price.high,
            **more,
        }
    )


_BANDED = {
    "share_in_time": "share_in_time",
    "difference": "difference",
    "behind_best": "behind",
    "avoided_late": "avoided_late",
    "price_of_avoided": "price_of_avoided",
}
"""The columns with a band, and what of a mix's band each is."""


def _left_open(band: "MixBand") -> dict[str, Any]:
    """Name the ends of a mix's band as its columns (da: hvad der står åbent)."""
    ends: dict[str, Any] = {"best_in_sets": band.best_in}
    for column, name in _BANDED.items():
        ends |= inputs_ends(column, getattr(band, name))
    return ends


_NOTHING_LEFT_OPEN: dict[str, Any] = {
    "best_in_sets": None,
    **{end: None for name in _BANDED for end in inputs_ends(name, None)},
}
