"""Calculations: at once, by a job, or refused; and jobs that are shared, watched and cancelled."""

import json
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from threading import Barrier, Event, Lock
from typing import Any, ClassVar

import numpy as np
import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine
from sqlmodel import Session

from api.answers import Answer, Table
from api.app import create_app
from api.database import database_engine
from api.documents import DepartmentDocument, load_example
from api.faults import DatabaseGone
from api.jobs import kept_chunks
from api.jobs.calculation import ALONE, Calculation, Finding, Running, planner_version, read_finding
from api.jobs.curve import CurveCalculation, CurveRow
from api.jobs.worker import Workers
from api.settings import Settings
from api.store.jobs import MOST_BREAKS, MOST_STARTS, Jobs, NewJob, Queue, State, UnknownJob
from api.store.replies import Replies
from api.tables import StoredJob
from capacity.errors import InvalidInput
from capacity.wording import Text
from simulations.questions import headline_question

ISHOEJ = load_example("ishoej-2020")
CURVE = "/v1/staffing-curve?department=ishoej-2020&extra_fte=0;1"
SHORT = f"{CURVE}&replications=96"
QUESTION = replace(headline_question(ISHOEJ), extra_fte=(Fraction(0), Fraction(1)))
MANY = 10**5
"""Replications of a job that is still running whenever a test looks."""


def calculation(**terms: Any) -> CurveCalculation:
    return CurveCalculation(replace(QUESTION, **terms), "ishoej-2020@1")


@contextmanager
def service(database: str, **settings: Any) -> Iterator[TestClient]:
    """A service of its own, in which every calculation is a job unless a test says otherwise."""
    usual = {"at_once_steps": 0, "workers": 0, "text_patience": 60, "hosts": ("testserver",)}
    app = create_app(
        Settings(database=database, demo=True, log_level="error", **(usual | settings))
    )
    with TestClient(app, raise_server_exceptions=False) as opened:
        yield opened


@pytest.fixture
def idle(sqlite_database: str) -> Iterator[TestClient]:
    """A service whose jobs nobody does."""
    with service(sqlite_database) as opened:
        yield opened


@pytest.fixture(scope="module")
def busy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """A service that does its jobs."""
    file = tmp_path_factory.mktemp("jobs") / "planner.sqlite"
    with service(str(file), workers=1) as opened:
        yield opened


@contextmanager
def working(queue: Queue, at_once: int = 1) -> Iterator[Workers]:
    """Workers beside the service, as in another process."""
    workers = Workers(queue, at_once)
    workers.start()
    try:
        yield workers
    finally:
        workers.stop()


def over(client: TestClient, address: str) -> dict[str, Any]:
    """Follow a job to its end, and return what the last event says."""
    with client.stream("GET", f"{address}/events") as events:
        lines = [line for line in events.iter_lines() if line.startswith("data: ")]
    last: dict[str, Any] = json.loads(lines[-1].removeprefix("data: "))
    assert last["state"] in ("done", "failed", "cancelled")
    return last


# Which of the three


def test_the_work_alone_says_whether_a_question_is_answered_at_once(sqlite_database: str) -> None:
    least, most = calculation(replications=96).steps()
    assert least == most
    for bound, status in ((most, 200), (most - 1, 202)):
        with service(sqlite_database, at_once_steps=bound) as client:
            assert client.get(SHORT).status_code == status


def test_too_much_is_refused_with_how_many_times_and_makes_no_job(idle: TestClient) -> None:
    answer = idle.get(f"{CURVE}&replications=900000&to=2022-03-26")
    assert (answer.status_code, answer.json()["title"]) == (413, "For stor beregning")
    assert "gange for stor" in answer.json()["detail"]
    assert idle.get("/v1/jobs").json() == {"rows": []}


def test_a_precision_is_answered_at_once_where_its_first_replications_say_that_it_is_little(
    sqlite_database: str,
) -> None:
    asked = calculation(precision=Fraction(1, 50))
    least, most = asked.steps()
    settled = asked.settled_steps()
    assert least < settled < most
    for bound, status in ((settled, 200), (settled - 1, 202), (least - 1, 202)):
        with service(sqlite_database, at_once_steps=bound) as client:
            assert client.get(f"{CURVE}&precision=2").status_code == status
            for row in client.get("/v1/jobs").json()["rows"]:
                client.delete(row["address"])


# The answer of a job


@pytest.mark.parametrize(
    "written", ["json", "csv", "text", "xml", "json&lang=en", "csv&decimal=comma"]
)
def test_a_job_ends_with_the_bytes_of_an_answer_at_once(
    client: TestClient, busy: TestClient, written: str
) -> None:
    address = f"{SHORT}&format={written}"
    first = busy.get(address)
    if first.status_code == 202:
        over(busy, first.json()["address"])
    job, at_once = busy.get(address), client.get(address)
    assert (job.status_code, at_once.status_code) == (200, 200)
    assert job.content == at_once.content
    assert job.headers["content-type"] == at_once.headers["content-type"]
    result = busy.get(f"/v1/jobs/{calculation(replications=96).id}/result?format={written}")
    assert result.content == at_once.content


def test_a_job_is_accepted_with_its_address_and_when_to_look_again(idle: TestClient) -> None:
    answer = idle.get(SHORT)
    status = answer.json()
    assert answer.status_code == 202
    assert answer.headers["location"] == status["address"] == f"/v1/jobs/{status['id']}"
    assert int(answer.headers["retry-after"]) > 0
    assert (status["state"], status["done"], status["total"]) == ("waiting", 0, 96)
    assert idle.get(status["address"]).json() == status
    assert idle.get(status["result"]).status_code == 202


def test_all_who_ask_the_same_share_one_job(idle: TestClient) -> None:
    same = [SHORT, f"{SHORT}&lang=en", f"{SHORT}&format=csv&_=7", f"{SHORT}&seed=1&inflow=1,0"]
    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(idle.get, same * 4))
    other = idle.get(f"{SHORT}&seed=2")
    assert len({each.headers["location"] for each in answers}) == 1
    assert other.headers["location"] != answers[0].headers["location"]
    assert len(idle.get("/v1/jobs").json()["rows"]) == 2


def test_a_document_that_is_sent_is_calculated_too_and_is_forgotten_with_the_job(
    sqlite_database: str, client: TestClient
) -> None:
    document = DepartmentDocument.from_domain(ISHOEJ).as_json()
    address = "/v1/staffing-curve?extra_fte=0;1&replications=96"
    with service(sqlite_database, workers=1) as busy:
        accepted = busy.post(address, json=document)
        over(busy, accepted.json()["address"])
        assert busy.post(address, json=document).content == (
            client.post(address, json=document).content
        )
        with Queue(busy.app.state.engine).jobs() as jobs:  # type: ignore[attr-defined]
            assert jobs.question(accepted.json()["id"]) == {}


def test_the_question_of_a_job_is_read_as_it_was_written() -> None:
    for terms in (
        {},
        {"precision": Fraction(1, 30)},
        {"extra_from": date(2020, 5, 1), "fuller_work": Fraction(1, 3), "inflow": Fraction(9, 7)},
    ):
        asked = calculation(**terms)
        read = CurveCalculation.read(json.loads(json.dumps(asked.question)))
        assert read == asked
        assert read.id == asked.id


def test_what_is_kept_of_an_answer_is_the_answer_to_the_last_bit() -> None:
    found = calculation(replications=32, inflow=Fraction(9, 7)).found()
    assert read_finding(Table[CurveRow], json.loads(json.dumps(found.as_json()))) == found


# Partial answers


@pytest.mark.parametrize(
    "terms", [{"replications": 300}, {"precision": Fraction(1, 100)}, {"precision": Fraction(1, 2)}]
)
def test_provisional_answers_double_and_the_last_is_the_answer(terms: dict[str, Any]) -> None:
    asked, told = calculation(**terms), []
    *provisional, last = asked.findings(Running(None, lambda *done: told.append(done)))
    assert last == asked.found()
    replications = [each.answer.rows[0].replications for each in provisional]  # type: ignore[attr-defined]
    total = last.answer.rows[0].replications  # type: ignore[attr-defined]
    assert replications == [64 * 2**n for n in range(len(replications))]
    assert all(each < total for each in replications)
    assert told[-1][0] == total
    assert {wanted for _, wanted in told} <= {None, total}


def test_a_running_job_shows_its_provisional_answer_with_wider_intervals(
    sqlite_database: str, client: TestClient
) -> None:
    with service(sqlite_database) as idle, working(Queue(idle.app.state.engine)):  # type: ignore[attr-defined]
        address = idle.get(f"{CURVE}&replications={MANY}").json()["address"]
        with idle.stream("GET", f"{address}/events") as events:
            partial = next(
                json.loads(line.removeprefix("data: "))
                for line in events.iter_lines()
                if '"partial"' in line
            )
            idle.delete(address)
    assert partial["state"] == "running"
    (row, _) = partial["partial"]["rows"]
    plain = client.get(f"{CURVE}&replications={row['replications']}").json()["rows"][0]
    assert row["share_in_time"] == plain["share_in_time"]
    assert row["share_in_time_low"] < plain["share_in_time_low"]


# Watching and cancelling


def test_events_come_from_a_job_that_another_process_does_and_end_with_it(
    sqlite_database: str,
) -> None:
    with service(sqlite_database) as idle, ThreadPoolExecutor(1) as other:
        address = idle.get(f"{CURVE}&replications=512").json()["address"]
        watched = other.submit(lambda: idle.get(f"{address}/events").text)
        engine = database_engine(sqlite_database)
        with working(Queue(engine)):
            names = [
                line.removeprefix("event: ")
                for line in watched.result(60).splitlines()
                if line.startswith("event: ")
            ]
        engine.dispose()
    assert names[0] == "progress"
    assert names[-1] == "done"
    assert set(names) <= {"progress", "partial", "done"}


def test_a_job_that_is_cancelled_stays_so_until_somebody_asks_again(idle: TestClient) -> None:
    address = idle.get(SHORT).json()["address"]
    for _ in range(2):
        assert idle.delete(address).json()["state"] == "cancelled"
    assert idle.get(f"{address}/result").status_code == 409
    assert over(idle, address)["state"] == "cancelled"
    assert idle.get(SHORT).json()["state"] == "waiting"


def test_a_running_job_that_is_cancelled_stops_and_leaves_no_chunks(idle: TestClient) -> None:
    queue = Queue(idle.app.state.engine)  # type: ignore[attr-defined]
    status = idle.get(f"{CURVE}&replications={MANY}").json()
    with working(queue):
        until(lambda: idle.get(status["address"]).json()["done"] > 0)
        idle.delete(status["address"])
        # Were it to go on, the next job would wait for as long as this one takes.
        over(idle, idle.get(SHORT).json()["address"])
    with queue.jobs() as jobs:
        assert jobs.chunks(status["id"]) == frozenset()
        assert jobs.job(status["id"]).state is State.CANCELLED


def test_jobs_are_listed_page_by_page_each_once(idle: TestClient) -> None:
    asked = [idle.get(f"{SHORT}&seed={seed}").json()["id"] for seed in range(5)]
    address: str | None = "/v1/jobs?limit=2"
    listed = []
    while address:
        page = idle.get(address)
        listed += [row["id"] for row in page.json()["rows"]]
        link = page.headers.get("link")
        address = link and link.split(">")[0][1:]
    assert listed == asked[::-1]
    assert idle.get("/v1/jobs?cursor=x").status_code == 422
    assert idle.get("/v1/jobs/nope").status_code == 404
    assert idle.get("/v1/jobs/nope/events").status_code == 404


@pytest.mark.parametrize("id_", ["%00", "%ff", "x" * 200, "A", "..%2f..", "%F0%9F%98%80", "aa"])
def test_what_is_no_id_of_a_job_is_not_found(idle: TestClient, id_: str) -> None:
    for path in ("", "/result", "/events"):
        assert idle.get(f"/v1/jobs/{id_}{path}").status_code in (404, 422)
    assert idle.delete(f"/v1/jobs/{id_}").status_code in (404, 422)


# A text for a cell


def test_a_text_waits_for_its_job(busy: TestClient, client: TestClient) -> None:
    address = f"{CURVE}&replications=80&format=text&field=share_in_time"
    assert busy.get(address).content == client.get(address).content


def test_a_text_waits_no_longer_than_it_may(sqlite_database: str) -> None:
    with service(sqlite_database, text_patience=0.3) as idle:
        answer = idle.get(f"{SHORT}&format=text")
        cell = idle.get(f"{SHORT}&format=text&errors=text")
    assert (answer.status_code, answer.headers["content-type"]) == (503, "application/problem+json")
    assert int(answer.headers["retry-after"]) > 0
    assert cell.status_code == 200
    assert cell.text.startswith("#FEJL beregningen er ikke færdig")
    job = f"/v1/jobs/{calculation(replications=96).id}"
    assert cell.text.endswith(f"følg den på {job}")
    assert answer.json()["detail"].endswith(job)


# Jobs without an answer


class Numbered(Answer):
    number: int


@dataclass(frozen=True, slots=True)
class Fake(Calculation):
    """A calculation that does what a test says."""

    kind: ClassVar[str] = "fake"
    answers_with: ClassVar[type[Answer]] = Numbered
    does: ClassVar[Callable[[int, Running], int]]

    number: int

    @property
    def question(self) -> dict[str, Any]:
        return {"number": self.number}

    @classmethod
    def read(cls, question: Any) -> "Fake":
        return cls(question["number"])

    @property
    def department(self) -> None:
        return None

    def steps(self) -> tuple[int, int]:
        return 1, 1

    def found(self, running: Running = ALONE) -> Finding:
        return Finding(Numbered(number=type(self).does(self.number, running)))


@pytest.fixture
def fakes(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[int, Running], int]], None]:
    """Let jobs of the kind `fake` do what a test says."""
    for module in ("worker", "status"):
        monkeypatch.setattr(f"api.jobs.{module}.KINDS", {"fake": Fake})

    def doing(does: Callable[[int, Running], int]) -> None:
        monkeypatch.setattr(Fake, "does", staticmethod(does), raising=False)

    return doing


def new(number: int = 0, version: str | None = None) -> NewJob:
    asked = Fake(number)
    return NewJob(
        id=asked.id,
        kind="fake",
        version=version or planner_version(),
        question=asked.question,
        department=None,
        total=None,
        asked_by="local",
    )


def until(is_so: Callable[[], bool]) -> None:
    """Look until something is so; a test that waits in vain ends after a minute."""
    waiting = Event()
    for _ in range(1200):
        if is_so():
            return
        waiting.wait(0.05)
    raise AssertionError("waited in vain")


def ended(queue: Queue, id_: str) -> bool:
    with queue.jobs() as jobs:
        return jobs.job(id_).state.is_over


def test_a_job_that_is_refused_gives_every_asker_the_refusal(idle: TestClient, fakes: Any) -> None:
    def refuse(_number: int, _running: Running) -> int:
        raise InvalidInput(Text(da="for småt", en="too small"), field="extra_fte")

    fakes(refuse)
    queue = Queue(idle.app.state.engine)  # type: ignore[attr-defined]
    with queue.jobs() as jobs:
        id_ = jobs.ask(new()).id
    with working(queue):
        until(lambda: ended(queue, id_))
    answer = idle.get(f"/v1/jobs/{id_}/result")
    assert answer.status_code == 422
    assert answer.json()["errors"] == [{"field": "extra_fte", "detail": "for småt"}]
    assert idle.get(f"/v1/jobs/{id_}").json()["detail"] == "for småt"


def test_a_job_that_breaks_is_tried_a_few_times_and_given_up(
    engine: Engine, fakes: Any, caplog: pytest.LogCaptureFixture
) -> None:
    tries = []

    def break_down(number: int, _running: Running) -> int:
        tries.append(number)
        raise ZeroDivisionError

    fakes(break_down)
    queue = Queue(engine)
    with queue.jobs() as jobs:
        id_ = jobs.ask(new()).id
    with working(queue):
        until(lambda: ended(queue, id_))
    with queue.jobs() as jobs:
        job = jobs.job(id_)
    assert len(tries) == MOST_BREAKS
    assert job.state is State.FAILED
    assert job.problem is not None
    assert "opgivet" in job.problem["da"]
    assert "ZeroDivisionError" in caplog.text


def test_a_job_of_another_version_is_left_alone_by_the_queue_and_given_up_at_a_start(
    engine: Engine, fakes: Any
) -> None:
    fakes(lambda number, _: number)
    queue = Queue(engine)
    with queue.jobs() as jobs:
        id_ = jobs.ask(new(version="older")).id
        assert jobs.claim("me", planner_version()) is None
    with working(queue):
        until(lambda: ended(queue, id_))
    with queue.jobs() as jobs:
        assert jobs.job(id_).state is State.FAILED


def test_a_database_that_is_away_for_a_while_costs_a_job_nothing(
    sqlite_engine: Engine, fakes: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    away = iter(range(2 * MOST_BREAKS))

    def reach_for_it(number: int, _running: Running) -> int:
        if next(away, None) is not None:
            raise DatabaseGone(Text(da="væk", en="gone"))
        return number

    fakes(reach_for_it)
    monkeypatch.setattr("api.jobs.worker._SECONDS_BETWEEN_LOOKS", 0.01)
    queue = Queue(sqlite_engine)
    with queue.jobs() as jobs:
        id_ = jobs.ask(new()).id
    with working(queue):
        until(lambda: ended(queue, id_))
    with queue.jobs() as jobs:
        assert jobs.job(id_).state is State.DONE


# The queue, on both databases


def test_workers_on_one_queue_do_each_job_once(database: str, fakes: Any) -> None:
    done, lock = [], Lock()

    def note(number: int, _running: Running) -> int:
        with lock:
            done.append(number)
        return number

    fakes(note)
    engines = [database_engine(database) for _ in range(3)]
    queues = [Queue(engine) for engine in engines]
    with queues[0].jobs() as jobs:
        ids = [jobs.ask(new(number)).id for number in range(60)]
    with working(queues[0], 2), working(queues[1], 2), working(queues[2], 2):
        until(lambda: all(ended(queues[0], id_) for id_ in ids))
    for engine in engines:
        engine.dispose()
    assert sorted(done) == list(range(60))


def test_two_who_ask_the_same_at_once_make_one_job(engine: Engine) -> None:
    queue, together = Queue(engine), Barrier(8)

    def ask(_: int) -> str:
        together.wait()
        with queue.jobs() as jobs:
            return jobs.ask(new()).id

    with ThreadPoolExecutor(8) as threads:
        asked = set(threads.map(ask, range(8)))
    with queue.jobs() as jobs:
        assert {each.id for each in jobs.page(10, None)} == asked
    assert len(asked) == 1


@dataclass
class Clock:
    """A clock that a test moves."""

    now: datetime = datetime(2026, 3, 26, 12, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def jobs(engine: Engine, clock: Clock) -> Iterator[Jobs]:
    with Queue(engine, clock=clock).jobs() as opened:
        yield opened


def claimed(jobs: Jobs, worker: str) -> str | None:
    found = jobs.claim(worker, planner_version())
    return None if found is None else found.id


def test_a_leased_job_is_nobody_elses_until_its_lease_has_run_out(jobs: Jobs, clock: Clock) -> None:
    id_ = jobs.ask(new()).id
    assert claimed(jobs, "one") == id_
    clock.now += timedelta(seconds=29)
    assert claimed(jobs, "two") is None
    assert jobs.renew(id_, "one")
    clock.now += timedelta(seconds=29)
    assert claimed(jobs, "two") is None
    clock.now += timedelta(seconds=2)
    assert claimed(jobs, "two") == id_
    assert not jobs.renew(id_, "one")


@pytest.mark.parametrize("moved", [timedelta(days=400), timedelta(days=-400)])
def test_a_clock_that_is_moved_neither_loses_nor_doubles_a_job(
    jobs: Jobs, clock: Clock, moved: timedelta
) -> None:
    id_ = jobs.ask(new()).id
    assert claimed(jobs, "one") == id_
    assert jobs.keep(id_, "one", "first", b"1")
    clock.now += moved
    # The lease seems to have run out, or to run for ever: the job is taken over, and once.
    assert claimed(jobs, "two") == id_
    assert claimed(jobs, "three") is None
    # Whoever had it can no longer count anything, and whoever has it counts each chunk once.
    assert not jobs.keep(id_, "one", "second", b"2")
    assert not jobs.finish(id_, "one", {"by": "one"})
    assert jobs.keep(id_, "two", "first", b"1 again")
    assert jobs.chunk(id_, "first") == b"1"
    assert jobs.chunks(id_) == {"first"}
    assert jobs.finish(id_, "two", {"by": "two"})
    assert not jobs.finish(id_, "two", {"by": "two, twice"})
    assert jobs.job(id_).answer == {"by": "two"}
    assert claimed(jobs, "four") is None


def test_a_job_whose_chunk_takes_longer_than_a_lease_stays_its_workers(
    engine: Engine, clock: Clock, fakes: Any
) -> None:
    finish = Event()

    def wait(number: int, _running: Running) -> int:
        finish.wait(60)
        return number

    fakes(wait)
    lease = timedelta(seconds=0.3)  # a worker renews it every tenth of a second
    queue = Queue(engine, lease, clock)
    with queue.jobs() as jobs:
        id_ = jobs.ask(new()).id

    def leased_until() -> datetime | None:
        with Session(engine) as session:
            found = session.get_one(StoredJob, id_).leased_until
        return found and found.replace(tzinfo=UTC)

    with working(queue):
        for _ in range(4):
            until(lambda: leased_until() == clock.now + lease)
            clock.now += lease * 0.9
        with queue.jobs() as jobs:
            assert claimed(jobs, "another") is None
        finish.set()
        until(lambda: ended(queue, id_))


def test_a_job_handed_back_is_the_next_workers_at_once_and_counts_no_attempt(jobs: Jobs) -> None:
    id_ = jobs.ask(new()).id
    for worker in "abcdefghijkl":
        assert claimed(jobs, worker) == id_
        assert jobs.job(id_).attempts == 1
        assert jobs.hand_back(id_, worker)


def test_a_job_that_brings_its_workers_down_has_a_last_attempt_and_a_chunk_begins_a_new_count(
    jobs: Jobs, clock: Clock
) -> None:
    id_ = jobs.ask(new()).id
    for start in range(MOST_STARTS):
        clock.now += timedelta(minutes=1)
        assert claimed(jobs, f"{start}") == id_
    assert jobs.job(id_).attempts == MOST_STARTS
    assert jobs.keep(id_, f"{MOST_STARTS - 1}", "a", b"")
    assert jobs.job(id_).attempts == 0


def test_a_job_that_brings_its_workers_down_is_given_up(
    engine: Engine, clock: Clock, fakes: Any
) -> None:
    fakes(lambda number, _: number)
    queue = Queue(engine, clock=clock)
    with queue.jobs() as jobs:
        id_ = jobs.ask(new()).id
        for start in range(MOST_STARTS):
            clock.now += timedelta(minutes=1)
            assert claimed(jobs, f"{start}") == id_
    clock.now += timedelta(minutes=1)
    with working(queue):
        until(lambda: ended(queue, id_))
    with queue.jobs() as jobs:
        assert jobs.job(id_).state is State.FAILED


def test_jobs_are_done_in_the_order_in_which_they_were_asked(jobs: Jobs, clock: Clock) -> None:
    asked = []
    for number in (5, 1, 9, 3):
        clock.now += timedelta(seconds=1)
        asked.append(jobs.ask(new(number)).id)
    assert [claimed(jobs, "me") for _ in range(5)] == [*asked, None]


def test_an_unknown_job_is_refused(jobs: Jobs) -> None:
    with pytest.raises(UnknownJob):
        jobs.job("nope")


# Chunks


def test_a_job_goes_on_where_another_worker_left_it(
    sqlite_engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = calculation(replications=1024)
    queue = Queue(sqlite_engine)
    ran: list[tuple[int, int]] = []

    run_and_keep = kept_chunks.KeptChunks._run_and_keep

    def noted(self: Any, key: str, fn: Any, experiment: Any, first: int, last: int) -> Any:
        counted = run_and_keep(self, key, fn, experiment, first, last)
        ran.append((first, last))
        return counted

    monkeypatch.setattr(kept_chunks.KeptChunks, "_run_and_keep", noted)
    with queue.jobs() as jobs:
        id_ = jobs.ask(replace(new(), id=asked.id, kind=asked.kind, question=asked.question)).id
    with working(queue):
        until(lambda: len(ran) > 8)
    with queue.jobs() as jobs:
        kept, state = len(jobs.chunks(id_)), jobs.job(id_).state
    assert state is State.WAITING
    assert 0 < kept < 64
    before, ran[:] = set(ran), []
    with working(queue):
        until(lambda: ended(queue, id_))
    assert len(ran) == len(set(ran)) == 64 - kept
    assert not before & set(ran)
    with queue.jobs() as jobs:
        job = jobs.job(id_)
        assert jobs.chunks(id_) == frozenset()
    assert job.answer is not None
    assert read_finding(Table[CurveRow], job.answer) == asked.found()


def test_a_chunk_that_cannot_be_read_is_run_again() -> None:
    asked = calculation(replications=64)

    class Spoilt:
        """Every chunk is there, and none can be read."""

        def __init__(self) -> None:
            self.bytes: dict[str, bytes] = {}
            self.damage: Callable[[bytes], bytes] = lambda whole: whole

        def names(self) -> frozenset[str]:
            return frozenset(self.bytes)

        def find(self, key: str) -> bytes:
            return self.damage(self.bytes[key])

        def keep(self, key: str, counted: bytes) -> None:
            self.bytes[key] = counted

    chunks, found = Spoilt(), asked.found()
    with ThreadPoolExecutor(2) as threads:
        for damage in (
            lambda whole: whole,
            lambda whole: whole[:-30],
            lambda _: b"",
            lambda whole: whole.replace(whole[60:64], b"\0\0\0\0"),
        ):
            chunks.damage = damage
            kept = kept_chunks.KeptChunks(threads, chunks, lambda: None)
            assert asked.found(Running(kept)) == found
    assert len(chunks.bytes) == 4


def test_a_chunk_is_read_as_it_was_written() -> None:
    from capacity.rulebook import rulebook
    from simulations.experiments import run
    from simulations.staffing import curve_trial

    laid_out, _ = curve_trial(QUESTION, rulebook())
    counted = run(laid_out, 0, 16)
    read = kept_chunks.read(kept_chunks.written(counted), type(counted))
    for one, other in zip(counted, read, strict=True):
        assert one.dtype == other.dtype
        np.testing.assert_array_equal(one, other)


def test_what_is_digested_differs_in_every_part() -> None:
    digests = {
        kept_chunks.digest(value)
        for value in (
            *(1, 1.0, True, None, "1", (), (1,), ((1,),), (1, 2)),
            *(np.zeros(2), np.zeros((2, 1)), np.zeros(2, dtype=np.int64), np.ones(2)),
        )
    }
    assert len(digests) == 13
    turned = np.arange(6.0).reshape(2, 3)
    assert kept_chunks.digest(turned) == kept_chunks.digest(np.asfortranarray(turned))
    with pytest.raises(TypeError):
        kept_chunks.digest(object())


def test_what_lies_between_the_fields_of_a_record_is_no_part_of_what_is_digested() -> None:
    record = np.dtype([("is_route", "?"), ("pause", "<f8")], align=True)
    records = [np.frombuffer(bytes([left]) * 32, dtype=np.uint8).copy() for left in (0, 255)]
    one, other = (each.view(record) for each in records)
    for each in (one, other):
        each["is_route"], each["pause"] = [True, False], [1.5, 2.5]
    assert one.tobytes() != other.tobytes()
    assert kept_chunks.digest(one) == kept_chunks.digest(other)
    other["pause"][1] = 3.5
    assert kept_chunks.digest(one) != kept_chunks.digest(other)


# Idempotency keys


DOCUMENT = DepartmentDocument.from_domain(ISHOEJ).as_json()
POST = "/v1/staffing-curve?extra_fte=0;1&replications=96"


def post(client: TestClient, key: str, address: str = POST, **changed: Any) -> Any:
    return client.post(address, json=DOCUMENT | changed, headers={"Idempotency-Key": key})


def test_the_same_request_with_the_same_key_is_answered_the_same(idle: TestClient) -> None:
    first = post(idle, "a")
    idle.delete(first.json()["address"])
    again = post(idle, "a")
    assert (first.status_code, again.status_code) == (202, 202)
    assert again.content == first.content
    for name in ("location", "retry-after", "content-type"):
        assert again.headers[name] == first.headers[name]
    # Nothing was asked a second time: the job is still cancelled, and another key begins it.
    assert idle.get(first.json()["address"]).json()["state"] == "cancelled"
    assert post(idle, "b").json()["state"] == "waiting"


def test_a_key_belongs_to_one_request(idle: TestClient) -> None:
    post(idle, "a")
    for answer in (post(idle, "a", open_cases=891), post(idle, "a", f"{POST}&seed=2")):
        assert answer.status_code == 422
        assert answer.json()["errors"][0]["field"] == "Idempotency-Key"
    assert post(idle, "a", f"{POST}&_=3").status_code == 202
    assert len(idle.get("/v1/jobs").json()["rows"]) == 1


@pytest.mark.parametrize("first_succeeds", [True, False])
def test_of_two_requests_with_one_key_at_once_the_second_waits_for_the_first(
    engine: Engine, first_succeeds: bool
) -> None:
    queue, taken, made = Queue(engine), Event(), []

    def request(fails: bool) -> None:
        with queue.jobs_and_replies() as (_, replies):
            if replies.take("somebody", "key", "hash"):
                made.append(fails)
                taken.set()
                Event().wait(0.3)
                if fails:
                    raise ZeroDivisionError

    with ThreadPoolExecutor(2) as threads:
        first = threads.submit(request, not first_succeeds)
        taken.wait(10)
        threads.submit(request, False).result(10)
        assert (first.exception() is None) == first_succeeds
    assert made == ([False] if first_succeeds else [True, False])


def test_a_reply_is_forgotten_after_a_day(engine: Engine, monkeypatch: Any) -> None:
    queue = Queue(engine)
    with queue.jobs_and_replies() as (_, replies):
        assert replies.take("somebody", "key", "hash")
    monkeypatch.setattr("api.store.replies.KEPT_FOR", timedelta(0))
    with queue.jobs_and_replies() as (_, replies):
        assert replies.reply("somebody", "key") is None
        assert replies.take("somebody", "key", "hash")


def test_keys_of_two_callers_are_two_keys(engine: Engine) -> None:
    with Queue(engine).jobs_and_replies() as (_, replies):
        assert isinstance(replies, Replies)
        assert replies.take("one", "key", "hash")
        assert replies.take("other", "key", "hash")
        assert not replies.take("one", "key", "hash")


# What a job is about


DEMO_PLAN = "/v1/scenarios/ishoej-2020-to-ekstra"
FEW = "team=paragraf-50&replications=32"
ASKED = {
    "staffing-curve": f"{CURVE}&replications=96&fuller_work=0,25&inflow=1,1&extra_from=2020-05-01",
    "staffing-curve by precision": f"{CURVE}&precision=1,5&team=paragraf-50",
    "comparison": f"{DEMO_PLAN}/comparison?{FEW}&from=2020-04-01&to=2020-12-01",
    "waterfall": f"{DEMO_PLAN}/waterfall?{FEW}",
    "best-mix": f"{DEMO_PLAN}/best-mix?{FEW}&kroner=200000,50",
    "saving": f"{DEMO_PLAN}/saving?{FEW}&share=0,05&budget_year=2021",
}


def test_every_job_says_what_it_was_asked_and_by_which_address_to_ask_again(
    idle: TestClient,
) -> None:
    asked = {name: idle.get(address).json() for name, address in ASKED.items()}
    rows = {row["id"]: row for row in idle.get("/v1/jobs").json()["rows"]}
    assert len(rows) == len(ASKED)
    for name, status in asked.items():
        row = rows[status["id"]]
        assert (row["kind"], status["kind"]) == (name.split()[0],) * 2
        assert row["department"] == "ishoej-2020@1"
        # What could move is in the address: asked again, the same job is found.
        assert idle.get(row["path"]).json()["id"] == row["id"]
        for field in ("title", "scenario", "team", "kroner", "share", "path", "total"):
            assert row[field] == status.get(field)
    assert len({row["title"] for row in rows.values()} | {None}) == len(ASKED)
    plans = [asked[name] for name in ("comparison", "waterfall", "best-mix", "saving")]
    assert {each["scenario"] for each in plans} == {"ishoej-2020-to-ekstra@1"}
    assert "deadline=statute.child_assessment" in asked["waterfall"]["path"]
    mix, saving = asked["best-mix"], asked["saving"]
    assert (mix["team"], mix["kroner"]) == ("paragraf-50", 200_000.5)
    assert mix["title"] == "bedste blanding for 200.001 kr. i 2020"
    assert (saving["share"], saving["kroner"] < 0) == (0.05, True)
    assert saving["title"].startswith("besparelse på 5 % i 2021: ")
    english = idle.get(f"{saving['address']}?lang=en").json()["title"]
    assert english.startswith("saving of 5% in 2021: ")


def test_a_document_that_was_sent_has_no_address_to_ask_again(idle: TestClient) -> None:
    assert post(idle, "a").status_code == 202
    (row,) = idle.get("/v1/jobs").json()["rows"]
    assert (row["path"], row["department"]) == (None, "ishoej-2020")
    assert row["title"].startswith("bemandingskurve for §50-team")


@pytest.mark.parametrize("name", ["comparison", "waterfall", "best-mix", "saving"])
def test_what_a_job_counts_to_is_said_beforehand_and_reached(busy: TestClient, name: str) -> None:
    before = busy.get(ASKED[name]).json()
    last = over(busy, before["address"])
    assert last["done"] == last["total"] > 0
    if name in ("best-mix", "saving"):  # a search says the most it may take
        assert before["total"] > last["total"]
    else:
        assert before["total"] == last["total"]


def test_a_job_from_before_that_was_kept_is_listed_without_it(idle: TestClient) -> None:
    with Queue(idle.app.state.engine).jobs() as jobs:  # type: ignore[attr-defined]
        jobs.ask(replace(new(), kind="staffing-curve", department="ishoej-2020"))
    (row,) = idle.get("/v1/jobs").json()["rows"]
    assert (row["title"], row["path"], row["department"]) == (None, None, "ishoej-2020")
    assert "title" not in idle.get(row["address"]).json()


# The documentation


def test_an_address_whose_answer_may_become_a_job_says_so(client: TestClient) -> None:
    paths = client.get("/openapi.json").json()["paths"]
    for operation in (*paths["/v1/staffing-curve"].values(), paths["/v1/jobs/{id}/result"]["get"]):
        assert {"200", "202", "4XX", "503"} <= set(operation["responses"])
    post = paths["/v1/staffing-curve"]["post"]
    assert "idempotency-key" in {each["name"].lower() for each in post["parameters"]}
