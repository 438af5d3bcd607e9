"""A department as it is, or two of them side by side: every team, every deadline, month by month.

Two departments that share case classes and people meet the same luck, for luck hangs on names: what
differs between them is what was changed. Teams may differ too, three merged to two; then the rows
of all teams together still compare.
"""

from collections import defaultdict
from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

import numpy as np

from capacity.deadlines import deadline_rule
from capacity.department import Department
from capacity.errors import InvalidInput, RuleNotInForce
from capacity.roster import case_fte
from capacity.rulebook import Rulebook
from capacity.wording import Text
from simulations import MODEL_VERSION
from simulations.estimates import Estimate
from simulations.experiments import Groups, Trial, months, refuse_steps, run, steps, trial
from simulations.luck import Floats
from simulations.plan import WatchedDeadline, connected_teams
from simulations.questions import LEAST_REPLICATIONS, USUAL_REPLICATIONS
from simulations.replications import Counted
from simulations.tallies import (
    Outcome,
    Tally,
    avoided_late,
    comparable,
    mean_of,
    outcome,
    quantile_range,
    share_difference,
    tally,
    together,
    year_difference_range,
)


class Measure(StrEnum):
    """What is followed month by month (da: månedstal)."""

    OPEN_CASES = "open_cases"
    """Open cases at the beginning of a day (da: åbne sager)."""
    WAITING_FOR_OWNER = "waiting_for_owner"
    """Of them, those that wait for somebody with room for them (da: venter på en sagsbehandler)."""
    UTILISATION = "utilisation"
    """Hours worked on cases over the hours there were for them, since the moment before, 0..1
    (da: belastningsgrad)."""
    CASELOAD = "caseload"
    """Open cases for each full-time post for cases on the roster that day, as planned: who is sick
    by chance is counted in (da: sagstal)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptDeadline:
    """What a team keeps of a deadline (da: en frist i et team); `team` None means all together."""

    team: str | None
    deadline: str
    outcome: Outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """One day of a series, at its beginning (da: måling).

    `mean` is over the replications, with its simulation error, a point where all say the same;
    95 % of the simulated courses lay from `year_low` to `year_high`.
    """

    on: date
    mean: Estimate
    year_low: float
    year_high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """A measure month by month (da: tidsserie); `team` None means all teams together.

    A day on which there is nothing to measure by (no hours, no posts) is left out, and so is a
    replication of it.
    """

    team: str | None
    measure: Measure
    moments: tuple[Moment, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Simulated:
    """A department's deadlines and months, with all one needs to distrust them (da: simulering).

    `teams` are those laid out: the team asked about and all that are connected with it.
    `deadlines` are by team and deadline, `together` by deadline over all of the teams. In the pairs
    of `nothing_due` nothing fell due, so there is no share. What the uncertainty of the inputs
    means is not quantified here.
    """

    department: Department
    teams: tuple[str, ...]
    from_: date
    to: date
    deadlines: tuple[KeptDeadline, ...]
    together: tuple[KeptDeadline, ...]
    nothing_due: tuple[tuple[str, str], ...]
    series: tuple[Series, ...]
    seed: int
    replications: int
    model_version: str
    rules_version: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparedDeadline:
    """A deadline in two departments on the same luck (da: sammenlignet frist).

    `difference` is the share in time after less that before, with its simulation error; in 95 % of
    the single years, each compared with itself, it lay from `year_low` to `year_high`. `avoided`
    is how many fewer are late in the period, on average.
    """

    team: str | None
    deadline: str
    before: Outcome
    after: Outcome
    difference: Estimate
    avoided: Estimate
    year_low: float
    year_high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Two departments row by row, on the same luck (da: sammenligning).

    `deadlines` are the rows of teams that both have, `together` those of all teams together;
    `only_before` and `only_after` what has no counterpart. `differences` are the months after less
    before.
    """

    before: Simulated
    after: Simulated
    deadlines: tuple[ComparedDeadline, ...]
    together: tuple[ComparedDeadline, ...]
    only_before: tuple[KeptDeadline, ...]
    only_after: tuple[KeptDeadline, ...]
    differences: tuple[Series, ...]


def simulate(  # noqa: PLR0913  (each is asked about on its own)
    department: Department,
    team: str | None,
    from_: date,
    to: date,
    book: Rulebook,
    *,
    seed: int = 1,
    replications: int = USUAL_REPLICATIONS,
    executor: Executor | None = None,
    on_progress: Callable[[int], None] = lambda _: None,
) -> Simulated:
    """Simulate every deadline of a team and of all connected with it, month by month.

    (da: simulering af en afdeling.) `team` None means the whole department. Raises
    `UnknownDepartment` for a team that is not there, `InvalidInput` for a period or a number of
    replications that cannot be, and `TooMuchWork` for too large a question.
    """
    refuse_few(replications)
    if team is None:
        teams = tuple(each.slug for each in department.teams)
    else:
        department.team(team)
        teams = connected_teams(department, team)
    trials = _laid_out(department, teams, from_, to, book, seed)
    refuse_steps(sum(steps(each, replications) for each in trials))
    counted = _run_all(trials, replications, executor, on_progress)
    return _simulated(Course(department, teams, trials, counted, book), from_, to, seed)


def compare(  # noqa: PLR0913  (each is asked about on its own)
    before: Department,
    after: Department,
    from_: date,
    to: date,
    book: Rulebook,
    *,
    team: str | None = None,
    seed: int = 1,
    replications: int = USUAL_REPLICATIONS,
    executor: Executor | None = None,
    on_progress: Callable[[int], None] = lambda _: None,
) -> Comparison:
    """Compare two departments deadline by deadline and month by month, on the same luck.

    (da: sammenligning af to afdelinger.) `team`, of either, narrows it to the teams of both that
    are connected with it, by work that is passed on or by classes and people that have moved. Two
    departments that are the same differ by exactly zero. Raises as `simulate` does, and
    `InvalidInput` where the two are of different dates: they would not meet the same luck.
    """
    refuse_few(replications)
    if before.on != after.on:
        raise InvalidInput(
            Text(
                da=f"afdelingerne er fra {before.on} og {after.on}; sammenlign to fra samme dato",
                en=f"the departments are of {before.on} and {after.on}; compare two of one date",
            ),
            field="after",
        )
    same = before == after
    departments = [before] if same else [before, after]
    touched = touched_teams(departments, team)
    courses = courses_of(
        departments,
        touched,
        from_,
        to,
        book,
        seed=seed,
        replications=replications,
        executor=executor,
        on_progress=on_progress,
    )
    first, last = courses[0], courses[-1]
    return Comparison(
        before=_simulated(first, from_, to, seed),
        after=_simulated(last, from_, to, seed),
        deadlines=_compared(first.by_team, last.by_team),
        together=_compared(first.together, last.together),
        only_before=_kept(first.by_team, without=last.by_team),
        only_after=_kept(last.by_team, without=first.by_team),
        differences=_differences(first, last),
    )


def courses_steps(
    departments: Sequence[Department],
    team: str | None,
    from_: date,
    to: date,
    book: Rulebook,
    replications: int,
) -> int:
    """What it costs to run some teams of several departments, in steps (da: omfang)."""
    teams = touched_teams(departments, team)
    return sum(
        steps(each, replications)
        for department in departments
        for each in _laid_out(department, _in_order(department, teams), from_, to, book, 1)
    )


def replications_in_all(
    departments: Sequence[Department], team: str | None, replications: int
) -> int:
    """How many replications are counted while some teams of several departments are run.

    (da: gentagelser i alt.) Each group of teams that is connected has its own, and is cheap to
    find: nothing is laid out for it.
    """
    teams = touched_teams(departments, team)
    groups = (_connected(each, _in_order(each, teams)) for each in departments)
    return replications * sum(map(len, groups))


def courses_of(  # noqa: PLR0913  (each is asked about on its own)
    departments: Sequence[Department],
    teams: set[str],
    from_: date,
    to: date,
    book: Rulebook,
    *,
    seed: int,
    replications: int,
    executor: Executor | None,
    on_progress: Callable[[int], None],
) -> "list[Course]":
    """Run some teams of several departments on the same luck (da: forløb).

    `TooMuchWork` where all of them together are too large, before any of it is spent.
    """
    trials = [
        _laid_out(each, _in_order(each, teams), from_, to, book, seed) for each in departments
    ]
    refuse_steps(sum(steps(each, replications) for some in trials for each in some))
    courses, done = [], 0
    for department, some in zip(departments, trials, strict=True):
        counted = _run_all(some, replications, executor, _counted_from(done, on_progress))
        done += replications * len(some)
        courses.append(Course(department, _in_order(department, teams), some, counted, book))
    return courses


_Key = tuple[str | None, str]
"""A team, or all, and a deadline."""


class Course:
    """The replications of a department's teams, connected group by connected group."""

    def __init__(
        self,
        department: Department,
        teams: tuple[str, ...],
        trials: Sequence[Trial],
        counted: Sequence[Counted],
        book: Rulebook,
    ) -> None:
        self.department, self.teams, self.book = department, teams, book
        self.replications = counted[0].counts.shape[0]
        self.sample_on = trials[0].sample_on
        self.by_team: dict[_Key, Tally] = {}
        for each, one in zip(trials, counted, strict=True):
            for number, (team, rule) in enumerate(_pairs(each.layout.department, _own(each), book)):
                self.by_team[team, rule] = tally(one, 0, [number])
        rules = dict.fromkeys(rule for _, rule in self.by_team)
        self.together: dict[_Key, Tally] = {
            (None, rule): together([self.by_team[key] for key in self.by_team if key[1] == rule])
            for rule in rules
        }
        self._samples = {
            slug: one.samples[:, 0, :, number]
            for each, one in zip(trials, counted, strict=True)
            for number, slug in enumerate(each.layout.teams)
        }

    def measured(self) -> dict[tuple[str | None, Measure], tuple[Floats, Floats]]:
        """Every measure as numerators over denominators, by replication and moment."""
        found: dict[tuple[str | None, Measure], tuple[Floats, Floats]] = {}
        whole: list[str | None] = [None]
        for team in whole + list(self._samples):
            slugs = list(self._samples) if team is None else [team]
            of = {
                name: np.sum([self._samples[slug][name] for slug in slugs], axis=0, dtype=float)
                for name in ("open_cases", "waiting_cases", "busy_hours", "clock_hours")
            }
            found[team, Measure.UTILISATION] = (
                np.diff(of["busy_hours"], axis=1, prepend=of["busy_hours"][:, :1]),
                np.diff(of["clock_hours"], axis=1, prepend=of["clock_hours"][:, :1]),
            )
            if team is not None and team not in self.teams:
                continue  # a rota has no cases of its own
            ones = np.ones_like(of["open_cases"])
            found[team, Measure.OPEN_CASES] = of["open_cases"], ones
            found[team, Measure.WAITING_FOR_OWNER] = of["waiting_cases"], ones
            found[team, Measure.CASELOAD] = of["open_cases"], ones * self._posts(slugs)
        return {key: found[key] for key in sorted(found, key=_in_order_of_teams(self.teams))}

    def _posts(self, slugs: Sequence[str]) -> Floats:
        """Full-time posts for cases on each day of the samples, by the plan."""
        full_time = self.book["agreement.full_time_hours"].on(self.department.on).number
        rosters = [self.department.roster.team(slug) for slug in slugs]
        return np.array(
            [
                float(sum(case_fte(roster, day, full_time) for roster in rosters))
                for day in self.sample_on
            ]
        )


def _in_order_of_teams(
    teams: Sequence[str],
) -> Callable[[tuple[str | None, Measure]], tuple[int, int]]:
    """All together first, then the teams in their order, then the rotas; each by measure."""
    measures = list(Measure)

    def place(key: tuple[str | None, Measure]) -> tuple[int, int]:
        team = -1 if key[0] is None else len(teams)
        return (teams.index(key[0]) if key[0] in teams else team), measures.index(key[1])

    return place


def _in_order(department: Department, teams: set[str]) -> tuple[str, ...]:
    return tuple(each.slug for each in department.teams if each.slug in teams)


def _own(laid_out: Trial) -> tuple[str, ...]:
    """The teams of a trial, rotas left out: cases belong to teams."""
    slugs = {each.slug for each in laid_out.layout.department.teams}
    return tuple(slug for slug in laid_out.layout.teams if slug in slugs)


def _pairs(
    department: Department, teams: tuple[str, ...], book: Rulebook
) -> tuple[tuple[str, str], ...]:
    """The deadlines of these teams' cases, by who works towards them, a rota or another team too.

    One that is counted back from a day runs in no simulation and is left out.
    """
    found = {
        (episode.team or case_class.team, episode.clock.deadline)
        for case_class in department.case_classes
        if case_class.team in teams
        for episode in case_class.episodes
        if episode.clock and _runs_forward(episode.clock.deadline, department.on, book)
    }
    return tuple(sorted(found))


def _runs_forward(rule: str, on: date, book: Rulebook) -> bool:
    try:
        return deadline_rule(rule, on, book).n > 0
    except RuleNotInForce:
        return True  # later, perhaps


def _laid_out(
    department: Department,
    teams: tuple[str, ...],
    from_: date,
    to: date,
    book: Rulebook,
    seed: int,
) -> list[Trial]:
    """Lay out some teams: a trial for each group of them that is connected."""
    ends = (from_, *months(from_, to))
    sample_on = ends if ends[-1] == to else (*ends, to)
    trials: list[Trial] = []
    for group in _connected(department, teams):
        groups: Groups = {
            f"{worker} {rule}": _is(worker, rule)
            for worker, rule in _pairs(department, group, book)
        }
        trials.append(
            trial(department, group[0], groups, from_, to, book, seed=seed, sample_on=sample_on)
        )
    return trials


def _connected(department: Department, teams: tuple[str, ...]) -> list[tuple[str, ...]]:
    """The groups of teams that are connected with any of some teams, each once."""
    groups: list[tuple[str, ...]] = []
    for team in teams:
        if not any(team in group for group in groups):
            groups.append(connected_teams(department, team))
    return groups


def _is(team: str, rule: str) -> Callable[[WatchedDeadline], bool]:
    return lambda duty: (duty.team, duty.rule) == (team, rule)


def _run_all(
    trials: Sequence[Trial],
    replications: int,
    executor: Executor | None,
    on_progress: Callable[[int], None],
) -> list[Counted]:
    return [
        run(
            each,
            0,
            replications,
            executor=executor,
            on_progress=_counted_from(number * replications, on_progress),
        )
        for number, each in enumerate(trials)
    ]


def _counted_from(base: int, on_progress: Callable[[int], None]) -> Callable[[int], None]:
    """Tell of what has been done on top of what was done before."""
    return lambda done: on_progress(base + done)


def _simulated(course: Course, from_: date, to: date, seed: int) -> Simulated:
    return Simulated(
        department=course.department,
        teams=course.teams,
        from_=from_,
        to=to,
        deadlines=_kept(course.by_team),
        together=_kept(course.together),
        nothing_due=tuple(
            (team, rule)
            for (team, rule), each in course.by_team.items()
            if team is not None and each.due.sum() == 0
        ),
        series=tuple(
            Series(team=team, measure=measure, moments=_moments(course.sample_on, *parts))
            for (team, measure), parts in course.measured().items()
        ),
        seed=seed,
        replications=course.replications,
        model_version=MODEL_VERSION,
        rules_version=course.book.fingerprint,
    )


def _kept(
    tallies: dict[_Key, Tally], *, without: dict[_Key, Tally] | None = None
) -> tuple[KeptDeadline, ...]:
    return tuple(
        KeptDeadline(team=team, deadline=rule, outcome=outcome(each))
        for (team, rule), each in tallies.items()
        if each.due.sum() > 0 and (without is None or (team, rule) not in without)
    )


def _compared(before: dict[_Key, Tally], after: dict[_Key, Tally]) -> tuple[ComparedDeadline, ...]:
    rows = []
    for (team, rule), was in before.items():
        if (team, rule) not in after or not comparable(after[team, rule], was):
            continue
        becomes = after[team, rule]
        year_low, year_high = year_difference_range(becomes, was)
        rows.append(
            ComparedDeadline(
                team=team,
                deadline=rule,
                before=outcome(was),
                after=outcome(becomes),
                difference=_NO_DIFFERENCE if becomes is was else share_difference(becomes, was),
                avoided=avoided_late(becomes, was),
                year_low=year_low,
                year_high=year_high,
            )
        )
    return tuple(rows)


_NO_DIFFERENCE = Estimate(value=0.0, low=0.0, high=0.0)


def _moments(
    days: Sequence[date],
    part: Floats,
    whole: Floats,
    less: tuple[Floats, Floats] | None = None,
) -> tuple[Moment, ...]:
    """Each day's ratio over the replications, less another's where one is given."""
    found = []
    for number, day in enumerate(days):
        pairs = [(part[:, number], whole[:, number])]
        pairs += [(less[0][:, number], less[1][:, number])] if less else []
        there = np.all([below > 0 for _, below in pairs], axis=0)
        if there.sum() < LEAST_REPLICATIONS:
            continue
        ratios = [above[there] / below[there] for above, below in pairs]
        values = ratios[0] - ratios[1] if less else ratios[0]
        year_low, year_high = quantile_range(values)
        found.append(Moment(on=day, mean=mean_of(values), year_low=year_low, year_high=year_high))
    return tuple(found)


def _differences(first: Course, last: Course) -> tuple[Series, ...]:
    before, after = first.measured(), last.measured()
    return tuple(
        Series(
            team=team,
            measure=measure,
            moments=_moments(first.sample_on, *after[team, measure], less=parts),
        )
        for (team, measure), parts in before.items()
        if (team, measure) in after
    )


def touched_teams(departments: Sequence[Department], team: str | None) -> set[str]:
    """The teams of all that a team is connected with, by work, classes or people that moved.

    (da: berørte teams.) None means all there are.
    """
    slugs = {each.slug for department in departments for each in department.teams}
    if team is None:
        return slugs
    if team not in slugs:
        departments[0].team(team)
    homes: dict[tuple[str, str], set[str]] = defaultdict(set)
    for department in departments:
        for person in department.roster.caseworkers:
            homes["person", person.id].add(person.team)
        for case_class in department.case_classes:
            homes["class", case_class.slug].add(case_class.team)
    groups = list(homes.values())
    for department in departments:
        groups += [set(connected_teams(department, each.slug)) for each in department.teams]
    reached = {team}
    while (more := reached.union(*(group for group in groups if group & reached))) != reached:
        reached = more
    return reached


def refuse_few(replications: int) -> None:
    """Raise `InvalidInput` for too few to say anything by (da: for få gentagelser)."""
    if replications < LEAST_REPLICATIONS:
        raise InvalidInput(
            Text(
                da=f"skriv mindst {LEAST_REPLICATIONS} gentagelser, ikke {replications}",
                en=f"write at least {LEAST_REPLICATIONS} replications, not {replications}",
            ),
            field="replications",
        )
