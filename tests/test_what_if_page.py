"""The page What if: the form stands as it was written, and the answer is the simulation's."""

import re
from collections.abc import Iterator
from urllib.parse import urlencode
from xml.etree import ElementTree

import pytest
from fastapi.testclient import TestClient

from api.app import create_app
from api.pages.dials import DIALS
from api.pages.what_if import BREAK
from api.settings import Settings
from capacity.units import exact
from capacity.wording import Language, percent

LANGUAGES: tuple[Language, ...] = ("da", "en")
Element = ElementTree.Element


@pytest.fixture(scope="module")
def pages() -> Iterator[TestClient]:
    with TestClient(
        create_app(Settings(database=None, demo=True, patience=600)), base_url="http://localhost"
    ) as opened:
        assert opened.app.state.warm.wait(timeout=600)  # type: ignore[attr-defined]
        yield opened


def page(client: TestClient, status: int = 200, **query: str) -> Element:
    answer = client.get(f"/what-if?{urlencode(query)}")
    assert answer.status_code == status
    return ElementTree.fromstring(answer.text.removeprefix("<!DOCTYPE html>"))


def text(element: Element) -> str:
    written = "".join(element.itertext()).replace("\N{NO-BREAK SPACE}", " ")
    return " ".join(written.split())


def finding(root: Element) -> str:
    return next(text(each) for each in root.iter("p") if each.get("class") == "finding")


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_answer_is_the_curve_of_the_address(pages: TestClient, language: Language):
    said = finding(page(pages, extra_fte="2", lang=language))
    rows = pages.get(
        "/v1/staffing-curve?department=ishoej-2020&extra_fte=0;2&replications=512"
    ).json()["rows"]
    for row in rows:
        assert percent(exact(row["share_in_time"]), language) in said
    year = rows[1]["share_in_time_year_low"], rows[1]["share_in_time_year_high"]
    for end in year:
        assert percent(exact(end), language) in said


def test_the_reply_comes_in_parts_each_whole_and_the_last_is_the_page_s(pages: TestClient):
    reply = pages.get("/what-if/live?extra_fte=3,5")
    *parts, rest = reply.text.split(BREAK)
    assert rest == ""
    replications = [re.search(r"([\d.]+) simulerede", part) for part in parts]
    assert [found[1] for found in replications if found] == ["32", "64", "128", "256", "512"]
    whole = page(pages, extra_fte="3,5")
    assert finding(ElementTree.fromstring(f"<div>{parts[-1]}</div>")) == finding(whole)


@pytest.mark.parametrize("dial", [each.name for each in DIALS])
def test_every_dial_changes_the_answer_and_stands_as_it_was_written(pages: TestClient, dial: str):
    root = page(pages, extra_fte="0", **{dial: "-20"})
    assert "gennemsnitligt år" in finding(root)
    assert not finding(root).startswith("Som det er")
    written = {each.get("name"): each.get("value") for each in root.iter("input")}
    assert written[dial] == "-20"
    assert next(each for each in root.iter("details") if each.get("id") == "other-dials").get(
        "open"
    )


def test_the_best_order_of_work_and_a_merged_team_are_answered(pages: TestClient):
    assert "rækkefølgen" in finding(page(pages, extra_fte="0", policy="oldest_case")).lower()
    teams = pages.get("/v1/departments/fjordkoebing-2026").json()["teams"]
    other = next(each["slug"] for each in teams if each["slug"] != pages_headline(pages))
    said = finding(page(pages, department="fjordkoebing-2026", extra_fte="0", merge=other))
    assert "bliver til" in said


def pages_headline(client: TestClient) -> str:
    return str(client.get("/v1/departments/fjordkoebing-2026").json()["headline_team"])


@pytest.mark.parametrize(
    ("query", "says"),
    [
        ({"extra_fte": "to"}, "er ikke et tal"),
        ({"extra_fte": "-1"}, "ekstra fuldtidsstillinger skrives som"),
        ({"target": "120"}, "målet i procent"),
        ({"policy": "upside_down"}, "er ingen rækkefølge"),
        ({"watch": "nobody"}, "team:frist"),
        ({"extra_from": "2031-01-01"}, "ekstra personale fra"),
        ({"sickness": "-300"}, "0"),
    ],
)
def test_what_makes_no_sense_is_said_and_the_form_stands(pages: TestClient, query, says: str):
    root = page(pages, status=422, **query)
    assert says in text(root)
    written = {each.get("name"): each.get("value") for each in root.iter("input")}
    for name, value in query.items():
        if name in written:
            assert written[name] == value
    live = pages.get(f"/what-if/live?{urlencode(query)}")
    assert says in live.text


def test_a_team_that_is_not_there_is_said_so(pages: TestClient):
    root = page(pages, status=404, watch="nobody:statute.child_assessment")
    assert "nobody" in text(root)


def test_a_cpr_number_is_neither_kept_nor_repeated(pages: TestClient):
    answer = pages.get("/what-if?extra_fte=010203-1234")
    assert answer.status_code == 422
    assert "010203" not in answer.text
    assert "010203" not in pages.get("/what-if/live?extra_fte=010203-1234").text


def test_more_posts_than_the_slider_has_stretch_the_curve(pages: TestClient):
    root = page(pages, extra_fte="9")
    rows = next(each for each in root.iter("details") if each.get("id") == "levels-table")
    levels = [text(each) for each in rows.iter("th") if each.get("scope") == "row"]
    assert levels == ["0", "2", "4", "8", "9", "12"]
