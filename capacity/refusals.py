"""The refusals that many inputs share: a number that may not be negative, or not zero either.

The message leaves the input's name to `field`, which every edge shows beside it.
"""

from fractions import Fraction

from capacity.errors import InvalidInput
from capacity.wording import Language, Text, shown

_MOST_DECIMALS = 6


def refuse_below_zero(value: Fraction | int, field: str) -> None:
    """Raise `InvalidInput` for a number below 0 (da: afvis negative tal)."""
    if value < 0:
        raise InvalidInput(
            Text(
                da=f"{_written(value, 'da')} er under 0; skriv 0 eller mere",
                en=f"{_written(value, 'en')} is below 0; write 0 or more",
            ),
            field=field,
        )


def refuse_unless_above_zero(value: Fraction | int, field: str) -> None:
    """Raise `InvalidInput` for a number that is not above 0 (da: afvis nul og negative tal)."""
    if value <= 0:
        raise InvalidInput(
            Text(
                da=f"{_written(value, 'da')} er ikke over 0; skriv mere end 0",
                en=f"{_written(value, 'en')} is not above 0; write more than 0",
            ),
            field=field,
        )


def _written(value: Fraction | int, language: Language) -> str:
    """Write the figure at fault with the decimals it has."""
    exact_digits = (n for n in range(_MOST_DECIMALS) if value * 10**n % 1 == 0)
    return shown(value, next(exact_digits, _MOST_DECIMALS), language)
