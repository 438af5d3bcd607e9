"""What a page shows of a calculation that takes its time: its answer, or how far it is.

Where there are workers it is a job, which no restart loses and which the address of the same
question finds again. A service that keeps nothing has none: there it is done beside the requests
and kept as long as the service lives (da: beregninger på siderne).
"""

import asyncio
from collections import OrderedDict
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from threading import Event, Lock

from fastapi import Request
from fastapi.concurrency import run_in_threadpool

from api.jobs.answering import desk, new_job
from api.jobs.calculation import Calculation, Finding, Running
from api.jobs.problems import refusal_of
from api.jobs.status import finding
from api.store.jobs import Job, State
from capacity.errors import PlannerError

_MOST_KEPT = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class CalculationPart:
    """A calculation as a page shows it (da: beregning).

    `finding` is there once it is done, `refusal` says why there is none. `done` of `total`
    replications; `total` is None until it is known.
    """

    id: str
    state: State
    done: int = 0
    total: int | None = None
    finding: Finding | None = None
    refusal: PlannerError | None = None

    @property
    def is_going(self) -> bool:
        """Whether it is worth asking again (da: i gang)."""
        return not self.state.is_over


class _Stopped(Exception):
    """Somebody has stopped the calculation."""


@dataclass(slots=True)
class _Kept:
    calculation: Calculation
    total: int | None
    done: int = 0
    stop: Event = field(default_factory=Event)
    future: "Future[Finding] | None" = None

    def run(self) -> Finding:
        return self.calculation.found(Running(None, self._told))

    def _told(self, done: int, total: int | None) -> None:
        if self.stop.is_set():
            raise _Stopped
        self.done, self.total = done, total


class Beside:
    """Calculations done beside the requests, one after the other, and kept (da: ved siden af)."""

    def __init__(self) -> None:
        self._kept: OrderedDict[str, _Kept] = OrderedDict()
        self._lock = Lock()
        self._threads = ThreadPoolExecutor(1, thread_name_prefix="calculations")

    def asked(self, calculation: Calculation, *, again: bool) -> "Future[Finding]":
        """Begin a calculation, or find it begun; one that was stopped begins `again`."""
        id_ = calculation.id
        with self._lock:
            kept = self._kept.get(id_)
            if kept is None or (again and kept.stop.is_set()):
                kept = self._kept[id_] = _Kept(calculation, calculation.total)
                kept.future = self._threads.submit(kept.run)
            self._kept.move_to_end(id_)
            while len(self._kept) > _MOST_KEPT:
                _, oldest = self._kept.popitem(last=False)
                oldest.stop.set()
            assert kept.future is not None
            return kept.future

    def part(self, id_: str) -> CalculationPart:
        """Return how far it is, or what it has come to; a fault of ours is raised (da: stand)."""
        with self._lock:
            kept = self._kept[id_]
        assert kept.future is not None
        if kept.stop.is_set():
            return CalculationPart(id=id_, state=State.CANCELLED)
        if not kept.future.done():
            return CalculationPart(id=id_, state=State.RUNNING, done=kept.done, total=kept.total)
        error = kept.future.exception()
        if error is None:
            return CalculationPart(id=id_, state=State.DONE, finding=kept.future.result())
        if isinstance(error, PlannerError):
            return CalculationPart(id=id_, state=State.FAILED, refusal=error)
        with self._lock:
            self._kept.pop(id_, None)  # a fault may have passed when it is asked again
        raise error

    def cancel(self, id_: str) -> None:
        """Stop a calculation; one that is done stays so (da: annullér)."""
        with self._lock:
            kept = self._kept.get(id_)
        if kept is not None and kept.future is not None and not kept.future.done():
            kept.stop.set()

    def forget(self) -> None:
        """Stop and forget all of them (da: glem)."""
        with self._lock:
            for kept in self._kept.values():
                kept.stop.set()
            self._kept.clear()

    def close(self) -> None:
        """Start no more (da: luk)."""
        self.forget()
        self._threads.shutdown(wait=False, cancel_futures=True)


async def calculated(
    calculations: Sequence[Calculation], request: Request, *, again: bool = False
) -> tuple[CalculationPart, ...]:
    """Ask for some calculations at once, and say how far each has come (da: regn).

    Each is waited for as long as a page waits. One that somebody has stopped stays so, unless it
    is asked for `again`. What a calculation refuses is told in its part.
    """
    wanted = (_calculated(each, request, again=again) for each in calculations)
    return tuple(await asyncio.gather(*wanted))


async def cancel(id_: str, request: Request) -> None:
    """Stop a calculation, whoever does it (da: annullér); `UnknownJob` where there is none."""
    here = desk(request)
    if here.settings.database is None:
        request.app.state.beside.cancel(id_)
        return
    with here.queue.jobs() as jobs:
        jobs.job(id_)
        jobs.cancel(id_)


async def _calculated(
    calculation: Calculation, request: Request, *, again: bool
) -> CalculationPart:
    here = desk(request)
    id_ = await run_in_threadpool(lambda: calculation.id)
    try:
        if here.settings.database is None:
            return await _beside(calculation, id_, request, again=again)
        return await _job(calculation, id_, request, again=again)
    except PlannerError as error:
        return CalculationPart(id=id_, state=State.FAILED, refusal=error)


async def _beside(
    calculation: Calculation, id_: str, request: Request, *, again: bool
) -> CalculationPart:
    beside: Beside = request.app.state.beside
    await run_in_threadpool(calculation.steps)  # refuses what is too much
    future = await run_in_threadpool(lambda: beside.asked(calculation, again=again))
    await asyncio.wait([asyncio.wrap_future(future)], timeout=desk(request).settings.patience)
    return beside.part(id_)


async def _job(
    calculation: Calculation, id_: str, request: Request, *, again: bool
) -> CalculationPart:
    here = desk(request)
    with here.queue.jobs() as jobs:
        job = jobs.find(id_)
    if job is None or (again and job.state is State.CANCELLED):
        await run_in_threadpool(calculation.steps)
        new = await run_in_threadpool(new_job, calculation, request)
        with here.queue.jobs() as jobs:
            job = jobs.ask(new)
        here.workers.wake()
    if not job.state.is_over:
        job = await here.watch.over(id_, here.settings.patience) or job
    return _part(job)


def _part(job: Job) -> CalculationPart:
    return CalculationPart(
        id=job.id,
        state=job.state,
        done=job.done,
        total=job.total,
        finding=finding(job, job.answer) if job.state is State.DONE else None,
        refusal=None if job.problem is None else refusal_of(job.problem),
    )
