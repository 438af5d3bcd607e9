"""How long 200 000 rows take to come in, against the reader library alone on the same file.

At most `AIM` times the library, for the whole import. To be run on a machine that does nothing
else: the two processes of an import and the one of the library are not hindered alike.
"""

import csv
import io
import resource
import time
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import NamedTuple

import pytest
import xlsxwriter
from python_calamine import CalamineWorkbook
from sqlmodel import Session

from api.database import database_engine, migrate
from api.documents import load_example
from api.imports.desk import Acceptance
from api.imports.desk import imported as whole_import
from api.imports.terms import terms
from api.store.departments import Store
from api.uploads import guarded, table

pytestmark = pytest.mark.benchmark

ROWS = 200_000
TRIES = 3
AIM = 5
HEADINGS = (
    "Sagsnr Barn Type Modtaget Vurderet Afsluttet Team Rådgiver Lovgrundlag Alder Timer Indsats "
    "Tom Status Bemærkning"
).split()


def rows() -> Iterator[list[object]]:
    for n in range(ROWS):
        day = date(2019, 1, 1) + timedelta(n % 1500)
        yield [
            f"SAG-{n:07d}",
            f"BARN{n % 50_000:06d}",
            "underretning",
            day,
            day + timedelta(1),
            day + timedelta(100),
            "Team Nord" if n % 2 else "Team Syd",
            f"R{n % 80:03d}",
            "§ 50",
            n % 19,
            37.5,
            round(n % 100 / 7, 2),
            None,
            "åben" if n % 3 else "lukket",
            f"bemærkning {n % 997}",
        ]


def danish(cell: object) -> object:
    if isinstance(cell, date):
        return cell.strftime("%d-%m-%Y")
    return str(cell).replace(".", ",") if isinstance(cell, float) else cell


@pytest.fixture(scope="module")
def text(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("lists") / "sager.csv"
    with file.open("w", encoding="utf-8-sig", newline="") as written:
        writer = csv.writer(written, delimiter=";")
        writer.writerow(HEADINGS)
        writer.writerows(map(danish, row) for row in rows())
    return file


@pytest.fixture(scope="module")
def workbook(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("lists") / "sager.xlsx"
    options = {"constant_memory": True, "default_date_format": "dd-mm-yyyy"}
    with xlsxwriter.Workbook(file, options) as book:
        sheet = book.add_worksheet("Sager")
        sheet.write_row(0, 0, HEADINGS)
        for n, row in enumerate(rows(), 1):
            sheet.write_row(n, 0, row)
    return file


class Timed(NamedTuple):
    seconds: float
    processor: float
    """Of this process and of those it has waited for."""


def csv_alone(file: Path) -> int:
    with file.open(encoding="utf-8-sig", newline="") as opened:
        return sum(1 for _ in csv.reader(opened, delimiter=";")) - 1


def calamine_alone(file: Path) -> int:
    book = CalamineWorkbook.from_filelike(io.BytesIO(file.read_bytes()))
    return sum(1 for _ in book.get_sheet_by_index(0).iter_rows()) - 1


def test_a_csv_file_of_200_000_rows(text: Path) -> None:
    reading("CSV", text, lambda: csv_alone(text))


def test_a_workbook_of_200_000_rows(workbook: Path) -> None:
    reading("XLSX", workbook, lambda: calamine_alone(workbook))


def reading(name: str, file: Path, alone: Callable[[], int]) -> None:
    """Read all rows, guarded and looked through, against the library that only reads them."""
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    ours, library = [], []
    for _ in range(TRIES):  # side by side, on a busy machine
        library.append(timed(alone))
        ours.append(timed(lambda: imported(file)))
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    child = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    memory = f"the reader grew by {grown:.0f} MB, the largest process was {child:.0f} MB"
    compared(f"{name}, {file.stat().st_size / 2**20:.0f} MB, reading", ours, library, memory)


def compared(name: str, ours: list[Timed], library: list[Timed], memory: str) -> None:
    seconds, seconds_alone = (min(each.seconds for each in of) for of in (ours, library))
    work, work_alone = (min(each.processor for each in of) for of in (ours, library))
    ratio = seconds / seconds_alone
    print(
        f"\n{name}: {seconds:.2f} s, {ratio:.1f} × the library alone ({seconds_alone:.2f} s; "
        f"aim {AIM}); processor time of both processes {work:.2f} s, "
        f"{work / work_alone:.1f} ×; {memory}"
    )
    assert ratio <= AIM


def imported(file: Path) -> int:
    with table(guarded(file, file.name)) as found:
        return sum(1 for _ in found.rows)


def timed(run: Callable[[], int]) -> Timed:
    processor, started = _processor(), time.perf_counter()
    assert run() == ROWS
    return Timed(time.perf_counter() - started, _processor() - processor)


def _processor() -> float:
    used = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(each.ru_utime + each.ru_stime for each in used)


def test_the_whole_import_of_a_csv_file(text: Path, tmp_path: Path) -> None:
    whole("CSV", text, tmp_path, lambda: csv_alone(text))


def test_the_whole_import_of_a_workbook(workbook: Path, tmp_path: Path) -> None:
    whole("XLSX", workbook, tmp_path, lambda: calamine_alone(workbook))


def whole(name: str, file: Path, folder: Path, alone: Callable[[], int]) -> None:
    """Read, understand, check and keep all rows, against the library that only reads them."""
    engine = database_engine(folder / "planner.sqlite")
    migrate(engine)
    department = load_example("fjordkoebing-2026")
    with Session(engine) as session, session.begin():
        Store(session).add_department(department)
    ours, library = [], []
    for number in range(TRIES):
        said = terms(
            "cases",
            today=date(2026, 6, 1),
            unit="child",
            seen_on=f"2026-03-{number + 1:02}",  # another list each time, so that each is kept
            complete_from="2019-01-01",
            mapping={"Modtaget": "notification_received", "Afsluttet": "closed"},
            values={
                "team": {"Team Nord": "undersoegelse-nord", "Team Syd": "undersoegelse-syd"},
                "case_type": {"underretning": "intake"},
            },
        )
        library.append(timed(alone))
        accept = Acceptance(slug=department.slug, token=None, by="benchmark")

        def accepted() -> int:
            kept = whole_import(engine, file, file.name, said, department.slug, accept)  # noqa: B023
            assert kept.accepted is not None, kept.report.errors[:3]
            return kept.report.rows_understood

        ours.append(timed(accepted))
    engine.dispose()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    compared(
        f"{name}, the whole import",
        ours,
        library,
        f"the service's process was {peak:.0f} MB at most",
    )
    assert peak < 700
