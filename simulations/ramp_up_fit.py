"""How newcomers grow into the work, from cases and employments together (da: oplæring, lært).

Finished cases per hour for cases, of newcomers by months of tenure against colleagues of more than
a year. Two things look like a slow newcomer and are none. One with an empty desk finishes little at
first, however quick: so only tenures are compared at which nine in ten of the cases of the first
day would have finished by now, at the department's own turnaround. And one who is given easier or
harder cases finishes more or fewer: that the list does not show, and it is said.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from capacity.case_events import CaseEvent
from capacity.caseworker import RampUp
from capacity.count_statistics import clopper_pearson
from capacity.errors import InvalidInput
from capacity.staff_history import AwayReason, StaffHistory
from capacity.units import exact
from capacity.wording import Language, Text, percent
from simulations.case_history import CaseHistory, day_number
from simulations.followed_cases import followed_cases
from simulations.luck import Floats
from simulations.people import DAYS_PER_MONTH
from simulations.staff_past import Person, length_in_days, people_of_past
from simulations.survival import CONFIDENCE, Interval, OpenShare, open_share

MONTHS = ((0, 3), (3, 6), (6, 12))
"""Tenures compared: from so many months to so many."""
_EXPERIENCED = 12
_COMPARABLE = 0.9
_DAYS_PER_WEEK = 7
_SHARES = tuple(Fraction(step, 20) for step in range(21))
_ALMOST_NONE = 1e-3


@dataclass(frozen=True, slots=True, kw_only=True)
class Newcomers:
    """Newcomers of a tenure beside experienced colleagues (da: nye ved en anciennitet).

    `pace` is their finished cases an hour over those of the experienced, with the exact interval of
    two Poisson counts; None where nobody had that tenure. `from_empty_desk` is what it would be for
    one who is as quick as all but began with no cases. `by_prior` is what the prior says.
    """

    from_month: int
    to_month: int
    finished: int
    hours: float
    pace: Interval | None
    from_empty_desk: float
    by_prior: float | None

    @property
    def comparable(self) -> bool:
        """Whether an empty desk at the start would matter no longer (da: sammenlignelig)."""
        return self.pace is not None and self.from_empty_desk >= _COMPARABLE

    @property
    def tells(self) -> bool:
        """Whether it decides between no ramp-up and the prior (da: afgørende)."""
        if self.pace is None or not self.comparable:
            return False
        without = self.pace.low <= 1 <= self.pace.high
        usual = self.by_prior is None or self.pace.low <= self.by_prior <= self.pace.high
        return not (without and usual)


@dataclass(frozen=True, slots=True, kw_only=True)
class RampUpFit:
    """What cases and employments say of ramp-up (da: oplæring, lært).

    `used` is the ramp-up that fits best where something was learned, else the prior; None is a full
    pace from the first day.
    """

    tenures: tuple[Newcomers, ...]
    experienced_finished: int
    experienced_hours: float
    prior: RampUp | None
    used: RampUp | None
    reason: Text | None

    @property
    def learned(self) -> bool:
        """Whether the lists tell it (da: lært)."""
        return self.reason is None

    @property
    def sentence(self) -> Text:
        """What was learned, in a sentence or two (da: i ord)."""
        return Text(da=_sentence(self, "da"), en=_sentence(self, "en"))


def ramp_up_fit(
    staff: StaffHistory,
    cases: CaseHistory,
    finish: CaseEvent,
    names: Mapping[int, str],
    prior: RampUp | None,
    *,
    teams: tuple[str, ...] | None = None,
    confidence: float = CONFIDENCE,
) -> RampUpFit:
    """Compare newcomers with experienced colleagues (da: lær oplæringen).

    `names` tell which caseworker of the payroll list a number in the case list is. Compared are the
    days that both lists cover. Whoever was employed before the payroll list begins counts as
    experienced. Ask one team at a time where teams have different cases. `InvalidInput` where the
    case list has no caseworkers.
    """
    if cases.caseworker is None:
        raise InvalidInput(
            Text(
                da="sagslisten siger ikke, hvem der havde sagen; udfyld kolonnen, eller udelad "
                "oplæring",
                en="the case list does not say who had the case; fill the column, or leave "
                "ramp-up out",
            ),
            field="caseworker",
        )
    people = {person.caseworker: person for person in people_of_past(staff, teams)}
    hours_of = _hours(staff, people, cases, teams)
    finished_of = _finished(staff, cases, finish, names, people)
    hours, finished = np.zeros(_EXPERIENCED + 1), np.zeros(_EXPERIENCED + 1)
    for name, person in people.items():
        month = _tenure(person)
        hours += np.bincount(month, weights=hours_of[name], minlength=hours.size)
        # Cases finished by somebody with no hours that day belong to nobody's pace.
        counted = np.where(hours_of[name] > 0, finished_of[name], 0)
        finished += np.bincount(month, weights=counted, minlength=hours.size)
    turnaround = open_share(followed_cases(cases, finish))
    tenures = tuple(_newcomers(of, hours, finished, prior, turnaround, confidence) for of in MONTHS)
    telling = any(each.tells for each in tenures)
    return RampUpFit(
        tenures=tenures,
        experienced_finished=int(finished[-1]),
        experienced_hours=float(hours[-1]),
        prior=prior,
        used=_likeliest(tenures, hours, finished) if telling else prior,
        reason=None if telling else _why_not(tenures),
    )


def _hours(
    staff: StaffHistory,
    people: Mapping[str, Person],
    cases: CaseHistory,
    teams: tuple[str, ...] | None,
) -> dict[str, Floats]:
    """Each person's hours for cases on each day of the payroll list; 0 when away."""
    days = length_in_days(staff)
    zero = day_number(staff.from_)
    first = 0 if cases.complete_from is None else day_number(cases.complete_from) - zero
    both = np.zeros(days, dtype=np.bool_)
    both[max(int(first), 0) : max(int(cases.seen_until - zero), 0)] = True
    found = {name: np.zeros(days) for name in people}
    for each in staff.employments:
        if teams is not None and each.team not in teams:
            continue
        begins = 0 if each.starts_on is None else max((each.starts_on - staff.from_).days, 0)
        ends = days if each.ends_on is None else max((each.ends_on - staff.from_).days + 1, 0)
        for_cases = float(each.hours_per_week - each.non_case_hours_per_week)
        found[each.caseworker][begins:ends] += for_cases / _DAYS_PER_WEEK
    for name, person in people.items():
        there = person.present & both
        for spell in person.spells:
            if spell.reason is AwayReason.HOLIDAY:
                there[max(spell.first, 0) : max(spell.first + spell.days, 0)] = False
        found[name][~there] = 0
    return found


def _finished(
    staff: StaffHistory,
    cases: CaseHistory,
    finish: CaseEvent,
    names: Mapping[int, str],
    people: Mapping[str, Person],
) -> dict[str, Floats]:
    """How many cases each person finished on each day of the payroll list."""
    days = length_in_days(staff)
    day = np.floor(cases.at(finish) - day_number(staff.from_))
    known = (day >= 0) & (day < days)
    found = {name: np.zeros(days) for name in people}
    if cases.caseworker is not None:
        for number, name in names.items():
            if name in found:
                own = day[known & (cases.caseworker == number)].astype(np.int64)
                found[name] += np.bincount(own, minlength=days)
    return found


def _tenure(person: Person) -> np.ndarray:
    """Whole months of tenure on each day, twelve for a year and more."""
    day = np.arange(person.employed.size)
    month = np.full(day.size, _EXPERIENCED)
    for stay in person.stays:
        if stay.first is not None:
            since = (day - stay.first) / DAYS_PER_MONTH
            month = np.where(since >= 0, np.minimum(since, _EXPERIENCED).astype(np.int64), month)
    return month


def _newcomers(
    months: tuple[int, int],
    hours: Floats,
    finished: Floats,
    prior: RampUp | None,
    turnaround: OpenShare,
    confidence: float,
) -> Newcomers:
    first, last = months
    spent, done = float(hours[first:last].sum()), int(finished[first:last].sum())
    usual_hours, usual = float(hours[-1]), int(finished[-1])
    pace = None
    if spent > 0 and usual > 0:
        # Of two Poisson counts, given their sum, one is binomial (Przyborowski & Wilenski, 1940).
        share = clopper_pearson(done, done + usual, confidence)
        odds = [each / (1 - each) * usual_hours / spent for each in (share.low, share.high)]
        pace = Interval(value=done / spent * usual_hours / usual, low=odds[0], high=odds[1])
    tenure = (np.arange(first * 10, last * 10) + 0.5) / 10
    empty = [turnaround.finished_by(float(at) * DAYS_PER_MONTH).value for at in tenure]
    return Newcomers(
        from_month=first,
        to_month=last,
        finished=done,
        hours=spent,
        pace=pace,
        from_empty_desk=float(np.mean(empty)),
        by_prior=None if prior is None else float(np.mean(_pace(prior, tenure))),
    )


def _pace(ramp_up: RampUp, tenure: Floats) -> Floats:
    """The share of full pace at tenures in months: a straight line."""
    first = float(ramp_up.first_share)
    return np.asarray(first + (1 - first) * np.minimum(tenure / ramp_up.months, 1))


def _likeliest(tenures: tuple[Newcomers, ...], hours: Floats, finished: Floats) -> RampUp | None:
    """The ramp-up under which what newcomers finished is most likely, by Poisson's distribution."""
    months = np.array(
        [m for each in tenures if each.comparable for m in range(each.from_month, each.to_month)]
    )
    usual = finished[-1] / hours[-1] * hours[months]
    done = finished[months]
    best, most = None, -np.inf
    for length in range(1, _EXPERIENCED + 1):
        for first_share in _SHARES:
            tried = RampUp(months=length, first_share=first_share)
            expected = np.maximum(usual * _pace(tried, months + 0.5), _ALMOST_NONE)
            likelihood = float(np.sum(done * np.log(expected) - expected))
            if likelihood > most + 1e-9:
                best, most = tried, likelihood
    return None if best is None or best.first_share == 1 else best


def _why_not(tenures: tuple[Newcomers, ...]) -> Text:
    if all(each.pace is None for each in tenures):
        return Text(da="listen har ingen nye", en="the list has no newcomers")
    if not any(each.comparable for each in tenures):
        return Text(
            da="sagerne varer så længe, at et tomt bord ville se ud som oplæring",
            en="cases take so long that an empty desk would look like a ramp-up",
        )
    return Text(
        da="det talte passer både med ingen oplæring og med antagelsen",
        en="what was counted agrees both with no ramp-up and with the assumption",
    )


def _sentence(found: RampUpFit, language: Language) -> str:
    told = "; ".join(
        _tenure_in_words(each, language) for each in found.tenures if each.pace is not None
    )
    if language == "da":
        counted = f"Nye mod erfarne, afsluttede sager pr. time: {told}." if told else ""
        learned = "" if found.reason is None else f"Ikke lært ({found.reason.da})."
        caveat = "Om nye får lettere eller sværere sager, viser listen ikke."
    else:
        counted = f"Newcomers against the experienced, cases per hour: {told}." if told else ""
        learned = "" if found.reason is None else f"Not learned ({found.reason.en})."
        caveat = "Whether newcomers are given easier or harder cases, the list does not show."
    return " ".join(each for each in (counted, learned, caveat) if each)


def _tenure_in_words(of: Newcomers, language: Language) -> str:
    if of.pace is None:
        return ""
    value, low, high = (
        percent(exact(f"{each:.6g}"), language)
        for each in (of.pace.value, of.pace.low, of.pace.high)
    )
    months = f"{of.from_month + 1}–{of.to_month}"
    unit = "måned" if language == "da" else "month"
    early = ""
    if not of.comparable:
        early = ", for tidligt at sammenligne" if language == "da" else ", too early to compare"
    return f"{unit} {months} {value} ({low}–{high}{early})"
