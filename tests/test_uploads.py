"""From a file to tables of cells: what is read, what is said, and what bounds it."""

import io
import os
import signal
import subprocess
import sys
import threading
import time
from dataclasses import replace
from datetime import date, datetime
from fractions import Fraction
from pathlib import Path

import pytest
import xlsxwriter
from hostile_files import CPR, LIST
from hypothesis import given
from hypothesis import strategies as st

from api.privacy import looks_like_cpr
from api.uploads import (
    Allowance,
    Kind,
    Limits,
    Progress,
    Row,
    Table,
    Unreadable,
    UploadRefused,
    UploadTooLarge,
    danish_date,
    danish_number,
    decimal_mark,
    guarded,
    table,
    tables,
)
from api.uploads.civil_registration import MAY_BE_CPR, is_cpr, pseudonym
from api.uploads.headings import heading

MEGABYTE = 2**20
KEY = b"the secret of one department"


def read(content: bytes, name: str = "liste.csv", **options: object) -> tuple[Table, list[Row]]:
    with table(guarded(content, name), **options) as found:  # type: ignore[arg-type]
        return found, list(found.rows)


def workbook(fill) -> bytes:
    written = io.BytesIO()
    book = xlsxwriter.Workbook(written, {"default_date_format": "dd-mm-yyyy"})
    fill(book)
    book.close()
    return written.getvalue()


@pytest.mark.parametrize(
    ("written", "mark", "number"),
    [
        ("37,5", None, "37.5"),
        ("37.5", None, "37.5"),
        ("38.450,75", None, "38450.75"),
        ("38,450.75", None, "38450.75"),
        ("1.234.567", None, "1234567"),
        ("1 234,5", None, "1234.5"),
        ("1\u00a0234", None, "1234"),
        ("1.234", ",", "1234"),
        ("1.234", ".", "1.234"),
        ("1,234", ",", "1.234"),
        ("0,123", None, "0.123"),
        ("12,5-", None, "-12.5"),
        ("\u22125", None, "-5"),
        (37.4, None, "37.4"),
        (5, None, "5"),
    ],
)
def test_a_number_is_read_as_danes_write_it(written: object, mark, number: str) -> None:
    assert danish_number(written, mark) == Fraction(number)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("written", "mark"),
    [
        ("1.234", None),
        ("1,234", None),
        ("38.450,75", "."),
        ("1,2,3", None),
        ("1.23.456", None),
        ("80 %", None),
        ("inf", None),
        ("", None),
        ("kr. 5", None),
        (float("nan"), None),
        (True, None),
        (None, None),
        (date(2020, 1, 1), None),
    ],
)
def test_what_may_be_two_numbers_or_none_is_refused(written: object, mark) -> None:
    assert isinstance(danish_number(written, mark), Unreadable)  # type: ignore[arg-type]


def test_the_other_cells_of_a_column_say_which_mark_is_the_decimal_mark() -> None:
    assert decimal_mark(["1.234", "38.450,75", "5"]) == ","
    assert decimal_mark(["1.234", "37.5"]) == "."
    assert decimal_mark(["1.234", "1.234.567"]) == ","
    assert decimal_mark(["1.234", "37.5", "37,5"]) is None
    assert decimal_mark(["1.234", None, 37.5]) is None


@given(st.fractions(0, 10**9).map(lambda value: Fraction(round(value * 100), 100)))
def test_what_a_danish_sheet_shows_is_read_back(value: Fraction) -> None:
    shown = f"{float(value):,.2f}".translate(str.maketrans(",.", ".,"))
    assert danish_number(shown, ",") == Fraction(f"{float(value):.2f}")


@pytest.mark.parametrize(
    "written",
    """26-03-2020 26/3/20 26.03.2020 26.3.20 2020-03-26 2020.03.26 20200326 26/03-not-one
    26.|marts|2020 26.|mar|2020 26|Marts|2020 d.|26.|marts|2020 den|26.|marts|2020""".split(),
)
def test_a_date_is_read_as_danes_write_it(written: str) -> None:
    read_as = danish_date(written.replace("|", " "))
    if "not-one" in written:
        assert isinstance(read_as, Unreadable)
    else:
        assert read_as == date(2020, 3, 26)


@pytest.mark.parametrize(
    "written",
    [
        "26-03-2020 14:30",
        "26-03-2020 kl. 14.30",
        "2020-03-26T14:30:00",
        "2020-03-26 14:30",
        "26. marts 2020 kl. 14.30",
        datetime(2020, 3, 26, 14, 30),  # noqa: DTZ001
        43916 + 14.5 / 24,
    ],
)
def test_a_time_of_day_is_kept(written: str | datetime | float) -> None:
    assert danish_date(written) == datetime(2020, 3, 26, 14, 30)  # noqa: DTZ001


def test_two_digits_of_year_turn_at_fifty() -> None:
    assert danish_date("01-01-49") == date(2049, 1, 1)
    assert danish_date("01-01-50") == date(1950, 1, 1)


@pytest.mark.parametrize(
    "written",
    ["29-02-2019", "31-04-2020", "00-01-2020", "26-03-2020 25:00", "43916", "i går", "26-03"],
)
def test_what_is_no_day_is_refused(written: str) -> None:
    assert isinstance(danish_date(written), Unreadable)
    assert danish_date("29-02-2020") == date(2020, 2, 29)


def test_the_month_first_is_noticed_and_said() -> None:
    found = danish_date("03/26/2020")
    assert isinstance(found, Unreadable)
    assert "USA" in found.problem.da


def test_serials_count_from_1900_or_1904_and_only_where_they_may() -> None:
    assert danish_date(43916) == date(2020, 3, 26)
    assert danish_date(42454, serials=1904) == date(2020, 3, 26)
    assert danish_date(61) == date(1900, 3, 1)
    assert isinstance(danish_date(60), Unreadable)
    assert isinstance(danish_date(43916, serials=None), Unreadable)
    assert isinstance(danish_date(True), Unreadable)


def test_a_row_keeps_its_number_and_its_line() -> None:
    content = 'Navn;Note\nA;"et\nto\ntre"\n\nB;x\n'
    _, rows = read(content.encode())
    assert [(row.number, row.line) for row in rows] == [(2, 2), (4, 6)]
    assert rows[0].cells == ("A", "et\nto\ntre")


def test_a_line_that_names_the_delimiter_is_no_row() -> None:
    _, rows = read(b"sep=,\nNavn,Timer\nA;B,1\nC;D,2\n")
    assert rows[0] == Row(2, ("A;B", "1"), 3)


def test_commas_within_numbers_are_no_delimiters() -> None:
    found, rows = read(b"Navn;A;B;C\n" + b"x;1,5;2,5;3,5\n" * 5)
    assert found.headings == ("Navn", "A", "B", "C")
    assert rows[0].cells == ("x", "1,5", "2,5", "3,5")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "windows-1252"])
def test_danish_letters_survive_their_encoding(encoding: str) -> None:
    _, rows = read("Rådgiver;Team\nSøren Æbelø;Ø\n".encode(encoding))
    assert rows[0].cells == ("Søren Æbelø", "Ø")


def test_a_sheet_that_begins_elsewhere_has_its_own_letters_and_numbers() -> None:
    def fill(book: xlsxwriter.Workbook) -> None:
        sheet = book.add_worksheet("Sager")
        sheet.write_row("C5", ["Navn", "Dato"])
        sheet.write_row("C6", ["A", date(2020, 3, 26)])
        sheet.write("E7", "her")
        sheet.write("C7", "B")

    found, rows = read(workbook(fill), "x.xlsx")
    assert (found.heading_row, found.headings) == (5, ("", "", "Navn", "Dato"))
    assert rows[0] == Row(6, (None, None, "A", date(2020, 3, 26)), 6)
    (fault,) = found.faults.listed
    assert (fault.row, fault.column) == (7, "E")


def test_a_sheet_is_chosen_by_name_and_an_unknown_one_is_told_with_the_known() -> None:
    def fill(book: xlsxwriter.Workbook) -> None:
        for name in ("Tomt", "Et", "To"):
            sheet = book.add_worksheet(name)
            if name != "Tomt":
                sheet.write_row("A1", ["Navn", "Ark"])
                sheet.write_row("A2", ["A", name])

    content = workbook(fill)
    assert [each.name for each in tables(guarded(content, "x.xlsx"))] == ["Tomt", "Et", "To"]
    assert read(content, "x.xlsx")[0].sheet == "Et"
    assert read(content, "x.xlsx", sheet="To")[1][0].cells == ("A", "To")
    with pytest.raises(UploadRefused, match=r"Tomt.*Et.*To"):
        read(content, "x.xlsx", sheet="Tre")


def test_headings_of_two_lines_are_joined_over_merged_cells() -> None:
    grid = [["Sag", "Dato", None, "Timer"], [None, "Ind", "Ud", None], ["S", 1.0, 2.0, 3.0]]
    found = heading(grid, [((0, 1), (0, 2))])
    assert found is not None
    assert found.names == ("Sag", "Dato Ind", "Dato Ud", "Timer")
    assert found.body == 2


def test_a_first_row_of_words_is_content_where_the_heading_has_no_gaps() -> None:
    found = heading([["Navn", "Team"], ["Anna", "Nord"], ["Bo", "5"]])
    assert found is not None
    assert found.body == 1


def test_a_cpr_number_is_refused_by_its_place_and_never_shown() -> None:
    content = LIST.replace("S-2", f"barn {CPR}").encode()
    with pytest.raises(UploadRefused) as refused:
        read(content)
    (error,) = refused.value.errors
    assert (error.row, error.column, error.heading) == (3, "A", "Sagsnr")
    assert error.value is None
    assert not looks_like_cpr(str(refused.value) + repr(error))


def test_at_most_twenty_places_are_listed_and_all_are_counted() -> None:
    content = "Barn;Timer\n" + f"{CPR};1\n" * 3000
    with pytest.raises(UploadRefused) as refused:
        read(content.encode())
    assert len(refused.value.errors) == 20
    assert refused.value.count == 3000


def test_no_row_from_the_first_cpr_number_on_leaves_the_reading_process() -> None:
    content = "Barn;Timer\n" + "x;1\n" * 40_000 + f"{CPR};1\n" + "x;1\n" * 40_000
    rows: list[Row] = []
    with table(guarded(content.encode(), "x.csv")) as found, pytest.raises(UploadRefused):
        # A list keeps what it was given before the refusal.
        rows.extend(found.rows)
    assert 0 < len(rows) <= 40_000
    assert not any(is_cpr(cell) for row in rows for cell in row.cells)


def test_a_column_that_is_allowed_leaves_as_pseudonyms() -> None:
    content = LIST.replace("S-2", CPR).encode()
    allowance = Allowance(headings=frozenset({"sagsnr"}), key=KEY)
    _, rows = read(content, allowance=allowance)
    assert rows[1].cells[0] == pseudonym(CPR, KEY) != pseudonym(CPR, b"another")
    assert rows[0].cells[0] == pseudonym("S-1", KEY)
    with pytest.raises(UploadRefused):
        read(content, allowance=replace(allowance, headings=frozenset({"Timer"})))


@given(st.text(alphabet="0123456789 -./٣abc", max_size=20))
def test_what_is_passed_over_quickly_is_no_cpr_number(text: str) -> None:
    assert MAY_BE_CPR.search(text) or not looks_like_cpr(text)


@given(st.text(max_size=30), st.binary(min_size=1, max_size=64))
def test_a_pseudonym_never_looks_like_a_cpr_number(text: str, key: bytes) -> None:
    assert not is_cpr(pseudonym(text, key))


def test_rows_with_too_many_or_too_few_cells_are_all_told_at_once() -> None:
    content = "A;B;C\n" + "1x;2x;3x\n" * 10 + "a;b\n" * 150 + "a;b;c;d\n" * 150
    found, rows = read(content.encode())
    assert len(rows) == 10
    assert found.faults.count == 300
    assert len(found.faults.listed) == 200
    assert (found.faults.listed[0].row, found.faults.listed[-1].row) == (12, 211)


def test_progress_is_told_and_ends_whole() -> None:
    told: list[Progress] = []
    read(b"A;B\n" + b"x;1\n" * 50_000, progress=told.append)
    rows = [each.rows for each in told]
    assert rows == sorted(rows)
    assert rows[-1] == 50_000
    assert told[-1].share == 1
    assert all(each.share is not None and 0 <= each.share <= 1 for each in told)


def test_a_file_is_what_its_content_says() -> None:
    assert guarded(far_away("A3"), "liste.csv").kind is Kind.XLSX
    assert guarded(LIST.encode(), "liste.xlsx").kind is Kind.CSV


def test_the_name_of_a_file_loses_its_folders() -> None:
    assert guarded(LIST.encode(), "C:\\Users\\x\\liste.csv").filename == "liste.csv"
    assert guarded(LIST.encode(), "../../liste.csv").filename == "liste.csv"


def far_away(corner: str) -> bytes:
    """A sheet of two rows and a cell far away, of which a reader makes a whole field."""

    def fill(book: xlsxwriter.Workbook) -> None:
        sheet = book.add_worksheet("Sager")
        sheet.write_row("A1", ["Navn", "Timer"])
        sheet.write_row("A2", ["A", 5])
        sheet.write(corner, "x")

    return workbook(fill)


@pytest.mark.skipif(sys.platform == "win32", reason="no bounds of memory there")
def test_memory_is_bounded_by_the_bound_and_not_by_luck() -> None:
    # 1000 × 10 000 cells of 24 or 32 bytes: a quarter of a gigabyte, within one bound and not
    # within the other.
    upload = guarded(far_away("ALL10000"), "x.xlsx")
    with table(upload) as found:
        assert sum(1 for _ in found.rows) == 1
    narrow = replace(upload, limits=Limits(memory_bytes=200 * MEGABYTE))
    with pytest.raises(UploadTooLarge, match="too complicated"), table(narrow):
        pass


@pytest.mark.skipif(sys.platform == "win32", reason="no bounds of memory there")
def test_a_text_is_bounded_in_memory_too() -> None:
    upload = guarded(_many_rows(5_000_000), "x.csv", Limits(most_rows=10**7))
    with table(upload) as found:
        assert next(found.rows).number == 2
    narrow = replace(upload, limits=replace(upload.limits, memory_bytes=60 * MEGABYTE))
    with pytest.raises(UploadTooLarge, match="too complicated"), table(narrow):
        pass


def _many_rows(count: int) -> bytes:
    return b"Navn;Timer\n" + b"x;1\n" * count


@pytest.mark.skipif(sys.platform == "win32", reason="no bounds of time there")
def test_a_process_that_calculates_for_too_long_is_ended() -> None:
    limits = Limits(processor_seconds=1)
    rows = "".join(f'"a{n}";b{n};c{n};d{n};e{n}\n' for n in range(800_000))
    upload = guarded(f"A;B;C;D;E\n{rows}".encode(), "x.csv", limits)
    with pytest.raises(UploadTooLarge), table(upload) as found:
        for _ in found.rows:
            pass


def test_a_process_that_keeps_its_reader_waiting_is_ended() -> None:
    upload = guarded(_many_rows(1_000_000), "x.csv", Limits(waiting_seconds=0.05))
    with pytest.raises(UploadTooLarge), table(upload) as found:
        for _ in found.rows:
            pass


def test_a_slow_reader_is_not_taken_for_a_slow_process() -> None:
    upload = guarded(_many_rows(60_000), "x.csv", Limits(waiting_seconds=3))
    with table(upload) as found:
        next(found.rows)
        time.sleep(3.2)
        assert sum(1 for _ in found.rows) == 59_999


def test_the_process_ends_with_the_block() -> None:
    with table(guarded(_many_rows(200_000), "x.csv")) as found:
        next(found.rows)
        before = _children()
    assert before
    assert not before & _children()


def _children() -> set[int]:
    listed = subprocess.run(
        ["ps", "-o", "pid=,args=", "--ppid", str(os.getpid())], capture_output=True, text=True
    ).stdout.splitlines()
    return {int(line.split()[0]) for line in listed if "api.uploads.child" in line}


def test_several_are_read_side_by_side() -> None:
    counts: list[int] = []

    def one() -> None:
        with table(guarded(_many_rows(5000), "x.csv")) as found:
            counts.append(sum(1 for _ in found.rows))

    threads = [threading.Thread(target=one) for _ in range(4)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert counts == [5000] * 4


def test_the_process_sees_no_secret_of_the_service(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("CASELOAD_DATABASE", "postgresql://user:secret@host/name")
    with table(guarded(_many_rows(200_000), "x.csv")) as found:
        next(found.rows)
        (child,) = _children()
        environment = Path(f"/proc/{child}/environ").read_bytes()
        arguments = Path(f"/proc/{child}/cmdline").read_bytes()
    assert b"secret" not in environment
    assert KEY not in arguments


def test_a_process_killed_from_outside_is_a_refusal() -> None:
    with table(guarded(_many_rows(1_000_000), "x.csv")) as found:
        next(found.rows)
        (child,) = _children()
        os.kill(child, signal.SIGKILL)
        with pytest.raises(UploadTooLarge):
            for _ in found.rows:
                pass
