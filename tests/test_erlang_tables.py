"""Published tables and worked examples, to every digit they print."""

import math
from decimal import Decimal
from fractions import Fraction

import pytest

from simulations.birth_death import erlang_a, owned_cases
from simulations.erlang import (
    erlang_b,
    erlang_c,
    mean_queue,
    mean_wait,
    probability_of_waiting,
    share_within,
)
from simulations.general_service import mean_wait_mg_1
from simulations.pooled_queue import PooledQueue


def queue(arrivals: Fraction | int | str, service: Fraction | int | str, servers: int):
    return PooledQueue(arrivals=Fraction(arrivals), service=Fraction(service), servers=servers)


def printed(value: float, like: str) -> str:
    """The value with as many decimals as the table prints."""
    return str(Decimal(value).quantize(Decimal(like)))


# Wolfram Language, natural logarithm of ErlangB[servers, load].
@pytest.mark.parametrize(
    ("servers", "load", "logarithm"),
    [
        (100, 120, -1.62826407041),
        (10_000, 12_000, -1.78927734649),
        (100, 20, -84.1661482002),
        (100, 10_000, -0.01004931575),
    ],
)
def test_blocking_agrees_with_wolfram_to_nine_digits(servers, load, logarithm):
    assert math.log(erlang_b(load, servers)) == pytest.approx(logarithm, rel=1e-9, abs=0)


# Values that two public Erlang calculators print (service 1; the first to sixteen digits).
@pytest.mark.parametrize(
    ("servers", "load", "blocked"),
    [
        (1, 5, "0.8333333333333334"),
        (10, 20, "0.5379631686320729"),
        (190, 200, "0.08869684386923561"),
        (10, 8, "0.121661"),
        (10, 12, "0.301925"),
        (14, 12, "0.117210"),
        (18, 20, "0.221260"),
    ],
)
def test_blocking_agrees_with_other_calculators(servers, load, blocked):
    printed_digits = Decimal(blocked).as_tuple().exponent
    assert erlang_b(load, servers) == pytest.approx(
        float(blocked), rel=1e-14, abs=0.51 * 10.0**printed_digits
    )


# A worked example in Maxima: 0.2 calls a second, 240 seconds each, 55 agents, at most 15 seconds.
def test_the_call_centre_with_fifty_five_agents():
    centre = queue("0.2", 240, 55)
    assert printed(probability_of_waiting(centre), "0.2387") == "0.2387"
    assert printed(mean_wait(centre), "8.184") == "8.184"
    assert printed(share_within(centre, Fraction(15)), "0.8459") == "0.8459"


# Anderson et al., Quantitative Methods for Business (Cengage): arrivals 10, service rate 12.
@pytest.mark.parametrize(
    ("servers", "waiting", "queued", "wait"),
    [
        (2, "0.245", "0.175", "0.018"),
        (3, "0.058", "0.022", "0.002"),
        (4, "0.011", "0.003", "0.000"),
        (5, "0.002", "0.000", "0.000"),
    ],
)
def test_anderson_with_ten_arrivals_and_a_rate_of_twelve(servers, waiting, queued, wait):
    shared = queue(10, Fraction(1, 12), servers)
    assert printed(probability_of_waiting(shared), waiting) == waiting
    assert printed(mean_queue(shared), queued) == queued
    assert printed(mean_wait(shared), wait) == wait


# R. Bronson, Operations Research (1982), examples 23.14 and 24.6.
def test_bronson_with_one_server():
    shared = queue(30, Fraction(3, 120), 1)  # an hour; 1.5 minutes
    assert mean_queue(shared) == pytest.approx(2.25)
    assert mean_wait(shared) * 60 == pytest.approx(4.5)


def test_bronson_with_three_servers():
    shared = queue(300, Fraction(2, 365), 3)  # a year; 2 days
    assert printed(mean_queue(shared), "0.352") == "0.352"
    assert printed(mean_wait(shared), "0.001175") == "0.001175"
    assert printed(mean_queue(shared) + float(shared.load), "1.996") == "1.996"


# Exact fractions worked by hand, and values to five digits from a reading of the literature.
@pytest.mark.parametrize(
    ("load", "servers", "waiting"),
    [
        ("0.8", 1, "0.8"),
        ("2", 3, "0.444444444"),
        ("1.6", 2, "0.71111"),
        ("4", 5, "0.55411"),
        ("20", 24, "0.29807"),
        ("22", 24, "0.58310"),
    ],
)
def test_the_known_probabilities_of_waiting(load, servers, waiting):
    assert printed(erlang_c(load, servers), waiting) == waiting


# O. Garnett, A. Mandelbaum & M. Reiman, Designing a Call Center with Impatient Customers (2002),
# table 1: 48 calls a minute, 50 agents, one minute of service, two minutes of patience.
def test_garnett_mandelbaum_and_reiman_without_leaving():
    patient = queue(48, 1, 50)
    assert printed(mean_wait(patient) * 60, "20.8") == "20.8"
    assert printed(mean_queue(patient), "17") == "17"
    assert share_within(patient, Fraction("58.05") / 60) < 0.9
    assert share_within(patient, Fraction("58.15") / 60) > 0.9


def test_garnett_mandelbaum_and_reiman_with_leaving():
    impatient = erlang_a(queue(48, 1, 50), mean_patience=Fraction(2))
    assert printed(100 * impatient.probability_of_leaving, "3.1") == "3.1"
    assert printed(impatient.mean_wait * 60, "3.7") == "3.7"
    assert printed(impatient.mean_queue, "3") == "3"
    assert printed(100 * impatient.utilisation, "93") == "93"


def test_five_own_cases_with_one_caseworker():
    answer = owned_cases(cases=5, mean_delay=Fraction(10), mean_work=Fraction(1))
    assert printed(answer.utilisation, "0.4360") == "0.4360"
    assert printed(answer.needy, "0.640") == "0.640"
    assert printed(answer.mean_sojourn, "1.4666") == "1.4666"
    assert printed(answer.finished_per_time, "0.4360") == "0.4360"


# 20.2 hours a week, 3 hours a step, 6 weeks with others.
@pytest.mark.parametrize(
    ("cases", "busy", "weeks"),
    [
        (20, "47", "0.26"),
        (25, "59", "0.32"),
        (30, "69", "0.41"),
        (37, "83", "0.62"),
        (45, "94", "1.10"),
    ],
)
def test_own_cases_fill_the_week_faster_than_in_proportion(cases, busy, weeks):
    answer = owned_cases(cases=cases, mean_delay=Fraction(6), mean_work=3 / Fraction("20.2"))
    assert printed(100 * answer.utilisation, busy) == busy
    assert printed(answer.mean_sojourn, weeks) == weeks


def test_pollaczek_and_khinchine_by_hand():
    single = queue("0.8", 1, 1)
    assert mean_wait_mg_1(single, service_cv=Fraction(0)) == pytest.approx(2)
    assert mean_wait_mg_1(single, service_cv=Fraction(1)) == pytest.approx(4)
    assert mean_wait_mg_1(single, service_cv=Fraction(3)) == pytest.approx(20)
