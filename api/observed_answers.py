"""A case list counted, as rows: the service and the terminal tell alike (da: målt rettidighed)."""

from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING, Annotated, Any

from api.answers import Answer, Exact, Label, Words
from api.listed_names import NO_NAMES, ListedNames
from api.observed_sentences import LEFT_OUT, left_out_sentence
from api.uploads import shown_value
from capacity.count_statistics import wilson
from capacity.errors import InvalidInput
from capacity.rulebook import rulebook
from capacity.wording import Language, Spoken, Text

if TYPE_CHECKING:  # numpy and the simulation are loaded by whoever reads a list
    from simulations.case_history import CaseHistory
    from simulations.observed_compliance import ComplianceRow, ObservedCompliance, Split
    from simulations.shared_counts import LeftOut, SharedRow

_SHARE = ("andel 0-1", "share 0-1")
_CLOCKS = ("frister", "deadlines")
_CONFIDENCE = 0.95


class ComplianceCounts(Answer):
    """What became of some clocks of one deadline under one law (da: målt rettidighed)."""

    deadline: Annotated[str, Label("frist", "deadline")]
    deadline_label: Annotated[Words, Label("fristens navn", "the deadline's name")]
    law_from: Annotated[date, Label("regler fra", "rules from")]
    team: Annotated[str | None, Label("team (tomt: alle)", "team (empty: all)")]
    team_label: Annotated[Words | None, Label("teamets navn", "the team's name")]
    case_class: Annotated[str | None, Label("sagstype (tomt: alle)", "case type (empty: all)")]
    case_class_label: Annotated[Words | None, Label("sagstypens navn", "the case type's name")]
    month: Annotated[date | None, Label("forfaldsmåned (tomt: alle)", "month due (empty: all)")]
    quarter: Annotated[
        date | None, Label("forfaldskvartal (tomt: alle)", "quarter due (empty: all)")
    ]
    year: Annotated[int | None, Label("forfaldsår (tomt: alle)", "year due (empty: all)")]
    is_total: Annotated[bool, Label("i alt", "total")]
    in_time: Annotated[int | None, Label("til tiden", "in time", *_CLOCKS)]
    late: Annotated[int | None, Label("for sent", "late", *_CLOCKS)]
    open_and_overdue: Annotated[
        int | None, Label("åbne og overskredet", "open and overdue", *_CLOCKS)
    ]
    due: Annotated[int | None, Label("forfaldne", "due", *_CLOCKS)]
    share: Annotated[Exact | None, Label("andel til tiden", "share in time", *_SHARE)]
    interval_low: Annotated[float | None, Label("95 %-interval, nedre", "95%, low", *_SHARE)]
    interval_high: Annotated[float | None, Label("95 %-interval, øvre", "95%, high", *_SHARE)]
    not_yet_due: Annotated[int | None, Label("endnu ikke forfaldne", "not yet due", *_CLOCKS)]
    not_required: Annotated[int | None, Label("bortfaldne", "not required", *_CLOCKS)]
    unknown: Annotated[int | None, Label("kan ikke afgøres", "cannot be settled", *_CLOCKS)]
    mean_days_late: Annotated[
        float | None, Label("gennemsnitlig forsinkelse", "mean days late", "dage", "days")
    ]
    days_late_90: Annotated[
        int | None, Label("forsinkelse, 90 %", "days late, 90th percentile", "dage", "days")
    ]
    running_overdue: Annotated[
        int | None,
        Label("åbne ved periodens slutning, overskredet", "open at the end, overdue", *_CLOCKS),
    ]
    list_complete: Annotated[bool, Label("listen er hel", "the list is complete")]
    note: Annotated[Words | None, Label("bemærk", "note")]


def compliance_rows(
    history: "CaseHistory",
    *,
    from_: date | None = None,
    to: date | None = None,
    by: str | None = None,
    deadline: str | None = None,
    shared: bool = False,
    names: ListedNames = NO_NAMES,
) -> "tuple[ObservedCompliance, list[dict[str, Any]]]":
    """Count a list, divided as asked (da: målt rettidighed).

    `InvalidInput` for a division that there is not, and for a deadline that the list does not show.
    """
    from simulations.shared_counts import left_out_of, shared_rows

    divided = divided_by(by)
    counted = counted_of(history, from_=from_, to=to)
    refuse_unseen(counted, deadline)
    rows = [row for row in counted.rows(divided) if deadline is None or row.deadline == deadline]
    if not shared:
        return counted, [_whole(row, counted, names) for row in rows]
    # Without a division every row is its own total.
    told = [each for each in shared_rows(rows) if divided or each.is_total]
    missing = {(each.deadline, each.law_from): each for each in left_out_of(told)}
    return counted, [
        _shared(each, counted, names) | {"note": _shared_note(each, missing)} for each in told
    ]


def divided_by(by: str | None) -> "set[Split]":
    """Read what rows are divided by; `InvalidInput` for what divides none (da: opdeling)."""
    from simulations.observed_compliance import Split

    try:
        return {Split(each.strip()) for each in (by or "").split(";") if each.strip()}
    except ValueError as error:
        known, written = ", ".join(Split), shown_value(by)
        raise InvalidInput(
            Text(
                da=f"”{written}” deler ikke rækkerne; skriv nogle af {known}, adskilt af semikolon",
                en=f"“{written}” divides no rows; write some of {known}, separated by semicolons",
            ),
            field="by",
        ) from error


def counted_of(
    history: "CaseHistory", *, from_: date | None = None, to: date | None = None
) -> "ObservedCompliance":
    """Count the clocks of a period, naming its days as callers do (da: målt rettidighed)."""
    from simulations.observed_compliance import compliance_of_history

    try:
        return compliance_of_history(history, rulebook(), from_=from_, to=to)
    except InvalidInput as error:
        error.field = "from" if error.field == "from_" else error.field
        raise


def refuse_unseen(counted: "ObservedCompliance", deadline: str | None) -> None:
    """Refuse a deadline of which the list shows nothing (`InvalidInput`)."""
    if deadline is None or any(each.deadline == deadline for each in counted.readings):
        return

    def said(language: Language) -> str:
        words = _UNSEEN if counted.readings else _NONE_SEEN
        return words.in_language(language).format(
            asked=shown_value(deadline),
            known="; ".join(
                f"{each.deadline} ({each.label.in_language(language)})" for each in counted.readings
            ),
        )

    raise InvalidInput(Spoken(said), field="deadline")


_UNSEEN = Text(
    da="sagslisten viser ikke fristen ”{asked}”; den viser {known}",
    en="the case list does not show the deadline “{asked}”; it shows {known}",
)
_NONE_SEEN = Text(
    da="sagslisten viser ikke fristen ”{asked}”; den viser ingen",
    en="the case list does not show the deadline “{asked}”; it shows none",
)
_PLACE = ("deadline", "law_from", "team", "case_class", "month", "quarter", "year")
_OUTCOMES = ("in_time", "late", "open_and_overdue", "not_yet_due", "not_required", "unknown")


def _place(row: "ComplianceRow | SharedRow", names: ListedNames) -> dict[str, Any]:
    """What a row is of: the keys, and what they stand for."""
    return {
        **{name: getattr(row, name) for name in _PLACE},
        "deadline_label": names.deadline(row.deadline),
        "team_label": None if row.team is None else names.team(row.team),
        "case_class_label": None if row.case_class is None else names.case_class(row.case_class),
    }


def _whole(
    row: "ComplianceRow", counted: "ObservedCompliance", names: ListedNames
) -> dict[str, Any]:
    interval = row.interval
    return {
        **_place(row, names),
        **{name: getattr(row, name) for name in _OUTCOMES},
        "is_total": False,
        "due": row.due,
        "share": row.share,
        "interval_low": None if interval is None else interval.low,
        "interval_high": None if interval is None else interval.high,
        "mean_days_late": row.mean_days_late,
        "days_late_90": row.days_late_90,
        "running_overdue": None if row.is_of_a_stretch else row.running_overdue,
        "list_complete": counted.complete,
        "note": None,
    }


def _shared(row: "SharedRow", counted: "ObservedCompliance", names: ListedNames) -> dict[str, Any]:
    """Of days late and of the stock nothing is told: they could point at somebody."""
    found: dict[str, Any] = dict.fromkeys(ComplianceCounts.model_fields)
    found |= _place(row, names) | {"is_total": row.is_total}
    found["list_complete"] = counted.complete
    counts = row.counts
    if counts is None:
        return found
    found |= {name: getattr(counts, name) for name in _OUTCOMES}
    found["due"] = counts.due
    if counts.share is not None:
        interval = wilson(counts.in_time, counts.due, _CONFIDENCE)
        found["share"] = counts.share
        found["interval_low"], found["interval_high"] = interval.low, interval.high
    return found


def _shared_note(row: "SharedRow", missing: "Mapping[tuple[str, date], LeftOut]") -> Text | None:
    """Say beside a total how much is left out, and of a row left out that it is."""
    if row.is_total and (found := missing.get((row.deadline, row.law_from))):
        return left_out_sentence(found)
    return LEFT_OUT if row.counts is None else None


def only(
    history: "CaseHistory", *, team: str | None = None, case_class: str | None = None
) -> "CaseHistory":
    """Return the rows of a team and a type of case (da: udsnit).

    `InvalidInput` where the list has no such team or type.
    """
    kept = history
    if team is not None:
        kept = kept.only(kept.team == _number_of(team, kept.teams, "team"))
    if case_class is not None:
        number = _number_of(case_class, kept.case_classes, "case_class")
        kept = kept.only(kept.case_class == number)
    return kept


def _number_of(name: str, names: tuple[str, ...], field: str) -> int:
    if name in names:
        return names.index(name)
    known = ", ".join(names)
    raise InvalidInput(
        Text(
            da=f"sagslisten har ikke ”{shown_value(name)}”; den har {known}",
            en=f"the case list has no “{shown_value(name)}”; it has {known}",
        ),
        field=field,
    )
