"""Charts: numbers land where their scale says, and every chart can be read out."""

import itertools
from fractions import Fraction
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup

from api.charts import Level, Scale, guideline_chart, interval_bar, staffing_chart, ticks

WORDS = ("title", "what it shows", "guideline")
CURVE_WORDS = ("title", "what it shows", "across", "upward")


def level(extra: str, share: float, spread: float = 0.02) -> Level:
    return Level(
        extra_fte=Fraction(extra),
        share=share,
        low=share - spread,
        high=share + spread,
        year_low=max(0.0, share - 5 * spread),
        year_high=min(1.0, share + 5 * spread),
    )


def drawn(chart: Markup) -> ElementTree.Element:
    return ElementTree.fromstring(chart)


def marks(chart: Markup, kind: str) -> list[ElementTree.Element]:
    return [each for each in drawn(chart).iter() if kind in each.get("class", "").split()]


def staffing(*levels: Level) -> Markup:
    return staffing_chart(levels, words=CURVE_WORDS, language="da")


def guideline(load: str) -> Markup:
    low, high = Fraction(20), Fraction(30)
    return guideline_chart(load=Fraction(load), low=low, high=high, words=WORDS, language="da")


@given(st.floats(0.01, 10_000))
def test_the_ticks_of_an_axis_are_evenly_spaced_and_reach_the_last_value(last: float):
    found = ticks(last)
    steps = [later - earlier for earlier, later in itertools.pairwise(found)]
    assert found[0] == 0
    assert found[-1] >= last > found[-2]
    assert max(steps) == pytest.approx(min(steps))
    assert len(found) <= 7


@given(st.floats(0, 100), st.floats(0, 100))
def test_a_larger_value_is_never_drawn_before_a_smaller(one: float, other: float):
    scale = Scale(0, 100, 10, 470)
    assert (scale(one) <= scale(other)) or one > other


def test_the_caseload_stands_beside_the_band_where_the_numbers_put_it():
    (band,) = marks(guideline("37.2"), "band")
    (marker,) = marks(guideline("37.2"), "marker")
    left, width = float(band.get("x", 0)), float(band.get("width", 0))
    per_case = width / 10
    assert float(marker.get("x1", 0)) == pytest.approx(left + 17.2 * per_case, abs=0.2)


def test_a_caseload_within_the_guideline_is_drawn_within_the_band():
    (band,), (marker,) = marks(guideline("25"), "band"), marks(guideline("25"), "marker")
    left, width = float(band.get("x", 0)), float(band.get("width", 0))
    assert float(marker.get("x1", 0)) == pytest.approx(left + width / 2, abs=0.1)


def test_a_higher_share_is_drawn_higher_up():
    lower, higher = marks(staffing(level("0", 0.7), level("1", 0.9)), "dot")
    assert float(higher.get("cy", 0)) < float(lower.get("cy", 0))


def test_whiskers_span_the_simulation_error_and_the_band_the_single_years():
    chart = staffing(level("0", 0.5, 0.05), level("1", 0.5, 0.05))
    whisker = marks(chart, "error")[0]
    y = Scale(0, 1, 262, 34)
    assert (float(whisker.get("y1", 0)), float(whisker.get("y2", 0))) == (y(0.45), y(0.55))
    (year,) = marks(chart, "year")
    heights = {float(place.split(",")[1]) for place in year.get("points", "").split()}
    assert heights == {y(0.25), y(0.75)}


def test_levels_are_drawn_in_order_whatever_the_order_asked():
    assert staffing(level("2", 0.9), level("0", 0.7)) == staffing(level("0", 0.7), level("2", 0.9))


def test_a_single_level_is_drawn_without_a_curve_to_nowhere():
    assert len(marks(staffing(level("0", 0.7)), "dot")) == 1


def test_shares_are_written_the_way_of_the_language():
    assert "70 %" in staffing(level("0", 0.7))


@pytest.mark.parametrize("chart", [guideline("37.2"), staffing(level("0", 1.0), level("6", 1.0))])
def test_a_chart_has_a_title_and_a_description_that_name_it(chart: Markup):
    picture = drawn(chart)
    named = [each.get("id") for each in picture if each.tag in ("title", "desc")]
    assert picture.get("role") == "img"
    assert picture.get("aria-labelledby", "").split() == named


def test_a_bar_says_its_interval_to_those_who_do_not_see_it():
    bar = drawn(interval_bar(0.33, 0.1, 0.7, "10–70 %"))
    assert bar.get("aria-label") == "10–70 %"
    (interval,) = (each for each in bar if each.get("class") == "interval")
    assert float(interval.get("width", 0)) == pytest.approx(0.6 * 132, abs=0.1)


def test_words_in_a_chart_cannot_be_markup():
    chart = guideline_chart(
        load=Fraction(25),
        low=Fraction(20),
        high=Fraction(30),
        words=("<b>", '"&', "<script>"),
        language="en",
    )
    assert "<script>" not in chart
    assert drawn(chart) is not None
