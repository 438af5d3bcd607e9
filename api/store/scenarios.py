"""Scenarios as they are, and all that they have been (da: gemte scenarier og deres historik).

Every change makes the next version and keeps the one before, with who made it and why. Two who
change the same version at once: the database lets one of them through.
"""

import re
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import Depends
from pydantic import ValidationError
from sqlalchemy import Engine, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import QueryableAttribute, defer
from sqlmodel import Session, col, select

from api.database import SessionDependency
from api.etags import changed_meanwhile, etag
from api.faults import faults_in_words, unreadable
from api.scenario_documents import ScenarioDocument, example_scenarios
from api.tables import StoredScenario, StoredScenarioVersion
from capacity.errors import PlannerError
from capacity.scenario import Scenario, Status
from capacity.wording import Text

_ADDRESS = re.compile(r"(?P<slug>[^@]+)(@(?P<version>[1-9]\d{0,8}))?", re.ASCII)


class UnknownScenario(PlannerError):
    """No scenario, or no version of it, has that name (da: ukendt scenarie)."""


class NameTaken(PlannerError):
    """There is one of that name already (da: navnet er optaget)."""


class NotOpen(PlannerError):
    """What is locked or archived stays as it is (da: låst eller arkiveret)."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A scenario with when it last changed, and by whom (da: gemt scenarie)."""

    scenario: Scenario
    changed_at: datetime
    changed_by: str

    @property
    def tag(self) -> str:
        """Its ETag (da: ETag)."""
        return etag(self.scenario.slug, self.scenario.version, self.changed_at)


@dataclass(frozen=True, slots=True)
class Row:
    """A scenario in the list: what is known without reading its document (da: række)."""

    slug: str
    name: str
    department: str
    status: str
    version: int
    changed_at: datetime
    changed_by: str


@dataclass(frozen=True, slots=True)
class HistoryRow:
    """What was done to a scenario, when, by whom and why (da: historik)."""

    version: int
    did: str
    reason: str
    made_at: datetime
    made_by: str


@dataclass(frozen=True, slots=True)
class Edit:
    """What is done to a scenario, by whom and why (da: ændring af scenariet)."""

    did: str
    reason: str
    by: str


@dataclass(frozen=True, slots=True)
class Scenarios:
    """The scenarios, seen through one transaction (da: scenarier)."""

    session: Session

    def listed(
        self, department: str | None, status: Status | None, after: str, limit: int
    ) -> tuple[Row, ...]:
        """Return so many scenarios behind a name, in order of names (da: liste).

        By the index of the names, so that a page of many is found as fast as one of few.
        """
        wanted = select(StoredScenario).where(col(StoredScenario.slug) > after)
        if department is not None:
            wanted = wanted.where(StoredScenario.department == department)
        if status is not None:
            wanted = wanted.where(StoredScenario.status == status.value)
        ordered = wanted.order_by(StoredScenario.slug).limit(limit)
        # Documents are large, and none is read for a list.
        rows = self.session.exec(ordered.options(defer(_column(StoredScenario.document))))
        return tuple(
            Row(
                slug=row.slug,
                name=row.name,
                department=row.department,
                status=row.status,
                version=row.version,
                changed_at=row.changed_at,
                changed_by=row.changed_by,
            )
            for row in rows
        )

    def scenario(self, address: str) -> Kept:
        """Find `slug`, as it is now, or `slug@version`, as it was (da: scenarie).

        `UnknownScenario` where there is none; `Unreadable` names a row that is damaged.
        """
        found = _ADDRESS.fullmatch(address)
        row = None if found is None else self._row(found["slug"])
        if found is None or row is None:
            raise _unknown(address)
        if found["version"] is None:
            return Kept(_scenario(row, address), row.changed_at, row.changed_by)
        older = self.session.exec(
            select(StoredScenarioVersion).where(
                StoredScenarioVersion.scenario_id == row.id,
                StoredScenarioVersion.version == int(found["version"]),
            )
        ).first()
        if older is None:
            raise _unknown(address)
        return Kept(_scenario(older, address), older.made_at, older.made_by)

    def exists(self, slug: str) -> bool:
        """Whether there is a scenario of that name (da: findes)."""
        return self._row(slug) is not None

    def history(self, slug: str) -> tuple[HistoryRow, ...]:
        """Return what was done to a scenario, the newest first (da: historik)."""
        row = self._row(slug)
        if row is None:
            raise _unknown(slug)
        versions = self.session.exec(
            select(StoredScenarioVersion)
            .where(StoredScenarioVersion.scenario_id == row.id)
            .order_by(col(StoredScenarioVersion.version).desc())
            .options(defer(_column(StoredScenarioVersion.document)))
        )
        return tuple(
            HistoryRow(each.version, each.did, each.reason, each.made_at, each.made_by)
            for each in versions
        )

    def add(self, scenario: Scenario, edit: Edit) -> Kept:
        """Keep a new scenario, as version 1; `NameTaken` where there is one of its name."""
        new = replace(scenario, version=1)
        now = datetime.now(UTC)
        row = StoredScenario(
            slug=new.slug,
            version=1,
            name=new.name,
            department=new.department.partition("@")[0],
            status=new.status.value,
            document=_document(new),
            created_at=now,
            changed_at=now,
            changed_by=edit.by,
        )
        try:
            with self.session.begin_nested():
                self.session.add(row)
        except IntegrityError as error:
            raise NameTaken(
                Text(
                    da=f"der er allerede et scenarie ”{new.slug}”; vælg et andet navn",
                    en=f"there is a scenario “{new.slug}” already; choose another name",
                ),
                field="slug",
            ) from error
        self._remember(row, new, edit, now)
        return Kept(new, now, edit.by)

    def change(self, before: Kept, after: Scenario, edit: Edit) -> Kept:
        """Keep what a scenario has become, as its next version.

        `ChangedMeanwhile` where somebody else has changed it since, `NotOpen` where it is locked or
        archived and stays so.
        """
        old = before.scenario
        if old.status is not Status.DRAFT and after.status is not Status.DRAFT:
            raise NotOpen(
                Text(
                    da=f"scenariet ”{old.slug}” er {_CLOSED[old.status].da}; åbn det først, eller "
                    "klon det",
                    en=f"the scenario “{old.slug}” is {_CLOSED[old.status].en}; open it first, or "
                    "clone it",
                )
            )
        new, now = replace(after, slug=old.slug, version=old.version + 1), datetime.now(UTC)
        changed = self.session.connection().execute(
            update(StoredScenario)
            .where(col(StoredScenario.slug) == old.slug, col(StoredScenario.version) == old.version)
            .values(
                version=new.version,
                name=new.name,
                department=new.department.partition("@")[0],
                status=new.status.value,
                document=_document(new),
                changed_at=now,
                changed_by=edit.by,
            )
        )
        if changed.rowcount != 1:
            raise changed_meanwhile()
        row = self._row(old.slug)
        assert row is not None
        self._remember(row, new, edit, now)
        return Kept(new, now, edit.by)

    def _remember(self, row: StoredScenario, new: Scenario, edit: Edit, now: datetime) -> None:
        assert row.id is not None
        self.session.add(
            StoredScenarioVersion(
                scenario_id=row.id,
                version=new.version,
                did=edit.did,
                reason=edit.reason,
                document={**_document(new), "status": new.status.value},
                made_at=now,
                made_by=edit.by,
            )
        )
        self.session.flush()

    def _row(self, slug: str) -> StoredScenario | None:
        wanted = select(StoredScenario).where(StoredScenario.slug == slug)
        return self.session.exec(wanted.execution_options(populate_existing=True)).first()


_CLOSED = {
    Status.LOCKED: Text(da="låst", en="locked"),
    Status.ARCHIVED: Text(da="arkiveret", en="archived"),
}


async def scenarios(session: SessionDependency) -> Scenarios:
    """Hand a request the scenarios through its transaction."""
    return Scenarios(session)


ScenariosDependency = Annotated[Scenarios, Depends(scenarios)]


def _column(attribute: Any) -> QueryableAttribute[Any]:
    """A table's attribute as SQLAlchemy has it; to the type checker it is the value in a row."""
    column: QueryableAttribute[Any] = attribute
    return column


def _unknown(address: str) -> UnknownScenario:
    return UnknownScenario(
        Text(
            da=f"der er intet scenarie ”{address}”; /v1/scenarios viser dem, der er",
            en=f"there is no scenario “{address}”; /v1/scenarios shows those there are",
        ),
        field="scenario",
    )


def _document(scenario: Scenario) -> dict[str, Any]:
    # Version and status are columns, so that the same content is the same document.
    document = ScenarioDocument.from_domain(scenario).as_json()
    del document["version"], document["status"]
    return document


def _scenario(row: StoredScenario | StoredScenarioVersion, address: str) -> Scenario:
    columns: dict[str, Any] = {"version": row.version}
    if isinstance(row, StoredScenario):
        columns["status"] = row.status
    try:
        return ScenarioDocument.model_validate(row.document | columns).to_domain()
    except (ValidationError, PlannerError, TypeError) as error:
        raise unreadable("scenario", address) from error


def load_demo_scenarios(engine: Engine) -> None:
    """Keep the plans that come with the planner, once (da: demoscenarier)."""
    for scenario in example_scenarios():
        with faults_in_words(), Session(engine) as session, session.begin():
            kept = Scenarios(session)
            if not kept.exists(scenario.slug):
                kept.add(scenario, Edit("created", scenario.changes[0].reason, "demo"))
