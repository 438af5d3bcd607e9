"""An executor that remembers: a piece that the job has finished before is not run again.

Simulations hand their replications to an `Executor` in pieces whose luck follows from the
replication number. What a piece comes to therefore follows from what is handed over, and is kept
under a digest of it. A job that goes on after a crash runs the same procedure from the start and
finds its pieces done; the procedure knows nothing of jobs.
"""

import io
from collections.abc import Callable, Mapping
from concurrent.futures import Executor, Future
from contextlib import suppress
from dataclasses import fields, is_dataclass
from datetime import date
from hashlib import sha256
from typing import Any, Protocol

import numpy as np
from numpy.lib import format as npy

from simulations import MODEL_VERSION
from simulations.possible_pasts import SeenPasts, SeenQuartiles, seen_pasts, seen_quartiles
from simulations.replications import Counted, replicate

Figures = Counted | SeenPasts | SeenQuartiles
"""What pieces come to: arrays of figures, never the runs that they were counted from."""

_COMES_TO: Mapping[Callable[..., Figures], type[Figures]] = {
    replicate: Counted,
    seen_pasts: SeenPasts,
    seen_quartiles: SeenQuartiles,
}
"""Whose pieces are kept: each takes what is laid out, and from which replication to which."""


class Chunks(Protocol):
    """Where the finished pieces of one job are kept (da: delresultater)."""

    def names(self) -> frozenset[str]:
        """Name those that are finished already."""

    def find(self, key: str) -> bytes | None:
        """Find what a piece came to."""

    def keep(self, key: str, counted: bytes) -> None:
        """Keep what a piece came to."""


class KeptChunks(Executor):
    """Runs pieces on `threads`, keeps what they come to and reads what is kept.

    `before_each` is called before a piece is run, and what it raises stops the job.
    """

    def __init__(self, threads: Executor, chunks: Chunks, before_each: Callable[[], None]) -> None:
        self._threads, self._chunks, self._before_each = threads, chunks, before_each
        self._finished = chunks.names()
        self._last_experiment: tuple[object, bytes] | None = None

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Run a piece, or promise what it came to before."""
        if fn not in _COMES_TO or kwargs:
            return self._threads.submit(self._run, fn, *args, **kwargs)
        key = self._key(fn, *args)
        if key in self._finished:
            return _Kept(self._chunks, key, fn, args)
        return self._threads.submit(self._run_and_keep, key, fn, *args)

    def _run(self, fn: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        self._before_each()
        return fn(*args, **kwargs)

    def _run_and_keep(self, key: str, fn: Callable[..., Figures], *args: Any) -> Figures:
        self._before_each()
        counted = fn(*args)
        # Kept before anybody counts it: what is counted is never run a second time.
        self._chunks.keep(key, written(counted))
        return counted

    def _key(self, fn: Callable[..., Figures], experiment: Any, first: int, last: int) -> str:
        # The experiment is the same for all pieces of a run, and large.
        if self._last_experiment is None or self._last_experiment[0] is not experiment:
            self._last_experiment = experiment, digest(experiment)
        # The same pasts may be looked at in two ways.
        laid_out = self._last_experiment[1].hex()
        return digest((MODEL_VERSION, fn.__name__, laid_out, int(first), int(last))).hex()[:40]


class _Kept(Future[Any]):
    """A piece that was finished before: read when its turn comes, so that not all are in memory."""

    def __init__(
        self, chunks: Chunks, key: str, fn: Callable[..., Figures], args: tuple[Any, ...]
    ) -> None:
        super().__init__()
        self._chunks, self._key, self._fn, self._args = chunks, key, fn, args
        self.set_result(None)

    def result(self, timeout: float | None = None) -> Any:
        """Read what the piece came to; run it where that is gone or cannot be read."""
        super().result(timeout)
        counted = self._chunks.find(self._key)
        if counted is not None:
            with suppress(Exception):  # whatever is wrong with it: it can be run again
                return read(counted, _COMES_TO[self._fn])
        return self._fn(*self._args)


def digest(value: Any) -> bytes:
    """Digest numbers, words, days, arrays, and tuples and records of them (da: fingeraftryk).

    `TypeError` for others.

    >>> digest((1, "a")) == digest((1, "a")), digest((1, "a")) == digest(("1", "a"))
    (True, False)
    """
    hashed = sha256()
    match value:
        case np.ndarray():
            # Byte for byte, but for the order in memory: the same numbers are the same piece.
            hashed.update(f"array {npy.dtype_to_descr(value.dtype)!r} {value.shape}".encode())
            # Records field by field: what lies between the fields of an aligned one is whatever
            # the memory held before.
            for name in value.dtype.names or ():
                hashed.update(digest(value[name]))
            if value.dtype.names is None:
                hashed.update(np.ascontiguousarray(value).tobytes())
        case tuple():
            hashed.update(f"tuple {len(value)}".encode())
            for each in value:
                hashed.update(digest(each))
        case None | bool() | int() | float() | str() | date() | np.generic():
            hashed.update(f"{type(value).__name__} {value!r}".encode())
        case _ if is_dataclass(value) and not isinstance(value, type):
            hashed.update(type(value).__name__.encode())
            hashed.update(digest(tuple(getattr(value, each.name) for each in fields(value))))
        case _:
            raise TypeError(f"no digest of {type(value)}")
    return hashed.digest()


def written(counted: Figures) -> bytes:
    """Write figures as bytes, without anything that could be run when they are read."""
    into = io.BytesIO()
    np.savez_compressed(into, allow_pickle=False, **counted._asdict())
    return into.getvalue()


def read(counted: bytes, kind: type[Figures]) -> Figures:
    """Read figures of a kind as `written` wrote them (da: delresultat)."""
    with np.load(io.BytesIO(counted), allow_pickle=False) as arrays:
        return kind(*(arrays[name] for name in kind._fields))
