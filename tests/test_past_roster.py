from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction

import pytest
from small_department import small_department

from capacity.caseworker import AbsenceReason, RampUp
from capacity.errors import InvalidInput
from capacity.past_roster import UsualAbsence, known_roster, past_roster
from capacity.roster import contracted_hours, headcount
from capacity.rulebook import rulebook
from capacity.staff_history import AwayReason, Employment, Spell, StaffHistory
from capacity.working_year import workdays
from simulations.people import deal_staff, people_of

FROM, SEEN = date(2024, 1, 1), date(2025, 12, 31)
AFTER = SEEN + timedelta(days=1)
USUAL = UsualAbsence(days={AwayReason.PARENTAL_LEAVE: 220})


def employment(
    name: str = "a",
    starts_on: date | None = None,
    ends_on: date | None = None,
    *spells: Spell,
    team: str = "assessment",
) -> Employment:
    return Employment(
        caseworker=name,
        team=team,
        hours_per_week=Fraction(37),
        non_case_hours_per_week=Fraction(7),
        starts_on=starts_on,
        ends_on=ends_on,
        spells=spells,
    )


def spell(reason: str, first: date, last: date | None) -> Spell:
    return Spell(reason=AwayReason(reason), first_day=first, last_day=last)


def staff(*employments: Employment) -> StaffHistory:
    return StaffHistory(from_=FROM, seen_on=SEEN, employments=employments)


def test_a_past_roster_has_those_who_left_in_it_and_a_forecast_has_not() -> None:
    list_ = staff(
        employment("stays"),
        employment("left", None, date(2025, 6, 30)),
        employment("came", date(2025, 7, 1), None),
        employment("gone before", None, date(2024, 12, 31)),
        employment("to come", date(2026, 2, 1), None),
        employment("last day", None, SEEN),
    )
    past = past_roster(list_, date(2025, 1, 1), AFTER)
    assert [each.id for each in past.caseworkers] == ["stays", "left", "came", "last day"]
    assert headcount(past, date(2025, 6, 30)) == headcount(past, date(2025, 7, 1)) == 3
    known = known_roster(list_, USUAL)
    assert [each.id for each in known.caseworkers] == ["stays", "came", "to come"]
    assert headcount(known, AFTER) == 2
    assert contracted_hours(known, date(2026, 2, 1)) == 3 * 37


SICK_DAYS = (
    spell("sickness", date(2024, 3, 4), date(2024, 3, 8)),  # five working days
    spell("sickness", date(2025, 2, 1), date(2025, 2, 2)),  # a weekend
    spell("sickness", date(2025, 3, 3), date(2025, 5, 30)),
)
SUMMER = spell("holiday", date(2025, 7, 7), date(2025, 7, 27))


def test_without_holidays_in_the_list_short_sickness_is_days_a_year_and_long_sickness_stands() -> (
    None
):
    list_ = staff(employment("a", None, None, *SICK_DAYS))
    person = past_roster(list_, FROM, AFTER).caseworkers[0]
    assert not person.absences_listed
    assert person.sick_days == Fraction(365 * 5, 731)
    (absence,) = person.absences
    assert (absence.first_day, absence.last_day) == (date(2025, 3, 3), date(2025, 5, 30))
    assert absence.reason is AbsenceReason.LONG_SICKNESS


def test_a_list_without_any_absence_does_not_say_that_nobody_was_ever_ill() -> None:
    (silent,) = past_roster(staff(employment("a")), FROM, AFTER).caseworkers
    assert silent.sick_days is None
    told = past_roster(staff(employment("a"), employment("b", None, None, *SICK_DAYS)), FROM, AFTER)
    assert [each.sick_days for each in told.caseworkers] == [0, Fraction(365 * 5, 731)]


def test_absence_of_whoever_had_left_by_then_shows_that_the_list_tells_of_absence() -> None:
    sick = spell("sickness", date(2024, 3, 4), date(2024, 3, 8))
    list_ = staff(employment("left", None, date(2024, 12, 31), sick), employment("well"))
    (well,) = past_roster(list_, date(2025, 1, 1), AFTER).caseworkers
    assert (well.id, well.sick_days) == ("well", 0)


def test_with_holidays_in_the_list_all_absence_of_everybody_stands_day_by_day() -> None:
    list_ = staff(employment("a", None, None, *SICK_DAYS, SUMMER), employment("never away"))
    away, present = past_roster(list_, FROM, AFTER).caseworkers
    assert [each.reason.value for each in away.absences] == [
        "short_sickness",
        "short_sickness",
        "long_sickness",
        "holiday",
    ]
    assert away.absences_listed
    assert present.absences_listed
    # leave is leave, and the rest is everybody's: the hours on a day are as they were
    assert away.case_hours(date(2025, 7, 8)) == away.case_hours(date(2024, 3, 4)) == 30


def test_for_a_forecast_what_is_over_is_over_and_the_rest_is_as_usual() -> None:
    list_ = staff(employment("a", None, None, *SICK_DAYS, SUMMER))
    (person,) = known_roster(list_, USUAL).caseworkers
    assert (person.absences, person.sick_days, person.absences_listed) == ((), None, False)


def clock(*spells: Spell) -> tuple[float, list[tuple[float, float, bool]]]:
    """The hours of a person's clock in 2025, and what those who hand out cases are told."""
    roster = past_roster(staff(employment("a", None, None, SUMMER, *spells)), FROM, AFTER)
    department = replace(
        small_department(on=date(2025, 1, 1)),
        roster=roster,
    )
    people, (level,) = people_of(
        department, ("assessment",), "assessment", [Fraction(0)], department.on, 365, 1, rulebook()
    )
    dealt = deal_staff(people, level, 0)
    (only,) = dealt.caseworkers
    opened = dealt.intervals[only["first_interval"] : only["last_interval"]]
    hours = float(sum(opened["hours_at_close"] - opened["hours_at_open"]))
    return hours, [(float(c["at"]), float(c["fte"]), bool(c["hands_over"])) for c in dealt.changes]


def test_a_listed_person_is_away_on_the_days_of_the_list_and_on_no_other() -> None:
    days = [day for day in workdays(2025) if not SUMMER.first_day <= day <= date(2025, 7, 27)]
    closing = rulebook()["assumption.closing_days"].on(date(2025, 1, 1)).number
    part = 1 - float(closing) / len(workdays(2025))
    hours, told = clock()
    assert hours == pytest.approx(len(days) * 6 * part)  # 30 hours for cases a week
    # three weeks of holiday hand nothing over
    assert told == [(0.0, pytest.approx(30 / 37), False)]
    hours, told = clock(spell("sickness", date(2025, 3, 3), date(2025, 3, 5)))
    assert hours == pytest.approx((len(days) - 3) * 6 * part)
    assert [fte for _, fte, _ in told] == [pytest.approx(30 / 37), 0, pytest.approx(30 / 37)]
    assert not any(hands_over for *_, hands_over in told)
    _, told = clock(spell("sickness", date(2025, 3, 3), date(2025, 4, 30)))
    assert sum(hands_over for *_, hands_over in told) == 1


def test_short_sickness_is_counted_of_the_time_that_the_list_shows() -> None:
    first = date(2025, 10, 23)  # seventy days before the list ends
    sick = spell("sickness", date(2025, 11, 3), date(2025, 11, 3))
    person = past_roster(staff(employment("a", first, None, sick)), FROM, AFTER).caseworkers[0]
    assert person.sick_days == Fraction(365, 70)


def test_leave_that_goes_on_ends_when_it_usually_does_and_not_today() -> None:
    begun = spell("parental_leave", date(2025, 10, 1), None)
    long_ago = spell("parental_leave", date(2025, 1, 1), None)
    unpaid = spell("unpaid_leave", date(2025, 12, 1), None)
    list_ = staff(
        *(
            employment(name, None, None, each)
            for name, each in (("a", begun), ("b", long_ago), ("c", unpaid))
        )
    )
    ends = [each.absences[0].last_day for each in known_roster(list_, USUAL).caseworkers]
    assert ends == [
        date(2025, 10, 1) + timedelta(days=220),
        SEEN + timedelta(days=14),
        date(2025, 12, 1) + timedelta(days=90),
    ]
    assert past_roster(list_, FROM, AFTER).caseworkers[0].absences[0].last_day == SEEN


def test_newcomers_grow_into_the_work_as_their_team_does() -> None:
    list_ = staff(
        employment("old"),
        employment("new", date(2025, 1, 1), None),
        employment("other", date(2025, 1, 1), None, team="intake"),
    )
    growth = RampUp(months=6, first_share=Fraction(1, 2))
    people = past_roster(list_, FROM, AFTER, ramp_up={"assessment": growth}).caseworkers
    assert [each.ramp_up for each in people] == [None, growth, None]


def test_one_person_in_two_teams_is_two_posts() -> None:
    people = past_roster(staff(employment("a"), employment("a", team="intake")), FROM, AFTER)
    assert [each.id for each in people.caseworkers] == ["a", "a-2"]


@pytest.mark.parametrize(
    ("from_", "to"),
    [(date(2023, 12, 31), AFTER), (FROM, date(2026, 1, 2)), (date(2025, 1, 1), date(2025, 1, 1))],
)
def test_a_period_of_which_the_list_does_not_tell_is_refused(from_: date, to: date) -> None:
    with pytest.raises(InvalidInput, match="payroll list") as refused:
        past_roster(staff(), from_, to)
    assert refused.value.field == "from"


def test_an_earlier_list_knows_nothing_of_what_came_later() -> None:
    sick = spell("sickness", date(2025, 5, 1), date(2025, 8, 31))
    later = spell("holiday", date(2025, 7, 1), date(2025, 7, 20))
    list_ = staff(
        employment("stays", None, None, sick, later),
        employment("leaves", None, date(2025, 7, 31)),
        employment("left", None, date(2025, 6, 30)),
        employment("comes", date(2025, 7, 1), None),
    )
    seen = list_.as_seen_on(date(2025, 6, 30))
    assert seen.seen_on == date(2025, 6, 30)
    assert [(each.caseworker, each.ends_on) for each in seen.employments] == [
        ("stays", None),
        ("leaves", None),
        ("left", date(2025, 6, 30)),
    ]
    (only,) = seen.employments[0].spells
    assert (only.first_day, only.last_day) == (date(2025, 5, 1), None)
    assert list_.as_seen_on(SEEN) == list_
