"""A list through the service and the command line: shown, corrected, accepted, kept, deleted."""

import json
import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from past_lists import ABSENCE, CASES, DEPARTMENT, DEPARTMENTS, STAFF, STUDY, read
from sqlalchemy import text
from sqlmodel import Session, SQLModel
from test_imports import activity, equal

import api.imports.desk as desk
from api.app import create_app
from api.documents import DepartmentDocument
from api.etags import ChangedMeanwhile
from api.faults import Unreadable
from api.imports.desk import Acceptance, imported
from api.imports.fields import Kind
from api.imports.given import new_secret
from api.imports.refusals import UnknownImport
from api.imports.terms import terms
from api.settings import Settings
from api.store.departments import Store, expire
from api.store.histories import Histories, keep_accepted
from api.today import today

SLUG = DEPARTMENT.slug
CHECK = "/v1/imports/check"
KEPT = f"/v1/departments/{SLUG}/imports"
FILE = {"Content-Type": "application/octet-stream"}
SAID = {
    "kind": "cases",
    "file": "sager.csv",
    "unit": "child",
    "seen_on": "2026-03-31",
    "complete_from": "2025-01-01",
}


@pytest.fixture
def service(database):
    """The service with one department, on both kinds of database in turn."""
    yield from _service(database)


@pytest.fixture
def plain_service(sqlite_database):
    """The service where the kind of database is no matter."""
    yield from _service(sqlite_database)


def _service(database, **settings):
    chosen = Settings(database=database, **settings)
    with TestClient(create_app(chosen), raise_server_exceptions=False) as opened:
        document = DepartmentDocument.from_domain(DEPARTMENT).as_json()
        assert opened.post("/v1/departments", json=document).status_code == 201
        yield opened
        opened.app.state.warm.wait(300)  # or what loads beside would take a terminal's output


def check(service, content=CASES, **said):
    asked = {**SAID, "department": SLUG, **said}
    asked = {name: value for name, value in asked.items() if value is not None}
    return service.post(CHECK, params=asked, content=content, headers=FILE)


def accept(service, token, content=CASES, **said):
    asked = {name: value for name, value in {**SAID, **said}.items() if value is not None}
    return service.post(KEPT, params={**asked, "accept": token}, content=content, headers=FILE)


def kept(service, content=CASES, **said):
    shown = check(service, content, **said)
    assert shown.status_code == 200, shown.text
    answer = accept(service, shown.json()["token"], content, **said)
    assert answer.status_code == 201, answer.text
    return answer


def rows(engine):
    """How many rows every table has."""
    with engine.connect() as connection:
        return {
            name: connection.execute(text(f'SELECT count(*) FROM "{name}"')).scalar_one()
            for name in SQLModel.metadata.tables
        }


def engine_of(service):
    return service.app.state.engine


# --- The service ---------------------------------------------------------------------------------


def test_a_check_shows_and_keeps_nothing(plain_service):
    before = rows(engine_of(plain_service))
    report = check(plain_service).json()
    assert report["may_be_accepted"]
    assert (report["rows"], report["rows_understood"], report["error_count"]) == (3, 3, 0)
    fields = {each["heading"]: each["field"] for each in report["columns"]}
    assert fields["Opmærksom dato"] == "need_became_known"
    assert report["accepted"] is None
    after = rows(engine_of(plain_service))
    assert after.pop("audit") == before.pop("audit") + 1
    assert after == before


def test_what_is_accepted_is_kept_whole_and_comes_back_equal(service):
    answer = kept(service)
    document = answer.json()["accepted"]
    assert answer.headers["Location"] == f"{KEPT}/{document['id']}"
    assert (document["rows"], document["unit"], document["source"]) == (3, "child", None)
    with Session(engine_of(service)) as session:
        stored = Histories(session)
        secret = stored.given(SLUG, _terms()).secret
        history = stored.latest(SLUG, Kind.CASES)
    assert equal(history, read("cases", CASES, secret=secret).content)


def _terms(**said):
    asked = {"unit": "child", "seen_on": "2026-03-31", "complete_from": "2025-01-01", **said}
    return terms(asked.pop("kind", "cases"), today=date(2026, 6, 1), **asked)


def test_without_the_token_of_what_was_shown_nothing_is_kept(plain_service):
    token = check(plain_service).json()["token"]
    before = rows(engine_of(plain_service))
    other = CASES.replace("S1", "S9")
    for answer in (
        accept(plain_service, "x" * 64),
        accept(plain_service, token, other),
        accept(plain_service, token, unit="family"),
        accept(plain_service, token, map="Lukket=-"),
    ):
        assert answer.status_code == 422
        assert answer.json()["errors"][0]["field"] == "accept"
    assert {**rows(engine_of(plain_service)), "audit": 0} == {**before, "audit": 0}


def test_a_list_with_errors_is_refused_with_all_of_them_and_nothing_is_kept(plain_service):
    faulty = CASES + "S4;B4;boern;;ABC;31-02-2025;;;\nS5;B5;Ældre;;ABC;01-02-2025;;;\n"
    shown = check(plain_service, faulty).json()
    assert not shown["may_be_accepted"]
    before = rows(engine_of(plain_service))
    answer = accept(plain_service, shown["token"], faulty)
    assert answer.status_code == 422
    assert {"F5", "C6"} <= {each["field"] for each in answer.json()["errors"]}
    after = rows(engine_of(plain_service))
    assert {**after, "audit": 0} == {**before, "audit": 0}
    said = {"leave_out_errors": "true"}
    assert kept(plain_service, faulty, **said).json()["accepted"]["rows_left_out"] == 2


def test_a_list_with_open_questions_is_not_kept(plain_service):
    vague = "Oprettet;Modtaget;Team\n01-02-2025;02-02-2025;boern\n"
    shown = check(plain_service, vague).json()
    assert {each["parameter"] for each in shown["questions"]} == {"map"}
    assert accept(plain_service, shown["token"], vague).status_code == 422
    said = {"map": "Oprettet=-;Modtaget=notification_received"}
    assert kept(plain_service, vague, **said).json()["first_day"] == "2025-02-02"


def test_the_same_list_is_kept_once(service):
    first = kept(service).json()["accepted"]["id"]
    again = accept(service, check(service).json()["token"])
    assert (again.status_code, again.json()["accepted"]["id"]) == (200, first)
    assert len(service.get(KEPT).json()["rows"]) == 1


def test_the_lists_of_a_department_are_listed_the_newest_first_and_deleted(service):
    first, second = kept(service), kept(service, CASES.replace("03-02-2025", "02-02-2025"))
    ids = [each["id"] for each in service.get(KEPT).json()["rows"]]
    assert ids == [answer.json()["accepted"]["id"] for answer in (second, first)]
    assert service.delete(f"{KEPT}/{ids[0]}").json()["id"] == ids[0]
    assert service.delete(f"{KEPT}/{ids[0]}").status_code == 404
    assert [each["id"] for each in service.get(KEPT).json()["rows"]] == ids[1:]


def test_a_csv_of_the_lists_can_be_had_too(plain_service):
    kept(plain_service)
    answer = plain_service.get(KEPT, params={"format": "csv", "decimal": "comma"})
    assert answer.text.splitlines()[1].split(";")[1] == "cases"


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"kind": "x"}, "kind"),
        ({"unit": None}, "unit"),
        ({"unit": "x"}, "unit"),
        ({"seen_on": None}, "seen_on"),
        ({"seen_on": "31-02-2026"}, "seen_on"),
        ({"complete_from": None}, "complete_from"),
        ({"complete_from": "2026-04-01"}, "complete_from"),
        ({"map": "Sagsnr."}, "map"),
        ({"map": "{"}, "map"),
        ({"map": "Findes ikke=case_id"}, "map"),
        ({"values": "boern=unge"}, "values"),
        ({"values": "team:boern=x"}, "values"),
        ({"values": "x:boern=unge"}, "values"),
        ({"department": None}, "department"),
        ({"source": "010203-1234"}, "source"),
    ],
)
def test_what_cannot_be_is_refused_by_its_parameter(plain_service, said, field):
    answer = check(plain_service, **said)
    assert answer.status_code == 422, answer.text
    assert "010203" not in answer.text
    assert answer.json()["errors"][0]["field"] == field


def test_a_department_that_is_not_there_is_refused_before_the_file_is_read(plain_service):
    assert check(plain_service, department="x").status_code == 404
    assert plain_service.post("/v1/departments/x/imports", params={**SAID, "accept": "t"},
                              content=CASES, headers=FILE).status_code == 404  # fmt: skip
    assert plain_service.get(f"/v1/departments/{SLUG}@1/imports").status_code == 422


def test_a_form_is_refused_and_told_what_to_send_instead(plain_service):
    asked = {**SAID, "department": SLUG}
    answer = plain_service.post(CHECK, params=asked, files={"file": ("a.csv", CASES.encode())})
    assert answer.status_code == 422
    assert "octet-stream" in answer.json()["detail"]


def test_the_report_is_danish_first_and_english_beside(plain_service):
    faulty = CASES + "S4;B4;boern;;ABC;31-02-2025;;;\n"
    danish, english = check(plain_service, faulty).json(), check(plain_service, faulty, lang="en")
    assert "rækker" in " ".join(danish["warnings"]) or danish["errors"]
    assert danish["errors"][0]["problem"] != english.json()["errors"][0]["problem"]


def test_small_counts_are_hidden_where_it_is_asked_for(plain_service):
    report = check(plain_service, hide_below="5").json()
    assert {each["rows"] for each in report["counts"]} == {None}
    assert report["preview"] == []


def test_names_and_numbers_of_people_are_not_in_the_database(plain_service, tmp_path):
    kept(plain_service)
    kept(plain_service, STAFF, kind="staff", unit=None, source="Løn")
    kept(plain_service, ABSENCE, kind="absence", unit=None)
    with engine_of(plain_service).connect() as connection:
        found = [
            repr(tuple(row))
            for name in SQLModel.metadata.tables
            for row in connection.execute(text(f'SELECT * FROM "{name}"'))
        ]
    everything = " ".join(found)
    for word in ("Ida", "Iversen", "Bo Berg", "'ABC'", "Barsel;"):
        assert word not in everything, word


# --- What belongs together -----------------------------------------------------------------------


def test_absence_needs_its_staff_list_and_finds_its_people(plain_service):
    said = {"kind": "absence", "unit": None}
    assert check(plain_service, ABSENCE, **said).status_code == 422
    kept(plain_service, STAFF, kind="staff", unit=None)
    kept(plain_service, ABSENCE, **said)
    with Session(engine_of(plain_service)) as session:
        staff = Histories(session).latest(SLUG, Kind.STAFF)
    assert [len(each.spells) for each in staff.employments] == [1, 1, 0]


def test_the_same_person_has_the_same_pseudonym_in_both_lists(plain_service):
    kept(plain_service, CASES.replace("ABC", "101"))
    kept(plain_service, STAFF, kind="staff", unit=None)
    with Session(engine_of(plain_service)) as session:
        stored = Histories(session)
        cases, staff = stored.latest(SLUG, Kind.CASES), stored.latest(SLUG, Kind.STAFF)
    from api.imports.pseudonyms import pseudonym_of

    assert pseudonym_of(int(cases.caseworker[0])) == staff.employments[0].caseworker


def test_a_time_study_and_a_table_of_departments_are_understood(plain_service):
    listed = STUDY.format(activity=activity())
    kept(plain_service, listed, kind="time-study", unit=None, complete_from="2026-03-01")
    said = {"kind": "departments", "department": None, "unit": None, "seen_on": None}
    report = check(plain_service, DEPARTMENTS, **said, complete_from=None).json()
    assert report["rows_understood"] == 2


# --- Sources -------------------------------------------------------------------------------------

ODD = CASES.replace("Opmærksom dato", "Felt 12").replace("Børneteamet", "Team B")
ODD_SAID = {"map": "Felt 12=need_became_known", "values": "team:Team B=boern", "source": "DUBU 3.0"}


def test_what_a_source_calls_things_is_remembered_when_it_is_accepted(service):
    assert not check(service, ODD, source="DUBU 3.0").json()["may_be_accepted"]
    kept(service, ODD, **ODD_SAID)
    again = check(service, ODD.replace("S1", "S8"), source="DUBU 3.0").json()
    assert again["may_be_accepted"]
    assert "DUBU 3.0" in again["remembered"]
    column = next(each for each in again["columns"] if each["heading"] == "Felt 12")
    assert (column["field"], column["sureness"]) == ("need_became_known", "remembered")
    assert not check(service, ODD, source="Et andet").json()["may_be_accepted"]


def test_a_check_remembers_nothing(plain_service):
    check(plain_service, ODD, **ODD_SAID)
    assert plain_service.get("/v1/import-sources/DUBU 3.0").status_code == 404


def test_what_is_remembered_can_be_read_and_corrected_by_one_at_a_time(plain_service):
    kept(plain_service, ODD, **ODD_SAID)
    got = plain_service.get("/v1/import-sources/DUBU 3.0")
    document = got.json()
    assert document["lists"]["cases"]["mapping"]["Felt 12"] == "need_became_known"
    assert document["lists"]["cases"]["values"]["team"]["Team B"] == "boern"
    document["lists"]["cases"]["values"]["team"]["Team B"] = "unge"
    put = {"url": "/v1/import-sources/DUBU 3.0", "json": document}
    assert plain_service.put(**put).status_code == 428
    match = {"If-Match": got.headers["ETag"]}
    assert plain_service.put(**put, headers=match).status_code == 200
    assert plain_service.put(**put, headers=match).status_code == 412
    counts = check(plain_service, ODD, source="DUBU 3.0").json()["counts"]
    assert "unge" in {each["name"] for each in counts if each["of"] == "team"}


@pytest.mark.parametrize(
    "document",
    [
        {},
        {"lists": {}},
        {"lists": {"x": {}}},
        {"lists": {"cases": {"mapping": {"A": "no_such_field"}}}},
        {"lists": {"cases": {"mapping": {"A 010203-1234": "team"}}}},
        {"lists": {"cases": {"mapping": {"A\0": "team"}}}},
        {"lists": {"cases": {"mapping": {str(n): "team" for n in range(1001)}}}},
    ],
)
def test_what_cannot_be_remembered_is_refused(plain_service, document):
    answer = plain_service.put("/v1/import-sources/DUBU", json=document)
    assert answer.status_code == 422
    assert "010203" not in answer.text


def test_a_source_named_by_a_cpr_number_is_refused_and_not_repeated(plain_service):
    for ask in (plain_service.get, lambda url: plain_service.put(url, json={"lists": {}})):
        answer = ask("/v1/import-sources/010203-1234")
        assert answer.status_code == 422
        assert "010203" not in answer.text


def test_the_fields_of_each_list_are_told_with_their_names(plain_service):
    found = plain_service.get("/v1/import-fields", params={"kind": "staff"}).json()["rows"]
    hours = next(each for each in found if each["field"] == "hours_per_week")
    assert "ugetimer" in hours["names"]
    everything = plain_service.get("/v1/import-fields").json()["rows"]
    assert {each["kind"] for each in everything} == set(Kind)


# --- Purpose and retention -----------------------------------------------------------------------


def _left(engine):
    found = rows(engine)
    return found["history"], found["import_secret"]


def test_a_deleted_department_takes_its_lists_and_its_secret_with_it(service):
    kept(service)
    assert _left(engine_of(service)) == (1, 1)
    assert service.delete(f"/v1/departments/{SLUG}").json()["imports"] == 1
    assert _left(engine_of(service)) == (0, 0)


def test_a_department_that_expires_takes_its_lists_with_it(plain_service):
    kept(plain_service)
    until = str(today() + timedelta(days=1))
    said = {"purpose": "prøve", "delete_after": until}
    assert plain_service.put(f"/v1/departments/{SLUG}/purpose", json=said).status_code == 200
    assert expire(engine_of(plain_service), today() + timedelta(days=2)) == (SLUG,)
    assert _left(engine_of(plain_service)) == (0, 0)


def test_what_is_deleted_is_no_longer_in_the_file(sqlite_database):
    opened = _service(sqlite_database)
    service = next(opened)
    kept(service)
    with Session(engine_of(service)) as session:
        row = session.connection().execute(text("SELECT content FROM history")).scalar_one()
    piece = bytes(row)[40:72]
    id_ = service.get(KEPT).json()["rows"][0]["id"]
    service.delete(f"{KEPT}/{id_}")
    opened.close()
    files = Path(sqlite_database).parent.glob("planner.sqlite*")
    assert all(piece not in each.read_bytes() for each in files)


def test_the_audit_trail_tells_who_did_it_and_nothing_of_what(plain_service):
    kept(plain_service)
    trail = plain_service.get("/v1/audit").text
    assert f"/v1/departments/{SLUG}/imports" in trail
    for word in ("S1", "ABC", "sager.csv"):
        assert word not in trail


# --- Faults --------------------------------------------------------------------------------------


def test_a_fault_while_a_list_is_kept_keeps_none_of_it(engine, monkeypatch):
    with Session(engine) as session, session.begin():
        Store(session).add_department(DEPARTMENT)
    before = rows(engine)

    def broken(*_args, **_named):
        raise RuntimeError

    monkeypatch.setattr(Histories, "_keep_source", broken)
    said_so = Acceptance(slug=SLUG, token=None, by="test")
    with pytest.raises(RuntimeError):
        imported(engine, CASES.encode(), "x.csv", _terms(source="DUBU"), SLUG, said_so)
    assert rows(engine) == before


BROKEN = {
    "sqlite": ["CREATE TRIGGER broken BEFORE INSERT ON {} BEGIN SELECT RAISE(ABORT, 'no'); END"],
    "postgresql": [
        "CREATE FUNCTION broken() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
        " RAISE EXCEPTION 'no' USING ERRCODE = '23505'; END $$",
        "CREATE TRIGGER broken BEFORE INSERT ON {} FOR EACH ROW EXECUTE FUNCTION broken()",
    ],
}


@pytest.mark.parametrize("table", ["import_secret", "history", "import_source"])
def test_whichever_row_the_database_refuses_none_of_the_list_is_kept(engine, table):
    """The three rows of a first list, refused one at a time by the database itself."""
    with Session(engine) as session, session.begin():
        Store(session).add_department(DEPARTMENT)
    before = rows(engine)
    with engine.begin() as connection:
        for written in BROKEN[engine.dialect.name]:
            connection.execute(text(written.format(table)))
    said_so = Acceptance(slug=SLUG, token=None, by="test")
    with pytest.raises(ChangedMeanwhile):
        imported(engine, CASES.encode(), "x.csv", _terms(source="DUBU"), SLUG, said_so)
    assert rows(engine) == before
    with engine.begin() as connection:
        on_table = f" ON {table}" if engine.dialect.name == "postgresql" else ""
        connection.execute(text(f"DROP TRIGGER broken{on_table}"))
    imported(engine, CASES.encode(), "x.csv", _terms(source="DUBU"), SLUG, said_so)
    grown = {name for name, count in rows(engine).items() if count > before[name]}
    assert grown == {"import_secret", "history", "import_source"}


def test_a_source_that_cannot_be_corrected_stays_as_it_was(plain_service, monkeypatch):
    kept(plain_service, ODD, **ODD_SAID)
    before = plain_service.get("/v1/import-sources/DUBU 3.0")

    def broken(*_args, **_named):
        raise RuntimeError

    with monkeypatch.context() as patched:
        patched.setattr(Histories, "_keep_source", broken)
        answer = plain_service.put(
            "/v1/import-sources/DUBU 3.0",
            json=before.json(),
            headers={"If-Match": before.headers["ETag"]},
        )
    assert answer.status_code == 500
    assert plain_service.get("/v1/import-sources/DUBU 3.0").json() == before.json()


def test_two_who_accept_the_first_list_at_once_never_mix_their_pseudonyms(engine):
    with Session(engine) as session, session.begin():
        Store(session).add_department(DEPARTMENT)
    one, other = new_secret(), new_secret()
    first = read("cases", CASES, secret=one)
    second = read("cases", CASES.replace("S1", "S9"), secret=other)
    keep_accepted(engine, SLUG, _terms(), first, secret=one, by="one")
    with pytest.raises(ChangedMeanwhile):
        keep_accepted(engine, SLUG, _terms(), second, secret=other, by="other")
    assert _left(engine) == (1, 1)


def test_the_same_list_accepted_by_many_at_once_is_kept_once(service):
    token = check(service).json()["token"]
    kept(
        service, CASES.replace("03-02-2025", "02-02-2025")
    )  # so that the department has its secret
    with ThreadPoolExecutor(4) as threads:
        answers = list(threads.map(lambda _: accept(service, token).status_code, range(4)))
    assert set(answers) <= {200, 201, 412, 503}
    assert answers.count(201) == 1
    assert rows(engine_of(service))["history"] == 2


def test_a_damaged_list_says_so_and_leaves_the_others_alone(service):
    kept(service)
    id_ = kept(service, CASES.replace("03-02-2025", "02-02-2025")).json()["accepted"]["id"]
    with engine_of(service).begin() as connection:
        connection.execute(
            text("UPDATE history SET content = :c WHERE id = :i"), {"c": b"x", "i": id_}
        )
    with Session(engine_of(service)) as session:
        with pytest.raises(Unreadable):
            Histories(session).content(SLUG, id_)
        assert Histories(session).content(SLUG, id_ - 1).cases == 3
        with pytest.raises(UnknownImport):
            Histories(session).content(SLUG, 99)
    assert len(service.get(KEPT).json()["rows"]) == 2


# --- How much at once ----------------------------------------------------------------------------


def test_a_file_that_is_too_large_is_refused_while_it_arrives(sqlite_database):
    for service in _service(sqlite_database, most_file_bytes=200_000):
        large = CASES + "x" * 300_000
        arrived = []

        def sent(pieces=large, arrived=arrived):
            for at in range(0, len(pieces), 10_000):
                arrived.append(at)
                yield pieces[at : at + 10_000].encode()

        asked = {**SAID, "department": SLUG}
        answer = service.post(CHECK, params=asked, content=sent(), headers=FILE)
        assert (answer.status_code, answer.json()["title"]) == (413, "For stort dokument")
        # Elsewhere nobody sends files, and the bound is what it was.
        other = service.post("/v1/departments", content=b"x" * 3_000_000, headers=FILE)
        assert other.status_code == 413


def test_a_file_beyond_two_megabytes_is_read_here_and_nowhere_else(plain_service):
    padded = CASES + "".join(
        f"P{n};B{n};boern;casework-children;ABC;03-02-2025;;;{' ' * 400}\n" for n in range(6000)
    )
    assert len(padded) > 2 * 2**20
    report = check(plain_service, padded).json()
    assert report["rows_understood"] == 6003


def test_more_than_a_few_files_at_once_are_asked_to_wait(plain_service):
    reading = plain_service.app.state.imports
    with reading.reading(), reading.reading():
        answer = check(plain_service)
        assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
    assert check(plain_service).status_code == 200


def test_progress_is_sent_before_the_report(plain_service):
    asked = {**SAID, "department": SLUG}
    headers = {**FILE, "Accept": "text/event-stream"}
    many = CASES + "".join(f"P{n};B{n};boern;;ABC;03-02-2025;;;\n" for n in range(30_000))
    answer = plain_service.post(CHECK, params=asked, content=many, headers=headers)
    events = re.findall(r"event: (\w+)\ndata: (.*)\n\n", answer.text)
    assert events[-1][0] == "report"
    assert json.loads(events[-1][1])["rows"] == 30_003
    assert {name for name, _ in events[:-1]} == {"progress"}
    refused = plain_service.post(CHECK, params=asked, content=b"\x00" * 100, headers=headers)
    name, data = re.findall(r"event: (\w+)\ndata: (.*)\n\n", refused.text)[-1]
    assert (name, json.loads(data)["status"]) == ("problem", 422)


def test_nothing_is_left_on_the_disk(plain_service, tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    check(plain_service)
    check(plain_service, b"\x00" * 100)
    accept(plain_service, "x")
    assert list(tmp_path.glob("import-*")) == []


def test_the_service_answers_others_while_it_reads(plain_service, monkeypatch):
    """The reading is not in the event loop: another request is answered meanwhile."""
    seen = []
    real = desk.guarded

    def slow(*args):
        seen.append(plain_service.get("/health").status_code)
        return real(*args)

    monkeypatch.setattr(desk, "guarded", slow)
    assert check(plain_service).status_code == 200
    assert seen == [200]


# --- Said once more ------------------------------------------------------------------------------


def test_the_same_rows_are_kept_once_whatever_their_file_and_the_departments_version(service):
    first = kept(service).json()["accepted"]["id"]
    with Session(engine_of(service)) as session, session.begin():
        Store(session).add_department(replace(DEPARTMENT, open_cases=DEPARTMENT.open_cases + 1))
    other = CASES.replace("\n", "\r\n")
    report = check(service, other).json()
    assert f"liste {first}" in " ".join(report["warnings"])
    again = accept(service, report["token"], other)
    assert (again.status_code, again.json()["accepted"]["id"]) == (200, first)
    assert len(service.get(KEPT).json()["rows"]) == 1


def test_what_says_another_thing_of_the_same_rows_is_kept(service):
    kept(service)
    for said in ({"seen_on": "2026-04-15"}, {"complete_from": "unknown"}, {"unit": "family"}):
        assert "samme liste" not in " ".join(check(service, **said).json()["warnings"])
        assert kept(service, **said).status_code == 201
    assert len(service.get(KEPT).json()["rows"]) == 4


def test_how_a_list_that_is_kept_already_was_read_is_remembered_of_its_source(service):
    kept(service)
    token = check(service, source="SBSYS").json()["token"]
    assert accept(service, token, source="SBSYS").status_code == 200
    assert service.get("/v1/import-sources/SBSYS").status_code == 200


def test_the_causes_of_errors_are_in_the_report_beside_each_of_them(plain_service):
    faulty = CASES + "".join(f"T{n};B{n};boern;;ABC;i går;;;\n" for n in range(30))
    report = check(plain_service, faulty + "U1;B1;boern;;ABC;01-02-2027;;;\n").json()
    wrong, rare = report["causes"]
    assert (wrong["rows"], wrong["column"], wrong["first_rows"]) == (30, "F", [5, 6, 7, 8, 9])
    assert "er ”Opmærksom dato” den rigtige kolonne" in wrong["wrong_column"]
    assert (rare["rows"], rare["first_values"], rare["wrong_column"]) == (1, ["01-02-2027"], None)
    assert len(report["errors"]) == report["error_count"] == 31
