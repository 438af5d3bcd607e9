"""What is installed holds all it needs: rules, examples, pages, migrations."""

import os
import subprocess
import sys
from pathlib import Path
from zipfile import ZipFile

import pytest

CHECKOUT = Path(__file__).parents[1]
FIRST_PAGE = """
import api
from fastapi.testclient import TestClient
from api.app import create_app
from api.settings import Settings

with TestClient(create_app(Settings(demo=True))) as client:
    page = client.get("/", params={"department": "ishoej-2020"})
    style = client.get("/static/planner.css")
    documentation = client.get("/docs")
print(api.__file__, page.status_code, style.status_code, documentation.status_code)
"""


@pytest.fixture(scope="module")
def installed(tmp_path_factory) -> Path:
    """The packages as a user gets them, unpacked away from the checkout."""
    folder = tmp_path_factory.mktemp("installed")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)],
        cwd=CHECKOUT,
        check=True,
        capture_output=True,
    )
    (wheel,) = folder.glob("*.whl")
    with ZipFile(wheel) as archive:
        archive.extractall(folder)
    return folder


def test_the_first_page_is_served_from_what_is_installed(installed):
    done = subprocess.run(
        [sys.executable, "-c", FIRST_PAGE],
        env={**os.environ, "PYTHONPATH": str(installed)},
        cwd=installed,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.split() == [str(installed / "api" / "__init__.py"), "200", "200", "200"]


def test_nothing_but_the_three_packages_is_installed(installed):
    folders = {each.name for each in installed.iterdir() if each.is_dir()}
    assert {name for name in folders if not name.endswith(".dist-info")} == {
        "api",
        "capacity",
        "simulations",
    }
