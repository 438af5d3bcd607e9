"""Duty and 24 hours: what the shifts cover, what nobody can reach, and who is left to reassess."""

from dataclasses import replace
from datetime import date
from fractions import Fraction
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from small_department import BOTH, fixed, small_department

from capacity.case_classes import ArrivalPattern, Backlog, Clock, Desk, Episode, Strand
from capacity.department import Department
from capacity.distributions import NOTHING, Distribution, Family
from capacity.duty_rota import DutyRota, Shift, longest_uncovered_hours
from capacity.errors import InvalidInput, UnknownDepartment
from capacity.rulebook import rulebook
from capacity.staff_risks import StaffRisks
from simulations.duty import (
    NOTIFICATIONS,
    DutyAnswer,
    coverage,
    duty,
    duty_sentence,
    left_sentence,
    left_to_reassess,
    reassessment,
)

BOOK = rulebook()
DAY = Fraction(24)


def rota(*shifts: tuple[int, int, int], people: int = 1) -> DutyRota:
    return DutyRota(
        slug="duty",
        label=BOTH,
        staffed_by="assessment",
        shifts=tuple(
            Shift(weekday=day, opens_at=Fraction(opens), closes_at=Fraction(closes), people=people)
            for day, opens, closes in shifts
        ),
    )


OFFICE_HOURS = rota(*((day, 8, 16) for day in range(5)))
ALWAYS = rota(*((day, 0, 24) for day in range(7)))
DAILY = rota(*((day, 8, 10) for day in range(7)))


def department_on_duty(
    shifts: DutyRota, *, caseworkers: int = 3, effort: str = "0.01", arrivals: str = "700"
) -> Department:
    department = small_department(caseworkers=caseworkers, arrivals_per_year=arrivals)
    (assessments,) = department.case_classes
    notification = Episode(
        slug="assess",
        effort_hours=fixed(effort),
        team="duty",
        desk=Desk.TEAM,
        clock=Clock(deadline=NOTIFICATIONS),
    )
    return replace(
        department,
        case_classes=(replace(assessments, route=(notification,), backlog=Backlog()),),
        duty_rotas=(shifts,),
        headline_deadline=NOTIFICATIONS,
    )


def quickly(department: Department, **given) -> DutyAnswer:
    return duty(department, "duty", BOOK, **({"replications": 32} | given))


# --- The week in closed form ------------------------------------------------------------------


def test_office_hours_cover_forty_hours_and_leave_a_weekend_of_sixty_four():
    """Who calls from Friday at 16 until Sunday at 8 has more than 24 hours to Monday at 8."""
    found = coverage(OFFICE_HOURS, DAY)
    assert found.covered_share == Fraction(40, 168)
    assert found.longest_uncovered_hours == 64
    assert found.within_reach == 1 - Fraction(40, 168)
    assert found.arrivals_covered == Fraction(40, 168)


def test_a_shift_a_day_is_within_reach_of_everything():
    assert coverage(DAILY, DAY).within_reach == 1
    assert coverage(DAILY, Fraction(12)).within_reach == 1 - 7 * Fraction(10, 168)


def test_a_week_that_is_covered_has_no_gap():
    found = coverage(ALWAYS, Fraction(0))
    assert (found.covered_share, found.longest_uncovered_hours) == (1, 0)
    assert (found.arrivals_covered, found.within_reach) == (1, 1)


def test_shifts_that_overlap_are_covered_once():
    twice = rota((0, 8, 16), (0, 12, 20), (0, 20, 24), (1, 0, 4))
    assert coverage(twice, DAY).covered_share == Fraction(20, 168)


def test_a_single_shift_leaves_a_gap_round_the_week():
    found = coverage(rota((2, 10, 12)), DAY)
    assert found.longest_uncovered_hours == 166
    assert found.within_reach == 1 - Fraction(166 - 24, 168)


def test_what_comes_in_the_daytime_meets_more_of_the_duty():
    daytime = ArrivalPattern(
        weekdays=tuple(Fraction(n) for n in (1, 1, 1, 1, 1, 0, 0)),
        hours=tuple(Fraction(8 <= hour < 16) for hour in range(24)),
    )
    found = coverage(OFFICE_HOURS, DAY, daytime)
    assert (found.arrivals_covered, found.within_reach) == (1, 1)
    assert found.covered_share == Fraction(40, 168)


@settings(max_examples=100, deadline=None)
@given(
    shifts=st.lists(
        st.tuples(st.integers(0, 6), st.integers(0, 23), st.integers(1, 24)).filter(
            lambda shift: shift[1] < shift[2]
        ),
        min_size=1,
        max_size=8,
    ),
    limit=st.integers(0, 100),
)
def test_reach_is_what_counting_quarters_of_an_hour_says(shifts, limit):
    week = rota(*shifts)
    covered = [
        any(day * 24 + opens <= quarter / 4 < day * 24 + closes for day, opens, closes in shifts)
        for quarter in range(168 * 4)
    ]
    # The middle of a quarter reaches a shift that opens within the limit.
    reached = [
        any(covered[(quarter + ahead) % len(covered)] for ahead in range(4 * limit + 1))
        for quarter in range(len(covered))
    ]
    found = coverage(week, Fraction(limit))
    assert found.covered_share == Fraction(sum(covered), len(covered))
    assert found.longest_uncovered_hours == longest_uncovered_hours(week)
    # A quarter of an hour at the edge of each gap is what such counting cannot see.
    assert float(found.within_reach) == pytest.approx(sum(reached) / len(reached), abs=0.013)


# --- Who is left ------------------------------------------------------------------------------


def test_with_one_caseworker_nobody_can_reassess():
    assert reassessment(1, Fraction(0)).chance_of_no_other == 1
    assert reassessment(0, Fraction(0)).chance_of_nobody == 1


@pytest.mark.parametrize(("people", "absence"), [(2, "0.1"), (3, "0.2"), (5, "0.35"), (4, "0")])
def test_the_chance_that_nobody_else_is_left_is_that_of_all_ways_to_be_away(people, absence):
    away = float(Fraction(absence))
    nobody = no_other = 0.0
    for at_work in product((True, False), repeat=people):
        chance = 1.0
        for here in at_work:
            chance *= 1 - away if here else away
        nobody += chance if sum(at_work) == 0 else 0
        no_other += chance if sum(at_work) <= 1 else 0
    found = reassessment(people, Fraction(absence))
    assert found.chance_of_nobody == pytest.approx(nobody, abs=1e-12)
    assert found.chance_of_no_other == pytest.approx(no_other, abs=1e-12)


def with_reassessments(caseworkers: int, risks: StaffRisks | None = None) -> Department:
    """Notifications on open cases, to be assessed by one who has not handled the case."""
    department = small_department(caseworkers=caseworkers, arrivals_per_year="20")
    (assessments,) = department.case_classes
    again = Strand(
        slug="again",
        label=BOTH,
        per_year=Fraction(4),
        episodes=(
            Episode(
                slug="reassess",
                effort_hours=fixed("1"),
                desk=Desk.TEAM,
                by_another=True,
                clock=Clock(deadline=NOTIFICATIONS, starts="strand"),
            ),
        ),
    )
    return replace(
        department,
        teams=tuple(replace(team, staff_risks=risks) for team in department.teams),
        case_classes=(replace(assessments, strands=(again,)),),
    )


def test_one_alone_reassesses_little_and_two_more_simulated_too():
    """What comes before the one has touched the case is reassessed; what comes after never is."""
    one, three = (
        left_to_reassess(with_reassessments(n), "assessment", BOOK, replications=32) for n in (1, 3)
    )
    assert one.no_other == 1
    assert three.no_other == 0
    assert one.share_in_time.value < 0.2 < three.share_in_time.value
    assert "nobody can reassess" in left_sentence(one).en


def test_independent_sickness_simulated_is_near_the_formula():
    sick_often = StaffRisks(
        short_sickness_per_year=Fraction(20),
        short_sickness_days=Distribution(
            family=Family.EXPONENTIAL, mean=Fraction(5), cv=Fraction(1)
        ),
        holiday_months=(Fraction(1),) * 12,
    )
    found = left_to_reassess(
        with_reassessments(3, sick_often), "assessment", BOOK, replications=128
    )
    assert 0.2 < found.formula.absence < 0.6
    assert found.no_other == pytest.approx(found.formula.chance_of_no_other, abs=0.03)


# --- Simulated beside the formula -------------------------------------------------------------


def test_with_quick_work_the_simulation_keeps_what_the_rota_leaves_within_reach():
    found = quickly(department_on_duty(OFFICE_HOURS))
    assert found.share_in_time.value == pytest.approx(float(found.coverage.within_reach), abs=0.015)
    assert found.year_low <= found.share_in_time.value <= found.year_high


def test_a_rota_that_never_closes_keeps_all_that_comes():
    found = quickly(department_on_duty(ALWAYS, caseworkers=6))
    assert found.share_in_time.value == 1
    assert found.coverage.within_reach == 1


def test_work_that_takes_longer_than_the_shifts_is_late_though_within_reach():
    quick, slow = (quickly(department_on_duty(DAILY, effort=hours)) for hours in ("0.1", "1.5"))
    assert quick.coverage == slow.coverage
    assert quick.share_in_time.value > slow.share_in_time.value + 0.3


def test_a_rota_that_takes_more_hours_than_its_team_has_is_said_to_be_so():
    """168 hours a week from two people with 37 each."""
    found = quickly(department_on_duty(ALWAYS, caseworkers=2))
    assert found.part_of_team_hours == Fraction(168, 74)
    assert "168 hours a week" in duty_sentence(found).en
    assert "168" not in duty_sentence(quickly(department_on_duty(ALWAYS, caseworkers=6))).en


def test_a_rota_whose_team_is_all_away_is_not_staffed():
    department = department_on_duty(ALWAYS, caseworkers=0)
    found = quickly(department)
    assert found.share_in_time.value == 0
    assert (found.left.formula.people, found.left.no_other) == (0, 1)


def test_the_sentence_says_what_is_covered_what_is_out_of_reach_and_who_is_left():
    found = quickly(department_on_duty(OFFICE_HOURS))
    sentence = duty_sentence(found)
    assert "24 % af ugens timer; det længste hul er 64 timer" in sentence.da
    assert "24% of the notifications come so long before" in sentence.en
    daily = duty_sentence(quickly(department_on_duty(DAILY)))
    assert "There is a shift within 24 hours of every notification" in daily.en


@pytest.mark.parametrize(
    ("given", "error", "match"),
    [
        ({"deadline": "statute.child_assessment"}, InvalidInput, "not a limit in hours"),
        ({"replications": 31}, InvalidInput, "at least 32"),
        ({"to": date(2023, 1, 1)}, InvalidInput, "end after"),
    ],
)
def test_what_cannot_be_asked_is_refused(given, error, match):
    with pytest.raises(error, match=match):
        quickly(department_on_duty(OFFICE_HOURS), **given)


def test_a_rota_that_is_not_there_or_does_no_such_work_is_refused():
    with pytest.raises(UnknownDepartment, match="there are duty"):
        duty(department_on_duty(OFFICE_HOURS), "night", BOOK)
    department = department_on_duty(OFFICE_HOURS)
    (notifications,) = department.case_classes
    elsewhere = replace(notifications.route[0], team=None, external_delay_days=NOTHING)
    moved = replace(department, case_classes=(replace(notifications, route=(elsewhere,)),))
    with pytest.raises(InvalidInput, match="has no work with the deadline"):
        quickly(moved)
