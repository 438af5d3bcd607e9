"""A case's route, strands, clocks and milestones, and the work that a route takes."""

from dataclasses import replace
from fractions import Fraction
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from small_department import BOTH, fixed, small_department

from capacity.case_classes import (
    EVEN,
    ArrivalPattern,
    Backlog,
    BacklogStage,
    CaseClass,
    Clock,
    Desk,
    Episode,
    Strand,
)
from capacity.department import Team
from capacity.duty_rota import DutyRota, Shift


def episode(slug: str, **given) -> Episode:
    return Episode(**({"slug": slug, "effort_hours": fixed("6")} | given))


def strand(slug: str, *episodes: Episode, **given) -> Strand:
    return Strand(**({"slug": slug, "label": BOTH, "episodes": episodes} | given))


def case_class(*route: Episode, **given) -> CaseClass:
    usual = {"slug": "child", "label": BOTH, "team": "assessment", "arrivals_per_year": Fraction(9)}
    return CaseClass(**(usual | {"route": route} | given))


def whole_case() -> CaseClass:
    """From notification to follow-ups: every kind of clock, and two episodes of one milestone."""
    return case_class(
        episode("assess", milestone="assessed", clock=Clock(deadline="statute.child_assessment")),
        episode("talk", milestone="child-heard", least_times=1, most_times=3),
        episode(
            "plan",
            milestone="plan-made",
            clock=Clock(deadline="statute.care_plan", starts="assessed"),
            after=("child-heard",),
        ),
        strands=(
            strand(
                "notifications",
                episode(
                    "reassess",
                    desk=Desk.TEAM,
                    by_another=True,
                    team="duty",
                    milestone="assessed",
                    clock=Clock(deadline="statute.notification_assessment", starts="strand"),
                ),
                per_year=Fraction(1, 2),
                outlives_case=True,
            ),
            strand(
                "follow-ups",
                episode(
                    "follow-up",
                    milestone="followed-up",
                    clock=Clock(deadline="statute.follow_up_later", starts="strand"),
                ),
                starts="plan-made",
                recurs=True,
            ),
        ),
    )


@given(
    least=st.integers(1, 5),
    more=st.integers(0, 5),
    again=st.fractions(0, Fraction(4, 5), max_denominator=50),
)
def test_the_mean_number_of_times_is_that_of_counting_them(least, more, again):
    found = episode("talk", least_times=least, most_times=least + more, again=again)
    evenly = sum(range(least, least + more + 1)) / (more + 1)
    after = sum(times * float(again**times * (1 - again)) for times in range(200))
    assert float(found.mean_times) == pytest.approx(evenly + after)


def test_the_effort_of_a_route_is_that_of_its_episodes_each_as_often_as_it_is_done():
    assert whole_case().mean_effort_hours == 6 * (1 + 2 + 1)


def test_the_episodes_are_those_of_the_route_and_then_those_of_the_strands():
    names = [each.slug for each in whole_case().episodes]
    assert names == ["assess", "talk", "plan", "reassess", "follow-up"]


def test_an_episode_is_pointed_at_where_it_stands():
    places = [place for place, _, _ in whole_case().placed_episodes()]
    assert places[2:4] == ["route[2]", "strands[0].episodes[0]"]


def test_a_milestone_that_two_episodes_reach_is_one_milestone_where_it_is_first_named():
    reached = ("assessed", "child-heard", "plan-made", "followed-up")
    assert whole_case().milestones == reached


def test_the_deadlines_are_in_order_and_those_of_the_strands_are_among_them():
    assert whole_case().deadlines == (
        "statute.care_plan",
        "statute.child_assessment",
        "statute.follow_up_later",
        "statute.notification_assessment",
    )


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_strands_may_begin_where_another_ends_in_whatever_order_they_are_written(order):
    chain = [
        strand("one", episode("x", milestone="a"), starts="assessed"),
        strand("two", episode("y", milestone="b"), starts="a"),
        strand("three", episode("z"), starts="b"),
    ]
    route = episode("assess", milestone="assessed")
    written = case_class(route, strands=tuple(chain[each] for each in order))
    assert len(written.strands) == 3


def test_a_strand_beside_the_route_takes_nothing_of_the_route_s_effort():
    alone = case_class(episode("assess"))
    beside = replace(alone, strands=(strand("talks", episode("talk")),))
    assert beside.mean_effort_hours == alone.mean_effort_hours


def test_cases_whose_ages_nobody_knows_are_open_too():
    stages = (
        BacklogStage(episode="assess", ages_days=(1, 2)),
        BacklogStage(episode="assess", ages_days=(3,), remaining_effort=Fraction(1, 2)),
    )
    assert Backlog(stages=stages, unknown=4).open_cases == 7


def test_pairs_of_siblings_make_a_burst_of_more_cases_than_one():
    pattern = ArrivalPattern(siblings=(Fraction("0.7"), Fraction("0.2"), Fraction("0.1")))
    assert pattern.cases_per_burst == Fraction("1.4")
    assert EVEN.cases_per_burst == 1


def test_a_deadline_is_owed_where_its_work_is_done_and_not_where_the_case_belongs():
    department = small_department()
    own, lent = whole_case().route[0], replace(whole_case().route[2], team="plans", after=())
    shift = Shift(weekday=0, opens_at=Fraction(8), closes_at=Fraction(16))
    department = replace(
        department,
        teams=(*department.teams, Team(slug="plans", label=BOTH)),
        duty_rotas=(DutyRota(slug="duty", label=BOTH, staffed_by="plans", shifts=(shift,)),),
        case_classes=(replace(whole_case(), route=(own, lent)),),
    )
    assert department.deadlines_of("assessment") == (
        "statute.child_assessment",
        "statute.follow_up_later",
    )
    assert department.deadlines_of("plans") == ("statute.care_plan",)
    assert department.deadlines_of("duty") == ("statute.notification_assessment",)
