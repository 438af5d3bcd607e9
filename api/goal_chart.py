"""What a target takes, in pictures: how often each level meets it, and what each post gives.

(da: målets figurer.)
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from markupsafe import Markup

from api.charts import WIDTH, Scale, line, picture, rectangle, ticks, word
from capacity.units import exact
from capacity.wording import Language, in_full, percent, shown

_LEFT, _RIGHT, _TOP, _BOTTOM = 80, WIDTH - 30, 34, 262


@dataclass(frozen=True, slots=True, kw_only=True)
class Chance:
    """A level of extra staff, and in how many of the years the target was met (da: niveau)."""

    extra_fte: Fraction
    share: float
    low: float
    high: float
    is_least: bool


def chance_chart(
    levels: Sequence[Chance],
    *,
    certainty: Fraction,
    words: tuple[str, str, str, str],
    certainty_label: str,
    language: Language,
) -> Markup:
    """Draw how often a single year meets the target at each level tried (da: sikkerhedskurve).

    The least has a ring. `words` are the title, the description and what the two axes are called.
    """
    title, text, across, upward = words
    points = sorted(levels, key=lambda each: each.extra_fte)
    along = ticks(float(points[-1].extra_fte) or 1.0)
    x, y = Scale(0, along[-1], _LEFT, _RIGHT), Scale(0, 1, _BOTTOM, _TOP)
    places = " ".join(f"{x(each.extra_fte)},{y(each.share)}" for each in points)
    shapes = [
        word("small start", 4, 16, upward),
        *_shares(y, language),
        *(word("small middle", x(mark), 282, in_full(exact(mark), language)) for mark in along),
        word("small middle", (_LEFT + _RIGHT) / 2, 304, across),
        line("target", 50, y(certainty), WIDTH - 8, y(certainty)),
        word("small start", 54, y(certainty) - 5, certainty_label),
        Markup('<polyline class="curve" points="{}"/>').format(places),
    ]
    for each in points:
        shapes += _chance(each, x, y, language)
    return picture(name="chance", title=title, text=text, height=312, shapes=shapes)


def _shares(y: Scale, language: Language) -> list[Markup]:
    marks = [Fraction(n, 4) for n in range(5)]
    lines = [
        line("axis" if mark == 0 else "grid", 50, y(mark), WIDTH - 8, y(mark)) for mark in marks
    ]
    return [
        *lines,
        *(word("small end", 44, y(mark) + 4, percent(mark, language)) for mark in marks),
    ]


def _chance(each: Chance, x: Scale, y: Scale, language: Language) -> list[Markup]:
    left, low, high = x(each.extra_fte), y(each.low), y(each.high)
    shapes = [
        line("error", left, low, left, high),
        *(line("error", left - 5, end, left + 5, end) for end in (low, high)),
        Markup('<circle class="dot" cx="{}" cy="{}" r="4.5"/>').format(left, y(each.share)),
    ]
    if each.is_least:
        ring = Markup('<circle class="ring" cx="{}" cy="{}" r="9"/>')
        shapes.append(ring.format(left, y(each.share)))
    near_the_top = y(each.share) < y(0.9)
    at = low + 20 if near_the_top else high - 8
    shapes.append(word("strong middle", left, at, percent(exact(each.share), language)))
    return shapes


@dataclass(frozen=True, slots=True, kw_only=True)
class Gain:
    """What one more post gives in a year, with its simulation error (da: udbytte)."""

    name: str
    value: float
    low: float
    high: float
    is_seen: bool


def gain_chart(gains: Sequence[Gain], *, words: tuple[str, str, str], language: Language) -> Markup:
    """Draw how many deadlines more each further post keeps in a year (da: marginal værdi).

    One that the model cannot tell from nothing has a broken outline.
    """
    title, text, upward = words
    most = max(max(each.high for each in gains), 0.1)
    least = min(0.0, *(each.low for each in gains))
    marks = ticks(most)
    y = Scale(min(least, 0.0), marks[-1], _BOTTOM, _TOP)
    step = (_RIGHT - 50) / len(gains)
    width = min(step * 0.6, 56)
    shapes = [word("small start", 4, 16, upward)]
    for mark in marks:
        shapes.append(line("axis" if mark == 0 else "grid", 50, y(mark), WIDTH - 8, y(mark)))
        shapes.append(word("small end", 44, y(mark) + 4, in_full(exact(mark), language)))
    for number, each in enumerate(gains):
        middle = round(50 + step * (number + 0.5), 1)
        top, bottom = sorted((y(each.value), y(0)))
        low, high = y(each.low), y(each.high)
        shapes += [
            rectangle(
                "band" if each.is_seen else "year", middle - width / 2, top, width, bottom - top
            ),
            line("error", middle, low, middle, high),
            *(line("error", middle - 5, end, middle + 5, end) for end in (low, high)),
            word(
                "strong middle", middle, high - 8, shown(exact(each.value), _digits(each), language)
            ),
            word("small middle", middle, _BOTTOM + 20, each.name),
        ]
    return picture(name="gain", title=title, text=text, height=_BOTTOM + 32, shapes=shapes)


def _digits(each: Gain) -> int:
    """Whole deadlines where there are any, else a tenth of one."""
    return 0 if abs(each.value) >= 1 else 1
