"""Watching a job from the event loop, also one that another process works on (da: følg med).

However many wait for a job, one look at the store serves all of them.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

from api.faults import StoreFault
from api.store.jobs import Job, Queue

_SECONDS_BETWEEN_LOOKS = 0.25


@dataclass(slots=True)
class _Look:
    """What was seen last, and how many wait to see more."""

    readers: int = 0
    job: Job | None = None
    changed: asyncio.Event = field(default_factory=asyncio.Event)
    task: "asyncio.Task[None] | None" = None


class Watch:
    """The jobs that somebody is waiting for (da: overvågning)."""

    def __init__(self, queue: Queue) -> None:
        self._queue = queue
        self._looks: dict[str, _Look] = {}

    async def changes(self, id_: str) -> AsyncIterator[Job]:
        """Yield a job as it is, whenever it has changed, until it is over or gone."""
        async with self._looking(id_) as look:
            seen: Job | None = None
            while True:
                changed, job = look.changed, look.job
                if job is not None and job != seen:
                    seen = job
                    yield job
                    if job.state.is_over:
                        return
                    continue
                if look.task is None or look.task.done():
                    return
                await changed.wait()

    async def over(self, id_: str, seconds: float) -> Job | None:
        """Wait so long at most until a job is over; return it as it was seen last."""
        last: Job | None = None
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                async for job in self.changes(id_):
                    last = job
        return last

    @asynccontextmanager
    async def _looking(self, id_: str) -> AsyncIterator[_Look]:
        look = self._looks.setdefault(id_, _Look())
        look.readers += 1
        if look.task is None:
            look.task = asyncio.create_task(self._follow(id_, look))
        try:
            yield look
        finally:
            look.readers -= 1

    async def _follow(self, id_: str, look: _Look) -> None:
        try:
            while look.readers:
                with suppress(StoreFault):  # a database that is away is asked again
                    with self._queue.jobs() as jobs:
                        found = jobs.find(id_)
                    if found != look.job:
                        look.job = found
                        look.changed.set()
                        look.changed = asyncio.Event()
                    if found is None or found.state.is_over:
                        return
                await asyncio.sleep(_SECONDS_BETWEEN_LOOKS)
        finally:
            self._looks.pop(id_, None)
            look.task = None
            look.changed.set()
