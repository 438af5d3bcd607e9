"""`/v1/import-sources`, `/v1/import-fields`: what columns and words are called elsewhere.

(da: kilder og felter.)
"""

from typing import Annotated

from fastapi import APIRouter, Path, Query, Request, Response
from fastapi.responses import JSONResponse
from pydantic import AfterValidator, Field

from api.answers import Answer, Label, Table, Words, rendered
from api.caller import CallerDependency, Scope, needs
from api.database import SessionDependency
from api.documented import REFUSED, UNAVAILABLE, documented, planner_router
from api.etags import ChangeCondition
from api.imports.fields import Kind, fields
from api.imports.refusals import UnknownImport
from api.imports.source_document import SourceDocument, refuse_cpr
from api.presentation import Call, Question
from api.store.histories import Histories
from capacity.wording import Text

router: APIRouter = planner_router("imports")


class FieldRow(Answer):
    """What a list may hold, and what it is called elsewhere (da: felt)."""

    kind: Annotated[str, Label("slags", "kind")]
    field: Annotated[str, Label("felt", "field")]
    label: Annotated[Words, Label("navn", "name")]
    reads: Annotated[str, Label("indhold", "content")]
    required: Annotated[bool, Label("påkrævet", "required")]
    names: Annotated[str, Label("kendte overskrifter", "known headings")]
    vague: Annotated[str, Label("tvetydige overskrifter", "ambiguous headings")]


class FieldsQuestion(Question):
    """The fields of one kind of list, or of all (da: felter)."""

    kind: Kind | None = Field(None, description="only of this kind (da: listens slags)")


@router.get(
    "/v1/import-fields",
    **documented(Table[FieldRow], "what a list may hold, and what it is called elsewhere"),
)
async def import_fields(question: Annotated[FieldsQuestion, Query()], request: Request) -> Response:
    """Return the fields of each kind of list, with the headings that are known (da: felter)."""
    rows = tuple(
        FieldRow(
            kind=kind,
            field=each.id,
            label=each.label,
            reads=each.reads,
            required=each.required,
            names="; ".join(each.names),
            vague="; ".join(each.vague),
        )
        for kind in ([question.kind] if question.kind else Kind)
        for each in fields(kind)
    )
    return rendered(Table[FieldRow](rows=rows), question, request)


SourceName = Annotated[
    str,
    AfterValidator(refuse_cpr),
    Path(examples=["DUBU"], max_length=60, pattern=r"^[\w][\w .-]*$"),
]


@router.get(
    "/v1/import-sources/{name}",
    summary="how the lists of a source are read",
    response_model=SourceDocument,
    responses={"4XX": REFUSED, "5XX": UNAVAILABLE},
)
async def source(
    name: SourceName, _: Annotated[Call, Query()], session: SessionDependency
) -> Response:
    """Return what is remembered of a source, by kind of list (da: husket om kilden)."""
    found = Histories(session).source(name)
    if found is None:
        raise UnknownImport(
            Text(
                da="der huskes intet om en kilde af det navn; den får et, når en liste godkendes",
                en="nothing is remembered of a source of that name; accepting a list names one",
            ),
            field="name",
        )
    document = SourceDocument.of(found.remembered)
    return JSONResponse(document.model_dump(mode="json"), headers={"ETag": found.tag})


@router.put(
    "/v1/import-sources/{name}",
    summary="say how the lists of a source are read",
    response_model=SourceDocument,
    dependencies=[needs(Scope.PLAN)],
    responses={"4XX": REFUSED, "5XX": UNAVAILABLE},
)
async def stated_source(
    name: SourceName,
    document: SourceDocument,
    _: Annotated[Call, Query()],
    session: SessionDependency,
    condition: ChangeCondition,
    caller: CallerDependency,
) -> Response:
    """Say what the columns and words of a source are (da: ret kilde).

    Where something is remembered already, `If-Match` names it.
    """
    histories = Histories(session)
    before = histories.source(name)
    condition.check(before.tag if before else None)
    said = histories.state_source(name, document.to_domain(), by=caller.name)
    answer = SourceDocument.of(said.remembered)
    return JSONResponse(answer.model_dump(mode="json"), headers={"ETag": said.tag})
