"""The charts of Goal and Compare: what is printed adds up, and lies where its axis says."""

import itertools
from decimal import Decimal
from fractions import Fraction
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup

from api.comparison_chart import Mark, comparison_chart
from api.goal_chart import Chance, Gain, chance_chart, gain_chart
from api.waterfall_chart import Fall, waterfall_chart, with_rounding
from capacity.wording import rounded

WORDS = ("title", "what it shows")


def marks(chart: Markup, kind: str) -> list[ElementTree.Element]:
    drawn = ElementTree.fromstring(chart)
    return [each for each in drawn.iter() if kind in each.get("class", "").split()]


def texts(chart: Markup) -> list[str]:
    return [each.text or "" for each in ElementTree.fromstring(chart).iter("text")]


def printed(shares: list[float]) -> tuple[Fall, ...]:
    """A waterfall of a share before, what some changes add, and the share after, as printed."""
    *steps, after = [rounded(Fraction(share) * 100, 1) for share in shares]
    falls = [Fall(label="before", points=steps[0], stands=True)]
    falls += [Fall(label="change", points=each) for each in steps[1:]]
    return with_rounding([*falls, Fall(label="after", points=after, stands=True)], "rounding")


@given(st.floats(0, 1), st.lists(st.floats(-0.2, 0.2), min_size=1, max_size=6))
def test_what_a_waterfall_prints_adds_up_and_rounding_stays_small(before: float, adds: list[float]):
    falls = printed([before, *adds, before + sum(adds)])
    *steps, after = [each.points for each in falls]
    assert sum(steps, Decimal(0)) == after
    assert abs(falls[-2].points) <= Decimal("0.05") * (len(adds) + 2)


def test_each_bar_begins_where_the_one_before_it_ended():
    chart = waterfall_chart(printed([0.8, 0.1, -0.04, 0.86]), words=WORDS, language="da")
    up, down = marks(chart, "band")[0], marks(chart, "year")[0]
    up_ends = float(up.get("x", "")) + float(up.get("width", ""))
    down_begins = float(down.get("x", "")) + float(down.get("width", ""))
    assert up_ends == pytest.approx(down_begins, abs=0.2)
    stands = [float(each.get("x1", "")) for each in marks(chart, "marker")]
    assert stands[0] == pytest.approx(float(up.get("x", "")), abs=0.2)
    assert stands[1] == pytest.approx(float(down.get("x", "")), abs=0.2)
    for written in ("80,0 %", "+10,0", "−4,0", "0,0", "86,0 %"):
        assert written in texts(chart)


def test_a_better_plan_lies_further_right_and_today_has_the_ring():
    def mark(name: str, share: float, *, is_today: bool = False) -> Mark:
        return Mark(name=name, share=share, low=share - 0.01, high=share + 0.01, is_today=is_today)

    group = ("a deadline", [mark("today", 0.7, is_today=True), mark("A", 0.8), mark("B", 0.6)])
    chart = comparison_chart([group], words=WORDS, language="en")
    (ring,) = marks(chart, "ring")
    one, other = marks(chart, "dot")
    assert float(other.get("cx", "")) < float(ring.get("cx", "")) < float(one.get("cx", ""))
    assert [each for each in texts(chart) if each.endswith("%")][:3] == ["70%", "80%", "60%"]


def test_the_least_has_the_ring_and_more_staff_lies_further_right():
    levels = [
        Chance(extra_fte=Fraction(n), share=0.2 + 0.2 * n, low=0.1, high=0.9, is_least=n == 2)
        for n in (2, 0, 1)
    ]
    chart = chance_chart(
        levels,
        certainty=Fraction(1, 2),
        words=(*WORDS, "across", "upward"),
        certainty_label="certainty",
        language="da",
    )
    places = [(float(e.get("cx", "")), float(e.get("cy", ""))) for e in marks(chart, "dot")]
    assert all(a[0] < b[0] and a[1] > b[1] for a, b in itertools.pairwise(places))
    (ring,) = marks(chart, "ring")
    assert float(ring.get("cx", "")) == places[-1][0]
    (line,) = marks(chart, "target")
    assert places[1][1] > float(line.get("y1", "")) > places[2][1]


def test_a_gain_is_as_high_as_it_is_large_and_what_is_not_seen_is_broken():
    gains = [
        Gain(name="1.", value=8, low=7, high=9, is_seen=True),
        Gain(name="2.", value=2, low=-1, high=5, is_seen=False),
    ]
    chart = gain_chart(gains, words=(*WORDS, "upward"), language="da")
    (seen,), (unseen,) = marks(chart, "band"), marks(chart, "year")
    assert float(seen.get("height", "")) == pytest.approx(
        4 * float(unseen.get("height", "")), abs=0.5
    )
    bottoms = {float(e.get("y", "")) + float(e.get("height", "")) for e in (seen, unseen)}
    assert max(bottoms) - min(bottoms) < 0.2
