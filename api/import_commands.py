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

from api.options import Database, Lang
from api.privacy import masked
from api.quick_start import load_numba, quickly
from api.terminal import refusals_in
from capacity.errors import InvalidInput
from capacity.wording import Language, Text

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from api.imports.desk import Imported, StudyBeside
    from api.imports.fields import Kind
    from api.imports.given import NewDepartment
    from api.imports.terms import Terms
    from api.uploads import Progress

_BY = "caseload import"
_BESIDE = Text(
    da="Tidsregistreringen giver udkastet dets timer.", en="The time study gives the draft hours."
)
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
        study = _Study(time_study, study_from, study_to, tuple(study_map or ()), study_sheet)
        said, beside = study.beside(said, whose)
        load_numba()
        from api.database import database_engine, migrate
        from api.imports.draft_in_words import draft_in_words
        from api.imports.report_in_words import report_in_words

        engine = database_engine(_named(database))
        try:
            migrate(engine)
            with _progress(lang) as on_progress, _cells_told(lang):
                keeps = _Keeps(accept, beside, on_progress)
                found = _read(engine, _readable(file), said, whose, keeps)
        finally:
            engine.dispose()
        shown = [each.suppressed(hide_below) if hide_below else each for each in found.reports]
        draft = "" if found.drafted is None else draft_in_words(found.drafted, lang)
        for each in shown[1:]:
            ending = _BESIDE if each.may_be_accepted else None
            typer.echo(report_in_words(each, lang, ending) + "\n")
        typer.echo(report_in_words(shown[0], lang, _ending(found), more=draft))
        if not found.may_be_accepted:
            raise typer.Exit(1)


@dataclass(frozen=True, slots=True)
class _Study:
    """What is said of a time study beside a case list (da: tidsregistrering ved siden af)."""

    file: Path | None
    from_: str | None
    to: str | None
    map: tuple[str, ...]
    sheet: str | None

    def beside(
        self, said: "Terms", whose: "str | NewDepartment | None"
    ) -> "tuple[Terms, StudyBeside | None]":
        """Return what is said of the case list, and the study; None where there is none."""
        from api.imports.desk import StudyBeside
        from api.imports.given import NewDepartment
        from api.imports.terms import stated_mapping, study_terms
        from api.today import today

        if self.file is None:
            if self.from_ or self.to or self.map or self.sheet:
                raise _refused("time_study", "skriv også --time-study", "write --time-study too")
            return said, None
        if not isinstance(whose, NewDepartment):
            raise _refused(
                "time_study",
                "en tidsregistrering ved siden af er til et udkast (--new-department); ellers læs "
                "den ind for sig: caseload import time-study FIL --department …",
                "a time study beside the list is for a draft (--new-department); else import it "
                "by itself: caseload import time-study FILE --department …",
            )
        own, of_study = study_terms(
            said,
            today=today(),
            from_=self.from_,
            to=self.to,
            mapping=_merged(stated_mapping(each, "study_map") for each in self.map),
            sheet=self.sheet,
        )
        file = _readable(self.file, "time_study")
        return own, StudyBeside(file=file, filename=file.name, terms=of_study)


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
        typer.echo(masked("\n".join(lines)), err=True)
        raise typer.Exit(1) from error


def _merged(said: Iterator[dict[str, str]]) -> dict[str, str]:
    from api.imports.terms import say_once

    merged: dict[str, str] = {}
    for each in said:
        for heading, meaning in each.items():
            say_once(merged, heading, meaning, "map")
    return merged


def _readable(file: Path, field: str = "file") -> Path:
    if not file.is_file():
        raise InvalidInput(
            Text(da=f"der er ingen fil {file}", en=f"there is no file {file}"), field=field
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
