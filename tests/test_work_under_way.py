"""Work that takes its time: a reload in the middle of it loses nothing, and it goes on."""

import json
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode
from urllib.request import Request, urlopen

import pytest
from playwright.sync_api import Page, expect
from windows import Window

from api.documents import DepartmentDocument
from simulations.synthetic_truths import Size, synthetic_truth

Opening = Callable[..., Window]
CITY = "fjordkoebing-2026"


def jobs(service: str, kind: str) -> list[dict[str, object]]:
    with urlopen(f"{service}/v1/jobs?format=json&limit=200", timeout=60) as answer:
        return [row for row in json.load(answer)["rows"] if row["kind"] == kind]


def going(page: Page):
    return page.locator("[data-going]").first


def test_a_reload_in_the_middle_of_a_search_goes_on_with_the_same_work(
    opened: Opening, service: str
):
    """With another target than any other test has, so that nobody has searched for it before."""
    before = {row["id"] for row in jobs(service, "least-staff")}
    page = opened().open(
        "/goal", department=CITY, target="83", certainty="85", hiring_days="75", first_share="40"
    )
    expect(going(page)).to_be_visible()
    begun = {row["id"] for row in jobs(service, "least-staff")} - before
    page.reload()
    expect(page.locator("[name=target]")).to_have_value("83")
    expect(page.locator("[name=hiring_days]")).to_have_value("75")
    expect(page.locator("[data-going]")).to_have_count(0)
    expect(page.locator("#answers .finding").first).to_be_visible()
    after = {row["id"] for row in jobs(service, "least-staff")} - before
    assert after == begun, "the search that was begun is the one that was finished"
    assert len(begun) == 1


@pytest.fixture(scope="module")
def with_a_past(service: str) -> str:
    """A made-up department with the case list of its past."""
    truth = synthetic_truth(Size.SMALL)
    document = DepartmentDocument.from_domain(truth).as_json()
    post(f"{service}/v1/departments", json.dumps(document).encode(), "application/json")
    with urlopen(f"{service}/v1/synthetic/small/cases.csv?seed=3", timeout=120) as answer:
        rows = answer.read()
    said = {
        "kind": "cases",
        "unit": "child",
        "seen_on": "2025-12-31",
        "complete_from": "2024-01-01",
        "file": "cases.csv",
    }
    binary = "application/octet-stream"
    asked = urlencode({**said, "department": truth.slug})
    token = post(f"{service}/v1/imports/check?{asked}", rows, binary)["token"]
    accepted = urlencode({**said, "accept": token})
    post(f"{service}/v1/departments/{truth.slug}/imports?{accepted}", rows, binary)
    return truth.slug


def post(address: str, content: bytes, kind: str) -> dict[str, Any]:
    sent = Request(address, data=content, headers={"Content-Type": kind})
    with urlopen(sent, timeout=120) as answer:
        found: dict[str, Any] = json.load(answer)
        return found


def test_a_reload_in_the_middle_of_a_fit_goes_on_and_it_can_be_stopped(
    window: Window, service: str, with_a_past: str
):
    page = window.open("/edit", department=with_a_past, part="fit")
    page.get_by_role("button", name="Tilpas modellen").click()
    expect(page.get_by_role("status").first).to_contain_text("Modellen tilpasses")
    (begun,) = (row["id"] for row in jobs(service, "fit"))
    address = page.url
    assert f"job={begun}" in address
    before = page.locator("progress").get_attribute("value")
    page.reload()
    expect(page.get_by_role("status").first).to_contain_text("Modellen tilpasses")
    after = page.locator("progress").get_attribute("value")
    assert float(after or 0) >= float(before or 0)
    # Whoever closes the page finds the work again by its address, and nobody begins it twice.
    again = window.open("/")
    again.goto(address)
    expect(again.get_by_role("status").first).to_contain_text("Modellen tilpasses")
    assert [row["id"] for row in jobs(service, "fit")] == [begun]
    again.get_by_role("button", name="Afbryd").click()
    expect(again.get_by_role("button", name="Tilpas modellen")).to_be_visible()
    (row,) = jobs(service, "fit")
    assert row["state"] == "cancelled"
