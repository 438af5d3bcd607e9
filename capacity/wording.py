"""Danish and English words for the same thing, and numbers as a reader expects them.

Everything a person sees exists in both languages side by side (`Text`), so that neither can be
forgotten. Numbers are rounded once, here, at the edge, half away from zero (`shown`): the way a
pocket calculator and the note's author round.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Literal, TypeAlias

Language: TypeAlias = Literal["da", "en"]
"""The two languages of the planner (da: sprog); Danish comes first."""

_DANISH_MONTHS = (
    "januar februar marts april maj juni juli august september oktober november december"
).split()
_ENGLISH_MONTHS = (
    "January February March April May June July August September October November December"
).split()


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """The same words in Danish and English (da: tekst).

    >>> Text(da="sager pr. fuldtidsstilling", en="cases per FTE").in_language("en")
    'cases per FTE'
    """

    da: str
    en: str

    def in_language(self, language: Language) -> str:
        """Return the words in one language."""
        return self.da if language == "da" else self.en


class Spoken(Text):
    """Words that are put together when somebody reads them (da: tekst på opfordring).

    A sentence costs more than the arithmetic that it tells of, and most readers read one language.

    >>> Spoken(lambda language: {"da": "sager", "en": "cases"}[language]).in_language("en")
    'cases'
    """

    __slots__ = ("_say",)
    _say: Callable[[Language], str]

    def __init__(self, say: Callable[[Language], str]) -> None:
        object.__setattr__(self, "_say", say)

    @property
    def da(self) -> str:
        """The Danish words."""
        return self.in_language("da")

    @property
    def en(self) -> str:
        """The English words."""
        return self.in_language("en")

    def in_language(self, language: Language) -> str:
        """Put the words together in one language."""
        return self._say(language)


_DANISH_MARKS = str.maketrans(",.", ".,")


def rounded(value: Fraction | int, digits: int) -> Decimal:
    """Round half away from zero, exactly (da: afrundet).

    >>> rounded(Fraction("37.25"), 1), rounded(Fraction("-0.5"), 0)
    (Decimal('37.3'), Decimal('-1'))
    """
    # In whole numbers, several times as fast as in fractions: a sentence rounds ten of them.
    above, below = abs(value.numerator) * 10**digits, value.denominator
    whole = (2 * above + below) // (2 * below)
    return Decimal(whole if value.numerator > 0 else -whole).scaleb(-digits)


def shown(value: Fraction | int, digits: int, language: Language) -> str:
    """Write a number for a reader: rounded, thousands grouped, the language's decimal mark.

    >>> shown(Fraction("1310.05"), 1, "da"), shown(Fraction("1310.05"), 1, "en")
    ('1.310,1', '1,310.1')
    """
    english = f"{rounded(value, digits):,.{digits}f}"
    return english.translate(_DANISH_MARKS) if language == "da" else english


def in_full(value: Fraction | int, language: Language) -> str:
    """Write a number with the decimals it has, two at most (da: uden overflødige nuller).

    >>> in_full(Fraction(3, 2), "da"), in_full(4, "da"), in_full(Fraction(1, 3), "en")
    ('1,5', '4', '0.33')
    """
    return shown(value, digits_of(value, most=2), language)


def digits_of(value: Fraction | int, *, most: int) -> int:
    """Return how many decimals a number has, `most` at most (da: decimaler).

    >>> digits_of(Fraction(3, 2), most=2), digits_of(20, most=3), digits_of(Fraction(1, 3), most=2)
    (1, 0, 2)
    """
    below, digits, power = value.denominator, 0, 1
    while digits < most and power % below:
        digits, power = digits + 1, power * 10
    return digits


def percent(share: Fraction, language: Language, digits: int = 0) -> str:
    """Write a share as a percentage (da: procent).

    >>> percent(Fraction(2, 6), "da"), percent(Fraction(5, 8), "en")
    ('33 %', '63%')
    """
    return shown(share * 100, digits, language) + (" %" if language == "da" else "%")


def listed(names: Sequence[str], language: Language) -> str:
    """Write names one after the other, the last behind an “and” (da: opremsning).

    >>> listed(["loft", "sygefravær", "tilgang"], "da")
    'loft, sygefravær og tilgang'
    """
    last = {"da": " og ", "en": " and "}[language]
    return last.join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


def date_in_words(day: date, language: Language) -> str:
    """Write a date as the notat does (da: dato).

    >>> date_in_words(date(2020, 3, 26), "da"), date_in_words(date(2020, 3, 26), "en")
    ('26. marts 2020', '26 March 2020')
    """
    if language == "da":
        return f"{day.day}. {_DANISH_MONTHS[day.month - 1]} {day.year}"
    return f"{day.day} {_ENGLISH_MONTHS[day.month - 1]} {day.year}"


def month_in_words(day: date, language: Language) -> str:
    """Write the month of a date (da: måned).

    >>> month_in_words(date(2020, 3, 1), "da"), month_in_words(date(2020, 3, 1), "en")
    ('marts 2020', 'March 2020')
    """
    months = _DANISH_MONTHS if language == "da" else _ENGLISH_MONTHS
    return f"{months[day.month - 1]} {day.year}"
