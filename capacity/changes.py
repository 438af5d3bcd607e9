"""What would be different: a department with one thing changed (da: ændringer).

Every change makes a new department and leaves the old one as it was. Names stay, and chance hangs
on names: in a simulation the changed department meets the same luck, so what differs is the change.
A factor multiplies; 1 changes nothing, and what is 0 stays 0.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from fractions import Fraction

from capacity.alternatives import Alternative
from capacity.case_classes import CaseClass, Episode
from capacity.caseworker import Caseworker, RampUp
from capacity.department import Department, Team
from capacity.distributions import Distribution, Family, empirical
from capacity.errors import InvalidInput
from capacity.fit import TeamInputs
from capacity.practice import Policy
from capacity.refusals import refuse_below_zero, refuse_unless_above_zero
from capacity.staff_risks import StaffRisks
from capacity.units import Days
from capacity.wording import Text

_FREE_VARIATION = (Family.GAMMA, Family.LOGNORMAL)


def scaled(distribution: Distribution, factor: Fraction) -> Distribution:
    """Multiply every value by a factor; the shape is kept (da: skaleret fordeling).

    >>> scaled(empirical([Fraction(2), Fraction(6)]), Fraction(1, 2)).observed
    (Fraction(1, 1), Fraction(3, 1))
    """
    refuse_below_zero(factor, "factor")
    if distribution.family is Family.EMPIRICAL:
        return empirical([value * factor for value in distribution.observed])
    return replace(distribution, mean=distribution.mean * factor)


def with_inflow(
    department: Department, factor: Fraction, teams: tuple[str, ...] | None = None
) -> Department:
    """Multiply what arrives in a year (da: tilgang), of all teams' cases or of some teams'.

    The usual cases stay who they are. New notifications on cases that are open follow their number
    by themselves.
    """
    refuse_below_zero(factor, "factor")

    def changed(each: CaseClass) -> CaseClass:
        usual = each.usual_arrivals_per_year or each.arrivals_per_year
        if not usual or factor == 1:
            return each
        return replace(
            each, arrivals_per_year=each.arrivals_per_year * factor, usual_arrivals_per_year=usual
        )

    return _with_classes(department, changed, teams)


def with_effort(
    department: Department, factor: Fraction, teams: tuple[str, ...] | None = None
) -> Department:
    """Multiply what every episode takes of hours (da: tidsforbrug), the strands' too."""
    return _with_episodes(
        department,
        lambda each: replace(each, effort_hours=scaled(each.effort_hours, factor)),
        teams,
    )


def with_effort_spread(
    department: Department, factor: Fraction, teams: tuple[str, ...] | None = None
) -> Department:
    """Multiply how much efforts vary, their means kept (da: spredning i tidsforbruget).

    Only where the family leaves the coefficient of variation free, gamma and lognormal: what is
    fixed, exponential or measured has the spread it has.
    """
    refuse_unless_above_zero(factor, "factor")

    def changed(episode: Episode) -> Episode:
        effort = episode.effort_hours
        if effort.family not in _FREE_VARIATION:
            return episode
        return replace(episode, effort_hours=replace(effort, cv=effort.cv * factor))

    return _with_episodes(department, changed, teams)


def with_delays(
    department: Department, factor: Fraction, teams: tuple[str, ...] | None = None
) -> Department:
    """Multiply how long others let every episode wait (da: ventetid på andre).

    The pauses before a strand begins are the department's own choice and stay.
    """
    return _with_episodes(
        department,
        lambda each: replace(each, external_delay_days=scaled(each.external_delay_days, factor)),
        teams,
    )


def with_loops(
    department: Department, factor: Fraction, teams: tuple[str, ...] | None = None
) -> Department:
    """Multiply the chance that a piece of work must be done again (da: omgange).

    `InvalidInput` where a chance would reach 1: the work would never end.
    """
    refuse_below_zero(factor, "loops")
    return _with_episodes(department, lambda each: replace(each, again=each.again * factor), teams)


def with_priorities(department: Department, priorities: Mapping[str, int]) -> Department:
    """Give case classes other priorities (da: prioritet); `InvalidInput` for one not there."""
    known = [each.slug for each in department.case_classes]
    for name in priorities:
        if name not in known:
            names = ", ".join(known)
            raise InvalidInput(
                Text(
                    da=f"der er ingen sagstype ”{name}”; der er {names}",
                    en=f"there is no case class “{name}”; there are {names}",
                ),
                field="priorities",
            )
    return _with_classes(
        department,
        lambda each: replace(each, priority=priorities.get(each.slug, each.priority)),
        None,
    )


def with_ramp_up(
    department: Department, ramp_up: RampUp, teams: tuple[str, ...] | None = None
) -> Department:
    """Let those who follow somebody who leaves grow into the work otherwise (da: oplæring).

    `InvalidInput` in a team without staff risks, where nobody ever leaves.
    """
    for each in department.teams:
        if (teams is None or each.slug in teams) and each.staff_risks is None:
            raise InvalidInput(
                Text(
                    da=f"i teamet ”{each.slug}” forlader ingen stillingen, så ingen læres op; "
                    "skriv teamets staff_risks",
                    en=f"in the team “{each.slug}” nobody ever leaves, so nobody is trained; "
                    "write the team's staff_risks",
                ),
                field="ramp_up",
            )
    return _with_risks(department, lambda risks: replace(risks, ramp_up=ramp_up), teams)


def with_case_hours(
    department: Department, factor: Fraction, teams: tuple[str, ...] | None = None
) -> Department:
    """Multiply everybody's weekly hours for cases (da: timer til sager).

    Other duties give or take the difference; where they do not suffice, the contract is longer.
    """

    def changed(person: Caseworker) -> Caseworker:
        hours = (person.hours_per_week - person.non_case_hours_per_week) * factor
        contract = max(person.hours_per_week, hours)
        return replace(person, hours_per_week=contract, non_case_hours_per_week=contract - hours)

    refuse_below_zero(factor, "factor")
    return _with_people(department, changed, teams)


def with_sickness(
    department: Department,
    factor: Fraction,
    usual_sick_days: Days,
    teams: tuple[str, ...] | None = None,
) -> Department:
    """Multiply how long sickness and leave last (da: sygdom og orlov).

    In a team with staff risks every spell is longer and none comes more often; in one without, the
    sick days a year, `usual_sick_days` (the rule's) where a person has no number of their own.
    Leave that is planned for somebody stays.
    """
    refuse_unless_above_zero(factor, "factor")

    def longer(risks: StaffRisks) -> StaffRisks:
        return replace(
            risks,
            short_sickness_days=scaled(risks.short_sickness_days, factor),
            long_sickness_days=scaled(risks.long_sickness_days, factor),
            parental_leave_days=scaled(risks.parental_leave_days, factor),
        )

    by_chance = {each.slug for each in department.teams if each.staff_risks is not None}

    def changed(person: Caseworker) -> Caseworker:
        if person.team in by_chance:
            return person
        days = usual_sick_days if person.sick_days is None else person.sick_days
        return replace(person, sick_days=days * factor)

    return _with_people(_with_risks(department, longer, teams), changed, teams)


def with_turnover(
    department: Department, factor: Fraction, teams: tuple[str, ...] | None = None
) -> Department:
    """Multiply how often people leave for good, where staff risks say so (da: udskiftning)."""
    return _with_risks(
        department,
        lambda risks: replace(risks, turnover_per_year=risks.turnover_per_year * factor),
        teams,
    )


def with_caseload_limit(
    department: Department, factor: Fraction, teams: tuple[str, ...] | None = None
) -> Department:
    """Multiply the limit on open cases for each full-time caseworker, where there is one.

    (da: loft over sagstal.)
    """

    def changed(team: Team) -> Team:
        limit = team.practice.caseload_limit
        if limit is None:
            return team
        return replace(team, practice=replace(team.practice, caseload_limit=limit * factor))

    return _with_teams(department, changed, teams)


def with_alternative(department: Department, alternative: Alternative) -> Department:
    """Put another set of assumptions in the place of the department's own (da: antagelsessæt)."""
    teams = (alternative.team,)
    changed = with_effort(department, alternative.effort, teams)
    changed = with_delays(changed, alternative.delays, teams)
    changed = with_effort_spread(changed, alternative.effort_spread, teams)
    return _with_policy(changed, alternative.policy, teams)


def with_inputs(department: Department, inputs: Iterable[TeamInputs]) -> Department:
    """Put a set that history leaves possible in the place of the own (da: mulige værdier).

    `UnknownDepartment` where a team is not there.
    """
    for each in inputs:
        teams = (department.team(each.team).slug,)
        department = with_inflow(department, each.inflow, teams)
        department = with_effort(department, each.effort, teams)
        department = with_delays(department, each.delays, teams)
        department = _with_policy(department, each.policy, teams)
    return department


def _with_policy(
    department: Department, policy: Policy | None, teams: tuple[str, ...]
) -> Department:
    if policy is None:
        return department
    return _with_teams(
        department,
        lambda team: replace(team, practice=replace(team.practice, policy=policy)),
        teams,
    )


def _with_classes(
    department: Department,
    changed: Callable[[CaseClass], CaseClass],
    teams: tuple[str, ...] | None,
) -> Department:
    classes = tuple(
        changed(each) if teams is None or each.team in teams else each
        for each in department.case_classes
    )
    return replace(department, case_classes=classes)


def _with_episodes(
    department: Department,
    changed: Callable[[Episode], Episode],
    teams: tuple[str, ...] | None,
) -> Department:
    return _with_classes(
        department,
        lambda case_class: replace(
            case_class,
            route=tuple(changed(each) for each in case_class.route),
            strands=tuple(
                replace(strand, episodes=tuple(changed(each) for each in strand.episodes))
                for strand in case_class.strands
            ),
        ),
        teams,
    )


def _with_people(
    department: Department,
    changed: Callable[[Caseworker], Caseworker],
    teams: tuple[str, ...] | None,
) -> Department:
    people = tuple(
        changed(each) if teams is None or each.team in teams else each
        for each in department.roster.caseworkers
    )
    return replace(department, roster=replace(department.roster, caseworkers=people))


def _with_teams(
    department: Department, changed: Callable[[Team], Team], teams: tuple[str, ...] | None
) -> Department:
    return replace(
        department,
        teams=tuple(
            changed(each) if teams is None or each.slug in teams else each
            for each in department.teams
        ),
    )


def _with_risks(
    department: Department,
    changed: Callable[[StaffRisks], StaffRisks],
    teams: tuple[str, ...] | None,
) -> Department:
    return _with_teams(
        department,
        lambda team: replace(team, staff_risks=team.staff_risks and changed(team.staff_risks)),
        teams,
    )
