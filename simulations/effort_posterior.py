"""What history teaches of effort, of waiting and of the order of work (da: hvad historikken lærer).

The figures of the true past are held against those of simulated pasts by a synthetic likelihood:
figures that are sums over many cases are nearly normal, with the mean and covariance that the
simulation has there (Wood, Nature 466, 2010; Price, Drovandi, Lee and Nott, Journal of
Computational and Graphical Statistics 27, 2018). Mean and covariance come from the study's
stand-in, and its own doubt is added to them. The posterior is summed over a fine grid, for each
order of work on its own; what each order explains on the whole (its marginal likelihood) gives its
probability. Nothing is chosen where history does not choose.

Effort here is effort per hour at work. Twice the effort with twice the hours gives the same past
but for the time of day, so an error in the roster is learned as an error in the effort.
"""

import math
from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import NamedTuple

import numpy as np

from capacity.fit import TeamInputs
from capacity.practice import Policy
from capacity.rulebook import Rulebook
from simulations.case_history import CaseHistory
from simulations.effort_study import (
    WIDEST,
    EffortQuestion,
    EffortStudy,
    effort_study,
    normal_density,
)
from simulations.factor_priors import FactorPrior
from simulations.luck import Floats, key_of, stream, uniform
from simulations.surrogate import Surrogate
from simulations.work_seen import (
    SeenFigure,
    clocks_of,
    figures_of,
    seen_deadlines,
    shown_deadlines,
)

LEARNED_BELOW = 0.8
"""Assumption: a factor is learned where its log's spread is below four fifths of what it was."""
NOTICEABLE = 0.05
"""Assumption: an order of work less probable than one in twenty is as good as excluded."""
CONFIDENCE = 0.9
ON_THE_EDGE = 0.05
"""With more than this probability beyond 2.25 standard deviations belief is where it is cut off."""
LEAST_PLAUSIBLE = 0.01
"""Assumption: where even the best point shows such a past more rarely, the model is in doubt."""
_COARSE, _FINE = 41, 61
_FACTORS = 2
_NAMED = 3
_CHECKED = 100
_NEGLIGIBLE = math.exp(-14)
"""A density so far below the greatest adds nothing that is printed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FactorLearned:
    """What is known of a factor after history (da: hvad der er lært om en faktor).

    `low` to `high` holds 90 %. `narrowing` is the spread of its logarithm after history over that
    before; near or above 1 means that history said nothing.
    """

    prior: FactorPrior
    median: float
    low: float
    high: float
    narrowing: float

    @property
    def learned(self) -> bool:
        """Whether history narrowed the belief by more than a fifth (da: lært)."""
        return self.narrowing < LEARNED_BELOW


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyWeight:
    """How probable an order of work is, and what follows if it is the true one (da: vægt)."""

    policy: Policy
    probability: float
    effort: FactorLearned
    delays: FactorLearned

    @property
    def is_noticeable(self) -> bool:
        """Whether it cannot be left out of account (da: mærkbar)."""
        return self.probability >= NOTICEABLE


@dataclass(frozen=True, slots=True, kw_only=True)
class OddFigure:
    """A figure of the past that what is left possible hardly shows (da: nøgletal, der ikke passer).

    `deviation` is how many standard deviations what was seen lies above what is expected.
    """

    figure: SeenFigure
    deviation: float


@dataclass(frozen=True, kw_only=True, eq=False)
class EffortPosterior:
    """What history leaves possible of a team's effort, waits and order of work (da: posterior).

    `policies` are those thought possible, with their probabilities. `points` are pairs of factors
    for each, with `weights` that sum to 1 over all. `correlation` is that of the two factors'
    logarithms. `plausibility` is how often the best of what is left possible shows pasts as far
    off as the true one.
    """

    question: EffortQuestion
    effort: FactorLearned
    delays: FactorLearned
    correlation: float
    policies: tuple[PolicyWeight, ...]
    points: tuple[Floats, ...] = field(repr=False)
    weights: tuple[Floats, ...] = field(repr=False)
    cells: tuple[float, float]
    plausibility: float
    odd_figures: tuple[OddFigure, ...]
    on_the_edge: float
    """The probability beyond 2.25 standard deviations of belief, where it is cut soon after."""
    rules_version: str

    @property
    def explains(self) -> bool:
        """Whether some of what is possible shows pasts like the true one (da: forklarer)."""
        return self.plausibility >= LEAST_PLAUSIBLE

    @property
    def points_beyond(self) -> bool:
        """Whether history lies beyond what was thought possible (da: peger ud over).

        What is left is then cut off where belief is, and its interval is that of the cut.
        """
        return self.on_the_edge > ON_THE_EDGE

    @property
    def teaches(self) -> bool:
        """Whether anything is learned: the past is explained, and within belief (da: lærer)."""
        return self.explains and not self.points_beyond

    @cached_property
    def possible_policies(self) -> tuple[PolicyWeight, ...]:
        """The orders of work that cannot be left out, the most probable first (da: mulige)."""
        ranked = sorted(self.policies, key=lambda each: -each.probability)
        return tuple(each for each in ranked if each.is_noticeable)

    @property
    def policy_learned(self) -> bool:
        """Whether history leaves one order of work of several (da: rækkefølgen er lært)."""
        return len(self.policies) > 1 and len(self.possible_policies) == 1


def fitted_effort(
    question: EffortQuestion,
    history: CaseHistory,
    book: Rulebook,
    *,
    executor: Executor | None = None,
    on_progress: Callable[[int, int], None] = lambda _, __: None,
) -> EffortPosterior:
    """Learn from a case list what it teaches of a team's effort (da: lær af historikken).

    Deadlines of which the list holds nothing are not looked at. Raises as `effort_study` and
    `clocks_of` do, and `InvalidInput` where the list shows no deadline of the team.
    """
    shown = shown_deadlines(
        history,
        question.team,
        question.deadlines or seen_deadlines(question.department, question.team, book),
        book,
    )
    question = replace(question, deadlines=shown)
    study = effort_study(question, book, executor=executor, on_progress=on_progress)
    return effort_posterior(study, seen_past(study, history, book))


def seen_past(study: EffortStudy, history: CaseHistory, book: Rulebook) -> Floats:
    """The figures of the true past, in a study's order (da: den sete fortid)."""
    clocks = clocks_of(history, study.view, book)
    groups = np.arange(len(study.view.deadlines), dtype=np.int64)
    return figures_of(clocks, study.view, groups)[0]


def effort_posterior(study: EffortStudy, seen: Floats) -> EffortPosterior:
    """Hold a past against a study (da: posterior).

    `seen` are its figures (`seen_past`, or `simulated_past` where a fit is tested).
    """
    axes = np.linspace(-WIDEST, WIDEST, _COARSE), np.linspace(-WIDEST, WIDEST, _COARSE)
    told = study.digest.of(seen)
    coarse = [_log_densities(each, _grid(*axes), told) for each in study.digested]
    heavy = np.any([_is_heavy(each) for both in coarse for each in both], axis=0)
    # Once more where something is left, a little beyond its border.
    fine = tuple(
        _zoomed(axis, heavy.reshape(_COARSE, _COARSE).any(axis=1 - place))
        for place, axis in enumerate(axes)
    )
    grid = _grid(*fine)
    densities = [_log_densities(each, grid, told) for each in study.digested]
    greatest = max(float(of_all.max()) for _, of_all in densities)
    evidence = np.array([np.exp(of_all - greatest).sum() for _, of_all in densities])
    masses = [np.exp(of_factors - of_factors.max()) for of_factors, _ in densities]
    weights = tuple(
        mass / mass.sum() * share
        for mass, share in zip(masses, evidence / evidence.sum(), strict=True)
    )
    together = np.sum(weights, axis=0)
    question = study.question
    check = _check(study, grid, weights, seen)
    return EffortPosterior(
        question=question,
        effort=_learned(question.effort, grid[:, 0], together),
        delays=_learned(question.delays, grid[:, 1], together),
        correlation=_correlation(grid, together),
        policies=tuple(
            PolicyWeight(
                policy=policy,
                probability=float(own.sum()),
                effort=_learned(question.effort, grid[:, 0], own),
                delays=_learned(question.delays, grid[:, 1], own),
            )
            for policy, own in zip(question.policies, weights, strict=True)
        ),
        points=tuple(np.exp(_logs(question, grid)) for _ in weights),
        weights=weights,
        cells=tuple(float(axis[1] - axis[0]) for axis in fine),  # type: ignore[arg-type]
        plausibility=check.plausibility,
        odd_figures=check.odd_figures,
        on_the_edge=float(together[(np.abs(grid) > 0.9 * WIDEST).any(axis=1)].sum()),
        rules_version=study.rules_version,
    )


def drawn(posterior: EffortPosterior, number: int, seed: int) -> tuple[TeamInputs, ...]:
    """Draw sets of inputs from a posterior, all of the same weight (da: udtræk).

    `capacity.changes.with_inputs` puts one into a department.

    Systematic resampling: one uniform, evenly spaced, so that `number` sets stand for the posterior
    better than as many independent ones; within a cell of the grid a place is drawn. The same seed
    gives the same sets. Whoever pairs them with other inputs shuffles one of the two: sets that lie
    near one another come after one another.
    """
    question = posterior.question
    luck = stream(seed, "effort posterior", question.team)
    weights = np.concatenate(posterior.weights)
    places = (np.arange(number) + uniform(np.uint64(key_of(luck, 0)), 0)) / number
    chosen = np.searchsorted(np.cumsum(weights), places * weights.sum())
    of_policy = posterior.weights[0].size
    found = []
    for ordinal, cell in enumerate(np.minimum(chosen, weights.size - 1), start=1):
        policy, place = divmod(int(cell), of_policy)
        key = np.uint64(key_of(luck, ordinal))
        effort, delays = posterior.points[policy][place]
        shift = [uniform(key, axis) - 0.5 for axis in range(2)]
        found.append(
            question.inputs(
                float(effort) * math.exp(shift[0] * posterior.cells[0] * question.effort.log_sd),
                float(delays) * math.exp(shift[1] * posterior.cells[1] * question.delays.log_sd),
                question.policies[policy],
            )
        )
    return tuple(found)


# --- The grid --------------------------------------------------------------------------------


def _grid(first: Floats, second: Floats) -> Floats:
    columns = np.meshgrid(first, second, indexing="ij")
    return np.stack([each.ravel() for each in columns], axis=1)


def _zoomed(axis: Floats, heavy: Floats) -> Floats:
    """A finer axis over the part that holds anything."""
    places = np.flatnonzero(heavy)
    low = axis[max(places[0] - 1, 0)]
    high = axis[min(places[-1] + 1, axis.size - 1)]
    return np.linspace(low, high, _FINE)


def _log_densities(stand_in: Surrogate, grid: Floats, told: Floats) -> tuple[Floats, Floats]:
    """The logarithm of likelihood times belief at every point of a grid, of two likelihoods.

    The first is of the two numbers of the digest that tell the factors, and places them, given an
    order of work. The second is of all, and weighs the orders. What tells orders apart is a share
    of 0 or 1 in the middle of nowhere, less normal than the rest: to place the factors by it too
    narrowed them by a twentieth and made intervals of 90 % hold 85 %.
    """
    shown = stand_in.at(grid)
    covariances, apart = shown.covariances(), told - shown.means
    belief = np.log(normal_density(grid))
    of_factors, of_all = (
        _log_normal(apart[:, :numbers], covariances[:, :numbers, :numbers]) + belief
        for numbers in (_FACTORS, told.size)
    )
    return of_factors, of_all


def _log_normal(apart: Floats, covariances: Floats) -> Floats:
    """The logarithm of a normal density, but for its constant."""
    lower = np.linalg.cholesky(covariances)
    standard = np.linalg.solve(lower, apart[:, :, None])[:, :, 0]
    spread = np.log(np.diagonal(lower, axis1=1, axis2=2)).sum(axis=1)
    return np.asarray(-(standard**2).sum(axis=1) / 2 - spread)


def _is_heavy(log_density: Floats) -> Floats:
    return np.asarray(log_density > log_density.max() + math.log(_NEGLIGIBLE))


def _logs(question: EffortQuestion, grid: Floats) -> Floats:
    medians = np.log([question.effort.median, question.delays.median])
    return np.asarray(medians + grid * np.array([question.effort.log_sd, question.delays.log_sd]))


def _learned(prior: FactorPrior, scores: Floats, weights: Floats) -> FactorLearned:
    """Sum a factor up, whatever the other is."""
    places, at = np.unique(scores, return_inverse=True)
    mass = np.bincount(at, weights=weights)
    mass = mass / mass.sum()
    # Each place stands for the cell around it, over which its mass is spread evenly.
    half = (places[1] - places[0]) / 2
    edges = np.append(places - half, places[-1] + half)
    below = np.concatenate([[0.0], np.cumsum(mass)])
    tail = (1 - CONFIDENCE) / 2
    low, median, high = np.interp([tail, 0.5, 1 - tail], below, edges)
    mean = float(places @ mass)
    return FactorLearned(
        prior=prior,
        median=prior.quantile(float(median)),
        low=prior.quantile(float(low)),
        high=prior.quantile(float(high)),
        narrowing=math.sqrt(float((places - mean) ** 2 @ mass)) / _SPREAD_OF_BELIEF,
    )


def _spread_of_belief() -> float:
    """The standard deviation of a normal belief that is cut at `WIDEST`, in its own."""
    scores = np.linspace(-WIDEST, WIDEST, 4001)
    density = np.exp(-(scores**2) / 2)
    return math.sqrt(float((scores**2) @ density / density.sum()))


_SPREAD_OF_BELIEF = _spread_of_belief()


def _correlation(grid: Floats, weights: Floats) -> float:
    apart = grid - weights @ grid
    covariance = (weights[:, None] * apart).T @ apart
    spread = math.sqrt(float(covariance[0, 0] * covariance[1, 1]))
    return float(covariance[0, 1]) / spread if spread else 0.0


class _Check(NamedTuple):
    plausibility: float
    odd_figures: tuple[OddFigure, ...]


def _check(study: EffortStudy, grid: Floats, weights: tuple[Floats, ...], seen: Floats) -> _Check:
    """How often the best of what is left possible shows a past as far off, and where it is off.

    A predictive check (Gelman, Meng and Stern, Statistica Sinica 6, 1996) by the distance of all
    figures, at the kindest of many points of the posterior and not on average: what is learned from
    the digest need not lie where all figures fit best. How far pasts lie from their own point is
    counted among the study's, those near by most: figures are not normal enough for the χ²
    distribution.
    """
    chance = 0.0
    scores = np.zeros(seen.size)
    for number, own in enumerate(weights):
        probability = float(own.sum())
        if probability < NOTICEABLE:
            continue
        # Evenly spaced through the posterior, as `drawn` does, without luck.
        places = (np.arange(_CHECKED) + 0.5) / _CHECKED * probability
        chosen = grid[np.minimum(np.searchsorted(np.cumsum(own), places), own.size - 1)]
        stand_in = study.surrogates[number]
        shown = stand_in.at(chosen)
        distances = shown.distances(seen[None, None, :])[:, 0]
        farther = (study.distances[number] >= distances[:, None, None]).mean(axis=2)
        chance = max(chance, float((stand_in.nearness(chosen) * farther).sum(axis=1).max()))
        apart = (seen - shown.means) / np.sqrt(shown.variances + shown.doubts)
        scores += probability * apart.mean(axis=0)
    figures = study.view.figures
    return _Check(
        chance,
        tuple(
            OddFigure(figure=figures[int(place)], deviation=float(scores[place]))
            for place in np.argsort(-np.abs(scores))[:_NAMED]
        ),
    )
