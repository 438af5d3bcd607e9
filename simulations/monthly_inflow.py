"""Inflow month by month: its level, its trend and its season (da: tilgang måned for måned).

The months of the list are counts with an exposure, what part of a year's arrivals their days have.
The weeks about that model say how much more arrivals vary than by chance alone.
"""

from typing import NamedTuple

import numpy as np

from capacity.case_classes import ArrivalPattern
from simulations.burst_counts import Bursts, calendar, shares_of_year
from simulations.count_regression import (
    Regression,
    deviance,
    regression,
    spread_between,
    sums,
)
from simulations.luck import Floats, Integers

LEAST_BURSTS_OF_YEARS, TWO_YEARS = 60, 730
"""What a season and a trend take (assumptions): one year cannot tell them from its own chance."""
SURE = 0.01
"""Below this p-value a season, a week, a trend is taken to be shown (an assumption)."""
MONTHS, WEEK = 12, 7
_DAYS_PER_YEAR = 365.25
_NO_BELIEF = 1e-4
"""A ridge so weak that it only says which of equally good coefficients are meant."""
_LEAST_SPREAD = 1e-4
_HALF_WAVE = 4
_LEVEL_AND_TREND = slice(2)
_LEAST_EXPECTED = 1e-6


class Spread(NamedTuple):
    """How much more weekly counts vary than by chance alone, and how well that is known."""

    dispersion: float
    """The variance over the mean, at least 1."""
    degrees: int


class YearlyModel(NamedTuple):
    """The logarithm of the bursts a year as the list ends, its trend a year, and the months.

    (da: årsmodel.) Without a season there are no coefficients of months.
    """

    coefficients: Floats
    covariance: Floats
    month_shares: Floats
    """What part of a year each month is, before its weight."""
    p_value: float
    """The chance of such a season where there is none."""

    @property
    def has_season(self) -> bool:
        """Whether a season is shown (da: årstid påvist)."""
        return bool(self.p_value < SURE)

    @property
    def month_factors(self) -> Floats:
        """How fast cases come in each month beside the others; even without a season."""
        return np.exp(self.coefficients[2:]) if self.has_season else np.ones(MONTHS)

    def level_at_end(self) -> tuple[float, float]:
        """The logarithm of the bursts a year as the list ends, and its variance (delta method)."""
        level, variance = self.coefficients[0], self.covariance[0, 0]
        if not self.has_season:
            return float(level), float(variance)
        parts = self.month_shares * self.month_factors
        slope = np.concatenate([[1.0, 0.0], parts / parts.sum()])
        return float(level + np.log(parts.sum())), float(slope @ self.covariance @ slope)


class _Months(NamedTuple):
    """The calendar months of a list that have any exposure."""

    month: Integers
    counts: Floats
    shares: Floats
    columns: Floats
    """1, years after the end of the list, and the twelve months."""


def has_years_enough(bursts: Bursts) -> bool:
    """Whether there is enough for a season and a trend (da: nok til årstid og udvikling)."""
    return bursts.days >= TWO_YEARS and bursts.count >= LEAST_BURSTS_OF_YEARS


def spread_of(bursts: Bursts, by_day: ArrivalPattern, *, seasonal: bool) -> Spread:
    """Return the dispersion of whole weeks about the months' model (da: overspredning).

    About a level and a trend, with a season where it is `seasonal`; of less than two years about a
    level alone.

    A spate may begin in the midst of a week, and last. So what counts is how much the weeks differ
    slowly: the mean square of Pearson's residuals weighted by cosines of half-waves of four weeks
    and more, each with as much to say (Müller, Journal of Econometrics 2007; Lazarus, Lewis, Stock
    & Watson, Journal of Business & Economic Statistics 2018); over what it would come to by chance
    alone, the model having taken its part. One cosine more is asked for each column of the model,
    whose degrees of freedom are so not lost; they are Satterthwaite's, and intervals Student's t.
    Assumption: what moves arrivals beyond season and trend is over in four weeks.
    """
    weeks = bursts.days // WEEK
    with_years = has_years_enough(bursts)
    if weeks <= _HALF_WAVE or not bursts.count:
        return Spread(1.0, max(1, weeks - 1))
    shares = shares_of_year(by_day, bursts.first_day, bursts.days)
    columns = np.ones((bursts.days, 1))
    expected = shares * bursts.count / shares.sum()
    if with_years:
        wanted = slice(None) if seasonal else _LEVEL_AND_TREND
        month = calendar(bursts.first_day, bursts.days).month
        columns = _columns(month, _ends_in(bursts))[:, wanted]
        found = _fitted(_months_of(bursts, by_day), 1.0, wanted).coefficients
        expected = shares * np.exp(columns @ found)

    def by_week(each: Floats) -> Floats:
        tail = each[-weeks * WEEK :]
        return np.asarray(tail.reshape(weeks, WEEK, *tail.shape[1:]).sum(axis=1))

    root = np.sqrt(np.maximum(by_week(expected), _LEAST_EXPECTED))
    residuals = by_week(bursts.by_day - expected) / root
    explained = by_week(expected[:, None] * columns) / root[:, None]
    left = np.eye(weeks) - explained @ np.linalg.pinv(explained)
    waves = _slow_waves(weeks, weeks // _HALF_WAVE + columns.shape[1] - 1)
    by_chance = waves @ waves.T @ left
    usual = np.trace(by_chance)
    degrees = usual**2 / np.sum(by_chance * by_chance.T)
    dispersion = np.sum((waves.T @ residuals) ** 2) / usual
    return Spread(max(1.0, float(dispersion)), max(1, round(float(degrees))))


def _slow_waves(weeks: int, waves: int) -> Floats:
    """Cosines of 1, 2, … half-waves over the weeks, orthonormal, a column each."""
    half_waves = np.outer(np.arange(weeks) + 0.5, np.arange(1, waves + 1))
    return np.asarray(np.sqrt(2 / weeks) * np.cos(np.pi * half_waves / weeks))


def yearly_model(bursts: Bursts, by_day: ArrivalPattern) -> tuple[YearlyModel, Spread]:
    """Fit level and trend, and a season where a likelihood-ratio test shows one (da: årsmodel).

    The season's months are random effects: drawn towards even by a normal belief whose variance is
    what the months differ by beyond chance (empirical Bayes). The spread is that about the model.
    """
    months = _months_of(bursts, by_day)
    spread = spread_of(bursts, by_day, seasonal=True)
    plain = _fitted(months, spread.dispersion, _LEVEL_AND_TREND)
    full = _fitted(months, spread.dispersion)
    gained = deviance(months.counts, plain.fitted) - deviance(months.counts, full.fitted)
    statistic = gained / (MONTHS - 1) / spread.dispersion
    p_value = f_tail(statistic, MONTHS - 1, spread.degrees)
    if p_value < SURE:
        counts, expected = (
            sums(months.month, each, MONTHS) for each in (months.counts, plain.fitted)
        )
        between = max(spread_between(counts, expected, spread.dispersion), _LEAST_SPREAD)
        found = _fitted(months, spread.dispersion, belief=1 / between)
    else:
        # Months that are none have taken no part of what varies.
        spread = spread_of(bursts, by_day, seasonal=False)
        found = _fitted(months, spread.dispersion, _LEVEL_AND_TREND)
    usual = shares_of_year(by_day, bursts.first_day, bursts.days)
    by_month = sums(calendar(bursts.first_day, bursts.days).month, usual, MONTHS)
    shares = by_month / by_month.sum()
    return YearlyModel(found.coefficients, found.covariance, shares, p_value), spread


def _fitted(
    months: _Months,
    dispersion: float,
    wanted: slice = slice(None),
    belief: float = _NO_BELIEF,
) -> Regression:
    ridge = np.array([0.0, 0.0, *[belief] * MONTHS])[wanted]
    columns = months.columns[:, wanted]
    return regression(months.counts, months.shares, columns, ridge, dispersion)


def _months_of(bursts: Bursts, by_day: ArrivalPattern) -> _Months:
    days = calendar(bursts.first_day, bursts.days)
    _, first, cell = np.unique(
        days.year * MONTHS + days.month, return_index=True, return_inverse=True
    )
    month, cell = days.month[first], cell.ravel()
    shares = sums(cell, shares_of_year(by_day, bursts.first_day, bursts.days), month.size)
    middle = sums(cell, _ends_in(bursts), month.size) / np.bincount(cell)
    usable = shares > 0
    return _Months(
        month[usable],
        sums(cell, bursts.by_day, month.size)[usable],
        shares[usable],
        _columns(month, middle)[usable],
    )


def _ends_in(bursts: Bursts) -> Floats:
    """How many years after the end of the list the middle of each day is: all before it."""
    return np.asarray((np.arange(bursts.days) + 0.5 - bursts.days) / _DAYS_PER_YEAR)


def _columns(month: Integers, years: Floats) -> Floats:
    seasons = (month[:, None] == np.arange(MONTHS)).astype(np.float64)
    return np.column_stack([np.ones(month.size), years, seasons])


def f_tail(statistic: float, over: int, under: int) -> float:
    """The chance of so large an F statistic or a larger (da: p-værdi)."""
    from scipy.special import fdtrc

    return float(fdtrc(over, under, max(statistic, 0.0)))


def student(degrees: int, confidence: float) -> float:
    """How many standard errors an interval goes to both sides (da: t-fraktil)."""
    from scipy.special import stdtrit

    return float(stdtrit(degrees, (1 + confidence) / 2))
