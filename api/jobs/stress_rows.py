"""A stress month by month, as rows (da: sårbarhed, måned for måned)."""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import TYPE_CHECKING, Annotated

from api.answers import Answer, Exact, Label, Words
from api.fields import RulesVersion, Verdict
from capacity.fit import verdict
from capacity.rulebook import rulebook
from simulations import MODEL_VERSION

if TYPE_CHECKING:  # compiled code, which is loaded beside the start and not before it
    from simulations.left_open import Band
    from simulations.stress import Stress

_SHARE = ("andel 0-1", "share 0-1")
_CASES = ("sager", "cases")
_DEADLINES = ("frister", "deadlines")


class StressRow(Answer):
    """A month with the stress beside the same month without (da: måned).

    `_low` and `_high` of a difference, and of `more_late`, are simulation error; those of a single
    course are called `_month_low` and `_month_high`; `inputs_low` and `inputs_high` are what a fit
    leaves open, null where that has not been quantified. None of the three is in another. What is
    of the whole stress (`worst_month`, `recovered_from`, `more_late`, `late_`, `busy_`) is the same
    in every row; the first two are null where nothing is felt, or where it is not over within the
    period.
    """

    month: Annotated[date, Label("måned, fra", "month, from")]
    until: Annotated[date, Label("måned, til (ikke med)", "month, until (not included)")]
    due: Annotated[float, Label("forfaldne uden stress", "due without stress", *_DEADLINES)]
    share_without: Annotated[
        float | None, Label("til tiden uden stress", "in time without stress", *_SHARE)
    ]
    share_without_month_low: Annotated[
        float | None, Label("uden stress, ringe forløb", "without, poor course", *_SHARE)
    ]
    share_without_month_high: Annotated[
        float | None, Label("uden stress, godt forløb", "without, good course", *_SHARE)
    ]
    share_with: Annotated[
        float | None, Label("til tiden med stress", "in time with stress", *_SHARE)
    ]
    share_with_month_low: Annotated[
        float | None, Label("med stress, ringe forløb", "with, poor course", *_SHARE)
    ]
    share_with_month_high: Annotated[
        float | None, Label("med stress, godt forløb", "with, good course", *_SHARE)
    ]
    difference: Annotated[float | None, Label("forskel", "difference", *_SHARE)]
    difference_low: Annotated[float | None, Label("forskel, nedre", "difference, low", *_SHARE)]
    difference_high: Annotated[float | None, Label("forskel, øvre", "difference, high", *_SHARE)]
    inputs_low: Annotated[
        float | None, Label("forskel, ukendte inddata ned", "difference, inputs low", *_SHARE)
    ]
    inputs_high: Annotated[
        float | None, Label("forskel, ukendte inddata op", "difference, inputs high", *_SHARE)
    ]
    open_without: Annotated[float, Label("åbne sager uden stress", "open without", *_CASES)]
    open_without_month_low: Annotated[float, Label("åbne uden, få", "open without, few", *_CASES)]
    open_without_month_high: Annotated[
        float, Label("åbne uden, mange", "open without, many", *_CASES)
    ]
    open_with: Annotated[float, Label("åbne sager med stress", "open with", *_CASES)]
    open_with_month_low: Annotated[float, Label("åbne med, få", "open with, few", *_CASES)]
    open_with_month_high: Annotated[float, Label("åbne med, mange", "open with, many", *_CASES)]
    open_difference: Annotated[float, Label("flere åbne", "more open", *_CASES)]
    open_difference_low: Annotated[float, Label("flere åbne, nedre", "more open, low", *_CASES)]
    open_difference_high: Annotated[float, Label("flere åbne, øvre", "more open, high", *_CASES)]
    waiting_without: Annotated[
        float, Label("venter på sagsbehandler uden", "waiting for a caseworker without", *_CASES)
    ]
    waiting_with: Annotated[
        float, Label("venter på sagsbehandler med", "waiting for a caseworker with", *_CASES)
    ]
    worst_month: Annotated[date | None, Label("værste måned", "worst month")]
    recovered_from: Annotated[date | None, Label("på plads fra", "recovered from")]
    more_late: Annotated[float, Label("flere sene i alt", "more late in all", *_DEADLINES)]
    more_late_low: Annotated[float, Label("flere sene, nedre", "more late, low", *_DEADLINES)]
    more_late_high: Annotated[float, Label("flere sene, øvre", "more late, high", *_DEADLINES)]
    late_without: Annotated[
        float, Label("sene i alt uden stress", "late in all without", *_DEADLINES)
    ]
    late_without_low: Annotated[float, Label("sene uden, nedre", "late without, low", *_DEADLINES)]
    late_without_high: Annotated[float, Label("sene uden, øvre", "late without, high", *_DEADLINES)]
    late_with: Annotated[float, Label("sene i alt med stress", "late in all with", *_DEADLINES)]
    late_with_low: Annotated[float, Label("sene med, nedre", "late with, low", *_DEADLINES)]
    late_with_high: Annotated[float, Label("sene med, øvre", "late with, high", *_DEADLINES)]
    busy_without: Annotated[
        float | None, Label("timer brugt på sager uden stress", "hours worked without", *_SHARE)
    ]
    stress: Annotated[Words, Label("stress", "stress")]
    department: Annotated[str, Label("afdeling", "department")]
    team: Annotated[str, Label("team", "team")]
    merged_with: Annotated[str | None, Label("lagt sammen med", "merged with")]
    beside: Annotated[str | None, Label("talt sammen med", "counted together with")]
    deadline: Annotated[str | None, Label("frist (tomt: alle)", "deadline (empty: all)")]
    margin: Annotated[Exact, Label("margin", "margin", *_SHARE)]
    seed: Annotated[int, Label("frø", "seed")]
    replications: Annotated[int, Label("gentagelser", "replications")]
    model_version: Annotated[str, Label("modellens version", "version of the model")]
    rules_version: RulesVersion
    verdict: Verdict


def stress_rows(
    found: "Stress",
    bands: "Sequence[Band | None] | None",
    *,
    address: str,
    team: str,
    merged_with: str | None,
) -> Iterator[StressRow]:
    """Write a stress month by month (da: rækker)."""
    tested, nothing = found.follow, (None, None)
    headline = tested.deadline or found.department.headline_deadline
    for number, month in enumerate(found.months):
        band = (bands[number] if bands else None) or nothing
        without = month.share_range_without or nothing
        hit = month.share_range_with or nothing
        difference = month.difference
        yield StressRow(
            month=month.first_day,
            until=month.until,
            due=month.due,
            share_without=month.share_without,
            share_without_month_low=without[0],
            share_without_month_high=without[1],
            share_with=month.share_with,
            share_with_month_low=hit[0],
            share_with_month_high=hit[1],
            difference=difference and difference.value,
            difference_low=difference and difference.low,
            difference_high=difference and difference.high,
            inputs_low=band[0],
            inputs_high=band[1],
            open_without=month.open_without,
            open_without_month_low=month.open_range_without[0],
            open_without_month_high=month.open_range_without[1],
            open_with=month.open_with,
            open_with_month_low=month.open_range_with[0],
            open_with_month_high=month.open_range_with[1],
            open_difference=month.open_difference.value,
            open_difference_low=month.open_difference.low,
            open_difference_high=month.open_difference.high,
            waiting_without=month.waiting_without,
            waiting_with=month.waiting_with,
            worst_month=found.worst and found.worst.first_day,
            recovered_from=found.recovered_from,
            more_late=found.more_late.value,
            more_late_low=found.more_late.low,
            more_late_high=found.more_late.high,
            late_without=found.late_without.value,
            late_without_low=found.late_without.low,
            late_without_high=found.late_without.high,
            late_with=found.late_with.value,
            late_with_low=found.late_with.low,
            late_with_high=found.late_with.high,
            busy_without=found.busy_without and found.busy_without.value,
            stress=found.test.label,
            department=address,
            team=team,
            merged_with=merged_with,
            beside=tested.beside,
            deadline=tested.deadline,
            margin=tested.margin,
            seed=tested.seed,
            replications=tested.replications,
            model_version=MODEL_VERSION,
            rules_version=rulebook().fingerprint,
            verdict=verdict(found.department.fit, team, headline),
        )
