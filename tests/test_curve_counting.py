"""What the curve counts, against its slow twin.

The twin takes the dealt cases and the work clocks, and nothing more: the queue is
`reference.pooled_queue`, the dates are `due_on`, and each case is judged by `timeliness`.
"""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from fractions import Fraction
from functools import cache
from itertools import pairwise
from math import floor, inf

import numpy as np
import pytest
from reference import pooled_queue
from small_department import fixed, small_department

from capacity.deadlines import Timeliness, due_on, timeliness
from capacity.department import Backlog, Department, Distribution, Family
from capacity.rulebook import rulebook
from simulations.cases import cases_of_team, cohort
from simulations.clocks import team_clocks
from simulations.kernels import WorkClocks
from simulations.questions import StaffingQuestion, headline_question
from simulations.staffing import CurvePoint, staffing_curve

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
    plans = replace(
        one.case_classes[0],
        slug="plan",
        deadline="statute.care_plan",
        arrivals_per_year=Fraction(20),
        effort_hours=fixed(str(PLAN_HOURS)),
        backlog=Backlog(ages_days=(20,)),
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
def judged() -> tuple[Judged, ...]:
    """All that fell due in the period, over all replications."""
    asked = question()
    days = (END_OF_FOLLOWING - ON).days
    (clocks,) = team_clocks(asked.department.roster, [EXTRA_FTE], ON, days, rulebook())
    desks = intervals(clocks)
    runs = (judged_in(asked, desks, each) for each in range(asked.replications))
    return tuple(each for run in runs for each in run)


def days_late() -> list[float]:
    return [each.days_late for each in judged() if each.outcome != Timeliness.IN_TIME]


def intervals(clocks: WorkClocks) -> list[list[tuple[float, float, float]]]:
    hours = clocks.hours_at_close - clocks.hours_at_open
    rows = np.column_stack([clocks.opens_at, clocks.closes_at, hours]).tolist()
    return [rows[first:last] for first, last in pairwise(clocks.first_interval.tolist())]


def judged_in(asked: StaffingQuestion, desks, replication: int) -> list[Judged]:
    dealt = cases_of_team(asked, cohort(asked, rulebook()), replication)
    columns = (dealt.arrived_at, dealt.effort_hours, dealt.external_delay_days)
    cases = sorted(np.column_stack(columns).tolist())
    _, done = pooled_queue([at for at, _, _ in cases], [effort for _, effort, _ in cases], desks)
    found = []
    for (arrived_at, effort, delay), done_at in zip(cases, done, strict=True):
        came_on = ON + timedelta(days=floor(arrived_at))
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


def all_judged(level: Fraction) -> list[Judged]:
    return [each for replication in judged(level) for each in replication]


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
    (clocks,) = team_clocks(question().department.roster, [Fraction(1)], ON, 366, rulebook())
    assert clocks.opens_at % 1 == pytest.approx(8 / 24)


def test_desks_open_on_the_first_day_of_work_and_not_before():
    """1 January 2024 was a Monday and a holiday."""
    (clocks,) = team_clocks(question().department.roster, [Fraction(0)], ON, 366, rulebook())
    assert floor(clocks.opens_at[0]) == 1
