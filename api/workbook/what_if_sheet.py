"""The sheet for trying: coloured cells to write in, answers beside them, the curve (da: prøv)."""

from fractions import Fraction
from typing import TYPE_CHECKING

from api.jobs.curve import CurveRow
from api.workbook.findings import INFLOWS, LEVELS, REPLICATIONS, Findings
from api.workbook.live_cells import Answers, Piece, Request
from api.workbook.paper import Paper
from capacity.rulebook import rulebook
from capacity.wording import Text, in_full, percent

if TYPE_CHECKING:
    from xlsxwriter.workbook import Workbook
    from xlsxwriter.worksheet import Worksheet

SHEET = Text(da="Hvad nu hvis", en="What if")
_DIALS = (
    ("extra_fte", "Ekstra fuldtidsstillinger", "Extra full-time posts"),
    (
        "other_duties",
        "Timer om ugen taget fra andre opgaver",
        "Hours a week taken from other duties",
    ),
    ("sickness", "Sygdom og orlov, ændring i procent", "Sickness and leave, change in per cent"),
    ("turnover", "Udskiftning, ændring i procent", "Turnover, change in per cent"),
    ("inflow", "Tilgang, ændring i procent", "Inflow, change in per cent"),
    ("effort", "Tidsforbrug pr. sag, ændring i procent", "Effort per case, change in per cent"),
    ("waiting", "Ventetid på andre, ændring i procent", "Waiting for others, change in per cent"),
)
_ANSWERS = (
    ("share_before", "Til tiden, som i dag", "In time, as today"),
    ("share_after", "Til tiden, med ændringen", "In time, with the change"),
    ("share_after_year_low", "Et ringe år, med ændringen", "A poor year, with the change"),
    ("share_after_year_high", "Et godt år, med ændringen", "A good year, with the change"),
    ("difference", "Forskel, procentpoint", "Difference, percentage points"),
    (
        "difference_low",
        "Forskel, simuleringens usikkerhed ned",
        "Difference, simulation error, low",
    ),
    (
        "difference_high",
        "Forskel, simuleringens usikkerhed op",
        "Difference, simulation error, high",
    ),
)
_POINTS = {"difference", "difference_low", "difference_high"}
_CURVE = (
    ("share_in_time", "Til tiden", "In time"),
    ("share_in_time_year_low", "Ringe år", "Poor year"),
    ("share_in_time_year_high", "Godt år", "Good year"),
)
_TARGET = Fraction(9, 10)
"""What the target stands at until somebody writes another: an assumption, and said to be one."""


def write_what_if_sheet(
    workbook: "Workbook", sheet: "Worksheet", paper: Paper, findings: Findings, answers: Answers
) -> None:
    """Write the dials, what they give, the curve and the sensitivity (da: hvad nu hvis)."""
    department, say = findings.department, paper.say
    team, label = department.team(department.headline_team), department.headline_deadline
    sheet.set_column(0, 0, 46)
    sheet.set_column(1, 7, 13)
    sheet.write(0, 0, SHEET.in_language(paper.language), paper.title)
    sheet.write(
        1,
        0,
        f"{team.label.in_language(paper.language)}: "
        f"{rulebook()[label].label.in_language(paper.language)}",
    )
    sheet.write(
        2,
        0,
        say(
            "Skriv i de gule felter; tomt er som i dag.",
            "Write in the yellow cells; empty is as today.",
        ),
    )
    dials: list[Piece] = []
    for number, (name, da, en) in enumerate(_DIALS):
        at = 4 + number
        sheet.write(at, 0, say(da, en))
        if name == "extra_fte":
            sheet.write_number(at, 1, 2, paper.input)
        else:
            sheet.write_blank(at, 1, None, paper.input)
        dials.append((name, f"'{SHEET.in_language(paper.language)}'!$B${at + 1}"))
    paper.name("KAP_EKSTRA", "$B$5")
    of: tuple[Piece, ...] = (
        f"department={department.address}",
        f"team={department.headline_team}",
        f"deadline={department.headline_deadline}",
        f"replications={REPLICATIONS}",
        "seed=1",
    )
    y = 5 + len(_DIALS)
    asked = answers.added(
        Request(
            what=SHEET,
            path="/v1/what-if",
            fields=tuple(name for name, _, _ in _ANSWERS),
            terms=(*of, *dials),
            known=_tried(findings),
        )
    )
    for number, (name, da, en) in enumerate(_ANSWERS):
        sheet.write(y + number, 0, say(da, en))
        style = paper.points if name in _POINTS else paper.percent
        sheet.write_formula(
            y + number, 1, answers.cell(asked, name, 3), style, answers.value(asked, name)
        )
    y = _curve(workbook, sheet, paper, findings, answers, of, y + len(_ANSWERS) + 1)
    _sensitivity(sheet, paper, findings, answers, of, y + 1)


def _tried(findings: Findings) -> tuple[float, ...] | None:
    """What two posts more give, by the curve: the same cases, the same luck, the same bytes."""
    if not findings.curve:
        return None
    before = findings.curve[0]
    after = next(each for each in findings.curve if each.extra_fte == 2)
    return (
        before.share_in_time,
        after.share_in_time,
        after.share_in_time_year_low,
        after.share_in_time_year_high,
        after.difference,
        after.difference_low,
        after.difference_high,
    )


def _curve(
    workbook: "Workbook",
    sheet: "Worksheet",
    paper: Paper,
    findings: Findings,
    answers: Answers,
    of: tuple[Piece, ...],
    y: int,
) -> int:
    """The curve as live cells with a chart of the spreadsheet's own; returns the row after it."""
    say = paper.say
    sheet.write(
        y,
        0,
        say("Kurven, uden de andre ændringer", "The curve, without the other changes"),
        paper.heading,
    )
    headings = [
        ("Ekstra stillinger", "Extra posts"),
        *((da, en) for _, da, en in _CURVE),
        ("Mål (antagelse)", "Target (assumption)"),
    ]
    paper.headings(sheet, y + 1, headings)
    fields = tuple(name for name, _, _ in _CURVE)
    rows = findings.curve or (None,) * len(LEVELS)
    for number, (level, row) in enumerate(zip(LEVELS, rows, strict=True)):
        at = y + 2 + number
        asked = answers.added(
            Request(
                what=Text(da=f"{in_full(level, 'da')} ekstra", en=f"{in_full(level, 'en')} extra"),
                path="/v1/staffing-curve",
                fields=fields,
                terms=(*of, f"extra_fte={in_full(level, 'en')}"),
                known=_of_row(row, fields),
            )
        )
        sheet.write_number(at, 0, float(level))
        for x, name in enumerate(fields, start=1):
            sheet.write_formula(
                at, x, answers.cell(asked, name, 3), paper.percent, answers.value(asked, name)
            )
        if number:
            sheet.write_formula(at, 4, f"=$E${y + 3}", paper.percent, float(_TARGET))
        else:
            sheet.write_number(at, 4, float(_TARGET), paper.input_percent)
    last = y + 2 + len(LEVELS)
    name = SHEET.in_language(paper.language)
    chart = workbook.add_chart({"type": "line"})
    looks = (
        {"color": "#1F4E79", "width": 2.5},
        {"color": "#7F7F7F", "width": 1.25, "dash_type": "dash"},
        {"color": "#7F7F7F", "width": 1.25, "dash_type": "dash"},
        {"color": "#C55A11", "width": 1.25, "dash_type": "round_dot"},
    )
    for x, line in enumerate(looks, start=1):
        chart.add_series(
            {
                "name": [name, y + 1, x],
                "categories": [name, y + 2, 0, last - 1, 0],
                "values": [name, y + 2, x, last - 1, x],
                "line": line,
                **({"marker": {"type": "circle", "size": 6}} if x == 1 else {}),
            }
        )
    chart.set_title(
        {
            "name": say(
                "Frister til tiden mod ekstra stillinger", "Deadlines in time against extra posts"
            ),
            "name_font": {"size": 12},
        }
    )
    chart.set_y_axis(
        {
            "num_format": "0%",
            "min": 0,
            "max": 1,
            "major_gridlines": {"visible": True, "line": {"color": "#D9D9D9"}},
        }
    )
    chart.set_x_axis({"name": say("ekstra fuldtidsstillinger", "extra full-time posts")})
    chart.set_legend({"position": "bottom"})
    chart.set_size({"width": 560, "height": 330})
    sheet.insert_chart(
        3,
        3,
        chart,
        {
            "object_position": 2,
            "description": say(
                "Kurven som linjer: gennemsnit, ringe og godt år, og målet. Tallene står i "
                "tabellen nedenfor.",
                "The curve as lines: mean, poor and good year, and the target. The numbers are in "
                "the table below.",
            ),
        },
    )
    return last


def _of_row(row: CurveRow | None, fields: tuple[str, ...]) -> tuple[float, ...] | None:
    return None if row is None else tuple(getattr(row, name) for name in fields)


def _sensitivity(
    sheet: "Worksheet",
    paper: Paper,
    findings: Findings,
    answers: Answers,
    of: tuple[Piece, ...],
    y: int,
) -> None:
    """Extra posts against inflow, every cell asked for: no goal seek, which waits for no answer."""
    say, language = paper.say, paper.language
    sheet.write(
        y,
        0,
        say(
            "Følsomhed: til tiden ved færre og flere sager",
            "Sensitivity: in time with fewer and more cases",
        ),
        paper.heading,
    )
    levels = ((f"{in_full(each, 'da')} ekstra", f"{in_full(each, 'en')} extra") for each in LEVELS)
    paper.headings(sheet, y + 1, [("Tilgang", "Inflow"), *levels])
    for number, inflow in enumerate(INFLOWS):
        at, rows = y + 2 + number, findings.grid[number] or (None,) * len(LEVELS)
        change = inflow - 1
        label = percent(abs(change), language)
        words = (
            say("som i dag", "as today") if not change else f"{'−' if change < 0 else '+'}{label}"
        )
        sheet.write(at, 0, words)
        for x, (level, row) in enumerate(zip(LEVELS, rows, strict=True), start=1):
            factor = in_full(inflow, "en")
            asked = answers.added(
                Request(
                    what=Text(
                        da=f"tilgang {in_full(inflow, 'da')}, {in_full(level, 'da')} ekstra",
                        en=f"inflow {factor}, {in_full(level, 'en')} extra",
                    ),
                    path="/v1/staffing-curve",
                    fields=("share_in_time",),
                    terms=(*of, f"inflow={factor}", f"extra_fte={in_full(level, 'en')}"),
                    known=_of_row(row, ("share_in_time",)),
                )
            )
            sheet.write_formula(
                at,
                x,
                answers.cell(asked, "share_in_time", 3),
                paper.percent,
                answers.value(asked, "share_in_time"),
            )
