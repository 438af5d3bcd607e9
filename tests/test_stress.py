"""Stress tests: who is away, when it hurts most, when it is over; sickness is never foreseen."""

from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction

import numpy as np
import pytest
from small_department import BOTH, fixed, small_department
from test_merging import OLD_TEAMS, before_the_change

from capacity.caseworker import Absence, AbsenceReason
from capacity.department import Department
from capacity.errors import InvalidInput, UnknownDepartment
from capacity.merging import merged
from capacity.practice import Practice
from capacity.roster import case_hours
from capacity.rulebook import rulebook
from simulations.estimates import Estimate
from simulations.people import deal_staff, people_of
from simulations.several_at_once import at_once
from simulations.stress import (
    Away,
    Follow,
    Leaving,
    MonthUnderStress,
    Stress,
    StressTest,
    Surge,
    _worst_and_recovery,
    compared,
    compared_steps,
    more_inflow_for_a_quarter,
    one_in_four_resigns,
    stress,
    stress_sentence,
    struck,
    two_sick_and_one_on_leave,
)

BOOK = rulebook()
ON = date(2024, 1, 1)
MARCH = date(2024, 3, 1)
QUICK = Follow(replications=32, to=date(2025, 4, 1))


def busy() -> Department:
    return small_department(
        caseworkers=4, arrivals_per_year="110", ages_days=tuple(range(0, 120, 8))
    )


def test_of(*shocks) -> StressTest:
    return StressTest(label=BOTH, shocks=shocks)


test_of.__test__ = False


def sick(people: int = 1, days: int = 90, from_: date = MARCH) -> Away:
    return Away(people=people, reason=AbsenceReason.LONG_SICKNESS, from_=from_, days=days)


def quickly(department: Department, test: StressTest, **given) -> Stress:
    return stress(department, "assessment", test, BOOK, replace(QUICK, **given))


# --- Sickness is known in hindsight alone -----------------------------------------------------


def changes_of(reason: AbsenceReason, first: date, last: date):
    """What those who hand out cases are told of one who is away, by day from the start."""
    department = small_department(caseworkers=1)
    absence = Absence(first_day=first, last_day=last, reason=reason)
    (person,) = department.roster.caseworkers
    roster = replace(department.roster, caseworkers=(replace(person, absences=(absence,)),))
    people, (level,) = people_of(
        replace(department, roster=roster),
        ("assessment",),
        "assessment",
        [Fraction(0)],
        ON,
        200,
        1,
        BOOK,
    )
    staff = deal_staff(people, level, 0)
    told = [(int(c["at"]), float(c["fte"]), bool(c["hands_over"])) for c in staff.changes]
    days = np.unique(staff.intervals[: staff.caseworkers[0]["last_interval"]]["opens_at"] // 1)
    return told, days


def test_planned_leave_hands_over_on_its_first_day():
    told, days = changes_of(AbsenceReason.PARENTAL_LEAVE, MARCH, date(2024, 5, 31))
    assert told == [(0, 1.0, False), (60, 0.0, True), (152, 1.0, False)]
    assert not any(60 <= day < 152 for day in days)


def test_sickness_hands_over_after_fourteen_days_and_takes_no_new_cases_meanwhile():
    told, days = changes_of(AbsenceReason.LONG_SICKNESS, MARCH, date(2024, 5, 31))
    assert told == [(0, 1.0, False), (60, 0.0, False), (74, 0.0, True), (152, 1.0, False)]
    assert not any(60 <= day < 152 for day in days)


def test_a_sickness_that_ends_within_fourteen_days_hands_nothing_over():
    told, _ = changes_of(AbsenceReason.LONG_SICKNESS, MARCH, MARCH + timedelta(days=13))
    assert [hands_over for _, _, hands_over in told] == [False, False, False]
    told, _ = changes_of(AbsenceReason.LONG_SICKNESS, MARCH, MARCH + timedelta(days=14))
    assert [hands_over for _, _, hands_over in told] == [False, False, True, False]


# --- Who is away ------------------------------------------------------------------------------


def test_those_with_the_most_hours_for_cases_are_away_each_once():
    department = small_department(caseworkers=4)
    people = tuple(
        replace(person, hours_per_week=Fraction(hours))
        for person, hours in zip(department.roster.caseworkers, (20, 37, 30, 25), strict=True)
    )
    department = replace(department, roster=replace(department.roster, caseworkers=people))
    hit = struck(department, "assessment", two_sick_and_one_on_leave(MARCH), BOOK)
    reasons = [[each.reason for each in person.absences] for person in hit.roster.caseworkers]
    ill, leave = AbsenceReason.LONG_SICKNESS, AbsenceReason.PARENTAL_LEAVE
    assert reasons == [[], [ill], [ill], [leave]]
    assert case_hours(hit.roster, MARCH) == 20
    assert case_hours(hit.roster, MARCH - timedelta(days=1)) == 112


def test_one_who_leaves_has_a_successor_who_grows_into_the_post():
    hit = struck(busy(), "assessment", test_of(Leaving(people=1, from_=MARCH)), BOOK)
    hours = [
        case_hours(hit.roster, day)
        for day in (date(2024, 2, 29), MARCH, date(2024, 5, 29), date(2024, 5, 30))
    ]
    assert hours == [148, 111, 111, 111 + Fraction(37, 2)]
    assert case_hours(hit.roster, date(2025, 1, 1)) == 148


def test_one_in_four_is_rounded_up():
    tests = [
        one_in_four_resigns(small_department(caseworkers=n), "assessment", MARCH)
        for n in (1, 4, 5, 9)
    ]
    assert [test.shocks[0].people for test in tests] == [1, 1, 2, 3]


@pytest.mark.parametrize(
    ("test", "match"),
    [
        (test_of(sick(people=5)), "4 are at work"),
        (test_of(sick(from_=date(2023, 12, 1))), "before the department"),
    ],
)
def test_what_cannot_be_is_refused(test, match):
    with pytest.raises(InvalidInput, match=match):
        quickly(busy(), test)


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: sick(people=0),
        lambda: sick(days=0),
        lambda: Leaving(people=0, from_=MARCH),
        lambda: Surge(factor=Fraction(1), from_=MARCH, to=date(2024, 4, 1)),
        lambda: Surge(factor=Fraction(2), from_=MARCH, to=MARCH),
        lambda: Follow(replications=31),
        lambda: Follow(margin=Fraction(2)),
    ],
)
def test_a_shock_or_a_follow_up_that_cannot_be_is_refused(wrong):
    with pytest.raises(InvalidInput):
        wrong()


# --- What it does -----------------------------------------------------------------------------


def test_nothing_differs_where_nobody_is_away():
    found = compared(busy(), busy(), "assessment", test_of(sick()), BOOK, QUICK)
    assert all(month.difference.value == 0 for month in found.months if month.difference)
    assert all(month.open_difference.value == 0 for month in found.months)
    assert (found.worst, found.recovered_from) == (None, None)
    assert "no month loses more" in stress_sentence(found).en


def test_months_are_calendar_months_and_nothing_differs_before_the_stress():
    found = quickly(busy(), test_of(sick(people=3, days=200)))
    first_days = [month.first_day for month in found.months]
    assert first_days[:3] == [ON, date(2024, 2, 1), MARCH]
    assert found.months[-1].until == date(2025, 4, 1)
    assert [month.open_difference.value for month in found.months[:2]] == [0, 0]
    assert found.months[2].open_difference.low > 0


def test_deadlines_that_ran_before_the_start_are_counted_when_they_fall_due():
    """14 cases of 8 to 112 days: the first falls due in 10 days, the last within 4 months.

    The one of today is due on 1 May.
    """
    found = quickly(busy(), test_of(sick()))
    due = [month.due for month in found.months[:4]]
    assert sum(due) == 14
    assert all(each > 0 for each in due)


def test_three_of_four_away_is_felt_and_a_longer_absence_more_and_longer():
    short = quickly(busy(), test_of(sick(people=3, days=60)))
    long = quickly(busy(), test_of(sick(people=3, days=200)))
    assert short.worst is not None
    assert long.worst is not None
    assert long.worst.difference.value < short.worst.difference.value < -0.05
    assert short.worst.first_day >= MARCH
    assert short.recovered_from is not None
    assert long.recovered_from is None or long.recovered_from > short.recovered_from
    assert short.recovered_from > short.worst.first_day


def test_sickness_unforeseen_is_worse_than_leave_foreseen_where_cases_are_owned():
    department = busy()
    owned = tuple(replace(team, practice=Practice()) for team in department.teams)
    (assessments,) = department.case_classes
    own = replace(assessments.route[0], desk="own", external_delay_days=fixed("100"))
    department = replace(
        department, teams=owned, case_classes=(replace(assessments, route=(own,)),)
    )
    leave = replace(sick(people=2, days=60), reason=AbsenceReason.PARENTAL_LEAVE)
    foreseen, unforeseen = (
        quickly(department, test_of(shock)) for shock in (leave, sick(people=2, days=60))
    )
    kept = [
        sum(month.due * month.share_with for month in found.months if month.share_with is not None)
        for found in (foreseen, unforeseen)
    ]
    assert kept[0] > kept[1]


def test_a_surge_comes_while_it_lasts_and_no_longer():
    """A fifth more of 110 cases a year for a quarter are 5.5 cases."""
    huge = small_department(caseworkers=40, arrivals_per_year="1100")
    found = quickly(huge, more_inflow_for_a_quarter(MARCH))
    more = [month.open_difference.value for month in found.months]
    assert more[0] == more[1] == 0
    assert all(each > 5 for each in more[2:5])
    assert abs(sum(more[7:])) < 1.5
    due = [month.due for month in found.months]
    assert sum(due) == pytest.approx(1100 * 11 / 12, rel=0.05)


def test_more_inflow_than_before_leaves_a_pile_in_a_busy_team():
    found = quickly(busy(), more_inflow_for_a_quarter(MARCH))
    assert found.months[4].open_difference.low > 0
    assert found.months[0].open_difference.value == 0  # what lies there is not there twice


def test_a_stress_without_any_deadline_has_no_answer():
    quiet = small_department(arrivals_per_year="0")
    with pytest.raises(InvalidInput, match="falls due"):
        quickly(quiet, test_of(sick()))
    with pytest.raises(InvalidInput, match="falls due"):
        quickly(busy(), test_of(sick()), deadline="statute.follow_up_first")


# --- The worst month and the recovery ---------------------------------------------------------


def month(number: int, loss: float | None) -> MonthUnderStress:
    first = date(2024, number, 1)
    difference = None if loss is None else Estimate(value=-loss, low=-loss, high=-loss)
    none = Estimate(value=0.0, low=0.0, high=0.0)
    return MonthUnderStress(
        first_day=first,
        until=date(2024, number + 1, 1),
        due=10.0,
        share_without=0.9,
        share_with=None if loss is None else 0.9 - loss,
        difference=difference,
        open_without=1.0,
        open_with=1.0,
        open_difference=none,
        waiting_without=0.0,
        waiting_with=0.0,
        waiting_difference=none,
        share_range_without=(0.8, 1.0),
        share_range_with=None if loss is None else (0.7, 1.0),
        open_range_without=(0.0, 3.0),
        open_range_with=(0.0, 3.0),
    )


@pytest.mark.parametrize(
    ("losses", "worst", "recovered"),
    [
        ((0.0, 0.1, 0.3, 0.05, 0.01, 0.0), 3, 5),
        ((0.0, 0.1, 0.01, 0.3, 0.01, 0.0), 4, 5),
        ((0.0, 0.3, 0.01, 0.1, 0.0, 0.0), 2, 5),  # back for a month is not back
        ((0.0, 0.3, 0.1, 0.1, 0.1, 0.03), 2, None),
        ((0.0, 0.3, None, None, 0.01, 0.0), 2, 5),
        ((0.5, 0.01, 0.0, 0.0, 0.0, 0.0), None, None),  # before it begins
        ((0.0, 0.02, 0.01, 0.0, -0.1, 0.0), None, None),  # within the margin
    ],
)
def test_it_is_over_from_the_first_month_that_stays_within_the_margin(losses, worst, recovered):
    months = [month(number, loss) for number, loss in enumerate(losses, start=1)]
    found = _worst_and_recovery(months, date(2024, 2, 10), 0.02)
    assert found[0] == (None if worst is None else months[worst - 1])
    assert found[1] == (None if recovered is None else date(2024, recovered, 1))


def test_the_sentence_says_the_month_the_loss_and_when_it_is_over():
    found = quickly(busy(), two_sick_and_one_on_leave(MARCH))
    sentence = stress_sentence(found)
    assert sentence.da.startswith("To langtidssyge og én på barsel fra 1. marts 2024: værst i ")
    assert "procentpoint" in sentence.da
    never = replace(found, recovered_from=None)
    assert "does not come back" in stress_sentence(never).en


# --- What pooling the teams does to it --------------------------------------------------------


def three_teams(handover_hours: str = "3") -> Department:
    """Three teams of three who own their cases, each with 60 assessments a year."""
    department = before_the_change()
    practice = Practice(handover_hours=Fraction(handover_hours))
    return replace(
        department,
        duty_rotas=(),
        teams=tuple(replace(team, practice=practice) for team in department.teams),
        case_classes=tuple(
            replace(
                each,
                strands=(),
                arrivals_per_year=Fraction(60),
                route=(replace(each.route[0], external_delay_days=fixed("60")),),
            )
            for each in department.case_classes
        ),
    )


TWO_OF_THREE = test_of(sick(people=2, days=120))


def pooled_under_stress(department: Department) -> Stress:
    ill = struck(department, "unge", TWO_OF_THREE, BOOK)
    whole, hit = (merged(each, OLD_TEAMS, "basis", BOTH) for each in (department, ill))
    return compared(whole, hit, "basis", TWO_OF_THREE, BOOK, QUICK)


def lost(found: Stress) -> float:
    """Deadlines lost to the stress, over the period."""
    return sum(-each.difference.value * each.due for each in found.months if each.difference)


def kept(found: Stress) -> float:
    return sum(each.share_with * each.due for each in found.months if each.difference)


def test_a_larger_team_bears_the_same_sickness_better():
    """Two of the same team fall ill: where it is a team of three, and where it is one of nine."""
    department = three_teams()
    ill = struck(department, "unge", TWO_OF_THREE, BOOK)
    apart = [compared(department, ill, team, TWO_OF_THREE, BOOK, QUICK) for team in OLD_TEAMS]
    pooled = pooled_under_stress(department)
    assert apart[1].worst.difference.value < -0.8
    assert pooled.worst.difference.value > -0.2
    assert lost(pooled) < lost(apart[1]) / 2
    assert kept(pooled) > sum(kept(found) for found in apart) + 10
    # The two other teams know nothing of it, and do not help.
    assert lost(apart[0]) == lost(apart[2]) == 0


def test_what_is_handed_over_must_be_read_up_on_and_that_costs_deadlines():
    cheap, dear = (pooled_under_stress(three_teams(hours)) for hours in ("0", "12"))
    assert lost(dear) > lost(cheap)
    assert cheap.months[0].open_without == dear.months[0].open_without


# --- What is counted beside the shares ---------------------------------------------------------


def test_more_are_late_in_all_by_what_the_months_say():
    found = quickly(busy(), test_of(sick(people=2)))
    due = [each for each in found.months if each.until > MARCH and each.share_with is not None]
    by_month = sum(each.due * (each.share_without - each.share_with) for each in due)
    assert found.more_late.value == pytest.approx(by_month, rel=0.02)
    assert found.more_late.low > 0


def test_a_merged_team_of_one_misses_as_many():
    """A number of deadlines is the same whether a team is called one name or another."""
    department, test = busy(), test_of(sick(people=2))
    alone = quickly(department, test)
    hit = struck(department, "assessment", test, BOOK)
    base, other = (merged(each, ["assessment"], "new", BOTH) for each in (department, hit))
    renamed = compared(base, other, "new", test, BOOK, QUICK)
    assert renamed.more_late == alone.more_late


def test_what_is_beside_is_counted_too_and_nothing_happens_to_it():
    department = three_teams()
    ill = struck(department, "unge", TWO_OF_THREE, BOOK)
    one, other, both = (
        compared(department, ill, team, TWO_OF_THREE, BOOK, replace(QUICK, beside=beside))
        for team, beside in (("unge", None), (OLD_TEAMS[0], None), ("unge", OLD_TEAMS[0]))
    )
    assert other.late_with == other.late_without
    for name in ("late_with", "late_without"):
        summed = getattr(one, name).value + getattr(other, name).value
        assert getattr(both, name).value == pytest.approx(summed)
    assert both.more_late.value == pytest.approx(one.more_late.value)
    for alone, quiet, each in zip(one.months, other.months, both.months, strict=True):
        assert each.due == pytest.approx(alone.due + quiet.due)
        assert each.open_with == pytest.approx(alone.open_with + quiet.open_with)


def test_nobody_is_beside_a_team_that_is_not_there():
    with pytest.raises(UnknownDepartment):
        stress(busy(), "assessment", test_of(sick()), BOOK, replace(QUICK, beside="nobody"))


def test_late_with_less_late_without_is_what_more_are_late():
    found = quickly(busy(), test_of(sick(people=2)))
    assert found.late_with.value - found.late_without.value == pytest.approx(found.more_late.value)
    assert found.busy_without is not None
    assert 0 < found.busy_without.value <= 1


def test_the_ranges_hold_the_means_and_are_of_single_courses():
    found = quickly(busy(), test_of(sick(people=2)), replications=64)
    for each in found.months:
        low, high = each.open_range_with
        assert low <= each.open_with <= high
        if each.share_with is not None and each.share_with < 0.95 and each.due > 5:
            assert each.share_range_with[0] <= each.share_with <= each.share_range_with[1]
            assert each.share_range_with[1] > each.share_range_with[0]


def test_progress_is_told_over_both_sides_and_the_cost_known_beforehand():
    department, test = busy(), test_of(sick())
    done: list[int] = []
    stress(department, "assessment", test, BOOK, QUICK, on_progress=done.append)
    assert done[-1] == 2 * QUICK.replications
    assert done == sorted(done)
    hit = struck(department, "assessment", test, BOOK)
    cost = compared_steps(department, hit, "assessment", test, BOOK, QUICK)
    twice = replace(QUICK, replications=64)
    assert compared_steps(department, hit, "assessment", test, BOOK, twice) == 2 * cost


# --- What it is called ------------------------------------------------------------------------


def test_what_happens_at_once_is_called_by_what_it_is():
    leave = Away(people=1, reason=AbsenceReason.PARENTAL_LEAVE, from_=MARCH, days=300)
    two = at_once([sick(people=2), leave])
    assert two.label.da == two_sick_and_one_on_leave(MARCH).label.da
    assert two.label.en == "Two long-term sick and one on parental leave"
    assert two.shocks == two_sick_and_one_on_leave(MARCH).shocks
    more = more_inflow_for_a_quarter(MARCH).shocks[0]
    several = at_once([sick(), Leaving(people=3, from_=MARCH), more])
    assert several.label.da == "Én langtidssyg, tre der siger op og 20 % flere sager"
    assert several.label.en == "One long-term sick, three who resign and 20% more cases"


def test_nothing_at_once_is_no_stress():
    with pytest.raises(InvalidInput, match="at least one"):
        at_once([])
