"""Keys, tokens and CPR numbers, sent in every place there is, turn up in none of what comes out.

A real server, with its log on a pipe: what it writes, what it answers and what it keeps.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

import pytest
from test_running import ask, keys_commands, served, stopped

from api.door import COOKIE, csrf_token
from api.store.keys import opened_keys

CASELOAD = "/v1/caseload?open_cases=890&case_fte=23,92&on=2020-03-26"
CPR = ("0102031234", "010203-1234", "311299 1234", "311299_1234", "3112991234")
GUESSED = "clp_" + "Zm9vYmFy" * 4 + "guessed0123"
JSON = {"Content_Type": "application/json"}
FORM = {"Content_Type": "application/x-www-form-urlencoded"}


@dataclass
class Trial:
    """One server that has been asked everything: its answers, its log, what is kept."""

    secrets: list[str]
    answers: list[tuple[str, str]] = field(default_factory=list)
    log: str = ""
    audit: str = ""
    answered_audit: str = ""
    metrics: str = ""


@pytest.fixture(scope="module", params=["keys", "no keys"])
def trial(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Trial:
    file = str(tmp_path_factory.mktemp("secrets") / "planner.sqlite")
    keys = {scope: _new_key(file, scope) for scope in ("read", "plan", "admin")}
    with_keys = request.param == "keys"
    trial = Trial([*CPR, *(number.replace("-", "%2D") for number in CPR), GUESSED, *keys.values()])
    environment = {"CASELOAD_WRONG_KEYS": "none", "CASELOAD_LOG_LEVEL": "debug"}
    environment["CASELOAD_KEYS_REQUIRED"] = str(with_keys).lower()
    with served("--database", file, "--demo", **environment) as (server, port):
        own = {"X_API_Key": keys["plan"]} if with_keys else {}
        session, token = _logged_in(port, keys["plan"]) if with_keys else ("cls_none", "none")
        trial.secrets += [session, token] if with_keys else []
        for secret in [*CPR, GUESSED, keys["read"], session, token]:
            for method, path, body, headers in _places(secret):
                status, named, said = ask(port, method, path, body=body, **(own | headers))
                trial.answers.append((f"{method} {path} {body!r} {headers}", f"{named} {said}"))
                assert status != 500, (method, path, said)
        if with_keys:
            trial.answers += _session_asks(port, session, token)
        admin = {"X_API_Key": keys["admin"]} if with_keys else {}
        trial.answered_audit = ask(port, "GET", "/v1/audit?limit=1000", **admin)[2]
        trial.metrics = ask(port, "GET", "/metrics", **admin)[2]
        code, trial.log = stopped(server)
    assert code == 0
    trial.audit = keys_commands("audit", "--limit", "1000", "--database", file).stdout
    return trial


def test_no_answer_repeats_a_secret(trial: Trial) -> None:
    assert len(trial.answers) > 150
    for asked, answered in trial.answers:
        for secret in trial.secrets:
            assert secret not in answered, asked


def test_the_log_holds_no_secret_and_the_server_did_log(trial: Trial) -> None:
    requests = [json.loads(line) for line in trial.log.splitlines() if line.startswith("{")]
    assert len([each for each in requests if each["event"] == "request"]) > 150
    assert "######-####" in trial.log
    for secret in trial.secrets:
        assert secret not in trial.log
    assert "api_key" not in trial.log
    assert "890" not in [each.get("path") for each in requests]


def test_the_audit_trail_holds_no_secret_and_does_hold_what_was_tried(trial: Trial) -> None:
    assert "wrong key" in trial.audit
    assert "PUT" in trial.audit
    assert "######-####" in trial.audit
    for secret in trial.secrets:
        assert secret not in trial.audit
        assert secret not in trial.answered_audit
        assert secret not in trial.metrics


def test_whoever_has_the_database_has_no_key(tmp_path: Path) -> None:
    file = tmp_path / "planner.sqlite"
    secret = _new_key(str(file), "admin")
    kept = b"".join(each.read_bytes() for each in tmp_path.iterdir())
    assert secret.encode() not in kept
    with opened_keys(file) as store:
        assert secret not in repr(store.all_keys())


def _places(secret: str) -> Iterator[tuple[str, str, bytes | None, dict[str, str]]]:
    written, raw = quote(secret), secret.encode()
    yield "GET", f"/v1/departments/{written}", None, {}
    yield "GET", f"/{written}/{written}", None, {}
    yield "GET", f"/v1/figures/{written}", None, {}
    yield "GET", f"/v1/scenarios/{written}?errors=text", None, {}
    yield "DELETE", f"/v1/departments/{written}", None, {}
    yield "PUT", f"/v1/departments/{written}/purpose", b'{"purpose": "x"}', JSON
    yield "GET", f"{CASELOAD}&{written}=1", None, {}
    yield "GET", f"{CASELOAD}&area={written}", None, {}
    yield "GET", f"{CASELOAD}&area={written}&errors=text&lang=en", None, {}
    yield "GET", f"{CASELOAD}&_={written}", None, {}
    yield "GET", f"{CASELOAD}&lang={written}", None, {}
    yield "GET", f"{CASELOAD}&field={written}", None, {}
    yield "GET", f"{CASELOAD}&target={written}", None, {}
    yield "GET", f"/v1/caseload?open_cases={written}&case_fte={written}", None, {}
    yield "GET", f"/v1/fte?staff={written}x37", None, {}
    yield "GET", f"/?department={written}&team={written}&extra_fte={written}", None, {}
    yield "GET", f"/?{written}=1", None, {"Accept": "text/html"}
    yield "GET", f"{CASELOAD}&api_key={written}", None, {}
    yield "POST", f"/v1/fte?api_key={written}", b"{}", JSON
    yield "GET", "/v1/nope", None, {"User_Agent": secret, "Referer": f"http://x/{written}"}
    yield "GET", CASELOAD, None, {"X_Request_ID": secret, "Accept_Language": secret}
    yield "GET", "/health", None, {"X_API_Key": secret}
    yield "GET", "/health", None, {"Authorization": f"Bearer {secret}"}
    yield "GET", "/health", None, {"Cookie": f"{COOKIE}={secret}; other={secret}"}
    yield "POST", "/v1/fte", raw, JSON
    yield "POST", "/v1/fte", json.dumps({secret: secret}).encode(), JSON
    yield "POST", "/v1/fte", json.dumps({"format": 1, "caseworkers": [secret]}).encode(), JSON
    yield "POST", "/v1/departments", json.dumps({"slug": secret, "name": secret}).encode(), JSON
    yield (
        "POST",
        "/v1/figures",
        json.dumps({"path": f"/v1/{secret}", "field": secret}).encode(),
        JSON,
    )
    yield "PUT", "/v1/departments/nobody/purpose", json.dumps({"purpose": secret}).encode(), JSON
    yield "PUT", "/v1/departments/nobody", raw, {**JSON, "If_Match": f'"{secret}"'}
    yield (
        "POST",
        "/v1/scenarios",
        json.dumps({secret: 1}).encode(),
        {**JSON, "Idempotency_Key": secret},
    )
    yield "POST", "/login", f"key={written}&{written}=1".encode(), FORM
    yield "POST", "/logout", f"csrf={written}".encode(), FORM
    yield "OPTIONS", f"/v1/{written}", None, {"Origin": f"http://{written}"}


def _session_asks(port: int, session: str, token: str) -> list[tuple[str, str]]:
    cookie = {"Cookie": f"{COOKIE}={session}"}
    asked = [
        ask(port, "GET", "/v1/departments", **cookie),
        ask(port, "POST", "/v1/fte", body=b"{}", X_CSRF_Token=token, **cookie, **JSON),
        ask(port, "POST", "/v1/fte", body=b"{}", X_CSRF_Token=session, **cookie, **JSON),
        ask(port, "GET", f"/v1/departments/{session}", **cookie),
    ]
    assert [status for status, _, _ in asked] == [200, 422, 403, 404]
    return [("session", f"{headers} {said}") for _, headers, said in asked]


def _logged_in(port: int, key: str) -> tuple[str, str]:
    body = f"key={key}".encode()
    _, headers, _ = ask(port, "POST", "/login", body=body, **FORM)
    session = headers["set-cookie"].partition("=")[2].partition(";")[0]
    return session, csrf_token(session)


def _new_key(file: str, scope: str) -> str:
    words = ("--label", f"Nøgle {scope}", "--expires", "2999-01-01", "--scope", scope)
    return keys_commands("keys", "create", *words, "--database", file).stdout.strip()
