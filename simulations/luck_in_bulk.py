"""The luck of `luck`, many values at a time (da: tilfældighed i bundter).

It is the same luck from other code: no value differs from that of `luck` by more than 1e-12 of
itself. One value at a time costs a branch that the processor cannot foresee and a call of the
library of mathematics; here each step is taken for a whole bundle before the next, without a
branch, so that the processor does eight or so at once.

Logarithm and exponential are reckoned as in Sun's fdlibm: the exponent of the binary number apart,
and a polynomial for the rest. A number's bits are read and written as an integer that lies in the
same memory.
"""

import math
from typing import NamedTuple

import numpy as np

from simulations.compilation import compiled, loop, part
from simulations.luck import Floats, Integers, normal_score, uniform

_MANTISSA_BITS = 52
_ROOT_HALF = 0x3FE6A09E00000000
"""The bits of the square root of a half, or nearly: from there to its double are all mantissas."""
_LN2_HIGH, _LN2_LOW = 6.93147180369123816490e-01, 1.90821492927058770002e-10
_PER_LN2 = 1.44269504088896338700
_TO_WHOLE = 1.5 * 2.0**_MANTISSA_BITS
"""Added and taken away again it leaves a whole number."""
_MOST_REGULAR = 5.0
"""Beyond this root of a logarithm, once in 10^10 draws, the normal score has another formula."""


class Bundle(NamedTuple):
    """Values on their way from uniforms to efforts, and what is needed on the way (da: bundt)."""

    values: Floats
    value_bits: Integers
    tails: Floats
    tail_bits: Integers
    powers: Integers
    luck: Floats


def bundle(count: int) -> Bundle:
    """Make room for so many values."""
    values, tails, luck = np.ones((3, count))
    powers = np.zeros(count, dtype=np.int64)
    return Bundle(values, values.view(np.int64), tails, tails.view(np.int64), powers, luck)


@loop
def _draw(keys, ordinal, values):
    for row in range(values.size // keys.size):
        for number in range(keys.size):
            values[row * keys.size + number] = uniform(keys[number], ordinal + row)


@loop
def _take_powers(bits, powers):
    """Leave of each number its mantissa, from the root of a half to that of two."""
    for number in range(bits.size):
        power = (bits[number] - _ROOT_HALF) >> _MANTISSA_BITS
        powers[number] = power
        bits[number] -= power << _MANTISSA_BITS


@loop
def _add_logarithms(values, powers):
    """Turn mantissas and powers of two into logarithms."""
    for number in range(values.size):
        above_one = values[number] - 1.0
        s = above_one / (2.0 + above_one)
        z = s * s
        w = z * z
        even = w * (0.3999999999940941908 + w * (0.2222219843214978396 + w * 0.1531383769920937332))
        odd = 0.2857142874366239149 + w * (0.1818357216161805012 + w * 0.1479819860511658591)
        rest = even + z * (0.6666666666666735130 + w * odd)
        half = 0.5 * above_one * above_one
        power = np.float64(powers[number])
        low = s * (half + rest) + power * _LN2_LOW
        values[number] = power * _LN2_HIGH - ((half - low) - above_one)


@loop
def _scale(values, factor):
    for number in range(values.size):
        values[number] *= factor


@loop
def _to_tails(luck, tails):
    for number in range(luck.size):
        here = luck[number]
        tails[number] = here if here < 0.5 else 1.0 - here


@loop
def _to_scores(luck, tails, values):
    """The normal scores (as `luck.normal_score`), from uniforms and the logarithms of their tails.

    Return how many of them lie where they have another formula.
    """
    irregular = 0
    for number in range(luck.size):
        # 1. in the middle
        q = luck[number] - 0.5
        r = 0.180625 - q * q
        above = 2509.0809287301226727 * r + 33430.575583588128105
        above = (above * r + 67265.770927008700853) * r + 45921.953931549871457
        above = (above * r + 13731.693765509461125) * r + 1971.5909503065514427
        above = (above * r + 133.14166789178437745) * r + 3.387132872796366608
        below = 5226.495278852545925 * r + 28729.085735721942674
        below = (below * r + 39307.89580009271061) * r + 21213.794301586595867
        below = (below * r + 5394.1960214247511077) * r + 687.1870074920579083
        below = (below * r + 42.313330701600911252) * r + 1.0
        middle = q * above / below
        # 2. in a tail
        root = math.sqrt(-tails[number])
        irregular += root > _MOST_REGULAR
        r = root - 1.6
        above = 7.7454501427834140764e-4 * r + 0.0227238449892691845833
        above = (above * r + 0.24178072517745061177) * r + 1.27045825245236838258
        above = (above * r + 3.64784832476320460504) * r + 5.7694972214606914055
        above = (above * r + 4.6303378461565452959) * r + 1.42343711074968357734
        below = 1.05075007164441684324e-9 * r + 5.475938084995344946e-4
        below = (below * r + 0.0151986665636164571966) * r + 0.14810397642748007459
        below = (below * r + 0.68976733498510000455) * r + 1.6763848301838038494
        below = (below * r + 2.05319162663775882187) * r + 1.0
        outside = above / below
        outside = -outside if q < 0 else outside
        values[number] = middle if abs(q) <= 0.425 else outside
    return irregular


@loop
def _take_rest(values, powers, mean, spread):
    """Turn scores into exponents, and these into powers of two and exponentials of the rest."""
    for number in range(values.size):
        exponent = mean + spread * values[number]
        power = (exponent * _PER_LN2 + _TO_WHOLE) - _TO_WHOLE
        powers[number] = np.int64(power)
        r = (exponent - power * _LN2_HIGH) - power * _LN2_LOW
        # 1/n! from 13 down to 2
        total = 1.6059043836821613e-10 * r + 2.08767569878681e-09
        total = (total * r + 2.505210838544172e-08) * r + 2.755731922398589e-07
        total = (total * r + 2.7557319223985893e-06) * r + 2.48015873015873e-05
        total = (total * r + 1.984126984126984e-04) * r + 1.3888888888888889e-03
        total = (total * r + 8.333333333333333e-03) * r + 4.1666666666666664e-02
        total = (total * r + 1.6666666666666666e-01) * r + 0.5
        values[number] = (total * r + 1.0) * r + 1.0


@loop
def _give_powers(bits, powers):
    for number in range(bits.size):
        bits[number] += powers[number] << _MANTISSA_BITS


@loop
def _draw_of_one(key, ordinal, values):
    for number in range(values.size):
        values[number] = uniform(key, ordinal + number)


@loop
def _copy(source, target):
    for number in range(source.size):
        target[number] = source[number]


@part
def draw_uniforms(keys, ordinal, into):
    """The uniforms of each key from an ordinal on: first of all with the one, then the next."""
    _draw(keys, ordinal, into.values)


@part
def draw_uniforms_of_one(key, ordinal, into):
    """The uniforms of one key from an ordinal on."""
    _draw_of_one(key, ordinal, into.values)


@part
def turn_exponential(mean, into):
    """Turn uniforms into exponential values."""
    _take_powers(into.value_bits, into.powers)
    _add_logarithms(into.values, into.powers)
    _scale(into.values, -mean)


@part
def turn_lognormal(mean, spread, into):
    """Turn uniforms into lognormal values; mean and spread are of their logarithm."""
    _copy(into.values, into.luck)
    _to_tails(into.luck, into.tails)
    _take_powers(into.tail_bits, into.powers)
    _add_logarithms(into.tails, into.powers)
    if _to_scores(into.luck, into.tails, into.values) > 0:
        for number in range(into.values.size):
            into.values[number] = normal_score(into.luck[number])
    _take_rest(into.values, into.powers, mean, spread)
    _give_powers(into.value_bits, into.powers)


@compiled
def uniforms_of(keys, ordinal, into):
    """The uniforms of each key from an ordinal on; see `draw_uniforms`."""
    draw_uniforms(keys, ordinal, into)


@compiled
def exponentials_of(keys, ordinal, mean, into):
    """The exponential values of each key from an ordinal on; see `draw_uniforms`."""
    draw_uniforms(keys, ordinal, into)
    turn_exponential(mean, into)


@compiled
def lognormals_of(keys, ordinal, mean, spread, into):
    """The lognormal values of each key from an ordinal on; mean and spread of their logarithm."""
    draw_uniforms(keys, ordinal, into)
    turn_lognormal(mean, spread, into)


@compiled
def uniforms_of_one(key, ordinal, into):
    """The uniforms of one key from an ordinal on."""
    draw_uniforms_of_one(key, ordinal, into)
