"""When a change in a share is more than noise, and how often noise passes for one."""

from dataclasses import replace
from datetime import date
from fractions import Fraction
from itertools import groupby, product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from capacity.control_chart_sentences import control_chart_sentence, phase_sentence
from capacity.control_charts import (
    OUTSIDE_BY_CHANCE,
    ChartPoint,
    Limits,
    Phase,
    Signal,
    Verdict,
    binomial_limits,
    control_chart,
    crossings_limit,
    longest_run_limit,
    run_false_alarm,
)
from capacity.errors import InvalidInput, TooMuchWork
from capacity.phase_changes import PhaseChange, phase_change_sentence, phase_changes


def month(number: int) -> date:
    return date(2015 + number // 12, number % 12 + 1, 1)


def points(counts, due=30) -> list[ChartPoint]:
    dues = due if isinstance(due, (list, np.ndarray)) else [due] * len(counts)
    return [
        ChartPoint(on=month(place), in_time=int(count), due=int(of))
        for place, (count, of) in enumerate(zip(counts, dues, strict=True))
    ]


def phase(counts, due=30, **options) -> Phase:
    [only] = control_chart(points(counts, due), **options).phases
    return only


# Anhøj and Olesen, PLoS ONE 9 (2014), table 1: the longest run and the fewest crossings.
@pytest.mark.parametrize(
    ("useful", "longest", "fewest"),
    [(10, 6, 2), (12, 7, 3), (16, 7, 4), (20, 7, 6), (24, 8, 8), (30, 8, 10), (60, 9, 23)],
)
def test_the_limits_of_runs_are_those_of_anhoej_and_olesen(useful, longest, fewest):
    assert (longest_run_limit(useful), crossings_limit(useful)) == (longest, fewest)


@given(st.integers(1, 300))
def test_the_fewest_crossings_are_a_binomial_quantile(useful):
    assert crossings_limit(useful) == stats.binom.ppf(0.05, useful - 1, 0.5)


@pytest.mark.parametrize(("above", "below"), [(5, 5), (6, 5), (4, 7), (6, 6), (8, 7)])
def test_the_chance_of_a_false_alarm_is_that_of_trying_every_order(above, below):
    useful, alarms, orders = above + below, 0, 0
    for order in product((True, False), repeat=useful):
        if sum(order) != above:
            continue
        runs = [len(list(run)) for _, run in groupby(order)]
        orders += 1
        alarms += max(runs) > longest_run_limit(useful) or len(runs) - 1 < crossings_limit(useful)
    assert run_false_alarm(above, below) == pytest.approx(alarms / orders, rel=1e-12)


@given(st.integers(1, 400), st.fractions(0, 1, max_denominator=40))
def test_a_point_is_outside_where_either_tail_is_rarer_than_three_deviations(due, share):
    low, high, chance = binomial_limits(due, share)
    at, side = float(share), OUTSIDE_BY_CHANCE / 2
    below, beyond = stats.binom.cdf(low - 1, due, at), stats.binom.sf(high, due, at)
    assert below <= side * (1 + 1e-9)
    assert beyond <= side * (1 + 1e-9)
    assert chance == pytest.approx(below + beyond, abs=1e-12)
    if 0 < share < 1:
        assert stats.binom.cdf(low, due, at) > side * (1 - 1e-9)
        assert stats.binom.sf(high - 1, due, at) > side * (1 - 1e-9)


def alarms(length: int, series: int, *, seed: int, dues: tuple[int, int]) -> tuple[float, float]:
    """How often a series in which nothing changes has a signal, and how often it was said to."""
    rng = np.random.default_rng(seed)
    found, said = 0, 0.0
    for _ in range(series):
        due = rng.integers(*dues, size=length)
        judged = phase(rng.binomial(due, 0.8), due)
        found += judged.verdict is Verdict.MORE_THAN_NOISE
        said += judged.false_alarm
    return found / series, said / series


def check_false_alarms(length: int, series: int, dues: tuple[int, int]) -> None:
    found, said = alarms(length, series, seed=length, dues=dues)
    error = 3 * np.sqrt(said * (1 - said) / series)
    assert found <= said + error
    # The sum of the rules' chances is at most a little too much, and no empty bound.
    assert found >= said / 2 - error
    assert said <= {12: 0.04, 24: 0.08, 36: 0.12}[length]


@pytest.mark.parametrize("length", [12, 24, 36])
def test_noise_passes_for_a_change_as_seldom_as_is_said(length):
    check_false_alarms(length, 600, (20, 41))


@pytest.mark.soak
@pytest.mark.parametrize("dues", [(5, 12), (20, 41), (150, 260)])
@pytest.mark.parametrize("length", [12, 24, 36])
def test_noise_passes_for_a_change_as_seldom_as_is_said_at_length(length, dues):
    check_false_alarms(length, 20_000, dues)


def test_a_change_that_matters_is_found():
    rng = np.random.default_rng(3)
    found = sum(
        phase(np.concatenate([rng.binomial(30, 0.6, 12), rng.binomial(30, 0.85, 12)])).verdict
        is Verdict.MORE_THAN_NOISE
        for _ in range(100)
    )
    assert found >= 90


def test_a_single_month_far_out_is_found_by_its_limits_alone():
    counts = [24, 25, 23, 26, 24, 25, 8, 24, 26, 23, 25, 24]
    judged = phase(counts)
    assert judged.signals == (Signal.OUTSIDE_LIMITS,)
    assert [each.point.on for each in judged.points if each.outside] == [date(2015, 7, 1)]
    assert "Uden for det udsving, som månedens antal sager kan give tilfældigt: juli 2015." in (
        phase_sentence(judged).da
    )


def test_a_month_of_few_cases_has_wide_limits():
    judged = phase([27] * 11 + [1], [30] * 11 + [2])
    narrow, wide = judged.points[0], judged.points[-1]
    assert wide.limits.low < narrow.limits.low
    assert not wide.outside  # one of two says nothing


# Six low months and seven high ones, worked through by hand.
def test_runs_and_crossings_are_counted_as_by_hand():
    judged = phase([15, 17, 14, 18, 16, 15, 27, 26, 28, 25, 27, 26, 20])
    assert judged.median == Fraction(20, 30)  # one point lies on it, and does not count
    assert (judged.useful, judged.crossings) == (12, 1)
    assert judged.longest_run is not None
    assert (judged.longest_run.length, judged.longest_run.above) == (6, False)
    assert (judged.longest_run.first_on, judged.longest_run.last_on) == (month(0), month(5))
    assert judged.centre == Fraction(274, 390)
    assert judged.signals == (Signal.FEW_CROSSINGS,)


def test_a_long_run_is_one_longer_than_the_limit():
    high, low = 26, 20  # ten of each: all are useful
    usual = phase([*[high] * 7, low, high, low, high, low, high, *[low] * 7])
    assert usual.longest_run is not None
    assert (usual.useful, usual.longest_run.length) == (20, 7)
    assert usual.verdict is Verdict.NOISE
    long = phase([*[high] * 8, low, high, low, high, *[low] * 8])
    assert long.longest_run is not None
    assert (long.useful, long.longest_run.length) == (20, 8)
    assert Signal.LONG_RUN in long.signals
    assert "8 punkter i træk (januar 2015 til august 2015) ligger over medianen" in (
        phase_sentence(long).da
    )


def test_too_few_months_are_said_to_be_too_few():
    judged = phase([15, 17, 27, 26])
    assert judged.verdict is Verdict.TOO_FEW
    assert "for lidt til at skelne en ændring" in phase_sentence(judged).da
    # All in time every month: no point is off the median.
    assert phase([30] * 24).verdict is Verdict.TOO_FEW


def test_a_single_month_is_told_as_one():
    assert phase_sentence(phase([24])).da.startswith("I januar 2015 var 24 af 30 til tiden (80 %).")
    assert phase_sentence(phase([24])).en.startswith("In January 2015 24 of 30 were in time")


def test_months_that_are_all_alike_are_told_as_such():
    steady = phase_sentence(phase([30] * 12))
    assert steady.da.startswith(
        "Andelen til tiden har været 100 % i hver af 12 måneder (januar 2015 til december 2015): "
        "360 af 360."
    )
    assert "between" not in steady.en


def test_noise_is_called_noise():
    judged = phase([24, 26, 23, 25, 27, 24, 26, 22, 25, 24, 26, 23])
    assert judged.verdict is Verdict.NOISE
    assert phase_sentence(judged).da == (
        "Andelen til tiden har ligget mellem 73 % og 90 % i 12 måneder (januar 2015 til december "
        "2015); i alt var 295 af 360 til tiden (82 %). Udsvingene er ikke større, end "
        "tilfældigheder alene giver: tallene viser ingen ændring i den tid."
    )
    assert "the figures show no change" in phase_sentence(judged).en


def test_a_change_of_law_and_a_stated_date_begin_new_phases():
    old, new = date(2014, 11, 21), date(2024, 1, 1)
    series = [
        ChartPoint(on=date(2024, n, 1), in_time=20 + n % 3, due=30, law_from=law)
        for law, months in ((old, range(1, 5)), (new, range(4, 13)))
        for n in months
    ]
    chart = control_chart(series[::-1], new_phase_on=[date(2024, 8, 1)])
    assert [(each.law_from, len(each.points)) for each in chart.phases] == [
        (old, 4),
        (new, 4),
        (new, 5),
    ]
    said = control_chart_sentence(chart).da
    assert said.count("Sager efter reglerne fra 1. januar 2024:") == 2


def test_phases_of_one_law_are_held_against_one_another():
    series = points([24] * 12 + [15] * 12)
    said = control_chart_sentence(control_chart(series, new_phase_on=[series[12].on]))
    assert "288 af 360 (80 %) mod 180 af 360 (50 %)" in said.da
    assert "under 0,1 % af tilfældene" in said.da
    assert said.da.count("er mere, end tilfældet alene kan forklare") == 1
    assert "Er dagen valgt, fordi tallene skifter dér" in said.da
    assert "is more than chance alone can explain" in said.en
    other_law = [replace(each, law_from=date(2016, 1, 1)) for each in series[12:]]
    assert "mod" not in control_chart_sentence(control_chart(series[:12] + other_law)).da


def changes(series: list[ChartPoint], *places: int) -> list[PhaseChange]:
    chart = control_chart(series, new_phase_on=[series[place].on for place in places])
    first, *found = phase_changes(chart)
    assert first is None
    return [each for each in found if each is not None]


def test_a_change_between_phases_has_a_plain_verdict_with_its_p_value_and_interval():
    [fell] = changes(points([24] * 12 + [15] * 12), 12)
    exact = stats.fisher_exact([[288, 72], [180, 180]]).pvalue
    assert fell.difference.p_value == pytest.approx(exact, rel=1e-6)
    assert (fell.beyond_chance, fell.bar) == (True, 0.05)
    said = phase_change_sentence(fell).da
    assert said.startswith(
        "Ændringen mellem de to faser, fra 80 % til 50 %, er mere, end tilfældet alene kan "
        "forklare. 288 af 360 (80 %) mod 180 af 360 (50 %)"
    )
    assert "(fra -36 til -23; 95 %-konfidensinterval, Newcombe)" in said
    [same] = changes(points([24] * 12 + [23] * 12), 12)
    assert not same.beyond_chance
    said = phase_change_sentence(same)
    assert "er ikke mere, end tilfældet alene kan forklare" in said.da
    assert "viser heller ikke, at intet er ændret" in said.da
    assert "no more than chance alone can explain" in said.en


def test_a_change_of_less_than_a_point_is_told_with_a_decimal():
    """286 and 284 of 360 are both 79 per cent, and 0.6 of a point apart."""
    [fell] = changes(points([24] * 10 + [23] * 2 + [24] * 8 + [23] * 4), 12)
    said = phase_change_sentence(fell)
    assert "fra 79,4 % til 78,9 %" in said.da
    assert "286 af 360 (79,4 %) mod 284 af 360 (78,9 %)" in said.da
    assert "en forskel på -0,6 procentpoint" in said.da
    assert "from 79.4% to 78.9%" in said.en


def test_several_comparisons_of_one_chart_have_one_chance_in_twenty_together():
    series = points([21] * 8 + [18] * 8 + [18] * 8)
    first, second = changes(series, 8, 16)
    assert first.bar == second.bar == 0.025
    # It would be called a change if it were the only one.
    assert 0.025 <= first.difference.p_value < 0.05
    assert not first.beyond_chance
    assert first.is_borderline
    assert "på grænsen" in phase_change_sentence(first).da
    [alone] = changes(series[:16], 8)
    assert alone.beyond_chance
    assert not alone.is_borderline
    chart = control_chart(series, new_phase_on=[month(8), month(16)])
    assert "Diagrammet har 2 sammenligninger, så hver af dem skal være under 2,5 %" in (
        control_chart_sentence(chart).da
    )


@pytest.mark.parametrize("places", [(12,), (6, 12, 18)])
def test_a_chart_in_which_nothing_changes_seldom_shows_a_change_between_phases(places):
    rng = np.random.default_rng(len(places))
    series, found = 600, 0
    for _ in range(series):
        due = rng.integers(20, 41, size=24)
        found += any(
            each.beyond_chance for each in changes(points(rng.binomial(due, 0.8), due), *places)
        )
    assert found <= 0.05 * series + 3 * np.sqrt(0.05 * 0.95 * series)


def test_months_that_swing_too_much_make_the_change_less_certain_than_the_test_says():
    rng = np.random.default_rng(8)
    crowded = rng.binomial(400, np.clip(rng.normal(0.8, 0.06, 24), 0, 1))
    [change] = changes(points(crowded, 400), 12)
    assert change.is_dispersed
    assert "mindre sikker, end testen siger" in phase_change_sentence(change).da
    [even] = changes(points([24, 23, 25, 24] * 6), 12)
    assert not even.is_dispersed
    assert "mindre sikker" not in phase_change_sentence(even).da


def test_two_points_of_a_day_and_no_points_are_refused():
    for wrong in ([], points([20]) * 2):
        with pytest.raises(InvalidInput) as refused:
            control_chart(wrong)
        assert refused.value.field == "points"
    with pytest.raises(InvalidInput):
        ChartPoint(on=month(0), in_time=0, due=0)


def test_laneys_limits_are_wider_where_cases_come_together():
    rng = np.random.default_rng(8)
    crowded = rng.binomial(400, np.clip(rng.normal(0.8, 0.06, 36), 0, 1))
    exact, wider = phase(crowded, 400), phase(crowded, 400, limits=Limits.LANEY)
    assert exact.dispersion is not None
    assert exact.dispersion > 2
    assert Signal.OUTSIDE_LIMITS in exact.signals
    assert "brug de bredere p′-grænser" in phase_sentence(exact).da
    assert not any(each.outside for each in wider.points)
    # By the formula: 3 sigma z times the binomial deviation.
    centre = float(exact.centre)
    half = 3 * exact.dispersion * np.sqrt(centre * (1 - centre) / 400)
    assert wider.points[0].limits.low == pytest.approx(centre - half)


def test_laneys_dispersion_of_independent_cases_is_about_one():
    rng = np.random.default_rng(9)
    found = []
    for _ in range(20):
        due = rng.integers(50, 200, size=200)
        found.append(phase(rng.binomial(due, 0.7), due).dispersion)
    assert np.mean(found) == pytest.approx(1, abs=0.04)


def test_more_points_than_a_century_of_months_are_refused():
    with pytest.raises(TooMuchWork):
        control_chart(points([20] * 1201))
