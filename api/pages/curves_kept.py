"""Curves that the page has asked for: simulated beside the requests, once each, and kept.

The same question and the same rules give the same bytes, so none is ever stale.
"""

from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, TimeoutError
from functools import lru_cache
from threading import Lock
from typing import TYPE_CHECKING

from capacity.errors import PlannerError
from capacity.rulebook import rulebook
from simulations.questions import StaffingQuestion

if TYPE_CHECKING:  # compiled code, which is loaded beside the start and not before it
    from simulations.ensemble import Spread
    from simulations.input_band import InputBand
    from simulations.staffing import StaffingCurve

_CURVES_KEPT = 64
_MOST_STEPS = 2 * 10**8
"""Some twenty seconds of one core: what takes more is a job, and no page waits for it."""
_AT_ONCE = 2
"""Each takes all cores for itself; a third would only make all of them wait."""


@lru_cache(maxsize=_CURVES_KEPT)
def spread_of(question: StaffingQuestion) -> "Spread":
    """Return what the assumptions leave open of a question, computed once (da: spredning)."""
    from simulations.ensemble import spread

    return spread(question, rulebook())


@lru_cache(maxsize=_CURVES_KEPT)
def band_of(curve: "StaffingCurve") -> "InputBand | None":
    """Return what a fit leaves open of the inputs, computed once (da: bånd)."""
    from simulations.input_band import input_band

    return input_band(curve, rulebook())


def _simulated(question: StaffingQuestion) -> "StaffingCurve":
    from simulations.experiments import refuse_steps
    from simulations.input_band import band_steps
    from simulations.staffing import curve_steps, staffing_curve

    _, most = curve_steps(question, rulebook())
    refuse_steps(most + band_steps(question, rulebook()), _MOST_STEPS)
    curve = staffing_curve(question, rulebook())
    # Both are shown with it, and take longer than it does.
    spread_of(question)
    band_of(curve)
    return curve


class CurvesKept:
    """The newest curves, and those under way (da: gemte kurver).

    `patience` is for how many seconds a page waits for one before it is shown without.
    """

    def __init__(
        self,
        patience: float,
        simulate: Callable[[StaffingQuestion], "StaffingCurve"] = _simulated,
    ) -> None:
        self._patience = patience
        self._simulate = simulate
        self._kept: OrderedDict[StaffingQuestion, Future[StaffingCurve]] = OrderedDict()
        self._lock = Lock()
        self._threads = ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="curves")

    def curve(self, question: StaffingQuestion) -> "StaffingCurve | None":
        """Return a curve; None while it is simulated. Raises what the simulation refuses."""
        asked = self._asked(question)
        try:
            return asked.result(timeout=self._patience)
        except TimeoutError:
            return None
        except PlannerError:
            raise
        except Exception:
            with self._lock:
                self._kept.pop(question, None)  # a fault may have passed when it is asked again
            raise

    def forget(self) -> None:
        """Forget all of them (da: glem)."""
        with self._lock:
            self._kept.clear()
        spread_of.cache_clear()
        band_of.cache_clear()

    def close(self) -> None:
        """Start no more (da: luk)."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    def _asked(self, question: StaffingQuestion) -> "Future[StaffingCurve]":
        with self._lock:
            if question not in self._kept:
                self._kept[question] = self._threads.submit(self._simulate, question)
            self._kept.move_to_end(question)
            while len(self._kept) > _CURVES_KEPT:
                _, oldest = self._kept.popitem(last=False)
                oldest.cancel()
            return self._kept[question]
