"""What if: the answer moves with the slider, and nothing that a leader has written is lost."""

import re
from collections.abc import Callable

import pytest
from broken_connections import way_to
from playwright.sync_api import Page, expect
from windows import PHONE, Window, sideways

Opening = Callable[..., Window]

_WATCHED = """() => {
  window.shown = [];
  new MutationObserver(() => window.shown.push(document.getElementById("settling")?.textContent))
    .observe(document.getElementById("answer"), { childList: true });
}"""


def finding(page: Page) -> str:
    return page.locator("#answer .finding").inner_text()


def settled(page: Page) -> None:
    """Wait for the last answer."""
    expect(page.locator("#answer")).not_to_have_attribute("aria-busy", "true")
    expect(page.locator("#settling")).to_contain_text("512")


def turned(page: Page, key: str = "ArrowRight", times: int = 2) -> None:
    page.locator("#extra_fte-slider").focus()
    for _ in range(times):
        page.keyboard.press(key)


def test_the_answer_follows_the_slider_and_a_reload_keeps_it(window: Window):
    page = window.open("/what-if", extra_fte="1")
    settled(page)
    before = finding(page)
    page.evaluate(_WATCHED)
    # Between the levels of the curve, which has been run: what has to be run comes in parts.
    turned(page, times=3)
    expect(page).to_have_url(re.compile(r"extra_fte=2%2C5"))
    expect(page.locator("#extra_fte")).to_have_value("2,5")
    settled(page)
    assert finding(page) != before
    assert finding(page).startswith("2,5 ekstra fuldtidsstillinger")
    shown = page.evaluate("window.shown")
    assert "Foreløbigt" in shown[0]
    assert "Foreløbigt" not in shown[-1]
    answer, sentence = page.locator("#answer").inner_text(), finding(page)
    page.reload()
    expect(page.locator("#extra_fte-slider")).to_have_value("2.5")
    settled(page)
    assert (page.locator("#answer").inner_text(), finding(page)) == (answer, sentence)


def test_a_number_written_beside_the_slider_moves_it(window: Window):
    page = window.open("/what-if")
    page.locator("#extra_fte").fill("3,5")
    expect(page.locator("#extra_fte-slider")).to_have_value("3.5")
    expect(page).to_have_url(re.compile(r"extra_fte=3%2C5"))
    expect(page.locator("#answer .finding")).to_contain_text("3,5")


def test_a_slider_is_read_out_with_its_unit_and_the_answer_too(window: Window):
    page = window.open("/what-if", extra_fte="0")
    turned(page, times=3)
    slider = page.locator("#extra_fte-slider")
    expect(slider).to_have_attribute("aria-valuetext", "1,5 stillinger")
    settled(page)
    expect(page.locator("#spoken")).to_have_text(finding(page))


def test_what_is_open_stays_open_while_the_answer_moves(window: Window):
    page = window.open("/what-if", extra_fte="1")
    page.locator("#levels-table summary").click()
    turned(page)
    settled(page)
    expect(page.locator("#levels-table table")).to_be_visible()


def test_a_broken_connection_is_said_and_what_was_written_stays(window: Window):
    window.may_say = lambda said: "net::ERR_FAILED" in said
    page = window.open("/what-if", extra_fte="1")
    settled(page)
    page.route("**/what-if/live*", lambda route: route.abort())
    page.locator("#extra_fte").fill("4")
    expect(page.locator("#broken")).to_be_visible()
    expect(page.locator("#broken")).to_contain_text("står der stadig")
    expect(page.locator("#extra_fte")).to_have_value("4")
    page.unroute("**/what-if/live*")
    page.get_by_role("button", name="Prøv igen").click()
    expect(page.locator("#answer .finding")).to_contain_text("Fire ekstra")
    expect(page.locator("#broken")).to_be_hidden()


def test_a_connection_that_breaks_while_the_slider_moves_loses_nothing(window: Window):
    window.may_say = lambda said: "net::ERR_INTERNET_DISCONNECTED" in said
    page = window.open("/what-if", extra_fte="1")
    settled(page)
    turned(page, times=1)
    window.context.set_offline(True)
    turned(page, times=3)
    expect(page.locator("#broken")).to_be_visible()
    expect(page.locator("#extra_fte")).to_have_value("3")
    expect(page.locator("#extra_fte-slider")).to_have_value("3")
    expect(page).to_have_url(re.compile("extra_fte=3(&|$)"))
    window.context.set_offline(False)
    turned(page, times=2)
    expect(page.locator("#broken")).to_be_hidden()
    settled(page)
    assert finding(page).startswith("Fire ekstra fuldtidsstillinger")


def test_an_answer_that_breaks_off_is_said_to_be_unfinished(opened: Opening, service: str):
    with way_to(int(service.rpartition(":")[2])) as way:
        window = opened(way.address)
        window.may_say = lambda said: "net::ERR_" in said
        page = window.open("/what-if", extra_fte="1")
        settled(page)
        way.cuts = "/what-if/live"
        turned(page, times=2)
        expect(page.locator("#broken")).to_be_visible()
        expect(page.locator("#broken")).to_contain_text("fra før eller ikke færdigt")
        expect(page.locator("#settling")).to_contain_text("Foreløbigt")
        expect(page.locator("#extra_fte")).to_have_value("2")
        assert way.cut > 0
        way.cuts = None
        page.get_by_role("button", name="Prøv igen").click()
        settled(page)
        expect(page.locator("#broken")).to_be_hidden()
        assert finding(page).startswith("To ekstra fuldtidsstillinger")


def test_what_is_chosen_now_is_what_is_kept_under_a_name(window: Window, own_department: str):
    page = window.open("/what-if", department=own_department, extra_fte="1")
    settled(page)
    turned(page, times=3)
    settled(page)
    chosen = page.locator(".sides tbody tr").first.locator("td b").all_inner_texts()
    page.locator("[name=name]").fill("Halvtredje mere")
    page.get_by_role("button", name="Gem som scenarie").click()
    expect(page).to_have_url(re.compile(rf"/compare\?.*kept={own_department}-halvtredje-mere"))
    expect(page.get_by_role("status").first).to_contain_text("Halvtredje mere")
    expect(page.locator("[data-going]")).to_have_count(0)
    expect(page.locator(".plans")).to_contain_text("2,5 ekstra stillinger")
    row = page.locator("table.compared").first.locator("tbody tr").first
    assert row.locator("td b").all_inner_texts() == chosen[:2]


def test_what_makes_no_sense_is_said_beside_a_form_that_stands(window: Window):
    page = window.open("/what-if", extra_fte="1")
    settled(page)
    page.locator("#extra_fte").fill("to")
    expect(page.locator("#answer .refusal")).to_contain_text("er ikke et tal")
    expect(page.locator("#extra_fte")).to_have_value("to")
    page.locator("#extra_fte").fill("2")
    expect(page.locator("#answer .finding")).to_contain_text("To ekstra")


def test_the_keyboard_alone_is_enough(window: Window):
    page = window.open("/what-if", extra_fte="1")
    settled(page)
    before = finding(page)
    for _ in range(40):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.id") == "extra_fte-slider":
            break
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    settled(page)
    assert finding(page) != before
    page.keyboard.press("Tab")
    expect(page.locator("#extra_fte")).to_be_focused()
    for _ in range(20):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.parentElement.id") == "other-dials":
            break
    page.keyboard.press("Enter")
    expect(page.locator("#sickness")).to_be_visible()


def test_the_other_language_keeps_what_was_chosen(window: Window):
    page = window.open("/what-if", extra_fte="3", sickness="-20")
    page.get_by_role("link", name="English").click()
    expect(page.locator("#extra_fte")).to_have_value("3")
    expect(page.locator("#sickness")).to_have_value("-20")
    settled(page)
    assert "In this model" in finding(page)


def test_without_a_script_the_button_computes(opened: Opening):
    page = opened(java_script_enabled=False).open("/what-if", extra_fte="1")
    before = finding(page)
    page.locator("#extra_fte").fill("4")
    page.get_by_role("button", name="Regn").click()
    expect(page).to_have_url(re.compile("extra_fte=4"))
    assert finding(page) != before
    assert finding(page).startswith("Fire ekstra")


@pytest.mark.parametrize("language", ["da", "en"])
def test_a_phone_turns_the_slider_too(opened: Opening, language: str):
    page = opened(viewport=PHONE, has_touch=True).open("/what-if", extra_fte="1", lang=language)
    settled(page)
    before = finding(page)
    turned(page)
    settled(page)
    assert finding(page) != before
    assert sideways(page) <= 0
