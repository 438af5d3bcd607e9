"""Where the open cases of a steady stock stand, and what is left of them (da: ligevægtsbunken).

Where nobody knows how far an open case has come, inflow and stock say how long an hour of work
takes all in all, and the order of work says how much of that is waiting. In a line a case waits
first and is then worked through: while it waits all its work is left. Only where a caseworker's
clock is shared evenly does its work go on all the while.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from capacity.case_classes import CaseClass, Desk, Episode
from capacity.consistency import DAYS_PER_YEAR
from capacity.department import Department
from capacity.duty_rota import HOURS_PER_DAY
from capacity.rulebook import Rulebook
from capacity.units import Days, Hours, Share

DAYS_PER_WEEK = 7


@dataclass(frozen=True, slots=True, kw_only=True)
class Tempo:
    """How a steady stock moves through an episode (da: tempo).

    Each time it is done it waits `waits_days` for a caseworker with all its work left, and then an
    hour of it takes `days_per_hour` calendar days. Where a clock is shared evenly it never waits.
    """

    waits_days: Days
    days_per_hour: Days


AT_REST = Tempo(waits_days=Fraction(0), days_per_hour=Fraction(0))
"""That of a route nobody asks the tempo of (da: uden tempo)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """The open cases that stand at one episode (da: sager på et trin).

    `at_work` is the share of all whose work there is not finished, and `hours_left` what is left of
    it on average; `after_work` is the share that waits for others after it.
    """

    episode: Episode
    at_work: Share
    hours_left: Hours
    after_work: Share


def usual_arrivals(case_class: CaseClass) -> Fraction:
    """Return what arrived in a year when the stock came about (da: sædvanlig tilgang).

    Before any change of the inflow, in cases a year.
    """
    return case_class.usual_arrivals_per_year or case_class.arrivals_per_year


def steady_turnaround_days(case_class: CaseClass) -> Days:
    """Return how long a case takes where stock and inflow agree (da: gennemløbstid i ligevægt).

    By Little's law, and never less than what the external delays take. 0 without any arrivals.
    """
    yearly = usual_arrivals(case_class)
    if not yearly:
        return Fraction(0)
    return max(case_class.backlog.open_cases * DAYS_PER_YEAR / yearly, _delay_days(case_class))


def tempo(department: Department, case_class: CaseClass, episode: Episode, book: Rulebook) -> Tempo:
    """Return how a steady stock moves through an episode (da: tempo).

    What the external delays leave of the turnaround is the work's, shared among the episodes as
    their mean efforts. In hand an hour takes what a full-time week says: whoever is hired or goes
    changes nothing about where the open cases stand.
    """
    effort = case_class.mean_effort_hours
    left_for_work = steady_turnaround_days(case_class) - _delay_days(case_class)
    all_in_all = max(Fraction(0), left_for_work) / effort if effort else Fraction(0)
    in_hand = _days_per_hour_in_hand(department, case_class, episode, book)
    worked = all_in_all if in_hand is None else min(in_hand, all_in_all)
    return Tempo(waits_days=(all_in_all - worked) * episode.effort_hours.mean, days_per_hour=worked)


def standings(
    department: Department, case_class: CaseClass, book: Rulebook, first_episode: int = 0
) -> Iterator[Standing]:
    """Spread open cases over the route from an episode on (da: fordeling over forløbet).

    As many stand at a piece of work, and in the wait after it, as it takes time of theirs. What is
    in hand is half done, and long work is met more often than short: a piece met has 1 + cv² times
    the mean effort (renewal theory).
    """
    ahead = case_class.route[first_episode:]
    tempi = [tempo(department, case_class, each, book) for each in ahead]
    worked = [
        pace.days_per_hour * each.effort_hours.mean for pace, each in zip(tempi, ahead, strict=True)
    ]
    at_work = [
        (pace.waits_days + works) * each.mean_times
        for pace, works, each in zip(tempi, worked, ahead, strict=True)
    ]
    days = sum(at_work, Fraction(0)) + sum((_delay_days_of(each) for each in ahead), Fraction(0))
    for number, (episode, pace, works) in enumerate(zip(ahead, tempi, worked, strict=True)):
        is_last = number == len(ahead) - 1
        begun = works / (pace.waits_days + works) if works else Fraction(0)
        effort = episode.effort_hours
        yield Standing(
            episode=episode,
            # Too old for any route, all stand at its end.
            at_work=at_work[number] / days if days else Fraction(is_last),
            hours_left=effort.mean * (1 - begun + begun * (1 + effort.cv**2) / 2),
            after_work=_delay_days_of(episode) / days if days else Fraction(0),
        )


def _days_per_hour_in_hand(
    department: Department, case_class: CaseClass, episode: Episode, book: Rulebook
) -> Days | None:
    """None where it is never in hand alone, but goes on evenly with others'."""
    team = episode.team or case_class.team
    if team not in {each.slug for each in department.teams}:  # on a duty rota the clock runs on
        return Fraction(1, HOURS_PER_DAY)
    if episode.desk is Desk.OWN and department.team(team).practice.open_cases_are_shared:
        return None
    return DAYS_PER_WEEK / book["agreement.full_time_hours"].on(department.on).number


def _delay_days(case_class: CaseClass) -> Days:
    return sum((_delay_days_of(each) for each in case_class.route), Fraction(0))


def _delay_days_of(episode: Episode) -> Days:
    return episode.external_delay_days.mean * episode.mean_times
