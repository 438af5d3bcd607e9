from datetime import UTC, date, datetime, timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from capacity.deadlines import (
    COPENHAGEN,
    Timeliness,
    deadline_rule,
    due_at,
    due_on,
    share_in_time,
    timeliness,
)
from capacity.errors import InvalidInput, RuleNotInForce, UnknownRule
from capacity.rulebook import rulebook

BOOK = rulebook()
LAST_DAY_OF_THE_OLD_LAW, FIRST_DAY_OF_THE_NEW = date(2023, 12, 31), date(2024, 1, 1)

DUE = date(2020, 2, 29)
DAYS = st.dates(min_value=date(2020, 1, 1), max_value=date(2020, 4, 30))


@pytest.mark.parametrize(
    ("rule", "start", "due"),
    [
        ("statute.child_assessment", date(2019, 10, 31), date(2020, 2, 29)),
        ("statute.child_assessment", LAST_DAY_OF_THE_OLD_LAW, date(2024, 4, 30)),
        ("statute.child_assessment", FIRST_DAY_OF_THE_NEW, date(2024, 5, 1)),
        ("statute.care_plan", FIRST_DAY_OF_THE_NEW, date(2024, 4, 1)),
        ("statute.follow_up_first", date(2019, 11, 30), date(2020, 2, 29)),
        ("statute.follow_up_later", LAST_DAY_OF_THE_OLD_LAW, date(2024, 6, 30)),
        ("statute.complaint_reassessment", date(2020, 3, 26), date(2020, 4, 23)),
        ("statute.youth_support_decision", date(2024, 8, 31), date(2024, 2, 29)),
        ("assumption.acknowledge_notification", date(2020, 4, 8), date(2020, 4, 21)),
        ("assumption.provisional_decision_to_committee", date(2020, 4, 8), date(2020, 4, 15)),
    ],
)
def test_due_dates_worked_out_by_hand(rule, start, due):
    assert due_on(rule, start, BOOK) == due


def test_the_law_of_the_day_the_clock_starts_gives_the_limit():
    old = deadline_rule("statute.child_assessment", LAST_DAY_OF_THE_OLD_LAW, BOOK)
    new = deadline_rule("statute.child_assessment", FIRST_DAY_OF_THE_NEW, BOOK)
    assert "Serviceloven § 50" in old.value.source.title
    assert "Barnets lov § 20" in new.value.source.title


def test_the_clock_of_the_child_assessment_starts_when_the_need_becomes_known():
    assert deadline_rule("statute.child_assessment", DUE, BOOK).starts_on.id == "need_became_known"


def test_a_limit_that_the_old_law_did_not_have_refuses_the_day_before_the_new():
    with pytest.raises(RuleNotInForce, match="no value before 1 January 2024"):
        due_on("statute.care_plan", LAST_DAY_OF_THE_OLD_LAW, BOOK)


def test_a_limit_that_the_new_law_dropped_refuses_from_its_first_day_and_says_why():
    with pytest.raises(RuleNotInForce, match=r"no value from 1 January 2024.*decides the interval"):
        due_on("statute.follow_up_later", FIRST_DAY_OF_THE_NEW, BOOK)


def test_an_unknown_deadline_is_refused_with_the_nearest_name():
    with pytest.raises(UnknownRule, match=r"did you mean statute\.child_assessment"):
        due_on("statute.child_asessment", DUE, BOOK)


@pytest.mark.parametrize(
    "rule", ["agreement.full_time_hours", "statute.child_talk_before_decision"]
)
def test_a_rule_that_is_no_deadline_has_no_due_date(rule):
    with pytest.raises(InvalidInput, match="not a deadline"):
        due_on(rule, DUE, BOOK)


def test_a_limit_in_hours_needs_a_time_of_day():
    with pytest.raises(InvalidInput, match="give a date and a time"):
        due_on("statute.notification_assessment", DUE, BOOK)


def test_a_limit_in_months_needs_no_time_of_day():
    with pytest.raises(InvalidInput, match="the date alone"):
        due_at("statute.child_assessment", datetime.fromisoformat("2020-02-29T12:00"), BOOK)


@pytest.mark.parametrize(
    ("start", "due"),
    [
        ("2020-03-26T14:30", "2020-03-27T14:30:00+01:00"),
        ("2020-04-10T23:59", "2020-04-11T23:59:00+02:00"),  # Good Friday, a Saturday
        ("2020-03-28T14:30", "2020-03-29T15:30:00+02:00"),  # the day of 23 hours
        ("2020-10-24T14:30", "2020-10-25T13:30:00+01:00"),  # the day of 25 hours
        ("2020-10-25T02:30", "2020-10-26T01:30:00+01:00"),  # the first 02:30 of two
        ("2020-10-25T02:30+01:00", "2020-10-26T02:30:00+01:00"),  # the second
        ("2020-03-26T13:30+00:00", "2020-03-27T14:30:00+01:00"),
    ],
)
def test_24_hours_are_real_hours_through_weekends_and_summer_time(start, due):
    moment = datetime.fromisoformat(start)
    assert due_at("statute.notification_assessment", moment, BOOK).isoformat() == due


def test_a_moment_that_the_clock_skips_is_refused():
    with pytest.raises(InvalidInput, match="02:30 on 2020-03-29 does not exist"):
        due_at("statute.notification_assessment", datetime.fromisoformat("2020-03-29T02:30"), BOOK)


@pytest.mark.parametrize("start", ["0001-01-01T00:00", "9999-12-31T23:00"])
def test_a_moment_at_the_edge_of_the_calendar_is_refused(start):
    with pytest.raises(InvalidInput, match="outside the calendar"):
        due_at("statute.notification_assessment", datetime.fromisoformat(start), BOOK)


@given(hours=st.floats(0, 24 * 365 * 10))
def test_24_hours_last_24_hours_whenever_they_begin(hours):
    start = datetime(2019, 1, 2, tzinfo=UTC) + timedelta(hours=hours)
    due = due_at("statute.notification_assessment", start, BOOK)
    assert due.astimezone(UTC) - start == timedelta(hours=24)
    assert due.tzinfo is COPENHAGEN


@pytest.mark.parametrize(
    ("done", "withdrawn", "seen", "expected"),
    [
        (DUE, None, DUE, Timeliness.IN_TIME),
        (date(2020, 3, 1), None, date(2020, 3, 26), Timeliness.LATE),
        (None, None, DUE, Timeliness.NOT_YET_DUE),
        (None, None, date(2020, 3, 1), Timeliness.OPEN_AND_OVERDUE),
        (None, DUE, date(2020, 3, 26), Timeliness.NOT_REQUIRED),
        (None, date(2020, 3, 1), date(2020, 3, 26), Timeliness.LATE),
        (date(2020, 3, 1), DUE, date(2020, 3, 26), Timeliness.NOT_REQUIRED),
        (date(2020, 2, 1), date(2020, 2, 2), date(2020, 3, 26), Timeliness.IN_TIME),
        (date(2020, 3, 10), None, date(2020, 3, 5), Timeliness.OPEN_AND_OVERDUE),
        (DUE, None, date(2020, 2, 1), Timeliness.NOT_YET_DUE),
    ],
)
def test_timeliness_as_judged_by_hand(done, withdrawn, seen, expected):
    assert timeliness(due_on=DUE, done_on=done, withdrawn_on=withdrawn, seen_on=seen) is expected


@given(seen=DAYS, done=st.none() | DAYS, withdrawn=st.none() | DAYS)
def test_what_happens_after_the_day_of_seeing_changes_nothing(seen, done, withdrawn):
    known_done = done if done and done <= seen else None
    known_withdrawn = withdrawn if withdrawn and withdrawn <= seen else None
    assert timeliness(due_on=DUE, done_on=done, withdrawn_on=withdrawn, seen_on=seen) is timeliness(
        due_on=DUE, done_on=known_done, withdrawn_on=known_withdrawn, seen_on=seen
    )


@given(done=DAYS, waits=st.tuples(st.integers(0, 90), st.integers(0, 90)))
def test_a_judgement_on_a_finished_duty_is_final(done, waits):
    seen = done + timedelta(days=waits[0])
    later = seen + timedelta(days=waits[1])
    assert timeliness(due_on=DUE, done_on=done, seen_on=seen) is timeliness(
        due_on=DUE, done_on=done, seen_on=later
    )


@given(done=st.dates(date(2020, 1, 1), DUE), days=st.integers(0, 60))
def test_whatever_is_finished_by_the_due_date_is_in_time(done, days):
    seen = DUE + timedelta(days=days)
    assert timeliness(due_on=DUE, done_on=done, seen_on=seen) is Timeliness.IN_TIME


def test_an_open_overdue_case_counts_against_the_share():
    counts = {Timeliness.IN_TIME: 6, Timeliness.LATE: 1, Timeliness.OPEN_AND_OVERDUE: 3}
    assert share_in_time(counts) == Fraction(6, 10)


@given(not_yet_due=st.integers(0, 1000), not_required=st.integers(0, 1000))
def test_a_case_not_yet_due_is_neither_a_success_nor_a_failure(not_yet_due, not_required):
    counts = {
        Timeliness.IN_TIME: 2,
        Timeliness.LATE: 4,
        Timeliness.NOT_YET_DUE: not_yet_due,
        Timeliness.NOT_REQUIRED: not_required,
    }
    assert share_in_time(counts) == Fraction(1, 3)


def test_where_nothing_was_due_there_is_no_share():
    with pytest.raises(InvalidInput, match="no share"):
        share_in_time({Timeliness.NOT_YET_DUE: 5})
