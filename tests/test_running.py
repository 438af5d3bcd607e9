"""The service as a process: how it starts, what it says of itself, and how it stops."""

import http.client
import json
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import pytest
import uvicorn
from fastapi.testclient import TestClient
from prometheus_client.parser import text_string_to_metric_families

from api.app import create_app
from api.logs import Log
from api.serving import summary
from api.settings import Settings
from api.store.keys import opened_keys

CASELOAD = "/v1/caseload?open_cases=890&case_fte=23,92&on=2020-03-26"
_LOGS: dict[int, IO[str]] = {}
PROGRAM = [sys.executable, "-c", "from api.command_line import main; main()"]


@contextmanager
def served(*words: str, **environment: str) -> Iterator[tuple[subprocess.Popen[str], int]]:
    """A service of its own, answering; stopped at the end if it has not been."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    # Its log is a file: a pipe that nobody empties would soon hold it up.
    log = tempfile.TemporaryFile("w+")  # noqa: SIM115  (read when the service has ended)
    server = subprocess.Popen(
        [*PROGRAM, "serve", "--port", str(port), *words],
        env=os.environ | environment,
        stderr=log,
        text=True,
    )
    _LOGS[server.pid] = log
    try:
        while True:
            assert server.poll() is None, log.seek(0) or log.read()
            try:
                ask(port, "GET", "/health")
                break
            except ConnectionError:
                time.sleep(0.05)
        yield server, port
    finally:
        if server.poll() is None:
            server.kill()
        server.wait()
        log.close()


def ask(
    port: int, method: str, path: str, *, body: bytes | None = None, **headers: str
) -> tuple[int, dict[str, str], str]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    try:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        connection.request(method, path, body=body, headers=named)
        answer = connection.getresponse()
        lowered = {name.lower(): value for name, value in answer.getheaders()}
        return answer.status, lowered, answer.read().decode("utf-8", "replace")
    finally:
        connection.close()


def stopped(server: subprocess.Popen[str]) -> tuple[int, str]:
    """End a service as its operating system does; its code, and all that it wrote."""
    server.send_signal(signal.SIGTERM)
    code = server.wait(timeout=60)
    log = _LOGS.pop(server.pid)
    log.seek(0)
    return code, log.read()


def lines_of(said: str) -> list[dict[str, object]]:
    return [json.loads(line) for line in said.splitlines() if line.startswith("{")]


def keys_commands(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*PROGRAM, *words], capture_output=True, text=True, check=False)


def test_a_service_writes_one_line_for_each_request_and_ends_without_an_error(tmp_path: Path):
    with served("--database", str(tmp_path / "a.sqlite")) as (server, port):
        _, headers, _ = ask(port, "GET", CASELOAD, X_Request_ID="kald-17")
        assert headers["x-request-id"] == "kald-17"
        assert "server" not in headers
        ask(port, "HEAD", CASELOAD)
        ask(port, "GET", "/v1/nope?errors=text")
        code, said = stopped(server)
    assert code == 0
    first, second, *logged = said.splitlines()
    assert first.startswith("Planlæggeren: http://127.0.0.1:")
    assert second.startswith("Indstillinger: database=")
    assert "log_level=info" in second
    *requests, stop = [json.loads(line) for line in logged]
    assert all(each["event"] == "request" for each in requests)
    assert (stop["event"], stop["jobs_handed_back"]) == ("stopped", 0)
    got = next(each for each in requests if each["request_id"] == "kald-17")
    assert (got["method"], got["route"], got["path"]) == ("GET", "/v1/caseload", "/v1/caseload")
    assert (got["status"], got["caller"], got["level"]) == (200, "local", "info")
    assert got["ms"] > 0
    assert "890" not in json.dumps(got | {"ms": 0, "at": ""})
    head, missing = requests[-2:]
    assert (head["method"], head["route"]) == ("HEAD", "/v1/caseload")
    assert (missing["route"], missing["status"], missing["refused"]) == ("unknown", 200, 404)


def test_a_stop_lets_a_running_request_end(tmp_path: Path):
    body = b'{"format": 1, "caseworkers": []}'
    head = (
        "POST /v1/fte HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
        f"Content-Length: {len(body)}\r\nExpect: 100-continue\r\n\r\n"
    )
    with (
        served("--database", str(tmp_path / "a.sqlite")) as (server, port),
        socket.create_connection(("127.0.0.1", port), timeout=60) as asking,
    ):
        asking.sendall(head.encode())
        # So somebody is reading: the request runs, and its other half has not been sent.
        assert asking.recv(1000).startswith(b"HTTP/1.1 100")
        server.send_signal(signal.SIGTERM)
        while _listens(port):
            time.sleep(0.01)
        assert server.poll() is None
        asking.sendall(body)
        answer = b""
        while more := asking.recv(10_000):
            answer += more
        server.wait(timeout=60)
    assert answer.startswith(b"HTTP/1.1 200")
    assert b"headcount" in answer
    assert server.returncode == 0


def test_a_stop_does_not_wait_for_ever(tmp_path: Path):
    head = b"POST /v1/fte HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n"
    with (
        served("--database", str(tmp_path / "a.sqlite"), CASELOAD_GRACE="1") as (server, port),
        socket.create_connection(("127.0.0.1", port), timeout=60) as asking,
    ):
        asking.sendall(head + b"Content-Type: application/json\r\nExpect: 100-continue\r\n\r\n")
        assert asking.recv(1000).startswith(b"HTTP/1.1 100")
        code, said = stopped(server)
    assert code == 0
    assert "Traceback" not in said
    (stop,) = [each for each in lines_of(said) if each["event"] == "stopped"]
    assert stop["requests_seconds"] >= 1 > stop["jobs_seconds"]  # what it waited for: a request


def test_a_stop_says_how_many_jobs_were_handed_back(tmp_path: Path):
    large = "/v1/staffing-curve?department=ishoej-2020&extra_fte=0;1&replications=100000"
    words = ("--demo", "--database", str(tmp_path / "a.sqlite"))
    with served(*words, CASELOAD_AT_ONCE_STEPS="0") as (server, port):
        job = ask(port, "GET", large)[1]["location"]
        while json.loads(ask(port, "GET", job)[2])["done"] == 0:
            time.sleep(0.1)
        (stop,) = [each for each in lines_of(stopped(server)[1]) if each["event"] == "stopped"]
    assert stop["jobs_handed_back"] == 1
    assert stop["jobs_seconds"] >= 0


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("da", "Bemærk: CASELOAD_WORKERS=0, så store beregninger venter"),
        ("en", "Note: CASELOAD_WORKERS=0, so large calculations wait"),
    ],
)
def test_a_service_that_does_no_jobs_says_so_as_it_starts(tmp_path: Path, language, said):
    words = ("--database", str(tmp_path / "a.sqlite"), "--lang", language)
    with served(*words, CASELOAD_WORKERS="0") as (server, _):
        assert said in stopped(server)[1]
    with served(*words) as (server, _):
        assert "CASELOAD_WORKERS" not in stopped(server)[1]


def test_a_service_for_others_starts_with_a_key_and_not_without(tmp_path: Path):
    file = str(tmp_path / "a.sqlite")
    refused = keys_commands("serve", "--host", "0.0.0.0", "--database", file)
    assert refused.returncode == 2
    assert "caseload keys create" in refused.stderr
    assert not Path(file).exists()
    named = ("--database", file)
    made = keys_commands("keys", "create", "--label", "A", "--expires", "2999-01-01", *named)
    key = made.stdout.strip()
    assert re.fullmatch(r"clp_[\w-]{43}", key)
    with served("--host", "0.0.0.0", *named) as (server, port):
        assert ask(port, "GET", CASELOAD)[0] == 401
        assert ask(port, "GET", CASELOAD, X_API_Key=key)[0] == 200
        assert "keys_required=True" in stopped(server)[1]
    listed = keys_commands("keys", "list", *named).stdout
    assert key not in listed
    assert "2999-01-01  virker" in listed
    assert keys_commands("keys", "revoke", "1", *named).returncode == 0
    assert "tilbagekaldt" in keys_commands("keys", "list", *named).stdout
    assert keys_commands("serve", "--host", "0.0.0.0", *named).returncode == 2
    # Behind a server that others can reach, the address alone does not say so.
    behind = os.environ | {"CASELOAD_KEYS_REQUIRED": "true"}
    run = subprocess.run(
        [*PROGRAM, "serve", *named], capture_output=True, text=True, env=behind, check=False
    )
    assert run.returncode == 2


def test_a_key_works_through_its_last_day_in_denmark(tmp_path: Path):
    file = str(tmp_path / "a.sqlite")
    keys_commands("keys", "create", "--label", "A", "--expires", "2999-07-01", "--database", file)
    with opened_keys(file) as store:
        (key,) = store.all_keys()
    assert key.expires_at.isoformat() == "2999-07-01T22:00:00+00:00"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--label", "A", "--expires", "2020-01-01"), "expires: "),
        (("--label", "A", "--expires", "snart"), "expires: "),
        (("--label", "A", "--expires", "9999-12-31"), "expires: "),
        (("--label", " ", "--expires", "2999-01-01"), "label: "),
        (("--label", "A", "--expires", "2999-01-01", "--scope", "root"), "scope: "),
    ],
)
def test_a_key_that_would_open_nothing_is_not_made(tmp_path: Path, words, said):
    file = tmp_path / "a.sqlite"
    run = keys_commands("keys", "create", *words, "--database", str(file))
    assert (run.returncode, run.stdout) == (2, "")
    assert run.stderr.startswith(said)


def test_the_audit_trail_is_read_from_the_command_line(tmp_path: Path):
    file = str(tmp_path / "a.sqlite")
    with served("--database", file, "--demo") as (server, port):
        body = json.dumps({"purpose": "Budget"}).encode()
        path = "/v1/departments/ishoej-2020/purpose"
        assert ask(port, "PUT", path, body=body, Content_Type="application/json")[0] < 300
        stopped(server)
    said = keys_commands("audit", "--database", file).stdout
    assert f"local  PUT  {path}  " in said


def test_a_service_is_ready_when_database_and_calculation_are(client: TestClient, monkeypatch):
    assert client.app.state.warm.wait(120)
    assert client.get("/ready").json()["status"] == "ok"
    client.app.state.warm.clear()
    loading = client.get("/ready")
    client.app.state.warm.set()
    assert (loading.status_code, loading.headers["retry-after"]) == (503, "2")
    assert loading.json()["errors"][0]["field"] == "calculation"
    monkeypatch.setattr("api.store.readiness.REVISION", "9999")
    older = client.get("/ready")
    assert older.status_code == 503
    assert older.json()["errors"][0]["field"] == "database"


def test_every_request_is_counted_under_its_address_and_not_under_what_was_asked():
    with TestClient(create_app(Settings())) as client:
        for path in (CASELOAD, CASELOAD, "/v1/departments/nobody", "/v1/departments/none", "/x1"):
            client.get(path)
        client.request("BREW", "/v1/fte")
        answer = client.get("/metrics")
    families = {each.name: each for each in text_string_to_metric_families(answer.text)}
    counted = {
        tuple(sample.labels[name] for name in ("route", "method", "status")): sample.value
        for sample in families["caseload_requests"].samples
        if sample.name.endswith("_total")
    }
    assert counted == {
        ("/v1/caseload", "GET", "200"): 2,
        ("/v1/departments/{address}", "GET", "404"): 2,
        ("unknown", "GET", "404"): 1,
        ("/v1/fte", "other", "405"): 1,
    }
    seconds = families["caseload_request_seconds"].samples
    assert {"route": "/v1/caseload"} in [each.labels for each in seconds]
    assert {"caseload_jobs_waiting", "caseload_chunks", "caseload_job_seconds"} <= set(families)


def test_jobs_are_counted_where_they_wait_and_where_they_are_done(tmp_path: Path):
    job = "/v1/staffing-curve?department=ishoej-2020&replications=32&extra_fte=0"
    file = {"database": tmp_path / "a.sqlite", "demo": True, "at_once_steps": 1}
    with TestClient(create_app(Settings(**file, workers=0))) as nobody:
        asked = nobody.get(job)
        assert asked.status_code == 202
        assert "caseload_jobs_waiting 1.0" in nobody.get("/metrics").text
    with TestClient(create_app(Settings(**file, workers=1))) as worker:
        while worker.get(asked.headers["location"]).json()["state"] != "done":
            time.sleep(0.1)
        counted = worker.get("/metrics").text
    assert "caseload_jobs_waiting 0.0" in counted
    assert "caseload_job_seconds_count 1.0" in counted
    assert re.search(r"caseload_chunks_total [1-9]", counted)


def test_two_services_in_one_process_count_apart():
    with TestClient(create_app(Settings())) as one, TestClient(create_app(Settings())) as other:
        one.get(CASELOAD)
        assert "/v1/caseload" in one.get("/metrics").text
        assert "/v1/caseload" not in other.get("/metrics").text


def test_a_fault_is_answered_with_a_number_that_is_in_the_log(monkeypatch, capsys):
    def broken(*_: object, **__: object) -> None:
        secret_of_the_caller = "a local variable"
        raise RuntimeError(f"no {len(secret_of_the_caller)} 010203-1234")

    with TestClient(create_app(Settings())) as client:
        monkeypatch.setattr("api.routes.caseload.caseload", broken)
        answer = client.get(CASELOAD)
    assert answer.status_code == 500
    assert answer.headers["x-content-type-options"] == "nosniff"
    number = answer.headers["x-request-id"]
    assert number in answer.json()["detail"]
    logged = [each for each in lines_of(capsys.readouterr().err) if each["request_id"] == number]
    fault = next(each for each in logged if each["event"] == "failed")
    assert "RuntimeError: no 16 ######-####" in fault["traceback"]
    assert "test_running.py" in fault["traceback"]
    assert "a local variable" not in fault["traceback"]


def test_the_level_decides_what_is_logged(capsys):
    with TestClient(create_app(Settings(log_level="warning"))) as client:
        client.get(CASELOAD)
    assert lines_of(capsys.readouterr().err) == []
    Log("warning").failure("failed", ValueError("x"))
    assert lines_of(capsys.readouterr().err)[0]["event"] == "failed"


def test_the_summary_of_the_settings_names_all_of_them_and_no_password():
    settings = Settings(database="postgresql://planner:hemmelig@db/planner?password=hemmelig2")
    said = summary(settings)
    assert "hemmelig" not in said
    assert all(f"{name}=" in said for name in Settings.model_fields)


def test_the_server_is_the_fast_one():
    config = uvicorn.Config(create_app(Settings()))
    config.load()
    assert config.http_protocol_class.__name__ == "HttpToolsProtocol"
    if sys.platform != "win32":
        assert config.get_loop_factory().__module__.startswith("uvloop")


def test_the_log_of_the_service_is_loaded_by_no_other_command():
    program = (
        "import sys; from api.command_line import main;"
        "main(['fte', '20x37'], standalone_mode=False);"
        "print({'structlog', 'prometheus_client', 'limits', 'sqlmodel'} & set(sys.modules))"
    )
    run = [sys.executable, "-c", program]
    said = subprocess.run(run, capture_output=True, text=True, check=True).stdout
    assert said.splitlines()[-1] == "set()"


def _listens(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=60).close()
    except ConnectionError:
        return False
    return True
