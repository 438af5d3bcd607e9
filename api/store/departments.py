"""Departments, kept version by version (da: gemte afdelinger).

They go in and come out as domain values. A version is never changed: what is added under a name
already taken becomes its next version, and the older ones stay where old answers point, until the
whole department is deleted.
"""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated, Any

from fastapi import Depends
from sqlalchemy import ColumnElement, Engine, delete, insert, update
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlmodel import Session, col, func, or_, select

from api.database import SessionDependency, database_engine, forget, is_file, migrate
from api.documents import DepartmentDocument, example_slugs, load_example
from api.etags import changed_meanwhile, etag
from api.faults import Unreadable, faults_in_words, unreadable
from api.tables import (
    StoredChunk,
    StoredDepartment,
    StoredHistory,
    StoredJob,
    StoredPurpose,
    StoredReply,
    StoredScenario,
    StoredScenarioVersion,
    StoredSecret,
)
from capacity.department import Department
from capacity.errors import InvalidInput, PlannerError, UnknownDepartment
from capacity.wording import Text

_ADDRESS = re.compile(r"(?P<slug>[^@]+)(@(?P<version>[1-9]\d{0,8}))?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Version:
    """When a version of a department was kept, and by whom (da: version)."""

    slug: str
    number: int
    kept_at: datetime
    kept_by: str | None
    reason: str | None = None

    @property
    def tag(self) -> str:
        """Its ETag: what a change of the department sends in If-Match (da: ETag)."""
        return etag(self.slug, self.number, self.kept_at)


@dataclass(frozen=True, slots=True)
class Purpose:
    """Why a department's data are kept, and the last day they are (da: formål og opbevaring)."""

    purpose: str
    delete_after: date | None
    stated_at: datetime
    stated_by: str

    def tag(self, slug: str) -> str:
        """Its ETag (da: ETag)."""
        return etag(f"{slug}/purpose", 1, self.stated_at)


@dataclass(frozen=True, slots=True)
class Listed:
    """A department in the list: one that cannot be read is in it too, as what is wrong with it."""

    address: str
    department: Department | Unreadable
    purpose: Purpose | None


@dataclass(frozen=True, slots=True)
class Deleted:
    """How much went with a department (da: slettet)."""

    versions: int
    scenarios: int
    jobs: int
    replies: int
    imports: int


@dataclass(frozen=True, slots=True)
class Store:
    """The departments, seen through one transaction (da: lager)."""

    session: Session

    def departments(self) -> tuple[Department, ...]:
        """Return the latest version of every department that can be read, by name."""
        found = (each.department for each in self.listed())
        return tuple(each for each in found if isinstance(each, Department))

    def listed(self) -> tuple[Listed, ...]:
        """Return the latest version of every department, by name (da: afdelinger)."""
        purposes = {each.department: each for each in self.session.exec(select(StoredPurpose))}
        versions = self.session.exec(
            select(StoredDepartment.slug, func.max(StoredDepartment.version))
            .group_by(StoredDepartment.slug)
            .order_by(StoredDepartment.slug)
        ).all()
        listed = []
        for slug, version in versions:
            address = f"{slug}@{version}"
            found: Department | Unreadable
            try:
                found = self.department(address)
            except Unreadable as error:
                found = error
            stated = purposes.get(slug)
            listed.append(Listed(address, found, _purpose(stated) if stated else None))
        return tuple(listed)

    def department(self, address: str) -> Department:
        """Find `slug`, the latest version, or `slug@version` (da: afdeling).

        `UnknownDepartment` names those there are; `Unreadable` names a row that is damaged.
        """
        found = _ADDRESS.fullmatch(address)
        if found is None:
            raise self._unknown(address)
        newest = (
            select(StoredDepartment.version, StoredDepartment.document)
            .where(*_where(found))
            .order_by(col(StoredDepartment.version).desc())
            .limit(1)
        )
        with _readable(address, lambda: self._newest_number(found)):
            row = self.session.exec(newest).first()
        if row is None:
            raise self._unknown(address)
        number, document = row
        with _readable(address, lambda: number):
            read = DepartmentDocument.model_validate(document).to_domain()
        return replace(read, version=number)

    def version(self, address: str) -> Version:
        """Find when `slug`, the latest version, or `slug@version` was kept (da: version)."""
        found = self._version(address)
        if found is None:
            raise self._unknown(address)
        return found

    def versions(self, slug: str) -> tuple[Version, ...]:
        """Return every version of a department, the newest first (da: versioner)."""
        found = self._versions(slug, col(StoredDepartment.slug) == slug)
        if not found:
            raise self._unknown(slug)
        return found

    def latest(self, slug: str) -> Version | None:
        """Return the latest version of a department; None where there is no such (da: seneste)."""
        found = self._versions(slug, col(StoredDepartment.slug) == slug, most=1)
        return found[0] if found else None

    def add_department(
        self,
        department: Department,
        *,
        by: str | None = None,
        after: Version | None = None,
        reason: str | None = None,
    ) -> Department:
        """Keep a department as the next version of its name, and return it with that version.

        What already is the latest version is not kept twice. `after` is the version that is
        changed: `ChangedMeanwhile` where another has come since. `reason` says why it is made.
        """
        document = _document(department)
        self._one_writer_of(department.slug)
        latest = self.latest(department.slug)
        if after is not None and latest != after:
            raise changed_meanwhile()
        if latest is not None and self._is_kept(latest, department):
            return replace(department, version=latest.number)
        # The database counts, in the statement that inserts: two at once cannot get one version.
        versions = select(func.coalesce(func.max(StoredDepartment.version), 0) + 1)
        next_version = versions.where(StoredDepartment.slug == department.slug).scalar_subquery()
        added: int = self.session.execute(
            insert(StoredDepartment)
            .values(
                slug=department.slug,
                version=next_version,
                document=document,
                created_at=datetime.now(UTC),
                created_by=by,
                reason=reason,
            )
            .returning(col(StoredDepartment.version))
        ).scalar_one()
        if after is not None and added != after.number + 1:
            raise changed_meanwhile()  # somebody came between the reading and the insertion
        return replace(department, version=added)

    def purpose(self, slug: str) -> Purpose | None:
        """Return what a department is kept for; None where nobody has said (da: formål)."""
        self.version(slug)
        stated = self.session.get(StoredPurpose, slug)
        return _purpose(stated) if stated else None

    def state_purpose(
        self, slug: str, purpose: str, delete_after: date | None, *, by: str, after: Purpose | None
    ) -> Purpose:
        """Say what a department is kept for, and the last day it is (da: formål og opbevaring).

        `after` is what was said before: `ChangedMeanwhile` where somebody has said another since.
        """
        now = datetime.now(UTC)
        said = {
            "purpose": purpose,
            "delete_after": delete_after,
            "stated_at": now,
            "stated_by": by,
        }
        if after is None:
            try:
                self.session.execute(insert(StoredPurpose).values(department=slug, **said))
            except IntegrityError as error:
                raise changed_meanwhile() from error
        else:
            changed = self.session.execute(
                update(StoredPurpose)
                .where(
                    col(StoredPurpose.department) == slug,
                    col(StoredPurpose.stated_at) == after.stated_at,
                )
                .values(**said)
                .returning(col(StoredPurpose.department))
            )
            if changed.first() is None:
                raise changed_meanwhile()
        return Purpose(purpose, delete_after, now, by)

    def delete_department(self, slug: str) -> Deleted:
        """Delete a department and all that was kept about it, for good (da: slet).

        With it go its versions, scenarios and their history, jobs and what they came to, its
        purpose, the lists of its past with the secret of their pseudonyms, and kept replies that
        mention it. Frozen figures stay: each is a number.
        """
        self._one_writer_of(slug)
        self.version(slug)
        forget(self.session)
        scenarios = select(StoredScenario.id).where(StoredScenario.department == slug)
        jobs = select(StoredJob.id).where(
            or_(
                StoredJob.department == slug,
                col(StoredJob.department).startswith(f"{slug}@", autoescape=True),
            )
        )
        self._delete(StoredScenarioVersion, col(StoredScenarioVersion.scenario_id).in_(scenarios))
        self._delete(StoredChunk, col(StoredChunk.job_id).in_(jobs))
        self._delete(StoredPurpose, col(StoredPurpose.department) == slug)
        self._delete(StoredSecret, col(StoredSecret.department) == slug)
        return Deleted(
            versions=self._delete(StoredDepartment, col(StoredDepartment.slug) == slug),
            scenarios=self._delete(StoredScenario, col(StoredScenario.id).in_(scenarios)),
            jobs=self._delete(StoredJob, col(StoredJob.id).in_(jobs)),
            replies=self._delete_replies(slug),
            imports=self._delete(StoredHistory, col(StoredHistory.department) == slug),
        )

    def expired(self, on: date) -> tuple[str, ...]:
        """Return the departments whose last day has passed (da: udløbne)."""
        passed = col(StoredPurpose.delete_after) < on
        kept = select(StoredDepartment.slug).where(
            StoredDepartment.slug == StoredPurpose.department
        )
        return tuple(
            self.session.exec(
                select(StoredPurpose.department)
                .where(passed, kept.exists())
                .order_by(StoredPurpose.department)
            )
        )

    def let_go(self) -> None:
        """End the transaction of a reader before it waits for something long (da: slip)."""
        self.session.commit()

    def take_back(self) -> None:
        """Undo what this transaction has written, for an answer that is a page (da: fortryd)."""
        self.session.rollback()

    def _delete(self, table: Any, where: ColumnElement[bool]) -> int:
        gone: int = self.session.connection().execute(delete(table).where(where)).rowcount
        return gone

    def _delete_replies(self, slug: str) -> int:
        mentioned = re.compile(rb"(?<![a-z0-9-])" + re.escape(slug).encode() + rb"(?![a-z0-9-])")
        kept = self.session.exec(select(StoredReply).execution_options(yield_per=100))
        gone = [
            reply
            for reply in kept
            if mentioned.search(reply.body) or mentioned.search(str(reply.headers).encode())
        ]
        for reply in gone:
            self.session.delete(reply)
        self.session.flush()
        return len(gone)

    def _one_writer_of(self, slug: str) -> None:
        """Let others who write the same department wait until this transaction has ended.

        SQLite has one writer at a time already.
        """
        if self.session.get_bind().dialect.name == "postgresql":
            self.session.execute(select(func.pg_advisory_xact_lock(func.hashtext(slug))))

    def _is_kept(self, latest: Version, department: Department) -> bool:
        try:
            return _document(self.department(_address(latest))) == _document(department)
        except Unreadable:
            return False  # so what is sent becomes the next version, and heals it

    def _version(self, address: str) -> Version | None:
        found = _ADDRESS.fullmatch(address)
        versions = self._versions(address, *_where(found), most=1) if found else ()
        return versions[0] if versions else None

    def _newest_number(self, found: re.Match[str]) -> int:
        numbers = select(func.max(StoredDepartment.version)).where(*_where(found))
        return self.session.exec(numbers).one()

    def _versions(
        self, address: str, *where: ColumnElement[bool], most: int | None = None
    ) -> tuple[Version, ...]:
        newest_first = (
            select(  # type: ignore[call-overload]
                StoredDepartment.slug,
                StoredDepartment.version,
                StoredDepartment.created_at,
                StoredDepartment.created_by,
                StoredDepartment.reason,
            )
            .where(*where)
            .order_by(col(StoredDepartment.version).desc())
            .limit(most)
        )
        with _readable(address, lambda: None):
            return tuple(Version(*row) for row in self.session.exec(newest_first).all())

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


async def store(session: SessionDependency) -> Store:
    """Hand a request the store through its transaction."""
    return Store(session)


StoreDependency = Annotated[Store, Depends(store)]


def load_demo(engine: Engine) -> None:
    """Keep the departments that come with the planner (da: demoafdelinger)."""
    with faults_in_words(), Session(engine) as session, session.begin():
        for slug in example_slugs():
            Store(session).add_department(load_example(slug))


def expire(engine: Engine, on: date) -> tuple[str, ...]:
    """Delete the departments whose last day has passed, each for good (da: slet udløbne).

    Whoever calls has what is deleted overwritten afterwards (`api.database.overwrite`).
    """
    gone = []
    with faults_in_words():
        with Session(engine) as session:
            expired = Store(session).expired(on)
        for slug in expired:
            with Session(engine) as session, session.begin():
                try:
                    Store(session).delete_department(slug)
                except UnknownDepartment:
                    continue  # another process was first
            gone.append(slug)
    return tuple(gone)


def stored_department(database: Path | str, address: str) -> Department:
    """Find a department outside any request (da: gemt afdeling).

    `InvalidInput` where the file is not there: who reads does not make one.
    """
    if is_file(database) and not Path(database).is_file():
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


def _where(address: re.Match[str]) -> tuple[ColumnElement[bool], ...]:
    same_slug = col(StoredDepartment.slug) == address["slug"]
    if not address["version"]:
        return (same_slug,)
    return same_slug, col(StoredDepartment.version) == int(address["version"])


@contextmanager
def _readable(address: str, number: Callable[[], int | None]) -> Iterator[None]:
    """Say which row it is that cannot be read, without what caused it: that quotes the row."""
    try:
        yield
    except (ValueError, TypeError, PlannerError, OperationalError) as error:
        # Of the driver's own errors only this one is about the row: text that is no text.
        if isinstance(error, OperationalError) and "decode to UTF-8" not in str(error.orig):
            raise
        slug, found = address.partition("@")[0], number()
        row = address if found is None else f"{slug}@{found}"
        raise unreadable("department", row) from None


def _purpose(row: StoredPurpose) -> Purpose:
    return Purpose(row.purpose, row.delete_after, row.stated_at, row.stated_by)


def _address(version: Version) -> str:
    return f"{version.slug}@{version.number}"
