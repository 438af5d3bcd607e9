"""Erlang's formulas against the textbook sums in exact fractions, and at the edges."""

import math
from decimal import Decimal, localcontext
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import quad

from capacity.errors import InvalidInput, NoCapacity, TooMuchWork
from simulations.erlang import (
    Measure,
    erlang_b,
    erlang_c,
    least_servers,
    mean_queue,
    mean_wait,
    probability_of_waiting,
    queue_answer,
    share_later,
    share_within,
)
from simulations.pooled_queue import PooledQueue

NINE_DIGITS = 1e-10
loads = st.fractions(min_value=Fraction(1, 100), max_value=60, max_denominator=100)
times = st.fractions(min_value=0, max_value=40, max_denominator=20)


def queue(load: Fraction | int | str, servers: int) -> PooledQueue:
    return PooledQueue(arrivals=Fraction(load), service=Fraction(1), servers=servers)


def blocking_by_definition(load: Fraction, servers: int) -> Fraction:
    terms = [load**n / math.factorial(n) for n in range(servers + 1)]
    return terms[-1] / sum(terms)


def waiting_by_definition(load: Fraction, servers: int) -> Fraction:
    below = sum(load**n / math.factorial(n) for n in range(servers))
    from_there = load**servers / math.factorial(servers) * servers / (servers - load)
    return from_there / (below + from_there)


@given(load=loads, servers=st.integers(0, 70))
def test_blocking_is_the_last_term_over_the_sum(load, servers):
    expected = float(blocking_by_definition(load, servers))
    assert erlang_b(load, servers) == pytest.approx(expected, rel=NINE_DIGITS, abs=0)


@given(load=loads, more=st.integers(0, 30))
def test_waiting_is_the_geometric_tail_over_the_sum(load, more):
    servers = math.floor(load) + 1 + more
    expected = float(waiting_by_definition(load, servers))
    assert erlang_c(load, servers) == pytest.approx(expected, rel=NINE_DIGITS, abs=0)


@pytest.mark.parametrize("load", ["90000", "99999.5", "100000", "110000"])
def test_a_hundred_thousand_servers_keep_nine_digits(load):
    with localcontext(prec=40):
        blocked = Decimal(1)
        for servers in range(1, 10**5 + 1):
            blocked = Decimal(load) * blocked / (servers + Decimal(load) * blocked)
    assert erlang_b(load, 10**5) == pytest.approx(float(blocked), rel=NINE_DIGITS, abs=0)


@pytest.mark.parametrize("load", ["1e-30", "1e-9", "0.001"])
def test_a_tiny_load_hardly_ever_waits(load):
    assert erlang_c(load, 1) == pytest.approx(float(load), rel=NINE_DIGITS, abs=0)
    assert erlang_b(load, 2) == pytest.approx(float(load) ** 2 / 2, rel=2e-3, abs=0)


def test_a_huge_load_is_nearly_all_blocked():
    assert erlang_b(10**12, 5) == pytest.approx(1 - 5e-12, rel=1e-15)


@given(load=st.fractions(Fraction(1, 50), Fraction(49, 50), max_denominator=50), time=times)
def test_one_server_is_the_textbook_single_queue(load, time):
    single = queue(load, 1)
    tail = math.exp(-float((1 - load) * time))
    assert probability_of_waiting(single) == pytest.approx(float(load))
    assert mean_wait(single) == pytest.approx(float(load / (1 - load)))
    assert share_later(single, time) == pytest.approx(float(load) * tail)
    assert share_later(single, time, Measure.SOJOURN) == pytest.approx(tail)


@given(load=loads, more=st.integers(0, 5), time=times)
def test_the_sojourn_is_the_wait_plus_the_work(load, more, time):
    shared = queue(load, math.floor(load) + 1 + more)
    spare = float(shared.servers - load)
    delayed = probability_of_waiting(shared) * spare

    def ends_late(wait):
        return delayed * math.exp(-spare * wait) * math.exp(wait - float(time))

    by_integration = quad(ends_late, 0, float(time), epsabs=1e-13, epsrel=1e-12)[0]
    at_once = (1 - probability_of_waiting(shared)) * math.exp(-float(time))
    waits_longer = share_later(shared, time)
    assert share_later(shared, time, Measure.SOJOURN) == pytest.approx(
        at_once + by_integration + waits_longer, rel=1e-8, abs=1e-12
    )


@pytest.mark.parametrize("off", ["0", "1e-15", "-1e-15", "1e-9", "-1e-9", "1e-5", "-1e-5"])
def test_the_sojourn_passes_smoothly_where_one_server_is_spare(off):
    shared = queue(Fraction(4) - Fraction(off), 5)
    expected = math.exp(-3) * (1 + 3 * erlang_c(4, 5))
    assert share_later(shared, Fraction(3), Measure.SOJOURN) == pytest.approx(
        expected, rel=NINE_DIGITS + 5 * abs(float(off))
    )


@given(load=loads, more=st.integers(0, 3), millionths=st.integers(0, 10**6))
def test_a_share_is_never_below_nothing_or_above_everybody(load, more, millionths):
    shared = queue(load, math.floor(load) + 1 + more)
    for measure in Measure:
        assert 0 <= share_within(shared, Fraction(millionths, 10**12), measure) <= 1


def test_the_mean_wait_is_the_area_under_its_tail():
    shared = queue(18, 20)
    area = quad(lambda time: share_later(shared, Fraction(time)), 0, 60, epsabs=1e-12)[0]
    assert mean_wait(shared) == pytest.approx(area, rel=NINE_DIGITS)


def test_the_mean_queue_is_the_sum_over_the_queue_lengths():
    waiting = waiting_by_definition(Fraction(18), 20)
    ratio = Fraction(18, 20)
    lengths = sum(n * float(waiting * (1 - ratio) * ratio**n) for n in range(600))
    assert mean_queue(queue(18, 20)) == pytest.approx(lengths, rel=NINE_DIGITS)


@given(load=loads, more=st.integers(0, 20), time=times, measure=st.sampled_from(Measure))
def test_one_more_server_never_makes_more_cases_late(load, more, time, measure):
    servers = math.floor(load) + 1 + more
    fewer = share_later(queue(load, servers), time, measure)
    assert share_later(queue(load, servers + 1), time, measure) <= fewer * (1 + 1e-12)


@given(
    load=loads,
    within=times,
    target=st.fractions(Fraction(1, 100), Fraction(99, 100), max_denominator=100),
)
def test_one_fewer_than_the_least_servers_misses_the_target(load, within, target):
    least = least_servers(arrivals=load, service=Fraction(1), within=within, target_share=target)
    allowed = float(1 - target)
    assert share_later(queue(load, least), within) <= allowed * (1 + 1e-11)
    assert share_later(queue(load, least - 1), within) > allowed


@given(load=loads, target=st.fractions(Fraction(1, 100), Fraction(9, 10), max_denominator=100))
def test_the_least_servers_for_a_sojourn_are_least_too(load, target):
    least = least_servers(
        arrivals=load / 2,
        service=Fraction(2),
        within=Fraction(6),
        target_share=target,
        measure=Measure.SOJOURN,
    )

    def within(servers):
        shared = PooledQueue(arrivals=load / 2, service=Fraction(2), servers=servers)
        return share_within(shared, Fraction(6), Measure.SOJOURN)

    assert within(least) >= float(target) > within(least - 1)


def test_the_textbook_search_that_starts_too_high_is_not_ours():
    arguments = {"service": Fraction(1), "within": Fraction(10), "target_share": Fraction("0.8")}
    assert least_servers(arrivals=Fraction("29.8"), **arguments) == 30


@pytest.mark.parametrize("tenths", range(1, 10))
def test_a_target_met_exactly_is_met(tenths):
    load = Fraction(tenths, 10)
    least = least_servers(
        arrivals=load, service=Fraction(1), within=Fraction(0), target_share=1 - load
    )
    assert least == 1


@pytest.mark.parametrize("measure", Measure)
@pytest.mark.parametrize("servers", [19, 20, 25, 40])
def test_a_target_missed_by_one_part_in_a_billion_is_missed(servers, measure):
    arguments = {"arrivals": Fraction(18), "service": Fraction(1), "within": Fraction(4)}
    late = Fraction(share_later(queue(18, servers), Fraction(4), measure))
    for part, least in ((1 + Fraction(1, 10**9), servers), (1 - Fraction(1, 10**9), servers + 1)):
        target = 1 - late * part
        assert least_servers(**arguments, target_share=target, measure=measure) == least


def test_a_load_of_a_million_is_too_much_to_search():
    with pytest.raises(TooMuchWork, match="1,000,000"):
        least_servers(
            arrivals=Fraction(10**9),
            service=Fraction(1),
            within=Fraction(1),
            target_share=Fraction(1, 2),
        )


@pytest.mark.parametrize("target", [0, 1, 2, -1])
def test_a_target_of_nobody_or_everybody_is_refused(target):
    with pytest.raises(InvalidInput) as refusal:
        least_servers(
            arrivals=Fraction(18),
            service=Fraction(1),
            within=Fraction(4),
            target_share=Fraction(target),
        )
    assert refusal.value.field == "target_share"


def test_a_sojourn_shorter_than_the_work_names_the_share_within_reach():
    with pytest.raises(InvalidInput, match=r"only 63\.21% "):
        least_servers(
            arrivals=Fraction(18),
            service=Fraction(1),
            within=Fraction(1),
            target_share=Fraction("0.7"),
            measure=Measure.SOJOURN,
        )


def test_the_unit_of_time_does_not_matter():
    by_days = {"arrivals": Fraction(9, 7), "service": Fraction(14), "within": Fraction(42)}
    by_weeks = {"arrivals": Fraction(9), "service": Fraction(2), "within": Fraction(6)}
    target = Fraction("0.9")  # within reach of the work at 3 service times, not at 1
    for measure in Measure:
        days, weeks = (
            queue_answer(**unit, servers=20, target_share=target, measure=measure)
            for unit in (by_days, by_weeks)
        )
        assert days.mean_wait == pytest.approx(7 * weeks.mean_wait)
        assert days.share_within == pytest.approx(weeks.share_within)
        assert days.least_servers == weeks.least_servers
    with pytest.raises(InvalidInput, match="the work itself"):
        least_servers(**by_weeks, target_share=Fraction("0.96"), measure=Measure.SOJOURN)


def test_nobody_waits_where_nothing_arrives():
    for servers in (0, 1, 20):
        idle = queue(0, servers)
        assert (probability_of_waiting(idle), mean_wait(idle), mean_queue(idle)) == (0, 0, 0)
        assert share_within(idle, Fraction(0)) == 1
    answer = queue_answer(
        arrivals=Fraction(0),
        service=Fraction(1),
        servers=0,
        within=Fraction(4),
        target_share=Fraction("0.9"),
    )
    assert (answer.least_servers, answer.utilisation, answer.share_within) == (0, 0, 1)


@pytest.mark.parametrize("servers", [18, 17, 1])
def test_a_queue_without_end_has_no_mean_and_says_how_many_are_needed(servers):
    full = queue(18, servers)
    assert (probability_of_waiting(full), share_within(full, Fraction(100))) == (1, 0)
    with pytest.raises(InvalidInput, match="At least 19 are needed") as refusal:
        mean_wait(full)
    assert refusal.value.field == "servers"


def test_cases_without_servers_are_work_without_capacity():
    with pytest.raises(NoCapacity, match="there are 0"):
        mean_wait(queue(18, 0))


def test_full_load_is_seen_where_floats_would_miss_it():
    assert 0.29 * 100 < 29
    full = PooledQueue(arrivals=Fraction("0.29"), service=Fraction(100), servers=29)
    assert not full.stable


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("arrivals", Fraction(-1)),
        ("arrivals", Fraction(10**400)),
        ("arrivals", Fraction(1, 10**400)),
        ("arrivals", float("nan")),
        ("service", Fraction(0)),
        ("service", Fraction(-1)),
        ("service", float("inf")),
        ("servers", -1),
        ("servers", 2.5),
        ("servers", True),
    ],
)
def test_a_number_that_cannot_be_is_refused_by_name(field, value):
    numbers = {"arrivals": Fraction(18), "service": Fraction(1), "servers": 20}
    with pytest.raises(InvalidInput, match=field) as refusal:
        PooledQueue(**numbers | {field: value})
    assert refusal.value.field == field


def test_more_than_a_million_servers_are_too_much_work():
    with pytest.raises(TooMuchWork):
        queue(18, 10**9)


def test_a_negative_time_is_refused():
    with pytest.raises(InvalidInput, match="within is -4"):
        share_within(queue(18, 20), Fraction(-4))


def test_a_hair_below_full_load_is_still_a_finite_answer():
    nearly = queue(20 - Fraction(1, 10**90), 20)
    assert mean_wait(nearly) == pytest.approx(1e90)
    assert share_within(nearly, Fraction(10**6)) == pytest.approx(0, abs=1e-80)


def test_the_answer_repeats_its_parts():
    answer = queue_answer(
        arrivals=Fraction(9),
        service=Fraction(2),
        servers=20,
        within=Fraction(6),
        target_share=Fraction("0.9"),
        measure=Measure.SOJOURN,
    )
    shared = PooledQueue(arrivals=Fraction(9), service=Fraction(2), servers=20)
    assert (answer.load, answer.utilisation) == (18, 0.9)
    assert answer.probability_of_waiting == erlang_c(18, 20)
    assert answer.mean_wait == mean_wait(shared)
    assert answer.mean_queue == pytest.approx(9 * answer.mean_wait)
    assert answer.share_within == share_within(shared, Fraction(6), Measure.SOJOURN)


def test_an_overloaded_queue_is_told_how_many_reach_the_target():
    with pytest.raises(InvalidInput, match="At least 21 are needed, and 22 to reach the target"):
        queue_answer(
            arrivals=Fraction(20),
            service=Fraction(1),
            servers=20,
            within=Fraction(1),
            target_share=Fraction("0.9"),
        )
