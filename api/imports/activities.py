"""What a time study's words for work are in a drafted department (da: arbejdsgange i et udkast).

A draft knows work by its deadlines, and a time study by whatever the department calls it. A word is
taken for the work that it speaks of, or else for casework, which is all work on a case that is not
a deadline's own; each such guess is shown, and the user may say otherwise. Which type of cases the
work was on decides the rest: where the type has strands of its own, a follow-up is on one of them.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from api.imports.columns import Sureness
from api.imports.meanings import Choices, Meanings, choices_of, compared
from api.imports.pseudonyms import pseudonym_of
from capacity.case_classes import CaseClass
from capacity.department import Department
from capacity.distributions import NOTHING
from simulations.case_history import CaseHistory
from simulations.drafted_work import CASEWORK, drafted_classes, is_strand

FIRST, LATER = "follow-up-first", "follow-up-later"
_FOLLOW_UP = ("opfoelg", "foelg op", "foelge op", "follow up", "followup", "statusmoede")
_FIRST = ("foerste", "first", "3 maaned", "1 opfoelg")
_SPOKEN_OF: tuple[tuple[str, tuple[str, ...]], ...] = (
    (
        "assess-notification",
        (
            "underretning",
            "notification",
            "referral",
            "genvurder",
            "akutvurder",
            "straksvurder",
            "24 tim",
            "24 hour",
        ),
    ),
    (
        "assess-child",
        (
            "undersoeg",
            "bfu",
            "boernesamtale",
            "samtale med barn",
            "partshoer",
            "p 50",
            "p 20",
            "child assessment",
            "talk with the child",
        ),
    ),
    ("make-plan", ("handleplan", "barnets plan", "ungeplan", "plan")),
)
"""Parts of words that speak of a kind of work, the first that is there (da: ord om arbejdet)."""


def spoken_of(written: str) -> str:
    """Return the work that a word speaks of; casework for any other (da: omtalt arbejdsgang).

    >>> spoken_of("Vurdering af underretningen"), spoken_of("følg op igen"), spoken_of("Møde")
    ('assess-notification', 'follow-up-later', 'casework')
    """
    word = compared(written)
    if any(part in word for part in _FOLLOW_UP):
        return FIRST if any(part in word for part in _FIRST) else LATER
    for slug, parts in _SPOKEN_OF:
        if any(part in word for part in parts):
            return slug
    return CASEWORK.slug


def may_be_revised(department: Department | None) -> bool:
    """Say whether a time study gives the department its hours (da: timer fra tidsregistrering).

    A department that is drafted and not fitted yet; afterwards its hours are those of its history.
    """
    return department is not None and department.fit is None and is_drafted(department)


def is_drafted(department: Department | None) -> bool:
    """Say whether some route of a department is still a draft's (da: udkast)."""
    return department is not None and bool(drafted_classes(department))


class WorkWords(Meanings):
    """The words for work in a drafted department: none of them is unknown (da: arbejdsgange)."""

    def meaning(self, written: str) -> tuple[str | None, Sureness]:
        """Return what a word means, and how that is known."""
        means, sureness = super().meaning(written)
        if means is not None:
            return means, sureness
        guess = spoken_of(written)
        for each in (guess, _OTHER_FOLLOW_UP.get(guess), CASEWORK.slug):
            if each in self.choices:
                return each, Sureness.LIKELY
        return means, sureness


_OTHER_FOLLOW_UP = {FIRST: LATER, LATER: FIRST}


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkPlaces:
    """Where work of a type is found in a department (da: arbejdsgangenes sagstyper).

    `classes_of` are the case classes that have each episode; `families` of drafted types their
    class in each team, with the classes of their strands. With `takes_casework` a drafted type may
    have casework that its route has not yet. `team_of` are the teams of the people in the list.
    """

    classes_of: Mapping[str, Sequence[str]]
    families: Mapping[str, Sequence["Family"]] = field(default_factory=dict)
    takes_casework: bool = False
    team_of: Mapping[str, str] = field(default_factory=dict)

    def find(self, case_type: str | None, episode: str, caseworker: str) -> tuple[str, str] | None:
        """Return the class and the episode of a row; None where nobody can tell (da: sted).

        Without a case type, the only class that has the episode; but what is only some work or
        other may be on no case at all.
        """
        classes = self.classes_of.get(episode, ())
        if case_type is None:
            is_told = len(classes) == 1 and not (self.families and episode == CASEWORK.slug)
            return (classes[0], episode) if is_told else None
        families = self.families.get(case_type, ())
        if len(families) > 1:
            team = self.team_of.get(caseworker)
            families = [each for each in families if each.team == team]
        if len(families) != 1:
            return (case_type, episode) if case_type in classes else None
        return self._in_family(families[0], episode)

    def _in_family(self, family: "Family", episode: str) -> tuple[str, str] | None:
        for each in (episode, _OTHER_FOLLOW_UP.get(episode)):
            having = self.classes_of.get(each or "", ())
            found = [one for one in (family.own, *family.strands) if one in having]
            if each is not None and found and (found[0] == family.own or len(found) == 1):
                return found[0], each
        if self.takes_casework or family.own in self.classes_of.get(CASEWORK.slug, ()):
            return family.own, CASEWORK.slug
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    """A drafted class of a team, and those of its strands (da: sagstype med spor)."""

    own: str
    team: str
    strands: tuple[str, ...]


def work_places(department: Department, cases: CaseHistory | None) -> WorkPlaces:
    """Return where work is found in a department (da: arbejdsgangenes sagstyper).

    `cases` is its case list, where that has the caseworkers and so their teams.
    """
    drafted = drafted_classes(department)
    families: dict[str, list[Family]] = {}
    labels = [each.label.da for each in drafted]
    for each in drafted:
        beside = is_strand(each.label.da, labels)
        strands = () if beside else tuple(one.slug for one in drafted if _is_beside(one, each))
        family = Family(own=each.slug, team=each.team, strands=strands)
        for name in dict.fromkeys((each.slug, each.slug.removesuffix(f"-{each.team}"))):
            families.setdefault(name, []).append(family)
    return WorkPlaces(
        classes_of=classes_of_episodes(department),
        families=families,
        takes_casework=may_be_revised(department),
        team_of={} if cases is None else _teams_of_people(cases),
    )


def _is_beside(strand: CaseClass, case_class: CaseClass) -> bool:
    return is_strand(strand.label.da, [case_class.label.da]) and strand.team == case_class.team


def _teams_of_people(cases: CaseHistory) -> dict[str, str]:
    """The team in which each caseworker has most cases."""
    if cases.caseworker is None:
        return {}
    known = (cases.caseworker >= 0) & (cases.team >= 0)
    pairs = np.stack([cases.caseworker[known], cases.team[known]], axis=1)
    counted = Counter((int(who), int(team)) for who, team in pairs)
    found: dict[str, str] = {}
    for (who, team), _ in counted.most_common():
        found.setdefault(pseudonym_of(who), cases.teams[team])
    return found


def classes_of_episodes(department: Department) -> dict[str, list[str]]:
    """Return the case classes that have each episode (da: arbejdsgangenes sagstyper)."""
    found: dict[str, list[str]] = {}
    for case_class in department.case_classes:
        for _, episode, _ in case_class.placed_episodes():
            classes = found.setdefault(episode.slug, [])
            if case_class.slug not in classes:
                classes.append(case_class.slug)
    return found


def activities_of(department: Department) -> Choices:
    """Return the department's episodes by the words for them (da: afdelingens arbejdsgange).

    Of a draft, casework too, whether or not a route has it yet.
    """
    words: dict[str, set[str]] = {}
    for case_class in department.case_classes:
        for _, episode, _ in case_class.placed_episodes():
            if episode.effort_hours == NOTHING:
                continue  # nobody works while a case waits
            label = episode.label
            named = () if label is None else (label.da, label.en)
            words.setdefault(episode.slug, set()).update(named)
    if may_be_revised(department):
        words.setdefault(CASEWORK.slug, {CASEWORK.label.da, CASEWORK.label.en})
    return choices_of([(slug, sorted(names)) for slug, names in words.items()])
