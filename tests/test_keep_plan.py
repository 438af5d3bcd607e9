"""Keeping what the page What if tries: the scenario's numbers are those that stood on the page."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from fastapi.testclient import TestClient
from page_forms import Element, alerts, fields_of, of_class, sent, text, tree
from small_department import small_department

from api.app import create_app
from api.documents import DepartmentDocument
from api.settings import Settings
from capacity.wording import Language

LANGUAGES: tuple[Language, ...] = ("da", "en")
TOWN, CITY, DEADLINE = "ishoej-2020", "fjordkoebing-2026", "statute.child_assessment"
LUCK = {"seed": "3", "replications": "32"}
SAME = (
    ("share_before", "before"),
    ("share_before_low", "before_low"),
    ("share_after", "after"),
    ("share_after_low", "after_low"),
    ("share_after_high", "after_high"),
    ("difference", "difference"),
    ("difference_low", "difference_low"),
    ("difference_high", "difference_high"),
    ("difference_year_low", "year_low"),
    ("difference_year_high", "year_high"),
)
"""What an answer about a change and a comparison of a scenario call the same number."""


@pytest.fixture(scope="module")
def pages() -> Iterator[TestClient]:
    """The service with the demo departments, whose comparisons are answered at once."""
    settings = Settings(database=None, demo=True, patience=600, at_once_steps=10**10)
    with TestClient(
        create_app(settings), base_url="http://localhost", follow_redirects=False
    ) as opened:
        assert opened.app.state.warm.wait(timeout=600)  # type: ignore[attr-defined]
        opened.post("/v1/departments", json=small()).raise_for_status()
        yield opened


def small() -> dict[str, Any]:
    """A department whose comparison is quick, for what the page Compare prints."""
    busy = small_department(caseworkers=2, arrivals_per_year="110")
    assessments = replace(busy.case_classes[0], slug="child-assessment")
    return DepartmentDocument.from_domain(replace(busy, case_classes=(assessments,))).as_json()


def page(client: TestClient, **query: str) -> Element:
    return tree(client.get(f"/what-if?{urlencode(query)}"))


def kept(client: TestClient, name: str, **query: str) -> Any:
    """Send the form of the page as a browser without scripts would."""
    forms = [each for each in page(client, **query).iter("form") if each.get("method") == "post"]
    form = next(each for each in forms if each.get("data-plan"))
    fields = [(field, name if field == "name" else value) for field, value in fields_of(form)]
    return sent(client, form, fields)


def slug_of(answer: Any) -> str:
    assert answer.status_code == 303, answer.text
    (address,) = parse_qs(urlsplit(answer.headers["location"]).query)["one"]
    return address.partition("@")[0]


def same_numbers(client: TestClient, slug: str, department: str, terms: Mapping[str, str]) -> None:
    """The scenario, compared with the department, says what the page's address says."""
    team, _, deadline = terms.get("watch", ":").partition(":")
    of = {"team": team, "deadline": deadline} if team else {}
    changed = {name: value for name, value in terms.items() if name != "watch"}
    asked = {"department": department, **of, **changed, **LUCK}
    tried = client.get(f"/v1/what-if?{urlencode(asked)}").json()
    merged = "merge" in terms
    rows = client.get(
        f"/v1/scenarios/{slug}/comparison?"
        + urlencode(
            {
                "key": tried["deadline"],
                "row_team": "all" if merged else tried["team"],
                "team": tried["team"],
                **LUCK,
            }
        )
    ).json()["rows"]
    assert len(rows) == 1
    for of_the_page, of_the_plan in SAME:
        assert merged or tried[of_the_page] == rows[0][of_the_plan], of_the_page
    assert tried["share_after"] == rows[0]["after"]


@pytest.mark.parametrize(
    "terms",
    [
        {"extra_fte": "2"},
        {"extra_fte": "1,5", "extra_from": "2020-06-01"},
        {"extra_fte": "0", "other_duties": "30"},
        {"extra_fte": "0", "sickness": "-25", "turnover": "-50"},
        {"extra_fte": "0", "inflow": "12,5", "effort": "-7.5", "waiting": "-20"},
        {"extra_fte": "0", "caseload_limit": "18", "policy": "oldest_case"},
        {
            "watch": "basisteam-1:statute.follow_up_first",
            "extra_fte": "2,25",
            "other_duties": "-10",
            "sickness": "20",
            "inflow": "-5",
            "policy": "shared_attention",
        },
    ],
    ids=lambda terms: " ".join(terms),
)
def test_a_kept_plan_says_the_numbers_of_the_page(pages: TestClient, terms: dict[str, str]):
    name = f"Prøve {' '.join(terms.values())}"
    same_numbers(pages, slug_of(kept(pages, name, department=TOWN, **terms)), TOWN, terms)


@pytest.mark.parametrize("extra", ["0", "2"])
def test_a_kept_merger_says_the_numbers_of_the_page(pages: TestClient, extra: str):
    terms = {
        "watch": f"undersoegelse-nord:{DEADLINE}",
        "extra_fte": extra,
        "merge": "undersoegelse-syd",
    }
    answer = kept(pages, f"Læg sammen {extra}", department=CITY, **terms)
    same_numbers(pages, slug_of(answer), CITY, terms)
    query = parse_qs(urlsplit(answer.headers["location"]).query)
    assert "watch" not in query, "the team is not there afterwards"


def test_what_the_page_prints_the_comparison_prints(pages: TestClient):
    answer = kept(pages, "To mere", extra_fte="2", department="small")
    sides = next(
        each
        for each in page(pages, extra_fte="2", department="small").iter("table")
        if "sides" in each.get("class", "")
    )
    printed = [
        text(cell) for cell in next(row for row in sides.iter("tr") if row.find("td/b") is not None)
    ]
    found = tree(pages.get(answer.headers["location"]))
    (table, *_) = of_class(found, "compared")
    row = next(row for row in table.iter("tr") if row.find(".//b") is not None)
    cells = [
        next(text(each) for each in cell.iter("b")) for cell in row if cell.find(".//b") is not None
    ]
    assert cells == printed[1:3]
    assert "Planen er gemt: To mere" in text(found)


def test_a_plan_is_kept_with_all_that_the_page_says(pages: TestClient):
    terms = {
        "extra_fte": "2",
        "extra_from": "2020-06-01",
        "sickness": "-20",
        "policy": "oldest_case",
    }
    slug = slug_of(kept(pages, "Mindre sygdom & to flere", department=TOWN, **terms))
    assert slug == "ishoej-2020-mindre-sygdom-to-flere"
    document = pages.get(f"/v1/scenarios/{slug}").json()
    assert document["name"] == "Mindre sygdom & to flere"
    assert document["department"] == f"{TOWN}@1"
    kinds = {each["kind"]: each for each in document["changes"]}
    assert list(kinds) == ["sickness", "work_order", "added_posts"]
    assert kinds["sickness"]["factor"] == 0.8
    assert kinds["work_order"]["policy"] == "oldest_case"
    assert (kinds["added_posts"]["fte"], kinds["added_posts"]["from"]) == (2, "2020-06-01")
    assert "ramp_up" not in kinds["added_posts"]
    (row,) = pages.get(f"/v1/scenarios/{slug}/history").json()["rows"]
    assert (row["did"], row["made_by"]) == ("created", "local")


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_internal_name_of_a_kept_plan_is_shown(pages: TestClient, language: Language):
    terms = {"extra_fte": "1", "policy": "shared_attention", "effort": "-10", "lang": language}
    answer = kept(pages, f"Ord {language}", department="small", **terms)
    shown = re.sub(r"\S+@\d+", "", text(tree(pages.get(answer.headers["location"]))))
    assert not re.findall(r"\b[a-z]+_[a-z_]+\b", shown)
    assert {"da": "lidt af alt", "en": "a little of everything"}[language] in shown


def fault_of(answer: Any, status: int = 422) -> Element:
    """The page with the form as it was sent."""
    assert answer.status_code == status, answer.text
    return tree(answer)


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("", "skriv, hvad planen skal hedde"),
        ("010203-1234", "CPR"),
        ("To flere", "allerede en plan"),
    ],
)
def test_a_name_that_cannot_be_is_told_beside_it_and_the_plan_stands(
    pages: TestClient, name: str, says: str
):
    terms = {"extra_fte": "3", "sickness": "-20", "department": TOWN}
    if name == "To flere":
        kept(pages, "to  FLERE", department=TOWN, extra_fte="2")
    answer = kept(pages, name, **terms)
    root = fault_of(answer)
    field = next(each for each in root.iter("input") if each.get("name") == "name")
    (told,) = [each for each in root.iter() if each.get("id") == field.get("aria-describedby")]
    assert says in text(told)
    assert field.get("aria-invalid") == "true"
    assert field.get("value") == ("" if "-" in name else name)
    assert "010203" not in answer.text
    written = {each.get("name"): each.get("value") for each in root.iter("input")}
    assert (written["extra_fte"], written["sickness"]) == ("3", "-20")
    assert of_class(root, "finding"), "the answer stands too"
    form = next(each for each in root.iter("form") if each.get("data-plan"))
    assert "sickness=-20" in form.get("action", "")


@pytest.mark.parametrize(
    ("terms", "says"),
    [
        ({"extra_fte": "0"}, "intet er ændret"),
        ({"extra_fte": "to"}, "er ikke et tal"),
        ({"extra_fte": "0", "inflow": "1000"}, "skriv fra 0 til 10"),
        ({"extra_fte": "500"}, "skriv fra 0,01 til 200"),
        ({"extra_fte": "2", "extra_from": "2019-01-01"}, "før afdelingens dato"),
        ({"extra_fte": "0", "other_duties": "-5000"}, "timer om ugen"),
    ],
)
def test_a_plan_that_cannot_be_is_not_kept(pages: TestClient, terms: dict[str, str], says: str):
    before = len(pages.get("/v1/scenarios?limit=500").json()["rows"])
    root = fault_of(kept(pages, "Umulig", department=TOWN, **terms))
    assert says in alerts(root)
    name = next(each for each in root.iter("input") if each.get("name") == "name")
    assert name.get("value") == "Umulig"
    assert len(pages.get("/v1/scenarios?limit=500").json()["rows"]) == before


def test_without_a_department_nothing_is_kept():
    with TestClient(create_app(Settings(database=None, demo=False))) as empty:
        answer = empty.post("/what-if", data={"name": "Ingen"})
        assert answer.status_code >= 400
