"""What chance deals: how many cases come, and how many at a time."""

from dataclasses import replace
from datetime import date
from fractions import Fraction

import numpy as np
import pytest
from small_department import small_department

from capacity.case_classes import ArrivalPattern
from capacity.rulebook import rulebook
from simulations.dealing import deal
from simulations.questions import headline_question
from simulations.staffing import curve_trial

REPLICATIONS, A_YEAR = 64, 365.0
SHARES = Fraction(1, 2), Fraction(3, 10), Fraction(1, 5)


def arrivals(siblings: tuple[Fraction, ...], inflow: str = "1") -> list[np.ndarray]:
    """When cases came in a year, replication by replication."""
    department = small_department(arrivals_per_year="200", on=date(2023, 1, 1))
    (only,) = department.case_classes
    with_siblings = replace(only, arrival_pattern=ArrivalPattern(siblings=siblings))
    department = replace(department, case_classes=(with_siblings,))
    asked = replace(headline_question(department), inflow=Fraction(inflow))
    trial, _ = curve_trial(asked, rulebook())
    dealt = (
        deal(trial.experiment.templates, each).cases["arrived_at"] for each in range(REPLICATIONS)
    )
    return [each[(each >= 0) & (each < A_YEAR)] for each in dealt]


@pytest.mark.parametrize("inflow", ["1", "1.5", "0.6"])
@pytest.mark.parametrize("siblings", [(Fraction(1),), SHARES], ids=["one by one", "siblings"])
def test_as_many_cases_come_in_a_year_as_the_class_says(siblings, inflow):
    years = np.array([each.size for each in arrivals(siblings, inflow)])
    expected = 200 * float(Fraction(inflow))
    # Cases of one burst come together: the variance is that of a compound Poisson number.
    sizes = np.arange(1, len(siblings) + 1)
    shares = np.array([float(each) for each in siblings])
    spread = np.sqrt(expected * (shares @ sizes**2) / (shares @ sizes) / REPLICATIONS)
    assert abs(years.mean() - expected) < 4 * spread


def test_siblings_come_together_as_often_as_the_pattern_says():
    bursts = np.concatenate([np.unique(each, return_counts=True)[1] for each in arrivals(SHARES)])
    for size, share in enumerate(SHARES, start=1):
        expected = float(share)
        spread = np.sqrt(expected * (1 - expected) / bursts.size)
        assert abs((bursts == size).mean() - expected) < 4 * spread
    assert bursts.max() == len(SHARES)
