"""Work clocks: the hours a caseworker has for cases, as time goes by (da: arbejdsure).

Time is continuous, in calendar days from the start. A work clock shows cumulative hours of work: it
rises evenly inside an opening interval and stands still outside it. An effort of 6 hours begun at t
ends where the clock has advanced 6 hours. A half-time post, a post from 1 March, a maternity leave
and a Sunday duty are all intervals; with one that never closes a caseworker is the textbook's
server.
"""

import numpy as np
from numpy.typing import NDArray

from simulations.compilation import part
from simulations.luck import Floats

Records = NDArray[np.void]

INTERVAL = np.dtype(
    [
        ("opens_at", np.float64),
        ("closes_at", np.float64),
        ("hours_at_open", np.float64),
        ("hours_at_close", np.float64),
    ]
)
"""One opening: days from the start, and what the clock shows at both ends."""


def intervals(opens_at: Floats, closes_at: Floats, hours: Floats) -> Records:
    """Lay out one caseworker's openings, in order, each with its hours.

    >>> days = intervals(np.array([0.5, 1.5]), np.array([1.0, 2.0]), np.array([6.0, 4.0]))
    >>> days["hours_at_close"]
    array([ 6., 10.])
    """
    laid_out = np.empty(opens_at.size, dtype=INTERVAL)
    laid_out["opens_at"], laid_out["closes_at"] = opens_at, closes_at
    laid_out["hours_at_close"] = np.cumsum(hours)
    laid_out["hours_at_open"] = laid_out["hours_at_close"] - hours
    return laid_out


@part
def hours_at(caseworker, now, caseworkers, clocks):
    """What a caseworker's clock shows; the interval moves on to the one open now, or the next."""
    worker = caseworkers[caseworker]
    last = worker.last_interval
    here = worker.interval
    while here < last and clocks[here].closes_at <= now:
        here += 1
    worker.interval = here
    if here == last:
        return clocks[last - 1].hours_at_close if last > worker.first_interval else 0.0
    interval = clocks[here]
    if now <= interval.opens_at:
        return interval.hours_at_open
    into = (now - interval.opens_at) / (interval.closes_at - interval.opens_at)
    return interval.hours_at_open + into * (interval.hours_at_close - interval.hours_at_open)


@part
def runs_from(caseworker, now, caseworkers, clocks):
    """The first moment, not before now, at which the clock runs; infinity where it never does."""
    worker = caseworkers[caseworker]
    last = worker.last_interval
    here = worker.interval
    while here < last and clocks[here].closes_at <= now:
        here += 1
    worker.interval = here
    return max(now, clocks[here].opens_at) if here < last else np.inf


@part
def moment_of(caseworker, hours, now, caseworkers, clocks):
    """When the clock will show so many hours, not before now; infinity where it never does."""
    worker = caseworkers[caseworker]
    last = worker.last_interval
    here = worker.interval
    while here < last and clocks[here].hours_at_close < hours:
        here += 1
    if here == last:
        return np.inf
    interval = clocks[here]
    into = (hours - interval.hours_at_open) / (interval.hours_at_close - interval.hours_at_open)
    return max(now, interval.opens_at + into * (interval.closes_at - interval.opens_at))
