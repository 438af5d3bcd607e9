"""What a payroll system knows of the staff over the years: who was employed, and who was away.

It is the past of a roster (da: bemandingens historie). People are pseudonyms, and a spell's reason
is one of four words: more would be health data about a person.
"""

from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from capacity.errors import InvalidInput
from capacity.units import HoursPerWeek
from capacity.wording import Text


class AwayReason(StrEnum):
    """Why somebody was away, and no more than that (da: fraværsårsag)."""

    SICKNESS = "sickness"
    PARENTAL_LEAVE = "parental_leave"
    UNPAID_LEAVE = "unpaid_leave"
    HOLIDAY = "holiday"


@dataclass(frozen=True, slots=True, kw_only=True)
class Spell:
    """A period away, both days included (da: fraværsperiode).

    `last_day` None means that it had not ended when the list was drawn. `InvalidInput` where the
    last day comes before the first.
    """

    first_day: date
    last_day: date | None
    reason: AwayReason

    def __post_init__(self) -> None:
        _refuse_backward(self.first_day, self.last_day)


@dataclass(frozen=True, slots=True, kw_only=True)
class Employment:
    """One person's time in one team (da: ansættelse).

    `starts_on` None means before the list begins, `ends_on` None that it goes on; `ends_on` is the
    last day. `hours_per_week` is the contract, of which `non_case_hours_per_week` go to other
    duties. `caseworker` is a pseudonym, or the name where its user wanted to keep it; then
    `pseudonym` is what other lists know the person by. `InvalidInput` where the last day comes
    before the first.
    """

    caseworker: str
    team: str
    hours_per_week: HoursPerWeek
    non_case_hours_per_week: HoursPerWeek
    starts_on: date | None
    ends_on: date | None
    spells: tuple[Spell, ...] = ()
    pseudonym: str | None = None

    def __post_init__(self) -> None:
        if self.starts_on is not None:
            _refuse_backward(self.starts_on, self.ends_on)


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffHistory:
    """The staff from a day to the day of the list, both included (da: bemandingens historie)."""

    from_: date
    seen_on: date
    employments: tuple[Employment, ...]

    def as_seen_on(self, day: date) -> "StaffHistory":
        """Return the list as it would have been drawn on an earlier day (da: tidligere udtræk).

        Who came later is not in it, nor who will leave or come back: nobody knew it then (an
        assumption, for some of it was agreed). It is what a back-test may know.
        """
        return StaffHistory(
            from_=self.from_,
            seen_on=day,
            employments=tuple(
                replace(
                    each,
                    ends_on=None if _is_after(each.ends_on, day) else each.ends_on,
                    spells=tuple(
                        replace(spell, last_day=None) if _is_after(spell.last_day, day) else spell
                        for spell in each.spells
                        if spell.first_day <= day
                    ),
                )
                for each in self.employments
                if not _is_after(each.starts_on, day)
            ),
        )


def _is_after(day: date | None, other: date) -> bool:
    return day is not None and day > other


def _refuse_backward(first_day: date, last_day: date | None) -> None:
    if last_day is not None and last_day < first_day:
        raise InvalidInput(
            Text(
                da=f"perioden kan ikke slutte {last_day}, før den begynder {first_day}",
                en=f"the period cannot end on {last_day} before its start, {first_day}",
            ),
            field="last_day",
        )
