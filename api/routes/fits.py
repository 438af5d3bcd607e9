"""`/v1/departments/{address}/fit`: a department fitted to its own past (da: tilpasning)."""

from typing import Annotated

from fastapi import APIRouter, Path, Query, Request, Response
from fastapi.responses import JSONResponse
from pydantic import Field

from api.answers import Table
from api.caller import CallerDependency, Scope, needs
from api.database import SessionDependency
from api.documented import REFUSED, UNAVAILABLE, planner_router
from api.documents import DepartmentDocument
from api.fit_terms import LISTS, fit_calculation
from api.jobs.answering import answered, desk
from api.jobs.documented import documented_job
from api.jobs.fit import FitCalculation, FitRow, FitTable, HeldOut, department_to_keep
from api.jobs.status import finding
from api.presentation import Question
from api.quantities import Count
from api.store.departments import Store, StoreDependency
from api.store.histories import Histories
from api.store.jobs import State
from capacity.errors import InvalidInput
from capacity.wording import Text

router: APIRouter = planner_router("a department's own past")

Address = Annotated[str, Path(examples=["ishoej-2020"])]


class FitQuestion(Question):
    """What is held out, what is thought possible, and the luck (da: tilpasning)."""

    held_out: HeldOut = Field(
        HeldOut.YEAR,
        description="the last part of the past, which is foretold from what was known before it "
        "(da: udeladt periode)",
    )
    policies: str | None = Field(
        None,
        description="orders of work thought possible, by team: `team:earliest_due,first_come`, "
        "teams separated by semicolons; each team's own if left out (da: mulige rækkefølger)",
        examples=["paragraf-50:earliest_due,first_come"],
        max_length=2000,
    )
    effort: str | None = Field(
        None,
        description="between which factors of the stated effort the truth lies, nine times in ten, "
        "where no time study says: `0.8..1.25`; 0.48..2.1 if left out (da: skøn over tidsforbrug)",
        examples=["0.8..1.25"],
        max_length=50,
    )
    said_by: str | None = Field(
        None, description="who says so, and is named with it (da: hvis skøn)", max_length=200
    )
    seed: Count = Field(1, description="the same seed gives the same luck (da: frø)")


class KeptFitQuestion(FitQuestion):
    """What the fit was asked with, and whether what it does not explain is kept (da: gem)."""

    accept_unexplained: bool = Field(
        False,
        description="keep it although the model does not explain the past of every team; "
        "refused otherwise (da: gem, selv om fortiden ikke er forklaret)",
    )


@router.get(
    "/v1/departments/{address}/fit",
    **documented_job(Table[FitRow], "what a department's own past teaches of each input"),
)
async def fit(
    address: Address,
    question: Annotated[FitQuestion, Query()],
    store: StoreDependency,
    session: SessionDependency,
    request: Request,
) -> Response:
    """Fit a department to the lists of its past, and try the fit on what is held out.

    (da: tilpas til historikken.) It reads the newest case list, staff list with absence, and time
    study that were accepted. Inputs that were not learned keep the department's values, and say
    so. Nothing is changed: `POST …/fitted` keeps the fitted department as its next version.
    """
    calculation = _calculation(address, question, store, Histories(session))
    store.let_go()
    return await answered(calculation, question, request)


@router.post(
    "/v1/departments/{address}/fitted",
    summary="keep a fitted department",
    response_model=DepartmentDocument,
    status_code=201,
    dependencies=[needs(Scope.PLAN)],
    responses={
        200: {"model": DepartmentDocument, "description": "what was kept already"},
        "4XX": REFUSED,
        "5XX": UNAVAILABLE,
    },
)
async def kept_fit(
    address: Address,
    question: Annotated[KeptFitQuestion, Query()],
    store: StoreDependency,
    session: SessionDependency,
    caller: CallerDependency,
    request: Request,
) -> Response:
    """Keep what a fit came to as the department's next version (da: gem tilpasning).

    Asked with what the fit was asked with. It must be of the newest version and of the newest
    lists: what was changed since would be lost.
    """
    newest = store.latest(store.version(address).slug)
    assert newest is not None
    calculation = _calculation(
        f"{newest.slug}@{newest.number}", question, store, Histories(session)
    )
    with desk(request).queue.jobs() as jobs:
        job = jobs.find(calculation.id)
    if job is None or job.state is not State.DONE:
        raise InvalidInput(
            Text(
                da=f"{newest.slug}@{newest.number} er ikke tilpasset med de lister og oplysninger; "
                "bed om tilpasningen på …/fit, og vent, til den er færdig",
                en=f"{newest.slug}@{newest.number} has not been fitted with those lists and terms; "
                "ask for the fit at …/fit, and wait until it is done",
            ),
            field="address",
        )
    found = finding(job, job.answer)
    assert isinstance(found.answer, FitTable)
    fitted = department_to_keep(found.answer, accept_unexplained=question.accept_unexplained)
    kept = store.add_department(fitted, by=caller.name, after=newest)
    is_new = kept.version != newest.number
    headers = {"ETag": store.version(kept.address).tag}
    if is_new:
        headers["Location"] = f"/v1/departments/{kept.address}"
    document = DepartmentDocument.from_domain(kept)
    return JSONResponse(document.as_json(), status_code=201 if is_new else 200, headers=headers)


def _calculation(
    address: str, question: FitQuestion, store: Store, histories: Histories
) -> FitCalculation:
    department = store.department(address)
    return fit_calculation(
        department,
        {kind: histories.latest(department.slug, kind) for kind in LISTS},
        held_out=question.held_out,
        policies=question.policies,
        effort=question.effort,
        said_by=question.said_by,
        seed=question.seed,
    )
