"""Forms that are sent when their session is over: refused, and not lost."""

from collections.abc import Iterator
from urllib.parse import urlencode

import pytest
from fastapi.testclient import TestClient
from page_forms import Fields, alerts, fields_of, form_to, sent, text, tree, written
from service_keys import new_key
from sqlmodel import Session

from api.app import create_app
from api.caller import Scope
from api.door import COOKIE, csrf_token
from api.forms import MOST_FIELDS
from api.settings import Settings
from api.store.departments import Store

BROWSER = {"Accept": "text/html", "Origin": "http://testserver", "Sec-Fetch-Site": "same-origin"}
CPR = "010203-1234"


@pytest.fixture(scope="module")
def locked() -> Iterator[TestClient]:
    """A service that needs keys, with the demo departments."""
    app = create_app(Settings(keys_required=True, demo=True, rate="none", wrong_keys="none"))
    with TestClient(app, follow_redirects=False) as opened:
        yield opened


@pytest.fixture
def session(locked: TestClient) -> Iterator[str]:
    """A browser that is logged in and may plan; the secret of its session."""
    _, key = new_key(locked, Scope.PLAN)
    assert locked.post("/login", data={"key": key}).status_code == 303
    yield locked.cookies[COOKIE]
    locked.cookies.clear()


def version(locked: TestClient) -> int:
    with Session(locked.app.state.engine) as opened:  # type: ignore[attr-defined]
        return Store(opened).version("ishoej-2020").number


def form_of(locked: TestClient) -> tuple[object, Fields]:
    answer = locked.get("/edit?department=ishoej-2020", headers={"Accept": "text/html"})
    assert answer.status_code == 200
    form = form_to(tree(answer), "/edit/staff")
    changes = {("caseworkers.hours_per_week", 1): "21,5", ("reason", 0): "Skrevet længe"}
    return form, written(fields_of(form), changes)


def test_the_token_is_the_first_field_of_every_form(locked: TestClient, session: str):
    for part in ("staff", "files", "versions"):
        answer = locked.get(f"/edit?part={part}", headers={"Accept": "text/html"})
        for form in tree(answer).iter("form"):
            if form.get("method") == "post":
                first = next(each for each in form.iter() if each.get("name"))
                assert (first.get("name"), first.get("value")) == ("csrf", csrf_token(session))


def test_a_form_larger_than_where_its_token_is_looked_for_arrives_whole(
    locked: TestClient, session: str
):
    form, fields = form_of(locked)
    large = [*fields, ("caseworkers.pasted", "x" * 200_000)]
    answer = sent(locked, form, large, "check", **BROWSER)  # type: ignore[arg-type]
    assert answer.status_code == 200
    assert ("caseworkers.hours_per_week", "21,5") in fields_of(form_to(tree(answer), "/edit/staff"))
    late = [*large[1:], large[0]]  # the token behind it all
    refused = sent(locked, form, late, "save")  # type: ignore[arg-type]
    assert refused.status_code == 403
    many = urlencode([fields[0], *[("a", "")] * (MOST_FIELDS + 1)])
    kind = {"Content-Type": "application/x-www-form-urlencoded", **BROWSER}
    assert locked.post("/edit/staff", content=many, headers=kind).status_code == 413


def test_a_form_of_a_session_that_is_over_is_printed_back_and_saved_after_the_login(
    locked: TestClient, session: str
):
    form, fields = form_of(locked)
    before = version(locked)
    locked.cookies.clear()
    refused = sent(locked, form, fields, "save", **BROWSER)  # type: ignore[arg-type]
    assert refused.status_code == 307
    target = refused.headers["location"]
    kind = {"Content-Type": "application/x-www-form-urlencoded", **BROWSER}
    asked = locked.post(target, content=urlencode([*fields, ("do", "save")]), headers=kind)
    assert asked.status_code == 200
    root = tree(asked)
    assert "Du var logget ud" in text(root)
    assert csrf_token(session) not in asked.text
    login = form_to(root, "/login")
    _, key = new_key(locked, Scope.PLAN, label="Leder B")
    wrong = sent(locked, login, written(fields_of(login), {("key", 0): "clp_wrong"}), **BROWSER)
    assert wrong.status_code == 401
    login = form_to(tree(wrong), "/login")
    again = sent(locked, login, written(fields_of(login), {("key", 0): key}), **BROWSER)
    assert again.status_code == 200
    assert version(locked) == before
    last = form_to(tree(again), "/edit/staff")
    carried = fields_of(last)
    assert carried[0] == ("csrf", csrf_token(locked.cookies[COOKIE]))
    assert sorted(carried[1:]) == sorted([*fields[1:], ("do", "save")])
    saved = sent(locked, last, carried, **BROWSER)
    assert saved.status_code == 303, alerts(tree(saved))
    assert version(locked) == before + 1


def test_a_form_with_the_token_of_an_older_session_is_sent_again_with_the_new_one(
    locked: TestClient, session: str
):
    form, fields = form_of(locked)
    _, key = new_key(locked, Scope.PLAN)
    assert locked.post("/login", data={"key": key}).status_code == 303
    refused = sent(locked, form, fields, "check", **BROWSER)  # type: ignore[arg-type]
    assert refused.status_code == 307
    kind = {"Content-Type": "application/x-www-form-urlencoded", **BROWSER}
    again = locked.post(refused.headers["location"], content=urlencode(fields), headers=kind)
    last = form_to(tree(again), "/edit/staff")
    assert sent(locked, last, fields_of(last), **BROWSER).status_code == 200


@pytest.mark.parametrize(
    "foreign",
    [
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Origin": "http://testserver", "Sec-Fetch-Site": "same-site"},
        {},
    ],
)
@pytest.mark.parametrize("with_cookie", [True, False])
def test_nothing_that_another_site_sends_is_carried_along(
    locked: TestClient, session: str, foreign: dict[str, str], with_cookie: bool
):
    form, fields = form_of(locked)
    if not with_cookie:
        locked.cookies.clear()
    headers = {"Accept": "text/html", **foreign}
    answer = sent(locked, form, fields[1:], "save", **headers)  # type: ignore[arg-type]
    assert answer.status_code in (401, 403)
    kind = {"Content-Type": "application/x-www-form-urlencoded", **headers}
    if foreign:
        login = locked.post("/login?then=/edit", content="a=b", headers=kind)
        assert login.status_code == 403


def test_a_carried_form_never_holds_a_cpr_number(locked: TestClient):
    kind = {"Content-Type": "application/x-www-form-urlencoded", **BROWSER}
    body = urlencode([("caseworkers.id", CPR), ("reason", "godt")])
    answer = locked.post("/login?then=/edit/staff", content=body, headers=kind)
    assert "godt" in answer.text
    assert CPR not in answer.text


@pytest.mark.parametrize("then", ["//evil.example/", "/\\evil.example", "https://evil.example"])
def test_a_login_leads_to_our_own_pages_alone(locked: TestClient, then: str):
    _, key = new_key(locked, Scope.READ)
    answer = locked.post("/login", params={"then": then}, data={"key": key})
    assert answer.headers["location"] == "/"
    locked.cookies.clear()


def test_a_file_that_was_sent_without_a_session_leads_back_to_its_page(locked: TestClient):
    answer = locked.post(
        "/edit/files?department=ishoej-2020",
        files={"file": ("a.csv", b"a;b\n1;2\n")},
        headers=BROWSER,
    )
    assert answer.status_code == 303
    _, key = new_key(locked, Scope.PLAN)
    back = locked.post(answer.headers["location"], data={"key": key})
    assert back.headers["location"] == "/edit?department=ishoej-2020"
    locked.cookies.clear()


def test_what_is_printed_back_is_not_a_login_in_the_audit_trail(locked: TestClient):
    _, admin = new_key(locked, Scope.ADMIN)
    headers = {"X-API-Key": admin}
    before = locked.get("/v1/audit", headers=headers).json()["rows"]
    kind = {"Content-Type": "application/x-www-form-urlencoded", **BROWSER}
    assert locked.post("/login?then=/edit/staff", content="a=b", headers=kind).status_code == 200
    assert locked.get("/v1/audit", headers=headers).json()["rows"] == before
