"""What looks like a CPR number is found however it is written, and hidden."""

import re

import pytest
from api_addresses import ADDRESSES
from fastapi.testclient import TestClient
from hypothesis import given
from hypothesis import strategies as st

from api.privacy import looks_like_cpr, masked

WRITTEN = (
    "0102031234",
    "010203-1234",
    "cpr0102031234",
    "0102031234x37",
    "x_0102031234",
    "010203 - 1234",
    "010203/1234",
    "010203_1234",
    "010203.1234",
    "010203–1234",
    "٠١٠٢٠٣-١٢٣٤",
    "٠١٠٢٠٣١٢٣٤",
    "999999-1234",
)


@pytest.mark.parametrize("written", WRITTEN)
def test_a_number_is_found_and_hidden_however_it_is_written(written: str) -> None:
    assert looks_like_cpr(written)
    assert masked(f"før {written} efter").count("######-####") == 1
    assert not re.search(r"\d{3}", masked(written))


@pytest.mark.parametrize("written", ["1000000000", "10102031234", "2020-03-26", "20x37;8x30"])
def test_other_numbers_stay_readable(written: str) -> None:
    assert not looks_like_cpr(written)
    assert masked(written) == written


@given(st.lists(st.sampled_from((*WRITTEN, "7", " ", "å", "0102", "-"))).map("".join))
def test_what_is_masked_holds_no_number_any_more(text: str) -> None:
    assert not looks_like_cpr(masked(text))


@pytest.mark.parametrize("number", ["0102031234x", "x_0102031234", "010203 - 1234", "999999-9999"])
def test_what_looks_like_a_cpr_number_is_not_repeated(client: TestClient, number: str) -> None:
    for address in (
        f"{ADDRESSES['caseload']}&{number}=1",
        f"{ADDRESSES['caseload']}&area={number}",
        f"/v1/due-date?rule={number}&start=2020-03-26",
        f"/v1/fte?staff={number}",
        f"{ADDRESSES['staffing-curve']}&team={number}",
        f"/v1/staffing-curve?department={number}",
        f"/v1/departments/{number}",
    ):
        text = client.get(address).text
        assert "1234" not in text, address
        assert "9999" not in text, address
        assert "######-####" in text, address


def test_an_address_that_ends_in_a_slash_is_not_repeated_in_a_redirection(
    client: TestClient,
) -> None:
    answer = client.get("/v1/fte/?staff=010203-1234", follow_redirects=False)
    assert answer.status_code == 404
    assert "010203" not in str(answer.headers)


def test_half_a_cpr_number_is_not_repeated_where_a_long_value_is_cut(client: TestClient) -> None:
    text = client.get(f"{ADDRESSES['caseload']}&digits={'x' * 31}0102031234").text
    assert "x" * 31 in text
    assert "010203" not in text


def test_a_field_of_a_document_that_looks_like_a_cpr_number_is_not_repeated(
    client: TestClient,
) -> None:
    problem = client.post("/v1/fte", json={"format": 1, "caseworkers": [], "x0102031234": 1})
    assert problem.json()["errors"][0]["field"] == "x######-####"
