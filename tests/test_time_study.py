"""Two weeks of writing down one's work: what an episode takes, and how sure that is."""

from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction

import numpy as np
import pytest
from fastapi.testclient import TestClient

from api.documents import load_example
from api.imports.pseudonyms import pseudonym_of
from api.pages.time_study_form import form_sheets
from capacity.department import Department
from capacity.errors import InvalidInput
from simulations.time_study import TimeEntry, TimeStudy, measured_efforts, studied_efforts

FROM, TO = date(2026, 1, 5), date(2026, 1, 19)
CLASS, TEAM = "child-assessment", "paragraf-50"
ISHOEJ = load_example("ishoej-2020")


def entry(who: str, episode: str, hours: str, finished: int, day: date = FROM) -> TimeEntry:
    return TimeEntry(
        day=day,
        caseworker=who,
        case_class=CLASS,
        episode=episode,
        hours=Fraction(hours),
        finished=finished,
    )


def study(*entries: TimeEntry) -> TimeStudy:
    return TimeStudy(entries=entries, from_=FROM, to=TO)


THREE = (
    entry("a", "write-assessment", "12", 1),
    entry("b", "write-assessment", "20", 2),
    entry("c", "write-assessment", "16", 1),
)


def test_hours_over_finished_pieces_is_what_a_piece_takes():
    (found,) = measured_efforts(study(*THREE), ISHOEJ)
    assert (found.per_piece, found.finished, found.caseworkers) == (12.0, 4, 3)
    assert found.stated == 11.0


def test_the_interval_leaves_out_a_caseworker_at_a_time():
    """By hand: without a, b and c 36/3, 28/2 and 32/3; Student's t with 2 degrees is 2.91999."""
    logs = np.log([36 / 3, 28 / 2, 32 / 3])
    spread = np.sqrt(2 / 3 * ((logs - logs.mean()) ** 2).sum())
    (found,) = measured_efforts(study(*THREE), ISHOEJ)
    assert found.low == pytest.approx(12 * np.exp(-2.919986 * spread))
    assert found.high == pytest.approx(12 * np.exp(2.919986 * spread))


def test_many_entries_of_one_caseworker_count_as_one_caseworker():
    parted = [
        entry(each.caseworker, each.episode, str(each.hours / 4), 0, FROM + timedelta(days=day))
        for each in THREE
        for day in range(4)
    ]
    ends = [entry(each.caseworker, each.episode, "0", each.finished) for each in THREE]
    assert measured_efforts(study(*parted, *ends), ISHOEJ) == measured_efforts(
        study(*THREE), ISHOEJ
    )


def test_a_class_is_measured_against_what_its_finished_pieces_are_stated_to_take():
    """48 hours of writing stated as 11 each, and 12 of talks stated as 3: 60 of 44 + 12."""
    talks = [entry(who, "talk-with-child", "4", n) for who, n in (("a", 1), ("b", 2), ("c", 1))]
    (prior,) = studied_efforts(study(*THREE, *talks), ISHOEJ)
    assert prior.case_class == CLASS
    assert prior.factor.median == pytest.approx(60 / (4 * 11 + 4 * 3))
    assert "3 sagsbehandlere" in prior.factor.source.da
    assert "14 days from 5 January 2026" in prior.factor.source.en


def test_the_belief_has_the_interval_of_the_study():
    (prior,) = studied_efforts(study(*THREE), ISHOEJ)
    (measured,) = measured_efforts(study(*THREE), ISHOEJ)
    assert prior.factor.interval == pytest.approx((measured.low / 11, measured.high / 11))


# --- Two weeks of an office that has always been there -----------------------------------------


def two_weeks(luck: np.random.Generator, people: int, mean: float, differ: float) -> list:
    """Each caseworker works 20 hours a week on pieces one after the other, since long ago.

    Pieces are gamma distributed; `differ` is how far colleagues' means lie apart. Entries are what
    each wrote of the weeks, and of pieces begun *and* finished in them the hours.
    """
    entries, whole = [], []
    for number in range(people):
        own = mean * np.exp(luck.normal(0, differ) + differ**2 / 2)  # 1/own is 1/mean on average
        efforts = luck.gamma(2.0, own / 2, size=200)
        ends = np.cumsum(efforts) - luck.uniform(50 * own, 60 * own)
        starts = ends - efforts
        finished = int(((ends > 0) & (ends <= 40)).sum())
        inside = (starts >= 0) & (ends <= 40)
        whole += list(efforts[inside])
        entries += [entry(f"c{number}", "write-assessment", "20", finished)]
        entries += [entry(f"c{number}", "write-assessment", "20", 0, FROM + timedelta(days=7))]
    return [entries, whole]


@pytest.mark.parametrize("mean", [5.0, 15.0])
def test_the_ratio_is_right_at_the_edges_where_counting_whole_pieces_is_not(mean):
    luck = np.random.default_rng(1)
    weeks = [two_weeks(luck, 40, mean, 0.0) for _ in range(40)]
    ratios = [measured_efforts(study(*entries), ISHOEJ)[0].per_piece for entries, _ in weeks]
    error = np.std(ratios) / np.sqrt(len(ratios))
    assert abs(np.mean(ratios) - mean) < 3.5 * error + 0.01 * mean
    whole = np.concatenate([np.array(pieces) for _, pieces in weeks])
    assert whole.mean() < 0.95 * mean


def coverage(studies: int, people: int, differ: float, seed: int) -> float:
    luck = np.random.default_rng(seed)
    held = []
    for _ in range(studies):
        entries, _ = two_weeks(luck, people, 6.0, differ)
        (found,) = measured_efforts(study(*entries), ISHOEJ)
        held.append(found.low <= 6.0 <= found.high)
    return float(np.mean(held))


@pytest.mark.parametrize(("people", "differ"), [(5, 0.2), (12, 0.2), (12, 0.0)])
def test_intervals_hold_what_colleagues_take_on_the_whole(people, differ):
    """Hours are as many for all, so slow colleagues finish fewer: the mean is the harmonic one.

    It is the hours that an average piece of the office takes, which is what the model wants.
    """
    share = coverage(150, people, differ, seed=2)
    assert 0.81 <= share <= 0.97


@pytest.mark.soak
@pytest.mark.parametrize(("people", "differ"), [(4, 0.3), (5, 0.2), (12, 0.2), (30, 0.2)])
def test_intervals_hold_the_truth_in_nine_of_ten_studies(people, differ):
    assert 0.86 <= coverage(3000, people, differ, seed=3) <= 0.94


# --- What is refused -------------------------------------------------------------------------


def test_two_caseworkers_cannot_say_how_far_colleagues_differ():
    assert measured_efforts(study(*THREE[:2]), ISHOEJ) == ()
    with pytest.raises(InvalidInput, match="2 caseworkers wrote hours; at least 3"):
        studied_efforts(study(*THREE[:2]), ISHOEJ)


def test_where_one_caseworker_finished_all_nobody_knows_of_the_others():
    alone = (
        entry("a", "gather", "9", 3),
        entry("b", "gather", "4", 0),
        entry("c", "gather", "1", 0),
    )
    assert measured_efforts(study(*alone), ISHOEJ) == ()
    with pytest.raises(InvalidInput):
        studied_efforts(study(*alone), ISHOEJ)


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"case_class": "nothing"}, "entries[0].case_class"),
        ({"episode": "nothing"}, "entries[0].episode"),
    ],
)
def test_a_name_that_is_not_there_is_refused_with_its_row(wrong, field):
    told = {
        "day": FROM,
        "caseworker": "a",
        "case_class": CLASS,
        "episode": "gather",
        "hours": Fraction(1),
    }
    with pytest.raises(InvalidInput) as refused:
        measured_efforts(study(TimeEntry(**(told | wrong))), ISHOEJ)
    assert refused.value.field == field


@pytest.mark.parametrize(("hours", "finished"), [("-1", 0), ("25", 0), ("1", -1)])
def test_hours_and_pieces_that_cannot_be_are_refused(hours, finished):
    with pytest.raises(InvalidInput):
        entry("a", "gather", hours, finished)


def test_a_day_outside_the_study_is_refused_with_its_row():
    with pytest.raises(InvalidInput) as refused:
        study(THREE[0], entry("a", "gather", "1", 0, TO))
    assert refused.value.field == "entries[1].day"


# --- The form --------------------------------------------------------------------------------


def episodes_of(department: Department, team: str) -> list[str]:
    (sheet, *_) = form_sheets(department, team, FROM)
    return [episode.da for part in sheet.parts for episode in part.episodes]


def test_there_is_a_sheet_for_each_caseworker_with_the_episodes_of_the_team():
    sheets = form_sheets(ISHOEJ, None, FROM)
    assert len(sheets) == 32
    assert [each.da for each in (sheets[0].parts[0].case_class,)] == [
        "Underretning, vurdering og afklaring"
    ]
    assert episodes_of(ISHOEJ, TEAM) == [
        "Opstart og plan for undersøgelsen",
        "Oplysninger fra skole, læge og andre",
        "Børnesamtale",
        "Analyse, skrivning og partshøring",
    ]
    assert "Vurdering af underretningen" in episodes_of(ISHOEJ, "straxen")  # their rota's


def test_a_pseudonym_is_not_printed_for_nobody_knows_who_that_is():
    people = tuple(
        replace(each, id=pseudonym_of(number)) if number % 2 else each
        for number, each in enumerate(ISHOEJ.roster.caseworkers)
    )
    imported = replace(ISHOEJ, roster=replace(ISHOEJ.roster, caseworkers=people))
    sheets = form_sheets(imported, None, FROM)
    assert len(sheets) == 32
    assert sum(not sheet.caseworker for sheet in sheets) == 16
    assert not [sheet for sheet in sheets if sheet.caseworker.startswith("p-")]


def test_the_days_are_ten_working_days_from_a_monday():
    (sheet, *_) = form_sheets(ISHOEJ, TEAM, FROM)
    assert [each.day for each in sheet.days][::5] == [FROM, FROM + timedelta(days=7)]
    assert len(sheet.days) == 10
    assert sheet.weeks == "2 + 3"
    with pytest.raises(InvalidInput, match="not a Monday"):
        form_sheets(ISHOEJ, TEAM, FROM + timedelta(days=1))


def test_the_form_is_served_in_danish_with_english_beside(client: TestClient):
    answer = client.get(
        "/v1/time-study-form",
        params={"department": "ishoej-2020", "team": TEAM, "from": "2026-01-05"},
    )
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/html")
    assert answer.text.count('<article class="sheet') == 5
    assert "Tidsregistrering i to uger" in answer.text
    assert '<small lang="en">Two-week time study</small>' in answer.text
    assert client.get("/static/time_study_form.css").status_code == 200
    english = client.get("/v1/time-study-form?department=ishoej-2020&lang=en").text
    assert '<html lang="en">' in english
    assert english.count('<article class="sheet') == 32


@pytest.mark.parametrize(
    ("params", "status"),
    [
        ({"department": "nowhere"}, 404),
        ({"department": "ishoej-2020", "team": "nobody"}, 404),
        ({"department": "ishoej-2020", "from": "2026-01-06"}, 422),
        ({"department": "ishoej-2020", "unknown": "1"}, 422),
        ({}, 422),
    ],
)
def test_a_form_that_cannot_be_made_is_refused(client: TestClient, params, status):
    assert client.get("/v1/time-study-form", params=params).status_code == status
