"""The keys that open the service just now, in memory (da: nøglering).

No request waits for the database to know its caller: all keys are read at once, and again after
`FRESH` seconds. So a key that is revoked opens nothing after five seconds, in every process; one
that has expired opens nothing from that moment on. While the database does not answer, the keys
last read go on opening, for what they open needs the database in its turn.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from time import monotonic

from sqlalchemy import Engine

from api.faults import StoreFault
from api.store.keys import KEY_MARK, Key, hash_of, key_of_session, keys_in

FRESH = 5.0
"""Seconds until what is known of keys and sessions is read again."""
_RETRY = 1.0
"""Seconds until the keys are read again for one that is not among them: it may be new."""
_MOST_SESSIONS = 10_000


class Keyring:
    """The keys and sessions last read from the database (da: nøglering)."""

    def __init__(self) -> None:
        self._keys: Mapping[str, Key] | None = None
        self._read_at = 0.0
        self._sessions: dict[str, tuple[Key | None, float]] = {}

    def key(self, engine: Engine, secret: str) -> Key | None:
        """Return the key with this secret, None where it opens nothing (da: nøgle)."""
        if not secret.startswith(KEY_MARK):
            return None
        hashed = hash_of(secret)
        found = self._fresh(engine, FRESH).get(hashed) or self._fresh(engine, _RETRY).get(hashed)
        return found if found is not None and found.opens_at(datetime.now(UTC)) else None

    def key_of_session(self, engine: Engine, secret: str) -> Key | None:
        """Return the key with which a session was opened, None where it is over (da: session)."""
        hashed, now, moment = hash_of(secret), monotonic(), datetime.now(UTC)
        found, read_at = self._sessions.get(hashed, (None, -FRESH))
        if now - read_at >= FRESH:
            if len(self._sessions) >= _MOST_SESSIONS:
                self._sessions.clear()
            found = key_of_session(engine, secret, moment)
            self._sessions[hashed] = (found, now)
        return found if found is not None and found.opens_at(moment) else None

    def forget_session(self, secret: str) -> None:
        """Let a session that has ended open nothing from now on (da: glem session)."""
        self._sessions.pop(hash_of(secret), None)

    def _fresh(self, engine: Engine, most_seconds: float) -> Mapping[str, Key]:
        now = monotonic()
        if self._keys is None or now - self._read_at >= most_seconds:
            self._read_at = now
            try:
                self._keys = keys_in(engine)
            except StoreFault:
                if self._keys is None:
                    raise
        return self._keys
