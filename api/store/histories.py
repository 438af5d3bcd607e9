"""Lists of a department's past that were accepted, and how those of a source are read.

(da: godkendte lister og kildernes kolonnekort.) A list is kept whole or not at all, in the one
transaction that also keeps what its source was read by; nothing of a file is kept before. It goes
with its department.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

from sqlalchemy import Engine, delete, insert, update
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, select

from api.database import forget
from api.etags import changed_meanwhile, etag
from api.faults import faults_in_words, unreadable
from api.imports.fields import Kind
from api.imports.given import Given, Remembered, new_secret
from api.imports.refusals import UnknownImport
from api.imports.terms import Terms
from api.store.departments import Store
from api.tables import StoredHistory, StoredSecret, StoredSource
from capacity.department import Department
from capacity.errors import InvalidInput, PlannerError
from capacity.staff_history import StaffHistory
from capacity.wording import Text

if TYPE_CHECKING:  # numpy and the simulation are loaded by whoever reads a list
    from api.imports.understanding import Content, Understood
    from simulations.case_history import CaseHistory


@dataclass(frozen=True, slots=True, kw_only=True)
class AcceptedList:
    """A list that is kept, without its content (da: godkendt liste)."""

    id: int
    department: str
    kind: Kind
    token: str
    file_hash: str
    source: str | None
    unit: str | None
    seen_on: date
    complete_from: date | None
    rows: int
    rows_left_out: int
    accepted_at: datetime
    accepted_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """How the lists of a source are read, by kind, and who said so last (da: kilde)."""

    name: str
    remembered: Mapping[Kind, Remembered]
    changed_at: datetime
    changed_by: str

    @property
    def tag(self) -> str:
        """Its ETag (da: ETag)."""
        return etag("import-source", len(self.remembered), self.changed_at)


_LISTED = (
    StoredHistory.id,
    StoredHistory.department,
    StoredHistory.kind,
    StoredHistory.token,
    StoredHistory.file_hash,
    StoredHistory.source,
    StoredHistory.unit,
    StoredHistory.seen_on,
    StoredHistory.complete_from,
    StoredHistory.rows,
    StoredHistory.rows_left_out,
    StoredHistory.accepted_at,
    StoredHistory.accepted_by,
)


@dataclass(frozen=True, slots=True)
class Histories:
    """The accepted lists, seen through one transaction (da: godkendte lister)."""

    session: Session

    def given(self, department: str | None, terms: Terms) -> Given:
        """Return what is known before a file is read (da: forudsat).

        A department without lists gets a secret that is kept with the first of them.
        """
        remembered = self.remembered(terms.source, terms.kind)
        if department is None:
            return Given(department=None, secret=new_secret(), remembered=remembered)
        known = self._slug_of(department)
        secret = self._secret(known)
        people: Mapping[str, str] = {}
        if terms.kind is Kind.ABSENCE:
            people = self._people(known)
        found = Store(self.session).department(department)
        return Given(
            department=found,
            secret=secret or new_secret(),
            remembered=remembered,
            people=people,
            kept_for=self._kept_for(known) if terms.keep_names else None,
            cases=self._cases_of_draft(found) if terms.kind is Kind.TIME_STUDY else None,
        )

    def accept(
        self, slug: str, terms: Terms, found: "Understood", *, secret: bytes, by: str
    ) -> tuple[AcceptedList, bool]:
        """Keep a list that its user has accepted, and whether it is new (da: godkend).

        The same list with the same answers is kept once, and what says the same as the newest of
        its kind is not kept beside it; what its source is read by is remembered all the same.
        `ChangedMeanwhile` where somebody else has accepted the department's first list meanwhile:
        its pseudonyms would be others.
        """
        from api.imports.packing import FORMAT, packed

        Store(self.session).version(slug)
        report, content = found.report, found.content
        if content is None:
            raise ValueError("what may not be accepted has no content")
        before = self.by_token(slug, report.token)
        if before is not None:
            return before, False
        left_out = report.rows - report.rows_understood
        same = self.same_as_newest(slug, terms, content, left_out=left_out)
        if same is not None:
            self._learn(terms, found, by=by)
            return same, False
        self._keep_secret(slug, secret)
        values = {
            "department": slug,
            "kind": terms.kind.value,
            "token": report.token,
            "file_hash": report.file_hash,
            "source": terms.source,
            "unit": terms.unit.value if terms.unit else None,
            "seen_on": terms.seen_on,
            "complete_from": terms.complete_from,
            "rows": report.rows_understood,
            "rows_left_out": left_out,
            "format": FORMAT,
            "content": packed(content),
            "accepted_at": datetime.now(UTC),
            "accepted_by": by,
        }
        try:
            self.session.execute(insert(StoredHistory).values(**values))
        except IntegrityError as error:
            raise changed_meanwhile() from error
        self._learn(terms, found, by=by)
        kept = self.by_token(slug, report.token)
        assert kept is not None
        return kept, True

    def same_as_newest(
        self, slug: str, terms: Terms, content: "Content", *, left_out: int
    ) -> AcceptedList | None:
        """Return the newest list of a kind where another says just the same (da: samme liste).

        Row by row and of the same days, with as many rows left out, whatever the file looked like.
        """
        from api.imports.packing import FORMAT, packed

        newest = (
            select(StoredHistory.id)
            .where(col(StoredHistory.department) == slug)
            .where(col(StoredHistory.kind) == terms.kind.value)
            .order_by(col(StoredHistory.id).desc())
            .limit(1)
        )
        alike = select(*_LISTED).where(  # type: ignore[call-overload]
            col(StoredHistory.id) == newest.scalar_subquery(),
            col(StoredHistory.format) == FORMAT,
            col(StoredHistory.unit).is_not_distinct_from(terms.unit and terms.unit.value),
            col(StoredHistory.seen_on) == terms.seen_on,
            col(StoredHistory.rows_left_out) == left_out,
            col(StoredHistory.complete_from).is_not_distinct_from(terms.complete_from),
        )
        if self.session.exec(alike).first() is None:
            return None  # and nothing need be packed
        row = self.session.exec(alike.where(col(StoredHistory.content) == packed(content))).first()
        return None if row is None else _accepted(row)

    def _learn(self, terms: Terms, found: "Understood", *, by: str) -> None:
        """Remember how a list was read, of its source (da: husk)."""
        if terms.source is not None:
            learnt = Remembered(found.mapping, found.values)
            self._keep_source(terms.source, terms.kind, learnt, by=by)

    def listed(self, slug: str) -> tuple[AcceptedList, ...]:
        """Return the lists of a department, the newest first (da: afdelingens lister)."""
        Store(self.session).version(slug)
        rows = self.session.exec(
            select(*_LISTED)  # type: ignore[call-overload]
            .where(col(StoredHistory.department) == slug)
            .order_by(col(StoredHistory.id).desc())
        )
        return tuple(_accepted(row) for row in rows)

    def newest(self, slug: str, kinds: Iterable[Kind]) -> tuple[AcceptedList, ...]:
        """Return the newest list of each of some kinds, where there is one (da: seneste lister)."""
        listed = self.listed(slug)
        found = (next((each for each in listed if each.kind is kind), None) for kind in kinds)
        return tuple(each for each in found if each is not None)

    def content(self, slug: str, id_: int) -> "Content":
        """Return the content of one list (da: indhold); `Unreadable` where it is damaged."""
        from api.imports.packing import unpacked

        row = self.session.exec(
            select(StoredHistory.content, StoredHistory.format).where(
                col(StoredHistory.department) == slug, col(StoredHistory.id) == id_
            )
        ).first()
        if row is None:
            raise _unknown(id_)
        try:
            return unpacked(*row)
        except (ValueError, TypeError, KeyError, PlannerError):
            raise unreadable("history", str(id_)) from None

    def latest(self, slug: str, kind: Kind) -> "Content | None":
        """Return the newest list of a kind; None where there is none (da: seneste liste).

        Of the staff, with the spells of the newest absence list.
        """
        from api.imports.absences import Away, with_spells

        id_ = self.session.exec(
            select(StoredHistory.id)
            .where(col(StoredHistory.department) == slug, col(StoredHistory.kind) == kind.value)
            .order_by(col(StoredHistory.id).desc())
            .limit(1)
        ).first()
        if id_ is None:
            return None
        found = self.content(slug, id_)
        if not isinstance(found, StaffHistory):
            return found
        away = self.latest(slug, Kind.ABSENCE)
        spells = away if isinstance(away, tuple) else ()
        return with_spells(found, (each for each in spells if isinstance(each, Away)))

    def delete(self, slug: str, id_: int) -> AcceptedList:
        """Delete one list for good (da: slet)."""
        found = next((each for each in self.listed(slug) if each.id == id_), None)
        if found is None:
            raise _unknown(id_)
        forget(self.session)
        self.session.execute(delete(StoredHistory).where(col(StoredHistory.id) == id_))
        return found

    def source(self, name: str) -> Source | None:
        """Return how the lists of a source are read; None where nobody has said (da: kilde)."""
        rows = self.session.exec(
            select(StoredSource).where(col(StoredSource.name) == name).order_by(StoredSource.kind)
        ).all()
        if not rows:
            return None
        last = max(rows, key=lambda each: each.changed_at)
        return Source(
            name=name,
            remembered={Kind(each.kind): _remembered(each) for each in rows},
            changed_at=last.changed_at,
            changed_by=last.changed_by,
        )

    def state_source(self, name: str, said: Mapping[Kind, Remembered], *, by: str) -> Source:
        """Say how the lists of a source are read, in place of what was said (da: ret kilde)."""
        self.session.execute(delete(StoredSource).where(col(StoredSource.name) == name))
        for kind, remembered in said.items():
            self._keep_source(name, kind, remembered, by=by)
        found = self.source(name)
        assert found is not None
        return found

    def remembered(self, source: str | None, kind: Kind) -> Remembered:
        """Return what is remembered of a source's lists of a kind (da: husket)."""
        row = None if source is None else self.session.get(StoredSource, (source, kind.value))
        return Remembered() if row is None else _remembered(row)

    def _keep_source(self, name: str, kind: Kind, learnt: Remembered, *, by: str) -> None:
        document = {"mapping": dict(learnt.mapping), "values": _plain(learnt.values)}
        said = {"document": document, "changed_at": datetime.now(UTC), "changed_by": by}
        changed = self.session.execute(
            update(StoredSource)
            .where(col(StoredSource.name) == name, col(StoredSource.kind) == kind.value)
            .values(**said)
            .returning(col(StoredSource.name))
        )
        if changed.first() is None:
            try:
                self.session.execute(
                    insert(StoredSource).values(name=name, kind=kind.value, **said)
                )
            except IntegrityError as error:
                raise changed_meanwhile() from error
        self.session.expire_all()

    def _keep_secret(self, slug: str, secret: bytes) -> None:
        kept = self._secret(slug)
        if kept is None:
            try:
                self.session.execute(
                    insert(StoredSecret).values(
                        department=slug, secret=secret, made_at=datetime.now(UTC)
                    )
                )
            except IntegrityError as error:
                raise changed_meanwhile() from error
        elif kept != secret:
            raise changed_meanwhile()

    def _secret(self, slug: str) -> bytes | None:
        return self.session.exec(
            select(StoredSecret.secret).where(col(StoredSecret.department) == slug)
        ).first()

    def _kept_for(self, slug: str) -> Text | None:
        stated = Store(self.session).purpose(slug)
        if stated is None:
            return None
        last = stated.delete_after
        da = "ingen sidste dag er angivet" if last is None else f"de slettes efter {last}"
        en = "no last day is stated" if last is None else f"they are deleted after {last}"
        return Text(
            da=f"afdelingens formål er ”{stated.purpose}”, og {da}",
            en=f"the department’s purpose is “{stated.purpose}”, and {en}",
        )

    def _people(self, slug: str) -> dict[str, str]:
        """Return what each person of the staff list is called there, by pseudonym."""
        staff = self.latest(slug, Kind.STAFF)
        if not isinstance(staff, StaffHistory):
            raise InvalidInput(
                Text(
                    da="afdelingen har ingen personaleliste endnu; importér den først",
                    en="the department has no staff list yet; import that first",
                ),
                field="kind",
            )
        return {each.pseudonym or each.caseworker: each.caseworker for each in staff.employments}

    def _cases_of_draft(self, department: Department) -> "CaseHistory | None":
        """Return the case list of a draft: what a time study says depends on how many came."""
        from api.imports.activities import may_be_revised
        from simulations.case_history import CaseHistory

        if not may_be_revised(department):
            return None
        cases = self.latest(department.slug, Kind.CASES)
        if not isinstance(cases, CaseHistory):
            raise InvalidInput(
                Text(
                    da="afdelingen er et udkast, og den har ingen sagsliste endnu; importér den "
                    "først, for af den ses, hvor mange sager timerne er til",
                    en="the department is a draft and has no case list yet; import that first, "
                    "for it shows how many cases the hours were for",
                ),
                field="kind",
            )
        return cases

    def _slug_of(self, address: str) -> str:
        return Store(self.session).version(address).slug

    def by_token(self, slug: str, token: str) -> AcceptedList | None:
        """Return the list that was accepted with a token, if any (da: allerede godkendt)."""
        row = self.session.exec(
            select(*_LISTED).where(  # type: ignore[call-overload]
                col(StoredHistory.department) == slug, col(StoredHistory.token) == token
            )
        ).first()
        return None if row is None else _accepted(row)


def read_given(engine: Engine, department: str | None, terms: Terms) -> Given:
    """Return what is known before a file is read, outside any request (da: forudsat)."""
    with faults_in_words(), Session(engine) as session:
        return Histories(session).given(department, terms)


def keep_accepted(
    engine: Engine, slug: str, terms: Terms, found: "Understood", *, secret: bytes, by: str
) -> tuple[AcceptedList, bool]:
    """Keep a list in a transaction of its own: all of it, or nothing (da: gem godkendt liste)."""
    with faults_in_words(), Session(engine) as session, session.begin():
        return Histories(session).accept(slug, terms, found, secret=secret, by=by)


def keep_with_hours(
    engine: Engine,
    revised: Department,
    terms: Terms,
    found: "Understood",
    *,
    secret: bytes,
    by: str,
) -> tuple[AcceptedList, bool, Department]:
    """Keep a time study, and the draft with its hours as the next version: both, or neither.

    (da: gem tidsregistrering.) `ChangedMeanwhile` where somebody has changed the draft meanwhile.
    """
    with faults_in_words(), Session(engine) as session, session.begin():
        store = Store(session)
        newest = store.latest(revised.slug)
        if newest is None or newest.number != revised.version:
            raise changed_meanwhile()
        kept = store.add_department(revised, by=by, after=newest)
        accepted, is_new = Histories(session).accept(
            revised.slug, terms, found, secret=secret, by=by
        )
        return accepted, is_new, kept


def already_kept(engine: Engine, slug: str, token: str) -> AcceptedList | None:
    """Return the list that was accepted with a token, if any (da: allerede godkendt)."""
    with faults_in_words(), Session(engine) as session:
        return Histories(session).by_token(slug, token)


def keep_drafted(
    engine: Engine,
    department: Department,
    terms: Terms,
    found: "Understood",
    *,
    secret: bytes,
    by: str,
    study: "tuple[Terms, Understood] | None" = None,
) -> AcceptedList:
    """Keep a department that was drafted from a list, with that list: all of it, or nothing.

    (da: gem udkast.) So also the time `study` beside it. `InvalidInput` where the name is taken.
    """
    with faults_in_words(), Session(engine) as session, session.begin():
        _refuse_taken(session, department.slug)
        kept = Store(session).add_department(department, by=by)
        if kept.version != department.version:
            raise changed_meanwhile()
        histories = Histories(session)
        accepted, _ = histories.accept(kept.slug, terms, found, secret=secret, by=by)
        if study is not None:
            histories.accept(kept.slug, *study, secret=secret, by=by)
        return accepted


def refuse_taken(engine: Engine, slug: str) -> None:
    """Refuse the name of a department there is, before a file is read (da: navnet er taget)."""
    with faults_in_words(), Session(engine) as session:
        _refuse_taken(session, slug)


def _refuse_taken(session: Session, slug: str) -> None:
    if Store(session).latest(slug) is not None:
        raise InvalidInput(
            Text(
                da=f"der er allerede en afdeling, der hedder ”{slug}”; læs listen ind i den med "
                f"department={slug}, eller vælg et andet navn",
                en=f"there is a department called “{slug}” already; import the list under it with "
                f"department={slug}, or choose another name",
            ),
            field="new_department",
        )


def remembered_of(engine: Engine, terms: Terms) -> Remembered:
    """Return what is remembered of a source, outside any request (da: husket om kilden)."""
    with faults_in_words(), Session(engine) as session:
        return Histories(session).remembered(terms.source, terms.kind)


def read_past(
    engine: Engine, address: str, kinds: Iterable[Kind]
) -> "tuple[Department, dict[Kind, Content | None]]":
    """Return a department and the newest lists of its past, outside any request (da: fortid)."""
    with faults_in_words(), Session(engine) as session:
        department = Store(session).department(address)
        histories = Histories(session)
        return department, {kind: histories.latest(department.slug, kind) for kind in kinds}


def read_newest(engine: Engine, slug: str, kinds: Iterable[Kind]) -> tuple[AcceptedList, ...]:
    """Return the newest list of each kind, outside any request (da: seneste lister)."""
    with faults_in_words(), Session(engine) as session:
        return Histories(session).newest(slug, kinds)


def keep_fitted(engine: Engine, fitted: Department, *, of: Department, by: str) -> Department:
    """Keep a fitted department as its next version, if nobody has changed it meanwhile.

    (da: gem tilpasning.) `ChangedMeanwhile` where somebody has.
    """
    with faults_in_words(), Session(engine) as session, session.begin():
        store = Store(session)
        newest = store.latest(of.slug)
        if newest is None or newest.number != of.version:
            raise changed_meanwhile()
        return store.add_department(fitted, by=by, after=newest)


def _accepted(row: tuple[object, ...]) -> AcceptedList:
    names = [column.key for column in _LISTED]  # type: ignore[union-attr]
    found = dict(zip(names, row, strict=True))
    found["kind"] = Kind(str(found["kind"]))
    return AcceptedList(**found)


def _remembered(row: StoredSource) -> Remembered:
    try:
        return Remembered(
            dict(row.document["mapping"]),
            {name: dict(words) for name, words in row.document["values"].items()},
        )
    except (ValueError, TypeError, KeyError):
        raise unreadable("import_source", row.name) from None


def _plain(values: Mapping[str, Mapping[str, str]]) -> dict[str, dict[str, str]]:
    return {name: dict(words) for name, words in values.items() if words}


def _unknown(id_: int) -> UnknownImport:
    return UnknownImport(
        Text(
            da=f"afdelingen har ingen liste {id_}; hent listen over dem",
            en=f"the department has no list {id_}; fetch the list of them",
        ),
        field="id",
    )
