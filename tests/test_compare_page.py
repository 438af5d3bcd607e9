"""The page Compare: every number its address's, a waterfall that adds up, and plain refusals."""

import itertools
import re
import time
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit
from xml.etree import ElementTree

import pytest
from fastapi.testclient import TestClient
from small_department import small_department

from api.app import create_app
from api.documents import DepartmentDocument
from api.settings import Settings
from capacity.units import exact
from capacity.wording import Language, percent, shown

LANGUAGES: tuple[Language, ...] = ("da", "en")
DEADLINE = "statute.child_assessment"
Element = ElementTree.Element
PRICES = {
    "post": {"salary": 480000, "pension": 0, "price_year": 2024, "source": "et eksempel"},
    "growth": {str(year): 0.02 for year in range(2024, 2030)},
}
ONE_MORE = {
    "kind": "added_posts",
    "team": "assessment",
    "fte": 1,
    "from": "2024-01-01",
    "reason": "flere hænder",
}
QUICKER = {"kind": "effort", "factor": 0.9, "reason": "antaget", "said_by": "en prøve"}
PLANS: dict[str, dict[str, Any]] = {
    "en-mere": {"name": "Én mere", "changes": [ONE_MORE], "prices": PRICES},
    "hurtigere": {"name": "En mere & hurtigere", "changes": [ONE_MORE, QUICKER], "prices": PRICES},
    "uden-pris": {"name": "Én mere uden pris", "changes": [ONE_MORE]},
    "gemt-vaek": {"name": "Gemt væk", "changes": [QUICKER]},
}


def keep(client: TestClient, slug: str, department: str = "small@1") -> None:
    plan = {"format": 1, "slug": slug, "department": department, **PLANS[slug]}
    client.post("/v1/scenarios", json=plan).raise_for_status()


def document(**changed: Any) -> dict[str, Any]:
    busy = small_department(caseworkers=2, arrivals_per_year="110")
    assessments = replace(busy.case_classes[0], slug="child-assessment")
    made = replace(busy, case_classes=(assessments,), **changed)
    return DepartmentDocument.from_domain(made).as_json()


@pytest.fixture(scope="module")
def pages() -> Iterator[TestClient]:
    settings = Settings(database=None, patience=600, at_once_steps=10**10)
    with TestClient(create_app(settings), base_url="http://localhost") as opened:
        assert opened.app.state.warm.wait(timeout=600)  # type: ignore[attr-defined]
        opened.post("/v1/departments", json=document()).raise_for_status()
        opened.post("/v1/departments", json=document(slug="empty")).raise_for_status()
        for slug in PLANS:
            keep(opened, slug)
        kept = opened.get("/v1/scenarios/gemt-vaek")
        opened.post(
            "/v1/scenarios/gemt-vaek/archive",
            json={"reason": "prøve"},
            headers={"If-Match": kept.headers["etag"]},
        ).raise_for_status()
        yield opened


def page(client: TestClient, status: int = 200, **query: str) -> Element:
    answer = client.get(f"/compare?{urlencode({'department': 'small', **query})}")
    assert answer.status_code == status, answer.text
    return ElementTree.fromstring(answer.text.removeprefix("<!DOCTYPE html>"))


def text(element: Element) -> str:
    written = "".join(element.itertext()).replace("\N{NO-BREAK SPACE}", " ")
    return " ".join(written.split())


def part(root: Element, heading: str) -> Element:
    return next(each for each in root.iter("section") if each.get("aria-labelledby") == heading)


def number(cell: str) -> float:
    return float(cell.replace(",", "."))


def links(root: Element) -> list[tuple[str, str, str]]:
    """What is printed, its address, and the field that is asked for."""
    found = []
    for each in root.iter("a"):
        href = each.get("href", "")
        if "format=text" in href:
            found.append((text(each), href, parse_qs(urlsplit(href).query)["field"][0]))
    return found


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_number_is_what_its_cell_answers(pages: TestClient, language: Language):
    root, fetched = page(pages, lang=language), 0
    shown_here = links(part(root, "kept")) + links(part(root, "price"))
    # Each is simulated anew in a service that keeps nothing: half of them in each language.
    for printed, href, _ in shown_here[LANGUAGES.index(language) :: 2]:
        answered = pages.get(href)
        assert answered.status_code == 200, answered.text
        value = exact(number(answered.text))
        plain = printed.replace("\N{MINUS SIGN}", "-").lstrip("+")
        shapes = {percent(value, language), shown(value * 100, 0, language)}
        shapes |= {shown(value, digits, language) for digits in (0, 1)}
        assert plain in shapes, (printed, answered.text, href)
        fetched += 1
    assert fetched > 10


def test_a_number_of_one_team_is_fetched_as_that_team_s(pages: TestClient):
    asked = [parse_qs(urlsplit(href).query) for _, href, _ in links(part(page(pages), "kept"))]
    teams = {(each["key"][0], each["row_team"][0]) for each in asked}
    assert (DEADLINE, "assessment") in teams
    assert ("caseload", "all") in teams
    assert len({key for key, _ in teams}) == len(teams)


def test_the_difference_and_its_ranges_are_those_of_the_comparison(pages: TestClient):
    root = page(pages)
    body = next(part(root, "kept").iter("tbody"))
    first = [text(cell) for cell in next(iter(body))]
    for place, slug in enumerate(("en-mere", "hurtigere", "uden-pris")):
        rows = pages.get(f"/v1/scenarios/{slug}@1/comparison?key={DEADLINE}").json()["rows"]
        (row,) = [each for each in rows if each["team"] == "assessment"]
        assert first[1].startswith(percent(exact(row["before"]), "da"))
        cell = first[2 + place].replace("\N{MINUS SIGN}", "-")
        assert cell.startswith(percent(exact(row["after"]), "da"))
        assert f"+{shown(exact(row['difference']) * 100, 0, 'da')} point" in cell
        low, high = row["difference_low"], row["difference_high"]
        ends = (f"+{shown(exact(each) * 100, 1, 'da')}" for each in (low, high))
        assert f"({' til '.join(ends)})" in cell
        assert f"til +{shown(exact(row['year_high']) * 100, 0, 'da')}" in cell
    assert "er ikke opgjort" in text(part(root, "kept"))


def test_an_avoided_late_case_costs_the_plan_over_those_avoided(pages: TestClient):
    root = page(pages)
    for slug in ("en-mere", "hurtigere"):
        found = pages.get(f"/v1/scenarios/{slug}@1/comparison").json()["rows"]
        rows = {each["key"]: each for each in found if each["team"] in ("assessment", None)}
        kroner = next(each["difference"] for each in found if each["key"] == "kroner")
        late = [
            (rows[DEADLINE][f"due_{side}"] - rows[DEADLINE][f"in_time_{side}"]) / 512
            for side in ("before", "after")
        ]
        price = shown(exact(kroner / (late[0] - late[1])), 0, "da")
        assert price in text(part(root, "price"))
    assert "Plan C har ændringer, som ingen har skrevet prisen på" in text(part(root, "price"))


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_waterfall_is_that_of_its_address_and_what_is_printed_adds_up(
    pages: TestClient, language: Language
):
    root = page(pages, lang=language, apart="hurtigere@1")
    fall = part(root, "fall")
    for printed, href, _ in links(fall):
        share = exact(number(pages.get(href).text))
        plain = printed.replace("\N{MINUS SIGN}", "-").lstrip("+")
        assert plain == shown(share * 100, 1, language)
    printed = [text(row[1]) for row in next(fall.iter("tbody"))]
    *steps, after = (
        Decimal(each.replace("\N{MINUS SIGN}", "-").replace(",", ".")) for each in printed
    )
    assert sum(steps, Decimal(0)) == after
    assert len(printed) == 6  # before, two changes, their interaction, rounding, after
    assert len(links(fall)) == 5


def test_one_step_and_one_row_can_be_asked_for_alone(pages: TestClient):
    answer = pages.get("/v1/scenarios/hurtigere/waterfall?number=1&field=share&format=text")
    assert 0 < number(answer.text) < 1
    assert pages.get("/v1/scenarios/hurtigere/waterfall?number=9").status_code == 422
    refused = pages.get("/v1/scenarios/en-mere/comparison?key=caseload&row_team=nobody")
    assert refused.status_code == 422
    whole = pages.get("/v1/scenarios/en-mere/comparison?key=caseload&row_team=all").json()["rows"]
    assert [(each["key"], each["team"]) for each in whole] == [("caseload", None)]


def test_a_choice_is_shown_alone_and_stands_in_the_form(pages: TestClient):
    root = page(pages, two="hurtigere@1")
    assert text(next(part(root, "plans").iter("dt"))) == "A: En mere & hurtigere"
    assert len(list(part(root, "plans").iter("dt"))) == 1
    chosen = [
        option.get("value")
        for select in root.iter("select")
        for option in select
        if option.get("selected") and option.get("value")
    ]
    assert chosen[0] == "hurtigere@1"
    twice = page(pages, one="en-mere", two="en-mere@1")
    assert len(list(part(twice, "plans").iter("dt"))) == 1


def test_what_is_put_away_is_not_offered(pages: TestClient):
    root = page(pages)
    assert "Gemt væk" not in text(root)
    assert len(list(part(root, "plans").iter("dt"))) == 3


def test_a_department_without_plans_says_what_a_plan_is(pages: TestClient):
    root = page(pages, department="empty")
    assert "Der er ingen gemte planer" in text(root)
    assert not [each for each in root.iter() if each.get("data-going")]


@pytest.mark.parametrize(
    ("query", "status", "says"),
    [
        ({"one": "ingen-plan"}, 404, "intet scenarie"),
        ({"one": "en-mere", "department": "empty"}, 422, "vælg planer på samme udgave"),
        ({"apart": "gemt-vaek"}, 422, "ikke blandt de valgte"),
        ({"watch": "nobody:x"}, 422, "vælg i listen"),
    ],
)
def test_what_cannot_be_compared_is_said(
    pages: TestClient, query: dict[str, str], status: int, says: str
):
    root = page(pages, status, **query)
    assert says in text(root)
    if {"apart", "watch"} & set(query):
        assert list(part(root, "kept").iter("table"))


def test_the_other_language_shows_the_same_view(pages: TestClient):
    root = page(pages, one="hurtigere@1", watch=f":{DEADLINE}")
    link = next(a for a in root.iter("a") if a.get("hreflang") == "en").get("href", "")
    other = ElementTree.fromstring(pages.get(link).text.removeprefix("<!DOCTYPE html>"))
    assert text(next(part(other, "plans").iter("dt"))) == "A: En mere & hurtigere"
    assert "all teams together" in text(part(other, "fall"))


@pytest.mark.parametrize("name", ["comparison", "waterfall"])
def test_a_chart_is_fetched_as_a_file_that_stands_alone(pages: TestClient, name: str):
    drawn = pages.get(f"/compare/{name}.svg?department=small&lang=en")
    assert drawn.headers["content-type"] == "image/svg+xml"
    picture = ElementTree.fromstring(drawn.text)
    said = " ".join(picture.itertext())
    assert "512 simulated years" in said
    assert "timeliness, not lawfulness" in said
    pixels = pages.get(f"/compare/{name}.png?department=small&")
    assert pixels.content.startswith(b"\x89PNG")
    assert pages.get("/compare/other.svg").status_code == 422


def test_the_page_is_well_made(pages: TestClient):
    for language in LANGUAGES:
        root = page(pages, lang=language)
        ids = [each.get("id") for each in root.iter() if each.get("id")]
        assert len(ids) == len(set(ids))
        for name in ("aria-labelledby", "aria-describedby"):
            for each in root.iter():
                assert set(each.get(name, "").split()) <= set(ids)
        levels = [int(e.tag[1]) for e in root.iter() if re.fullmatch("h[1-6]", e.tag)]
        assert all(b <= a + 1 for a, b in itertools.pairwise(levels))
        assert not [e for e in root.iter() if e.get("style") or e.get("onclick")]


def test_a_job_that_goes_on_is_followed_and_ends_in_the_same_numbers(
    pages: TestClient, tmp_path
) -> None:
    settings = Settings(database=tmp_path / "planner.sqlite", patience=0)
    with TestClient(create_app(settings), base_url="http://localhost") as client:
        assert client.app.state.warm.wait(timeout=600)  # type: ignore[attr-defined]
        client.post("/v1/departments", json=document()).raise_for_status()
        keep(client, "en-mere")
        first = client.get("/compare?department=small").text
        assert "data-going" in first
        assert 'http-equiv="refresh"' in first
        until = time.monotonic() + 300
        while "data-going" in client.get("/compare/answers?department=small").text:
            assert time.monotonic() < until
            time.sleep(0.2)
        own = part(page(client), "kept")
        other = part(page(pages, one="en-mere@1"), "kept")
        assert text(next(own.iter("table"))) == text(next(other.iter("table")))
        assert {e["kind"] for e in client.get("/v1/jobs").json()["rows"]} == {
            "comparison",
            "waterfall",
        }


def test_plans_on_an_older_version_are_counted_and_not_shown(tmp_path) -> None:
    settings = Settings(database=tmp_path / "planner.sqlite", patience=0, workers=0)
    with TestClient(create_app(settings), base_url="http://localhost") as client:
        assert client.app.state.warm.wait(timeout=600)  # type: ignore[attr-defined]
        client.post("/v1/departments", json=document()).raise_for_status()
        keep(client, "en-mere")
        more = document(open_cases=1)
        kept = client.get("/v1/departments/small")
        client.put(
            "/v1/departments/small", json=more, headers={"If-Match": kept.headers["etag"]}
        ).raise_for_status()
        root = page(client)
        assert "1 gemte planer hører til en tidligere udgave" in text(root)
        assert not [each for each in root.iter() if each.get("data-going")]
        older = page(client, department="small@1")
        assert [each for each in older.iter() if each.get("data-going")]


def test_interaction_of_the_two_changes_is_what_is_left(pages: TestClient):
    rows = pages.get("/v1/scenarios/hurtigere/waterfall?team=assessment").json()["rows"]
    shares = [Fraction(each["share"]) for each in rows]
    assert float(sum(shares[:-1])) == pytest.approx(float(shares[-1]))
