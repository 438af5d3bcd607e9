"""What is understood of a list: its columns, its words, its rows, and what is wrong with them."""

from dataclasses import replace
from datetime import date
from fractions import Fraction

import numpy as np
import pytest
from past_lists import ABSENCE, CASES, DEPARTMENTS, STAFF, STUDY, read, rows_of

from api.imports.absences import with_spells
from api.imports.columns import Sureness, columns
from api.imports.fields import Kind
from api.imports.given import Remembered
from api.imports.meanings import Meanings, choices_of
from api.imports.packing import FORMAT, packed, unpacked
from api.imports.pseudonyms import Pseudonyms
from api.imports.report import Count
from api.imports.terms import stated_mapping, stated_values, terms
from capacity.case_events import CaseEvent
from capacity.caseload import CaseUnit
from capacity.errors import InvalidInput
from capacity.staff_history import AwayReason
from simulations.case_history import day_number


def guessed(kind, *headings, sample=(), stated=None, known=None):
    cells = sample or [()] * len(headings)
    return columns(kind, headings, cells, stated=stated or {}, remembered={}, known=known or {})


def fields_of(found):
    return {use.heading: use.field for use in found.uses}


# --- Columns -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("heading", "field"),
    [
        ("Sagsnr.", "case_id"),
        ("SAGS-ID", "case_id"),
        ("Barnets id", "child_id"),
        ("Ansvarlig enhed", "team"),
        ("Dato for opmærksomhed", "need_became_known"),
        ("Underretningsdato", "notification_received"),
        ("§ 50-undersøgelse afsluttet", "assessment_finished"),
        ("Undersogelse afsluttet", "assessment_finished"),  # a system without Danish letters
        ("Barnets plan (dato)", "plan_made"),
        ("1. opfølgning", "followed_up_first"),
        ("notification_received", "notification_received"),
        ("Awareness date", "need_became_known"),
    ],
)
def test_a_case_list_names_its_columns_in_many_ways(heading, field):
    assert fields_of(guessed(Kind.CASES, heading))[heading] == field


@pytest.mark.parametrize(
    ("heading", "field"),
    [
        ("Tjenestenr.", "caseworker"),
        ("Lønnr", "caseworker"),
        ("Ugl. timer", "hours_per_week"),
        ("Beskæftigelsesgrad (%)", "employment_share"),
        ("Fratrædelsesdato", "ends_on"),
        ("Org. enhed", "team"),
    ],
)
def test_a_payroll_list_names_its_columns_in_many_ways(heading, field):
    assert fields_of(guessed(Kind.STAFF, heading))[heading] == field


def test_two_dates_that_may_start_a_deadline_are_a_question_and_no_guess():
    found = guessed(Kind.CASES, "Sagsnr.", "Oprettet", "Modtaget")
    assert fields_of(found) == {"Sagsnr.": "case_id", "Oprettet": None, "Modtaget": None}
    asked = [set(question.choices) for question in found.questions]
    assert {"Oprettet=need_became_known", "Oprettet=notification_received", "Oprettet=-"} in asked


def test_one_vague_date_is_asked_about_too():
    found = guessed(Kind.CASES, "Sagsnr.", "Oprettet")
    assert fields_of(found)["Oprettet"] is None
    assert found.questions


def test_a_vague_date_is_not_asked_about_where_the_start_is_known():
    found = guessed(Kind.CASES, "Opmærksom dato", "Oprettet")
    assert fields_of(found) == {"Opmærksom dato": "need_became_known", "Oprettet": None}
    assert found.questions == ()


def test_two_columns_of_the_same_name_are_a_question_answered_by_letter():
    found = guessed(Kind.CASES, "Underretningsdato", "Lukket", "Lukket")
    assert fields_of(found)["Lukket"] is None
    assert {"B=closed", "C=closed"} == set(found.questions[0].choices)
    said = guessed(Kind.CASES, "Underretningsdato", "Lukket", "Lukket", stated={"C": "closed"})
    assert (said.of("closed"), said.questions) == (2, ())
    with pytest.raises(InvalidInput, match=r"several columns are called “Lukket”.*: B, C"):
        guessed(Kind.CASES, "Underretningsdato", "Lukket", "Lukket", stated={"Lukket": "closed"})


def test_what_the_cells_cannot_be_the_heading_alone_does_not_make_them():
    texts = [("Anna", "Bo", "Carl")]
    assert fields_of(guessed(Kind.CASES, "Ny sag lukket?", sample=texts))["Ny sag lukket?"] is None
    dates = [("01-02-2025", "02-02-2025")]
    found = guessed(Kind.CASES, "Ny sag lukket?", sample=dates)
    assert fields_of(found)["Ny sag lukket?"] == "closed"


def test_a_column_of_the_departments_own_teams_is_the_team():
    known = {"team": frozenset({"nord", "syd"})}
    found = guessed(Kind.CASES, "Placering", sample=[("Nord", "Syd", "Nord")], known=known)
    assert fields_of(found)["Placering"] == "team"
    assert found.uses[0].sureness is Sureness.LIKELY


def test_what_the_user_says_comes_before_what_is_guessed():
    said = {"Sagsnr.": "-", "Nøgle": "case_id"}
    found = guessed(Kind.CASES, "Sagsnr.", "Nøgle", "Underretningsdato", stated=said)
    assert found.of("case_id") == 1
    assert fields_of(found)["Sagsnr."] is None


@pytest.mark.parametrize(
    "said",
    [
        {"Findes ikke": "case_id"},
        {"Sagsnr.": "no_such"},
        {"A": "team", "B": "team"},
        {"Sagsnr.": "case_id", "A": "child_id"},  # one column, by its heading and its letter
        {"Sagsnr.": "case_id", "sagsnr": "-"},
    ],
)
def test_what_the_user_says_and_cannot_be_is_refused(said):
    with pytest.raises(InvalidInput) as refusal:
        guessed(Kind.CASES, "Sagsnr.", "Lukket", stated=said)
    assert refusal.value.field == "map"


def test_what_the_user_says_twice_alike_is_said_once():
    said = {"Sagsnr.": "case_id", "A": "case_id"}
    assert guessed(Kind.CASES, "Sagsnr.", "Underretningsdato", stated=said).of("case_id") == 0


@pytest.mark.parametrize(
    "written",
    ["Sagsnr.=case_id;Sagsnr.=child_id", '{"Sagsnr.": "case_id", "Sagsnr.": "child_id"}'],
)
def test_a_heading_is_not_written_down_as_two_fields(written):
    with pytest.raises(InvalidInput, match=r"both “case_id” and “child_id”") as refusal:
        stated_mapping(written)
    assert refusal.value.field == "map"
    assert stated_mapping(written.replace("child_id", "case_id")) == {"Sagsnr.": "case_id"}


def test_first_name_and_last_name_are_both_dropped_without_a_question():
    found = guessed(Kind.STAFF, "Lønnr", "Fornavn", "Efternavn", "Team", "Timer")
    assert [use.field for use in found.uses][1:3] == ["caseworker_name"] * 2
    assert found.questions == ()


def test_what_was_remembered_is_used_and_said_where_the_headings_match():
    remembered = Remembered({"Kolonne 7": "need_became_known", "Væk": "closed"}, {})
    found = read("cases", "Kolonne 7;Team\n01-02-2025;boern\n", remembered=remembered, source="X")
    use = found.report.columns[0]
    assert (use.field, use.sureness) == ("need_became_known", Sureness.REMEMBERED)
    assert found.report.remembered is not None
    assert "Væk" in found.report.remembered.da
    assert "1 kolonner" in found.report.remembered.da


def test_what_the_user_says_now_is_not_also_what_was_remembered_of_another_column():
    found = read(
        "cases",
        "Oprettet;Modtaget;Team\n01-02-2025;02-03-2025;boern\n",
        remembered=Remembered({"Oprettet": "need_became_known"}, {}),
        source="X",
        mapping={"Modtaget": "need_became_known"},
    )
    assert [use.field for use in found.report.columns][:2] == [None, "need_became_known"]
    assert found.content.at(CaseEvent.NEED_BECAME_KNOWN)[0] == day_number(date(2025, 3, 2))


NOT_MISSING = {
    "a team": (
        "staff",
        "Tjenestenr;Placering;Timer\n1;Undersøgelse Nord;37\n2;Børneteamet;37\n3;Ældre;37\n",
        (4, "B", "Ældre"),
    ),
    "a reason": (
        "absence",
        "Tjenestenr;Hvorfor;Fra\n101;Barsel;01-10-2025\n102;Depression;02-10-2025\n",
        (3, "B", "Depression"),
    ),
    "a unit": (
        "departments",
        DEPARTMENTS.replace("Sagsenhed", "Vi regner i") + DEPARTMENTS.splitlines()[1].replace(
            "barn", "voksen"
        ),
        (4, "B", "voksen"),
    ),
    "hours": (
        "staff",
        "Tjenestenr;Team;Timer i kontrakten\n1;boern;37 t.\n",
        (2, "C", "37 t."),
    ),
    "a day": (
        "absence",
        "Tjenestenr;Årsag;Fravær fra og med\n101;Syg;i går\n",
        (2, "C", "i går"),
    ),
    "an arrival": (
        "cases",
        "Team;Underretning modtaget af os\nboern;i går\nboern;nylig\nboern;01-02-2025\n",
        (2, "B", "i går"),
    ),
}  # fmt: skip


@pytest.mark.parametrize("of", NOT_MISSING)
def test_a_needed_column_with_a_fault_is_that_column_and_the_fault_is_told(of):
    kind, listed, fault = NOT_MISSING[of]
    report = read(kind, listed, people=people() if kind == "absence" else ()).report
    assert report.questions == ()
    first = report.errors[0]
    assert (first.row, first.column, first.value) == fault
    use = report.columns["ABC".index(fault[1])]
    assert use.sureness is Sureness.LIKELY
    assert "ligner" in use.why.da or "nogle af værdierne" in use.why.da
    assert not report.may_be_accepted


def test_a_needed_column_that_several_may_be_is_asked_for_among_those_and_no_other_is_taken():
    two = "Tjenestenr;Placering;Før;Timer\n1;boern;unge;37\n2;Ældre;Gamle;37\n"
    report = read("staff", two).report
    assert {choice for each in report.questions for choice in each.choices} == {
        "Placering=team",
        "Før=team",
    }
    none = "Tjenestenr;Placering;Timer\n1;boern;37\n2;Ældre;37\n3;Gamle;37\n"
    (asked,) = read("staff", none).report.questions
    assert "ingen kolonne er team" in asked.asked.da
    # What may be left out is not looked for so hard.
    assert (
        fields_of(
            guessed(
                Kind.CASES,
                "Underretningsdato",
                "Placering",
                sample=[("01-02-2025",), ("Nord", "Øst")],
                known={"team": frozenset({"nord"})},
            )
        )["Placering"]
        is None
    )


# --- What the user has to say --------------------------------------------------------------------


@pytest.mark.parametrize("missing", ["unit", "seen_on", "complete_from"])
def test_unit_day_and_completeness_are_asked_for_and_never_guessed(missing):
    with pytest.raises(InvalidInput) as refusal:
        read("cases", CASES, **{missing: None})
    assert refusal.value.field == missing
    assert missing in refusal.value.message.da


def test_all_that_is_missing_is_named_at_once():
    with pytest.raises(InvalidInput) as refusal:
        terms("cases", today=date(2026, 1, 1), unit=None, seen_on=None, complete_from=None)
    assert all(name in refusal.value.message.en for name in ("unit", "seen_on", "complete_from"))


@pytest.mark.parametrize("written", ["31-03-2026", "31/3 2026", "31. marts 2026", "2026-03-31"])
def test_a_day_is_taken_as_danes_write_it(written):
    said = {"today": date(2026, 6, 1), "unit": "child"}
    found = terms("cases", seen_on=written, complete_from=written, **said)
    assert (found.seen_on, found.complete_from) == (date(2026, 3, 31), date(2026, 3, 31))
    assert found == terms("cases", seen_on="2026-03-31", complete_from="2026-03-31", **said)


@pytest.mark.parametrize("written", ["31-02-2026", "46112", "31-03-2026 kl. 12", "03/31/2026", ""])
def test_what_is_no_day_is_refused(written):
    with pytest.raises(InvalidInput) as refusal:
        terms(
            "cases", today=date(2026, 6, 1), unit="child", seen_on=written, complete_from="unknown"
        )
    assert refusal.value.field == "seen_on"


def test_a_list_from_the_future_is_refused():
    with pytest.raises(InvalidInput) as refusal:
        read("cases", CASES, seen_on="2031-01-01")
    assert refusal.value.field == "seen_on"


def test_nobody_need_know_from_when_a_case_list_is_complete_but_must_say_so():
    found = read("cases", CASES, complete_from="ukendt")
    assert found.content.complete_from is None
    assert any("tilgangen ukendt" in each.da for each in found.report.warnings)


# --- Cases ---------------------------------------------------------------------------------------


def test_a_case_list_becomes_columns():
    history = read("cases", CASES).content
    assert (history.unit, history.seen_on) == (CaseUnit.CHILD, date(2026, 3, 31))
    assert history.complete_from == date(2025, 1, 1)
    assert [history.teams[number] for number in history.team] == [
        "undersoegelse-nord",
        "undersoegelse-nord",
        "boern",
    ]
    assert [history.case_classes[number] for number in history.case_class] == [
        "assessment-north",
        "assessment-north",
        "casework-children",
    ]
    known = history.at(CaseEvent.NEED_BECAME_KNOWN)
    assert known.tolist() == [day_number(date(2025, m, d)) for m, d in ((2, 3), (3, 4), (3, 5))]
    finished = history.at(CaseEvent.ASSESSMENT_FINISHED)
    assert finished[0] == day_number(date(2025, 5, 1))
    assert np.isnan(finished[1:]).all()
    assert history.caseworker[1] == history.caseworker[2] != history.caseworker[0]


def test_times_of_day_are_known_where_the_list_has_them():
    timed = "Underretning modtaget;Underretning vurderet\n01-02-2025 14:30;02-02-2025 08:00\n"
    history = read("cases", timed).content
    assert history.timed == {CaseEvent.NOTIFICATION_RECEIVED, CaseEvent.NOTIFICATION_ASSESSED}
    received = history.at(CaseEvent.NOTIFICATION_RECEIVED)[0]
    assert received == day_number(date(2025, 2, 1)) + (14 * 3600 + 30 * 60) / 86400


def test_a_time_of_day_may_have_a_column_of_its_own():
    timed = "Underretning modtaget;Modtaget kl.\n01-02-2025;kl. 14.30\n"
    history = read("cases", timed).content
    assert history.at(CaseEvent.NOTIFICATION_RECEIVED)[0] % 1 == pytest.approx(14.5 / 24)
    assert CaseEvent.NOTIFICATION_RECEIVED in history.timed


def test_dates_without_times_are_not_taken_for_midnight():
    assert read("cases", CASES).content.timed == frozenset()


def test_siblings_are_those_of_a_family_who_came_on_one_day():
    listed = "Familienr;Underretningsdato\n7;01-02-2025\n7;01-02-2025\n7;02-02-2025\n8;01-02-2025\n"
    siblings = read("cases", listed).content.siblings
    assert siblings[0] == siblings[1]
    assert len(set(siblings.tolist())) == 3


WRONG = {
    "no arrival": ("S9;B9;boern;;ABC;;;;", "F", "ingen dato"),
    "finished before known": (
        "S9;B9;boern;;ABC;03-02-2025;;01-02-2025;",
        "H",
        "er før kommunen blev opmærksom",
    ),
    "closed before arrival": ("S9;B9;boern;;ABC;03-02-2025;;;01-02-2025", "I", "sagens ankomst"),
    "in the future": ("S9;B9;boern;;ABC;01-04-2026;;;", "F", "efter udtræksdatoen"),
    "before anybody was a child": ("S9;B9;boern;;ABC;01-01-1899;;;", "F", ""),
    "implausibly early": ("S9;B9;boern;;ABC;01-01-1950;;;", "F", "før 1990"),
    "no date": ("S9;B9;boern;;ABC;i går;;;", "F", ""),
    "no such day": ("S9;B9;boern;;ABC;30-02-2025;;;", "F", ""),
    "unknown team": ("S9;B9;Ældre;;ABC;03-02-2025;;;", "C", "ukendt værdi af team"),
    "unknown type": ("S9;B9;boern;Noget;ABC;03-02-2025;;;", "D", "ukendt værdi af sagstype"),
}


@pytest.mark.parametrize("fault", WRONG)
def test_a_fault_is_told_with_row_column_value_and_what_to_do(fault):
    row, column, problem = WRONG[fault]
    found = read("cases", CASES + row + "\n")
    assert found.content is None
    assert not found.report.may_be_accepted
    errors = [each for each in found.report.errors if each.row == 5]
    assert errors == list(found.report.errors)
    assert column in [each.column for each in errors]
    error = next(each for each in errors if each.column == column)
    assert problem in error.problem.da
    assert error.what_to_do.da
    assert error.what_to_do.en
    assert (error.file, error.value) == ("liste.csv", row.split(";")["ABCDEFGHI".index(column)])


def test_all_faults_are_told_at_once():
    rows = [row for row, _, _ in WRONG.values()]
    found = read("cases", CASES + "\n".join(rows) + "\n")
    assert {each.row for each in found.report.errors} >= {5, 6, 7, 8, 9, 10, 11, 12, 13, 14}
    assert found.report.rows_at_fault == len(WRONG)
    assert found.report.rows_understood == 3


def test_many_faults_are_counted_and_the_first_listed():
    rows = "\n".join(f"S{n};B{n};boern;;ABC;31-02-2025;;;" for n in range(1000))
    report = read("cases", rows_of(CASES, rows)).report
    assert (report.error_count, len(report.errors)) == (1000, 200)
    assert [each.row for each in report.errors] == list(range(2, 202))


def test_a_word_that_nobody_knows_is_one_fault_however_many_rows_have_it():
    rows = "\n".join(f"S{n};B{n};Ældre;;ABC;01-02-2025;;;" for n in range(50))
    report = read("cases", rows_of(CASES, rows)).report
    assert report.error_count == 1
    assert "50" in report.errors[0].problem.da
    assert report.rows_at_fault == 50


def test_a_user_says_what_a_word_means_or_that_its_rows_are_left_out():
    rows = rows_of(
        CASES,
        "S1;B1;Ældre;;ABC;01-02-2025;;;",
        "S2;B2;Gamle nord;;ABC;01-02-2025;;;",
        "S3;B3;Et eller andet;;ABC;01-02-2025;;;",
    )
    values = {"team": {"Ældre": "-", "Gamle Nord": "undersoegelse-nord", "et eller andet": "?"}}
    found = read("cases", rows, values=values)
    history = found.content
    assert (found.report.rows_omitted, history.cases) == (1, 2)
    assert history.teams[history.team[0]] == "undersoegelse-nord"
    assert history.team[1] == -1
    with pytest.raises(InvalidInput) as refusal:
        read("cases", rows, values={"team": {"Ældre": "no-such-team"}})
    assert refusal.value.field == "values"


def test_a_word_that_is_nearly_one_team_is_guessed_and_shown_and_nearly_two_is_asked():
    rows = ["S1;B1;Modtagelsn;;ABC;01-02-2025;;;", "S2;B2;Undersøgelse sord;;ABC;01-02-2025;;;"]
    meanings = read("cases", rows_of(CASES, *rows)).report.meanings
    assert {(each.means, each.sureness) for each in meanings} == {
        ("modtagelse", Sureness.LIKELY),
        (None, Sureness.ASKED),  # north or south
    }


def test_a_word_near_one_that_two_teams_share_is_asked_about_and_never_one_of_them_by_chance():
    shared = {"nord": ("Undersøgelse",), "syd": ("Undersøgelse",)}
    own = {"nord": ("Undersøgelse",), "syd": ("Familiepleje",)}
    found = [
        Meanings("team", choices_of(list(each.items())), stated={}, remembered={}).meaning(
            "Undersøgelsen"
        )
        for each in (shared, own)
    ]
    assert found == [(None, Sureness.ASKED), ("nord", Sureness.LIKELY)]
    itself = Meanings("team", choices_of(list(shared.items())), stated={}, remembered={})
    assert itself.meaning("Undersøgelse") == (None, Sureness.ASKED)


def test_a_word_is_not_said_to_be_two_things():
    rows = rows_of(CASES, "S1;B1;Ældre;;ABC;01-02-2025;;;")
    for said in ({"Ældre": "boern", "ældre ": "-"}, {"Gamle": "boern", "GAMLE.": "unge"}):
        with pytest.raises(InvalidInput, match="said to be two things") as refusal:
            read("cases", rows, values={"team": said})
        assert refusal.value.field == "values"
    alike = {"team": {"Ældre": "boern", "ældre": "boern"}}
    assert read("cases", rows, values=alike).report.error_count == 0
    with pytest.raises(InvalidInput, match="both “boern” and “unge”") as refusal:
        stated_values("team:Ældre=boern;team:Ældre=unge")
    assert refusal.value.field == "values"


def test_the_same_case_and_arrival_twice_is_a_fault_of_the_second():
    again = CASES.splitlines()[1]
    found = read("cases", CASES + again + "\n")
    assert [each.row for each in found.report.errors] == [5]
    assert "række 2" in found.report.errors[0].problem.da
    another_day = again.replace("03-02-2025", "03-01-2025")
    assert read("cases", CASES + another_day + "\n").report.error_count == 0


def test_a_case_that_is_both_withdrawn_and_finished_is_a_fault():
    listed = "Opmærksom dato;BFU afsluttet;Bortfaldet\n01-02-2025;01-03-2025;01-03-2025\n"
    errors = read("cases", listed).report.errors
    assert [(each.row, each.column) for each in errors] == [(2, "C")]


def test_on_the_same_day_a_date_is_not_before_a_time():
    listed = "Underretning modtaget;Underretning vurderet\n01-02-2025 14:30;01-02-2025\n"
    assert read("cases", listed).report.error_count == 0
    backwards = "Underretning modtaget;Underretning vurderet\n01-02-2025 14:30;01-02-2025 09:00\n"
    assert read("cases", backwards).report.error_count == 1


def test_rows_at_fault_are_left_out_only_where_the_user_says_so():
    faulty = CASES + WRONG["no arrival"][0] + "\n"
    assert read("cases", faulty).content is None
    found = read("cases", faulty, leave_out_errors=True)
    assert found.content.cases == 3
    assert found.report.rows_at_fault == found.report.error_count == 1


def test_open_questions_are_not_left_out_with_the_faults():
    listed = "Oprettet;Modtaget\n01-02-2025;01-02-2025\n"
    found = read("cases", listed, leave_out_errors=True)
    assert (found.content, found.report.may_be_accepted) == (None, False)


def test_the_token_is_of_this_file_with_these_answers():
    token = read("cases", CASES).report.token
    assert read("cases", CASES).report.token == token
    others = [
        read("cases", CASES.replace("S1", "S9")),
        read("cases", CASES, unit="family"),
        read("cases", CASES, seen_on="2026-03-30"),
        read("cases", CASES, mapping={"Lukket": "-"}),
        read("cases", CASES, values={"team": {"Børneteamet": "unge"}}),
        read("cases", CASES, leave_out_errors=True),
    ]
    assert len({token, *(each.report.token for each in others)}) == 1 + len(others)


# --- Warnings ------------------------------------------------------------------------------------


def warned(listed, **said):
    return " | ".join(each.da for each in read("cases", listed, **said).report.warnings)


def daily(rows, *, closed=""):
    lines = [f"S{n};B{n};boern;;ABC;{day};;;{closed}" for n, day in enumerate(rows)]
    return rows_of(CASES, *lines)


def test_a_clean_up_of_many_cases_on_one_day_is_told():
    days = [f"{1 + n % 28:02}-02-2025" for n in range(40)]
    assert "oprydning" in warned(daily(days, closed="03-03-2025"))
    spread = rows_of(
        CASES,
        *(f"S{n};B{n};boern;;ABC;03-02-2025;;;{1 + n % 28:02}-04-2025" for n in range(40)),
    )
    assert "oprydning" not in warned(spread)


def test_dates_that_a_system_filled_in_are_told():
    assert "1. januar" in warned(daily(["01-01-2025"] * 10 + ["03-02-2025"] * 90))
    assert "1. januar" not in warned(daily(["02-01-2025"] * 10 + ["03-02-2025"] * 90))


def test_work_at_weekends_is_told():
    saturday, monday = "05-04-2025", "07-04-2025"
    assert "lørdag" in warned(daily(["03-02-2025"] * 20, closed=saturday))
    assert "lørdag" not in warned(daily(["03-02-2025"] * 20, closed=monday))


def test_a_team_that_stops_is_told():
    days = [f"{d:02}-{m:02}-2025" for m in (1, 2, 3) for d in (1, 6, 11, 16, 21)]
    assert "teamet boern har ingen nye sager" in warned(daily(days))
    assert "teamet boern" not in warned(daily(days), seen_on="2025-03-31")


def test_a_list_said_to_be_complete_long_before_its_first_case_is_told():
    assert "den første sag kom" in warned(CASES, complete_from="2024-01-01")
    assert "den første sag kom" not in warned(CASES)


def test_a_list_that_counts_otherwise_than_its_department_is_told():
    assert "kan ikke sammenlignes" in warned(CASES, unit="family")


# --- Staff, absence, time ------------------------------------------------------------------------


def test_a_staff_list_becomes_employments():
    found = read("staff", STAFF)
    ida, bo, eva = found.content.employments
    assert (ida.team, ida.hours_per_week, ida.starts_on) == (
        "undersoegelse-nord",
        Fraction(37),
        date(2020, 2, 1),
    )
    assert bo.hours_per_week == Fraction("0.8649") * 37
    assert (bo.ends_on, eva.hours_per_week) == (date(2025, 12, 31), Fraction("30.5"))
    assert (found.content.from_, found.content.seen_on) == (date(2025, 1, 1), date(2026, 3, 31))


@pytest.mark.parametrize("share", ["86,49", "86,49 %", "0,8649"])
def test_a_share_of_a_post_is_read_as_payroll_systems_write_it(share):
    listed = f"Lønnr;Team;Beskæftigelsesgrad\n1;boern;{share}\n2;boern;{share}\n"
    assert read("staff", listed).content.employments[0].hours_per_week == Fraction("0.8649") * 37


def test_a_share_may_be_a_fraction_of_full_time():
    listed = "Lønnr;Team;Beskæftigelsesbrøk\n1;boern;32/37\n"
    assert read("staff", listed).content.employments[0].hours_per_week == 32


WRONG_STAFF = {
    "no hours": ("104;;boern;;;01-01-2025;", "aldrig for fuld tid"),
    "no hours a week": ("104;;boern;0;;01-01-2025;", "timetallet er 0"),
    "hours a month": ("104;;boern;160,33;;01-01-2025;", "over 60"),
    "ends before it begins": ("104;;boern;37;;01-01-2025;31-12-2024", "slutter, før"),
    "no team": ("104;;;37;;01-01-2025;", "intet team"),
    "unknown team": ("104;;Ældre;37;;01-01-2025;", "ukendt værdi af team"),
    "nobody": (";;boern;37;;01-01-2025;", "hvem det er"),
    "twice at once": ("101;;Undersøgelse Nord;10;;01-01-2025;", "samme medarbejder"),
}


@pytest.mark.parametrize("fault", WRONG_STAFF)
def test_a_fault_of_a_staff_list_is_told(fault):
    row, problem = WRONG_STAFF[fault]
    found = read("staff", STAFF + row + "\n")
    assert found.content is None
    assert [each.row for each in found.report.errors] == [5]
    assert problem in found.report.errors[0].problem.da
    assert (found.report.rows_understood, found.report.rows_at_fault) == (3, 1)


def test_two_posts_in_two_teams_and_two_in_a_row_are_no_fault():
    rows = ["101;;boern;10;;01-01-2025;", "102;;Børneteamet;20;;01-01-2026;"]
    assert read("staff", STAFF + "\n".join(rows) + "\n").report.error_count == 0


def people():
    return [each.caseworker for each in read("staff", STAFF).content.employments]


def test_absence_finds_its_person_across_lists():
    found = read("absence", ABSENCE, people=people())
    history = with_spells(read("staff", STAFF).content, found.content)
    ida, bo, eva = history.employments
    assert [(each.reason, each.last_day) for each in ida.spells] == [
        (AwayReason.PARENTAL_LEAVE, None)
    ]
    assert [each.reason for each in bo.spells] == [AwayReason.SICKNESS]
    assert eva.spells == ()


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        ("999;Syg;01-02-2025;02-02-2025", "ikke i den personaleliste"),
        ("101;Syg;;02-02-2025", "mangler"),
        ("101;Syg;03-02-2025;02-02-2025", "slutter, før"),
        ("101;;03-02-2025;04-02-2025", "årsagen mangler"),
        ("101;Depression;03-02-2025;04-02-2025", "ukendt værdi"),
        ("101;Syg;03-02-2027;04-02-2027", "efter udtræksdatoen"),
    ],
)
def test_a_fault_of_an_absence_list_is_told(row, problem):
    found = read("absence", ABSENCE + row + "\n", people=people())
    assert [each.row for each in found.report.errors] == [4]
    assert problem in found.report.errors[0].problem.da


def test_the_first_rows_number_people_and_not_rows():
    again = "102;Syg;01-07-2025;02-07-2025\n101;Ferie;01-08-2025;02-08-2025\n"
    absences = read("absence", ABSENCE + again, people=people()).report
    staff = read("staff", STAFF + "101;;boern;10;;01-01-2025;\n").report
    assert [each["caseworker"] for each in absences.preview] == ["1", "2", "2", "1"]
    assert [each["caseworker"] for each in staff.preview] == ["1", "2", "3", "1"]


def test_a_reason_is_one_of_four_words_and_no_other_is_kept():
    found = read("absence", ABSENCE, people=people())
    assert {each.spell.reason for each in found.content} <= set(AwayReason)
    assert b"Barsel" not in packed(found.content)


def activity():
    from past_lists import DEPARTMENT

    chosen = next(each for each in DEPARTMENT.case_classes if each.slug == "assessment-north")
    return chosen.route[0].slug


def test_a_time_study_becomes_entries():
    listed = STUDY.format(activity=activity())
    found = read("time-study", listed, complete_from="2026-03-01")
    first, second = found.content.entries
    assert (first.hours, first.finished, second.finished) == (Fraction(3, 2), 1, 0)
    assert (first.case_class, first.episode) == ("assessment-north", activity())
    assert (found.content.from_, found.content.to) == (date(2026, 3, 1), date(2026, 4, 1))


def test_work_outside_the_study_is_a_fault():
    listed = STUDY.format(activity=activity())
    errors = read("time-study", listed, complete_from="2026-03-03").report.errors
    assert [each.row for each in errors] == [2]


def test_a_table_of_departments_keeps_what_each_counts():
    found = read("departments", DEPARTMENTS)
    north, south = found.content
    assert (north.unit, north.fte, north.due, north.in_time) == (
        "child",
        Fraction("23.92"),
        152,
        140,
    )
    assert (south.unit, south.fte_definition, south.due) == ("family", "contracted", None)
    said = " | ".join(each.da for each in found.report.warnings)
    assert "flere sagsenheder" in said
    assert "opgørelser af stillinger" in said


@pytest.mark.parametrize(
    ("row", "column"),
    [
        ("X;barn;890;0;ansatte;;;;01-01-2025;31-12-2025", "D"),
        ("X;barn;8,5;10;ansatte;;;;01-01-2025;31-12-2025", "C"),
        ("X;barn;890;10;ansatte;;10;11;01-01-2025;31-12-2025", "H"),
        ("X;barn;890;10;ansatte;;10;;01-01-2025;31-12-2025", "H"),
        ("X;barn;890;10;ansatte;;;;01-01-2025;31-12-2024", "J"),
        ("X;barn;890;10;;;;;01-01-2025;31-12-2025", "E"),
        ("X;voksen;890;10;ansatte;;;;01-01-2025;31-12-2025", "B"),
        (";barn;890;10;ansatte;;;;01-01-2025;31-12-2025", "A"),
    ],
)
def test_a_fault_of_a_table_of_departments_is_told(row, column):
    errors = read("departments", DEPARTMENTS + row + "\n").report.errors
    assert [(each.row, each.column) for each in errors] == [(4, column)]


# --- Pseudonyms ----------------------------------------------------------------------------------


def test_nobodys_number_or_name_is_kept():
    for kind, listed in (("cases", CASES), ("staff", STAFF), ("absence", ABSENCE)):
        found = read(kind, listed, people=people())
        clear = repr(found.content).encode() + packed(found.content)
        for word in (b"S1", b"B1", b"ABC", b"Ida", b"Iversen", b"101", b"Berg"):
            assert word not in clear.replace(b"2025", b""), (kind, word)


def test_a_pseudonym_is_of_a_department_and_cannot_be_guessed_without_its_secret():
    one, other = read("staff", STAFF), read("staff", STAFF, secret=b"t" * 32)
    assert one.content.employments[0].caseworker != other.content.employments[0].caseworker
    again = read("staff", STAFF)
    assert one.content == again.content


def test_a_number_is_the_same_person_whether_a_sheet_holds_it_as_a_number_or_a_text():
    people = Pseudonyms(b"k")
    assert people.number("caseworker", 101.0) == people.number("caseworker", "101")
    assert people.number("caseworker", "101") != people.number("caseworker", "1010")
    assert people.number("caseworker", " ") == people.number("caseworker", None) == -1


def test_the_report_names_nobody():
    report = read("staff", STAFF).report
    shown = repr(report.preview) + repr(report.counts)
    assert "Ida" not in shown
    assert "p-" not in shown


def test_small_counts_are_hidden_and_cannot_be_worked_out():
    report = replace(
        read("cases", CASES).report,
        counts=tuple(
            Count(of="team", name=name, rows=rows) for name, rows in (("a", 3), ("b", 8), ("c", 90))
        ),
    )
    shared = report.suppressed(5)
    assert {each.name: each.rows for each in shared.counts} == {"a": None, "b": None, "c": 90}
    assert shared.preview == ()


def test_a_count_of_as_many_as_may_be_shared_is_shared_and_one_fewer_is_not():
    report = read("cases", CASES).report
    (word, *_), (of, *_) = report.meanings, report.counts
    found = replace(
        report,
        counts=tuple(replace(of, name=name, rows=n) for name, n in (("a", 4), ("b", 4), ("c", 5))),
        meanings=tuple(replace(word, rows=rows, first_row=7) for rows in (4, 5)),
        errors=read("cases", CASES + "S9;B9;Ældre;;ABD;05-03-2025;;;\n").report.errors,
    )
    shared = found.suppressed(5)
    assert [each.rows for each in shared.counts] == [None, None, 5]
    assert [(each.rows, each.first_row) for each in shared.meanings] == [(0, 0), (5, 7)]
    assert [each.value for each in found.errors] == ["Ældre"]
    assert [each.value for each in shared.errors] == [None]


# --- Packing -------------------------------------------------------------------------------------


def equal(one, other):
    assert type(one) is type(other)
    if not hasattr(one, "events"):
        return one == other
    columns_ = ("team", "case_class", "caseworker", "siblings", "child", "external_days")
    same = all(
        np.array_equal(getattr(one, name), getattr(other, name), equal_nan=name == "external_days")
        if getattr(one, name) is not None
        else getattr(other, name) is None
        for name in columns_
    )
    events = set(one.events) == set(other.events) and all(
        np.array_equal(one.events[each], other.events[each], equal_nan=True) for each in one.events
    )
    named = ("unit", "seen_on", "complete_from", "teams", "case_classes", "timed")
    return same and events and all(getattr(one, n) == getattr(other, n) for n in named)


TIMED = (
    "Underretning modtaget;Underretning vurderet;Familienr;Ventedage\n"
    "01-02-2025 14:30:07;02-02-2025 08:00;7;3,5\n"
    "01-02-1999 23:59:59;;7;\n"
)


@pytest.mark.parametrize(
    ("kind", "listed"),
    [
        ("cases", CASES),
        ("cases", TIMED),
        ("staff", STAFF),
        ("absence", ABSENCE),
        ("departments", DEPARTMENTS),
    ],
)
def test_what_is_packed_comes_back_the_same(kind, listed):
    content = read(kind, listed, people=people()).content
    assert equal(unpacked(packed(content), FORMAT), content)


def test_moments_that_are_no_whole_seconds_come_back_to_the_last_bit():
    history = read("cases", TIMED).content
    odd = {event: at + 1 / 3e6 for event, at in history.events.items()}
    changed = replace(history, events=odd)
    assert equal(unpacked(packed(changed), FORMAT), changed)


@pytest.mark.parametrize("damage", [lambda c: c[:-20], lambda c: b"", lambda c: b"x" + c[1:]])
def test_damaged_bytes_are_no_list(damage):
    content = packed(read("cases", CASES).content)
    with pytest.raises(ValueError, match="not whole"):
        unpacked(damage(content), FORMAT)
    with pytest.raises(ValueError, match="format 99"):
        unpacked(content, 99)
