"""The least staff that meets a target, what each further post gives, and where the target fails.

Everything here is searched on the same luck: a level of staffing meets the same cases and people
whatever levels are tried beside it. A search takes it that more hours never lower the chance; the
levels that it tried are kept, so that a reader can see.
"""

import math
from bisect import bisect_left
from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from fractions import Fraction

from capacity.consistency import DAYS_PER_YEAR
from capacity.count_statistics import clopper_pearson
from capacity.errors import InvalidInput
from capacity.refusals import refuse_unless_above_zero
from capacity.roster import case_fte
from capacity.rulebook import Rulebook
from capacity.units import FTE, Share
from capacity.wording import Text
from simulations import MODEL_VERSION
from simulations.estimates import CONFIDENCE, Estimate
from simulations.experiments import refuse_steps, refuse_too_much, run, steps
from simulations.luck import Floats
from simulations.questions import MOST_EXTRA_FTE, StaffingQuestion
from simulations.replications import Counted
from simulations.staffing import StaffingCurve, curve_trial, staffing_curve, trial_at
from simulations.tallies import (
    Tally,
    mean_of,
    reaches,
    refuse_unless_due,
    refuse_unless_target,
    share_difference,
    tally,
    within_reach,
)

USUAL_STEP = Fraction(1, 2)
USUAL_MOST = Fraction(20)
FULLER_WORK = (Fraction(0), Fraction(1, 4), Fraction(1, 2))
"""The parts of the added hours that a curve is shown for."""
_FULLER_STEPS = 20
"""The goal seek goes by so many steps, of five percentage points."""
_MOST_LEVELS = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class LevelTried:
    """A level of extra staff, and how often a single year met the target (da: prøvet niveau).

    `probability` is `years_reached` over `years`, all single years of all replications, and its
    interval is the exact binomial one (Clopper and Pearson 1934). Of a period of several years,
    whose years share a backlog, it is that of as many years as there are replications: wider, for
    no more than those are known to be independent.
    """

    extra_fte: FTE
    case_fte: FTE
    probability: Estimate
    years_reached: int
    years: int
    share_in_time: Estimate
    year_low: float
    year_high: float
    in_time: int
    due: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LeastStaff:
    """The least extra staff that meets a target in enough single years (da: mindste bemanding).

    `found` is the least level at which the probability that a single year reaches the target is at
    least the certainty, `below` the level a step below it; `found` None means that none is up to
    `most`, where the search ends, and `below` None that there is nothing below. `tried` are all the
    levels that were run. All from `range_low` to `range_high` could be the least for all that these
    replications can tell: at the first the interval of the probability still reaches the certainty,
    at the last it lies at or above it. None means that no level up to `most` does so.

    `reachable` is the share that would be in time if all work were done the moment it came, and
    `years_within_reach` the probability that a single year would then reach the target: where that
    is below the certainty, no staffing helps (da: loftet over rettidigheden).
    """

    question: StaffingQuestion
    target: Share
    certainty: Share
    step: FTE
    found: LevelTried | None
    below: LevelTried | None
    most: FTE
    range_low: FTE | None
    range_high: FTE | None
    tried: tuple[LevelTried, ...]
    reachable: float
    years_within_reach: Estimate
    replications: int
    model_version: str
    rules_version: str

    @property
    def within_reach(self) -> bool:
        """Whether staffing could meet the target at all: the external delay alone leaves room."""
        return self.years_within_reach.value >= float(self.certainty)


def least_staff(  # noqa: PLR0913  (each is asked about on its own)
    question: StaffingQuestion,
    target: Share,
    certainty: Share,
    book: Rulebook,
    *,
    step: FTE = USUAL_STEP,
    most: FTE = USUAL_MOST,
    executor: Executor | None = None,
    on_progress: Callable[[int], None] = lambda _: None,
) -> LeastStaff:
    """Find the least extra staff with which a single year reaches the target often enough.

    (da: mindste bemanding.) Levels are the steps from 0 up to `most`, searched by doubling and
    bisection, which takes it that more staff never lowers the probability; the question's own
    levels and precision are not used. `on_progress` is told how many replications have been run,
    over all levels. Raises `InvalidInput` for a target, a certainty or levels that cannot be and
    where nothing falls due, and `TooMuchWork` where the levels tried and the next one are together
    more than one question may cost: that follows from their sizes alone.
    """
    refuse_unless_target(target, "target")
    refuse_unless_certainty(certainty)
    levels = _levels(step, most)
    search = _Search(question, book, executor, on_progress)

    def at(number: int) -> LevelTried:
        level = levels[number]
        return _level_tried(level, search.fte + level, search.at(level), target)

    def first_with(holds: Callable[[LevelTried], bool]) -> int:
        # Small levels first, for they are cheap and usually enough; then between the last two.
        below, number, last = -1, 0, len(levels) - 1
        while not holds(at(number)):
            if number == last:
                return len(levels)
            below, number = number, min(max(1, 2 * number), last)
        return bisect_left(range(number), True, lo=below + 1, key=lambda each: holds(at(each)))

    least = first_with(lambda tried: tried.probability.value >= float(certainty))
    low = first_with(lambda tried: tried.probability.high >= float(certainty))
    high = first_with(lambda tried: tried.probability.low >= float(certainty))
    reach, reachable_of = within_reach(search.counted(levels[0]))
    return LeastStaff(
        question=question,
        target=target,
        certainty=certainty,
        step=step,
        found=at(least) if least < len(levels) else None,
        below=at(least - 1) if 0 < least < len(levels) else None,
        most=levels[-1],
        range_low=levels[low] if low < len(levels) else None,
        range_high=levels[high] if high < len(levels) else None,
        tried=tuple(at(levels.index(level)) for level in sorted(search.levels)),
        reachable=float(reach.sum() / reachable_of.sum()) if reachable_of.any() else 1.0,
        years_within_reach=_probability(reach, reachable_of, target)[0],
        replications=question.replications,
        model_version=MODEL_VERSION,
        rules_version=book.fingerprint,
    )


def refuse_unless_certainty(certainty: Share) -> None:
    """Raise `InvalidInput` for a certainty that no simulation can show (da: sikkerhed)."""
    if not 0 < certainty < 1:
        raise InvalidInput(
            Text(
                da="skriv en sikkerhed over 0 og under 1; ingen simulering kan vise mere",
                en="write a certainty above 0 and below 1; no simulation can show more",
            ),
            field="certainty",
        )


def most_levels_tried(step: FTE, most: FTE) -> int:
    """How many levels a search tries at most (da: niveauer, højst); refuses levels as it does.

    Three bounds are sought, each by doubling, which they share, and then by bisection.

    >>> most_levels_tried(Fraction(1, 2), Fraction(20))
    26
    """
    levels = len(_levels(step, most))
    bits = levels.bit_length()
    return min(levels, bits + 2 + 3 * bits)


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """What one more post gives, on the same luck (da: en stilling mere).

    `difference` is the share in time at `to_fte` less that at `from_fte`, and
    `cases_in_time_a_year` how many more deadlines a year are kept, both with their simulation
    error. `year_low` and `year_high` are the 2.5 and 97.5 % quantiles of single years at `to_fte`.
    Each step stands for itself, with 95 % confidence.
    """

    from_fte: FTE
    to_fte: FTE
    share_before: Estimate
    share_after: Estimate
    year_low: float
    year_high: float
    difference: Estimate
    cases_in_time_a_year: Estimate

    @property
    def is_distinguishable(self) -> bool:
        """Whether more replications could not turn the difference into none (da: kan skelnes)."""
        return not self.difference.low <= 0 <= self.difference.high


@dataclass(frozen=True, slots=True, kw_only=True)
class MarginalValue:
    """What each further post gives, with all one needs to distrust it (da: marginal værdi).

    From `flat_from` on, no step up to the last is distinguishable from nothing; None where the last
    one is.
    """

    question: StaffingQuestion
    steps: tuple[Step, ...]
    flat_from: FTE | None
    replications: int
    model_version: str
    rules_version: str


def marginal_value(
    question: StaffingQuestion,
    book: Rulebook,
    *,
    up_to: int = 6,
    executor: Executor | None = None,
    on_progress: Callable[[int], None] = lambda _: None,
) -> MarginalValue:
    """Say what each further full-time post gives, the first, the second … (da: marginal værdi).

    The question's own levels and precision are not used. Raises as `least_staff` does.
    """
    levels = _levels(Fraction(1), Fraction(up_to))
    laid_out = trial_at(levels, question, book)
    refuse_too_much(laid_out, question.replications)
    counted = run(laid_out, 0, question.replications, executor=executor, on_progress=on_progress)
    tallies = [tally(counted, number) for number in range(len(levels))]
    refuse_unless_due(tallies[0])
    years = float((question.to - question.from_).days / DAYS_PER_YEAR)
    found = tuple(
        Step(
            from_fte=lower,
            to_fte=upper,
            share_before=less.share,
            share_after=more.share,
            year_low=more.year_range[0],
            year_high=more.year_range[1],
            difference=share_difference(more, less),
            cases_in_time_a_year=_more_in_time(more, less, years),
        )
        for lower, upper, less, more in zip(levels, levels[1:], tallies, tallies[1:], strict=False)
    )
    flat = [each for each in found if each.is_distinguishable]
    flat_from = flat[-1].to_fte if flat else levels[0]
    return MarginalValue(
        question=question,
        steps=found,
        flat_from=None if flat_from == levels[-1] else flat_from,
        replications=question.replications,
        model_version=MODEL_VERSION,
        rules_version=book.fingerprint,
    )


def _more_in_time(more: Tally, less: Tally, years: float) -> Estimate:
    """How many more deadlines a year are kept; as uncertain as their share where none ever is."""
    found = mean_of((more.in_time - less.in_time) / years)
    if found.low < found.high:
        return found
    share = share_difference(more, less)
    half = (share.high - share.value) * float(less.due.mean()) / years
    return Estimate(value=found.value, low=found.value - half, high=found.value + half)


@dataclass(frozen=True, slots=True, kw_only=True)
class Expansion:
    """What is left of a curve where work expands into the new hours (da: arbejdet udvider sig).

    `curves` are one for each part of the added hours that goes into fuller work, `fuller_work`.
    With `extra_fte` more, the mean share in time is below the target from `fails_from` on: 0 where
    it is so without fuller work, None where it is not though all the added hours go there. `at` is
    the share at that place. Anywhere from `range_low` to `range_high` could be the place for all
    that these replications can tell; None means that there is no such place.
    """

    question: StaffingQuestion
    target: Share
    fuller_work: tuple[Share, ...]
    curves: tuple[StaffingCurve, ...]
    extra_fte: FTE
    fails_from: Share | None
    at: Estimate | None
    range_low: Share | None
    range_high: Share | None
    step: Share
    replications: int
    model_version: str
    rules_version: str


def expansion(
    question: StaffingQuestion,
    target: Share,
    book: Rulebook,
    *,
    extra_fte: FTE | None = None,
    executor: Executor | None = None,
    on_progress: Callable[[int], None] = lambda _: None,
) -> Expansion:
    """Say what is left where a quarter or half of the added hours goes into fuller work.

    (da: arbejdet udvider sig.) At `extra_fte`, the question's highest level if left out, it is
    sought, to five percentage points, from which part on the mean share in time fails the target.
    Raises as `least_staff` does.
    """
    refuse_unless_target(target, "target")
    level = max(question.extra_fte) if extra_fte is None else extra_fte
    refuse_unless_above_zero(level, "extra_fte")
    levels = tuple(dict.fromkeys([*question.extra_fte, level]))
    asked = [
        replace(question, precision=None, extra_fte=levels, fuller_work=part)
        for part in FULLER_WORK
    ]
    # Hours that go into fuller work are hours that are not added.
    search = _Search(asked[0], book, executor, on_progress)
    search.spend(sum(steps(curve_trial(each, book)[0], each.replications) for each in asked))
    curves = tuple(staffing_curve(each, book, executor=executor) for each in asked)
    parts = [Fraction(number, _FULLER_STEPS) for number in range(_FULLER_STEPS + 1)]

    def share(part: Fraction) -> Estimate:
        return search.at(level * (1 - part)).share

    def first_with(fails: Callable[[Estimate], bool]) -> Share | None:
        number = bisect_left(parts, True, key=lambda part: fails(share(part)))
        return parts[number] if number < len(parts) else None

    fails_from = first_with(lambda found: found.value < float(target))
    return Expansion(
        question=asked[0],
        target=target,
        fuller_work=FULLER_WORK,
        curves=curves,
        extra_fte=level,
        fails_from=fails_from,
        at=None if fails_from is None else share(fails_from),
        range_low=first_with(lambda found: found.low < float(target)),
        range_high=first_with(lambda found: found.high < float(target)),
        step=Fraction(1, _FULLER_STEPS),
        replications=question.replications,
        model_version=MODEL_VERSION,
        rules_version=book.fingerprint,
    )


def most_parts_tried() -> int:
    """How many parts of the added hours `expansion` tries at most (da: andele, højst).

    Three places are sought by bisection.

    >>> most_parts_tried()
    15
    """
    return 3 * (_FULLER_STEPS + 1).bit_length()


class _Search:
    """The levels tried so far, each run once."""

    def __init__(
        self,
        question: StaffingQuestion,
        book: Rulebook,
        executor: Executor | None,
        on_progress: Callable[[int], None],
    ) -> None:
        on = question.department.on
        full_time = book["agreement.full_time_hours"].on(on).number
        self.fte = case_fte(question.department.roster.team(question.team), on, full_time)
        self.levels: dict[FTE, Counted] = {}
        self._spent = 0
        self._question, self._book = question, book
        self._executor, self._on_progress = executor, on_progress

    def spend(self, wanted: int) -> None:
        """Refuse what would take the search beyond what one question may cost."""
        self._spent += wanted
        refuse_steps(self._spent)

    def counted(self, level: FTE) -> Counted:
        if level not in self.levels:
            laid_out = trial_at([level], self._question, self._book)
            self.spend(steps(laid_out, self._question.replications))
            base = len(self.levels) * self._question.replications
            self.levels[level] = run(
                laid_out,
                0,
                self._question.replications,
                executor=self._executor,
                on_progress=lambda done: self._on_progress(base + done),
            )
        return self.levels[level]

    def at(self, level: FTE) -> Tally:
        found = tally(self.counted(level))
        refuse_unless_due(found)
        return found


def _levels(step: FTE, most: FTE) -> list[FTE]:
    """The steps from 0 up to the most."""
    in_hundredths = step * 100 % 1 == 0
    if not (step > 0 and in_hundredths and most / step <= _MOST_LEVELS):
        raise InvalidInput(
            Text(
                da=f"skriv et trin over 0 med højst to decimaler, så der er højst {_MOST_LEVELS} "
                "trin",
                en=f"write a step above 0 with at most two decimals, so that there are at most "
                f"{_MOST_LEVELS} steps",
            ),
            field="step",
        )
    if not step <= most <= MOST_EXTRA_FTE:
        raise InvalidInput(
            Text(
                da=f"skriv mindst ét trin og højst {MOST_EXTRA_FTE} ekstra fuldtidsstillinger",
                en=f"write at least one step and at most {MOST_EXTRA_FTE} extra full-time posts",
            ),
            field="most",
        )
    return [step * number for number in range(int(most / step) + 1)]


def _level_tried(level: FTE, fte: FTE, found: Tally, target: Share) -> LevelTried:
    in_time, due = found.by_year
    probability, reached, years = _probability(in_time, due, target)
    year_low, year_high = found.year_range
    return LevelTried(
        extra_fte=level,
        case_fte=fte,
        probability=probability,
        years_reached=reached,
        years=years,
        share_in_time=found.share,
        year_low=year_low,
        year_high=year_high,
        in_time=int(found.in_time.sum()),
        due=int(found.due.sum()),
    )


def _probability(in_time: Floats, due: Floats, target: Share) -> tuple[Estimate, int, int]:
    """How often a single year reached the target, and of how many that had a deadline at all.

    Where a replication has several years, they share a backlog and may all be alike: the interval
    is that of one year a replication, its count rounded outwards.
    """
    counts = due > 0
    years, independent = int(counts.sum()), int(counts.any(axis=1).sum())
    reached = int((reaches(in_time, due, target) & counts).sum())
    if years == 0:
        return Estimate(value=1.0, low=0.0, high=1.0), 0, 0
    of_independent = Fraction(reached * independent, years)
    return (
        Estimate(
            value=reached / years,
            low=clopper_pearson(math.floor(of_independent), independent, CONFIDENCE).low,
            high=clopper_pearson(math.ceil(of_independent), independent, CONFIDENCE).high,
        ),
        reached,
        years,
    )
