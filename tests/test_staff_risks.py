"""Sick days from spells of sickness, beside the number that the rule has."""

from fractions import Fraction

from small_department import fixed

from capacity.staff_risks import StaffRisks

USUAL = StaffRisks(
    short_sickness_per_year=Fraction(4),
    short_sickness_days=fixed("3.5"),
    long_sickness_per_year=Fraction("0.1"),
    long_sickness_days=fixed("70"),
    parental_leave_per_year=Fraction("0.05"),
    parental_leave_days=fixed("280"),
)


def test_sick_days_are_the_five_sevenths_of_all_spells_of_sickness_short_and_long():
    assert USUAL.sick_days_per_year == (4 * Fraction("3.5") + 7) * Fraction(5, 7)


def test_leave_is_no_sickness():
    away = StaffRisks(parental_leave_per_year=Fraction("0.5"), parental_leave_days=fixed("280"))
    assert away.sick_days_per_year == 0


def test_nobody_falls_sick_or_leaves_unless_somebody_says_so():
    risks = StaffRisks()
    assert (risks.sick_days_per_year, risks.turnover_per_year, risks.ramp_up) == (0, 0, None)


def test_a_post_may_be_filled_at_once():
    assert StaffRisks(turnover_per_year=Fraction("0.2")).vacancy_days.mean == 0
