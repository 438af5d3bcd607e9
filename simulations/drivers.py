"""Which input moves the answer most: one at a time, both ways, on the same luck (da: drivkræfter).

It is no measure of how uncertain an input is, only of what a given change of it does. Changes that
come together may do more or less than the sum of what each does alone.
"""

from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from enum import StrEnum
from fractions import Fraction
from functools import partial

from capacity.changes import (
    with_case_hours,
    with_caseload_limit,
    with_delays,
    with_effort,
    with_effort_spread,
    with_sickness,
    with_turnover,
)
from capacity.department import Department
from capacity.errors import InvalidInput
from capacity.rulebook import Rulebook
from capacity.units import FTE, Share
from capacity.wording import Text
from simulations import MODEL_VERSION
from simulations.estimates import Estimate
from simulations.experiments import refuse_steps, run, steps
from simulations.plan import connected_teams
from simulations.questions import StaffingQuestion
from simulations.staffing import trial_at
from simulations.tallies import Tally, refuse_unless_due, share_difference, tally

USUAL_CHANGE = Fraction(1, 10)


class Input(StrEnum):
    """What is changed, in all teams connected with the one asked about (da: forudsætning)."""

    INFLOW = "inflow"
    """What arrives in a year (da: tilgang): more is a stream beside the usual, less leaves cases of
    it out."""
    EFFORT = "effort"
    """The hours that every episode takes (da: tidsforbrug)."""
    EXTERNAL_DELAY = "external_delay"
    """The days that others let every episode wait (da: ventetid på andre)."""
    CASE_HOURS = "case_hours"
    """Everybody's weekly hours for cases, contract less other duties (da: timer til sager)."""
    SICKNESS = "sickness"
    """How long sickness and leave last; sick days a year without staff risks (da: sygefravær)."""
    TURNOVER = "turnover"
    """How often people leave for good (da: udskiftning)."""
    EFFORT_SPREAD = "effort_spread"
    """How much efforts vary around their means (da: spredning i tidsforbruget)."""
    CASELOAD_LIMIT = "caseload_limit"
    """The most open cases for each full-time caseworker (da: loft over sagstal)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Changed:
    """The answer with one input changed (da: ændret forudsætning).

    The input is multiplied by `factor`. `difference` is the share in time less that without the
    change, paired on the same luck, with its simulation error.
    """

    factor: Fraction
    share_in_time: Estimate
    difference: Estimate
    in_time: int
    due: int

    @property
    def is_distinguishable(self) -> bool:
        """Whether more replications could not turn the difference into none (da: kan skelnes)."""
        return not self.difference.low <= 0 <= self.difference.high


@dataclass(frozen=True, slots=True, kw_only=True)
class Driver:
    """What an input does to the answer, less of it and more of it (da: drivkraft)."""

    input: Input
    less: Changed
    more: Changed

    @property
    def size(self) -> float:
        """The larger of the two differences, without its sign (da: størrelse)."""
        return max(abs(self.less.difference.value), abs(self.more.difference.value))

    @property
    def is_distinguishable(self) -> bool:
        """Whether either difference can be told from none (da: kan skelnes)."""
        return self.less.is_distinguishable or self.more.is_distinguishable


@dataclass(frozen=True, slots=True, kw_only=True)
class Drivers:
    """The inputs by what they do to the answer, the largest first (da: drivkræfter).

    Each is changed by the part `change`, both ways, with `extra_fte` more staff in the team. An
    input that the department does not have (a caseload limit, turnover) is left out.
    """

    question: StaffingQuestion
    change: Share
    extra_fte: FTE
    share_in_time: Estimate
    year_low: float
    year_high: float
    in_time: int
    due: int
    drivers: tuple[Driver, ...]
    replications: int
    model_version: str
    rules_version: str


def drivers(
    question: StaffingQuestion,
    book: Rulebook,
    *,
    change: Share = USUAL_CHANGE,
    extra_fte: FTE = Fraction(0),
    executor: Executor | None = None,
    on_progress: Callable[[int], None] = lambda _: None,
) -> Drivers:
    """Change one input at a time, both ways, and say what each does to the share in time.

    (da: drivkræfter.) The question's own levels and precision are not used. `on_progress` is told
    how many replications have been run, over all changes. Raises `InvalidInput` for a change that
    cannot be and where nothing falls due, and `TooMuchWork` for too large a question.
    """
    if not 0 < change < 1:
        raise InvalidInput(
            Text(
                da="skriv en ændring over 0 og under 1",
                en="write a change above 0 and below 1",
            ),
            field="change",
        )
    factors = (1 - change, 1 + change)
    less_of = {each: _changed(question, each, factors[0], book) for each in Input}
    there = [each for each in Input if less_of[each] != question]
    ways = [(each, factor) for each in there for factor in factors]
    asked = [question, *(_changed(question, each, factor, book) for each, factor in ways)]
    trials = [trial_at([extra_fte], each, book) for each in asked]
    refuse_steps(sum(steps(each, question.replications) for each in trials))
    tallies = []
    for number, each in enumerate(trials):
        base = number * question.replications
        counted = run(
            each,
            0,
            question.replications,
            executor=executor,
            on_progress=_from(base, on_progress),
        )
        tallies.append(tally(counted))
    usual, *changed = tallies
    refuse_unless_due(usual)
    found = [
        _difference(factor, each, usual) for (_, factor), each in zip(ways, changed, strict=True)
    ]
    pairs = zip(there, found[::2], found[1::2], strict=True)
    rows = [Driver(input=each, less=less, more=more) for each, less, more in pairs]
    year_low, year_high = usual.year_range
    return Drivers(
        question=question,
        change=change,
        extra_fte=extra_fte,
        share_in_time=usual.share,
        year_low=year_low,
        year_high=year_high,
        in_time=int(usual.in_time.sum()),
        due=int(usual.due.sum()),
        drivers=tuple(sorted(rows, key=lambda row: row.size, reverse=True)),
        replications=question.replications,
        model_version=MODEL_VERSION,
        rules_version=book.fingerprint,
    )


_Change = Callable[[Department, Fraction, tuple[str, ...] | None], Department]


def _changed(
    question: StaffingQuestion, each: Input, factor: Fraction, book: Rulebook
) -> StaffingQuestion:
    """The question with one input multiplied."""
    department = question.department
    teams = connected_teams(department, question.team)
    if each is Input.INFLOW:
        return replace(question, inflow=question.inflow * factor)
    changes: dict[Input, _Change] = {
        Input.EFFORT: with_effort,
        Input.EXTERNAL_DELAY: with_delays,
        Input.CASE_HOURS: with_case_hours,
        Input.SICKNESS: partial(_with_sickness, book),
        Input.TURNOVER: with_turnover,
        Input.EFFORT_SPREAD: with_effort_spread,
        Input.CASELOAD_LIMIT: with_caseload_limit,
    }
    return replace(question, department=changes[each](department, factor, teams))


def _with_sickness(
    book: Rulebook, department: Department, factor: Fraction, teams: tuple[str, ...] | None
) -> Department:
    usual = book["assumption.sick_days"].on(department.on).number
    return with_sickness(department, factor, usual, teams)


def _difference(factor: Fraction, changed: Tally, usual: Tally) -> Changed:
    refuse_unless_due(changed)
    return Changed(
        factor=factor,
        share_in_time=changed.share,
        difference=share_difference(changed, usual),
        in_time=int(changed.in_time.sum()),
        due=int(changed.due.sum()),
    )


def _from(base: int, on_progress: Callable[[int], None]) -> Callable[[int], None]:
    """Tell of what has been done on top of what was done before."""
    return lambda done: on_progress(base + done)
