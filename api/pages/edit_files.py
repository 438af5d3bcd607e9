"""Importing a file in the browser: what is said of it, how it is understood, and what to correct.

(da: indlæs filer.) The file lies in the tray while it is looked at; nothing is kept before its user
accepts what is shown. Questions and errors are told in the words of the page, with the cell.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from api.errors import cell_place
from api.forms import Form
from api.import_tray import GoneFromTray, Waiting
from api.imports.columns import UNUSED, ColumnUse, Question, Sureness
from api.imports.desk import Imported
from api.imports.fields import KIND_LABELS, Kind, fields
from api.imports.fields import field as field_of
from api.imports.terms import Terms, terms
from api.imports.unread_columns import Unread, listed
from api.privacy import REFUSED, looks_like_cpr
from api.store.histories import AcceptedList
from api.today import today
from api.uploads import CellError, Unreadable, UploadRefused, danish_date, letter, shown_value
from capacity.department import Department
from capacity.errors import InvalidInput, PlannerError
from capacity.wording import Text

if TYPE_CHECKING:  # which loads numpy
    from api.imports.causes import Cause
    from api.imports.meanings import Meaning
    from api.imports.report import Report

KINDS = (Kind.CASES, Kind.STAFF, Kind.ABSENCE, Kind.TIME_STUDY)
"""The lists of one department, in the order in which they are wanted (da: lister)."""
SAID = ("name", "kind", "unit", "seen_on", "complete_from", "source", "sheet", "allow")
"""What a user says of a file that the file itself does not (da: oplysninger)."""
_LONGEST_SAID = 500
_MOST_WORDS = 200
_SURENESS: Mapping[Sureness, Text] = {
    Sureness.STATED: Text(da="valgt af dig", en="chosen by you"),
    Sureness.REMEMBERED: Text(da="husket fra sidst", en="remembered from last time"),
    Sureness.SURE: Text(da="sikker", en="sure"),
    Sureness.NEW: Text(da="nyt navn", en="a new name"),
    Sureness.LIKELY: Text(da="gæt, se efter", en="a guess, look at it"),
    Sureness.ASKED: Text(da="vælg selv", en="choose yourself"),
    Sureness.UNUSED: Text(da="bruges ikke", en="not used"),
}
_WORDS_OF = {
    "absence_reason": {
        "sickness": Text(da="sygdom", en="sickness"),
        "parental_leave": Text(da="barsel", en="parental leave"),
        "unpaid_leave": Text(da="orlov uden løn", en="unpaid leave"),
        "holiday": Text(da="ferie", en="holiday"),
    },
    "finished": {"yes": Text(da="ja", en="yes"), "no": Text(da="nej", en="no")},
}
_UNREAD = Text(
    da="Kolonnen {} er ikke læst; den ligner {}", en="The column {} is not read; it looks like {}"
)
_ANYTHING = {
    "?": Text(da="ved ikke", en="not known"),
    "-": Text(da="udelad rækkerne", en="leave the rows out"),
}
"""What every word may be instead, as `api.imports.meanings` writes it (da: andet)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnChoice:
    """A column of the file, what it is taken for, and what else it may be (da: kolonne)."""

    letter: str
    heading: str
    means: str
    why: Text
    sureness: Text
    is_open: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class WordChoice:
    """A word of the file, what it is taken for, and what else it may be (da: ord)."""

    field: str
    label: Text
    written: str
    means: str
    rows: int
    sureness: Text
    is_open: bool
    choices: Mapping[str, Text]


@dataclass(frozen=True, slots=True, kw_only=True)
class CellFault:
    """What is wrong with a cell of the file (da: fejl i en celle)."""

    place: str
    heading: str
    value: str
    problem: Text
    what_to_do: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class CauseLine:
    """Errors of one cause: how many rows have it, the first of them, what to do (da: årsag)."""

    column: str
    rows: int
    first: str
    problem: Text
    what_to_do: Text
    wrong_column: Text | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportPart:
    """A file as it is understood, to be corrected or accepted (da: rapport)."""

    report: "Report"
    columns: tuple[ColumnChoice, ...]
    fields: Mapping[str, Text]
    words: tuple[WordChoice, ...]
    questions: tuple[Text, ...]
    causes: tuple[CauseLine, ...]
    """The errors by cause, where any is of several cells (da: årsager)."""
    faults: tuple[CellFault, ...]
    fault_count: int
    unread: tuple[Text, ...]
    headings: tuple[Text, ...]
    preview: tuple[tuple[str, ...], ...]

    @property
    def may_be_accepted(self) -> bool:
        """Whether it may be kept as it is (da: kan godkendes)."""
        return self.report.may_be_accepted


@dataclass(frozen=True, slots=True, kw_only=True)
class FilesPart:
    """What the template prints (da: indlæs filer)."""

    lists: tuple[AcceptedList, ...] = ()
    kinds: Mapping[str, Text] = field(
        default_factory=lambda: {each.value: KIND_LABELS[each] for each in KINDS}
    )
    said: Mapping[str, str] = field(default_factory=dict)
    faults: Mapping[str, Text] = field(default_factory=dict)
    waiting: Waiting | None = None
    report: ReportPart | None = None
    refusal: Text | None = None
    cells: tuple[CellFault, ...] = ()
    kept: AcceptedList | None = None
    is_same: bool = False
    """Whether it was kept before, and nothing is kept now (da: samme liste)."""
    is_reading: bool = False
    """Whether the file is being read, and the page asks again (da: læses)."""
    send_to: str = ""
    """Where the forms are sent, where it is not to the department's page (da: sendes til)."""
    draft: Department | None = None
    """The department that the list would make (da: udkast)."""

    @property
    def is_of_new(self) -> bool:
        """Whether the list is of a department that is not there yet (da: ny afdeling)."""
        return bool(self.send_to)


def said_in(form: Form) -> dict[str, str]:
    """Return what a form says of a file (da: oplysninger); nothing that looks like a CPR number."""
    said = {name: form.one(name)[:_LONGEST_SAID] for name in SAID if form.has(name)}
    for name in ("seen_on", "complete_from"):
        found = danish_date(said[name]) if said.get(name) else None
        if found is not None and not isinstance(found, Unreadable):
            said[name] = f"{found:%Y-%m-%d}"
    if form.one("complete_unknown") == "yes":
        said["complete_from"] = "unknown"
    said["leave_out_errors"] = form.one("leave_out_errors")
    return {name: value for name, value in said.items() if value and not looks_like_cpr(value)}


def cpr_faults(form: Form) -> dict[str, Text]:
    """Name the fields that held what looks like a CPR number (da: CPR-numre)."""
    return {name: REFUSED for name in SAID if looks_like_cpr(form.one(name))}


def corrected(waiting: Waiting, form: Form) -> bool:
    """Note what is said anew of a file that waits, and whether anything is (da: rettet)."""
    before = (waiting.said, dict(waiting.stated_columns), _copied(waiting.stated_words))
    if form.has("kind"):
        waiting.said = said_in(form)
    for place, was, now in zip(
        form.all("column"), form.all("column_was"), form.all("column_is"), strict=False
    ):
        if was != now or place in waiting.stated_columns:
            waiting.stated_columns[place] = now or UNUSED
    for name, written, was, now in zip(
        form.all("word_of"),
        form.all("word"),
        form.all("word_was"),
        form.all("word_is"),
        strict=False,
    ):
        if now and (was != now or written in waiting.stated_words.get(name, {})):
            waiting.stated_words.setdefault(name, {})[written] = now
    return before != (waiting.said, waiting.stated_columns, waiting.stated_words)


def _copied(words: Mapping[str, Mapping[str, str]]) -> dict[str, dict[str, str]]:
    return {name: dict(of) for name, of in words.items()}


def terms_of(waiting: Waiting) -> Terms:
    """Read what is said of a file; `Missing` names each field at fault (da: oplysninger)."""
    said = waiting.said
    faults: dict[str, Text] = {}
    kind = said.get("kind", "")
    if kind not in list(KINDS):
        faults["kind"] = Text(da="vælg, hvad det er for en liste", en="choose what list it is")
    if kind == Kind.CASES and said.get("unit") not in ("child", "family"):
        faults["unit"] = Text(
            da="vælg, om en sag er et barn eller en familie; det kan ikke ses af listen",
            en="choose whether a case is a child or a family; the list does not tell",
        )
    if not said.get("seen_on"):
        faults["seen_on"] = Text(
            da="skriv den sidste dag, listen ved noget om",
            en="write the last day that the list knows of",
        )
    if not said.get("complete_from"):
        faults["complete_from"] = Text(
            da="skriv dagen, fra hvilken listen har alt, eller at det ikke vides",
            en="write the day from which the list has everything, or that nobody knows",
        )
    if faults:
        raise Missing(faults)
    allowed = (each.strip() for each in said.get("allow", "").split(";"))
    try:
        return terms(
            kind,
            today=today(),
            unit=said.get("unit") or None,
            seen_on=said["seen_on"],
            complete_from=said["complete_from"],
            source=said.get("source") or None,
            mapping=dict(waiting.stated_columns),
            values={name: dict(words) for name, words in waiting.stated_words.items()},
            sheet=said.get("sheet") or None,
            allow=frozenset(each for each in allowed if each),
            leave_out_errors=said.get("leave_out_errors") == "yes",
        )
    except InvalidInput as error:
        raise Missing({error.field or "kind": error.message}) from error


class Missing(InvalidInput):
    """What is not said of a file yet, by field (da: mangler)."""

    def __init__(self, faults: Mapping[str, Text]) -> None:
        super().__init__(next(iter(faults.values())))
        self.faults = dict(faults)


def files_part(
    lists: tuple[AcceptedList, ...],
    waiting: Waiting | GoneFromTray | None,
    department: Department | None,
    kept: str | None,
) -> FilesPart:
    """Return what is to be shown of a file, and of the lists that are kept (da: indlæs filer)."""
    newest = next((each for each in lists if kept is not None and str(each.id) == kept), None)
    if waiting is None:
        return FilesPart(lists=lists, kept=newest)
    if isinstance(waiting, GoneFromTray):
        return FilesPart(lists=lists, refusal=waiting.message)
    said = dict(waiting.said)
    if waiting.is_reading:  # asked before the outcome, which is there before this is over
        return FilesPart(lists=lists, said=said, waiting=waiting, is_reading=True)
    outcome = waiting.outcome
    if isinstance(outcome, Imported):
        if outcome.accepted is not None:
            return FilesPart(lists=lists, kept=outcome.accepted, is_same=not outcome.is_new)
        report = report_part(outcome.report, department)
        return FilesPart(lists=lists, said=said, waiting=waiting, report=report)
    if isinstance(outcome, Missing):
        return FilesPart(lists=lists, said=said, waiting=waiting, faults=outcome.faults)
    if isinstance(outcome, PlannerError):
        errors = outcome.errors if isinstance(outcome, UploadRefused) else ()
        return FilesPart(
            lists=lists,
            said=said,
            waiting=waiting,
            refusal=outcome.message,
            cells=tuple(_fault(each) for each in errors),
        )
    return FilesPart(lists=lists, said=said, waiting=waiting)


def report_part(report: "Report", department: Department | None) -> ReportPart:
    """Put a report in the words of the page (da: rapport).

    Without a department the list brings the names itself.
    """
    kind = report.kind
    open_words = {
        (each.first_row, shown_value(each.written))
        for each in report.meanings
        if each.means is None
    }
    faults = [_fault(each) for each in report.errors if (each.row, each.value) not in open_words]
    asked = len(report.errors) - len(faults)
    causes = [each for each in report.causes if each.wrong_column or not _of(each, open_words)]
    looks = {name: each.looks for each in report.unread for name in each.names}
    names = tuple(dict.fromkeys(name for row in report.preview for name in row))
    labels = {name: _words_of(name, department, report) for name in names}
    return ReportPart(
        report=report,
        columns=tuple(_column(each, looks) for each in report.columns),
        fields={each.id: each.label for each in fields(kind)},
        words=tuple(_word(each, report, department) for each in report.meanings[:_MOST_WORDS]),
        questions=tuple(_asked(each, kind) for each in report.questions),
        causes=tuple(map(_cause, causes)) if any(each.errors > 1 for each in causes) else (),
        faults=tuple(faults),
        fault_count=report.error_count - asked,
        unread=tuple(map(_unread, report.unread)),
        headings=tuple(_label(kind, name) for name in names),
        preview=tuple(
            tuple(
                labels[name][row[name]].da if row.get(name) in labels[name] else row.get(name, "")
                for name in names
            )
            for row in report.preview
        ),
    )


def _of(cause: "Cause", words: Collection[tuple[int | None, str]]) -> bool:
    """Whether a cause is of words, which have a table of their own."""
    return (cause.cells[0].row, cause.cells[0].value or "") in words


def _cause(cause: "Cause") -> CauseLine:
    wrong, first = cause.wrong_column, cause.cells[0]
    cells = [f"{each.row}" + (f": {each.value}" if each.value else "") for each in cause.cells]
    asked = None
    if wrong is not None:
        looks_da = looks_en = ""
        if wrong.others:
            looks_da = f" {listed(wrong.others, 'da')} ligner det, der skal stå her."
            looks = "looks" if len(wrong.others) == 1 else "look"
            looks_en = f" {listed(wrong.others, 'en')} {looks} like what belongs here."
        asked = Text(
            da=f"Er det den rigtige kolonne for {wrong.label.da}? Vælg ellers en anden i tabellen "
            f"over kolonner.{looks_da}",
            en=f"Is it the right column for {wrong.label.en}? Else choose another in the table of "
            f"columns.{looks_en}",
        )
    return CauseLine(
        column=f"{first.column or ''} {first.heading or ''}".strip(),
        rows=cause.rows,
        first="; ".join(cells) + (" …" if cause.errors > len(cells) else ""),
        problem=cause.problem,
        what_to_do=cause.what_to_do,
        wrong_column=asked,
    )


def _unread(each: Unread) -> Text:
    several = len(each.names) > 1
    da = "Kolonnerne {} er ikke læst; de ligner {}" if several else _UNREAD.da
    en = "The columns {} are not read; they look like {}" if several else _UNREAD.en
    return Text(
        da=da.format(listed(each.names, "da"), each.looks.da)
        + ". Vælg i tabellen over kolonner, hvad der står, hvis det skal bruges",
        en=en.format(listed(each.names, "en"), each.looks.en)
        + ". Choose in the table of columns what stands there, where it is to be used",
    )


def _column(use: ColumnUse, looks: Mapping[str, Text]) -> ColumnChoice:
    like = looks.get(shown_value(use.heading)) or looks.get(letter(use.column))
    is_unread = like is not None and use.sureness is Sureness.UNUSED
    why = use.why
    if is_unread and like is not None:
        why = Text(da=f"ligner {like.da}", en=f"looks like {like.en}")
    return ColumnChoice(
        letter=letter(use.column),
        heading=shown_value(use.heading),
        means=use.field or UNUSED,
        why=why,
        sureness=_SURENESS[use.sureness],
        is_open=is_unread or use.sureness in (Sureness.ASKED, Sureness.LIKELY),
    )


def _word(each: "Meaning", report: "Report", department: Department | None) -> WordChoice:
    choices = {**_words_of(each.field, department, report), **_ANYTHING}
    if department is None and each.field == "case_type":
        choices |= _strands_of(each, report)
    if each.means is not None and each.means not in choices:
        choices = {each.means: Text(da=each.means, en=each.means), **choices}
    return WordChoice(
        field=each.field,
        label=_label(report.kind, each.field),
        written=each.written,
        means=each.means or "",
        rows=each.rows,
        sureness=_SURENESS[each.sureness],
        is_open=each.sureness in (Sureness.ASKED, Sureness.LIKELY),
        choices=choices,
    )


def _words_of(name: str, department: Department | None, report: "Report") -> dict[str, Text]:
    """Return what the words of a field may mean, with their names (da: valg)."""
    if department is None:
        new = [each for each in report.meanings if each.field == name and each.means is not None]
        named = {each.means: each.written for each in reversed(new)}  # the first of them names it
        return {
            slug: Text(da=word, en=word)
            for slug, word in reversed(named.items())
            if slug is not None and slug not in _ANYTHING
        } or _WORDS_OF.get(name, {})
    if name == "team":
        return {team.slug: team.label for team in department.teams}
    if name == "case_type":
        from api.imports.meanings import case_types_of  # here: it loads numpy

        return {slug: _type_label(slug, department) for slug in case_types_of(department)}
    if name == "activity":
        return {
            episode.slug: episode.label or Text(da=episode.slug, en=episode.slug)
            for case_class in department.case_classes
            for episode in case_class.episodes
        }
    return _WORDS_OF.get(name, {})


def _strands_of(each: "Meaning", report: "Report") -> dict[str, Text]:
    """Of a word that sounds like a follow-up: on the cases of which type it may be (da: spor)."""
    from api.imports.word_hints import sounds_again, strand_means  # here: it loads numpy

    if each.means is None or each.means in _ANYTHING or not sounds_again(each.written):
        return {}
    own = each.means.rpartition("/")[2]
    return {
        strand_means(own, slug): Text(da=f"{of.da}/{each.written}", en=f"{of.en}/{each.written}")
        for slug, of in _words_of(each.field, None, report).items()
        if slug != each.means and "/" not in slug
    }


def _type_label(slug: str, department: Department) -> Text:
    own, _, strand = slug.partition("/")
    for each in department.case_classes:
        if own not in (each.slug, each.slug.removesuffix(f"-{each.team}")):
            continue
        if not strand:
            return each.label
        found = next((one for one in each.strands if one.slug == strand), None)
        if found is not None:
            return Text(
                da=f"{each.label.da}: {found.label.da}", en=f"{each.label.en}: {found.label.en}"
            )
    return Text(da=slug, en=slug)


def _label(kind: Kind, name: str) -> Text:
    found = field_of(kind, name)
    return Text(da=name, en=name) if found is None else found.label


def _asked(question: Question, kind: Kind) -> Text:
    """Put a question in the words of the page: which column, or which thing (da: spørgsmål)."""
    pairs = [choice.rpartition("=") for choice in question.choices]
    columns = list(dict.fromkeys(name for name, equals, _ in pairs if equals))
    meant = list(dict.fromkeys(id_ for _, _, id_ in pairs if id_ != UNUSED))
    labels = [_label(kind, id_) for id_ in meant]
    da, en = " eller ".join(each.da for each in labels), " or ".join(each.en for each in labels)
    if not columns:
        return Text(
            da=f"Der mangler en kolonne. Vælg i tabellen, hvilken der er: {da}.",
            en=f"A column is missing. Choose in the table which one is: {en}.",
        )
    named_da = " eller ".join(f"”{each}”" for each in columns)
    named_en = " or ".join(f"“{each}”" for each in columns)
    if len(columns) > 1:
        return Text(
            da=f"Hvilken kolonne er {da}: {named_da}? Vælg én i tabellen over kolonner.",
            en=f"Which column is {en}: {named_en}? Choose one in the table of columns.",
        )
    return Text(
        da=f"Hvad er kolonnen {named_da}: {da}? Vælg i tabellen over kolonner.",
        en=f"What is the column {named_en}: {en}? Choose in the table of columns.",
    )


def _fault(error: CellError) -> CellFault:
    return CellFault(
        place=cell_place(error),
        heading=error.heading or "",
        value=error.value or "",
        problem=error.problem,
        what_to_do=error.what_to_do,
    )
