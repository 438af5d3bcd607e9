"""`caseload import`: a list in the terminal, shown first and kept only when that is said."""

import pytest
from past_lists import CASES, DEPARTMENT, STUDY
from sqlalchemy import create_engine, text
from sqlmodel import Session
from test_imports import activity
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

    def run(content, *words, kind="cases", options=OPTIONS):
        file = tmp_path / "sager.csv"
        file.write_bytes(content if isinstance(content, bytes) else content.encode())
        words = ("import", kind, str(file), *options, "--database", sqlite_database, *words)
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


def test_rows_that_were_left_out_are_not_forgotten(command):
    """What is counted afterwards says so, in the terminal."""
    at_fault = "S4;B4;boern;;ABC;31-02-2025;;;\nS5;B5;Ældre;;ABC;01-02-2025;;;\n"
    observed = ("observed", SLUG, "--database", command.database)
    for rows, words in (
        ("", None),
        (at_fault[:31], "1 række blev udeladt ved indlæsningen af den seneste sagsliste."),
        (at_fault, "2 rækker blev udeladt ved indlæsningen af den seneste sagsliste."),
    ):
        shown = command(CASES + rows, "--accept", "--leave-out-errors")
        assert shown.exit_code == 0, shown.output
        said = " ".join(CliRunner().invoke(main, observed).output.split())
        assert ("udeladt" in said) is (words is not None)
        assert (words or "til tiden") in said


def test_one_row_is_one(command):
    one, of_cause = CASES.splitlines()[:2], "S4;B4;boern;;ABC;31-02-2025;;;\n"
    assert "1 række, heraf 1 forstået" in command("\n".join(one) + "\n").stdout
    assert "1 row, of which 1 understood" in command("\n".join(one) + "\n", "--lang", "en").stdout
    assert "4 rækker, heraf 3 forstået, 1 med fejl" in command(CASES + of_cause).stdout


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


def test_the_terminal_says_of_which_words_no_row_has_any(command):
    said = ("--map", "Felt 12=need_became_known", "--value", "team:Team B=boern")
    more = ("--value", "case_type:Findes=-")
    told = command(ODD, *said, *more)
    note = "ingen rækker har ordet case_type:Findes"
    assert note in told.stdout
    assert "ordet team:" not in told.stdout
    assert note not in command(ODD, *said).stdout
    english = command(ODD, *said, *more, "--lang", "en").stdout
    assert "no row has the word case_type:Findes" in english


# --- What is shown -------------------------------------------------------------------------------


def test_the_terminal_has_a_line_for_each_cause_and_each_error_where_that_is_asked_for(command):
    rows = "".join(f"T{n};B{n};boern;;ABC;i går;;;\n" for n in range(118))
    odd = "U1;B1;boern;;ABC;01-02-2027;;;\n"
    told = command(CASES + rows + odd).stdout
    errors = told[told.index("Fejl: 119") :]
    column, asked, odd_one = errors.splitlines()[1:4]
    assert "F Opmærksom dato: er ikke en dato (118 rækker: 5 “i går”, 6 “i går”" in column
    assert "er ”Opmærksom dato” den rigtige kolonne" in asked
    assert "F123 Opmærksom dato “01-02-2027”: datoen er efter udtræksdatoen" in odd_one
    assert errors.count("er ikke en dato") == 1
    every = command(CASES + rows + odd, "--every-error").stdout
    assert every.count("er ikke en dato") == 118
    assert "F123" in every


def test_the_terminal_names_its_own_options_and_no_parameter_of_the_service(command):
    refused = CliRunner().invoke(main, ("import", "cases", "x.csv"))
    assert refused.exit_code == 2
    assert all(name in refused.stderr for name in ("--unit", "--seen-on", "--complete-from"))
    future = command(CASES + "S4;B4;boern;;ABC;31-12-2027;;;\n").stdout
    assert "--seen-on" in future
    found = refused.stderr + future
    assert not [name for name in ("seen_on", "complete_from", "unit=") if name in found]


def test_a_time_study_is_asked_for_by_the_options_that_a_study_has(command):
    words = ("import", "time-study", "x.csv", "--department", SLUG)
    refused = CliRunner().invoke(main, (*words, "--database", command.database))
    assert "--study-from" in refused.stderr
    assert "--study-to" in refused.stderr
    assert "seen" not in refused.stderr


def test_a_time_study_takes_its_days_by_either_name(command, tmp_path):
    file = tmp_path / "studie.csv"
    file.write_text(STUDY.format(activity=activity()))
    words = ("import", "time-study", str(file), "--department", SLUG, "--database")
    days = ("--study-from", "02-03-2026", "--study-to", "13-03-2026")
    taken = CliRunner().invoke(main, (*words, command.database, *days))
    same = ("--complete-from", "2026-03-02", "--seen-on", "2026-03-13")
    assert taken.stdout == CliRunner().invoke(main, (*words, command.database, *same)).stdout
    assert taken.exit_code == 0, taken.output
    both = CliRunner().invoke(main, (*words, command.database, *days, "--seen-on", "2026-03-14"))
    assert (both.exit_code, "study-to: " in both.stderr) == (2, True)


# --- What is known already -----------------------------------------------------------------------


def test_days_are_written_as_danes_write_them(command):
    assert command(CASES, "--accept").exit_code == 0
    for day in ("31-03-2026", "31.03.2026", "31/3 2026", "31. marts 2026"):
        told = command(CASES, "--seen-on", day, "--complete-from", "1/1-2025").stdout
        assert "samme liste" in told, day
    refused = command(CASES, "--seen-on", "03/31/2026")
    assert (refused.exit_code, "seen-on: " in refused.stderr) == (2, True)


def without_unit(command, *words):
    at = OPTIONS.index("--unit")
    return command(CASES, *words, options=(*OPTIONS[:at], *OPTIONS[at + 2 :]))


def test_what_a_case_is_is_taken_from_the_department_and_said(command):
    told = without_unit(command)
    assert told.exit_code == 0, told.output
    assert "som afdelingen tæller; skriv --unit" in told.stdout


def test_what_a_case_is_is_taken_from_the_lists_before_and_asked_for_where_they_differ(command):
    family = ("--unit", "family")
    assert command(CASES, *family, "--source", "DUBU", "--accept").exit_code == 0
    assert "family), som i liste 1" in without_unit(command).stdout
    assert command(CASES, "--source", "SBSYS", "--accept").exit_code == 0
    asked = without_unit(command)
    assert (asked.exit_code, "skriv også --unit" in asked.stderr) == (2, True)
    assert "(family), som i liste 1" in without_unit(command, "--source", "DUBU").stdout
    assert "(child), som i liste 2" in without_unit(command, "--source", "SBSYS").stdout


def test_the_same_list_again_is_told_and_not_kept_twice(command):
    assert "Gemt som liste 1" in command(CASES, "--accept").stdout
    assert "samme liste" in command(CASES).stdout
    for again in (CASES, CASES.replace("\n", "\r\n").encode("cp1252")):
        told = command(again, "--accept")
        assert told.exit_code == 0
        assert "Intet nyt er gemt: det er samme liste som liste 1" in told.stdout
    assert _kept(command.database) == 1
    later = command(CASES, "--seen-on", "2026-04-01", "--accept")
    assert "Gemt som liste 2" in later.stdout
    assert "samme liste" not in later.stdout


def test_a_list_that_another_has_replaced_is_said_to_be_replaced(command):
    command(CASES, "--accept")
    command(CASES.replace("01-05-2025", "02-05-2025"), "--accept")
    told = command(CASES, "--accept").stdout
    assert "liste 1" in told
    assert "liste 2 er taget ind siden og gælder" in told
    assert _kept(command.database) == 2


def test_what_the_terminal_keeps_is_in_the_audit_trail(command):
    def trail():
        words = ("audit", "--database", command.database)
        return CliRunner().invoke(main, words).stdout.splitlines()

    command(CASES)
    assert trail() == []
    command(CASES, "--accept")
    (row,) = trail()
    assert f"caseload import  import  /v1/departments/{SLUG}/imports/1  201" in row
    command(CASES, "--accept")
    assert "200" in trail()[0]
    drafted = ("--new-department", "nord", "--name", "Nord", "--accept")
    command(CASES, *drafted, options=OPTIONS[2:])
    assert [row.split("  ")[-4:-2] for row in trail()[:2]] == [
        ["import", "/v1/departments/nord/imports/2"],
        ["draft", "/v1/departments/nord"],
    ]
