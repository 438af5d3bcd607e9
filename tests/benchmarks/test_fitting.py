"""Fitting and forecasting a city of 200 000 rows, beside reading its file with `csv` alone."""

import csv
import io
import time
from dataclasses import replace
from datetime import date
from fractions import Fraction

import pytest

from api.synthetic_files import case_list_csv
from api.synthetic_forms import Form
from capacity.case_classes import Backlog
from capacity.department import Department
from capacity.rulebook import rulebook
from simulations.department_fit import Past, department_fit, fit_steps
from simulations.input_band import input_band
from simulations.questions import headline_question
from simulations.staffing import staffing_curve
from simulations.synthetic_department import as_listed, synthetic_past
from simulations.synthetic_truths import Size, synthetic_truth

TIMES = 14


def city() -> Department:
    """The large made-up department, many times over in one: as many more people and cases."""
    one = synthetic_truth(Size.LARGE)
    people = tuple(
        replace(person, id=f"{person.id}-{copy}")
        for copy in range(TIMES)
        for person in one.roster.caseworkers
    )
    classes = tuple(
        replace(
            each,
            arrivals_per_year=each.arrivals_per_year * TIMES,
            backlog=Backlog(
                stages=tuple(
                    replace(stage, ages_days=stage.ages_days * TIMES)
                    for stage in each.backlog.stages
                ),
                unknown=each.backlog.unknown * TIMES,
            ),
        )
        for each in one.case_classes
    )
    return replace(one, roster=replace(one.roster, caseworkers=people), case_classes=classes)


@pytest.mark.benchmark
def test_a_city_is_fitted_and_forecast_beside_reading_its_file() -> None:
    book, truth = rulebook(), city()
    past = synthetic_past(truth, date(2024, 1, 1), date(2025, 12, 31), book)
    listed = as_listed(past.cases)
    written = case_list_csv(listed, Form.DANSK_UTF8, past.staff.employments).decode("utf-8-sig")
    known = Past(cases=listed, staff=past.staff)
    department_fit(
        replace(truth, case_classes=truth.case_classes), _little(known), book
    )  # what compiles, compiles

    began = time.perf_counter()
    rows = sum(1 for _ in csv.reader(io.StringIO(written), delimiter=";"))
    reading = time.perf_counter() - began
    began = time.perf_counter()
    fitted = department_fit(truth, known, book)
    fitting = time.perf_counter() - began
    question = replace(headline_question(fitted), extra_fte=(Fraction(0), Fraction(10)))
    began = time.perf_counter()
    curve = staffing_curve(replace(question, replications=64), book)
    input_band(curve, book)
    forecasting = time.perf_counter() - began
    print(
        f"\n{rows} rows, {len(truth.roster.caseworkers)} people, "
        f"{fit_steps(truth, known, book):.1e} steps: csv alone {reading:.2f} s; fit "
        f"{fitting:.0f} s, {fitting / reading:.0f} times; forecast of two levels with its band "
        f"{forecasting:.0f} s, {forecasting / reading:.0f} times"
    )


def _little(past: Past) -> Past:
    """The first quarter of the past."""
    return past.as_seen_on(date(2024, 4, 30))
