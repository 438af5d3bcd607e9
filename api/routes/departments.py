"""`/v1/departments` and `/health`: what is stored, and whether the service answers."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Path, Query, Request, Response

from api.answers import Answer, Label, Table, Words, rendered
from api.documented import REFUSED, documented, planner_router
from api.documents import DepartmentDocument
from api.presentation import Call, Question
from api.store.departments import StoreDependency

router: APIRouter = planner_router("departments")


class DepartmentRow(Answer):
    """A stored department (da: afdeling)."""

    address: Annotated[str, Label("adresse", "address")]
    name: Annotated[Words, Label("navn", "name")]
    on: Annotated[date, Label("pr. dato", "on the day")]
    unit: Annotated[str, Label("sagsenhed", "case unit")]
    open_cases: Annotated[int, Label("åbne sager", "open cases", "sager", "cases")]
    headline_team: Annotated[str, Label("team vist først", "team shown first")]
    headline_deadline: Annotated[str, Label("frist vist først", "deadline shown first")]
    fictional: Annotated[bool, Label("opdigtet", "fictional")]


class HealthAnswer(Answer):
    """The service answers (da: drift)."""

    status: Annotated[str, Label("tilstand", "status")]
    version: Annotated[str, Label("version", "version")]


@router.get("/v1/departments", **documented(Table[DepartmentRow], "the stored departments"))
async def departments(
    question: Annotated[Question, Query()], store: StoreDependency, request: Request
) -> Response:
    """Return the newest version of every stored department (da: afdelinger)."""
    rows = tuple(
        DepartmentRow(
            address=each.address,
            name=each.name,
            on=each.on,
            unit=each.unit,
            open_cases=each.open_cases,
            headline_team=each.headline_team,
            headline_deadline=each.headline_deadline,
            fictional=each.fictional,
        )
        for each in store.departments()
    )
    return rendered(Table[DepartmentRow](rows=rows), question, request)


@router.get(
    "/v1/departments/{address}",
    summary="a department's document",
    responses={"4XX": REFUSED},
    response_model_exclude_none=True,
)
async def department(
    address: Annotated[str, Path(examples=["ishoej-2020"])],
    _: Annotated[Call, Query()],
    store: StoreDependency,
) -> DepartmentDocument:
    """Return a department's document, by `slug` or `slug@version` (da: afdelingens dokument)."""
    return DepartmentDocument.from_domain(store.department(address))


@router.get("/health", **documented(HealthAnswer, "whether the service answers"))
async def health(question: Annotated[Question, Query()], request: Request) -> Response:
    """Say that the service answers (da: er tjenesten i drift)."""
    answer = HealthAnswer(status="ok", version=request.app.version)
    return rendered(answer, question, request)
