"""What a department calls the teams and the types of case that stand in its list (da: navne).

A list is kept by short names (da: korte navne), which are the keys in questions and tables; beside
them a reader sees what they stand for.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from capacity.department import Department
from capacity.rulebook import rulebook
from capacity.wording import Text

_UNSAID = Text(da="ikke oplyst", en="not stated")
_AND_STRAND = " – "


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedNames:
    """Labels by the names of a list (da: navne i listen); what has no label is its own name."""

    teams: Mapping[str, Text]
    case_classes: Mapping[str, Text]

    def team(self, name: str) -> Text:
        """Return what a team is called; a list that names none says so with an empty name."""
        return _label(self.teams, name)

    def case_class(self, name: str) -> Text:
        """Return what a type of case is called (da: sagstypens navn)."""
        return _label(self.case_classes, name)

    def deadline(self, rule: str) -> Text:
        """Return what a deadline is called (da: fristens navn)."""
        return rulebook()[rule].label


NO_NAMES = ListedNames(teams={}, case_classes={})
"""Of a list whose department nobody has asked for (da: uden navne)."""


def listed_names(department: Department) -> ListedNames:
    """Return a department's labels by the names that its lists have (da: navne i listen).

    A type that several teams have, as `type-team`, may be in a list by its name alone, and what
    comes of itself on an open case is a row of its own, `type/strand`.

    >>> from api.documents import load_example
    >>> listed_names(load_example("fjordkoebing-2026")).case_class("assessment-north").da
    'Børnefaglig undersøgelse (Nord)'
    """
    case_classes: dict[str, Text] = {}
    several = set()
    for name, label in _case_classes(department):
        if case_classes.setdefault(name, label) != label:
            several.add(name)
    return ListedNames(
        teams={each.slug: each.label for each in department.teams},
        # A name that stands for two things is left as it is.
        case_classes={name: each for name, each in case_classes.items() if name not in several},
    )


def _case_classes(department: Department) -> Iterator[tuple[str, Text]]:
    for each in department.case_classes:
        for name in dict.fromkeys((each.slug, each.slug.removesuffix(f"-{each.team}"))):
            yield name, each.label
            beside = [(strand.slug, strand.label) for strand in each.strands]
            beside += [
                (episode.slug, episode.label) for episode in each.route if episode.label is not None
            ]
            for slug, label in beside:
                yield (
                    f"{name}/{slug}",
                    Text(
                        da=f"{each.label.da}{_AND_STRAND}{label.da}",
                        en=f"{each.label.en}{_AND_STRAND}{label.en}",
                    ),
                )


def _label(labels: Mapping[str, Text], name: str) -> Text:
    if not name:
        return _UNSAID
    return labels.get(name, Text(da=name, en=name))
