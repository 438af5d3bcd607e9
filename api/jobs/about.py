"""What a job is about, in a few words, and the address whose answer it is (da: spørgsmålet kort).

It is kept with the job when its question is emptied: names, amounts and the address, with all that
could move written into it, so that asking it again finds the same job.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any
from urllib.parse import urlencode

from capacity.units import Kroner, Share
from capacity.wording import Text


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """What tells one job from another in a list (da: hvad der spørges om).

    `department` and `scenario` are with their versions; `team` None means all. A search has an
    amount, a saving a share as well. `path` is the address whose answer it is, None where a
    document was sent: what was in that is kept with no job.
    """

    title: Text
    department: str
    scenario: str | None = None
    team: str | None = None
    kroner: Kroner | None = None
    share: Share | None = None
    path: str | None = None

    def as_json(self) -> dict[str, Any]:
        """Write it so that `read` gives back the same (da: som JSON)."""
        return {
            "title": {"da": self.title.da, "en": self.title.en},
            "department": self.department,
            "scenario": self.scenario,
            "team": self.team,
            "kroner": None if self.kroner is None else str(self.kroner),
            "share": None if self.share is None else str(self.share),
            "path": self.path,
        }

    @classmethod
    def read(cls, written: Mapping[str, Any]) -> "About":
        """Read what `as_json` wrote."""
        kroner, share = written["kroner"], written["share"]
        return cls(
            title=Text(**written["title"]),
            department=written["department"],
            scenario=written["scenario"],
            team=written["team"],
            kroner=None if kroner is None else Fraction(kroner),
            share=None if share is None else Fraction(share),
            path=written["path"],
        )


def address(path: str, **asked: str | int | Fraction | date | None) -> str:
    """Write an address with what it was asked, as a caller would; what is None is left out.

    >>> address("/v1/caseload", open_cases=890, case_fte=Fraction("23.92"), team=None)
    '/v1/caseload?open_cases=890&case_fte=23.92'
    """
    query = {
        name.removesuffix("_"): written_out(value)
        for name, value in asked.items()
        if value is not None
    }
    return f"{path}?{urlencode(query, safe=',;:@')}"


def written_out(value: str | int | Fraction | date) -> str:
    """Write a value exactly: what an address was asked has an end (da: skrevet helt ud).

    >>> [written_out(Fraction(each)) for each in ("0.00005", "-1200000", "-5/2")]
    ['0.00005', '-1200000', '-2.5']
    """
    if not isinstance(value, Fraction) or value.denominator == 1:
        return str(value)
    digits = 0
    while 10**digits % value.denominator:
        digits += 1
        if digits > _MOST_DIGITS:
            return str(value)  # it was sent in a document, and no address can hold it
    whole, rest = divmod(abs(value), 1)
    sign = "-" if value < 0 else ""
    return f"{sign}{whole}.{int(rest * 10**digits):0{digits}d}"


_MOST_DIGITS = 200
