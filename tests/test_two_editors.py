"""Two people who edit the same department, each in a browser of their own."""

import json
from collections.abc import Callable
from urllib.request import urlopen

from playwright.sync_api import Page, expect
from windows import Window

Opening = Callable[..., Window]
HOURS = "caseworkers.hours_per_week"


def hours(service: str, department: str) -> list[float]:
    with urlopen(f"{service}/v1/departments/{department}", timeout=60) as answer:
        people = json.load(answer)["roster"]["caseworkers"]
    return [each["hours_per_week"] for each in people]


def cell(page: Page, line: int):
    """The hours of one of the people."""
    return page.locator(f'[name="{HOURS}"]').nth(line)


def saved(page: Page, why: str) -> None:
    page.locator("[name=reason]").fill(why)
    page.get_by_role("button", name="Gem som ny version").click()


def test_the_second_is_told_and_both_get_what_they_wrote(
    opened: Opening, service: str, own_department: str
):
    first, second = opened(), opened()
    second.may_say = lambda said: "412" in said  # which is how a browser tells of such an answer
    one = first.open("/edit", department=own_department, part="staff")
    other = second.open("/edit", department=own_department, part="staff")
    cell(one, 0).fill("30")
    cell(one, 1).fill("32")
    saved(one, "Anna går ned i tid")
    expect(one.get_by_role("status").first).to_contain_text("Gemt som version 2")
    cell(other, 1).fill("20")
    cell(other, 2).fill("25,5")
    saved(other, "Bo og Carl går ned i tid")
    told = other.get_by_role("alert").first
    expect(told).to_contain_text("En anden har gemt imens")
    expect(told).to_contain_text("Anna går ned i tid")
    # Where both wrote, the second's stands with the first's beside it; all else comes together.
    expect(cell(other, 0)).to_have_value("30")
    expect(cell(other, 1)).to_have_value("20")
    expect(cell(other, 2)).to_have_value("25,5")
    beside = other.locator(f"#{cell(other, 1).get_attribute('aria-describedby')}")
    expect(beside).to_contain_text("Den anden skrev: 32")
    expect(other.locator("[name=reason]")).to_have_value("Bo og Carl går ned i tid")
    assert hours(service, own_department) == [30, 32, 37], "nothing of the second is kept yet"
    other.get_by_role("button", name="Gem som ny version").click()
    expect(other.get_by_role("status").first).to_contain_text("Gemt som version 3")
    assert hours(service, own_department) == [30, 20, 25.5]


def test_who_is_told_may_load_anew_and_loses_nothing(
    opened: Opening, service: str, own_department: str
):
    first, second = opened(), opened()
    second.may_say = lambda said: "412" in said
    one = first.open("/edit", department=own_department, part="staff")
    other = second.open("/edit", department=own_department, part="staff")
    cell(one, 0).fill("30")
    saved(one, "Først")
    expect(one.get_by_role("status").first).to_contain_text("Gemt som version 2")
    cell(other, 2).fill("25,5")
    saved(other, "Dernæst")
    expect(other.get_by_role("alert").first).to_contain_text("En anden har gemt imens")
    again = second.open("/edit", department=own_department, part="staff")
    expect(again.locator("#draft")).to_be_visible()
    expect(cell(again, 0)).to_have_value("30")
    expect(cell(again, 2)).to_have_value("25,5")
    expect(again.locator("[name=reason]")).to_have_value("Dernæst")
    again.get_by_role("button", name="Gem som ny version").click()
    expect(again.get_by_role("status").first).to_contain_text("Gemt som version 3")
    assert hours(service, own_department) == [30, 37, 25.5]


def test_what_was_written_before_a_reload_stands_in_the_fields_again(
    opened: Opening, service: str, own_department: str
):
    page = opened().open("/edit", department=own_department, part="staff")
    cell(page, 1).fill("18")
    page.locator("[name=reason]").fill("ikke gemt endnu")
    page.wait_for_function(
        "() => Object.values(sessionStorage).some((kept) => kept.includes('ikke gemt endnu'))"
    )
    page.reload()
    expect(cell(page, 1)).to_have_value("18")
    expect(page.locator("#draft")).to_contain_text("Intet er gemt")
    assert hours(service, own_department) == [37, 37, 37]
