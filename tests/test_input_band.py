from dataclasses import replace
from datetime import date
from fractions import Fraction

import numpy as np
import pytest
from small_department import small_department

from capacity.changes import with_inputs
from capacity.department import Department
from capacity.errors import UnknownDepartment
from capacity.fit import Fit, TeamInputs
from capacity.practice import Policy
from capacity.rulebook import rulebook
from simulations.input_band import (
    REPLICATIONS,
    band_around,
    band_replications,
    band_sentence,
    band_steps,
    input_band,
)
from simulations.questions import StaffingQuestion
from simulations.sentences import NOT_QUANTIFIED
from simulations.staffing import StaffingCurve, staffing_curve

BOOK = rulebook()
DEADLINE = "statute.child_assessment"


def fitted(*efforts: str) -> Department:
    possible = tuple((TeamInputs(team="assessment", effort=Fraction(each)),) for each in efforts)
    return replace(
        small_department(arrivals_per_year="95"),
        fit=Fit(
            from_=date(2022, 1, 1),
            seen_on=date(2023, 12, 31),
            cases=190,
            inputs=(),
            possible=possible,
        ),
    )


def question(department: Department, replications: int = REPLICATIONS) -> StaffingQuestion:
    return StaffingQuestion(
        department=department,
        team="assessment",
        deadline=DEADLINE,
        from_=department.on,
        to=date(2025, 1, 1),
        extra_fte=(Fraction(0), Fraction(1)),
        replications=replications,
    )


def answered(department: Department, replications: int = REPLICATIONS) -> StaffingCurve:
    return staffing_curve(question(department, replications), BOOK)


def test_a_department_without_a_fit_has_no_band_and_says_so() -> None:
    curve = answered(small_department())
    assert input_band(curve, BOOK) is None
    assert input_band(answered(fitted()), BOOK) is None
    assert band_sentence(None, curve) is NOT_QUANTIFIED
    assert band_steps(curve.question, BOOK) == band_replications(curve.question) == 0


def test_the_band_reaches_from_the_lightest_cases_to_the_heaviest() -> None:
    department = fitted("0.8", "0.9", "1", "1.1", "1.2")
    curve = answered(department)
    band = input_band(curve, BOOK)
    assert band is not None
    light, heavy = (
        staffing_curve(question(with_inputs(department, department.fit.possible[n])), BOOK)
        for n in (0, -1)
        if department.fit
    )
    for number in range(2):
        low, high = band.shares[number]
        assert low == pytest.approx(heavy.points[number].share_in_time.value, abs=0.02)
        assert high == pytest.approx(light.points[number].share_in_time.value, abs=0.02)
    assert band.sets == 5


def test_sets_equal_to_the_departments_own_leave_nothing_open() -> None:
    curve = answered(fitted("1", "1", "1"), replications=128)
    band = input_band(curve, BOOK)
    assert band is not None
    for point, (low, high) in zip(curve.points, band.shares, strict=True):
        assert low == pytest.approx(point.share_in_time.value, abs=1e-12)
        assert high == pytest.approx(point.share_in_time.value, abs=1e-12)
    for point, (low, high) in zip(curve.points, band.differences, strict=True):
        assert low == pytest.approx(point.difference.value, abs=1e-12)
        assert high == pytest.approx(point.difference.value, abs=1e-12)


def test_the_bands_quantiles_cover_one_more_draw_as_often_as_they_say() -> None:
    luck = np.random.default_rng(5)
    trials, sets = 4000, 32
    covered = 0
    for _ in range(trials):
        *values, one_more = luck.lognormal(size=sets + 1)
        values, one_more = [each / 100 for each in values], one_more / 100
        low, high = band_around(0.0, 0.0, values, Fraction(9, 10))
        covered += low <= one_more <= high
    # four standard errors of a share of 0.9
    assert covered / trials == pytest.approx(0.9, abs=4 * (0.09 / trials) ** 0.5)


def test_what_the_band_costs_is_known_beforehand() -> None:
    department, told = fitted("0.9", "1.1"), []
    curve = answered(department)
    input_band(curve, BOOK, on_progress=told.append)
    assert band_replications(curve.question) == told[-1] == 3 * REPLICATIONS
    assert told == sorted(told)
    assert band_steps(curve.question, BOOK) > 0


def test_a_set_changes_the_team_it_names_and_no_other() -> None:
    department = small_department()
    inputs = TeamInputs(
        team="assessment",
        inflow=Fraction(2),
        effort=Fraction("1.5"),
        delays=Fraction("0.5"),
        policy=Policy.OLDEST_CASE,
    )
    changed = with_inputs(department, [inputs])
    before, after = department.case_classes[0], changed.case_classes[0]
    assert after.arrivals_per_year == 2 * before.arrivals_per_year
    assert after.route[0].effort_hours.mean == before.route[0].effort_hours.mean * Fraction("1.5")
    delays = before.route[0].external_delay_days.mean
    assert after.route[0].external_delay_days.mean == delays / 2
    assert changed.team("assessment").practice.policy is Policy.OLDEST_CASE
    assert with_inputs(department, [TeamInputs(team="assessment")]) == department
    with pytest.raises(UnknownDepartment):
        with_inputs(department, [TeamInputs(team="nobody")])


def test_the_band_is_said_in_words() -> None:
    curve = answered(fitted("0.8", "1", "1.2"))
    said = band_sentence(input_band(curve, BOOK), curve)
    assert said.da.startswith("Det, historikken lader stå åbent")
    assert "3 mulige sæt" in said.da
    assert "90 %-bånd" in said.da
    assert "90% band" in said.en
