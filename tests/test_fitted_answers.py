"""What a fit does to the answers: its band, its verdict, and what it costs."""

from dataclasses import replace
from fractions import Fraction

import pytest
from test_fit import back_test, fit

from api.documents import load_example
from api.jobs.calculation import Running
from api.jobs.curve import CurveCalculation
from api.jobs.plans import ComparisonCalculation, ComparisonRow, Plan, Simulation
from capacity.changes import with_inputs
from capacity.department import Department
from capacity.fit import TeamInputs
from capacity.rulebook import rulebook
from capacity.scenario_changes import AddedPosts
from simulations.questions import StaffingQuestion, headline_question
from simulations.staffing import staffing_curve

SETS = tuple((TeamInputs(team="paragraf-50", effort=Fraction(each)),) for each in ("0.9", "1.1"))


def fitted() -> Department:
    return replace(load_example("ishoej-2020"), fit=replace(fit(back_test()), possible=SETS))


def asked(department: Department) -> StaffingQuestion:
    usual = headline_question(department)
    return replace(usual, extra_fte=(Fraction(0), Fraction(2)), replications=128)


def test_a_fitted_departments_curve_has_a_band_of_its_own_and_carries_the_verdict() -> None:
    found = CurveCalculation(asked(fitted()), "x@1").found()
    for row in found.answer.rows:  # type: ignore[attr-defined]
        assert row.share_in_time_inputs_low < row.share_in_time < row.share_in_time_inputs_high
        assert row.verdict.da.startswith("Modellen forklarer 2019 godt.")
    assert found.sentence is not None
    assert "2 mulige sæt" in found.sentence.da
    assert found.sentence.da.count("Modellen forklarer 2019 godt.") == 1


def test_a_department_that_is_not_fitted_says_so_with_every_number() -> None:
    found = CurveCalculation(asked(load_example("ishoej-2020")), "x@1").found()
    for row in found.answer.rows:  # type: ignore[attr-defined]
        assert row.share_in_time_inputs_low is row.difference_inputs_high is None
        assert row.verdict.da == "Modellen er ikke tilpasset afdelingens egen historie."
    assert found.sentence is not None
    assert "ikke opgjort" in found.sentence.da
    assert found.sentence.en.endswith("not fitted to the department’s own history.")


@pytest.mark.parametrize("precision", [None, Fraction(3, 100)])
def test_the_band_is_counted_in_the_work_and_in_the_progress(precision: Fraction | None) -> None:
    plain, banded = (
        CurveCalculation(replace(asked(each), precision=precision), "x@1")
        for each in (replace(fitted(), fit=None), fitted())
    )
    assert banded.steps()[0] > plain.steps()[0]
    assert banded.settled_steps() > plain.settled_steps()
    told: list[tuple[int, int | None]] = []
    *partial, last = banded.findings(Running(None, lambda *done: told.append(done)))
    assert told[-1][0] == told[-1][1]
    assert [done for done, _ in told] == sorted(done for done, _ in told)
    assert all(each.answer.rows[0].share_in_time_inputs_low is None for each in partial)  # type: ignore[attr-defined]
    assert last.answer.rows[0].share_in_time_inputs_low is not None  # type: ignore[attr-defined]
    if precision is None:
        assert banded.total == told[-1][1]


def test_the_curve_itself_is_the_same_with_a_band_as_without() -> None:
    with_band = CurveCalculation(asked(fitted()), "x@1").found().answer.rows  # type: ignore[attr-defined]
    without = CurveCalculation(asked(replace(fitted(), fit=None)), "x@1").found().answer.rows  # type: ignore[attr-defined]
    for one, other in zip(with_band, without, strict=True):
        assert (one.share_in_time, one.due, one.share_in_time_year_low) == (
            other.share_in_time,
            other.due,
            other.share_in_time_year_low,
        )


def test_a_plans_difference_has_a_band_for_what_is_unknown() -> None:
    def compared(department: Department) -> tuple[ComparisonCalculation, ComparisonRow]:
        usual = headline_question(department)
        posts = AddedPosts(team=usual.team, from_=department.on, fte=Fraction(2), reason="prøve")
        simulation = Simulation(
            department=department,
            address="x@1",
            team=usual.team,
            from_=usual.from_,
            to=usual.to,
            seed=1,
            replications=96,
        )
        plans = Plan(name="uden"), Plan(name="to", changes=(posts,))
        told: list[tuple[int, int | None]] = []
        calculation = ComparisonCalculation(simulation, *plans)
        found = calculation.found(Running(None, lambda *done: told.append(done)))
        assert told[-1] == (calculation.total, calculation.total)
        assert [done for done, _ in told] == sorted(done for done, _ in told)
        return calculation, next(
            row
            for row in found.answer.rows  # type: ignore[attr-defined]
            if row.key == usual.deadline and row.team == usual.team
        )

    calculation, row = compared(fitted())
    assert row.inputs_low < row.difference < row.inputs_high
    # heavier cases leave more to win
    light, heavy = (
        staffing_curve(replace(asked(with_inputs(fitted(), each)), replications=64), rulebook())
        .points[1]
        .difference.value
        for each in SETS
    )
    # with two sets the band reaches from the one to the other
    assert heavy - light == pytest.approx(row.inputs_high - row.inputs_low, rel=0.3)
    plain, without = compared(load_example("ishoej-2020"))
    assert without.inputs_low is None
    assert without.difference == row.difference
    assert calculation.steps()[0] > plain.steps()[0]
