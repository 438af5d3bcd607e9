"""What a page weighs, and how soon the answer follows the slider, in a browser on this machine.

Weight: a page with its style sheet, its scripts and its icon, gzipped as a proxy would send them
(aim: under 60 kB). Speed: from the slider's release to the first partial answer and to the final
curve, as the browser shows them (aims on an idle machine: 60 and 150 ms), beside the kernel alone
on the same questions in the same run. No two rounds ask the same, so that nothing is kept.
"""

import gzip
import re
import sys
from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from statistics import median
from time import perf_counter, sleep
from urllib.request import urlopen

import pytest
from playwright.sync_api import Browser, sync_playwright
from test_load import served

from api.documents import load_example
from api.pages.asked import Asked
from api.pages.dials import TERMS, plan_of
from capacity.rulebook import rulebook
from simulations.what_if import FIRST_ANSWER, Runs

sys.path.append(str(Path(__file__).parents[1]))

from windows import CHROMIUM, FLAGS, PAGES

pytestmark = pytest.mark.benchmark

ROUNDS = 21
MOST_KILOBYTES = 60
_RELEASED = """([slider, value]) => new Promise((resolve) => {
  const answer = document.getElementById("answer");
  const field = document.getElementById(slider);
  const began = performance.now();
  let first = null;
  new MutationObserver((_, watching) => {
    const settling = document.getElementById("settling");
    if (!settling) return;
    first ??= performance.now() - began;
    if (!settling.textContent.includes("…")) {
      watching.disconnect();
      requestAnimationFrame(() => resolve([first, performance.now() - began]));
    }
  }).observe(answer, { childList: true });
  field.value = value;
  field.dispatchEvent(new Event("input", { bubbles: true }));
})"""


@pytest.fixture(scope="module")
def planner() -> Iterator[int]:
    command = (sys.executable, "-m", "api", "serve", "--demo", "--port", "{port}")
    with served(*command, ready="/what-if", CASELOAD_RATE="none") as port:
        while b'http-equiv="refresh"' in _sent(port, "/what-if"):
            sleep(0.5)
        yield port


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as driver:
        started = driver.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield started
        started.close()


def test_the_weight_of_the_pages(planner: int) -> None:
    print()
    for path in PAGES:
        page = _sent(planner, path)
        beside = re.findall(rb'(?:src|href)="(/static/[^"]+)"', page)
        parts = [page, *(_sent(planner, each.decode()) for each in dict.fromkeys(beside))]
        kilobytes = sum(len(gzip.compress(part)) for part in parts) / 1000
        print(f"{path:16} {kilobytes:5.1f} kB gzipped in {len(parts)} (aim under {MOST_KILOBYTES})")


def test_how_soon_the_answer_follows_the_slider(planner: int, browser: Browser) -> None:
    page = browser.new_page()
    page.goto(f"http://127.0.0.1:{planner}/what-if?extra_fte=0&department=ishoej-2020")
    page.locator("#settling").wait_for()
    rows = []
    for number in range(1, ROUNDS + 1):
        chosen = Fraction(number, 4) + Fraction(1, 10)  # a level that no other round has
        alone = _kernel_alone(chosen)
        first, final = page.evaluate(_RELEASED, ["extra_fte", str(float(chosen))])
        rows.append((first, final, *alone))
    first, final, bare_first, bare_final = (median(each) for each in zip(*rows, strict=True))
    print(
        f"\nslider to first answer {first:.0f} ms, {first / bare_first:.2f} × the bare kernel"
        f" ({bare_first:.0f} ms); to the final curve {final:.0f} ms, {final / bare_final:.2f} ×"
        f" ({bare_final:.0f} ms); aims 60 and 150 ms, median of {ROUNDS}"
    )


def _kernel_alone(extra_fte: Fraction) -> tuple[float, float]:
    """Milliseconds of the simulation itself until its first answer and its last.

    The one level that was chosen: the team as it is and the curve are what the page has already.
    """
    terms = {**TERMS, "extra_fte": f"{float(extra_fte)}"}
    asked = Asked(path="/what-if", language="da", department=None, terms=terms)
    plan = plan_of(asked, load_example("ishoej-2020"))
    began = perf_counter()
    chosen = Runs(replace(plan.after, extra_fte=(plan.chosen,)), rulebook())
    chosen.counted(FIRST_ANSWER)
    first = perf_counter() - began
    until = FIRST_ANSWER
    while until < plan.after.replications:
        until *= 2
        chosen.counted(until)
    return 1000 * first, 1000 * (perf_counter() - began)


def _sent(port: int, path: str) -> bytes:
    with urlopen(f"http://127.0.0.1:{port}{path}", timeout=300) as answer:
        content: bytes = answer.read()
        return content
