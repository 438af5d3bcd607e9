"""Where the open cases of a steady stock stand, against chance and against an office at work."""

from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction

import numpy as np
import pytest
from small_department import small_department

from capacity.case_classes import Backlog, BacklogStage, Desk, Episode
from capacity.department import Department
from capacity.distributions import Distribution, Family
from capacity.practice import Assignment, Policy, Practice
from capacity.rulebook import rulebook
from simulations.dealing import deal
from simulations.plan import layout
from simulations.played_department import Played, played
from simulations.steady_stock import standings, steady_turnaround_days, tempo

BOOK = rulebook()
TEAM = "assessment"
EVENLY = Practice(assignment=Assignment.LEAST_LOADED, policy=Policy.SHARED_ATTENTION)
IN_LINE = Practice(assignment=Assignment.TEAM)
OWN_LINES = Practice(assignment=Assignment.LEAST_LOADED)
PRACTICES = pytest.mark.parametrize(
    "practice", [EVENLY, IN_LINE, OWN_LINES], ids=["evenly", "in line", "own lines"]
)
ON = date(2023, 1, 2)


def spread(mean: str, cv: str) -> Distribution:
    return Distribution(family=Family.GAMMA, mean=Fraction(mean), cv=Fraction(cv))


def department(practice: Practice, backlog: Backlog, **of_small) -> Department:
    """Two pieces of work, the first of them in a third of cases done again."""
    small = small_department(on=ON, **of_small)
    (only,), (team,) = small.case_classes, small.teams
    desk = Desk.TEAM if practice.assignment is Assignment.TEAM else Desk.OWN
    talk = Episode(
        slug="talk",
        effort_hours=spread("10", "0.5"),
        external_delay_days=spread("20", "1"),
        desk=desk,
    )
    write = replace(only.route[0], effort_hours=spread("30", "0.6"), desk=desk)
    return replace(
        small,
        case_classes=(replace(only, route=(talk, write), backlog=backlog),),
        open_cases=backlog.open_cases,
        teams=(replace(team, practice=practice),),
    )


def hours_left_when_dealt(asked: Department, replications: int) -> np.ndarray:
    """The hours left in all that is open at the start: a number a replication."""
    templates = layout(asked, (TEAM,), 30, 1, BOOK).templates
    found = []
    for replication in range(replications):
        dealt = deal(templates, replication)
        total = 0.0
        for strand in dealt.strands[dealt.cases["arrived_at"][dealt.strands["case"]] < 0]:
            efforts = dealt.episodes["effort_hours"][
                strand["first_episode"] : strand["last_episode"]
            ].copy()
            if strand["has_begun"]:
                efforts[0] = 0.0
            elif strand["remaining_hours"] >= 0:
                efforts[0] = strand["remaining_hours"]
            total += efforts.sum()
        found.append(total)
    return np.array(found)


@PRACTICES
def test_what_is_dealt_has_as_much_left_as_renewal_theory_says(practice):
    asked = department(practice, Backlog(unknown=50))
    (case_class,) = asked.case_classes
    route = case_class.route
    expected = sum(
        50 * (each.at_work * each.hours_left)
        + 50
        * (each.at_work + each.after_work)
        * sum(later.mean_effort_hours for later in route[number + 1 :])
        for number, each in enumerate(standings(asked, case_class, BOOK))
    )
    left = hours_left_when_dealt(asked, 200)
    assert left.mean() == pytest.approx(
        float(expected), abs=4 * left.std(ddof=1) / np.sqrt(left.size)
    )


@PRACTICES
def test_shares_are_of_all_the_open_cases(practice):
    asked = department(practice, Backlog(unknown=50))
    (case_class,) = asked.case_classes
    found = list(standings(asked, case_class, BOOK))
    assert sum(each.at_work + each.after_work for each in found) == 1
    paces = [tempo(asked, case_class, each, BOOK) for each in case_class.route]
    days = sum(
        pace.waits_days
        + pace.days_per_hour * each.effort_hours.mean
        + each.external_delay_days.mean
        for pace, each in zip(paces, case_class.route, strict=True)
    )
    assert days == steady_turnaround_days(case_class)
    assert (paces[0].waits_days == 0) == (practice is EVENLY)


def hours_left_at(office: Played, day: float) -> tuple[tuple[int, ...], float]:
    """The ages of the cases open on a day of an office at work, and the hours left in them."""
    strand = office.strand_of_episode()
    case = office.deal.strands["case"][strand]
    takes, effort = office.outcome.takes, office.deal.episodes["effort_hours"]
    came = office.deal.cases["arrived_at"]
    ends = came.copy()
    done = takes["done_at"] + office.deal.episodes["delay_days"]
    np.maximum.at(ends, case, done)
    is_open = (came < day) & (ends >= day)
    ages = tuple(sorted(int(day - at) for at in came[is_open]))
    mine = is_open[case] & (takes["done_at"] >= day)
    left = effort[mine].sum()
    # What is in hand is taken as half done; there are three at most.
    left -= effort[mine & (takes["taken_at"] < day)].sum() / 2
    return ages, float(left)


@pytest.mark.parametrize("practice", [IN_LINE, OWN_LINES], ids=["in line", "own lines"])
def test_an_office_at_work_has_as_much_left_as_its_open_cases_are_dealt(practice):
    """Ages and numbers are known, and no more: the hours left follow, on average over offices."""
    starts = Backlog(stages=(BacklogStage(episode="talk", ages_days=tuple(range(5, 100, 5))),))
    true, placed, evenly = [], [], []
    for seed in range(1, 13):
        office = played(
            department(practice, starts, arrivals_per_year="105"),
            ON + timedelta(days=900),
            BOOK,
            seed=seed,
        )
        ages, left = hours_left_at(office, 730.0)
        true.append(left)
        backlog = Backlog(
            stages=(BacklogStage(episode="talk", ages_days=ages, placed_by_age=True),)
        )
        for dealt, way in ((placed, practice), (evenly, EVENLY)):
            asked = department(way, backlog, arrivals_per_year="105")
            dealt.append(hours_left_when_dealt(asked, 20).mean())
    assert np.sum(placed) == pytest.approx(np.sum(true), rel=0.1)
    assert np.sum(evenly) < 0.9 * np.sum(true)
