"""One replication of a department with all its records kept (da: gennemspilning).

A forecast keeps counts; whoever writes a past down wants what happened to every case, and when.
"""

from dataclasses import dataclass
from datetime import date
from fractions import Fraction

import numpy as np

from capacity.case_classes import CaseClass, Episode, Strand
from capacity.department import Department
from capacity.errors import InvalidInput
from capacity.rulebook import Rulebook
from capacity.wording import Text
from simulations.casework import casework
from simulations.cohorts import KINDS, MOST_DAYS_LATE, count_clocks_alone
from simulations.dealing import deal
from simulations.experiments import check_size
from simulations.luck import Integers
from simulations.office import Deal, Outcome, Staff
from simulations.people import Level, deal_staff, people_of
from simulations.plan import Layout, layout
from simulations.replications import nobody
from simulations.synthetic_staff import Post, posts_of

NO_EPISODE = -1
"""The episode of a step that is a pause."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Played:
    """What one replication came to, from the department's date on (da: gennemspilning).

    `posts` are those who work, by their number in the kernel's office: a post of the roster with
    all who hold it in turn, or None for one on a duty rota.
    """

    layout: Layout
    deal: Deal
    staff: Staff
    outcome: Outcome
    posts: tuple[Post | None, ...]

    @property
    def department(self) -> Department:
        """The truth (da: den sande afdeling)."""
        return self.layout.department

    @property
    def days(self) -> int:
        """How many days were played, the department's date the first of them (da: dage)."""
        return self.layout.horizon_days

    @property
    def case_classes(self) -> tuple[CaseClass, ...]:
        """The classes that were played, in the plan's order (da: sagstyper)."""
        every = self.department.case_classes
        return tuple(each for each in every if each.team in self.layout.teams)

    @property
    def episodes(self) -> tuple[tuple[CaseClass, Strand | None, Episode], ...]:
        """All episodes of all classes, in the order of the plan's lines (da: arbejdsgange)."""
        return tuple(
            (each, strand, episode)
            for each in self.case_classes
            for _, episode, strand in each.placed_episodes()
        )

    def episode_of_step(self) -> Integers:
        """Which of the episodes each step of the plan belongs to; -1 for a pause (da: trin)."""
        place = np.full(self.layout.plan.steps.size, NO_EPISODE)
        lines = self.layout.templates.lines
        place[lines["step"]] = place[lines["last_step"]] = np.arange(lines.size)
        return place

    def strand_of_episode(self) -> Integers:
        """Which strand each dealt episode belongs to (da: spor)."""
        strands = self.deal.strands
        lengths = strands["last_episode"] - strands["first_episode"]
        return np.repeat(np.arange(strands.size), lengths)

    def class_of_case(self) -> Integers:
        """The number of each case's class: that of the first step of its route (da: sagstype)."""
        classes = self.case_classes
        class_of = np.array([classes.index(each) for each, _, _ in self.episodes], dtype=np.int64)
        first = self.deal.strands["first_episode"][self.deal.cases["first_strand"]]
        return np.asarray(class_of[self.episode_of_step()[self.deal.episodes["step"][first]]])


def played(
    department: Department, last_day: date, book: Rulebook, *, seed: int = 1, replication: int = 0
) -> Played:
    """Play a department from its date through a day at its own staffing (da: gennemspilning).

    `InvalidInput` for a last day before the department's date, `TooMuchWork` where it is too large.
    """
    days = (last_day - department.on).days + 1
    if days < 1:
        raise InvalidInput(
            Text(
                da=f"fortiden kan ikke slutte {last_day}, før den begynder {department.on}",
                en=f"the past cannot end on {last_day} before its start, {department.on}",
            ),
            field="seen_on",
        )
    teams = tuple(team.slug for team in department.teams)
    check_size(department, teams, [Fraction(0)], days)
    laid_out = layout(department, teams, days, seed, book)
    people, levels = people_of(
        department, laid_out.teams, teams[0], [Fraction(0)], department.on, days, seed, book
    )
    staff = deal_staff(people, levels[0], replication)
    cases = deal(laid_out.templates, replication)
    plan = laid_out.plan._replace(teams=laid_out.plan.teams.copy())
    plan.teams["first_caseworker"] = levels[0].first_of_team[:-1]
    plan.teams["last_caseworker"] = levels[0].first_of_team[1:]
    return Played(
        layout=laid_out,
        deal=cases,
        staff=staff,
        outcome=casework(plan, cases, staff, np.zeros(0), float(days), True),
        posts=posts_of(department, laid_out.teams, people, replication),
    )


def load_compiled_play() -> None:
    """Load the compiled code that plays and counts a past, or compile it (da: indlæs).

    A fit plays a department many times; its kernels are others than those of a forecast.
    """
    empty, none = nobody(), np.zeros(0, dtype=np.int64)
    staff = deal_staff(
        empty.people, Level(members=none, first_of_team=np.zeros(1, dtype=np.int64)), 0
    )
    outcome = casework(empty.plan, deal(empty.templates, 0), staff, np.zeros(0), 0.0, True)
    counts, days_late = np.zeros((0, 1, KINDS)), np.zeros((0, MOST_DAYS_LATE + 1))
    count_clocks_alone(outcome.clocks, empty.period, counts, np.zeros((0, 2)), days_late)
