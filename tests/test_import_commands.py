"""`caseload import`: a list in the terminal, shown first and kept only when that is said."""

import pytest
from past_lists import CASES, DEPARTMENT
from sqlalchemy import create_engine, text
from sqlmodel import Session
from typer.testing import CliRunner

from api.command_line import main
from api.database import database_engine
from api.store.departments import Store

SLUG = DEPARTMENT.slug
ODD = CASES.replace("Opmærksom dato", "Felt 12").replace("Børneteamet", "Team B")
OPTIONS = (
    "--department", SLUG, "--unit", "child",
    "--seen-on", "2026-03-31", "--complete-from", "2025-01-01",
)  # fmt: skip


@pytest.fixture
def command(sqlite_database, tmp_path):
    engine = database_engine(sqlite_database)
    with Session(engine) as session, session.begin():
        Store(session).add_department(DEPARTMENT)
    engine.dispose()

    def run(content, *words, kind="cases"):
        file = tmp_path / "sager.csv"
        file.write_bytes(content if isinstance(content, bytes) else content.encode())
        words = ("import", kind, str(file), *OPTIONS, "--database", sqlite_database, *words)
        return CliRunner().invoke(main, words)

    run.database = sqlite_database
    return run


def _kept(database):
    engine = create_engine(f"sqlite:///{database}")
    with engine.connect() as connection:
        found = connection.execute(text("SELECT count(*) FROM history")).scalar_one()
    engine.dispose()
    return found


def test_the_terminal_shows_a_list_and_keeps_nothing_before_it_is_told(command):
    shown = command(CASES)
    assert shown.exit_code == 0
    assert "need_became_known" in shown.stdout
    assert "Intet er gemt" in shown.stdout
    assert _kept(command.database) == 0
    assert "Gemt som liste 1" in command(CASES, "--accept").stdout
    assert _kept(command.database) == 1
    assert "Nothing is kept" in command(CASES, "--lang", "en").stdout


def test_the_terminal_ends_with_one_where_a_list_has_errors(command):
    faulty = command(CASES + "S4;B4;boern;;ABC;31-02-2025;;;\n", "--accept")
    assert faulty.exit_code == 1
    assert "F5 Opmærksom dato" in faulty.stdout
    assert _kept(command.database) == 0


def test_the_terminal_refuses_a_cpr_number_without_repeating_it(command):
    refused = command(CASES.replace("B1", "010203-1234"), "--accept")
    assert refused.exit_code == 1
    assert "B2" in refused.stderr
    assert "010203" not in refused.output
    assert _kept(command.database) == 0


def test_the_terminal_takes_columns_and_words_one_by_one(command):
    said = ("--map", "Felt 12=need_became_known", "--value", "team:Team B=boern")
    assert command(ODD).exit_code == 1
    assert command(ODD, *said, "--source", "DUBU", "--accept").exit_code == 0
    assert "husket" in command(ODD, "--source", "DUBU").stdout


def test_the_terminal_says_what_is_missing(command):
    refused = CliRunner().invoke(main, ("import", "cases", "x.csv"))
    assert refused.exit_code == 2
    assert all(name in refused.stderr for name in ("unit", "seen_on", "complete_from"))
