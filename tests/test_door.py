"""The door: names, foreign sites, sessions, ceilings, the audit trail and the headers."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from fastapi import Request
from fastapi.testclient import TestClient
from service_keys import new_key, revoke
from sqlalchemy import Engine, text
from sqlmodel import Session

from api.app import create_app
from api.caller import Scope
from api.database import database_engine
from api.door import COOKIE, csrf_token
from api.flood import Flood
from api.keyring import Keyring
from api.refused_entry import TooManyRequests
from api.settings import Settings
from api.store.keys import KeyStore, hash_of

CASELOAD = "/v1/caseload?open_cases=890&case_fte=23,92&on=2020-03-26"
PURPOSE = {"purpose": "Budget 2027"}
HTML = {"Accept": "text/html"}


@pytest.fixture
def locked() -> Iterator[TestClient]:
    """A service that needs keys, with the demo departments."""
    app = create_app(Settings(keys_required=True, demo=True, rate="none"))
    with TestClient(app, raise_server_exceptions=False, follow_redirects=False) as opened:
        yield opened


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1:8000", "[::1]:8000", "LOCALHOST:1"])
def test_a_service_without_keys_answers_to_the_names_of_its_machine(client, host):
    assert client.get(CASELOAD, headers={"Host": host}).status_code == 200


@pytest.mark.parametrize(
    "host", ["planner.example", "localhost.example", "127.0.0.1.example:8000", "", "10.0.0.1"]
)
def test_a_service_without_keys_answers_to_no_other_name(client, host):
    answer = client.get(CASELOAD, headers={"Host": host})
    assert answer.status_code == 403
    assert "cases_per_fte" not in answer.text


def test_a_service_with_keys_answers_to_any_name(locked):
    _, key = new_key(locked, Scope.READ)
    headers = {"Host": "planner.example", "X-API-Key": key}
    assert locked.get(CASELOAD, headers=headers).status_code == 200


@pytest.mark.parametrize(
    "foreign",
    [
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://testserver.evil.example"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "cross-site", "Origin": "null"},
        {"Sec-Fetch-Site": "same-site", "Origin": "null"},
        {"Sec-Fetch-Site": "same-site", "Origin": "http://testserver"},
    ],
)
def test_a_page_from_elsewhere_changes_nothing(client, foreign):
    address = "/v1/departments/ishoej-2020/purpose"
    before = client.get(address).status_code
    assert client.put(address, json=PURPOSE, headers=foreign).status_code == 403
    assert client.get(address).status_code == before
    # A page without a referrer policy, and one of ours, whose forms tell nobody where they are.
    for origin in ("http://testserver", "null"):
        own = {"Origin": origin, "Sec-Fetch-Site": "same-origin"}
        assert client.post("/v1/fte", json={}, headers=own).status_code == 422


def test_a_refusal_at_the_door_is_a_problem_in_both_languages_and_a_text_for_a_cell(locked):
    danish, english = locked.get(CASELOAD), locked.get(f"{CASELOAD}&lang=en")
    for answer in (danish, english):
        assert answer.status_code == 401
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.headers["www-authenticate"].startswith("Bearer")
        assert answer.headers["cache-control"] == "no-store"
    assert "kræver en nøgle" in danish.json()["detail"]
    assert "needs a key" in english.json()["detail"]
    cell = locked.get(f"{CASELOAD}&errors=text")
    assert (cell.status_code, cell.text[:6]) == (200, "#FEJL ")
    _, key = new_key(locked, Scope.READ)
    small = locked.get("/v1/audit?errors=text", headers={"X-API-Key": key})
    assert (small.status_code, small.text[:6]) == (200, "#FEJL ")
    assert locked.head(CASELOAD).content == b""


def test_a_key_in_the_query_is_gone_before_anything_else_sees_it(locked):
    _, key = new_key(locked, Scope.READ)
    plain = locked.get(CASELOAD, headers={"X-API-Key": key})
    for query in (f"{CASELOAD}&api_key={key}", CASELOAD.replace("?", f"?api_key={key}&")):
        assert locked.get(query).content == plain.content

    async def seen(request: Request) -> str:
        return str(request.url)

    locked.app.add_api_route("/seen", seen)
    assert locked.get(f"/seen?a=1&api_key={key}&b=2").json().endswith("/seen?a=1&b=2")
    assert locked.get(f"/seen?api_key={key}").json().endswith("/seen")
    repeated = locked.get(f"{CASELOAD}&lang=da&lang=en&api_key={key}")
    assert repeated.json()["errors"][0]["field"] == "lang"


def test_only_hashes_of_keys_and_sessions_are_stored(locked):
    _, key = new_key(locked, Scope.READ)
    secret = _logged_in(locked, key)
    with locked.app.state.engine.connect() as connection:
        rows = [
            str(tuple(row))
            for table in ("access_key", "web_session")
            for row in connection.execute(text(f"SELECT * FROM {table}"))
        ]
    assert any(hash_of(key) in row for row in rows)
    assert any(hash_of(secret) in row for row in rows)
    assert not any(key in row or secret in row for row in rows)


def test_a_revoked_key_opens_nothing_once_the_keys_are_read_again(engine: Engine, monkeypatch):
    # The clock of the ring stands still, so that only what the test does makes it read again.
    clock = [1000.0]
    monkeypatch.setattr("api.keyring.monotonic", lambda: clock[0])
    ring = Keyring()
    with Session(engine) as session, session.begin():
        until = datetime.now(UTC) + timedelta(days=1)
        key, secret = KeyStore(session).add_key("a", Scope.READ, expires_at=until)
    assert ring.key(engine, secret) is not None
    with Session(engine) as session, session.begin():
        KeyStore(session).revoke(key.id)
    clock[0] += 4.9
    assert ring.key(engine, secret) is not None
    clock[0] += 0.1
    assert ring.key(engine, secret) is None


def test_a_new_key_opens_at_once_though_the_keys_were_just_read(engine: Engine, monkeypatch):
    clock = [1000.0]
    monkeypatch.setattr("api.keyring.monotonic", lambda: clock[0])
    ring = Keyring()
    assert ring.key(engine, "clp_nothing") is None
    with Session(engine) as session, session.begin():
        until = datetime.now(UTC) + timedelta(days=1)
        _, secret = KeyStore(session).add_key("a", Scope.READ, expires_at=until)
    clock[0] += 1.0
    assert ring.key(engine, secret) is not None


def test_keys_go_on_opening_while_the_database_is_away(locked):
    _, key = new_key(locked, Scope.READ)
    assert locked.get(CASELOAD, headers={"X-API-Key": key}).status_code == 200
    locked.app.state.keyring._read_at = 0.0
    here = locked.app.state.engine
    locked.app.state.engine = database_engine("/nowhere/planner.sqlite")
    try:
        assert locked.get(CASELOAD, headers={"X-API-Key": key}).status_code == 200
        assert locked.get("/v1/departments", headers={"X-API-Key": key}).status_code == 503
    finally:
        locked.app.state.engine = here


def test_a_browser_without_a_session_is_shown_where_to_log_in(locked):
    sent_on = locked.get("/?department=ishoej-2020", headers=HTML)
    assert (sent_on.status_code, sent_on.headers["location"]) == (303, "/login")
    page = locked.get("/login", headers=HTML)
    assert page.status_code == 200
    assert '<html lang="da">' in page.text
    assert "Log ind" in page.text
    assert "Log in" in locked.get("/login?lang=en").text
    assert "script" not in page.headers["content-security-policy"]


def test_a_session_opens_the_page_until_it_is_ended(locked):
    _, key = new_key(locked, Scope.PLAN)
    secret = _logged_in(locked, key)
    page = locked.get("/", headers=HTML)
    assert page.status_code == 200
    (token,) = set(re.findall('name="csrf" value="([^"]+)"', page.text))
    assert token == csrf_token(secret)
    assert locked.post("/logout", data={"csrf": token}).headers["location"] == "/login"
    locked.cookies.set(COOKIE, secret)  # a browser that keeps what it was told to forget
    assert locked.get("/").status_code == 401


def test_the_cookie_of_a_session_is_kept_from_scripts_and_from_other_sites(locked):
    _, key = new_key(locked, Scope.READ)
    set_by = locked.post("/login", data={"key": key}).headers["set-cookie"].lower()
    assert all(each in set_by for each in ("httponly", "samesite=strict", "path=/"))
    assert "secure" not in set_by
    over_https = TestClient(locked.app, base_url="https://testserver", follow_redirects=False)
    answer = over_https.post("/login", data={"key": key})
    assert "secure" in answer.headers["set-cookie"].lower()
    assert "strict-transport-security" in answer.headers


@pytest.mark.parametrize("token", [None, "", "0" * 64])
def test_what_a_session_sends_without_its_token_changes_nothing(locked, token):
    _, key = new_key(locked, Scope.PLAN)
    secret = _logged_in(locked, key)
    address = "/v1/departments/ishoej-2020/purpose"
    headers = {} if token is None else {"X-CSRF-Token": token}
    assert locked.put(address, json=PURPOSE, headers=headers).status_code == 403
    assert locked.post("/logout", data={} if token is None else {"csrf": token}).status_code == 403
    headers = {"X-CSRF-Token": csrf_token(secret)}
    assert locked.put(address, json=PURPOSE, headers=headers).status_code in (200, 201)


def test_a_session_ends_with_its_key(locked):
    number, key = new_key(locked, Scope.READ)
    _logged_in(locked, key)
    assert locked.get("/").status_code == 200
    revoke(locked, number)
    assert locked.get("/").status_code == 401


def test_a_wrong_key_at_the_login_is_refused_and_soon_no_longer_tried(locked):
    for _ in range(20):
        assert (
            locked.post("/login", data={"key": "clp_guessed-this-one-perhaps"}).status_code == 401
        )
    _, key = new_key(locked, Scope.READ)
    refused = locked.post("/login", data={"key": key})
    assert refused.status_code == 429
    assert "set-cookie" not in refused.headers
    _, admin = new_key(locked, Scope.ADMIN)
    rows = locked.get("/v1/audit", headers={"X-API-Key": admin}).json()["rows"]
    assert len(rows) == 20


def test_wrong_keys_are_soon_refused_and_right_ones_are_not(locked):
    for _ in range(20):
        assert locked.get(CASELOAD, headers={"X-API-Key": "clp_guessed"}).status_code == 401
    refused = locked.get(CASELOAD, headers={"X-API-Key": "clp_guessed"})
    assert refused.status_code == 429
    assert 1 <= int(refused.headers["retry-after"]) <= 60
    _, key = new_key(locked, Scope.READ)
    assert locked.get(CASELOAD, headers={"X-API-Key": key}).status_code == 200


def test_a_workbook_of_a_thousand_cells_is_let_through_at_once_and_a_flood_is_stopped():
    # In a window that does not end meanwhile: here it takes longer than from a workbook.
    app = create_app(Settings(log_level="error", rate="10000/10 minutes"))
    assert Settings().rate == "10000/10 seconds"
    with TestClient(app) as client:
        for _ in range(1000):
            assert client.options("/health").status_code == 405
            for _ in range(2):
                assert client.head("/health").status_code == 200
                assert client.get("/health").status_code == 200
    flood = Flood("300/10 minutes", "rate")
    for _ in range(300):
        flood.count("127.0.0.1")
    with pytest.raises(TooManyRequests):
        flood.count("127.0.0.1")
    flood.count("127.0.0.2")


def test_a_flood_is_refused_with_when_to_come_back_and_only_its_sender_is():
    app = create_app(Settings(rate="50/10 minutes", keys_required=True))
    with TestClient(app) as client:
        (_, one), (_, other) = new_key(client, Scope.READ), new_key(client, Scope.READ)
        asked = [client.get(CASELOAD, headers={"X-API-Key": one}) for _ in range(51)]
        assert [each.status_code for each in asked] == [200] * 50 + [429]
        assert 1 <= int(asked[-1].headers["retry-after"]) <= 600
        assert asked[-1].headers["content-type"] == "application/problem+json"
        assert client.head(CASELOAD, headers={"X-API-Key": one}).status_code == 200
        assert client.get(CASELOAD, headers={"X-API-Key": other}).status_code == 200


def test_what_is_stored_and_which_keys_are_refused_is_in_the_audit_trail(locked):
    _, key = new_key(locked, Scope.PLAN, label="Leder A")
    _, admin = new_key(locked, Scope.ADMIN, label="Drift")
    headers = {"X-API-Key": key, "X-Request-ID": "kald-1"}
    address = "/v1/departments/ishoej-2020/purpose"
    assert locked.put(f"{address}?lang=da", json=PURPOSE, headers=headers).status_code < 300
    assert locked.put(f"{address}?errors=text", json={}, headers=headers).status_code == 200
    locked.post("/v1/fte", json={}, headers=headers)  # which computes, and stores nothing
    locked.get(CASELOAD, headers=headers)
    locked.get(CASELOAD, headers={"X-API-Key": "clp_guessed"})
    locked.delete("/v1/departments/nobody", headers=headers)
    locked.post("/login", data={"key": "clp_guessed"})
    locked.post("/login", data={"key": key})
    locked.cookies.clear()
    rows = locked.get("/v1/audit", headers={"X-API-Key": admin}).json()["rows"]
    seen = [(row["who"], row["did"], row["about"], row["status"]) for row in rows]
    assert seen == [
        ("Leder A", "log in", "/login", 303),
        ("testclient", "wrong key", "/login", 401),
        ("Leder A", "DELETE", "/v1/departments/nobody", 403),
        ("testclient", "wrong key", "/v1/caseload", 401),
        ("Leder A", "PUT", address, 422),
        ("Leder A", "PUT", address, rows[-1]["status"]),
    ]
    assert rows[-1]["request_id"] == "kald-1"
    second = locked.get(
        f"/v1/audit?limit=2&before={rows[1]['number']}", headers={"X-API-Key": admin}
    )
    assert second.json()["rows"] == rows[2:4]


@pytest.mark.parametrize(
    "before",
    ["%00", "1%00", "%ed%a0%80", "%ff", "2020-03-26", "x", "-1", "1.5", "1e3", "²", "9" * 13, ""],
)
def test_an_odd_place_in_the_audit_trail_is_refused_in_the_ordinary_form(client, before):
    answer = client.get(f"/v1/audit?before={before}")
    assert (answer.status_code, answer.headers["content-type"]) == (422, "application/problem+json")
    assert answer.json()["errors"][0]["field"] == "before"


def test_no_sign_in_a_path_keeps_a_deed_out_of_the_audit_trail(database):
    settings = Settings(database=database, rate="none", log_level="error")
    with TestClient(create_app(settings), raise_server_exceptions=False) as opened:
        for number in (2**31 - 1, 2**31, 2**32, 10**12 - 1):
            assert opened.get(f"/v1/audit?before={number}").status_code == 200
        paths = ("%00", "a%00b", "%ff", "%ed%a0%80", "%F0%9F%98%80", "x" * 3000, "%", "%2e%2e")
        for path in paths:
            for address in (f"/v1/audit/{path}", f"/v1/audit{path}"):
                assert opened.get(address).status_code in (404, 422), address
            refused = opened.delete(f"/v1/departments/{path}")
            assert refused.status_code in (404, 405, 422), path
            assert refused.headers["content-type"] == "application/problem+json"
        rows = opened.get("/v1/audit").json()["rows"]
    assert len([row for row in rows if row["did"] == "DELETE"]) >= len(paths) - 1


def test_an_answer_stands_though_it_cannot_be_audited(locked, monkeypatch, capsys):
    _, key = new_key(locked, Scope.PLAN)

    async def fails(*_: object) -> None:
        raise OSError("the disk is gone")

    monkeypatch.setattr("api.door.audited", fails)
    address = "/v1/departments/ishoej-2020/purpose"
    answer = locked.put(address, json=PURPOSE, headers={"X-API-Key": key})
    assert answer.status_code < 300
    assert "not audited" in capsys.readouterr().err


@pytest.mark.parametrize(
    "address",
    [CASELOAD, "/", "/docs", "/openapi.json", "/v1/nope", "/static/planner.css", "/login"],
)
def test_every_answer_has_the_headers_that_keep_a_browser_in_line(client, address):
    headers = client.get(address, follow_redirects=False).headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["cross-origin-resource-policy"] == "same-origin"
    assert headers["cross-origin-opener-policy"] == "same-origin"
    assert headers["cache-control"]
    policy = headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    scripts = re.search("script-src ([^;]*)", policy)
    assert not scripts or "unsafe" not in scripts[1]
    for name in ("x-request-id", "content-security-policy"):
        assert len(client.get(address, follow_redirects=False).headers.get_list(name)) == 1


def test_the_documentations_own_script_is_the_only_one_that_runs(client):
    import base64
    import hashlib

    page = client.get("/docs")
    (script,) = re.findall("<script>(.*?)</script>", page.text, re.DOTALL)
    hashed = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    assert f"'sha256-{hashed}'" in page.headers["content-security-policy"]
    assert "onclick" not in page.text


@pytest.mark.parametrize(("given", "kept"), [("abc-1", True), ("a b", False), ("x" * 65, False)])
def test_a_request_id_is_the_callers_where_it_can_be_one(client, given, kept):
    number = client.get("/health", headers={"X-Request-ID": given}).headers["x-request-id"]
    assert (number == given) is kept
    assert re.fullmatch("[A-Za-z0-9-]{1,64}", number)


def test_there_are_no_websockets(client):
    from starlette.websockets import WebSocketDisconnect

    with pytest.raises(WebSocketDisconnect), client.websocket_connect("/v1/caseload"):
        pass


def _logged_in(service: TestClient, key: str) -> str:
    answer = service.post("/login", data={"key": key})
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    return service.cookies[COOKIE]
