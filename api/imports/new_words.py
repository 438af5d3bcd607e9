"""The words of a list whose department is not there yet: each names something (da: nye navne).

Teams and case types become slugs, and the list's own words their labels. What is written in two
ways (`Nord`, `nord `) is one. A user may say that two words are the same by giving both one slug,
and, as in any list, that a word is nothing known (`?`) or that its rows are to be left out (`-`).
"""

import re
from collections.abc import Mapping

from api.imports.columns import Sureness
from api.imports.meanings import LEFT_OUT, UNKNOWN, Meanings, compared
from api.uploads import shown_value
from capacity.errors import InvalidInput
from capacity.wording import Text

MOST_NAMES = 100
"""A column with more different words than this is not a department's teams or types of cases."""
LONGEST = {"team": 20, "case_type": 39}
"""What leaves room for a type with its team in the 60 letters that a slug may have."""
_SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*", re.ASCII)


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
        refuse_no_slugs(stated, LONGEST[field])
        super().__init__(field, {}, stated=stated, remembered=remembered)
        self.labels: dict[str, str] = {}

    @property
    def slugs(self) -> tuple[str, ...]:
        """The names so far, in the order of their numbers (da: navne)."""
        return tuple(self.labels)

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
                    self._named(said[word], written)
                return said[word], sureness
        if word not in self._by_word:
            if len(self.labels) >= MOST_NAMES:
                raise self._no_names()
            self._by_word[word] = self._named(self._slug_of(word), written)
        return self._by_word[word], Sureness.NEW

    def _named(self, slug: str, written: str) -> str:
        if slug not in self.labels:
            self._numbers[slug] = len(self.labels)
            self.labels[slug] = written
        return slug

    def _slug_of(self, word: str) -> str:
        longest = LONGEST[self.field]
        slug = word.replace(" ", "-")
        if _SLUG.fullmatch(slug) and len(slug) <= longest:
            return slug
        shortened = slug[:longest] if _SLUG.fullmatch(slug) else self.field.replace("_", "-")
        number, slug = 1, shortened.rstrip("-")
        while slug in self.labels:
            number += 1
            slug = f"{shortened[: longest - 3].rstrip('-')}-{number}"
        return slug

    def _no_names(self) -> InvalidInput:
        return InvalidInput(
            Text(
                da=f"kolonnen for {self.field} har over {MOST_NAMES} forskellige ord; skriv i map, "
                f"hvilken kolonne {self.field} er, eller i values, hvilke ord der er det samme",
                en=f"the column of {self.field} has over {MOST_NAMES} different words; write in "
                f"map which column {self.field} is, or in values which words are the same",
            ),
            field="map",
        )


def refuse_no_slugs(stated: Mapping[str, str], longest: int) -> None:
    """Refuse what a user calls a new team or type, where it cannot be its name in an address."""
    for written, means in stated.items():
        is_name = _SLUG.fullmatch(means) is not None and len(means) <= longest
        if not is_name and means not in (LEFT_OUT, UNKNOWN):
            raise InvalidInput(
                Text(
                    da=f"”{shown_value(written)}” kan ikke hedde ”{shown_value(means)}”; skriv små "
                    f"bogstaver, cifre og bindestreger, højst {longest}, fx team-nord, eller "
                    f"{UNKNOWN} eller {LEFT_OUT}",
                    en=f"“{shown_value(written)}” cannot be called “{shown_value(means)}”; write "
                    f"small letters, digits and hyphens, at most {longest}, for example "
                    f"team-nord, or {UNKNOWN} or {LEFT_OUT}",
                ),
                field="values",
            )
