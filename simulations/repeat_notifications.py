"""Notifications on cases that are open already, child by child (da: gentagne underretninger).

Two counts that answer different questions: how often a notification comes on an open case, which
is a strand's `per_year`, and how many notifications a child has who has any.
"""

from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from capacity.case_events import CaseEvent
from capacity.errors import InvalidInput
from capacity.units import exact
from capacity.wording import Language, Spoken, Text, shown
from simulations.case_history import NOBODY, CaseHistory, day_number
from simulations.estimates import Estimate
from simulations.luck import Floats, Integers

LEAST_NOTIFICATIONS, LEAST_OPEN_YEARS = 10, 5.0
"""For a rate (assumptions): with less, one notification more or fewer decides."""
_DAYS_PER_YEAR = 365.0
"""As the simulation takes a strand's `per_year`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RepeatNotifications:
    """How often notifications come on open cases of a class (da: gentagne underretninger).

    `per_open_year` are notifications for each year that a case is open, from `notifications` in
    `open_years`; where they heap on some cases the interval is wider (`dispersion`).
    `log_error` is the standard error of its logarithm.
    """

    case_class: str
    notifications: int
    open_years: float
    per_open_year: Estimate
    log_error: float
    dispersion: float
    learned: bool
    says: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class NotificationsOfChildren:
    """How many notifications children have who have any (da: underretninger pr. barn).

    `share_again` is the share of notifications that the same child has another after within a
    year, of those that could be followed for one.
    """

    children: int
    notifications: int
    per_child: Fraction
    share_again: Fraction | None


def repeat_notifications(
    history: CaseHistory, case_class: str, *, confidence: float = 0.9
) -> RepeatNotifications:
    """Count the notifications on open cases of a class since the list is complete.

    A notification belongs to an open case of the class where it is a row of the same child and
    comes while that is open. `InvalidInput` where nobody has said from when the list is complete,
    where it has no child's number, and for a class that it does not know.
    """
    from scipy.special import gammaincinv

    child, since, until = _child(history), _since(history), history.seen_until
    if case_class not in history.case_classes:
        raise InvalidInput(
            Text(
                da=f"listen kender ikke ”{case_class}”; der er {', '.join(history.case_classes)}",
                en=f"the list does not know “{case_class}”; there are "
                f"{', '.join(history.case_classes)}",
            ),
            field="case_class",
        )
    # 1. when each case of the class was open, within what is known
    place = history.case_classes.index(case_class)
    is_case = (history.case_class == place) & (child != NOBODY)
    ended = np.fmin(history.at(CaseEvent.CLOSED), history.at(CaseEvent.WITHDRAWN))
    opens = np.maximum(history.arrived_at(), since)[is_case]
    closes = np.where(np.isnan(ended), until, np.minimum(ended, until))[is_case]
    years = np.maximum(0.0, closes - opens) / _DAYS_PER_YEAR
    # 2. which notifications came on them
    received = history.at(CaseEvent.NOTIFICATION_RECEIVED)
    others = (child != NOBODY) & (history.case_class != place) & (received >= since)
    counts = _on_open(child[is_case], opens, closes, child[others], received[others])
    total, exposure = float(counts.sum()), float(years.sum())
    # 3. the rate, and how much more it varies between cases than by chance
    dispersion, cases = 1.0, years > 0
    if total and cases.sum() > 1:
        expected = total / exposure * years[cases]
        misses = np.sum((counts[cases] - expected) ** 2) / expected.sum()
        dispersion = max(1.0, float(misses))
    worth, tail = total / dispersion, (1 - confidence) / 2
    if not exposure:
        low = high = 0.0
    else:
        low, high = (
            float(gammaincinv(worth + 0.5, each)) * dispersion / exposure
            for each in (tail, 1 - tail)
        )
    rate = Estimate(value=total / exposure if exposure else 0.0, low=low, high=high)
    learned = total >= LEAST_NOTIFICATIONS and exposure >= LEAST_OPEN_YEARS
    return RepeatNotifications(
        case_class=case_class,
        notifications=int(total),
        open_years=exposure,
        per_open_year=rate,
        log_error=float(1 / np.sqrt(max(worth, 0.5))),
        dispersion=dispersion,
        learned=learned,
        says=_said(rate, int(total), exposure, learned=learned),
    )


def notifications_of_children(history: CaseHistory) -> NotificationsOfChildren:
    """Count the notifications of each child since the list is complete (da: underretninger).

    `InvalidInput` as `repeat_notifications`.
    """
    child, since = _child(history), _since(history)
    received = history.at(CaseEvent.NOTIFICATION_RECEIVED)
    kept = (child != NOBODY) & (received >= since)
    who, when = child[kept], received[kept]
    order = np.lexsort((when, who))
    who, when = who[order], when[order]
    children = int(np.unique(who).size)
    has_next = np.zeros(who.size, dtype=np.bool_)
    has_next[:-1] = (who[1:] == who[:-1]) & (when[1:] - when[:-1] <= _DAYS_PER_YEAR)
    followed = when <= history.seen_until - _DAYS_PER_YEAR
    return NotificationsOfChildren(
        children=children,
        notifications=int(who.size),
        per_child=Fraction(int(who.size), children) if children else Fraction(0),
        share_again=(
            Fraction(int(has_next[followed].sum()), int(followed.sum())) if followed.any() else None
        ),
    )


def _on_open(
    cases: Integers, opens: Floats, closes: Floats, children: Integers, moments: Floats
) -> Floats:
    """How many moments of each case's child lie after its opening and before its end."""
    order = np.lexsort((moments, children))
    children, moments = children[order], moments[order]
    first = np.searchsorted(children, cases, side="left")
    last = np.searchsorted(children, cases, side="right")
    stretches = zip(first, last, opens, closes, strict=True)
    return np.array(
        [
            np.searchsorted(moments[a:b], end, side="left")
            - np.searchsorted(moments[a:b], begin, side="right")
            for a, b, begin, end in stretches
        ],
        dtype=np.float64,
    )


def _child(history: CaseHistory) -> Integers:
    if history.child is None:
        raise InvalidInput(
            Text(
                da="listen har intet nummer for barnet, så ingen kan se, hvilke underretninger "
                "der er om samme barn; tilføj kolonnen",
                en="the list has no number of the child, so nobody can tell which notifications "
                "are of the same child; add the column",
            ),
            field="child",
        )
    return history.child


def _since(history: CaseHistory) -> float:
    if history.complete_from is None:
        raise InvalidInput(
            Text(
                da="ingen har sagt, fra hvilken dag listen rummer alle nye sager; skriv den dag "
                "(complete_from)",
                en="nobody has said from which day the list holds every new case; write that day "
                "(complete_from)",
            ),
            field="complete_from",
        )
    return day_number(history.complete_from)


def _said(rate: Estimate, notifications: int, years: float, *, learned: bool) -> Text:
    def say(language: Language) -> str:
        open_years = shown(exact(round(years, 3)), 1, language)
        value, low, high = (
            shown(exact(round(each, 6)), 2, language) for each in (rate.value, rate.low, rate.high)
        )
        if language == "da":
            counted = f"{notifications} underretninger på {open_years} års åbne sager"
            if not learned:
                return (
                    f"Ikke lært: {counted}; der skal mindst {LEAST_NOTIFICATIONS} underretninger "
                    f"og {LEAST_OPEN_YEARS:.0f} år til."
                )
            return f"En åben sag får {value} underretninger om året ({low} til {high}): {counted}."
        counted = f"{notifications} notifications in {open_years} years of open cases"
        if not learned:
            return (
                f"Not learned: {counted}; it takes at least {LEAST_NOTIFICATIONS} notifications "
                f"and {LEAST_OPEN_YEARS:.0f} years."
            )
        return f"An open case gets {value} notifications a year ({low} to {high}): {counted}."

    return Spoken(say)
