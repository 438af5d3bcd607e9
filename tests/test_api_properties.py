"""Any request that the document allows, and many that it does not: no fault, nothing undocumented.

The cases are drawn from `/openapi.json` itself, as many of each operation. Half of them ask for
what is there: the examples of the document, with now and then one part of it replaced by what a
program may hand over and a database or a reader may choke on. The same cases come every time.
"""

import gc
import json
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from copy import deepcopy
from dataclasses import dataclass, field, replace
from itertools import count
from time import process_time, sleep
from typing import Any
from urllib.parse import quote

import pytest
import schemathesis
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.config import SchemathesisConfig
from schemathesis.core.failures import FailureGroup
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from small_department import small_department

from api.app import create_app
from api.documents import DepartmentDocument
from api.presentation import Question
from api.settings import Settings

CONFORMS = [status_code_conformance, content_type_conformance, response_schema_conformance]
READ, WRITTEN, SMALL = "ishoej-2020-to-ekstra", "til-at-rette", "lille-plan"
LITTLE = {"replications": "32", "extra_fte": "0", "to": "2024-07-01"}
"""What makes a calculation little, where an address takes it."""

BOUNDS: Mapping[str, float] = {
    # What is known without reading much: milliseconds, of which most is the framework's.
    "answer": 1.0,
    # What is read from the store or kept there: a department's document is read and checked whole.
    "document": 2.0,
    # A calculation is laid out before it is known whether it is answered at once, and up to
    # `at_once_steps` are then done; a figure asks such an address twice.
    "calculation": 8.0,
}
"""Seconds of processor time, by kind of address: some ten times what is usual, so that what grows
without bound shows, and a busy machine does not."""
COMMON = {field.alias or name for name, field in Question.model_fields.items()}
CALCULATIONS = {
    "/v1/staffing-curve",
    "/v1/what-if",
    "/v1/best-mix",
    "/v1/scenarios/{address}/comparison",
    "/v1/scenarios/{address}/waterfall",
    "/v1/scenarios/{address}/best-mix",
    "/v1/scenarios/{address}/saving",
    "/v1/departments/{address}/stress",
    "/v1/departments/{address}/falling-due",
    "/v1/departments/{address}/over-time",
    "/v1/least-staff",
    "/v1/least-staff/levels",
    "/v1/marginal-value",
    "/v1/fuller-work",
    "/v1/figures",
    "/v1/figures/{id}/check",
    "/v1/synthetic/{size}/{file}",
}

WORDS = (
    "", " ", "\0", "a\0b", "\u202eæøå 😀", "x" * 3000, "0", "-1", "2", "²", "٣", "1E99",
    "1e-99", "0,00001", "1/3", "9" * 12, "9" * 30, "NaN", "Infinity", "true", "null", "0001-01-01",
    "9999-12-31", "2020-02-30", "2020-03-27T14:30", "0..999", "1..2/1e-30", "-5..5", "a@b@c",
    "ishoej-2020@0", "ishoej-2020@²", "ishoej-2020@" + "9" * 30, READ + "@1", READ + "@²",
    READ + "@" + "9" * 30, "//[", "/v1/jobs/x/events", "../..", "%", "010203-1234", "æ@1",
    "text", "xlsx", "csv", "xml", "en", "statute.notification_assessment",
)  # fmt: skip
VALUES = (
    *WORDS, None, True, 0, -1, 2, 0.5, -0.5, 1e-300, 1e308, float("nan"), float("inf"),
    2**31, 2**63, 2**64, 10**400, [], {}, [0], [[[]]], {"a": {"b": 1}}, {"\0": "\0"},
    {"\ud800": 1}, {"": None}, "\ud800",
)  # fmt: skip


@contextmanager
def service(database: str, *, at_once_steps: int, workers: int) -> Iterator[TestClient]:
    """The service with its demo."""
    chosen = Settings(
        database=database,
        demo=True,
        at_once_steps=at_once_steps,
        workers=workers,
        text_patience=0,
        rate="none",
        wrong_keys="none",
        log_level="error",
        hosts=("testserver",),
    )
    with TestClient(create_app(chosen), raise_server_exceptions=False) as opened:
        while opened.get("/ready").status_code == 503:
            sleep(0.1)  # compiled code is loaded beside, and would be counted as the answer's time
        yield opened


def small_plan(described: Mapping[str, Any]) -> dict[str, Any]:
    """The plan of the description, on a department of one caseworker."""
    example = described["paths"]["/v1/scenarios"]["post"]["requestBody"]["content"]
    moved = json.dumps(example["application/json"]["example"])
    for here, there in ((READ, SMALL), ("2020-", "2024-"), ("paragraf-50", "assessment")):
        moved = moved.replace(here, there)
    plan: dict[str, Any] = json.loads(moved) | {"department": "small@1"}
    plan["prices"]["post"]["price_year"] = 2024
    plan["prices"]["growth"] = {str(year): 0.02 for year in range(2020, 2030)}
    return plan


def prepare(database: str) -> str:
    """Keep a small plan, and do by jobs what is searched for; return one job that is done."""
    one = small_department(caseworkers=1, arrivals_per_year="10")
    one = replace(one, case_classes=(replace(one.case_classes[0], slug="child-assessment"),))
    document = DepartmentDocument.from_domain(one).as_json()
    with service(database, at_once_steps=0, workers=1) as client:
        assert client.post("/v1/departments", json=document).status_code == 201
        plan = small_plan(client.get("/openapi.json").json())
        assert client.post("/v1/scenarios", json=plan).status_code == 201
        little = {name: LITTLE[name] for name in ("replications", "to")}
        for search, amount in (("best-mix", {"kroner": "1200000"}), ("saving", {"share": "0,05"})):
            asked = client.get(f"/v1/scenarios/{SMALL}/{search}", params={**amount, **little})
            job: str = asked.json()["id"]
            while (state := client.get(f"/v1/jobs/{job}").json()["state"]) in (
                "waiting",
                "running",
            ):
                sleep(0.05)
            assert state == "done"
        return job


def there(client: TestClient, job: str) -> Callable[[str, str], Mapping[str, str]]:
    """What can be asked for by name, by an operation's method and path."""
    frozen = {"path": "/v1/caseload?open_cases=890&case_fte=23,92", "field": "cases_per_fte"}
    figure = client.post("/v1/figures", json=frozen).json()["id"]
    purpose = {"purpose": "prøve"}
    assert client.put("/v1/departments/ishoej-2020/purpose", json=purpose).status_code == 200
    copy = {"slug": WRITTEN, "name": "Til at rette", "reason": "prøve"}
    assert client.post(f"/v1/scenarios/{READ}/clone", json=copy).status_code == 201

    def names(method: str, path: str) -> Mapping[str, str]:
        if path.startswith("/v1/departments"):
            return {"address": "ishoej-2020", "slug": "ishoej-2020", "id": "1"}
        if path.startswith("/v1/scenarios"):
            slug = READ if method == "GET" else WRITTEN
            is_calculation = path in CALCULATIONS
            return {"address": SMALL if is_calculation else READ, "slug": slug, "action": "open"}
        if path.startswith("/v1/figures"):
            return {"id": figure}
        if path.startswith("/v1/synthetic"):
            return {"size": "small", "file": "cases.csv"}
        return {"id": job, "name": "scenario"}

    return names


@dataclass
class Record:
    """What was asked and what came of it."""

    statuses: Counter[tuple[str, int]] = field(default_factory=Counter)
    slowest: dict[str, float] = field(default_factory=dict)
    faults: dict[tuple[str, str], str] = field(default_factory=dict)

    def cases(self) -> int:
        return self.statuses.total()


def ask_everything(database: str, cases: int) -> Record:
    """Ask so many cases of every operation."""
    record = Record()
    job = prepare(database)
    # Of what is asked for, the large becomes jobs that nobody does.
    with service(database, at_once_steps=300_000, workers=0) as client:
        names = there(client, job)
        config = SchemathesisConfig(projects=None)
        config.projects.default.generation.update(with_security_parameters=False)
        described = client.get("/openapi.json").json()
        schema = schemathesis.openapi.from_dict(described, config=config)
        operations = [each.ok() for each in schema.get_all_operations()]
        # What deletes comes last, or the others would find nothing.
        for operation in sorted(operations, key=lambda each: each.method.lower() == "delete"):
            known = names(operation.method.upper(), operation.path)
            raw = described["paths"][operation.path][operation.method.lower()]
            usual = _Usual.of(raw, known, is_calculation=operation.path in CALCULATIONS)
            _ask(client, operation, st.just(usual.example()), 1, record)
            _ask(client, operation, _allowed(operation, known), cases // 4, record)
            _ask(client, operation, _refused(operation), cases // 4, record)
            _ask(client, operation, _near(usual), cases // 2, record)
        asked = {name for name, _ in record.statuses}
        assert asked == {f"{each.method.upper()} {each.path}" for each in operations}
        assert client.get("/health").status_code == 200
    return record


def _allowed(operation: Any, known: Mapping[str, str]) -> st.SearchStrategy[Any]:
    """What the schemas of an operation allow, of what is there."""

    def of_what_is_there(case: Any) -> Any:
        # A wrong key is refused before anything is read, so it would hide the rest.
        case.query.pop("api_key", None)
        case.path_parameters = {name: known[name] for name in case.path_parameters}
        return case

    return operation.as_strategy(generation_mode=GenerationMode.POSITIVE).map(of_what_is_there)


def _refused(operation: Any) -> st.SearchStrategy[Any]:
    """What the schemas of an operation do not allow."""
    return operation.as_strategy(generation_mode=GenerationMode.NEGATIVE)


@dataclass(frozen=True)
class _Usual:
    """What an operation can answer, by the examples of its own description."""

    names: Mapping[str, str]
    query: Mapping[str, Any]
    body: Any
    asked: Mapping[str, list[str]]

    @classmethod
    def of(
        cls, described: Mapping[str, Any], known: Mapping[str, str], *, is_calculation: bool
    ) -> "_Usual":
        asked: dict[str, list[str]] = {"path": [], "query": [], "header": []}
        for each in described.get("parameters", []):
            if each["name"] != "api_key":  # refused before anything is read
                asked[each["in"]].append(each["name"])
        content = described.get("requestBody", {}).get("content", {})
        return cls(
            names={name: known[name] for name in asked["path"]},
            query={
                each["name"]: each["example"]
                for each in described.get("parameters", [])
                if each["in"] == "query" and "example" in each
            }
            | {name: LITTLE[name] for name in asked["query"] if name in LITTLE and is_calculation},
            body=content.get("application/json", {}).get("example"),
            asked=asked,
        )

    def example(self) -> Mapping[str, Any]:
        """What the document itself shows; an ETag is what a reader has, whichever it is."""
        headers = {"If-Match": "*"} if "If-Match" in self.asked["header"] else {}
        return {
            "path_parameters": self.names,
            "query": self.query,
            "headers": headers,
            "body": self.body,
        }


def _near(usual: _Usual) -> st.SearchStrategy[Mapping[str, Any]]:
    """A request of the usual kind, with one or no part of it replaced."""
    places: list[tuple[str, Any]] = [
        *((where, name) for where, names in usual.asked.items() for name in names),
        # What every address takes is tried at all of them; what this one takes, more often.
        *(("query", name) for name in usual.asked["query"] if name not in COMMON for _ in range(2)),
        *(("path", name) for name in usual.asked["path"] for _ in range(4)),
        *([("body", None)] * 12 if usual.body is not None else []),
    ]

    def made(place: tuple[str, Any], number: int, word: str, value: Any) -> Mapping[str, Any]:
        where, name = place
        example = usual.example()
        if where == "body":
            return {**example, "body": _changed(usual.body, number, value)}
        part = {"path": "path_parameters", "query": "query", "header": "headers"}[where]
        return {
            **example,
            part: {**example[part], name: word.strip() if where == "header" else word},
        }

    return st.builds(
        made,
        st.sampled_from(places),
        st.integers(0, 9_999),
        st.sampled_from(WORDS),
        st.sampled_from(VALUES),
    )


def _changed(body: Any, number: int, value: Any) -> Any:
    """Replace one part of a document, its value or its name, or leave it out."""
    whole = [deepcopy(body)]
    places = list(_places(whole))
    inside, at = places[number % len(places)]
    if isinstance(inside, dict) and number % 7 == 0:
        kept = inside.pop(at)
        if isinstance(value, str) and number % 2:
            inside[value] = kept
    else:
        inside[at] = value
    return whole[0]


def _places(inside: Any) -> Iterator[tuple[Any, Any]]:
    for at in range(len(inside)) if isinstance(inside, list) else list(inside):
        yield inside, at
        if isinstance(inside[at], list | dict):
            yield from _places(inside[at])


def _ask(
    client: TestClient, operation: Any, drawn: st.SearchStrategy[Any], cases: int, record: Record
) -> None:
    name = f"{operation.method.upper()} {operation.path}"
    numbers = count(1)
    # The heap of the tests grows with the cases, and walking through it is no work of the service:
    # by 50 000 cases a full collection took longer than an answer may.
    gc.collect()
    gc.freeze()

    @settings(
        max_examples=cases,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(drawn)
    def ask(found: Any) -> None:
        case, sent = _request(operation, found)
        began = process_time()
        response = client.request(**sent)
        took = process_time() - began
        record.statuses[name, response.status_code] += 1
        record.slowest[name] = max(took, record.slowest.get(name, 0.0))
        try:
            case.validate_response(response, checks=CONFORMS)
            _check(response, described=set(operation.definition.raw["responses"]))
            assert took < _bound(operation.path), f"took {took:.2f} s"
            if operation.method.upper() == "GET" and next(numbers) % 5 == 0:
                head = client.request(**{**sent, "method": "HEAD"})
                assert (head.status_code, head.content) == (response.status_code, b""), "HEAD"
        except (Exception, FailureGroup) as fault:
            said = "\n".join(map(str, getattr(fault, "exceptions", [fault])))
            record.faults.setdefault((name, said[:60]), f"{sent!r}\n{said}\n{response.text[:300]}")

    with suppress(Unsatisfiable):  # what has no parameters has no wrong ones
        ask()


def _request(operation: Any, found: Any) -> tuple[Any, Mapping[str, Any]]:
    """A case, and as the test client sends it."""
    if isinstance(found, schemathesis.Case):
        sent = found.as_transport_kwargs(base_url="http://testserver")
        cookies = sent.pop("cookies", None) or {}
        headers = dict(sent.pop("headers", None) or {})
        if isinstance(sent.get("data"), bytes | str):  # the client's name for a raw body
            sent["content"] = sent.pop("data")
        if cookies:
            headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in cookies.items())
        return found, {**sent, "headers": headers}
    path = operation.path
    for name, value in found["path_parameters"].items():
        path = path.replace(f"{{{name}}}", quote(value, safe="@", errors="surrogatepass"))
    headers = {name: value.encode("latin-1", "replace") for name, value in found["headers"].items()}
    sent = {
        "method": operation.method.upper(),
        "url": "http://testserver" + path,
        "params": {name: str(value) for name, value in found["query"].items()},
        "headers": headers,
    }
    if found["body"] is not None:
        sent["content"] = json.dumps(found["body"]).encode()
        headers["Content-Type"] = b"application/json"
    return operation.Case(path_parameters=found["path_parameters"]), sent


def _bound(path: str) -> float:
    if path in CALCULATIONS:
        return BOUNDS["calculation"]
    return BOUNDS["document" if "/departments" in path or "/scenarios" in path else "answer"]


def _check(response: Any, *, described: set[str]) -> None:
    status, kind = response.status_code, response.headers.get("content-type", "")
    # The store is well here, so only those wait that say so on their own account.
    assert status < 500 or (status == 503 and "503" in described), f"status {status}"
    assert re.fullmatch(r"[0-9A-Za-z-]{1,64}", response.headers["x-request-id"])
    assert response.headers["x-content-type-options"] == "nosniff"
    assert "default-src" in response.headers["content-security-policy"]
    if kind.startswith(("application/json", "application/problem+json")) and response.content:
        json.loads(response.text, parse_constant=_no_number)
    if kind.startswith(("text/csv", "application/xml")) and status == 200:
        assert not re.search(
            r"(^|[,;\t>])-?(nan|inf|infinity)($|[,;\t<])", response.text, re.I | re.M
        )
    if status >= 400:
        assert kind == "application/problem+json"
        problem = response.json()
        assert problem["status"] == status
        assert problem["title"]
        assert problem["detail"]


def _no_number(written: str) -> None:
    raise AssertionError(f"{written} is no number")


CI_CASES = 20
"""Of each operation: with some fifty of them a thousand."""


def test_a_thousand_cases(database: str) -> None:
    record = ask_everything(database, CI_CASES)
    assert not record.faults, "\n\n".join(map(str, record.faults.items()))
    assert record.cases() >= 1000
    by_kind = Counter(dict.fromkeys((2, 4), 0))
    for (_, status), number in record.statuses.items():
        by_kind[status // 100] += number
    # Cases that are all refused, or none, would prove little.
    assert min(by_kind[2], by_kind[4]) > 0.2 * record.cases(), by_kind


@pytest.mark.soak
def test_fifty_thousand_cases(database: str) -> None:
    record = ask_everything(database, 1_000)
    assert not record.faults, "\n\n".join(map(str, record.faults.items()))
    assert record.cases() >= 50_000
