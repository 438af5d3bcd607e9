"""The refusals that many inputs share: of a number, a share, a row of weights, a name twice.

The message leaves the input's name to `field`, which every edge shows beside it.
"""

from collections.abc import Sequence
from datetime import date
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


def refuse_unless_share(value: Fraction, field: str) -> None:
    """Raise `InvalidInput` for what is no part of a whole (da: afvis, hvad der ikke er en andel).

    >>> refuse_unless_share(Fraction("1.5"), "again")
    Traceback (most recent call last):
    ...
    capacity.errors.InvalidInput: again: 1.5 is not a share; write from 0 to 1
    """
    if not 0 <= value <= 1:
        raise InvalidInput(
            Text(
                da=f"{_written(value, 'da')} er ikke en andel; skriv fra 0 til 1",
                en=f"{_written(value, 'en')} is not a share; write from 0 to 1",
            ),
            field=field,
        )


def refuse_unless_confidence(confidence: float) -> None:
    """Raise `InvalidInput` for what is no confidence of an interval (da: afvis sikkerhed)."""
    if not 0 < confidence < 1:
        raise InvalidInput(
            Text(
                da=f"sikkerhed {confidence}; skriv et tal mellem 0 og 1, fx 0,95",
                en=f"confidence {confidence}; write a number between 0 and 1, such as 0.95",
            ),
            field="confidence",
        )


def refuse_unless_after(from_: date, to: date | None) -> None:
    """Raise `InvalidInput` for a period that ends before it begins (da: afvis baglæns perioder).

    `to` is the first day after it; None for one that does not end.
    """
    if to is not None and to <= from_:
        raise InvalidInput(
            Text(
                da=f"slutdagen {to} skal ligge efter {from_}",
                en=f"the end {to} must come after {from_}",
            ),
            field="to",
        )


def refuse_unless_weights(weights: Sequence[Fraction], count: int, field: str) -> None:
    """Raise `InvalidInput` for other than `count` weights, or none above 0 (da: afvis vægte)."""
    if len(weights) != count:
        raise InvalidInput(
            Text(
                da=f"her står {len(weights)} vægte; skriv {count}",
                en=f"there are {len(weights)} weights; write {count}",
            ),
            field=field,
        )
    for index, weight in enumerate(weights):
        refuse_below_zero(weight, f"{field}[{index}]")
    if not any(weights):
        raise InvalidInput(
            Text(
                da="alle vægte er 0; skriv mindst én over 0",
                en="all weights are 0; write at least one above 0",
            ),
            field=field,
        )


def refuse_twice(names: Sequence[str], field: str) -> None:
    """Raise `InvalidInput` where two have the same name (da: afvis samme navn to gange)."""
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise InvalidInput(
            Text(
                da=f"to hedder ”{twice[0]}”; giv hver sit navn",
                en=f"two are called “{twice[0]}”; give each its own name",
            ),
            field=field,
        )


def _written(value: Fraction | int, language: Language) -> str:
    """Write the figure at fault with the decimals it has."""
    exact_digits = (n for n in range(_MOST_DECIMALS) if value * 10**n % 1 == 0)
    return shown(value, next(exact_digits, _MOST_DECIMALS), language)
