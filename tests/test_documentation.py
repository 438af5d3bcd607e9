"""The method papers and the README say what is there, and nothing is left to fill in."""

import re
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

ROOT = Path(__file__).parents[1]
PAPERS = [ROOT / "README.md", *ROOT.glob("[acs]*/*.md")]


@pytest.mark.parametrize("paper", PAPERS, ids=lambda paper: paper.parent.name + "/" + paper.name)
def test_no_place_is_left_to_fill_in(paper: Path) -> None:
    assert not re.search(r"\b(SPEED_\w+|TODO|TBD|FIXME)\b", paper.read_text(encoding="utf-8"))


@pytest.mark.parametrize("paper", PAPERS, ids=lambda paper: paper.parent.name + "/" + paper.name)
def test_every_file_that_a_paper_names_is_there(paper: Path) -> None:
    named = re.findall(r"`([\w./]+\.(?:py|md|yaml))`", paper.read_text(encoding="utf-8"))
    homes = (
        ROOT,
        paper.parent,
        *(ROOT / name for name in ("api", "capacity", "simulations", "tests")),
    )
    for name in named:
        assert any((home / name).exists() for home in homes), name


def test_the_readme_names_the_two_commands() -> None:
    commands = re.findall(r"```sh\n(.*)\n```", (ROOT / "README.md").read_text(encoding="utf-8"))
    assert [command.split()[-1] for command in commands] == ["--demo", "pytest"]


def test_every_address_is_described(client: TestClient) -> None:
    paths = client.get("/openapi.json").json()["paths"]
    for path, methods in paths.items():
        for operation in methods.values():
            assert operation["summary"], path
            assert any(code.startswith("2") for code in operation["responses"]), path
