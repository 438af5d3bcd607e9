"""Calculations that take their time, kept so that no crash loses one (da: beregninger i kø).

A job is worked on by whoever holds its lease, and a lease runs out. Taking one over too early, as a
clock that is moved may cause, costs work done twice and nothing else: a chunk has one place and is
kept once, whoever brings it, and only the holder of the lease can finish a job.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, CursorResult, Engine, and_, case, delete, tuple_, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import defer
from sqlmodel import Session, col, func, or_, select

from api.faults import faults_in_words
from api.store.replies import Replies
from api.tables import StoredChunk, StoredJob
from capacity.errors import PlannerError
from capacity.wording import Text

USUAL_LEASE = timedelta(seconds=30)
"""So long may pass until a job whose worker has died is taken up by another."""
MOST_STARTS = 10
"""A job begun so often without a new chunk brings its worker down, and is given up."""
MOST_BREAKS = 3
"""A job that breaks so often without a new chunk will break again, and is given up."""


class UnknownJob(PlannerError):
    """No job has that id (da: ukendt beregning)."""


class State(StrEnum):
    """How far a job is (da: tilstand)."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def is_over(self) -> bool:
        """Whether nobody works on it, nor will."""
        return self not in (State.WAITING, State.RUNNING)


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """A calculation in the queue (da: beregning i kø).

    `done` of `total` replications; `total` is None until it is known. `asked` says what it is
    about, None for a job from before that was kept. `attempts` are the starts
    since the last new chunk. `problem` is what it was refused for, where it failed.
    """

    id: str
    kind: str
    department: str | None
    asked: Mapping[str, Any] | None
    state: State
    done: int
    total: int | None
    partial: Mapping[str, Any] | None
    answer: Mapping[str, Any] | None
    problem: Mapping[str, Any] | None
    attempts: int
    asked_at: datetime
    asked_by: str
    finished_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class NewJob:
    """A calculation to be put in the queue (da: ny beregning)."""

    id: str
    kind: str
    version: str
    question: Mapping[str, Any]
    department: str | None
    total: int | None
    asked_by: str
    asked: Mapping[str, Any] | None = None


_ID = re.compile("[a-z2-7]{1,100}")

# A question may hold a whole department, and only the worker reads it.
_WITHOUT_QUESTION = (defer(StoredJob.question, raiseload=True),)  # type: ignore[arg-type]


@dataclass(frozen=True, slots=True)
class Jobs:
    """The jobs, seen through one transaction; `clock` says what time it is (da: kø)."""

    session: Session
    lease: timedelta = USUAL_LEASE
    clock: Callable[[], datetime] | None = None

    def find(self, id_: str) -> Job | None:
        """Find a job; None where there is none."""
        if not _ID.fullmatch(id_):
            return None  # PostgreSQL cannot even look for some characters
        row = self.session.get(StoredJob, id_, options=_WITHOUT_QUESTION, populate_existing=True)
        return None if row is None else _job(row)

    def job(self, id_: str) -> Job:
        """Find a job (da: beregning); `UnknownJob` where there is none."""
        found = self.find(id_)
        if found is None:
            raise UnknownJob(
                Text(
                    da="der er ingen beregning med det id; /v1/jobs viser dem, der er",
                    en="there is no job with that id; /v1/jobs shows those there are",
                ),
                field="id",
            )
        return found

    def waiting(self) -> int:
        """Return how many jobs nobody has begun (da: jobs i kø)."""
        waiting = select(func.count()).where(col(StoredJob.state) == State.WAITING.value)
        return self.session.exec(waiting).one()

    def question(self, id_: str) -> Mapping[str, Any]:
        """Return all that a job's calculation needs; nothing where it is over (da: spørgsmål)."""
        wanted = select(StoredJob.question).where(StoredJob.id == id_)
        return self.session.exec(wanted).one()

    def page(self, limit: int, before: tuple[datetime, str] | None) -> Sequence[Job]:
        """Return the jobs asked for last, and from there on back (da: side)."""
        wanted = select(StoredJob).options(*_WITHOUT_QUESTION)
        if before is not None:
            place = tuple_(col(StoredJob.asked_at), col(StoredJob.id))
            wanted = wanted.where(place < before)
        newest_first = wanted.order_by(col(StoredJob.asked_at).desc(), col(StoredJob.id).desc())
        return [_job(row) for row in self.session.exec(newest_first.limit(limit))]

    def ask(self, new: NewJob) -> Job:
        """Put a calculation in the queue, or find it there; a cancelled one begins anew."""
        values = {
            "kind": new.kind,
            "version": new.version,
            "question": dict(new.question),
            "asked": None if new.asked is None else dict(new.asked),
            "department": new.department,
            "state": State.WAITING,
            "done": 0,
            "total": new.total,
            "attempts": 0,
            "asked_at": self._now(),
            "asked_by": new.asked_by,
            "finished_at": None,
        }
        insert = _insert(self.session, StoredJob).values(id=new.id, **values)
        self.session.execute(
            insert.on_conflict_do_update(
                index_elements=["id"],
                set_=values,
                where=col(StoredJob.state) == State.CANCELLED,
            )
        )
        return self.job(new.id)

    def claim(self, worker: str, version: str) -> Job | None:
        """Take the lease of the job that has waited longest; None where none waits.

        One whose lease has run out waits too, and so does one whose lease ends later than any can:
        a clock has been put back since.
        """
        now = self._now()
        lost = and_(
            col(StoredJob.state) == State.RUNNING,
            or_(
                col(StoredJob.leased_until) < now,
                col(StoredJob.leased_until) > now + 2 * self.lease,
            ),
        )
        waits = and_(
            col(StoredJob.version) == version,
            or_(col(StoredJob.state) == State.WAITING, lost),
        )
        first = (
            select(StoredJob.id)
            .where(waits)
            .order_by(col(StoredJob.asked_at), col(StoredJob.id))
            .limit(1)
            .with_for_update(skip_locked=True)  # PostgreSQL; SQLite has one writer at a time
            .scalar_subquery()
        )
        claimed = self.session.execute(
            update(StoredJob)
            .where(col(StoredJob.id) == first, waits)
            .values(
                state=State.RUNNING,
                worker=worker,
                leased_until=now + self.lease,
                attempts=col(StoredJob.attempts) + 1,
            )
            .returning(col(StoredJob.id))
            .execution_options(synchronize_session=False)
        ).scalar()
        return None if claimed is None else self.job(claimed)

    def renew(self, id_: str, worker: str) -> bool:
        """Hold on to a lease; False where it is no longer one's own (da: forny)."""
        return self._change(id_, worker, leased_until=self._now() + self.lease)

    def progress(self, id_: str, worker: str, done: int, total: int | None) -> bool:
        """Say how many replications are done (da: fremdrift)."""
        return self._change(id_, worker, done=done, total=total)

    def publish(self, id_: str, worker: str, partial: Mapping[str, Any]) -> bool:
        """Show a provisional answer (da: foreløbigt svar)."""
        return self._change(id_, worker, partial=dict(partial))

    def chunk(self, id_: str, key: str) -> bytes | None:
        """Find a chunk that is finished already (da: delresultat)."""
        wanted = select(StoredChunk.counted).where(
            StoredChunk.job_id == id_, StoredChunk.key == key
        )
        return self.session.exec(wanted).first()

    def chunks(self, id_: str) -> frozenset[str]:
        """Name the chunks that are finished already (da: delresultater)."""
        return frozenset(
            self.session.exec(select(StoredChunk.key).where(StoredChunk.job_id == id_))
        )

    def keep(self, id_: str, worker: str, key: str, counted: bytes) -> bool:
        """Keep a finished chunk, once; False where the lease is no longer one's own."""
        if not self._change(id_, worker, leased_until=self._now() + self.lease, attempts=0):
            return False
        insert = _insert(self.session, StoredChunk).values(job_id=id_, key=key, counted=counted)
        self.session.execute(insert.on_conflict_do_nothing())
        return True

    def finish(self, id_: str, worker: str, answer: Mapping[str, Any]) -> bool:
        """Give a job its answer; its chunks and its question have served (da: færdig)."""
        changed = self._change(id_, worker, state=State.DONE, answer=dict(answer), **self._over())
        if changed:
            self._forget_chunks(id_)
        return changed

    def fail(self, id_: str, worker: str, problem: Mapping[str, Any]) -> bool:
        """Say why a job has no answer (da: mislykket)."""
        changed = self._change(
            id_, worker, state=State.FAILED, problem=dict(problem), **self._over()
        )
        if changed:
            self._forget_chunks(id_)
        return changed

    def hand_back(self, id_: str, worker: str, *, broke: bool = False) -> bool:
        """Give up a lease, so that the next worker goes on at once (da: giv tilbage)."""
        return self._change(
            id_,
            worker,
            state=State.WAITING,
            worker=None,
            leased_until=None,
            # A start that went well so far is none that brought a worker down.
            attempts=case(
                (col(StoredJob.attempts) > 0, col(StoredJob.attempts) - (0 if broke else 1)),
                else_=0,
            ),
        )

    def cancel(self, id_: str) -> Job:
        """Stop a job, or forget that it failed; one that is done stays so (da: annullér)."""
        changed = self.session.execute(
            update(StoredJob)
            .where(
                col(StoredJob.id) == id_,
                col(StoredJob.state).in_([State.WAITING, State.RUNNING, State.FAILED]),
            )
            .values(state=State.CANCELLED, problem=None, **self._over())
            .execution_options(synchronize_session=False)
        )
        if _rows(changed):
            self._forget_chunks(id_)
        return self.job(id_)

    def give_up_other_versions(self, version: str, problem: Mapping[str, Any]) -> int:
        """Fail what an older planner left behind, since this one would come to other bytes."""
        left = and_(
            col(StoredJob.version) != version,
            or_(
                col(StoredJob.state) == State.WAITING,
                and_(
                    col(StoredJob.state) == State.RUNNING,
                    col(StoredJob.leased_until) < self._now(),
                ),
            ),
        )
        ids = self.session.exec(select(StoredJob.id).where(left)).all()
        self.session.execute(
            update(StoredJob)
            .where(left)
            .values(state=State.FAILED, problem=dict(problem), **self._over())
            .execution_options(synchronize_session=False)
        )
        for id_ in ids:
            self._forget_chunks(id_)
        return len(ids)

    def _over(self) -> dict[str, Any]:
        return {
            "question": {},
            "partial": None,
            "worker": None,
            "leased_until": None,
            "finished_at": self._now(),
        }

    def _change(self, id_: str, holder: str, /, **values: Any) -> bool:
        """Change a job if its lease is one's own."""
        mine: tuple[ColumnElement[bool], ...] = (
            col(StoredJob.id) == id_,
            col(StoredJob.worker) == holder,
            col(StoredJob.state) == State.RUNNING,
        )
        changed = self.session.execute(
            update(StoredJob)
            .where(*mine)
            .values(**values)
            .execution_options(synchronize_session=False)
        )
        return _rows(changed) == 1

    def _forget_chunks(self, id_: str) -> None:
        self.session.execute(delete(StoredChunk).where(col(StoredChunk.job_id) == id_))

    def _now(self) -> datetime:
        """What time it is: for processes on several machines, what their one database says."""
        if self.clock is not None:
            return self.clock()
        if self.session.get_bind().dialect.name == "postgresql":
            found: datetime = self.session.execute(select(func.clock_timestamp())).scalar_one()
            return found
        return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Queue:
    """The jobs of a database, each look at them a short transaction of its own (da: kø)."""

    engine: Engine
    lease: timedelta = USUAL_LEASE
    clock: Callable[[], datetime] | None = None

    @contextmanager
    def jobs(self) -> Iterator[Jobs]:
        """Look at the jobs, or change them: all of it or nothing."""
        with self.jobs_and_replies() as (jobs, _):
            yield jobs

    @contextmanager
    def jobs_and_replies(self) -> Iterator[tuple[Jobs, Replies]]:
        """Look at the jobs and at what requests were answered, in one transaction."""
        with faults_in_words(), Session(self.engine) as session, session.begin():
            yield Jobs(session, self.lease, self.clock), Replies(session)


def _insert(session: Session, table: type[StoredJob] | type[StoredChunk]) -> Any:
    """Return an insert that can say what to do where the row is there already."""
    if session.get_bind().dialect.name == "postgresql":
        return postgresql.insert(table)
    return sqlite.insert(table)


def _rows(result: Any) -> int:
    assert isinstance(result, CursorResult)
    return result.rowcount


def _job(row: StoredJob) -> Job:
    return Job(
        id=row.id,
        kind=row.kind,
        department=row.department,
        asked=row.asked,
        state=State(row.state),
        done=row.done,
        total=row.total,
        partial=row.partial,
        answer=row.answer,
        problem=row.problem,
        attempts=row.attempts,
        asked_at=_aware(row.asked_at),
        asked_by=row.asked_by,
        finished_at=None if row.finished_at is None else _aware(row.finished_at),
    )


def _aware(moment: datetime) -> datetime:
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)  # SQLite keeps no zone
