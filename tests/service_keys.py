"""Keys for a service in this process, made in its own database."""

from datetime import UTC, datetime, timedelta

from fastapi.testclient import TestClient
from sqlmodel import Session

from api.caller import Scope
from api.keyring import Keyring
from api.store.keys import KeyStore

TOMORROW = timedelta(days=1)


def new_key(client: TestClient, scope: Scope, *, label: str | None = None) -> tuple[int, str]:
    """Make a key: its number, and its secret."""
    with Session(client.app.state.engine) as session, session.begin():
        key, secret = KeyStore(session).add_key(
            label or f"test {datetime.now(UTC).timestamp()}",
            scope,
            expires_at=datetime.now(UTC) + TOMORROW,
        )
    read_again(client)
    return key.id, secret


def revoke(client: TestClient, number: int) -> None:
    with Session(client.app.state.engine) as session, session.begin():
        KeyStore(session).revoke(number)
    read_again(client)


def read_again(client: TestClient) -> None:
    """Let the service read its keys now, and not within five seconds."""
    client.app.state.keyring.__dict__ = Keyring().__dict__
