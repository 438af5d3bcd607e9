"""What the curve counts, against its slow twin.

The twin takes the dealt cases and the work clocks, and nothing more: the queue is that of
`reference_office`, the dates are `due_on`, and each case is judged by `timeliness`.
"""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from fractions import Fraction
from functools import cache
from math import floor, inf

import numpy as np
import pytest
from offices import Case, Caseworker, Episode, Office, Opening, Step, Team
from reference_office import ReferenceOffice
from small_department import fixed, small_department

from capacity.case_classes import Backlog, BacklogStage, Clock
from capacity.deadlines import Timeliness, due_on, timeliness
from capacity.department import Department
from capacity.distributions import Distribution, Family
from capacity.rulebook import rulebook
from simulations.dealing import deal
from simulations.office import ON_TEAM_DESK, WHOLE_TEAM, Deal
from simulations.people import Level, deal_staff
from simulations.questions import StaffingQuestion, headline_question
from simulations.replications import Experiment
from simulations.staffing import CurvePoint, curve_trial, staffing_curve

ON, FROM, TO = date(2024, 1, 1), date(2024, 2, 1), date(2024, 9, 1)
END_OF_FOLLOWING = TO + timedelta(days=180)
EXTRA_FTE = Fraction("0.5")
MOST_DAYS_LATE_WITHIN_THE_PERIOD = (TO - date(2024, 6, 1)).days
PLAN_HOURS = 30.0
"""What every plan takes, and hardly any assessment: by this the twin knows them apart."""


def department_with_two_classes() -> Department:
    """One caseworker with assessments and plans on the same desk, and some of them already old."""
    one = small_department(
        caseworkers=1,
        arrivals_per_year="32",
        ages_days=(5, 40),
        external_delay_days=Distribution(
            family=Family.GAMMA, mean=Fraction(70), cv=Fraction("0.6")
        ),
        on=ON,
    )
    plan = replace(
        one.case_classes[0].route[0],
        slug="plan",
        effort_hours=fixed(str(PLAN_HOURS)),
        clock=Clock(deadline="statute.care_plan"),
    )
    plans = replace(
        one.case_classes[0],
        slug="plan",
        arrivals_per_year=Fraction(20),
        route=(plan,),
        backlog=Backlog(stages=(BacklogStage(episode="plan", ages_days=(20,)),)),
    )
    return replace(one, case_classes=(*one.case_classes, plans))


def question() -> StaffingQuestion:
    usual = headline_question(department_with_two_classes())
    return replace(usual, from_=FROM, to=TO, extra_fte=(EXTRA_FTE,), replications=32)


@cache
def point() -> CurvePoint:
    (found,) = staffing_curve(question(), rulebook()).points
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """One assessment that fell due in the period, and how late it was."""

    outcome: Timeliness
    days_late: float


@cache
def laid_out() -> Experiment:
    trial, levels = curve_trial(question(), rulebook())
    assert levels == (0, EXTRA_FTE)
    return trial.experiment


def desks(level: int) -> tuple[Caseworker, ...]:
    """The clocks of those who are there: first without extra staff, then with."""
    experiment = laid_out()
    members = slice(*experiment.first_member[level : level + 2])
    there = Level(
        members=experiment.members[members], first_of_team=experiment.first_of_team[level]
    )
    staff = deal_staff(experiment.people, there, 0)
    return tuple(
        Caseworker(
            openings=tuple(
                Opening(each["opens_at"], each["closes_at"], hours)
                for each, hours in zip(opened, hours_of(opened), strict=True)
            )
        )
        for opened in (
            staff.intervals[worker["first_interval"] : worker["last_interval"]]
            for worker in staff.caseworkers
        )
    )


def hours_of(opened: np.ndarray) -> np.ndarray:
    return opened["hours_at_close"] - opened["hours_at_open"]


@cache
def judged() -> tuple[Judged, ...]:
    """All that fell due in the period, over all replications."""
    there = desks(1)
    runs = (
        judged_in(deal(laid_out().templates, each), there)
        for each in range(question().replications)
    )
    return tuple(each for run in runs for each in run)


def days_late() -> list[float]:
    return [each.days_late for each in judged() if each.outcome != Timeliness.IN_TIME]


def judged_in(dealt: Deal, there: tuple[Caseworker, ...]) -> list[Judged]:
    """Judge the cases of one replication: each has one episode and then a delay."""
    arrived_at = dealt.cases["arrived_at"].tolist()
    episodes = dealt.episodes[dealt.strands["first_episode"]]
    efforts = episodes["effort_hours"].tolist()
    delays = episodes["delay_days"].tolist()
    told = Office(
        teams=(Team(caseworkers=there, assignment=WHOLE_TEAM),),
        steps=(Step(desk=ON_TEAM_DESK),),
        cases=tuple(
            Case(arrived_at=at, route=(Episode(effort),))
            for at, effort in zip(arrived_at, efforts, strict=True)
        ),
    )
    takes = (
        ReferenceOffice(told).run(horizon=float((END_OF_FOLLOWING - ON).days), sample_at=()).takes
    )
    found = []
    for at, effort, delay, (_, _, done_at) in zip(arrived_at, efforts, delays, takes, strict=True):
        came_on = ON + timedelta(days=floor(at))
        if effort == PLAN_HOURS or came_on < FROM:
            continue
        due = due_on("statute.child_assessment", came_on, rulebook())
        if due < TO:
            found.append(judged_case(due, done_at + delay))
    return found


def judged_case(due: date, finished_at: float) -> Judged:
    finished_on = None if finished_at == inf else ON + timedelta(days=floor(finished_at))
    outcome = timeliness(due_on=due, done_on=finished_on, seen_on=date.max)
    followed_to = min(finished_at, (END_OF_FOLLOWING - ON).days)
    return Judged(outcome=outcome, days_late=followed_to - (due - ON).days - 1)


def test_what_is_due_is_what_starts_and_falls_due_in_the_period():
    assert point().due == len(judged())


def test_what_is_in_time_is_what_timeliness_calls_so():
    outcomes = [each.outcome for each in judged()]
    assert point().in_time == outcomes.count(Timeliness.IN_TIME)
    assert 0 < point().in_time < point().due


def test_days_late_are_the_mean_of_the_late_alone():
    assert point().mean_days_late == pytest.approx(np.mean(days_late()), abs=1e-6)


def test_the_twin_meets_the_edges_of_counting():
    """Without these cases it would agree with a curve that counts them wrong."""
    assert min(days_late()) < 1  # done on the day after the due day
    assert max(days_late()) > MOST_DAYS_LATE_WITHIN_THE_PERIOD


def test_an_extra_post_is_among_those_who_carry_cases():
    assert point().case_fte == Fraction("1.5")


def test_work_begins_at_eight():
    opened = [each for worker in desks(1) for each in worker.openings]
    assert [each.opens_at % 1 for each in opened] == pytest.approx([8 / 24] * len(opened))


def test_desks_open_on_the_first_day_of_work_and_not_before():
    """1 January 2024 was a Monday and a holiday."""
    for worker in desks(1):
        assert floor(worker.openings[0].opens_at) == 1


def test_half_a_post_is_half_the_opening_hours():
    one, half = desks(1)
    assert desks(0) == (one,)
    for whole_day, half_day in zip(one.openings, half.openings, strict=True):
        assert half_day.hours == pytest.approx(whole_day.hours / 2)
        assert half_day.opens_at == whole_day.opens_at
