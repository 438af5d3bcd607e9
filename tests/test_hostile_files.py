"""Files that people send by mistake or to do harm: each a clear answer, soon, in little memory."""

import re
import resource
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from multiprocessing import get_context

import pytest
from hostile_files import Expectation, hostile_files

from api.privacy import looks_like_cpr
from api.uploads import Limits, Table, UploadRefused, UploadTooLarge, guarded, table
from capacity.wording import Text

FILES = list(hostile_files())
_TO_DO = re.compile(r"\b(send|gem|del|ret|slet|skriv|vis|eksporter|giv|fjern)\b", re.IGNORECASE)
SECONDS = 20
"""For one file on a machine that does much else; the usual one takes a fifth of a second."""


@dataclass
class Answer:
    outcome: str
    said: str
    rows: int = 0
    told: list[object] = field(default_factory=list)


def answer(name: str, content: bytes, limits: Limits | None = None) -> Answer:
    try:
        upload = guarded(content, name, limits or Limits())
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


class Reader:
    """A process that reads files and has no children but the processes that read them.

    A process counts the memory of all its children as one figure, and every child begins with what
    its parent has had: in the process of the tests, that of all that the tests have run.
    """

    def __init__(self) -> None:
        self._process = ProcessPoolExecutor(1, mp_context=get_context("spawn"))
        self._process.submit(_largest_child).result()  # it has begun: no file waits for it
        self.asked: set[str] = set()

    def answer(self, name: str, content: bytes, limits: Limits | None = None) -> Answer:
        self.asked.add(name)
        reading = self._process.submit(answer, name, content, limits)
        return reading.result(timeout=10 * SECONDS)

    def largest_process(self) -> int:
        """The memory of the largest process that read a file, in bytes."""
        return self._process.submit(_largest_child).result(timeout=SECONDS)

    def close(self) -> None:
        self._process.shutdown()


def _largest_child() -> int:
    return resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024


@pytest.fixture(scope="module")
def reader() -> Iterator[Reader]:
    opened = Reader()
    yield opened
    opened.close()


def _said(found: Table) -> str:
    faults = [fault.problem.da for fault in found.faults.listed]
    return " | ".join([*faults, *(notice.da for notice in found.notices)])


def test_there_are_more_than_a_hundred_and_none_is_called_as_another() -> None:
    names = [name for name, _, _ in FILES]
    assert len(set(names)) == len(names) > 150


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    FILES,
    ids=[re.sub("[0-9]{6}-[0-9]+", "cpr", f[0]) for f in FILES],
)
def test_a_hostile_file_gets_a_clear_answer_soon(
    reader: Reader, name: str, content: bytes, expected: Expectation
) -> None:
    started = time.monotonic()
    given = reader.answer(name, content)
    assert time.monotonic() - started < SECONDS
    assert given.outcome == expected.outcome, given.said
    assert expected.word in given.said
    if expected.rows is not None:
        assert given.rows == expected.rows
    assert not _shows_cpr(given)
    if expected.outcome in ("refused", "too_large"):
        assert _TO_DO.search(given.said)


def _shows_cpr(given: Answer) -> bool:
    return any(looks_like_cpr(text) or "102031234" in text for text in _texts(given.told))


def _texts(told: object) -> Iterator[str]:
    if isinstance(told, str):
        yield told
    elif isinstance(told, list | tuple):
        for each in told:
            yield from _texts(each)
    elif isinstance(told, Text):
        yield from (told.da, told.en)
    elif told is not None and hasattr(told, "__dataclass_fields__"):
        for name in told.__dataclass_fields__:
            yield from _texts(getattr(told, name))


COUNTED = pytest.mark.skipif(sys.platform != "linux", reason="elsewhere in other units")


@COUNTED
def test_the_reading_processes_kept_within_their_memory(reader: Reader) -> None:
    for name, content, _ in FILES:
        if name not in reader.asked:
            reader.answer(name, content)
    assert reader.largest_process() <= Limits().memory_bytes


@COUNTED
def test_a_process_with_little_memory_takes_no_more_than_that() -> None:
    little = Limits(memory_bytes=256 * 2**20)
    content = next(each for name, each, _ in FILES if name == "a-million-columns.csv")
    peak: dict[int, int] = {}
    for limits in (Limits(), little):
        reader = Reader()
        assert reader.answer("sager.csv", content, limits).outcome == "too_large"
        peak[limits.memory_bytes] = reader.largest_process()
        reader.close()
    assert peak[little.memory_bytes] <= little.memory_bytes < peak[Limits().memory_bytes]
