"""The fast path for one team's desk worked by equal servers whose clocks never stop.

First come, first served, and priority classes without preemption: the queues of the textbooks.
Nothing need be kept in a queue. The cases of a class lie in the order in which they come, so its
queue is a number: that of the first of them not yet taken (a *head*). And since the servers are
equal it does not matter who they are: they are the moments at which they are free, in order, and
the next case is taken at the first. Taking it moves its server back among the others, by a smaller
and a larger of two at each place and no question asked, so that the processor does many places at
once.

Event for event the answer is that of `casework` with the same cases.
"""

import math
from itertools import accumulate, pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from simulations.compilation import compiled, loop, part
from simulations.luck import Floats, Integers, Quantiles, key_of, stream
from simulations.luck_in_bulk import (
    Bundle,
    bundle,
    draw_uniforms,
    turn_exponential,
    turn_lognormal,
)

Counts = NDArray[np.uint32]
"""Numbers of places that are never counted from the end, which the compiler need not look into."""
NEVER = np.inf
_AT_ONCE = 32
"""Servers are moved so many at a time."""
SIDE_BY_SIDE = 64
"""So many replications are served side by side."""
_BLOCK = 8
"""So many of their customers are dealt at a time."""


class Queue(NamedTuple):
    """Cases class by class, each class in the order in which they come (da: kø).

    Each class is followed by a case that never comes.
    """

    comes_at: Floats
    hours: Floats
    due_at: Floats


class Desks(NamedTuple):
    """Desks on which the same cases are served, each by its own number of servers (da: borde)."""

    free_at: Floats
    """When the servers are free: a row a desk, in order, with infinity in the places left over."""
    heads: Counts
    """The first case not yet taken: a row a desk, a column a class, the most urgent first."""
    heads_at: Floats
    going: Counts
    in_time: Counts
    """How many of a class were done by their due moment; a row a desk."""
    taken_at: Floats
    """When each case was taken, a row a desk; no rows where nobody asks."""


def queue_of(classes: list[tuple[Floats, Floats]]) -> tuple[Queue, list[int]]:
    """Lay classes out, each its moments in order and the hours needed; and where each class begins.

    Nothing is due. The last number is where the last class ends.

    >>> queue, first = queue_of([(np.array([1.0, 2.0]), np.array([0.5, 0.5]))])
    >>> queue.comes_at.tolist(), first
    ([1.0, 2.0, inf], [0, 3])
    """
    comes_at = np.concatenate([np.append(moments, NEVER) for moments, _ in classes])
    hours = np.concatenate([np.append(needs, 0.0) for _, needs in classes])
    first = list(accumulate((moments.size + 1 for moments, _ in classes), initial=0))
    return Queue(comes_at, hours, np.full(comes_at.size, NEVER)), first


def desks_of(servers: list[int], classes: int, cases: int = 0) -> Desks:
    """Make room for desks with so many servers each; for moments of taking, if there are cases."""
    desks = len(servers)
    free_at = np.full((desks, _AT_ONCE * -(-max(servers) // _AT_ONCE) + 1), NEVER)
    for desk, count in enumerate(servers):
        free_at[desk, :count] = 0.0
    whole = np.zeros((2, desks, classes), dtype=np.uint32)
    going = np.empty(desks, dtype=np.uint32)
    taken_at = np.full((desks if cases else 0, cases), NEVER)
    return Desks(free_at, whole[0], np.empty((desks, classes)), going, whole[1], taken_at)


@loop
def _free_again(free_at, moment):
    """Let the server who was free first be free again at another moment."""
    for place in range(free_at.size - 1):
        here, after = free_at[place], free_at[place + 1]
        later = here if here > moment else moment
        free_at[place] = later if later < after else after


@part
def serve(queue, horizon, desks):
    """Serve the same cases on every desk, from the heads given, until the horizon.

    The desks take a case in turn, each at its own moment: so the processor need not wait for what
    one desk has just written, for it comes back to it only after the others.
    """
    count, classes = desks.heads.shape
    for desk in range(count):
        desks.going[desk] = desk
        for rank in range(classes):
            desks.heads_at[desk, rank] = queue.comes_at[desks.heads[desk, rank]]
    while count > 0:
        turn = 0
        while turn < count:
            desk = desks.going[turn]
            # 1. when the first server is free for the first case that comes
            first_at = desks.heads_at[desk, 0]
            for rank in range(1, classes):
                head_at = desks.heads_at[desk, rank]
                first_at = head_at if head_at < first_at else first_at
            free_at = desks.free_at[desk, 0]
            now = free_at if free_at > first_at else first_at
            if now >= horizon:
                count -= 1
                desks.going[turn] = desks.going[count]
                continue
            # 2. the first of the most urgent class that waits is taken, and the next is its head
            rank = classes - 1
            for other in range(classes - 2, -1, -1):
                rank = other if desks.heads_at[desk, other] <= now else rank
            case = desks.heads[desk, rank]
            desks.heads[desk, rank] = case + 1
            desks.heads_at[desk, rank] = queue.comes_at[case + 1]
            if desks.taken_at.size > 0:
                desks.taken_at[desk, case] = now
            # 3. the server is free again when it is done
            done_at = now + queue.hours[case]
            desks.in_time[desk, rank] += done_at <= queue.due_at[case]
            _free_again(desks.free_at[desk], done_at)
            turn += 1


@compiled
def served(queue, horizon, desks):
    """See `serve`."""
    serve(queue, horizon, desks)


def taken_at_by_class(
    classes: list[tuple[Floats, Floats]], servers: int, horizon: float = NEVER
) -> list[Floats]:
    """Return when each case of each class is taken; infinity where that is not before the horizon.

    A class is its cases' moments in order and the hours that they need; the most urgent comes
    first. All servers are free from 0.

    >>> classes = [(np.array([1.0]), np.array([9.0])), (np.array([0.0, 0.5]), np.array([2.0, 2.0]))]
    >>> [each.tolist() for each in taken_at_by_class(classes, servers=1)]
    [[2.0], [0.0, 11.0]]
    """
    queue, first = queue_of(classes)
    desks = desks_of([servers], len(classes), queue.comes_at.size)
    desks.heads[0] = first[:-1]
    served(queue, float(horizon), desks)
    return [desks.taken_at[0, begin : end - 1] for begin, end in pairwise(first)]


@loop
def _takes(comes_at, hours, free_at, taken_at, done_at):
    """Let the first server of each replication take its next case."""
    for lane in range(SIDE_BY_SIDE):
        comes, free = comes_at[lane], free_at[lane]
        now = free if free > comes else comes
        taken_at[lane] = now
        done_at[lane] = now + hours[lane]


@loop
def _two_free_again(free_at, first, done_at):
    """Move the server who was first to his place among the others, as far as two servers go.

    Two servers at a time, since a single one's loop would be unrolled instead.
    """
    for lane in range(SIDE_BY_SIDE):
        moment = done_at[lane]
        for other in range(2):
            here, after = free_at[first + other, lane], free_at[first + other + 1, lane]
            later = here if here > moment else moment
            free_at[first + other, lane] = later if later < after else after


@part
def serve_side_by_side(comes_at, hours, free_at, done_at, taken_at):
    """Serve first come, first served, a replication a column; write when each case is taken.

    `free_at` is when servers are free, a row a server in order, and then rows of infinity, as laid
    out by `all_free`; it is moved on, so that the cases may be given a block at a time.
    """
    for case in range(comes_at.shape[0]):
        _takes(comes_at[case], hours[case], free_at[0], taken_at[case], done_at)
        for first in range(0, free_at.shape[0] - 1, 2):
            _two_free_again(free_at, first, done_at)


def all_free(servers: int) -> Floats:
    """All servers of all replications free from 0."""
    free_at = np.full((2 * ((servers + 1) // 2) + 1, SIDE_BY_SIDE), NEVER)
    free_at[:servers] = 0.0
    return free_at


@compiled
def first_come_side_by_side(comes_at, hours, free_at, done_at, taken_at):
    """Serve `SIDE_BY_SIDE` replications; see `serve_side_by_side`."""
    serve_side_by_side(comes_at, hours, free_at, done_at, taken_at)


@compiled
def mean_waits_with_luck(keys, rate, mean, spread, customers, room):
    """Simulate M/G/c with lognormal service, `SIDE_BY_SIDE` replications, each with its mean wait.

    `keys` are those of arrivals and of efforts, a replication a column; `mean` and `spread` are of
    the logarithm of service. The answer is written in `room.waits`.
    """
    for lane in range(SIDE_BY_SIDE):
        room.waits[lane] = room.now[lane] = 0.0
    block = room.comes_at.shape[0]
    for first in range(0, customers, block):
        # 1. when the next block of customers come, and what they need
        draw_uniforms(keys[0], first, room.arrivals)
        turn_exponential(1.0 / rate, room.arrivals)
        draw_uniforms(keys[1], first, room.efforts)
        turn_lognormal(mean, spread, room.efforts)
        _one_after_another(room.now, room.comes_at)
        # 2. they are served
        last = min(block, customers - first)
        comes_at, taken_at = room.comes_at[:last], room.taken_at[:last]
        serve_side_by_side(comes_at, room.hours[:last], room.free_at, room.done_at, taken_at)
        for case in range(last):
            _add_difference(room.waits, taken_at[case], comes_at[case])
    _divide(room.waits, customers)


@loop
def _one_after_another(now, comes_at):
    """Turn the times between arrivals into their moments."""
    for case in range(comes_at.shape[0]):
        for lane in range(SIDE_BY_SIDE):
            now[lane] += comes_at[case, lane]
            comes_at[case, lane] = now[lane]


@loop
def _add_difference(total, one, other):
    for lane in range(total.size):
        total[lane] += one[lane] - other[lane]


@loop
def _divide(total, by):
    for lane in range(total.size):
        total[lane] /= by


class SideBySide(NamedTuple):
    """Room for replications side by side, and a block of their customers (da: plads)."""

    free_at: Floats
    done_at: Floats
    now: Floats
    waits: Floats
    taken_at: Floats
    arrivals: Bundle
    efforts: Bundle
    comes_at: Floats
    """The arrivals, a row a customer; the hours are the efforts."""
    hours: Floats


def mean_waits(
    replications: Integers, servers: int, load: float, service: Quantiles, seed: int, customers: int
) -> Floats:
    """Return the mean wait of the first customers of M/G/c, lognormal service, a replication each.

    As many replications as lie `SIDE_BY_SIDE`; luck is that of `luck`, by streams of this seed.
    """
    streams = [stream(seed, purpose, "M/G/c") for purpose in ("arrival", "effort")]
    keys = np.array(
        [[key_of(each, replication) for replication in replications] for each in streams],
        dtype=np.uint64,
    )
    arrivals, efforts = bundle(_BLOCK * SIDE_BY_SIDE), bundle(_BLOCK * SIDE_BY_SIDE)
    rows = _BLOCK, SIDE_BY_SIDE
    room = SideBySide(
        all_free(servers),
        np.empty(SIDE_BY_SIDE),
        np.empty(SIDE_BY_SIDE),
        np.empty(SIDE_BY_SIDE),
        np.empty(rows),
        arrivals,
        efforts,
        arrivals.values.reshape(rows),
        efforts.values.reshape(rows),
    )
    mean, spread = float(service.mean[0]), float(service.spread[0])
    rate = load * servers / math.exp(mean + spread**2 / 2)
    mean_waits_with_luck(keys, rate, mean, spread, customers, room)
    return room.waits
