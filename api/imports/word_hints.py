"""What is worth a look in the words of a new department: hints, and no decisions (da: vink).

Two words that look alike may be one team, and a type that sounds like a follow-up may be work on
cases of another type. Only the user knows, and each hint says what to write where it is so. Of what
the user has named nothing is hinted.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import combinations

from api.imports.activities import FIRST, LATER, spoken_of
from api.imports.columns import Sureness
from api.imports.meanings import Meaning, compared
from api.imports.new_words import CASE_TYPE, LONGEST, NewWords
from api.uploads import shown_value
from capacity.wording import Text
from simulations.drafted_work import STRAND_MARK, is_strand

_MOST_HINTS = 12
"""Of one sort: whoever has more to look at has them in the table of values."""
_MOST_TYPES = 8
_AGAIN = ("revurder", "genvurder", "evaluering", "reassess", "review")
_ON_OPEN_CASES = ("aaben sag", "aabne sager", "open case")
"""What sounds like work on a case that is there already, besides follow-ups (da: gentagelser)."""
_SAYS_NOTHING = frozenset(
    "team teamet gruppe gruppen afdeling afdelingen afd afsnit og and p par paragraf sag sager "
    "type".split()
)
"""Words beside a name: `Team Nord`, `Børn og Unge`; a `p` is what is left of a section mark."""
_OF_A_TEAM = ("teamet", "team", "gruppen", "gruppe", "afdelingen", "afdeling")
"""Ends of words that say no more: `Børneteamet`."""
_ENDINGS = frozenset("e r n t s er en et ne erne ene rne".split())
"""One word in its number and case: undersøgelse, undersøgelsen, undersøgelser, …"""
_LIKE, _LONG, _SLIPS, _MOST_LETTERS = 0.9, 5, 2, 60
"""Assumption: a slip of the pen leaves so much of a long word, as `Nordøst` is not `Nordvest`; in
shorter words another letter is another word."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hint:
    """What may be so, and what to write where it is (da: vink)."""

    said: Text
    answer: Text | None = None

    @property
    def in_full(self) -> Text:
        """What is said with what to write (da: med svar)."""
        if self.answer is None:
            return self.said
        return Text(
            da=f"{self.said.da} ({self.answer.da})", en=f"{self.said.en} ({self.answer.en})"
        )


def hints(words: NewWords) -> Iterator[Hint]:
    """Say what may be the same, and what may be work on other cases (da: vink om ordene)."""
    named = [each for each in words.found() if each.sureness is Sureness.NEW and each.means]
    yield from _cut_off([*_same(words.field, named)])
    if words.field == CASE_TYPE:
        yield from _cut_off([*_strands(named, words)])


def _cut_off(found: Sequence[Hint]) -> Iterator[Hint]:
    yield from found[:_MOST_HINTS]
    more = len(found) - _MOST_HINTS
    if more > 0:
        yield Hint(
            said=Text(
                da=f"… og {more} vink mere af samme slags", en=f"… and {more} more such hints"
            )
        )


# --- The same, in other words -----------------------------------------------------------------


def are_alike(one: str, other: str) -> bool:
    """Say whether two words may well mean the same (da: ligner).

    >>> are_alike("Team Nord", "Nord"), are_alike("Undersøgelse", "undersøgelser")
    (True, True)
    >>> are_alike("Undersøgelse Nord", "Undersøgelse Syd"), are_alike("Team 1", "Team 2")
    (False, False)
    """
    return _Told.of(one).is_like(_Told.of(other))


@dataclass(frozen=True, slots=True)
class _Told:
    """What a name comes to: its letters, and those of its words that say something."""

    letters: str
    words: tuple[str, ...]

    @classmethod
    def of(cls, written: str) -> "_Told":
        words = compared(written).split()
        told = [each for each in words if each not in _SAYS_NOTHING] or words
        return cls("".join(words), tuple(sorted(_without_team(each) for each in told)))

    def is_like(self, other: "_Told") -> bool:
        if self.letters == other.letters:
            return True
        same_number = len(self.words) == len(other.words)
        return same_number and all(map(_is_same, self.words, other.words))


def _without_team(word: str) -> str:
    found = next((each for each in _OF_A_TEAM if word.endswith(each)), "")
    return word.removesuffix(found) if len(word) - len(found) >= _LONG - 1 else word


def _is_same(word: str, other: str) -> bool:
    """Whether it is one word, with another ending or a slip of the pen."""
    short, long = sorted((word, other), key=len)
    if short == long:
        return True
    if len(short) < _LONG or len(long) > _MOST_LETTERS or not (short + long).isalpha():
        return False
    if long.startswith(short):
        return long.removeprefix(short) in _ENDINGS
    if short[0] != long[0] or len(long) > len(short) + _SLIPS:
        return False
    return SequenceMatcher(None, short, long).ratio() >= _LIKE


def _same(field: str, named: Sequence[Meaning]) -> Iterator[Hint]:
    """The most frequent first, and once for each two names."""
    once = {each.means: each for each in reversed(named)}
    told = [(each, _Told.of(each.written)) for each in named if once[each.means] is each]
    for (more, its), (fewer, others) in combinations(told, 2):
        if not its.is_like(others):
            continue
        one, other = shown_value(more.written), shown_value(fewer.written)
        answer = f"values={field}:{other}={more.means}"
        yield Hint(
            said=Text(
                da=f"”{other}” ligner ”{one}”; er de det samme, så giv dem samme navn",
                en=f"“{other}” looks like “{one}”; where they are the same, give them one name",
            ),
            answer=Text(da=answer, en=answer),
        )


# --- Work on other cases -----------------------------------------------------------------------


def _strands(named: Sequence[Meaning], words: NewWords) -> Iterator[Hint]:
    labels = words.labels
    types = [
        slug
        for slug in dict.fromkeys(each.means for each in words.found())
        if slug in labels and not is_strand(labels[slug], labels.values())
    ]
    own = [each for each in types if not sounds_again(labels[each])]
    for slug in dict.fromkeys(str(each.means) for each in named):
        if not own or slug in own or slug not in types:
            continue
        word = shown_value(labels[slug])
        known = ", ".join(shown_value(labels[each]) for each in own[:_MOST_TYPES])
        more, slugs = " …" if len(own) > _MOST_TYPES else "", ", ".join(own[:_MOST_TYPES])
        answer = f"values={CASE_TYPE}:{word}={_likely_strand(slug, own)}"
        yield Hint(
            said=Text(
                da=f"”{word}” lyder som arbejde på sager af en anden type, og regnes for sager for "
                "sig: timerne i en tidsregistrering kan så tælle to gange; er det et spor af en "
                f"anden type, så sig af hvilken: {known}{more}",
                en=f"“{word}” sounds like work on cases of another type, and counts as cases of "
                "its own: the hours of a time study may then count twice; where it is a strand of "
                f"another type, say of which: {known}{more}",
            ),
            answer=Text(
                da=f"fx {answer}; typerne er {slugs}", en=f"say {answer}; the types are {slugs}"
            ),
        )


def _likely_strand(slug: str, types: Sequence[str]) -> str:
    """What to write; the type is left open unless the word has it or there is no other."""
    said = [each for each in types if len(each) >= _LONG and each in slug]
    if any(part in compared(slug) for part in _ON_OPEN_CASES):
        said = []  # a notification on an open case is of the case, and no notification's
    found = said if len(types) > 1 else types
    if len(found) == 1:
        return strand_means(slug, found[0])
    return f"…{STRAND_MARK}{slug}"


def sounds_again(word: str) -> bool:
    """Say whether a word sounds like work on a case that is there already (da: gentagelse).

    >>> sounds_again("Revurdering"), sounds_again("Undersøgelse")
    (True, False)
    """
    parts = (*_AGAIN, *_ON_OPEN_CASES)
    return spoken_of(word) in (FIRST, LATER) or any(part in compared(word) for part in parts)


def strand_means(slug: str, of: str) -> str:
    """Return what to write of a word that is a strand of a type (da: sporets navn).

    `slug` is what the word is called else; its words are cut as short as there is room for.

    >>> strand_means("stoette-opfoelgning", "stoette"), strand_means("tilsyn", "stoette")
    ('stoette/opfoelgning', 'stoette/tilsyn')
    >>> strand_means("opfoelgning-paa-indsats-2", "boernefaglig-undersoegelse")
    'boernefaglig-undersoegelse/op-pa-in-2'
    """
    words, room = slug.removeprefix(f"{of}-").split("-"), LONGEST[CASE_TYPE] - len(of) - 1
    letters = max(map(len, words))
    while letters > 1 and len("-".join(each[:letters] for each in words)) > room:
        letters -= 1
    return f"{of}{STRAND_MARK}{'-'.join(each[:letters] for each in words)}"
