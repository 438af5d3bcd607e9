"""How often notifications come on open cases, beside a truth that is known and counted by hand."""

from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction

import numpy as np
import pytest
from scipy import stats

from capacity.case_events import CaseEvent
from capacity.caseload import CaseUnit
from capacity.errors import InvalidInput
from capacity.rulebook import rulebook
from simulations.case_history import CaseHistory, day_number
from simulations.repeat_notifications import notifications_of_children, repeat_notifications
from simulations.synthetic_department import as_listed, synthetic_past
from simulations.synthetic_truths import Size, synthetic_truth

FROM = date(2024, 1, 1)
NEVER = np.nan


def history(*rows, days=730):
    """Rows of (class, child, arrived, closed) in days since the first day."""
    names = ("cases", "notifications")
    first = day_number(FROM)
    arrived = np.array([row[2] for row in rows], dtype=float) + first
    is_case = np.array([row[0] == "cases" for row in rows])
    return CaseHistory(
        unit=CaseUnit.CHILD,
        seen_on=FROM + timedelta(days=days - 1),
        complete_from=FROM,
        teams=("a",),
        case_classes=names,
        team=np.zeros(len(rows), dtype=np.int64),
        case_class=np.array([names.index(row[0]) for row in rows]),
        events={
            CaseEvent.DECISION_MADE: np.where(is_case, arrived, NEVER),
            CaseEvent.NOTIFICATION_RECEIVED: np.where(is_case, NEVER, arrived),
            CaseEvent.CLOSED: np.array([row[3] for row in rows], dtype=float) + first,
        },
        child=np.array([row[1] for row in rows]),
    )


def test_only_notifications_of_the_child_on_its_open_case_count():
    listed = history(
        ("cases", 1, -100, 365),  # open for a year of what is known
        ("cases", 2, 365, NEVER),  # and one more
        ("notifications", 1, 10, 11),
        ("notifications", 1, 364, 365),
        ("notifications", 1, 400, 401),  # it has closed
        ("notifications", 2, 100, 101),  # it has not come yet
        ("notifications", 2, 500, 501),
        ("notifications", 3, 500, 501),  # another child
    )
    found = repeat_notifications(listed, "cases")
    assert found.notifications == 3
    assert found.open_years == pytest.approx(2)
    assert found.per_open_year.value == pytest.approx(1.5)
    assert not found.learned
    assert found.says.da.startswith("Ikke lært: 3 underretninger på 2,0 års åbne sager")


def test_children_with_several_are_counted_and_the_last_year_is_not_taken_for_none():
    listed = history(
        ("notifications", 1, 10, 11),
        ("notifications", 1, 200, 201),
        ("notifications", 2, 20, 21),
        ("notifications", 2, 500, 501),  # more than a year later
        ("notifications", 3, 700, 701),  # nobody knows yet
    )
    found = notifications_of_children(listed)
    assert (found.children, found.notifications) == (3, 5)
    assert found.per_child == Fraction(5, 3)
    assert found.share_again == Fraction(1, 3)


@pytest.mark.parametrize("tries", [25, pytest.param(300, marks=pytest.mark.soak)])
def test_the_rate_of_a_played_department_is_covered_as_often_as_it_says(tries):
    truth = synthetic_truth(Size.SMALL)
    covered = 0
    for seed in range(tries):
        past = synthetic_past(truth, FROM, date(2025, 12, 31), rulebook(), seed=seed)
        found = repeat_notifications(as_listed(past.cases), "stoettende-indsats")
        covered += found.per_open_year.low <= 0.5 <= found.per_open_year.high
        assert found.learned
    low, high = stats.binom.interval(0.999, tries, 0.9)
    assert low <= covered <= high


def test_where_notifications_heap_on_some_cases_the_interval_is_wider():
    rng = np.random.default_rng(1)
    rows = []
    for child in range(200):
        rows.append(("cases", child, -1, NEVER))
        often = 3.0 if child % 4 == 0 else 0.0
        rows += [("notifications", child, at, at) for at in rng.random(rng.poisson(often)) * 700]
    heaped = repeat_notifications(history(*rows), "cases")
    assert heaped.dispersion > 2
    assert heaped.log_error > 1.4 / np.sqrt(heaped.notifications)


def test_without_children_or_a_day_of_completeness_it_is_refused():
    listed = history(("cases", 1, 0, NEVER))
    for broken, field in (
        (replace(listed, child=None), "child"),
        (replace(listed, complete_from=None), "complete_from"),
    ):
        with pytest.raises(InvalidInput) as refused:
            repeat_notifications(broken, "cases")
        assert refused.value.field == field
    with pytest.raises(InvalidInput) as refused:
        repeat_notifications(listed, "others")
    assert refused.value.field == "case_class"
