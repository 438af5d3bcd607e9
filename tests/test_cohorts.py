"""Which clocks count in a period and as what, one clock at a time."""

import numpy as np
import pytest

from capacity.deadlines import Timeliness
from simulations.cohorts import (
    DAYS_LATE,
    FINISHED,
    FINISHED_LATE,
    IN_TIME,
    KINDS,
    LATE,
    MOST_DAYS_LATE,
    NEVER,
    NOT_REQUIRED,
    NOT_YET_DUE,
    OPEN_AND_OVERDUE,
    RUNNING_IN_TIME,
    RUNNING_OVERDUE,
    Period,
    count_clocks,
)
from simulations.compilation import compiled
from simulations.office import CLOCK, LAPSED, MET, RUNNING

PERIOD = Period(10.0, 110.0, 200.0, np.array([110.0]), np.array([0, -1]))


@compiled
def counted_by_kernel(clocks, period, counts, stock, days_late):
    count_clocks(clocks, period, counts, stock, days_late)


def counted(*clocks: tuple[int, int, float, float, float]):
    """Duty, outcome, started, due and ended: what they count as, the stock, the days late."""
    rows = np.zeros(len(clocks), dtype=CLOCK)
    for row, (duty, outcome, started, due, ended) in zip(rows, clocks, strict=True):
        row["duty"], row["outcome"] = duty, outcome
        row["started_at"], row["due_at"], row["ended_at"] = started, due, ended
    counts, stock = np.zeros((1, 2, KINDS)), np.zeros((1, 2))
    days_late = np.zeros((1, MOST_DAYS_LATE + 1))
    counted_by_kernel(rows, PERIOD, counts, stock, days_late)
    return counts[0].sum(axis=0), stock[0], np.flatnonzero(days_late[0]).tolist()


COUNTS = {
    "met before it was due": ((MET, 20, 60, 50), {IN_TIME: 1, FINISHED: 1}),
    "met at the very moment": ((MET, 20, 60, 60), {IN_TIME: 1, FINISHED: 1}),
    "met late": ((MET, 20, 60, 75.5), {LATE: 1, DAYS_LATE: 15.5, FINISHED: 1, FINISHED_LATE: 1}),
    "met late, after the period": ((MET, 20, 60, 130), {LATE: 1, DAYS_LATE: 70}),
    "still running when followed no longer": (
        (RUNNING, 20, 60, NEVER),
        {OPEN_AND_OVERDUE: 1, DAYS_LATE: 140},
    ),
    "withdrawn before it was due": ((LAPSED, 20, 60, 40), {NOT_REQUIRED: 1}),
    "withdrawn when it was late already": ((LAPSED, 20, 60, 64), {LATE: 1, DAYS_LATE: 4}),
    "due after the period": ((MET, 20, 111, 50), {NOT_YET_DUE: 1, FINISHED: 1}),
    "due as the period ends": ((MET, 20, 110, 109), {IN_TIME: 1, FINISHED: 1}),
    "started before the period": ((MET, 9, 60, 50), {FINISHED: 1}),
    "started as the period ends": ((MET, 110, 150, 120), {}),
    "never due": ((MET, 20, NEVER, 50), {FINISHED: 1}),
}


@pytest.mark.parametrize("name", COUNTS)
def test_a_clock_counts_as_one_thing(name):
    clock, expected = COUNTS[name]
    kinds, _, _ = counted((0, *clock))
    assert {kind: kinds[kind] for kind in range(KINDS) if kinds[kind]} == expected


def test_all_five_values_of_timeliness_have_a_clock_here():
    assert len(Timeliness) == 5
    reached = {kind for _, expected in COUNTS.values() for kind in expected}
    assert reached >= {IN_TIME, LATE, OPEN_AND_OVERDUE, NOT_YET_DUE, NOT_REQUIRED}


def test_a_duty_that_nobody_asks_about_is_not_counted():
    kinds, stock, _ = counted((1, MET, 20, 60, 50))
    assert not kinds.any()
    assert not stock.any()


def test_the_stock_is_what_runs_as_the_period_ends_whenever_it_started():
    _, stock, _ = counted(
        (0, RUNNING, 2, 60, NEVER),
        (0, MET, 20, 150, 140),
        (0, RUNNING, 100, 110, NEVER),
        (0, MET, 20, 60, 100),
        (0, RUNNING, 110, 150, NEVER),
    )
    assert stock[RUNNING_OVERDUE] == 1
    assert stock[RUNNING_IN_TIME] == 2


def test_whole_days_late_are_kept_apart():
    assert counted((0, MET, 20, 60, 60.5), (0, MET, 20, 60, 75.5))[2] == [0, 15]
