"""Piles: what lies on a desk, ready to be taken, the first in order always at hand (da: bunke).

A pile is a pairing heap (Fredman, Sedgewick, Sleator & Tarjan 1986) threaded through the records of
what lies in it: `first_key`, `second_key`, `below` (the first of those under it) and `beside` (the
next under the same). Each record lies in one pile at most. A pile is known by its top; -1 is an
empty one. Ties of both keys go to the lower number.
"""

from simulations.compilation import part

EMPTY = -1


@part
def comes_first(one, other, records):
    """Whether one record is taken before the other."""
    a, b = records[one], records[other]
    if a.first_key != b.first_key:
        return a.first_key < b.first_key
    if a.second_key != b.second_key:
        return a.second_key < b.second_key
    return one < other


@part
def joined(one, other, records):
    """Join two piles; return the top."""
    if one == EMPTY:
        return other
    if other == EMPTY:
        return one
    if comes_first(other, one, records):
        one, other = other, one
    records[other].beside = records[one].below
    records[one].below = other
    return one


@part
def with_one_more(top, number, records):
    """Lay a record in a pile; return the top."""
    records[number].below = EMPTY
    records[number].beside = EMPTY
    return joined(top, number, records)


@part
def without_top(top, records):
    """Take the top away; return the new one."""
    # 1. those under the top are joined two by two, from first to last
    pairs = EMPTY
    one = records[top].below
    while one != EMPTY:
        other = records[one].beside
        rest = EMPTY
        records[one].beside = EMPTY
        if other != EMPTY:
            rest = records[other].beside
            records[other].beside = EMPTY
            one = joined(one, other, records)
        records[one].beside = pairs
        pairs = one
        one = rest
    # 2. and the pairs with each other, from last to first
    new_top = EMPTY
    while pairs != EMPTY:
        rest = records[pairs].beside
        records[pairs].beside = EMPTY
        new_top = joined(new_top, pairs, records)
        pairs = rest
    return new_top
