"""Who stored or deleted what, and which keys were refused (da: revisionsspor)."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

from fastapi import Depends
from fastapi.concurrency import run_in_threadpool
from sqlalchemy import Engine, StaticPool
from sqlmodel import Session, col, select

from api.database import SessionDependency, database_engine, migrate
from api.faults import faults_in_words
from api.tables import StoredAuditRow


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditRow:
    """One thing that somebody did (da: hændelse); `id` is None until it is kept."""

    id: int | None = None
    at: datetime
    who: str
    did: str
    about: str
    status: int
    request_id: str


_MOST_ROWS = 2**31 - 1
"""The largest number that a row can have, and that PostgreSQL compares it with."""


@dataclass(frozen=True, slots=True)
class AuditTrail:
    """The audit trail, seen through one transaction (da: revisionsspor)."""

    session: Session

    def add(self, row: AuditRow) -> None:
        """Keep a row (da: tilføj)."""
        self.session.add(
            StoredAuditRow(
                at=row.at,
                who=row.who,
                did=row.did,
                about=row.about,
                status=row.status,
                request_id=row.request_id,
            )
        )

    def newest(self, limit: int, *, before: int | None = None) -> tuple[AuditRow, ...]:
        """Return the newest rows, or the newest before one of them (da: de nyeste)."""
        wanted = select(StoredAuditRow)
        if before is not None and before <= _MOST_ROWS:
            wanted = wanted.where(col(StoredAuditRow.id) < before)
        rows = self.session.exec(wanted.order_by(col(StoredAuditRow.id).desc()).limit(limit))
        return tuple(_row(row) for row in rows)


def audit_trail(session: SessionDependency) -> AuditTrail:
    """Hand a request the audit trail through its transaction."""
    return AuditTrail(session)


AuditTrailDependency = Annotated[AuditTrail, Depends(audit_trail)]


async def audited(engine: Engine, row: AuditRow) -> None:
    """Keep a row in a transaction of its own, after the answer (da: før til revisionsspor)."""
    if isinstance(engine.pool, StaticPool):  # in memory there is one connection, and no waiting
        _keep(engine, row)
    else:
        # On a thread: the answer has left, and nobody else is to wait for a busy database.
        await run_in_threadpool(_keep, engine, row)


def audited_command(engine: Engine, *, who: str, did: str, about: str, status: int) -> None:
    """Keep what a command has done in a transaction of its own (da: før til revisionsspor)."""
    now = datetime.now(UTC)
    _keep(engine, AuditRow(at=now, who=who, did=did, about=about, status=status, request_id=""))


def _keep(engine: Engine, row: AuditRow) -> None:
    with _trail(engine) as trail:
        trail.add(row)


@contextmanager
def _trail(engine: Engine) -> Iterator[AuditTrail]:
    with faults_in_words(), Session(engine) as session, session.begin():
        yield AuditTrail(session)


def newest_in(
    database: Path | str, limit: int, *, before: int | None = None
) -> tuple[AuditRow, ...]:
    """Return the newest rows of a database outside any request (da: de nyeste)."""
    engine = database_engine(database)
    try:
        migrate(engine)
        with _trail(engine) as trail:
            return trail.newest(limit, before=before)
    finally:
        engine.dispose()


def _row(row: StoredAuditRow) -> AuditRow:
    return AuditRow(
        id=row.id,
        at=row.at.replace(tzinfo=UTC) if row.at.tzinfo is None else row.at.astimezone(UTC),
        who=row.who,
        did=row.did,
        about=row.about,
        status=row.status,
        request_id=row.request_id,
    )
