"""When a duty is due, and whether it was done in time (da: frister og rettidighed).

A deadline is a number, a unit and the event that starts the clock. The law in force on the day of
that event gives the limit, also when the law changes while the clock runs. A date is met through
the whole of that day. What is judged here is timeliness (da: rettidighed), never lawfulness: the
content of an assessment, the consent and the child's say are outside it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from fractions import Fraction
from zoneinfo import ZoneInfo

from capacity.errors import InvalidInput
from capacity.rulebook import Event, Quantity, Rule, Rulebook, RuleValue
from capacity.units import Share
from capacity.wording import Text
from capacity.workdays import Unit, add, outside_the_calendar

COPENHAGEN = ZoneInfo("Europe/Copenhagen")
"""The clock that hour limits are read on (da: dansk tid)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadlineRule:
    """A limit as it stands on one day (da: fristregel): n units from the event `starts_on`.

    A negative n is a limit before the event. `value` holds the source and the note.
    """

    rule: Rule
    value: RuleValue
    n: int
    unit: Unit
    starts_on: Event


class Timeliness(StrEnum):
    """What became of one deadline, seen on a given day (da: rettidighed)."""

    IN_TIME = "in_time"
    LATE = "late"
    OPEN_AND_OVERDUE = "open_and_overdue"
    NOT_YET_DUE = "not_yet_due"
    NOT_REQUIRED = "not_required"


def deadline_rule(rule_id: str, start: date, book: Rulebook) -> DeadlineRule:
    """Return the limit in force on the day the clock starts (da: fristregel).

    `UnknownRule` and `RuleNotInForce` as the rulebook has them; `InvalidInput` where the rule is no
    deadline.

    >>> from capacity.rulebook import rulebook
    >>> limit = deadline_rule("statute.child_assessment", date(2019, 10, 31), rulebook())
    >>> limit.n, limit.unit.value, limit.starts_on.id
    (4, 'calendar_months', 'need_became_known')
    """
    rule = book[rule_id]
    value = rule.on(start)
    if rule.quantity is not Quantity.DEADLINE or value.starts_on is None:
        raise InvalidInput(
            Text(
                da=f"{rule.label.da} ({rule.id}) er ikke en frist; vælg en regel, der er det",
                en=f"{rule.label.en} ({rule.id}) is not a deadline; choose a rule that is",
            ),
            field="rule",
        )
    return DeadlineRule(
        rule=rule,
        value=value,
        n=int(value.number),
        unit=Unit(rule.unit),
        starts_on=value.starts_on,
    )


def due_on(rule_id: str, start: date, book: Rulebook) -> date:
    """Return the last day on which the deadline is met (da: fristdato).

    `InvalidInput` for a limit in hours, which `due_at` answers; otherwise as `deadline_rule`.

    >>> from capacity.rulebook import rulebook
    >>> due_on("statute.child_assessment", date(2019, 10, 31), rulebook())
    datetime.date(2020, 2, 29)
    """
    limit = deadline_rule(rule_id, start, book)
    if limit.unit is Unit.HOURS:
        raise InvalidInput(
            Text(
                da=f"{rule_id} er en frist i timer: angiv dato og klokkeslæt, fx 2020-03-26T14:30",
                en=f"{rule_id} is a limit in hours: give a date and a time, as 2020-03-26T14:30",
            ),
            field="start",
        )
    return add(start, limit.n, limit.unit)


def due_at(rule_id: str, start: datetime, book: Rulebook) -> datetime:
    """Return the moment until which a limit in hours is met, in Danish time (da: frist).

    The hours are real ones: they run through nights, weekends and public holidays (an assumption),
    and over a change to or from summer time. A start without a time zone is Danish local time; in
    the hour that occurs twice in October it is the first, unless its `fold` says otherwise. The
    hour that the change in March leaves out is refused, as is a limit in whole days, which
    `due_on` answers (`InvalidInput`).

    >>> from capacity.rulebook import rulebook
    >>> due_at("statute.notification_assessment", datetime(2020, 3, 28, 14, 30), rulebook())
    datetime.datetime(2020, 3, 29, 15, 30, tzinfo=zoneinfo.ZoneInfo(key='Europe/Copenhagen'))
    """
    try:
        begins = _in_danish_time(start)
        limit = deadline_rule(rule_id, begins.date(), book)
        ends = (begins.astimezone(UTC) + timedelta(hours=limit.n)).astimezone(COPENHAGEN)
    except OverflowError as error:
        raise outside_the_calendar(start) from error
    if limit.unit is not Unit.HOURS:
        raise InvalidInput(
            Text(
                da=f"{rule_id} er en frist i hele dage: angiv kun datoen, fx 2020-03-26",
                en=f"{rule_id} is a limit in whole days: give the date alone, as 2020-03-26",
            ),
            field="start",
        )
    return ends


def timeliness(
    *, due_on: date, done_on: date | None, seen_on: date, withdrawn_on: date | None = None
) -> Timeliness:
    """Judge one deadline by what was known on a day (da: rettidighed).

    What happened after `seen_on` is not known yet. A case withdrawn on or before its due date, and
    not done by then, was not required; one withdrawn later is late.

    >>> due = date(2020, 2, 29)
    >>> timeliness(due_on=due, done_on=due, seen_on=date(2020, 3, 26)).value
    'in_time'
    >>> timeliness(due_on=due, done_on=None, seen_on=due).value
    'not_yet_due'
    """
    done = done_on if done_on is not None and done_on <= seen_on else None
    withdrawn = withdrawn_on if withdrawn_on is not None and withdrawn_on <= seen_on else None
    if done is not None and done <= due_on:
        return Timeliness.IN_TIME
    if withdrawn is not None and withdrawn <= due_on:
        return Timeliness.NOT_REQUIRED
    if done is not None or withdrawn is not None:
        return Timeliness.LATE
    return Timeliness.NOT_YET_DUE if seen_on <= due_on else Timeliness.OPEN_AND_OVERDUE


def share_in_time(counts: Mapping[Timeliness, int]) -> Share:
    """Return in time over in time, late, and open and overdue (da: rettidighedsandel).

    What is not yet due is no success, and what was not required is no case. `InvalidInput` where
    nothing was due: there is no share of nothing.

    >>> counts = {Timeliness.IN_TIME: 2, Timeliness.LATE: 4, Timeliness.NOT_YET_DUE: 1}
    >>> str(share_in_time(counts))
    '1/3'
    """
    in_time = counts.get(Timeliness.IN_TIME, 0)
    due = in_time + counts.get(Timeliness.LATE, 0) + counts.get(Timeliness.OPEN_AND_OVERDUE, 0)
    if due == 0:
        raise InvalidInput(
            Text(
                da="Ingen frister er forfaldet, så der er ingen andel at beregne",
                en="No deadline has fallen due, so there is no share to calculate",
            )
        )
    return Fraction(in_time, due)


def _in_danish_time(start: datetime) -> datetime:
    if start.tzinfo is not None:
        return start.astimezone(COPENHAGEN)
    local = start.replace(tzinfo=COPENHAGEN)
    if local.astimezone(UTC).astimezone(COPENHAGEN).replace(tzinfo=None) != start:
        raise InvalidInput(
            Text(
                da=f"Klokken {start:%H:%M} den {start:%Y-%m-%d} findes ikke: uret stilles frem",
                en=f"{start:%H:%M} on {start:%Y-%m-%d} does not exist: the clock goes forward",
            ),
            field="start",
        )
    return local
