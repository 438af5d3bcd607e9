"""What a spreadsheet asks: several numbers in a cell, csv in two dialects, 304, other sites."""

import csv
import io
from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient

from api.app import create_app
from api.jobs.curve import CurveCalculation
from api.settings import Settings

CASELOAD = "/v1/caseload?open_cases=890&case_fte=23,92&on=2020-03-26"
CURVE = "/v1/staffing-curve?department=ishoej-2020&extra_fte=0..2&replications=32"
WHAT_IF = "/v1/what-if?department=ishoej-2020&extra_fte=2&replications=64"


@pytest.fixture(scope="module")
def service() -> Iterator[TestClient]:
    settings = Settings(database=None, demo=True, patience=600)
    with TestClient(create_app(settings), base_url="http://127.0.0.1") as opened:
        yield opened


@pytest.mark.parametrize(
    ("asked", "line"),
    [
        ("fields=cases_per_fte,missing_fte_at_high,missing_fte_at_low", "37,21;5,75;20,58"),
        ("fields=missing_fte_at_low,cases_per_fte", "20,58;37,21"),
        ("fields=cases_per_fte,missing_fte_at_high&sep=tab", "37,21\t5,75"),
        ("fields=cases_per_fte", "37,21"),
    ],
)
def test_several_numbers_come_in_one_text_for_a_cell_to_split(
    service: TestClient, asked: str, line: str
) -> None:
    answer = service.get(f"{CASELOAD}&format=text&decimal=comma&digits=2&{asked}")
    assert answer.status_code == 200
    assert answer.text == line


def test_a_point_and_a_semicolon_are_the_usual_of_a_text(service: TestClient) -> None:
    fields = "fields=cases_per_fte,missing_fte_at_high"
    assert service.get(f"{CASELOAD}&format=text&digits=2&{fields}").text == "37.21;5.75"


def test_a_separator_within_a_field_is_none(service: TestClient) -> None:
    path = f"{CURVE}&format=text&fields=verdict,extra_fte&sep="
    for line in service.get(path + ",").text.splitlines():
        assert line.count(",") == 1


@pytest.mark.parametrize("format", ["json", "csv", "xml"])
def test_fields_are_chosen_in_their_order_in_every_format(service: TestClient, format: str) -> None:
    wanted = ["missing_fte_at_high", "cases_per_fte"]
    answer = service.get(f"{CASELOAD}&format={format}&fields={','.join(wanted)}").text
    assert answer.index(wanted[0]) < answer.index(wanted[1])
    assert "open_cases" not in answer


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ("fields=cases_per_fte,nonsense", "fields"),
        ("field=cases_per_fte&fields=cases_per_fte", "fields"),
        ("dialect=dansk&sep=,", "sep"),
        ("dialect=svensk", "dialect"),
    ],
)
def test_what_cannot_be_chosen_is_refused_by_name(
    service: TestClient, asked: str, field: str
) -> None:
    answer = service.get(f"{CASELOAD}&{asked}")
    assert answer.status_code == 422
    assert field in answer.text


def test_a_danish_csv_has_a_mark_semicolons_commas_and_words(service: TestClient) -> None:
    content = service.get(f"{CURVE}&format=csv&dialect=dansk&digits=3").content
    assert content.startswith(b"\xef\xbb\xbf")
    heading, *rows = csv.reader(io.StringIO(content.decode("utf-8-sig")), delimiter=";")
    assert "ekstra fuldtidsstillinger" in heading[0]
    assert len(rows) == 3
    share = rows[0][next(n for n, name in enumerate(heading) if "til tiden" in name)]
    assert float(share.replace(",", ".")) <= 1
    assert "," in share


def test_a_standard_csv_has_none_of_them(service: TestClient) -> None:
    standard = service.get(f"{CURVE}&format=csv&digits=3&dialect=standard").content
    assert standard == service.get(f"{CURVE}&format=csv&digits=3").content
    assert standard.startswith(b"extra_fte,")


@pytest.mark.parametrize(
    ("more", "begins"),
    [
        ("header=keys", b"\xef\xbb\xbfextra_fte;"),
        ("bom=false&header=keys", b"extra_fte;"),
        ("bom=false&header=keys&decimal=point", b"extra_fte,"),
    ],
)
def test_each_of_a_dialect_can_be_asked_for_by_itself(
    service: TestClient, more: str, begins: bytes
) -> None:
    assert service.get(f"{CURVE}&format=csv&dialect=dansk&{more}").content.startswith(begins)


@pytest.mark.parametrize("path", [CASELOAD, CURVE, WHAT_IF, "/v1/fte?department=ishoej-2020"])
def test_what_a_workbook_has_already_is_not_sent_again(service: TestClient, path: str) -> None:
    first = service.get(path)
    tag = first.headers["etag"]
    assert first.status_code == 200
    assert service.get(path).headers["etag"] == tag
    again = service.get(path, headers={"If-None-Match": tag})
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
    assert service.head(path, headers={"If-None-Match": tag}).status_code == 304
    assert service.get(path, headers={"If-None-Match": '"another"'}).content == first.content
    for other in ("&format=csv&header=words&lang=en", "&format=csv"):
        answer = service.get(path + other, headers={"If-None-Match": tag})
        assert answer.status_code == 200
        assert answer.headers["etag"] != tag


def test_nothing_is_simulated_for_somebody_who_has_the_answer(
    service: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    tags = {path: service.get(path).headers["etag"] for path in (CURVE, WHAT_IF)}

    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("simulated")

    service.app.state.desk.kept.forget()  # type: ignore[attr-defined]
    monkeypatch.setattr(CurveCalculation, "found", refuse)
    monkeypatch.setattr("api.routes.what_if._found", refuse)
    for path, tag in tags.items():
        assert service.get(path, headers={"If-None-Match": tag}).status_code == 304


def test_a_spreadsheet_that_asks_for_the_head_first_has_nothing_simulated(
    service: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another seed, so that nothing of it is known."""
    paths = [f"{each}&seed=77" for each in (CURVE, WHAT_IF)]
    with monkeypatch.context() as patch:

        def refuse(*_: object, **__: object) -> None:
            raise AssertionError("simulated")

        patch.setattr(CurveCalculation, "found", refuse)
        patch.setattr("api.routes.what_if._found", refuse)
        heads = [service.head(each) for each in paths]
    for head, path in zip(heads, paths, strict=True):
        answer = service.get(path)
        assert (head.status_code, head.content) == (200, b"")
        assert head.headers["etag"] == answer.headers["etag"]
        assert head.headers["content-type"] == answer.headers["content-type"]
    refused = service.head(CURVE.replace("extra_fte=0..2", "extra_fte=-1"))
    assert refused.status_code == 422


def test_what_was_answered_is_not_simulated_again_for_another_field(
    service: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = service.get(CURVE).json()["rows"]

    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("simulated")

    monkeypatch.setattr(CurveCalculation, "found", refuse)
    lines = service.get(f"{CURVE}&format=text&fields=extra_fte,share_in_time").text.splitlines()
    assert [float(line.split(";")[1]) for line in lines] == [row["share_in_time"] for row in whole]


def test_a_changed_department_has_another_tag(service: TestClient) -> None:
    document = service.get("/v1/departments/ishoej-2020").json() | {"slug": "tag-proeve"}
    document.pop("version", None)
    assert service.post("/v1/departments", json=document).status_code == 201
    paths = [each.replace("ishoej-2020", "tag-proeve") for each in (CURVE, WHAT_IF)]
    before = [service.get(each).headers["etag"] for each in paths]
    stored = service.get("/v1/departments/tag-proeve")
    changed = stored.json()
    changed["case_classes"][0]["arrivals_per_year"] = 700
    answer = service.put(
        "/v1/departments/tag-proeve", json=changed, headers={"If-Match": stored.headers["etag"]}
    )
    assert answer.status_code == 201
    for path, tag in zip(paths, before, strict=True):
        again = service.get(path, headers={"If-None-Match": tag})
        assert again.status_code == 200
        assert again.headers["etag"] != tag


PLAN = "/v1/scenarios/ishoej-2020-to-ekstra/comparison?team=paragraf-50&replications=64"
ROW = "key=statute.child_assessment&row_team=paragraf-50"


def test_a_saved_scenario_is_asked_with_posts_on_top(service: TestClient) -> None:
    """Two posts on top of the two that it has are four on the department as it is."""

    def after(path: str) -> dict[str, object]:
        (row,) = service.get(f"{path}&{ROW}").json()["rows"]
        return row

    own, more = after(PLAN), after(f"{PLAN}&extra_fte=2")
    assert more["after"] > own["after"]
    assert more["before"] == own["before"]
    scenario = service.get("/v1/scenarios/ishoej-2020-to-ekstra").json()
    assert more["scenario"] == f"ishoej-2020-to-ekstra@{scenario['version']}+2"
    doubled = scenario | {
        "slug": "fire-ekstra",
        "changes": [*scenario["changes"], scenario["changes"][0] | {"fte": 2}],
    }
    doubled.pop("version", None)
    assert service.post("/v1/scenarios", json=doubled).status_code == 201
    from_ = scenario["changes"][0]["from"]
    asked = f"{PLAN}&extra_fte=2,0&extra_from={from_}&extra_team=paragraf-50"
    stored = after(PLAN.replace("ishoej-2020-to-ekstra", "fire-ekstra"))
    if "ramp_up" not in scenario["changes"][0]:
        assert after(asked)["after"] == stored["after"]
    assert after(f"{PLAN}&extra_fte=0") == own


@pytest.mark.parametrize(
    "asked", ["extra_fte=-1", "extra_fte=1&extra_team=nobody", "extra_fte=99999"]
)
def test_posts_on_top_that_cannot_be_are_refused(service: TestClient, asked: str) -> None:
    assert service.get(f"{PLAN}&{asked}").status_code in (404, 422)


# --- Reading from a page of another site -----------------------------------------------------


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    path = tmp_path_factory.mktemp("cells") / "planner.sqlite"
    settings = Settings(database=str(path), demo=True, host="0.0.0.0", workers=0)
    with TestClient(create_app(settings), base_url="http://kapacitet.example") as opened:
        yield opened


ASKED_BEFORE = {
    "Origin": "https://script.example",
    "Access-Control-Request-Method": "GET",
    "Access-Control-Request-Headers": "x-api-key",
}


def test_where_keys_decide_any_site_may_ask_and_only_read(guarded: TestClient) -> None:
    asked = guarded.options(CASELOAD, headers=ASKED_BEFORE)
    assert asked.status_code == 204
    assert asked.headers["access-control-allow-origin"] == "*"
    assert "X-API-Key" in asked.headers["access-control-allow-headers"]
    assert "access-control-allow-credentials" not in asked.headers
    refused = guarded.get(CASELOAD, headers={"Origin": "https://script.example"})
    assert refused.status_code == 401  # which the script can read, and so says why
    assert refused.headers["access-control-allow-origin"] == "*"
    writing = {**ASKED_BEFORE, "Access-Control-Request-Method": "DELETE"}
    answer = guarded.options("/v1/departments/ishoej-2020", headers=writing)
    assert "access-control-allow-methods" not in answer.headers
    assert "access-control-allow-origin" not in guarded.get("/").headers


def test_a_service_without_keys_tells_no_other_site_anything(service: TestClient) -> None:
    for answer in (
        service.options(CASELOAD, headers=ASKED_BEFORE),
        service.get(CASELOAD, headers={"Origin": "https://script.example"}),
    ):
        assert not [name for name in answer.headers if name.startswith("access-control")]
