"""The shared queue where the work varies more or less than exponentially: M/G/1, M/D/c, M/G/c.

`service_cv` is the coefficient of variation of the work of one case, standard deviation over mean:
0 where every case takes the same, 1 where it varies exponentially. Exact where an exact formula
exists (one server; equal work); otherwise an approximation, and the docstring says how good.
"""

import math
from fractions import Fraction

import numpy as np
from scipy.special import gammainc

from capacity.errors import InvalidInput, TooMuchWork
from capacity.wording import Text
from simulations.erlang import mean_wait
from simulations.pooled_queue import PooledQueue, queue_without_end
from simulations.quantities import non_negative

_MOST_TERMS = 10**6
_NEGLIGIBLE = 40.0
"""Minus the logarithm of a term that no float sum notices beside the first."""


def mean_wait_mg_1(queue: PooledQueue, *, service_cv: Fraction) -> float:
    """Mean wait for one caseworker, whatever the shape of the work (da: gennemsnitlig ventetid).

    Exact: W = service · ρ (1 + cv²) / (2 (1 − ρ)) (Pollaczek 1930, Khinchin 1932). `InvalidInput`
    for more than one server, and where the queue grows without end.

    >>> queue = PooledQueue(arrivals=Fraction("0.8"), service=Fraction(1), servers=1)
    >>> mean_wait_mg_1(queue, service_cv=Fraction(0))
    2.0
    """
    non_negative(service_cv, "service_cv")
    if queue.servers > 1:
        raise InvalidInput(
            Text(
                da=f"formlen gælder én sagsbehandler, ikke {queue.servers}",
                en=f"the formula is for one caseworker, not {queue.servers}",
            ),
            field="servers",
        )
    if not queue.stable:
        raise queue_without_end(queue)
    if queue.arrivals == 0:
        return 0.0
    return float(queue.service * queue.load * (1 + service_cv**2) / (2 * (1 - queue.load)))


def mean_wait_md_c(queue: PooledQueue) -> float:
    """Mean wait where every case takes the same (da: gennemsnitlig ventetid ved ens sager).

    Exact. Seen once per service time, the queue is (queue + arrivals − c) or 0 (Crommelin 1932), a
    random walk held at 0, and its mean is the sum over l of E[(A_l − l c)^+] / l with A_l Poisson
    of mean l a (Spitzer 1956). All terms are positive. With m = l a and n = l c the mean excess
    is m P(A ≥ n) − n P(A ≥ n + 1). Their number grows as 1 / (c (1 − ρ)²): `TooMuchWork` past a
    million, which is 0.99 of full load for one server and closer to it for more.

    >>> queue = PooledQueue(arrivals=Fraction("1.6"), service=Fraction(1), servers=2)
    >>> round(mean_wait_md_c(queue), 6)
    0.903284
    """
    if not queue.stable:
        raise queue_without_end(queue)
    if queue.arrivals == 0:
        return 0.0
    use = float(queue.utilisation)
    decay = queue.servers * (use - 1 - math.log(use))
    if decay * _MOST_TERMS < _NEGLIGIBLE:
        raise TooMuchWork(
            Text(
                da="belastningen er for tæt på fuld til, at ventetiden kan beregnes eksakt; "
                "skriv flere sagsbehandlere eller færre sager",
                en="the load is too close to full for the exact wait to be calculated; "
                "write more caseworkers or fewer cases",
            ),
            field="servers",
        )
    span = np.arange(1, math.ceil(_NEGLIGIBLE / decay) + 1)
    arrived, begun = span * float(queue.load), span * float(queue.servers)
    excess = arrived * gammainc(begun, arrived) - begun * gammainc(begun + 1, arrived)
    return float((np.maximum(excess, 0) / span).sum()) / float(queue.arrivals)


def mean_wait_allen_cunneen(
    queue: PooledQueue, *, service_cv: Fraction, arrival_cv: Fraction = Fraction(1)
) -> float:
    """Mean wait by the rule of thumb of operations textbooks (da: tilnærmet ventetid).

    W ≈ W(M/M/c) (cv_arrivals² + cv_service²) / 2 (Allen 1990, section 5.3; for Poisson arrivals it
    is Lee & Longton 1959). Exact for M/M/c and for one server with Poisson arrivals. For work
    that varies less than exponentially it is too low, most so with many servers at light load.

    >>> queue = PooledQueue(arrivals=Fraction("1.6"), service=Fraction(1), servers=2)
    >>> round(mean_wait_allen_cunneen(queue, service_cv=Fraction(0)), 6)
    0.888889
    """
    non_negative(service_cv, "service_cv")
    non_negative(arrival_cv, "arrival_cv")
    return mean_wait(queue) * float(arrival_cv**2 + service_cv**2) / 2


def mean_wait_mg_c(queue: PooledQueue, *, service_cv: Fraction) -> float:
    """Mean wait for several caseworkers and any shape of work (da: tilnærmet ventetid).

    W ≈ (1 − cv²) W(M/D/c) + cv² W(M/M/c), between the two exact ends (Cosmetatos 1976; Tijms 2003,
    section 9.6). Exact for equal and for exponential work, and for one server whatever the work.
    In between, from the two moments alone: measured against the exact chain for Erlang-2 work with
    2 to 10 servers at loads from 0.5 to 0.9, it is less than 1 % off. For cv² above 1 it is an
    extrapolation, and two shapes of work with the same cv may differ by several percent.

    >>> queue = PooledQueue(arrivals=Fraction("1.6"), service=Fraction(1), servers=2)
    >>> round(mean_wait_mg_c(queue, service_cv=Fraction(1, 2)), 6)
    1.121907
    """
    non_negative(service_cv, "service_cv")
    if queue.servers == 1:
        return mean_wait_mg_1(queue, service_cv=service_cv)
    if service_cv == 1:
        return mean_wait(queue)
    variation = float(service_cv**2)
    return (1 - variation) * mean_wait_md_c(queue) + variation * mean_wait(queue)
