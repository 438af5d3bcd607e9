"""The database: opened, brought up to date, and one transaction for each request.

SQLite is a file and needs nothing else; PostgreSQL is an address, for several processes or where
the municipality already runs one. The tables and the tests are the same.
"""

import re
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path
from typing import Annotated, Any

from fastapi import Depends, Request
from fastapi.concurrency import run_in_threadpool
from sqlalchemy import (
    URL,
    Connection,
    Engine,
    StaticPool,
    create_engine,
    event,
    inspect,
    make_url,
    text,
)
from sqlalchemy.exc import ArgumentError, DatabaseError, OperationalError
from sqlmodel import Session, SQLModel

from api.faults import faults_in_words
from api.tables import REVISION, REVISION_TABLE
from capacity.errors import InvalidInput
from capacity.wording import Text

_PRAGMAS = (
    "PRAGMA journal_mode = WAL",  # readers do not wait for a writer
    "PRAGMA foreign_keys = ON",  # off unless asked for, on every connection
    "PRAGMA busy_timeout = 5000",  # milliseconds a writer waits for another
    "PRAGMA synchronous = FULL",  # what is answered is on the disk, also when the power goes
    "PRAGMA secure_delete = ON",  # what is deleted is overwritten with zeros
)
_POSTGRESQL = re.compile(r"(postgres|postgresql|postgresql\+psycopg)://")
_OTHER_KIND = re.compile(r"[a-z][a-z0-9+.-]+://", re.IGNORECASE)
_WAITS = {
    # Handlers wait in the event loop, so nothing may wait for long (see DECISIONS).
    "connect_timeout": 3,  # seconds
    "tcp_user_timeout": 10_000,  # milliseconds until a silent server counts as gone
    "keepalives_idle": 30,
}
_SERVER_SETTINGS = (
    "-c statement_timeout=10s -c lock_timeout=3s -c idle_in_transaction_session_timeout=60s"
)
_POOL: dict[str, Any] = {"pool_size": 8, "max_overflow": 32, "pool_timeout": 1}
"""Connections kept, and lent beyond that; who waits for one holds up the event loop."""
_MIGRATION_LOCK = 20_260_101
"""Any number, the same in every planner: who holds it makes or changes the tables."""


def database_url(database: Path | str | None) -> URL:
    """Read the setting: a file, an address of PostgreSQL, or None for memory (da: database).

    >>> database_url("postgres://planner@db.example.dk/planner").drivername
    'postgresql+psycopg'
    >>> database_url("planner.sqlite").database
    'planner.sqlite'
    """
    written = str(database) if database is not None else ""
    if _POSTGRESQL.match(written):
        try:
            return make_url(written).set(drivername="postgresql+psycopg")
        except (ArgumentError, ValueError):
            # Without the cause, which repeats the address and the password in it.
            raise InvalidInput(
                Text(
                    da="adressen kan ikke læses; skriv postgresql://bruger@vært/navn",
                    en="the address cannot be read; write postgresql://user@host/name",
                ),
                field="database",
            ) from None
    if _OTHER_KIND.match(written):
        raise InvalidInput(
            Text(
                da="skriv en fil, eller en adresse, der begynder med postgresql://",
                en="write a file, or an address that begins with postgresql://",
            ),
            field="database",
        )
    return URL.create("sqlite", database=written or None)


def shown(database: Path | str | None) -> str:
    """Return a database as it may be shown: without its password (da: databasens navn).

    >>> shown("postgresql://planner:hemmelig@db.example.dk/planner")
    'postgresql://planner:***@db.example.dk/planner'
    """
    url = database_url(database)
    if url.get_backend_name() == "sqlite":
        return url.database or ":memory:"
    # A password may also stand among the parameters.
    secret = {name: "***" for name in url.query if "password" in name}
    return url.set(drivername="postgresql").update_query_dict(secret).render_as_string()


def is_file(database: Path | str | None) -> bool:
    """Whether a setting names a SQLite file (da: er en fil).

    >>> is_file("planner.sqlite"), is_file("postgresql:///planner")
    (True, False)
    """
    return database is not None and database_url(database).get_backend_name() == "sqlite"


def database_engine(database: Path | str | None) -> Engine:
    """Open a SQLite file, PostgreSQL, or a database in memory where there is none (da: database).

    The database in memory has one connection and is for tests: a served one has a file.
    """
    url = database_url(database)
    if url.get_backend_name() == "postgresql":
        return _postgresql_engine(url)
    if url.database is None:
        engine = create_engine(url, poolclass=StaticPool, connect_args={"check_same_thread": False})
    else:
        engine = create_engine(url, **_POOL)
    event.listen(engine, "connect", _set_pragmas)
    return engine


def _postgresql_engine(url: URL) -> Engine:
    asked = url.query.get("options", "")
    # The owner's own come later, and win; but moments are in UTC, whatever the server's zone.
    asked = asked if isinstance(asked, str) else " ".join(asked)
    options = f"{_SERVER_SETTINGS} {asked} -c timezone=UTC"
    waits = {name: value for name, value in _WAITS.items() if name not in url.query}
    try:
        return create_engine(
            url.difference_update_query(["options"]),
            pool_pre_ping=True,  # a server that has been away costs no request
            **_POOL,
            connect_args={**waits, "options": options},
        )
    except ModuleNotFoundError as error:
        raise InvalidInput(
            Text(
                da="PostgreSQL kræver et tillæg: pip install 'caseload-planner[postgres]'",
                en="PostgreSQL needs an addition: pip install 'caseload-planner[postgres]'",
            ),
            field="database",
        ) from error


def _set_pragmas(connection: Any, _record: object) -> None:
    cursor = connection.cursor()
    for pragma in _PRAGMAS:
        cursor.execute(pragma)
    cursor.close()


def migrate(engine: Engine) -> None:
    """Make the tables, or bring them up to date where they are not (da: opgrader databasen).

    `InvalidInput` where it is no database, cannot be reached, or was written by a newer planner.
    """
    _keep_private(engine)
    if revision(engine) != REVISION and not _created(engine):
        from api.upgrade import upgrade  # Alembic would be a fifth of the time of every start

        upgrade(engine)


def _keep_private(engine: Engine) -> None:
    """Make a new file readable for its owner alone; SQLite gives those beside it the same."""
    file = engine.url.database
    if engine.dialect.name == "sqlite" and file and not Path(file).exists():
        with suppress(OSError):  # a folder that is not there is told of where the file is opened
            Path(file).touch(mode=0o600)


def revision(engine: Engine) -> str | None:
    """Return the step that the tables are at; None for none yet, and for what is no database."""
    try:
        with engine.connect() as connection:
            found: str | None = connection.scalar(text("SELECT version_num FROM alembic_version"))
            return found
    except OperationalError as error:
        if engine.dialect.name == "postgresql":
            raise unusable(
                engine, Text(da="kan ikke nås som database", en="cannot be reached as a database")
            ) from error
        return None
    except DatabaseError:
        return None


def _created(engine: Engine) -> bool:
    """Make the tables where there are none; False where something else is to be upgraded."""
    try:
        with engine.begin() as connection:
            take_turn(connection)
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


def take_turn(connection: Connection) -> None:
    """Begin a change of the tables that two who start at once make once (da: på skift).

    A start that is cut off makes none of it.
    """
    if connection.dialect.name == "sqlite":
        # Python's SQLite begins nothing by itself before a change of tables.
        connection.exec_driver_sql("BEGIN IMMEDIATE")
        return
    for limit in ("lock_timeout", "statement_timeout"):
        connection.exec_driver_sql(f"SET LOCAL {limit} = '10min'")
    connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _MIGRATION_LOCK})


def unusable(engine: Engine, reason: Text) -> InvalidInput:
    """Say what is wrong with a database, by its name without its password (da: kan ikke bruges)."""
    url = engine.url
    name = url.database if url.get_backend_name() == "sqlite" else shown(_written(url))
    return InvalidInput(Text(da=f"{name} {reason.da}", en=f"{name} {reason.en}"), field="database")


def _written(url: URL) -> str:
    return url.render_as_string(hide_password=False)


async def session(request: Request) -> AsyncIterator[Session]:
    """One request, one transaction: kept if the handler answers, undone if it fails.

    It ends before the answer leaves (`scope="function"`), so a commit that fails is an error the
    caller sees. Nobody else commits. It runs in the event loop, as the handlers do: a handler
    awaits nothing between its first change and its return, so that no second request can wait for
    the lock of a first that waits for the loop. Before it awaits a calculation, it lets go of the
    connection (`Store.let_go`).
    """
    engine: Engine = request.app.state.engine
    with faults_in_words():
        with Session(engine) as opened:  # which undoes what is not committed
            yield opened
            opened.commit()
        if opened.info.get(_FORGET):
            await run_in_threadpool(overwrite, engine)


_FORGET = "overwrite what is deleted"


def forget(session: Session) -> None:
    """Have what this transaction deletes overwritten when it has ended (da: slet for alvor)."""
    session.info[_FORGET] = True


def overwrite(engine: Engine) -> bool:
    """Write the zeros of what is deleted into the file, and empty the log beside it (da: slet).

    False where a reader still holds the log: the service tries again every hour. PostgreSQL has
    no such thing: there the space is reused, and `VACUUM FULL` is its owner's to run.
    """
    if engine.dialect.name != "sqlite" or engine.url.database is None:
        return True
    try:
        with engine.connect() as connection:
            busy, _, _ = connection.execute(text("PRAGMA wal_checkpoint(TRUNCATE)")).one()
    except DatabaseError:
        return False  # what was deleted is deleted, whatever stops the zeros
    return not busy


SessionDependency = Annotated[Session, Depends(session, scope="function")]
