"""Departments over HTTP: kept, changed by one at a time, kept for a purpose, and really deleted."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from threading import Barrier

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import text
from sqlmodel import Session, SQLModel
from test_backup import fill

from api.app import create_app
from api.database import database_engine, overwrite
from api.documents import DepartmentDocument, load_example
from api.settings import Settings
from api.store.departments import Store, expire
from api.today import today

ISHOEJ = DepartmentDocument.from_domain(load_example("ishoej-2020")).as_json()
PATH = "/v1/departments/ishoej-2020"


@pytest.fixture
def service(database):
    """The service on an empty database, on both kinds in turn."""
    with TestClient(create_app(Settings(database=database))) as opened:
        yield opened


@pytest.fixture
def plain_service(sqlite_database):
    """The service where the kind of database is no matter."""
    with TestClient(create_app(Settings(database=sqlite_database))) as opened:
        yield opened


def with_cases(number):
    return {**ISHOEJ, "open_cases": number}


def test_a_department_is_kept_and_comes_back_the_same(service):
    made = service.post("/v1/departments", json=ISHOEJ)
    assert made.status_code == 201
    assert made.headers["Location"] == f"{PATH}@1"
    got = service.get(PATH)
    assert got.json() == made.json() == ISHOEJ
    assert got.headers["ETag"] == made.headers["ETag"]


def test_a_change_names_what_it_changes(service):
    first = service.post("/v1/departments", json=ISHOEJ).headers["ETag"]
    unnamed = service.put(PATH, json=with_cases(900))
    assert (unnamed.status_code, unnamed.json()["errors"][0]["field"]) == (428, "If-Match")
    assert service.post("/v1/departments", json=with_cases(900)).status_code == 428
    changed = service.put(PATH, json=with_cases(900), headers={"If-Match": first})
    assert (changed.status_code, changed.json()["version"]) == (201, 2)
    late = service.put(PATH, json=with_cases(901), headers={"If-Match": first})
    assert (late.status_code, late.json()["title"]) == (412, "Ændret imens")
    assert service.get(PATH).json()["open_cases"] == 900
    by_post = service.post(
        "/v1/departments", json=with_cases(901), headers={"If-Match": changed.headers["ETag"]}
    )
    assert (by_post.status_code, by_post.json()["version"]) == (201, 3)


@pytest.mark.parametrize(
    ("header", "value", "status"),
    [
        ("If-Match", "*", 201),
        ("If-Match", '"other", {tag}', 201),
        ("If-Match", "W/{tag}", 412),
        ("If-Match", '"other"', 412),
        ("If-Match", "not quoted", 412),
        ("If-None-Match", "*", 412),
        ("If-None-Match", "{tag}", 412),
        ("If-None-Match", "W/{tag}", 412),
    ],
)
def test_conditions_are_read_as_the_standard_says(plain_service, header, value, status):
    tag = plain_service.post("/v1/departments", json=ISHOEJ).headers["ETag"]
    answer = plain_service.put(PATH, json=with_cases(900), headers={header: value.format(tag=tag)})
    assert answer.status_code == status


def test_what_is_not_there_can_be_made_only_if_it_is_not_there(plain_service):
    assert plain_service.put(PATH, json=ISHOEJ, headers={"If-Match": "*"}).status_code == 412
    assert plain_service.put(PATH, json=ISHOEJ, headers={"If-None-Match": "*"}).status_code == 201


def test_a_reader_is_told_when_nothing_is_new(plain_service):
    tag = plain_service.post("/v1/departments", json=ISHOEJ).headers["ETag"]
    again = plain_service.get(PATH, headers={"If-None-Match": f'"x", W/{tag}'})
    assert (again.status_code, again.content, again.headers["ETag"]) == (304, b"", tag)
    plain_service.put(PATH, json=with_cases(900), headers={"If-Match": tag})
    assert plain_service.get(PATH, headers={"If-None-Match": tag}).status_code == 200


def test_the_same_again_is_no_new_version(plain_service):
    tag = plain_service.post("/v1/departments", json=ISHOEJ).headers["ETag"]
    again = plain_service.put(PATH, json=ISHOEJ, headers={"If-Match": tag})
    assert (again.status_code, again.headers["ETag"]) == (200, tag)


def test_what_is_deleted_and_made_anew_has_another_tag(service):
    tag = service.post("/v1/departments", json=ISHOEJ).headers["ETag"]
    service.delete(PATH)
    service.post("/v1/departments", json=with_cases(900))
    late = service.put(PATH, json=with_cases(901), headers={"If-Match": tag})
    assert late.status_code == 412


def test_every_version_says_who_kept_it_and_when(service):
    before = datetime.now(UTC)
    tag = service.post("/v1/departments", json=ISHOEJ).headers["ETag"]
    service.put(PATH, json=with_cases(900), headers={"If-Match": tag})
    rows = service.get(f"{PATH}/versions").json()["rows"]
    assert [each["address"] for each in rows] == ["ishoej-2020@2", "ishoej-2020@1"]
    assert {each["kept_by"] for each in rows} == {"local"}
    moments = [datetime.fromisoformat(each["kept_at"]) for each in rows]
    assert before <= moments[1] <= moments[0] <= datetime.now(UTC)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"slug": "another"}, "slug"),
        ({"headline_team": "no-such-team"}, "headline_team"),
        ({"open_cases": "mange"}, "open_cases"),
        ({"name": {"da": "CPR 010190-1234", "en": "x"}}, "name.da"),
    ],
)
def test_a_document_that_cannot_be_is_refused_and_not_kept(plain_service, change, field):
    answer = plain_service.put(PATH, json={**ISHOEJ, **change})
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, field)
    assert plain_service.get("/v1/departments").json() == {"rows": []}


@pytest.mark.parametrize("path", ["", "/versions", "/purpose"])
def test_one_version_cannot_be_changed_or_deleted_alone(plain_service, path):
    plain_service.post("/v1/departments", json=ISHOEJ)
    if path == "":
        assert plain_service.put(f"{PATH}@1", json=ISHOEJ).status_code == 422
        assert plain_service.delete(f"{PATH}@1").status_code == 422
    else:
        assert plain_service.get(f"{PATH}@1{path}").status_code == 422
    assert plain_service.get(PATH).status_code == 200


def test_a_purpose_is_stated_and_shown(service):
    service.post("/v1/departments", json=ISHOEJ)
    assert service.get(f"{PATH}/purpose").status_code == 404
    said = {"purpose": "Budget 2027", "delete_after": str(today() + timedelta(days=90))}
    stated = service.put(f"{PATH}/purpose", json=said)
    assert stated.status_code == 200
    shown = service.get(f"{PATH}/purpose")
    assert shown.json() == stated.json()
    assert shown.json().items() >= {**said, "stated_by": "local"}.items()
    row = service.get("/v1/departments").json()["rows"][0]
    assert (row["purpose"], row["delete_after"]) == tuple(said.values())


def test_a_purpose_is_changed_by_one_at_a_time(service):
    service.post("/v1/departments", json=ISHOEJ)
    first = service.put(f"{PATH}/purpose", json={"purpose": "Budget 2027"}).headers["ETag"]
    assert service.put(f"{PATH}/purpose", json={"purpose": "x"}).status_code == 428
    match = {"If-Match": first}
    assert service.put(f"{PATH}/purpose", json={"purpose": "A"}, headers=match).status_code == 200
    assert service.put(f"{PATH}/purpose", json={"purpose": "B"}, headers=match).status_code == 412
    assert service.get(f"{PATH}/purpose").json()["purpose"] == "A"


def test_a_day_that_has_passed_deletes_nothing_by_mistake(plain_service):
    plain_service.post("/v1/departments", json=ISHOEJ)
    past = {"purpose": "x", "delete_after": str(today() - timedelta(days=1))}
    answer = plain_service.put(f"{PATH}/purpose", json=past)
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "delete_after")
    assert plain_service.put("/v1/departments/x/purpose", json={"purpose": "x"}).status_code == 404


def test_a_deleted_department_is_gone_with_all_that_was_kept_about_it(engine, service):
    fill(engine)
    with Session(engine) as session, session.begin():
        Store(session).add_department(load_example("fjordkoebing-2026"))
        for job, department in (("versioned", "ishoej-2020@2"), ("other", "fjordkoebing-2026@1")):
            _add_job(session, job, department)
        _add_reply(session, "about", b'{"department": "ishoej-2020@1"}', {})
        _add_reply(session, "made", b"", {"Location": f"{PATH}@1"})
        _add_reply(session, "other", b'{"department": "ishoej-20200"}', {})
    answer = service.delete(PATH)
    gone = {
        "department": "ishoej-2020",
        "versions": 2,
        "scenarios": 1,
        "jobs": 2,
        "imports": 1,
    }
    assert answer.json() == gone
    assert service.get(PATH).status_code == 404
    with engine.connect() as connection:
        left = {
            table: sorted(connection.execute(text(f"SELECT {column} FROM {table}")).scalars())
            for table, column in {
                "department": "slug",
                "scenario": "slug",
                "scenario_version": "did",
                "purpose": "purpose",
                "job": "id",
                "chunk": "job_id",
            }.items()
        }
        replies = set(connection.execute(text("SELECT key FROM reply")).scalars())
        figures = connection.execute(text("SELECT count(*) FROM figure")).scalar_one()
    assert left == {
        "department": ["fjordkoebing-2026"], "scenario": [], "scenario_version": [],
        "purpose": [], "job": ["other"], "chunk": ["other"],
    }  # fmt: skip
    assert replies & {"about", "made", "other"} == {"other"}
    assert figures == 2
    assert service.delete(PATH).status_code == 404


def test_a_department_that_was_changed_meanwhile_is_not_deleted(plain_service):
    tag = plain_service.post("/v1/departments", json=ISHOEJ).headers["ETag"]
    plain_service.put(PATH, json=with_cases(900), headers={"If-Match": tag})
    assert plain_service.delete(PATH, headers={"If-Match": tag}).status_code == 412
    assert plain_service.get(PATH).status_code == 200


def test_not_a_byte_of_a_deleted_department_is_left_in_the_files(sqlite_database):
    """The words are looked for in the raw files, log and all."""
    marker = "Hvidovrevej-hemmelig-47"
    document = {**ISHOEJ, "name": {"da": marker, "en": marker}}

    def found():
        return [
            file.name
            for file in Path(sqlite_database).parent.iterdir()
            if marker.encode() in file.read_bytes()
        ]

    with TestClient(create_app(Settings(database=sqlite_database))) as service:
        key = {"Idempotency-Key": "k1"}
        tag = service.post("/v1/departments", json=document, headers=key).headers["ETag"]
        for cases in (900, 901):
            change = {**document, "open_cases": cases}
            tag = service.put(PATH, json=change, headers={"If-Match": tag}).headers["ETag"]
        service.put(f"{PATH}/purpose", json={"purpose": marker})
        assert found() != []
        service.delete(PATH)
        assert found() == []
    assert found() == []


def test_expired_departments_are_deleted_and_no_others(engine):
    day = date(2026, 6, 30)
    with Session(engine) as session, session.begin():
        for slug, last in (("a", day), ("b", day + timedelta(days=1)), ("c", None)):
            store = Store(session)
            store.add_department(_named(slug))
            store.state_purpose(slug, "x", last, by="B", after=None)
        Store(session).add_department(_named("d"))
    assert expire(engine, day) == ()  # the last day is a day it is kept
    assert expire(engine, day + timedelta(days=1)) == ("a",)
    with Session(engine) as session:
        assert [each.slug for each in Store(session).departments()] == ["b", "c", "d"]


def test_the_service_deletes_what_has_expired_when_it_starts(database, engine):
    with Session(engine) as session, session.begin():
        for slug, days in (("a", -1), ("b", 1)):
            last = today() + timedelta(days=days)
            Store(session).add_department(_named(slug))
            Store(session).state_purpose(slug, "x", last, by="B", after=None)
    with TestClient(create_app(Settings(database=database))) as service:
        rows = service.get("/v1/departments").json()["rows"]
    assert [each["address"] for each in rows] == ["b@1"]


def test_of_two_who_change_the_same_version_exactly_one_wins(database, engine):
    """Each has read version 1 when it writes, in its own transaction and its own thread."""
    with Session(engine) as session, session.begin():
        Store(session).add_department(_named("a"))
    both = Barrier(2)

    def change(cases):
        with Session(engine) as session:
            store = Store(session)
            before = store.latest("a")
            both.wait()
            try:
                added = store.add_department(_named("a", cases), by=str(cases), after=before)
                session.commit()
            except Exception as refused:
                return type(refused).__name__
            return added.version

    for attempt in range(1, 21):
        with ThreadPoolExecutor(2) as threads:
            said = list(threads.map(change, (1000 + attempt, 2000 + attempt)))
        assert sorted(map(str, said)) == sorted([str(attempt + 1), "ChangedMeanwhile"])


def test_of_many_who_send_the_same_if_match_exactly_one_wins(service):
    tag = service.post("/v1/departments", json=ISHOEJ).headers["ETag"]

    def change(cases):
        return service.put(PATH, json=with_cases(cases), headers={"If-Match": tag}).status_code

    with ThreadPoolExecutor(8) as threads:
        statuses = list(threads.map(change, range(1000, 1016)))
    assert sorted(statuses) == [201] + [412] * 15
    assert len(service.get(f"{PATH}/versions").json()["rows"]) == 2


def test_of_many_who_state_the_first_purpose_exactly_one_wins(service):
    service.post("/v1/departments", json=ISHOEJ)

    def state(number):
        return service.put(f"{PATH}/purpose", json={"purpose": f"nr. {number}"}).status_code

    with ThreadPoolExecutor(8) as threads:
        statuses = list(threads.map(state, range(16)))
    assert statuses.count(200) == 1
    assert set(statuses) <= {200, 412, 428}


def test_a_log_that_a_reader_holds_is_emptied_later(sqlite_engine, sqlite_database):
    with Session(sqlite_engine) as session, session.begin():
        Store(session).add_department(_named("a"))
    log = Path(f"{sqlite_database}-wal")
    reader = database_engine(sqlite_database)
    with reader.connect() as reading:
        reading.exec_driver_sql("BEGIN")
        reading.execute(text("SELECT count(*) FROM department")).all()
        with Session(sqlite_engine) as session, session.begin():
            session.connection().exec_driver_sql("PRAGMA busy_timeout = 10")
            Store(session).delete_department("a")
        assert not overwrite(sqlite_engine)
    reader.dispose()
    assert overwrite(sqlite_engine)
    assert log.stat().st_size == 0


def _named(slug, cases=890):
    document = {**ISHOEJ, "slug": slug, "open_cases": cases}
    return DepartmentDocument.model_validate(document).to_domain()


def _add_job(session, number, department):
    job = SQLModel.metadata.tables["job"]
    from test_backup import _value

    row = {each.name: _value(each) for each in job.columns}
    session.execute(job.insert().values(row | {"id": number, "department": department}))
    session.execute(
        SQLModel.metadata.tables["chunk"].insert().values(job_id=number, key="0", counted=b"1")
    )


def _add_reply(session, key, body, headers):
    reply = SQLModel.metadata.tables["reply"]
    from test_backup import _value

    row = {each.name: _value(each) for each in reply.columns}
    session.execute(reply.insert().values(row | {"key": key, "body": body, "headers": headers}))
