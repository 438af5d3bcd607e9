"""The columns and rows of what a target takes (da: målets rækker)."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from fractions import Fraction
from typing import Annotated

from pydantic import Field

from api.answers import Answer, Exact, Label, Table
from api.fields import CaseFte, RulesVersion, Verdict
from api.jobs.calculation import Finding
from capacity.errors import InvalidInput
from capacity.refusals import refuse_below_zero
from capacity.staff_costs import price_per_unit
from capacity.units import Kroner
from capacity.wording import Text

_FTE = ("fuldtidsstillinger", "FTE")
_SHARE = ("andel 0-1", "share 0-1")
_KRONER = ("kr.", "DKK")
_A_YEAR = ("frister/år", "deadlines/year")


class GoalAnswer(Answer):
    """What every row says of where it comes from (da: oprindelse).

    A row takes this class first and its own columns second: pydantic lists the last one's first.
    """

    department: Annotated[str, Label("afdeling", "department")]
    team: Annotated[str, Label("team", "team")]
    deadline: Annotated[str, Label("frist", "deadline")]
    from_: Annotated[date, Label("fra", "from")] = Field(alias="from")
    to: Annotated[date, Label("til (ikke med)", "to (not included)")]
    extra_from: Annotated[date, Label("ekstra fra", "extra from")]
    seed: Annotated[int, Label("frø", "seed")]
    replications: Annotated[int, Label("gentagelser", "replications")]
    model_version: Annotated[str, Label("modellens version", "version of the model")]
    rules_version: RulesVersion
    verdict: Verdict


class LeastStaffColumns(Answer):
    """A level of extra staff that was tried, and the answer of the whole search (da: niveau).

    `probability` is in how many of the single years the target was met; its interval is exact.
    `least` is null where no level up to `most` meets it often enough. With so few replications the
    least may lie from `least_low` to `least_high`, null where that is above `most`; what a fit
    leaves open of the inputs moves it from `least_inputs_low` to `least_inputs_high`, null where
    that has not been quantified (`possible_sets` null) or lies above `most`.
    """

    extra_fte: Annotated[Exact, Label("ekstra fuldtidsstillinger", "extra FTE", *_FTE)]
    is_least: Annotated[bool, Label("det mindste", "the least")]
    probability: Annotated[float, Label("år, der når målet", "years that reach it", *_SHARE)]
    probability_low: Annotated[float, Label("år, nedre", "years, low", *_SHARE)]
    probability_high: Annotated[float, Label("år, øvre", "years, high", *_SHARE)]
    years_reached: Annotated[int, Label("år, der nåede målet", "years reached", "år", "years")]
    years: Annotated[int, Label("simulerede år", "simulated years", "år", "years")]
    case_fte: CaseFte
    share_in_time: Annotated[float, Label("andel til tiden", "share in time", *_SHARE)]
    share_in_time_low: Annotated[float, Label("nedre", "low", *_SHARE)]
    share_in_time_high: Annotated[float, Label("øvre", "high", *_SHARE)]
    share_in_time_year_low: Annotated[float, Label("ringe år", "poor year", *_SHARE)]
    share_in_time_year_high: Annotated[float, Label("godt år", "good year", *_SHARE)]
    in_time: Annotated[int, Label("til tiden", "in time", "frister", "deadlines")]
    due: Annotated[int, Label("forfaldne", "due", "frister", "deadlines")]
    least: Annotated[Exact | None, Label("mindste bemanding", "least staff", *_FTE)]
    least_low: Annotated[Exact | None, Label("mindste, nedre", "least, low", *_FTE)]
    least_high: Annotated[Exact | None, Label("mindste, øvre", "least, high", *_FTE)]
    least_inputs_low: Annotated[
        Exact | None, Label("mindste, ukendte inddata ned", "least, inputs low", *_FTE)
    ]
    least_inputs_high: Annotated[
        Exact | None, Label("mindste, ukendte inddata op", "least, inputs high", *_FTE)
    ]
    enough_in_sets: Annotated[int | None, Label("nok i", "enough in", "sæt", "sets")]
    possible_sets: Annotated[int | None, Label("mulige sæt", "possible sets", "sæt", "sets")]
    target: Annotated[Exact, Label("mål", "target", *_SHARE)]
    certainty: Annotated[Exact, Label("sikkerhed", "certainty", *_SHARE)]
    step: Annotated[Exact, Label("trin", "step", *_FTE)]
    most: Annotated[Exact, Label("højst", "most", *_FTE)]
    reachable: Annotated[float, Label("kan nås", "within reach", *_SHARE)]
    years_within_reach: Annotated[
        float, Label("år, hvor målet kan nås", "years within reach", *_SHARE)
    ]
    years_within_reach_low: Annotated[float, Label("nedre", "low", *_SHARE)]
    years_within_reach_high: Annotated[float, Label("øvre", "high", *_SHARE)]


class LeastStaffRow(GoalAnswer, LeastStaffColumns):
    """A level that was tried, and where it comes from (da: niveau)."""


class MarginalColumns(Answer):
    """What one more full-time post gives (da: en stilling mere).

    `more_in_time` are the deadlines that are kept more in a year. Where `kroner` says what a post
    costs in a year, `price_of_kept` is that for each of them; null where there may be none.
    """

    to_fte: Annotated[Exact, Label("til", "to", *_FTE)]
    from_fte: Annotated[Exact, Label("fra stillinger", "from posts", *_FTE)]
    share_before: Annotated[float, Label("andel før", "share before", *_SHARE)]
    share_before_low: Annotated[float, Label("før, nedre", "before, low", *_SHARE)]
    share_before_high: Annotated[float, Label("før, øvre", "before, high", *_SHARE)]
    share_after: Annotated[float, Label("andel efter", "share after", *_SHARE)]
    share_after_low: Annotated[float, Label("efter, nedre", "after, low", *_SHARE)]
    share_after_high: Annotated[float, Label("efter, øvre", "after, high", *_SHARE)]
    share_after_year_low: Annotated[float, Label("efter, ringe år", "after, poor year", *_SHARE)]
    share_after_year_high: Annotated[float, Label("efter, godt år", "after, good year", *_SHARE)]
    difference: Annotated[float, Label("forskel", "difference", *_SHARE)]
    difference_low: Annotated[float, Label("forskel, nedre", "difference, low", *_SHARE)]
    difference_high: Annotated[float, Label("forskel, øvre", "difference, high", *_SHARE)]
    difference_inputs_low: Annotated[
        float | None, Label("forskel, ukendte inddata ned", "difference, inputs low", *_SHARE)
    ]
    difference_inputs_high: Annotated[
        float | None, Label("forskel, ukendte inddata op", "difference, inputs high", *_SHARE)
    ]
    more_in_time: Annotated[float, Label("flere til tiden", "more in time", *_A_YEAR)]
    more_in_time_low: Annotated[float, Label("flere, nedre", "more, low", *_A_YEAR)]
    more_in_time_high: Annotated[float, Label("flere, øvre", "more, high", *_A_YEAR)]
    is_distinguishable: Annotated[bool, Label("kan skelnes", "distinguishable")]
    flat_from: Annotated[Exact | None, Label("fladt fra", "flat from", *_FTE)]
    kroner: Annotated[Exact | None, Label("en stilling om året", "a post a year", *_KRONER)]
    price_of_kept: Annotated[
        Exact | None, Label("pr. ekstra til tiden", "per more in time", *_KRONER)
    ]
    price_of_kept_low: Annotated[Exact | None, Label("pr. ekstra, nedre", "low", *_KRONER)]
    price_of_kept_high: Annotated[Exact | None, Label("pr. ekstra, øvre", "high", *_KRONER)]


class MarginalRow(GoalAnswer, MarginalColumns):
    """What one more post gives, and where it comes from (da: en stilling mere)."""


class FullerWorkColumns(Answer):
    """A level of extra staff of which a part goes into fuller work (da: grundigere arbejde).

    With `added` more posts the mean share in time is below the target from `fails_from` on: 0 where
    it is so without fuller work, null where it is not though all the added hours go there.
    """

    fuller_work: Annotated[
        Exact, Label("andel til grundigere arbejde", "share to fuller work", *_SHARE)
    ]
    extra_fte: Annotated[Exact, Label("ekstra fuldtidsstillinger", "extra FTE", *_FTE)]
    share_in_time: Annotated[float, Label("andel til tiden", "share in time", *_SHARE)]
    share_in_time_low: Annotated[float, Label("nedre", "low", *_SHARE)]
    share_in_time_high: Annotated[float, Label("øvre", "high", *_SHARE)]
    share_in_time_year_low: Annotated[float, Label("ringe år", "poor year", *_SHARE)]
    share_in_time_year_high: Annotated[float, Label("godt år", "good year", *_SHARE)]
    in_time: Annotated[int, Label("til tiden", "in time", "frister", "deadlines")]
    due: Annotated[int, Label("forfaldne", "due", "frister", "deadlines")]
    target: Annotated[Exact, Label("mål", "target", *_SHARE)]
    added: Annotated[Exact, Label("stillinger, der spørges om", "posts asked about", *_FTE)]
    fails_from: Annotated[Exact | None, Label("målet svigter fra", "fails from", *_SHARE)]
    fails_from_low: Annotated[Exact | None, Label("svigter, nedre", "fails, low", *_SHARE)]
    fails_from_high: Annotated[Exact | None, Label("svigter, øvre", "fails, high", *_SHARE)]
    inputs_known: Annotated[
        bool, Label("ukendte inddata er opgjort", "unknown inputs are quantified")
    ]
    fails_from_inputs_low: Annotated[
        Exact | None, Label("svigter, ukendte inddata ned", "fails, inputs low", *_SHARE)
    ]
    fails_from_inputs_high: Annotated[
        Exact | None, Label("svigter, ukendte inddata op", "fails, inputs high", *_SHARE)
    ]


class FullerWorkRow(GoalAnswer, FullerWorkColumns):
    """A level of which a part goes into fuller work, and where it comes from (da: niveau)."""


def the_least(found: Finding) -> Finding:
    """Show of a search the one row of its answer (da: det mindste).

    That of the most that was tried, where no level was enough: it says so.
    """
    assert isinstance(found.answer, Table)
    rows: Sequence[LeastStaffRow] = found.answer.rows
    row = next((each for each in rows if each.is_least), rows[-1])
    return replace(found, answer=Table[LeastStaffRow](rows=(row,)))


def priced(found: Finding, *, kroner: Kroner | None, post: int | None) -> Finding:
    """Divide what a post costs in a year by what each gives (da: pris pr. ekstra til tiden).

    `post` shows one row alone; `InvalidInput` where there is none, and for a cost below 0.
    """
    assert isinstance(found.answer, Table)
    all_rows: Sequence[MarginalRow] = found.answer.rows
    rows = [each for each in all_rows if post in (None, int(each.to_fte))]
    if not rows:
        raise InvalidInput(
            Text(
                da=f"skriv en stilling fra 1 til {len(all_rows)}",
                en=f"write a post from 1 to {len(all_rows)}",
            ),
            field="post",
        )
    if kroner is not None:
        refuse_below_zero(kroner, "kroner")
        rows = [_priced(each, kroner) for each in rows]
    return replace(found, answer=Table[MarginalRow](rows=tuple(rows)))


def _priced(row: MarginalRow, kroner: Kroner) -> MarginalRow:
    price = price_per_unit(
        kroner * (row.to_fte - row.from_fte),
        Fraction(row.more_in_time),
        Fraction(row.more_in_time_low),
        Fraction(row.more_in_time_high),
    )
    return row.model_copy(
        update={
            "kroner": kroner,
            "price_of_kept": price.value,
            "price_of_kept_low": price.low,
            "price_of_kept_high": price.high,
        }
    )
