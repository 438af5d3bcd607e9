"""The database file: opened, brought up to date, and one transaction for each request."""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

from fastapi import Depends, Request
from sqlalchemy import URL, Engine, StaticPool, create_engine, event, inspect, text
from sqlalchemy.exc import DatabaseError
from sqlmodel import Session, SQLModel

from api.tables import REVISION, REVISION_TABLE

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


def migrate(engine: Engine) -> None:
    """Make the tables, or bring them up to date where they are not (da: opgrader databasen).

    `InvalidInput` where the file is no database, or was written by a newer planner.
    """
    if _revision(engine) != REVISION and not _created(engine):
        from api.upgrade import upgrade  # Alembic would be a fifth of the time of every start

        upgrade(engine)


def _revision(engine: Engine) -> str | None:
    """Return the step that the tables are at; None for none yet, and for what is no database."""
    try:
        with engine.connect() as connection:
            found: str | None = connection.scalar(text("SELECT version_num FROM alembic_version"))
            return found
    except DatabaseError:
        return None


def _created(engine: Engine) -> bool:
    """Make the tables where there are none; False where something else is to be upgraded."""
    try:
        with engine.begin() as connection:
            # Python's SQLite begins nothing before a change of tables. With the lock taken, two
            # that start at once make them once, and a start that is cut off makes none.
            connection.exec_driver_sql("BEGIN IMMEDIATE")
            if inspect(connection).get_table_names():
                return False
            SQLModel.metadata.create_all(connection)
            connection.exec_driver_sql(REVISION_TABLE)
            connection.execute(
                text("INSERT INTO alembic_version VALUES (:revision)"), {"revision": REVISION}
            )
            return True
    except DatabaseError:
        return False


def session(request: Request) -> Iterator[Session]:
    """One request, one transaction: kept if the handler answers, undone if it fails.

    It ends before the answer leaves (`scope="function"`), so a commit that fails is an error the
    caller sees. Nobody else commits.
    """
    with Session(request.app.state.engine) as opened, opened.begin():
        yield opened


SessionDependency = Annotated[Session, Depends(session, scope="function")]
