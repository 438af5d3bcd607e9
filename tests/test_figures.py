"""Frozen figures: a number that leaves the house keeps its value, its address and its origin."""

import json
from fractions import Fraction

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import text

from api.app import create_app
from api.database import database_engine
from api.documents import DepartmentDocument, load_example
from api.settings import Settings

RATIO = "/v1/caseload?open_cases=890&case_fte=23,92"
RATIO_EXACT = float(890 / Fraction("23.92"))
CURVE = "/v1/staffing-curve?department=ishoej-2020&extra_fte=0;2&replications=32"


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


def freeze(service, path, field, **row):
    sent = {"path": path, "field": field} | ({"row": row} if row else {})
    return service.post("/v1/figures", json=sent)


def field(answer):
    assert answer.status_code == 422, answer.text
    return answer.json()["errors"][0]["field"]


def check(service, figure):
    return service.get(f"/v1/figures/{figure['id']}/check").json()


def test_the_notes_number_is_frozen_and_stays(service):
    made = freeze(service, f"{RATIO}&on=2020-03-26", "cases_per_fte")
    assert made.status_code == 201
    figure = made.json()
    assert made.headers["Location"] == f"/v1/figures/{figure['id']}"
    address = f"/v1/figures/{figure['id']}"
    assert service.get(f"{address}?format=text&decimal=comma&digits=1").text == "37,2"
    assert service.get(f"{address}?format=text").text == str(RATIO_EXACT)
    got = service.get(address).json()
    assert got | {"frozen_at": None} == figure | {"frozen_at": None}
    assert (got["label"], got["unit"]) == ("sager pr. fuldtidsstilling", "sager/fuldtidsstilling")
    assert got["frozen_by"] == "local"
    assert "guideline_low=20.0" in got["whole_answer"]


@pytest.mark.parametrize("written", ["json", "csv", "text", "xml", "xlsx"])
def test_a_figure_is_had_in_every_format(plain_service, written):
    figure = freeze(plain_service, RATIO, "cases_per_fte").json()
    answer = plain_service.get(f"/v1/figures/{figure['id']}?format={written}&digits=1")
    assert answer.status_code == 200
    assert written == "xlsx" or "37.2" in answer.text


def test_what_could_move_is_pinned_in_the_address(plain_service):
    day = plain_service.get(RATIO).json()["on"]
    figure = freeze(plain_service, RATIO, "missing_fte_at_low").json()
    assert figure["path"] == f"{RATIO}&on={day}"
    curve = freeze(plain_service, CURVE, "share_in_time", extra_fte=2).json()
    assert "department=ishoej-2020@1" in curve["path"]
    assert "seed=1" in curve["path"]
    usual = CURVE.replace("&replications=32", "")
    pinned = freeze(plain_service, usual, "share_in_time", extra_fte=2).json()
    assert "replications=512" in pinned["path"]


def test_how_an_answer_was_to_be_written_and_any_key_are_left_out(plain_service):
    asked = f"{RATIO}&on=2020-03-26&format=text&digits=1&decimal=comma&lang=en&_=3&api_key=hemmelig"
    figure = freeze(plain_service, asked, "cases_per_fte")
    assert figure.json()["path"] == f"{RATIO}&on=2020-03-26"
    assert figure.json()["value"] == RATIO_EXACT
    assert "hemmelig" not in figure.text


def test_a_simulated_number_has_its_interval_its_luck_and_its_versions(plain_service):
    figure = freeze(plain_service, CURVE, "share_in_time", extra_fte=2).json()
    row = plain_service.get(CURVE).json()["rows"][1]
    assert figure["value"] == row["share_in_time"]
    assert (figure["low"], figure["high"]) == (
        row["share_in_time_low"],
        row["share_in_time_high"],
    )
    assert (figure["year_low"], figure["year_high"]) == (
        row["share_in_time_year_low"],
        row["share_in_time_year_high"],
    )
    assert (figure["seed"], figure["replications"]) == (1, 32)
    for version in ("model_version", "rules_version"):
        assert figure[version] == row[version]
    assert f"in_time={row['in_time']}" in figure["whole_answer"]
    assert figure["row"] == "extra_fte=2"


# What no address and no field can be, each of them once answered with a fault of the service's.
NO_ADDRESSES = (
    "//[", "//[/v1/caseload", "http://[::1", "http://x/v1/caseload", "v1/caseload", "/v1/figures",
    "/v1/figures/x", "/v1/nope", "/health?_=1", "/v1/caseload?open_cases=%00", "/v1/cas\0eload",
    "/v1/\ud800", "/v1/caseload?case_fte=\ud800", "/v1/departments/%ff", "/v1/departments/a@²",
    "/v1/scenarios/a@" + "9" * 30 + "/budget", "/v1/jobs/x/events", "/v1/jobs/\ud800/result",
    "/v1/staffing-curve?department=ishoej-2020&extra_fte=0..999", " ", "", "x" * 3000,
    "/v1/caseload?open_cases=890&open_cases=891", "/v1/schemas/department", "/docs", "/",
)  # fmt: skip
NO_FIELDS = ("", "nope", "\0", "\ud800", "rows", "from_", "__class__", "[", "x" * 3000, None, 1, {})
NO_ROWS = (
    [],
    "x",
    {"\0": 1},
    {"\ud800": "\ud800"},
    {"extra_fte": []},
    {"extra_fte": 1e308},
    {"x": None},
)


def test_what_is_no_address_field_or_row_is_refused_in_the_ordinary_form(database):
    settings = Settings(database=database, demo=True, log_level="error")
    with TestClient(create_app(settings), raise_server_exceptions=False) as service:
        sent = [{"path": path, "field": "cases_per_fte"} for path in NO_ADDRESSES]
        sent += [{"path": RATIO, "field": name} for name in NO_FIELDS]
        sent += [{"path": CURVE, "field": "share_in_time", "row": row} for row in NO_ROWS]
        for each in sent:
            # A half of a sign of two can be written in JSON, and in no UTF-8.
            written = json.dumps(each, ensure_ascii=True).encode()
            kind = {"Content-Type": "application/json"}
            refused = service.post("/v1/figures", content=written, headers=kind)
            assert 400 <= refused.status_code < 500, (each, refused.status_code)
            assert refused.headers["content-type"] == "application/problem+json", each
            assert {"title", "status", "detail", "errors"} == set(refused.json()), each
        assert service.get("/v1/figures").json() == {"rows": []}
        assert freeze(service, RATIO, "cases_per_fte").status_code == 201


def test_the_same_number_is_frozen_once(service):
    first = freeze(service, f"{RATIO}&on=2020-03-26", "cases_per_fte")
    again = freeze(service, f"{RATIO}&on=2020-03-26&format=csv", "cases_per_fte")
    assert (first.status_code, again.status_code) == (201, 200)
    assert again.json() == first.json()
    other = freeze(service, f"{RATIO}&on=2020-03-26", "missing_fte_at_low").json()
    assert other["id"] != first.json()["id"]
    assert len(service.get("/v1/figures").json()["rows"]) == 2


def test_the_same_answer_is_identical_when_asked_again(service):
    for figure in (
        freeze(service, RATIO, "cases_per_fte").json(),
        freeze(service, CURVE, "share_in_time", extra_fte=2).json(),
    ):
        found = check(service, figure)
        assert (found["verdict"], found["now"], found["changed"]) == (
            "identical",
            figure["value"],
            "",
        )


def test_a_new_version_of_the_department_does_not_move_a_frozen_number(service):
    figure = freeze(service, CURVE, "share_in_time", extra_fte=2).json()
    document = DepartmentDocument.from_domain(load_example("ishoej-2020")).as_json()
    tag = service.get("/v1/departments/ishoej-2020").headers["ETag"]
    changed = service.put(
        "/v1/departments/ishoej-2020",
        json=document | {"open_cases": 901},
        headers={"If-Match": tag},
    )
    assert changed.json()["version"] == 2
    assert check(service, figure)["verdict"] == "identical"


def test_a_number_of_a_scenario_is_of_the_version_it_was_frozen_at(plain_service):
    path = "/v1/scenarios/ishoej-2020-to-ekstra"
    asked = f"{path}/waterfall?team=paragraf-50&replications=32"
    figure = freeze(plain_service, asked, "share", step="after").json()
    assert "/ishoej-2020-to-ekstra@1/waterfall" in figure["path"]
    scenario = plain_service.get(path)
    plain_service.put(
        path,
        json={"reason": "r", "scenario": scenario.json() | {"changes": []}},
        headers={"If-Match": scenario.headers["ETag"]},
    ).raise_for_status()
    assert check(plain_service, figure)["verdict"] == "identical"


def damaged(database, figure, **record):
    """Change what was stored, as a program of another version would have counted."""
    engine = database_engine(database)
    with engine.begin() as connection:
        found = connection.execute(
            text("SELECT record FROM figure WHERE id = :id"), {"id": figure["id"]}
        ).scalar_one()
        stored = (json.loads(found) if isinstance(found, str) else found) | record
        connection.execute(
            text("UPDATE figure SET record = :record WHERE id = :id"),
            {"record": json.dumps(stored), "id": figure["id"]},
        )
    engine.dispose()


def test_a_number_that_has_moved_is_named_with_what_it_was(plain_service, sqlite_database):
    figure = freeze(plain_service, CURVE, "share_in_time", extra_fte=2).json()
    damaged(sqlite_database, figure, share_in_time=0.5, model_version="1")
    found = check(plain_service, figure)
    assert found["verdict"] == "changed"
    assert (found["value"], found["now"]) == (0.5, figure["value"])
    assert f"share_in_time: 0.5 → {figure['value']}" in found["changed"]
    assert f"model_version: 1 → {figure['model_version']}" in found["changed"]
    assert "in_time:" not in found["changed"].replace("share_in_time:", "")
    # What is printed stays what was printed.
    assert plain_service.get(f"/v1/figures/{figure['id']}?format=text").text == "0.5"


def test_a_number_that_is_the_same_on_other_grounds_says_so(plain_service, sqlite_database):
    figure = freeze(plain_service, RATIO, "cases_per_fte").json()
    damaged(sqlite_database, figure, rules_version="older")
    found = check(plain_service, figure)
    assert found["verdict"] == "value identical"
    assert found["sentence"].startswith("tallet er det samme, men ikke alt bag det")


def test_a_number_whose_department_is_deleted_is_still_there_and_says_why_it_is_alone(service):
    figure = freeze(service, CURVE, "share_in_time", extra_fte=2).json()
    tag = service.get("/v1/departments/ishoej-2020").headers["ETag"]
    gone = service.delete("/v1/departments/ishoej-2020", headers={"If-Match": tag})
    assert gone.status_code == 200, gone.text
    found = check(service, figure)
    assert found["verdict"] == "cannot be recomputed"
    assert "ishoej-2020@1" in found["sentence"]
    assert service.get(f"/v1/figures/{figure['id']}").json()["value"] == figure["value"]


def test_a_sentence_can_be_frozen(plain_service):
    figure = freeze(plain_service, f"{RATIO}&on=2020-03-26", "sentence").json()
    assert figure["value"].startswith("Den 26. marts 2020 er der 37,2 sager")
    assert check(plain_service, figure)["verdict"] == "identical"


@pytest.mark.parametrize(
    ("path", "name", "at_fault"),
    [
        ("/v1/nope", "x", "path"),
        ("/docs", "x", "path"),
        ("http://elsewhere.dk/v1/caseload", "x", "path"),
        ("//elsewhere.dk/v1/caseload", "x", "path"),
        ("/v1/figures/abc", "value", "path"),
        ("/v1/../health", "status", "path"),
        ("/v1/departments/ishoej-2020", "open_cases", "path"),
        ("/v1/caseload?open_cases=890", "cases_per_fte", "case_fte"),
        (RATIO, "cases", "field"),
        (RATIO, "missing_fte_at_target", "field"),
        (CURVE, "share_in_time", "row"),
    ],
)
def test_what_is_no_number_is_refused_by_name(plain_service, path, name, at_fault):
    assert field(freeze(plain_service, path, name)) == at_fault
    assert plain_service.get("/v1/figures").json()["rows"] == []


def test_a_row_must_be_one_row_and_only_a_table_has_rows(plain_service):
    assert field(freeze(plain_service, CURVE, "share_in_time", extra_fte=3)) == "row"
    assert field(freeze(plain_service, RATIO, "cases_per_fte", open_cases=890)) == "row"


def test_a_number_that_is_still_being_calculated_is_frozen_later(sqlite_database):
    settings = Settings(database=sqlite_database, demo=True, at_once_steps=1, workers=0)
    with TestClient(create_app(settings)) as service:
        waiting = freeze(service, CURVE, "share_in_time", extra_fte=2)
        assert waiting.status_code == 503
        assert int(waiting.headers["Retry-After"]) > 0
        assert "/v1/jobs/" in waiting.json()["detail"]


def test_no_figure_holds_a_cpr_number(plain_service):
    refused = freeze(plain_service, f"{RATIO}&area=010203-1234", "cases_per_fte")
    assert refused.status_code == 422
    assert "1234" not in refused.text


def test_the_list_is_paged_by_id(plain_service):
    for cases in range(880, 885):
        freeze(plain_service, f"/v1/caseload?open_cases={cases}&case_fte=20", "cases_per_fte")
    first = plain_service.get("/v1/figures?limit=3").json()["rows"]
    rest = plain_service.get(f"/v1/figures?after={first[-1]['id']}").json()["rows"]
    assert (len(first), len(rest)) == (3, 2)
    assert plain_service.get("/v1/figures/nix").status_code == 404
