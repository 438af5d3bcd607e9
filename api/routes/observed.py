"""`/v1/departments/{slug}/…`: what a department's own case list says of its deadlines.

(da: målt rettidighed.) The newest case list that was accepted is counted. No row is of a person: a
row is of a deadline, and of a team, a type of case or a month where that is asked for.
"""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from fastapi.concurrency import run_in_threadpool
from pydantic import Field

from api.answers import Table, rendered
from api.case_list import Slug, case_list
from api.control_chart_answers import ChartRow, chart_rows
from api.database import SessionDependency
from api.deadline_readings import DeadlineReadingRow, reading_rows
from api.documented import documented, planner_router
from api.imports.fields import Kind
from api.left_out_rows import with_left_out
from api.listed_names import listed_names
from api.observed_answers import ComplianceCounts, compliance_rows, divided_by, only
from api.observed_sentences import compliance_sentence
from api.presentation import Question
from api.quantities import Day
from api.store.departments import StoreDependency
from api.store.histories import Histories
from capacity.control_charts import Limits
from capacity.wording import Text

router: APIRouter = planner_router("a department's own past")


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
        description="what rows are divided by: team, case_class, and month, quarter or year, "
        "separated by semicolons; deadline and law always divide (da: opdeling)",
        examples=["month"],
        max_length=60,
    )
    deadline: str | None = Field(
        None, description="only this deadline's rule (da: frist)", max_length=100
    )
    team: str | None = Field(None, description="only this team", max_length=100)
    shared: bool = Field(
        False,
        description="leave out the rows that hold a count from 1 to 4, and as many others as it "
        "takes, so that none can be worked out from this table; what remains is no random part, "
        "and quarters or years leave more of it than months (da: til deling)",
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
    law that they started under. By month, quarter or year is by that in which a clock falls due.
    What the list could not show is in the sentence, and at `…/deadline-readings`.
    """
    department, histories = store.department(slug), Histories(session)
    names = listed_names(department)
    accepted = histories.newest(department.slug, [Kind.CASES])
    history = case_list(store, histories, slug)

    def found() -> tuple[tuple[ObservedRow, ...], Text]:
        counted, rows = compliance_rows(
            only(history, team=question.team),
            from_=question.from_,
            to=question.to,
            by=question.by,
            deadline=question.deadline,
            shared=question.shared,
            names=names,
        )
        sentence = compliance_sentence(
            counted, question.deadline, shared=question.shared, divided=divided_by(question.by)
        )
        answer = tuple(ObservedRow.model_validate(row) for row in rows)
        return answer, with_left_out(sentence, accepted)

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

    (da: seriediagram.) A change of law begins a new phase, and so does a stated day. Neighbouring
    phases of one law are held against one another, with a plain verdict; what began under another
    law is not.
    """
    names = listed_names(store.department(slug))
    history = case_list(store, Histories(session), slug)
    rows, sentence = await run_in_threadpool(
        chart_rows,
        history,
        question.deadline,
        team=question.team,
        phases=question.phases,
        limits=question.limits,
        names=names,
    )
    table = Table[ChartRow](rows=tuple(ChartRow.model_validate(row) for row in rows))
    return rendered(table, question, request, in_words=sentence)


@router.get(
    "/v1/departments/{slug}/deadline-readings",
    **documented(Table[DeadlineReadingRow], "what a case list could not show of each deadline"),
)
async def readings(
    slug: Slug,
    question: Annotated[Question, Query()],
    store: StoreDependency,
    session: SessionDependency,
    request: Request,
) -> Response:
    """Return how many deadlines could be read from the case list, and what was missing.

    (da: læsning af listen.)
    """
    history = case_list(store, Histories(session), slug)
    rows, sentence = await run_in_threadpool(reading_rows, history)
    return rendered(Table[DeadlineReadingRow](rows=rows), question, request, in_words=sentence)
