"""Open a workbook in LibreOffice as its user does, and say what its cells show, as JSON.

Run by the operating system's own Python, which has `uno`:
    python3 recalculate.py BOOK LOCALE OUT [CELLS] [PDF]
`CELLS` is JSON of what is written first, by sheet and cell. LibreOffice fetches nothing for a
document that it does not trust, nor when it only converts: the folder is trusted by a profile of
its own, and the document is opened with its links.
"""

import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import uno
from com.sun.star.beans import PropertyValue

_PROFILE = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry"
 xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">
<item oor:path="/org.openoffice.Office.Common/Security/Scripting"><prop oor:name="SecureURL"
 oor:op="fuse"><value><it>{folder}</it></value></prop></item>
<item oor:path="/org.openoffice.Setup/L10N"><prop oor:name="ooSetupSystemLocale"
 oor:op="fuse"><value>{locale}</value></prop></item>
</oor:items>"""
_FULL_UPDATE = 3


def _property(name, value):
    made = PropertyValue()
    made.Name, made.Value = name, value
    return made


def _connected(pipe):
    local = uno.getComponentContext()
    resolver = local.ServiceManager.createInstanceWithContext(
        "com.sun.star.bridge.UnoUrlResolver", local
    )
    until = time.monotonic() + 60
    while True:
        try:
            return resolver.resolve(f"uno:pipe,name={pipe};urp;StarOffice.ComponentContext")
        except Exception:
            if time.monotonic() > until:
                raise
            time.sleep(0.1)


def _shown(sheet):
    cursor = sheet.createCursor()
    cursor.gotoEndOfUsedArea(False)
    address = cursor.RangeAddress
    cells = sheet.getCellRangeByPosition(0, 0, address.EndColumn, address.EndRow)
    errors = {}
    for y in range(address.EndRow + 1):
        for x in range(address.EndColumn + 1):
            cell = sheet.getCellByPosition(x, y)
            if cell.getError():
                errors[f"{y},{x}"] = [cell.getError(), cell.String]
    strings = [
        [sheet.getCellByPosition(x, y).String for x in range(address.EndColumn + 1)]
        for y in range(address.EndRow + 1)
    ]
    return {
        "values": [list(row) for row in cells.getDataArray()],
        "strings": strings,
        "formulas": [list(row) for row in cells.getFormulaArray()],
        "errors": errors,
    }


def main(book, locale, out, cells="{}", pdf=None):
    with tempfile.TemporaryDirectory(prefix="office-", ignore_cleanup_errors=True) as folder:
        user = Path(folder, "user")
        user.mkdir()
        trusted = Path(book).resolve().parent.as_uri()
        user.joinpath("registrymodifications.xcu").write_text(
            _PROFILE.format(folder=trusted, locale=locale)
        )
        pipe = Path(folder).name.replace("-", "")
        office = subprocess.Popen(
            [
                "soffice",
                f"-env:UserInstallation={Path(folder).as_uri()}",
                "--headless",
                "--norestore",
                "--nologo",
                "--nodefault",
                f"--accept=pipe,name={pipe};urp;",
            ],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            context = _connected(pipe)
            desktop = context.ServiceManager.createInstanceWithContext(
                "com.sun.star.frame.Desktop", context
            )
            began = time.monotonic()
            document = desktop.loadComponentFromURL(
                Path(book).resolve().as_uri(),
                "_blank",
                0,
                (_property("Hidden", True), _property("UpdateDocMode", _FULL_UPDATE)),
            )
            for sheet, written in json.loads(cells).items():
                for name, value in written.items():
                    cell = document.Sheets.getByName(sheet).getCellRangeByName(name)
                    if isinstance(value, str) and not value.startswith("="):
                        cell.String = value
                    else:
                        cell.Formula = str(value)
            document.calculateAll()
            found = {sheet.Name: _shown(sheet) for sheet in document.Sheets}
            found["seconds"] = time.monotonic() - began
            Path(out).write_text(json.dumps(found, ensure_ascii=False))
            if pdf:
                document.storeToURL(
                    Path(pdf).resolve().as_uri(), (_property("FilterName", "calc_pdf_Export"),)
                )
            document.close(True)
        finally:
            office.terminate()
            office.wait(30)


if __name__ == "__main__":
    main(*sys.argv[1:])
