"""Inflow from a case list: how many cases come, when, and how many at a time (da: tilgang).

Counted are bursts: siblings who come together are one piece of luck. Bursts may come in spates, so
every interval is widened by the dispersion of the weekly counts (quasi-Poisson). What is no more
than noise stays even: a season, a week or a day is taken over only where a likelihood-ratio test
shows it, and then drawn towards even by what its noise is worth (empirical Bayes). What there is
too little to learn from is not learned, and says so.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from fractions import Fraction
from typing import NamedTuple

import numpy as np

from capacity.case_classes import EVEN, ArrivalPattern, CaseClass
from capacity.units import exact
from capacity.wording import Text
from simulations.burst_counts import Bursts, bursts_of, calendar, shares_of_year
from simulations.case_history import CaseHistory
from simulations.count_regression import deviance, shrunk_factors, spread_between, sums
from simulations.estimates import CONFIDENCE, Estimate
from simulations.inflow_sentences import (
    few_bursts,
    found_holidays,
    found_hours,
    found_level,
    found_season,
    found_siblings,
    found_trend,
    found_weekdays,
    too_short,
    unknown_hours,
    unknown_siblings,
)
from simulations.luck import Floats
from simulations.monthly_inflow import (
    LEAST_BURSTS_OF_YEARS,
    SURE,
    TWO_YEARS,
    WEEK,
    Spread,
    YearlyModel,
    f_tail,
    has_years_enough,
    spread_of,
    student,
    yearly_model,
)

LEAST_BURSTS, LEAST_DAYS = 10, 90
"""For a level; assumptions, as all that follow: with less, a few days more or fewer decide."""
LEAST_BURSTS_OF_WEEK, LEAST_BURSTS_OF_DAY = 60, 100
LEAST_BURSTS_OF_SIBLINGS, LEAST_ON_HOLIDAYS = 30, 5.0
_HOURS = 24
_DIGITS = 3
_LEAST_SPREAD = 1e-4
_VERY_MANY = 10**9


class Aspect(StrEnum):
    """What is to be learned of inflow (da: side af tilgangen)."""

    LEVEL = "level"
    TREND = "trend"
    SEASON = "season"
    WEEKDAYS = "weekdays"
    HOLIDAYS = "holidays"
    HOURS = "hours"
    SIBLINGS = "siblings"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What the list says of one aspect (da: fund).

    `learned` says that there was enough to learn from, `shown` that what was learned is not just
    even. `p_value` is the chance of so much or more where there is nothing, None without a test.
    """

    learned: bool
    shown: bool
    p_value: float | None
    says: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class InflowFit:
    """How the cases of a class come (da: tilpasset tilgang).

    `arrivals_per_year` are cases, at the level of the whole list, or at its last day where a trend
    is shown. `trend` is the factor from one year to the next. `log_mean` and `log_error` are those
    of the arrivals' logarithm. `dispersion` is the variance of weekly counts over that of pure
    chance, at least 1. Of what is not learned the pattern is even.
    """

    case_class: str
    team: str | None
    from_: date
    seen_on: date
    cases: int
    bursts: int
    confidence: float
    arrivals_per_year: Estimate
    log_mean: float
    log_error: float
    trend: Estimate | None
    dispersion: float
    pattern: ArrivalPattern
    findings: Mapping[Aspect, Finding]

    @property
    def learned(self) -> bool:
        """Whether the level is learned (da: lært)."""
        return self.findings[Aspect.LEVEL].learned

    @property
    def sentences(self) -> tuple[Text, ...]:
        """What was found, one sentence an aspect (da: sætninger)."""
        return tuple(self.findings[aspect].says for aspect in Aspect)


def inflow_fits(
    history: CaseHistory, *, by_team: bool = False, confidence: float = 0.9
) -> tuple[InflowFit, ...]:
    """Fit the inflow of every class that the list has rows of (da: tilgang pr. sagstype).

    `by_team` fits each team's share of a class on its own. `InvalidInput` as `bursts_of`.
    """
    pairs = set(zip(history.case_class.tolist(), history.team.tolist(), strict=True))
    if by_team:
        known = sorted((kind, team) for kind, team in pairs if kind >= 0 and team >= 0)
        wanted = [(history.case_classes[kind], history.teams[team]) for kind, team in known]
        return tuple(inflow_fit(history, *each, confidence=confidence) for each in wanted)
    kinds = sorted({kind for kind, _ in pairs if kind >= 0})
    names = [history.case_classes[kind] for kind in kinds]
    return tuple(inflow_fit(history, each, confidence=confidence) for each in names)


def inflow_fit(
    history: CaseHistory, case_class: str, team: str | None = None, *, confidence: float = 0.9
) -> InflowFit:
    """Fit the inflow of a class, of one team or of all, since the list is complete (da: tilgang).

    `InvalidInput` as `bursts_of`. Of very few cases there is a fit all the same, which is not
    `learned` and says why.
    """
    bursts = bursts_of(history, case_class, team)
    shape = _shape_of(bursts)
    level = _level_of(bursts, shape, confidence)
    is_enough = bursts.count >= LEAST_BURSTS and bursts.days >= LEAST_DAYS
    says = found_level(level.arrivals, confidence, shape.spread.dispersion, is_now=level.is_now)
    if not is_enough:
        says = few_bursts(bursts.count, LEAST_BURSTS, bursts.days, LEAST_DAYS)
    cases = int(bursts.sizes.sum())
    findings = {
        Aspect.LEVEL: Finding(learned=is_enough, shown=is_enough, p_value=None, says=says),
        **shape.findings,
    }
    return InflowFit(
        case_class=case_class,
        team=team,
        from_=bursts.first_day,
        seen_on=history.seen_on,
        cases=cases,
        bursts=bursts.count,
        confidence=confidence,
        arrivals_per_year=level.arrivals,
        log_mean=level.log_mean,
        log_error=level.log_error,
        trend=_trend(shape, confidence),
        dispersion=shape.spread.dispersion,
        pattern=shape.pattern,
        findings=findings,
    )


def drawn(fit: InflowFit, score: float) -> Fraction:
    """The arrivals in a year that stand so many standard errors from the best value (da: trækning).

    A caller who draws a normal score for each set of inputs carries what the fit leaves open into
    a forecast.

    >>> from types import SimpleNamespace
    >>> drawn(SimpleNamespace(log_mean=np.log(100), log_error=0.1), 0)  # type: ignore[arg-type]
    Fraction(100, 1)
    """
    return _decimal(float(np.exp(fit.log_mean + score * fit.log_error)))


def with_inflow(
    case_class: CaseClass, fit: InflowFit, arrivals_per_year: Fraction | None = None
) -> CaseClass:
    """Return a class with what was learned of its inflow; the rest as it was (da: med tilgang).

    Months, weekdays and hours only where the list shows that they differ: not to have shown it is
    no reason to give up what was stated.

    `arrivals_per_year` takes the place of the best value where one has been drawn.
    """
    stated, found, learned = case_class.arrival_pattern, fit.pattern, fit.findings
    pattern = ArrivalPattern(
        months=found.months if learned[Aspect.SEASON].shown else stated.months,
        weekdays=found.weekdays if learned[Aspect.WEEKDAYS].shown else stated.weekdays,
        hours=found.hours if learned[Aspect.HOURS].shown else stated.hours,
        on_public_holidays=(
            found.on_public_holidays
            if learned[Aspect.HOLIDAYS].learned
            else stated.on_public_holidays
        ),
        siblings=found.siblings if learned[Aspect.SIBLINGS].learned else stated.siblings,
    )
    if not fit.learned:
        return replace(case_class, arrival_pattern=pattern)
    best = _decimal(fit.arrivals_per_year.value)
    return replace(
        case_class,
        arrival_pattern=pattern,
        arrivals_per_year=best if arrivals_per_year is None else arrivals_per_year,
        usual_arrivals_per_year=None,
    )


# --- The shape: season, trend, week, day, siblings -------------------------------------------


class _Shape(NamedTuple):
    pattern: ArrivalPattern
    spread: Spread
    years: YearlyModel | None
    findings: dict[Aspect, Finding]


def _shape_of(bursts: Bursts) -> _Shape:
    findings: dict[Aspect, Finding] = {}
    # 1. the week, with holidays apart, and whether anything comes on a holiday
    weekdays, findings[Aspect.WEEKDAYS] = _week(bursts, spread_of(bursts, EVEN, seasonal=True))
    on_holidays, findings[Aspect.HOLIDAYS] = _holidays(bursts, weekdays)
    by_day = ArrivalPattern(weekdays=weekdays, on_public_holidays=on_holidays)
    # 2. the years, with what is known of the days
    years, months = None, EVEN.months
    if has_years_enough(bursts):
        years, spread = yearly_model(bursts, by_day)
        if years.has_season:
            months = _weights(years.month_factors)
        findings[Aspect.SEASON] = Finding(
            learned=True,
            shown=years.has_season,
            p_value=years.p_value,
            says=found_season(months, years.p_value, shown=years.has_season),
        )
        findings[Aspect.TREND] = _trend_finding(years, spread, bursts)
    else:
        spread = spread_of(bursts, by_day, seasonal=False)
        says = too_short(bursts.days, TWO_YEARS, bursts.count, LEAST_BURSTS_OF_YEARS)
        findings[Aspect.SEASON] = findings[Aspect.TREND] = _not_learned(says)
    # 3. the day, and who comes together
    hours, findings[Aspect.HOURS] = _day(bursts, spread)
    siblings, findings[Aspect.SIBLINGS] = _siblings(bursts)
    pattern = replace(by_day, months=months, hours=hours, siblings=siblings)
    return _Shape(pattern, spread, years, findings)


def _not_learned(says: Text) -> Finding:
    return Finding(learned=False, shown=False, p_value=None, says=says)


def _trend(shape: _Shape, confidence: float) -> Estimate | None:
    return None if shape.years is None else _trend_of(shape.years, shape.spread, confidence)


def _trend_of(years: YearlyModel, spread: Spread, confidence: float) -> Estimate:
    """The factor from one year to the next."""
    slope = years.coefficients[1]
    half = student(spread.degrees, confidence) * np.sqrt(years.covariance[1, 1])
    value, low, high = np.exp([slope, slope - half, slope + half])
    return Estimate(value=float(value), low=float(low), high=float(high))


def _trend_finding(years: YearlyModel, spread: Spread, bursts: Bursts) -> Finding:
    statistic = float(years.coefficients[1] ** 2 / years.covariance[1, 1])
    p_value = f_tail(statistic, 1, spread.degrees)
    is_shown = p_value < SURE
    together = bool((bursts.sizes > 1).any())
    trend = _trend_of(years, spread, CONFIDENCE)
    says = found_trend(trend, p_value, shown=is_shown, together=together)
    return Finding(learned=True, shown=is_shown, p_value=p_value, says=says)


def _week(bursts: Bursts, spread: Spread) -> tuple[tuple[Fraction, ...], Finding]:
    """The seven weekdays' weights, by the days that are no public holidays."""
    if bursts.count < LEAST_BURSTS_OF_WEEK:
        return EVEN.weekdays, _not_learned(few_bursts(bursts.count, LEAST_BURSTS_OF_WEEK))
    days = calendar(bursts.first_day, bursts.days)
    usual = ~days.is_holiday
    counts = sums(days.weekday[usual], bursts.by_day[usual], WEEK)
    there = sums(days.weekday[usual], np.ones(int(usual.sum())), WEEK)
    expected = there * counts.sum() / there.sum()
    weights, p_value = _profile(counts, expected, spread.dispersion, spread.degrees)
    is_shown = p_value < SURE
    says = found_weekdays(weights, p_value, shown=is_shown)
    return weights, Finding(learned=True, shown=is_shown, p_value=p_value, says=says)


def _day(bursts: Bursts, spread: Spread) -> tuple[tuple[Fraction, ...], Finding]:
    """The twenty-four hours' weights, where the list has times of day."""
    if not bursts.timed:
        return EVEN.hours, _not_learned(unknown_hours())
    if bursts.count < LEAST_BURSTS_OF_DAY:
        return EVEN.hours, _not_learned(few_bursts(bursts.count, LEAST_BURSTS_OF_DAY))
    hour = np.minimum((bursts.moments % 1 * _HOURS).astype(np.int64), _HOURS - 1)
    counts = sums(hour, np.ones(hour.size), _HOURS)
    expected = np.full(_HOURS, bursts.count / _HOURS)
    weights, p_value = _profile(counts, expected, spread.dispersion, bursts.count)
    is_shown = p_value < SURE
    says = found_hours(weights, p_value, shown=is_shown)
    return weights, Finding(learned=True, shown=is_shown, p_value=p_value, says=says)


def _profile(
    counts: Floats, expected: Floats, dispersion: float, degrees: int
) -> tuple[tuple[Fraction, ...], float]:
    """Weights of groups where a test shows that they differ, else even ones; and its p-value."""
    groups = counts.size
    per_degree = deviance(counts, expected) / (groups - 1)
    p_value = f_tail(per_degree / dispersion, groups - 1, degrees)
    if p_value >= SURE:
        return (Fraction(1),) * groups, p_value
    between = max(spread_between(counts, expected, dispersion), _LEAST_SPREAD)
    return _weights(shrunk_factors(counts, expected, dispersion, between)), p_value


def _holidays(bursts: Bursts, weekdays: tuple[Fraction, ...]) -> tuple[bool, Finding]:
    """Whether cases come on public holidays, beside what such weekdays would otherwise bring."""
    from scipy.special import gammaincc

    days = calendar(bursts.first_day, bursts.days)
    weights = np.array([float(weight) for weight in weekdays])[days.weekday]
    usual = ~days.is_holiday
    rate = bursts.by_day[usual].sum() / max(1.0, weights[usual].sum())
    expected = float(rate * weights[days.is_holiday].sum())
    came = int(bursts.by_day[days.is_holiday].sum())
    if expected < LEAST_ON_HOLIDAYS:
        return True, _not_learned(found_holidays(came, expected, LEAST_ON_HOLIDAYS, None))
    # The chance of so few or fewer; and at most half, for a holiday is like any day or like none.
    p_value = float(gammaincc(came + 1, expected))
    none_come = came <= expected / 2 and p_value < SURE
    says = found_holidays(came, expected, LEAST_ON_HOLIDAYS, none_come)
    return not none_come, Finding(learned=True, shown=none_come, p_value=p_value, says=says)


def _siblings(bursts: Bursts) -> tuple[tuple[Fraction, ...], Finding]:
    """The shares of bursts of one case, two, three, as they were."""
    if not bursts.grouped:
        return EVEN.siblings, _not_learned(unknown_siblings(has_column=bursts.has_groups))
    if bursts.count < LEAST_BURSTS_OF_SIBLINGS:
        return EVEN.siblings, _not_learned(few_bursts(bursts.count, LEAST_BURSTS_OF_SIBLINGS))
    counted = np.bincount(bursts.sizes)[1:]
    shares = tuple(Fraction(int(count), bursts.count) for count in counted)
    says = found_siblings(shares)
    return shares, Finding(learned=True, shown=len(shares) > 1, p_value=None, says=says)


# --- The level -------------------------------------------------------------------------------


class _Level(NamedTuple):
    arrivals: Estimate
    log_mean: float
    log_error: float
    is_now: bool


def _level_of(bursts: Bursts, shape: _Shape, confidence: float) -> _Level:
    """Cases a year: over the whole list, or as it ends where a trend is shown."""
    mean_size = float(bursts.sizes.mean()) if bursts.count else 1.0
    # How large a burst is, is luck too: the variance of sizes over their mean squared.
    size_spread = float(bursts.sizes.var()) / mean_size**2 if bursts.count else 0.0
    if shape.years is not None and shape.findings[Aspect.TREND].shown:
        log_bursts, variance = shape.years.level_at_end()
        log_mean = log_bursts + float(np.log(mean_size))
        log_error = float(np.sqrt(variance + size_spread / bursts.count))
        half = student(shape.spread.degrees, confidence) * log_error
        value, low, high = np.exp([log_mean, log_mean - half, log_mean + half])
        now = Estimate(value=float(value), low=float(low), high=float(high))
        return _Level(now, log_mean, log_error, is_now=True)
    return _mean_level(bursts, shape, mean_size, shape.spread.dispersion + size_spread, confidence)


def _mean_level(
    bursts: Bursts, shape: _Shape, mean_size: float, spread: float, confidence: float
) -> _Level:
    """So many bursts are worth fewer of pure chance; of those Jeffreys' interval of a rate."""
    from scipy.special import gammaincinv

    years = float(shares_of_year(shape.pattern, bursts.first_day, bursts.days).sum())
    # The dispersion is not known either: wider by Student's t over the normal distribution's.
    unsure = student(shape.spread.degrees, confidence) / student(_VERY_MANY, confidence)
    worth, a_burst = bursts.count / spread / unsure**2, mean_size * spread * unsure**2 / years
    tail = (1 - confidence) / 2
    low, high = (float(gammaincinv(worth + 0.5, each)) * a_burst for each in (tail, 1 - tail))
    value = bursts.count * mean_size / years
    return _Level(
        Estimate(value=value, low=low, high=high),
        float(np.log(max(value, a_burst / 2))),
        float(1 / np.sqrt(max(worth, 0.5))),
        is_now=False,
    )


def _weights(factors: Floats) -> tuple[Fraction, ...]:
    """Weights with mean 1, to three decimals."""
    return tuple(_decimal(each) for each in (factors / factors.mean()).tolist())


def _decimal(value: float) -> Fraction:
    return exact(round(value, _DIGITS))
