"""Replies to requests that may be sent again, by who sent them and under which key.

(da: svar på gentagelige kald.)
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import delete, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, col

from api.tables import StoredReply

KEPT_FOR = timedelta(hours=24)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What a request was answered (da: svar)."""

    request_hash: str
    status: int
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Replies:
    """The replies of the last 24 hours, seen through one transaction (da: svar)."""

    session: Session

    def reply(self, who: str, key: str) -> Reply | None:
        """Find what a request with this key was answered."""
        # Not the copy that this transaction may have seen before somebody else wrote.
        row = self.session.get(StoredReply, (who, key), populate_existing=True)
        if row is None or _aware(row.answered_at) < datetime.now(UTC) - KEPT_FOR:
            return None
        return Reply(
            request_hash=row.request_hash,
            status=row.status,
            headers=dict(row.headers),
            body=row.body,
        )

    def take(self, who: str, key: str, request_hash: str) -> bool:
        """Take a key for the request at hand; False where another has it.

        Of two who take the same at once the second waits until the first one's transaction has
        ended, and is told False where that kept its reply.
        """
        self._forget_old()
        insert = (
            postgresql.insert(StoredReply)
            if self.session.get_bind().dialect.name == "postgresql"
            else sqlite.insert(StoredReply)
        )
        taken = self.session.execute(
            insert.values(
                who=who,
                key=key,
                request_hash=request_hash,
                status=0,
                headers={},
                body=b"",
                answered_at=datetime.now(UTC),
            )
            .on_conflict_do_nothing()
            .returning(col(StoredReply.key))
        )
        return taken.first() is not None

    def keep(self, who: str, key: str, reply: Reply) -> None:
        """Keep what the request that took the key is answered."""
        self.session.execute(
            update(StoredReply)
            .where(col(StoredReply.who) == who, col(StoredReply.key) == key)
            .values(status=reply.status, headers=dict(reply.headers), body=reply.body)
        )

    def _forget_old(self) -> None:
        before = datetime.now(UTC) - KEPT_FOR
        self.session.execute(delete(StoredReply).where(col(StoredReply.answered_at) < before))


def _aware(moment: datetime) -> datetime:
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)  # SQLite keeps no zone
