"""Files that somebody is looking at before they keep them (da: bakken).

A browser cannot send the same file again by itself, so it lies here while its owner corrects what
its columns are: in memory alone, until it is kept or thrown away, and for half an hour at most. One
with CPR numbers, or that cannot be read at all, is thrown away at once.
"""

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from secrets import token_urlsafe
from threading import Lock
from time import monotonic
from typing import TYPE_CHECKING

from api.faults import StoreFault
from api.imports.desk import (
    Acceptance,
    ImportDesk,
    Imported,
    drafted,
    drafted_and_kept,
    imported,
)
from api.imports.given import NewDepartment
from api.uploads import Progress, UploadRefused, UploadTooLarge
from capacity.errors import PlannerError
from capacity.wording import Text

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from api.imports.terms import Terms

KEPT_SECONDS = 30 * 60.0
NEW = ""
"""Whose a file is that a department is to be drafted from (da: ny afdeling)."""
_MOST_FILES = 20
_FILES_AT_ONCE = 4


class GoneFromTray(PlannerError):
    """The file is no longer there (da: filen ligger her ikke længere)."""


@dataclass(slots=True, kw_only=True)
class Waiting:
    """A file in the tray, what is said of it, and what came of reading it (da: ventende fil).

    `content` is None once it was thrown away; the `outcome` then says why. `asked` tells one
    reading from the next, so that a slow one does not overwrite what was asked after it.
    """

    id: str
    department: str
    owner: str
    filename: str
    content: bytes | None
    said: Mapping[str, str]
    since: float
    progress: Progress | None = None
    outcome: Imported | PlannerError | None = None
    is_reading: bool = False
    is_keeping: bool = False
    asked: int = 0
    stated_columns: dict[str, str] = field(default_factory=dict)
    stated_words: dict[str, dict[str, str]] = field(default_factory=dict)


Told = Callable[[Progress], None]
Work = Callable[[bytes, Told], Imported]
"""What is done with a file, telling how far it is (da: arbejde)."""


class ImportTray:
    """The files that wait, a few at a time; the oldest gives way (da: bakken)."""

    def __init__(self, most_bytes: int, clock: Callable[[], float] = monotonic) -> None:
        self._waiting: dict[str, Waiting] = {}
        self._most_bytes = most_bytes
        self._clock = clock
        self._lock = Lock()
        self._threads = ThreadPoolExecutor(_FILES_AT_ONCE, thread_name_prefix="tray")

    def put(
        self, department: str, owner: str, filename: str, content: bytes, said: Mapping[str, str]
    ) -> Waiting:
        """Put a file in the tray (da: læg i bakken)."""
        with self._lock:
            self._tidy()
            while self._waiting and (
                len(self._waiting) >= _MOST_FILES or self._bytes() + len(content) > self._most_bytes
            ):
                del self._waiting[min(self._waiting, key=lambda id_: self._waiting[id_].since)]
            new = Waiting(
                id=token_urlsafe(12),
                department=department,
                owner=owner,
                filename=filename,
                content=content,
                said=dict(said),
                since=self._clock(),
            )
            self._waiting[new.id] = new
            return new

    def find(self, id_: str, department: str, owner: str) -> Waiting:
        """Return a file of its owner's; `GoneFromTray` where it is not there (da: find)."""
        with self._lock:
            self._tidy()
            found = self._waiting.get(id_)
            if found is None or (found.department, found.owner) != (department, owner):
                raise GoneFromTray(
                    Text(
                        da="filen ligger her ikke længere, for den bliver højst en halv time; vælg "
                        "den igen",
                        en="the file is no longer here, for it stays for half an hour at most; "
                        "choose it again",
                    )
                )
            return found

    def throw_away(self, waiting: Waiting) -> None:
        """Throw a file away (da: kassér)."""
        with self._lock:
            self._waiting.pop(waiting.id, None)
            waiting.content = None
            waiting.asked += 1

    def read(
        self,
        waiting: Waiting,
        terms: "Terms",
        desk: ImportDesk,
        engine: "Engine",
        accept: Acceptance | None = None,
    ) -> None:
        """Begin to read a file, and to keep its list where that is accepted (da: læs).

        It goes on beside the requests: `progress` and then `outcome` say how far it is.
        """

        def work(content: bytes, told: Told) -> Imported:
            return imported(
                engine, content, waiting.filename, terms, waiting.department, accept, told
            )

        self._begin(waiting, work, desk, is_keeping=accept is not None)

    def draft(
        self,
        waiting: Waiting,
        terms: "Terms",
        new: NewDepartment,
        desk: ImportDesk,
        engine: "Engine",
        keep_by: str | None = None,
    ) -> None:
        """Begin to draft a department from a case list, and to keep both by somebody's word.

        (da: udkast.) It goes on beside the requests, as `read` does.
        """

        def work(content: bytes, told: Told) -> Imported:
            if keep_by is None:
                return drafted(engine, content, waiting.filename, terms, new, told)
            return drafted_and_kept(engine, content, waiting.filename, terms, new, keep_by, told)

        self._begin(waiting, work, desk, is_keeping=keep_by is not None)

    def _begin(self, waiting: Waiting, work: Work, desk: ImportDesk, *, is_keeping: bool) -> None:
        with self._lock:
            waiting.asked += 1
            waiting.is_reading, waiting.is_keeping = True, is_keeping
            waiting.progress, waiting.outcome = None, None
            asked, content = waiting.asked, waiting.content
        self._threads.submit(self._read, waiting, asked, content, work, desk)

    def refuse(self, waiting: Waiting, error: PlannerError) -> None:
        """Note that what is said of a file cannot be (da: afvis)."""
        with self._lock:
            waiting.asked += 1
            waiting.is_reading = waiting.is_keeping = False
            waiting.outcome = error

    def forget(self, department: str) -> None:
        """Throw away what is of a department that is deleted (da: glem afdelingen)."""
        with self._lock:
            for id_, each in list(self._waiting.items()):
                if each.department == department:
                    each.content = None
                    each.asked += 1
                    del self._waiting[id_]

    def close(self) -> None:
        """Throw everything away, for the service stops (da: luk)."""
        self._threads.shutdown(wait=False, cancel_futures=True)
        with self._lock:
            self._waiting.clear()

    def _read(
        self,
        waiting: Waiting,
        asked: int,
        content: bytes | None,
        work: Work,
        desk: ImportDesk,
    ) -> None:
        def told(progress: Progress) -> None:
            if waiting.asked == asked:
                waiting.progress = progress

        outcome: Imported | PlannerError
        try:
            assert content is not None
            with desk.reading():
                outcome = work(content, told)
        except PlannerError as error:
            outcome = error
        except Exception:  # a thread has nobody to raise it to
            outcome = StoreFault(
                Text(
                    da="filen kunne ikke læses på grund af en fejl i planlæggeren; prøv igen",
                    en="the file could not be read because of a fault in the planner; try again",
                )
            )
        with self._lock:
            if waiting.asked != asked:
                return  # it was asked about otherwise meanwhile, or thrown away
            waiting.outcome, waiting.is_reading = outcome, False
            is_kept = isinstance(outcome, Imported) and outcome.accepted is not None
            is_useless = isinstance(outcome, UploadTooLarge) or (
                isinstance(outcome, UploadRefused) and type(outcome) is UploadRefused
            )
            if is_kept or is_useless:
                waiting.content = None

    def _bytes(self) -> int:
        return sum(len(each.content or b"") for each in self._waiting.values())

    def _tidy(self) -> None:
        now = self._clock()
        for id_, each in list(self._waiting.items()):
            if now - each.since > KEPT_SECONDS:
                with suppress(KeyError):
                    del self._waiting[id_]
