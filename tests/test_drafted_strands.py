"""Follow-ups that a list calls by a word of their own: said to be a strand, as `type/strand` is."""

import pytest
from fastapi.testclient import TestClient
from page_forms import fields_of, form_to, sent, text, written
from sqlmodel import Session
from test_drafts_with_studies import CASES, DAYS, NEW, SAID, STUDIED, STUDY, workbook
from test_edit_files import shown
from typer.testing import CliRunner

from api.app import create_app
from api.command_line import main
from api.database import database_engine
from api.documents import DepartmentDocument
from api.imports.fields import Kind
from api.imports.meanings import LEFT_OUT, case_types_of, drafted_strands
from api.imports.new_words import NewWords
from api.settings import Settings
from api.store.departments import Store
from api.store.histories import Histories
from capacity.errors import InvalidInput
from simulations.department_fit import rows_of
from simulations.drafted_work import is_strand, strand_of

FILE = {"Content-Type": "application/octet-stream"}
OWN_WORD = CASES.replace("Støtte/opfølgning", "Opfølgning")
SAYS = "case_type:Opfølgning=stoette/opfoelgning"
BOTH = {
    "sheet": "Sager",
    "study_sheet": "Tid",
    "study_from": "2026-03-02",
    "study_to": "2026-03-13",
    "file": "alt.xlsx",
}


@pytest.fixture
def service(sqlite_database):
    with TestClient(create_app(Settings(database=sqlite_database))) as opened:
        yield opened
        opened.app.state.warm.wait(300)


def draft(service, cases=OWN_WORD, study=STUDY, **said):
    """A draft of a file with both lists."""
    both = workbook(("Sager", cases), ("Tid", study))
    asked = {**NEW, **BOTH, **said}
    answer = service.post("/v1/imports/draft", params=asked, content=both, headers=FILE)
    assert answer.status_code == 200, answer.text
    return DepartmentDocument.model_validate(answer.json()).to_domain()


def hours_of(department, case_class):
    """The hours of a piece of each kind of work."""
    (found,) = [each for each in department.case_classes if each.slug == case_class]
    done = [each for each in found.route if each.effort_hours.mean]
    return {each.slug: float(each.effort_hours.mean) for each in done}


# --- The draft -----------------------------------------------------------------------------------


def test_follow_ups_of_a_word_of_their_own_are_the_same_as_those_that_the_list_marks(service):
    marked, said = draft(service, CASES), draft(service, values=SAYS)
    assert marked.case_classes[2].label.da == "Støtte/opfølgning"
    assert said.case_classes[2].label.da == "Støtte/Opfølgning"
    assert [each.weight for each in said.case_classes] == [1, 1, 0]
    written = repr(said.case_classes).replace("Støtte/Opfølgning", "Støtte/opfølgning")
    assert written == repr(marked.case_classes)
    assert said.open_cases == marked.open_cases


def test_the_hours_of_follow_ups_are_then_counted_once(service):
    twice, once = draft(service), draft(service, values=SAYS)
    # As cases of their own they keep an assumption, and the study's hours go to the support.
    assert hours_of(twice, "opfoelgning") == {"follow-up-first": 5.0}
    assert hours_of(twice, "stoette")["casework"] == 2.0
    assert hours_of(once, "stoette-opfoelgning") == {"follow-up-first": 2.5}
    assert hours_of(once, "stoette")["casework"] == 1.5


def test_a_strand_may_be_named_before_its_type_turns_up(service):
    heading, *rows = OWN_WORD.splitlines()
    backwards = "\n".join([heading, *reversed(rows)]) + "\n"
    found = {
        each.slug: each.label.da for each in draft(service, backwards, values=SAYS).case_classes
    }
    assert found["stoette-opfoelgning"] == "Støtte/Opfølgning"


def test_two_words_may_be_one_strand_and_a_strand_be_of_a_type_of_two_teams(service):
    south = "".join(
        f"X{row}\n"
        for row in CASES.replace("Støtte/opfølgning", "Revurdering")
        .replace(";Nord;", ";Syd;")
        .splitlines()[1:]
    )
    asked = {**NEW, "values": f"{SAYS};case_type:Revurdering=stoette/opfoelgning"}
    answer = service.post("/v1/imports/draft", params=asked, content=OWN_WORD + south, headers=FILE)
    assert answer.status_code == 200, answer.text
    document = DepartmentDocument.model_validate(answer.json()).to_domain()
    found = {each.slug: each for each in document.case_classes}
    assert set(found) == {
        f"{name}-{team}"
        for name in ("undersoegelse", "stoette", "stoette-opfoelgning")
        for team in ("nord", "syd")
    }
    assert {found[f"stoette-opfoelgning-{team}"].weight for team in ("nord", "syd")} == {0}


@pytest.mark.parametrize(
    ("means", "told"),
    [
        ("findes-ikke/opfoelgning", "undersoegelse, stoette"),
        ("stoette/opfoelgning/igen", "stoette/opfoelgning"),
        ("stoette/", "stoette/opfoelgning"),
        ("/opfoelgning", "stoette/opfoelgning"),
        ("stoette/" + "x" * 32, "39"),
    ],
)
def test_a_strand_of_nothing_is_refused_with_what_there_is(service, means, told):
    asked = {**NEW, "values": f"case_type:Opfølgning={means}"}
    refused = service.post("/v1/imports/draft", params=asked, content=OWN_WORD, headers=FILE)
    assert refused.status_code == 422
    assert refused.json()["errors"][0]["field"] == "values"
    assert told in refused.text


def test_a_strand_is_of_a_type_and_never_of_a_strand_or_a_team():
    words = NewWords(
        "case_type",
        stated={"Opfølgning": "stoette/opfoelgning", "Igen": "stoette-opfoelgning/igen"},
        remembered={},
    )
    words.of(("Støtte", "Opfølgning", "Igen"), (2, 3, 4))
    with pytest.raises(InvalidInput, match="no case type of that name"):
        _ = words.labels
    with pytest.raises(InvalidInput, match="cannot be called"):
        NewWords("team", stated={"Nord": "syd/nord"}, remembered={})
    two = NewWords("case_type", stated={"A": "a-b/c", "B": "a/b-c", "C": LEFT_OUT}, remembered={})
    with pytest.raises(InvalidInput, match="the same name"):
        two.of(("A", "B"), (2, 3))


def test_a_type_with_a_slash_of_its_own_may_have_strands():
    words = NewWords("case_type", stated={"Opf.": "raad-vejledning/opf"}, remembered={})
    words.of(("Råd/vejledning", "Opf."), (2, 3))
    labels = words.labels
    assert labels["raad-vejledning-opf"] == "Råd/vejledning/Opf."
    assert strand_of(labels["raad-vejledning-opf"], labels.values()) == "Råd/vejledning"
    assert not is_strand(labels["raad-vejledning"], labels.values())


# --- Kept, and understood ------------------------------------------------------------------------


def keep(service, content, kind, **said):
    said = {"kind": kind, **said}
    report = service.post(
        "/v1/imports/check", params={**said, "department": "nord"}, content=content, headers=FILE
    ).json()
    assert report["may_be_accepted"], report["errors"]
    answer = service.post(
        "/v1/departments/nord/imports",
        params={**said, "accept": report["token"]},
        content=content,
        headers=FILE,
    )
    assert answer.status_code == 201, answer.text
    return report


@pytest.mark.parametrize("values", [{}, {"values": SAYS}])
def test_the_list_is_understood_under_its_draft_and_the_study_finds_the_strand(service, values):
    document = service.post(
        "/v1/imports/draft", params={**NEW, "values": SAYS}, content=OWN_WORD, headers=FILE
    )
    assert service.post("/v1/departments", json=document.json()).status_code == 201
    report = keep(service, OWN_WORD, "cases", **SAID, **values)
    means = {each["written"]: each["means"] for each in report["values"]}
    assert means["Opfølgning"] == "stoette-opfoelgning"
    keep(service, STUDY, "time-study", **STUDIED)
    with Session(service.app.state.engine) as session:
        department = Store(session).department("nord")
        history = Histories(session).latest("nord", Kind.CASES)
    assert hours_of(department, "stoette-opfoelgning") == {"follow-up-first": 2.5}
    assert {each.slug: rows_of(each, history).cases for each in department.case_classes} == {
        "undersoegelse": 24,
        "stoette": 24,
        "stoette-opfoelgning": 24,
    }


def test_what_a_strand_is_called_alone_is_not_taken_from_a_type_of_that_name(service):
    three = OWN_WORD.replace("U0;Nord;Undersøgelse", "U0;Nord;Opfølgning på andet")
    said = f"{SAYS};case_type:Opfølgning på andet=opfoelgning"
    department = draft(service, three, values=said)
    choices = case_types_of(department)
    words = [word for own in choices.values() for word in own]
    assert len(words) == len(set(words))
    assert drafted_strands(department) == {"stoette/opfoelgning": "stoette-opfoelgning"}


# --- In the browser ------------------------------------------------------------------------------


def test_a_page_lets_a_follow_up_be_chosen_as_a_strand_and_keeps_the_choice(sqlite_database):
    settings = Settings(database=sqlite_database)
    with TestClient(create_app(settings), follow_redirects=False) as client:
        root = shown(
            client,
            client.post(
                "/new-department/file",
                data={**SAID, "kind": "cases", "name": "Nord"},
                files={"file": ("sager.csv", OWN_WORD.encode())},
            ),
        )
        assert "”Opfølgning” lyder som arbejde på sager af en anden type" in text(root)
        assert "values=" not in text(root)
        assert "Støtte/Opfølgning" in [text(each) for each in root.iter("option")]
        form = form_to(root, "/new-department/file")
        words = [value for name, value in fields_of(form) if name == "word"]
        chosen = {("word_is", words.index("Opfølgning")): "stoette/opfoelgning"}
        root = shown(client, sent(client, form, written(fields_of(form), chosen), "again"))
        assert "lyder som arbejde" not in text(root)
        for _ in range(2):  # what is not touched stays what was chosen
            form = form_to(root, "/new-department/file")
            assert ("word_is", "stoette/opfoelgning") in fields_of(form)
            root = shown(client, sent(client, form, fields_of(form), "again"))
        kept = sent(client, form, fields_of(form), "keep")
        made = client.get(kept.headers["location"])
        while made.status_code == 200 and 'http-equiv="refresh"' in made.text:
            made = client.get(kept.headers["location"])
        assert made.headers["location"].startswith("/edit?")
        with Session(client.app.state.engine) as session:
            department = Store(session).department("nord")
        classes = {each.slug: (each.label.da, each.weight) for each in department.case_classes}
        assert classes["stoette-opfoelgning"] == ("Støtte/Opfølgning", 0)
        client.app.state.warm.wait(300)


# --- In the terminal -----------------------------------------------------------------------------


@pytest.fixture
def command(sqlite_database, tmp_path):
    cases, study = tmp_path / "sager.csv", tmp_path / "tid.csv"
    cases.write_text(OWN_WORD, encoding="utf-8")
    study.write_text(STUDY, encoding="utf-8")
    drafts = (
        "import", "cases", str(cases), "--new-department", "nord", "--name", "Nord",
        "--unit", "child", "--seen-on", "2026-03-31", "--complete-from", "2025-01-01",
        "--time-study", str(study), *DAYS, "--database", sqlite_database,
    )  # fmt: skip

    def run(*words):
        return CliRunner().invoke(main, (*drafts, *words))

    run.engine = database_engine(sqlite_database)
    yield run
    run.engine.dispose()


def test_the_terminal_hints_at_the_follow_ups_and_keeps_what_it_is_told_of_them(command):
    shown = command()
    assert shown.exit_code == 0, shown.output
    assert '(fx --value "case_type:Opfølgning=…/opfoelgning"; typerne er' in shown.stdout
    assert "tælle to gange" in shown.stdout
    kept = command("--value", SAYS, "--accept")
    assert kept.exit_code == 0, kept.output
    assert "tælle to gange" not in kept.stdout
    assert "Støtte/Opfølgning (stoette-opfoelgning)" in kept.stdout
    with Session(command.engine) as session:
        department = Store(session).department("nord")
        history = Histories(session).latest("nord", Kind.CASES)
    assert hours_of(department, "stoette-opfoelgning") == {"follow-up-first": 2.5}
    assert sum(rows_of(each, history).cases for each in department.case_classes) == 72
