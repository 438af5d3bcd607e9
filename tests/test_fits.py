"""A fit through the service and the terminal: asked, done as a job, kept, and carried on."""

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from typer.testing import CliRunner

from api.app import create_app
from api.command_line import main
from api.documents import DepartmentDocument
from api.jobs.fit import FitCalculation
from api.settings import Settings
from api.synthetic_files import synthetic_files
from capacity.rulebook import rulebook
from simulations.synthetic_truths import Size, synthetic_truth

TRUTH = synthetic_truth(Size.SMALL)
FIT = f"/v1/departments/{TRUTH.slug}/fit"
KEEP = f"/v1/departments/{TRUTH.slug}/fitted"
ASKED = "held_out=nothing&policies=familieteam:earliest_due,first_come"
FILE = {"Content-Type": "application/octet-stream"}
LISTS = {
    "cases": {"unit": "child", "complete_from": "2024-01-01"},
    "staff": {"complete_from": "2024-01-01"},
    "absence": {"complete_from": "2024-01-01"},
}


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """A service with a made-up department, the lists of its past, and a worker."""
    path = tmp_path_factory.mktemp("fits") / "planner.sqlite"
    app = create_app(Settings(database=str(path), workers=1))
    with TestClient(app, base_url="http://127.0.0.1", raise_server_exceptions=False) as opened:
        document = DepartmentDocument.from_domain(TRUTH).as_json()
        assert opened.post("/v1/departments", json=document).status_code == 201
        refused = opened.get(FIT)
        assert refused.status_code == 422
        assert "sagsliste" in refused.json()["detail"]
        for kind in LISTS:
            keep(opened, TRUTH.slug, kind, files()[f"{kind}.csv"])
        yield opened


@cache
def files() -> dict[str, bytes]:
    return {each.name: each.content for each in synthetic_files(Size.SMALL, rulebook(), seed=3)}


def keep(service: TestClient, slug: str, kind: str, content: bytes) -> None:
    """Import a list, looked at first."""
    asked = {"kind": kind, "file": f"{kind}.csv", "seen_on": "2025-12-31", **LISTS[kind]}
    shown = service.post(
        "/v1/imports/check", params={**asked, "department": slug}, content=content, headers=FILE
    ).json()
    kept = service.post(
        f"/v1/departments/{slug}/imports",
        params={**asked, "accept": shown["token"]},
        content=content,
        headers=FILE,
    )
    assert kept.status_code == 201, kept.text


def over(service: TestClient, address: str) -> dict[str, Any]:
    """What the last event of a job says."""
    with service.stream("GET", f"{address}/events") as events:
        *_, last = (line for line in events.iter_lines() if line.startswith("data: "))
    told: dict[str, Any] = json.loads(last.removeprefix("data: "))
    return told


def finished(service: TestClient, query: str = ASKED) -> list[dict[str, Any]]:
    """The rows of a fit, when its job is done."""
    first = service.get(f"{FIT}?{query}")
    if first.status_code == 202:
        last = over(service, first.json()["address"])
        assert last["state"] == "done", last
        first = service.get(f"{FIT}?{query}")
    assert first.status_code == 200, first.text
    rows: list[dict[str, Any]] = first.json()["rows"]
    return rows


@pytest.mark.parametrize(
    ("query", "field", "says"),
    [
        ("policies=nobody:first_come", "policies", "intet team"),
        ("policies=familieteam:fastest", "policies", "first_come"),
        ("effort=0.8..1.25", "said_by", "hvis det er"),
        ("effort=0.8&said_by=A", "effort", "0,8..1,25"),
        ("effort=1.25..0.8&said_by=A", "low", "den mindste først"),
        ("held_out=decade", "held_out", ""),
    ],
)
def test_what_cannot_be_asked_is_refused_with_what_to_write(service, query, field, says):
    refused = service.get(f"{FIT}?{query}")
    assert refused.status_code == (404 if "nobody" in query else 422)
    (error,) = refused.json()["errors"]
    assert error["field"] == field
    assert says in error["detail"]


def test_a_fit_that_nobody_has_asked_for_cannot_be_kept(service):
    refused = service.post(f"{KEEP}?held_out=nothing&seed=99")
    assert refused.status_code == 422
    assert "er ikke tilpasset" in refused.json()["detail"]


def test_a_fit_to_six_cases_fails_with_the_reason_and_cannot_be_kept(service):
    document = DepartmentDocument.from_domain(replace(TRUTH, slug="seks")).as_json()
    assert service.post("/v1/departments", json=document).status_code == 201
    keep(service, "seks", "cases", b"\n".join(files()["cases.csv"].splitlines()[:7]) + b"\n")
    asked = service.get("/v1/departments/seks/fit?held_out=nothing")
    assert asked.status_code == 202
    last = over(service, asked.json()["address"])
    assert last["state"] == "failed"
    assert "6 rækker siden 2024-01-01 er for få" in json.dumps(last, ensure_ascii=False)
    assert service.post("/v1/departments/seks/fitted?held_out=nothing").status_code == 422
    assert service.get("/v1/departments/seks").json()["version"] == 1


def test_a_fit_says_of_each_input_what_was_learned(service):
    rows = {row["about"]: row for row in finished(service)}
    effort = rows["teams.familieteam.effort"]
    assert effort["low"] < effort["value"] < effort["high"]
    assert rows["case_classes.underretning.arrivals_per_year"]["learned"] is True
    assert rows["staff_risks.parental_leave"]["learned"] is False
    assert all(row["says"] for row in rows.values())
    csv = service.get(f"{FIT}?{ASKED}&format=csv&decimal=comma&digits=2")
    assert csv.text.count("\n") >= len(rows) + 1
    listed = service.get("/v1/jobs").json()["rows"][0]
    assert listed["kind"] == "fit"
    assert "tilpasset sin egen historie" in listed["title"]


def test_no_person_and_no_case_leaves_with_a_fit(service):
    told = json.dumps(finished(service))
    lists = service.get(f"/v1/departments/{TRUTH.slug}/imports").json()["rows"]
    assert len(lists) == 3
    for name in ("caseworker", "sagsnr", "S00"):
        assert name not in told.lower()


def test_a_kept_fit_is_the_next_version_and_carries_on(service):
    finished(service)
    kept = service.post(f"{KEEP}?{ASKED}")
    assert kept.status_code == 201
    assert kept.headers["location"] == f"/v1/departments/{TRUTH.slug}@2"
    document = kept.json()
    assert document["on"] == "2026-01-01"
    assert document["fit"]["seen_on"] == "2025-12-31"
    policies = {each["policy"] for possible in document["fit"]["possible"] for each in possible}
    assert policies <= {"earliest_due", "first_come"}
    curve = service.get(f"/v1/staffing-curve?department={TRUTH.slug}&extra_fte=0;1&replications=64")
    assert curve.status_code in (200, 202)
    stored = service.get(f"/v1/departments/{TRUTH.slug}").json()
    assert DepartmentDocument.model_validate(stored).to_domain().fit is not None
    # What was fitted is of the version before: the newest would have to be fitted anew.
    assert service.post(f"{KEEP}?{ASKED}").status_code == 422


def test_a_fit_is_the_same_question_again_when_it_is_read_back(service):
    def calculations() -> Iterator[FitCalculation]:
        from api.fit_terms import LISTS as KINDS
        from api.fit_terms import fit_calculation
        from api.store.histories import read_past

        for _ in range(2):
            department, lists = read_past(service.app.state.engine, f"{TRUTH.slug}@1", KINDS)
            yield fit_calculation(
                department, lists, effort="0,8..1,25", said_by="teamlederen", seed=4
            )

    one, other = calculations()
    assert one.id == other.id
    assert FitCalculation.read(json.loads(json.dumps(one.question))) == one
    assert one.about.path is not None
    assert "0.8..1.25" in one.about.path


def test_the_terminal_fits_shows_and_keeps(service, tmp_path: Path):
    database = service.app.state.settings.database
    terms = ["fit", f"{TRUTH.slug}@1", "--held-out", "nothing", "--database", database]
    shown = CliRunner().invoke(main, terms)
    assert shown.exit_code == 0, shown.output
    assert re.search(r"tidsforbrug pr. sag: \d", shown.output)
    assert "Intet er gemt" in shown.output
    refused = CliRunner().invoke(main, [*terms, "--accept"])
    assert refused.exit_code == 2, "an older version may not be kept over a newer one"
