"""Files that people send by mistake or to do harm: each a clear answer, soon, in little memory."""

import re
import sys
import time
from collections.abc import Iterator

import pytest
from hostile_files import Expectation, hostile_files
from reading_process import SECONDS, Answer, Reader

from api.privacy import looks_like_cpr
from api.uploads import Limits
from capacity.wording import Text

FILES = list(hostile_files())
_TO_DO = re.compile(r"\b(send|gem|del|ret|slet|skriv|vis|eksporter|giv|fjern)\b", re.IGNORECASE)


@pytest.fixture(scope="module")
def reader() -> Iterator[Reader]:
    opened = Reader()
    yield opened
    opened.close()


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
    """What none of the files above comes near: a line that takes more than there is."""
    content, little = b"x" * 45_000_000, Limits(memory_bytes=128 * 2**20)
    peak: dict[int, int] = {}
    for limits, outcome in ((little, "too_large"), (Limits(), "refused")):
        reader = Reader()
        assert reader.answer("sager.csv", content, limits).outcome == outcome
        peak[limits.memory_bytes] = reader.largest_process()
        reader.close()
    assert peak[little.memory_bytes] <= little.memory_bytes < peak[Limits().memory_bytes]
