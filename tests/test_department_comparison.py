"""Departments side by side, ranked only where they measure the same."""

from dataclasses import replace
from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from capacity.caseload import CaseUnit
from capacity.count_statistics import fisher_p_value, wilson
from capacity.department_comparison import (
    DepartmentFigures,
    FteDefinition,
    Measure,
    department_table,
    ranked,
)
from capacity.errors import InvalidInput

ISHOEJ = DepartmentFigures(
    name="Ishøj",
    on=date(2020, 3, 26),
    unit=CaseUnit.CHILD,
    open_cases=890,
    fte=Fraction("23.92"),
    fte_definition=FteDefinition.CASE_CARRYING,
    load=Fraction("1.05"),
    deadline="statute.child_assessment",
    law_from=date(2014, 11, 21),
    in_time=35,
    due=38,
)
OTHER = replace(ISHOEJ, name="Nabo", open_cases=600, fte=Fraction(20), in_time=20, due=40)


def test_a_row_holds_caseload_load_and_timeliness_with_its_interval():
    ishoej, _ = department_table([ISHOEJ, OTHER])
    assert round(float(ishoej.cases_per_fte), 1) == 37.2
    assert ishoej.share_in_time == Fraction(35, 38)
    assert ishoej.interval == wilson(35, 38, 0.95)
    assert not ishoej.few_cases
    [few] = department_table([replace(ISHOEJ, in_time=2, due=6)])
    assert few.few_cases


def test_the_lowest_caseload_and_the_highest_share_come_first():
    table = department_table([ISHOEJ, OTHER])
    assert [each.row.figures.name for each in ranked(table, Measure.CASELOAD)] == ["Nabo", "Ishøj"]
    assert [each.row.figures.name for each in ranked(table, Measure.TIMELINESS)] == [
        "Ishøj",
        "Nabo",
    ]


UNLIKE = {
    Measure.CASELOAD: {
        "unit": (CaseUnit.FAMILY, "what a case is"),
        "fte_definition": (FteDefinition.CONTRACTED, "which FTE are counted"),
    },
    Measure.LOAD: {"fte_definition": (FteDefinition.CONTRACTED, "which FTE are counted")},
    Measure.TIMELINESS: {
        "unit": (CaseUnit.FAMILY, "what a case is"),
        "deadline": ("statute.care_plan", "the deadline"),
        "law_from": (date(2024, 1, 1), "the law the cases began under"),
    },
}


@pytest.mark.parametrize(
    ("by", "field"), [(by, field) for by, fields in UNLIKE.items() for field in fields]
)
def test_what_does_not_measure_the_same_is_not_ranked(by, field):
    value, words = UNLIKE[by][field]
    third = replace(ISHOEJ, name="Tredje", **{field: value})
    table = department_table([ISHOEJ, third, OTHER])
    with pytest.raises(InvalidInput) as refused:
        ranked(table, by)
    assert f"they differ in {words}. These measure the same: Ishøj, Nabo (" in str(refused.value)
    assert "; Tredje (" in str(refused.value)
    assert len(ranked([table[0], table[2]], by)) == 2


def test_the_refusal_says_in_danish_what_each_counts():
    table = department_table([ISHOEJ, replace(OTHER, unit=CaseUnit.FAMILY)])
    with pytest.raises(InvalidInput) as refused:
        ranked(table, Measure.CASELOAD)
    assert refused.value.message.da == (
        "afdelingerne kan ikke rangordnes: de er ikke ens, når det gælder sagsenheden. Disse "
        "måler det samme: Ishøj (børn, sagsbærende fuldtidsstillinger); Nabo (familier, "
        "sagsbærende fuldtidsstillinger)"
    )


def test_a_refusal_names_deadlines_and_laws_as_a_reader_knows_them():
    table = department_table([ISHOEJ, replace(OTHER, deadline="statute.care_plan")])
    with pytest.raises(InvalidInput) as refused:
        ranked(table, Measure.TIMELINESS)
    said = refused.value.message.da
    assert "Ishøj (børn, Børnefaglig undersøgelse afsluttet, regler fra 21. november 2014)" in said
    assert "statute." not in said


def test_a_load_that_nobody_knows_is_not_ranked():
    with pytest.raises(InvalidInput, match="not known of Nabo"):
        ranked(department_table([ISHOEJ, replace(OTHER, load=None)]), Measure.LOAD)


@pytest.mark.parametrize("by", Measure)
def test_equal_numbers_share_a_place_and_say_so(by):
    better, one, other, worse = (
        replace(ISHOEJ, name=name, open_cases=cases, load=Fraction(load), in_time=in_time, due=40)
        for name, cases, load, in_time in (
            ("A", 400, "0.8", 36),
            ("B", 500, "0.9", 30),
            ("C", 500, "0.9", 30),
            ("D", 600, "1.1", 20),
        )
    )
    found = ranked(department_table([worse, other, better, one]), by)
    assert [(each.row.figures.name, each.place, each.tied) for each in found] == [
        ("A", 1, False),
        ("B", 2, True),
        ("C", 2, True),
        ("D", 4, False),
    ]
    assert {(each.of, each.by) for each in found} == {(4, by)}


def test_few_cases_leave_every_place_open():
    table = department_table([replace(ISHOEJ, name=str(n), in_time=n, due=6) for n in (3, 4, 5, 6)])
    found = ranked(table, Measure.TIMELINESS)
    assert [each.place for each in found] == [1, 2, 3, 4]
    assert {(each.best, each.worst) for each in found} == {(1, 4)}


def test_many_cases_settle_the_places():
    table = department_table(
        [replace(ISHOEJ, name=str(n), in_time=100 * n, due=1000) for n in (5, 7, 9)]
    )
    found = ranked(table, Measure.TIMELINESS)
    assert [(each.best, each.worst) for each in found] == [(1, 1), (2, 2), (3, 3)]


@given(
    st.lists(st.integers(1, 80).flatmap(lambda due: st.tuples(st.integers(0, due), st.just(due)))),
    st.sampled_from(Measure),
)
def test_a_place_lies_among_those_left_open(counts, by):
    table = department_table(
        [
            replace(ISHOEJ, name=str(place), open_cases=due, in_time=in_time, due=due)
            for place, (in_time, due) in enumerate(counts)
        ]
    )
    found = ranked(table, by)
    assert len(found) == len(counts)
    for each in found:
        assert 1 <= each.best <= each.place <= each.worst <= len(counts)
    if by is Measure.TIMELINESS and len(counts) == 2:
        settled = found[0].worst == 1
        p_value = fisher_p_value(*counts[0], *counts[1])
        # Newcombe's interval and Fisher's test are not the same; far apart they agree.
        assert not (settled and p_value > 0.2)
        assert settled or p_value > 0.001


def test_the_same_name_twice_and_no_posts_are_refused():
    with pytest.raises(InvalidInput):
        department_table([ISHOEJ, ISHOEJ])
    with pytest.raises(InvalidInput):
        replace(ISHOEJ, fte=Fraction(0))
