"""What chance deals: how many cases come, and how many at a time."""

from dataclasses import replace
from datetime import date
from fractions import Fraction

import numpy as np
import pytest
from small_department import fixed, small_department

from capacity.case_classes import (
    ArrivalPattern,
    Backlog,
    BacklogStage,
    Clock,
    Desk,
    Episode,
    Strand,
)
from capacity.consistency import DAYS_PER_YEAR
from capacity.practice import Assignment, Policy, Practice
from capacity.rulebook import rulebook
from simulations.dealing import deal
from simulations.questions import headline_question
from simulations.staffing import curve_trial

REPLICATIONS, A_YEAR = 64, 365.0
SHARES = Fraction(1, 2), Fraction(3, 10), Fraction(1, 5)


def arrivals(siblings: tuple[Fraction, ...], inflow: str = "1") -> list[np.ndarray]:
    """When cases came in a year, replication by replication."""
    department = small_department(arrivals_per_year="200", on=date(2023, 1, 1))
    (only,) = department.case_classes
    with_siblings = replace(only, arrival_pattern=ArrivalPattern(siblings=siblings))
    department = replace(department, case_classes=(with_siblings,))
    asked = replace(headline_question(department), inflow=Fraction(inflow))
    trial, _ = curve_trial(asked, rulebook())
    dealt = (
        deal(trial.experiment.templates, each).cases["arrived_at"] for each in range(REPLICATIONS)
    )
    return [each[(each >= 0) & (each < A_YEAR)] for each in dealt]


@pytest.mark.parametrize("inflow", ["1", "1.5", "0.6"])
@pytest.mark.parametrize("siblings", [(Fraction(1),), SHARES], ids=["one by one", "siblings"])
def test_as_many_cases_come_in_a_year_as_the_class_says(siblings, inflow):
    years = np.array([each.size for each in arrivals(siblings, inflow)])
    expected = 200 * float(Fraction(inflow))
    # Cases of one burst come together: the variance is that of a compound Poisson number.
    sizes = np.arange(1, len(siblings) + 1)
    shares = np.array([float(each) for each in siblings])
    spread = np.sqrt(expected * (shares @ sizes**2) / (shares @ sizes) / REPLICATIONS)
    assert abs(years.mean() - expected) < 4 * spread


def test_siblings_come_together_as_often_as_the_pattern_says():
    bursts = np.concatenate([np.unique(each, return_counts=True)[1] for each in arrivals(SHARES)])
    for size, share in enumerate(SHARES, start=1):
        expected = float(share)
        spread = np.sqrt(expected * (1 - expected) / bursts.size)
        assert abs((bursts == size).mean() - expected) < 4 * spread
    assert bursts.max() == len(SHARES)


EVENLY = Practice(assignment=Assignment.LEAST_LOADED, policy=Policy.SHARED_ATTENTION)
IN_LINE = Practice(assignment=Assignment.TEAM)


def placed_by_age(
    ages: tuple[int, ...],
    episode: str = "first",
    practice: Practice = EVENLY,
    desk: Desk = Desk.OWN,
    begun: tuple[int, ...] = (),
):
    """The route strands dealt for open cases, where an hour of work takes two days all in all.

    Three episodes of ten hours and then ten days: by Little's law 90 days in all, 30 an episode.
    """
    episodes = tuple(
        Episode(slug=slug, effort_hours=fixed("10"), external_delay_days=fixed("10"), desk=desk)
        for slug in ("first", "second", "third")
    )
    department = small_department(on=date(2023, 1, 1))
    (only,) = department.case_classes
    (team,) = department.teams
    clock = replace(episodes[-1], clock=only.route[0].clock)
    stage = BacklogStage(episode=episode, ages_days=ages, placed_by_age=True, begun_days_ago=begun)
    case_class = replace(
        only,
        route=(*episodes[:-1], clock),
        arrivals_per_year=len(ages) * DAYS_PER_YEAR / 90,
        backlog=Backlog(stages=(stage,)),
    )
    department = replace(
        department,
        case_classes=(case_class,),
        open_cases=len(ages),
        teams=(replace(team, practice=practice),),
    )
    trial, _ = curve_trial(headline_question(department), rulebook())
    dealt = deal(trial.experiment.templates, 0)
    left = {}
    for strand in dealt.strands:
        arrived = dealt.cases[strand["case"]]["arrived_at"]
        if arrived < 0:
            ahead = dealt.episodes[strand["first_episode"] : strand["last_episode"]].copy()
            if strand["has_begun"]:  # its work is done, and others are waited for
                ahead[0]["effort_hours"], ahead[0]["delay_days"] = 0.0, strand["starts_at"]
            elif strand["remaining_hours"] >= 0:
                ahead[0]["effort_hours"] = strand["remaining_hours"]
            left[-arrived] = float(ahead["effort_hours"].sum()), float(ahead["delay_days"].sum())
    return left


def test_an_open_case_of_known_age_stands_where_its_age_puts_it():
    left = placed_by_age((0, 5, 10, 20, 25, 45, 89))
    assert left[5.0] == pytest.approx((30 - 2.5, 30))
    assert left[10.0] == pytest.approx((30 - 5, 30))
    assert left[25.0] == pytest.approx((20, 25))
    assert left[45.0] == pytest.approx((20 - 7.5, 20))
    assert left[89.0] == pytest.approx((0, 1))


@pytest.mark.parametrize(
    ("practice", "desk"),
    [
        (IN_LINE, Desk.TEAM),
        (IN_LINE, Desk.OWN),  # nobody owns a case, so it lies on the team's desk all the same
        (replace(IN_LINE, policy=Policy.EARLIEST_DUE), Desk.TEAM),
        (replace(EVENLY, policy=Policy.FIRST_COME), Desk.OWN),
        (EVENLY, Desk.TEAM),  # only what lies on own desks is shared
    ],
)
def test_in_a_line_a_case_waits_with_all_its_work_left_and_is_then_worked_through(practice, desk):
    """At 37 hours a week ten hours of work take the last two days of the twenty."""
    left = placed_by_age((1, 5, 10, 17, 19, 25, 39, 45, 89), practice=practice, desk=desk)
    for age in (1, 5, 10, 17):
        assert left[float(age)] == pytest.approx((30, 30))
    assert left[19.0] == pytest.approx((20 + 37 / 7, 30))
    assert left[25.0] == pytest.approx((20, 25))
    assert left[39.0] == pytest.approx((20, 20))
    assert left[45.0] == pytest.approx((20, 20))
    assert left[89.0] == pytest.approx((0, 1))


def test_a_case_whose_work_has_begun_waits_for_nobody_and_goes_on_from_then():
    """Ten hours take two days of 37-hour weeks; then others are waited for, thirty days in all."""
    days = 10 / (37 / 7)
    left = placed_by_age((5, 17, 19), practice=IN_LINE, desk=Desk.TEAM, begun=(1, 1, 6))
    assert left[5.0] == left[17.0] == pytest.approx((30 - 37 / 7, 30))
    assert left[19.0] == pytest.approx((20, 30 - (6 - days)))
    at_second = placed_by_age((45,), practice=IN_LINE, desk=Desk.TEAM, episode="second", begun=(0,))
    assert at_second[45.0] == pytest.approx((20, 20))


def test_a_case_that_has_passed_a_milestone_stands_after_it_however_young_it_is():
    left = placed_by_age((5, 45, 70), episode="second")
    assert left[5.0] == pytest.approx((20, 20))
    assert left[45.0] == pytest.approx((20 - 7.5, 20))
    assert left[70.0] == pytest.approx((5, 10))


def test_a_case_older_than_any_route_stands_at_the_end_of_it():
    assert placed_by_age((10, 500))[500.0] == pytest.approx((10, 10))


def test_a_steady_stock_has_the_work_left_that_the_route_says():
    ages = tuple(range(1, 91))
    left = placed_by_age(ages)
    assert sorted(left) == [float(age) for age in ages]
    # Over an episode of 30 days, 25 hours on average while it is worked and 20 while it waits.
    expected = ((20 * 25 + 10 * 20) + (20 * 15 + 10 * 10) + (20 * 5 + 10 * 0)) / 90
    assert np.mean([hours for hours, _ in left.values()]) == pytest.approx(expected, rel=0.02)


def test_a_first_follow_up_is_still_to_come_of_a_case_younger_than_its_pause():
    department = small_department(on=date(2023, 1, 1))
    (only,) = department.case_classes
    route = (
        Episode(slug="plan", effort_hours=fixed("8"), desk=Desk.TEAM, milestone="measure"),
        replace(only.route[0], slug="casework"),
    )
    follow_up = Episode(
        slug="follow-up",
        effort_hours=fixed("5"),
        desk=Desk.TEAM,
        milestone="followed-up",
        clock=Clock(deadline="statute.follow_up_first", starts="measure"),
    )
    strand = Strand(
        slug="first",
        label=only.label,
        starts="measure",
        after_days=fixed("50"),
        episodes=(follow_up,),
    )
    stage = BacklogStage(episode="casework", ages_days=(10, 49, 50, 400))
    case_class = replace(only, route=route, strands=(strand,), backlog=Backlog(stages=(stage,)))
    trial, _ = curve_trial(
        headline_question(replace(department, case_classes=(case_class,))), rulebook()
    )
    dealt = deal(trial.experiment.templates, 0)
    pauses = {}
    for each in dealt.strands:
        age = -dealt.cases[each["case"]]["arrived_at"]
        if age > 0 and not each["is_route"]:
            pauses[age] = float(dealt.episodes[each["first_episode"]]["delay_days"])
            assert each["began_at"] == -age
    assert pauses == {10.0: 40.0, 49.0: 1.0}
