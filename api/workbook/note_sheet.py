"""The sheet of the note: people, posts, caseload and deadlines (da: notatets tal).

Posts, caseload and gaps are the spreadsheet's own arithmetic, so that whoever opens it sees how
they come about, and may write other numbers.
"""

from typing import TYPE_CHECKING

from api.pages.figures import cited
from api.workbook.findings import FEW, REPLICATIONS, Findings
from api.workbook.live_cells import Answers, Request
from api.workbook.paper import Paper
from capacity.rulebook import rulebook
from capacity.wording import Text, date_in_words

if TYPE_CHECKING:
    from xlsxwriter.worksheet import Worksheet

SHEET = Text(da="Notatets tal", en="The note")
_SHARES = (
    "share_in_time",
    "share_in_time_low",
    "share_in_time_high",
    "share_in_time_year_low",
    "share_in_time_year_high",
)


def write_note_sheet(
    sheet: "Worksheet", paper: Paper, findings: Findings, answers: Answers
) -> None:
    """Write it from the top: people, posts, caseload, deadlines (da: notatets tal)."""
    department, say = findings.department, paper.say
    sheet.set_column(0, 0, 46)
    sheet.set_column(1, 7, 15)
    sheet.write(0, 0, department.name.in_language(paper.language), paper.title)
    sheet.write(
        1,
        0,
        say("Version {}, tal pr. {}", "Version {}, numbers of {}").format(
            department.version, date_in_words(department.on, paper.language)
        ),
    )
    y = _staff(sheet, paper, findings, 3)
    y = _caseload(sheet, paper, findings, y + 1)
    _deadlines(sheet, paper, findings, answers, y + 1)


def _staff(sheet: "Worksheet", paper: Paper, findings: Findings, y: int) -> int:
    """People by team and hours, and the posts that they are; returns the row after them."""
    say = paper.say
    sheet.write(y, 0, say("Bemanding", "Staff"), paper.heading)
    on = findings.department.on
    full_time = rulebook()["agreement.full_time_hours"].on(on).number
    sheet.write(y + 1, 0, say("Fuldtidsnorm, timer om ugen", "Full-time hours a week"))
    sheet.write_number(y + 1, 1, float(full_time), paper.input)
    paper.name("KAP_NORM", f"$B${y + 2}")
    headings = (
        ("Team", "Team"),
        ("Ansatte", "People"),
        ("Timer om ugen hver", "Hours a week each"),
        ("Heraf til andet", "Of which for other duties"),
        ("Tæller med (1 = helt)", "Counts (1 = fully)"),
        ("Stillinger, ansat", "Posts, contracted"),
        ("Stillinger til sager", "Posts for cases"),
    )
    paper.headings(sheet, y + 2, headings)
    first = y + 3
    for number, row in enumerate(findings.staff):
        at, line = first + number, first + number + 1
        sheet.write(at, 0, row.team.in_language(paper.language))
        sheet.write_number(at, 1, row.people, paper.input)
        sheet.write_number(at, 2, float(row.hours), paper.input_decimals)
        sheet.write_number(at, 3, float(row.other_hours), paper.input_decimals)
        sheet.write_number(at, 4, float(row.counts), paper.input_decimals)
        contracted = float(row.people * row.hours / full_time)
        sheet.write_formula(at, 5, f"=B{line}*C{line}/KAP_NORM", paper.decimals, contracted)
        for_cases = float(row.case_hours / full_time)
        formula = f"=B{line}*(C{line}-D{line})*E{line}/KAP_NORM"
        sheet.write_formula(at, 6, formula, paper.decimals, for_cases)
    last = first + len(findings.staff)
    sheet.write(last, 0, say("I alt", "In all"), paper.total)
    totals = {
        1: float(sum(each.people for each in findings.staff)),
        5: float(sum(each.people * each.hours for each in findings.staff) / full_time),
        6: float(sum(each.case_hours for each in findings.staff) / full_time),
    }
    for x in range(1, 7):
        if x in totals:
            letter = "ABCDEFG"[x]
            style = paper.total if x == 1 else paper.total_decimals
            formula = f"=SUM({letter}{first + 1}:{letter}{last})"
            sheet.write_formula(last, x, formula, style, totals[x])
        else:
            sheet.write_blank(last, x, None, paper.total)
    paper.name("KAP_STILLINGER", f"$G${last + 1}")
    return last + 1


def _caseload(sheet: "Worksheet", paper: Paper, findings: Findings, y: int) -> int:
    """Cases per post, and what is missing at both ends; returns the row after them."""
    say, department, found = paper.say, findings.department, findings.caseload
    rule = cited("guideline.caseload.children_families", department.on, rulebook())
    interval = rulebook()["guideline.caseload.children_families"].on(department.on).interval
    sheet.write(y, 0, say("Sagstal", "Caseload"), paper.heading)
    sheet.write(y + 1, 0, say("Åbne sager", "Open cases"))
    sheet.write_number(y + 1, 1, department.open_cases, paper.input)
    paper.name("KAP_SAGER", f"$B${y + 2}")
    sheet.write(y + 2, 0, say("Børn pr. sag", "Children per case"))
    sheet.write_number(y + 2, 1, float(department.children_per_case or 1), paper.input_decimals)
    sheet.write(y + 3, 0, say("Vejledende, lav ende", "Guideline, low end"))
    sheet.write_number(y + 3, 1, float(interval.low), paper.input)
    sheet.write(y + 4, 0, say("Vejledende, høj ende", "Guideline, high end"))
    sheet.write_number(y + 4, 1, float(interval.high), paper.input)
    sheet.write(y + 3, 2, rule.source)
    children = f"KAP_SAGER*$B${y + 3}"
    rows = (
        (
            say("Sager pr. fuldtidsstilling", "Cases per FTE"),
            f"={children}/KAP_STILLINGER",
            found.citizens_per_fte if found else None,
            paper.one_decimal,
        ),
        (
            say("Stillinger i alt ved den høje ende", "Posts in all at the high end"),
            f"={children}/$B${y + 5}",
            found.missing_fte_at_high + found.case_fte if found else None,
            paper.decimals,
        ),
        (
            say("Mangler ved den høje ende", "Missing at the high end"),
            f"={children}/$B${y + 5}-KAP_STILLINGER",
            found.missing_fte_at_high if found else None,
            paper.decimals,
        ),
        (
            say("Mangler ved midten", "Missing at the middle"),
            f"={children}/(($B${y + 4}+$B${y + 5})/2)-KAP_STILLINGER",
            found.missing_fte_at_target if found else None,
            paper.decimals,
        ),
        (
            say("Mangler ved den lave ende", "Missing at the low end"),
            f"={children}/$B${y + 4}-KAP_STILLINGER",
            found.missing_fte_at_low if found else None,
            paper.decimals,
        ),
    )
    for number, (label, formula, value, style) in enumerate(rows):
        sheet.write(y + 5 + number, 0, label)
        guarded = f'=IF(KAP_STILLINGER>0,{formula[1:]},"{say("ingen stillinger", "no posts")}")'
        sheet.write_formula(
            y + 5 + number, 1, guarded, style, "" if value is None else float(value)
        )
    paper.name("KAP_SAGSTAL", f"$B${y + 6}")
    return y + 5 + len(rows)


def _deadlines(
    sheet: "Worksheet", paper: Paper, findings: Findings, answers: Answers, y: int
) -> None:
    """Every deadline as the simulation has it today, in live cells."""
    say, department = paper.say, findings.department
    sheet.write(
        y, 0, say("Frister i dag (simuleret)", "Deadlines today (simulated)"), paper.heading
    )
    headings = (
        ("Team og frist", "Team and deadline"),
        ("Til tiden", "In time"),
        ("Usikkerhed, ned", "Uncertainty, low"),
        ("Usikkerhed, op", "Uncertainty, high"),
        ("Ringe år", "Poor year"),
        ("Godt år", "Good year"),
    )
    paper.headings(sheet, y + 1, headings)
    headline = department.headline_team, department.headline_deadline
    for number, watched in enumerate(findings.deadlines):
        is_headline = (watched.team, watched.deadline) == headline
        row = findings.curve[0] if is_headline and findings.curve else watched.row
        request = Request(
            what=watched.label,
            path="/v1/staffing-curve",
            fields=_SHARES,
            terms=(
                f"department={department.address}",
                f"team={watched.team}",
                f"deadline={watched.deadline}",
                "extra_fte=0",
                f"replications={REPLICATIONS if is_headline else FEW}",
                "seed=1",
            ),
            known=None if row is None else tuple(getattr(row, name) for name in _SHARES),
        )
        asked, at = answers.added(request), y + 2 + number
        sheet.write(at, 0, watched.label.in_language(paper.language))
        for x, name in enumerate(_SHARES, start=1):
            sheet.write_formula(
                at, x, answers.cell(asked, name, 3), paper.percent, answers.value(asked, name)
            )
    end = y + 3 + len(findings.deadlines)
    sheet.write(
        end,
        0,
        say(
            "I denne model og med afdelingens antagelser. Rettidighed, ikke lovmedholdelighed.",
            "In this model and with the department’s assumptions. Timeliness, not lawfulness.",
        ),
    )
