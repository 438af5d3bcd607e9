"""The page Goal: every number its address's, no salary guessed, and nothing written is lost."""

import itertools
import re
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from fractions import Fraction
from typing import Any
from urllib.parse import urlencode
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
PRICE = {"post_price": "560000", "price_year": "2024", "growth": "2", "source": "et eksempel"}
Element = ElementTree.Element


def document() -> dict[str, Any]:
    """A department with room to improve, and quickly simulated."""
    busy = small_department(caseworkers=2, arrivals_per_year="110")
    assessments = replace(busy.case_classes[0], slug="child-assessment")
    return DepartmentDocument.from_domain(replace(busy, case_classes=(assessments,))).as_json()


@pytest.fixture(scope="module")
def pages() -> Iterator[TestClient]:
    """A service that keeps nothing: calculations are done beside, and waited for."""
    settings = Settings(database=None, patience=600, at_once_steps=10**10)
    with TestClient(create_app(settings), base_url="http://localhost") as opened:
        assert opened.app.state.warm.wait(timeout=600)  # type: ignore[attr-defined]
        opened.post("/v1/departments", json=document()).raise_for_status()
        yield opened


def page(client: TestClient, status: int = 200, path: str = "/goal", **query: str) -> Element:
    answer = client.get(f"{path}?{urlencode(query)}")
    assert answer.status_code == status, answer.text
    return ElementTree.fromstring(answer.text.removeprefix("<!DOCTYPE html>"))


def text(element: Element) -> str:
    written = "".join(element.itertext()).replace("\N{NO-BREAK SPACE}", " ")
    return " ".join(written.split())


def part(root: Element, heading: str) -> Element:
    return next(each for each in root.iter("section") if each.get("aria-labelledby") == heading)


def finding(root: Element, heading: str) -> str:
    return next(text(e) for e in part(root, heading).iter("p") if e.get("class") == "finding")


def cells(root: Element, heading: str) -> list[list[str]]:
    return [
        [text(cell) for cell in row] for body in part(root, heading).iter("tbody") for row in body
    ]


def address(root: Element, path: str) -> str:
    """Where the page says that an answer is fetched as JSON."""
    links = (each.get("href", "") for each in root.iter("a"))
    return next(each for each in links if each.startswith(path) and "format=json" in each)


def in_percent(value: float, language: Language, digits: int = 0) -> str:
    return percent(exact(value), language, digits)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_least_is_that_of_its_cell_and_every_level_that_of_the_table(
    pages: TestClient, language: Language
):
    root = page(pages, lang=language)
    cell = next(
        each.get("value", "")
        for each in part(root, "least").iter("input")
        if each.get("name") == "path"
    )
    least = pages.get(f"{cell}&field=least&format=text").text
    big = next(e for e in part(root, "least").iter("p") if e.get("class") == "big")
    assert text(big).replace(",", ".").startswith(f"+{float(least):g}")
    rows = pages.get(address(root, "/v1/least-staff/levels")).json()["rows"]
    printed = cells(root, "least")
    assert len(rows) == len(printed) >= 2
    for row, found in zip(rows, printed, strict=True):
        assert float(found[0].replace(",", ".")) == row["extra_fte"]
        assert found[1].startswith(in_percent(row["probability"], language))
        low, high = row["probability_low"], row["probability_high"]
        sign = in_percent(high, language, 1)
        assert found[2] == f"{shown(exact(low) * 100, 1, language)}–{sign}"
        assert found[3] == in_percent(row["share_in_time"], language)
        assert row["probability"] == row["years_reached"] / row["years"]
    one = pages.get(f"{cell}&lang={language}").json()["rows"]
    assert [each for each in rows if each["is_least"]] == one
    said = pages.get(f"{cell}&format=text&lang={language}").text
    assert finding(root, "least") == " ".join(said.split())


def test_a_higher_certainty_takes_more_and_none_found_is_an_answer(pages: TestClient):
    less, more = (
        pages.get(f"/v1/least-staff?department=small&target=90%25&certainty={each}").json()
        for each in ("0,6", "0,95")
    )
    assert less["rows"][0]["least"] < more["rows"][0]["least"]
    none = "/v1/least-staff?department=small&target=1&certainty=0,99&most=1&replications=64"
    (row,) = pages.get(none).json()["rows"]
    assert (row["least"], row["is_least"], row["extra_fte"]) == (None, False, 1)
    assert pages.get(f"{none}&field=least&format=text").text == ""
    assert "Ingen bemanding op til 1" in pages.get(f"{none}&format=text").text


def test_nothing_is_priced_until_somebody_says_what_a_post_costs(pages: TestClient):
    root = page(pages)
    assert "gætter ingen løn" in text(part(root, "cost"))
    assert not list(part(root, "cost").iter("table"))
    assert {row[-1] for row in cells(root, "next")} == {"ingen pris skrevet"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_cost_is_that_of_its_address(pages: TestClient, language: Language):
    root = page(pages, lang=language, recruitment="25000", **PRICE)
    answer = pages.get(address(part(root, "cost"), "/v1/post-costs")).json()
    least = pages.get(address(root, "/v1/least-staff/levels")).json()["rows"][0]["least"]
    assert answer["fte"] == least
    (row,) = cells(root, "cost")
    names = ("part_year", "estimate_1", "estimate_2", "estimate_3", "full_year")
    assert row == [shown(exact(answer[name]), 0, language) for name in names]
    # Decided on 1 January and hired within 90 days: from the last day of March on.
    months = 9 + Fraction(1, 31)
    assert answer["part_year"] == pytest.approx(
        float(Fraction(least) * (560_000 * months / 12 + 25_000))
    )
    assert answer["estimate_1"] == pytest.approx(least * 560_000 * 1.02)
    assert "et eksempel" in finding(root, "cost")


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_each_post_gives_is_that_of_its_address(pages: TestClient, language: Language):
    root = page(pages, lang=language, **PRICE)
    rows = pages.get(address(part(root, "next"), "/v1/marginal-value")).json()["rows"]
    printed = cells(root, "next")
    assert len(rows) == len(printed) == 6
    for row, found in zip(rows, printed, strict=True):
        assert found[1] == in_percent(row["share_after"], language)
        more = shown(exact(row["more_in_time"]), 1, language)
        assert found[5].split()[0].lstrip("+") == more.replace("-", "\N{MINUS SIGN}")
        if row["price_of_kept"] is not None:
            assert found[6].split()[0] == shown(exact(row["price_of_kept"]), 0, language)
            assert row["price_of_kept"] == pytest.approx(560_000 / row["more_in_time"])
    assert rows[0]["price_of_kept"] is not None
    link = next(
        a for a in part(root, "next").iter("a") if "field=more_in_time" in a.get("href", "")
    )
    alone = pages.get(link.get("href", "")).text.replace(",", ".")
    assert float(alone) == rows[0]["more_in_time"]


def test_what_fuller_work_leaves_is_that_of_its_address(pages: TestClient):
    root = page(pages)
    found = pages.get(address(part(root, "fuller"), "/v1/fuller-work")).json()["rows"]
    rows = [each for each in found if each["extra_fte"] == each["added"]]
    printed = cells(root, "fuller")
    assert [row[0] for row in printed] == ["0 %", "25 %", "50 %"]
    assert [row[1] for row in printed] == [in_percent(e["share_in_time"], "da") for e in rows]
    shares = [each["share_in_time"] for each in rows]
    assert shares == sorted(shares, reverse=True)
    fails = rows[0]["fails_from"]
    assert fails is not None
    assert f"{in_percent(fails, 'da')} eller mere" in finding(root, "fuller")


def test_the_days_of_hiring_are_those_of_its_address_and_say_whose_they_are(pages: TestClient):
    root = page(pages)
    answer = pages.get(address(part(root, "when"), "/v1/hiring")).json()
    assert date.fromisoformat(answer["starts_on"]) == date(2024, 3, 31)
    assert finding(root, "when") == answer["sentence"]
    assert "Ansættelse på 90 dage er planlæggerens antagelse" in text(part(root, "when"))
    own = page(pages, hiring_days="30", ramp_up_months="3", first_share="60")
    assert "Ansættelse på 30 dage er det, I har skrevet" in text(part(own, "when"))
    assert "31. januar 2024 i 60 % af fuldt tempo" in finding(own, "when")


def test_the_best_mix_is_that_of_the_same_offers_sent_along(pages: TestClient):
    root = page(pages, amount="700000", overtime_price="400", overtime_hours="10", **PRICE)
    year = {"salary": 560000, "pension": 0, "price_year": 2024, "source": "et eksempel"}
    document = {
        "department": "small",
        "kroner": 700000,
        "budget_year": 2024,
        "prices": {"post": year, "growth": {str(each): 0.02 for each in range(2020, 2035)}},
        "offers": [
            {
                "unit": {
                    "kind": "added_posts",
                    "team": "assessment",
                    "fte": 0.5,
                    "from": "2024-03-31",
                    "ramp_up": {"months": 6, "first_share": 0.5},
                    "reason": "the same",
                },
                "most": 20,
            },
            {
                "unit": {
                    "kind": "overtime",
                    "team": "assessment",
                    "hours_per_week": 5,
                    "from": "2024-01-01",
                    "to": "2025-01-01",
                    "kroner_per_hour": 400,
                    "price_year": 2024,
                    "source": "the same",
                    "reason": "the same",
                },
                "most": 2,
            },
        ],
        "team": "assessment",
    }
    rows = pages.post("/v1/best-mix", json=document).json()["rows"]
    bodies = list(next(part(root, "mix").iter("table")).iter("tbody"))
    assert len(rows) == len(bodies) > 2
    for row, body in zip(rows, bodies, strict=True):
        name, numbers = ([text(cell) for cell in line] for line in body)
        assert name[0].endswith(row["what"])
        assert numbers[0].startswith(in_percent(row["share_in_time"], "da"))
        assert numbers[3] == shown(exact(row["part_year"]), 0, "da")
        assert row["part_year"] <= 700_000


@pytest.mark.parametrize(
    ("heading", "query", "says"),
    [
        ("cost", {"post_price": "meget"}, "er ikke et tal"),
        ("cost", {"post_price": "560000"}, "hvilket års lønninger"),
        ("cost", PRICE | {"source": ""}, "hvor prisen kommer fra"),
        ("cost", {k: v for k, v in PRICE.items() if k != "growth"}, "også hvis det er 0"),
        ("cost", PRICE | {"growth": "80"}, "stigningen om året fra"),
        ("cost", PRICE | {"budget_year": "20"}, "skriv et år"),
        ("when", {"hiring_days": "900"}, "dage til ansættelse"),
        ("when", {"first_share": "200"}, "andel"),
        ("mix", {"amount": "500000"}, "hvad en fuldtidsstilling koster"),
        ("mix", PRICE | {"amount": "-1"}, "over 0"),
        ("mix", PRICE | {"amount": "500000", "plan": "ingen-plan"}, "intet scenarie"),
    ],
)
def test_a_part_that_is_refused_says_why_and_the_others_stand(
    pages: TestClient, heading: str, query: dict[str, str], says: str
):
    answer = pages.get(f"/goal?{urlencode(query)}")
    assert answer.status_code in (404, 422)
    root = ElementTree.fromstring(answer.text.removeprefix("<!DOCTYPE html>"))
    assert says in text(part(root, heading))
    assert "er det mindste" in finding(root, "least")
    written = {each.get("name"): each.get("value") for each in root.iter("input")}
    assert all(written[name] == value for name, value in query.items() if name in written)
    broken = [e.get("name") for e in root.iter("input") if e.get("aria-invalid")]
    assert set(broken) <= set(query) | {"price_year", "source", "growth", "post_price"}


@pytest.mark.parametrize(
    ("query", "says"),
    [
        ({"target": "120"}, "højst 100"),
        ({"target": "x"}, "er ikke et tal"),
        ({"certainty": "100"}, "højst 99"),
        ({"watch": "nobody:statute.child_assessment"}, "nobody"),
        ({"watch": "nobody"}, "team:frist"),
    ],
)
def test_a_target_that_cannot_be_is_refused_and_the_form_stands(
    pages: TestClient, query: dict[str, str], says: str
):
    answer = pages.get(f"/goal?{urlencode(query)}")
    assert answer.status_code in (404, 422)
    root = ElementTree.fromstring(answer.text.removeprefix("<!DOCTYPE html>"))
    assert says in text(root)
    written = {each.get("name"): each.get("value") for each in root.iter("input")}
    assert all(written[name] == value for name, value in query.items() if name in written)


def test_a_cpr_number_is_neither_kept_nor_repeated(pages: TestClient):
    for path in ("/goal", "/goal/answers"):
        answer = pages.get(f"{path}?source=010203-1234")
        assert "010203" not in answer.text


def test_the_other_language_shows_the_same_view(pages: TestClient):
    root = page(pages, certainty="70", **PRICE)
    link = next(a for a in root.iter("a") if a.get("hreflang") == "en").get("href", "")
    other = ElementTree.fromstring(pages.get(link).text.removeprefix("<!DOCTYPE html>"))
    written = {each.get("name"): each.get("value") for each in other.iter("input")}
    assert written["certainty"] == "70"
    assert written["source"] == "et eksempel"
    assert "full-time post" in finding(other, "least")


@pytest.mark.parametrize("name", ["chance", "gain"])
def test_a_chart_is_fetched_as_a_file_that_stands_alone(pages: TestClient, name: str):
    drawn = pages.get(f"/goal/{name}.svg?lang=en")
    assert drawn.headers["content-type"] == "image/svg+xml"
    picture = ElementTree.fromstring(drawn.text)
    said = " ".join(picture.itertext())
    assert "512 simulated years" in said
    assert "timeliness, not lawfulness" in said
    pixels = pages.get(f"/goal/{name}.png?")
    assert pixels.content.startswith(b"\x89PNG")
    assert pages.get("/goal/other.svg").status_code == 422


def test_the_page_is_well_made(pages: TestClient):
    for language in LANGUAGES:
        root = page(pages, lang=language, amount="700000", **PRICE)
        ids = [each.get("id") for each in root.iter() if each.get("id")]
        assert len(ids) == len(set(ids))
        for name in ("aria-labelledby", "aria-describedby"):
            for each in root.iter():
                assert set(each.get(name, "").split()) <= set(ids)
        levels = [int(e.tag[1]) for e in root.iter() if re.fullmatch("h[1-6]", e.tag)]
        assert levels[0] == 1
        assert all(b <= a + 1 for a, b in itertools.pairwise(levels))
        assert not [e for e in root.iter() if e.get("style") or e.get("onclick")]
        named = [e for e in root.iter("input") if e.get("type") == "text"]
        assert named


# Jobs


@pytest.fixture
def idle(tmp_path) -> Iterator[TestClient]:
    """A service whose jobs other processes would do: here they wait."""
    settings = Settings(database=tmp_path / "planner.sqlite", workers=0, patience=0)
    with TestClient(
        create_app(settings), base_url="http://localhost", follow_redirects=False
    ) as opened:
        assert opened.app.state.warm.wait(timeout=600)  # type: ignore[attr-defined]
        opened.post("/v1/departments", json=document()).raise_for_status()
        yield opened


def going(root: Element) -> list[Element]:
    return [each for each in root.iter() if each.get("data-going")]


def test_what_is_not_done_yet_has_a_bar_and_loads_itself_without_a_script(idle: TestClient):
    root = page(idle)
    assert len(going(root)) == 2
    assert len(list(root.iter("progress"))) == 2
    (refresh,) = [e for e in root.iter("meta") if e.get("http-equiv") == "refresh"]
    assert refresh.get("content") == "3"
    before = {row["id"] for row in idle.get("/v1/jobs").json()["rows"]}
    page(idle)  # a reload in the middle
    assert {row["id"] for row in idle.get("/v1/jobs").json()["rows"]} == before
    assert len(before) == 2


def test_a_calculation_is_stopped_and_begun_again(idle: TestClient):
    root = page(idle, target="85")
    form = next(f for f in root.iter("form") if f.get("action", "").endswith("/cancel"))
    back = next(e.get("value", "") for e in form.iter("input") if e.get("name") == "back")
    stopped = idle.post(form.get("action", ""), data={"back": back})
    assert (stopped.status_code, stopped.headers["location"]) == (303, back)
    root = ElementTree.fromstring(idle.get(back).text.removeprefix("<!DOCTYPE html>"))
    assert "Beregningen er stoppet" in text(root)
    assert len(going(root)) == 1
    again = next(a.get("href", "") for a in root.iter("a") if text(a) == "Regn igen")
    root = ElementTree.fromstring(idle.get(again).text.removeprefix("<!DOCTYPE html>"))
    assert len(going(root)) == 2


@pytest.mark.parametrize("back", ["https://elsewhere.dk/", "//elsewhere.dk/", "/\\elsewhere.dk"])
def test_no_form_leads_to_another_site(idle: TestClient, back: str):
    page(idle)
    id_ = idle.get("/v1/jobs").json()["rows"][0]["id"]
    answer = idle.post(f"/calculations/{id_}/cancel", data={"back": back})
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    assert idle.post("/calculations/nobody/cancel").status_code == 404


def test_a_job_s_answer_is_the_page_s_and_found_by_its_address(tmp_path):
    settings = Settings(database=tmp_path / "planner.sqlite", patience=0, at_once_steps=0)
    with TestClient(create_app(settings), base_url="http://localhost") as client:
        assert client.app.state.warm.wait(timeout=600)  # type: ignore[attr-defined]
        client.post("/v1/departments", json=document()).raise_for_status()
        until = time.monotonic() + 300
        while "data-going" in (answers := client.get("/goal/answers").text):
            assert time.monotonic() < until
            time.sleep(0.2)
        whole = page(client)
        assert finding(ElementTree.fromstring(f"<div>{answers}</div>"), "least") == finding(
            whole, "least"
        )
        assert not [e for e in whole.iter("meta") if e.get("http-equiv")]
        jobs = client.get("/v1/jobs").json()["rows"]
        assert {each["kind"] for each in jobs} == {"least-staff", "marginal-value", "fuller-work"}
        for each in jobs:
            assert each["done"] == each["total"] > 0
            assert client.get(each["path"]).status_code == 200
        assert len(client.get("/v1/jobs").json()["rows"]) == 3
