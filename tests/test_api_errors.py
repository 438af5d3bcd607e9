"""Refusals: each says what to change, in both languages, and none shows more than it should."""

import re
from collections.abc import Iterator

import pytest
from api_addresses import ADDRESSES
from fastapi.testclient import TestClient
from service_keys import new_key

from api.app import create_app
from api.caller import Scope
from api.errors import STATUS, status_of
from api.settings import Settings
from capacity.errors import PlannerError

JSON = {"Content-Type": "application/json"}
CASELOAD = "/v1/caseload?on=2020-03-26&unit=child"
NOTE = f"{CASELOAD}&open_cases=890&case_fte=23,92"
ERLANG = "/v1/erlang?service=1&within=4&target_share=0,9"
CURVE = "/v1/staffing-curve?department=ishoej-2020"
DUE = "/v1/due-date?rule="
TEN_9, TEN_30 = 10**9, 10**30

REFUSED = [
    # (address, status, the field at fault, what the Danish text must say)
    (f"{CASELOAD}&open_cases=890&case_fte=0", 422, "case_fte", "skriv mere end 0"),
    (f"{CASELOAD}&open_cases=0&case_fte=0", 422, "case_fte", "skriv mere end 0"),
    (f"{CASELOAD}&open_cases=890&case_fte=nan", 422, "case_fte", "nan"),
    (f"{CASELOAD}&open_cases=890&case_fte=inf", 422, "case_fte", "inf"),
    (f"{CASELOAD}&open_cases=890&case_fte=1e400", 422, "case_fte", "1e400"),
    (f"{CASELOAD}&open_cases=890&case_fte=1.234,5", 422, "case_fte", "tusindtal"),
    (f"{CASELOAD}&open_cases=890&case_fte=1.2.3", 422, "case_fte", "1.2.3"),
    (f"{CASELOAD}&open_cases=890&case_fte=", 422, "case_fte", "ikke et tal"),
    (f"{CASELOAD}&open_cases=890&case_fte=-3", 422, "case_fte", "mere end 0"),
    (f"{CASELOAD}&open_cases=890&case_fte={'9' * 400}", 422, "case_fte", "ikke et tal"),
    (f"{CASELOAD}&open_cases=890&case_fte=١", 422, "case_fte", "ikke et tal"),
    (f"{CASELOAD}&open_cases={TEN_30}&case_fte=23,92", 422, "open_cases", "12 cifre"),
    (f"{CASELOAD}&open_cases=8,9&case_fte=23,92", 422, "open_cases", "helt tal"),
    (f"{CASELOAD}&open_cases=-1&case_fte=23,92", 422, "open_cases", "fortegn"),
    (f"{CASELOAD}&case_fte=23,92", 422, "open_cases", "mangler"),
    (f"{NOTE}&foo=1", 422, "foo", "kendes ikke"),
    (f"{NOTE}&on=2020-03-27", 422, "on", "flere gange"),
    (f"{NOTE}&target=0", 422, "target", "mere end 0"),
    (f"{NOTE}&format=pdf", 422, "format", "'json', 'csv'"),
    (f"{NOTE}&digits=16", 422, "digits", "0 til 15"),
    (f"{NOTE}&digits=-1", 422, "digits", "helt tal"),
    (f"{NOTE}&field=fte", 422, "field", "cases_per_fte, guideline_low"),
    (f"{NOTE}&field=missing_fte_at_target", 422, "field", "felterne er"),
    (f"{NOTE}&area=ukendt", 404, "area", "”guideline.caseload.ukendt”"),
    (f"{NOTE}&decimal=comma&sep=,", 422, "sep", "decimaltegn"),
    (f"{NOTE}&lang=sv", 422, "lang", "'da' eller 'en'"),
    ("/v1/caseload?open_cases=1&case_fte=1&unit=child&on=1066-01-01", 409, "on", "1066"),
    ("/v1/caseload?open_cases=1&case_fte=1&unit=child&on=43916", 422, "on", "TEKST(A1;"),
    ("/v1/caseload?open_cases=1&case_fte=1&unit=child&on=26.03.2020", 422, "on", "2020-03-26"),
    ("/v1/caseload?open_cases=1&case_fte=1&unit=child&on=2020-02-30", 422, "on", "2020-02-30"),
    ("/v1/caseload?open_cases=1&case_fte=1&unit=child&on=1585180800", 422, "on", "ikke en dato"),
    ("/v1/caseload?case_fte=1&on=2020-03-26", 422, "open_cases", "mangler"),
    ("/v1/fte?staff=&on=2020-03-26", 422, "staff", "bemanding, post 1"),
    ("/v1/fte?on=2020-03-26", 422, "staff", "mangler"),
    ("/v1/fte?staff=1x37&department=ishoej-2020", 422, "staff", "ikke begge"),
    ("/v1/fte?staff=20x&on=2020-03-26", 422, "staff", "timerne mangler"),
    ("/v1/fte?staff=999999999x37&on=2020-03-26", None, "staff", "bemanding"),
    ("/v1/fte?staff=1x37&non_case_hours=38&on=2020-03-26", 422, "non_case_hours", "38"),
    ("/v1/fte?staff=1x37&full_time_hours=0&on=2020-03-26", 422, "full_time_hours", "mere end 0"),
    ("/v1/fte?staff=1x37&sick_days=400&on=2020-03-26", 422, "sick_days", "sygedage"),
    ("/v1/fte?staff=1x37&on=1066-01-01", 409, "on", "1066"),
    ("/v1/fte?staff=20x37&on=2020-03-26&format=text", 422, "field", "ingen sætning"),
    ("/v1/workload?activities=152&hours_per_fte=1546&case_fte=1", 422, "activities", "152x35"),
    ("/v1/workload?activities=1x1&hours_per_fte=0&case_fte=1", 422, "hours_per_fte", "mere end 0"),
    ("/v1/workload?activities=0x1&hours_per_fte=1546&case_fte=1", 422, "activities", "arbejde"),
    ("/v1/compliance?in_time=7&due=6", 422, "in_time", "6"),
    ("/v1/compliance?in_time=0&due=0", 422, "due", "ingen andel"),
    (f"/v1/compliance?in_time=0&due={TEN_9}", 422, "due", "1.000.000.000"),
    ("/v1/compliance?in_time=2&due=6&other_in_time=1", 422, "other_due", "skriv også"),
    ("/v1/compliance?in_time=2&due=6&other_in_time=0&other_due=0", 422, "other_due", "andel"),
    ("/v1/compliance?in_time=2&due=6&method=bayes", 422, "method", "wilson"),
    (f"{DUE}statute.nope&start=2020-03-26", 404, "rule", "”statute.nope”"),
    (f"{DUE}statute.child_assessment&start=1066-01-01", 409, "start", "1066"),
    (f"{DUE}statute.child_assessment&start=2020-03-26T10:00", 422, "start", "datoen"),
    (f"{DUE}statute.notification_assessment&start=2020-03-26", 422, "start", "klokkeslæt"),
    (f"{DUE}statute.notification_assessment&start=2020-03-29T02:30", 422, "start", "findes ikke"),
    (f"{DUE}agreement.full_time_hours&start=2020-03-26", 422, "rule", "frist"),
    (f"{DUE}statute.child_assessment&start=9999-12-31", 422, "start", "9999"),
    ("/v1/deadlines?on=1066-01-01", 409, "on", "den første gælder fra den 21. november 2014"),
    ("/v1/guidelines?on=1066-01-01", 409, "on", "den første gælder fra den 1. januar 2007"),
    ("/v1/deadlines?on=2020-03-26&format=text", 422, "field", "ingen sætning"),
    (f"{ERLANG}&arrivals=20&servers=20", 422, "servers", "uden ende"),
    (f"{ERLANG}&arrivals=1&servers=0", 422, "servers", "Der skal mindst være 2"),
    (f"{ERLANG}&arrivals={TEN_9}&servers={TEN_9 + 1}", 413, "servers", "000"),
    ("/v1/staffing-curve?department=nope", 404, "department", "ishoej-2020"),
    ("/v1/staffing-curve?department=ishoej-2020@99", 404, "department", "ishoej-2020@1"),
    (f"{CURVE}&team=nope", 404, "team", "paragraf-50"),
    (f"{CURVE}&deadline=statute.nope", 422, "deadline", "skriv en af"),
    (f"{CURVE}&extra_fte=-1", 422, "extra_fte", "0"),
    (f"{CURVE}&extra_fte=0;", 422, "extra_fte", "ikke et tal"),
    (f"{CURVE}&extra_fte={TEN_9}", 422, "extra_fte", "0 til 1000"),
    (f"{CURVE}&extra_fte={';'.join(map(str, range(900, 1000)))}", 413, None, "gange for stor"),
    (f"{CURVE}&replications={TEN_9}", 413, None, "gange for stor"),
    (f"{CURVE}&replications=1", 422, "replications", "mindst 32"),
    (f"{CURVE}&precision=0,09", 422, "precision", "fra 0,1 til 50 procentpoint"),
    (f"{CURVE}&precision=50,1", 422, "precision", "fra 0,1 til 50 procentpoint"),
    (f"{CURVE}&precision=x", 422, "precision", "ikke et tal"),
    (f"{CURVE}&precision=1&replications=512", 422, "precision", "udelad det ene"),
    (f"{CURVE}&extra_fte=6..0", 422, "extra_fte", "intet interval"),
    (f"{CURVE}&extra_fte=0..9/0", 422, "extra_fte", "intet interval"),
    (f"{CURVE}&extra_fte=0..{TEN_9}", 422, "extra_fte", "højst 1000"),
    (f"{CURVE}&extra_from=1-5-2020", 422, "extra_from", "ikke en dato"),
    (f"{CURVE}&extra_from=2019-01-01", 422, "extra_from", "fra 2020-"),
    (f"{CURVE}&extra_from=2031-01-01", 422, "extra_from", "før periodens slutning"),
    (f"{CURVE}&fuller_work=1,1", 422, "fuller_work", "fra 0 til 1"),
    (f"{CURVE}&inflow=-1", 422, "inflow", "fra 0 til 10"),
    (f"{CURVE}&from=2020-04-01&to=2020-03-01", 422, "from", "2020"),
    (f"{CURVE}&from=9999-01-01", 422, "from", "uden for kalenderen"),
    (f"{CURVE}&to=9999-12-31", 422, "to", "2100"),
    ("/v1/departments/nope", 404, "department", "ishoej-2020"),
    ("/v1/departments/ishoej-2020?format=csv", 422, "format", "kendes ikke"),
    ("/v1/nope", 404, None, "/docs"),
]


@pytest.mark.parametrize(("address", "status", "field", "says"), REFUSED)
def test_a_refusal_names_the_field_and_says_what_to_change(
    client: TestClient, address: str, status: int | None, field: str | None, says: str
) -> None:
    answer = client.get(address)
    problem = answer.json()
    assert answer.headers["content-type"] == "application/problem+json"
    assert 400 <= answer.status_code < 500
    assert status in (None, answer.status_code)
    assert problem["status"] == answer.status_code
    fields = [error["field"] for error in problem["errors"]]
    assert field is None or field in fields
    assert says in " ".join([problem["detail"], *(error["detail"] for error in problem["errors"])])


@pytest.mark.parametrize("address", [row[0] for row in REFUSED])
def test_a_cell_hears_of_a_refusal_in_either_language(client: TestClient, address: str) -> None:
    mark = "&" if "?" in address else "?"
    danish = client.get(f"{address}{mark}errors=text")
    english = client.get(f"{address}{mark}errors=text&lang=en")
    assert danish.status_code == english.status_code == 200
    assert danish.text.startswith("#FEJL ")
    assert english.text.startswith("#ERROR ")
    assert danish.headers["content-type"] == "text/plain; charset=utf-8"
    assert "\n" not in danish.text


@pytest.mark.parametrize("name", ADDRESSES)
def test_an_unknown_parameter_is_refused_everywhere(client: TestClient, name: str) -> None:
    assert client.get(f"{ADDRESSES[name]}&foo=1").status_code == 422


@pytest.mark.parametrize("name", ADDRESSES)
def test_a_repeated_parameter_is_refused_everywhere(client: TestClient, name: str) -> None:
    problem = client.get(f"{ADDRESSES[name]}&lang=da&lang=en").json()
    assert problem["errors"][0]["field"] == "lang"


@pytest.mark.parametrize("name", ADDRESSES)
def test_a_refreshing_sheet_and_a_key_are_let_through(client: TestClient, name: str) -> None:
    address, (_, key) = ADDRESSES[name], new_key(client, Scope.READ)
    assert client.get(f"{address}&_=17&api_key={key}").content == client.get(address).content


@pytest.mark.parametrize(
    "address",
    [
        f"{CASELOAD}&open_cases={TEN_9}&case_fte=23,92",
        f"{CASELOAD}&open_cases=0&case_fte=23,92",
        f"{CASELOAD}&open_cases=890&case_fte=1E-05",
        f"{ERLANG}&arrivals=0&servers=0",
        f"{ERLANG}&arrivals=999&servers=1000",
        "/v1/compliance?in_time=1000000&due=1000000&method=clopper-pearson",
        "/v1/compliance?in_time=1&due=1000000&other_in_time=2&other_due=1000000",
        f"/v1/fte?on=2020-03-26&staff={';'.join(['1x37'] * 600)}",
    ],
)
def test_the_edges_that_have_an_answer_get_one_without_null(
    client: TestClient, address: str
) -> None:
    answer = client.get(address)
    assert answer.status_code == 200
    assert not re.search("null|NaN|Infinity", answer.text)


def test_all_faults_are_told_at_once(client: TestClient) -> None:
    problem = client.get("/v1/caseload?open_cases=x&case_fte=y&foo=1").json()
    assert [error["field"] for error in problem["errors"]] == [
        "open_cases",
        "case_fte",
        "foo",
    ]


def test_a_document_names_the_place_of_its_fault(client: TestClient) -> None:
    people = [{"id": "a", "team": "base", "hours_per_week": 37}, {"id": "b", "team": "base"}]
    problem = client.post("/v1/fte", json={"format": 1, "caseworkers": people}).json()
    assert problem["errors"][0]["field"] == "caseworkers[1].hours_per_week"


def test_what_is_no_json_and_what_is_too_large_are_refused_alike(client: TestClient) -> None:
    broken = client.post("/v1/fte", content="{", headers=JSON)
    large = client.post("/v1/fte", content=b" " * 2**22)
    cell = client.post("/v1/fte?errors=text", content=b" " * 2**22)
    assert (broken.status_code, large.status_code, cell.status_code) == (422, 413, 200)
    assert large.headers["content-type"] == "application/problem+json"
    assert large.json()["title"] == "For stort dokument"


@pytest.mark.parametrize(
    ("content", "status", "says"),
    [
        (b'{"format": 1,', 422, "tegn nummer 14"),
        (b"[" * 100_000, 400, "for mange lag"),
        (b'{"\xff": 1}', 400, "UTF-8"),
        (b'{"format": ' + b"9" * 5000 + b"}", 400, "alt for mange cifre"),
    ],
)
def test_a_document_that_cannot_be_read_is_refused_with_the_reason(
    client: TestClient, content: bytes, status: int, says: str
) -> None:
    answer = client.post("/v1/fte", content=content, headers=JSON)
    [error] = answer.json()["errors"]
    assert (answer.status_code, error["field"]) == (status, "body")
    assert says in error["detail"]


def test_a_document_must_be_sent_as_json(client: TestClient) -> None:
    answer = client.post("/v1/fte", content="{}", headers={"Content-Type": "text/plain"})
    assert "application/json" in answer.json()["errors"][0]["detail"]


def test_a_list_is_called_too_short_only_where_it_is(client: TestClient) -> None:
    numbers = {"hours_per_fte": 1, "case_fte": 1}
    spoilt = client.post("/v1/workload", json={"activities": [1], **numbers}).json()
    empty = client.post("/v1/workload", json={"activities": [], **numbers}).json()
    assert [error["field"] for error in spoilt["errors"]] == ["activities[0]"]
    assert empty["errors"] == [
        {"field": "activities", "detail": "listen er for kort; der skal være mindst 1"}
    ]


def test_null_and_true_are_called_by_their_names_in_json(client: TestClient) -> None:
    document = {"activities": [], "hours_per_fte": None, "case_fte": True}
    errors = client.post("/v1/workload", json=document).json()["errors"]
    assert [error["detail"].split()[0] for error in errors[1:]] == ["”null”", "”true”"]


def test_a_team_that_a_document_lacks_is_a_fault_of_the_document(client: TestClient) -> None:
    document = client.get("/v1/departments/ishoej-2020").json()
    document["roster"]["caseworkers"][0]["team"] = "nope"
    answer = client.post("/v1/staffing-curve", json=document)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == "roster.caseworkers[0].team"


def test_a_method_that_is_not_taken_is_refused_with_those_that_are(client: TestClient) -> None:
    answer = client.delete("/v1/caseload")
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET, HEAD")
    assert answer.headers["content-type"] == "application/problem+json"
    assert client.delete("/v1/fte").headers["allow"] == "GET, HEAD, POST"
    assert client.delete("/").headers["allow"] == "GET, HEAD"


def test_a_fault_of_the_planner_shows_nothing_of_its_inside() -> None:
    app = create_app(Settings())

    @app.get("/broken")
    async def broken() -> None:
        raise ZeroDivisionError("a secret")

    with TestClient(app, raise_server_exceptions=False) as client:
        answer = client.get("/broken")
        cell = client.get("/broken?errors=text&lang=en")
    assert (answer.status_code, answer.json()["title"]) == (500, "Fejl i planlæggeren")
    assert (cell.status_code, cell.text[:7]) == (200, "#ERROR ")
    assert "secret" not in answer.text + cell.text


def test_every_refusal_has_a_status_and_every_status_a_refusal() -> None:
    def kinds(above: type[PlannerError]) -> Iterator[type[PlannerError]]:
        for kind in above.__subclasses__():
            yield kind
            yield from kinds(kind)

    assert {status_of(kind.__new__(kind)) for kind in kinds(PlannerError)} == set(STATUS.values())


NASTY = (
    *("", " ", "0", "-0", "-1", "1E-99", "9e99", "1e400", "nan", "inf", "1,5", "1.2.3", "½", "٣"),
    *("9" * 12, "9" * 13, "1" * 3000, "0x1", "1x0", "1e9x37", "0x", ";", "x", "×", "null", "None"),
    *("[]", "{}", "%00", "%0a%0d", "%f0%9f%98%80", "%ff", "../..", "=1+1", "{x}", "{0}", "%25s"),
    *("0001-01-01", "9999-12-31", "2020-03-26T25:00", "2020-03-29T02:30", "9999-12-31T23:59"),
)


@pytest.mark.parametrize("name", ADDRESSES)
def test_no_value_of_any_parameter_breaks_an_address(client: TestClient, name: str) -> None:
    path, _, query = ADDRESSES[name].partition("?")
    given = dict(part.split("=") for part in query.split("&") if part)
    for parameter in [*given, "field", "digits", "lang", "format"]:
        for value in NASTY:
            asked = "&".join(f"{key}={one}" for key, one in (given | {parameter: value}).items())
            answer = client.get(f"{path}?{asked}")
            assert answer.status_code < 500, asked
            assert not re.search("NaN|Infinity", answer.text), asked
