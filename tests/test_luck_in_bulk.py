"""Luck in bulk is the same luck: every value that of `luck`, to twelve digits."""

from fractions import Fraction

import numpy as np
import pytest

from capacity.distributions import Distribution, Family
from simulations.luck import key_of, quantiles_of, stream, uniform, value
from simulations.luck_in_bulk import (
    bundle,
    exponentials_of,
    lognormals_of,
    uniforms_of,
    uniforms_of_one,
)

KEYS = np.array(
    [key_of(stream(1, "in bulk", "test"), each) for each in range(200_000)], dtype=np.uint64
)
ORDINAL = 7


def one_by_one(family, mean, cv=1):
    row = quantiles_of([Distribution(family=family, mean=Fraction(mean), cv=Fraction(cv))])
    return row, [value(row, 0, uniform(key, ORDINAL)) for key in KEYS]


def test_uniforms():
    into = bundle(KEYS.size)
    uniforms_of(KEYS, ORDINAL, into)
    assert into.values.tolist() == [uniform(key, ORDINAL) for key in KEYS]


def test_uniforms_of_several_ordinals_come_one_ordinal_after_the_other():
    into = bundle(12)
    uniforms_of(KEYS[:4], ORDINAL, into)
    expected = [uniform(key, ORDINAL + row) for row in range(3) for key in KEYS[:4]]
    assert into.values.tolist() == expected


def test_uniforms_of_one_key():
    into = bundle(1_000)
    uniforms_of_one(KEYS[5], ORDINAL, into)
    assert into.values.tolist() == [uniform(KEYS[5], ORDINAL + each) for each in range(1_000)]


@pytest.mark.parametrize("mean", ["1", "0.001", "80"])
def test_exponential_values(mean):
    into = bundle(KEYS.size)
    exponentials_of(KEYS, ORDINAL, float(mean), into)
    _, expected = one_by_one(Family.EXPONENTIAL, mean)
    np.testing.assert_allclose(into.values, expected, rtol=1e-12, atol=0)


@pytest.mark.parametrize(("mean", "cv"), [("1", 1), ("32", "0.25"), ("0.5", 3)])
def test_lognormal_values(mean, cv):
    into = bundle(KEYS.size)
    row, expected = one_by_one(Family.LOGNORMAL, mean, cv)
    lognormals_of(KEYS, ORDINAL, row.mean[0], row.spread[0], into)
    np.testing.assert_allclose(into.values, expected, rtol=1e-12, atol=0)


def key_of_uniform(luck):
    """The key whose uniform with ordinal 0 is the nearest to a number."""
    bits = int(luck * 2**53) << 11
    for shift, factor in ((31, 0x94D049BB133111EB), (27, 0xBF58476D1CE4E5B9), (30, 1)):
        undone, left = bits, bits
        for _ in range(3):
            left >>= shift
            undone ^= left
        bits = undone * pow(factor, -1, 2**64) % 2**64
    return np.uint64((bits - 0x9E3779B97F4A7C15) % 2**64)


@pytest.mark.parametrize(
    "luck", [2.0**-54, 1e-15, 1e-12, 1e-6, 0.074999, 0.075001, 0.5, 1 - 2.0**-53]
)
def test_luck_that_never_comes(luck):
    key = key_of_uniform(luck)
    assert uniform(key, 0) == pytest.approx(luck, rel=1e-6, abs=2.0**-53)
    into = bundle(3)
    three = np.array([key_of_uniform(0.3), key, key_of_uniform(0.99)])
    rows = quantiles_of(
        [
            Distribution(family=family, mean=Fraction(2), cv=Fraction(1))
            for family in (Family.EXPONENTIAL, Family.LOGNORMAL)
        ]
    )
    exponentials_of(three, 0, 2.0, into)
    expected = [value(rows, 0, uniform(each, 0)) for each in three]
    np.testing.assert_allclose(into.values, expected, rtol=1e-12, atol=0)
    lognormals_of(three, 0, rows.mean[1], rows.spread[1], into)
    expected = [value(rows, 1, uniform(each, 0)) for each in three]
    np.testing.assert_allclose(into.values, expected, rtol=1e-12, atol=0)
