"""Replications run anywhere: the same bytes, and nothing left running when somebody says stop."""

import multiprocessing
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import contextmanager
from fractions import Fraction

import numpy as np
import pytest

from api.documents import load_example
from capacity.rulebook import rulebook
from simulations import experiments
from simulations.experiments import REPLICATIONS_A_PIECE, Trial, run
from simulations.questions import headline_question
from simulations.replications import Counted

REPLICATIONS = 5 * REPLICATIONS_A_PIECE + 3
"""The last piece is shorter."""


@pytest.fixture(scope="module")
def laid_out() -> Trial:
    asked = headline_question(load_example("ishoej-2020"))
    return experiments.trial(
        asked.department,
        asked.team,
        {asked.deadline: lambda duty: duty.rule == asked.deadline},
        asked.from_,
        asked.to,
        rulebook(),
        levels=(Fraction(0), Fraction(1), Fraction(5, 2)),
        sample_on=(asked.from_,),
    )


@contextmanager
def threads(number: int) -> Iterator[Executor]:
    with ThreadPoolExecutor(number) as pool:
        yield pool


@contextmanager
def processes() -> Iterator[Executor]:
    with ProcessPoolExecutor(2, mp_context=multiprocessing.get_context("spawn")) as pool:
        yield pool


@contextmanager
def cluster(*, in_processes: bool) -> Iterator[Executor]:
    distributed = pytest.importorskip("distributed")
    with (
        distributed.LocalCluster(
            n_workers=2,
            threads_per_worker=1,
            processes=in_processes,
            dashboard_address=None,
            worker_dashboard_address=None,
        ) as local,
        distributed.Client(local) as client,
    ):
        yield client.get_executor()


EXECUTORS: dict[str, Callable[[], object]] = {
    "a thread": lambda: threads(1),
    "two threads": lambda: threads(2),
    "two processes": processes,
    "a cluster of threads": lambda: cluster(in_processes=False),
    "a cluster of processes": lambda: cluster(in_processes=True),
}


def of_all(counted: Counted) -> list[bytes]:
    return [np.ascontiguousarray(each).tobytes() for each in counted]


@pytest.fixture(scope="module")
def expected(laid_out: Trial) -> list[bytes]:
    return of_all(run(laid_out, 0, REPLICATIONS))


@pytest.mark.parametrize("name", EXECUTORS)
def test_the_same_bytes_on_any_executor(name: str, laid_out: Trial, expected: list[bytes]) -> None:
    told: list[int] = []
    with EXECUTORS[name]() as executor:
        counted = run(laid_out, 0, REPLICATIONS, executor=executor, on_progress=told.append)
    assert of_all(counted) == expected
    assert told == [16, 32, 48, 64, 80, 83]


def test_pieces_put_together_are_the_whole(laid_out: Trial, expected: list[bytes]) -> None:
    pieces = [run(laid_out, first, first + 16) for first in range(0, 80, 16)]
    assert of_all(experiments.joined([*pieces, run(laid_out, 80, 83)])) == expected


class Enough(Exception):
    pass


def enough(_: int) -> None:
    raise Enough


STARTED: list[float] = []


def slow(*_: object) -> Counted:
    """A piece that takes a while, so that others still wait when somebody says stop."""
    STARTED.append(time.monotonic())
    time.sleep(0.05)
    return Counted(
        np.zeros((1, 1, 1, 1, 1)),
        np.zeros((1, 1, 1, 1)),
        np.zeros((1, 1, 1)),
        np.zeros((1, 1, 0, 0)),
    )


@pytest.mark.parametrize(
    "name", ["a thread", "two threads", "a cluster of threads", "one of its own"]
)
def test_what_is_raised_on_the_way_leaves_nothing_running(
    name: str, laid_out: Trial, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(experiments, "replicate", slow)
    STARTED.clear()
    before = set(threading.enumerate())
    if name == "one of its own":
        with pytest.raises(Enough):
            run(laid_out, 0, 200 * REPLICATIONS_A_PIECE, on_progress=enough)
        assert set(threading.enumerate()) <= before
    else:
        with EXECUTORS[name]() as executor:
            with pytest.raises(Enough):
                run(
                    laid_out,
                    0,
                    200 * REPLICATIONS_A_PIECE,
                    executor=executor,
                    on_progress=enough,
                )
            time.sleep(0.2)  # what had begun is done by now
            begun = len(STARTED)
            time.sleep(0.3)
            assert len(STARTED) == begun
    # A cluster cancels one piece after another, and some begin meanwhile.
    assert 1 <= len(STARTED) < 100


class Broken(Exception):
    pass


def broken(_experiment: object, first: int, _last: int) -> Counted:
    if first >= 2 * REPLICATIONS_A_PIECE:
        raise Broken(f"at replication {first}")
    return slow()


@pytest.mark.parametrize("name", ["two threads", "two processes", "a cluster of threads"])
def test_what_fails_in_a_worker_arrives(
    name: str, laid_out: Trial, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(experiments, "replicate", broken)
    with EXECUTORS[name]() as executor, pytest.raises(Broken, match="at replication 32"):
        run(laid_out, 0, REPLICATIONS, executor=executor)


def test_a_worker_that_dies_is_no_answer(laid_out: Trial, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(experiments, "replicate", dies)
    with processes() as executor, pytest.raises(Exception, match="terminated abruptly"):
        run(laid_out, 0, REPLICATIONS, executor=executor)


def dies(*_: object) -> Counted:
    import os

    os._exit(1)
