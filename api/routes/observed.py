"""`/v1/departments/{slug}/…`: what a department's own case list says of its deadlines.

(da: målt rettidighed.) The newest case list that was accepted is counted. No row is of a person: a
row is of a deadline, and of a team, a type of case or a month where that is asked for.
"""

from datetime import date
from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, Path, Query, Request, Response
from fastapi.concurrency import run_in_threadpool
from pydantic import Field

from api.answers import Answer, Exact, Label, Table, Words, rendered
from api.database import SessionDependency
from api.documented import documented, planner_router
from api.imports.fields import KIND_LABELS, Kind
from api.observed_answers import (
    ComplianceCounts,
    InflowColumns,
    OpenShareRow,
    chart_rows,
    compliance_rows,
    compliance_sentence,
    inflow_rows,
    turnaround_answer,
)
from api.presentation import Question
from api.quantities import Day
from api.store.departments import Store, StoreDependency
from api.store.histories import Histories
from capacity.case_events import CaseEvent
from capacity.control_charts import Limits
from capacity.errors import InvalidInput
from capacity.wording import Text

if TYPE_CHECKING:  # numpy and the simulation are loaded by whoever reads a list
    from simulations.case_history import CaseHistory

router: APIRouter = planner_router("a department's own past")

Slug = Annotated[str, Path(examples=["ishoej-2020"])]
_SHARE = ("andel 0-1", "share 0-1")


class ObservedQuestion(Question):
    """Which clocks are counted, and how they are divided (da: optælling)."""

    from_: Day | None = Field(
        None,
        alias="from",
        description="first day of the period; the day from which the list is complete if left out",
    )
    to: Day | None = Field(
        None, description="the day after the last; the day after the list's if left out"
    )
    by: str | None = Field(
        None,
        description="what rows are divided by: team, case_class, month, separated by semicolons; "
        "deadline and law always divide (da: opdeling)",
        examples=["month"],
        max_length=60,
    )
    deadline: str | None = Field(
        None, description="only this deadline's rule (da: frist)", max_length=100
    )
    shared: bool = Field(
        False,
        description="leave out the rows that hold a count from 1 to 4, and as many others as it "
        "takes, so that none can be worked out from this table (da: til deling)",
    )


class ObservedRow(ComplianceCounts):
    """What became of some clocks of one deadline under one law (da: målt rettidighed)."""


@router.get(
    "/v1/departments/{slug}/observed-compliance",
    **documented(Table[ObservedRow], "what became of a department's own deadlines"),
)
async def observed(
    slug: Slug,
    question: Annotated[ObservedQuestion, Query()],
    store: StoreDependency,
    session: SessionDependency,
    request: Request,
) -> Response:
    """Return what became of every clock that started and fell due in a period.

    (da: målt rettidighed.) By the cohort, open cases and all: in time, late, open and overdue are
    what the share is of; not yet due and not required are shown beside. Clocks are divided by the
    law that they started under. By month is by the month in which a clock falls due. What the list
    could not show is in the sentence.
    """
    history = _history(store, Histories(session), slug)

    def found() -> tuple[tuple[ObservedRow, ...], Text]:
        counted, rows = compliance_rows(
            history,
            from_=question.from_,
            to=question.to,
            by=question.by,
            deadline=question.deadline,
            shared=question.shared,
        )
        return tuple(ObservedRow.model_validate(row) for row in rows), compliance_sentence(
            counted, question.deadline, shared=question.shared
        )

    rows, sentence = await run_in_threadpool(found)
    return rendered(Table[ObservedRow](rows=rows), question, request, in_words=sentence)


class ChartQuestion(Question):
    """Which series is judged (da: seriediagram)."""

    deadline: str = Field(
        description="the deadline's rule (da: frist)", examples=["statute.child_assessment"]
    )
    team: str | None = Field(None, description="only this team; all if left out")
    phases: str | None = Field(
        None,
        description="days on which a new phase begins, decided beforehand, separated by "
        "semicolons (da: nye faser)",
        examples=["2025-01-01"],
        max_length=200,
    )
    limits: Limits = Field(
        Limits.EXACT, description="exact for independent cases, laney for months of many"
    )


class ChartRow(Answer):
    """One month of a series, and what judges it (da: punkt)."""

    month: Annotated[date, Label("forfaldsmåned", "month due")]
    in_time: Annotated[int, Label("til tiden", "in time", "frister", "deadlines")]
    due: Annotated[int, Label("forfaldne", "due", "frister", "deadlines")]
    share: Annotated[Exact, Label("andel til tiden", "share in time", *_SHARE)]
    low: Annotated[float, Label("nedre kontrolgrænse", "lower limit", *_SHARE)]
    high: Annotated[float, Label("øvre kontrolgrænse", "upper limit", *_SHARE)]
    outside: Annotated[bool, Label("uden for grænserne", "outside the limits")]
    median: Annotated[Exact, Label("fasens median", "median of the phase", *_SHARE)]
    centre: Annotated[Exact, Label("fasens samlede andel", "share of the phase", *_SHARE)]
    phase: Annotated[int, Label("fase", "phase")]
    law_from: Annotated[date | None, Label("regler fra", "rules from")]
    verdict: Annotated[str, Label("dom over fasen", "verdict on the phase")]
    signals: Annotated[str, Label("signaler", "signals")]
    false_alarm: Annotated[
        float, Label("chance for falsk alarm", "chance of a false alarm", *_SHARE)
    ]


@router.get(
    "/v1/departments/{slug}/control-chart",
    **documented(Table[ChartRow], "whether a change in a deadline is more than noise"),
)
async def chart(
    slug: Slug,
    question: Annotated[ChartQuestion, Query()],
    store: StoreDependency,
    session: SessionDependency,
    request: Request,
) -> Response:
    """Return a deadline month by month, and whether a change is more than noise.

    (da: seriediagram.) A change of law begins a new phase, and phases are not compared.
    """
    history = _history(store, Histories(session), slug)
    rows, sentence = await run_in_threadpool(
        chart_rows,
        history,
        question.deadline,
        team=question.team,
        phases=question.phases,
        limits=question.limits,
    )
    table = Table[ChartRow](rows=tuple(ChartRow.model_validate(row) for row in rows))
    return rendered(table, question, request, in_words=sentence)


class TurnaroundQuestion(Question):
    """Until which event cases are followed, and which cases (da: sagsbehandlingstid)."""

    event: CaseEvent = Field(
        CaseEvent.ASSESSMENT_FINISHED, description="the event that ends it (da: slut)"
    )
    starts: CaseEvent | None = Field(
        None, description="the event that begins it; the case's arrival if left out (da: start)"
    )
    case_class: str | None = Field(None, description="only this type of case (da: sagstype)")
    team: str | None = Field(None, description="only this team")


@router.get(
    "/v1/departments/{slug}/turnaround",
    **documented(Table[OpenShareRow], "how long cases take, open ones counted"),
)
async def turnaround(
    slug: Slug,
    question: Annotated[TurnaroundQuestion, Query()],
    store: StoreDependency,
    session: SessionDependency,
    request: Request,
) -> Response:
    """Return what share of cases is still open by age (da: sagsbehandlingstid, Kaplan–Meier).

    Open cases are counted as open, and those that were there when the list began as followed from
    then. The sentence says which family fits, and what leaving the open cases out would have said.
    """
    history = _history(store, Histories(session), slug)
    rows, sentence = await run_in_threadpool(
        turnaround_answer,
        history,
        question.event,
        starts=question.starts,
        case_class=question.case_class,
        team=question.team,
    )
    return rendered(Table[OpenShareRow](rows=rows), question, request, in_words=sentence)


class InflowRow(InflowColumns):
    """How the cases of one type come (da: tilgang)."""

    says: Annotated[Words, Label("i ord", "in words")]


@router.get(
    "/v1/departments/{slug}/inflow",
    **documented(Table[InflowRow], "how many cases come, and when"),
)
async def inflow(
    slug: Slug,
    question: Annotated[Question, Query()],
    store: StoreDependency,
    session: SessionDependency,
    request: Request,
) -> Response:
    """Return the inflow of each type of case in each team, with interval, trend and season.

    (da: tilgang.)
    """
    history = _history(store, Histories(session), slug)
    rows = await run_in_threadpool(inflow_rows, history)
    table = Table[InflowRow](rows=tuple(InflowRow.model_validate(row) for row in rows))
    return rendered(table, question, request)


def _history(store: Store, histories: Histories, slug: str) -> "CaseHistory":
    """The newest case list; `InvalidInput` says how one is imported."""
    from simulations.case_history import CaseHistory

    store.version(slug)
    found = histories.latest(slug, Kind.CASES)
    if not isinstance(found, CaseHistory):
        label = KIND_LABELS[Kind.CASES]
        raise InvalidInput(
            Text(
                da=f"afdelingen har ingen {label.da} endnu; læs den ind med POST "
                f"/v1/departments/{slug}/imports eller caseload import cases",
                en=f"the department has no {label.en} yet; import one with POST "
                f"/v1/departments/{slug}/imports or caseload import cases",
            ),
            field="slug",
        )
    return found
