"""`caseload backup`, `restore`, `migrate`, `expire` and `compact`: the care of what is kept.

None of them needs the service to stop, but `restore` of a file.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import typer

from api.options import Database, Lang
from api.terminal import day, read, refusals_in
from capacity.wording import Language, Text

Force = Annotated[bool, typer.Option("--force", help="Erstat det, der er (replace what is there).")]


def backup(
    file: Annotated[Path, typer.Argument(help="Den nye fil (the new file).")],
    force: Force = False,
    database: Database = None,
    lang: Lang = "da",
) -> None:
    """Gem alt i én SQLite-fil, også mens tjenesten kører (back up to one file).

    Filen læses igennem, før den får sit navn. Den kan lægges ind i SQLite og i PostgreSQL.
    """
    from api.store.backups import back_up

    with refusals_in(lang):
        made = back_up(_named(database), file, overwrite=force)
        said = Text(da=f"Gemt i {file}: ", en=f"Backed up in {file}: ")
        typer.echo(said.in_language(lang) + _counted(made.rows, lang))


def restore(
    file: Annotated[Path, typer.Argument(help="Sikkerhedskopien (the backup).")],
    force: Annotated[
        bool,
        typer.Option(
            "--force",
            help="Erstat det, der er i PostgreSQL; en fil bliver altid liggende ved siden af "
            "(replace what PostgreSQL holds; a file is always kept beside).",
        ),
    ] = False,
    database: Database = None,
    lang: Lang = "da",
) -> None:
    """Læg en sikkerhedskopi ind i stedet for det, der er (restore a backup).

    Stop tjenesten først. Det, der var, bliver liggende ved siden af.
    """
    from api.store import backups

    with refusals_in(lang):
        made = backups.restore(file, _named(database), overwrite=force)
        said = Text(da="Lagt ind: ", en="Restored: ")
        typer.echo(said.in_language(lang) + _counted(made.rows, lang))
        if made.replaced:
            kept = Text(
                da=f"Det, der var, ligger i {made.replaced}",
                en=f"What was there lies in {made.replaced}",
            )
            typer.echo(kept.in_language(lang))


def migrate(database: Database = None, lang: Lang = "da") -> None:
    """Bring databasen op på programmets udgave (bring the tables up to date).

    Tjenesten gør det selv, når den starter. En fil kopieres først.
    """
    from api import database as databases
    from api.tables import REVISION

    with refusals_in(lang):
        engine = databases.database_engine(_named(database))
        try:
            before = databases.revision(engine)
            databases.migrate(engine)
        finally:
            engine.dispose()
        name = databases.shown(_named(database))
        if before == REVISION:
            said = Text(da=f"{name} er ved trin {REVISION}", en=f"{name} is at step {REVISION}")
        elif before is None:
            said = Text(
                da=f"{name} er oprettet ved trin {REVISION}", en=f"{name} made at step {REVISION}"
            )
        else:
            said = Text(
                da=f"{name} er bragt fra trin {before} til {REVISION}",
                en=f"{name} brought from step {before} to {REVISION}",
            )
        typer.echo(said.in_language(lang))


def expire(
    on: Annotated[str | None, typer.Option(help="Dagen; i dag, hvis udeladt (the day).")] = None,
    database: Database = None,
    lang: Lang = "da",
) -> None:
    """Slet de afdelinger, hvis sidste dag er gået (delete the departments that have expired).

    Tjenesten gør det selv hver time.
    """
    from api import database as databases
    from api.store.departments import expire as expired_gone
    from api.today import today

    with refusals_in(lang):
        day_asked = today() if on is None else read(day, "on", on)
        engine = databases.database_engine(_named(database))
        try:
            databases.migrate(engine)
            gone = expired_gone(engine, day_asked)
            databases.overwrite(engine)
        finally:
            engine.dispose()
        none = Text(da="ingen", en="none").in_language(lang)
        said = Text(da="Slettet: ", en="Deleted: ").in_language(lang)
        typer.echo(said + (", ".join(gone) or none))


def compact(database: Database = None, lang: Lang = "da") -> None:
    """Skriv databasen om uden pladsen fra det slettede (rewrite without what was deleted)."""
    from api.store import backups

    with refusals_in(lang):
        backups.compact(_named(database))
        typer.echo(Text(da="Databasen er pakket", en="The database is compact").in_language(lang))


COMMANDS = (backup, restore, migrate, expire, compact)


def _named(database: str | None) -> str:
    if database is not None:
        return database
    from api.serving import own_file

    return str(own_file())


def _counted(rows: Mapping[str, int], language: Language) -> str:
    """Say how much there is of what a reader knows.

    >>> _counted({"department": 4, "scenario": 2, "figure": 1, "job": 0, "history": 3}, "en")
    '4 versions of departments, 2 scenarios, 1 frozen figures, 0 jobs, 3 lists'
    """
    names = {
        "department": Text(da="versioner af afdelinger", en="versions of departments"),
        "scenario": Text(da="scenarier", en="scenarios"),
        "figure": Text(da="frosne tal", en="frozen figures"),
        "job": Text(da="beregninger", en="jobs"),
        "history": Text(da="lister", en="lists"),
    }
    return ", ".join(
        f"{rows[table]} {name.in_language(language)}"
        for table, name in names.items()
        if table in rows
    )
