"""A first department from a case list and a payroll list, to be corrected (da: udkast).

Lists name teams and types of cases; what the work on a case consists of they do not know. A type
gets a route by the deadlines that its rows show, with hours and waiting from the assumption rules,
and says so of each. It is a beginning for a fit, and no description of anybody's practice.
"""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from fractions import Fraction

import numpy as np

from capacity.case_classes import ARRIVAL, CaseClass, Clock, Episode
from capacity.case_events import MET_BY, CaseEvent
from capacity.consistency import DAYS_PER_YEAR
from capacity.deadlines import deadline_rule
from capacity.department import Assumption, Department, Team
from capacity.distributions import NOTHING, Distribution, Family
from capacity.errors import InvalidInput, RuleNotInForce
from capacity.practice import Policy, Practice
from capacity.roster import Roster
from capacity.rulebook import Rulebook
from capacity.units import exact
from capacity.wording import Text, in_full
from simulations.case_history import CaseHistory, day_number
from simulations.followed_cases import followed_cases
from simulations.open_cases import open_cases, open_in_all, open_rows
from simulations.survival import open_share

STRAND_MARK = "/"
"""In a list a type `case/strand` is work on cases of the type before the mark."""
_SPREAD = Fraction(6, 10)
"""Assumption: hours and waiting vary from case to case with this coefficient of variation."""
_PUT_OFF = 0.9
"""Assumption: of the days until a follow-up is done so many are meant to pass."""
_LEAST_DONE = 20
"""Assumption: with fewer follow-ups done the list does not tell when they are."""
_LEAST_SPREAD = 0.02
_QUARTILES_APART = 1.349
"""Standard deviations between the quartiles of a normal distribution."""
_PRACTICE = Practice(policy=Policy.EARLIEST_DUE)
"""Assumption: the work whose deadline is nearest is taken first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Work:
    """What a deadline takes: the rules that say it, and in how many pieces."""

    slug: str
    label: Text
    effort: str
    wait: str | None
    times: int = 1
    waits_first: bool = False


_FOLLOW_UP_LATER = _Work(
    slug="follow-up-later",
    label=Text(da="Senere opfølgning", en="Later follow-up"),
    effort="effort_follow_up",
    wait="wait_follow_up",
    waits_first=True,
)
_WORK = {
    "statute.notification_assessment": _Work(
        slug="assess-notification",
        label=Text(da="Underretningen vurderet", en="Notification assessed"),
        effort="effort_notification_assessment",
        wait=None,
    ),
    "statute.child_assessment": _Work(
        slug="assess-child",
        label=Text(da="Børnefaglig undersøgelse", en="Child assessment"),
        effort="effort_child_assessment",
        wait="wait_child_assessment",
        times=5,
    ),
    "statute.care_plan": _Work(
        slug="make-plan",
        label=Text(da="Barnets plan", en="Care plan"),
        effort="effort_care_plan",
        wait="wait_care_plan",
        times=2,
    ),
    "statute.follow_up_first": _Work(
        slug="follow-up-first",
        label=Text(da="Første opfølgning", en="First follow-up"),
        effort="effort_follow_up",
        wait="wait_follow_up",
        waits_first=True,
    ),
    "statute.follow_up_later": _FOLLOW_UP_LATER,
    "assumption.follow_up_later": _FOLLOW_UP_LATER,
}
_OTHER = _Work(
    slug="casework",
    label=Text(da="Sagsarbejde", en="Casework"),
    effort="effort_other_case",
    wait=None,
    times=10,
)


def draft_department(
    slug: str,
    name: Text,
    history: CaseHistory,
    roster: Roster,
    labels: dict[str, Text],
    book: Rulebook,
) -> Department:
    """Draft a department from lists (da: udkast til afdeling).

    `labels` are the words for teams and types of cases, by their names in the list; a name without
    one is its own. The date is the day after the list was drawn. The headline is the team and the
    deadline with the most clocks. `InvalidInput` where no row shows a deadline, or no team has
    people and cases.
    """
    on = history.seen_on + timedelta(days=1)
    classes: list[CaseClass] = []
    assumptions: list[Assumption] = []
    clocks: dict[tuple[str, str], int] = {}
    still_open: list[tuple[CaseClass, CaseHistory]] = []
    for team_number, team in enumerate(history.teams):
        for class_number, case_class in enumerate(history.case_classes):
            of_both = (history.team == team_number) & (history.case_class == class_number)
            rows = history.only(of_both)
            if not rows.cases:
                continue
            shown = _deadlines(rows, book)
            route = _route(rows, shown, book)
            drafted = CaseClass(
                slug=class_slug(case_class, team, history),
                label=labels.get(case_class, Text(da=case_class, en=case_class)),
                team=team,
                arrivals_per_year=_a_year(rows),
                route=route,
                # A follow-up on a case is work on it, and no case of its own.
                weight=Fraction(0 if STRAND_MARK in case_class else 1),
            )
            classes.append(replace(drafted, backlog=open_cases(drafted, rows).backlog))
            still_open.append((drafted, open_rows(drafted, rows)))
            assumptions.append(_assumption(drafted))
            for deadline, count in shown.items():
                clocks[team, deadline] = clocks.get((team, deadline), 0) + count
    if not clocks:
        raise InvalidInput(
            Text(
                da="ingen række viser en frist: listen skal have mindst én startdato, fx "
                "opmærksom dato, og den dato, der afslutter fristen",
                en="no row shows a deadline: the list needs at least one starting date, such as "
                "the day the need became known, and the date that meets the deadline",
            ),
            field="events",
        )
    headline_team, headline_deadline = max(sorted(clocks), key=lambda each: clocks[each])
    teams = sorted({each.team for each in classes} | {each.team for each in roster.caseworkers})
    return Department(
        slug=slug,
        name=name,
        on=on,
        unit=history.unit,
        open_cases=open_in_all(still_open),
        teams=tuple(
            Team(slug=team, label=labels.get(team, Text(da=team, en=team)), practice=_PRACTICE)
            for team in teams
        ),
        roster=roster,
        case_classes=tuple(classes),
        headline_team=headline_team,
        headline_deadline=headline_deadline,
        assumptions=tuple(assumptions),
        source=Text(
            da=f"Afdelingens egne lister, trukket {history.seen_on}",
            en=f"The department’s own lists, drawn on {history.seen_on}",
        ),
    )


def class_slug(case_class: str, team: str, history: CaseHistory) -> str:
    """Name a type of cases in a team: with the team where several have it (da: sagstypens navn)."""
    of_type = history.case_class == history.case_classes.index(case_class)
    several = np.unique(history.team[of_type]).size > 1
    name = case_class.replace(STRAND_MARK, "-")
    return f"{name}-{team}" if several else name


def _deadlines(rows: CaseHistory, book: Rulebook) -> dict[str, int]:
    """The deadlines that some rows show by their start, and in how many rows, in order of it."""
    day = rows.seen_on
    shown: dict[str, int] = {}
    for deadline, met_by in MET_BY.items():
        try:
            starts = CaseEvent(deadline_rule(deadline, day, book).starts_on.id)
        except RuleNotInForce:
            continue
        if met_by in rows.events and deadline in _WORK:
            count = int((~np.isnan(rows.at(starts))).sum())
            if count:
                shown[deadline] = count
    return shown


def _route(rows: CaseHistory, shown: dict[str, int], book: Rulebook) -> tuple[Episode, ...]:
    episodes: list[Episode] = []
    for deadline in shown:
        work = _WORK[deadline]
        starts = _starts(deadline, rows, episodes[-1].milestone if episodes else None, book)
        episodes += _episodes(work, rows, book, Clock(deadline=deadline, starts=starts))
    return tuple(episodes) or tuple(_episodes(_OTHER, rows, book, None))


def _starts(deadline: str, rows: CaseHistory, before: str | None, book: Rulebook) -> str:
    """What starts a clock: the case's arrival, or the milestone before where it comes later."""
    if before is None:
        return ARRIVAL
    event = CaseEvent(deadline_rule(deadline, rows.seen_on, book).starts_on.id)
    after = rows.at(event) - rows.arrived_at()
    return before if np.nanmedian(after) >= 1 else ARRIVAL


def _episodes(work: _Work, rows: CaseHistory, book: Rulebook, clock: Clock | None) -> list[Episode]:
    hours = _assumed(work.effort, rows.seen_on, book)
    wait = _assumed(work.wait, rows.seen_on, book) if work.wait else Fraction(0)
    done = Episode(
        slug=work.slug,
        label=work.label,
        effort_hours=_varying(hours / work.times),
        external_delay_days=NOTHING if work.waits_first else _varying(wait / work.times),
        least_times=work.times,
        most_times=work.times,
        milestone=f"{work.slug}-done" if clock else None,
        clock=clock,
    )
    if not work.waits_first:
        return [done]
    waiting = Episode(
        slug=f"before-{work.slug}",
        label=Text(da=f"Venten før: {work.label.da}", en=f"Waiting before: {work.label.en}"),
        effort_hours=NOTHING,
        external_delay_days=_planned_wait(rows, clock, book) or _varying(wait),
    )
    return [waiting, done]


def _planned_wait(rows: CaseHistory, clock: Clock | None, book: Rulebook) -> Distribution | None:
    """How long a follow-up is put off, by the list itself; None where too few have been done.

    Most of the time until it is done (an assumption), varying as that does by its quartiles.
    """
    if clock is None:
        return None
    starts = CaseEvent(deadline_rule(clock.deadline, rows.seen_on, book).starts_on.id)
    met = MET_BY[clock.deadline]
    if int((~np.isnan(rows.at(met)) & ~np.isnan(rows.at(starts))).sum()) < _LEAST_DONE:
        return None
    done = open_share(followed_cases(rows, met, starts))
    lower, median, upper = (done.age_reached(each).value for each in (0.25, 0.5, 0.75))
    if not lower or not median or not upper:
        return None
    spread = (upper - lower) / median / _QUARTILES_APART
    return Distribution(
        family=Family.LOGNORMAL,
        mean=exact(round(_PUT_OFF * median, 1)),
        cv=exact(round(min(max(spread, _LEAST_SPREAD), float(_SPREAD)), 2)),
    )


def _assumed(rule: str, day: date, book: Rulebook) -> Fraction:
    return book[f"assumption.{rule}"].on(day).number


def _varying(mean: Fraction) -> Distribution:
    if not mean:
        return NOTHING
    return Distribution(family=Family.LOGNORMAL, mean=mean, cv=_SPREAD)


def _a_year(rows: CaseHistory) -> Fraction:
    """What arrived in a year of the time that the list is complete for; 0 where nobody said."""
    if rows.complete_from is None:
        return Fraction(0)
    since = day_number(rows.complete_from)
    days = Fraction((rows.seen_on - rows.complete_from).days + 1)
    return Fraction(int((rows.arrived_at() >= since).sum())) * DAYS_PER_YEAR / days


def _assumption(case_class: CaseClass) -> Assumption:
    hours = sum((each.mean_effort_hours for each in case_class.route), Fraction(0))
    delays = sum(
        (each.external_delay_days.mean * each.mean_times for each in case_class.route), Fraction(0)
    )
    in_danish, in_english = (
        (in_full(hours, language), in_full(delays, language)) for language in ("da", "en")
    )
    return Assumption(
        about=f"case_classes.{case_class.slug}.route",
        says=Text(
            da=f"En sag af typen {case_class.label.da} tager {in_danish[0]} timer og venter "
            f"{in_danish[1]} dage på andre.",
            en=f"A case of the kind {case_class.label.en} takes {in_english[0]} hours and waits "
            f"{in_english[1]} days for others.",
        ),
        reason=Text(
            da="Udkast ud fra planlæggerens antagelser: listerne fortæller det ikke, ud over hvor "
            "længe opfølgninger udsættes. Ret det, eller læs en tidsregistrering ind.",
            en="A draft from the planner’s assumptions: the lists do not tell, but for how long "
            "follow-ups are put off. Correct it, or import a time study.",
        ),
        said_by="planlæggeren (udkast)",
    )
