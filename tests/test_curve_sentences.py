"""The curve in words: what rises, what does not, and no more than the numbers carry."""

from dataclasses import replace
from fractions import Fraction

import pytest
from small_department import fixed, small_department

from capacity.errors import InvalidInput
from capacity.rulebook import rulebook
from capacity.wording import Text
from simulations.estimates import Estimate
from simulations.questions import headline_question
from simulations.sentences import Load, curve_sentence, load, load_sentence
from simulations.staffing import CurvePoint, StaffingCurve


def point(extra: str, share: float, base: float, error: float = 0.0) -> CurvePoint:
    moved = share - base
    return CurvePoint(
        extra_fte=Fraction(extra),
        case_fte=Fraction(3) + Fraction(extra),
        share_in_time=Estimate(value=share, low=share - error, high=share + error),
        year_low=share - 0.05,
        year_high=min(1.0, share + 0.05),
        difference=Estimate(value=moved, low=moved - error, high=moved + error),
        mean_days_late=10.0,
        days_late_90=30,
        in_time=710,
        due=1000,
        not_yet_due=300,
        not_required=10,
        stock_in_time=0.9,
    )


def curve(
    *points: CurvePoint, reachable: float = 1.0, precision: str | None = None, precise: bool = True
) -> StaffingCurve:
    first = points[0]
    base = first.share_in_time.value - first.difference.value
    asked = None if precision is None else Fraction(precision)
    return StaffingCurve(
        question=replace(headline_question(small_department()), precision=asked),
        points=points,
        without_extra=point("0", base, base, first.share_in_time.high - first.share_in_time.value),
        reachable=reachable,
        replications=16384,
        precise=precise,
        model_version="1",
        rules_version="r",
    )


def sentence(*points: CurvePoint) -> Text:
    return curve_sentence(curve(*points), rulebook())


def test_a_rise_is_told_from_and_to_in_this_model():
    told = sentence(point("0", 0.71, 0.71), point("2", 0.83, 0.71))
    assert told.da.startswith(
        "To ekstra fuldtidsstillinger løfter rettidigheden i prøve for fristen ”Børnefaglig "
        "undersøgelse afsluttet” fra 71 % til 83 % i denne model og med disse antagelser."
    )
    assert told.en.startswith("Two extra full-time posts raise timeliness in sample for")


def test_one_extra_post_is_singular():
    told = sentence(point("1", 0.83, 0.71))
    assert told.da.startswith("Én ekstra fuldtidsstilling løfter")
    assert told.en.startswith("One extra full-time post raises")


@pytest.mark.parametrize(
    ("extra", "danish", "english"),
    [
        ("0.5", "En halv ekstra fuldtidsstilling løfter", "Half an extra full-time post raises"),
        ("1.5", "1,5 ekstra fuldtidsstillinger løfter", "1.5 extra full-time posts raise"),
        ("0.25", "0,25 ekstra fuldtidsstillinger løfter", "0.25 extra full-time posts raise"),
        ("12", "Tolv ekstra fuldtidsstillinger løfter", "Twelve extra full-time posts raise"),
        ("13", "13 ekstra fuldtidsstillinger løfter", "13 extra full-time posts raise"),
    ],
)
def test_posts_are_counted_as_people_say_them(extra: str, danish: str, english: str):
    told = sentence(point(extra, 0.83, 0.71))
    assert told.da.startswith(danish)
    assert told.en.startswith(english)


def test_a_difference_that_may_be_none_is_not_called_a_rise():
    told = sentence(point("1", 0.72, 0.71, error=0.02))
    assert "ændrer ikke rettidigheden" in told.da
    assert "løfter" not in told.da
    assert "does not change timeliness" in told.en


def test_a_difference_that_vanishes_in_the_rounding_is_not_called_a_rise():
    told = sentence(point("1", 0.693, 0.688, error=0.001))
    assert "flytter rettidigheden" in told.da
    assert "mindre end et procentpoint" in told.da
    assert "moves timeliness" in told.en


def test_a_fall_is_called_a_fall():
    assert "sænker rettidigheden" in sentence(point("1", 0.6, 0.7)).da


def test_at_the_ceiling_there_is_nothing_to_raise():
    told = sentence(point("0", 1, 1), point("1", 1, 1), point("6", 1, 1))
    assert "100 % i denne model" in told.da
    assert "intet at løfte" in told.da
    assert "Seks" not in told.da


def test_more_that_gives_no_more_is_said():
    told = sentence(point("1", 0.951, 0.7), point("6", 0.954, 0.7))
    assert "Seks ekstra fuldtidsstillinger giver ikke mere end 95 %." in told.da


def test_a_share_that_more_replications_could_move_is_called_about():
    told = sentence(point("1", 0.83, 0.71, error=0.03))
    assert "fra omkring 71 % til omkring 83 %" in told.da
    assert "from about 71% to about 83%" in told.en


def test_without_extra_levels_only_the_present_is_told():
    assert sentence(point("0", 0.71, 0.71)).en.startswith("Without extra staff timeliness in")


def test_single_years_and_unknown_inputs_are_always_said():
    told = sentence(point("0", 0.71, 0.71), point("1", 0.83, 0.71))
    assert "uden ekstra mellem 66 % og 76 %" in told.da
    assert "ikke opgjort" in told.da


def test_a_load_above_one_says_how_fast_the_pile_grows_and_what_stops_it():
    heavy = Load(
        year=2024, demand=Fraction(4000), supply=Fraction(3000), hours_per_post=Fraction(1500)
    )
    told = load_sentence(heavy)
    assert "vokser med 1.000 timers arbejde om året" in told.da
    assert "0,67 fuldtidsstillinger standser væksten" in told.da
    assert "grows by 1,000 hours" in told.en


def test_the_load_is_arrivals_times_effort_over_the_hours_of_the_year():
    question = headline_question(small_department(effort_hours=fixed("40")))
    found = load(question, rulebook())
    assert found.demand == 100 * 40
    assert found.supply == 3 * found.hours_per_post


def test_a_team_without_hours_has_no_load():
    empty = headline_question(small_department(caseworkers=0))
    found = load(empty, rulebook())
    with pytest.raises(InvalidInput, match="no hours"):
        _ = found.share
    assert "0 hours for cases" in load_sentence(found).en


def test_no_work_and_no_hours_is_said_without_a_fault():
    idle = replace(load(headline_question(small_department()), rulebook()), demand=Fraction(0))
    assert "0,0 %" in load_sentence(idle).da


def test_a_precision_that_was_not_reached_is_said():
    widest = point("0", 0.71, 0.71, error=0.014)
    told = curve_sentence(curve(widest, precision="0.01", precise=False), rulebook())
    assert "nåede ±1,4 procentpoint efter 16.384 gentagelser og ikke de ±1, der" in told.da
    assert "reached ±1.4 percentage points after 16,384 replications and not the ±1" in told.en


def test_a_precision_that_was_nearly_reached_has_the_digits_that_tell():
    widest = point("0", 0.71, 0.71, error=0.01004)
    told = curve_sentence(curve(widest, precision="0.01", precise=False), rulebook())
    assert "nåede ±1,004 procentpoint" in told.da


@pytest.mark.parametrize("precision", [None, "0.02"])
def test_a_precision_that_was_reached_is_no_news(precision: str | None):
    told = curve_sentence(curve(point("0", 0.71, 0.71), precision=precision), rulebook())
    assert "±" not in told.da


def test_the_share_that_no_staffing_can_reach_is_said():
    told = curve_sentence(curve(point("0", 0.5, 0.5), reachable=0.8), rulebook())
    assert "højst 80 % kan nås, uanset bemanding" in told.da
    assert "uanset bemanding" not in sentence(point("0", 0.5, 0.5)).da
