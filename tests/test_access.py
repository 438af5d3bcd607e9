"""Who may ask what: every address, with every kind of key and with none, in one table.

A new address needs a row here: `test_every_address_is_in_the_table` fails until it has one.
"""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from service_keys import new_key, read_again, revoke
from sqlmodel import Session

from api.app import create_app
from api.caller import Scope, needed
from api.door import OPEN
from api.settings import Settings
from api.store.keys import hash_of
from api.tables import StoredKey

ANYBODY = None
READ, PLAN, ADMIN = Scope.READ, Scope.PLAN, Scope.ADMIN

TABLE: Mapping[tuple[str, str], Scope | None] = {
    # The page and the documentation.
    ("GET", "/"): READ,
    ("GET", "/edit"): READ,
    ("POST", "/edit/{name}"): PLAN,
    ("GET", "/new-department"): READ,
    ("POST", "/new-department/file"): PLAN,
    ("POST", "/new-department/by-hand"): PLAN,
    ("GET", "/v1/time-study-form"): READ,
    ("GET", "/login"): ANYBODY,
    ("POST", "/login"): ANYBODY,
    ("POST", "/logout"): READ,
    ("GET", "/static/{path}"): ANYBODY,
    ("GET", "/docs"): READ,
    ("GET", "/docs/files/{path}"): READ,
    ("GET", "/openapi.json"): READ,
    # What is computed from the question alone.
    ("GET", "/v1/fte"): READ,
    ("POST", "/v1/fte"): READ,
    ("GET", "/v1/caseload"): READ,
    ("GET", "/v1/workload"): READ,
    ("POST", "/v1/workload"): READ,
    ("GET", "/v1/compliance"): READ,
    ("GET", "/v1/review-size"): READ,
    ("GET", "/v1/audit-levels"): READ,
    ("GET", "/v1/improvement"): READ,
    ("GET", "/v1/deadlines"): READ,
    ("GET", "/v1/guidelines"): READ,
    ("GET", "/v1/due-date"): READ,
    ("GET", "/v1/erlang"): READ,
    ("GET", "/v1/what-if"): READ,
    ("GET", "/v1/staffing-curve"): READ,
    ("GET", "/v1/next-review"): READ,
    ("GET", "/v1/departments/{address}/over-time"): READ,
    ("GET", "/v1/departments/{address}/open-ages"): READ,
    ("GET", "/v1/departments/{address}/stress"): READ,
    ("GET", "/v1/departments/{address}/falling-due"): READ,
    ("GET", "/vulnerability"): READ,
    ("GET", "/vulnerability/answers"): READ,
    ("GET", "/next-90-days"): READ,
    ("GET", "/next-90-days/answers"): READ,
    ("GET", "/over-time"): READ,
    ("GET", "/over-time/answers"): READ,
    ("POST", "/v1/staffing-curve"): READ,
    ("GET", "/v1/least-staff"): READ,
    ("GET", "/v1/least-staff/levels"): READ,
    ("GET", "/v1/marginal-value"): READ,
    ("GET", "/v1/fuller-work"): READ,
    ("GET", "/v1/post-costs"): READ,
    ("GET", "/v1/hiring"): READ,
    ("GET", "/what-if"): READ,
    ("POST", "/what-if"): PLAN,
    ("GET", "/what-if/live"): READ,
    ("GET", "/figures"): READ,
    ("POST", "/figures"): PLAN,
    ("GET", "/figures/{id}"): READ,
    ("GET", "/charts/{name}.{kind}"): READ,
    ("GET", "/goal"): READ,
    ("GET", "/goal/answers"): READ,
    ("GET", "/goal/{name}.{kind}"): READ,
    ("GET", "/compare/{name}.{kind}"): READ,
    ("GET", "/compare"): READ,
    ("GET", "/compare/answers"): READ,
    ("POST", "/calculations/{id}/cancel"): PLAN,
    # Departments.
    ("GET", "/v1/departments"): READ,
    ("POST", "/v1/departments"): PLAN,
    ("GET", "/v1/departments/{address}"): READ,
    ("PUT", "/v1/departments/{address}"): PLAN,
    ("DELETE", "/v1/departments/{address}"): ADMIN,
    ("GET", "/v1/departments/{address}/versions"): READ,
    ("GET", "/v1/departments/{address}/purpose"): READ,
    ("PUT", "/v1/departments/{address}/purpose"): PLAN,
    # A department's past.
    ("POST", "/v1/imports/check"): PLAN,
    ("POST", "/v1/imports/draft"): PLAN,
    ("POST", "/v1/departments/{slug}/imports"): PLAN,
    ("GET", "/v1/departments/{slug}/imports"): READ,
    ("DELETE", "/v1/departments/{slug}/imports/{id}"): PLAN,
    ("GET", "/v1/departments/{slug}/observed-compliance"): READ,
    ("GET", "/v1/departments/{slug}/control-chart"): READ,
    ("GET", "/v1/departments/{slug}/turnaround"): READ,
    ("GET", "/v1/departments/{slug}/inflow"): READ,
    ("GET", "/v1/departments/{slug}/inflow-months"): READ,
    ("GET", "/v1/departments/{slug}/turnaround-fit"): READ,
    ("GET", "/v1/departments/{slug}/deadline-readings"): READ,
    ("GET", "/v1/departments/{address}/fit"): READ,
    ("GET", "/v1/department-comparison"): READ,
    ("POST", "/v1/department-comparison"): READ,
    ("POST", "/v1/departments/{address}/fitted"): PLAN,
    ("GET", "/v1/synthetic"): READ,
    ("GET", "/v1/synthetic/{size}/{file}"): READ,
    ("GET", "/v1/import-fields"): READ,
    ("GET", "/v1/import-sources/{name}"): READ,
    ("PUT", "/v1/import-sources/{name}"): PLAN,
    # Scenarios.
    ("GET", "/v1/scenarios"): READ,
    ("POST", "/v1/scenarios"): PLAN,
    ("POST", "/v1/scenarios/import"): PLAN,
    ("GET", "/v1/scenarios/{address}"): READ,
    ("PUT", "/v1/scenarios/{slug}"): PLAN,
    ("POST", "/v1/scenarios/{slug}/clone"): PLAN,
    ("POST", "/v1/scenarios/{slug}/{action}"): PLAN,
    ("GET", "/v1/scenarios/{address}/export"): READ,
    ("GET", "/v1/scenarios/{slug}/history"): READ,
    ("GET", "/v1/scenarios/{address}/changes"): READ,
    ("GET", "/v1/scenarios/{address}/budget"): READ,
    ("GET", "/v1/scenarios/{address}/break-even"): READ,
    # Figures.
    ("POST", "/v1/figures"): PLAN,
    ("GET", "/v1/figures"): READ,
    ("GET", "/v1/figures/{id}"): READ,
    ("GET", "/v1/figures/{id}/check"): READ,
    # Jobs, and what becomes one.
    ("GET", "/v1/scenarios/{address}/comparison"): READ,
    ("GET", "/v1/scenarios/{address}/waterfall"): READ,
    ("GET", "/v1/scenarios/{address}/best-mix"): READ,
    ("GET", "/v1/scenarios/{address}/saving"): READ,
    ("POST", "/v1/best-mix"): READ,
    ("GET", "/v1/workbook.xlsx"): READ,
    ("GET", "/v1/jobs"): READ,
    ("GET", "/v1/jobs/{id}"): READ,
    ("DELETE", "/v1/jobs/{id}"): PLAN,  # others may wait for the same job
    ("GET", "/v1/jobs/{id}/result"): READ,
    ("GET", "/v1/jobs/{id}/events"): READ,
    # What a document may hold.
    ("GET", "/v1/schemas"): READ,
    ("GET", "/v1/schemas/{name}"): READ,
    ("GET", "/v1/inputs"): READ,
    # Running the service.
    ("GET", "/health"): ANYBODY,
    ("GET", "/ready"): ANYBODY,
    ("GET", "/metrics"): ADMIN,
    ("GET", "/v1/audit"): ADMIN,
}


@pytest.fixture(scope="module")
def service() -> Iterator[TestClient]:
    """A service that others could reach, without departments."""
    app = create_app(Settings(keys_required=True, wrong_keys="none", rate="none"))
    with TestClient(app, raise_server_exceptions=False, follow_redirects=False) as opened:
        yield opened


@pytest.fixture(scope="module")
def keys(service: TestClient) -> Mapping[str, str]:
    """A key of every kind, by its name."""
    made = {name: new_key(service, Scope(name)) for name in Scope}
    made["revoked"] = new_key(service, ADMIN)
    secrets = {name: secret for name, (_, secret) in made.items()}
    secrets["expired"], secrets["unknown"] = "clp_expired-yesterday", "clp_never-made"
    yesterday = datetime.now(UTC) - timedelta(days=1)
    with Session(service.app.state.engine) as session, session.begin():
        session.add(
            StoredKey(
                label="expired",
                hash=hash_of(secrets["expired"]),
                scope="admin",
                created_at=yesterday - timedelta(days=1),
                expires_at=yesterday,
            )
        )
    read_again(service)
    assert _asked(service, "GET", "/v1/audit", {"X-API-Key": secrets["revoked"]}).status_code == 200
    revoke(service, made["revoked"][0])
    _LOGIN[service] = secrets["read"]
    return secrets


def routes(app: FastAPI) -> dict[tuple[str, str], Scope]:
    """Every address of a service, and what its route declares."""
    return {
        (method, path): needed(route)
        for route, path in _walked(app.routes)
        for method in (getattr(route, "methods", None) or {"GET"}) - {"HEAD"}
    }


def _walked(listed):
    for route in listed:
        if hasattr(route, "original_router"):
            yield from _walked(route.original_router.routes)
        else:
            yield route, route.path if hasattr(route, "methods") else f"{route.path}/{{path}}"


def test_every_address_is_in_the_table(service: TestClient) -> None:
    assert set(routes(service.app)) == set(TABLE)


def test_every_address_declares_what_the_table_says(service: TestClient) -> None:
    declared = routes(service.app)
    assert declared == {row: scope or READ for row, scope in TABLE.items()}


def test_nothing_that_is_open_to_anybody_opens_more_than_the_table_says() -> None:
    listed = {path for (_, path), scope in TABLE.items() if scope is ANYBODY}
    assert listed == OPEN | {"/static/{path}"}


CASES = [(method, path, holder) for method, path in TABLE for holder in (
    "none", "read", "plan", "admin", "expired", "revoked", "unknown",
)]  # fmt: skip


@pytest.mark.parametrize(("method", "path", "holder"), CASES)
def test_an_address_lets_in_whom_the_table_says(
    service: TestClient, keys: Mapping[str, str], method: str, path: str, holder: str
) -> None:
    headers = {} if holder == "none" else {"X-API-Key": keys[holder]}
    bearer = {} if holder == "none" else {"Authorization": f"Bearer {keys[holder]}"}
    expected = _expected(TABLE[method, path], holder)
    for given in (headers, bearer):
        _check(_asked(service, method, path, given).status_code, expected)


@pytest.mark.parametrize(("method", "path"), TABLE)
def test_a_key_in_the_address_only_reads_whatever_its_scope(
    service: TestClient, keys: Mapping[str, str], method: str, path: str
) -> None:
    needs_more = method != "GET" or TABLE[method, path] not in (ANYBODY, READ)
    for holder in ("read", "admin"):
        answer = _asked(service, method, f"{path}?api_key={keys[holder]}", {})
        _check(answer.status_code, 403 if needs_more else None)
    for holder in ("expired", "revoked", "unknown"):
        answer = _asked(service, method, f"{path}?api_key={keys[holder]}", {})
        _check(answer.status_code, 401)


@pytest.mark.parametrize(("method", "path"), TABLE)
def test_without_keys_the_machines_own_user_may_ask_everything(
    client: TestClient, method: str, path: str
) -> None:
    _check(_asked(client, method, path, {}).status_code, None)


_LOGIN: dict[TestClient, str] = {}
"""What is handed over at the login of a service: a wrong key is refused there too."""


def _asked(service: TestClient, method: str, path: str, headers: Mapping[str, str]):
    service.cookies.clear()  # or the session of a login would go on
    # No department or scenario has such a name, so nothing is stored, deleted or simulated.
    filled = path.replace("{address}", "nobody").replace("{slug}", "nobody")
    filled = filled.replace("{id}", "nobody").replace("{action}", "lock")
    filled = filled.replace("{name}", "nobody")
    if method == "POST" and path.startswith("/login"):
        form = {"key": _LOGIN.get(service, "")}
        return service.request(method, path, headers=headers, data=form)
    body = None if method in ("GET", "DELETE") else {}
    return service.request(method, filled.replace("{path}", "nobody"), headers=headers, json=body)


def _expected(needs: Scope | None, holder: str) -> int | None:
    if holder in ("expired", "revoked", "unknown"):
        return 401  # a key that opens nothing is a mistake everywhere, and is never overlooked
    if holder == "none":
        return None if needs is ANYBODY else 401
    return None if Scope(holder).opens(needs or READ) else 403


def _check(status: int, expected: int | None) -> None:
    if expected is None:
        assert status not in (401, 403, 429, 500)
    else:
        assert status == expected
