"""A browser on the pages of a service that really runs; each test opens windows of its own."""

import json
import os
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import pytest
from playwright.sync_api import Browser, sync_playwright
from small_department import small_department
from test_running import keys_commands, served
from windows import CHROMIUM, FLAGS, WIDE, Window

from api.documents import DepartmentDocument

_NUMBERS = count(1)
MOST_WAIT = 600
"""Seconds for the model to be compiled, where nobody has before, on a busy machine."""


@pytest.fixture(scope="session")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A service with the demo departments and a file of its own, ready to simulate."""
    file = tmp_path_factory.mktemp("browser") / "planner.sqlite"
    with served("--database", str(file), "--demo") as (_, port):
        # The compiled model is loaded beside the first pages, which no window should wait for.
        for path in ("/", "/?department=fjordkoebing-2026", "/what-if"):
            ready(f"http://127.0.0.1:{port}{path}")
        yield f"http://127.0.0.1:{port}"


def ready(address: str) -> None:
    """Wait until a page has its numbers."""
    until = time.monotonic() + MOST_WAIT
    while True:
        with urlopen(address, timeout=60) as page:
            if b'http-equiv="refresh"' not in page.read():
                return
        assert time.monotonic() < until
        time.sleep(0.5)


@pytest.fixture
def own_department(service: str) -> str:
    """A small department of a test's own, so that what it changes disturbs no other."""
    made = small_department(caseworkers=3, arrivals_per_year="110")
    cases = tuple(replace(each, slug="child-assessment") for each in made.case_classes)
    slug = f"own-{next(_NUMBERS)}"
    document = DepartmentDocument.from_domain(replace(made, slug=slug, case_classes=cases))
    sent = Request(
        f"{service}/v1/departments",
        data=json.dumps(document.as_json()).encode(),
        headers={"Content-Type": "application/json"},
    )
    with urlopen(sent, timeout=60) as answer:
        assert answer.status == 201
    return slug


@pytest.fixture(scope="session")
def guarded_service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A service that needs keys."""
    file = str(tmp_path_factory.mktemp("guarded") / "planner.sqlite")
    named = ("--label", "Leder", "--expires", "2999-01-01", "--database", file)
    assert keys_commands("keys", "create", *named).returncode == 0
    with served("--database", file, CASELOAD_KEYS_REQUIRED="true") as (_, port):
        yield f"http://127.0.0.1:{port}"


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """The operating system's own Chromium; none is ever fetched."""
    if not Path(CHROMIUM).exists():
        reason = f"there is no {CHROMIUM}, so no page is looked at: apt-get install chromium"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    with sync_playwright() as driver:
        started = driver.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield started
        started.close()


@pytest.fixture
def opened(browser: Browser, service: str) -> Iterator[Callable[..., Window]]:
    """Open a window; at the end none may have said anything or asked another host."""
    windows: list[Window] = []

    def open_window(host: str = service, **kind: Any) -> Window:
        context = browser.new_context(**{"viewport": WIDE, "locale": "da-DK", **kind})
        windows.append(Window(host, context, context.new_page()))
        return windows[-1]

    yield open_window
    for window in windows:
        window.context.close()
    assert [said for window in windows for said in window.said] == []
    assert [asked for window in windows for asked in window.asked_elsewhere] == []


@pytest.fixture
def window(opened: Callable[..., Window]) -> Window:
    """A wide window in Danish, in the light."""
    return opened()
