"""Quantities with their units, as exact numbers.

Hours and posts are added, divided and compared with limits, so they are exact fractions all the
way: 21 / 0.7 is 30 and never 30.000000000000004, which a careless ceiling turns into 31. A float
meets the model only in `simulations`, where chance makes the fifteenth digit meaningless.
"""

from decimal import Decimal
from fractions import Fraction
from typing import TypeAlias

from capacity.errors import InvalidInput
from capacity.wording import Text

Hours: TypeAlias = Fraction
"""Hours of work (da: timer)."""
HoursPerWeek: TypeAlias = Fraction
"""Weekly hours of one person or of a staff (da: ugentligt timetal)."""
HoursPerYear: TypeAlias = Fraction
"""Hours of work in a calendar year (da: årstimer)."""
FTE: TypeAlias = Fraction
"""Full-time equivalents (da: fuldtidsstillinger)."""
Days: TypeAlias = Fraction
"""Days: of work or of the calendar; the name of the quantity says which (da: dage)."""
Share: TypeAlias = Fraction
"""A part of a whole, from 0 to 1 (da: andel)."""

Kroner: TypeAlias = Fraction
"""Danish kroner, to any fraction of an øre until they are shown (da: kroner)."""

Exactable: TypeAlias = Fraction | Decimal | int | float | str
"""What can be read as one exact number."""


def exact(value: Exactable) -> Fraction:
    """Read a number as the decimal that was written, with no rounding.

    A float is read as its shortest decimal: 23.92 means 2392/100, not the nearest binary number.
    Infinity and not-a-number are refused (`InvalidInput`).

    >>> exact(23.92)
    Fraction(598, 25)
    >>> exact("0.7") * 30
    Fraction(21, 1)
    """
    try:
        return Fraction(str(value)) if isinstance(value, float) else Fraction(value)
    except (ValueError, OverflowError, ZeroDivisionError) as error:
        raise InvalidInput(
            Text(da=f"{value} er ikke et tal", en=f"{value} is not a number")
        ) from error
