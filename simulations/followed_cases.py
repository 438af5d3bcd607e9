"""How long cases took, where some are still open and some were open already (da: fulgte sager).

A case still open is not left out, and its age is not its turnaround: it is followed up to its age
and no further (da: censureret). A case older than the list's first complete day is in the list only
because it was still open then, so it is followed from its age on that day (da: forsinket indgang);
the others of its year that had closed are not there to be counted.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from capacity.case_events import ARRIVAL_EVENTS, CaseEvent
from capacity.errors import InvalidInput
from capacity.wording import Text
from simulations.case_history import CaseHistory, day_number
from simulations.luck import Floats, Integers

STILL_OPEN, FINISHED, WITHDRAWN, CLOSED_UNFINISHED = range(4)
"""How the following of a case ended (da: udgang)."""
HALF_A_DAY = 0.5


class LeftOut(NamedTuple):
    """Rows of the list that say nothing of a turnaround, by reason (da: udeladte rækker)."""

    without_start: int
    out_of_order: int
    """Finished before they began."""
    closed_before_complete: int
    """Gone before the list was complete, so that others like them are missing."""


NONE_LEFT_OUT = LeftOut(0, 0, 0)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Followed:
    """Cases followed from an age to an age, in days, like ones together (da: fulgte sager).

    `entered` is the age from which a row's cases are followed, 0 where that is the beginning; `age`
    that at which they ended, as `end` says; `count` how many they are. `whole_days` where ages come
    from dates without times, so that an age of 3 days means about 3. `says_complete` is False where
    nobody has said from when the list is complete: older cases are then followed from their
    beginning, and turnaround comes out too long if others like them had closed and are missing.
    """

    entered: Floats
    age: Floats
    end: Integers
    count: Integers
    whole_days: bool
    says_complete: bool = True
    left_out: LeftOut = NONE_LEFT_OUT

    def ended(self, end: int) -> int:
        """How many ended in one way (da: antal med denne udgang)."""
        return int(self.count[self.end == end].sum())

    @property
    def cases(self) -> int:
        """How many are followed (da: antal fulgte)."""
        return int(self.count.sum())

    @property
    def finished(self) -> int:
        """How many finished (da: antal afsluttede)."""
        return self.ended(FINISHED)

    @property
    def exposure_days(self) -> float:
        """All the days on which a case was followed, added up (da: sagsdage)."""
        return float(np.sum((self.age - self.entered) * self.count))


def followed(
    age: ArrayLike,
    end: ArrayLike,
    *,
    entered: ArrayLike | None = None,
    whole_days: bool = False,
    says_complete: bool = True,
    left_out: LeftOut = NONE_LEFT_OUT,
) -> Followed:
    """Gather cases by age, the like ones together (da: saml fulgte sager).

    `end` is how each ended, or True where it finished and False where it is still open. Cases whose
    age is not above the one at which they entered were never followed and are left out.
    `InvalidInput` for a negative or unknown age, and where no case remains.

    >>> some = followed([6, 6, 6, 7], [True, True, False, True])
    >>> some.age.tolist(), some.count.tolist(), some.finished
    ([6.0, 6.0, 7.0], [1, 2, 1], 3)
    """
    ages = np.asarray(age, dtype=np.float64)
    ends = np.asarray(end, dtype=np.int64)
    from_ = np.zeros_like(ages) if entered is None else np.asarray(entered, dtype=np.float64)
    from_ = np.maximum(from_, 0.0)
    if not np.all(ages >= 0) or not np.all(np.isfinite(from_)) or not np.all(np.isfinite(ages)):
        raise InvalidInput(
            Text(
                da="en varighed er negativ eller mangler; skriv 0 dage eller mere",
                en="a duration is negative or missing; write 0 days or more",
            ),
            field="age",
        )
    kept = (ages > from_) | (from_ == 0)
    gone = int(np.sum(~kept))
    ages, ends, from_ = ages[kept], ends[kept], from_[kept]
    if not ages.size:
        raise InvalidInput(
            Text(
                da="der er ingen sager at følge; vælg en anden periode eller hændelse",
                en="there are no cases to follow; choose another period or event",
            ),
            field="age",
        )
    order = np.lexsort((ends, from_, ages))
    ages, ends, from_ = ages[order], ends[order], from_[order]
    is_new = np.ones(ages.size, dtype=np.bool_)
    is_new[1:] = (np.diff(ages) != 0) | (np.diff(ends) != 0) | (np.diff(from_) != 0)
    first = np.flatnonzero(is_new)
    return Followed(
        entered=from_[first],
        age=ages[first],
        end=ends[first],
        count=np.diff(np.append(first, ages.size)),
        whole_days=whole_days,
        says_complete=says_complete,
        left_out=left_out._replace(closed_before_complete=left_out.closed_before_complete + gone),
    )


def followed_cases(
    history: CaseHistory, finish: CaseEvent, start: CaseEvent | None = None
) -> Followed:
    """Follow each case of a list from its start to an event (da: fulgte sager i en sagsliste).

    `start` None means arrival. Withdrawal and closing without the event end the following: they are
    not finishes, and such a case does not say how long it would have taken. What happened on one
    and the same moment as the finish did not prevent it.

    Where either date has no time of day, ages are whole days: an open case is then known to take
    more than its age and half a day, and an old one entered half a day before its age on the first
    complete day. `InvalidInput` where no case remains.
    """
    began = history.arrived_at() if start is None else history.at(start)
    whole_days = not _timed(history, finish, start)
    seen_until = history.seen_until
    complete_from = 0.0 if history.complete_from is None else day_number(history.complete_from)
    half = HALF_A_DAY if whole_days else 0.0

    def known(event: CaseEvent) -> Floats:
        moments = history.at(event)
        return np.where(moments < seen_until, moments, np.inf)  # False for not a number, too

    finished = known(finish)
    withdrawn, closed = known(CaseEvent.WITHDRAWN), known(CaseEvent.CLOSED)
    if finish is CaseEvent.CLOSED:
        closed = np.full_like(closed, np.inf)
    last = np.minimum(np.minimum(finished, withdrawn), closed)
    end = np.select(
        [np.isinf(last), last == finished, last == withdrawn],
        [STILL_OPEN, FINISHED, WITHDRAWN],
        CLOSED_UNFINISHED,
    )
    if whole_days:
        began, last = np.floor(began), np.floor(last)
    age = np.where(end == STILL_OPEN, seen_until - half - began, last - began)
    entered = np.zeros(history.cases)
    if history.complete_from is not None:
        entered = np.where(began < complete_from, complete_from - half - began, 0.0)
    without_start = ~(began < seen_until)
    out_of_order = ~without_start & (age < 0)
    kept = ~without_start & ~out_of_order
    return followed(
        age[kept],
        end[kept],
        entered=entered[kept],
        whole_days=whole_days,
        says_complete=history.complete_from is not None,
        left_out=LeftOut(int(without_start.sum()), int(out_of_order.sum()), 0),
    )


def _timed(history: CaseHistory, finish: CaseEvent, start: CaseEvent | None) -> bool:
    arrivals = (each for each in ARRIVAL_EVENTS if each in history.events)
    starts = arrivals if start is None else (start,)
    return finish in history.timed and all(each in history.timed for each in starts)
