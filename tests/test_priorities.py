"""Urgent cases first: the formulas against whole Markov chains, and against what they must keep."""

import math
from collections.abc import Callable, Iterable
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.sparse import coo_matrix
from scipy.sparse.linalg import spsolve

from capacity.errors import InvalidInput, NoCapacity
from simulations.erlang import mean_wait
from simulations.general_service import mean_wait_mg_1
from simulations.pooled_queue import PooledQueue
from simulations.priorities import (
    PriorityClass,
    nonpreemptive_mg_1,
    nonpreemptive_mm_c,
    preemptive_mg_1,
    preemptive_mm_c,
)

NINE_DIGITS = 1e-9
State = tuple[int, ...]
Moves = Callable[[State], Iterable[tuple[State, float]]]
rates = st.fractions(Fraction(1, 50), 3, max_denominator=50)
variations = st.fractions(0, 3, max_denominator=10)


def long_run(empty: State, moves: Moves) -> dict[State, float]:
    """Solve the whole chain that can be reached from an empty office."""
    number, todo, entries = {empty: 0}, [empty], []
    while todo:
        here = todo.pop()
        for there, rate in moves(here):
            if there not in number:
                number[there] = len(number)
                todo.append(there)
            entries += [(number[there], number[here], rate), (number[here],) * 2 + (-rate,)]
    rows, columns, values = zip(*((r, c, v) for r, c, v in entries if r), strict=True)
    size = len(number)  # the balance of the empty office is replaced: the shares add up to 1
    rows, columns = (*rows, *[0] * size), (*columns, *range(size))
    balance = coo_matrix(((*values, *[1.0] * size), (rows, columns))).tocsc()
    shares = spsolve(balance, [1.0] + [0.0] * (size - 1))
    return {state: shares[index] for state, index in number.items()}


def mean(shares: dict[State, float], of: Callable[[State], float]) -> float:
    return sum(share * of(state) for state, share in shares.items())


@pytest.mark.parametrize(
    ("urgent", "other", "servers"), [("0.3", "0.4", 2), ("0.1", "0.3", 1), ("1", "0.4", 4)]
)
def test_next_in_line_agrees_with_the_whole_chain(urgent, other, servers):
    first, second = float(Fraction(urgent)), float(Fraction(other))

    def moves(state):
        at_work, urgent_queue, queue = state
        free = at_work < servers
        if urgent_queue < 30:
            yield ((at_work + 1, 0, 0) if free else (at_work, urgent_queue + 1, queue)), first
        if queue < 40:
            yield ((at_work + 1, 0, 0) if free else (at_work, urgent_queue, queue + 1)), second
        if urgent_queue:
            yield (at_work, urgent_queue - 1, queue), at_work
        elif queue:
            yield (at_work, 0, queue - 1), at_work
        elif at_work:
            yield (at_work - 1, 0, 0), at_work

    shares = long_run((0, 0, 0), moves)
    answer = nonpreemptive_mm_c(
        [Fraction(urgent), Fraction(other)], service=Fraction(1), servers=servers
    )
    waits = [each.mean_wait for each in answer.settled]
    assert waits == pytest.approx(
        [mean(shares, lambda s: s[1]) / first, mean(shares, lambda s: s[2]) / second],
        rel=NINE_DIGITS,
    )


@pytest.mark.parametrize(("urgent", "other", "servers"), [("0.3", "0.4", 2), ("1", "0.5", 4)])
def test_pushing_aside_agrees_with_the_whole_chain(urgent, other, servers):
    first, second = float(Fraction(urgent)), float(Fraction(other))

    def moves(state):
        urgent_open, other_open = state
        at_urgent = min(urgent_open, servers)
        at_other = min(other_open, servers - at_urgent)
        if urgent_open < 40:
            yield (urgent_open + 1, other_open), first
        if other_open < 50:
            yield (urgent_open, other_open + 1), second
        if at_urgent:
            yield (urgent_open - 1, other_open), at_urgent
        if at_other:
            yield (urgent_open, other_open - 1), at_other

    shares = long_run((0, 0), moves)
    answer = preemptive_mm_c(
        [Fraction(urgent), Fraction(other)], service=Fraction(1), servers=servers
    )
    assert [each.mean_open for each in answer.settled] == pytest.approx(
        [mean(shares, lambda s: s[0]), mean(shares, lambda s: s[1])], rel=NINE_DIGITS
    )


# Work in four equal stages has a coefficient of variation of exactly 1/2.
EXPONENTIAL, FOUR_STAGES = Fraction(1), Fraction(1, 2)


def test_next_in_line_with_unlike_work_agrees_with_the_whole_chain():
    first, second, pace, stage = 0.2, 0.1, 1.0, 4 / 2.5

    def taken(queues):
        """What is taken next: stage 0 idle, 1 urgent work, 2 to 5 the stages of the other."""
        urgent_queue, queue = queues
        if urgent_queue:
            return (1, urgent_queue - 1, queue)
        return (2, 0, queue - 1) if queue else (0, 0, 0)

    def moves(state):
        in_hand, urgent_queue, queue = state
        if urgent_queue < 18:
            yield (in_hand, urgent_queue + 1, queue) if in_hand else (1, 0, 0), first
        if queue < 30:
            yield (in_hand, urgent_queue, queue + 1) if in_hand else (2, 0, 0), second
        if in_hand == 1:
            yield taken(state[1:]), pace
        elif 2 <= in_hand < 5:
            yield (in_hand + 1, urgent_queue, queue), stage
        elif in_hand == 5:
            yield taken(state[1:]), stage

    shares = long_run((0, 0, 0), moves)
    answer = nonpreemptive_mg_1(
        [
            PriorityClass(arrivals=Fraction("0.2"), service=Fraction(1), service_cv=EXPONENTIAL),
            PriorityClass(
                arrivals=Fraction("0.1"), service=Fraction("2.5"), service_cv=FOUR_STAGES
            ),
        ]
    )
    assert [each.mean_wait for each in answer.settled] == pytest.approx(
        [mean(shares, lambda s: s[1]) / first, mean(shares, lambda s: s[2]) / second],
        rel=NINE_DIGITS,
    )


def test_pushing_aside_with_unlike_work_agrees_with_the_whole_chain():
    first, second, urgent_stage, pace_in_hand = 0.2, 0.1, 4 / 1.0, 4 / 2.0

    def moves(state):
        urgent_open, urgent_at, other_open, other_at = state
        if urgent_open < 15:
            yield (urgent_open + 1, urgent_at, other_open, other_at), first
        if other_open < 20:
            yield (urgent_open, urgent_at, other_open + 1, other_at), second
        if urgent_open and urgent_at < 3:
            yield (urgent_open, urgent_at + 1, other_open, other_at), urgent_stage
        elif urgent_open:
            yield (urgent_open - 1, 0, other_open, other_at), urgent_stage
        elif other_open and other_at < 3:
            yield (0, 0, other_open, other_at + 1), pace_in_hand
        elif other_open:
            yield (0, 0, other_open - 1, 0), pace_in_hand

    shares = long_run((0, 0, 0, 0), moves)
    answer = preemptive_mg_1(
        [
            PriorityClass(arrivals=Fraction("0.2"), service=Fraction(1), service_cv=FOUR_STAGES),
            PriorityClass(arrivals=Fraction("0.1"), service=Fraction(2), service_cv=FOUR_STAGES),
        ]
    )
    assert [each.mean_open for each in answer.settled] == pytest.approx(
        [mean(shares, lambda s: s[0]), mean(shares, lambda s: s[2])], rel=NINE_DIGITS
    )


def test_endless_work_below_delays_the_urgent_by_what_is_left_in_hand():
    urgent, pace, stage = 0.3, 1.0, 4 / 2.5

    def moves(state):
        """Work in hand: 1 urgent, 2 to 5 the stages of the other, of which there is no end."""
        in_hand, queue = state
        if queue < 60:
            yield (in_hand, queue + 1), urgent
        if 2 <= in_hand < 5:
            yield (in_hand + 1, queue), stage
        else:
            next_up = (1, queue - 1) if queue else (2, 0)
            if next_up != state:
                yield next_up, pace if in_hand == 1 else stage

    queued = mean(long_run((2, 0), moves), lambda s: s[1])
    answer = nonpreemptive_mg_1(
        [
            PriorityClass(arrivals=Fraction("0.3"), service=Fraction(1)),
            PriorityClass(arrivals=Fraction(9), service=Fraction("2.5"), service_cv=FOUR_STAGES),
            PriorityClass(arrivals=Fraction(9), service=Fraction(100)),  # is never reached
        ]
    )
    assert [each.mean_wait for each in answer.settled] == pytest.approx(
        [queued / urgent], rel=NINE_DIGITS
    )


@pytest.mark.parametrize("servers", [2, 3, 7])
def test_endless_work_below_keeps_every_caseworker_busy(servers):
    # The urgent then queue for c caseworkers as for one of c times the pace: 1 / (c − λ).
    arrivals = [Fraction(3, 2), Fraction(servers)]
    (urgent,) = nonpreemptive_mm_c(arrivals, service=Fraction(1), servers=servers).settled
    assert urgent.mean_wait == pytest.approx(1 / (servers - 1.5), rel=1e-12)


@pytest.mark.parametrize("overload", [Fraction(1, 10**12), Fraction(0)])
def test_at_full_load_the_two_ways_of_counting_meet(overload):
    urgent = PriorityClass(arrivals=Fraction(1, 4), service=Fraction(1), service_cv=Fraction(2))
    for share in (Fraction(3, 4) + overload, Fraction(3, 4) - Fraction(1, 10**12)):
        other = PriorityClass(arrivals=share / 5, service=Fraction(5), service_cv=Fraction(1, 2))
        waits = [each.mean_wait for each in nonpreemptive_mg_1([urgent, other]).settled]
        in_hand = (1 / 4 * 1 * 5 / 2) + 3 / 4 * 5 * (1 + 1 / 4) / 2
        assert waits[0] == pytest.approx(in_hand / (3 / 4), rel=1e-10)


@given(arrivals=st.lists(rates, min_size=1, max_size=6), more=st.integers(1, 4))
def test_turning_the_queue_round_moves_waits_but_not_the_queue(arrivals, more):
    servers = math.floor(sum(arrivals)) + more
    together = PooledQueue(arrivals=sum(arrivals), service=Fraction(1), servers=servers)
    for way in (nonpreemptive_mm_c, preemptive_mm_c):
        answer = way(arrivals, service=Fraction(1), servers=servers)
        queue = sum(
            float(rate) * each.mean_wait
            for rate, each in zip(arrivals, answer.settled, strict=True)
        )
        expected = float(together.arrivals) * mean_wait(together)
        assert queue == pytest.approx(expected, rel=1e-10)


@given(classes=st.lists(st.tuples(rates, variations), min_size=1, max_size=5))
def test_the_work_that_waits_is_the_same_in_any_order(classes):
    # Kleinrock's conservation law: the sum of load × wait does not depend on the ranking.
    each_load = Fraction(9, 10) / len(classes)
    ranked = [
        PriorityClass(arrivals=each_load / size, service=size, service_cv=cv)
        for size, cv in classes
    ]
    sums = {
        sum(
            float(each.load) * found.mean_wait
            for each, found in zip(order, nonpreemptive_mg_1(order).settled, strict=True)
        )
        for order in (ranked, ranked[::-1])
    }
    in_hand = sum(each.load * each.residual for each in ranked)
    assert min(sums) == pytest.approx(float(in_hand * 9), rel=1e-12)
    assert max(sums) == pytest.approx(min(sums), rel=1e-12)


@given(arrivals=rates, cv=variations)
def test_a_single_class_is_the_queue_without_classes(arrivals, cv):
    servers = math.floor(arrivals) + 1
    several = PooledQueue(arrivals=arrivals, service=Fraction(1), servers=servers)
    for way in (nonpreemptive_mm_c, preemptive_mm_c):
        (only,) = way([arrivals], service=Fraction(1), servers=servers).settled
        assert only.mean_wait == pytest.approx(mean_wait(several), rel=1e-11)
    single = PooledQueue(arrivals=arrivals, service=1 / (2 * arrivals), servers=1)
    alone = PriorityClass(arrivals=arrivals, service=1 / (2 * arrivals), service_cv=cv)
    for way in (nonpreemptive_mg_1, preemptive_mg_1):
        (only,) = way([alone]).settled
        assert only.mean_wait == pytest.approx(mean_wait_mg_1(single, service_cv=cv), rel=1e-12)


@given(first=rates, second=rates)
def test_several_caseworkers_and_one_agree_where_both_formulas_hold(first, second):
    arrivals = [first / 7, second / 7]
    classes = [PriorityClass(arrivals=rate, service=Fraction(1)) for rate in arrivals]
    for several, one in (
        (nonpreemptive_mm_c, nonpreemptive_mg_1),
        (preemptive_mm_c, preemptive_mg_1),
    ):
        of_several = several(arrivals, service=Fraction(1), servers=1).settled
        of_one = one(classes).settled
        assert [each.mean_sojourn for each in of_several] == pytest.approx(
            [each.mean_sojourn for each in of_one], rel=1e-12
        )


def open_exactly(load: Fraction, servers: int) -> Fraction:
    """Mean number open in M/M/c from the textbook sum."""
    below = sum(load**n / math.factorial(n) for n in range(servers))
    last = load**servers / math.factorial(servers) * servers / (servers - load)
    return load + last / (below + last) * load / (servers - load)


@given(
    above=st.one_of(st.just(Fraction(0)), rates),
    rate=st.sampled_from([Fraction(1), Fraction(1, 10**6), Fraction(1, 10**12)]),
    more=st.integers(1, 20),
)
def test_a_rare_class_keeps_all_its_digits(above, rate, more):
    servers = math.floor(above + rate) + more
    exactly = (open_exactly(above + rate, servers) - open_exactly(above, servers)) / rate
    wait = preemptive_mm_c([above, rate], service=Fraction(1), servers=servers).settled[1].mean_wait
    assert wait == pytest.approx(float(exactly - 1), rel=1e-11, abs=0)


def test_thousands_of_caseworkers_do_not_overflow():
    answer = preemptive_mm_c([Fraction(1, 100), Fraction(100)], service=Fraction(1), servers=3000)
    assert [each.mean_wait for each in answer.settled] == [0, 0]


def test_a_class_without_cases_is_told_what_a_single_case_would_meet():
    nearly = nonpreemptive_mm_c(
        [Fraction(1), Fraction(1, 10**12)], service=Fraction(1), servers=2
    ).settled
    for way in (nonpreemptive_mm_c, preemptive_mm_c):
        none = way([Fraction(1), Fraction(0)], service=Fraction(1), servers=2).settled
        assert none[1].mean_open == 0
        assert none[1].mean_wait > none[0].mean_wait
        if way is nonpreemptive_mm_c:
            assert none[1].mean_wait == pytest.approx(nearly[1].mean_wait, rel=1e-10)


@given(arrivals=st.lists(rates, min_size=2, max_size=6), servers=st.integers(1, 6))
def test_the_more_urgent_wait_less_and_pushing_aside_helps_the_first(arrivals, servers):
    ranked = [
        [each.mean_wait for each in way(arrivals, service=Fraction(2), servers=servers).settled]
        for way in (nonpreemptive_mm_c, preemptive_mm_c)
    ]
    assert all(waits == sorted(waits) for waits in ranked)
    assert all(aside <= in_line for in_line, aside in list(zip(*ranked, strict=True))[:1])


def test_those_who_push_others_aside_do_not_see_them():
    urgent = [Fraction(1), Fraction(1, 2)]
    alone = preemptive_mm_c(urgent, service=Fraction(1), servers=2)
    crowded = preemptive_mm_c([*urgent, Fraction(40)], service=Fraction(1), servers=2)
    assert crowded.settled == alone.settled
    first, below = (
        PriorityClass(arrivals=Fraction(1, 2), service=Fraction(1), service_cv=Fraction(2)),
        PriorityClass(arrivals=Fraction(8), service=Fraction(1)),
    )
    assert preemptive_mg_1([first, below]).settled == preemptive_mg_1([first]).settled


def test_the_classes_that_never_settle_are_named_and_those_above_are_answered():
    answer = nonpreemptive_mm_c(
        [Fraction(1), Fraction(1), Fraction(2)], service=Fraction(1), servers=2
    )
    assert len(answer.settled) == 1
    assert answer.of(0) == answer.settled[0]
    with pytest.raises(InvalidInput, match=r"from class 2 down: .* keep 2\.00 .* At least 5 are"):
        answer.of(1)
    with pytest.raises(InvalidInput, match="from class 2 down"):
        answer.of(2)


def test_a_desk_that_settles_as_a_whole_has_nothing_unsettled():
    answer = nonpreemptive_mg_1([PriorityClass(arrivals=Fraction(1, 2), service=Fraction(1))])
    assert answer.unsettled is None
    with pytest.raises(IndexError):
        answer.of(1)


def test_where_even_the_first_class_is_too_much_none_settles():
    for way in (nonpreemptive_mg_1, preemptive_mg_1):
        answer = way([PriorityClass(arrivals=Fraction(1), service=Fraction(1))])
        assert answer.settled == ()
        assert "from class 1 down" in answer.unsettled.en


def test_the_wait_is_in_the_units_of_the_work():
    by_weeks = nonpreemptive_mm_c([Fraction(1), Fraction(2)], service=Fraction(1), servers=4)
    by_days = nonpreemptive_mm_c([Fraction(1, 7), Fraction(2, 7)], service=Fraction(7), servers=4)
    for days, weeks in zip(by_days.settled, by_weeks.settled, strict=True):
        assert days.mean_sojourn == pytest.approx(7 * weeks.mean_sojourn)
        assert days.mean_open == pytest.approx(weeks.mean_open)


def test_no_classes_and_no_caseworkers_are_refused():
    for way in (nonpreemptive_mm_c, preemptive_mm_c):
        with pytest.raises(InvalidInput, match="no classes"):
            way([], service=Fraction(1), servers=2)
        with pytest.raises(NoCapacity, match="no caseworkers"):
            way([Fraction(1)], service=Fraction(1), servers=0)
        with pytest.raises(InvalidInput, match=r"arrivals\[1\] is -1"):
            way([Fraction(1), Fraction(-1)], service=Fraction(1), servers=2)
    for way in (nonpreemptive_mg_1, preemptive_mg_1):
        with pytest.raises(InvalidInput, match="no classes"):
            way([])
