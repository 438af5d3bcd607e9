"""How many requests the service answers, against what FastAPI itself costs, in the same run.

The peer is a route with the same parameters that divides two numbers (`bare_service.py`), served by
the same uvicorn; the load comes from a third process (`load.py`) and asks nothing twice. Rounds are
interleaved. Floor of `/v1/caseload`: 0.6 of the bare route; aim 0.9.
"""

import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from threading import Event, Thread
from time import perf_counter, sleep
from urllib.request import urlopen

import pytest
from fastapi.testclient import TestClient
from sqlmodel import Session

from api.app import create_app
from api.database import database_engine, migrate
from api.settings import Settings
from api.store.scenarios import Edit, Scenarios
from capacity.scenario import Scenario

pytestmark = pytest.mark.benchmark

HERE = Path(__file__).parent
ROUNDS, SECONDS = 7, 1.5
SWEEP = "/v1/staffing-curve?department=ishoej-2020&extra_fte=0..11&replications=256&seed={seed}"


@contextmanager
def served(*command: str, ready: str, **environment: str) -> Iterator[int]:
    """A service in a process of its own; its port."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    program = [each.format(port=port) for each in command]
    quiet = subprocess.DEVNULL
    with subprocess.Popen(
        program, stdout=quiet, stderr=quiet, env=os.environ | environment
    ) as process:
        try:
            for _ in range(600):
                try:
                    with urlopen(f"http://127.0.0.1:{port}{ready}"):
                        break
                except OSError:
                    sleep(0.1)
            yield port
        finally:
            process.terminate()


@pytest.fixture(scope="module")
def planner() -> Iterator[int]:
    command = (sys.executable, "-m", "api", "serve", "--demo", "--port", "{port}")
    with served(*command, ready="/ready", CASELOAD_RATE="none") as port:
        yield port


@pytest.fixture(scope="module")
def bare() -> Iterator[int]:
    command = (sys.executable, str(HERE / "bare_service.py"), "{port}")
    with served(*command, ready="/v1/caseload?open_cases=1&case_fte=1") as port:
        yield port


def loaded(port: int, connections: int, first: int) -> dict[str, float]:
    asked = [sys.executable, str(HERE / "load.py"), f"{port}", f"{connections}", f"{SECONDS}"]
    run = subprocess.run([*asked, f"{first}"], capture_output=True, text=True, check=True)
    found: dict[str, float] = json.loads(run.stdout)
    return found


@contextmanager
def sweeping(port: int) -> Iterator[list[float]]:
    """Curves of twelve levels asked one after the other beside; how long each took."""
    stop, took = Event(), []

    def sweep() -> None:
        seed = 0
        while not stop.is_set():
            seed += 1
            began = perf_counter()
            with urlopen(f"http://127.0.0.1:{port}{SWEEP.format(seed=seed)}") as answer:
                assert answer.status == 200, answer.status
                answer.read()
            took.append(perf_counter() - began)

    thread = Thread(target=sweep)
    thread.start()
    try:
        yield took
    finally:
        stop.set()
        thread.join()


@pytest.mark.parametrize("connections", [1, 16])
def test_caseload_against_a_bare_route(planner: int, bare: int, connections: int) -> None:
    rows = []
    for number in range(ROUNDS):
        first = 1000 + 1_000_000 * number
        rows.append((loaded(bare, connections, first), loaded(planner, connections, first)))
    ratios = [ours["a_second"] / peer["a_second"] for peer, ours in rows]
    peer, ours = rows[sorted(range(ROUNDS), key=ratios.__getitem__)[ROUNDS // 2]]
    print(
        f"\n/v1/caseload, {connections} connections: {median(ratios):.2f} of a bare route"
        f" [{min(ratios):.2f}..{max(ratios):.2f}] (floor 0.6, aim 0.9)"
        f"\n  bare    {_row(peer)}\n  planner {_row(ours)}"
    )


def test_caseload_while_a_sweep_runs(planner: int) -> None:
    alone, beside = [], []
    with urlopen(f"http://127.0.0.1:{planner}{SWEEP.format(seed=10**6)}") as warm:
        warm.read()
    for number in range(ROUNDS):
        first = 2000 + 1_000_000 * number
        alone.append(loaded(planner, 1, first))
        with sweeping(planner) as took:
            beside.append(loaded(planner, 1, first + 500_000))
        assert took
    slower = median(b["p99_ms"] / a["p99_ms"] for a, b in zip(alone, beside, strict=True))
    fewer = median(b["a_second"] / a["a_second"] for a, b in zip(alone, beside, strict=True))
    print(
        f"\n/v1/caseload beside sweeps on {os.cpu_count()} cores: {fewer:.2f} of its requests a"
        f" second, p99 {slower:.1f} times as long"
        f"\n  alone   {_row(_middle(alone))}\n  beside  {_row(_middle(beside))}"
    )


def test_a_page_of_ten_thousand_scenarios_against_a_page_of_a_hundred(tmp_path: Path) -> None:
    seconds: dict[int, list[float]] = {}
    services = {}
    for number in (100, 10_000):
        file = tmp_path / f"{number}.sqlite"
        engine = database_engine(file)
        migrate(engine)
        with Session(engine) as session, session.begin():
            for each in range(number):
                scenario = Scenario(slug=f"plan-{each:05}", name="Plan", department="x@1")
                Scenarios(session).add(scenario, Edit("created", "r", "w"))
        engine.dispose()
        services[number] = TestClient(
            create_app(Settings(database=file)), base_url="http://localhost"
        )
    with services[100], services[10_000]:
        for _ in range(ROUNDS * 3):
            for number, service in services.items():
                began = perf_counter()
                # A page of the same length, in the middle of the list.
                rows = service.get(f"/v1/scenarios?limit=40&after=plan-{number // 2:05}").json()
                seconds.setdefault(number, []).append(perf_counter() - began)
                assert len(rows["rows"]) == 40
    pairs = zip(seconds[10_000], seconds[100], strict=True)
    ratio = median(many / few for many, few in pairs)
    print(f"\na page of 10 000 scenarios takes {ratio:.2f} times a page of 100 (limit 1.2)")


def test_memory_over_a_hundred_thousand_requests(planner: int) -> None:
    process = _process_on(planner)
    loaded(planner, 16, 1)  # what is made once is made
    before, asked, number = _resident(process), 0.0, 0
    after_half = before
    while asked < 100_000:
        number += 1
        asked += loaded(planner, 16, 3000 + 1_000_000 * number)["asked"]
        if asked < 50_000:
            after_half = _resident(process)
    after = _resident(process)
    print(
        f"\nmemory: {before / 2**20:.1f} MB, after half {after_half / 2**20:.1f}, after"
        f" {asked:.0f} requests {after / 2**20:.1f} ({(after - before) / asked:.1f} bytes each)"
    )


def _process_on(port: int) -> int:
    for status in Path("/proc").glob("[0-9]*/cmdline"):
        if f"--port\0{port}\0" in status.read_text():
            return int(status.parent.name)
    raise LookupError(port)


def _resident(process: int) -> int:
    pages = int(Path(f"/proc/{process}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


def _middle(rows: list[dict[str, float]]) -> dict[str, float]:
    return sorted(rows, key=lambda row: row["p99_ms"])[len(rows) // 2]


def _row(found: dict[str, float]) -> str:
    return (
        f"{found['a_second']:7.0f} a second, p50 {found['p50_ms']:.2f} ms,"
        f" p99 {found['p99_ms']:.2f} ms"
    )
