"""What a reader is told of a list before anything of it is kept (da: rapport om en liste)."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction

import numpy as np

from api.imports.absences import Away
from api.imports.case_warnings import day_of, ended_events, open_cases, warnings
from api.imports.causes import Cause
from api.imports.columns import ColumnUse, Question, Sureness
from api.imports.department_rows import DepartmentRow
from api.imports.fields import Kind
from api.imports.meanings import Meaning
from api.imports.unread_columns import Unread
from api.imports.word_hints import Hint
from api.uploads import CellError
from capacity.case_events import EVENT_LABELS
from capacity.staff_history import StaffHistory
from capacity.wording import Text, in_full
from simulations.case_history import NOBODY, CaseHistory
from simulations.time_study import TimeStudy

PREVIEW_ROWS = 5
_UNNAMED = Text(da="(ukendt)", en="(unknown)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """How many rows there are of something (da: optælling); None where too few to be shown."""

    of: str
    name: str
    rows: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What was understood of a list, what is wrong with it, and what has to be asked (da: rapport).

    `errors` are the first of `error_count`, and some of each of the `causes`; those have all of
    them together. It may be accepted with its `token` where `may_be_accepted`; the token is of this
    file with these answers, and of no other.
    """

    kind: Kind
    file: str
    sheet: str | None
    file_hash: str
    rows: int
    rows_understood: int
    rows_at_fault: int
    rows_omitted: int
    columns: tuple[ColumnUse, ...]
    meanings: tuple[Meaning, ...]
    questions: tuple[Question, ...]
    errors: tuple[CellError, ...]
    error_count: int
    causes: tuple[Cause, ...]
    unread: tuple[Unread, ...]
    hints: tuple[Hint, ...]
    warnings: tuple[Text, ...]
    counts: tuple[Count, ...]
    first_day: date | None
    last_day: date | None
    preview: tuple[Mapping[str, str], ...]
    remembered: Text | None
    may_be_accepted: bool
    token: str

    @property
    def noted(self) -> tuple[Text, ...]:
        """What is worth a look in the words, with what to write, and in the rows (da: bemærk)."""
        return (*(each.in_full for each in self.hints), *self.warnings)

    def suppressed(self, least: int) -> "Report":
        """Return what may be shared: no counts below `least`, and nothing of single rows.

        (da: små tal skjult.) Where a group has only one hidden count, the next smallest is hidden
        with it, or the total would tell.
        """
        hidden = {id(each) for each in self.counts if _is_small(each, least)}
        for of in {each.of for each in self.counts}:
            group = [each for each in self.counts if each.of == of]
            alone = [each for each in group if id(each) in hidden]
            others = [each for each in group if id(each) not in hidden and each.rows]
            if len(alone) == 1 and others:
                hidden.add(id(min(others, key=lambda each: each.rows or 0)))
        return replace(
            self,
            counts=tuple(
                replace(each, rows=None) if id(each) in hidden else each for each in self.counts
            ),
            meanings=tuple(
                each if each.rows >= least else replace(each, rows=0, first_row=0)
                for each in self.meanings
            ),
            errors=tuple(replace(each, value=None) for each in self.errors),
            causes=tuple(each.without_values() for each in self.causes),
            preview=(),
        )


def _is_small(count: Count, least: int) -> bool:
    return count.rows is not None and 0 < count.rows < least


@dataclass(frozen=True, slots=True)
class Summary:
    """What the content of a list comes to (da: sammendrag)."""

    counts: tuple[Count, ...] = ()
    first_day: date | None = None
    last_day: date | None = None
    preview: tuple[Mapping[str, str], ...] = ()
    warnings: tuple[Text, ...] = ()


def cases_summary(history: CaseHistory) -> Summary:
    """Sum up a case list (da: sagslistens sammendrag)."""
    arrived = history.arrived_at()
    known = arrived[np.isfinite(arrived)]
    if not known.size:
        return Summary()
    years = np.floor(known).astype(np.int64).astype("datetime64[D]").astype("datetime64[Y]")
    open_ = open_cases(history)
    counts = [
        *_by_name("team", history.team, history.teams),
        *_by_name("case_type", history.case_class, history.case_classes),
        *(
            Count(of="year", name=str(year), rows=int(rows))
            for year, rows in zip(*np.unique(years, return_counts=True), strict=True)
        ),
    ]
    if ended_events(history):  # else nobody can know
        counts.append(Count(of="open", name="open", rows=int(open_.size)))
    return Summary(
        counts=tuple(counts),
        first_day=day_of(float(known.min())),
        last_day=day_of(float(known.max())),
        preview=tuple(_case_rows(history)),
        warnings=tuple(warnings(history)),
    )


def _by_name(
    of: str, numbers: "np.typing.NDArray[np.int64]", names: Sequence[str]
) -> Iterator[Count]:
    found, rows = np.unique(numbers, return_counts=True)
    for number, count in zip(found.tolist(), rows.tolist(), strict=True):
        name = _UNNAMED.da if number == NOBODY else names[number]
        yield Count(of=of, name=name, rows=count)


def _case_rows(history: CaseHistory) -> Iterator[Mapping[str, str]]:
    for at in range(min(PREVIEW_ROWS, history.cases)):
        team, case_class = int(history.team[at]), int(history.case_class[at])
        row = {
            "team": history.teams[team] if team >= 0 else "",
            "case_type": history.case_classes[case_class] if case_class >= 0 else "",
        }
        for event in EVENT_LABELS:
            moment = float(history.at(event)[at])
            if np.isfinite(moment):
                row[event.value] = _moment(moment, timed=event in history.timed)
        yield row


def _moment(moment: float, *, timed: bool) -> str:
    minutes = round((moment % 1) * 1440)
    day = day_of(moment).isoformat()
    return f"{day}T{minutes // 60:02}:{minutes % 60:02}" if timed and minutes < 1440 else day


def _numbers(people: Iterable[str]) -> dict[str, int]:
    """Number people as they come in a list, each by one number (da: løbenumre).

    >>> _numbers(["m101", "m205", "m101"])
    {'m101': 1, 'm205': 2}
    """
    return {each: number for number, each in enumerate(dict.fromkeys(people), start=1)}


def staff_summary(history: StaffHistory) -> Summary:
    """Sum up a staff list (da: personalelistens sammendrag); people are numbered as they come."""
    people = _numbers(each.caseworker for each in history.employments)
    teams = sorted({each.team for each in history.employments})
    today = [
        each
        for each in history.employments
        if (each.starts_on is None or each.starts_on <= history.seen_on)
        and (each.ends_on is None or history.seen_on <= each.ends_on)
    ]
    starts = [each.starts_on for each in history.employments if each.starts_on is not None]
    hours = sum((each.hours_per_week for each in today), start=0)
    return Summary(
        counts=(
            *(
                Count(of="team", name=team, rows=sum(each.team == team for each in today))
                for team in teams
            ),
            Count(of="people", name="people", rows=len(people)),
            Count(of="employed", name="employed", rows=len(today)),
        ),
        first_day=min(starts, default=None),
        last_day=max(starts, default=None),
        preview=tuple(
            {
                "caseworker": str(people[each.caseworker]),
                "team": each.team,
                "hours_per_week": in_full(each.hours_per_week, "da"),
                "starts_on": str(each.starts_on or ""),
                "ends_on": str(each.ends_on or ""),
            }
            for each in history.employments[:PREVIEW_ROWS]
        ),
        warnings=(
            Text(
                da=f"ansat på udtræksdatoen: {len(today)}, i alt {in_full(hours, 'da')} timer "
                "om ugen",
                en=f"employed on the day of the list: {len(today)}, in all "
                f"{in_full(hours, 'en')} hours a week",
            ),
        ),
    )


def absence_summary(away: Sequence[Away]) -> Summary:
    """Sum up an absence list (da: fraværslistens sammendrag)."""
    reasons = sorted({each.spell.reason.value for each in away})
    unfinished = sum(each.spell.last_day is None for each in away)
    first = [each.spell.first_day for each in away]
    people = _numbers(each.caseworker for each in away)
    return Summary(
        counts=tuple(
            Count(of="reason", name=name, rows=sum(each.spell.reason == name for each in away))
            for name in reasons
        ),
        first_day=min(first, default=None),
        last_day=max(first, default=None),
        preview=tuple(
            {
                "caseworker": str(people[each.caseworker]),
                "first_day": str(each.spell.first_day),
                "last_day": str(each.spell.last_day or ""),
                "absence_reason": each.spell.reason.value,
            }
            for each in away[:PREVIEW_ROWS]
        ),
        warnings=(
            Text(
                da=f"{unfinished} {'periode' if unfinished == 1 else 'perioder'} var ikke slut på "
                "udtræksdatoen",
                en=f"{unfinished} {'spell' if unfinished == 1 else 'spells'} had not ended on the "
                "day of the list",
            ),
        )
        if unfinished
        else (),
    )


def time_study_summary(study: TimeStudy) -> Summary:
    """Sum up a time study (da: tidsregistreringens sammendrag)."""
    episodes = sorted({each.episode for each in study.entries})
    days = [each.day for each in study.entries]
    people = _numbers(each.caseworker for each in study.entries)
    hours = sum((each.hours for each in study.entries), start=Fraction(0))
    return Summary(
        counts=(
            *(
                Count(
                    of="activity",
                    name=name,
                    rows=sum(each.episode == name for each in study.entries),
                )
                for name in episodes
            ),
            Count(of="people", name="people", rows=len(people)),
        ),
        first_day=min(days, default=None),
        last_day=max(days, default=None),
        preview=tuple(
            {
                "caseworker": str(people[each.caseworker]),
                "day": str(each.day),
                "case_type": each.case_class,
                "activity": each.episode,
                "hours": in_full(each.hours, "da"),
                "finished": str(each.finished),
            }
            for each in study.entries[:PREVIEW_ROWS]
        ),
        warnings=(
            Text(
                da=f"{in_full(hours, 'da')} {'time' if hours == 1 else 'timer'} af {len(people)} "
                f"{'medarbejder' if len(people) == 1 else 'medarbejdere'}",
                en=f"{in_full(hours, 'en')} {'hour' if hours == 1 else 'hours'} by {len(people)} "
                f"{'person' if len(people) == 1 else 'people'}",
            ),
        ),
    )


def departments_summary(rows: Sequence[DepartmentRow]) -> Summary:
    """Sum up a table of departments, and say where they count differently (da: årstabel)."""
    said = []
    for names, da, en in (
        ({each.unit.value for each in rows}, "sagsenheder", "case units"),
        (
            {each.fte_definition.value for each in rows},
            "opgørelser af stillinger",
            "FTE definitions",
        ),
        ({f"{each.from_}/{each.to}" for each in rows}, "perioder", "periods"),
    ):
        if len(names) > 1:
            listed = ", ".join(sorted(names))
            said.append(
                Text(
                    da=f"rækkerne har flere {da} ({listed}) og kan ikke alle sammenlignes",
                    en=f"the rows have several {en} ({listed}) and cannot all be compared",
                )
            )
    return Summary(
        first_day=min((each.from_ for each in rows), default=None),
        last_day=max((each.to for each in rows), default=None),
        preview=tuple(
            {
                "name": each.name,
                "unit": each.unit.value,
                "open_cases": str(each.open_cases),
                "fte": in_full(each.fte, "da"),
                "fte_definition": each.fte_definition.value,
                "from": str(each.from_),
                "to": str(each.to),
            }
            for each in rows[:PREVIEW_ROWS]
        ),
        warnings=tuple(said),
    )


def what_was_remembered(
    uses: Sequence[ColumnUse], source: str | None, gone: Sequence[str]
) -> Text | None:
    """Say which source's mapping was used, and what of it the file no longer has (da: husket)."""
    used = sum(use.sureness is Sureness.REMEMBERED for use in uses)
    if not used:
        return None
    said_da = f"{used} kolonner er, som de blev husket fra {source}"
    said_en = f"{used} columns are as was remembered of {source}"
    if gone:
        said_da += f"; filen har ikke længere {', '.join(gone)}"
        said_en += f"; the file no longer has {', '.join(gone)}"
    return Text(da=said_da, en=said_en)
