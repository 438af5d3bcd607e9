"""The tables of an older database brought up to date, step by step (da: opgradering)."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import DatabaseError

from api.database import take_turn, unusable
from capacity.wording import Text


def upgrade(engine: Engine, migrations: str = "api:migrations") -> None:
    """Bring the tables up to date, keeping a copy of an older file (da: opgrader databasen).

    Python's SQLite has no transaction around a change of tables, so a step that fails half-way
    leaves half of it. The copy lies beside the file, named after the step the file was at.
    PostgreSQL takes all the steps or none, and processes that start at once wait for the first.
    `InvalidInput` where it is no database, or was written by a newer version of the planner.
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
            if engine.dialect.name == "postgresql":
                take_turn(connection)  # Alembic asks which step it is at after this, not before
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
    except DatabaseError as error:
        raise unusable(
            engine, Text(da="kan ikke åbnes som database", en="cannot be opened as a database")
        ) from error


def _check_known(engine: Engine, revision: str, steps: ScriptDirectory) -> None:
    if revision not in {step.revision for step in steps.walk_revisions()}:
        raise unusable(
            engine,
            Text(
                da="er skrevet af en nyere udgave af planlæggeren; opgrader programmet",
                en="was written by a newer version of the planner; upgrade the program",
            ),
        )


def _copy_beside(connection: Connection, revision: str) -> None:
    file = connection.engine.url.database
    if connection.dialect.name != "sqlite" or not file:
        return
    copy = Path(f"{file}.before-upgrade-from-{revision}")
    # A copy from an earlier attempt is the one to keep: the file may have been half changed since.
    if not copy.exists():
        connection.execute(text("VACUUM INTO :copy"), {"copy": str(copy)})
