"""Timeliness of one deadline as a function of extra staff in a team.

Every level of staffing meets the same cases and the same people with the same luck, so what differs
between levels is staffing.
"""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from fractions import Fraction
from functools import partial

import numpy as np

from capacity.errors import InvalidInput
from capacity.roster import case_fte
from capacity.rulebook import Rulebook
from capacity.units import FTE, Share
from capacity.wording import Text
from simulations import MODEL_VERSION
from simulations.cohorts import (
    DAYS_LATE,
    IN_REACH,
    IN_TIME,
    LATE,
    NOT_REQUIRED,
    NOT_YET_DUE,
    OPEN_AND_OVERDUE,
    REACHABLE_OF,
    RUNNING_IN_TIME,
)
from simulations.estimates import (
    Estimate,
    needed_replications,
    ratio,
    ratio_difference,
    year_range,
)
from simulations.experiments import (
    Trial,
    check_period,
    joined,
    refuse_too_much,
    run,
    simulable,
    steps,
    trial,
)
from simulations.luck import Floats
from simulations.questions import MOST_REPLICATIONS, StaffingQuestion
from simulations.replications import Counted


@dataclass(frozen=True, slots=True, kw_only=True)
class CurvePoint:
    """One staffing level: what it keeps of the deadline (da: et bemandingsniveau).

    Shares and their intervals are in 0..1. `in_time` of `due` clocks, summed over all
    replications. `difference` is against no extra staff, on the same luck. `mean_days_late` and
    `days_late_90` (the 90th percentile, in whole days) are over those that were late, 0 where none
    was, each followed for at most 180 days after the period. `not_yet_due` and `not_required` are
    shown beside and never counted. `stock_in_time` is the share of the clocks running at the
    period's end that were not overdue then, 1 where none ran.
    """

    extra_fte: FTE
    case_fte: FTE
    share_in_time: Estimate
    year_low: float
    year_high: float
    difference: Estimate
    mean_days_late: float
    days_late_90: int
    in_time: int
    due: int
    not_yet_due: int
    not_required: int
    stock_in_time: float


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffingCurve:
    """Timeliness against extra staff, with all one needs to distrust it (da: bemandingskurve).

    `points` are the levels asked for, `without_extra` the level all are compared with. `reachable`
    is the share that would be in time if every case were taken and done the moment it came: what
    the external delay alone leaves, and no staffing can exceed (da: loftet over rettidigheden).
    `precise` says whether the precision asked for was reached.
    """

    question: StaffingQuestion
    points: tuple[CurvePoint, ...]
    without_extra: CurvePoint
    reachable: float
    replications: int
    precise: bool
    model_version: str
    rules_version: str


def staffing_curve(
    question: StaffingQuestion,
    book: Rulebook,
    *,
    executor: Executor | None = None,
    on_progress: Callable[[int], None] = lambda _: None,
) -> StaffingCurve:
    """Simulate the share of deadlines kept at each level of extra staff (da: bemandingskurve).

    The answer is the same to the last bit on any `executor`; `on_progress` is told how many
    replications have been done, and what it raises stops the rest. Where the question names a
    precision, the first 64 replications say how many are needed (`needed_replications`). Raises
    `InvalidInput` for a period in which nothing falls due or no extra staff are there, and
    `TooMuchWork` for too large a question.
    """
    laid_out, levels = curve_trial(question, book)
    wanted = question.replications
    if question.precision is None:
        refuse_too_much(laid_out, wanted)
        counted = run(laid_out, 0, wanted, executor=executor, on_progress=on_progress)
    else:
        counted, wanted = _precise(question, laid_out, executor, on_progress)
    return curve_of(question, levels, counted, wanted, book)


def curve_trial(question: StaffingQuestion, book: Rulebook) -> tuple[Trial, tuple[FTE, ...]]:
    """Lay out a question at its levels and at none, in order."""
    levels = tuple(sorted({Fraction(0), *question.extra_fte}))
    return trial_at(levels, question, book), levels


def trial_at(levels: Sequence[FTE], question: StaffingQuestion, book: Rulebook) -> Trial:
    """Lay out a question at some levels and at no other, in their order."""
    check_period(question.department, question.from_, question.to)
    _check_first_day(question)
    simulable(question.deadline, question.from_, question.to, book)
    return trial(
        question.department,
        question.team,
        {
            question.deadline: lambda duty: (
                duty.rule == question.deadline and duty.team == question.team
            )
        },
        question.from_,
        question.to,
        book,
        levels=levels,
        extra_from=question.extra_from,
        fuller_work=question.fuller_work,
        seed=question.seed,
        inflow=float(question.inflow),
    )


def _check_first_day(question: StaffingQuestion) -> None:
    """Refuse extra staff who are not there at any time of the period (`InvalidInput`)."""
    start, day = question.department.on, question.extra_from
    if day is not None and not start <= day < question.to:
        raise InvalidInput(
            Text(
                da=f"ekstra personale fra {day} kan ikke regnes med: dagen skal ligge fra {start} "
                f"og før periodens slutning {question.to}",
                en=f"extra staff from {day} cannot be counted: the day must be from {start} on and "
                f"before the end of the period, {question.to}",
            ),
            field="extra_from",
        )


def _precise(
    question: StaffingQuestion,
    laid_out: Trial,
    executor: Executor | None,
    on_progress: Callable[[int], None],
) -> tuple[Counted, int]:
    """Run as many replications as the first of them say that the precision takes."""
    assert question.precision is not None
    counted = run(laid_out, 0, FIRST_STAGE, executor=executor, on_progress=on_progress)
    affordable = _affordable(question.precision, laid_out, counted)
    refuse_too_much(laid_out, affordable)
    if affordable > FIRST_STAGE:
        more = run(laid_out, FIRST_STAGE, affordable, executor=executor, on_progress=on_progress)
        counted = joined([counted, more])
    return counted, affordable


FIRST_STAGE = 64
"""Replications that say how many a precision takes (Stein's two stages)."""


def _affordable(precision: Share, laid_out: Trial, first_stage: Counted) -> int:
    """How many replications the first of them say that a precision takes, in doublings of them."""
    needed = max(
        needed_replications(*_parts(first_stage, level), float(precision))
        for level in range(len(laid_out.levels))
    )
    affordable = FIRST_STAGE
    while affordable < min(needed, MOST_REPLICATIONS):
        affordable *= 2
    return affordable


def curve_steps(question: StaffingQuestion, book: Rulebook) -> tuple[int, int]:
    """What a question costs at least and at most, in steps (da: beregningens omfang).

    The two differ where it names a precision: from the replications that say how many it takes to
    the most that any precision is given. `TooMuchWork` where even the least is too much.
    """
    laid_out, _ = curve_trial(question, book)
    if question.precision is None:
        least = most = question.replications
    else:
        least, most = FIRST_STAGE, MOST_REPLICATIONS
    refuse_too_much(laid_out, least)
    at_least = steps(laid_out, least)
    return at_least, at_least * most // least


def precise_steps(
    question: StaffingQuestion, book: Rulebook, *, executor: Executor | None = None
) -> int:
    """What a question costs that names a precision, by running the first of its replications.

    (da: omfanget ved en ønsket præcision.) `TooMuchWork` where that is too much.
    """
    assert question.precision is not None
    laid_out, _ = curve_trial(question, book)
    counted = run(laid_out, 0, FIRST_STAGE, executor=executor)
    affordable = _affordable(question.precision, laid_out, counted)
    refuse_too_much(laid_out, affordable)
    return steps(laid_out, affordable)


def partial_curves(
    question: StaffingQuestion,
    book: Rulebook,
    *,
    executor: Executor | None = None,
    on_progress: Callable[[int, int | None], None] = lambda _done, _wanted: None,
) -> Iterator[StaffingCurve]:
    """Answer after 64, 128, 256 … replications, up to those asked for (da: foreløbige svar).

    The intervals of all partial answers hold together with 95 % confidence: the k-th is given
    1 − 0.03·6/(π²k²), which leaves room for what Student's interval lacks with so few. The last
    answer is the plain one of `staffing_curve`, to the last bit, and does not belong to them.
    Whoever has seen enough stops asking. `on_progress` is told how many replications have been
    done, and of how many: None until a precision has settled that.
    """
    laid_out, levels = curve_trial(question, book)
    wanted = question.replications if question.precision is None else None
    refuse_too_much(laid_out, FIRST_STAGE if wanted is None else wanted)
    counted: Counted | None = None
    done, look = 0, 0
    while done != wanted:
        until = (
            max(2 * done, FIRST_STAGE)
            if wanted is None
            else min(max(2 * done, FIRST_STAGE), wanted)
        )
        more = run(
            laid_out,
            done,
            until,
            executor=executor,
            on_progress=partial(_told, on_progress, wanted),
        )
        counted = more if counted is None else joined([counted, more])
        done, look = until, look + 1
        if wanted is None:
            assert question.precision is not None
            wanted = _affordable(question.precision, laid_out, counted)
            refuse_too_much(laid_out, wanted)
            on_progress(done, wanted)
        is_last = done == wanted
        confidence = 0.95 if is_last else 1 - 0.03 * 6 / (np.pi * look) ** 2
        yield curve_of(question, levels, counted, done, book, confidence=float(confidence))


def _told(on_progress: Callable[[int, int | None], None], wanted: int | None, done: int) -> None:
    on_progress(done, wanted)


def curve_of(
    question: StaffingQuestion,
    levels: tuple[FTE, ...],
    counted: Counted,
    replications: int,
    book: Rulebook,
    *,
    confidence: float = 0.95,
) -> StaffingCurve:
    """Sum counts to a curve."""
    start, roster = question.department.on, question.department.roster.team(question.team)
    present_fte = case_fte(roster, start, book["agreement.full_time_hours"].on(start).number)
    points = {
        level: _point(level, present_fte + level, number, counted, confidence)
        for number, level in enumerate(levels)
    }
    reach = counted.counts[:, 0].sum(axis=(0, 1, 2))
    half_widths = [
        max(
            point.share_in_time.high - point.share_in_time.value,
            point.share_in_time.value - point.share_in_time.low,
        )
        for point in points.values()
    ]
    return StaffingCurve(
        question=question,
        points=tuple(points[level] for level in question.extra_fte),
        without_extra=points[Fraction(0)],
        reachable=float(reach[IN_REACH] / reach[REACHABLE_OF]) if reach[REACHABLE_OF] else 1.0,
        replications=replications,
        precise=question.precision is None or max(half_widths) <= question.precision,
        model_version=MODEL_VERSION,
        rules_version=book.fingerprint,
    )


def _parts(counted: Counted, level: int) -> tuple[Floats, Floats]:
    """In time, and due, of each replication at a level."""
    here = counted.counts[:, level, 0].sum(axis=1)
    return here[:, IN_TIME], here[:, IN_TIME] + here[:, LATE] + here[:, OPEN_AND_OVERDUE]


def _point(level: FTE, fte: FTE, number: int, counted: Counted, confidence: float) -> CurvePoint:
    """Sum one level beside the first, which is the one without extra staff."""
    in_time, due = _parts(counted, number)
    base_in_time, base_due = _parts(counted, 0)
    if due.sum() == 0:
        raise InvalidInput(
            Text(
                da="ingen frister begynder og udløber i perioden, så der er ingen andel at vise; "
                "vælg en længere periode eller en sagstype med tilgang",
                en="no deadline starts and falls due in the period, so there is no share to "
                "show; choose a longer period or a case class that has arrivals",
            )
        )
    years = counted.counts[:, number, 0]
    due_by_year = years[:, :, IN_TIME] + years[:, :, LATE] + years[:, :, OPEN_AND_OVERDUE]
    whole = slice(None, -1) if due_by_year[:, :-1].any() else slice(None)
    year_low, year_high = year_range(
        years[:, whole, IN_TIME].ravel(), due_by_year[:, whole].ravel()
    )
    summed = years.sum(axis=(0, 1))
    late = summed[LATE] + summed[OPEN_AND_OVERDUE]
    stock = counted.stock[:, number, 0].sum(axis=0)
    return CurvePoint(
        extra_fte=level,
        case_fte=fte,
        share_in_time=ratio(in_time, due, confidence),
        year_low=year_low,
        year_high=year_high,
        difference=ratio_difference(in_time, due, base_in_time, base_due, confidence)
        if level
        else Estimate(value=0.0, low=0.0, high=0.0),
        mean_days_late=float(summed[DAYS_LATE] / max(late, 1)),
        days_late_90=_percentile(counted.days_late[number, 0], 0.9),
        in_time=int(in_time.sum()),
        due=int(due.sum()),
        not_yet_due=int(summed[NOT_YET_DUE]),
        not_required=int(summed[NOT_REQUIRED]),
        stock_in_time=float(stock[RUNNING_IN_TIME] / stock.sum()) if stock.sum() else 1.0,
    )


def _percentile(days_late: Floats, share: float) -> int:
    """The whole days within which so large a share of the late were late; 0 where none was."""
    if days_late.sum() == 0:
        return 0
    return int(np.searchsorted(np.cumsum(days_late) / days_late.sum(), share))
