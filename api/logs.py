"""What the service writes about itself: one JSON object a line, on the error stream (da: log).

Never what was asked: a query holds the numbers of a department, and may hold a key. What is written
of a path, a fault or a library is masked. A traceback names places in the program and kinds of
fault, with what the faults say cut short; it holds no local variables.
"""

import logging
import sys
import traceback
from typing import Any

import structlog
from structlog.typing import FilteringBoundLogger

from api.privacy import masked

_LONGEST = 300


class Log:
    """The log of one service (da: log)."""

    def __init__(self, level: str) -> None:
        self._logger: FilteringBoundLogger = structlog.wrap_logger(
            _ErrorStream(),
            processors=[
                structlog.processors.add_log_level,
                structlog.processors.TimeStamper(fmt="iso", utc=True, key="at"),
                structlog.processors.JSONRenderer(ensure_ascii=False),
            ],
            wrapper_class=structlog.make_filtering_bound_logger(level),
            cache_logger_on_first_use=True,
        ).bind()

    def request(self, **facts: object) -> None:
        """Write one line about a request (da: kald)."""
        self._logger.info("request", **facts)

    def stopped(self, **facts: object) -> None:
        """Write that the service has stopped, and what it waited for (da: stoppet)."""
        self._logger.info("stopped", **facts)

    def note(self, level: int, said: str, **facts: object) -> None:
        """Write what a library has said of the service, such as the server's (da: besked)."""
        self._logger.log(level, masked(said)[:_LONGEST], **facts)

    def failure(self, what: str, error: BaseException, **facts: object) -> None:
        """Write where something failed, and nothing of what it was given (da: fejl)."""
        self._logger.error(what, traceback=traceback_of(error), **facts)


class _ErrorStream:
    """The error stream as it is when a line is written: tests change it, and so do terminals."""

    def msg(self, line: str) -> None:
        sys.stderr.write(line + "\n")
        sys.stderr.flush()

    debug = info = warning = error = critical = msg


class LibraryLines(logging.Handler):
    """Hands on what the server and other libraries log (da: bibliotekers log)."""

    def __init__(self, log: Log) -> None:
        super().__init__()
        self._log = log

    def emit(self, record: logging.LogRecord) -> None:
        """Write one of their lines as one of ours."""
        error = record.exc_info[1] if record.exc_info else None
        if error is not None:
            self._log.failure(record.name, error)
        else:
            self._log.note(record.levelno, record.getMessage(), by=record.name)


def traceback_of(error: BaseException) -> str:
    """Return where a fault arose, from the outermost call in, with its causes (da: sporing).

    >>> try:
    ...     int("0102031234x")
    ... except ValueError as error:
    ...     print(traceback_of(error).splitlines()[-1])
    ValueError: invalid literal for int() with base 10: '######-####x'
    """
    lines: list[str] = []
    seen: set[int] = set()
    cause: BaseException | None = error
    while cause is not None and id(cause) not in seen:
        seen.add(id(cause))
        said = masked(str(cause)).split("\n", 1)[0][:_LONGEST]
        places = [
            f"  {frame.filename}:{frame.lineno} {frame.name}"
            for frame in traceback.extract_tb(cause.__traceback__)
        ]
        lines = [*places, f"{type(cause).__name__}: {said}", *(["then"] if lines else []), *lines]
        cause = cause.__cause__ or (None if cause.__suppress_context__ else cause.__context__)
    return "\n".join(lines)


def install_library_log(log: Log, level: str) -> None:
    """Let the libraries of this process log as the service does (da: fælles log)."""
    root = logging.getLogger()
    root.handlers = [LibraryLines(log)]
    root.setLevel(max(logging.WARNING, _level(level)))
    for name in ("uvicorn", "uvicorn.error"):
        logger = logging.getLogger(name)
        logger.handlers, logger.propagate = [], True
        logger.setLevel(logging.WARNING)
    logging.getLogger("uvicorn.access").disabled = True
    logging.captureWarnings(True)


def _level(name: str) -> int:
    found: Any = logging.getLevelName(name.upper())
    return int(found)
