"""Columns that nobody reads, though they look like what could be (da: ulæste kolonner).

A list says less than its file where a column of dates lies there unread, and nobody notices: the
heading was not one that is known. So such a column is named, with how to say what it is.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from api.imports.column_looks import Look, normal
from api.imports.columns import UNUSED, Columns, Sureness
from api.imports.fields import Field, Kind, Reads, fields
from api.uploads import Cell, letter, shown_value
from capacity.case_events import ARRIVAL_EVENTS
from capacity.wording import Language, Text

_MOST = 0.8
"""Assumption: a column holds dates or numbers where so many of its cells are."""
_LEAST_CELLS = 4
"""Fewer cells tell nothing of whether words repeat (assumption)."""
_OF_A_PERSON = ("foed", "birth", "born", "cpr")
"""Dates of a person, which are no business of a list (da: fødselsdato)."""
_LOOKS = {
    Reads.MOMENT: Text(da="datoer", en="dates"),
    Reads.NUMBER: Text(da="tal", en="numbers"),
    Reads.WORD: Text(da="ord, der går igen", en="words that come again"),
}
_NEEDED_TOGETHER = {
    Kind.CASES: tuple(event.value for event in ARRIVAL_EVENTS),
    Kind.STAFF: ("hours_per_week", "employment_share"),
    Kind.TIME_STUDY: ("hours", "minutes"),
}
"""Of these a list needs one or another."""
_MOST_NAMED = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Unread:
    """Columns that look alike, and what each of them may be (da: ulæste kolonner).

    `fields` are their ids, those that the list cannot do without first; `needed` says whether there
    is any of those.
    """

    names: tuple[str, ...]
    looks: Text
    fields: tuple[str, ...]
    needed: bool

    @property
    def said(self) -> Text:
        """What to tell of them, with the parameter that says what a column is (da: besked)."""
        several, first = len(self.names) > 1, self.names[0]
        means = self.fields[0] if self.needed else "…"
        da = "kolonnerne {} er ikke læst; de ligner {}" if several else _ONE.da
        en = "the columns {} are not read; they look like {}" if several else _ONE.en
        choices = ", ".join(self.fields)
        how_da = f": skriv hvad {'hver' if several else 'den'} er, fx map={first}={means}"
        how_en = f": write what {'each' if several else 'it'} is, such as map={first}={means}"
        return Text(
            da=da.format(listed(self.names, "da"), self.looks.da)
            + f"{how_da} (der er {choices}), eller map={first}={UNUSED}, hvis den ikke bruges",
            en=en.format(listed(self.names, "en"), self.looks.en)
            + f"{how_en} (there are {choices}), or map={first}={UNUSED} where it is not used",
        )


_ONE = Text(
    da="kolonnen {} er ikke læst; den ligner {}", en="the column {} is not read; it looks like {}"
)


@dataclass(frozen=True, slots=True)
class UnreadColumns:
    """The columns that nobody reads or has spoken of, by what they look like (da: ulæste)."""

    kind: Kind
    left: tuple[Field, ...]
    by_look: dict[Reads, tuple[str, ...]]

    @classmethod
    def of(
        cls, kind: Kind, headings: Sequence[str], found: Columns, sample: Sequence[Sequence[Cell]]
    ) -> "UnreadColumns":
        """Look at the first cells of every column that is not read (da: se efter)."""
        there, alike = {use.field for use in found.uses}, Counter(map(normal, headings))
        by_look: dict[Reads, list[str]] = {}
        for use in found.uses:
            is_of_a_person = any(each in normal(use.heading) for each in _OF_A_PERSON)
            if use.sureness is not Sureness.UNUSED or is_of_a_person:
                continue
            looks = _looks_like(Look.of(sample[use.column]))
            if looks is not None:
                is_plain = use.heading.strip() and alike[normal(use.heading)] == 1
                name = shown_value(use.heading) if is_plain else letter(use.column)
                by_look.setdefault(looks, []).append(name)
        return cls(
            kind,
            tuple(each for each in fields(kind) if each.id not in there),
            {looks: tuple(names) for looks, names in by_look.items()},
        )

    def like(self, field: Field) -> tuple[str, ...]:
        """Return the columns that look like what a field holds (da: der ligner)."""
        return self.by_look.get(field.reads, ())

    def told(self) -> Iterator[Unread]:
        """Name those that look like dates, and those that look like what is missing (da: nævn)."""
        needed = self._needed()
        for looks, names in self.by_look.items():
            wanted = [each.id for each in self.left if each.id in needed and each.reads is looks]
            others = [
                each.id
                for each in self.left
                if looks is Reads.MOMENT and each.reads is looks and each.id not in wanted
            ]
            if wanted or others:
                yield Unread(
                    names=names,
                    looks=_LOOKS[looks],
                    fields=(*wanted, *others),
                    needed=bool(wanted),
                )

    def _needed(self) -> frozenset[str]:
        left = {each.id for each in self.left}
        needed = {each.id for each in self.left if each.required}
        together = set(_NEEDED_TOGETHER.get(self.kind, ()))
        return frozenset(needed | (together if together <= left else set()))


def _looks_like(look: Look) -> Reads | None:
    if not look.filled:
        return None
    if look.dates >= _MOST:
        return Reads.MOMENT
    if look.numbers >= _MOST:
        return Reads.NUMBER
    repeats = look.filled >= _LEAST_CELLS and len(look.words) <= look.filled / 2
    return Reads.WORD if repeats and look.dates == look.numbers == 0 else None


def listed(names: Sequence[str], language: Language) -> str:
    """Name some columns, in quotation marks (da: opregning).

    >>> listed(("Oprettet", "Ændret"), "da")
    '”Oprettet”, ”Ændret”'
    """
    opening, more = ("”", " og {} til") if language == "da" else ("“", " and {} more")
    shown = ", ".join(f"{opening}{name}”" for name in names[:_MOST_NAMED])
    left = len(names) - _MOST_NAMED
    return shown if left <= 0 else shown + more.format(left)
