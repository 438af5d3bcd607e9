"""The service: `create_app(settings)` puts its parts together, and nothing runs at import."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from importlib.metadata import version
from threading import Thread

from fastapi import FastAPI
from fastapi.concurrency import run_in_threadpool

from api.database import database_engine, migrate, overwrite
from api.errors import install_errors
from api.faults import StoreFault
from api.middleware import BoundedBody, HeadLikeGet
from api.pages.curves_kept import CurvesKept
from api.pages.route import install_page
from api.reference import install_reference
from api.routes import routers
from api.settings import Settings
from api.store.departments import expire, load_demo
from api.today import today

_DESCRIPTION = """
Hours to posts, caseload against the guideline, deadlines under more or fewer staff
(da: fra timer til fuldtidsstillinger, sagstal og fristoverholdelse).

Numbers are read with point or comma. What is computed is timeliness (da: rettidighed), never
lawfulness (da: lovmedholdelighed).
"""


def create_app(settings: Settings) -> FastAPI:
    """Build the service (da: tjenesten); the database is opened when it starts."""
    app = FastAPI(
        title="Caseload planner",
        version=version("caseload-planner"),
        description=_DESCRIPTION,
        lifespan=_lifespan,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,  # a redirection would repeat what was asked, CPR number and all
    )
    app.state.settings = settings
    app.add_middleware(BoundedBody, most_bytes=settings.most_body_bytes)
    app.add_middleware(HeadLikeGet)
    install_errors(app)
    app.state.routes = [route for router in routers for route in router.routes]
    for router in routers:
        app.include_router(router)
    install_page(app)
    install_reference(app)
    return app


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    settings: Settings = app.state.settings
    app.state.engine = database_engine(settings.database)
    migrate(app.state.engine)
    if settings.demo:
        load_demo(app.state.engine)
    app.state.curves = CurvesKept(settings.patience)
    Thread(target=_warm, daemon=True).start()
    expiring = asyncio.create_task(_delete_what_expires(app))
    yield
    expiring.cancel()
    app.state.curves.close()
    app.state.engine.dispose()


async def _delete_what_expires(app: FastAPI) -> None:
    """Delete every department whose last day has passed, at the start and each hour after.

    Not once a day: a clock that is put right, or a machine that slept, is then no matter.
    """
    while True:
        with suppress(StoreFault):  # a database that is away now is there in an hour
            if expire(app.state.engine, today()):
                app.state.curves.forget()
            await run_in_threadpool(overwrite, app.state.engine)
        await asyncio.sleep(3600)


def _warm() -> None:
    """Load the compiled kernel beside the first answers, so that none of them waits for it."""
    from simulations import sentences, staffing  # noqa: F401  (what a curve is made with)
    from simulations.replications import load_compiled_code

    load_compiled_code()
