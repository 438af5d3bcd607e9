"""The long forms of what CI runs a small share of: `task soak`."""

from fractions import Fraction

import numpy as np
import pytest
import test_kernels_match_reference as kernels
import test_queue_theory as theory
from api_addresses import ADDRESSES
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from capacity.department import Distribution, Family
from simulations.erlang import Measure, share_within
from simulations.estimates import ratio
from simulations.general_service import mean_wait_mg_1
from simulations.luck import arrival_days, uniforms, values
from simulations.pooled_queue import PooledQueue

pytestmark = pytest.mark.soak


test_every_case_is_taken_and_done_at_the_same_moments_in_many_offices = settings(
    max_examples=100_000, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)(kernels.offices(kernels.same_moments))


HEAVY = Distribution(family=Family.LOGNORMAL, mean=Fraction(1), cv=Fraction(2))
LONG = {
    "M/M/1 load 0.95": theory.Textbook(1, "0.95", theory.EXPONENTIAL, theory.mean_wait, 400),
    "M/M/64 load 0.95": theory.Textbook(64, "0.95", theory.EXPONENTIAL, theory.mean_wait, 400),
    "M/D/64 load 0.9": theory.Textbook(64, "0.9", theory.FIXED, theory.mean_wait_md_c, 800),
    "M/G/1 cv 2 load 0.8": theory.Textbook(
        1, "0.8", HEAVY, lambda queue: mean_wait_mg_1(queue, service_cv=Fraction(2)), 1600
    ),
    "M/G/1 gamma load 0.9": theory.Textbook(
        1,
        "0.9",
        theory.GAMMA,
        lambda queue: mean_wait_mg_1(queue, service_cv=Fraction("0.5")),
        400,
    ),
}


@pytest.mark.parametrize("name", LONG)
def test_the_kernel_is_equivalent_to_more_of_the_textbook(name, monkeypatch):
    monkeypatch.setitem(theory.TEXTBOOK, name, LONG[name])
    theory.test_the_kernel_is_equivalent_to_the_textbook(name)


@pytest.mark.parametrize("limit", ["1", "2", "4", "8"])
def test_the_interval_covers_shares_from_rare_to_nearly_all(limit):
    """From about 60 % in time to all but a few in a thousand, 128 replications an interval."""
    queue = PooledQueue(arrivals=Fraction(4), service=Fraction(1), servers=5)
    truth = share_within(queue, Fraction(limit), Measure.SOJOURN)
    covered = [theory.covered(_share(trial, float(limit)), truth) for trial in range(2_000)]
    assert 0.93 <= np.mean(covered) <= 0.97


def _share(trial: int, limit: float):
    counts = np.empty((128, 2))
    for replication in range(128):
        entity = f"soak {trial}"
        arrivals = arrival_days(4.0, theory.LAST_DAY, theory.SEED, replication, entity)
        luck = uniforms(theory.SEED, replication, "effort", entity, arrivals.size)
        service = values(theory.EXPONENTIAL, luck)
        counts[replication] = theory.counted(5, arrivals, service, limit)
    return ratio(*counts.T)


VALUES = st.text(max_size=40) | st.from_regex(r"[-+]?[0-9]{1,14}([.,][0-9]{0,9})?", fullmatch=True)


@pytest.mark.parametrize("name", ADDRESSES)
def test_nothing_one_can_write_breaks_an_address(name: str, client: TestClient) -> None:
    path, _, query = ADDRESSES[name].partition("?")
    usual = dict(part.split("=") for part in query.split("&") if part)

    @settings(max_examples=5_000, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(changed=st.dictionaries(st.sampled_from([*usual, "field", "digits"]), VALUES))
    def asked(changed: dict[str, str]) -> None:
        answer = client.get(path, params=usual | changed)
        assert answer.status_code < 500
        assert "NaN" not in answer.text

    asked()
