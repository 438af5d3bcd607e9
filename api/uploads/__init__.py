"""From a file that somebody sends to tables of cells, guarded (da: modtagne filer).

`guarded` checks the file before anything is parsed, `tables` names its sheets, and `table` opens
one of them: a process of its own, with little memory and time, hands its rows over. What is read
is looked through for CPR numbers before it leaves that process.
"""

from api.uploads.cells import (
    CauseKey,
    Cell,
    CellError,
    Faults,
    Part,
    Progress,
    Row,
    Sheet,
    Table,
    Unreadable,
    UploadRefused,
    UploadTooLarge,
    letter,
    shown_value,
)
from api.uploads.guard import Kind, Upload, guarded
from api.uploads.limits import Limits
from api.uploads.reading import Allowance, table, tables
from api.uploads.values import Mark, danish_date, danish_number, decimal_mark

__all__ = [
    "Allowance",
    "CauseKey",
    "Cell",
    "CellError",
    "Faults",
    "Kind",
    "Limits",
    "Mark",
    "Part",
    "Progress",
    "Row",
    "Sheet",
    "Table",
    "Unreadable",
    "Upload",
    "UploadRefused",
    "UploadTooLarge",
    "danish_date",
    "danish_number",
    "decimal_mark",
    "guarded",
    "letter",
    "shown_value",
    "table",
    "tables",
]
