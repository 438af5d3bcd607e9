"""The least staff that meets a target, what a further post gives, and where the target fails."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction
from functools import cache

import numpy as np
import pytest
from scipy.stats import binom, poisson
from small_department import fixed, small_department

from capacity.count_statistics import clopper_pearson
from capacity.deadlines import due_on
from capacity.department import Department
from capacity.distributions import Distribution, Family
from capacity.errors import InvalidInput, TooMuchWork
from capacity.rulebook import rulebook
from simulations.answers_in_words import (
    expansion_sentence,
    least_staff_sentence,
    marginal_value_sentence,
)
from simulations.experiments import run
from simulations.least_staff import (
    Expansion,
    LeastStaff,
    MarginalValue,
    expansion,
    least_staff,
    marginal_value,
)
from simulations.questions import StaffingQuestion, headline_question
from simulations.staffing import staffing_curve, trial_at
from simulations.tallies import reaches, tally

BOOK = rulebook()
TARGET, CERTAINTY = Fraction(9, 10), Fraction(9, 10)
TENTH = Fraction(1, 10)


def busy(**given) -> Department:
    return small_department(**({"caseworkers": 2, "arrivals_per_year": "110"} | given))


def question(department: Department | None = None, **given) -> StaffingQuestion:
    usual = replace(headline_question(department or busy()), replications=128)
    return replace(usual, **given)


def least(department: Department | None = None, **given) -> LeastStaff:
    asked = {"target": TARGET, "certainty": CERTAINTY, "step": TENTH, "most": Fraction(3)}
    searched = {name: given.pop(name, value) for name, value in asked.items()}
    target, certainty = searched.pop("target"), searched.pop("certainty")
    return least_staff(question(department, **given), target, certainty, BOOK, **searched)


@cache
def usual() -> LeastStaff:
    return least()


@cache
def values() -> MarginalValue:
    return marginal_value(question(), BOOK, up_to=4)


@cache
def expanded() -> Expansion:
    levels = (Fraction(0), Fraction(1), Fraction(2))
    return expansion(question(extra_fte=levels), Fraction(8, 10), BOOK)


def out_of_reach() -> Department:
    """Others let every second case wait longer than the limit."""
    slow = Distribution(family=Family.EXPONENTIAL, mean=Fraction(150), cv=Fraction(1))
    return busy(external_delay_days=slow)


def test_the_answer_is_what_trying_every_level_gives():
    levels = [TENTH * number for number in range(31)]
    counted = run(trial_at(levels, question(), BOOK), 0, 128)
    reached = []
    for number in range(len(levels)):
        in_time, due = tally(counted, number).by_year
        reached.append(sum(9 * d <= 10 * k for k, d in zip(in_time[:, 0], due[:, 0], strict=True)))
    enough = next(n for n, years in enumerate(reached) if 10 * years >= 9 * 128)
    found = usual()
    assert found.found is not None
    assert found.found.extra_fte == levels[enough]
    assert found.found.years_reached == reached[enough]
    bounds = [clopper_pearson(years, 128, 0.95) for years in reached]
    assert found.range_low == levels[next(n for n, b in enumerate(bounds) if b.high >= 0.9)]
    assert found.range_high == levels[next(n for n, b in enumerate(bounds) if b.low >= 0.9)]


def test_the_answer_reaches_the_certainty_and_a_step_below_does_not():
    found = usual()
    assert found.found is not None
    assert found.below is not None
    assert found.found.extra_fte - found.below.extra_fte == TENTH
    assert found.below.probability.value < CERTAINTY <= found.found.probability.value


def test_selection_error_is_an_exact_binomial_interval_and_a_range_of_levels():
    found = usual()
    assert found.found is not None
    bounds = clopper_pearson(found.found.years_reached, found.found.years, 0.95)
    assert found.found.years == 128
    assert (found.found.probability.low, found.found.probability.high) == (bounds.low, bounds.high)
    assert found.range_low is not None
    assert found.range_high is not None
    assert found.range_low <= found.found.extra_fte <= found.range_high
    assert found.range_low < found.range_high


def test_more_replications_leave_fewer_levels_that_cannot_be_told_apart():
    few, many = usual(), least(replications=1024)
    assert few.range_high is not None
    assert few.range_low is not None
    assert many.range_high is not None
    assert many.range_low is not None
    assert many.range_high - many.range_low < few.range_high - few.range_low


def test_a_mean_at_the_target_is_not_enough_for_single_years():
    """With 90 % on average, about every second year misses 90 %."""
    found = usual()
    on_average = next(each for each in found.tried if each.share_in_time.value >= TARGET)
    assert found.found is not None
    assert on_average.extra_fte <= found.found.extra_fte
    assert found.found.share_in_time.value > TARGET


def test_a_higher_target_or_certainty_takes_no_less():
    by_target = [least(target=Fraction(t, 100)).found for t in (50, 80, 95)]
    by_certainty = [least(certainty=Fraction(c, 100)).found for c in (50, 80, 97)]
    for answers in (by_target, by_certainty):
        levels = [answer.extra_fte for answer in answers if answer]
        assert len(levels) == 3
        assert levels == sorted(levels)
        assert levels[0] < levels[-1]


def test_a_target_that_is_met_already_takes_nobody():
    found = least(small_department(caseworkers=6))
    assert found.found is not None
    assert found.found.extra_fte == 0
    assert found.below is None
    assert found.range_low == found.range_high == 0


def test_none_found_is_an_answer():
    found = least(most=Fraction(1, 5))
    assert found.found is None
    assert found.below is None
    assert found.within_reach
    assert found.range_high is None
    assert found.tried[-1].extra_fte == found.most == Fraction(1, 5)


def test_where_others_take_too_long_no_staff_is_found_and_the_floor_is_said():
    found = least(out_of_reach())
    assert found.found is None
    assert not found.within_reach
    assert 0.4 < found.reachable < 0.7
    told = least_staff_sentence(found, BOOK)
    assert "uanset bemanding" in told.da
    assert "whatever the staff" in told.en


def test_how_often_a_year_is_within_reach_is_what_independent_cases_make_it():
    """Without work all that decides is each case's own delay: binomial in a Poisson number."""
    delay = Distribution(family=Family.EXPONENTIAL, mean=Fraction(52), cv=Fraction(1))
    department = busy(effort_hours=fixed("0"), external_delay_days=delay)
    asked = question(department, replications=2048, seed=20240101)
    found = least_staff(asked, TARGET, CERTAINTY, BOOK, most=Fraction(1))
    days = [date(2024, 1, 1) + timedelta(days=n) for n in range(366)]
    limits = [(due_on(asked.deadline, day, BOOK) - day).days + 0.5 for day in days]
    counted = [
        limit for day, limit in zip(days, limits, strict=True)
        if due_on(asked.deadline, day, BOOK) < date(2025, 1, 1)
    ]  # fmt: skip
    share = float(np.mean(-np.expm1(-np.array(counted) / 52)))
    number = np.arange(400)
    missed = binom.cdf(np.ceil(0.9 * number) - 1, number, share)
    # A year without a case is no year; with 110 a year there is none.
    expected = float((poisson.pmf(number, 110 * len(counted) / 366) * (1 - missed)).sum())
    error = (expected * (1 - expected) / 2048) ** 0.5
    assert 0.2 < expected < 0.8
    assert abs(found.years_within_reach.value - expected) < 4 * error
    assert found.reachable == pytest.approx(share, abs=0.005)
    # On average the target is within reach, but not in nine of ten years.
    assert found.reachable > TARGET
    assert not found.within_reach


def test_years_of_one_replication_count_as_one_where_it_comes_to_certainty():
    longer = least(to=date(2027, 1, 1), replications=64, certainty=Fraction(1, 2))
    tried = longer.tried[0]
    assert tried.years == 3 * 64
    of_replications = tried.years_reached / 3
    low = clopper_pearson(int(np.floor(of_replications)), 64, 0.95).low
    high = clopper_pearson(int(np.ceil(of_replications)), 64, 0.95).high
    assert (tried.probability.low, tried.probability.high) == (low, high)


def test_nine_of_ten_is_ninety_percent():
    assert reaches(np.array([9.0]), np.array([10.0]), Fraction(9, 10)).all()
    assert reaches(np.array([7.0, 69.0]), np.array([10.0, 100.0]), Fraction(7, 10)).tolist() == [
        True,
        False,
    ]


def test_the_same_search_gives_the_same_answer_on_any_executor():
    with ThreadPoolExecutor(3) as threads:
        elsewhere = least_staff(
            question(), TARGET, CERTAINTY, BOOK, step=TENTH, most=Fraction(3), executor=threads
        )
    assert repr(elsewhere) == repr(usual())


def test_progress_counts_the_replications_of_every_level_tried():
    told: list[int] = []
    found = least_staff(question(), TARGET, CERTAINTY, BOOK, on_progress=told.append)
    assert told == sorted(told)
    assert told[-1] == 128 * len(found.tried)


def test_steps_add_up_to_the_curve():
    levels = tuple(Fraction(level) for level in range(5))
    curve = staffing_curve(question(extra_fte=levels), BOOK)
    steps = values().steps
    assert [each.to_fte for each in steps] == [1, 2, 3, 4]
    for step, lower, point in zip(steps, curve.points, curve.points[1:], strict=False):
        assert step.share_after == point.share_in_time
        assert step.difference.value == pytest.approx(
            point.share_in_time.value - lower.share_in_time.value
        )
        more = (point.in_time - lower.in_time) / 128 / (366 / 365.2425)
        assert step.cases_in_time_a_year.value == pytest.approx(more)


def test_a_post_that_gives_nothing_visible_is_called_flat():
    found = values()
    seen = [each.is_distinguishable for each in found.steps]
    assert seen[0]
    assert not seen[-1]
    assert found.flat_from == 1 + max(n for n, each in enumerate(seen) if each)
    nothing = marginal_value(question(small_department(caseworkers=9)), BOOK, up_to=2)
    assert nothing.flat_from == 0
    assert "kan ikke vise" in marginal_value_sentence(nothing, BOOK).da


def test_a_step_without_any_difference_is_still_not_proof_of_none():
    nothing = marginal_value(question(small_department(caseworkers=9)), BOOK, up_to=1)
    (step,) = nothing.steps
    assert step.difference.value == 0
    assert step.difference.low < 0 < step.difference.high
    assert step.cases_in_time_a_year.low < 0 < step.cases_in_time_a_year.high


def test_half_of_two_posts_into_fuller_work_is_one_post():
    plain, quarter, half = (
        [point.share_in_time.value for point in curve.points] for curve in expanded().curves
    )
    assert half[2] == plain[1]
    assert plain[0] == quarter[0] == half[0]
    assert plain[1] > quarter[1] > half[1]


def test_the_target_fails_from_the_first_part_at_which_it_does():
    found = expanded()
    assert found.fails_from is not None
    assert found.at is not None
    assert found.at.value < 0.8
    before = replace(question(), extra_fte=(found.extra_fte * (1 - found.fails_from + found.step),))
    assert staffing_curve(before, BOOK).points[0].share_in_time.value >= 0.8
    assert found.range_low is not None
    assert found.range_low <= found.fails_from
    assert found.range_high is None or found.range_high >= found.fails_from


def test_a_target_may_fail_at_once_or_never():
    asked = question(extra_fte=(Fraction(1),), replications=64)
    at_once = expansion(asked, Fraction(1), BOOK, extra_fte=Fraction(1, 2))
    assert at_once.fails_from == 0
    never = expansion(asked, Fraction(1, 10), BOOK)
    assert never.fails_from is None
    assert never.at is None
    assert "heller ikke uden grundigere arbejde" in expansion_sentence(at_once, BOOK).da
    assert "selv om alle de ekstra timer" in expansion_sentence(never, BOOK).da


def test_all_one_needs_to_distrust_an_answer_travels_with_it():
    for answer in (usual(), values(), expanded()):
        assert answer.replications == 128
        assert answer.question.seed == 1
        assert answer.rules_version == BOOK.fingerprint
        assert answer.model_version


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (lambda: least(target=Fraction(0)), InvalidInput, "target"),
        (lambda: least(target=Fraction(11, 10)), InvalidInput, "target"),
        (lambda: least(certainty=Fraction(1)), InvalidInput, "below 1"),
        (lambda: least(step=Fraction(0)), InvalidInput, "step"),
        (lambda: least(step=Fraction(1, 3)), InvalidInput, "two decimals"),
        (lambda: least(most=Fraction(1, 20)), InvalidInput, "at least one step"),
        (lambda: least(step=Fraction(1), most=Fraction(1001)), InvalidInput, "step"),
        (lambda: least(busy(arrivals_per_year="0")), InvalidInput, "no share to show"),
        (lambda: least(replications=10**7), TooMuchWork, "too large"),
        (lambda: marginal_value(question(), BOOK, up_to=0), InvalidInput, "at least one"),
        (
            lambda: marginal_value(question(replications=10**6), BOOK),
            TooMuchWork,
            "too large",
        ),
        (
            lambda: expansion(question(), TARGET, BOOK, extra_fte=Fraction(0)),
            InvalidInput,
            "extra_fte",
        ),
        (lambda: expansion(question(replications=10**6), TARGET, BOOK), TooMuchWork, "too large"),
    ],
)
def test_what_cannot_be_answered_is_refused_with_what_to_change(call, error, words):
    with pytest.raises(error, match=words):
        call()


def test_the_answers_in_words_speak_of_the_model_and_of_single_years_and_promise_nothing():
    for told in (
        least_staff_sentence(usual(), BOOK),
        least_staff_sentence(least(most=Fraction(1, 5)), BOOK),
        least_staff_sentence(least(small_department(caseworkers=6)), BOOK),
        marginal_value_sentence(values(), BOOK),
        expansion_sentence(expanded(), BOOK),
    ):
        assert "denne model" in told.da
        assert "med disse antagelser" in told.da
        assert "I 95 % af de simulerede år lå den mellem" in told.da
        assert "In 95% of the simulated years it lay between" in told.en
        assert "ikke opgjort" in told.da
        assert "garant" not in told.da.lower()
        assert "guarant" not in told.en.lower()


def test_the_least_in_words_says_the_step_below_and_what_it_could_be():
    told = least_staff_sentence(usual(), BOOK)
    assert "ekstra fuldtidsstillinger er det mindste, hvormed rettidigheden i prøve" in told.da
    assert "når 90 % i mindst 90 % af de enkelte år" in told.da
    assert "sker det i omkring" in told.da
    assert "kan det mindste ligge fra" in told.da
    none = least_staff_sentence(least(most=Fraction(1, 5)), BOOK)
    assert none.da.startswith("Ingen bemanding op til 0,2 ekstra fuldtidsstillinger er fundet")
