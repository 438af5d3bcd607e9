from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient
from hypothesis import settings

from api.app import create_app
from api.settings import Settings

# The same examples every time, and on a slow machine too: a red test is a fault, never bad luck.
settings.register_profile("specification", deadline=None, derandomize=True)
settings.load_profile("specification")


@pytest.fixture(scope="session")
def client() -> Iterator[TestClient]:
    """The service with the demo departments, in memory; a fault in it is a 500.

    Its page always waits for the curve.
    """
    app = create_app(Settings(database=None, demo=True, patience=600))
    with TestClient(app, raise_server_exceptions=False) as opened:
        yield opened
