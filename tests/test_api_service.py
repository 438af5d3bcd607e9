"""The service itself: what it loads, what it serves on its own, and who waits for whom."""

import json
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest
from api_addresses import ADDRESSES
from fastapi.testclient import TestClient
from hypothesis import given
from hypothesis import strategies as st

from api.privacy import looks_like_cpr
from api.quantities import count, number
from api.settings import Settings
from capacity.errors import InvalidInput
from capacity.units import exact


def test_the_documentation_asks_no_other_host(client: TestClient) -> None:
    page = client.get("/docs").text
    assert not re.search("https?:|[\"']//", page)
    for file in re.findall('(?:src|href)="([^"]+)"', page):
        assert client.get(file).status_code == 200


def test_the_documentation_shows_what_is_asked_before_how_it_is_written(
    client: TestClient,
) -> None:
    parameters = client.get("/openapi.json").json()["paths"]["/v1/fte"]["get"]["parameters"]
    names = [each["name"] for each in parameters]
    assert max(names.index("staff"), names.index("on")) < names.index("lang")


def test_every_reference_in_the_documentation_leads_somewhere(client: TestClient) -> None:
    described = client.get("/openapi.json").text
    known = json.loads(described)["components"]["schemas"]
    for name in re.findall('"#/components/schemas/([^"]+)"', described):
        assert name in known


def test_every_parameter_and_every_field_is_described(client: TestClient) -> None:
    described = client.get("/openapi.json").json()
    for address, methods in described["paths"].items():
        for operation in methods.values():
            assert operation["summary"]
            for each in operation.get("parameters", []):
                assert each["in"] == "path" or each["description"], (address, each["name"])
    for name, schema in described["components"]["schemas"].items():
        if name.endswith(("Answer", "Row")):
            assert all("(da: " in each["description"] for each in schema["properties"].values())


def test_the_service_starts_without_numerical_libraries() -> None:
    script = "import sys, api.app; print({'numpy', 'scipy', 'numba'} & set(sys.modules))"
    loaded = subprocess.run([sys.executable, "-c", script], capture_output=True, check=True)
    assert loaded.stdout.strip() == b"set()"


def test_short_questions_are_answered_while_a_curve_is_simulated(client: TestClient) -> None:
    long = "/v1/staffing-curve?department=ishoej-2020&replications=1024"
    answered = 0
    with ThreadPoolExecutor(1) as other:
        curve = other.submit(client.get, long)
        while not curve.done():
            assert client.get(ADDRESSES["caseload"]).status_code == 200
            answered += 1
    assert curve.result().status_code == 200
    assert answered > 5  # two at most, were the curve to hold up the others


def test_a_service_that_has_warmed_up_has_loaded_what_a_first_curve_needs() -> None:
    script = (
        "from api.app import _warm; _warm(); import sys;"
        "from simulations.replications import _replicate;"
        "print(bool(_replicate.signatures), 'simulations.staffing' in sys.modules)"
    )
    loaded = subprocess.run([sys.executable, "-c", script], capture_output=True, check=True)
    assert loaded.stdout.split() == [b"True"] * 2


def test_settings_are_read_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CASELOAD_MOST_BODY_BYTES", "64")
    assert Settings().most_body_bytes == 64


@given(
    st.decimals(
        allow_nan=False, allow_infinity=False, places=4, max_value=10**12, min_value=-(10**12)
    )
)
def test_a_number_means_the_same_with_either_mark(value: object) -> None:
    written = f"{value:f}"
    assert number(written) == number(written.replace(".", ",")) == exact(written)


@given(st.text(alphabet="0123456789.,", min_size=1, max_size=12))
def test_two_marks_are_always_refused_and_one_is_always_a_decimal_mark(written: str) -> None:
    marks = sum(written.count(mark) for mark in ".,")
    if marks <= 1 and len(written) > marks:
        assert number(written) == exact(written.replace(",", "."))
    else:
        with pytest.raises(InvalidInput):
            number(written)


@given(st.text(alphabet="0189٣²+-.,e ", max_size=14))
def test_a_count_is_digits_and_nothing_else(written: str) -> None:
    if re.fullmatch("[0-9]{1,12}", written.strip()) and not looks_like_cpr(written):
        assert count(written) == int(written)
    else:
        with pytest.raises(InvalidInput):
            count(written)
