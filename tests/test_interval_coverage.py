"""The intervals of a curve hold the truth as often as they say, the stopped and the partial too.

The truth is that of M/M/5 and of M/M/6, by formula. Their cases are counted by the kernel, from a
start in the long run, and reach the curve where its own replications would: by the executor.
"""

from collections.abc import Callable
from concurrent.futures import Executor, Future
from dataclasses import replace
from fractions import Fraction
from typing import ClassVar

import numpy as np
import pytest
from offices import one_episode_each
from small_department import small_department
from theory import exponentials, key, many, on_threads, pooled, textbook, uniforms

from capacity.rulebook import rulebook
from simulations import staffing
from simulations.birth_death import state_shares
from simulations.cohorts import IN_TIME, KINDS, LATE, MOST_DAYS_LATE
from simulations.erlang import Measure, share_within
from simulations.luck import Floats
from simulations.office import SAMPLE
from simulations.pooled_queue import PooledQueue
from simulations.questions import StaffingQuestion, headline_question
from simulations.replications import Counted, Experiment
from simulations.staffing import partial_curves, staffing_curve

TRIALS = 2_000
RATE, WINDOW, LIMIT = 4.0, 10.0, 2.0
"""Counted are those who come in the window, in time within the limit: some forty a replication."""
BLOCK = 64
"""Replications in one run of the kernel: teams alike who never meet."""
SERVERS = (5, 6)
QUEUES = [PooledQueue(arrivals=Fraction(4), service=Fraction(1), servers=n) for n in SERVERS]
KERNELS = [textbook(many(pooled(servers), BLOCK)) for servers in SERVERS]
UNTIL = WINDOW + LIMIT + 1


def truths(limit: float = LIMIT) -> list[float]:
    return [share_within(queue, Fraction(limit), Measure.SOJOURN) for queue in QUEUES]


def open_in_the_long_run(servers: int, luck: Floats) -> np.ndarray:
    """How many are open at a moment, by inversion: the same luck meets five servers and six."""
    shares = state_shares(np.full(400, RATE), np.minimum(np.arange(1.0, 401), servers))
    return np.searchsorted(np.cumsum(shares), luck)


def block(trial: int, number: int, limits: tuple[float, ...] = (LIMIT,)) -> np.ndarray:
    """In time and due, of each replication of a block: by servers and by limit.

    Each case is dealt once: who is open at the start first, then who comes.
    """
    entity = f"trial {trial}"
    come = int(BLOCK * RATE * UNTIL * 1.1) + 200
    came_at = np.cumsum(exponentials(key(number, "arrival", entity), come)) / (RATE * BLOCK)
    assert came_at[-1] > UNTIL
    of_team = (uniforms(key(number, "team", entity), come) * BLOCK).astype(np.int64)
    effort = exponentials(key(number, "effort", entity), come)
    luck = uniforms(key(number, "start", entity), BLOCK)
    due = np.bincount(of_team[came_at < WINDOW], minlength=BLOCK)
    found = np.empty((BLOCK, len(SERVERS), len(limits), 2))
    for level, servers in enumerate(SERVERS):
        at_start = open_in_the_long_run(servers, luck)
        waiting = np.repeat(np.arange(BLOCK), at_start)
        left = exponentials(key(number, f"left {servers}", entity), waiting.size)
        deal = one_episode_each(
            np.concatenate([np.zeros(waiting.size), came_at]), np.concatenate([left, effort])
        )
        deal.cases["team"] = np.concatenate([waiting, of_team])
        outcome = KERNELS[level].run(deal, np.empty(0), UNTIL)
        sojourn = (outcome.cases["closed_at"] - deal.cases["arrived_at"])[waiting.size :]
        for place, limit in enumerate(limits):
            in_time = of_team[(came_at < WINDOW) & (sojourn <= limit)]
            found[:, level, place, 0] = np.bincount(in_time, minlength=BLOCK)
            found[:, level, place, 1] = due
    return found


class Known(Executor):
    """It is asked to replicate an office, and replicates one of which the truth is known."""

    blocks: ClassVar[dict[tuple[int, int], np.ndarray]] = {}
    """By trial and number: the tests meet the same."""

    def __init__(self, trial: int) -> None:
        self._trial = trial

    def submit(self, _: Callable[..., Counted], /, *asked, **__) -> Future:
        experiment, first, last = asked
        future: Future = Future()
        future.set_result(self._counted(experiment, first, last))
        return future

    def _counted(self, experiment: Experiment, first: int, last: int) -> Counted:
        size, years = last - first, experiment.period.year_ends.size + 1
        counts = np.zeros((size, len(SERVERS), 1, years, KINDS))
        for place, replication in enumerate(range(first, last)):
            number, within = divmod(replication, BLOCK)
            name = self._trial, number
            if name not in self.blocks:
                self.blocks[name] = block(*name)[:, :, 0]
            in_time, due = self.blocks[name][within].T
            counts[place, :, 0, 0, IN_TIME] = in_time
            counts[place, :, 0, 0, LATE] = due - in_time
        return Counted(
            counts,
            np.zeros((size, len(SERVERS), 1, 2)),
            np.zeros((len(SERVERS), 1, MOST_DAYS_LATE + 1)),
            np.zeros((size, len(SERVERS), 0, 1), dtype=SAMPLE),
        )


QUESTION = replace(headline_question(small_department()), extra_fte=(Fraction(1),))


def holds(curve: staffing.StaffingCurve) -> tuple[bool, bool]:
    """Whether the interval of the share holds the truth, and that of the gain of a sixth."""
    five, six = truths()
    (point,) = curve.points
    share, gain = curve.without_extra.share_in_time, point.difference
    return share.low <= five <= share.high, gain.low <= six - five <= gain.high


@pytest.fixture(autouse=True)
def laid_out_once(monkeypatch: pytest.MonkeyPatch) -> None:
    lay_out_once(monkeypatch)


def lay_out_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """The department is the same in every trial."""
    laid_out = staffing.curve_trial(QUESTION, rulebook())
    monkeypatch.setattr(staffing, "curve_trial", lambda *_: laid_out)


def covered(of_trial: Callable[[int], list[bool]], trials: int = TRIALS) -> Floats:
    return np.mean(on_threads(of_trial, trials), axis=0)


def answers(question: StaffingQuestion, trial: int) -> tuple[bool, bool]:
    return holds(staffing_curve(question, rulebook(), executor=Known(trial)))


def test_the_interval_covers_the_truth_as_often_as_it_says():
    asked = replace(QUESTION, replications=BLOCK)
    share, gain = covered(lambda trial: answers(asked, trial))
    assert 0.93 <= share <= 0.97
    assert 0.93 <= gain <= 0.97


PRECISION = Fraction(4, 100)
"""It takes from 64 replications to 512, by what the first 64 say."""


def test_the_interval_covers_the_truth_where_its_precision_stopped_the_run():
    asked = replace(QUESTION, precision=PRECISION)
    stopped_at = set()

    def of_trial(trial: int) -> tuple[bool, bool]:
        curve = staffing_curve(asked, rulebook(), executor=Known(trial))
        stopped_at.add(curve.replications)
        return holds(curve)

    share, gain = covered(of_trial)
    assert 0.93 <= share <= 0.97
    assert 0.93 <= gain <= 0.97
    assert len(stopped_at) >= 3


def partial_answers_hold(replications: int) -> Floats:
    """How often all partial answers hold the truth; the last one is not among them."""
    asked = replace(QUESTION, replications=replications)

    def of_trial(trial: int) -> tuple[bool, bool]:
        *looks, last = partial_curves(asked, rulebook(), executor=Known(trial))
        assert [each.replications for each in (*looks, last)] == [
            64 * 2**look for look in range(len(looks) + 1)
        ]
        held = [holds(each) for each in looks]
        return all(share for share, _ in held), all(gain for _, gain in held)

    return covered(of_trial)


def test_the_intervals_of_partial_answers_hold_all_together():
    share, gain = partial_answers_hold(256)
    assert share >= 0.95
    assert gain >= 0.95
