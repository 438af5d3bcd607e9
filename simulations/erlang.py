"""The shared queue in closed form: Erlang's formulas, exact and instant.

Cases arrive at random (Poisson), lie in one pile (da: fælles kø), and are taken first come first
served by any of a number of caseworkers; the work varies exponentially. Theory writes M/M/c. These
are statements about the long run, where no backlog from the start is left: the instant estimate
beside a simulated answer, and the truth that the simulation is tested against.

Inputs are exact fractions; answers are floats with a relative error below 1e-11.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

import numpy as np
from scipy.special import exprel

from capacity.errors import InvalidInput, TooMuchWork
from capacity.units import Exactable, Share, exact
from capacity.wording import Text, shown
from simulations.pooled_queue import PooledQueue, queue_without_end
from simulations.quantities import MOST_SERVERS, non_negative, whole

_ROUNDING = 1e-11
"""Relative error allowed to a float before a target counts as missed."""


class Measure(StrEnum):
    """Which time a target speaks of (da: tidsmål)."""

    WAIT = "wait"
    """From arrival until somebody begins (da: ventetid)."""
    SOJOURN = "sojourn"
    """From arrival until the work is done (da: gennemløbstid)."""


def erlang_b(load: Exactable, servers: int) -> float:
    """Probability that all servers are busy where nobody may wait (da: spærring).

    1 / B = sum over j of c (c − 1) … (c − j + 1) / a^j, the inverse of Erlang's first formula
    (Erlang 1917). All its terms are positive, so nothing cancels, whatever the size; a value below
    the smallest float comes out as 0.

    >>> erlang_b(3, 2)  # 9 / 17
    0.5294117647058824
    """
    load = exact(load)
    non_negative(load, "load")
    whole(servers, "servers")
    if load == 0:
        return 1.0 if servers == 0 else 0.0
    with np.errstate(over="ignore"):
        terms = np.cumprod((servers - np.arange(servers)) / float(load))
        return float(1 / (1 + terms.sum()))


def erlang_c(load: Exactable, servers: int) -> float:
    """Probability that an arriving case must wait (da: ventesandsynlighed).

    C = c B / (c − a + a B), Erlang's second formula by way of his first (Erlang 1917; Cooper 1981,
    section 3.4). From load = servers upwards, its limit: everybody waits, 1.

    >>> round(erlang_c(20, 24), 5)
    0.29807
    """
    load = exact(load)
    blocked = erlang_b(load, servers)
    if load >= servers:
        return 1.0 if load else 0.0
    return servers * blocked / (float(servers - load) + float(load) * blocked)


def probability_of_waiting(queue: PooledQueue) -> float:
    """Share of the cases that nobody can begin at once (da: ventesandsynlighed).

    >>> probability_of_waiting(PooledQueue(arrivals=Fraction(2), service=Fraction(1), servers=3))
    0.4444444444444444
    """
    return erlang_c(queue.load, queue.servers)


def mean_wait(queue: PooledQueue) -> float:
    """Mean time from arrival until somebody begins, over all cases (da: gennemsnitlig ventetid).

    W = C · service / (c − a) (Cooper 1981, section 3.4). In the queue's unit of time. Without a
    steady state there is no mean: `InvalidInput`, which names the least servers that would do.

    >>> round(mean_wait(PooledQueue(arrivals=Fraction(18), service=Fraction(1), servers=20)), 6)
    0.275385
    """
    waiting = probability_of_waiting(queue)
    if not queue.stable:
        raise queue_without_end(queue)
    if queue.arrivals == 0:
        return 0.0
    return waiting * float(queue.service / (queue.servers - queue.load))


def mean_queue(queue: PooledQueue) -> float:
    """Mean number of cases that lie and wait, by Little's law (da: gennemsnitlig kø).

    >>> mean_queue(PooledQueue(arrivals=Fraction(2), service=Fraction(1), servers=3))
    0.8888888888888888
    """
    return float(queue.arrivals) * mean_wait(queue)


def share_later(queue: PooledQueue, time: Fraction, measure: Measure = Measure.WAIT) -> float:
    """Share of the cases whose wait or sojourn is longer than `time` (da: andel over tiden).

    The wait: P(W > t) = C exp(−(c − a) t), with t in mean service times. The sojourn adds an
    exponential time of work: P(T > t) = e^−t + C (e^−t − e^−(c−a)t) / (c − a − 1) (Gross & Harris
    1998, section 2.3). The quotient is written with `exprel`, (e^x − 1) / x, so that it passes
    smoothly through c − a = 1, where the textbook needs a formula of its own. Where the queue has
    no end, everybody is later: 1.

    >>> queue = PooledQueue(arrivals=Fraction(1, 2), service=Fraction(1), servers=1)
    >>> share_later(queue, Fraction(2), Measure.SOJOURN)  # M/M/1: exp(-(1 - 0.5) 2)
    0.36787944117144233
    """
    non_negative(time, "within")
    waiting = probability_of_waiting(queue)
    if not queue.stable:
        return 1.0
    elapsed = float(time / queue.service)
    spare = float(queue.servers - queue.load)
    if measure is Measure.WAIT:
        return waiting * math.exp(-spare * elapsed)
    gap = abs(float(queue.servers - queue.load - 1))
    held_up = elapsed * math.exp(-min(1.0, spare) * elapsed) * float(exprel(-gap * elapsed))
    return math.exp(-elapsed) + waiting * held_up


def share_within(queue: PooledQueue, time: Fraction, measure: Measure = Measure.WAIT) -> float:
    """Share of the cases whose wait or sojourn is at most `time` (da: andel inden for tiden).

    >>> queue = PooledQueue(arrivals=Fraction(18), service=Fraction(1), servers=20)
    >>> round(share_within(queue, Fraction(4)), 6)
    0.999815
    """
    return 1 - share_later(queue, time, measure)


def least_servers(
    *,
    arrivals: Fraction,
    service: Fraction,
    within: Fraction,
    target_share: Share,
    measure: Measure = Measure.WAIT,
) -> int:
    """Fewest servers with which the target share is within the time (da: mindste bemanding).

    Minimal: one fewer misses the target. The exact share is compared, and it rises with every
    server, so the first that reaches is found by doubling and then halving. A float may be off in
    its last digits, so a miss of one part in 10^11 counts as reached: one server at a load of 0.9
    begins 10 % of the cases at once, exactly. Nothing arrives: 0. A share of 1 is refused, because
    chance rules it out; so is a sojourn that the work alone makes too long.

    >>> least_servers(
    ...     arrivals=Fraction("29.8"),
    ...     service=Fraction(1),
    ...     within=Fraction(10),
    ...     target_share=Fraction("0.8"),
    ... )
    30
    """
    nobody = PooledQueue(arrivals=arrivals, service=service, servers=0)
    non_negative(within, "within")
    non_negative(target_share, "target_share")
    _possible_target(within / service, target_share, measure)
    if arrivals == 0:
        return 0
    allowed = float(1 - target_share) * (1 + _ROUNDING)

    def reached(servers: int) -> bool:
        queue = PooledQueue(arrivals=arrivals, service=service, servers=servers)
        return share_later(queue, within, measure) <= allowed

    return _first(reached, above=math.floor(nobody.load))


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueAnswer:
    """The shared queue in the long run, and the fewest who meet the target (da: køsvar)."""

    load: float
    utilisation: float
    probability_of_waiting: float
    mean_wait: float
    mean_queue: float
    share_within: float
    least_servers: int


def queue_answer(
    *,
    arrivals: Fraction,
    service: Fraction,
    servers: int,
    within: Fraction,
    target_share: Share,
    measure: Measure = Measure.WAIT,
) -> QueueAnswer:
    """All that Erlang's formulas say about a shared queue (da: køberegning).

    Every field is a finite number. Where the queue grows without end there is no mean to give:
    `InvalidInput` on `servers`, naming the least that keep up and the least that reach the target
    (`NoCapacity` where there are none).

    >>> answer = queue_answer(
    ...     arrivals=Fraction(18),
    ...     service=Fraction(1),
    ...     servers=20,
    ...     within=Fraction(4),
    ...     target_share=Fraction("0.9"),
    ... )
    >>> answer.least_servers, round(answer.probability_of_waiting, 6)
    (19, 0.550769)
    """
    queue = PooledQueue(arrivals=arrivals, service=service, servers=servers)
    enough = least_servers(
        arrivals=arrivals,
        service=service,
        within=within,
        target_share=target_share,
        measure=measure,
    )
    if not queue.stable:
        raise queue_without_end(queue, enough)
    return QueueAnswer(
        load=float(queue.load),
        utilisation=float(queue.utilisation) if queue.arrivals else 0.0,
        probability_of_waiting=probability_of_waiting(queue),
        mean_wait=mean_wait(queue),
        mean_queue=mean_queue(queue),
        share_within=share_within(queue, within, measure),
        least_servers=enough,
    )


def _first(reached: Callable[[int], bool], *, above: int) -> int:
    """Find the first whole number greater than `above` that reaches, where all after it do."""
    failed, step = above, 1
    while failed + step <= MOST_SERVERS and not reached(failed + step):
        failed, step = failed + step, 2 * step
    good = min(failed + step, MOST_SERVERS)
    if failed >= MOST_SERVERS or not reached(good):
        raise TooMuchWork(
            Text(
                da=f"målet kræver mere end {shown(MOST_SERVERS, 0, 'da')} sagsbehandlere",
                en=f"the target takes more than {shown(MOST_SERVERS, 0, 'en')} caseworkers",
            ),
            field="arrivals",
        )
    while good - failed > 1:
        middle = (failed + good) // 2
        failed, good = (failed, middle) if reached(middle) else (middle, good)
    return good


def _possible_target(elapsed: Fraction, target_share: Share, measure: Measure) -> None:
    """Refuse a target that no number of servers can reach."""
    if not 0 < target_share < 1:
        raise InvalidInput(
            Text(
                da="målet skal være større end 0 og mindre end 1; når sager kommer tilfældigt, "
                "kan ingen bemanding nå dem alle",
                en="the target must be more than 0 and less than 1; where cases arrive at random "
                "no staff can reach them all",
            ),
            field="target_share",
        )
    if measure is Measure.SOJOURN and float(1 - target_share) <= math.exp(-float(elapsed)):
        possible = exact(-math.expm1(-float(elapsed)))
        raise InvalidInput(
            Text(
                da=f"selve arbejdet tager for lang tid: kun {shown(100 * possible, 2, 'da')} % "
                "af sagerne kan nås inden for tiden, også uden ventetid",
                en=f"the work itself takes too long: only {shown(100 * possible, 2, 'en')}% "
                "of the cases can be done within the time, even with no wait",
            ),
            field="target_share",
        )
