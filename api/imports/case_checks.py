"""What cannot be right in a row of a case list, whatever its columns are called (da: rækkekontrol).

Every check marks rows of a chunk and says of each what is wrong and what to do.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from api.uploads import Unreadable
from capacity.case_events import ARRIVAL_EVENTS, EVENT_LABELS, CaseEvent
from capacity.wording import Text
from simulations.case_history import day_number
from simulations.luck import Floats

PLAUSIBLE_FROM = date(1990, 1, 1)
"""Assumption: whoever was a child then is none now, and an earlier date is a slip or a default."""

IN_ORDER: tuple[tuple[CaseEvent, CaseEvent], ...] = (
    (CaseEvent.NOTIFICATION_RECEIVED, CaseEvent.NOTIFICATION_ASSESSED),
    (CaseEvent.NEED_BECAME_KNOWN, CaseEvent.ASSESSMENT_FINISHED),
    (CaseEvent.NEED_BECAME_KNOWN, CaseEvent.WORK_BEGAN),
    (CaseEvent.WORK_BEGAN, CaseEvent.ASSESSMENT_FINISHED),
    (CaseEvent.MEASURE_STARTED, CaseEvent.FOLLOWED_UP_FIRST),
    (CaseEvent.PREVIOUS_FOLLOW_UP, CaseEvent.FOLLOWED_UP),
)
"""Events of which the first cannot come after the second (da: rækkefølge).

A plan may be made before its decision, so those two are not among them.
"""
_ENDS = (CaseEvent.CLOSED, CaseEvent.WITHDRAWN)


@dataclass(frozen=True, slots=True)
class Finding:
    """Rows at fault, the event at which to point, and what to say (da: fund)."""

    rows: NDArray[np.bool_]
    event: CaseEvent | None
    said: Unreadable


def findings(
    events: Mapping[CaseEvent, Floats], arrived: Floats, seen_on: date
) -> Iterator[Finding]:
    """Return what is wrong with the dates of some rows (da: fejl i datoer).

    `events` has not-a-number where nothing happened, and infinity where a cell cannot be read: of
    those nothing more is said.
    """
    unread = np.zeros(arrived.size, dtype=np.bool_)
    for event in ARRIVAL_EVENTS:
        if event in events:
            unread |= np.isinf(events[event])
    yield Finding(np.isnan(arrived) & ~unread, None, _NO_ARRIVAL)
    end, earliest = day_number(seen_on) + 1, day_number(PLAUSIBLE_FROM)
    for event, moments in events.items():
        yield Finding(np.isfinite(moments) & (moments >= end), event, _in_the_future(seen_on))
        yield Finding(moments < earliest, event, _TOO_EARLY)
    for first, second in IN_ORDER:
        if first in events and second in events:
            rows = _after(events[first], events[second])
            yield Finding(rows, second, _out_of_order(EVENT_LABELS[first], EVENT_LABELS[second]))
    for event in _ENDS:
        if event in events:
            rows = _after(arrived, events[event])
            yield Finding(rows, event, _out_of_order(_ARRIVAL, EVENT_LABELS[event]))
    both = (CaseEvent.WITHDRAWN, CaseEvent.ASSESSMENT_FINISHED)
    if all(event in events for event in both):
        rows = np.isfinite(events[both[0]]) & np.isfinite(events[both[1]])
        yield Finding(rows, CaseEvent.WITHDRAWN, _WITHDRAWN_AND_FINISHED)


def _after(first: Floats, second: Floats) -> NDArray[np.bool_]:
    """Whether the first came after the second; a date without a time is the whole of its day."""
    known = np.isfinite(first) & np.isfinite(second)
    with np.errstate(invalid="ignore"):
        whole = (first % 1 == 0) | (second % 1 == 0)
        later = np.where(whole, np.floor(first) > np.floor(second), first > second)
    return known & later


_ARRIVAL = Text(da="sagens ankomst", en="the arrival of the case")
_NO_ARRIVAL = Unreadable(
    problem=Text(
        da="rækken har ingen dato for, hvornår sagen kom", en="no date says when the case arrived"
    ),
    what_to_do=Text(
        da="skriv datoen for behov, underretning, afgørelse, indsats eller forrige opfølgning",
        en="write the date of the need, notification, decision, measure or previous follow-up",
    ),
)
_TOO_EARLY = Unreadable(
    problem=Text(
        da=f"datoen er før {PLAUSIBLE_FROM.year}", en=f"the date is before {PLAUSIBLE_FROM.year}"
    ),
    what_to_do=Text(
        da="ret årstallet, eller lad cellen være tom, hvis datoen ikke kendes",
        en="correct the year, or leave the cell empty where the date is not known",
    ),
)
_WITHDRAWN_AND_FINISHED = Unreadable(
    problem=Text(
        da="sagen er både faldet bort og undersøgt færdig",
        en="the case is both withdrawn and finished",
    ),
    what_to_do=Text(
        da="behold den dato, der gælder, og lad den anden være tom",
        en="keep the date that holds, and leave the other empty",
    ),
)


def _in_the_future(seen_on: date) -> Unreadable:
    return Unreadable(
        problem=Text(
            da=f"datoen er efter udtræksdatoen {seen_on}",
            en=f"the date is after the day of the list, {seen_on}",
        ),
        what_to_do=Text(
            da="ret datoen, eller skriv en senere udtræksdato (seen_on), hvis listen er trukket "
            "senere",
            en="correct the date, or write a later day of the list (seen_on) where it was drawn "
            "later",
        ),
    )


def _out_of_order(first: Text, second: Text) -> Unreadable:
    return Unreadable(
        problem=Text(
            da=f"{second.da} er før {first.da}", en=f"{second.en} comes before {first.en}"
        ),
        what_to_do=Text(
            da="ret den af de to datoer, der er forkert",
            en="correct whichever of the two dates is wrong",
        ),
    )
