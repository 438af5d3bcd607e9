"""A report as a terminal shows it (da: rapporten i ord)."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from api.errors import cell_place
from api.imports.columns import Sureness
from api.imports.fields import KIND_LABELS, Kind, field
from api.uploads import letter, shown_value
from capacity.staff_history import AwayReason
from capacity.wording import Language, Text, shown

if TYPE_CHECKING:
    from api.imports.report import Count, Report

_MOST_ERRORS = 40
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
_PARAMETER = re.compile(r"\b(map|values)=([^;?]*?=(?:[a-z_]+|-|…)(?=[\s;,.)?]|$))")


def report_in_words(
    report: "Report", language: Language, ending: Text | None = None, *, more: str = ""
) -> str:
    """Write a report for a terminal (da: rapport).

    `ending` is what is said in the end, where it is not that nothing is kept of the list; `more`
    stands before it.
    """
    parts = [
        _heading(report, language),
        _columns(report, language),
        _values(report, language),
        _counts(report, language),
        _preview(report.kind, report.preview, language),
        _listed(
            Text(da="Bemærk", en="Note"),
            [each.in_language(language) for each in report.warnings],
            language,
        ),
        _listed(
            Text(da="Spørgsmål", en="Questions"),
            [as_options(each.asked.in_language(language)) for each in report.questions],
            language,
        ),
        _errors(report, language),
        more,
        _ending(report, language) if ending is None else ending.in_language(language),
    ]
    return "\n\n".join(part for part in parts if part)


def _heading(report: "Report", language: Language) -> str:
    kind = KIND_LABELS[report.kind].in_language(language)
    sheet = f" ({shown_value(report.sheet)})" if report.sheet else ""
    rows, used = shown(report.rows, 0, language), shown(report.rows_understood, 0, language)
    lines = [
        f"{shown_value(report.file)}{sheet}: {kind}",
        Text(
            da=f"{rows} rækker, heraf {used} forstået, "
            f"{shown(report.rows_at_fault, 0, 'da')} med fejl, "
            f"{shown(report.rows_omitted, 0, 'da')} udeladt",
            en=f"{rows} rows, of which {used} understood, "
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


def _errors(report: "Report", language: Language) -> str:
    if not report.error_count:
        return ""
    title = Text(
        da=f"Fejl: {shown(report.error_count, 0, 'da')}",
        en=f"Errors: {shown(report.error_count, 0, 'en')}",
    )
    lines = list(_error_lines(report, language))
    more = report.error_count - len(lines)
    if more:
        lines.append(
            Text(
                da=f"  … og {shown(more, 0, 'da')} til", en=f"  … and {shown(more, 0, 'en')} more"
            ).in_language(language)
        )
    return "\n".join([title.in_language(language), *lines])


def _error_lines(report: "Report", language: Language) -> Iterator[str]:
    for each in report.errors[:_MOST_ERRORS]:
        value = f" “{each.value}”" if each.value else ""
        heading = f" {each.heading}" if each.heading else ""
        yield (
            f"  {cell_place(each)}{heading}{value}: {each.problem.in_language(language)}; "
            f"{as_options(each.what_to_do.in_language(language))}"
        )


def as_options(words: str) -> str:
    """Write the parameters of a sentence as a terminal has them (da: som valgmuligheder).

    >>> as_options("skriv hvad det er: values=team:Team B=… (der er boern); ? for ukendt")
    'skriv hvad det er: --value "team:Team B=…" (der er boern); ? for ukendt'
    >>> as_options("skriv map=Felt 12=closed, eller map=Felt 12=-, hvis den ikke bruges")
    'skriv --map "Felt 12=closed", eller --map "Felt 12=-", hvis den ikke bruges'
    """
    return _PARAMETER.sub(lambda found: f'--{found[1].rstrip("s")} "{found[2]}"', words)


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
