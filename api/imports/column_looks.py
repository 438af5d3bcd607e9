"""How well a column fits a field: by its heading, and by the look of its cells (da: udseende)."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import cache

from api.imports.fields import Field, Reads
from api.uploads import Cell, Unreadable, danish_date, danish_number

VAGUE, EXACT = 0.5, 0.9
"""What a vague name of a field is worth, and what its own name is at the least (da: vægt)."""
_SAMPLE = 300
_HALF, _MOST = 0.5, 0.7
_FIRST_NUMBER = re.compile(r"[^0-9a-z]+")
_DANISH = str.maketrans({"æ": "ae", "ø": "oe", "å": "aa", "é": "e", "ü": "u", "§": " p "})
_SAYS_DATE = {"dato", "den", "d", "dt", "date", "on", "tidspunkt"}


def normal(words: str) -> str:
    """Write words so that spelling and signs make no difference (da: normaliseret).

    >>> normal("Sags-Nr."), normal("Første  opfølgning (dato)"), normal("§ 50")
    ('sags nr', 'foerste opfoelgning dato', 'p 50')
    """
    return _FIRST_NUMBER.sub(" ", words.casefold().translate(_DANISH)).strip()


@dataclass(frozen=True, slots=True)
class Look:
    """What the first cells of a column look like (da: indholdets udseende); shares of them."""

    filled: int
    dates: float
    numbers: float
    words: frozenset[str]

    @classmethod
    def of(cls, cells: Sequence[Cell]) -> "Look":
        """Look at a column (da: kolonnens udseende)."""
        filled = [cell for cell in cells[:_SAMPLE] if cell is not None and cell != ""]
        if not filled:
            return cls(0, 0.0, 0.0, frozenset())
        dates = sum(not isinstance(danish_date(each, serials=None), Unreadable) for each in filled)
        numbers = sum(not isinstance(danish_number(each, ","), Unreadable) for each in filled)
        words = frozenset(normal(str(each)) for each in filled)
        return cls(len(filled), dates / len(filled), numbers / len(filled), words)

    def weighed(self, asked: Field, score: float) -> float:
        """Take a guess back where the cells cannot be what the heading says."""
        if not self.filled or score >= EXACT:
            return score
        match asked.reads:
            case Reads.MOMENT:
                # Serials of a spreadsheet are numbers.
                fits = self.dates >= _HALF or self.numbers >= 0.9
            case Reads.NUMBER:
                fits = self.numbers >= _HALF
            case Reads.TIME:
                fits = self.dates < _HALF
            case _:
                fits = self.dates < 0.8
        return score if fits else 0.0

    def holds(self, known: frozenset[str]) -> bool:
        """Whether most of the words are known ones."""
        return self._share(known) >= _MOST

    def holds_half(self, known: frozenset[str]) -> bool:
        """Whether at least every second word is a known one."""
        return self._share(known) >= _HALF

    def _share(self, known: frozenset[str]) -> float:
        return len(self.words & known) / len(self.words) if self.words else 0.0


@cache
def _names(asked: Field) -> tuple[tuple[str, str], ...]:
    return tuple((normal(name), _without_date(normal(name))) for name in asked.names)


def _without_date(name: str) -> str:
    kept = [word for word in name.split() if word not in _SAYS_DATE]
    return "".join(kept)


@cache
def by_name(heading: str, asked: Field) -> float:
    """Return from 0 to 1 how well a heading fits a field, by the field's names."""
    if not heading:
        return 0.0
    compact, bare, words = heading.replace(" ", ""), _without_date(heading), heading.split()
    best = 0.0
    for place, (name, name_bare) in enumerate(_names(asked)):
        if compact == name.replace(" ", ""):
            return 1.0 if place < 3 else 0.95
        if bare and bare == name_bare:
            best = max(best, 0.9)
        elif len(name) >= 4 and _runs_through(name.split(), words):
            best = max(best, 0.6 + 0.25 * len(name) / len(heading))
        elif len(compact) >= 5 and SequenceMatcher(None, heading, name).ratio() >= 0.88:
            best = max(best, 0.8)
    is_vague = any(compact == normal(name).replace(" ", "") for name in asked.vague)
    return max(best, VAGUE if is_vague else 0.0)


def _runs_through(name: Sequence[str], words: Sequence[str]) -> bool:
    """Whether a name stands in a heading, word by word."""
    return any(words[at : at + len(name)] == name for at in range(len(words) - len(name) + 1))
