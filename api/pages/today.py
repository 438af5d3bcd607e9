"""The page Today: from staff to timeliness, each part standing or refused by itself (da: i dag)."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from api.pages.asked import Asked
from api.pages.caseload import CaseloadPart, caseload_part
from api.pages.counts import Comparison, Count, comparison_part, count_parts, same_deadline
from api.pages.curve import Choice, CurvePart, choices, curve_part, levels_written, question_of
from api.pages.curves_kept import CurvesKept
from api.pages.frame import Frame
from api.pages.second_opinion import WorkloadPart, workload_part
from api.pages.staff import StaffPart, staff_part
from api.quantities import count
from capacity.department import Department
from capacity.errors import PlannerError
from capacity.rulebook import rulebook
from simulations.questions import StaffingQuestion

Part = TypeVar("Part")

TERMS = {"team": None, "deadline": None, "extra_fte": levels_written(), "one": None, "other": None}
"""What a reader chooses of it (da: valg)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Today:
    """The parts that the templates print (da: i dag); one is None where it was refused.

    The curve is None while it is simulated, too.
    """

    staff: StaffPart | None = None
    caseload: CaseloadPart | None = None
    counts: tuple[Count, ...] = ()
    comparison: Comparison | None = None
    workload: WorkloadPart | None = None
    choices: tuple[Choice, ...] = ()
    question: StaffingQuestion | None = None
    curve: CurvePart | None = None
    is_waiting: bool = False
    """Whether the curve is being simulated, and the page asks again for it (da: venter)."""


def today_of(frame: Frame, curves: CurvesKept) -> Today:
    """Build the page; a part that refuses leaves its reason and the others standing (da: i dag)."""
    department, asked, book = frame.department, frame.asked, rulebook()
    if department is None:
        return Today()

    def built(name: str, build: Callable[[], Part]) -> Part | None:
        try:
            return build()
        except PlannerError as error:
            frame.refusals[name] = error
            return None

    question = built("curve", lambda: _question(asked, department))
    counts = built("counts", lambda: count_parts(department)) or ()
    curve = built("curve", lambda: curve_part(question, curves)) if question else None
    return Today(
        staff=built("staff", lambda: staff_part(department, book)),
        caseload=built("caseload", lambda: caseload_part(department, book)),
        counts=counts,
        comparison=built("comparison", lambda: _comparison(asked, counts)),
        workload=built("workload", lambda: workload_part(department, book)),
        choices=choices(department, book),
        question=question,
        curve=curve,
        is_waiting=question is not None and curve is None and not frame.refusal("curve"),
    )


def _question(asked: Asked, department: Department) -> StaffingQuestion:
    chosen = asked.terms
    levels = chosen["extra_fte"] or levels_written()
    return question_of(department, chosen["team"], chosen["deadline"], levels)


def _comparison(asked: Asked, counts: tuple[Count, ...]) -> Comparison | None:
    one, other = asked.terms["one"], asked.terms["other"]
    if one or other:
        return comparison_part(counts, count(one or "1"), count(other or "2"))
    usual = same_deadline(counts)
    return comparison_part(counts, *usual) if usual else None
