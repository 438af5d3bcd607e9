"""A first department from a case list and a payroll list, to be corrected (da: udkast).

Lists name teams and types of cases; what the work on a case consists of they do not know. A type
gets a route by the deadlines that its rows show, with hours and waiting from the assumption rules,
and says so of each. A time study beside them gives the hours, piece by piece with their intervals.
It is a beginning for a fit, and no description of anybody's practice.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from fractions import Fraction

import numpy as np

from capacity.case_classes import Backlog, CaseClass
from capacity.consistency import DAYS_PER_YEAR
from capacity.department import Assumption, Department, Team
from capacity.errors import InvalidInput
from capacity.practice import Policy, Practice
from capacity.roster import Roster
from capacity.rulebook import Rulebook
from capacity.wording import Text
from simulations.case_history import CaseHistory, day_number
from simulations.draft_assumptions import route_assumptions
from simulations.drafted_parts import (
    RoutePart,
    StudiedClass,
    is_pooled,
    part_of_year,
    route_parts,
    shown_in,
)
from simulations.drafted_routes import DraftedRoute, desk_days, drafted_route, waits_told
from simulations.drafted_work import STRAND_MARK, drafted_classes, is_strand, route_place
from simulations.listed_waits import OwnWaits
from simulations.open_cases import open_cases, open_in_all, open_rows
from simulations.time_study import TimeStudy, measured_factor

_PRACTICE = Practice(policy=Policy.EARLIEST_DUE)
"""Assumption: the work whose deadline is nearest is taken first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Rows:
    """The rows of a class in a team, and what they are made of."""

    rows: CaseHistory
    parts: tuple[RoutePart, ...]
    own: OwnWaits | Text
    studied: StudiedClass | None = None

    @staticmethod
    def of(rows: CaseHistory, book: Rulebook, studied: StudiedClass | None = None) -> "_Rows":
        parts = route_parts(rows, book, studied)
        return _Rows(rows=rows, parts=parts, own=waits_told(parts, rows), studied=studied)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Drafted:
    """A class with the rows it came from and what is assumed of it."""

    case_class: CaseClass
    rows: CaseHistory
    assumptions: tuple[Assumption, ...]


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
    found = [
        (team, case_class, _Rows.of(rows, book))
        for team_number, team in enumerate(history.teams)
        for class_number, case_class in enumerate(history.case_classes)
        if (
            rows := history.only(
                (history.team == team_number) & (history.case_class == class_number)
            )
        ).cases
    ]
    desks = desk_days((each.parts, each.own) for _, _, each in found)
    types = [labels[each].da if each in labels else each for each in history.case_classes]
    drafts: list[_Drafted] = []
    clocks: dict[tuple[str, str], int] = {}
    for team, case_class, told in found:
        label = labels.get(case_class, Text(da=case_class, en=case_class))
        beside = STRAND_MARK in case_class or is_strand(label.da, types)
        laid_out = drafted_route(told.parts, told.own, told.rows, desks, book)
        begun = CaseClass(
            slug=class_slug(case_class, team, history),
            label=label,
            team=team,
            arrivals_per_year=_a_year(told.rows),
            route=laid_out.episodes,
            # A follow-up on a case is work on it, and no case of its own.
            weight=Fraction(0 if beside else 1),
        )
        drafts.append(_drafted(begun, told, laid_out))
        for deadline, count in shown_in(told.rows, book).items():
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
    classes = tuple(each.case_class for each in drafts)
    teams = sorted({each.team for each in classes} | {each.team for each in roster.caseworkers})
    return Department(
        slug=slug,
        name=name,
        on=history.seen_on + timedelta(days=1),
        unit=history.unit,
        open_cases=open_in_all([(each.case_class, _open(each)) for each in drafts]),
        teams=tuple(
            Team(slug=team, label=labels.get(team, Text(da=team, en=team)), practice=_PRACTICE)
            for team in teams
        ),
        roster=roster,
        case_classes=classes,
        headline_team=headline_team,
        headline_deadline=headline_deadline,
        assumptions=tuple(one for each in drafts for one in each.assumptions),
        source=Text(
            da=f"Afdelingens egne lister, trukket {history.seen_on}",
            en=f"The department’s own lists, drawn on {history.seen_on}",
        ),
    )


def with_time_study(
    department: Department,
    rows_of: Mapping[str, CaseHistory],
    study: TimeStudy,
    book: Rulebook,
    words: Mapping[tuple[str, str], str] | None = None,
) -> Department:
    """Give a draft's routes the hours of a time study (da: udkast med tidsregistrering).

    `rows_of` are the rows of each class in the case list, by its slug; `words` what the study calls
    the work of a class and episode. Where the study has a class whose route is still a draft's, the
    drafted routes are laid out anew, from the list and the study together; all else stays as it is.
    """
    written = {each.case_class for each in study.entries}
    drafted = {
        each.slug: each
        for each in drafted_classes(department)
        if each.slug in rows_of and rows_of[each.slug].cases
    }
    if not written & set(drafted):
        return department
    part = float(part_of_year(study, book))
    studied = {
        slug: StudiedClass(
            case_class=slug,
            study=study,
            cases=float(each.arrivals_per_year) * part or None,
            words={episode: said for (of, episode), said in (words or {}).items() if of == slug},
        )
        for slug, each in drafted.items()
        if slug in written
    }
    told = {slug: _Rows.of(rows_of[slug], book, studied.get(slug)) for slug in drafted}
    thin = {
        (slug, one.work.slug): float(one.hours)
        for slug, each in told.items()
        for one in each.parts
        if is_pooled(one)
    }
    pooled = measured_factor(study, thin)
    for slug in {of for of, _ in thin}:
        told[slug] = _Rows.of(rows_of[slug], book, replace(studied[slug], pooled=pooled))
    desks = desk_days((each.parts, each.own) for each in told.values())
    anew = {
        slug: _drafted(
            each,
            told[slug],
            drafted_route(told[slug].parts, told[slug].own, told[slug].rows, desks, book),
        )
        for slug, each in drafted.items()
    }
    return replace(
        department,
        case_classes=tuple(
            anew[each.slug].case_class if each.slug in anew else each
            for each in department.case_classes
        ),
        assumptions=(
            *(each for each in department.assumptions if not _is_of(each, anew)),
            *(one for each in anew.values() for one in each.assumptions),
        ),
    )


def class_slug(case_class: str, team: str, history: CaseHistory) -> str:
    """Name a type of cases in a team: with the team where several have it (da: sagstypens navn)."""
    of_type = history.case_class == history.case_classes.index(case_class)
    several = np.unique(history.team[of_type]).size > 1
    name = case_class.replace(STRAND_MARK, "-")
    return f"{name}-{team}" if several else name


def _drafted(begun: CaseClass, told: _Rows, laid_out: DraftedRoute) -> _Drafted:
    found = replace(begun, route=laid_out.episodes, backlog=Backlog())
    return _Drafted(
        case_class=replace(found, backlog=open_cases(found, told.rows).backlog),
        rows=told.rows,
        assumptions=tuple(route_assumptions(found, laid_out, told.studied)),
    )


def _open(drafted: _Drafted) -> CaseHistory:
    return open_rows(drafted.case_class, drafted.rows)


def _a_year(rows: CaseHistory) -> Fraction:
    """What arrived in a year of the time that the list is complete for; 0 where nobody said."""
    if rows.complete_from is None:
        return Fraction(0)
    since = day_number(rows.complete_from)
    days = Fraction((rows.seen_on - rows.complete_from).days + 1)
    return Fraction(int((rows.arrived_at() >= since).sum())) * DAYS_PER_YEAR / days


def _is_of(assumption: Assumption, classes: Mapping[str, _Drafted]) -> bool:
    return any(
        assumption.about == route_place(each)
        or assumption.about.startswith(f"{route_place(each)}.")
        for each in classes
    )
