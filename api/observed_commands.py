"""`caseload observed` and `caseload review-size`: a department's own deadlines in the terminal."""

from collections.abc import Mapping, Sequence
from datetime import date
from fractions import Fraction
from textwrap import fill
from typing import TYPE_CHECKING, Annotated, Any

import typer

from api.options import Database, Lang
from api.quantities import count, share
from api.quick_start import load_numba, quickly
from api.terminal import day, read, read_if_written, refusals_in
from capacity.errors import InvalidInput
from capacity.wording import Language, Text, percent, shown

if TYPE_CHECKING:  # numpy and the simulation are loaded by whoever reads a list
    from api.store.histories import AcceptedList
    from capacity.department import Department
    from simulations.case_history import CaseHistory

_WIDTH = 88
_NOTHING = "–"
_HELD = "\u00a0"


def observed(  # noqa: PLR0913  (one option each)
    department: Annotated[str, typer.Argument(help="Afdelingen (department).")],
    by: Annotated[
        str,
        typer.Option(
            help="Opdeling: team, case_class, month, quarter, year, med semikolon (divided by)."
        ),
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
        from api.control_chart_answers import chart_rows
        from api.left_out_rows import with_left_out
        from api.listed_names import listed_names
        from api.observed_answers import compliance_rows, divided_by
        from api.observed_sentences import compliance_sentence

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
        of_table = {"by": by or None, "deadline": deadline, "from": from_, "to": to}
        if chart is not None and any(of_table.values()):
            raise InvalidInput(
                Text(
                    da="hører til tabellen: et diagram viser altid én frist måned for måned, og "
                    "--team er det, der vælger et team; udelad det, eller udelad --chart",
                    en="belongs to the table: a chart always shows one deadline month by month, "
                    "and --team is what chooses a team; leave it out, or leave out --chart",
                ),
                field=next(name for name, said in of_table.items() if said),
            )
        if chart is None and (team is not None or phases is not None):
            raise InvalidInput(
                Text(
                    da="hører til et diagram; skriv også --chart med fristens regel",
                    en="belongs to a chart; write --chart with the deadline's rule too",
                ),
                field="team" if team is not None else "phases",
            )
        whose, history, accepted = _history(department, database)
        names = listed_names(whose)
        if chart is not None:
            begins = read_if_written(_days, "phases", phases)
            rows, sentence = chart_rows(history, chart, team=team, phases=begins, names=names)
            table, keys = _table(_CHART, rows, lang), ""
        else:
            counted, rows = compliance_rows(
                history,
                from_=read_if_written(day, "from", from_),
                to=read_if_written(day, "to", to),
                by=by,
                deadline=deadline,
                shared=shared,
                names=names,
            )
            sentence = compliance_sentence(counted, deadline, shared=shared, divided=divided_by(by))
            table, keys = _table(_COUNTED, rows, lang), _keys(rows, lang)
        words = _filled(with_left_out(sentence, accepted).in_language(lang))
        typer.echo("\n\n".join(part for part in (words, table, keys) if part))


def _days(written: str) -> str:
    """Write days with semicolons between them as the service reads them (da: dage)."""
    return ";".join(f"{day(each.strip())}" for each in written.split(";") if each.strip())


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
        typer.echo(_filled(sentence.in_language(lang)))


def _filled(words: str) -> str:
    """Break words into lines, but no number from its percent sign."""
    held = words.replace(" %", f"{_HELD}%")
    return fill(held, _WIDTH, break_on_hyphens=False).replace(_HELD, " ")


def _history(
    department: str, database: str | None
) -> "tuple[Department, CaseHistory, tuple[AcceptedList, ...]]":
    """A department, its newest case list and how that was accepted.

    `InvalidInput` says how one is imported.
    """
    from api.database import database_engine, migrate
    from api.imports.fields import Kind
    from api.serving import own_file
    from api.store.histories import read_newest, read_past
    from simulations.case_history import CaseHistory

    engine = database_engine(database or str(own_file()))
    try:
        migrate(engine)
        whose, lists = read_past(engine, department, [Kind.CASES])
        accepted = read_newest(engine, whose.slug, [Kind.CASES])
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
    return whose, found, accepted


_COUNTED: Mapping[str, Text] = {
    "deadline_label": Text(da="frist", en="deadline"),
    "law_from": Text(da="regler fra", en="rules from"),
    "team_label": Text(da="team", en="team"),
    "case_class_label": Text(da="sagstype", en="case type"),
    "year": Text(da="forfaldsår", en="year due"),
    "quarter": Text(da="forfaldskvartal", en="quarter due"),
    "month": Text(da="forfaldsmåned", en="month due"),
    "in_time": Text(da="til tiden", en="in time"),
    "due": Text(da="forfaldne", en="due"),
    "share": Text(da="andel", en="share"),
    "interval_low": Text(da="95 % fra", en="95% from"),
    "interval_high": Text(da="til", en="to"),
    "late": Text(da="for sent", en="late"),
    "open_and_overdue": Text(da="åbne efter frist", en="open, overdue"),
    "not_yet_due": Text(da="ikke forfaldne", en="not yet due"),
    "not_required": Text(da="bortfaldne", en="not required"),
    "unknown": Text(da="uafgjorte", en="unsettled"),
}
_CHART: Mapping[str, Text] = {
    "month": Text(da="forfaldsmåned", en="month due"),
    "phase": Text(da="fase", en="phase"),
    "in_time": Text(da="til tiden", en="in time"),
    "due": Text(da="forfaldne", en="due"),
    "share": Text(da="andel", en="share"),
    "median": Text(da="median", en="median"),
    "low": Text(da="nedre grænse", en="lower limit"),
    "high": Text(da="øvre grænse", en="upper limit"),
    "outside": Text(da="uden for", en="outside"),
}
_ALWAYS = ("in_time", "due", "share")
_WORDS = ("deadline_label", "team_label", "case_class_label")
_DIVISIONS = ("team_label", "case_class_label", "year", "quarter", "month")
_TOTAL = Text(da="i alt", en="total")
_KEYS: Mapping[str, Text] = {
    "deadline": Text(da="frist", en="deadline"),
    "team": Text(da="team", en="team"),
    "case_class": Text(da="sagstype", en="case type"),
}
_KEYS_ARE = Text(da="Korte navne:", en="Short names:")


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
    cells += [_line(names, row, language) for row in rows]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    return "\n".join(
        "  ".join(
            f"{cell:<{width}}" if name in _WORDS else f"{cell:>{width}}"
            for name, cell, width in zip(names, line, widths, strict=True)
        ).rstrip()
        for line in cells
    )


def _line(names: Sequence[str], row: Mapping[str, Any], language: Language) -> list[str]:
    """One row in cells; a total says so where the others say what they are of."""
    cells = [_cell(name, row[name], language) for name in names]
    if row.get("is_total"):
        divided = [place for place, name in enumerate(names) if name in _DIVISIONS]
        for place in divided:
            cells[place] = ""
        for place in divided[:1]:
            cells[place] = _TOTAL.in_language(language)
    return cells


def _keys(rows: Sequence[Mapping[str, Any]], language: Language) -> str:
    """Say below a table by which short names its options and other tables know what is in it."""
    found = {
        (name, row[name]): row[f"{name}_label"].in_language(language)
        for name in _KEYS
        for row in rows
        if row[name]
    }
    told = [
        (f"  {_KEYS[name].in_language(language)} {label}", key)
        for (name, key), label in found.items()
        if label != key
    ]
    if not told:
        return ""
    width = max(len(words) for words, _ in told)
    return "\n".join(
        [_KEYS_ARE.in_language(language), *(f"{words:<{width}}  {key}" for words, key in told)]
    )


def _cell(name: str, value: object, language: Language) -> str:
    match value:
        case None:
            return _NOTHING
        case bool():
            return {"da": "ja", "en": "yes"}[language] if value else ""
        case Text():
            return value.in_language(language)
        case date() if name == "month":
            return f"{value:%Y-%m}"
        case date() if name == "quarter":
            quarter = (value.month + 2) // 3
            return (
                f"{quarter}. kvt. {value.year}" if language == "da" else f"{value.year} Q{quarter}"
            )
        case int() if name == "year":
            return str(value)
        case int():
            return shown(value, 0, language)
        case Fraction() | float():
            return percent(Fraction(value), language)
    return str(value)
