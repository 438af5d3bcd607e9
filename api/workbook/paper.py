"""The workbook's looks, names and language, which all sheets share (da: papiret)."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from capacity.wording import Language

if TYPE_CHECKING:
    from xlsxwriter.format import Format
    from xlsxwriter.workbook import Workbook
    from xlsxwriter.worksheet import Worksheet

_INPUT = "#FFF2CC"
"""What may be written over is yellow, and said to be so."""
_BAND = "#DDE7EE"
_TWO_LINES = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """Formats by what they are for, and where a sheet's names are written (da: papir)."""

    language: Language
    name: Callable[[str, str], None]
    title: "Format"
    heading: "Format"
    column: "Format"
    over_numbers: "Format"
    input: "Format"
    input_decimals: "Format"
    input_percent: "Format"
    decimals: "Format"
    one_decimal: "Format"
    percent: "Format"
    points: "Format"
    total: "Format"
    total_decimals: "Format"
    wrapped: "Format"
    code: "Format"
    day: "Format"

    def headings(self, sheet: "Worksheet", y: int, words: Iterable[tuple[str, str]]) -> None:
        """Write headings of a table, the first over words and the others over numbers."""
        sheet.set_row(y, _TWO_LINES)
        for x, (da, en) in enumerate(words):
            sheet.write(y, x, self.say(da, en), self.over_numbers if x else self.column)

    def say(self, da: str, en: str) -> str:
        """Return the words of the workbook's language (da: ord)."""
        return da if self.language == "da" else en


def paper_of(workbook: "Workbook", language: Language, name: Callable[[str, str], None]) -> Paper:
    """Make the formats (da: papir)."""

    def style(**looks: Any) -> "Format":
        return workbook.add_format({"font_name": "Calibri", "font_size": 11, **looks})

    filled = {"bg_color": _INPUT, "border": 1, "border_color": "#BF9000"}
    summed = {"bold": True, "top": 1}
    return Paper(
        language=language,
        name=name,
        title=style(bold=True, font_size=16),
        heading=style(bold=True, font_size=13),
        column=style(bold=True, bg_color=_BAND, text_wrap=True, valign="top"),
        over_numbers=style(bold=True, bg_color=_BAND, text_wrap=True, valign="top", align="right"),
        input=style(**filled),
        input_decimals=style(**filled, num_format="0.00"),
        input_percent=style(**filled, num_format="0.0\\ %"),
        decimals=style(num_format="0.00"),
        one_decimal=style(num_format="0.0"),
        percent=style(num_format="0.0\\ %"),
        points=style(num_format="+0.0\\ %;-0.0\\ %;0.0\\ %"),
        total=style(**summed),
        total_decimals=style(**summed, num_format="0.00"),
        wrapped=style(text_wrap=True, valign="top"),
        code=style(font_name="Consolas", font_size=10),
        day=style(num_format="yyyy-mm-dd"),
    )
