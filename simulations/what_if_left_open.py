"""What history leaves open of a what-if: both sides again under every possible set of inputs.

(da: hvad historikken lader stå åbent.) As around a curve (`input_band`): what is laid around an
answer is how far each set's answer lies from the own inputs', on the same luck.
"""

from collections.abc import Iterator, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from fractions import Fraction

from capacity.rulebook import Rulebook
from simulations.input_band import REPLICATIONS, band_around
from simulations.questions import StaffingQuestion
from simulations.tallies import tally
from simulations.what_if import Runs, WhatIf

Sides = tuple[StaffingQuestion, StaffingQuestion]
"""A team as it is and as it would be, under one set of inputs; the latter at one level of staff."""
Band = tuple[float, float]
"""From where to where a number lies, low and high."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WhatIfBand:
    """From where to where the mean shares in time, and their difference, lie (da: bånd).

    For what is unknown of the inputs, over `sets` sets, with the fit's confidence.
    """

    before: Band
    after: Band
    difference: Band
    sets: int
    confidence: Fraction


def what_if_band(
    found: WhatIf, possible: Sequence[Sides], book: Rulebook, *, executor: Executor | None = None
) -> WhatIfBand | None:
    """Answer a what-if under every possible set of inputs (da: bånd for ukendte størrelser).

    `possible` are the sides with the department's own inputs, then with each set; with none of them
    what is unknown has not been quantified, and the answer is None.
    """
    fit = possible[0][0].department.fit if possible else None
    if fit is None:
        return None
    own, *sets = (tuple(_shares(sides, book, executor)) for sides in possible)
    before, after = (
        band_around(
            point.share_in_time.value,
            own[side],
            [each[side] for each in sets],
            fit.confidence,
            least=0.0,
        )
        for side, point in enumerate((found.before, found.after))
    )
    difference = band_around(
        found.difference.value,
        own[1] - own[0],
        [each[1] - each[0] for each in sets],
        fit.confidence,
    )
    return WhatIfBand(
        before=before,
        after=after,
        difference=difference,
        sets=len(sets),
        confidence=fit.confidence,
    )


def _shares(sides: Sides, book: Rulebook, executor: Executor | None) -> Iterator[float]:
    """The mean share in time of each side, at the highest of its levels."""
    for question in sides:
        runs = Runs(question, book)
        yield tally(runs.counted(REPLICATIONS, executor), len(runs.levels) - 1).share.value
