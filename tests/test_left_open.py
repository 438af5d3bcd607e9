"""What history leaves open of the least staff, a post more, fuller work, a stress, what is due."""

from dataclasses import replace
from datetime import date
from fractions import Fraction

import pytest
from small_department import small_department
from test_mix_band import inputs

from capacity.caseworker import AbsenceReason
from capacity.changes import with_inputs
from capacity.department import Department
from capacity.fit import Fit, TeamInputs
from capacity.rulebook import rulebook
from capacity.wording import Text, percent
from simulations.forecast import falling_due, falling_due_replications
from simulations.input_band import REPLICATIONS
from simulations.least_staff import LeastStaff, expansion, least_staff, marginal_value
from simulations.left_open import (
    due_bands,
    first_post_sentence,
    fuller_work_band,
    fuller_work_sentence,
    least_staff_band,
    least_staff_band_sentence,
    step_bands,
    stress_bands,
)
from simulations.questions import StaffingQuestion
from simulations.sentences import NOT_QUANTIFIED
from simulations.stress import Away, Follow, Stress, StressTest, stress

Sets = tuple[tuple[TeamInputs, ...], ...]
BOOK = rulebook()
TEAM, DEADLINE = "assessment", "statute.child_assessment"
SETS: Sets = (inputs("0.7"), inputs("1.4", inflow="1.1"))
SAME: Sets = (inputs(), inputs(), inputs())
AWAY = StressTest(
    label=Text(da="én væk", en="one away"),
    shocks=(Away(people=1, reason=AbsenceReason.LONG_SICKNESS, from_=date(2024, 3, 1), days=120),),
)
FOLLOW = Follow(to=date(2025, 1, 1), replications=REPLICATIONS)
DAYS = (60, 200)


def department(possible: Sets | None) -> Department:
    plain = small_department(arrivals_per_year="150", ages_days=(100, 60, 10))
    if possible is None:
        return plain
    history = Fit(
        from_=date(2022, 1, 1),
        seen_on=date(2023, 12, 31),
        cases=190,
        inputs=(),
        possible=possible,
    )
    return replace(plain, fit=history)


def under(number: int) -> Department:
    return with_inputs(department(None), SETS[number])


def least(of: Department, replications: int = REPLICATIONS, most: int = 6) -> LeastStaff:
    asked = StaffingQuestion(
        department=of,
        team=TEAM,
        deadline=DEADLINE,
        from_=of.on,
        to=date(2025, 1, 1),
        replications=replications,
    )
    return least_staff(
        asked, Fraction(9, 10), Fraction(8, 10), BOOK, step=Fraction(1, 2), most=Fraction(most)
    )


def stressed(of: Department, follow: Follow = FOLLOW) -> Stress:
    return stress(of, TEAM, AWAY, BOOK, follow)


@pytest.mark.parametrize("possible", [None, ()])
def test_without_sets_nothing_is_quantified(possible: Sets | None) -> None:
    of = department(possible)
    answer = least(of)
    assert least_staff_band(answer, BOOK) is None
    assert least_staff_band_sentence(None, answer) is NOT_QUANTIFIED
    assert step_bands(marginal_value(answer.question, BOOK, up_to=1), BOOK) is None
    assert stress_bands(stressed(of), BOOK) is None
    assert due_bands(of, falling_due(of, BOOK, DAYS), BOOK, DAYS) is None


def test_the_least_staff_reaches_from_the_lightest_cases_to_the_heaviest() -> None:
    answer, told = least(department(SETS)), list[int]()
    band = least_staff_band(answer, BOOK, on_progress=told.append)
    light, heavy = (least(under(number)) for number in range(2))
    assert band is not None
    assert answer.found is not None
    assert light.found is not None
    assert heavy.found is not None
    assert light.found.extra_fte < answer.found.extra_fte < heavy.found.extra_fte
    assert (band.low, band.high) == (light.found.extra_fte, heavy.found.extra_fte)
    assert (band.enough_in, band.sets) == (1, 2)
    levels = sum(len(each.tried) for each in (answer, light, heavy))
    assert told[-1] == levels * REPLICATIONS
    assert told == sorted(told)
    said = least_staff_band_sentence(band, answer)
    assert said.da.startswith("Det, historikken lader stå åbent")
    assert "(2 mulige sæt)" in said.da
    assert said.da.endswith("ekstra er nok i 1 af sættene.")
    assert said.en.endswith("is enough in 1 of the sets.")


def test_least_staff_that_is_not_found_under_some_set_is_above_the_most() -> None:
    answer = least(department(SETS), most=1)
    assert answer.found is not None
    assert least(under(1), most=1).found is None
    band = least_staff_band(answer, BOOK)
    assert band is not None
    assert band.high is None
    assert "og op over 1 (90 %-bånd)" in least_staff_band_sentence(band, answer).da


def test_sets_equal_to_the_own_inputs_leave_nothing_open() -> None:
    of = department(SAME)
    answer = least(of, replications=128)
    band = least_staff_band(answer, BOOK)
    assert band is not None
    assert answer.found is not None
    assert (band.low, band.high, band.enough_in) == (*[answer.found.extra_fte] * 2, 3)
    found = stressed(of, replace(FOLLOW, replications=128))
    bands = stress_bands(found, BOOK)
    assert bands is not None
    for month, ends in zip(found.months, bands, strict=True):
        if month.difference is None:
            assert ends is None
        else:
            assert ends == pytest.approx((month.difference.value,) * 2, abs=1e-12)
    rows = falling_due(of, BOOK, DAYS, replications=128)
    due = due_bands(of, rows, BOOK, DAYS)
    assert due is not None
    for row, each in zip(rows, due, strict=True):
        assert each.new_due == pytest.approx((row.new_due,) * 2, abs=1e-9)
        assert each.share_in_time == pytest.approx((row.share_in_time,) * 2, abs=1e-12)


def test_what_a_post_more_gives_under_every_set_is_its_band() -> None:
    answer, told = marginal_value(least(department(SETS)).question, BOOK, up_to=2), list[int]()
    bands = step_bands(answer, BOOK, on_progress=told.append)
    assert bands is not None
    assert told == sorted(told)
    assert told[-1] == (1 + len(SETS)) * REPLICATIONS
    per_set = [marginal_value(least(under(n)).question, BOOK, up_to=2).steps for n in range(2)]
    for ends, *steps in zip(bands, *per_set, strict=True):
        told_of = [each.difference.value for each in steps]
        assert ends == pytest.approx((min(told_of), max(told_of)), abs=1e-12)
        assert ends[0] < ends[1]


@pytest.mark.parametrize(("target", "holds"), [("0.99", (False, False)), ("0.9", (False, True))])
def test_where_fuller_work_fails_a_target_under_every_set_is_its_band(
    target: str, holds: tuple[bool, bool]
) -> None:
    of, told = least(department(SETS)).question, list[int]()
    answer = expansion(of, Fraction(target), BOOK, extra_fte=Fraction(2))
    band = fuller_work_band(answer, BOOK, on_progress=told.append)
    assert band is not None
    assert told == sorted(told)
    per_set = [
        expansion(
            least(under(number)).question, Fraction(target), BOOK, extra_fte=Fraction(2)
        ).fails_from
        for number in range(2)
    ]
    beyond = Fraction(21, 20)
    ends = sorted(beyond if each is None else each for each in per_set)
    assert (band.low, band.high) == tuple(None if each == beyond else each for each in ends)
    assert ends[0] < ends[1]
    assert (band.low is None, band.high is None) == holds
    said = fuller_work_sentence(band, answer)
    assert f"mellem {percent(ends[0], 'da')} og" in said.da
    assert ("mere end alle af de ekstra timer" in said.da) == holds[1]


def test_without_a_fit_nothing_is_said_of_a_post_more_and_of_fuller_work() -> None:
    of = least(department(None)).question
    answer = expansion(of, Fraction(1, 2), BOOK, extra_fte=Fraction(2))
    assert fuller_work_band(answer, BOOK) is None
    assert fuller_work_sentence(None, answer) is NOT_QUANTIFIED
    values = marginal_value(of, BOOK, up_to=1)
    assert first_post_sentence(None, values) is NOT_QUANTIFIED


def test_a_stress_under_every_set_is_its_band() -> None:
    of = department(SETS)
    found, told = stressed(of), list[int]()
    bands = stress_bands(found, BOOK, on_progress=told.append)
    assert bands is not None
    assert len(bands) == len(found.months)
    assert told == sorted(told)
    assert told[-1] == 2 * (1 + len(SETS)) * REPLICATIONS
    assert any(ends is not None and ends[0] < ends[1] for ends in bands)
    per_set = [stressed(under(number)).months for number in range(2)]
    for ends, *months in zip(bands, *per_set, strict=True):
        told = [each.difference.value for each in months if each.difference is not None]
        assert ends == (pytest.approx((min(told), max(told)), abs=1e-12) if told else None)


def test_what_falls_due_under_every_set_is_its_band() -> None:
    of = department(SETS)
    rows, told = falling_due(of, BOOK, DAYS, seed=3), list[int]()
    bands = due_bands(of, rows, BOOK, DAYS, seed=3, on_progress=told.append)
    assert bands is not None
    assert told == sorted(told)
    assert told[-1] == (1 + len(SETS)) * falling_due_replications(of, REPLICATIONS)
    per_set = [falling_due(under(number), BOOK, DAYS, seed=3) for number in range(2)]
    for band, *of_sets in zip(bands, *per_set, strict=True):
        new = [each.new_due for each in of_sets]
        assert band.new_due == pytest.approx((min(new), max(new)), abs=1e-9)
        shares = [each.share_in_time for each in of_sets if each.share_in_time is not None]
        assert band.share_in_time == pytest.approx((min(shares), max(shares)), abs=1e-12)
    assert bands[-1].new_due[0] < bands[-1].new_due[1]
    assert bands[-1].share_in_time is not None
    assert bands[-1].share_in_time[0] < bands[-1].share_in_time[1]
