"""The fast path for owned desks: each caseworker is followed alone from one meeting to the next.

Where all work lies on owners' desks, caseworkers have to do with each other only when a case is
handed out: the least loaded gets it, and who that is depends on what all have closed by then.
Between such moments each is followed alone, with the few strands of the own desk side by side in
rows, instead of by one agenda for everybody. Event for event the answer is that of `casework`,
which also says in what order things happen at one moment.

A desk is a row of places in the order of the team's policy. Most episodes end in nothing that
anybody waits for (no milestone, no deadline): the strand stays in its place, and only the moment
from which it may be taken is written there. Nothing is moved, and the next to be taken is the first
in the row whose moment has come.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from simulations.agenda import MOMENT, strike_first
from simulations.casework import (
    NEVER,
    NOTHING,
    OfficeRoom,
    assign_in,
    chosen_owner,
    count_busy_hours,
    count_load,
    due_at,
    goes_on_at,
    office_room,
    opened,
    release,
    take_on,
    take_sample,
    wait_for_owner,
    write,
    write_clock,
    write_open_clocks,
    write_running_clocks,
)
from simulations.compilation import compiled, loop, part
from simulations.luck import Floats, Integers
from simulations.office import (
    EARLIEST_DUE,
    FIRST_COME,
    FROM_MILESTONE,
    LAPSED,
    MET,
    OLDEST_CASE,
    ON_NO_DESK,
    ON_OWN_DESK,
    PRIORITY,
    SAMPLE,
    STILL_FIRST,
    WHOLE_TEAM,
    Deal,
    Outcome,
    Plan,
    Staff,
)
from simulations.piles import EMPTY, without_top
from simulations.work_clocks import Records, hours_at, moment_of, runs_from

GONE = -2
"""In hand: a strand whose case has been closed, and its place with it."""
_AT_ONCE = 32
"""So many places are looked at at once; a row has room for a multiple of it."""
_FIRST_ROOM = _AT_ONCE

DESK = np.dtype(
    [
        ("acts_at", np.float64),  # finishes what is in hand, or looks for work
        ("goes_on_at", np.float64),  # the first of the moments that must be heeded
        ("first_place", np.int64),
        ("last_place", np.int64),  # of those in use, not included
        ("last_moment", np.int64),  # of those noted from the first place on, not included
        ("room", np.int32),
        ("promised", np.int32),  # strands of the cases owned: they may all need a place
        ("place_in_hand", np.int64),
        ("strand_in_hand", np.int64),
        ("delay_days", np.float64),  # after what is in hand
        ("following_hours", np.float64),  # then, if the end of what is in hand is a mere step
        ("is_followed", np.bool_),
    ],
    align=True,
)


class Desks(NamedTuple):
    """The own desks, and what is side by side in their rows (da: egne skriveborde)."""

    desks: Records
    tally: Integers
    """How many places have been given to a row, in all."""
    strands: NDArray[np.int32]
    keys: Floats
    """Strands are in the order of the first key, by the team's policy, then of their numbers."""
    ready_at: Floats
    """Since when it may be taken; infinity while it is in hand, or waits for more than time, and in
    places that are not in use."""
    ready_bits: Integers
    """The same memory: from 0 on, moments are in the order of their bits."""
    earliest: Floats
    earliest_bits: Integers
    moments: Records
    """When strands go on with all that this brings about, in no order."""
    ends_as: Integers
    begins_as: Integers
    """What a step is the end, and the beginning, of: where one's end and another's beginning are
    the same, going on from one to the other changes nothing but what is to be done."""


def desk_room(people: int, strands: int, steps: int) -> Desks:
    """Make room for so many own desks, and so many strands in all.

    A row that is full moves to twice the room, so all rows ever given are less than four times the
    strands.
    """
    places = _FIRST_ROOM * people + 4 * strands
    ready_at, earliest = np.empty(places), np.empty(1)
    return Desks(
        np.empty(people, dtype=DESK),
        np.empty(1, dtype=np.int64),
        np.empty(places, dtype=np.int32),
        np.empty(places),
        ready_at,
        ready_at.view(np.int64),
        earliest,
        earliest.view(np.int64),
        np.empty(places, dtype=MOMENT),
        np.empty(steps, dtype=np.int64),
        np.empty(steps, dtype=np.int64),
    )


class OwnDesksRoom(NamedTuple):
    """Room for an office and its own desks, used again for the next (da: plads)."""

    office: OfficeRoom
    own: Desks


# --- Which offices these are -----------------------------------------------------------------


@compiled
def all_on_own_desks(plan, deal, staff):
    """Whether `casework_on_own_desks` has the answer: nothing is shared, handed over or dropped."""
    for change in staff.changes:
        if change.hands_over:
            return False
    for case in deal.cases:
        team = plan.teams[case.team]
        by_policy = (
            team.policy == FIRST_COME
            or (team.policy == EARLIEST_DUE and team.after_due == STILL_FIRST)
            or team.policy == PRIORITY
            or team.policy == OLDEST_CASE
        )
        if not by_policy or team.assignment == WHOLE_TEAM or team.caseload_limit < NEVER:
            return False
    for strand in deal.strands:
        if strand.outlives_case:
            return False
        team = deal.cases[strand.case].team
        for episode in range(strand.first_episode, strand.last_episode):
            step = plan.steps[deal.episodes[episode].step]
            if step.desk == ON_NO_DESK:
                continue
            if step.desk != ON_OWN_DESK or step.by_another:
                return False
            if step.team >= 0 and step.team != team:
                return False
    return True


# --- The row of a desk -----------------------------------------------------------------------


@part
def key_of_place(strand, office):
    """The first key by which a team's policy orders ready strands; the second is since when."""
    work = office.strands[strand]
    case = office.cases[work.case]
    policy = office.teams[case.team].policy
    if policy == EARLIEST_DUE:
        return work.due_at
    if policy == PRIORITY:
        return office.steps[office.episodes[work.episode].step].priority
    if policy == OLDEST_CASE:
        return case.arrived_at
    return 0.0


@part
def move_place(source, target, own):
    """Copy a place to another."""
    own.strands[target] = own.strands[source]
    own.keys[target] = own.keys[source]
    own.ready_at[target] = own.ready_at[source]


@part
def place_of(caseworker, strand, own):
    """Where in the row a strand is; -1 if it is not."""
    desk = own.desks[caseworker]
    for place in range(desk.first_place, desk.last_place):
        if own.strands[place] == strand:
            return place
    return NOTHING


@part
def give_place(caseworker, strand, key, own):
    """Give a strand its place in the row; return it."""
    desk = own.desks[caseworker]
    place = desk.last_place
    while place > desk.first_place:
        before = own.keys[place - 1]
        if before < key or (before == key and own.strands[place - 1] < strand):
            break
        move_place(place - 1, place, own)
        place -= 1
    desk.last_place += 1
    if desk.place_in_hand >= place:
        desk.place_in_hand += 1
    own.strands[place], own.keys[place], own.ready_at[place] = strand, key, NEVER
    return place


@part
def clear_place(caseworker, place, own):
    """Take a place out of the row."""
    desk = own.desks[caseworker]
    desk.last_place -= 1
    for later in range(place, desk.last_place):
        move_place(later + 1, later, own)
    own.ready_at[desk.last_place] = NEVER
    if desk.place_in_hand == place:
        desk.place_in_hand = GONE
    elif desk.place_in_hand > place:
        desk.place_in_hand -= 1


@part
def promise_places(caseworker, strands, own):
    """See to it that so many more strands would find a place in the row."""
    desk = own.desks[caseworker]
    desk.promised += strands
    if desk.promised <= desk.room:
        return
    while desk.promised > desk.room:
        desk.room *= 2
    moved = own.tally[0] - desk.first_place
    for place in range(desk.first_place, desk.last_place):
        move_place(place, place + moved, own)
    for noted in range(desk.first_place, desk.last_moment):
        moment = own.moments[noted]
        own.moments[noted + moved].at = moment.at
        own.moments[noted + moved].number = moment.number
    desk.first_place += moved
    desk.last_place += moved
    for place in range(desk.last_place, desk.first_place + desk.room):
        own.ready_at[place] = NEVER
    desk.last_moment += moved
    if desk.place_in_hand >= 0:
        desk.place_in_hand += moved
    own.tally[0] += desk.room


@part
def heed(caseworker, strand, moment, own):
    """Note that a strand goes on at a moment with all that this brings about."""
    desk = own.desks[caseworker]
    own.moments[desk.last_moment].at = moment
    own.moments[desk.last_moment].number = strand
    desk.last_moment += 1
    desk.goes_on_at = min(desk.goes_on_at, moment)


@part
def strike_moment(caseworker, noted, own):
    """Strike a moment; the last that is noted fills the gap."""
    desk = own.desks[caseworker]
    desk.last_moment -= 1
    own.moments[noted].at = own.moments[desk.last_moment].at
    own.moments[noted].number = own.moments[desk.last_moment].number
    desk.goes_on_at = NEVER
    for each in range(desk.first_place, desk.last_moment):
        desk.goes_on_at = min(desk.goes_on_at, own.moments[each].at)


@part
def strike_next(caseworker, own):
    """Strike the first moment, at one moment that of the lower number; return whose it was."""
    desk = own.desks[caseworker]
    found = desk.first_place
    for other in range(desk.first_place + 1, desk.last_moment):
        one, first = own.moments[other], own.moments[found]
        if one.at < first.at or (one.at == first.at and one.number < first.number):
            found = other
    strand = own.moments[found].number
    strike_moment(caseworker, found, own)
    return strand


@part
def strike_of(caseworker, strand, own):
    """Strike the moment of a strand, if one is noted."""
    desk = own.desks[caseworker]
    for noted in range(desk.first_place, desk.last_moment):
        if own.moments[noted].number == strand:
            strike_moment(caseworker, noted, own)
            return


# --- How a strand goes on --------------------------------------------------------------------


@part
def strand_goes_on_at(strand, moment, office, own):
    """Note when a strand goes on: with its owner, or while it has none in the agenda of all."""
    owner = office.cases[office.strands[strand].case].owner
    if owner == NOTHING:
        goes_on_at(strand, moment, office)
        return
    heed(owner, strand, moment, own)


@part
def go_on(strand, now, office, own):
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
            office.teams[case.team].open_cases += 1
    while not work.is_ready:
        if has_ended_episode:
            # 1. deadline and milestone are met; other strands may begin
            pass_milestone(strand, now, office, own)
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
            strand_goes_on_at(strand, now + episode.delay_days, office, own)
            return NOTHING
    # 3. it waits for an owner, or is on the owner's desk
    if case.owner == NOTHING:
        work.waits_for_owner = True
        if not case.waits_for_owner:
            wait_for_owner(work.case, now, office)
        return NOTHING
    lay_ready(case.owner, strand, now, office, own)
    return NOTHING


@part
def pass_milestone(strand, now, office, own):
    """Write down what the end of an episode means: a deadline met, an order kept, a milestone."""
    work = office.strands[strand]
    case = office.cases[work.case]
    step = office.steps[office.episodes[work.episode].step]
    if step.meets >= 0:
        write_clock(step.meets, strand, MET, now, office)
    for order in range(step.first_order, step.last_order):
        in_order = office.milestone_at[case.first_milestone + office.orders[order]] <= now
        kept = MET if in_order else LAPSED
        write(office.duties.size + order, strand, kept, now, now, now, office)
    if step.milestone < 0 or office.milestone_at[case.first_milestone + step.milestone] != NEVER:
        return
    office.milestone_at[case.first_milestone + step.milestone] = now
    if case.is_open:
        for other in range(case.first_strand, case.last_strand):
            if office.strands[other].trigger == step.milestone:
                office.strands[other].began_at = now
                strand_goes_on_at(other, now, office, own)


@part
def lay_ready(owner, strand, now, office, own):
    """Lay a ready strand on its owner's desk, for whom it is to be looked for now."""
    desk, work = own.desks[owner], office.strands[strand]
    work.is_ready = False
    key = key_of_place(strand, office)
    place = place_of(owner, strand, own)
    if place != NOTHING and own.keys[place] != key:
        clear_place(owner, place, own)
        place = NOTHING
    if place == NOTHING:
        place = give_place(owner, strand, key, own)
    own.ready_at[place] = work.ready_at
    if desk.strand_in_hand == NOTHING:
        desk.acts_at = min(desk.acts_at, now)


@part
def close_case(case, withdrawn, now, office, own):
    """Close a case: its owner has room again, and its strands stop."""
    closed = office.cases[case]
    closed.is_open = False
    closed.closed_at = now
    office.teams[closed.team].open_cases -= 1
    if closed.waits_for_owner:
        closed.waits_for_owner = False
        office.teams[closed.team].waiting_cases -= 1
    owner = closed.owner
    for strand in range(closed.first_strand, closed.last_strand):
        work = office.strands[strand]
        if not work.has_ended:
            write_open_clocks(strand, LAPSED, now, office)
            work.has_ended = True
            work.waits_for_owner = False
        if owner != NOTHING:
            # What is in hand is finished, unless it is all in vain.
            if withdrawn and own.desks[owner].strand_in_hand == strand:
                let_go(owner, now, office, own)
            place = place_of(owner, strand, own)
            if place != NOTHING:
                clear_place(owner, place, own)
            strike_of(owner, strand, own)
    if owner != NOTHING:
        own.desks[owner].promised -= closed.last_strand - closed.first_strand
        release(case, office)


# --- A caseworker alone ----------------------------------------------------------------------


@loop
def first_ready(ready_at, now):
    """The first place that may be taken; their number if none may."""
    first = ready_at.size
    for place in range(ready_at.size):
        if_ready = place if ready_at[place] <= now else ready_at.size
        first = if_ready if if_ready < first else first
    return first


@loop
def least(numbers):
    """The least number."""
    found = numbers[0]
    for place in range(numbers.size):
        found = numbers[place] if numbers[place] < found else found
    return found


@part
def look_for_work(caseworker, now, office, own):
    """Somebody with nothing in hand takes what comes first, or looks again when there is some."""
    desk, worker = own.desks[caseworker], office.caseworkers[caseworker]
    runs = runs_from(caseworker, now, office.caseworkers, office.intervals)
    if runs > now:
        desk.acts_at = runs
        return
    # 1. the first in the row that may be taken; among equals the one that has been ready longest
    size = desk.last_place - desk.first_place
    looked_at = desk.first_place + (size + _AT_ONCE - 1) // _AT_ONCE * _AT_ONCE
    ready_at = own.ready_at[desk.first_place : looked_at]
    first = first_ready(ready_at, now)
    if first >= size:
        if size == 0:
            desk.acts_at = NEVER
        else:
            own.earliest_bits[0] = least(own.ready_bits[desk.first_place : looked_at])
            desk.acts_at = own.earliest[0]
        return
    keys = own.keys[desk.first_place : desk.last_place]
    key, since, other = keys[first], ready_at[first], first + 1
    while other < size and keys[other] == key:
        if ready_at[other] < since:
            first, since = other, ready_at[other]
        other += 1
    # 2. it is done when the clock has advanced by what it needs
    place = desk.first_place + first
    strand = own.strands[place]
    taken = office.strands[strand]
    own.ready_at[place] = NEVER
    desk.place_in_hand = place
    desk.strand_in_hand = worker.in_hand = strand
    hours = taken.remaining_hours
    if worker.last_case != taken.case:
        hours += office.teams[worker.team].switching_hours
    worker.last_case = taken.case
    worker.took_at_hours = hours_at(caseworker, now, office.caseworkers, office.intervals)
    worker.done_at_hours = worker.took_at_hours + hours
    desk.acts_at = moment_of(
        caseworker, worker.done_at_hours, now, office.caseworkers, office.intervals
    )
    if office.takes.size > 0:
        office.takes[taken.episode].caseworker = caseworker
        office.takes[taken.episode].taken_at = now
    # 3. what its end will bring about is looked up already
    ended = office.episodes[taken.episode]
    desk.delay_days, desk.is_followed = ended.delay_days, False
    if taken.episode + 1 < taken.last_episode:
        following = office.episodes[taken.episode + 1]
        desk.is_followed = own.ends_as[ended.step] == own.begins_as[following.step]
        desk.following_hours = following.effort_hours


@part
def put_down(caseworker, now, office, own):
    """Have nothing in hand any longer, and look for work."""
    desk, worker = own.desks[caseworker], office.caseworkers[caseworker]
    desk.place_in_hand = desk.strand_in_hand = worker.in_hand = NOTHING
    worker.idle_since = desk.acts_at = now


@part
def let_go(caseworker, now, office, own):
    """Drop what is in hand, for its case is withdrawn."""
    worker = office.caseworkers[caseworker]
    hours = hours_at(caseworker, now, office.caseworkers, office.intervals)
    worker.busy_hours += hours - worker.took_at_hours
    put_down(caseworker, now, office, own)


@part
def finish(caseworker, now, office, own):
    """Finish what is in hand; its strand goes on after the external delay, which may be none."""
    desk, worker = own.desks[caseworker], office.caseworkers[caseworker]
    worker.busy_hours += worker.done_at_hours - worker.took_at_hours
    place, strand = desk.place_in_hand, desk.strand_in_hand
    work = office.strands[strand]
    if office.takes.size > 0:
        office.takes[work.episode].done_at = now
    put_down(caseworker, now, office, own)
    if place == GONE:
        return
    if desk.is_followed:
        work.episode += 1
        work.remaining_hours = desk.following_hours
        own.ready_at[place] = now + desk.delay_days
    else:
        work.remaining_hours = -1.0
        heed(caseworker, strand, now + desk.delay_days, own)


@part
def follow(caseworker, before, until, office, own):
    """Let a caseworker go on alone: work is taken before one moment, all else until another."""
    desk = own.desks[caseworker]
    while True:
        has_in_hand = desk.strand_in_hand != NOTHING
        now = desk.acts_at
        if desk.goes_on_at < now or (desk.goes_on_at == now and not has_in_hand):
            # 1. a strand goes on
            now = desk.goes_on_at
            if now > until or now == NEVER:
                return
            strand = strike_next(caseworker, own)
            closed = go_on(strand, now, office, own)
            if closed != NOTHING and office.cases[closed].is_open:
                close_case(closed, False, now, office, own)
            elif office.strands[strand].has_ended:
                place = place_of(caseworker, strand, own)
                if place != NOTHING:
                    clear_place(caseworker, place, own)
            continue
        if has_in_hand:
            # 2. or work is finished
            if now > until or now == NEVER:
                return
            finish(caseworker, now, office, own)
            if desk.goes_on_at <= now:
                continue
        # 3. and more is taken, when all has happened that happens at this moment
        if now >= before:
            return
        look_for_work(caseworker, now, office, own)


# --- All of them, from the opening to the horizon --------------------------------------------


@part
def run_alone(office, own, deal, staff, sample_at, samples, horizon):
    """Let everything happen, from 0 to the horizon, in an office where `all_on_own_desks`."""
    clear_desks(office, own)
    starting, changed, withdrawn, sampled = 0, 0, 0, 0
    now = -NEVER
    # 0. who is there from the start
    while changed < staff.changes.size and staff.changes[changed].at <= 0:
        change_fte(staff.changes[changed], office)
        changed += 1
    while True:
        # 1. what is next, of all that does not lie on a desk?
        change_at = staff.changes[changed].at if changed < staff.changes.size else NEVER
        withdrawal_at, starts_at = NEVER, NEVER
        if withdrawn < deal.withdrawing.size:
            withdrawal_at = office.cases[deal.withdrawing[withdrawn]].withdraws_at
        if starting < deal.starting.size:
            starts_at = office.strands[deal.starting[starting]].starts_at
        goes_on = office.agenda[0].at if office.tally[0].awaited > 0 else NEVER
        strand_at = min(starts_at, goes_on)
        then = min(min(change_at, withdrawal_at), strand_at)
        # 2. whom does it concern? Before time goes on, cases find owners and counts are taken
        team = team_to_assign(office) if then > now else NOTHING
        counts = sampled < sample_at.size and sample_at[sampled] <= min(then, horizon)
        before, until, first, last = NEVER, NEVER, 0, 0
        if team != NOTHING:
            before = until = now
            first, last = office.teams[team].first_caseworker, office.teams[team].last_caseworker
        elif then > now and (counts or then >= horizon):
            before = sample_at[sampled] if counts else horizon
            until = np.nextafter(before, -NEVER)
            last = office.caseworkers.size
        elif change_at > then and withdrawal_at == then:
            before, until = then, np.nextafter(then, -NEVER)
            first = max(office.cases[deal.withdrawing[withdrawn]].owner, 0)
            last = office.cases[deal.withdrawing[withdrawn]].owner + 1
        # 3. they are followed until then
        for caseworker in range(first, last):
            follow(caseworker, before, until, office, own)
        # 4. and it happens
        if team != NOTHING:
            find_owners(team, now, office, own)
            continue
        if then > now:
            if counts:
                take_sample(samples[sampled], sample_at[sampled], office)
                sampled += 1
                continue
            if then >= horizon:
                return
            now = then
        if change_at == now:
            change_fte(staff.changes[changed], office)
            changed += 1
        elif withdrawal_at == now:
            case = deal.withdrawing[withdrawn]
            withdrawn += 1
            if office.cases[case].is_open:
                close_case(case, True, now, office, own)
        else:
            starts = goes_on > now or (
                starts_at == now and deal.starting[starting] < office.agenda[0].number
            )
            if starts:
                strand = deal.starting[starting]
                starting += 1
            else:
                strand = office.agenda[0].number
                strike_first(office.agenda, office.tally[0].awaited)
                office.tally[0].awaited -= 1
            if office.strands[strand].has_ended:
                continue
            owner = office.cases[office.strands[strand].case].owner
            if owner != NOTHING:
                if office.strands[strand].is_ready:  # it has waited for the owner found just now
                    lay_ready(owner, strand, now, office, own)
                else:
                    strand_goes_on_at(strand, now, office, own)
                continue
            closed = go_on(strand, now, office, own)
            if closed != NOTHING and office.cases[closed].is_open:
                close_case(closed, False, now, office, own)


@part
def change_fte(change, office):
    """Somebody comes, goes or can carry more; cases may find owners."""
    worker = office.caseworkers[change.caseworker]
    worker.fte = change.fte
    count_load(change.caseworker, office)
    assign_in(worker.team, office)


@part
def team_to_assign(office):
    """The first team whose cases may find owners now; -1 for none."""
    if office.tally[0].teams_to_assign > 0:
        for team in range(office.teams.size):
            if office.teams[team].to_assign:
                return team
    return NOTHING


@part
def find_owners(team, now, office, own):
    """Give the cases that wait to those of the team who take new ones, the first in order first."""
    cases = office.teams[team]
    cases.to_assign = False
    office.tally[0].teams_to_assign -= 1
    while True:
        first = cases.queue
        while first != EMPTY and not office.cases[first].waits_for_owner:
            first = without_top(first, office.cases)
        cases.queue = first
        owner = chosen_owner(team, False, office) if first != EMPTY else NOTHING
        if owner == NOTHING:
            return
        cases.queue = without_top(first, office.cases)
        cases.waiting_cases -= 1
        take_on(first, owner, now, office)
        strands = office.cases[first].last_strand - office.cases[first].first_strand
        promise_places(owner, strands, own)


@part
def clear_desks(office, own):
    """Begin with empty rows, and nobody with anything in hand; see which steps are alike."""
    people = office.caseworkers.size
    for caseworker in range(people):
        desk = own.desks[caseworker]
        desk.acts_at, desk.goes_on_at = 0.0, NEVER
        desk.first_place = desk.last_place = desk.last_moment = caseworker * _FIRST_ROOM
        desk.room, desk.promised = _FIRST_ROOM, 0
        desk.place_in_hand = desk.strand_in_hand = NOTHING
    own.tally[0] = people * _FIRST_ROOM
    for place in range(own.tally[0]):
        own.ready_at[place] = NEVER
    for number in range(office.steps.size):
        step = office.steps[number]
        alike = number
        for other in range(number - 1, -1, -1):
            same = office.steps[other]
            if same.towards == step.towards and same.priority == step.priority:
                alike = other
        passes = step.meets >= 0 or step.milestone >= 0 or step.last_order > step.first_order
        own.ends_as[number] = -1 if passes else alike
        due_may_change = step.begins_round or (
            step.towards >= 0 and office.duties[step.towards].starts == FROM_MILESTONE
        )
        own.begins_as[number] = -2 if step.desk == ON_NO_DESK or due_may_change else alike


@compiled
def _casework_on_own_desks(room, plan, deal, staff, sample_at, samples, horizon):
    office = opened(room.office, plan, deal, staff)
    run_alone(office, room.own, deal, staff, sample_at, samples, horizon)
    write_running_clocks(office)
    count_busy_hours(room.office.busy_hours, horizon, office)
    return office.tally[0].clocks


def casework_on_own_desks(
    plan: Plan, deal: Deal, staff: Staff, sample_at: Floats, horizon: float, traced: bool
) -> Outcome:
    """Run one replication of an office where `all_on_own_desks`: the answer of `casework`."""
    office = office_room(
        plan,
        staff.caseworkers.size,
        deal.cases.size,
        deal.strands.size,
        deal.milestone_at.size,
        deal.clocks,
        deal.episodes.size if traced else 0,
    )
    room = OwnDesksRoom(
        office, desk_room(staff.caseworkers.size, deal.strands.size, plan.steps.size)
    )
    samples = np.zeros((sample_at.size, plan.teams.size), dtype=SAMPLE)
    clocks = _casework_on_own_desks(room, plan, deal, staff, sample_at, samples, float(horizon))
    return Outcome(office.clocks[:clocks], office.cases, samples, office.busy_hours, office.takes)
