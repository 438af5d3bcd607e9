"""A small department with a past that is known, for tests of fits and back-tests."""

from dataclasses import replace
from datetime import date
from fractions import Fraction
from functools import cache

from small_department import small_department

from capacity.department import Department
from capacity.distributions import Distribution, Family
from capacity.rulebook import rulebook
from simulations.case_history import CaseHistory
from simulations.department_fit import StudySize
from simulations.effort_study import LEAST_POINTS, LEAST_REPLICATIONS
from simulations.synthetic_department import as_listed, synthetic_past

BOOK = rulebook()
TEAM = "assessment"
CASES = "child-assessment"
DEADLINE = "statute.child_assessment"
LITTLE = StudySize(points=LEAST_POINTS, replications=LEAST_REPLICATIONS)
BEGINS, COMPLETE, SEEN = date(2023, 1, 2), date(2024, 1, 1), date(2025, 12, 31)


def lognormal(mean: str, cv: str = "0.6") -> Distribution:
    return Distribution(family=Family.LOGNORMAL, mean=Fraction(mean), cv=Fraction(cv))


def small(
    arrivals_per_year: str = "105", posts: int = 3, waiting: tuple[str, str] = ("50", "0.6")
) -> Department:
    """Three posts, at about nine tenths of what they can do, unless others are asked for.

    `waiting` is the mean of the days waited for others, and their coefficient of variation.
    """
    department = small_department(
        caseworkers=posts,
        arrivals_per_year=arrivals_per_year,
        effort_hours=lognormal("40"),
        external_delay_days=lognormal(*waiting),
        ages_days=tuple(range(5, 100, 5)),
        on=BEGINS,
    )
    (assessments,) = department.case_classes
    return replace(department, case_classes=(replace(assessments, slug=CASES),))


@cache
def listed(seed: int = 1) -> CaseHistory:
    """What the case list of the small department says of two years, after a year of run-in."""
    return as_listed(synthetic_past(small(), COMPLETE, SEEN, BOOK, seed=seed).cases)
