"""The analytic twin: closed forms by hand, every number finite, and near the simulation."""

import math
import time
from dataclasses import replace
from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from small_department import BOTH, fixed, small_department

from capacity.case_classes import Backlog, BacklogStage, CaseClass, Clock, Desk, Episode, Strand
from capacity.consistency import DAYS_PER_YEAR
from capacity.department import Department
from capacity.distributions import NOTHING, Distribution, Family
from capacity.errors import InvalidInput
from capacity.practice import Assignment, Policy, Practice
from capacity.rulebook import rulebook
from simulations.birth_death import owned_cases
from simulations.erlang import erlang_c, mean_wait
from simulations.fluid import Course
from simulations.general_service import mean_wait_mg_c
from simulations.pooled_queue import PooledQueue
from simulations.priorities import PriorityClass, nonpreemptive_mg_1
from simulations.questions import headline_question
from simulations.reentrant import ReentrantCases, reentrant_answer
from simulations.sentences import load
from simulations.staffing import staffing_curve
from simulations.sums import Sum
from simulations.twin import Form, Twin, pooled_wait, twin, twin_sentence, way_to

BOOK = rulebook()


def exponential(mean: str) -> Distribution:
    return Distribution(family=Family.EXPONENTIAL, mean=Fraction(mean), cv=Fraction(1))


def ask(department: Department, levels: tuple[str, ...] = ("0",), **given) -> Twin:
    extra = tuple(Fraction(level) for level in levels)
    return twin(replace(headline_question(department), extra_fte=extra, **given), BOOK)


def with_practice(department: Department, **practice) -> Department:
    teams = tuple(replace(each, practice=Practice(**practice)) for each in department.teams)
    return replace(department, teams=teams)


def hours_per_day(department: Department) -> float:
    """What one full-time post has for cases on a day of the calendar."""
    return float(load(headline_question(department), BOOK).hours_per_post / DAYS_PER_YEAR)


# --- The wait of the shared queue for any number of servers -----------------------------------


@pytest.mark.parametrize(("servers", "load"), [(1, "0.8"), (2, "1.6"), (5, "4"), (24, "22")])
def test_with_whole_servers_and_exponential_work_the_wait_is_erlangs(servers, load):
    queue = PooledQueue(arrivals=Fraction(load), service=Fraction(1), servers=servers)
    found = pooled_wait(float(queue.utilisation), servers, 1.0, 1.0)
    assert found.probability == pytest.approx(erlang_c(load, servers), rel=1e-9)
    assert found.mean_days == pytest.approx(mean_wait(queue), rel=1e-9)


@pytest.mark.parametrize("cv", ["0", "0.5", "1.2"])
@pytest.mark.parametrize(("servers", "load"), [(1, "0.8"), (3, "2.4"), (10, "9")])
def test_with_other_work_it_is_within_three_percent_of_the_exact_ends(servers, load, cv):
    queue = PooledQueue(arrivals=Fraction(load), service=Fraction(1), servers=servers)
    found = pooled_wait(float(queue.utilisation), servers, 1.0, float(cv) ** 2)
    expected = mean_wait_mg_c(queue, service_cv=Fraction(cv))
    assert found.mean_days == pytest.approx(expected, rel=0.03)


def test_a_part_of_a_server_lies_between_its_neighbours():
    waits = [
        pooled_wait(3.5 / servers, servers, 1.0, 0.7).mean_days for servers in (4, 4.3, 4.7, 5)
    ]
    assert waits == sorted(waits, reverse=True)


# --- The share in time ------------------------------------------------------------------------


def test_one_caseworker_with_exponential_work_keeps_the_share_of_m_m_1():
    department = small_department(
        caseworkers=1,
        arrivals_per_year="30",
        effort_hours=exponential("40"),
        external_delay_days=NOTHING,
    )
    level = ask(department).levels[0]
    service = 40 / hours_per_day(department)
    load = 30 / float(DAYS_PER_YEAR) * service
    limit = (date(2024, 5, 1) - date(2024, 1, 1)).days + 0.5
    expected = 1 - math.exp(-(1 - load) * limit / service)
    assert (level.form, level.is_steady) == (Form.POOLED, True)
    assert level.probability_of_waiting == pytest.approx(load, rel=1e-6)
    assert level.mean_wait_days == pytest.approx(load * service / (1 - load), rel=1e-6)
    assert level.share_in_time == pytest.approx(expected, abs=0.01)


def test_so_many_that_nobody_waits_keep_all_that_others_allow():
    department = small_department(external_delay_days=exponential("100"), effort_hours=fixed("1"))
    found = ask(department, ("500",))
    limit = (date(2024, 5, 1) - date(2024, 1, 1)).days + 0.5
    assert found.within_reach == pytest.approx(1 - math.exp(-limit / 100), rel=1e-6)
    assert found.levels[0].share_in_time == pytest.approx(found.within_reach, abs=0.01)


def test_an_owner_alone_waits_as_in_erlang_r():
    (assessments,) = small_department().case_classes
    route = (
        Episode(
            slug="talk",
            effort_hours=exponential("5"),
            external_delay_days=exponential("10"),
            again=Fraction(3, 4),
            clock=Clock(deadline="statute.child_assessment"),
        ),
    )
    department = with_practice(
        replace(
            small_department(caseworkers=2),
            case_classes=(
                replace(
                    assessments, route=route, backlog=Backlog(), arrivals_per_year=Fraction(100)
                ),
            ),
        )
    )
    level = ask(department).levels[0]
    per_day = Fraction(100) / DAYS_PER_YEAR / 2
    expected = reentrant_answer(
        ReentrantCases(
            arrivals=per_day,
            work=Fraction(5) / Fraction(hours_per_day(department)),
            mean_delay=Fraction(10),
            return_share=Fraction(3, 4),
            servers=1,
        )
    )
    assert level.form is Form.OWNED
    assert level.mean_wait_days == pytest.approx(expected.mean_wait, rel=1e-6)
    assert level.probability_of_waiting == pytest.approx(expected.probability_of_waiting, rel=1e-6)


def test_a_caseload_limit_that_binds_makes_the_source_finite():
    (assessments,) = small_department().case_classes
    episode = replace(assessments.route[0], desk=Desk.OWN, external_delay_days=fixed("90"))
    department = replace(
        small_department(caseworkers=2),
        case_classes=(replace(assessments, route=(episode,), arrivals_per_year=Fraction(60)),),
    )
    free = ask(with_practice(department)).levels[0]
    limited = ask(with_practice(department, caseload_limit=Fraction(8))).levels[0]
    assert (free.form, limited.form) == (Form.OWNED, Form.FIXED_CASELOAD)
    visit = 40 / hours_per_day(department)
    each = 60 / float(DAYS_PER_YEAR) / 2
    expected = owned_cases(
        cases=8, mean_delay=Fraction(8 / each - visit), mean_work=Fraction(visit)
    )
    assert limited.mean_wait_days == pytest.approx(expected.mean_sojourn - visit, rel=1e-6)


def _two_kinds(
    policy: Policy, other_per_year: str, assignment: Assignment = Assignment.TEAM
) -> Department:
    """Assessments with a deadline, and more casework without one, for one caseworker."""
    department = small_department(
        caseworkers=1, arrivals_per_year="20", effort_hours=exponential("10")
    )
    casework = CaseClass(
        slug="casework",
        label=BOTH,
        team="assessment",
        arrivals_per_year=Fraction(other_per_year),
        route=(Episode(slug="casework", effort_hours=exponential("10"), desk=Desk.TEAM),),
    )
    return with_practice(
        replace(department, case_classes=(*department.case_classes, casework)),
        policy=policy,
        assignment=assignment,
    )


@pytest.mark.parametrize("assignment", Assignment)
def test_earliest_due_lets_a_deadline_wait_as_the_first_of_two_classes(assignment):
    """One caseworker is the same queue, whoever owns the cases."""
    department = _two_kinds(Policy.EARLIEST_DUE, "100", assignment)
    level = ask(department).levels[0]
    service = Fraction(10) / Fraction(hours_per_day(department))
    classes = [
        PriorityClass(arrivals=Fraction(n) / DAYS_PER_YEAR, service=service, service_cv=Fraction(1))
        for n in (20, 100)
    ]
    expected = nonpreemptive_mg_1(classes).settled[0].mean_wait
    assert level.goes_first
    assert level.mean_wait_days == pytest.approx(expected, rel=1e-6)


def test_what_goes_first_settles_though_all_work_together_grows():
    first = ask(_two_kinds(Policy.EARLIEST_DUE, "400"))
    in_turn = ask(_two_kinds(Policy.FIRST_COME, "400"))
    assert first.utilisation > 1
    assert first.levels[0].outlook.course is Course.GROWS
    assert first.levels[0].is_steady
    assert not in_turn.levels[0].is_steady
    assert first.levels[0].share_in_time > 0.9 > in_turn.levels[0].share_in_time


# --- The backlog ------------------------------------------------------------------------------


def test_growth_and_posts_are_those_of_the_load_by_hand():
    """110 assessments of 40 hours, two caseworkers, ten cases lying ready with all their work."""
    department = small_department(
        caseworkers=2, arrivals_per_year="110", ages_days=tuple(range(10))
    )
    found, loaded = ask(department, ("0", "2")), load(headline_question(department), BOOK)
    growth = (4400 - loaded.supply) / 12
    assert found.load == loaded
    assert found.backlog_hours == 400
    assert found.growth_hours_per_month == growth
    assert found.growth_cases_per_month == growth / 40
    assert found.stops_growth_fte == (4400 - loaded.supply) / loaded.hours_per_post
    assert found.clears_in_a_year_fte == (4800 - loaded.supply) / loaded.hours_per_post
    assert found.levels[0].outlook.cleared_after_months is None
    spare = (loaded.supply + 2 * loaded.hours_per_post - 4400) / 12
    assert found.levels[1].outlook.cleared_after_months == 400 / spare


@pytest.mark.parametrize(
    ("practice", "desk", "left"),
    [
        # Waiting with all of its 4 hours left, but for the last 4 hours of 37 a week: 0.76 days of
        # 43, half done on average.
        (Practice(assignment=Assignment.TEAM), Desk.TEAM, 4 - 2 * (4 * 7 / 37) / 43.05),
        # Half of a piece to do.
        (Practice(policy=Policy.SHARED_ATTENTION), Desk.OWN, 2),
    ],
    ids=["in line", "evenly"],
)
def test_what_lies_ready_is_less_than_what_is_left(practice, desk, left):
    """At the first of two steps of 4 hours, half done: 2 hours are ready, and 4 wait behind."""
    small = small_department()
    (assessments,), (team,) = small.case_classes, small.teams
    step = replace(
        assessments.route[0],
        effort_hours=fixed("4"),
        external_delay_days=fixed("30"),
        desk=desk,
    )
    route = (replace(step, slug="first", clock=None), step)
    stages = (BacklogStage(episode="first", ages_days=(5, 9), remaining_effort=Fraction(1, 2)),)
    known, unknown, placed = (
        ask(
            replace(
                small,
                case_classes=(replace(assessments, route=route, backlog=backlog),),
                teams=(replace(team, practice=practice),),
            )
        )
        for backlog in (
            Backlog(stages=stages),
            Backlog(unknown=40),
            Backlog(
                stages=(
                    BacklogStage(episode=step.slug, ages_days=tuple(range(40)), placed_by_age=True),
                )
            ),
        )
    )
    assert (known.backlog_hours, known.open_work_hours) == (4, 12)
    # 40 of 100 a year stay 146 days, of which 60 are away: 86 at work. Half of the cases are at the
    # first step or in the wait after it, with the second ahead of them.
    ready = 40 * 86.1 / 146.1 * left
    assert float(unknown.backlog_hours) == pytest.approx(ready, rel=1e-3)
    assert float(unknown.open_work_hours) == pytest.approx(ready + 20 * 4, rel=1e-3)
    # At the second step and after it nothing is ahead; 43 of 73 days are at work.
    ready = 40 * 43.05 / 73.05 * left
    assert float(placed.backlog_hours) == pytest.approx(ready, rel=1e-3)
    assert placed.open_work_hours == placed.backlog_hours


def test_hours_that_go_into_fuller_work_clear_nothing():
    department = small_department(caseworkers=2, arrivals_per_year="110")
    plain, half = ask(department), ask(department, fuller_work=Fraction(1, 2))
    assert half.stops_growth_fte == 2 * plain.stops_growth_fte
    assert ask(department, fuller_work=Fraction(1)).stops_growth_fte is None


def test_in_overload_a_case_waits_for_what_lies_there():
    """No arrivals to speak of and 1,000 hours before them: the wait is the pile over the hours."""
    department = small_department(
        caseworkers=1,
        arrivals_per_year="200",
        effort_hours=fixed("40"),
        external_delay_days=NOTHING,
    )
    level = ask(department).levels[0]
    assert (level.form, level.is_steady) == (Form.FLUID, False)
    assert level.mean_wait_days is None
    pace = hours_per_day(department)
    growth_per_day = 200 * 40 / float(DAYS_PER_YEAR) - pace
    limit = (date(2024, 5, 1) - date(2024, 1, 1)).days + 0.5
    last_in_time = (limit - 40 / pace) * pace / growth_per_day
    assert level.share_in_time == pytest.approx(last_in_time / (366 - limit), abs=0.03)


# --- What holds at any input ------------------------------------------------------------------


@settings(max_examples=150, deadline=None)
@given(
    caseworkers=st.integers(0, 30),
    arrivals=st.integers(0, 2000),
    effort=st.integers(0, 200),
    delay=st.integers(0, 400),
    ages=st.lists(st.integers(0, 900), max_size=20),
    assignment=st.sampled_from(Assignment),
    policy=st.sampled_from(Policy),
)
def test_every_number_is_finite_and_no_share_exceeds_its_reach(
    caseworkers, arrivals, effort, delay, ages, assignment, policy
):
    department = with_practice(
        small_department(
            caseworkers=caseworkers,
            arrivals_per_year=str(arrivals),
            effort_hours=fixed(str(effort)),
            external_delay_days=exponential(str(delay)) if delay else NOTHING,
            ages_days=tuple(ages),
        ),
        assignment=assignment,
        policy=policy,
    )
    found = ask(department, ("0", "0.01", "3"))
    for level in found.levels:
        figures = [level.servers, level.share_in_time, level.by_the_pile]
        figures += [each for each in (level.probability_of_waiting, level.mean_wait_days) if each]
        assert all(math.isfinite(each) and each >= 0 for each in figures)
        assert level.share_in_time <= found.within_reach + 1e-12 <= 1 + 1e-12
        assert level.by_the_pile <= found.within_reach
        assert twin_sentence(found, level).da


@pytest.mark.parametrize("assignment", Assignment)
def test_more_staff_never_keeps_less_by_the_same_formula(assignment):
    department = with_practice(
        small_department(caseworkers=2, arrivals_per_year="90"), assignment=assignment
    )
    levels = ask(department, ("0", "0.2", "0.5", "1", "2", "5")).levels
    by_the_pile = [level.by_the_pile for level in levels]
    steady = [level.share_in_time for level in levels if level.is_steady]
    assert by_the_pile == sorted(by_the_pile)
    assert steady == sorted(steady)
    assert not levels[0].is_steady


def test_close_to_full_load_it_says_that_the_long_run_is_far_away():
    department = small_department(caseworkers=2, arrivals_per_year="90")
    near, light = ask(department, ("0.42", "5")).levels
    assert near.is_steady
    assert near.share_in_time < near.by_the_pile
    assert "does not settle within a year" in near.why.en
    assert "does not settle within a year" not in light.why.en


def test_nobody_at_work_keeps_nothing_and_is_no_error():
    found = ask(small_department(caseworkers=0))
    assert (found.utilisation, found.levels[0].share_in_time) == (None, 0)


def test_a_deadline_counted_back_has_no_formula():
    (assessments,) = small_department().case_classes
    rule = "statute.youth_support_decision"
    episode = replace(assessments.route[0], clock=Clock(deadline=rule))
    department = replace(
        small_department(),
        case_classes=(replace(assessments, route=(episode,)),),
        headline_deadline=rule,
    )
    with pytest.raises(InvalidInput, match="no formula"):
        ask(department)


def test_it_is_instant():
    question = headline_question(small_department())
    twin(question, BOOK)
    times = []
    for _ in range(10):
        begun = time.perf_counter()
        twin(question, BOOK)
        times.append(time.perf_counter() - begun)
    assert min(times) < 0.02


# --- What a clock runs over, and sums ---------------------------------------------------------


def test_a_clock_from_a_milestone_runs_over_what_comes_after_it():
    first = Episode(slug="plan", effort_hours=fixed("1"), milestone="planned")
    second = Episode(slug="start", effort_hours=fixed("2"), milestone="started")
    third = replace(
        first,
        slug="end",
        milestone=None,
        clock=Clock(deadline="statute.follow_up_first", starts="planned"),
    )
    follow_up = replace(third, slug="follow", clock=Clock(deadline="x", starts="started"))
    strand = Strand(
        slug="s", label=BOTH, starts="started", after_days=fixed("7"), episodes=(follow_up,)
    )
    (base,) = small_department().case_classes
    case_class = replace(base, route=(first, second, third), strands=(strand,), backlog=Backlog())
    assert way_to(case_class, third, None) == ((second, third), NOTHING)
    assert way_to(case_class, follow_up, strand) == ((follow_up,), fixed("7"))
    from_plan = replace(follow_up, clock=Clock(deadline="x", starts="planned"))
    longer = replace(strand, episodes=(from_plan,))
    assert way_to(replace(case_class, strands=(longer,)), from_plan, longer) == (
        (second, from_plan),
        fixed("7"),
    )


def test_a_sum_is_exact_for_a_fixed_part_and_one_other():
    found = Sum.of([(fixed("10"), None), (exponential("20"), None)])
    assert found.share_within(30) == pytest.approx(1 - math.exp(-1), rel=1e-9)
    assert found.share_within(9) == 0
    assert found.quantiles(1000).mean() == pytest.approx(30, rel=0.01)


def test_a_sum_has_the_moments_of_parts_done_a_varying_number_of_times():
    """Two to four times 6 ± 3 hours: mean 18, variance 3·9 + 2/3·36 = 51."""
    hours = Distribution(family=Family.GAMMA, mean=Fraction(6), cv=Fraction(1, 2))
    episode = Episode(slug="e", effort_hours=hours, least_times=2, most_times=4)
    found = Sum.of([(hours, episode)])
    assert float(found.rest.mean) == 18
    assert float((found.rest.mean * found.rest.cv) ** 2) == pytest.approx(51)


# --- Beside the simulation --------------------------------------------------------------------


def test_it_is_near_the_simulation_of_a_pooled_team_and_says_why_it_differs():
    department = small_department(caseworkers=4, arrivals_per_year="110")
    question = replace(
        headline_question(department),
        extra_fte=(Fraction(0), Fraction(1)),
        to=date(2026, 1, 1),
        replications=64,
    )
    formulas, points = twin(question, BOOK), staffing_curve(question, BOOK).points
    for level, point in zip(formulas.levels, points, strict=True):
        assert level.share_in_time == pytest.approx(point.share_in_time.value, abs=0.04)
    sentence = twin_sentence(formulas, formulas.levels[0])
    assert "M/G/c" in sentence.da
    assert sentence.en.rstrip(".").endswith("a single year swings around its mean")
