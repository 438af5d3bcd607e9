"""Jobs whose process is killed at any moment: all of them end, and with the same bytes.

A worker is a process of its own, on a file or on a real server, and `kill -9` asks nobody.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from random import Random
from threading import Event
from typing import Any

import pytest
from fastapi.testclient import TestClient
from killed_workers import LEASE, Seen, begun, killed

from api.app import create_app
from api.settings import Settings

CURVE = "/v1/staffing-curve?department=ishoej-2020&extra_fte=0;1;2;4;6"


@contextmanager
def service(database: str, **settings: Any) -> Iterator[TestClient]:
    usual = {"at_once_steps": 0, "workers": 0, "lease": LEASE, "hosts": ("testserver",)}
    app = create_app(
        Settings(database=database, demo=True, log_level="error", **(usual | settings))
    )
    with TestClient(app) as opened:
        yield opened


def kill_and_compare(
    database: str, *, kills: int, replications: int, command: str = "work", seed: int = 1
) -> None:
    """Kill whoever does a job again and again, and compare how it ends with an answer at once."""
    luck, moment = Random(seed), Event()
    address = f"{CURVE}&replications={replications}"
    with service(database) as client:
        seen = Seen(database, client.get(address).json()["id"])
        for number in range(kills):
            before = seen.chunks()
            process = begun(database, command)
            try:
                if number % 2:  # at any moment, also while it starts or has just begun
                    moment.wait(luck.uniform(0, 2))
                else:  # in the midst of it
                    seen.until(lambda before=before: seen.is_over() or seen.chunks() > before)
                    moment.wait(luck.uniform(0, 0.15))
            finally:
                killed(process)
            assert not seen.is_over(), "the job was too short to be killed so often"
            assert seen.chunks() >= before  # what is finished is never lost
        process = begun(database, command)
        try:
            seen.until(seen.is_over)
        finally:
            killed(process)
        seen.engine.dispose()
        ended = client.get(address)
    with service(database, at_once_steps=10**10) as undisturbed:
        at_once = undisturbed.get(address)
    assert (ended.status_code, at_once.status_code) == (200, 200)
    assert ended.content == at_once.content


def test_a_job_killed_at_random_moments_ends_with_the_same_bytes(sqlite_database: str) -> None:
    kill_and_compare(sqlite_database, kills=5, replications=3072)


def test_a_job_on_a_server_survives_its_worker(postgresql_database: str) -> None:
    kill_and_compare(postgresql_database, kills=1, replications=1024)


@pytest.mark.soak
@pytest.mark.parametrize("command", ["work", "serve"])
def test_fifty_kills_lose_and_double_nothing(database: str, command: str) -> None:
    kill_and_compare(database, kills=50, replications=40_000, command=command)
