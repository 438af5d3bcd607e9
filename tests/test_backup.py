"""Backups: whole or not there, from either kind of database and into either."""

import json
import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from sqlalchemy import JSON, Date, Integer, LargeBinary, text
from sqlmodel import Session, SQLModel
from typer.testing import CliRunner

from api.command_line import main
from api.database import database_engine, migrate, shown
from api.documents import load_example
from api.store import backups
from api.store.backups import back_up, compact, restore
from api.store.departments import Store, load_demo
from api.tables import REVISION, Moment
from capacity.errors import InvalidInput

ISHOEJ = load_example("ishoej-2020")
NOON = datetime(2026, 1, 2, 12, 0, 0, 123456, tzinfo=UTC)
ALL_TABLES = [table.name for table in SQLModel.metadata.sorted_tables]


WORDS = {"navn": "Fjordkøbing – ”nord” ☃", "tal": [0.1, 10**12, None], "tom": {}}


def fill(engine):
    """Keep something in every table: awkward words, bytes, nothing, and moments."""
    with Session(engine) as session, session.begin():
        Store(session).add_department(ISHOEJ, by="Bodil")
        Store(session).add_department(replace(ISHOEJ, open_cases=891))
        for table in SQLModel.metadata.sorted_tables:
            if table.name != "department":
                counted = table.autoincrement_column
                row = {each.name: _value(each) for each in table.columns if each is not counted}
                session.execute(table.insert().values(row))
        figure = SQLModel.metadata.tables["figure"]
        row = {each.name: _value(each) for each in figure.columns}
        session.execute(figure.insert().values(row | {"id": "another", "row": None}))


def _value(column):
    for key in column.foreign_keys:
        return _value(key.column)
    match column.type:
        case Integer():
            return 1
        case JSON():
            return WORDS
        case Moment():
            return NOON
        case Date():
            return date(2030, 1, 1)
        case LargeBinary():
            return bytes(range(256))
    return "ishoej-2020" if column.name in {"department", "slug"} else f"{column.name} ☃"


def contents(database):
    """Every row of every table, as Python has it."""
    engine = database_engine(database)
    found = {}
    with engine.connect() as connection:
        for table in SQLModel.metadata.sorted_tables:
            keys = list(table.primary_key.columns)
            rows = connection.execute(table.select().order_by(*keys)).all()
            found[table.name] = [tuple(_plain(value) for value in row) for row in rows]
    engine.dispose()
    return found


def _plain(value):
    return value.replace(tzinfo=None) if isinstance(value, datetime) else value


def new_database(kind, request, tmp_path):
    if kind == "sqlite":
        return str(tmp_path / "other.sqlite")
    return request.getfixturevalue("empty_postgresql_database")


@pytest.mark.parametrize("into", ["sqlite", "postgresql"])
def test_what_is_backed_up_is_restored_the_same(database, engine, into, request, tmp_path):
    fill(engine)
    before = contents(database)
    assert all(before[name] for name in ALL_TABLES)
    made = back_up(database, tmp_path / "backup")
    assert made.rows == {name: len(rows) for name, rows in before.items()}
    other = new_database(into, request, tmp_path)
    assert restore(tmp_path / "backup", other).replaced is None
    assert contents(other) == before


@pytest.mark.parametrize("into", ["sqlite", "postgresql"])
def test_a_restored_database_counts_on(database, engine, into, request, tmp_path):
    fill(engine)
    back_up(database, tmp_path / "backup")
    other = new_database(into, request, tmp_path)
    restore(tmp_path / "backup", other)
    restored = database_engine(other)
    with Session(restored) as session, session.begin():
        added = Store(session).add_department(replace(ISHOEJ, open_cases=892))
        audit = SQLModel.metadata.tables["audit"]
        row = {each.name: _value(each) for each in audit.columns if each.name != "id"}
        session.execute(audit.insert().values(row))
    restored.dispose()
    assert added.version == 3


def test_nothing_and_a_null_document_are_told_apart(sqlite_engine, tmp_path, request):
    fill(sqlite_engine)
    with sqlite_engine.begin() as connection:
        connection.execute(text("UPDATE figure SET row = NULL WHERE id = 'another'"))
        connection.execute(text("UPDATE figure SET row = 'null' WHERE id != 'another'"))
    back_up(sqlite_engine.url.database, tmp_path / "backup")
    other = request.getfixturevalue("empty_postgresql_database")
    restore(tmp_path / "backup", other)
    back_up(other, tmp_path / "back again")
    with closing(sqlite3.connect(tmp_path / "back again")) as connection:
        assert connection.execute("SELECT row FROM figure ORDER BY id").fetchall() == [
            (None,),
            ("null",),
        ]


def test_a_backup_does_not_take_the_place_of_a_file_unless_told(database, tmp_path):
    file = tmp_path / "backup"
    file.write_text("last year's")
    with pytest.raises(InvalidInput, match="there already"):
        back_up(database, file)
    assert file.read_text() == "last year's"
    back_up(database, file, overwrite=True)
    assert file.read_bytes().startswith(b"SQLite format 3")


def test_a_backup_is_nobody_elses_to_read(sqlite_database, tmp_path):
    back_up(sqlite_database, tmp_path / "backup")
    assert (tmp_path / "backup").stat().st_mode & 0o777 == 0o600


def test_a_backup_is_of_one_moment_while_others_write(engine, database, tmp_path, monkeypatch):
    """Somebody adds to the last table when the first has been read."""
    fill(engine)
    if engine.dialect.name == "sqlite":
        with engine.connect() as writer:
            writer.exec_driver_sql("BEGIN IMMEDIATE")
            writer.execute(text("DELETE FROM figure"))
            assert back_up(database, tmp_path / "backup").rows["figure"] == 2
        return
    first_read, copied = [], backups._insertion

    def meanwhile(table, kind):
        if not first_read:
            first_read.append(table.name)
            with engine.begin() as writer:
                writer.execute(text("DELETE FROM figure"))
                writer.execute(text("DELETE FROM audit"))
        return copied(table, kind)

    monkeypatch.setattr(backups, "_insertion", meanwhile)
    made = back_up(database, tmp_path / "backup")
    assert (made.rows["figure"], made.rows["audit"]) == (2, 1)


def test_what_was_there_lies_beside_what_is_restored(engine, database, tmp_path):
    fill(engine)
    back_up(database, tmp_path / "backup")
    with engine.begin() as connection:
        connection.execute(text("DELETE FROM figure WHERE id = 'another'"))
    before = contents(database)
    engine.dispose()
    made = restore(tmp_path / "backup", database, overwrite=True)
    assert made.rows["figure"] == 2
    assert contents(str(made.replaced)) == before


def test_postgresql_is_not_replaced_unless_told(postgresql_engine, postgresql_database, tmp_path):
    fill(postgresql_engine)
    back_up(postgresql_database, tmp_path / "backup")
    before = contents(postgresql_database)
    with pytest.raises(InvalidInput, match="--force"):
        restore(tmp_path / "backup", postgresql_database)
    assert contents(postgresql_database) == before


def test_a_restoration_that_fails_leaves_postgresql_as_it_was(
    sqlite_engine, sqlite_database, postgresql_engine, postgresql_database, tmp_path
):
    fill(postgresql_engine)
    before = contents(postgresql_database)
    fill(sqlite_engine)
    with sqlite_engine.begin() as connection:
        connection.execute(text("UPDATE figure SET record = 'no document' WHERE id = 'another'"))
    back_up(sqlite_database, tmp_path / "backup")
    with pytest.raises(InvalidInput, match="figure has a row") as refusal:
        restore(tmp_path / "backup", postgresql_database, overwrite=True)
    assert "no document" not in str(refusal.value)
    assert contents(postgresql_database) == before


def test_a_file_in_use_is_not_replaced(sqlite_engine, sqlite_database, tmp_path):
    back_up(sqlite_database, tmp_path / "backup")
    fill(sqlite_engine)
    with pytest.raises(InvalidInput, match="in use"):  # the engine's connections are open still
        restore(tmp_path / "backup", sqlite_database)
    with Session(sqlite_engine) as session:
        assert Store(session).department("ishoej-2020").version == 2
    assert _left_over(tmp_path) == []


def test_a_damaged_file_is_replaced_with_its_log(sqlite_database, tmp_path):
    back_up(sqlite_database, tmp_path / "backup")
    file = Path(sqlite_database)
    file.write_bytes(b"\xff" * 5000)
    Path(f"{file}-wal").write_bytes(b"old log")
    made = restore(tmp_path / "backup", sqlite_database)
    assert made.replaced.read_bytes() == b"\xff" * 5000
    assert Path(f"{made.replaced}-wal").read_bytes() == b"old log"
    assert contents(sqlite_database)["department"] == []


def test_an_older_backup_is_brought_up_to_date_and_stays_as_it_was(tmp_path):
    old, file = tmp_path / "old", tmp_path / "planner.sqlite"
    _from_the_first_step(old)
    before = old.read_bytes()
    restore(old, file)
    engine = database_engine(file)
    with Session(engine) as session:
        assert Store(session).department("ishoej-2020") == ISHOEJ
        assert Store(session).version("ishoej-2020").kept_by is None
    engine.dispose()
    assert old.read_bytes() == before
    assert _left_over(tmp_path) == []


@pytest.mark.parametrize("what", ["newer", "other program", "no database", "nothing"])
def test_what_is_no_backup_is_refused_and_nothing_is_touched(sqlite_engine, tmp_path, what):
    load_demo(sqlite_engine)
    sqlite_engine.dispose()
    kept = (tmp_path / "planner.sqlite").read_bytes()
    file = tmp_path / "backup"
    if what == "no database":
        file.write_text("37,2 sager pr. fuldtidsstilling")
    elif what != "nothing":
        with closing(sqlite3.connect(file)) as connection:
            connection.execute("CREATE TABLE department (name TEXT)")
            if what == "newer":
                connection.execute("CREATE TABLE alembic_version (version_num TEXT)")
                connection.execute("INSERT INTO alembic_version VALUES ('9999')")
            connection.commit()
    reason = {"newer": "newer version", "nothing": "there is no file"}.get(what, "no backup")
    with pytest.raises(InvalidInput, match=reason):
        restore(file, tmp_path / "planner.sqlite")
    assert (tmp_path / "planner.sqlite").read_bytes() == kept
    assert _left_over(tmp_path) == []


def test_a_damaged_database_gives_no_backup(sqlite_engine, sqlite_database, tmp_path):
    fill(sqlite_engine)
    with sqlite_engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA foreign_keys = OFF")
        connection.exec_driver_sql("DELETE FROM scenario")
        connection.commit()
    with pytest.raises(InvalidInput, match="not whole"):
        back_up(sqlite_database, tmp_path / "backup")
    assert not (tmp_path / "backup").exists()
    assert _left_over(tmp_path) == []


def test_a_database_that_is_not_there_is_not_made(tmp_path):
    with pytest.raises(InvalidInput, match="there is no file"):
        back_up(tmp_path / "misspelt", tmp_path / "backup")
    assert list(tmp_path.iterdir()) == []


def test_the_commands_say_what_they_did(database, engine, tmp_path):
    fill(engine)
    engine.dispose()
    run = CliRunner()
    file, place = str(tmp_path / "backup"), ["--database", database]
    said = run.invoke(main, ["backup", file, *place])
    assert (said.exit_code, said.stdout) == (
        0,
        f"Gemt i {file}: 2 versioner af afdelinger, 1 scenarier, 2 frosne tal, 1 beregninger, "
        "1 lister\n",
    )
    again = run.invoke(main, ["backup", file, *place])
    assert (again.exit_code, again.stderr) == (
        2,
        f"file: {file} findes allerede; skriv en anden fil, eller --force\n",
    )
    said = run.invoke(main, ["restore", file, *place, "--force", "--lang", "en"])
    assert said.exit_code == 0
    assert said.stdout.startswith("Restored: 2 versions of departments, 1 scenarios")
    assert "What was there lies in" in said.stdout
    said = run.invoke(main, ["migrate", *place, "--lang", "en"])
    assert said.stdout == f"{shown(database)} is at step {REVISION}\n"
    said = run.invoke(main, ["expire", *place, "--on", "2030-01-02"])
    assert (said.exit_code, said.stdout) == (0, "Slettet: ishoej-2020\n")
    assert run.invoke(main, ["compact", *place]).exit_code == 0
    assert contents(database)["department"] == []


def test_a_compact_file_has_no_room_for_what_is_gone(sqlite_engine, sqlite_database):
    fill(sqlite_engine)
    large = json.dumps({"a": "x" * 3_000_000})
    with sqlite_engine.begin() as connection:
        connection.execute(text("UPDATE figure SET record = :large"), {"large": large})
    with sqlite_engine.begin() as connection:
        connection.execute(text("DELETE FROM figure"))
    sqlite_engine.dispose()
    compact(sqlite_database)
    assert Path(sqlite_database).stat().st_size < 1_000_000


def test_migrating_copies_an_older_file_first(tmp_path):
    file = tmp_path / "planner.sqlite"
    _from_the_first_step(file)
    said = CliRunner().invoke(main, ["migrate", "--database", str(file), "--lang", "en"])
    assert said.stdout == f"{file} brought from step 0001 to {REVISION}\n"
    with closing(sqlite3.connect(f"{file}.before-upgrade-from-0001")) as connection:
        assert connection.execute("SELECT slug FROM department").fetchall() == [("ishoej-2020",)]


def _from_the_first_step(file):
    """A file as the first version of the planner left it, with one department."""
    engine = database_engine(file)
    migrate(engine)
    load_demo(engine)
    engine.dispose()
    with closing(sqlite3.connect(file)) as connection:
        for table in reversed(ALL_TABLES):
            if table != "department":
                connection.execute(f"DROP TABLE {table}")
        for column in ("created_by", "reason"):
            connection.execute(f"ALTER TABLE department DROP COLUMN {column}")
        connection.execute("DELETE FROM department WHERE slug != 'ishoej-2020'")
        connection.execute("UPDATE alembic_version SET version_num = '0001'")
        connection.commit()


def _left_over(folder):
    return [each.name for each in folder.iterdir() if each.name.startswith(".")]


def test_what_two_restores_in_one_second_replace_is_all_kept(tmp_path, sqlite_database):
    back_up(sqlite_database, tmp_path / "backup")
    replaced = [restore(tmp_path / "backup", sqlite_database).replaced for _ in range(3)]
    assert len(set(replaced)) == 3
    assert all(each.exists() for each in replaced)


def test_a_new_database_is_its_owners_alone(tmp_path):
    file = tmp_path / "planner.sqlite"
    engine = database_engine(file)
    migrate(engine)
    with engine.connect():
        modes = {each.name: each.stat().st_mode & 0o777 for each in tmp_path.glob("planner*")}
    engine.dispose()
    assert modes["planner.sqlite"] == 0o600
    assert set(modes.values()) == {0o600}
