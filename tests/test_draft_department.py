from datetime import timedelta
from fractions import Fraction

import numpy as np
import pytest
from case_rows import COMPLETE, NO, SEEN, case_rows, days_ago

from api.documents import DepartmentDocument
from capacity.case_classes import ARRIVAL
from capacity.caseworker import Caseworker
from capacity.consistency import DAYS_PER_YEAR
from capacity.errors import InvalidInput
from capacity.roster import Roster
from capacity.rulebook import rulebook
from capacity.wording import Text
from simulations.case_history import CaseHistory
from simulations.draft_department import draft_department

BOOK = rulebook()
NAME = Text(da="Udkast", en="Draft")
PEOPLE = Roster(
    caseworkers=tuple(
        Caseworker(id=team, team=team, hours_per_week=Fraction(37)) for team in ("assessment", "b")
    )
)


def draft(history: CaseHistory, **labels: Text):
    return draft_department("draft", NAME, history, PEOPLE, labels, BOOK)


@pytest.fixture
def assessments() -> CaseHistory:
    return case_rows(
        ("bfu",) * 4,
        need_became_known=days_ago(900, 300, 200, 30),
        assessment_finished=days_ago(800, 180, NO, NO),
        closed=days_ago(800, 180, NO, NO),
    )


def test_a_type_of_case_gets_the_route_that_its_deadline_needs(assessments):
    found = draft(assessments, bfu=Text(da="Undersøgelse", en="Assessment"))
    (case_class,) = found.case_classes
    (episode,) = case_class.route
    assert case_class.label.da == "Undersøgelse"
    assert episode.clock is not None
    assert (episode.clock.deadline, episode.clock.starts) == ("statute.child_assessment", ARRIVAL)
    assert case_class.mean_effort_hours == 30
    assert episode.external_delay_days.mean * episode.mean_times == 60
    assert found.on == SEEN + timedelta(days=1)
    assert (found.headline_team, found.headline_deadline) == (
        "assessment",
        "statute.child_assessment",
    )


def test_only_what_arrived_since_the_list_is_complete_is_inflow(assessments):
    (case_class,) = draft(assessments).case_classes
    days = (SEEN - COMPLETE).days + 1
    assert case_class.arrivals_per_year == 3 * DAYS_PER_YEAR / days


def test_open_cases_are_the_backlog_with_their_ages(assessments):
    found = draft(assessments)
    (case_class,) = found.case_classes
    assert found.open_cases == case_class.backlog.open_cases == 2
    (stage,) = case_class.backlog.stages
    assert stage.ages_days == (31, 201)


def test_every_number_that_no_list_holds_is_an_assumption_of_its_own(assessments):
    (assumption,) = draft(assessments).assumptions
    assert "30 timer" in assumption.says.da
    assert "60 dage" in assumption.says.da


def test_an_hour_is_one():
    notified = case_rows(
        ("bfu",), notification_received=days_ago(90), notification_assessed=days_ago(89)
    )
    (said,) = draft(notified).assumptions
    assert "tager 1 time og venter 0 dage" in said.says.da
    assert "takes 1 hour and waits 0 days" in said.says.en


def test_a_later_clock_starts_where_the_law_says_and_not_with_the_case():
    together = case_rows(
        ("sag",) * 2,
        need_became_known=days_ago(200, 300),
        assessment_finished=days_ago(100, 180),
        decision_made=days_ago(90, 170),
        plan_made=days_ago(30, 100),
    )
    (case_class,) = draft(together).case_classes
    assess, plan = case_class.route
    assert (assess.slug, plan.slug) == ("assess-child", "make-plan")
    assert plan.clock is not None
    assert plan.clock.starts == assess.milestone
    plans_alone = case_rows(("plan",), decision_made=days_ago(90), plan_made=days_ago(30))
    (only,) = draft(plans_alone).case_classes[0].route
    assert only.clock is not None
    assert only.clock.starts == ARRIVAL


def test_one_type_in_two_teams_is_two_and_says_whose():
    found = draft(
        case_rows(
            ("bfu", "bfu"),
            ("assessment", "b"),
            need_became_known=days_ago(30, 40),
            assessment_finished=days_ago(NO, 10),
        )
    )
    assert [each.slug for each in found.case_classes] == ["bfu-assessment", "bfu-b"]


def test_a_follow_up_waits_before_it_is_worked():
    found = draft(
        case_rows(
            ("stoette/opfoelgning",),
            measure_started=days_ago(90),
            followed_up_first=days_ago(10),
        )
    )
    (case_class,) = found.case_classes
    assert case_class.slug == "stoette-opfoelgning"
    waiting, done = case_class.route
    assert (waiting.mean_effort_hours, waiting.external_delay_days.mean) == (0, 50)
    assert (done.mean_effort_hours, done.external_delay_days.mean) == (5, 0)


def test_a_type_without_a_deadline_is_work_all_the_same(assessments):
    found = draft(
        case_rows(
            ("bfu", "raad"),
            need_became_known=days_ago(90, NO),
            assessment_finished=days_ago(NO, NO),
            notification_received=days_ago(NO, 20),
        )
    )
    other = found.case_classes[1]
    assert other.deadlines == ()
    assert other.mean_effort_hours == 20


def test_a_draft_is_a_document(assessments):
    found = draft(assessments)
    written = DepartmentDocument.from_domain(found).as_json()
    assert DepartmentDocument.model_validate(written).to_domain() == found


def test_a_list_that_shows_no_deadline_is_refused_with_what_is_missing():
    with pytest.raises(InvalidInput, match="no row shows a deadline"):
        draft(case_rows(("x",), closed=np.array([NO]), notification_received=days_ago(3)))


def test_a_law_that_has_ended_gives_no_route():
    old = case_rows(("x",), previous_follow_up=days_ago(90), followed_up=days_ago(10))
    (case_class,) = draft(old).case_classes
    assert case_class.deadlines == ("assumption.follow_up_later",)


def test_how_long_follow_ups_are_put_off_is_the_lists_own_where_it_tells():
    started = np.arange(400.0, 200.0, -5.0)
    after = np.tile([95.0, 100.0, 105.0, 110.0], 10)
    follow_ups = case_rows(
        ("opfoelgning",) * 40,
        measure_started=days_ago(*started),
        followed_up_first=days_ago(*(started - after)),
    )
    waiting, _ = draft(follow_ups).case_classes[0].route
    assert waiting.external_delay_days.mean == pytest.approx(0.9 * 100, abs=5)
    assert Fraction(2, 100) <= waiting.external_delay_days.cv < Fraction(2, 10)
    few = follow_ups.only(np.arange(40) < 19)
    assumed, _ = draft(few).case_classes[0].route
    assert assumed.external_delay_days.mean == 50
