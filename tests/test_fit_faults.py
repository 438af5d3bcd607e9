"""A fit whose worker is killed goes on from its finished pieces, and ends with the same bytes."""

import json
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction
from functools import cache
from random import Random
from threading import Event
from typing import Any

import numpy as np
import pytest
from fastapi.testclient import TestClient
from fitted_past import BOOK, TEAM, listed, small
from killed_workers import Seen, begun, killed

from api.app import create_app
from api.documents import DepartmentDocument
from api.imports.packing import packed
from api.jobs.calculation import Running, planner_version
from api.jobs.fit import FitCalculation, HeldOut, PackedLists
from api.jobs.kept_chunks import KeptChunks, digest, read, written
from api.jobs.worker import Workers
from api.settings import Settings
from api.store.jobs import NewJob, Queue, State
from capacity.changes import with_effort
from capacity.department import Department
from capacity.practice import Policy
from capacity.wording import Text
from simulations.department_fit import SETS, UNKNOWN_DELAYS, UNKNOWN_EFFORT
from simulations.effort_study import (
    LEAST_POINTS,
    LEAST_REPLICATIONS,
    USUAL_POINTS,
    EffortQuestion,
    effort_study,
)
from simulations.possible_pasts import (
    PossiblePast,
    SeenPasts,
    SeenQuartiles,
    possible_past,
    seen_pasts,
    seen_quartiles,
)
from simulations.work_seen import View, stretches


@cache
def fit() -> FitCalculation:
    """A fit of the small department to two years, of which the last half is held out."""
    return FitCalculation(
        asked=small(),
        address="small@1",
        lists=PackedLists(cases=packed(listed())),
        policies={},
        held_out=HeldOut.HALF_YEAR,
    )


def put_in_queue(queue: Queue, calculation: FitCalculation) -> None:
    new = NewJob(
        id=calculation.id,
        kind=calculation.kind,
        version=planner_version(),
        question=calculation.question,
        department=calculation.department,
        total=calculation.total,
        asked_by="local",
    )
    with queue.jobs() as jobs:
        jobs.ask(new)


# --- Killed ----------------------------------------------------------------------------------


class Noted(ThreadPoolExecutor):
    """Notes what it is given to run."""

    def __init__(self) -> None:
        super().__init__(2)
        self.given: Counter[str] = Counter()

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        self.given[fn.__name__] += 1
        return super().submit(fn, *args, **kwargs)


@cache
def undisturbed() -> tuple[Mapping[str, Any], Counter[str]]:
    """What the fit comes to where nobody is killed, and the pieces that it takes."""
    with Noted() as threads:
        return fit().found(Running(threads)).as_json(), threads.given


class Keeping:
    """Every time that a worker keeps a piece it has run, told by the database itself.

    Also of one that is there already, which is not kept a second time.
    """

    def __init__(self, database: str) -> None:
        self._file = database
        self._does(
            "CREATE TABLE keeping (key TEXT)",
            "CREATE TRIGGER noted BEFORE INSERT ON chunk "
            "BEGIN INSERT INTO keeping VALUES (NEW.key); END",
        )

    def keys(self) -> list[str]:
        with closing(sqlite3.connect(self._file)) as opened:
            return [key for (key,) in opened.execute("SELECT key FROM keeping")]

    def _does(self, *statements: str) -> None:
        with closing(sqlite3.connect(self._file)) as opened, opened:
            for each in statements:
                opened.execute(each)


def kill_and_compare(database: str, moments: Iterator[Callable[[Seen], Any]]) -> None:
    """Kill the worker of a fit at some moments, let another end it, and compare with none killed.

    A moment waits until it has come.
    """
    answer, pieces = undisturbed()
    keeping = Keeping(database)
    seen = Seen(database, fit().id)
    put_in_queue(seen.queue, fit())
    told = [0]

    def is_over() -> bool:
        job = seen.job()
        told.append(job.done)
        return job.state.is_over

    for moment in moments:
        before = seen.keys()
        process = begun(database)
        try:
            moment(seen)
        finally:
            killed(process)
        assert not is_over(), "the fit was too short to be killed so often"
        assert seen.keys() >= before  # what is finished is never lost
    process = begun(database)
    try:
        seen.until(is_over)
    finally:
        killed(process)
    job = seen.job()
    seen.engine.dispose()
    assert job.state is State.DONE, job.problem
    assert json.dumps(job.answer, sort_keys=True) == json.dumps(answer, sort_keys=True)
    # No piece that was kept has been run again, and none was taken for another.
    assert len(keeping.keys()) == len(set(keeping.keys())) == pieces.total()
    # Whoever watches sees it go on from where it was.
    assert told == sorted(told)
    assert told[-1] == job.total


def past(done: int) -> Callable[[Seen], Any]:
    """The moment at which so many thousandths are done."""
    return lambda seen: seen.until(lambda: seen.job().done >= done)


def test_a_fit_killed_in_the_fit_and_in_the_back_test_runs_no_finished_piece_again(
    sqlite_database: str,
) -> None:
    _, pieces = undisturbed()
    assert pieces == {"seen_quartiles": 2, "seen_pasts": 2 * USUAL_POINTS, "replicate": SETS}
    kill_and_compare(sqlite_database, iter([past(400), past(1500)]))


@pytest.mark.soak
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_fit_killed_at_random_moments_loses_and_doubles_nothing(
    sqlite_database: str, seed: int
) -> None:
    luck, waiting = Random(seed), Event()

    def some_more(seen: Seen) -> None:
        before, more = seen.chunks(), luck.randrange(1, 12)
        seen.until(lambda: seen.is_over() or seen.chunks() >= before + more)
        waiting.wait(luck.uniform(0, 0.15))

    kill_and_compare(sqlite_database, (some_more for _ in range(10)))


def test_a_deleted_department_takes_the_pieces_of_its_fit_with_it(sqlite_database: str) -> None:
    app = create_app(Settings(database=sqlite_database, workers=0, hosts=("testserver",)))
    with TestClient(app) as service:
        queue = Queue(app.state.engine)
        document = DepartmentDocument.from_domain(small()).as_json()
        assert service.post("/v1/departments", json=document).status_code == 201
        put_in_queue(queue, fit())
        seen = Seen(sqlite_database, fit().id)
        workers = Workers(queue, 1)
        workers.start()
        try:
            seen.until(lambda: seen.chunks() > 3)
        finally:
            workers.stop()
        assert seen.job().state is State.WAITING
        assert seen.chunks() > 3
        assert service.delete("/v1/departments/small").json()["jobs"] == 1
        assert seen.chunks() == 0
        seen.engine.dispose()


# --- What is kept, and under which key ---------------------------------------------------------


class InMemory:
    """Pieces kept in memory, which are damaged when they are read where a test says so."""

    def __init__(self) -> None:
        self.kept: dict[str, bytes] = {}
        self.keeps: list[str] = []
        self.damage: Callable[[bytes], bytes] = lambda whole: whole

    def names(self) -> frozenset[str]:
        return frozenset(self.kept)

    def find(self, key: str) -> bytes:
        return self.damage(self.kept[key])

    def keep(self, key: str, counted: bytes) -> None:
        self.keeps.append(key)
        self.kept[key] = counted


def study(chunks: InMemory | None = None) -> list[bytes]:
    """All that a small study of two orders of work has learned, as bytes."""
    question = EffortQuestion(
        department=small(),
        team=TEAM,
        to=date(2024, 1, 1),
        effort=UNKNOWN_EFFORT,
        delays=UNKNOWN_DELAYS,
        policies=(Policy.FIRST_COME, Policy.EARLIEST_DUE),
        points=LEAST_POINTS,
        replications=LEAST_REPLICATIONS,
    )
    with ThreadPoolExecutor(2) as threads:
        executor = threads if chunks is None else KeptChunks(threads, chunks, lambda: None)
        found = effort_study(question, BOOK, executor=executor)
    learned = found.digest
    arrays = (learned.centre, learned.scale, learned.coefficients, *found.distances)
    return [repr(found.view).encode(), *(each.tobytes() for each in arrays)]


def test_pieces_of_a_study_are_found_again_and_those_that_cannot_be_read_are_run() -> None:
    chunks, alone = InMemory(), study()
    assert study(chunks) == alone
    assert len(chunks.keeps) == len(chunks.kept) == 1 + 2 * LEAST_POINTS
    for damage in (lambda whole: whole, spoilt):
        chunks.damage = damage
        assert study(chunks) == alone
    assert len(chunks.keeps) == len(chunks.kept)


def spoilt(whole: bytes) -> bytes:
    """Three of four pieces cannot be read: cut off, empty, or with a hole in them."""
    damaged = (whole, whole[:-30], b"", whole.replace(whole[60:64], b"\0\0\0\0"))
    return damaged[sum(whole) % 4]


FROM, TO = small().on, date(2024, 1, 1)
VIEW = View(
    team=TEAM,
    deadlines=("statute.child_assessment",),
    from_=FROM,
    to=TO,
    ends=stretches(FROM, TO),
    within_days=((40, 70, 110),),
)


def laid_out(department: Department | None = None, view: View = VIEW, seed: int = 1) -> bytes:
    """The digest of a past, under which its pieces are kept."""
    return digest(possible_past(department or small(), view, seed, BOOK))


def in_order(policy: Policy) -> Department:
    (team,) = small().teams
    return replace(small(), teams=(replace(team, practice=replace(team.practice, policy=policy)),))


def aged(days: int) -> Department:
    """The small department with its youngest open case older by so many days."""
    (case_class,) = small().case_classes
    (stage,) = case_class.backlog.stages
    youngest, *others = stage.ages_days
    stage = replace(stage, ages_days=(youngest + days, *others))
    backlog = replace(case_class.backlog, stages=(stage,))
    return replace(small(), case_classes=(replace(case_class, backlog=backlog),))


def left_a_day_early() -> Department:
    first, *others = small().roster.caseworkers
    gone = replace(first, ends_on=TO - timedelta(days=4))  # before a weekend and New Year's Eve
    return replace(small(), roster=replace(small().roster, caseworkers=(gone, *others)))


def test_what_is_simulated_differs_in_its_key() -> None:
    """However little: one day of one case, of one caseworker, a thousandth of the work."""
    longer = replace(VIEW, to=TO + timedelta(days=1), ends=stretches(FROM, TO + timedelta(days=1)))
    pasts = [
        laid_out(),
        laid_out(with_effort(small(), Fraction(1001, 1000))),
        laid_out(small(waiting=("50.05", "0.6"))),
        laid_out(small(waiting=("50", "0.601"))),
        laid_out(small(arrivals_per_year="105.1")),
        laid_out(small(posts=4)),
        laid_out(in_order(Policy.EARLIEST_DUE)),
        laid_out(aged(1)),
        laid_out(left_a_day_early()),
        laid_out(replace(small(), on=FROM + timedelta(days=1))),
        laid_out(seed=2),
        laid_out(view=longer),
        laid_out(view=replace(VIEW, within_days=((40, 70, 111),))),
        laid_out(view=replace(VIEW, ends=(VIEW.ends[0] + timedelta(days=1), *VIEW.ends[1:]))),
    ]
    assert len(set(pasts)) == len(pasts)


def test_what_is_only_said_of_it_does_not() -> None:
    said = Text(da="en anden", en="another")
    (case_class,) = small().case_classes
    named = replace(case_class, label=said)
    assert laid_out(replace(small(), name=said, source=said, case_classes=(named,))) == laid_out()


def elsewhere(value: Any) -> Any:
    """The same in another place in memory, where between the fields of records was something."""
    if isinstance(value, np.ndarray):
        if value.dtype.names is None:
            return np.asfortranarray(value.copy())
        filled = np.full(value.nbytes, 255, dtype=np.uint8).view(value.dtype).reshape(value.shape)
        for name in value.dtype.names:
            filled[name] = value[name]
        return filled
    if isinstance(value, tuple) and hasattr(value, "_fields"):
        return type(value)(*(elsewhere(each) for each in value))
    return value


def test_nor_does_where_it_lies_in_memory() -> None:
    past = possible_past(small(), VIEW, 1, BOOK)
    moved = elsewhere(past)
    assert moved.plan.steps.tobytes() != past.plan.steps.tobytes()
    assert digest(moved) == digest(past)


def test_each_piece_has_a_key_of_its_own_and_is_read_as_it_was_written() -> None:
    chunks, past = InMemory(), possible_past(small(), VIEW, 1, BOOK)
    pieces: list[tuple[Callable[[PossiblePast, int, int], Any], int, int]] = [
        (seen_pasts, 0, 2),
        (seen_pasts, 2, 4),
        (seen_pasts, 0, 3),
        (seen_quartiles, 0, 2),
    ]
    alone = [fn(past, first, last) for fn, first, last in pieces]
    with ThreadPoolExecutor(1) as threads:
        for _ in range(2):  # run, and found
            executor = KeptChunks(threads, chunks, lambda: None)
            found = [executor.submit(fn, past, first, last).result() for fn, first, last in pieces]
            for one, other in zip(alone, found, strict=True):
                assert type(one) is type(other)
                for mine, theirs in zip(one, other, strict=True):
                    assert mine.dtype == theirs.dtype
                    np.testing.assert_array_equal(mine, theirs)
    assert len(chunks.keeps) == len(chunks.kept) == len(pieces)


def test_what_is_kept_of_simulated_pasts_is_their_figures_and_nothing_of_the_runs() -> None:
    past = possible_past(small(arrivals_per_year="2000", posts=60), VIEW, 1, BOOK)
    seen = seen_pasts(past, 0, 24)
    assert seen.values.shape == seen.roundings.shape == (24, len(VIEW.figures))
    # Two numbers a figure and some heading, whether there are a hundred cases or thousands.
    assert len(written(seen)) < 24 * len(VIEW.figures) * 16 + 1000
    quartiles = seen_quartiles(past, 0, 24)
    assert quartiles.days.shape == (1, 3)
    assert len(written(quartiles)) < 1000
    assert isinstance(read(written(seen), SeenPasts), SeenPasts)
    assert isinstance(read(written(quartiles), SeenQuartiles), SeenQuartiles)
