"""Files read as the service reads them, by a process that does nothing else, and what it took.

A process counts the memory of all its children as one figure, and every child begins with what its
parent has had. In the process of the tests that is the memory of all that they have run; here the
parent is small, takes its files from the disk, and has no other children.
"""

import resource
import tempfile
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from multiprocessing import get_context
from pathlib import Path

from api.uploads import Limits, Table, UploadRefused, UploadTooLarge, guarded, table

SECONDS = 20
"""For one file on a machine that does much else; the usual one takes a fifth of a second."""


@dataclass
class Answer:
    outcome: str
    said: str
    rows: int = 0
    told: list[object] = field(default_factory=list)


def answer(name: str, file: Path, limits: Limits | None = None) -> Answer:
    try:
        upload = guarded(file, name, limits or Limits())
        with table(upload) as found:
            rows = sum(1 for _ in found.rows)
            outcome = "faults" if found.faults.count else "read"
            return Answer(outcome, _said(found), rows, [found.faults, found.notices])
    except UploadTooLarge as refused:
        return Answer("too_large", refused.message.da, told=[refused.message, refused.field])
    except UploadRefused as refused:
        cpr = "CPR" in refused.message.da
        told = [refused.message, refused.field, refused.errors]
        return Answer("cpr" if cpr else "refused", refused.message.da, told=told)


def _said(found: Table) -> str:
    faults = [fault.problem.da for fault in found.faults.listed]
    return " | ".join([*faults, *(notice.da for notice in found.notices)])


class Reader:
    """The process (da: læser)."""

    def __init__(self) -> None:
        self._process = ProcessPoolExecutor(1, mp_context=get_context("spawn"))
        self._process.submit(_largest_child).result()  # it has begun: no file waits for it
        self.asked: set[str] = set()

    def answer(self, name: str, content: bytes, limits: Limits | None = None) -> Answer:
        self.asked.add(name)
        with tempfile.NamedTemporaryFile() as kept:
            kept.write(content)
            kept.flush()
            reading = self._process.submit(answer, name, Path(kept.name), limits)
            return reading.result(timeout=10 * SECONDS)

    def largest_process(self) -> int:
        """The memory of the largest process that has read a file, in bytes."""
        return self._process.submit(_largest_child).result(timeout=SECONDS)

    def close(self) -> None:
        self._process.shutdown()


def _largest_child() -> int:
    return resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024
