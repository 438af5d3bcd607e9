"""The rows of the database: only `store.py` reads and writes them.

A department is one document in one column, beside the few columns that are searched by. So a new
field of a document needs no migration, and what was stored is what comes back.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Column, DateTime, UniqueConstraint
from sqlmodel import Field, SQLModel

# Before the first table: a migration can only change a constraint that has a name.
SQLModel.metadata.naming_convention = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


REVISION = "0001"
"""The last step under `migrations/`: what these tables look like."""

REVISION_TABLE = (
    "CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL,"
    " CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num))"
)
"""Where Alembic looks for the step: none of our tables, so that it is never compared as one."""


class StoredDepartment(SQLModel, table=True):
    """One version of a department's document (da: gemt afdeling)."""

    __tablename__ = "department"
    __table_args__ = (UniqueConstraint("slug", "version"),)

    id: int | None = Field(default=None, primary_key=True)
    slug: str
    version: int
    document: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))
    created_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
