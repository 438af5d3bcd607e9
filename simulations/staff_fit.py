"""Absence and turnover learned from a payroll list (da: fravær og udskiftning, lært af lønlisten).

Rates are events over the time in which one could happen, with exact intervals; lengths are fitted
like turnarounds, with spells that go on as open. Where too little happened the prior stands, and
the answer says that it was not learned. A prior of nothing is none: nobody stated it, and what the
list shows takes its place, however wide its interval.
"""

from dataclasses import dataclass, replace
from fractions import Fraction

import numpy as np

from capacity.consistency import DAYS_PER_YEAR
from capacity.distributions import Distribution, Family
from capacity.errors import InvalidInput
from capacity.past_roster import SHORT_DAYS
from capacity.staff_history import AwayReason, StaffHistory
from capacity.staff_risks import StaffRisks
from capacity.units import exact
from capacity.wording import Language, Text, shown
from simulations.followed_cases import FINISHED, STILL_OPEN, Followed, followed
from simulations.staff_past import Away, length_in_days, people_of_past
from simulations.survival import CONFIDENCE, Interval, garwood
from simulations.turnaround_fit import TurnaroundFit, turnaround_fit
from simulations.vacancies import Vacancies, vacancies

FEWEST_EVENTS = 5
"""Assumption: with fewer, the ends of a rate's interval lie a factor of five or more apart.

So many must be expected by the prior, in the time that the list covers. To ask for so many in the
list instead would learn of rare events only where chance made them frequent.
"""
_AGAINST = 0.998
"""Assumption: a prior outside this interval is given up though little was expected."""
_MOST_AWAY_DAYS = 91
"""Assumption: a rate that nobody stated is no more than a quarter of a year away, per person."""
_DIGITS = 6
_HALF_A_DAY = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class LearnedRate:
    """How often something happened, per person and year (da: hyppighed pr. person og år).

    `used` is the rate where it was learned and the prior where it was not; `reason` says why not.
    """

    what: Text
    events: int
    years: float
    per_year: Interval
    prior: Fraction
    reason: Text | None

    @property
    def learned(self) -> bool:
        """Whether the list tells it (da: lært)."""
        return self.reason is None

    @property
    def used(self) -> Fraction:
        """Spells per person and year (da: anvendt hyppighed)."""
        return exact(f"{self.per_year.value:.{_DIGITS}g}") if self.learned else self.prior

    @property
    def contradicts_prior(self) -> bool:
        """Whether the prior lies outside the interval (da: strider mod antagelsen)."""
        return not self.per_year.low <= float(self.prior) <= self.per_year.high

    @property
    def sentence(self) -> Text:
        """The rate in a sentence (da: i ord)."""
        return Text(da=_rate(self, "da"), en=_rate(self, "en"))


@dataclass(frozen=True, slots=True, kw_only=True)
class LearnedDays:
    """How long something lasted, in calendar days (da: varighed).

    `fit` is None where nothing of the kind was seen at all. `few` is the mean of those that ended,
    where they are too few to fit and nobody stated another; their lengths are then taken to vary as
    by chance.
    """

    what: Text
    fit: TurnaroundFit | None
    prior: Distribution
    reason: Text | None
    few: Interval | None = None

    @property
    def learned(self) -> bool:
        """Whether the list tells it (da: lært)."""
        return self.reason is None

    @property
    def used(self) -> Distribution:
        """What a simulation can deal (da: anvendt fordeling)."""
        if self.learned and self.fit is not None and self.fit.distribution is not None:
            return self.fit.distribution
        if self.few is not None:
            mean = exact(f"{self.few.value:.{_DIGITS}g}")
            return Distribution(family=Family.EXPONENTIAL, mean=mean, cv=Fraction(1))
        return self.prior

    @property
    def mean(self) -> Interval | None:
        """The mean of what is used with its interval; None where it has none (da: middel)."""
        if self.learned and self.fit is not None and self.fit.chosen is not None:
            return self.fit.chosen.fit.mean
        return self.few

    @property
    def sentence(self) -> Text:
        """The length in a sentence (da: i ord)."""
        return Text(da=_length(self, "da"), en=_length(self, "en"))


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffFit:
    """What a payroll list says of absence and turnover (da: fravær og udskiftning, lært).

    `risks` is the prior with what was learned in its place.
    """

    short_sickness: LearnedRate
    short_sickness_days: LearnedDays
    long_sickness: LearnedRate
    long_sickness_days: LearnedDays
    parental_leave: LearnedRate
    parental_leave_days: LearnedDays
    turnover: LearnedRate
    vacancy_days: LearnedDays
    vacancies: Vacancies
    risks: StaffRisks

    @property
    def parts(self) -> tuple[LearnedRate | LearnedDays, ...]:
        """All that was asked of the list, in order (da: alle dele)."""
        return (
            self.short_sickness,
            self.short_sickness_days,
            self.long_sickness,
            self.long_sickness_days,
            self.parental_leave,
            self.parental_leave_days,
            self.turnover,
            self.vacancy_days,
        )

    @property
    def sentences(self) -> tuple[Text, ...]:
        """Each part in a sentence (da: i ord)."""
        return tuple(part.sentence for part in self.parts)


SHORT = Text(da="kort sygdom", en="short sickness")
LONG = Text(da="lang sygdom", en="long sickness")
LEAVE = Text(da="barselsorlov", en="parental leave")
TURNOVER = Text(da="fratrædelse", en="leaving")
VACANCY = Text(da="ubesat stilling", en="vacancy")


def staff_fit(
    history: StaffHistory,
    prior: StaffRisks,
    *,
    teams: tuple[str, ...] | None = None,
    confidence: float = CONFIDENCE,
) -> StaffFit:
    """Learn absence and turnover of some teams, None for all (da: lær af lønlisten).

    One can fall ill on days when one is employed and not away, holidays among them; go on leave on
    all others but leave; and leave at any time. Sickness is short up to 30 calendar days
    (`past_roster.SHORT_DAYS`, an assumption). Whether a spell of the last 30 days will be short
    nobody knows, so sickness is counted up to then; leave and turnover up to the day of the list.
    Both lengths and rates are of people, not of full-time posts. `InvalidInput` where the list
    holds nobody of the teams.
    """
    people = people_of_past(history, teams)
    if not people:
        raise InvalidInput(
            Text(
                da="lønlisten har ingen ansatte i de valgte team; vælg andre",
                en="the payroll list has nobody in the teams chosen; choose others",
            ),
            field="teams",
        )
    days = length_in_days(history)
    known_until = max(0, days - SHORT_DAYS)
    spells = [spell for person in people for spell in person.spells]
    sick = [each for each in spells if each.reason is AwayReason.SICKNESS]
    leave = [each for each in spells if each.reason is AwayReason.PARENTAL_LEAVE]
    counted = [each for each in sick if 0 <= each.first < known_until]
    short = [each for each in counted if each.days <= SHORT_DAYS]
    all_long = [each for each in sick if each.days > SHORT_DAYS]
    long = [each for each in counted if each.days > SHORT_DAYS]
    new_leave = [each for each in leave if each.first >= 0]
    well = _years([person.present[:known_until] for person in people], len(counted))
    not_on_leave = _years([p.employed & ~p.on_leave for p in people], len(new_leave))
    employed = _years([person.employed for person in people], 0)
    left = sum(
        stay.last is not None and stay.last >= 0 for person in people for stay in person.stays
    )

    short_days = _days(SHORT, _lengths(short), prior.short_sickness_days, confidence)
    long_days = _days(LONG, _long_lengths(all_long), prior.long_sickness_days, confidence)
    leave_days = _days(LEAVE, _lengths(leave), prior.parental_leave_days, confidence)
    gaps = vacancies(history, teams)
    vacancy_days = _days(VACANCY, gaps.followed, prior.vacancy_days, confidence)
    if gaps.reason is not None:
        vacancy_days = replace(vacancy_days, reason=vacancy_days.reason or gaps.reason, few=None)

    def rate(
        what: Text, events: int, years: float, usual: Fraction, lasts: LearnedDays | None
    ) -> LearnedRate:
        reason = _too_few(events, years, usual)
        per_year = garwood(events, years, confidence)
        if reason is None and lasts is not None and not lasts.used.mean:
            reason = _NO_DAYS
        elif reason is None and lasts is not None and not usual:
            away = per_year.value * float(lasts.used.mean)
            reason = _MUCH_AWAY if away > _MOST_AWAY_DAYS else None
        return LearnedRate(
            what=what,
            events=events,
            years=years,
            per_year=per_year,
            prior=usual,
            reason=reason,
        )

    found = StaffFit(
        short_sickness=rate(SHORT, len(short), well, prior.short_sickness_per_year, short_days),
        short_sickness_days=short_days,
        long_sickness=rate(LONG, len(long), well, prior.long_sickness_per_year, long_days),
        long_sickness_days=long_days,
        parental_leave=rate(
            LEAVE, len(new_leave), not_on_leave, prior.parental_leave_per_year, leave_days
        ),
        parental_leave_days=leave_days,
        turnover=rate(TURNOVER, left, employed, prior.turnover_per_year, None),
        vacancy_days=vacancy_days,
        vacancies=gaps,
        risks=prior,
    )
    return replace(found, risks=_risks(found, prior))


def _risks(found: StaffFit, prior: StaffRisks) -> StaffRisks:
    return replace(
        prior,
        short_sickness_per_year=found.short_sickness.used,
        short_sickness_days=found.short_sickness_days.used,
        long_sickness_per_year=found.long_sickness.used,
        long_sickness_days=found.long_sickness_days.used,
        parental_leave_per_year=found.parental_leave.used,
        parental_leave_days=found.parental_leave_days.used,
        turnover_per_year=found.turnover.used,
        vacancy_days=found.vacancy_days.used,
    )


def _years(days_of_people: list[np.ndarray], events: int) -> float:
    """Person-years on which something could begin; half of the day on which it did."""
    counted = sum(int(days.sum()) for days in days_of_people) + _HALF_A_DAY * events
    return counted / float(DAYS_PER_YEAR)


def _lengths(spells: list[Away]) -> Followed | None:
    """Spells followed from their beginning, or from the list's where they are older."""
    return _followed(spells, [max(-each.first, 0) for each in spells])


def _long_lengths(spells: list[Away]) -> Followed | None:
    """Spells that are long already: of older ones, all that were long when the list began are told.

    A spell that began within 30 days before the list is told if it became long, however old it was.
    """
    return _followed(spells, [-s.first if -s.first > SHORT_DAYS else 0 for s in spells])


def _followed(spells: list[Away], entered: list[int]) -> Followed | None:
    kept = [(s, e) for s, e in zip(spells, entered, strict=True) if s.days > e]
    if not kept:
        return None
    return followed(
        [spell.days for spell, _ in kept],
        [FINISHED if spell.ended else STILL_OPEN for spell, _ in kept],
        entered=[at for _, at in kept],
        whole_days=True,
    )


def _days(
    what: Text, spells: Followed | None, prior: Distribution, confidence: float
) -> LearnedDays:
    if spells is None:
        return LearnedDays(what=what, fit=None, prior=prior, reason=_NONE_SEEN)
    fit = turnaround_fit(spells, confidence)
    if fit.learned:
        return LearnedDays(what=what, fit=fit, prior=prior, reason=None)
    few, days = None, spells.exposure_days
    if not prior.mean and spells.finished and days:
        a_day = garwood(spells.finished, days, confidence)
        few = Interval(value=days / spells.finished, low=1 / a_day.high, high=1 / a_day.low)
    reason = _too_few_ended(spells.finished)
    return LearnedDays(what=what, fit=fit, prior=prior, reason=reason, few=few)


# --- In words --------------------------------------------------------------------------------

_NONE_SEEN = Text(da="der er ingen i listen", en="there is none in the list")
_NO_DAYS = Text(
    da="varigheden kendes hverken fra listen eller som antagelse",
    en="how long it lasts is known neither from the list nor as an assumption",
)
_MUCH_AWAY = Text(
    da=f"det ville være over {_MOST_AWAY_DAYS} dage om året pr. person, og det er for få at tro på",
    en=f"it would be more than {_MOST_AWAY_DAYS} days a year per person, and these are too few to "
    "believe that",
)


def _too_few(events: int, years: float, prior: Fraction) -> Text | None:
    if not prior:
        return None if events else _NONE_SEEN
    expected = float(prior) * years
    against = not garwood(events, years, _AGAINST).low <= float(prior)
    if expected >= FEWEST_EVENTS or (events >= FEWEST_EVENTS and against):
        return None
    return Text(
        da=f"efter antagelsen var {_number(expected, 'da')} at vente, færre end {FEWEST_EVENTS}, "
        f"og listen viser {events}",
        en=f"by the assumption {_number(expected, 'en')} were to be expected, fewer than "
        f"{FEWEST_EVENTS}, and the list shows {events}",
    )


def _number(value: float, language: Language) -> str:
    return shown(exact(f"{value:.{_DIGITS}g}"), 1, language)


def _too_few_ended(ended: int) -> Text:
    return Text(
        da=f"{ended} afsluttede perioder viser ikke, hvordan varigheden fordeler sig",
        en=f"{ended} ended periods do not show how long they last",
    )


def _rate(found: LearnedRate, language: Language) -> str:
    what = found.what.in_language(language).capitalize()
    value, low, high = (
        shown(exact(f"{each:.{_DIGITS}g}"), 2, language)
        for each in (found.per_year.value, found.per_year.low, found.per_year.high)
    )
    years = shown(exact(f"{found.years:.{_DIGITS}g}"), 0, language)
    prior = shown(found.prior, 2, language)
    if language == "da":
        counted = f"{what}: {found.events} på {years} personår, {value} om året ({low}–{high})."
        if found.reason is None:
            stated = " Ingen havde angivet den, så listens bruges." if not found.prior else ""
            return f"{counted}{stated}"
        if not found.prior:
            return f"{counted} Ikke lært ({found.reason.da}); ingen har angivet den: regnet uden."
        against = " Listen taler imod den." if found.contradicts_prior else ""
        return f"{counted} Ikke lært ({found.reason.da}); antagelsen {prior} står.{against}"
    counted = f"{what}: {found.events} in {years} person-years, {value} a year ({low}–{high})."
    if found.reason is None:
        return counted if found.prior else f"{counted} Nobody had stated it, so the list’s is used."
    if not found.prior:
        return f"{counted} Not learned ({found.reason.en}); nobody has stated it: left out."
    against = " The list speaks against it." if found.contradicts_prior else ""
    return f"{counted} Not learned ({found.reason.en}); the assumption {prior} stands.{against}"


def _length(found: LearnedDays, language: Language) -> str:
    what = found.what.in_language(language)
    mean = shown(found.used.mean, 1, language)
    between = ""
    if found.mean is not None:
        of = found.mean
        low, high = (shown(exact(f"{each:.{_DIGITS}g}"), 1, language) for each in (of.low, of.high))
        between = f" ({low}–{high})"
    if found.reason is not None and not found.prior.mean:
        return _unstated_length(found, mean, between, language)
    if found.reason is not None:
        return (
            f"Varighed af {what}: ikke lært ({found.reason.da}); antagelsen, {mean} dage i "
            "middel, står."
            if language == "da"
            else f"Length of {what}: not learned ({found.reason.en}); the assumption, a mean of "
            f"{mean} days, stands."
        )
    ended = found.fit.cases.finished if found.fit else 0
    return (
        f"Varighed af {what}: {mean} dage i middel{between}, af {ended} afsluttede perioder."
        if language == "da"
        else f"Length of {what}: a mean of {mean} days{between}, from {ended} that ended."
    )


def _unstated_length(found: LearnedDays, mean: str, between: str, language: Language) -> str:
    """How long something lasts that nobody stated: by the few that ended, or not at all."""
    what = found.what.in_language(language)
    why = "" if found.reason is None else found.reason.in_language(language)
    if language == "da":
        used = "regnet uden" if found.few is None else f"deres middel, {mean} dage{between}, bruges"
        return f"Varighed af {what}: ikke lært ({why}); ingen har angivet den: {used}."
    used = "left out" if found.few is None else f"their mean, {mean} days{between}, is used"
    return f"Length of {what}: not learned ({why}); nobody has stated it: {used}."
