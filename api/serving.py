"""The service in a terminal: where its database lies, and who can reach it."""

import signal
import socket
from contextlib import ExitStack, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from types import FrameType

import typer
import uvicorn
from pydantic import ValidationError

from api.app import create_app
from api.database import database_engine, is_file, migrate, shown
from api.logs import install_library_log
from api.privacy import masked
from api.settings import Settings
from api.store.keys import any_key_opens
from capacity.errors import InvalidInput
from capacity.wording import Language, Text


def run(database: str | None, *, demo: bool, host: str, port: int, language: Language) -> None:
    """Serve until somebody stops it (da: start tjenesten).

    Without a `database` departments are kept in the folder that the operating system gives a
    program for the user; the demo alone uses a temporary file, gone when it stops. Nothing is ever
    left in the folder one happens to stand in. `InvalidInput` for an address that others can
    reach while there are no keys, for a port that is taken, and for a file that cannot be used.
    """
    settings = read_settings(database=database, demo=demo, host=host, port=port)
    if settings.needs_keys:
        _check_keys(settings)
    signal.signal(signal.SIGTERM, _stopped)
    file: Path | str
    with ExitStack() as cleanup:
        # The port and the file are had before the server starts, so that what is wrong with them
        # is said in one line. The port first: another planner may be using the same file.
        listening = cleanup.enter_context(_listening(host, port))
        if database is None and demo:
            file = Path(cleanup.enter_context(TemporaryDirectory())) / "demo.sqlite"
            kept = Text(da="intet gemmes", en="nothing is kept")
        else:
            file = database or own_file()
            kept = Text(da=f"gemmes i {shown(file)}", en=f"kept in {shown(file)}")
        engine = database_engine(file)
        migrate(engine)
        engine.dispose()
        address = f"http://{f'[{host}]' if ':' in host else host}:{port}"
        started = Text(
            da=f"Planlæggeren: {address} ({kept.da}; stop med Ctrl+C)",
            en=f"The planner: {address} ({kept.en}; stop with Ctrl+C)",
        )
        settings = settings.model_copy(update={"database": file})
        app = create_app(settings)
        typer.echo(started.in_language(language), err=True)
        typer.echo(summary(settings, language), err=True)
        install_library_log(app.state.log, settings.log_level)
        server = uvicorn.Server(
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
    """Read the settings; `InvalidInput` names the variable, without what is in it."""
    try:
        return Settings(**given)  # type: ignore[arg-type]
    except ValidationError as error:
        names = ", ".join(f"CASELOAD_{fault['loc'][0]}".upper() for fault in error.errors())
        raise InvalidInput(
            Text(da=f"{names} kan ikke læses", en=f"{names} cannot be read"), field="settings"
        ) from None


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
