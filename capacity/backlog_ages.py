"""Ages for open cases of which only the number and the oldest are known (da: sagernes alder)."""

from collections.abc import Sequence


def ages_for(known: Sequence[int], cases: int, oldest_days: int) -> tuple[int, ...]:
    """Give so many cases ages in days, the oldest as stated (da: alder på åbne sager).

    They are spread as the `known` ones are; where none are known, evenly from new to the oldest.

    >>> ages_for([10, 20, 90], 3, 90), ages_for([10, 20, 90], 6, 45), ages_for([], 3, 100)
    ((10, 20, 90), (5, 5, 10, 10, 45, 45), (20, 60, 100))
    >>> ages_for([], 0, 100), ages_for([0, 0], 1, 7)
    ((), (7,))
    """
    if not cases:
        return ()
    shape = sorted(known)
    if not shape or not shape[-1]:
        return tuple((2 * case + 1) * oldest_days // (2 * cases - 1) for case in range(cases))
    of = len(shape)
    picked = [shape[(2 * case + 1) * of // (2 * cases)] for case in range(cases)]
    return tuple(age * oldest_days // picked[-1] for age in picked)
