"""More people in a team that staffs a duty rota: the hours on duty stay what they are."""

from dataclasses import replace
from datetime import date
from fractions import Fraction

import numpy as np
import pytest
from small_department import BOTH, small_department

from capacity.caseworker import Absence, AbsenceReason
from capacity.department import Department
from capacity.duty_rota import DutyRota, Shift, duty_hours_per_week
from capacity.rulebook import rulebook
from capacity.scenario import changed_department
from capacity.scenario_changes import AddedPosts
from simulations.people import people_of
from simulations.questions import headline_question
from simulations.staffing import staffing_curve

BOOK = rulebook()
TEAM = "assessment"
NEW_YEAR, MAY = date(2024, 1, 1), date(2024, 5, 1)
DAYS = 366


def on_duty(*, somebody_is_away: bool = False) -> Department:
    """Three posts, of which 40 hours a week go to a duty, and more work than they can do."""
    made = small_department(caseworkers=3, arrivals_per_year="190")
    shifts = tuple(
        Shift(weekday=day, opens_at=Fraction(8), closes_at=Fraction(16)) for day in range(5)
    )
    first, *others = made.roster.caseworkers
    if somebody_is_away:
        leave = Absence(
            first_day=date(2024, 3, 1),
            last_day=date(2024, 8, 31),
            reason=AbsenceReason.PARENTAL_LEAVE,
        )
        first = replace(first, absences=(leave,))
    return replace(
        made,
        roster=replace(made.roster, caseworkers=(first, *others)),
        duty_rotas=(DutyRota(slug="duty", label=BOTH, staffed_by=TEAM, shifts=shifts),),
    )


@pytest.mark.parametrize("from_", [NEW_YEAR, MAY])
@pytest.mark.parametrize("fte", ["2", "1.5"])
def test_a_level_of_the_curve_is_the_scenario_with_the_same_posts(from_: date, fte: str):
    department, extra = on_duty(), Fraction(fte)
    asked = replace(
        headline_question(department), replications=32, extra_fte=(extra,), extra_from=from_
    )
    (level,) = staffing_curve(asked, BOOK).points
    posts = AddedPosts(reason="prøve", team=TEAM, fte=extra, from_=from_)
    planned = changed_department(department, [posts], BOOK)
    question = replace(headline_question(planned), replications=32, extra_fte=(Fraction(0),))
    (point,) = staffing_curve(question, BOOK).points
    assert level.share_in_time == point.share_in_time
    assert (level.year_low, level.year_high) == (point.year_low, point.year_high)


@pytest.mark.parametrize("somebody_is_away", [False, True])
@pytest.mark.parametrize("from_", [NEW_YEAR, MAY])
def test_hours_for_cases_and_on_duty_are_all_the_hours_on_every_day(
    from_: date, somebody_is_away: bool
):
    department = on_duty(somebody_is_away=somebody_is_away)
    levels = [Fraction(0), Fraction(1), Fraction(5, 2)]
    people, who = people_of(department, (TEAM,), TEAM, levels, from_, DAYS, 1, BOOK)
    duty = float(duty_hours_per_week(department.duty_rotas[0]))
    begins = (from_ - NEW_YEAR).days
    for level, at in zip(levels, who, strict=True):
        left = people.weekly_hours[at.members].sum(axis=0)
        extra = np.where(np.arange(DAYS) >= begins, 37.0 * float(level), 0.0)
        away = np.zeros(DAYS)
        if somebody_is_away:
            away[60:244] = 37.0
        assert left == pytest.approx(3 * 37.0 + extra - away - duty)
