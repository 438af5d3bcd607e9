from dataclasses import fields, replace
from datetime import date
from fractions import Fraction

import pytest

from api.documents import load_example
from capacity.caseworker import AbsenceReason, Caseworker, HoursChange, RampUp
from capacity.errors import InvalidInput, UnknownDepartment
from capacity.practice import Assignment, Policy
from capacity.roster import case_fte, case_hours
from capacity.rulebook import rulebook
from capacity.scenario import changed_department, stages, titles
from capacity.scenario_changes import (
    KINDS,
    AddedPosts,
    CaseloadLimit,
    Change,
    Effort,
    EmptyPosts,
    ExternalDelay,
    Inflow,
    Measure,
    MergedTeams,
    OtherDuties,
    Overtime,
    Sickness,
    TemporaryStaff,
    Turnover,
    WorkOrder,
)
from capacity.wording import Text

BOOK = rulebook()
ISHOEJ = load_example("ishoej-2020")
START = ISHOEJ.on
MAY, JULY = date(2020, 5, 1), date(2020, 7, 1)
FULL_TIME = Fraction(37)
TEAM = "paragraf-50"
HOURS_BEFORE = case_hours(ISHOEJ.roster.team(TEAM), START)


def changed(*changes):
    return changed_department(ISHOEJ, changes, BOOK)


def team_hours(department, on, team=TEAM):
    return case_hours(department.roster.team(team), on)


def posts(fte, **more):
    return AddedPosts(reason="more work", team=TEAM, fte=Fraction(fte), from_=MAY, **more)


def empty(fte, **more):
    given = {"reason": "a saving", "team": TEAM, "fte": Fraction(fte), "from_": MAY}
    return EmptyPosts(**given | more)


def course(**effects):
    return Measure(reason="said so", name="Kursus", teams=(TEAM,), from_=MAY, **effects)


def one_case_class(department):
    return next(each for each in department.case_classes if each.team == TEAM)


# --- posts ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("fte", ["2", "0.5", "1.25", "3.01"])
def test_added_posts_are_there_from_their_first_day_to_the_last_hundredth(fte):
    after = changed(posts(fte))
    assert team_hours(after, date(2020, 4, 30)) == HOURS_BEFORE
    assert team_hours(after, MAY) == HOURS_BEFORE + Fraction(fte) * FULL_TIME


def test_a_part_of_a_post_is_one_person_with_fewer_hours():
    added = changed(posts("2.5")).roster.caseworkers[len(ISHOEJ.roster.caseworkers) :]
    assert [float(each.hours_per_week) for each in added] == [37, 37, 18.5]


def test_a_newcomer_with_other_duties_and_a_ramp_up_carries_what_is_left_of_both():
    ramp_up = RampUp(months=6, first_share=Fraction(1, 2))
    after = changed(posts("1", non_case_hours_per_week=Fraction(7), ramp_up=ramp_up))
    assert team_hours(after, MAY) - HOURS_BEFORE == Fraction(30, 2)
    assert team_hours(after, date(2020, 11, 1)) - HOURS_BEFORE == 30


def test_half_a_post_has_half_of_a_posts_other_duties():
    after = changed(posts("0.5", non_case_hours_per_week=Fraction(7)))
    assert team_hours(after, MAY) - HOURS_BEFORE == Fraction(30, 2)


def test_posts_that_end_are_gone_the_day_after():
    after = changed(posts("1", to=JULY))
    assert team_hours(after, date(2020, 6, 30)) == HOURS_BEFORE + FULL_TIME
    assert team_hours(after, JULY) == HOURS_BEFORE


def test_two_changes_in_one_team_never_give_two_people_one_name():
    after = changed(posts("1.5"), posts("1"), posts("1"))
    ids = [each.id for each in after.roster.caseworkers]
    assert len(set(ids)) == len(ids)
    assert team_hours(after, MAY) == HOURS_BEFORE + Fraction("3.5") * FULL_TIME


def test_temporary_staff_have_an_end():
    with pytest.raises(InvalidInput, match="have an end") as refusal:
        TemporaryStaff(reason="r", team=TEAM, fte=Fraction(1), from_=MAY)
    assert refusal.value.field == "to"
    hired = TemporaryStaff(reason="r", team=TEAM, fte=Fraction(1), from_=MAY, to=JULY)
    assert team_hours(changed(hired), JULY) == HOURS_BEFORE


@pytest.mark.parametrize("fte", ["0.3", "1", "1.7", "3"])
def test_empty_posts_take_exactly_their_hours_from_the_team_and_from_nobody_else(fte):
    after = changed(empty(fte))
    assert team_hours(after, MAY) == HOURS_BEFORE - Fraction(fte) * FULL_TIME
    assert team_hours(after, date(2020, 4, 30)) == HOURS_BEFORE
    for other in ("straxen", "basisteam-1"):
        assert team_hours(after, MAY, other) == team_hours(ISHOEJ, MAY, other)


def test_a_vacancy_that_ends_gives_the_hours_back():
    after = changed(empty("1.2", to=JULY))
    assert team_hours(after, date(2020, 6, 30)) == HOURS_BEFORE - Fraction("1.2") * FULL_TIME
    assert team_hours(after, JULY) == HOURS_BEFORE


def test_whole_people_go_before_anybodys_hours_are_cut():
    # The last on the list have 20 and 25 hours: 1 post of 37 is the one and 17 of the other's.
    *_, fourth, last = changed(empty("1")).roster.team(TEAM).caseworkers
    assert last.ends_on == date(2020, 4, 30)
    assert [float(each.case_hours_per_week) for each in fourth.hours_changes] == [-17]
    *_, last = changed(empty("0.55", to=JULY)).roster.team(TEAM).caseworkers
    assert [each.reason for each in last.absences] == [AbsenceReason.UNPAID_LEAVE]


def test_more_posts_than_a_team_has_cannot_be_empty():
    with pytest.raises(InvalidInput, match="has not so many posts") as refusal:
        changed(posts("1"), empty("5"))
    assert refusal.value.field == "changes[1].fte"


# --- hours ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("hours", [12, -12])
def test_other_duties_moved_change_the_teams_hours_by_as_many(hours):
    moved = OtherDuties(reason="r", team=TEAM, hours_per_week=Fraction(hours), from_=MAY, to=JULY)
    after = changed(moved)
    assert team_hours(after, MAY) == HOURS_BEFORE + hours
    assert team_hours(after, JULY) == HOURS_BEFORE
    each = [
        one.case_hours(MAY) / one.case_hours(START) for one in after.roster.team(TEAM).caseworkers
    ]
    assert len(set(each)) == 1  # spread by the hours that each has


def test_more_hours_than_there_are_cannot_be_taken():
    moved = OtherDuties(reason="r", team=TEAM, hours_per_week=-HOURS_BEFORE - 1, from_=MAY)
    with pytest.raises(InvalidInput, match="hours a week for cases") as refusal:
        changed(moved)
    assert refusal.value.field == "changes[0].hours_per_week"


def test_overtime_that_nobody_could_work_is_refused_by_person():
    wild = Overtime(reason="r", team=TEAM, hours_per_week=Fraction(300), from_=MAY)
    with pytest.raises(InvalidInput, match="from 0 to 60"):
        changed(wild)


def test_hours_that_come_back_may_not_be_more_than_a_week_holds():
    def changing(first_day, last_day, hours):
        return HoursChange(
            first_day=first_day, last_day=last_day, case_hours_per_week=Fraction(hours)
        )

    more, less = changing(MAY, None, 30), changing(START, JULY, -20)
    with pytest.raises(InvalidInput, match="hours a week for cases from 2020-07-02"):
        Caseworker(id="a", team=TEAM, hours_per_week=FULL_TIME, hours_changes=(more, less))


def test_overtime_adds_its_hours_while_it_lasts():
    paid = Overtime(reason="r", team=TEAM, hours_per_week=Fraction(15), from_=MAY, to=JULY)
    assert team_hours(changed(paid), MAY) == HOURS_BEFORE + 15
    assert team_hours(changed(paid), JULY) == HOURS_BEFORE


# --- what the work is ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "before", "after"),
    [
        (Inflow, lambda each: each.arrivals_per_year, lambda each: each.arrivals_per_year),
        (Effort, lambda each: each.mean_effort_hours, lambda each: each.mean_effort_hours),
        (
            ExternalDelay,
            lambda each: each.route[0].external_delay_days.mean,
            lambda each: each.route[0].external_delay_days.mean,
        ),
    ],
)
def test_a_factor_multiplies_in_its_teams_and_nowhere_else(change, before, after):
    made = changed(change(reason="r", factor=Fraction(6, 5), teams=(TEAM,)))
    assert after(one_case_class(made)) == before(one_case_class(ISHOEJ)) * Fraction(6, 5)
    others = [each for each in made.case_classes if each.team != TEAM]
    assert others == [each for each in ISHOEJ.case_classes if each.team != TEAM]


def test_a_changed_inflow_remembers_the_usual_one():
    twice = changed(*[Inflow(reason="r", factor=Fraction(11, 10))] * 2)
    for before, after in zip(ISHOEJ.case_classes, twice.case_classes, strict=True):
        assert after.usual_arrivals_per_year == before.arrivals_per_year
        assert after.inflow == Fraction(121, 100)


def test_sickness_and_turnover_are_the_teams_staff_risks():
    made = changed(
        Sickness(reason="r", factor=Fraction(2), teams=(TEAM,)),
        Turnover(reason="r", factor=Fraction(3), teams=(TEAM,)),
    )
    was, now = ISHOEJ.team(TEAM).staff_risks, made.team(TEAM).staff_risks
    assert now.long_sickness_days.mean == 2 * was.long_sickness_days.mean
    assert now.turnover_per_year == 3 * was.turnover_per_year
    assert made.team("straxen") == ISHOEJ.team("straxen")


def test_a_limit_can_be_set_and_taken_away():
    limited = changed(CaseloadLimit(reason="r", team=TEAM, cases_per_fte=Fraction(20)))
    assert limited.team(TEAM).practice.caseload_limit == 20
    free = CaseloadLimit(reason="r", team=TEAM, cases_per_fte=None)
    assert changed_department(limited, [free], BOOK) == ISHOEJ


def test_what_a_new_order_of_work_does_not_say_stays():
    order = WorkOrder(reason="r", team=TEAM, policy=Policy.OLDEST_CASE)
    practice = changed(order).team(TEAM).practice
    assert practice == replace(ISHOEJ.team(TEAM).practice, policy=Policy.OLDEST_CASE)
    shared = WorkOrder(reason="r", team=TEAM, assignment=Assignment.TEAM)
    assert changed(shared).team(TEAM).practice.assignment is Assignment.TEAM


def test_merged_teams_may_get_more_people_in_the_same_plan():
    merge = MergedTeams(
        reason="r",
        teams=("basisteam-1", "basisteam-2"),
        slug="basis",
        label=Text(da="Basisteam", en="Base team"),
    )
    more = AddedPosts(reason="r", team="basis", fte=Fraction(2), from_=MAY)
    both = sum(case_hours(ISHOEJ.roster.team(each), MAY) for each in merge.teams)
    assert team_hours(changed(merge, more), MAY, "basis") == both + 2 * FULL_TIME
    with pytest.raises(UnknownDepartment) as refusal:
        changed(more, merge)
    assert refusal.value.field == "changes[0].team"


# --- measures ------------------------------------------------------------------------------------


def test_a_measure_that_states_no_effect_has_none():
    assert changed(course()) == ISHOEJ


def test_each_stated_effect_of_a_measure_is_made():
    ramp_up = RampUp(months=3, first_share=Fraction(3, 4))
    name = one_case_class(ISHOEJ).slug
    made = changed(
        course(
            effort=Fraction(9, 10),
            loops=Fraction(1, 2),
            external_delay=Fraction(4, 5),
            ramp_up=ramp_up,
            priorities={name: 2},
            hours_per_week=Fraction(-10),
            to=JULY,
        )
    )
    was, now = one_case_class(ISHOEJ), one_case_class(made)
    for before, after in zip(was.episodes, now.episodes, strict=True):
        assert after.effort_hours.mean == before.effort_hours.mean * Fraction(9, 10)
        assert after.external_delay_days.mean == before.external_delay_days.mean * Fraction(4, 5)
        assert after.again == before.again / 2
    assert now.priority == 2
    assert made.team(TEAM).staff_risks.ramp_up == ramp_up
    assert team_hours(made, MAY) == HOURS_BEFORE - 10
    assert team_hours(made, JULY) == HOURS_BEFORE


def test_a_measure_can_make_it_rarer_that_work_is_done_again():
    redone = replace(one_case_class(ISHOEJ).route[0], again=Fraction(1, 4))
    classes = tuple(
        replace(each, route=(redone, *each.route[1:])) if each.team == TEAM else each
        for each in ISHOEJ.case_classes
    )
    department = replace(ISHOEJ, case_classes=classes)
    made = changed_department(department, [course(loops=Fraction(1, 2))], BOOK)
    assert one_case_class(made).route[0].again == Fraction(1, 8)
    with pytest.raises(InvalidInput, match="chance of once more"):
        changed_department(department, [course(loops=Fraction(4))], BOOK)


def test_a_priority_of_a_class_that_is_not_there_is_refused():
    with pytest.raises(InvalidInput, match="no case class “casewrk”") as refusal:
        changed(course(priorities={"casewrk": 1}))
    assert refusal.value.field == "changes[0].priorities"


def test_nobody_is_trained_where_nobody_leaves():
    calm = replace(ISHOEJ, teams=tuple(replace(t, staff_risks=None) for t in ISHOEJ.teams))
    trained = course(ramp_up=RampUp(months=3, first_share=Fraction(1)))
    with pytest.raises(InvalidInput, match="nobody ever leaves"):
        changed_department(calm, [trained], BOOK)


# --- all of them ---------------------------------------------------------------------------------

EVERY_KIND = (
    posts("1"),
    TemporaryStaff(reason="r", team=TEAM, fte=Fraction(1), from_=MAY, to=JULY),
    empty("1"),
    OtherDuties(reason="r", team=TEAM, hours_per_week=Fraction(5), from_=MAY),
    Overtime(reason="r", team=TEAM, hours_per_week=Fraction(5), from_=MAY),
    MergedTeams(
        reason="r",
        teams=("basisteam-1", "basisteam-2"),
        slug="basis",
        label=Text(da="Basisteam", en="Base team"),
    ),
    CaseloadLimit(reason="r", team=TEAM, cases_per_fte=Fraction(30)),
    WorkOrder(reason="r", team=TEAM, policy=Policy.FIRST_COME),
    Inflow(reason="r", factor=Fraction(11, 10)),
    Effort(reason="r", factor=Fraction(9, 10)),
    ExternalDelay(reason="r", factor=Fraction(9, 10)),
    Sickness(reason="r", factor=Fraction(9, 10)),
    Turnover(reason="r", factor=Fraction(9, 10)),
    course(effort=Fraction(9, 10)),
)


def test_every_kind_is_tried_here():
    assert {each.kind for each in EVERY_KIND} == KINDS


@pytest.mark.parametrize("change", EVERY_KIND, ids=lambda each: each.kind)
def test_every_kind_changes_something_and_leaves_the_department_it_was_made_on(change):
    before = load_example("ishoej-2020")
    assert changed_department(before, [change], BOOK) != before
    assert before == load_example("ishoej-2020")


@pytest.mark.parametrize("change", EVERY_KIND, ids=lambda each: each.kind)
def test_every_kind_says_in_both_languages_what_it_does(change):
    (title,) = titles(ISHOEJ, [change], BOOK)
    assert title.da != title.en
    if hasattr(change, "team"):
        assert ISHOEJ.team(TEAM).label.da in title.da


@pytest.mark.parametrize("change", EVERY_KIND, ids=lambda each: each.kind)
def test_a_change_without_a_reason_is_refused(change):
    with pytest.raises(InvalidInput, match="no reason") as refusal:
        replace(change, reason="  ")
    assert refusal.value.field == "reason"


DATED = [each for each in EVERY_KIND if "from_" in {field.name for field in fields(each)}]


@pytest.mark.parametrize("change", DATED, ids=lambda each: each.kind)
def test_a_change_that_ends_before_it_begins_is_refused(change):
    with pytest.raises(InvalidInput, match="must come after") as refusal:
        replace(change, to=MAY)
    assert refusal.value.field == "to"


@pytest.mark.parametrize(
    "change", [each for each in DATED if not isinstance(each, Measure)], ids=lambda each: each.kind
)
def test_a_change_before_the_departments_day_is_refused(change):
    early = replace(change, from_=date(2020, 3, 25))
    with pytest.raises(InvalidInput, match="before the department's date") as refusal:
        changed(early)
    assert refusal.value.field == "changes[0].from"


def test_changes_are_made_in_their_order():
    first, second, third = stages(ISHOEJ, [posts("1"), empty("1")], BOOK)
    assert first == ISHOEJ
    assert case_fte(second.roster, MAY, FULL_TIME) == case_fte(first.roster, MAY, FULL_TIME) + 1
    assert case_fte(third.roster, MAY, FULL_TIME) == case_fte(first.roster, MAY, FULL_TIME)


def test_a_change_is_a_value_that_cannot_be_altered():
    assert issubclass(AddedPosts, Change)
    with pytest.raises(AttributeError):
        posts("1").fte = Fraction(2)
