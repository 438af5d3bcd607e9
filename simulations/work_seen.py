"""What a case list shows of a team's work, and what a simulated period shows of it, told alike.

(da: det sete arbejde.) A deadline's clocks are all that both have: when each began, by when it was
due, when it was met. From them the same few figures are counted for the past and for every
simulated past. Timeliness is counted by `cohorts.count_clocks` in both. Days are whole, for a case
list has no times of day, and the true past is read by `observed_clocks`.

Finished work is not among the figures: it is what was open, plus what began, less what is open now.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

import numpy as np

from capacity.case_events import MET_BY
from capacity.deadlines import deadline_rule
from capacity.department import Department
from capacity.errors import InvalidInput, RuleNotInForce
from capacity.rulebook import Rulebook
from capacity.wording import Text
from capacity.workdays import Unit
from simulations.case_history import CaseHistory, day_number
from simulations.cohorts import (
    IN_TIME,
    KINDS,
    LATE,
    MOST_DAYS_LATE,
    OPEN_AND_OVERDUE,
    RUNNING_IN_TIME,
    RUNNING_OVERDUE,
    Period,
    count_clocks_alone,
)
from simulations.luck import Floats, Integers
from simulations.observed_clocks import observed_clocks
from simulations.office import CLOCK, LAPSED, MET
from simulations.work_clocks import Records

HALF_A_YEAR = 182
_MOST_STRETCHES = 6


class Figure(StrEnum):
    """What is counted of a deadline (da: nøgletal)."""

    BEGUN = "begun"
    """Clocks that began in the stretch (da: begyndte)."""
    OPEN = "open"
    """Clocks that run at the end of the stretch (da: åbne)."""
    IN_TIME = "in_time"
    """The share in time of what began in the period and fell due in the stretch (da: rettidige)."""
    OVERDUE = "overdue"
    """The share overdue of the clocks that run at the end of the period (da: overskredne)."""
    DONE_WITHIN = "done_within"
    """The share done within so many days of what began early enough to tell (da: færdige inden)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenFigure:
    """One figure: of which deadline, up to which day, within how many days (da: nøgletal)."""

    figure: Figure
    deadline: str
    until: date
    within_days: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """What is looked at of a team's work: deadlines and stretches of a period (da: udsnit).

    `ends` are the ends of the stretches of [from_, to), the last of them `to`. `within_days` are
    for each deadline the days within which work is done or not.
    """

    team: str
    deadlines: tuple[str, ...]
    from_: date
    to: date
    ends: tuple[date, ...]
    within_days: tuple[tuple[int, ...], ...]

    @property
    def figures(self) -> tuple[SeenFigure, ...]:
        """Name the figures in the order in which they are counted (da: nøgletallene)."""
        named = []
        for deadline, days in zip(self.deadlines, self.within_days, strict=True):
            for figure in (Figure.BEGUN, Figure.OPEN, Figure.IN_TIME):
                named += [
                    SeenFigure(figure=figure, deadline=deadline, until=end) for end in self.ends
                ]
            named.append(SeenFigure(figure=Figure.OVERDUE, deadline=deadline, until=self.to))
            named += [
                SeenFigure(
                    figure=Figure.DONE_WITHIN, deadline=deadline, until=self.to, within_days=day
                )
                for day in days
            ]
        return tuple(named)


def stretches(from_: date, to: date) -> tuple[date, ...]:
    """The ends of equal stretches of about half a year, six at most (da: halvår).

    >>> [end.isoformat() for end in stretches(date(2024, 1, 1), date(2026, 1, 1))]
    ['2024-07-01', '2024-12-31', '2025-07-02', '2026-01-01']
    """
    days = (to - from_).days
    number = min(max(1, round(days / HALF_A_YEAR)), _MOST_STRETCHES)
    return tuple(from_ + timedelta(days=days * (n + 1) // number) for n in range(number))


def seen_deadlines(department: Department, team: str, book: Rulebook) -> tuple[str, ...]:
    """The deadlines of a team that whole days can tell of: limits in hours are left out.

    (da: frister i hele dage.) `InvalidInput` where the team has none: its history shows nothing.
    """
    found = []
    for rule in department.deadlines_of(team):
        if rule not in MET_BY:
            continue
        try:
            limit = deadline_rule(rule, department.on, book)
        except RuleNotInForce:
            found.append(rule)
            continue
        if limit.unit is not Unit.HOURS and limit.n > 0:
            found.append(rule)
    if not found:
        raise InvalidInput(
            Text(
                da=f"teamet ”{team}” har ingen frist i dage eller måneder, som en sagsliste viser; "
                "dets tidsforbrug kan ikke læres af historikken",
                en=f"the team “{team}” has no deadline in days or months that a case list shows; "
                "its effort cannot be learned from history",
            ),
            field="team",
        )
    return tuple(found)


def shown_deadlines(
    history: CaseHistory, team: str, deadlines: Sequence[str], book: Rulebook
) -> tuple[str, ...]:
    """Return those of a team's deadlines of which a list holds clocks (da: frister i listen).

    `InvalidInput` where it holds none, or knows no such team.
    """
    rows = _rows_of(history, team)
    held = {read.deadline for read, _ in observed_clocks(rows, book) if read.clocks}
    shown = tuple(each for each in deadlines if each in held)
    if not shown:
        names = ", ".join(deadlines)
        raise InvalidInput(
            Text(
                da=f"sagslisten viser ingen frister for teamet ”{team}”; der skal være datoer for "
                f"mindst én af {names}",
                en=f"the case list shows no deadlines of the team “{team}”; it needs dates for at "
                f"least one of {names}",
            ),
            field="team",
        )
    return shown


# --- Clocks of the past ----------------------------------------------------------------------


def clocks_of(history: CaseHistory, view: View, book: Rulebook) -> Records:
    """The clocks of a case list, as the kernel writes them (da: frister i sagslisten).

    As they would have been read at the end of the view's period, their days counted from its first;
    read by `observed_clocks`. `InvalidInput` where the list was drawn before the period ends, or
    knows no such team.
    """
    if history.seen_until < day_number(view.to):
        raise InvalidInput(
            Text(
                da=f"sagslisten er trukket {history.seen_on}, før perioden slutter {view.to}; "
                "vælg en tidligere slutning",
                en=f"the case list was drawn on {history.seen_on}, before the period ends on "
                f"{view.to}; choose an earlier end",
            ),
            field="to",
        )
    rows = _rows_of(history, view.team)
    first = day_number(view.from_)
    pieces = [np.zeros(0, dtype=CLOCK)]
    for reading, read in observed_clocks(rows.as_seen_on(view.to - timedelta(days=1)), book):
        if reading.deadline in view.deadlines:
            clocks = np.zeros(read.row.size, dtype=CLOCK)
            clocks["duty"], clocks["strand"] = view.deadlines.index(reading.deadline), read.row
            clocks["outcome"] = read.outcome
            clocks["started_at"] = read.started_at - first
            clocks["due_at"], clocks["ended_at"] = read.due_at - first, read.ended_at - first
            pieces.append(clocks[~read.unknown])
    return np.concatenate(pieces)


def _rows_of(history: CaseHistory, team: str) -> CaseHistory:
    if team not in history.teams:
        names = ", ".join(history.teams)
        raise InvalidInput(
            Text(
                da=f"sagslisten har intet team ”{team}”; den har {names}",
                en=f"the case list has no team “{team}”; it has {names}",
            ),
            field="team",
        )
    return history.only(history.team == history.teams.index(team))


def in_whole_days(clocks: Records) -> Records:
    """Simulated clocks as a list would have them: begun on a day, done at the end of a day.

    (da: i hele dage.)
    """
    whole = clocks.copy()
    whole["started_at"] = np.floor(clocks["started_at"])
    whole["ended_at"] = np.floor(clocks["ended_at"]) + 1
    return whole


# --- Figures of clocks -----------------------------------------------------------------------


def figures_of(clocks: Records, view: View, group_of_duty: Integers) -> tuple[Floats, Floats]:
    """Count a period's figures from its clocks, each on a scale on which it is nearly normal.

    (da: nøgletal.) Numbers by their square root, shares by their log-odds with a half added to
    both sides. With each goes the variance that a whole number more or less is worth there: that of
    a uniform rounding, 1/12, through the scale.
    """
    groups = len(view.deadlines)
    end = float((view.to - view.from_).days)
    ends = np.array([(day - view.from_).days for day in view.ends], dtype=np.float64)
    period = Period(0.0, end, end, ends, group_of_duty)
    counts = np.zeros((groups, ends.size + 1, KINDS))
    stock = np.zeros((groups, 2))
    count_clocks_alone(clocks, period, counts, stock, np.zeros((groups, MOST_DAYS_LATE + 1)))
    of_duty = group_of_duty[clocks["duty"]]
    values: list[float] = []
    roundings: list[float] = []

    def number(count: float) -> None:
        # Anscombe's square root (Biometrika 35, 1948), whose variance is a quarter for any mean.
        values.append(float(np.sqrt(count + 3 / 8)))
        roundings.append(1 / 12 / (4 * (count + 3 / 8)))

    def share(part: float, whole: float) -> None:
        other = whole - part
        values.append(float(np.log((part + 0.5) / (other + 0.5))))
        roundings.append((1 / (part + 0.5) + 1 / (other + 0.5)) ** 2 / 12)

    for group in range(groups):
        own = clocks[of_duty == group]
        started, ended = own["started_at"], own["ended_at"]
        begun = np.histogram(started[started >= 0], np.concatenate([[0.0], ends]))[0]
        begun[-1] -= (started == end).sum()  # the last stretch of a histogram is closed
        for count in begun:
            number(float(count))
        for stop in ends:
            number(float(((started < stop) & (ended > stop)).sum()))
        for stretch in range(ends.size):
            of_stretch = counts[group, stretch]
            in_time = float(of_stretch[IN_TIME])
            share(in_time, in_time + float(of_stretch[LATE] + of_stretch[OPEN_AND_OVERDUE]))
        overdue = float(stock[group, RUNNING_OVERDUE])
        share(overdue, overdue + float(stock[group, RUNNING_IN_TIME]))
        for days in view.within_days[group]:
            early = (started >= 0) & (started + days < end)
            took = ended - started
            done = early & (own["outcome"] == MET) & (took <= days)
            lapsed = early & (own["outcome"] == LAPSED) & (took <= days)
            share(float(done.sum()), float((early & ~lapsed).sum()))
    return np.array(values), np.array(roundings)


def quartiles_seen(clocks: Sequence[Records], deadlines: int, group_of_duty: Integers) -> Integers:
    """The days within which a quarter, half and three quarters of the work was done, by deadline.

    (da: kvartiler.) A row a deadline, in whole days; -1 where nothing was done. They are settled by
    simulated pasts, never by the true one: else it would choose its own judge.
    """
    found = np.full((deadlines, 3), -1, dtype=np.int64)
    for group in range(deadlines):
        took = [
            each["ended_at"][mine] - each["started_at"][mine]
            for each in clocks
            if (mine := (group_of_duty[each["duty"]] == group) & (each["outcome"] == MET)).any()
        ]
        if took:
            found[group] = np.quantile(np.concatenate(took), [0.25, 0.5, 0.75]).astype(np.int64)
    return found
