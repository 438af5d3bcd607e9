"""What a reader takes along of a page: a number, a formula, a chart, a number that stays."""

import re
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect
from windows import Window

Opening = Callable[..., Window]
NO_CLIPBOARD = "Object.defineProperty(navigator, 'clipboard', { value: undefined });"


def caseload(page: Page):
    """The caseload, opened."""
    figure = page.locator("details.figure", has_text="Sagstal").first
    figure.locator("summary").click()
    return figure


def copied(page: Page) -> str:
    written: str = page.evaluate("navigator.clipboard.readText()")
    return written


def test_a_newcomer_comes_from_the_first_page_to_a_number_that_stays(window: Window):
    page = window.open("/")
    figure = caseload(page)
    value = figure.locator("summary b").inner_text()
    figure.get_by_role("button", name="Frys til notat").click()
    expect(page).to_have_url(re.compile(r"/figures/[a-z0-9]{9}\?"))
    number = urlsplit(page.url).path.rsplit("/", 1)[-1]
    expect(page.locator("h1")).to_contain_text(number)
    expect(page.locator(".finding").first).to_contain_text(value)
    page.get_by_role("link", name=re.compile("Efterprøv")).click()
    expect(page.get_by_role("status")).to_contain_text("kommer ens ud i dag")
    page.get_by_role("link", name="Tilbage, hvor du kom fra").click()
    assert urlsplit(page.url).path == "/"
    page.get_by_role("link", name="frosne tal").click()
    expect(page.get_by_role("link", name=number)).to_be_visible()


def test_without_a_script_a_number_is_frozen_and_its_formula_read(opened: Opening):
    page = opened(java_script_enabled=False).open("/")
    figure = caseload(page)
    expect(figure.get_by_text("=TALVÆRDI(WEBSERVICE(")).to_be_visible()
    figure.get_by_role("button", name="Frys til notat").click()
    expect(page.locator("h1")).to_contain_text("Frosset tal")


@pytest.mark.parametrize("language", ["da", "en"])
def test_a_number_and_its_formula_are_copied(opened: Opening, language: str):
    window = opened(permissions=["clipboard-read", "clipboard-write"])
    page = window.open("/what-if", extra_fte="2", lang=language)
    page.locator("#share-numbers summary").click()
    first = page.locator("#share-numbers .share").first
    first.locator("[data-copy]").first.click()
    expect(first.get_by_role("status")).to_have_text({"da": "Kopieret", "en": "Copied"}[language])
    number = copied(page)
    assert number == page.locator("#share-numbers p b").first.inner_text()
    first.locator("[data-copy]").nth(1).click()
    page.wait_for_function(
        "(was) => navigator.clipboard.readText().then((now) => now !== was)", arg=number
    )
    formula = copied(page)
    assert formula.startswith({"da": "=TALVÆRDI(", "en": "=NUMBERVALUE("}[language])
    address = "".join(re.findall(r'"(http[^"]*|[^",;.]+)"', formula))
    assert address.startswith(window.host)
    answer = window.context.request.get(address).text()
    share = float(answer.replace(",", "."))
    assert f"{share * 100:.0f}" == re.sub(r"\D", "", number)


def test_where_there_is_no_clipboard_the_text_is_marked(opened: Opening):
    window = opened()
    window.page.add_init_script(NO_CLIPBOARD)
    page = window.open("/")
    figure = caseload(page)
    figure.get_by_role("button", name="Kopiér tal").click()
    field = figure.locator("input.marked")
    expect(field).to_be_focused()
    marked = field.evaluate("(each) => each.value.slice(each.selectionStart, each.selectionEnd)")
    assert marked == "37,2"
    expect(figure.get_by_role("status")).to_contain_text("Ctrl+C")


@pytest.mark.parametrize("name", ["guideline", "staffing", "what-if"])
def test_a_chart_is_fetched_and_stands_alone(opened: Opening, tmp_path: Path, name: str):
    window = opened()
    page = window.open("/what-if" if name == "what-if" else "/")
    link = page.locator(f"a[download='{name}.svg']")
    with page.expect_download() as fetched:
        link.click()
    file = tmp_path / f"{name}.svg"
    fetched.value.save_as(file)
    alone = opened(host="file://").page
    alone.goto(file.as_uri())
    drawn = alone.locator("line, polyline, rect").first
    expect(drawn).to_be_attached()
    styled = "(each) => [...new Set(each.map((one) => getComputedStyle(one).stroke))].sort()"
    own = (
        page.locator("svg.chart").first if name != "staffing" else page.locator("svg.chart").nth(1)
    )
    assert alone.locator("line").evaluate_all(styled) == own.locator("line").evaluate_all(styled)
    page.goto(f"{window.host}{link.get_attribute('href')}")
    assert page.locator("line").evaluate_all(styled)  # under the policy that it is sent with
