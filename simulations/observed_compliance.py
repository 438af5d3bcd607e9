"""What became of a department's own deadlines, from the dates of its cases (da: målt rettidighed).

The clocks read from the list (`observed_clocks`) are counted by the very code that counts simulated
ones (`cohorts.count_clocks`), so that the two can be held against one another: the cohort of a
period is every clock that started and fell due in it, closed or not. The old law and the new are
never one series: clocks are counted by the value of the rule that was in force when they started.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from fractions import Fraction
from itertools import groupby
from typing import NamedTuple

import numpy as np

from capacity.compliance import ComplianceDifference, compliance_difference, observed_compliance
from capacity.control_charts import ChartPoint
from capacity.count_statistics import Bounds, wilson
from capacity.errors import InvalidInput
from capacity.rulebook import Rulebook
from capacity.units import Share
from capacity.wording import Text
from capacity.workdays import Unit, add
from simulations.case_history import EPOCH, CaseHistory, day_number
from simulations.cohorts import (
    IN_TIME,
    KINDS,
    LATE,
    MOST_DAYS_LATE,
    NOT_REQUIRED,
    NOT_YET_DUE,
    OPEN_AND_OVERDUE,
    RUNNING_IN_TIME,
    RUNNING_OVERDUE,
    Period,
    count_clocks_alone,
)
from simulations.estimates import CONFIDENCE
from simulations.luck import Floats, Integers
from simulations.observed_clocks import DeadlineReading, ObservedClocks, observed_clocks
from simulations.office import CLOCK
from simulations.tallies import Tally
from simulations.work_clocks import Records

DUE_MONTH = Text(da="måned, hvor fristen forfalder", en="month in which the deadline falls due")
"""What `ComplianceRow.month` is, for its heading."""


class Split(StrEnum):
    """What rows are divided by; deadline and law always divide them (da: opdeling).

    A quarter and a year are those of the calendar in which a clock falls due. Of several stretches
    of time the shortest divides, and the longer are written beside it.
    """

    TEAM = "team"
    CASE_CLASS = "case_class"
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"


STRETCHES: Mapping[Split, int] = {Split.MONTH: 1, Split.QUARTER: 3, Split.YEAR: 12}
"""How many months a stretch of time is, the shortest first (da: måned, kvartal, år)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ComplianceRow:
    """What became of some clocks of one deadline under one law (da: målt rettidighed).

    `team`, `case_class`, `month`, `quarter` and `year` are None where the row is of all of them; a
    team or class that the list does not name is "". `month` is the first day of the month in which
    the clocks fall due (`DUE_MONTH`), `quarter` that of the quarter. `law_from` is the day from
    which the value of the rule was in force that the clocks *started* under. The first five counts
    are those of `Timeliness`; `unknown` is what the list's dates cannot settle. Days late are of
    those late, and of those open and overdue, followed to the day of the list. `running_in_time`
    and `running_overdue` are the stock at the period's end. By month, quarter or year there are no
    stock, no `not_yet_due` and no `days_late_90`.
    """

    deadline: str
    law_from: date
    team: str | None
    case_class: str | None
    month: date | None
    quarter: date | None
    year: int | None
    in_time: int
    late: int
    open_and_overdue: int
    not_yet_due: int
    not_required: int
    unknown: int
    running_in_time: int
    running_overdue: int
    mean_days_late: float
    days_late_90: int | None

    @property
    def is_of_a_stretch(self) -> bool:
        """Whether the row is of a month, a quarter or a year alone (da: af en måned mv.)."""
        return (self.month, self.quarter, self.year) != (None, None, None)

    @property
    def due(self) -> int:
        """What the share is of: in time, late, or open and overdue (da: forfaldne)."""
        return self.in_time + self.late + self.open_and_overdue

    @property
    def share(self) -> Share | None:
        """The share in time; None where nothing was due or something is unknown (da: andel)."""
        return None if self.unknown or not self.due else Fraction(self.in_time, self.due)

    @property
    def interval(self) -> Bounds | None:
        """Wilson's interval for the share, where there is one (da: Wilson-interval)."""
        return None if self.share is None else wilson(self.in_time, self.due, CONFIDENCE)

    @property
    def share_range(self) -> tuple[Share, Share] | None:
        """The share if all that is unknown was late, and if it was in time (da: mindst og højst).

        None where nothing was due at all.
        """
        of = self.due + self.unknown
        if not of:
            return None
        return Fraction(self.in_time, of), Fraction(self.in_time + self.unknown, of)


class _Group(NamedTuple):
    deadline: str
    law_from: date
    team: str | None
    case_class: str | None


class _Stretch(NamedTuple):
    """A stretch of time that a row is of: its months among all, and what they are called."""

    months: slice
    month: date | None = None
    quarter: date | None = None
    year: int | None = None


class _Counts(NamedTuple):
    """Numbers by group, and by month (the last stretch: due after the period) and kind."""

    counts: Floats
    unknown: Integers
    stock: Floats
    days_late: Floats


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ObservedCompliance:
    """All clocks of a list, counted (da: målt rettidighed).

    The period is [`from_`, `to`). `complete` says whether the list is known to hold all that began
    in it; where nobody has said so, a list of open cases looks worse than the department is, and
    one of closed cases better. `readings` say of each deadline what the list could not show.
    """

    from_: date
    to: date
    seen_on: date
    complete: bool
    readings: tuple[DeadlineReading, ...]
    _groups: tuple[_Group, ...]
    _months: tuple[date, ...]
    _counted: _Counts

    def rows(self, by: Collection[Split] = ()) -> tuple[ComplianceRow, ...]:
        """Return flat rows, divided as asked and summed over the rest (da: rækker).

        Rows in which nothing is counted are left out.
        """
        wholes: dict[_Group, list[int]] = {}
        for number, group in enumerate(self._groups):
            whole = group._replace(
                team=group.team if Split.TEAM in by else None,
                case_class=group.case_class if Split.CASE_CLASS in by else None,
            )
            wholes.setdefault(whole, []).append(number)
        stretches = list(_stretches(self._months, by))
        rows = (
            self._row(whole, groups, stretch)
            for whole, groups in sorted(wholes.items())
            for stretch in stretches
        )
        return tuple(row for row in rows if any(_numbers(row)))

    def chart_points(self, deadline: str, *, team: str | None = None) -> tuple[ChartPoint, ...]:
        """Return the months of a deadline as points of a control chart (da: punkter).

        Months in which nothing was due, or the share cannot be told, are no points.
        """
        by = {Split.MONTH} if team is None else {Split.MONTH, Split.TEAM}
        return tuple(
            ChartPoint(on=row.month, in_time=row.in_time, due=row.due, law_from=row.law_from)
            for row in self.rows(by)
            if (row.deadline, row.team) == (deadline, team)
            and row.month is not None
            and row.share is not None
        )

    def _row(self, whole: _Group, groups: list[int], stretch: _Stretch) -> ComplianceRow:
        chosen, is_all = stretch.months, stretch == _ALL
        counted = self._counted
        stock = counted.stock[groups].sum(axis=0)
        tally = Tally(
            counts=counted.counts[groups][:, chosen].sum(axis=0)[np.newaxis],
            stock=stock[np.newaxis],
            days_late=counted.days_late[groups].sum(axis=0),
        )
        return ComplianceRow(
            **whole._asdict(),
            month=stretch.month,
            quarter=stretch.quarter,
            year=stretch.year,
            in_time=tally.of(IN_TIME),
            late=tally.of(LATE),
            open_and_overdue=tally.of(OPEN_AND_OVERDUE),
            not_yet_due=tally.of(NOT_YET_DUE),
            not_required=tally.of(NOT_REQUIRED),
            unknown=int(counted.unknown[groups][:, chosen].sum()),
            running_in_time=int(stock[RUNNING_IN_TIME]) if is_all else 0,
            running_overdue=int(stock[RUNNING_OVERDUE]) if is_all else 0,
            mean_days_late=tally.mean_days_late,
            days_late_90=tally.days_late_90 if is_all else None,
        )


def compliance_of_history(
    history: CaseHistory, book: Rulebook, *, from_: date | None = None, to: date | None = None
) -> ObservedCompliance:
    """Count what became of the clocks that started and fell due in a period (da: målt rettidighed).

    Without `from_` it is from the day the list is complete from, or else the first there is;
    without `to`, up to and including the day of the list. `InvalidInput` for a period that ends
    before it begins or after the list, or begins before the list is complete: of the older cases
    it holds only those that dragged on.
    """
    read = list(observed_clocks(history, book))
    from_, to = _period(history, [clocks for _, clocks in read], from_, to)
    months = _months(from_, to)
    ends = np.array([day_number(min(_next_month(month), to)) for month in months])
    groups: list[_Group] = []
    records, unknown = [], []
    for reading, clocks in read:
        places, known = _grouped(history, reading.deadline, clocks, groups)
        records.append(_records(clocks, places)[known])
        unknown.append((places[~known], clocks.started_at[~known], clocks.due_at[~known]))
    period = Period(
        day_number(from_),
        day_number(to),
        history.seen_until,
        ends,
        np.arange(len(groups), dtype=np.int64),
    )
    counted = _Counts(
        np.zeros((len(groups), len(months) + 1, KINDS)),
        np.zeros((len(groups), len(months) + 1), dtype=np.int64),
        np.zeros((len(groups), 2)),
        np.zeros((len(groups), MOST_DAYS_LATE + 1)),
    )
    for each in records:
        count_clocks_alone(each, period, counted.counts, counted.stock, counted.days_late)
    for places, started_at, due_at in unknown:
        inside = (started_at >= period.first_day) & (started_at < period.end_day)
        inside &= due_at <= period.end_day
        stretches = np.searchsorted(ends, due_at[inside])  # as `cohorts.year_of`
        np.add.at(counted.unknown, (places[inside], stretches), 1)
    return ObservedCompliance(
        from_=from_,
        to=to,
        seen_on=history.seen_on,
        complete=history.complete_from is not None,
        readings=tuple(reading for reading, _ in read),
        _groups=tuple(groups),
        _months=months,
        _counted=counted,
    )


def compared(one: ComplianceRow, other: ComplianceRow) -> ComplianceDifference:
    """Hold two rows against one another: the other less the one (da: forskel i rettidighed).

    `InvalidInput` where they are not comparable: of different deadlines, of clocks that started
    under different law, of the same cases, or with a share that cannot be told.
    """
    if one.deadline != other.deadline:
        raise InvalidInput(
            Text(
                da=f"{one.deadline} og {other.deadline} er to frister; sammenlign hver for sig",
                en=f"{one.deadline} and {other.deadline} are two deadlines; compare each by itself",
            ),
            field="deadline",
        )
    if one.law_from != other.law_from:
        raise InvalidInput(
            Text(
                da=f"de ene sager begyndte efter reglerne fra {one.law_from}, de andre efter dem "
                f"fra {other.law_from}: andelene er ikke samme mål; sammenlign rækker med samme "
                "law_from, og vis de to regelsæt hver for sig",
                en=f"the one's cases started under the rules from {one.law_from}, the other's "
                f"under those from {other.law_from}: the shares do not measure the same; "
                "compare rows of the same law_from, and show the two sets of rules apart",
            ),
            field="law_from",
        )
    apart = ("team", "case_class", "month", "quarter", "year")
    parts = [(getattr(one, name), getattr(other, name)) for name in apart]
    if not any(None not in pair and pair[0] != pair[1] for pair in parts):
        raise InvalidInput(
            Text(
                da="de to rækker har sager til fælles; sammenlign to måneder, teams eller typer",
                en="the two rows have cases in common; compare two months, teams or classes",
            ),
            field="other",
        )
    if one.share is None or other.share is None:
        raise InvalidInput(
            Text(
                da="en af andelene kan ikke opgøres: intet er forfaldet, eller listen mangler "
                "klokkeslæt",
                en="one of the shares cannot be told: nothing was due, or the list lacks times of "
                "day",
            ),
            field="other",
        )
    return compliance_difference(
        *(
            observed_compliance(row.in_time, row.due, not_yet_due=row.not_yet_due)
            for row in (one, other)
        )
    )


def _grouped(
    history: CaseHistory, deadline: str, clocks: ObservedClocks, groups: list[_Group]
) -> tuple[Integers, np.ndarray[tuple[int], np.dtype[np.bool_]]]:
    """Number each clock's group, adding those that are new; and say which clocks are settled."""
    columns = np.stack(
        [clocks.law_from, history.team[clocks.row], history.case_class[clocks.row]], axis=1
    )
    kinds, kind = np.unique(columns, axis=0, return_inverse=True)
    first = len(groups)
    groups += [
        _Group(
            deadline,
            EPOCH + timedelta(days=int(law)),
            history.teams[team] if team >= 0 else "",
            history.case_classes[case_class] if case_class >= 0 else "",
        )
        for law, team, case_class in kinds
    ]
    return first + kind.reshape(-1), ~clocks.unknown


def _records(clocks: ObservedClocks, places: Integers) -> Records:
    records = np.zeros(clocks.row.size, dtype=CLOCK)
    records["duty"], records["outcome"] = places, clocks.outcome
    records["started_at"], records["due_at"] = clocks.started_at, clocks.due_at
    records["ended_at"] = clocks.ended_at
    return records


def _period(
    history: CaseHistory, read: list[ObservedClocks], from_: date | None, to: date | None
) -> tuple[date, date]:
    end = history.seen_on + timedelta(days=1)
    to = end if to is None else to
    if from_ is None:
        first = min((float(each.started_at.min()) for each in read if each.row.size), default=None)
        nothing = to - timedelta(days=1)
        found = nothing if first is None else EPOCH + timedelta(days=int(first))
        from_ = found if history.complete_from is None else history.complete_from
    if to <= from_ or to > end:
        raise InvalidInput(
            Text(
                da=f"perioden {from_} til {to} skal slutte efter sin begyndelse og senest {end}, "
                "dagen efter listens dag",
                en=f"the period {from_} to {to} must end after it begins and at the latest on "
                f"{end}, the day after the list's",
            ),
            field="to",
        )
    if history.complete_from is not None and from_ < history.complete_from:
        raise InvalidInput(
            Text(
                da=f"listen er først hel fra {history.complete_from}: af ældre sager rummer den "
                "kun dem, der trak ud; vælg en periode, der begynder da eller senere",
                en=f"the list is complete only from {history.complete_from}: of older cases it "
                "holds only those that dragged on; choose a period that begins then or later",
            ),
            field="from_",
        )
    return from_, to


def _months(from_: date, to: date) -> tuple[date, ...]:
    def months() -> Iterator[date]:
        month = from_.replace(day=1)
        while month < to:
            yield month
            month = _next_month(month)

    return tuple(months())


_ALL = _Stretch(slice(None))


def _stretches(months: Sequence[date], by: Collection[Split]) -> Iterator[_Stretch]:
    """The stretches of time that divide rows: all of it, or those of the shortest kind asked for.

    The months of a period are those of the one cohort: a quarter is their sum, and nothing else.
    """
    shortest = next((length for split, length in STRETCHES.items() if split in by), None)
    if shortest is None:
        yield _ALL
        return
    for _, group in groupby(enumerate(months), lambda each: _first_of(each[1], shortest)):
        numbered = list(group)
        (first, month), (last, _) = numbered[0], numbered[-1]
        yield _Stretch(
            slice(first, last + 1),
            month=month if Split.MONTH in by else None,
            quarter=_first_of(month, STRETCHES[Split.QUARTER]) if Split.QUARTER in by else None,
            year=month.year if Split.YEAR in by else None,
        )


def _first_of(month: date, length: int) -> date:
    """The first month of the stretch of so many months, from January, that a month lies in."""
    return month.replace(month=month.month - (month.month - 1) % length)


def _next_month(month: date) -> date:
    return add(month, 1, Unit.CALENDAR_MONTHS)


def _numbers(row: ComplianceRow) -> tuple[int, ...]:
    cohort = (row.due, row.not_yet_due, row.not_required, row.unknown)
    return (*cohort, row.running_in_time, row.running_overdue)
