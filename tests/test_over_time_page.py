"""The page Over time: the months are the address's, the plan that of What if, the ages counted."""

from collections.abc import Iterator
from datetime import date
from fractions import Fraction
from urllib.parse import urlencode
from xml.etree import ElementTree

import pytest
from fastapi.testclient import TestClient
from outlook_pages import (
    CITY,
    LANGUAGES,
    check_addresses,
    check_figures,
    check_soundness,
    findings,
    in_percent,
    of_class,
    opened_service,
    page,
    rows,
    text,
)

from api.pages import dials
from api.pages.over_time import TERMS
from api.routes.over_time import OverTimeQuestion
from capacity.wording import Language, month_in_words, shown

PATH = "/over-time"


@pytest.fixture(scope="module")
def pages() -> Iterator[TestClient]:
    yield from opened_service()


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_numbers_are_those_of_their_addresses(pages: TestClient, language: Language):
    root = page(pages, PATH, lang=language, department=CITY, extra_from="2026-07-01")
    assert check_figures(pages, root, language) == 4
    check_soundness(root)
    assert check_addresses(pages, root) > 10


def test_the_table_is_the_table_of_the_address_month_by_month(pages: TestClient):
    root = page(pages, PATH)
    (table,) = of_class(root, "months")
    told = rows(pages, root, "/over-time")
    before, after = ([row for row in told if row["side"] == side] for side in ("before", "after"))
    printed = [[text(cell) for cell in row] for row in table.find("tbody") or ()]
    assert len(printed) == len(before) == len(after) == 19
    for was, becomes, cells in zip(before, after, printed, strict=True):
        assert cells[0] == month_in_words(date.fromisoformat(was["month"]), "da")
        for cell, row in zip(cells[1:3], (was, becomes), strict=True):
            assert cell.startswith(f"{in_percent(row['share_in_time'])} (")
        assert cells[3].split()[0].lstrip("+−") == (
            in_percent(abs(becomes["share_difference"])).removesuffix(" %")
        )
        for cell, row in zip(cells[4:6], (was, becomes), strict=True):
            assert cell.split()[0] == shown(Fraction(row["open_cases"]), 0, "da")
        for cell, row in zip(cells[6:8], (was, becomes), strict=True):
            assert cell == shown(Fraction(row["caseload"]), 1, "da")
        for cell, row in zip(cells[8:10], (was, becomes), strict=True):
            assert cell == shown(Fraction(row["case_fte"]), 2, "da")


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_sentence_is_that_of_the_address(pages: TestClient, language: Language):
    said = findings(page(pages, PATH, lang=language))[0]
    asked = urlencode({"extra_fte": "2", "format": "text", "lang": language})
    answered = pages.get(f"/v1/departments/ishoej-2020/over-time?{asked}")
    assert said == answered.text.strip()


def test_hires_and_their_first_months_show(pages: TestClient):
    root = page(pages, PATH, extra_fte="2", extra_from="2020-07-01", ramp_up="6")
    assert "2 ekstra fuldtidsstillinger fra 1. juli 2020, fuldt inde fra 1. januar 2021" in text(
        root
    )
    after = [row for row in rows(pages, root, "/over-time") if row["side"] == "after"]
    before = [row for row in rows(pages, root, "/over-time") if row["side"] == "before"]
    more = {
        row["until"]: row["case_fte"] - was["case_fte"]
        for row, was in zip(after, before, strict=True)
    }
    assert more["2020-06-01"] == 0
    assert more["2020-07-01"] == pytest.approx(1)  # half of two
    assert 1 < more["2020-10-01"] < 2
    assert more["2021-01-01"] == pytest.approx(2)
    assert "fuldt inde" in " ".join(text(each) for each in of_class(root, "moment"))


def test_without_a_first_part_the_plan_is_that_of_the_page_what_if(pages: TestClient):
    """Both simulate the same people: at the end of a year as many open cases."""
    at_once = rows(pages, page(pages, PATH, ramp_up="0", months="12"), "/over-time")
    slowly = rows(pages, page(pages, PATH, months="12"), "/over-time")
    assert at_once[-1]["open_cases"] != slowly[-1]["open_cases"]
    assert at_once[len(at_once) // 2 - 1] == slowly[len(slowly) // 2 - 1]  # as it is
    link = next(
        each.get("href", "")
        for each in page(pages, PATH, extra_fte="3", sickness="-20").iter("a")
        if each.get("href", "").startswith("/what-if?") and "extra_fte=3" in each.get("href", "")
    )
    assert "sickness=-20" in link
    assert pages.get(link).status_code == 200


def test_nothing_changed_is_one_course(pages: TestClient):
    root = page(pages, PATH, extra_fte="0")
    assert "hvis intet ændres" in findings(root)[0]
    assert not of_class(root, "other")
    assert not of_class(root, "other-year")
    assert "med ændringen" not in findings(root)[0]


def test_a_merged_plan_is_followed_over_all_of_its_teams(pages: TestClient):
    query = {"department": CITY, "extra_fte": "0", "merge": "undersoegelse-syd"}
    root = page(pages, PATH, **query)
    told = rows(pages, root, "/over-time")
    assert {row["team"] for row in told} == {
        "undersoegelse-nord+undersoegelse-syd",
        "undersoegelse-nord-undersoegelse-syd",
    }
    assert "355 åbne sager i dag." in text(root)
    check_soundness(root)


def test_every_term_of_what_if_is_a_field_here_and_of_the_address(pages: TestClient):
    root = page(pages, PATH)
    named = {each.get("name") for each in root.iter() if each.tag in ("input", "select")}
    assert set(TERMS) - {"again"} <= named
    known = set(OverTimeQuestion.model_fields)
    assert set(dials.TERMS) - {"watch", "target"} <= known


def test_ages_are_drawn_against_the_deadline(pages: TestClient):
    root = page(pages, PATH, department=CITY, extra_fte="0")
    told = rows(pages, root, "/open-ages")
    (table,) = of_class(root, "ages")
    printed = [[text(cell) for cell in row] for row in table.find("tbody") or ()]
    assert [cells[1:] for cells in printed] == [
        [str(row["cases"]), str(row["overdue"])] for row in told
    ]
    assert sum(row["cases"] for row in told) == 170
    filled = of_class(root, "column-full")
    assert len(filled) == sum(row["overdue"] > 0 for row in told)
    assert "fristen" in text(root)


def test_ages_that_nobody_knows_are_said_and_not_drawn(pages: TestClient):
    root = page(pages, PATH, extra_fte="0")
    assert findings(root)[1].startswith("Ingen åbne sager, hvis alder er kendt")
    assert "39 åbne sager" in findings(root)[1]
    assert not of_class(root, "ages")
    ages = next(each for each in root.iter("section") if each.get("aria-labelledby") == "ages")
    assert "Der er ingen søjler at tegne for 39 åbne sager" in text(ages)
    offered = [each.get("href", "") for each in ages.iter("a")]
    assert [each for each in offered if "/edit?" in each and "part=files" in each]
    assert [each for each in offered if "/edit?" in each and "part=cases" in each]


def test_what_was_open_at_the_beginning_is_no_false_start(pages: TestClient):
    """A department at rest goes on as it is: its pile neither jumps nor misses every deadline."""
    told = rows(pages, page(pages, PATH, department=CITY, extra_fte="0"), "/over-time")
    before = [row for row in told if row["side"] == "before"]
    assert before[0]["share_in_time"] > 0.25
    assert all(row["share_in_time"] > 0.6 for row in before[1:6])
    assert max(row["open_cases"] for row in before[:6]) < 1.25 * 170


@pytest.mark.parametrize(
    ("query", "says"),
    [
        ({"extra_fte": "to"}, "er ikke et tal"),
        ({"months": "99"}, "antal måneder fra 1 til 36"),
        ({"ramp_up": "-1"}, "er ikke et antal"),
        ({"ramp_up": "80"}, "antal måneder fra 0 til 36"),
        ({"extra_from": "2019-01-01"}, "før afdelingens dato"),
        ({"watch": "nobody:statute.child_assessment"}, "nobody"),
        ({"policy": "upside_down"}, "er ingen rækkefølge"),
    ],
)
def test_what_makes_no_sense_is_said_and_the_form_stands(pages: TestClient, query, says: str):
    answer = pages.get(f"{PATH}?{urlencode(query)}")
    assert answer.status_code in (404, 422)
    root = ElementTree.fromstring(answer.text.removeprefix("<!DOCTYPE html>"))
    assert says in text(root)
    written = {each.get("name"): each.get("value") for each in root.iter("input")}
    for name, value in query.items():
        if name in written:
            assert written[name] == value


def test_the_answers_alone_are_those_of_the_page(pages: TestClient):
    whole = page(pages, PATH)
    (answers,) = [each for each in whole.iter() if each.get("id") == "answers"]
    part = ElementTree.fromstring(f"<div>{pages.get(answers.get('data-follow', '')).text}</div>")
    assert text(part) == text(answers)
