"""Stretches that are handed over without a look at each cell: the same rows, and none too many."""

from itertools import islice

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from api.uploads import guarded, table, text_files
from api.uploads.civil_registration import is_cpr
from api.uploads.columns import cleaned
from api.uploads.headings import is_sum
from api.uploads.lazy_columns import CellsInRows, Joined
from api.uploads.plain_text import Plain, Stretch
from api.uploads.reading import Part
from api.uploads.text_files import TextAtFault, TextFile

CPR = "010203-1234"
LONGEST = 60
# What is found at the edges of what is plain, and what usually is in a list.
PIECES = st.sampled_from(
    [
        "",
        "a",
        "5",
        "26-03-2020",
        "SAG-0000123",
        "20200326",
        "æble",
        " ",
        "\u00a0",
        "\x1f",
        "\t",
        CPR,
        "010203",
        "1234",
        "102031234",
        "010203 \u2013 1234",
        "٠١٠٢٠٣1234",
        "I alt",
        "ialt",
        "Total",
        "Summarum",
        "x" * LONGEST,
        '"',
        '"b"',
        '"to\nlinjer"',
        "\r",
        "\x85",
        "\u2028",
    ]
)
CELLS = st.lists(PIECES, max_size=2).map("".join)
LINES = st.lists(st.lists(CELLS, min_size=3, max_size=3), min_size=0, max_size=12)
USUAL = st.lists(
    st.lists(st.sampled_from(["a", "5", "æble", "", "26-03-2020"]), min_size=3, max_size=3),
    min_size=0,
    max_size=12,
)


def text_of(lines, delimiter, end):
    return "".join(delimiter.join(line) + end for line in [["A", "B", "C"], *lines])


def text_file(content):
    file = TextFile(content, LONGEST, 10_000)
    file.delimiter = ";"
    return file


def row_by_row(content):
    found = []
    try:
        found.extend(text_file(content).records())
    except TextAtFault as fault:
        return found, (fault.row, fault.problem)
    return found, None


def in_stretches(content):
    """The records by stretches, what went wrong, and which rows were plain."""
    file = text_file(content)
    found, plain_rows = list(islice(file.records(), 1)), []
    rest = file.stretches(Plain(delimiter=";", width=3, longest_cell=LONGEST))
    if rest is None:
        return None
    try:
        for part in rest:
            if not isinstance(part, Stretch):
                found.extend(part)
                continue
            columns = CellsInRows(part.cells.split(";"), 3)
            for at, row in enumerate(zip(*columns, strict=True)):
                plain_rows.append(row)
                cells = ["" if cell is None else cell for cell in row]
                found.append((part.number + at, part.line + at, cells))
    except TextAtFault as fault:
        return found, (fault.row, fault.problem), plain_rows
    return found, None, plain_rows


@pytest.fixture(params=[1, 30, 2**19])
def stretch(request, monkeypatch):
    monkeypatch.setattr(text_files, "_STRETCH", request.param)
    return request.param


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
def test_stretches_are_the_records_that_are_read_row_by_row(stretch, encoding):
    @settings(max_examples=80, deadline=None)
    @given(LINES | USUAL, st.sampled_from(["\n", "\r\n"]), st.booleans())
    @example([["a", '"b', "c"], ["d", 'e"', "f"]], "\n", False)
    @example([["a", "b", "c"]] * 5 + [["d", '"e\nf"', "g"], ["h", "i", "j"]], "\n", False)
    @example([[" a", "b", "c"], ["a", "b", CPR]], "\r\n", True)
    def same(lines, end, cut):
        text = text_of(lines, ";", end)
        content = (text.removesuffix(end) if cut else text).encode(encoding)
        try:
            expected, fault = row_by_row(content)
        except TextAtFault:
            return
        found = in_stretches(content)
        if found is None:
            assert b"\r" in content.replace(b"\r\n", b"")
            return
        assert found[0] == expected
        assert found[1] == fault

    same()


@settings(max_examples=400, deadline=None)
@given(LINES | USUAL, st.sampled_from([";", ",", "|", "\t"]), st.sampled_from(["\n", "\r\n"]))
def test_what_is_plain_has_nothing_to_clean_refuse_or_leave_out(lines, delimiter, end):
    text = "".join(delimiter.join(line) + end for line in lines)
    plain = Plain(delimiter=delimiter, width=3, longest_cell=LONGEST)
    found = plain.stretch(text, 2, 2) if text else None
    if found is None:
        return
    rows = list(zip(*CellsInRows(found.cells.split(delimiter), 3), strict=True))
    assert len(rows) == found.rows
    for row in rows:
        assert any(cell is not None for cell in row)
        assert not is_sum(row)
        assert list(cleaned(row)[0]) == list(row)
        assert not any(is_cpr(cell) for cell in row)
        assert all(cell is None or len(cell) <= LONGEST for cell in row)


def test_the_usual_list_is_plain():
    """Else nothing of the above would be about anything."""
    rows = "S-1;Team Nord;26-03-2020\r\nBørn 20200326;;§ 50, stk. 2\r\n" * 50
    found = Plain(delimiter=";", width=3, longest_cell=LONGEST).stretch(rows, 2, 2)
    assert found is not None
    assert found.rows == 100


LOOKED_AT = [" a", "a ", "\u00a0a", "a\x1f", "x" * (LONGEST + 1), '"a"', "a\rb", "2 \u2013 3", CPR]
LOOKED_AT += ["010203   1234", "0102031234", "102031234", "I alt", "Total Nord", "a;b", "a\nb"]
PLAIN = ["x" * 20, "a b", "26-03-2020 14:30", "BARN000123", "010203", "æble § 50", "Altan"]


@pytest.mark.parametrize("row", [0, 7, 19])
@pytest.mark.parametrize(
    ("cell", "is_plain"),
    [*((each, False) for each in LOOKED_AT), *((each, True) for each in PLAIN)],
)
def test_one_cell_among_plain_rows_decides_wherever_it_stands(cell, is_plain, row):
    plain = Plain(delimiter=";", width=3, longest_cell=LONGEST)
    for place in range(3):
        rows = [[f"S-{n}", "Nord", "26-03-2020"] for n in range(20)]
        rows[row][:place] = [""] * place  # what is a sum has nothing before it
        rows[row][place] = cell
        text = "".join(";".join(each) + "\r\n" for each in rows)
        assert (plain.stretch(text, 2, 2) is not None) == is_plain, place


def test_a_row_of_nothing_or_of_too_few_cells_is_not_plain():
    plain = Plain(delimiter=";", width=3, longest_cell=LONGEST)
    for row in (";;", "", "a;b", ";"):
        assert plain.stretch(f"a;b;c\n{row}\nd;e;f\n", 2, 2) is None


def test_one_cpr_number_among_many_plain_rows_is_found_in_its_place(stretch):
    plain = Plain(delimiter=";", width=2, longest_cell=LONGEST)
    for row in (0, 7, 99):
        for place in (0, 1):
            for number in (CPR, "0102031234", "102031234", "010203  1234", "barn010203_1234"):
                cells = [[f"S-{n}", "26-03-2020"] for n in range(100)]
                cells[row][place] = number
                assert plain.stretch("".join(";".join(c) + "\n" for c in cells), 2, 2) is None


def test_rows_and_parts_are_two_ways_to_the_same_rows():
    content = "Navn;Note\n" + "".join(f"n{n};{'x' if n % 3 else ''}\n" for n in range(70_000))
    content += 'sidst;"to\nlinjer"\n'
    with table(guarded(content.encode(), "x.csv")) as found:
        rows = list(found.rows)
    with table(guarded(content.encode(), "x.csv")) as found:
        first = next(found.rows)
        parts = list(found.parts)
    assert (first.number, first.cells) == (2, ("n0", None))
    after = [row for part in parts for row in part.rows()]
    assert after == rows[-len(after) :]
    assert rows[-1].cells == ("sidst", "to\nlinjer")
    assert [row.number for row in rows] == list(range(2, 70_003))


def test_joined_columns_are_those_of_their_parts():
    one = Part(range(2), CellsInRows(["a", "", "b", "2"], 2), range(2))
    two = Part(range(1), [["c"], [3]], range(1))
    joined = Joined([one.columns, two.columns])
    assert list(joined) == [["a", "b", "c"], [None, "2", 3]]
    assert joined[0:1] == [["a", "b", "c"]]
    assert len(joined) == 2
    with pytest.raises(IndexError):
        joined[2]


def test_no_row_after_a_misplaced_quotation_mark_is_handed_over():
    rows = [f"n{n};x\n" for n in range(100_000)]  # more than one stretch
    rows[200] = 'n200;"x"y\n'
    with table(guarded(("Navn;Note\n" + "".join(rows)).encode(), "x.csv")) as found:
        read = list(found.rows)
    assert [row.cells[0] for row in read] == [f"n{n}" for n in range(200)]
    assert [fault.row for fault in found.faults.listed] == [202]
