"""A reader's window on the service, and what these tests look at through it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

from playwright.sync_api import BrowserContext, ConsoleMessage, Page, expect

from api.pages.sheets import SHEETS

CHROMIUM = "/usr/bin/chromium"
FLAGS = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking"
    " --disable-component-update --disable-sync"
).split()
WIDE, PHONE = {"width": 1280, "height": 900}, {"width": 360, "height": 740}
ZOOMED = {"width": 320, "height": 256}
"""A window of 1280 × 1024 at 400 %."""
PAGES = [*(sheet.path for sheet in SHEETS), "/figures", "/new-department"]
"""The pages of the navigation, and what lies beside them."""
PATIENCE_MS = 60_000
"""The machine may be busy with other things: the benchmark tells what takes how long."""
expect.set_options(timeout=PATIENCE_MS)
_AXE = Path(__file__).parent / "browser" / "axe.min.js"
_RULES = [*(f"wcag{each}" for each in ("2a", "2aa", "21a", "21aa", "22aa")), "best-practice"]
_FOUND = """async (rules) => {
  const found = await axe.run(document, { runOnly: rules });
  return found.violations.flatMap((one) =>
    one.nodes.map((node) => `${one.id}: ${node.html.slice(0, 200)}`));
}"""


@dataclass
class Window:
    """A window and the page in it, and all that the page should not have said or asked."""

    host: str
    context: BrowserContext
    page: Page
    said: list[str] = field(default_factory=list)
    asked_elsewhere: list[str] = field(default_factory=list)
    may_say: Callable[[str], bool] = lambda said: False

    def __post_init__(self) -> None:
        self.page.set_default_timeout(PATIENCE_MS)
        self.page.on("console", self._heard)
        self.page.on("pageerror", lambda error: self.said.append(str(error)))
        self.page.on("request", self._sent)

    def open(self, path: str, **terms: str) -> Page:
        """Go to a page of the service and wait until it is settled."""
        self.page.goto(f"{self.host}{path}{'?' if terms else ''}{urlencode(terms)}")
        self.page.locator("#main").wait_for()
        return self.page

    def _heard(self, message: ConsoleMessage) -> None:
        if not self.may_say(message.text):
            self.said.append(f"{message.type}: {message.text}")

    def _sent(self, request: Any) -> None:
        parts = urlsplit(request.url)
        own = f"{parts.scheme}://{parts.netloc}" == self.host
        if not own and parts.scheme not in ("data", "blob"):
            self.asked_elsewhere.append(request.url)


def all_shown(page: Page) -> None:
    """Open everything that can be opened, so that nothing is looked past."""
    page.evaluate("document.querySelectorAll('details').forEach((each) => { each.open = true; })")


def barriers(page: Page) -> list[str]:
    """What keeps somebody out of a page: WCAG 2.2 AA and best practice, as far as axe sees."""
    page.evaluate(_AXE.read_text(encoding="utf-8"))
    found: list[str] = page.evaluate(_FOUND, _RULES)
    return found


def sideways(page: Page) -> int:
    """By how much a page is wider than its window."""
    wider: int = page.evaluate(
        "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    )
    return wider
