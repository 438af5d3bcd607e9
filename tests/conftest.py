from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient

from api.app import create_app
from api.settings import Settings


@pytest.fixture(scope="session")
def client() -> Iterator[TestClient]:
    """The service with the demo departments, in memory; a fault in it is a 500."""
    app = create_app(Settings(database=None, demo=True))
    with TestClient(app, raise_server_exceptions=False) as opened:
        yield opened
