"""The page What if: a team as it is beside what a leader would change (da: hvad nu hvis).

Both are simulated on the same luck, and the answer comes again and again, sharper each time.
"""

from collections import OrderedDict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from threading import Lock
from typing import TYPE_CHECKING

from api.charts import Level, Marks
from api.pages.caseload import caseload_of
from api.pages.curve import Choice, choices, drawn_level
from api.pages.dials import DIALS, POSTS, Dial, Plan, plan_of, watched
from api.pages.figures import Figure
from api.pages.frame import Frame
from api.pages.keep_plan import KeepPart
from api.pages.printing import rendered
from api.pages.what_if_figures import what_if_figures
from capacity.department import Department
from capacity.errors import PlannerError
from capacity.practice import POLICIES, Policy
from capacity.rulebook import Rulebook, rulebook
from capacity.scenario import changed_department
from capacity.units import exact
from capacity.wording import Language, Text, percent
from simulations.questions import StaffingQuestion

if TYPE_CHECKING:  # compiled code, which is loaded beside the start and not before it
    from simulations.staffing import CurvePoint
    from simulations.what_if import Runs, WhatIf
    from simulations.what_if_left_open import Sides, WhatIfBand

BREAK = "\N{INFORMATION SEPARATOR TWO}"
"""Ends each part of a reply that comes in parts."""
_RUNS_KEPT = 32
_MOST_STEPS = 50_000_000
"""A few seconds of one core: a page that is dragged does not wait for more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """One side of the table: before, or after (da: før eller efter)."""

    case_fte: Fraction
    share: Fraction
    low: Fraction
    high: Fraction
    year_low: Fraction
    year_high: Fraction
    stock: Fraction
    days_late: Fraction
    days_late_90: int


@dataclass(frozen=True, slots=True, kw_only=True)
class WhatIfPart:
    """The answer as the page shows it, first and last (da: svaret)."""

    plan: Plan
    sentence: Text
    before: Side
    after: Side
    difference: Fraction
    difference_low: Fraction
    difference_high: Fraction
    difference_year_low: Fraction | None
    difference_year_high: Fraction | None
    inputs: "WhatIfBand | None"
    """What history leaves open of the inputs; None where that is not quantified, or not yet."""
    levels: tuple[Level, ...]
    chosen: Level
    reachable: Fraction
    guideline: tuple[Fraction, Fraction] | None
    """How many extra posts bring the caseload to the guideline's high and its low end."""
    replications: int
    is_final: bool
    model_version: str
    figures: tuple[Figure, ...]
    """The numbers that can be taken along, each with its address."""

    def marks(self, language: Language) -> Marks:
        """What the chart points out (da: mærker)."""
        target = percent(self.plan.target, language)
        return Marks(
            chosen=self.chosen,
            target=self.plan.target,
            target_label={"da": f"mål {target}", "en": f"target {target}"}[language],
            guideline=self.guideline,
            guideline_label={"da": "vejledende sagstal", "en": "guideline"}[language],
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class WhatIfPage:
    """The form and its answer (da: hvad nu hvis); the answer is None where it was refused.

    It is None while the model is made ready, too.
    """

    choices: tuple[Choice, ...] = ()
    watched: tuple[str, str] | None = None
    turns_others: bool = False
    """Whether something else than posts is changed, so that those fields stand open (da: åben)."""
    part: WhatIfPart | None = None
    is_waiting: bool = False
    keep: KeepPart = field(default_factory=KeepPart)
    posts: Dial = POSTS
    dials: tuple[Dial, ...] = DIALS
    policies: Mapping[Policy, Text] = field(default_factory=lambda: POLICIES)


class RunsKept:
    """The newest runs, so that a slider that goes back finds what it left (da: gemte kørsler)."""

    def __init__(self) -> None:
        self._kept: OrderedDict[StaffingQuestion, Runs] = OrderedDict()
        self._bands: OrderedDict[tuple[Sides, int], WhatIfBand] = OrderedDict()
        self._lock = Lock()

    def runs(self, question: StaffingQuestion) -> "Runs":
        """Return the runs of a question; raises what its layout refuses (da: kørsler)."""
        from simulations.what_if import Runs

        with self._lock:
            if question in self._kept:
                self._kept.move_to_end(question)
                return self._kept[question]
        laid_out = Runs(question, rulebook())
        with self._lock:
            found = self._kept.setdefault(question, laid_out)
            while len(self._kept) > _RUNS_KEPT:
                self._kept.popitem(last=False)
        return found

    def band(self, plan: Plan, found: "WhatIf") -> "WhatIfBand | None":
        """Return what history leaves open of an answer; None where that is not quantified.

        Nor is it where the sets are more work than a page may be (da: ukendte inddata).
        """
        from simulations.input_band import REPLICATIONS, possible_departments
        from simulations.what_if_left_open import what_if_band

        book, asked = rulebook(), (plan.before, replace(plan.after, extra_fte=(plan.chosen,)))
        key = (asked, found.replications)
        with self._lock:
            if key in self._bands:
                self._bands.move_to_end(key)
                return self._bands[key]
        departments = possible_departments(plan.before.department)
        both = 2 * self.runs(plan.before).steps(REPLICATIONS)
        if not departments or len(departments) * both > _MOST_STEPS:
            return None
        possible = [
            (
                replace(plan.before, department=each),
                replace(asked[1], department=changed_department(each, plan.changes, book)),
            )
            for each in departments
        ]
        band = what_if_band(found, possible, book)
        assert band is not None
        with self._lock:
            self._bands[key] = band
            while len(self._bands) > _RUNS_KEPT:
                self._bands.popitem(last=False)
        return band

    def forget(self) -> None:
        """Forget all of them (da: glem)."""
        with self._lock:
            self._kept.clear()
            self._bands.clear()


def what_if_page(frame: Frame, kept: RunsKept, *, is_warm: bool) -> WhatIfPage:
    """Build the page with its last answer; what is refused leaves the form standing (da: siden)."""
    department, asked = frame.department, frame.asked
    if department is None:
        return WhatIfPage()
    part, of = None, None
    try:
        of = watched(asked.terms["watch"], department)
        plan = plan_of(asked, department)
        if is_warm:
            *_, part = parts_of(plan, kept)
    except PlannerError as error:
        frame.refusals["answer"] = error
    others = [*(dial.name for dial in DIALS), "caseload_limit", "policy", "merge"]
    return WhatIfPage(
        choices=choices(department, rulebook()),
        watched=of,
        turns_others=any(asked.terms[name] for name in others),
        part=part,
        is_waiting=part is None and not frame.refusal("answer"),
    )


def live_answers(frame: Frame, kept: RunsKept) -> Iterator[str]:
    """Print the answer after each stage, each of them whole (da: løbende svar)."""

    def written(part: WhatIfPart | None) -> str:
        page = WhatIfPage(part=part)
        answer = rendered(
            "parts/what_if_answer.html",
            frame.asked.language,
            frame=frame,
            asked=frame.asked,
            page=page,
        )
        return f"{answer}{BREAK}"

    try:
        if frame.department is not None:
            for part in parts_of(plan_of(frame.asked, frame.department), kept):
                yield written(part)
    except PlannerError as error:
        frame.refusals["answer"] = error
        yield written(None)


def parts_of(plan: Plan, kept: RunsKept) -> Iterator[WhatIfPart]:
    """Answer a plan, sharper and sharper; the last answer says that it is (da: svar).

    Where the department is fitted, once more with what its history leaves open of the inputs.
    `TooMuchWork` where not even the fewest replications are few enough for a page.
    """
    for found in answers_of(plan, kept):
        part = _part(plan, found)
        yield part
    if plan.before.department.fit is not None:
        yield replace(part, inputs=kept.band(plan, found))


def answers_of(plan: Plan, kept: RunsKept, *, exactly: bool = False) -> Iterator["WhatIf"]:
    """Answer a plan with its replications, or fewer where those are too much work (da: svar).

    `TooMuchWork` where not even the fewest will do, or with `exactly` those that are asked for.
    """
    from simulations.experiments import refuse_steps
    from simulations.what_if import FIRST_ANSWER, what_ifs

    before, curve = kept.runs(plan.before), kept.runs(plan.after)
    # A slider that stops between two levels of the curve does not have all of it run again.
    is_drawn = plan.chosen in curve.levels
    chosen = curve if is_drawn else kept.runs(replace(plan.after, extra_fte=(plan.chosen,)))

    def steps(replications: int) -> int:
        return sum(each.steps(replications) for each in {before, curve, chosen})

    replications = plan.before.replications
    fewest = replications if exactly else FIRST_ANSWER
    while replications > fewest and steps(replications) > _MOST_STEPS:
        replications //= 2
    refuse_steps(steps(replications), _MOST_STEPS)
    yield from what_ifs(before, curve, chosen, plan.chosen, replications=replications)


def _part(plan: Plan, found: "WhatIf") -> WhatIfPart:
    from simulations.what_if import what_if_sentence

    book = rulebook()
    return WhatIfPart(
        plan=plan,
        sentence=what_if_sentence(found, plan.titles, book),
        before=_side(found.before),
        after=_side(found.after),
        difference=exact(found.difference.value),
        difference_low=exact(found.difference.low),
        difference_high=exact(found.difference.high),
        difference_year_low=None if found.year_low is None else exact(found.year_low),
        difference_year_high=None if found.year_high is None else exact(found.year_high),
        inputs=None,
        levels=_drawn(found),
        chosen=drawn_level(found.after),
        reachable=exact(found.curve.reachable),
        guideline=_to_the_guideline(plan.before.department, book),
        replications=found.replications,
        is_final=found.is_final,
        model_version=found.curve.model_version,
        figures=what_if_figures(plan, found),
    )


def _drawn(found: "WhatIf") -> tuple[Level, ...]:
    """The levels of the curve, and the one that was chosen where it is none of them."""
    points = {each.extra_fte: each for each in found.curve.points} | {
        found.after.extra_fte: found.after
    }
    return tuple(drawn_level(points[level]) for level in sorted(points))


def _side(point: "CurvePoint") -> Side:
    return Side(
        case_fte=point.case_fte,
        share=exact(point.share_in_time.value),
        low=exact(point.share_in_time.low),
        high=exact(point.share_in_time.high),
        year_low=exact(point.year_low),
        year_high=exact(point.year_high),
        stock=exact(point.stock_in_time),
        days_late=exact(point.mean_days_late),
        days_late_90=point.days_late_90,
    )


def _to_the_guideline(department: Department, book: Rulebook) -> tuple[Fraction, Fraction] | None:
    try:
        found = caseload_of(department, book)
    except PlannerError:  # nobody carries cases, or the guideline was another thing then
        return None
    return found.missing_fte_at_high, found.missing_fte_at_low
