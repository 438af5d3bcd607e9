"""The interactive documentation at `/docs`, from this machine alone.

FastAPI's own page fetches Swagger UI from a host on the internet. The package fastapi-swagger
(MIT; Swagger UI itself is Apache-2.0) carries the same files, and only its files are used.
"""

import re
from base64 import b64encode
from collections.abc import Mapping, Sequence
from hashlib import sha256
from importlib.resources import as_file, files
from typing import Any

from fastapi import APIRouter, FastAPI, Request, Response
from fastapi.openapi.docs import get_swagger_ui_html
from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute
from fastapi.staticfiles import StaticFiles
from pydantic import BaseModel

from api.documented import UNAVAILABLE
from api.documents import DepartmentDocument, load_example
from api.errors import Problem
from api.presentation import Question
from api.scenario_documents import ScenarioDocument, example_scenarios

_FILES = "/docs/files"
_INLINE_SCRIPT = re.compile(rb"<script>(.*?)</script>", re.DOTALL)
_KEYS = {
    "header": {"type": "apiKey", "in": "header", "name": "X-API-Key"},
    "bearer": {"type": "http", "scheme": "bearer"},
    "query": {
        "type": "apiKey",
        "in": "query",
        "name": "api_key",
        "description": "for a spreadsheet that can send no header; such a key only reads",
    },
}
_SHOWN = {
    "validatorUrl": None,  # or the page would ask a validator on the internet
    "defaultModelsExpandDepth": 0,
    "tryItOutEnabled": True,
}
router = APIRouter(include_in_schema=False)


@router.get("/docs")
async def documentation(request: Request) -> Response:
    """Show every address, ready to be tried (da: dokumentation)."""
    page = get_swagger_ui_html(
        openapi_url="/openapi.json",
        title=request.app.title,
        swagger_js_url=f"{_FILES}/swagger-ui-bundle.js",
        swagger_css_url=f"{_FILES}/swagger-ui.css",
        swagger_favicon_url=f"{_FILES}/favicon-32x32.png",
        swagger_ui_parameters=_SHOWN,
    )
    page.headers["Content-Security-Policy"] = _policy(bytes(page.body))
    return page


def _policy(page: bytes) -> str:
    """Let the page's own script run, known by its hash, and no other (da: indholdspolitik).

    Swagger UI writes styles into its elements, so those are let through.
    """
    hashes = " ".join(
        f"'sha256-{b64encode(sha256(script).digest()).decode()}'"
        for script in _INLINE_SCRIPT.findall(page)
    )
    return (
        f"default-src 'none'; script-src 'self' {hashes}; style-src 'self' 'unsafe-inline'; "
        "img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; "
        "frame-ancestors 'none'"
    )


def install_reference(app: FastAPI) -> None:
    """Serve the page, its files, and a description whose order suits a reader."""
    app.include_router(router)
    with as_file(files("fastapi_swagger") / "resources") as folder:
        app.mount(_FILES, StaticFiles(directory=folder))
    app.openapi = lambda: _described(app)  # type: ignore[method-assign]


def _described(app: FastAPI) -> dict[str, object]:
    """Describe the addresses, with what an address asks before how the answer is written."""
    if app.openapi_schema is None:
        described = get_openapi(
            title=app.title,
            version=app.version,
            description=app.description,
            routes=app.routes,
        )
        described["components"]["schemas"] |= _schemas_of_refusals()
        described["components"]["securitySchemes"] = _KEYS
        described["security"] = [{}, *({name: []} for name in _KEYS)]  # {}: where none is needed
        common = {field.alias or name for name, field in Question.model_fields.items()}
        for methods in described["paths"].values():
            for operation in methods.values():
                operation["responses"].setdefault("5XX", UNAVAILABLE)
                _refusals_as_text(operation["responses"])
                _one_field(operation, described["components"]["schemas"])
                operation.get("parameters", []).sort(
                    key=lambda each: (each["name"] in common, not each.get("required"))
                )
        _fill_in(app, described["paths"])
        app.openapi_schema = described
    return app.openapi_schema


def _refusals_as_text(responses: dict[str, Any]) -> None:
    """Say that with `errors=text` a refusal arrives with 200, as a text that a cell can show."""
    refused = {"description": "with `errors=text`: a refusal as a text for the cell"}
    content = responses.setdefault("200", refused).setdefault("content", {})
    content.setdefault("text/plain", {"schema": {"type": "string"}})


def _one_field(operation: Mapping[str, Any], schemas: Mapping[str, Any]) -> None:
    """Say that with `field` an answer, or each row of one, has that field alone."""
    if not any(each["name"] == "field" for each in operation.get("parameters", [])):
        return
    content = operation["responses"]["200"]["content"]["application/json"]
    whole = content["schema"]
    name = whole.get("$ref", "").removeprefix("#/components/schemas/")
    is_table = list(schemas.get(name, {}).get("properties", ())) == ["rows"]
    alone: dict[str, Any] = {"type": "object", "minProperties": 1, "maxProperties": 1}
    if is_table:
        rows = {"rows": {"type": "array", "items": alone}}
        alone = {"type": "object", "properties": rows, "required": ["rows"]}
    alone["additionalProperties"] = not is_table
    content["schema"] = {"anyOf": [whole, {**alone, "description": "with `field`: it alone"}]}


def _fill_in(app: FastAPI, paths: dict[str, Any]) -> None:
    """Make every address ready to be tried: FastAPI leaves out the examples of a query's fields."""
    documents = _documents()
    routes: Sequence[APIRoute] = app.state.routes
    for route in routes:
        examples = _examples(route)
        for method in route.methods or ():
            operation = paths[route.path][method.lower()]
            for parameter in operation.get("parameters", []):
                if parameter["name"] in examples:
                    parameter["example"] = examples[parameter["name"]]
            content = operation.get("requestBody", {}).get("content", {})
            if "application/json" in content:  # elsewhere it is a file
                content["application/json"]["example"] = documents[route.path]


def _examples(route: APIRoute) -> dict[str, object]:
    questions = (each.field_info.annotation for each in route.dependant.query_params)
    return {
        field.alias or name: field.examples[0]
        for question in questions
        if isinstance(question, type) and issubclass(question, BaseModel)
        for name, field in question.model_fields.items()
        if field.examples
    }


def _documents() -> dict[str, object]:
    """Return a document for each address that takes one, by path (da: eksempler)."""
    department = DepartmentDocument.from_domain(load_example("ishoej-2020")).as_json()
    plan = ScenarioDocument.from_domain(example_scenarios()[0]).as_json()
    return {
        "/v1/fte": {"format": 1, **department["roster"]},
        "/v1/workload": {
            "activities": [
                {"volume_per_year": 152, "hours_per_case": 35, "label": "undersøgelser"},
                {"volume_per_year": 890, "hours_per_case": 12, "label": "åbne sager"},
            ],
            "hours_per_fte": 1546,
            "case_fte": 23.92,
            "category_share": 0.2,
            "individual_hours": 800,
        },
        "/v1/staffing-curve": department,
        "/v1/scenarios": plan,
        "/v1/scenarios/import": plan,
        "/v1/scenarios/{slug}": {"reason": "starter senere", "scenario": plan},
        "/v1/scenarios/{slug}/clone": {
            "reason": "til budgetforhandlingen",
            "slug": "kopi",
            "name": "Kopi",
        },
        "/v1/scenarios/{slug}/{action}": {"reason": "besluttet i udvalget"},
        "/v1/best-mix": {
            "department": "ishoej-2020",
            "kroner": 1_200_000,
            "budget_year": 2020,
            "team": "paragraf-50",
            "prices": plan["prices"],
            "offers": [
                {"unit": {**plan["changes"][0], "fte": 0.5}, "most": 8},
                {"unit": plan["changes"][1]},
            ],
        },
        "/v1/figures": {
            "path": "/v1/caseload?open_cases=890&case_fte=23,92&on=2020-03-26",
            "field": "cases_per_fte",
        },
        "/v1/import-sources/{name}": {
            "lists": {
                "cases": {
                    "mapping": {"Sagsnr.": "case_id", "Type": "-"},
                    "values": {"team": {"Team Nord": "undersoegelse-nord"}},
                }
            }
        },
        "/v1/departments": department,
        "/v1/departments/{address}": department,
        "/v1/departments/{address}/purpose": {
            "purpose": "Budget 2027: bemanding af familierådgivningen",
            "delete_after": "2099-12-31",
        },
    }


def _schemas_of_refusals() -> dict[str, object]:
    problem = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
    return {**problem.pop("$defs"), "Problem": problem}
