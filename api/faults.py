"""What can go wrong with the database, as refusals that say what to do (da: driftsfejl).

Nothing of a request is kept when one of these is answered, and the service answers again when the
fault has passed: nobody restarts it.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as NoConnection

from capacity.errors import PlannerError
from capacity.wording import Text

_SQLITE_FAULTS = {5: "busy", 6: "busy", 13: "full", 11: "damaged", 26: "damaged"}
"""The primary result codes BUSY, LOCKED, FULL, CORRUPT and NOTADB of SQLite."""
_SQLITE_GONE = {8, 10, 14}
"""READONLY, IOERR and CANTOPEN."""


class StoreFault(PlannerError):
    """The database cannot do what was asked just now (da: driftsfejl i databasen)."""

    retry_after: int | None = None
    """Seconds until it is worth trying again; None where somebody has to do something first."""


class DatabaseBusy(StoreFault):
    """Somebody else has held the database for too long (da: databasen er optaget)."""

    retry_after = 2


class DatabaseFull(StoreFault):
    """There is no room on the disk (da: disken er fuld)."""

    retry_after = 60


class DatabaseGone(StoreFault):
    """The database does not answer (da: databasen svarer ikke)."""

    retry_after = 5


class Unreadable(StoreFault):
    """What is stored cannot be read (da: kan ikke læses)."""


@contextmanager
def faults_in_words() -> Iterator[None]:
    """Turn what the database drivers raise into a `StoreFault`: the one place that knows them."""
    try:
        yield
    except NoConnection as error:
        raise _busy() from error
    except DBAPIError as error:
        fault = _fault(error)
        if fault is None:
            raise
        # With its cause for the log: no statement is shown to the caller.
        raise fault from error


def unreadable(table: str, address: str) -> Unreadable:
    """Name a row that cannot be read, and nothing of what is in it (da: ulæselig række).

    >>> unreadable("department", "ishoej-2020@1").message.en
    'department ishoej-2020@1 cannot be read; restore it from a backup, or store it anew'
    """
    row = f"{table} {address}"
    return Unreadable(
        Text(
            da=f"{row} kan ikke læses; hent den fra en sikkerhedskopi, eller gem den på ny",
            en=f"{row} cannot be read; restore it from a backup, or store it anew",
        )
    )


def _fault(error: DBAPIError) -> StoreFault | None:
    code = getattr(error.orig, "sqlite_errorcode", None)
    if code is not None:
        return _sqlite_fault(code & 0xFF)
    return _postgresql_fault(getattr(error.orig, "sqlstate", None), error)


def _sqlite_fault(code: int) -> StoreFault | None:
    match _SQLITE_FAULTS.get(code):
        case "busy":
            return _busy()
        case "full":
            return _full()
        case "damaged":
            return Unreadable(
                Text(
                    da="databasens fil er beskadiget; hent en sikkerhedskopi: caseload restore",
                    en="the database's file is damaged; take a backup: caseload restore",
                )
            )
    return _gone() if code in _SQLITE_GONE else None


def _postgresql_fault(state: str | None, error: DBAPIError) -> StoreFault | None:
    if state is None:
        # The driver had no answer from a server: there was none, or the connection broke.
        unanswered = isinstance(error, OperationalError | InterfaceError)
        return _gone() if unanswered or error.connection_invalidated else None
    if state in {"55P03", "40P01", "40001", "57014", "53300"}:
        return _busy()  # lock or statement timeout, deadlock, too many connections
    if state == "53100":
        return _full()
    if state.startswith(("08", "57P", "58", "53")) or state == "25006":
        return _gone()
    return None


def _busy() -> DatabaseBusy:
    return DatabaseBusy(
        Text(
            da="databasen er optaget af en anden; intet er gemt, prøv igen om lidt",
            en="the database is busy with somebody else; nothing is saved, try again shortly",
        )
    )


def _full() -> DatabaseFull:
    return DatabaseFull(
        Text(
            da="disken med databasen er fuld; intet er gemt, skaf plads og prøv igen",
            en="the disk with the database is full; nothing is saved, make room and try again",
        )
    )


def _gone() -> DatabaseGone:
    return DatabaseGone(
        Text(
            da="databasen svarer ikke; intet er gemt, prøv igen, når den er i drift",
            en="the database does not answer; nothing is saved, try again when it is running",
        )
    )
