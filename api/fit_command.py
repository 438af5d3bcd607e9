"""`caseload fit`: a department fitted to its own past, shown in the terminal and then kept.

Nothing is stored without `--accept`.
"""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from textwrap import fill
from typing import TYPE_CHECKING, Annotated

import typer

from api.options import Database, Lang
from api.quick_start import load_numba, quickly
from api.terminal import LOADING, refusals_in, told_if_slow
from capacity.department import Department
from capacity.errors import InvalidInput
from capacity.rulebook import rulebook
from capacity.wording import Language, Text, in_full, percent

if TYPE_CHECKING:
    from api.jobs.fit import FitRow

_BY = "caseload fit"
_CREATED = 201
_WIDTH = 96
_FITTING = Text(da="tilpasser; det kan tage nogle minutter", en="fitting; it may take some minutes")


def fit(  # noqa: PLR0913  (one option each)
    department: Annotated[str, typer.Argument(help="Afdelingen (department).")],
    held_out: Annotated[
        str,
        typer.Option(help="Den sidste del, der forudsiges: year, half-year, quarter, nothing."),
    ] = "year",
    policies: Annotated[
        str | None,
        typer.Option(help="Mulige rækkefølger: team:earliest_due,first_come;… (orders of work)."),
    ] = None,
    effort: Annotated[
        str | None, typer.Option(help="Skøn over tidsforbrug: 0,8..1,25 (estimate).")
    ] = None,
    said_by: Annotated[str | None, typer.Option(help="Hvis skøn det er (whose).")] = None,
    seed: Annotated[str, typer.Option(help="Frø (seed).")] = "1",
    accept: Annotated[
        bool, typer.Option("--accept", help="Gem som næste version (keep it).")
    ] = False,
    accept_unexplained: Annotated[
        bool,
        typer.Option(
            "--accept-unexplained",
            help="Gem også et hold, hvis fortid modellen ikke forklarer (keep the unexplained).",
        ),
    ] = False,
    database: Database = None,
    lang: Lang = "da",
) -> None:
    """Tilpas en afdeling til listerne over dens fortid (fit a department to its past)."""
    with refusals_in(lang), quickly():
        with told_if_slow(LOADING, lang):
            load_numba()
            from api.database import database_engine, migrate
            from api.fit_terms import LISTS, fit_calculation
            from api.imports.fields import Kind
            from api.jobs.calculation import Running
            from api.jobs.fit import FitTable, HeldOut, department_to_keep, fitted_department
            from api.left_out_rows import left_out_sentence
            from api.quantities import count
            from api.serving import own_file
            from api.store.audit import audited_command
            from api.store.histories import keep_fitted, read_newest, read_past
            from simulations.back_test import untested_sentence

        if held_out not in list(HeldOut):
            known = ", ".join(HeldOut)
            raise InvalidInput(
                Text(da=f"skriv en af {known}", en=f"write one of {known}"), field="held_out"
            )
        engine = database_engine(database or str(own_file()))
        try:
            migrate(engine)
            before, lists = read_past(engine, department, LISTS)
            accepted = read_newest(engine, before.slug, (*LISTS, Kind.ABSENCE))
            calculation = fit_calculation(
                before,
                lists,
                held_out=HeldOut(held_out),
                policies=policies,
                effort=effort,
                said_by=said_by,
                seed=count(seed),
            )
            calculation.steps()
            with _progress(lang) as on_progress:
                found = calculation.found(Running(None, on_progress))
            assert isinstance(found.answer, FitTable)
            fitted = fitted_department(found.answer)
            typer.echo(fit_written(found.answer.rows, fitted, lang))
            if left_out := left_out_sentence(accepted):
                typer.echo(f"\n{_paragraph(left_out.in_language(lang), indent='')}")
            if untested := untested_sentence(fitted, rulebook()):
                typer.echo(f"\n{_paragraph(untested.in_language(lang), indent='')}")
            if accept:
                fitted = department_to_keep(found.answer, accept_unexplained=accept_unexplained)
                kept = keep_fitted(engine, fitted, of=before, by=_BY)
                about = f"/v1/departments/{kept.slug}"
                audited_command(engine, who=_BY, did="fit", about=about, status=_CREATED)
                said = Text(da=f"Gemt som {kept.address}", en=f"Kept as {kept.address}")
            else:
                said = Text(
                    da="Intet er gemt; gem med --accept", en="Nothing is kept; keep with --accept"
                )
            typer.echo(f"\n{said.in_language(lang)}")
        finally:
            engine.dispose()


def fit_written(rows: "tuple[FitRow, ...]", fitted: Department, language: Language) -> str:
    """Write each input and back-test: its name, its value with the interval, and what it says.

    Of a team whose past is not explained, what it says comes before the value: nobody is to read
    that alone.
    """
    unexplained = fitted.fit.unexplained if fitted.fit else ()
    written = []
    for row in rows:
        value, low, high = (
            percent(each, language) if row.explains else in_full(each, language)
            for each in (row.value, row.low, row.high)
        )
        unit = "" if row.explains else f" {row.unit.in_language(language)}"
        heading, found = row.what.in_language(language), f"{value} ({low} – {high}){unit}"
        said = _paragraph(row.says.in_language(language))
        is_explained = not any(row.about.startswith(f"teams.{team}.") for team in unexplained)
        lines = [f"{heading}: {found}", said] if is_explained else [heading, said, f"  {found}"]
        written.append("\n".join(lines))
    return "\n\n".join(written)


def _paragraph(words: str, indent: str = "  ") -> str:
    return fill(
        words, _WIDTH, initial_indent=indent, subsequent_indent=indent, break_on_hyphens=False
    )


@contextmanager
def _progress(language: Language) -> Iterator[Callable[[int, int | None], None]]:
    """Show a bar on the error stream where somebody watches it."""
    if not sys.stderr.isatty():
        with told_if_slow(_FITTING, language):
            yield lambda _done, _of: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    label = Text(da="tilpasser", en="fitting").in_language(language)
    with Progress(
        TextColumn(label),
        BarColumn(),
        TimeElapsedColumn(),
        console=Console(stderr=True),
        transient=True,
    ) as bar:
        task = bar.add_task(label, total=None)
        yield lambda done, of: bar.update(task, completed=done, total=of)
