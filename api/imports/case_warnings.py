"""What is suspicious in a case list and may be right all the same (da: advarsler).

A list that was tidied up in a day, dates that a system filled in by itself, a team that stopped:
nothing is refused for them, but whoever reads a forecast made of them should know.
"""

from collections.abc import Iterator
from datetime import date, timedelta

import numpy as np

from capacity.case_events import EVENT_LABELS, MET_BY, CaseEvent
from capacity.wording import Text, date_in_words, shown
from simulations.case_history import EPOCH, NOBODY, CaseHistory, day_number
from simulations.luck import Floats, Integers

# Assumptions: what is more than these seldom happens by itself.
_MASS_LEAST, _MASS_SHARE, _MASS_TIMES = 10, 0.05, 10
_DEFAULT_LEAST, _DEFAULT_SHARE = 5, 0.02
_FIRST_OF_MONTH_SHARE = 0.25
_WEEKEND_SHARE = 0.05
_STOPPED_ARRIVALS, _STOPPED_GAPS, _STOPPED_DAYS = 12, 8, 60
_EMPTY_START_DAYS, _EMPTY_START_GAPS = 31, 5

_DONE_BY_STAFF = frozenset(MET_BY.values()) | {CaseEvent.CLOSED, CaseEvent.DECISION_MADE}
"""What somebody does at a desk, and seldom on a Saturday."""


def warnings(history: CaseHistory) -> Iterator[Text]:
    """Return what a reader should know of a list that was accepted as it is (da: advarsler)."""
    if not history.cases:
        return
    yield from _missing_words(history)
    for event, moments in history.events.items():
        days = np.floor(moments[np.isfinite(moments)]).astype(np.int64)
        if days.size:
            yield from _defaults(event, days)
            yield from _weekends(event, days)
            if event in (CaseEvent.CLOSED, CaseEvent.ASSESSMENT_FINISHED):
                yield from _all_at_once(event, days)
    arrived = history.arrived_at()
    yield from _stopped(history, arrived)
    yield from _around_the_start(history, arrived)
    yield from _half_timed(history)
    yield from _long_waits(history, arrived)


def _missing_words(history: CaseHistory) -> Iterator[Text]:
    names = (
        (history.team, Text(da="team", en="team")),
        (history.case_class, Text(da="sagstype", en="case type")),
    )
    for numbers, name in names:
        missing = int((numbers == NOBODY).sum())
        if missing:
            one = missing == 1
            yield Text(
                da=f"{_n(missing, 'da')} {'række' if one else 'rækker'} er uden {name.da} og "
                "tælles ikke med nogen",
                en=f"{_n(missing, 'en')} {'row has' if one else 'rows have'} no {name.en} and "
                f"{'counts' if one else 'count'} with none",
            )


def _defaults(event: CaseEvent, days: Integers) -> Iterator[Text]:
    dates = days.astype("datetime64[D]")
    in_month = (dates - dates.astype("datetime64[M]").astype("datetime64[D]")).astype(np.int64)
    in_year = (dates - dates.astype("datetime64[Y]").astype("datetime64[D]")).astype(np.int64)
    label = EVENT_LABELS[event]
    new_year, first = int((in_year == 0).sum()), int((in_month == 0).sum())
    if new_year >= _DEFAULT_LEAST and new_year > _DEFAULT_SHARE * days.size:
        yield Text(
            da=f"{_n(new_year, 'da')} datoer for ”{label.da}” er 1. januar; er de udfyldt af "
            "systemet?",
            en=f"{_n(new_year, 'en')} dates of “{label.en}” are 1 January; did the system fill "
            "them in?",
        )
    elif first >= 4 * _DEFAULT_LEAST and first > _FIRST_OF_MONTH_SHARE * days.size:
        yield Text(
            da=f"{_n(first, 'da')} datoer for ”{label.da}” er den 1. i en måned; er de afrundet?",
            en=f"{_n(first, 'en')} dates of “{label.en}” are the 1st of a month; are they rounded?",
        )


def _weekends(event: CaseEvent, days: Integers) -> Iterator[Text]:
    if event not in _DONE_BY_STAFF or event is CaseEvent.NOTIFICATION_ASSESSED:
        return  # notifications are assessed within 24 hours, on Sundays too
    weekend = int(((days + 3) % 7 >= 5).sum())  # 1 January 1970 was a Thursday
    if weekend >= _DEFAULT_LEAST and weekend > _WEEKEND_SHARE * days.size:
        label = EVENT_LABELS[event]
        yield Text(
            da=f"{_n(weekend, 'da')} datoer for ”{label.da}” er en lørdag eller søndag",
            en=f"{_n(weekend, 'en')} dates of “{label.en}” are a Saturday or Sunday",
        )


def _all_at_once(event: CaseEvent, days: Integers) -> Iterator[Text]:
    different, counts = np.unique(days, return_counts=True)
    most = int(counts.max())
    others = np.delete(counts, counts.argmax())
    usual = float(np.median(others)) if others.size else 1.0
    enough = max(_MASS_LEAST, _MASS_SHARE * days.size, _MASS_TIMES * usual)
    if most < enough:
        return
    day = EPOCH + timedelta(days=int(different[int(counts.argmax())]))
    label = EVENT_LABELS[event]
    yield Text(
        da=f"{_n(most, 'da')} gange skete ”{label.da}” samme dag, {date_in_words(day, 'da')}; var "
        "det en oprydning, siger datoerne ikke, hvornår arbejdet sluttede",
        en=f"“{label.en}” happened {_n(most, 'en')} times on one day, {date_in_words(day, 'en')}; "
        "after a clean-up such dates do not say when the work ended",
    )


def _stopped(history: CaseHistory, arrived: Floats) -> Iterator[Text]:
    for number, team in enumerate(history.teams):
        at = np.sort(arrived[(history.team == number) & np.isfinite(arrived)])
        if at.size < _STOPPED_ARRIVALS:
            continue
        silent = day_number(history.seen_on) - float(at[-1])
        if silent > max(_STOPPED_DAYS, _STOPPED_GAPS * float(np.mean(np.diff(at)))):
            last = EPOCH + timedelta(days=int(at[-1]))
            yield Text(
                da=f"teamet {team} har ingen nye sager efter {date_in_words(last, 'da')}; er det "
                "nedlagt, eller hedder det noget andet nu?",
                en=f"the team {team} has no new cases after {date_in_words(last, 'en')}; was it "
                "closed, or has it another name now?",
            )


def _around_the_start(history: CaseHistory, arrived: Floats) -> Iterator[Text]:
    since = history.complete_from
    known = arrived[np.isfinite(arrived)]
    if since is None:
        yield Text(
            da="ingen har sagt, fra hvornår listen har alle sager; så er tilgangen ukendt",
            en="nobody has said from when the list has every case; so inflow is unknown",
        )
        return
    start = day_number(since)
    inside = known[known >= start]
    gap = (inside.max() - inside.min()) / (inside.size - 1) if inside.size > 1 else np.inf
    if inside.size and inside.min() - start > max(_EMPTY_START_DAYS, _EMPTY_START_GAPS * gap):
        first = EPOCH + timedelta(days=int(inside.min()))
        yield Text(
            da=f"listen skal være fuld fra {date_in_words(since, 'da')}, men den første sag kom "
            f"{date_in_words(first, 'da')}",
            en=f"the list is to be complete from {date_in_words(since, 'en')}, but the first case "
            f"came on {date_in_words(first, 'en')}",
        )
    over = (arrived < start) & (_ended_at(history) < start)
    if over.any():
        number = int(over.sum())
        yield Text(
            da=f"{_n(number, 'da')} {'sag' if number == 1 else 'sager'} kom og sluttede før "
            f"{date_in_words(since, 'da')}; er listen fuld fra en tidligere dag?",
            en=f"{_n(number, 'en')} {'case' if number == 1 else 'cases'} came and ended before "
            f"{date_in_words(since, 'en')}; is the list complete from an earlier day?",
        )


def _half_timed(history: CaseHistory) -> Iterator[Text]:
    for event, moments in history.events.items():
        known = moments[np.isfinite(moments)]
        share = float(np.mean(known % 1 != 0)) if known.size else 0.0
        if event not in history.timed and share > 0.05:
            label = EVENT_LABELS[event]
            yield Text(
                da=f"kun en del af datoerne for ”{label.da}” har klokkeslæt; de regnes som hele "
                "dage",
                en=f"only some of the dates of “{label.en}” have a time of day; they count as "
                "whole days",
            )


def _long_waits(history: CaseHistory, arrived: Floats) -> Iterator[Text]:
    if history.external_days is None:
        return
    ended = np.minimum(_ended_at(history), history.seen_until)
    longer = int((history.external_days > ended - arrived + 1).sum())
    if longer:
        one = longer == 1
        yield Text(
            da=f"{_n(longer, 'da')} {'sag' if one else 'sager'} har ventet flere dage på andre, "
            f"end {'den' if one else 'de'} har varet; er der ventet på flere ad gangen?",
            en=f"{_n(longer, 'en')} {'case' if one else 'cases'} waited for others more days than "
            f"{'it' if one else 'they'} lasted; was there waiting for several at a time?",
        )


def ended_events(history: CaseHistory) -> tuple[CaseEvent, ...]:
    """Return the events after which a case of this list is open no more (da: afslutning).

    Closed or withdrawn where the list says so; else whatever meets a deadline.
    """
    ends = [event for event in (CaseEvent.CLOSED, CaseEvent.WITHDRAWN) if event in history.events]
    if CaseEvent.CLOSED in ends:
        return tuple(ends)
    met = [event for event in dict.fromkeys(MET_BY.values()) if event in history.events]
    return (*ends, *met)


def _ended_at(history: CaseHistory) -> Floats:
    ended: Floats = np.full(history.cases, np.inf)
    for event in ended_events(history):
        moments = history.at(event)
        ended = np.where(np.isfinite(moments), np.minimum(ended, moments), ended)
    return ended


def open_cases(history: CaseHistory) -> Integers:
    """Return the rows of cases that are open on the day of the list (da: åbne sager)."""
    return np.flatnonzero(np.isinf(_ended_at(history)))


def day_of(moment: float) -> date:
    """Return the day of a moment of a list (da: dag).

    >>> day_of(1.5)
    datetime.date(1970, 1, 2)
    """
    return EPOCH + timedelta(days=int(np.floor(moment)))


def _n(number: int, language: str) -> str:
    return shown(number, 0, "da" if language == "da" else "en")
