"""The words of a list whose department is not there yet: each names something (da: nye navne).

Teams and case types become slugs, and the list's own words their labels, as most rows spell them.
What is written in two ways (`Nord`, `nord `) is one. A user may say that two words are the same by
giving both one slug, that a word is work on cases of another type by calling it `type/strand`, and,
as in any list, that a word is nothing known (`?`) or that its rows are to be left out (`-`).
"""

import re
from collections.abc import Mapping

from api.imports.columns import Sureness
from api.imports.meanings import LEFT_OUT, UNKNOWN, Meanings, compared
from api.uploads import shown_value
from capacity.errors import InvalidInput
from capacity.wording import Text
from simulations.drafted_work import STRAND_MARK, is_strand

MOST_NAMES = 100
"""A column with more different words than this is not a department's teams or types of cases."""
LONGEST = {"team": 20, "case_type": 39}
"""What leaves room for a type with its team in the 60 letters that a slug may have."""
CASE_TYPE = "case_type"
_SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*", re.ASCII)
_STRAND = re.compile(rf"{_SLUG.pattern}{STRAND_MARK}{_SLUG.pattern}", re.ASCII)


class NewWords(Meanings):
    """The words of one field as they turn up, each a new name (da: nye navne).

    >>> teams = NewWords("team", stated={}, remembered={})
    >>> teams.of(("Børn & Unge", "boern unge", "Ældre"), (2, 3, 4)).tolist(), teams.slugs
    ([0, 0, 1], ('boern-unge', 'aeldre'))
    >>> teams.labels["boern-unge"]
    'Børn & Unge'
    """

    def __init__(
        self, field: str, *, stated: Mapping[str, str], remembered: Mapping[str, str]
    ) -> None:
        refuse_no_slugs(field, stated)
        super().__init__(field, {}, stated=stated, remembered=remembered)
        self._first: dict[str, str] = {}
        """The first word of each name."""
        self._types: dict[str, str] = {}
        """Of a strand, the type whose cases it is work on."""

    @property
    def slugs(self) -> tuple[str, ...]:
        """The names so far, in the order of their numbers (da: navne)."""
        return tuple(self._first)

    @property
    def labels(self) -> dict[str, str]:
        """What each name is called in the list: as most rows spell it (da: ordet for navnet).

        A strand after its type, as `Støtte/Opfølgning`; `InvalidInput` where there is no such type.
        """
        labels = dict(self._first)
        for each in reversed(self.found()):
            slug = _slug_of(each.means or "")
            if slug in labels:
                labels[slug] = each.written
        return labels | {
            strand: self._after_type(labels[strand], of, labels)
            for strand, of in self._types.items()
        }

    def only(self, slug: str, label: str) -> None:
        """Name the one there is, where no column says (da: den eneste)."""
        self._named(slug, label)

    def meaning(self, written: str) -> tuple[str | None, Sureness]:
        """Return the name of a word, and how that is known."""
        word = compared(written)
        for said, sureness in (
            (self._stated, Sureness.STATED),
            (self._remembered, Sureness.REMEMBERED),
        ):
            if word in said:
                if said[word] not in (LEFT_OUT, UNKNOWN):
                    self._say(said[word], written)
                return said[word], sureness
        if word not in self._by_word:
            if len(self._first) >= MOST_NAMES:
                raise self._no_names()
            self._by_word[word] = self._named(self._slug_for(word), written)
        return self._by_word[word], Sureness.NEW

    def _named(self, slug: str, written: str) -> str:
        if slug not in self._first:
            self._numbers[slug] = len(self._first)
            self._first[slug] = written
        return slug

    def _say(self, means: str, written: str) -> None:
        """Note the name that a user gives a word; a strand's is the class that it becomes."""
        of, mark, _ = means.partition(STRAND_MARK)
        slug = self._named(_slug_of(means), written)
        self._numbers[means] = self._numbers[slug]
        if mark and self._types.setdefault(slug, of) != of:
            raise InvalidInput(
                Text(
                    da=f"”{shown_value(means)}” og {self._types[slug]}{STRAND_MARK}… er det samme "
                    f"navn, {slug}; skriv et andet",
                    en=f"“{shown_value(means)}” and {self._types[slug]}{STRAND_MARK}… are the "
                    f"same name, {slug}; write another",
                ),
                field="values",
            )

    def _after_type(self, written: str, of: str, labels: Mapping[str, str]) -> str:
        if of not in labels or of in self._types:
            known = ", ".join(each for each in labels if each not in self._types)
            raise InvalidInput(
                Text(
                    da=f"”{shown_value(written)}” kan ikke være et spor af {of}: listen har ingen "
                    f"sagstype, der hedder det; der er {known}",
                    en=f"“{shown_value(written)}” cannot be a strand of {of}: the list has no case "
                    f"type of that name; there are {known}",
                ),
                field="values",
            )
        is_so_called = is_strand(written, [labels[of]])
        return written if is_so_called else f"{labels[of]}{STRAND_MARK}{written}"

    def _slug_for(self, word: str) -> str:
        longest = LONGEST[self.field]
        slug = word.replace(" ", "-")
        if _SLUG.fullmatch(slug) and len(slug) <= longest:
            return slug
        shortened = slug[:longest] if _SLUG.fullmatch(slug) else self.field.replace("_", "-")
        number, slug = 1, shortened.rstrip("-")
        while slug in self._first:
            number += 1
            slug = f"{shortened[: longest - 3].rstrip('-')}-{number}"
        return slug

    def _no_names(self) -> InvalidInput:
        return InvalidInput(
            Text(
                da=f"kolonnen for {self.field} har over {MOST_NAMES} forskellige ord; skriv i "
                f"map=…, hvilken kolonne {self.field} er, eller i values=…, hvilke ord der er det "
                "samme",
                en=f"the column of {self.field} has over {MOST_NAMES} different words; write in "
                f"map=… which column {self.field} is, or in values=… which words are the same",
            ),
            field="map",
        )


def _slug_of(means: str) -> str:
    """What a class is called that a user has called `type/strand` or otherwise."""
    return means.replace(STRAND_MARK, "-")


def refuse_no_slugs(field: str, stated: Mapping[str, str]) -> None:
    """Refuse what a user calls a new team or type, where it cannot be its name in an address."""
    longest = LONGEST[field]
    of_type = field == CASE_TYPE
    for written, means in stated.items():
        is_name = _SLUG.fullmatch(means) or (of_type and _STRAND.fullmatch(means))
        if (not is_name or len(means) > longest) and means not in (LEFT_OUT, UNKNOWN):
            example = "stoette, stoette/opfoelgning" if of_type else "team-nord"
            strand_da = " (med en skråstreg: arbejde på en anden types sager)" if of_type else ""
            strand_en = " (with a slash: work on another type's cases)" if of_type else ""
            raise InvalidInput(
                Text(
                    da=f"”{shown_value(written)}” kan ikke hedde ”{shown_value(means)}”; skriv små "
                    f"bogstaver, cifre og bindestreger, højst {longest}, fx {example}{strand_da}, "
                    f"eller {UNKNOWN} eller {LEFT_OUT}",
                    en=f"“{shown_value(written)}” cannot be called “{shown_value(means)}”; write "
                    f"small letters, digits and hyphens, at most {longest}, for example "
                    f"{example}{strand_en}, or {UNKNOWN} or {LEFT_OUT}",
                ),
                field="values",
            )
