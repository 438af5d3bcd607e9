"""Audit results in three levels, as Ankestyrelsen counts a case file (da: målinger i tre niveauer).

Such a level mixes time and content: a follow-up can be on time and still fall short. So these
counts stand beside the timeliness of `compliance` and are never added to it.
"""

from dataclasses import dataclass
from fractions import Fraction

from capacity.count_statistics import Bounds, wilson
from capacity.errors import InvalidInput
from capacity.refusals import refuse_below_zero, refuse_unless_confidence
from capacity.units import Share, exact
from capacity.wording import Language, Spoken, Text, percent

LEVELS = 3


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

    def intervals(self, confidence: float = 0.95) -> tuple[Bounds, Bounds, Bounds]:
        """Intervals that hold all three shares at once (da: simultane intervaller).

        Goodman's for a multinomial (On simultaneous confidence intervals for multinomial
        proportions, Technometrics 7, 1965) with Bonferroni's division of the risk, which makes
        each of them Wilson's at a third of it. An interval for one level alone is narrower.

        >>> talks = AuditCounts(met=6, partly_met=4, not_met=4)
        >>> [(round(each.low, 2), round(each.high, 2)) for each in talks.intervals()]
        [(0.18, 0.72), (0.1, 0.6), (0.1, 0.6)]
        """
        refuse_unless_confidence(confidence)
        each = 1 - (1 - confidence) / LEVELS
        return (
            wilson(self.met, self.reviewed, each),
            wilson(self.partly_met, self.reviewed, each),
            wilson(self.not_met, self.reviewed, each),
        )


_LEVEL_NAMES = (
    Text(da="overholdt", en="met"),
    Text(da="delvist overholdt", en="partly met"),
    Text(da="ikke overholdt", en="not met"),
)
_REVIEWED = Text(
    da="Af {reviewed} gennemgåede sager: {levels}. Spændene siger, hvor andelene kan ligge i det "
    "lange løb, alle tre på én gang ({confidence}-konfidensinterval, Goodman). Niveauerne blander "
    "tid og indhold og lægges ikke sammen med rettidigheden.",
    en="Of {reviewed} case files reviewed: {levels}. The ranges say where the shares may lie in "
    "the long run, all three at once ({confidence} intervals, Goodman). The levels mix time and "
    "content and are not added to the timeliness.",
)
_LEVEL = Text(
    da="{count} {name} ({share}; {low} til {high})", en="{count} {name} ({share}; {low} to {high})"
)


def audit_sentence(counts: AuditCounts, confidence: float = 0.95) -> Text:
    """Say an audit's three levels and their uncertainty in words (da: målingen i ord)."""
    intervals = counts.intervals(confidence)
    found = (counts.met, counts.partly_met, counts.not_met)

    def said(language: Language) -> str:
        levels = [
            _LEVEL.in_language(language).format(
                count=count,
                name=name.in_language(language),
                share=percent(share, language),
                low=percent(exact(interval.low), language),
                high=percent(exact(interval.high), language),
            )
            for count, name, share, interval in zip(
                found, _LEVEL_NAMES, counts.shares, intervals, strict=True
            )
        ]
        return _REVIEWED.in_language(language).format(
            reviewed=counts.reviewed,
            levels=", ".join(levels),
            confidence=percent(exact(confidence), language),
        )

    return Spoken(said)
