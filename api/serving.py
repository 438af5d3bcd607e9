"""The service in a terminal: where its database lies, and who can reach it."""

import socket
from contextlib import ExitStack, suppress
from ipaddress import ip_address
from pathlib import Path
from tempfile import TemporaryDirectory

import typer
import uvicorn

from api.app import create_app
from api.database import database_engine, migrate, shown
from api.settings import Settings
from capacity.errors import InvalidInput
from capacity.wording import Language, Text


def run(database: str | None, *, demo: bool, host: str, port: int, language: Language) -> None:
    """Serve until somebody stops it (da: start tjenesten).

    Without a `database` departments are kept in the folder that the operating system gives a
    program for the user; the demo alone uses a temporary file, gone when it stops. Nothing is ever
    left in the folder one happens to stand in. `InvalidInput` for an address that others can
    reach, for a port that is taken, and for a file that cannot be used.
    """
    _check_loopback(host)
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
        typer.echo(started.in_language(language), err=True)
        app = create_app(Settings(database=file, demo=demo, host=host, port=port))
        # A log of requests would hold the numbers that were asked about.
        server = uvicorn.Server(uvicorn.Config(app, log_level="warning", access_log=False))
        with suppress(KeyboardInterrupt):
            server.run(sockets=[listening])


def _check_loopback(host: str) -> None:
    try:
        loopback = host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        loopback = False
    if not loopback:
        raise InvalidInput(
            Text(
                da=f"andre kan nå {host}, og tjenesten har endnu ingen nøgler; brug 127.0.0.1",
                en=f"others can reach {host}, and the service has no keys yet; use 127.0.0.1",
            ),
            field="host",
        )


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
