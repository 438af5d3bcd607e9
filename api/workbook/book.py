"""The workbook as a whole: its sheets in order, its names, its bytes (da: regnearket)."""

from datetime import date, datetime
from io import BytesIO
from typing import TYPE_CHECKING

from api.workbook.findings import REPLICATIONS, Findings
from api.workbook.live_cells import ADDRESS, TAIL, Answers
from api.workbook.note_sheet import SHEET as NOTE
from api.workbook.note_sheet import write_note_sheet
from api.workbook.paper import Paper, paper_of
from api.workbook.reading_sheets import (
    ANSWERS,
    DATA,
    HELP,
    SOURCES,
    define_tail,
    write_answers_sheet,
    write_data_sheet,
    write_help_sheet,
    write_sources_sheet,
)
from api.workbook.what_if_sheet import SHEET as WHAT_IF
from api.workbook.what_if_sheet import write_what_if_sheet
from capacity.wording import Language

if TYPE_CHECKING:
    from xlsxwriter.workbook import Workbook

_CREATED = datetime(2020, 1, 1)  # noqa: DTZ001  (a workbook's properties know no time zone)


def workbook_of(findings: Findings, address: str, language: Language, made_on: date) -> bytes:
    """Return a workbook of what was found, as a file (da: regneark).

    `address` is the service's own, without a slash at the end. The same findings on the same day
    give the same bytes.
    """
    import xlsxwriter  # here, since only a workbook needs it and the start should be quick

    written = BytesIO()
    with xlsxwriter.Workbook(written, {"in_memory": True}) as workbook:
        workbook.set_properties(
            {"created": _CREATED, "title": findings.department.name.in_language(language)}
        )
        workbook.set_calc_mode("auto")
        names = [
            each.in_language(language) for each in (NOTE, WHAT_IF, DATA, SOURCES, HELP, ANSWERS)
        ]
        note, what_if, data, sources, help_, sent = (workbook.add_worksheet(name) for name in names)
        answers = Answers(sheet=names[-1], language=language, made_on=made_on)

        def paper_on(sheet: str) -> Paper:
            return paper_of(
                workbook,
                language,
                lambda name, cell: workbook.define_name(name, f"='{sheet}'!{cell}"),
            )

        write_note_sheet(note, paper_on(names[0]), findings, answers)
        write_what_if_sheet(workbook, what_if, paper_on(names[1]), findings, answers)
        write_data_sheet(data, paper_on(names[2]), findings)
        write_sources_sheet(sources, paper_on(names[3]), findings)
        write_help_sheet(help_, paper_on(names[4]), address, made_on)
        write_answers_sheet(sent, paper_on(names[5]), answers)
        define_tail(workbook, language)
        _define_lambdas(workbook, findings)
        for sheet in (note, what_if, data, sources, help_, sent):
            sheet.set_paper(9)  # A4
            sheet.set_landscape()
            sheet.fit_to_pages(1, 1 if sheet in (note, what_if) else 0)
            sheet.set_footer("&L&F&C&A&R&P / &N")
    return written.getvalue()


def _define_lambdas(workbook: "Workbook", findings: Findings) -> None:
    """Name functions for new Excel; older programs leave them alone (da: navngivne funktioner)."""
    department = findings.department
    asked = (
        f"/v1/staffing-curve?department={department.address}&team={department.headline_team}"
        f"&deadline={department.headline_deadline}&replications={REPLICATIONS}&seed=1"
        "&field=share_in_time&format=text&digits=9&errors=text"
    )
    pieces = "&".join(f'"{asked[at : at + 255]}"' for at in range(0, len(asked), 255))
    workbook.define_name(
        "KAP.SAGSTAL",
        "=_xlfn.LAMBDA(_xlpm.sager,_xlpm.stillinger,_xlpm.sager/_xlpm.stillinger)",
    )
    workbook.define_name(
        "KAP.MANGLER",
        "=_xlfn.LAMBDA(_xlpm.sager,_xlpm.stillinger,_xlpm.pr,"
        "_xlpm.sager/_xlpm.pr-_xlpm.stillinger)",
    )
    workbook.define_name(
        "KAP.RETTIDIGHED",
        f"=_xlfn.LAMBDA(_xlpm.ekstra,_xlfn.NUMBERVALUE(_xlfn.WEBSERVICE({ADDRESS}&{pieces}"
        f'&"&extra_fte="&_xlpm.ekstra&{TAIL}),".",","))',
    )
