"""The interactive documentation at `/docs`, from this machine alone.

FastAPI's own page fetches Swagger UI from a host on the internet. The package fastapi-swagger
(MIT; Swagger UI itself is Apache-2.0) carries the same files, and only its files are used.
"""

from importlib.resources import as_file, files

from fastapi import APIRouter, FastAPI, Request, Response
from fastapi.openapi.docs import get_swagger_ui_html
from fastapi.openapi.utils import get_openapi
from fastapi.staticfiles import StaticFiles

from api.errors import Problem
from api.presentation import Question

_FILES = "/docs/files"
_SHOWN = {
    "validatorUrl": None,  # or the page would ask a validator on the internet
    "defaultModelsExpandDepth": 0,
    "tryItOutEnabled": True,
}
router = APIRouter(include_in_schema=False)


@router.get("/docs")
async def documentation(request: Request) -> Response:
    """Show every address, ready to be tried (da: dokumentation)."""
    return get_swagger_ui_html(
        openapi_url="/openapi.json",
        title=request.app.title,
        swagger_js_url=f"{_FILES}/swagger-ui-bundle.js",
        swagger_css_url=f"{_FILES}/swagger-ui.css",
        swagger_favicon_url=f"{_FILES}/favicon-32x32.png",
        swagger_ui_parameters=_SHOWN,
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
        common = {field.alias or name for name, field in Question.model_fields.items()}
        for methods in described["paths"].values():
            for operation in methods.values():
                operation.get("parameters", []).sort(
                    key=lambda each: (each["name"] in common, not each.get("required"))
                )
        app.openapi_schema = described
    return app.openapi_schema


def _schemas_of_refusals() -> dict[str, object]:
    problem = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
    return {**problem.pop("$defs"), "Problem": problem}
