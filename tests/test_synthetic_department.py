"""A written past is the played one, case for case and day for day."""

from collections import Counter
from datetime import date, datetime, timedelta
from functools import cache

import numpy as np
import pytest

from capacity.case_events import MET_BY, CaseEvent
from capacity.deadlines import Timeliness, deadline_rule, due_at, due_on, timeliness
from capacity.errors import InvalidInput
from capacity.rulebook import rulebook
from capacity.staff_history import AwayReason
from capacity.workdays import Unit, is_workday
from simulations.case_history import EPOCH, day_number
from simulations.cohorts import (
    IN_TIME,
    KINDS,
    LATE,
    MOST_DAYS_LATE,
    NOT_REQUIRED,
    OPEN_AND_OVERDUE,
    Period,
    count_clocks,
)
from simulations.compilation import compiled
from simulations.experiments import FOLLOWED_DAYS, run, trial
from simulations.observed_compliance import Split, compliance_of_history
from simulations.synthetic_department import as_listed, synthetic_past
from simulations.synthetic_truths import Size, synthetic_truth

COMPLETE_FROM, SEEN_ON = date(2024, 1, 1), date(2025, 12, 31)
SIZES = pytest.mark.parametrize("size", Size)


@cache
def past(size, seed=7, complete_from=COMPLETE_FROM, seen_on=SEEN_ON):
    return synthetic_past(synthetic_truth(size), complete_from, seen_on, rulebook(), seed=seed)


def whole_past(size):
    """From the very first day, nothing left out."""
    truth = synthetic_truth(size)
    return past(size, complete_from=truth.on)


def is_case(history):
    """Which rows are cases, rather than strands of one."""
    return np.array(["/" not in name for name in history.case_classes])[history.case_class]


def ended(history):
    return np.fmin(history.at(CaseEvent.CLOSED), history.at(CaseEvent.WITHDRAWN))


def moment(number):
    return datetime(1970, 1, 1) + timedelta(seconds=round(float(number) * 86400))  # noqa: DTZ001


def day(number):
    return EPOCH + timedelta(days=int(number))


def expected_events(name):
    """What starts a rule's clock and what meets it."""
    start = next(each.starts_on for each in rulebook()[name].values if each.starts_on)
    return CaseEvent(start.id), MET_BY[name]


# --- Cases -----------------------------------------------------------------------------------


@SIZES
def test_what_was_reached_before_the_start_has_its_day_too(size):
    """A case that begins behind its plan has one, of the day it came: the kernel takes it so."""
    history, was_played = whole_past(size).cases, whole_past(size).played
    kernel, deal = was_played.outcome.cases, was_played.deal
    classes, class_of = was_played.case_classes, was_played.class_of_case()
    rows = history.only(is_case(history))
    counted = 0
    for number, case_class in enumerate(classes):
        milestones = list(case_class.milestones)
        for episode in case_class.route:
            if episode.clock is None or episode.milestone is None:
                continue
            place = milestones.index(episode.milestone)
            mine = np.flatnonzero(class_of == number)
            reached = deal.milestone_at[kernel["first_milestone"][mine] + place]
            behind = mine[reached < 0]
            met = rows.at(MET_BY[episode.clock.deadline])[behind]
            assert np.array_equal(met, rows.arrived_at()[behind])
            counted += behind.size
    assert counted > 30


@SIZES
def test_what_arrived_has_closed_moved_away_or_is_open(size):
    past_of_size = whole_past(size)
    history, kernel = past_of_size.cases, past_of_size.played.outcome.cases
    rows = is_case(history)
    assert rows.sum() == kernel.size
    assert (rows & np.isnan(ended(history))).sum() == kernel["is_open"].sum()
    assert (rows & np.isfinite(history.at(CaseEvent.CLOSED))).sum() == (
        (kernel["closed_at"] < np.inf) & (kernel["closed_at"] != kernel["withdraws_at"])
    ).sum()


@SIZES
def test_the_list_leaves_out_only_what_had_ended_before_it_is_complete(size):
    whole, listed = whole_past(size).cases, past(size).cases
    since = day_number(COMPLETE_FROM)
    had_ended = (whole.arrived_at() < since) & (ended(whole) < since)
    assert 0 < had_ended.sum() < whole.cases
    assert listed.cases == whole.cases - had_ended.sum()
    assert np.array_equal(listed.child, whole.child[~had_ended])


@SIZES
def test_no_moment_is_later_than_the_list(size):
    history = past(size).cases
    for moments in history.events.values():
        assert np.nanmax(moments) < history.seen_until
        assert np.isfinite(moments).any()
    assert np.isfinite(history.arrived_at()).all()


@SIZES
def test_milestones_of_a_row_come_in_order(size):
    history = past(size).cases
    arrived, end = history.arrived_at(), ended(history)
    for event, moments in history.events.items():
        assert not (moments < arrived).any(), event
        assert not (moments > end).any(), event


@compiled
def _count(clocks, period, counts, stock, days_late):
    count_clocks(clocks, period, counts, stock, days_late)


def kernel_counts(played, from_, to):
    """What the kernel's own clocks count, by rule and team owing it."""
    on, duties = played.department.on, played.layout.duties
    names = sorted({(duty.rule, duty.team) for duty in duties})
    groups = [names.index((duty.rule, duty.team)) for duty in duties]
    groups += [-1] * len(played.layout.orders)
    end_day = float((to - on).days)
    period = Period(
        float((from_ - on).days), end_day, float(played.days), np.array([end_day]), np.array(groups)
    )
    counts = np.zeros((len(names), 2, KINDS))
    _count(
        played.outcome.clocks,
        period,
        counts,
        np.zeros((len(names), 2)),
        np.zeros((len(names), MOST_DAYS_LATE + 1)),
    )
    kinds = {
        IN_TIME: Timeliness.IN_TIME,
        LATE: Timeliness.LATE,
        OPEN_AND_OVERDUE: Timeliness.OPEN_AND_OVERDUE,
        NOT_REQUIRED: Timeliness.NOT_REQUIRED,
    }
    return {
        (name, kind): int(counts[number, :, place].sum())
        for number, name in enumerate(names)
        for place, kind in kinds.items()
    }


def listed_counts(history, from_, to):
    """The same, slowly, from the dates in the list and the law."""
    book, counts = rulebook(), Counter()
    classes = np.array(history.case_classes)[history.case_class]
    for rule in MET_BY:
        start_event, met_event = expected_events(rule)
        starts, met = history.at(start_event), history.at(met_event)
        for row in np.flatnonzero(np.isfinite(starts)):
            if not owes(classes[row], rule) or not from_ <= day(starts[row]) < to:
                continue
            limit = deadline_rule(rule, day(starts[row]), book)
            gone = history.at(CaseEvent.WITHDRAWN)[row]
            if limit.unit is Unit.HOURS:
                due = due_at(rule, moment(starts[row]), book).replace(tzinfo=None)
                done, left = (moment(at) if at == at else None for at in (met[row], gone))
            else:
                due = due_on(rule, day(starts[row]), book)
                done, left = (day(at) if at == at else None for at in (met[row], gone))
            last = due.date() if isinstance(due, datetime) else due
            if last >= to:
                continue
            is_timed = isinstance(due, datetime)
            seen = moment(history.seen_until) if is_timed else history.seen_on
            kind = timeliness(due_on=due, done_on=done, withdrawn_on=left, seen_on=seen)
            counts[(rule, history.teams[history.team[row]]), kind] += 1
    return counts


def owes(case_class, rule):
    """Whether a class, or a strand of one, has a clock: by name, as an analyst would say it."""
    return {
        "statute.notification_assessment": "underretning" in case_class,
        "statute.child_assessment": case_class == "boernefaglig-undersoegelse",
        "statute.care_plan": "/" not in case_class and "stoettende" in case_class,
        "statute.follow_up_first": "/foerste" in case_class,
        "assumption.follow_up_later": "/senere" in case_class,
    }.get(rule, False)


@SIZES
def test_the_list_counts_what_the_kernel_counts(size):
    # Nothing is later than the kernel's own day: due dates after the period are nobody's.
    from_, to = date(2024, 1, 1), SEEN_ON - timedelta(days=60)
    # To the moment: cut off to minutes and days a list may call late what was a minute in time.
    written, played = past(size).cases, past(size).played
    by_kernel = {each: count for each, count in kernel_counts(played, from_, to).items() if count}
    assert len(by_kernel) > 8
    assert listed_counts(written, from_, to) == by_kernel


@SIZES
def test_observed_compliance_counts_what_the_kernel_counts(size):
    """One definition of the cohort, for what was simulated and for what a list says of it."""
    from_, to = date(2024, 1, 1), SEEN_ON - timedelta(days=60)
    found = compliance_of_history(past(size).cases, rulebook(), from_=from_, to=to)
    listed = Counter()
    for row in found.rows(by=frozenset({Split.TEAM, Split.CASE_CLASS})):
        if owes(row.case_class, row.deadline):
            for kind in (Timeliness.IN_TIME, Timeliness.LATE, Timeliness.OPEN_AND_OVERDUE):
                listed[(row.deadline, row.team), kind] += getattr(row, kind.value)
    by_kernel = {
        each: count
        for each, count in kernel_counts(past(size).played, from_, to).items()
        if count and each[1] is not Timeliness.NOT_REQUIRED
    }
    assert +listed == by_kernel


def test_what_is_played_is_a_replication_of_the_experiment():
    truth = synthetic_truth(Size.SMALL)
    from_, to = date(2024, 1, 1), SEEN_ON + timedelta(days=1 - FOLLOWED_DAYS)
    duties = past(Size.SMALL).played.layout.duties
    names = sorted({(duty.rule, duty.team) for duty in duties})
    groups = {str(name): lambda duty, name=name: (duty.rule, duty.team) == name for name in names}
    counted = run(trial(truth, truth.headline_team, groups, from_, to, rulebook(), seed=7), 0, 1)
    ours = kernel_counts(past(Size.SMALL).played, from_, to)
    for number, name in enumerate(names):
        theirs = counted.counts[0, 0, number].sum(axis=0)
        assert theirs[IN_TIME] == ours[name, Timeliness.IN_TIME]
        assert theirs[LATE] == ours[name, Timeliness.LATE]
    assert sum(ours.values()) > 300


def test_siblings_come_at_one_moment_and_as_often_as_the_truth_says():
    history = past(Size.LARGE).cases
    known = history.siblings >= 0
    moments = history.arrived_at()[known]
    _, burst, size = np.unique(history.siblings[known], return_inverse=True, return_counts=True)
    assert (np.unique(np.stack([burst, moments]), axis=1).shape[1]) == size.size
    is_notification = np.zeros(size.size, dtype=bool)
    of_kind = history.case_class[known] == history.case_classes.index("underretning")
    is_notification[burst[of_kind]] = True
    sizes = size[is_notification]
    shares = synthetic_truth(Size.LARGE).case_classes[0].arrival_pattern.siblings
    for cases, share in enumerate(map(float, shares), start=1):
        error = np.sqrt(share * (1 - share) / sizes.size)
        assert abs((sizes == cases).mean() - share) < 4 * error


def test_what_a_list_has_is_cut_off_to_days_and_minutes():
    exact = past(Size.SMALL).cases
    written = as_listed(exact)
    for event, moments in written.events.items():
        known = np.isfinite(moments)
        lost = (exact.at(event) - moments)[known]
        if event in written.timed:
            assert lost.min() > -1e-9
            assert lost.max() < 1 / 1440
        else:
            assert np.array_equal(moments[known], np.floor(exact.at(event)[known]))
    again = as_listed(written)
    assert all(np.array_equal(again.at(e), written.at(e), equal_nan=True) for e in written.events)


# --- Staff -----------------------------------------------------------------------------------


@SIZES
def test_whoever_the_list_says_is_there_has_an_open_clock_and_nobody_else(size):
    past_of_size = whole_past(size)
    played, on = past_of_size.played, past_of_size.truth.on
    holders = {each.caseworker.partition("-")[0]: [] for each in past_of_size.staff.employments}
    for each in past_of_size.staff.employments:
        holders[each.caseworker.partition("-")[0]].append(each)
    people = [
        person.id
        for team in past_of_size.truth.teams
        for person in past_of_size.truth.roster.caseworkers
        if person.team == team.slug
    ]
    days = [on + timedelta(days=n) for n in range(played.days)]
    for person, worker in zip(people, played.staff.caseworkers, strict=True):
        openings = played.staff.intervals[worker["first_interval"] : worker["last_interval"]]
        opened = set(np.floor(openings["opens_at"]).astype(int))
        there = {
            number
            for number, one_day in enumerate(days)
            if is_workday(one_day) and any(is_at_work(each, one_day) for each in holders[person])
        }
        assert there == opened


def is_at_work(employment, one_day):
    started = employment.starts_on is None or employment.starts_on <= one_day
    gone = employment.ends_on is not None and employment.ends_on < one_day
    away = any(
        spell.first_day <= one_day and (spell.last_day is None or one_day <= spell.last_day)
        for spell in employment.spells
    )
    return started and not gone and not away


def test_a_post_has_one_holder_at_a_time_and_a_successor_is_somebody_else():
    staff = whole_past(Size.LARGE).staff
    assert len({each.caseworker for each in staff.employments}) == len(staff.employments)
    successors = [each for each in staff.employments if "-" in each.caseworker]
    assert len(successors) > 5
    for each in successors:
        before = next(
            one
            for one in staff.employments
            if one.caseworker.partition("-")[0] == each.caseworker.partition("-")[0]
            and one.ends_on is not None
            and one.ends_on < each.starts_on
        )
        assert before.team == each.team


def test_absence_comes_as_often_as_the_truth_says():
    staff, risks = whole_past(Size.LARGE).staff, synthetic_truth(Size.LARGE).teams[0].staff_risks
    spells = [spell for each in staff.employments for spell in each.spells]
    sick = [each for each in spells if each.reason is AwayReason.SICKNESS]
    posts = len(synthetic_truth(Size.LARGE).roster.caseworkers)
    rate = float(risks.short_sickness_per_year + risks.long_sickness_per_year)
    expected = rate * posts * whole_past(Size.LARGE).played.days / 365
    # Fewer, for no spell of a kind begins in another of it, nor while a post is vacant.
    assert 0.85 * expected < len(sick) < expected + 3 * np.sqrt(expected)


def test_a_row_knows_its_caseworker_as_an_employee_of_its_team_that_day():
    past_of_size = past(Size.LARGE)
    history, employments = past_of_size.cases, past_of_size.staff.employments
    known = history.caseworker >= 0
    assert known.mean() > 0.8
    for row in np.flatnonzero(known):
        employee = employments[history.caseworker[row]]
        assert employee.team == history.teams[history.team[row]]
        end = ended(history)[row] if np.isfinite(ended(history)[row]) else history.seen_until
        assert employee.starts_on is None or day_number(employee.starts_on) <= end


# --- Luck and refusals -----------------------------------------------------------------------


def test_the_same_seed_gives_the_same_past_and_another_another():
    def told(seed):
        made = synthetic_past(
            synthetic_truth(Size.SMALL), COMPLETE_FROM, SEEN_ON, rulebook(), seed=seed
        )
        moments = [moments.tobytes() for moments in made.cases.events.values()]
        return moments, made.cases.caseworker.tobytes(), made.staff

    assert told(1) == told(1)
    assert told(1)[0] != told(2)[0]
    assert told(1)[2] != told(2)[2]


def test_the_past_can_only_be_told_forwards():
    truth = synthetic_truth(Size.SMALL)
    for complete_from, seen_on in ((date(2022, 1, 1), SEEN_ON), (SEEN_ON, COMPLETE_FROM)):
        with pytest.raises(InvalidInput) as refused:
            synthetic_past(truth, complete_from, seen_on, rulebook())
        assert refused.value.field == "complete_from"


@SIZES
def test_the_work_of_a_year_is_less_than_the_hours_there_are_but_not_by_much(size):
    played = past(size).played
    last = played.staff.caseworkers["last_interval"] - 1
    hours = played.staff.intervals["hours_at_close"][last].sum()
    assert 0.75 < played.outcome.busy_hours.sum() / hours < 0.95
