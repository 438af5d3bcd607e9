"""Numbers and names of people and cases as pseudonyms (da: pseudonymer).

A keyed hash with the department's own secret: the same person has the same pseudonym in the case
list, the staff list and the absence list, today and next year, which a running number could not
give; and nobody without the secret can try out all the initials or civil registration numbers
there are. What was written is never kept.
"""

import re
from base64 import b32encode
from collections.abc import Sequence
from hashlib import blake2b

import numpy as np

from api.imports.column_looks import normal
from api.uploads import Cell
from simulations.case_history import NOBODY
from simulations.luck import Integers

_BYTES = 8
_PSEUDONYM = re.compile(r"p-[a-z2-7]{12}", re.ASCII)
_MOST_REMEMBERED = 500_000


class Pseudonyms:
    """The pseudonyms of one department (da: afdelingens pseudonymer).

    What is written in two ways (`SB-1`, `sb1 `; 12 and 12.0) is one person, and children are told
    from caseworkers with the same number.

    >>> people = Pseudonyms(b"secret")
    >>> people.word("caseworker", "SB-1") == people.word("caseworker", " sb 1")
    True
    >>> people.number("caseworker", "1") == people.number("child", "1")
    False
    """

    def __init__(self, secret: bytes) -> None:
        self._keyed = blake2b(key=secret, digest_size=_BYTES)
        self._found: dict[str, _Found] = {}

    def number(self, of: str, written: Cell) -> int:
        """Return a number of 60 bits for what is written; -1 for nothing (da: nummer)."""
        return self._numbers(of)[written]

    def word(self, of: str, written: Cell) -> str:
        """Return the same as a word of 12 letters and digits (da: pseudonym)."""
        return pseudonym_of(self.number(of, written))

    def numbers(self, of: str, cells: Sequence[Cell]) -> Integers:
        """Return the numbers of a column (da: kolonnens numre)."""
        return np.fromiter(map(self._numbers(of).__getitem__, cells), np.int64, len(cells))

    def _numbers(self, of: str) -> "_Found":
        found = self._found.get(of)
        if found is None:
            keyed = self._keyed.copy()
            keyed.update(f"{of}:".encode())
            found = self._found[of] = _Found(keyed)
        return found


class _Found(dict[Cell, int]):
    """The numbers of one kind of people, each found when it is first asked for."""

    def __init__(self, keyed: blake2b) -> None:
        super().__init__()
        self._keyed = keyed

    def __missing__(self, written: Cell) -> int:
        number = self._number(written)
        if len(self) < _MOST_REMEMBERED:
            self[written] = number
        return number

    def _number(self, written: Cell) -> int:
        if isinstance(written, str) and written.isascii() and written.isalnum():
            name = written.lower()  # which is what is nearly always written, and this is quick
        elif written is None:
            return NOBODY
        else:
            if isinstance(written, float) and written.is_integer():
                written = int(written)
            name = normal(str(written)).replace(" ", "")
        if not name:
            return NOBODY
        hashed = self._keyed.copy()
        hashed.update(name.encode())
        return int.from_bytes(hashed.digest()) >> 4


def pseudonym_of(number: int) -> str:
    """Write a pseudonym's number as a word; nothing for nobody (da: pseudonym).

    >>> pseudonym_of(NOBODY), pseudonym_of(0)
    ('', 'p-aaaaaaaaaaaa')
    """
    if number == NOBODY:
        return ""
    return "p-" + b32encode((number << 4).to_bytes(_BYTES)).decode().lower()[:12]


def is_pseudonym(name: str) -> bool:
    """Whether a name is one of ours, which nobody knows oneself by (da: pseudonym).

    >>> is_pseudonym("p-6day5m3fyk6p"), is_pseudonym("p50-01")
    (True, False)
    """
    return _PSEUDONYM.fullmatch(name) is not None
