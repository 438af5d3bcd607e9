"""What falls due soon: the sheet for the monthly supervision (da: ark til ledelsestilsynet).

Cases of known age are counted one by one, by the calendar and the law; no chance is in them. Where
nobody knows a case's age, or a round of follow-ups is under way, the number is the mean over
replications, and it is shown apart. What has not come yet but will both come and fall due within
the window is simulated, with today's cases and the people there are.
"""

import math
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from datetime import date, timedelta
from fractions import Fraction

import numpy as np

from capacity.case_classes import ARRIVAL, Backlog, BacklogStage, CaseClass, Episode
from capacity.deadlines import deadline_rule, due_on
from capacity.department import Department
from capacity.errors import InvalidInput, RuleNotInForce
from capacity.rulebook import Rulebook
from capacity.units import Hours
from capacity.wording import Language, Text, shown
from capacity.workdays import Unit
from simulations.cohorts import (
    IN_TIME,
    LATE,
    NOT_REQUIRED,
    OPEN_AND_OVERDUE,
)
from simulations.dealing import deal
from simulations.experiments import Trial, refuse_too_much, run, steps, trial
from simulations.luck import Floats
from simulations.office import FROM_ARRIVAL, FROM_STRAND, Deal
from simulations.plan import Layout, connected_teams
from simulations.questions import LEAST_REPLICATIONS
from simulations.twin import way_to

USUAL_WINDOWS = (30, 60, 90)
USUAL_FORECAST_REPLICATIONS = 64
_LONG_AGO = -1e9


@dataclass(frozen=True, slots=True, kw_only=True)
class DueRow:
    """A deadline of a team and what of it falls due within so many days (da: forfalder snart).

    Days run from the department's date and include it. Of the clocks that run today, `due` of known
    start fall due in the window, and `due_expected` of unknown start, on average over replications;
    `overdue` and `overdue_expected` are past their due date already. `hours_needed` is the effort,
    on average, that those due in the window still take the team until their clock is met, and
    `overdue_hours` the same of the overdue. `new_due` clocks are expected to start after today and
    fall due in the window, and take `new_hours`. `hours_available` are the hours for cases that the
    team has in the window, for all its work. `share_in_time`, in 0..1, is the simulated share of
    all that falls due in the window; None where nothing does. Replications: `replications`.
    """

    team: str
    deadline: str
    within_days: int
    due: int
    due_expected: float
    overdue: int
    overdue_expected: float
    hours_needed: float
    overdue_hours: float
    new_due: float
    new_hours: float
    hours_available: float
    share_in_time: float | None
    replications: int

    @property
    def hours_suffice(self) -> bool:
        """Whether the team's hours are enough for these deadlines alone (da: rækker timerne)."""
        needed = self.hours_needed + self.overdue_hours + self.new_hours
        return needed <= self.hours_available


def falling_due(
    department: Department,
    book: Rulebook,
    days: Sequence[int] = USUAL_WINDOWS,
    *,
    seed: int = 1,
    replications: int = USUAL_FORECAST_REPLICATIONS,
    executor: Executor | None = None,
    on_progress: Callable[[int], None] = lambda _: None,
) -> tuple[DueRow, ...]:
    """Count what falls due within each number of days (da: hvad forfalder).

    By team and deadline, in order, and by window. Deadlines that are counted back from a day have
    no clock that runs forward and are left out. `InvalidInput` for windows that are no numbers of
    days in order, and for too few replications. `on_progress` is told how many replications are
    done, of `falling_due_replications`.
    """
    windows = _checked(days, replications)
    known = _Pile(windows)
    for each in department.case_classes:
        for clock in _known_clocks(each, department.on, book):
            known.add(clock, 1.0)
    rows: list[DueRow] = []
    for number, laid_out in enumerate(_trials(department, windows, seed, book)):
        refuse_too_much(laid_out, 2 * replications)
        done = 2 * replications * number
        ahead = _Ahead(laid_out, replications, executor, _counted_from(done, on_progress))
        unknown = _unknown_clocks(department, laid_out, windows, seed, book, replications)
        rows += _rows(laid_out, known, unknown, ahead, windows, replications)
    return tuple(rows)


def falling_due_steps(
    department: Department, days: Sequence[int], seed: int, replications: int, book: Rulebook
) -> int:
    """What `falling_due` costs, in steps of the kernel; it refuses the same (da: omfang)."""
    windows = _checked(days, replications)
    return sum(steps(each, 2 * replications) for each in _trials(department, windows, seed, book))


def falling_due_replications(department: Department, replications: int) -> int:
    """How many replications `falling_due` runs in all (da: gentagelser i alt)."""
    return 2 * replications * len(_groups(department))


def _groups(department: Department) -> list[tuple[str, ...]]:
    """The teams, those that work is passed between together."""
    groups: list[tuple[str, ...]] = []
    for team in department.teams:
        if not any(team.slug in group for group in groups):
            groups.append(connected_teams(department, team.slug))
    return groups


def _trials(
    department: Department, windows: Sequence[int], seed: int, book: Rulebook
) -> Iterator[Trial]:
    for group in _groups(department):
        yield _laid_out(department, group[0], windows, seed, book)


def _counted_from(base: int, on_progress: Callable[[int], None]) -> Callable[[int], None]:
    """Tell of what has been done on top of what was done before."""
    return lambda done: on_progress(base + done)


def _checked(days: Sequence[int], replications: int) -> tuple[int, ...]:
    """The windows; refuses what `falling_due` refuses."""
    windows = tuple(days)
    if not windows or windows[0] < 1 or list(windows) != sorted(set(windows)):
        raise InvalidInput(
            Text(
                da="skriv et eller flere antal dage fra 1 og op, i rækkefølge: 30;60;90",
                en="write one or more numbers of days from 1 up, in order: 30;60;90",
            ),
            field="days",
        )
    if replications < LEAST_REPLICATIONS:
        raise InvalidInput(
            Text(
                da=f"skriv mindst {LEAST_REPLICATIONS} gentagelser, ikke {replications}",
                en=f"write at least {LEAST_REPLICATIONS} replications, not {replications}",
            ),
            field="replications",
        )
    return windows


# --- Clocks that run today -------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Clock:
    """A clock that runs today: whose, until when in days from today, and what it still takes."""

    team: str
    deadline: str
    due_at: float
    hours: float


class _Pile:
    """Clocks that run today by team, deadline and window, the overdue first."""

    def __init__(self, windows: Sequence[int]) -> None:
        self._windows = windows
        empty = len(windows) + 1
        self.count: dict[tuple[str, str], Floats] = defaultdict(lambda: np.zeros(empty))
        self.hours: dict[tuple[str, str], Floats] = defaultdict(lambda: np.zeros(empty))

    def add(self, clock: _Clock, weight: float) -> None:
        place = 0
        if clock.due_at > 0:
            if clock.due_at > self._windows[-1]:
                return
            place = 1 + int(np.searchsorted(self._windows, clock.due_at))
        key = clock.team, clock.deadline
        self.count[key][place] += weight
        self.hours[key][place] += weight * clock.hours


def _known_clocks(case_class: CaseClass, on: date, book: Rulebook) -> Iterator[_Clock]:
    """The clocks of a class that run on routes of known standing.

    A milestone behind a case is taken to have been reached on its arrival, as in the simulation.
    """
    route = case_class.route
    names = [each.slug for each in route]
    for stage in case_class.backlog.stages:
        if stage.placed_by_age:
            continue
        place = names.index(stage.episode)
        passed = {each.milestone for each in route[:place]}
        for upto in range(place, len(route)):
            clock, team = route[upto].clock, route[upto].team or case_class.team
            if clock is None or not (clock.starts == ARRIVAL or clock.starts in passed):
                continue
            hours = float(_hours_left(case_class, stage, place, upto, team))
            for age in stage.ages_days:
                due = _due_in_days(clock.deadline, on - timedelta(days=age), on, book)
                if due is not None:
                    yield _Clock(team, clock.deadline, due, hours)


def _hours_left(
    case_class: CaseClass, stage: BacklogStage, place: int, upto: int, team: str
) -> Hours:
    """Effort left to a team up to and with an episode, on average."""
    hours = Fraction(0)
    for number in range(place, upto + 1):
        each = case_class.route[number]
        if (each.team or case_class.team) == team:
            hours += each.mean_effort_hours
            if number == place:
                hours -= (1 - stage.remaining_effort) * each.effort_hours.mean
    return hours


def _due_in_days(rule: str, start: date, on: date, book: Rulebook) -> float | None:
    """Until when a clock that started on a day is met, in days from today; None for none."""
    try:
        limit = deadline_rule(rule, start, book)
    except RuleNotInForce:
        return None
    if limit.n <= 0:
        return None
    if limit.unit is Unit.HOURS:
        return (start - on).days + limit.n / 24
    return float((due_on(rule, start, book) - on).days + 1)


def _unknown_clocks(
    department: Department,
    laid_out: Trial,
    windows: Sequence[int],
    seed: int,
    book: Rulebook,
    replications: int,
) -> _Pile:
    """The clocks that run today and began by chance, on average over replications.

    On strands beside the route they are dealt with all that is open; on routes with the cases of
    unknown standing alone, for the others are counted one by one.
    """
    pile = _Pile(windows)
    classes = [each for each in department.case_classes if each.team in laid_out.layout.teams]
    if any(each.strands and each.backlog.open_cases for each in classes):
        for replication in range(replications):
            for clock in _dealt_clocks(laid_out.layout, replication, routes=False):
                pile.add(clock, 1 / replications)
    if any(each.backlog.of_unknown_place for each in classes):
        alone = replace(
            department,
            case_classes=tuple(
                replace(each, backlog=_of_unknown_standing(each.backlog))
                for each in department.case_classes
            ),
        )
        of_unknown = _laid_out(alone, laid_out.layout.teams[0], windows, seed, book)
        for replication in range(replications):
            for clock in _dealt_clocks(of_unknown.layout, replication, routes=True):
                pile.add(clock, 1 / replications)
    return pile


def _of_unknown_standing(backlog: Backlog) -> Backlog:
    """The open cases whose place on the route chance settles."""
    return replace(backlog, stages=tuple(each for each in backlog.stages if each.placed_by_age))


def _dealt_clocks(layout: Layout, replication: int, *, routes: bool) -> Iterator[_Clock]:
    """The clocks that run today on what chance has dealt: on routes, or on all but the routes."""
    dealt = deal(layout.templates, replication)
    work = dealt.strands
    begun = (work["trigger"] < 0) & ((work["starts_at"] <= 0) | work["has_begun"])
    wanted = begun & (work["is_route"] == routes) & dealt.cases["is_open"][work["case"]]
    for strand in np.flatnonzero(wanted):
        yield from _clocks_on(layout, dealt, dealt.cases[work["case"][strand]], work[strand])


def _clocks_on(layout: Layout, dealt: Deal, case: np.void, work: np.void) -> Iterator[_Clock]:
    """The clocks that run on a strand, to the end of its round."""
    plan, first = layout.plan, int(work["first_episode"])
    hours: dict[int, float] = defaultdict(float)
    for place in range(first, int(work["last_episode"])):
        episode = dealt.episodes[place]
        step = plan.steps[episode["step"]]
        if step["begins_round"] and place > first:
            return
        effort = float(episode["effort_hours"])
        if place == first:
            is_away = work["is_route"] and work["has_begun"]
            left = float(work["remaining_hours"])
            effort = 0.0 if is_away else effort if left < 0 else left
        team = int(step["team"]) if step["team"] >= 0 else int(case["team"])
        hours[team] += effort
        if step["meets"] < 0:
            continue
        duty = plan.duties[step["meets"]]
        if duty["starts"] == FROM_ARRIVAL:
            started = float(case["arrived_at"])
        elif duty["starts"] == FROM_STRAND:
            started = float(work["began_at"])
        else:
            started = float(dealt.milestone_at[case["first_milestone"] + duty["milestone"]])
        if started > 0:
            continue
        watched = layout.duties[step["meets"]]
        if duty["due_dates"] < 0:
            due = started + float(duty["hours"]) / 24
        else:
            due = float(plan.due_dates[duty["due_dates"], math.floor(started) - plan.first_day])
        if due < math.inf:
            yield _Clock(watched.team, watched.rule, due, hours[team])


# --- What comes, and what becomes of it ------------------------------------------------------


def _laid_out(
    department: Department, team: str, windows: Sequence[int], seed: int, book: Rulebook
) -> Trial:
    """Lay out a team and those connected with it, each duty counted on its own, by window."""
    on = department.on
    ends = tuple(on + timedelta(days=window) for window in windows)
    laid_out = trial(department, team, {}, on, ends[-1], book, seed=seed, sample_on=ends)
    experiment, duties = laid_out.experiment, len(laid_out.layout.duties)
    groups = np.concatenate([np.arange(duties), np.full(len(laid_out.layout.orders), -1)]).astype(
        np.int64
    )
    # The first stretch is what was overdue today.
    stretches = np.array([0.0, *windows])
    period = experiment.period._replace(group_of_duty=groups, year_ends=stretches)
    return replace(laid_out, experiment=experiment._replace(period=period, groups=max(duties, 1)))


class _Ahead:
    """Means over replications: what starts and falls due in each window, and the hours."""

    def __init__(
        self,
        laid_out: Trial,
        replications: int,
        executor: Executor | None,
        on_progress: Callable[[int], None],
    ) -> None:
        counted = run(laid_out, 0, replications, executor=executor, on_progress=on_progress)
        self.new = _all_due(counted.counts[:, 0].mean(axis=0))
        self.hours = counted.samples[:, 0]["clock_hours"].mean(axis=0)
        period = laid_out.experiment.period._replace(first_day=_LONG_AGO)
        with_running = replace(laid_out, experiment=laid_out.experiment._replace(period=period))
        counted = run(
            with_running,
            0,
            replications,
            executor=executor,
            on_progress=_counted_from(replications, on_progress),
        )
        in_all = counted.counts[:, 0].mean(axis=0)
        self.in_time = in_all[:, :, IN_TIME]
        self.watched = in_all[:, :, IN_TIME] + in_all[:, :, LATE] + in_all[:, :, OPEN_AND_OVERDUE]


def _all_due(counts: Floats) -> Floats:
    """What falls due, whatever becomes of it: by duty and stretch."""
    kinds = (IN_TIME, LATE, OPEN_AND_OVERDUE, NOT_REQUIRED)
    return np.asarray(sum(counts[:, :, kind] for kind in kinds))


def _rows(
    laid_out: Trial,
    known: _Pile,
    unknown: _Pile,
    ahead: _Ahead,
    windows: Sequence[int],
    replications: int,
) -> Iterator[DueRow]:
    layout = laid_out.layout
    efforts = _efforts(layout.department)
    of_key: dict[tuple[str, str], list[int]] = defaultdict(list)
    for number, duty in enumerate(layout.duties):
        of_key[duty.team, duty.rule].append(number)
    for key in sorted(of_key):
        duties = of_key[key]
        column = layout.teams.index(key[0])
        for place, window in enumerate(windows, start=1):
            new = ahead.new[duties, 1 : place + 1].sum(axis=1)
            take = [
                efforts[layout.duties[duty].case_class, layout.duties[duty].episode]
                for duty in duties
            ]
            watched = float(ahead.watched[duties, 1 : place + 1].sum())
            in_time = float(ahead.in_time[duties, 1 : place + 1].sum())
            yield DueRow(
                team=key[0],
                deadline=key[1],
                within_days=window,
                due=round(known.count[key][1 : place + 1].sum()),
                due_expected=float(unknown.count[key][1 : place + 1].sum()),
                overdue=round(known.count[key][0]),
                overdue_expected=float(unknown.count[key][0]),
                hours_needed=float(
                    known.hours[key][1 : place + 1].sum() + unknown.hours[key][1 : place + 1].sum()
                ),
                overdue_hours=float(known.hours[key][0] + unknown.hours[key][0]),
                new_due=float(new.sum()),
                new_hours=float(new @ np.array(take)),
                hours_available=float(ahead.hours[place - 1, column]),
                share_in_time=in_time / watched if watched else None,
                replications=replications,
            )


def _efforts(department: Department) -> dict[tuple[str, str], float]:
    """What a clock takes the team that meets it, on average, by class and episode."""
    found = {}
    for case_class in department.case_classes:
        for _, episode, strand in case_class.placed_episodes():
            way, _ = way_to(case_class, episode, strand)
            mine = (each for each in way if _works(each, case_class) == _works(episode, case_class))
            hours = sum((each.mean_effort_hours for each in mine), Fraction(0))
            found[case_class.slug, episode.slug] = float(hours)
    return found


def _works(episode: Episode, case_class: CaseClass) -> str:
    return episode.team or case_class.team


# --- In words --------------------------------------------------------------------------------

_DUE = Text(
    da="{team}, {deadline}: {due} {deadlines} udløber inden for {days} dage, og {overdue} er "
    "overskredet allerede. De kræver endnu omkring {hours} timer; teamet har {available} timer til "
    "alt arbejde i de dage.",
    en="{team}, {deadline}: {due} {deadlines} due within {days} days, and {overdue} overdue "
    "already. They still take about {hours} hours; the team has {available} hours for all its "
    "work in those days.",
)
_EXPECTED = Text(
    da="Af dem er {expected} skønnet, for ingen kender de sagers alder.",
    en="Of these {expected} are estimated, for nobody knows the ages of those cases.",
)
_NEW = Text(
    da="Dertil ventes {new} nye, der både kommer og udløber i de dage ({hours} timer).",
    en="On top of that {new} new ones are expected to come and fall due in those days ({hours} "
    "hours).",
)
_TOO_LITTLE = Text(
    da="Timerne rækker ikke til dem alle, selv om teamet intet andet gjorde.",
    en="The hours do not suffice for all of them, even if the team did nothing else.",
)
_DEADLINES = {"da": ("frist", "frister"), "en": ("deadline falls", "deadlines fall")}


def due_sentence(row: DueRow, department: Department, book: Rulebook) -> Text:
    """Say a row of the sheet in words (da: rækken i ord)."""
    return Text(
        da=_due_sentence(row, department, book, "da"), en=_due_sentence(row, department, book, "en")
    )


def _due_sentence(row: DueRow, department: Department, book: Rulebook, language: Language) -> str:
    labels = {each.slug: each.label for each in department.teams}
    labels |= {each.slug: each.label for each in department.duty_rotas}
    due = round(row.due + row.due_expected)
    needed = row.hours_needed + row.overdue_hours
    parts = [
        _DUE.in_language(language).format(
            team=labels[row.team].in_language(language),
            deadline=book[row.deadline].label.in_language(language).lower(),
            due=due,
            deadlines=_DEADLINES[language][due != 1],
            days=row.within_days,
            overdue=round(row.overdue + row.overdue_expected),
            hours=shown(Fraction(needed), 0, language),
            available=shown(Fraction(row.hours_available), 0, language),
        )
    ]
    expected = round(row.due_expected + row.overdue_expected)
    if expected:
        parts.append(_EXPECTED.in_language(language).format(expected=expected))
    if round(row.new_due):
        parts.append(
            _NEW.in_language(language).format(
                new=round(row.new_due), hours=shown(Fraction(row.new_hours), 0, language)
            )
        )
    if not row.hours_suffice:
        parts.append(_TOO_LITTLE.in_language(language))
    return " ".join(parts)
