"""What a case list teaches of inflow, held to arrivals whose truth is known."""

from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction
from functools import cache

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from capacity.case_classes import EVEN, ArrivalPattern
from capacity.case_events import CaseEvent
from capacity.caseload import CaseUnit
from capacity.errors import InvalidInput
from capacity.rulebook import rulebook
from capacity.workdays import public_holidays
from simulations.burst_counts import bursts_of, calendar, shares_of_year
from simulations.case_history import NOBODY, CaseHistory, day_number
from simulations.count_regression import deviance, regression, spread_between
from simulations.inflow_fit import Aspect, drawn, inflow_fit, inflow_fits, with_inflow
from simulations.monthly_inflow import yearly_model
from simulations.plan import layout
from simulations.synthetic_department import as_listed, synthetic_past
from simulations.synthetic_truths import Size, synthetic_truth

FROM = date(2024, 1, 1)
WEIGHTS = tuple(map(Fraction, "1 1 1.1 1 1.1 1 0.5 0.9 1.2 1.1 1.2 0.9".split()))
WORKING_WEEK = tuple(map(Fraction, "1.2 1 1 1 0.8 0 0".split()))
SIBLINGS = (Fraction("0.7"), Fraction("0.2"), Fraction("0.1"))


def history_of(moments, groups=None, timed=True, from_=FROM, days=731):
    """A list of one class in one team, from moments in days since a first day."""
    moments = np.sort(np.asarray(moments, dtype=float)) + day_number(from_)
    return CaseHistory(
        unit=CaseUnit.CHILD,
        seen_on=from_ + timedelta(days=days - 1),
        complete_from=from_,
        teams=("a",),
        case_classes=("cases",),
        team=np.zeros(moments.size, dtype=np.int64),
        case_class=np.zeros(moments.size, dtype=np.int64),
        events={CaseEvent.NOTIFICATION_RECEIVED: moments},
        timed=frozenset({CaseEvent.NOTIFICATION_RECEIVED}) if timed else frozenset(),
        siblings=groups,
    )


def arrivals(seed, per_year, pattern=EVEN, *, days=731, yearly=1.0, spates=0.0, from_=FROM):
    """A list in which bursts come by chance; with `spates` a week's rate varies by that much."""
    rng = np.random.default_rng(seed)
    bursts = per_year / float(pattern.cases_per_burst)
    rates = bursts * shares_of_year(pattern, from_, days)
    rates = rates * yearly ** ((np.arange(days) - days) / 365.25)
    if spates:
        weeks = rng.gamma(1 / spates, spates, days // 7 + 1)
        rates = rates * weeks[np.arange(days) // 7]
    by_day = rng.poisson(rates)
    hours = np.array([float(weight) for weight in pattern.hours])
    sizes = rng.choice(
        np.arange(1, len(pattern.siblings) + 1),
        by_day.sum(),
        p=[float(share) for share in pattern.siblings],
    )
    hour = rng.choice(24, by_day.sum(), p=hours / hours.sum()) + rng.random(by_day.sum())
    came = np.sort(np.repeat(np.arange(days), by_day) + hour / 24)
    groups = np.repeat(np.arange(sizes.size), sizes)
    return history_of(np.repeat(came, sizes), groups, days=days, from_=from_)


def fitted(*args, confidence=0.9, **options):
    return inflow_fit(arrivals(*args, **options), "cases", confidence=confidence)


def covers_as_often_as_it_says(covered, tries, confidence=0.9):
    low, high = stats.binom.interval(0.999, tries, confidence)
    return low <= covered <= high


# --- The level -------------------------------------------------------------------------------

SHARE_OF_THE_RUN = [pytest.param(120, id="share"), pytest.param(1000, marks=pytest.mark.soak)]
TRUTHS = {
    "even": {"per_year": 150},
    "few": {"per_year": 20},
    "siblings": {"per_year": 200, "pattern": ArrivalPattern(siblings=SIBLINGS)},
    "season and week": {
        "per_year": 300,
        "pattern": ArrivalPattern(months=WEIGHTS, weekdays=WORKING_WEEK, on_public_holidays=False),
    },
    "spates": {"per_year": 400, "spates": 0.1},
    "half a year": {"per_year": 200, "days": 200},
}
HEAVY_SPATES = {"per_year": 400, "spates": 0.3}
AT_MOST = {"half a year": 0.95}
"""Of few weeks the dispersion is unsure, and never taken to be below chance: rather too wide."""


@pytest.mark.parametrize("tries", SHARE_OF_THE_RUN)
@pytest.mark.parametrize("truth", TRUTHS)
def test_the_interval_of_the_level_covers_as_often_as_it_says(truth, tries):
    covered = 0
    for seed in range(tries):
        found = fitted(seed, **TRUTHS[truth]).arrivals_per_year
        covered += found.low <= TRUTHS[truth]["per_year"] <= found.high
    least, _ = stats.binom.interval(0.999, tries, 0.9)
    _, most = stats.binom.interval(0.999, tries, AT_MOST.get(truth, 0.9))
    assert least <= covered <= most, covered / tries


@pytest.mark.parametrize("tries", SHARE_OF_THE_RUN)
def test_in_heavy_spates_the_interval_covers_and_without_their_spread_it_would_not(tries):
    """A week's rate varies by 0.3, so the dispersion is 1 + 0.3 · 7.7 = 3.3.

    Where no trend is shown the interval covers as often as it says. In one list of a hundred chance
    alone shows a trend, and the level is then that of its end: with those it covers in 88.5 %.
    """
    narrow, covered, even, even_covered, dispersions = 0, 0, 0, 0, []
    for seed in range(tries):
        fit = fitted(seed, **HEAVY_SPATES)
        holds = fit.arrivals_per_year.low <= 400 <= fit.arrivals_per_year.high
        is_even = not fit.findings[Aspect.TREND].shown
        narrow += abs(fit.log_mean - np.log(400)) < 1.645 * np.sqrt(1 / fit.bursts)
        covered, even, even_covered = (
            covered + holds,
            even + is_even,
            even_covered + holds * is_even,
        )
        dispersions.append(fit.dispersion)
        assert ("stød" in fit.sentences[0].da) == (fit.dispersion > 1.5)
    assert narrow < 0.7 * tries
    assert covers_as_often_as_it_says(even_covered, even), even_covered / even
    assert covers_as_often_as_it_says(covered, tries, 0.885), covered / tries
    # Spates begin in the midst of the list's weeks, and are longer than half-waves would have it.
    assert 2.9 < np.mean(dispersions) < 3.4


@pytest.mark.parametrize("tries", SHARE_OF_THE_RUN)
def test_draws_spread_as_the_interval_does(tries):
    scores = np.random.default_rng(1).normal(size=tries)
    fit = fitted(3, **TRUTHS["siblings"])
    draws = [float(drawn(fit, score)) for score in scores]
    inside = sum(fit.arrivals_per_year.low < each < fit.arrivals_per_year.high for each in draws)
    assert covers_as_often_as_it_says(inside, tries)
    assert float(drawn(fit, 0)) == pytest.approx(fit.arrivals_per_year.value, rel=1e-4)


@given(st.integers(0, 10**6), st.integers(10, 400))
def test_the_level_of_whole_even_years_is_the_number_of_cases_over_the_years(seed, per_year):
    history = arrivals(seed, per_year)
    fit = inflow_fit(history, "cases")
    if not fit.findings[Aspect.TREND].shown:
        shares = shares_of_year(fit.pattern, FROM, 731).sum()
        assert fit.arrivals_per_year.value == pytest.approx(history.cases / shares)
        assert fit.arrivals_per_year.low <= fit.arrivals_per_year.value
        assert fit.arrivals_per_year.value <= fit.arrivals_per_year.high


def test_half_a_year_of_the_busy_months_is_not_taken_for_a_year_of_them():
    pattern = ArrivalPattern(months=tuple(Fraction(3 if m < 6 else 1) for m in range(12)))
    history = arrivals(1, 400, pattern, days=730 + 181)
    found = inflow_fit(history, "cases").arrivals_per_year
    assert found.low < 400 < found.high
    assert history.cases / (911 / 365.25) > found.high


def test_how_many_come_at_a_time_is_luck_too():
    """One and three in turn: the variance of the sizes is a quarter of their mean squared."""
    moments, sizes = np.linspace(0.5, 730, 200), np.tile([1, 3], 100)
    groups = np.repeat(np.arange(200), sizes)
    siblings = inflow_fit(history_of(np.repeat(moments, sizes), groups), "cases")
    alone = inflow_fit(history_of(moments), "cases")
    assert siblings.dispersion == alone.dispersion == 1  # nothing is evener than at regular times
    assert siblings.arrivals_per_year.value == pytest.approx(2 * alone.arrivals_per_year.value)
    assert siblings.log_error == pytest.approx(1.25**0.5 * alone.log_error)


# --- Season and trend ------------------------------------------------------------------------


@pytest.mark.parametrize("tries", SHARE_OF_THE_RUN)
def test_noise_seldom_becomes_a_season_a_trend_or_a_week(tries):
    shown = dict.fromkeys((Aspect.SEASON, Aspect.TREND, Aspect.WEEKDAYS, Aspect.HOURS), 0)
    for seed in range(tries):
        fit = fitted(seed + 50_000, 150)
        for aspect in shown:
            shown[aspect] += fit.findings[aspect].shown
            if not fit.findings[aspect].shown and aspect is Aspect.SEASON:
                assert fit.pattern.months == EVEN.months
    for aspect, times in shown.items():
        assert times <= stats.binom.ppf(0.999, tries, 0.01), aspect


def test_p_values_of_a_season_are_even_where_there_is_none():
    p_values = [
        fitted(seed + 9000, 300, spates=0.1).findings[Aspect.SEASON].p_value for seed in range(150)
    ]
    assert stats.kstest(p_values, "uniform").pvalue > 0.001


def test_a_true_season_is_found_and_drawn_towards_even():
    """Where a season is shown, it is nearer the truth for being drawn, in squared error.

    That is what Stein's estimator promises of means (James & Stein 1961), and the more so of lists
    that a test has chosen, whose counts vary by more than the truth. It promises nothing of lists
    where no season is shown: they stay even, and miss by the whole of it.
    """
    true = np.array([float(weight) for weight in WEIGHTS])
    every = np.array([(FROM + timedelta(days=day)).month - 1 for day in range(731)])
    gains, flatter = [], []
    for seed in range(40):
        history = arrivals(seed, 500, ArrivalPattern(months=WEIGHTS))
        fit = inflow_fit(history, "cases")
        if not fit.findings[Aspect.SEASON].shown:
            assert fit.pattern.months == EVEN.months
            continue
        days = np.floor(bursts_of(history, "cases").moments).astype(int)
        raw = np.bincount(every[days], minlength=12) / np.bincount(every, minlength=12)
        months = np.array([float(weight) for weight in fit.pattern.months])
        of_raw, of_drawn = (
            np.sum((each / each.mean() - true / true.mean()) ** 2) for each in (raw, months)
        )
        gains.append(of_raw - of_drawn)
        flatter.append(np.std(months / months.mean()) < np.std(raw / raw.mean()))
    assert len(gains) >= 28
    assert all(flatter)
    # The same lists drawn and not: the gain of each, against its own spread between lists.
    assert stats.ttest_1samp(gains, 0, alternative="greater").pvalue < 0.001


TRENDS = [(months, yearly) for months in (EVEN.months, WEIGHTS) for yearly in (1.0, 0.9, 1.2)]
SHARE_OF_TRENDS = [
    pytest.param(EVEN.months, 0.9, 60, id="even-0.9-share"),
    pytest.param(WEIGHTS, 1.2, 60, id="season-1.2-share"),
    *(pytest.param(*each, 1000, marks=pytest.mark.soak) for each in TRENDS),
]


@pytest.mark.parametrize(("months", "yearly", "tries"), SHARE_OF_TRENDS)
def test_the_interval_of_the_trend_covers_as_often_as_it_says(months, yearly, tries):
    pattern = ArrivalPattern(months=months)
    covered = 0
    for seed in range(tries):
        found = fitted(seed + 7000, 500, pattern, yearly=yearly, days=1096).trend
        covered += found.low <= yearly <= found.high
    assert covers_as_often_as_it_says(covered, tries), covered / tries


def test_a_true_trend_is_found_and_the_level_is_that_of_the_end():
    shown = near = 0
    for seed in range(40):
        fit = fitted(seed, 500, yearly=1.3)
        shown += fit.findings[Aspect.TREND].shown
        # 500 is the level as the list ends; the mean of its two years is a fifth lower.
        near += fit.arrivals_per_year.low <= 500 <= fit.arrivals_per_year.high
    assert shown >= 28
    assert near >= 30


def test_the_level_as_the_list_ends_is_as_unsure_as_its_parts_are():
    """The delta method by the slopes of a computer that tries every coefficient."""
    history = arrivals(3, 800, ArrivalPattern(months=WEIGHTS))
    model, _ = yearly_model(bursts_of(history, "cases"), EVEN)
    assert model.has_season
    level, variance = model.level_at_end()
    steps = 1e-6 * np.eye(model.coefficients.size)
    slope = [
        (model._replace(coefficients=model.coefficients + step).level_at_end()[0] - level) / 1e-6
        for step in steps
    ]
    assert variance == pytest.approx(slope @ model.covariance @ slope, rel=1e-4)


@pytest.mark.parametrize(
    ("bursts", "days", "learned"), [(60, 730, True), (59, 730, False), (60, 729, False)]
)
def test_a_season_and_a_trend_take_so_much_and_no_less(bursts, days, learned):
    fit = inflow_fit(history_of(np.linspace(0, days - 1, bursts), days=days), "cases")
    assert [fit.findings[each].learned for each in (Aspect.SEASON, Aspect.TREND)] == [learned] * 2
    assert (fit.trend is not None) == learned


def test_one_year_cannot_tell_a_season_from_chance_and_says_so():
    fit = fitted(1, 500, ArrivalPattern(months=WEIGHTS), days=366)
    for aspect in (Aspect.SEASON, Aspect.TREND):
        assert not fit.findings[aspect].learned
        assert "to hele år" in fit.findings[aspect].says.da
    assert fit.trend is None
    assert fit.pattern.months == EVEN.months


# --- Week, day, holidays, siblings -----------------------------------------------------------


def test_a_working_week_is_found_and_holidays_are_free():
    pattern = ArrivalPattern(weekdays=WORKING_WEEK, on_public_holidays=False)
    fit = fitted(5, 600, pattern)
    found = np.array([float(weight) for weight in fit.pattern.weekdays])
    true = np.array([float(weight) for weight in WORKING_WEEK])
    assert np.abs(found / found.mean() - true / true.mean()).max() < 0.2
    assert not fit.pattern.on_public_holidays
    assert fitted(5, 600, ArrivalPattern(weekdays=WORKING_WEEK)).pattern.on_public_holidays


FREE = {day for year in (2024, 2025) for day in public_holidays(year)}


def by_the_day(on_free_days, on_others=5):
    """Two years in which as many come on every day that is no public holiday."""
    days = [FROM + timedelta(days=number) for number in range(731)]
    counts = [on_free_days if day in FREE else on_others for day in days]
    return history_of(np.repeat(np.arange(731), counts) + 0.5)


def test_weekdays_are_told_by_the_days_that_are_no_public_holidays():
    """Every weekday has as many but on its public holidays, of which Mondays have the most."""
    fit = inflow_fit(by_the_day(0), "cases")
    assert fit.findings[Aspect.WEEKDAYS].p_value == pytest.approx(1)
    assert not fit.pattern.on_public_holidays
    usual = f"{5 * len(FREE)},0"
    assert f"0 ankomster på helligdage; {usual} på tilsvarende hverdage" in (
        fit.findings[Aspect.HOLIDAYS].says.da
    )


@pytest.mark.parametrize(("on_free_days", "come"), [(0, False), (2, False), (3, True), (5, True)])
def test_a_holiday_is_like_any_day_or_like_none_whichever_it_is_nearer(on_free_days, come):
    fit = inflow_fit(by_the_day(on_free_days), "cases")
    assert fit.pattern.on_public_holidays == come
    assert fit.findings[Aspect.HOLIDAYS].learned


def test_few_cases_say_nothing_of_public_holidays():
    fit = inflow_fit(history_of(np.arange(0, 731, 14) + 0.5), "cases")
    assert not fit.findings[Aspect.HOLIDAYS].learned
    assert fit.pattern.on_public_holidays


def test_holidays_are_put_in_only_where_they_are_learned():
    stated = replace(synthetic_truth(Size.SMALL).case_classes[0], slug="cases")
    free = inflow_fit(by_the_day(0), "cases")
    few = inflow_fit(history_of(np.arange(0, 731, 14) + 0.5), "cases")
    for come in (True, False):
        pattern = replace(stated.arrival_pattern, on_public_holidays=come)
        asked = replace(stated, arrival_pattern=pattern)
        assert not with_inflow(asked, free).arrival_pattern.on_public_holidays
        assert with_inflow(asked, few).arrival_pattern.on_public_holidays == come


def test_siblings_and_months_are_put_in_where_they_are_learned():
    stated = replace(synthetic_truth(Size.SMALL).case_classes[0], slug="cases")
    fit = fitted(4, 800, ArrivalPattern(siblings=SIBLINGS, months=WEIGHTS))
    assert fit.findings[Aspect.SEASON].shown
    put_in = with_inflow(stated, fit).arrival_pattern
    assert (put_in.siblings, put_in.months) == (fit.pattern.siblings, fit.pattern.months)
    own = replace(stated.arrival_pattern, siblings=SIBLINGS)
    untold = inflow_fit(replace(arrivals(4, 800), siblings=None), "cases")
    alone = with_inflow(replace(stated, arrival_pattern=own), untold)
    assert alone.arrival_pattern.siblings == SIBLINGS


def test_the_calendar_is_that_of_the_wall():
    days = calendar(date(2024, 12, 24), 9)
    assert days.year.tolist() == [2024] * 8 + [2025]
    assert days.month.tolist() == [11] * 8 + [0]
    assert days.weekday.tolist() == [1, 2, 3, 4, 5, 6, 0, 1, 2]  # Christmas Eve was a Tuesday
    assert days.is_holiday.tolist() == [False, True, True, *[False] * 5, True]


def test_a_day_has_hours_only_where_the_list_has_times():
    hours = tuple(Fraction(8 <= hour < 16) for hour in range(24))
    history = arrivals(2, 300, ArrivalPattern(hours=hours))
    found = inflow_fit(history, "cases").pattern.hours
    assert sum(found[8:16]) > Fraction(23)
    untimed = inflow_fit(replace(history, timed=frozenset()), "cases")
    assert untimed.pattern.hours == EVEN.hours
    assert not untimed.findings[Aspect.HOURS].learned


def test_siblings_are_counted_as_they_came():
    fit = fitted(4, 800, ArrivalPattern(siblings=SIBLINGS))
    assert sum(fit.pattern.siblings) == 1
    for found, true in zip(fit.pattern.siblings, SIBLINGS, strict=True):
        assert abs(found - true) < 0.05
    history = replace(arrivals(4, 800, ArrivalPattern(siblings=SIBLINGS)), siblings=None)
    unknown = inflow_fit(history, "cases")
    assert not unknown.findings[Aspect.SIBLINGS].learned
    assert unknown.bursts == unknown.cases
    # Whoever does not know of siblings sees spates instead, and no less doubt.
    assert unknown.dispersion > 1.2
    assert unknown.log_error > 0.8 * fit.log_error


def test_a_trend_is_said_to_be_of_events_where_siblings_come_together():
    pattern = ArrivalPattern(siblings=SIBLINGS)
    for yearly, lead in ((1.0, "nogen udvikling i a"), (0.5, "A")):
        together = inflow_fit(arrivals(4, 800, pattern, yearly=yearly), "cases")
        said = together.findings[Aspect.TREND].says
        assert f"{lead}ntallet af hændelser (søskende, der kommer sammen, er én)" in said.da
        assert "number of events (siblings who come together are one)" in said.en
        alone = inflow_fit(arrivals(4, 800, yearly=yearly), "cases")
        assert "hændelser" not in alone.findings[Aspect.TREND].says.da


def test_a_sibling_group_that_is_empty_is_not_asked_for_as_a_column():
    history = arrivals(4, 800)
    empty = np.full(history.cases, NOBODY)
    said = [
        inflow_fit(replace(history, siblings=each), "cases").findings[Aspect.SIBLINGS].says.da
        for each in (empty, None)
    ]
    assert ["tilføj en kolonne" in each for each in said] == [False, True]
    assert "tom for alle disse sager" in said[0]


@pytest.mark.parametrize(("count", "words"), [(1, "1 ankomst;"), (2, "2 ankomster;")])
def test_one_arrival_is_one(count, words):
    history = history_of(np.arange(count) * 40.0)
    assert words in inflow_fit(history, "cases").findings[Aspect.WEEKDAYS].says.da


def test_a_pattern_is_dealt_as_the_simulation_deals_it():
    truth = synthetic_truth(Size.SMALL, FROM)
    laid_out = layout(truth, ("familieteam",), 900, 1, rulebook())
    for number, each in enumerate(truth.case_classes):
        shares = shares_of_year(each.arrival_pattern, FROM, 900)
        bursts = float(each.arrivals_per_year / each.arrival_pattern.cases_per_burst)
        assert np.allclose(np.diff(laid_out.templates.bursts[number]), shares * bursts)
    assert date(2024, 12, 25) in public_holidays(2024)


# --- What is not learned ---------------------------------------------------------------------


def test_six_cases_are_no_fit_and_say_so():
    fit = inflow_fit(history_of([10, 90, 200, 300, 500, 700]), "cases")
    assert not fit.learned
    assert fit.findings[Aspect.LEVEL].says.da == (
        "Ikke lært: der er 6 ankomster; der skal mindst 10 til."
    )
    assert not any(finding.learned for finding in fit.findings.values())
    stated = replace(synthetic_truth(Size.SMALL).case_classes[0], slug="cases")
    assert with_inflow(stated, fit) == stated


@pytest.mark.parametrize(
    ("count", "days", "learned"), [(10, 90, True), (9, 90, False), (10, 89, False)]
)
def test_a_level_takes_so_much_and_no_less(count, days, learned):
    fit = inflow_fit(history_of(np.linspace(0, days - 1, count), days=days), "cases")
    assert fit.learned == learned


@pytest.mark.parametrize("count", [0, 1, 2])
def test_hardly_a_case_is_a_wide_interval_and_no_fault(count):
    fit = inflow_fit(history_of(np.linspace(5, 600, count)), "cases")
    assert fit.cases == count
    assert 0 <= fit.arrivals_per_year.low < fit.arrivals_per_year.high < 10
    assert np.isfinite([fit.log_mean, fit.log_error]).all()


def test_few_days_are_not_enough_though_many_come():
    fit = inflow_fit(history_of(np.linspace(0, 59, 200), days=60), "cases")
    assert not fit.learned
    assert "dækker 60 dage" in fit.findings[Aspect.LEVEL].says.da


def test_a_list_that_nobody_calls_complete_has_no_inflow():
    history = replace(arrivals(1, 100), complete_from=None)
    with pytest.raises(InvalidInput) as refused:
        inflow_fit(history, "cases")
    assert refused.value.field == "complete_from"
    with pytest.raises(InvalidInput) as refused:
        inflow_fit(arrivals(1, 100), "other")
    assert refused.value.field == "case_class"


def test_cases_from_before_the_list_is_complete_do_not_count():
    history = arrivals(1, 100)
    later = replace(history, complete_from=FROM + timedelta(days=366))
    assert inflow_fit(later, "cases").cases < 0.7 * inflow_fit(history, "cases").cases


def test_what_is_dated_after_the_list_was_drawn_has_not_come():
    history = arrivals(1, 300)
    drawn_earlier = replace(history, seen_on=FROM + timedelta(days=364))
    came = history.arrived_at() < day_number(FROM) + 365
    assert inflow_fit(drawn_earlier, "cases").cases == came.sum() < history.cases


# --- On a department whose truth is known ----------------------------------------------------


@cache
def fits_of(seed, size=Size.MEDIUM):
    past = synthetic_past(synthetic_truth(size), FROM, date(2025, 12, 31), rulebook(), seed=seed)
    return {fit.case_class: fit for fit in inflow_fits(as_listed(past.cases))}


@pytest.mark.parametrize(
    "pasts", [pytest.param(8, id="share"), pytest.param(60, marks=pytest.mark.soak)]
)
def test_the_inflow_of_a_played_department_is_recovered(pasts):
    covered = tries = 0
    for seed in range(pasts):
        for each in synthetic_truth(Size.MEDIUM).case_classes:
            found = fits_of(seed)[each.slug].arrivals_per_year
            covered += found.low <= each.arrivals_per_year <= found.high
            tries += 1
    assert covers_as_often_as_it_says(covered, tries)


def test_what_is_learned_is_put_into_the_department_and_the_rest_left():
    stated = synthetic_truth(Size.MEDIUM).case_classes[1]
    fit = fits_of(0)[stated.slug]
    fitted_class = with_inflow(stated, fit)
    assert fitted_class.arrivals_per_year == drawn(fit, 0)
    assert fitted_class.arrival_pattern.hours == stated.arrival_pattern.hours  # no times of day
    assert fitted_class.arrival_pattern.weekdays == fit.pattern.weekdays
    assert fitted_class.route == stated.route
    assert with_inflow(stated, fit, Fraction(7)).arrivals_per_year == 7
    assert all(text.da and text.en for text in fit.sentences)


def test_teams_are_fitted_apart_where_they_are_asked_for():
    history = arrivals(1, 300)
    two = replace(history, teams=("a", "b"), team=np.arange(history.cases) % 2)
    both = inflow_fits(two, by_team=True)
    assert [fit.team for fit in both] == ["a", "b"]
    assert sum(fit.cases for fit in both) == inflow_fits(two)[0].cases


# --- The arithmetic, by hand and by another library ------------------------------------------


def test_the_regression_is_that_of_the_closed_form_of_two_groups():
    counts, exposure = np.array([30.0, 60.0]), np.array([1.0, 1.5])
    columns = np.array([[1.0, 0.0], [1.0, 1.0]])
    found = regression(counts, exposure, columns, np.zeros(2), 2.0)
    assert np.exp(found.coefficients) == pytest.approx([30, 60 / 1.5 / 30])
    assert found.covariance[1, 1] == pytest.approx(2 * (1 / 30 + 1 / 60))


def test_deviance_is_the_g_statistic():
    counts, expected = np.array([12.0, 18, 30]), np.full(3, 20.0)
    g = stats.power_divergence(counts, expected, lambda_="log-likelihood").statistic
    assert deviance(counts, expected) == pytest.approx(g)


def test_what_groups_differ_by_is_what_they_were_made_to():
    rng = np.random.default_rng(1)
    found = []
    for _ in range(400):
        counts = rng.poisson(50.0 * rng.gamma(25, 1 / 25, 12)).astype(float)
        found.append(spread_between(counts, np.full(12, counts.mean()), 1.0))
    assert np.mean(found) == pytest.approx(1 / 25, rel=0.1)
