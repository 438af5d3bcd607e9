"""A case list counted as simulated cases are, and as a slow look at each row would."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from itertools import combinations
from math import floor

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from capacity.case_events import MET_BY, CaseEvent
from capacity.caseload import CaseUnit
from capacity.deadlines import COPENHAGEN, Timeliness, due_at, due_on, timeliness
from capacity.errors import InvalidInput, RuleNotInForce
from capacity.rulebook import rulebook
from simulations.case_history import EPOCH, CaseHistory, day_number
from simulations.danish_time import local_seconds, real_seconds
from simulations.observed_clocks import observed_clocks
from simulations.observed_compliance import (
    ComplianceRow,
    Split,
    compared,
    compliance_of_history,
)
from simulations.shared_counts import SMALL, left_out_of, shared_rows

BOOK = rulebook()
SEEN_ON = date(2024, 6, 30)
ASSESSMENT, NOTIFICATION = "statute.child_assessment", "statute.notification_assessment"
KNOWN, FINISHED = CaseEvent.NEED_BECAME_KNOWN, CaseEvent.ASSESSMENT_FINISHED
RECEIVED, ASSESSED = CaseEvent.NOTIFICATION_RECEIVED, CaseEvent.NOTIFICATION_ASSESSED
WITHDRAWN, CLOSED = CaseEvent.WITHDRAWN, CaseEvent.CLOSED

Row = dict[CaseEvent, date | datetime]


def listed(
    *rows: Row,
    seen_on: date = SEEN_ON,
    complete_from: date | None = date(2023, 1, 1),
    timed: frozenset[CaseEvent] = frozenset(),
    teams: tuple[int, ...] = (),
    classes: tuple[int, ...] = (),
) -> CaseHistory:
    return CaseHistory(
        unit=CaseUnit.CHILD,
        seen_on=seen_on,
        complete_from=complete_from,
        teams=("straxen", "paragraf-50"),
        case_classes=("assessment",),
        team=np.array(teams or [0] * len(rows), dtype=np.int64),
        case_class=np.array(classes or [0] * len(rows), dtype=np.int64),
        events={
            event: np.array([day_number(row[event]) if event in row else np.nan for row in rows])
            for event in CaseEvent
            if any(event in row for row in rows)
        },
        timed=timed,
    )


def only_row(history: CaseHistory, deadline: str = ASSESSMENT) -> ComplianceRow:
    [row] = [row for row in compliance_of_history(history, BOOK).rows() if row.deadline == deadline]
    return row


START = date(2024, 1, 31)  # due on 31 May
OUTCOMES = {
    "on the last day": ({FINISHED: date(2024, 5, 31)}, "in_time"),
    "the day after": ({FINISHED: date(2024, 6, 1)}, "late"),
    "not done when the list was drawn": ({}, "open_and_overdue"),
    "done after the list was drawn": ({FINISHED: date(2024, 7, 2)}, "open_and_overdue"),
    "withdrawn on the last day": ({WITHDRAWN: date(2024, 5, 31)}, "not_required"),
    "closed on the last day": ({CLOSED: date(2024, 5, 31)}, "not_required"),
    "withdrawn the day after": ({WITHDRAWN: date(2024, 6, 1)}, "late"),
    "done, then closed": ({FINISHED: date(2024, 5, 2), CLOSED: date(2024, 5, 3)}, "in_time"),
    "withdrawn in time and done late": (
        {WITHDRAWN: date(2024, 3, 1), FINISHED: date(2024, 6, 5)},
        "not_required",
    ),
}


@pytest.mark.parametrize("name", OUTCOMES)
def test_a_clock_counts_as_one_thing(name):
    events, expected = OUTCOMES[name]
    row = only_row(listed({KNOWN: START} | events))
    counted = {kind.value: getattr(row, kind.value) for kind in Timeliness}
    assert counted == {kind.value: int(kind.value == expected) for kind in Timeliness}


# --- The same counts as a slow loop over the rows ------------------------------------------------

days = st.dates(min_value=date(2023, 7, 1), max_value=date(2024, 8, 1))
rows_of_days = st.lists(
    st.tuples(
        days,
        st.none() | st.integers(-3, 200),
        st.none() | st.integers(0, 200),
        st.none() | st.integers(0, 200),
        st.integers(-1, 1),
        st.integers(-1, 0),
    ),
    max_size=30,
)


def after(start: date, event: CaseEvent, wait: int | None) -> Row:
    return {} if wait is None else {event: start + timedelta(days=wait)}


@given(rows_of_days, st.dates(min_value=date(2023, 7, 1), max_value=date(2024, 2, 1)))
def test_the_counts_are_those_of_a_slow_look_at_each_row(drawn, from_):
    rows = [
        {KNOWN: start}
        | after(start, FINISHED, done)
        | after(start, WITHDRAWN, gone)
        | after(start, CLOSED, closed)
        for start, done, gone, closed, _, _ in drawn
    ]
    teams, classes = tuple(each[4] for each in drawn), tuple(each[5] for each in drawn)
    history = listed(*rows, complete_from=None, teams=teams, classes=classes)
    slow: Counter[tuple[object, ...]] = Counter()
    for row, team, case_class in zip(rows, teams, classes, strict=True):
        start = row[KNOWN]
        if not from_ <= start <= SEEN_ON:
            continue
        due = due_on(ASSESSMENT, start, BOOK)
        stops = [row[each] for each in (WITHDRAWN, CLOSED) if each in row]
        became = timeliness(
            due_on=due,
            done_on=row.get(FINISHED),
            seen_on=SEEN_ON,
            withdrawn_on=min(stops, default=None),
        )
        if due > SEEN_ON:  # done or not: it has not fallen due in the period
            became = Timeliness.NOT_YET_DUE
        law_from = BOOK[ASSESSMENT].on(start).valid_from
        named = ("straxen", "paragraf-50", "")[team], ("assessment", "")[case_class]
        month = None if became is Timeliness.NOT_YET_DUE else due.replace(day=1)
        slow[(law_from, *named, month, became.value)] += 1
    found: Counter[tuple[object, ...]] = Counter()
    counted = compliance_of_history(history, BOOK, from_=from_)
    for row in counted.rows(set(Split)):
        for kind in Timeliness:
            key = (row.law_from, row.team, row.case_class, row.month, kind.value)
            found[key] += getattr(row, kind.value)
    for row in counted.rows({Split.TEAM, Split.CASE_CLASS}):
        key = (row.law_from, row.team, row.case_class, None, Timeliness.NOT_YET_DUE.value)
        found[key] += row.not_yet_due
    assert +found == slow


@given(rows_of_days)
def test_days_late_and_the_stock_are_those_of_a_slow_look(drawn):
    rows = [{KNOWN: start} | after(start, FINISHED, done) for start, done, *_ in drawn]
    counted = compliance_of_history(
        listed(*rows, complete_from=None), BOOK, from_=date(2023, 7, 1)
    ).rows()
    for law_from in {row.law_from for row in counted}:
        late, overdue, in_time = [], 0, 0
        for row in rows:
            start, due = row[KNOWN], due_on(ASSESSMENT, row[KNOWN], BOOK)
            if start > SEEN_ON or BOOK[ASSESSMENT].on(start).valid_from != law_from:
                continue
            done = row.get(FINISHED, date.max)
            overdue += done > SEEN_ON and due < SEEN_ON + timedelta(days=1) and due <= SEEN_ON
            in_time += done > SEEN_ON and due > SEEN_ON
            if due <= SEEN_ON and done > due:
                late.append((min(done, SEEN_ON) - due).days)
        [row] = [each for each in counted if each.law_from == law_from]
        assert (row.running_overdue, row.open_and_overdue) == (overdue, overdue)
        # Due on the list's own day and not done: overdue at the end of it.
        assert row.running_in_time == in_time
        assert row.mean_days_late == pytest.approx(sum(late) / len(late) if late else 0)
        nine_of_ten = sorted(late)[-(-9 * len(late) // 10) - 1] if late else 0
        assert row.days_late_90 == nine_of_ten


# --- Hours ---------------------------------------------------------------------------------------

CHANGES = (date(2023, 10, 29), date(2024, 3, 31))
near_changes = st.sampled_from(CHANGES).flatmap(
    lambda change: st.datetimes(
        datetime.combine(change, datetime.min.time()) - timedelta(days=2),
        datetime.combine(change, datetime.min.time()) + timedelta(days=2),
    )
)
moments = (
    near_changes
    | st.datetimes(
        datetime.combine(date(2023, 8, 1), datetime.min.time()),
        datetime.combine(date(2024, 6, 1), datetime.min.time()),
    )
).map(lambda moment: moment.replace(microsecond=0, fold=0))  # No list says which of two it is.


def exists(moment: datetime) -> bool:
    there = moment.replace(tzinfo=COPENHAGEN)
    return there.astimezone(UTC).astimezone(COPENHAGEN).replace(tzinfo=None) == moment


@given(moments, st.integers(-7200, 7200))
def test_hours_are_counted_in_real_time_also_when_the_clocks_change(start, seconds):
    if not exists(start):
        return
    due = due_at(NOTIFICATION, start, BOOK)
    done = (due.astimezone(UTC) + timedelta(seconds=seconds)).astimezone(COPENHAGEN)
    if done.fold:  # what is written down cannot tell the second such hour from the first
        return
    row = only_row(
        listed(
            {RECEIVED: start, ASSESSED: done.replace(tzinfo=None)},
            timed=frozenset({RECEIVED, ASSESSED}),
        ),
        NOTIFICATION,
    )
    assert (row.in_time, row.late, row.unknown) == (int(seconds <= 0), int(seconds > 0), 0)
    assert row.mean_days_late == pytest.approx(max(seconds, 0) / 86400, abs=1e-9)


@given(
    st.sampled_from(CHANGES).flatmap(
        lambda change: st.dates(change - timedelta(days=4), change + timedelta(days=2))
    )
    | st.dates(date(2023, 8, 1), date(2024, 6, 1)),
    st.integers(0, 4),
    st.booleans(),
    st.times().map(lambda at: at.replace(hour=max(at.hour, 4), microsecond=0)),
)
@example(date(2024, 3, 30), 2, False, None)
def test_without_times_only_what_every_time_of_day_agrees_on_is_counted(day, wait, timed, at):
    done_on = day + timedelta(days=wait)
    start = datetime.combine(day, at) if timed else day
    starts = [start] if timed else ends_of(day)
    agreed = {
        done.replace(tzinfo=COPENHAGEN) <= due_at(NOTIFICATION, begun, BOOK)
        for begun in starts
        for done in ends_of(done_on)
    }
    row = only_row(
        listed(
            {RECEIVED: start, ASSESSED: done_on},
            timed=frozenset({RECEIVED} if timed else set()),
        ),
        NOTIFICATION,
    )
    expected = (agreed == {True}, agreed == {False}, len(agreed) == 2)
    assert (row.in_time, row.late, row.unknown) == expected
    if not timed and day not in {each - timedelta(days=k) for each in CHANGES for k in (0, 1, 2)}:
        assert expected == (wait == 0, wait >= 2, wait == 1)


def ends_of(day: date) -> list[datetime]:
    first = datetime.combine(day, datetime.min.time())
    return [first, first + timedelta(seconds=86399)]


@pytest.mark.parametrize(
    ("assessed", "closed", "expected"),
    [
        ("2024-03-06T10:00", date(2024, 3, 6), "late"),  # a day too late, closed that day
        ("2024-03-06T10:00", date(2024, 3, 5), "not_required"),
        ("2024-03-05T08:00", date(2024, 3, 5), "in_time"),
        (None, date(2024, 3, 5), "not_required"),
        (None, date(2024, 3, 6), "late"),
    ],
)
def test_a_case_closed_on_the_day_of_its_duty_was_closed_after_it(assessed, closed, expected):
    events = {RECEIVED: datetime.fromisoformat("2024-03-04T09:00"), CLOSED: closed}
    if assessed is not None:
        events[ASSESSED] = datetime.fromisoformat(assessed)
    row = only_row(listed(events, timed=frozenset({RECEIVED, ASSESSED})), NOTIFICATION)
    counted = {kind.value: getattr(row, kind.value) for kind in Timeliness}
    assert counted == {kind.value: int(kind.value == expected) for kind in Timeliness}


def test_where_something_is_unknown_there_is_no_share_but_what_it_lies_between():
    history = listed(
        *({RECEIVED: date(2024, 5, 1), ASSESSED: date(2024, 5, 1 + wait)} for wait in (0, 0, 1, 2))
    )
    row = only_row(history, NOTIFICATION)
    assert (row.share, row.interval) == (None, None)
    assert row.share_range == (Fraction(1, 2), Fraction(3, 4))
    [reading] = compliance_of_history(history, BOOK).readings
    assert (reading.unknown, reading.needs_times) == (1, (RECEIVED, ASSESSED))


@given(st.lists(moments, min_size=1, max_size=20))
def test_real_time_and_back_is_the_same_moment(drawn):
    there = np.array([floor(day_number(each) * 86400 + 0.5) for each in drawn if exists(each)])
    there = there.astype(np.int64)
    assert (local_seconds(real_seconds(there)) == there).all()
    expected = [
        int(each.replace(tzinfo=COPENHAGEN).astimezone(UTC).timestamp())
        for each in drawn
        if exists(each)
    ]
    assert real_seconds(there).tolist() == expected


# --- Law, period, and what the list cannot show --------------------------------------------------


def test_clocks_under_the_old_law_and_the_new_are_never_one_row():
    rows = compliance_of_history(
        listed({KNOWN: date(2023, 12, 31)}, {KNOWN: date(2024, 1, 1)}), BOOK
    ).rows({Split.MONTH})
    assert [(row.law_from, row.month) for row in rows] == [
        (date(2014, 11, 21), date(2024, 4, 1)),
        (date(2024, 1, 1), date(2024, 5, 1)),
    ]
    with pytest.raises(InvalidInput, match="do not measure the same") as refused:
        compared(*rows)
    assert refused.value.field == "law_from"


def test_two_months_of_one_law_are_compared_by_the_exact_test():
    early = [{KNOWN: date(2024, 1, 5), FINISHED: date(2024, 2, 1)}] * 8
    later = [{KNOWN: date(2024, 2, 5), FINISHED: date(2024, 6, 20)}] * 7
    one, other = compliance_of_history(listed(*early, *later), BOOK).rows({Split.MONTH})
    assert (one.month, other.month) == (date(2024, 5, 1), date(2024, 6, 1))
    assert compared(one, other).p_value == pytest.approx(1 / 6435, rel=1e-9)


def test_what_is_not_comparable_is_refused_with_the_reason():
    row = {KNOWN: date(2024, 1, 5), FINISHED: date(2024, 2, 1)}
    notified = {RECEIVED: date(2024, 1, 5), ASSESSED: date(2024, 1, 6)}
    counted = compliance_of_history(listed(row, row | notified, teams=(0, 1)), BOOK)
    one, other, hours = counted.rows({Split.TEAM})
    for pair, field in (
        ((one, hours), "deadline"),
        ((one, one), "other"),
        ((one, counted.rows()[0]), "other"),
    ):
        with pytest.raises(InvalidInput) as refused:
            compared(*pair)
        assert refused.value.field == field
    assert compared(one, other).difference == 0


def test_a_limit_that_the_law_has_dropped_starts_no_clock():
    rows = [
        {CaseEvent.PREVIOUS_FOLLOW_UP: date(2023, 12, 1)},
        {CaseEvent.PREVIOUS_FOLLOW_UP: date(2024, 2, 1)},
    ]
    counted = compliance_of_history(listed(*rows), BOOK)
    read = {each.deadline: each for each in counted.readings}
    for deadline in ("statute.follow_up_later", "assumption.follow_up_later"):
        assert (read[deadline].clocks, read[deadline].not_in_force) == (1, 1)
    with pytest.raises(RuleNotInForce):
        due_on("statute.follow_up_later", date(2024, 2, 1), BOOK)
    assert {row.deadline: row.open_and_overdue for row in counted.rows()} == {
        "statute.follow_up_later": 1,
        "assumption.follow_up_later": 0,
    }


def test_what_the_list_could_not_show_is_said():
    rows = [
        {FINISHED: date(2024, 3, 1)},
        {KNOWN: START, CLOSED: date(2024, 2, 20)},
        {KNOWN: date(2010, 1, 1)},
        {KNOWN: START, FINISHED: date(2024, 3, 1)},
    ]
    [(reading, _)] = observed_clocks(listed(*rows, complete_from=None), BOOK)
    assert (reading.clocks, reading.start_unknown) == (2, 1)
    assert (reading.not_in_force, reading.ended_unmet) == (1, 1)


def test_every_deadline_of_a_list_is_read():
    when = {RECEIVED: date(2024, 1, 2), KNOWN: date(2024, 1, 2)}
    when |= {CaseEvent.DECISION_MADE: date(2024, 1, 9), CaseEvent.MEASURE_STARTED: date(2024, 1, 9)}
    when |= {CaseEvent.PREVIOUS_FOLLOW_UP: date(2023, 10, 9)}
    later = when | {CaseEvent.PREVIOUS_FOLLOW_UP: date(2024, 1, 9)}
    counted = compliance_of_history(listed(when, later), BOOK)
    assert {row.deadline for row in counted.rows()} == set(MET_BY)


def test_the_older_cases_of_a_list_that_begins_later_are_not_counted():
    old = {KNOWN: date(2022, 12, 1)}
    history = listed(old, {KNOWN: date(2023, 1, 1), FINISHED: date(2023, 2, 1)})
    assert compliance_of_history(history, BOOK).from_ == date(2023, 1, 1)
    assert only_row(history).due == 1
    with pytest.raises(InvalidInput, match="dragged on"):
        compliance_of_history(history, BOOK, from_=date(2022, 12, 31))
    unsaid = compliance_of_history(listed(old, complete_from=None), BOOK)
    assert (unsaid.from_, unsaid.complete) == (date(2022, 12, 1), False)


@pytest.mark.parametrize(
    "period",
    [
        {"to": date(2024, 7, 2)},
        {"from_": date(2024, 3, 1), "to": date(2024, 3, 1)},
        {"from_": date(2024, 3, 2), "to": date(2024, 3, 1)},
    ],
)
def test_a_period_that_cannot_be_is_refused(period):
    with pytest.raises(InvalidInput) as refused:
        compliance_of_history(listed({KNOWN: START}), BOOK, **period)
    assert refused.value.field == "to"


def test_a_list_without_rows_has_no_rows():
    assert compliance_of_history(listed(), BOOK).rows() == ()


def test_months_become_points_of_a_control_chart():
    rows = [{KNOWN: date(2024, 1, 5), FINISHED: date(2024, 2, 1)}, {KNOWN: date(2024, 2, 5)}]
    counted = compliance_of_history(listed(*rows, teams=(0, 1)), BOOK)
    points = counted.chart_points(ASSESSMENT)
    assert [(each.on, each.in_time, each.due) for each in points] == [
        (date(2024, 5, 1), 1, 1),
        (date(2024, 6, 1), 0, 1),
    ]
    [of_team] = counted.chart_points(ASSESSMENT, team="paragraf-50")
    assert of_team == points[1]
    assert all(each.law_from == date(2024, 1, 1) for each in points)


# --- What may be shared --------------------------------------------------------------------------

COUNTS = ("in_time", "late", "open_and_overdue", "not_yet_due", "not_required", "unknown")
small_tables = st.lists(
    st.tuples(*[st.sampled_from([30, 9, 7, 6, 5, 0, 2, 4])] * 6), min_size=1, max_size=7
)


def table(counts: list[tuple[int, ...]]) -> list[ComplianceRow]:
    return [
        ComplianceRow(
            deadline=ASSESSMENT,
            law_from=date(2024, 1, 1),
            team=f"team {place}",
            case_class=None,
            month=None,
            quarter=None,
            year=None,
            running_in_time=0,
            running_overdue=0,
            mean_days_late=0.0,
            days_late_90=0,
            **dict(zip(COUNTS, row, strict=True)),
        )
        for place, row in enumerate(counts)
    ]


@given(small_tables)
def test_no_small_count_can_be_read_or_worked_out_from_what_is_shared(counts):
    *rows, total = shared_rows(table(counts))
    assert total.is_total
    seen = [row.counts for row in rows if row.counts]
    assert not any(getattr(each, name) in SMALL for each in seen for name in COUNTS)
    if total.counts is None:
        assert any(sum(column) in SMALL for column in zip(*counts, strict=True))
        return
    hidden = [place for place, row in enumerate(rows) if row.counts is None]
    for kind, name in enumerate(COUNTS):
        rest = getattr(total.counts, name) - sum(getattr(each, name) for each in seen)
        assert rest == sum(counts[place][kind] for place in hidden)
        assert rest not in SMALL
        # A small count among those left out could be another: some other row left out can take it.
        for place in hidden:
            if counts[place][kind] in SMALL:
                assert len(hidden) >= 2
                assert rest > 4


@given(small_tables)
def test_rows_without_small_counts_are_left_out_only_where_it_takes_them(counts):
    *rows, total = shared_rows(table(counts))
    hidden = {place for place, row in enumerate(rows) if row.counts is None}
    small = {place for place, row in enumerate(counts) if any(each in SMALL for each in row)}
    assert small <= hidden
    if total.counts is None:
        assert hidden == small
    elif hidden != small:
        alone = [sum(counts[place][kind] for place in small) for kind in range(6)]
        assert any(each in SMALL for each in alone)


def test_rows_without_small_counts_are_shared_as_they_are():
    *rows, total = shared_rows(table([(9, 5, 0, 0, 0, 0), (30, 6, 9, 0, 0, 0)]))
    assert [row.counts.due for row in rows if row.counts] == [14, 45]
    assert total.counts is not None
    assert total.counts.due == 59


def test_one_small_row_takes_another_with_it():
    *rows, total = shared_rows(table([(30, 9, 0, 0, 0, 0), (6, 2, 0, 0, 0, 0), (9, 6, 0, 0, 0, 0)]))
    assert [row.counts is None for row in rows] == [False, True, True]
    assert total.counts is not None


@given(small_tables)
def test_how_many_rows_are_left_out_is_told_and_what_is_seen_of_the_rest(counts):
    shared = shared_rows(table(counts))
    *rows, total = shared
    hidden = [row for row in rows if row.counts is None]
    found = left_out_of(shared)
    assert bool(found) == bool(hidden)
    for each in found:
        assert (each.left_out, each.rows) == (len(hidden), len(rows))
        assert each.total == total.counts
        seen = [row.counts for row in rows if row.counts is not None]
        assert each.seen.due == sum(one.due for one in seen)
        assert each.seen.in_time == sum(one.in_time for one in seen)


def test_where_most_are_in_time_the_rows_that_remain_look_better_than_all():
    *_, total = shared = shared_rows(
        table([(30, 0, 0, 0, 0, 0), (30, 0, 0, 0, 0, 0), *[(20, 3, 0, 0, 0, 0)] * 5])
    )
    [found] = left_out_of(shared)
    assert total.counts is not None
    assert found.total is not None
    assert (found.left_out, found.rows, found.seen.share) == (5, 7, 1)
    assert found.total.share == Fraction(160, 175)


def test_laws_have_a_total_each():
    rows = compliance_of_history(
        listed(*[{KNOWN: date(2023, 12, 30)}] * 6, *[{KNOWN: date(2024, 1, 30)}] * 5), BOOK
    ).rows({Split.TEAM})
    shared = shared_rows(rows)
    assert [(row.is_total, row.counts and row.counts.due) for row in shared] == [
        (False, 6),
        (True, 6),
        (False, 5),
        (True, 5),
    ]


def test_two_hundred_thousand_rows_are_counted_as_their_parts_are():
    rng = np.random.default_rng(5)
    rows = 200_000
    start = day_number(date(2022, 1, 1)) + rng.random(rows) * 900
    history = CaseHistory(
        unit=CaseUnit.CHILD,
        seen_on=SEEN_ON,
        complete_from=None,
        teams=("a", "b"),
        case_classes=("x",),
        team=rng.integers(0, 2, rows),
        case_class=np.zeros(rows, dtype=np.int64),
        events={
            KNOWN: np.floor(start),
            FINISHED: np.floor(start + rng.gamma(4, 25, rows)),
            RECEIVED: start,
            ASSESSED: start + rng.exponential(0.5, rows),
        },
        timed=frozenset({RECEIVED, ASSESSED}),
    )
    from_ = EPOCH + timedelta(days=int(start.min()))
    whole = compliance_of_history(history, BOOK, from_=from_).rows()
    half = rng.random(rows) < 0.5
    parts = [
        compliance_of_history(history.only(kept), BOOK, from_=from_).rows()
        for kept in (half, ~half)
    ]
    for row, one, other in zip(whole, *parts, strict=True):
        for name in COUNTS:
            assert getattr(row, name) == getattr(one, name) + getattr(other, name)


def counts_of(row: ComplianceRow) -> tuple[int, ...]:
    return tuple(getattr(row, name) for name in COUNTS)


@given(rows_of_days)
def test_a_quarter_and_a_year_are_the_sums_of_their_months(drawn):
    rows = [
        {KNOWN: start} | after(start, FINISHED, done) | after(start, WITHDRAWN, gone)
        for start, done, gone, *_ in drawn
    ]
    counted = compliance_of_history(listed(*rows, complete_from=None), BOOK, from_=date(2023, 8, 9))
    months = counted.rows({Split.MONTH})
    quarters: Counter[tuple[object, ...]] = Counter()
    years: Counter[tuple[object, ...]] = Counter()
    for row in months:
        assert row.month is not None
        first = row.month.replace(month=(row.month.month - 1) // 3 * 3 + 1)
        for kind, count in zip(COUNTS, counts_of(row), strict=True):
            quarters[row.law_from, first, kind] += count
            years[row.law_from, row.month.year, kind] += count
    for split, sums in ((Split.QUARTER, quarters), (Split.YEAR, years)):
        found = {
            (row.law_from, getattr(row, split.value), kind): count
            for row in counted.rows({split})
            for kind, count in zip(COUNTS, counts_of(row), strict=True)
        }
        assert found == dict(sums)


def test_the_shortest_stretch_divides_and_the_longer_stand_beside_it():
    counted = compliance_of_history(
        listed(*[{KNOWN: date(2023, 6 + n, 5)} for n in range(7)]), BOOK
    )
    rows = counted.rows({Split.MONTH, Split.QUARTER, Split.YEAR})
    assert [(row.month, row.quarter, row.year) for row in rows][:4] == [
        (date(2023, 10, 1), date(2023, 10, 1), 2023),
        (date(2023, 11, 1), date(2023, 10, 1), 2023),
        (date(2023, 12, 1), date(2023, 10, 1), 2023),
        (date(2024, 1, 1), date(2024, 1, 1), 2024),
    ]
    assert [counts_of(row) for row in rows] == [
        counts_of(row) for row in counted.rows({Split.MONTH})
    ]
    quarters = counted.rows({Split.QUARTER})
    assert [(row.quarter, row.month, row.year, row.due) for row in quarters] == [
        (date(2023, 10, 1), None, None, 3),
        (date(2024, 1, 1), None, None, 3),
        (date(2024, 4, 1), None, None, 1),
    ]
    # The stock is the period's, and no part of it is a quarter's.
    assert all(row.running_overdue == 0 for row in quarters)


def test_divided_rows_sum_to_the_whole():
    rng = np.random.default_rng(6)
    rows = [{KNOWN: START - timedelta(days=int(rng.integers(0, 300)))} for _ in range(60)]
    teams = tuple(int(each) for each in rng.integers(-1, 2, 60))
    counted = compliance_of_history(listed(*rows, teams=teams), BOOK)
    whole = {(row.deadline, row.law_from): row for row in counted.rows()}
    splits = [set(each) for n in (1, 2, 3) for each in combinations(Split, n)]
    for by in splits:
        for key, row in whole.items():
            parts = [each for each in counted.rows(by) if (each.deadline, each.law_from) == key]
            assert sum(each.due for each in parts) == row.due
