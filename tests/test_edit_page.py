"""The page Edit: what is written is kept or printed back, and two leaders lose nothing."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from fractions import Fraction

import pytest
from fastapi.testclient import TestClient
from page_forms import (
    Element,
    Fields,
    alerts,
    fields_of,
    form_to,
    of_class,
    sent,
    text,
    tree,
    written,
)
from sqlalchemy.exc import OperationalError
from sqlmodel import Session

from api.app import create_app
from api.documents import load_example
from api.editing.sheets import CASES, STAFF, changes_between, edit_sheet
from api.settings import Settings
from api.store.departments import Store
from capacity.caseworker import Absence, AbsenceReason
from capacity.department import Department
from capacity.fit import Fit
from capacity.wording import Language

LANGUAGES: tuple[Language, ...] = ("da", "en")
DEPARTMENTS = ("ishoej-2020", "fjordkoebing-2026")
CPR = "010203-1234"


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """The service with the demo departments, in a file, without workers of its own."""
    file = tmp_path_factory.mktemp("edit") / "planner.sqlite"
    settings = Settings(database=file, demo=True, workers=0)
    with TestClient(create_app(settings), follow_redirects=False) as opened:
        yield opened


@pytest.fixture
def service(running: TestClient) -> TestClient:
    """The same with its departments as they came."""
    with Session(running.app.state.engine) as session, session.begin():  # type: ignore[attr-defined]
        for slug in DEPARTMENTS:
            if Store(session).version(slug).number > 1:
                Store(session).delete_department(slug)
                Store(session).add_department(load_example(slug))
    return running


def page(client: TestClient, **query: str) -> Element:
    answer = client.get("/edit", params={"department": "ishoej-2020", **query})
    assert answer.status_code == 200
    return tree(answer)


def opened(client: TestClient, part: str = STAFF, **query: str) -> tuple[Element, Fields]:
    form = form_to(page(client, part=part, **query), f"/edit/{part}")
    return form, fields_of(form)


def now(client: TestClient, address: str = "ishoej-2020") -> Department:
    with Session(client.app.state.engine) as session:  # type: ignore[attr-defined]
        return Store(session).department(address)


def place_of(fields: Fields, key: str, table: str = "caseworkers") -> int:
    return [value for name, value in fields if name == f"{table}.key"].index(key)


def keep(client: TestClient, part: str, changes: dict[tuple[str, int], str], reason: str = "Prøve"):
    form, fields = opened(client, part)
    return sent(client, form, written(fields, {**changes, ("reason", 0): reason}), "save")


@pytest.mark.parametrize("department", DEPARTMENTS)
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("part", ["staff", "cases", "files", "fit", "versions"])
def test_every_part_is_well_formed_in_both_languages(
    client: TestClient, department: str, language: Language, part: str
):
    answer = client.get(f"/edit?department={department}&lang={language}&part={part}")
    assert answer.status_code == 200
    root = tree(answer)
    assert root.get("lang") == language
    ids = [each.get("id") for each in root.iter() if each.get("id")]
    assert len(ids) == len(set(ids))
    assert all(table.find("caption") is not None for table in root.iter("table"))
    labelled = {id(each) for label in root.iter("label") for each in label.iter()}
    for each in root.iter():
        if each.tag in ("input", "select", "textarea") and each.get("type") != "hidden":
            assert id(each) in labelled or each.get("aria-label")
    assert not [each for each in root.iter() if each.get("style") or each.get("onclick")]
    shown = re.sub(r"\S+@\d+", "", text(root))
    assert not re.search(r"\b[a-z]+_[a-z_]+\b", shown), "an internal name is shown"


@pytest.mark.parametrize("department", DEPARTMENTS)
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", [STAFF, CASES])
def test_a_form_that_nobody_touched_is_the_department_to_the_last_digit(
    service: TestClient, department: str, language: Language, name: str
):
    form = form_to(page(service, department=department, lang=language, part=name), f"/edit/{name}")
    answer = sent(service, form, written(fields_of(form), {("reason", 0): "Ingen"}), "save")
    assert answer.status_code == 422
    assert {"da": "intet er ændret", "en": "nothing has changed"}[language] in answer.text
    assert now(service, department).version == 1


def test_a_change_is_a_new_version_with_its_reason_and_everything_else_as_it_was(
    service: TestClient,
):
    before = now(service)
    form, fields = opened(service)
    at = place_of(fields, "p50-02")
    answer = keep(service, STAFF, {("caseworkers.hours_per_week", at): "32,5"}, "Op i tid")
    assert answer.status_code == 303
    after = now(service)
    (changed,) = (
        (old, new)
        for old, new in zip(before.roster.caseworkers, after.roster.caseworkers, strict=True)
        if old != new
    )
    assert changed[1] == replace(changed[0], hours_per_week=Fraction("32.5"))
    assert replace(after, roster=before.roster, version=1) == before
    rows = service.get("/v1/departments/ishoej-2020/versions").json()["rows"]
    assert [(row["address"], row["kept_by"], row["reason"]) for row in rows] == [
        ("ishoej-2020@2", "local", "Op i tid"),
        ("ishoej-2020@1", None, None),
    ]
    arrived = tree(service.get(answer.headers["location"]))
    assert "Gemt som version 2" in text(arrived)
    assert form is not None


def test_people_come_and_go_and_are_away(service: TestClient):
    form, fields = opened(service)
    people = sum(name == "caseworkers.key" for name, _ in fields)
    at = place_of(fields, "p50-03")
    fields = written(
        fields,
        {
            ("caseworkers.id", people - 1): "p50-06",
            ("caseworkers.team", people - 1): "paragraf-50",
            ("caseworkers.hours_per_week", people - 1): "37",
            ("caseworkers.starts_on", people - 1): "2020-05-01",
            ("caseworkers.id", at): "p50-tre",
            ("absences.caseworker", 0): "p50-tre",
            ("absences.first_day", 0): "2020-04-01",
            ("absences.last_day", 0): "2020-08-31",
            ("absences.reason", 0): "parental_leave",
            ("vacancies.team", 0): "straxen",
            ("vacancies.hours_per_week", 0): "30",
            ("vacancies.from_on", 0): "2020-04-01",
            ("posts.granted_fte", 0): "25,5",
            ("reason", 0): "Forår",
        },
    )
    answer = sent(service, form, [*fields, ("caseworkers.removed", "p50-05")], "save")
    assert answer.status_code == 303, alerts(tree(answer))
    roster = now(service).roster
    people_now = {each.id: each for each in roster.caseworkers}
    assert "p50-05" not in people_now
    assert "p50-03" not in people_now
    assert people_now["p50-06"].starts_on == date(2020, 5, 1)
    assert people_now["p50-tre"].absences == (
        Absence(
            first_day=date(2020, 4, 1),
            last_day=date(2020, 8, 31),
            reason=AbsenceReason.PARENTAL_LEAVE,
        ),
    )
    assert [float(each.hours_per_week) for each in roster.vacancies] == [30.0]
    assert roster.granted_fte == Fraction("25.5")


WRONG = [
    ("caseworkers.hours_per_week", "syvogtredive", "er ikke et tal"),
    ("caseworkers.hours_per_week", "", "mangler"),
    ("caseworkers.hours_per_week", "70", "højst 60"),
    ("caseworkers.hours_per_week", "1.234", "tusindtalsskilletegn"),
    ("caseworkers.non_case_hours_per_week", "38", "skriv fra 0 til"),
    ("caseworkers.starts_on", "31-02-2020", "findes ikke i kalenderen"),
    ("caseworkers.team", "nord", "vælg en af"),
    ("caseworkers.id", "p50-03", "samme pseudonym"),
    ("caseworkers.id", "", "mangler"),
]


@pytest.mark.parametrize(("name", "value", "said"), WRONG)
def test_what_is_wrong_is_said_beside_its_cell_and_everything_written_stands(
    service: TestClient, name: str, value: str, said: str
):
    form, fields = opened(service)
    at = place_of(fields, "p50-02")
    fields = written(fields, {(name, at): value, ("reason", 0): "En god grund"})
    answer = sent(service, form, fields, "save")
    assert answer.status_code == 422
    root = tree(answer)
    (cell,) = (each for each in root.iter() if each.get("aria-invalid"))
    assert cell.get("name") == name
    (beside,) = (each for each in root.iter() if each.get("id") == cell.get("aria-describedby"))
    assert said in text(beside)
    assert f"#{cell.get('id')}" in {each.get("href") for each in root.iter("a")}
    assert fields_of(form_to(root, "/edit/staff")) == fields
    assert now(service).version == 1


def test_a_reason_is_asked_for_and_nothing_is_lost(service: TestClient):
    form, fields = opened(service)
    fields = written(fields, {("caseworkers.hours_per_week", 1): "20"})
    answer = sent(service, form, fields, "save")
    assert answer.status_code == 422
    root = tree(answer)
    assert fields_of(form_to(root, "/edit/staff")) == fields
    assert "skriv, hvorfor I retter" in text(root)
    assert now(service).version == 1


@pytest.mark.parametrize("place", ["caseworkers.id", "caseworkers.starts_on", "reason"])
def test_a_cpr_number_is_refused_and_never_printed_back(service: TestClient, place: str):
    form, fields = opened(service)
    changes = {("reason", 0): "Grund", (place, 0): f"barn {CPR}"}
    answer = sent(service, form, written(fields, changes), "save")
    assert answer.status_code == 422
    assert CPR not in answer.text
    assert "CPR-nummer" in answer.text
    assert now(service).version == 1


def test_two_leaders_lose_nothing_and_the_second_sees_what_the_first_changed(service: TestClient):
    form, fields = opened(service)
    one, other = place_of(fields, "p50-02"), place_of(fields, "p50-04")
    first = {
        ("caseworkers.hours_per_week", one): "37",
        ("caseworkers.ends_on", other): "2020-12-31",
    }
    assert keep(service, STAFF, first, "Den første").status_code == 303
    mine = written(
        fields,
        {
            ("caseworkers.hours_per_week", one): "20",
            ("caseworkers.non_case_hours_per_week", other): "3",
            ("reason", 0): "Den anden",
        },
    )
    answer = sent(service, form, mine, "save")
    assert answer.status_code == 412
    root = tree(answer)
    told = alerts(root)
    assert "Ikke gemt endnu" in told
    assert "Den første" in told
    assert "p50-02, ansat: 30 → 37" in told
    assert "p50-04, sidste dag: (tom) → 2020-12-31" in told
    again = form_to(root, "/edit/staff")
    printed = fields_of(again)
    values = [value for name, value in printed if name == "caseworkers.hours_per_week"]
    assert values[one] == "20"
    (beside,) = of_class(again, "fault")
    assert "Den anden skrev: 37" in text(beside)
    assert ("reason", "Den anden") in printed
    assert now(service).version == 2
    assert sent(service, again, printed, "save").status_code == 303
    people = {each.id: each for each in now(service).roster.caseworkers}
    assert people["p50-02"].hours_per_week == 20
    assert people["p50-04"].ends_on == date(2020, 12, 31)
    assert people["p50-04"].non_case_hours_per_week == 3


def test_a_line_that_the_first_removed_comes_back_as_the_second_wrote_it(service: TestClient):
    form, fields = opened(service)
    at = place_of(fields, "p50-05")
    removed = [*written(fields, {("reason", 0): "Væk"}), ("caseworkers.removed", "p50-05")]
    assert sent(service, form, removed, "save").status_code == 303
    mine = written(fields, {("caseworkers.hours_per_week", at): "22", ("reason", 0): "Op"})
    answer = sent(service, form, mine, "save")
    assert answer.status_code == 412
    printed = fields_of(form_to(tree(answer), "/edit/staff"))
    ids = [value for name, value in printed if name == "caseworkers.id"]
    hours = [value for name, value in printed if name == "caseworkers.hours_per_week"]
    assert hours[ids.index("p50-05")] == "22"


def test_a_form_of_an_older_version_says_that_there_is_a_newer(service: TestClient):
    assert keep(service, STAFF, {("caseworkers.hours_per_week", 1): "20"}).status_code == 303
    old = text(page(service, department="ishoej-2020@1", part="staff"))
    assert "Du ser version 1" in old
    assert "version 2" in old
    assert "Du ser version" not in text(page(service, department="ishoej-2020@2", part="staff"))


def test_going_back_is_a_new_version_like_the_old_one_and_can_be_undone(service: TestClient):
    first = now(service)
    assert keep(service, STAFF, {("caseworkers.hours_per_week", 1): "20"}).status_code == 303
    second = now(service)
    root = page(service, part="versions")
    (form,) = (each for each in root.iter("form") if "/edit/back" in each.get("action", ""))
    assert sent(service, form, fields_of(form)).status_code == 303
    assert replace(now(service), version=1) == first
    rows = service.get("/v1/departments/ishoej-2020/versions").json()["rows"]
    assert rows[0]["reason"] == "Tilbage til version 1"
    assert rows[0]["kept_by"] == "local"
    again = page(service, part="versions")
    forms = [each for each in again.iter("form") if "/edit/back" in each.get("action", "")]
    assert sent(service, forms[0], fields_of(forms[0])).status_code == 303
    assert replace(now(service), version=2) == second
    late = sent(service, form, fields_of(form))
    assert late.status_code == 412
    assert now(service).version == 4
    assert "har ændret det" in text(tree(late))


def test_the_history_says_what_a_version_changed(service: TestClient):
    at = place_of(opened(service)[1], "p50-02")
    assert (
        keep(service, STAFF, {("caseworkers.hours_per_week", at): "20"}, "Ned").status_code == 303
    )
    told = text(page(service, part="versions", show="2"))
    assert "p50-02, ansat: 30 → 20" in told
    assert "Ned" in told
    assert "fulgte med planlæggeren" in told


def test_numbers_of_cases_become_assumptions_with_reason_and_owner(service: TestClient):
    before = now(service)
    fields = opened(service, CASES)[1]
    at = place_of(fields, "child-assessment", "classes")
    step = place_of(fields, "child-assessment/write-assessment", "episodes")
    changes = {
        ("classes.arrivals_per_year", at): "160,5",
        ("classes.unknown", at): "45",
        ("episodes.hours", step): "12,5",
        ("episodes.days", step): "7",
        ("whole.open_cases", 0): "895",
        ("whole.on", 0): "2020-04-01",
    }
    assert keep(service, CASES, changes, "Optalt i april").status_code == 303
    after = now(service)
    old = next(each for each in before.case_classes if each.slug == "child-assessment")
    new = next(each for each in after.case_classes if each.slug == "child-assessment")
    assert (new.arrivals_per_year, new.backlog.unknown) == (Fraction("160.5"), 45)
    assert (after.open_cases, after.on) == (895, date(2020, 4, 1))
    effort, was = new.route[-1].effort_hours, old.route[-1].effort_hours
    assert (effort.mean, effort.family, effort.cv) == (Fraction("12.5"), was.family, was.cv)
    assert new.route[-1].external_delay_days.mean == 7
    assert new.route[:-1] == old.route[:-1]
    said = [each for each in after.assumptions if each.reason.da == "Optalt i april"]
    assert {each.said_by for each in said} == {"local"}
    assert {each.about.rpartition(".")[2] for each in said} == {
        "arrivals_per_year",
        "effort_hours",
        "external_delay_days",
    }
    assert "160,5 nye sager om året (før 152)" in " ".join(each.says.da for each in said)
    abouts = [each.about for each in after.assumptions]
    assert abouts.count("case_classes.child-assessment.arrivals_per_year") == 1
    others = [each for each in before.case_classes if each.slug != "child-assessment"]
    assert [each for each in after.case_classes if each.slug != "child-assessment"] == others


def test_open_cases_are_spread_as_before_up_to_the_oldest(service: TestClient):
    form = form_to(page(service, department="fjordkoebing-2026", part="cases"), "/edit/cases")
    fields = fields_of(form)
    at = place_of(fields, "assessment-north/assessment", "episodes")
    changes = {("episodes.open", at): "200", ("episodes.oldest", at): "300", ("reason", 0): "Talt"}
    assert sent(service, form, written(fields, changes), "save").status_code == 303
    found = next(
        each
        for each in now(service, "fjordkoebing-2026").case_classes
        if each.slug == "assessment-north"
    )
    (stage,) = found.backlog.stages
    assert len(stage.ages_days) == 200
    assert max(stage.ages_days) == 300
    assert stage.placed_by_age, "as before"
    assert sum(stage.ages_days) / 200 == pytest.approx(150, abs=3)


def test_open_cases_at_the_last_episode_are_as_far_as_their_age_says(service: TestClient):
    """There they wait for a caseworker or for others; at an earlier one they stand where told."""
    form = form_to(page(service, part="cases"), "/edit/cases")
    fields = fields_of(form)
    changes: dict[tuple[str, int], str] = {("reason", 0): "Talt"}
    for slug in ("open-assessment", "write-assessment"):
        at = place_of(fields, f"child-assessment/{slug}", "episodes")
        changes |= {("episodes.open", at): "10", ("episodes.oldest", at): "90"}
    at = place_of(fields, "child-assessment", "classes")
    changes[("classes.unknown", at)] = "19"
    assert sent(service, form, written(fields, changes), "save").status_code == 303
    found = next(each for each in now(service).case_classes if each.slug == "child-assessment")
    assert {each.episode: each.placed_by_age for each in found.backlog.stages} == {
        "open-assessment": False,
        "write-assessment": True,
    }


def test_a_fit_goes_when_the_work_it_learned_is_written_over_and_stays_for_staff(
    service: TestClient,
):
    fitted = replace(now(service), fit=_a_fit())
    with Session(service.app.state.engine) as session, session.begin():  # type: ignore[attr-defined]
        Store(session).add_department(fitted)
    assert keep(service, STAFF, {("caseworkers.hours_per_week", 1): "20"}).status_code == 303
    assert now(service).fit is not None
    form = form_to(page(service, part="cases"), "/edit/cases")
    assert "ikke længere tilpasset" in text(form)
    assert keep(service, CASES, {("classes.arrivals_per_year", 0): "900"}).status_code == 303
    assert now(service).fit is None
    told = text(page(service, part="versions", show="4"))
    assert "ikke længere tilpasset" in told


def _a_fit() -> Fit:
    return Fit(from_=date(2018, 1, 1), seen_on=date(2020, 1, 1), cases=100, inputs=())


PASTED = "p50-02\t§50-team\t33,5\t2\np50-99\tparagraf-50\t37\t0\n"
HEADED = """\
Ugentlige timer\tLønnummer\tEnhed\tNavn
33,5\tp50-02\t§50-team\tIda
37\tp50-99\t§50-team\tBo
"""


@pytest.mark.parametrize(("rows", "headed"), [(PASTED, False), (HEADED, True)])
def test_rows_of_a_spreadsheet_are_shown_then_put_in_then_saved(
    service: TestClient, rows: str, headed: bool
):
    form, fields = opened(service)
    at = place_of(fields, "p50-02")
    fields = written(fields, {("caseworkers.pasted", 0): rows, ("reason", 0): "Fra regneark"})
    shown = tree(sent(service, form, fields, "look:caseworkers"))
    told = text(shown)
    assert "Linjer, der rettes: 1. Nye linjer: 1." in told
    assert "retter p50-02" in told
    form = form_to(shown, "/edit/staff")
    means = [value for name, value in fields_of(form) if name == "caseworkers.means"]
    if headed:
        assert means == ["hours_per_week", "id", "team", "-"]
    else:
        assert means == ["id", "team", "hours_per_week", "non_case_hours_per_week"]
    assert now(service).version == 1
    put = tree(sent(service, form, fields_of(form), "put:caseworkers"))
    form = form_to(put, "/edit/staff")
    fields = fields_of(form)
    hours = [value for name, value in fields if name == "caseworkers.hours_per_week"]
    assert hours[at] == "33,5"
    assert now(service).version == 1
    assert sent(service, form, fields, "save").status_code == 303
    people = {each.id: each for each in now(service).roster.caseworkers}
    assert people["p50-02"].hours_per_week == Fraction("33.5")
    assert people["p50-99"].team == "paragraf-50"


def test_pasted_errors_stand_beside_their_cells_and_columns_can_be_corrected(service: TestClient):
    form, fields = opened(service)
    rows = "p50-02\tNordpolen\tmange\n"
    fields = written(fields, {("caseworkers.pasted", 0): rows})
    shown = tree(sent(service, form, fields, "look:caseworkers"))
    wrong = [text(each) for each in of_class(shown, "wrong")]
    assert len(wrong) == 2
    assert "vælg en af" in wrong[0]
    assert "er ikke et tal" in wrong[1]
    form = form_to(shown, "/edit/staff")
    fields = written(
        fields_of(form), {("caseworkers.means", 1): "-", ("caseworkers.means", 2): "-"}
    )
    again = tree(sent(service, form, fields, "look:caseworkers"))
    assert not of_class(again, "wrong")
    means = [v for n, v in fields_of(form_to(again, "/edit/staff")) if n == "caseworkers.means"]
    assert means == ["id", "-", "-"]


def test_pasting_all_marks_the_others_as_removed(service: TestClient):
    form, fields = opened(service)
    fields = written(fields, {("caseworkers.pasted", 0): PASTED, ("caseworkers.mode", 0): "all"})
    put = form_to(tree(sent(service, form, fields, "put:caseworkers")), "/edit/staff")
    fields = written(fields_of(put), {("reason", 0): "Hele listen"})
    assert sent(service, put, fields, "save").status_code == 303
    assert [each.id for each in now(service).roster.caseworkers] == ["p50-02", "p50-99"]


@pytest.mark.parametrize("rows", [f"p1\t{CPR}\n", "010203\t1234\n020304\t2345\n311299\t9999\n"])
def test_pasted_cpr_numbers_are_thrown_away_and_not_printed_back(service: TestClient, rows: str):
    form, fields = opened(service)
    fields = written(
        fields, {("caseworkers.pasted", 0): rows, ("caseworkers.hours_per_week", 0): "21"}
    )
    answer = sent(service, form, fields, "look:caseworkers")
    assert CPR not in answer.text
    assert "010203" not in answer.text
    assert "CPR-numre" in answer.text
    printed = fields_of(form_to(tree(answer), "/edit/staff"))
    assert ("caseworkers.pasted", "") in printed
    assert ("caseworkers.hours_per_week", "21") in printed


def test_cases_are_pasted_by_the_names_of_their_types_and_steps(service: TestClient):
    form, fields = opened(service, CASES)
    rows = (
        "Sagstype\tArbejdsgang\tTimer pr. gang\n"
        "Børnefaglig undersøgelse\tBørnesamtale\t4\n"
        "Noget andet\tBørnesamtale\t5\n"
    )
    fields = written(fields, {("episodes.pasted", 0): rows, ("reason", 0): "Fra studiet"})
    shown = tree(sent(service, form, fields, "look:episodes"))
    assert "findes ikke i tabellen" in text(shown)
    form = form_to(shown, "/edit/cases")
    put = form_to(tree(sent(service, form, fields_of(form), "put:episodes")), "/edit/cases")
    assert sent(service, put, fields_of(put), "save").status_code == 303
    found = next(each for each in now(service).case_classes if each.slug == "child-assessment")
    assert found.route[2].effort_hours.mean == 4


def test_more_lines_come_without_a_script_and_nothing_is_lost(service: TestClient):
    form, fields = opened(service)
    fields = written(fields, {("caseworkers.hours_per_week", 3): "halv tid"})
    more = fields_of(form_to(tree(sent(service, form, fields, "more:caseworkers")), "/edit/staff"))
    lines = sum(name == "caseworkers.key" for name, _ in fields)
    assert sum(name == "caseworkers.key" for name, _ in more) == lines + 5
    assert ("caseworkers.hours_per_week", "halv tid") in more


def test_a_form_that_arrives_in_part_saves_nothing(service: TestClient):
    form, fields = opened(service)
    at = next(i for i, (name, _) in enumerate(fields) if name == "caseworkers.ends_on")
    answer = sent(service, form, [*fields[:at], *fields[at + 1 :], ("reason", "x")], "save")
    assert answer.status_code == 422
    assert "ikke hel frem" in text(tree(answer))
    assert now(service).version == 1


def test_a_database_that_is_busy_loses_nothing(
    service: TestClient, monkeypatch: pytest.MonkeyPatch
):
    def busy(*_: object, **__: object) -> None:
        raise OperationalError("insert", {}, Exception("database is locked"))

    form, fields = opened(service)
    fields = written(fields, {("caseworkers.hours_per_week", 1): "21", ("reason", 0): "Ned"})
    monkeypatch.setattr(Store, "add_department", busy)
    answer = sent(service, form, fields, "save")
    assert answer.status_code == 503
    root = tree(answer)
    assert "Ikke gemt" in alerts(root)
    assert fields_of(form_to(root, "/edit/staff")) == fields
    monkeypatch.undo()
    assert sent(service, form, fields, "save").status_code == 303


def test_a_form_for_another_department_is_refused(service: TestClient):
    form, fields = opened(service)
    fields = [("base", "fjordkoebing-2026@1") if n == "base" else (n, v) for n, v in fields]
    answer = sent(service, form, fields, "save")
    assert answer.status_code == 422
    assert now(service).version == 1


def test_what_changed_between_versions_is_told_by_table():
    before = load_example("ishoej-2020")
    after = replace(before, source=before.name)
    (other,) = changes_between(before, after, "da")
    assert "Andet end medarbejdere og sager" in other.table.da
    assert changes_between(before, replace(before, version=7), "da") == ()
    sheet = edit_sheet(STAFF, before, "da")
    assert len(sheet.table("caseworkers").lines) == 32
