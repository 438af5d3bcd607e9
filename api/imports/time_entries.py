"""A time study to what was written down of each day's work (da: tidsregistrering)."""

from collections.abc import Sequence
from datetime import timedelta
from fractions import Fraction

from api.imports.activities import WorkPlaces
from api.imports.fields import Kind
from api.imports.meanings import ASKED, OMITTED
from api.imports.readings import Chunk
from api.imports.short_lists import RowList, said
from api.uploads import Cell, Unreadable
from capacity.units import Hours
from simulations.case_history import NOBODY
from simulations.time_study import TimeEntry, TimeStudy

MOST_HOURS_A_DAY = 24


class TimeStudyList:
    """A time study as it is read (da: tidsregistrering under indlæsning).

    `places` say of which case class the work was, by its type and what was done. `words` are what
    the list calls the work of each class and episode.
    """

    def __init__(self, rows: RowList, places: WorkPlaces) -> None:
        self.rows = rows
        self.places = places
        self.words: dict[tuple[str, str], list[str]] = {}
        self._found: list[TimeEntry] = []

    def take(self, chunk: Chunk) -> None:
        """Read some rows (da: læs rækker)."""
        for row, cells in zip(chunk.numbers, zip(*chunk.columns, strict=True), strict=True):
            omitted = self.rows.omitted
            found = self._entry(row, cells)
            if found is not None:
                self._found.append(found)
            elif self.rows.omitted == omitted:
                self.rows.at_fault += 1

    def finish(self) -> TimeStudy:
        """Return the study, from the first of its days to the last (da: hele registreringen)."""
        self.rows.unknown_words(Kind.TIME_STUDY, ["case_type", "activity"])
        terms = self.rows.terms
        assert terms.complete_from is not None
        return TimeStudy(
            entries=tuple(self._found),
            from_=terms.complete_from,
            to=terms.seen_on + timedelta(days=1),
        )

    def _entry(self, row: int, cells: Sequence[Cell]) -> TimeEntry | None:
        rows, terms = self.rows, self.rows.terms
        person, day = rows.person(row, cells), rows.day("day", row, cells)
        hours, finished = self._hours(row, cells), self._finished(row, cells)
        case_type = rows.word("case_type", row, cells)
        activity = rows.word("activity", row, cells)
        if OMITTED in (case_type, activity):
            rows.omitted += 1
            return None
        if day is None:
            rows.wrong("day", row, cells, _NO_DAY)
        if activity == NOBODY:
            rows.wrong("activity", row, cells, _NO_ACTIVITY)
        if ASKED in (case_type, activity) or activity == NOBODY or not person:
            return None
        if day is None or isinstance(day, Unreadable) or hours is None or finished is None:
            return None
        first = terms.complete_from
        if day > terms.seen_on or (first is not None and day < first):
            rows.wrong("day", row, cells, _OUTSIDE)
            return None
        place = self._place(case_type, activity, person)
        if place is None:
            rows.wrong("activity", row, cells, _OF_WHICH_CLASS)
            return None
        case_class, episode = place
        written, words = str(rows.cell("activity", cells)), self.words.setdefault(place, [])
        if written not in words:
            words.append(written)
        return TimeEntry(
            day=day,
            caseworker=person,
            case_class=case_class,
            episode=episode,
            hours=hours,
            finished=finished,
        )

    def _place(self, case_type: int, activity: int, person: str) -> tuple[str, str] | None:
        episode = self.rows.meanings["activity"].slug(activity) or ""
        slug = None if case_type == NOBODY else self.rows.meanings["case_type"].slug(case_type)
        # Notifications and follow-ups on an open case are of a strand of its class: class/strand.
        return self.places.find(None if slug is None else slug.partition("/")[0], episode, person)

    def _hours(self, row: int, cells: Sequence[Cell]) -> Hours | None:
        rows, name = self.rows, "hours"
        found = rows.number(name, row, cells)
        if found is None and "minutes" in rows.places:
            name = "minutes"
            found = rows.number(name, row, cells)
            found = found / 60 if isinstance(found, Fraction) else found
        if isinstance(found, Unreadable):
            return None
        if found is None or not 0 <= found <= MOST_HOURS_A_DAY:
            rows.wrong(name, row, cells, _WRONG_HOURS)
            return None
        return found

    def _finished(self, row: int, cells: Sequence[Cell]) -> int | None:
        """Return how many pieces were finished: a number, or one for yes."""
        cell = self.rows.cell("finished", cells)
        if cell is None:
            return 0
        word, _ = self.rows.meanings["finished"].meaning(str(cell))
        if word in ("yes", "no"):
            return int(word == "yes")
        number = self.rows.number("finished", row, cells)
        if isinstance(number, Fraction) and number.denominator == 1 and number >= 0:
            return int(number)
        if not isinstance(number, Unreadable):
            self.rows.wrong("finished", row, cells, _NOT_FINISHED)
        return None


_NO_DAY = said("datoen mangler", "the day is missing", "skriv datoen", "write the day")
_NO_ACTIVITY = said("arbejdsgangen mangler", "the activity is missing", "skriv den", "write it")
_OUTSIDE = said(
    "dagen ligger uden for registreringen",
    "the day is outside the study",
    "ret dagen, eller registreringens første dag (complete_from) og sidste (seen_on)",
    "correct the day, or the study's first day (complete_from) and last (seen_on)",
)
_OF_WHICH_CLASS = said(
    "sagstypen har ikke den arbejdsgang, eller flere har den",
    "the case type has no such activity, or several have it",
    "skriv den sagstype, arbejdet hørte til",
    "write the case type that the work belonged to",
)
_WRONG_HOURS = said(
    f"tiden mangler, eller er ikke fra 0 til {MOST_HOURS_A_DAY} timer",
    f"the time is missing, or not from 0 to {MOST_HOURS_A_DAY} hours",
    "skriv timer (fx 1,5) eller minutter",
    "write hours (for example 1.5) or minutes",
)
_NOT_FINISHED = said(
    "er hverken ja, nej eller et antal",
    "is neither yes, no nor a count",
    "skriv ja, nej eller hvor mange der blev færdige",
    "write yes, no or how many were finished",
)
