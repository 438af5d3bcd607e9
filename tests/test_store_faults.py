"""Faults of the database: each is a clear answer, nothing is half saved, and it passes.

They are real ones: a lock that somebody holds, a disk without room, a server that is stopped, rows
and pages written over, a connection cut off, a process killed.
"""

import contextlib
import http.client
import json
import os
import random
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest
from conftest import start_postgresql
from fastapi.testclient import TestClient
from sqlalchemy import text
from sqlmodel import Session

from api import database as databases
from api.app import create_app
from api.database import database_engine, migrate
from api.documents import DepartmentDocument, load_example
from api.settings import Settings
from api.store.departments import Store

ISHOEJ = DepartmentDocument.from_domain(load_example("ishoej-2020")).as_json()
KILLS, KILLS_IN_SOAK = 5, 50


def named(slug, **changes):
    return {**ISHOEJ, "slug": slug, **changes}


@contextlib.contextmanager
def served(database):
    with TestClient(create_app(Settings(database=database))) as opened:
        yield opened


@pytest.fixture
def impatient(monkeypatch):
    """Wait a tenth of a second for a lock where the service waits for seconds."""
    waits = [each for each in databases._PRAGMAS if "busy_timeout" not in each]
    monkeypatch.setattr(databases, "_PRAGMAS", (*waits, "PRAGMA busy_timeout = 100"))
    monkeypatch.setattr(databases, "_SERVER_SETTINGS", "-c lock_timeout=100ms")


@contextlib.contextmanager
def locked(database):
    """Another program in the middle of a change."""
    engine = database_engine(database)
    with engine.connect() as other:
        if engine.dialect.name == "sqlite":
            other.exec_driver_sql("BEGIN IMMEDIATE")
        else:
            other.execute(text("LOCK TABLE department IN EXCLUSIVE MODE"))
        yield
        other.rollback()
    engine.dispose()


def test_a_database_that_another_holds_is_busy_and_then_is_not(database, impatient):
    with served(database) as service:
        with locked(database):
            refused = service.post("/v1/departments", json=named("a"))
            assert service.get("/v1/departments").json() == {"rows": []}  # readers do not wait
        assert (refused.status_code, refused.headers["Retry-After"]) == (503, "2")
        assert refused.json()["title"] == "Kan ikke svare lige nu"
        assert "intet er gemt" in refused.json()["detail"]
        assert service.get("/v1/departments/a").status_code == 404
        assert service.post("/v1/departments", json=named("a")).status_code == 201


def test_many_who_write_at_once_are_all_kept(database):
    """A writer that waited for the lock in the event loop would stop the one that holds it."""
    with served(database) as service:
        with ThreadPoolExecutor(16) as threads:
            answers = threads.map(
                lambda slug: service.post("/v1/departments", json=named(slug)).status_code,
                [f"a{number}" for number in range(48)],
            )
            assert set(answers) == {201}
        assert len(service.get("/v1/departments").json()["rows"]) == 48


@pytest.fixture
def small_disk(tmp_path):
    """A disk of 1 MB of its own; where none may be mounted, the test does not run."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(disk)]
    try:
        subprocess.run(mount, check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError) as error:
        pytest.skip(f"no small disk can be mounted here: {error}")
    yield disk
    subprocess.run(["umount", str(disk)], check=True)


def test_a_full_disk_keeps_nothing_of_what_did_not_fit_and_all_of_what_did(small_disk):
    """A real disk of 1 MB; ballast is then taken away, and the service goes on."""
    ballast = small_disk / "ballast"
    ballast.write_bytes(b"x" * 200_000)
    file = small_disk / "planner.sqlite"
    with served(file) as service:
        kept = _fill_up(service)
        ballast.unlink()
        assert service.post("/v1/departments", json=named("after")).status_code == 201
        _check_kept(service, [*kept, "after"])
    with closing(sqlite3.connect(file)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]


def test_a_full_database_keeps_nothing_of_what_did_not_fit(tmp_path, monkeypatch):
    """The same where no disk can be mounted: SQLite itself has no more pages to give."""
    pages = (*databases._PRAGMAS, "PRAGMA max_page_count = 100")
    monkeypatch.setattr(databases, "_PRAGMAS", pages)
    with served(tmp_path / "planner.sqlite") as service:
        _check_kept(service, _fill_up(service))


def _fill_up(service):
    kept = []
    for number in range(200):
        answer = service.post("/v1/departments", json=named(f"a{number}"))
        if answer.status_code != 201:
            break
        kept.append(f"a{number}")
    assert (answer.status_code, answer.headers.get("Retry-After")) == (503, "60")
    assert "disken med databasen er fuld; intet er gemt" in answer.json()["detail"]
    assert kept
    _check_kept(service, kept)
    return kept


def _check_kept(service, slugs):
    rows = service.get("/v1/departments").json()["rows"]
    assert sorted(each["address"] for each in rows) == sorted(f"{slug}@1" for slug in slugs)
    assert {each["fault"] for each in rows} == {None}


def test_postgresql_without_room_is_said_to_be_full(postgresql_engine, postgresql_database):
    """The server's own code for it, which a trigger raises while the row is inserted."""
    with postgresql_engine.begin() as connection:
        connection.execute(
            text(
                "CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
                " RAISE EXCEPTION 'no space left on device' USING ERRCODE = '53100'; END $$"
            )
        )
        connection.execute(
            text("CREATE TRIGGER full_disk AFTER INSERT ON department EXECUTE FUNCTION full_disk()")
        )
    with served(postgresql_database) as service:
        answer = service.post("/v1/departments", json=named("a"))
        assert (answer.status_code, answer.headers["Retry-After"]) == (503, "60")
        assert "space" not in answer.text
        assert service.get("/v1/departments").json() == {"rows": []}


def test_a_server_that_is_stopped_and_started_is_used_again_without_a_restart():
    server = start_postgresql()
    try:
        url = server.get_uri()
        engine = database_engine(url)
        migrate(engine)
        engine.dispose()
        with served(url) as service:
            assert service.post("/v1/departments", json=named("before")).status_code == 201
            server.stop()
            for _ in range(3):
                read = service.get("/v1/departments")
                written = service.post("/v1/departments", json=named("during"))
                for answer in (read, written):
                    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
                    assert "databasen svarer ikke" in answer.json()["detail"]
            assert service.get("/v1/fte?staff=20x37").status_code == 200
            server.start()
            assert service.post("/v1/departments", json=named("after")).status_code == 201
            _check_kept(service, ["before", "after"])
            engine = database_engine(url)
            for _ in range(2):
                with engine.connect() as connection:
                    assert connection.scalar(text("SELECT count(*) FROM department")) == 2
                server.stop()
                server.start()  # between two requests: none of them hears of it
            engine.dispose()
    finally:
        server.cleanup()


def test_a_connection_that_breaks_within_a_request_keeps_nothing(
    postgresql_engine, postgresql_database
):
    """The server ends the session between the insertion and the commit."""
    with postgresql_engine.begin() as connection:
        connection.execute(
            text(
                "CREATE FUNCTION ended() RETURNS trigger LANGUAGE plpgsql AS"
                " $$ BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); RETURN NULL; END $$"
            )
        )
        connection.execute(
            text(
                "CREATE CONSTRAINT TRIGGER ended AFTER INSERT ON department"
                " DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION ended()"
            )
        )
    with served(postgresql_database) as service:
        assert service.post("/v1/departments", json=named("a")).status_code == 503
        with postgresql_engine.begin() as connection:
            connection.execute(text("DROP TRIGGER ended ON department"))
        assert service.post("/v1/departments", json=named("b")).status_code == 201
        _check_kept(service, ["b"])


SECRET = "Hvidovrevej 47"
NO_DEPARTMENT = {
    "no document": f'{{"navn": "{SECRET}"}}',
    "a number": "37",
    "a wrong field": json.dumps(named("a", open_cases=SECRET)),
    "names that do not fit": json.dumps(named("a", headline_team="findes-ikke")),
}
NO_JSON = {"no JSON": f"{{{SECRET}", "no text": b"\xff\xfe", "nothing": ""}


@pytest.mark.parametrize(
    ("kind", "what"),
    [
        *(("sqlite", what) for what in [*NO_DEPARTMENT, *NO_JSON]),
        ("postgresql", "a wrong field"),  # what is no JSON, PostgreSQL does not take
    ],
)
def test_a_row_that_cannot_be_read_is_named_and_stops_no_other(kind, what, request):
    database = request.getfixturevalue(f"{kind}_database")
    _keep_two(database)
    written = {**NO_DEPARTMENT, **NO_JSON}[what]
    as_it_is = {"postgresql": "CAST(:written AS JSON)", "sqlite": ":written"}[kind]
    value = "CAST(:written AS TEXT)" if isinstance(written, bytes) else as_it_is
    engine = database_engine(database)
    with engine.begin() as connection:
        change = f"UPDATE department SET document = {value} WHERE slug = 'a'"
        connection.execute(text(change), {"written": written})
    engine.dispose()
    with served(database) as service:
        rows = service.get("/v1/departments").json()["rows"]
        assert [(each["address"], each["open_cases"]) for each in rows] == [
            ("a@1", None),
            ("b@1", 890),
        ]
        assert "department a@1 kan ikke læses" in rows[0]["fault"]
        answer = service.get("/v1/departments/a")
        assert answer.status_code == 500
        assert "department a@1 kan ikke læses" in answer.json()["detail"]
        assert SECRET not in answer.text + str(rows)
        assert service.get("/").status_code == 200
        healed = service.put("/v1/departments/a", json=named("a"), headers={"If-Match": "*"})
        assert (healed.status_code, healed.json()["version"]) == (201, 2)
        assert service.get("/v1/departments/a").status_code == 200


def _keep_two(database):
    engine = database_engine(database)
    with Session(engine) as session, session.begin():
        for slug in ("a", "b"):
            document = DepartmentDocument.model_validate(named(slug))
            Store(session).add_department(document.to_domain())
    engine.dispose()


def test_a_moment_that_cannot_be_read_is_named_and_stops_no_other(sqlite_engine, sqlite_database):
    _keep_two(sqlite_database)
    with sqlite_engine.begin() as connection:
        connection.execute(text("UPDATE department SET created_at = 'i går' WHERE slug = 'a'"))
    with served(sqlite_database) as service:
        answer = service.get("/v1/departments/a")
        assert (answer.status_code, "department a" in answer.json()["detail"]) == (500, True)
        assert service.get("/v1/departments/b").status_code == 200
        assert len(service.get("/v1/departments").json()["rows"]) == 2


def test_a_damaged_page_is_said_to_be_damage(sqlite_engine, sqlite_database):
    with Session(sqlite_engine) as session, session.begin():
        Store(session).add_department(load_example("ishoej-2020"))
    with sqlite_engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        page, size = (
            connection.exec_driver_sql(question).scalar_one()
            for question in (
                "SELECT rootpage FROM sqlite_master WHERE name = 'department'",
                "PRAGMA page_size",
            )
        )
    sqlite_engine.dispose()
    with Path(sqlite_database).open("r+b") as file:
        file.seek((page - 1) * size)
        file.write(b"\xff" * size)
    with served(sqlite_database) as service:
        answer = service.get("/v1/departments")
        assert answer.status_code == 500
        assert "caseload restore" in answer.json()["detail"]


@contextlib.contextmanager
def own_process(database):
    """The service in a process of its own, with its port; killed without a word at the end."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    program = [sys.executable, "-m", "api", "serve", "--database", str(database)]
    process = subprocess.Popen(
        [*program, "--port", str(port)], stderr=subprocess.PIPE, stdout=subprocess.DEVNULL
    )
    try:
        _wait_for(port, process)
        yield process, port
    finally:
        process.kill()
        process.wait()
        process.stderr.close()


def _wait_for(port, process):
    for _ in range(600):
        assert process.poll() is None, process.stderr.read()
        with contextlib.suppress(OSError, http.client.HTTPException):
            if sent(port, "GET", "/health")[0] == 200:
                return
        time.sleep(0.05)
    raise AssertionError("the service did not answer within 30 seconds")


def sent(port, method, path, document=None):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        body = None if document is None else json.dumps(document).encode()
        connection.request(method, path, body, {"Content-Type": "application/json"})
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()


def test_a_request_that_is_cut_off_halfway_leaves_nothing(database):
    body = json.dumps(named("a")).encode()
    head = (
        "POST /v1/departments HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    ).encode()
    with own_process(database) as (_, port):
        for share in (0.0, 0.5, 0.999):
            with socket.create_connection(("127.0.0.1", port)) as connection:
                connection.sendall(head + body[: int(len(body) * share)])
        with socket.create_connection(("127.0.0.1", port)) as connection:
            # Reset, not closed: as when a machine disappears.
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
            connection.sendall(head + body[:1000])
        assert sent(port, "GET", "/v1/departments") == (200, b'{"rows": []}')
        assert sent(port, "POST", "/v1/departments", named("a"))[0] == 201


def _kill_while_many_write(database, luck):
    """Kill the service in the midst of eight writers, and return what it had accepted."""
    accepted = []
    with own_process(database) as (process, port):

        def write(writer):
            for number in range(10_000):
                slug = f"k{process.pid}-{writer}-{number}"
                try:
                    status, _ = sent(port, "POST", "/v1/departments", named(slug))
                except (OSError, http.client.HTTPException):
                    return
                if status == 201:
                    accepted.append(slug)

        with ThreadPoolExecutor(8) as threads:
            running = [threads.submit(write, writer) for writer in range(8)]
            while len(accepted) < 5:
                time.sleep(0.005)
            time.sleep(luck.uniform(0, 0.3))
            process.send_signal(signal.SIGKILL)
            for each in running:
                each.result()
    return accepted


def _kept_slugs(database):
    engine = database_engine(database)
    with engine.connect() as connection:
        if engine.dialect.name == "sqlite":
            faults = connection.execute(text("PRAGMA integrity_check")).scalars().all()
            assert faults == ["ok"]
        rows = connection.execute(text("SELECT slug, document FROM department")).all()
    engine.dispose()
    for slug, document in rows:
        read = json.loads(document) if isinstance(document, str) else document
        assert read["slug"] == slug
    return {slug for slug, _ in rows}


def _check_kills(database, kills):
    luck, accepted = random.Random(4), []
    for _ in range(kills):
        accepted += _kill_while_many_write(database, luck)
        assert _kept_slugs(database) >= set(accepted)


@pytest.mark.skipif(os.name == "nt", reason="there is no kill -9")
def test_nothing_accepted_is_lost_when_the_service_is_killed(database):
    _check_kills(database, KILLS)


@pytest.mark.soak
@pytest.mark.skipif(os.name == "nt", reason="there is no kill -9")
def test_nothing_accepted_is_lost_in_many_kills(database):
    _check_kills(database, KILLS_IN_SOAK)
