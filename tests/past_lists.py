"""Lists of a past for tests: as a case or payroll system would write them, by hand."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from api.documents import load_example
from api.imports.given import Given, Remembered
from api.imports.terms import terms
from api.imports.understanding import Understood, understood
from api.uploads import guarded

DEPARTMENT = load_example("fjordkoebing-2026")
SECRET = b"s" * 32
TODAY = date(2026, 6, 1)

CASES = """\
Sagsnr.;Barn-id;Team;Sagstype;Sagsbehandler;Opmærksom dato;BFU startet;BFU afsluttet;Lukket
S1;B1;Undersøgelse Nord;assessment-north;ABC;03-02-2025;05-02-2025;01-05-2025;02-05-2025
S2;B2;Undersøgelse Nord;assessment-north;ABD;04-03-2025;06-03-2025;;
S3;B3;Børneteamet;casework-children;ABD;05-03-2025;;;
"""
STAFF = """\
Tjenestenr;Navn;Organisatorisk enhed;Ugentligt timetal;Besk.grad;Ansat fra;Ansat til
101;Ida Iversen;Undersøgelse Nord;37;;01-02-2020;
102;Bo Berg;Børneteamet;;0,8649;01-02-2020;31-12-2025
103;Eva Ek;Børneteamet;30,5;;15-08-2025;
"""
ABSENCE = """\
Tjenestenr;Fraværstype;Fra;Til
101;Barsel;01-10-2025;
102;Syg;02-06-2025;05-06-2025
"""
STUDY = """\
Tjenestenr;Dato;Sagstype;Arbejdsgang;Minutter;Færdig
101;02-03-2026;assessment-north;{activity};90;ja
102;03-03-2026;assessment-north;{activity};45;nej
"""
DEPARTMENTS = """\
Kommune;Sagsenhed;Åbne sager;Årsværk;FTE-definition;Nye sager;Forfaldne;Til tiden;Fra;Til
Nordby;barn;890;23,92;sagsbærende;700;152;140;01-01-2025;31-12-2025
Sydby;familie;300;12,5;ansatte;200;;;01-01-2025;31-12-2025
"""
_USUAL = {"unit": "child", "seen_on": "2026-03-31", "complete_from": "2025-01-01"}


def rows_of(list_: str, *rows: str) -> str:
    """The heading of a list with other rows."""
    return "\n".join([list_.splitlines()[0], *rows]) + "\n"


def read(
    kind: str,
    content: str | bytes,
    *,
    people: Sequence[str] = (),
    remembered: Remembered | None = None,
    secret: bytes = SECRET,
    **said: Any,
) -> Understood:
    """What is understood of a file, as the tests' department has it."""
    asked: Mapping[str, Any] = _USUAL | said
    if kind == "departments":
        asked = {"unit": None, "seen_on": None, "complete_from": None} | said
    written = content if isinstance(content, bytes) else content.encode()
    given = Given(
        department=None if kind == "departments" else DEPARTMENT,
        secret=secret,
        remembered=remembered or Remembered(),
        people={each: each for each in people},
    )
    return understood(guarded(written, "liste.csv"), terms(kind, today=TODAY, **asked), given)
