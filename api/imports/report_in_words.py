"""A report as a terminal shows it (da: rapporten i ord)."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, TypeAlias

from api.errors import cell_place
from api.imports.columns import Sureness
from api.imports.fields import KIND_LABELS, Kind, field
from api.option_names import as_options, option_names
from api.uploads import letter, shown_value
from capacity.staff_history import AwayReason
from capacity.wording import Language, Text, shown

if TYPE_CHECKING:
    from api.imports.causes import Cause
    from api.imports.report import Count, Report
    from api.uploads import CellError

_Said: TypeAlias = Callable[[Text], str]
"""Words in the reader's language, with the options of the terminal in them."""
_MOST_VALUES = 40
_SURENESS = {
    Sureness.STATED: Text(da="sagt", en="stated"),
    Sureness.REMEMBERED: Text(da="husket", en="remembered"),
    Sureness.SURE: Text(da="sikker", en="sure"),
    Sureness.NEW: Text(da="nyt navn", en="new name"),
    Sureness.LIKELY: Text(da="gættet", en="guessed"),
    Sureness.ASKED: Text(da="spørges", en="asked"),
    Sureness.UNUSED: Text(da="bruges ikke", en="not used"),
}
_COUNTED = {
    "team": Text(da="pr. team", en="by team"),
    "case_type": Text(da="pr. sagstype", en="by case type"),
    "year": Text(da="pr. ankomstår", en="by year of arrival"),
    "open": Text(da="åbne på udtræksdatoen", en="open on the day of the list"),
    "people": Text(da="medarbejdere", en="people"),
    "employed": Text(da="ansat på udtræksdatoen", en="employed on the day of the list"),
    "activity": Text(da="pr. arbejdsgang", en="by activity"),
    "reason": Text(da="pr. årsag", en="by reason"),
}
_NO_TOTAL = {"open", "people", "employed"}
_REASONS: Mapping[str, Text] = {
    AwayReason.SICKNESS: Text(da="sygdom", en="sickness"),
    AwayReason.PARENTAL_LEAVE: Text(da="barsel", en="parental leave"),
    AwayReason.UNPAID_LEAVE: Text(da="orlov", en="unpaid leave"),
    AwayReason.HOLIDAY: Text(da="ferie", en="holiday"),
}
_OPTIONS: Mapping[str, str] = {"map": "--map", "values": "--value"}
"""What the parameters of a report are called where no command says otherwise."""


def report_in_words(
    report: "Report",
    language: Language,
    ending: Text | None = None,
    *,
    more: str = "",
    options: Mapping[str, str] | None = None,
    every_error: bool = False,
) -> str:
    """Write a report for a terminal (da: rapport).

    `ending` is what is said in the end, where it is not that nothing is kept of the list; `more`
    stands before it. `options` is what some parameters are called here and not elsewhere. With
    `every_error` each of those that are listed has its line, else each cause.
    """

    def said(words: Text) -> str:
        return as_options(words.in_language(language), named)

    named = {**_OPTIONS, **option_names(options or {})}
    notes = [*(each.said for each in report.unread), *report.noted]
    parts = [
        _heading(report, language),
        _columns(report, language),
        _values(report, language),
        _counts(report, language),
        _preview(report.kind, report.preview, language),
        _listed(
            Text(da="Bemærk", en="Note"),
            [said(each) for each in notes],
            language,
        ),
        _listed(
            Text(da="Spørgsmål", en="Questions"),
            [said(each.asked) for each in report.questions],
            language,
        ),
        _errors(report, language, said, every_error=every_error),
        more,
        _ending(report, language) if ending is None else ending.in_language(language),
    ]
    return "\n\n".join(part for part in parts if part)


def _heading(report: "Report", language: Language) -> str:
    kind = KIND_LABELS[report.kind].in_language(language)
    sheet = f" ({shown_value(report.sheet)})" if report.sheet else ""
    used, one = shown(report.rows_understood, 0, language), report.rows == 1
    rows = shown(report.rows, 0, language)
    lines = [
        f"{shown_value(report.file)}{sheet}: {kind}",
        Text(
            da=f"{rows} {'række' if one else 'rækker'}, heraf {used} forstået, "
            f"{shown(report.rows_at_fault, 0, 'da')} med fejl, "
            f"{shown(report.rows_omitted, 0, 'da')} udeladt",
            en=f"{rows} {'row' if one else 'rows'}, of which {used} understood, "
            f"{shown(report.rows_at_fault, 0, 'en')} with errors, "
            f"{shown(report.rows_omitted, 0, 'en')} left out",
        ).in_language(language),
    ]
    if report.remembered is not None:
        lines.append(report.remembered.in_language(language))
    return "\n".join(lines)


def _columns(report: "Report", language: Language) -> str:
    rows = []
    for use in report.columns[:100]:
        found = None if use.field is None else field(report.kind, use.field)
        label = "" if found is None else f"{found.label.in_language(language)} ({found.id})"
        rows.append(
            (
                letter(use.column),
                shown_value(use.heading),
                label,
                _SURENESS[use.sureness].in_language(language),
                use.why.in_language(language) if use.sureness is Sureness.LIKELY else "",
            )
        )
    title = Text(da="Kolonner", en="Columns").in_language(language)
    return f"{title}\n{_table(rows)}" if rows else ""


def _values(report: "Report", language: Language) -> str:
    rows = [
        (
            each.field,
            shown_value(each.written),
            each.means or "?!",
            _SURENESS[each.sureness].in_language(language),
            shown(each.rows, 0, language),
        )
        for each in report.meanings[:_MOST_VALUES]
    ]
    title = Text(da="Værdier", en="Values").in_language(language)
    return f"{title}\n{_table(rows)}" if rows else ""


def _counts(report: "Report", language: Language) -> str:
    lines = []
    if report.first_day is not None:
        lines.append(f"{report.first_day} – {report.last_day}")
    for of in dict.fromkeys(each.of for each in report.counts):
        label = _COUNTED[of].in_language(language)
        counted = [_counted(each, language) for each in report.counts if each.of == of]
        lines.append(f"{label}: {', '.join(counted)}")
    return "\n".join(lines)


def _counted(count: "Count", language: Language) -> str:
    few = Text(da="få", en="few").in_language(language)
    rows = few if count.rows is None else shown(count.rows, 0, language)
    if count.of in _NO_TOTAL:
        return rows
    known = _REASONS.get(count.name) if count.of == "reason" else None
    return f"{known.in_language(language) if known else count.name} ({rows})"


def _preview(kind: Kind, rows: Sequence[Mapping[str, str]], language: Language) -> str:
    title = Text(da="De første rækker, som de er forstået", en="The first rows, as understood")

    def cell(name: str, value: str) -> str:
        found = field(kind, name)
        return f"{name if found is None else found.label.in_language(language)}: {value}"

    lines = [
        "  " + ", ".join(cell(name, value) for name, value in row.items() if value) for row in rows
    ]
    return "\n".join([title.in_language(language), *lines]) if lines else ""


def _errors(report: "Report", language: Language, said: _Said, *, every_error: bool) -> str:
    if not report.error_count:
        return ""
    count = shown(report.error_count, 0, language)
    causes, listed = len(report.causes), report.errors[: len(report.errors) if every_error else 0]
    title = Text(
        da=f"Fejl: {count}" + (f", af {causes} slags" if 1 < causes < report.error_count else ""),
        en=f"Errors: {count}" + (f", of {causes} kinds" if 1 < causes < report.error_count else ""),
    )
    if every_error:
        lines, told = [_error_line(each, said) for each in listed], len(listed)
    else:
        lines = [line for each in report.causes for line in _cause_lines(each, language, said)]
        told = sum(each.errors for each in report.causes)
    more = shown(report.error_count - told, 0, language)
    if told < report.error_count:
        and_more = Text(da=f"  … og {more} til", en=f"  … and {more} more")
        lines.append(and_more.in_language(language))
    elif not every_error and any(each.errors > 1 for each in report.causes):
        each_alone = Text(
            da="  Hver fejl for sig: skriv --every-error.", en="  Each error alone: --every-error."
        )
        lines.append(each_alone.in_language(language))
    return "\n".join([title.in_language(language), *lines])


def _cause_lines(cause: "Cause", language: Language, said: _Said) -> Iterator[str]:
    """Write one cause: how many rows have it, the first of them, and what to do."""
    if cause.errors == 1:
        yield _error_line(cause.cells[0], said)
    else:
        cells = ", ".join(
            f"{each.row}" + (f" “{each.value}”" if each.value else "") for each in cause.cells
        )
        first, more = cause.cells[0], ", …" if cause.errors > len(cause.cells) else ""
        place = f"{first.column} {first.heading or ''}".strip() if first.column else first.file
        rows, one = shown(cause.rows, 0, language), cause.rows == 1
        counted = Text(
            da=f"{rows} {'række' if one else 'rækker'}: {cells}{more}",
            en=f"{rows} {'row' if one else 'rows'}: {cells}{more}",
        )
        yield (
            f"  {place}: {said(cause.problem)} ({counted.in_language(language)}); "
            f"{said(cause.what_to_do)}"
        )
    if cause.wrong_column is not None:
        yield f"    {said(cause.wrong_column.asked)}"


def _error_line(error: "CellError", said: _Said) -> str:
    value = f" “{error.value}”" if error.value else ""
    heading = f" {error.heading}" if error.heading else ""
    return f"  {cell_place(error)}{heading}{value}: {said(error.problem)}; {said(error.what_to_do)}"


def _ending(report: "Report", language: Language) -> str:
    if report.may_be_accepted:
        return Text(
            da="Intet er gemt. Skriv --accept for at gemme listen.",
            en="Nothing is kept. Write --accept to keep the list.",
        ).in_language(language)
    return Text(
        da="Intet er gemt: ret fejlene og svar på spørgsmålene, eller udelad rækkerne med fejl "
        "(--leave-out-errors).",
        en="Nothing is kept: correct the errors and answer the questions, or leave the rows at "
        "fault out (--leave-out-errors).",
    ).in_language(language)


def _listed(title: Text, lines: Sequence[str], language: Language) -> str:
    return (
        "\n".join([title.in_language(language), *(f"  {each}" for each in lines)]) if lines else ""
    )


def _table(rows: Sequence[Sequence[str]]) -> str:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join(
        "  " + "  ".join(f"{cell:<{wide}}" for cell, wide in zip(row, widths, strict=True)).rstrip()
        for row in rows
    )
