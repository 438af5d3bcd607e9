"""The tables of an upload, as rows that a process of its own reads (da: læsning af filer).

The process may be killed for memory, for time or for keeping its reader waiting; what it hands
over is unpickled with nothing but dates allowed, and lies in the pipe until it is asked for.
"""

import io
import json
import os
import pickle
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from itertools import chain
from pathlib import Path
from time import monotonic
from typing import Any

from api.uploads.cells import (
    Cell,
    CellError,
    Faults,
    Part,
    Progress,
    Sheet,
    Table,
    UploadRefused,
    UploadTooLarge,
    letter,
    shown_value,
)
from api.uploads.guard import Upload
from api.uploads.lazy_columns import CellsInRows
from api.uploads.messages import LARGEST_MESSAGE, LENGTH, OUT_OF_MEMORY
from capacity.wording import Text

_KEPT_ENVIRONMENT = ("SYSTEMROOT", "LD_LIBRARY_PATH", "TZ")
_PLACE = Path(__file__).parents[2]
_TOO_LARGE = Text(
    da="filen er for stor eller for indviklet; del den, eller gem arket som CSV",
    en="the file is too large or too complicated; divide it, or save the sheet as CSV",
)
_DAMAGED = Text(
    da="filen kan ikke læses; åbn den, gem den på ny som XLSX eller CSV, og send den",
    en="the file cannot be read; open it, save it anew as XLSX or CSV and send it",
)
_REMOVE_CPR = Text(
    da="fjern det, og brug et pseudonym; er det et sagsnummer, så giv kolonnen en undtagelse",
    en="remove it and use a pseudonym; if it is a case number, make an exception for its column",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowance:
    """Columns whose numbers look like CPR numbers and are not (da: undtagelse, `--allow`).

    Their cells are pseudonyms from the start: the reading process hands over a keyed hash instead
    of what was written, so not even a real CPR number is stored. The same `key` gives the same
    pseudonym, so it is the department's own secret, kept, and never shown.
    """

    headings: frozenset[str]
    key: bytes


def tables(upload: Upload) -> tuple[Sheet, ...]:
    """Return the sheets of a file in their order, one without a name for CSV (da: ark)."""
    with _process(upload, list=True) as process:
        kind, *rest = process.message()
        if kind == "sheets":
            return tuple(Sheet(name=name, hidden=hidden) for name, hidden in rest[0])
        raise _refusal(upload, kind, rest)


@contextmanager
def table(
    upload: Upload,
    *,
    sheet: str | None = None,
    allowance: Allowance | None = None,
    progress: Callable[[Progress], None] | None = None,
) -> Iterator[Table]:
    """Open a sheet, by default the first visible one with content (da: åbnet tabel).

    The process that reads it ends with the block. Whatever is wrong with the file as a whole is
    raised here or by `rows` (`UploadRefused`, `UploadTooLarge`); what is wrong with single rows is
    in `faults`.
    """
    allowed = sorted(allowance.headings) if allowance else []
    key = allowance.key.hex() if allowance else ""
    with _process(upload, list=False, sheet=sheet, allowed=allowed, key=key) as process:
        kind, *rest = process.message()
        if kind != "heading":
            raise _refusal(upload, kind, rest)
        name, headings, heading_row = rest
        faults, notices = Faults(), list(upload.notices)
        parts = _parts(upload, process, _Place(name, headings), faults, notices, progress)
        yield Table(
            file=upload.filename,
            sheet=name,
            headings=headings,
            heading_row=heading_row,
            parts=parts,
            rows=chain.from_iterable(map(Part.rows, parts)),
            faults=faults,
            notices=notices,
        )


@dataclass(frozen=True, slots=True)
class _Place:
    sheet: str | None
    headings: tuple[str, ...]


def _parts(
    upload: Upload,
    process: "_Process",
    place: _Place,
    faults: Faults,
    notices: list[Text],
    progress: Callable[[Progress], None] | None,
) -> Iterator[Part]:
    count = 0
    while True:
        kind, *rest = process.message()
        if kind in ("rows", "text"):
            *content, share = rest
            part = _of_columns(*content) if kind == "rows" else _of_text(upload, place, *content)
            count += len(part.numbers)
            if progress is not None:
                progress(Progress(rows=count, share=share))
            yield part
        elif kind == "done":
            notices += [Text(da=da, en=en) for da, en in rest[0]]
            for each in rest[1]:
                faults.add(_cell_error(upload, place, *each))
            faults.count += rest[2] - len(rest[1])
            return
        else:
            raise _refusal(upload, kind, rest)


def _of_columns(
    columns: list[Sequence[Cell]], packed: tuple[int, int] | list[int], lines: list[int] | None
) -> Part:
    numbers = range(packed[0], packed[1] + 1) if isinstance(packed, tuple) else packed
    return Part(numbers, columns, lines or numbers)


def _of_text(upload: Upload, place: "_Place", *told: Any) -> Part:
    text, delimiter, rows, number, line = told
    cells, width = text.split(delimiter), len(place.headings)
    if len(cells) != rows * width:
        raise UploadRefused(_DAMAGED, file=upload.filename)
    columns = CellsInRows(cells, width)
    return Part(range(number, number + rows), columns, range(line, line + rows))


def _cell_error(
    upload: Upload,
    place: _Place,
    row: int | None,
    column: int | None,
    value: str | None,
    *told: str,
) -> CellError:
    named = column is not None and column < len(place.headings)
    return CellError(
        file=shown_value(upload.filename),
        sheet=None if place.sheet is None else shown_value(place.sheet),
        row=row,
        column=None if column is None else letter(column),
        heading=shown_value(place.headings[column]) if named and column is not None else None,
        value=value,
        problem=Text(da=told[0], en=told[1]),
        what_to_do=Text(da=told[2], en=told[3]),
    )


def _refusal(upload: Upload, kind: str, rest: list[Any]) -> UploadRefused | UploadTooLarge:
    if kind == "cpr":
        return _with_cpr(upload, *rest)
    if kind == "refused":
        da, en, too_large = rest
        if too_large:
            return UploadTooLarge(Text(da=da, en=en), field=shown_value(upload.filename))
        return UploadRefused(Text(da=da, en=en), file=upload.filename)
    return UploadRefused(_DAMAGED, file=upload.filename)


def _with_cpr(upload: Upload, count: int, places: list[tuple[Any, ...]]) -> UploadRefused:
    problem = Text(
        da="her er noget, der ligner et CPR-nummer", en="here is what looks like a CPR number"
    )
    errors = tuple(
        CellError(
            file=shown_value(upload.filename),
            sheet=sheet,
            row=row,
            column=column,
            heading=heading,
            problem=problem,
            what_to_do=_REMOVE_CPR,
        )
        for sheet, row, column, heading in places
    )
    return UploadRefused(
        Text(
            da=f"filen har noget, der ligner CPR-numre, {count} "
            f"{'sted' if count == 1 else 'steder'}; intet er gemt",
            en=f"the file has what looks like CPR numbers in {count} "
            f"{'place' if count == 1 else 'places'}; nothing is kept",
        ),
        file=upload.filename,
        errors=errors,
        count=count,
    )


class _Dates(pickle.Unpickler):
    """An unpickler that makes nothing but dates: what comes over the pipe is not trusted."""

    def find_class(self, module: str, name: str) -> Any:
        if module == "datetime" and name in ("date", "datetime"):
            return super().find_class(module, name)
        raise pickle.UnpicklingError(name)


class _Process:
    """The reading process, and how long it may still be waited for (da: læseproces)."""

    def __init__(self, process: subprocess.Popen[bytes], upload: Upload) -> None:
        self._process, self._upload = process, upload
        self._waiting_left = upload.limits.waiting_seconds

    def give(self, order: bytes) -> None:
        """Hand the order and the file over (da: giv)."""
        source = self._upload.source
        content = source if isinstance(source, bytes) else source.read_bytes()
        assert self._process.stdin is not None
        with suppress(BrokenPipeError), self._watched():
            self._process.stdin.write(order + b"\n")
            self._process.stdin.write(content)
            self._process.stdin.close()

    def message(self) -> tuple[Any, ...]:
        """Wait for the next message (da: besked)."""
        assert self._process.stdout is not None
        with self._watched():
            length = self._process.stdout.read(LENGTH.size)
            size = LENGTH.unpack(length)[0] if len(length) == LENGTH.size else 0
            packed = self._process.stdout.read(size) if size <= 2 * LARGEST_MESSAGE else b""
        if not size or len(packed) < size:
            raise self._ended()
        try:
            found: tuple[Any, ...] = _Dates(io.BytesIO(packed)).load()
        except (pickle.UnpicklingError, EOFError) as error:
            raise UploadRefused(_DAMAGED, file=self._upload.filename) from error
        return found

    @contextmanager
    def _watched(self) -> Iterator[None]:
        """Kill the process when it has kept its reader waiting for too long (da: vagt)."""
        watchdog = threading.Timer(self._waiting_left, self._process.kill)
        watchdog.daemon = True
        watchdog.start()
        started = monotonic()
        try:
            yield
        finally:
            watchdog.cancel()
            self._waiting_left = max(0.0, self._waiting_left - (monotonic() - started))

    def _ended(self) -> UploadRefused | UploadTooLarge:
        """Say why the process has ended before it was done (da: afbrudt)."""
        code = self._process.wait()
        if code < 0 or code == OUT_OF_MEMORY:  # killed by a bound of its own, or by the watchdog
            return UploadTooLarge(_TOO_LARGE, field=shown_value(self._upload.filename))
        return UploadRefused(_DAMAGED, file=self._upload.filename)


@contextmanager
def _process(upload: Upload, **order: Any) -> Iterator[_Process]:
    whole = {"sheet": None, "allowed": [], "key": "", **order}
    whole |= {"kind": upload.kind.value, "limits": asdict(upload.limits)}
    kept = {name: os.environ[name] for name in _KEPT_ENVIRONMENT if name in os.environ}
    process = subprocess.Popen(
        [sys.executable, "-P", "-s", "-m", "api.uploads.child"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,  # what it has to say might hold what it has read
        env={"PYTHONPATH": str(_PLACE), "PYTHONUTF8": "1", **kept},
    )
    try:
        reading = _Process(process, upload)
        reading.give(json.dumps(whole).encode())
        yield reading
    finally:
        process.kill()
        for pipe in (process.stdin, process.stdout):
            with suppress(BrokenPipeError):
                pipe.close()  # type: ignore[union-attr]
        process.wait()
