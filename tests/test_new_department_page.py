"""The page New department: a draft from a case list, or a few numbers written by hand."""

import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from fastapi.testclient import TestClient
from page_forms import Element, Fields, alerts, fields_of, form_to, of_class, sent, text, tree
from page_forms import written as with_values
from sqlmodel import Session

from api.app import create_app
from api.settings import Settings
from api.store.departments import Store
from capacity.wording import Language

LANGUAGES: tuple[Language, ...] = ("da", "en")
HAND, FILE = "/new-department/by-hand", "/new-department/file"
LIST = (
    "Sagsnr.;Team;Sagstype;Opmærksom dato;BFU afsluttet;Lukket\n"
    "S1;Børn & Unge;Børnefaglig undersøgelse;03-02-2025;01-05-2025;02-05-2025\n"
    "S2;børn og unge;Børnefaglig undersøgelse;04-03-2025;;\n"
    "S3;BØRN & UNGE;§ 50;05-03-2025;;\n"
    "S4;Ældre;Børnefaglig undersøgelse;05-04-2025;30-05-2025;\n"
)
SAID = {
    "name": "Børn og Unge Nord",
    "kind": "cases",
    "unit": "child",
    "seen_on": "2026-03-31",
    "complete_from": "2025-01-01",
}
STAFF = (
    "Tjenestenr;Organisatorisk enhed;Ugentligt timetal;Ansat fra\n"
    "101;Børn & Unge;37;01-02-2020\n"
    "102;Ældre;30,5;15-08-2023\n"
)
CPR = "010203-1234"


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    file = tmp_path_factory.mktemp("new") / "planner.sqlite"
    settings = Settings(database=file, workers=0)
    with TestClient(create_app(settings), follow_redirects=False) as opened:
        yield opened


@pytest.fixture
def service(running: TestClient) -> TestClient:
    """A service that has no department yet."""
    with Session(running.app.state.engine) as session, session.begin():  # type: ignore[attr-defined]
        for each in Store(session).departments():
            Store(session).delete_department(each.slug)
    return running


def page(client: TestClient, **query: str) -> Element:
    answer = client.get("/new-department", params=query)
    assert answer.status_code == 200, answer.text
    return tree(answer)


def upload(client: TestClient, content: str, **said: str) -> Any:
    return client.post(
        FILE, data={**SAID, **said}, files={"file": ("sager.csv", content.encode(), "text/csv")}
    )


def settled(client: TestClient, answer: Any) -> Any:
    """Follow to the page until the file has been read; what answers then."""
    assert answer.status_code == 303, answer.text
    for _ in range(600):
        found = client.get(answer.headers["location"])
        if 'http-equiv="refresh"' not in found.text:
            return found
        time.sleep(0.05)
    raise AssertionError("the file is still being read")


def departments(client: TestClient) -> list[str]:
    return [row["address"] for row in client.get("/v1/departments").json()["rows"]]


def by_hand(
    client: TestClient, *, language: Language = "da", do: str = "make", **cells: Any
) -> Any:
    """Fill the form in as a browser without scripts would: `work` and `people` are lines."""
    form = form_to(page(client, lang=language), HAND)
    fields = [(name, value) for name, value in fields_of(form) if name not in cells]
    for table, names in (
        ("work", ("team", "kind", "arrivals_per_year", "open_cases", "oldest_days")),
        ("caseworkers", ("id", "team", "hours_per_week", "non_case_hours_per_week")),
    ):
        fields = [each for each in fields if not each[0].startswith(f"{table}.")]
        for line in cells.pop(table, ()):
            fields.append((f"{table}.key", ""))
            fields += [(f"{table}.{name}", value) for name, value in zip(names, line, strict=True)]
    fields = [each for each in fields if each[0] not in cells]
    return sent(client, form, [*fields, *cells.items()], do)


WORK = [
    ("Undersøgelse", "statute.child_assessment", "60", "20", "100"),
    ("undersøgelse ", "statute.follow_up_first", "30,5", "", ""),
    ("Rådgivning", "none", "200", "40", ""),
]
PEOPLE = [
    ("A", "Undersøgelse", "37", "5"),
    ("B", "UNDERSØGELSE", "30,5", ""),
    ("C", "rådgivning", "37", ""),
]
TOLD = {"name": "Lilleby", "on": "2026-03-01", "unit": "child"}


# --- By hand ---------------------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_is_well_formed_and_says_no_internal_name(service: TestClient, language: Language):
    root = page(service, lang=language)
    assert root.get("lang") == language
    ids = [each.get("id") for each in root.iter() if each.get("id")]
    assert len(ids) == len(set(ids))
    labelled = {id(each) for label in root.iter("label") for each in label.iter()}
    for each in root.iter():
        if each.tag in ("input", "select", "textarea") and each.get("type") != "hidden":
            assert id(each) in labelled or each.get("aria-label")
    assert not re.search(r"\b[a-z]+_[a-z_]+\b", text(root))
    first = tree(service.get("/", params={"lang": language}))
    assert any("/new-department" in each.get("href", "") for each in first.iter("a"))


def test_a_few_numbers_make_a_department_that_is_simulated(service: TestClient):
    answer = by_hand(service, work=WORK, caseworkers=PEOPLE, **TOLD)
    assert answer.status_code == 303, text(tree(answer))
    where = urlsplit(answer.headers["location"])
    assert (where.path, parse_qs(where.query)["department"]) == ("/edit", ["lilleby@1"])
    made = service.get("/v1/departments/lilleby").json()
    assert made["name"]["da"] == "Lilleby"
    assert made["unit"] == "child"
    assert [each["slug"] for each in made["teams"]] == ["undersoegelse", "raadgivning"]
    classes = {each["slug"]: each for each in made["case_classes"]}
    assert {slug: each["arrivals_per_year"] for slug, each in classes.items()} == {
        "assess-child-undersoegelse": 60,
        "follow-up-first-undersoegelse": 30.5,
        "casework-raadgivning": 200,
    }
    (stage,) = classes["assess-child-undersoegelse"]["backlog"]["stages"]
    assert (len(stage["ages_days"]), max(stage["ages_days"])) == (20, 100)
    assert classes["casework-raadgivning"]["backlog"]["unknown"] == 40
    assert made["open_cases"] == 60
    people = {each["id"]: each for each in made["roster"]["caseworkers"]}
    assert people["B"]["team"] == "undersoegelse"
    assert (people["A"]["non_case_hours_per_week"], people["B"]["hours_per_week"]) == (5, 30.5)
    assert (made["headline_team"], made["headline_deadline"]) == (
        "undersoegelse",
        "statute.child_assessment",
    )
    curve = service.get(
        "/v1/staffing-curve?department=lilleby&extra_fte=0;1&replications=32"
    ).json()["rows"]
    assert 0 <= curve[0]["share_in_time"] <= curve[1]["share_in_time"] <= 1


def test_what_is_assumed_of_the_work_is_said_with_whose_word_the_rest_is(service: TestClient):
    by_hand(service, work=WORK, caseworkers=PEOPLE, **TOLD)
    assumed = service.get("/v1/departments/lilleby").json()["assumptions"]
    said = " ".join(each["says"]["da"] for each in assumed)
    assert "tager 30 timer" in said
    assert "20 åbne, den ældste 100 dage; de andres alder er spredt jævnt" in said
    assert "40 åbne, som ingen har sagt alderen på" in said
    assert {each["said_by"] for each in assumed} == {"planlæggeren (udkast)", "local"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_wrong_is_told_beside_its_cell_and_everything_stands(
    service: TestClient, language: Language
):
    work = [("Undersøgelse", "statute.child_assessment", "mange", "", "")]
    people = [("A", "Findes ikke", "37", ""), ("A", "Undersøgelse", "37", "")]
    answer = by_hand(
        service, language=language, work=work, caseworkers=people, name="", on="2026-03-01", unit=""
    )
    assert answer.status_code == 422
    root = tree(answer)
    told = {
        each.get("name"): text(says)
        for each in root.iter()
        if each.get("aria-invalid")
        for says in root.iter()
        if says.get("id") == each.get("aria-describedby")
    }
    assert set(told) == {
        "name",
        None,  # the choice of what a case is
        "work.arrivals_per_year",
        "caseworkers.team",
        "caseworkers.id",
    }
    shown = [each.get("value") for each in root.iter("input")]
    assert "mange" in shown
    assert "Findes ikke" in shown
    assert departments(service) == []


@pytest.mark.parametrize(
    ("work", "says"),
    [
        ([], "skriv mindst ét team"),
        ([("Rådgivning", "none", "200", "", "")], "ingen af sagerne har en frist"),
        ([WORK[0], WORK[0]], "har allerede en linje med den frist"),
        ([("Team", "statute.child_assessment", "-5", "", "")], "skriv 0 eller mere"),
    ],
)
def test_cases_that_cannot_be_are_refused(service: TestClient, work: list[Any], says: str):
    answer = by_hand(service, work=work, caseworkers=[], **TOLD)
    assert answer.status_code == 422
    assert says in alerts(tree(answer))


def test_a_name_that_is_taken_is_told_and_nothing_is_lost(service: TestClient):
    assert by_hand(service, work=WORK, caseworkers=PEOPLE, **TOLD).status_code == 303
    answer = by_hand(service, work=WORK, caseworkers=PEOPLE, **{**TOLD, "name": "  LILLEBY "})
    assert answer.status_code == 422
    root = tree(answer)
    assert "allerede en afdeling" in alerts(root)
    assert "UNDERSØGELSE" in [each.get("value") for each in root.iter("input")]
    assert departments(service) == ["lilleby@1"]


def test_a_cpr_number_is_neither_kept_nor_printed_back(service: TestClient):
    answer = by_hand(
        service,
        work=[("Undersøgelse", "statute.child_assessment", "60", "", "")],
        caseworkers=[(CPR, "Undersøgelse", "37", "")],
        **{**TOLD, "name": CPR},
    )
    assert answer.status_code == 422
    assert "CPR" in alerts(tree(answer))
    assert "010203" not in answer.text
    assert departments(service) == []


def test_people_are_pasted_from_a_spreadsheet(service: TestClient):
    form = form_to(page(service), HAND)
    fields = dict(fields_of(form))
    pasted: Fields = [
        (
            name,
            "A\tUndersøgelse\t37\t5\nB\tUndersøgelse\t30,5\t"
            if name == "caseworkers.pasted"
            else value,
        )
        for name, value in fields_of(form)
    ]
    assert "caseworkers.pasted" in fields
    root = tree(sent(service, form, pasted, "put:caseworkers"))
    values = [
        each.get("value") for each in root.iter("input") if each.get("name") == "caseworkers.id"
    ]
    assert values[:2] == ["A", "B"] or values[-3:-1] == ["A", "B"]
    assert departments(service) == []


def test_whoever_may_only_read_makes_no_department(tmp_path: Path):
    settings = Settings(database=tmp_path / "p.sqlite", workers=0)
    with TestClient(create_app(settings), headers={"Sec-Fetch-Site": "cross-site"}) as foreign:
        assert foreign.post(HAND, data=TOLD).status_code == 403


# --- From a case list ------------------------------------------------------------------------


def test_a_case_list_becomes_a_department_and_its_first_list(service: TestClient):
    shown = settled(service, upload(service, LIST))
    root = tree(shown)
    draft = text(next(each for each in root.iter("table") if "Udkast pr." in text(each)))
    assert "Børn & Unge" in draft
    assert "§ 50" in draft
    assert departments(service) == [], "nothing is kept before it is accepted"
    form = form_to(root, FILE)
    kept = settled(service, sent(service, form, fields_of(form), "keep"))
    assert kept.status_code == 303
    query = parse_qs(urlsplit(kept.headers["location"]).query)
    assert (query["department"], query["part"]) == (["boern-og-unge-nord@1"], ["files"])
    made = service.get("/v1/departments/boern-og-unge-nord").json()
    assert {each["label"]["da"] for each in made["teams"]} == {
        "Børn & Unge",
        "børn og unge",
        "Ældre",
    }
    rows = service.get("/v1/departments/boern-og-unge-nord/imports").json()["rows"]
    assert [(row["kind"], row["rows"]) for row in rows] == [("cases", 4)]
    there = tree(service.get(kept.headers["location"]))
    assert "Afdelingen er oprettet" in text(there)
    assert "personalelisten" in text(there)


def test_words_that_are_one_team_are_corrected_before_anything_is_kept(service: TestClient):
    root = tree(settled(service, upload(service, LIST)))
    form = form_to(root, FILE)
    fields = fields_of(form)
    words = [value for name, value in fields if name == "word"]
    changed = with_values(fields, {("word_is", words.index("børn og unge")): "boern-unge"})
    # What is corrected is shown again first, whatever the button.
    again = tree(settled(service, sent(service, form, changed, "keep")))
    assert departments(service) == []
    form = form_to(again, FILE)
    settled(service, sent(service, form, fields_of(form), "keep"))
    made = service.get("/v1/departments/boern-og-unge-nord").json()
    assert [each["slug"] for each in made["teams"]] == ["aeldre", "boern-unge"]


def test_the_staff_list_is_imported_after_it(service: TestClient):
    form = form_to(tree(settled(service, upload(service, LIST))), FILE)
    kept = settled(service, sent(service, form, fields_of(form), "keep"))
    there = kept.headers["location"]
    files = form_to(tree(service.get(there)), "/edit/files")
    answer = service.post(
        files.get("action", ""),
        data={
            "kind": "staff",
            "seen_on": SAID["seen_on"],
            "complete_from": "2020-01-01",
        },
        files={"file": ("personale.csv", STAFF.encode(), "text/csv")},
    )
    report = form_to(tree(settled(service, answer)), "/edit/files")
    done = settled(service, sent(service, report, fields_of(report), "keep"))
    assert "Listen er gemt" in text(tree(done))
    kinds = service.get("/v1/departments/boern-og-unge-nord/imports").json()["rows"]
    assert {row["kind"] for row in kinds} == {"cases", "staff"}


@pytest.mark.parametrize(
    ("said", "says"),
    [
        ({"name": ""}, "hvad afdelingen skal hedde"),
        ({"unit": ""}, "et barn eller en familie"),
        ({"seen_on": ""}, "den sidste dag"),
        ({"name": CPR}, "CPR"),
    ],
)
def test_what_is_missing_is_asked_beside_its_field_and_the_file_waits(
    service: TestClient, said: dict[str, str], says: str
):
    shown = settled(service, upload(service, LIST, **said))
    root = tree(shown)
    faults = " ".join(text(each) for each in of_class(root, "fault"))
    assert says in faults
    assert "010203" not in shown.text
    assert "sager.csv" in text(root)
    form = form_to(root, FILE)
    names = [name for name, _ in fields_of(form)]
    changes = {("name", 0): "Nord", ("seen_on", 0): "2026-03-31"}
    fields = with_values(fields_of(form), {k: v for k, v in changes.items() if k[0] in names})
    fields = [*(each for each in fields if each[0] != "unit"), ("unit", "child")]
    again = tree(settled(service, sent(service, form, fields, "again")))
    assert "Den afdeling, det bliver til" in text(again)


def test_a_file_without_a_deadline_is_refused_in_words(service: TestClient):
    shown = settled(service, upload(service, "Sagsnr.;Team;Sagstype;Lukket\nS1;A;B;01-02-2025\n"))
    assert "ingen" in text(tree(shown)).lower()
    assert departments(service) == []


def test_a_file_that_is_thrown_away_is_gone(service: TestClient):
    answer = upload(service, LIST)
    form = form_to(tree(settled(service, answer)), FILE)
    gone = sent(service, form, fields_of(form), "throw")
    assert gone.status_code == 303
    assert "file=" not in gone.headers["location"]
    assert "ligger her ikke længere" in text(tree(service.get(answer.headers["location"])))


def test_a_form_without_a_file_says_so(service: TestClient):
    answer = service.post(FILE, data=SAID, files={"file": ("", b"", "text/csv")})
    assert answer.status_code == 422
    assert "vælg en fil" in text(tree(answer))
