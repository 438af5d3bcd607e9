"""The kernel: one office, one replication, event by event (da: sagsarbejdet).

Time is continuous, and at one moment things happen in this order: people's circumstances change,
families move away, work is finished, strands of work go on and what is ready is laid on desks,
cases find owners, caseworkers with a running clock and nothing in hand take work (the longest idle
first, then the lower number), and where the policy says so, what is in hand is dropped for what is
more urgent. So whoever takes work knows all that has happened by that moment and nothing of what
has not.

The next episode is taken from the own desk or the team's, whichever comes first by the team's
policy. The rules of play are in `METHOD.md`.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from simulations.agenda import (
    MOMENT,
    NEVER,
    STANDING,
    Agenda,
    agenda_room,
    clear,
    expect,
    expect_no_more,
    first_awaited,
    places,
    play_again,
    play_all,
    put_in,
    strike_first,
    take_out,
)
from simulations.compilation import compiled, part
from simulations.dealing import DealRoom
from simulations.luck import Floats, Integers
from simulations.office import (
    BY_AGE,
    CASE,
    CASEWORKER,
    CLOCK,
    EARLIEST_DUE,
    FROM_ARRIVAL,
    FROM_STRAND,
    LAID,
    LAPSED,
    MET,
    OLDEST_CASE,
    ON_NO_DESK,
    ON_OWN_DESK,
    PREEMPTIVE_PRIORITY,
    PRIORITY,
    ROUND_ROBIN,
    RUNNING,
    SAMPLE,
    SHARED_ATTENTION,
    STILL_FIRST,
    STRAND,
    TAKE,
    TALLY,
    TEAM,
    WHOLE_TEAM,
    Deal,
    Office,
    Outcome,
    Plan,
    Staff,
)
from simulations.piles import EMPTY, comes_first, with_one_more, without_top
from simulations.work_clocks import Records, hours_at, moment_of, runs_from

NOTHING = -1
OWN_PILE = -2
"""In hand: all that is ready on the own desk, the clock shared among it."""
SAVABLE, LATE = 0, 1
"""The two piles of a desk."""
EPISODES_A_SLOT, LEAST_SLOTS = 2, 64
LONG_AGO = -1e300
"""Since when those have been idle who have never worked."""


# --- Who acts when, who is free, who has room ------------------------------------------------


@part
def acts_at(caseworker, moment, office):
    """Note when a caseworker finishes what is in hand, or the clock runs again."""
    expect_no_more(caseworker, office.agenda)
    expect(caseworker, moment, office.agenda)


@part
def looks_now(caseworker, since, office):
    """Note that somebody looks for work at this very moment, who has been idle since another."""
    expect_no_more(caseworker, office.agenda)
    put_in(office.looking, office.tally[0].looking, since, caseworker)
    office.tally[0].looking += 1


@part
def free_since(caseworker, since, office):
    """Note since when a caseworker is free to take what comes; never: busy, or clock at rest."""
    worker = office.caseworkers[caseworker]
    if worker.free_since != since:
        worker.free_since = since
        team = office.teams[worker.team]
        standings = office.standings[team.first_standing : team.first_standing + team.standings]
        play_again(standings, caseworker - team.first_caseworker, since)


@part
def count_load(caseworker, office):
    """Note how many cases per FTE a caseworker has; infinitely many where there is no room."""
    worker = office.caseworkers[caseworker]
    team = office.teams[worker.team]
    has_room = worker.fte > 0 and worker.load < team.caseload_limit * worker.fte
    worker.crowding = worker.load / worker.fte if has_room else NEVER
    first = team.first_standing + team.standings
    standings = office.standings[first : first + team.standings]
    play_again(standings, caseworker - team.first_caseworker, worker.crowding)


@part
def is_counted(case):
    """Whether a case counts where cases are counted: without weight it is work on another one."""
    return case.weight > 0


@part
def assign_in(team, office):
    """Note that cases of a team may find owners now."""
    if not office.teams[team].to_assign and office.teams[team].queue != EMPTY:
        office.teams[team].to_assign = True
        office.tally[0].teams_to_assign += 1


# --- What lies on a desk ---------------------------------------------------------------------


@part
def step_of(strand, office):
    """The step of a strand's present episode."""
    return office.steps[office.episodes[office.strands[strand].episode].step]


@part
def lay_on(desk, strand, now, office):
    """Lay a ready strand on a desk, in the order of the team's policy."""
    people = office.caseworkers.size
    work, laid = office.strands[strand], office.laid[strand]
    team = office.teams[office.caseworkers[desk].team if desk < people else desk - people]
    policy = team.policy
    pile = SAVABLE
    laid.first_key, laid.second_key = work.ready_at, 0.0
    if policy == EARLIEST_DUE:
        laid.first_key, laid.second_key = work.due_at, work.ready_at
        if team.after_due != STILL_FIRST and work.due_at < now:
            pile = LATE
            if team.after_due == BY_AGE:
                laid.first_key = office.cases[work.case].arrived_at
    elif policy in (PRIORITY, PREEMPTIVE_PRIORITY):
        laid.first_key, laid.second_key = step_of(strand, office).priority, work.ready_at
    elif policy == OLDEST_CASE:
        laid.first_key, laid.second_key = office.cases[work.case].arrived_at, work.ready_at
    elif policy == SHARED_ATTENTION and desk < people:
        join_sharing(desk, strand, now, office)
    laid.desk = desk
    office.desks[desk, pile] = with_one_more(office.desks[desk, pile], strand, office.laid)


@part
def first_in(desk, pile, office):
    """The first strand in a pile; what was withdrawn meanwhile is thrown out."""
    top = office.desks[desk, pile]
    while top != EMPTY and office.laid[top].desk != desk:
        top = without_top(top, office.laid)
    office.desks[desk, pile] = top
    return top


@part
def first_on(desk, team, now, office):
    """The first strand on a desk by the team's policy, and the pile it lies in."""
    after_due = office.teams[team].after_due
    top = first_in(desk, SAVABLE, office)
    if office.teams[team].policy != EARLIEST_DUE or after_due == STILL_FIRST:
        return top, SAVABLE
    # What can no longer be in time is laid apart the first time somebody looks.
    while top != EMPTY and office.strands[top].due_at < now:
        office.desks[desk, SAVABLE] = without_top(top, office.laid)
        if after_due == BY_AGE:
            office.laid[top].first_key = office.cases[office.strands[top].case].arrived_at
        office.desks[desk, LATE] = with_one_more(office.desks[desk, LATE], top, office.laid)
        top = first_in(desk, SAVABLE, office)
    if top != EMPTY:
        return top, SAVABLE
    return first_in(desk, LATE, office), LATE


@part
def may_take(caseworker, strand, office):
    """Whether a caseworker may do the work: some is for one who has not handled the case."""
    if not step_of(strand, office).by_another:
        return True
    bits = office.handlers[office.strands[strand].case, caseworker // 64]
    return (bits >> np.uint64(caseworker % 64)) & np.uint64(1) == 0


@part
def first_for(caseworker, desk, team, now, office):
    """The first strand on a desk that a caseworker may take, lifted out; and the pile it was in."""
    set_aside = EMPTY
    found, pile = first_on(desk, team, now, office)
    while found != EMPTY:
        office.desks[desk, pile] = without_top(found, office.laid)
        if may_take(caseworker, found, office):
            break
        office.laid[found].below, office.laid[found].beside = set_aside, pile
        set_aside = found
        found, pile = first_on(desk, team, now, office)
    while set_aside != EMPTY:
        strand, its_pile = set_aside, office.laid[set_aside].beside
        set_aside = office.laid[strand].below
        top = office.desks[desk, its_pile]
        office.desks[desk, its_pile] = with_one_more(top, strand, office.laid)
    return found, pile


# --- What is in hand -------------------------------------------------------------------------


@part
def handled_by(caseworker, case, office):
    """Note that somebody has handled a case."""
    if office.handlers.shape[1] > 0:
        bit = np.uint64(1) << np.uint64(caseworker % 64)
        office.handlers[case, caseworker // 64] |= bit


@part
def take(caseworker, strand, now, office):
    """Note that work on an episode begins; return the hours that it needs.

    What is left of its effort, with reading up on a case taken over and setting up for another
    case than the last.
    """
    worker, work = office.caseworkers[caseworker], office.strands[strand]
    case = office.cases[work.case]
    hours = work.remaining_hours + case.handover_hours
    case.handover_hours = 0.0
    if worker.last_case != work.case:
        hours += office.teams[worker.team].switching_hours
    worker.last_case = work.case
    work.taken_by = caseworker
    handled_by(caseworker, work.case, office)
    if office.takes.size > 0:
        office.takes[work.episode].caseworker = caseworker
        office.takes[work.episode].taken_at = now
    return hours


@part
def look_for_work(caseworker, now, office):
    """Somebody with nothing in hand takes what comes first, or looks again when the clock runs."""
    worker = office.caseworkers[caseworker]
    runs = runs_from(caseworker, now, office.caseworkers, office.intervals)
    if runs > now:
        acts_at(caseworker, runs, office)
        return
    if worker.sharing > 0:
        turn_to_own_pile(caseworker, now, office)
        return
    # 1. the first of the own desk and of the team's
    shared_desk = office.caseworkers.size + worker.team
    own, own_pile = first_on(caseworker, worker.team, now, office)
    shared, shared_pile = first_for(caseworker, shared_desk, worker.team, now, office)
    if own == EMPTY and shared == EMPTY:
        free_since(caseworker, worker.idle_since, office)
        return
    # 2. one of them is taken, and the other stays
    strand = shared
    if own != EMPTY and (
        shared == EMPTY
        or own_pile < shared_pile
        or (own_pile == shared_pile and comes_first(own, shared, office.laid))
    ):
        strand = own
        office.desks[caseworker, own_pile] = without_top(own, office.laid)
        if shared != EMPTY:
            top = office.desks[shared_desk, shared_pile]
            office.desks[shared_desk, shared_pile] = with_one_more(top, shared, office.laid)
    # 3. it is done when the clock has advanced by what it needs
    office.laid[strand].desk = NOTHING
    worker.in_hand = strand
    worker.took_at_hours = hours_at(caseworker, now, office.caseworkers, office.intervals)
    worker.done_at_hours = worker.took_at_hours + take(caseworker, strand, now, office)
    done_at = moment_of(caseworker, worker.done_at_hours, now, office.caseworkers, office.intervals)
    acts_at(caseworker, done_at, office)


@part
def let_go(caseworker, now, office):
    """Take an episode out of hand, what is left of it in its record; the caseworker looks anew."""
    worker = office.caseworkers[caseworker]
    strand = worker.in_hand
    hours = hours_at(caseworker, now, office.caseworkers, office.intervals)
    office.strands[strand].remaining_hours = max(0.0, worker.done_at_hours - hours)
    office.strands[strand].taken_by = NOTHING
    worker.busy_hours += hours - worker.took_at_hours
    worker.in_hand = NOTHING
    worker.idle_since = now
    looks_now(caseworker, now, office)
    return strand


@part
def finish(caseworker, now, office):
    """Finish the episode in hand; its strand goes on after the external delay, if there is one."""
    worker = office.caseworkers[caseworker]
    if worker.in_hand == OWN_PILE:
        catch_up(caseworker, now, office)
        strand = first_in(caseworker, SAVABLE, office)
        worker.served_hours = office.laid[strand].first_key
        office.desks[caseworker, SAVABLE] = without_top(strand, office.laid)
        office.laid[strand].desk = NOTHING
        worker.sharing -= 1
        if worker.sharing > 0:
            expect_first_of_pile(caseworker, now, office)
    else:
        strand = worker.in_hand
        worker.busy_hours += worker.done_at_hours - worker.took_at_hours
    if worker.in_hand != OWN_PILE or worker.sharing == 0:
        worker.in_hand = NOTHING
        worker.idle_since = now
        looks_now(caseworker, now, office)
    work = office.strands[strand]
    work.taken_by = NOTHING
    work.remaining_hours = -1.0
    if office.takes.size > 0:
        office.takes[work.episode].done_at = now
    goes_on_at(strand, now + office.episodes[work.episode].delay_days, office)


# --- Attention shared among all that is ready on the own desk --------------------------------


@part
def turn_to_own_pile(caseworker, now, office):
    """Turn to the own pile, from now on, and note when the first of it will be done."""
    worker = office.caseworkers[caseworker]
    worker.in_hand = OWN_PILE
    worker.took_at_hours = hours_at(caseworker, now, office.caseworkers, office.intervals)
    expect_first_of_pile(caseworker, now, office)


@part
def expect_first_of_pile(caseworker, now, office):
    """Note when the first of a shared pile will be done, if nothing else comes."""
    worker = office.caseworkers[caseworker]
    top = first_in(caseworker, SAVABLE, office)
    left = office.laid[top].first_key - worker.served_hours
    worker.done_at_hours = worker.took_at_hours + max(0.0, left) * worker.sharing
    done_at = moment_of(caseworker, worker.done_at_hours, now, office.caseworkers, office.intervals)
    acts_at(caseworker, done_at, office)


@part
def catch_up(caseworker, now, office):
    """Give each of a shared pile its part of what the clock has advanced."""
    worker = office.caseworkers[caseworker]
    if worker.in_hand == OWN_PILE:
        hours = hours_at(caseworker, now, office.caseworkers, office.intervals)
        worker.served_hours += (hours - worker.took_at_hours) / worker.sharing
        worker.busy_hours += hours - worker.took_at_hours
        worker.took_at_hours = hours


@part
def join_sharing(caseworker, strand, now, office):
    """Order one more of a shared pile by what each will have been served when it is done."""
    worker, laid = office.caseworkers[caseworker], office.laid[strand]
    catch_up(caseworker, now, office)
    laid.first_key = worker.served_hours + take(caseworker, strand, now, office)
    laid.second_key = office.strands[strand].ready_at
    worker.sharing += 1


@part
def leave_sharing(caseworker, strand, now, office):
    """Take a strand out of a shared pile before it is done."""
    worker, work = office.caseworkers[caseworker], office.strands[strand]
    catch_up(caseworker, now, office)
    work.remaining_hours = max(0.0, office.laid[strand].first_key - worker.served_hours)
    work.taken_by = NOTHING
    worker.sharing -= 1
    if worker.in_hand == OWN_PILE:
        if worker.sharing == 0:
            worker.in_hand = NOTHING
            worker.idle_since = now
            looks_now(caseworker, now, office)
        else:
            expect_first_of_pile(caseworker, now, office)


# --- How a strand goes on --------------------------------------------------------------------


@part
def goes_on_at(strand, moment, office):
    """Note in the agenda when a strand goes on."""
    expect(office.caseworkers.size + strand, moment, office.agenda)


@part
def go_on(strand, now, office):
    """Begin a strand, or go past the episode that has ended, and on to the next that is work.

    Return the case that this closes, or -1.
    """
    work = office.strands[strand]
    case = office.cases[work.case]
    if work.has_ended:
        return NOTHING
    has_ended_episode = work.has_begun and not work.is_ready
    if not work.has_begun:
        work.has_begun = True
        if work.is_route and not case.is_open:
            case.is_open = True
            office.teams[case.team].open_cases += is_counted(case)
    while not work.is_ready:
        if has_ended_episode:
            # 1. deadline and milestone are met; other strands may begin
            pass_milestone(strand, now, office)
            work.episode += 1
            if work.episode == work.last_episode:
                work.has_ended = True
                return work.case if work.is_route else NOTHING
        # 2. the next episode: a pause, or work for somebody
        episode = office.episodes[work.episode]
        step = office.steps[episode.step]
        if step.begins_round and (has_ended_episode or work.trigger != NOTHING):
            work.began_at = now
        work.due_at = due_at(step.towards, strand, office)
        has_ended_episode = True
        if step.desk != ON_NO_DESK:
            work.is_ready = True
            work.ready_at = now
            if work.remaining_hours < 0:
                work.remaining_hours = episode.effort_hours
        elif episode.delay_days > 0:
            goes_on_at(strand, now + episode.delay_days, office)
            return NOTHING
    place(strand, now, office)
    return NOTHING


@part
def pass_milestone(strand, now, office):
    """Write down what the end of an episode means, and let strands begin that it sets off."""
    case = office.cases[office.strands[strand].case]
    reached = reach_milestone(strand, now, office)
    if reached != NOTHING:
        for other in range(case.first_strand, case.last_strand):
            if office.strands[other].trigger == reached:
                office.strands[other].began_at = now
                goes_on_at(other, now, office)


@part
def reach_milestone(strand, now, office):
    """Write down what the end of an episode means: a deadline met, an order kept, a milestone.

    Return the milestone that an open case reaches by it for the first time, or -1.
    """
    work = office.strands[strand]
    case = office.cases[work.case]
    step = step_of(strand, office)
    if step.meets >= 0:
        write_clock(step.meets, strand, MET, now, office)
    for order in range(step.first_order, step.last_order):
        in_order = office.milestone_at[case.first_milestone + office.orders[order]] <= now
        kept = MET if in_order else LAPSED
        write(office.duties.size + order, strand, kept, now, now, now, office)
    if step.milestone < 0 or office.milestone_at[case.first_milestone + step.milestone] != NEVER:
        return NOTHING
    office.milestone_at[case.first_milestone + step.milestone] = now
    return step.milestone if case.is_open else NOTHING


@part
def lies_with_owner(strand, team, office):
    """Whether an episode lies on the desk of the case's owner; a closed case has none any more."""
    step = step_of(strand, office)
    owned = step.desk == ON_OWN_DESK and not step.by_another
    is_open = office.cases[office.strands[strand].case].is_open
    return owned and is_open and office.teams[team].assignment != WHOLE_TEAM


@part
def place(strand, now, office):
    """Lay a ready episode on the desk where it belongs, and let somebody look for it there."""
    work = office.strands[strand]
    case = office.cases[work.case]
    step = step_of(strand, office)
    team = step.team if step.team >= 0 else case.team
    # 1. with work for its own desk, the route takes the case along to the team that does it
    if step.desk == ON_OWN_DESK and work.is_route and team != case.team:
        if case.owner != NOTHING:
            release(work.case, office)
        if case.waits_for_owner:
            leave_queue(work.case, now, office)
        office.teams[case.team].open_cases -= is_counted(case)
        office.teams[team].open_cases += is_counted(case)
        case.team = team
    # 2. it may have to wait until the case has an owner
    owned = lies_with_owner(strand, team, office)
    if owned and case.owner == NOTHING:
        work.waits_for_owner = True
        if not case.waits_for_owner:
            wait_for_owner(work.case, now, office)
        return
    # 3. on the desk, and to those who could take it
    desk = case.owner if owned else office.caseworkers.size + team
    work.is_ready = False
    lay_on(desk, strand, now, office)
    if owned:
        call(case.owner, strand, now, office)
    else:
        call_from(team, strand, now, office)


@part
def call(caseworker, strand, now, office):
    """Let the owner of new work look for it, if idle, or weigh it against what is in hand."""
    worker = office.caseworkers[caseworker]
    if worker.in_hand == NOTHING:
        # Who has not been free is to look anyway: now, or when the clock runs.
        if worker.free_since != NEVER:
            free_since(caseworker, NEVER, office)
            looks_now(caseworker, worker.idle_since, office)
    elif worker.in_hand == OWN_PILE:
        expect_first_of_pile(caseworker, now, office)
    elif (
        office.teams[worker.team].policy == PREEMPTIVE_PRIORITY
        and step_of(strand, office).priority < step_of(worker.in_hand, office).priority
    ):
        goes_on_again(let_go(caseworker, now, office), now, office)


@part
def call_from(team, strand, now, office):
    """Let the longest idle of the team, among those who may take new work, look for it."""
    own = office.teams[team]
    while own.first_caseworker < own.last_caseworker:
        longest = office.standings[own.first_standing + 1].number
        since = office.standings[own.first_standing + 1].key
        if step_of(strand, office).by_another:
            longest, since = longest_idle_other(team, strand, office)
        if since == NEVER:
            break
        free_since(longest, NEVER, office)
        runs = runs_from(longest, now, office.caseworkers, office.intervals)
        if runs == now:
            looks_now(longest, since, office)
            return
        acts_at(longest, runs, office)
    if own.policy == PREEMPTIVE_PRIORITY and not own.to_interrupt:
        own.to_interrupt = True
        office.tally[0].teams_to_interrupt += 1


@part
def longest_idle_other(team, strand, office):
    """Who of a team has been idle longest and has not handled the case; and since when."""
    chosen, since = NOTHING, NEVER
    for each in range(office.teams[team].first_caseworker, office.teams[team].last_caseworker):
        idle_since = office.caseworkers[each].free_since
        if idle_since < since and may_take(each, strand, office):
            chosen, since = each, idle_since
    return chosen, since


@part
def goes_on_again(strand, now, office):
    """Let a strand that was taken out of hand find its desk again, this very moment."""
    if not office.strands[strand].has_ended:
        office.strands[strand].is_ready = True
        goes_on_at(strand, now, office)


@part
def interrupt(team, now, office):
    """Drop the least urgent work in hand for what lies on the team's desk, if that is more urgent.

    Of those with equally little urgency in hand one whose clock runs, or runs soonest; then the
    lower number.
    """
    office.teams[team].to_interrupt = False
    office.tally[0].teams_to_interrupt -= 1
    first = first_in(office.caseworkers.size + team, SAVABLE, office)
    if first == EMPTY:
        return
    priority = step_of(first, office).priority
    chosen, soonest, least = NOTHING, NEVER, priority
    for each in range(office.teams[team].first_caseworker, office.teams[team].last_caseworker):
        in_hand = office.caseworkers[each].in_hand
        if in_hand < 0 or not may_take(each, first, office):
            continue
        urgency = step_of(in_hand, office).priority
        if urgency <= priority:
            continue
        runs = runs_from(each, now, office.caseworkers, office.intervals)
        if runs < soonest or (runs == soonest and urgency > least):
            chosen, soonest, least = each, runs, urgency
    if chosen != NOTHING:
        goes_on_again(let_go(chosen, now, office), now, office)


# --- Who has the case ------------------------------------------------------------------------


@part
def wait_for_owner(case, now, office):
    """Let a case wait for an owner, in the order of the team's policy."""
    wanted = office.cases[case]
    team = office.teams[wanted.team]
    wanted.waits_for_owner = True
    wanted.first_key, wanted.second_key = now, 0.0
    if team.policy == EARLIEST_DUE:
        wanted.first_key, wanted.second_key = office.strands[wanted.first_strand].due_at, now
    elif team.policy in (PRIORITY, PREEMPTIVE_PRIORITY):
        route_step = step_of(wanted.first_strand, office)
        wanted.first_key, wanted.second_key = route_step.priority, now
    elif team.policy == OLDEST_CASE:
        wanted.first_key, wanted.second_key = wanted.arrived_at, now
    team.queue = with_one_more(team.queue, case, office.cases)
    team.waiting_cases += is_counted(wanted)
    assign_in(wanted.team, office)


@part
def leave_queue(case, now, office):
    """Take a case that goes to another team out of the queue of those that wait for an owner.

    What of it waited finds its place anew: it may need none in the other team.
    """
    team = office.teams[office.cases[case].team]
    set_aside = EMPTY
    first = team.queue
    while first != case:
        team.queue = without_top(first, office.cases)
        if office.cases[first].waits_for_owner:
            office.cases[first].below = set_aside
            set_aside = first
        first = team.queue
    team.queue = without_top(case, office.cases)
    while set_aside != EMPTY:
        first, set_aside = set_aside, office.cases[set_aside].below
        team.queue = with_one_more(team.queue, first, office.cases)
    moved = office.cases[case]
    team.waiting_cases -= is_counted(moved)
    moved.waits_for_owner = False
    for strand in range(moved.first_strand, moved.last_strand):
        if office.strands[strand].waits_for_owner:
            office.strands[strand].waits_for_owner = False
            goes_on_at(strand, now, office)


@part
def find_all_owners(now, office):
    """Give waiting cases owners in every team in which somebody may have room."""
    for team in range(office.teams.size):
        if office.teams[team].to_assign:
            find_owners(team, now, office)


@part
def find_owners(team, now, office):
    """Give the cases that wait to those of the team who have room, the first in order first."""
    own = office.teams[team]
    own.to_assign = False
    office.tally[0].teams_to_assign -= 1
    while True:
        first = own.queue
        while first != EMPTY and not office.cases[first].waits_for_owner:
            first = without_top(first, office.cases)
        own.queue = first
        if first == EMPTY:
            return
        owner = chosen_owner(team, office.cases[first].ignores_limit, office)
        if owner == NOTHING:
            return
        own.queue = without_top(first, office.cases)
        own.waiting_cases -= is_counted(office.cases[first])
        take_on(first, owner, now, office)


@part
def chosen_owner(team, ignores_limit, office):
    """Who takes the next case of a team: the fewest cases per FTE, or in turn; -1 if nobody can."""
    own = office.teams[team]
    size = own.last_caseworker - own.first_caseworker
    if size == 0:
        return NOTHING
    if ignores_limit and own.caseload_limit < NEVER:
        chosen, least = NOTHING, NEVER
        for each in range(own.first_caseworker, own.last_caseworker):
            worker = office.caseworkers[each]
            if worker.fte > 0 and worker.load / worker.fte < least:
                chosen, least = each, worker.load / worker.fte
        return chosen
    if own.assignment != ROUND_ROBIN:
        least_crowded = office.standings[own.first_standing + own.standings + 1]
        return least_crowded.number if least_crowded.key != NEVER else NOTHING
    for step in range(size):
        turn = own.first_caseworker + (own.next_in_turn + step) % size
        if office.caseworkers[turn].crowding != NEVER:
            own.next_in_turn = (own.next_in_turn + step + 1) % size
            return turn
    return NOTHING


@part
def take_on(case, owner, now, office):
    """Make a caseworker the owner of a case; what waited for one finds its desk at once."""
    owned, worker = office.cases[case], office.caseworkers[owner]
    owned.waits_for_owner = False
    owned.ignores_limit = False
    owned.owner = owner
    owned.previous_of_owner = NOTHING
    owned.next_of_owner = worker.first_case
    if worker.first_case != NOTHING:
        office.cases[worker.first_case].previous_of_owner = case
    worker.first_case = case
    worker.load += owned.weight
    count_load(owner, office)
    handled_by(owner, case, office)
    for strand in range(owned.first_strand, owned.last_strand):
        if office.strands[strand].waits_for_owner:
            office.strands[strand].waits_for_owner = False
            goes_on_at(strand, now, office)


@part
def release(case, office):
    """An owner lets a case go; whoever waits for room in the team may have an owner now."""
    owned = office.cases[case]
    worker = office.caseworkers[owned.owner]
    if owned.previous_of_owner == NOTHING:
        worker.first_case = owned.next_of_owner
    else:
        office.cases[owned.previous_of_owner].next_of_owner = owned.next_of_owner
    if owned.next_of_owner != NOTHING:
        office.cases[owned.next_of_owner].previous_of_owner = owned.previous_of_owner
    worker.load -= owned.weight
    count_load(owned.owner, office)
    owned.owner = NOTHING
    assign_in(worker.team, office)


@part
def close_case(case, withdrawn, now, office):
    """Close a case: its owner has room again, and strands that do not outlive it stop."""
    closed = office.cases[case]
    closed.is_open = False
    closed.closed_at = now
    office.teams[closed.team].open_cases -= is_counted(closed)
    if closed.waits_for_owner:
        closed.waits_for_owner = False
        office.teams[closed.team].waiting_cases -= is_counted(closed)
    for strand in range(closed.first_strand, closed.last_strand):
        work = office.strands[strand]
        if work.outlives_case and not withdrawn:
            if work.waits_for_owner:
                # Nobody will own the case now: the team has the work.
                work.waits_for_owner = False
                goes_on_at(strand, now, office)
            continue
        if work.has_ended:
            continue
        write_open_clocks(strand, LAPSED, now, office)
        work.has_ended = True
        work.waits_for_owner = False
        # What lies on a desk is thrown out when somebody comes to it; what is in hand is finished,
        # unless it is all in vain.
        shared_by = office.laid[strand].desk
        office.laid[strand].desk = NOTHING
        if 0 <= shared_by < office.caseworkers.size and office.caseworkers[shared_by].sharing > 0:
            leave_sharing(shared_by, strand, now, office)
        elif withdrawn and work.taken_by != NOTHING:
            let_go(work.taken_by, now, office)
    if closed.owner != NOTHING:
        release(case, office)


# --- People come, go and fall ill ------------------------------------------------------------


@part
def change_staff(change, office):
    """A person comes, goes, falls ill, or can carry more."""
    worker = office.caseworkers[change.caseworker]
    worker.fte = change.fte
    if change.hands_over:
        hand_over(change.caseworker, change.at, office)
    count_load(change.caseworker, office)
    assign_in(worker.team, office)


@part
def hand_over(caseworker, now, office):
    """Empty a caseworker's desk: every case waits for another owner, who must read up on it."""
    worker = office.caseworkers[caseworker]
    # 1. what is in hand goes back, and the own desk is cleared
    if worker.in_hand >= 0:
        goes_on_again(let_go(caseworker, now, office), now, office)
    for pile in range(2):
        top = first_in(caseworker, pile, office)
        while top != EMPTY:
            office.desks[caseworker, pile] = without_top(top, office.laid)
            office.laid[top].desk = NOTHING
            if worker.sharing > 0:
                leave_sharing(caseworker, top, now, office)
            goes_on_again(top, now, office)
            top = first_in(caseworker, pile, office)
    # 2. the cases wait for another owner
    case = worker.first_case
    worker.first_case = NOTHING
    worker.load = 0.0
    while case != NOTHING:
        handed = office.cases[case]
        handed.owner = NOTHING
        handed.handover_hours += office.teams[worker.team].handover_hours
        wait_for_owner(case, now, office)
        case = handed.next_of_owner


# --- Deadlines and their clocks --------------------------------------------------------------


@part
def started_at(duty, strand, office):
    """When a duty's clock started; infinity where what starts it has not happened."""
    watched, work = office.duties[duty], office.strands[strand]
    case = office.cases[work.case]
    if watched.starts == FROM_ARRIVAL:
        return case.arrived_at
    if watched.starts == FROM_STRAND:
        return work.began_at
    return office.milestone_at[case.first_milestone + watched.milestone]


@part
def due_at(duty, strand, office):
    """Until when a duty is met in time; infinity where its clock has not started."""
    if duty < 0:
        return NEVER
    started = started_at(duty, strand, office)
    if started == NEVER:
        return NEVER
    if office.duties[duty].due_dates < 0:
        return started + office.duties[duty].hours / 24
    day = int(np.floor(started)) - office.tally[0].first_day
    return office.due_dates[office.duties[duty].due_dates, day]


@part
def write(duty, strand, outcome, started, due, ended, office):
    """Write down what became of a clock."""
    clock = office.clocks[office.tally[0].clocks]
    clock.duty, clock.strand, clock.outcome = duty, strand, outcome
    clock.started_at, clock.due_at, clock.ended_at = started, due, ended
    office.tally[0].clocks += 1


@part
def write_clock(duty, strand, outcome, ended, office):
    """Write down what became of a duty's clock, if it has started."""
    started = started_at(duty, strand, office)
    if started != NEVER:
        write(duty, strand, outcome, started, due_at(duty, strand, office), ended, office)


@part
def write_open_clocks(strand, outcome, ended, office):
    """Write down the clocks that run on a strand, to the end of its round."""
    work = office.strands[strand]
    if not work.has_begun or work.has_ended:
        return
    for episode in range(work.episode, work.last_episode):
        step = office.steps[office.episodes[episode].step]
        if step.begins_round and episode > work.episode:
            return
        if step.meets >= 0:
            write_clock(step.meets, strand, outcome, ended, office)


@part
def take_sample(sample, now, office):
    """Count what is open and the hours so far, team by team."""
    for team in range(office.teams.size):
        own = office.teams[team]
        sample[team].open_cases = own.open_cases
        sample[team].waiting_cases = own.waiting_cases
        for each in range(own.first_caseworker, own.last_caseworker):
            worker = office.caseworkers[each]
            hours = hours_at(each, now, office.caseworkers, office.intervals)
            sample[team].clock_hours += hours
            sample[team].busy_hours += worker.busy_hours
            if worker.in_hand != NOTHING:
                sample[team].busy_hours += hours - worker.took_at_hours


# --- The office, from its opening to the horizon ---------------------------------------------


@part
def next_change_at(changed, staff):
    """When the next of the people's circumstances change."""
    return staff.changes[changed].at if changed < staff.changes.size else NEVER


@part
def next_withdrawal_at(withdrawn, deal):
    """When the next family moves away."""
    if withdrawn == deal.withdrawing.size:
        return NEVER
    return deal.cases[deal.withdrawing[withdrawn]].withdraws_at


@part
def next_start_at(starting, deal):
    """When the next strand begins of itself."""
    if starting == deal.starting.size:
        return NEVER
    return deal.strands[deal.starting[starting]].starts_at


@part
def run(office, deal, staff, sample_at, samples, horizon):
    """Let everything happen, in order, from 0 to the horizon."""
    people = office.caseworkers.size
    starting, changed, withdrawn, sampled = 0, 0, 0, 0
    now = -NEVER
    # 0. who is there from the start, and who has what is open then
    while changed < staff.changes.size and staff.changes[changed].at <= 0:
        change_staff(staff.changes[changed], office)
        changed += 1
    find_all_owners(0.0, office)
    change_at = next_change_at(changed, staff)
    withdrawal_at = next_withdrawal_at(withdrawn, deal)
    starts_at = next_start_at(starting, deal)
    while True:
        # 1. what is next?
        then = min(min(change_at, withdrawal_at), starts_at)
        tally = office.tally[0]
        is_rest = tally.looking + tally.teams_to_assign + tally.teams_to_interrupt == 0
        awaited_at, awaited = first_awaited(office.agenda, then if is_rest else now)
        then = min(then, awaited_at)
        if then > now:
            # 2. before anybody takes work, and before time goes on, cases find owners
            if office.tally[0].teams_to_assign > 0:
                find_all_owners(now, office)
                continue
            if office.tally[0].looking > 0:
                looker = office.looking[0].number
                take_out(office.looking, office.tally[0].looking, 0)
                office.tally[0].looking -= 1
                look_for_work(looker, now, office)
                continue
            # 3. before time goes on, urgent work interrupts, and counts are taken
            if office.tally[0].teams_to_interrupt > 0:
                for team in range(office.teams.size):
                    if office.teams[team].to_interrupt:
                        interrupt(team, now, office)
                continue
            while sampled < sample_at.size and sample_at[sampled] <= min(then, horizon):
                take_sample(samples[sampled], sample_at[sampled], office)
                sampled += 1
            if then >= horizon:
                return
            now = then
        # 4. it happens
        closed, is_withdrawn = NOTHING, False
        if change_at == now:
            change_staff(staff.changes[changed], office)
            changed += 1
            change_at = next_change_at(changed, staff)
        elif withdrawal_at == now:
            closed, is_withdrawn = deal.withdrawing[withdrawn], True
            withdrawn += 1
            withdrawal_at = next_withdrawal_at(withdrawn, deal)
        elif awaited_at == now and awaited < people:
            strike_first(office.agenda)
            if office.caseworkers[awaited].in_hand != NOTHING:
                finish(awaited, now, office)
            else:
                looks_now(awaited, office.caseworkers[awaited].idle_since, office)
        else:
            strand = awaited - people
            if awaited_at > now or (starts_at == now and deal.starting[starting] < strand):
                strand = deal.starting[starting]
                starting += 1
                starts_at = next_start_at(starting, deal)
            else:
                strike_first(office.agenda)
            closed = go_on(strand, now, office)
        if closed != NOTHING and office.cases[closed].is_open:
            close_case(closed, is_withdrawn, now, office)


@part
def write_running_clocks(office):
    """At the end some clocks still run."""
    for strand in range(office.strands.size):
        write_open_clocks(strand, RUNNING, NEVER, office)


@part
def count_busy_hours(busy_hours, horizon, office):
    """Count everybody's hours with something in hand; at the end some still have."""
    for each in range(office.caseworkers.size):
        worker = office.caseworkers[each]
        busy_hours[each] = worker.busy_hours
        if worker.in_hand != NOTHING:
            hours = hours_at(each, horizon, office.caseworkers, office.intervals)
            busy_hours[each] += hours - worker.took_at_hours


class OfficeRoom(NamedTuple):
    """Room for the state of one office, used again for the next (da: plads)."""

    teams: Records
    cases: Records
    strands: Records
    laid: Records
    caseworkers: Records
    milestone_at: Floats
    handlers: NDArray[np.uint64]
    desks: Integers
    standings: Records
    agenda: Agenda
    looking: Records
    clocks: Records
    takes: Records
    tally: Records
    busy_hours: Floats


def office_room(
    plan: Plan, people: int, cases: Deal | DealRoom, clocks: int, takes: int = 0
) -> OfficeRoom:
    """Make room for so many people, and as many cases as there are or is room for."""
    strands, episodes = cases.strands.size, cases.episodes.size
    teams = plan.teams.size
    words = (people + 63) // 64 if plan.steps["by_another"].any() else 0
    standings = 8 * people + 8 * teams
    return OfficeRoom(
        np.empty(teams, dtype=TEAM),
        np.empty(cases.cases.size, dtype=CASE),
        np.empty(strands, dtype=STRAND),
        np.empty(strands, dtype=LAID),
        np.empty(people, dtype=CASEWORKER),
        np.empty(cases.milestone_at.size),
        np.empty((cases.cases.size, words), dtype=np.uint64),
        np.empty((people + teams, 2), dtype=np.int64),
        np.empty(standings, dtype=STANDING),
        agenda_room(people + strands, max(episodes, LEAST_SLOTS)),
        np.empty(people, dtype=MOMENT),
        np.empty(clocks, dtype=CLOCK),
        np.empty(takes, dtype=TAKE),
        np.empty(1, dtype=TALLY),
        np.empty(people),
    )


@part
def slots_for(episodes):
    """How many slots the agenda has: so many that few of the episodes fall into one."""
    return max(episodes // EPISODES_A_SLOT, LEAST_SLOTS)


@part
def opened(room, plan, deal, staff, horizon):
    """Open an office in a room: records copied to work on, and nobody with anything in hand."""
    people, teams = staff.caseworkers.size, plan.teams.size
    tally = room.tally[0]
    tally.first_day, tally.looking, tally.clocks = plan.first_day, 0, 0
    tally.teams_to_assign = tally.teams_to_interrupt = 0
    clear(room.agenda, people + deal.strands.size, slots_for(deal.episodes.size), horizon)
    held = 0
    for team in range(teams):
        room.teams[team] = plan.teams[team]
        own = room.teams[team]
        own.first_standing = held
        own.standings = places(own.last_caseworker - own.first_caseworker)
        held += 2 * own.standings
    for case in range(deal.cases.size):
        room.cases[case] = deal.cases[case]
        for word in range(room.handlers.shape[1]):
            room.handlers[case, word] = 0
    for strand in range(deal.strands.size):
        room.strands[strand] = deal.strands[strand]
        room.laid[strand].desk = NOTHING
    for milestone in range(deal.milestone_at.size):
        room.milestone_at[milestone] = deal.milestone_at[milestone]
    for desk in range(people + teams):
        room.desks[desk, SAVABLE] = room.desks[desk, LATE] = EMPTY
    office = Office(
        plan.steps,
        plan.duties,
        plan.orders,
        plan.due_dates,
        room.teams,
        room.cases[: deal.cases.size],
        room.strands[: deal.strands.size],
        room.laid[: deal.strands.size],
        deal.episodes,
        room.caseworkers[:people],
        staff.intervals,
        room.milestone_at[: deal.milestone_at.size],
        room.handlers,
        room.desks,
        room.standings[:held],
        room.agenda,
        room.looking,
        room.clocks,
        room.takes,
        room.tally,
    )
    for team in range(teams):
        own = office.teams[team]
        size = own.last_caseworker - own.first_caseworker
        for which in range(2):
            first = own.first_standing + which * own.standings
            play_all(office.standings[first : first + own.standings], size, own.first_caseworker)
    for each in range(people):
        office.caseworkers[each] = staff.caseworkers[each]
        worker = office.caseworkers[each]
        worker.free_since = NEVER
        worker.idle_since = max(worker.idle_since, LONG_AGO)
        acts_at(each, 0.0, office)
        count_load(each, office)
    for case in range(office.cases.size):
        # What was open before the start has an owner, or is on the team's desk.
        if office.cases[case].is_open:
            team = office.cases[case].team
            office.teams[team].open_cases += is_counted(office.cases[case])
            if office.teams[team].assignment != WHOLE_TEAM:
                wait_for_owner(case, 0.0, office)
    for episode in range(office.takes.size):
        taken = office.takes[episode]
        taken.caseworker, taken.taken_at, taken.done_at = NOTHING, NEVER, NEVER
    return office


@compiled
def _casework(room, plan, deal, staff, sample_at, samples, horizon):
    office = opened(room, plan, deal, staff, horizon)
    run(office, deal, staff, sample_at, samples, horizon)
    write_running_clocks(office)
    count_busy_hours(room.busy_hours, horizon, office)
    return office.tally[0].clocks


def casework(
    plan: Plan, deal: Deal, staff: Staff, sample_at: Floats, horizon: float, traced: bool
) -> Outcome:
    """Run one replication of an office alone, from 0 to the horizon, and say what it came to.

    `sample_at` are moments in order at which to count; where `traced`, every taking of an episode
    is kept. `plan`, `deal` and `staff` are left as they were.
    """
    takes = deal.episodes.size if traced else 0
    room = office_room(plan, staff.caseworkers.size, deal, deal.clocks, takes)
    samples = np.zeros((sample_at.size, plan.teams.size), dtype=SAMPLE)
    clocks = _casework(room, plan, deal, staff, sample_at, samples, float(horizon))
    return Outcome(room.clocks[:clocks], room.cases, samples, room.busy_hours, room.takes)
