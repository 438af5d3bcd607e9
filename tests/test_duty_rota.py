"""Duty rotas against a slow twin that looks at every quarter of an hour of the week."""

from fractions import Fraction
from itertools import groupby

from hypothesis import given
from hypothesis import strategies as st
from small_department import BOTH

from capacity.duty_rota import (
    DutyRota,
    Shift,
    covered,
    duty_hours_per_week,
    longest_uncovered_hours,
)

QUARTERS_PER_DAY = 96
QUARTERS = [(day, Fraction(n, 4)) for day in range(7) for n in range(QUARTERS_PER_DAY)]


def shift(weekday: int, opens_at: int | str, closes_at: int | str, people: int = 1) -> Shift:
    return Shift(
        weekday=weekday,
        opens_at=Fraction(opens_at),
        closes_at=Fraction(closes_at),
        people=people,
    )


def rota(*shifts: Shift) -> DutyRota:
    return DutyRota(slug="duty", label=BOTH, staffed_by="intake", shifts=shifts)


@st.composite
def shifts(draw) -> Shift:
    opens, closes = sorted(
        draw(st.lists(st.integers(0, QUARTERS_PER_DAY), min_size=2, max_size=2, unique=True))
    )
    people = draw(st.integers(1, 3))
    day = draw(st.integers(0, 6))
    return Shift(
        weekday=day, opens_at=Fraction(opens, 4), closes_at=Fraction(closes, 4), people=people
    )


ROTAS = st.lists(shifts(), min_size=1, max_size=12).map(lambda each: rota(*each))


@given(ROTAS)
def test_the_longest_gap_is_the_one_found_by_looking_at_every_quarter_of_two_weeks(duty):
    gaps = [
        sum(1 for _ in quarters)
        for on_duty, quarters in groupby(covered(duty, *quarter) for quarter in QUARTERS * 2)
        if not on_duty
    ]
    assert longest_uncovered_hours(duty) == Fraction(max(gaps, default=0), 4)


@given(ROTAS)
def test_duty_hours_are_those_of_everybody_on_duty(duty):
    quarters = sum(
        each.people
        for day, hour in QUARTERS
        for each in duty.shifts
        if each.weekday == day and each.opens_at <= hour < each.closes_at
    )
    assert duty_hours_per_week(duty) == Fraction(quarters, 4)


def test_somebody_is_on_duty_from_the_first_minute_and_not_at_the_last():
    monday = rota(shift(0, 8, 16))
    hours = [Fraction("7.99"), Fraction(8), Fraction("15.99"), Fraction(16)]
    assert [covered(monday, 0, hour) for hour in hours] == [False, True, True, False]
    assert not covered(monday, 1, Fraction(8))


def test_office_hours_leave_a_gap_from_friday_to_monday():
    weekdays = rota(*(shift(day, 8, 16) for day in range(5)))
    assert longest_uncovered_hours(weekdays) == 64


def test_a_duty_over_midnight_is_two_shifts_without_a_gap():
    assert longest_uncovered_hours(rota(shift(6, 8, 24), shift(0, 0, 8))) == 6 * 24


def test_a_rota_round_the_clock_leaves_no_gap():
    assert longest_uncovered_hours(rota(*(shift(day, 0, 24) for day in range(7)))) == 0


def test_a_short_shift_within_a_long_one_covers_nothing_more():
    alone, within = rota(shift(0, 8, 20)), rota(shift(0, 8, 20), shift(0, 9, 10))
    assert longest_uncovered_hours(within) == longest_uncovered_hours(alone) == 156
