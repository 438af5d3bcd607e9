"""Stress tests: what a team loses when several are away at once, and for how long (da: sårbarhed).

“Two sick and one on leave from March: which month is the worst, and when are we back?” Who is away
is stated as counts, and it is always those with the most hours for cases: it is a stress. The
department with them away is compared with the same department without, month by month, on the same
cases and the same luck; so what differs is the stress. Sickness comes unforeseen: cases stay with
the sick until the days of `assumption.handover_after_days` have gone by.

A month is that in which a deadline falls due, also for clocks that ran before the start; what was
overdue by then is left out.
"""

from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, fields, replace
from datetime import date, timedelta
from fractions import Fraction
from itertools import pairwise

import numpy as np

from capacity.case_classes import Backlog, CaseClass
from capacity.caseworker import Absence, AbsenceReason, Caseworker, RampUp
from capacity.department import Department
from capacity.errors import InvalidInput
from capacity.refusals import refuse_unless_above_zero, refuse_unless_share
from capacity.rulebook import Rulebook
from capacity.units import Share
from capacity.wording import Language, Text, date_in_words, month_in_words, percent, shown
from capacity.workdays import Unit, add
from simulations.cohorts import IN_TIME, LATE, OPEN_AND_OVERDUE
from simulations.estimates import Estimate, ratio, ratio_difference, year_range
from simulations.experiments import Trial, month_ends, refuse_steps, run, steps, trial
from simulations.luck import Floats
from simulations.plan import connected_teams
from simulations.questions import LEAST_REPLICATIONS
from simulations.tallies import mean_of, quantile_range

FOLLOWED_MONTHS = 18
"""Assumption: a stress is followed for so many months from its beginning."""
SICK_DAYS = 90
"""Assumption: how long the sick of a ready-made stress are away, in calendar days."""
LEAVE_DAYS = 300
VACANCY_DAYS = 90
"""Assumption: days from somebody's last day to the successor's first."""
MORE_INFLOW = Fraction(6, 5)
_LONG_AGO = -1e9


@dataclass(frozen=True, slots=True, kw_only=True)
class Away:
    """So many people away from a day on, for so many calendar days (da: fravær).

    `InvalidInput` for no people or no days.
    """

    people: int
    reason: AbsenceReason
    from_: date
    days: int

    def __post_init__(self) -> None:
        refuse_unless_above_zero(self.people, "people")
        refuse_unless_above_zero(self.days, "days")


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaving:
    """So many people who leave for good; the day is the first without them (da: opsigelser).

    Each has a successor with the same hours `vacancy_days` later, who grows into the post as
    `assumption.ramp_up_months` and `assumption.ramp_up_first_share` say. `InvalidInput` for nobody.
    """

    people: int
    from_: date
    vacancy_days: int = VACANCY_DAYS

    def __post_init__(self) -> None:
        refuse_unless_above_zero(self.people, "people")
        refuse_unless_above_zero(self.vacancy_days, "vacancy_days")


@dataclass(frozen=True, slots=True, kw_only=True)
class Surge:
    """More cases of every class of the team for a while (da: flere sager i en periode).

    `factor` multiplies what comes in [from_, to). `InvalidInput` unless it is above 1.
    """

    factor: Fraction
    from_: date
    to: date

    def __post_init__(self) -> None:
        refuse_unless_above_zero(self.factor - 1, "factor")
        refuse_unless_above_zero((self.to - self.from_).days, "to")


Shock = Away | Leaving | Surge


@dataclass(frozen=True, slots=True, kw_only=True)
class StressTest:
    """What happens at once, and what it is called (da: stresstest)."""

    label: Text
    shocks: tuple[Shock, ...]

    @property
    def from_(self) -> date:
        """The first day of any of it (da: begynder)."""
        return min(shock.from_ for shock in self.shocks)


@dataclass(frozen=True, slots=True, kw_only=True)
class Follow:
    """How a stress is followed (da: opfølgning på stresstesten).

    `deadline` is the one that counts, all of the team's where it is None; `to` the end of the
    period, `FOLLOWED_MONTHS` after the stress begins where it is None. A month is over it when the
    paired loss in the share of deadlines kept is at most the `margin`, in 0..1. `beside` is a team
    whose deadlines and cases are counted too, and that nothing happens to: what two teams keep each
    by themselves can be held against what they keep as one. `InvalidInput` for a margin outside 0
    to 1 and for too few replications.
    """

    deadline: str | None = None
    beside: str | None = None
    to: date | None = None
    margin: Share = Fraction(2, 100)
    seed: int = 1
    replications: int = 128

    def __post_init__(self) -> None:
        refuse_unless_share(self.margin, "margin")
        if self.replications < LEAST_REPLICATIONS:
            raise InvalidInput(
                Text(
                    da=f"skriv mindst {LEAST_REPLICATIONS} gentagelser, ikke {self.replications}",
                    en=f"write at least {LEAST_REPLICATIONS} replications, not {self.replications}",
                ),
                field="replications",
            )


USUAL_FOLLOW = Follow()


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthUnderStress:
    """A calendar month with the stress beside the same month without (da: måned).

    `due` is the mean number of deadlines that fall due without the stress; shares are in 0..1 and,
    with their paired difference, None in a month in which nothing falls due. `open_` and `waiting_`
    are mean numbers of the team's cases at the end of the month: open, and without an owner for
    want of room. The ranges are of single courses, chance and all: 95 % of the simulated ones lay
    within them, those in which nothing fell due that month left out.
    """

    first_day: date
    until: date
    due: float
    share_without: float | None
    share_with: float | None
    difference: Estimate | None
    open_without: float
    open_with: float
    open_difference: Estimate
    waiting_without: float
    waiting_with: float
    waiting_difference: Estimate
    share_range_without: tuple[float, float] | None
    share_range_with: tuple[float, float] | None
    open_range_without: tuple[float, float]
    open_range_with: tuple[float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Stress:
    """What a stress test does to a team, month by month (da: sårbarhed).

    `worst` is the month from the stress on with the largest paired loss in the share of deadlines
    kept, None where no month loses more than the `margin`. `recovered_from` is the first day of the
    first month after it from which every month is within the margin; None where that is not within
    the period, or nothing was lost. `more_late` is how many more deadlines are missed in all from
    the stress to the end of the period, with its simulation error; a number of deadlines is the
    same whether one team keeps them or two together. `late_without` and `late_with` are how many
    those are in all, and `busy_without` the share of the hours there were for cases that were
    worked without the stress, in 0..1, None without hours. `follow` has the end of the period
    filled in.
    """

    department: Department
    team: str
    test: StressTest
    months: tuple[MonthUnderStress, ...]
    worst: MonthUnderStress | None
    recovered_from: date | None
    more_late: Estimate
    late_without: Estimate
    late_with: Estimate
    busy_without: Estimate | None
    follow: Follow


def two_sick_and_one_on_leave(from_: date) -> StressTest:
    """Two long-term sick and one on parental leave from a day (da: to syge og én på barsel)."""
    return StressTest(
        label=Text(da="To langtidssyge og én på barsel", en="Two long-term sick and one on leave"),
        shocks=(
            Away(people=2, reason=AbsenceReason.LONG_SICKNESS, from_=from_, days=SICK_DAYS),
            Away(people=1, reason=AbsenceReason.PARENTAL_LEAVE, from_=from_, days=LEAVE_DAYS),
        ),
    )


def one_in_four_resigns(department: Department, team: str, from_: date) -> StressTest:
    """One in four of a team leaves, rounded up (da: hver fjerde siger op)."""
    present = _at_work(department, team, from_)
    return StressTest(
        label=Text(da="Hver fjerde siger op", en="One in four resigns"),
        shocks=(Leaving(people=max(1, -(-len(present) // 4)), from_=from_),),
    )


def more_inflow_for_a_quarter(from_: date) -> StressTest:
    """A fifth more cases for three months (da: 20 % flere sager i et kvartal)."""
    to = add(from_, 3, Unit.CALENDAR_MONTHS)
    return StressTest(
        label=Text(da="20 % flere sager i et kvartal", en="20% more cases for a quarter"),
        shocks=(Surge(factor=MORE_INFLOW, from_=from_, to=to),),
    )


def stress(
    department: Department,
    team: str,
    test: StressTest,
    book: Rulebook,
    follow: Follow = USUAL_FOLLOW,
    *,
    executor: Executor | None = None,
    on_progress: Callable[[int], None] = lambda _: None,
) -> Stress:
    """Compare a team under a stress with the same team without it (da: sårbarhed).

    All deadlines of the team count, or the one named. `InvalidInput` where fewer people are at work
    than are to be away, for a stress before the department's date, and where nothing falls due.
    """
    return compared(
        department,
        struck(department, team, test, book),
        team,
        test,
        book,
        follow,
        executor=executor,
        on_progress=on_progress,
    )


def struck(department: Department, team: str, test: StressTest, book: Rulebook) -> Department:
    """The department in which people are away as the test says (da: ramt afdeling).

    Surges are no part of it: they last for a while, and a case class does not.
    """
    if test.from_ < department.on:
        raise InvalidInput(
            Text(
                da=f"stresstesten begynder {test.from_}, før afdelingens dato {department.on}",
                en=f"the stress begins on {test.from_}, before the department’s date "
                f"{department.on}",
            ),
            field="from",
        )
    hit: dict[str, tuple[Caseworker, ...]] = {}
    for shock in test.shocks:
        if isinstance(shock, Surge):
            continue
        left = [each for each in _at_work(department, team, shock.from_) if each.id not in hit]
        if len(left) < shock.people:
            raise InvalidInput(
                Text(
                    da=f"{shock.people} kan ikke være væk {shock.from_}: {len(left)} er på arbejde",
                    en=f"{shock.people} cannot be away on {shock.from_}: {len(left)} are at work",
                ),
                field="people",
            )
        for person in left[: shock.people]:
            hit[person.id] = _without(person, shock, book)
    roster = department.roster
    people = tuple(one for each in roster.caseworkers for one in hit.get(each.id, (each,)))
    return replace(department, roster=replace(roster, caseworkers=people))


def compared(  # noqa: PLR0913  (each is asked about on its own)
    base: Department,
    hit: Department,
    team: str,
    test: StressTest,
    book: Rulebook,
    follow: Follow = USUAL_FOLLOW,
    *,
    executor: Executor | None = None,
    on_progress: Callable[[int], None] = lambda _: None,
) -> Stress:
    """Compare two departments month by month where one is `struck` by a test (da: parret).

    Both may have been changed alike since, merged for instance; they must share names, on which
    chance hangs. `on_progress` is told how many replications of both together are done.
    """
    follow = _followed(follow, test)
    replications = follow.replications
    without, with_stress, *apart = _all(base, hit, team, test, book, follow)
    refuse_steps(sum(steps(each, replications) for each in (without, with_stress, *apart)))
    counted = (team, *([follow.beside] if follow.beside and not apart else []))
    one = _Months.of(without, counted, replications, executor, on_progress)
    other = _Months.of(
        with_stress, counted, replications, executor, lambda done: on_progress(replications + done)
    )
    for each in apart:  # nothing happens there, so it is the same on both sides
        assert follow.beside is not None
        beside = _Months.of(each, (follow.beside,), replications, executor, lambda _: None)
        one, other = one.together_with(beside), other.together_with(beside)
    if not one.due.any():
        raise InvalidInput(
            Text(
                da="ingen af teamets frister udløber i perioden; vælg en længere periode eller en "
                "anden frist",
                en="none of the team’s deadlines falls due in the period; choose a longer period "
                "or another deadline",
            ),
            field="deadline",
        )
    months = tuple(
        _month(first, until, number, one, other)
        for number, (first, until) in enumerate(pairwise(without.bins))
    )
    worst, recovered = _worst_and_recovery(months, test.from_, float(follow.margin))
    return Stress(
        department=base,
        team=team,
        test=test,
        months=months,
        worst=worst,
        recovered_from=recovered,
        more_late=_more_late(months, test.from_, one, other),
        late_without=_late(months, test.from_, one),
        late_with=_late(months, test.from_, other),
        busy_without=_busy(months, test.from_, one),
        follow=follow,
    )


def compared_steps(
    base: Department,
    hit: Department,
    team: str,
    test: StressTest,
    book: Rulebook,
    follow: Follow = USUAL_FOLLOW,
) -> int:
    """What `compared` costs, in steps of the kernel (da: beregningens omfang).

    `TooMuchWork` where their counts would not fit into memory.
    """
    follow = _followed(follow, test)
    return sum(
        steps(each, follow.replications) for each in _all(base, hit, team, test, book, follow)
    )


def _followed(follow: Follow, test: StressTest) -> Follow:
    """Fill in the end of the period."""
    end = follow.to or add(test.from_, FOLLOWED_MONTHS, Unit.CALENDAR_MONTHS)
    return replace(follow, to=end)


def _all(
    base: Department,
    hit: Department,
    team: str,
    test: StressTest,
    book: Rulebook,
    follow: Follow,
) -> list[Trial]:
    """Lay out the department without and with the stress, and the team beside it.

    A team that work is passed to or from is laid out with the one that is hit.
    """
    surges = [each for each in test.shocks if isinstance(each, Surge)]
    beside = [] if follow.beside is None else [base.team(follow.beside, field="beside").slug]
    is_apart = bool(beside) and follow.beside not in connected_teams(base, team)
    counted = (team,) if is_apart else (team, *beside)
    found = [
        _laid_out(base, team, counted, follow, book, []),
        _laid_out(hit, team, counted, follow, book, surges),
    ]
    if is_apart:
        found.append(_laid_out(base, beside[0], tuple(beside), follow, book, []))
    return found


# --- Who is away -----------------------------------------------------------------------------


def _at_work(department: Department, team: str, day: date) -> list[Caseworker]:
    """The people of a team with hours for cases on a day, those with the most first."""
    department.team(team)
    people = department.roster.team(team).caseworkers
    present = [each for each in people if each.case_hours(day) > 0]
    return sorted(present, key=lambda each: (-each.case_hours(day), each.id))


def _without(person: Caseworker, shock: Away | Leaving, book: Rulebook) -> tuple[Caseworker, ...]:
    """Somebody who is away for a while, or who leaves and is followed by another."""
    if isinstance(shock, Away):
        absence = Absence(
            first_day=shock.from_,
            last_day=shock.from_ + timedelta(days=shock.days - 1),
            reason=shock.reason,
        )
        return (replace(person, absences=(*person.absences, absence)),)
    starts_on = shock.from_ + timedelta(days=shock.vacancy_days)
    months = book["assumption.ramp_up_months"].on(starts_on).number
    first_share = book["assumption.ramp_up_first_share"].on(starts_on).number
    successor = replace(
        person,
        id=f"{person.id}-successor",
        starts_on=starts_on,
        ends_on=None,
        absences=(),
        ramp_up=RampUp(months=int(months), first_share=first_share),
    )
    return replace(person, ends_on=shock.from_ - timedelta(days=1)), successor


# --- Two simulations on the same luck --------------------------------------------------------


def _laid_out(
    department: Department,
    team: str,
    counted: tuple[str, ...],
    follow: Follow,
    book: Rulebook,
    surges: Sequence[Surge],
) -> Trial:
    """Lay out a department by months of due date, surges and clocks that run already included."""
    assert follow.to is not None
    added = _surge_classes(department, team, surges)
    bins = (department.on, *month_ends(department.on, follow.to))
    laid_out = trial(
        replace(department, case_classes=(*department.case_classes, *added)),
        team,
        {"deadlines": lambda duty: duty.team in counted and follow.deadline in (None, duty.rule)},
        department.on,
        follow.to,
        book,
        seed=follow.seed,
        bins=bins,
        sample_on=bins[1:],
    )
    experiment = laid_out.experiment
    bursts = experiment.templates.bursts.copy()
    # Each surge's classes come last, in order, and arrive while it lasts and no longer.
    position = bursts.shape[0] - len(added)
    for surge in surges:
        for _ in range(len(added) // len(surges)):
            bursts[position] = _only_between(bursts[position], surge, department.on)
            position += 1
    return replace(
        laid_out,
        experiment=experiment._replace(
            templates=experiment.templates._replace(bursts=bursts),
            period=experiment.period._replace(first_day=_LONG_AGO),
        ),
    )


def _surge_classes(
    department: Department, team: str, surges: Sequence[Surge]
) -> tuple[CaseClass, ...]:
    return tuple(
        replace(
            each,
            slug=f"{each.slug}+{number}",
            arrivals_per_year=each.arrivals_per_year * (surge.factor - 1),
            backlog=Backlog(),
        )
        for number, surge in enumerate(surges, start=1)
        for each in department.case_classes
        if each.team == team
    )


def _only_between(bursts: Floats, surge: Surge, on: date) -> Floats:
    """Expected bursts up to each day, those outside a surge left out."""
    daily = np.diff(bursts)
    days = np.arange(daily.size)
    outside = (days < (surge.from_ - on).days) | (days >= (surge.to - on).days)
    daily[outside] = 0.0
    return np.concatenate([[0.0], np.cumsum(daily)])


@dataclass(frozen=True, slots=True)
class _Months:
    """What replications counted by month: a row a replication, a column a month."""

    in_time: Floats
    due: Floats
    open_cases: Floats
    waiting_cases: Floats
    busy_hours: Floats
    clock_hours: Floats

    @classmethod
    def of(
        cls,
        laid_out: Trial,
        teams: tuple[str, ...],
        replications: int,
        executor: Executor | None,
        on_progress: Callable[[int], None],
    ) -> "_Months":
        counted = run(laid_out, 0, replications, executor=executor, on_progress=on_progress)
        # The first bin is what was overdue at the start, the last what falls due after the end.
        counts = counted.counts[:, 0, 0, 1:-1]
        columns = [laid_out.layout.teams.index(team) for team in teams]
        samples = counted.samples[:, 0, :, columns]

        def summed(name: str) -> Floats:
            # Indexing by a list puts the teams first.
            total: Floats = samples[name].astype(np.float64).sum(axis=0)
            return total

        return cls(
            counts[:, :, IN_TIME],
            counts[:, :, IN_TIME] + counts[:, :, LATE] + counts[:, :, OPEN_AND_OVERDUE],
            summed("open_cases"),
            summed("waiting_cases"),
            np.diff(summed("busy_hours"), axis=1, prepend=0.0),
            np.diff(summed("clock_hours"), axis=1, prepend=0.0),
        )

    def together_with(self, other: "_Months") -> "_Months":
        """Add what another team counted in the same replications."""
        names = (each.name for each in fields(self))
        return _Months(*(getattr(self, name) + getattr(other, name) for name in names))


def _month(
    first: date, until: date, number: int, without: _Months, hit: _Months
) -> MonthUnderStress:
    base_in_time, base_due = without.in_time[:, number], without.due[:, number]
    in_time, due = hit.in_time[:, number], hit.due[:, number]
    is_due = base_due.sum() > 0 and due.sum() > 0
    return MonthUnderStress(
        first_day=first,
        until=until,
        due=float(base_due.mean()),
        share_without=float(base_in_time.sum() / base_due.sum()) if is_due else None,
        share_with=float(in_time.sum() / due.sum()) if is_due else None,
        difference=ratio_difference(in_time, due, base_in_time, base_due) if is_due else None,
        open_without=float(without.open_cases[:, number].mean()),
        open_with=float(hit.open_cases[:, number].mean()),
        open_difference=mean_of(hit.open_cases[:, number] - without.open_cases[:, number]),
        waiting_without=float(without.waiting_cases[:, number].mean()),
        waiting_with=float(hit.waiting_cases[:, number].mean()),
        waiting_difference=mean_of(hit.waiting_cases[:, number] - without.waiting_cases[:, number]),
        share_range_without=year_range(base_in_time, base_due) if is_due else None,
        share_range_with=year_range(in_time, due) if is_due else None,
        open_range_without=quantile_range(without.open_cases[:, number]),
        open_range_with=quantile_range(hit.open_cases[:, number]),
    )


def _more_late(
    months: Sequence[MonthUnderStress], from_: date, without: _Months, hit: _Months
) -> Estimate:
    """How many more deadlines are missed from the month of the stress on, pair by pair."""
    first = next(number for number, each in enumerate(months) if each.until > from_)
    late, base_late = (each.due - each.in_time for each in (hit, without))
    return mean_of(late[:, first:].sum(axis=1) - base_late[:, first:].sum(axis=1))


def _late(months: Sequence[MonthUnderStress], from_: date, counted: _Months) -> Estimate:
    """How many deadlines are missed from the month of the stress on."""
    first = next(number for number, each in enumerate(months) if each.until > from_)
    return mean_of((counted.due - counted.in_time)[:, first:].sum(axis=1))


def _busy(months: Sequence[MonthUnderStress], from_: date, counted: _Months) -> Estimate | None:
    """The share of the hours for cases that was worked from the month of the stress on."""
    first = next(number for number, each in enumerate(months) if each.until > from_)
    hours = counted.clock_hours[:, first:].sum(axis=1)
    return ratio(counted.busy_hours[:, first:].sum(axis=1), hours) if hours.any() else None


def _worst_and_recovery(
    months: Sequence[MonthUnderStress], from_: date, margin: float
) -> tuple[MonthUnderStress | None, date | None]:
    """The month with the largest loss, and the first from which all months are within a margin."""
    struck_months = [each for each in months if each.until > from_ and each.difference]
    losses = [-_difference(each) for each in struck_months]
    if not losses or max(losses) <= margin:
        return None, None
    worst = losses.index(max(losses))
    last_lossy = max(number for number, loss in enumerate(losses) if loss > margin)
    if last_lossy + 1 == len(struck_months):
        return struck_months[worst], None
    return struck_months[worst], struck_months[last_lossy + 1].first_day


def _difference(month: MonthUnderStress) -> float:
    return month.difference.value if month.difference else 0.0


# --- In words --------------------------------------------------------------------------------

_WORST = Text(
    da="{label} fra {from_}: værst i {month}, hvor {share} af fristerne holdes mod {base} uden "
    "({points} procentpoint færre), i denne model og med disse antagelser.",
    en="{label} from {from_}: worst in {month}, when {share} of the deadlines are kept against "
    "{base} without ({points} percentage points fewer), in this model and with these assumptions.",
)
_NOT_FELT = Text(
    da="{label} fra {from_}: ingen måned taber mere end {margin} procentpoint af fristerne, i "
    "denne model og med disse antagelser.",
    en="{label} from {from_}: no month loses more than {margin} percentage points of the "
    "deadlines, in this model and with these assumptions.",
)
_RECOVERED = Text(
    da="Fra {month} er rettidigheden igen inden for {margin} procentpoint og bliver der.",
    en="From {month} timeliness is within {margin} percentage points again and stays so.",
)
_NEVER = Text(
    da="Inden for perioden, der slutter {end}, kommer teamet ikke tilbage inden for {margin} "
    "procentpoint.",
    en="Within the period, which ends on {end}, the team does not come back within {margin} "
    "percentage points.",
)
_PILE = Text(
    da="Ved månedens udgang er der {more} flere åbne sager end uden.",
    en="At the end of that month there are {more} more open cases than without.",
)


def stress_sentence(found: Stress) -> Text:
    """Say which month is the worst and when it is over (da: sårbarhed i ord)."""
    return Text(da=_sentence(found, "da"), en=_sentence(found, "en"))


def _sentence(found: Stress, language: Language) -> str:
    label = found.test.label.in_language(language)
    from_ = date_in_words(found.test.from_, language)
    margin = shown(found.follow.margin * 100, 0, language)
    worst = found.worst
    if worst is None or worst.share_with is None or worst.share_without is None:
        return _NOT_FELT.in_language(language).format(label=label, from_=from_, margin=margin)
    parts = [
        _WORST.in_language(language).format(
            label=label,
            from_=from_,
            month=month_in_words(worst.first_day, language),
            share=percent(Fraction(worst.share_with), language),
            base=percent(Fraction(worst.share_without), language),
            points=shown(Fraction(-_difference(worst) * 100), 0, language),
        )
    ]
    if worst.open_difference.low > 0:
        more = shown(Fraction(worst.open_difference.value), 0, language)
        parts.append(_PILE.in_language(language).format(more=more))
    if found.recovered_from is None:
        end = date_in_words(found.months[-1].until, language)
        parts.append(_NEVER.in_language(language).format(end=end, margin=margin))
    else:
        month = month_in_words(found.recovered_from, language)
        parts.append(_RECOVERED.in_language(language).format(month=month, margin=margin))
    return " ".join(parts)
