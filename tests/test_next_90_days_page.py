"""The page The next 90 days: the sheet is the address's, and the review the binomial's."""

from collections.abc import Iterator
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

from capacity.next_review import next_review, review_sentence
from capacity.wording import Language, rounded, shown

PATH = "/next-90-days"


@pytest.fixture(scope="module")
def pages() -> Iterator[TestClient]:
    yield from opened_service()


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_numbers_are_those_of_their_addresses(pages: TestClient, language: Language):
    root = page(pages, PATH, lang=language, department=CITY, share="85")
    assert check_figures(pages, root, language) == 2
    check_soundness(root)
    assert check_addresses(pages, root) > 10


@pytest.mark.parametrize("department", ["ishoej-2020", CITY])
def test_the_sheet_is_the_table_of_the_address(pages: TestClient, department: str):
    root = page(pages, PATH, department=department)
    (table,) = of_class(root, "due")
    told = rows(pages, root, "/falling-due")
    printed = [
        [text(cell) for cell in row]
        for body in table.iter("tbody")
        for row in body
        if row.get("class") != "team"
    ]
    assert len(printed) * 3 == len(told)
    for number, cells in enumerate(printed):
        windows = told[3 * number : 3 * number + 3]
        assert [each["within_days"] for each in windows] == [30, 60, 90]
        assert cells[0] == windows[0]["deadline_name"]
        assert _count(cells[1]) == _whole(windows[0]["overdue"] + windows[0]["overdue_expected"])
        for place, row in enumerate(windows):
            due, hours = cells[2 + 2 * place], cells[3 + 2 * place]
            assert _count(due) == _whole(row["due"] + row["due_expected"])
            assert due.startswith("ca.") == (row["due_expected"] > 0)
            assert ("nye" in due) == (row["new_due"] >= 0.5)
            needed = row["hours_needed"] + row["overdue_hours"] + row["new_hours"]
            assert hours.removesuffix(" ▲") == shown(Fraction(needed), 0, "da")
            assert ("▲" in hours) == (not row["enough"])
        share = windows[2]["share_in_time"]
        assert cells[8] == ("–" if share is None else in_percent(share))
    teams = of_class(table, "team")
    hours = [row["hours_available"] for row in told if row["within_days"] == 90]
    assert {text(list(row)[-2]) for row in teams} == {
        shown(Fraction(each), 0, "da") for each in hours
    }


def _count(cell: str) -> str:
    return cell.removeprefix("ca. ").split()[0]


def _whole(number: float) -> str:
    return shown(Fraction(number), 0, "da")


def test_a_deadline_that_the_hours_do_not_reach_is_named_first(pages: TestClient):
    root = page(pages, PATH, department=CITY)
    short = [row for row in rows(pages, root, "/falling-due") if not row["enough"]]
    assert not short  # in neither demo; the words are those of the empty case
    assert findings(root)[0].startswith("Timerne rækker til hver af fristerne for sig.")


def test_without_a_share_the_review_is_of_the_simulated_one(pages: TestClient):
    root = page(pages, PATH)
    told = rows(pages, root, "/falling-due")
    row = next(
        each
        for each in told
        if each["within_days"] == 90
        and (each["team"], each["deadline"]) == ("paragraf-50", "statute.child_assessment")
    )
    share = Fraction(rounded(Fraction(row["share_in_time"]) * 100, 0)) / 100
    assert findings(root)[1] == review_sentence(next_review(share, 6)).da
    assert "er simuleret for de næste 90 dage" in text(root)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_written_share_and_number_of_cases_is_what_is_reviewed(
    pages: TestClient, language: Language
):
    root = page(pages, PATH, share="92,5", cases="14", lang=language)
    found = next_review(Fraction(925, 1000), 14)
    assert findings(root)[1] == review_sentence(found).in_language(language)
    (table,) = of_class(root, "chances")
    printed = [[text(cell) for cell in row] for row in table.find("tbody") or ()]
    told = rows(pages, root, "/v1/next-review")
    assert len(printed) == len(told) == 15
    for row, cells in zip(told, printed, strict=True):
        assert cells == [
            str(row["in_time"]),
            in_percent(row["chance"], language),
            in_percent(row["chance_of_at_least"], language),
        ]
    filled = of_class(root, "column-full")
    drawn = [each for each in found.counts[found.low : found.high + 1] if each.chance > 0]
    assert len(filled) == len(drawn)


@pytest.mark.parametrize(
    ("query", "says"),
    [
        ({"share": "180"}, "andel i procent, 0–100"),
        ({"share": "mange"}, "er ikke et tal"),
        ({"cases": "0"}, "skriv 1 eller flere"),
        ({"cases": "seks"}, "er ikke et antal"),
        ({"cases": "100000"}, "flere, end en gennemgang rummer"),
        ({"watch": "nobody:statute.child_assessment"}, "nobody"),
        ({"watch": "paragraf-50:statute.care_plan"}, "ingen sådan frist"),
    ],
)
def test_what_makes_no_sense_is_said_and_the_sheet_stands(pages: TestClient, query, says: str):
    answer = pages.get(f"{PATH}?{urlencode(query)}")
    assert answer.status_code in (404, 413, 422)
    root = ElementTree.fromstring(answer.text.removeprefix("<!DOCTYPE html>"))
    assert says in text(root)
    assert of_class(root, "due")


def test_the_sheet_has_a_style_of_its_own_for_paper(pages: TestClient):
    root = page(pages, PATH)
    sheets = [each.get("href") for each in root.iter("link") if each.get("rel") == "stylesheet"]
    assert "/static/next_90_days.css" in sheets
    style = pages.get("/static/next_90_days.css").text
    assert "@page { size: A4 landscape" in style
    assert "url(" not in style
    assert "next_90_days.css" not in pages.get("/over-time?months=99").text


def test_the_answers_alone_are_those_of_the_page(pages: TestClient):
    whole = page(pages, PATH, share="80")
    (answers,) = [each for each in whole.iter() if each.get("id") == "answers"]
    part = ElementTree.fromstring(f"<div>{pages.get(answers.get('data-follow', '')).text}</div>")
    assert text(part) == text(answers)
