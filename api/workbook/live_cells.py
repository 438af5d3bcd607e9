"""Cells that the service fills: one request a row, and what it answered last (da: levende celler).

A request stands alone on the sheet of answers, and the cells that show it turn its text into
numbers. So several numbers come by one request, a number is a number in every country, and a
refusal is words to read and never `#VALUE!`.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction

from capacity.wording import Language, Text, date_in_words, shown

ADDRESS, TAIL = "KAP_ADRESSE", "KAP_HALE"
"""The names of the service's address, and of the key and the refresh that end every request."""
MOST_IN_A_TEXT = 255
"""A spreadsheet's formula takes no longer text in one piece."""
_WIDTH = 300
"""So far apart parts of an answer are put, to be cut out again; none is as long."""
Piece = str | tuple[str, str]
"""A part of an address: itself, or what a cell says, with the parameter that it is written in."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What is asked, and what was answered when the workbook was made (da: forespørgsel).

    `known` are the fields asked for, in their order; none where they were too much to work out.
    """

    what: Text
    path: str
    fields: tuple[str, ...]
    terms: tuple[Piece, ...]
    known: tuple[float, ...] | None

    def formula(self) -> str:
        """Return the formula that asks (da: formel)."""
        asked = f"{self.path}?fields={','.join(self.fields)}&format=text&digits=9&errors=text"
        pieces = [f'"{part}"' for part in _cut(asked)]
        for term in self.terms:
            if isinstance(term, str):
                pieces += [f'"{part}"' for part in _cut(f"&{term}")]
            else:
                name, cell = term
                pieces.append(f'IF({cell}="","","&{name}="&{cell})')
        return f"=_xlfn.WEBSERVICE({ADDRESS}&{'&'.join(pieces)}&{TAIL})"

    @property
    def known_text(self) -> str:
        """What the request was answered with, as text (da: svaret)."""
        return ";".join(f"{each:.9g}" for each in self.known or ())


@dataclass(slots=True)
class Answers:
    """The sheet of answers as it grows: a row a request (da: svar).

    >>> answers = Answers(sheet="Svar", language="da", made_on=date(2026, 11, 25))
    >>> asked = Request(what=Text(da="sagstal", en="caseload"), path="/v1/caseload",
    ...     fields=("cases_per_fte",), terms=("case_fte=23,92",), known=(37.2,))
    >>> row = answers.added(asked)
    >>> row, answers.cell(row, "cases_per_fte").split("(")[0]
    (1, '=IFERROR')
    """

    sheet: str
    language: Language
    made_on: date
    requests: list[Request] = field(default_factory=list)

    def added(self, request: Request) -> int:
        """Add a request, and return its row (da: tilføj)."""
        self.requests.append(request)
        return len(self.requests)

    def cell(self, row: int, name: str, digits: int = 2) -> str:
        """Return the formula that shows one field of a request (da: celle)."""
        request = self.requests[row - 1]
        raw, number = f"'{self.sheet}'!$B${row + 1}", request.fields.index(name)
        part = raw
        if len(request.fields) > 1:
            spread = f'SUBSTITUTE({raw},";",REPT(" ",{_WIDTH}))'
            part = f"TRIM(MID({spread},{number * _WIDTH + 1},{_WIDTH}))"
        as_number = f'IFERROR(_xlfn.NUMBERVALUE({part},".",","),{raw})'
        return f'=IFERROR(IF({part}="",{raw},{as_number}),"{self._silent(request, name, digits)}")'

    def value(self, row: int, name: str) -> float | str:
        """Return what the cell showed when the workbook was made (da: sidst kendte værdi)."""
        request = self.requests[row - 1]
        if request.known is None:
            return _NOT_KNOWN.in_language(self.language)
        return request.known[request.fields.index(name)]

    def _silent(self, request: Request, name: str, digits: int) -> str:
        """What is shown where the service does not answer at all."""
        if request.known is None:
            return _SILENT.in_language(self.language)
        known = Fraction(request.known[request.fields.index(name)])
        return _LAST_KNOWN.in_language(self.language).format(
            value=shown(known, digits, self.language),
            day=date_in_words(self.made_on, self.language),
        )


_NOT_KNOWN = Text(da="regnes, når arket opdateres", en="worked out when the sheet is refreshed")
_SILENT = Text(da="Tjenesten svarer ikke", en="The service does not answer")
_LAST_KNOWN = Text(
    da="Tjenesten svarer ikke; {day} var det {value}",
    en="The service does not answer; on {day} it was {value}",
)


def _cut(written: str) -> Sequence[str]:
    return [written[at : at + MOST_IN_A_TEXT] for at in range(0, len(written), MOST_IN_A_TEXT)]
