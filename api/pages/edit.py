"""The page Correct the department: two forms of tables, and what came of saving one (da: ret).

The form always stands as it was written, whatever is refused. Two leaders who correct the same
department both get what they wrote: the second sees what the first has changed, and saves on top.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from api.caller import MACHINE, Caller
from api.editing.cases import Word
from api.editing.pasted import CprPasted, Pasted, pasted, put_in
from api.editing.sheets import (
    CASES,
    STAFF,
    EditSheet,
    Sheet,
    TableChanges,
    changes_between,
    edit_sheet,
)
from api.editing.staff import CASEWORKERS, with_staff_list
from api.etags import ChangedMeanwhile, Condition
from api.forms import Form
from api.pages.edit_files import FilesPart
from api.pages.edit_fit import FitPart
from api.pages.frame import Frame
from api.privacy import REFUSED, looks_like_cpr
from api.store.departments import Store, Version
from capacity.department import Department
from capacity.errors import InvalidInput, PlannerError
from capacity.staff_history import StaffHistory
from capacity.wording import Language, Text, date_in_words

PARTS: Mapping[str, Text] = {
    STAFF: Text(da="Medarbejdere", en="Caseworkers"),
    CASES: Text(da="Sager", en="Cases"),
    "files": Text(da="Indlæs filer", en="Import files"),
    "fit": Text(da="Tilpas modellen", en="Fit the model"),
    "versions": Text(da="Fortryd", en="Undo"),
}
TERMS = {
    "part": STAFF,
    "file": None,
    "show": None,
    "saved": None,
    "kept": None,
    "job": None,
    "list": None,
    "created": None,
}
"""What a reader chooses of it (da: valg)."""
_BLANK_LINES = 1
_MORE_LINES = 5
_LONGEST_REASON = 500
_COPENHAGEN = ZoneInfo("Europe/Copenhagen")


@dataclass(frozen=True, slots=True, kw_only=True)
class Meanwhile:
    """What somebody else has saved since the form was opened (da: imens)."""

    version: Version
    changes: tuple[TableChanges, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TablesPart:
    """Tables that are written in, as a page prints them (da: tabeller)."""

    sheet: Sheet
    pasted: Pasted | None = None
    paste_fault: tuple[str, Text] | None = None
    texts: Mapping[str, str] = field(default_factory=dict)
    replaces_all: frozenset[str] = frozenset()
    refusal: Text | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetPart(TablesPart):
    """A form as the page prints it (da: formular).

    `tag` is what the version that is corrected is known by, as in an If-Match header.
    """

    sheet: EditSheet
    tag: str
    reason: str = ""
    reason_fault: Text | None = None
    meanwhile: Meanwhile | None = None
    is_checked: bool = False
    is_sent: bool = False
    """Whether it is printed back, and not as the version has it (da: sendt)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionLine:
    """A version in the history, and what it changed where that is shown (da: version)."""

    version: Version
    is_newest: bool
    changes: tuple[TableChanges, ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EditPage:
    """What the templates print (da: siden); what does not belong to the chosen part is None."""

    part: str
    parts: Mapping[str, Text] = field(default_factory=lambda: PARTS)
    newest: Version | None = None
    saved: Version | None = None
    form: SheetPart | None = None
    versions: tuple[VersionLine, ...] = ()
    files: FilesPart | None = None
    fit: FitPart | None = None

    @property
    def is_old(self) -> bool:
        """Whether a newer version than the one that is shown has come (da: forældet)."""
        shown = self.form and self.form.sheet.base.version
        return bool(self.newest and shown and self.newest.number != shown)


def edit_page(
    frame: Frame, store: Store, *, staff_list: StaffHistory | None = None, **parts: Any
) -> EditPage:
    """Build the page for a reader (da: siden); `parts` are those that are made already.

    The people of a `staff_list` are put into the form, to be looked at and saved.
    """
    department = frame.department
    part = frame.asked.terms["part"] or STAFF
    if part not in PARTS:
        frame.refusals.setdefault("page", _no_part())
        part = STAFF
    if department is None:
        return EditPage(part=part)
    newest = store.version(department.slug)
    if part == STAFF and staff_list is not None:
        sheet = edit_sheet(STAFF, department, frame.asked.language)
        table = with_staff_list(sheet.table(CASEWORKERS), staff_list, frame.asked.language)
        tag = store.version(department.address).tag
        form = checked(SheetPart(sheet=sheet.with_table(table), tag=tag, is_sent=True))
        parts["form"] = printable(form)
    page = EditPage(
        part=part,
        newest=newest,
        saved=_saved(frame, newest),
        **parts,
    )
    if part in (STAFF, CASES) and page.form is None:
        sheet = edit_sheet(part, department, frame.asked.language)
        tag = store.version(department.address).tag
        return replace(page, form=SheetPart(sheet=with_room(sheet), tag=tag))
    if part == "versions":
        return replace(page, versions=_history(frame, store, department, newest))
    return page


def sheet_of(form: Form, frame: Frame, store: Store, name: str) -> SheetPart:
    """Return a form as it was sent (da: sendt formular).

    `InvalidInput` where it is of another department than the page.
    """
    department = frame.department
    assert department is not None
    address = form.one("base") or department.address
    if address.partition("@")[0] != department.slug:
        raise InvalidInput(
            Text(
                da="formularen er en anden afdelings; hent siden igen",
                en="the form is another department's; load the page again",
            )
        )
    base = store.department(address)
    sheet = edit_sheet(name, base, frame.asked.language).posted(form)
    reason = form.one("reason")[:_LONGEST_REASON]
    return SheetPart(
        sheet=sheet,
        tag=form.one("tag"),
        is_sent=True,
        reason="" if looks_like_cpr(reason) else reason,
        reason_fault=REFUSED if looks_like_cpr(reason) else None,
        texts=pasted_texts(sheet, form),
        replaces_all=replaced_tables(sheet, form),
    )


def pasted_texts(sheet: Sheet, form: Form) -> dict[str, str]:
    """Return what was pasted below each table, and no CPR number of it (da: indsat tekst)."""
    texts = {each.name: form.one(f"{each.name}.pasted") for each in sheet.tables}
    return {name: "" if looks_like_cpr(text) else text for name, text in texts.items()}


def replaced_tables(sheet: Sheet, form: Form) -> frozenset[str]:
    """Name the tables that what is pasted stands instead of (da: erstat alt)."""
    return frozenset(each.name for each in sheet.tables if form.one(f"{each.name}.mode") == "all")


Part = TypeVar("Part", bound=TablesPart)
AnySheet = TypeVar("AnySheet", bound=Sheet)


def looked_at(part: Part, form: Form, do: str, table_name: str) -> Part:
    """Do what a button asks for that saves nothing (da: uden at gemme).

    More lines, a look at what was pasted, or putting it into the table.
    """
    sheet, language = part.sheet, part.sheet.language
    table = sheet.table(table_name)
    if do == "more":
        return replace(part, sheet=sheet.with_table(table.with_blank_lines(_MORE_LINES)))
    try:
        found = pasted(
            table,
            form.one(f"{table_name}.pasted"),
            language,
            has_headings=_headings_said(form, table_name),
            means=form.all(f"{table_name}.means"),
        )
    except InvalidInput as error:
        texts = dict(part.texts)
        if isinstance(error, CprPasted):
            texts[table_name] = ""
        return replace(part, texts=texts, paste_fault=(table_name, error.message))
    if do == "look":
        return replace(part, pasted=found)
    filled = put_in(table, found, language, replaces_all=table_name in part.replaces_all)
    texts = {**part.texts, table_name: ""}
    return replace(part, sheet=sheet.with_table(filled), texts=texts)


def checked(part: SheetPart) -> SheetPart:
    """Say what is wrong with each cell, and save nothing (da: kontrollér)."""
    word = Word(reason=part.reason or "–", said_by="–")
    _, sheet = part.sheet.read(word)
    return replace(part, sheet=sheet, is_checked=True)


def saved_version(part: SheetPart, store: Store, caller: Caller) -> Department | SheetPart:
    """Save a form as the next version; the form again where it cannot be (da: gem).

    Nothing is written where anything is wrong, and where somebody else has saved meanwhile the form
    comes back on top of what they saved.
    """
    slug = part.sheet.base.slug
    newest = store.version(slug)
    try:
        Condition(if_match=part.tag or '""').check(newest.tag)
    except ChangedMeanwhile:
        return _on_top(part, store, newest)
    word = Word(reason=part.reason, said_by=caller.name)
    department, sheet = part.sheet.read(word)
    part = replace(part, sheet=sheet)
    if not part.reason and part.reason_fault is None:
        part = replace(part, reason_fault=_NO_REASON)
    if department is None or part.reason_fault is not None:
        return replace(part, refusal=_FAULTS)
    if department == part.sheet.base:
        return replace(part, refusal=_NOTHING_NEW)
    try:
        return store.add_department(department, by=caller.name, after=newest, reason=part.reason)
    except ChangedMeanwhile:
        store.take_back()
        return _on_top(part, store, store.version(slug))


def gone_back(form: Form, frame: Frame, store: Store, caller: Caller) -> Department:
    """Make a new version like an old one (da: gå tilbage).

    `ChangedMeanwhile` where somebody has saved since the history was shown.
    """
    department = frame.department
    assert department is not None
    newest = store.version(department.slug)
    Condition(if_match=form.one("tag") or '""').check(newest.tag)
    number = form.one("version")
    old = store.department(f"{department.slug}@{number}")
    reason = form.one("reason")[:_LONGEST_REASON]
    if looks_like_cpr(reason):
        raise InvalidInput(REFUSED, field="reason")
    spoken: Language = frame.asked.language
    said = {"da": f"Tilbage til version {number}", "en": f"Back to version {number}"}[spoken]
    return store.add_department(
        old, by=caller.name, after=newest, reason=f"{said}: {reason}" if reason else said
    )


def moment_in_words(moment: datetime, language: Language) -> str:
    """Write a moment as a leader's clock has it (da: tidspunkt).

    >>> moment_in_words(datetime.fromisoformat("2026-03-26T13:05:00+00:00"), "da")
    '26. marts 2026 kl. 14.05'
    """
    here = moment.astimezone(_COPENHAGEN)
    day = date_in_words(here.date(), language)
    return f"{day} kl. {here:%H.%M}" if language == "da" else f"{day} at {here:%H:%M}"


def who_in_words(name: str | None, language: Language) -> str:
    """Name whoever kept a version; without keys it is this machine's user (da: hvem).

    >>> who_in_words("Leder A", "da"), who_in_words("local", "en")
    ('Leder A', 'this machine')
    """
    if name is None:
        return {"da": "fulgte med planlæggeren", "en": "came with the planner"}[language]
    if name == MACHINE.name:
        return {"da": "denne maskine", "en": "this machine"}[language]
    return name


def _on_top(part: SheetPart, store: Store, newest: Version) -> SheetPart:
    theirs = store.department(f"{newest.slug}@{newest.number}")
    changes = changes_between(part.sheet.base, theirs, part.sheet.language)
    return checked(
        replace(
            part,
            sheet=part.sheet.on_top_of(theirs),
            tag=newest.tag,
            meanwhile=Meanwhile(version=newest, changes=changes),
        )
    )


def with_room(sheet: AnySheet) -> AnySheet:
    """Return a form with room to write (da: tomme linjer)."""
    tables = tuple(each.with_blank_lines(_BLANK_LINES) for each in sheet.tables)
    return replace(sheet, tables=tables)


def printable(part: Part) -> Part:
    """Return a form with room to write, and without CPR numbers (da: til udskrift)."""
    return replace(part, sheet=_with_room_at_the_end(part.sheet.without_cpr()))


def _with_room_at_the_end(sheet: AnySheet) -> AnySheet:
    tables = tuple(
        each if each.lines and each.lines[-1].is_blank else each.with_blank_lines(_BLANK_LINES)
        for each in sheet.tables
    )
    return replace(sheet, tables=tables)


def _headings_said(form: Form, table: str) -> bool | None:
    said = form.one(f"{table}.headed")
    return {"yes": True, "no": False}.get(said)


def _history(
    frame: Frame, store: Store, department: Department, newest: Version
) -> tuple[VersionLine, ...]:
    shown = frame.asked.terms["show"]
    lines = []
    versions = store.versions(department.slug)
    for place, each in enumerate(versions):
        changes = None
        before = versions[place + 1] if place + 1 < len(versions) else None
        if before is not None and shown == str(each.number):
            try:
                changes = changes_between(
                    store.department(f"{before.slug}@{before.number}"),
                    store.department(f"{each.slug}@{each.number}"),
                    frame.asked.language,
                )
            except PlannerError as error:  # one of the two is damaged
                frame.refusals["versions"] = error
        lines.append(
            VersionLine(version=each, is_newest=each.number == newest.number, changes=changes)
        )
    return tuple(lines)


def _saved(frame: Frame, newest: Version) -> Version | None:
    """Return the version that was just saved; None where it is no longer the newest (da: gemt)."""
    return newest if frame.asked.terms["saved"] == str(newest.number) else None


def _no_part() -> InvalidInput:
    known = ", ".join(PARTS)
    return InvalidInput(
        Text(da=f"den del findes ikke; der er {known}", en=f"no such part; there are {known}"),
        field="part",
    )


_NO_REASON = Text(
    da="skriv, hvorfor I retter: den, der ser tallene senere, skal kunne forstå dem",
    en="write why you correct it: whoever sees the numbers later is to understand them",
)
_FAULTS = Text(
    da="ret det, der er mærket; alt, hvad du har skrevet, står i felterne",
    en="correct what is marked; all that you have written stands in the fields",
)
_NOTHING_NEW = Text(da="intet er ændret", en="nothing has changed")
