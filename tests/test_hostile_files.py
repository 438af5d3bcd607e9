"""Files that people send by mistake or to do harm: each a clear answer, soon, in little memory."""

import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field

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
    name: str, content: bytes, expected: Expectation
) -> None:
    started = time.monotonic()
    given = answer(name, content)
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


_READ_ALL = """
import sys
from resource import RUSAGE_CHILDREN, getrusage
from hostile_files import hostile_files
from test_hostile_files import answer
names = sys.argv[1:]
for name, content, _ in hostile_files():
    if not names or name in names:
        before = getrusage(RUSAGE_CHILDREN).ru_maxrss
        answer(name, content)
        largest = getrusage(RUSAGE_CHILDREN).ru_maxrss
        if largest > before:
            print(largest, name)
"""


def largest_reading_process(*names: str) -> tuple[int, str]:
    """The memory of the largest process that read one of the files, in bytes, and its file.

    In a process without other children than those: what else the tests have run counts nowhere.
    """
    ran = subprocess.run(
        [sys.executable, "-c", _READ_ALL, *names],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        stdout=subprocess.PIPE,
        check=True,
        text=True,
        timeout=len(FILES) * SECONDS,
    )
    kilobytes, name = ran.stdout.splitlines()[-1].split(" ", 1)
    return int(kilobytes) * 1024, name


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere it is counted in other units")
def test_the_reading_processes_kept_within_their_memory() -> None:
    largest, name = largest_reading_process()
    assert largest <= Limits().memory_bytes, name
