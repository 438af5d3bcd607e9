"""A department with one thing changed: that thing, no other, and nobody's name."""

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction

import pytest
from small_department import BOTH, fixed, small_department

from capacity.case_classes import Strand
from capacity.changes import (
    scaled,
    with_case_hours,
    with_caseload_limit,
    with_delays,
    with_effort,
    with_effort_spread,
    with_inflow,
    with_sickness,
    with_turnover,
)
from capacity.department import Department, Team
from capacity.distributions import Distribution, Family, empirical
from capacity.errors import InvalidInput
from capacity.practice import Practice
from capacity.roster import available_hours, case_hours
from capacity.rulebook import rulebook
from capacity.staff_risks import StaffRisks

TENTH_MORE = Fraction(11, 10)
SPELL = Distribution(family=Family.EXPONENTIAL, mean=Fraction(10), cv=Fraction(1))
RISKS = StaffRisks(
    short_sickness_per_year=Fraction(2),
    short_sickness_days=SPELL,
    turnover_per_year=Fraction(1, 5),
)


def with_two_teams(**practice) -> Department:
    """The small department, and a team beside it with the same cases and people of its own."""
    one = small_department()
    (cases,), (team,) = one.case_classes, one.teams
    follow_up = Strand(
        slug="follow-up",
        label=BOTH,
        after_days=fixed("90"),
        episodes=(replace(cases.route[0], slug="meeting", clock=None),),
        recurs=True,
    )
    other = replace(cases, slug="other", team="other", strands=(follow_up,))
    people = one.roster.caseworkers
    return replace(
        one,
        teams=(team, Team(slug="other", label=BOTH, practice=Practice(**practice))),
        case_classes=(cases, other),
        roster=replace(
            one.roster,
            caseworkers=(*people, *(replace(p, id=p.id + "o", team="other") for p in people)),
        ),
    )


@pytest.mark.parametrize(
    "change",
    [
        with_inflow,
        with_effort,
        with_effort_spread,
        with_delays,
        with_case_hours,
        with_turnover,
        with_caseload_limit,
    ],
)
def test_a_factor_of_one_changes_nothing(change: Callable[..., Department]):
    department = with_two_teams(caseload_limit=Fraction(20))
    assert change(department, Fraction(1)) == department


def test_inflow_is_multiplied_for_the_teams_named_and_no_other():
    changed = with_inflow(with_two_teams(), TENTH_MORE, ("other",))
    assert [each.arrivals_per_year for each in changed.case_classes] == [100, 110]


def test_effort_is_multiplied_on_the_route_and_beside_it_and_keeps_its_spread():
    changed = with_effort(with_two_teams(), TENTH_MORE)
    efforts = [each.effort_hours for one in changed.case_classes for each in one.episodes]
    assert [(each.mean, each.cv) for each in efforts] == [(44, Fraction("0.8"))] * 3


def test_delays_are_multiplied_and_pauses_of_ones_own_are_not():
    changed = with_delays(with_two_teams(), TENTH_MORE)
    assert [each.route[0].external_delay_days.mean for each in changed.case_classes] == [33, 33]
    assert changed.case_classes[1].strands[0].after_days == fixed("90")


def test_the_spread_of_efforts_is_multiplied_and_their_mean_kept():
    changed = with_effort_spread(with_two_teams(), TENTH_MORE)
    effort = changed.case_classes[0].route[0].effort_hours
    assert (effort.mean, effort.cv) == (40, Fraction("0.88"))


@pytest.mark.parametrize("effort", [fixed("40"), SPELL, empirical([Fraction(2), Fraction(6)])])
def test_an_effort_whose_spread_is_not_free_keeps_it(effort: Distribution):
    department = small_department(effort_hours=effort)
    assert with_effort_spread(department, TENTH_MORE) == department


def test_measured_values_are_multiplied_one_by_one():
    assert scaled(empirical([Fraction(2), Fraction(6)]), TENTH_MORE).observed == (
        Fraction("2.2"),
        Fraction("6.6"),
    )


@pytest.mark.parametrize(("other_duties", "contract"), [("0", "40.7"), ("12", "37")])
def test_hours_for_cases_come_from_other_duties_first_and_then_from_the_contract(
    other_duties: str, contract: str
):
    department = small_department(caseworkers=1)
    (person,) = department.roster.caseworkers
    person = replace(person, non_case_hours_per_week=Fraction(other_duties))
    department = replace(department, roster=replace(department.roster, caseworkers=(person,)))
    changed = with_case_hours(department, TENTH_MORE)
    assert case_hours(changed.roster, department.on) == TENTH_MORE * (37 - Fraction(other_duties))
    assert changed.roster.caseworkers[0].hours_per_week == Fraction(contract)


def test_sickness_without_risks_is_sick_days_a_year():
    changed = with_sickness(small_department(caseworkers=1), Fraction(2), Fraction(10))
    assert changed.roster.caseworkers[0].sick_days == 20
    usual = available_hours(small_department(caseworkers=1).roster, changed.on, rulebook())
    ten_sick_days = available_hours(
        small_department(caseworkers=1).roster, changed.on, rulebook(), sick_days=Fraction(10)
    )
    changed_hours = available_hours(changed.roster, changed.on, rulebook())
    assert ten_sick_days - changed_hours == Fraction("7.4") * 10
    assert usual != changed_hours


def test_sickness_with_risks_lasts_longer_and_comes_no_more_often():
    department = small_department()
    department = replace(department, teams=(replace(department.teams[0], staff_risks=RISKS),))
    changed = with_sickness(department, TENTH_MORE, Fraction(10))
    assert changed.teams[0].staff_risks == replace(
        RISKS, short_sickness_days=replace(SPELL, mean=Fraction(11))
    )
    assert changed.roster == department.roster


def test_turnover_is_multiplied_where_there_are_risks():
    department = with_two_teams()
    team, other = department.teams
    department = replace(department, teams=(team, replace(other, staff_risks=RISKS)))
    changed = with_turnover(department, Fraction(2))
    assert changed.teams[0] == team
    assert changed.teams[1].staff_risks == replace(RISKS, turnover_per_year=Fraction(2, 5))


def test_a_caseload_limit_is_multiplied_where_there_is_one():
    changed = with_caseload_limit(with_two_teams(caseload_limit=Fraction(20)), TENTH_MORE)
    assert [each.practice.caseload_limit for each in changed.teams] == [None, 22]


def test_nobody_is_renamed_by_any_change():
    department = with_two_teams(caseload_limit=Fraction(20))
    for change in (with_inflow, with_effort, with_delays, with_case_hours, with_caseload_limit):
        changed = change(department, TENTH_MORE)
        assert [each.slug for each in changed.case_classes] == ["child_assessment", "other"]
        assert [each.id for each in changed.roster.caseworkers] == [
            each.id for each in department.roster.caseworkers
        ]


@pytest.mark.parametrize(
    "change",
    [
        lambda department: with_effort(department, Fraction(-1)),
        lambda department: with_case_hours(department, Fraction(-1)),
        lambda department: with_effort_spread(department, Fraction(0)),
        lambda department: with_sickness(department, Fraction(0), Fraction(10)),
        lambda department: with_case_hours(department, Fraction(2)),  # 74 hours a week
    ],
)
def test_a_change_that_cannot_be_is_refused(change: Callable[[Department], Department]):
    with pytest.raises(InvalidInput):
        change(small_department())
