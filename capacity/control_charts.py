"""Run charts and p-charts: when a change in a share is more than noise (da: seriediagrammer).

Twelve months of 30 assessments swing by ±15 points though nothing has changed. Two kinds of rule
tell a change from that. The run chart looks at the order of the points around their median, by the
two rules of Anhøj (da: Anhøj-reglerne): an unusually long run on one side, or unusually few
crossings (Anhøj and Olesen, Run charts revisited, PLoS ONE 9, 2014, e113825). The p-chart looks for
a single month outside limits that follow from its own number of cases: exact binomial ones, as
seldom passed by chance as three standard deviations are, or Laney's (da: p′-kort) where the
cases are not independent.

A chart is judged phase by phase: a change of law, or a date that somebody states beforehand, begins
a new one with its own median. The rules say that something changed, never what or why.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from fractions import Fraction
from itertools import groupby, pairwise
from math import ceil, comb, exp, floor, lgamma, log, log1p, log2, sqrt
from statistics import fmean, median

from capacity.compliance import refuse_impossible_count
from capacity.count_statistics import Bounds
from capacity.errors import InvalidInput, TooMuchWork
from capacity.units import Share
from capacity.wording import Text

LEAST_USEFUL = 10
"""Fewer points off the median than this, and the rules of runs say nothing (Anhøj and Olesen)."""
OUTSIDE_BY_CHANCE = 0.0027
"""How seldom a point may lie outside by chance: as three standard deviations (Shewhart, 1931)."""
MARKED_DISPERSION = 1.25
"""Assumption: from here on cases do not pass for independent, and it is said (da: klumper)."""
_CROSSINGS_BY_CHANCE = Fraction(1, 20)
_RANGE_PER_DEVIATION = 1.128  # mean moving range of two over the standard deviation
_FEW_CASES = 1000
_BEYOND = 12  # standard deviations beyond which a count of many has no chance to speak of
_MOST_POINTS = 1200  # Assumption: a hundred years of months; more is another question.


class Limits(StrEnum):
    """How the limits of single points are set (da: kontrolgrænser).

    `EXACT` are binomial ones, right for independent cases however few. `LANEY` are the p′-chart's:
    three standard deviations, widened by how much the months really swing (Laney, Improved control
    charts for attributes, Quality Engineering 14, 2002); for cases that come together, as siblings
    do, and for months of many.
    """

    EXACT = "exact"
    LANEY = "laney"


class Signal(StrEnum):
    """What told that a change is more than noise (da: signal)."""

    LONG_RUN = "long_run"
    FEW_CROSSINGS = "few_crossings"
    OUTSIDE_LIMITS = "outside_limits"


class Verdict(StrEnum):
    """Whether a phase holds a change that is more than noise (da: dom)."""

    TOO_FEW = "too_few"
    NOISE = "noise"
    MORE_THAN_NOISE = "more_than_noise"


@dataclass(frozen=True, slots=True, kw_only=True)
class ChartPoint:
    """One month, by its first day (da: punkt).

    `law_from` is when the law took effect that its clocks started under. `InvalidInput` where
    nothing was due: a month without cases is no point.
    """

    on: date
    in_time: int
    due: int
    law_from: date | None = None

    def __post_init__(self) -> None:
        refuse_impossible_count(self.in_time, self.due)

    @property
    def share(self) -> Share:
        """The share in time (da: andel til tiden)."""
        return Fraction(self.in_time, self.due)


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgedPoint:
    """A point with the limits that its number of cases allows (da: punkt med grænser)."""

    point: ChartPoint
    limits: Bounds
    outside: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """Points in a row on the same side of the median; those on it do not count (da: serie)."""

    first_on: date
    last_on: date
    length: int
    above: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Phase:
    """Points judged together, by one median and one centre (da: fase).

    `centre` is all in time over all due; `median` that of the points' shares, and `useful` the
    points that are not on it. `longest_run` signals above `longest_run_limit`, `crossings` below
    `crossings_limit`. `dispersion` is how many times as much the points swing as independent cases
    would, by their moving ranges. `false_alarm` is the chance that some rule signals in a phase of
    as many points in which nothing changes: that of the runs exactly, that of the limits for the
    centre as it was found, and the sum of the two, which is at most a little too much.
    """

    points: tuple[JudgedPoint, ...]
    law_from: date | None
    centre: Share
    median: Share
    useful: int
    longest_run: Run | None
    longest_run_limit: int
    crossings: int
    crossings_limit: int
    dispersion: float | None
    limits: Limits
    signals: tuple[Signal, ...]
    false_alarm: float

    @property
    def verdict(self) -> Verdict:
        """Say whether there is a change that is more than noise (da: dom)."""
        if self.signals:
            return Verdict.MORE_THAN_NOISE
        return Verdict.NOISE if self.useful >= LEAST_USEFUL else Verdict.TOO_FEW


@dataclass(frozen=True, slots=True, kw_only=True)
class ControlChart:
    """Phases in order: by law, and by time within it (da: seriediagram)."""

    phases: tuple[Phase, ...]


def control_chart(
    points: Sequence[ChartPoint],
    *,
    new_phase_on: Sequence[date] = (),
    limits: Limits = Limits.EXACT,
) -> ControlChart:
    """Judge a series of shares, phase by phase (da: seriediagram).

    A phase ends where the law of the points changes and at each day of `new_phase_on`. Clocks
    started under the old law and the new can fall due in the same month: they are two points, of
    two phases. `InvalidInput` for no points, or two of the same day and law; `TooMuchWork` for more
    than 1200.

    >>> months = [date(2019, 1 + n, 1) for n in range(12)]
    >>> low_and_high = [15, 17, 14, 18, 16, 15, 27, 26, 28, 25, 27, 26]
    >>> points = [ChartPoint(on=on, in_time=k, due=30) for on, k in zip(months, low_and_high)]
    >>> [phase] = control_chart(points).phases
    >>> phase.verdict.value, [signal.value for signal in phase.signals]
    ('more_than_noise', ['few_crossings'])
    """
    if not points:
        raise InvalidInput(
            Text(
                da="ingen punkter at bedømme; giv mindst én måned, hvor noget forfaldt",
                en="no points to judge; give at least one month in which something fell due",
            ),
            field="points",
        )

    if len(points) > _MOST_POINTS:
        raise TooMuchWork(
            Text(
                da=f"{len(points)} punkter; giv højst {_MOST_POINTS}, fx et for hver måned",
                en=f"{len(points)} points; give at most {_MOST_POINTS}, such as one a month",
            ),
            field="points",
        )

    def phase_of(point: ChartPoint) -> tuple[date, int]:
        return point.law_from or date.min, sum(day <= point.on for day in new_phase_on)

    ordered = sorted(points, key=lambda point: (*phase_of(point), point.on))
    _refuse_same_day(ordered)
    return ControlChart(
        phases=tuple(_phase(tuple(group), limits) for _, group in groupby(ordered, key=phase_of))
    )


def longest_run_limit(useful: int) -> int:
    """Return the longest run that is still usual among so many points (da: grænse for serie).

    Anhøj and Olesen: log2(n) + 3, rounded; a shift is a run that is longer.

    >>> [longest_run_limit(n) for n in (10, 12, 24, 36, 60)]
    [6, 7, 8, 8, 9]
    """
    return floor(log2(useful) + 0.5) + 3 if useful else 0


def crossings_limit(useful: int) -> int:
    """Return the fewest crossings of the median that are still usual (da: grænse for krydsninger).

    Anhøj and Olesen: the 5 % quantile of the binomial with n − 1 trials at one half; fewer signal.

    >>> [crossings_limit(n) for n in (10, 12, 24, 36, 60)]
    [2, 3, 8, 13, 23]
    """
    turns = max(useful - 1, 0)
    at_most, crossings = 0, -1
    while at_most < _CROSSINGS_BY_CHANCE * 2**turns:
        crossings += 1
        at_most += comb(turns, crossings)
    return max(crossings, 0)


def run_false_alarm(above: int, below: int) -> float:
    """Return the chance that either rule of runs signals though nothing changes (da: falsk alarm).

    Exactly, by counting: of all orders of so many points above the median and so many below, those
    with a run that is too long or too few crossings. All orders are as probable where months do
    not depend on one another and hold about as many cases.

    >>> round(run_false_alarm(12, 12), 3)
    0.031
    """
    useful = above + below
    if useful < LEAST_USEFUL:
        return 0.0
    longest, fewest = longest_run_limit(useful), crossings_limit(useful)
    quiet = sum(_orders(above, below, crossings, longest) for crossings in range(fewest, useful))
    return float(1 - Fraction(quiet, comb(useful, above)))


def binomial_limits(due: int, share: Share) -> tuple[int, int, float]:
    """Return the fewest and the most in time that are still usual, and the chance of neither.

    Each side is passed with a chance of at most 0.00135 where the true share is as given and the
    cases are independent (da: eksakte kontrolgrænser).

    >>> binomial_limits(12, Fraction(9, 10))[:2]
    (7, 12)
    """
    if share in (0, 1):
        sure = due * int(share)
        return sure, sure, 0.0
    at = float(share)
    spread = sqrt(due * at * (1 - at))
    many = due > _FEW_CASES
    least = max(0, floor(due * at - _BEYOND * spread)) if many else 0
    most = min(due, ceil(due * at + _BEYOND * spread)) if many else due
    side = OUTSIDE_BY_CHANCE / 2
    low, below = least, 0.0
    while below + (chance := _binomial(low, due, at)) <= side:
        low, below = low + 1, below + chance
    high, beyond = most, 0.0
    while beyond + (chance := _binomial(high, due, at)) <= side:
        high, beyond = high - 1, beyond + chance
    return low, high, below + beyond


def _phase(points: tuple[ChartPoint, ...], limits: Limits) -> Phase:
    centre = Fraction(sum(each.in_time for each in points), sum(each.due for each in points))
    middle = median(each.share for each in points)
    off = [each for each in points if each.share != middle]
    above = sum(each.share > middle for each in off)
    runs = list(_runs(off, middle))
    longest = max(runs, key=lambda run: run.length, default=None)
    dispersion = _dispersion(points, centre)
    if limits is Limits.LANEY:
        judged, outside_by_chance = _by_laney(points, centre, dispersion)
    else:
        judged, outside_by_chance = _by_binomial(points, centre)
    signals = []
    if len(off) >= LEAST_USEFUL and longest and longest.length > longest_run_limit(len(off)):
        signals.append(Signal.LONG_RUN)
    if len(off) >= LEAST_USEFUL and len(runs) - 1 < crossings_limit(len(off)):
        signals.append(Signal.FEW_CROSSINGS)
    if any(each.outside for each in judged):
        signals.append(Signal.OUTSIDE_LIMITS)
    return Phase(
        points=judged,
        law_from=points[0].law_from,
        centre=centre,
        median=middle,
        useful=len(off),
        longest_run=longest,
        longest_run_limit=longest_run_limit(len(off)),
        crossings=max(len(runs) - 1, 0),
        crossings_limit=crossings_limit(len(off)),
        dispersion=dispersion,
        limits=limits,
        signals=tuple(signals),
        false_alarm=min(1.0, run_false_alarm(above, len(off) - above) + outside_by_chance),
    )


def _runs(off: Sequence[ChartPoint], middle: Share) -> Iterator[Run]:
    for above, group in groupby(off, key=lambda point: point.share > middle):
        run = list(group)
        yield Run(first_on=run[0].on, last_on=run[-1].on, length=len(run), above=above)


def _by_binomial(
    points: Sequence[ChartPoint], centre: Share
) -> tuple[tuple[JudgedPoint, ...], float]:
    judged, inside = [], 1.0
    for each in points:
        low, high, chance = binomial_limits(each.due, centre)
        inside *= 1 - chance
        judged.append(
            JudgedPoint(
                point=each,
                limits=Bounds(low=low / each.due, high=high / each.due),
                outside=not low <= each.in_time <= high,
            )
        )
    return tuple(judged), 1 - inside


def _by_laney(
    points: Sequence[ChartPoint], centre: Share, dispersion: float | None
) -> tuple[tuple[JudgedPoint, ...], float]:
    at, swing = float(centre), 1.0 if dispersion is None else dispersion
    judged = []
    for each in points:
        half = 3 * swing * sqrt(at * (1 - at) / each.due)
        bounds = Bounds(low=max(0.0, at - half), high=min(1.0, at + half))
        outside = not bounds.low <= float(each.share) <= bounds.high
        judged.append(JudgedPoint(point=each, limits=bounds, outside=outside))
    return tuple(judged), 1 - (1 - OUTSIDE_BY_CHANCE) ** len(points)


def _dispersion(points: Sequence[ChartPoint], centre: Share) -> float | None:
    """Laney's sigma z: the mean moving range of the standardised shares, as a deviation."""
    if len(points) < 2 or centre in (0, 1):
        return None
    at = float(centre)
    scores = [(float(each.share) - at) / sqrt(at * (1 - at) / each.due) for each in points]
    return fmean(abs(after - before) for before, after in pairwise(scores)) / _RANGE_PER_DEVIATION


def _orders(above: int, below: int, crossings: int, longest: int) -> int:
    """Orders of two kinds of point with so many crossings and no run longer than the longest."""
    more, fewer = (crossings + 2) // 2, (crossings + 1) // 2
    first_above = _compositions(above, more, longest) * _compositions(below, fewer, longest)
    first_below = _compositions(below, more, longest) * _compositions(above, fewer, longest)
    return first_above + first_below


def _compositions(total: int, parts: int, largest: int) -> int:
    """Ways to write a total as so many parts in order, each from 1 to the largest."""
    if parts == 0:
        return int(total == 0)
    return sum(
        (-1) ** large * comb(parts, large) * comb(total - large * largest - 1, parts - 1)
        for large in range(parts + 1)
        if total - large * largest >= parts
    )


def _binomial(count: int, of: int, share: float) -> float:
    ways = lgamma(of + 1) - lgamma(count + 1) - lgamma(of - count + 1)
    return exp(ways + count * log(share) + (of - count) * log1p(-share))


def _refuse_same_day(ordered: Sequence[ChartPoint]) -> None:
    for one, other in pairwise(ordered):
        if (one.on, one.law_from) == (other.on, other.law_from):
            raise InvalidInput(
                Text(
                    da=f"to punkter har dagen {one.on}; læg dem sammen, eller giv ét diagram til "
                    "hver frist",
                    en=f"two points are of {one.on}; add them up, or make a chart for each "
                    "deadline",
                ),
                field="points",
            )
