"""A case list, chunk by chunk, to the columns of a `CaseHistory` (da: sagsliste).

No row becomes an object: a chunk of some thousand rows becomes arrays and is forgotten, so that
memory holds the numbers of the whole list and the cells of one chunk.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from api.imports.case_checks import findings
from api.imports.fields import Kind, field
from api.imports.meanings import ASKED, OMITTED, Meanings, unknown_words
from api.imports.pseudonyms import Pseudonyms
from api.imports.readings import (
    Chunk,
    Place,
    Reading,
    Serials,
    moments,
    numbers,
    point_at,
    read_column,
    times,
)
from api.imports.terms import Terms
from api.uploads import Faults, Mark, Unreadable
from capacity.case_events import ARRIVAL_EVENTS, CaseEvent
from capacity.wording import Text
from simulations.case_history import NOBODY, CaseHistory
from simulations.luck import Floats, Integers

TIMED_SHARE = 0.95
"""Assumption: an event's times of day are known where so many of its dates have one."""
_TIMES = {
    CaseEvent.NOTIFICATION_RECEIVED: "notification_received_time",
    CaseEvent.NOTIFICATION_ASSESSED: "notification_assessed_time",
}


@dataclass(slots=True)
class _Kept:
    """What is kept of one chunk."""

    rows: Integers
    team: Integers
    case_class: Integers
    events: dict[CaseEvent, Floats]
    people: dict[str, Integers]
    external_days: Floats | None
    at_fault: NDArray[np.bool_]


class CaseList:
    """A case list as it is read (da: sagsliste under indlæsning)."""

    def __init__(
        self,
        terms: Terms,
        places: Mapping[str, Place],
        meanings: Mapping[str, Meanings],
        pseudonyms: Pseudonyms,
        mark: Mark | None,
        serials: Serials,
    ) -> None:
        self.terms = terms
        self.places = places
        self.meanings = meanings
        self.faults = Faults()
        self.omitted = 0
        self._people = pseudonyms
        self._kept: list[_Kept] = []
        self._moments = {event: moments(serials) for event in CaseEvent if event.value in places}
        self._times: dict[CaseEvent, Reading] = {
            event: times() for event, name in _TIMES.items() if name in places
        }
        self._days = numbers(mark)

    def take(self, chunk: Chunk) -> None:
        """Read some rows (da: læs rækker)."""
        at_fault = np.zeros(len(chunk), dtype=np.bool_)
        events = {event: self._event(event, chunk, at_fault) for event in self._moments}
        arrived = arrival(events, len(chunk))
        for found in findings(events, arrived, self.terms.seen_on):
            if found.rows.any():
                place = self._place_of(found.event)
                point_at(found.rows, place, chunk, self.faults, found.said)
                at_fault |= found.rows
        team, case_class = self._words("team", chunk), self._words("case_type", chunk)
        at_fault |= (team == ASKED) | (case_class == ASKED)
        left_out = (team == OMITTED) | (case_class == OMITTED)
        self.omitted += int(left_out.sum())
        kept = _Kept(
            rows=np.asarray(chunk.numbers, dtype=np.int64),
            team=team,
            case_class=case_class,
            events=events,
            people=self._identities(chunk),
            external_days=self._external_days(chunk, at_fault),
            at_fault=at_fault,
        )
        self._kept.append(_only(kept, ~left_out) if left_out.any() else kept)

    def finish(self) -> "CasesRead":
        """Put the chunks together, and look for what shows only in all of them (da: saml)."""
        whole = _together(self._kept)
        self._kept.clear()
        case_id = whole.people.pop("case_id", None)
        if case_id is not None:
            whole.at_fault |= self._twice(case_id, whole)
        for name in ("team", "case_type"):
            if name in self.places:
                found = field(Kind.CASES, name)
                assert found is not None
                for error in unknown_words(self.meanings[name], self.places[name], found.label):
                    self.faults.add(error)
        at_fault = int(whole.at_fault.sum())
        if at_fault:
            whole = _only(whole, ~whole.at_fault)
        return CasesRead(
            history=self._history(whole), rows=whole.rows, at_fault=at_fault, omitted=self.omitted
        )

    def _history(self, whole: _Kept) -> CaseHistory:
        people = whole.people
        siblings = people.get("sibling_group")
        if siblings is None and "family_id" in people:
            siblings = _came_together(people["family_id"], arrival(whole.events, whole.rows.size))
        assert self.terms.unit is not None
        return CaseHistory(
            unit=self.terms.unit,
            seen_on=self.terms.seen_on,
            complete_from=self.terms.complete_from,
            teams=self.meanings["team"].slugs,
            case_classes=self.meanings["case_type"].slugs,
            team=whole.team,
            case_class=whole.case_class,
            events=whole.events,
            timed=frozenset(event for event, at in whole.events.items() if _is_timed(at)),
            caseworker=people.get("caseworker"),
            siblings=siblings,
            child=people.get("child_id"),
            external_days=whole.external_days,
        )

    def _event(self, event: CaseEvent, chunk: Chunk, at_fault: NDArray[np.bool_]) -> Floats:
        place = self.places[event.value]
        found = read_column(self._moments[event], place, chunk, self.faults)
        if event in self._times:
            time_place = self.places[_TIMES[event]]
            time = read_column(self._times[event], time_place, chunk, self.faults)
            at_fault |= np.isinf(time)
            whole_days = np.isfinite(found) & (found % 1 == 0) & np.isfinite(time)
            found[whole_days] += time[whole_days]
        at_fault |= np.isinf(found)
        return found

    def _words(self, name: str, chunk: Chunk) -> Integers:
        if name not in self.places:
            only = 0 if len(self.meanings[name].slugs) == 1 else NOBODY
            return np.full(len(chunk), only, dtype=np.int64)
        return self.meanings[name].of(chunk.columns[self.places[name].column], chunk.numbers)

    def _identities(self, chunk: Chunk) -> dict[str, Integers]:
        return {
            name: self._people.numbers(name, chunk.columns[self.places[name].column])
            for name in ("caseworker", "child_id", "sibling_group", "family_id")
            if name in self.places
        } | self._case_ids(chunk)

    def _case_ids(self, chunk: Chunk) -> dict[str, Integers]:
        """Tell the cases of this reading from one another: nothing of it is kept."""
        if "case_id" not in self.places:
            return {}
        cells = chunk.columns[self.places["case_id"].column]
        ids = np.fromiter(map(hash, cells), np.int64, len(cells))  # which is never -1
        if None in cells or "" in cells:
            ids[[cell in (None, "") for cell in cells]] = NOBODY
        return {"case_id": ids}

    def _external_days(self, chunk: Chunk, at_fault: NDArray[np.bool_]) -> Floats | None:
        if "external_days" not in self.places:
            return None
        place = self.places["external_days"]
        days = read_column(self._days, place, chunk, self.faults)
        wrong = days < 0
        point_at(wrong, place, chunk, self.faults, _BELOW_ZERO)
        at_fault |= wrong | np.isinf(days)
        return days

    def _twice(self, case_id: Integers, whole: _Kept) -> NDArray[np.bool_]:
        """Mark rows of the same case, type and arrival as one before them (da: dubletter)."""
        arrived = arrival(whole.events, case_id.size)
        usable = np.flatnonzero((case_id != NOBODY) & np.isfinite(arrived))
        keys = (arrived[usable], whole.case_class[usable], case_id[usable])
        order = usable[np.lexsort((usable, *keys))]
        same = (
            (case_id[order][1:] == case_id[order][:-1])
            & (whole.case_class[order][1:] == whole.case_class[order][:-1])
            & (arrived[order][1:] == arrived[order][:-1])
        )
        marked = np.zeros(case_id.size, dtype=np.bool_)
        place = self.places["case_id"]
        first = order[0] if order.size else 0
        for at in range(1, order.size) if same.any() else ():
            if not same[at - 1]:
                first = order[at]
                continue
            marked[order[at]] = True
            why = _twice(int(whole.rows[first]))
            self.faults.add(place.error(int(whole.rows[order[at]]), None, why))
        return marked

    def _place_of(self, event: CaseEvent | None) -> Place:
        if event is not None:
            return self.places[event.value]
        arrival_field = next(
            (each.value for each in ARRIVAL_EVENTS if each.value in self.places), None
        )
        if arrival_field is not None:
            return self.places[arrival_field]
        return next(iter(self.places.values()))


@dataclass(frozen=True, slots=True)
class CasesRead:
    """What came of a case list (da: læst sagsliste): `rows` are those of the history's cases."""

    history: CaseHistory
    rows: Integers
    at_fault: int
    omitted: int


def arrival(events: Mapping[CaseEvent, Floats], cases: int) -> Floats:
    """When each row arrived, as `CaseHistory.arrived_at` (da: ankomst)."""
    arrived: Floats = np.full(cases, np.nan)
    for event in ARRIVAL_EVENTS:
        if event in events:
            arrived = np.where(np.isnan(arrived), events[event], arrived)
    return np.where(np.isinf(arrived), np.nan, arrived)


def _is_timed(moments: Floats) -> bool:
    known = moments[np.isfinite(moments)]
    return known.size > 0 and float(np.mean(known % 1 != 0)) >= TIMED_SHARE


def _came_together(family: Integers, arrived: Floats) -> Integers:
    """Return groups of the cases of one family that arrived on one day (da: søskende)."""
    groups = np.full(family.size, NOBODY, dtype=np.int64)
    known = np.flatnonzero((family != NOBODY) & np.isfinite(arrived))
    if known.size:
        pairs = np.stack([family[known], np.floor(arrived[known]).astype(np.int64)], axis=1)
        _, groups[known] = np.unique(pairs, axis=0, return_inverse=True)
    return groups


def _only(kept: _Kept, rows: NDArray[np.bool_]) -> _Kept:
    return _Kept(
        rows=kept.rows[rows],
        team=kept.team[rows],
        case_class=kept.case_class[rows],
        events={event: at[rows] for event, at in kept.events.items()},
        people={name: numbers[rows] for name, numbers in kept.people.items()},
        external_days=None if kept.external_days is None else kept.external_days[rows],
        at_fault=kept.at_fault[rows],
    )


def _together(kept: list[_Kept]) -> _Kept:
    if not kept:
        none: Integers = np.zeros(0, dtype=np.int64)
        return _Kept(none, none, none, {}, {}, None, np.zeros(0, dtype=np.bool_))
    first = kept[0]
    days = [each.external_days for each in kept if each.external_days is not None]
    return _Kept(
        rows=np.concatenate([each.rows for each in kept]),
        team=np.concatenate([each.team for each in kept]),
        case_class=np.concatenate([each.case_class for each in kept]),
        events={
            event: np.concatenate([each.events[event] for each in kept]) for event in first.events
        },
        people={
            name: np.concatenate([each.people[name] for each in kept]) for name in first.people
        },
        external_days=np.concatenate(days) if days else None,
        at_fault=np.concatenate([each.at_fault for each in kept]),
    )


def _twice(first_row: int) -> Unreadable:
    return Unreadable(
        problem=Text(
            da=f"samme sag, type og ankomst som række {first_row}",
            en=f"the same case, type and arrival as row {first_row}",
        ),
        what_to_do=Text(da="slet den ene af de to rækker", en="delete one of the two rows"),
        cause=Text(
            da="samme sag, type og ankomst som en række før",
            en="the same case, type and arrival as a row before",
        ),
    )


_BELOW_ZERO = Unreadable(
    problem=Text(da="antallet af ventedage er under 0", en="the days of waiting are below 0"),
    what_to_do=Text(
        da="ret tallet, eller lad cellen være tom", en="correct the number, or leave the cell empty"
    ),
)
