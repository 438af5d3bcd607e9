"""A team month by month: what is counted, when hires are felt, and the same luck on both sides."""

from dataclasses import replace
from datetime import date
from fractions import Fraction

import pytest
from small_department import small_department
from test_mix_band import inputs

from capacity.case_classes import Desk
from capacity.caseworker import RampUp
from capacity.changes import with_inputs
from capacity.department import Department
from capacity.errors import InvalidInput, TooMuchWork
from capacity.fit import Fit
from capacity.practice import Assignment
from capacity.rulebook import rulebook
from capacity.scenario import changed_department
from capacity.scenario_changes import AddedPosts, MergedTeams
from capacity.units import exact
from capacity.wording import Text, shown
from simulations.comparison import Measure, simulate
from simulations.input_band import REPLICATIONS, possible_departments
from simulations.months_left_open import (
    months_band,
    months_band_replications,
    months_band_sentence,
)
from simulations.over_time import (
    Course,
    Following,
    over_time,
    over_time_replications,
    over_time_sentence,
    over_time_steps,
)
from simulations.stress import Away, Follow, StressTest, stress

BOOK = rulebook()
ON, TO = date(2024, 1, 1), date(2025, 1, 1)
ASSESSMENT = "statute.child_assessment"
FOLLOWING = Following(deadline=ASSESSMENT, to=TO, seed=1, replications=64)


def busy(caseworkers: int = 3) -> Department:
    return small_department(
        caseworkers=caseworkers, arrivals_per_year="110", ages_days=tuple(range(0, 120, 8))
    )


def of(department: Department) -> Course:
    return Course(department=department, teams=("assessment",))


def with_posts(department: Department, **given) -> Department:
    posts = AddedPosts(reason="test", team="assessment", fte=Fraction(2), **({"from_": ON} | given))
    return changed_department(department, (posts,), BOOK)


def test_open_cases_are_those_of_a_plain_simulation():
    department = busy()
    found = over_time(of(department), of(department), FOLLOWING, BOOK)
    plain = simulate(department, "assessment", ON, TO, BOOK, seed=1, replications=64)
    series = {each.measure: each.moments for each in plain.series if each.team == "assessment"}
    for month, moment in zip(found.months_before, series[Measure.OPEN_CASES][1:], strict=True):
        assert moment.on == month.until
        assert month.open_cases == moment.mean
        assert month.open_range == (moment.year_low, moment.year_high)
    for month, moment in zip(found.months_before, series[Measure.CASELOAD][1:], strict=True):
        assert month.caseload is not None
        assert month.caseload.value == pytest.approx(moment.mean.value)


def test_the_shares_are_those_of_a_stress_that_nobody_feels():
    """Away for a day long after the end: what is left is the team without a stress."""
    department = busy()
    found = over_time(of(department), of(department), FOLLOWING, BOOK)
    nothing = StressTest(
        label=Text(da="intet", en="nothing"),
        shocks=(Away(people=1, reason="long_sickness", from_=date(2024, 12, 31), days=1),),
    )
    follow = Follow(deadline=ASSESSMENT, to=TO, seed=1, replications=64)
    months = stress(department, "assessment", nothing, BOOK, follow).months
    for mine, other in zip(found.months_before, months, strict=True):
        assert mine.share is not None
        assert mine.share.value == other.share_without
        assert mine.share_range == other.share_range_without
        assert mine.due == other.due


def test_nothing_changed_is_simulated_once_and_differs_by_exactly_nothing():
    same = of(busy())
    done: list[int] = []
    found = over_time(same, same, FOLLOWING, BOOK, on_progress=done.append)
    assert found.months_before == found.months_after
    assert all(each.open_cases.value == 0 for each in found.changes)
    assert all(each.share is None or each.share.value == 0 for each in found.changes)
    assert done[-1] == over_time_replications(same, same, FOLLOWING) == 64
    assert "hvis intet ændres" in over_time_sentence(found, BOOK).da


def test_hires_are_felt_from_their_first_day_and_not_before():
    department = busy()
    hired = with_posts(department, from_=date(2024, 7, 1))
    found = over_time(of(department), of(hired), FOLLOWING, BOOK)
    for change, month in zip(found.changes, found.months_after, strict=True):
        if month.until <= date(2024, 7, 1):
            assert change.open_cases.value == 0
            assert change.share is None or change.share.value == 0
    assert found.changes[-1].open_cases.high < 0
    assert [each.case_fte for each in found.months_after] == [3] * 5 + [5] * 7
    assert [each.case_fte for each in found.months_before] == [3] * 12
    said = over_time_sentence(found, BOOK)
    assert "med ændringen" in said.da
    assert "with the change" in said.en


def test_newcomers_grow_into_their_posts():
    department = busy()
    at_once = with_posts(department)
    slowly = with_posts(department, ramp_up=RampUp(months=6, first_share=Fraction(1, 2)))
    posts = [each.case_fte for each in _after(department, slowly)]
    assert posts == sorted(posts)
    assert posts[0] < 5
    assert posts[5:] == [5] * 7  # the first of July is the day on which all of it counts
    slow, quick = (_after(department, each) for each in (slowly, at_once))
    assert slow[3].open_cases.value > quick[3].open_cases.value


def _after(before: Department, after: Department):
    return over_time(of(before), of(after), FOLLOWING, BOOK).months_after


def test_months_begin_and_end_where_the_calendar_does():
    department = replace(busy(), on=date(2024, 1, 15))
    following = replace(FOLLOWING, to=date(2024, 3, 10))
    found = over_time(of(department), of(department), following, BOOK)
    assert [(each.first_day, each.until) for each in found.months_before] == [
        (date(2024, 1, 15), date(2024, 2, 1)),
        (date(2024, 2, 1), date(2024, 3, 1)),
        (date(2024, 3, 1), date(2024, 3, 10)),
    ]
    assert found.open_at_start == 15


def test_two_teams_that_are_merged_are_followed_together_before_too():
    one = busy()
    people = tuple(
        replace(each, id=f"b{n}", team="other") for n, each in enumerate(one.roster.caseworkers)
    )
    (assessments,) = one.case_classes
    two = replace(
        one,
        teams=(*one.teams, replace(one.teams[0], slug="other")),
        roster=replace(one.roster, caseworkers=(*one.roster.caseworkers, *people)),
        case_classes=(assessments, replace(assessments, slug="second", team="other")),
    )
    merging = MergedTeams(
        reason="test",
        teams=("assessment", "other"),
        slug="both",
        label=Text(da="begge", en="both"),
    )
    merged = changed_department(two, (merging,), BOOK)
    before = Course(department=two, teams=("assessment", "other"))
    after = Course(department=merged, teams=("both",))
    done: list[int] = []
    found = over_time(before, after, FOLLOWING, BOOK, on_progress=done.append)
    assert done[-1] == over_time_replications(before, after, FOLLOWING) == 3 * 64
    assert done == sorted(done)
    alone = [over_time(of(two), of(two), FOLLOWING, BOOK).months_before]
    other = Course(department=two, teams=("other",))
    alone.append(over_time(other, other, FOLLOWING, BOOK).months_before)
    for together, *parts in zip(found.months_before, *alone, strict=True):
        assert together.open_cases.value == pytest.approx(
            sum(each.open_cases.value for each in parts)
        )
        assert together.due == pytest.approx(sum(each.due for each in parts))
        assert together.case_fte == sum(each.case_fte for each in parts)
    assert found.months_after[0].due == pytest.approx(found.months_before[0].due)


def test_what_cannot_be_followed_is_refused():
    department, course = busy(), of(busy())
    with pytest.raises(InvalidInput, match="falls due"):
        over_time(course, course, replace(FOLLOWING, deadline="statute.care_plan"), BOOK)
    later = of(replace(department, on=date(2024, 2, 1)))
    with pytest.raises(InvalidInput, match="one date"):
        over_time(course, later, FOLLOWING, BOOK)
    with pytest.raises(InvalidInput, match="replications"):
        over_time(course, course, replace(FOLLOWING, replications=2), BOOK)
    with pytest.raises(TooMuchWork):
        over_time(course, course, replace(FOLLOWING, replications=10**9), BOOK)


def test_what_it_costs_is_known_beforehand():
    course = of(busy())
    alone = over_time_steps(course, course, FOLLOWING, BOOK)
    both = over_time_steps(course, of(with_posts(busy())), FOLLOWING, BOOK)
    assert alone < both < 3 * alone
    twice = replace(FOLLOWING, replications=128)
    assert over_time_steps(course, course, twice, BOOK) == 2 * alone


SETS = (inputs("0.7"), inputs("1.4", inflow="1.1"))


def courses(department: Department) -> tuple[Course, Course]:
    return of(department), of(with_posts(department))


def test_every_month_under_every_set_of_inputs_is_its_band():
    history = Fit(
        from_=date(2022, 1, 1), seen_on=date(2023, 12, 31), cases=190, inputs=(), possible=SETS
    )
    department, told = replace(busy(), fit=history), list[int]()
    found = over_time(*courses(department), FOLLOWING, BOOK)
    possible = [courses(each) for each in possible_departments(department)]
    band = months_band(found, possible, BOOK, on_progress=told.append)
    assert band is not None
    assert told == sorted(told)
    assert told[-1] == months_band_replications(possible, FOLLOWING) == 3 * 2 * REPLICATIONS
    assert FOLLOWING.replications == REPLICATIONS  # so the own course is the answer itself
    per_set = [over_time(*courses(with_inputs(busy(), each)), FOLLOWING, BOOK) for each in SETS]
    for side, bands in (("months_before", band.before), ("months_after", band.after)):
        for number, ends in enumerate(bands):
            for quantity in ("share", "open_cases", "caseload"):
                values = [getattr(getattr(each, side)[number], quantity).value for each in per_set]
                expected = pytest.approx((min(values), max(values)), abs=1e-9)
                assert getattr(ends, quantity) == expected, (side, number, quantity)
    for number, ends in enumerate(band.changes):
        for quantity in ("share", "open_cases"):
            values = [getattr(each.changes[number], quantity).value for each in per_set]
            assert getattr(ends, quantity) == pytest.approx((min(values), max(values)), abs=1e-9)
    low, high = band.after[-1].open_cases
    assert low < high
    said = months_band_sentence(band, found).da
    assert f"mellem {shown(exact(low), 0, 'da')} og {shown(exact(high), 0, 'da')}" in said
    assert over_time_sentence(found, BOOK, months_band_sentence(band, found)).da.endswith(said)


def test_without_a_fit_the_months_have_no_band_and_say_so():
    found = over_time(*courses(busy()), FOLLOWING, BOOK)
    assert months_band(found, [], BOOK) is None
    assert over_time_sentence(found, BOOK).da.endswith("er ikke opgjort.")


def with_follow_ups(assignment: Assignment, *, limit: str | None = None, **weights: str):
    """A team with cases, and with work on them that is listed row by row as follow-ups are."""
    department = busy()
    (cases,), (team,) = department.case_classes, department.teams
    desk = Desk.TEAM if assignment is Assignment.TEAM else Desk.OWN
    route = tuple(replace(each, desk=desk) for each in cases.route)
    rows = {"cases": cases, "rows": replace(cases, slug="follow_up", arrivals_per_year=Fraction(9))}
    classes = tuple(
        replace(each, route=route, weight=Fraction(weights[name])) for name, each in rows.items()
    )
    practice = replace(team.practice, assignment=assignment, caseload_limit=limit and exact(limit))
    return replace(
        department, case_classes=classes, teams=(replace(team, practice=practice),), open_cases=15
    )


@pytest.mark.parametrize("assignment", [Assignment.TEAM, Assignment.ROUND_ROBIN])
def test_what_has_no_weight_is_work_and_no_case(assignment):
    """Each kind alone comes to both together: the luck is the same, only the counting is not."""

    def found(**weights: str):
        course = of(with_follow_ups(assignment, **weights))
        return over_time(course, course, FOLLOWING, BOOK)

    cases, rows, both = (found(cases=c, rows=r) for c, r in ("10", "01", "11"))
    assert [each.open_at_start for each in (cases, rows, both)] == [15, 15, 30]
    months = zip(cases.months_before, rows.months_before, both.months_before, strict=True)
    for one, other, all_ in months:
        assert one.open_cases.value + other.open_cases.value == pytest.approx(all_.open_cases.value)
        assert one.open_cases.value < all_.open_cases.value
        assert one.utilisation == all_.utilisation
        assert one.caseload is not None
        assert one.caseload.value == pytest.approx(one.open_cases.value / float(one.case_fte))
    assert "I dag har prøve 15 åbne sager." in over_time_sentence(cases, BOOK).da
    assert "15 åbne opfølgninger" in over_time_sentence(cases, BOOK).da
    assert "opfølgninger" not in over_time_sentence(both, BOOK).da


def test_what_has_no_weight_does_not_wait_as_a_case_for_an_owner():
    """Nobody has room for more: of 119 newcomers a year all wait, of whom 9 are cases."""
    course = of(with_follow_ups(Assignment.LEAST_LOADED, limit="0.5", cases="0", rows="1"))
    found = over_time(course, course, FOLLOWING, BOOK)
    for each in found.months_before:
        assert each.waiting.value <= each.open_cases.value
    assert 0 < found.months_before[0].waiting.value < 3
