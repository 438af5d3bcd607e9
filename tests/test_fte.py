"""From people to hours to full-time equivalents."""

from dataclasses import replace
from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from capacity.errors import InvalidInput
from capacity.posts import PostRounding, posts_by_ratio, whole_posts
from capacity.roster import (
    Absence,
    AbsenceReason,
    Caseworker,
    RampUp,
    Roster,
    Vacancy,
    available_hours,
    available_hours_breakdown,
    case_fte,
    case_hours,
    contracted_fte,
    contracted_hours,
    headcount,
    roster_from_short_form,
    unfilled_fte,
    vacant_fte,
    with_non_case_hours,
)
from capacity.rulebook import rulebook
from capacity.working_year import working_year

FULL_TIME = Fraction(37)
DAY = date(2020, 3, 26)
ANN = Caseworker(id="a", team="base", hours_per_week=FULL_TIME)
shares = st.fractions(min_value=Fraction(1, 100), max_value=1, max_denominator=100)
hours = st.fractions(min_value=Fraction(1, 2), max_value=60, max_denominator=4)
rosters = st.lists(hours, max_size=8).map(
    lambda weeks: Roster(
        caseworkers=tuple(
            Caseworker(id=str(n), team="base", hours_per_week=week) for n, week in enumerate(weeks)
        )
    )
)


def of(*people: Caseworker) -> Roster:
    return Roster(caseworkers=people)


def test_the_short_form_counts_people_and_hours():
    roster = roster_from_short_form("20x37;8x30;4x25,5")
    assert headcount(roster, DAY) == 32
    assert contracted_hours(roster, DAY) == 20 * 37 + 8 * 30 + 4 * Fraction("25.5")
    assert contracted_fte(roster, DAY, FULL_TIME) == Fraction(1082, 37)


@pytest.mark.parametrize("text", ["4x25,5", "4x25.5", "4 x 25,5", "4×25,5", " 4X25.5 "])
def test_both_decimal_marks_and_any_cross_are_read(text):
    assert contracted_hours(roster_from_short_form(text), DAY) == 102


def test_a_missing_hour_is_an_error_and_never_full_time():
    with pytest.raises(InvalidInput, match=r"entry 2 “8”: the hours are missing.*8x30") as refused:
        roster_from_short_form("20x37;8")
    assert "post 2 ”8”: timerne mangler" in refused.value.message.da
    assert refused.value.field == "staff"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "entry 1 “”: nothing is there"),
        ("8x30;", "entry 2 “”: nothing is there"),
        ("8x", "the hours are missing"),
        ("x30", "whole number of people"),
        ("1,5x37", "whole number of people"),
        ("8x1.000,5", "whole number of people"),
        ("8x-30", "whole number of people"),
        ("8x30x2", "whole number of people"),
        ("٣x37", "whole number of people"),
        ("0x37", "0 people"),
        ("8x0", "more than 0"),
        ("8x60,5", "at most 60"),
        ("8xNaN", "whole number of people"),
        ("999999999x37", "at most 10000 people"),
    ],
)
def test_the_short_form_says_what_to_write_instead(text, reason):
    with pytest.raises(InvalidInput, match=reason):
        roster_from_short_form(text)


@pytest.mark.parametrize("week", [0, -1, Fraction("60.01")])
def test_weekly_hours_lie_above_0_and_at_most_at_60(week):
    with pytest.raises(InvalidInput, match="a: "):
        Caseworker(id="a", team="base", hours_per_week=Fraction(week))


def test_other_duties_may_not_exceed_the_contract():
    with pytest.raises(InvalidInput, match="contract's 37"):
        replace(ANN, non_case_hours_per_week=Fraction(38))


def test_two_caseworkers_may_not_share_an_id():
    with pytest.raises(InvalidInput, match="two caseworkers are called “a”"):
        of(ANN, ANN)


def test_a_caseworker_counts_from_the_first_day_through_the_last():
    person = replace(ANN, starts_on=date(2020, 2, 1), ends_on=date(2020, 3, 26))
    days = [date(2020, 1, 31), date(2020, 2, 1), date(2020, 3, 26), date(2020, 3, 27)]
    assert [headcount(of(person), day) for day in days] == [0, 1, 1, 0]
    assert [case_hours(of(person), day) for day in days] == [0, 37, 37, 0]


def test_somebody_on_leave_is_on_the_roster_but_carries_no_cases():
    leave = Absence(first_day=DAY, last_day=DAY, reason=AbsenceReason.PARENTAL_LEAVE)
    roster = of(replace(ANN, absences=(leave,)))
    assert (headcount(roster, DAY), contracted_hours(roster, DAY)) == (1, 37)
    assert case_hours(roster, DAY) == 0
    assert case_hours(roster, date(2020, 3, 27)) == 37


def test_a_newcomer_grows_into_the_cases_in_a_straight_line():
    ramp = RampUp(months=2, first_share=Fraction(1, 2))
    roster = of(replace(ANN, starts_on=date(2021, 1, 1), ramp_up=ramp))
    assert case_fte(roster, date(2021, 1, 1), FULL_TIME) == Fraction(1, 2)
    assert case_fte(roster, date(2021, 1, 31), FULL_TIME) == Fraction(1, 2) + Fraction(30, 59) / 2
    assert case_fte(roster, date(2021, 3, 1), FULL_TIME) == 1
    assert contracted_fte(roster, date(2021, 1, 1), FULL_TIME) == 1


def test_a_ramp_up_without_a_start_date_is_refused():
    with pytest.raises(InvalidInput, match="starts_on"):
        replace(ANN, ramp_up=RampUp(months=6, first_share=Fraction(1, 2)))


def test_granted_employed_and_vacant_are_three_numbers():
    vacancy = Vacancy(team="base", hours_per_week=Fraction(37, 2), from_on=DAY)
    roster = Roster(caseworkers=(ANN,), vacancies=(vacancy,), granted_fte=Fraction(2))
    assert vacant_fte(roster, DAY, FULL_TIME) == Fraction(1, 2)
    assert vacant_fte(roster, date(2020, 3, 25), FULL_TIME) == 0
    assert unfilled_fte(roster, DAY, FULL_TIME) == 1
    with pytest.raises(InvalidInput, match="granted posts are missing"):
        unfilled_fte(roster.team("base"), DAY, FULL_TIME)


def test_a_team_has_its_own_people_and_vacancies():
    roster = of(ANN, replace(ANN, id="b", team="duty"))
    assert [person.id for person in roster.team("duty").caseworkers] == ["b"]
    assert headcount(roster.team("nobody"), DAY) == 0


def test_full_time_of_no_hours_is_refused():
    with pytest.raises(InvalidInput, match="more than 0"):
        contracted_fte(of(ANN), DAY, Fraction(0))


@given(rosters)
def test_other_duties_leave_the_rest_of_the_contracts_for_cases(roster):
    contracts = contracted_hours(roster, DAY)
    fewer = with_non_case_hours(roster, contracts / 3)
    assert case_hours(fewer, DAY) == contracts * Fraction(2, 3)


def test_more_other_duties_than_contracts_are_refused():
    with pytest.raises(InvalidInput, match="the contracts' 37"):
        with_non_case_hours(of(ANN), Fraction(38))


# A post's year by hand: 1924 gross, 30 days of holiday leave at 7.4 hours are 222.
def test_a_full_time_post_yields_its_hours_less_holidays_leave_and_sickness():
    post = working_year(
        2021,  # seven public holidays fall Monday to Friday
        full_time_hours=FULL_TIME,
        gross_year_hours=Fraction(1924),
        holiday_days=Fraction(30),
        closing_days=Fraction(2),
        sick_days=Fraction(14),
    )
    assert post.holiday_leave_hours == 222
    assert post.public_holiday_hours == Fraction("51.8")
    assert post.closing_hours == Fraction("14.8")
    assert post.sickness_hours == Fraction("103.6")
    assert post.net_hours == Fraction("1531.8")


def test_available_hours_are_the_case_hours_part_of_a_post():
    half = replace(ANN, non_case_hours_per_week=Fraction(37, 2))
    whole = available_hours(of(ANN), DAY, rulebook())
    assert available_hours(of(half), DAY, rulebook()) == whole / 2


# 2020: eight weekday holidays, two closing days, 11 sick days: 1924 - 7.4 x (8 + 2 + 30 + 11).
def test_available_hours_follow_the_rules_unless_told_otherwise():
    hours = available_hours(of(ANN), DAY, rulebook(), sick_days=Fraction(11))
    assert hours == Fraction("1546.6")


def test_a_persons_own_sick_days_replace_the_rules():
    sickly = replace(ANN, sick_days=Fraction(40))
    difference = available_hours(of(ANN), DAY, rulebook(), sick_days=Fraction(10)) - (
        available_hours(of(sickly), DAY, rulebook(), sick_days=Fraction(10))
    )
    assert difference == 30 * Fraction("7.4")


# 2021 has 254 working days, 122 of them from January through June.
def test_half_a_year_is_half_the_working_days():
    leaver = replace(ANN, ends_on=date(2021, 6, 30))
    day = date(2021, 3, 1)
    whole = available_hours(of(ANN), day, rulebook())
    assert available_hours(of(leaver), day, rulebook()) == whole * Fraction(122, 254)


def test_overlapping_leave_is_taken_off_once_and_planned_holiday_not_again():
    june = (date(2021, 6, 1), date(2021, 6, 30))  # 22 weekdays
    leave = Absence(first_day=june[0], last_day=june[1], reason=AbsenceReason.UNPAID_LEAVE)
    holiday = Absence(
        first_day=date(2021, 7, 1), last_day=date(2021, 7, 31), reason=AbsenceReason.HOLIDAY
    )
    day = date(2021, 3, 1)
    whole = available_hours(of(ANN), day, rulebook())
    away = of(replace(ANN, absences=(leave, leave, holiday)))
    assert available_hours(away, day, rulebook()) == whole * Fraction(232, 254)


@given(rosters, st.integers(min_value=1, max_value=5))
def test_every_term_of_the_breakdown_grows_with_the_staff(roster, times):
    larger = Roster(
        caseworkers=tuple(
            replace(person, id=f"{person.id}-{copy}")
            for person in roster.caseworkers
            for copy in range(times)
        )
    )
    one, many = (available_hours_breakdown(each, DAY, rulebook()) for each in (roster, larger))
    assert one.gross_hours == 52 * contracted_hours(roster, DAY)
    for term in ("gross", "public_holiday", "closing", "holiday_leave", "sickness", "net"):
        assert getattr(many, f"{term}_hours") == times * getattr(one, f"{term}_hours")


def test_more_days_off_than_there_are_is_an_error_and_not_a_negative_year():
    with pytest.raises(InvalidInput, match="hours off are more than the year's"):
        available_hours(of(ANN), DAY, rulebook(), sick_days=Fraction(300))


def test_twenty_one_net_posts_at_seventy_per_cent_are_thirty_and_never_thirty_one():
    assert whole_posts(Fraction(21), Fraction("0.7")) == 30
    assert whole_posts(Fraction(21), Fraction("0.69")) == 31


@given(st.integers(min_value=0, max_value=1000), shares)
def test_whole_posts_are_the_fewest_that_yield_the_net(net, share):
    posts = whole_posts(Fraction(net), share)
    assert posts * share >= net
    assert posts == 0 or (posts - 1) * share < net


@pytest.mark.parametrize("share", [0, Fraction("1.1"), -1])
def test_an_available_share_outside_0_to_1_is_refused(share):
    with pytest.raises(InvalidInput, match="available share"):
        whole_posts(Fraction(21), Fraction(share))


@pytest.mark.parametrize(
    ("rounding", "leaders"),
    [
        (PostRounding.EXACT, Fraction("1.5")),
        (PostRounding.UP, 2),
        (PostRounding.DOWN, 1),
        (PostRounding.NEAREST, 2),
    ],
)
def test_a_leader_per_ten_caseworkers_rounds_as_asked(rounding, leaders):
    assert posts_by_ratio(Fraction(15), Fraction(10), rounding) == leaders


def test_one_post_per_none_is_refused():
    with pytest.raises(InvalidInput, match="one_per"):
        posts_by_ratio(Fraction(15), Fraction(0))
