"""Sheets to read: the curve as data, rules and sources, help, and the answers (da: læs)."""

from datetime import date
from typing import TYPE_CHECKING

from api.pages.figures import cited
from api.workbook.findings import Findings
from api.workbook.live_cells import ADDRESS, TAIL, Answers
from api.workbook.paper import Paper
from capacity.rulebook import rulebook
from capacity.wording import Text, date_in_words

if TYPE_CHECKING:
    from xlsxwriter.workbook import Workbook
    from xlsxwriter.worksheet import Worksheet

DATA = Text(da="Data", en="Data")
SOURCES = Text(da="Regler og kilder", en="Rules and sources")
HELP = Text(da="Hjælp", en="Help")
ANSWERS = Text(da="Svar", en="Answers")
_RULES = (
    "agreement.full_time_hours",
    "guideline.caseload.children_families",
)
_COLUMNS = (
    "extra_fte",
    "case_fte",
    "share_in_time",
    "share_in_time_low",
    "share_in_time_high",
    "share_in_time_year_low",
    "share_in_time_year_high",
    "difference",
    "in_time",
    "due",
)


def write_data_sheet(sheet: "Worksheet", paper: Paper, findings: Findings) -> None:
    """The curve as a table, and the question with which Power Query fetches it (da: data)."""
    say, department = paper.say, findings.department
    sheet.set_column(0, len(_COLUMNS), 14)
    sheet.write(0, 0, DATA.in_language(paper.language), paper.title)
    sheet.write(
        1,
        0,
        say(
            "Et øjebliksbillede. Power Query henter det frisk: Data > Hent data > Tom "
            "forespørgsel, og sæt teksten nedenfor ind i den avancerede editor.",
            "A snapshot. Power Query fetches it anew: Data > Get Data > Blank Query, and paste the "
            "text below into the advanced editor.",
        ),
    )
    rows = [[float(getattr(row, name)) for name in _COLUMNS] for row in findings.curve]
    if rows:
        sheet.add_table(
            3,
            0,
            3 + len(rows),
            len(_COLUMNS) - 1,
            {
                "name": "KAP_KURVE",
                "style": "Table Style Light 9",
                "columns": [{"header": name} for name in _COLUMNS],
                "data": rows,
            },
        )
    path = "v1/staffing-curve"
    query = (
        f'department="{department.address}", team="{department.headline_team}", '
        f'deadline="{department.headline_deadline}", extra_fte="0;1;2;3;4;6", seed="1"'
    )
    lines = (
        "let",
        f'  Adresse = Excel.CurrentWorkbook(){{[Name="{ADDRESS}"]}}[Content]{{0}}[Column1],',
        "  Svar = Json.Document(Web.Contents(Adresse,",
        f'    [RelativePath="{path}", Query=[{query}], ApiKeyName="api_key"])),',
        "  Tabel = Table.FromRecords(Svar[rows])",
        "in Tabel",
    )
    for number, line in enumerate(lines):
        sheet.write_string(6 + len(rows) + number, 0, line, paper.code)


def write_sources_sheet(sheet: "Worksheet", paper: Paper, findings: Findings) -> None:
    """Every rule with its source, and every assumption with who made it (da: regler og kilder)."""
    say, department, language = paper.say, findings.department, paper.language
    sheet.set_column(0, 0, 42)
    sheet.set_column(1, 1, 18)
    sheet.set_column(2, 4, 46)
    sheet.write(0, 0, SOURCES.in_language(language), paper.title)
    for x, (da, en) in enumerate(
        (
            ("Regel", "Rule"),
            ("Værdi", "Value"),
            ("Art og sikkerhed", "Kind and certainty"),
            ("Kilde", "Source"),
            ("Adresse", "Address"),
        )
    ):
        sheet.write(2, x, say(da, en), paper.column)
    y, ids = 3, dict.fromkeys((*_RULES, *(each.deadline for each in findings.deadlines)))
    for rule_id in ids:
        rule = cited(rule_id, department.on, rulebook())
        texts = (
            rule.label.in_language(language),
            rule.value.in_language(language),
            f"{rule.kind.in_language(language)}; {rule.certainty.in_language(language)}; "
            + say("efterset {}", "checked {}").format(date_in_words(rule.last_checked, language)),
            rule.source,
            rule.url or "",
        )
        for x, text in enumerate(texts):
            sheet.write_string(y, x, text, paper.wrapped)
        y += 1
    y += 1
    for x, (da, en) in enumerate(
        (
            ("Antagelse om", "Assumption about"),
            ("Hvem", "Who"),
            ("Siger", "Says"),
            ("Fordi", "Because"),
        )
    ):
        sheet.write(y, x, say(da, en), paper.column)
    for number, each in enumerate(department.assumptions, start=1):
        said = (
            each.about,
            each.said_by,
            each.says.in_language(language),
            each.reason.in_language(language),
        )
        for x, text in enumerate(said):
            sheet.write_string(y + number, x, text, paper.wrapped)


def write_help_sheet(sheet: "Worksheet", paper: Paper, address: str, made_on: date) -> None:
    """The service's address, the key and the refresh in one cell each, then help (da: hjælp)."""
    say = paper.say
    sheet.set_column(0, 0, 26)
    sheet.set_column(1, 1, 90)
    sheet.write(0, 0, HELP.in_language(paper.language), paper.title)
    for y, label, value in (
        (2, say("Tjenestens adresse", "The service’s address"), address),
        (3, say("Nøgle (kun læsning)", "Key (reading only)"), ""),
        (4, say("Opdatér: skriv et nyt tal", "Refresh: write a new number"), ""),
    ):
        sheet.write(y, 0, label)
        if value:
            sheet.write_string(y, 1, value, paper.input)
        else:
            sheet.write_blank(y, 1, None, paper.input)
    sheet.write(5, 0, say("Tallene er fra", "The numbers are of"))
    sheet.write(5, 1, date_in_words(made_on, paper.language))
    paper.name(ADDRESS, "$B$3")
    paper.name("KAP_NOEGLE", "$B$4")
    paper.name("KAP_OPDATER", "$B$5")
    for y, (da, en) in enumerate(_HELP, start=7):
        sheet.write(y, 0, "Dansk", paper.wrapped)
        sheet.write(y, 1, da, paper.wrapped)
        sheet.write(y + len(_HELP) + 1, 0, "English", paper.wrapped)
        sheet.write(y + len(_HELP) + 1, 1, en, paper.wrapped)


_HELP = (
    (
        "Gule felter må skrives over. Alt andet er formler, som kan ses.",
        "Yellow cells may be written over. All else are formulas that can be looked at.",
    ),
    (
        "Excel på Windows spørger først om eksternt indhold: vælg Aktivér indhold. Excel på Mac og "
        "i browseren henter ikke tal; der ses de senest kendte.",
        "Excel on Windows first asks about external content: choose Enable content. Excel on a Mac "
        "and in the browser fetches nothing; there the last known numbers are shown.",
    ),
    (
        "Tallene hentes igen, når et felt ændres, når der skrives et nyt tal i Opdatér, eller med "
        "Ctrl+Alt+F9.",
        "The numbers are fetched again when a cell is changed, when another number is written in "
        "Refresh, or with Ctrl+Alt+F9.",
    ),
    (
        "I nyt Excel findes KAP.SAGSTAL(sager;stillinger), KAP.MANGLER(sager;stillinger;pr) "
        "og KAP.RETTIDIGHED(ekstra).",
        "In new Excel there are KAP.SAGSTAL(cases,posts), KAP.MANGLER(cases,posts,per) and "
        "KAP.RETTIDIGHED(extra).",
    ),
    (
        "Svarer tjenesten ikke, står det i feltet, og hvad tallet var, da arket blev hentet.",
        "Where the service does not answer, the cell says so, and what the number was when the "
        "sheet was fetched.",
    ),
    (
        "Nøglen står i arket: brug en, der kun kan læse, og del ikke arket med den i.",
        "The key is in the sheet: use one that only reads, and do not share the sheet with it.",
    ),
)


def write_answers_sheet(sheet: "Worksheet", paper: Paper, answers: Answers) -> None:
    """One request a row, as the service answers it (da: svar)."""
    say = paper.say
    sheet.set_column(0, 0, 46)
    sheet.set_column(1, 1, 90)
    sheet.write(0, 0, say("Forespørgsel", "Request"), paper.column)
    sheet.write(0, 1, say("Tjenestens svar", "The service’s answer"), paper.column)
    for number, request in enumerate(answers.requests, start=1):
        sheet.write_string(number, 0, request.what.in_language(paper.language))
        sheet.write_formula(number, 1, request.formula(), paper.code, request.known_text)


def define_tail(workbook: "Workbook", language: str) -> None:
    """Name what ends every request: language, key and refresh (da: halen)."""
    workbook.define_name(
        TAIL,
        f'="&lang={language}"&IF(KAP_NOEGLE="","","&api_key="&_xlfn.ENCODEURL(KAP_NOEGLE))'
        '&IF(KAP_OPDATER="","","&_="&KAP_OPDATER)',
    )
