"""Errors by cause and unread columns: what is said of a list whose columns were misread."""

import pytest
from past_lists import CASES, STAFF, read, rows_of

from api.imports.report_in_words import report_in_words

ROW = "S{n};B{n};boern;;ABC;{arrived};;;{closed}"
SHIFTED = CASES.replace("Opmærksom dato", "Felt 12")


def listed(arrived, heading=CASES):
    """A case list with a row for each thing that stands where the arrival should."""
    rows = (ROW.format(n=n, arrived=day, closed="") for n, day in enumerate(arrived))
    return rows_of(heading, *rows)


def shown(*args, **said):
    return report_in_words(read(*args, **said).report, "da")


# --- By cause ------------------------------------------------------------------------------------


def test_one_error_unlike_the_others_does_not_drown_in_them():
    report = read("cases", listed([*["i går"] * 300, *["01-02-2025"] * 99, "01-02-2027"])).report
    rare, common = report.causes
    assert (rare.rows, rare.cells[0].row) == (1, 401)
    assert (common.rows, common.errors) == (300, 300)
    assert [each.row for each in common.cells] == [2, 3, 4, 5, 6]
    assert {each.value for each in common.cells} == {"i går"}
    assert common.what_to_do.da
    assert "er ikke en dato" in common.problem.da
    # Each by itself as before: the first, and the one that came after all of those.
    assert report.error_count == 301
    assert [each.row for each in report.errors] == [*range(2, 202), 401]


def test_what_is_wrong_in_each_cell_differently_is_one_cause():
    report = read("cases", listed([f"dag {n}" for n in range(30)] + ["01-02-2025"] * 30)).report
    (cause,) = report.causes
    assert (cause.rows, cause.problem.da) == (30, "er ikke en dato")
    assert [each.value for each in cause.cells] == [f"dag {n}" for n in range(5)]


def test_an_error_alone_says_what_stands_there():
    (cause,) = read("cases", listed(["i går", "01-02-2025"])).report.causes
    assert cause.problem.da == "”i går” er ikke en dato"


def test_causes_are_counted_across_chunks_and_sum_to_all_errors():
    arrived = ["31-02-2025" if n % 4 else "i går" for n in range(25_000)]
    report = read("cases", listed(arrived)).report
    assert sum(each.errors for each in report.causes) == report.error_count == 25_000
    assert sorted(each.rows for each in report.causes) == [6250, 18750]


def test_words_that_nobody_knows_are_one_cause_with_all_their_rows():
    words = ["Ældre", "Ældre", "Kulturen", *["boern"] * 20]
    rows = (f"S{n};B{n};{word};;ABC;01-02-2025;;;" for n, word in enumerate(words))
    report = read("cases", rows_of(CASES, *rows)).report
    (cause,) = report.causes
    assert (cause.rows, cause.errors, report.error_count) == (3, 2, 2)
    assert [each.value for each in cause.cells] == ["Ældre", "Kulturen"]
    assert cause.problem.da == "ukendt værdi af team"


def test_what_is_wrong_with_the_list_as_a_whole_stands_first():
    days = [*["i går"] * 9, "01-02-2025"]
    rows = (f"S{n};B{n};{'boern' if n else 'X'};;ABC;{day};;;" for n, day in enumerate(days))
    first, second = read("cases", rows_of(CASES, *rows)).report.causes
    assert (first.rows, first.wrong_column is not None) == (9, True)
    assert (second.rows, second.wrong_column) == (1, None)


def test_what_is_shared_has_no_values_of_single_rows():
    shared = read("cases", listed(["i går", "i dag", "01-02-2025"])).report.suppressed(5)
    assert all(each.value is None for cause in shared.causes for each in cause.cells)
    alone = read("cases", listed(["i går", "01-02-2025"])).report.suppressed(5)
    assert "i går" not in alone.causes[0].problem.da


# --- A wrong column ------------------------------------------------------------------------------


def test_a_column_wrong_in_nearly_every_row_is_asked_about_and_the_likely_one_named():
    content = listed([f"{day:02}-03-2025" for day in range(1, 21)], SHIFTED)
    said = {"Sagsbehandler": "need_became_known"}
    report = read("cases", content, mapping=said).report
    wrong = report.causes[0].wrong_column
    assert wrong is not None
    assert (wrong.heading, wrong.field, wrong.others) == (
        "Sagsbehandler", "need_became_known", ("Felt 12",),
    )  # fmt: skip
    assert "map=Felt 12=need_became_known" in wrong.asked.da
    told = report_in_words(report, "da")
    assert '--map "Felt 12=need_became_known"' in told
    assert told.count("ABC") == 5


@pytest.mark.parametrize(
    ("wrong", "right", "asked"), [(16, 4, True), (15, 5, False), (5, 1, True), (4, 0, False)]
)
def test_a_column_is_doubted_where_four_of_five_cells_and_at_least_five_are_wrong(
    wrong, right, asked
):
    (cause,) = read("cases", listed(["i går"] * wrong + ["01-02-2025"] * right)).report.causes
    assert (cause.wrong_column is not None) == asked


def test_a_column_that_is_mostly_empty_is_doubted_by_the_cells_that_it_has():
    closed = ["01-02-2025", *["nej"] * 9, *[""] * 90]
    rows = (ROW.format(n=n, arrived="01-02-2025", closed=each) for n, each in enumerate(closed))
    (cause,) = read("cases", rows_of(CASES, *rows)).report.causes
    assert cause.rows == 9
    assert cause.wrong_column is not None
    assert cause.wrong_column.field == "closed"


@pytest.mark.parametrize(("word", "asked"), [("Hold {}", True), ("Kulturen", False)])
def test_words_that_nobody_knows_are_a_wrong_column_where_they_do_not_come_again(word, asked):
    rows = (f"S{n};B{n};{word.format(n)};;ABC;01-02-2025;;;" for n in range(20))
    (cause,) = read("cases", rows_of(CASES, *rows)).report.causes
    assert cause.rows == 20
    assert (cause.wrong_column is not None) == asked


# --- Unread columns ------------------------------------------------------------------------------


def test_a_column_of_dates_that_nobody_reads_is_named_with_how_to_say_what_it_is():
    content = CASES.replace("Lukket", "Felt 9")
    (unread,) = read("cases", content).report.unread
    assert unread.names == ("Felt 9",)
    assert "closed" in unread.fields
    assert "need_became_known" not in unread.fields
    told = shown("cases", content)
    assert "kolonnen ”Felt 9” er ikke læst; den ligner datoer" in told
    assert '--map "Felt 9=' in told


def test_nothing_is_said_of_a_column_that_is_read_or_said_to_be_unused_or_holds_something_else():
    assert not read("cases", CASES).report.unread
    content = CASES.replace("Lukket", "Felt 9")
    assert not read("cases", content, mapping={"Felt 9": "-"}).report.unread
    assert not read("cases", content.replace("02-05-2025", "bemærkning")).report.unread


def test_a_date_of_birth_is_no_date_of_a_case():
    assert not read("cases", CASES.replace("Lukket", "Fødselsdato")).report.unread


def test_a_staff_list_with_all_its_dates_names_no_further_ones():
    more = STAFF.replace("Besk.grad", "Felt 9").replace(";;01", ";01-01-2020;01")
    assert not read("staff", more).report.unread


def test_what_a_list_cannot_do_without_is_looked_for_among_the_unread_columns():
    content = STAFF.replace("Ugentligt timetal", "Felt 3").replace("Besk.grad", "Bemærkning")
    report = read("staff", content.replace("0,8649", "")).report
    assert report.questions
    (unread,) = [each for each in report.unread if each.needed]
    assert (unread.names, unread.looks.da) == (("Felt 3",), "tal")
    assert unread.fields == ("hours_per_week", "employment_share")


def test_a_column_without_a_heading_is_named_by_its_letter():
    (unread,) = read("cases", CASES.replace("BFU startet", "")).report.unread
    assert unread.names == ("G",)
