import http.client
import json
import os
import pty
import re
import signal
import socket
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import replace
from fractions import Fraction

import pytest
from typer.testing import CliRunner

from api.command_line import main
from api.database import database_engine, migrate
from api.documents import load_example
from api.store.departments import load_demo
from capacity.rulebook import rulebook
from capacity.units import exact
from capacity.wording import percent, shown
from simulations.questions import headline_question
from simulations.staffing import staffing_curve

ON_THE_DAY = ("--on", "2020-03-26")
ISHOEJ = ("ratio", "--open-cases", "890", "--case-fte", "23,92", *ON_THE_DAY)
SHORT_CURVE = ("curve", "ishoej-2020", "--extra", "0;1", "--replications", "32")


def answer(*words):
    result = CliRunner().invoke(main, words)
    assert result.exit_code == 0, result.stderr
    return result.stdout


def refusal(*words):
    result = CliRunner().invoke(main, words)
    assert result.exit_code == 2
    assert result.stdout == ""
    assert result.stderr.count("\n") == 1
    return result.stderr


def test_the_short_form_becomes_posts():
    lines = answer("fte", "20x37;8x30;4x25,5", "--non-case-hours", "40", *ON_THE_DAY).splitlines()
    numbers = [line.split()[-1] for line in lines]
    assert numbers[:4] == ["32", "1.082,00", "29,24", "28,16"]


def test_hours_in_a_year_follow_the_sick_days_that_are_given():
    without, with_more = (
        answer("fte", "1x37", "--sick-days", days, *ON_THE_DAY).splitlines()[-1].split()[-1]
        for days in ("0", "10")
    )
    assert (without, with_more) == ("1.628,00", "1.554,00")


def test_the_notes_caseload_is_answered_in_danish_first():
    words = answer(*ISHOEJ, "--target", "25")
    assert all(number in words for number in ("37,2", "20,58", "5,75", "11,68"))
    assert "hvert barn er én sag" in words


def test_the_notes_caseload_is_answered_in_english_when_asked():
    words = answer(*ISHOEJ, "--lang", "en")
    assert "37.2" in words
    assert "each child is one case" in words


def test_two_counts_are_compared():
    words = answer("compliance", "2", "6", "--other", "35", "38")
    assert "2 af 6" in words
    assert "35 af 38" in words


def rows_of(words):
    """The rows of a curve's table: those that begin with a level."""
    return [line for line in words.splitlines() if re.match(r" +\d+[.,]\d\d ", line)]


def test_a_curve_has_a_row_for_each_level():
    rows = [row.split() for row in rows_of(answer(*SHORT_CURVE))]
    assert [(row[0], row[1]) for row in rows] == [("0,00", "3,51"), ("1,00", "4,51")]


@pytest.mark.parametrize(
    ("extra", "levels"),
    [
        ("0..3", ["0,00", "1,00", "2,00", "3,00"]),
        ("0..4/2", ["0,00", "2,00", "4,00"]),
        ("0..1/0,5;3", ["0,00", "0,50", "1,00", "3,00"]),
        ("2", ["2,00"]),
    ],
)
def test_levels_are_a_list_of_numbers_and_ranges(extra, levels):
    words = answer("curve", "ishoej-2020", "--extra", extra, "--replications", "32")
    assert [row.split()[0] for row in rows_of(words)] == levels


def test_a_curve_is_asked_as_everywhere_where_nothing_is_written():
    usual = headline_question(load_example("ishoej-2020"))
    words = answer("curve", "ishoej-2020")
    assert f"{usual.replications} gentagelser, frø {usual.seed}" in words
    assert len(rows_of(words)) == len(usual.extra_fte)


def test_a_curve_is_said_in_words_above_its_table():
    words, table = answer(*SHORT_CURVE).split("ekstra  stillinger")
    assert "Én ekstra fuldtidsstilling løfter rettidigheden" in words
    assert rows_of(table)


def test_a_curve_is_drawn_with_each_level_at_its_share():
    lines = answer(*SHORT_CURVE).splitlines()
    drawn = [line for line in lines if line[7:8] == "┤"]
    dots = sorted(
        (column, line)
        for line, text in enumerate(drawn)
        for column, letter in enumerate(text)
        if letter == "●"
    )
    shares = [int(row.split()[2]) / 100 for row in rows_of("\n".join(lines))]
    assert [1 - line / (len(drawn) - 1) for _, line in dots] == pytest.approx(shares, abs=0.05)
    assert max(map(len, lines)) <= 90


@pytest.mark.parametrize("lang", ["da", "en"])
def test_the_columns_of_a_curve_end_where_their_headings_do(lang):
    words = answer("curve", "fjordkoebing-2026", "--extra", "0;100", "--lang", lang)
    rows = rows_of(words)
    (heading,) = [line for line in words.splitlines() if re.match(" *(ekstra|extra)  ", line)]
    assert len(heading) <= 88
    for found in re.finditer(r"\S+( \S+)*", heading):
        end = found.end()
        assert all(row[end - 1] != " " and row[end : end + 2].strip() == "" for row in rows)


def test_a_curve_shows_how_far_more_replications_could_move_a_share():
    asked = replace(
        headline_question(load_example("ishoej-2020")),
        extra_fte=(Fraction(0), Fraction(1)),
        replications=32,
    )
    lines = rows_of(answer(*SHORT_CURVE))
    for point, line in zip(staffing_curve(asked, rulebook()).points, lines, strict=True):
        low, high = (
            shown(exact(edge) * 100, 1, "da")
            for edge in (point.share_in_time.low, point.share_in_time.high)
        )
        assert f"{low}–{high} %" in line
        assert f"{shown(exact(point.mean_days_late), 0, 'da')} ({point.days_late_90})" in line
        assert line.endswith(percent(exact(point.stock_in_time), "da"))


def test_a_curve_can_be_asked_for_a_precision():
    words = answer("curve", "ishoej-2020", "--extra", "0", "--precision", "5")
    low, high = re.search(r"(\d+,\d)–(\d+,\d) %", words).groups()
    assert float(high.replace(",", ".")) - float(low.replace(",", ".")) <= 10.1
    assert re.search(r"\b(64|128|256) gentagelser", words)


def test_hours_that_go_into_fuller_work_change_nothing():
    half, all_of_it, none = (
        rows_of(answer(*SHORT_CURVE, "--fuller-work", part))[1].split()[2]
        for part in ("0,5", "1", "0")
    )
    assert int(all_of_it) <= int(half) <= int(none)
    assert rows_of(answer(*SHORT_CURVE, "--fuller-work", "1"))[1].split()[6] == "0"


def test_a_watched_curve_says_its_first_result_while_the_rest_is_simulated():
    program = "from api.command_line import main; main()"
    parent, child = pty.openpty()
    run = subprocess.Popen(
        [sys.executable, "-c", program, *SHORT_CURVE],
        stdout=subprocess.PIPE,
        stderr=child,
        env=os.environ | {"TERM": "xterm", "COLUMNS": "100"},
        text=True,
    )
    os.close(child)
    watched = b""
    with suppress(OSError):  # how a terminal says that nobody writes any more
        while more := os.read(parent, 4096):
            watched += more
    os.close(parent)
    said, _ = run.communicate(timeout=60)
    assert "Foreløbigt, efter 32 gentagelser: " in watched.decode()
    assert "gentagelser" in watched.decode()
    assert said == answer(*SHORT_CURVE)


def test_a_curve_says_what_it_is_not():
    assert "ikke lovmedholdelighed" in answer(*SHORT_CURVE)
    assert "not lawfulness" in answer(*SHORT_CURVE, "--lang", "en")


def test_the_same_curve_twice_is_the_same_text():
    assert answer(*SHORT_CURVE) == answer(*SHORT_CURVE)


def test_a_demo_is_found_by_the_address_that_answers_print():
    assert answer("curve", "ishoej-2020@1", *SHORT_CURVE[2:]) == answer(*SHORT_CURVE)


def test_a_curve_can_be_asked_of_a_stored_department(tmp_path):
    file = tmp_path / "planner.sqlite"
    engine = database_engine(file)
    migrate(engine)
    load_demo(engine)
    engine.dispose()
    stored = ("curve", "ishoej-2020@1", *SHORT_CURVE[2:], "--database", str(file))
    assert answer(*stored) == answer(*SHORT_CURVE)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("fte", "20x", *ON_THE_DAY), "20x"),
        (("fte", "20x37", "--non-case-hours", "1.234,5", *ON_THE_DAY), "non-case-hours"),
        (("fte", "20x37", "--on", "03/26/2020"), "on: ”03/26/2020”"),
        (("fte", "20x37", "--on", "1800-01-01"), "1800"),
        (("ratio", "--open-cases", "8,9", "--case-fte", "2", *ON_THE_DAY), "open-cases: ”8,9”"),
        (("ratio", "--open-cases", "9", "--case-fte", "0", *ON_THE_DAY), "case-fte"),
        (("ratio", "--open-cases", "9", "--case-fte", "nan", *ON_THE_DAY), "”nan”"),
        (
            ("ratio", "--open-cases", "9", "--case-fte", "2", "--unit", "sag"),
            "skriv en af child",
        ),
        (("ratio", "--open-cases", "9", "--case-fte", "2", "--area", "x", *ON_THE_DAY), "x"),
        (("compliance", "7", "6"), "in-time"),
        (("compliance", "0", "0"), "due"),
        (("compliance", "2", "6", "--method", "wald"), "wald"),
        (("compliance", "2", "6", "--other", "40", "38"), "other: 40"),
        (("compliance", "2", "6", "--other", "x", "38"), "other: ”x”"),
        (("curve", "nowhere"), "ishoej-2020"),
        (("curve", "ishoej-2020", "--team", "straxen"), "ingen sager med frist"),
        (("curve", "ishoej-2020", "--extra", "6..0"), "extra: ”6..0” er intet interval"),
        (("curve", "ishoej-2020", "--extra", "0..6/0"), "intet interval"),
        (("curve", "ishoej-2020", "--extra", "0..1000/0,01"), "højst 1000"),
        (("curve", "ishoej-2020", "--precision", "0,01"), "precision: skriv en præcision fra 0,1"),
        (("curve", "ishoej-2020", "--precision", "1", "--replications", "64"), "udelad det ene"),
        (("curve", "ishoej-2020", "--fuller-work", "2"), "fuller-work: skriv en andel"),
        (("curve", "ishoej-2020", "--inflow", "11"), "inflow: skriv tilgangen"),
        (("curve", "ishoej-2020", "--replications", "1"), "mindst 32 gentagelser, ikke 1\n"),
        (("curve", "ishoej-2020@2"), "”ishoej-2020@2”"),
        (("curve", "ishoej-2020", "--database", "/nowhere/planner.sqlite"), "database: "),
        (("curve", "ishoej-2020", "--extra", "x"), "extra: ”x”"),
        (("curve", "ishoej-2020", "--extra=-1"), "extra: ekstra"),
        (("curve", "ishoej-2020", "--to", "2020-04-01"), "2020-04-01"),
        (("serve", "--host", "0.0.0.0"), "127.0.0.1"),
        (("serve", "--host", "planner.example"), "127.0.0.1"),
    ],
)
def test_what_is_wrong_is_said_in_one_line_with_code_two(words, said):
    assert said in refusal(*words)


@pytest.mark.parametrize(
    ("name", "written", "said"),
    [
        ("PORT", "abc", "skriv et helt tal"),
        ("PORT", "70000", "skriv højst 65535"),
        ("DEMO", "ja", "skriv true eller false"),
        ("WORKERS", "mange", "skriv et helt tal"),
        ("LEASE", "snart", "skriv et tal"),
        ("LOG_LEVEL", "loud", "skriv en af disse: 'debug'"),
        ("RATE", "x", "10000/10 seconds"),
    ],
)
def test_a_setting_that_cannot_be_read_is_named_with_what_to_write(name, written, said):
    variable = {f"CASELOAD_{name}": written}
    port = () if name == "PORT" else ("--port", _free_port())
    demo = () if name == "DEMO" else ("--demo",)
    result = CliRunner().invoke(main, ("serve", *demo, *port), env=variable)
    assert (result.exit_code, result.stderr.count("\n")) == (2, 1)
    assert f"CASELOAD_{name}" in result.stderr
    assert said in result.stderr


def test_a_port_that_is_no_number_is_refused_in_the_language_asked():
    assert refusal("serve", "--port", "abc") == "CASELOAD_PORT: skriv et helt tal\n"
    assert "write a whole number" in refusal("serve", "--port", "abc", "--lang", "en")


def test_a_share_is_written_as_a_share_or_in_per_cent():
    asked = (*SHORT_CURVE, "--fuller-work")
    assert answer(*asked, "25%") == answer(*asked, "0,25")


def test_a_refusal_never_repeats_a_cpr_number():
    said = refusal("fte", "010203-1234")
    assert "######-####" in said
    assert "1234" not in said


def test_a_port_that_is_taken_is_refused_before_anything_is_said_or_made(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        file = tmp_path / "planner.sqlite"
        said = refusal("serve", "--port", port, "--database", str(file))
    assert said == f"port: porten {port} er optaget eller må ikke bruges; skriv fx --port 8000\n"
    assert not file.exists()


def test_a_file_that_cannot_be_made_is_refused(tmp_path):
    nowhere = tmp_path / "nowhere" / "planner.sqlite"
    assert "database: " in refusal("serve", "--port", _free_port(), "--database", str(nowhere))


def test_a_home_that_cannot_be_written_is_refused(tmp_path, monkeypatch):
    home = tmp_path / "a-file"
    home.touch()
    for name in ("HOME", "XDG_CONFIG_HOME", "APPDATA", "LOCALAPPDATA", "USERPROFILE"):
        monkeypatch.setenv(name, str(home))
    assert "--database FIL" in refusal("serve", "--port", _free_port())


def test_a_refusal_speaks_english_when_asked():
    assert "in time of 6 due" in refusal("compliance", "7", "6", "--lang", "en")


def test_the_version_is_that_of_the_package():
    assert answer("--version").strip().count(".") == 2


@pytest.mark.parametrize("words", [ISHOEJ, ISHOEJ[:-2], ("fte", "20x37")])
def test_a_short_command_loads_neither_server_nor_simulation(words):
    program = (
        "import sys; from api.command_line import main;"
        f"main({[*words]!r}, standalone_mode=False); print(*sys.modules)"
    )
    run = [sys.executable, "-c", program]
    loaded = subprocess.run(run, capture_output=True, text=True, check=True).stdout.split()
    assert not {"fastapi", "numba", "numpy", "sqlmodel", "uvicorn"} & set(loaded)


def test_a_curve_loads_no_more_than_it_needs():
    program = (
        "import gc, sys; from api.command_line import main;"
        f"main({[*SHORT_CURVE]!r}, standalone_mode=False);"
        "loaded = set(sys.modules); import scipy.linalg; print(gc.isenabled(), *loaded)"
    )
    run = [sys.executable, "-c", program]
    said = subprocess.run(run, capture_output=True, text=True, check=True).stdout
    collects, *loaded = said.splitlines()[-1].split()
    unneeded = {"fastapi", "sqlmodel", "uvicorn", "rich", "holidays", "scipy.linalg"}
    assert not (unneeded | {"pydantic_settings"}) & set(loaded)
    assert collects == "True"


def test_the_demo_is_served_and_leaves_nothing_behind(tmp_path):
    port = _free_port()
    serve = [sys.executable, "-c", "from api.command_line import main; main()", "serve", "--demo"]
    folders = {name: str(tmp_path / "temporary") for name in ("TMPDIR", "TEMP", "TMP")}
    (tmp_path / "temporary").mkdir()
    (tmp_path / "here").mkdir()
    server = subprocess.Popen(
        [*serve, "--port", port],
        cwd=tmp_path / "here",
        env=os.environ | folders | {"HOME": str(tmp_path / "home")},
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        departments = json.loads(_first_answer(port, "/v1/departments", server))
    finally:
        server.send_signal(signal.SIGINT)
        _, said = server.communicate(timeout=30)
    assert "ishoej-2020" in json.dumps(departments)
    assert f"http://127.0.0.1:{port}" in said
    assert list(tmp_path.rglob("*.sqlite*")) == []
    assert list((tmp_path / "here").iterdir()) == []


def _free_port():
    with socket.create_server(("127.0.0.1", 0)) as free:
        return str(free.getsockname()[1])


def _first_answer(port, path, server):
    while server.poll() is None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        try:
            connection.request("GET", path)
            return connection.getresponse().read()
        except ConnectionError:
            time.sleep(0.1)
        finally:
            connection.close()
    raise AssertionError(server.stderr.read())
