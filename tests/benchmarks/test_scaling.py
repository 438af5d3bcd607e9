"""What a case costs the general kernel, from few to many caseworkers and cases.

Linear in cases and at most logarithmic in caseworkers beyond 64, as long as what is worked on fits
in the processor's memory.
"""

from time import thread_time

import numpy as np
import pytest
from benchmarks.workloads import (
    always_there,
    owned_plan,
    room_for_owned,
)

from simulations import casework as general
from simulations.office import (
    FIRST_COME,
    ON_OWN_DESK,
    ON_TEAM_DESK,
    SAMPLE,
    WHOLE_TEAM,
)

pytestmark = pytest.mark.benchmark
NO_SAMPLES = np.empty(0), np.empty((0, 1), dtype=SAMPLE)
CASEWORKERS = 10, 24, 64, 250, 1_000
CASES = 1_000, 10_000, 100_000, 1_000_000
EPISODES_PER_CASE = 4
LOAD = 0.9
TIME_TO_FINISH = 1_000.0
ROUNDS = 3


def cases_to_come(cases: int, caseworkers: int):
    """So many cases of four episodes, an hour each, with an hour's delay between."""
    luck = np.random.default_rng(cases)
    deal = room_for_owned(-(-cases // 4_000))
    room = deal._replace(
        cases=deal.cases[:cases],
        strands=deal.strands[:cases],
        episodes=deal.episodes[: cases * EPISODES_PER_CASE],
        starting=deal.starting[:cases],
        clocks=cases,
    )
    per_hour = LOAD * caseworkers / EPISODES_PER_CASE
    comes_at = np.cumsum(luck.exponential(1 / per_hour, cases))
    every = np.arange(cases)
    room.cases["arrived_at"] = comes_at
    room.cases["withdraws_at"] = room.cases["closed_at"] = np.inf
    room.cases["weight"], room.cases["owner"] = 1.0, -1
    room.cases["next_of_owner"] = room.cases["previous_of_owner"] = -1
    room.cases["first_strand"], room.cases["last_strand"] = every, every + 1
    strands = room.strands
    strands["case"], strands["is_route"], strands["trigger"] = every, True, -1
    strands["first_episode"] = strands["episode"] = every * EPISODES_PER_CASE
    strands["last_episode"] = (every + 1) * EPISODES_PER_CASE
    strands["starts_at"] = strands["began_at"] = comes_at
    strands["due_at"], strands["remaining_hours"] = np.inf, -1.0
    strands["taken_by"] = -1
    episodes = room.episodes
    episodes["effort_hours"] = luck.exponential(1.0, episodes.size)
    episodes["delay_days"] = luck.exponential(1.0, episodes.size)
    episodes["step"][EPISODES_PER_CASE - 1 :: EPISODES_PER_CASE] = 1
    return room


def nanoseconds_per_case(cases: int, caseworkers: int, pooled: bool) -> float:
    deal = cases_to_come(cases, caseworkers)
    if pooled:
        plan = owned_plan(caseworkers, WHOLE_TEAM, ON_TEAM_DESK, FIRST_COME)
    else:
        plan = owned_plan(caseworkers, desk=ON_OWN_DESK)
    staff = always_there(caseworkers)
    room = general.office_room(plan, caseworkers, deal, cases)
    horizon = float(deal.cases["arrived_at"][-1]) + TIME_TO_FINISH
    best = np.inf
    for _ in range(ROUNDS):
        begun = thread_time()
        clocks = general._casework(room, plan, deal, staff, *NO_SAMPLES, horizon)
        best = min(best, thread_time() - begun)
    assert clocks == cases
    return best / cases * 1e9


@pytest.mark.parametrize("pooled", [False, True], ids=["owned", "pooled"])
def test_cost_per_case(pooled):
    name = "pooled" if pooled else "owned"
    print(f"\nThe general kernel, {name}, nanoseconds a case of {EPISODES_PER_CASE} episodes")
    print("caseworkers " + "".join(f"{cases:>10}" for cases in CASES))
    found = {}
    for caseworkers in CASEWORKERS:
        row = [nanoseconds_per_case(cases, caseworkers, pooled) for cases in CASES]
        found[caseworkers] = row
        print(f"{caseworkers:>11} " + "".join(f"{each:>10.0f}" for each in row))
    # A hundred times as many cases cost as much each, but for the memory that they lie in.
    assert found[64][2] < 4 * found[64][0]
    # From 64 to 1000 the logarithm grows from 6 to 10.
    assert found[1_000][2] < 4 * found[64][2]
