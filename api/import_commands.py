"""`caseload import`: a file with a department's past, shown in the terminal and then accepted.

Nothing is stored without `--accept`.
"""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from api.import_options import (
    OF_STUDY,
    OF_STUDY_BESIDE,
    StudyOptions,
    day_or_unknown,
    merged,
    readable_file,
    refused,
)
from api.option_names import as_options, option_names
from api.options import Database, Lang
from api.privacy import masked
from api.quick_start import load_numba, quickly
from api.terminal import LOADING, read_if_written, refusals_in, told_if_slow
from capacity.wording import Language, Text

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from api.imports.desk import Imported, StudyBeside
    from api.imports.fields import Kind
    from api.imports.given import NewDepartment
    from api.imports.terms import Terms
    from api.store.earlier_lists import KnownUnit
    from api.uploads import Progress

_BY = "caseload import"
_BESIDE = Text(
    da="Tidsregistreringen giver udkastet dets timer.", en="The time study gives the draft hours."
)
_CREATED, _OK = 201, 200
"""What the audit trail calls a list that is kept, and one that was kept already."""
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
        str | None,
        typer.Option(help="Udtræksdatoen: listens sidste dag, fx 31-12-2025 (drawn on)."),
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
    every_error: Annotated[
        bool, typer.Option("--every-error", help="Vis hver fejl for sig (each error by itself).")
    ] = False,
    time_study: Annotated[
        Path | None,
        typer.Option(help="En tidsregistrering, som udkastet får sine timer fra (time study)."),
    ] = None,
    study_from: Annotated[
        str | None, typer.Option(help="Tidsregistreringens første dag (its first day).")
    ] = None,
    study_to: Annotated[
        str | None, typer.Option(help="Tidsregistreringens sidste dag (its last day).")
    ] = None,
    study_map: Annotated[
        list[str] | None,
        typer.Option("--study-map", help="En kolonne i tidsregistreringen (a column of it)."),
    ] = None,
    study_sheet: Annotated[
        str | None, typer.Option(help="Tidsregistreringens ark (its sheet).")
    ] = None,
    accept: Annotated[
        bool, typer.Option("--accept", help="Gem listen, hvis den er uden fejl (keep it).")
    ] = False,
    database: Database = None,
    lang: Lang = "da",
) -> None:
    """Læs en fil om afdelingens fortid: vis den, og gem den med --accept (import a file)."""
    study = StudyOptions(time_study, study_from, study_to, tuple(study_map or ()), study_sheet)
    is_study = kind == "time-study" and time_study is None
    with refusals_in(lang, OF_STUDY if is_study else None), quickly():
        from api.imports.terms import stated_mapping, stated_values, terms
        from api.today import today

        if is_study:
            own = study.instead_of(seen_on, complete_from, map_, sheet)
            seen_on, complete_from, map_, sheet, study = own
        known = None
        if kind == "cases" and unit is None and department is not None:
            known = _known_unit(department, source, database)
        said = terms(
            kind,
            today=today(),
            unit=unit if known is None else known.unit,
            unit_from=None if known is None else known.because,
            seen_on=read_if_written(day_or_unknown, "seen_on", seen_on),
            complete_from=read_if_written(day_or_unknown, "complete_from", complete_from),
            keep_names=keep_names,
            source=source,
            mapping=merged(stated_mapping(each) for each in map_ or ()),
            values=stated_values(";".join(value or ())),
            sheet=sheet,
            allow=frozenset(allow or ()),
            leave_out_errors=leave_out_errors,
        )
        whose = _whose(said.kind, department, new_department, name, accept=accept)
        said, beside = study.beside(said, whose)
        with told_if_slow(LOADING, lang):
            load_numba()
            from api.database import database_engine, migrate
            from api.imports.draft_in_words import draft_in_words
            from api.imports.report_in_words import report_in_words

        engine = database_engine(_named(database))
        try:
            migrate(engine)
            with _progress(lang) as on_progress, _cells_told(lang):
                keeps = _Keeps(accept, beside, on_progress)
                found = _read(engine, readable_file(file), said, whose, keeps)
            _audited(engine, found)
        finally:
            engine.dispose()
        shown = [each.suppressed(hide_below) if hide_below else each for each in found.reports]
        draft = "" if found.drafted is None else draft_in_words(found.drafted, lang)
        for each in shown[1:]:
            ending = _BESIDE if each.may_be_accepted else None
            told = report_in_words(
                each, lang, ending, options=OF_STUDY_BESIDE, every_error=every_error
            )
            typer.echo(told + "\n")
        words = report_in_words(
            shown[0],
            lang,
            _ending(found),
            more=draft,
            options=OF_STUDY if is_study else None,
            every_error=every_error,
        )
        typer.echo(words)
        if not found.may_be_accepted:
            raise typer.Exit(1)


@dataclass(frozen=True, slots=True)
class _Keeps:
    """Whether what is read is kept, and what is read with it (da: gem)."""

    accept: bool
    beside: "StudyBeside | None"
    on_progress: "Callable[[Progress], None] | None"


def _whose(
    kind: "Kind", department: str | None, new: str | None, name: str | None, *, accept: bool
) -> "str | NewDepartment | None":
    """Read whose past it is: a department that is there, or one to be drafted."""
    from api.imports.fields import Kind
    from api.imports.given import NewDepartment

    if new is None:
        if name is not None:
            raise refused(
                "name",
                "navnet er en ny afdelings; skriv også --new-department",
                "the name is a new department's; write --new-department too",
            )
        if accept and department is None:
            raise refused("department", "skriv, hvis fortid det er", "write whose past it is")
        return department
    if department is not None:
        raise refused(
            "new_department",
            "skriv enten --department eller --new-department",
            "write either --department or --new-department",
        )
    if kind is not Kind.CASES:
        raise refused(
            "new_department",
            "et udkast laves af en sagsliste, cases; de andre lister læses ind bagefter",
            "a draft is made of a case list, cases; the other lists are imported afterwards",
        )
    if name is None or not name.strip():
        raise refused(
            "name", "skriv afdelingens navn med --name", "write the department's name with --name"
        )
    return NewDepartment(slug=new, name=Text(da=name.strip(), en=name.strip()))


def _read(
    engine: "Engine",
    file: Path,
    said: "Terms",
    whose: "str | NewDepartment | None",
    keeps: _Keeps,
) -> "Imported":
    from api.imports.desk import Acceptance, drafted, drafted_and_kept, imported
    from api.imports.given import NewDepartment

    told, beside = keeps.on_progress, keeps.beside
    if isinstance(whose, NewDepartment):
        if keeps.accept:
            return drafted_and_kept(engine, file, file.name, said, whose, _BY, told, beside)
        return drafted(engine, file, file.name, said, whose, told, beside)
    said_so = None
    if keeps.accept and whose is not None:
        said_so = Acceptance(slug=whose.partition("@")[0], token=None, by=_BY)
    return imported(engine, file, file.name, said, whose, said_so, told)


def _ending(found: "Imported") -> Text | None:
    """Say what was kept, and what comes next (da: gemt)."""
    kept, drafted, revised = found.accepted, found.drafted, found.revised
    if kept is None:
        return None if drafted is None or not found.may_be_accepted else _ONLY_DRAFTED
    if revised is None and not found.is_new:
        return Text(
            da=f"Intet nyt er gemt: det er samme liste som liste {kept.id}",
            en=f"Nothing new is kept: it is the same list as list {kept.id}",
        )
    if revised is not None:
        return Text(
            da=f"Gemt som liste {kept.id}; udkastet med dens timer er {revised.address}",
            en=f"Kept as list {kept.id}; the draft with its hours is {revised.address}",
        )
    if drafted is None:
        return Text(da=f"Gemt som liste {kept.id}", en=f"Kept as list {kept.id}")
    slug = drafted.slug
    study_da = "" if found.study is None else " med tidsregistreringen"
    study_en = "" if found.study is None else " with the time study"
    return Text(
        da=f"Gemt: afdelingen {drafted.address} og dens liste {kept.id}{study_da}. Læs nu "
        f"personalelisten ind: caseload import staff FIL --department {slug} …; derefter "
        f"caseload fit {slug}",
        en=f"Kept: the department {drafted.address} and its list {kept.id}{study_en}. Now import "
        f"the staff list: caseload import staff FILE --department {slug} …; then "
        f"caseload fit {slug}",
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
        typer.echo(masked(as_options("\n".join(lines), option_names())), err=True)
        raise typer.Exit(1) from error


def _known_unit(department: str, source: str | None, database: str | None) -> "KnownUnit | None":
    """Return what a case is in the department's lists, where that is known (da: sagsenhed)."""
    from api.database import database_engine, migrate
    from api.store.earlier_lists import known_unit

    engine = database_engine(_named(database))
    try:
        migrate(engine)
        return known_unit(engine, department, source)
    finally:
        engine.dispose()


def _audited(engine: "Engine", found: "Imported") -> None:
    """Write down what was kept, as the service does of a request (da: før til revisionsspor)."""
    from api.store.audit import audited_command

    kept = found.accepted
    if kept is None:
        return
    address = f"/v1/departments/{kept.department}"
    if found.drafted is not None:
        audited_command(engine, who=_BY, did="draft", about=address, status=_CREATED)
    status = _CREATED if found.is_new else _OK
    about = f"{address}/imports/{kept.id}"
    audited_command(engine, who=_BY, did="import", about=about, status=status)


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
