"""What a department's own case list says, over HTTP: the same numbers, and no person."""

from collections.abc import Iterator
from datetime import date
from fractions import Fraction
from typing import Any

import pytest
from fastapi.testclient import TestClient
from past_lists import DEPARTMENTS
from typer.testing import CliRunner

from api.app import create_app
from api.command_line import main
from api.documents import DepartmentDocument
from api.imports.fields import Kind
from api.settings import Settings
from api.store.histories import read_past
from api.synthetic_files import synthetic_files
from capacity.rulebook import rulebook
from simulations.case_history import CaseHistory
from simulations.observed_compliance import Split, compliance_of_history
from simulations.synthetic_truths import Size, synthetic_truth

TRUTH = synthetic_truth(Size.SMALL)
HERE = f"/v1/departments/{TRUTH.slug}"
FILE = {"Content-Type": "application/octet-stream"}


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    path = tmp_path_factory.mktemp("observed") / "planner.sqlite"
    files = {each.name: each.content for each in synthetic_files(Size.SMALL, rulebook(), seed=3)}
    app = create_app(Settings(database=str(path), workers=0, demo=True))
    with TestClient(app, base_url="http://127.0.0.1", raise_server_exceptions=False) as opened:
        document = DepartmentDocument.from_domain(TRUTH).as_json()
        assert opened.post("/v1/departments", json=document).status_code == 201
        said = {
            "kind": "cases",
            "file": "cases.csv",
            "unit": "child",
            "seen_on": "2025-12-31",
            "complete_from": "2024-01-01",
        }
        cases = files["cases.csv"]
        shown = opened.post(
            "/v1/imports/check",
            params={**said, "department": TRUTH.slug},
            content=cases,
            headers=FILE,
        ).json()
        kept = opened.post(
            f"{HERE}/imports",
            params={**said, "accept": shown["token"]},
            content=cases,
            headers=FILE,
        )
        assert kept.status_code == 201
        yield opened


@pytest.fixture(scope="module")
def history(service: TestClient) -> CaseHistory:
    _, lists = read_past(service.app.state.engine, TRUTH.slug, [Kind.CASES])  # type: ignore[attr-defined]
    found = lists[Kind.CASES]
    assert isinstance(found, CaseHistory)
    return found


def rows(service: TestClient, path: str) -> list[dict[str, Any]]:
    answer = service.get(path)
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["rows"]
    return found


@pytest.mark.parametrize("by", ["", "month", "team;case_class;month"])
def test_the_rows_are_the_counts_of_the_list(service, history, by):
    counted = compliance_of_history(history, rulebook())
    expected = counted.rows({Split(each) for each in by.split(";") if each})
    found = rows(service, f"{HERE}/observed-compliance?by={by}")
    assert len(found) == len(expected)
    for row, each in zip(found, expected, strict=True):
        assert (row["deadline"], row["in_time"], row["late"], row["due"]) == (
            each.deadline,
            each.in_time,
            each.late,
            each.due,
        )
        assert row["not_yet_due"] == each.not_yet_due
        if each.share is not None:
            assert row["share"] == float(each.share)
            assert row["interval_low"] <= row["share"] <= row["interval_high"]


def test_a_shared_table_holds_no_small_count(service):
    found = rows(service, f"{HERE}/observed-compliance?by=month&shared=true")
    told = [
        row[name]
        for row in found
        for name in ("in_time", "late", "open_and_overdue", "not_yet_due", "not_required")
    ]
    assert None in told
    whole = [row for row in found if row["month"] is not None]
    assert whole
    assert not {1, 2, 3, 4} & {each for each in told if each is not None}
    text = service.get(f"{HERE}/observed-compliance?by=month&shared=true&format=text").text
    assert "udeladt" in text


def test_the_sentence_counts_every_deadline_and_says_what_it_is(service):
    said = service.get(f"{HERE}/observed-compliance?format=text").text
    assert "Børnefaglig undersøgelse afsluttet: 100 af 101 til tiden" in said
    assert said.endswith("Det er rettidighed, ikke lovmedholdelighed.")
    one = service.get(
        f"{HERE}/observed-compliance?format=text&lang=en&deadline=statute.child_assessment"
    ).text
    assert "100 of 101 in time" in one
    assert "Follow" not in one


def test_a_control_chart_tells_its_phases_and_its_verdict(service):
    found = rows(
        service,
        f"{HERE}/control-chart?deadline=statute.notification_assessment&phases=2025-01-01",
    )
    assert {row["phase"] for row in found} == {1, 2}
    assert all(row["month"] < "2025" for row in found if row["phase"] == 1)
    for row in found:
        assert row["outside"] == (not row["low"] <= row["share"] <= row["high"])
    said = service.get(f"{HERE}/control-chart?deadline=statute.child_assessment&format=text").text
    assert "for lidt til at skelne" in said


def test_turnaround_counts_open_cases_and_says_what_leaving_them_out_would(service):
    path = f"{HERE}/turnaround?case_class=boernefaglig-undersoegelse"
    found = rows(service, path)
    shares = [row["open_share"] for row in found]
    assert shares == sorted(shares, reverse=True)
    assert all(row["open_share_low"] <= row["open_share"] for row in found)
    said = service.get(f"{path}&format=text").text
    assert "stadig åbne" in said
    assert "Regnede man kun med de afsluttede" in said
    # without a type of case, only those that come to the event are followed
    assert rows(service, f"{HERE}/turnaround") == found


def test_inflow_has_a_row_a_type_and_says_what_was_not_learned(service):
    found = {row["case_class"]: row for row in rows(service, f"{HERE}/inflow")}
    row = found["underretning"]
    assert row["arrivals_low"] < row["arrivals_per_year"] < row["arrivals_high"]
    assert row["learned"] is True
    assert "sager om året" in row["says"]


def test_no_case_child_or_caseworker_leaves_the_list(service, history):
    assert history.caseworker is not None
    for path in ("observed-compliance?by=team;case_class;month", "inflow", "turnaround"):
        text = service.get(f"{HERE}/{path}").text
        assert "S0" not in text
        for number in set(history.caseworker.tolist()) - {-1}:
            assert len(str(number)) < 4 or str(number) not in text


@pytest.mark.parametrize(
    ("path", "status", "field", "says"),
    [
        (f"{HERE}/control-chart?deadline=x", 422, "deadline", "den viser statute."),
        (f"{HERE}/control-chart?deadline=statute.child_assessment&phases=x", 422, "phases", "dato"),
        (f"{HERE}/control-chart?deadline=statute.child_assessment&team=x", 422, "team", "den har"),
        (f"{HERE}/observed-compliance?by=week", 422, "by", "case_class"),
        (f"{HERE}/observed-compliance?from=2023-01-01", 422, "from_", "hel fra"),
        (f"{HERE}/observed-compliance?to=2030-01-01", 422, "to", "senest"),
        (f"{HERE}/turnaround?case_class=x", 422, "case_class", "den har"),
        (f"{HERE}/turnaround?event=need_became_known&starts=closed", 422, None, ""),
        ("/v1/departments/nobody/inflow", 404, "department", "ingen afdeling"),
        ("/v1/departments/ishoej-2020/inflow", 422, "slug", "læs den ind"),
        ("/v1/improvement?department=ishoej-2020&one=99", 422, "one", "1: Børnefaglig"),
        ("/v1/improvement?department=ishoej-2020&one=1&other=3", 422, None, ""),
        ("/v1/review-size", 422, "precision", "enten precision"),
        ("/v1/review-size?precision=0.1&reviewed=3", 422, "precision", "enten precision"),
        ("/v1/audit-levels?met=0&partly_met=0&not_met=0", 422, None, "mindst én"),
    ],
)
def test_what_cannot_be_answered_says_what_to_change(service, path, status, field, says):
    refused = service.get(path)
    assert refused.status_code == status, refused.text
    errors = refused.json()["errors"]
    if field is not None:
        assert errors[0]["field"] == field
    assert says in refused.json()["detail"]


def test_was_the_improvement_real_is_one_question_with_its_reservations(service):
    answer = service.get("/v1/improvement?department=ishoej-2020").json()
    assert answer["beyond_chance"] is True
    assert answer["p_value"] == pytest.approx(0.0034, abs=5e-5)
    assert answer["missing_late"] == 8
    assert "ikke ved lodtrækning" in answer["caveats"]
    said = service.get("/v1/improvement?department=ishoej-2020&format=text&lang=da").text
    assert said.startswith("Fra 33 % til 92 %")
    assert "8 overskredne" in said


def test_a_review_is_planned_and_read(service):
    planned = service.get("/v1/review-size?precision=0,1&levels=3").json()
    assert planned["reviewed"] == 138
    assert planned["half_width"] <= 0.1
    read = service.get("/v1/review-size?reviewed=14").json()
    assert read["unseen_at_most"] == pytest.approx(0.22, abs=0.005)
    levels = service.get("/v1/audit-levels?met=6&partly_met=4&not_met=4").json()
    assert levels["met"] == pytest.approx(6 / 14)
    assert levels["met_low"] == pytest.approx(0.18, abs=0.005)


def compared(service: TestClient, content: str, query: str = "") -> Any:
    return service.post(f"/v1/department-comparison?{query}", content=content, headers=FILE)


ONE_KIND = DEPARTMENTS.replace(
    "familie;300;12,5;ansatte;200;;", "barn;300;12,5;sagsbærende;200;40;20"
)


def test_departments_stand_side_by_side_and_are_ranked_where_they_measure_the_same(service):
    found = compared(service, ONE_KIND, "rank=caseload").json()["rows"]
    assert [row["name"] for row in found] == ["Sydby", "Nordby"]
    assert [row["place"] for row in found] == [1, 2]
    assert found[1]["cases_per_fte"] == pytest.approx(890 / 23.92)
    by_share = compared(service, ONE_KIND, "rank=timeliness").json()["rows"]
    assert by_share[0]["name"] == "Nordby"
    unranked = compared(service, ONE_KIND).json()["rows"]
    assert [row["place"] for row in unranked] == [None, None]
    assert unranked[0]["law_from"] == "2024-01-01"


def test_departments_that_count_differently_are_not_ranked(service):
    other_unit = ONE_KIND.replace("Sydby;barn", "Sydby;familie")
    refused = compared(service, other_unit, "rank=caseload")
    assert refused.status_code == 422
    assert "familier" in refused.json()["detail"]
    assert compared(service, other_unit).status_code == 200
    without = compared(service, DEPARTMENTS)
    assert without.status_code == 422
    assert "Sydby" in without.json()["detail"]


def test_the_days_of_the_period_are_the_callers(service, history):
    from_, to = date(2025, 1, 1), date(2026, 1, 1)
    counted = compliance_of_history(history, rulebook(), from_=from_, to=to).rows()
    found = rows(service, f"{HERE}/observed-compliance?from={from_}&to={to}")
    assert [row["due"] for row in found] == [each.due for each in counted]
    assert Fraction(found[0]["in_time"]) == counted[0].in_time


def test_the_terminal_tells_the_same(service):
    database = service.app.state.settings.database
    terms = ["observed", TRUTH.slug, "--database", database]
    said = " ".join(CliRunner().invoke(main, terms).output.split())
    assert "Børnefaglig undersøgelse afsluttet: 100 af 101 til tiden" in said
    by_month = CliRunner().invoke(
        main, [*terms, "--by", "month", "--deadline", "statute.child_assessment"]
    )
    assert "2024-05" in by_month.output
    chart = CliRunner().invoke(main, [*terms, "--chart", "statute.notification_assessment"])
    assert chart.exit_code == 0
    assert "til tiden" in chart.output
    refused = CliRunner().invoke(main, ["observed", "ishoej-2020", "--database", database])
    assert refused.exit_code == 2
