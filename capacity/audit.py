"""Audit results in three levels, as Ankestyrelsen counts a case file (da: målinger i tre niveauer).

Such a level mixes time and content: a follow-up can be on time and still fall short. So these
counts stand beside the timeliness of `compliance` and are never added to it.
"""

from dataclasses import dataclass
from fractions import Fraction

from capacity.errors import InvalidInput
from capacity.refusals import refuse_below_zero
from capacity.units import Share
from capacity.wording import Text


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditCounts:
    """Case files by level (da: overholdt, delvist overholdt, ikke overholdt).

    Printed as whole percentages the three shares need not sum to 100. `InvalidInput` for a
    negative count or no case files at all.

    >>> talks = AuditCounts(met=6, partly_met=4, not_met=4)
    >>> from capacity.wording import percent
    >>> [percent(share, "da") for share in talks.shares]
    ['43 %', '29 %', '29 %']
    """

    met: int
    partly_met: int
    not_met: int

    def __post_init__(self) -> None:
        for field in ("met", "partly_met", "not_met"):
            count = getattr(self, field)
            refuse_below_zero(count, field)
        if self.reviewed == 0:
            raise InvalidInput(
                Text(
                    da="ingen gennemgåede sager; skriv mindst én",
                    en="no case files reviewed; write at least one",
                )
            )

    @property
    def reviewed(self) -> int:
        """All case files counted (da: gennemgåede sager)."""
        return self.met + self.partly_met + self.not_met

    @property
    def shares(self) -> tuple[Share, Share, Share]:
        """The three levels as parts of those reviewed (da: andele)."""
        return (
            Fraction(self.met, self.reviewed),
            Fraction(self.partly_met, self.reviewed),
            Fraction(self.not_met, self.reviewed),
        )
