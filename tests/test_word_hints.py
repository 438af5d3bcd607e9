"""What is said of the words of a new department: looked at, called by most, and never merged."""

import time

import pytest
from fastapi.testclient import TestClient

from api.app import create_app
from api.imports.new_words import MOST_NAMES, NewWords
from api.imports.word_hints import are_alike, hints
from api.settings import Settings

FILE = {"Content-Type": "application/octet-stream"}
NEW = {
    "unit": "child",
    "seen_on": "2026-03-31",
    "complete_from": "2025-01-01",
    "slug": "nord",
    "name": "Nord",
}


def words_of(field, *written, **stated):
    words = NewWords(field, stated=stated.get("stated", {}), remembered={})
    words.of(written, range(2, 2 + len(written)))
    return words


def told(words):
    return [each.in_full.da for each in hints(words)]


# --- What may be the same ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Team Nord", "Nord"),
        ("Nord", "nord-teamet"),
        ("§ 50", "p50"),
        ("§50", "50"),
        ("Undersøgelse", "undersøgelser"),
        ("Undersøgelsen", "Undersøgelser"),
        ("Børn & Unge", "Børn og unge"),
        ("Børneteamet", "Team Børn"),
        ("Undersøgelse Nord", "Nord undersøgelser"),
        ("Modtagelsen", "Modtagelse"),
        ("Familieraadgivningen", "Familierådgivnigen"),
    ],
)
def test_spellings_of_one_name_are_alike(one, other):
    assert are_alike(one, other)
    assert are_alike(other, one)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Nord", "Syd"),
        ("Undersøgelse Nord", "Undersøgelse Syd"),
        ("Team 1", "Team 2"),
        ("Team A", "Team B"),
        ("Familie I", "Familie II"),
        ("§ 50", "§ 52"),
        ("Nordøst", "Nordvest"),
        ("Østkysten", "Vestkysten"),
        ("Børn", "Børn og unge"),
        ("Børn", "Unge"),
        ("Støtte", "Støtte/opfølgning"),
        ("Team", "Gruppe"),
    ],
)
def test_other_names_are_not(one, other):
    assert not are_alike(one, other)
    assert not are_alike(other, one)


def test_the_rarer_word_is_told_to_look_like_the_other_and_what_to_write():
    words = words_of("team", "Nord", "Team Nord", "Nord", "Syd")
    assert told(words) == [
        "”Team Nord” ligner ”Nord”; er de det samme, så giv dem samme navn "
        "(values=team:Team Nord=nord)"
    ]
    assert words.slugs == ("nord", "team-nord", "syd")  # and are not merged


def test_what_a_hint_says_to_write_makes_one_of_the_two():
    words = words_of("team", "Nord", "Team Nord", "Nord", stated={"Team Nord": "nord"})
    assert words.slugs == ("nord",)
    assert told(words) == []


def test_of_what_the_user_has_named_nothing_is_hinted():
    assert told(words_of("team", "Nord", "Team Nord", stated={"Team Nord": "team-nord"})) == []
    assert told(words_of("case_type", "Støtte", "Opfølgning", stated={"Opfølgning": "opf"})) == []


def test_what_differs_by_capitals_and_blanks_alone_is_one_already():
    words = words_of("case_type", "§50", "§ 50", "UNDERSØGELSE", "undersøgelse ")
    assert words.slugs == ("p-50", "undersoegelse")
    assert told(words) == []


def test_two_names_are_hinted_at_once_and_many_hints_are_cut_off():
    assert len(told(words_of("team", "Nord", "NORD", "Team Nord", "TEAM NORD"))) == 1
    many = [word for n in range(20) for word in (f"Hus {n}", f"Team hus {n}")]
    found = told(words_of("team", *many))
    assert len(found) == 13
    assert "8 vink mere" in found[-1]


def test_as_many_and_as_long_words_as_there_may_be_take_no_time():
    long = [f"n{'abcdefgh'[n % 8] * 5000}{n:03}{'xy' * 2000}" for n in range(MOST_NAMES)]
    started = time.perf_counter()
    told(words_of("case_type", *long))
    assert time.perf_counter() - started < 2


# --- What may be work on other cases -------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "means"),
    [
        ("Opfølgning", "…/opfoelgning"),
        ("Opfølgning på støtte", "stoette/opfoelgning-paa-stoette"),
        ("Støtte opfølgning", "stoette/opfoelgning"),
        ("Revurdering", "…/revurdering"),
        ("Undersøgelse på åben sag", "…/undersoegelse-paa-aaben-sag"),
    ],
)
def test_a_type_that_sounds_like_work_on_another_is_hinted_at_and_stays_a_type(written, means):
    words = words_of("case_type", "Undersøgelse", "Undersøgelse", "Støtte", written)
    (hint,) = told(words)
    assert f"(fx values=case_type:{written}={means}; typerne er undersoegelse, stoette)" in hint
    assert "af hvilken: Undersøgelse, Støtte (" in hint
    assert len(words.slugs) == 3
    assert "/" not in words.labels[words.slugs[2]]
    means = means.replace("…/", "stoette/")
    said = words_of("case_type", "Undersøgelse", "Støtte", written, stated={written: means})
    assert told(said) == []


@pytest.mark.parametrize(
    "written",
    [
        ("Opfølgning",),  # of what?
        ("Opfølgning", "Revurdering"),
        ("Støtte", "Støtte/opfølgning"),  # which is one already
        ("Støtte", "Råd og vejledning"),
    ],
)
def test_where_nothing_can_be_a_strand_there_is_no_hint(written):
    assert told(words_of("case_type", *written)) == []


# --- What a name is called -----------------------------------------------------------------------


def test_the_label_is_the_spelling_that_most_rows_have():
    words = words_of("team", "NORD", "Nord", "Nord", "SYD", "Syd")
    assert words.labels == {"nord": "Nord", "syd": "SYD"}  # of as many, the first
    parts = words_of("team", "NORD", "Nord")
    parts.of(["Nord"] * 3 + ["NORD"] * 2, range(10, 15))  # a later part of a long list
    assert parts.labels == {"nord": "Nord"}


# --- In the reports ------------------------------------------------------------------------------


@pytest.fixture
def service(sqlite_database):
    with TestClient(create_app(Settings(database=sqlite_database))) as opened:
        yield opened
        opened.app.state.warm.wait(300)


def test_the_report_of_a_draft_has_the_hints_in_the_readers_language(service):
    cases = "Sagsnr.;Team;Sagstype;Opmærksom dato;BFU afsluttet\n" + "".join(
        f"S{n};{team};{kind};0{1 + n}-02-2025;01-05-2025\n"
        for n, (team, kind) in enumerate(
            (("NORD", "§ 50"), ("Nord", "§50"), ("Nord", "§50"), ("Team Nord", "Opfølgning"))
        )
    )
    asked = {**NEW, "format": "report"}
    answer = service.post("/v1/imports/draft", params=asked, content=cases, headers=FILE)
    assert answer.status_code == 200, answer.text
    said = " ".join(answer.json()["warnings"])
    assert "values=team:Team Nord=nord" in said
    assert "values=case_type:Opfølgning=p-50/opfoelgning" in said  # there is no other type
    english = service.post(
        "/v1/imports/draft", params={**asked, "lang": "en"}, content=cases, headers=FILE
    ).json()
    assert any("looks like “Nord”" in each for each in english["warnings"])
    document = service.post("/v1/imports/draft", params=NEW, content=cases, headers=FILE).json()
    assert {each["slug"]: each["label"]["da"] for each in document["teams"]} == {
        "nord": "Nord",
        "team-nord": "Team Nord",
    }
    assert "§50" in {each["label"]["da"] for each in document["case_classes"]}
    faulty = cases.replace("01-02-2025", "31-02-2025")
    told_of = service.post("/v1/imports/draft", params=asked, content=faulty, headers=FILE).json()
    assert (told_of["error_count"], told_of["may_be_accepted"]) == (1, False)
