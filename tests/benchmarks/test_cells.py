"""A workbook of 1 000 live cells in LibreOffice, beside a plain client that asks the same."""

import http.client
import time
from pathlib import Path

import pytest
import xlsxwriter
from office_programs import Service, needs_office, opened

CELLS = 1000
PATH = (
    "/v1/caseload?open_cases={}&case_fte=23.92&on=2020-03-26"
    "&field=cases_per_fte&format=text&digits=9"
)


def book_of(cells: int, address: str, path: Path) -> None:
    with xlsxwriter.Workbook(str(path)) as workbook:
        sheet = workbook.add_worksheet("Celler")
        for number in range(cells):
            asked = address + PATH.format(100 + number)
            fetched = f'_xlfn.WEBSERVICE("{asked}")'
            sheet.write_formula(number, 0, f'=_xlfn.NUMBERVALUE({fetched},".",",")')


def requests_told(service: Service) -> dict[str, float]:
    """How many requests of each method the service has counted of the address."""
    counted: dict[str, float] = {}
    for line in service.get("/metrics").decode().splitlines():
        if "requests_total{" in line and "/v1/caseload" in line:
            method = line.partition('method="')[2].partition('"')[0]
            counted[method] = counted.get(method, 0) + float(line.rpartition(" ")[2])
    return counted


def replayed(service: Service, told: dict[str, float]) -> float:
    """Ask as often and in the same ways, over one connection that is kept."""
    connection = http.client.HTTPConnection("127.0.0.1", service.port)
    began = time.perf_counter()
    for number in range(CELLS):
        for method, count in told.items():
            for _ in range(round(count / CELLS)):
                connection.request(method, PATH.format(100 + number))
                connection.getresponse().read()
    took = time.perf_counter() - began
    connection.close()
    return took


@pytest.mark.benchmark
def test_a_thousand_live_cells_beside_a_client_that_asks_the_same(tmp_path: Path) -> None:
    needs_office()
    service = Service(tmp_path / "planner.sqlite")
    service.start()
    try:
        book = tmp_path / "cells.xlsx"
        book_of(CELLS, service.address, book)
        one = tmp_path / "one" / "cells.xlsx"
        one.parent.mkdir()
        book_of(1, service.address, one)
        _, start = opened(one, "da-DK")
        before = requests_told(service)
        sheets, seconds = opened(book, "da-DK")
        told = {
            method: count - before.get(method, 0)
            for method, count in requests_told(service).items()
        }
        values = [row[0] for row in sheets["Celler"].values]
        assert values == pytest.approx([(100 + n) / 23.92 for n in range(CELLS)], abs=1e-8)
        plain = replayed(service, told)
        print(
            f"\n{CELLS} live cells, {told}: LibreOffice {seconds:.2f} s (one cell {start:.2f} s), "
            f"a plain client with the same requests {plain:.2f} s: {seconds / plain:.2f} times, "
            f"{(seconds - start) / plain:.2f} without the start"
        )
    finally:
        service.stop()
