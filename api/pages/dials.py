"""The form of the page What if: what can be turned, and the plan that comes of it (da: skydere).

What is written in the form is a plan that nobody has saved: the changes are those of a scenario.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from math import ceil
from typing import TypeVar

from api.curve_terms import curve_question
from api.pages.asked import Asked
from api.quantities import day, number
from capacity.department import Department, Team
from capacity.errors import InvalidInput
from capacity.practice import POLICIES, Policy
from capacity.rulebook import rulebook
from capacity.scenario import changed_department
from capacity.scenario_changes import (
    CaseloadLimit,
    Change,
    Effort,
    ExternalDelay,
    Inflow,
    MergedTeams,
    OtherDuties,
    Sickness,
    Turnover,
    WorkOrder,
)
from capacity.units import FTE
from capacity.wording import Text
from simulations.questions import USUAL_LEVELS, StaffingQuestion

Read = TypeVar("Read")

REPLICATIONS = 512
_REASON = "prøvet på siden ”Hvad nu hvis”"


@dataclass(frozen=True, slots=True, kw_only=True)
class Dial:
    """Something a leader can turn: a slider, and a field beside it (da: skyder).

    With `factor` the number written is a change in per cent.
    """

    name: str
    label: Text
    unit: Text
    least: int
    most: int
    step: Fraction = Fraction(5)
    hint: Text | None = None


_PER_CENT = Text(da="%", en="%")
POSTS = Dial(
    name="extra_fte",
    label=Text(da="Ekstra fuldtidsstillinger", en="Extra full-time posts"),
    unit=Text(da="stillinger", en="posts"),
    least=0,
    most=8,
    step=Fraction(1, 2),
)
DIALS = (
    Dial(
        name="other_duties",
        label=Text(da="Andre opgaver flyttet fra teamet", en="Other duties moved from the team"),
        unit=Text(da="timer om ugen", en="hours a week"),
        least=-40,
        most=80,
        hint=Text(
            da="under 0 er opgaver, teamet får oveni", en="below 0 are duties that the team gets"
        ),
    ),
    Dial(
        name="sickness",
        label=Text(da="Sygefravær og orlov", en="Sickness and leave"),
        unit=_PER_CENT,
        least=-50,
        most=100,
    ),
    Dial(
        name="turnover",
        label=Text(da="Personaleudskiftning", en="Turnover"),
        unit=_PER_CENT,
        least=-100,
        most=100,
    ),
    Dial(
        name="inflow",
        label=Text(da="Tilgang", en="Inflow"),
        unit=_PER_CENT,
        least=-50,
        most=50,
    ),
    Dial(
        name="effort",
        label=Text(da="Tidsforbrug pr. sag", en="Effort per case"),
        unit=_PER_CENT,
        least=-50,
        most=50,
    ),
    Dial(
        name="waiting",
        label=Text(da="Ventetid på andre", en="Waiting for others"),
        unit=_PER_CENT,
        least=-50,
        most=50,
    ),
)
TERMS: Mapping[str, str | None] = {
    "watch": None,
    POSTS.name: "2",
    "extra_from": None,
    **{dial.name: None for dial in DIALS},
    "caseload_limit": None,
    "policy": None,
    "merge": None,
    "target": "90",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What is asked: the team as it is, and as it would be (da: det, der prøves).

    `changes` are what is changed beside the extra staff and `titles` what they are called;
    `written` is the form as it was written.
    """

    before: StaffingQuestion
    after: StaffingQuestion
    chosen: FTE
    changes: tuple[Change, ...]
    titles: tuple[Text, ...]
    target: Fraction
    written: Mapping[str, str]


def plan_of(asked: Asked, department: Department) -> Plan:
    """Read the form as a plan; `InvalidInput` names the field that does not make sense.

    (da: det, der prøves.)
    """
    written = {name: value for name, value in asked.terms.items() if value is not None}
    chosen = _read(written, POSTS.name, number) or Fraction(0)
    team, deadline = watched(written.get("watch"), department)
    before = curve_question(
        department,
        team=team,
        deadline=deadline,
        extra_fte=(Fraction(0),),
        replications=REPLICATIONS,
    )
    changes = tuple(_changes(written, department.team(before.team), department))
    changed = changed_department(department, changes, rulebook())
    merged = next((each.slug for each in changes if isinstance(each, MergedTeams)), None)
    after = replace(
        before,
        department=changed,
        team=merged or team,
        extra_fte=_levels(chosen),
        extra_from=_read(written, "extra_from", day),
    )
    target = _read(written, "target", number) or Fraction(90)
    if not 0 < target <= 100:
        raise InvalidInput(
            Text(
                da="skriv målet i procent, fra 1 til 100", en="write the target in per cent, 1–100"
            ),
            field="target",
        )
    return Plan(
        before=before,
        after=after,
        chosen=chosen,
        changes=changes,
        titles=tuple(_title(each, department) for each in changes),
        target=target / 100,
        written=written,
    )


def watched(written: str | None, department: Department) -> tuple[str, str]:
    """Read the team and the deadline that are watched: `team:deadline` (da: team og frist).

    What the department shows first, where nothing is written; refused further on where the two are
    not of each other.
    """
    if written is None:
        return department.headline_team, department.headline_deadline
    team, _, deadline = written.partition(":")
    if not deadline:
        raise InvalidInput(
            Text(da="skriv team:frist, eller vælg i listen", en="write team:deadline, or choose"),
            field="watch",
        )
    return team, deadline


def _read(written: Mapping[str, str], name: str, reader: Callable[[str], Read]) -> Read | None:
    if name not in written:
        return None
    try:
        return reader(written[name])
    except InvalidInput as error:
        raise InvalidInput(error.message, field=name) from error


def _levels(chosen: FTE) -> tuple[FTE, ...]:
    """The usual levels, or as many further apart where somebody asks beyond them."""
    times = max(1, ceil(chosen / USUAL_LEVELS[-1]))
    return tuple(times * level for level in USUAL_LEVELS)


def _changes(written: Mapping[str, str], team: Team, department: Department) -> Iterator[Change]:
    """The changes of the form, the structure of the teams last: until then a team is itself."""
    factors: Mapping[str, type[Effort | ExternalDelay | Inflow | Sickness | Turnover]] = {
        "sickness": Sickness,
        "turnover": Turnover,
        "inflow": Inflow,
        "effort": Effort,
        "waiting": ExternalDelay,
    }
    for name, kind in factors.items():
        if per_cent := _read(written, name, number):
            yield kind(reason=_REASON, factor=1 + per_cent / 100, teams=(team.slug,))
    if hours := _read(written, "other_duties", number):
        yield OtherDuties(reason=_REASON, team=team.slug, from_=department.on, hours_per_week=hours)
    if (limit := _read(written, "caseload_limit", number)) is not None:
        yield CaseloadLimit(reason=_REASON, team=team.slug, cases_per_fte=limit)
    if (policy := _read(written, "policy", _policy)) and policy is not team.practice.policy:
        yield WorkOrder(reason=_REASON, team=team.slug, policy=policy)
    if (other := written.get("merge")) and other != team.slug:
        joined = department.team(other, field="merge")
        yield MergedTeams(
            reason=_REASON,
            teams=(team.slug, joined.slug),
            slug=f"{team.slug}-{joined.slug}",
            label=Text(
                da=f"{team.label.da} og {joined.label.da}",
                en=f"{team.label.en} and {joined.label.en}",
            ),
            works_like=team.slug,
        )


def _policy(written: str) -> Policy:
    try:
        return Policy(written)
    except ValueError as error:
        known = ", ".join(Policy)
        raise InvalidInput(
            Text(
                da=f"”{written[:40]}” er ingen rækkefølge; skriv en af {known}",
                en=f"“{written[:40]}” is no order of work; write one of {known}",
            )
        ) from error


def _title(change: Change, department: Department) -> Text:
    if isinstance(change, WorkOrder) and change.policy is not None:
        name = POLICIES[change.policy]
        return Text(da=f"rækkefølgen ”{name.da}”", en=f"the order “{name.en}”")
    return change.title(department)
