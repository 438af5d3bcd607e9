"""Timeliness of one deadline as a function of extra staff in a team.

The first form of the model: one desk for the whole team, first come first served. Every level of
staffing meets the same cases with the same luck, so what differs between levels is staffing.
"""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from fractions import Fraction
from os import cpu_count

import numpy as np

from capacity.consistency import DAYS_PER_YEAR
from capacity.errors import InvalidInput, TooMuchWork
from capacity.roster import case_fte
from capacity.rulebook import Rulebook
from capacity.units import FTE
from capacity.wording import Text, shown
from simulations import MODEL_VERSION
from simulations.cases import FOLLOWED_DAYS, Cases, Cohort, cases_of_team, cohort
from simulations.clocks import team_clocks
from simulations.estimates import Estimate, ratio, ratio_difference, year_range
from simulations.kernels import WorkClocks, pooled_queue
from simulations.luck import Floats
from simulations.questions import StaffingQuestion

MOST_STEPS = 10**9
"""What one curve may cost: cases × caseworkers over levels and replications, and the dealing.

A step is some ten nanoseconds, so the dearest question takes about ten seconds of one core.
"""
_STEPS_TO_DEAL = 50_000
_STEPS_TO_DEAL_A_CASE = 20
MOST_CLOCK_DAYS = 10**7
"""What one curve may hold in memory: caseworkers × days, over all levels."""
_REPLICATIONS_PER_PIECE = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class CurvePoint:
    """One staffing level: what it keeps of the deadline (da: et bemandingsniveau).

    Shares and their intervals are in 0..1. `in_time` of `due` clocks, summed over all
    replications. `difference` is against no extra staff, on the same luck. `mean_days_late` is the
    mean over those that were late, 0 where none was, each followed for at most 180 days after the
    period.
    """

    extra_fte: FTE
    case_fte: FTE
    share_in_time: Estimate
    year_low: float
    year_high: float
    difference: Estimate
    mean_days_late: float
    in_time: int
    due: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffingCurve:
    """Timeliness against extra staff, with all one needs to distrust it (da: bemandingskurve).

    `points` are the levels asked for, `without_extra` the level all are compared with. `reachable`
    is the share that would be in time if every case were taken and done the moment it came: what
    the external delay alone leaves, and no staffing can exceed (da: loftet over rettidigheden).
    """

    question: StaffingQuestion
    points: tuple[CurvePoint, ...]
    without_extra: CurvePoint
    reachable: float
    model_version: str
    rules_version: str


def staffing_curve(
    question: StaffingQuestion,
    book: Rulebook,
    *,
    threads: int | None = None,
    on_progress: Callable[[int], None] = lambda _: None,
) -> StaffingCurve:
    """Simulate the share of deadlines kept at each level of extra staff (da: bemandingskurve).

    The answer is the same to the last bit on any number of `threads` (None: one a core);
    `on_progress` is told how many replications have been done. Raises `InvalidInput` for a period
    in which nothing falls due and `TooMuchWork` beyond `MOST_STEPS` or `MOST_CLOCK_DAYS`.
    """
    start, roster = question.department.on, question.department.roster.team(question.team)
    levels = sorted({Fraction(0), *question.extra_fte})
    _check_work(question, len(roster.caseworkers), levels)
    period = cohort(question, book)
    days = period.followed_until
    clocks = team_clocks(roster, levels, start, days, book)

    def piece(first: int) -> list[Floats]:
        last = min(first + _REPLICATIONS_PER_PIECE, question.replications)
        dealt = (cases_of_team(question, period, each) for each in range(first, last))
        return [np.array([_counts(cases, clock, period) for clock in clocks]) for cases in dealt]

    counted: list[Floats] = []
    with ThreadPoolExecutor(threads or cpu_count()) as pool:
        for done in pool.map(piece, range(0, question.replications, _REPLICATIONS_PER_PIECE)):
            counted += done
            on_progress(len(counted))

    present_fte = case_fte(roster, start, book["agreement.full_time_hours"].on(start).number)
    by_level = np.stack(counted, axis=1)
    points = {
        level: _point(level, present_fte + level, here, by_level[0])
        for level, here in zip(levels, by_level, strict=True)
    }
    return StaffingCurve(
        question=question,
        points=tuple(points[level] for level in question.extra_fte),
        without_extra=points[Fraction(0)],
        reachable=float(by_level[0][:, _REACHABLE].sum() / by_level[0][:, _DUE].sum()),
        model_version=MODEL_VERSION,
        rules_version=book.fingerprint,
    )


_IN_TIME, _DUE, _DAYS_LATE, _REACHABLE = range(4)


def _counts(cases: Cases, clocks: WorkClocks, period: Cohort) -> Floats:
    """Run one replication at one level and count the cohort by year.

    Rows: in time, due, days late, reachable. One column for each year of the period, and a last
    one for what falls due after the last whole year.
    """
    taken_at, done_at = np.empty((2, cases.arrived_at.size))
    pooled_queue(cases.arrived_at, cases.effort_hours, clocks, taken_at, done_at)
    watched = cases.due_by <= period.end_day
    finished_at = (done_at + cases.external_delay_days)[watched]
    due_by = cases.due_by[watched]
    late = finished_at > due_by
    days_late = np.where(late, np.minimum(finished_at, period.followed_until) - due_by, 0.0)
    reachable = (cases.arrived_at + cases.external_delay_days)[watched] <= due_by
    year = np.searchsorted(period.year_ends, due_by)
    columns = period.year_ends.size + 1
    rows = (~late, np.ones(late.size), days_late, reachable)
    return np.array([np.bincount(year, weights=row, minlength=columns) for row in rows])


def _point(level: FTE, fte: FTE, here: Floats, base: Floats) -> CurvePoint:
    """Sum one level, its planes the replications, beside the level without extra staff."""
    in_time, due, days_late, _ = here.sum(axis=2).T
    late = due.sum() - in_time.sum()
    if due.sum() == 0:
        raise InvalidInput(
            Text(
                da="ingen frister begynder og udløber i perioden, så der er ingen andel at vise; "
                "vælg en længere periode eller en sagstype med tilgang",
                en="no deadline starts and falls due in the period, so there is no share to "
                "show; choose a longer period or a case class that has arrivals",
            )
        )
    whole_years = here[:, :, :-1] if here[:, _DUE, :-1].any() else here
    year_low, year_high = year_range(whole_years[:, _IN_TIME].ravel(), whole_years[:, _DUE].ravel())
    return CurvePoint(
        extra_fte=level,
        case_fte=fte,
        share_in_time=ratio(in_time, due),
        year_low=year_low,
        year_high=year_high,
        difference=ratio_difference(in_time, base[:, _IN_TIME].sum(axis=1), due)
        if level
        else Estimate(value=0.0, low=0.0, high=0.0),
        mean_days_late=float(days_late.sum() / max(late, 1)),
        in_time=int(in_time.sum()),
        due=int(due.sum()),
    )


def _check_work(question: StaffingQuestion, caseworkers: int, levels: Sequence[FTE]) -> None:
    """Refuse what would take too long or too much memory, before any of it is spent."""
    days = (question.to - question.department.on).days + FOLLOWED_DAYS
    classes = question.case_classes
    yearly = sum((each.arrivals_per_year for each in classes), Fraction(0))
    cases = yearly * days / DAYS_PER_YEAR + sum(len(each.backlog.ages_days) for each in classes)
    clocks = sum(caseworkers + 1 + level for level in levels)
    steps = question.replications * (_STEPS_TO_DEAL + cases * (_STEPS_TO_DEAL_A_CASE + clocks))
    too_large = max(steps / MOST_STEPS, Fraction(clocks * days) / MOST_CLOCK_DAYS)
    if too_large > 1:
        raise TooMuchWork(
            Text(
                da=f"beregningen er {shown(too_large, 1, 'da')} gange for stor; vælg færre "
                "gentagelser, færre niveauer eller en kortere periode",
                en=f"the calculation is {shown(too_large, 1, 'en')} times too large; choose "
                "fewer replications, fewer levels or a shorter period",
            )
        )
