"""CPR numbers in cells: looked for before a cell leaves the process that reads it.

What counts as one is said in `api.privacy`. A cell that is nothing but nine digits is looked at
with a nought before it: a spreadsheet drops the nought of those born before the tenth of a month.
"""

import re
from base64 import b32encode
from collections.abc import Collection, Sequence
from hashlib import blake2b

from api.privacy import looks_like_cpr
from api.uploads.cells import Cell

MAY_BE_CPR = re.compile(r"\d{6}[\s._/‐‑–—−-]{0,3}\d{3}")
"""Found wherever there is a CPR number, and in little else (da: mulig)."""
BETWEEN = "|"
"""What stands between cells that are looked through together: no separator of a CPR number."""
_NINE_DIGITS = re.compile(r"\d{9}")
_LEAST, _MOST = 10**7, 10**10
"""CPR numbers as numbers: 01010000 would have lost two noughts, and no day is 00."""


def is_cpr(cell: Cell) -> bool:
    """Whether a cell holds what looks like a CPR number, as text or as number (da: CPR-nummer).

    >>> is_cpr("barn 010203-1234"), is_cpr(102031234.0), is_cpr("102031234"), is_cpr(37.5)
    (True, True, True, False)
    """
    if isinstance(cell, str):
        text = cell.strip()
        if _NINE_DIGITS.fullmatch(text):
            text = "0" + text
        return MAY_BE_CPR.search(text) is not None and looks_like_cpr(text)
    if isinstance(cell, bool) or not isinstance(cell, int | float):
        return False
    if not _LEAST <= cell < _MOST or cell != int(cell):
        return False
    return looks_like_cpr(f"{int(cell):010d}")


def may_hold_cpr(cells: Collection[Cell]) -> bool:
    """Whether some cells are worth looking through one by one: quick, and never wrongly no."""
    try:
        # All texts, as in a CSV file: nothing is asked of each of them.
        return MAY_BE_CPR.search(BETWEEN.join(cells)) is not None  # type: ignore[arg-type]
    except TypeError:
        texts = [cell for cell in cells if isinstance(cell, str)]
    if MAY_BE_CPR.search(BETWEEN.join(texts)):
        return True
    numbers = (cell for cell in cells if isinstance(cell, int | float))
    return max(numbers, default=0) >= _LEAST


def pseudonym(cell: Cell, key: bytes) -> str:
    """Hide what a cell holds, the same way each time (da: pseudonym).

    No digit of it is below 2, so none looks like a day and month.

    >>> pseudonym("010203-1234", b"k") == pseudonym(" 010203-1234", b"k")
    True
    """
    written = str(int(cell)) if isinstance(cell, float) and cell.is_integer() else str(cell)
    digest = blake2b(written.strip().encode(errors="replace"), key=key[:64], digest_size=15)
    return "P-" + b32encode(digest.digest()).decode()


def parted_cpr(rows: Sequence[Sequence[Cell]], width: int) -> int | None:
    """Return the column where CPR numbers are written over two columns, the date in the first.

    >>> rows = [["010203", "1234"], ["020304", "2345"], ["311299", "9999"]]
    >>> parted_cpr(rows, 2), parted_cpr(rows[:2], 2)
    (0, None)
    """
    for place in range(width - 1):
        pairs = [
            (_digits(row[place], 6), _digits(row[place + 1], 4))
            for row in rows
            if len(row) > place + 1 and row[place] not in (None, "")
        ]
        found = sum(
            day is not None and four is not None and looks_like_cpr(day + four)
            for day, four in pairs
        )
        if found >= 3 and found >= 0.8 * len(pairs):
            return place
    return None


def _digits(cell: Cell, length: int) -> str | None:
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    if isinstance(cell, bool) or not isinstance(cell, str | int):
        return None
    text = str(cell).strip()
    return text.zfill(length) if text.isdecimal() and length - 1 <= len(text) <= length else None
