"""The service in a terminal: where its database lies, and who can reach it."""

import signal
import socket
from collections.abc import Mapping
from contextlib import ExitStack, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from types import FrameType
from typing import Any

import typer
import uvicorn
from pydantic import ValidationError

from api.app import create_app
from api.database import database_engine, is_file, migrate, shown
from api.field_errors import field_errors
from api.logs import install_library_log
from api.privacy import masked
from api.settings import Settings
from api.store.keys import any_key_opens
from capacity.errors import InvalidInput
from capacity.wording import Language, Text


def run(
    database: str | None, *, demo: bool, host: str | None, port: str | None, language: Language
) -> None:
    """Serve until somebody stops it (da: start tjenesten).

    What is None, and `demo` where it is not asked for, is as the environment says.
    Without a `database` departments are kept in the folder that the operating system gives a
    program for the user; the demo alone uses a temporary file, gone when it stops. Nothing is ever
    left in the folder one happens to stand in. `InvalidInput` for an address that others can
    reach while there are no keys, for a port that is taken, and for a file that cannot be used.
    """
    given = {"database": database, "demo": demo or None, "host": host, "port": port}
    settings = read_settings(**{name: said for name, said in given.items() if said is not None})
    host, port_number, demo = settings.host, settings.port, settings.demo
    if settings.needs_keys:
        _check_keys(settings)
    signal.signal(signal.SIGTERM, _stopped)
    file: Path | str
    with ExitStack() as cleanup:
        # The port and the file are had before the server starts, so that what is wrong with them
        # is said in one line. The port first: another planner may be using the same file.
        listening = cleanup.enter_context(_listening(host, port_number))
        if database is None and demo:
            file = Path(cleanup.enter_context(TemporaryDirectory())) / "demo.sqlite"
            kept = Text(da="intet gemmes", en="nothing is kept")
        else:
            file = database or own_file()
            kept = Text(da=f"gemmes i {shown(file)}", en=f"kept in {shown(file)}")
        engine = database_engine(file)
        migrate(engine)
        engine.dispose()
        address = f"http://{f'[{host}]' if ':' in host else host}:{port_number}"
        started = Text(
            da=f"Planlæggeren: {address} ({kept.da}; stop med Ctrl+C)",
            en=f"The planner: {address} ({kept.en}; stop with Ctrl+C)",
        )
        settings = settings.model_copy(update={"database": file})
        app = create_app(settings)
        typer.echo(started.in_language(language), err=True)
        typer.echo(summary(settings, language), err=True)
        if not settings.workers:
            typer.echo(_NOBODY_WORKS.in_language(language), err=True)
        install_library_log(app.state.log, settings.log_level)
        server = _Server(
            uvicorn.Config(
                app,
                log_config=None,  # the service has one log, and it holds no addresses with queries
                access_log=False,
                lifespan="on",  # a service that cannot open its database does not serve
                server_header=False,
                timeout_graceful_shutdown=settings.grace,
            )
        )
        with suppress(KeyboardInterrupt):
            server.run(sockets=[listening])


_NOBODY_WORKS = Text(
    da="Bemærk: CASELOAD_WORKERS=0, så store beregninger venter, indtil nogen kører caseload work "
    "på den samme database",
    en="Note: CASELOAD_WORKERS=0, so large calculations wait until somebody runs caseload work on "
    "the same database",
)


class _Server(uvicorn.Server):
    """Says at the end how long it took to stop, and what it waited for (da: stoppet)."""

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Stop as the server does, and write a line about it."""
        state, began = self.config.app.state, perf_counter()  # type: ignore[union-attr]
        await super().shutdown(sockets)
        ended = perf_counter()
        # What runs ends first, or is cut off; then the service lets go of its jobs.
        requests_ended = getattr(state, "requests_ended", ended)
        state.log.stopped(
            requests_seconds=round(requests_ended - began, 2),
            jobs_seconds=round(ended - requests_ended, 2),
            jobs_handed_back=getattr(state, "jobs_handed_back", 0),
        )


def summary(settings: Settings, language: Language = "da") -> str:
    """Say in one line how the service runs, without anything secret (da: indstillinger).

    >>> summary(Settings(database="postgresql://planner:hemmelig@db/planner"), "en")[:65]
    'Settings: database=postgresql://planner:***@db/planner demo=False'
    """
    values = settings.model_dump() | {"database": shown(settings.database)}
    values["keys_required"] = settings.needs_keys
    values["hosts"] = ",".join(settings.hosts) or "-"
    named = " ".join(f"{name}={value}" for name, value in values.items())
    return f"{Text(da='Indstillinger', en='Settings').in_language(language)}: {masked(named)}"


def read_settings(**given: object) -> Settings:
    """Read the settings; `InvalidInput` names the variable and what to write, not what it holds.

    >>> read_settings(lease=0)
    Traceback (most recent call last):
    capacity.errors.InvalidInput: CASELOAD_LEASE: Input should be greater than 0
    """
    try:
        return Settings(**given)  # type: ignore[arg-type]
    except ValidationError as error:
        faults = [
            (f"CASELOAD_{name}".upper(), said) for name, said in field_errors(_in_place(error))
        ]
        raise InvalidInput(
            Text(
                da="; ".join(f"{name}: {said.da}" for name, said in faults),
                en="; ".join(f"{name}: {said.en}" for name, said in faults),
            )
        ) from None


def _in_place(error: ValidationError) -> list[Mapping[str, Any]]:
    """Pydantic's errors, each as if its setting were the field of something sent."""
    return [{**each, "loc": ("settings", each["loc"][0])} for each in error.errors()]


def _check_keys(settings: Settings) -> None:
    """Refuse to serve others while nobody has a key; the demo alone has nowhere to keep one."""
    database = settings.database or (None if settings.demo else own_file())
    # Whether there are keys is asked of a file that is there, and none is made for the question.
    kept = database is not None and (not is_file(database) or Path(database).is_file())
    if kept and database is not None and any_key_opens(database):
        return
    raise InvalidInput(
        Text(
            da=f"andre kan nå {settings.host}, og der er ingen gyldig nøgle; brug 127.0.0.1, eller "
            "lav en: caseload keys create --label NAVN --expires DATO --database FIL",
            en=f"others can reach {settings.host}, and there is no valid key; use 127.0.0.1, or "
            "make one: caseload keys create --label NAME --expires DATE --database FILE",
        ),
        field="host",
    )


def _stopped(_signal: int, _frame: FrameType | None) -> None:
    """End as Ctrl+C does: what is temporary is cleaned up, and to be stopped is no failure.

    The server handles the signal itself while it runs, and raises it again when it has stopped.
    """
    raise SystemExit(0)


def _listening(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family)
    except OSError as error:
        other = 8001 if port == 8000 else 8000
        raise InvalidInput(
            Text(
                da=f"porten {port} er optaget eller må ikke bruges; skriv fx --port {other}",
                en=f"port {port} is taken or may not be used; write --port {other}, say",
            ),
            field="port",
        ) from error


def own_file() -> Path:
    """Return the file that departments are kept in where nobody names one (da: egen fil)."""
    folder = Path(typer.get_app_dir("caseload-planner"))
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InvalidInput(
            Text(
                da=f"mappen {folder} kan ikke oprettes; skriv selv en fil: --database FIL",
                en=f"the folder {folder} cannot be made; write a file yourself: --database FILE",
            ),
            field="database",
        ) from error
    return folder / "planner.sqlite"
