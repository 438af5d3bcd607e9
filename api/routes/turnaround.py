"""`/v1/departments/{slug}/turnaround` and `…/inflow`: how long cases take, and how they come.

(da: sagsbehandlingstid og tilgang.) Of the newest case list that was accepted. No row is of a
person or a case.
"""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from fastapi.concurrency import run_in_threadpool
from pydantic import Field

from api.answers import Table, rendered
from api.case_list import Slug, case_list
from api.database import SessionDependency
from api.documented import documented, planner_router
from api.inflow_answers import (
    InflowMonthRow,
    InflowRow,
    inflow,
    inflow_rows,
    inflow_sentence,
    month_rows,
)
from api.listed_names import listed_names
from api.presentation import Question
from api.quantities import Count
from api.store.departments import StoreDependency
from api.store.histories import Histories
from api.turnaround_answers import (
    OpenShareRow,
    Stretch,
    TurnaroundRow,
    open_share_rows,
    turnaround,
    turnaround_rows,
    turnaround_sentence,
)
from capacity.case_events import CaseEvent
from capacity.wording import Text

router: APIRouter = planner_router("a department's own past")


class TurnaroundQuestion(Question):
    """Until which event cases are followed, and which cases (da: sagsbehandlingstid)."""

    event: CaseEvent = Field(
        CaseEvent.ASSESSMENT_FINISHED, description="the event that ends it (da: slut)"
    )
    starts: CaseEvent | None = Field(
        None, description="the event that begins it; the case's arrival if left out (da: start)"
    )
    case_class: str | None = Field(
        None, description="only this type of case (da: sagstype)", max_length=100
    )
    team: str | None = Field(None, description="only this team", max_length=100)
    within: Count = Field(
        120, description="days: how many have finished within them (da: inden for, dage)"
    )

    @property
    def stretch(self) -> Stretch:
        """From which event to which, and of which cases (da: forløb)."""
        return Stretch(
            event=self.event, starts=self.starts, case_class=self.case_class, team=self.team
        )


@router.get(
    "/v1/departments/{slug}/turnaround",
    **documented(Table[OpenShareRow], "how long cases take, open ones counted"),
)
async def still_open(
    slug: Slug,
    question: Annotated[TurnaroundQuestion, Query()],
    store: StoreDependency,
    session: SessionDependency,
    request: Request,
) -> Response:
    """Return what share of cases is still open by age (da: sagsbehandlingstid, Kaplan–Meier).

    Open cases are counted as open, and those that were there when the list began as followed from
    then. The sentence says which family fits, how many finish within so many days, and what leaving
    the open cases out would have said; `…/turnaround-fit` has the same in columns.
    """
    history = case_list(store, Histories(session), slug)

    def found() -> tuple[tuple[OpenShareRow, ...], Text]:
        fit = turnaround(history, question.stretch)
        said = turnaround_sentence(fit, question.within, question.stretch, history)
        return open_share_rows(fit), said

    rows, sentence = await run_in_threadpool(found)
    return rendered(Table[OpenShareRow](rows=rows), question, request, in_words=sentence)


@router.get(
    "/v1/departments/{slug}/turnaround-fit",
    **documented(Table[TurnaroundRow], "how long cases take: counted, fitted, finished ones only"),
)
async def fitted(
    slug: Slug,
    question: Annotated[TurnaroundQuestion, Query()],
    store: StoreDependency,
    session: SessionDependency,
    request: Request,
) -> Response:
    """Return mean, median and the share finished in time, as each way of telling has them.

    (da: sagsbehandlingstid, tilpasset.) Counted with the open cases, by each fitted family, and as
    the finished cases alone would have it, which is wrong where cases are open.
    """
    history = case_list(store, Histories(session), slug)

    def found() -> tuple[tuple[TurnaroundRow, ...], Text]:
        fit = turnaround(history, question.stretch)
        said = turnaround_sentence(fit, question.within, question.stretch, history)
        return turnaround_rows(fit, question.within), said

    rows, sentence = await run_in_threadpool(found)
    return rendered(Table[TurnaroundRow](rows=rows), question, request, in_words=sentence)


@router.get(
    "/v1/departments/{slug}/inflow",
    **documented(Table[InflowRow], "how many cases come, and when"),
)
async def arrivals(
    slug: Slug,
    question: Annotated[Question, Query()],
    store: StoreDependency,
    session: SessionDependency,
    request: Request,
) -> Response:
    """Return the inflow of each type of case in each team, with interval, trend and season.

    (da: tilgang.)
    """
    names = listed_names(store.department(slug))
    history = case_list(store, Histories(session), slug)
    fits = await run_in_threadpool(inflow, history)
    table = Table[InflowRow](rows=inflow_rows(fits, names))
    return rendered(table, question, request, in_words=inflow_sentence(fits, names))


@router.get(
    "/v1/departments/{slug}/inflow-months",
    **documented(Table[InflowMonthRow], "how many cases came each month"),
)
async def arrivals_by_month(
    slug: Slug,
    question: Annotated[Question, Query()],
    store: StoreDependency,
    session: SessionDependency,
    request: Request,
) -> Response:
    """Return how many cases of each type came each month, beside the season that was learned.

    (da: tilgang måned for måned.)
    """
    names = listed_names(store.department(slug))
    history = case_list(store, Histories(session), slug)
    fits = await run_in_threadpool(inflow, history)
    rows = await run_in_threadpool(month_rows, history, fits, names)
    table = Table[InflowMonthRow](rows=rows)
    return rendered(table, question, request, in_words=inflow_sentence(fits, names))
