"""Sets of assumptions that fit what is known equally well (da: antagelsessæt).

Effort per case is recorded nowhere, and a department's own counts cannot tell much work from long
waiting, or one order of work from another. So a demo that is illustrated and not calibrated says
its assumptions several times, each set reproducing what was counted, and the spread of their
answers is shown beside the answer.
"""

from dataclasses import dataclass
from fractions import Fraction

from capacity.practice import Policy
from capacity.refusals import refuse_below_zero, refuse_unless_above_zero
from capacity.wording import Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Alternative:
    """One set of assumptions for a team, as what it changes in the department's own (da: sæt).

    `effort`, `delays` and `effort_spread` multiply; `policy` replaces the team's order of work.
    """

    slug: str
    label: Text
    reason: Text
    team: str
    effort: Fraction = Fraction(1)
    delays: Fraction = Fraction(1)
    effort_spread: Fraction = Fraction(1)
    policy: Policy | None = None

    def __post_init__(self) -> None:
        refuse_below_zero(self.effort, "effort")
        refuse_below_zero(self.delays, "delays")
        refuse_unless_above_zero(self.effort_spread, "effort_spread")
