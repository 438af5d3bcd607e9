"""What a command says while nobody can see yet that it works."""

import time

import pytest
from typer.testing import CliRunner

import api.synthetic_files
import api.terminal as terminal
from api.command_line import main
from api.observed_commands import _days
from api.option_names import as_options
from api.synthetic_files import ListFile
from api.terminal import LOADING, told_if_slow
from capacity.errors import InvalidInput


def test_what_takes_longer_than_a_moment_is_said_once_and_on_the_error_stream(monkeypatch, capsys):
    monkeypatch.setattr(terminal, "_A_MOMENT", 0.01)
    with told_if_slow(LOADING, "da"):
        time.sleep(0.3)
        said = capsys.readouterr()  # while it still runs
    assert said.err == "henter beregningskernen …\n"
    assert said.out == ""
    after = capsys.readouterr()
    assert (after.out, after.err) == ("", "")


def test_what_is_done_at_once_says_nothing(monkeypatch, capsys):
    monkeypatch.setattr(terminal, "_A_MOMENT", 0.2)
    with told_if_slow(LOADING, "da"):
        pass
    time.sleep(0.4)
    assert capsys.readouterr().err == ""


def test_what_is_refused_meanwhile_ends_the_waiting(monkeypatch, capsys):
    monkeypatch.setattr(terminal, "_A_MOMENT", 0.2)

    def refused():
        with told_if_slow(LOADING, "da"):
            raise InvalidInput(LOADING)

    with pytest.raises(InvalidInput):
        refused()
    time.sleep(0.4)
    assert capsys.readouterr().err == ""


def test_a_command_that_is_slow_says_so_and_answers_on_the_other_stream(monkeypatch, tmp_path):
    def slow(*_size, **_said):
        time.sleep(0.3)
        return (ListFile(name="cases.csv", content=b"Sagsnr.;Team\n"),)

    monkeypatch.setattr(api.synthetic_files, "synthetic_files", slow)
    monkeypatch.setattr(terminal, "_A_MOMENT", 0.01)
    result = CliRunner().invoke(main, ("synthetic", "--folder", str(tmp_path / "past")))
    assert result.exit_code == 0, result.output
    assert "simulerer afdelingens fortid" in result.stderr
    assert result.stdout == f"{tmp_path / 'past' / 'cases.csv'}\n"


def test_a_name_that_no_option_has_is_left_as_it_is():
    words = "skriv map=Felt 12=closed, med case_id og seen_on=2026-03-31"
    assert as_options(words, {}) == words
    assert as_options(words, {"seen_on": "--seen-on"}) == words.replace(
        "seen_on=2026", "--seen-on 2026"
    )


@pytest.mark.parametrize(
    "words",
    [
        ("fte", "20x37", "--on", "26/3 2020"),
        ("fte", "20x37", "--on", "26-03-2020"),
        ("fte", "20x37", "--on", "26. marts 2020"),
    ],
)
def test_every_command_reads_a_day_as_danes_write_it(words):
    iso = CliRunner().invoke(main, ("fte", "20x37", "--on", "2020-03-26"))
    assert CliRunner().invoke(main, words).stdout == iso.stdout


def test_days_with_semicolons_between_them_are_read_one_by_one():
    assert _days("01-07-2025; 1/1 2026;2026-07-01") == "2025-07-01;2026-01-01;2026-07-01"


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("31-02-2020", "findes ikke i kalenderen"),
        ("03/26/2020", "måneden først"),
        ("26-03-2020 kl. 14.30", "skriv dagen alene"),
        ("43916", "er ikke en dato"),
        ("010203-1234", "######-####"),
    ],
)
def test_what_is_no_day_is_refused_with_what_to_write(written, said):
    refused = CliRunner().invoke(main, ("fte", "20x37", "--on", written))
    assert refused.exit_code == 2
    assert refused.stderr.startswith("on: ")
    assert said in refused.stderr
    assert "1234" not in refused.stderr
