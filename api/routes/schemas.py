"""`/v1/schemas` and `/v1/inputs`: what documents look like, and what each number may be."""

from collections.abc import Iterator
from enum import StrEnum
from fractions import Fraction
from typing import Annotated, Any, get_args

from fastapi import APIRouter, Path, Query, Request, Response
from fastapi.responses import JSONResponse
from pydantic import BaseModel, TypeAdapter

from api.answers import Answer, Exact, Label, Table, Words, rendered
from api.curve_terms import LEAST_POINTS, MOST_POINTS
from api.documented import REFUSED, documented, planner_router
from api.documents import DepartmentDocument, RosterDocument
from api.presentation import Call, Question
from api.scenario_documents import (
    CHANGE_DOCUMENTS,
    AnyChange,
    FollowingPostsDocument,
    PostPriceDocument,
    PricesDocument,
    ScenarioDocument,
    Within,
)
from capacity.wording import Text
from simulations.questions import (
    MOST_EXTRA_FTE,
    MOST_INFLOW,
)

router: APIRouter = planner_router("documents")


class SchemaName(StrEnum):
    """What a schema is asked for by (da: dokumentets navn)."""

    DEPARTMENT = "department"
    ROSTER = "roster"
    SCENARIO = "scenario"
    CHANGE = "change"
    PRICES = "prices"


_ADAPTERS: dict[SchemaName, TypeAdapter[Any]] = {
    SchemaName.DEPARTMENT: TypeAdapter(DepartmentDocument),
    SchemaName.ROSTER: TypeAdapter(RosterDocument),
    SchemaName.SCENARIO: TypeAdapter(ScenarioDocument),
    SchemaName.CHANGE: TypeAdapter(AnyChange),
    SchemaName.PRICES: TypeAdapter(PricesDocument),
}
_DIALECT = "https://json-schema.org/draft/2020-12/schema"


class SchemaRow(Answer):
    """A document and where its schema is (da: skema)."""

    name: Annotated[str, Label("dokument", "document")]
    address: Annotated[str, Label("adresse", "address")]


class InputRow(Answer):
    """A number that a plan or a curve may state (da: input).

    `default` is empty where one must say it, or where saying nothing means something else.
    """

    kind: Annotated[str, Label("ændring", "change")]
    field: Annotated[str, Label("felt", "field")]
    name: Annotated[Words, Label("navn", "name")]
    unit: Annotated[Words, Label("enhed", "unit")]
    default: Annotated[Exact | None, Label("standard", "default")]
    least: Annotated[Exact, Label("mindst", "least")]
    most: Annotated[Exact, Label("højst", "most")]
    required: Annotated[bool, Label("påkrævet", "required")]


@router.get("/v1/schemas", **documented(Table[SchemaRow], "the documents that have a schema"))
async def schemas(question: Annotated[Question, Query()], request: Request) -> Response:
    """Return the names of the documents (da: skemaer)."""
    rows = tuple(SchemaRow(name=name, address=f"/v1/schemas/{name}") for name in _ADAPTERS)
    return rendered(Table[SchemaRow](rows=rows), question, request)


@router.get(
    "/v1/schemas/{name}",
    summary="the JSON schema of a document",
    responses={
        200: {"content": {"application/schema+json": {"schema": {"type": "object"}}}},
        "4XX": REFUSED,
    },
)
async def schema(
    name: Annotated[SchemaName, Path(examples=["scenario"])], _: Annotated[Call, Query()]
) -> Response:
    """Return the schema by which a document can be checked before it is sent (da: skema)."""
    described = _ADAPTERS[name].json_schema()
    written = {"$schema": _DIALECT, "$id": f"/v1/schemas/{name}", **described}
    return JSONResponse(written, media_type="application/schema+json")


@router.get(
    "/v1/inputs", **documented(Table[InputRow], "every number that a plan or a curve may state")
)
async def inputs(question: Annotated[Question, Query()], request: Request) -> Response:
    """Return each input with its default, least, most and unit (da: input)."""
    return rendered(Table[InputRow](rows=tuple(_inputs())), question, request)


_SHARE = Text(da="andel 0-1", en="share 0-1")
_CURVE: dict[str, tuple[Within, Fraction | None]] = {
    "extra_fte": (
        Within(
            Fraction(0),
            Fraction(MOST_EXTRA_FTE),
            Text(da="ekstra stillinger på kurven", en="extra posts of the curve"),
            Text(da="fuldtidsstillinger", en="FTE"),
        ),
        None,
    ),
    "fuller_work": (
        Within(
            Fraction(0),
            Fraction(1),
            Text(da="ekstra timer til grundigere arbejde", en="added hours to fuller work"),
            _SHARE,
        ),
        Fraction(0),
    ),
    "inflow": (
        Within(
            Fraction(0),
            Fraction(MOST_INFLOW),
            Text(da="tilgang på kurven", en="inflow of the curve"),
            Text(da="gange den vante", en="times the usual"),
        ),
        Fraction(1),
    ),
    "precision": (
        Within(
            LEAST_POINTS,
            MOST_POINTS,
            Text(da="præcision, halv intervalbredde", en="precision, half the interval"),
            Text(da="procentpoint", en="percentage points"),
        ),
        None,
    ),
}


def _inputs() -> Iterator[InputRow]:
    for name, (within, default) in _CURVE.items():
        yield InputRow(
            kind="staffing_curve",
            field=name,
            name=within.name,
            unit=within.unit,
            default=default,
            least=within.least,
            most=within.most,
            required=False,
        )
    yield from _change_inputs()


def _change_inputs() -> Iterator[InputRow]:
    documents: dict[str, type[BaseModel]] = {
        get_args(each.model_fields["kind"].annotation)[0]: each for each in CHANGE_DOCUMENTS
    }
    documents["post_price"] = PostPriceDocument
    documents["following_posts"] = FollowingPostsDocument
    documents["prices"] = PricesDocument
    for kind, document in documents.items():
        for name, field in document.model_fields.items():
            within = _bounds(field.annotation, field.metadata)
            if within is None:
                continue
            default = field.default
            yield InputRow(
                kind=kind,
                field=field.alias or name,
                name=within.name,
                unit=within.unit,
                default=Fraction(default) if isinstance(default, int) else None,
                least=within.least,
                most=within.most,
                required=field.is_required(),
            )


def _bounds(annotation: Any, metadata: list[Any]) -> Within | None:
    """The bounds of a number, also where it may be left out."""
    nested = [one for part in getattr(annotation, "__args__", ()) for one in _metadata(part)]
    return next((one for one in [*metadata, *nested] if isinstance(one, Within)), None)


def _metadata(part: Any) -> tuple[Any, ...]:
    found: tuple[Any, ...] = getattr(part, "__metadata__", ())
    return found
