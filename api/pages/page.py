"""All parts of the page put together, each standing or refused by itself."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeVar

from api.errors import status_of
from api.pages.asked import Asked
from api.pages.caseload import CaseloadPart, caseload_part
from api.pages.counts import Comparison, Count, comparison_part, count_parts, same_deadline
from api.pages.curve import Choice, CurvePart, choices, curve_part, question_of
from api.pages.curves_kept import CurvesKept
from api.pages.second_opinion import WorkloadPart, workload_part
from api.pages.staff import StaffPart, staff_part
from api.quantities import count
from capacity.department import Department
from capacity.errors import PlannerError
from capacity.fit import NOT_FITTED, verdict
from capacity.rulebook import rulebook
from capacity.wording import Text
from simulations.questions import StaffingQuestion

Part = TypeVar("Part")


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """All that the templates print (da: siden); a part is None where it was refused.

    The curve is None while it is simulated, too.
    """

    asked: Asked
    departments: tuple[Department, ...]
    department: Department | None
    refusals: Mapping[str, PlannerError]
    staff: StaffPart | None = None
    caseload: CaseloadPart | None = None
    counts: tuple[Count, ...] = ()
    comparison: Comparison | None = None
    workload: WorkloadPart | None = None
    choices: tuple[Choice, ...] = ()
    question: StaffingQuestion | None = None
    curve: CurvePart | None = None
    rules_version: str

    @property
    def verdict(self) -> Text:
        """How well the model explains the deadline shown first (da: dommen over modellen)."""
        department = self.department
        if department is None:
            return NOT_FITTED
        return verdict(department.fit, department.headline_team, department.headline_deadline)

    @property
    def status(self) -> int:
        """The HTTP status: that of the first refusal, else 200."""
        return next((status_of(error) for error in self.refusals.values()), 200)

    @property
    def is_waiting(self) -> bool:
        """Whether the curve is being simulated, and the page asks again for it (da: venter)."""
        return self.question is not None and self.curve is None and not self.refusal("curve")

    def refusal(self, part: str) -> PlannerError | None:
        """Return why a part is not there, None where nothing was refused (da: afvisning)."""
        return self.refusals.get(part)


def page_of(
    asked: Asked,
    departments: tuple[Department, ...],
    department: Department | None,
    refused: Mapping[str, PlannerError],
    curves: CurvesKept,
) -> Page:
    """Build the page; a part that refuses leaves its reason and the others standing (da: siden)."""
    book, refusals = rulebook(), dict(refused)
    if department is None:
        return Page(
            asked=asked,
            departments=departments,
            department=None,
            refusals=refusals,
            rules_version=book.fingerprint,
        )

    def built(name: str, build: Callable[[], Part]) -> Part | None:
        try:
            return build()
        except PlannerError as error:
            refusals[name] = error
            return None

    question = built("curve", lambda: _question(asked, department))
    counts = built("counts", lambda: count_parts(department)) or ()
    return Page(
        asked=asked,
        departments=departments,
        department=department,
        staff=built("staff", lambda: staff_part(department, book)),
        caseload=built("caseload", lambda: caseload_part(department, book)),
        counts=counts,
        comparison=built("comparison", lambda: _comparison(asked, counts)),
        workload=built("workload", lambda: workload_part(department, book)),
        choices=choices(department, book),
        question=question,
        curve=built("curve", lambda: curve_part(question, curves)) if question else None,
        refusals=refusals,
        rules_version=book.fingerprint,
    )


def _question(asked: Asked, department: Department) -> StaffingQuestion:
    return question_of(department, asked.team, asked.deadline, asked.extra_fte)


def _comparison(asked: Asked, counts: tuple[Count, ...]) -> Comparison | None:
    if asked.one or asked.other:
        return comparison_part(counts, count(asked.one or "1"), count(asked.other or "2"))
    usual = same_deadline(counts)
    return comparison_part(counts, *usual) if usual else None
