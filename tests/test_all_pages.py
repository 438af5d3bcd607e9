"""Every page, in the languages, lights and windows that it is read in."""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect
from windows import PAGES, PHONE, ZOOMED, Window, all_shown, barriers, sideways

Opening = Callable[..., Window]


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize(("language", "light"), [("da", "light"), ("da", "dark"), ("en", "light")])
def test_nothing_on_a_page_keeps_anybody_out(opened: Opening, path: str, language, light):
    page = opened(color_scheme=light).open(path, lang=language)
    all_shown(page)
    assert barriers(page) == []


@pytest.mark.parametrize("light", ["light", "dark"])
def test_nothing_at_the_door_keeps_anybody_out(opened: Opening, guarded_service: str, light):
    page = opened(guarded_service, color_scheme=light).open("/")
    assert page.url.endswith("/login")
    assert barriers(page) == []


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("size", [ZOOMED, PHONE], ids=["400 %", "phone"])
def test_no_page_is_read_sideways(opened: Opening, path: str, size):
    page = opened(viewport=size).open(path)
    all_shown(page)
    assert sideways(page) <= 0


@pytest.mark.parametrize("path", PAGES)
def test_a_page_without_a_script_says_the_same(opened: Opening, path: str):
    plain = opened(java_script_enabled=False).open(path)
    expect(plain.locator("h1")).to_have_count(1)
    expect(plain.locator(".with-script:visible")).to_have_count(0)
    with_script = opened().open(path)
    findings = [each.locator("p.finding").all_inner_texts() for each in (plain, with_script)]
    assert findings[0] == findings[1]


@pytest.mark.parametrize("path", PAGES)
def test_the_first_key_leads_past_the_head_of_a_page(window: Window, path: str):
    page = window.open(path)
    page.keyboard.press("Tab")
    expect(page.locator(".skip")).to_be_focused()
    page.keyboard.press("Enter")
    assert page.url.endswith("#main")


@pytest.mark.parametrize("path", PAGES)
def test_the_other_language_is_the_same_page(window: Window, path: str):
    page = window.open(path)
    danish = page.locator("h2").all_inner_texts()
    page.get_by_role("link", name="English").click()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    english = page.locator("h2").all_inner_texts()
    assert len(danish) == len(english)
    assert not danish or danish != english
