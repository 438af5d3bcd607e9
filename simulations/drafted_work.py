"""The kinds of work that a drafted department knows, by the deadlines that ask for them.

(da: udkastets arbejdsgange.) Each has its hours and its waiting from the assumption rules until a
time study or the list itself says otherwise. What is worked on a case beside its deadlines is
casework.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from capacity.case_classes import CaseClass, Desk
from capacity.department import Department
from capacity.wording import Text

DRAFTED_BY = "planlæggeren (udkast)"
"""Who says what no list tells (da: hvem der siger det)."""
STRAND_MARK = "/"
"""In a list a type `case/strand` is work on cases of the type before the mark."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftedWork:
    """What a deadline takes (da: arbejdsgang): the rules that say it, and in how many pieces.

    What `waits_first` is meant to be put off, and that is its waiting.
    """

    slug: str
    label: Text
    effort: str
    wait: str | None
    times: int = 1
    waits_first: bool = False
    desk: Desk = Desk.OWN


_FOLLOW_UP_LATER = DraftedWork(
    slug="follow-up-later",
    label=Text(da="Senere opfølgning", en="Later follow-up"),
    effort="effort_follow_up",
    wait="wait_follow_up",
    waits_first=True,
)
WORK: dict[str, DraftedWork] = {
    "statute.notification_assessment": DraftedWork(
        slug="assess-notification",
        label=Text(da="Underretningen vurderet", en="Notification assessed"),
        effort="effort_notification_assessment",
        wait=None,
        # Within a day whoever is there takes it: one's own caseworker may be away.
        desk=Desk.TEAM,
    ),
    "statute.child_assessment": DraftedWork(
        slug="assess-child",
        label=Text(da="Børnefaglig undersøgelse", en="Child assessment"),
        effort="effort_child_assessment",
        wait="wait_child_assessment",
        times=5,
    ),
    "statute.care_plan": DraftedWork(
        slug="make-plan",
        label=Text(da="Barnets plan", en="Care plan"),
        effort="effort_care_plan",
        wait="wait_care_plan",
    ),
    "statute.follow_up_first": DraftedWork(
        slug="follow-up-first",
        label=Text(da="Første opfølgning", en="First follow-up"),
        effort="effort_follow_up",
        wait="wait_follow_up",
        waits_first=True,
    ),
    "statute.follow_up_later": _FOLLOW_UP_LATER,
    "assumption.follow_up_later": _FOLLOW_UP_LATER,
}
"""By the deadline that it meets (da: fristernes arbejdsgange)."""
CASEWORK = DraftedWork(
    slug="casework",
    label=Text(da="Sagsarbejde", en="Casework"),
    effort="effort_other_case",
    wait=None,
    times=10,
)
"""All work on a case that is not a deadline's own (da: sagsarbejde)."""
WORKS: dict[str, DraftedWork] = {each.slug: each for each in (*WORK.values(), CASEWORK)}


def route_place(case_class: str) -> str:
    """Where a drafted route is spoken of among the assumptions (da: antagelsens sted)."""
    return f"case_classes.{case_class}.route"


def drafted_classes(department: Department) -> tuple[CaseClass, ...]:
    """The classes whose routes are still a draft's (da: sagstyper i udkast).

    Whoever has settled a route strikes the assumption about it, or puts a name of their own to it.
    """
    drafted = {each.about for each in department.assumptions if each.said_by == DRAFTED_BY}
    return tuple(each for each in department.case_classes if route_place(each.slug) in drafted)


def strand_of(label: str, labels: Iterable[str]) -> str | None:
    """Return the type, of some, on whose cases another is work, by their labels (da: sporets type).

    None for a type of its own. Capitals and blanks make no difference.

    >>> strand_of("støtte / opfølgning", ["Støtte"]), strand_of("Råd/vejledning", ["Støtte"])
    ('Støtte', None)
    """
    written = _plain(label)
    found = [each for each in labels if written.startswith(_plain(each) + STRAND_MARK)]
    return max(found, key=len, default=None)


def strand_name(label: str, of: str) -> str:
    """Return what a strand is called, without its type (da: sporets navn).

    >>> strand_name("Støtte/opfølgning", "støtte")
    'opfølgning'
    """
    parts = label.split(STRAND_MARK)
    return STRAND_MARK.join(parts[of.count(STRAND_MARK) + 1 :]).strip()


def is_strand(label: str, labels: Iterable[str]) -> bool:
    """Say whether a type is work on cases of another, by what the list calls them (da: spor)."""
    return strand_of(label, labels) is not None


def _plain(label: str) -> str:
    parts = label.casefold().split(STRAND_MARK)
    return STRAND_MARK.join(" ".join(each.split()) for each in parts)
