"""The staffing curve: same luck at every level, the cohort counted right, extremes answered."""

from dataclasses import replace
from datetime import date
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from small_department import fixed, small_department

from capacity.caseworker import Absence, AbsenceReason, RampUp
from capacity.department import Department
from capacity.errors import InvalidInput, TooMuchWork, UnknownDepartment
from capacity.roster import Roster, available_hours
from capacity.rulebook import rulebook
from simulations.cases import cases_of_team, cohort
from simulations.clocks import team_clocks
from simulations.kernels import WorkClocks, pooled_queue
from simulations.questions import StaffingQuestion, headline_question
from simulations.staffing import StaffingCurve, staffing_curve

BUSY = {"caseworkers": 2, "arrivals_per_year": "110"}


def question(department: Department | None = None, **given) -> StaffingQuestion:
    usual = headline_question(department or small_department(**BUSY))
    levels = tuple(Fraction(level) for level in given.pop("levels", ("0", "1", "2")))
    return replace(usual, **({"replications": 32, "extra_fte": levels} | given))


def curve(department: Department | None = None, threads: int = 2, **given) -> StaffingCurve:
    return staffing_curve(question(department, **given), rulebook(), threads=threads)


def test_the_same_call_gives_the_same_numbers_on_any_number_of_threads():
    assert curve(threads=1) == curve(threads=4)


def test_another_seed_gives_other_numbers():
    assert curve().points[0].in_time != curve(seed=2).points[0].in_time


def test_a_level_answers_alike_whatever_is_listed_beside_it():
    assert curve(levels=("2",)).points[0] == curve(levels=("0", "1", "2")).points[2]


def test_levels_are_answered_in_the_order_asked():
    assert [int(point.extra_fte) for point in curve(levels=("2", "0")).points] == [2, 0]


def test_half_a_post_lies_between_none_and_one():
    none, half, one = (
        point.share_in_time.value for point in curve(levels=("0", "0.5", "1")).points
    )
    assert none < half < one


def test_every_level_meets_the_same_due_cases():
    assert len({point.due for point in curve().points}) == 1


def test_differences_are_paired():
    """Independent luck would add the two spreads; the same luck takes most of the lesser off."""
    none, half = curve(levels=("0", "0.5"), replications=128).points
    alone = [each.share_in_time.high - each.share_in_time.low for each in (none, half)]
    paired = half.difference.high - half.difference.low
    assert paired < 0.95 * np.hypot(*alone)


def test_nobody_at_work_keeps_no_deadline():
    point = curve(small_department(caseworkers=0)).points[0]
    assert (point.in_time, point.share_in_time.value) == (0, 0)
    assert point.due > 0
    assert point.mean_days_late > 0


def test_everybody_at_work_keeps_all_that_others_allow():
    assert curve(levels=("500",)).points[0].share_in_time.value == 1


def test_no_staff_helps_where_others_take_longer_than_the_limit():
    slow = small_department(**BUSY, external_delay_days=fixed("130"))
    found = curve(slow, levels=("0", "500"))
    assert [point.in_time for point in found.points] == [0, 0]
    assert found.reachable == 0
    assert curve().reachable == 1


def test_more_work_than_hours_is_answered():
    overloaded = small_department(caseworkers=1, arrivals_per_year="200")
    point = curve(overloaded, levels=("0",)).points[0]
    assert 0 < point.share_in_time.value < 0.5
    assert point.mean_days_late > 30


def test_the_opening_backlog_delays_those_who_come_after():
    with_backlog = small_department(**BUSY, ages_days=tuple(range(1, 200, 2)))
    assert curve(with_backlog).points[0].in_time < curve().points[0].in_time
    assert curve(with_backlog).points[0].due == curve().points[0].due


def test_no_cases_means_no_share():
    with pytest.raises(InvalidInput, match="no share to show"):
        curve(small_department(arrivals_per_year="0"))


@pytest.mark.parametrize(
    ("given", "error", "words"),
    [
        ({"team": "nobody"}, UnknownDepartment, "there are assessment"),
        ({"deadline": "statute.unknown"}, InvalidInput, "write one of statute.child_assessment"),
        ({"levels": ()}, InvalidInput, "separated by semicolons"),
        ({"levels": ("-1",)}, InvalidInput, "0 to 1000"),
        ({"levels": ("1001",)}, InvalidInput, "0 to 1000"),
        ({"replications": 31}, InvalidInput, "at least 32"),
        ({"seed": -1}, InvalidInput, "0 or more"),
        ({"from_": date(2023, 12, 31)}, InvalidInput, "2024-01-01 or later"),
        ({"to": date(2024, 1, 1)}, InvalidInput, "end after its beginning"),
        ({"to": date(2024, 4, 1)}, InvalidInput, "longer period"),
        ({"deadline": "statute.notification_assessment"}, InvalidInput, "write one of"),
        ({"replications": 10**7}, TooMuchWork, "times too large"),
        ({"to": date(9999, 1, 1)}, TooMuchWork, "shorter period"),
        ({"levels": tuple(str(n) for n in range(900, 1000))}, TooMuchWork, "fewer levels"),
    ],
)
def test_what_cannot_be_answered_is_refused_with_what_to_change(given, error, words):
    with pytest.raises(error, match=words):
        curve(**given)


def test_a_billion_cases_are_too_many():
    with pytest.raises(TooMuchWork):
        curve(small_department(arrivals_per_year="1000000000"))


def test_the_cohort_starts_and_falls_due_in_the_period():
    """From 1 January to 1 January, four months: whoever comes until 31 August is watched."""
    asked = question(small_department(ages_days=(10, 100)))
    period = cohort(asked, rulebook())
    cases = cases_of_team(asked, period, replication=0)
    watched = cases.due_by <= period.end_day
    after_last_start = (date(2024, 9, 1) - date(2024, 1, 1)).days
    assert watched.tolist() == [0 <= at < after_last_start for at in cases.arrived_at]
    assert watched.any()


def test_a_case_is_in_time_through_the_day_it_is_due():
    """Came on 31 October: due 29 February, so in time until that day ends."""
    came_on = date(2023, 10, 31)
    period = cohort(question(small_department(on=came_on)), rulebook())
    assert period.due_by[0] == (date(2024, 3, 1) - came_on).days


def test_a_year_is_a_year_in_a_longer_period_too():
    """Single years swing as much in three years as in one; their average would swing less."""
    longer = {"to": date(2027, 1, 1), "replications": 128, "levels": ("1",)}
    (one_year,), (three_years,) = (
        curve(**given).points for given in (longer | {"to": date(2025, 1, 1)}, longer)
    )
    swing = three_years.year_high - three_years.year_low
    assert swing > 0.8 * (one_year.year_high - one_year.year_low)
    assert three_years.due > 3 * one_year.due  # its first year has no clocks from before


def test_what_falls_due_after_the_last_whole_year_is_counted_but_in_no_year():
    asked = question(to=date(2026, 3, 1))
    period = cohort(asked, rulebook())
    days = [(date(year, 1, 1) - date(2024, 1, 1)).days for year in (2025, 2026)]
    assert period.year_ends.tolist() == days
    assert cohort(question(to=date(2024, 7, 1)), rulebook()).year_ends.tolist() == [182]


def test_a_simulated_year_holds_the_available_hours():
    roster = small_department(hours_per_week="31.5").roster
    (clocks,) = team_clocks(roster, [Fraction("1.5")], date(2024, 1, 1), 366, rulebook())
    simulated = (clocks.hours_at_close - clocks.hours_at_open).sum()
    contract = small_department(caseworkers=1).roster
    post = available_hours(contract, date(2024, 1, 1), rulebook())
    expected = available_hours(roster, date(2024, 1, 1), rulebook()) + post * Fraction(3, 2)
    assert simulated == pytest.approx(float(expected), rel=1e-12)


JULY = {"first_day": date(2024, 7, 1), "last_day": date(2024, 8, 9)}


@pytest.mark.parametrize(
    "changed",
    [
        {"ends_on": date(2024, 6, 30)},
        {"starts_on": date(2024, 3, 1)},
        {"sick_days": Fraction(40)},
        {"sick_days": Fraction(0)},
        {"absences": (Absence(**JULY, reason=AbsenceReason.HOLIDAY),)},
        {"absences": (Absence(**JULY, reason=AbsenceReason.PARENTAL_LEAVE),)},
        {
            "starts_on": date(2024, 1, 1),
            "ramp_up": RampUp(months=6, first_share=Fraction(1, 2)),
        },
    ],
)
def test_a_simulated_year_holds_the_available_hours_of_whoever_comes_and_goes(changed):
    (person,) = small_department(caseworkers=1).roster.caseworkers
    roster = Roster(caseworkers=(replace(person, **changed),))
    (clocks,) = team_clocks(roster, [Fraction(0)], date(2024, 1, 1), 366, rulebook())
    simulated = (clocks.hours_at_close - clocks.hours_at_open).sum()
    expected = available_hours(roster, date(2024, 1, 1), rulebook())
    assert simulated == pytest.approx(float(expected), rel=1e-12)


def test_two_case_classes_of_one_name_are_refused():
    """They would meet the very same luck."""
    department = small_department()
    with pytest.raises(InvalidInput, match="two are called"):
        replace(department, case_classes=department.case_classes * 2)


def test_who_leaves_works_no_longer():
    roster = small_department(caseworkers=1).roster
    leaving = replace(roster.caseworkers[0], ends_on=date(2024, 3, 1))
    (clocks,) = team_clocks(
        replace(roster, caseworkers=(leaving,)), [Fraction(0)], date(2024, 1, 1), 366, rulebook()
    )
    assert clocks.closes_at.max() < (date(2024, 3, 2) - date(2024, 1, 1)).days


@settings(max_examples=200, deadline=None)
@given(seed=st.integers(0, 10**6), caseworkers=st.integers(1, 5))
def test_one_more_equal_post_never_makes_any_case_start_or_finish_later(seed, caseworkers):
    rng = np.random.default_rng(seed)
    ready_at = np.sort(rng.uniform(0, 60, 80))
    effort = rng.exponential(10, 80)
    few, many = (
        _run(ready_at, effort, _weekday_clocks(number)) for number in (caseworkers, caseworkers + 1)
    )
    assert (many[0] <= few[0] + 1e-9).all()
    assert (many[1] <= few[1] + 1e-9).all()


def _weekday_clocks(caseworkers: int) -> WorkClocks:
    roster = small_department(caseworkers=caseworkers).roster
    (clocks,) = team_clocks(roster, [Fraction(0)], date(2024, 1, 1), 400, rulebook())
    return clocks


def _run(ready_at, effort, clocks):
    taken_at, done_at = np.empty((2, ready_at.size))
    pooled_queue(ready_at, effort, clocks, taken_at, done_at)
    return taken_at, done_at


@pytest.mark.parametrize(
    "rule", ["statute.notification_assessment", "statute.youth_support_decision"]
)
def test_a_deadline_in_hours_or_counted_back_is_not_simulated(rule):
    department = small_department()
    classes = tuple(replace(each, deadline=rule) for each in department.case_classes)
    with pytest.raises(InvalidInput, match="cannot be simulated"):
        curve(replace(department, case_classes=classes, headline_deadline=rule))
