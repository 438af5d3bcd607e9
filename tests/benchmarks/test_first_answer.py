"""How soon a first answer comes: in a terminal, and from a service that has just been started."""

import http.client
import os
import pty
import socket
import subprocess
import sys
import time
from contextlib import closing, suppress

import pytest

pytestmark = pytest.mark.benchmark

TRIES = 7
LIBRARIES = [sys.executable, "-c", "import numpy, numba"]
CURVE = [sys.executable, "-m", "api", "curve", "ishoej-2020"]


def test_a_watched_curve_shows_its_first_result_soon() -> None:
    _first_result()  # compiles, where nobody has before
    tries = [(_ended(), _first_result()) for _ in range(TRIES)]  # side by side, on a busy machine
    libraries, first = (min(each) for each in zip(*tries, strict=True))
    print(f"\nfirst result in {first:.2f} s: {first / libraries:.1f} × import numpy, numba")
    assert first <= 3 * libraries


def test_a_service_started_again_answers_its_first_page_soon() -> None:
    _first_page()
    waited = min(_first_page() for _ in range(TRIES))
    print(f"\nfirst page of a service started again: {waited:.2f} s")
    assert waited < 2


def _ended() -> float:
    started = time.perf_counter()
    subprocess.run(LIBRARIES, check=True)
    return time.perf_counter() - started


def _first_result() -> float:
    """Seconds until somebody who watches the terminal reads a share."""
    parent, child = pty.openpty()
    started = time.perf_counter()
    with subprocess.Popen(CURVE, stdout=subprocess.DEVNULL, stderr=child):
        os.close(child)
        watched = b""
        with suppress(OSError):  # how a terminal says that nobody writes any more
            while b"%" not in watched:
                watched += os.read(parent, 4096)
            waited = time.perf_counter() - started
            while os.read(parent, 4096):
                pass  # or the command would wait for its reader
    os.close(parent)
    assert b"%" in watched
    return waited


def _first_page() -> float:
    """Seconds from the start of the service until all of its first page has been read."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    serve = [sys.executable, "-m", "api", "serve", "--demo", "--port", str(port)]
    started = time.perf_counter()
    with subprocess.Popen(serve, stderr=subprocess.DEVNULL) as service:
        while True:
            with (
                suppress(ConnectionError),
                closing(http.client.HTTPConnection("127.0.0.1", port, timeout=60)) as connection,
            ):
                connection.request("GET", "/")
                connection.getresponse().read()
                break
            time.sleep(0.01)
        waited = time.perf_counter() - started
        service.terminate()
    return waited
