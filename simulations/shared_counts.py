"""Counts that leave the house without telling of single children (da: diskretion for små tal).

A count from 1 to 4 in a table by team and month can point at a family. So a row that holds one is
left out, and with it as many others as it takes: what the rows left out have in common, which
anybody finds by subtracting the rest from the total, then holds no count from 1 to 4 either. Where
the total itself holds one it is left out too, and the other rows can stand.

The rows that remain are no random part. Where nearly all is in time, the months that stay are those
without a single late case and those with many; so a table with rows left out is read by its total,
or divided into longer stretches of time, of which fewer hold a small count.

What this protects: no such count can be read, or worked out from this table. What it does not: who
knows one of the rows left out can subtract it; and two tables of the same cases, divided in two
ways, can tell together what each of them hides. Share one table, or join the divisions. The stock
and the days late are not shared by row at all.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from itertools import groupby
from operator import add

from capacity.units import Share
from simulations.observed_compliance import ComplianceRow

SMALL = range(1, 5)
"""Counts that can point at somebody; 0 says nothing of anybody (da: små tal)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SharedCounts:
    """The counts of a row that may be seen (da: tal, der må deles)."""

    in_time: int
    late: int
    open_and_overdue: int
    not_yet_due: int
    not_required: int
    unknown: int

    @property
    def due(self) -> int:
        """What the share is of: in time, late, or open and overdue (da: forfaldne)."""
        return self.in_time + self.late + self.open_and_overdue

    @property
    def share(self) -> Share | None:
        """The share in time; None where nothing was due or something is unknown (da: andel)."""
        return None if self.unknown or not self.due else Fraction(self.in_time, self.due)


@dataclass(frozen=True, slots=True, kw_only=True)
class SharedRow:
    """A row as it may leave the house (da: række, der må deles).

    `counts` is None where they are left out; `is_total` for the sum of a deadline's rows under a
    law.
    """

    deadline: str
    law_from: date
    team: str | None
    case_class: str | None
    month: date | None
    quarter: date | None
    year: int | None
    is_total: bool
    counts: SharedCounts | None


def shared_rows(rows: Sequence[ComplianceRow]) -> tuple[SharedRow, ...]:
    """Return the rows with the small counts left out, and totals (da: rækker, der må deles).

    The rows must be of one division of the same cases, as `ObservedCompliance.rows` gives them: no
    case in two of them.
    """
    shared = []
    for (deadline, law_from), group in groupby(rows, key=lambda row: (row.deadline, row.law_from)):
        parts = list(group)
        left_out = _left_out([_counts(row) for row in parts])
        shared += [
            SharedRow(
                deadline=deadline,
                law_from=law_from,
                team=row.team,
                case_class=row.case_class,
                month=row.month,
                quarter=row.quarter,
                year=row.year,
                is_total=False,
                counts=None if place in left_out else SharedCounts(**_named(_counts(row))),
            )
            for place, row in enumerate(parts)
        ]
        total = _sum([_counts(row) for row in parts])
        shared.append(
            SharedRow(
                deadline=deadline,
                law_from=law_from,
                team=None,
                case_class=None,
                month=None,
                quarter=None,
                year=None,
                is_total=True,
                counts=None if _is_small(total) else SharedCounts(**_named(total)),
            )
        )
    return tuple(shared)


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOut:
    """How much of a shared table is missing under one law, and what is to be seen of the rest.

    (da: udeladte rækker.) `seen` are the rows that remain, added up, and `total` all of them; None
    where the total is left out too. Both can be had from the table, so they tell nothing more.
    """

    deadline: str
    law_from: date
    rows: int
    left_out: int
    seen: SharedCounts
    total: SharedCounts | None


def left_out_of(rows: Sequence[SharedRow]) -> tuple[LeftOut, ...]:
    """Say of each deadline under a law with rows left out how many those are (da: udeladt)."""
    found = []
    for (deadline, law_from), group in groupby(rows, key=lambda row: (row.deadline, row.law_from)):
        *parts, total = group  # the total is the last
        seen = [each.counts for each in parts if each.counts is not None]
        if len(seen) < len(parts):
            added = _sum([tuple(getattr(each, name) for name in _NAMES) for each in seen])
            found.append(
                LeftOut(
                    deadline=deadline,
                    law_from=law_from,
                    rows=len(parts),
                    left_out=len(parts) - len(seen),
                    seen=SharedCounts(**_named(added)),
                    total=total.counts,
                )
            )
    return tuple(found)


_Counts = tuple[int, ...]
_NAMES = ("in_time", "late", "open_and_overdue", "not_yet_due", "not_required", "unknown")


def _left_out(parts: Sequence[_Counts]) -> set[int]:
    """Places of the rows to leave out: those with a small count, and those that would give it."""
    left_out = {place for place, counts in enumerate(parts) if _is_small(counts)}
    if not left_out or _is_small(_sum(parts)):
        return left_out
    while _is_small(together := _sum([parts[place] for place in left_out])):
        rest = [place for place in range(len(parts)) if place not in left_out]
        # The row that costs least of those that add to a count which is too small.
        lacking = [kind for kind, count in enumerate(together) if count in SMALL]
        left_out.add(
            min(
                (place for place in rest if any(parts[place][kind] for kind in lacking)),
                key=lambda place: (sum(parts[place]), place),
            )
        )
    return left_out


def _is_small(counts: _Counts) -> bool:
    return any(count in SMALL for count in counts)


def _sum(parts: Sequence[_Counts]) -> _Counts:
    total: _Counts = (0,) * len(_NAMES)
    for counts in parts:
        total = tuple(map(add, total, counts))
    return total


def _counts(row: ComplianceRow) -> _Counts:
    return tuple(getattr(row, name) for name in _NAMES)


def _named(counts: _Counts) -> dict[str, int]:
    return dict(zip(_NAMES, counts, strict=True))
