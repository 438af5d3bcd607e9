"""A time study of a draft: understood, shown, corrected, and kept with the hours that it gives."""

from io import BytesIO

import pytest
import xlsxwriter
from fastapi.testclient import TestClient
from sqlalchemy import text
from sqlmodel import Session
from typer.testing import CliRunner

import api.store.histories
from api.app import create_app
from api.command_line import main
from api.database import database_engine
from api.imports.activities import spoken_of, work_places
from api.imports.fields import Kind
from api.settings import Settings
from api.store.departments import Store
from api.store.histories import Histories
from capacity.errors import InvalidInput
from capacity.fit import Fit
from capacity.wording import Text
from simulations.time_study import studied_efforts

FILE = {"Content-Type": "application/octet-stream"}
SAID = {"unit": "child", "seen_on": "2026-03-31", "complete_from": "2025-01-01"}
NEW = {**SAID, "slug": "nord", "name": "Nord"}
CASES = (
    "Sagsnr.;Team;Sagstype;Sagsbehandler;Opmærksom dato;BFU afsluttet;Afgørelsesdato;Plandato;\
Indsats startet;Første opfølgning;Lukket\n"
    + "".join(
        f"U{n};Nord;Undersøgelse;{100 + n % 4};{1 + n:02}-03-2025;{1 + n:02}-05-2025;;;;;"
        f"{1 + n:02}-05-2025\n"
        f"S{n};Nord;Støtte;{100 + n % 4};;;{1 + n:02}-02-2025;{1 + n:02}-03-2025;;;"
        f"{1 + n:02}-12-2025\n"
        f"F{n};Nord;Støtte/opfølgning;{100 + n % 4};;;;;{1 + n:02}-03-2025;{1 + n:02}-06-2025;"
        f"{1 + n:02}-06-2025\n"
        for n in range(24)
    )
)
STUDY = "Medarbejdernr.;Dato;Sagstype;Arbejdsgang;Timer;Færdig\n" + "".join(
    f"{who};0{2 + day}-03-2026;{kind};{what};{hours};{done}\n"
    for who in (100, 101, 102, 103)
    for day, (kind, what, hours, done) in enumerate(
        (
            ("Undersøgelse", "Børnesamtale", "3", "ja"),
            ("Undersøgelse", "Skriv undersøgelsen", "6,5", "ja"),
            ("Støtte", "Udarbejd handleplan", "5", "ja"),
            ("Støtte", "Telefonmøde", "1,5", "ja"),
            ("Støtte", "Følg op", "2,5", "ja"),
        )
    )
)
STUDIED = {"seen_on": "2026-03-13", "complete_from": "2026-03-02"}
DAYS = ("--study-from", "2026-03-02", "--study-to", "2026-03-13")


def rows(engine):
    with engine.connect() as connection:
        return {
            name: connection.execute(text(f'SELECT count(*) FROM "{name}"')).scalar_one()
            for name in ("department", "history", "import_secret", "import_source")
        }


@pytest.fixture
def service(sqlite_database):
    with TestClient(create_app(Settings(database=sqlite_database))) as opened:
        yield opened
        opened.app.state.warm.wait(300)


def kept_draft(service):
    """A draft of the case list, with the list."""
    document = service.post("/v1/imports/draft", params=NEW, content=CASES, headers=FILE)
    assert document.status_code == 200, document.text
    assert service.post("/v1/departments", json=document.json()).status_code == 201
    keep(service, CASES, kind="cases", **SAID)


def check(service, content=STUDY, **said):
    asked = {"kind": "time-study", "department": "nord", **STUDIED, **said}
    return service.post("/v1/imports/check", params=asked, content=content, headers=FILE)


def keep(service, content=STUDY, status=201, **said):
    said = {"kind": "time-study", **STUDIED, **said}
    report = service.post(
        "/v1/imports/check", params={**said, "department": "nord"}, content=content, headers=FILE
    ).json()
    token = report["token"]
    answer = service.post(
        "/v1/departments/nord/imports",
        params={**said, "accept": token},
        content=content,
        headers=FILE,
    )
    assert answer.status_code == status, answer.text
    return token, answer.json()


def department_of(service, address="nord"):
    with Session(service.app.state.engine) as session:
        return Store(session).department(address)


def hours_of(department, case_class, episode):
    (found,) = [
        one
        for each in department.case_classes
        if each.slug == case_class
        for one in each.route
        if one.slug == episode
    ]
    return float(found.effort_hours.mean)


# --- Understood ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "work"),
    [
        ("vurder-underretning", "assess-notification"),
        ("Genvurdering ved en anden", "assess-notification"),
        ("skriv-undersoegelsen", "assess-child"),
        ("Opstart og plan for undersøgelsen", "assess-child"),
        ("Barnets plan", "make-plan"),
        ("foelg-op-foerste-gang", "follow-up-first"),
        ("Opfølgning på handleplan", "follow-up-later"),
        ("Løbende sagsarbejde", "casework"),
        ("Telefonmøde", "casework"),
    ],
)
def test_a_word_is_taken_for_the_work_that_it_speaks_of(written, work):
    assert spoken_of(written) == work


def test_the_words_of_a_study_are_guessed_and_shown_with_what_comes_of_them(service):
    kept_draft(service)
    report = check(service).json()
    assert report["may_be_accepted"], report["errors"]
    means = {each["written"]: (each["means"], each["sureness"]) for each in report["values"]}
    assert means["Børnesamtale"] == ("assess-child", "likely")
    assert means["Udarbejd handleplan"] == ("make-plan", "likely")
    assert means["Telefonmøde"] == ("casework", "likely")
    assert means["Følg op"] == ("follow-up-first", "likely")  # the only follow-up of the draft
    said = " ".join(report["warnings"])
    assert "tidsstudie, 8 stykker, 4 sagsbehandlere" in said
    assert "I studiet: Børnesamtale, Skriv undersøgelsen" in said


def test_what_is_checked_changes_no_department(service):
    kept_draft(service)
    before = rows(service.app.state.engine)
    check(service)
    assert rows(service.app.state.engine) == before


def test_a_kept_study_gives_the_draft_its_hours_as_the_next_version(service):
    kept_draft(service)
    keep(service)
    draft, revised = department_of(service, "nord@1"), department_of(service)
    assert revised.version == 2
    assert hours_of(draft, "undersoegelse", "assess-child") == 6.0
    assert hours_of(revised, "undersoegelse", "assess-child") == pytest.approx(38 / 8)
    assert hours_of(revised, "stoette", "make-plan") == 5.0
    assert hours_of(revised, "stoette", "casework") == 1.5
    assert hours_of(revised, "stoette-opfoelgning", "follow-up-first") == 2.5
    assert revised.open_cases == draft.open_cases
    with Session(service.app.state.engine) as session:
        study = Histories(session).latest("nord", Kind.TIME_STUDY)
    beliefs = studied_efforts(study, revised)
    assert [round(each.factor.median, 6) for each in beliefs] == [1.0, 1.0, 1.0]


def test_a_guess_is_corrected_like_any_other_word(service):
    kept_draft(service)
    said = {"values": "activity:Telefonmøde=make-plan;activity:Børnesamtale=-"}
    report = check(service, **said).json()
    means = {each["written"]: (each["means"], each["sureness"]) for each in report["values"]}
    assert means["Telefonmøde"] == ("make-plan", "stated")
    keep(service, **said)
    revised = department_of(service)
    assert hours_of(revised, "undersoegelse", "assess-child") == 6.5
    assert hours_of(revised, "stoette", "make-plan") == pytest.approx(26 / 8)
    refused = check(service, values="activity:Telefonmøde=no-such")
    assert refused.status_code == 422
    assert "make-plan" in refused.text


def test_a_study_that_is_sent_again_with_its_token_is_the_one_that_is_kept(service):
    kept_draft(service)
    token, first = keep(service)
    before = rows(service.app.state.engine)
    again = service.post(
        "/v1/departments/nord/imports",
        params={"kind": "time-study", **STUDIED, "accept": token},
        content=STUDY,
        headers=FILE,
    )
    assert again.status_code == 200, again.text
    assert again.json()["accepted"]["id"] == first["accepted"]["id"]
    assert rows(service.app.state.engine) == before
    other = service.post(
        "/v1/departments/nord/imports",
        params={"kind": "time-study", **STUDIED, "accept": token},
        content=STUDY.replace("6,5", "7,5"),
        headers=FILE,
    )
    assert other.status_code == 422


def test_a_study_and_its_hours_are_kept_both_or_neither(service, monkeypatch):
    def broken(*_: object, **__: object) -> None:
        raise InvalidInput(Text(da="i stykker", en="broken"))

    kept_draft(service)
    before = rows(service.app.state.engine)
    monkeypatch.setattr(api.store.histories.Histories, "accept", broken)
    keep(service, status=422)
    assert rows(service.app.state.engine) == before


def test_a_study_before_the_case_list_is_refused_with_what_comes_first(service):
    document = service.post("/v1/imports/draft", params=NEW, content=CASES, headers=FILE).json()
    service.post("/v1/departments", json=document)
    refused = check(service)
    assert refused.status_code == 422
    assert "sagsliste" in refused.text


def test_routes_that_somebody_has_settled_are_left_alone_and_unknown_words_asked_about(service):
    document = service.post("/v1/imports/draft", params=NEW, content=CASES, headers=FILE).json()
    for each in document["assumptions"]:
        each["said_by"] = "KB"
    service.post("/v1/departments", json=document)
    keep(service, CASES, kind="cases", **SAID)
    report = check(service).json()
    unsure = {each["written"] for each in report["values"] if each["means"] is None}
    assert "Telefonmøde" in unsure


def test_a_fitted_department_keeps_its_own_hours(service):
    from dataclasses import replace
    from datetime import date

    kept_draft(service)
    fit = Fit(from_=date(2025, 1, 1), seen_on=date(2026, 3, 31), cases=72, inputs=())
    with Session(service.app.state.engine) as session, session.begin():
        fitted = replace(Store(session).department("nord"), fit=fit)
        Store(session).add_department(fitted)
    report = check(service).json()
    assert not any("timer pr. stykke" in each for each in report["warnings"])
    keep(service)
    assert department_of(service).version == 2


def test_what_only_some_work_or_other_was_is_asked_about_where_no_type_is_written(service):
    kept_draft(service)
    bare = STUDY.replace(";Støtte;Telefonmøde", ";;Telefonmøde").replace(
        ";Undersøgelse;Skriv", ";;Skriv"
    )
    report = check(service, bare).json()
    assert report["rows_at_fault"] == 4  # the talks on the phone; only one class has assessments
    assert {each["value"] for each in report["errors"]} == {"Telefonmøde"}


def test_a_type_of_two_teams_is_that_of_the_caseworkers_own_team(service):
    two = CASES + "".join(
        f"V{n};Syd;Undersøgelse;{200 + n};01-03-2025;01-05-2025;;;;;01-05-2025\n" for n in range(3)
    )
    document = service.post("/v1/imports/draft", params=NEW, content=two, headers=FILE).json()
    service.post("/v1/departments", json=document)
    keep(service, two, kind="cases", **SAID)
    study = STUDY + "".join(
        f"{who};02-03-2026;Undersøgelse;Børnesamtale;4;ja\n" for who in (200, 201, 202)
    )
    assert check(service, study).json()["may_be_accepted"]
    keep(service, study)
    revised = department_of(service)
    assert hours_of(revised, "undersoegelse-syd", "assess-child") == 4.0
    assert hours_of(revised, "undersoegelse-nord", "assess-child") == pytest.approx(38 / 8)
    nobody = study + "999;02-03-2026;Undersøgelse;Børnesamtale;4;ja\n"
    assert check(service, nobody).json()["rows_at_fault"] == 1


def test_a_strand_is_found_from_its_case_and_only_among_its_own(service):
    kept_draft(service)
    places = work_places(department_of(service), None)
    assert places.find("stoette", "follow-up-first", "x") == (
        "stoette-opfoelgning",
        "follow-up-first",
    )
    assert places.find("undersoegelse", "follow-up-first", "x") == ("undersoegelse", "casework")
    assert places.find("stoette-opfoelgning", "make-plan", "x") == (
        "stoette-opfoelgning",
        "casework",
    )


# --- Beside the case list ------------------------------------------------------------------------


def workbook(*sheets):
    content = BytesIO()
    with xlsxwriter.Workbook(content) as book:
        for name, listed in sheets:
            sheet = book.add_worksheet(name)
            for at, line in enumerate(listed.splitlines()):
                sheet.write_row(at, 0, line.split(";"))
    return content.getvalue()


def test_a_draft_is_made_of_a_file_with_both_lists(service):
    both = workbook(("Sager", CASES), ("Tid", STUDY))
    said = {"sheet": "Sager", "study_sheet": "Tid"}
    period = {"study_from": "2026-03-02", "study_to": "2026-03-13"}
    asked = {**NEW, **said, **period, "file": "alt.xlsx"}
    before = rows(service.app.state.engine)
    answer = service.post("/v1/imports/draft", params=asked, content=both, headers=FILE)
    assert answer.status_code == 200, answer.text
    assert rows(service.app.state.engine) == before
    beside = answer.json()
    # The same as to keep the draft and import the study under it.
    kept_draft(service)
    keep(service)
    assert service.post("/v1/departments", json={**beside, "slug": "to"}).status_code == 201
    one, two = department_of(service), department_of(service, "to")
    assert one.case_classes == two.case_classes
    assert one.assumptions == two.assumptions
    for wrong, field in (
        ({**asked, "study_to": None}, "study_to"),
        ({**asked, "study_sheet": None}, "study_sheet"),
        ({**asked, "study_to": "2026-02-30"}, "study_to"),
        ({**asked, "values": "activity:Telefonmøde=no-such"}, "values"),
        ({**asked, "study_map": "Nej=day"}, "map"),
    ):
        sent = {name: value for name, value in wrong.items() if value is not None}
        refused = service.post("/v1/imports/draft", params=sent, content=both, headers=FILE)
        assert refused.status_code == 422, (field, refused.text)
        assert refused.json()["errors"][0]["field"] == field
    faulty = workbook(("Sager", CASES), ("Tid", STUDY.replace("6,5", "65")))
    refused = service.post("/v1/imports/draft", params=asked, content=faulty, headers=FILE)
    assert refused.status_code == 422
    assert "24 timer" in refused.text


@pytest.fixture
def command(sqlite_database, tmp_path):
    cases, study = tmp_path / "sager.csv", tmp_path / "tid.csv"
    cases.write_text(CASES, encoding="utf-8")
    study.write_text(STUDY, encoding="utf-8")
    drafts = (
        "import", "cases", str(cases), "--new-department", "nord", "--name", "Nord",
        "--unit", "child", "--seen-on", "2026-03-31", "--complete-from", "2025-01-01",
    )  # fmt: skip

    def run(*words, of=drafts):
        return CliRunner().invoke(main, (*of, "--database", sqlite_database, *words))

    run.study = study
    run.engine = database_engine(sqlite_database)
    yield run
    run.engine.dispose()


def test_the_terminal_drafts_with_a_study_and_keeps_all_of_it(command):
    study = ("--time-study", str(command.study), *DAYS)
    shown = command(*study)
    assert shown.exit_code == 0, shown.output
    assert "Telefonmøde" in shown.stdout
    assert "tidsstudie, 8 stykker, 4 sagsbehandlere" in shown.stdout.replace("\n      ", " ")
    assert "Intet er gemt" in shown.stdout
    assert rows(command.engine)["department"] == 0
    kept = command(*study, "--value", "activity:Telefonmøde=make-plan", "--accept")
    assert kept.exit_code == 0, kept.output
    assert "nord@1" in kept.stdout
    assert {name: rows(command.engine)[name] for name in ("department", "history")} == {
        "department": 1,
        "history": 2,
    }
    with Session(command.engine) as session:
        assert hours_of(Store(session).department("nord"), "stoette", "make-plan") == 26 / 8


def test_the_terminal_imports_a_study_for_a_draft_and_names_the_version(command):
    assert command("--accept").exit_code == 0
    alone = ("import", "time-study", str(command.study), "--department", "nord")
    said = ("--seen-on", "2026-03-13", "--complete-from", "2026-03-02")
    shown = command(*said, of=alone)
    assert shown.exit_code == 0, shown.output
    assert "gættet" in shown.stdout
    assert "timer pr. stykke" in shown.stdout
    kept = command(*said, "--accept", of=alone)
    assert "nord@2" in kept.stdout


@pytest.mark.parametrize(
    ("words", "field"),
    [
        (("--time-study", "{study}"), "study-from"),
        (("--time-study", "{study}", *DAYS[:2]), "study-to"),
        (("--time-study", "no-such.csv", *DAYS), "time-study"),
        (DAYS, "time-study"),
        (("--time-study", "{study}", "--study-from", "2026-03-13", "--study-to", "2026-03-02"),
         "study-from"),
    ],
)  # fmt: skip
def test_the_terminal_refuses_half_of_what_is_to_be_said_of_a_study(command, words, field):
    written = [each.replace("{study}", str(command.study)) for each in words]
    refused = command(*written)
    assert refused.exit_code == 2, refused.output
    assert refused.stderr.startswith(f"{field}:")


def test_a_study_with_errors_keeps_nothing_and_says_which(command):
    command.study.write_text(STUDY.replace("6,5", "65"), encoding="utf-8")
    before = rows(command.engine)
    refused = command("--time-study", str(command.study), *DAYS, "--accept")
    assert refused.exit_code == 1
    assert "24 timer" in refused.stdout
    assert rows(command.engine) == before
