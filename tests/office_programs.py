"""LibreOffice as a reader of our workbooks, and a service of its own for it to ask."""

import json
import os
import socket
import subprocess
import sys
import time
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

OFFICE, PYTHON = "/usr/bin/soffice", "/usr/bin/python3"
_SCRIPT = Path(__file__).parent / "office" / "recalculate.py"


def needs_office() -> None:
    """Skip where there is no LibreOffice; in CI that is a failure."""
    if Path(OFFICE).exists():
        return
    reason = "no LibreOffice: apt-get install libreoffice-calc-nogui python3-uno"
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)


@dataclass
class Sheet:
    """What a sheet shows: numbers and texts, as displayed, and the cells that are in error."""

    values: list[list[Any]]
    strings: list[list[str]]
    formulas: list[list[str]]
    errors: dict[str, Any]

    def rows(self, first: str) -> list[list[Any]]:
        """The rows below a heading, up to the next empty one."""
        start = next(y for y, row in enumerate(self.values) if row[0] == first)
        found = []
        for row in self.values[start + 1 :]:
            if row[0] == "":
                return found
            found.append(row)
        return found

    def beside(self, label: str) -> Any:
        return next(row[1] for row in self.values if row[0] == label)


def opened(
    book: Path, locale: str, cells: dict[str, dict[str, object]] | None = None
) -> tuple[dict[str, Sheet], float]:
    """Open a workbook, write some cells, calculate, and say what it shows and how long it took."""
    out = book.with_suffix(f".{locale}.json")
    subprocess.run(
        [PYTHON, str(_SCRIPT), str(book), locale, str(out), json.dumps(cells or {})],
        check=True,
        timeout=300,
        capture_output=True,
    )
    found = json.loads(out.read_text())
    seconds = float(found.pop("seconds"))
    return {name: Sheet(**sheet) for name, sheet in found.items()}, seconds


class Service:
    """`caseload serve --demo` as a process of its own, which can be stopped and started."""

    def __init__(self, database: Path) -> None:
        self._database = database
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.address = f"http://127.0.0.1:{self.port}"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        command = ["serve", "--demo", "--port", str(self.port)]
        self._process = subprocess.Popen(
            [sys.executable, "-m", "api", *command],
            env=os.environ | {"CASELOAD_DATABASE": str(self._database)},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        until = time.monotonic() + 120
        while True:
            try:
                self.get("/ready")
                return
            except OSError:
                if time.monotonic() > until:
                    raise
                time.sleep(0.2)

    def stop(self) -> None:
        if self._process is not None:
            self._process.terminate()
            self._process.wait(30)
            self._process = None

    def get(self, path: str) -> bytes:
        with urllib.request.urlopen(self.address + path, timeout=120) as answer:
            return bytes(answer.read())
