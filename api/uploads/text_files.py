"""A CSV file as records: its encoding, its delimiter, and where its quotation marks go astray.

`csv.Sniffer` guesses from letters as gladly as from semicolons; what is asked here is how many
records have the same number of fields.
"""

import csv
import io
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import TypeAlias

from api.uploads.plain_text import Plain, Stretch
from capacity.wording import Text

DELIMITERS = (";", "\t", "|", ",")
"""The likeliest first: a Danish list has commas within its numbers (da: skilletegn)."""
_SAMPLE, _LONGEST_SAMPLE = 60, 5000
_STRETCH = 2**19
"""So many bytes are looked at together (da: stykke)."""
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")
_TWO_BYTES = re.compile(rb"[\xc3\xc2][\x80-\xbf]|\xe2[\x80-\xbf]{2}")
_TWICE_ENCODED = re.compile(r"Ã[¦¸¥†˜…©¼\u0086\u0098\u0085\u00a0-\u00bf]|â€[“”™œ]|Â[§\u00a0]")
_DOS_LETTERS = re.compile(rb"[A-Za-z][\x86\x91\x9b][A-Za-z]|\b[\x8f\x92\x9d][A-Za-z]")
_DANISH_LETTERS = re.compile(rb"[\xe6\xf8\xe5\xc6\xd8\xc5]")
_SAVE_AS_UTF_8 = Text(
    da="gem filen som CSV UTF-8, og send den", en="save the file as CSV UTF-8 and send that"
)


class TextAtFault(Exception):
    """The text cannot be read from here on (da: fejl i teksten)."""

    def __init__(self, row: int | None, problem: Text, what_to_do: Text) -> None:
        super().__init__(problem.en)
        self.row, self.problem, self.what_to_do = row, problem, what_to_do
        self.is_cut_short = False
        """Whether the text ends within quotation marks."""


Record: TypeAlias = tuple[int, int, list[str]]
"""The row as a spreadsheet counts it, the line where it starts, and its fields (da: post)."""


@dataclass(slots=True)
class TextFile:
    """A text that has been decoded, and how its records are divided (da: tekstfil)."""

    content: bytes
    longest_field: int
    most_rows: int
    encoding: str = ""
    delimiter: str = ""
    skipped: int = 0
    """Bytes of a mark or of a first line `sep=;`, which no spreadsheet shows."""
    notices: list[Text] = field(default_factory=list)
    _source: io.BytesIO | None = None
    _number: int = 0
    """The row that was read last, and the line after it."""
    _line: int = 1
    _read: int = 0
    """So many bytes have been read, where they are read in stretches."""

    def __post_init__(self) -> None:
        self.encoding = self._encoding()
        self._refuse_nul()
        stated = self._stated_delimiter()
        self.delimiter = stated or self._likeliest()

    def records(self, delimiter: str | None = None) -> Iterator[Record]:
        """Read the records that have anything, or say where quotation marks go astray (da: poster).

        `TextAtFault` then; no record after it can be trusted.
        """
        self._source = io.BytesIO(self.content)
        self._source.seek(self.skipped)
        self._number, self._line = 0, self._first_line
        lines = io.TextIOWrapper(self._source, encoding=self.encoding, newline="")
        return self._divided(lines, delimiter or self.delimiter)

    def stretches(self, plain: Plain) -> Iterator[Stretch | Iterator[Record]] | None:
        """Return what comes after the records read so far, in stretches (da: stykker).

        They are lines that may be handed over as they are, or else the records that are in them.
        None where the end of a line cannot be found without reading all before it.
        """
        returns = self.content.count(b"\r")
        if self.encoding.startswith("utf-16") or returns != self.content.count(b"\r\n"):
            return None
        return self._stretches(plain)

    def _stretches(self, plain: Plain) -> Iterator[Stretch | Iterator[Record]]:
        self._read = self.skipped
        for _ in range(self._line - self._first_line):
            self._read = self.content.find(b"\n", self._read) + 1 or len(self.content)
        size = _STRETCH
        while self._read < len(self.content):
            end = self.content.find(b"\n", self._read + size) + 1 or len(self.content)
            text = self.content[self._read : end].decode(self.encoding)
            if plain_rows := self._plain(text, plain):
                self._read = end
                yield plain_rows
                continue
            before = self._number, self._line
            records, astray = self._all_of(text)
            if astray is not None and astray.is_cut_short and end < len(self.content):
                self._number, self._line = before
                size *= 2  # a cell within quotation marks goes on after the stretch
                continue
            self._read, size = end, _STRETCH
            yield _until(records, astray)
            if astray is not None:
                return

    def _plain(self, text: str, plain: Plain) -> Stretch | None:
        stretch = plain.stretch(text, self._number + 1, self._line)
        if stretch is None or self._number + stretch.rows > self.most_rows:
            return None
        self._number += stretch.rows
        self._line += stretch.rows
        return stretch

    def _all_of(self, text: str) -> tuple[list[Record], "TextAtFault | None"]:
        records = []
        try:
            for record in self._divided(io.StringIO(text, newline=""), self.delimiter):
                records.append(record)
                if record[0] > self.most_rows:
                    break
        except TextAtFault as fault:
            return records, fault
        return records, None

    def _divided(self, lines: Iterable[str], delimiter: str) -> Iterator[Record]:
        """Divide lines into records, numbered from where the last ones ended."""
        csv.field_size_limit(self.longest_field)
        reader = csv.reader(lines, delimiter=delimiter, strict=True)
        before = self._line
        try:
            for fields in reader:
                line, self._line = self._line, before + reader.line_num
                self._number += 1
                if fields or self._number > self.most_rows:
                    yield self._number, line, fields
        except csv.Error as error:
            fault = _astray(self._number + 1, self._line, str(error))
            fault.is_cut_short = "unexpected end" in str(error)
            raise fault from None

    def share(self) -> float:
        """How much of the text has been read (da: andel)."""
        if self._read:
            return self._read / len(self.content)
        if self._source is None:
            return 0.0
        return 1.0 if self._source.closed else self._source.tell() / len(self.content)

    @property
    def _first_line(self) -> int:
        return 1 if self.skipped <= 3 else 2

    def _encoding(self) -> str:
        content = self.content
        if content.startswith(_UTF_16):
            try:
                content.decode("utf-16")
            except UnicodeDecodeError as error:
                raise TextAtFault(
                    None,
                    Text(da="filen er ikke hel UTF-16", en="the file is no whole UTF-16"),
                    _SAVE_AS_UTF_8,
                ) from error
            # The mark says which way round; what comes after it is read without one.
            self.skipped = 2
            return "utf-16-le" if content.startswith(_UTF_16[0]) else "utf-16-be"
        if content.startswith(b"\xef\xbb\xbf"):
            self.skipped = 3
        try:
            text = content.decode("utf-8")
        except UnicodeDecodeError as error:
            if self.skipped or _TWO_BYTES.search(content):
                raise TextAtFault(
                    self._row_at(error.start),
                    Text(
                        da="filen blander UTF-8 og windows-1252; her er det andet",
                        en="the file mixes UTF-8 and windows-1252; here is the other",
                    ),
                    _SAVE_AS_UTF_8,
                ) from None
            return self._one_byte()
        if any(sign in text for sign in "ÃâÂ") and (found := _TWICE_ENCODED.search(text)):
            self.notices.append(
                Text(
                    da=f"teksten har ”{found[0]}”, hvor der nok skulle stå et bogstav som æ, ø "
                    f"eller å (omkring række {text.count(chr(10), 0, found.start()) + 1}): den er "
                    "omsat to gange; eksporter den på ny",
                    en=f"the text has “{found[0]}” where a letter such as æ, ø or å is probably "
                    f"meant (about row {text.count(chr(10), 0, found.start()) + 1}): it was "
                    "encoded twice; export it anew",
                )
            )
        return "utf-8"

    def _one_byte(self) -> str:
        content = self.content
        if _DOS_LETTERS.search(content) and not _DANISH_LETTERS.search(content):
            raise TextAtFault(
                self._row_at(_DOS_LETTERS.search(content).start()),  # type: ignore[union-attr]
                Text(
                    da="bogstaverne æ, ø og å er skrevet som i DOS (CP850)",
                    en="the letters æ, ø and å are written as in DOS (CP850)",
                ),
                _SAVE_AS_UTF_8,
            )
        try:
            content.decode("windows-1252")
        except UnicodeDecodeError as error:
            raise TextAtFault(
                self._row_at(error.start),
                Text(
                    da="her er et tegn, som hverken UTF-8 eller windows-1252 har",
                    en="here is a sign that neither UTF-8 nor windows-1252 has",
                ),
                _SAVE_AS_UTF_8,
            ) from None
        return "windows-1252"

    def _refuse_nul(self) -> None:
        if self.encoding.startswith("utf-16"):
            nul = self.content.decode(self.encoding).find("\x00")
            row = None
        else:
            nul = self.content.find(b"\x00")
            row = self._row_at(nul)
        if nul >= 0:
            raise TextAtFault(
                row,
                Text(
                    da="her er et nultegn (U+0000), som ingen tekst har",
                    en="here is a null character (U+0000), which no text has",
                ),
                Text(
                    da="eksporter filen på ny; den kan være blevet ødelagt undervejs",
                    en="export the file anew; it may have been damaged on its way",
                ),
            )

    def _row_at(self, place: int) -> int:
        breaks = max(self.content.count(b"\n", 0, place), self.content.count(b"\r", 0, place))
        return breaks + 1

    def _stated_delimiter(self) -> str | None:
        line = self.content[self.skipped : self.skipped + 16].decode(self.encoding, "ignore")
        found = re.match(r"""["']?sep=(;|,|\||\t)["']?(\r\n|\n|\r)""", line, re.IGNORECASE)
        if found is None:
            return None
        self.skipped += len(found[0].encode(self.encoding))
        return found[1]

    def _likeliest(self) -> str:
        """Return the delimiter that gives most records the same number of fields."""
        best, best_score = DELIMITERS[0], (0.0, 0)
        for delimiter in DELIMITERS:
            widths: Counter[int] = Counter()
            try:
                for number, _, fields in self.records(delimiter):
                    if any(fields):
                        widths[len(fields)] += 1
                    if widths.total() == _SAMPLE or number > _LONGEST_SAMPLE:
                        break
            except TextAtFault:
                pass  # what could be read until there counts
            together = max(
                ((count, width) for width, count in widths.items() if width > 1), default=(0, 0)
            )
            score = (together[0] / max(1, widths.total()), together[1])
            # A tenth more records is much; the same number of records and more fields is more.
            if score[0] > best_score[0] + 0.1 or (
                score[0] > best_score[0] - 0.1 and score[1] > 2 * best_score[1]
            ):
                best, best_score = delimiter, score
        return best


def _until(records: list[Record], fault: TextAtFault | None) -> Iterator[Record]:
    yield from records
    if fault is not None:
        raise fault


def _astray(row: int, line: int, reason: str) -> TextAtFault:
    if "field limit" in reason:
        return TextAtFault(
            row,
            Text(
                da="en celle er for lang; måske mangler et anførselstegn",
                en="a cell is too long; perhaps a quotation mark is missing",
            ),
            Text(
                da=f"ret anførselstegnene fra linje {line}, eller forkort teksten",
                en=f"mend the quotation marks from line {line} on, or shorten the text",
            ),
        )
    return TextAtFault(
        row,
        Text(
            da=f"et anførselstegn er sat forkert i rækken, der begynder i linje {line}",
            en=f"a quotation mark is misplaced in the row that begins in line {line}",
        ),
        Text(
            da="skriv et anførselstegn inde i en celle to gange, eller fjern det",
            en="write a quotation mark within a cell twice, or remove it",
        ),
    )
