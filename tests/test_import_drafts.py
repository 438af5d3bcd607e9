"""A case list of a department that is not there yet: drafted, looked at, kept, and understood."""

import pytest
import yaml
from fastapi.testclient import TestClient
from past_lists import STAFF, rows_of
from sqlalchemy import text
from sqlmodel import Session, SQLModel
from typer.testing import CliRunner

import api.store.histories
from api.app import create_app
from api.command_line import main
from api.database import database_engine, migrate
from api.imports.fields import Kind
from api.imports.meanings import case_types_of, teams_of
from api.imports.new_words import MOST_NAMES, NewWords
from api.settings import Settings
from api.store.departments import Store
from api.store.histories import Histories
from capacity.errors import InvalidInput
from simulations.department_fit import rows_of as rows_of_class

FILE = {"Content-Type": "application/octet-stream"}
SAID = {"unit": "child", "seen_on": "2026-03-31", "complete_from": "2025-01-01"}
NEW = {**SAID, "slug": "nord", "name": "Børn og Unge Nord"}
HEADING = "Sagsnr.;Team;Sagstype;Opmærksom dato;BFU afsluttet;Lukket\n"
LIST = HEADING + (
    "S1;Børn & Unge;Børnefaglig undersøgelse;03-02-2025;01-05-2025;02-05-2025\n"
    "S2;børn og unge;Børnefaglig undersøgelse;04-03-2025;;\n"
    "S3;BØRN & UNGE;§ 50;05-03-2025;;\n"
    "S4;Ældre;Børnefaglig undersøgelse;05-04-2025;30-05-2025;\n"
)
NO_COLUMNS = "Sagsnr.;Opmærksom dato;BFU afsluttet\nS1;03-02-2025;01-05-2025\nS2;04-03-2025;\n"


@pytest.fixture
def service(sqlite_database):
    with TestClient(create_app(Settings(database=sqlite_database))) as opened:
        yield opened
        opened.app.state.warm.wait(300)


def draft(service, content=LIST, **said):
    asked = {name: value for name, value in {**NEW, **said}.items() if value is not None}
    return service.post("/v1/imports/draft", params=asked, content=content, headers=FILE)


def check(service, content=LIST, kind="cases", **said):
    asked = {**SAID, "kind": kind, "department": "nord", **said}
    return service.post("/v1/imports/check", params=asked, content=content, headers=FILE)


def rows(engine):
    with engine.connect() as connection:
        return {
            name: connection.execute(text(f'SELECT count(*) FROM "{name}"')).scalar_one()
            for name in SQLModel.metadata.tables
            if name != "audit"
        }


# --- The draft -----------------------------------------------------------------------------------


def test_the_words_of_a_list_become_teams_and_types_and_stay_as_labels(service):
    document = draft(service).json()
    teams = {each["slug"]: each["label"]["da"] for each in document["teams"]}
    assert teams == {
        "boern-unge": "Børn & Unge",
        "boern-og-unge": "børn og unge",
        "aeldre": "Ældre",
    }
    classes = {each["slug"]: each["label"]["da"] for each in document["case_classes"]}
    assert classes == {
        "boernefaglig-undersoegelse-boern-unge": "Børnefaglig undersøgelse",
        "boernefaglig-undersoegelse-boern-og-unge": "Børnefaglig undersøgelse",
        "boernefaglig-undersoegelse-aeldre": "Børnefaglig undersøgelse",
        "p-50": "§ 50",
    }
    assert document["roster"]["caseworkers"] == []
    assert document["name"]["da"] == "Børn og Unge Nord"
    assert len(document["assumptions"]) == 4


def test_a_draft_keeps_nothing(service):
    before = rows(service.app.state.engine)
    assert draft(service).status_code == 200
    assert rows(service.app.state.engine) == before


def test_a_draft_is_had_as_yaml_too(service):
    answer = draft(service, format="yaml")
    assert answer.headers["Content-Type"].startswith("application/yaml")
    assert 'filename="nord.yaml"' in answer.headers["Content-Disposition"]
    assert yaml.safe_load(answer.text) == draft(service).json()


def test_a_user_says_that_two_words_are_one_or_nothing_or_left_out(service):
    said = "team:børn og unge=boern-unge;team:Ældre=-"
    document = draft(service, values=said).json()
    assert [each["slug"] for each in document["teams"]] == ["boern-unge"]
    assert {each["slug"] for each in document["case_classes"]} == {
        "boernefaglig-undersoegelse",
        "p-50",
    }
    assert document["open_cases"] == 2


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"slug": "Nørd"}, "slug"),
        ({"slug": None}, "slug"),
        ({"name": None}, "name"),
        ({"name": "010203-1234"}, "name"),
        ({"unit": None}, "unit"),
        ({"seen_on": None}, "seen_on"),
        ({"complete_from": None}, "complete_from"),
        ({"kind": "staff"}, "kind"),
        ({"map": "Findes ikke=case_id"}, "map"),
        ({"values": "team:Ældre=Æ"}, "values"),
        ({"values": "activity:Ældre=x"}, "values"),
        ({"map": "Opmærksom dato=notification_assessed"}, "body"),
    ],
)
def test_what_cannot_be_drafted_is_refused_by_its_parameter(service, said, field):
    answer = draft(service, **said)
    assert answer.status_code == 422, answer.text
    assert "010203" not in answer.text
    if field != "body":
        assert answer.json()["errors"][0]["field"] == field


def test_errors_of_a_list_are_told_as_in_a_check_and_may_be_left_out(service):
    faulty = LIST + "S5;Ældre;§ 50;31-02-2025;;\nS6;Ældre;§ 50;01-02-2025;01-01-2025;\n"
    answer = draft(service, faulty)
    assert answer.status_code == 422
    assert {"D6", "E7"} <= {each["field"] for each in answer.json()["errors"]}
    assert draft(service, faulty, leave_out_errors="true").status_code == 200
    refused = draft(service, LIST.replace("S1", "010203-1234"))
    assert refused.status_code == 422
    assert "010203" not in refused.text


def test_a_list_without_a_deadline_is_no_department(service):
    nothing = "Sagsnr.;Team;Afgørelsesdato\nS1;Nord;03-02-2025\n"
    answer = draft(service, nothing)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == "events"


def test_a_column_of_too_many_words_is_not_the_team():
    words = NewWords("team", stated={}, remembered={})
    names = [f"Team {number}" for number in range(MOST_NAMES)]
    assert words.of(names, range(MOST_NAMES)).tolist() == list(range(MOST_NAMES))
    with pytest.raises(InvalidInput, match="map"):
        words.of(["et til"], [1])


def test_names_are_unique_and_short_enough_for_an_address():
    words = NewWords("team", stated={}, remembered={})
    long = ["Familierådgivningens modtagelse", "Familierådgivningens mødregruppe"]
    words.of([*long, "Ω", "Ψ"], [1, 2, 3, 4])
    assert words.slugs == ("familieraadgivningen", "familieraadgivnin-2", "team", "team-2")
    assert all(len(each) <= 20 for each in words.slugs)


# --- Kept, and understood ------------------------------------------------------------------------


def test_a_kept_draft_understands_its_own_list_without_corrections(service):
    assert service.post("/v1/departments", json=draft(service).json()).status_code == 201
    report = check(service).json()
    assert report["may_be_accepted"], report["errors"]
    assert {each["sureness"] for each in report["values"]} == {"sure"}
    accepted = service.post(
        "/v1/departments/nord/imports",
        params={**SAID, "kind": "cases", "accept": report["token"]},
        content=LIST,
        headers=FILE,
    )
    assert accepted.status_code == 201
    with Session(service.app.state.engine) as session:
        department = Store(session).department("nord")
        history = Histories(session).latest("nord", Kind.CASES)
    # Each class finds its own rows, also where several teams have the type.
    found = {each.slug: rows_of_class(each, history).cases for each in department.case_classes}
    assert found == {
        "boernefaglig-undersoegelse-boern-unge": 1,
        "boernefaglig-undersoegelse-boern-og-unge": 1,
        "boernefaglig-undersoegelse-aeldre": 1,
        "p-50": 1,
    }


def test_a_word_of_two_classes_is_asked_about_and_never_one_of_them_by_chance(service):
    document = draft(service).json()
    for each in document["case_classes"]:  # as somebody may have called them
        each["slug"] = each["slug"].replace("boernefaglig-undersoegelse", "bfu") + "-x"
    document["assumptions"] = []
    assert service.post("/v1/departments", json=document).status_code == 201
    report = check(service).json()
    unsure = {each["written"] for each in report["values"] if each["means"] is None}
    assert unsure == {"Børnefaglig undersøgelse"}


def test_team_nord_beside_nord_is_another_team(service):
    two = HEADING + "S1;Nord;A;03-02-2025;;\nS2;Team Nord;A;04-02-2025;;\n"
    assert service.post("/v1/departments", json=draft(service, two).json()).status_code == 201
    means = {each["written"]: each["means"] for each in check(service, two).json()["values"]}
    assert (means["Nord"], means["Team Nord"]) == ("nord", "team-nord")


def test_a_list_without_teams_and_types_is_of_the_only_ones(service):
    document = draft(service, NO_COLUMNS).json()
    assert [each["slug"] for each in document["teams"]] == ["nord"]
    assert [each["slug"] for each in document["case_classes"]] == ["sag"]
    assert service.post("/v1/departments", json=document).status_code == 201
    report = check(service, NO_COLUMNS).json()
    assert report["may_be_accepted"]
    assert {(each["name"], each["rows"]) for each in report["counts"]} >= {("nord", 2), ("sag", 2)}
    assert sum("det eneste" in each for each in report["warnings"]) == 2


@pytest.mark.parametrize(
    "path",
    [
        "/?department=nord",
        "/v1/departments/nord",
        "/v1/fte?department=nord",
        "/v1/staffing-curve?department=nord",
        "/v1/time-study-form?department=nord",
        "/v1/departments/nord/fit",
    ],
)
def test_a_department_of_nobody_is_answered_in_words(service, path):
    assert service.post("/v1/departments", json=draft(service).json()).status_code == 201
    answer = service.get(path)
    assert answer.status_code in (200, 202, 422), answer.text
    if answer.status_code == 422:
        assert "sagsliste" in answer.text or "uden nogen til at tage sagerne" in answer.text
    if "form" in path:
        assert answer.text.count("Børnefaglig undersøgelse") >= 3


# --- In one step ---------------------------------------------------------------------------------


@pytest.fixture
def command(sqlite_database, tmp_path):
    def run(*words, content=LIST, kind="cases"):
        file = tmp_path / "liste.csv"
        file.write_text(content, encoding="utf-8")
        said = ("--seen-on", "2026-03-31", "--complete-from", "2025-01-01")
        unit = ("--unit", "child") if kind == "cases" else ()
        return CliRunner().invoke(
            main, ("import", kind, str(file), *said, *unit, "--database", sqlite_database, *words)
        )

    run.engine = database_engine(sqlite_database)
    migrate(run.engine)
    yield run
    run.engine.dispose()


NEW_WORDS = ("--new-department", "nord", "--name", "Nord")


def test_the_terminal_shows_a_draft_and_keeps_it_with_its_list_when_it_is_told(command):
    before = rows(command.engine)
    shown = command(*NEW_WORDS)
    assert shown.exit_code == 0, shown.output
    assert "Børn & Unge (boern-unge)" in shown.stdout
    assert "Intet er gemt" in shown.stdout
    assert rows(command.engine) == before
    kept = command(*NEW_WORDS, "--accept")
    assert "afdelingen nord@1 og dens liste 1" in kept.stdout
    assert {
        name: number - before[name]
        for name, number in rows(command.engine).items()
        if number != before[name]
    } == {"department": 1, "history": 1, "import_secret": 1}
    # What is imported again under it is the very list.
    again = command("--department", "nord", "--accept")
    assert "samme liste som liste 1" in again.stdout
    staff = rows_of(STAFF, "101;Ida;Børn & Unge;37;;01-02-2020;")
    assert command("--department", "nord", content=staff, kind="staff").exit_code == 0


def test_what_two_words_are_one_is_said_once_of_draft_and_list(command):
    said = ("--value", "team:børn og unge=boern-unge", "--value", "case_type:§ 50=?")
    assert command(*NEW_WORDS, *said, "--accept").exit_code == 0
    with Session(command.engine) as session:
        history = Histories(session).latest("nord", Kind.CASES)
        assert [each.slug for each in Store(session).department("nord").teams] == [
            "aeldre",
            "boern-unge",
        ]
    assert (history.case_class < 0).sum() == 1


def test_a_draft_that_cannot_be_kept_leaves_no_list_and_no_department(command, monkeypatch):
    def broken(*_: object, **__: object) -> None:
        raise InvalidInput("broken")

    before = rows(command.engine)
    monkeypatch.setattr(api.store.histories.Histories, "_keep_secret", broken)
    assert command(*NEW_WORDS, "--accept").exit_code != 0
    assert rows(command.engine) == before


def test_a_fault_after_the_draft_was_kept_takes_it_back(command, monkeypatch):
    def broken(*_: object, **__: object) -> None:
        raise InvalidInput("broken")

    before = rows(command.engine)
    monkeypatch.setattr(api.store.histories.Histories, "_keep_source", broken)
    assert command(*NEW_WORDS, "--source", "DUBU", "--accept").exit_code != 0
    assert rows(command.engine) == before


def test_the_terminal_keeps_no_draft_of_a_list_with_errors(command):
    before = rows(command.engine)
    faulty = command(*NEW_WORDS, "--accept", content=LIST + "S5;Ældre;§ 50;31-02-2025;;\n")
    assert faulty.exit_code == 1
    assert "D6" in faulty.stdout
    assert rows(command.engine) == before


@pytest.mark.parametrize(
    ("words", "field"),
    [
        (("--new-department", "nord"), "name"),
        (("--new-department", "Nørd", "--name", "N"), "new-department"),
        (("--new-department", "nord", "--name", "010203-1234"), "name"),
        ((*NEW_WORDS, "--department", "nord"), "new-department"),
        (("--name", "N"), "name"),
    ],
)
def test_the_terminal_refuses_what_no_department_can_be_called(command, words, field):
    refused = command(*words, "--accept")
    assert refused.exit_code == 2
    assert refused.stderr.startswith(f"{field}:")
    assert "010203" not in refused.output


def test_a_name_that_is_taken_is_refused_and_only_case_lists_draft(command):
    assert command(*NEW_WORDS, "--accept").exit_code == 0
    taken = command(*NEW_WORDS, "--accept")
    assert taken.exit_code == 2
    assert "--department" in taken.stderr or "department" in taken.stderr
    staff = rows_of(STAFF, "101;Ida;Nord;37;;01-02-2020;")
    assert (
        command("--new-department", "syd", "--name", "Syd", content=staff, kind="staff").exit_code
        == 2
    )


def test_words_that_several_classes_share_belong_to_the_type_and_its_team(service):
    service.post("/v1/departments", json=draft(service).json())
    with Session(service.app.state.engine) as session:
        department = Store(session).department("nord")
    choices = case_types_of(department)
    assert "boernefaglig undersoegelse" in choices["boernefaglig-undersoegelse"]
    words = [word for of in (choices, teams_of(department)) for own in of.values() for word in own]
    assert len(words) == len(set(words))
