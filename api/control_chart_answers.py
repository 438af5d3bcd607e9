"""A deadline month by month, judged, as rows and a sentence (da: seriediagram)."""

from datetime import date
from typing import TYPE_CHECKING, Annotated, Any

from api.answers import Answer, Exact, Label, Words
from api.listed_names import NO_NAMES, ListedNames
from api.observed_answers import counted_of, only, refuse_unseen
from api.quantities import day
from capacity.control_chart_sentences import control_chart_sentence
from capacity.control_charts import Limits, Verdict, control_chart
from capacity.errors import InvalidInput
from capacity.phase_changes import phase_changes
from capacity.wording import Language, Spoken, Text, date_in_words, month_in_words

if TYPE_CHECKING:  # numpy and the simulation are loaded by whoever reads a list
    from simulations.case_history import CaseHistory

_SHARE = ("andel 0-1", "share 0-1")


class ChartRow(Answer):
    """One month of a series, and what judges it (da: punkt).

    `change_p_value` and `change_beyond_chance` are of the phase against the one before it, of the
    same law; null in the first.
    """

    month: Annotated[date, Label("forfaldsmåned", "month due")]
    in_time: Annotated[int, Label("til tiden", "in time", "frister", "deadlines")]
    due: Annotated[int, Label("forfaldne", "due", "frister", "deadlines")]
    share: Annotated[Exact, Label("andel til tiden", "share in time", *_SHARE)]
    low: Annotated[float, Label("nedre kontrolgrænse", "lower limit", *_SHARE)]
    high: Annotated[float, Label("øvre kontrolgrænse", "upper limit", *_SHARE)]
    outside: Annotated[bool, Label("uden for grænserne", "outside the limits")]
    median: Annotated[Exact, Label("fasens median", "median of the phase", *_SHARE)]
    centre: Annotated[Exact, Label("fasens samlede andel", "share of the phase", *_SHARE)]
    phase: Annotated[int, Label("fase", "phase")]
    law_from: Annotated[date | None, Label("regler fra", "rules from")]
    verdict: Annotated[str, Label("dom over fasen", "verdict on the phase")]
    verdict_label: Annotated[Words, Label("dommen i ord", "the verdict in words")]
    signals: Annotated[str, Label("signaler", "signals")]
    false_alarm: Annotated[
        float, Label("chance for falsk alarm", "chance of a false alarm", *_SHARE)
    ]
    change_p_value: Annotated[
        float | None, Label("ændring fra forrige fase, p-værdi", "change from the last phase, p")
    ]
    change_beyond_chance: Annotated[
        bool | None, Label("ændring mere end tilfældet", "change beyond chance")
    ]


_VERDICTS = {
    Verdict.TOO_FEW: Text(da="for få punkter til at sige det", en="too few points to say"),
    Verdict.NOISE: Text(da="tilfældige udsving", en="chance alone"),
    Verdict.MORE_THAN_NOISE: Text(da="mere end tilfældige udsving", en="more than chance"),
}


def chart_rows(
    history: "CaseHistory",
    deadline: str,
    *,
    team: str | None = None,
    phases: str | None = None,
    limits: Limits = Limits.EXACT,
    names: ListedNames = NO_NAMES,
) -> tuple[list[dict[str, Any]], Text]:
    """Judge a deadline month by month (da: seriediagram).

    `InvalidInput` for a deadline or team that the list does not show, days that are none, and days
    with no month on one side of them.
    """
    counted = counted_of(only(history, team=team))
    refuse_unseen(counted, deadline)
    begins = _days(phases, "phases")
    points = counted.chart_points(deadline)
    found = control_chart(points, new_phase_on=begins, limits=limits)
    _refuse_outside(begins, [each.on for each in points])
    changes = phase_changes(found)
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
            "verdict_label": _VERDICTS[phase.verdict],
            "signals": ";".join(each.value for each in phase.signals),
            "false_alarm": phase.false_alarm,
            "change_p_value": change and change.difference.p_value,
            "change_beyond_chance": change and change.beyond_chance,
        }
        for number, (phase, change) in enumerate(zip(found.phases, changes, strict=True), start=1)
        for each in phase.points
    ]
    of = names.deadline(deadline)
    where = None if team is None else names.team(team)

    def said(language: Language) -> str:
        place = "" if where is None else f" ({where.in_language(language)})"
        judged = control_chart_sentence(found).in_language(language)
        return f"{of.in_language(language)}{place}. {judged}"

    return rows, Spoken(said)


def _refuse_outside(begins: list[date], months: list[date]) -> None:
    """Refuse a day that begins no phase: there would be no change to judge, and nothing said it."""
    for each in begins:
        if not min(months) < each <= max(months):
            first, last = (month_in_words(on(months), "da") for on in (min, max))
            in_english = [month_in_words(on(months), "en") for on in (min, max)]
            raise InvalidInput(
                Text(
                    da=f"{date_in_words(each, 'da')} deler ikke månederne, som går fra {first} til "
                    f"{last}; skriv en dag, der har måneder på begge sider",
                    en=f"{date_in_words(each, 'en')} does not divide the months, which run from "
                    f"{in_english[0]} to {in_english[1]}; write a day with months on both sides",
                ),
                field="phases",
            )


def _days(written: str | None, field: str) -> list[date]:
    try:
        return [day(each.strip()) for each in (written or "").split(";") if each.strip()]
    except InvalidInput as error:
        error.field = field
        raise
