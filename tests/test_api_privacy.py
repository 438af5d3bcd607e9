"""What looks like a CPR number is found however it is written, and hidden."""

import re

import pytest
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
