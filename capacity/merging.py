"""Other teams for the same people and cases: merged, split, renamed (da: ny teamstruktur).

Every change makes a new department and leaves the old one as it was. People and case classes keep
their names where they can, and chance hangs on names: a merged department meets the same cases with
the same luck, so what differs is the structure. A class that is divided between two teams gets two
names and with them other luck; then only averages can be compared.

What a new structure costs in hand-overs is stated apart (`cases_that_move`, `with_handover_work`):
nothing here says that a case moves, only that teams do.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import TypeVar

from capacity.case_classes import (
    Backlog,
    BacklogStage,
    CaseClass,
    Desk,
    Episode,
    Strand,
)
from capacity.department import Department, Team
from capacity.distributions import Distribution, Family
from capacity.errors import InvalidInput
from capacity.practice import Assignment, Practice
from capacity.refusals import refuse_below_zero, refuse_twice, refuse_unless_share
from capacity.staff_risks import StaffRisks
from capacity.units import Share
from capacity.wording import Text, shown

Way = TypeVar("Way")


@dataclass(frozen=True, slots=True, kw_only=True)
class TeamPart:
    """What one of the new teams gets when a team is split (da: del af et team).

    `people` are ids of its caseworkers. `case_classes` are those that go to it alone; of every
    class that no part names it gets the `share`, and the shares of all parts sum to 1.
    """

    slug: str
    label: Text
    people: tuple[str, ...]
    share: Share
    case_classes: tuple[str, ...] = ()


def merged(
    department: Department,
    teams: Sequence[str],
    slug: str,
    label: Text,
    *,
    practice: Practice | None = None,
    staff_risks: StaffRisks | None = None,
) -> Department:
    """Make one team of several (da: sammenlagte teams).

    Their people, vacancies, case classes, duty rotas and the work that others pass on to them all
    go to the new team, which stands where the first of them stood. It works as they did: where
    they differ in practice or staff risks, say which it is to be. `InvalidInput` where that is not
    said, a name is taken, or no team is named.
    """
    old = [department.team(each, field=f"teams[{index}]") for index, each in enumerate(teams)]
    refuse_twice(list(teams), "teams")
    if not old:
        raise InvalidInput(
            Text(da="nævn mindst ét team", en="name at least one team"), field="teams"
        )
    if practice is None:
        practice = _common([each.practice for each in old], "practice")
    if staff_risks is None:
        staff_risks = _common([each.staff_risks for each in old], "staff_risks")
    new = Team(slug=slug, label=label, practice=practice, staff_risks=staff_risks)
    kept = [new if each is old[0] else each for each in department.teams if each not in old[1:]]
    names = dict.fromkeys(teams, slug)
    return _moved(department, tuple(kept), lambda name: names.get(name, name))


def renamed(department: Department, team: str, slug: str, label: Text) -> Department:
    """Give a team another name, and change nothing else (da: omdøbt team)."""
    return merged(department, (team,), slug, label)


def split(department: Department, team: str, parts: Sequence[TeamPart]) -> Department:
    """Make several teams of one (da: opdelt team).

    Each works as the old one did. A class that no part names is divided: `casework` becomes
    `casework-<slug>` in each part, with its share of what arrives and of what is open, dealt out
    in turn so that every part has old and new cases. What cannot be divided (vacancies, duty rotas,
    work that other teams pass on) goes to the first part, and so does the headline. `InvalidInput`
    where the people are not divided among the parts, each to one, or shares do not sum to 1.
    """
    old = department.team(team)
    _refuse_wrong_parts(department, team, parts)
    first, others = parts[0], [each for each in department.case_classes if each.team != team]
    of_person = {person: part.slug for part in parts for person in part.people}
    whole = {name: part for part in parts for name in part.case_classes}
    new_classes: list[CaseClass] = []
    for each in department.case_classes:
        if each.team != team:
            continue
        if each.slug in whole:
            new_classes.append(_class_in(each, whole[each.slug].slug, team))
        else:
            new_classes += _divided(each, team, parts)
    new_teams = [replace(old, slug=part.slug, label=part.label) for part in parts]
    position = department.teams.index(old)
    moved = _moved(
        replace(department, case_classes=tuple(others)),
        (*department.teams[:position], *new_teams, *department.teams[position + 1 :]),
        lambda name: first.slug if name == team else name,
        of_person,
    )
    return replace(moved, case_classes=moved.case_classes + tuple(new_classes))


def cases_that_move(department: Department, teams: Sequence[str]) -> Fraction:
    """Open cases that change owner if the teams' caseloads are evened out (da: sager, der flytter).

    The fewest that leave every team with as many weighted open cases for each hour as the others:
    those above the even share, summed over the teams. 0 where nobody owns cases. Open are the
    backlogs of the case classes.
    """
    named = [department.team(each, field=f"teams[{index}]") for index, each in enumerate(teams)]
    owned = {team.slug: team.practice.assignment is not Assignment.TEAM for team in named}
    open_cases = {
        slug: sum(
            (
                each.backlog.open_cases * each.weight
                for each in department.case_classes
                if each.team == slug and owned[slug]
            ),
            Fraction(0),
        )
        for slug in teams
    }
    hours = {
        slug: sum(
            (each.case_hours(department.on) for each in department.roster.team(slug).caseworkers),
            Fraction(0),
        )
        for slug in teams
    }
    all_hours = sum(hours.values(), Fraction(0))
    if not all_hours:
        return Fraction(0)
    all_open = sum(open_cases.values(), Fraction(0))
    above = (open_cases[slug] - all_open * hours[slug] / all_hours for slug in teams)
    return sum((max(Fraction(0), each) for each in above), Fraction(0))


def with_handover_work(department: Department, team: str, cases: int) -> Department:
    """Add the reading up on cases that change owner at the start (da: overdragelse).

    A piece of work of the team's `handover_hours` for each, on the team's desk from the first day.
    They are cases of a class of their own, so they count among those open until they are done.
    `InvalidInput` where the team's practice has no hand-over hours.
    """
    refuse_below_zero(cases, "cases")
    hours = department.team(team).practice.handover_hours
    if not hours:
        raise InvalidInput(
            Text(
                da=f"teamet ”{team}” har ingen timer til overdragelse; skriv handover_hours",
                en=f"the team “{team}” has no hours for hand-over; write handover_hours",
            ),
            field="handover_hours",
        )
    name = f"handover-{team}"
    handover = CaseClass(
        slug=name,
        label=Text(da="Overdragelse ved ny teamstruktur", en="Hand-over to a new team structure"),
        team=team,
        arrivals_per_year=Fraction(0),
        weight=Fraction(0),
        route=(
            Episode(
                slug="handover",
                effort_hours=Distribution(family=Family.DETERMINISTIC, mean=hours, cv=Fraction(0)),
                desk=Desk.TEAM,
            ),
        ),
        backlog=Backlog(stages=(BacklogStage(episode="handover", ages_days=(0,) * cases),)),
    )
    return replace(department, case_classes=(*department.case_classes, handover))


def _common(ways: Sequence[Way], field: str) -> Way:
    if any(each != ways[0] for each in ways):
        raise InvalidInput(
            Text(
                da="teamene gør det forskelligt; skriv, hvad der skal gælde i det nye team",
                en="the teams do it differently; write what is to hold in the new team",
            ),
            field=field,
        )
    return ways[0]


def _moved(
    department: Department,
    teams: tuple[Team, ...],
    new_name: Callable[[str], str],
    of_person: dict[str, str] | None = None,
) -> Department:
    """Give everything that names a team the new name of its team."""
    roster, people = department.roster, of_person or {}
    return replace(
        department,
        teams=teams,
        roster=replace(
            roster,
            caseworkers=tuple(
                replace(each, team=people.get(each.id, new_name(each.team)))
                for each in roster.caseworkers
            ),
            vacancies=tuple(replace(each, team=new_name(each.team)) for each in roster.vacancies),
        ),
        case_classes=tuple(_renamed_in(each, new_name) for each in department.case_classes),
        duty_rotas=tuple(
            replace(each, staffed_by=new_name(each.staffed_by)) for each in department.duty_rotas
        ),
        alternatives=tuple(
            replace(each, team=new_name(each.team)) for each in department.alternatives
        ),
        headline_team=new_name(department.headline_team),
    )


def _renamed_in(case_class: CaseClass, new_name: Callable[[str], str]) -> CaseClass:
    def of_episode(episode: Episode) -> Episode:
        return replace(episode, team=new_name(episode.team)) if episode.team else episode

    def of_strand(strand: Strand) -> Strand:
        return replace(strand, episodes=tuple(of_episode(each) for each in strand.episodes))

    return replace(
        case_class,
        team=new_name(case_class.team),
        route=tuple(of_episode(each) for each in case_class.route),
        strands=tuple(of_strand(each) for each in case_class.strands),
    )


def _class_in(case_class: CaseClass, slug: str, old: str) -> CaseClass:
    return _renamed_in(case_class, lambda name: slug if name == old else name)


def _divided(case_class: CaseClass, old: str, parts: Sequence[TeamPart]) -> list[CaseClass]:
    """Divide a class by the shares, its open cases dealt out in turn."""
    shares = [part.share for part in parts]
    stages = case_class.backlog.stages
    ages = [_dealt(stage.ages_days, shares) for stage in stages]
    begun = [_dealt(stage.begun_days_ago, shares) for stage in stages]
    unknown = _dealt(tuple(range(case_class.backlog.unknown)), shares)
    return [
        replace(
            _class_in(case_class, part.slug, old),
            slug=f"{case_class.slug}-{part.slug}",
            arrivals_per_year=case_class.arrivals_per_year * part.share,
            backlog=Backlog(
                stages=tuple(
                    replace(stage, ages_days=of_ages[number], begun_days_ago=of_begun[number])
                    for stage, of_ages, of_begun in zip(stages, ages, begun, strict=True)
                ),
                unknown=len(unknown[number]),
            ),
        )
        for number, part in enumerate(parts)
        if part.share
    ]


def _dealt(cases: tuple[int, ...], shares: Sequence[Share]) -> list[tuple[int, ...]]:
    """Deal cases out by shares, each to whoever is furthest behind the share, in order."""
    hands: list[list[int]] = [[] for _ in shares]
    for count, case in enumerate(cases, start=1):
        behind = [count * share - len(hand) for share, hand in zip(shares, hands, strict=True)]
        hands[behind.index(max(behind))].append(case)
    return [tuple(hand) for hand in hands]


def _refuse_wrong_parts(department: Department, team: str, parts: Sequence[TeamPart]) -> None:
    refuse_twice([part.slug for part in parts], "parts")
    for index, part in enumerate(parts):
        refuse_unless_share(part.share, f"parts[{index}].share")
    total = sum((part.share for part in parts), Fraction(0))
    if total != 1:
        raise InvalidInput(
            Text(
                da=f"delenes andele er tilsammen {shown(total, 3, 'da')}; skriv dem, så de er 1",
                en=f"the shares of the parts sum to {shown(total, 3, 'en')}; write them so that "
                "they sum to 1",
            ),
            field="parts",
        )
    named = sorted(person for part in parts for person in part.people)
    present = sorted(each.id for each in department.roster.team(team).caseworkers)
    if named != present:
        at_fault = sorted(set(named) ^ set(present)) or [
            each for each in named if named.count(each) > 1
        ]
        raise InvalidInput(
            Text(
                da=f"hver af teamets medarbejdere skal i én del; se på {', '.join(at_fault)}",
                en=f"each of the team’s people goes to one part; look at {', '.join(at_fault)}",
            ),
            field="parts",
        )
    classes = [each.slug for each in department.case_classes if each.team == team]
    whole = [name for part in parts for name in part.case_classes]
    refuse_twice(whole, "parts")
    unknown = [name for name in whole if name not in classes]
    if unknown:
        raise InvalidInput(
            Text(
                da=f"teamet har ingen sagstype ”{unknown[0]}”; der er {', '.join(classes)}",
                en=f"the team has no case class “{unknown[0]}”; there are {', '.join(classes)}",
            ),
            field="parts",
        )
