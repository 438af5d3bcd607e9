"""A case list counted, as rows and sentences: the service and the terminal tell alike."""

from collections.abc import Iterator
from datetime import date, timedelta
from fractions import Fraction
from typing import TYPE_CHECKING, Annotated, Any

from api.answers import Answer, Exact, Label, Words
from api.quantities import day
from api.uploads import shown_value
from capacity.control_chart_sentences import control_chart_sentence
from capacity.control_charts import Limits, control_chart
from capacity.count_statistics import wilson
from capacity.errors import InvalidInput
from capacity.rulebook import rulebook
from capacity.units import exact
from capacity.wording import Language, Spoken, Text, date_in_words, percent, shown

if TYPE_CHECKING:  # numpy and the simulation are loaded by whoever reads a list
    from simulations.case_history import CaseHistory
    from simulations.observed_clocks import DeadlineReading
    from simulations.observed_compliance import ComplianceRow, ObservedCompliance
    from simulations.shared_counts import SharedRow

_SHARE = ("andel 0-1", "share 0-1")
_CLOCKS = ("frister", "deadlines")
_CONFIDENCE = 0.95


class ComplianceCounts(Answer):
    """What became of some clocks of one deadline under one law (da: målt rettidighed)."""

    deadline: Annotated[str, Label("frist", "deadline")]
    law_from: Annotated[date, Label("regler fra", "rules from")]
    team: Annotated[str | None, Label("team (tomt: alle)", "team (empty: all)")]
    case_class: Annotated[str | None, Label("sagstype (tomt: alle)", "case type (empty: all)")]
    month: Annotated[date | None, Label("forfaldsmåned (tomt: alle)", "month due (empty: all)")]
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


def compliance_rows(
    history: "CaseHistory",
    *,
    from_: date | None = None,
    to: date | None = None,
    by: str | None = None,
    deadline: str | None = None,
    shared: bool = False,
) -> "tuple[ObservedCompliance, list[dict[str, Any]]]":
    """Count a list, divided as asked (da: målt rettidighed).

    `InvalidInput` for a division that there is not, and for a deadline that the list does not show.
    """
    from simulations.observed_compliance import Split
    from simulations.shared_counts import shared_rows

    try:
        divided = {Split(each.strip()) for each in (by or "").split(";") if each.strip()}
    except ValueError as error:
        known, written = ", ".join(Split), shown_value(by)
        raise InvalidInput(
            Text(
                da=f"”{written}” deler ikke rækkerne; skriv nogle af {known}, adskilt af semikolon",
                en=f"“{written}” divides no rows; write some of {known}, separated by semicolons",
            ),
            field="by",
        ) from error
    counted = counted_of(history, from_=from_, to=to)
    refuse_unseen(counted, deadline)
    rows = [row for row in counted.rows(divided) if deadline is None or row.deadline == deadline]
    if not shared:
        return counted, [_whole(row, counted) for row in rows]
    # Without a division every row is its own total.
    told = [each for each in shared_rows(rows) if divided or each.is_total]
    return counted, [_shared(each, counted) for each in told]


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
    shown_ones = [each.deadline for each in counted.readings]
    if deadline is not None and deadline not in shown_ones:
        known = ", ".join(shown_ones)
        raise InvalidInput(
            Text(
                da=f"sagslisten viser ikke fristen ”{shown_value(deadline)}”; "
                + (f"den viser {known}" if known else "den viser ingen"),
                en=f"the case list does not show the deadline “{shown_value(deadline)}”; "
                + (f"it shows {known}" if known else "it shows none"),
            ),
            field="deadline",
        )


_PLACE = ("deadline", "law_from", "team", "case_class", "month")
_OUTCOMES = ("in_time", "late", "open_and_overdue", "not_yet_due", "not_required", "unknown")


def _whole(row: "ComplianceRow", counted: "ObservedCompliance") -> dict[str, Any]:
    interval = row.interval
    return {
        **{name: getattr(row, name) for name in (*_PLACE, *_OUTCOMES)},
        "is_total": False,
        "due": row.due,
        "share": row.share,
        "interval_low": None if interval is None else interval.low,
        "interval_high": None if interval is None else interval.high,
        "mean_days_late": row.mean_days_late,
        "days_late_90": row.days_late_90,
        "running_overdue": row.running_overdue if row.month is None else None,
        "list_complete": counted.complete,
    }


def _shared(row: "SharedRow", counted: "ObservedCompliance") -> dict[str, Any]:
    """Of days late and of the stock nothing is told: they could point at somebody."""
    found: dict[str, Any] = dict.fromkeys(ComplianceCounts.model_fields)
    found |= {name: getattr(row, name) for name in (*_PLACE, "is_total")}
    found["list_complete"] = counted.complete
    counts = row.counts
    if counts is None:
        return found
    found |= {name: getattr(counts, name) for name in _OUTCOMES}
    found["due"] = counts.due
    if counts.due and not counts.unknown:
        interval = wilson(counts.in_time, counts.due, _CONFIDENCE)
        found["share"] = Fraction(counts.in_time, counts.due)
        found["interval_low"], found["interval_high"] = interval.low, interval.high
    return found


_PERIOD = Text(
    da="Frister, der begyndte og forfaldt fra {first} til og med {last}.",
    en="Deadlines that started and fell due from {first} to {last}, both included.",
)
_NONE_DUE = Text(da="Ingen frister er forfaldet.", en="No deadlines have fallen due.")
_COUNTED = Text(
    da="{label}{law}: {in_time} af {due} til tiden ({share}; {low} til {high}), {late} for sent og "
    "{open} stadig åbne og overskredet",
    en="{label}{law}: {in_time} of {due} in time ({share}; {low} to {high}), {late} late and "
    "{open} still open and overdue",
)
_BETWEEN = Text(
    da="{label}{law}: mellem {low} og {high} til tiden; {unknown} kan datoerne ikke afgøre",
    en="{label}{law}: between {low} and {high} in time; {unknown} the dates cannot settle",
)
_INCOMPLETE = Text(
    da="Ingen har oplyst, fra hvilken dag listen er hel: rummer den mest åbne sager, ser "
    "afdelingen dårligere ud, end den er, og rummer den mest afsluttede, bedre.",
    en="Nobody has said from which day the list is complete: where it holds mostly open cases the "
    "department looks worse than it is, and where mostly closed ones, better.",
)
_NO_START = Text(
    da="{label}: i {count} er den gjort, uden at listen siger, hvornår fristen begyndte; det "
    "tæller ikke med.",
    en="{label}: in {count} it was done and the list does not say when the deadline began; that "
    "is not counted.",
)
_NO_LAW = Text(
    da="{label}: i {count} begyndte fristen på en dag, hvor planlæggeren ikke kender reglen; det "
    "tæller ikke med.",
    en="{label}: in {count} the deadline began on a day on which the planner knows no value of "
    "the rule; that is not counted.",
)
_SHARED = Text(
    da="Rækker med et tal fra 1 til 4 er udeladt, og så mange andre, at de ikke kan regnes ud af "
    "denne tabel. Det beskytter ikke mod den, der kender en af de udeladte rækker, eller har en "
    "anden opdeling af de samme sager: del kun én tabel.",
    en="Rows with a count from 1 to 4 are left out, and as many others as it takes for them not to "
    "be worked out from this table. That does not protect against whoever knows one of the rows "
    "left out, or has another division of the same cases: share one table only.",
)
_TIMELINESS = Text(
    da="Det er rettidighed, ikke lovmedholdelighed.", en="It is timeliness, not lawfulness."
)


def compliance_sentence(
    counted: "ObservedCompliance", deadline: str | None, *, shared: bool
) -> Text:
    """Say what became of the deadlines, and what the list could not show (da: i ord)."""
    return Spoken(lambda language: " ".join(_said(counted, deadline, language, shared=shared)))


def _said(
    counted: "ObservedCompliance", deadline: str | None, language: Language, *, shared: bool
) -> Iterator[str]:
    last = counted.to - timedelta(days=1)
    yield _PERIOD.in_language(language).format(
        first=date_in_words(counted.from_, language), last=date_in_words(last, language)
    )
    rows = [row for row in counted.rows() if deadline is None or row.deadline == deadline]
    if not shared:
        told = [_of_row(row, rows, language) for row in rows if row.due + row.unknown]
        yield "; ".join(told) + "." if told else _NONE_DUE.in_language(language)
    if not counted.complete:
        yield _INCOMPLETE.in_language(language)
    for reading in counted.readings:
        if deadline in (None, reading.deadline):
            yield from _not_shown(reading, language, shared=shared)
    if shared:
        yield _SHARED.in_language(language)
    yield _TIMELINESS.in_language(language)


_ROWS = (Text(da="rækker", en="rows"), Text(da="række", en="row"))


def _not_shown(reading: "DeadlineReading", language: Language, *, shared: bool) -> Iterator[str]:
    """Say what the list could not show of a deadline; small counts are not for sharing."""
    from simulations.shared_counts import SMALL

    count = reading.start_unknown
    if count and not (shared and count in SMALL):
        yield _of_rows(_NO_START, reading, count, language)


def _of_rows(words: Text, reading: "DeadlineReading", count: int, language: Language) -> str:
    return words.in_language(language).format(
        count=f"{shown(count, 0, language)} {_ROWS[count == 1].in_language(language)}",
        label=reading.label.in_language(language),
    )


def _of_row(row: "ComplianceRow", rows: "list[ComplianceRow]", language: Language) -> str:
    several = sum(each.deadline == row.deadline for each in rows) > 1
    since = {"da": " (regler fra {})", "en": " (rules from {})"}[language]
    named = {
        "label": rulebook()[row.deadline].label.in_language(language),
        "law": since.format(date_in_words(row.law_from, language)) if several else "",
    }
    if row.share is None or row.interval is None:
        low, high = row.share_range or (exact(0), exact(1))
        return _BETWEEN.in_language(language).format(
            **named,
            low=percent(low, language),
            high=percent(high, language),
            unknown=shown(row.unknown, 0, language),
        )
    return _COUNTED.in_language(language).format(
        **named,
        in_time=shown(row.in_time, 0, language),
        due=shown(row.due, 0, language),
        share=percent(row.share, language),
        low=percent(exact(row.interval.low), language),
        high=percent(exact(row.interval.high), language),
        late=shown(row.late, 0, language),
        open=shown(row.open_and_overdue, 0, language),
    )


class DeadlineReadingRow(Answer):
    """What the list holds of one deadline, and what it could not show (da: læsning af listen)."""

    deadline: Annotated[str, Label("frist", "deadline")]
    label: Annotated[Words, Label("fristens navn", "the deadline's name")]
    clocks: Annotated[int, Label("aflæste frister", "deadlines read", *_CLOCKS)]
    start_unknown: Annotated[
        int, Label("gjort, men uden startdato", "done, without a start", "rækker", "rows")
    ]
    not_in_force: Annotated[
        int, Label("begyndt uden for reglens tid", "begun outside the rule's time", *_CLOCKS)
    ]
    ended_unmet: Annotated[
        int, Label("standset, uden at det er gjort", "stopped without its being done", *_CLOCKS)
    ]
    unknown: Annotated[int, Label("kan ikke afgøres", "cannot be settled", *_CLOCKS)]
    needs_times: Annotated[str, Label("mangler klokkeslæt for", "lacks the times of day of")]
    seen_on: Annotated[date, Label("udtræksdato", "drawn on")]
    complete_from: Annotated[
        date | None, Label("hel fra (tomt: ingen har sagt det)", "complete from (empty: nobody)")
    ]


def reading_rows(history: "CaseHistory") -> tuple[tuple[DeadlineReadingRow, ...], Text]:
    """Say of every deadline what the list could not show (da: læsning af listen)."""
    from simulations.observed_clocks import observed_clocks

    readings = [reading for reading, _ in observed_clocks(history, rulebook())]
    rows = tuple(
        DeadlineReadingRow(
            deadline=reading.deadline,
            label=reading.label,
            clocks=reading.clocks,
            start_unknown=reading.start_unknown,
            not_in_force=reading.not_in_force,
            ended_unmet=reading.ended_unmet,
            unknown=reading.unknown,
            needs_times=";".join(reading.needs_times),
            seen_on=history.seen_on,
            complete_from=history.complete_from,
        )
        for reading in readings
    )

    def said(language: Language) -> str:
        parts = [
            _READ.in_language(language).format(
                label=reading.label.in_language(language), clocks=shown(reading.clocks, 0, language)
            )
            for reading in readings
        ]
        for reading in readings:
            parts += _not_shown(reading, language, shared=False)
            if reading.not_in_force:
                parts.append(_of_rows(_NO_LAW, reading, reading.not_in_force, language))
        if history.complete_from is None:
            parts.append(_INCOMPLETE.in_language(language))
        return " ".join(parts) or _NOTHING_READ.in_language(language)

    return rows, Spoken(said)


_READ = Text(da="{label}: {clocks} aflæst.", en="{label}: {clocks} read.")
_NOTHING_READ = Text(da="Listen viser ingen frister.", en="The list shows no deadlines.")


def chart_rows(
    history: "CaseHistory",
    deadline: str,
    *,
    team: str | None = None,
    phases: str | None = None,
    limits: Limits = Limits.EXACT,
) -> tuple[list[dict[str, Any]], Text]:
    """Judge a deadline month by month (da: seriediagram).

    `InvalidInput` for a deadline or team that the list does not show, and days that are none.
    """
    counted = counted_of(only(history, team=team))
    refuse_unseen(counted, deadline)
    begins = _days(phases, "phases")
    points = counted.chart_points(deadline)
    found = control_chart(points, new_phase_on=begins, limits=limits)
    rows = [
        {
            "month": each.point.on,
            "in_time": each.point.in_time,
            "due": each.point.due,
            "share": each.point.share,
            "low": each.limits.low,
            "high": each.limits.high,
            "outside": each.outside,
            "median": phase.median,
            "centre": phase.centre,
            "phase": number,
            "law_from": phase.law_from,
            "verdict": phase.verdict.value,
            "signals": ";".join(each.value for each in phase.signals),
            "false_alarm": phase.false_alarm,
        }
        for number, phase in enumerate(found.phases, start=1)
        for each in phase.points
    ]
    return rows, control_chart_sentence(found)


def _days(written: str | None, field: str) -> list[date]:
    try:
        return [day(each.strip()) for each in (written or "").split(";") if each.strip()]
    except InvalidInput as error:
        error.field = field
        raise


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
