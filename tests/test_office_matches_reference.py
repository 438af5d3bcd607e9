"""The compiled office against its slow and obvious twin, event for event, on small random offices.

Moments, hours and paces are from grids that binary numbers hold exactly, so what happens at one
moment in the one happens at one moment in the other, and often does: ties are most of the test.
"""

from collections import Counter
from dataclasses import replace
from random import Random

import numpy as np
import pytest
from hypothesis import given, note, settings
from hypothesis import strategies as st
from offices import (
    ALWAYS_THERE,
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
    run,
    staffed,
    strands_of,
)
from reference_office import ReferenceOffice

from simulations.casework import casework
from simulations.office import (
    AFTER_THE_SAVABLE,
    BY_AGE,
    EARLIEST_DUE,
    FIRST_COME,
    FROM_ARRIVAL,
    FROM_MILESTONE,
    FROM_STRAND,
    LAPSED,
    LEAST_LOADED,
    MET,
    OLDEST_CASE,
    ON_NO_DESK,
    ON_OWN_DESK,
    ON_TEAM_DESK,
    PREEMPTIVE_PRIORITY,
    PRIORITY,
    ROUND_ROBIN,
    RUNNING,
    SHARED_ATTENTION,
    STILL_FIRST,
    WHOLE_TEAM,
)

POLICIES = {
    "first come": (FIRST_COME,),
    "earliest due": (EARLIEST_DUE,),
    "priority": (PRIORITY,),
    "preemptive priority": (PREEMPTIVE_PRIORITY,),
    "oldest case": (OLDEST_CASE,),
    "shared attention": (SHARED_ATTENTION,),
    "each team its own": tuple(range(FIRST_COME, SHARED_ATTENTION + 1)),
}
FIRST_DAY, DAYS, MILESTONES = -6, 30, 3
FEATURES = """
    absences backlog by_another delays duties handovers limits orders outliving owners part_time
    rounds shifts strands switching team_work teams_of_their_own weights withdrawals
""".split()


class Chance:
    """Draws a small office: some features and not others, so that each meets the rest often."""

    def __init__(self, random: Random, policies: tuple[int, ...]) -> None:
        self.random = random
        self.policies = policies
        self.has = {feature: self.one_of(True, False) for feature in FEATURES}
        self.has["duties"] |= EARLIEST_DUE in policies

    def one_of(self, *values):
        return self.random.choice(values)

    def number(self, first, last):
        return self.random.choice(range(first, last + 1))

    def quarters(self, days):
        return self.number(0, 4 * days) / 4

    def office(self) -> Office:
        self.teams = self.number(1, 3) if self.has["teams_of_their_own"] else 1
        self.duties = self.number(1, 3) if self.has["duties"] else 0
        self.steps = self.number(1, 4)
        teams = tuple(self.team() for _ in range(self.teams))
        people = sum(len(team.caseworkers) for team in teams)
        absences = self.number(1, 4) if self.has["absences"] and people else 0
        changes = [self.change(people) for _ in range(absences)]
        return Office(
            teams=teams,
            steps=tuple(self.step() for _ in range(self.steps)),
            cases=tuple(self.case() for _ in range(self.number(1, 12))),
            duties=tuple(self.duty() for _ in range(self.duties)),
            changes=tuple(sorted(changes, key=lambda change: change.at)),
            first_day=FIRST_DAY,
        )

    def team(self) -> Team:
        has = self.has
        return Team(
            caseworkers=tuple(self.caseworker() for _ in range(self.one_of(*(1, 2, 3) * 4, 0))),
            policy=self.one_of(*self.policies),
            after_due=self.number(STILL_FIRST, BY_AGE),
            assignment=self.one_of(*(LEAST_LOADED, ROUND_ROBIN) * 3, WHOLE_TEAM),
            caseload_limit=self.one_of(1.0, 2.0, 3.0, 6.0) if has["limits"] else INFINITY,
            switching_hours=self.one_of(0.0, 0.5, 1.0) if has["switching"] else 0.0,
            handover_hours=self.one_of(0.5, 1.0) if has["handovers"] else 0.0,
        )

    def caseworker(self) -> Caseworker:
        openings, now = [], 0.0
        for _ in range(self.one_of(*(10,) * 6, 6, 3, 1, 0) if self.has["shifts"] else 1):
            opens_at = now + (self.one_of(0.0, 0.25, 0.5, 0.75) if self.has["shifts"] else 0.0)
            now = opens_at + (self.one_of(0.25, 0.5, 1.0, 2.0) if self.has["shifts"] else 32.0)
            pace = self.one_of(1.0, 2.0, 4.0)
            openings.append(Opening(opens_at, now, (now - opens_at) * pace))
        fte = self.one_of(1.0, 1.0, 0.5, 0.25, 0.0) if self.has["part_time"] else 1.0
        return Caseworker(tuple(openings), fte, self.one_of(-INFINITY, -INFINITY, -1.0))

    def change(self, people) -> Change:
        return Change(
            at=self.quarters(4) - 0.5,
            caseworker=self.number(0, people - 1),
            fte=self.one_of(0.0, 0.5, 1.0),
            hands_over=self.one_of(True, False),
        )

    def duty(self) -> Duty:
        started = {
            "starts": self.number(0, FROM_MILESTONE),
            "milestone": self.number(0, MILESTONES - 1),
        }
        if self.one_of(True, False):
            return Duty(hours=self.one_of(0.0, 12.0, 24.0, 48.0, 96.0), **started)
        days, holiday = self.one_of(0, 1, 2, 4), self.number(0, 8)
        first_days = range(FIRST_DAY, FIRST_DAY + DAYS)
        due = [day + days + (2.0 if day == holiday else 1.0) for day in first_days]
        return Duty(due_by_day=tuple(due), **started)

    def step(self) -> Step:
        has = self.has
        own = (ON_OWN_DESK,) * 6 * (has["owners"] or not has["team_work"])
        shared = (ON_TEAM_DESK,) * 3 * has["team_work"]
        return Step(
            desk=self.one_of(*own, *shared, ON_NO_DESK),
            team=self.number(NOTHING, self.teams - 1) if has["teams_of_their_own"] else NOTHING,
            priority=float(self.number(0, 2)),
            by_another=has["by_another"] and self.one_of(True, False, False),
            begins_round=has["rounds"] and self.one_of(True, False),
            towards=self.number(NOTHING, self.duties - 1),
            meets=self.number(NOTHING, self.duties - 1),
            milestone=self.number(NOTHING, MILESTONES - 1),
            orders=tuple(
                self.number(0, MILESTONES - 1) for _ in range(self.number(0, 2) * has["orders"])
            ),
        )

    def case(self) -> Case:
        is_old = self.has["backlog"] and self.one_of(True, False)
        arrived_at = self.quarters(3) + (FIRST_DAY if is_old else 0)
        strands = self.number(0, 2) if self.has["strands"] else 0
        return Case(
            arrived_at=arrived_at,
            route=self.episodes(),
            beside=tuple(self.strand(arrived_at) for _ in range(strands)),
            team=self.number(0, self.teams - 1),
            weight=self.one_of(1.0, 0.5, 2.0, 0.0) if self.has["weights"] else 1.0,
            withdraws_at=self.withdraws_at(),
            **(self.backlog(arrived_at) if is_old else {}),
        )

    def withdraws_at(self) -> float:
        is_withdrawn = self.has["withdrawals"] and self.one_of(True, False, False)
        return self.quarters(5) if is_withdrawn else INFINITY

    def backlog(self, arrived_at) -> dict[str, object]:
        """What a case may have behind it that was there before the start."""
        told = {"ignores_limit": self.one_of(True, False), "is_open": self.one_of(True, False)}
        if told["is_open"]:
            told["passed"] = tuple(
                (milestone, self.one_of(arrived_at, arrived_at / 2))
                for milestone in range(MILESTONES)
                if self.one_of(True, False)
            )
            told["delayed_until"] = self.one_of(None, None, 0.0, 0.5, 2.0)
        if told.get("delayed_until") is None:
            told["hours_left"] = self.one_of(None, 0.0, 0.5, 1.5)
        return told

    def strand(self, arrived_at) -> Strand:
        told = {
            "episodes": self.episodes(),
            "outlives_case": self.has["outliving"] and self.one_of(True, False),
        }
        if self.one_of(True, False):
            return Strand(trigger=self.number(0, MILESTONES - 1), **told)
        starts_at = max(arrived_at, 0.0) + self.one_of(0.0, 0.0, 0.5, 1.0, 3.0)
        return Strand(starts_at=starts_at, began_at=self.one_of(starts_at, arrived_at), **told)

    def episodes(self) -> tuple[Episode, ...]:
        return tuple(
            Episode(
                effort_hours=self.one_of(0.0, 0.5, 0.5, 1.0, 1.0, 2.0, 3.0, 6.0),
                delay_days=self.one_of(0.0, 0.0, 0.25, 0.5, 1.0, 2.0) * self.has["delays"],
                step=self.number(0, self.steps - 1),
            )
            for _ in range(self.number(1, 4))
        )


def the_same_happens(office, horizon, sample_at=()):
    """Judge the kernel by the reference; what it came to, for those who judge it by hand."""
    outcome = run(office, horizon=horizon, sample_at=sample_at)
    expected = ReferenceOffice(office).run(horizon=horizon, sample_at=list(sample_at))
    takes = outcome.takes
    assert takes["caseworker"].tolist() == [take[0] for take in expected.takes]
    same(takes["taken_at"], [take[1] for take in expected.takes])
    same(takes["done_at"], [take[2] for take in expected.takes])
    same_clocks(outcome.clocks.tolist(), expected.clocks)
    same(outcome.cases["closed_at"], expected.closed_at)
    same(outcome.busy_hours, expected.busy_hours)
    assert outcome.samples.shape == (len(sample_at), len(office.teams))
    for found, wanted in zip(outcome.samples.tolist(), expected.samples, strict=True):
        assert [each[:2] for each in found] == [each[:2] for each in wanted]
        same([each[2:] for each in found], [each[2:] for each in wanted])
    return outcome


def same(found, expected):
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-9)


def same_clocks(found, expected):
    """As they are sorted; rounded, lest the last bit sorts them."""

    def told(clocks):
        return sorted((*clock[:3], *(round(moment, 9) for moment in clock[3:])) for clock in clocks)

    assert told(found) == told(expected)


HORIZONS = st.sampled_from([16.0, 9.0, 4.0])
SAMPLED = st.lists(st.integers(0, 40).map(lambda n: n / 4), max_size=3).map(sorted)
SMALL = st.randoms(use_true_random=False)
"""Chance that hypothesis turns to a smaller office when it has found a fault."""
QUICK = st.integers(0, 2**40).map(Random)
"""Chance that is drawn faster, and makes busier offices."""


def by_chance(policy, random, horizon, sample_at):
    office = Chance(random, POLICIES[policy]).office()
    note(office)
    the_same_happens(office, horizon, [moment for moment in sample_at if moment < horizon])


under_every_policy = pytest.mark.parametrize("policy", POLICIES)

test_the_same_happens_under_every_policy = under_every_policy(
    settings(max_examples=150)(
        given(random=SMALL | QUICK, horizon=HORIZONS, sample_at=SAMPLED)(by_chance),
    )
)

test_the_same_happens_in_many_offices_under_every_policy = pytest.mark.soak(
    under_every_policy(
        settings(max_examples=50_000)(
            given(random=QUICK, horizon=HORIZONS, sample_at=SAMPLED)(by_chance),
        )
    )
)


# What is kept


def worked_before(caseworker, horizon):
    """What a work clock shows at the horizon."""
    return sum(
        hours * min(1.0, (horizon - opens_at) / (closes_at - opens_at))
        for opens_at, closes_at, hours in caseworker.openings
        if opens_at < horizon
    )


@settings(max_examples=150)
@given(random=SMALL | QUICK, horizon=HORIZONS)
def test_every_case_that_has_come_is_open_or_closed(random, horizon):
    office = Chance(random, POLICIES["each team its own"]).office()
    note(office)
    outcome = run(office, horizon=horizon, sample_at=[horizon - 0.125])
    cases = outcome.cases
    come = sum(case.is_open or max(case.arrived_at, 0.0) < horizon for case in office.cases)
    closed = cases["closed_at"] < INFINITY
    assert come == closed.sum() + cases["is_open"].sum()
    assert not (closed & cases["is_open"]).any()
    closed_since = (cases["closed_at"] >= horizon - 0.125) & closed
    counted = (cases["is_open"] | closed_since) & (cases["weight"] > 0)
    assert outcome.samples["open_cases"].sum() == counted.sum()
    assert (outcome.samples["waiting_cases"] <= outcome.samples["open_cases"]).all()


@settings(max_examples=150)
@given(random=SMALL | QUICK, horizon=HORIZONS)
def test_nobody_works_more_hours_than_their_clock_has_or_fewer_than_are_done(random, horizon):
    office = Chance(random, POLICIES["each team its own"]).office()
    office = replace(office, cases=tuple(replace(case, hours_left=None) for case in office.cases))
    note(office)
    outcome = run(office, horizon=horizon)
    for caseworker, busy_hours in zip(office.caseworkers, outcome.busy_hours, strict=True):
        assert -1e-9 <= busy_hours <= worked_before(caseworker, horizon) + 1e-9
    is_done = outcome.takes["done_at"] < INFINITY
    done_hours = dealt(office).episodes["effort_hours"][is_done].sum()
    assert done_hours <= outcome.busy_hours.sum() + 1e-9


@settings(max_examples=150)
@given(random=SMALL | QUICK, horizon=HORIZONS)
def test_every_clock_has_exactly_one_outcome(random, horizon):
    office = Chance(random, POLICIES["each team its own"]).office()
    office = replace(
        office, steps=tuple(replace(step, begins_round=False) for step in office.steps)
    )
    note(office)
    outcome = run(office, horizon=horizon)
    written = Counter((clock["strand"], clock["duty"]) for clock in outcome.clocks)
    number = 0
    for case, closed_at in zip(office.cases, outcome.cases["closed_at"], strict=True):
        for strand in strands_of(case):
            watched = Counter(office.steps[episode.step].meets for episode in strand.episodes)
            has_begun = any(
                count and duty < len(office.duties) and office.duties[duty].starts == FROM_ARRIVAL
                for (of_strand, duty), count in written.items()
                if of_strand == number
            )
            for duty, told in enumerate(office.duties):
                assert written[number, duty] <= watched[duty]
                if told.starts == FROM_ARRIVAL and has_begun:
                    assert written[number, duty] == watched[duty]
            for clock in outcome.clocks[outcome.clocks["strand"] == number]:
                assert (clock["outcome"] == RUNNING) == (clock["ended_at"] == INFINITY)
                if clock["outcome"] == LAPSED and clock["duty"] < len(office.duties):
                    assert clock["ended_at"] == closed_at
            number += 1


@settings(max_examples=50)
@given(random=SMALL, horizon=HORIZONS)
def test_records_are_left_as_they_were(random, horizon):
    office = Chance(random, POLICIES["each team its own"]).office()
    told = [*planned(office), *dealt(office), *staffed(office)]
    records = planned(office), dealt(office), staffed(office)
    casework(*records, np.empty(0), horizon, True)
    for before, after in zip(told, (each for part in records for each in part), strict=True):
        np.testing.assert_array_equal(before, after)


# By hand


def taken(office, horizon=100.0):
    """Who took each episode last, when, and when it was done: in the kernel as in the reference."""
    return the_same_happens(office, horizon).takes.tolist()


def clocks(office, horizon):
    """Duty, outcome, start, due moment and end of every clock, in order of the end."""
    written = the_same_happens(office, horizon).clocks.tolist()
    return sorted(((duty, *rest) for duty, _, *rest in written), key=lambda clock: clock[-1])


TEAM_WORK = Step(desk=ON_TEAM_DESK)


def case_of(*episodes, arrived_at=0.0, **told):
    return Case(arrived_at=arrived_at, route=tuple(Episode(*each) for each in episodes), **told)


def test_the_urgent_push_aside_the_least_urgent_of_those_whose_clock_runs():
    """Number 2 does work as little urgent as number 1, but is away until day 2."""
    away = Caseworker((Opening(0.0, 0.5, 0.5), Opening(2.0, 34.0, 32.0)))
    office = Office(
        teams=(Team(caseworkers=(ALWAYS_THERE, ALWAYS_THERE, away), policy=PREEMPTIVE_PRIORITY),),
        steps=tuple(Step(desk=ON_TEAM_DESK, priority=urgency) for urgency in (0.0, 1.0, 2.0)),
        cases=(
            case_of((10.0, 0.0, 1)),
            case_of((10.0, 0.0, 2)),
            case_of((10.0, 0.0, 2)),
            case_of((1.0, 0.0, 0), arrived_at=1.0),
        ),
    )
    assert taken(office) == [(0, 0.0, 10.0), (1, 2.0, 11.0), (2, 0.0, 11.5), (1, 1.0, 2.0)]


@pytest.mark.parametrize(
    ("after_due", "done_at"),
    [
        (STILL_FIRST, [2.0, 1.0, 3.0]),
        (AFTER_THE_SAVABLE, [3.0, 2.0, 1.0]),
        (BY_AGE, [2.0, 3.0, 1.0]),
    ],
)
def test_what_is_late_lies_where_the_policy_puts_it(after_due, done_at):
    """The first is oldest, the second was due first, the third can still be saved."""
    office = Office(
        teams=(Team(caseworkers=(ALWAYS_THERE,), policy=EARLIEST_DUE, after_due=after_due),),
        steps=(replace(TEAM_WORK, towards=0), replace(TEAM_WORK, towards=1)),
        duties=(Duty(hours=24.0), Duty(hours=96.0)),
        cases=(
            case_of((1.0, 0.0, 1), arrived_at=-5.0),
            case_of((1.0, 0.0, 0), arrived_at=-3.0),
            case_of((1.0, 0.0, 1), arrived_at=0.0),
        ),
    )
    assert [done for _, _, done in taken(office)] == done_at


def test_attention_is_shared_evenly_among_what_is_ready():
    """1 h and 3 h from day 0: half an hour each by day 1. Then half an hour more, for three."""
    office = Office(
        teams=(Team(caseworkers=(ALWAYS_THERE,), policy=SHARED_ATTENTION),),
        steps=(Step(),),
        cases=(case_of((1.0,)), case_of((3.0,)), case_of((0.5,), arrived_at=1.0)),
    )
    assert taken(office) == [(0, 0.0, 2.5), (0, 0.0, 4.5), (0, 1.0, 2.5)]


def test_each_hand_over_adds_to_what_must_be_read():
    """Two owners leave before they have touched it; the third has 2 h of work and 1 h twice."""
    nobody = Caseworker()
    office = Office(
        teams=(Team(caseworkers=(nobody, nobody, ALWAYS_THERE), handover_hours=1.0),),
        steps=(Step(),),
        cases=(case_of((2.0,)),),
        changes=tuple(
            Change(at=1.0 + who, caseworker=who, fte=0.0, hands_over=True) for who in (0, 1)
        ),
    )
    assert taken(office) == [(2, 2.0, 6.0)]


def test_only_those_from_before_the_start_pass_the_limit():
    office = Office(
        teams=(Team(caseworkers=(ALWAYS_THERE,), caseload_limit=1.0),),
        steps=(Step(),),
        cases=(
            case_of((1.0,)),
            case_of((1.0,), arrived_at=-2.0, is_open=True, ignores_limit=True),
            case_of((1.0,), arrived_at=-1.0, is_open=True, ignores_limit=True),
        ),
    )
    assert taken(office) == [(0, 2.0, 3.0), (0, 0.0, 1.0), (0, 1.0, 2.0)]


def test_work_by_another_waits_for_another():
    """Number 0 has handled the first case and is free from day 1; number 1 comes on day 5."""
    later = Caseworker((Opening(5.0, 37.0, 32.0),))
    office = Office(
        teams=(Team(caseworkers=(ALWAYS_THERE, later)),),
        steps=(TEAM_WORK, replace(TEAM_WORK, by_another=True)),
        cases=(case_of((1.0, 0.0, 0), (1.0, 0.0, 1)), case_of((1.0, 0.0, 0), arrived_at=2.0)),
    )
    assert taken(office) == [(0, 0.0, 1.0), (1, 5.0, 6.0), (0, 2.0, 3.0)]


def test_what_outlives_its_case_lies_on_the_team_desk():
    """The case, and with it its owner, is gone on day 1; on day 2 the longest idle is number 1."""
    beside = Strand(episodes=(Episode(1.0),), starts_at=2.0, outlives_case=True)
    office = Office(
        teams=(Team(caseworkers=(ALWAYS_THERE, ALWAYS_THERE)),),
        steps=(Step(),),
        cases=(case_of((1.0,), beside=(beside,)),),
    )
    assert taken(office) == [(0, 0.0, 1.0), (1, 2.0, 3.0)]


def test_a_milestone_after_the_close_sets_nothing_off():
    late = Strand(episodes=(Episode(1.0, 0.0, 1),), starts_at=2.0, outlives_case=True)
    never = Strand(episodes=(Episode(1.0, 0.0, 0),), trigger=0, outlives_case=True)
    office = Office(
        teams=(Team(caseworkers=(ALWAYS_THERE,)),),
        steps=(TEAM_WORK, replace(TEAM_WORK, milestone=0)),
        cases=(case_of((1.0,), beside=(late, never)),),
    )
    assert taken(office) == [(0, 0.0, 1.0), (0, 2.0, 3.0), (NOTHING, INFINITY, INFINITY)]


def test_a_withdrawn_case_is_dropped_at_once():
    office = Office(
        teams=(Team(caseworkers=(ALWAYS_THERE,)),),
        steps=(replace(TEAM_WORK, meets=0),),
        duties=(Duty(hours=24.0),),
        cases=(case_of((9.0,), withdraws_at=2.0), case_of((1.0,))),
    )
    assert taken(office) == [(0, 0.0, INFINITY), (0, 2.0, 3.0)]
    assert clocks(office, 100.0) == [
        (0, LAPSED, 0.0, 1.0, 2.0),
        (0, MET, 0.0, 1.0, 3.0),
    ]


def test_every_round_has_a_clock_of_its_own():
    """An hour of work a round, and two days until the next."""
    office = Office(
        teams=(Team(caseworkers=(ALWAYS_THERE,)),),
        steps=(replace(TEAM_WORK, begins_round=True, meets=0),),
        duties=(Duty(starts=FROM_STRAND, hours=24.0),),
        cases=(case_of((1.0, 2.0), (1.0, 2.0), (1.0, 2.0)),),
    )
    assert clocks(office, 6.5) == [
        (0, MET, 0.0, 1.0, 3.0),
        (0, MET, 3.0, 4.0, 6.0),
        (0, RUNNING, 6.0, 7.0, INFINITY),
    ]


def test_a_milestone_ought_to_come_before_another():
    """The decision (milestone 1) comes before the talk (milestone 0), then once more after it."""
    talk = replace(TEAM_WORK, milestone=0)
    decision = replace(TEAM_WORK, milestone=1, orders=(0,))
    office = Office(
        teams=(Team(caseworkers=(ALWAYS_THERE,)),),
        steps=(talk, decision),
        cases=(case_of((1.0, 0.0, 1), (1.0, 0.0, 0), (1.0, 0.0, 1)),),
    )
    assert clocks(office, 100.0) == [(0, LAPSED, 1.0, 1.0, 1.0), (0, MET, 3.0, 3.0, 3.0)]
