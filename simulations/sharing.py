"""Attention shared evenly among open cases, in closed form (da: delt opmærksomhed).

A caseworker who has a little of everything in hand gives each of n open cases an n-th of the time.
Theory calls it processor sharing. Two things are remarkable about it. The mean time a case takes
does not depend on how the work varies, only on its mean. And it is in proportion to the case's own
work: a case of double the work takes double the time, whatever else comes.

Against that stands first come, first served: for equal work it is better for nearly everybody, and
worse for nobody (`equal_jobs`).

Times in one unit; inputs are exact fractions.
"""

from dataclasses import dataclass
from fractions import Fraction

from capacity.errors import InvalidInput
from capacity.wording import Text
from simulations.erlang import mean_wait, probability_of_waiting
from simulations.pooled_queue import PooledQueue
from simulations.quantities import non_negative, whole


def mean_sojourn_shared(queue: PooledQueue) -> float:
    """Mean time from arrival until the work is done where all work is shared (da: gennemløbstid).

    Exact for work of any shape with this mean. One caseworker: T = service / (1 − ρ), M/G/1-PS
    (Kleinrock 1976, section 4.4). Several who share evenly among all that is open, no case getting
    more than one caseworker's pace: as much as Erlang's queue, wait and work (Cohen 1979).
    Without a steady state: `InvalidInput`.

    >>> queue = PooledQueue(arrivals=Fraction("0.8"), service=Fraction(1), servers=1)
    >>> round(mean_sojourn_shared(queue), 9)
    5.0
    """
    return mean_wait(queue) + float(queue.service)


def mean_sojourn_of(queue: PooledQueue, *, work: Fraction) -> float:
    """Mean time that a case with just so much work takes where all is shared (da: gennemløbstid).

    x / (1 − ρ) for one caseworker, and in the same proportion for several; exact whatever the
    shape of the work (Kleinrock 1976, section 4.4; Cohen 1979).

    >>> queue = PooledQueue(arrivals=Fraction("0.8"), service=Fraction(1), servers=1)
    >>> round(mean_sojourn_of(queue, work=Fraction(1, 10)), 9)
    0.5
    """
    non_negative(work, "work")
    return float(work / queue.service) * mean_sojourn_shared(queue)


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitedSharing:
    """Sharing among a limited number of cases in hand, in the long run (da: højst så mange sager).

    `mean_wait` runs until the case is taken in hand, `mean_in_hand` from there until it is done;
    `probability_of_waiting` is that of finding no room. In the queue's unit of time.
    """

    probability_of_waiting: float
    mean_wait: float
    mean_in_hand: float
    mean_sojourn: float


def limited_sharing(queue: PooledQueue, *, most_in_hand: int) -> LimitedSharing:
    """Work shared among at most so many cases, the others waiting in line (da: delt, med loft).

    Exact for exponential work: the cases open are those of Erlang's queue whatever is shared, so
    with K in hand and c caseworkers an arrival finds no room with probability C ρ^(K − c), and
    the wait outside is that much less too. K = c is one case each, first come first served.
    `InvalidInput` where there are fewer in hand than caseworkers, or no steady state.

    >>> queue = PooledQueue(arrivals=Fraction("0.8"), service=Fraction(1), servers=1)
    >>> answer = limited_sharing(queue, most_in_hand=3)
    >>> round(answer.mean_wait, 9), round(answer.mean_in_hand, 9)
    (2.56, 2.44)
    """
    whole(most_in_hand, "most_in_hand")
    if most_in_hand < queue.servers:
        raise InvalidInput(
            Text(
                da=f"højst {most_in_hand} sager i gang til {queue.servers} sagsbehandlere: så er "
                "nogle uden arbejde; skriv mindst én sag til hver",
                en=f"at most {most_in_hand} cases in hand for {queue.servers} caseworkers: some "
                "would have no work; write at least one case for each",
            ),
            field="most_in_hand",
        )
    in_line = mean_wait(queue)
    outside = float(queue.utilisation) ** (most_in_hand - queue.servers) if queue.arrivals else 0.0
    wait, sojourn = in_line * outside, in_line + float(queue.service)
    return LimitedSharing(
        probability_of_waiting=probability_of_waiting(queue) * outside,
        mean_wait=wait,
        mean_in_hand=in_line * (1 - outside) + float(queue.service),
        mean_sojourn=sojourn,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class EqualJobs:
    """A pile of equal jobs done in two ways; times in the unit of the work (da: to måder).

    `last` is when the last is done, and it is the same both ways: sharing saves nobody any time.
    """

    mean_one_by_one: Fraction
    mean_shared: Fraction
    last: Fraction


def equal_jobs(*, jobs: int, work: Fraction) -> EqualJobs:
    """One caseworker and n equal jobs of w: one by one, or all at once (da: en ad gangen).

    One by one they are done at w, 2 w, … n w, on average w (n + 1) / 2. Shared evenly they are all
    done at n w. `InvalidInput` for no jobs.

    >>> done = equal_jobs(jobs=20, work=Fraction(6))
    >>> str(done.mean_one_by_one), str(done.mean_shared)
    ('63', '120')
    """
    whole(jobs, "jobs")
    non_negative(work, "work")
    if jobs == 0:
        raise InvalidInput(
            Text(da="der skal være mindst ét stykke arbejde", en="there must be at least one job"),
            field="jobs",
        )
    last = jobs * work
    return EqualJobs(mean_one_by_one=work * (jobs + 1) / 2, mean_shared=last, last=last)
