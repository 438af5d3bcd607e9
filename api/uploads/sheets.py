"""A workbook as rows, read by calamine (da: projektmappe)."""

from collections.abc import Iterator, Sequence
from io import BytesIO
from typing import Any

from python_calamine import CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

from api.uploads.cells import Cell, shown_value
from api.uploads.headings import Merged
from capacity.wording import Text

_MOST_NAMED = 10
_DAMAGED = Text(
    da="regnearket kan ikke læses; åbn det, gem det på ny som XLSX eller CSV, og send det",
    en="the spreadsheet cannot be read; open it, save it anew as XLSX or CSV and send it",
)


class NoSheet(Exception):
    """There is no such sheet, or it cannot be read (da: intet ark)."""

    def __init__(self, message: Text) -> None:
        super().__init__(message.en)
        self.message = message


class Book:
    """A workbook (da: projektmappe)."""

    def __init__(self, content: bytes) -> None:
        self._book: CalamineWorkbook = _read(
            lambda: CalamineWorkbook.from_filelike(BytesIO(content))
        )
        self.sheets: list[tuple[str, bool]] = [
            (each.name, each.visible != SheetVisibleEnum.Visible)
            for each in self._book.sheets_metadata
            if each.typ in (SheetTypeEnum.WorkSheet, SheetTypeEnum.MacroSheet)
        ]
        """Names in their order, and whether hidden (da: ark)."""
        self._open: tuple[str, Any] | None = None

    def chosen(self, name: str | None) -> str:
        """Return the sheet asked for, or the first that is shown and has content (da: valgt)."""
        names = [each for each, _ in self.sheets]
        if name is not None:
            if name in names:
                return name
            listed = ", ".join(f"”{shown_value(each)}”" for each in names[:_MOST_NAMED])
            raise NoSheet(
                Text(
                    da=f"filen har intet ark ”{shown_value(name)}”; den har {listed}",
                    en=f"the file has no sheet “{shown_value(name)}”; it has {listed}",
                )
            )
        for shown, hidden in self.sheets:
            if not hidden and self._sheet(shown).start is not None:
                return shown
        raise NoSheet(
            Text(
                da="intet synligt ark har indhold; vis arket, eller nævn det ved navn",
                en="no visible sheet has content; show the sheet, or name it",
            )
        )

    def rows(self, name: str) -> tuple[Iterator[Sequence[Cell]], int, int]:
        """Return the rows of a sheet from row 1 and column A on, its width and its height."""
        sheet = self._sheet(name)
        if sheet.end is None:
            return iter(()), 0, 0
        bottom, right = sheet.end
        # The reader begins with row 1, but with the first column that has anything.
        before = [None] * sheet.start[1]
        rows = sheet.iter_rows()
        return ((before + row for row in rows) if before else rows), right + 1, bottom + 1

    def merged(self, name: str) -> Merged:
        """Return the corners of the merged cells of a sheet (da: flettede celler)."""
        found: Merged = self._sheet(name).merged_cell_ranges or ()
        return found

    def _sheet(self, name: str) -> Any:
        if self._open is None or self._open[0] != name:
            self._open = None  # one sheet in memory at a time
            self._open = (name, _read(lambda: self._book.get_sheet_by_name(name)))
        return self._open[1]


def _read(reading: Any) -> Any:
    try:
        return reading()
    except (MemoryError, KeyboardInterrupt, SystemExit):
        raise
    except BaseException as error:  # a panic of the reader is not an Exception
        raise NoSheet(_DAMAGED) from error
