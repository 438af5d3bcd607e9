"""Whoever takes jobs from the queue and does them: threads in the service, or a process of its own.

A worker that stops hands its jobs back; one that is killed loses the leases in half a minute. In
both cases whoever goes on finds the finished chunks.
"""

import logging
import secrets
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from os import cpu_count
from threading import Event, Lock, Thread
from typing import Any

from api.faults import StoreFault
from api.jobs.calculation import Calculation, Finding, Running, planner_version
from api.jobs.kinds import KINDS
from api.jobs.problems import BROKEN, LEFT_BEHIND, JobBroken, problem_of
from api.metrics import Metrics
from api.store.jobs import MOST_BREAKS, MOST_STARTS, Job, Jobs, Queue
from capacity.errors import PlannerError

_LOG = logging.getLogger("caseload.jobs")
_SECONDS_BETWEEN_LOOKS = 1.0
"""For jobs that another process has put in the queue; those of one's own wake the worker."""
_PARTS_TOLD = 200
"""Progress is written so often at most, so that a resumed job does not write what it reads."""


class _NoLongerOurs(Exception):
    """The job has been cancelled or taken over, or the worker is to stop."""


@dataclass(slots=True)
class _Hold:
    """A job in hand, and whether it still is (da: beregning i hånden)."""

    job: Job
    worker: str
    queue: Queue
    metrics: Metrics
    lost: Event = field(default_factory=Event)

    def check(self) -> None:
        if self.lost.is_set():
            raise _NoLongerOurs

    def change(self, change: Callable[[Jobs], bool]) -> None:
        """Change the job in the store, as long as it is ours."""
        self.check()
        with self.queue.jobs() as jobs:
            if not change(jobs):
                self.lost.set()
        self.check()

    # What `KeptChunks` asks for.

    def names(self) -> frozenset[str]:
        with self.queue.jobs() as jobs:
            return jobs.chunks(self.job.id)

    def find(self, key: str) -> bytes | None:
        with self.queue.jobs() as jobs:
            return jobs.chunk(self.job.id, key)

    def keep(self, key: str, counted: bytes) -> None:
        self.change(lambda jobs: jobs.keep(self.job.id, self.worker, key, counted))
        self.metrics.chunks.inc()


class Workers:
    """Threads that do the jobs of a queue until they are stopped (da: arbejdere).

    `at_once` jobs are done side by side; their chunks share a thread a core.
    """

    def __init__(self, queue: Queue, at_once: int, metrics: Metrics | None = None) -> None:
        self._queue = queue
        self._metrics = metrics or Metrics()
        self._stopping, self._work = Event(), Event()
        self._holds: dict[str, _Hold] = {}
        self._lock = Lock()
        self._pool = ThreadPoolExecutor(cpu_count(), thread_name_prefix="chunks")
        self._threads = [
            Thread(target=self._serve, name=f"jobs-{number}", daemon=True)
            for number in range(at_once)
        ]
        if at_once:
            self._threads.append(Thread(target=self._renew, name="leases", daemon=True))

    def start(self) -> None:
        """Begin (da: start)."""
        for thread in self._threads:
            thread.start()

    def wake(self) -> None:
        """Say that there is a new job (da: væk)."""
        self._work.set()

    def stop(self) -> int:
        """Hand the jobs back, when the chunks in hand have been run; say how many (da: stop)."""
        self._stopping.set()
        self._work.set()
        with self._lock:
            in_hand = len(self._holds)
            for hold in self._holds.values():
                hold.lost.set()
        for thread in self._threads:
            if thread.is_alive():
                thread.join()
        self._pool.shutdown(cancel_futures=True)
        return in_hand

    def _serve(self) -> None:
        with _passing_over_faults(), self._queue.jobs() as jobs:
            jobs.give_up_other_versions(planner_version(), problem_of(JobBroken(LEFT_BEHIND)))
        while not self._stopping.is_set():
            self._work.clear()
            job, worker = None, secrets.token_hex(8)
            with _passing_over_faults(), self._queue.jobs() as jobs:
                job = jobs.claim(worker, planner_version())
            if job is None:
                self._work.wait(_SECONDS_BETWEEN_LOOKS)
                continue
            with self._holding(job, worker) as hold:
                self._do(hold)

    @contextmanager
    def _holding(self, job: Job, worker: str) -> Iterator[_Hold]:
        hold = _Hold(job, worker, self._queue, self._metrics)
        with self._lock:
            self._holds[worker] = hold
            if self._stopping.is_set():
                hold.lost.set()
        try:
            yield hold
        finally:
            with self._lock:
                del self._holds[worker]

    def _do(self, hold: _Hold) -> None:
        """Do a job to its end, or as far as it is ours."""
        job, worker = hold.job, hold.worker
        refusal: PlannerError | None = JobBroken(BROKEN) if job.attempts > MOST_STARTS else None
        broke = False
        try:
            if refusal is None:
                with self._queue.jobs() as jobs:
                    question = jobs.question(job.id)
                with self._metrics.job_seconds.time():
                    found = self._found(hold, KINDS[job.kind].read(question)).as_json()
                hold.change(lambda jobs: jobs.finish(job.id, worker, found))
                return
        except _NoLongerOurs:
            pass
        except StoreFault as fault:
            _LOG.warning("job %s waits for the database: %s", job.id, fault)
            self._stopping.wait(_SECONDS_BETWEEN_LOOKS)
        except PlannerError as error:
            refusal = error
        except Exception:
            _LOG.exception("job %s broke", job.id)
            broke = True
        self._let_go(hold, refusal, broke=broke)

    def _let_go(self, hold: _Hold, refusal: PlannerError | None, *, broke: bool) -> None:
        """Say why a job has no answer, or hand it back; as soon as the database takes that."""
        id_, worker = hold.job.id, hold.worker
        while True:
            with _passing_over_faults(), self._queue.jobs() as jobs:
                job = jobs.find(id_)
                if job is None:
                    return
                if broke and job.attempts >= MOST_BREAKS:
                    refusal = JobBroken(BROKEN)
                if refusal is None:
                    jobs.hand_back(id_, worker, broke=broke)
                else:
                    jobs.fail(id_, worker, problem_of(refusal))
                return
            if self._stopping.wait(_SECONDS_BETWEEN_LOOKS):
                return  # the lease runs out by itself

    def _found(self, hold: _Hold, calculation: Calculation) -> Finding:
        from api.jobs.kept_chunks import KeptChunks

        # A job that goes on passes what it has done before; nobody is told less than they were.
        job, told, is_all_done = hold.job, hold.job.done or -1, False

        def on_progress(done: int, total: int | None) -> None:
            nonlocal told, is_all_done
            hold.check()
            is_all_done = done == total
            if told < 0 or is_all_done or done - told >= (total or 0) / _PARTS_TOLD:
                told = done
                hold.change(lambda jobs: jobs.progress(job.id, hold.worker, done, total))

        running = Running(KeptChunks(self._pool, hold, hold.check), on_progress)
        for found in calculation.findings(running):
            if not is_all_done:  # the last is no provisional answer
                hold.change(partial(_published, hold, found.as_json()))
        return found

    def _renew(self) -> None:
        """Renew the leases of the jobs in hand; a chunk may take longer than a lease."""
        while not self._stopping.wait(self._queue.lease.total_seconds() / 3):
            with self._lock:
                holds = list(self._holds.values())
            for hold in holds:
                with _passing_over_faults(), self._queue.jobs() as jobs:
                    if not jobs.renew(hold.job.id, hold.worker):
                        hold.lost.set()


def _published(hold: _Hold, shown: Mapping[str, Any], jobs: Jobs) -> bool:
    return jobs.publish(hold.job.id, hold.worker, shown)


@contextmanager
def _passing_over_faults() -> Iterator[None]:
    """Go on when the database is back: it may be busy or away for a while."""
    try:
        yield
    except StoreFault as fault:
        _LOG.warning("the database: %s", fault)
    except Exception:  # a worker that ends here would leave its service without one
        _LOG.exception("a worker could not read or write the queue")
