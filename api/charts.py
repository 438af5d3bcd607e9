"""Charts as SVG: numbers in, a picture out, for the page and later for the notat (da: figurer).

Colours are classes, which the style sheet sets for light, dark and paper. Nothing is told by colour
alone: an interval is a bar with ends, a band has an outline, and every mark has its number.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction

from markupsafe import Markup

from capacity.units import exact
from capacity.wording import Language, percent, shown

WIDTH = 480
_NICE_STEPS = (1, 2, 5)


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """One level of staff in the curve: a share in time and its two ranges, in 0..1 (da: niveau)."""

    extra_fte: Fraction
    share: float
    low: float
    high: float
    year_low: float
    year_high: float


@dataclass(frozen=True, slots=True)
class Scale:
    """Values to places along one axis (da: skala)."""

    first: float
    last: float
    from_: float
    to: float

    def __call__(self, value: float | Fraction) -> float:
        """Return the place of a value, to a tenth of a unit."""
        part = (float(value) - self.first) / (self.last - self.first)
        return round(self.from_ + part * (self.to - self.from_), 1)


def ticks(last: float, about: int = 6) -> tuple[float, ...]:
    """Return round numbers from 0 to at least `last`, about so many (da: aksetal).

    >>> ticks(37.2), ticks(0.3)
    ((0.0, 10.0, 20.0, 30.0, 40.0), (0.0, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3))
    """
    power = -3
    while True:
        for nice in _NICE_STEPS:
            step = Fraction(nice) * Fraction(10) ** power
            steps = -(-exact(last) // step)
            if steps <= about:
                return tuple(float(step * n) for n in range(int(steps) + 1))
        power += 1


def picture(*, name: str, title: str, text: str, height: int, shapes: Iterable[Markup]) -> Markup:
    """Put shapes into an image that a screen reader can read out (da: figur)."""
    return Markup(
        '<svg class="chart" role="img" viewBox="0 0 {w} {h}" aria-labelledby="{name}-t {name}-d">'
        '<title id="{name}-t">{title}</title><desc id="{name}-d">{text}</desc>{shapes}</svg>'
    ).format(w=WIDTH, h=height, name=name, title=title, text=text, shapes=Markup("").join(shapes))


def line(kind: str, x1: float, y1: float, x2: float, y2: float) -> Markup:
    """Draw a straight line (da: linje)."""
    return Markup('<line class="{}" x1="{}" y1="{}" x2="{}" y2="{}"/>').format(kind, x1, y1, x2, y2)


def word(kind: str, x: float, y: float, written: str) -> Markup:
    """Write a word or a number (da: påskrift)."""
    return Markup('<text class="{}" x="{}" y="{}">{}</text>').format(kind, x, y, written)


def rectangle(kind: str, x: float, y: float, width: float, height: float) -> Markup:
    """Draw a rectangle (da: felt)."""
    return Markup('<rect class="{}" x="{}" y="{}" width="{}" height="{}"/>').format(
        kind, x, y, round(width, 1), round(height, 1)
    )


def guideline_chart(
    *,
    load: Fraction,
    low: Fraction,
    high: Fraction,
    words: tuple[str, str, str],
    language: Language,
) -> Markup:
    """Draw a caseload beside the guideline's band (da: sagstal og vejledende interval).

    `words` are the title, the description and what the band is called.
    """
    title, text, band = words
    marks = ticks(float(max(load, high)) * 1.08)
    x = Scale(0, marks[-1], 14, WIDTH - 14)
    ends = f"{shown(low, 0, language)}–{shown(high, 0, language)}"
    side = "end" if x(load) > WIDTH / 2 else "start"
    shapes = [
        rectangle("band", x(low), 34, x(high) - x(low), 34),
        word("band-word middle", (x(low) + x(high)) / 2, 56, ends),
        word("small middle", (x(low) + x(high)) / 2, 26, band),
        line("axis", x(0), 68, x(marks[-1]), 68),
        *(line("axis", x(mark), 68, x(mark), 73) for mark in marks),
        *(word("small middle", x(mark), 88, shown(exact(mark), 0, language)) for mark in marks),
        line("marker", x(load), 22, x(load), 76),
        word(f"strong {side}", x(load), 16, shown(load, 1, language)),
    ]
    return picture(name="guideline", title=title, text=text, height=94, shapes=shapes)


def interval_bar(share: float, low: float, high: float, label: str) -> Markup:
    """Draw a share and its interval on a line from 0 to 100 % (da: interval)."""
    x = Scale(0, 1, 4, 136)
    shapes = [
        line("axis", x(0), 11, x(1), 11),
        *(line("axis", x(mark), 7, x(mark), 15) for mark in (0, 0.5, 1)),
        rectangle("interval", x(low), 7.5, max(x(high) - x(low), 1), 7),
        Markup('<circle class="dot" cx="{}" cy="11" r="4"/>').format(x(share)),
    ]
    return Markup(
        '<svg class="bar" role="img" viewBox="0 0 140 22" aria-label="{}">{}</svg>'
    ).format(label, Markup("").join(shapes))


@dataclass(frozen=True, slots=True, kw_only=True)
class Marks:
    """What a leader looks for in a curve (da: mærker).

    `chosen` is the level asked about, `target` the share aimed at, `guideline` from where to where
    the caseload lies within the guideline, in extra posts; with what the last two are called.
    """

    chosen: Level
    target: Fraction
    target_label: str
    guideline: tuple[Fraction, Fraction] | None
    guideline_label: str


def staffing_chart(
    levels: Sequence[Level],
    *,
    words: tuple[str, str, str, str],
    language: Language,
    marks: Marks | None = None,
) -> Markup:
    """Draw the share in time at each level of extra staff (da: bemandingskurve).

    The pale band is the range of single periods, the whiskers are the simulation error. `words`
    are the title, the description and what the two axes are called. With `marks` only the first
    level and the chosen one have their numbers.
    """
    title, text, across, upward = words
    points = sorted(levels, key=lambda level: level.extra_fte)
    along = ticks(float(points[-1].extra_fte) or 1.0)
    x, y = Scale(0, along[-1], 80, WIDTH - 30), Scale(0, 1, 262, 34)
    shapes = [
        word("small start", 4, 16, upward),
        *(_guideline(marks, x, y, along[-1]) if marks else ()),
        *_shares_axis(y, language),
        *(word("small middle", x(mark), 282, _tick(mark, language)) for mark in along),
        word("small middle", (80 + WIDTH - 30) / 2, 304, across),
        _band(points, x, y),
        *(_aims(marks, x, y) if marks else ()),
        _path("curve", ((x(each.extra_fte), y(each.share)) for each in points)),
    ]
    if marks:
        at = x(marks.chosen.extra_fte), y(marks.chosen.share)
        shapes.append(Markup('<circle class="ring" cx="{}" cy="{}" r="9"/>').format(*at))
    for each in points:
        has_number = marks is None or each in (points[0], marks.chosen)
        shapes += _level(each, x, y, language if has_number else None)
    return picture(name="staffing", title=title, text=text, height=312, shapes=shapes)


def _shares_axis(y: Scale, language: Language) -> Iterable[Markup]:
    for mark in (Fraction(n, 4) for n in range(5)):
        yield line("axis" if mark == 0 else "grid", 50, y(mark), WIDTH - 8, y(mark))
        yield word("small end", 44, y(mark) + 4, percent(mark, language))


def _band(points: Sequence[Level], x: Scale, y: Scale) -> Markup:
    upper = [(x(each.extra_fte), y(each.year_high)) for each in points]
    lower = [(x(each.extra_fte), y(each.year_low)) for each in reversed(points)]
    if len(points) == 1:
        (left, top), (_, bottom) = upper[0], lower[0]
        return rectangle("year", left - 8, top, 16, bottom - top)
    places = " ".join(f"{left},{top}" for left, top in [*upper, *lower])
    return Markup('<polygon class="year" points="{}"/>').format(places)


def _path(kind: str, places: Iterable[tuple[float, float]]) -> Markup:
    written = " ".join(f"{left},{top}" for left, top in places)
    return Markup('<polyline class="{}" points="{}"/>').format(kind, written)


def _level(each: Level, x: Scale, y: Scale, language: Language | None) -> list[Markup]:
    """A level with its number in a language, or without."""
    left, low, high = x(each.extra_fte), y(each.low), y(each.high)
    below = y(each.share) < y(0.9)  # near the top the number has no room above
    drawn = [
        line("error", left, low, left, high),
        *(line("error", left - 5, end, left + 5, end) for end in (low, high)),
        Markup('<circle class="dot" cx="{}" cy="{}" r="4.5"/>').format(left, y(each.share)),
    ]
    if language is not None:
        number = percent(exact(each.share), language)
        drawn.append(word("strong middle", left, low + 20 if below else high - 10, number))
    return drawn


def _guideline(marks: Marks, x: Scale, y: Scale, last: float) -> Iterable[Markup]:
    """The levels at which the caseload lies within the guideline, as far as they are drawn."""
    if marks.guideline is None:
        return
    low, high = (min(max(float(each), 0.0), last) for each in marks.guideline)
    if low < high:
        yield rectangle("guideline", x(low), y(1), x(high) - x(low), y(0) - y(1))
        middle = (x(low) + x(high)) / 2
        side, at = ("end", x(high)) if middle > WIDTH / 2 else ("start", x(low))
        yield word(f"small {side}", at, y(0) - 8, marks.guideline_label)


def _aims(marks: Marks, x: Scale, y: Scale) -> Iterable[Markup]:
    """The target and the level that was chosen, below the numbers so that those can be read."""
    across, up = x(marks.chosen.extra_fte), y(float(marks.target))
    yield line("target", 50, up, WIDTH - 8, up)
    has_room_below = marks.target > Fraction(1, 5)
    yield word("small end", WIDTH - 8, up + 16 if has_room_below else up - 6, marks.target_label)
    yield line("chosen", across, y(1), across, y(0))


def _tick(mark: float, language: Language) -> str:
    value = exact(mark)
    digits = next((n for n in range(3) if value * 10**n % 1 == 0), 3)
    return shown(value, digits, language)
