"""The workbook as a file: what Excel takes, names, the last known numbers, the same bytes."""

import io
import re
import zipfile
from collections.abc import Iterator
from datetime import date
from functools import cache
from xml.etree import ElementTree

import pytest
from fastapi.testclient import TestClient
from python_calamine import CalamineWorkbook

from api.app import create_app
from api.documents import load_example
from api.settings import Settings
from api.workbook.book import workbook_of
from api.workbook.findings import Findings, findings_of, staff_rows
from capacity.roster import case_fte, contracted_fte, headcount
from capacity.rulebook import rulebook
from capacity.wording import Language

LONGEST_ADDRESS, LONGEST_FORMULA, LONGEST_TEXT = 2048, 8192, 255
MADE_ON = date(2026, 11, 25)
ADDRESS = "https://kapacitet.kommune.example"
MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


@cache
def findings(slug: str = "ishoej-2020") -> Findings:
    return findings_of(load_example(slug), rulebook(), at_once=20_000_000)


@cache
def book(language: Language = "da", slug: str = "ishoej-2020") -> bytes:
    return workbook_of(findings(slug), ADDRESS, language, MADE_ON)


def parts(content: bytes) -> dict[str, ElementTree.Element]:
    with zipfile.ZipFile(io.BytesIO(content)) as opened:
        return {
            name: ElementTree.fromstring(opened.read(name))
            for name in opened.namelist()
            if name.endswith((".xml", ".rels"))
        }


def formulas(content: bytes) -> Iterator[str]:
    for name, root in parts(content).items():
        if name.startswith("xl/worksheets/"):
            yield from (each.text or "" for each in root.iter(f"{MAIN}f"))
        if name == "xl/workbook.xml":
            yield from (each.text or "" for each in root.iter(f"{MAIN}definedName"))


def names(content: bytes) -> dict[str, str]:
    root = parts(content)["xl/workbook.xml"]
    return {each.get("name", ""): each.text or "" for each in root.iter(f"{MAIN}definedName")}


@pytest.mark.parametrize("language", ["da", "en"])
def test_every_formula_and_address_is_within_what_excel_takes(language: Language) -> None:
    asking = 0
    for formula in formulas(book(language)):
        assert len(formula) <= LONGEST_FORMULA
        texts = re.findall(r'"((?:[^"]|"")*)"', formula)
        assert all(len(each) <= LONGEST_TEXT for each in texts), formula
        if "WEBSERVICE" in formula:
            asking += 1
            # Every text that may be in the address, with a key and the longest inputs.
            assert len(ADDRESS) + len("".join(texts)) + 7 * 12 + 200 < LONGEST_ADDRESS
    assert asking > 30


@pytest.mark.parametrize("language", ["da", "en"])
def test_newer_functions_are_written_as_excel_knows_them(language: Language) -> None:
    for formula in formulas(book(language)):
        for name in ("WEBSERVICE", "NUMBERVALUE", "ENCODEURL", "LAMBDA"):
            assert not re.search(rf"(?<!_xlfn\.)\b{name}\(", formula), formula
    # What a program does not calculate it has to show, so every formula has a value beside it.
    for name, root in parts(book(language)).items():
        if name.startswith("xl/worksheets/"):
            for cell in root.iter(f"{MAIN}c"):
                if cell.find(f"{MAIN}f") is not None:
                    assert cell.find(f"{MAIN}v") is not None


def test_the_sheets_names_and_inputs_are_there() -> None:
    found = names(book())
    for name in (
        "KAP_ADRESSE",
        "KAP_NOEGLE",
        "KAP_OPDATER",
        "KAP_HALE",
        "KAP_NORM",
        "KAP_SAGER",
        "KAP_STILLINGER",
        "KAP_SAGSTAL",
        "KAP_EKSTRA",
        "KAP.SAGSTAL",
        "KAP.MANGLER",
        "KAP.RETTIDIGHED",
    ):
        assert name in found, name
    workbook = CalamineWorkbook.from_filelike(io.BytesIO(book()))
    assert workbook.sheet_names == [
        "Notatets tal",
        "Hvad nu hvis",
        "Data",
        "Regler og kilder",
        "Hjælp",
        "Svar",
    ]
    help_ = workbook.get_sheet_by_name("Hjælp").to_python()
    assert help_[2][1] == ADDRESS
    assert "25. november 2026" in str(help_[5][1])


def test_the_last_known_numbers_stand_in_the_cells() -> None:
    """As a reader without recalculation sees them: a preview, or Excel before it is trusted."""
    workbook = CalamineWorkbook.from_filelike(io.BytesIO(book()))
    note = workbook.get_sheet_by_name("Notatets tal").to_python()
    shown = {str(row[0]): row for row in note}
    assert shown["I alt"][1] == 32
    assert shown["I alt"][6] == pytest.approx(23.92)
    assert shown["Sager pr. fuldtidsstilling"][1] == pytest.approx(890 / 23.92)
    assert round(float(shown["Mangler ved midten"][1]), 2) == 11.68
    assert round(float(shown["Mangler ved den høje ende"][1]), 2) == 5.75
    assert round(float(shown["Mangler ved den lave ende"][1]), 2) == 20.58
    headline = next(row for label, row in shown.items() if label.startswith("§50-team: B"))
    curve = findings().curve
    assert headline[1] == pytest.approx(curve[0].share_in_time)


def test_what_is_too_much_to_work_out_at_once_says_so_and_is_no_number() -> None:
    unknown = findings_of(load_example("ishoej-2020"), rulebook(), at_once=0)
    content = workbook_of(unknown, ADDRESS, "da", MADE_ON)
    note = CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_name("Notatets tal")
    shown = {str(row[0]): row for row in note.to_python()}
    assert shown["Basisteam 1: Senere opfølgning"][1] == "regnes, når arket opdateres"
    assert shown["Sager pr. fuldtidsstilling"][1] == pytest.approx(890 / 23.92)


@pytest.mark.parametrize("slug", ["ishoej-2020", "fjordkoebing-2026"])
def test_the_staff_sheet_adds_up_to_the_roster(slug: str) -> None:
    department = load_example(slug)
    rows, on = staff_rows(department), department.on
    full_time = rulebook()["agreement.full_time_hours"].on(on).number
    assert sum(each.people for each in rows) == headcount(department.roster, on)
    contracted = sum(each.people * each.hours for each in rows) / full_time
    assert contracted == contracted_fte(department.roster, on, full_time)
    written = sum(each.people * (each.hours - each.other_hours) * each.counts for each in rows)
    assert written / full_time == case_fte(department.roster, on, full_time)


def test_the_same_findings_on_the_same_day_are_the_same_bytes() -> None:
    assert workbook_of(findings(), ADDRESS, "da", MADE_ON) == book()


def test_a_workbook_is_served_and_not_made_again_for_who_has_it() -> None:
    settings = Settings(database=None, demo=True, at_once_steps=0)
    with TestClient(create_app(settings), base_url="http://127.0.0.1") as service:
        path = "/v1/workbook.xlsx?department=ishoej-2020"
        answer = service.get(path)
        assert answer.status_code == 200
        assert answer.headers["content-disposition"] == 'attachment; filename="ishoej-2020.xlsx"'
        assert "KAP_ADRESSE" in names(answer.content)
        page = service.get("/what-if?department=ishoej-2020&lang=en").text
        link = re.search(r'href="(/v1/workbook[^"]*)"', page)
        assert link is not None
        english = service.get(link[1].replace("&amp;", "&"))
        assert "The note" in CalamineWorkbook.from_filelike(io.BytesIO(english.content)).sheet_names
        again = service.get(path, headers={"If-None-Match": answer.headers["etag"]})
        assert again.status_code == 304
        assert service.get("/v1/workbook.xlsx?department=nowhere").status_code == 404
        assert service.get(path + "&nonsense=1").status_code == 422
