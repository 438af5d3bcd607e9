"""Departments, kept version by version (da: gemte afdelinger).

They go in and come out as domain values. A department is never changed: what is added under
a name already taken becomes its next version, and the older ones stay where old answers point.
"""

import re
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

from fastapi import Depends
from sqlalchemy import Engine, insert
from sqlmodel import Session, col, func, select

from api.database import SessionDependency, database_engine, migrate
from api.documents import DepartmentDocument, example_slugs, load_example
from api.tables import StoredDepartment
from capacity.department import Department
from capacity.errors import InvalidInput, UnknownDepartment
from capacity.wording import Text

_ADDRESS = re.compile(r"(?P<slug>[^@]+)(@(?P<version>[1-9]\d{0,8}))?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Store:
    """The departments, seen through one transaction (da: lager)."""

    session: Session

    def departments(self) -> tuple[Department, ...]:
        """Return the latest version of every department, by name (da: afdelinger)."""
        return tuple(self.department(slug) for slug in self._slugs())

    def department(self, address: str) -> Department:
        """Find `slug`, the latest version, or `slug@version` (da: afdeling).

        `UnknownDepartment` names those there are.
        """
        row = self._row(address)
        if row is None:
            raise self._unknown(address)
        return _department(row)

    def add_department(self, department: Department) -> Department:
        """Keep a department as the next version of its name, and return it with that version.

        What already is the latest version is not kept twice.
        """
        document = _document(department)
        latest = self._row(department.slug)
        if latest is not None and latest.document == document:
            return _department(latest)
        # The database counts, in the statement that inserts: two at once cannot get one version.
        versions = select(func.coalesce(func.max(StoredDepartment.version), 0) + 1)
        next_version = versions.where(StoredDepartment.slug == department.slug).scalar_subquery()
        added = self.session.exec(
            insert(StoredDepartment)
            .values(
                slug=department.slug,
                version=next_version,
                document=document,
                created_at=datetime.now(UTC),
            )
            .returning(col(StoredDepartment.version))
        )
        return replace(department, version=added.scalar_one())

    def _row(self, address: str) -> StoredDepartment | None:
        found = _ADDRESS.fullmatch(address)
        if found is None:
            return None
        wanted = select(StoredDepartment).where(StoredDepartment.slug == found["slug"])
        if found["version"]:
            wanted = wanted.where(StoredDepartment.version == int(found["version"]))
        newest_first = wanted.order_by(col(StoredDepartment.version).desc())
        return self.session.exec(newest_first).first()

    def _slugs(self) -> tuple[str, ...]:
        return tuple(
            self.session.exec(
                select(StoredDepartment.slug).distinct().order_by(StoredDepartment.slug)
            )
        )

    def _unknown(self, address: str) -> UnknownDepartment:
        slug = address.partition("@")[0]
        versions = self.session.exec(
            select(StoredDepartment.version)
            .where(StoredDepartment.slug == slug)
            .order_by(col(StoredDepartment.version))
        ).all()
        there_are = ", ".join([f"{slug}@{version}" for version in versions] or self._slugs())
        return UnknownDepartment(
            Text(
                da=f"der er ingen afdeling ”{address}”; der er {there_are or 'ingen endnu'}",
                en=f"there is no department “{address}”; there are {there_are or 'none yet'}",
            ),
            field="department",
        )


def store(session: SessionDependency) -> Store:
    """Hand a request the store through its transaction."""
    return Store(session)


StoreDependency = Annotated[Store, Depends(store)]


def load_demo(engine: Engine) -> None:
    """Keep the departments that come with the planner (da: demoafdelinger)."""
    with Session(engine) as session, session.begin():
        for slug in example_slugs():
            Store(session).add_department(load_example(slug))


def stored_department(database: Path, address: str) -> Department:
    """Find a department outside any request (da: gemt afdeling).

    `InvalidInput` where the file is not there: who reads does not make one.
    """
    if not database.is_file():
        raise InvalidInput(
            Text(
                da=f"der er ingen fil {database}; skriv en, som tjenesten har gemt i",
                en=f"there is no file {database}; write one that the service has kept",
            ),
            field="database",
        )
    engine = database_engine(database)
    try:
        migrate(engine)
        with Session(engine) as session:
            return Store(session).department(address)
    finally:
        engine.dispose()


def _document(department: Department) -> dict[str, Any]:
    # The version is the row's, so that the same content is the same document.
    document = DepartmentDocument.from_domain(department).as_json()
    del document["version"]
    return document


def _department(row: StoredDepartment) -> Department:
    return replace(DepartmentDocument.model_validate(row.document).to_domain(), version=row.version)
