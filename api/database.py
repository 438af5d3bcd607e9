"""The database file: opened, brought up to date, and one transaction for each request."""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from fastapi import Depends, Request
from sqlalchemy import URL, Connection, Engine, StaticPool, create_engine, event, text
from sqlalchemy.exc import DatabaseError
from sqlmodel import Session

from capacity.errors import InvalidInput
from capacity.wording import Text

_PRAGMAS = (
    "PRAGMA journal_mode = WAL",  # readers do not wait for a writer
    "PRAGMA foreign_keys = ON",  # off unless asked for, on every connection
    "PRAGMA busy_timeout = 5000",  # milliseconds a writer waits for another
    "PRAGMA synchronous = NORMAL",  # with WAL: safe against a crash of the program
)


def database_engine(file: Path | None) -> Engine:
    """Open a SQLite file, or a database in memory where there is none (da: database).

    The database in memory has one connection and is for tests: a served one has a file.
    """
    if file is None:
        engine = create_engine(
            "sqlite://", poolclass=StaticPool, connect_args={"check_same_thread": False}
        )
    else:
        engine = create_engine(URL.create("sqlite", database=str(file)))
    event.listen(engine, "connect", _set_pragmas)
    return engine


def _set_pragmas(connection: Any, _record: object) -> None:
    cursor = connection.cursor()
    for pragma in _PRAGMAS:
        cursor.execute(pragma)
    cursor.close()


def migrate(engine: Engine, migrations: str = "api:migrations") -> None:
    """Bring the tables up to date, keeping a copy of an older file (da: opgrader databasen).

    SQLite has no transaction around a change of tables, so a step that fails half-way leaves half
    of it. The copy lies beside the file, named after the step the file was at. `InvalidInput`
    where the file is no database, or was written by a newer version of the planner.
    """
    config = Config()
    config.set_main_option("script_location", migrations)
    steps = ScriptDirectory.from_config(config)
    try:
        with engine.connect() as connection:
            current = MigrationContext.configure(connection).get_current_revision()
            if current == steps.get_current_head():
                return
            if current is not None:
                _check_known(engine, current, steps)
                _copy_beside(connection, current)
        with engine.begin() as connection:
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
    except DatabaseError as error:
        raise _unusable(
            engine, Text(da="kan ikke åbnes som database", en="cannot be opened as a database")
        ) from error


def _check_known(engine: Engine, revision: str, steps: ScriptDirectory) -> None:
    if revision not in {step.revision for step in steps.walk_revisions()}:
        raise _unusable(
            engine,
            Text(
                da="er skrevet af en nyere udgave af planlæggeren; opgrader programmet",
                en="was written by a newer version of the planner; upgrade the program",
            ),
        )


def _copy_beside(connection: Connection, revision: str) -> None:
    file = connection.engine.url.database
    copy = Path(f"{file}.before-upgrade-from-{revision}")
    # A copy from an earlier attempt is the one to keep: the file may have been half changed since.
    if file and not copy.exists():
        connection.execute(text("VACUUM INTO :copy"), {"copy": str(copy)})


def _unusable(engine: Engine, reason: Text) -> InvalidInput:
    file = engine.url.database
    return InvalidInput(
        Text(da=f"{file} {reason.da}", en=f"{file} {reason.en}"),
        field="database",
    )


def session(request: Request) -> Iterator[Session]:
    """One request, one transaction: kept if the handler answers, undone if it fails.

    It ends before the answer leaves (`scope="function"`), so a commit that fails is an error the
    caller sees. Nobody else commits.
    """
    with Session(request.app.state.engine) as opened, opened.begin():
        yield opened


SessionDependency = Annotated[Session, Depends(session, scope="function")]
