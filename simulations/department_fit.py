"""A department fitted to its own past: what its lists teach, in its document (da: tilpasning).

The department gives the structure (teams, routes, stated hours) and the lists give the rest. What
can be counted is counted: inflow, people, absence, open cases with their ages. What cannot, effort,
waiting and the order of work, is learned through the simulation as far as it can be learned
(`effort_posterior`), and what history leaves open is kept as sets of possible inputs.
"""

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from fractions import Fraction
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from capacity.case_classes import Backlog, CaseClass
from capacity.case_events import MET_BY, CaseEvent
from capacity.caseworker import RampUp
from capacity.changes import with_inputs
from capacity.consistency import DAYS_PER_YEAR
from capacity.department import Department, Team
from capacity.distributions import Distribution
from capacity.errors import InvalidInput
from capacity.fit import Fit, FittedInput, TeamInputs
from capacity.past_roster import UsualAbsence, known_roster, past_roster
from capacity.practice import Policy
from capacity.roster import Roster, case_hours
from capacity.rulebook import Rulebook
from capacity.staff_history import AwayReason, StaffHistory
from capacity.staff_risks import StaffRisks
from capacity.units import exact
from capacity.wording import Language, Spoken, Text, date_in_words
from simulations.case_history import CaseHistory, day_number
from simulations.effort_posterior import EffortPosterior, FactorLearned, drawn, fitted_effort
from simulations.effort_sentences import effort_sentence, factor_sentence
from simulations.effort_study import (
    LEAST_REPLICATIONS,
    USUAL_POINTS,
    USUAL_REPLICATIONS,
    EffortQuestion,
    effort_steps,
)
from simulations.factor_priors import EffortPrior, FactorPrior, team_effort_prior
from simulations.followed_cases import followed_cases
from simulations.inflow_fit import InflowFit, inflow_fit
from simulations.inflow_fit import with_inflow as with_fitted_inflow
from simulations.luck import Integers, key_of, stream, uniform
from simulations.open_cases import ended_at, event_of, open_cases, open_in_all, open_rows
from simulations.staff_fit import LearnedDays, LearnedRate, StaffFit, staff_fit
from simulations.turnaround_fit import turnaround_fit
from simulations.work_seen import seen_deadlines, shown_deadlines

CONFIDENCE = 0.9
"""Of all intervals of a fit."""
LEAST_FINISHED = 20
"""Assumption: with fewer cases finished a team's history shows nothing of its effort."""
LEAST_WAITS = 10
"""Assumption: with fewer waits written down their mean is worth nothing."""
_FEW_OPEN = 0.05
"""Assumption: where more than one in twenty are still open, what is over says too little."""
_LEAST_DOUBT = 0.05
"""Assumption: days of waiting as they are written down are wrong by some per cent at least."""
EFFORT_LABEL = Text(da="tidsforbrug pr. sag", en="effort per case")
DELAYS_LABEL = Text(da="ventetid på andre", en="waiting for others")
FACTOR = Text(da="faktor på det oplyste", en="factor on what is stated")
SETS = 24
"""How many sets of possible inputs a fit leaves: enough for a band of nine in ten."""
MANY_STEPS = 5 * 10**8
"""Assumption: a team whose study would cost more has cases enough to be told by fewer pasts."""
_WIDE = 0.45
"""Assumption: half as much and twice as much are both within what nine in ten believe."""
UNKNOWN_EFFORT = FactorPrior(
    median=1.0,
    log_sd=_WIDE,
    source=Text(
        da="antagelse: tidsforbruget kan være det halve eller det dobbelte af det oplyste",
        en="assumption: effort may be half or twice what is stated",
    ),
)
UNKNOWN_DELAYS = FactorPrior(
    median=1.0,
    log_sd=_WIDE,
    source=Text(
        da="antagelse: ventetiden på andre kan være det halve eller det dobbelte af den oplyste",
        en="assumption: the waiting for others may be half or twice what is stated",
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Past:
    """All that is known of a department's past (da: afdelingens fortid).

    Without a payroll list the department's own roster is taken to have been there all along, and
    that is said. `effort` are beliefs about case classes, from a time study or a named person;
    `policies` are the orders of work thought possible in each team, its own if left out.
    """

    cases: CaseHistory
    staff: StaffHistory | None = None
    effort: tuple[EffortPrior, ...] = ()
    usual_effort: FactorPrior = UNKNOWN_EFFORT
    usual_delays: FactorPrior = UNKNOWN_DELAYS
    policies: Mapping[str, tuple[Policy, ...]] = field(default_factory=dict)

    def as_seen_on(self, day: date) -> "Past":
        """Return what was known on an earlier day (da: hvad man vidste).

        The beliefs stay: a time study tells of the work, whenever it was made.
        """
        return replace(
            self,
            cases=self.cases.as_seen_on(day),
            staff=None if self.staff is None else self.staff.as_seen_on(day),
        )

    @property
    def complete_from(self) -> date:
        """From when the case list holds all that arrived; `InvalidInput` where nobody has said."""
        if self.cases.complete_from is None:
            raise InvalidInput(
                Text(
                    da="det er ikke oplyst, fra hvornår sagslisten rummer alle sager; skriv "
                    "complete_from, når listen læses ind",
                    en="nobody has said from when the case list holds all cases; write "
                    "complete_from when the list is imported",
                ),
                field="complete_from",
            )
        return self.cases.complete_from


@dataclass(frozen=True, slots=True, kw_only=True)
class StudySize:
    """How much is simulated of each team for each order of work (da: studiets omfang).

    At `points` pairs of effort and waiting the past is simulated `replications` times. What is too
    few is refused as by `EffortQuestion`.
    """

    points: int = USUAL_POINTS
    replications: int = USUAL_REPLICATIONS


def rows_of(case_class: CaseClass, history: CaseHistory, strand: str | None = None) -> CaseHistory:
    """Return a class's own rows of a list, or those of one of its strands (da: sagstypens rækker).

    A strand's rows are called `type/strand` in a list; a type that several teams have may be called
    by its name alone or with the team, `type-team`.
    """
    names = {case_class.slug, case_class.slug.removesuffix(f"-{case_class.team}")}
    if strand is not None:
        names = {f"{name}/{strand}" for name in names}
    return history.only(
        _is_one_of(names, history.case_classes, history.case_class)
        & _is_one_of({case_class.team}, history.teams, history.team)
    )


def _is_one_of(names: set[str], all_names: tuple[str, ...], numbers: Integers) -> NDArray[np.bool_]:
    wanted = [number for number, name in enumerate(all_names) if name in names]
    return np.isin(numbers, wanted)


def department_fit(
    department: Department,
    past: Past,
    book: Rulebook,
    *,
    seed: int = 1,
    executor: Executor | None = None,
    on_progress: Callable[[int, int], None] = lambda _done, _wanted: None,
    study: StudySize | None = None,
) -> Department:
    """Fit a department to its own past (da: tilpas afdelingen til dens egen historie).

    The new department's date is the day after the lists were drawn, its backlog and roster are
    those of that day, and its `fit` says of each input what was learned. Effort, waiting and the
    order of work are learned team by team, with the others as stated, from a `study` of the usual
    size if left out, of fewer replications where the team has very many cases. `on_progress` is
    told how much is done, in thousandths; what it raises stops the rest. `InvalidInput` where the
    lists count in another unit, or hold too little to learn anything from.
    """
    _refuse_other_unit(department, past)
    fits = {each.slug: _class_fit(each, past) for each in department.case_classes}
    _refuse_too_few(fits, past)
    staff = _staff_fits(department, past)
    known = replace(
        department,
        on=past.cases.seen_on + timedelta(days=1),
        teams=tuple(replace(team, staff_risks=staff.risks_of(team)) for team in department.teams),
        case_classes=tuple(fits[each.slug].today(each) for each in department.case_classes),
    )
    known = replace(
        known, roster=staff.roster_today(known), open_cases=_open_today(department, past)
    )
    asked = _asked(department, past, book, seed, study)
    beliefs = _beliefs(asked, past, book, executor, on_progress)
    central = [each.central for each in beliefs.values()]
    fitted = with_inputs(known, central)
    return replace(
        fitted,
        fit=Fit(
            from_=past.complete_from,
            seen_on=past.cases.seen_on,
            cases=past.cases.cases,
            inputs=(
                *(row for each in fits.values() for row in each.rows),
                *(row for each in beliefs.values() for row in each.rows),
                *staff.rows,
            ),
            possible=_possible(fitted, fits, beliefs, seed),
            confidence=exact(CONFIDENCE),
            unexplained=tuple(team for team, each in beliefs.items() if not each.teaches),
        ),
    )


def _open_today(department: Department, past: Past) -> int:
    """The open cases that the list shows, and those stated of types that it has no row of."""
    of_each = [(each, rows_of(each, past.cases)) for each in department.case_classes]
    shown = [(each, open_rows(each, rows)) for each, rows in of_each if rows.cases]
    return open_in_all(shown) + sum(
        each.backlog.open_cases for each, rows in of_each if not rows.cases
    )


def past_department(department: Department, past: Past) -> Department:
    """Return the department as it was when the case list began to be complete (da: som den var).

    With the backlog of that day, what then arrived, and the people who were there, day by day:
    nobody falls ill by chance whose absence is written down.
    """
    from_ = past.complete_from
    before = past.cases.as_seen_on(from_ - timedelta(days=1))
    years = Fraction((past.cases.seen_on - from_).days + 1) / DAYS_PER_YEAR
    classes = []
    for each in department.case_classes:
        rows = rows_of(each, past.cases)
        came = int((rows.arrived_at() >= day_number(from_)).sum())
        classes.append(
            replace(
                _class_fit(each, past).today(each),
                arrivals_per_year=came / years if rows.cases else each.arrivals_per_year,
                backlog=open_cases(each, rows_of(each, before), rows).backlog,
            )
        )
    then = replace(
        department,
        on=from_,
        case_classes=tuple(classes),
        open_cases=sum(each.backlog.open_cases for each in classes),
    )
    if past.staff is None:
        return then
    to = past.cases.seen_on + timedelta(days=1)
    return replace(
        then,
        roster=past_roster(past.staff, from_, to, ramp_up=ramp_ups(department)),
        teams=tuple(replace(team, staff_risks=None) for team in department.teams),
    )


def ramp_ups(department: Department) -> dict[str, RampUp]:
    """How newcomers of each team grow into the work, where it is stated (da: oplæring)."""
    return {
        team.slug: team.staff_risks.ramp_up
        for team in department.teams
        if team.staff_risks is not None and team.staff_risks.ramp_up is not None
    }


# --- What can be counted: inflow, withdrawals, open cases --------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class _ClassFit:
    """What the list says of one class; `inflow` None where it has no row of it."""

    inflow: InflowFit | None
    withdrawal_days: Distribution | None
    backlog: Backlog
    rows: tuple[FittedInput, ...]

    def today(self, case_class: CaseClass) -> CaseClass:
        """The class with what was learned, and with today's open cases."""
        if self.inflow is None:
            return case_class
        return replace(
            with_fitted_inflow(case_class, self.inflow),
            withdrawal_days=self.withdrawal_days or case_class.withdrawal_days,
            backlog=self.backlog,
        )


def _class_fit(case_class: CaseClass, past: Past) -> _ClassFit:
    rows = rows_of(case_class, past.cases)
    if not rows.cases:
        return _ClassFit(
            inflow=None,
            withdrawal_days=None,
            backlog=case_class.backlog,
            rows=(_unseen(case_class),),
        )
    name = rows.case_classes[int(rows.case_class[0])]
    inflow = inflow_fit(rows, name, case_class.team, confidence=CONFIDENCE)
    ends = CaseEvent.CLOSED if CaseEvent.CLOSED in rows.events else event_of(case_class.route[-1])
    withdrawal_days = None
    if ends is not None:
        gone = turnaround_fit(followed_cases(rows, ends), CONFIDENCE).withdrawals
        withdrawal_days = gone.distribution
    return _ClassFit(
        inflow=inflow,
        withdrawal_days=withdrawal_days,
        backlog=open_cases(case_class, rows).backlog,
        rows=(_inflow_row(case_class, inflow),),
    )


def _inflow_row(case_class: CaseClass, inflow: InflowFit) -> FittedInput:
    found = inflow.arrivals_per_year
    value = _rounded(found.value) if inflow.learned else case_class.arrivals_per_year
    return FittedInput(
        about=f"case_classes.{case_class.slug}.arrivals_per_year",
        label=Text(da=f"tilgang af {case_class.label.da}", en=f"inflow of {case_class.label.en}"),
        unit=Text(da="sager om året", en="cases a year"),
        value=value,
        low=min(_rounded(found.low), value),
        high=max(_rounded(found.high), value),
        learned=inflow.learned,
        says=Text(
            da=" ".join(each.da for each in inflow.sentences if each.da),
            en=" ".join(each.en for each in inflow.sentences if each.en),
        ),
    )


def _unseen(case_class: CaseClass) -> FittedInput:
    stated = case_class.arrivals_per_year
    return FittedInput(
        about=f"case_classes.{case_class.slug}.arrivals_per_year",
        label=Text(da=f"tilgang af {case_class.label.da}", en=f"inflow of {case_class.label.en}"),
        unit=Text(da="sager om året", en="cases a year"),
        value=stated,
        low=stated,
        high=stated,
        learned=False,
        says=Text(
            da="Ikke lært: sagslisten har ingen rækker af typen i teamet.",
            en="Not learned: the case list has no rows of the type in the team.",
        ),
    )


# --- Who is there -----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class _Staff:
    """What the payroll list says; None where there is none."""

    history: StaffHistory | None
    fits: Mapping[str, StaffFit]

    def risks_of(self, team: Team) -> StaffRisks | None:
        """A team's absence and turnover, as stated where nothing was learned."""
        return self.fits[team.slug].risks if team.slug in self.fits else team.staff_risks

    def roster_today(self, department: Department) -> Roster:
        """Those who are there on the day after the list, by what was known then."""
        if self.history is None:
            return department.roster
        return known_roster(self.history, _usual(self.fits), ramp_up=ramp_ups(department))

    @property
    def rows(self) -> tuple[FittedInput, ...]:
        """What was learned of the staff, once for the whole department."""
        if not self.fits:
            return ()
        return tuple(_staff_row(each) for each in next(iter(self.fits.values())).parts)


def _staff_fits(department: Department, past: Past) -> _Staff:
    """Absence and turnover of the whole department's people, for teams are too small to tell."""
    if past.staff is None:
        return _Staff(history=None, fits={})
    fits: dict[StaffRisks, StaffFit] = {}
    of_team = {}
    for team in department.teams:
        prior = team.staff_risks or StaffRisks()
        if prior not in fits:
            fits[prior] = staff_fit(past.staff, prior, confidence=CONFIDENCE)
        of_team[team.slug] = fits[prior]
    return _Staff(history=past.staff, fits=of_team)


def _usual(fits: Mapping[str, StaffFit]) -> UsualAbsence:
    any_fit = next(iter(fits.values()))
    lengths = {
        AwayReason.SICKNESS: any_fit.long_sickness_days.used.mean,
        AwayReason.PARENTAL_LEAVE: any_fit.parental_leave_days.used.mean,
    }
    return UsualAbsence(days={why: round(days) for why, days in lengths.items() if days})


def _staff_row(part: LearnedRate | LearnedDays) -> FittedInput:
    if isinstance(part, LearnedRate):
        value, low, high = part.used, _rounded(part.per_year.low), _rounded(part.per_year.high)
        unit = Text(da="gange pr. person og år", en="times per person and year")
    else:
        value = low = high = part.used.mean
        unit = Text(da="dage", en="days")
        if part.mean is not None:
            low, high = _rounded(part.mean.low), _rounded(part.mean.high)
    return FittedInput(
        about=f"staff_risks.{part.what.en.replace(' ', '_')}",
        label=part.what,
        unit=unit,
        value=value,
        # What stands is among what is possible, also where the list speaks against it.
        low=min(low, value),
        high=max(high, value),
        learned=part.learned,
        says=part.sentence,
    )


# --- What can be learned through the simulation alone: effort, waiting, the order of work ------


@dataclass(frozen=True, slots=True, kw_only=True)
class _Belief:
    """What is believed of a team after history: best values, and draws as factors on those."""

    central: TeamInputs
    draws: tuple[TeamInputs, ...]
    rows: tuple[FittedInput, ...]
    teaches: bool = True
    """Whether the past is explained within what was believed; unknown where none is learned."""


def fit_steps(
    department: Department, past: Past, book: Rulebook, study: StudySize | None = None
) -> int:
    """What a fit costs, in steps of the kernel (da: beregningens omfang).

    `TooMuchWork` where a replication of the past is too large; else as `department_fit`.
    """
    return sum(
        effort_steps(question, book)
        for question, reason in _asked(department, past, book, 1, study)
        if reason is None
    )


def _asked(
    department: Department, past: Past, book: Rulebook, seed: int, study: StudySize | None
) -> list[tuple[EffortQuestion, Text | None]]:
    """What is asked of each team's past, and why nothing can be learned of it where that is so."""
    asked = []
    for question in _questions(department, past, seed):
        reason = _unlearnable(question, past, book)
        if reason is None:
            question = replace(question, deadlines=_looked_at(question, past, book))
            question = _sized(question, study, book)
        asked.append((question, reason))
    return asked


def _looked_at(question: EffortQuestion, past: Past, book: Rulebook) -> tuple[str, ...]:
    """The deadlines that a team's effort is learned from: those of the routes, where there are any.

    Where each case stands in what recurs beside its route no list says of the first day, so the
    simulated past begins with a guess; to count follow-ups took that guess for the work's weight,
    and intervals of 90 % held 70 % where effort was not as stated.
    """
    deadlines = seen_deadlines(question.department, question.team, book)
    on_routes = {
        each.clock.deadline
        for case_class in question.department.case_classes
        if case_class.weight  # work on other cases, as a draft has follow-ups, recurs like strands
        for each in case_class.route
        if each.clock is not None and (each.team or case_class.team) == question.team
    }
    shown = shown_deadlines(past.cases, question.team, deadlines, book)
    return tuple(each for each in shown if each in on_routes) or shown


def _sized(question: EffortQuestion, study: StudySize | None, book: Rulebook) -> EffortQuestion:
    """The question at the size that was asked for, or at the one that suits its team.

    The figures of a past are sums over its cases, so the chance that replications even out is the
    smaller the more cases there are: of very many, half as many replications tell as much.
    """
    if study is not None:
        return replace(question, points=study.points, replications=study.replications)
    if effort_steps(question, book) > MANY_STEPS:
        return replace(question, replications=LEAST_REPLICATIONS)
    return question


def _questions(department: Department, past: Past, seed: int) -> list[EffortQuestion]:
    """What is asked of the past of each team that owes somebody a deadline."""
    then = past_department(department, past)
    questions = []
    for team in (each.slug for each in department.teams if department.deadlines_of(each.slug)):
        classes = [each for each in department.case_classes if each.team == team]
        names = {each.slug for each in classes}
        stated = [each for each in past.effort if each.case_class in names]
        questions.append(
            EffortQuestion(
                department=then,
                team=team,
                to=past.cases.seen_on + timedelta(days=1),
                effort=team_effort_prior(stated, department, team, past.usual_effort),
                delays=_delays_prior(classes, past),
                policies=past.policies.get(team, ()),
                seed=seed,
            )
        )
    return questions


def _beliefs(
    asked: Sequence[tuple[EffortQuestion, Text | None]],
    past: Past,
    book: Rulebook,
    executor: Executor | None,
    on_progress: Callable[[int, int], None],
) -> dict[str, _Belief]:
    believed = {}
    for number, (question, reason) in enumerate(asked):
        if reason is None:
            found = fitted_effort(
                question,
                past.cases,
                book,
                executor=executor,
                on_progress=_part(on_progress, number, len(asked)),
            )
            believed[question.team] = _learned(found)
        else:
            believed[question.team] = _as_before(question, reason)
        on_progress(1000 * (number + 1) // len(asked), 1000)
    return believed


def _part(
    on_progress: Callable[[int, int], None], number: int, of: int
) -> Callable[[int, int], None]:
    """Tell progress of one team as a part of all."""
    return lambda done, wanted: on_progress((1000 * number + 1000 * done // wanted) // of, 1000)


def _delays_prior(classes: Sequence[CaseClass], past: Past) -> FactorPrior:
    """What the list's own days of waiting say of the stated ones; else the usual belief."""
    seen, stated = [], []
    for each in classes:
        rows = _early_rows(each, past)
        if rows.external_days is None or not rows.cases:
            continue
        over = ~np.isnan(ended_at(each, rows)) & np.isnan(rows.at(CaseEvent.WITHDRAWN))
        if np.isnan(ended_at(each, rows)).mean() > _FEW_OPEN:
            continue  # those that are over are the quick ones
        over &= ~np.isnan(rows.external_days)
        seen += list(rows.external_days[over])
        mean = sum(one.external_delay_days.mean * one.mean_times for one in each.route)
        stated += [float(mean)] * int(over.sum())
    if len(seen) < LEAST_WAITS or not sum(seen) or not sum(stated):
        return past.usual_delays
    waits = np.array(seen)
    return FactorPrior(
        median=min(max(sum(seen) / sum(stated), 0.05), 20.0),
        log_sd=max(float(waits.std(ddof=1) / waits.mean() / len(seen) ** 0.5), _LEAST_DOUBT),
        source=Text(
            da=f"listens egne ventedage i {len(seen)} afsluttede sager",
            en=f"the list’s own days of waiting in {len(seen)} closed cases",
        ),
    )


def _early_rows(case_class: CaseClass, past: Past) -> CaseHistory:
    """The rows of a class that arrived in the first half of what the list is complete for."""
    rows = rows_of(case_class, past.cases)
    arrived, first = rows.arrived_at(), day_number(past.complete_from)
    return rows.only((arrived >= first) & (arrived < (first + rows.seen_until) / 2))


def _unlearnable(question: EffortQuestion, past: Past, book: Rulebook) -> Text | None:
    """Why nothing can be learned of a team's effort; None where something may be."""
    try:
        deadlines = seen_deadlines(question.department, question.team, book)
    except InvalidInput as error:
        return error.message
    if not _anybody_works(question):
        return _nobody_works(question, past)
    if question.team not in past.cases.teams:
        return Text(
            da="sagslisten har ingen rækker fra teamet", en="the case list has no rows of the team"
        )
    rows = past.cases.only(past.cases.team == past.cases.teams.index(question.team))
    met = sum(int((~np.isnan(rows.at(MET_BY[deadline]))).sum()) for deadline in deadlines)
    if met < LEAST_FINISHED:
        return Text(
            da=f"{met} afsluttede sager med frist er færre end {LEAST_FINISHED}",
            en=f"{met} finished cases with a deadline are fewer than {LEAST_FINISHED}",
        )
    return None


def _anybody_works(question: EffortQuestion) -> bool:
    """Whether some hour of the past went to the team's cases, by the roster that is simulated."""
    team, first = question.department.roster.team(question.team), question.department.on
    days = (first + timedelta(days=day) for day in range((question.to - first).days))
    return any(case_hours(team, day) > 0 for day in days)


def _nobody_works(question: EffortQuestion, past: Past) -> Text:
    """Say that nobody had an hour for cases, and which list mends it."""
    slug, last = question.department.slug, question.to - timedelta(days=1)
    command = f"caseload import staff {{}} --department {slug} --accept"

    def said(language: Language) -> str:
        words = _NOBODY_KNOWN if past.staff is None else _NOBODY_LISTED
        return words.in_language(language).format(
            first=date_in_words(question.department.on, language),
            last=date_in_words(last, language),
            command=command.format({"da": "FIL", "en": "FILE"}[language]),
        )

    return Spoken(said)


_NOBODY_KNOWN = Text(
    da="ingen i teamet havde timer til sager fra {first} til {last}, når orlov, ophør og andre "
    "opgaver er regnet fra; læs personalelisten ind ({command}, eller siden Ret afdelingen)",
    en="nobody in the team had hours for cases from {first} to {last}, with leave, ended "
    "employment and other duties taken off; import the payroll list ({command}, or the page Edit "
    "the department)",
)
_NOBODY_LISTED = Text(
    da="personalelisten har ingen i teamet med timer til sager fra {first} til {last}, når orlov, "
    "ophør og andre opgaver er regnet fra; ret listens team og timer, og læs den ind igen "
    "({command}, eller siden Ret afdelingen)",
    en="the payroll list has nobody in the team with hours for cases from {first} to {last}, with "
    "leave, ended employment and other duties taken off; correct the list’s teams and hours and "
    "import it again ({command}, or the page Edit the department)",
)


def _learned(found: EffortPosterior) -> _Belief:
    team = found.question.team
    policy = found.possible_policies[0].policy if found.policy_learned else None
    central = TeamInputs(
        team=team,
        effort=_rounded(found.effort.median),
        delays=_rounded(found.delays.median),
        policy=policy,
    )
    draws = tuple(
        TeamInputs(
            team=team,
            effort=_rounded(each.effort / found.effort.median),
            delays=_rounded(each.delays / found.delays.median),
            policy=each.policy,
        )
        for each in drawn(found, SETS, found.question.seed)
    )
    return _Belief(
        teaches=found.teaches,
        central=central,
        draws=draws,
        rows=(
            replace(
                _factor_row(team, "effort", EFFORT_LABEL, found.effort, found.teaches),
                says=_plain(effort_sentence(found)),
            ),
            _factor_row(team, "delays", DELAYS_LABEL, found.delays, found.teaches),
        ),
    )


def _as_before(question: EffortQuestion, reason: Text) -> _Belief:
    """What was believed before, where history says nothing."""
    luck = np.uint64(key_of(stream(question.seed, "belief", question.team), 0))
    # One score in the middle of each of SETS equal parts, effort's and waiting's in other orders.
    scores = [NormalDist().inv_cdf((n + 0.5) / SETS) for n in range(SETS)]
    others = [scores[place] for place in np.argsort([uniform(luck, n) for n in range(SETS)])]
    effort, delays = question.effort, question.delays
    rows = tuple(
        FittedInput(
            about=f"teams.{question.team}.{name}",
            label=label,
            unit=FACTOR,
            value=_rounded(belief.median),
            low=_rounded(belief.interval[0]),
            high=_rounded(belief.interval[1]),
            learned=False,
            says=Text(
                da=f"Ikke lært: {reason.da}. Forhåndsviden står ({belief.source.da}).",
                en=f"Not learned: {reason.en}. What was believed before stands "
                f"({belief.source.en}).",
            ),
        )
        for name, label, belief in (
            ("effort", EFFORT_LABEL, effort),
            ("delays", DELAYS_LABEL, delays),
        )
    )
    return _Belief(
        central=TeamInputs(
            team=question.team, effort=_rounded(effort.median), delays=_rounded(delays.median)
        ),
        draws=tuple(
            TeamInputs(
                team=question.team,
                effort=_rounded(effort.quantile(one) / effort.median),
                delays=_rounded(delays.quantile(other) / delays.median),
            )
            for one, other in zip(scores, others, strict=True)
        ),
        rows=rows,
    )


def _factor_row(
    team: str, name: str, label: Text, found: FactorLearned, teaches: bool
) -> FittedInput:
    return FittedInput(
        about=f"teams.{team}.{name}",
        label=label,
        unit=FACTOR,
        value=_rounded(found.median),
        low=_rounded(found.low),
        high=_rounded(found.high),
        learned=teaches and found.learned,
        says=_plain(factor_sentence(found, label, teaches=teaches)),
    )


def _plain(said: Text) -> Text:
    """The words themselves, which are kept in a document."""
    return Text(da=said.da, en=said.en)


def _rounded(value: float) -> Fraction:
    return exact(f"{value:.6g}")


# --- Sets that stay possible -------------------------------------------------------------------


def _possible(
    fitted: Department, fits: Mapping[str, _ClassFit], beliefs: Mapping[str, _Belief], seed: int
) -> tuple[tuple[TeamInputs, ...], ...]:
    """Sets of inputs as probable as one another: each team's draws in an order of their own."""
    of_team = {}
    for team, belief in beliefs.items():
        luck = np.uint64(key_of(stream(seed, "possible", team), 0))
        order = np.argsort([uniform(luck, n) for n in range(SETS)])
        inflow = _inflow_factors(
            [each for each in fitted.case_classes if each.team == team], fits, seed
        )
        of_team[team] = [
            replace(belief.draws[place], inflow=inflow[number])
            for number, place in enumerate(order)
        ]
    return tuple(zip(*of_team.values(), strict=True))


def _inflow_factors(
    classes: Sequence[CaseClass], fits: Mapping[str, _ClassFit], seed: int
) -> list[Fraction]:
    """Factors on a team's inflow, its classes weighed by their hours in a year."""
    hours = np.array([float(each.arrivals_per_year * each.mean_effort_hours) for each in classes])
    if not hours.sum():
        return [Fraction(1)] * SETS
    factors = np.zeros(SETS)
    for each, weight in zip(classes, hours / hours.sum(), strict=True):
        inflow = fits[each.slug].inflow
        error = inflow.log_error if inflow is not None and inflow.learned else 0.0
        luck = np.uint64(key_of(stream(seed, "inflow", each.slug), 0))
        scores = [NormalDist().inv_cdf(uniform(luck, number)) for number in range(SETS)]
        factors += weight * np.exp(error * np.array(scores))
    return [_rounded(float(each)) for each in factors]


# --- What cannot be fitted ----------------------------------------------------------------------


def _refuse_other_unit(department: Department, past: Past) -> None:
    if department.unit is not past.cases.unit:
        raise InvalidInput(
            Text(
                da=f"afdelingen tæller i {department.unit}, sagslisten i {past.cases.unit}; læs "
                "listen ind med afdelingens enhed, eller ret afdelingens",
                en=f"the department counts in {department.unit}, the case list in "
                f"{past.cases.unit}; import the list in the department's unit, or change the "
                "department's",
            ),
            field="unit",
        )


def _refuse_too_few(fits: Mapping[str, _ClassFit], past: Past) -> None:
    if not any(each.inflow is not None and each.inflow.learned for each in fits.values()):
        raise InvalidInput(
            Text(
                da=f"{past.cases.cases} rækker siden {past.complete_from} er for få til at "
                "tilpasse noget: ingen sagstype har de mindst 10 ankomster over 90 dage, der "
                "skal til; afdelingens antagelser står",
                en=f"{past.cases.cases} rows since {past.complete_from} are too few to fit "
                "anything: no type of case has the 10 arrivals over 90 days that it takes at the "
                "least; the department's assumptions stand",
            ),
            field="cases",
        )
