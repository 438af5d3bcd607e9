"""The analytic twin: the nearest closed form beside each simulated answer (da: tvillingen).

Three questions that need no simulation. What becomes of the backlog, with chance left out
(`fluid`)? Which share of a deadline could be kept in the long run, by the nearest queue that has a
formula? And which share is within reach of any staff at all, for others let wait?

The share is P(waits + work + external delays ≤ limit), the three taken to be independent. Work is
stretched over the calendar: an hour of it takes as long as a full-time post has for an hour of
cases, with nights, weekends, holidays and sickness spread evenly. Waits come from one of three
queues, whichever is nearest, as the chance of waiting and the mean wait of one piece of work;
whoever waits, waits exponentially, which is exact for M/M/c and near for others. The convolution is
a mean over evenly spaced quantiles of work and of delays.

Where more work comes than is done there is no steady state and no long run. Then the share is that
of a tank: a case that comes at t waits for what lies there at t. The number of servers is
continuous: 4.3 posts are 4.3 servers. Close to full load the long run is years away and the tank
knows no chance, so a year lies between the two: there one must simulate.
"""

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammainc, gammaincc, gammaln

from capacity.case_classes import STRAND, CaseClass, Episode, Strand
from capacity.consistency import DAYS_PER_YEAR
from capacity.deadlines import deadline_rule, due_on
from capacity.department import Department
from capacity.distributions import NOTHING, Distribution
from capacity.duty_rota import duty_hours_per_week
from capacity.errors import InvalidInput
from capacity.practice import Assignment, Policy
from capacity.rulebook import Rulebook
from capacity.units import FTE, Hours
from capacity.wording import Language, Text, percent, shown
from capacity.workdays import Unit
from simulations.birth_death import owned_cases
from simulations.fluid import (
    Outlook,
    TeamHours,
    extra_fte_to_clear,
    extra_fte_to_stop_growth,
    outlook,
)
from simulations.luck import Floats
from simulations.questions import StaffingQuestion
from simulations.sentences import Load, load
from simulations.steady_stock import standings
from simulations.sums import Sum

CLEARED_WITHIN_MONTHS = Fraction(12)
MONTHS_PER_YEAR = 12
LIMIT_BINDS = 0.8
"""An assumption: with so full caseloads or fuller the number of cases is as good as fixed."""
COMES_BACK_OFTEN = 10
"""An assumption: a case that needs so many pieces of work is as good as always there."""
_DELAY_POINTS, _WORK_POINTS = 200, 24
_ARRIVAL_POINTS = 24
_MOST_VISITS = 60
_NEARLY_FULL = 0.95
_FULLEST = 1 - 1e-9
"""No utilisation beyond this as a float, though the exact one is below 1."""


class Form(StrEnum):
    """The closed form that an answer comes from (da: formel)."""

    POOLED = "pooled"
    """One pile for the team, M/G/c: Erlang C for any number of servers, and the wait of Cosmetatos
    for work that is not exponential (da: fælles bunke)."""
    OWNED = "owned"
    """A caseworker alone with a part of the cases, which come back for work until they close: an
    M/G/1 in Erlang-R's balance (da: egne sager)."""
    FIXED_CASELOAD = "fixed_caseload"
    """A caseworker alone with a fixed number of cases: finite source (da: fast sagstal)."""
    FLUID = "fluid"
    """No steady state: what lies there when a case comes must be done first (da: bunken)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TwinLevel:
    """The twin at a level of extra staff (da: tvilling ved et niveau).

    `servers` are full-time posts of case hours, absence taken off in their pace. `is_steady` says
    whether the work that the deadline has before it settles in the long run; where the team's
    policy lets it go before other work (`goes_first`), that may be so though all work together
    grows. `share_in_time` is that of `form`, in 0..1; `by_the_pile` is the
    fluid's share in the question's period from today's backlog on, at any load: with chance left
    out, so for a stable team it is the optimist's. `mean_wait_days` is the mean wait of one piece
    of work, `probability_of_waiting` the chance of any, both None without a steady state. `why`
    says in a sentence why the simulation differs.
    """

    extra_fte: FTE
    servers: float
    form: Form
    is_steady: bool
    goes_first: bool
    probability_of_waiting: float | None
    mean_wait_days: float | None
    share_in_time: float
    by_the_pile: float
    outlook: Outlook
    why: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Twin:
    """What the formulas say of a staffing question (da: den analytiske tvilling).

    `load` compares the work of a year with the hours, strands and duty rotas counted, and without
    extra staff. `utilisation` is demand over supply, None without any hours. `backlog_hours`
    are what lies ready to be worked on today, and what is cleared; `open_work_hours` all that is
    left in the open cases, most of which waits for others first and comes bit by bit. Growth is
    without extra staff and negative while the backlog shrinks. `stops_growth_fte` clears nothing;
    `clears_in_a_year_fte` clears the backlog within 12 months; both None where all added hours go
    into fuller work and some are needed. `within_reach` is the share that the
    external delays alone leave: no staff exceeds it. `levels` are the question's, in its order.
    """

    question: StaffingQuestion
    load: Load
    utilisation: Fraction | None
    backlog_hours: Hours
    open_work_hours: Hours
    growth_hours_per_month: Hours
    growth_cases_per_month: Fraction
    stops_growth_fte: FTE | None
    clears_in_a_year_fte: FTE | None
    within_reach: float
    levels: tuple[TwinLevel, ...]


def twin(question: StaffingQuestion, book: Rulebook) -> Twin:
    """Answer a staffing question by the nearest closed forms (da: den analytiske tvilling).

    Every number is finite at any load, also with nobody at work and with nothing to do. Extra staff
    are there from the beginning. `InvalidInput` for a deadline that is counted back from a day, and
    where not even a full-time post has hours.
    """
    limit_days = _limit_days(question, book)
    work = _TeamWork(question, book)
    loaded = _load(question, work, book)
    tank = _tank(work, loaded)
    watched = _watched(question)
    reach = _mean_share((each.per_year, each.delays.share_within(limit_days)) for each in watched)
    return Twin(
        question=question,
        load=loaded,
        utilisation=loaded.demand / loaded.supply if loaded.supply else None,
        backlog_hours=tank.backlog_hours,
        open_work_hours=work.open_work_hours,
        growth_hours_per_month=tank.growth_hours_per_month,
        growth_cases_per_month=tank.growth_cases_per_month,
        stops_growth_fte=_posts(extra_fte_to_stop_growth(tank), question),
        clears_in_a_year_fte=_posts(
            extra_fte_to_clear(tank, within_months=CLEARED_WITHIN_MONTHS), question
        ),
        within_reach=reach,
        levels=tuple(
            _level(_Asked(question, extra, limit_days, reach), work, loaded, tank, watched)
            for extra in question.extra_fte
        ),
    )


def twin_sentence(found: Twin, level: TwinLevel) -> Text:
    """Say what the formula says at a level, and why the simulation differs (da: i ord)."""
    return Text(da=_sentence(found, level, "da"), en=_sentence(found, level, "en"))


# --- The team's work and hours ---------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class _Work:
    """One kind of work of a team: how often a year, and what it takes each time."""

    per_year: Fraction
    effort: Distribution
    goes_first: bool
    """It is taken no later than the work that the deadline waits for, by the team's policy."""


class _TeamWork:
    """All that a team does in a year, and what lies there."""

    def __init__(self, question: StaffingQuestion, book: Rulebook) -> None:
        department, team = question.department, question.team
        self.kinds: list[_Work] = []
        self.open_work_hours = self.backlog_hours = self.first_backlog_hours = Fraction(0)
        self.open_cases = self.cases_per_year = Fraction(0)
        self.delay_days_per_year = self.own_visits_per_year = Fraction(0)
        ahead = _ahead(question)
        for case_class in department.case_classes:
            owns = case_class.team == team
            yearly = case_class.arrivals_per_year * question.inflow
            placed = list(_yearly_work(case_class, yearly))
            mine = [
                (per_year, episode)
                for per_year, episode in placed
                if (episode.team or case_class.team) == team
            ]
            self.kinds += [
                _Work(
                    per_year=per_year,
                    effort=episode.effort_hours,
                    goes_first=ahead(case_class, episode),
                )
                for per_year, episode in mine
                if per_year and episode.effort_hours.mean
            ]
            for episode, ready, left in _left_in_open_cases(department, case_class, team, book):
                self.open_work_hours += left
                self.backlog_hours += ready
                self.first_backlog_hours += ready if ahead(case_class, episode) else 0
            if owns:
                self.open_cases += case_class.backlog.open_cases
                self.cases_per_year += yearly
                self.own_visits_per_year += sum((n for n, _ in mine), Fraction(0))
                self.delay_days_per_year += sum(
                    (n * each.external_delay_days.mean for n, each in placed), Fraction(0)
                )

    @property
    def visits_per_year(self) -> Fraction:
        return sum((each.per_year for each in self.kinds), Fraction(0))

    @property
    def demand(self) -> Hours:
        return sum((each.per_year * each.effort.mean for each in self.kinds), Fraction(0))

    @property
    def first_demand(self) -> Hours:
        return sum(
            (each.per_year * each.effort.mean for each in self.kinds if each.goes_first),
            Fraction(0),
        )

    @property
    def hours_per_visit(self) -> Hours:
        return self.demand / self.visits_per_year

    @property
    def squared_variation(self) -> float:
        """Cv² of the work of a visit, all kinds together."""
        second = sum(
            (each.per_year * each.effort.mean**2 * (1 + each.effort.cv**2) for each in self.kinds),
            Fraction(0),
        )
        return max(float(second / self.visits_per_year / self.hours_per_visit**2) - 1, 0.0)


def _yearly_work(case_class: CaseClass, yearly: Fraction) -> Iterable[tuple[Fraction, Episode]]:
    """How often a year each episode of a class is done, in the long run.

    A strand that comes by chance or comes again is done in proportion to how long a case stays
    open: by Little's law on today's stock, or, where there is none, what its delays take.
    """
    for episode in case_class.route:
        yield yearly * episode.mean_times, episode
    days_open = _days_open(case_class)
    stock = yearly * days_open / DAYS_PER_YEAR or Fraction(case_class.backlog.open_cases)
    for strand in case_class.strands:
        rounds = yearly
        if strand.per_year is not None:
            rounds = strand.per_year * stock
        elif strand.recurs:
            cycle = strand.after_days.mean + sum(
                (each.external_delay_days.mean * each.mean_times for each in strand.episodes),
                Fraction(0),
            )
            # A round takes a day at least, or it would be all there is.
            rounds = stock * DAYS_PER_YEAR / max(cycle, Fraction(1))
        for episode in strand.episodes:
            yield rounds * episode.mean_times, episode


def _days_open(case_class: CaseClass) -> Fraction:
    if case_class.backlog.open_cases and case_class.arrivals_per_year:
        return case_class.backlog.open_cases * DAYS_PER_YEAR / case_class.arrivals_per_year
    return sum(
        (each.external_delay_days.mean * each.mean_times for each in case_class.route),
        Fraction(0),
    )


def _left_in_open_cases(
    department: Department, case_class: CaseClass, team: str, book: Rulebook
) -> Iterable[tuple[Episode, Hours, Hours]]:
    """The effort left to a team in the cases open today: at which episode, ready now, in all.

    Ready is the piece of work that a case stands at: what comes after it waits for others first.
    Cases of unknown standing, and those that their age places, are spread as in a steady stock.
    """
    route = case_class.route
    mine = [
        each.mean_effort_hours if (each.team or case_class.team) == team else Fraction(0)
        for each in route
    ]
    somewhere = [(0, case_class.backlog.unknown)]
    for stage in case_class.backlog.stages:
        place = [each.slug for each in route].index(stage.episode)
        cases = len(stage.ages_days)
        if stage.placed_by_age:
            somewhere.append((place, cases))
            continue
        begun = route[place]
        ready = begun.effort_hours.mean * stage.remaining_effort if mine[place] else Fraction(0)
        done = (1 - stage.remaining_effort) * begun.effort_hours.mean if mine[place] else 0
        yield begun, cases * ready, cases * (sum(mine[place:], Fraction(0)) - done)
    for first, cases in somewhere:
        for number, each in enumerate(standings(department, case_class, book, first), start=first):
            times = each.episode.mean_times
            # Of a piece that is done several times, half of the others are still to come.
            behind = mine[number] * (times - 1) / times / 2 + sum(mine[number + 1 :], Fraction(0))
            ready = each.at_work * each.hours_left if mine[number] else Fraction(0)
            here = each.at_work + each.after_work
            yield each.episode, cases * ready, cases * (ready + here * behind)


def _ahead(question: StaffingQuestion) -> Callable[[CaseClass, Episode], bool]:
    """Which work is taken no later than what the deadline waits for (da: rækkefølge).

    Earliest due: what is on its way to a deadline; work without one comes last. By priority: the
    classes with the same priority or a more urgent one. Else all.
    """
    policy = question.department.team(question.team).practice.policy
    if policy is Policy.EARLIEST_DUE:
        return lambda case_class, episode: any(
            each.clock is not None
            for row in (case_class.route, *(strand.episodes for strand in case_class.strands))
            if episode in row
            for each in row[row.index(episode) :]
        )
    if policy in (Policy.PRIORITY, Policy.PREEMPTIVE_PRIORITY):
        watched = [
            each.priority
            for each in question.department.case_classes
            if question.deadline in each.deadlines
        ]
        return lambda case_class, _: case_class.priority <= max(watched)
    return lambda _, __: True


def _load(question: StaffingQuestion, work: _TeamWork, book: Rulebook) -> Load:
    """The load of `sentences`, with strands and others' work in, and the hours of rotas out."""
    found = load(question, book)
    department = question.department
    people = department.roster.team(question.team).caseworkers
    weekly = sum((each.case_hours(department.on) for each in people), Fraction(0))
    on_duty = sum(
        (
            duty_hours_per_week(each)
            for each in department.duty_rotas
            if each.staffed_by == question.team
        ),
        Fraction(0),
    )
    left = max(Fraction(0), 1 - on_duty / weekly) if weekly else Fraction(0)
    return replace(found, demand=work.demand, supply=found.supply * left)


def _tank(work: _TeamWork, loaded: Load) -> TeamHours:
    """The team by the month."""
    per_case = loaded.demand / work.cases_per_year if work.cases_per_year else Fraction(0)
    if not per_case and work.open_cases:
        per_case = work.backlog_hours / work.open_cases
    return TeamHours(
        demand_hours=loaded.demand / MONTHS_PER_YEAR,
        supply_hours=loaded.supply / MONTHS_PER_YEAR,
        backlog_hours=work.backlog_hours,
        hours_per_case=per_case or Fraction(1),
        hours_per_post=loaded.hours_per_post / MONTHS_PER_YEAR,
    )


def _posts(working_faster: FTE, question: StaffingQuestion) -> FTE | None:
    """So many posts, of whose hours a part goes into fuller work, work as fast as these."""
    if not working_faster:
        return Fraction(0)
    faster = 1 - question.fuller_work
    return working_faster / faster if faster else None


# --- What a clock runs over ------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class _Watched:
    """What lies between the start of a clock and its end, and how many such clocks a year."""

    per_year: Fraction
    work_hours: Floats
    """Evenly spaced quantiles of the work on the way."""
    delays: Sum
    delay_days: Floats
    visits: float
    """Pieces of work of the team itself on the way, each with a wait."""


def _watched(question: StaffingQuestion) -> tuple[_Watched, ...]:
    """The clocks of the deadline in the team, each with its way."""
    found = []
    for case_class in question.department.case_classes:
        yearly = case_class.arrivals_per_year * question.inflow
        per_year = {each.slug: n / each.mean_times for n, each in _yearly_work(case_class, yearly)}
        for _, episode, strand in case_class.placed_episodes():
            worked_by = episode.team or case_class.team
            if (
                episode.clock is None
                or episode.clock.deadline != question.deadline
                or worked_by != question.team
            ):
                continue
            way, pause = way_to(case_class, episode, strand)
            visits = sum(
                (
                    each.mean_times
                    for each in way
                    if (each.team or case_class.team) == question.team and each.effort_hours.mean
                ),
                Fraction(0),
            )
            delays = Sum.of([(pause, None), *((each.external_delay_days, each) for each in way)])
            found.append(
                _Watched(
                    per_year=per_year[episode.slug],
                    work_hours=Sum.of((each.effort_hours, each) for each in way).quantiles(
                        _WORK_POINTS
                    ),
                    delays=delays,
                    delay_days=delays.quantiles(_DELAY_POINTS),
                    visits=float(visits),
                )
            )
    return tuple(found)


def way_to(
    case_class: CaseClass, episode: Episode, strand: Strand | None
) -> tuple[tuple[Episode, ...], Distribution]:
    """The episodes between the start of an episode's clock and its end, and the pause before them.

    (da: fra fristens start til dens udløb.) A clock that started with the case runs over the route
    up to where the strand begins, and over the strand. An episode without a clock counts as one
    whose clock started with its strand.
    """
    starts = episode.clock.starts if episode.clock else STRAND
    route = case_class.route
    if strand is None:
        upto = route[: route.index(episode) + 1]
        return _after(upto, starts), NOTHING
    here = strand.episodes[: strand.episodes.index(episode) + 1]
    if starts == STRAND or starts == strand.starts:
        return here, strand.after_days
    if any(each.milestone == starts for each in here):
        return _after(here, starts), NOTHING
    before: tuple[Episode, ...] = ()
    if any(each.milestone == strand.starts for each in route):
        reached = next(n for n, each in enumerate(route) if each.milestone == strand.starts)
        before = _after(route[: reached + 1], starts)
    return before + here, strand.after_days


def _after(episodes: tuple[Episode, ...], starts: str) -> tuple[Episode, ...]:
    """Those after the one that reaches the milestone; all of them where none does."""
    reached = [n for n, each in enumerate(episodes) if each.milestone == starts]
    return episodes[reached[0] + 1 :] if reached else episodes


def _limit_days(question: StaffingQuestion, book: Rulebook) -> float:
    """How long a clock of the deadline runs, in calendar days; through the day it falls due.

    A case comes at any hour of its day, so on average half of the first day has gone by.
    """
    limit = deadline_rule(question.deadline, question.from_, book)
    if limit.n <= 0:
        raise InvalidInput(
            Text(
                da=f"fristen {limit.rule.label.da} regnes tilbage fra en dag og har ingen formel",
                en=f"the deadline {limit.rule.label.en} is counted back from a day and has no "
                "formula",
            ),
            field="deadline",
        )
    if limit.unit is Unit.HOURS:
        return limit.n / 24
    return (due_on(question.deadline, question.from_, book) - question.from_).days + 0.5


# --- A level of staffing ---------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Asked:
    """A question at one level."""

    question: StaffingQuestion
    extra: FTE
    limit_days: float
    reach: float


@dataclass(frozen=True, slots=True, kw_only=True)
class _Use:
    """Utilisation by all work, and by what the deadline has before it; each below 1."""

    of_all: float
    of_first: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Wait:
    """The wait of one piece of work (da: ventetid)."""

    probability: float
    mean_days: float
    is_far_away: bool = False
    """The load is so near to full that it takes more than a year or so to settle."""


def _level(
    asked: _Asked,
    work: _TeamWork,
    loaded: Load,
    tank: TeamHours,
    watched: Sequence[_Watched],
) -> TwinLevel:
    question = asked.question
    faster = asked.extra * (1 - question.fuller_work)
    supply = loaded.supply + faster * loaded.hours_per_post
    posts = float(supply / loaded.hours_per_post)
    # Less than one post is one caseworker at a slower pace.
    servers = max(posts, 1.0)
    hours_per_day = float(supply / DAYS_PER_YEAR) / servers
    first = TeamHours(
        demand_hours=work.first_demand / MONTHS_PER_YEAR,
        supply_hours=tank.supply_hours,
        backlog_hours=work.first_backlog_hours,
        hours_per_case=tank.hours_per_case,
        hours_per_post=tank.hours_per_post,
    )
    by_the_pile = min(asked.reach, _share_by_the_pile(asked, first, faster, watched, hours_per_day))
    is_steady = work.first_demand < supply or loaded.demand == 0
    wait, form, share = None, Form.FLUID, by_the_pile
    if is_steady and hours_per_day > 0:
        use = _Use(
            of_all=min(float(loaded.demand / supply), _FULLEST),
            of_first=min(float(work.first_demand / supply), _FULLEST),
        )
        form, wait = _nearest(question, work, servers, use, hours_per_day)
        wait = replace(wait, is_far_away=use.of_first > _NEARLY_FULL)
        share = min(
            asked.reach,
            _mean_share(
                (each.per_year, _share(each, wait, np.zeros(1), asked.limit_days, hours_per_day))
                for each in watched
            ),
        )
    is_first = work.first_demand < loaded.demand
    return TwinLevel(
        extra_fte=asked.extra,
        servers=posts,
        form=form,
        is_steady=is_steady,
        goes_first=is_first,
        probability_of_waiting=wait.probability if wait else None,
        mean_wait_days=wait.mean_days if wait else None,
        share_in_time=share,
        by_the_pile=by_the_pile,
        outlook=replace(outlook(tank, extra_fte=faster), extra_fte=asked.extra),
        why=_why(form, work.first_backlog_hours > 0, wait is not None and wait.is_far_away),
    )


def _nearest(
    question: StaffingQuestion,
    work: _TeamWork,
    servers: float,
    use: _Use,
    hours_per_day: float,
) -> tuple[Form, Wait]:
    """The nearest queue with a steady state, and the wait of a piece of work in it."""
    practice = question.department.team(question.team).practice
    is_pooled = practice.assignment is Assignment.TEAM
    if not work.kinds:
        nobody_waits = Wait(probability=0.0, mean_days=0.0)
        return (Form.POOLED if is_pooled else Form.OWNED), nobody_waits
    visit_days = float(work.hours_per_visit) / hours_per_day
    visits_per_day = float(work.visits_per_year / DAYS_PER_YEAR)
    if is_pooled:
        wait = pooled_wait(use.of_all, servers, visit_days, work.squared_variation)
        # Work behind it only keeps people busy (Cobham 1954, for one class before another).
        sooner = (1 - use.of_all) / (1 - use.of_first)
        return Form.POOLED, replace(wait, mean_days=wait.mean_days * sooner)
    residual = visit_days * (1 + work.squared_variation) / 2
    wait_days = use.of_all * residual / (1 - use.of_first)
    # Erlang-R's balance: cases open are those with work in hand and those away.
    open_each = (visits_per_day * (wait_days + visit_days)) / servers
    open_each += float(work.delay_days_per_year / DAYS_PER_YEAR) / servers
    fixed = _fixed_caseload(practice.caseload_limit, open_each, work, servers)
    if fixed is None or fixed < 1 or use.of_first < use.of_all:
        return Form.OWNED, Wait(probability=use.of_all, mean_days=wait_days)
    away = fixed / (visits_per_day / servers) - visit_days
    return Form.FIXED_CASELOAD, _finite_wait(fixed, max(away, visit_days / 100), visit_days)


def _fixed_caseload(
    limit: Fraction | None, open_each: float, work: _TeamWork, servers: float
) -> int | None:
    """The number of cases each has, where it is as good as fixed."""
    if limit is not None and open_each >= LIMIT_BINDS * float(limit):
        return round(limit)
    cases = float(work.cases_per_year)
    often = float(work.own_visits_per_year) >= COMES_BACK_OFTEN * cases
    return round(float(work.open_cases) / servers) if often else None


def pooled_wait(use: float, servers: float, visit_days: float, squared: float) -> Wait:
    """The wait in M/G/c for any number of servers from 1 up (da: ventetid i fælles kø).

    `use` is the utilisation, below 1, and `squared` the cv² of the work. Erlang's B for real c is
    the density over the tail of a gamma distribution (Jagers & van Doorn 1986); C follows from it,
    and M/M/c's wait. For equal work the wait is so much of M/M/c's (Cosmetatos 1976):
    (1 + (1 − ρ)(c − 1)(√(4 + 5c) − 2) / (16 ρ c)) / 2, and between the two in the measure of cv².

    >>> wait = pooled_wait(2 / 3, 3, 1.0, 1.0)  # Erlang C: 4/9
    >>> round(wait.probability, 9), round(wait.mean_days, 9)
    (0.444444444, 0.444444444)
    """
    load = use * servers
    log_density = servers * math.log(load) - load - float(gammaln(servers + 1))
    blocked = math.exp(log_density) / float(gammaincc(servers + 1, load))
    waits = blocked / (1 - use * (1 - blocked))
    exponential = waits * visit_days / (servers - load)
    bend = (1 - use) * (servers - 1) * (math.sqrt(4 + 5 * servers) - 2) / (16 * use * servers)
    of_equal = min(1.0, (1 + bend) / 2)
    factor = max(0.0, (1 - squared) * of_equal + squared)
    return Wait(probability=waits, mean_days=exponential * factor)


def _finite_wait(cases: int, away_days: float, visit_days: float) -> Wait:
    """The wait of one who comes back to a caseworker with so many cases (M/M/1//N).

    Who comes sees the office as it would be with one case fewer.
    """
    if cases == 1:
        return Wait(probability=0.0, mean_days=0.0)
    away, visit = Fraction(away_days), Fraction(visit_days)
    all_cases = owned_cases(cases=cases, mean_delay=away, mean_work=visit)
    others = owned_cases(cases=cases - 1, mean_delay=away, mean_work=visit)
    wait = max(0.0, all_cases.mean_sojourn - visit_days)
    return Wait(probability=min(1.0, others.utilisation), mean_days=wait)


# --- Shares ----------------------------------------------------------------------------------


def _share_by_the_pile(
    asked: _Asked,
    tank: TeamHours,
    faster: FTE,
    watched: Sequence[_Watched],
    hours_per_day: float,
) -> float:
    """The share of the clocks in time where each waits for what lies there as it starts."""
    question = asked.question
    supply = float(tank.supply_hours + faster * tank.hours_per_post)
    if supply <= 0:
        return 0.0 if any(each.visits for each in watched) else asked.reach
    start = (question.from_ - question.department.on).days
    last = max((question.to - question.from_).days - asked.limit_days, 0.0)
    days_a_month = float(DAYS_PER_YEAR) / MONTHS_PER_YEAR
    pile, growth = float(tank.backlog_hours), float(tank.demand_hours) - supply
    days = start + (np.arange(_ARRIVAL_POINTS) + 0.5) / _ARRIVAL_POINTS * last
    waits = np.maximum(pile + growth * days / days_a_month, 0.0) / supply * days_a_month
    no_wait = Wait(probability=0.0, mean_days=0.0)
    return _mean_share(
        (each.per_year, _share(each, no_wait, waits, asked.limit_days, hours_per_day))
        for each in watched
    )


def _share(
    watched: _Watched,
    wait: Wait,
    piles: Floats,
    limit_days: float,
    hours_per_day: float,
) -> float:
    """P(pile + waits + work + delays ≤ limit), over evenly spaced piles, work and delays."""
    behind = piles if watched.visits else np.zeros(1)
    left = limit_days - np.add.outer(watched.work_hours / hours_per_day, behind)
    left = np.subtract.outer(left.ravel(), watched.delay_days).ravel()
    return float(_waited_at_most(left, wait, watched.visits).mean())


def _waited_at_most(days: Floats, wait: Wait, visits: float) -> Floats | NDArray[np.bool_]:
    """P(the waits of so many pieces of work together ≤ days); some wait, exponentially."""
    in_time = days >= 0
    if wait.mean_days == 0 or wait.probability == 0 or visits == 0:
        return in_time
    number = max(1, min(round(visits), _MOST_VISITS))
    mean = wait.mean_days / wait.probability * max(visits, 1.0) / number
    scaled = np.maximum(days, 0.0) / mean
    p, chance = wait.probability, np.zeros(days.size)
    for waiting in range(number + 1):
        weight = math.comb(number, waiting) * p**waiting * (1 - p) ** (number - waiting)
        chance += weight * (gammainc(waiting, scaled) if waiting else 1.0)
    return np.where(in_time, np.minimum(chance, 1.0), 0.0)


def _mean_share(shares: Iterable[tuple[Fraction, float]]) -> float:
    """The mean over clocks, each kind by how many come a year; equally where none comes."""
    found = list(shares)
    weights = [float(per_year) for per_year, _ in found]
    if not sum(weights):
        weights = [1.0] * len(found)
    total = sum(weights)
    return sum(w * share for w, (_, share) in zip(weights, found, strict=True)) / total


# --- In words --------------------------------------------------------------------------------

_FORMS = {
    Form.POOLED: Text(
        da="den fælles kø (M/G/c)",
        en="the shared queue (M/G/c)",
    ),
    Form.OWNED: Text(
        da="egne sager, der vender tilbage (Erlang-R, én sagsbehandler)",
        en="owned cases that come back (Erlang-R, one caseworker)",
    ),
    Form.FIXED_CASELOAD: Text(
        da="et fast sagstal pr. sagsbehandler (endelig kilde)",
        en="a fixed caseload for each caseworker (finite source)",
    ),
    Form.FLUID: Text(da="bunken uden tilfældigheder", en="the pile without chance"),
}
_STEADY = Text(
    da="Formlen for {form} giver {share} til tiden i det lange løb.",
    en="The formula for {form} gives {share} in time in the long run.",
)
_NO_STEADY = Text(
    da="Der kommer mere arbejde, end der er timer til, så der er intet langt løb at regne på; "
    "{form} giver {share} til tiden i perioden.",
    en="More work comes than there are hours for, so there is no long run to calculate; {form} "
    "gives {share} in time over the period.",
)
_REACH = Text(
    da="Ventetiden på andre alene gør, at højst {reach} kan nås.",
    en="Waiting for others alone leaves {reach} within reach.",
)


def _sentence(found: Twin, level: TwinLevel, language: Language) -> str:
    first = (_STEADY if level.is_steady else _NO_STEADY).in_language(language)
    parts = [
        first.format(
            form=_FORMS[level.form].in_language(language),
            share=percent(Fraction(level.share_in_time), language),
        )
    ]
    if round(found.within_reach, 2) < 1:
        reach = percent(Fraction(found.within_reach), language)
        parts.append(_REACH.in_language(language).format(reach=reach))
    if level.is_steady and level.goes_first:
        parts.append(_FIRST.in_language(language))
    parts.append(_pile(level, language))
    parts.append(level.why.in_language(language))
    return " ".join(each for each in parts if each)


_FIRST = Text(
    da="Teamet tager det, fristen venter på, før andet arbejde, og det er det andet, der venter.",
    en="The team takes what the deadline waits for before other work, and the other work waits.",
)
_GROWS = Text(
    da="Bunken vokser med {cases} sager om måneden og bliver ikke afviklet.",
    en="The pile grows by {cases} cases a month and is never cleared.",
)
_STANDS = Text(
    da="Bunken står stille og bliver ikke afviklet.", en="The pile stands still and is not cleared."
)
_CLEARED = Text(
    da="Bunken er afviklet i løbet af måned {month}.",
    en="The pile is cleared in the course of month {month}.",
)


def _pile(level: TwinLevel, language: Language) -> str:
    growth, month = level.outlook.growth_cases_per_month, level.outlook.cleared_in_month
    if month == 0:
        return ""
    if month is not None:
        return _CLEARED.in_language(language).format(month=month)
    if growth == 0:
        return _STANDS.in_language(language)
    return _GROWS.in_language(language).format(cases=shown(growth, 1, language))


_HOURS = Text(
    da="rigtige åbningstider, hvor formlen fordeler timerne jævnt",
    en="real opening hours, where the formula spreads the hours evenly",
)
_SPREAD = Text(
    da="et enkelt år svinger om sit gennemsnit", en="a single year swings around its mean"
)
_FAR = Text(
    da="køen er så tæt på fuld belastning, at den ikke finder sit leje på et år",
    en="the queue is so near to full load that it does not settle within a year",
)
_START = Text(
    da="den begynder med det, der ligger i dag, hvor formlen har glemt starten",
    en="it begins with what lies there today, where the formula has forgotten the start",
)
_OWNERSHIP = Text(
    da="hver sag har sin ejer, som kan være væk, nyansat eller have ujævnt med sager, hvor formlen "
    "kender lige og altid tilstedeværende sagsbehandlere",
    en="each case has its owner, who may be away, new or unevenly loaded, where the formula knows "
    "equal caseworkers who are always there",
)
_ORDER = Text(
    da="tilfældig tilgang og teamets egen rækkefølge, hvor formlen lader alle vente lige længe",
    en="chance arrivals and the team’s own order of work, where the formula lets all wait alike",
)
_WHY = Text(
    da="Simuleringen afviger, fordi {reasons}.", en="The simulation differs because {reasons}."
)
_HAS = Text(da="den har {things}", en="it has {things}")
_AND = Text(da=" og ", en=" and ")


def _why(form: Form, has_backlog: bool, is_far_away: bool) -> Text:
    return Text(
        da=_reasons(form, has_backlog, is_far_away, "da"),
        en=_reasons(form, has_backlog, is_far_away, "en"),
    )


def _reasons(form: Form, has_backlog: bool, is_far_away: bool, language: Language) -> str:
    reasons = []
    if is_far_away:
        reasons.append(_FAR.in_language(language))
    if form is not Form.FLUID and has_backlog:
        reasons.append(_START.in_language(language))
    if form in (Form.OWNED, Form.FIXED_CASELOAD):
        reasons.append(_OWNERSHIP.in_language(language))
    has = _ORDER if form is Form.FLUID else _HOURS
    reasons.append(_HAS.in_language(language).format(things=has.in_language(language)))
    reasons.append(_SPREAD.in_language(language))
    listed = "; ".join(reasons[:-1]) + _AND.in_language(language) + reasons[-1]
    return _WHY.in_language(language).format(reasons=listed)
