"""A department month by month, and two on the same luck: every team, every deadline."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from fractions import Fraction
from functools import cache

import pytest
from scipy.stats import poisson
from small_department import BOTH, fixed, small_department

from capacity.case_classes import CaseClass, Clock, Desk, Episode
from capacity.changes import with_case_hours, with_effort, with_inflow
from capacity.department import Department, Team
from capacity.duty_rota import DutyRota, Shift
from capacity.errors import InvalidInput, TooMuchWork, UnknownDepartment
from capacity.practice import Assignment, Practice
from capacity.roster import Caseworker, Roster, available_hours
from capacity.rulebook import rulebook
from simulations.answers_in_words import comparison_sentence
from simulations.comparison import Comparison, Measure, Series, Simulated, compare, simulate
from simulations.questions import headline_question
from simulations.staffing import staffing_curve

BOOK = rulebook()
FROM, TO = date(2024, 1, 1), date(2025, 1, 1)
DEADLINE = "statute.child_assessment"
LEAST = 32


def of_teams(*teams: str, cases_in: dict[str, str], people_in: dict[str, str]) -> Department:
    """Classes and people by name, each in the team that is said: names stay, teams may change."""
    one = small_department()
    (cases,), (team,) = one.case_classes, one.teams
    return replace(
        one,
        teams=tuple(replace(team, slug=each) for each in teams),
        case_classes=tuple(
            replace(cases, slug=name, team=each, arrivals_per_year=Fraction(50))
            for name, each in cases_in.items()
        ),
        roster=Roster(
            caseworkers=tuple(
                Caseworker(id=name, team=each, hours_per_week=Fraction(37))
                for name, each in people_in.items()
            )
        ),
        headline_team=teams[0],
    )


def three_teams() -> Department:
    return of_teams(
        *("north", "south", "intake"),
        cases_in={"n": "north", "s": "south", "i": "intake"},
        people_in={"a": "north", "b": "south", "c": "intake"},
    )


def two_teams() -> Department:
    return of_teams(
        *("both", "intake"),
        cases_in={"n": "both", "s": "both", "i": "intake"},
        people_in={"a": "both", "b": "both", "c": "intake"},
    )


def busy() -> Department:
    return small_department(caseworkers=2, arrivals_per_year="110")


def simulated(department: Department, team: str | None = None, **given) -> Simulated:
    return simulate(department, team, FROM, TO, BOOK, **({"replications": LEAST} | given))


def compared(before: Department, after: Department, **given) -> Comparison:
    return compare(before, after, FROM, TO, BOOK, **({"replications": LEAST} | given))


@cache
def merged() -> Comparison:
    return compared(three_teams(), two_teams())


def series(rows: tuple[Series, ...], measure: Measure, team: str | None = None) -> Series:
    (found,) = (each for each in rows if (each.team, each.measure) == (team, measure))
    return found


def test_the_same_call_gives_the_same_answer_on_any_executor():
    with ThreadPoolExecutor(3) as threads:
        elsewhere = simulated(busy(), executor=threads)
    assert repr(elsewhere) == repr(simulated(busy()))


def test_another_seed_gives_another_answer():
    assert simulated(busy()).deadlines != simulated(busy(), seed=2).deadlines


def test_a_department_is_what_its_staffing_curve_says_without_extra_staff():
    question = replace(headline_question(busy()), replications=LEAST)
    point = staffing_curve(question, BOOK).without_extra
    (row,) = simulated(busy()).deadlines
    for name in "share_in_time year_low year_high mean_days_late days_late_90 in_time".split():
        assert getattr(row.outcome, name) == getattr(point, name), name
    for name in "due not_yet_due not_required stock_in_time".split():
        assert getattr(row.outcome, name) == getattr(point, name), name


def test_what_a_team_keeps_is_the_same_whatever_is_laid_out_beside_it():
    whole, part = simulated(three_teams()), simulated(three_teams(), "south")
    assert part.teams == ("south",)
    assert part.deadlines == tuple(each for each in whole.deadlines if each.team == "south")
    assert series(part.series, Measure.OPEN_CASES, "south") == series(
        whole.series, Measure.OPEN_CASES, "south"
    )


def test_all_teams_together_are_the_sum_of_the_teams():
    found = simulated(three_teams())
    (together,) = found.together
    for name in "in_time late open_and_overdue not_yet_due not_required due".split():
        teams = sum(getattr(each.outcome, name) for each in found.deadlines)
        assert getattr(together.outcome, name) == teams
    months = [series(found.series, Measure.OPEN_CASES, team) for team in found.teams]
    whole = series(found.series, Measure.OPEN_CASES)
    assert [each.mean.value for each in whole.moments] == pytest.approx(
        [
            sum(each.mean.value for each in month)
            for month in zip(*(each.moments for each in months), strict=True)
        ]
    )


def test_open_cases_begin_with_the_backlog_and_end_on_the_last_day():
    found = simulated(small_department(ages_days=(10, 20, 30)))
    moments = series(found.series, Measure.OPEN_CASES).moments
    assert (moments[0].on, moments[0].mean.value) == (FROM, 3)
    assert (moments[-1].on, len(moments)) == (TO, 13)
    odd = simulate(busy(), None, FROM, date(2024, 6, 20), BOOK, replications=LEAST)
    days = [each.on for each in series(odd.series, Measure.OPEN_CASES).moments]
    assert days[-2:] == [date(2024, 6, 1), date(2024, 6, 20)]


def test_cases_that_only_wait_for_others_are_poisson_in_number():
    """M/D/∞: with work of no length and 30 days of delay, 100 a year leave 8.2 open on average."""
    found = simulated(small_department(effort_hours=fixed("0")), replications=2048, seed=20240101)
    expected = 100 * 30 / 365.2425
    last = series(found.series, Measure.OPEN_CASES).moments[-1]
    # Nobody takes up work at night: cases wait for the morning, and most of all for a Monday.
    assert expected - 0.2 < last.mean.value < expected + 1.5
    low, high = poisson.ppf([0.025, 0.975], last.mean.value)
    assert abs(last.year_low - low) <= 1
    assert abs(last.year_high - high) <= 1


def test_utilisation_is_demand_over_supply():
    department = small_department(caseworkers=4, effort_hours=fixed("30"))
    found = simulated(department, replications=512, seed=20240101)
    moments = series(found.series, Measure.UTILISATION).moments
    supply = available_hours(department.roster, FROM, BOOK)
    mean = sum(each.mean.value for each in moments) / len(moments)
    assert [each.on.month for each in moments] == [*range(2, 13), 1]
    assert mean == pytest.approx(float(100 * 30 / supply), rel=0.03)


def test_caseload_is_open_cases_for_each_full_time_post():
    found = simulated(small_department(caseworkers=2, hours_per_week="18.5"))
    cases = series(found.series, Measure.OPEN_CASES, "assessment").moments
    caseload = series(found.series, Measure.CASELOAD, "assessment").moments
    assert [each.mean for each in caseload] == [each.mean for each in cases]


def test_without_posts_and_hours_there_is_no_caseload_and_no_utilisation():
    found = simulated(small_department(caseworkers=0))
    assert series(found.series, Measure.CASELOAD).moments == ()
    assert series(found.series, Measure.UTILISATION).moments == ()
    assert found.deadlines[0].outcome.in_time == 0


def test_cases_wait_for_an_owner_only_where_there_is_a_limit():
    department = busy()
    (cases,) = department.case_classes
    owned = replace(cases, route=(replace(cases.route[0], desk=Desk.OWN),))
    waiting = []
    for limit in (None, Fraction(5)):
        practice = Practice(assignment=Assignment.LEAST_LOADED, caseload_limit=limit)
        found = simulated(
            replace(
                department,
                case_classes=(owned,),
                teams=(replace(department.teams[0], practice=practice),),
            )
        )
        last = series(found.series, Measure.WAITING_FOR_OWNER, "assessment").moments[-1]
        waiting.append(last.mean.value)
    assert waiting[0] == 0
    assert waiting[1] > 5


def test_every_deadline_of_every_connected_team_has_a_row():
    department = three_teams()
    passed_on = replace(
        department.case_classes[0],
        route=(
            Episode(
                slug="talk",
                effort_hours=fixed("2"),
                team="intake",
                desk=Desk.TEAM,
                clock=Clock(deadline="statute.notification_assessment"),
            ),
            department.case_classes[0].route[0],
        ),
    )
    connected = replace(department, case_classes=(passed_on, *department.case_classes[1:]))
    told: list[int] = []
    found = simulated(connected, "north", on_progress=told.append)
    assert told[-1] == LEAST  # laid out once, all together
    assert found.teams == ("north", "intake")
    assert [(each.team, each.deadline) for each in found.deadlines] == [
        ("intake", DEADLINE),
        ("intake", "statute.notification_assessment"),
        ("north", DEADLINE),
    ]
    assert [each.deadline for each in found.together] == [
        DEADLINE,
        "statute.notification_assessment",
    ]
    # Fifty cases a year each: eight months of them fall due within the year under four months,
    # and nearly all of them under a day.
    due = [each.outcome.due / LEAST for each in found.deadlines]
    assert due == pytest.approx([50 * 8 / 12, 50, 50 * 8 / 12], rel=0.1)


def test_a_rota_keeps_its_own_deadlines_and_has_no_cases_of_its_own():
    department = busy()
    (cases,) = department.case_classes
    shifts = tuple(
        Shift(weekday=day, opens_at=Fraction(8), closes_at=Fraction(12)) for day in range(7)
    )
    assessed = Episode(
        slug="notified",
        effort_hours=fixed("0.5"),
        team="duty",
        desk=Desk.TEAM,
        clock=Clock(deadline="statute.notification_assessment"),
    )
    found = simulated(
        replace(
            department,
            case_classes=(replace(cases, route=(assessed, *cases.route)),),
            duty_rotas=(DutyRota(slug="duty", label=BOTH, staffed_by="assessment", shifts=shifts),),
        )
    )
    assert [each.team for each in found.deadlines] == ["assessment", "duty"]
    assert [each.measure for each in found.series if each.team == "duty"] == [Measure.UTILISATION]
    told = series(found.series, Measure.UTILISATION, "duty").moments
    worked = sum(each.mean.value for each in told) / len(told)
    assert worked == pytest.approx(110 * 0.5 / (366 * 4), rel=0.1)


def test_a_deadline_under_which_nothing_falls_due_is_named_and_has_no_share():
    department = three_teams()
    quiet = replace(department.case_classes[1], arrivals_per_year=Fraction(0))
    classes: tuple[CaseClass, ...] = (department.case_classes[0], quiet)
    found = simulated(replace(department, case_classes=classes))
    assert found.nothing_due == (("south", DEADLINE),)
    assert [each.team for each in found.deadlines] == ["north"]


def test_two_departments_that_are_the_same_differ_by_exactly_nothing():
    found = compared(busy(), busy())
    for row in (*found.deadlines, *found.together):
        assert (row.difference.low, row.difference.value, row.difference.high) == (0, 0, 0)
        assert (row.year_low, row.year_high) == (0, 0)
    moments = [each for row in found.differences for each in row.moments]
    assert len(moments) > 50
    assert all((m.mean.low, m.mean.high, m.year_low, m.year_high) == (0,) * 4 for m in moments)


def test_less_inflow_less_work_and_more_hours_are_never_worse_on_average():
    for better in (
        with_inflow(busy(), Fraction(9, 10)),
        with_effort(busy(), Fraction(9, 10)),
        with_case_hours(busy(), Fraction(11, 10)),
    ):
        found = compared(busy(), better, replications=128)
        assert found.deadlines[0].difference.low > 0
        assert series(found.differences, Measure.OPEN_CASES).moments[-1].mean.high < 0


def test_a_difference_is_after_less_before():
    found = compared(busy(), with_inflow(busy(), Fraction(9, 10)))
    (row,) = found.deadlines
    assert row.difference.value == pytest.approx(
        row.after.share_in_time.value - row.before.share_in_time.value
    )
    assert row.year_low <= row.difference.value <= row.year_high
    back = compared(with_inflow(busy(), Fraction(9, 10)), busy()).deadlines[0]
    assert back.difference.value == pytest.approx(-row.difference.value)


def test_differences_are_paired():
    """Other luck on one side makes the interval of the difference clearly wider."""
    before, after = busy(), with_inflow(busy(), Fraction(95, 100))
    paired = compared(before, after, replications=256).deadlines[0]
    alone = [
        each.share_in_time.high - each.share_in_time.low for each in (paired.before, paired.after)
    ]
    independent = (alone[0] ** 2 + alone[1] ** 2) ** 0.5
    assert paired.difference.high - paired.difference.low < 0.6 * independent


def test_merged_teams_meet_the_same_cases():
    (row,) = merged().together
    assert row.before.due == row.after.due > 0
    assert row.before.not_yet_due == row.after.not_yet_due


def test_a_team_that_a_merger_leaves_alone_is_the_same_before_and_after():
    (row,) = merged().deadlines
    assert row.team == "intake"
    assert row.before == row.after
    assert row.difference.value == 0


def test_what_has_no_counterpart_is_listed_apart():
    assert [each.team for each in merged().only_before] == ["north", "south"]
    assert [each.team for each in merged().only_after] == ["both"]


def test_two_desks_made_one_keep_more_on_average():
    (row,) = compared(three_teams(), two_teams(), replications=256).together
    assert row.difference.low > 0


def test_a_comparison_of_one_team_follows_whoever_and_whatever_has_moved():
    found = compared(three_teams(), two_teams(), team="north")
    assert found.before.teams == ("north", "south")
    assert found.after.teams == ("both",)
    assert found.deadlines == ()
    assert found.together[0].before.due > 0
    assert compared(three_teams(), two_teams(), team="intake").before.teams == ("intake",)


def test_a_comparison_of_one_team_reaches_those_who_pass_it_work_or_exchange_people_or_cases():
    usual = three_teams()
    lent = replace(usual.roster.caseworkers[1], team="north")
    people = (usual.roster.caseworkers[0], lent, usual.roster.caseworkers[2])
    north, south, intake = usual.case_classes
    first = Episode(slug="talk", effort_hours=fixed("2"), team="south", desk=Desk.TEAM)
    for after in (
        replace(usual, roster=Roster(caseworkers=people)),
        replace(usual, case_classes=(north, replace(south, team="north"), intake)),
        replace(usual, case_classes=(replace(north, route=(first, *north.route)), south, intake)),
    ):
        assert compared(usual, after, team="north").before.teams == ("north", "south")
        assert compared(after, usual, team="north").before.teams == ("north", "south")
    longer = with_effort(usual, Fraction(2), ("north",))
    assert compared(usual, longer, team="north").before.teams == ("north",)


def test_progress_is_told_to_the_last_replication_of_all_that_is_run():
    told: list[int] = []
    compared(three_teams(), two_teams(), on_progress=told.append)
    assert told == sorted(told)
    assert told[-1] == LEAST * 5  # three desks that nothing connects, and two


def test_all_one_needs_to_distrust_an_answer_travels_with_it():
    found = simulated(busy(), seed=7)
    assert (found.seed, found.replications) == (7, LEAST)
    assert found.rules_version == BOOK.fingerprint
    assert found.model_version


@pytest.mark.parametrize(
    ("call", "error"),
    [
        (lambda: simulated(busy(), replications=31), InvalidInput),
        (lambda: simulated(busy(), "nobody"), UnknownDepartment),
        (lambda: simulated(busy(), replications=10**7), TooMuchWork),
        (lambda: simulate(busy(), None, TO, FROM, BOOK), InvalidInput),
        (lambda: compared(busy(), busy(), replications=31), InvalidInput),
        (lambda: compared(busy(), busy(), team="nobody"), UnknownDepartment),
        (lambda: compared(busy(), replace(busy(), on=date(2023, 12, 31))), InvalidInput),
        (lambda: compared(three_teams(), two_teams(), replications=10**6), TooMuchWork),
    ],
)
def test_what_cannot_be_answered_is_refused(call, error):
    with pytest.raises(error):
        call()


def test_a_comparison_in_words_says_the_model_both_years_and_the_difference():
    found = compared(busy(), with_inflow(busy(), Fraction(9, 10)))
    told = comparison_sentence(found, found.together[0], BOOK)
    assert told.da.startswith("Ændringen løfter rettidigheden i alle teams tilsammen for fristen")
    assert "i denne model og med disse antagelser" in told.da
    assert "I 95 % af de simulerede år lå den mellem" in told.da
    assert "procentpoint" in told.da
    assert "ikke opgjort" in told.da
    same = compared(busy(), busy())
    assert "flytter ikke" in comparison_sentence(same, same.deadlines[0], BOOK).da
    assert "does not move" in comparison_sentence(same, same.deadlines[0], BOOK).en


def test_a_team_without_cases_is_measured_and_owes_nothing():
    idle = replace(busy(), teams=(*busy().teams, Team(slug="idle", label=BOTH)))
    found = simulated(idle)
    assert series(found.series, Measure.OPEN_CASES, "idle").moments[-1].mean.value == 0
