"""The staffing curve: same luck at every level, the cohort counted right, extremes answered."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from offices import (
    Case,
    Caseworker,
    Episode,
    Office,
    Opening,
    Step,
    Team,
    run,
)
from small_department import fixed, small_department

from capacity.case_classes import Clock
from capacity.caseworker import Absence, AbsenceReason, RampUp
from capacity.department import Department
from capacity.errors import InvalidInput, TooMuchWork, UnknownDepartment
from capacity.roster import Roster, available_hours
from capacity.rulebook import rulebook
from simulations.dealing import deal
from simulations.office import ON_TEAM_DESK, WHOLE_TEAM, Staff
from simulations.people import deal_staff, people_of
from simulations.questions import StaffingQuestion, headline_question
from simulations.staffing import StaffingCurve, curve_trial, staffing_curve

BUSY = {"caseworkers": 2, "arrivals_per_year": "110"}


def question(department: Department | None = None, **given) -> StaffingQuestion:
    usual = headline_question(department or small_department(**BUSY))
    levels = tuple(Fraction(level) for level in given.pop("levels", ("0", "1", "2")))
    return replace(usual, **({"replications": 32, "extra_fte": levels} | given))


def curve(department: Department | None = None, **given) -> StaffingCurve:
    return staffing_curve(question(department, **given), rulebook())


def curve_on(threads: int, **given) -> StaffingCurve:
    with ThreadPoolExecutor(threads) as executor:
        return staffing_curve(question(**given), rulebook(), executor=executor)


def test_the_same_call_gives_the_same_numbers_on_any_number_of_threads():
    given = {"replications": 80}
    assert curve_on(1, **given) == curve_on(4, **given) == curve(**given)


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
        ({"extra_from": date(2023, 12, 31)}, InvalidInput, "from 2024-01-01 on"),
        ({"extra_from": date(2099, 1, 1)}, InvalidInput, "before the end of the period"),
        ({"deadline": "statute.notification_assessment"}, InvalidInput, "write one of"),
        ({"replications": 10**7}, TooMuchWork, "times too large"),
        ({"to": date(9999, 1, 1)}, InvalidInput, "2100"),
        ({"to": date(2099, 1, 1), "replications": 10**6}, TooMuchWork, "shorter period"),
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
    """From 1 January to 1 January, four months: whoever comes until 31 August is due."""
    asked = question(small_department(ages_days=(10, 100)))
    trial, _ = curve_trial(asked, rulebook())
    after_last_start = (date(2024, 9, 1) - date(2024, 1, 1)).days
    came = [deal(trial.experiment.templates, each).cases for each in range(asked.replications)]
    at = np.concatenate([cases["arrived_at"] for cases in came])
    assert (at < 0).sum() == 2 * asked.replications
    expected = ((at >= 0) & (at < after_last_start)).sum()
    (_, _, point) = staffing_curve(asked, rulebook()).points
    assert point.due == expected
    assert point.not_yet_due == ((at >= after_last_start) & (at < 366)).sum()


def test_a_case_is_in_time_through_the_day_it_is_due():
    """Came on 31 October: due 29 February, so in time until that day ends."""
    came_on = date(2023, 10, 31)
    trial, _ = curve_trial(question(small_department(on=came_on)), rulebook())
    plan = trial.experiment.plan
    assert plan.due_dates[0, -plan.first_day] == (date(2024, 3, 1) - came_on).days


def test_a_year_is_a_year_in_a_longer_period_too():
    """Single years swing as much in three years as in one; their average would swing less."""
    longer = {"to": date(2027, 1, 1), "replications": 128, "levels": ("1",)}
    (one_year,), (three_years,) = (
        curve(**given).points for given in (longer | {"to": date(2025, 1, 1)}, longer)
    )
    swing = three_years.year_high - three_years.year_low
    assert swing > 0.8 * (one_year.year_high - one_year.year_low)
    assert three_years.due > 3 * one_year.due  # its first year has no clocks from before


def year_ends(to: date) -> list[float]:
    trial, _ = curve_trial(question(to=to), rulebook())
    return trial.experiment.period.year_ends.tolist()


def test_what_falls_due_after_the_last_whole_year_is_counted_but_in_no_year():
    days = [(date(year, 1, 1) - date(2024, 1, 1)).days for year in (2025, 2026)]
    assert year_ends(date(2026, 3, 1)) == days
    assert year_ends(date(2024, 7, 1)) == [182]


def staff_of(roster: Roster, extra: str = "0", days: int = 366) -> Staff:
    """Who is there in a team, and their clocks."""
    department = replace(small_department(), roster=roster)
    people, (level,) = people_of(
        department,
        ("assessment",),
        "assessment",
        [Fraction(extra)],
        date(2024, 1, 1),
        days,
        1,
        rulebook(),
    )
    return deal_staff(people, level, 0)


def hours_in(staff: Staff) -> float:
    held = slice(0, staff.caseworkers["last_interval"].max())
    intervals = staff.intervals[held]
    return float((intervals["hours_at_close"] - intervals["hours_at_open"]).sum())


def test_a_simulated_year_holds_the_available_hours():
    roster = small_department(hours_per_week="31.5").roster
    contract = small_department(caseworkers=1).roster
    post = available_hours(contract, date(2024, 1, 1), rulebook())
    expected = available_hours(roster, date(2024, 1, 1), rulebook()) + post * Fraction(3, 2)
    assert hours_in(staff_of(roster, "1.5")) == pytest.approx(float(expected), rel=1e-12)


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
    expected = available_hours(roster, date(2024, 1, 1), rulebook())
    assert hours_in(staff_of(roster)) == pytest.approx(float(expected), rel=1e-12)


def test_two_case_classes_of_one_name_are_refused():
    """They would meet the very same luck."""
    department = small_department()
    with pytest.raises(InvalidInput, match="two are called"):
        replace(department, case_classes=department.case_classes * 2)


def test_who_leaves_works_no_longer():
    (person,) = small_department(caseworkers=1).roster.caseworkers
    staff = staff_of(Roster(caseworkers=(replace(person, ends_on=date(2024, 3, 1)),)))
    last = staff.caseworkers["last_interval"].max()
    assert last > 0
    assert staff.intervals["closes_at"][:last].max() < (date(2024, 3, 2) - date(2024, 1, 1)).days


WEEKDAYS = tuple(
    Opening(day + 8 / 24, day + 15.4 / 24, 7.4) for day in range(400) if (day + 1) % 7 < 5
)
openings = st.one_of(
    st.just(WEEKDAYS),
    st.lists(
        st.tuples(st.floats(0, 2), st.floats(0.01, 1), st.floats(0.1, 10)), min_size=1, max_size=60
    ).map(lambda rows: one_after_the_other(rows)),
)


def one_after_the_other(rows: list[tuple[float, float, float]]) -> tuple[Opening, ...]:
    """Closed for so long, open for so long, with so many hours."""
    now, opened = 0.0, []
    for closed_for, open_for, hours in rows:
        opened.append(Opening(now + closed_for, now + closed_for + open_for, hours))
        now += closed_for + open_for
    return tuple(opened)


@settings(max_examples=200)
@given(seed=st.integers(0, 10**6), caseworkers=st.integers(1, 5), opened=openings)
def test_one_more_equal_post_never_makes_any_case_start_or_finish_later(seed, caseworkers, opened):
    rng = np.random.default_rng(seed)
    ready_at = np.sort(rng.uniform(0, 60, 80)) * (rng.random(80) < 0.9)
    ready_at.sort()
    effort = rng.exponential(rng.choice([1.0, 10.0]), 80)
    few, many = (
        takes_of(ready_at, effort, Caseworker(openings=opened), number)
        for number in (caseworkers, caseworkers + 1)
    )
    assert (many["taken_at"] <= few["taken_at"] + 1e-9).all()
    assert (many["done_at"] <= few["done_at"] + 1e-9).all()


def takes_of(ready_at, effort, caseworker: Caseworker, posts: int) -> np.ndarray:
    pooled = Office(
        teams=(Team(caseworkers=(caseworker,) * posts, assignment=WHOLE_TEAM),),
        steps=(Step(desk=ON_TEAM_DESK),),
        cases=tuple(
            Case(arrived_at=at, route=(Episode(hours),))
            for at, hours in zip(ready_at, effort, strict=True)
        ),
    )
    return run(pooled, horizon=1e6).takes


def under(rule: str, **given) -> Department:
    """The small department with another deadline on its only class."""
    department = small_department(**given)
    (assessments,) = department.case_classes
    (episode,) = assessments.route
    classes = (replace(assessments, route=(replace(episode, clock=Clock(deadline=rule)),)),)
    return replace(department, case_classes=classes, headline_deadline=rule)


def test_a_deadline_counted_back_is_not_simulated():
    with pytest.raises(InvalidInput, match="cannot be simulated"):
        curve(under("statute.youth_support_decision"))


def test_a_deadline_in_hours_is_met_within_so_many_hours():
    """24 hours: a delay of a day less a minute is in time, of a day and a minute not."""
    rule, day = "statute.notification_assessment", Fraction(1)
    minute = Fraction(1, 24 * 60)
    for delay, share in ((day - minute, 1), (day + minute, 0)):
        quick = {"effort_hours": fixed("0"), "external_delay_days": fixed(str(delay))}
        assert curve(under(rule, **quick), levels=("0",)).reachable == share


@pytest.mark.parametrize("to", [date(2100, 9, 1), date(2101, 1, 1), date(9234, 4, 6), date.max])
def test_a_period_beyond_the_calendar_is_refused_before_anything_is_laid_out(to: date) -> None:
    with pytest.raises(InvalidInput, match="2100") as refused:
        curve_trial(question(to=to), rulebook())
    assert refused.value.field == "to"
