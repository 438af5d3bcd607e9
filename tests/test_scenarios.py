"""Scenarios over HTTP: kept, changed by one at a time, locked, copied, sent elsewhere."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
import yaml
from fastapi.testclient import TestClient
from sqlalchemy import text
from sqlmodel import Session

from api.app import create_app
from api.database import database_engine
from api.documents import load_example
from api.etags import ChangedMeanwhile
from api.scenario_documents import ScenarioDocument, example_scenarios
from api.settings import Settings
from api.store.departments import Store
from api.store.scenarios import Edit, NameTaken, Scenarios
from capacity.scenario import Scenario, Status

DEMO = "ishoej-2020-to-ekstra"
PLAN = {
    "format": 1,
    "slug": "to-mere",
    "name": "To mere",
    "department": "ishoej-2020@1",
    "changes": [
        {
            "kind": "added_posts",
            "team": "paragraf-50",
            "fte": "1,5",
            "from": "2020-05-01",
            "reason": "Ventelisten vokser.",
        }
    ],
}
PATH = "/v1/scenarios/to-mere"


@pytest.fixture
def service(database):
    """The service with its demo, on both kinds of database in turn."""
    with TestClient(create_app(Settings(database=database, demo=True))) as opened:
        yield opened


@pytest.fixture
def plain_service(sqlite_database):
    """The service with its demo, where the kind of database is no matter."""
    with TestClient(create_app(Settings(database=sqlite_database, demo=True))) as opened:
        yield opened


def kept(service, **other):
    answer = service.post("/v1/scenarios", json=PLAN | other)
    assert answer.status_code == 201, answer.text
    return answer


def edit(service, tag, path=PATH, **other):
    sent = {"reason": "en anden idé", "scenario": PLAN | other}
    return service.put(path, json=sent, headers={"If-Match": tag} if tag else {})


def act(service, action, tag, **other):
    return service.post(
        f"{PATH}/{action}", json={"reason": "derfor"} | other, headers={"If-Match": tag}
    )


def field(answer):
    return answer.json()["errors"][0]["field"]


def test_a_scenario_is_kept_and_comes_back_the_same(service):
    made = kept(service)
    assert made.headers["Location"] == PATH
    got = service.get(PATH)
    assert got.json() == made.json()
    assert got.json()["changes"][0]["fte"] == 1.5
    assert got.headers["ETag"] == made.headers["ETag"]
    known = {"If-None-Match": got.headers["ETag"]}
    assert service.get(PATH, headers=known).status_code == 304


def test_a_name_is_taken_once(service):
    kept(service)
    again = service.post("/v1/scenarios", json=PLAN)
    assert (again.status_code, again.json()["title"]) == (409, "Navnet er optaget")


def test_a_change_makes_the_next_version_and_keeps_the_one_before(service):
    first = kept(service).headers["ETag"]
    changed = edit(service, first, changes=[])
    assert (changed.status_code, changed.json()["version"]) == (200, 2)
    assert service.get(PATH).json()["changes"] == []
    assert service.get(f"{PATH}@1").json()["changes"] == service.get(f"{PATH}@1").json()["changes"]
    assert len(service.get(f"{PATH}@1").json()["changes"]) == 1
    assert service.get(f"{PATH}@3").status_code == 404


def test_two_who_read_the_same_version_cannot_both_change_it(service):
    first = kept(service).headers["ETag"]
    assert edit(service, first, name="Den første").status_code == 200
    late = edit(service, first, name="Den anden")
    assert (late.status_code, late.json()["title"]) == (412, "Ændret imens")
    assert service.get(PATH).json()["name"] == "Den første"
    assert edit(service, None, name="Uden at sige hvad").status_code == 428


def test_of_many_who_change_it_at_the_same_moment_one_comes_through(engine):
    with Session(engine) as session, session.begin():
        Store(session).add_department(load_example("ishoej-2020"))
        Scenarios(session).add(Scenario(slug="a", name="A", department="x@1"), Edit("m", "r", "w"))
    together = Barrier(6)

    def change(number):
        with Session(engine) as session, session.begin():
            scenarios = Scenarios(session)
            before = scenarios.scenario("a")
            session.commit()  # so that all have read before any of them writes
        together.wait()
        try:
            with Session(engine) as session, session.begin():
                after = Scenario(slug="a", name=f"name {number}", department="x@1")
                Scenarios(session).change(before, after, Edit("changed", "r", f"{number}"))
        except ChangedMeanwhile:
            return 0
        return 1

    with ThreadPoolExecutor(6) as threads:
        assert sum(threads.map(change, range(6))) == 1
    with Session(engine) as session:
        found = Scenarios(session).scenario("a")
        assert found.scenario.version == 2
        assert found.scenario.name == f"name {found.changed_by}"


def test_of_many_who_make_it_at_the_same_moment_one_comes_through(engine):
    together = Barrier(6)

    def make(number):
        together.wait()
        try:
            with Session(engine) as session, session.begin():
                new = Scenario(slug="a", name=f"{number}", department="x@1")
                Scenarios(session).add(new, Edit("created", "r", "w"))
        except NameTaken:
            return 0
        return 1

    with ThreadPoolExecutor(6) as threads:
        assert sum(threads.map(make, range(6))) == 1


def test_history_says_who_did_what_when_and_why(service):
    tag = kept(service).headers["ETag"]
    tag = edit(service, tag, name="Tre mere").headers["ETag"]
    tag = act(service, "rename", tag, name="Fire mere").headers["ETag"]
    act(service, "lock", tag)
    rows = service.get(f"{PATH}/history").json()["rows"]
    assert [(row["version"], row["did"]) for row in rows] == [
        (4, "locked"),
        (3, "renamed"),
        (2, "changed"),
        (1, "created"),
    ]
    assert rows[2]["reason"] == "en anden idé"
    assert rows[3]["reason"] == "Ventelisten vokser."
    assert {row["made_by"] for row in rows} == {"local"}
    assert all(row["made_at"].endswith("+00:00") for row in rows)


@pytest.mark.parametrize(("closing", "status"), [("lock", "locked"), ("archive", "archived")])
def test_what_is_closed_stays_as_it_is_until_it_is_opened(plain_service, closing, status):
    tag = kept(plain_service).headers["ETag"]
    tag = act(plain_service, closing, tag).headers["ETag"]
    assert plain_service.get(PATH).json()["status"] == status
    refused = edit(plain_service, tag, changes=[])
    assert (refused.status_code, refused.json()["title"]) == (409, "Kan ikke ændres")
    assert act(plain_service, "rename", tag, name="x").status_code == 409
    tag = act(plain_service, "open", tag).headers["ETag"]
    assert edit(plain_service, tag, changes=[]).status_code == 200


def test_a_new_name_must_be_written(plain_service):
    tag = kept(plain_service).headers["ETag"]
    refused = act(plain_service, "rename", tag)
    assert (refused.status_code, field(refused)) == (422, "name")


def test_a_copy_is_open_and_says_what_it_is_a_copy_of(plain_service):
    act(plain_service, "lock", kept(plain_service).headers["ETag"])
    sent = {"reason": "til budgettet", "slug": "kopi", "name": "Kopi"}
    copy = plain_service.post(f"{PATH}/clone", json=sent)
    assert (copy.status_code, copy.json()["status"]) == (201, "draft")
    assert copy.json()["changes"] == plain_service.get(PATH).json()["changes"]
    (made,) = plain_service.get("/v1/scenarios/kopi/history").json()["rows"]
    assert made["did"] == "cloned from to-mere@2"


@pytest.mark.parametrize("sort", ["yaml", "json"])
def test_an_exported_file_read_in_elsewhere_is_the_same_plan(plain_service, sort):
    written = plain_service.get(f"/v1/scenarios/{DEMO}/export?format={sort}")
    assert written.headers["Content-Disposition"] == f'attachment; filename="{DEMO}.{sort}"'
    moved = written.text.replace(DEMO, "flyttet")
    read = plain_service.post("/v1/scenarios/import", content=moved.encode())
    assert read.status_code == 201, read.text
    here, there = (plain_service.get(f"/v1/scenarios/{name}").json() for name in (DEMO, "flyttet"))
    assert there == here | {"slug": "flyttet"}
    # Or under the name that the address says, where the file's own is taken.
    taken = plain_service.post("/v1/scenarios/import", content=written.content)
    assert (taken.status_code, field(taken)) == (409, "slug")
    path = "/v1/scenarios/import?slug=tredje"
    assert plain_service.post(path, content=written.content).headers["Location"].endswith("/tredje")
    assert plain_service.get("/v1/scenarios/tredje").json() == here | {"slug": "tredje"}
    bad = plain_service.post("/v1/scenarios/import?slug=Tre!", content=written.content)
    assert (bad.status_code, field(bad)) == (422, "slug")


@pytest.mark.parametrize("language", ["da", "en"])
def test_a_bare_document_is_told_of_its_wrapper_in_one_line(plain_service, language):
    first = kept(plain_service)
    exported = plain_service.get(f"{PATH}/export?format=json").json()
    tag = {"If-Match": first.headers["ETag"]}
    refused = plain_service.put(f"{PATH}?lang={language}", json=exported, headers=tag)
    (fault,) = refused.json()["errors"]
    assert (refused.status_code, fault["field"]) == (422, "body")
    assert '{"reason": "…", "scenario": {…}}' in fault["detail"]
    wrapped = {"reason": "derfor", "scenario": exported}
    assert plain_service.put(PATH, json=wrapped, headers=tag).status_code == 200
    # A wrapper that is not whole is told what it lacks.
    assert field(plain_service.put(PATH, json={"scenario": exported}, headers=tag)) == "reason"


@pytest.mark.parametrize(
    ("path", "document"),
    [
        ("lock", '{"reason": "…"}'),
        ("archive", '{"reason": "…"}'),
        ("clone", '{"reason": "…", "slug": "…", "name": "…"}'),
    ],
)
def test_what_is_done_without_a_reason_is_told_what_to_send(plain_service, path, document):
    tag = {"If-Match": kept(plain_service).headers["ETag"]}
    for language, said in (("da", "send et JSON-dokument"), ("en", "send a JSON document")):
        refused = plain_service.post(f"{PATH}/{path}?lang={language}", headers=tag)
        (fault,) = refused.json()["errors"]
        assert (refused.status_code, fault["field"]) == (422, "body")
        assert fault["detail"].endswith(f"{said}: {document}")
    assert plain_service.get(PATH).json()["status"] == "draft"


def test_a_file_that_is_no_scenario_is_refused_field_by_field(plain_service):
    def sent(content):
        return plain_service.post("/v1/scenarios/import", content=content)

    assert field(sent(b"\xff\xfe")) == "body"
    assert field(sent(b"a: [1")) == "body"
    assert field(sent(b"a: &a [x]\nb: *a\n")) == "body"
    assert sent(b"a: !!python/object/apply:os.system ['x']").status_code == 422
    bad = yaml.safe_dump(PLAN | {"changes": [{"kind": "inflow", "factor": 11, "reason": "r"}]})
    assert field(sent(bad.encode())) == "changes[0].factor"
    assert sent(b"").status_code == 422


def test_changes_that_the_department_does_not_allow_are_refused_by_place(plain_service):
    def refused(*changes, **other):
        answer = plain_service.post("/v1/scenarios", json=PLAN | {"changes": changes} | other)
        assert answer.status_code == 422, answer.text
        return field(answer)

    inflow = {"kind": "inflow", "factor": 1.1, "reason": "r"}
    assert refused(inflow, PLAN["changes"][0] | {"team": "nix"}) == "changes[1].team"
    assert refused(PLAN["changes"][0] | {"from": "2020-01-01"}) == "changes[0].from"
    assert refused(PLAN["changes"][0] | {"fte": 0}) == "changes[0].fte"
    assert refused({"kind": "hire", "reason": "r"}) == "changes[0]"
    assert refused(inflow | {"reason": " "}) == "changes[0].reason"
    assert refused(department="ishoej-2020@9") == "department"
    assert refused(department="ishoej-2020") == "department"
    assert plain_service.get(PATH).status_code == 404  # and nothing of it is kept


def test_no_cpr_number_is_kept_in_any_word_of_a_plan(plain_service):
    change = PLAN["changes"][0]
    for bad in (
        {"name": "Sag 010203-1234"},
        {"changes": [change | {"reason": "om 010203-1234"}]},
        {"changes": [change | {"said_by": "0102031234"}]},
        {"slug": "010203-1234"},
    ):
        answer = plain_service.post("/v1/scenarios", json=PLAN | bad)
        assert answer.status_code == 422
        assert "1234" not in answer.text
    assert plain_service.get(PATH).status_code == 404


@pytest.mark.parametrize("version", ["²", "99999999999999999999", "0", "x", ""])
def test_a_version_that_no_scenario_can_have_is_not_there(service, version):
    assert service.get(f"/v1/scenarios/{DEMO}@{version}").status_code == 404


def test_a_sign_that_no_database_holds_is_refused_on_both(service):
    refused = service.post("/v1/scenarios", json=PLAN | {"name": "To\0mere"})
    assert (refused.status_code, field(refused)) == (422, "name")
    assert service.get("/v1/scenarios?after=a%00b").status_code == 422


def test_the_list_is_paged_by_name_and_says_where_the_next_page_is(service):
    for number in range(5):
        kept(service, slug=f"plan-{number}")
    first = service.get("/v1/scenarios?limit=2")
    assert [row["slug"] for row in first.json()["rows"]] == [DEMO, "plan-0"]
    second = service.get(first.links["next"]["url"])
    assert [row["slug"] for row in second.json()["rows"]] == ["plan-1", "plan-2"]
    last = service.get("/v1/scenarios?limit=100&after=plan-3")
    assert [row["slug"] for row in last.json()["rows"]] == ["plan-4"]
    assert "next" not in last.links
    assert service.get("/v1/scenarios?limit=0").status_code == 422


def test_the_list_can_be_narrowed(service):
    act(service, "archive", kept(service).headers["ETag"])
    kept(service, slug="anden")

    def listed(query):
        return [row["slug"] for row in service.get(f"/v1/scenarios?{query}").json()["rows"]]

    assert listed("status=archived") == ["to-mere"]
    assert listed("status=draft") == ["anden", DEMO]
    assert listed("department=fjordkoebing-2026") == []


def test_the_changes_are_said_in_words_with_what_they_cost(plain_service):
    rows = plain_service.get(f"/v1/scenarios/{DEMO}/changes").json()["rows"]
    assert [row["kind"] for row in rows] == ["added_posts", "measure", "overtime"]
    assert rows[0]["title"] == "2 ekstra stillinger i §50-team fra 1. maj 2020"
    assert rows[1]["said_by"] == "demoens forfatter"
    # 2 posts of 400 000 · 1.18 · 1.1 for 8 months, and 2 · 25 000 to find them.
    assert rows[0]["kroner_first_year"] == pytest.approx(2 * (519_200 * 8 / 12 + 25_000))
    assert rows[0]["kroner_full_year"] == pytest.approx(2 * 519_200)
    english = plain_service.get(f"/v1/scenarios/{DEMO}/changes?lang=en").json()["rows"]
    assert english[0]["title"].startswith("2 extra posts in Section 50 team")


def test_the_budget_has_four_years_a_row_for_each_expense_and_a_total(plain_service):
    rows = plain_service.get(f"/v1/scenarios/{DEMO}/budget").json()["rows"]
    assert [row["is_total"] for row in rows] == [False, False, False, True]
    for column in ("part_year", "estimate_1", "estimate_2", "estimate_3", "full_year"):
        total = sum(row[column] for row in rows[:-1])
        assert rows[-1][column] == pytest.approx(total)
    assert rows[0]["estimate_1"] == pytest.approx(2 * 519_200 * 1.02)
    assert rows[1]["estimate_1"] == 0  # the course is held once


@pytest.mark.parametrize(
    ("query", "heading"),
    [
        ("decimal=comma", "udgift;budgetåret, delårsvirkning (kr.);overslagsår 1 (kr.);"),
        ("lang=en", 'expense,"budget year, part-year effect (DKK)",estimate year 1 (DKK),'),
        ("header=keys", "label,part_year,estimate_1,"),
    ],
)
def test_the_budget_is_headed_in_words_with_units_unless_keys_are_asked_for(
    plain_service, query, heading
):
    asked = f"/v1/scenarios/{DEMO}/budget?format=csv&{query}"
    assert plain_service.get(asked).text.startswith(heading)
    assert "part_year" in plain_service.get(f"/v1/scenarios/{DEMO}/budget").json()["rows"][0]


def test_a_budget_names_every_year_whose_rise_is_missing(plain_service):
    demo = plain_service.get(f"/v1/scenarios/{DEMO}").json()
    made = demo | {"slug": "uden-stigninger"}
    made["prices"] = demo["prices"] | {"growth": {"2022": 0.02}}
    plain_service.post("/v1/scenarios", json=made).raise_for_status()
    refused = plain_service.get("/v1/scenarios/uden-stigninger/budget")
    assert field(refused) == "growth"
    assert "mangler for 2021 og 2023;" in refused.json()["detail"]
    english = plain_service.get("/v1/scenarios/uden-stigninger/budget?lang=en").json()["detail"]
    assert "missing for 2021 and 2023;" in english


def test_break_even_is_the_users_word_and_says_whose(plain_service):
    asked = f"/v1/scenarios/{DEMO}/break-even?kroner_saved_each=500000&source=regnskab 2019"
    answer = plain_service.get(asked).json()
    # Two posts of 519 200 kroner; the course and the overtime do not last.
    assert answer["number"] == pytest.approx(2 * 519_200 / 500_000)
    assert "regnskab 2019" in answer["sentence"]
    assert "om året undgås 2,1 af det" in answer["sentence"]
    assert plain_service.get(asked.replace("500000", "0")).status_code == 422
    refused = plain_service.get(asked.replace("2019", "010203-1234"))
    assert refused.status_code == 422
    assert "1234" not in refused.text
    assert plain_service.get(asked.partition("&source")[0]).status_code == 422


def test_a_plan_without_prices_has_no_budget(plain_service):
    kept(plain_service)
    refused = plain_service.get(f"{PATH}/budget")
    assert (refused.status_code, field(refused)) == (422, "prices")
    (row,) = plain_service.get(f"{PATH}/changes").json()["rows"]
    assert row["kroner_first_year"] is None


def test_a_plan_sent_twice_with_one_key_is_kept_once(service):
    key = {"Idempotency-Key": "et-kald"}
    first = service.post("/v1/scenarios", json=PLAN, headers=key)
    again = service.post("/v1/scenarios", json=PLAN, headers=key)
    assert (again.status_code, again.text) == (201, first.text)
    assert again.headers["ETag"] == first.headers["ETag"]
    other = service.post("/v1/scenarios", json=PLAN | {"slug": "b"}, headers=key)
    assert (other.status_code, field(other)) == (422, "Idempotency-Key")


def test_a_row_that_cannot_be_read_is_named_and_the_others_are_still_there(sqlite_database):
    settings = Settings(database=sqlite_database, demo=True)
    with TestClient(create_app(settings), raise_server_exceptions=False) as service:
        kept(service)
        engine = database_engine(sqlite_database)
        with engine.begin() as connection:
            damage = "UPDATE scenario SET document = '{\"format\": 1}' WHERE slug = 'to-mere'"
            connection.execute(text(damage))
        engine.dispose()
        broken = service.get(PATH)
        assert broken.status_code == 500
        assert "scenario to-mere" in broken.json()["detail"]
        assert len(service.get("/v1/scenarios").json()["rows"]) == 2
        assert service.get(f"/v1/scenarios/{DEMO}").status_code == 200


def test_every_example_reads_back_as_it_was_written():
    for scenario in example_scenarios():
        document = ScenarioDocument.from_domain(scenario)
        assert ScenarioDocument.model_validate(document.as_json()).to_domain() == scenario
        assert scenario.status is Status.DRAFT
        assert scenario.prices is not None
        assert "pdigtet" in scenario.prices.post.source


def test_the_demo_plan_is_loaded_once(sqlite_database):
    for _ in range(2):
        settings = Settings(database=sqlite_database, demo=True)
        with TestClient(create_app(settings)) as service:
            assert service.get(f"/v1/scenarios/{DEMO}").json()["version"] == 1
