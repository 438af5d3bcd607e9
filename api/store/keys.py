"""Keys to the service and the sessions opened with them (da: nøgler og sessioner).

Of a key or a session only the hash is kept: whoever reads the database, or a backup of it, cannot
use what is in it. A key is 32 random bytes, so its hash needs no salt and no slow function.
"""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Annotated

from fastapi import Depends
from sqlalchemy import Engine, delete
from sqlmodel import Session, col, select

from api.caller import Caller, Scope
from api.database import SessionDependency, database_engine, migrate
from api.faults import faults_in_words
from api.privacy import REFUSED, looks_like_cpr
from api.tables import StoredKey, StoredSession
from capacity.errors import InvalidInput
from capacity.wording import Text

KEY_MARK, SESSION_MARK = "clp_", "cls_"
"""What ours begin with, so that they can be found, and hidden, wherever they turn up."""
_MOST_LABEL = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """A key without its secret (da: nøgle)."""

    id: int
    label: str
    scope: Scope
    created_at: datetime
    expires_at: datetime
    revoked_at: datetime | None

    def opens_at(self, moment: datetime) -> bool:
        """Whether it is neither revoked nor expired (da: gyldig)."""
        return self.revoked_at is None and moment < self.expires_at

    @property
    def caller(self) -> Caller:
        """Who uses it (da: kalder)."""
        return Caller(name=self.label, scope=self.scope)


@dataclass(frozen=True, slots=True)
class KeyStore:
    """Keys and sessions, seen through one transaction (da: nøglelager)."""

    session: Session

    def add_key(self, label: str, scope: Scope, *, expires_at: datetime) -> tuple[Key, str]:
        """Make a key, and return it with its secret, which nobody can see again (da: ny nøgle).

        `InvalidInput` where the label says nothing, is used by a key that still opens, or looks
        like a CPR number, and where the key would never open anything.
        """
        now, label = datetime.now(UTC), " ".join(label.split())
        self._check(label, expires_at, now)
        secret = KEY_MARK + secrets.token_urlsafe(32)
        row = StoredKey(
            label=label,
            hash=hash_of(secret),
            scope=scope.value,
            created_at=now,
            expires_at=expires_at,
        )
        self.session.add(row)
        self.session.flush()
        return _key(row), secret

    def _check(self, label: str, expires_at: datetime, now: datetime) -> None:
        if looks_like_cpr(label):
            raise InvalidInput(REFUSED, field="label")
        if not label.isprintable() or not 0 < len(label) <= _MOST_LABEL:
            raise InvalidInput(
                Text(
                    da=f"skriv, hvem nøglen er til, med 1 til {_MOST_LABEL} tegn",
                    en=f"write whom the key is for, in 1 to {_MOST_LABEL} characters",
                ),
                field="label",
            )
        if any(key.label == label and key.opens_at(now) for key in self.all_keys()):
            raise InvalidInput(
                Text(
                    da=f"”{label}” har allerede en nøgle; tilbagekald den, eller skriv andet",
                    en=f"“{label}” has a key already; revoke it, or write another name",
                ),
                field="label",
            )
        if expires_at <= now:
            raise InvalidInput(
                Text(da="nøglen ville være udløbet", en="the key would have expired"),
                field="expires",
            )

    def all_keys(self) -> tuple[Key, ...]:
        """Return every key, also those that open no more, oldest first (da: nøgler)."""
        rows = self.session.exec(select(StoredKey).order_by(col(StoredKey.id))).all()
        return tuple(_key(row) for row in rows)

    def hashes(self) -> dict[str, Key]:
        """Return every key that is not revoked, by the hash of its secret (da: nøgler)."""
        rows = self.session.exec(select(StoredKey).where(col(StoredKey.revoked_at).is_(None)))
        return {row.hash: _key(row) for row in rows}

    def revoke(self, number: int) -> Key:
        """Let a key open nothing any more, nor the sessions opened with it (da: tilbagekald)."""
        row = self.session.get(StoredKey, number)
        if row is None:
            raise InvalidInput(
                Text(
                    da=f"der er ingen nøgle nr. {number}; se dem med: caseload keys list",
                    en=f"there is no key {number}; see them with: caseload keys list",
                ),
                field="number",
            )
        row.revoked_at = row.revoked_at or datetime.now(UTC)
        self.session.add(row)
        self.session.exec(delete(StoredSession).where(col(StoredSession.key_id) == number))
        return _key(row)

    def open_session(self, key: Key, *, expires_at: datetime) -> str:
        """Begin a session, and return its secret for the cookie (da: log ind)."""
        now = datetime.now(UTC)
        self.session.exec(delete(StoredSession).where(col(StoredSession.expires_at) <= now))
        secret = SESSION_MARK + secrets.token_urlsafe(32)
        self.session.add(
            StoredSession(
                hash=hash_of(secret),
                key_id=key.id,
                created_at=now,
                expires_at=min(expires_at, key.expires_at),
            )
        )
        return secret

    def key_of_session(self, secret: str, moment: datetime) -> Key | None:
        """Return the key of a session that is still open (da: sessionens nøgle)."""
        row = self.session.get(StoredSession, hash_of(secret))
        if row is None or moment >= _aware(row.expires_at):
            return None
        key = self.session.get(StoredKey, row.key_id)
        found = _key(key) if key is not None else None
        return found if found is not None and found.opens_at(moment) else None

    def close_session(self, secret: str) -> None:
        """End a session (da: log ud)."""
        self.session.exec(delete(StoredSession).where(col(StoredSession.hash) == hash_of(secret)))


def hash_of(secret: str) -> str:
    """Return what is kept of a secret (da: hash).

    >>> hash_of("clp_hemmelig")[:12]
    'da139332df16'
    """
    return sha256(secret.encode()).hexdigest()


def key_store(session: SessionDependency) -> KeyStore:
    """Hand a request the keys through its transaction."""
    return KeyStore(session)


KeyStoreDependency = Annotated[KeyStore, Depends(key_store)]


def any_key_opens(database: Path | str) -> bool:
    """Whether anybody could get in (da: er der en gyldig nøgle)."""
    now = datetime.now(UTC)
    with opened_keys(database) as store:
        return any(key.opens_at(now) for key in store.all_keys())


def keys_in(engine: Engine) -> dict[str, Key]:
    """Return what opens a service, by the hash of its secret (da: gyldige nøgler)."""
    with faults_in_words(), Session(engine) as session:
        return KeyStore(session).hashes()


def key_of_session(engine: Engine, secret: str, moment: datetime) -> Key | None:
    """Return the key of a session that is still open (da: sessionens nøgle)."""
    with faults_in_words(), Session(engine) as session:
        return KeyStore(session).key_of_session(secret, moment)


@contextmanager
def opened_keys(database: Path | str) -> Iterator[KeyStore]:
    """Open the keys of a database outside any request, in one transaction (da: nøgler)."""
    engine = database_engine(database)
    try:
        migrate(engine)
        with faults_in_words(), Session(engine) as session, session.begin():
            yield KeyStore(session)
    finally:
        engine.dispose()


def _key(row: StoredKey) -> Key:
    assert row.id is not None
    return Key(
        id=row.id,
        label=row.label,
        scope=Scope(row.scope),
        created_at=_aware(row.created_at),
        expires_at=_aware(row.expires_at),
        revoked_at=_aware(row.revoked_at) if row.revoked_at is not None else None,
    )


def _aware(moment: datetime) -> datetime:
    # SQLite keeps no zone; all that we store is in UTC.
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
