"""Several plans in one picture: what each keeps of every deadline (da: planer side om side)."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from markupsafe import Markup

from api.charts import WIDTH, Scale, line, picture, word
from capacity.units import exact
from capacity.wording import Language, percent

_LINE, _HEADING, _FIRST = 20, 26, 18
_LEFT, _RIGHT = 74, WIDTH - 62


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """A share in time with its simulation error, in 0..1, and what it is called (da: mærke)."""

    name: str
    share: float
    low: float
    high: float
    is_today: bool = False


def comparison_chart(
    groups: Sequence[tuple[str, Sequence[Mark]]], *, words: tuple[str, str], language: Language
) -> Markup:
    """Draw the share in time of every plan under each deadline (da: sammenligningsfigur).

    `groups` are the deadlines with their marks. What is so today has a ring, and a line through
    the marks of the plans.
    """
    title, text = words
    x = Scale(0, 1, _LEFT, _RIGHT)
    shapes: list[Markup] = []
    top = _FIRST
    for heading, marks in groups:
        shapes.append(word("start", 4, top, heading))
        first, top = top + 8, top + _HEADING
        last = top + _LINE * (len(marks) - 1) + 8
        shapes += [line("grid", x(part), first, x(part), last) for part in (0, 0.25, 0.5, 0.75, 1)]
        for each in marks:
            if each.is_today:
                shapes.append(line("chosen", x(each.share), first, x(each.share), last))
        for each in marks:
            shapes += _mark(each, top, x, language)
            top += _LINE
        top += 18
    shapes += [
        word("small middle", x(float(part)), top, percent(part, language))
        for part in (Fraction(0), Fraction(1, 2), Fraction(1))
    ]
    return picture(name="comparison", title=title, text=text, height=top + 10, shapes=shapes)


def _mark(each: Mark, top: float, x: Scale, language: Language) -> list[Markup]:
    at, low, high = x(each.share), x(each.low), x(each.high)
    kind = "ring" if each.is_today else "dot"
    return [
        word("small end", _LEFT - 12, top + 4, each.name),
        line("error", low, top, high, top),
        *(line("error", end, top - 5, end, top + 5) for end in (low, high)),
        Markup('<circle class="{}" cx="{}" cy="{}" r="5"/>').format(kind, at, top),
        word("strong end", WIDTH - 4, top + 5, percent(exact(each.share), language)),
    ]
