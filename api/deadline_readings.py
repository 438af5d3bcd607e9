"""What a case list could show of each deadline, and what it could not (da: læsning af listen)."""

from datetime import date
from typing import TYPE_CHECKING, Annotated

from api.answers import Answer, Label, Words
from api.observed_sentences import INCOMPLETE, not_shown, of_rows
from capacity.case_events import EVENT_LABELS
from capacity.rulebook import rulebook
from capacity.wording import Language, Spoken, Text, listed, shown

if TYPE_CHECKING:  # numpy and the simulation are loaded by whoever reads a list
    from simulations.case_history import CaseHistory
    from simulations.observed_clocks import DeadlineReading

_CLOCKS = ("frister", "deadlines")


class DeadlineReadingRow(Answer):
    """What the list holds of one deadline, and what it could not show (da: læsning af listen)."""

    deadline: Annotated[str, Label("frist", "deadline")]
    label: Annotated[Words, Label("fristens navn", "the deadline's name")]
    clocks: Annotated[int, Label("aflæste frister", "deadlines read", *_CLOCKS)]
    start_unknown: Annotated[
        int, Label("gjort, men uden startdato", "done, without a start", "rækker", "rows")
    ]
    not_in_force: Annotated[
        int, Label("begyndt uden for reglens tid", "begun outside the rule's time", *_CLOCKS)
    ]
    ended_unmet: Annotated[
        int, Label("standset, uden at det er gjort", "stopped without its being done", *_CLOCKS)
    ]
    unknown: Annotated[int, Label("kan ikke afgøres", "cannot be settled", *_CLOCKS)]
    needs_times: Annotated[str, Label("mangler klokkeslæt for", "lacks the times of day of")]
    seen_on: Annotated[date, Label("udtræksdato", "drawn on")]
    complete_from: Annotated[
        date | None, Label("hel fra (tomt: ingen har sagt det)", "complete from (empty: nobody)")
    ]


def reading_rows(history: "CaseHistory") -> tuple[tuple[DeadlineReadingRow, ...], Text]:
    """Say of every deadline what the list could not show (da: læsning af listen)."""
    from simulations.observed_clocks import observed_clocks

    readings = [reading for reading, _ in observed_clocks(history, rulebook())]
    rows = tuple(
        DeadlineReadingRow(
            deadline=reading.deadline,
            label=reading.label,
            clocks=reading.clocks,
            start_unknown=reading.start_unknown,
            not_in_force=reading.not_in_force,
            ended_unmet=reading.ended_unmet,
            unknown=reading.unknown,
            needs_times=";".join(reading.needs_times),
            seen_on=history.seen_on,
            complete_from=history.complete_from,
        )
        for reading in readings
    )

    def said(language: Language) -> str:
        parts = [
            _READ.in_language(language).format(
                label=reading.label.in_language(language),
                clocks=shown(reading.clocks, 0, language),
                deadlines=_DEADLINES[reading.clocks == 1].in_language(language),
            )
            for reading in readings
        ]
        for reading in readings:
            parts += not_shown(reading, language, shared=False)
            if reading.unknown:
                parts.append(_unsettled(reading, language))
            if reading.not_in_force:
                parts.append(of_rows(_NO_LAW, reading, reading.not_in_force, language))
        if history.complete_from is None:
            parts.append(INCOMPLETE.in_language(language))
        return " ".join(parts) or _NOTHING_READ.in_language(language)

    return rows, Spoken(said)


def _unsettled(reading: "DeadlineReading", language: Language) -> str:
    events = [EVENT_LABELS[each].in_language(language) for each in reading.needs_times]
    return _UNSETTLED.in_language(language).format(
        label=reading.label.in_language(language),
        unknown=shown(reading.unknown, 0, language),
        deadlines=_DEADLINES[reading.unknown == 1].in_language(language),
        events=listed([_QUOTED.in_language(language).format(each) for each in events], language),
    )


_QUOTED = Text(da="”{}”", en="“{}”")
_DEADLINES = (Text(da="frister", en="deadlines"), Text(da="frist", en="deadline"))
_READ = Text(da="{label}: {clocks} {deadlines} aflæst.", en="{label}: {clocks} {deadlines} read.")
_NO_LAW = Text(
    da="{label}: i {count} begyndte fristen på en dag, hvor planlæggeren ikke kender reglen; det "
    "tæller ikke med.",
    en="{label}: in {count} the deadline began on a day on which the planner knows no value of "
    "the rule; that is not counted.",
)
_UNSETTLED = Text(
    da="{label}: om {unknown} {deadlines} kan datoerne ikke afgøre, om fristen blev holdt; det "
    "kræver klokkeslæt for {events}.",
    en="{label}: of {unknown} {deadlines} the dates cannot settle whether it was met; that takes "
    "times of day for {events}.",
)
_NOTHING_READ = Text(da="Listen viser ingen frister.", en="The list shows no deadlines.")
