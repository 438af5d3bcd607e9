"""Compiled code is kept between starts, wherever it can be kept."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import simulations

SCRIPT = """
from simulations.kernels import load_compiled_code, pooled_queue
load_compiled_code()
print(sum(pooled_queue.stats.cache_hits.values()), sum(pooled_queue.stats.cache_misses.values()))
"""


@pytest.fixture
def installed(tmp_path: Path) -> Path:
    """A copy of the packages in which nothing can be written beside the source."""
    for package in ("capacity", "simulations"):
        source = Path(simulations.__file__).parents[1] / package
        shutil.copytree(
            source, tmp_path / package, ignore=shutil.ignore_patterns("__pycache__", "*.nb?")
        )
    (tmp_path / "simulations" / "__pycache__").touch()  # a file: no folder can be made there
    return tmp_path


def hits_and_misses(installed: Path, home: Path, temporary: Path) -> tuple[int, int]:
    environment = {
        **os.environ,
        "PYTHONPATH": str(installed),
        "PYTHONDONTWRITEBYTECODE": "1",
        "HOME": str(home),
        "XDG_CACHE_HOME": str(home / "cache"),
        "TMPDIR": str(temporary),
    }
    environment.pop("NUMBA_CACHE_DIR", None)
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT],
        env=environment,
        cwd=installed,
        capture_output=True,
        text=True,
        check=True,
    )
    hits, misses = done.stdout.split()
    return int(hits), int(misses)


def test_a_read_only_install_keeps_compiled_code_in_the_users_cache(installed, tmp_path):
    home = tmp_path / "home"
    home.mkdir()
    assert hits_and_misses(installed, home, tmp_path) == (0, 1)
    assert hits_and_misses(installed, home, tmp_path) == (1, 0)


def test_without_a_home_it_is_kept_in_a_private_temporary_folder(installed, tmp_path):
    no_home = tmp_path / "home"
    no_home.touch()
    assert hits_and_misses(installed, no_home, tmp_path) == (0, 1)
    assert hits_and_misses(installed, no_home, tmp_path) == (1, 0)
    (folder,) = tmp_path.glob("caseload-planner-*")
    assert folder.stat().st_mode & 0o077 == 0
