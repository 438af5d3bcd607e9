"""Tables of what was written: columns, lines and cells, and what is wrong with one (da: tabeller).

A line keeps the key of what it stands for, so that a new name is a new name for the same person and
not another person. Two leaders' changes are put together cell by cell.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import StrEnum
from fractions import Fraction
from typing import TypeVar

from api.forms import Form
from api.imports.column_looks import normal
from api.privacy import looks_like_cpr
from api.quantities import count
from api.uploads import Unreadable, danish_date, danish_number
from capacity.errors import InvalidInput
from capacity.wording import Language, Text, digits_of, shown

Found = TypeVar("Found")
MOST_LINES = 2000
_MOST_DIGITS = 6
_LONGEST_CELL = 200


class Holds(StrEnum):
    """What a cell holds (da: indhold)."""

    WORD = "word"
    NUMBER = "number"
    COUNT = "count"
    DAY = "day"
    CHOICE = "choice"


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column (da: kolonne): `names` are what other tables call it, `fixed` is only shown."""

    name: str
    label: Text
    holds: Holds
    unit: Text | None = None
    required: bool = False
    choices: Mapping[str, Text] = field(default_factory=dict)
    names: tuple[str, ...] = ()
    fixed: bool = False

    def read(self, written: str) -> Fraction | int | date | str | None:
        """Read a cell; `InvalidInput` says what to do (da: læs cellen)."""
        if looks_like_cpr(written):
            raise InvalidInput(CPR)
        text = written.strip()
        if not text:
            if self.required:
                raise InvalidInput(_EMPTY)
            return None
        if len(text) > _LONGEST_CELL:
            raise InvalidInput(_TOO_LONG)
        match self.holds:
            case Holds.NUMBER:
                return _told(danish_number(text))
            case Holds.COUNT:
                return count(text)
            case Holds.DAY:
                found = _told(danish_date(text))
                return found.date() if isinstance(found, datetime) else found
            case Holds.CHOICE:
                return self._chosen(text)
            case _:
                return text

    def tidied(self, written: str, language: Language) -> str:
        """Write what was pasted as the form would; as it is where it cannot be read (da: ret til).

        >>> column = Column(name="d", label=CPR, holds=Holds.DAY)
        >>> column.tidied("1/3 2026", "da"), column.tidied("hurtigst muligt", "da")
        ('2026-03-01', 'hurtigst muligt')
        >>> column.tidied("01-03-2026", "da")
        '2026-03-01'
        """
        try:
            return self.shown(self.read(written), language)
        except InvalidInput:
            return written.strip()[:_LONGEST_CELL]

    def shown(self, value: Fraction | int | date | str | None, language: Language) -> str:
        """Write a value as the form does (da: skriv værdien)."""
        if value is None:
            return ""
        if isinstance(value, Fraction):
            return shown_number(value, language)
        return str(value)

    def in_words(self, written: str, language: Language) -> str:
        """Write a cell for a reader: the name of what was chosen (da: i ord)."""
        found = self.choices.get(written)
        return written if found is None else found.in_language(language)

    def _chosen(self, text: str) -> str:
        if text in self.choices:
            return text
        meant = [
            slug
            for slug, label in self.choices.items()
            if normal(text) in (normal(slug), normal(label.da), normal(label.en))
        ]
        if len(meant) == 1:
            return meant[0]
        known_da = ", ".join(label.da for label in self.choices.values())
        known_en = ", ".join(label.en for label in self.choices.values())
        raise InvalidInput(
            Text(da=f"findes ikke her; vælg en af {known_da}", en=f"not here; choose {known_en}")
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A line of a table (da: linje): `key` names what it was made of, empty for a new one.

    `faults` are by column. `others` are what somebody else has written meanwhile in a cell that
    was changed here too. `fixed` are the columns that this line has nothing in.
    """

    key: str = ""
    cells: Mapping[str, str] = field(default_factory=dict)
    is_removed: bool = False
    faults: Mapping[str, Text] = field(default_factory=dict)
    others: Mapping[str, str] = field(default_factory=dict)
    fixed: frozenset[str] = frozenset()

    def cell(self, column: str) -> str:
        """Return what is written in a column (da: celle)."""
        return self.cells.get(column, "")

    @property
    def is_blank(self) -> bool:
        """Whether it is new and nothing was written in it (da: tom)."""
        return not self.key and not any(each.strip() for each in self.cells.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class EditTable:
    """A table that is corrected (da: tabel).

    `matched_by` are the columns by which a pasted row finds its line. One that does not `grow` has
    the lines it has. `named_by` is the column that a line is called by.
    """

    name: str
    label: Text
    columns: tuple[Column, ...]
    lines: tuple[Line, ...]
    named_by: str
    matched_by: tuple[str, ...] = ()
    grows: bool = True

    def column(self, name: str) -> Column:
        """Return a column by its name (da: kolonne)."""
        return next(each for each in self.columns if each.name == name)

    def line(self, key: str) -> Line | None:
        """Return the line of a key (da: linje)."""
        return next((each for each in self.lines if each.key == key), None)

    @property
    def fault_count(self) -> int:
        """How many cells something is wrong with (da: fejl)."""
        return sum(len(each.faults) for each in self.lines)

    @property
    def kept_lines(self) -> Iterator[tuple[int, Line]]:
        """Go through the lines that count, each with its place (da: linjer)."""
        for place, line in enumerate(self.lines):
            if not line.is_removed and not line.is_blank:
                yield place, line

    def title(self, line: Line, language: Language) -> str:
        """Name a line for a reader (da: linjens navn)."""
        told = (
            self.column(name).in_words(line.cell(name), language)
            for name in self.matched_by or (self.named_by,)
        )
        return ", ".join(each for each in told if each)

    def with_blank_lines(self, number: int) -> "EditTable":
        """Add lines to write in (da: tomme linjer)."""
        if not self.grows:
            return self
        room = max(0, MOST_LINES - len(self.lines))
        return replace(self, lines=(*self.lines, *(Line() for _ in range(min(number, room)))))

    def with_faults(self, faults: Mapping[tuple[int, str], Text]) -> "EditTable":
        """Note what is wrong with cells, by line and column (da: fejl)."""
        by_line: dict[int, dict[str, Text]] = {}
        for (place, column), text in faults.items():
            by_line.setdefault(place, {})[column] = text
        return replace(
            self,
            lines=tuple(
                replace(line, faults=by_line.get(place, {}))
                for place, line in enumerate(self.lines)
            ),
        )

    def posted(self, form: Form) -> "EditTable":
        """Return the table as a form has sent it, every cell as it was written (da: sendt).

        A form that was sent without this table leaves it as it is.
        """
        keys = form.all(f"{self.name}.key")
        if not keys:
            return self
        if len(keys) > MOST_LINES:
            raise InvalidInput(
                Text(
                    da=f"tabellen har {len(keys)} linjer; der må højst være {MOST_LINES}",
                    en=f"the table has {len(keys)} lines; there may be {MOST_LINES} at most",
                )
            )
        removed = set(form.all(f"{self.name}.removed"))
        written = {each.name: form.all(f"{self.name}.{each.name}") for each in self._written}
        if any(len(values) != len(keys) for values in written.values()):
            raise InvalidInput(
                Text(
                    da="formularen kom ikke hel frem; intet er gemt, send den igen",
                    en="the form did not arrive whole; nothing is kept, send it again",
                )
            )
        lines = []
        for place, key in enumerate(keys):
            before = self.line(key) if key else None
            own = {} if before is None else before.cells
            cells = {
                each.name: own.get(each.name, "")
                if each.fixed or (before is not None and each.name in before.fixed)
                else written[each.name][place]
                for each in self.columns
            }
            lines.append(
                Line(
                    key=key,
                    cells=cells,
                    is_removed=bool(key) and key in removed,
                    fixed=frozenset() if before is None else before.fixed,
                )
            )
        return replace(self, lines=tuple(lines))

    @property
    def _written(self) -> Iterator[Column]:
        return (each for each in self.columns if not each.fixed)

    def without_cpr(self) -> "EditTable":
        """Return the table without what looks like CPR numbers, and say so in the cell (da: CPR).

        They are never printed back.
        """
        lines = []
        for line in self.lines:
            hidden = [name for name, written in line.cells.items() if looks_like_cpr(written)]
            lines.append(
                replace(
                    line,
                    cells={**line.cells, **dict.fromkeys(hidden, "")},
                    faults={**line.faults, **dict.fromkeys(hidden, CPR)},
                )
                if hidden
                else line
            )
        return replace(self, lines=tuple(lines))


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """What differs between two states of a table (da: ændring); a line that came or went whole."""

    line: str
    column: Text | None
    before: str
    after: str

    def in_language(self, language: Language) -> str:
        """Write it for a reader (da: i ord)."""
        if self.column is None:
            came = bool(self.after)
            return {
                "da": f"{self.line}: {'ny' if came else 'fjernet'}",
                "en": f"{self.line}: {'new' if came else 'removed'}",
            }[language]
        nothing = {"da": "(tom)", "en": "(empty)"}[language]
        label = self.column.in_language(language)
        label = label[:1].lower() + label[1:]
        return f"{self.line}, {label}: {self.before or nothing} → {self.after or nothing}"


def differences(before: EditTable, after: EditTable, language: Language) -> Iterator[Difference]:
    """Say what differs between two states of a table (da: ændringer)."""
    keys = {each.key for each in after.lines if each.key and not each.is_removed}
    for line in before.lines:
        if line.key not in keys:
            title = before.title(line, language)
            yield Difference(line=title, column=None, before=title, after="")
    for _, line in after.kept_lines:
        title, old = after.title(line, language), before.line(line.key) if line.key else None
        if old is None:
            yield Difference(line=title, column=None, before="", after=title)
            continue
        for column in after.columns:
            was, now = old.cell(column.name), line.cell(column.name).strip()
            if was != now:
                yield Difference(
                    line=before.title(old, language),
                    column=column.label,
                    before=column.in_words(was, language),
                    after=column.in_words(now, language),
                )


def merged(base: EditTable, mine: EditTable, theirs: EditTable) -> EditTable:
    """Put what was written here together with what somebody else has saved (da: flet).

    A cell that was changed here keeps what was written, and says what the other wrote where that
    differs; every other cell is the other's. Lines of either stay, a line removed here stays
    removed, and one that the other has removed and nobody touched here goes.
    """
    lines = []
    for line in mine.lines:
        old = base.line(line.key) if line.key else None
        other = theirs.line(line.key) if line.key else None
        if old is None:
            lines.append(line)
            continue
        if other is None:
            if _is_touched(line, old) and not line.is_removed:
                lines.append(replace(line, key="", fixed=frozenset()))
            continue
        cells, others = {}, {}
        for column in mine.columns:
            name = column.name
            was, now, said = old.cell(name), line.cell(name), other.cell(name)
            is_mine = now.strip() != was
            cells[name] = now if is_mine else said
            if is_mine and said not in (was, now.strip()):
                others[name] = said
        lines.append(replace(line, cells=cells, others=others, fixed=other.fixed))
    known = {each.key for each in (*mine.lines, *base.lines)}
    lines += [each for each in theirs.lines if each.key not in known]
    return replace(theirs, lines=tuple(lines))


def _is_touched(line: Line, old: Line) -> bool:
    return any(line.cell(name).strip() != was for name, was in old.cells.items())


def unique_keys(wanted: Sequence[str]) -> list[str]:
    """Tell lines of one key apart by their order (da: entydige nøgler).

    >>> unique_keys(["a", "b", "a"])
    ['a', 'b', 'a~2']
    """
    seen: dict[str, int] = {}
    keys = []
    for key in wanted:
        seen[key] = seen.get(key, 0) + 1
        keys.append(key if seen[key] == 1 else f"{key}~{seen[key]}")
    return keys


def shown_number(value: Fraction | int, language: Language) -> str:
    """Write a number as a form does: with the decimals it has, and no thousands separator.

    >>> shown_number(Fraction("1234.5"), "da"), shown_number(Fraction(1, 3), "en")
    ('1234,5', '0.333333')
    """
    written = shown(value, digits_of(Fraction(value), most=_MOST_DIGITS), language)
    return written.replace({"da": ".", "en": ","}[language], "")


def _told(found: Found | Unreadable) -> Found:
    """Return what was read; `InvalidInput` with why it was not, and what to do."""
    if isinstance(found, Unreadable):
        raise InvalidInput(
            Text(
                da=f"{found.problem.da}; {found.what_to_do.da}",
                en=f"{found.problem.en}; {found.what_to_do.en}",
            )
        )
    return found


CPR = Text(
    da="her stod noget, der ligner et CPR-nummer; det er fjernet, skriv et pseudonym",
    en="here was what looks like a CPR number; it is removed, write a pseudonym",
)
"""What is told of a cell, without repeating it (da: CPR-nummer)."""
_EMPTY = Text(da="mangler; skriv en værdi", en="missing; write a value")
_TOO_LONG = Text(
    da=f"for lang; højst {_LONGEST_CELL} tegn", en=f"too long; at most {_LONGEST_CELL} characters"
)
