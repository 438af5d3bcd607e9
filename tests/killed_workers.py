"""Workers that are processes of their own and are killed at any moment, and what the store says."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from threading import Event

from api.database import database_engine
from api.store.jobs import Job, Queue

LEASE = 1
"""Seconds: a test need not wait as long for a worker that is dead as a service does."""


def begun(database: str, command: str = "work") -> "subprocess.Popen[bytes]":
    """Start a process that does jobs."""
    settings = {"CASELOAD_LEASE": str(LEASE), "CASELOAD_AT_ONCE_STEPS": "0"}
    return subprocess.Popen(
        [sys.executable, "-m", "api", command, "--database", database],
        env=os.environ | settings | {"CASELOAD_PORT": "8765", "CASELOAD_LOG_LEVEL": "error"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def killed(process: "subprocess.Popen[bytes]") -> None:
    process.send_signal(signal.SIGKILL)
    process.wait(10)


class Seen:
    """What the store says of a job, looked at from outside."""

    def __init__(self, database: str, id_: str) -> None:
        self.engine = database_engine(database)
        self.queue, self.id = Queue(self.engine), id_

    def job(self) -> Job:
        with self.queue.jobs() as jobs:
            return jobs.job(self.id)

    def keys(self) -> frozenset[str]:
        with self.queue.jobs() as jobs:
            return jobs.chunks(self.id)

    def chunks(self) -> int:
        return len(self.keys())

    def is_over(self) -> bool:
        return self.job().state.is_over

    def until(self, is_so: Callable[[], bool]) -> None:
        """Look until something is so; a test that waits in vain ends after two minutes."""
        waiting = Event()
        for _ in range(6000):
            if is_so():
                return
            waiting.wait(0.02)
        raise AssertionError("waited in vain")
