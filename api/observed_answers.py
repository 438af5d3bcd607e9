"""A case list counted, as rows and sentences: the service and the terminal tell alike."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import TYPE_CHECKING, Annotated, Any

from api.answers import Answer, Exact, Label
from api.quantities import day
from capacity.case_events import EVENT_LABELS, CaseEvent
from capacity.control_chart_sentences import control_chart_sentence
from capacity.control_charts import Limits, control_chart
from capacity.errors import InvalidInput
from capacity.rulebook import rulebook
from capacity.units import exact
from capacity.wording import Language, Spoken, Text, date_in_words, percent, shown

if TYPE_CHECKING:  # numpy and the simulation are loaded by whoever reads a list
    from simulations.case_history import CaseHistory
    from simulations.observed_compliance import ComplianceRow, ObservedCompliance

_SHARE = ("andel 0-1", "share 0-1")
_CLOCKS = ("frister", "deadlines")


class ComplianceCounts(Answer):
    """What became of some clocks of one deadline under one law (da: målt rettidighed)."""

    deadline: Annotated[str, Label("frist", "deadline")]
    law_from: Annotated[date, Label("regler fra", "rules from")]
    team: Annotated[str | None, Label("team (tomt: alle)", "team (empty: all)")]
    case_class: Annotated[str | None, Label("sagstype (tomt: alle)", "case type (empty: all)")]
    month: Annotated[date | None, Label("forfaldsmåned (tomt: alle)", "month due (empty: all)")]
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
        int | None, Label("åbne ved udløb, overskredet", "open at the end, overdue", *_CLOCKS)
    ]


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
    from simulations.observed_compliance import Split, compliance_of_history
    from simulations.shared_counts import shared_rows

    try:
        divided = {Split(each) for each in (by or "").split(";") if each}
    except ValueError as error:
        known = ", ".join(Split)
        raise InvalidInput(
            Text(
                da=f"”{by}” deler ikke rækkerne; skriv nogle af {known}, adskilt af semikolon",
                en=f"“{by}” divides no rows; write some of {known}, separated by semicolons",
            ),
            field="by",
        ) from error
    counted = compliance_of_history(history, rulebook(), from_=from_, to=to)
    refuse_unseen(counted, deadline)
    rows = [row for row in counted.rows(divided) if deadline is None or row.deadline == deadline]
    if not shared:
        return counted, [_whole(row) for row in rows]
    told = []
    for each in shared_rows(rows):
        named: dict[str, Any] = dict.fromkeys(ComplianceCounts.model_fields)
        named |= {
            "deadline": each.deadline,
            "law_from": each.law_from,
            "team": each.team,
            "case_class": each.case_class,
            "month": each.month,
        }
        counts = each.counts
        if counts is not None:
            named |= {
                name: getattr(counts, name)
                for name in (
                    "in_time",
                    "late",
                    "open_and_overdue",
                    "not_yet_due",
                    "not_required",
                    "unknown",
                )
            }
            named["due"] = counts.due
            if counts.due and not counts.unknown:
                named["share"] = exact(counts.in_time) / counts.due
        told.append(named)
    return counted, told


def refuse_unseen(counted: "ObservedCompliance", deadline: str | None) -> None:
    """Refuse a deadline of which the list shows nothing (`InvalidInput`)."""
    shown_ones = [each.deadline for each in counted.readings]
    if deadline is not None and deadline not in shown_ones:
        known = ", ".join(shown_ones)
        raise InvalidInput(
            Text(
                da=f"sagslisten viser ikke fristen ”{deadline}”; "
                + (f"den viser {known}" if known else "den viser ingen"),
                en=f"the case list does not show the deadline “{deadline}”; "
                + (f"it shows {known}" if known else "it shows none"),
            ),
            field="deadline",
        )


def _whole(row: "ComplianceRow") -> dict[str, Any]:
    interval = row.interval
    return {
        "deadline": row.deadline,
        "law_from": row.law_from,
        "team": row.team,
        "case_class": row.case_class,
        "month": row.month,
        "in_time": row.in_time,
        "late": row.late,
        "open_and_overdue": row.open_and_overdue,
        "due": row.due,
        "share": row.share,
        "interval_low": None if interval is None else interval.low,
        "interval_high": None if interval is None else interval.high,
        "not_yet_due": row.not_yet_due,
        "not_required": row.not_required,
        "unknown": row.unknown,
        "mean_days_late": row.mean_days_late,
        "days_late_90": row.days_late_90,
        "running_overdue": row.running_overdue if row.month is None else None,
    }


_PERIOD = Text(
    da="Af frister, der begyndte og udløb fra {first} til {last} (ikke med):",
    en="Of deadlines that started and fell due from {first} to {last} (not included):",
)
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
    da="Ingen har oplyst, fra hvornår listen er hel: andelene kan være for lave.",
    en="Nobody has said from when the list is complete: the shares may be too low.",
)
_UNREAD = Text(
    da="{count} rækker har en afslutning, men ingen start for fristen {label}.",
    en="{count} rows have an end and no start for the deadline {label}.",
)
_SHARED = Text(
    da="Tal fra 1 til 4 er udeladt, så ingen sag kan kendes i denne tabel; del kun én opdeling.",
    en="Counts from 1 to 4 are left out, so that no case can be known from this table; share only "
    "one division.",
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
    yield _PERIOD.in_language(language).format(
        first=date_in_words(counted.from_, language), last=date_in_words(counted.to, language)
    )
    rows = [row for row in counted.rows() if deadline is None or row.deadline == deadline]
    if not shared:
        yield "; ".join(_of_row(row, rows, language) for row in rows if row.due + row.unknown) + "."
    if not counted.complete:
        yield _INCOMPLETE.in_language(language)
    for reading in counted.readings:
        if reading.start_unknown and (deadline is None or reading.deadline == deadline):
            yield _UNREAD.in_language(language).format(
                count=shown(reading.start_unknown, 0, language),
                label=reading.label.in_language(language),
            )
    if shared:
        yield _SHARED.in_language(language)
    yield _TIMELINESS.in_language(language)


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
    from simulations.observed_compliance import compliance_of_history

    counted = compliance_of_history(history, rulebook())
    refuse_unseen(counted, deadline)
    if team is not None:
        _number_of(team, history.teams, "team")
    begins = _days(phases, "phases")
    points = counted.chart_points(deadline, team=team)
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


class OpenShareRow(Answer):
    """The share of cases still open after so many days (da: andel stadig åbne)."""

    days: Annotated[float, Label("alder", "age", "dage", "days")]
    at_risk: Annotated[float, Label("fulgte sager", "cases followed", "sager", "cases")]
    finished: Annotated[float, Label("afsluttet", "finished", "sager", "cases")]
    open_share: Annotated[float, Label("stadig åbne", "still open", *_SHARE)]
    open_share_low: Annotated[float, Label("nedre", "low", *_SHARE)]
    open_share_high: Annotated[float, Label("øvre", "high", *_SHARE)]


def turnaround_answer(
    history: "CaseHistory",
    event: CaseEvent,
    *,
    starts: CaseEvent | None = None,
    case_class: str | None = None,
    team: str | None = None,
) -> tuple[tuple[OpenShareRow, ...], Text]:
    """Follow cases to an event, open ones as open (da: sagsbehandlingstid).

    Of the types of case that come to it at all.

    `InvalidInput` where no case can be followed, or there is no such type or team.
    """
    import numpy as np

    from simulations.followed_cases import followed_cases
    from simulations.turnaround_fit import turnaround_fit

    rows = history
    if case_class is not None:
        number = _number_of(case_class, rows.case_classes, "case_class")
        rows = rows.only(rows.case_class == number)
    if team is not None:
        rows = rows.only(rows.team == _number_of(team, rows.teams, "team"))
    happened = ~np.isnan(rows.at(event))
    if not happened.any():
        known = ", ".join(each.value for each in CaseEvent if each in rows.events)
        raise InvalidInput(
            Text(
                da=f"sagslisten har ikke ”{EVENT_LABELS[event].da}”; den har {known}",
                en=f"the case list has no “{EVENT_LABELS[event].en}”; it has {known}",
            ),
            field="event",
        )
    # Of a type of case that never comes to the event nobody waits for it.
    rows = rows.only(np.isin(rows.case_class, rows.case_class[happened]))
    fit = turnaround_fit(followed_cases(rows, event, starts))
    counted = fit.counted
    begun = rows.arrived_at() if starts is None else rows.at(starts)
    closed = rows.at(event) - begun
    closed = closed[~np.isnan(closed)]
    told = tuple(
        OpenShareRow(
            days=float(days),
            at_risk=float(at_risk),
            finished=float(finished),
            open_share=float(share),
            open_share_low=float(low),
            open_share_high=float(high),
        )
        for days, at_risk, finished, share, low, high in zip(
            counted.age,
            counted.at_risk,
            counted.finished,
            counted.share,
            counted.low,
            counted.high,
            strict=True,
        )
    )
    return told, _turnaround_sentence(fit.sentence, closed.size and float(np.median(closed)))


_CLOSED_ALONE = Text(
    da=" Regnede man kun med de afsluttede, ville medianen se ud som {days} dage.",
    en=" Of the finished cases alone the median would look like {days} days.",
)


def _turnaround_sentence(said: Text, closed_median: float) -> Text:
    if not closed_median:
        return said

    def whole(language: Language) -> str:
        alone = _CLOSED_ALONE.in_language(language).format(
            days=shown(exact(round(closed_median, 1)), 0, language)
        )
        return said.in_language(language) + alone

    return Spoken(whole)


class InflowColumns(Answer):
    """How the cases of one type come (da: tilgang)."""

    team: Annotated[str | None, Label("team", "team")]
    case_class: Annotated[str, Label("sagstype", "case type")]
    arrivals_per_year: Annotated[
        float, Label("tilgang", "arrivals", "sager om året", "cases a year")
    ]
    arrivals_low: Annotated[float, Label("nedre", "low", "sager om året", "cases a year")]
    arrivals_high: Annotated[float, Label("øvre", "high", "sager om året", "cases a year")]
    learned: Annotated[bool, Label("lært", "learned")]
    trend: Annotated[float | None, Label("fra år til år", "year on year", "faktor", "factor")]
    trend_low: Annotated[float | None, Label("nedre", "low", "faktor", "factor")]
    trend_high: Annotated[float | None, Label("øvre", "high", "faktor", "factor")]
    season_p: Annotated[float | None, Label("årstid, p-værdi", "season, p-value")]
    dispersion: Annotated[float, Label("spredning mod tilfældets", "dispersion")]
    cases: Annotated[int, Label("ankomne", "arrived", "sager", "cases")]
    from_day: Annotated[date, Label("fra", "from")]
    seen_on: Annotated[date, Label("udtræksdato", "drawn on")]


def inflow_rows(history: "CaseHistory") -> list[Mapping[str, Any]]:
    """Fit the inflow of each type in each team (da: tilgang)."""
    from simulations.inflow_fit import Aspect, inflow_fits

    rows: list[Mapping[str, Any]] = []
    for each in inflow_fits(history, by_team=True):
        found, trend = each.arrivals_per_year, each.trend
        rows.append(
            {
                "team": each.team,
                "case_class": each.case_class,
                "arrivals_per_year": found.value,
                "arrivals_low": found.low,
                "arrivals_high": found.high,
                "learned": each.learned,
                "trend": None if trend is None else trend.value,
                "trend_low": None if trend is None else trend.low,
                "trend_high": None if trend is None else trend.high,
                "season_p": each.findings[Aspect.SEASON].p_value,
                "dispersion": each.dispersion,
                "cases": each.cases,
                "from_day": each.from_,
                "seen_on": each.seen_on,
                "says": Text(
                    da=" ".join(one.da for one in each.sentences if one.da),
                    en=" ".join(one.en for one in each.sentences if one.en),
                ),
            }
        )
    return rows


def _days(written: str | None, field: str) -> list[date]:
    try:
        return [day(each) for each in (written or "").split(";") if each]
    except InvalidInput as error:
        error.field = field
        raise


def _number_of(name: str, names: tuple[str, ...], field: str) -> int:
    if name in names:
        return names.index(name)
    known = ", ".join(names)
    raise InvalidInput(
        Text(
            da=f"sagslisten har ikke ”{name}”; den har {known}",
            en=f"the case list has no “{name}”; it has {known}",
        ),
        field=field,
    )
