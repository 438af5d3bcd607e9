"""The lists of a synthetic department, imported: what was played comes back, in every form."""

from datetime import date
from functools import cache

import numpy as np
import pytest

from api.imports.given import Given
from api.imports.pseudonyms import Pseudonyms, pseudonym_of
from api.imports.terms import terms
from api.imports.understanding import understood
from api.synthetic_files import (
    COMPLETE_FROM,
    SEEN_ON,
    absence_list_csv,
    case_list_csv,
    staff_list_csv,
)
from api.synthetic_forms import Form
from api.uploads import guarded
from capacity.rulebook import rulebook
from simulations.case_history import NOBODY
from simulations.synthetic_department import as_listed, synthetic_past
from simulations.synthetic_truths import Size, synthetic_truth

SECRET = b"s" * 32


@cache
def past():
    return synthetic_past(synthetic_truth(Size.SMALL), COMPLETE_FROM, SEEN_ON, rulebook(), seed=1)


def imported(kind, content, people=()):
    said = terms(
        kind,
        today=date(2026, 6, 1),
        unit="child",
        seen_on=str(SEEN_ON),
        complete_from=str(COMPLETE_FROM),
    )
    given = Given(department=past().truth, secret=SECRET, people={each: each for each in people})
    return understood(guarded(content, "liste.csv"), said, given)


@pytest.mark.parametrize("form", Form)
def test_a_played_case_list_comes_back_row_by_row(form):
    played = as_listed(past().cases)
    order = np.lexsort((np.arange(played.cases), played.arrived_at()))
    expected = played.only(np.ones(played.cases, dtype=bool))
    content = case_list_csv(past().cases, form, past().staff.employments)
    found = imported("cases", content)
    assert (found.report.error_count, found.report.questions) == (0, ())
    read = found.content
    assert read.cases == played.cases
    for event in expected.events:
        moments = expected.at(event)[order]
        assert np.allclose(read.at(event), moments, rtol=0, atol=1e-9, equal_nan=True), event
    for numbers, names, back, words in (
        (played.team, played.teams, read.team, read.teams),
        (played.case_class, played.case_classes, read.case_class, read.case_classes),
    ):
        written = [names[n] if n != NOBODY else None for n in numbers[order]]
        assert [words[n] if n != NOBODY else None for n in back] == written
    assert read.timed == played.timed
    same_child = played.child[order][:, None] == played.child[order][None, :]
    assert np.array_equal(read.child[:, None] == read.child[None, :], same_child)


@pytest.mark.parametrize("form", Form)
def test_a_played_staff_comes_back_with_its_absence(form):
    staff = past().staff
    found = imported("staff", staff_list_csv(staff, form)).content
    people = Pseudonyms(SECRET)
    by_name = [people.word("caseworker", each.caseworker) for each in staff.employments]
    assert [each.caseworker for each in found.employments] == by_name
    for read, played in zip(found.employments, staff.employments, strict=True):
        assert (read.team, read.starts_on, read.ends_on) == (
            played.team,
            played.starts_on,
            played.ends_on,
        )
        assert abs(read.hours_per_week - played.hours_per_week) <= 0.05  # a decimal in the list
    away = imported("absence", absence_list_csv(staff, form), people=by_name)
    assert away.report.error_count == 0
    spells = [(people.word("caseworker", each.caseworker), spell)
              for each in staff.employments for spell in each.spells]  # fmt: skip
    assert [(each.caseworker, each.spell) for each in away.content] == spells


def test_the_cases_of_a_caseworker_are_those_of_the_staff_list():
    content = case_list_csv(past().cases, Form.DANSK, past().staff.employments)
    cases = imported("cases", content).content
    staff = imported("staff", staff_list_csv(past().staff, Form.DANSK)).content
    named = {pseudonym_of(int(n)) for n in np.unique(cases.caseworker) if n != NOBODY}
    assert named
    assert named <= {each.caseworker for each in staff.employments}
