"""The compiled office against an independent SimPy program, on the same draws, bit for bit.

Nothing is allowed for: every clock of every deadline starts, falls due and ends at the same moment
in both, so counts of any kind are the same. The demo departments switch on what departments really
have: owned desks, duty rotas, strands beside the route, reassessment by another, sickness, leave,
resignations, newcomers, hand-over, withdrawal. What they do not use (urgent work that interrupts,
caseload limits, cases handed out in turn) is tried on small random offices full of ties.
"""

from collections import Counter
from fractions import Fraction
from random import Random

import numpy as np
import pytest
from benchmarks.simpy_office import SimpyOffice, played
from offices import dealt, planned, run, staffed
from test_office_matches_reference import POLICIES, Chance

from api.documents import load_example
from capacity.rulebook import rulebook
from simulations import experiments
from simulations.casework import casework
from simulations.cohorts import IN_TIME, LATE, NOT_REQUIRED, NOT_YET_DUE, OPEN_AND_OVERDUE
from simulations.dealing import deal
from simulations.office import LAPSED, MET, RUNNING, SHARED_ATTENTION, Deal, Plan, Staff
from simulations.people import Level, deal_staff
from simulations.questions import headline_question
from simulations.replications import replicate

LEVELS = (Fraction(0), Fraction(5, 2))
SAMPLE_AT = (0.0, 100.0, 250.5)
SMALL = [policies for policies in POLICIES.values() if SHARED_ATTENTION not in policies]
OFFICES = 60
"""Of each policy."""


def trial_of(
    slug: str, team: str, inflow: float = 1.0, levels: tuple[Fraction, ...] = LEVELS
) -> experiments.Trial:
    """A department's headline year, each of its deadlines counted by itself."""
    asked = headline_question(load_example(slug))
    department = asked.department
    rules = sorted(
        {rule for each in department.teams for rule in department.deadlines_of(each.slug)}
    )
    return experiments.trial(
        department,
        team,
        {rule: lambda duty, rule=rule: duty.rule == rule for rule in rules},
        asked.from_,
        asked.to,
        rulebook(),
        levels=levels,
        inflow=inflow,
    )


def dealt_at(trial: experiments.Trial, replication: int, level: int) -> tuple[Plan, Deal, Staff]:
    told = trial.experiment
    members = told.members[told.first_member[level] : told.first_member[level + 1]]
    first_of_team = told.first_of_team[level]
    teams = told.plan.teams.copy()
    teams["first_caseworker"], teams["last_caseworker"] = first_of_team[:-1], first_of_team[1:]
    at_level = Level(members=members, first_of_team=first_of_team)
    return (
        told.plan._replace(teams=teams),
        deal(told.templates, replication),
        deal_staff(told.people, at_level, replication),
    )


def played_at(trial: experiments.Trial, replication: int, level: int) -> SimpyOffice:
    horizon = trial.experiment.period.followed_until
    return played(*dealt_at(trial, replication, level), horizon, SAMPLE_AT)


def the_same_clocks(trial: experiments.Trial, replication: int, level: int) -> SimpyOffice:
    told = dealt_at(trial, replication, level)
    horizon = trial.experiment.period.followed_until
    ours = casework(*told, np.array(SAMPLE_AT), horizon, False)
    theirs = played(*told, horizon, SAMPLE_AT)
    assert Counter(ours.clocks.tolist()) == Counter(theirs.clocks)
    assert [[*map(tuple, row)] for row in ours.samples.tolist()] == theirs.samples
    assert ours.cases["closed_at"][: len(theirs.cases)].tolist() == [
        case.closed_at for case in theirs.cases
    ]
    return theirs


@pytest.mark.parametrize("level", range(len(LEVELS)))
@pytest.mark.parametrize(
    ("slug", "team"),
    [
        ("ishoej-2020", "straxen"),
        ("ishoej-2020", "paragraf-50"),
        ("ishoej-2020", "basisteam-1"),
        ("ishoej-2020", "basisteam-2"),
        ("fjordkoebing-2026", "undersoegelse-nord"),
    ],
)
def test_the_same_clocks_as_simpy(slug: str, team: str, level: int) -> None:
    trial = trial_of(slug, team)
    for replication in range(2):
        the_same_clocks(trial, replication, level)


@pytest.fixture
def whole_office(monkeypatch: pytest.MonkeyPatch) -> experiments.Trial:
    """All of Ishøj's teams in one office, and not only those that pass cases on to one another."""
    monkeypatch.setattr(
        experiments,
        "connected_teams",
        lambda department, _: tuple(team.slug for team in department.teams),
    )
    return trial_of("ishoej-2020", "paragraf-50")


def test_the_same_clocks_with_all_teams_in_one_office(whole_office: experiments.Trial) -> None:
    theirs = the_same_clocks(whole_office, 0, 1)
    assert len(theirs.teams) == 5
    # It is a full model that is compared: each of its parts has had something to do.
    assert set(theirs.happened) == {
        "a desk handed over",
        "a family moved away",
        "work left for another",
        "work taken out of hand",
    }
    assert {clock[2] for clock in theirs.clocks} == {MET, RUNNING, LAPSED}


FIVE = {
    IN_TIME: "in time",
    LATE: "late",
    OPEN_AND_OVERDUE: "open and overdue",
    NOT_YET_DUE: "not yet due",
    NOT_REQUIRED: "not required",
}


def timeliness(clock: tuple, end_day: float) -> int:
    """Which of the five a clock of the cohort is, by the words of the specification."""
    _, _, outcome, _, due, ended = clock
    if due > end_day:
        return NOT_YET_DUE
    if outcome == MET:
        return IN_TIME if ended <= due else LATE
    if outcome == LAPSED:
        return NOT_REQUIRED if ended <= due else LATE
    return OPEN_AND_OVERDUE


def test_the_same_counts_of_each_deadline_as_simpy(whole_office: experiments.Trial) -> None:
    """The whole way: dealt, played and counted by us; and their clocks counted here."""
    overloaded = trial_of("ishoej-2020", "paragraf-50", inflow=3.0)
    totals: Counter[str] = Counter()
    for trial in (whole_office, overloaded):
        counted = replicate(trial.experiment, 0, 1)
        for level in range(len(LEVELS)):
            found = counted.counts[0, level].sum(axis=1)
            wanted = counts_of_simpy(trial, 0, level)
            for group, rule in enumerate(trial.groups):
                for kind, name in FIVE.items():
                    assert found[group, kind] == wanted[group, kind], (rule, name)
                    totals[name] += int(found[group, kind])
                    totals[rule] += int(found[group, kind])
    # Each deadline, and each of the five, is there to be wrong about.
    assert {*FIVE.values(), *whole_office.groups} == {name for name in totals if totals[name]}


def counts_of_simpy(trial: experiments.Trial, replication: int, level: int) -> Counter:
    period = trial.experiment.period
    counts: Counter[tuple[int, int]] = Counter()
    for clock in played_at(trial, replication, level).clocks:
        group = period.group_of_duty[clock[0]]
        in_cohort = period.first_day <= clock[3] < period.end_day
        if group >= 0 and in_cohort and clock[4] < float("inf"):
            counts[group, timeliness(clock, period.end_day)] += 1
    return counts


@pytest.mark.parametrize("policies", SMALL)
def test_the_same_happens_as_in_simpy_in_small_offices(policies: tuple[int, ...]) -> None:
    for number in range(OFFICES):
        random = Random(number)
        office = Chance(random, policies).office()
        horizon = random.choice([4.0, 9.0, 16.0])
        sample_at = (0.0, horizon / 4, horizon / 2)
        ours = run(office, horizon=horizon, sample_at=sample_at)
        theirs = played(planned(office), dealt(office), staffed(office), horizon, sample_at)
        assert Counter(ours.clocks.tolist()) == Counter(theirs.clocks), office
        assert ours.cases["closed_at"].tolist() == [case.closed_at for case in theirs.cases], office
        assert [[*map(tuple, row)] for row in ours.samples.tolist()] == theirs.samples, office
