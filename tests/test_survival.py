"""Turnaround from lists in which some cases are open: published values, other packages, by hand."""

import warnings
from datetime import date, datetime
from fractions import Fraction

import numpy as np
import pytest
from scipy import optimize, stats
from statsmodels.duration.survfunc import SurvfuncRight
from turnaround_lists import MEAN, TRUTHS, drawn, drawn_list

from capacity.case_events import CaseEvent
from capacity.caseload import CaseUnit
from capacity.distributions import Family
from capacity.errors import InvalidInput
from simulations import goodness_of_fit, turnaround_likelihood
from simulations.case_history import CaseHistory, day_number
from simulations.followed_cases import (
    CLOSED_UNFINISHED,
    FINISHED,
    STILL_OPEN,
    WITHDRAWN,
    LeftOut,
    followed,
    followed_cases,
)
from simulations.goodness_of_fit import fitness
from simulations.survival import garwood, open_share
from simulations.turnaround_fit import turnaround_fit
from simulations.turnaround_likelihood import family_fit
from simulations.turnaround_shapes import Shape, age_at

MERCAPTOPURINE = "6 6 6 6+ 7 9+ 10 10+ 11+ 13 16 17+ 19+ 20+ 22 23 25+ 32+ 32+ 34+ 35+".split()
PLACEBO = "1 1 2 2 3 4 4 5 5 8 8 8 8 11 11 12 12 15 17 22 23".split()


def remissions(weeks: list[str]):
    return followed([int(w.rstrip("+")) for w in weeks], ["+" not in w for w in weeks])


# --- Counted ---------------------------------------------------------------------------------


def test_the_remission_data_of_freireich_give_the_published_shares_and_errors():
    """Freireich et al., Blood 21 (1963); the values as in Cox & Oakes, Survival Data, 1984."""
    counted = open_share(remissions(MERCAPTOPURINE))
    assert counted.age.tolist() == [6, 7, 10, 13, 16, 22, 23]
    assert counted.at_risk.tolist() == [21, 17, 15, 12, 11, 7, 6]
    assert counted.share.round(3).tolist() == [0.857, 0.807, 0.753, 0.690, 0.627, 0.538, 0.448]
    published = [0.0764, 0.0869, 0.0963, 0.1068, 0.1141, 0.1282, 0.1346]
    assert counted.standard_error.round(4).tolist() == published
    assert counted.age_reached(0.5).value == 23
    assert open_share(remissions(PLACEBO)).age_reached(0.5).value == 8


def test_exponential_remissions_have_the_published_rate():
    """9 relapses in 359 weeks against 21 in 182 (Kalbfleisch & Prentice, section 3.4)."""
    fit = family_fit(remissions(MERCAPTOPURINE), Shape.EXPONENTIAL)
    assert fit.mean.value == pytest.approx(359 / 9, rel=1e-6)
    assert fit.standard_errors[0] == pytest.approx(1 / 3, rel=1e-5)
    fit = family_fit(remissions(PLACEBO), Shape.EXPONENTIAL)
    assert fit.mean.value == pytest.approx(182 / 21, rel=1e-6)


def in_whole_days(seed: int, *, old: bool = False):
    """Some lists with many ties."""
    age, finished, entered = drawn(np.random.default_rng(seed), 60, TRUTHS[Shape.GAMMA], old=old)
    age, entered = np.ceil(age / 10), np.floor(entered / 10)
    return age, finished, entered


@pytest.mark.parametrize("seed", range(5))
def test_scipy_counts_the_same_with_the_same_intervals(seed: int):
    age, finished, _ = in_whole_days(seed)
    counted = open_share(followed(age, finished), 0.95)
    other = stats.ecdf(stats.CensoredData(uncensored=age[finished], right=age[~finished])).sf
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "The confidence interval is undefined at some")
        both = other.confidence_interval(0.95, method="log-log")
    inner = counted.share > 0
    at = counted.age[inner]
    assert counted.share == pytest.approx(other.evaluate(counted.age), rel=1e-12)
    assert counted.low[inner] == pytest.approx(both.low.evaluate(at), rel=1e-9)
    assert counted.high[inner] == pytest.approx(both.high.evaluate(at), rel=1e-9)


@pytest.mark.parametrize("old", [False, True])
@pytest.mark.parametrize("seed", range(5))
def test_statsmodels_counts_the_same_with_late_entries_too(seed: int, old: bool):
    age, finished, entered = in_whole_days(seed, old=old)
    counted = open_share(followed(age, finished, entered=entered))
    assert counted.from_age == 0
    # There the cases that entered at an age are followed at it only where nobody entered at 0.
    other = SurvfuncRight(age, finished, entry=entered if old else None)
    rows = np.searchsorted(other.surv_times, counted.age)
    inner = counted.share > 0
    assert counted.at_risk.tolist() == other.n_risk[rows].tolist()
    assert counted.share == pytest.approx(other.surv_prob[rows], rel=1e-12)
    assert counted.standard_error[inner] == pytest.approx(other.surv_prob_se[rows][inner], rel=1e-9)


def test_statsmodels_has_the_same_median_and_interval():
    cases = remissions(MERCAPTOPURINE)
    age, end = np.repeat(cases.age, cases.count), np.repeat(cases.end, cases.count)
    other = SurvfuncRight(age, end)
    found = open_share(cases, 0.90).age_reached(0.25)
    assert found.value == other.quantile(0.25) == 13
    assert (found.low, found.high) == other.quantile_ci(0.25, alpha=0.10, method="cloglog")


def test_a_share_that_the_list_does_not_show_is_not_known():
    counted = open_share(followed([1, 2, 3, 3, 3], [True, False, False, False, False]))
    assert counted.age_reached(0.5).value is None
    assert counted.open_after(4).low == 0
    assert counted.open_after(0.5).value == 1


def test_nobody_left_to_follow_at_an_early_age_does_not_close_all_cases():
    cases = followed([2, 30, 40, 50], [True] * 4, entered=[0, 20, 20, 20])
    counted = open_share(cases)
    assert counted.from_age == 2
    assert counted.share == pytest.approx([2 / 3, 1 / 3, 0])


def test_a_case_older_than_all_others_does_not_hide_them():
    cases = followed([10, 20, 30, 900], [True] * 4, entered=[0, 0, 0, 800])
    counted = open_share(cases)
    assert (counted.from_age, counted.last_age) == (0, 30)
    assert counted.share == pytest.approx([2 / 3, 1 / 3])


# --- Fitted ----------------------------------------------------------------------------------

SCIPY = {
    Shape.EXPONENTIAL: stats.expon,
    Shape.GAMMA: stats.gamma,
    Shape.LOGNORMAL: stats.lognorm,
    Shape.WEIBULL: stats.weibull_min,
}


def as_scipy(shape: Shape, theta: np.ndarray):
    location, form = np.exp(theta)
    match shape:
        case Shape.EXPONENTIAL:
            return stats.expon(scale=location)
        case Shape.GAMMA:
            return stats.gamma(form, scale=location / form)
        case Shape.LOGNORMAL:
            return stats.lognorm(form, scale=location)
        case Shape.WEIBULL:
            return stats.weibull_min(form, scale=location)


@pytest.mark.parametrize("shape", Shape)
def test_scipy_fits_the_same_where_cases_are_open(shape: Shape):
    age, finished, _ = drawn(np.random.default_rng(3), 200, TRUTHS[shape])
    fit = family_fit(followed(age, finished), shape)
    data = stats.CensoredData(uncensored=age[finished], right=age[~finished])
    *form, _, scale = SCIPY[shape].fit(data, floc=0)
    ours = as_scipy(shape, fit.theta)
    theirs = SCIPY[shape](*form, scale=scale)
    assert ours.mean() == pytest.approx(theirs.mean(), rel=1e-3)
    assert ours.std() == pytest.approx(theirs.std(), rel=2e-3)
    log_likelihood = theirs.logpdf(age[finished]).sum() + theirs.logsf(age[~finished]).sum()
    assert fit.log_likelihood == pytest.approx(log_likelihood, abs=1e-4)
    assert fit.log_likelihood >= log_likelihood - 1e-9


@pytest.mark.parametrize("shape", [Shape.GAMMA, Shape.LOGNORMAL, Shape.WEIBULL])
def test_a_search_over_scipys_densities_finds_the_same_where_cases_entered_late(shape: Shape):
    age, finished, entered = drawn(np.random.default_rng(4), 300, TRUTHS[shape], old=True)
    late = entered > 0
    assert late.sum() > 50

    def lost(theta: np.ndarray) -> float:
        of = as_scipy(shape, theta)
        seen = of.logpdf(age[finished]).sum() + of.logsf(age[~finished]).sum()
        return of.logsf(entered[late]).sum() - seen

    other = optimize.minimize(lost, [4.6, 0.1], method="Nelder-Mead", options={"xatol": 1e-8})
    fit = family_fit(followed(age, finished, entered=entered), shape)
    assert fit.theta == pytest.approx(other.x, abs=1e-4)
    assert fit.log_likelihood == pytest.approx(-other.fun, abs=1e-6)
    # The information by other steps than the fit's own.
    curvature = optimize.approx_fprime(
        fit.theta, lambda at: optimize.approx_fprime(at, lost, 1e-4), 1e-4
    )
    assert fit.covariance == pytest.approx(np.linalg.inv(curvature), rel=0.02, abs=1e-5)
    truth = as_scipy(shape, fit.theta)
    assert fit.mean.value == pytest.approx(truth.mean(), rel=1e-9)
    assert fit.cv.value == pytest.approx(truth.std() / truth.mean(), rel=1e-9)
    assert fit.age_reached(0.9).value == pytest.approx(truth.ppf(0.9), rel=1e-9)
    assert fit.finished_by(120).value == pytest.approx(truth.cdf(120), rel=1e-9)


def test_far_out_in_the_tail_the_open_share_keeps_its_logarithm():
    theta = np.array([np.log(2.0), np.log(3.0)])
    age = np.array([400.0, 600.0])  # the share itself is below the smallest float
    found = turnaround_likelihood.log_open(Shape.GAMMA, theta, age)
    x = age * 1.5  # Γ(3, x) = (x² + 2x + 2)·e^−x
    assert found == pytest.approx(np.log(x**2 + 2 * x + 2) - x - np.log(2), rel=1e-5)


def test_without_open_cases_the_interval_of_a_lognormal_median_is_students():
    logs = np.random.default_rng(5).normal(4, 0.7, 12)
    fit = family_fit(followed(np.exp(logs), np.ones(12)), Shape.LOGNORMAL)
    # By the likelihood ratio n·ln(1 + t²/(n − 1)) has n − 1 degrees; two parameters leave n − 2.
    t = stats.t.ppf(0.95, 10) / np.sqrt(10) * logs.std()
    found = fit.age_reached(0.5)
    assert np.log(found.low) == pytest.approx(logs.mean() - t, abs=2e-3)
    assert np.log(found.high) == pytest.approx(logs.mean() + t, abs=2e-3)


def test_with_very_many_cases_the_searched_region_is_the_ellipse(monkeypatch: pytest.MonkeyPatch):
    cases = drawn_list(np.random.default_rng(6), 4_000, TRUTHS[Shape.GAMMA])
    short = family_fit(cases, Shape.GAMMA)
    monkeypatch.setattr(turnaround_likelihood, "_MANY", 10**9)
    full = family_fit(cases, Shape.GAMMA)
    for of in ("mean", "cv"):
        a, b = getattr(short, of), getattr(full, of)
        assert a.low == pytest.approx(b.low, abs=0.05 * (b.high - b.low))
        assert a.high == pytest.approx(b.high, abs=0.05 * (b.high - b.low))


@pytest.mark.parametrize("shape", [Shape.GAMMA, Shape.WEIBULL])
def test_very_many_different_ages_are_condensed_and_the_fit_stays(
    shape: Shape, monkeypatch: pytest.MonkeyPatch
):
    cases = drawn_list(np.random.default_rng(7), 40_000, TRUTHS[Shape.GAMMA], old=True)
    quick = family_fit(cases, shape)
    quick_test = fitness(cases, quick, open_share(cases))
    monkeypatch.setattr(turnaround_likelihood, "_LADDER", 10**9)
    full = family_fit(cases, shape)
    full_test = fitness(cases, full, open_share(cases))
    assert np.all(abs(quick.theta - full.theta) < 0.02 * full.standard_errors)
    assert quick.standard_errors == pytest.approx(full.standard_errors, rel=1e-3)
    assert quick_test.chi_square == pytest.approx(full_test.chi_square, rel=0.05)


def test_equal_turnarounds_have_no_likeliest_spread():
    cases = followed(np.full(20, 30.0), np.ones(20))
    assert family_fit(cases, Shape.LOGNORMAL) is None
    assert family_fit(cases, Shape.GAMMA) is None
    found = turnaround_fit(cases)
    assert found.chosen is None
    assert found.distribution.family is Family.EMPIRICAL
    assert (found.distribution.mean, found.distribution.cv) == (30, 0)


def test_possible_distributions_are_as_far_apart_as_the_interval():
    fit = family_fit(drawn_list(np.random.default_rng(8), 300, TRUTHS[Shape.GAMMA]), Shape.GAMMA)
    scores = np.random.default_rng(9).normal(size=(4_000, 2))
    means = np.array([float(each.mean) for each in fit.possible(scores)])
    low, high = np.quantile(means, [0.05, 0.95])
    assert low == pytest.approx(fit.mean.low, abs=1.5)
    assert high == pytest.approx(fit.mean.high, abs=1.5)


@pytest.mark.parametrize("shape", [Shape.EXPONENTIAL, Shape.WEIBULL])
def test_what_a_family_expects_adds_up_to_what_finished(shape: Shape):
    """At the likeliest scale it does so exactly, entries of old cases taken off."""
    cases = drawn_list(np.random.default_rng(20), 300, TRUTHS[shape], old=True)
    fit = family_fit(cases, shape)
    borders = goodness_of_fit._borders(cases, fit)
    expected = goodness_of_fit._expected(cases, fit, fit.theta, borders)
    assert expected.sum() == pytest.approx(cases.finished, rel=1e-4)
    assert expected == pytest.approx(np.full(expected.size, expected.mean()), rel=0.05)


# --- Open cases are not left out -------------------------------------------------------------


@pytest.mark.parametrize("shape", [Shape.GAMMA, Shape.LOGNORMAL])
def test_ignoring_that_cases_are_open_is_badly_wrong_on_the_same_list(shape: Shape):
    age, finished, _ = drawn(np.random.default_rng(10), 800, TRUTHS[shape])
    assert np.mean(~finished) == pytest.approx(0.3, abs=0.03)
    ours = family_fit(followed(age, finished), shape).mean
    dropped = family_fit(followed(age[finished], finished[finished]), shape).mean
    taken_for_finished = family_fit(followed(age, np.ones_like(finished)), shape).mean
    assert ours.low < MEAN < ours.high
    for naive in (dropped, taken_for_finished):
        assert naive.high < 0.95 * MEAN  # the whole interval is wrong, and far away
        assert naive.value < 0.9 * MEAN


def test_taking_old_open_cases_for_new_ones_is_badly_wrong_on_the_same_list():
    age, finished, entered = drawn(np.random.default_rng(11), 800, TRUTHS[Shape.GAMMA], old=True)
    ours = family_fit(followed(age, finished, entered=entered), Shape.GAMMA).mean
    naive = family_fit(followed(age, finished), Shape.GAMMA).mean
    assert ours.low < MEAN < ours.high
    assert naive.low > 1.05 * MEAN
    assert naive.value > 1.1 * MEAN


# --- Choice ----------------------------------------------------------------------------------


def test_the_family_that_made_the_cases_is_chosen_where_there_are_many():
    for shape in (Shape.GAMMA, Shape.LOGNORMAL):
        found = turnaround_fit(drawn_list(np.random.default_rng(12), 800, TRUTHS[shape]))
        assert found.chosen.fit.shape is shape
        assert found.chosen.weight > 0.9
        assert sum(each.weight for each in found.families) == pytest.approx(1)
        assert found.distribution.mean == pytest.approx(MEAN, rel=0.1)
        assert len(found.families) == 4


def test_weibull_is_shown_and_not_carried_on():
    found = turnaround_fit(
        drawn_list(np.random.default_rng(13), 3_000, stats.weibull_min(4, scale=100))
    )
    assert found.families[0].fit.shape is Shape.WEIBULL
    assert found.families[0].fit.distribution() is None
    assert found.chosen is None or found.chosen.fit.shape is not Shape.WEIBULL
    assert found.learned


class TwoKinds:
    """Half the cases are done within days, the others take months."""

    def mean(self) -> float:
        return (5 + 200) / 2

    def rvs(self, size: int, random_state: np.random.Generator) -> np.ndarray:
        quick = random_state.random(size) < 0.5
        return np.where(
            quick,
            random_state.gamma(9, 5 / 9, size),
            random_state.gamma(16, 200 / 16, size),
        )


def test_where_no_family_fits_the_counted_turnarounds_are_offered():
    found = turnaround_fit(drawn_list(np.random.default_rng(14), 800, TwoKinds()))
    assert found.chosen is None
    assert all(not each.fitness.fits for each in found.families)
    assert found.distribution.family is Family.EMPIRICAL
    assert float(found.distribution.mean) == pytest.approx(TwoKinds().mean(), rel=0.08)
    assert "Ingen af de prøvede fordelinger passer" in found.sentence.da
    assert "None of the distributions tried fits" in found.sentence.en


def test_the_counted_distribution_goes_on_where_the_list_ends():
    """The last tenth has not finished: they take longer than the last age, not just as long."""
    luck = np.random.default_rng(15)
    took = TwoKinds().rvs(2_000, luck)
    found = turnaround_fit(followed(np.minimum(took, 250), took <= 250))
    observed = np.array([float(each) for each in found.distribution.observed])
    assert found.chosen is None
    assert np.sum(observed > 250) == pytest.approx(200 * np.mean(took > 250), abs=1)
    assert np.sum(observed == 250) == 0


def test_few_finished_cases_are_counted_and_fit_nothing():
    few = turnaround_fit(followed([10] * 3 + [20] * 3 + [30] * 3 + [40] * 30, [1] * 9 + [0] * 30))
    assert not few.learned
    assert few.families == ()
    assert few.counted.finished_by(30).value == pytest.approx(9 / 39)
    assert "færre end 10" in few.sentence.da
    assert "the assumption stands" in few.sentence.en
    enough = turnaround_fit(followed([10, 14, 20, 25, 30, 36, 43, 50, 70, 90], [1] * 10))
    assert enough.learned
    assert enough.chosen.fitness.p_value is None
    assert "for få sager til at prøve" in enough.sentence.da


def test_one_case_is_one():
    said = turnaround_fit(followed([10], [1])).sentence
    assert said.da.startswith("Af 1 sag er 1 afsluttet, 0 stadig åbne")
    assert said.en.startswith("Of 1 case 1 has finished, 0 are still open")
    assert "Halvdelen var afsluttet inden for 10" in said.da


def test_no_finished_case_is_an_answer_too():
    none = turnaround_fit(followed([10, 20], [0, 0]))
    assert not none.learned
    assert none.counted.finished_by(5).value == 0
    assert none.counted.age_reached(0.5).value is None


def test_the_sentence_tells_counts_median_and_mean():
    luck = np.random.default_rng(16)
    said = turnaround_fit(drawn_list(luck, 400, TRUTHS[Shape.GAMMA])).sentence
    assert said.da.startswith("Af 400 sager er ")
    assert "Halvdelen var afsluttet inden for" in said.da
    assert "The gamma distribution has a mean of" in said.en
    assert "90 %" in said.da


# --- Cases that fall away --------------------------------------------------------------------


def test_cases_fall_away_by_events_over_days():
    end = [FINISHED] * 4 + [WITHDRAWN] * 6 + [STILL_OPEN] * 2
    found = turnaround_fit(followed([30] * 12, end)).withdrawals
    assert (found.withdrawn, found.case_days) == (6, 360)
    assert found.mean_days.value == 60
    exact = stats.chi2.ppf([0.05, 0.95], [12, 14]) / 2 / 360
    assert (found.per_day.low, found.per_day.high) == pytest.approx(tuple(exact))
    assert found.distribution.mean == 60


def test_where_nobody_fell_away_there_is_a_least_time_and_no_distribution():
    found = turnaround_fit(followed([30] * 12, [1] * 12)).withdrawals
    assert found.distribution is None
    assert found.mean_days.value == found.mean_days.high == np.inf
    assert found.mean_days.low == pytest.approx(360 / -np.log(0.05))


def test_a_case_that_fell_away_is_no_finish_and_not_left_out():
    """Competing ends of one rate each: the finish keeps its own."""
    luck = np.random.default_rng(17)
    finish, gone = luck.exponential(100, 4_000), luck.exponential(300, 4_000)
    cases = followed(np.minimum(finish, gone), np.where(finish < gone, FINISHED, WITHDRAWN))
    found = turnaround_fit(cases, confidence=0.999)
    mean = family_fit(cases, Shape.EXPONENTIAL, 0.999).mean
    assert mean.low < 100 < mean.high
    assert mean.high - mean.low < 15
    assert found.withdrawals.mean_days.low < 300 < found.withdrawals.mean_days.high


# --- From a case list ------------------------------------------------------------------------

DAY = date(2025, 1, 1)


def listed(
    *rows: tuple[object, object, object],
    timed: bool = False,
    complete_from: date | None = date(2025, 1, 10),
) -> CaseHistory:
    """Rows of received, assessed and withdrawn, as days of January or moments."""

    def moment(value: object) -> float:
        if value is None:
            return np.nan
        if isinstance(value, int):
            return day_number(date(2025, 1, 1)) + value - 1
        return day_number(value)

    columns = np.array([[moment(value) for value in row] for row in rows]).T
    events = (
        CaseEvent.NOTIFICATION_RECEIVED,
        CaseEvent.NOTIFICATION_ASSESSED,
        CaseEvent.WITHDRAWN,
    )
    nobody = np.full(len(rows), -1)
    return CaseHistory(
        unit=CaseUnit.CHILD,
        seen_on=date(2025, 1, 31),
        complete_from=complete_from,
        teams=(),
        case_classes=(),
        team=nobody,
        case_class=nobody,
        events=dict(zip(events, columns, strict=True)),
        timed=frozenset(events) if timed else frozenset(),
    )


def rows_of(cases) -> list[tuple[float, float, int]]:
    return sorted(zip(cases.entered.tolist(), cases.age.tolist(), cases.end.tolist(), strict=True))


def test_a_list_in_whole_days_follows_open_cases_half_a_day_on():
    history = listed((10, 14, None), (20, None, None), (12, None, 15), (11, 11, None))
    found = followed_cases(history, CaseEvent.NOTIFICATION_ASSESSED)
    assert found.whole_days
    assert rows_of(found) == [(0, 0, FINISHED), (0, 3, WITHDRAWN), (0, 4, FINISHED), (0, 11.5, 0)]


def test_old_cases_are_followed_from_the_day_on_which_the_list_is_complete():
    history = listed((1, 10, None), (2, 9, None), (3, None, None), (15, 16, None))
    found = followed_cases(history, CaseEvent.NOTIFICATION_ASSESSED)
    assert rows_of(found) == [(0, 1, FINISHED), (6.5, 28.5, STILL_OPEN), (8.5, 9, FINISHED)]
    assert found.left_out == LeftOut(0, 0, 1)  # closed the day before


def test_times_of_day_are_used_where_all_are_known():
    start, end = (
        datetime.fromisoformat("2025-01-12T12:00"),
        datetime.fromisoformat("2025-01-13T06:00"),
    )
    history = listed(
        (start, end, None), (datetime.fromisoformat("2025-01-31T06:00"), None, None), timed=True
    )
    found = followed_cases(history, CaseEvent.NOTIFICATION_ASSESSED)
    assert not found.whole_days
    assert rows_of(found) == [(0, 0.75, STILL_OPEN), (0, 0.75, FINISHED)]


def test_rows_that_say_nothing_are_counted_and_what_happens_at_once_counts_as_finished():
    history = listed((None, 14, None), (16, 14, None), (14, 16, 16), (13, 20, 16))
    found = followed_cases(history, CaseEvent.NOTIFICATION_ASSESSED)
    assert found.left_out == LeftOut(1, 1, 0)
    assert rows_of(found) == [(0, 2, FINISHED), (0, 3, WITHDRAWN)]


def test_a_case_that_closed_without_the_event_ends_there_unfinished():
    history = listed((10, None, None), (11, 12, None))
    closed = np.array([day_number(date(2025, 1, 20)), day_number(date(2025, 1, 20))])
    history = CaseHistory(
        **{
            name: getattr(history, name)
            for name in CaseHistory.__dataclass_fields__
            if name != "events"
        },
        events={**history.events, CaseEvent.CLOSED: closed},
    )
    found = followed_cases(history, CaseEvent.NOTIFICATION_ASSESSED)
    assert rows_of(found) == [(0, 1, FINISHED), (0, 10, CLOSED_UNFINISHED)]
    whole = followed_cases(history, CaseEvent.CLOSED)
    assert rows_of(whole) == [(0, 9, FINISHED), (0, 10, FINISHED)]


def test_a_list_of_unknown_completeness_says_so():
    history = listed((2, 14, None), complete_from=None)
    found = turnaround_fit(followed_cases(history, CaseEvent.NOTIFICATION_ASSESSED))
    assert not found.cases.says_complete
    assert "fuldstændig" in found.sentence.da


def test_no_case_at_all_is_refused_and_so_is_a_negative_age():
    with pytest.raises(InvalidInput, match="no cases to follow"):
        followed_cases(listed((None, None, None)), CaseEvent.NOTIFICATION_ASSESSED)
    with pytest.raises(InvalidInput, match="negative or missing"):
        followed([1, -1], [True, True])
    with pytest.raises(InvalidInput, match="negative or missing"):
        followed([1, np.nan], [True, True])


def test_whole_days_and_times_tell_the_same_of_the_same_cases():
    """Short turnarounds, where half a day matters: mean 4 days, many done on the first."""
    luck = np.random.default_rng(18)
    came, took = luck.uniform(0, 60, 20_000), luck.exponential(4, 20_000)
    done = came + took
    exact = followed(np.where(done < 60, took, 60 - came), done < 60)
    day = np.floor(came)
    days = followed(
        np.where(done < 60, np.floor(done) - day, 59.5 - day), done < 60, whole_days=True
    )
    a, b = (family_fit(each, Shape.EXPONENTIAL).mean for each in (exact, days))
    assert a.value == pytest.approx(4, rel=0.03)
    assert b.value == pytest.approx(a.value, rel=0.02)
    assert fitness(exact, family_fit(exact, Shape.EXPONENTIAL), open_share(exact)).fits


def test_the_rate_of_rare_events_has_the_exact_interval():
    for count in (0, 1, 7):
        low, high = stats.chi2.ppf([0.05, 0.95], [2 * count, 2 * count + 2]) / 2
        found = garwood(count, 10)
        assert (found.low, found.high) == pytest.approx((np.nan_to_num(low) / 10, high / 10))


def test_ages_at_shares_are_scipys():
    for shape in Shape:
        theta = np.array([3.0, 0.4])
        for share in (0.01, 0.5, 0.99):
            assert age_at(shape, theta, share) == pytest.approx(
                as_scipy(shape, theta).ppf(share), rel=1e-9
            )


def test_a_distribution_is_carried_on_as_exact_numbers():
    fit = family_fit(drawn_list(np.random.default_rng(19), 60, TRUTHS[Shape.GAMMA]), Shape.GAMMA)
    found = fit.distribution()
    assert isinstance(found.mean, Fraction)
    assert float(found.mean) == pytest.approx(fit.mean.value, rel=1e-8)
    assert float(found.cv) == pytest.approx(fit.cv.value, rel=1e-8)
