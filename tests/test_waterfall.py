from dataclasses import replace
from datetime import date
from fractions import Fraction

import numpy as np
import pytest

from api.documents import load_example
from capacity.errors import InvalidInput
from capacity.rulebook import rulebook
from capacity.scenario_changes import AddedPosts, EmptyPosts, Inflow, MergedTeams, Overtime
from capacity.wording import Text
from simulations.comparison import compare
from simulations.estimates import ratio_difference, ratio_sum
from simulations.questions import headline_question
from simulations.staffing import staffing_curve
from simulations.waterfall import waterfall, waterfall_departments

BOOK = rulebook()
ISHOEJ = load_example("ishoej-2020")
TEAM, DEADLINE = "paragraf-50", "statute.child_assessment"
YEAR = (ISHOEJ.on, date(2021, 3, 26))


def posts(fte, **more):
    return AddedPosts(
        **{"reason": "r", "team": TEAM, "fte": Fraction(fte), "from_": ISHOEJ.on} | more
    )


MORE_CASES = Inflow(reason="r", factor=Fraction(6, 5), teams=(TEAM,))


def fall(*changes, team=TEAM, replications=64, deadline=DEADLINE):
    return waterfall(ISHOEJ, changes, deadline, *YEAR, BOOK, team=team, replications=replications)


def test_the_steps_sum_to_the_whole_difference():
    found = fall(posts("1"), MORE_CASES, posts("1", from_=date(2020, 9, 1)))
    steps = [each.share.value for each in found.contributions] + [found.interaction.value]
    whole = found.after.share_in_time.value - found.before.share_in_time.value
    assert sum(steps) == pytest.approx(whole, abs=1e-12)
    assert found.difference.value == pytest.approx(whole, abs=1e-12)


def test_posts_of_a_plan_do_exactly_what_the_curve_says_of_as_many():
    question = replace(headline_question(ISHOEJ), extra_fte=(Fraction(3, 2),), replications=64)
    (point,) = staffing_curve(question, BOOK).points
    found = fall(posts("1.5"))
    assert found.after.share_in_time == point.share_in_time
    assert found.difference == point.difference


def test_posts_from_a_later_day_do_what_the_curve_says_of_them():
    question = replace(
        headline_question(ISHOEJ),
        extra_fte=(Fraction(2),),
        replications=64,
        extra_from=date(2020, 9, 1),
    )
    (point,) = staffing_curve(question, BOOK).points
    assert fall(posts("2", from_=date(2020, 9, 1))).after.share_in_time == point.share_in_time


@pytest.mark.parametrize("factor", [Fraction(6, 5), Fraction(4, 5)])
def test_an_inflow_that_a_plan_changes_is_the_curves(factor):
    """More comes beside the usual cases, less leaves some of them out, in both."""
    question = replace(headline_question(ISHOEJ), replications=64, inflow=factor)
    curve = staffing_curve(question, BOOK)
    found = fall(Inflow(reason="r", factor=factor))
    assert found.after.share_in_time == curve.without_extra.share_in_time


def test_overtime_is_worked():
    found = fall(
        Overtime(reason="r", team=TEAM, hours_per_week=Fraction(20), from_=date(2020, 5, 1)),
    )
    assert found.difference.low > 0


def test_a_single_change_has_nothing_to_act_together_with():
    found = fall(posts("1"))
    assert found.contributions[0].share == found.difference
    assert (found.interaction.low, found.interaction.high) == (0.0, 0.0)


def test_the_whole_of_a_plan_is_what_the_comparison_says():
    changes = (posts("1"), MORE_CASES)
    found = fall(*changes)
    after = waterfall_departments(ISHOEJ, changes, BOOK)[1]
    compared = compare(ISHOEJ, after, *YEAR, BOOK, team=TEAM, replications=64)
    (row,) = [each for each in compared.deadlines if each.team == TEAM]
    assert (found.before, found.after) == (row.before, row.after)
    assert found.difference == row.difference


def test_a_change_that_needs_the_one_before_it_is_tried_on_top_of_it():
    merge = MergedTeams(
        reason="r",
        teams=("basisteam-1", "basisteam-2"),
        slug="basis",
        label=Text(da="Basisteam", en="Base team"),
    )
    more = posts("2", team="basis")
    deadline = next(each for each in ISHOEJ.deadlines_of("basisteam-1"))
    found = fall(merge, more, team=None, deadline=deadline, replications=32)
    assert [each.alone for each in found.contributions] == [True, False]
    assert found.interaction.value == pytest.approx(0, abs=1e-12)


def test_a_team_that_a_change_does_not_touch_keeps_what_it_keeps():
    elsewhere = EmptyPosts(reason="r", team="basisteam-1", fte=Fraction(1), from_=date(2020, 6, 1))
    found = fall(posts("1"), elsewhere)
    assert found.contributions[1].share.value == 0


def test_a_plan_without_changes_and_a_deadline_that_nobody_owes_are_refused():
    with pytest.raises(InvalidInput, match="no changes"):
        fall()
    with pytest.raises(InvalidInput, match="does not owe") as refusal:
        fall(posts("1"), deadline="statute.notification_assessment")
    assert refusal.value.field == "deadline"


def test_the_same_question_gives_the_same_answer():
    assert fall(posts("1"), MORE_CASES) == fall(posts("1"), MORE_CASES)


def test_a_sum_of_two_ratios_is_their_difference_with_its_interval():
    luck = np.random.default_rng(1)
    whole = luck.poisson(100, 200).astype(float)
    part, base = luck.binomial(whole.astype(int), 0.8), luck.binomial(whole.astype(int), 0.7)
    summed = ratio_sum([(1, part, whole), (-1, base, whole)])
    paired = ratio_difference(part, whole, base, whole)
    assert summed.value == pytest.approx(paired.value)
    assert (summed.low, summed.high) == pytest.approx((paired.low, paired.high))


def test_the_interval_of_an_interaction_covers_its_truth():
    """Four ratios on shared luck whose true combination is known: 0.05."""
    luck = np.random.default_rng(2)
    covered = 0
    for _ in range(1000):
        due = luck.poisson(150, 64) + 1.0
        shared = luck.normal(0, 0.03, 64)
        truths = (0.9, 0.6, 0.7, 0.75)  # all, base, one alone, the other alone
        parts = [
            luck.binomial(due.astype(int), np.clip(p + shared, 0, 1)).astype(float) for p in truths
        ]
        times = (1, 1, -1, -1)
        found = ratio_sum([(n, part, due) for n, part in zip(times, parts, strict=True)])
        truth = sum(n * p for n, p in zip(times, truths, strict=True))
        covered += found.low <= truth <= found.high
    assert 930 <= covered <= 970
