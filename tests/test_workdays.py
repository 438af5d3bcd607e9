from datetime import date, timedelta

import pytest
from holidays import country_holidays
from hypothesis import assume, given
from hypothesis import strategies as st

from capacity.errors import InvalidInput
from capacity.workdays import Unit, add, is_workday, public_holidays, weekday_holidays

DAYS = st.dates(min_value=date(1950, 1, 1), max_value=date(2090, 12, 31))


def test_store_bededag_was_a_holiday_through_2023():
    assert public_holidays(2023)[date(2023, 5, 5)] == "Store bededag"


@pytest.mark.parametrize("day", [date(2024, 4, 26), date(2025, 5, 16), date(2026, 5, 1)])
def test_store_bededag_is_a_workday_from_2024(day):
    assert is_workday(day)


@pytest.mark.parametrize(
    ("year", "easter"),
    [(2019, (4, 21)), (2020, (4, 12)), (2024, (3, 31)), (2026, (4, 5)), (2038, (4, 25))],
)
def test_the_moving_holidays_follow_easter(year, easter):
    sunday = date(year, *easter)
    follow = {sunday + timedelta(days=n) for n in (-3, -2, 0, 1, 39, 49, 50)}
    fixed = {date(year, 1, 1), date(year, 12, 25), date(year, 12, 26)}
    prayer_day = {sunday + timedelta(days=26)} if year < 2024 else set()
    assert set(public_holidays(year)) == follow | fixed | prayer_day


def test_every_year_has_the_holidays_of_the_library():
    years = range(1771, 2101)
    ours = {day: name for year in years for day, name in public_holidays(year).items()}
    assert ours == dict(country_holidays("DK", years=years, language="da"))


@pytest.mark.parametrize("day", [date(2020, 6, 5), date(2020, 12, 24), date(2020, 12, 31)])
def test_days_off_by_agreement_are_workdays_in_the_calendar(day):
    assert is_workday(day)


@pytest.mark.parametrize("day", [date(2020, 3, 28), date(2020, 4, 10), date(2020, 4, 13)])
def test_weekends_and_holidays_are_no_workdays(day):
    assert not is_workday(day)


@pytest.mark.parametrize(("year", "count"), [(2020, 8), (2021, 7), (2022, 7), (2026, 7)])
def test_holidays_on_weekdays_counted_by_hand(year, count):
    assert weekday_holidays(year) == count


def test_the_mean_number_of_holidays_on_weekdays_is_the_published_one():
    # Økonomistyrelsen gives 7.14 from 2024; weekdays of fixed dates repeat after 28 years.
    years = range(2024, 2052)
    assert sum(map(weekday_holidays, years)) * 7 == 50 * len(years)


def test_the_holidays_that_are_handed_out_can_be_changed_without_harm():
    public_holidays(2020).clear()
    assert weekday_holidays(2020) == 8


@pytest.mark.parametrize("year", [1500, 2101])
def test_a_year_without_known_holidays_is_refused(year):
    with pytest.raises(InvalidInput, match=str(year)):
        weekday_holidays(year)


@pytest.mark.parametrize(
    ("start", "n", "due"),
    [
        (date(2019, 10, 31), 4, date(2020, 2, 29)),
        (date(2018, 10, 31), 4, date(2019, 2, 28)),
        (date(2019, 10, 28), 4, date(2020, 2, 28)),
        (date(2019, 12, 31), 2, date(2020, 2, 29)),
        (date(2020, 2, 29), 12, date(2021, 2, 28)),
        (date(2020, 3, 1), 4, date(2020, 7, 1)),
        (date(2024, 8, 31), -6, date(2024, 2, 29)),
    ],
)
def test_months_keep_the_day_or_end_with_the_month(start, n, due):
    assert add(start, n, Unit.CALENDAR_MONTHS) == due


@given(start=DAYS)
def test_four_months_are_120_to_123_days(start):
    assert 120 <= (add(start, 4, Unit.CALENDAR_MONTHS) - start).days <= 123


@given(start=DAYS, n=st.integers(-48, 48))
def test_months_end_on_the_same_day_or_on_the_last_of_the_right_month(start, n):
    due = add(start, n, Unit.CALENDAR_MONTHS)
    assert (due.year - start.year) * 12 + due.month - start.month == n
    assert due.day == start.day or (
        due.day < start.day and (due + timedelta(days=1)).month != due.month
    )


@given(start=DAYS, wait=st.integers(0, 400), n=st.integers(0, 48), unit=st.sampled_from(Unit))
def test_whoever_starts_later_is_never_due_earlier(start, wait, n, unit):
    assume(unit is not Unit.HOURS)
    assert add(start, n, unit) <= add(start + timedelta(days=wait), n, unit)


@given(start=DAYS, n=st.integers(-10, 10))
def test_weeks_end_on_the_same_weekday(start, n):
    assert add(start, n, Unit.WEEKS) - start == timedelta(days=7 * n)


@pytest.mark.parametrize(
    ("start", "n", "due"),
    [
        (date(2020, 4, 8), 1, date(2020, 4, 14)),
        (date(2019, 12, 20), 6, date(2020, 1, 2)),
        (date(2020, 3, 28), 1, date(2020, 3, 30)),
        (date(2020, 4, 14), -1, date(2020, 4, 8)),
        (date(2020, 3, 28), 0, date(2020, 3, 28)),
    ],
)
def test_working_days_step_over_weekends_and_holidays(start, n, due):
    assert add(start, n, Unit.WORKING_DAYS) == due


@given(start=DAYS, n=st.integers(1, 60))
def test_working_days_after_the_start_are_counted_once_each(start, n):
    due = add(start, n, Unit.WORKING_DAYS)
    passed = [start + timedelta(days=k) for k in range(1, (due - start).days + 1)]
    assert is_workday(due)
    assert sum(map(is_workday, passed)) == n


def test_hours_cannot_be_added_to_a_date():
    with pytest.raises(InvalidInput, match="time of day"):
        add(date(2020, 3, 26), 24, Unit.HOURS)


@pytest.mark.parametrize("unit", [Unit.CALENDAR_MONTHS, Unit.WEEKS, Unit.CALENDAR_DAYS])
def test_a_limit_beyond_the_calendar_is_refused(unit):
    with pytest.raises(InvalidInput, match="outside the calendar"):
        add(date(9999, 12, 31), 1, unit)
