"""`caseload import`: a file with a department's past, shown in the terminal and then accepted.

Nothing is stored without `--accept`.
"""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from api.options import Database, Lang
from api.privacy import masked
from api.quick_start import load_numba, quickly
from api.terminal import refusals_in
from capacity.errors import InvalidInput
from capacity.wording import Language, Text

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from api.imports.desk import Imported
    from api.imports.fields import Kind
    from api.imports.given import NewDepartment
    from api.imports.terms import Terms
    from api.uploads import Progress

_BY = "caseload import"
_ONLY_DRAFTED = Text(
    da="Intet er gemt. Skriv --accept for at gemme afdelingen og listen.",
    en="Nothing is kept. Write --accept to keep the department and the list.",
)


def import_file(  # noqa: PLR0913  (one option each)
    kind: Annotated[
        str,
        typer.Argument(help="cases, staff, absence, time-study, departments (listens slags)."),
    ],
    file: Annotated[Path, typer.Argument(help="CSV, XLSX eller ODS (the file).")],
    department: Annotated[
        str | None, typer.Option(help="Afdelingen, hvis fortid det er (department).")
    ] = None,
    new_department: Annotated[
        str | None,
        typer.Option(help="En afdeling, der ikke findes endnu, fx nord: lav et udkast (draft)."),
    ] = None,
    name: Annotated[str | None, typer.Option(help="Den nye afdelings navn (its name).")] = None,
    unit: Annotated[
        str | None, typer.Option(help="Hvad en sag er: child, family (what a case is).")
    ] = None,
    seen_on: Annotated[
        str | None, typer.Option(help="Udtræksdatoen: den sidste dag i listen (drawn on).")
    ] = None,
    complete_from: Annotated[
        str | None,
        typer.Option(help="Dagen, fra hvilken listen har alt, eller unknown (complete from)."),
    ] = None,
    source: Annotated[
        str | None, typer.Option(help="Systemet, hvis kolonner huskes, fx DUBU (source).")
    ] = None,
    map_: Annotated[
        list[str] | None,
        typer.Option("--map", help='En kolonne: "Sagsnr.=case_id"; - for ingen (a column).'),
    ] = None,
    value: Annotated[
        list[str] | None,
        typer.Option(
            help='Et ord: "team:Nord=undersoegelse-nord"; ? for ukendt, - udelades (a word).'
        ),
    ] = None,
    sheet: Annotated[str | None, typer.Option(help="Arket (the sheet).")] = None,
    allow: Annotated[
        list[str] | None,
        typer.Option(help="Overskrift på numre, der ligner CPR og ikke er det (exception)."),
    ] = None,
    leave_out_errors: Annotated[
        bool, typer.Option("--leave-out-errors", help="Udelad rækker med fejl (leave out).")
    ] = False,
    keep_names: Annotated[
        bool,
        typer.Option(
            "--keep-names", help="Gem medarbejdernes navne; det er personoplysninger (keep names)."
        ),
    ] = False,
    hide_below: Annotated[
        int | None, typer.Option(help="Skjul antal under dette (hide small counts).", min=1)
    ] = None,
    accept: Annotated[
        bool, typer.Option("--accept", help="Gem listen, hvis den er uden fejl (keep it).")
    ] = False,
    database: Database = None,
    lang: Lang = "da",
) -> None:
    """Læs en fil om afdelingens fortid: vis den, og gem den med --accept (import a file)."""
    with refusals_in(lang), quickly():
        from api.imports.terms import stated_mapping, stated_values, terms
        from api.today import today

        said = terms(
            kind,
            today=today(),
            unit=unit,
            seen_on=seen_on,
            complete_from=complete_from,
            keep_names=keep_names,
            source=source,
            mapping=_merged(stated_mapping(each) for each in map_ or ()),
            values=stated_values(";".join(value or ())),
            sheet=sheet,
            allow=frozenset(allow or ()),
            leave_out_errors=leave_out_errors,
        )
        whose = _whose(said.kind, department, new_department, name, accept=accept)
        load_numba()
        from api.database import database_engine, migrate
        from api.imports.draft_in_words import draft_in_words
        from api.imports.report_in_words import report_in_words

        engine = database_engine(_named(database))
        try:
            migrate(engine)
            with _progress(lang) as on_progress, _cells_told(lang):
                found = _read(engine, _readable(file), said, whose, accept, on_progress)
        finally:
            engine.dispose()
        report = found.report.suppressed(hide_below) if hide_below else found.report
        draft = "" if found.drafted is None else draft_in_words(found.drafted, lang)
        typer.echo(report_in_words(report, lang, _ending(found), more=draft))
        if not found.report.may_be_accepted:
            raise typer.Exit(1)


def _whose(
    kind: "Kind", department: str | None, new: str | None, name: str | None, *, accept: bool
) -> "str | NewDepartment | None":
    """Read whose past it is: a department that is there, or one to be drafted."""
    from api.imports.fields import Kind
    from api.imports.given import NewDepartment

    if new is None:
        if name is not None:
            raise _refused(
                "name",
                "navnet er en ny afdelings; skriv også --new-department",
                "the name is a new department's; write --new-department too",
            )
        if accept and department is None:
            raise _refused("department", "skriv, hvis fortid det er", "write whose past it is")
        return department
    if department is not None:
        raise _refused(
            "new_department",
            "skriv enten --department eller --new-department",
            "write either --department or --new-department",
        )
    if kind is not Kind.CASES:
        raise _refused(
            "new_department",
            "et udkast laves af en sagsliste, cases; de andre lister læses ind bagefter",
            "a draft is made of a case list, cases; the other lists are imported afterwards",
        )
    if name is None or not name.strip():
        raise _refused(
            "name", "skriv afdelingens navn med --name", "write the department's name with --name"
        )
    return NewDepartment(slug=new, name=Text(da=name.strip(), en=name.strip()))


def _refused(field: str, da: str, en: str) -> InvalidInput:
    return InvalidInput(Text(da=da, en=en), field=field)


def _read(
    engine: "Engine",
    file: Path,
    said: "Terms",
    whose: "str | NewDepartment | None",
    accept: bool,
    on_progress: "Callable[[Progress], None] | None",
) -> "Imported":
    from api.imports.desk import Acceptance, drafted, drafted_and_kept, imported
    from api.imports.given import NewDepartment

    if isinstance(whose, NewDepartment):
        if accept:
            return drafted_and_kept(engine, file, file.name, said, whose, _BY, on_progress)
        return drafted(engine, file, file.name, said, whose, on_progress)
    said_so = None
    if accept and whose is not None:
        said_so = Acceptance(slug=whose.partition("@")[0], token=None, by=_BY)
    return imported(engine, file, file.name, said, whose, said_so, on_progress)


def _ending(found: "Imported") -> Text | None:
    """Say what was kept, and what comes next (da: gemt)."""
    kept, drafted = found.accepted, found.drafted
    if kept is None:
        return None if drafted is None or not found.report.may_be_accepted else _ONLY_DRAFTED
    if drafted is None:
        return Text(da=f"Gemt som liste {kept.id}", en=f"Kept as list {kept.id}")
    slug = drafted.slug
    return Text(
        da=f"Gemt: afdelingen {drafted.address} og dens liste {kept.id}. Læs nu personalelisten "
        f"ind: caseload import staff FIL --department {slug} …; derefter caseload fit {slug}",
        en=f"Kept: the department {drafted.address} and its list {kept.id}. Now import the staff "
        f"list: caseload import staff FILE --department {slug} …; then caseload fit {slug}",
    )


@contextmanager
def _cells_told(language: Language) -> Iterator[None]:
    """Name the cells of a file that cannot be taken, one a line, and end with code 1."""
    from api.errors import cell_place
    from api.uploads import UploadRefused, UploadTooLarge

    try:
        yield
    except (UploadRefused, UploadTooLarge) as error:
        lines = [error.message.in_language(language)]
        lines += [
            f"  {cell_place(each)}: {each.problem.in_language(language)}; "
            f"{each.what_to_do.in_language(language)}"
            for each in getattr(error, "errors", ())
        ]
        typer.echo(masked("\n".join(lines)), err=True)
        raise typer.Exit(1) from error


def _merged(said: Iterator[dict[str, str]]) -> dict[str, str]:
    merged: dict[str, str] = {}
    for each in said:
        merged |= each
    return merged


def _readable(file: Path) -> Path:
    if not file.is_file():
        raise InvalidInput(
            Text(da=f"der er ingen fil {file}", en=f"there is no file {file}"), field="file"
        )
    return file


def _named(database: str | None) -> str:
    if database is not None:
        return database
    from api.serving import own_file

    return str(own_file())


@contextmanager
def _progress(language: Language) -> Iterator["Callable[[Progress], None] | None"]:
    """Show a bar on the error stream where somebody watches it."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, TextColumn, TimeElapsedColumn
    from rich.progress import Progress as Bar

    label = Text(da="læser", en="reading").in_language(language)
    unit = Text(da="rækker", en="rows").in_language(language)
    with Bar(
        TextColumn(label),
        BarColumn(),
        TextColumn("{task.fields[rows]} " + unit),
        TimeElapsedColumn(),
        console=Console(stderr=True),
        transient=True,
    ) as bar:
        task = bar.add_task(label, total=1.0, rows=0)

        def tell(progress: "Progress") -> None:
            bar.update(task, completed=progress.share or 0.0, rows=progress.rows)

        yield tell
