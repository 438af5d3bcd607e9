"""A team month by month before and after a plan, as rows (da: over tid)."""

from collections.abc import Iterator
from datetime import date
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

from api.answers import Answer, Exact, Label
from api.fields import RulesVersion, Verdict, inputs_ends
from capacity.fit import verdict
from capacity.rulebook import rulebook
from capacity.wording import Text
from simulations import MODEL_VERSION

if TYPE_CHECKING:  # compiled code, which is loaded beside the start and not before it
    from simulations.months_left_open import ChangeBand, MonthBand, MonthsBand
    from simulations.over_time import MonthAhead, MonthChange, OverTime

_SHARE = ("andel 0-1", "share 0-1")
_CASES = ("sager", "cases")
_LOAD = ("sager/fuldtidsstilling", "cases/FTE")


class Side(StrEnum):
    """As it is, or as it would be (da: før eller efter)."""

    BEFORE = "before"
    AFTER = "after"


class OverTimeRow(Answer):
    """A month of a team, as it is or as it would be (da: måned).

    `_low` and `_high` are simulation error, `_month_low` and `_month_high` the range of single
    courses, `_inputs_low` and `_inputs_high` what history leaves open of the inputs, null where
    that is not quantified. Open cases, posts and caseload are those at the end of the month; what
    has no weight, such as follow-ups, is work on a case and is not counted as one.
    Differences are from the same month as it is, null in the rows before.
    """

    side: Annotated[Side, Label("før eller efter", "before or after")]
    month: Annotated[date, Label("måned, fra", "month, from")]
    until: Annotated[date, Label("måned, til (ikke med)", "month, until (not included)")]
    due: Annotated[float, Label("forfaldne", "due", "frister", "deadlines")]
    share_in_time: Annotated[float | None, Label("til tiden", "in time", *_SHARE)]
    share_in_time_low: Annotated[float | None, Label("til tiden, nedre", "in time, low", *_SHARE)]
    share_in_time_high: Annotated[float | None, Label("til tiden, øvre", "in time, high", *_SHARE)]
    share_in_time_month_low: Annotated[
        float | None, Label("til tiden, ringe forløb", "in time, poor course", *_SHARE)
    ]
    share_in_time_month_high: Annotated[
        float | None, Label("til tiden, godt forløb", "in time, good course", *_SHARE)
    ]
    share_in_time_inputs_low: Annotated[
        float | None, Label("til tiden, ukendte inddata ned", "in time, inputs low", *_SHARE)
    ]
    share_in_time_inputs_high: Annotated[
        float | None, Label("til tiden, ukendte inddata op", "in time, inputs high", *_SHARE)
    ]
    share_difference: Annotated[float | None, Label("forskel", "difference", *_SHARE)]
    share_difference_low: Annotated[
        float | None, Label("forskel, nedre", "difference, low", *_SHARE)
    ]
    share_difference_high: Annotated[
        float | None, Label("forskel, øvre", "difference, high", *_SHARE)
    ]
    share_difference_inputs_low: Annotated[
        float | None, Label("forskel, ukendte inddata ned", "difference, inputs low", *_SHARE)
    ]
    share_difference_inputs_high: Annotated[
        float | None, Label("forskel, ukendte inddata op", "difference, inputs high", *_SHARE)
    ]
    open_cases: Annotated[float, Label("åbne sager", "open cases", *_CASES)]
    open_cases_low: Annotated[float, Label("åbne, nedre", "open, low", *_CASES)]
    open_cases_high: Annotated[float, Label("åbne, øvre", "open, high", *_CASES)]
    open_cases_month_low: Annotated[float, Label("åbne, få", "open, few", *_CASES)]
    open_cases_month_high: Annotated[float, Label("åbne, mange", "open, many", *_CASES)]
    open_cases_inputs_low: Annotated[
        float | None, Label("åbne, ukendte inddata ned", "open, inputs low", *_CASES)
    ]
    open_cases_inputs_high: Annotated[
        float | None, Label("åbne, ukendte inddata op", "open, inputs high", *_CASES)
    ]
    open_difference: Annotated[float | None, Label("flere åbne", "more open", *_CASES)]
    open_difference_low: Annotated[
        float | None, Label("flere åbne, nedre", "more open, low", *_CASES)
    ]
    open_difference_high: Annotated[
        float | None, Label("flere åbne, øvre", "more open, high", *_CASES)
    ]
    open_difference_inputs_low: Annotated[
        float | None, Label("flere åbne, ukendte inddata ned", "more open, inputs low", *_CASES)
    ]
    open_difference_inputs_high: Annotated[
        float | None, Label("flere åbne, ukendte inddata op", "more open, inputs high", *_CASES)
    ]
    waiting_for_owner: Annotated[
        float, Label("venter på en sagsbehandler", "waiting for a caseworker", *_CASES)
    ]
    utilisation: Annotated[float | None, Label("belastningsgrad", "utilisation", *_SHARE)]
    case_fte: Annotated[
        Exact, Label("stillinger til sager", "posts for cases", "fuldtidsstillinger", "FTE")
    ]
    caseload: Annotated[float | None, Label("sagstal", "caseload", *_LOAD)]
    caseload_low: Annotated[float | None, Label("sagstal, nedre", "caseload, low", *_LOAD)]
    caseload_high: Annotated[float | None, Label("sagstal, øvre", "caseload, high", *_LOAD)]
    caseload_month_low: Annotated[float | None, Label("sagstal, lavt", "caseload, few", *_LOAD)]
    caseload_month_high: Annotated[float | None, Label("sagstal, højt", "caseload, many", *_LOAD)]
    caseload_inputs_low: Annotated[
        float | None, Label("sagstal, ukendte inddata ned", "caseload, inputs low", *_LOAD)
    ]
    caseload_inputs_high: Annotated[
        float | None, Label("sagstal, ukendte inddata op", "caseload, inputs high", *_LOAD)
    ]
    department: Annotated[str, Label("afdeling", "department")]
    team: Annotated[str, Label("team", "team")]
    deadline: Annotated[str, Label("frist", "deadline")]
    seed: Annotated[int, Label("frø", "seed")]
    replications: Annotated[int, Label("gentagelser", "replications")]
    model_version: Annotated[str, Label("modellens version", "version of the model")]
    rules_version: RulesVersion
    verdict: Verdict


def over_time_rows(
    found: "OverTime", band: "MonthsBand | None", address: str
) -> Iterator[OverTimeRow]:
    """Write both courses month by month, as it is first, with the bands (da: rækker)."""
    deadline = found.following.deadline
    tested = verdict(found.before.department.fit, found.before.teams[0], deadline)
    for number, month in enumerate(found.months_before):
        known = None if band is None else band.before[number]
        yield _row(month, found, address, tested, known)
    for number, month in enumerate(found.months_after):
        known = None if band is None else band.after[number]
        yield _row(
            month,
            found,
            address,
            tested,
            known,
            change=found.changes[number],
            change_band=None if band is None else band.changes[number],
        )


def _row(
    month: "MonthAhead",
    found: "OverTime",
    address: str,
    tested: Text,
    band: "MonthBand | None",
    *,
    change: "MonthChange | None" = None,
    change_band: "ChangeBand | None" = None,
) -> OverTimeRow:
    nothing = (None, None)
    share, share_range = month.share, month.share_range or nothing
    load, load_range = month.caseload, month.caseload_range or nothing
    moved = change and change.share
    more = change and change.open_cases
    course = found.before if change is None else found.after
    return OverTimeRow(
        side=Side.BEFORE if change is None else Side.AFTER,
        month=month.first_day,
        until=month.until,
        due=month.due,
        share_in_time=share and share.value,
        share_in_time_low=share and share.low,
        share_in_time_high=share and share.high,
        share_in_time_month_low=share_range[0],
        share_in_time_month_high=share_range[1],
        **inputs_ends("share_in_time", band.share if band else None),
        **inputs_ends("share_difference", change_band.share if change_band else None),
        **inputs_ends("open_cases", band.open_cases if band else None),
        **inputs_ends("open_difference", change_band.open_cases if change_band else None),
        **inputs_ends("caseload", band.caseload if band else None),
        share_difference=moved and moved.value,
        share_difference_low=moved and moved.low,
        share_difference_high=moved and moved.high,
        open_cases=month.open_cases.value,
        open_cases_low=month.open_cases.low,
        open_cases_high=month.open_cases.high,
        open_cases_month_low=month.open_range[0],
        open_cases_month_high=month.open_range[1],
        open_difference=more and more.value,
        open_difference_low=more and more.low,
        open_difference_high=more and more.high,
        waiting_for_owner=month.waiting.value,
        utilisation=month.utilisation and month.utilisation.value,
        case_fte=month.case_fte,
        caseload=load and load.value,
        caseload_low=load and load.low,
        caseload_high=load and load.high,
        caseload_month_low=load_range[0],
        caseload_month_high=load_range[1],
        department=address,
        team="+".join(course.teams),
        deadline=found.following.deadline,
        seed=found.following.seed,
        replications=found.following.replications,
        model_version=MODEL_VERSION,
        rules_version=rulebook().fingerprint,
        verdict=tested,
    )
