"""The fast path for owned desks gives the answers of the general kernel, event for event.

Moments, hours and paces are from grids that binary numbers hold exactly, so that things often
happen at one moment; and as often anywhere.
"""

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from offices import (
    INFINITY,
    NOTHING,
    Case,
    Caseworker,
    Change,
    Duty,
    Episode,
    Office,
    Opening,
    Step,
    Strand,
    Team,
    dealt,
    planned,
    staffed,
)

from simulations.casework import casework
from simulations.office import (
    BY_AGE,
    EARLIEST_DUE,
    FIRST_COME,
    FROM_MILESTONE,
    LEAST_LOADED,
    OLDEST_CASE,
    ON_NO_DESK,
    ON_OWN_DESK,
    ON_TEAM_DESK,
    PREEMPTIVE_PRIORITY,
    PRIORITY,
    ROUND_ROBIN,
    SHARED_ATTENTION,
    WHOLE_TEAM,
)
from simulations.own_desks import all_on_own_desks, casework_on_own_desks

POLICIES = {
    "first come": FIRST_COME,
    "earliest due": EARLIEST_DUE,
    "priority": PRIORITY,
    "oldest case": OLDEST_CASE,
}
FIRST_DAY, DAYS, MILESTONES = -6, 40, 3

quarters = st.integers(0, 48).map(lambda n: n / 4)
anywhere = st.floats(0.0, 12.0)
moments = st.one_of(quarters, anywhere)
efforts = st.one_of(st.sampled_from([0.0, 0.5, 1.0, 2.0, 6.0]), st.floats(0.01, 4.0))
delays = st.one_of(st.sampled_from([0.0, 0.0, 0.25, 1.0, 2.0]), st.floats(0.01, 3.0))


@st.composite
def caseworkers(draw):
    openings, now = [], 0.0
    for _ in range(draw(st.sampled_from([0, 1, 3, 8]))):
        opens_at = now + draw(st.sampled_from([0.0, 0.25, 0.75]))
        now = opens_at + draw(st.sampled_from([0.25, 1.0, 3.0]))
        pace = draw(st.sampled_from([1.0, 4.0, 8.0]))
        openings.append(Opening(opens_at, now, (now - opens_at) * pace))
    return Caseworker(tuple(openings), fte=draw(st.sampled_from([1.0, 1.0, 0.5, 0.0])))


@st.composite
def duties(draw):
    told = {
        "starts": draw(st.integers(0, FROM_MILESTONE)),
        "milestone": draw(st.integers(0, MILESTONES - 1)),
    }
    if draw(st.booleans()):
        return Duty(hours=draw(st.sampled_from([0.0, 12.0, 48.0, 96.0])), **told)
    due = (day + 2.0 + (day == 3) for day in range(FIRST_DAY, FIRST_DAY + DAYS))
    return Duty(due_by_day=tuple(due), **told)


@st.composite
def steps(draw, duties):
    any_duty = st.integers(NOTHING, duties - 1)
    return Step(
        desk=draw(st.sampled_from([ON_OWN_DESK] * 4 + [ON_NO_DESK])),
        priority=float(draw(st.integers(0, 2))),
        begins_round=draw(st.sampled_from([False, False, False, True])),
        towards=draw(any_duty),
        meets=draw(any_duty),
        milestone=draw(st.sampled_from([NOTHING, NOTHING, *range(MILESTONES)])),
        orders=tuple(draw(st.lists(st.integers(0, MILESTONES - 1), max_size=1))),
    )


@st.composite
def cases(draw, teams, steps):
    episodes = st.builds(Episode, efforts, delays, st.integers(0, steps - 1))
    rows = st.lists(episodes, min_size=1, max_size=6).map(tuple)
    is_old = draw(st.integers(0, 3)) == 0
    arrived_at = draw(quarters) - 6 if is_old else draw(moments)
    beside = []
    for _ in range(draw(st.sampled_from([0, 0, 1, 2]))):
        if draw(st.booleans()):
            trigger = draw(st.integers(0, MILESTONES - 1))
            beside.append(Strand(episodes=draw(rows), trigger=trigger))
        else:
            starts_at = max(arrived_at, 0.0) + draw(st.sampled_from([0.0, 0.5, 3.0]))
            beside.append(Strand(episodes=draw(rows), starts_at=starts_at))
    return Case(
        arrived_at=arrived_at,
        route=draw(rows),
        beside=tuple(beside),
        team=draw(st.integers(0, teams - 1)),
        weight=draw(st.sampled_from([1.0, 1.0, 0.5, 2.0, 0.0])),
        withdraws_at=draw(st.one_of(st.just(INFINITY), st.just(INFINITY), moments)),
        ignores_limit=is_old,
    )


@st.composite
def offices(draw, policy):
    how_many = draw(st.sampled_from([1, 1, 2]))
    teams = tuple(
        Team(
            caseworkers=tuple(draw(st.lists(caseworkers(), max_size=4))),
            policy=policy,
            assignment=draw(st.sampled_from([LEAST_LOADED, ROUND_ROBIN])),
            switching_hours=draw(st.sampled_from([0.0, 0.0, 0.5])),
        )
        for _ in range(how_many)
    )
    people = sum(len(team.caseworkers) for team in teams)
    changes = ()
    if people:
        told = st.tuples(moments, st.integers(0, people - 1), st.sampled_from([0.0, 0.5, 1.0]))
        drawn = sorted(draw(st.lists(told, max_size=4)))
        changes = tuple(Change(at=at, caseworker=who, fte=fte) for at, who, fte in drawn)
    watched = tuple(draw(st.lists(duties(), max_size=3)))
    told_steps = tuple(draw(st.lists(steps(len(watched)), min_size=1, max_size=5)))
    return Office(
        teams=teams,
        steps=told_steps,
        cases=tuple(draw(st.lists(cases(how_many, len(told_steps)), min_size=1, max_size=14))),
        duties=watched,
        changes=changes,
        first_day=FIRST_DAY,
    )


def told_to_the_kernel(office, begun=()):
    """Old cases are there when the office opens; of some the first work is done and others wait."""
    plan, deal, staff = planned(office), dealt(office), staffed(office)
    deal.cases["is_open"] = deal.cases["ignores_limit"]
    routes = deal.cases["first_strand"][deal.cases["is_open"]]
    for strand, left in zip(routes, begun, strict=False):
        deal.strands["has_begun"][strand] = True
        deal.strands["starts_at"][strand] = left
    starting = np.sort(deal.starting)
    starting = starting[np.argsort(deal.strands["starts_at"][starting], kind="stable")]
    return plan, deal._replace(starting=starting), staff


def in_order(clocks):
    return sorted(clocks.tolist())


@pytest.mark.parametrize("policy", POLICIES)
@settings(
    max_examples=120, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)
@given(data=st.data(), begun=st.lists(moments, max_size=3), horizon=moments)
def test_each_alone_does_what_all_together_do(policy, data, begun, horizon):
    office = data.draw(offices(POLICIES[policy]))
    sample_at = np.array(sorted(data.draw(st.lists(moments.filter(lambda at: at < horizon)))))
    told = told_to_the_kernel(office, begun)
    assert all_on_own_desks(*told)
    together = casework(*told, sample_at, horizon, True)
    alone = casework_on_own_desks(*told, sample_at, horizon, True)
    for what in ("caseworker", "taken_at", "done_at"):
        assert alone.takes[what].tolist() == together.takes[what].tolist()
    assert in_order(alone.clocks) == in_order(together.clocks)
    for what in ("owner", "is_open", "closed_at", "waits_for_owner"):
        assert alone.cases[what].tolist() == together.cases[what].tolist()
    assert alone.samples.tolist() == together.samples.tolist()
    assert alone.busy_hours.tolist() == together.busy_hours.tolist()


@pytest.mark.parametrize("policy", POLICIES)
def test_a_full_row_moves_to_more_room(policy):
    luck = np.random.default_rng(20261125)
    hours, days = luck.exponential(2.0, 800), luck.exponential(9.0, 800)
    office = Office(
        teams=(
            Team(
                caseworkers=(Caseworker((Opening(0.0, 1e6, 1e6),)),) * 2,
                policy=POLICIES[policy],
            ),
        ),
        steps=(Step(towards=0), Step(towards=0, meets=0)),
        duties=(Duty(hours=480.0),),
        cases=tuple(
            Case(
                arrived_at=float(number) / 8,
                route=(Episode(hours[number], days[number]), Episode(hours[-number], 0.0, 1)),
            )
            for number in range(400)
        ),
    )
    told = told_to_the_kernel(office)
    together = casework(*told, np.array([50.0]), 900.0, True)
    alone = casework_on_own_desks(*told, np.array([50.0]), 900.0, True)
    assert together.samples["open_cases"].max() > 300
    assert alone.takes.tolist() == together.takes.tolist()
    assert alone.samples.tolist() == together.samples.tolist()


OWN = Step(desk=ON_OWN_DESK)
ONE = Case(arrived_at=0.0, route=(Episode(1.0),))
TEAM = Team(caseworkers=(Caseworker(),))


@pytest.mark.parametrize(
    "shares",
    [
        Office(teams=(TEAM,), steps=(Step(desk=ON_TEAM_DESK),), cases=(ONE,)),
        Office(teams=(TEAM,), steps=(Step(by_another=True),), cases=(ONE,)),
        Office(teams=(TEAM, TEAM), steps=(Step(team=1),), cases=(ONE,)),
        Office(teams=(Team(assignment=WHOLE_TEAM),), steps=(OWN,), cases=(ONE,)),
        Office(teams=(Team(caseload_limit=9.0),), steps=(OWN,), cases=(ONE,)),
        Office(teams=(Team(policy=PREEMPTIVE_PRIORITY),), steps=(OWN,), cases=(ONE,)),
        Office(teams=(Team(policy=SHARED_ATTENTION),), steps=(OWN,), cases=(ONE,)),
        Office(teams=(Team(policy=EARLIEST_DUE, after_due=BY_AGE),), steps=(OWN,), cases=(ONE,)),
        Office(
            teams=(TEAM,),
            steps=(OWN,),
            cases=(ONE,),
            changes=(Change(at=1.0, caseworker=0, fte=0.0, hands_over=True),),
        ),
        Office(
            teams=(TEAM,),
            steps=(OWN,),
            cases=(
                Case(
                    arrived_at=0.0,
                    route=(Episode(1.0),),
                    beside=(Strand(episodes=(Episode(1.0),), starts_at=1.0, outlives_case=True),),
                ),
            ),
        ),
    ],
)
def test_where_caseworkers_have_more_to_do_with_each_other_it_is_not_for_this_path(shares):
    assert not all_on_own_desks(*told_to_the_kernel(shares))


def test_a_pause_on_no_desk_is_nobodys_work():
    pause = Office(
        teams=(TEAM,),
        steps=(OWN, Step(desk=ON_NO_DESK, by_another=True)),
        cases=(Case(arrived_at=0.0, route=(Episode(1.0), Episode(0.0, 1.0, 1))),),
    )
    assert all_on_own_desks(*told_to_the_kernel(pause))
