from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from case_rows import NO, case_rows, days_ago
from small_department import fixed, small_department

from capacity.case_classes import Backlog, CaseClass, Clock, Desk, Episode
from capacity.case_events import CaseEvent
from simulations.case_history import CaseHistory
from simulations.open_cases import ended_at, open_cases, open_in_all, open_rows


def episode(slug: str, deadline: str | None = None) -> Episode:
    return Episode(
        slug=slug,
        effort_hours=fixed("2"),
        desk=Desk.TEAM,
        milestone=f"{slug}-done" if deadline else None,
        clock=Clock(deadline=deadline) if deadline else None,
    )


@pytest.fixture
def case_class() -> CaseClass:
    (only,) = small_department().case_classes
    route = (
        episode("receive", "statute.notification_assessment"),
        episode("clarify"),
        episode("assess", "statute.child_assessment"),
    )
    return replace(only, route=route, backlog=Backlog())


def stages(case_class: CaseClass, history: CaseHistory) -> dict[str, tuple[int, ...]]:
    found = open_cases(case_class, history).backlog.stages
    assert all(each.placed_by_age for each in found)
    return {each.episode: each.ages_days for each in found}


def test_an_open_case_stands_after_the_last_milestone_it_has_passed(case_class):
    history = case_rows(
        need_became_known=days_ago(10, 20, 30, 40, NO),
        notification_assessed=days_ago(NO, 19, 29, 39, NO),
        closed=days_ago(NO, NO, NO, 1, NO),
    )
    assert stages(case_class, history) == {"receive": (11,), "clarify": (21, 31)}
    found = open_cases(case_class, history)
    assert found.without_arrival == found.backlog.unknown == 1
    assert found.backlog.open_cases == 4


def test_where_the_list_says_when_work_began_silence_means_that_it_has_not(case_class):
    """Twenty are finished and have begun, so those that have not wait with all their work."""
    history = case_rows(
        need_became_known=days_ago(*range(100, 120), 30, 20, 12),
        work_began=days_ago(*range(90, 110), 4, NO, NO),
        assessment_finished=days_ago(*range(50, 70), NO, NO, NO),
        closed=days_ago(*range(40, 60), NO, NO, NO),
    )
    waiting, begun = open_cases(case_class, history).backlog.stages
    assert (waiting.episode, waiting.ages_days) == ("receive", (13, 21))
    assert (waiting.placed_by_age, waiting.remaining_effort) == (False, 1)
    assert (begun.episode, begun.ages_days, begun.begun_days_ago) == ("receive", (31,), (5,))
    assert begun.placed_by_age
    # Of too few finished cases is it said: silence means nothing.
    seldom = replace(
        history,
        events={
            **history.events,
            CaseEvent.WORK_BEGAN: days_ago(*range(90, 108), NO, NO, 4, NO, NO),
        },
    )
    (stage,) = open_cases(case_class, seldom).backlog.stages
    assert (stage.ages_days, stage.begun_days_ago) == ((13, 21, 31), ())
    # What was known on an earlier day is judged by the whole list.
    before = history.only(np.arange(23) >= 20)
    assert len(open_cases(case_class, before).backlog.stages) == 1
    assert open_cases(case_class, before, history).backlog.stages == (waiting, begun)


def test_todays_case_is_a_day_old_at_most_and_keeps_its_day(case_class):
    (age,) = stages(case_class, case_rows(need_became_known=days_ago(-0.5), closed=days_ago(NO)))[
        "receive"
    ]
    assert age == 0


def test_a_withdrawn_case_is_not_open_and_one_nobody_closed_has_no_work_left(case_class):
    history = case_rows(
        need_became_known=days_ago(50, 60),
        assessment_finished=days_ago(NO, 5),
        withdrawn=days_ago(2, NO),
        closed=days_ago(NO, NO),
    )
    # no closing in the whole list: the last milestone ends a case
    assert np.isnan(ended_at(case_class, history)).tolist() == [False, False]
    with_closings = replace(history, events={**history.events, CaseEvent.CLOSED: days_ago(1, NO)})
    (stage,) = open_cases(case_class, with_closings).backlog.stages
    assert (stage.episode, stage.ages_days) == ("assess", (61,))
    assert stage.remaining_effort == Fraction(0)
    assert not stage.placed_by_age


def test_a_child_is_one_open_case_however_many_of_its_rows_are_open(case_class):
    rows = case_rows(need_became_known=days_ago(9, 8, 7), closed=days_ago(NO, NO, 1))
    with_children = replace(rows, child=np.array([4, 4, 5]))
    other = replace(case_class, slug="follow-up", weight=Fraction(0))

    def both(one: CaseHistory, two: CaseHistory) -> int:
        return open_in_all(
            [(case_class, open_rows(case_class, one)), (other, open_rows(other, two))]
        )

    assert both(rows, rows) == 2  # what has no weight is work on another case
    assert both(with_children, with_children) == 1
    assert both(with_children, replace(with_children, child=np.array([6, 6, 6]))) == 2
    unknown = replace(with_children, child=np.array([4, -1, 5]))
    assert both(unknown, unknown) == 2
