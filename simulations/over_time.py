"""A team month by month, as it is and as it would be, on the same cases and the same luck.

(da: over tid.) A month is that in which a deadline falls due, also for clocks that ran before the
start; what was overdue by then is left out. Open cases, and full-time posts as planned, are those
at the end of a month: hires and their first months show in the posts. Cases are counted as a
caseload counts them: what has no weight, such as follow-ups, is work on a case that is counted
already. Where a plan merges teams, both sides are of all the teams that are merged.
"""

from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction
from itertools import pairwise

import numpy as np

from capacity.department import Department
from capacity.errors import InvalidInput
from capacity.roster import case_fte
from capacity.rulebook import Rulebook
from capacity.units import FTE
from capacity.wording import Language, Spoken, Text, month_in_words, shown
from simulations.cohorts import IN_TIME, LATE, OPEN_AND_OVERDUE
from simulations.comparison import refuse_few
from simulations.estimates import Estimate, ratio, ratio_difference, year_range
from simulations.experiments import Trial, month_ends, refuse_steps, run, steps, trial
from simulations.luck import Floats
from simulations.plan import connected_teams
from simulations.sentences import NOT_QUANTIFIED, about
from simulations.tallies import mean_of, quantile_range

Range = tuple[float, float]
"""From where to where 95 % of the simulated courses lay, low and high."""
_LONG_AGO = -1e9


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """A department, and the teams of it that are followed together (da: forløb)."""

    department: Department
    teams: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Following:
    """Which deadline is followed, until when, and the luck (da: opfølgning)."""

    deadline: str
    to: date
    seed: int
    replications: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthAhead:
    """A calendar month of one course (da: måned).

    `due` deadlines fall due in it on average. `share` of them are kept, in 0..1, with its
    simulation error; None in a month in which nothing falls due. At the end of the month there are
    so many `open_cases`, of which some are `waiting` for somebody with room for them, and so many
    full-time posts for cases by the plan, `case_fte`; `caseload` is the one over the other, None
    without posts. `utilisation` is hours worked over the hours there were for cases in the month,
    None without hours. The ranges are of single courses.
    """

    first_day: date
    until: date
    due: float
    share: Estimate | None
    share_range: Range | None
    open_cases: Estimate
    open_range: Range
    waiting: Estimate
    utilisation: Estimate | None
    case_fte: FTE
    caseload: Estimate | None
    caseload_range: Range | None


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthChange:
    """What a plan changes in a month, paired on the same luck (da: forskel)."""

    share: Estimate | None
    open_cases: Estimate


@dataclass(frozen=True, slots=True, kw_only=True)
class OverTime:
    """Two courses month by month, and the difference between them (da: over tid).

    `open_at_start` are the open cases on the department's day, the same in both.
    """

    before: Course
    after: Course
    following: Following
    open_at_start: int
    months_before: tuple[MonthAhead, ...]
    months_after: tuple[MonthAhead, ...]
    changes: tuple[MonthChange, ...]


def over_time(
    before: Course,
    after: Course,
    following: Following,
    book: Rulebook,
    *,
    executor: Executor | None = None,
    on_progress: Callable[[int], None] = lambda _: None,
) -> OverTime:
    """Follow a department as it is, and as it would be, month by month (da: over tid).

    Where nothing is changed it is simulated once. `InvalidInput` for a period that cannot be, two
    departments of different dates and a deadline under which nothing falls due, `TooMuchWork` for
    too large a question. `on_progress` is told how many replications are done, of
    `over_time_replications`.
    """
    refuse_few(following.replications)
    _refuse_two_dates(before, after)
    refuse_steps(over_time_steps(before, after, following, book))
    is_same = before == after
    first = _counted(before, following, book, executor, on_progress)
    done = _replications(before, following)
    last = (
        first
        if is_same
        else _counted(after, following, book, executor, lambda more: on_progress(done + more))
    )
    if not first.due.any() and not last.due.any():
        raise InvalidInput(
            Text(
                da="ingen af teamets frister af den slags udløber i perioden; vælg en længere "
                "periode eller en anden frist",
                en="none of the team’s deadlines of that kind falls due in the period; choose a "
                "longer period or another deadline",
            ),
            field="watch",
        )
    days = (before.department.on, *month_ends(before.department.on, following.to))
    months = list(enumerate(pairwise(days)))
    return OverTime(
        before=before,
        after=after,
        following=following,
        open_at_start=_open_at_start(before),
        months_before=tuple(_month(n, *ends, first, before, book) for n, ends in months),
        months_after=tuple(_month(n, *ends, last, after, book) for n, ends in months),
        changes=tuple(_change(number, first, last) for number, _ in months),
    )


def over_time_steps(before: Course, after: Course, following: Following, book: Rulebook) -> int:
    """What it costs, in steps of the kernel (da: beregningens omfang)."""
    courses = [before] if before == after else [before, after]
    return sum(
        steps(laid_out, following.replications)
        for course in courses
        for laid_out in _trials(course, following, book)
    )


def over_time_replications(before: Course, after: Course, following: Following) -> int:
    """How many replications are run in all (da: gentagelser i alt)."""
    courses = [before] if before == after else [before, after]
    return sum(_replications(course, following) for course in courses)


# --- What replications count -----------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Counted:
    """What replications counted of a course: a row a replication, a column a month."""

    in_time: Floats
    due: Floats
    open_cases: Floats
    waiting: Floats
    busy: Floats
    hours: Floats


def _counted(
    course: Course,
    following: Following,
    book: Rulebook,
    executor: Executor | None,
    on_progress: Callable[[int], None],
) -> _Counted:
    parts = [
        _of_trial(
            each,
            course.teams,
            following.replications,
            executor,
            _counted_from(number * following.replications, on_progress),
        )
        for number, each in enumerate(_trials(course, following, book))
    ]
    return _Counted(
        *(
            np.sum([getattr(each, name) for each in parts], axis=0)
            for name in ("in_time", "due", "open_cases", "waiting", "busy", "hours")
        )
    )


def _of_trial(
    laid_out: Trial,
    teams: Sequence[str],
    replications: int,
    executor: Executor | None,
    on_progress: Callable[[int], None],
) -> _Counted:
    counted = run(laid_out, 0, replications, executor=executor, on_progress=on_progress)
    # The first bin is what was overdue at the start, the last what falls due after the end.
    counts = counted.counts[:, 0, 0, 1:-1]
    columns = [n for n, slug in enumerate(laid_out.layout.teams) if slug in teams]
    samples = counted.samples[:, 0, :, columns]  # the teams come first by this
    summed = {
        name: samples[name].sum(axis=0, dtype=np.float64)
        for name in ("open_cases", "waiting_cases", "busy_hours", "clock_hours")
    }
    return _Counted(
        counts[:, :, IN_TIME],
        counts[:, :, IN_TIME] + counts[:, :, LATE] + counts[:, :, OPEN_AND_OVERDUE],
        summed["open_cases"],
        summed["waiting_cases"],
        np.diff(summed["busy_hours"], axis=1, prepend=0.0),
        np.diff(summed["clock_hours"], axis=1, prepend=0.0),
    )


def _trials(course: Course, following: Following, book: Rulebook) -> list[Trial]:
    """Lay out the teams of a course: a trial for each group of them that is connected."""
    department, found = course.department, []
    seen: set[str] = set()
    ends = month_ends(department.on, following.to)
    for team in course.teams:
        if team in seen:
            continue
        seen.update(connected_teams(department, team))
        laid_out = trial(
            department,
            team,
            {
                "followed": lambda duty: (
                    duty.team in course.teams and duty.rule == following.deadline
                )
            },
            department.on,
            following.to,
            book,
            seed=following.seed,
            bins=(department.on, *ends),
            sample_on=ends,
        )
        experiment = laid_out.experiment
        period = experiment.period._replace(first_day=_LONG_AGO)
        found.append(replace(laid_out, experiment=experiment._replace(period=period)))
    return found


def _replications(course: Course, following: Following) -> int:
    groups: set[tuple[str, ...]] = {
        connected_teams(course.department, team) for team in course.teams
    }
    return following.replications * len(groups)


def _counted_from(base: int, on_progress: Callable[[int], None]) -> Callable[[int], None]:
    return lambda done: on_progress(base + done)


def _refuse_two_dates(before: Course, after: Course) -> None:
    if before.department.on != after.department.on:
        raise InvalidInput(
            Text(
                da=f"afdelingerne er fra {before.department.on} og {after.department.on}; "
                "sammenlign to fra samme dato",
                en=f"the departments are of {before.department.on} and {after.department.on}; "
                "compare two of one date",
            ),
            field="after",
        )


# --- From counts to months -------------------------------------------------------------------


def _open_at_start(course: Course) -> int:
    return course.department.open_cases_of(course.teams)


def _month(
    number: int, first: date, until: date, counted: _Counted, course: Course, book: Rulebook
) -> MonthAhead:
    in_time, due = counted.in_time[:, number], counted.due[:, number]
    open_cases = counted.open_cases[:, number]
    busy, hours = counted.busy[:, number], counted.hours[:, number]
    posts = _posts(course, until, book)
    there = float(posts)
    return MonthAhead(
        first_day=first,
        until=until,
        due=float(due.mean()),
        share=ratio(in_time, due) if due.any() else None,
        share_range=year_range(in_time, due) if due.any() else None,
        open_cases=mean_of(open_cases),
        open_range=quantile_range(open_cases),
        waiting=mean_of(counted.waiting[:, number]),
        utilisation=ratio(busy, hours) if hours.any() else None,
        case_fte=posts,
        caseload=mean_of(open_cases / there) if posts else None,
        caseload_range=quantile_range(open_cases / there) if posts else None,
    )


def _posts(course: Course, on: date, book: Rulebook) -> FTE:
    """Full-time posts for cases on a day, by the plan: who is sick by chance is counted in."""
    department = course.department
    full_time = book["agreement.full_time_hours"].on(department.on).number
    rosters = (department.roster.team(team) for team in course.teams)
    return sum((case_fte(each, on, full_time) for each in rosters), Fraction(0))


def _change(number: int, before: _Counted, after: _Counted) -> MonthChange:
    is_due = before.due[:, number].any() and after.due[:, number].any()
    return MonthChange(
        share=ratio_difference(
            after.in_time[:, number],
            after.due[:, number],
            before.in_time[:, number],
            before.due[:, number],
        )
        if is_due
        else None,
        open_cases=mean_of(after.open_cases[:, number] - before.open_cases[:, number]),
    )


# --- In words --------------------------------------------------------------------------------

_OPEN = Text(
    da="I dag har {team} {start} åbne sager. Ved udgangen af {month} er der omkring {after} med "
    "ændringen og {before} uden.",
    en="Today {team} has {start} open cases. At the end of {month} there are about {after} with "
    "the change and {before} without.",
)
_OPEN_ALONE = Text(
    da="I dag har {team} {start} åbne sager. Ved udgangen af {month} er der omkring {before}, hvis "
    "intet ændres.",
    en="Today {team} has {start} open cases. At the end of {month} there are about {before} if "
    "nothing is changed.",
)
_UNCOUNTED = Text(
    da="{rows} åbne opfølgninger og lignende uden vægt er arbejde på sager og tælles ikke som "
    "sager.",
    en="{rows} open follow-ups and the like without weight are work on cases and are not counted "
    "as cases.",
)
_KEPT = Text(
    da="I {month} holdes {after} af fristerne ({deadline}) med ændringen mod {before} uden.",
    en="In {month} {after} of the deadlines ({deadline}) are kept with the change, against "
    "{before} without.",
)
_KEPT_ALONE = Text(
    da="I {month} holdes {before} af fristerne ({deadline}).",
    en="In {month} {before} of the deadlines ({deadline}) are kept.",
)
_HEDGE = Text(
    da="I denne model og med disse antagelser.", en="In this model and with these assumptions."
)


def over_time_sentence(found: OverTime, book: Rulebook, assumptions: Text = NOT_QUANTIFIED) -> Text:
    """Say where backlog and timeliness are heading (da: udviklingen i ord).

    `assumptions` is what is known of what they leave open (`months_left_open`).
    """
    return Spoken(
        lambda language: f"{_sentence(found, book, language)} {assumptions.in_language(language)}"
    )


def _sentence(found: OverTime, book: Rulebook, language: Language) -> str:
    is_same = found.before == found.after
    first, last = found.months_before[-1], found.months_after[-1]
    names = {each.slug: each.label for each in found.before.department.teams}
    parts = [
        (_OPEN_ALONE if is_same else _OPEN)
        .in_language(language)
        .format(
            team=" + ".join(names[slug].in_language(language) for slug in found.before.teams),
            start=shown(found.open_at_start, 0, language),
            month=month_in_words(last.first_day, language),
            before=_cases(first, language),
            after=_cases(last, language),
        )
    ]
    if rows := found.before.department.uncounted_rows_of(found.before.teams):
        uncounted = _UNCOUNTED.in_language(language)
        parts.append(uncounted.format(rows=shown(rows, 0, language)))
    both = zip(found.months_before, found.months_after, strict=True)
    due = [(one, other) for one, other in both if one.share and other.share]
    if due:
        one, other = due[-1]
        assert one.share is not None
        assert other.share is not None
        parts.append(
            (_KEPT_ALONE if is_same else _KEPT)
            .in_language(language)
            .format(
                month=month_in_words(one.first_day, language),
                deadline=book[found.following.deadline].label.in_language(language).lower(),
                before=about(one.share, language),
                after=about(other.share, language),
            )
        )
    return " ".join([*parts, _HEDGE.in_language(language)])


def _cases(month: MonthAhead, language: Language) -> str:
    return shown(Fraction(month.open_cases.value), 0, language)
