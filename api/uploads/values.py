"""Numbers and dates as Danish lists write them.

A list may group its thousands, which an address may not: `38.450,75` is one number here. What is
left without its grouping is read by the one rule of `api.quantities`. One mark before exactly three
digits (`1.234`) may be either; the other cells of its column decide, and where they do not, the
cell is refused.
"""

import re
from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from fractions import Fraction
from functools import lru_cache
from typing import Literal

from api.uploads.cells import Cell, Unreadable, shown_value
from capacity.errors import InvalidInput
from capacity.wording import Text

Mark = Literal[",", "."]
"""The decimal mark of a column (da: decimaltegn)."""

_LONGEST = 60
_SPACES = re.compile(r"(?<=\d)[ \u00a0\u2009\u202f'’](?=\d{3}(?:\D|$))")
_AMBIGUOUS = re.compile(r"[+-]?[1-9]\d{0,2}[.,]\d{3}", re.ASCII)
_ONE_MARK = re.compile(r"[+-]?\d*([.,])\d*(?:[eE][+-]?\d{1,2})?", re.ASCII)
_GROUPED = re.compile(
    r"[+-]?[1-9]\d{0,2}(?:(?:\.\d{3})+,\d*|(?:,\d{3})+\.\d*|(?:\.\d{3}){2,}|(?:,\d{3}){2,})",
    re.ASCII,
)
_TRAILING_MINUS = re.compile(r"\d[\d.,]*-", re.ASCII)

_MONTHS = {
    name: month
    for month, names in enumerate(
        (
            "januar jan january",
            "februar feb february",
            "marts mar march",
            "april apr",
            "maj may",
            "juni jun june",
            "juli jul july",
            "august aug",
            "september sep sept",
            "oktober okt october oct",
            "november nov",
            "december dec",
        ),
        1,
    )
    for name in names.split()
}
_CLOCK = r"(?:(?:[T,]?\s*(?:kl\.?\s*)?)(\d{1,2})[:.](\d{2})(?:[:.](\d{2})(?:[.,]\d+)?)?)?"
_DAY_FIRST = re.compile(
    r"(\d{1,2})([-./ ])(\d{1,2})(?:\2|(?:(?<=/\d)|(?<=/\d\d))[- ])(\d{4}|\d{2})"  # 5/3-2020 too
    rf"(?:\s+|(?=T)|$){_CLOCK}",
    re.ASCII,
)
_YEAR_FIRST = re.compile(rf"(\d{{4}})([-./]?)(\d{{2}})\2(\d{{2}})(?:\s+|(?=T)|$){_CLOCK}", re.ASCII)
_IN_WORDS = re.compile(
    rf"(?:d(?:en)?\.?\s+)?(\d{{1,2}})\.?[-\s]*([a-zæøå]{{3,9}})\.?[-,\s]*(\d{{4}}|\d{{2}})(?:\s+|$){_CLOCK}",
    re.IGNORECASE,
)
_PIVOT = 50
"""Two digits of year below it are of this century, the others of the last, as in a sheet."""
_FIRST_DAY, _LAST_DAY = date(1900, 1, 1), date(2199, 12, 31)
_ORIGINS = {1900: datetime(1899, 12, 30), 1904: datetime(1904, 1, 1)}  # noqa: DTZ001


def decimal_mark(cells: Iterable[Cell]) -> Mark | None:
    """Return the decimal mark that the unmistakable numbers of a column agree on, or None.

    None also where they disagree: what is then ambiguous is refused cell by cell.

    >>> decimal_mark(["1.234", "37,5"]), decimal_mark(["1.234", "5"]), decimal_mark(["1,5", "1.5"])
    (',', None, None)
    """
    found = {_mark_of(cell) for cell in cells if isinstance(cell, str)} - {None}
    return found.pop() if len(found) == 1 else None


@lru_cache(maxsize=4096)
def _mark_of(written: str) -> Mark | None:
    text = _plain(written)
    if _GROUPED.fullmatch(text):
        last = max(text.rfind(","), text.rfind("."))
        both = "," in text and "." in text
        # With one mark several times over, the other is the decimal mark.
        return "," if (text[last] == ",") == both else "."
    one = _ONE_MARK.fullmatch(text)
    if one is None or _AMBIGUOUS.fullmatch(text):
        return None
    return "," if one[1] == "," else "."


def danish_number(cell: Cell, mark: Mark | None = None) -> Fraction | Unreadable:
    """Read a number (da: tal): `mark` is its column's, and decides what `1.234` is.

    >>> danish_number("38.450,75") == Fraction("38450.75"), danish_number("1.234", ",")
    (True, Fraction(1234, 1))
    >>> danish_number("1.234", ".") == Fraction("1.234"), danish_number("12,5-")
    (True, Fraction(-25, 2))
    >>> danish_number("1.234").what_to_do.en
    'write it without thousands separators: 1234 or 1,2340'
    """
    if isinstance(cell, str):
        return _number_of(cell, mark)
    if isinstance(cell, bool) or not isinstance(cell, int | float):
        return _no_number(cell)
    if cell != cell or cell in (float("inf"), float("-inf")):
        return _no_number(cell)
    # What the sheet shows: 37.4 is written 37.4, not the nearest half of a power of two.
    return Fraction(cell) if isinstance(cell, int) else Fraction(repr(cell))


@lru_cache(maxsize=65536)
def _number_of(written: str, mark: Mark | None) -> Fraction | Unreadable:
    text = _plain(written)
    if len(text) > _LONGEST:
        return _no_number(written)
    if _AMBIGUOUS.fullmatch(text):
        if mark is None:
            return _ambiguous(written, text)
        text = text.replace("," if mark == "." else ".", "")
    elif _GROUPED.fullmatch(text):
        if mark is not None and _mark_of(written) != mark:
            return _other_mark(written, mark)
        text = text.replace("." if _mark_of(written) == "," else ",", "")
    # Here, since the process that reads the file has no use for what it imports.
    from api.quantities import number

    try:
        return number(text)
    except InvalidInput:
        return _no_number(written)


def _plain(written: str) -> str:
    text = _SPACES.sub("", written.strip()).replace("−", "-")
    return "-" + text[:-1] if _TRAILING_MINUS.fullmatch(text) else text


def _no_number(cell: Cell) -> Unreadable:
    value = shown_value(cell)
    return Unreadable(
        problem=Text(da=f"”{value}” er ikke et tal", en=f"“{value}” is not a number"),
        what_to_do=Text(
            da="skriv kun cifre og ét decimaltegn, fx 23,92, uden enhed og procenttegn",
            en="write digits and one decimal mark alone, such as 23,92, without unit or per cent",
        ),
        cause=Text(da="er ikke et tal", en="is not a number"),
    )


def _ambiguous(written: str, text: str) -> Unreadable:
    value = shown_value(written)
    whole, decimals = re.split("[.,]", text)
    return Unreadable(
        problem=Text(
            da=f"”{value}” kan være både {whole}{decimals} og {whole},{decimals}, og kolonnen "
            "viser ikke hvilket",
            en=f"“{value}” may be {whole}{decimals} or {whole}.{decimals}, and its column does "
            "not tell which",
        ),
        what_to_do=Text(
            da=f"skriv det uden tusindtalsskilletegn: {whole}{decimals} eller {whole},{decimals}0",
            en=f"write it without thousands separators: {whole}{decimals} or {whole},{decimals}0",
        ),
        cause=Text(
            da="kan læses på to måder, og kolonnen viser ikke hvilken",
            en="can be read in two ways, and its column does not tell which",
        ),
    )


def _other_mark(written: str, mark: Mark) -> Unreadable:
    value = shown_value(written)
    return Unreadable(
        problem=Text(
            da=f"”{value}” har et andet decimaltegn end resten af kolonnen (”{mark}”)",
            en=f"“{value}” has another decimal mark than the rest of its column (“{mark}”)",
        ),
        what_to_do=Text(
            da="skriv alle kolonnens tal med samme decimaltegn",
            en="write all numbers of the column with the same decimal mark",
        ),
        cause=Text(
            da=f"har et andet decimaltegn end resten af kolonnen (”{mark}”)",
            en=f"has another decimal mark than the rest of its column (“{mark}”)",
        ),
    )


def danish_date(
    cell: Cell, *, serials: Literal[1900, 1904] | None = 1900
) -> date | datetime | Unreadable:
    """Read a date, with its time of day where one is written (da: dato).

    A number is a serial of a spreadsheet where `serials` says which system; a text never is. Two
    digits of year are 2000-2049 up to 49 and 1950-1999 from 50, as spreadsheets read them.

    >>> danish_date("26. marts 2020"), danish_date("5/3-2020"), danish_date("5/3 2020")
    (datetime.date(2020, 3, 26), datetime.date(2020, 3, 5), datetime.date(2020, 3, 5))
    >>> danish_date("5-3/2020").problem.en
    '“5-3/2020” is not a date'
    >>> danish_date("26-03-20 kl. 14.30"), danish_date(43916.0)
    (datetime.datetime(2020, 3, 26, 14, 30), datetime.date(2020, 3, 26))
    >>> danish_date("03/26/2020").problem.en
    '“03/26/2020” has no month 26; it may be written with the month first, as in America'
    """
    if isinstance(cell, datetime):
        return _in_range(cell, cell if cell.time() != time() else cell.date())
    if isinstance(cell, date):
        return _in_range(cell, cell)
    if isinstance(cell, str):
        return _date_of(cell)
    if isinstance(cell, bool) or cell is None or serials is None:
        return _no_date(cell)
    return _of_serial(cell, serials)


def _of_serial(cell: float, serials: Literal[1900, 1904]) -> date | datetime | Unreadable:
    # Up to the sixtieth the sheets of 1900 count a 29 February that never was.
    if not 61 <= cell < 110_000:
        return _no_date(cell)
    moment = _ORIGINS[serials] + timedelta(seconds=round(cell * 86400))
    return _in_range(cell, moment if moment.time() != time() else moment.date())


@lru_cache(maxsize=65536)
def _date_of(written: str) -> date | datetime | Unreadable:
    text = " ".join(written.split())
    if len(text) > _LONGEST:
        return _no_date(written)
    if found := _YEAR_FIRST.fullmatch(text):
        year, month, day = int(found[1]), int(found[3]), int(found[4])
    elif found := _DAY_FIRST.fullmatch(text):
        day, month, year = int(found[1]), int(found[3]), _full_year(found[4])
        if month > 12 >= day and month <= 31:
            return _month_first(written, month)
    elif (found := _IN_WORDS.fullmatch(text)) and found[2].lower() in _MONTHS:
        day, month, year = int(found[1]), _MONTHS[found[2].lower()], _full_year(found[3])
    else:
        return _no_date(written)
    hours, minutes, seconds = found.groups()[-3:]
    try:
        whole = date(year, month, day)
        if hours is None:
            return _in_range(written, whole)
        clock = time(int(hours), int(minutes), int(seconds or 0))
    except ValueError:
        return _no_such_day(written)
    moment = datetime.combine(whole, clock)
    return _in_range(written, moment if clock != time() else whole)


def _full_year(written: str) -> int:
    year = int(written)
    return year if len(written) == 4 else year + (2000 if year < _PIVOT else 1900)


def _in_range(cell: Cell, found: date | datetime) -> date | datetime | Unreadable:
    whole = found.date() if isinstance(found, datetime) else found
    return found if _FIRST_DAY <= whole <= _LAST_DAY else _no_such_day(cell)


_WRITE_A_DATE = Text(
    da="skriv den som 26-03-2020 eller 2020-03-26", en="write it as 26-03-2020 or 2020-03-26"
)


def _no_date(cell: Cell) -> Unreadable:
    value = shown_value(cell)
    return Unreadable(
        problem=Text(da=f"”{value}” er ikke en dato", en=f"“{value}” is not a date"),
        what_to_do=_WRITE_A_DATE,
        cause=Text(da="er ikke en dato", en="is not a date"),
    )


def _no_such_day(cell: Cell) -> Unreadable:
    value = shown_value(cell)
    return Unreadable(
        problem=Text(
            da=f"”{value}” findes ikke i kalenderen mellem 1900 og 2199",
            en=f"“{value}” is not in the calendar between 1900 and 2199",
        ),
        what_to_do=_WRITE_A_DATE,
        cause=Text(
            da="findes ikke i kalenderen mellem 1900 og 2199",
            en="is not in the calendar between 1900 and 2199",
        ),
    )


def _month_first(written: str, month: int) -> Unreadable:
    value = shown_value(written)
    return Unreadable(
        problem=Text(
            da=f"”{value}” har ingen måned {month}; den kan være skrevet med måneden først som i "
            "USA",
            en=f"“{value}” has no month {month}; it may be written with the month first, as in "
            "America",
        ),
        what_to_do=Text(
            da="skriv alle kolonnens datoer med dagen først, også dem, der kan læses begge veje",
            en="write all dates of the column with the day first, also those that can be read "
            "both ways",
        ),
        cause=Text(
            da="kan være skrevet med måneden først som i USA",
            en="may be written with the month first, as in America",
        ),
    )
