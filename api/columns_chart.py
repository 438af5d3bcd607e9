"""Counts as columns: ages against a deadline, and what a review may find (da: søjlefigur)."""

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from api.charts import WIDTH, Scale, line, picture, rectangle, ticks, word
from capacity.units import exact
from capacity.wording import Language, digits_of, shown

_LEFT, _RIGHT = 44, WIDTH - 8
_TOP, _BOTTOM = 46, 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column: what stands below it and above it, and how high it is (da: søjle).

    One that `stands_out` is filled, the others are outlined.
    """

    below: str
    above: str
    height: float
    stands_out: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Edge:
    """A line before a column, with what it is called (da: grænse)."""

    before: int
    name: str


def columns_chart(
    columns: Sequence[Column],
    *,
    name: str,
    words: tuple[str, str, str, str],
    edge: Edge | None = None,
    language: Language | None = None,
) -> Markup:
    """Draw columns; `words` are the title, the description, and what the two axes are called.

    With a `language` the upward axis has numbers; without, the columns' own say it all.
    """
    title, text, across, upward = words
    marks = ticks(max((each.height for each in columns), default=1.0) or 1.0, about=4)
    y = Scale(0, marks[-1], _BOTTOM, _TOP)
    width = (_RIGHT - _LEFT) / len(columns)
    every = -(-len(columns) // 12)  # what stands below would run together
    shapes = [word("small start", 4, 16, upward)]
    for mark in marks:
        shapes.append(line("axis" if mark == 0 else "grid", _LEFT, y(mark), _RIGHT, y(mark)))
        if language is not None:
            value = exact(mark)
            written = shown(value, digits_of(value, most=1), language)
            shapes.append(word("small end", _LEFT - 6, y(mark) + 4, written))
    for number, each in enumerate(columns):
        left = round(_LEFT + width * number + width * 0.12, 1)
        kind = "column-full" if each.stands_out else "column"
        up = y(each.height)
        if each.height:
            shapes.append(rectangle(kind, left, up, width * 0.76, _BOTTOM - up))
        middle = round(left + width * 0.38, 1)
        shapes.append(word("small middle", middle, up - 5, each.above))
        if number % every == 0:
            shapes.append(word("small middle", middle, _BOTTOM + 17, each.below))
    shapes.append(word("small middle", (_LEFT + _RIGHT) / 2, _BOTTOM + 36, across))
    if edge is not None:
        shapes += _edge(edge, width, len(columns))
    return picture(name=name, title=title, text=text, height=_BOTTOM + 44, shapes=shapes)


def _edge(edge: Edge, width: float, count: int) -> list[Markup]:
    place = round(_LEFT + width * edge.before, 1)
    side, moved = ("end", -5) if edge.before > count / 2 else ("start", 5)
    return [
        line("target", place, 24, place, _BOTTOM),
        word(f"small {side}", place + moved, 33, edge.name),
    ]
