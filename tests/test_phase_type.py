"""Work in phases: the matrix solution against the whole chain, and against other exact formulas."""

import math
from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import coo_matrix
from scipy.sparse.linalg import spsolve

from capacity.errors import InvalidInput, NoCapacity, TooMuchWork
from simulations.erlang import mean_wait, probability_of_waiting
from simulations.general_service import mean_wait_md_c, mean_wait_mg_1, mean_wait_mg_c
from simulations.phase_type import (
    FULLEST,
    PhaseType,
    coxian_work,
    erlang_work,
    fitted_work,
    hyperexponential_work,
    phase_type_queue,
)
from simulations.pooled_queue import PooledQueue

NINE_DIGITS = 1e-9
ONE = Fraction(1)
EXPONENTIAL = PhaseType(start=(1.0,), moves=((0.0,),), ends=(1.0,))
BACK_AND_FORTH = PhaseType(
    start=(0.2, 0.5, 0.3),
    moves=((9.0, 1.0, 0.5), (0.25, 0.0, 2.0), (0.75, 0.0, 0.0)),
    ends=(0.5, 0.0, 1.5),
)


def queue(utilisation: Fraction | str, servers: int, service: Fraction | int = 1) -> PooledQueue:
    arrivals = Fraction(utilisation) * servers / service
    return PooledQueue(arrivals=arrivals, service=Fraction(service), servers=servers)


def whole_chain(arrivals: float, servers: int, work: PhaseType, longest: int):
    """Waiting and mean queue where every caseworker is known by the phase of the work in hand.

    Caseworkers are told apart, which the solution under test does not do; phase −1 is idle. The
    time unit is that of the work.
    """
    phases = range(len(work.start))
    idle = (-1,) * servers
    number, todo, entries = {(idle, 0): 0}, [(idle, 0)], []

    def changed(desks, desk, phase):
        return (*desks[:desk], phase, *desks[desk + 1 :])

    def moves(desks, queued):
        free = [desk for desk, phase in enumerate(desks) if phase < 0]
        if free:
            for phase in phases:
                yield (changed(desks, free[0], phase), 0), arrivals * work.start[phase]
        elif queued < longest:
            yield (desks, queued + 1), arrivals
        for desk, phase in enumerate(desks):
            if phase < 0:
                continue
            for other in phases:
                if other != phase:
                    yield (changed(desks, desk, other), queued), work.moves[phase][other]
                if queued:
                    taken = changed(desks, desk, other)
                    yield (taken, queued - 1), work.ends[phase] * work.start[other]
            if not queued:
                yield (changed(desks, desk, -1), 0), work.ends[phase]

    while todo:
        here = todo.pop()
        for there, rate in moves(*here):
            if rate and there not in number:
                number[there] = len(number)
                todo.append(there)
            if rate and there != here:
                entries += [(number[there], number[here], rate), (number[here],) * 2 + (-rate,)]
    size = len(number)
    entries = [entry for entry in entries if entry[0]] + [(0, each, 1.0) for each in range(size)]
    rows, columns, rates = zip(*entries, strict=True)
    shares = spsolve(coo_matrix((rates, (rows, columns))).tocsc(), [1.0] + [0.0] * (size - 1))
    waiting = sum(shares[index] for (desks, _), index in number.items() if -1 not in desks)
    return waiting, sum(shares[index] * queued for (_, queued), index in number.items())


@pytest.mark.parametrize(
    ("work", "servers", "utilisation"),
    [
        (erlang_work(mean=ONE, stages=2), 3, "0.6"),
        (erlang_work(mean=ONE, stages=3), 2, "0.7"),
        (hyperexponential_work(mean=ONE, cv=Fraction(2)), 2, "0.3"),
        (coxian_work(mean=ONE, cv=Fraction("0.8")), 3, "0.6"),
        (fitted_work(mean=ONE, cv=Fraction("0.6")), 2, "0.6"),
        (BACK_AND_FORTH, 2, "0.5"),
    ],
)
def test_the_solution_agrees_with_the_whole_chain(work, servers, utilisation):
    arrivals = float(Fraction(utilisation)) * servers / work.mean
    waiting, queued = whole_chain(arrivals, servers, work, longest=70)
    answer = phase_type_queue(queue(utilisation, servers), work)
    assert answer.probability_of_waiting == pytest.approx(waiting, rel=NINE_DIGITS)
    assert answer.mean_queue == pytest.approx(queued, rel=NINE_DIGITS)


@given(
    cv=st.fractions(Fraction(3, 20), 4, max_denominator=20),
    use=st.fractions(Fraction(1, 20), Fraction(19, 20), max_denominator=20),
    service=st.fractions(Fraction(1, 9), 9, max_denominator=9),
)
def test_one_caseworker_waits_as_pollaczek_and_khinchin_say(cv, use, service):
    single = queue(use, 1, service)
    answer = phase_type_queue(single, fitted_work(mean=ONE, cv=cv))
    assert answer.mean_wait == pytest.approx(mean_wait_mg_1(single, service_cv=cv), rel=NINE_DIGITS)
    assert answer.probability_of_waiting == pytest.approx(float(use), rel=NINE_DIGITS)


@pytest.mark.parametrize("utilisation", ["0.01", "0.5", "0.9", "0.99", "0.99999"])
@pytest.mark.parametrize("servers", [1, 5, 24])
def test_exponential_work_in_any_disguise_is_erlangs_queue(servers, utilisation):
    shared = queue(utilisation, servers)
    disguised = PhaseType(start=(0.3, 0.7), moves=((0.0, 4.0), (1.0, 0.0)), ends=(2.0, 2.0))
    for work in (EXPONENTIAL, disguised):
        answer = phase_type_queue(shared, work)
        assert answer.mean_wait == pytest.approx(mean_wait(shared), rel=NINE_DIGITS)
        assert answer.probability_of_waiting == pytest.approx(
            probability_of_waiting(shared), rel=NINE_DIGITS
        )


@pytest.mark.parametrize("cv", ["1.2", "2", "5"])
@pytest.mark.parametrize("servers", [2, 24])
def test_two_ways_to_write_the_same_work_give_the_same_queue(servers, cv):
    """Two kinds of work are also one that begins at the quicker rate and goes on for some."""
    kinds = hyperexponential_work(mean=ONE, cv=Fraction(cv))
    (_, seldom), (quick, slow) = kinds.start, kinds.ends
    goes_on = seldom * (quick - slow) / quick
    one_kind = PhaseType(
        start=(1.0, 0.0),
        moves=((0.0, quick * goes_on), (0.0, 0.0)),
        ends=(quick * (1 - goes_on), slow),
    )
    shared = queue("0.9", servers)
    answers = [phase_type_queue(shared, work) for work in (kinds, one_kind)]
    assert answers[0].mean_wait == pytest.approx(answers[1].mean_wait, rel=NINE_DIGITS)
    assert answers[0].probability_of_waiting == pytest.approx(
        answers[1].probability_of_waiting, rel=NINE_DIGITS
    )


def test_more_stages_come_down_to_equal_work():
    shared = queue("0.8", 2)
    waits = [
        phase_type_queue(shared, erlang_work(mean=ONE, stages=stages)).mean_wait
        for stages in (1, 2, 4, 8)
    ]
    assert all(more > fewer for more, fewer in pairwise(waits))
    equal = mean_wait_md_c(shared)
    assert waits[-1] > equal
    # The distance to equal work falls about as 1 / stages, so the last doubling halved it.
    assert 2 * waits[-1] - waits[-2] == pytest.approx(equal, rel=0.01)


@pytest.mark.parametrize("cv", ["0.75", "0.9"])
def test_a_whole_team_is_within_one_percent_of_the_interpolation(cv):
    shared = queue("0.9", 24)
    answer = phase_type_queue(shared, fitted_work(mean=ONE, cv=Fraction(cv)))
    assert answer.mean_wait == pytest.approx(
        mean_wait_mg_c(shared, service_cv=Fraction(cv)), rel=0.01
    )


@settings(max_examples=25)
@given(
    cv=st.fractions(Fraction(3, 20), 6, max_denominator=30),
    mean=st.fractions(Fraction(1, 50), 50, max_denominator=50),
)
def test_a_fit_has_the_mean_and_the_variation_asked_for(cv, mean):
    fits = [fitted_work(mean=mean, cv=cv)]
    if cv > 1:
        fits.append(hyperexponential_work(mean=mean, cv=cv))
    if 2 * cv**2 >= 1:
        fits.append(coxian_work(mean=mean, cv=cv))
    for work in fits:
        assert work.mean == pytest.approx(float(mean), rel=1e-10)
        assert work.cv == pytest.approx(float(cv), rel=1e-9)


@pytest.mark.parametrize("stages", [1, 2, 7, 100])
def test_equal_stages_vary_as_one_over_the_root_of_their_number(stages):
    work = erlang_work(mean=Fraction(5), stages=stages)
    assert work.mean == pytest.approx(5)
    assert work.cv == pytest.approx(1 / math.sqrt(stages))


def test_a_fit_of_whole_stages_has_no_shorter_way():
    assert fitted_work(mean=ONE, cv=Fraction(1, 2)) == erlang_work(mean=ONE, stages=4)
    assert fitted_work(mean=ONE, cv=ONE) == EXPONENTIAL


def test_two_kinds_of_work_make_half_of_it_each():
    work = hyperexponential_work(mean=Fraction(3), cv=Fraction(2))
    halves = [share / rate for share, rate in zip(work.start, work.ends, strict=True)]
    assert halves == pytest.approx([1.5, 1.5])


def test_only_the_shape_of_the_work_counts():
    shared = queue("0.8", 3, 7)
    for mean in (Fraction(1), Fraction(1, 100), Fraction(40)):
        answer = phase_type_queue(shared, erlang_work(mean=mean, stages=2))
        by_weeks = phase_type_queue(queue("0.8", 3), erlang_work(mean=ONE, stages=2))
        assert answer.mean_wait == pytest.approx(7 * by_weeks.mean_wait, rel=1e-12)
        assert answer.mean_queue == pytest.approx(by_weeks.mean_queue, rel=1e-12)


def test_nothing_arrives_and_nobody_waits():
    assert phase_type_queue(queue("0", 3), EXPONENTIAL).mean_wait == 0


@pytest.mark.parametrize("utilisation", ["1", "1.2"])
def test_a_queue_without_end_is_refused(utilisation):
    with pytest.raises(InvalidInput, match="without end"):
        phase_type_queue(queue(utilisation, 3), EXPONENTIAL)
    nobody = PooledQueue(arrivals=ONE, service=ONE, servers=0)
    with pytest.raises(NoCapacity):
        phase_type_queue(nobody, EXPONENTIAL)


def test_too_many_states_and_too_full_are_refused_in_words():
    with pytest.raises(TooMuchWork, match=r"24 caseworkers in 12 phases make 417,225,900 states"):
        phase_type_queue(queue("0.9", 24), fitted_work(mean=ONE, cv=Fraction("0.3")))
    with pytest.raises(TooMuchWork, match="too close to full"):
        phase_type_queue(queue(FULLEST + Fraction(1, 10**9), 2), EXPONENTIAL)


@pytest.mark.parametrize(
    ("parts", "field"),
    [
        ({"start": (0.5, 0.4)}, "start"),
        ({"start": ()}, "moves"),
        ({"moves": ((0.0, 1.0),)}, "moves"),
        ({"moves": ((0.0, 1.0), (0.0,))}, "moves"),
        ({"moves": ((0.0, -1.0), (0.0, 0.0))}, "moves"),
        ({"ends": (1.0, math.inf)}, "moves"),
        ({"ends": (1.0, math.nan)}, "moves"),
        ({"ends": (1.0,)}, "moves"),
        ({"ends": (1.0, 0.0)}, "ends"),
    ],
)
def test_phases_that_are_no_work_are_refused(parts, field):
    sound = {"start": (1.0, 0.0), "moves": ((0.0, 1.0), (0.0, 0.0)), "ends": (0.0, 1.0)}
    assert PhaseType(**sound).mean == 2
    with pytest.raises(InvalidInput) as refusal:
        PhaseType(**sound | parts)
    assert refusal.value.field == field


def test_a_variation_that_a_shape_cannot_have_is_refused():
    for refused in (
        lambda: hyperexponential_work(mean=ONE, cv=ONE),
        lambda: coxian_work(mean=ONE, cv=Fraction("0.7")),
        lambda: fitted_work(mean=ONE, cv=Fraction("0.09")),
        lambda: fitted_work(mean=ONE, cv=Fraction(0)),
        lambda: fitted_work(mean=ONE, cv=Fraction(-2)),
    ):
        with pytest.raises(InvalidInput, match="cv"):
            refused()
    for stages in (0, 101, 2.5, True):
        with pytest.raises(InvalidInput, match="stages"):
            erlang_work(mean=ONE, stages=stages)
