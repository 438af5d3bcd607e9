"""What falls due soon: counted by the calendar, estimated where nobody knows, added up right."""

from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction

import numpy as np
import pytest
from small_department import BOTH, fixed, small_department

from capacity.case_classes import (
    Backlog,
    BacklogStage,
    Clock,
    Desk,
    Episode,
    Strand,
)
from capacity.deadlines import due_on
from capacity.department import Department
from capacity.distributions import NOTHING
from capacity.errors import InvalidInput
from capacity.roster import available_hours
from capacity.rulebook import rulebook
from capacity.working_year import workdays
from simulations.cohorts import NOT_YET_DUE
from simulations.experiments import run, trial
from simulations.forecast import (
    DueRow,
    due_sentence,
    falling_due,
    falling_due_replications,
    falling_due_steps,
)

BOOK = rulebook()
ON = date(2024, 1, 1)
ASSESSMENT = "statute.child_assessment"


def sheet(department: Department, **given) -> tuple[DueRow, ...]:
    return falling_due(department, BOOK, **({"replications": 32} | given))


def with_backlog(backlog: Backlog, **given) -> Department:
    department = small_department(**given)
    (assessments,) = department.case_classes
    return replace(department, case_classes=(replace(assessments, backlog=backlog),))


# --- Known cases ------------------------------------------------------------------------------


def test_a_case_is_due_four_calendar_months_after_it_came():
    """Came on 1 September 2023: due 1 January, today. On 31 August: due 31 December, overdue."""
    came = [date(2023, 8, 31), date(2023, 9, 1), date(2023, 9, 30), date(2023, 10, 1)]
    ages = tuple((ON - day).days for day in came)
    row = sheet(small_department(ages_days=ages))[0]
    # 30 September + 4 months is 30 January, the thirtieth day from today, 1 January the first.
    assert (row.within_days, row.overdue, row.due) == (30, 1, 2)
    row = sheet(small_department(ages_days=ages), days=(29, 31))[0]
    assert row.due == 1


def test_every_running_clock_is_overdue_or_due_some_day():
    ages = tuple(range(0, 200, 3))
    rows = sheet(small_department(ages_days=ages), days=(30, 60, 90, 130))
    assert rows[-1].overdue + rows[-1].due == len(ages)
    assert [row.due for row in rows] == sorted(row.due for row in rows)
    assert {row.overdue for row in rows} == {rows[0].overdue}


def test_the_calendar_and_the_kernel_count_the_same_clocks():
    """The kernel tells of every clock that runs at the start until when it is met."""
    department = small_department(ages_days=tuple(range(0, 200, 3)))
    rows = sheet(department)
    laid_out = trial(
        department,
        "assessment",
        {"assessments": lambda _: True},
        ON,
        date(2025, 1, 1),
        BOOK,
    )
    period = laid_out.experiment.period._replace(
        first_day=-1e9, end_day=1e-9, year_ends=np.array([0.0, 30.0, 60.0, 90.0])
    )
    laid_out = replace(laid_out, experiment=laid_out.experiment._replace(period=period))
    counts = run(laid_out, 0, 1).counts[0, 0, 0]
    by_window = np.cumsum(counts[1:4, NOT_YET_DUE])
    assert [row.due for row in rows] == by_window.tolist()
    assert rows[0].overdue == counts[0].sum() - counts[0, 5]  # all kinds but the days late


def test_the_hours_needed_are_what_is_left_of_the_work():
    """Three cases due within 30 days with a quarter of 40 hours left, one overdue."""
    stage = BacklogStage(
        episode="assessment", ages_days=(100, 110, 120, 130), remaining_effort=Fraction(1, 4)
    )
    row = sheet(with_backlog(Backlog(stages=(stage,))))[0]
    assert (row.due, row.hours_needed, row.overdue, row.overdue_hours) == (3, 30, 1, 10)


def _three_steps() -> Department:
    department = small_department()
    (assessments,) = department.case_classes
    route = (
        Episode(slug="open", effort_hours=fixed("4"), milestone="opened"),
        Episode(slug="gather", effort_hours=fixed("3"), least_times=2, most_times=4),
        Episode(slug="write", effort_hours=fixed("10"), clock=Clock(deadline=ASSESSMENT)),
        Episode(
            slug="plan",
            effort_hours=fixed("5"),
            clock=Clock(deadline="statute.follow_up_first", starts="opened"),
        ),
    )
    backlog = Backlog(
        stages=(
            BacklogStage(episode="open", ages_days=(79,)),
            BacklogStage(episode="gather", ages_days=(80, 81), remaining_effort=Fraction(1, 3)),
            BacklogStage(episode="plan", ages_days=(85,)),
        )
    )
    return replace(department, case_classes=(replace(assessments, route=route, backlog=backlog),))


def test_only_the_work_up_to_the_deadline_counts_and_only_clocks_that_have_started():
    """At “open” 4 + 3·3 + 10 hours are left; at “gather” 1 + 2·3 + 10; “plan” is past the first."""
    rows = {(row.deadline, row.within_days): row for row in sheet(_three_steps())}
    assessment = rows[ASSESSMENT, 90]
    assert (assessment.due, assessment.hours_needed) == (3, 23 + 2 * 17)
    # The follow-up's clock started at a milestone, so not yet for the case that stands at “open”.
    follow_up = rows["statute.follow_up_first", 90]
    assert (follow_up.due, follow_up.hours_needed) == (3, 2 * (17 + 5) + 5)
    assert assessment.overdue == follow_up.overdue == 0


# --- Cases of which nobody knows --------------------------------------------------------------


def test_cases_of_unknown_age_are_estimated_and_shown_apart():
    row = sheet(with_backlog(Backlog(unknown=40)), days=(60, 130))[1]
    assert (row.due, row.overdue) == (0, 0)
    assert row.due_expected + row.overdue_expected == pytest.approx(40, rel=1e-9)
    assert row.due_expected > 10
    assert 0 < row.hours_needed + row.overdue_hours < 40 * 40


def test_known_and_unknown_cases_are_not_counted_twice():
    stage = BacklogStage(episode="assessment", ages_days=(10, 100))
    both = sheet(with_backlog(Backlog(stages=(stage,), unknown=40)), days=(130,))[0]
    unknown = sheet(with_backlog(Backlog(unknown=40)), days=(130,))[0]
    known = sheet(with_backlog(Backlog(stages=(stage,))), days=(130,))[0]
    assert (both.due, both.due_expected) == (known.due, unknown.due_expected)


def test_rounds_of_follow_up_that_are_under_way_are_estimated():
    """20 cases within a round of 100 days, of which each is due a year after it began."""
    department = small_department(caseworkers=3, on=date(2025, 1, 1))  # the rule is of 2024
    (assessments,) = department.case_classes
    follow_up = Strand(
        slug="follow-up",
        label=BOTH,
        recurs=True,
        after_days=fixed("100"),
        episodes=(
            Episode(
                slug="follow-up",
                effort_hours=fixed("4"),
                desk=Desk.TEAM,
                clock=Clock(deadline="assumption.follow_up_later", starts="strand"),
            ),
        ),
    )
    route = (replace(assessments.route[0], external_delay_days=fixed("2000")),)
    backlog = Backlog(stages=(BacklogStage(episode="assessment", ages_days=(500,) * 20),))
    department = replace(
        department,
        case_classes=(
            replace(
                assessments,
                route=route,
                strands=(follow_up,),
                backlog=backlog,
                arrivals_per_year=Fraction(0),
            ),
        ),
        headline_deadline="assumption.follow_up_later",
    )
    rounds, routes = sheet(department, days=(400,))
    assert (rounds.due, rounds.overdue) == (0, 0)
    assert rounds.due_expected + rounds.overdue_expected == pytest.approx(20, rel=1e-9)
    assert rounds.hours_needed + rounds.overdue_hours == pytest.approx(80, rel=1e-9)
    # Their routes are of known age, and counted once.
    assert (routes.overdue, routes.overdue_expected, routes.due_expected) == (20, 0, 0)


# --- What comes, and the hours there are ------------------------------------------------------


def test_new_cases_with_a_short_deadline_fall_due_within_the_window():
    """730 a year with three months to a first follow-up: of the first days of 120, two a day."""
    rule = "statute.follow_up_first"
    department = small_department(
        arrivals_per_year="730", effort_hours=fixed("1"), external_delay_days=NOTHING
    )
    (assessments,) = department.case_classes
    episode = replace(assessments.route[0], clock=Clock(deadline=rule))
    department = replace(
        department,
        case_classes=(replace(assessments, route=(episode,)),),
        headline_deadline=rule,
    )
    days = [ON + timedelta(days=day) for day in range(120)]
    in_window = sum((due_on(rule, day, BOOK) - ON).days + 1 <= 120 for day in days)
    row = sheet(department, days=(120,), replications=64)[0]
    assert 20 < in_window < 40
    assert row.new_due == pytest.approx(730 / 366 * in_window, rel=0.05)
    assert row.new_hours == pytest.approx(row.new_due, rel=1e-9)
    assert row.share_in_time == pytest.approx(1, abs=0.01)
    assert (row.due, row.due_expected) == (0, 0)


def test_the_hours_available_are_the_working_days_of_the_window():
    department = small_department(caseworkers=3, ages_days=(10,))
    rows = sheet(department)
    year = float(available_hours(department.roster, ON, BOOK))
    days = workdays(2024)
    for row in rows:
        share = sum((day - ON).days < row.within_days for day in days) / len(days)
        assert row.hours_available == pytest.approx(year * share, rel=1e-9)


def test_what_nobody_works_on_is_not_in_time():
    idle = sheet(small_department(caseworkers=0, ages_days=(100, 110)))[0]
    assert (idle.share_in_time, idle.hours_available) == (0, 0)
    nothing = sheet(small_department(ages_days=()), days=(30,))[0]
    assert nothing.share_in_time is None


@pytest.mark.parametrize(
    "given", [{"days": ()}, {"days": (0, 30)}, {"days": (60, 30)}, {"replications": 31}]
)
def test_what_cannot_be_asked_is_refused(given):
    with pytest.raises(InvalidInput):
        sheet(small_department(), **given)


def test_the_row_in_words():
    department = small_department(caseworkers=1, ages_days=(100, 110, 130))
    row = sheet(department)[0]
    sentence = due_sentence(row, department, BOOK)
    assert "2 frister udløber inden for 30 dage, og 1 er overskredet" in sentence.da
    assert "2 deadlines fall due within 30 days, and 1" in sentence.en
    short = replace(row, hours_available=10.0)
    assert "do not suffice" in due_sentence(short, department, BOOK).en


# --- What it costs ----------------------------------------------------------------------------


def test_progress_and_cost_are_known_beforehand():
    department, done = small_department(ages_days=(5, 50)), []
    sheet(department, on_progress=done.append)
    assert done[-1] == falling_due_replications(department, 32) == 64
    assert done == sorted(done)
    cost = falling_due_steps(department, (30, 60, 90), 1, 32, BOOK)
    assert falling_due_steps(department, (30, 60, 90), 1, 64, BOOK) == 2 * cost
    with pytest.raises(InvalidInput):
        falling_due_steps(department, (60, 30), 1, 32, BOOK)


def test_hours_suffice_to_the_last_one():
    row = sheet(small_department(ages_days=(5, 50)))[-1]
    needed = row.hours_needed + row.overdue_hours + row.new_hours
    assert replace(row, hours_available=needed).hours_suffice
    assert not replace(row, hours_available=needed * 0.999).hours_suffice
