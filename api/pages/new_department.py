"""The page New department: drafted from a case list, or written by hand (da: ny afdeling).

Nothing is kept before its user says so, and what was written stands, whatever is refused.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date

from api.editing.new_department import NewTerms, department_of, new_sheet
from api.editing.staff import Readings
from api.editing.tables import Column, Holds
from api.forms import Form
from api.import_tray import GoneFromTray, Waiting
from api.imports.desk import Imported
from api.imports.fields import KIND_LABELS, Kind
from api.imports.given import NewDepartment
from api.pages.edit import (
    TablesPart,
    looked_at,
    pasted_texts,
    printable,
    replaced_tables,
)
from api.pages.edit_files import FilesPart, Missing, files_part
from api.privacy import REFUSED, looks_like_cpr
from api.short_names import short_name
from api.store.departments import Store
from api.today import today
from capacity.caseload import CaseUnit
from capacity.department import Department
from capacity.errors import InvalidInput, PlannerError
from capacity.rulebook import rulebook
from capacity.wording import Language, Text

PATH = "/new-department"
TERMS: Mapping[str, str | None] = {"file": None}
_LONGEST_NAME = 200
_LINES = 4
"""Room for a small department without a script (da: linjer)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HandPart(TablesPart):
    """The form that is written by hand (da: i hånden); `faults` are by field."""

    name: str = ""
    on: str = ""
    unit: str = ""
    faults: Mapping[str, Text] = field(default_factory=dict)
    is_sent: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class NewDepartmentPage:
    """What the template prints (da: ny afdeling)."""

    files: FilesPart
    form: HandPart | None = None


def new_name(written: str, store: Store) -> NewDepartment:
    """Read what a new department is to be called; its name in addresses is made of that.

    (da: navn.) `Missing` where there is none, or a department of that name.
    """
    name = written.strip()[:_LONGEST_NAME]
    if looks_like_cpr(name):
        raise Missing({"name": REFUSED})
    slug = short_name(name)
    if not slug:
        raise Missing({"name": _NO_NAME})
    if store.latest(slug) is not None:
        raise Missing({"name": _TAKEN})
    return NewDepartment(slug=slug, name=Text(da=name, en=name))


def files_of_new(waiting: Waiting | GoneFromTray | None, send_to: str) -> FilesPart:
    """Return what is to be shown of a case list, and of the draft it makes (da: sagsliste)."""
    found = files_part((), waiting, None, None)
    outcome = waiting.outcome if isinstance(waiting, Waiting) else None
    draft = outcome.drafted if isinstance(outcome, Imported) and found.report else None
    kinds = {Kind.CASES.value: KIND_LABELS[Kind.CASES]}
    return replace(found, send_to=send_to, kinds=kinds, draft=draft)


def empty_form(language: Language) -> HandPart:
    """Return the form with room to write (da: tom formular)."""
    on = today()
    sheet = new_sheet(language, on, rulebook())
    tables = tuple(each.with_blank_lines(_LINES) for each in sheet.tables)
    return HandPart(sheet=replace(sheet, tables=tables), on=str(on))


def sent_by_hand(form: Form, language: Language) -> HandPart:
    """Return the form as it was sent (da: sendt)."""
    on, faults = form.one("on"), dict[str, Text]()
    day = today()
    try:
        found = Column(name="on", label=_ON, holds=Holds.DAY, required=True).read(on)
        assert isinstance(found, date)
        day = found
    except InvalidInput as error:
        faults["on"] = error.message
    sheet = new_sheet(language, day, rulebook()).posted(form)
    # A table that was sent without a line has one all the same, for what is to be written there.
    sheet = replace(
        sheet,
        tables=tuple(each if each.lines else each.with_blank_lines(1) for each in sheet.tables),
    )
    name = form.one("name")[:_LONGEST_NAME]
    return HandPart(
        sheet=sheet,
        texts=pasted_texts(sheet, form),
        replaces_all=replaced_tables(sheet, form),
        name="" if looks_like_cpr(name) else name,
        on=str(day) if "on" not in faults else "" if looks_like_cpr(on) else on,
        unit=form.one("unit"),
        faults={**faults, **({"name": REFUSED} if looks_like_cpr(name) else {})},
        is_sent=True,
    )


def done_by_hand(part: HandPart, form: Form, store: Store, said_by: str) -> Department | HandPart:
    """Do with the form what its button says; only one of them makes the department (da: opret)."""
    do, _, table = form.one("do").partition(":")
    if do in ("more", "look", "put") and table in {each.name for each in part.sheet.tables}:
        return printable(looked_at(replace(part, faults={}), form, do, table))
    faults = dict(part.faults)
    try:
        new = new_name(part.name, store) if "name" not in faults else None
    except Missing as error:
        new, faults = None, {**error.faults, **faults}
    if part.unit not in list(CaseUnit):
        faults["unit"] = _NO_UNIT
    found = Readings()
    terms = NewTerms(
        slug=new.slug if new else "new",
        name=new.name.da if new else "–",
        on=date.fromisoformat(part.on) if "on" not in faults else today(),
        unit=CaseUnit(part.unit) if "unit" not in faults else CaseUnit.CHILD,
        said_by=said_by,
    )
    department = department_of(part.sheet, terms, found, rulebook())
    sheet = replace(part.sheet, tables=tuple(found.on(each) for each in part.sheet.tables))
    if department is None or faults:
        return printable(replace(part, sheet=sheet, faults=faults, refusal=_FAULTS))
    try:
        made = store.add_department(department, by=said_by, reason=_MADE)
    except PlannerError as error:
        store.take_back()
        return printable(replace(part, sheet=sheet, refusal=error.message))
    if made.version > 1:  # somebody has made one of that name since it was looked for
        store.take_back()
        return printable(replace(part, sheet=sheet, faults={"name": _TAKEN}, refusal=_FAULTS))
    return made


_ON = Text(da="Tallene gælder pr.", en="The numbers hold on")
_NO_NAME = Text(
    da="skriv, hvad afdelingen skal hedde, med bogstaver",
    en="write what the department is to be called, in letters",
)
_TAKEN = Text(
    da="der er allerede en afdeling, der hedder det; vælg et andet navn",
    en="there is a department of that name already; choose another",
)
_NO_UNIT = Text(
    da="vælg, om en sag er et barn eller en familie",
    en="choose whether a case is a child or a family",
)
_FAULTS = Text(
    da="ret det, der er mærket; alt, hvad du har skrevet, står i felterne",
    en="correct what is marked; all that you have written stands in the fields",
)
_MADE = "Oprettet i hånden"
