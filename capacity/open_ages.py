"""How old the open cases are on which a deadline runs (da: åbne sagers alder mod fristen).

Only clocks that run from a case's arrival are shown: of others the age of the case says nothing. A
case whose clock was met earlier on its route is not counted, nor one that came before the rule was
in force. Where nobody knows the ages, a department spreads them evenly and says so among its
assumptions.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from itertools import count

from capacity.case_classes import ARRIVAL, CaseClass
from capacity.deadlines import deadline_rule, due_on
from capacity.department import Department
from capacity.errors import InvalidInput
from capacity.rulebook import Rulebook
from capacity.wording import Language, Spoken, Text, shown
from capacity.workdays import Unit

_LONG, _MIDDLE = 60, 14
"""Days: a longer deadline is shown by the month, a longer one than the second by the week."""
_MOST_BANDS = 24


@dataclass(frozen=True, slots=True, kw_only=True)
class AgeBand:
    """Open cases of an age from so many days to so many, both included (da: aldersgruppe).

    `overdue` are those of them past their deadline. `to_days` None means all that are older.
    """

    from_days: int
    to_days: int | None
    cases: int
    overdue: int


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenAges:
    """The ages of the open cases on which a deadline of a team runs (da: åbne sagers alder).

    In days since each arrival, in order. `overdue` of them are past it: a case that is
    `overdue_from_days` old or older is. `unknown` are open cases of the team of which nobody knows
    whether they are among these.
    """

    team: str
    deadline: str
    on: date
    ages_days: tuple[int, ...]
    overdue_from_days: int
    unknown: int

    @property
    def overdue(self) -> int:
        """How many are past the deadline (da: overskredne)."""
        return sum(age >= self.overdue_from_days for age in self.ages_days)

    def bands(self) -> tuple[AgeBand, ...]:
        """Group the ages, so that no group has cases on both sides of the deadline (da: grupper).

        By the month, the week or the day, as the deadline is long; what is left of one before the
        deadline goes with the group before it.
        """
        limit = self.overdue_from_days
        width = 30 if limit > _LONG else 7 if limit > _MIDDLE else 1
        before = list(range(0, max(limit - width // 2, 1), width))
        starts = [*before, *range(limit, self._last + 1, width)][:_MOST_BANDS]
        found = []
        for place, first in enumerate(starts):
            is_last = place + 1 == len(starts)
            end = None if is_last else starts[place + 1] - 1
            cases = sum(first <= age and (end is None or age <= end) for age in self.ages_days)
            overdue = cases if first >= limit else 0
            found.append(AgeBand(from_days=first, to_days=end, cases=cases, overdue=overdue))
        return tuple(found)

    @property
    def _last(self) -> int:
        return max((*self.ages_days, self.overdue_from_days))


def open_ages(department: Department, team: str, deadline: str, book: Rulebook) -> OpenAges:
    """Find the ages of the open cases on which a team's deadline runs (da: åbne sagers alder).

    `InvalidInput` where it runs on none of the team's cases from their arrival, and for a deadline
    that is counted back from a day.
    """
    department.team(team)
    found: list[int] = []
    unknown, runs = 0, False
    for each in department.case_classes:
        met_at = _met_at(each, team, deadline)
        if not met_at:
            continue
        runs = True
        unknown += each.backlog.unknown
        names = [episode.slug for episode in each.route]
        for stage in each.backlog.stages:
            # One placed by its age may be at any later episode: before the deadline is met only
            # where no other episode comes after that.
            latest = len(names) - 1 if stage.placed_by_age else names.index(stage.episode)
            if latest <= max(met_at):
                found += stage.ages_days
            elif stage.placed_by_age and names.index(stage.episode) <= max(met_at):
                unknown += len(stage.ages_days)
    if not runs:
        raise InvalidInput(
            Text(
                da=f"fristen ”{book[deadline].label.da}” løber ikke fra sagens ankomst i dette "
                "team, så sagernes alder siger intet om den; vælg en anden",
                en=f"the deadline “{book[deadline].label.en}” does not run from a case’s arrival "
                "in this team, so the cases’ ages say nothing of it; choose another",
            ),
            field="deadline",
        )
    first_age = _first_age_before(deadline, department.on, book)
    return OpenAges(
        team=team,
        deadline=deadline,
        on=department.on,
        ages_days=tuple(sorted(age for age in found if age < first_age)),
        overdue_from_days=_overdue_from(deadline, department.on, book),
        unknown=unknown,
    )


def _met_at(case_class: CaseClass, team: str, deadline: str) -> list[int]:
    """Where on its route a class meets a deadline that a team works towards from arrival."""
    return [
        place
        for place, episode in enumerate(case_class.route)
        if episode.clock
        and (episode.clock.deadline, episode.clock.starts) == (deadline, ARRIVAL)
        and (episode.team or case_class.team) == team
    ]


def _overdue_from(deadline: str, on: date, book: Rulebook) -> int:
    """The least age in days at which a case is past its deadline on a day."""
    limit = deadline_rule(deadline, on, book)
    if limit.n <= 0:
        raise InvalidInput(
            Text(
                da=f"fristen ”{limit.rule.label.da}” regnes tilbage fra en dag og har ingen alder",
                en=f"the deadline “{limit.rule.label.en}” is counted back from a day, and no age "
                "passes it",
            ),
            field="deadline",
        )
    if limit.unit is Unit.HOURS:
        return -(-limit.n // 24)
    last = _first_age_before(deadline, on, book)
    days = (on - timedelta(days=age) for age in range(last))
    return next((age for age, day in enumerate(days) if due_on(deadline, day, book) < on), last)


def _first_age_before(deadline: str, on: date, book: Rulebook) -> int:
    """From which age on a case came before the rule was in force, and has no such deadline."""
    rule = book[deadline]
    return next(age for age in count(1) if not rule.is_in_force(on - timedelta(days=age)))


_AGES = Text(
    da="{cases} åbne sager venter på fristen; {overdue} af dem er over den. Den ældste er "
    "{oldest} dage.",
    en="{cases} open cases wait for the deadline; {overdue} of them are past it. The oldest is "
    "{oldest} days.",
)
_NONE = Text(
    da="Ingen åbne sager, hvis alder er kendt, venter på fristen.",
    en="No open case of known age waits for the deadline.",
)
_UNKNOWN = Text(
    da="Af {unknown} åbne sager ved ingen, om fristen stadig løber; de er ikke med.",
    en="Of {unknown} open cases nobody knows whether the deadline still runs; they are left out.",
)


def open_ages_sentence(found: OpenAges) -> Text:
    """Say how many wait and how many are past the deadline (da: i ord)."""
    return Spoken(lambda language: _said(found, language))


def _said(found: OpenAges, language: Language) -> str:
    parts = [_NONE.in_language(language)]
    if found.ages_days:
        parts = [
            _AGES.in_language(language).format(
                cases=shown(len(found.ages_days), 0, language),
                overdue=shown(found.overdue, 0, language),
                oldest=shown(found.ages_days[-1], 0, language),
            )
        ]
    if found.unknown:
        parts.append(
            _UNKNOWN.in_language(language).format(unknown=shown(found.unknown, 0, language))
        )
    return " ".join(parts)
