"""What stands behind a number on the page: how it is made, its rule, and where a cell finds it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from urllib.parse import urlencode

from api.presentation import DecimalMark, Format
from api.today import today
from capacity.rule import Certainty, Interval, Kind, RuleValue
from capacity.rulebook import Rulebook
from capacity.wording import Language, Text, in_full, rounded, shown

KINDS: Mapping[Kind, Text] = {
    Kind.STATUTE: Text(da="lov", en="statute"),
    Kind.AGREEMENT: Text(da="aftale", en="agreement"),
    Kind.GUIDELINE: Text(da="vejledende", en="guideline"),
    Kind.LOCAL: Text(da="lokal", en="local"),
    Kind.ASSUMPTION: Text(da="antagelse", en="assumption"),
}
CERTAINTIES: Mapping[Certainty, Text] = {
    Certainty.SEEN: Text(da="set i kilden", en="seen in its source"),
    Certainty.SECONDARY: Text(da="set i andres gengivelse", en="seen in another’s account"),
    Certainty.UNCONFIRMED: Text(da="ikke bekræftet", en="not confirmed"),
}
_UNITS: Mapping[str, Text] = {
    "children_per_full_time_caseworker": Text(
        da="børn pr. fuldtidsstilling", en="children per full-time caseworker"
    ),
    "calendar_months": Text(da="kalendermåneder", en="calendar months"),
    "weeks": Text(da="uger", en="weeks"),
    "working_days": Text(da="arbejdsdage", en="working days"),
    "hours": Text(da="timer", en="hours"),
    "calendar_days": Text(da="kalenderdage", en="calendar days"),
    "hours_per_week": Text(da="timer om ugen", en="hours a week"),
    "hours_per_year": Text(da="timer om året", en="hours a year"),
    "days_per_year": Text(da="dage om året", en="days a year"),
    "hour_of_day": Text(da="(klokkeslæt)", en="(time of day)"),
}
LANGUAGES: tuple[Language, Language] = ("da", "en")
_SAFE_IN_A_QUERY = ";,@:/×"
_MOST_DECIMALS = 15
_MOST_IN_A_TEXT = 255
_MINUS = "\N{MINUS SIGN}"


@dataclass(frozen=True, slots=True, kw_only=True)
class CitedRule:
    """A rule as the page shows it: how binding, what it says, who says so (da: regel med kilde)."""

    label: Text
    kind: Text
    value: Text
    source: str
    url: str | None
    certainty: Text
    valid_from: date
    last_checked: date
    is_unchecked: bool
    note: Text | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """Where a number, or a table, is fetched (da: adresse); `field` is None for a table."""

    path: str
    terms: tuple[tuple[str, str], ...]
    field: str | None = None
    digits: int | None = None

    def cell(self, language: Language) -> str:
        """Return the address whose answer is the bare number (da: adresse til en celle).

        >>> terms = (("in_time", "2"), ("due", "6"))
        >>> Address(path="/v1/compliance", terms=terms, field="share", digits=2).cell("da")
        '/v1/compliance?in_time=2&due=6&field=share&digits=2&format=text&decimal=comma'
        """
        asked = {"field": self.field, "digits": self.digits, "format": Format.TEXT}
        mark = DecimalMark.COMMA if language == "da" else DecimalMark.POINT
        return self._with({**asked, "decimal": mark})

    def formula(self, language: Language, host: str, *, needs_key: bool = False) -> str:
        """Return what fetches the number into a spreadsheet's cell (da: celleformel).

        A spreadsheet takes 255 signs in one text, so a longer address is put together from several.
        Where a key is needed there is a place for it, which fails until it is filled.

        >>> asked = Address(path="/v1/compliance", terms=(("due", "6"),), field="share")
        >>> asked.formula("en", "http://localhost")[:55]
        '=NUMBERVALUE(WEBSERVICE("http://localhost/v1/compliance'
        >>> asked.formula("da", "http://localhost", needs_key=True)[-48:]
        '&decimal=comma&api_key="&"SKRIV NØGLE");",";".")'
        """
        address = host + self.cell(language)
        key_place = Text(da="SKRIV NØGLE", en="WRITE KEY").in_language(language)
        parts = _cut(f"{address}&api_key=" if needs_key else address)
        text = "&".join(f'"{part}"' for part in (*parts, *([key_place] if needs_key else [])))
        if language == "da":
            return f'=TALVÆRDI(WEBSERVICE({text});",";".")'
        return f'=NUMBERVALUE(WEBSERVICE({text}),".",",")'

    @property
    def question(self) -> str:
        """The address without how its answer is written: what is frozen (da: spørgsmålet)."""
        return self._with({})

    def written_as(self, written: Format, language: Language) -> str:
        """Return the address of the whole answer in one format (da: adresse til hele svaret)."""
        comma = language == "da" and written is Format.CSV
        mark = {"decimal": DecimalMark.COMMA} if comma else {}
        return self._with({"format": written, **mark, "lang": language})

    def _with(self, asked: Mapping[str, object]) -> str:
        given = [(name, value) for name, value in asked.items() if value is not None]
        return f"{self.path}?{urlencode([*self.terms, *given], safe=_SAFE_IN_A_QUERY)}"


def _cut(written: str) -> list[str]:
    """Cut a text into parts that a spreadsheet's formula takes, 255 signs each at most."""
    return [
        written[start : start + _MOST_IN_A_TEXT]
        for start in range(0, len(written), _MOST_IN_A_TEXT)
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One number of the chain and what it is made of (da: tal)."""

    label: Text
    value: Text
    unit: Text
    made_of: tuple[Text, ...]
    rules: tuple[CitedRule, ...] = ()
    address: Address | None = None


def figure_text(value: Fraction | int, digits: int) -> Text:
    """Write a number in both languages (da: tal i ord).

    >>> figure_text(Fraction("1310.05"), 1).da
    '1.310,1'
    """
    danish, english = (
        shown(value, digits, language).replace("-", _MINUS) for language in LANGUAGES
    )
    return Text(da=danish, en=english)


def in_an_address(value: Fraction | int) -> str:
    """Write a number so that an address carries it (da: tal i en adresse).

    Exactly where it has so few decimals, and otherwise to more than any answer shows.

    >>> in_an_address(Fraction("23.92")), in_an_address(Fraction(1, 3)), in_an_address(890)
    ('23.92', '0.333333333333333', '890')
    """
    written = f"{rounded(Fraction(value), _MOST_DECIMALS):f}"
    return written.rstrip("0").rstrip(".")


def plain_number(value: Fraction) -> Text:
    """Write a number with the decimals it has, two at most (da: tal uden overflødige nuller).

    >>> plain_number(Fraction(4)).da, plain_number(Fraction("9.8")).da
    ('4', '9,8')
    """
    danish, english = (in_full(value, language).replace("-", _MINUS) for language in LANGUAGES)
    return Text(da=danish, en=english)


def cited(rule_id: str, on: date, book: Rulebook) -> CitedRule:
    """Cite a rule as it stands on a day (da: regel med kilde); refuses as the rulebook does."""
    rule = book[rule_id]
    found = rule.on(on)
    unit = _UNITS.get(rule.unit, Text(da="", en=""))
    number = rule_number(found)
    return CitedRule(
        label=rule.label,
        kind=KINDS[rule.kind],
        value=Text(da=f"{number.da} {unit.da}".strip(), en=f"{number.en} {unit.en}".strip()),
        source=found.source.title,
        url=found.source.url,
        certainty=CERTAINTIES[found.certainty],
        valid_from=found.valid_from,
        last_checked=rule.last_checked,
        is_unchecked=not rule.checked_within_a_year(today()),
        note=found.note,
    )


def rule_number(value: RuleValue) -> Text:
    """Write what a rule says: a number or a range (da: regelens tal)."""
    match value.value:
        case Fraction() as number:
            return plain_number(number)
        case Interval(low=low, high=high):
            ends = plain_number(low), plain_number(high)
            return Text(da="–".join(end.da for end in ends), en="–".join(end.en for end in ends))
    return Text(da="", en="")
