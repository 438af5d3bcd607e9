"""What is worth a look in the words of a new department: hints, and no decisions (da: vink).

Two words that look alike may be one team, and a type that sounds like a follow-up may be work on
cases of another type. Only the user knows, and each hint says what to write where it is so. Of what
the user has named nothing is hinted.
"""

from collections.abc import Iterator, Sequence
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
_AGAIN = ("revurder", "genvurder", "evaluering", "aaben sag", "aabne sager", "reassess", "review")
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
_LIKE, _LONG = 0.9, 5
"""Assumption: a slip of the pen leaves so much of a long word, as `Nordøst` is not `Nordvest`; in
shorter words another letter is another word."""


def hints(words: NewWords) -> Iterator[Text]:
    """Say what may be the same, and what may be work on other cases (da: vink om ordene)."""
    named = [each for each in words.found() if each.sureness is Sureness.NEW and each.means]
    yield from _cut_off([*_same(words.field, named)])
    if words.field == CASE_TYPE:
        yield from _cut_off([*_strands(named, words)])


def _cut_off(found: Sequence[Text]) -> Iterator[Text]:
    yield from found[:_MOST_HINTS]
    if more := len(found) - _MOST_HINTS:
        if more > 0:
            yield Text(
                da=f"… og {more} vink mere af samme slags", en=f"… and {more} more such hints"
            )


# --- The same, in other words -----------------------------------------------------------------


def are_alike(one: str, other: str) -> bool:
    """Say whether two words may well mean the same (da: ligner).

    >>> are_alike("Team Nord", "Nord"), are_alike("Undersøgelse", "undersøgelser")
    (True, True)
    >>> are_alike("Undersøgelse Nord", "Undersøgelse Syd"), are_alike("Team 1", "Team 2")
    (False, False)
    """
    words, others = compared(one).split(), compared(other).split()
    if "".join(words) == "".join(others):
        return True
    said, also_said = _telling_words(words), _telling_words(others)
    return len(said) == len(also_said) and all(map(_is_same, said, also_said))


def _telling_words(words: Sequence[str]) -> list[str]:
    told = [each for each in words if each not in _SAYS_NOTHING] or words
    return sorted(_without_team(each) for each in told)


def _without_team(word: str) -> str:
    found = next((each for each in _OF_A_TEAM if word.endswith(each)), "")
    return word.removesuffix(found) if len(word) - len(found) >= _LONG - 1 else word


def _is_same(word: str, other: str) -> bool:
    """Whether it is one word, with another ending or a slip of the pen."""
    short, long = sorted((word, other), key=len)
    if short == long:
        return True
    if len(short) < _LONG or any(each.isdigit() for each in short + long):
        return False
    if long.startswith(short):
        return long.removeprefix(short) in _ENDINGS
    return short[0] == long[0] and SequenceMatcher(None, short, long).ratio() >= _LIKE


def _same(field: str, named: Sequence[Meaning]) -> Iterator[Text]:
    """The most frequent first, and once for each two names."""
    once = {compared(each.written): each for each in reversed(named)}
    told: set[frozenset[str]] = set()
    for more, fewer in combinations(sorted(once.values(), key=named.index), 2):
        pair = frozenset((str(more.means), str(fewer.means)))
        if len(pair) == 1 or pair in told or not are_alike(more.written, fewer.written):
            continue
        told.add(pair)
        one, other = shown_value(more.written), shown_value(fewer.written)
        yield Text(
            da=f"”{other}” ligner ”{one}”; er de det samme, så giv dem samme navn: "
            f"values={field}:{other}={more.means}",
            en=f"“{other}” looks like “{one}”; where they are the same, give them one name: "
            f"values={field}:{other}={more.means}",
        )


# --- Work on other cases -----------------------------------------------------------------------


def _strands(named: Sequence[Meaning], words: NewWords) -> Iterator[Text]:
    labels = words.labels
    types = [
        slug
        for slug in dict.fromkeys(each.means for each in words.found())
        if slug in labels and not is_strand(labels[slug], labels.values())
    ]
    own = [each for each in types if not _sounds_again(labels[each])]
    for slug in dict.fromkeys(str(each.means) for each in named):
        if slug not in types or slug in own or not own:
            continue
        word = shown_value(labels[slug])
        of = next((each for each in own if len(each) >= _LONG and each in slug), own[0])
        known = ", ".join(own[:_MOST_TYPES]) + (" …" if len(own) > _MOST_TYPES else "")
        means = f"{of}{STRAND_MARK}{_strand_slug(slug, of)}"
        yield Text(
            da=f"”{word}” lyder som arbejde på sager af en anden type, og regnes for sager for "
            "sig: timerne i en tidsregistrering kan så tælle to gange. Er det fx et spor af "
            f"{of}, så skriv values={CASE_TYPE}:{word}={means} (typerne er {known})",
            en=f"“{word}” sounds like work on cases of another type, and counts as cases of its "
            "own: the hours of a time study may then count twice. Where it is, say, a strand of "
            f"{of}, write values={CASE_TYPE}:{word}={means} (the types are {known})",
        )


def _sounds_again(word: str) -> bool:
    return spoken_of(word) in (FIRST, LATER) or any(part in compared(word) for part in _AGAIN)


def _strand_slug(slug: str, of: str) -> str:
    """What the strand is called after its type, within what there is room for."""
    own, room = slug.removeprefix(f"{of}-"), LONGEST[CASE_TYPE] - len(of) - 1
    while len(own) > room and "-" in own:
        own = own.rpartition("-")[0]
    return own[: max(room, 1)]
