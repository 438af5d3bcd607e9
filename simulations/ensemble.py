"""What the assumptions leave open: one question under several sets (da: antagelsessæt).

Each set reproduces what was counted about as well as the department's own, so nothing that is known
chooses between them. How far their answers lie apart is the third uncertainty, beside the
simulation error and the luck of a single year, and is never merged with the two.
"""

from dataclasses import dataclass, replace
from fractions import Fraction

from capacity.alternatives import Alternative
from capacity.changes import with_alternative
from capacity.rulebook import Rulebook
from capacity.units import FTE
from capacity.wording import Text, percent
from simulations.questions import StaffingQuestion
from simulations.sentences import NOT_QUANTIFIED
from simulations.staffing import StaffingCurve, staffing_curve

REPLICATIONS = 128
"""For each set: enough to place a curve among the others."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Spread:
    """The curves of all sets that speak of the question's team (da: spredning mellem sæt).

    `curves` begins with the department's own, whose alternative is None.
    """

    curves: tuple[tuple[Alternative | None, StaffingCurve], ...]

    def range_at(self, level: FTE) -> tuple[float, float]:
        """The least and the greatest share in time of all sets at a level asked for, in 0..1."""
        shares = [
            point.share_in_time.value
            for _, curve in self.curves
            for point in curve.points
            if point.extra_fte == level
        ]
        return min(shares), max(shares)


def spread(question: StaffingQuestion, book: Rulebook) -> Spread:
    """Ask the same under every set of assumptions for the team; all meet the same luck.

    A department that states no other set has a spread of its own curve alone.
    """
    asked = replace(question, replications=REPLICATIONS, precision=None)
    curves: list[tuple[Alternative | None, StaffingCurve]] = [(None, staffing_curve(asked, book))]
    for alternative in question.department.alternatives:
        if alternative.team == question.team:
            changed = with_alternative(question.department, alternative)
            curves.append((alternative, staffing_curve(replace(asked, department=changed), book)))
    return Spread(curves=tuple(curves))


def spread_sentence(found: Spread) -> Text:
    """Say how far apart the sets are, without extra staff and with the most (da: i ord)."""
    if len(found.curves) == 1:
        return NOT_QUANTIFIED
    question = found.curves[0][1].question
    most = max(question.extra_fte)
    (low, high), (low_most, high_most) = (
        found.range_at(min(question.extra_fte)),
        found.range_at(most),
    )
    sets = len(found.curves)

    def shown(share: float, language: str) -> str:
        return percent(Fraction(share), "da" if language == "da" else "en")

    return Text(
        da=f"{sets} sæt antagelser, der passer lige godt med det, der er talt, giver fra "
        f"{shown(low, 'da')} til {shown(high, 'da')} uden ekstra og fra {shown(low_most, 'da')} "
        f"til {shown(high_most, 'da')} med flest.",
        en=f"{sets} sets of assumptions that fit what was counted equally well give from "
        f"{shown(low, 'en')} to {shown(high, 'en')} without extra staff and from "
        f"{shown(low_most, 'en')} to {shown(high_most, 'en')} with the most.",
    )
