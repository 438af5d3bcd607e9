import sqlite3
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from dataclasses import replace
from importlib.resources import files
from shutil import copytree
from threading import Barrier

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, SQLModel

from api.database import database_engine, migrate
from api.documents import load_example
from api.settings import Settings
from api.store.departments import Store, load_demo, stored_department
from api.tables import REVISION
from api.upgrade import upgrade
from capacity.errors import InvalidInput, UnknownDepartment


@pytest.fixture
def store(engine):
    with Session(engine) as session, session.begin():
        yield Store(session)


ISHOEJ = load_example("ishoej-2020")
MORE_CASES = replace(ISHOEJ, open_cases=891)


def test_what_is_stored_comes_back_the_same(store):
    store.add_department(ISHOEJ)
    assert store.department("ishoej-2020") == ISHOEJ


def test_a_changed_department_becomes_the_next_version(store):
    store.add_department(ISHOEJ)
    assert store.add_department(MORE_CASES).address == "ishoej-2020@2"


def test_the_same_content_is_not_kept_twice(store):
    store.add_department(ISHOEJ)
    assert store.add_department(replace(ISHOEJ, version=7)).version == 1


def test_going_back_to_an_older_content_is_a_new_version(store):
    for department in (ISHOEJ, MORE_CASES, ISHOEJ):
        store.add_department(department)
    assert store.department("ishoej-2020").version == 3


def test_an_address_without_version_means_the_latest(store):
    store.add_department(ISHOEJ)
    store.add_department(MORE_CASES)
    assert store.department("ishoej-2020").open_cases == 891
    assert store.department("ishoej-2020@1").open_cases == 890


@pytest.mark.parametrize("address", ["ishoej-2020@2", "ishoej-2020@0", "ishoej-2020@x", "@1", ""])
def test_an_unknown_address_is_refused_and_names_those_there_are(store, address):
    store.add_department(ISHOEJ)
    with pytest.raises(UnknownDepartment, match="there are ishoej-2020") as refusal:
        store.department(address)
    assert refusal.value.field == "department"


def test_an_empty_store_says_that_it_is_empty(store):
    with pytest.raises(UnknownDepartment, match="none yet"):
        store.department("ishoej-2020")


def test_departments_are_listed_by_name_each_once(store):
    for department in (ISHOEJ, MORE_CASES, replace(ISHOEJ, slug="aarby")):
        store.add_department(department)
    assert [each.address for each in store.departments()] == ["aarby@1", "ishoej-2020@2"]


def test_loading_the_demo_twice_changes_nothing(engine):
    load_demo(engine)
    load_demo(engine)
    with Session(engine) as session:
        assert {each.version for each in Store(session).departments()} == {1}


def test_two_at_once_never_get_the_same_version(engine):
    def add(open_cases):
        with Session(engine) as session, session.begin():
            added = Store(session).add_department(replace(ISHOEJ, open_cases=open_cases))
            return added.version

    with ThreadPoolExecutor(8) as threads:
        versions = list(threads.map(add, range(40)))
    assert sorted(versions) == list(range(1, 41))


def test_a_transaction_that_fails_keeps_nothing(engine):
    with Session(engine) as session, suppress(RuntimeError), session.begin():
        Store(session).add_department(ISHOEJ)
        raise RuntimeError
    with Session(engine) as session:
        assert Store(session).departments() == ()


def test_the_database_itself_refuses_the_same_version_twice(engine):
    insert = (
        "INSERT INTO department (slug, version, document, created_at)"
        " VALUES ('a', 1, '{}', '2026-01-01')"
    )
    with engine.begin() as connection:
        connection.execute(text(insert))
        with pytest.raises(IntegrityError):
            connection.execute(text(insert))


def test_every_connection_waits_for_writers_and_checks_foreign_keys(sqlite_engine):
    with sqlite_engine.connect() as connection:
        pragmas = {
            name: connection.execute(text(f"PRAGMA {name}")).scalar_one()
            for name in (
                "journal_mode",
                "foreign_keys",
                "busy_timeout",
                "synchronous",
                "secure_delete",
            )
        }
    assert pragmas == {
        "journal_mode": "wal",
        "foreign_keys": 1,
        "busy_timeout": 5000,
        "synchronous": 2,
        "secure_delete": 1,
    }


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_database(request, tmp_path):
    if request.param == "sqlite":
        return str(tmp_path / "planner.sqlite")
    return request.getfixturevalue("empty_postgresql_database")


def test_the_migrations_lead_to_the_tables_that_the_code_describes(empty_database):
    engine = database_engine(empty_database)
    upgrade(engine)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection)
        assert compare_metadata(context, SQLModel.metadata) == []
        assert context.get_current_revision() == REVISION
    engine.dispose()


def test_a_new_file_has_the_tables_and_the_step_that_the_migrations_lead_to(sqlite_engine):
    migrated = database_engine(None)
    upgrade(migrated)
    assert _contents(sqlite_engine) == _contents(migrated)
    migrated.dispose()


def test_a_new_file_is_made_without_loading_alembic():
    program = (
        "import sys; from api.database import database_engine, migrate;"
        "migrate(database_engine(None)); print(*sys.modules)"
    )
    run = [sys.executable, "-c", program]
    loaded = subprocess.run(run, capture_output=True, text=True, check=True).stdout.split()
    assert "sqlmodel" in loaded
    assert not {"alembic", "mako"} & set(loaded)


def test_a_file_opened_by_several_at_once_is_made_once(tmp_path):
    together = Barrier(8)

    def opened(file):
        engine = database_engine(file)
        together.wait()
        migrate(engine)
        found = _contents(engine)
        engine.dispose()
        return found

    with ThreadPoolExecutor(8) as threads:
        for attempt in range(10):
            file = tmp_path / f"{attempt}.sqlite"
            first, *others = threads.map(opened, [file] * 8)
            assert first[1] == [(REVISION,)]
            assert others == [first] * 7


def test_tables_of_another_program_are_left_alone(tmp_path):
    file = tmp_path / "other.sqlite"
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("CREATE TABLE department (name TEXT)")
    with pytest.raises(InvalidInput, match="cannot be opened"):
        migrate(database_engine(file))
    with closing(sqlite3.connect(file)) as connection:
        tables = connection.execute("SELECT sql FROM sqlite_master").fetchall()
    assert ("CREATE TABLE department (name TEXT)",) in tables


def test_migrating_again_changes_nothing_and_copies_nothing(sqlite_engine, tmp_path):
    load_demo(sqlite_engine)
    migrate(sqlite_engine)
    with Session(sqlite_engine) as session:
        assert Store(session).department("ishoej-2020") == ISHOEJ
    assert list(tmp_path.glob("*before*")) == []


def test_a_file_whose_upgrade_fails_has_a_copy_of_what_it_was(sqlite_engine, tmp_path):
    load_demo(sqlite_engine)
    with pytest.raises(RuntimeError, match="half-way"):
        upgrade(sqlite_engine, _with_a_step_that_fails(tmp_path))
    copy = database_engine(tmp_path / f"planner.sqlite.before-upgrade-from-{REVISION}")
    migrate(copy)
    with Session(copy) as session:
        assert Store(session).department("ishoej-2020") == ISHOEJ
    copy.dispose()


def test_a_file_from_a_newer_planner_is_refused(tmp_path):
    file = tmp_path / "planner.sqlite"
    _as_written_by(file, "9999")
    with pytest.raises(InvalidInput, match="newer version") as refusal:
        migrate(database_engine(file))
    assert refusal.value.field == "database"


def test_a_file_that_is_no_database_is_refused_and_left_alone(tmp_path):
    file = tmp_path / "notat.txt"
    file.write_text("37,2 sager pr. fuldtidsstilling " * 100)
    before = file.read_bytes()
    with pytest.raises(InvalidInput, match="cannot be opened"):
        migrate(database_engine(file))
    assert file.read_bytes() == before


def test_reading_a_file_that_is_not_there_does_not_make_it(tmp_path):
    file = tmp_path / "misspelt.db"
    with pytest.raises(InvalidInput, match="there is no file") as refusal:
        stored_department(file, "ishoej-2020")
    assert refusal.value.field == "database"
    assert not file.exists()


def test_a_file_may_have_any_name(tmp_path):
    file = tmp_path / "50 % af Ishøj? #1.sqlite"
    engine = database_engine(file)
    migrate(engine)
    engine.dispose()
    assert file.exists()


def test_a_folder_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(InvalidInput, match="cannot be opened"):
        migrate(database_engine(tmp_path / "nowhere" / "planner.sqlite"))


def test_postgresql_opened_by_several_at_once_is_made_once(empty_postgresql_database):
    _migrated_by_several(empty_postgresql_database)


def test_postgresql_opened_by_several_at_once_is_upgraded_once(empty_postgresql_database):
    engine = database_engine(empty_postgresql_database)
    _at_the_first_step(engine)
    with engine.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO department (slug, version, document, created_at)"
                " VALUES ('a', 1, '{}', '2026-01-01')"
            )
        )
    engine.dispose()
    _migrated_by_several(empty_postgresql_database)
    engine = database_engine(empty_postgresql_database)
    with engine.connect() as connection:
        kept = connection.execute(text("SELECT slug, created_by FROM department")).all()
    engine.dispose()
    assert kept == [("a", None)]


def test_an_upgrade_of_postgresql_that_fails_leaves_all_as_it_was(postgresql_engine, tmp_path):
    load_demo(postgresql_engine)
    with pytest.raises(RuntimeError, match="half-way"):
        upgrade(postgresql_engine, _with_a_step_that_fails(tmp_path))
    with Session(postgresql_engine) as session:
        assert Store(session).department("ishoej-2020") == ISHOEJ
    migrate(postgresql_engine)


def test_postgresql_from_a_newer_planner_is_refused(postgresql_engine):
    with postgresql_engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(InvalidInput, match="newer version"):
        migrate(postgresql_engine)


SECRET = "hemmelig"


@pytest.mark.parametrize(
    ("named", "said"),
    [
        (f"postgresql://planner:{SECRET}@127.0.0.1:1/planner", "cannot be reached"),
        (f"postgres://planner:{SECRET}@127.0.0.1:1/planner", "cannot be reached"),
        (f"postgresql://planner@127.0.0.1:1/planner?password={SECRET}", "cannot be reached"),
        (f"postgresql://planner:{SECRET}@host:port/planner", "cannot be read"),
        (f"mysql://planner:{SECRET}@127.0.0.1/planner", "begins with postgresql://"),
    ],
)
def test_a_database_that_cannot_be_used_is_refused_without_its_password(named, said):
    with pytest.raises(InvalidInput, match=said) as refusal:
        migrate(database_engine(named))
    assert SECRET not in refusal.value.message.da + refusal.value.message.en
    assert SECRET not in repr(Settings(database=named))
    assert refusal.value.field == "database"


def test_postgresql_without_its_driver_is_refused_with_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(InvalidInput, match=r"pip install 'caseload-planner\[postgres\]'"):
        database_engine("postgresql://127.0.0.1/planner")


def test_every_connection_to_postgresql_has_limits_and_speaks_utc(postgresql_engine):
    with postgresql_engine.connect() as connection:
        said = {
            name: connection.scalar(text(f"SHOW {name}"))
            for name in ("statement_timeout", "lock_timeout", "timezone")
        }
    assert said == {"statement_timeout": "10s", "lock_timeout": "3s", "timezone": "UTC"}


def _migrated_by_several(database):
    together = Barrier(6)

    def opened(_):
        engine = database_engine(database)
        together.wait()
        migrate(engine)
        with engine.connect() as connection:
            steps = connection.execute(text("SELECT version_num FROM alembic_version")).all()
            context = MigrationContext.configure(connection)
            differences = compare_metadata(context, SQLModel.metadata)
        engine.dispose()
        return steps, differences

    with ThreadPoolExecutor(6) as threads:
        assert list(threads.map(opened, range(6))) == [([(REVISION,)], [])] * 6


def _at_the_first_step(engine):
    config = Config()
    config.set_main_option("script_location", "api:migrations")
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")


def _contents(engine):
    with engine.connect() as connection:
        tables = connection.execute(text("SELECT name, sql FROM sqlite_master ORDER BY name")).all()
        steps = connection.execute(text("SELECT version_num FROM alembic_version")).all()
    # A table that a step has copied has its name in quotes.
    return [(name, "".join((sql or "").replace('"', "").split())) for name, sql in tables], steps


def _with_a_step_that_fails(folder):
    steps = folder / "migrations"
    copytree(files("api") / "migrations", steps)
    (steps / "versions" / "9999_fails.py").write_text(
        "from alembic import op\n"
        f"revision, down_revision = '9999', '{REVISION}'\n"
        "def upgrade():\n"
        "    op.drop_table('department')\n"
        "    raise RuntimeError('half-way')\n"
    )
    return str(steps)


def _as_written_by(file, revision):
    with sqlite3.connect(file) as connection:
        connection.execute("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL)")
        connection.execute("INSERT INTO alembic_version VALUES (?)", (revision,))
    connection.close()
