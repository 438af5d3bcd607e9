"""A plan taken apart in a picture: from the share before to the share after (da: vandfald).

What is printed adds up: what rounding leaves has a line of its own.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from math import ceil, floor

from markupsafe import Markup

from api.charts import WIDTH, Scale, line, picture, rectangle, word
from capacity.wording import Language, percent, shown

_ROW, _FIRST = 42, 22
_LEFT, _RIGHT = 12, WIDTH - 70
_MOST_SIGNS = 64
_MINUS = "\N{MINUS SIGN}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fall:
    """A step as it is printed: a share where it `stands`, else what it adds (da: trin).

    `points` are percentage points, rounded; the two ends are the step's simulation error.
    """

    label: str
    points: Decimal
    low: float | None = None
    high: float | None = None
    stands: bool = False


def with_rounding(falls: Sequence[Fall], label: str) -> tuple[Fall, ...]:
    """Put what rounding leaves before the last, so that all that is printed adds up.

    (da: afrunding.) The first and the last stand, those between add.

    >>> def fall(points, stands=False):
    ...     return Fall(label="", points=Decimal(points), stands=stands)
    >>> falls = [fall("85.2", True), fall("8.4"), fall("0.7"), fall("94.4", True)]
    >>> [str(each.points) for each in with_rounding(falls, "rounding")]
    ['85.2', '8.4', '0.7', '0.1', '94.4']
    """
    *others, last = falls
    left = last.points - sum((each.points for each in others), Decimal(0))
    return (*others, Fall(label=label, points=left), last)


def waterfall_chart(falls: Sequence[Fall], *, words: tuple[str, str], language: Language) -> Markup:
    """Draw each step where the one before it ended (da: vandfald).

    A share that stands is a line, for the axis does not begin at 0; a step is a bar, and its
    simulation error whiskers at its end.
    """
    title, text = words
    ends = _ends(falls)
    lowest = min(min(pair) for pair in ends)
    highest = max(max(pair) for pair in ends)
    first, last = 5 * floor(lowest / 5), 5 * ceil(highest / 5)
    x = Scale(first, max(last, first + 5), _LEFT, _RIGHT)
    height = _FIRST + _ROW * len(falls)
    shapes = [
        line("grid", x(mark), 4, x(mark), height - 8)
        for mark in range(first, max(last, first + 5) + 1, 5)
    ]
    tops = [_FIRST + _ROW * number for number in range(len(falls))]
    shapes += [
        line("chosen", x(at), top + 12, x(at), top + _ROW + 12)
        for top, (_, at) in zip(tops[:-1], ends, strict=False)
    ]
    for top, each, (begins, at) in zip(tops, falls, ends, strict=True):
        shapes += _fall(each, begins, at, top, x, language)
    marks = (first, max(last, first + 5))
    shapes += [
        word(f"small {side}", x(mark), height + 6, percent(Fraction(mark, 100), language))
        for mark, side in zip(marks, ("start", "end"), strict=True)
    ]
    return picture(name="waterfall", title=title, text=text, height=height + 14, shapes=shapes)


def _ends(falls: Sequence[Fall]) -> list[tuple[float, float]]:
    """From where to where each step reaches, in percentage points."""
    found, at = [], 0.0
    for each in falls:
        points = float(each.points)
        begins, at = (points, points) if each.stands else (at, at + points)
        found.append((begins, at))
    return found


def _fall(
    each: Fall, begins: float, ends: float, top: float, x: Scale, language: Language
) -> list[Markup]:
    label = each.label if len(each.label) <= _MOST_SIGNS else f"{each.label[: _MOST_SIGNS - 1]}…"
    value = Fraction(each.points)
    written = (
        percent(value / 100, language, 1)
        if each.stands
        else f"{'+' if value > 0 else ''}{shown(value, 1, language)}".replace("-", _MINUS)
    )
    shapes = [
        word("small start halo", 4, top, label),
        word("strong end", WIDTH - 4, top + 18, written),
    ]
    if each.stands:
        shapes.append(line("marker", x(ends), top + 6, x(ends), top + 24))
        return shapes
    left, right = sorted((x(begins), x(ends)))
    kind = "band" if value >= 0 else "year"
    shapes.append(rectangle(kind, left, top + 8, max(right - left, 1), 14))
    if each.low is not None and each.high is not None:
        low, high = (x(begins + end * 100) for end in (each.low, each.high))
        shapes.append(line("error", low, top + 15, high, top + 15))
        shapes += [line("error", end, top + 11, end, top + 19) for end in (low, high)]
    return shapes
