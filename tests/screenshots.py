"""Every page as a picture: both languages, light and dark, on a desk and on a phone, and on paper.

Run as a program, `task screenshots FOLDER`: it starts a service with the demo departments, and the
folder then holds one picture for each. They are there to be looked at.
"""

import sys
import tempfile
from itertools import product
from pathlib import Path
from urllib.parse import urlencode

from playwright.sync_api import Browser, Page, sync_playwright

sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parents[1])]

from test_running import served  # noqa: E402
from windows import CHROMIUM, FLAGS, PAGES, PHONE, WIDE, all_shown  # noqa: E402

SIZES = {"desk": WIDE, "phone": PHONE}
MOST_WAIT_MS = 300_000
"""The first page waits for the compiled model, and a calculation for its turn."""
_SETTLED = "document.querySelector('[data-waiting], [data-going], [aria-busy=true]') === null"


def pictures(host: str, folder: Path, paths: list[str]) -> None:
    """Take every picture of these pages (da: skærmbilleder)."""
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        for path, language in product(paths, ("da", "en")):
            for light, size in product(("light", "dark"), SIZES):
                name = f"{path.strip('/') or 'today'}-{language}-{light}-{size}"
                _picture(browser, f"{host}{path}", folder / f"{name}.png", language, light, size)
            page = _opened(browser, f"{host}{path}", language, "light", "desk")
            all_shown(page)
            page.screenshot(
                path=folder / f"{path.strip('/') or 'today'}-{language}-all-shown.png",
                full_page=True,
            )
            page.pdf(path=folder / f"{path.strip('/') or 'today'}-{language}.pdf", format="A4")
            page.context.close()
        browser.close()


def _picture(browser: Browser, address: str, file: Path, *kind: str) -> None:
    page = _opened(browser, address, *kind)
    page.screenshot(path=file, full_page=True)
    page.context.close()
    print(file)  # noqa: T201


def _opened(browser: Browser, address: str, language: str, light: str, size: str) -> Page:
    context = browser.new_context(viewport=SIZES[size], color_scheme=light)  # type: ignore[arg-type]
    page = context.new_page()
    page.set_default_timeout(MOST_WAIT_MS)
    page.goto(f"{address}?{urlencode({'lang': language})}")
    page.wait_for_load_state()
    for _ in range(MOST_WAIT_MS // 500):
        if page.evaluate(_SETTLED):
            break
        page.wait_for_timeout(500)
    return page


def main(words: list[str]) -> None:
    """Take the pictures of all pages, or of those that are named after the folder."""
    folder, *paths = words
    Path(folder).mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as own:
        database = str(Path(own) / "planner.sqlite")
        with served("--database", database, "--demo") as (_, port):
            pictures(f"http://127.0.0.1:{port}", Path(folder), paths or PAGES)


if __name__ == "__main__":
    main(sys.argv[1:])
