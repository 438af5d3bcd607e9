"""The numbers a queue accepts, and the refusal of the others.

Every check is written as what must hold, so that not-a-number, which compares false with
everything, is refused with the rest.
"""

from decimal import Decimal
from fractions import Fraction

from capacity.errors import InvalidInput, TooMuchWork
from capacity.wording import Language, Text

LARGEST = 10**12
"""No rate or time beyond this: no office has it, and a float must carry it."""

SMALLEST = Fraction(1, 10**12)
"""No mean time of work, patience or delay below this, for the same reason."""

FINEST = 10**100
"""No denominator beyond this: the distance to full load may not vanish as a float."""

MOST_SERVERS = 10**6
"""No more caseworkers in one queue than this; the formulas take one step for each."""


def non_negative(value: Fraction, field: str) -> None:
    """Refuse a number below 0, beyond `LARGEST` or overly fine (`InvalidInput`)."""
    if not 0 <= value <= LARGEST or Fraction(value).denominator > FINEST:
        raise InvalidInput(
            Text(
                da=f"{field} er {_written(value, 'da')}; skriv et tal fra 0 til 10^12 "
                "med højst 100 decimaler",
                en=f"{field} is {_written(value, 'en')}; write a number from 0 to 10^12 "
                "with at most 100 decimals",
            ),
            field=field,
        )


def positive(value: Fraction, field: str) -> None:
    """Refuse a number that is not more than 0, or is out of all proportion (`InvalidInput`)."""
    if not SMALLEST <= value <= LARGEST or Fraction(value).denominator > FINEST:
        raise InvalidInput(
            Text(
                da=f"{field} er {_written(value, 'da')}; skriv et tal større end 0 "
                "(mindst 10^-12, højst 10^12 og højst 100 decimaler)",
                en=f"{field} is {_written(value, 'en')}; write a number greater than 0 "
                "(at least 10^-12, at most 10^12, at most 100 decimals)",
            ),
            field=field,
        )


def whole(value: int, field: str) -> None:
    """Refuse a count that is not a whole number (`InvalidInput`) or too large (`TooMuchWork`)."""
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise InvalidInput(
            Text(
                da=f"{field} er {value}; skriv et helt tal, 0 eller flere",
                en=f"{field} is {value}; write a whole number, 0 or more",
            ),
            field=field,
        )
    if value > MOST_SERVERS:
        raise TooMuchWork(
            Text(
                da=f"{field} må højst være {MOST_SERVERS}",
                en=f"{field} may be at most {MOST_SERVERS}",
            ),
            field=field,
        )


def _written(value: Fraction, language: Language) -> str:
    """Write the figure at fault, however large, in a few digits."""
    figure = value if isinstance(value, float) else Decimal(value.numerator) / value.denominator
    written = f"{figure:.6g}"
    return written.replace(".", ",") if language == "da" else written
