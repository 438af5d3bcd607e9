"""Compiled loops: arrays in, arrays out; no dates, no seeds, no options.

Time is continuous, in calendar days from the start. Progress runs on the work clock of the person:
the cumulative hours of work, which rise evenly inside an opening interval and stand still outside
it. An effort of 6 hours begun at t ends where the clock has advanced 6 hours. With one interval
that never closes the same loop is the M/G/c queue, and that is how it is checked against theory.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from simulations.compilation import compiled

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


class WorkClocks(NamedTuple):
    """The work clocks of all caseworkers, their intervals laid end to end (da: arbejdsure).

    Caseworker w has the intervals `first_interval[w] : first_interval[w + 1]`. In each, the clock
    runs from `hours_at_open` to `hours_at_close` while time runs from `opens_at` to `closes_at`
    (days from the start).
    """

    first_interval: Integers
    opens_at: Floats
    closes_at: Floats
    hours_at_open: Floats
    hours_at_close: Floats


@compiled
def next_free(
    caseworker: int,
    since: float,
    clocks: WorkClocks,
    interval: Integers,
    free_at: Floats,
    free_until: Floats,
) -> None:
    """Find the first moment, not before `since`, at which an idle caseworker's clock runs."""
    last = clocks.first_interval[caseworker + 1]
    here = interval[caseworker] + 1
    while here < last and clocks.closes_at[here] <= since:
        here += 1
    interval[caseworker] = min(here, last - 1)
    free_at[caseworker] = max(since, clocks.opens_at[here]) if here < last else np.inf
    free_until[caseworker] = clocks.closes_at[here] if here < last else np.inf


@compiled
def pooled_queue(
    ready_at: Floats,
    effort_hours: Floats,
    clocks: WorkClocks,
    taken_at: Floats,
    done_at: Floats,
) -> None:
    """Work off one shared desk, first come first served, by whoever is free first.

    `ready_at` is in order, in days; the moments at which each case is taken and its work is done
    are written to `taken_at` and `done_at`, infinity where no clock ever gets that far. Among
    caseworkers who could take a case at the same moment it goes to the one longest idle, then to
    the lower number.
    """
    caseworkers = clocks.first_interval.size - 1
    idle_since = np.full(caseworkers, -np.inf)
    interval = clocks.first_interval[:-1] - 1
    free_at = np.empty(caseworkers)  # idle, and the clock runs …
    free_until = np.full(caseworkers, -np.inf)  # … until here, the end of that interval

    for case in range(ready_at.size):
        # 1. who can take the case first?
        ready = ready_at[case]
        chosen = -1
        chosen_at = np.inf
        for caseworker in range(caseworkers):
            if free_until[caseworker] <= ready:  # that interval was over before the case came
                next_free(caseworker, ready, clocks, interval, free_at, free_until)
            at = max(ready, free_at[caseworker])
            if at < chosen_at or (at == chosen_at and idle_since[caseworker] < idle_since[chosen]):
                chosen = caseworker
                chosen_at = at
        taken_at[case] = chosen_at
        done_at[case] = np.inf
        if chosen_at == np.inf:
            continue

        # 2. the case is worked on until the clock has advanced by its effort
        here = interval[chosen]
        last = clocks.first_interval[chosen + 1]
        into = (chosen_at - clocks.opens_at[here]) / (
            clocks.closes_at[here] - clocks.opens_at[here]
        )
        done_hours = (
            clocks.hours_at_open[here]
            + into * (clocks.hours_at_close[here] - clocks.hours_at_open[here])
            + effort_hours[case]
        )
        while here < last and clocks.hours_at_close[here] < done_hours:
            here += 1
        if here < last:
            into = (done_hours - clocks.hours_at_open[here]) / (
                clocks.hours_at_close[here] - clocks.hours_at_open[here]
            )
            length = clocks.closes_at[here] - clocks.opens_at[here]
            done_at[case] = max(chosen_at, clocks.opens_at[here] + into * length)

        # 3. then the caseworker is idle, and free as soon as the clock runs
        idle_since[chosen] = done_at[case]
        interval[chosen] = here - 1
        next_free(chosen, done_at[case], clocks, interval, free_at, free_until)


def load_compiled_code() -> None:
    """Load the kernels' compiled code, or compile it, so that no answer has to wait for it."""
    none = np.empty(0)
    nobody = WorkClocks(np.zeros(1, dtype=np.int64), none, none, none, none)
    pooled_queue(none, none, nobody, none, none)
