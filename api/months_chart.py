"""Months as a chart: a course with its band beside another without a change (da: forløbsfigur).

What would be is a solid line with dots and a pale band; what is, a dashed line between dotted ends:
nothing is told by colour alone.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from markupsafe import Markup

from api.charts import WIDTH, Scale, line, picture, ticks, word
from capacity.units import exact
from capacity.wording import Language, digits_of, percent, shown

_LEFT, _RIGHT = 56, WIDTH - 14
_TOP, _BOTTOM = 34, 238
_MONTH_NAMES = {
    "da": "jan feb mar apr maj jun jul aug sep okt nov dec".split(),
    "en": "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(),
}
_MOST_LABELS = 7
_LEAST_DUE = 1.0
"""A month in which fewer fall due on average has a share in the table alone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """A month's value, and from where to where a single course lies (da: punkt).

    All three are None in a month of which there is nothing to say.
    """

    value: float | None
    low: float | None = None
    high: float | None = None


def share_point(due: float, value: float | None, low: float | None, high: float | None) -> Point:
    """The share of a month in which so many fall due; of next to none nothing is drawn.

    (da: punkt for en andel.) The first and the last month may be a few days.

    >>> share_point(0.2, 0.05, 0.0, 1.0).value is None
    True
    """
    return Point(value=None) if due < _LEAST_DUE else Point(value=value, low=low, high=high)


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """A day to point out, and what it is called (da: mærkedag)."""

    on: date
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Months:
    """What a chart of months shows (da: forløb).

    `days` are where the points stand; `before` and `after` have one each, `after` empty where
    nothing is changed. With `of_a_whole` the values are shares of 0..1.
    """

    days: Sequence[date]
    before: Sequence[Point]
    after: Sequence[Point] = ()
    moments: Sequence[Moment] = ()
    target: Fraction | None = None
    of_a_whole: bool = False


def months_chart(
    found: Months, *, name: str, words: tuple[str, str, str], language: Language
) -> Markup:
    """Draw months (da: forløbsfigur); `words` are the title, the description and what is upward."""
    title, text, upward = words
    x = Scale(found.days[0].toordinal(), found.days[-1].toordinal(), _LEFT + 8, _RIGHT - 8)
    places = [x(day.toordinal()) for day in found.days]
    marks = _upward(found)
    y = Scale(0, marks[-1], _BOTTOM, _TOP)
    shapes = [
        word("small start", 4, 16, upward),
        *_axis(marks, y, found, language),
        *_month_names(found.days, places, language),
    ]
    only = not found.after
    main, other = (found.before, ()) if only else (found.after, found.before)
    shapes += [*_bands("year", main, places, y), *_bands("other-year", other, places, y)]
    shapes += [*_lines("other", other, places, y), *_lines("curve", main, places, y)]
    shapes += [
        Markup('<circle class="dot" cx="{}" cy="{}" r="3.2"/>').format(place, y(each.value))
        for place, each in zip(places, main, strict=True)
        if each.value is not None
    ]
    # Last, so that their names are read over whatever runs there.
    shapes += [*_moments(found, x), *_target(found, y, language)]
    return picture(name=name, title=title, text=text, height=_BOTTOM + 30, shapes=shapes)


def _upward(found: Months) -> tuple[float, ...]:
    if found.of_a_whole:
        return (0.0, 0.25, 0.5, 0.75, 1.0)
    values = [
        each
        for point in (*found.before, *found.after)
        for each in (point.value, point.high)
        if each is not None
    ]
    return ticks(max(values, default=1.0) or 1.0, about=5)


def _axis(marks: Sequence[float], y: Scale, found: Months, language: Language) -> Iterator[Markup]:
    for mark in marks:
        yield line("axis" if mark == 0 else "grid", _LEFT, y(mark), _RIGHT, y(mark))
        value = exact(mark)
        written = (
            percent(value, language)
            if found.of_a_whole
            else shown(value, digits_of(value, most=2), language)
        )
        yield word("small end", _LEFT - 6, y(mark) + 4, written)


def _month_names(
    days: Sequence[date], places: Sequence[float], language: Language
) -> Iterator[Markup]:
    step = -(-len(days) // _MOST_LABELS)
    for number in range(0, len(days), step):
        day, place = days[number], places[number]
        yield line("axis", place, _BOTTOM, place, _BOTTOM + 4)
        month = _MONTH_NAMES[language][day.month - 1]
        yield word("small middle", place, _BOTTOM + 18, f"{month} {day.year % 100:02d}")


def _runs(points: Sequence[Point]) -> Iterator[list[int]]:
    """The stretches of months that have something to say, one after the other."""
    run: list[int] = []
    for number, each in enumerate(points):
        if each.value is None:
            if run:
                yield run
            run = []
        else:
            run.append(number)
    if run:
        yield run


def _lines(
    kind: str, points: Sequence[Point], places: Sequence[float], y: Scale
) -> Iterator[Markup]:
    for run in _runs(points):
        written = _written((places[n], y(points[n].value or 0.0)) for n in run)
        yield Markup('<polyline class="{}" points="{}"/>').format(kind, written)


def _bands(
    kind: str, points: Sequence[Point], places: Sequence[float], y: Scale
) -> Iterator[Markup]:
    for run in _runs(points):
        ends = [(places[n], points[n].low, points[n].high) for n in run]
        upper = [(place, y(high)) for place, _, high in ends if high is not None]
        lower = [(place, y(low)) for place, low, _ in reversed(ends) if low is not None]
        if len(upper) > 1:
            yield Markup('<polygon class="{}" points="{}"/>').format(
                kind, _written([*upper, *lower])
            )


def _written(places: Iterable[tuple[float, float]]) -> str:
    return " ".join(f"{left},{top}" for left, top in places)


def _moments(found: Months, x: Scale) -> Iterator[Markup]:
    """Days that are pointed out, their names one below the other so that none covers another."""
    for number, each in enumerate(found.moments):
        if not found.days[0] <= each.on <= found.days[-1]:
            continue
        place = x(each.on.toordinal())
        yield line("chosen", place, _TOP, place, _BOTTOM)
        side, moved = ("end", -5) if place > WIDTH * 0.6 else ("start", 5)
        yield word(f"moment {side}", place + moved, _BOTTOM - 8 - 15 * number, each.name)


def _target(found: Months, y: Scale, language: Language) -> Iterator[Markup]:
    if found.target is not None:
        up = y(found.target)
        yield line("target", _LEFT, up, _RIGHT, up)
        said = {"da": "mål", "en": "target"}[language]
        yield word("moment start", _LEFT + 4, up - 5, f"{said} {percent(found.target, language)}")
