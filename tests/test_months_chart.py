"""Charts of months and of columns: every mark where its value is, and nothing drawn of nothing."""

import re
from datetime import date
from xml.etree import ElementTree

import pytest
from markupsafe import Markup

from api.columns_chart import Column, Edge, columns_chart
from api.months_chart import Moment, Months, Point, months_chart

DAYS = [date(2026, month, 1) for month in (1, 2, 3, 4)]
WORDS = ("title", "what it shows", "upward")


def marks(chart: Markup, kind: str) -> list[ElementTree.Element]:
    root = ElementTree.fromstring(chart)
    return [each for each in root.iter() if kind in each.get("class", "").split()]


def drawn(*values: float | None, **given) -> Markup:
    after = [Point(value=each, low=each and each / 2, high=each and each * 1.1) for each in values]
    before = [Point(value=0.5, low=0.4, high=0.6)] * len(after)
    found = Months(days=DAYS[: len(after)], before=before, after=after, of_a_whole=True, **given)
    return months_chart(found, name="n", words=WORDS, language="da")


def places(shape: ElementTree.Element) -> list[tuple[float, float]]:
    return [
        (float(left), float(top))
        for left, top in re.findall(r"([\d.-]+),([\d.-]+)", shape.get("points", ""))
    ]


def test_a_higher_share_is_drawn_higher_and_a_later_month_further_on():
    (curve,) = marks(drawn(0.2, 0.9, 0.5, 0.7), "curve")
    found = places(curve)
    assert [x for x, _ in found] == sorted(x for x, _ in found)
    (_, first), (_, second), (_, third), _ = found
    assert first > third > second
    dots = marks(drawn(0.2, 0.9, 0.5, 0.7), "dot")
    assert [(float(each.get("cx", "")), float(each.get("cy", ""))) for each in dots] == found


def test_a_month_of_which_nothing_is_known_parts_the_line():
    curves = marks(drawn(0.2, None, 0.5, 0.7), "curve")
    assert [len(places(each)) for each in curves] == [1, 2]
    assert len(marks(drawn(0.2, None, 0.5, 0.7), "dot")) == 3


def test_a_band_holds_its_line():
    (band,), (curve,) = (marks(drawn(0.2, 0.9, 0.5, 0.7), kind) for kind in ("year", "curve"))
    ends = places(band)
    upper, lower = ends[:4], list(reversed(ends[4:]))
    for (_, high), (_, middle), (_, low) in zip(upper, places(curve), lower, strict=True):
        assert high <= middle <= low


def test_without_a_change_there_is_one_solid_line():
    before = [Point(value=10.0, low=8.0, high=12.0)] * 3
    chart = months_chart(Months(days=DAYS[:3], before=before), name="n", words=WORDS, language="en")
    assert len(marks(chart, "curve")) == 1
    assert not marks(chart, "other")
    assert not marks(chart, "other-year")


def test_a_day_to_point_out_has_its_name_and_one_outside_is_not_drawn():
    moments = (
        Moment(on=date(2026, 2, 1), name="ansat"),
        Moment(on=date(2027, 2, 1), name="senere"),
    )
    chart = drawn(0.2, 0.9, 0.5, 0.7, moments=moments)
    assert [each.text for each in marks(chart, "moment")] == ["ansat"]
    (line,) = marks(chart, "chosen")
    (curve,) = marks(chart, "curve")
    assert float(line.get("x1", "")) == places(curve)[1][0]


def test_columns_are_as_high_as_they_say_and_the_filled_are_filled():
    columns = [
        Column(below=str(n), above=str(n), height=float(n), stands_out=n == 3) for n in range(4)
    ]
    chart = columns_chart(
        columns, name="n", words=("t", "d", "across", "up"), edge=Edge(before=3, name="fristen")
    )
    (full,) = marks(chart, "column-full")
    others = marks(chart, "column")
    heights = [float(each.get("height", "")) for each in others]
    assert len(heights) == 2  # nothing is drawn of none
    assert float(full.get("height", "")) == pytest.approx(3 * heights[0], rel=0.01)
    assert heights[1] == pytest.approx(2 * heights[0], rel=0.01)
    (edge,) = marks(chart, "target")
    assert float(others[-1].get("x", "")) < float(edge.get("x1", "")) < float(full.get("x", ""))
