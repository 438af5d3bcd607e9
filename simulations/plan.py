"""From a department to what the kernels read: steps, duties, teams, and how cases are dealt.

Nothing here is chance and nothing depends on the level of staffing. A department is laid out as far
as the teams asked about are connected with others: by cases that are passed on, and by rotas.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from capacity.case_classes import ARRIVAL, CaseClass, Desk, Episode, Strand
from capacity.case_classes import STRAND as THIS_STRAND
from capacity.consistency import DAYS_PER_YEAR
from capacity.deadlines import deadline_rule, due_on
from capacity.department import Department
from capacity.distributions import NOTHING, Distribution
from capacity.duty_rota import HOURS_PER_DAY
from capacity.errors import RuleNotInForce
from capacity.practice import AfterDue, Assignment, Policy, Practice
from capacity.rulebook import Rulebook
from capacity.workdays import Unit, public_holidays
from simulations import office
from simulations.luck import Floats, Quantiles, quantiles_of, stream
from simulations.office import DUTY, STEP, TEAM, Plan
from simulations.steady_stock import AT_REST, steady_turnaround_days, tempo, usual_arrivals
from simulations.work_clocks import Records

_CALENDARS_KEPT = 256
LONGEST_STAY = 6.0
"""A case of unknown age is at most so many mean turnarounds old (an assumption)."""

CLASS = np.dtype(
    [
        ("arrivals", np.uint64),  # streams of luck
        ("cases", np.uint64),
        ("standing", np.uint64),
        ("team", np.int32),
        ("milestones", np.int32),
        ("first_template", np.int32),
        ("last_template", np.int32),
        ("first_sibling", np.int32),
        ("last_sibling", np.int32),
        ("withdrawal", np.int32),  # the row of its quantiles; -1 for none
        ("owned", np.bool_),
        ("weight", np.float64),
        ("more_inflow", np.float64),  # the part of the usual inflow that comes on top
        ("inflow_kept", np.float64),  # or the part of it that still comes
        ("mean_turnaround_days", np.float64),  # of a steady stock
    ],
    align=True,
)
TEMPLATE = np.dtype(
    [
        ("name", np.uint64),
        ("is_route", np.bool_),
        ("outlives_case", np.bool_),
        ("recurs", np.bool_),
        ("trigger", np.int32),
        ("per_day", np.float64),  # 0: begins once
        ("pause", np.int32),  # the row of its quantiles
        ("pause_step", np.int32),  # -1: no pause, and it does not recur
        ("wait_step", np.int32),  # a pause that begins no round
        ("first_line", np.int32),
        ("last_line", np.int32),
    ],
    align=True,
)
LINE = np.dtype(
    [
        ("name", np.uint64),
        ("effort", np.int32),
        ("delay", np.int32),
        ("least_times", np.int32),
        ("most_times", np.int32),
        ("again", np.float64),
        ("step", np.int32),  # when it is to be done again
        ("last_step", np.int32),  # when it is done for the last time
        ("milestone", np.int32),
        ("waits_days", np.float64),  # in a steady stock, with all its work left
        ("days_per_hour", np.float64),  # that its work then takes
    ],
    align=True,
)
STANDING_CASE = np.dtype(
    [
        ("case_class", np.int32),
        ("line", np.int32),  # -1: nobody knows where it stands
        ("by_age", np.bool_),  # at the line or after it, where its age puts it
        ("age_days", np.float64),
        ("begun_days", np.float64),  # since work at the line began; -1: nobody knows
        ("remaining_effort", np.float64),
    ],
    align=True,
)


class Templates(NamedTuple):
    """How cases are dealt (da: skabeloner)."""

    classes: Records
    templates: Records
    lines: Records
    standing: Records
    """The cases that are open at the start."""
    quantiles: Quantiles
    bursts: Floats
    """How many bursts of cases a class expects before each day: a row a class."""
    hours: Floats
    """How large a part of a day's have come before each hour: a row a class."""
    siblings: Floats
    """Chances that a burst has at most one case, two, …"""
    most_orders: int
    """How many orders the end of an episode can keep or break."""
    horizon: float


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchedDeadline:
    """A duty of the plan by its names (da: frist på en sagstype)."""

    rule: str
    case_class: str
    team: str
    episode: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """A department laid out from its date to a horizon (da: opstilling).

    `teams` are the names behind the plan's numbers, rotas last; `duties` those behind its duties,
    and `orders` the (class, milestone, required milestone) behind its orders.
    """

    department: Department
    teams: tuple[str, ...]
    duties: tuple[WatchedDeadline, ...]
    orders: tuple[tuple[str, str, str], ...]
    plan: Plan
    templates: Templates
    horizon_days: int


def connected_teams(department: Department, team: str) -> tuple[str, ...]:
    """Return the teams whose work can reach or delay a team's, itself among them (da: forbundne).

    They are those that pass cases on to one another, in the department's order.
    """
    rotas = {rota.slug: rota.staffed_by for rota in department.duty_rotas}
    groups = [
        {case_class.team} | {each.team for each in case_class.episodes if each.team}
        for case_class in department.case_classes
    ]
    groups += [{slug, staffed_by} for slug, staffed_by in rotas.items()]
    reached = {team}
    while True:
        more = reached.union(*(group for group in groups if group & reached))
        if more == reached:
            break
        reached = more
    return tuple(each.slug for each in department.teams if each.slug in reached)


def layout(
    department: Department,
    teams: tuple[str, ...],
    horizon_days: int,
    seed: int,
    book: Rulebook,
    *,
    inflow: float = 1.0,
) -> Layout:
    """Lay a department out for the kernels (da: opstilling).

    `inflow` multiplies what arrives: more is a stream of its own beside the usual one, less leaves
    cases of the usual one out by their own luck.
    """
    rotas = [rota for rota in department.duty_rotas if rota.staffed_by in teams]
    numbers = {slug: number for number, slug in enumerate([*teams, *(r.slug for r in rotas)])}
    classes = [each for each in department.case_classes if each.team in numbers]
    lines = _Lines(department, numbers, book)
    class_rows = np.zeros(len(classes), dtype=CLASS)
    days = np.arange(horizon_days + 1)
    bursts = np.zeros((len(classes), days.size))
    hours = np.zeros((len(classes), HOURS_PER_DAY + 1))
    siblings: list[float] = []
    standing: list[tuple[int, int, bool, float, float, float]] = []
    practice = {each.slug: each.practice for each in department.teams}
    for number, each in enumerate(classes):
        row = class_rows[number]
        row["arrivals"] = stream(seed, "arrival", each.slug)
        row["cases"] = stream(seed, "case", each.slug)
        row["standing"] = stream(seed, "standing case", each.slug)
        row["team"], row["weight"] = numbers[each.team], float(each.weight)
        row["milestones"] = len(each.milestones)
        row["first_template"] = len(lines.templates)
        lines.lay(each)
        row["last_template"] = len(lines.templates)
        row["first_sibling"] = len(siblings)
        siblings += list(np.cumsum([float(share) for share in each.arrival_pattern.siblings]))
        row["last_sibling"] = len(siblings)
        row["withdrawal"] = lines.quantile(each.withdrawal_days) if each.withdrawal_days else -1
        row["owned"] = practice[each.team].assignment is not Assignment.TEAM
        arriving = inflow * float(each.inflow)
        row["more_inflow"], row["inflow_kept"] = max(0.0, arriving - 1), min(1.0, arriving)
        row["mean_turnaround_days"] = float(steady_turnaround_days(each))
        bursts[number] = _expected_bursts(each, department.on, horizon_days)
        hourly = np.array([float(weight) for weight in each.arrival_pattern.hours])
        hours[number, 1:] = np.cumsum(hourly) / hourly.sum()
        first_line = lines.templates[row["first_template"]][-2]
        for stage in each.backlog.stages:
            line = first_line + [one.slug for one in each.route].index(stage.episode)
            by_age, rest = stage.placed_by_age, float(stage.remaining_effort)
            begun = stage.begun_days_ago or [-1] * len(stage.ages_days)
            standing += [
                (number, line, by_age, float(age), float(since), rest)
                for age, since in zip(stage.ages_days, begun, strict=True)
            ]
        standing += [(number, -1, False, 0.0, -1.0, 1.0)] * each.backlog.unknown
    oldest = max((each[3] for each in standing), default=0.0)
    for number, each in enumerate(classes):
        if each.backlog.unknown:
            oldest = max(oldest, LONGEST_STAY * class_rows[number]["mean_turnaround_days"])
    first_day = -int(np.ceil(oldest)) - 1
    return Layout(
        department=department,
        teams=tuple(numbers),
        duties=tuple(lines.watched),
        orders=tuple(lines.order_names),
        plan=Plan(
            _records(lines.steps, STEP),
            _records(lines.duties, DUTY),
            np.array(lines.orders, dtype=np.int64),
            _due_dates(tuple(lines.rules), department.on, first_day, horizon_days, book),
            first_day,
            _teams([practice[slug] for slug in teams], len(rotas)),
        ),
        templates=Templates(
            class_rows,
            _records(lines.templates, TEMPLATE),
            _records(lines.lines, LINE),
            _records(standing, STANDING_CASE),
            quantiles_of(lines.distributions),
            bursts,
            hours,
            np.array(siblings),
            lines.most_orders,
            float(horizon_days),
        ),
        horizon_days=horizon_days,
    )


class _Lines:
    """The lines, steps and duties of all classes, laid out one class after the other."""

    def __init__(self, department: Department, numbers: dict[str, int], book: Rulebook) -> None:
        self.distributions: list[Distribution] = [NOTHING]
        self.steps: list[tuple[object, ...]] = []
        self.duties: list[tuple[object, ...]] = []
        self.orders: list[int] = []
        self.templates: list[tuple[object, ...]] = []
        self.lines: list[tuple[object, ...]] = []
        self.rules: list[str] = []
        self.watched: list[WatchedDeadline] = []
        self.order_names: list[tuple[str, str, str]] = []
        self.most_orders = 0
        self._department, self._numbers, self._book = department, numbers, book

    def quantile(self, distribution: Distribution) -> int:
        if distribution not in self.distributions:
            self.distributions.append(distribution)
        return self.distributions.index(distribution)

    def lay(self, case_class: CaseClass) -> None:
        """Lay out a class's route and its strands."""
        self._lay_strand(case_class, None, case_class.route)
        for strand in case_class.strands:
            self._lay_strand(case_class, strand, strand.episodes)

    def _lay_strand(
        self, case_class: CaseClass, strand: Strand | None, episodes: tuple[Episode, ...]
    ) -> None:
        milestones = case_class.milestones
        meets = [self._duty(case_class, each) for each in episodes]
        # The clock that each episode works towards is the next to be met.
        towards: list[int] = []
        for met in reversed(meets):
            ahead = towards[0] if towards else -1
            towards.insert(0, met if met >= 0 else ahead)
        first_line = len(self.lines)
        for episode, met, next_met in zip(episodes, meets, towards, strict=True):
            again = self._step(case_class, strand, episode, towards=next_met)
            last = self._step(case_class, strand, episode, towards=next_met, meets=met)
            milestone = milestones.index(episode.milestone) if episode.milestone else -1
            # Only where the open cases stand is settled by it.
            is_asked = strand is None and case_class.backlog.of_unknown_place > 0
            pace = tempo(self._department, case_class, episode, self._book) if is_asked else AT_REST
            self.lines.append(
                (
                    stream(0, "episode", episode.slug),
                    self.quantile(episode.effort_hours),
                    self.quantile(episode.external_delay_days),
                    episode.least_times,
                    episode.most_times,
                    float(episode.again),
                    again,
                    last,
                    milestone,
                    float(pace.waits_days),
                    float(pace.days_per_hour),
                )
            )
        has_trigger = strand is not None and strand.starts != ARRIVAL
        pauses = strand is not None and (strand.recurs or strand.after_days.mean > 0)
        pause = wait = -1
        if strand is not None:
            pause = self._pause(towards[0], begins_round=True) if pauses else -1
            wait = self._pause(towards[0], begins_round=False)
        self.templates.append(
            (
                stream(0, "strand", strand.slug if strand else ""),
                strand is None,
                strand is not None and strand.outlives_case,
                strand is not None and strand.recurs,
                milestones.index(strand.starts) if strand and has_trigger else -1,
                float(strand.per_year / DAYS_PER_YEAR) if strand and strand.per_year else 0.0,
                self.quantile(strand.after_days if strand else NOTHING),
                pause,
                wait,
                first_line,
                len(self.lines),
            )
        )

    def _pause(self, towards: int, *, begins_round: bool) -> int:
        self.steps.append((office.ON_NO_DESK, -1, 9.0, False, begins_round, towards, -1, -1, 0, 0))
        return len(self.steps) - 1

    def _step(
        self,
        case_class: CaseClass,
        strand: Strand | None,
        episode: Episode,
        *,
        towards: int,
        meets: int | None = None,
    ) -> int:
        """Lay out a step; without `meets` it is one that will be done again."""
        is_last = meets is not None
        milestones = case_class.milestones
        first_order = len(self.orders)
        if is_last:
            for required in episode.after:
                self.orders.append(milestones.index(required))
                self.order_names.append((case_class.slug, episode.milestone or "", required))
        self.most_orders = max(self.most_orders, len(self.orders) - first_order)
        team = -1
        if episode.team is not None:
            team = self._numbers[episode.team]
        elif strand is None:
            team = self._numbers[case_class.team]
        self.steps.append(
            (
                office.ON_OWN_DESK if episode.desk is Desk.OWN else office.ON_TEAM_DESK,
                team,
                float(case_class.priority),
                episode.by_another,
                False,
                towards,
                meets if meets is not None else -1,
                milestones.index(episode.milestone) if is_last and episode.milestone else -1,
                first_order,
                len(self.orders),
            )
        )
        return len(self.steps) - 1

    def _duty(self, case_class: CaseClass, episode: Episode) -> int:
        """Lay out the clock of an episode; -1 where it has none that runs forward in time."""
        if episode.clock is None:
            return -1
        limit = _forward_limit(episode.clock.deadline, self._department.on, self._book)
        if limit is None:
            return -1
        unit, n = limit
        starts, milestone = office.FROM_MILESTONE, -1
        if episode.clock.starts == ARRIVAL:
            starts = office.FROM_ARRIVAL
        elif episode.clock.starts == THIS_STRAND:
            starts = office.FROM_STRAND
        else:
            milestone = case_class.milestones.index(episode.clock.starts)
        row = -1
        if unit is not Unit.HOURS:
            if episode.clock.deadline not in self.rules:
                self.rules.append(episode.clock.deadline)
            row = self.rules.index(episode.clock.deadline)
        self.duties.append((starts, milestone, row, float(n) if row < 0 else 0.0))
        self.watched.append(
            WatchedDeadline(
                rule=episode.clock.deadline,
                case_class=case_class.slug,
                team=episode.team or case_class.team,
                episode=episode.slug,
            )
        )
        return len(self.duties) - 1


def _forward_limit(rule: str, on: date, book: Rulebook) -> tuple[Unit, int] | None:
    """The unit and number of a limit that runs forward; None for one counted back from a day."""
    try:
        limit = deadline_rule(rule, on, book)
    except RuleNotInForce:
        # In force later, perhaps: the days on which it is decide, one by one.
        return Unit(book[rule].unit), 1
    return (limit.unit, limit.n) if limit.n > 0 else None


def _due_dates(
    rules: tuple[str, ...], on: date, first_day: int, horizon_days: int, book: Rulebook
) -> Floats:
    """Until when a clock of each rule is met that starts on a day: the end of its due day.

    Infinity on days on which the rule is not in force.
    """
    days = horizon_days - first_day + 1
    table = np.full((max(1, len(rules)), days), np.inf)
    for row, rule in enumerate(rules):
        table[row] = _due_dates_of(rule, on, on + timedelta(days=first_day), days, book)
    return table


@lru_cache(maxsize=_CALENDARS_KEPT)
def _due_dates_of(
    rule: str, on: date, first_day: date, days: int, book: Rulebook
) -> tuple[float, ...]:
    """The row of one rule: most of what laying a department out takes, and seldom new."""
    dues = []
    for column in range(days):
        try:
            due = due_on(rule, first_day + timedelta(days=column), book)
        except RuleNotInForce:
            dues.append(np.inf)
        else:
            dues.append(float((due - on).days + 1))
    return tuple(dues)


def _expected_bursts(case_class: CaseClass, on: date, horizon_days: int) -> Floats:
    """How many bursts of cases are expected before each day from the department's date on.

    Each calendar year has the yearly number, whatever the weights of its days.
    """
    pattern = case_class.arrival_pattern
    by_weekday = [float(weight) for weight in pattern.weekdays]
    by_month = [float(weight) for weight in pattern.months]
    last = on + timedelta(days=horizon_days)
    first_day = date(on.year, 1, 1)
    weights: list[float] = []
    for year in range(on.year, last.year + 1):
        free = {} if pattern.on_public_holidays else public_holidays(year)
        length = (date(year + 1, 1, 1) - date(year, 1, 1)).days
        days = (date(year, 1, 1) + timedelta(days=n) for n in range(length))
        of_year = [
            0.0 if day in free else by_weekday[day.weekday()] * by_month[day.month - 1]
            for day in days
        ]
        total = sum(of_year)
        weights += [weight / total for weight in of_year] if total else of_year
    yearly = float(usual_arrivals(case_class) / pattern.cases_per_burst)
    since = (on - first_day).days
    return np.concatenate([[0.0], np.cumsum(weights[since : since + horizon_days]) * yearly])


_POLICIES = {
    Policy.FIRST_COME: office.FIRST_COME,
    Policy.EARLIEST_DUE: office.EARLIEST_DUE,
    Policy.PRIORITY: office.PRIORITY,
    Policy.PREEMPTIVE_PRIORITY: office.PREEMPTIVE_PRIORITY,
    Policy.OLDEST_CASE: office.OLDEST_CASE,
    Policy.SHARED_ATTENTION: office.SHARED_ATTENTION,
}
_AFTER_DUE = {
    AfterDue.STILL_FIRST: office.STILL_FIRST,
    AfterDue.AFTER_THE_SAVABLE: office.AFTER_THE_SAVABLE,
    AfterDue.BY_AGE: office.BY_AGE,
}
_ASSIGNMENTS = {
    Assignment.LEAST_LOADED: office.LEAST_LOADED,
    Assignment.ROUND_ROBIN: office.ROUND_ROBIN,
    Assignment.TEAM: office.WHOLE_TEAM,
}


def _teams(practices: list[Practice], rotas: int) -> Records:
    """Lay out how each team works; on a rota it is first come, first served, and nobody owns."""
    rows = np.zeros(len(practices) + rotas, dtype=TEAM)
    rows["caseload_limit"], rows["queue"], rows["assignment"] = np.inf, -1, office.WHOLE_TEAM
    for row, each in zip(rows, practices, strict=False):
        row["policy"] = _POLICIES[each.policy]
        row["after_due"] = _AFTER_DUE[each.after_due]
        row["assignment"] = _ASSIGNMENTS[each.assignment]
        if each.caseload_limit is not None:
            row["caseload_limit"] = float(each.caseload_limit)
        row["switching_hours"] = float(each.switching_hours)
        row["handover_hours"] = float(each.handover_hours)
    return rows


def _records(rows: Sequence[tuple[object, ...]], kind: np.dtype[np.void]) -> Records:
    return np.array(rows, dtype=kind) if rows else np.zeros(0, dtype=kind)
