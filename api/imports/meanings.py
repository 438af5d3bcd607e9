"""What the words of a list mean here: its teams, case types, reasons (da: værdiernes betydning).

A word that is one of the department's own, by slug or label, means that; one that is nearly so is
guessed and shown; any other is an error, one for each word and not for each row, until the user
says what it means. A user may also say that it is nothing known (`?`) or that its rows are to be
left out (`-`).
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches
from itertools import count, islice

import numpy as np

from api.imports.column_looks import normal
from api.imports.columns import Sureness
from api.imports.readings import Place
from api.uploads import Cell, CellError, Unreadable, shown_value
from capacity.case_classes import CaseClass
from capacity.department import Department
from capacity.errors import InvalidInput
from capacity.wording import Text
from simulations.case_history import NOBODY
from simulations.drafted_work import STRAND_MARK, strand_name, strand_of
from simulations.luck import Integers

LEFT_OUT = "-"
"""The rows of such a word are no business of the department's (da: udelades)."""
UNKNOWN = "?"
"""A word that means nothing known: the row is kept without (da: ukendt)."""

ASKED, OMITTED = -2, -3
"""Numbers of a word that nobody knows, and of one whose rows are left out (da: spurgt, udeladt)."""
_MOST_WORDS = 2000
_MOST_GUESSED = 200

Choices = Mapping[str, frozenset[str]]
"""What a field may mean, each with the words for it, normalised (da: mulige betydninger)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Meaning:
    """What one word of the list is taken for (da: betydning); None where nobody knows yet."""

    field: str
    written: str
    means: str | None
    sureness: Sureness
    rows: int
    first_row: int


class Meanings:
    """The words of one field as they turn up (da: ordenes betydning).

    `of` answers once for each word and remembers: a list has many rows and few words.
    """

    def __init__(
        self,
        field: str,
        choices: Choices,
        *,
        stated: Mapping[str, str],
        remembered: Mapping[str, str],
    ) -> None:
        self.field = field
        self.choices = choices
        self._stated = _said_once(stated)
        self._written = tuple(stated)
        # What was accepted for another department, or before it was changed, is guessed anew.
        self._remembered = {
            compared(written): means
            for written, means in remembered.items()
            if means in choices or means in (LEFT_OUT, UNKNOWN)
        }
        self._by_word = {word: slug for slug, words in choices.items() for word in words}
        shared = Counter(word for words in choices.values() for word in words)
        self._of_several = {word for word, slugs in shared.items() if slugs > 1}
        self._numbers = {slug: number for number, slug in enumerate(choices)}
        self._places: dict[Cell, int] = defaultdict(count().__next__)
        """What is written, in the order in which it turned up; below, its word and its number."""
        self._words: list[str] = []
        self._codes: list[int] = []
        self._found: dict[str, Meaning] = {}

    @property
    def slugs(self) -> tuple[str, ...]:
        """What may be meant, in the order of its numbers (da: mulige betydninger)."""
        return tuple(self.choices)

    def found(self) -> tuple[Meaning, ...]:
        """Return every word so far, the most frequent first (da: fundne ord)."""
        return tuple(sorted(self._found.values(), key=lambda each: -each.rows))

    def unmet(self) -> tuple[str, ...]:
        """Return the words that the user says something of and no row has (da: ord uden rækker)."""
        met = {compared(each) for each in self._words}
        return tuple(each for each in self._written if compared(each) not in met)

    def of(self, cells: Sequence[Cell], rows: Sequence[int]) -> Integers:
        """Return a column as numbers of `slugs`, -1 for nothing known (da: kolonnens betydning).

        `ASKED` where nobody knows what a word means, `OMITTED` where its row is to be left out.
        """
        before = len(self._places)
        places = np.fromiter(map(self._places.__getitem__, cells), np.int64, len(cells))
        for cell in islice(self._places, before, None):
            self._words.append("" if cell is None else str(cell).strip())
            self._codes.append(self._code(self._words[-1], rows[cells.index(cell)]))
        counts = np.bincount(places)
        for place in np.flatnonzero(counts):
            seen = self._found.get(self._words[place])
            if seen is not None:
                self._found[seen.written] = replace(seen, rows=seen.rows + int(counts[place]))
        return np.asarray(self._codes, dtype=np.int64)[places]

    def slug(self, number: int) -> str | None:
        """Return what a number of `of` stands for (da: betydning)."""
        return self.slugs[number] if number >= 0 else None

    def _code(self, word: str, row: int) -> int:
        if not word:
            return NOBODY
        means, sureness = self.meaning(word)
        if len(self._found) < _MOST_WORDS:
            seen = Meaning(
                field=self.field,
                written=word,
                means=means,
                sureness=sureness,
                rows=0,
                first_row=row,
            )
            self._found.setdefault(word, seen)
        if means is None:
            return ASKED
        if means == LEFT_OUT:
            return OMITTED
        return self._numbers.get(means, NOBODY)

    def meaning(self, written: str) -> tuple[str | None, Sureness]:
        """Return what a word means, and how that is known."""
        word = compared(written)
        if written in self.choices and word not in self._stated:
            return written, Sureness.SURE
        if word in self._stated:
            return self._stated[word], Sureness.STATED
        if word in self._remembered:
            return self._remembered[word], Sureness.REMEMBERED
        if word in self._by_word and word not in self._of_several:
            return self._by_word[word], Sureness.SURE
        if word in self._of_several or len(self._found) > _MOST_GUESSED:
            return None, Sureness.ASKED
        near = get_close_matches(word, list(self._by_word), n=3, cutoff=0.85)
        slugs = {slug for slug, words in self.choices.items() if not words.isdisjoint(near)}
        if len(slugs) == 1:
            return slugs.pop(), Sureness.LIKELY
        return None, Sureness.ASKED


def _said_once(stated: Mapping[str, str]) -> dict[str, str]:
    """What a user says of each word, however it is spelt; not one thing and another of the same."""
    found: dict[str, str] = {}
    for written, means in stated.items():
        if found.setdefault(compared(written), means) != means:
            shown = shown_value(written)
            raise InvalidInput(
                Text(
                    da=f"”{shown}” er sagt at være to ting, skrevet på to måder; skriv det én gang",
                    en=f"“{shown}” is said to be two things, spelt in two ways; write it once",
                ),
                field="values",
            )
    return found


def choices_of(labelled: Sequence[tuple[str, Sequence[str]]]) -> Choices:
    """Return slugs with their words, normalised, and without what says nothing (da: valg).

    >>> sorted(choices_of([("undersoegelse-nord", ["Undersøgelse Nord"])])["undersoegelse-nord"])
    ['team undersoegelse nord', 'undersoegelse nord', 'undersoegelse nord team']
    """
    names = {slug: {compared(each) for each in (slug, *words)} for slug, words in labelled}
    taken = frozenset[str]().union(*names.values())
    found: dict[str, frozenset[str]] = {}
    for slug, own in names.items():
        longer = {f"team {each}" for each in own} | {f"{each} team" for each in own}
        found[slug] = frozenset(own | (longer - taken))  # “Team Nord” may be another than “Nord”
    return found


def compared(written: str) -> str:
    """Write a word so that spelling makes no difference; of foreign letters, only their case.

    >>> compared("Team Nord"), compared("Ωμέγα")
    ('team nord', 'ωμέγα')
    """
    return normal(written) or written.strip().casefold()


def teams_of(department: Department) -> Choices:
    """Return the department's teams by the words for them (da: afdelingens team)."""
    return choices_of([(each.slug, (each.label.da, each.label.en)) for each in department.teams])


def case_types_of(department: Department) -> Choices:
    """Return the department's case classes by the words for them (da: afdelingens sagstyper).

    What comes of itself on an open case is a row of its own, of the type `class/strand`. A type
    that several teams have, as `type-team`, is in a list by its name alone: the row has the team. A
    draft's strand is a class, `Type/Strand`, and the list may call it by the strand alone.
    """
    bare = _without_teams(department)
    several = {name for name, classes in Counter(bare.values()).items() if classes > 1}
    labels = Counter(each.label for each in department.case_classes)
    labelled: dict[str, list[str]] = {}
    alone: dict[str, str] = {}
    for each in department.case_classes:
        named, words = each.slug, [each.label.da, each.label.en]
        if bare[each.slug] in several:
            labelled.setdefault(each.slug, [])
            if labels[each.label] > 1:
                named = bare[each.slug]
        labelled.setdefault(named, []).extend(words)
        for strand in each.strands:
            labelled.setdefault(f"{each.slug}/{strand.slug}", [])
            labelled.setdefault(f"{named}/{strand.slug}", [])
        if (of := _type_of_strand(each, department)) is not None:
            alone[named] = strand_name(each.label.da, of)
    known = {compared(each) for slug, words in labelled.items() for each in (slug, *words)}
    for named, name in alone.items():
        if compared(name) not in known:
            labelled[named].append(name)
    return choices_of(list(labelled.items()))


def drafted_strands(department: Department) -> dict[str, str]:
    """Return what a user may call a draft's strands, `type/strand`, and their names (da: spor).

    In a draft a strand is a class of its own, `type-strand`, told by its label.
    """
    bare = _without_teams(department)
    found: dict[str, str] = {}
    for each in department.case_classes:
        of = _type_of_strand(each, department)
        types = {bare[one.slug] for one in department.case_classes if one.label.da == of}
        for type_ in types:
            for name in (each.slug, bare[each.slug]):
                if name.startswith(f"{type_}-"):
                    found[f"{type_}{STRAND_MARK}{name.removeprefix(f'{type_}-')}"] = name
    return found


def _type_of_strand(case_class: CaseClass, department: Department) -> str | None:
    """The label of the type on whose cases a class is work; None where it has its own cases."""
    return strand_of(case_class.label.da, [each.label.da for each in department.case_classes])


def _without_teams(department: Department) -> dict[str, str]:
    """What each class is called where the row has the team: `type` for `type-team`."""
    return {each.slug: each.slug.removesuffix(f"-{each.team}") for each in department.case_classes}


def _words(written: str) -> tuple[str, ...]:
    return tuple(each.strip() for each in written.split(";"))


ABSENCE_REASONS: Choices = choices_of(
    [
        (
            "sickness",
            _words(
                "sygdom; syg; egen sygdom; delvis syg; delvist syg; arbejdsskade; langtidssyg; "
                "sygefravær; sygemelding; kronisk sygdom; § 56; graviditetsbetinget sygdom; "
                "sick; illness; sick leave"
            ),
        ),
        (
            "parental_leave",
            _words(
                "barsel; barselsorlov; forældreorlov; graviditetsorlov; fædreorlov; adoption; "
                "barsels- og forældreorlov; barsel med løn; barsel uden løn; orlov barsel; "
                "maternity leave; paternity leave; parental leave"
            ),
        ),
        (
            "unpaid_leave",
            _words(
                "orlov; orlov uden løn; tjenestefri; tjenestefrihed uden løn; tjenestefri uden "
                "løn; ulønnet orlov; leave; leave of absence; unpaid leave"
            ),
        ),
        (
            "holiday",
            _words(
                "ferie; feriedag; feriedage; feriefridage; 6. ferieuge; sjette ferieuge; "
                "særlige feriedage; afspadsering; omsorgsdag; omsorgsdage; seniordag; "
                "holiday; vacation; annual leave"
            ),
        ),
    ]
)
"""The four words for why somebody is away, by what payroll systems call them (da: årsager)."""

CASE_UNITS: Choices = choices_of(
    [
        ("child", _words("barn; børn; cpr; person; child; children")),
        ("family", _words("familie; familier; family; families")),
        ("citizen", _words("borger; borgere; citizen; citizens")),
    ]
)

FTE_DEFINITIONS: Choices = choices_of(
    [
        (
            "granted",
            _words("normeret; normering; normerede; bevilget; normerede stillinger; granted"),
        ),
        (
            "contracted",
            _words("ansat; ansatte; bemanding; kontrakt; ansættelsestimer; contracted; employed"),
        ),
        (
            "case_carrying",
            _words(
                "sagsbærende; rene rådgivertimer; til sager; sagstimer; case carrying; case fte"
            ),
        ),
    ]
)

YES_OR_NO: Choices = choices_of(
    [
        ("yes", _words("ja; j; x; sand; 1; true; yes; y; færdig; afsluttet; done")),
        ("no", _words("nej; n; falsk; 0; false; no; ikke færdig; i gang")),
    ]
)


def unknown_words(meanings: Meanings, place: Place, label: Text) -> Iterator[CellError]:
    """Say of each word that nobody knows what to write (da: ukendte ord)."""
    known = ", ".join(meanings.slugs[:30])
    for each in meanings.found():
        if each.means is not None:
            continue
        shown = shown_value(each.written)
        yield place.error(
            each.first_row,
            each.written,
            Unreadable(
                problem=Text(
                    da=f"ukendt værdi af {label.da} (rækker i alt: {each.rows})",
                    en=f"unknown value of {label.en} (rows in all: {each.rows})",
                ),
                what_to_do=Text(
                    da=f"skriv hvad det er: values={meanings.field}:{shown}=… (der er {known}); "
                    f"{UNKNOWN} for ukendt, {LEFT_OUT} for at udelade rækkerne",
                    en=f"write what it is: values={meanings.field}:{shown}=… (there are "
                    f"{known}); {UNKNOWN} for unknown, {LEFT_OUT} to leave the rows out",
                ),
                cause=Text(da=f"ukendt værdi af {label.da}", en=f"unknown value of {label.en}"),
            ),
            rows=each.rows,
        )


def refuse_unknown_slugs(field: str, stated: Mapping[str, str], choices: Choices) -> None:
    """Refuse what a user says that a word means, where there is no such thing here."""
    for written, means in stated.items():
        if means not in choices and means not in (LEFT_OUT, UNKNOWN):
            known = ", ".join(choices)
            raise InvalidInput(
                Text(
                    da=f"”{shown_value(written)}” kan ikke være ”{shown_value(means)}”; "
                    f"skriv en af {known}, {UNKNOWN} eller {LEFT_OUT}",
                    en=f"“{shown_value(written)}” cannot be “{shown_value(means)}”; "
                    f"write one of {known}, {UNKNOWN} or {LEFT_OUT}",
                ),
                field="values",
            )
