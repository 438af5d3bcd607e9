"""Shared queues whose cases react: those who give up waiting, and those who come back.

In both, the number of cases goes up and down one at a time at rates that depend on the number
alone. Such a process is in state n + 1 as often as n, times births in n over deaths in n + 1; all
the rest is sums over the states.
"""

import math
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from capacity.errors import InvalidInput, TooMuchWork
from capacity.wording import Text
from simulations.pooled_queue import PooledQueue
from simulations.quantities import positive, whole

_LONGEST_QUEUE = 10**6
_NEGLIGIBLE = 50.0
"""Minus the logarithm of a weight that no float sum notices beside 1."""


def state_shares(births: NDArray[np.float64], deaths: NDArray[np.float64]) -> NDArray[np.float64]:
    """Share of the time in each of the states 0 … n of a birth–death process (da: tilstande).

    `births[i]` is the rate from state i to i + 1, `deaths[i]` the rate back. Births over deaths
    must fall as the number rises. Weights are multiplied outwards from the likeliest state, so
    that none exceeds 1 and nothing overflows.

    >>> state_shares(np.array([1.0, 1.0]), np.array([2.0, 2.0])) * 7
    array([4., 2., 1.])
    """
    likeliest = int(np.count_nonzero(births > deaths))
    up = np.cumprod(births[likeliest:] / deaths[likeliest:])
    down = np.cumprod((deaths[:likeliest] / births[:likeliest])[::-1])[::-1]
    weights: NDArray[np.float64] = np.concatenate((down, (1.0,), up))
    weights /= weights.sum()
    return weights


@dataclass(frozen=True, slots=True, kw_only=True)
class ImpatientQueue:
    """A shared queue where waiting cases give up, in the long run (da: kø med frafald).

    `mean_wait` is over all cases, whether they end in work or give up; in the queue's unit of time.
    """

    probability_of_waiting: float
    probability_of_leaving: float
    mean_wait: float
    mean_queue: float
    utilisation: float


def erlang_a(queue: PooledQueue, *, mean_patience: Fraction) -> ImpatientQueue:
    """Erlang's queue with exponential patience, M/M/c + M (da: kø med frafald).

    A case in the queue leaves at rate 1 / `mean_patience`, so there is a long run at any load. It
    stands between Erlang B (no patience) and Erlang C (endless patience). The formula: Palm 1957;
    Garnett, Mandelbaum & Reiman 2002; summed here state by state. `TooMuchWork` where patience is
    so long that millions of cases would pile up.

    >>> queue = PooledQueue(arrivals=Fraction(4), service=Fraction(1), servers=4)
    >>> round(erlang_a(queue, mean_patience=Fraction(1)).probability_of_waiting, 6)
    0.56653
    """
    positive(mean_patience, "mean_patience")
    if queue.arrivals == 0:
        return ImpatientQueue(
            probability_of_waiting=0.0,
            probability_of_leaving=0.0,
            mean_wait=0.0,
            mean_queue=0.0,
            utilisation=0.0,
        )
    load, leaving = float(queue.load), float(queue.service / mean_patience)
    states = np.arange(queue.servers + _longest_queue(queue, leaving) + 1.0)
    at_work = np.minimum(states, queue.servers)
    in_queue = states - at_work
    deaths = at_work + in_queue * leaving
    shares = state_shares(np.full(states.size - 1, load), deaths[1:])
    queued = float(shares @ in_queue)
    left = queued * leaving / load
    return ImpatientQueue(
        probability_of_waiting=min(1.0, float(shares[queue.servers :].sum())),  # rounding
        probability_of_leaving=left,
        mean_wait=queued / float(queue.arrivals),
        mean_queue=queued,
        utilisation=float(shares @ at_work) / max(queue.servers, 1),
    )


def _longest_queue(queue: PooledQueue, leaving: float) -> int:
    """Find a queue so long that it never matters; rates are per service time.

    With n cases queued, births over deaths are a / (c + n θ). Past the likeliest length, n cases
    on, that is at most y / (y + n), with y = a / θ, and never more than a / c. Multiplied up,
    either falls below e^−50 within the number returned.
    """
    load, spread = float(queue.load), float(queue.load) / leaving
    likeliest = max(0.0, (load - queue.servers) / leaving)
    beyond = math.sqrt(2 * _NEGLIGIBLE * spread) + 2 * _NEGLIGIBLE
    idle = float(queue.servers - queue.load)
    if idle > 0:
        beyond = min(beyond, _NEGLIGIBLE * queue.servers / idle)
    if likeliest + beyond > _LONGEST_QUEUE:
        raise TooMuchWork(
            Text(
                da="tålmodigheden er så lang, at køen bliver på over en million sager; "
                "regn uden frafald, eller skriv en kortere tid",
                en="patience is so long that more than a million cases would queue; "
                "calculate without leaving, or write a shorter time",
            ),
            field="mean_patience",
        )
    return math.ceil(likeliest + beyond) + 1


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnedCases:
    """Caseworkers with a fixed number of cases, in the long run (da: faste sager).

    `needy` is the mean number of cases that wait for work or are worked on; `mean_sojourn` the
    mean time from a case needs work until that work is done; `finished_per_time` pieces of work.
    """

    utilisation: float
    needy: float
    mean_sojourn: float
    finished_per_time: float


def owned_cases(
    *, cases: int, mean_delay: Fraction, mean_work: Fraction, servers: int = 1
) -> OwnedCases:
    """Cases that alternate between work and waiting for others, M/M/c//N (da: endelig kilde).

    Each of the `cases` is away a mean `mean_delay`, then needs a mean `mean_work` of one of the
    caseworkers, over and over; both vary exponentially (Gross & Harris 1998, section 2.7; the
    machine-repair model of Palm 1947). One caseworker with N own cases is `servers` = 1. Times in
    one unit, as work stretched over the calendar: 3 hours at 20 hours a week are 0.15 weeks.

    >>> answer = owned_cases(cases=5, mean_delay=Fraction(10), mean_work=Fraction(1))
    >>> round(answer.utilisation, 4), round(answer.needy, 3), round(answer.mean_sojourn, 4)
    (0.436, 0.64, 1.4666)
    """
    whole(cases, "cases")
    whole(servers, "servers")
    positive(mean_delay, "mean_delay")
    positive(mean_work, "mean_work")
    if cases == 0 or servers == 0:
        raise InvalidInput(
            Text(
                da="der skal være mindst én sag og én sagsbehandler",
                en="there must be at least one case and one caseworker",
            ),
            field="servers" if cases else "cases",
        )
    states = np.arange(cases + 1.0)
    at_work = np.minimum(states, servers)
    coming_back = (cases - states) * float(mean_work / mean_delay)
    shares = state_shares(coming_back[:-1], at_work[1:])
    busy, needy = float(shares @ at_work), float(shares @ states)
    finished = busy / float(mean_work)
    return OwnedCases(
        utilisation=busy / servers,
        needy=needy,
        mean_sojourn=needy / finished,
        finished_per_time=finished,
    )
