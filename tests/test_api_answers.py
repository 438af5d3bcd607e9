"""What the addresses answer: the note's own numbers, and exactly the fields that are documented."""

import io
from typing import Any

import pytest
from api_addresses import ADDRESSES, SHORT_CURVE
from fastapi.testclient import TestClient
from python_calamine import CalamineWorkbook

from api.documents import DepartmentDocument, load_example

NOTE = "open_cases=890&case_fte=23,92&on=2020-03-26&unit=child"
PROMISED = {
    "fte": "headcount contracted_hours contracted_fte case_fte available_hours",
    "caseload": "cases_per_fte guideline_low guideline_high missing_fte_at_low missing_fte_at_high "
    "missing_fte_at_target status sentence guideline_source",
    "workload": "required_fte wisn_ratio wisn_difference category_factor individual_factor",
    "compliance": "share interval_low interval_high method sentence",
    "comparison": "share interval_low interval_high method sentence difference difference_low "
    "difference_high p_value",
    "due-date": "due_on",
    "due-time": "due_at",
    "erlang": "probability_of_waiting mean_wait share_within least_servers",
    "staffing-curve": "extra_fte case_fte share_in_time share_in_time_low share_in_time_high "
    "share_in_time_year_low share_in_time_year_high difference difference_low difference_high "
    "mean_days_late in_time due replications seed model_version rules_version",
}


@pytest.mark.parametrize("name", PROMISED)
def test_an_answer_begins_with_the_promised_fields(client: TestClient, name: str) -> None:
    content = client.get(ADDRESSES[name]).json()
    record = content["rows"][0] if "rows" in content else content
    promised = PROMISED[name].split()
    assert list(record)[: len(promised)] == promised


@pytest.mark.parametrize("name", ADDRESSES)
def test_what_is_documented_is_what_is_sent(client: TestClient, name: str) -> None:
    address = ADDRESSES[name]
    described = client.get("/openapi.json").json()
    operation = described["paths"][address.partition("?")[0]]["get"]
    schema = operation["responses"]["200"]["content"]["application/json"]["schema"]
    assert_documented(client.get(address).json(), schema, described["components"]["schemas"])


def assert_documented(value: Any, schema: dict[str, Any], named: dict[str, Any]) -> None:
    """Check names and kinds, which is all that our schemas say."""
    if "$ref" in schema:
        schema = named[schema["$ref"].rpartition("/")[2]]
    if "anyOf" in schema:
        # The whole answer is described before what `field` leaves of it.
        schema = next(
            each for each in schema["anyOf"] if (each.get("type") == "null") == (value is None)
        )
        assert_documented(value, schema, named)
        return
    match schema["type"]:
        case "object":
            assert list(value) == [name for name in schema["properties"] if name in value]
            assert set(schema.get("required", [])) <= set(value)
            for name, one in value.items():
                assert_documented(one, schema["properties"][name], named)
        case "array":
            for one in value:
                assert_documented(one, schema["items"], named)
        case kind:
            kinds = {
                "number": float,
                "integer": int,
                "string": str,
                "boolean": bool,
                "null": type(None),
            }
            assert type(value) is kinds[kind]


def example(parameter: dict[str, Any]) -> Any:
    return parameter.get("example") or next(iter(parameter["schema"].get("examples", [])), None)


def body_example(operation: dict[str, Any]) -> dict[str, Any]:
    """Return what a client sends as the body: a document, or a file as it is."""
    if "requestBody" not in operation:
        return {}
    content = operation["requestBody"]["content"]
    if "application/json" in content:
        return {"json": content["application/json"]["example"]}
    ((media_type, file),) = content.items()
    (example_file,) = file["examples"].values()
    return {
        "content": example_file["value"].encode(),
        "headers": {"Content-Type": media_type},
    }


def text_of(content: bytes) -> str:
    """Return what a text says, or every cell of a workbook."""
    if not content.startswith(b"PK"):
        return content.decode()
    return str(
        CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0).to_python()
    )


def test_the_full_list_of_people_gives_the_same_as_the_short_form(client: TestClient) -> None:
    people = [{"id": f"a{n}", "team": "base", "hours_per_week": "37"} for n in range(3)]
    listed = client.post("/v1/fte?on=2020-03-26", json={"format": 1, "caseworkers": people}).json()
    assert listed == client.get("/v1/fte?staff=3x37&on=2020-03-26").json()


def test_a_list_of_activities_gives_the_same_as_the_short_form(client: TestClient) -> None:
    document = {
        "activities": [
            {"label": "undersøgelse", "volume_per_year": 152, "hours_per_case": 35},
            {"label": "løbende sag", "volume_per_year": 890, "hours_per_case": "12"},
        ],
        "hours_per_fte": 1546,
        "category_share": "0,2",
        "individual_hours": 800,
        "case_fte": 23.92,
    }
    listed = client.post("/v1/workload", json=document).json()
    assert listed == client.get(ADDRESSES["workload"]).json()


def test_a_department_sent_along_gives_the_curve_of_the_stored_one(client: TestClient) -> None:
    document = DepartmentDocument.from_domain(load_example("ishoej-2020")).as_json()
    sent = client.post(f"/v1/staffing-curve?{SHORT_CURVE}", json=document).json()["rows"]
    stored = client.get(ADDRESSES["staffing-curve"]).json()["rows"]
    assert [{**row, "department": "ishoej-2020@1"} for row in sent] == stored


def test_a_precision_is_kept_at_every_level(client: TestClient) -> None:
    address = "/v1/staffing-curve?department=ishoej-2020&extra_fte=0..1&precision=4"
    rows = client.get(address).json()["rows"]
    for row in rows:
        assert row["share_in_time_high"] - row["share_in_time"] <= 0.04
        assert row["share_in_time"] - row["share_in_time_low"] <= 0.04
        assert (row["precision"], row["precise"]) == (4.0, True)
        assert row["replications"] in (64, 128, 256, 512)


def test_without_a_precision_there_is_none_to_reach(client: TestClient) -> None:
    rows = client.get(ADDRESSES["staffing-curve"]).json()["rows"]
    assert {(row["precision"], row["precise"]) for row in rows} == {(None, None)}


def test_levels_may_be_a_range(client: TestClient) -> None:
    address = "/v1/staffing-curve?department=ishoej-2020&replications=32&extra_fte="
    assert client.get(f"{address}0..2/0,5").content == client.get(f"{address}0;0.5;1;1.5;2").content


def test_what_goes_into_fuller_work_or_comes_later_helps_less(client: TestClient) -> None:
    address = f"{ADDRESSES['staffing-curve']}&field=share_in_time"
    usual, fuller, later = (
        client.get(address + more).json()["rows"][-1]["share_in_time"]
        for more in ("", "&fuller_work=0,5", "&extra_from=2020-12-01")
    )
    assert fuller < usual
    assert later < usual


def test_more_inflow_leaves_fewer_in_time(client: TestClient) -> None:
    less, usual, more = (
        client.get(f"{ADDRESSES['staffing-curve']}&inflow={factor}").json()["rows"][0]
        for factor in ("0,8", "1", "1,3")
    )
    assert less["due"] < usual["due"] < more["due"]
    assert less["share_in_time"] > usual["share_in_time"] > more["share_in_time"]


def test_the_same_question_gives_the_same_bytes(client: TestClient) -> None:
    for written in ("json", "xlsx"):
        address = f"{ADDRESSES['staffing-curve']}&format={written}"
        assert client.get(address).content == client.get(address).content


def test_the_day_is_echoed_also_when_it_was_not_asked_for(client: TestClient) -> None:
    answer = client.get("/v1/caseload?open_cases=890&case_fte=23.92&unit=child").json()
    assert answer["on"] >= "2026-01-01"


def test_what_was_not_asked_for_is_left_out_and_never_null(client: TestClient) -> None:
    schemas = client.get("/openapi.json").json()["components"]["schemas"]
    answers = {name: schema for name, schema in schemas.items() if name.endswith("Answer")}
    assert len(answers) > 5
    assert "null" not in str(answers)
    assert "missing_fte_at_target" not in client.get(f"/v1/caseload?{NOTE}").json()
    assert "p_value" not in client.get(ADDRESSES["compliance"]).json()


def test_hours_run_over_the_change_to_summer_time(client: TestClient) -> None:
    address = "/v1/due-date?rule=statute.notification_assessment&start=2020-03-28T14:30"
    assert client.get(address).json()["due_at"] == "2020-03-29T15:30:00+02:00"


def test_an_area_of_citizens_speaks_of_no_children(client: TestClient) -> None:
    question = "open_cases=90&case_fte=3&on=2025-01-01&area=sickness_benefit"
    answer = client.get(f"/v1/caseload?{question}").json()
    assert answer["unit"] == "citizen"
    assert client.get(f"/v1/caseload?{question}&unit=citizen").json() == answer
    for written in ("format=xlsx", "format=text"):
        assert "børn" not in text_of(client.get(f"/v1/caseload?{question}&{written}").content)


def test_every_example_of_the_documentation_is_answered(client: TestClient) -> None:
    """All but those that change what is kept, and those that ask for what somebody has made."""
    tried = 0
    for path, methods in client.get("/openapi.json").json()["paths"].items():
        for method, operation in methods.items():
            writes = method in ("put", "delete") or (method == "post" and path in WRITTEN_TO)
            if writes or "{id}" in path or path.endswith("/purpose") or path in NEEDS_LISTS:
                continue
            asked = operation.get("parameters", [])
            left = [each["name"] for each in asked if each["required"] and not example(each)]
            assert left == [], path
            answer = client.request(
                method,
                path.format_map({each["name"]: example(each) for each in asked}),
                params={
                    each["name"]: example(each)
                    for each in asked
                    if each["in"] == "query" and example(each)
                },
                **body_example(operation),
            )
            # A large calculation is answered by the job that it becomes.
            assert answer.status_code in ((200, 202) if path in LARGE else (200,)), (
                path,
                answer.text,
            )
            tried += 1
    assert tried > 25


NEEDS_LISTS = {
    "/v1/import-sources/{name}",
    "/v1/departments/{address}/fit",
    "/v1/departments/{slug}/observed-compliance",
    "/v1/departments/{slug}/control-chart",
    "/v1/departments/{slug}/deadline-readings",
    "/v1/departments/{slug}/turnaround",
    "/v1/departments/{slug}/turnaround-fit",
    "/v1/departments/{slug}/inflow",
    "/v1/departments/{slug}/inflow-months",
}
WRITTEN_TO = {
    "/v1/departments",
    "/v1/scenarios",
    "/v1/scenarios/import",
    "/v1/scenarios/{slug}/clone",
    "/v1/scenarios/{slug}/{action}",
    "/v1/figures",
    "/v1/departments/{slug}/imports",
    "/v1/departments/{address}/fitted",
}
LARGE = {
    "/v1/best-mix",
    "/v1/scenarios/{address}/best-mix",
    "/v1/scenarios/{address}/saving",
    "/v1/scenarios/{address}/comparison",
    "/v1/scenarios/{address}/waterfall",
    "/v1/least-staff",
    "/v1/least-staff/levels",
    "/v1/marginal-value",
    "/v1/fuller-work",
}


def test_a_version_of_a_department_is_addressed_by_itself(client: TestClient) -> None:
    document = client.get("/v1/departments/ishoej-2020@1").json()
    assert (document["slug"], document["open_cases"]) == ("ishoej-2020", 890)


def test_the_staff_of_a_stored_department_carries_the_cases_of_the_note(client: TestClient) -> None:
    answer = client.get("/v1/fte?department=ishoej-2020@1&on=2020-03-26").json()
    assert (answer["headcount"], answer["case_fte"]) == (32, 23.92)
