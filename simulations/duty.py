"""Notifications and 24 hours: what the duty rota covers, and who is left (da: vagt og 24 timer).

Two limits that no effort moves. A notification that comes when nobody is on duty waits for the next
shift, however many people there are. And where a child already has support, somebody who has not
handled the case must take part in the assessment: with one person at work nobody can. Both have a
closed form, and beside it stands the share that the simulation keeps, in which those on duty may
also be busy or ill.
"""

from concurrent.futures import Executor
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

import numpy as np

from capacity.case_classes import EVEN, ArrivalPattern
from capacity.deadlines import deadline_rule
from capacity.department import Department
from capacity.duty_rota import (
    HOURS_PER_DAY,
    HOURS_PER_WEEK,
    DutyRota,
    duty_hours_per_week,
    longest_uncovered_hours,
)
from capacity.errors import InvalidInput, UnknownDepartment
from capacity.refusals import refuse_below_zero, refuse_unless_share
from capacity.roster import case_hours
from capacity.rulebook import Rulebook
from capacity.units import Hours, Share
from capacity.wording import Language, Text, percent, shown
from capacity.workdays import Unit, add
from simulations.cohorts import IN_TIME, LATE, OPEN_AND_OVERDUE
from simulations.estimates import Estimate, ratio, year_range
from simulations.experiments import Groups, Trial, refuse_too_much, run, trial
from simulations.luck import Floats
from simulations.people import Level, deal_staff
from simulations.questions import LEAST_REPLICATIONS

NOTIFICATIONS = "statute.notification_assessment"
USUAL_DUTY_REPLICATIONS = 128


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """What the shifts of a week cover (da: vagtdækning).

    `covered_share` is the part of the week's hours in which somebody is on duty, `arrivals_covered`
    the part of the notifications that come then. `within_reach` is the share that meets a shift
    within the limit: of the others none can be in time, whoever is on duty and however many.
    """

    covered_share: Share
    longest_uncovered_hours: Hours
    arrivals_covered: Share
    within_reach: Share


@dataclass(frozen=True, slots=True, kw_only=True)
class Reassessment:
    """Who is left to reassess in a team on a working day (da: genvurdering ved en anden).

    `people` in the team, each away with the chance `absence`, independently: the chances that
    nobody is at work, and that nobody other than the one who knows the case is, so that nobody can
    reassess. The binomial distribution: aⁿ, and aⁿ + n (1 − a) aⁿ⁻¹.
    """

    people: int
    absence: Share
    chance_of_nobody: float
    chance_of_no_other: float


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftToReassess:
    """Who is left to reassess in a team, by formula and simulated (da: genvurdering i teamet).

    `formula` is the closed form at the team's size and the absence simulated, `no_other` the
    simulated share of working days with at most one at work. Where it is the larger, absence comes
    together: in holidays, in vacancies that last. `share_in_time`, in 0..1, is of the `due` clocks
    on the work of the team that must be done by another; None where there is none.
    """

    team: str
    formula: Reassessment
    no_other: float
    share_in_time: Estimate | None
    due: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DutyAnswer:
    """How a rota keeps its deadline, in formulas and simulated (da: vagt og 24 timer).

    `share_in_time` of `due` clocks on the rota, over all replications, in 0..1, with the range of
    single years; None where nothing falls due. `part_of_team_hours` is what the shifts take of the
    hours for cases that the team behind them has in a week, None where it has none: above 1 they
    cannot be staffed. `left` is of that team.
    """

    department: Department
    rota: str
    deadline: str
    limit_hours: int
    coverage: Coverage
    share_in_time: Estimate | None
    year_low: float | None
    year_high: float | None
    due: int
    part_of_team_hours: Fraction | None
    left: LeftToReassess
    seed: int
    replications: int


def coverage(rota: DutyRota, limit_hours: Hours, pattern: ArrivalPattern = EVEN) -> Coverage:
    """Say what a rota covers of the week, and of what comes (da: vagtdækning).

    Exact. What comes is spread over weekdays and hours by the pattern, evenly within an hour;
    months and public holidays are not looked at, for the rota does not.

    >>> from capacity.duty_rota import Shift
    >>> office_hours = DutyRota(
    ...     slug="duty",
    ...     label=Text(da="Vagt", en="Duty"),
    ...     staffed_by="intake",
    ...     shifts=tuple(
    ...         Shift(weekday=day, opens_at=Fraction(8), closes_at=Fraction(16))
    ...         for day in range(5)
    ...     ),
    ... )
    >>> found = coverage(office_hours, Fraction(24))
    >>> str(found.covered_share), str(found.longest_uncovered_hours), str(found.within_reach)
    ('5/21', '64', '16/21')
    """
    refuse_below_zero(limit_hours, "limit_hours")
    stretches = _covered_stretches(rota)
    covered_hours = sum((closes - opens for opens, closes in stretches), Fraction(0))
    gaps = [
        (closes, opens if opens > closes else opens + HOURS_PER_WEEK)
        for (_, closes), (opens, _) in zip(stretches, stretches[1:] + stretches[:1], strict=True)
        if covered_hours < HOURS_PER_WEEK
    ]
    arrive = [_arrivals(pattern, opens, closes) for opens, closes in stretches]
    too_soon = [
        _arrivals(pattern, start, end - limit_hours)
        for start, end in gaps
        if end - limit_hours > start
    ]
    return Coverage(
        covered_share=covered_hours / HOURS_PER_WEEK,
        longest_uncovered_hours=longest_uncovered_hours(rota),
        arrivals_covered=sum(arrive, Fraction(0)),
        within_reach=1 - sum(too_soon, Fraction(0)),
    )


def reassessment(people: int, absence: Share) -> Reassessment:
    """Say how likely nobody else is left to reassess (da: genvurdering ved en anden).

    `InvalidInput` for fewer than nobody and for what is no share.

    >>> alone, team = reassessment(1, Fraction(1, 10)), reassessment(5, Fraction(1, 10))
    >>> alone.chance_of_no_other, round(team.chance_of_no_other, 5)
    (1.0, 0.00046)
    """
    refuse_below_zero(people, "people")
    refuse_unless_share(absence, "absence")
    nobody = absence**people
    alone = people * (1 - absence) * absence ** (people - 1) if people else Fraction(0)
    return Reassessment(
        people=people,
        absence=absence,
        chance_of_nobody=float(nobody),
        chance_of_no_other=float(nobody + alone),
    )


def duty(  # noqa: PLR0913  (each is asked about on its own)
    department: Department,
    rota: str,
    book: Rulebook,
    *,
    deadline: str = NOTIFICATIONS,
    to: date | None = None,
    seed: int = 1,
    replications: int = USUAL_DUTY_REPLICATIONS,
    executor: Executor | None = None,
) -> DutyAnswer:
    """Say how a duty rota keeps its deadline from the department's date on (da: vagt og 24 timer).

    A year, if no end is given. `UnknownDepartment` for a rota that is not there; `InvalidInput`
    where it does no work with that deadline, and for a deadline that is not one of hours.
    """
    shifts = _rota(department, rota)
    limit = _limit_hours(department, deadline, book)
    pattern = _pattern(department, rota, deadline)
    hours = case_hours(department.roster.team(shifts.staffed_by), department.on)
    laid_out = _laid_out(department, shifts.staffed_by, (rota, deadline), to, seed, book)
    counts = _counts(laid_out, replications, executor)
    in_time, due = _in_time_and_due(counts[:, 0])
    low, high = year_range(in_time, due) if due.any() else (None, None)
    return DutyAnswer(
        department=department,
        rota=rota,
        deadline=deadline,
        limit_hours=limit,
        coverage=coverage(shifts, Fraction(limit), pattern),
        share_in_time=ratio(in_time, due) if due.any() else None,
        year_low=low,
        year_high=high,
        due=int(due.sum()),
        part_of_team_hours=duty_hours_per_week(shifts) / hours if hours else None,
        left=_left(laid_out, shifts.staffed_by, counts),
        seed=seed,
        replications=replications,
    )


def left_to_reassess(
    department: Department,
    team: str,
    book: Rulebook,
    *,
    to: date | None = None,
    seed: int = 1,
    replications: int = USUAL_DUTY_REPLICATIONS,
    executor: Executor | None = None,
) -> LeftToReassess:
    """Say who is left in a team to do what another must do (da: genvurdering i teamet).

    From the department's date on; a year, if no end is given. `UnknownDepartment` for a team that
    is not there.
    """
    department.team(team)
    laid_out = _laid_out(department, team, None, to, seed, book)
    return _left(laid_out, team, _counts(laid_out, replications, executor))


# --- The week --------------------------------------------------------------------------------


def _covered_stretches(rota: DutyRota) -> list[tuple[Fraction, Fraction]]:
    """The stretches of the week, in hours from Monday, in which somebody is on duty; in order."""
    stretches: list[tuple[Fraction, Fraction]] = []
    shifts = sorted(
        (
            each.weekday * HOURS_PER_DAY + each.opens_at,
            each.weekday * HOURS_PER_DAY + each.closes_at,
        )
        for each in rota.shifts
    )
    for opens, closes in shifts:
        if stretches and opens <= stretches[-1][1]:
            stretches[-1] = stretches[-1][0], max(stretches[-1][1], closes)
        else:
            stretches.append((opens, closes))
    return stretches


def _arrivals(pattern: ArrivalPattern, start: Fraction, end: Fraction) -> Share:
    """The share of what comes that comes in a stretch, in hours from Monday; it may run on."""
    weights = [day * hour for day in pattern.weekdays for hour in pattern.hours]
    of_days = sum(pattern.weekdays, Fraction(0)) * sum(pattern.hours, Fraction(0))
    share, at = Fraction(0), start
    while at < end:
        hour = int(at)
        upto = min(Fraction(hour + 1), end)
        share += weights[hour % HOURS_PER_WEEK] / of_days * (upto - at)
        at = upto
    return share


def _pattern(department: Department, rota: str, deadline: str) -> ArrivalPattern:
    """How what comes to a rota is spread: by the pattern of the class that brings most of it."""
    found = {}
    for case_class in department.case_classes:
        for episode in case_class.episodes:
            if episode.team == rota and episode.clock and episode.clock.deadline == deadline:
                is_route = episode in case_class.route
                pattern = case_class.arrival_pattern if is_route else EVEN
                found[case_class.slug] = (case_class.arrivals_per_year, pattern)
    if not found:
        raise InvalidInput(
            Text(
                da=f"vagtplanen ”{rota}” har intet arbejde med fristen ”{deadline}”",
                en=f"the duty rota “{rota}” has no work with the deadline “{deadline}”",
            ),
            field="deadline",
        )
    return max(found.values(), key=lambda each: each[0])[1]


def _rota(department: Department, slug: str) -> DutyRota:
    for each in department.duty_rotas:
        if each.slug == slug:
            return each
    names = ", ".join(each.slug for each in department.duty_rotas)
    raise UnknownDepartment(
        Text(
            da=f"{department.slug} har ingen vagtplan ”{slug}”; "
            + (f"der er {names}" if names else "der er ingen"),
            en=f"{department.slug} has no duty rota “{slug}”; "
            + (f"there are {names}" if names else "there are none"),
        ),
        field="rota",
    )


def _limit_hours(department: Department, deadline: str, book: Rulebook) -> int:
    limit = deadline_rule(deadline, department.on, book)
    if limit.unit is not Unit.HOURS:
        raise InvalidInput(
            Text(
                da=f"{deadline} er ikke en frist i timer; en vagtplan handler om timer",
                en=f"{deadline} is not a limit in hours; a duty rota is about hours",
            ),
            field="deadline",
        )
    return limit.n


# --- Simulated -------------------------------------------------------------------------------


def _laid_out(
    department: Department,
    team: str,
    rota: tuple[str, str] | None,
    to: date | None,
    seed: int,
    book: Rulebook,
) -> Trial:
    """Lay out a team; counted are a rota's clocks of a deadline, and what another must do."""
    by_another = {
        (each.slug, episode.slug)
        for each in department.case_classes
        for episode in each.episodes
        if episode.by_another
    }
    groups: Groups = {
        "on the rota": lambda clock: (clock.team, clock.rule) == rota,
        "by another": lambda clock: (
            clock.team == team and (clock.case_class, clock.episode) in by_another
        ),
    }
    end = to or add(department.on, 12, Unit.CALENDAR_MONTHS)
    return trial(department, team, groups, department.on, end, book, seed=seed)


def _counts(laid_out: Trial, replications: int, executor: Executor | None) -> Floats:
    if replications < LEAST_REPLICATIONS:
        raise InvalidInput(
            Text(
                da=f"skriv mindst {LEAST_REPLICATIONS} gentagelser, ikke {replications}",
                en=f"write at least {LEAST_REPLICATIONS} replications, not {replications}",
            ),
            field="replications",
        )
    refuse_too_much(laid_out, replications)
    return run(laid_out, 0, replications, executor=executor).counts[:, 0]


def _left(laid_out: Trial, team: str, counts: Floats) -> LeftToReassess:
    in_time, due = _in_time_and_due(counts[:, 1])
    absence, no_other, people = _presence(laid_out, team, counts.shape[0])
    return LeftToReassess(
        team=team,
        formula=reassessment(people, absence),
        no_other=no_other,
        share_in_time=ratio(in_time, due) if due.any() else None,
        due=int(due.sum()),
    )


def _in_time_and_due(counts: Floats) -> tuple[Floats, Floats]:
    """In time, and due, of each replication."""
    summed = counts.sum(axis=1)
    return summed[:, IN_TIME], summed[:, IN_TIME] + summed[:, LATE] + summed[:, OPEN_AND_OVERDUE]


def _presence(laid_out: Trial, team: str, replications: int) -> tuple[Share, float, int]:
    """Of a team's working days: the mean absence, the share with at most one at work; how many."""
    experiment, number = laid_out.experiment, laid_out.layout.teams.index(team)
    level = Level(members=experiment.members, first_of_team=experiment.first_of_team[0])
    open_days = np.flatnonzero(experiment.people.workdays[: int(experiment.period.end_day)])
    first, last = experiment.first_of_team[0][number : number + 2]
    people = int(last - first)
    if not people or not open_days.size:
        return Fraction(1), 1.0, people
    at_work = few = 0
    for replication in range(replications):
        staff = deal_staff(experiment.people, level, replication)
        present = np.zeros(experiment.people.workdays.size, dtype=np.int64)
        for worker in staff.caseworkers[first:last]:
            its = staff.intervals[worker["first_interval"] : worker["last_interval"]]
            present[np.unique(its["opens_at"].astype(np.int64))] += 1
        at_work += int(present[open_days].sum())
        few += int((present[open_days] <= 1).sum())
    total = replications * open_days.size
    return 1 - Fraction(at_work, total * people), few / total, people


# --- In words --------------------------------------------------------------------------------

_COVERED = Text(
    da="{rota} dækker {covered} af ugens timer; det længste hul er {gap} timer.",
    en="{rota} covers {covered} of the hours of the week; the longest gap is {gap} hours.",
)
_TOO_LITTLE = Text(
    da="Vagterne kræver {hours} timer om ugen, og det er mere, end teamet bag dem har: de kan ikke "
    "bemandes.",
    en="The shifts take {hours} hours a week, which is more than the team behind them has: they "
    "cannot be staffed.",
)
_OUT_OF_REACH = Text(
    da="{out} af underretningerne kommer så langt fra næste vagt, at ingen kan vurdere dem inden "
    "for {limit} timer, uanset hvor mange der er ansat.",
    en="{out} of the notifications come so long before the next shift that nobody can assess them "
    "within {limit} hours, however many are employed.",
)
_ALL_IN_REACH = Text(
    da="Der er en vagt inden for {limit} timer fra enhver underretning.",
    en="There is a shift within {limit} hours of every notification.",
)
_SIMULATED = Text(
    da="Simuleret vurderes {share} inden for {limit} timer (i 95 % af årene mellem {low} og "
    "{high}), i denne model og med disse antagelser.",
    en="Simulated, {share} are assessed within {limit} hours (in 95% of the years between {low} "
    "and {high}), in this model and with these assumptions.",
)
_NO_OTHER = Text(
    da="Med {people} i teamet og {absence} fravær er der på {chance} af arbejdsdagene ingen anden "
    "til at genvurdere (simuleret: {simulated}).",
    en="With {people} in the team and {absence} absence there is nobody else to reassess on "
    "{chance} of the working days (simulated: {simulated}).",
)
_ONE = Text(
    da="Med én i teamet kan ingen genvurdere en sag, som den ene har behandlet.",
    en="With one in the team nobody can reassess a case that the one has handled.",
)


def duty_sentence(found: DutyAnswer) -> Text:
    """Say what the rota covers, what is kept, and who is left (da: vagten i ord)."""
    return Text(da=_sentence(found, "da"), en=_sentence(found, "en"))


def _sentence(found: DutyAnswer, language: Language) -> str:
    label = _rota(found.department, found.rota).label.in_language(language)
    covers, limit = found.coverage, found.limit_hours
    parts = [
        _COVERED.in_language(language).format(
            rota=label,
            covered=percent(covers.covered_share, language),
            gap=shown(covers.longest_uncovered_hours, 0, language),
        )
    ]
    if found.part_of_team_hours is None or found.part_of_team_hours > 1:
        hours = duty_hours_per_week(_rota(found.department, found.rota))
        parts.append(_TOO_LITTLE.in_language(language).format(hours=shown(hours, 0, language)))
    reach = _OUT_OF_REACH if covers.within_reach < 1 else _ALL_IN_REACH
    out = percent(1 - covers.within_reach, language)
    parts.append(reach.in_language(language).format(out=out, limit=limit))
    share, low, high = found.share_in_time, found.year_low, found.year_high
    if share is not None and low is not None and high is not None:
        parts.append(
            _SIMULATED.in_language(language).format(
                share=percent(Fraction(share.value), language),
                limit=limit,
                low=percent(Fraction(low), language),
                high=percent(Fraction(high), language),
            )
        )
    return " ".join([*parts, left_sentence(found.left).in_language(language)])


def left_sentence(found: LeftToReassess) -> Text:
    """Say how often nobody else is left to reassess (da: genvurdering i ord)."""
    return Text(da=_left_in_words(found, "da"), en=_left_in_words(found, "en"))


def _left_in_words(found: LeftToReassess, language: Language) -> str:
    formula = found.formula
    if formula.people <= 1:
        return _ONE.in_language(language)
    return _NO_OTHER.in_language(language).format(
        people=formula.people,
        absence=percent(formula.absence, language),
        chance=percent(Fraction(formula.chance_of_no_other), language, 1),
        simulated=percent(Fraction(found.no_other), language, 1),
    )
