"""Backups: one SQLite file with all that is kept, from either kind of database and into either.

So the backup of a file is a file that can be opened, and what was begun in SQLite moves to
PostgreSQL by a backup and a restore (da: sikkerhedskopi og genoprettelse).
"""

import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import chain, count
from pathlib import Path
from typing import Any

from sqlalchemy import (
    JSON,
    URL,
    ColumnElement,
    Connection,
    Engine,
    Insert,
    NullPool,
    Table,
    Text,
    bindparam,
    cast,
    create_engine,
    func,
    inspect,
    select,
    text,
)
from sqlalchemy.exc import DatabaseError, DataError, OperationalError
from sqlmodel import SQLModel

from api import database as databases
from api.faults import faults_in_words
from api.tables import REVISION
from capacity.errors import InvalidInput
from capacity.wording import Text as Words

_HEADER = b"SQLite format 3\0"
_AT_A_TIME = 500
"""Rows that are in memory at once while they are copied."""


@dataclass(frozen=True, slots=True)
class Backup:
    """A backup that has been read back (da: efterprøvet sikkerhedskopi)."""

    file: Path
    revision: str
    rows: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Restored:
    """What is there now, and where what was there before lies (da: genoprettet)."""

    rows: Mapping[str, int]
    replaced: Path | None


def back_up(database: Path | str, file: Path, *, overwrite: bool = False) -> Backup:
    """Write all that is kept to a new file, also while the service runs (da: sikkerhedskopi).

    It is read back before it takes its name, so that what has the name is whole. `InvalidInput`
    where the file is there already, or the database is none.
    """
    if file.exists() and not overwrite:
        raise _refused(
            "file",
            f"{file} findes allerede; skriv en anden fil, eller --force",
            f"{file} is there already; write another file, or --force",
        )
    source = _opened(database)
    try:
        with faults_in_words(), _beside(file) as copy:
            found = databases.revision(source)
            if found is None:
                raise databases.unusable(
                    source, Words(da="er ingen planlægger-database", en="is no planner database")
                )
            if source.dialect.name == "sqlite":
                with source.connect() as connection:
                    connection.execute(text("VACUUM INTO :copy"), {"copy": str(copy)})
                expected = None  # the service may have written since, and the copy is of one moment
            else:
                expected = _written_out(source, copy)
            made = _verified(copy, expected)
            _put_in_place(copy, file)
            return Backup(file, made.revision, made.rows)
    finally:
        source.dispose()


def restore(file: Path, database: Path | str, *, overwrite: bool = False) -> Restored:
    """Put a backup in the place of what is kept (da: genopret).

    The backup stays as it is; an older one is brought up to date on the way. What was there before
    lies beside it afterwards. `InvalidInput` where the file is no backup or is newer than the
    program, where something else has the database open, and where something is kept in
    PostgreSQL already and it is not said to be replaced.
    """
    _check_header(file)
    target = Path(f"{databases.database_url(database).database}")
    is_file = databases.is_file(database)
    with faults_in_words(), _beside(target if is_file else file) as copy:
        with _plain(file) as connection:
            _check_revision(connection, file)
            connection.execute(text("VACUUM INTO :copy"), {"copy": str(copy)})
        older = databases.database_engine(copy)
        databases.migrate(older)
        older.dispose()
        made = _verified(copy, None)
        if is_file:
            return Restored(made.rows, _replace(target, copy))
        return Restored(made.rows, _read_in(copy, database, file, overwrite=overwrite))


def compact(database: Path | str) -> None:
    """Write the database anew without the room of what was deleted (da: pak databasen)."""
    engine = _opened(database)
    tables = ", ".join(f'"{table.name}"' for table in SQLModel.metadata.sorted_tables)
    try:
        with faults_in_words():
            alone = engine.execution_options(isolation_level="AUTOCOMMIT")
            with alone.connect() as connection:
                if engine.dialect.name == "sqlite":
                    connection.execute(text("VACUUM"))
                else:
                    connection.execute(text("SET statement_timeout = 0"))
                    connection.execute(text(f"VACUUM FULL {tables}"))
                    connection.execute(text("RESET statement_timeout"))
            databases.overwrite(engine)
    finally:
        engine.dispose()


def _opened(database: Path | str) -> Engine:
    """Open a database that is there: who copies one does not make it."""
    if databases.is_file(database) and not Path(database).is_file():
        raise _refused("database", f"der er ingen fil {database}", f"there is no file {database}")
    return databases.database_engine(database)


@contextmanager
def _plain(file: Path) -> Iterator[Connection]:
    """Open a SQLite file as it is: the pragmas of a served database would change it."""
    engine = create_engine(URL.create("sqlite", database=str(file)), poolclass=NullPool)
    with engine.connect() as connection:
        yield connection


@contextmanager
def _beside(file: Path) -> Iterator[Path]:
    """Return a name beside a file, on the same disk; nothing is left there in the end."""
    copy = file.with_name(f".{file.name}.{os.getpid()}")
    try:
        yield copy
    finally:
        for each in copy.parent.iterdir():  # its log, and its own copy if it was upgraded
            if each.name.startswith(copy.name):
                each.unlink(missing_ok=True)


def _put_in_place(copy: Path, file: Path) -> None:
    """Give a copy its name: whoever looks sees the old one or the new one, and each is whole."""
    copy.chmod(0o600)  # it holds all that is kept, hashes of keys too
    if file.exists():
        _give_to_the_same(copy, file)
    _flushed(copy)
    copy.replace(file)
    if os.name != "nt":
        _flushed(file.parent)


def _give_to_the_same(copy: Path, file: Path) -> None:
    """Let whoever reads a file read what takes its place: the service, where root restores."""
    before, after = file.stat(), copy.stat()
    copy.chmod(before.st_mode & 0o777)
    if (before.st_uid, before.st_gid) != (after.st_uid, after.st_gid):
        os.chown(copy, before.st_uid, before.st_gid)


def _flushed(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY if path.is_dir() else os.O_RDWR)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _check_header(file: Path) -> None:
    try:
        with file.open("rb") as opened:
            if opened.read(len(_HEADER)) == _HEADER:
                return
    except FileNotFoundError:
        raise _refused("file", f"der er ingen fil {file}", f"there is no file {file}") from None
    raise _no_backup(file)


def _check_revision(connection: Connection, file: Path) -> None:
    try:
        found = connection.scalar(text("SELECT version_num FROM alembic_version"))
    except DatabaseError as error:
        raise _no_backup(file) from error
    if found is None or not inspect(connection).has_table("department"):
        raise _no_backup(file)
    if found > REVISION:
        raise _refused(
            "file",
            f"{file} er skrevet af en nyere udgave af planlæggeren; opgrader programmet",
            f"{file} was written by a newer version of the planner; upgrade the program",
        )


def _verified(copy: Path, expected: Mapping[str, int] | None) -> Backup:
    """Read a copy from end to end; `InvalidInput` where it is not whole."""
    with _plain(copy) as connection:
        faults = connection.execute(text("PRAGMA integrity_check")).scalars().all()
        orphans = connection.execute(text("PRAGMA foreign_key_check")).first()
        revision = connection.scalar(text("SELECT version_num FROM alembic_version"))
        rows = _counts(connection)
    if faults != ["ok"] or orphans or (expected is not None and rows != expected):
        raise _refused(
            "database",
            "kopien er ikke hel, for databasen er beskadiget; hent en ældre sikkerhedskopi",
            "the copy is not whole, for the database is damaged; take an older backup",
        )
    return Backup(copy, str(revision), rows)


def _counts(connection: Connection) -> dict[str, int]:
    there = set(inspect(connection).get_table_names())
    return {
        table.name: connection.execute(select(func.count()).select_from(table)).scalar_one()
        for table in SQLModel.metadata.sorted_tables
        if table.name in there
    }


def _written_out(source: Engine, copy: Path) -> Mapping[str, int]:
    """Write PostgreSQL's tables to a new SQLite file, all as they are at one moment."""
    if databases.revision(source) != REVISION:
        raise databases.unusable(
            source, Words(da="skal først opgraderes: caseload migrate", en="needs caseload migrate")
        )
    target = databases.database_engine(copy)
    databases.migrate(target)
    at_one_moment = source.execution_options(isolation_level="REPEATABLE READ")
    with at_one_moment.begin() as reading, target.begin() as writing:
        reading.execute(text("SET LOCAL statement_timeout = 0"))
        _copy_rows(reading, writing)
        counted = _counts(reading)
    target.dispose()
    return counted


def _read_in(copy: Path, database: Path | str, file: Path, *, overwrite: bool) -> Path | None:
    """Put what a SQLite file holds into PostgreSQL, in one transaction."""
    engine = databases.database_engine(database)
    replaced = None
    try:
        databases.migrate(engine)
        with engine.begin() as writing, _plain(copy) as reading:
            tables = SQLModel.metadata.sorted_tables
            names = ", ".join(f'"{table.name}"' for table in tables)
            # Nobody reads or writes until it is all there; who has a table open is waited for
            # as long as a lock is (`DatabaseBusy`).
            writing.execute(text(f"LOCK TABLE {names} IN ACCESS EXCLUSIVE MODE"))
            writing.execute(text("SET LOCAL statement_timeout = 0"))
            if any(_counts(writing).values()):
                if not overwrite:
                    raise _refused(
                        "database",
                        "databasen har allerede noget; skriv --force for at erstatte det",
                        "the database has something already; write --force to replace it",
                    )
                replaced = _aside(file)
                _kept_aside(writing, replaced)
            for table in reversed(tables):
                writing.execute(table.delete())
            _copy_rows(reading, writing)
            _set_counters(writing)
    finally:
        engine.dispose()
    return replaced


def _kept_aside(reading: Connection, replaced: Path) -> None:
    """Write what is about to be replaced to a file, within the transaction that replaces it."""
    with _beside(replaced) as copy:
        aside = databases.database_engine(copy)
        databases.migrate(aside)
        with aside.begin() as writing:
            _copy_rows(reading, writing)
        aside.dispose()
        _verified(copy, _counts(reading))
        _put_in_place(copy, replaced)


def _copy_rows(reading: Connection, writing: Connection) -> None:
    """Copy every table, a document as the very text that it is."""
    for table in SQLModel.metadata.sorted_tables:
        columns = [
            cast(each, Text).label(each.name) if isinstance(each.type, JSON) else each
            for each in table.columns
        ]
        everything = select(*columns).execution_options(yield_per=_AT_A_TIME)
        rows = reading.execute(everything).mappings()
        insertion = _insertion(table, writing.dialect.name)
        try:
            for part in rows.partitions(_AT_A_TIME):
                given = [{f"given_{name}": row[name] for name in row} for row in part]
                writing.execute(insertion, given)
        except (DataError, ValueError):
            # Without the cause, which quotes the row.
            raise _refused(
                "file",
                f"tabellen {table.name} har en række, der ikke kan læses",
                f"the table {table.name} has a row that cannot be read",
            ) from None


def _insertion(table: Table, kind: str) -> Insert:
    values: dict[str, ColumnElement[Any]] = {}
    for each in table.columns:
        given, is_document = f"given_{each.name}", isinstance(each.type, JSON)
        written = bindparam(given, type_=Text() if is_document else each.type)
        # SQLite keeps a document as text, and would make a number of it in a cast.
        values[each.name] = cast(written, JSON) if is_document and kind != "sqlite" else written
    return table.insert().values(values)


def _set_counters(writing: Connection) -> None:
    """Let PostgreSQL count on from the rows that came with their numbers."""
    for table in SQLModel.metadata.sorted_tables:
        numbered = table.autoincrement_column
        if numbered is not None:
            writing.execute(
                text(
                    "SELECT setval(pg_get_serial_sequence(:table, :column),"
                    f' (SELECT coalesce(max("{numbered.name}"), 0) + 1 FROM "{table.name}"), false)'
                ),
                {"table": table.name, "column": numbered.name},
            )


def _replace(target: Path, copy: Path) -> Path | None:
    """Put a copy in the place of a file, which stays beside it under another name."""
    if not target.exists():
        _put_in_place(copy, target)
        return None
    replaced = _aside(target)
    with _alone(target):
        try:
            os.link(target, replaced)
        except FileExistsError:
            raise  # what was set aside before is never written over
        except OSError:  # a disk without links
            shutil.copy2(target, replaced)
        for end in ("-wal", "-shm"):  # there is one only where the file is too damaged to empty it
            with suppress(FileNotFoundError):
                Path(f"{target}{end}").replace(f"{replaced}{end}")
        _put_in_place(copy, target)
    return replaced


@contextmanager
def _alone(file: Path) -> Iterator[None]:
    """Hold a file that nobody else has open; `InvalidInput` where somebody has."""
    engine = create_engine(
        URL.create("sqlite", database=str(file)), poolclass=NullPool, connect_args={"timeout": 1}
    )
    with engine.connect() as connection:
        try:
            # Only whoever is alone can leave the log; what is in it comes into the file.
            connection.exec_driver_sql("PRAGMA journal_mode = DELETE")
            connection.exec_driver_sql("BEGIN EXCLUSIVE")
        except OperationalError as error:
            if getattr(error.orig, "sqlite_errorcode", 0) & 0xFF in (5, 6):
                raise _refused(
                    "database",
                    f"{file} er i brug; stop tjenesten først",
                    f"{file} is in use; stop the service first",
                ) from error
        except DatabaseError:
            pass  # a file too damaged to be locked is what a backup is for
        yield


def _aside(file: Path) -> Path:
    """A name beside a file that no other has: two may be replaced in one second."""
    moment = datetime.now(UTC).strftime("%Y%m%d-%H%M%S")
    name = file.with_name(f"{file.name}.replaced-{moment}")
    others = (name.with_name(f"{name.name}-{number}") for number in count(2))
    return next(each for each in chain([name], others) if not each.exists())


def _no_backup(file: Path) -> InvalidInput:
    return _refused(
        "file",
        f"{file} er ingen sikkerhedskopi fra planlæggeren",
        f"{file} is no backup of the planner's",
    )


def _refused(field: str, danish: str, english: str) -> InvalidInput:
    return InvalidInput(Words(da=danish, en=english), field=field)
