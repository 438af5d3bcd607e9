"""The service: `create_app(settings)` puts its parts together, and nothing runs at import."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import timedelta
from importlib.metadata import version
from threading import Event, Thread
from time import perf_counter

from fastapi import FastAPI
from fastapi.concurrency import run_in_threadpool

from api.cross_origin import CrossOriginReading
from api.database import database_engine, migrate, overwrite
from api.door import Door
from api.errors import install_errors
from api.faults import StoreFault
from api.flood import Flood
from api.import_tray import ImportTray
from api.imports.desk import ImportDesk
from api.jobs.answering import Desk
from api.journal import Journal
from api.keyring import Keyring
from api.logs import Log
from api.metrics import Metrics
from api.middleware import BoundedBody, HeadLikeGet
from api.pages.calculations import Beside
from api.pages.curves_kept import CurvesKept
from api.pages.login import install_login
from api.pages.route import install_pages
from api.pages.what_if import RunsKept
from api.reference import install_reference
from api.routes import routers
from api.settings import Settings
from api.store.departments import expire, load_demo
from api.store.jobs import Queue
from api.store.scenarios import load_demo_scenarios
from api.synthetic_desk import SyntheticDesk
from api.today import today

_DESCRIPTION = """
Hours to posts, caseload against the guideline, deadlines under more or fewer staff
(da: fra timer til fuldtidsstillinger, sagstal og fristoverholdelse).

Numbers are read with point or comma. What is computed is timeliness (da: rettidighed), never
lawfulness (da: lovmedholdelighed).
"""

_FILES_IN_TRAY = 4
"""So many of the largest files may lie in memory while somebody looks at them (da: bakken)."""


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
    app.state.log = log = Log(settings.log_level)
    app.state.metrics = metrics = Metrics()
    app.state.keyring = keyring = Keyring()
    app.state.wrong_keys = wrong_keys = Flood(settings.wrong_keys, "wrong_keys")
    app.state.imports = ImportDesk(settings.imports_at_once)
    app.state.synthetic = SyntheticDesk()
    app.state.warm = Event()
    # A request passes through them from the last to the first.
    app.add_middleware(
        BoundedBody,
        most_bytes=settings.most_body_bytes,
        most_file_bytes=settings.most_file_bytes,
    )
    app.add_middleware(HeadLikeGet)
    app.add_middleware(
        Door,
        settings=settings,
        keyring=keyring,
        log=log,
        rate=Flood(settings.rate, "rate"),
        wrong_keys=wrong_keys,
    )
    app.add_middleware(CrossOriginReading, needs_keys=settings.needs_keys)
    app.add_middleware(Journal, log=log, metrics=metrics)
    install_errors(app)
    app.state.routes = [route for router in routers for route in router.routes]
    for router in routers:
        app.include_router(router)
    install_pages(app)
    install_login(app)
    install_reference(app)
    return app


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    settings: Settings = app.state.settings
    app.state.engine = database_engine(settings.database)
    migrate(app.state.engine)
    if settings.demo:
        load_demo(app.state.engine)
        load_demo_scenarios(app.state.engine)
    app.state.curves = CurvesKept(settings.patience)
    app.state.runs = RunsKept()
    app.state.beside = Beside()
    app.state.tray = ImportTray(_FILES_IN_TRAY * settings.most_file_bytes)
    queue = Queue(app.state.engine, lease=timedelta(seconds=settings.lease))
    app.state.desk = Desk.opened(queue, settings, app.state.metrics)
    Thread(target=_warmed, args=(app.state.warm,), daemon=True).start()
    expiring = asyncio.create_task(_delete_what_expires(app))
    yield
    app.state.requests_ended = perf_counter()
    expiring.cancel()
    app.state.curves.close()
    app.state.beside.close()
    app.state.tray.close()
    app.state.jobs_handed_back = await run_in_threadpool(app.state.desk.workers.stop)
    app.state.engine.dispose()


async def _delete_what_expires(app: FastAPI) -> None:
    """Delete every department whose last day has passed, at the start and each hour after.

    Not once a day: a clock that is put right, or a machine that slept, is then no matter.
    """
    while True:
        with suppress(StoreFault):  # a database that is away now is there in an hour
            gone = expire(app.state.engine, today())
            for slug in gone:
                app.state.tray.forget(slug)
            if gone:
                app.state.curves.forget()
                app.state.runs.forget()
                app.state.beside.forget()
                app.state.desk.kept.forget()
            await run_in_threadpool(overwrite, app.state.engine)
        await asyncio.sleep(3600)


def _warmed(warm: Event) -> None:
    _warm()
    warm.set()


def _warm() -> None:
    """Load the compiled kernel beside the first answers, so that none of them waits for it."""
    from simulations import sentences, staffing  # noqa: F401  (what a curve is made with)
    from simulations.replications import load_compiled_code

    load_compiled_code()
    from simulations.played_department import load_compiled_play

    load_compiled_play()  # what a fit is made with: it is asked for later
