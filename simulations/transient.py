"""The shared queue day by day, from the pile there is today: M/M/c before it settles (da: forløb).

The closed forms of the long run forget where one began. This one does not: from a known number of
open cases, or from none, it gives the distribution of the number open at any time, also where the
queue never settles.

The method is uniformisation (Jensen 1953; Grassmann 1977). A clock ticks at random at the rate
Λ = λ + c μ, at which the queue changes at most; at each tick the number open goes up one, down one
or stays. After m ticks the distribution is a vector stepped m times, and the number of ticks in a
time t is Poisson with mean Λ t. Every term is a probability, so nothing cancels, and what is cut
off is known: in all less than 1e-12 here.

A long time is taken in pieces. After each, states with next to no probability are dropped; and
where the queue has come as near to its long run as floats can tell, it is there for good.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from capacity.errors import InvalidInput, TooMuchWork
from capacity.wording import Text, shown
from simulations.birth_death import state_shares
from simulations.pooled_queue import PooledQueue
from simulations.quantities import non_negative, whole

Shares = NDArray[np.float64]

MOST_TICKS = 400_000
"""No more changes than this in one answer: some five seconds of one core."""
MOST_OPEN = 10**5
"""No more open cases at the start than this."""

_TICKS_PER_PIECE = 1024.0
_DROPPED = 1e-18
"""A probability left out at either end after each piece."""
_SETTLED = 1e-13
"""A distance from the long run, relative to the mean, that is only rounding."""
_LONGEST_TAIL = 10**5
_NEGLIGIBLE = 40.0
"""Minus the logarithm of a distance from the long run that is only rounding."""


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueAtTime:
    """The shared queue at one time (da: køen på et tidspunkt).

    `shares[i]` is the probability that `fewest` + i cases are open; what is outside is less than
    1e-12. `mean_open` counts those that wait and those worked on, `mean_queue` the first only.
    `all_busy` is the probability that an arriving case would have to wait.
    """

    time: Fraction
    fewest: int
    shares: Shares
    mean_open: float
    mean_queue: float
    all_busy: float

    def share_open(self, cases: int) -> float:
        """Probability that just so many cases are open (da: sandsynlighed for så mange åbne)."""
        place = cases - self.fewest
        return float(self.shares[place]) if 0 <= place < self.shares.size else 0.0


def queue_at(queue: PooledQueue, *, open_at_start: int, time: Fraction) -> QueueAtTime:
    """The shared queue after some time, from so many open cases (da: køen efter nogen tid).

    Exact to 1e-10. In the queue's unit of time; any load.

    >>> queue = PooledQueue(arrivals=Fraction(18), service=Fraction(1), servers=20)
    >>> later = queue_at(queue, open_at_start=60, time=Fraction(4))
    >>> round(later.mean_open, 6), round(later.all_busy, 6)
    (52.006568, 0.996)
    """
    return queue_over_time(queue, open_at_start=open_at_start, times=(time,))[0]


def queue_over_time(
    queue: PooledQueue, *, open_at_start: int, times: Sequence[Fraction]
) -> tuple[QueueAtTime, ...]:
    """The shared queue at several times, each from the one before (da: køens forløb).

    `InvalidInput` where the times do not rise; `TooMuchWork` where the queue would change more
    than `MOST_TICKS` times before it settles.

    >>> queue = PooledQueue(arrivals=Fraction(0), service=Fraction(1), servers=1)
    >>> course = queue_over_time(queue, open_at_start=1, times=[Fraction(0), Fraction(1)])
    >>> [round(moment.mean_open, 6) for moment in course]  # 1 and 1/e
    [1.0, 0.367879]
    """
    whole(open_at_start, "open_at_start")
    if open_at_start > MOST_OPEN:
        raise TooMuchWork(
            Text(
                da=f"højst {shown(MOST_OPEN, 0, 'da')} åbne sager",
                en=f"at most {shown(MOST_OPEN, 0, 'en')} open cases",
            ),
            field="open_at_start",
        )
    before = Fraction(0)
    for index, time in enumerate(times):
        non_negative(time, f"times[{index}]")
        if time < before:
            raise InvalidInput(
                Text(
                    da="tidspunkterne skal stå i rækkefølge, det tidligste først",
                    en="the times must be in order, the earliest first",
                ),
                field=f"times[{index}]",
            )
        before = time
    process = _Process(queue, open_at_start)
    return tuple(process.at(time) for time in times)


class _Process:
    """A distribution of the number open that moves forward in time."""

    def __init__(self, queue: PooledQueue, open_at_start: int) -> None:
        self._queue = queue
        self._time = Fraction(0)
        self._fewest, self._shares = open_at_start, np.ones(1)
        self._load = float(queue.load)
        self._ticks_per_service = float(queue.load + queue.servers)
        self._ticks = 0.0
        self._long_run = _long_run(queue)
        self._settled = False
        self._settled_after = math.inf
        if self._long_run is not None:
            self._settled_after = _settling(queue, open_at_start) * self._ticks_per_service

    def at(self, time: Fraction) -> QueueAtTime:
        """Move on to that time."""
        left = float((time - self._time) / self._queue.service) * self._ticks_per_service
        self._time = time
        while left > 0 and not self._settled:
            self._refuse_too_long(left)
            pieces = max(1, math.ceil(left / _TICKS_PER_PIECE))
            self._move(left / pieces)
            left -= left / pieces
        open_cases = self._fewest + np.arange(self._shares.size)
        in_queue = np.maximum(open_cases - self._queue.servers, 0)
        busy = open_cases >= self._queue.servers
        return QueueAtTime(
            time=time,
            fewest=self._fewest,
            shares=self._shares,
            mean_open=float(self._shares @ open_cases),
            mean_queue=float(self._shares @ in_queue),
            all_busy=min(1.0, float(self._shares[busy].sum())),  # rounding
        )

    def _move(self, mean_ticks: float) -> None:
        """Move on by a time in which the clock ticks so often on average."""
        weights = _poisson(mean_ticks)
        self._ticks += mean_ticks
        reach = weights.size - 1
        fewest = max(self._fewest - reach, 0)
        now = np.zeros(self._fewest - fewest + self._shares.size + reach)
        now[self._fewest - fewest : self._fewest - fewest + self._shares.size] = self._shares
        at_work = np.minimum(fewest + np.arange(now.size), self._queue.servers)
        up = self._load / self._ticks_per_service
        down = at_work / self._ticks_per_service
        stay = (self._queue.servers - at_work) / self._ticks_per_service
        later, went_down = weights[0] * now, np.empty(now.size)
        for weight in weights[1:]:
            np.multiply(now, down, out=went_down)
            upwards = up * now[:-1]
            now *= stay
            now[1:] += upwards
            now[:-1] += went_down[1:]
            later += weight * now
        later /= later.sum()
        self._trim(fewest, later)
        self._settle()

    def _trim(self, fewest: int, shares: Shares) -> None:
        """Leave out what is next to nothing at either end."""
        first = int(np.searchsorted(np.cumsum(shares), _DROPPED))
        last = shares.size - int(np.searchsorted(np.cumsum(shares[::-1]), _DROPPED))
        self._fewest, self._shares = fewest + first, shares[first:last]

    def _settle(self) -> None:
        """Stay in the long run once it is reached: no step takes the shares away from it again."""
        if self._long_run is None:
            return
        last = self._fewest + self._shares.size
        size = max(last, self._long_run.size)
        off = np.zeros(size)
        off[self._fewest : last] = self._shares
        off[: self._long_run.size] -= self._long_run
        cases = np.arange(1.0, size + 1)
        if np.abs(off) @ cases < _SETTLED * (self._long_run @ cases[: self._long_run.size]):
            self._fewest, self._shares, self._settled = 0, self._long_run, True

    def _refuse_too_long(self, ticks: float) -> None:
        """Refuse more than `MOST_TICKS` in all before any is taken."""
        in_all = min(self._ticks + ticks, self._settled_after)
        if max(self._ticks, in_all) > MOST_TICKS:
            raise TooMuchWork(
                Text(
                    da=f"køen skifter mere end {shown(MOST_TICKS, 0, 'da')} gange, inden den "
                    "finder et leje; vælg et tidligere tidspunkt",
                    en=f"the queue changes more than {shown(MOST_TICKS, 0, 'en')} times before "
                    "it settles; choose an earlier time",
                ),
                field="times",
            )


def _long_run(queue: PooledQueue) -> Shares | None:
    """Distribution in the long run, None where there is none or its tail is too long to hold."""
    if not queue.stable or queue.servers == 0:
        return None
    load, servers = float(queue.load), queue.servers
    if load == 0:
        return np.ones(1)
    # Near 1 and near 0 alike, the logarithm of the utilisation keeps its digits.
    use = queue.utilisation
    log_use = math.log1p(-float(1 - use)) if 2 * use > 1 else math.log(float(use))
    tail = math.ceil(math.log(_DROPPED) / log_use) + 1
    if tail > _LONGEST_TAIL:
        return None
    deaths = np.minimum(np.arange(1.0, servers + tail + 1), servers)
    return state_shares(np.full(deaths.size, load), deaths)


def _settling(queue: PooledQueue, open_at_start: int) -> float:
    """About how many mean services it takes to reach the long run; to refuse in time.

    What lies there is worked down at the rate c − a, and the slowest part of what is then left of
    the start dies out at about the rate (√c − √a)², and never faster than the work in hand, 1 (van
    Doorn 1981).
    """
    slowest = min((math.sqrt(queue.servers) - math.sqrt(queue.load)) ** 2, 1.0)
    return open_at_start / float(queue.servers - queue.load) + _NEGLIGIBLE / slowest


def _poisson(mean: float) -> Shares:
    """Poisson probabilities from 0 up to where no float sum notices the rest."""
    most = math.ceil(mean + 9 * math.sqrt(mean) + 40)
    return state_shares(np.full(most, mean), np.arange(1.0, most + 1))
