"""Which input moves the answer most: one at a time, both ways, on the same luck."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from fractions import Fraction
from functools import cache

import pytest
from small_department import fixed, small_department

from capacity.case_classes import Desk
from capacity.department import Department
from capacity.distributions import Distribution, Family
from capacity.errors import InvalidInput, TooMuchWork
from capacity.practice import Assignment, Practice
from capacity.roster import Roster
from capacity.rulebook import rulebook
from capacity.staff_risks import StaffRisks
from simulations.answers_in_words import drivers_sentence
from simulations.drivers import Driver, Drivers, Input, drivers
from simulations.questions import StaffingQuestion, headline_question
from simulations.staffing import staffing_curve

BOOK = rulebook()


def busy(**given) -> Department:
    return small_department(**({"caseworkers": 2, "arrivals_per_year": "110"} | given))


def question(department: Department | None = None, **given) -> StaffingQuestion:
    usual = replace(headline_question(department or busy()), replications=128)
    return replace(usual, **given)


@cache
def usual() -> Drivers:
    return drivers(question(), BOOK)


def driver(found: Drivers, name: Input) -> Driver:
    (row,) = (each for each in found.drivers if each.input is name)
    return row


def with_risks_and_a_limit() -> Department:
    """Owned cases, a limit on them, and people who fall ill and leave."""
    department = busy()
    (cases,), (team,) = department.case_classes, department.teams
    spell = Distribution(family=Family.EXPONENTIAL, mean=Fraction(14), cv=Fraction(1))
    risks = StaffRisks(
        short_sickness_per_year=Fraction(2),
        short_sickness_days=spell,
        turnover_per_year=Fraction(1, 2),
        vacancy_days=fixed("90"),
    )
    practice = Practice(assignment=Assignment.LEAST_LOADED, caseload_limit=Fraction(12))
    return replace(
        department,
        case_classes=(replace(cases, route=(replace(cases.route[0], desk=Desk.OWN),)),),
        teams=(replace(team, practice=practice, staff_risks=risks),),
    )


def test_less_of_a_burden_and_more_of_a_help_never_worsen_the_mean():
    for burden in (Input.INFLOW, Input.EFFORT, Input.EXTERNAL_DELAY, Input.SICKNESS):
        row = driver(usual(), burden)
        assert row.less.difference.low > 0 > row.more.difference.high, burden
    row = driver(usual(), Input.CASE_HOURS)
    assert row.less.difference.high < 0 < row.more.difference.low


def test_drivers_are_sorted_by_size():
    sizes = [each.size for each in usual().drivers]
    assert sizes == sorted(sizes, reverse=True)
    first = usual().drivers[0]
    assert first.size == max(abs(first.less.difference.value), abs(first.more.difference.value))


def test_a_difference_is_the_changed_share_less_the_usual():
    for row in usual().drivers:
        for changed in (row.less, row.more):
            expected = changed.share_in_time.value - usual().share_in_time.value
            assert changed.difference.value == pytest.approx(expected)
            assert changed.share_in_time.value == changed.in_time / changed.due


def test_the_usual_share_is_that_of_the_curve_at_the_level_asked_for():
    levels = (Fraction(0), Fraction(1))
    curve = staffing_curve(question(extra_fte=levels), BOOK)
    assert usual().share_in_time == curve.points[0].share_in_time
    at_one = drivers(question(), BOOK, extra_fte=Fraction(1))
    assert at_one.share_in_time == curve.points[1].share_in_time
    assert (at_one.in_time, at_one.due) == (curve.points[1].in_time, curve.points[1].due)


def test_changes_are_paired():
    """On luck of its own each side would add its spread."""
    row = driver(usual(), Input.EXTERNAL_DELAY)
    alone = usual().share_in_time.high - usual().share_in_time.low
    paired = row.more.difference.high - row.more.difference.low
    assert paired < 0.3 * alone


def test_a_larger_change_moves_more():
    large = drivers(question(), BOOK, change=Fraction(1, 4))
    for name in (Input.INFLOW, Input.EFFORT, Input.CASE_HOURS):
        assert driver(large, name).size > driver(usual(), name).size


def test_what_the_department_does_not_have_is_left_out():
    named = {each.input for each in usual().drivers}
    assert named == set(Input) - {Input.TURNOVER, Input.CASELOAD_LIMIT}
    plain = busy(effort_hours=fixed("40"), external_delay_days=fixed("0"))
    named = {each.input for each in drivers(question(plain), BOOK).drivers}
    assert named == {Input.INFLOW, Input.EFFORT, Input.CASE_HOURS, Input.SICKNESS}


def test_turnover_and_the_limit_are_changed_where_they_are():
    found = drivers(question(with_risks_and_a_limit(), replications=256), BOOK)
    assert {each.input for each in found.drivers} == set(Input)
    assert driver(found, Input.TURNOVER).less.difference.low > 0
    assert driver(found, Input.SICKNESS).less.difference.low > 0
    limit = driver(found, Input.CASELOAD_LIMIT)
    # A limit trades one wait for another: which way it goes is not known beforehand.
    assert limit.less.difference != limit.more.difference
    assert limit.size > 0


def test_what_the_simulation_cannot_tell_from_nothing_is_said_so():
    """With much staff only the delay of others decides."""
    slow = Distribution(family=Family.GAMMA, mean=Fraction(90), cv=Fraction("0.5"))
    ample = small_department(caseworkers=12, effort_hours=fixed("0.1"), external_delay_days=slow)
    found = drivers(question(ample), BOOK)
    assert found.drivers[0].input is Input.EXTERNAL_DELAY
    assert found.drivers[0].is_distinguishable
    assert not driver(found, Input.CASE_HOURS).is_distinguishable
    told = drivers_sentence(found, BOOK)
    assert told.da.startswith("Mest flytter ventetiden på andre rettidigheden i prøve")
    assert "Modellen kan ikke vise, at så stor en ændring af" in told.da
    assert "timerne til sager" in told.da


def test_teams_that_nothing_connects_are_left_alone():
    department = busy()
    (cases,), (team,) = department.case_classes, department.teams
    other = Practice(caseload_limit=Fraction(5))
    beside = replace(
        department,
        teams=(team, replace(team, slug="beside", practice=other)),
        case_classes=(cases, replace(cases, slug="beside", team="beside")),
    )
    found = drivers(question(beside), BOOK)
    assert found.drivers == usual().drivers


def test_the_same_call_gives_the_same_answer_on_any_executor():
    with ThreadPoolExecutor(3) as threads:
        elsewhere = drivers(question(), BOOK, executor=threads)
    assert repr(elsewhere) == repr(usual())


def test_progress_counts_every_change():
    told: list[int] = []
    found = drivers(question(replications=32), BOOK, on_progress=told.append)
    assert told == sorted(told)
    assert told[-1] == 32 * (1 + 2 * len(found.drivers))


def test_all_one_needs_to_distrust_an_answer_travels_with_it():
    found = usual()
    assert (found.replications, found.question.seed, found.change) == (128, 1, Fraction(1, 10))
    assert found.rules_version == BOOK.fingerprint
    assert found.model_version
    assert found.year_low <= found.share_in_time.value <= found.year_high


@pytest.mark.parametrize(
    ("call", "error"),
    [
        (lambda: drivers(question(), BOOK, change=Fraction(0)), InvalidInput),
        (lambda: drivers(question(), BOOK, change=Fraction(1)), InvalidInput),
        (lambda: drivers(question(busy(arrivals_per_year="0")), BOOK), InvalidInput),
        (lambda: drivers(question(replications=10**6), BOOK), TooMuchWork),
    ],
)
def test_what_cannot_be_answered_is_refused(call, error):
    with pytest.raises(error):
        call()


def test_without_people_their_hours_and_sickness_move_nothing():
    nobody = replace(busy(), roster=Roster(caseworkers=()))
    found = drivers(question(nobody), BOOK)
    assert {Input.CASE_HOURS, Input.SICKNESS}.isdisjoint(each.input for each in found.drivers)
    told = drivers_sentence(found, BOOK)
    assert told.da.startswith("Ingen ændring på 10 % flytter rettidigheden")
    assert told.en.startswith("No change of 10% moves timeliness")


def test_drivers_in_words_speak_of_the_model_and_of_single_years():
    told = drivers_sentence(usual(), BOOK)
    assert "i denne model og med disse antagelser: 10 % mindre giver" in told.da
    assert "procentpoint" in told.da
    assert "I 95 % af de simulerede år lå den mellem" in told.da
    assert "ikke opgjort" in told.da
    assert told.en.startswith("What moves timeliness in sample for the deadline")
