"""From a question to counts: an experiment is laid out once, and its replications run anywhere.

Replications run in pieces through the `concurrent.futures.Executor` interface: threads by default,
processes or a cluster where the caller has one. Pieces are the same whoever runs them, so the
answer is the same to the last bit.
"""

from collections import deque
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from itertools import count, takewhile
from os import cpu_count

import numpy as np

from capacity.deadlines import deadline_rule, due_on
from capacity.department import Department
from capacity.errors import InvalidInput, TooMuchWork
from capacity.rulebook import Rulebook
from capacity.units import FTE, Share
from capacity.wording import Text, shown
from capacity.workdays import Unit, add, public_holidays
from simulations.cohorts import KINDS, Period
from simulations.dealing import deal
from simulations.office import SAMPLE
from simulations.people import people_of
from simulations.plan import Layout, WatchedDeadline, connected_teams, layout
from simulations.replications import Counted, Experiment, replicate

FOLLOWED_DAYS = 180
"""Arrivals go on, and lateness is followed, for so many days after the period."""
REPLICATIONS_A_PIECE = 16
MOST_CASES = 10**6
"""In one replication."""
MOST_STEPS = 10**10
"""What one question may cost: episodes and working days, over replications and levels.

A step is some hundred nanoseconds, so the dearest question takes about a quarter of an hour of one
core. Whoever cannot wait so long refuses earlier, by `refuse_steps`.
"""
MOST_BYTES = 2**28
"""What the counts of one trial may hold in memory, over its replications and levels."""
MOST_CLOCK_DAYS = 10**7
"""What one question may hold in memory: caseworkers × days, over all levels."""

Groups = Mapping[str, Callable[[WatchedDeadline], bool]]
"""Names under which clocks are counted, and which clocks each of them means."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """A department laid out for its replications (da: forsøg).

    `groups` name the second-last indices of what is counted, `levels` the extra staff of each
    level, `bins` the ends of the stretches of the period, `sample_on` the days on which the office
    was counted.
    """

    experiment: Experiment
    layout: Layout
    groups: tuple[str, ...]
    levels: tuple[FTE, ...]
    bins: tuple[date, ...]
    sample_on: tuple[date, ...]


def trial(  # noqa: PLR0913  (each is asked about on its own)
    department: Department,
    team: str,
    groups: Groups,
    from_: date,
    to: date,
    book: Rulebook,
    *,
    levels: Sequence[FTE] = (Fraction(0),),
    extra_from: date | None = None,
    fuller_work: Share = Fraction(0),
    seed: int = 1,
    inflow: float = 1.0,
    bins: tuple[date, ...] | None = None,
    sample_on: tuple[date, ...] = (),
) -> Trial:
    """Lay out a department, as far as a team is connected with it, at levels of extra staff.

    `fuller_work` is the part of the added hours that goes into fuller work instead of faster work.
    `bins` are the ends of stretches by which what falls due is counted; the whole years of the
    period if left out. `InvalidInput` for a period that is empty or begins before the department's
    date, `TooMuchWork` where one replication is too large.
    """
    check_period(department, from_, to)
    start = department.on
    end_day = (to - start).days
    horizon_days = end_day + FOLLOWED_DAYS
    teams = connected_teams(department, team)
    check_size(department, teams, levels, horizon_days)
    laid_out = layout(department, teams, horizon_days, seed, book, inflow=inflow)
    people, who = people_of(
        department,
        laid_out.teams,
        team,
        [level * (1 - fuller_work) for level in levels],
        extra_from or start,
        horizon_days,
        seed,
        book,
    )
    ends = bins or whole_years(from_, to)
    group_of_duty = [
        next((n for n, name in enumerate(groups) if groups[name](duty)), -1)
        for duty in laid_out.duties
    ]
    period = Period(
        float((from_ - start).days),
        float(end_day),
        float(horizon_days),
        np.array([(day - start).days for day in ends], dtype=np.float64),
        np.array(group_of_duty + [-1] * len(laid_out.orders), dtype=np.int64),
    )
    return Trial(
        experiment=Experiment(
            laid_out.plan,
            laid_out.templates,
            people,
            np.concatenate([level.members for level in who]),
            np.cumsum([0, *(level.members.size for level in who)]),
            np.array([level.first_of_team for level in who]),
            period,
            len(groups),
            np.array([(day - start).days for day in sample_on], dtype=np.float64),
        ),
        layout=laid_out,
        groups=tuple(groups),
        levels=tuple(levels),
        bins=ends,
        sample_on=sample_on,
    )


def check_period(department: Department, from_: date, to: date) -> None:
    """Refuse a period that is empty, begins before the department's date or outlives the calendar.

    `InvalidInput`. The calendar is asked first: whoever asks for the year 7000 is told at once.
    """
    start = department.on
    if not start <= from_ < to:
        raise InvalidInput(
            Text(
                da=f"perioden fra {from_} til {to} skal begynde {start} eller senere og slutte "
                "efter sin begyndelse",
                en=f"the period from {from_} to {to} must begin on {start} or later and end "
                "after its beginning",
            ),
            field="from",
        )
    try:
        public_holidays(to.year)
        public_holidays((to + timedelta(days=FOLLOWED_DAYS)).year)
    except InvalidInput as error:
        raise InvalidInput(error.message, field="to") from error


def whole_years(from_: date, to: date) -> tuple[date, ...]:
    """The ends of a period's whole years; its own end, if it is shorter than one."""
    ends = (add(from_, 12 * year, Unit.CALENDAR_MONTHS) for year in count(1))
    return tuple(takewhile(lambda day: day <= to, ends)) or (to,)


def months(from_: date, to: date) -> tuple[date, ...]:
    """The ends of a period's whole calendar months from its first day (da: måneder)."""
    ends = (add(from_, month, Unit.CALENDAR_MONTHS) for month in count(1))
    return tuple(takewhile(lambda day: day <= to, ends))


def month_ends(from_: date, to: date) -> tuple[date, ...]:
    """The first days of the months after a day, up to and with the end of the period.

    >>> [day.isoformat() for day in month_ends(date(2026, 1, 15), date(2026, 3, 10))]
    ['2026-02-01', '2026-03-01', '2026-03-10']
    """
    ends = []
    day = add(from_.replace(day=1), 1, Unit.CALENDAR_MONTHS)
    while day < to:
        ends.append(day)
        day = add(day, 1, Unit.CALENDAR_MONTHS)
    return (*ends, to)


def simulable(rule: str, from_: date, to: date, book: Rulebook) -> None:
    """Refuse a deadline that no queue keeps, or that nothing in a period falls due under.

    `InvalidInput` for one counted back from a day, and where nothing that starts in the period
    falls due in it; `RuleNotInForce` where the law does not reach so far.
    """
    limit = deadline_rule(rule, from_, book)
    if limit.n <= 0:
        raise InvalidInput(
            Text(
                da=f"fristen {limit.rule.label.da} kan ikke simuleres: den regnes tilbage fra en "
                "dag",
                en=f"the deadline {limit.rule.label.en} cannot be simulated: it is counted back "
                "from a day",
            ),
            field="deadline",
        )
    if limit.unit is Unit.HOURS:
        return
    days = (from_ + timedelta(days=day) for day in range((to - from_).days))
    if not any(due_on(rule, day, book) < to for day in days):
        raise InvalidInput(
            Text(
                da=f"ingen frist, der begynder i perioden, udløber før {to}; vælg en længere "
                "periode",
                en=f"no deadline that starts in the period falls due before {to}; choose a "
                "longer period",
            ),
            field="to",
        )


def run(
    laid_out: Trial,
    first: int,
    last: int,
    *,
    executor: Executor | None = None,
    on_progress: Callable[[int], None] = lambda _: None,
) -> Counted:
    """Run the replications from `first` up to `last` and put their counts together, in order.

    Without an `executor` they run on a thread a core. `on_progress` is told how many have been
    done; what it raises stops the rest.
    """
    pieces = list(range(first, last, REPLICATIONS_A_PIECE))
    if executor is not None:
        return _together(laid_out, pieces, last, executor, on_progress)
    with ThreadPoolExecutor(cpu_count()) as threads:
        return _together(laid_out, pieces, last, threads, on_progress)


def _together(
    laid_out: Trial,
    pieces: list[int],
    last: int,
    executor: Executor,
    on_progress: Callable[[int], None],
) -> Counted:
    ends = [min(piece + REPLICATIONS_A_PIECE, last) for piece in pieces]
    waiting = deque(
        executor.submit(replicate, laid_out.experiment, piece, end)
        for piece, end in zip(pieces, ends, strict=True)
    )
    done: list[Counted] = []
    days_late = np.zeros(())
    try:
        for end in ends:
            piece = Counted(*waiting[0].result())
            waiting.popleft()
            # Added up as they come: kept piece by piece they would be most of the memory.
            days_late = days_late + piece.days_late
            done.append(piece._replace(days_late=np.zeros(())))
            on_progress(end)
    except BaseException:
        for future in waiting:
            future.cancel()
        raise
    return joined(done)._replace(days_late=days_late)


def joined(pieces: Sequence[Counted]) -> Counted:
    """Put the counts of pieces together, replication after replication."""
    return Counted(
        np.concatenate([each.counts for each in pieces]),
        np.concatenate([each.stock for each in pieces]),
        np.sum([each.days_late for each in pieces], axis=0),
        np.concatenate([each.samples for each in pieces]),
    )


def steps(laid_out: Trial, replications: int) -> int:
    """What so many replications cost, in steps of the kernel (da: beregningens omfang).

    `TooMuchWork` where their counts would not fit into the memory that a question may take.
    """
    experiment = laid_out.experiment
    _refuse_beyond(Fraction(replications * _bytes_a_replication(experiment), MOST_BYTES))
    episodes: int = deal(experiment.templates, 0).episodes.size
    days = laid_out.layout.horizon_days
    members, persons = experiment.members.size, experiment.people.persons.size
    levels = len(laid_out.levels)
    a_replication = episodes * (levels + 1) + days * (persons + members // 4) + 500 * levels
    return int(replications * a_replication)


def _bytes_a_replication(experiment: Experiment) -> int:
    """What `Counted` holds of one replication."""
    years, teams = experiment.period.year_ends.size + 1, experiment.plan.teams.size
    counts = 8 * experiment.groups * (years * KINDS + 2)
    samples = SAMPLE.itemsize * experiment.sample_at.size * teams
    levels: int = experiment.first_member.size - 1
    return levels * (counts + samples)


def refuse_too_much(laid_out: Trial, replications: int) -> None:
    """Refuse what would take too long, before any of it is spent (`TooMuchWork`)."""
    refuse_steps(steps(laid_out, replications))


def refuse_steps(wanted: int, most: int = MOST_STEPS) -> None:
    """Refuse so many steps, of all trials that one question takes (`TooMuchWork`)."""
    _refuse_beyond(Fraction(wanted, most))


def check_size(
    department: Department, teams: tuple[str, ...], levels: Sequence[FTE], days: int
) -> None:
    """Refuse a replication that is too large to deal, before any of it is (`TooMuchWork`)."""
    classes = [each for each in department.case_classes if each.team in teams]
    yearly = sum((each.arrivals_per_year for each in classes), Fraction(0))
    cases = yearly * days / 365 + sum(each.backlog.open_cases for each in classes)
    people = sum(len(department.roster.team(team).caseworkers) for team in teams)
    clocks = sum(people + 1 + level for level in levels)
    _refuse_beyond(max(cases / MOST_CASES, Fraction(clocks * days) / MOST_CLOCK_DAYS))


def _refuse_beyond(times: Fraction) -> None:
    if times > 1:
        raise TooMuchWork(
            Text(
                da=f"beregningen er {shown(times, 1, 'da')} gange for stor; vælg færre "
                "gentagelser eller en grovere præcision, færre niveauer eller en kortere periode",
                en=f"the calculation is {shown(times, 1, 'en')} times too large; choose "
                "fewer replications or a coarser precision, fewer levels or a shorter period",
            )
        )
