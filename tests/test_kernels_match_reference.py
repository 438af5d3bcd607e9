"""The compiled pooled queue against its slow and obvious twin, case by case."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from reference import pooled_queue as reference_queue

from simulations.kernels import WorkClocks, pooled_queue

# Eighths of a day and intervals of a power of two long: every sum and quotient is exact in binary,
# so simultaneous events are simultaneous in both, and the comparison is for equality.
eighths = st.integers(0, 80).map(lambda n: n / 8)
lengths = st.sampled_from([0.25, 0.5, 1.0, 2.0])
paces = st.sampled_from([0.5, 1.0, 2.0])


@st.composite
def interval_lists(draw: st.DrawFn) -> list[tuple[float, float, float]]:
    now, intervals = 0.0, []
    for _ in range(draw(st.integers(0, 6))):
        opens = now + draw(eighths) / 4
        now = opens + draw(lengths)
        intervals.append((opens, now, (now - opens) * draw(paces)))
    return intervals


def clocks(intervals: list[list[tuple[float, float, float]]]) -> WorkClocks:
    rows = [row for each in intervals for row in each]
    hours = [np.cumsum([0.0, *(row[2] for row in each)]) for each in intervals]
    return WorkClocks(
        first_interval=np.cumsum([0, *(len(each) for each in intervals)]).astype(np.int64),
        opens_at=np.array([row[0] for row in rows]),
        closes_at=np.array([row[1] for row in rows]),
        hours_at_open=np.concatenate([each[:-1] for each in hours] or [np.empty(0)]),
        hours_at_close=np.concatenate([each[1:] for each in hours] or [np.empty(0)]),
    )


offices = given(
    ready_at=st.lists(eighths, max_size=12).map(sorted),
    efforts=st.lists(eighths.map(lambda hours: hours / 4), min_size=12, max_size=12),
    intervals=st.lists(interval_lists(), max_size=4),
)


def same_moments(ready_at, efforts, intervals):
    cases = len(ready_at)
    taken_at, done_at = np.empty((2, cases))
    pooled_queue(
        np.array(ready_at), np.array(efforts[:cases]), clocks(intervals), taken_at, done_at
    )
    expected_taken, expected_done = reference_queue(ready_at, efforts[:cases], intervals)
    assert taken_at.tolist() == expected_taken
    assert done_at.tolist() == expected_done


test_every_case_is_taken_and_done_at_the_same_moments = settings(max_examples=600, deadline=None)(
    offices(same_moments)
)


def test_two_part_timers_by_hand():
    """One open 0-1 and 2-3, one 0-2; an opening is 8 hours for the first, 4 for the second.

    The first case (10 h) goes to number one: 8 h by day 1, the last 2 h by day 2.25. The second
    (3 h) goes to number two, done at 1.5. The third (1 h) waits for number two, done at 2.0.
    """
    two = clocks([[(0, 1, 8), (2, 3, 8)], [(0, 2, 4)]])
    taken_at, done_at = np.empty((2, 3))
    pooled_queue(np.zeros(3), np.array([10.0, 3.0, 1.0]), two, taken_at, done_at)
    assert taken_at.tolist() == [0, 0, 1.5]
    assert done_at.tolist() == [2.25, 1.5, 2.0]
