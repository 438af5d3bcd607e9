"""What every page warns of: an unchecked rule, a change of law, few cases, a model not fitted."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

import pytest
from fastapi.testclient import TestClient
from page_forms import Element, of_class, text, tree
from small_department import BOTH, small_department

from api.app import create_app
from api.documents import DepartmentDocument
from api.pages import figures, frame
from api.pages.sheets import SHEETS
from api.settings import Settings
from capacity.department import Department, Observation
from capacity.doubts import law_changes, owed_rules, unchecked_rules
from capacity.rulebook import rulebook
from capacity.wording import Language

BOOK = rulebook()
LANGUAGES: tuple[Language, ...] = ("da", "en")
PATHS = [sheet.path for sheet in SHEETS]
CHANGE = date(2024, 1, 1)
"""The Children Act came into force."""


def department(slug: str, on: date, *counts: tuple[int, int]) -> Department:
    made = small_department(on=on)
    cases = tuple(replace(each, slug="child-assessment") for each in made.case_classes)
    observations = tuple(
        Observation(label=BOTH, kept=kept, due=due, source=BOTH, deadline=made.headline_deadline)
        for kept, due in counts
    )
    return replace(made, slug=slug, case_classes=cases, observations=observations)


@pytest.fixture(scope="module")
def pages() -> Iterator[TestClient]:
    settings = Settings(database=None, workers=0, patience=0)
    with TestClient(create_app(settings), base_url="http://localhost") as opened:
        for each in (
            department("before", date(2023, 6, 1), (2, 6), (300, 400)),
            department("after", date(2024, 1, 1), (300, 400)),
        ):
            sent = DepartmentDocument.from_domain(each).as_json()
            opened.post("/v1/departments", json=sent).raise_for_status()
        yield opened


def page(client: TestClient, path: str, department: str, **query: str) -> Element:
    answer = client.get(path, params={"department": department, **query})
    assert answer.status_code == 200, answer.text
    return tree(answer)


def warnings(root: Element) -> list[str]:
    return [text(each) for each in of_class(root, "warning")]


@pytest.mark.parametrize("path", PATHS)
def test_a_period_across_a_change_of_law_is_said_on_every_page(pages: TestClient, path: str):
    (said,) = [each for each in warnings(page(pages, path, "before")) if "lovændring" in each]
    assert "1. januar 2024" in said
    assert "Børnefaglig undersøgelse afsluttet" in said
    english = warnings(page(pages, path, "before", lang="en"))
    assert any("change of law" in each and "1 January 2024" in each for each in english)
    assert not any("lovændring" in each for each in warnings(page(pages, path, "after")))


def test_the_period_is_that_of_the_page():
    rules = owed_rules(department("small", date(2023, 6, 1)), BOOK)
    assert not list(law_changes(rules, date(2023, 6, 1), CHANGE))
    assert len(list(law_changes(rules, date(2023, 6, 1), date(2024, 1, 2)))) == 1
    assert not list(law_changes(rules, CHANGE, date(2025, 1, 1))), "all of it is after"


def test_months_of_their_own_make_the_period_longer_or_shorter(pages: TestClient):
    """From 1 June 2023 seven months end on the day before the change."""
    for months, is_across in (("7", False), ("8", True)):
        said = warnings(page(pages, "/over-time", "before", months=months))
        assert any("lovændring" in each for each in said) is is_across


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_rule_that_nobody_has_checked_for_a_year_is_said_on_every_page(
    pages: TestClient, monkeypatch: pytest.MonkeyPatch, path: str, language: Language
):
    words = {"da": "mere end et år kontrolleret", "en": "more than a year nobody has checked"}
    assert not any(words[language] in each for each in warnings(page(pages, path, "after")))
    checked = BOOK["statute.child_assessment"].last_checked
    late = checked.replace(year=checked.year + 2)
    monkeypatch.setattr(frame, "today", lambda: late)
    said = warnings(page(pages, path, "after", lang=language))
    assert any(words[language] in each for each in said)


def test_a_rule_is_unchecked_from_the_day_after_a_year_on():
    rule = BOOK["statute.child_assessment"]
    a_year_on = rule.last_checked.replace(year=rule.last_checked.year + 1)
    assert unchecked_rules((rule,), a_year_on) is None
    said = unchecked_rules((rule,), date.fromordinal(a_year_on.toordinal() + 1))
    assert said is not None
    assert rule.label.da in said.da
    assert unchecked_rules((), date(2999, 1, 1)) is None


def test_the_rule_behind_a_number_says_so_too(pages: TestClient, monkeypatch: pytest.MonkeyPatch):
    fresh = " ".join(text(each) for each in of_class(page(pages, "/", "after"), "rule"))
    assert "over et år" not in fresh
    monkeypatch.setattr(figures, "today", lambda: date(2999, 1, 1))
    stale = of_class(page(pages, "/", "after"), "rule")
    assert stale
    assert all("Ingen har kontrolleret i over et år" in text(each) for each in stale)


def test_a_count_of_few_cases_is_said_to_be_one(pages: TestClient):
    root = page(pages, "/", "before")
    (said,) = [each for each in warnings(root) if "optællinger" in each]
    assert said.startswith("1 af 2 optællinger har under 30 sager")
    rows = [text(each) for each in of_class(root, "counts")[0].iter("summary")]
    assert [each.endswith("(få sager)") for each in rows] == [True, False]
    assert not any("optællinger" in each for each in warnings(page(pages, "/", "after")))


@pytest.mark.parametrize("path", PATHS)
def test_a_department_that_is_not_fitted_says_so_on_every_page(pages: TestClient, path: str):
    said = text(of_class(page(pages, path, "after"), "source")[0])
    assert "modellen er ikke tilpasset afdelingens egen historie" in said
    english = text(of_class(page(pages, path, "after", lang="en"), "source")[0])
    assert "not fitted to the department’s own history" in english
