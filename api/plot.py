"""A staffing curve drawn with letters, for a terminal (da: kurven i en terminal)."""

from collections.abc import Sequence
from fractions import Fraction
from itertools import pairwise
from typing import TYPE_CHECKING

from capacity.wording import Language, Text, in_full, percent

if TYPE_CHECKING:
    from simulations.staffing import CurvePoint

_WIDTH = 61
_LINES_A_QUARTER = 3
_LAST_LINE = 4 * _LINES_A_QUARTER
_MARGIN = 2
_KEY = Text(
    da="● andel til tiden   │ simuleringens usikkerhed   ░ ét år for sig (95 % af årene)",
    en="● share in time   │ the simulation's uncertainty   ░ a single year (95% of the years)",
)


def plotted(points: Sequence["CurvePoint"], language: Language) -> str:
    """Draw the share in time at each level of extra staff, and the range of single years."""
    ordered = sorted(points, key=lambda point: point.extra_fte)
    most = ordered[-1].extra_fte
    columns = [_column(point.extra_fte, most) for point in ordered]
    lines = [[" "] * _WIDTH for _ in range(_LAST_LINE + 1)]
    low, middle, high = (
        _between(columns, values)
        for values in (
            [point.year_low for point in ordered],
            [point.share_in_time.value for point in ordered],
            [point.year_high for point in ordered],
        )
    )
    for column in range(columns[0], columns[-1] + 1):
        for line in range(_line(high[column]), _line(low[column]) + 1):
            lines[line][column] = "░"
        lines[_line(middle[column])][column] = "·"
    for column, point in zip(columns, ordered, strict=True):
        for line in range(_line(point.share_in_time.high), _line(point.share_in_time.low) + 1):
            lines[line][column] = "│"
        lines[_line(point.share_in_time.value)][column] = "●"
    drawn = [f"{_mark(n, language):>6} ┤{''.join(line)}".rstrip() for n, line in enumerate(lines)]
    axis = ["─"] * _WIDTH
    for column in columns:
        axis[column] = "┬"
    labels = _labels(columns, [point.extra_fte for point in ordered], language)
    across = Text(da="ekstra stillinger", en="extra posts").in_language(language)
    return "\n".join(
        [
            *drawn,
            f"{'':7}└{''.join(axis)}",
            f"{'':8}{labels}  {across}",
            f"{'':8}{_KEY.in_language(language)}",
        ]
    )


def _column(level: Fraction, most: Fraction) -> int:
    return _MARGIN + round(level / most * (_WIDTH - 1 - 2 * _MARGIN)) if most else _WIDTH // 2


def _line(share: float) -> int:
    return round((1 - share) * _LAST_LINE)


def _mark(line: int, language: Language) -> str:
    if line % _LINES_A_QUARTER:
        return ""
    return percent(1 - Fraction(line, _LAST_LINE), language)


def _between(columns: Sequence[int], values: Sequence[float]) -> dict[int, float]:
    """Straight lines from each level to the next, column by column."""
    found = dict(zip(columns, values, strict=True))
    for start, end in pairwise(columns):
        for column in range(start + 1, end):
            part = (column - start) / (end - start)
            found[column] = found[start] + part * (found[end] - found[start])
    return found


def _labels(columns: Sequence[int], levels: Sequence[Fraction], language: Language) -> str:
    """Each level below its column, as far as there is room."""
    written = ""
    for column, level in zip(columns, levels, strict=True):
        label = in_full(level, language)
        place = column - len(label) // 2
        if not written or place > len(written):
            written = f"{written:<{place}}{label}"
    return written
