import re
from datetime import timedelta
from fractions import Fraction

import pytest

from api.documents import example_slugs, load_example
from capacity.caseload import Status, caseload
from capacity.changes import with_alternative
from capacity.errors import UnknownDepartment
from capacity.roster import available_hours, case_fte, case_hours, headcount
from capacity.rulebook import Kind, rulebook
from capacity.wording import percent, shown
from simulations.cohorts import FINISHED, FINISHED_LATE
from simulations.ensemble import spread, spread_sentence
from simulations.experiments import run, trial
from simulations.questions import headline_question
from simulations.staffing import staffing_curve

BOOK = rulebook()
ISHOEJ = load_example("ishoej-2020")
FULL_TIME = Fraction(37)
DEMOS = [load_example(slug) for slug in example_slugs()]
every_demo = pytest.mark.parametrize("demo", DEMOS, ids=lambda demo: demo.slug)


def test_ishoej_has_the_32_people_and_23_92_posts_of_the_note():
    assert headcount(ISHOEJ.roster, ISHOEJ.on) == 32
    assert case_hours(ISHOEJ.roster, ISHOEJ.on) == Fraction("885.04")
    assert case_fte(ISHOEJ.roster, ISHOEJ.on, FULL_TIME) == Fraction("23.92")


def test_ishoej_has_the_caseload_of_the_note():
    found = caseload(
        open_cases=ISHOEJ.open_cases,
        case_fte=case_fte(ISHOEJ.roster, ISHOEJ.on, FULL_TIME),
        on=ISHOEJ.on,
        unit=ISHOEJ.unit,
        book=BOOK,
    )
    assert shown(found.cases_per_fte, 1, "da") == "37,2"


def test_ishoej_has_the_teams_of_the_note():
    names = [team.label.da for team in ISHOEJ.teams]
    assert [name.split(" (")[0] for name in names] == [
        "StraXen",
        "§50-team",
        "Basisteam 1",
        "Basisteam 2",
    ]


@pytest.mark.parametrize(
    ("label", "kept", "due", "printed"),
    [
        ("Børnefaglig undersøgelse inden for 4 måneder", 2, 6, "33 %"),
        ("Børnefaglig undersøgelse inden for 4 måneder, 1. kvartal 2020", 35, 38, "92 %"),
        ("Reglerne om børnefaglig undersøgelse overholdt", 9, 14, "64 %"),
        ("Børnefaglig undersøgelse afsluttet inden afgørelsen", 5, 8, "63 %"),
        ("Handleplan udarbejdet", 12, 14, "86 %"),
        ("Reglerne om børnesamtale inden afgørelsen overholdt", 6, 14, "43 %"),
        ("Underretning vurderet inden for 24 timer", 12, 12, "100 %"),
        ("Supplerende underretning vurderet inden for 24 timer", 1, 3, "33 %"),
        ("Supplerende underretning genvurderet af en anden medarbejder", 1, 3, "33 %"),
        ("Første opfølgning inden for 3 måneder, anbringelser", 0, 2, "0 %"),
        ("Senere opfølgning højst 6 måneder efter den første, anbringelser", 2, 2, "100 %"),
    ],
)
def test_ishoej_has_the_counts_of_the_note(label, kept, due, printed):
    [counted] = [each for each in ISHOEJ.observations if each.label.da == label]
    assert (counted.kept, counted.due) == (kept, due)
    assert percent(Fraction(kept, due), "da") == printed


def test_every_count_of_the_note_says_where_it_is_from_and_what_it_cannot_carry():
    assert all(each.source.da and each.caveat for each in ISHOEJ.observations)


def test_every_number_of_ishoej_that_the_note_does_not_give_is_somebodys_assumption():
    assumed = {each.about for each in ISHOEJ.assumptions}
    for case_class in ISHOEJ.case_classes:
        # The two base teams have the same kinds of case, and one assumption speaks of both.
        address = f"case_classes.{re.sub('-[12]$', '', case_class.slug)}"
        assert {f"{address}.arrivals_per_year", f"{address}.route.effort_hours"} <= assumed
        if any(episode.external_delay_days.mean for episode in case_class.route):
            assert f"{address}.route.external_delay_days" in assumed
        if case_class.backlog.open_cases:
            assert f"{address}.backlog" in assumed
    assert {"unit", "volumes", "calibration", "roster.team", "roster.hours_per_week"} <= assumed
    assert {"case_classes.route.effort_hours.family", "teams.practice"} <= assumed
    assert {"case_classes.route.external_delay_days", "case_classes.arrival_pattern"} <= assumed


@every_demo
def test_every_assumption_has_an_owner_and_a_reason_in_both_languages(demo):
    assert demo.assumptions
    for each in demo.assumptions:
        assert all((each.said_by, each.says.da, each.says.en, each.reason.da, each.reason.en))


@every_demo
def test_a_demo_says_that_it_is_not_calibrated(demo):
    [said] = [each for each in demo.assumptions if each.about == "calibration"]
    assert "ikke kalibreret" in said.says.da


@every_demo
def test_the_24_hours_are_said_to_be_kept_by_a_rota(demo):
    [said] = [each for each in demo.assumptions if each.about == "case_classes.intake.route.clock"]
    assert "vagtplan" in said.reason.da
    rotas = {rota.slug for rota in demo.duty_rotas}
    for case_class in demo.case_classes:
        for episode in case_class.route:
            if episode.clock and episode.clock.deadline == "statute.notification_assessment":
                assert episode.team in rotas


@every_demo
def test_a_deadline_is_in_force_on_the_day_of_the_demo(demo):
    deadlines = {deadline for each in demo.case_classes for deadline in each.deadlines}
    assert demo.headline_deadline in deadlines
    for deadline in deadlines:
        assert BOOK[deadline].on(demo.on).value


@every_demo
def test_the_cases_in_the_backlogs_are_among_the_open_cases(demo):
    assert sum(each.backlog.open_cases for each in demo.case_classes) <= demo.open_cases


@every_demo
def test_the_yearly_volumes_are_the_work_of_the_case_classes(demo):
    volumes = sum(each.volume_per_year * each.hours_per_case for each in demo.volumes)
    assert volumes == sum(each.yearly_hours for each in demo.case_classes)


@every_demo
def test_every_team_has_people_work_and_hours_that_are_nearly_used(demo):
    for team in demo.teams:
        classes = [each for each in demo.case_classes if each.team == team.slug]
        work = sum(each.yearly_hours for each in classes)
        hours = available_hours(demo.roster.team(team.slug), demo.on, BOOK)
        # Leave, vacancies, ramp-up and hours on duty by chance come on top where risks are stated.
        least = Fraction("0.9") if team.staff_risks is None else Fraction("0.8")
        assert least < work / hours < Fraction("1.1")


@every_demo
def test_the_first_curve_has_room_to_rise_and_rises(demo):
    points = staffing_curve(headline_question(demo), BOOK).points
    shares = [point.share_in_time.value for point in points]
    assert 0.65 < shares[0] < 0.9
    assert shares == sorted(shares)


QUARTER = timedelta(days=91)
NOTED_FINISHED, NOTED_LATE = 38, Fraction(3, 38)


@pytest.mark.parametrize("slug", ["", *(each.slug for each in ISHOEJ.alternatives)])
def test_every_set_of_assumptions_reproduces_the_first_quarter_of_the_note(slug):
    """38 assessments finished, about 8 % of them late, by its count of finished ones alone."""
    department = ISHOEJ
    for alternative in ISHOEJ.alternatives:
        if alternative.slug == slug:
            department = with_alternative(ISHOEJ, alternative)
    laid_out = trial(
        department,
        "paragraf-50",
        {"assessment": lambda watched: watched.rule == "statute.child_assessment"},
        department.on,
        department.on + QUARTER,
        BOOK,
        bins=(department.on + QUARTER,),
    )
    counts = run(laid_out, 0, 256).counts.sum(axis=(0, 1, 2, 3))
    assert counts[FINISHED] / 256 == pytest.approx(NOTED_FINISHED, abs=3)
    assert counts[FINISHED_LATE] / counts[FINISHED] == pytest.approx(float(NOTED_LATE), abs=0.03)


def test_the_sets_of_assumptions_differ_in_what_they_answer():
    found = spread(headline_question(ISHOEJ), BOOK)
    assert len(found.curves) == 1 + len(ISHOEJ.alternatives)
    low, high = found.range_at(Fraction(0))
    assert 0.03 < high - low < 0.3
    assert "sæt antagelser" in spread_sentence(found).da


def test_all_open_cases_of_the_note_are_in_the_simulation():
    assert sum(each.backlog.open_cases for each in ISHOEJ.case_classes) == 890


def test_the_larger_city_is_fictional_and_within_the_guideline_all_the_same():
    city = load_example("fjordkoebing-2026")
    assert city.fictional
    assert len(city.teams) == 7
    assert headcount(city.roster, city.on) == 140
    found = caseload(
        open_cases=city.open_cases,
        case_fte=case_fte(city.roster, city.on, FULL_TIME),
        on=city.on,
        unit=city.unit,
        book=BOOK,
    )
    assert found.status is Status.WITHIN


def test_only_a_law_is_shown_first():
    assert {BOOK[demo.headline_deadline].kind for demo in DEMOS} == {Kind.STATUTE}


@every_demo
def test_a_demo_is_found_by_the_address_that_its_answers_print(demo):
    assert load_example(demo.address) == demo


@pytest.mark.parametrize("address", ["../rules/events", "ishoej-2020@2", "ishoej-2020@", "@1"])
def test_an_unknown_demo_is_refused_and_names_those_there_are(address):
    with pytest.raises(UnknownDepartment, match="there are fjordkoebing-2026, ishoej-2020"):
        load_example(address)
