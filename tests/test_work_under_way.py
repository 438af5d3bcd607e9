"""Work that takes its time: a reload in the middle of it loses nothing, and it goes on."""

import json
from collections.abc import Callable
from urllib.request import urlopen

from playwright.sync_api import Page, expect
from windows import Window

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
