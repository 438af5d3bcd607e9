"""How long the cases of a drafted type wait for others, as far as a list says (da: ventetid).

A list that has days of waiting tells of whole cases; those that are over first are the quick ones,
so it is believed only of types of which nearly all that came in its first half are over. Dates tell
how long each stretch takes, with open cases followed to their age and no further. How many of those
days a piece of work lies on a desk is told by the types that have both; where none has, it is an
assumption.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace
from fractions import Fraction

import numpy as np

from capacity.case_events import CaseEvent
from capacity.distributions import NOTHING, Distribution, Family, empirical
from capacity.units import exact
from capacity.wording import Text, percent
from simulations.case_history import CaseHistory, day_number
from simulations.followed_cases import Followed, followed_cases
from simulations.luck import Floats
from simulations.survival import open_share

PUT_OFF = 0.9
"""Assumption: where nothing tells how long work lies on a desk, so much of a stretch is waiting."""
LEAST_DONE = 20
"""Assumption: with fewer stretches that are over the list does not tell how long they take."""
_LEAST_WAITS = 10
"""Assumption: with fewer waits written down their mean is worth nothing."""
_FEW_OPEN = 0.05
"""Assumption: where more than one in twenty are still open, what is over says too little."""
_LEAST_SPREAD, _MOST_SPREAD = 0.02, 1.5
_SHOWN_VALUES = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """How long it takes from one event of a case to another, in days (da: strækning)."""

    days: Distribution

    def waiting(self, pieces: Fraction, desk_days: float | None) -> Distribution:
        """What of it each of its pieces waits for others (da: heraf ventetid på andre).

        Without the days at a caseworker's desk, which `desk_days` are for all of it; where nobody
        knows those, nine tenths of it all.
        """
        days = self.days
        if not days.mean:
            return NOTHING
        if desk_days is None:
            waits = _scaled(days, exact(PUT_OFF))
        else:
            at_desks = exact(round(min(desk_days, float(days.mean) / 2), 2))
            waits = _shortened(days, at_desks)
        if pieces == 1:
            return waits
        return Distribution(
            family=Family.LOGNORMAL,
            mean=exact(round(float(waits.mean / pieces), 3)),
            cv=spread_of_each(float(waits.cv), float(pieces)),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnWaits:
    """A list's own days of waiting in whole cases, `cases` of them (da: egne ventedage).

    `days` is how long the same cases took.
    """

    mean: float
    cv: float
    cases: int
    days: float

    @property
    def source(self) -> Text:
        """Where it is from, in words (da: kilde)."""
        return Text(
            da=f"listens egne ventedage i {self.cases} afsluttede sager",
            en=f"the list’s own days of waiting in {self.cases} closed cases",
        )


def stretch(
    rows: CaseHistory, ends: CaseEvent, starts: CaseEvent | None, *, least: int = LEAST_DONE
) -> Stretch | None:
    """How long it takes from an event, or from arrival, to another (da: varighed).

    None where fewer than `least` are over. Of few, and where most are still open, the days that
    were followed for each that ended stand for a stretch that ends at any time alike.
    """
    began = rows.arrived_at() if starts is None else rows.at(starts)
    over = int((rows.at(ends) >= began).sum())
    if over < max(least, 1):
        return None
    cases = followed_cases(rows, ends, starts)
    found = _counted(cases) if over >= LEAST_DONE else None
    if found is not None:
        return Stretch(days=found)
    mean = exact(round(cases.exposure_days / max(cases.finished, 1), 2))
    if not mean:
        return Stretch(days=NOTHING)
    return Stretch(days=Distribution(family=Family.EXPONENTIAL, mean=mean, cv=Fraction(1)))


def _counted(cases: Followed) -> Distribution | None:
    """Twenty equally likely durations, as counted; None where the list shows less than half.

    What the list does not show of the longest is taken to go on as all that was followed ended.
    """
    counted = open_share(cases)
    if counted.from_age > 0:
        return None
    shares = [(number + 0.5) / _SHOWN_VALUES for number in range(_SHOWN_VALUES)]
    ages = [counted.age_reached(each).value for each in shares]
    known = [(share, age) for share, age in zip(shares, ages, strict=True) if age is not None]
    if len(known) < _SHOWN_VALUES / 2:
        return None
    last_share, last = known[-1]
    rest = cases.exposure_days / cases.finished
    values = [
        last + rest * math.log((1 - last_share) / (1 - share)) if age is None else age
        for share, age in zip(shares, ages, strict=True)
    ]
    return empirical([exact(round(each, 1)) for each in values])


def _scaled(days: Distribution, by: Fraction) -> Distribution:
    if days.family is Family.EMPIRICAL:
        return empirical([each * by for each in days.observed])
    return replace(days, mean=days.mean * by)


def _shortened(days: Distribution, by: Fraction) -> Distribution:
    """So many days less; what varies, varies as far as before."""
    if days.family is Family.EMPIRICAL:
        return empirical([max(each - by, Fraction(0)) for each in days.observed])
    mean = days.mean - by
    cv = exact(round(float(days.cv * days.mean / mean), 3))
    family = Family.LOGNORMAL if days.family is Family.EXPONENTIAL else days.family
    return Distribution(family=family, mean=mean, cv=cv)


def days_at_desks(told: Iterable[tuple[OwnWaits, float]]) -> float | None:
    """How many days a piece of work lies and is worked, on average (da: dage på bordet).

    Of each type with waiting of its own, how long its cases took beyond that, with the pieces of
    each; None where there is no such type.
    """
    days = pieces = 0.0
    for own, of_each in told:
        days += max(own.days - own.mean, 0.0) * own.cases
        pieces += of_each * own.cases
    return days / pieces if pieces else None


def own_waits(rows: CaseHistory, ended: Floats) -> OwnWaits | Text:
    """What a list's own days of waiting say of a type, or why they do not (da: egne ventedage).

    `ended` is when each case was over, not a number while it is open.
    """
    if rows.external_days is None or np.isnan(rows.external_days).all():
        return Text(da="listen har ingen ventedage", en="the list has no days of waiting")
    if rows.complete_from is None:
        return Text(
            da="ingen har sagt, fra hvornår listen har alle sager",
            en="nobody has said from when the list has all cases",
        )
    arrived, first = rows.arrived_at(), day_number(rows.complete_from)
    early = (arrived >= first) & (arrived < (first + rows.seen_until) / 2)
    if not early.any():
        return Text(
            da="ingen sager er fra listens første halvdel",
            en="no cases are from the first half of the list",
        )
    still_open = float(np.isnan(ended[early]).mean())
    if still_open > _FEW_OPEN:
        over = Fraction(1) - exact(round(still_open, 4))
        return Text(
            da=f"kun {percent(over, 'da', 1)} af sagerne fra listens første halvdel er afsluttet, "
            "og de hurtigste siger for lidt",
            en=f"only {percent(over, 'en', 1)} of the cases of the list’s first half are over, "
            "and the quick ones say too little",
        )
    told = early & ~np.isnan(ended) & np.isnan(rows.at(CaseEvent.WITHDRAWN))
    told &= ~np.isnan(rows.external_days)
    waits = rows.external_days[told]
    if waits.size < _LEAST_WAITS:
        return Text(
            da=f"{waits.size} afsluttede sager med ventedage er for få",
            en=f"{waits.size} closed cases with days of waiting are too few",
        )
    mean = float(waits.mean())
    return OwnWaits(
        mean=mean,
        cv=float(waits.std(ddof=1)) / mean if mean else 0.0,
        cases=int(waits.size),
        days=float((ended - arrived)[told].mean()),
    )


def spread_of_each(cv: float, pieces: float) -> Fraction:
    """How far each of some pieces varies, where all of them together vary so (da: spredning)."""
    return exact(round(min(max(cv * pieces**0.5, _LEAST_SPREAD), _MOST_SPREAD), 2))
