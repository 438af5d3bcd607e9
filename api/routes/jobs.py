"""`/v1/jobs`: calculations that take their time (da: beregninger i kø)."""

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import AsyncIterator
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query, Request, Response
from fastapi.sse import EventSourceResponse, ServerSentEvent
from pydantic import Field

from api.answers import Answer, Exact, Label, Table, Words, rendered
from api.caller import Scope, needs
from api.documented import REFUSED, UNAVAILABLE, documented, planner_router
from api.jobs.answering import Desk, answered_by, desk
from api.jobs.documented import documented_job
from api.jobs.status import JobStatus, about_job, job_address, job_status
from api.presentation import Call, Question, language
from api.quantities import PAGE, Count
from api.store.jobs import Job
from capacity.errors import InvalidInput
from capacity.wording import Text

router: APIRouter = planner_router("jobs")


_PLACE = re.compile(r"(?P<moment>\d{4}-[\dT:.-]+\+00:00) (?P<id>[a-z2-7]+)", re.ASCII)

_DeskDependency = Annotated[Desk, Depends(desk)]


async def _job(
    id_: Annotated[str, Path(alias="id", description="the job's id", max_length=100)],
    here: _DeskDependency,
) -> Job:
    with here.queue.jobs() as jobs:
        return jobs.job(id_)


_JobDependency = Annotated[Job, Depends(_job)]


class JobsQuestion(Question):
    """A page of the jobs, those asked for last first."""

    limit: Count = PAGE
    cursor: str | None = Field(
        None,
        description="where the page before ended, from its `Link` header (da: fortsæt)",
        max_length=200,
    )


class JobRow(Answer):
    """A job in the list (da: beregning).

    `total` is how many replications it takes; of a search, that tries mix after mix, how many it
    takes at most until it is done; empty where a precision settles it under way. `path` is the
    address whose answer it is, empty where a document was sent.
    """

    id: Annotated[str, Label("id", "id")]
    kind: Annotated[str, Label("slags", "kind")]
    state: Annotated[str, Label("tilstand", "state")]
    department: Annotated[str | None, Label("afdeling", "department")]
    done: Annotated[int, Label("lavet", "done", "gentagelser", "replications")]
    total: Annotated[int | None, Label("ud af", "of", "gentagelser", "replications")]
    asked_at: Annotated[datetime, Label("spurgt", "asked")]
    asked_by: Annotated[str, Label("spurgt af", "asked by")]
    finished_at: Annotated[datetime | None, Label("slut", "ended")]
    address: Annotated[str, Label("adresse", "address")]
    title: Annotated[Words | None, Label("hvad der spørges om", "what is asked")]
    scenario: Annotated[str | None, Label("scenarie", "scenario")]
    team: Annotated[str | None, Label("team (tomt: alle)", "team (empty: all)")]
    kroner: Annotated[Exact | None, Label("beløb", "amount", "kr.", "DKK")]
    share: Annotated[
        Exact | None, Label("andel, der spares", "share saved", "andel 0-1", "share 0-1")
    ]
    path: Annotated[str | None, Label("adressen, der blev spurgt", "the address asked")]


@router.get("/v1/jobs", **documented(Table[JobRow], "the jobs, the newest first"))
async def jobs(
    question: Annotated[JobsQuestion, Query()], here: _DeskDependency, request: Request
) -> Response:
    """Return a page of the jobs (da: beregninger); the header `Link` leads to the next."""
    before = None if question.cursor is None else _place(question.cursor)
    with here.queue.jobs() as kept:
        found = kept.page(question.limit, before)
    response = rendered(Table[JobRow](rows=tuple(map(_row, found))), question, request)
    if len(found) == question.limit:
        next_page = request.url.include_query_params(cursor=_cursor(found[-1]))
        response.headers["Link"] = f'<{next_page.path}?{next_page.query}>; rel="next"'
    return response


@router.get(
    "/v1/jobs/{id}",
    summary="how far a job is",
    responses={"4XX": REFUSED, "5XX": UNAVAILABLE},
    response_model_exclude_none=True,
)
async def job(found: _JobDependency, _: Annotated[Call, Query()], request: Request) -> JobStatus:
    """Return how far a job is, with its provisional answer (da: beregningens tilstand)."""
    return job_status(found, language(request))


@router.delete(
    "/v1/jobs/{id}",
    summary="cancel a job",
    responses={"4XX": REFUSED, "5XX": UNAVAILABLE},
    dependencies=[needs(Scope.PLAN)],
    response_model_exclude_none=True,
)
async def cancelled(
    found: _JobDependency, _: Annotated[Call, Query()], here: _DeskDependency, request: Request
) -> JobStatus:
    """Stop a job, or forget that it failed (da: annullér); one that is done stays as it is.

    Whoever asks the same question again starts it again.
    """
    with here.queue.jobs() as kept:
        return job_status(kept.cancel(found.id), language(request))


_RESULT = documented_job(Answer, "the answer of a job")
del _RESULT["responses"][200]["model"]
_RESULT["responses"][200] |= {
    "description": "the answer, as the address that was asked gives it",
    "content": {
        **_RESULT["responses"][200]["content"],
        "application/json": {"schema": {"type": "object"}},
    },
}


@router.get("/v1/jobs/{id}/result", **_RESULT)
async def result(
    found: _JobDependency, question: Annotated[Question, Query()], request: Request
) -> Response:
    """Return what a job came to, in any format; 202 while it goes on (da: beregningens svar)."""
    return await answered_by(found, question, request)


@router.get(
    "/v1/jobs/{id}/events",
    summary="a job's progress as it happens",
    response_class=EventSourceResponse,
    responses={"4XX": REFUSED, "5XX": UNAVAILABLE},
)
async def events(
    found: _JobDependency, _: Annotated[Call, Query()], here: _DeskDependency, request: Request
) -> AsyncIterator[ServerSentEvent]:
    """Send `progress`, `partial` and one of `done`, `failed`, `cancelled`, and end there.

    (da: hændelser.) Each carries the job's status. Whoever connects later sees where it is now.
    """
    spoken, shown = language(request), None
    async for each in here.watch.changes(found.id):
        status = job_status(each, spoken)
        data: dict[str, Any] = status.model_dump(mode="json", exclude_none=True)
        if each.state.is_over:
            yield ServerSentEvent(event=each.state.value, data=data)
            return
        name = "partial" if each.partial is not None and each.partial != shown else "progress"
        shown = each.partial
        yield ServerSentEvent(event=name, data=data)


def _row(job: Job) -> JobRow:
    about = about_job(job)
    return JobRow(
        id=job.id,
        kind=job.kind,
        state=job.state.value,
        department=about.department if about else job.department,
        done=job.done,
        total=job.total,
        asked_at=job.asked_at,
        asked_by=job.asked_by,
        finished_at=job.finished_at,
        address=job_address(job.id),
        title=about and about.title,
        scenario=about and about.scenario,
        team=about and about.team,
        kroner=about and about.kroner,
        share=about and about.share,
        path=about and about.path,
    )


def _cursor(last: Job) -> str:
    return urlsafe_b64encode(f"{last.asked_at.isoformat()} {last.id}".encode()).decode()


def _place(cursor: str) -> tuple[datetime, str]:
    """Read where a page ended; `InvalidInput` for what no page has written."""
    try:
        found = _PLACE.fullmatch(urlsafe_b64decode(cursor.encode()).decode())
        if found is None:
            raise ValueError(cursor)
        return datetime.fromisoformat(found["moment"]), found["id"]
    except ValueError as error:
        raise InvalidInput(
            Text(
                da="ikke en side; brug adressen i hovedet Link",
                en="no page; use the address in the header Link",
            ),
            field="cursor",
        ) from error
