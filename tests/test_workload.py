"""Staff from volumes and hours, by WISN."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from capacity.errors import InvalidInput
from capacity.wording import rounded
from capacity.workload import (
    Activity,
    available_working_time,
    category_factor,
    individual_factor,
    standard_workload,
    workload_need,
)

amounts = st.fractions(min_value=Fraction(1, 10), max_value=1000, max_denominator=10)
VISITS = Activity(volume_per_year=Fraction(100_000), hours_per_case=Fraction("0.25"))


def need(activities=(VISITS,), hours_per_fte=Fraction(1432), case_fte=Fraction(20), **more):
    return workload_need(
        activities=activities, hours_per_fte=hours_per_fte, case_fte=case_fte, **more
    )


# Kenya, Human Resources for Health 2017: 234 - 10 - 30 - 15 = 179 days of 8 hours.
def test_the_published_example_from_kenya_comes_out():
    time = available_working_time(
        possible_days=Fraction(234),
        public_holidays=Fraction(10),
        annual_leave_days=Fraction(30),
        sick_days=Fraction(15),
        hours_per_day=Fraction(8),
    )
    assert str(rounded(need(hours_per_fte=time).required_fte, 2)) == "17.46"
    assert str(rounded(category_factor(Fraction(10, 179)), 4)) == "1.0592"


def test_allowances_are_multiplied_then_added():
    found = need(category_share=Fraction("0.2"), individual_hours=Fraction(716))
    assert (found.category_factor, found.individual_factor) == (Fraction(5, 4), Fraction(1, 2))
    assert found.required_fte == found.activity_fte * Fraction(5, 4) + Fraction(1, 2)


def test_too_few_staff_give_a_ratio_below_one_and_a_negative_difference():
    found = need([Activity(volume_per_year=Fraction(1432), hours_per_case=Fraction(24))])
    assert (found.wisn_ratio, found.wisn_difference) == (Fraction(20, 24), -4)


@given(amounts, amounts, amounts)
def test_volume_over_standard_workload_is_the_staff(volume, hours_per_case, hours_per_fte):
    found = need([Activity(volume_per_year=volume, hours_per_case=hours_per_case)], hours_per_fte)
    assert found.required_fte == volume / standard_workload(hours_per_fte, hours_per_case)


@given(st.lists(st.tuples(amounts, amounts), min_size=1, max_size=5))
def test_work_split_into_parts_needs_the_same_staff(parts):
    activities = [Activity(volume_per_year=v, hours_per_case=h) for v, h in parts]
    whole = need(activities).required_fte
    assert whole == sum(need([activity]).required_fte for activity in activities)


def test_own_duties_of_some_add_posts():
    assert individual_factor(Fraction(800), Fraction(1600)) == Fraction(1, 2)


@pytest.mark.parametrize("share", [1, Fraction("1.2"), Fraction("-0.1")])
def test_common_duties_cannot_take_all_the_time(share):
    with pytest.raises(InvalidInput, match="below 1"):
        need(category_share=Fraction(share))


def test_no_work_gives_no_ratio():
    with pytest.raises(InvalidInput, match="no work") as refused:
        need([])
    assert refused.value.field == "activities"


def test_no_staff_is_a_ratio_of_zero():
    assert need(case_fte=Fraction(0)).wisn_ratio == 0


@pytest.mark.parametrize(
    ("field", "figure"),
    [("hours_per_fte", 0), ("case_fte", -1), ("individual_hours", -1)],
)
def test_an_impossible_figure_is_named(field, figure):
    with pytest.raises(InvalidInput, match=field):
        need(**{field: Fraction(figure)})


def test_negative_volumes_are_refused():
    with pytest.raises(InvalidInput, match="volume_per_year"):
        Activity(volume_per_year=Fraction(-1), hours_per_case=Fraction(1))


def test_a_year_without_working_days_is_refused():
    with pytest.raises(InvalidInput, match="possible working days"):
        available_working_time(
            possible_days=Fraction(50),
            public_holidays=Fraction(10),
            annual_leave_days=Fraction(30),
            sick_days=Fraction(10),
            hours_per_day=Fraction(8),
        )
