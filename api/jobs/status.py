"""How far a job is, as a caller sees it (da: beregningens tilstand)."""

from datetime import datetime
from typing import Any

from pydantic import BaseModel, Field, ValidationError

from api.answers import json_of
from api.faults import unreadable
from api.jobs.about import About
from api.jobs.calculation import Finding, read_finding
from api.jobs.kinds import KINDS
from api.store.jobs import Job, State
from capacity.wording import Language


class JobStatus(BaseModel):
    """How far a job is, and where to look next (da: beregningens tilstand)."""

    id: str
    kind: str = Field(description="what is calculated (da: slags)")
    title: str | None = Field(None, description="what is asked, in words (da: hvad der spørges om)")
    scenario: str | None = Field(None, description="of which scenario (da: scenarie)")
    state: State
    department: str | None = Field(None, description="of which department (da: afdeling)")
    team: str | None = Field(None, description="of which team; left out for all (da: team)")
    kroner: float | None = Field(None, description="for which amount; below 0 saved (da: beløb)")
    share: float | None = Field(None, description="which share is saved (da: andel)")
    path: str | None = Field(
        None,
        description="the address whose answer it is; left out where a document was sent "
        "(da: adressen, der blev spurgt)",
    )
    done: int = Field(description="replications done (da: gentagelser lavet)")
    total: int | None = Field(
        None,
        description="of so many, or of so many at most where a search goes on; left out until "
        "that is known, as where a precision settles it (da: ud af)",
    )
    partial: Any = Field(
        None,
        description="the provisional answer so far, with intervals that hold together with those "
        "of all other provisional answers of the job (da: foreløbigt svar)",
    )
    detail: str | None = Field(None, description="why there is no answer (da: hvorfor ikke)")
    asked_at: datetime
    finished_at: datetime | None = None
    address: str = Field(description="this status: ask again here (da: adresse)")
    result: str = Field(description="the answer, in any format (da: svaret)")
    events: str = Field(description="progress as server-sent events (da: hændelser)")


def job_status(job: Job, language: Language) -> JobStatus:
    """Tell how far a job is, in one language (da: tilstand)."""
    address = job_address(job.id)
    detail = None if job.problem is None else job.problem[language]
    about = about_job(job)
    return JobStatus(
        id=job.id,
        kind=job.kind,
        title=about and about.title.in_language(language),
        scenario=about and about.scenario,
        state=job.state,
        department=about.department if about else job.department,
        team=about and about.team,
        kroner=None if about is None or about.kroner is None else float(about.kroner),
        share=None if about is None or about.share is None else float(about.share),
        path=about and about.path,
        done=job.done,
        total=job.total,
        partial=None
        if job.partial is None
        else json_of(finding(job, job.partial).answer, language),
        detail=detail,
        asked_at=job.asked_at,
        finished_at=job.finished_at,
        address=address,
        result=f"{address}/result",
        events=f"{address}/events",
    )


def about_job(job: Job) -> About | None:
    """Read what a job is about; None for one from before that was kept (da: spørgsmålet)."""
    return None if job.asked is None else About.read(job.asked)


def job_address(id_: str) -> str:
    """Return where a job is found (da: adresse).

    >>> job_address("mfrggzdfmztwq2lk")
    '/v1/jobs/mfrggzdfmztwq2lk'
    """
    return f"/v1/jobs/{id_}"


def finding(job: Job, kept: Any) -> Finding:
    """Read a kept answer of a job; `Unreadable` where another planner has written it otherwise."""
    try:
        return read_finding(KINDS[job.kind].answers_with, kept)
    except (ValidationError, KeyError, TypeError, ValueError):
        raise unreadable("job", job.id) from None
