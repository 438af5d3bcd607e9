"""How answers are written: five formats, two decimal marks, and nothing that a sheet would run."""

import csv
import io
import json
import re
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from xml.etree import ElementTree as ET
from zipfile import ZipFile

import pytest
from api_addresses import ADDRESSES
from fastapi.testclient import TestClient
from hypothesis import given
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from api.answers import rounded_to
from api.formats import WRITERS, Cell, Column, Grid, plain
from api.presentation import DecimalMark, Format, Presentation
from api.quantities import number

CASELOAD = ADDRESSES["caseload"]
COMMA = Presentation(decimal=DecimalMark.COMMA)


def written(cell: Cell, format: Format, presentation: Presentation = COMMA) -> str:
    grid = Grid(columns=(Column(key="x", heading="x"),), rows=((cell,),), is_table=False)
    return WRITERS[format](grid, presentation).decode()


def sheet(content: bytes) -> list[list[object]]:
    return CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0).to_python()


def read(content: bytes, format: str) -> int:
    """The number of records in an answer, or an error where it is not well formed."""
    match format:
        case "json":
            answer = json.loads(content)
            return len(answer["rows"]) if "rows" in answer else 1
        case "csv":
            header, *rows = csv.reader(io.StringIO(content.decode(), newline=""), strict=True)
            assert {len(row) for row in rows} == {len(header)}
            return len(rows)
        case "xml":
            result = ET.fromstring(content)
            return len(result.findall("row")) or 1
        case _:
            header, *rows = sheet(content)
            return len(rows)


@pytest.mark.parametrize("format", ["json", "csv", "xml", "xlsx"])
@pytest.mark.parametrize("name", ADDRESSES)
def test_every_address_writes_the_same_records_in_every_format(
    client: TestClient, name: str, format: str
) -> None:
    answer = client.get(f"{ADDRESSES[name]}&format={format}")
    assert answer.status_code == 200
    assert read(answer.content, format) == read(client.get(ADDRESSES[name]).content, "json")


@pytest.mark.parametrize("name", ADDRESSES)
def test_a_field_as_text_is_one_value_a_line(client: TestClient, name: str) -> None:
    content = client.get(ADDRESSES[name]).json()
    records = content.get("rows", [content])
    field = next(iter(records[0]))
    lines = client.get(f"{ADDRESSES[name]}&format=text&field={field}").text.split("\n")
    assert len(lines) == len(records)
    assert "" not in lines


@pytest.mark.parametrize("format", ["json", "csv", "text", "xml", "xlsx"])
@pytest.mark.parametrize("name", ADDRESSES)
def test_head_says_what_get_would_and_sends_nothing(
    client: TestClient, name: str, format: str
) -> None:
    address = f"{ADDRESSES[name]}&format={format}"
    head, got = client.head(address), client.get(address)
    assert (head.status_code, head.content) == (got.status_code, b"")
    number = {"x-request-id"}
    assert number <= head.headers.keys()
    if "content-length" not in head.headers:  # which nobody knows of what is not worked out for it
        assert name in ("what-if", "curve", "staffing-curve")
        number |= {"content-length"}
    assert {k: v for k, v in head.headers.items() if k not in number} == {
        k: v for k, v in got.headers.items() if k not in number
    }


def test_text_without_a_field_is_the_sentence(client: TestClient) -> None:
    sentence = client.get(f"{CASELOAD}&format=text").text
    assert sentence == client.get(CASELOAD).json()["sentence"]
    assert "37,2" in sentence


def test_the_language_is_asked_for_or_accepted_and_danish_otherwise(client: TestClient) -> None:
    address = f"{CASELOAD}&format=text"
    english = client.get(f"{address}&lang=en").text
    assert client.get(address, headers={"Accept-Language": "en-GB,da;q=0.5"}).text == english
    danish = client.get(address, headers={"Accept-Language": "de"}).text
    assert client.get(f"{address}&lang=da", headers={"Accept-Language": "en"}).text == danish
    assert danish != english


def test_a_comma_reaches_text_csv_and_xml_but_never_json(client: TestClient) -> None:
    address = f"{CASELOAD}&field=cases_per_fte&digits=1&decimal=comma"
    assert client.get(f"{address}&format=text").text == "37,2"
    assert client.get(f"{address}&format=csv").text == "cases_per_fte\r\n37,2\r\n"
    assert ET.fromstring(client.get(f"{address}&format=xml").content)[0].text == "37,2"
    assert client.get(address).json() == {"cases_per_fte": 37.2}


def test_csv_is_separated_by_semicolon_where_comma_is_the_decimal_mark(client: TestClient) -> None:
    address = f"{ADDRESSES['workload']}&format=csv"
    assert client.get(address).text.startswith("required_fte,wisn_ratio,")
    assert client.get(f"{address}&decimal=comma").text.startswith("required_fte;wisn_ratio;")


@pytest.mark.parametrize(("sep", "sign"), [(",", ","), (";", ";"), ("tab", "\t")])
def test_the_columns_of_csv_are_separated_as_asked(client: TestClient, sep: str, sign: str) -> None:
    address = f"{ADDRESSES['workload']}&format=csv&sep={sep}"
    assert client.get(address).text.startswith(f"required_fte{sign}wisn_ratio{sign}")


@pytest.mark.parametrize("name", ADDRESSES)
def test_any_table_is_headed_in_words_where_that_is_asked_for(
    client: TestClient, name: str
) -> None:
    table = client.get(f"{ADDRESSES[name]}&format=csv&header=words").content.decode()
    heading = next(csv.reader(io.StringIO(table, newline="")))
    assert heading == sheet(client.get(f"{ADDRESSES[name]}&format=xlsx").content)[0]


def test_yes_or_no_is_true_or_false_in_every_format(client: TestClient) -> None:
    address = "/v1/departments?field=fictional"
    assert client.get(address).json() == {"rows": [{"fictional": True}, {"fictional": False}]}
    assert client.get(f"{address}&format=text").text == "true\nfalse"
    cells = [row[0] for row in sheet(client.get(f"{address}&format=xlsx").content)[1:]]
    assert [cell is True for cell in cells] == [True, False]  # and not the number 1


def test_a_moment_in_a_workbook_is_the_time_on_the_wall(client: TestClient) -> None:
    row = sheet(client.get(f"{ADDRESSES['due-time']}&format=xlsx").content)[1]
    assert datetime(2020, 3, 28, 14, 30) in row  # noqa: DTZ001  (a workbook knows no time zone)
    assert datetime(2020, 3, 27, 14, 30) in row  # noqa: DTZ001


def test_without_digits_a_number_keeps_full_precision(client: TestClient) -> None:
    text = client.get(f"{CASELOAD}&field=cases_per_fte&format=text").text
    assert (
        float(text) == client.get(CASELOAD).json()["cases_per_fte"] == float(Fraction(89000, 2392))
    )


def test_rounding_is_exact_and_half_away_from_zero(client: TestClient) -> None:
    address = "/v1/caseload?open_cases=149&case_fte=4&unit=child&on=2020-03-26&format=text"
    assert client.get(f"{address}&field=cases_per_fte&digits=1").text == "37.3"  # 37.25
    assert client.get(f"{address}&field=missing_fte_at_high&digits=2").text == "0.97"  # 0.9666…
    fewer = "/v1/caseload?open_cases=1&case_fte=0,075&unit=child&on=2020-03-26&format=text"
    assert client.get(f"{fewer}&field=missing_fte_at_low&digits=2").text == "-0.03"  # -0.025


def test_digits_do_not_touch_counts(client: TestClient) -> None:
    assert client.get(f"{CASELOAD}&field=open_cases&format=text&digits=2").text == "890"


def test_a_workbook_has_headings_with_units_and_cells_with_numbers(client: TestClient) -> None:
    headings, values = sheet(client.get(f"{CASELOAD}&format=xlsx&digits=2").content)
    assert headings[0] == "sager pr. fuldtidsstilling (sager/fuldtidsstilling)"
    assert values[0] == 37.21
    assert date(2020, 3, 26) in values


def test_a_workbook_is_not_stamped_with_the_time_of_day(client: TestClient) -> None:
    workbook = ZipFile(io.BytesIO(client.get(f"{CASELOAD}&format=xlsx").content))
    stamps = re.findall(r"\d{4}-\d\d-\d\dT", workbook.read("docProps/core.xml").decode())
    assert {*stamps} == {"2020-01-01T"}
    assert {member.date_time[0] for member in workbook.infolist()} == {1980}


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"])
def test_text_that_a_sheet_would_run_is_made_harmless_in_csv(text: str) -> None:
    cell = next(csv.reader(io.StringIO(written(text, Format.CSV).split("\r\n", 1)[1], newline="")))
    assert cell == [f"'{text}"]


def test_a_formula_is_a_string_in_a_workbook() -> None:
    grid = Grid(columns=(Column(key="x", heading="=x"),), rows=(("=1+1",),), is_table=False)
    assert sheet(WRITERS[Format.XLSX](grid, COMMA)) == [["=x"], ["=1+1"]]


def test_a_negative_number_is_not_taken_for_a_formula() -> None:
    assert written(Decimal("-5.75"), Format.CSV) == "x\r\n-5,75\r\n"


@given(st.text())
def test_any_text_gives_well_formed_xml(text: str) -> None:
    ET.fromstring(written(text.encode(errors="ignore").decode(), Format.XML))


@given(st.floats(allow_nan=False, allow_infinity=False, min_value=-1e60, max_value=1e60))
def test_a_number_written_with_either_mark_is_read_back_exactly(value: float) -> None:
    for presentation in (COMMA, Presentation()):
        text = plain(value, presentation)
        assert "e" not in text
        if len(text) <= 40:
            assert float(number(text)) == value


@given(st.fractions(min_value=-1000, max_value=1000), st.integers(0, 15))
def test_a_rounded_number_is_within_half_a_unit_of_its_last_digit(
    value: Fraction, digits: int
) -> None:
    rounded = rounded_to(value, digits)
    assert abs(Fraction(rounded) - value) <= Fraction(1, 2 * 10**digits)
    assert str(rounded) != "-0"
