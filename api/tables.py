"""The rows of the database: only `api.store` reads and writes them.

A department or a scenario is one document in one column, beside the few columns that are searched
by. So a new field of a document needs no migration, and what was stored is what comes back.
"""

from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import JSON, Column, DateTime, Dialect, LargeBinary, UniqueConstraint
from sqlalchemy.types import TypeDecorator
from sqlmodel import Field, SQLModel

# Before the first table: a migration can only change a constraint that has a name.
SQLModel.metadata.naming_convention = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


REVISION = "0007"
"""The last step under `migrations/`: what these tables look like."""

REVISION_TABLE = (
    "CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL,"
    " CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num))"
)
"""Where Alembic looks for the step: none of our tables, so that it is never compared as one."""


class Moment(TypeDecorator[datetime]):
    """A moment in UTC (da: tidspunkt): SQLite keeps no zone, and what comes back has one."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Return the moment with its zone."""
        del dialect
        return value.replace(tzinfo=UTC) if value and value.tzinfo is None else value


def _moment(*, nullable: bool = False, index: bool = False) -> Any:
    return Field(
        default=None if nullable else ...,
        sa_column=Column(Moment, nullable=nullable, index=index),
    )


def _json(*, nullable: bool = False) -> Any:
    return Field(default=None if nullable else ..., sa_column=Column(JSON, nullable=nullable))


class StoredDepartment(SQLModel, table=True):
    """One version of a department's document (da: gemt afdeling)."""

    __tablename__ = "department"
    __table_args__ = (UniqueConstraint("slug", "version"),)

    id: int | None = Field(default=None, primary_key=True)
    slug: str
    version: int
    document: dict[str, Any] = _json()
    created_at: datetime = _moment()
    created_by: str | None = None
    """Null for what comes with the planner, and for what was kept before anybody was asked."""
    reason: str | None = None
    """Why it was made, where somebody was asked; null for a document that was sent."""


class StoredScenario(SQLModel, table=True):
    """A scenario as it is now (da: gemt scenarie)."""

    __tablename__ = "scenario"

    id: int | None = Field(default=None, primary_key=True)
    slug: str = Field(unique=True)
    version: int
    name: str
    department: str = Field(index=True)
    """The slug of its department; the version is in the document."""
    status: str
    document: dict[str, Any] = _json()
    created_at: datetime = _moment()
    changed_at: datetime = _moment()
    changed_by: str


class StoredScenarioVersion(SQLModel, table=True):
    """What a scenario was, and who made it so and why (da: scenariets historik)."""

    __tablename__ = "scenario_version"
    __table_args__ = (UniqueConstraint("scenario_id", "version"),)

    id: int | None = Field(default=None, primary_key=True)
    scenario_id: int = Field(foreign_key="scenario.id", ondelete="CASCADE")
    version: int
    did: str
    """What was done: created, changed, renamed, locked, opened, archived, restored."""
    reason: str
    document: dict[str, Any] = _json()
    made_at: datetime = _moment()
    made_by: str


class StoredFigure(SQLModel, table=True):
    """A number that stays what it was when it was frozen (da: frosset tal)."""

    __tablename__ = "figure"

    id: str = Field(primary_key=True)
    path: str
    """The address it came from, with day, department version and seed pinned."""
    field: str
    row: dict[str, Any] | None = _json(nullable=True)
    """Which row of a table, by some of its fields; null where the answer is no table."""
    record: dict[str, Any] = _json()
    """The whole answer, or row, of which the number is one field."""
    origin: dict[str, Any] = _json()
    """Versions of program, model and rules; label and unit."""
    frozen_at: datetime = _moment()
    frozen_by: str


class StoredPurpose(SQLModel, table=True):
    """Why a department's data are kept, and until when (da: formål og opbevaring)."""

    __tablename__ = "purpose"

    department: str = Field(primary_key=True)
    purpose: str
    delete_after: date | None = None
    stated_at: datetime = _moment()
    stated_by: str


class StoredJob(SQLModel, table=True):
    """A calculation that takes its time (da: beregning i kø)."""

    __tablename__ = "job"

    id: str = Field(primary_key=True)
    """Follows from the question and the versions: two that ask the same share one."""
    kind: str
    version: str
    """Of the planner that can go on with it: another would come to other bytes."""
    question: dict[str, Any] = _json()
    """All that the calculation needs; emptied when the job is over."""
    department: str | None = Field(default=None, index=True)
    state: str = Field(index=True)
    done: int = 0
    total: int | None = None
    partial: dict[str, Any] | None = _json(nullable=True)
    answer: dict[str, Any] | None = _json(nullable=True)
    problem: dict[str, Any] | None = _json(nullable=True)
    worker: str | None = None
    leased_until: datetime | None = _moment(nullable=True)
    attempts: int = 0
    asked_at: datetime = _moment()
    asked_by: str
    finished_at: datetime | None = _moment(nullable=True)
    asked: dict[str, Any] | None = _json(nullable=True)
    """What it was about, in words and by its address; null for one from before they were kept."""


class StoredChunk(SQLModel, table=True):
    """What some replications of a job came to, kept until the job is done (da: delresultat)."""

    __tablename__ = "chunk"

    job_id: str = Field(primary_key=True, foreign_key="job.id", ondelete="CASCADE")
    key: str = Field(primary_key=True)
    counted: bytes = Field(sa_column=Column(LargeBinary, nullable=False))


class StoredKey(SQLModel, table=True):
    """A key to the service; of the secret itself only the hash is kept (da: nøgle)."""

    __tablename__ = "access_key"

    id: int | None = Field(default=None, primary_key=True)
    label: str
    hash: str = Field(unique=True)
    scope: str
    created_at: datetime = _moment()
    expires_at: datetime = _moment()
    revoked_at: datetime | None = _moment(nullable=True)


class StoredSession(SQLModel, table=True):
    """Somebody who has opened the page with a key (da: session)."""

    __tablename__ = "web_session"

    hash: str = Field(primary_key=True)
    key_id: int = Field(foreign_key="access_key.id", ondelete="CASCADE")
    created_at: datetime = _moment()
    expires_at: datetime = _moment()


class StoredAuditRow(SQLModel, table=True):
    """Who did what, and when (da: revisionsspor)."""

    __tablename__ = "audit"

    id: int | None = Field(default=None, primary_key=True)
    at: datetime = _moment(index=True)
    who: str
    did: str
    about: str
    status: int
    request_id: str


class StoredReply(SQLModel, table=True):
    """What a request with an idempotency key was answered (da: svar på et gentageligt kald)."""

    __tablename__ = "reply"

    who: str = Field(primary_key=True)
    key: str = Field(primary_key=True)
    request_hash: str
    status: int
    headers: dict[str, Any] = _json()
    body: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    answered_at: datetime = _moment(index=True)


class StoredHistory(SQLModel, table=True):
    """A list of the past that its user has accepted (da: godkendt liste)."""

    __tablename__ = "history"
    __table_args__ = (UniqueConstraint("department", "token"),)

    id: int | None = Field(default=None, primary_key=True)
    department: str = Field(index=True)
    """The slug of its department."""
    kind: str
    token: str
    """Follows from the file and all that was said of it: the same list is not kept twice."""
    file_hash: str
    source: str | None = None
    unit: str | None = None
    seen_on: date
    complete_from: date | None = None
    rows: int
    rows_left_out: int
    format: int
    content: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    accepted_at: datetime = _moment()
    accepted_by: str


class StoredSource(SQLModel, table=True):
    """How the lists of a source are read (da: kildens kolonnekort)."""

    __tablename__ = "import_source"

    name: str = Field(primary_key=True)
    kind: str = Field(primary_key=True)
    document: dict[str, Any] = _json()
    changed_at: datetime = _moment()
    changed_by: str


class StoredSecret(SQLModel, table=True):
    """What the pseudonyms of a department's lists are made with (da: hemmelighed)."""

    __tablename__ = "import_secret"

    department: str = Field(primary_key=True)
    secret: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    made_at: datetime = _moment()
