"""What a reader takes along of a page: each number's formula, its frozen twin, and the charts."""

import re
from collections.abc import Iterator
from urllib.parse import parse_qsl, urlencode, urlsplit
from xml.etree import ElementTree

import pytest
from fastapi.testclient import TestClient
from service_keys import new_key

from api.app import create_app
from api.caller import Scope
from api.door import COOKIE, csrf_token
from api.pages.chart_files import CHARTS
from api.pages.figures import Address
from api.settings import Settings
from capacity.wording import Language

LANGUAGES: tuple[Language, ...] = ("da", "en")
HOST = "http://localhost"
SVG = "{http://www.w3.org/2000/svg}"
Element = ElementTree.Element
PAGES = ("/?department=ishoej-2020", "/what-if?department=ishoej-2020&extra_fte=2,5&sickness=-20")


@pytest.fixture(scope="module")
def pages() -> Iterator[TestClient]:
    app = create_app(Settings(database=None, demo=True, patience=600))
    with TestClient(app, base_url=HOST) as opened:
        assert app.state.warm.wait(timeout=600)
        yield opened


@pytest.fixture(scope="module")
def guarded() -> Iterator[TestClient]:
    """A service that needs keys."""
    settings = Settings(database=None, demo=True, keys_required=True, patience=600)
    with TestClient(create_app(settings), base_url=HOST, follow_redirects=False) as opened:
        yield opened


def tree(answer) -> Element:
    return ElementTree.fromstring(answer.text.removeprefix("<!DOCTYPE html>"))


def text(element: Element) -> str:
    written = "".join(element.itertext()).replace("\N{NO-BREAK SPACE}", " ")
    return " ".join(written.split())


def shares(root: Element) -> list[Element]:
    return [each for each in root.iter("div") if each.get("class") == "share"]


def fields(form: Element) -> dict[str, str]:
    return {each.get("name", ""): each.get("value", "") for each in form.iter("input")}


def fetched(formula: str) -> str:
    """The address in a formula, put together as a spreadsheet does."""
    asked = re.search(r"WEBSERVICE\((.*?)\)[;,]", formula)
    assert asked
    parts = re.findall(r'"([^"]*)"', asked[1])
    assert all(len(part) <= 255 for part in parts), "a spreadsheet takes no longer text"
    return "".join(parts)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("path", PAGES)
def test_every_number_is_copied_fetched_and_frozen_as_it_stands(
    pages: TestClient, path: str, language: Language
):
    found = shares(tree(pages.get(f"{path}&lang={language}")))
    assert len(found) > 8
    for share in found:
        number, formula = (
            each.get("data-copy", "") for each in share.iter("button") if each.get("data-copy")
        )
        address = fetched(formula)
        assert address.startswith(f"{HOST}/v1/")
        assert len(address) <= 2048
        marks = {"da": ';",";"."', "en": ',".",","'}[language]
        assert formula.endswith(f"){marks})")
        answered = pages.get(address.removeprefix(HOST))
        assert answered.status_code == 200, answered.text
        assert same_number(answered.text, number, language), (number, address, answered.text)
        (form,) = share.iter("form")
        frozen = fields(form)
        assert f"{frozen['path']}&" in address.removeprefix(HOST)
        assert dict(parse_qsl(urlsplit(address).query))["field"] == frozen["field"]


def same_number(fetched: str, shown: str, language: Language) -> bool:
    """Whether a cell's number is the one shown, as far as that is rounded."""
    value = float(fetched.replace(",", ".") if language == "da" else fetched)
    written = re.sub(r"[^\d.,−-]", "", shown).replace("\N{MINUS SIGN}", "-")
    thousands, mark = (".", ",") if language == "da" else (",", ".")
    plain = written.replace(thousands, "").replace(mark, ".")
    decimals = len(plain.partition(".")[2])
    is_share = "%" in shown or (shown[0] in "+−" and abs(value) <= 1)
    return abs(value * (100 if is_share else 1) - float(plain)) <= 0.5 * 10**-decimals + 0.051


def test_a_long_address_is_cut_where_a_spreadsheet_needs_it():
    terms = tuple((f"term_{n}", "x" * 30) for n in range(20))
    address = Address(path="/v1/what-if", terms=terms, field="share_after")
    formula = address.formula("da", HOST)
    assert fetched(formula) == HOST + address.cell("da")
    assert formula.count('"&"') == len(HOST + address.cell("da")) // 255


def test_a_number_is_frozen_from_its_page_and_found_again(pages: TestClient):
    root = tree(pages.get("/what-if?department=ishoej-2020&extra_fte=2"))
    share = next(each for each in shares(root) if "med ændringen" in each.get("aria-label", ""))
    (form,) = share.iter("form")
    shown = next(each.get("data-copy", "") for each in share.iter("button"))
    made = pages.post("/figures", data=fields(form), follow_redirects=False)
    assert made.status_code == 303
    address = made.headers["location"]
    number = urlsplit(address).path.removeprefix("/figures/")
    page = tree(pages.get(address))
    assert number in text(next(page.iter("h1")))
    stays = pages.get(f"/v1/figures/{number}").json()
    said = text(page)
    assert f"{stays['value'] * 100:.1f}".replace(".", ",") in said
    assert shown.replace("\N{NO-BREAK SPACE}", " ").partition(" ")[0] in said
    assert f"{HOST}/figures/{number}" in said
    rows = {text(row[0]): text(row[1]) for row in page.iter("tr") if len(row) == 2}
    assert rows["Ukendte inddata"] == "ikke opgjort"
    assert rows["Et enkelt år (95 %)"].count("%") == 2
    for part in ("seed=1", "replications=512", "department=ishoej-2020@1"):
        assert part in said
    (back,) = (each.get("href") for each in page.iter("a") if "Tilbage" in text(each))
    assert back == fields(form)["back"]
    assert number in text(tree(pages.get("/figures")))
    again = pages.post("/figures", data=fields(form), follow_redirects=False)
    assert again.headers["location"] == address
    checked = tree(pages.get(f"/figures/{number}?check=1&lang=en"))
    assert "comes out the same today" in text(checked)


@pytest.mark.parametrize(
    ("form", "status", "says"),
    [
        ({"path": "/v1/caseload?open_cases=890", "field": "cases_per_fte"}, 422, "case_fte"),
        ({"path": "http://evil.example/", "field": "x"}, 422, "skriv en adresse i tjenesten"),
        ({"path": "/v1/staffing-curve?department=ingen", "field": "x"}, 404, "ingen"),
        ({}, 422, "skriv en adresse i tjenesten"),
    ],
)
def test_what_cannot_be_frozen_is_said_and_can_be_tried_again(pages, form, status, says):
    answer = pages.post("/figures", data=form | {"lang": "da"})
    assert answer.status_code == status
    root = tree(answer)
    refused = next(text(each) for each in root.iter("p") if each.get("class") == "refusal")
    assert says in refused
    again = next(each for each in root.iter("form") if each.get("action") == "/figures")
    assert fields(again) == form | {"lang": "da"}


@pytest.mark.parametrize(
    "back", ["//evil.example", "http://evil.example", "/\\evil.example", "javascript:alert(1)"]
)
def test_the_way_back_leads_to_a_page_of_ours_alone(pages: TestClient, back: str):
    answer = pages.get(f"/figures?{urlencode({'back': back})}")
    assert "evil" not in "".join(each.get("href", "") for each in tree(answer).iter("a"))
    form = {
        "path": "/v1/caseload?open_cases=890&case_fte=23,92&on=2020-03-26",
        "field": "cases_per_fte",
        "back": back,
    }
    assert (
        "back" not in pages.post("/figures", data=form, follow_redirects=False).headers["location"]
    )


def test_an_unknown_number_is_a_page_that_says_so(pages: TestClient):
    answer = pages.get("/figures/ingen")
    assert answer.status_code == 404
    assert "intet frosset tal" in text(tree(answer))


def test_a_key_that_only_reads_is_shown_no_button_that_freezes(guarded: TestClient):
    for scope, may in ((Scope.READ, False), (Scope.PLAN, True)):
        _, key = new_key(guarded, scope)
        session = guarded.post("/login", data={"key": key}).cookies[COOKIE]
        guarded.cookies.clear()
        cookies = {"Cookie": f"{COOKIE}={session}"}
        root = tree(guarded.get("/?department=ishoej-2020", headers=cookies))
        forms = [form for share in shares(root) for form in share.iter("form")]
        assert bool(forms) is may
        formula = next(
            each.get("data-copy", "")
            for each in shares(root)[0].iter("button")
            if "WEBSERVICE" in each.get("data-copy", "")
        )
        assert 'api_key="&"SKRIV NØGLE")' in formula
        assert key not in formula
        sent = {
            "path": "/v1/caseload?open_cases=890&case_fte=23,92&on=2020-03-26",
            "field": "cases_per_fte",
        }
        without = guarded.post("/figures", data=sent, headers=cookies)
        assert without.status_code == 403
        with_token = sent | {"csrf": csrf_token(session)}
        done = guarded.post("/figures", data=with_token, headers=cookies)
        assert done.status_code == (303 if may else 403)
        if may:
            assert fields(forms[0])["csrf"] == csrf_token(session)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", CHARTS)
def test_a_chart_as_a_file_needs_nothing_beside_it(pages: TestClient, name: str, language):
    answer = pages.get(f"/charts/{name}.svg?department=ishoej-2020&lang={language}")
    assert answer.headers["content-type"] == "image/svg+xml"
    root = ElementTree.fromstring(answer.text)
    assert root.tag == f"{SVG}svg"
    style = root.findtext(f"{SVG}style", "")
    assert "var(" not in style
    assert "url(" not in style
    drawn = {kind for each in root.iter() for kind in (each.get("class") or "").split()}
    styled = set(re.findall(r"\.([\w-]+)", style))
    assert drawn <= styled | {"band-word", "start"}
    width, height = (float(each) for each in root.get("viewBox", "").split()[2:])
    for each in root.iter(f"{SVG}text"):
        assert 0 <= float(each.get("x", "")) <= width
    assert float(root.get("height", "")) == height
    said = " ".join(each.text or "" for each in root.iter(f"{SVG}text"))
    assert "ishoej-2020@1" in said
    assert root.findtext(f"{SVG}title", "") in said


@pytest.mark.parametrize("name", CHARTS)
def test_a_chart_as_pixels_has_its_words(pages: TestClient, name: str, monkeypatch):
    address = f"/charts/{name}.png?department=ishoej-2020"
    answer = pages.get(address)
    assert answer.headers["content-type"] == "image/png"
    assert answer.content.startswith(b"\x89PNG\r\n\x1a\n")
    assert int.from_bytes(answer.content[16:20]) == 1440
    monkeypatch.setattr("api.pages.chart_files.FONTS", _NoFonts())
    wordless = pages.get(address).content
    assert len(wordless) < 0.8 * len(answer.content)


class _NoFonts:
    def glob(self, pattern: str) -> list[str]:
        return []


@pytest.mark.parametrize(
    "path",
    [
        "/charts/nope.svg",
        "/charts/what-if.gif",
        "/charts/what-if.svg?extra_fte=to",
        "/charts/staffing.png?x=1",
    ],
)
def test_a_chart_that_cannot_be_drawn_is_refused(pages: TestClient, path: str):
    assert pages.get(path).status_code == 422


def test_the_address_says_what_the_page_does(pages: TestClient):
    query = "department=ishoej-2020&extra_fte=2&sickness=-20&policy=oldest_case"
    answer = pages.get(f"/v1/what-if?{query}").json()
    page = tree(pages.get(f"/what-if?{query}"))
    finding = next(text(each) for each in page.iter("p") if each.get("class") == "finding")
    assert answer["sentence"].startswith(finding)
    assert answer["sentence"].removeprefix(finding).strip() == answer["verdict"]
    curve = pages.get("/v1/staffing-curve?department=ishoej-2020&extra_fte=0;2").json()["rows"]
    plain = pages.get("/v1/what-if?department=ishoej-2020&extra_fte=2").json()
    assert plain["share_before"] == curve[0]["share_in_time"]
    assert plain["share_after"] == curve[1]["share_in_time"]
    assert plain["difference"] == pytest.approx(curve[1]["difference"])
    fewer = pages.get(
        "/v1/what-if?department=ishoej-2020&extra_fte=2&replications=64&seed=7"
    ).json()
    assert (fewer["replications"], fewer["seed"]) == (64, 7)
    assert fewer["share_after"] != plain["share_after"]


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("extra_fte=to", 422),
        ("team=nobody", 404),
        ("deadline=nobody", 422),
        ("policy=upside_down", 422),
        ("replications=1000000", 413),
        ("merge=nobody", 404),
    ],
)
def test_the_address_refuses_as_the_page_does(pages: TestClient, query: str, status: int):
    assert pages.get(f"/v1/what-if?department=ishoej-2020&{query}").status_code == status
