"""`/v1/departments` and `/health`: what is stored, and whether the service answers."""

from datetime import date, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request, Response
from fastapi.responses import JSONResponse

from api.answers import Answer, Label, Table, Words, rendered
from api.caller import CallerDependency, Scope, needs
from api.document import Document
from api.document_fields import Day
from api.document_fields import Words as Sentence
from api.documented import REFUSED, UNAVAILABLE, documented, planner_router
from api.documents import DepartmentDocument
from api.etags import NOT_MODIFIED, ChangeCondition, KnownTags, not_modified
from api.idempotency import OnceDependency
from api.presentation import Call, Question
from api.store.departments import Listed, StoreDependency
from api.today import today
from capacity.department import Department
from capacity.errors import InvalidInput, RuleNotInForce, UnknownDepartment, UnknownRule
from capacity.wording import Text

router: APIRouter = planner_router("departments")

Address = Annotated[str, Path(examples=["ishoej-2020"])]
_WRITTEN: dict[int | str, dict[str, Any]] = {
    201: {"model": DepartmentDocument, "description": "kept as a new version"},
    "4XX": REFUSED,
    "5XX": UNAVAILABLE,
}


class DepartmentRow(Answer):
    """A stored department (da: afdeling); of one that cannot be read, only its address."""

    address: Annotated[str, Label("adresse", "address")]
    name: Annotated[Words | None, Label("navn", "name")]
    on: Annotated[date | None, Label("pr. dato", "on the day")]
    unit: Annotated[str | None, Label("sagsenhed", "case unit")]
    open_cases: Annotated[int | None, Label("åbne sager", "open cases", "sager", "cases")]
    headline_team: Annotated[str | None, Label("team vist først", "team shown first")]
    headline_deadline: Annotated[str | None, Label("frist vist først", "deadline shown first")]
    fictional: Annotated[bool | None, Label("opdigtet", "fictional")]
    purpose: Annotated[str | None, Label("formål", "purpose")]
    delete_after: Annotated[date | None, Label("slettes efter", "deleted after")]
    fault: Annotated[Words | None, Label("fejl", "fault")]


class VersionRow(Answer):
    """One version of a department (da: version)."""

    address: Annotated[str, Label("adresse", "address")]
    kept_at: Annotated[datetime, Label("gemt", "kept")]
    kept_by: Annotated[str | None, Label("gemt af", "kept by")]
    reason: Annotated[str | None, Label("begrundelse", "reason")]


class PurposeAnswer(Answer):
    """What a department is kept for, and the last day it is (da: formål og opbevaring)."""

    purpose: Annotated[str, Label("formål", "purpose")]
    delete_after: Annotated[date | None, Label("slettes efter", "deleted after")] = None
    stated_at: Annotated[datetime, Label("angivet", "stated")]
    stated_by: Annotated[str, Label("angivet af", "stated by")]


class DeletedAnswer(Answer):
    """What is gone for good (da: slettet)."""

    department: Annotated[str, Label("afdeling", "department")]
    versions: Annotated[int, Label("versioner", "versions")]
    scenarios: Annotated[int, Label("scenarier", "scenarios")]
    jobs: Annotated[int, Label("beregninger", "jobs")]
    imports: Annotated[int, Label("lister", "lists")]


class HealthAnswer(Answer):
    """The service answers (da: drift)."""

    status: Annotated[str, Label("tilstand", "status")]
    version: Annotated[str, Label("version", "version")]


class PurposeDocument(Document):
    """What a department is kept for, and the last day it is (da: formål og opbevaring)."""

    purpose: Sentence
    delete_after: Day | None = None

    def to_domain(self) -> object:
        """Read as itself: it is words and a day."""
        return self


@router.get("/v1/departments", **documented(Table[DepartmentRow], "the stored departments"))
async def departments(
    question: Annotated[Question, Query()], store: StoreDependency, request: Request
) -> Response:
    """Return the newest version of every stored department (da: afdelinger).

    One that cannot be read has only its address and what to do about it.
    """
    rows = tuple(_row(each) for each in store.listed())
    return rendered(Table[DepartmentRow](rows=rows), question, request)


@router.get(
    "/v1/departments/{address}",
    summary="a department's document",
    response_model=DepartmentDocument,
    responses={304: NOT_MODIFIED, "4XX": REFUSED, "5XX": UNAVAILABLE},
)
async def department(
    address: Address, _: Annotated[Call, Query()], store: StoreDependency, known: KnownTags
) -> Response:
    """Return a department's document, by `slug` or `slug@version` (da: afdelingens dokument)."""
    tag = store.version(address).tag
    return not_modified(tag) if known.include(tag) else _sent(store.department(address), tag)


@router.post(
    "/v1/departments",
    summary="keep a department",
    response_model=DepartmentDocument,
    status_code=201,
    dependencies=[needs(Scope.PLAN)],
    responses={
        200: {"model": DepartmentDocument, "description": "what was kept already"},
        **_WRITTEN,
    },
)
async def kept_department(
    document: DepartmentDocument,
    _: Annotated[Call, Query()],
    store: StoreDependency,
    condition: ChangeCondition,
    caller: CallerDependency,
    once: OnceDependency,
) -> Response:
    """Keep a department: a new one, or the next version of one there is (da: gem afdeling).

    For one there is, `If-Match` names the version that is changed. The version in the document
    says nothing: the store counts.
    """
    return once.answer(lambda: _kept(document, store, condition, caller))


@router.put(
    "/v1/departments/{address}",
    summary="change a department",
    response_model=DepartmentDocument,
    dependencies=[needs(Scope.PLAN)],
    responses={
        200: {"model": DepartmentDocument, "description": "what was kept already"},
        **_WRITTEN,
    },
)
async def changed_department(
    address: Address,
    document: DepartmentDocument,
    _: Annotated[Call, Query()],
    store: StoreDependency,
    condition: ChangeCondition,
    caller: CallerDependency,
) -> Response:
    """Keep a document as the next version of its department (da: ret afdeling)."""
    if document.slug != _slug(address):
        raise InvalidInput(
            Text(
                da=f"dokumentet hedder ”{document.slug}”, og adressen ”{address}”; skriv det samme",
                en=f"the document is “{document.slug}”, the address “{address}”; write the same",
            ),
            field="slug",
        )
    return _kept(document, store, condition, caller)


@router.get(
    "/v1/departments/{address}/versions",
    **documented(Table[VersionRow], "the versions of a department"),
)
async def versions(
    address: Address,
    question: Annotated[Question, Query()],
    store: StoreDependency,
    request: Request,
) -> Response:
    """Return every version of a department, the newest first (da: versioner)."""
    rows = tuple(
        VersionRow(
            address=f"{each.slug}@{each.number}",
            kept_at=each.kept_at,
            kept_by=each.kept_by,
            reason=each.reason,
        )
        for each in store.versions(_slug(address))
    )
    return rendered(Table[VersionRow](rows=rows), question, request)


@router.get(
    "/v1/departments/{address}/purpose",
    **documented(PurposeAnswer, "what a department is kept for"),
)
async def purpose(
    address: Address,
    question: Annotated[Question, Query()],
    store: StoreDependency,
    request: Request,
) -> Response:
    """Return what a department is kept for, and the last day it is (da: formål og opbevaring)."""
    slug = _slug(address)
    stated = store.purpose(slug)
    if stated is None:
        raise UnknownDepartment(
            Text(
                da=f"ingen har angivet, hvad ”{slug}” gemmes til",
                en=f"nobody has said what “{slug}” is kept for",
            ),
            field="department",
        )
    answer = PurposeAnswer(
        purpose=stated.purpose,
        delete_after=stated.delete_after,
        stated_at=stated.stated_at,
        stated_by=stated.stated_by,
    )
    response = rendered(answer, question, request)
    response.headers["ETag"] = stated.tag(slug)
    return response


@router.put(
    "/v1/departments/{address}/purpose",
    dependencies=[needs(Scope.PLAN)],
    **documented(PurposeAnswer, "say what a department is kept for"),
)
async def stated_purpose(
    address: Address,
    document: PurposeDocument,
    question: Annotated[Question, Query()],
    store: StoreDependency,
    condition: ChangeCondition,
    caller: CallerDependency,
    request: Request,
) -> Response:
    """Say what a department is kept for, and the last day it is (da: formål og opbevaring).

    The day after `delete_after` the department is deleted for good, with all that was kept about
    it. Where something is said already, `If-Match` names it.
    """
    slug = _slug(address)
    if document.delete_after is not None and document.delete_after < today():
        raise InvalidInput(
            Text(
                da="dagen er gået; skriv i dag eller en senere, eller slet afdelingen",
                en="the day has passed; write today or a later one, or delete the department",
            ),
            field="delete_after",
        )
    before = store.purpose(slug)
    condition.check(before.tag(slug) if before else None)
    said = store.state_purpose(
        slug, document.purpose, document.delete_after, by=caller.name, after=before
    )
    answer = PurposeAnswer(
        purpose=said.purpose,
        delete_after=said.delete_after,
        stated_at=said.stated_at,
        stated_by=said.stated_by,
    )
    response = rendered(answer, question, request)
    response.headers["ETag"] = said.tag(slug)
    return response


@router.delete(
    "/v1/departments/{address}",
    dependencies=[needs(Scope.ADMIN)],
    **documented(DeletedAnswer, "delete a department for good"),
)
async def deleted_department(
    address: Address,
    question: Annotated[Question, Query()],
    store: StoreDependency,
    condition: ChangeCondition,
    request: Request,
) -> Response:
    """Delete a department and all that was kept about it, for good (da: slet afdeling).

    Its versions, scenarios and their history, jobs, purpose, the lists of its past and kept replies
    go. Figures that were frozen stay: they are numbers. Backups and copies are their keeper's to
    delete. With `If-Match` it is deleted only as long as nobody has changed it.
    """
    slug = _slug(address)
    condition.check(store.version(slug).tag, required=False)
    gone = store.delete_department(slug)
    request.app.state.curves.forget()
    request.app.state.runs.forget()
    request.app.state.tray.forget(slug)
    request.app.state.beside.forget()
    request.app.state.desk.kept.forget()
    answer = DeletedAnswer(
        department=slug,
        versions=gone.versions,
        scenarios=gone.scenarios,
        jobs=gone.jobs,
        imports=gone.imports,
    )
    return rendered(answer, question, request)


@router.get("/health", **documented(HealthAnswer, "whether the service answers"))
async def health(question: Annotated[Question, Query()], request: Request) -> Response:
    """Say that the service answers (da: er tjenesten i drift)."""
    answer = HealthAnswer(status="ok", version=request.app.version)
    return rendered(answer, question, request)


def _row(listed: Listed) -> DepartmentRow:
    found, purpose = listed.department, listed.purpose
    read = found if isinstance(found, Department) else None
    return DepartmentRow(
        address=listed.address,
        name=read and read.name,
        on=read and read.on,
        unit=read and read.unit,
        open_cases=read and read.open_cases,
        headline_team=read and read.headline_team,
        headline_deadline=read and read.headline_deadline,
        fictional=read and read.fictional,
        purpose=purpose and purpose.purpose,
        delete_after=purpose and purpose.delete_after,
        fault=None if isinstance(found, Department) else found.message,
    )


def _kept(
    document: DepartmentDocument,
    store: StoreDependency,
    condition: ChangeCondition,
    caller: CallerDependency,
) -> Response:
    """Keep a document as the next version of its name, if it is what the caller believes."""
    try:
        sent = document.to_domain()
    except (UnknownDepartment, UnknownRule, RuleNotInForce) as error:
        # Names that do not fit together are the document's own fault, and no missing page.
        raise InvalidInput(error.message, field=error.field) from error
    before = store.latest(sent.slug)
    condition.check(before.tag if before else None)
    kept = store.add_department(sent, by=caller.name, after=before)
    is_new = before is None or kept.version != before.number
    tag = store.version(kept.address).tag
    return _sent(kept, tag, status=201 if is_new else 200)


def _sent(department: Department, tag: str, *, status: int = 200) -> Response:
    headers = {"ETag": tag}
    if status == 201:
        headers["Location"] = f"/v1/departments/{department.address}"
    document = DepartmentDocument.from_domain(department)
    return JSONResponse(document.as_json(), status_code=status, headers=headers)


def _slug(address: str) -> str:
    """Refuse the address of one version where the whole department is meant."""
    if "@" in address:
        raise InvalidInput(
            Text(
                da="skriv afdelingen uden version: ændringer gælder hele afdelingen",
                en="write the department without a version: this is about the whole department",
            ),
            field="department",
        )
    return address
