"""Fitting a department to its own past in the browser: begun, watched, and kept (da: tilpas)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qs, urlsplit

from api.imports.fields import KIND_LABELS, Kind
from api.jobs.fit import FitRow, FitTable, HeldOut, fitted_department, unexplained_teams
from api.jobs.status import about_job, finding
from api.store.histories import AcceptedList
from api.store.jobs import Job, State
from capacity.department import Department
from capacity.fit import verdict
from capacity.wording import Text

HELD_OUT: Mapping[str, Text] = {
    HeldOut.YEAR: Text(da="det seneste år", en="the last year"),
    HeldOut.HALF_YEAR: Text(da="det seneste halve år", en="the last half-year"),
    HeldOut.QUARTER: Text(da="det seneste kvartal", en="the last quarter"),
    HeldOut.NOTHING: Text(
        da="intet (så prøves modellen ikke)", en="nothing (the model is then not tried)"
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class FitPart:
    """What the template prints (da: tilpasning)."""

    lists: Mapping[str, AcceptedList | None]
    labels: Mapping[str, Text] = field(
        default_factory=lambda: {each.value: KIND_LABELS[each] for each in Kind}
    )
    held_out: Mapping[str, Text] = field(default_factory=lambda: HELD_OUT)
    chosen: str = HeldOut.YEAR.value
    job: Job | None = None
    share: int = 0
    rows: tuple[FitRow, ...] = ()
    tests: tuple[FitRow, ...] = ()
    says: Text | None = None
    problem: Text | None = None
    is_of_newest: bool = True
    unexplained: tuple[Text, ...] = ()

    @property
    def is_waiting(self) -> bool:
        """Whether the page asks again how far it is (da: i gang)."""
        return self.job is not None and not self.job.state.is_over

    @property
    def is_done(self) -> bool:
        """Whether there is something to keep (da: færdig)."""
        return self.job is not None and self.job.state is State.DONE


def fit_part(
    department: Department, lists: tuple[AcceptedList, ...], job: Job | None, newest: str
) -> FitPart:
    """Return how far a fit is, and what it came to (da: tilpasning)."""
    wanted = (Kind.CASES, Kind.STAFF, Kind.ABSENCE, Kind.TIME_STUDY)
    found = {
        kind.value: next((each for each in lists if each.kind is kind), None) for kind in wanted
    }
    if job is None:
        return FitPart(lists=found)
    about = about_job(job)
    of_newest = about is None or about.department == newest
    chosen = _held_out(about.path if about else None)
    if job.state is State.DONE:
        answer = finding(job, job.answer).answer
        assert isinstance(answer, FitTable)
        return FitPart(
            lists=found,
            chosen=chosen,
            job=job,
            share=100,
            rows=tuple(each for each in answer.rows if each.learned is not None),
            tests=tuple(each for each in answer.rows if each.learned is None),
            says=finding(job, job.answer).sentence
            or verdict(department.fit, department.headline_team, department.headline_deadline),
            is_of_newest=of_newest,
            unexplained=unexplained_teams(fitted_department(answer)),
        )
    problem = None
    if job.problem is not None:
        problem = Text(da=str(job.problem["da"]), en=str(job.problem["en"]))
    share = 100 * job.done // job.total if job.total else 0
    return FitPart(
        lists=found,
        chosen=chosen,
        job=job,
        share=share,
        problem=problem,
        is_of_newest=of_newest,
    )


def _held_out(path: str | None) -> str:
    """Return what a fit held out, by the address that it answers (da: udeladt)."""
    asked = parse_qs(urlsplit(path or "").query).get("held_out", [HeldOut.YEAR.value])[0]
    return asked if asked in HELD_OUT else HeldOut.YEAR.value
