"""The office of `casework`, slow and obvious; the judge in `test_office_matches_reference`.

It shares no line with the kernel. Nothing is kept in order: whoever asks what comes first goes
through everything there is. One thing happens at a time, and after each the office asks anew what
comes next: the earliest moment and, at one moment, the first of the stages of `things_to_happen`.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from math import floor

import offices
from offices import INFINITY, strands_of

from simulations.office import (
    BY_AGE,
    EARLIEST_DUE,
    FROM_ARRIVAL,
    FROM_STRAND,
    LAPSED,
    MET,
    OLDEST_CASE,
    ON_NO_DESK,
    ON_OWN_DESK,
    PREEMPTIVE_PRIORITY,
    PRIORITY,
    ROUND_ROBIN,
    RUNNING,
    SHARED_ATTENTION,
    STILL_FIRST,
    WHOLE_TEAM,
)

Keys = tuple[float, ...]
Clock = tuple[int, int, int, float, float, float]
"""Duty, strand, outcome, started at, due at, ended at."""


@dataclass(eq=False)
class Caseworker:
    number: int
    team: "Team"
    openings: list[tuple[float, float, float, float]]
    fte: float
    idle_since: float
    load: float = 0.0
    in_hand: "Strand | None" = None
    turned_to_pile: bool = False
    served_hours: float = 0.0
    counted_at_hours: float = 0.0
    """What the clock showed when busy hours were last counted."""
    done_at_hours: float = INFINITY
    done_at: float = INFINITY
    last_case: "Case | None" = None
    is_free: bool = False
    looks_at: float = 0.0
    busy_hours: float = 0.0

    @property
    def is_busy(self) -> bool:
        return self.in_hand is not None or self.turned_to_pile

    @property
    def shares(self) -> bool:
        return self.team.told.policy == SHARED_ATTENTION

    def reading(self, now: float) -> float:
        shown = 0.0
        for opens, closes, hours_at_open, hours_at_close in self.openings:
            if opens <= now:
                into = (now - opens) / (closes - opens)
                shown = hours_at_open + into * (hours_at_close - hours_at_open)
            if closes <= now:
                shown = hours_at_close
        return shown

    def runs_from(self, now: float) -> float:
        return min(
            (max(now, o) for o, closes, *_ in self.openings if now < closes), default=INFINITY
        )

    def runs(self, now: float) -> bool:
        return any(opens <= now < closes for opens, closes, *_ in self.openings)

    def moment_of(self, hours: float, now: float) -> float:
        for opens, closes, hours_at_open, hours_at_close in self.openings:
            if closes > now and hours_at_close >= hours:
                into = (hours - hours_at_open) / (hours_at_close - hours_at_open)
                return max(now, opens + into * (closes - opens))
        return INFINITY


@dataclass(eq=False)
class Team:
    number: int
    told: offices.Team
    caseworkers: list[Caseworker] = field(default_factory=list)
    next_in_turn: int = 0
    to_assign: bool = False
    to_interrupt: bool = False


@dataclass(eq=False)
class Case:
    number: int
    told: offices.Case
    team: Team
    milestone_at: list[float]
    ignores_limit: bool
    strands: "list[Strand]" = field(default_factory=list)
    owner: Caseworker | None = None
    handlers: set[int] = field(default_factory=set)
    waits_for_owner: bool = False
    queue_keys: Keys = ()
    is_open: bool = False
    closed_at: float = INFINITY
    handover_hours: float = 0.0

    @property
    def is_closed(self) -> bool:
        return self.closed_at < INFINITY

    @property
    def route(self) -> "Strand":
        return self.strands[0]


@dataclass(eq=False)
class Strand:
    number: int
    told: offices.Strand
    case: Case
    first_episode: int
    remaining_hours: float | None
    began_at: float
    next_thing: "Callable[[Strand], None] | None" = None
    next_at: float = INFINITY
    here: int = 0
    """Which of the strand's episodes is the present one."""
    due_at: float = INFINITY
    ready_at: float = INFINITY
    lies_with: Caseworker | Team | None = None
    target_hours: float = INFINITY
    in_hand_of: Caseworker | None = None
    waits_for_owner: bool = False
    has_begun: bool = False
    has_ended: bool = False

    @property
    def is_route(self) -> bool:
        return self is self.case.route

    @property
    def episode(self) -> offices.Episode:
        return self.told.episodes[self.here]

    @property
    def take(self) -> int:
        return self.first_episode + self.here


@dataclass
class Outcome:
    clocks: list[Clock]
    closed_at: list[float]
    busy_hours: list[float]
    samples: list[list[tuple[int, int, float, float]]]
    """Open cases, waiting cases, busy hours, clock hours."""
    takes: list[tuple[int, float, float]]
    """Caseworker, taken at, done at."""


class ReferenceOffice:
    def __init__(self, told: offices.Office) -> None:
        self.now = 0.0
        self.told = told
        self.steps = told.steps
        self.duties = told.duties
        self.teams: list[Team] = []
        self.caseworkers: list[Caseworker] = []
        self.cases: list[Case] = []
        self.strands: list[Strand] = []
        self.clocks: list[Clock] = []
        self.takes: list[tuple[int, float, float]] = []
        self.changes = list(told.changes)
        for team in told.teams:
            self.furnish(team)
        for case in told.cases:
            self.expect(case)
        self.withdrawals = [case for case in self.cases if case.told.withdraws_at < INFINITY]
        self.withdrawals.sort(key=lambda case: case.told.withdraws_at)

    def furnish(self, told: offices.Team) -> None:
        team = Team(len(self.teams), told)
        self.teams.append(team)
        for each in told.caseworkers:
            openings, before = [], 0.0
            for opens, closes, hours in each.openings:
                openings.append((opens, closes, before, before + hours))
                before += hours
            caseworker = Caseworker(
                len(self.caseworkers), team, openings, each.fte, each.idle_since
            )
            team.caseworkers.append(caseworker)
            self.caseworkers.append(caseworker)

    def expect(self, told: offices.Case) -> None:
        case = Case(
            number=len(self.cases),
            told=told,
            team=self.teams[told.team],
            milestone_at=[INFINITY] * self.told.milestones,
            ignores_limit=told.ignores_limit,
        )
        self.cases.append(case)
        for milestone, passed_at in told.passed:
            case.milestone_at[milestone] = passed_at
        for each in strands_of(told):
            strand = Strand(
                number=len(self.strands),
                told=each,
                case=case,
                first_episode=len(self.takes),
                remaining_hours=None if case.strands else told.hours_left,
                began_at=INFINITY,
            )
            if each.starts_at is not None:
                strand.began_at = each.starts_at if each.began_at is None else each.began_at
                strand.next_thing, strand.next_at = self.begin, each.starts_at
            self.takes += [(-1, INFINITY, INFINITY)] * len(each.episodes)
            case.strands.append(strand)
            self.strands.append(strand)
        if told.delayed_until is not None:
            case.route.has_begun, case.route.next_thing = True, self.go_past
        if told.is_open:
            self.come(case)
            if case.team.told.assignment != WHOLE_TEAM:
                self.queue(case)

    # The order of things

    def run(self, *, horizon: float, sample_at: list[float]) -> Outcome:
        samples = []
        to_sample = list(sample_at)
        while self.changes and self.changes[0].at <= 0:
            self.change_staff(self.changes.pop(0))
        self.assign()
        while (now := self.next_moment()) < horizon:
            while to_sample and to_sample[0] <= now:
                samples.append(self.sample(to_sample.pop(0)))
            self.now = now
            while self.something_happens():
                pass
        samples += [self.sample(moment) for moment in to_sample]
        for strand in self.strands:
            if strand.has_begun and not strand.has_ended:
                self.write_running_clocks(strand, RUNNING, INFINITY)
        return Outcome(
            clocks=self.clocks,
            closed_at=[case.closed_at for case in self.cases],
            busy_hours=[self.busy_hours_until(horizon, each) for each in self.caseworkers],
            samples=samples,
            takes=self.takes,
        )

    def next_moment(self) -> float:
        return min(
            [
                *(change.at for change in self.changes),
                *(case.told.withdraws_at for case in self.withdrawals),
                *(each.done_at for each in self.caseworkers),
                *(strand.next_at for strand in self.strands),
                *(each.looks_at for each in self.caseworkers),
            ],
            default=INFINITY,
        )

    def something_happens(self) -> bool:
        """Let the first of what is left to happen now happen; say whether there was anything."""
        now = self.now
        if self.changes and self.changes[0].at <= now:
            self.change_staff(self.changes.pop(0))
            return True
        if self.withdrawals and self.withdrawals[0].told.withdraws_at <= now:
            case = self.withdrawals.pop(0)
            if case.is_open:
                self.close(case, withdrawn=True)
            return True
        for caseworker in self.caseworkers:
            if caseworker.done_at <= now:
                self.finish(caseworker)
                return True
        for strand in self.strands:
            if strand.next_at <= now:
                thing, strand.next_thing, strand.next_at = strand.next_thing, None, INFINITY
                thing(strand)
                return True
        if self.assign():
            return True
        looking = [each for each in self.caseworkers if each.looks_at <= now]
        if looking:
            self.look_for_work(min(looking, key=lambda each: (each.idle_since, each.number)))
            return True
        for team in self.teams:
            if team.to_interrupt:
                team.to_interrupt = False
                self.interrupt(team)
                return True
        return False

    def assign(self) -> bool:
        """Let every team in which something has changed find owners; say whether there was any."""
        changed = [team for team in self.teams if team.to_assign]
        for team in changed:
            team.to_assign = False
            self.find_owners(team)
        return bool(changed)

    def sample(self, moment: float) -> list[tuple[int, int, float, float]]:
        return [
            (
                sum(case.is_open for case in self.counted_in(team)),
                sum(case.waits_for_owner for case in self.counted_in(team)),
                sum(self.busy_hours_until(moment, each) for each in team.caseworkers),
                sum(each.reading(moment) for each in team.caseworkers),
            )
            for team in self.teams
        ]

    def counted_in(self, team: Team) -> list[Case]:
        """What counts as a case: without weight it is work on another one."""
        return [each for each in self.cases if each.team is team and each.told.weight > 0]

    def busy_hours_until(self, moment: float, caseworker: Caseworker) -> float:
        if not caseworker.is_busy:
            return caseworker.busy_hours
        return caseworker.busy_hours + caseworker.reading(moment) - caseworker.counted_at_hours

    # Strands

    def next_for(self, strand: Strand, thing: Callable[[Strand], None], at: float) -> None:
        strand.next_thing, strand.next_at = thing, at

    def begin(self, strand: Strand) -> None:
        if strand.has_ended:
            return
        strand.has_begun = True
        if strand.is_route and not strand.case.is_open:
            self.come(strand.case)
        self.reach_episode(strand)

    def come(self, case: Case) -> None:
        case.is_open = True

    def reach_episode(self, strand: Strand) -> None:
        step = self.steps[strand.episode.step]
        is_very_first = strand.here == 0 and strand.told.trigger == -1
        if step.begins_round and not is_very_first:
            strand.began_at = self.now
        strand.due_at = INFINITY
        if step.towards >= 0 and self.started_at(step.towards, strand) < INFINITY:
            strand.due_at = self.due_at(step.towards, strand)
        if step.desk == ON_NO_DESK:
            if strand.episode.delay_days > 0:
                self.next_for(strand, self.go_past, self.now + strand.episode.delay_days)
            else:
                self.go_past(strand)
            return
        strand.ready_at = self.now
        if strand.remaining_hours is None:
            strand.remaining_hours = strand.episode.effort_hours
        self.place(strand)

    def go_past(self, strand: Strand) -> None:
        if strand.has_ended:
            return
        now, case = self.now, strand.case
        step = self.steps[strand.episode.step]
        if step.meets >= 0:
            self.write_clock(step.meets, strand, MET, now)
        for order, milestone in self.orders_of(strand.episode.step):
            outcome = MET if case.milestone_at[milestone] <= now else LAPSED
            self.clocks.append((len(self.duties) + order, strand.number, outcome, now, now, now))
        if step.milestone >= 0 and case.milestone_at[step.milestone] == INFINITY:
            case.milestone_at[step.milestone] = now
            for other in case.strands:
                if other.told.trigger == step.milestone and case.is_open and not other.has_ended:
                    other.began_at = now
                    self.next_for(other, self.begin, now)
        if strand.here + 1 < len(strand.told.episodes):
            strand.here += 1
            self.reach_episode(strand)
            return
        strand.has_ended = True
        if strand.is_route and case.is_open:
            self.close(case, withdrawn=False)

    def orders_of(self, step: int) -> list[tuple[int, int]]:
        before = sum(len(each.orders) for each in self.steps[:step])
        return [(before + n, order) for n, order in enumerate(self.steps[step].orders)]

    # Duties

    def started_at(self, duty: int, strand: Strand) -> float:
        if self.duties[duty].starts == FROM_ARRIVAL:
            return strand.case.told.arrived_at
        if self.duties[duty].starts == FROM_STRAND:
            return strand.began_at
        return strand.case.milestone_at[self.duties[duty].milestone]

    def due_at(self, duty: int, strand: Strand) -> float:
        started_at = self.started_at(duty, strand)
        due_by_day = self.duties[duty].due_by_day
        if due_by_day is None:
            return started_at + self.duties[duty].hours / 24
        return due_by_day[floor(started_at) - self.told.first_day]

    def write_clock(self, duty: int, strand: Strand, outcome: int, ended_at: float) -> None:
        started_at = self.started_at(duty, strand)
        if started_at < INFINITY:
            due_at = self.due_at(duty, strand)
            self.clocks.append((duty, strand.number, outcome, started_at, due_at, ended_at))

    def write_running_clocks(self, strand: Strand, outcome: int, ended_at: float) -> None:
        for number, episode in enumerate(strand.told.episodes):
            step = self.steps[episode.step]
            if number > strand.here and step.begins_round:
                break
            if number >= strand.here and step.meets >= 0:
                self.write_clock(step.meets, strand, outcome, ended_at)

    # Desks

    def place(self, strand: Strand) -> None:
        if strand.has_ended:
            return
        case, step = strand.case, self.steps[strand.episode.step]
        team = self.teams[step.team] if step.team >= 0 else case.team
        if step.desk == ON_OWN_DESK and strand.is_route and team is not case.team:
            self.move(case, team)
        is_for_owner = step.desk == ON_OWN_DESK and not step.by_another and not case.is_closed
        if not is_for_owner or team.told.assignment == WHOLE_TEAM:
            self.lay_on_team_desk(strand, team)
        elif case.owner is None:
            strand.waits_for_owner = True
            if not case.waits_for_owner:
                self.queue(case)
        else:
            self.lay_on_own_desk(strand, case.owner)

    def lay_on_own_desk(self, strand: Strand, owner: Caseworker) -> None:
        self.count_hours(owner)
        strand.lies_with = owner
        if owner.shares:
            hours = self.hours_needed(strand, owner)
            strand.target_hours = owner.served_hours + hours
            self.note_taking(strand, owner)
            if owner.turned_to_pile:
                self.expect_first_of_pile(owner)
        if not owner.is_busy:
            if owner.is_free:
                owner.is_free, owner.looks_at = False, self.now
        elif owner.team.told.policy == PREEMPTIVE_PRIORITY:
            in_hand = owner.in_hand
            if self.priority(strand) < self.priority(in_hand):
                self.let_go(owner)
                self.put_back(in_hand)

    def lay_on_team_desk(self, strand: Strand, team: Team) -> None:
        strand.lies_with = team
        free = [each for each in team.caseworkers if each.is_free and self.may_take(strand, each)]
        for each in sorted(free, key=lambda each: (each.idle_since, each.number)):
            each.is_free = False
            each.looks_at = each.runs_from(self.now)
            if each.runs(self.now):
                return
        if team.told.policy == PREEMPTIVE_PRIORITY:
            team.to_interrupt = True

    def may_take(self, strand: Strand, caseworker: Caseworker) -> bool:
        by_another = self.steps[strand.episode.step].by_another
        return not by_another or caseworker.number not in strand.case.handlers

    def priority(self, strand: Strand) -> float:
        return self.steps[strand.episode.step].priority

    def put_back(self, strand: Strand) -> None:
        strand.lies_with = None
        if not strand.has_ended:
            self.next_for(strand, self.place, self.now)

    def order_on_desk(self, strand: Strand, team: Team) -> Keys:
        """What comes first for somebody in the team who looks now."""
        ready_at, number, policy = strand.ready_at, strand.number, team.told.policy
        if policy == EARLIEST_DUE:
            if strand.due_at < self.now and team.told.after_due != STILL_FIRST:
                by_age = team.told.after_due == BY_AGE
                return (
                    1,
                    strand.case.told.arrived_at if by_age else strand.due_at,
                    ready_at,
                    number,
                )
            return (0, strand.due_at, ready_at, number)
        if policy in (PRIORITY, PREEMPTIVE_PRIORITY):
            return (0, self.priority(strand), ready_at, number)
        if policy == OLDEST_CASE:
            return (0, strand.case.told.arrived_at, ready_at, number)
        return (0, ready_at, 0, number)

    # Caseworkers

    def look_for_work(self, caseworker: Caseworker) -> None:
        caseworker.is_free, caseworker.looks_at = False, INFINITY
        if not caseworker.runs(self.now):
            caseworker.looks_at = caseworker.runs_from(self.now)
            return
        if caseworker.shares and self.pile_of(caseworker):
            caseworker.turned_to_pile = True
            caseworker.counted_at_hours = caseworker.reading(self.now)
            self.expect_first_of_pile(caseworker)
            return
        within_reach = [
            strand
            for strand in self.strands
            if strand.lies_with is caseworker
            or (strand.lies_with is caseworker.team and self.may_take(strand, caseworker))
        ]
        if within_reach:
            first = min(within_reach, key=lambda each: self.order_on_desk(each, caseworker.team))
            self.take_in_hand(first, caseworker)
        else:
            caseworker.is_free = True

    def take_in_hand(self, strand: Strand, caseworker: Caseworker) -> None:
        hours = self.hours_needed(strand, caseworker)
        strand.lies_with, strand.in_hand_of, caseworker.in_hand = None, caseworker, strand
        caseworker.counted_at_hours = caseworker.reading(self.now)
        caseworker.done_at_hours = caseworker.counted_at_hours + hours
        caseworker.done_at = caseworker.moment_of(caseworker.done_at_hours, self.now)
        self.note_taking(strand, caseworker)

    def hours_needed(self, strand: Strand, caseworker: Caseworker) -> float:
        hours = strand.remaining_hours + strand.case.handover_hours
        if caseworker.last_case is not strand.case:
            hours += caseworker.team.told.switching_hours
        return hours

    def note_taking(self, strand: Strand, caseworker: Caseworker) -> None:
        strand.case.handover_hours = 0.0
        strand.case.handlers.add(caseworker.number)
        caseworker.last_case = strand.case
        self.takes[strand.take] = (caseworker.number, self.now, INFINITY)

    def finish(self, caseworker: Caseworker) -> None:
        strand = caseworker.in_hand
        if strand is None:
            strand = self.first_of_pile(caseworker)
            self.count_hours(caseworker)
            caseworker.served_hours = strand.target_hours
            strand.lies_with = None
            self.leave_pile(caseworker)
        else:
            self.let_go(caseworker)
        self.takes[strand.take] = (*self.takes[strand.take][:2], self.now)
        strand.remaining_hours = None
        if not strand.has_ended:
            self.next_for(strand, self.go_past, self.now + strand.episode.delay_days)

    def let_go(self, caseworker: Caseworker) -> None:
        strand = caseworker.in_hand
        self.count_hours(caseworker)
        strand.remaining_hours = max(0.0, caseworker.done_at_hours - caseworker.counted_at_hours)
        strand.in_hand_of = caseworker.in_hand = None
        self.fall_idle(caseworker)

    def fall_idle(self, caseworker: Caseworker) -> None:
        caseworker.turned_to_pile = False
        caseworker.done_at_hours = caseworker.done_at = INFINITY
        caseworker.idle_since = caseworker.looks_at = self.now

    def count_hours(self, caseworker: Caseworker) -> None:
        """Count what has been worked since it was last counted."""
        if caseworker.is_busy:
            shown = caseworker.reading(self.now)
            worked = shown - caseworker.counted_at_hours
            caseworker.busy_hours += worked
            caseworker.counted_at_hours = shown
            if caseworker.turned_to_pile:
                caseworker.served_hours += worked / len(self.pile_of(caseworker))

    def interrupt(self, team: Team) -> None:
        desk = [strand for strand in self.strands if strand.lies_with is team]
        if not desk:
            return
        urgent = min(desk, key=lambda each: self.order_on_desk(each, team))
        disturbed = [
            each
            for each in team.caseworkers
            if each.in_hand is not None
            and self.priority(urgent) < self.priority(each.in_hand)
            and self.may_take(urgent, each)
        ]
        if disturbed:
            first = min(
                disturbed,
                key=lambda e: (e.runs_from(self.now), -self.priority(e.in_hand), e.number),
            )
            strand = first.in_hand
            self.let_go(first)
            self.put_back(strand)

    # Shared attention

    def pile_of(self, caseworker: Caseworker) -> list[Strand]:
        return [strand for strand in self.strands if strand.lies_with is caseworker]

    def first_of_pile(self, caseworker: Caseworker) -> Strand:
        return min(
            self.pile_of(caseworker),
            key=lambda each: (each.target_hours, each.ready_at, each.number),
        )

    def expect_first_of_pile(self, caseworker: Caseworker) -> None:
        to_serve = self.first_of_pile(caseworker).target_hours - caseworker.served_hours
        hours = caseworker.counted_at_hours + to_serve * len(self.pile_of(caseworker))
        caseworker.done_at = caseworker.moment_of(hours, self.now)

    def leave_pile(self, caseworker: Caseworker) -> None:
        """What was on the pile has gone; the rest shares the clock, or there is no rest."""
        if caseworker.turned_to_pile:
            if self.pile_of(caseworker):
                self.expect_first_of_pile(caseworker)
            else:
                self.fall_idle(caseworker)

    # Owners

    def queue(self, case: Case) -> None:
        case.waits_for_owner = True
        case.team.to_assign = True
        policy = case.team.told.policy
        case.queue_keys = (self.now, 0, case.number)
        if policy == EARLIEST_DUE:
            case.queue_keys = (case.route.due_at, self.now, case.number)
        elif policy in (PRIORITY, PREEMPTIVE_PRIORITY):
            case.queue_keys = (self.priority(case.route), self.now, case.number)
        elif policy == OLDEST_CASE:
            case.queue_keys = (case.told.arrived_at, self.now, case.number)

    def find_owners(self, team: Team) -> None:
        while waiting := [
            case for case in self.cases if case.waits_for_owner and case.team is team
        ]:
            case = min(waiting, key=lambda each: each.queue_keys)
            owner = self.owner_for(case, team)
            if owner is None:
                return
            case.owner, case.waits_for_owner, case.ignores_limit = owner, False, False
            case.handlers.add(owner.number)
            owner.load += case.told.weight
            self.place_waiting(case)

    def place_waiting(self, case: Case) -> None:
        for strand in case.strands:
            if strand.waits_for_owner:
                strand.waits_for_owner = False
                self.next_for(strand, self.place, self.now)

    def owner_for(self, case: Case, team: Team) -> Caseworker | None:
        limit = team.told.caseload_limit
        at_work = [each for each in team.caseworkers if each.fte > 0]
        with_room = [each for each in at_work if each.load < limit * each.fte]
        if case.ignores_limit and limit < INFINITY:
            with_room = at_work
        elif team.told.assignment == ROUND_ROBIN:
            people = len(team.caseworkers)
            for n in range(people):
                turn = (team.next_in_turn + n) % people
                if team.caseworkers[turn] in with_room:
                    team.next_in_turn = (turn + 1) % people
                    return team.caseworkers[turn]
            return None
        return min(with_room, key=lambda each: (each.load / each.fte, each.number), default=None)

    def release(self, case: Case) -> None:
        if case.owner is not None:
            case.owner.load -= case.told.weight
            case.owner.team.to_assign = True
            case.owner = None

    def move(self, case: Case, team: Team) -> None:
        self.release(case)
        case.team = team
        case.waits_for_owner = False
        self.place_waiting(case)

    # Ends and changes

    def close(self, case: Case, *, withdrawn: bool) -> None:
        case.is_open, case.closed_at, case.waits_for_owner = False, self.now, False
        for strand in case.strands:
            if not strand.has_ended and (withdrawn or not strand.told.outlives_case):
                self.stop(strand, withdrawn=withdrawn)
        self.place_waiting(case)
        self.release(case)

    def stop(self, strand: Strand, *, withdrawn: bool) -> None:
        if strand.has_begun:
            self.write_running_clocks(strand, LAPSED, self.now)
        strand.has_ended, strand.waits_for_owner = True, False
        strand.next_thing, strand.next_at = None, INFINITY
        if isinstance(strand.lies_with, Caseworker):
            desk_of = strand.lies_with
            self.count_hours(desk_of)
            strand.lies_with = None
            self.leave_pile(desk_of)
        strand.lies_with = None
        if strand.in_hand_of is not None and withdrawn:
            self.let_go(strand.in_hand_of)

    def change_staff(self, change: offices.Change) -> None:
        caseworker = self.caseworkers[change.caseworker]
        caseworker.fte = change.fte
        caseworker.team.to_assign = True
        if not change.hands_over:
            return
        if caseworker.in_hand is not None:
            strand = caseworker.in_hand
            self.let_go(caseworker)
            self.put_back(strand)
        self.count_hours(caseworker)
        for strand in self.pile_of(caseworker):
            if caseworker.shares:
                left = strand.target_hours - caseworker.served_hours
                strand.remaining_hours = max(0.0, left)
            self.put_back(strand)
        if caseworker.turned_to_pile:
            self.fall_idle(caseworker)
        for case in self.cases:
            if case.owner is caseworker:
                case.handover_hours += caseworker.team.told.handover_hours
                self.release(case)
                self.queue(case)
