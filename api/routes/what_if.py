"""`/v1/what-if`: a team as it is, beside what somebody would change (da: hvad nu hvis)."""

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Annotated, TypeAlias

from fastapi import APIRouter, Query, Request, Response
from fastapi.concurrency import run_in_threadpool
from pydantic import Field

from api.answers import Answer, Exact, Label, head_of, rendered
from api.curve_terms import curve_question
from api.documented import documented, planner_router
from api.etags import answer_tag, is_known, not_modified
from api.fields import RulesVersion, Sentence, Verdict, inputs_ends
from api.jobs.calculation import planner_version
from api.pages.asked import Asked
from api.pages.dials import DIALS, REPLICATIONS, Plan, plan_of
from api.pages.what_if import answers_of
from api.presentation import Question
from api.quantities import Count
from api.store.departments import StoreDependency
from capacity.department import Department
from capacity.fit import verdict
from capacity.rulebook import rulebook
from capacity.wording import Text
from simulations.questions import LEAST_REPLICATIONS

if TYPE_CHECKING:  # compiled code, which is loaded beside the start and not before it
    from simulations.what_if import WhatIf
    from simulations.what_if_left_open import WhatIfBand

router: APIRouter = planner_router("staffing and deadlines")

_SHARE = ("andel 0-1", "share 0-1")
_DAYS = ("dage", "days")
_FTE = ("fuldtidsstillinger", "FTE")
_TERMS = ("extra_fte", "extra_from", *(dial.name for dial in DIALS), "caseload_limit", "policy")
_PATH = "/v1/what-if"

Change: TypeAlias = Annotated[str | None, Field(max_length=60)]


class WhatIfQuestion(Question):
    """A stored department, a team and a deadline, and what would be changed."""

    department: str = Field(
        description="a department, or one version of it: slug@version (da: afdeling)",
        examples=["ishoej-2020"],
    )
    team: str | None = Field(None, description="the team's name; the headline team if left out")
    deadline: str | None = Field(
        None,
        description="the deadline's rule; the headline deadline if left out (da: frist)",
        examples=["statute.child_assessment"],
    )
    extra_fte: Change = Field(
        None, description="extra full-time equivalents in the team", examples=["2"]
    )
    extra_from: Change = Field(
        None, description="their first day; the department's own day if left out"
    )
    other_duties: Change = Field(
        None, description="hours a week of other duties taken from the team (da: andre opgaver)"
    )
    sickness: Change = Field(
        None, description="change of sickness and leave, in per cent (da: fravær)", examples=["-20"]
    )
    turnover: Change = Field(
        None, description="change of turnover, in per cent (da: personaleudskiftning)"
    )
    inflow: Change = Field(None, description="change of inflow, in per cent (da: tilgang)")
    effort: Change = Field(
        None, description="change of effort per case, in per cent (da: tidsforbrug)"
    )
    waiting: Change = Field(
        None, description="change of waiting for others, in per cent (da: ventetid på andre)"
    )
    caseload_limit: Change = Field(None, description="most cases per FTE (da: loft)")
    policy: Change = Field(None, description="the order of work (da: rækkefølge)")
    merge: Change = Field(None, description="a team that is merged with it (da: læg sammen med)")
    seed: Count = Field(1, description="the same seed gives the same luck (da: frø)")
    replications: Count | None = Field(
        None,
        ge=LEAST_REPLICATIONS,
        description=f"simulated periods; {REPLICATIONS}, or for a large department fewer, if left "
        "out (da: gentagelser)",
    )


class WhatIfAnswer(Answer):
    """A deadline as it is kept, as it would be, and the difference (da: før, efter og forskel).

    `_low` and `_high` are simulation error; `_year_low` and `_year_high` are the range of single
    years; `_inputs_low` and `_inputs_high` are what history leaves open of the inputs, left out
    where that is not quantified.
    """

    sentence: Sentence
    share_before: Annotated[float, Label("andel til tiden, før", "share in time, before", *_SHARE)]
    share_before_low: Annotated[float, Label("før, simulationsfejl ned", "before, low", *_SHARE)]
    share_before_high: Annotated[float, Label("før, simulationsfejl op", "before, high", *_SHARE)]
    share_before_year_low: Annotated[float, Label("før, ringe år", "before, poor year", *_SHARE)]
    share_before_year_high: Annotated[float, Label("før, godt år", "before, good year", *_SHARE)]
    share_before_inputs_low: Annotated[
        float | None, Label("før, ukendte inddata ned", "before, inputs low", *_SHARE)
    ] = None
    share_before_inputs_high: Annotated[
        float | None, Label("før, ukendte inddata op", "before, inputs high", *_SHARE)
    ] = None
    share_after: Annotated[float, Label("andel til tiden, efter", "share in time, after", *_SHARE)]
    share_after_low: Annotated[float, Label("efter, simulationsfejl ned", "after, low", *_SHARE)]
    share_after_high: Annotated[float, Label("efter, simulationsfejl op", "after, high", *_SHARE)]
    share_after_year_low: Annotated[float, Label("efter, ringe år", "after, poor year", *_SHARE)]
    share_after_year_high: Annotated[float, Label("efter, godt år", "after, good year", *_SHARE)]
    share_after_inputs_low: Annotated[
        float | None, Label("efter, ukendte inddata ned", "after, inputs low", *_SHARE)
    ] = None
    share_after_inputs_high: Annotated[
        float | None, Label("efter, ukendte inddata op", "after, inputs high", *_SHARE)
    ] = None
    difference: Annotated[float, Label("forskel", "difference", *_SHARE)]
    difference_low: Annotated[float, Label("forskel, nedre", "difference, low", *_SHARE)]
    difference_high: Annotated[float, Label("forskel, øvre", "difference, high", *_SHARE)]
    difference_inputs_low: Annotated[
        float | None, Label("forskel, ukendte inddata ned", "difference, inputs low", *_SHARE)
    ] = None
    difference_inputs_high: Annotated[
        float | None, Label("forskel, ukendte inddata op", "difference, inputs high", *_SHARE)
    ] = None
    difference_year_low: Annotated[
        float | None, Label("forskel, ringe år", "difference, poor year", *_SHARE)
    ] = None
    difference_year_high: Annotated[
        float | None, Label("forskel, godt år", "difference, good year", *_SHARE)
    ] = None
    stock_before: Annotated[
        float, Label("åbne, ikke overskredet, før", "open, not overdue, before", *_SHARE)
    ]
    stock_after: Annotated[
        float, Label("åbne, ikke overskredet, efter", "open, not overdue, after", *_SHARE)
    ]
    days_late_before: Annotated[
        float, Label("gennemsnitlig forsinkelse, før", "mean days late, before", *_DAYS)
    ]
    days_late_after: Annotated[
        float, Label("gennemsnitlig forsinkelse, efter", "mean days late, after", *_DAYS)
    ]
    case_fte_before: Annotated[Exact, Label("stillinger, før", "FTE, before", *_FTE)]
    case_fte_after: Annotated[Exact, Label("stillinger, efter", "FTE, after", *_FTE)]
    reachable: Annotated[
        float, Label("kan højst nås, uanset bemanding", "at most reachable", *_SHARE)
    ]
    department: Annotated[str, Label("afdeling", "department")]
    team: Annotated[str, Label("team", "team")]
    deadline: Annotated[str, Label("frist", "deadline")]
    from_: Annotated[date, Label("fra", "from")] = Field(alias="from")
    to: Annotated[date, Label("til (ikke med)", "to (not included)")]
    seed: Annotated[int, Label("frø", "seed")]
    replications: Annotated[int, Label("gentagelser", "replications")]
    model_version: Annotated[str, Label("modellens version", "version of the model")]
    rules_version: RulesVersion
    verdict: Verdict


@router.get(_PATH, **documented(WhatIfAnswer, "a team as it is, beside what would be changed"))
async def what_if(
    question: Annotated[WhatIfQuestion, Query()], store: StoreDependency, request: Request
) -> Response:
    """Return a deadline before and after a change, on the same luck (da: hvad nu hvis).

    What the page of the same name shows, number by number. It is what happens in this model with
    these inputs: many are assumptions of the department's.
    """
    department = store.department(question.department)
    version = store.version(department.address).tag
    store.let_go()
    tag = answer_tag(request, version, planner_version())
    if is_known(request, tag):
        return not_modified(tag)
    plan = _plan(department, question)
    if request.scope.get("without_content"):
        return head_of(question, request, tag)
    found = await run_in_threadpool(_found, plan, question, request)
    band = await run_in_threadpool(request.app.state.runs.band, plan, found)
    return rendered(_answer(plan, found, band), question, request, tag=tag)


def _plan(department: Department, question: WhatIfQuestion) -> Plan:
    of = curve_question(department, team=question.team, deadline=question.deadline)
    terms = {name: getattr(question, name) for name in (*_TERMS, "merge")}
    asked = Asked(
        path=_PATH,
        language="da",
        department=department.address,
        terms={**terms, "watch": f"{of.team}:{of.deadline}"},
    )
    plan = plan_of(asked, department)
    seed, replications = question.seed, question.replications or REPLICATIONS
    before, after = (
        replace(each, seed=seed, replications=replications) for each in (plan.before, plan.after)
    )
    return replace(plan, before=before, after=after)


def _found(plan: Plan, question: WhatIfQuestion, request: Request) -> "WhatIf":
    exactly = question.replications is not None
    *_, last = answers_of(plan, request.app.state.runs, exactly=exactly)
    return last


def _answer(plan: Plan, found: "WhatIf", band: "WhatIfBand | None") -> WhatIfAnswer:
    from simulations.what_if import what_if_sentence

    asked, book, before, after = plan.before, rulebook(), found.before, found.after
    tested = verdict(asked.department.fit, asked.team, asked.deadline)
    sentence = what_if_sentence(found, plan.titles, book)
    return WhatIfAnswer(
        sentence=Text(da=f"{sentence.da} {tested.da}", en=f"{sentence.en} {tested.en}"),
        share_before=before.share_in_time.value,
        share_before_low=before.share_in_time.low,
        share_before_high=before.share_in_time.high,
        share_before_year_low=before.year_low,
        share_before_year_high=before.year_high,
        share_after=after.share_in_time.value,
        share_after_low=after.share_in_time.low,
        share_after_high=after.share_in_time.high,
        share_after_year_low=after.year_low,
        share_after_year_high=after.year_high,
        difference=found.difference.value,
        difference_low=found.difference.low,
        difference_high=found.difference.high,
        difference_year_low=found.year_low,
        difference_year_high=found.year_high,
        **inputs_ends("share_before", band.before if band else None),
        **inputs_ends("share_after", band.after if band else None),
        **inputs_ends("difference", band.difference if band else None),
        stock_before=before.stock_in_time,
        stock_after=after.stock_in_time,
        days_late_before=before.mean_days_late,
        days_late_after=after.mean_days_late,
        case_fte_before=before.case_fte,
        case_fte_after=after.case_fte,
        reachable=found.curve.reachable,
        department=asked.department.address,
        team=asked.team,
        deadline=asked.deadline,
        **{"from": asked.from_},
        to=asked.to,
        seed=asked.seed,
        replications=found.replications,
        model_version=found.curve.model_version,
        rules_version=book.fingerprint,
        verdict=tested,
    )
