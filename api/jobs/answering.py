"""Answer a calculation at once, or by a job, or not at all: which of them follows from its work.

Work up to `at_once_steps` of the settings is answered at once, up to `MOST_STEPS` of the
simulations by a job, and what is more is refused. The clock decides nothing but how long a text for
a spreadsheet cell waits for its job.
"""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, replace
from threading import Lock
from typing import Self

from fastapi import Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import JSONResponse

from api.answers import head_of, rendered
from api.caller import caller
from api.etags import answer_tag, is_known, not_modified
from api.idempotency import Once
from api.jobs.calculation import Calculation, Finding, planner_version
from api.jobs.problems import CANCELLED, JobCancelled, refusal_of, still_working
from api.jobs.status import finding, job_address, job_status
from api.jobs.watching import Watch
from api.jobs.worker import Workers
from api.metrics import Metrics
from api.presentation import Format, Question, language
from api.settings import Settings
from api.store.jobs import Job, NewJob, Queue, State

_SECONDS_TO_NEXT_LOOK = 2
_FINDINGS_KEPT = 512


class FindingsKept:
    """The newest answers that were given at once, by what was asked (da: gemte resultater).

    A spreadsheet asks twice for every cell, and for every field of a row by itself.
    """

    def __init__(self) -> None:
        self._kept: OrderedDict[str, Finding] = OrderedDict()
        self._lock = Lock()

    def find(self, id: str) -> Finding | None:
        """Return what a question came to, if that is still known (da: find)."""
        with self._lock:
            if id in self._kept:
                self._kept.move_to_end(id)
            return self._kept.get(id)

    def keep(self, id: str, found: Finding) -> None:
        """Keep an answer, and let go of the oldest (da: gem)."""
        with self._lock:
            self._kept[id] = found
            while len(self._kept) > _FINDINGS_KEPT:
                self._kept.popitem(last=False)

    def forget(self) -> None:
        """Forget all of them, as when a department is deleted (da: glem)."""
        with self._lock:
            self._kept.clear()


@dataclass(frozen=True, slots=True)
class Desk:
    """What the service does calculations with (da: skranke)."""

    queue: Queue
    watch: Watch
    workers: Workers
    settings: Settings
    kept: FindingsKept

    @classmethod
    def opened(cls, queue: Queue, settings: Settings, metrics: Metrics) -> Self:
        """Open the desk of a service, and start its workers.

        A database in memory has one connection, which workers would share with the requests: it
        has none.
        """
        workers = Workers(queue, settings.workers if settings.database else 0, metrics)
        workers.start()
        return cls(queue, Watch(queue), workers, settings, FindingsKept())


def desk(request: Request) -> Desk:
    """Return the service's own (da: skranke)."""
    found: Desk = request.app.state.desk
    return found


def _whole(found: Finding) -> Finding:
    return found


async def answered(
    calculation: Calculation,
    question: Question,
    request: Request,
    *,
    once: Once | None = None,
    seen_as: Callable[[Finding], Finding] = _whole,
) -> Response:
    """Answer a calculation, or say where its job is (da: besvar).

    A job is shared by all that ask the same, in whatever language or format, and once it is done
    every one of them is answered at once. `once` is the idempotency of a POST. Two addresses may
    show the same calculation differently: `seen_as` makes of its answer what this one shows.
    Raises `TooMuchWork` for too large a question, and what the calculation itself refuses.
    """
    here, tag = desk(request), answer_tag(request, calculation.id)
    if is_known(request, tag):
        return not_modified(tag)
    if once is not None and once.key is not None:
        with here.queue.jobs_and_replies() as (_, replies):
            replayed = once.replayed(replies)
        if replayed is not None:
            return replayed
    known = here.kept.find(calculation.id)
    if known is not None:
        return _rendered(seen_as(known), question, request, tag)
    if await _is_small(calculation, here):
        if request.scope.get("without_content"):
            return head_of(question, request, tag)
        answer = await run_in_threadpool(calculation.found)
        here.kept.keep(calculation.id, answer)
        return _rendered(seen_as(answer), question, request, tag)
    kept: Response | None = None
    new = await run_in_threadpool(new_job, calculation, request)
    with here.queue.jobs_and_replies() as (jobs, replies):
        found = jobs.find(new.id)
        job = jobs.ask(new) if found is None or found.state is State.CANCELLED else found
        if once is not None and not job.state.is_over and question.format is not Format.TEXT:
            kept = once.answer_in(replies, lambda: accepted(job, request))
    here.workers.wake()
    if kept is not None:
        return kept
    return await answered_by(job, question, request, seen_as, tag=tag)


async def answered_by(
    job: Job,
    question: Question,
    request: Request,
    seen_as: Callable[[Finding], Finding] = _whole,
    *,
    tag: str | None = None,
) -> Response:
    """Answer with what a job came to; where it goes on, wait for it or say so.

    `JobCancelled` where somebody has cancelled it, `StillWorking` where a text has waited as long
    as it may, and what the calculation has refused.
    """
    here = desk(request)
    if not job.state.is_over and question.format is Format.TEXT:
        job = await here.watch.over(job.id, here.settings.text_patience) or job
        if not job.state.is_over:
            raise still_working(job_address(job.id))
    match job.state:
        case State.DONE:
            return _rendered(seen_as(finding(job, job.answer)), question, request, tag)
        case State.FAILED:
            assert job.problem is not None
            raise refusal_of(job.problem)
        case State.CANCELLED:
            raise JobCancelled(CANCELLED)
        case _:
            return accepted(job, request)


def accepted(job: Job, request: Request) -> JSONResponse:
    """Say that a job is on its way, and where (da: i gang)."""
    status = job_status(job, language(request))
    return JSONResponse(
        status.model_dump(mode="json", exclude_none=True),
        status_code=202,
        headers={
            "Location": status.address,
            "Retry-After": str(_SECONDS_TO_NEXT_LOOK),
            "Cache-Control": "no-store",
            "Content-Language": language(request),
            "Vary": "Accept-Language",
        },
    )


async def _is_small(calculation: Calculation, here: Desk) -> bool:
    """Whether a calculation is answered at once."""
    at_once = here.settings.at_once_steps
    least, most = await run_in_threadpool(calculation.steps)
    if calculation.always_a_job:
        return False
    if most <= at_once:
        return True
    if least > at_once or least == most:
        return False
    with here.queue.jobs() as jobs:
        if jobs.find(calculation.id) is not None:
            return False  # it has been settled before
    return await run_in_threadpool(calculation.settled_steps) <= at_once


def new_job(calculation: Calculation, request: Request) -> NewJob:
    """Write a calculation for the queue (da: ny beregning)."""
    about = calculation.about
    if about is not None and request.method == "POST":
        about = replace(about, path=None)  # no address gives the answer to a document
    return NewJob(
        id=calculation.id,
        kind=calculation.kind,
        version=planner_version(),
        question=calculation.question,
        department=calculation.department,
        total=calculation.total,
        asked_by=caller(request).name,
        asked=None if about is None else about.as_json(),
    )


def _rendered(found: Finding, question: Question, request: Request, tag: str | None) -> Response:
    return rendered(found.answer, question, request, in_words=found.sentence, tag=tag)
