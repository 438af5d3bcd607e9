"""Counts of replications, summed as a question asks for them (da: optællinger).

One tally is what became of some deadlines at one level of staffing, replication by replication, so
that two tallies of the same luck can be paired. Years are the single years of all replications.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from capacity.errors import InvalidInput
from capacity.units import Share
from capacity.wording import Text
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
    CONFIDENCE,
    Estimate,
    ratio,
    ratio_difference,
    student_quantile,
    year_range,
)
from simulations.luck import Floats
from simulations.replications import Counted


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """What became of some deadlines, replication by replication (da: optælling).

    `counts` are by replication, stretch of the period and kind, the last stretch what is left over
    after the whole years; `stock` by replication, in time or overdue; `days_late` how many were
    late by each number of whole days.
    """

    counts: Floats
    stock: Floats
    days_late: Floats

    @property
    def in_time(self) -> Floats:
        """What was in time, a number a replication."""
        return np.asarray(self.counts[:, :, IN_TIME].sum(axis=1))

    @property
    def due(self) -> Floats:
        """What was due, a number a replication: in time, late, or open and overdue."""
        return np.asarray(_due(self.counts).sum(axis=1))

    @property
    def by_year(self) -> tuple[Floats, Floats]:
        """In time and due, by replication and whole year (da: enkelte år).

        Of a period without a whole year in which anything was due: all of it, as its one stretch.
        """
        due = _due(self.counts)
        whole = slice(None, -1) if due[:, :-1].any() else slice(None)
        return self.counts[:, whole, IN_TIME], due[:, whole]

    @property
    def share(self) -> Estimate:
        """The share in time, with its simulation error (da: rettidighed)."""
        return ratio(self.in_time, self.due)

    @property
    def year_range(self) -> tuple[float, float]:
        """From where to where 95 % of the single years lay (da: et enkelt års udsving)."""
        in_time, due = self.by_year
        return year_range(in_time.ravel(), due.ravel())

    @property
    def mean_days_late(self) -> float:
        """Mean days late of those that were late; 0 where none was (da: dage forsinket)."""
        late = self.of(LATE) + self.of(OPEN_AND_OVERDUE)
        return float(self.counts.sum(axis=(0, 1))[DAYS_LATE] / max(late, 1))

    @property
    def days_late_90(self) -> int:
        """The whole days that nine of ten late were late at most; 0 where none was."""
        late = self.days_late.sum()
        return int(np.searchsorted(np.cumsum(self.days_late) / late, 0.9)) if late else 0

    @property
    def stock_in_time(self) -> float:
        """The share of those that ran at the period's end that were in time; 1 where none ran."""
        running = self.stock.sum()
        return float(self.stock[:, RUNNING_IN_TIME].sum() / running) if running else 1.0

    def of(self, kind: int) -> int:
        """How many there were of a kind, over all replications."""
        return int(self.counts[:, :, kind].sum())


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of a deadline, with what one needs to distrust it (da: fristens udfald).

    Shares are in 0..1, counts are summed over all replications and years. `share_in_time` is
    `in_time` over the first three counts, with its simulation error; `year_low` and `year_high` are
    the 2.5 and 97.5 % quantiles of single years. `mean_days_late` and `days_late_90` (the 90th
    percentile, in whole days) are over those that were late, 0 where none was, each followed for at
    most 180 days after the period. `stock_in_time` is the share of the clocks running at the
    period's end that were not overdue then, 1 where none ran.
    """

    share_in_time: Estimate
    year_low: float
    year_high: float
    mean_days_late: float
    days_late_90: int
    in_time: int
    late: int
    open_and_overdue: int
    not_yet_due: int
    not_required: int
    stock_in_time: float

    @property
    def due(self) -> int:
        """What the share is of: in time, late, or open and overdue (da: forfaldne)."""
        return self.in_time + self.late + self.open_and_overdue


def tally(counted: Counted, level: int = 0, groups: Sequence[int] = (0,)) -> Tally:
    """Sum some groups of clocks at a level (da: optælling)."""
    chosen = list(groups)
    return Tally(
        counts=counted.counts[:, level, chosen].sum(axis=1),
        stock=counted.stock[:, level, chosen].sum(axis=1),
        days_late=counted.days_late[level, chosen].sum(axis=0),
    )


def together(tallies: Sequence[Tally]) -> Tally:
    """Sum tallies of the same replications (da: samlet optælling)."""
    first = tallies[0]
    if len(tallies) == 1:
        return first
    return Tally(
        counts=np.sum([each.counts for each in tallies], axis=0),
        stock=np.sum([each.stock for each in tallies], axis=0),
        days_late=np.sum([each.days_late for each in tallies], axis=0),
    )


def outcome(counted: Tally) -> Outcome:
    """Say what became of a deadline; `InvalidInput` where nothing was due (da: udfald)."""
    refuse_unless_due(counted)
    year_low, year_high = counted.year_range
    return Outcome(
        share_in_time=counted.share,
        year_low=year_low,
        year_high=year_high,
        mean_days_late=counted.mean_days_late,
        days_late_90=counted.days_late_90,
        in_time=counted.of(IN_TIME),
        late=counted.of(LATE),
        open_and_overdue=counted.of(OPEN_AND_OVERDUE),
        not_yet_due=counted.of(NOT_YET_DUE),
        not_required=counted.of(NOT_REQUIRED),
        stock_in_time=counted.stock_in_time,
    )


def share_difference(after: Tally, before: Tally) -> Estimate:
    """The share in time after less that before, paired on the same luck (da: parret forskel)."""
    return ratio_difference(after.in_time, after.due, before.in_time, before.due)


def avoided_late(after: Tally, before: Tally) -> Estimate:
    """How many fewer were late in a replication, paired on the same luck (da: undgåede sene)."""
    late_before, late_after = (each.due - each.in_time for each in (before, after))
    return mean_of(late_before - late_after)


def comparable(after: Tally, before: Tally) -> bool:
    """Say whether something was due on both sides in the same year (da: sammenlignelige)."""
    return bool(_both_due(after, before).any())


def year_difference_range(after: Tally, before: Tally) -> tuple[float, float]:
    """From where to where the difference lay in 95 % of the single years (da: års udsving).

    Each year is compared with itself on the same luck; those in which nothing was due on either
    side say nothing.
    """
    (in_time, due), (base_in_time, base_due) = after.by_year, before.by_year
    both = _both_due(after, before)
    return quantile_range(in_time[both] / due[both] - base_in_time[both] / base_due[both])


def mean_of(values: Floats) -> Estimate:
    """The mean of one number a replication, with its simulation error (da: middelværdi)."""
    spread = float(values.std(ddof=1)) / math.sqrt(values.size)
    half = student_quantile(values.size - 1, CONFIDENCE) * spread
    mean = float(values.mean())
    return Estimate(value=mean, low=mean - half, high=mean + half)


def quantile_range(values: Floats) -> tuple[float, float]:
    """The 2.5 and 97.5 % quantiles (da: udsving)."""
    low, high = np.quantile(values, [(1 - CONFIDENCE) / 2, (1 + CONFIDENCE) / 2])
    return float(low), float(high)


def reaches(in_time: Floats, due: Floats, target: Share) -> NDArray[np.bool_]:
    """Which of many shares reach a target, to the last case: 9 of 10 is 90 %."""
    return np.asarray(in_time * target.denominator >= due * target.numerator)


def within_reach(counted: Counted) -> tuple[Floats, Floats]:
    """What would be in time if all work were done the moment it came, and of how many.

    By replication and whole year, as in `Tally.by_year`.
    """
    counts = counted.counts[:, 0].sum(axis=1)
    whole = slice(None, -1) if counts[:, :-1, REACHABLE_OF].any() else slice(None)
    return counts[:, whole, IN_REACH], counts[:, whole, REACHABLE_OF]


def refuse_unless_due(counted: Tally) -> None:
    """Raise `InvalidInput` where nothing was due: there is no share then (da: intet forfaldt)."""
    if counted.due.sum() == 0:
        raise InvalidInput(
            Text(
                da="ingen frister begynder og udløber i perioden, så der er ingen andel at vise; "
                "vælg en længere periode eller en sagstype med tilgang",
                en="no deadline starts and falls due in the period, so there is no share to "
                "show; choose a longer period or a case class that has arrivals",
            )
        )


def refuse_unless_target(target: Fraction, field: str) -> None:
    """Raise `InvalidInput` for a target that no share can be asked to reach (da: måltal)."""
    if not 0 < target <= 1:
        raise InvalidInput(
            Text(
                da="skriv et mål over 0 og højst 1",
                en="write a target above 0 and at most 1",
            ),
            field=field,
        )


def _due(counts: Floats) -> Floats:
    return np.asarray(counts[:, :, IN_TIME] + counts[:, :, LATE] + counts[:, :, OPEN_AND_OVERDUE])


def _both_due(after: Tally, before: Tally) -> NDArray[np.bool_]:
    due, base_due = after.by_year[1], before.by_year[1]
    if due.shape != base_due.shape:  # one of them has nothing in a whole year
        return np.zeros(due.shape, dtype=np.bool_)
    return np.asarray((due > 0) & (base_due > 0))
