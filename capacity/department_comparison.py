"""Departments side by side, and when they may not be ranked (da: sammenligning af afdelinger).

A row a department: caseload, load, and timeliness of one deadline with its interval. Two numbers
can be ranked only where they measure the same: cases that are children are not cases that are
families, contracted posts are not posts that carry cases, and the old law is not the new. Where
they differ the ranking is refused, and the refusal says which rows measure the same.

Of timeliness a rank is a range: with few cases each, departments change places by chance alone.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from fractions import Fraction
from itertools import combinations

from capacity.caseload import CaseUnit
from capacity.compliance import refuse_impossible_count
from capacity.count_statistics import Bounds, newcombe, wilson
from capacity.errors import InvalidInput
from capacity.refusals import (
    refuse_below_zero,
    refuse_twice,
    refuse_unless_above_zero,
)
from capacity.rulebook import rulebook
from capacity.units import FTE, Share
from capacity.wording import Language, Text, date_in_words

_CONFIDENCE = 0.95
# Assumption: fewer than this are called few, as in `compliance`.
_FEW = 30


class FteDefinition(StrEnum):
    """Which posts a caseload is divided by (da: hvilke fuldtidsstillinger)."""

    GRANTED = "granted"
    CONTRACTED = "contracted"
    CASE_CARRYING = "case_carrying"


class Measure(StrEnum):
    """What departments are ranked by (da: mål)."""

    CASELOAD = "caseload"
    LOAD = "load"
    TIMELINESS = "timeliness"


@dataclass(frozen=True, slots=True, kw_only=True)
class DepartmentFigures:
    """What is known of one department on a day (da: afdelingens tal).

    `label` is what a reader knows it by, where that is not its `name`. `load` is hours of work that
    comes over hours there are, None where nobody knows. `in_time` and `due` are of the named
    deadline, over clocks that started under the law from `law_from`; they are None where nobody has
    counted, and `law_from` where the counts are of more than one law. `InvalidInput` for counts
    that cannot be, or no posts.
    """

    name: str
    on: date
    unit: CaseUnit
    open_cases: int
    fte: FTE
    fte_definition: FteDefinition
    label: Text | None = None
    load: Fraction | None = None
    deadline: str | None = None
    law_from: date | None = None
    in_time: int | None = None
    due: int | None = None

    def __post_init__(self) -> None:
        refuse_below_zero(self.open_cases, "open_cases")
        refuse_unless_above_zero(self.fte, "fte")
        if self.load is not None:
            refuse_below_zero(self.load, "load")
        if self.counted is not None:
            refuse_impossible_count(*self.counted)

    @property
    def counted(self) -> tuple[int, int] | None:
        """In time, and due; None where nobody has counted (da: optælling)."""
        if self.in_time is None or self.due is None:
            return None
        return self.in_time, self.due


@dataclass(frozen=True, slots=True, kw_only=True)
class DepartmentRow:
    """One department in the table (da: række); `few_cases` where chance alone moves the share.

    There is no share and no interval where nobody has counted.
    """

    figures: DepartmentFigures
    cases_per_fte: Fraction
    share_in_time: Share | None
    interval: Bounds | None
    few_cases: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class RankedRow:
    """A row with its place among so many, 1 first (da: placering).

    `best` and `worst` are the places that chance leaves open: of timeliness those that no
    difference settles, with all the pairs taken at once; of caseload and load, which are counted
    and no sample, both are the place itself. Equal numbers share a place,
    which is then `tied`.
    """

    row: DepartmentRow
    by: Measure
    place: int
    of: int
    tied: bool
    best: int
    worst: int


def department_table(departments: Sequence[DepartmentFigures]) -> tuple[DepartmentRow, ...]:
    """Put departments side by side, in their own order (da: tabel over afdelinger).

    `InvalidInput` where two have the same name.
    """
    refuse_twice([each.name for each in departments], "departments")
    return tuple(_row(each) for each in departments)


def _row(figures: DepartmentFigures) -> DepartmentRow:
    counted = figures.counted
    return DepartmentRow(
        figures=figures,
        cases_per_fte=figures.open_cases / figures.fte,
        share_in_time=None if counted is None else Fraction(*counted),
        interval=None if counted is None else wilson(*counted, _CONFIDENCE),
        few_cases=counted is not None and counted[1] < _FEW,
    )


def ranked(rows: Sequence[DepartmentRow], by: Measure) -> tuple[RankedRow, ...]:
    """Rank departments, the best first (da: rangordning).

    Best is the lowest caseload, the lowest load, the highest share in time: a caseload says nothing
    of how hard the cases are. `InvalidInput` where the rows do not measure the same, with what
    differs and which may be ranked together; or where a load, a timeliness or its law is not known.
    """
    _refuse_unlike(rows, by)
    better = {row.figures.name: 0 for row in rows}
    worse = dict(better)
    for one, other in combinations(rows, 2):
        ahead = _settled(one, other, by, len(rows))
        if ahead:
            first, last = (one, other) if ahead > 0 else (other, one)
            worse[first.figures.name] += 1
            better[last.figures.name] += 1
    values = [_value(row, by) for row in rows]
    found = [
        RankedRow(
            row=row,
            by=by,
            place=1 + sum(value < _value(row, by) for value in values),
            of=len(rows),
            tied=values.count(_value(row, by)) > 1,
            best=1 + better[row.figures.name],
            worst=len(rows) - worse[row.figures.name],
        )
        for row in rows
    ]
    if by is not Measure.TIMELINESS:
        found = [replace(each, best=each.place, worst=each.place) for each in found]
    return tuple(sorted(found, key=lambda each: (each.place, each.row.figures.name)))


def _value(row: DepartmentRow, by: Measure) -> Fraction:
    """What rows are ordered by: the lower, the better."""
    if by is Measure.CASELOAD:
        return row.cases_per_fte
    if by is Measure.LOAD:
        assert row.figures.load is not None  # refused before
        return row.figures.load
    assert row.share_in_time is not None  # refused before
    return -row.share_in_time


def _settled(one: DepartmentRow, other: DepartmentRow, by: Measure, of: int) -> int:
    """1 where the one is surely the better, -1 where the other is, 0 where chance may decide."""
    ones, others = one.figures.counted, other.figures.counted
    if by is not Measure.TIMELINESS or ones is None or others is None:
        return 0
    pairs = of * (of - 1) / 2
    bounds = newcombe(*others, *ones, 1 - (1 - _CONFIDENCE) / pairs)
    return (bounds.low > 0) - (bounds.high < 0)


_DIFFERENCES = {
    "unit": Text(da="sagsenheden", en="what a case is"),
    "fte_definition": Text(da="opgørelsen af fuldtidsstillinger", en="which FTE are counted"),
    "deadline": Text(da="fristen", en="the deadline"),
    "law_from": Text(da="loven, som sagerne begyndte under", en="the law the cases began under"),
}
_MEASURED_BY = {
    Measure.CASELOAD: ("unit", "fte_definition"),
    Measure.LOAD: ("fte_definition",),
    Measure.TIMELINESS: ("unit", "deadline", "law_from"),
}


_UNKNOWN: tuple[tuple[Measure, Callable[[DepartmentFigures], bool], Text], ...] = (
    (
        Measure.LOAD,
        lambda figures: figures.load is None,
        Text(da="belastningen kendes ikke for", en="the load is not known of"),
    ),
    (
        Measure.TIMELINESS,
        lambda figures: figures.counted is None,
        Text(da="rettidigheden er ikke talt op for", en="the timeliness was not counted of"),
    ),
    (
        Measure.TIMELINESS,
        lambda figures: figures.law_from is None,
        Text(
            da="optællingen går hen over en lovændring for",
            en="the count goes across a change of law for",
        ),
    ),
)


def _refuse_unlike(rows: Sequence[DepartmentRow], by: Measure) -> None:
    for measure, is_unknown, words in _UNKNOWN:
        unknown = [row.figures.name for row in rows if is_unknown(row.figures)]
        if by is measure and unknown:
            raise InvalidInput(
                Text(
                    da=f"{words.da} {', '.join(unknown)}; udelad dem",
                    en=f"{words.en} {', '.join(unknown)}; leave them out",
                ),
                field="by",
            )
    alike: dict[tuple[object, ...], list[str]] = {}
    for row in rows:
        key = tuple(getattr(row.figures, name) for name in _MEASURED_BY[by])
        alike.setdefault(key, []).append(row.figures.name)
    if len(alike) > 1:
        differ = [
            _DIFFERENCES[name]
            for place, name in enumerate(_MEASURED_BY[by])
            if len({key[place] for key in alike}) > 1
        ]
        groups = list(alike.items())
        raise InvalidInput(
            Text(
                da="afdelingerne kan ikke rangordnes: de er ikke ens, når det gælder "
                f"{_list(differ, 'da')}. Disse måler det samme: {_groups(groups, 'da')}",
                en=f"the departments cannot be ranked: they differ in {_list(differ, 'en')}. These "
                f"measure the same: {_groups(groups, 'en')}",
            ),
            field="by",
        )


def _list(texts: Iterable[Text], language: Language) -> str:
    return {"da": " og ", "en": " and "}[language].join(
        text.in_language(language) for text in texts
    )


def _groups(groups: Sequence[tuple[tuple[object, ...], list[str]]], language: Language) -> str:
    return "; ".join(
        f"{', '.join(names)} ({', '.join(_word(each, language) for each in key)})"
        for key, names in groups
    )


_WORDS = {
    CaseUnit.CHILD: Text(da="børn", en="children"),
    CaseUnit.FAMILY: Text(da="familier", en="families"),
    CaseUnit.CITIZEN: Text(da="borgere", en="citizens"),
    FteDefinition.GRANTED: Text(da="normerede fuldtidsstillinger", en="granted FTE"),
    FteDefinition.CONTRACTED: Text(da="ansatte fuldtidsstillinger", en="contracted FTE"),
    FteDefinition.CASE_CARRYING: Text(da="sagsbærende fuldtidsstillinger", en="case-carrying FTE"),
}


def _word(value: object, language: Language) -> str:
    if isinstance(value, date):
        since = {"da": "regler fra", "en": "rules from"}[language]
        return f"{since} {date_in_words(value, language)}"
    for known, words in _WORDS.items():
        if value is known:
            return words.in_language(language)
    rule = rulebook().rules.get(str(value))
    return str(value) if rule is None else rule.label.in_language(language)
