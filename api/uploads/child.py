"""The process that reads one file, and may be killed without harm (da: læseproces).

It gives itself little memory and time before it looks at the first byte. In come a line of JSON
and the file, out go pickled tuples, each after its length. Whatever looks like a CPR number stays
here: once there is one, no more rows are handed over, and at the end it is said where they are.
"""

import json
import pickle
import sys
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import suppress
from dataclasses import astuple
from itertools import chain, islice
from operator import itemgetter
from typing import Any

from api.uploads.cells import MOST_CPR_LISTED, MOST_LISTED, Cell, letter, shown_value
from api.uploads.civil_registration import is_cpr, may_hold_cpr, parted_cpr, pseudonym
from api.uploads.columns import Chunk, Sum, cleaned
from api.uploads.headings import SAMPLE, Heading, Merged, heading
from api.uploads.messages import LARGEST_MESSAGE, LENGTH, OUT_OF_MEMORY
from api.uploads.plain_text import Plain, Stretch
from api.uploads.sheets import Book, NoSheet
from api.uploads.text_files import Record, TextAtFault, TextFile
from capacity.wording import Text

_CELLS_AT_A_TIME = 30_000
_MOST_NOTED = 10

Lines = Iterator[tuple[int, int, Sequence[Cell]]]
"""Rows with their number and their line (da: linjer)."""


class Refused(Exception):
    """The file cannot be read (da: afvist)."""

    def __init__(self, message: Text, *, too_large: bool = False) -> None:
        super().__init__(message.en)
        self.message, self.too_large = message, too_large


def main() -> int:
    """Read the file from standard input and hand its rows over (da: læs)."""
    order = json.loads(sys.stdin.buffer.readline())
    bounded(order["limits"])
    try:
        reading = _Reading(order)
        try:
            reading.read(sys.stdin.buffer.read())
        except Refused as refused:
            text = refused.message
            send("refused", text.da, text.en, refused.too_large)
    except MemoryError:
        return OUT_OF_MEMORY
    return 0


def bounded(limits: dict[str, Any]) -> None:
    """Bound the memory and time of this process for good (da: begrænset)."""
    with suppress(ImportError):  # Windows has no such bounds; there the clock alone ends it
        import resource

        memory, seconds = limits["memory_bytes"], limits["processor_seconds"]
        resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
        resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
        resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def send(*message: Any) -> None:
    """Hand a message over (da: send)."""
    _write(pickle.dumps(message, protocol=5))


def _write(packed: bytes) -> None:
    sys.stdout.buffer.write(LENGTH.pack(len(packed)))
    sys.stdout.buffer.write(packed)
    sys.stdout.buffer.flush()


class _Reading:
    """One file being read (da: læsning)."""

    def __init__(self, order: dict[str, Any]) -> None:
        self._order, self._limits = order, order["limits"]
        self._allowed = {name.casefold() for name in order["allowed"]}
        self._key = bytes.fromhex(order["key"])
        self._names: tuple[str, ...] = ()
        self._sheet: str | None = None
        self._hidden_columns: set[int] = set()
        self._nameless: dict[int, int] = {}
        self._faults: list[tuple[Any, ...]] = []
        self._fault_count = 0
        self._cpr: list[tuple[str | None, int | None, str | None, str | None]] = []
        self._cpr_count = 0
        self._notices: list[Text] = []
        self._rows = 0
        self._is_astray = False

    def read(self, content: bytes) -> None:
        """Read what the order says: the sheets alone, or the rows of one of them (da: læs)."""
        if self._order["kind"] == "csv":
            if self._order["list"]:
                send("sheets", [(None, False)])
            else:
                self._read_text(content)
        else:
            self._read_book(content)

    def _read_text(self, content: bytes) -> None:
        try:
            text = TextFile(content, self._limits["longest_cell"], self._limits["most_rows"])
        except TextAtFault as fault:
            where = Text(da="", en="")
            if fault.row is not None:
                where = Text(da=f"række {fault.row}: ", en=f"row {fault.row}: ")
            raise Refused(
                Text(
                    da=f"{where.da}{fault.problem.da}; {fault.what_to_do.da}",
                    en=f"{where.en}{fault.problem.en}; {fault.what_to_do.en}",
                )
            ) from None
        self._notices += text.notices
        self._table(None, self._lines_of(text.records()), (), text.share, text)
        self._done()

    def _lines_of(self, records: Iterator[Record]) -> Lines:
        try:
            yield from records
        except TextAtFault as fault:
            self._is_astray = True
            self._fault(fault.row, None, None, fault.problem, fault.what_to_do)

    def _read_book(self, content: bytes) -> None:
        try:
            book = Book(content)
        except NoSheet as error:
            raise Refused(error.message) from None
        del content
        if self._order["list"]:
            if any(is_cpr(name) for name, _ in book.sheets):
                self._cpr_count, self._cpr = 1, [(None, None, None, None)]
                send("cpr", self._cpr_count, self._cpr)
            else:
                send("sheets", book.sheets)
            return
        for name, _ in book.sheets:
            if is_cpr(name):
                self._found_cpr(name, None, None)
        try:
            name = book.chosen(self._order["sheet"])
            self._open(book, name)
            for other, _ in book.sheets:
                if other != name:
                    self._scan(book, other)
        except NoSheet as error:
            raise Refused(error.message) from None
        self._done()

    def _open(self, book: Book, name: str) -> None:
        rows, width, height = book.rows(name)
        if width > self._limits["most_columns"]:
            raise _too_wide(width, self._limits["most_columns"])
        lines = ((number, number, row) for number, row in enumerate(rows, 1))
        merged = book.merged(name)
        self._table(name, lines, merged, lambda: min(1.0, self._rows / max(1, height)))

    def _scan(self, book: Book, name: str) -> None:
        """Look through a sheet that is not asked for: it lies in the file all the same."""
        self._sheet, self._names = name, ()
        rows, width, _ = book.rows(name)
        first = 1
        while some := list(islice(rows, max(1, _CELLS_AT_A_TIME // max(1, width)))):
            self._look(list(zip(*some, strict=True)), range(first, first + len(some)))
            first += len(some)

    def _table(
        self,
        sheet: str | None,
        lines: Lines,
        merged: Merged,
        share: Callable[[], float],
        text: TextFile | None = None,
    ) -> None:
        self._sheet = sheet
        top = list(islice(lines, SAMPLE))
        self._refuse_too_wide(top)
        found = heading([row for _, _, row in top], merged, [number for number, _, _ in top])
        for number, _, row in top[: found.body if found else len(top)]:
            self._look([[cell] for cell in row], [number])
        if found is None:
            if self._cpr_count:
                return
            raise Refused(_no_heading(bool(top) and any(any(row) for _, _, row in top)))
        self._names = found.names
        parted = parted_cpr([row for _, _, row in top[found.body :]], len(found.names))
        if parted is not None and found.names[parted].casefold() not in self._allowed:
            self._found_cpr(sheet, top[found.body][0], parted)
        self._heading_faults(found, top[found.first][0], merged)
        if not self._cpr_count:
            send("heading", sheet, found.names, top[found.first][0])
        at_a_time = max(1, _CELLS_AT_A_TIME // len(found.names))
        sums = Sum()
        rest = self._stretches(text) if text is not None else None
        for part in chain([iter(top[found.body :])], [lines] if rest is None else rest):
            if isinstance(part, Stretch):
                self._pass_on(part, share)
                continue
            while some := list(islice(part, at_a_time)):
                self._take(some, share, sums)
        self._notices += sums.notices()
        for place, number in sorted(self._nameless.items()):
            self._fault(
                number,
                place,
                None,
                Text(
                    da="kolonnen har indhold, men ingen overskrift", en="the column has no heading"
                ),
                Text(da="giv den en overskrift, eller slet den", en="name it, or delete it"),
            )
        if not self._rows and not self._cpr_count and not self._fault_count:
            raise Refused(
                Text(
                    da="listen har overskrifter, men ingen rækker; send en med indhold",
                    en="the list has headings but no rows; send one with content",
                )
            )

    def _stretches(self, text: TextFile) -> Iterator[Stretch | Lines] | None:
        """Return what comes after the first rows of a text in stretches, where that may be."""
        names = self._names
        if self._is_astray or not all(names) or self._allowed & set(map(str.casefold, names)):
            return None
        plain = Plain(
            delimiter=text.delimiter, width=len(names), longest_cell=self._limits["longest_cell"]
        )
        stretches = text.stretches(plain)
        if stretches is None:
            return None
        return (each if isinstance(each, Stretch) else self._lines_of(each) for each in stretches)

    def _pass_on(self, stretch: Stretch, share: Callable[[], float]) -> None:
        """Hand a stretch over as it is (da: giv videre)."""
        self._rows += stretch.rows
        if not self._cpr_count:
            send("text", *astuple(stretch), share())

    def _heading_faults(self, found: Heading, row: int, merged: Merged) -> None:
        self._notices += found.notices
        for place, problem, what_to_do in found.problems:
            self._fault(row, place, None, problem, what_to_do)
        below = [area for area in merged if area[0][0] >= found.body]
        if below:
            places = ", ".join(
                f"{letter(left)}{top + 1}:{letter(right)}{bottom + 1}"
                for (top, left), (bottom, right) in below[:_MOST_NOTED]
            )
            more = "" if len(below) <= _MOST_NOTED else f" (+{len(below) - _MOST_NOTED})"
            self._notices.append(
                Text(
                    da=f"flettede celler {places}{more}: kun den første af dem har en værdi",
                    en=f"merged cells {places}{more}: only the first of them has a value",
                )
            )
        unknown = self._allowed - {name.casefold() for name in found.names}
        if unknown:
            self._notices.append(
                Text(
                    da=f"ingen kolonne hedder {', '.join(map(shown_value, sorted(unknown)))}",
                    en=f"no column is called {', '.join(map(shown_value, sorted(unknown)))}",
                )
            )

    def _take(
        self, some: list[tuple[int, int, Sequence[Cell]]], share: Callable[[], float], sums: Sum
    ) -> None:
        most = self._limits["most_rows"]
        if some[-1][0] > most:
            raise Refused(
                Text(
                    da=f"listen har over {most} rækker; del den",
                    en=f"the list has more than {most} rows; divide it",
                ),
                too_large=True,
            )
        self._refuse_too_wide(some)
        chunk = Chunk.of(some, len(self._names))
        for number, place, cell in chunk.outside:
            if place is not None:
                if is_cpr(cell):
                    self._found_cpr(self._sheet, number, place)
                if len(self._nameless) < MOST_LISTED and self._order["kind"] != "csv":
                    self._nameless.setdefault(place, number)
        for number, width in chunk.ragged:
            self._ragged(number, width)
        for place, column in enumerate(chunk.columns):
            chunk.columns[place] = self._column(place, column, chunk.numbers)
        chunk.drop_empty()
        sums.drop(chunk)
        self._rows += len(chunk.numbers)
        for place in self._unnamed():
            if place not in self._nameless:
                filled = (
                    n
                    for n, c in zip(chunk.numbers, chunk.columns[place], strict=True)
                    if c is not None
                )
                if (row := next(filled, None)) is not None:
                    self._nameless[place] = row
        if not self._cpr_count and chunk.numbers:
            self._send_rows(chunk, share())

    def _refuse_too_wide(self, some: list[tuple[int, int, Sequence[Cell]]]) -> None:
        width = max(map(len, map(itemgetter(2), some)), default=0)
        if width > self._limits["most_columns"]:
            raise _too_wide(width, self._limits["most_columns"])

    def _unnamed(self) -> list[int]:
        return [place for place, name in enumerate(self._names) if not name]

    def _column(self, place: int, column: Sequence[Cell], numbers: Sequence[int]) -> Sequence[Cell]:
        """Clean a column, and look through it for what may not leave (da: kolonne)."""
        column, different = cleaned(column)
        different.discard(None)
        if not different:
            return column
        if self._names[place].casefold() in self._allowed:
            hidden = {cell: pseudonym(cell, self._key) for cell in different}
            return [None if cell is None else hidden[cell] for cell in column]
        if may_hold_cpr(different):
            for number, cell in zip(numbers, column, strict=True):
                if is_cpr(cell):
                    self._found_cpr(self._sheet, number, place)
        longest = self._limits["longest_cell"]
        # The reader of CSV files has looked already.
        if self._sheet is not None and max(map(len, _texts(different)), default=0) > longest:
            for number, cell in zip(numbers, column, strict=True):
                if isinstance(cell, str) and len(cell) > longest:
                    self._too_long(number, place, cell)
            column = [cell[:longest] if isinstance(cell, str) else cell for cell in column]
        return column

    def _too_long(self, number: int, place: int, cell: str) -> None:
        longest = self._limits["longest_cell"]
        self._fault(
            number,
            place,
            cell,
            Text(
                da=f"teksten har {len(cell)} tegn; højst {longest} læses",
                en=f"the text has {len(cell)} characters; at most {longest} are read",
            ),
            Text(da="forkort den", en="shorten it"),
        )

    def _send_rows(self, chunk: Chunk, share: float) -> None:
        message = ("rows", chunk.columns, *chunk.packed_numbers(), share)
        packed = pickle.dumps(message, protocol=5)
        if len(packed) <= LARGEST_MESSAGE:
            _write(packed)
        elif len(chunk.numbers) > 1:
            for half in chunk.halves():
                self._send_rows(half, share)
        else:
            raise Refused(
                Text(
                    da=f"række {chunk.numbers[0]} er for lang; forkort dens tekster",
                    en=f"row {chunk.numbers[0]} is too long; shorten its texts",
                ),
                too_large=True,
            )

    def _look(self, columns: Sequence[Sequence[Cell]], numbers: Sequence[int]) -> None:
        for place, column in enumerate(columns):
            if may_hold_cpr(set(column)):
                for number, cell in zip(numbers, column, strict=True):
                    if is_cpr(cell):
                        self._found_cpr(self._sheet, number, place)

    def _found_cpr(self, sheet: str | None, row: int | None, place: int | None) -> None:
        self._cpr_count += 1
        if len(self._cpr) < MOST_CPR_LISTED:
            name = self._names[place] if place is not None and place < len(self._names) else None
            at = None if place is None else letter(place)
            shown = None if name is None else shown_value(name)
            self._cpr.append((None if sheet is None else shown_value(sheet), row, at, shown))

    def _ragged(self, number: int, width: int) -> None:
        expected = len(self._names)
        more, one = width > expected, expected == 1
        self._fault(
            number,
            None,
            None,
            Text(
                da=f"rækken har {width} {'celle' if width == 1 else 'celler'}, men der er "
                f"{expected} {'overskrift' if one else 'overskrifter'}",
                en=f"the row has {width} {'cell' if width == 1 else 'cells'}, but there "
                f"{'is' if one else 'are'} {expected} {'heading' if one else 'headings'}",
            ),
            Text(
                da="sæt tekst med skilletegn i anførselstegn"
                if more
                else "tilføj de manglende skilletegn, eller saml rækken, hvis den er delt i to",
                en="put text with delimiters in quotation marks"
                if more
                else "add the missing delimiters, or join the row if it was divided in two",
            ),
        )

    def _fault(
        self,
        row: int | None,
        place: int | None,
        value: Cell,
        problem: Text,
        what_to_do: Text,
    ) -> None:
        self._fault_count += 1
        if len(self._faults) < MOST_LISTED:
            shown = None if value is None else shown_value(value)
            told = (problem.da, problem.en, what_to_do.da, what_to_do.en)
            self._faults.append((row, place, shown, *told))

    def _done(self) -> None:
        if self._cpr_count:
            send("cpr", self._cpr_count, self._cpr)
        else:
            notices = [(notice.da, notice.en) for notice in self._notices]
            send("done", notices, self._faults, self._fault_count)


def _texts(cells: Collection[Cell]) -> Iterator[str]:
    return (cell for cell in cells if isinstance(cell, str))


def _too_wide(width: int, most: int) -> Refused:
    return Refused(
        Text(
            da=f"listen har {width} kolonner; højst {most} læses. Slet dem, der ikke skal bruges",
            en=f"the list has {width} columns; at most {most} are read. Delete those not needed",
        ),
        too_large=True,
    )


def _no_heading(content: bool) -> Text:
    if not content:
        return Text(
            da="arket er tomt; send et med overskrifter og rækker",
            en="the sheet is empty; send one with headings and rows",
        )
    return Text(
        da=f"ingen af de første {SAMPLE} rækker ligner overskrifter; skriv kolonnernes navne i en "
        "række over indholdet",
        en=f"none of the first {SAMPLE} rows looks like headings; write the names of the columns "
        "in a row above the content",
    )


if __name__ == "__main__":
    sys.exit(main())
