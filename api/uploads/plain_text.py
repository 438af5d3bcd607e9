"""Stretches of a CSV file that may be handed over as they are, without a look at each cell.

Most of a list is lines with as many delimiters as there are headings, without quotation marks and
without anything to clean or refuse. That is asked of some thousand lines at once; where the answer
is no, they are read row by row and looked through cell by cell.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from operator import methodcaller

_SPACE, _MARK, _DIGIT, _BETWEEN, _OTHER = b"spdbx"
_SPACES = b"\t\x0b\x0c\x1c\x1d\x1e\x1f \x85\xa0"
"""What of one byte in Latin-1 is a space to `str.strip` and to `\\s`, line breaks apart."""
_MAY_BE_CPR = re.compile(rb"dddddd[sp]{0,3}ddd")
"""`MAY_BE_CPR` as kinds of sign: its first six are found without trying each place (da: mulig)."""
_MAY_BE_SUM = re.compile(
    r"\n[;\t|,]{0,2}(?:i\s?alt|total|sum|subtotal|hovedtotal|grand total)", re.IGNORECASE
)
"""What `headings.is_sum` may say yes to in the first three columns (da: mulig sumlinje)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """Rows as they are handed over (da: stykke): their cells, with the delimiter between."""

    cells: str
    delimiter: str
    rows: int
    number: int
    line: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Plain:
    """What a stretch must be to be handed over as it is (da: jævnt stykke)."""

    delimiter: str
    width: int
    longest_cell: int

    def stretch(self, text: str, number: int, line: int) -> Stretch | None:
        r"""Return the rows of some whole lines, the first with this number, in this line.

        None where a cell might have to be cleaned, refused or found at fault, or a row left out.

        >>> plain = Plain(delimiter=";", width=2, longest_cell=100)
        >>> plain.stretch("a;1\r\nb;2\r\n", 2, 2).cells
        'a;1;b;2'
        >>> plain.stretch("a;1\nb;010203-1234\\n", 2, 2) is None
        True
        """
        if '"' in text:
            return None
        text = text.replace("\r\n", "\n").removesuffix("\n")
        lines = text.split("\n")
        if "\r" in text or not self._are_whole(lines) or _MAY_BE_SUM.search("\n" + text):
            return None
        cells = text.replace("\n", self.delimiter)
        if not self._needs_no_look(cells):
            return None
        return Stretch(
            cells=cells, delimiter=self.delimiter, rows=len(lines), number=number, line=line
        )

    def _are_whole(self, lines: Sequence[str]) -> bool:
        """Whether each line has a cell for every heading, and something in one of them."""
        delimiters = set(map(methodcaller("count", self.delimiter), lines))
        nothing = self.delimiter * (self.width - 1)
        longest = max(map(len, lines))
        return (
            delimiters == {self.width - 1}
            and longest <= self.longest_cell
            and (nothing not in lines)
        )

    def _needs_no_look(self, cells: str) -> bool:
        """Whether no cell has a space before or after it, or may hold a CPR number."""
        try:
            one_byte = cells.encode("latin-1")
        except UnicodeEncodeError:  # dashes, spaces and digits of other scripts
            return False
        kinds = b"b" + one_byte.translate(_kinds(self.delimiter)) + b"b"
        return b"bs" not in kinds and b"sb" not in kinds and _MAY_BE_CPR.search(kinds) is None


def _kinds(delimiter: str) -> bytes:
    """Return what kind of sign each byte is: a table for `bytes.translate`."""
    kinds = bytearray([_OTHER] * 256)
    for signs, kind in (
        (_SPACES, _SPACE),
        (b"._/-", _MARK),
        (b"0123456789", _DIGIT),
        (delimiter.encode(), _BETWEEN),
    ):
        for sign in signs:
            kinds[sign] = kind
    return bytes(kinds)
