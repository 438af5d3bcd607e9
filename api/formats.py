"""Five ways to write a grid of cells: JSON, CSV, plain text, XML and an Excel workbook.

Numbers arrive rounded. JSON numbers are always JSON numbers; the decimal mark of the others is
the caller's. Text that a spreadsheet would run as a formula is made harmless.
"""

import csv
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from io import BytesIO, StringIO
from typing import TypeAlias
from xml.sax.saxutils import escape

from api.presentation import DecimalMark, Format, Header, Presentation

Cell: TypeAlias = str | int | float | Decimal | date | datetime | None
"""What a cell can hold; None is a cell to which nothing applies (da: celle)."""

_RUNS_AS_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_NOT_IN_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
# The same answer must be the same bytes, so a workbook is never stamped with the time of day.
_CREATED = datetime(2020, 1, 1)  # noqa: DTZ001  (a workbook's properties know no time zone)


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A stable key for machines and a heading with its unit for people (da: kolonne)."""

    key: str
    heading: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """Columns and rows, ready to be written (da: skema)."""

    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    is_table: bool


_written = json.JSONEncoder(ensure_ascii=False, allow_nan=False).encode


def _json(grid: Grid, presentation: Presentation) -> bytes:
    records = [
        {column.key: _json_value(cell) for column, cell in zip(grid.columns, row, strict=True)}
        for row in grid.rows
    ]
    content = {"rows": records} if grid.is_table else records[0]
    return _written(content).encode()


def _json_value(cell: Cell) -> str | int | float | None:
    if isinstance(cell, Decimal):
        return float(cell)
    return cell.isoformat() if isinstance(cell, date) else cell


def _csv(grid: Grid, presentation: Presentation) -> bytes:
    written = StringIO()
    writer = csv.writer(written, delimiter=presentation.separator, lineterminator="\r\n")
    in_words = presentation.header is Header.WORDS
    writer.writerow([column.heading if in_words else column.key for column in grid.columns])
    for row in grid.rows:
        writer.writerow([_harmless(cell, presentation) for cell in row])
    return written.getvalue().encode("utf-8-sig" if presentation.bom else "utf-8")


def _harmless(cell: Cell, presentation: Presentation) -> str:
    """Write the text of a cell, behind an apostrophe where a spreadsheet would run it."""
    text = plain(cell, presentation)
    is_text = isinstance(cell, str)
    return f"'{text}" if is_text and text.startswith(_RUNS_AS_FORMULA) else text


def _text(grid: Grid, presentation: Presentation) -> bytes:
    """A line a row; several fields of it with the separator between them, for a cell to split."""
    sep = presentation.separator
    rows = ([plain(cell, presentation) for cell in row] for row in grid.rows)
    return "\n".join(
        row[0] if len(row) == 1 else sep.join(each.replace(sep, " ") for each in row)
        for row in rows
    ).encode()


def _xml(grid: Grid, presentation: Presentation) -> bytes:
    records = [
        "".join(
            f"<{column.key}>{_xml_text(cell, presentation)}</{column.key}>"
            for column, cell in zip(grid.columns, row, strict=True)
        )
        for row in grid.rows
    ]
    content = "".join(f"<row>{one}</row>" for one in records) if grid.is_table else records[0]
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<result>{content}</result>'.encode()


def _xml_text(cell: Cell, presentation: Presentation) -> str:
    return escape(_NOT_IN_XML.sub("", plain(cell, presentation)))


def _xlsx(grid: Grid, presentation: Presentation) -> bytes:
    import xlsxwriter  # here, since only a workbook needs it and the start should be quick

    written = BytesIO()
    with xlsxwriter.Workbook(written, {"in_memory": True}) as workbook:
        workbook.set_properties({"created": _CREATED})
        heading = workbook.add_format({"bold": True})
        day = workbook.add_format({"num_format": "yyyy-mm-dd"})
        moment = workbook.add_format({"num_format": "yyyy-mm-dd hh:mm"})
        decimals = presentation.digits or 0
        number = workbook.add_format({"num_format": "0." + "0" * decimals if decimals else "0"})
        sheet = workbook.add_worksheet()
        for x, column in enumerate(grid.columns):
            sheet.write_string(0, x, column.heading, heading)
        for y, row in enumerate(grid.rows, start=1):
            for x, cell in enumerate(row):
                match cell:
                    case Decimal():
                        sheet.write_number(y, x, cell, number)
                    case bool():
                        sheet.write_boolean(y, x, cell)
                    case int() | float():
                        sheet.write_number(y, x, cell)
                    case datetime():  # a workbook has no time zones, so by the clock on the wall
                        sheet.write_datetime(y, x, cell.replace(tzinfo=None), moment)
                    case date():
                        sheet.write_datetime(y, x, cell, day)
                    case _:
                        sheet.write_string(y, x, plain(cell, presentation))
        sheet.autofit()
    return written.getvalue()


def plain(cell: Cell, presentation: Presentation) -> str:
    """Write a cell as bare text: no thousands separator, the caller's decimal mark.

    >>> plain(0.00001, Presentation(decimal=DecimalMark.COMMA)), plain(1310.0, Presentation())
    ('0,00001', '1310')
    """
    match cell:
        case None:
            return ""
        case bool():
            return "true" if cell else "false"
        case date():
            return cell.isoformat()
        case float():
            text = f"{Decimal(repr(cell)):f}".removesuffix(".0")
        case Decimal():
            text = f"{cell:f}"
        case _:
            return str(cell)
    return text.replace(".", ",") if presentation.decimal is DecimalMark.COMMA else text


WRITERS: Mapping[Format, Callable[[Grid, Presentation], bytes]] = {
    Format.JSON: _json,
    Format.CSV: _csv,
    Format.TEXT: _text,
    Format.XML: _xml,
    Format.XLSX: _xlsx,
}
MEDIA_TYPES: Mapping[Format, str] = {
    Format.JSON: "application/json",
    Format.CSV: "text/csv; charset=utf-8; header=present",
    Format.TEXT: "text/plain; charset=utf-8",
    Format.XML: "application/xml",
    Format.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
