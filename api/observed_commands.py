"""`caseload observed` and `caseload review-size`: a department's own deadlines in the terminal."""

from collections.abc import Mapping, Sequence
from datetime import date
from fractions import Fraction
from textwrap import fill
from typing import TYPE_CHECKING, Annotated, Any

import typer

from api.options import Database, Lang
from api.quantities import count, day, share
from api.quick_start import load_numba, quickly
from api.terminal import read, read_if_written, refusals_in
from capacity.errors import InvalidInput
from capacity.wording import Language, Text, percent, shown

if TYPE_CHECKING:  # numpy and the simulation are loaded by whoever reads a list
    from simulations.case_history import CaseHistory

_WIDTH = 88
_NOTHING = "–"


def observed(  # noqa: PLR0913  (one option each)
    department: Annotated[str, typer.Argument(help="Afdelingen (department).")],
    by: Annotated[
        str, typer.Option(help="Opdeling: team, case_class, month, med semikolon (divided by).")
    ] = "",
    deadline: Annotated[
        str | None, typer.Option(help="Kun denne frists regel (only this deadline).")
    ] = None,
    from_: Annotated[str | None, typer.Option("--from", help="Første dag (first day).")] = None,
    to: Annotated[str | None, typer.Option(help="Dagen efter den sidste (the day after).")] = None,
    chart: Annotated[
        str | None,
        typer.Option(help="I stedet et seriediagram over fristen (a control chart of it)."),
    ] = None,
    team: Annotated[str | None, typer.Option(help="Kun dette team i diagrammet (team).")] = None,
    phases: Annotated[
        str | None,
        typer.Option(help="Dage, hvor en ny fase begynder, med semikolon (new phases)."),
    ] = None,
    shared: Annotated[
        bool, typer.Option("--shared", help="Udelad små tal, så tabellen kan deles (to share).")
    ] = False,
    database: Database = None,
    lang: Lang = "da",
) -> None:
    """Hvad der blev af afdelingens egne frister (what became of its own deadlines)."""
    with refusals_in(lang), quickly():
        load_numba()
        from api.observed_answers import chart_rows, compliance_rows, compliance_sentence

        history = _history(department, database)
        if chart is not None and shared:
            raise InvalidInput(
                Text(
                    da="hører til tabellen: et diagram viser hver måneds tal; del tabellen i "
                    "stedet",
                    en="belongs to the table: a chart shows the numbers of each month; share the "
                    "table instead",
                ),
                field="shared",
            )
        if chart is not None:
            rows, sentence = chart_rows(history, chart, team=team, phases=phases)
            table = _table(_CHART, rows, lang)
        else:
            if team is not None or phases is not None:
                raise InvalidInput(
                    Text(
                        da="hører til et diagram; skriv også --chart med fristens regel",
                        en="belongs to a chart; write --chart with the deadline's rule too",
                    ),
                    field="team" if team is not None else "phases",
                )
            counted, rows = compliance_rows(
                history,
                from_=read_if_written(day, "from", from_),
                to=read_if_written(day, "to", to),
                by=by,
                deadline=deadline,
                shared=shared,
            )
            sentence = compliance_sentence(counted, deadline, shared=shared)
            table = _table(_COUNTED, rows, lang)
        words = fill(sentence.in_language(lang), _WIDTH, break_on_hyphens=False)
        typer.echo("\n\n".join(part for part in (words, table) if part))


def review_size(
    precision: Annotated[
        str | None, typer.Option(help="Ønsket usikkerhed: 0,1 eller 10% for ±10 (precision).")
    ] = None,
    reviewed: Annotated[
        str | None, typer.Option(help="I stedet: hvad så mange sager kan sige (reviewed).")
    ] = None,
    expected: Annotated[
        str | None, typer.Option("--share", help="Ventet andel; ellers den værste, 0,5 (share).")
    ] = None,
    levels: Annotated[
        str, typer.Option(help="2, eller 3 for overholdt, delvist, ikke (levels).")
    ] = "2",
    cases: Annotated[
        str | None, typer.Option(help="Sager i alt, når kun de skal bedømmes (cases in all).")
    ] = None,
    lang: Lang = "da",
) -> None:
    """Hvor mange sager en gennemgang skal rumme (how many case files to review)."""
    from capacity import review_size as sizes

    with refusals_in(lang):
        if (precision is None) == (reviewed is None):
            raise InvalidInput(
                Text(
                    da="skriv enten --precision 0,1 eller --reviewed 14",
                    en="write either --precision 0.1 or --reviewed 14",
                ),
                field="precision",
            )
        of_levels = read(count, "levels", levels)
        population = read_if_written(count, "cases", cases)
        if reviewed is not None:
            told = sizes.review_precision(
                read(count, "reviewed", reviewed), levels=of_levels, population=population
            )
            sentence = sizes.review_precision_sentence(told)
        else:
            found = sizes.review_size(
                read(share, "precision", precision or ""),
                share=read_if_written(share, "share", expected),
                levels=of_levels,
                population=population,
            )
            sentence = sizes.review_size_sentence(found)
        typer.echo(fill(sentence.in_language(lang), _WIDTH, break_on_hyphens=False))


def _history(department: str, database: str | None) -> "CaseHistory":
    """The newest case list that was accepted; `InvalidInput` says how one is imported."""
    from api.database import database_engine, migrate
    from api.imports.fields import Kind
    from api.serving import own_file
    from api.store.histories import read_past
    from simulations.case_history import CaseHistory

    engine = database_engine(database or str(own_file()))
    try:
        migrate(engine)
        whose, lists = read_past(engine, department, [Kind.CASES])
    finally:
        engine.dispose()
    found = lists[Kind.CASES]
    if not isinstance(found, CaseHistory):
        raise InvalidInput(
            Text(
                da="afdelingen har ingen sagsliste endnu; læs den ind: caseload import cases FIL "
                f"--department {whose.slug} --accept …",
                en="the department has no case list yet; import one: caseload import cases FILE "
                f"--department {whose.slug} --accept …",
            ),
            field="department",
        )
    return found


_COUNTED: Mapping[str, Text] = {
    "deadline": Text(da="frist", en="deadline"),
    "law_from": Text(da="regler fra", en="rules from"),
    "team": Text(da="team", en="team"),
    "case_class": Text(da="sagstype", en="case type"),
    "month": Text(da="forfalder", en="due in"),
    "in_time": Text(da="til tiden", en="in time"),
    "due": Text(da="forfaldne", en="due"),
    "share": Text(da="andel", en="share"),
    "interval_low": Text(da="fra", en="low"),
    "interval_high": Text(da="til", en="high"),
    "open_and_overdue": Text(da="åbne for sent", en="open, overdue"),
    "not_yet_due": Text(da="ikke forfaldne", en="not yet due"),
    "not_required": Text(da="bortfaldne", en="not required"),
    "unknown": Text(da="uafgjorte", en="unsettled"),
    "is_total": Text(da="i alt", en="total"),
}
_CHART: Mapping[str, Text] = {
    "month": Text(da="forfalder", en="due in"),
    "phase": Text(da="fase", en="phase"),
    "in_time": Text(da="til tiden", en="in time"),
    "due": Text(da="forfaldne", en="due"),
    "share": Text(da="andel", en="share"),
    "median": Text(da="median", en="median"),
    "low": Text(da="nedre grænse", en="lower limit"),
    "high": Text(da="øvre grænse", en="upper limit"),
    "outside": Text(da="udenfor", en="outside"),
}
_ALWAYS = ("in_time", "due", "share")
_WORDS = ("deadline", "team", "case_class")


def _table(
    headings: Mapping[str, Text], rows: Sequence[Mapping[str, Any]], language: Language
) -> str:
    """Set rows in columns: words to the left, numbers to the right; empty columns are left out."""
    if not rows:
        return ""
    names = [
        name
        for name in headings
        if name in _ALWAYS or any(row[name] is not None and row[name] != 0 for row in rows)
    ]
    cells = [[headings[name].in_language(language) for name in names]]
    cells += [[_cell(name, row[name], language) for name in names] for row in rows]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    return "\n".join(
        "  ".join(
            f"{cell:<{width}}" if name in _WORDS else f"{cell:>{width}}"
            for name, cell, width in zip(names, line, widths, strict=True)
        ).rstrip()
        for line in cells
    )


def _cell(name: str, value: object, language: Language) -> str:
    match value:
        case None:
            return _NOTHING
        case bool():
            return {"da": "ja", "en": "yes"}[language] if value else ""
        case date():
            return f"{value:%Y-%m}" if name == "month" else str(value)
        case int():
            return shown(value, 0, language)
        case Fraction() | float():
            return percent(Fraction(value), language)
    return str(value)
