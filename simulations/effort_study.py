"""The past, simulated many times over: at many efforts, many waits and every order of work.

(da: simulerede fortider.) Effort per case is recorded nowhere. What can be said is how the years
that have been seen would have looked had it been otherwise: the same backlog on the same first day,
the same people with the same hours, only the work heavier, the waiting longer, the order another.
A study runs the kernel so, and learns a stand-in (`surrogate`) from it that answers at any values.
"""

import math
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from os import cpu_count

import numpy as np

from capacity.changes import with_inputs
from capacity.department import Department
from capacity.errors import InvalidInput
from capacity.fit import TeamInputs
from capacity.practice import Policy
from capacity.refusals import refuse_twice
from capacity.rulebook import Rulebook
from capacity.wording import Text
from simulations.digest import Digest, digest
from simulations.experiments import refuse_steps, steps, trial
from simulations.factor_priors import FactorPrior
from simulations.luck import Floats, key_of, stream, uniform
from simulations.possible_pasts import (
    PossiblePast,
    SeenPasts,
    SeenQuartiles,
    possible_past,
    seen_pasts,
    seen_quartiles,
)
from simulations.surrogate import Surrogate, surrogate
from simulations.work_seen import View, seen_deadlines, stretches

WIDEST = 2.5
"""Beliefs are followed so many standard deviations to both sides: 98.8 % of each."""
USUAL_POINTS = 64
USUAL_REPLICATIONS = 24
LEAST_POINTS, LEAST_REPLICATIONS = 32, 12
_PILOTS = 32
"""Simulated pasts that settle within how many days work is looked at."""
_SHORTEST_DAYS = 90
"""Assumption: a shorter past shows hardly a deadline."""
_EXACT = 10**6


@dataclass(frozen=True, slots=True, kw_only=True)
class EffortQuestion:
    """What a team's past shows of its effort (da: hvad historikken siger om tidsforbruget).

    The department is as it was on the first day of the past, its date, with the backlog and the
    people of that day and what is known to have changed since; the past ends before `to`.
    `policies` are the orders of work thought possible, the team's own if left out, all equally
    probable. `deadlines` are those whose past is looked at, all that whole days can tell of if left
    out. At each of `points` pairs of values every order is simulated `replications` times.
    `InvalidInput` for a past that is too short and numbers that are too few.
    """

    department: Department
    team: str
    to: date
    effort: FactorPrior
    delays: FactorPrior
    policies: tuple[Policy, ...] = ()
    deadlines: tuple[str, ...] = ()
    seed: int = 1
    points: int = USUAL_POINTS
    replications: int = USUAL_REPLICATIONS

    def __post_init__(self) -> None:
        team = self.department.team(self.team)
        if not self.policies:
            object.__setattr__(self, "policies", (team.practice.policy,))
        refuse_twice(self.policies, "policies")
        if (self.to - self.department.on).days < _SHORTEST_DAYS:
            raise InvalidInput(
                Text(
                    da=f"fra {self.department.on} til {self.to} er for kort en historik; den skal "
                    f"være mindst {_SHORTEST_DAYS} dage",
                    en=f"from {self.department.on} to {self.to} is too short a history; it must "
                    f"be at least {_SHORTEST_DAYS} days",
                ),
                field="to",
            )
        if self.points < LEAST_POINTS or self.replications < LEAST_REPLICATIONS:
            raise InvalidInput(
                Text(
                    da=f"skriv mindst {LEAST_POINTS} punkter og {LEAST_REPLICATIONS} gentagelser",
                    en=f"write at least {LEAST_POINTS} points and {LEAST_REPLICATIONS} "
                    "replications",
                ),
                field="points",
            )

    def factors(self, point: Floats) -> tuple[float, float]:
        """Effort and delay factors at a point, in standard deviations of belief (da: faktorer)."""
        return self.effort.quantile(float(point[0])), self.delays.quantile(float(point[1]))

    def inputs(self, effort: float, delays: float, policy: Policy) -> TeamInputs:
        """Write factors and an order of work as inputs of the team (da: input)."""
        return TeamInputs(
            team=self.team,
            effort=Fraction(effort).limit_denominator(_EXACT),
            delays=Fraction(delays).limit_denominator(_EXACT),
            policy=policy,
        )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class EffortStudy:
    """A past simulated at many values, and what stands in for it between them (da: studie).

    One study serves any number of histories of the same department on the same roster.
    """

    question: EffortQuestion
    view: View
    digest: Digest
    digested: tuple[Surrogate, ...]
    """What the digest would be: one for each order of work."""
    surrogates: tuple[Surrogate, ...]
    """What the figures themselves would be."""
    distances: tuple[Floats, ...]
    """How far each simulated past lies from what its own point shows: a row a point."""
    rules_version: str


def effort_study(
    question: EffortQuestion,
    book: Rulebook,
    *,
    executor: Executor | None = None,
    on_progress: Callable[[int, int], None] = lambda _, __: None,
) -> EffortStudy:
    """Simulate the past at many values, and learn a stand-in (da: simulér fortiden).

    `on_progress` is told how many simulated pasts of how many are done; what it raises stops the
    rest. The same question gives the same answer on any executor. `TooMuchWork` where it would
    take too long, `InvalidInput` where the team has no deadline that a case list shows.
    """
    refuse_steps(effort_steps(question, book))
    if executor is not None:
        return _study(question, book, executor, on_progress)
    with ThreadPoolExecutor(cpu_count()) as threads:
        return _study(question, book, threads, on_progress)


def effort_steps(question: EffortQuestion, book: Rulebook) -> int:
    """What a study costs, in steps of the kernel (da: beregningens omfang).

    Counted on the department as stated: heavier work takes no more steps, only longer.
    """
    laid_out = trial(
        question.department, question.team, {}, question.department.on, question.to, book
    )
    pasts = question.points * question.replications * len(question.policies) + _PILOTS
    return steps(laid_out, 1) * pasts


def simulated_past(
    study: EffortStudy, point: Floats, policy: Policy, number: int, book: Rulebook
) -> Floats:
    """The figures of one simulated past, as if it had been seen (da: simuleret historik).

    Of the luck of another seed than the study's, so that it can stand for a true past: that is how
    a fit is tested.
    """
    question = study.question
    factors = question.factors(point)
    past = _past(question, study.view, factors, policy, seed_of_pasts(question), book)
    return np.asarray(seen_pasts(past, number, number + 1).values[0])


def seed_of_pasts(question: EffortQuestion) -> int:
    """The seed of pasts that stand for true ones (da: frø)."""
    return int(stream(question.seed, "past", question.team)) % 2**32


def design(points: int, seed: int) -> Floats:
    """Points that fill the square of beliefs evenly (da: rumfyldende plan).

    Halton's sequence in the bases 2 and 3 (Numerische Mathematik 2, 1960), shifted by chance around
    the square (Cranley and Patterson 1976). A row a point, in standard deviations of belief.

    >>> filled = design(64, seed=1)
    >>> filled.shape, bool(np.all(np.abs(filled) <= WIDEST))
    ((64, 2), True)
    """
    shift = np.uint64(key_of(stream(seed, "design", "effort"), 0))
    columns = []
    for column, base in enumerate((2, 3)):
        values = np.array([_radical_inverse(number, base) for number in range(1, points + 1)])
        columns.append((values + uniform(shift, column)) % 1)
    return np.asarray((2 * np.stack(columns, axis=1) - 1) * WIDEST)


def _radical_inverse(number: int, base: int) -> float:
    value, part = 0.0, 1.0
    while number:
        part /= base
        number, digit = divmod(number, base)
        value += digit * part
    return value


# --- One past after another ------------------------------------------------------------------


def _past(
    question: EffortQuestion,
    view: View,
    factors: tuple[float, float],
    policy: Policy,
    seed: int,
    book: Rulebook,
) -> PossiblePast:
    """The past as it was at so much effort and waiting, in an order of work."""
    department = with_inputs(question.department, (question.inputs(*factors, policy),))
    return possible_past(department, view, seed, book)


def _study(
    question: EffortQuestion,
    book: Rulebook,
    executor: Executor,
    on_progress: Callable[[int, int], None],
) -> EffortStudy:
    view = _view(question, book, executor)
    points = design(question.points, question.seed)
    wanted = len(question.policies) * question.points * question.replications
    done = 0

    def pasts() -> Iterator[tuple[PossiblePast, int]]:
        for policy in question.policies:
            for number, point in enumerate(points):
                # All points have luck of their own, so that chance evens out between them; all
                # orders of work have the same, so that they are compared on it.
                factors = question.factors(point)
                yield (
                    _past(question, view, factors, policy, question.seed, book),
                    number * question.replications,
                )

    waiting: deque[Future[SeenPasts]] = deque()
    seen: list[SeenPasts] = []

    def take_first() -> None:
        nonlocal done
        seen.append(SeenPasts(*waiting[0].result()))
        waiting.popleft()
        done += question.replications
        on_progress(done, wanted)

    ahead = 4 * (cpu_count() or 1)
    try:
        for past, first in pasts():
            waiting.append(executor.submit(seen_pasts, past, first, first + question.replications))
            if len(waiting) > ahead:
                take_first()
        while waiting:
            take_first()
    finally:
        for future in waiting:
            future.cancel()
    by_policy = (len(question.policies), question.points, question.replications, -1)
    return _learned_from(
        question,
        view,
        points,
        np.array([each.values for each in seen]).reshape(by_policy),
        np.array([each.roundings for each in seen]).reshape(by_policy),
        book,
    )


def _learned_from(
    question: EffortQuestion,
    view: View,
    points: Floats,
    seen: Floats,
    roundings: Floats,
    book: Rulebook,
) -> EffortStudy:
    """Learn the digest, and the stand-ins of it and of the figures."""
    policies, places, replications, figures = seen.shape
    # What is to be told: where in the square of beliefs, and which order of work.
    told = np.concatenate(
        [
            np.broadcast_to(points[None, :, None, :], (policies, places, replications, 2)),
            np.broadcast_to(
                np.eye(policies)[:, None, None, : policies - 1],
                (policies, places, replications, policies - 1),
            ),
        ],
        axis=3,
    )
    weights = np.broadcast_to(normal_density(points)[None, :, None], told.shape[:3])
    rule = digest(
        seen.reshape(-1, figures), told.reshape(-1, told.shape[3]), np.asarray(weights).ravel()
    )
    digested = rule.of(seen)
    surrogates = tuple(
        surrogate(points, each, rounding) for each, rounding in zip(seen, roundings, strict=True)
    )
    return EffortStudy(
        question=question,
        view=view,
        digest=rule,
        digested=tuple(
            surrogate(
                points,
                each,
                # A digest fits the very pasts that it was learned from better than any other.
                np.broadcast_to(rule.flattery * each.var(axis=1, keepdims=True), each.shape),
            )
            for each in digested
        ),
        surrogates=surrogates,
        distances=tuple(
            each.at(points).distances(shown) for each, shown in zip(surrogates, seen, strict=True)
        ),
        rules_version=book.fingerprint,
    )


def _view(question: EffortQuestion, book: Rulebook, executor: Executor) -> View:
    """What is looked at, settled by pasts simulated at the middle of what is believed."""
    department, team = question.department, question.team
    deadlines = question.deadlines or seen_deadlines(department, team, book)
    view = View(
        team=team,
        deadlines=deadlines,
        from_=department.on,
        to=question.to,
        ends=stretches(department.on, question.to),
        within_days=((),) * len(deadlines),
    )
    middle = question.factors(np.zeros(2))
    past = _past(question, view, middle, question.policies[0], question.seed, book)
    seen = SeenQuartiles(*executor.submit(seen_quartiles, past, 0, _PILOTS).result())
    return View(
        team=team,
        deadlines=deadlines,
        from_=view.from_,
        to=view.to,
        ends=view.ends,
        within_days=tuple(
            tuple(sorted({int(day) for day in days if day >= 0})) for days in seen.days
        ),
    )


def normal_density(points: Floats) -> Floats:
    """The density of belief at points, in its standard deviations (da: forhåndstæthed)."""
    return np.asarray(np.exp(-(points**2).sum(axis=1) / 2) / (2 * math.pi))
