"""One file, with what its user says of it, to its content and a report (da: forstået liste).

Nothing is kept here: the report can be asked for as often as one likes, with another answer each
time, and `api.store.histories` keeps the content when its token comes back.
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from hashlib import sha256
from itertools import chain
from pathlib import Path
from typing import TypeAlias

from api.imports.absences import AbsenceList, Away
from api.imports.activities import WorkWords, activities_of, is_drafted, work_places
from api.imports.cases import CaseList
from api.imports.causes import causes
from api.imports.column_looks import normal
from api.imports.columns import Columns, columns
from api.imports.department_rows import DepartmentRow, DepartmentTable
from api.imports.fields import Kind, Reads, fields
from api.imports.given import Given
from api.imports.meanings import (
    ABSENCE_REASONS,
    CASE_UNITS,
    FTE_DEFINITIONS,
    YES_OR_NO,
    Choices,
    Meanings,
    case_types_of,
    drafted_strands,
    refuse_unknown_slugs,
    teams_of,
)
from api.imports.new_words import CASE_TYPE, NewWords
from api.imports.pseudonyms import Pseudonyms
from api.imports.readings import Chunk, Place
from api.imports.report import (
    Report,
    Summary,
    absence_summary,
    cases_summary,
    departments_summary,
    staff_summary,
    time_study_summary,
    what_was_remembered,
)
from api.imports.short_lists import RowList
from api.imports.staff import StaffList
from api.imports.terms import Terms
from api.imports.time_entries import TimeStudyList
from api.imports.unread_columns import UnreadColumns
from api.imports.word_hints import hints
from api.uploads import (
    Allowance,
    Cell,
    CellError,
    Faults,
    Mark,
    Part,
    Progress,
    Table,
    Upload,
    decimal_mark,
    letter,
    shown_value,
    table,
)
from api.uploads.lazy_columns import Joined
from capacity.case_events import ARRIVAL_EVENTS
from capacity.department import Department
from capacity.errors import InvalidInput
from capacity.rulebook import rulebook
from capacity.staff_history import StaffHistory
from capacity.wording import Text
from simulations.case_history import CaseHistory
from simulations.time_study import TimeStudy

ROWS_AT_A_TIME = 10_000
_TEAM, _CASE_TYPE = Text(da="team", en="team"), Text(da="sagstype", en="case type")
_ONLY_TYPE = ("sag", "Sag")
_NO_PURPOSE = Text(
    da="skriv afdelingens formål og sidste dag, før listen godkendes "
    "(PUT /v1/departments/…/purpose)",
    en="write the department’s purpose and last day before the list is accepted "
    "(PUT /v1/departments/…/purpose)",
)
_ARRIVALS = frozenset(event.value for event in ARRIVAL_EVENTS)
Content: TypeAlias = (
    CaseHistory | StaffHistory | TimeStudy | tuple[Away, ...] | tuple[DepartmentRow, ...]
)
"""What may be kept of a list (da: listens indhold)."""


@dataclass(frozen=True, slots=True)
class Understood:
    """A list as it may be accepted (da: forstået liste); without content where it may not."""

    report: Report
    content: Content | None
    mapping: Mapping[str, str]
    values: Mapping[str, Mapping[str, str]]
    labels: Mapping[str, str] = field(default_factory=dict)
    """Of a department that is to be drafted, the words for its teams and types (da: navne)."""
    activities: Mapping[tuple[str, str], Sequence[str]] = field(default_factory=dict)
    """Of a time study, the words for the work of each class and episode (da: arbejdsgange)."""


def understood(
    upload: Upload,
    terms: Terms,
    given: Given,
    on_progress: Callable[[Progress], None] | None = None,
) -> Understood:
    """Read a file as the user says (da: forstå en liste).

    Whatever is wrong with the file as a whole is raised, as is what the user says and cannot be;
    what is wrong with its rows is in the report, all of it at once.
    """
    choices = _choices(terms.kind, given)
    for name in terms.values:
        if name not in choices:
            raise _no_such_words(name, choices)
    if given.new is None:
        terms = replace(terms, values=_as_named_here(terms.values, given.department, choices))
    allowance = Allowance(headings=terms.allow, key=given.secret) if terms.allow else None
    with table(upload, sheet=terms.sheet, allowance=allowance, progress=on_progress) as opened:
        return _Reader(opened, upload, terms, given, choices).read(file_hash(upload))


def file_hash(upload: Upload) -> str:
    """Return the fingerprint of a file's bytes (da: filens fingeraftryk)."""
    digest = sha256()
    if isinstance(upload.source, Path):
        with upload.source.open("rb") as opened:
            while part := opened.read(2**20):
                digest.update(part)
    else:
        digest.update(upload.source)
    return digest.hexdigest()


class _Reader:
    """One reading of one table."""

    def __init__(
        self,
        opened: Table,
        upload: Upload,
        terms: Terms,
        given: Given,
        choices: Mapping[str, Choices],
    ) -> None:
        self.serials = upload.serials
        self.opened = opened
        self.terms = terms
        self.given = given
        self.choices = choices
        self.rows = 0

    def read(self, hash_: str) -> Understood:
        """Read the table to its end."""
        opened, terms = self.opened, self.terms
        chunks = self._chunks(opened.parts)
        first = next(chunks, None)
        sample = first.columns if first else [()] * len(opened.headings)
        found = columns(
            terms.kind,
            opened.headings,
            sample,
            stated=terms.mapping,
            remembered=self.given.remembered.mapping,
            known={name: frozenset().union(*of.values()) for name, of in self.choices.items()},
        )
        unread = UnreadColumns.of(terms.kind, opened.headings, found, sample)
        places = {
            use.field: Place(opened.file, opened.sheet, use.column, use.heading)
            for use in reversed(found.uses)
            if use.field is not None
        }
        meanings = self._meanings(places)
        content, own, at_fault, omitted, understood_rows = None, Faults(), 0, 0, 0
        summary = Summary()
        reading = self._reading(found, places, meanings, first)
        if reading is not None and first is not None:
            reading.take(first)
        for chunk in chunks:
            if reading is not None:
                reading.take(chunk)
        if reading is not None:
            content, summary, understood_rows, at_fault, omitted, own = _finished(reading)
        faults = _joined(opened.faults, own, *self._empty())
        new = [of for of in meanings.values() if isinstance(of, NewWords)]
        more = (
            *self._unit(),
            *self._only_ones(places),
            *self._names_kept(),
            *(self._unmet(meanings) if reading is not None else ()),
        )
        asked = bool(found.questions)
        may_be = content is not None and understood_rows > 0 and not asked
        may_be = may_be and (terms.leave_out_errors or faults.count == 0)
        values = {
            name: {each.written: each.means for each in of.found() if each.means is not None}
            for name, of in meanings.items()
        }
        mapping = found.mapping()
        report = Report(
            kind=terms.kind,
            file=opened.file,
            sheet=opened.sheet,
            file_hash=hash_,
            rows=self.rows,
            rows_understood=understood_rows,
            rows_at_fault=at_fault,
            rows_omitted=omitted,
            columns=found.uses,
            meanings=tuple(each for of in meanings.values() for each in of.found()),
            questions=found.questions,
            errors=tuple(sorted(faults.listed, key=lambda each: each.row or 0)),
            error_count=faults.count,
            causes=causes(terms.kind, faults, self.rows, found, sample, unread),
            unread=tuple(unread.told()),
            hints=tuple(hint for of in new for hint in hints(of)),
            warnings=(*opened.notices, *more, *summary.warnings),
            counts=summary.counts,
            first_day=summary.first_day,
            last_day=summary.last_day,
            preview=summary.preview,
            remembered=what_was_remembered(found.uses, terms.source, self._gone()),
            may_be_accepted=may_be,
            token=self._token(hash_, mapping, values, (self.rows, understood_rows, at_fault)),
        )
        return Understood(
            report,
            content if may_be else None,
            mapping,
            values,
            {
                slug: label
                for of in reversed(new)  # a team's word before a type's
                for slug, label in of.labels.items()
            },
            reading.words if isinstance(reading, TimeStudyList) else {},
        )

    def _meanings(self, places: Mapping[str, Place]) -> dict[str, Meanings]:
        """Return what reads the words of each field; of a new department, each is a name."""
        found: dict[str, Meanings] = {}
        for name, of in self.choices.items():
            stated = self.terms.values.get(name, {})
            remembered = self.given.remembered.values.get(name, {})
            new = self.given.new
            if new is None:
                of_draft = name == "activity" and is_drafted(self.given.department)
                reads = WorkWords if of_draft else Meanings
                found[name] = reads(name, of, stated=stated, remembered=remembered)
                continue
            words = found[name] = NewWords(name, stated=stated, remembered=remembered)
            if name not in places:
                words.only(*((new.slug, new.name.da) if name == "team" else _ONLY_TYPE))
        return found

    def _only_ones(self, places: Mapping[str, Place]) -> Iterator[Text]:
        """Say which team or type all rows are of, where the list has no column and there is one."""
        if self.terms.kind is not Kind.CASES:
            return
        for name, label in (("team", _TEAM), ("case_type", _CASE_TYPE)):
            if name not in places and (self.given.new or len(self.choices[name]) == 1):
                yield Text(
                    da=f"listen har ingen kolonne for {label.da}; alle sager regnes til det eneste",
                    en=f"the list has no column of the {label.en}; all cases count with the only "
                    "one",
                )

    def _unmet(self, meanings: Mapping[str, Meanings]) -> Iterator[Text]:
        """Say of which words the user says something that no row has."""
        for name, of in meanings.items():
            if self.terms.kind is Kind.TIME_STUDY and name != "activity":
                continue  # said of the case list that it is sent with, or read one by one
            for each in of.unmet():
                word = f"{name}:{shown_value(each)}"
                yield Text(
                    da=f"ingen rækker har ordet {word}, som values=… siger noget om; se "
                    "efter, om det er stavet som i filen",
                    en=f"no row has the word {word}, of which values=… says something; check "
                    "whether it is spelt as in the file",
                )

    def _names_kept(self) -> Iterator[Text]:
        """Say what names of people mean to whoever keeps them."""
        if not self.terms.keep_names:
            return
        kept = self.given.kept_for or _NO_PURPOSE
        yield Text(
            da=f"medarbejdernes navne gemmes og er personoplysninger; {kept.da}",
            en=f"the caseworkers’ names are kept and are personal data; {kept.en}",
        )

    def _chunks(self, parts: Iterator[Part]) -> Iterator[Chunk]:
        some: list[Part] = []
        for part in parts:
            some.append(part)
            self.rows += len(part.numbers)
            if sum(len(each.numbers) for each in some) >= ROWS_AT_A_TIME:
                yield _joined_rows(some)
                some = []
        if some:
            yield _joined_rows(some)

    def _reading(
        self,
        found: Columns,
        places: Mapping[str, Place],
        meanings: Mapping[str, Meanings],
        first: Chunk | None,
    ) -> "_Reading | None":
        """Return what reads the rows; None where too little is known of the columns to read any."""
        kind, terms = self.terms.kind, self.terms
        people = Pseudonyms(self.given.secret)
        marks = {
            each.id: _mark(places, each.id, first)
            for each in fields(kind)
            if each.reads is Reads.NUMBER and each.id in places
        }
        if kind is Kind.CASES:
            arrives = any(name in places for name in _ARRIVALS)
            mark = marks.get("external_days")
            return (
                CaseList(terms, places, meanings, people, mark, self.serials) if arrives else None
            )
        if found.questions:
            return None
        names = [use.column for use in found.uses if use.field == "caseworker_name"]
        rows = RowList(terms, places, meanings, people, marks, self.serials, names)
        if kind is Kind.STAFF:
            if terms.keep_names and not names:
                raise _no_names()
            return StaffList(rows, rulebook()["agreement.full_time_hours"].on(terms.seen_on).number)
        if kind is Kind.ABSENCE:
            return AbsenceList(rows, self.given.people)
        if kind is Kind.TIME_STUDY:
            assert self.given.department is not None
            return TimeStudyList(rows, work_places(self.given.department, self.given.cases))
        return DepartmentTable(rows)

    def _empty(self) -> Sequence[CellError]:
        if self.rows:
            return ()
        return (
            CellError(
                file=self.opened.file,
                sheet=self.opened.sheet,
                problem=Text(da="der er ingen rækker", en="there are no rows"),
                what_to_do=Text(
                    da="vælg et ark med rækker under overskrifterne",
                    en="choose a sheet with rows below its headings",
                ),
            ),
        )

    def _unit(self) -> list[Text]:
        """Say from where the unit is known, and where list and department count differently."""
        unit, department, known = self.terms.unit, self.given.department, self.terms.unit_from
        said = [] if known is None else [known]
        if unit is None or department is None or unit is department.unit:
            return said
        return [
            *said,
            Text(
                da=f"listen tæller {unit.value}, og afdelingen {department.unit.value}; tallene "
                "kan ikke sammenlignes",
                en=f"the list counts {unit.value}, the department {department.unit.value}; the "
                "numbers cannot be compared",
            ),
        ]

    def _gone(self) -> list[str]:
        there = {normal(heading) for heading in self.opened.headings}
        letters = {letter(at) for at in range(len(self.opened.headings))}
        return [
            shown_value(heading)
            for heading in self.given.remembered.mapping
            if normal(heading) not in there and heading not in letters
        ]

    def _token(
        self,
        hash_: str,
        mapping: Mapping[str, str],
        values: Mapping[str, Mapping[str, str]],
        came_to: tuple[int, ...],
    ) -> str:
        department = self.given.department
        said = (
            hash_,
            self.terms.as_json(),
            mapping,
            values,
            came_to,
            None if department is None else department.address,
        )
        written = json.dumps(said, sort_keys=True, ensure_ascii=False)
        return sha256(written.encode(errors="surrogatepass")).hexdigest()


def _joined_rows(parts: Sequence[Part]) -> Chunk:
    numbers = list(chain.from_iterable(each.numbers for each in parts))
    return Chunk(numbers, Joined([each.columns for each in parts]))


_Reading: TypeAlias = CaseList | StaffList | AbsenceList | TimeStudyList | DepartmentTable


def _finished(reading: _Reading) -> tuple[Content, Summary, int, int, int, Faults]:
    """Return the content, what it comes to, how many rows were understood, at fault and omitted."""
    if isinstance(reading, CaseList):
        read = reading.finish()
        history = read.history
        summary = cases_summary(history)
        return history, summary, history.cases, read.at_fault, read.omitted, reading.faults
    content: Content
    if isinstance(reading, StaffList):
        content, rows = reading.finish()
        summary, understood_rows = staff_summary(content), len(rows)
    elif isinstance(reading, TimeStudyList):
        content = reading.finish()
        summary, understood_rows = time_study_summary(content), len(content.entries)
    elif isinstance(reading, AbsenceList):
        content, rows = reading.finish()
        summary, understood_rows = absence_summary(content), len(rows)
    else:
        content = reading.finish()
        summary, understood_rows = departments_summary(content), len(content)
    rows_ = reading.rows
    return content, summary, understood_rows, rows_.at_fault, rows_.omitted, rows_.faults


def _choices(kind: Kind, given: Given) -> dict[str, Choices]:
    """Return what the words of a kind of list may mean, by field."""
    department = given.department
    if given.new is not None:
        return {"team": {}, "case_type": {}}
    if kind is Kind.DEPARTMENTS:
        return {"unit": CASE_UNITS, "fte_definition": FTE_DEFINITIONS}
    if department is None:
        raise InvalidInput(
            Text(
                da="skriv afdelingen: listens team og sagstyper er dens",
                en="write the department: the teams and case types of the list are its own",
            ),
            field="department",
        )
    match kind:
        case Kind.CASES:
            return {"team": teams_of(department), "case_type": case_types_of(department)}
        case Kind.STAFF:
            return {"team": teams_of(department)}
        case Kind.ABSENCE:
            return {"absence_reason": ABSENCE_REASONS}
        case _:
            return {
                "case_type": case_types_of(department),
                "activity": activities_of(department),
                "finished": YES_OR_NO,
            }


def _as_named_here(
    values: Mapping[str, Mapping[str, str]],
    department: Department | None,
    choices: Mapping[str, Choices],
) -> dict[str, dict[str, str]]:
    """What a user says of words; `type/strand`, as of a draft, is the class that it became.

    `InvalidInput` where there is no such thing here.
    """
    strands = drafted_strands(department) if department is not None else {}
    found: dict[str, dict[str, str]] = {}
    for name, stated in values.items():
        of_types = strands if name == CASE_TYPE else {}
        found[name] = {
            written: means if means in choices[name] else of_types.get(means, means)
            for written, means in stated.items()
        }
        refuse_unknown_slugs(name, found[name], choices[name])
    return found


def _no_such_words(name: str, choices: Mapping[str, Choices]) -> InvalidInput:
    known = ", ".join(choices)
    return InvalidInput(
        Text(
            da=f"”{shown_value(name)}” har ingen værdier at oversætte; der er {known}",
            en=f"“{shown_value(name)}” has no values to translate; there are {known}",
        ),
        field="values",
    )


def _no_names() -> InvalidInput:
    return InvalidInput(
        Text(
            da="ingen kolonne er medarbejdernes navne; skriv hvilken: map=Overskrift="
            "caseworker_name, eller udelad keep_names",
            en="no column has the caseworkers' names; write which: map=Heading="
            "caseworker_name, or leave keep_names out",
        ),
        field="keep_names",
    )


def _mark(places: Mapping[str, Place], name: str, first: Chunk | None) -> Mark | None:
    cells: Sequence[Cell] = first.columns[places[name].column] if first else ()
    return decimal_mark(cells)


def _joined(of_file: Faults, own: Faults, *more: CellError) -> Faults:
    together = Faults()
    together.take(of_file)
    together.take(own)
    for each in more:
        together.add(each)
    return together
