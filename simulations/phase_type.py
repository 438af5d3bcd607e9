"""The shared queue with work in phases, M/PH/c, solved exactly.

A piece of work that passes through exponential phases (da: faser) can vary as little or as much as
one likes, and still its future depends only on the phase it is in. So the whole queue is a Markov
chain: how many caseworkers are in each phase, and how many cases wait. Level n holds the states
with n cases open. From level c upwards all levels look alike, each a fixed matrix times the one
before, π_n+1 = π_n R (Neuts 1981); below, each level is solved from the one above it.

That makes it the exact answer between the exponential queue and the queue of equal work, against
which approximations and simulations are measured. The number of states in a level is the number of
ways to spread c caseworkers over the phases: two phases are cheap at any size, many are not.

All matrices are kept as what they are, rates that are not negative. The diagonal of a balance is
the sum of what leaves, never a difference: nine digits are kept to a utilisation of 0.99999.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from capacity.errors import InvalidInput, TooMuchWork
from capacity.wording import Text, shown
from simulations.pooled_queue import PooledQueue, queue_without_end
from simulations.quantities import non_negative, positive

Matrix = NDArray[np.float64]

MOST_STATES = 350
"""No more states in one level than this: a few seconds of linear algebra."""
FULLEST = Fraction(99_999, 10**5)
"""No utilisation beyond this: the mean would lose its digits."""

_MOST_PHASES = 100
_ROUNDING = 1e-9
_CERTAIN = 1e-15
"""A probability that no sum of others notices."""
_MOST_DOUBLINGS = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class PhaseType:
    """Work that passes through exponential phases (da: arbejde i faser).

    `start[i]` is the probability of beginning in phase i, `moves[i][j]` the rate from phase i to
    phase j (its diagonal is not used), `ends[i]` the rate at which the work ends in phase i.
    `InvalidInput` where that does not describe work that ends.

    >>> work = PhaseType(start=(1.0, 0.0), moves=((0.0, 2.0), (0.0, 0.0)), ends=(0.0, 2.0))
    >>> work.mean, round(work.cv**2, 12)
    (1.0, 0.5)
    """

    start: tuple[float, ...]
    moves: tuple[tuple[float, ...], ...]
    ends: tuple[float, ...]

    def __post_init__(self) -> None:
        phases = len(self.start)
        shapely = len(self.moves) == len(self.ends) == phases > 0
        if not shapely or any(len(row) != phases for row in self.moves):
            raise InvalidInput(
                Text(
                    da=f"{phases} faser kræver {phases} rækker med {phases} rater og "
                    f"{phases} rater til slut",
                    en=f"{phases} phases take {phases} rows of {phases} rates, and {phases} "
                    "rates of ending",
                ),
                field="moves",
            )
        rates = [*self.start, *self.ends, *(rate for row in self.moves for rate in row)]
        if not all(0 <= rate < math.inf for rate in rates):
            raise InvalidInput(
                Text(
                    da="rater og sandsynligheder er tal fra 0 og op",
                    en="rates and probabilities are numbers from 0 up",
                ),
                field="moves",
            )
        if abs(sum(self.start) - 1) > _ROUNDING:
            raise InvalidInput(
                Text(
                    da="sandsynlighederne for at begynde i hver fase skal give 1",
                    en="the probabilities of beginning in each phase must add up to 1",
                ),
                field="start",
            )
        if not _every_phase_ends(self):
            raise InvalidInput(
                Text(
                    da="fra en af faserne slutter arbejdet aldrig",
                    en="from one of the phases the work never ends",
                ),
                field="ends",
            )

    @property
    def mean(self) -> float:
        """Mean time the work takes (da: gennemsnit)."""
        return float(np.array(self.start) @ self._time_left())

    @property
    def cv(self) -> float:
        """Coefficient of variation, standard deviation over mean (da: variationskoefficient)."""
        left = self._time_left()
        second = 2 * float(np.array(self.start) @ np.linalg.solve(self._balance(), left))
        return math.sqrt(max(second / self.mean**2 - 1, 0.0))

    def _time_left(self) -> Matrix:
        """Mean time that is left from each phase."""
        return np.asarray(np.linalg.solve(self._balance(), np.ones(len(self.ends))))

    def _balance(self) -> Matrix:
        return _balance(np.array(self.moves), np.array(self.ends))


def erlang_work(*, mean: Fraction, stages: int) -> PhaseType:
    """Work of k equal stages one after another, Erlang-k (da: lige lange trin); cv² = 1 / k.

    >>> erlang_work(mean=Fraction(6), stages=3).ends
    (0.0, 0.0, 0.5)
    """
    positive(mean, "mean")
    _whole_stages(stages)
    return _in_stages(stages, 1.0, stages / float(mean))


def hyperexponential_work(*, mean: Fraction, cv: Fraction) -> PhaseType:
    """Two kinds of exponential work, short and long, with balanced means, H2 (da: to slags).

    Each kind makes half of the work: p₁ / μ₁ = p₂ / μ₂ (Morse 1958; Tijms 2003, appendix B).
    `InvalidInput` for a `cv` that is not more than 1.

    >>> work = hyperexponential_work(mean=Fraction(3), cv=Fraction(2))
    >>> round(work.mean, 12), round(work.cv, 12)
    (3.0, 2.0)
    """
    positive(mean, "mean")
    _refuse_cv(cv, cv > 1, "more than 1", "større end 1")
    lean = float(cv**2 - 1) / float(cv**2 + 1)
    often = (1 + math.sqrt(lean)) / 2
    seldom = float(1 / (cv**2 + 1)) / (2 * often)  # 1 − often, without the difference
    rates = (2 * often / float(mean), 2 * seldom / float(mean))
    return PhaseType(start=(often, seldom), moves=((0.0, 0.0), (0.0, 0.0)), ends=rates)


def coxian_work(*, mean: Fraction, cv: Fraction) -> PhaseType:
    """A first phase for all, and a second for some, Cox-2 (da: et andet trin for nogle).

    The first takes half the mean on average; with probability 1 / (2 cv²) a second follows (Marie
    1980). `InvalidInput` for a cv² below 1/2, which two phases cannot reach.

    >>> work = coxian_work(mean=Fraction(3), cv=Fraction(2))
    >>> round(work.mean, 12), round(work.cv, 12)
    (3.0, 2.0)
    """
    positive(mean, "mean")
    _refuse_cv(cv, 2 * cv**2 >= 1, "at least 0.7072", "mindst 0,7072")
    first, second = 2 / mean, 1 / (mean * cv**2)
    goes_on = 1 / (2 * cv**2)
    return PhaseType(
        start=(1.0, 0.0),
        moves=((0.0, float(first * goes_on)), (0.0, 0.0)),
        ends=(float(first * (1 - goes_on)), float(second)),
    )


def fitted_work(*, mean: Fraction, cv: Fraction) -> PhaseType:
    """Work in phases with this mean and variation, as few phases as will do (da: tilpasset).

    Below 1 a mixture of k − 1 and k equal stages, with 1 / k ≤ cv² ≤ 1 / (k − 1) (Tijms 2003,
    appendix B); at 1 exponential; above 1 hyperexponential with balanced means. `InvalidInput` for
    a `cv` below 0.1, which takes more than a hundred phases: reckon with equal work instead.

    >>> [len(fitted_work(mean=Fraction(1), cv=Fraction(cv, 10)).ends) for cv in (6, 8, 10, 25)]
    [3, 2, 1, 2]
    """
    positive(mean, "mean")
    if cv > 1:
        return hyperexponential_work(mean=mean, cv=cv)
    _refuse_cv(cv, cv**2 * _MOST_PHASES >= 1, "at least 0.1", "mindst 0,1")
    stages = math.ceil(1 / cv**2)
    variation = Fraction(cv) ** 2
    under_root = stages * (1 + variation) - stages**2 * variation
    shorter = (float(stages * variation) - math.sqrt(under_root)) / float(1 + variation)
    return _in_stages(stages, 1 - shorter, (stages - shorter) / float(mean))


def _in_stages(stages: int, whole_way: float, rate: float) -> PhaseType:
    """Stages of one rate; so many cases go through all of them, the others skip the first."""
    start = np.zeros(stages)
    start[0] = whole_way
    if stages > 1:
        start[1] = 1 - whole_way
    moves = np.diag(np.full(stages - 1, rate), 1)
    ends = np.zeros(stages)
    ends[-1] = rate
    return PhaseType(
        start=tuple(start.tolist()),
        moves=tuple(tuple(row) for row in moves.tolist()),
        ends=tuple(ends.tolist()),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class PhaseTypeAnswer:
    """The queue with work in phases, in the long run (da: kø med arbejde i faser).

    `mean_wait` is over all cases, until somebody begins, in the queue's unit of time.
    """

    probability_of_waiting: float
    mean_wait: float
    mean_queue: float


def phase_type_queue(queue: PooledQueue, work: PhaseType) -> PhaseTypeAnswer:
    """Solve the shared queue M/PH/c (da: kø med arbejde i faser).

    Of `work` only the shape counts; its mean is the queue's `service`. The matrix of the levels
    from c upwards by logarithmic reduction (Latouche & Ramaswami 1993), the levels below by block
    elimination. `InvalidInput` where the queue never settles, `TooMuchWork` beyond `MOST_STATES`
    or `FULLEST`.

    >>> queue = PooledQueue(arrivals=Fraction("1.6"), service=Fraction(1), servers=2)
    >>> answer = phase_type_queue(queue, erlang_work(mean=Fraction(1), stages=2))
    >>> round(answer.mean_wait, 6)
    1.342391
    """
    if not queue.stable:
        raise queue_without_end(queue)
    if queue.arrivals == 0:
        return PhaseTypeAnswer(probability_of_waiting=0.0, mean_wait=0.0, mean_queue=0.0)
    _check_size(queue, len(work.start))
    # Time is counted in mean services.
    levels = _Levels(queue.servers, float(queue.load), work)
    repeated = levels.repeated()
    full, below = levels.from_full(repeated)
    beyond = np.linalg.solve((np.eye(full.size) - repeated).T, full)
    queued = np.linalg.solve((np.eye(full.size) - repeated).T, beyond @ repeated)
    total = below + float(beyond.sum())
    mean_queue = float(queued.sum()) / total
    return PhaseTypeAnswer(
        probability_of_waiting=float(beyond.sum()) / total,
        mean_wait=mean_queue / float(queue.arrivals),
        mean_queue=mean_queue,
    )


class _Levels:
    """The rates within and between the levels of M/PH/c, time in mean services."""

    def __init__(self, servers: int, arrivals: float, work: PhaseType) -> None:
        self.servers, self.arrivals = servers, arrivals
        self._start = [(j, share) for j, share in enumerate(work.start) if share]
        self._ends = [(i, rate * work.mean) for i, rate in enumerate(work.ends) if rate]
        self._moves = [
            (i, j, rate * work.mean)
            for i, row in enumerate(work.moves)
            for j, rate in enumerate(row)
            if rate and i != j
        ]
        self._states = [list(_spread(n, len(work.start))) for n in range(servers + 1)]
        self._number = [
            {state: index for index, state in enumerate(states)} for states in self._states
        ]

    def repeated(self) -> Matrix:
        """R: a level of those at or above c, from the one below it.

        R = λ (−A1 − λ G)⁻¹, with G where the chain first enters the level below.
        """
        within, down = self._within(self.servers), self._taken_next()
        leaving = down.sum(axis=1)
        first_entry = _first_entry(self.arrivals, within, down)
        balance = _balance(within + self.arrivals * first_entry, leaving)
        return np.asarray(self.arrivals * np.linalg.inv(balance))

    def from_full(self, repeated: Matrix) -> tuple[Matrix, float]:
        """Weights of the states in level c, and the sum of the weights of all levels below.

        From the top down: seen only while at most n cases are open, what leaves level n upwards
        comes back somewhere in it. From the bottom up: π_n = π_n−1 · into[n].
        """
        returning = repeated @ self._taken_next()
        into: list[Matrix] = []
        for level in range(self.servers, 0, -1):
            down = self._down(level)
            balance = _balance(self._within(level) + returning, down.sum(axis=1))
            up = self.arrivals * self._begun(level - 1)
            step: Matrix = np.linalg.solve(balance.T, up.T).T.astype(np.float64)
            into.append(step)
            returning = step @ down
        weights, below = np.ones(1), 0.0
        for step in reversed(into):
            below += float(weights.sum())
            weights = weights @ step
        return weights, below

    def _within(self, level: int) -> Matrix:
        """Rates of moving from phase to phase."""
        rates = np.zeros((len(self._states[level]),) * 2)
        for state, here in self._number[level].items():
            for i, j, rate in self._moves:
                if state[i]:
                    rates[here, self._number[level][_moved(state, i, j)]] += state[i] * rate
        return rates

    def _down(self, level: int) -> Matrix:
        """Rates of ending a piece of work, nobody taking the next."""
        rates = np.zeros((len(self._states[level]), len(self._states[level - 1])))
        for state, here in self._number[level].items():
            for i, rate in self._ends:
                if state[i]:
                    rates[here, self._number[level - 1][_moved(state, i, None)]] += state[i] * rate
        return rates

    def _begun(self, level: int) -> Matrix:
        """Probabilities of where one more piece of work begins."""
        shares = np.zeros((len(self._states[level]), len(self._states[level + 1])))
        for state, here in self._number[level].items():
            for j, share in self._start:
                shares[here, self._number[level + 1][_moved(state, None, j)]] += share
        return shares

    def _taken_next(self) -> Matrix:
        """Rates of ending a piece of work and taking the next, all at work."""
        return self._down(self.servers) @ self._begun(self.servers - 1)


def _first_entry(arrivals: float, within: Matrix, down: Matrix) -> Matrix:
    """G: where the chain first enters the level below, by logarithmic reduction.

    After n rounds `up` and `low` are the ways to leave 2^n levels up or down before the other, and
    `found` holds all paths that rise fewer than 2^n levels (Latouche & Ramaswami 1993).
    """
    size = within.shape[0]
    leaving = np.full(size, arrivals) + down.sum(axis=1)
    balance = _balance(within, leaving)
    up = np.linalg.solve(balance, arrivals * np.eye(size))
    low = np.linalg.solve(balance, down)
    found, climb = low.copy(), up.copy()
    for _ in range(_MOST_DOUBLINGS):
        back = up @ low + low @ up
        up, low = up @ up, low @ low
        away = _balance(back, up.sum(axis=1) + low.sum(axis=1))
        up, low = np.linalg.solve(away, up), np.linalg.solve(away, low)
        found += climb @ low
        climb = climb @ up
        if climb.sum(axis=1).max() < _CERTAIN:
            break
    return np.asarray(found / found.sum(axis=1, keepdims=True), dtype=np.float64)


def _balance(moves: Matrix, leaving: Matrix) -> Matrix:
    """Minus a generator: what leaves each state on the diagonal, what moves beside it.

    Moves from a state to itself do not count. As a sum, the diagonal keeps all its digits.
    """
    balance = -moves
    np.fill_diagonal(balance, 0)
    np.fill_diagonal(balance, leaving - balance.sum(axis=1))
    return balance


def _spread(cases: int, phases: int) -> Iterator[tuple[int, ...]]:
    """All ways to spread so many cases over the phases."""
    if phases == 1:
        yield (cases,)
        return
    for first in range(cases + 1):
        for rest in _spread(cases - first, phases - 1):
            yield (first, *rest)


def _moved(state: tuple[int, ...], source: int | None, target: int | None) -> tuple[int, ...]:
    """Return the state after one case less in one phase and one more in another."""
    return tuple(n - (i == source) + (i == target) for i, n in enumerate(state))


def _every_phase_ends(work: PhaseType) -> bool:
    ended = np.array(work.ends) > 0
    for _ in work.ends:
        ended = ended | (np.array(work.moves)[:, ended] > 0).any(axis=1)
    return bool(ended.all())


def _check_size(queue: PooledQueue, phases: int) -> None:
    states = math.comb(queue.servers + phases - 1, phases - 1)
    if states > MOST_STATES:
        raise TooMuchWork(
            Text(
                da=f"{queue.servers} sagsbehandlere i {phases} faser giver "
                f"{shown(states, 0, 'da')} tilstande, og der er plads til {MOST_STATES}; vælg "
                "færre faser eller færre sagsbehandlere",
                en=f"{queue.servers} caseworkers in {phases} phases make "
                f"{shown(states, 0, 'en')} states, and there is room for {MOST_STATES}; choose "
                "fewer phases or fewer caseworkers",
            ),
            field="servers",
        )
    if queue.utilisation > FULLEST:
        raise TooMuchWork(
            Text(
                da="belastningen er for tæt på fuld til, at ventetiden kan beregnes eksakt; "
                "skriv flere sagsbehandlere eller færre sager",
                en="the load is too close to full for the exact wait to be calculated; "
                "write more caseworkers or fewer cases",
            ),
            field="servers",
        )


def _whole_stages(stages: int) -> None:
    if isinstance(stages, bool) or not isinstance(stages, int) or not 1 <= stages <= _MOST_PHASES:
        raise InvalidInput(
            Text(
                da=f"{stages} trin; skriv et helt tal fra 1 til {_MOST_PHASES}",
                en=f"{stages} stages; write a whole number from 1 to {_MOST_PHASES}",
            ),
            field="stages",
        )


def _refuse_cv(cv: Fraction, possible: bool, en: str, da: str) -> None:
    non_negative(cv, "cv")
    if not possible:
        raise InvalidInput(
            Text(
                da=f"variationskoefficienten er {shown(cv, 4, 'da')}; den skal være {da}",
                en=f"the coefficient of variation is {shown(cv, 4, 'en')}; it must be {en}",
            ),
            field="cv",
        )
