"""The addresses that look ahead: one row for a cell, the same bytes as a job, and refusals."""

from collections.abc import Iterator, Mapping
from datetime import date
from fractions import Fraction
from typing import Any

import pytest
from fastapi.testclient import TestClient
from outlook_pages import opened_service
from scipy import stats

from api.documents import DepartmentDocument
from api.jobs.calculation import Calculation
from api.jobs.falling_due import DueTerms, FallingDueCalculation
from api.jobs.kinds import KINDS
from api.jobs.over_time import OverTimeAsked, OverTimeCalculation
from api.jobs.over_time_rows import Side
from api.jobs.stress import StressCalculation
from api.stress_terms import StressTerms
from capacity.department import Department
from capacity.scenario_changes import AddedPosts
from simulations.stress import two_sick_and_one_on_leave

CITY = "/v1/departments/fjordkoebing-2026"


@pytest.fixture(scope="module")
def client() -> Iterator[TestClient]:
    yield from opened_service()


@pytest.fixture(scope="module")
def city(client: TestClient) -> Department:
    return DepartmentDocument.model_validate(client.get(CITY).json()).to_domain()


def asked(client: TestClient, path: str, **query: str) -> list[Mapping[str, Any]]:
    answered = client.get(path, params={"replications": "32", **query})
    assert answered.status_code == 200, answered.text
    rows: list[Mapping[str, Any]] = answered.json()["rows"]
    return rows


def test_the_usual_stress_is_the_ready_made_one(city: Department):
    terms = StressTerms(team=city.headline_team)
    ready = two_sick_and_one_on_leave(date(2026, 5, 1))
    assert terms.test(city).shocks == ready.shocks
    assert terms.test(city).label.da == ready.label.da


def test_a_month_alone_is_the_row_of_the_whole(client: TestClient):
    whole = asked(client, f"{CITY}/stress")
    (alone,) = asked(client, f"{CITY}/stress", month="2026-09-15")
    assert alone in whole
    assert alone["month"] == "2026-09-01"
    cell = client.get(
        f"{CITY}/stress?replications=32&month=2026-09-15&field=share_with&digits=3&format=text"
    )
    assert float(cell.text) == round(alone["share_with"], 3)


def test_a_side_and_a_month_alone_are_the_row_of_the_whole(client: TestClient):
    whole = asked(client, f"{CITY}/over-time", extra_fte="1", months="6")
    assert len(whole) == 12
    query = {"extra_fte": "1", "months": "6", "month": "2026-08-01", "side": "after"}
    (alone,) = asked(client, f"{CITY}/over-time", **query)
    assert alone in whole
    assert (alone["month"], alone["side"]) == ("2026-08-01", "after")


def test_a_team_and_a_window_alone_are_the_row_of_the_whole(client: TestClient):
    whole = asked(client, f"{CITY}/falling-due")
    deadline = "statute.child_assessment"
    query = {"team": "undersoegelse-syd", "deadline": deadline, "within": "60"}
    (alone,) = asked(client, f"{CITY}/falling-due", **query)
    assert alone in whole


def calculations(city: Department) -> list[Calculation]:
    posts = AddedPosts(reason="test", team=city.headline_team, fte=Fraction(3, 2), from_=city.on)
    return [
        StressCalculation(
            city,
            city.address,
            StressTerms(
                team=city.headline_team,
                more_cases=Fraction(25, 2),
                leaving=1,
                sick_from=date(2026, 6, 1),
                merge="undersoegelse-syd",
                replications=32,
            ),
            date(2026, 9, 1),
        ),
        FallingDueCalculation(
            city, city.address, DueTerms(days=(10, 20), seed=2, replications=32, within=20)
        ),
        OverTimeCalculation(
            OverTimeAsked(
                department=city,
                address=city.address,
                team=city.headline_team,
                deadline=city.headline_deadline,
                changes=(posts,),
                to=date(2026, 10, 1),
                seed=3,
                replications=32,
                written=(("extra_fte", "1.5"),),
                side=Side.AFTER,
            )
        ),
    ]


def test_what_a_job_reads_is_what_was_asked_and_answers_the_same(city: Department):
    for one in calculations(city):
        again = KINDS[one.kind].read(one.question)
        assert again == one
        assert again.id == one.id
        assert again.found().as_json() == one.found().as_json()
        least, most = one.steps()
        assert 0 < least == most
        assert one.about is not None


def test_progress_ends_at_the_total_that_was_said(city: Department):
    from api.jobs.calculation import Running

    for one in calculations(city):
        told: list[tuple[int, int | None]] = []
        one.found(Running(None, lambda done, total, to=told: to.append((done, total))))
        assert told[-1] == (one.total, one.total)
        assert [done for done, _ in told] == sorted(done for done, _ in told)


def test_the_address_of_a_job_asks_the_same(client: TestClient, city: Department):
    stress, due, _ = calculations(city)
    for one in (stress, due):
        assert one.about is not None
        path = one.about.path
        assert path is not None
        answered = client.get(path)
        assert answered.status_code == 200, answered.text
        assert len(answered.json()["rows"]) == len(one.found().answer.rows)  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("path", "query", "status", "field"),
    [
        ("/stress", {"month": "2030-01-01"}, 422, "month"),
        ("/stress", {"sick": "50"}, 422, "people"),
        ("/stress", {"merge": "undersoegelse-nord"}, 422, "merge"),
        ("/stress", {"sick_days": "99999999"}, 422, "sick_days"),
        ("/stress", {"deadline": "statute.nothing"}, 404, "deadline"),
        ("/stress", {"team": "nobody"}, 404, "team"),
        ("/stress", {"replications": "999999999"}, 413, None),
        ("/falling-due", {"days": "60;30"}, 422, "days"),
        ("/falling-due", {"days": "mange"}, 422, "days"),
        ("/falling-due", {"days": "999999"}, 422, "days"),
        ("/falling-due", {"within": "45"}, 422, "within"),
        ("/falling-due", {"team": "nobody"}, 404, "team"),
        ("/falling-due", {"deadline": "statute.nothing"}, 422, "deadline"),
        ("/over-time", {"month": "2031-01-01"}, 422, "month"),
        ("/over-time", {"months": "0"}, 422, "months"),
        ("/over-time", {"side": "beside"}, 422, "side"),
        ("/over-time", {"team": "nobody"}, 404, "team"),
        ("/open-ages", {"team": "boern", "deadline": "statute.child_assessment"}, 422, "deadline"),
    ],
)
def test_what_cannot_be_is_refused_and_names_the_field(
    client: TestClient, path: str, query: Mapping[str, str], status: int, field: str | None
):
    answered = client.get(f"{CITY}{path}", params=dict(query))
    assert answered.status_code == status, answered.text
    named = [each.get("field") for each in answered.json()["errors"]]
    assert field in named or field is None


def test_a_review_is_refused_what_no_review_is(client: TestClient):
    assert client.get("/v1/next-review?share=1,2").status_code == 422
    assert client.get("/v1/next-review?share=0,5&cases=0").status_code == 422
    assert client.get("/v1/next-review?share=0,5&cases=999999").status_code == 413
    assert client.get("/v1/next-review?share=0,5&in_time=7").status_code == 422
    (row,) = client.get("/v1/next-review?share=50%25&in_time=3").json()["rows"]
    assert row["chance"] == pytest.approx(20 / 64)


def test_a_review_says_in_words_what_it_is_asked_of(client: TestClient):
    """Of twenty at four of five: just twelve by the binomial distribution, 2.2 per cent."""
    said = client.get("/v1/next-review?share=0,8&cases=20&in_time=12&format=text").text
    assert f"{stats.binom.pmf(12, 20, 0.8):.0%}" == "2%"
    assert "Netop 12 til tiden er der i 2 % af tilfældene" in said
    assert f"mindst 12 i {100 * stats.binom.sf(11, 20, 0.8):.0f} %" in said
    assert "Netop" not in client.get("/v1/next-review?share=0,8&cases=20&format=text").text
