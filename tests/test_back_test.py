"""Would the model have foretold last year? Nothing after the cut is known, and a change shows."""

from calendar import monthrange
from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction
from functools import cache

import numpy as np
import pytest
from fitted_past import BOOK, COMPLETE, DEADLINE, LITTLE, SEEN, TEAM, listed, small
from scipy.stats import binomtest

from capacity.case_events import CaseEvent
from capacity.changes import with_effort
from capacity.department import Department
from capacity.errors import InvalidInput
from capacity.fit import BackTest, Explains
from capacity.wording import Text
from simulations.back_test import back_test, observed_shares
from simulations.case_history import EPOCH, CaseHistory, day_number
from simulations.department_fit import Past
from simulations.factor_priors import stated_between
from simulations.open_cases import open_cases
from simulations.synthetic_department import as_listed, synthetic_past

CUT, END = date(2025, 1, 1), date(2026, 1, 1)
STATED = stated_between(0.9, 1.11, Text(da="tidsstudie", en="time study"))


def asked(history: CaseHistory, **given: object) -> BackTest:
    (found,) = back_test(small(), Past(cases=history), CUT, END, BOOK, study=LITTLE, **given)
    return found


@cache
def usual() -> BackTest:
    return asked(listed())


def forecast(found: BackTest) -> tuple[Fraction, Fraction, Fraction]:
    return found.forecast, found.low, found.high


# --- What was known, and what came -----------------------------------------------------------


def changed_after(history: CaseHistory, cut: float) -> CaseHistory:
    """Another future of the same list: later ends, other waits, and every second newcomer gone."""
    later = {
        event: np.where(moments >= cut, np.minimum(moments + 25, history.seen_until - 1), moments)
        if event is not CaseEvent.NEED_BECAME_KNOWN
        else moments
        for event, moments in history.events.items()
    }
    closed = history.at(CaseEvent.CLOSED)
    waits = np.where(closed < cut, history.external_days, 3 * history.external_days)
    kept = (history.arrived_at() < cut) | (np.arange(history.cases) % 2 == 0)
    return replace(history, events=later, external_days=waits).only(kept)


def test_what_happened_after_the_cut_does_not_move_the_forecast():
    other = changed_after(listed(), day_number(CUT))
    found = asked(other)
    assert found.due < usual().due
    assert forecast(found) == forecast(usual())
    assert found.naive == usual().naive


def test_what_happened_before_the_cut_does():
    other = changed_after(listed(), day_number(CUT) - 120)
    assert forecast(asked(other)) != forecast(usual())


def due_day(start: date) -> date:
    """Four calendar months later, the end of the month clipped."""
    month = start.month - 1 + 4
    year, month = start.year + month // 12, month % 12 + 1
    return date(year, month, min(start.day, monthrange(year, month)[1]))


def counted(history: CaseHistory, from_: date, to: date) -> tuple[int, int]:
    """In time, of those due: what started and fell due in a period, row by row."""
    in_time = due = 0
    for began, finished in zip(
        history.at(CaseEvent.NEED_BECAME_KNOWN),
        history.at(CaseEvent.ASSESSMENT_FINISHED),
        strict=True,
    ):
        start = EPOCH + timedelta(days=int(began))
        last_day = due_day(start)
        if start >= from_ and last_day < to:
            due += 1
            in_time += bool(finished < day_number(last_day) + 1)
    return in_time, due


def test_what_came_and_what_is_said_again_are_counted_as_the_list_says():
    found = usual()
    assert (found.team, found.deadline) == (TEAM, DEADLINE)
    assert (found.in_time, found.due) == counted(listed(), CUT, END)
    before = counted(listed(), CUT - (END - CUT), CUT)
    assert found.naive == Fraction(*before)
    assert found.naive not in (found.observed, 1)
    assert found.low <= found.forecast <= found.high


def test_there_is_nothing_to_say_again_where_the_period_before_is_not_in_the_list():
    whole_later = replace(listed(), complete_from=COMPLETE + timedelta(days=100))
    assert observed_shares(Past(cases=whole_later), COMPLETE, CUT, BOOK) == {}
    assert asked(whole_later).naive is None


def test_a_seed_gives_the_same_and_progress_reaches_the_end():
    told: list[int] = []
    again = asked(listed(), on_progress=lambda done, _wanted: told.append(done))
    assert again == usual()
    assert told == sorted(told)
    assert told[-1] == 1000


# --- What cannot be asked --------------------------------------------------------------------


def test_a_deadline_longer_than_the_period_is_left_out_and_nothing_left_is_refused():
    with pytest.raises(InvalidInput, match="choose a longer period") as refused:
        back_test(small(), Past(cases=listed()), date(2025, 10, 1), END, BOOK, study=LITTLE)
    assert refused.value.field == "from"


def test_a_period_in_which_nothing_fell_due_is_refused():
    nobody_came = listed().only(listed().arrived_at() < day_number(CUT))
    with pytest.raises(InvalidInput, match="choose a longer period"):
        asked(nobody_came)


def test_a_period_that_the_list_does_not_reach_is_refused():
    with pytest.raises(InvalidInput, match="can end on 2026-01-01") as refused:
        back_test(small(), Past(cases=listed()), CUT, END + timedelta(days=1), BOOK, study=LITTLE)
    assert refused.value.field == "to"
    assert SEEN + timedelta(days=1) == END


@pytest.mark.parametrize(
    ("from_", "to", "field"),
    [(COMPLETE, END, "from"), (COMPLETE - timedelta(days=1), END, "from"), (CUT, CUT, "to")],
)
def test_a_period_with_nothing_before_it_or_in_it_is_refused(from_, to, field):
    with pytest.raises(InvalidInput, match=r"must end after|nothing to fit") as refused:
        back_test(small(), Past(cases=listed()), from_, to, BOOK, study=LITTLE)
    assert refused.value.field == field


# --- A world that changes, and one that does not ---------------------------------------------


def spliced(truth: Department, effort: Fraction, seed: int) -> CaseHistory:
    """Two years of a department, and a third that is played on from its open cases.

    In the third the work is so many times as heavy.
    """
    cut = SEEN + timedelta(days=1)
    before = as_listed(synthetic_past(truth, COMPLETE, SEEN, BOOK, seed=seed).cases)
    (case_class,) = truth.case_classes
    then = replace(
        truth,
        on=cut,
        case_classes=(replace(case_class, backlog=open_cases(case_class, before).backlog),),
    )
    last_day = date(cut.year, 12, 31)
    after = as_listed(
        synthetic_past(with_effort(then, effort), cut, last_day, BOOK, seed=1000 + seed).cases
    )
    ended = np.fmin(before.at(CaseEvent.CLOSED), before.at(CaseEvent.WITHDRAWN))
    over = before.only(~np.isnan(ended))
    after = _begun_before(cut, after, before.only(np.isnan(ended)))

    def both(one: np.ndarray, other: np.ndarray) -> np.ndarray:
        return np.concatenate([one, other])

    return replace(
        after,
        complete_from=COMPLETE,
        team=both(over.team, after.team),
        case_class=both(over.case_class, after.case_class),
        events={
            event: both(over.at(event), after.at(event)) for event in {*over.events, *after.events}
        },
        caseworker=None,
        siblings=None,
        child=None,
        external_days=None,
    )


def _begun_before(cut: date, after: CaseHistory, still_open: CaseHistory) -> CaseHistory:
    """What was played on, with the moments at which its open cases had begun, oldest first."""
    known = still_open.at(CaseEvent.WORK_BEGAN)[np.argsort(still_open.arrived_at())]
    began, arrived = after.at(CaseEvent.WORK_BEGAN).copy(), after.arrived_at()
    mine = np.argsort(arrived)[: known.size]
    assert (arrived[mine] < day_number(cut)).all()
    began[mine] = np.where(np.isnan(known), began[mine], known)
    return replace(after, events={**after.events, CaseEvent.WORK_BEGAN: began})


def verdicts(effort: str, fits: int, first_seed: int) -> list[BackTest]:
    """Back-tests of the third year, with effort well known beforehand.

    Six posts and little slack: of three, chance alone makes so much of a year that two fifths can
    hide in it, and where the limit is far off a growing pile is not late before the year is over.
    """
    truth = small(arrivals_per_year="205", posts=6, waiting=("80", "0.2"))
    found = []
    for seed in range(first_seed, first_seed + fits):
        history = spliced(truth, Fraction(effort), seed)
        past = Past(cases=history, usual_effort=STATED, usual_delays=STATED)
        found += back_test(truth, past, END, date(2027, 1, 1), BOOK, study=LITTLE)
    return found


def test_work_that_grew_two_fifths_heavier_is_mostly_found_out():
    """Without a change, three of five outside a band of 95 % come once in 860 times."""
    found = verdicts("1.4", 5, 1)
    assert sum(each.explains is Explains.NOT for each in found) >= 3
    assert all(each.observed < each.forecast for each in found)


def test_a_world_that_went_on_as_it_was_is_mostly_explained():
    """Of three years within a band of 95 % two lie outside once in 140 times."""
    found = verdicts("1", 3, 1)
    assert sum(each.low <= each.observed <= each.high for each in found) >= 2


@pytest.mark.soak
def test_bands_hold_what_comes_as_often_as_they_say_and_changes_are_found_out():
    found = verdicts("1", 40, 101)
    within = sum(each.low <= each.observed <= each.high for each in found)
    assert binomtest(within, len(found), 0.95, alternative="less").pvalue > 0.001, within
    found_out = sum(each.explains is Explains.NOT for each in verdicts("1.4", 20, 101))
    assert found_out >= 16, found_out
