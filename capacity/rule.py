"""One rule and its values through time (da: regel).

A rule is law, an agreement, a guideline, a local decision or an assumption, and says which. Its
values are dated and cited one by one. Asked about a day outside its time it refuses
(`RuleNotInForce`): it never answers None or 0.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from fractions import Fraction

from capacity.errors import InvalidInput, RuleNotInForce
from capacity.wording import Text, date_in_words
from capacity.workdays import Unit, add


class Kind(StrEnum):
    """How binding a rule is (da: regelart); shown beside every number it gives."""

    STATUTE = "statute"
    AGREEMENT = "agreement"
    GUIDELINE = "guideline"
    LOCAL = "local"
    ASSUMPTION = "assumption"


class Quantity(StrEnum):
    """What the values of a rule are (da: størrelse)."""

    DEADLINE = "deadline"
    ORDER = "order"
    CONTENT = "content"
    INTERVAL = "interval"
    HOURS = "hours"
    DAYS = "days"
    SHARE = "share"
    COUNT = "count"


class Requirement(StrEnum):
    """What a rule without a number demands: observed in a case file, never simulated (da: krav)."""

    BEFORE_DECISION = "before_decision"
    BY_ANOTHER_PERSON = "by_another_person"
    REQUIRED = "required"


class Certainty(StrEnum):
    """How well a value is known (da: sikkerhed): seen in its source, at second hand, or neither."""

    SEEN = "seen"
    SECONDARY = "secondary"
    UNCONFIRMED = "unconfirmed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Where a value was read, or who assumed it (da: kilde)."""

    title: str
    url: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Interval:
    """Both ends of a range (da: interval)."""

    low: Fraction
    high: Fraction

    def __post_init__(self) -> None:
        if not self.low <= self.high:
            raise InvalidInput(
                Text(
                    da=f"Intervallet {self.low}-{self.high} har enderne i forkert rækkefølge",
                    en=f"The interval {self.low}-{self.high} has its ends in the wrong order",
                )
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something that happens in a case and starts a clock (da: hændelse)."""

    id: str
    label: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleValue:
    """What a rule says from a day on, and who says so (da: værdi).

    `value` is None where the rule ends: it is repealed, or not known any longer; `note` says which.
    `starts_on` is the event that starts the clock of a deadline.
    """

    valid_from: date
    value: Fraction | Interval | Requirement | None
    starts_on: Event | None
    source: Source
    certainty: Certainty
    note: Text | None

    @property
    def number(self) -> Fraction:
        """The value of a rule that is one number (da: tal); `InvalidInput` where it is not."""
        if isinstance(self.value, Fraction):
            return self.value
        raise InvalidInput(Text(da="Reglen er ikke ét tal", en="The rule is not one number"))

    @property
    def interval(self) -> Interval:
        """The value of a rule that is a range (da: interval); `InvalidInput` where it is not."""
        if isinstance(self.value, Interval):
            return self.value
        raise InvalidInput(Text(da="Reglen er ikke et interval", en="The rule is not a range"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One duty, norm or assumption through time (da: regel); `values` are in order of date."""

    id: str
    label: Text
    kind: Kind
    quantity: Quantity
    unit: str
    last_checked: date
    values: tuple[RuleValue, ...]

    def on(self, day: date) -> RuleValue:
        """Return the value in force on a day (da: gældende værdi); `RuleNotInForce` if none is.

        >>> from capacity.rulebook import rulebook
        >>> guideline = rulebook()["guideline.caseload.children_families"]
        >>> str(guideline.on(date(2020, 3, 26)).interval.high)
        '30'
        """
        latest = self._latest(day)
        if latest is None:
            raise RuleNotInForce(self._refusal(day, self.values[0], Text(da="før", en="before")))
        if latest.value is None:
            raise RuleNotInForce(self._refusal(day, latest, Text(da="fra", en="from")))
        return latest

    def is_in_force(self, day: date) -> bool:
        """Say whether the rule has a value on a day (da: er i kraft)."""
        latest = self._latest(day)
        return latest is not None and latest.value is not None

    def checked_within_a_year(self, day: date) -> bool:
        """Say whether somebody checked the rule in the year up to a day (da: kontrolleret)."""
        return day <= add(self.last_checked, 12, Unit.CALENDAR_MONTHS)

    def _latest(self, day: date) -> RuleValue | None:
        begun = [value for value in self.values if value.valid_from <= day]
        return begun[-1] if begun else None

    def _refusal(self, day: date, edge: RuleValue, side: Text) -> Text:
        # The edge is that of what the planner knows: the law may be older, and the note says so.
        return Text(
            da=f"{self.label.da} ({self.id}) den {date_in_words(day, 'da')}: planlæggeren kender "
            f"ingen værdi {side.da} den {date_in_words(edge.valid_from, 'da')}."
            + (f" {edge.note.da}" if edge.note else ""),
            en=f"{self.label.en} ({self.id}) on {date_in_words(day, 'en')}: the planner knows no "
            f"value {side.en} {date_in_words(edge.valid_from, 'en')}."
            + (f" {edge.note.en}" if edge.note else ""),
        )
