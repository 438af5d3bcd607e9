"""How old the open cases are: counted against the calendar, and nobody's clock but their own."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from small_department import fixed, small_department

from capacity.case_classes import Backlog, BacklogStage, Clock, Desk, Episode
from capacity.deadlines import due_on
from capacity.errors import InvalidInput, UnknownDepartment
from capacity.open_ages import open_ages, open_ages_sentence
from capacity.rulebook import rulebook

BOOK = rulebook()
ON = date(2024, 1, 1)
ASSESSMENT = "statute.child_assessment"


def ages_of(*ages: int):
    return open_ages(small_department(ages_days=ages), "assessment", ASSESSMENT, BOOK)


@given(st.lists(st.integers(0, 700), max_size=60))
def test_every_case_is_in_one_group_and_past_its_deadline_or_not(ages):
    found = ages_of(*ages)
    bands = found.bands()
    assert sum(each.cases for each in bands) == len(ages)
    late = sum(due_on(ASSESSMENT, ON - timedelta(days=age), BOOK) < ON for age in ages)
    assert found.overdue == sum(each.overdue for each in bands) == late
    assert all(each.overdue in (0, each.cases) for each in bands)
    ends = [each.to_days for each in bands]
    assert ends[-1] is None
    assert [each.from_days for each in bands[1:]] == [end + 1 for end in ends[:-1]]


def test_four_months_before_the_first_of_january_is_the_first_of_september():
    """122 days: a case that came on 1 September is met through 1 January."""
    found = ages_of(122, 123)
    assert (found.overdue_from_days, found.overdue) == (123, 1)
    assert [each.from_days for each in found.bands()] == [0, 30, 60, 90, 123]


def test_a_case_that_has_met_the_deadline_waits_for_it_no_more():
    department = small_department(ages_days=(10, 20))
    (assessments,) = department.case_classes
    after = Episode(slug="after", effort_hours=fixed("1"), desk=Desk.TEAM)
    route = (*assessments.route, after)
    stages = (*assessments.backlog.stages, BacklogStage(episode="after", ages_days=(150, 160)))
    department = replace(
        department,
        case_classes=(replace(assessments, route=route, backlog=Backlog(stages=stages)),),
    )
    assert open_ages(department, "assessment", ASSESSMENT, BOOK).ages_days == (10, 20)


def placed_by_age(*after: str):
    """Two cases placed by their age, and seven of unknown age, on a route with more after it."""
    department = small_department()
    (assessments,) = department.case_classes
    route = (
        *assessments.route,
        *(Episode(slug=name, effort_hours=fixed("1"), desk=Desk.TEAM) for name in after),
    )
    stages = [BacklogStage(episode="assessment", ages_days=(5, 6), placed_by_age=True)]
    stages += [BacklogStage(episode=name, ages_days=(90,), placed_by_age=True) for name in after]
    backlog = Backlog(stages=tuple(stages), unknown=7)
    changed = replace(assessments, route=route, backlog=backlog)
    return open_ages(replace(department, case_classes=(changed,)), "assessment", ASSESSMENT, BOOK)


def test_a_case_placed_by_its_age_waits_where_nothing_comes_after_the_deadline():
    found = placed_by_age()
    assert (found.ages_days, found.unknown) == ((5, 6), 7)


def test_cases_of_which_nobody_knows_where_they_stand_are_counted_apart():
    """Two may have met the deadline already; one that stands after it has."""
    found = placed_by_age("after")
    assert (found.ages_days, found.unknown) == ((), 9)
    assert "9 åbne sager" in open_ages_sentence(found).da
    assert "Ingen åbne sager" in open_ages_sentence(found).da


def test_the_sentence_says_how_many_and_how_old():
    said = open_ages_sentence(ages_of(5, 130, 200))
    assert said.da.startswith("3 åbne sager venter på fristen; 2 af dem er over den.")
    assert "200 days" in said.en


def test_a_deadline_that_does_not_run_from_arrival_is_refused():
    department = small_department()
    (assessments,) = department.case_classes
    (episode,) = assessments.route
    first = replace(episode, clock=None, milestone="found")
    later = replace(episode, slug="later", clock=Clock(deadline=ASSESSMENT, starts="found"))
    department = replace(department, case_classes=(replace(assessments, route=(first, later)),))
    with pytest.raises(InvalidInput, match="arrival"):
        open_ages(department, "assessment", ASSESSMENT, BOOK)
    with pytest.raises(UnknownDepartment):
        open_ages(department, "nobody", ASSESSMENT, BOOK)


def test_a_deadline_in_hours_is_past_after_whole_days():
    department = small_department(ages_days=(0, 1, 2))
    (assessments,) = department.case_classes
    (episode,) = assessments.route
    rule = "statute.notification_assessment"
    episode = replace(episode, clock=Clock(deadline=rule))
    department = replace(department, case_classes=(replace(assessments, route=(episode,)),))
    found = open_ages(department, "assessment", rule, BOOK)
    assert (found.overdue_from_days, found.overdue) == (1, 2)


def test_a_case_from_before_the_law_has_no_such_deadline():
    found = ages_of(10, 40_000)
    assert found.ages_days == (10,)
