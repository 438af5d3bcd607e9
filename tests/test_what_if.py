"""What if: both sides on the same luck, sharper as replications arrive, and the last one plain."""

from dataclasses import replace
from datetime import date
from fractions import Fraction

import pytest
from small_department import small_department
from test_mix_band import inputs

from capacity.changes import with_effort, with_inputs
from capacity.fit import Fit
from capacity.rulebook import rulebook
from capacity.wording import Text
from simulations.comparison import compare
from simulations.input_band import REPLICATIONS as INPUT_REPLICATIONS
from simulations.input_band import possible_departments
from simulations.questions import StaffingQuestion, headline_question
from simulations.staffing import staffing_curve
from simulations.what_if import Runs, WhatIf, what_if_sentence, what_ifs
from simulations.what_if_left_open import Sides, what_if_band

BOOK = rulebook()
REPLICATIONS = 128


def asked(levels: str = "0;2", effort: str = "1") -> StaffingQuestion:
    department = with_effort(
        small_department(arrivals_per_year="160", on=date(2023, 1, 2)), Fraction(effort), None
    )
    return replace(
        headline_question(department),
        extra_fte=tuple(Fraction(each) for each in levels.split(";")),
        replications=REPLICATIONS,
    )


def answers(effort: str = "1", chosen: int = 2):
    before, after = Runs(asked("0"), BOOK), Runs(asked("0;1;2", effort), BOOK)
    return list(what_ifs(before, after, after, Fraction(chosen), replications=REPLICATIONS))


def test_answers_come_after_32_64_and_all_replications_and_the_last_says_so():
    found = answers()
    assert [each.replications for each in found] == [32, 64, 128]
    assert [each.is_final for each in found] == [False, False, True]


def test_the_last_answer_is_that_of_the_curve():
    (*_, last) = answers()
    curve = staffing_curve(asked("0;1;2"), BOOK)
    assert last.curve.points == curve.points
    assert last.after == curve.points[2]
    assert last.before == curve.without_extra
    assert last.difference == curve.points[2].difference


def test_the_difference_is_that_of_two_departments_compared_on_the_same_luck():
    (*_, last) = answers(effort="0.9", chosen=0)
    before, after = asked(), asked(effort="0.9")
    compared = compare(
        before.department,
        after.department,
        before.from_,
        before.to,
        BOOK,
        replications=REPLICATIONS,
    )
    (row,) = [each for each in compared.deadlines if each.deadline == before.deadline]
    assert last.difference == row.difference
    assert (last.year_low, last.year_high) == (row.year_low, row.year_high)
    assert last.difference.value > 0


def test_an_answer_before_the_last_has_the_wider_interval():
    *partial, last = answers()
    widths = [each.difference.high - each.difference.low for each in (*partial, last)]
    assert widths == sorted(widths, reverse=True)


def test_what_has_been_run_is_not_run_again(monkeypatch):
    before, after = Runs(asked("0"), BOOK), Runs(asked(), BOOK)
    first = list(what_ifs(before, after, after, Fraction(2), replications=REPLICATIONS))

    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("run again")

    monkeypatch.setattr("simulations.what_if.run", refuse)
    again = list(what_ifs(before, after, after, Fraction(2), replications=REPLICATIONS))
    assert again == first


def test_a_level_that_is_not_drawn_is_what_it_would_be_on_the_curve():
    before, curve = Runs(asked("0"), BOOK), Runs(asked("0;1"), BOOK)
    (*_, apart) = what_ifs(
        before, curve, Runs(asked("2"), BOOK), Fraction(2), replications=REPLICATIONS
    )
    (*_, on_it) = answers()
    assert (apart.after, apart.difference) == (on_it.after, on_it.difference)
    assert [each.extra_fte for each in apart.curve.points] == [0, 1]


@pytest.mark.parametrize(
    ("effort", "chosen", "titles", "da", "en"),
    [
        ("1", 2, (), "To ekstra fuldtidsstillinger løfter", "Two extra full-time posts raise"),
        ("1", 1, (), "Én ekstra fuldtidsstilling løfter", "One extra full-time post raises"),
        (
            "1.2",
            0,
            (Text(da="tidsforbrug pr. sag +20 %", en="effort per case +20%"),),
            "Tidsforbrug pr. sag +20 % sænker",
            "Effort per case +20% lowers",
        ),
        ("1", 0, (), "Som det er, er rettidigheden", "As it is, timeliness"),
        (
            "1",
            0,
            (Text(da="et kursus", en="a course"),),
            "Et kursus ændrer ikke",
            "A course makes no difference",
        ),
    ],
)
def test_the_sentence_says_what_is_changed_and_what_it_does(effort, chosen, titles, da, en):
    (*_, last) = answers(effort, chosen)
    said = what_if_sentence(last, titles, BOOK)
    assert said.da.startswith(da)
    assert said.en.startswith(en)
    assert "i et gennemsnitligt år" in said.da


SETS = (inputs("0.8"), inputs("1.3", inflow="1.1"))


def sides(question: StaffingQuestion) -> Sides:
    return replace(question, extra_fte=(Fraction(0),)), replace(question, extra_fte=(Fraction(2),))


def test_both_sides_under_every_set_of_inputs_are_the_band():
    history = Fit(
        from_=date(2022, 1, 1), seen_on=date(2023, 12, 31), cases=190, inputs=(), possible=SETS
    )
    question = replace(asked(), department=replace(asked().department, fit=history))
    department = question.department

    def answered(of: StaffingQuestion) -> WhatIf:
        before, after = (Runs(each, BOOK) for each in sides(of))
        *_, last = what_ifs(before, after, after, Fraction(2), replications=INPUT_REPLICATIONS)
        return last

    found = answered(question)
    possible = [
        sides(replace(question, department=each)) for each in possible_departments(department)
    ]
    band = what_if_band(found, possible, BOOK)
    per_set = [
        answered(replace(question, department=with_inputs(asked().department, each)))
        for each in SETS
    ]
    for ends, values in (
        (band.before, [each.before.share_in_time.value for each in per_set]),
        (band.after, [each.after.share_in_time.value for each in per_set]),
        (band.difference, [each.difference.value for each in per_set]),
    ):
        assert ends == pytest.approx((min(values), max(values)), abs=1e-12)
        assert ends[0] < ends[1]
    assert (band.sets, band.confidence) == (len(SETS), history.confidence)


def test_without_a_fit_there_is_no_band():
    (*_, last) = answers()
    assert what_if_band(last, [], BOOK) is None
    assert what_if_band(last, [sides(asked())], BOOK) is None
