"""Compiled code is kept between starts, wherever it can be, and all of it is loaded at once."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import simulations

SCRIPT = """
from simulations.luck import normal_score
normal_score(0.3)
print(sum(normal_score.stats.cache_hits.values()), sum(normal_score.stats.cache_misses.values()))
"""
"""A small kernel: all are kept by the same rule, and the large ones take half a minute each."""


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


NOTHING_LEFT = """
from numba.core.dispatcher import Dispatcher
from simulations.replications import load_compiled_code
from simulations import replications, staffing
load_compiled_code()
kernels = [each for each in vars(replications).values() if isinstance(each, Dispatcher)]
loaded = [len(each.signatures) for each in kernels]
from fractions import Fraction
from dataclasses import replace
from datetime import date
from capacity.rulebook import rulebook
from small_department import small_department
from simulations.questions import headline_question
question = replace(headline_question(small_department(ages_days=(3,))), replications=32)
staffing.staffing_curve(replace(question, extra_fte=(Fraction(1),)), rulebook())
assert any(loaded), loaded
assert loaded == [len(each.signatures) for each in kernels], "a question had to compile again"
"""


NOTHING_LEFT_TO_FIT = """
from simulations.played_department import load_compiled_play
load_compiled_play()
from simulations import casework, cohorts, dealing, people
kernels = [casework._casework, dealing._deal, people._deal_staff, cohorts.count_clocks_alone]
loaded = [len(each.signatures) for each in kernels]
from datetime import date, timedelta
import numpy as np
from capacity.rulebook import rulebook
from case_rows import case_rows, days_ago
from simulations.observed_compliance import compliance_of_history
from simulations.played_department import played
from simulations.work_seen import View, figures_of, in_whole_days
from small_department import small_department
department = small_department(ages_days=(3,))
past = played(department, department.on + timedelta(days=60), rulebook())
from_, to = department.on, department.on + timedelta(days=60)
view = View(team="t", deadlines=("d",), from_=from_, to=to, ends=(to,), within_days=((10,),))
groups = np.zeros(past.layout.plan.duties.size, dtype=np.int64)
figures_of(past.outcome.clocks, view, groups)
figures_of(in_whole_days(past.outcome.clocks), view, groups)
list_ = case_rows(
    ("bfu",) * 2, need_became_known=days_ago(300, 200), assessment_finished=days_ago(250, 30)
)
compliance_of_history(list_, rulebook())
assert all(loaded), loaded
assert loaded == [len(each.signatures) for each in kernels], "a fit had to compile again"
"""


@pytest.mark.parametrize("script", [NOTHING_LEFT, NOTHING_LEFT_TO_FIT], ids=["forecast", "fit"])
def test_no_question_has_to_compile_what_was_loaded(script):
    """Were an empty office typed otherwise than a real one, the first answer would wait for it."""
    tests = Path(__file__).parent
    environment = {**os.environ, "PYTHONPATH": f"{tests.parent}{os.pathsep}{tests}"}
    done = subprocess.run(
        [sys.executable, "-c", script],
        env=environment,
        cwd=tests.parent,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
