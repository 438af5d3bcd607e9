"""A process that does jobs and serves nobody: for a database that several processes share."""

import signal
from datetime import timedelta
from threading import Event

import typer

from api.database import database_engine, migrate, shown
from api.jobs.worker import Workers
from api.logs import Log, install_library_log
from api.serving import own_file, read_settings
from api.store.jobs import Queue
from capacity.wording import Language, Text


def work(database: str | None, language: Language) -> None:
    """Do the jobs of a database until somebody stops it (da: arbejd).

    It hands the jobs in hand back when it is stopped. Without a `database` it is the one that a
    service without one uses. `InvalidInput` where that cannot be used.
    """
    settings = read_settings(database=database or own_file())
    install_library_log(Log(settings.log_level), settings.log_level)
    engine = database_engine(settings.database)
    migrate(engine)
    stop = Event()
    for each in (signal.SIGINT, signal.SIGTERM):
        signal.signal(each, lambda *_: stop.set())
    # The setting is often that of a whole machine, on which the service itself does none.
    at_once = max(settings.workers, 1)
    workers = Workers(Queue(engine, lease=timedelta(seconds=settings.lease)), at_once)
    workers.start()
    started = Text(
        da=f"Arbejder på beregningerne i {shown(settings.database)} (stop med Ctrl+C)",
        en=f"Doing the jobs in {shown(settings.database)} (stop with Ctrl+C)",
    )
    typer.echo(started.in_language(language), err=True)
    stop.wait()
    workers.stop()
    engine.dispose()
