"""Cases that come back, against the whole Markov chain of needy and content cases."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from capacity.errors import InvalidInput, NoCapacity
from simulations.erlang import erlang_c, mean_wait
from simulations.pooled_queue import PooledQueue
from simulations.reentrant import ReentrantCases, reentrant_answer

NINE_DIGITS = 1e-9
figures = st.fractions(Fraction(1, 20), 20, max_denominator=20)


def cases(arrivals, work, mean_delay, return_share, servers) -> ReentrantCases:
    return ReentrantCases(
        arrivals=Fraction(arrivals),
        work=Fraction(work),
        mean_delay=Fraction(mean_delay),
        return_share=Fraction(return_share),
        servers=servers,
    )


def whole_chain(arrivals, mean_delay, return_share, servers, *, delay_stages):
    """Mean numbers needy and content, with work of mean 1 and a delay of one or two stages."""
    most = (18, 9, 9) if delay_stages == 2 else (36, 16, 1)
    stage = delay_stages / mean_delay
    number = {state: index for index, state in enumerate(np.ndindex(*most))}
    flow = np.zeros((len(number), len(number)))
    for (needy, first, second), here in number.items():
        at_work = min(needy, servers)
        away_ends = (
            (needy, first - 1, second + 1) if delay_stages == 2 else (needy + 1, first - 1, 0)
        )
        for there, rate in (
            ((needy + 1, first, second), arrivals),
            ((needy - 1, first + 1, second), at_work * return_share),
            ((needy - 1, first, second), at_work * (1 - return_share)),
            (away_ends, first * stage),
            ((needy + 1, first, second - 1), second * stage),
        ):
            if there in number and rate:
                flow[number[there], here] += rate
                flow[here, here] -= rate
    flow[0] = 1
    shares = np.linalg.solve(flow, np.eye(len(number))[0])
    needy, first, second = shares @ np.array(list(number))
    return needy, first + second


@pytest.mark.parametrize(
    ("arrivals", "mean_delay", "return_share", "servers"),
    [("0.2", "2", "0.5", 1), ("0.5", "1", "0.4", 2), ("0.3", "0.5", "0.6", 3)],
)
def test_needy_and_content_agree_with_the_whole_chain(arrivals, mean_delay, return_share, servers):
    needy, content = whole_chain(
        float(Fraction(arrivals)),
        float(Fraction(mean_delay)),
        float(Fraction(return_share)),
        servers,
        delay_stages=1,
    )
    answer = reentrant_answer(cases(arrivals, 1, mean_delay, return_share, servers))
    assert answer.needy == pytest.approx(needy, rel=NINE_DIGITS)
    assert answer.content == pytest.approx(content, rel=NINE_DIGITS)
    assert answer.mean_sojourn == pytest.approx(
        (needy + content) / float(Fraction(arrivals)), rel=NINE_DIGITS
    )


def test_the_shape_of_the_delay_does_not_matter():
    needy, content = whole_chain(0.1, 2.0, 0.5, 1, delay_stages=2)
    answer = reentrant_answer(cases("0.1", 1, 2, "0.5", 1))
    assert (answer.needy, answer.content) == pytest.approx((needy, content), rel=NINE_DIGITS)


@given(arrivals=figures, work=figures, delay=figures, share=st.fractions(0, Fraction(19, 20)))
def test_the_parts_of_a_case_add_up_to_the_whole(arrivals, work, delay, share):
    load = arrivals * work / (1 - share)
    found = cases(arrivals, work, delay, share, int(load) + 1)
    answer = reentrant_answer(found)
    assert answer.open_cases == pytest.approx(float(arrivals) * answer.mean_sojourn, rel=1e-10)
    assert answer.open_cases == pytest.approx(answer.needy + answer.content)
    busy = answer.utilisation * found.servers
    assert busy == pytest.approx(float(load))
    assert answer.probability_of_waiting == pytest.approx(erlang_c(load, found.servers))


@given(arrivals=figures, work=figures, delay=figures)
def test_cases_that_never_come_back_are_the_shared_queue(arrivals, work, delay):
    servers = int(arrivals * work) + 1
    answer = reentrant_answer(cases(arrivals, work, delay, 0, servers))
    shared = PooledQueue(arrivals=arrivals, service=work, servers=servers)
    assert answer.content == 0
    assert answer.mean_wait == mean_wait(shared)
    assert answer.mean_sojourn == pytest.approx(mean_wait(shared) + float(work))


def test_with_plenty_of_staff_a_case_is_its_visits_and_its_delays():
    # Four visits on average, three times away: 4 × 2 + 3 × 30.
    answer = reentrant_answer(cases(1, 2, 30, "0.75", 200))
    assert answer.mean_sojourn == pytest.approx(98, rel=1e-12)
    assert (answer.needy, answer.content) == pytest.approx((8, 90), rel=1e-12)


def test_a_longer_delay_leaves_the_wait_of_a_visit_as_it_is():
    short, long = (reentrant_answer(cases(3, 1, delay, "0.8", 18)) for delay in (1, 100))
    assert short.mean_wait == long.mean_wait
    assert long.content == 100 * short.content


def test_nothing_arrives_and_a_single_case_meets_no_queue():
    answer = reentrant_answer(cases(0, 2, 30, "0.75", 0))
    assert (answer.open_cases, answer.utilisation, answer.mean_wait) == (0, 0, 0)
    assert answer.mean_sojourn == 98


def test_returns_that_fill_the_desk_never_settle():
    with pytest.raises(InvalidInput, match="At least 16 are needed"):
        reentrant_answer(cases(3, 1, 10, "0.8", 15))
    with pytest.raises(NoCapacity):
        reentrant_answer(cases(3, 1, 10, "0.8", 0))


@pytest.mark.parametrize("share", [1, 2, "-0.1"])
def test_a_case_that_never_closes_is_refused(share):
    with pytest.raises(InvalidInput) as refusal:
        cases(3, 1, 10, share, 15)
    assert refusal.value.field == "return_share"


@pytest.mark.parametrize("field", ["arrivals", "work", "mean_delay", "servers"])
def test_a_number_that_cannot_be_is_refused_by_name(field):
    figures = {"arrivals": 1, "work": 1, "mean_delay": 1, "return_share": 0, "servers": 1}
    with pytest.raises(InvalidInput) as refusal:
        cases(**figures | {field: -1})
    assert refusal.value.field == field
