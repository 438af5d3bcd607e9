"""Every kind of calculation that can become a job, by the name it has in the store.

A new kind is a class of `Calculation` and a line here; the addresses that answer it call
`api.jobs.answering.answered`.
"""

from collections.abc import Mapping
from types import MappingProxyType

from api.jobs.calculation import Calculation
from api.jobs.curve import CurveCalculation
from api.jobs.falling_due import FallingDueCalculation
from api.jobs.fit import FitCalculation
from api.jobs.goal import FullerWorkCalculation, LeastStaffCalculation, MarginalCalculation
from api.jobs.mix import MixCalculation, SavingCalculation
from api.jobs.over_time import OverTimeCalculation
from api.jobs.plans import ComparisonCalculation
from api.jobs.stress import StressCalculation
from api.jobs.waterfall import WaterfallCalculation

KINDS: Mapping[str, type[Calculation]] = MappingProxyType(
    {
        kind.kind: kind
        for kind in (
            CurveCalculation,
            ComparisonCalculation,
            WaterfallCalculation,
            MixCalculation,
            SavingCalculation,
            FitCalculation,
            LeastStaffCalculation,
            MarginalCalculation,
            FullerWorkCalculation,
            StressCalculation,
            FallingDueCalculation,
            OverTimeCalculation,
        )
    }
)
