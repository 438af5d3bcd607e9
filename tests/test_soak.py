"""The long forms of what CI runs a small share of: `task soak`."""

from concurrent.futures import ThreadPoolExecutor
from fractions import Fraction

import numpy as np
import pytest
import test_kernels_match_reference as kernels
import test_queue_theory as theory
from api_addresses import ADDRESSES
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from capacity.distributions import Distribution, Family
from simulations.erlang import Measure, share_within
from simulations.estimates import ratio
from simulations.general_service import mean_wait_mg_1
from simulations.luck import arrival_days, uniforms, values
from simulations.pooled_queue import PooledQueue
from simulations.questions import USUAL_REPLICATIONS

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


LIMITS = (1.0, 2.0, 4.0)


def test_the_interval_covers_shares_from_rare_to_nearly_all():
    """From 43 to 94 % in time, with as many replications as a curve has.

    Above some 99 % the misses come in rare bursts and the interval is too narrow, by tenths of a
    point; `simulations/METHOD.md` says so with the figure measured.
    """
    queue = PooledQueue(arrivals=Fraction(4), service=Fraction(1), servers=5)
    truths = [share_within(queue, Fraction(limit), Measure.SOJOURN) for limit in LIMITS]
    with ThreadPoolExecutor() as pool:
        trials = pool.map(_counts_of_trial, range(theory.TRIALS))
        covered = [
            [
                theory.covered(ratio(*counts.T), truth)
                for counts, truth in zip(trial, truths, strict=True)
            ]
            for trial in trials
        ]
    for share in np.mean(covered, axis=0):
        assert 0.93 <= share <= 0.97


def _counts_of_trial(trial: int) -> np.ndarray:
    counts = np.empty((len(LIMITS), USUAL_REPLICATIONS, 2))
    for replication in range(USUAL_REPLICATIONS):
        entity = f"soak {trial}"
        arrivals = arrival_days(4.0, theory.LAST_DAY, theory.SEED, replication, entity)
        luck = uniforms(theory.SEED, replication, "effort", entity, arrivals.size)
        service = values(theory.EXPONENTIAL, luck)
        for row, limit in enumerate(LIMITS):
            counts[row, replication] = theory.counted(5, arrivals, service, limit)
    return counts


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
        # A refusal may repeat the word that it refuses; an answer may not be it.
        assert answer.status_code >= 400 or "NaN" not in answer.text

    asked()
