"""`/v1/workbook.xlsx`: a department in a finished workbook with live cells (da: regneark)."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from fastapi.concurrency import run_in_threadpool
from pydantic import Field

from api.documented import REFUSED, UNAVAILABLE, planner_router
from api.etags import NOT_MODIFIED, answer_tag, is_known, not_modified
from api.formats import MEDIA_TYPES
from api.jobs.answering import desk
from api.jobs.calculation import planner_version
from api.presentation import Call, Format, language
from api.store.departments import StoreDependency
from api.today import today
from api.workbook.book import workbook_of
from api.workbook.findings import findings_of
from capacity.department import Department
from capacity.rulebook import rulebook

router: APIRouter = planner_router("spreadsheets")


class WorkbookQuestion(Call):
    """Of which department."""

    department: str = Field(
        description="a department, or one version of it: slug@version (da: afdeling)",
        examples=["ishoej-2020"],
    )


@router.get(
    "/v1/workbook.xlsx",
    summary="a department in a finished workbook",
    response_class=Response,
    responses={
        200: {
            "description": "the workbook",
            "content": {
                MEDIA_TYPES[Format.XLSX]: {"schema": {"type": "string", "format": "binary"}}
            },
        },
        304: NOT_MODIFIED,
        "4XX": REFUSED,
        "5XX": UNAVAILABLE,
    },
)
async def workbook(
    question: Annotated[WorkbookQuestion, Query()], store: StoreDependency, request: Request
) -> Response:
    """Return a workbook: the note's arithmetic, a sheet to try on, data, rules, help.

    (da: regneark.) What is simulated are live cells, which ask this service, with the numbers of
    today beside them; posts, caseload and gaps are the spreadsheet's own formulas.
    """
    department = store.department(question.department)
    version = store.version(department.address).tag
    store.let_go()
    made_on, address = today(), str(request.base_url).rstrip("/")
    tag = answer_tag(request, version, planner_version(), made_on.isoformat(), address)
    if is_known(request, tag):
        return not_modified(tag)
    at_once = desk(request).settings.at_once_steps

    def written(of: Department) -> bytes:
        return workbook_of(
            findings_of(of, rulebook(), at_once), address, language(request), made_on
        )

    content = await run_in_threadpool(written, department)
    return Response(
        content,
        media_type=MEDIA_TYPES[Format.XLSX],
        headers={
            "ETag": tag,
            "Content-Disposition": f'attachment; filename="{department.slug}.xlsx"',
            "Vary": "Accept-Language",
        },
    )
