"""The workbook in a real LibreOffice: every live cell is the service's number, in two locales."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from office_programs import Service, Sheet, needs_office, opened

OF = "department=ishoej-2020@1&team=paragraf-50&deadline=statute.child_assessment&seed=1"
CURVE = f"/v1/staffing-curve?{OF}&replications=256&format=text"
WHAT_IF = f"/v1/what-if?{OF}&replications=256&format=text"
LEVELS = (0, 1, 2, 3, 4, 6)
FIRST_OF_CURVE, FIRST_OF_GRID = 22, 31
"""Rows of the sheet for trying, counted from 0."""


@dataclass(frozen=True)
class Reader:
    """Whose spreadsheet it is: its words, its marks."""

    language: str
    locale: str
    note: str
    what_if: str
    answers: str
    mark: str
    silent: str
    labels: tuple[str, ...]


DANISH = Reader(
    "da",
    "da-DK",
    "Notatets tal",
    "Hvad nu hvis",
    "Svar",
    ",",
    "Tjenesten svarer ikke",
    (
        "Sager pr. fuldtidsstilling",
        "Mangler ved den høje ende",
        "Mangler ved midten",
        "Mangler ved den lave ende",
    ),
)
ENGLISH = Reader(
    "en",
    "en-US",
    "The note",
    "What if",
    "Answers",
    ".",
    "The service does not answer",
    (
        "Cases per FTE",
        "Missing at the high end",
        "Missing at the middle",
        "Missing at the low end",
    ),
)


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    needs_office()
    running = Service(tmp_path_factory.mktemp("office") / "planner.sqlite")
    running.start()
    yield running
    running.stop()


def served(service: Service, reader: Reader, folder: Path) -> Path:
    """The workbook as the service sends it, in a folder that is trusted."""
    path = folder / f"{reader.language}.xlsx"
    query = f"department=ishoej-2020&lang={reader.language}"
    path.write_bytes(service.get(f"/v1/workbook.xlsx?{query}"))
    return path


def number(service: Service, path: str, field: str) -> float:
    return float(service.get(f"{path}&field={field}"))


def without_errors(sheets: dict[str, Sheet]) -> None:
    assert {name: sheet.errors for name, sheet in sheets.items() if sheet.errors} == {}


@pytest.mark.parametrize("reader", [DANISH, ENGLISH], ids=["da", "en"])
def test_every_live_cell_is_the_services_number_and_the_rest_the_sheets_own(
    service: Service, reader: Reader, tmp_path: Path
) -> None:
    book = served(service, reader, tmp_path)
    written = {
        reader.what_if: {"B5": 3.5, "B9": -10, "B8": 12.5, "H1": "=SUM(B23:D28)"},
        reader.note: {"B29": 598},
    }
    sheets, _ = opened(book, reader.locale, written)
    without_errors(sheets)
    tried = sheets[reader.what_if]
    _tried_is_the_services(service, tried)
    _curve_is_the_services(service, tried)
    shares = [row[1:4] for row in tried.values[FIRST_OF_CURVE : FIRST_OF_CURVE + len(LEVELS)]]
    assert tried.values[0][7] == pytest.approx(sum(map(sum, shares)))
    shown = tried.strings[FIRST_OF_CURVE][1]
    assert shown == f"{100 * shares[0][0]:.1f}".replace(".", reader.mark) + " %"
    _note_is_arithmetic(service, sheets[reader.note], reader)


def _tried_is_the_services(service: Service, tried: Sheet) -> None:
    asked = f"{WHAT_IF}&extra_fte=3.5&inflow=-10&turnover=12.5"
    fields = (
        "share_before",
        "share_after",
        "share_after_year_low",
        "share_after_year_high",
        "difference",
        "difference_low",
        "difference_high",
    )
    shown = [row[1] for row in tried.values[12:19]]
    assert shown == pytest.approx([number(service, asked, each) for each in fields], abs=1e-8)


def _curve_is_the_services(service: Service, tried: Sheet) -> None:
    fields = ("share_in_time", "share_in_time_year_low", "share_in_time_year_high")
    rows = tried.values[FIRST_OF_CURVE : FIRST_OF_CURVE + len(LEVELS)]
    for level, row in zip(LEVELS, rows, strict=True):
        assert row[0] == level
        asked = f"{CURVE}&extra_fte={level}"
        expected = [number(service, asked, each) for each in fields]
        assert row[1:4] == pytest.approx(expected, abs=1e-8)
    grid = tried.values[FIRST_OF_GRID : FIRST_OF_GRID + 3]
    for factor, row in zip(("0.9", "1", "1.1"), grid, strict=True):
        asked = f"{CURVE}&inflow={factor}&extra_fte="
        expected = [number(service, f"{asked}{level}", "share_in_time") for level in LEVELS]
        assert row[1:7] == pytest.approx(expected, abs=1e-8)


def _note_is_arithmetic(service: Service, note: Sheet, reader: Reader) -> None:
    """598 cases on the 23.92 posts, which the sheet has worked out from people and hours."""
    total = next(row for row in note.values if row[0] in ("I alt", "In all"))
    assert (total[1], round(total[5], 2), round(total[6], 2)) == (32, 25.22, 23.92)
    asked = "/v1/caseload?open_cases=598&case_fte=23.92&on=2020-03-26&target=25&format=text"
    fields = ("cases_per_fte", "missing_fte_at_high", "missing_fte_at_target", "missing_fte_at_low")
    for label, field in zip(reader.labels, fields, strict=True):
        assert note.beside(label) == pytest.approx(number(service, asked, field), abs=1e-9)


def test_what_the_service_refuses_is_words_in_the_cell(service: Service, tmp_path: Path) -> None:
    book = served(service, DANISH, tmp_path)
    sheets, _ = opened(book, "da-DK", {DANISH.what_if: {"B5": -1, "B9": "mange"}})
    without_errors(sheets)
    said = sheets[DANISH.what_if].values[13][1]
    assert isinstance(said, str)
    assert said.startswith("#")
    assert len(said) > 20
    assert isinstance(sheets[DANISH.what_if].values[FIRST_OF_CURVE][1], float)


def test_a_silent_service_is_said_with_the_last_number_and_a_new_start_changes_nothing(
    service: Service, tmp_path: Path
) -> None:
    book = served(service, DANISH, tmp_path)
    first, _ = opened(book, "da-DK")
    service.stop()
    silent, _ = opened(book, "da-DK")
    without_errors({name: each for name, each in silent.items() if name != DANISH.answers})
    said = silent[DANISH.what_if].values[12][1]
    assert said.startswith(DANISH.silent)
    assert f"{first[DANISH.what_if].values[12][1]:.3f}".replace(".", ",") in said
    service.start()
    again, _ = opened(book, "da-DK")
    assert {name: each.values for name, each in again.items()} == {
        name: each.values for name, each in first.items()
    }
