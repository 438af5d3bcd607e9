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

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from simulations.agenda import MOMENT, NEVER, NOBODY
from simulations.casework import (
    NOTHING,
    OfficeRoom,
    assign_in,
    chosen_owner,
    count_busy_hours,
    count_load,
    due_at,
    is_counted,
    office_room,
    opened,
    reach_milestone,
    release,
    take_on,
    take_sample,
    wait_for_owner,
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
        ("episode_in_hand", np.int32),
        ("is_mere_step", np.bool_),  # what is in hand
        ("shows_the_time", np.bool_),  # the clock
        ("room", np.int32),
        ("promised", np.int32),  # strands of the cases owned: they may all need a place
    ],
    align=True,
)

PLACE = np.dtype(
    [
        ("key", np.float64),
        ("hours", np.float64),  # that the next episode needs
        ("delay_days", np.float64),  # that will follow it; less than none if not a mere step
        ("strand", np.int32),
        ("episode", np.int32),  # the next
    ],
    align=True,
)

AHEAD = np.dtype([("effort_hours", np.float64), ("delay_days", np.float64)])
"""An episode as one looks ahead to it; its delay is less than none if it is more than a mere
step."""


class Desks(NamedTuple):
    """The own desks, and what is side by side in their rows (da: egne skriveborde)."""

    desks: Records
    """After all of the caseworkers' nobody's: moments of strands whose case has no owner."""
    tally: Integers
    """How many places have been given to a row, in all."""
    places: Records
    """Strands in the order of the key, by the team's policy, then of their numbers."""
    ready_at: Floats
    """Since or from when what is in a place may be taken; infinity while that waits for more than
    time, and in places that are not in use."""
    ready_bits: Integers
    """The same memory: from 0 on, moments are in the order of their bits."""
    moments: Records
    """When strands go on with all that this brings about, in no order."""
    has_place: NDArray[np.bool_]
    """Whether a strand is in a row."""
    earliest: Floats
    earliest_bits: Integers
    ahead: Records
    going: NDArray[np.uint32]
    """Who has something to do before the others need be asked."""


def desk_room(people: int, strands: int, episodes: int) -> Desks:
    """Make room for so many own desks, and so many strands and episodes in all.

    A row that is full moves to twice the room, so all rows ever given are less than four times the
    strands.
    """
    places = _FIRST_ROOM * people + 4 * strands
    ready_at, earliest = np.empty(places), np.empty(1)
    return Desks(
        np.empty(people + 1, dtype=DESK),
        np.empty(1, dtype=np.int64),
        np.empty(places, dtype=PLACE),
        ready_at,
        ready_at.view(np.int64),
        np.empty(places + strands, dtype=MOMENT),
        np.empty(strands, dtype=np.bool_),
        earliest,
        earliest.view(np.int64),
        np.empty(episodes, dtype=AHEAD),
        np.empty(people, dtype=np.uint32),
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
    own.places[target] = own.places[source]
    own.ready_at[target] = own.ready_at[source]


@part
def place_of(caseworker, strand, own):
    """Where in the row a strand is; -1 if it is not."""
    if not own.has_place[strand]:
        return NOTHING
    place = own.desks[caseworker].first_place
    while own.places[place].strand != strand:
        place += 1
    return place


@part
def give_place(caseworker, strand, key, own):
    """Give a strand its place in the row; return it."""
    desk = own.desks[caseworker]
    if desk.last_place == desk.first_place + desk.room:
        close_ranks(caseworker, own)
    place = desk.last_place
    desk.last_place += 1
    while place > desk.first_place:
        before = own.places[place - 1]
        if before.key < key or (before.key == key and before.strand < strand):
            break
        move_place(place - 1, place, own)
        place -= 1
    own.places[place].strand, own.places[place].key = strand, key
    own.has_place[strand] = True
    return place


@part
def clear_place(place, own):
    """Clear a place; it stays empty until the row is full."""
    own.has_place[own.places[place].strand] = False
    own.places[place].strand, own.ready_at[place] = NOTHING, NEVER


@part
def close_ranks(caseworker, own):
    """Take the empty places out of a row."""
    desk = own.desks[caseworker]
    end, desk.last_place = desk.last_place, desk.first_place
    for place in range(desk.first_place, end):
        if own.places[place].strand != NOTHING:
            move_place(place, desk.last_place, own)
            desk.last_place += 1
    for place in range(desk.last_place, end):
        own.ready_at[place] = NEVER


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
def next_of(caseworker, own):
    """Whose moment comes first, at one moment that of the lower number."""
    desk = own.desks[caseworker]
    first = own.moments[desk.first_place]
    at, number = first.at, first.number
    for noted in range(desk.first_place + 1, desk.last_moment):
        other = own.moments[noted]
        if other.at < at or (other.at == at and other.number < number):
            at, number = other.at, other.number
    return number


@part
def strike_of(caseworker, strand, own):
    """Strike the moment of a strand, if one is noted; the last that is noted fills the gap."""
    desk = own.desks[caseworker]
    desk.goes_on_at = NEVER
    noted = desk.first_place
    while noted < desk.last_moment:
        moment = own.moments[noted]
        if moment.number == strand:
            desk.last_moment -= 1
            last = own.moments[desk.last_moment]
            moment.at, moment.number = last.at, last.number
        else:
            desk.goes_on_at = min(desk.goes_on_at, moment.at)
            noted += 1


# --- How a strand goes on --------------------------------------------------------------------


@part
def strand_goes_on_at(strand, moment, office, own):
    """Note when a strand goes on: with its owner, or while it has none on nobody's desk."""
    owner = office.cases[office.strands[strand].case].owner
    heed(owner if owner != NOTHING else office.caseworkers.size, strand, moment, own)


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
            office.teams[case.team].open_cases += is_counted(case)
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
    """Write down what the end of an episode means, and let strands begin that it sets off."""
    case = office.cases[office.strands[strand].case]
    reached = reach_milestone(strand, now, office)
    if reached != NOTHING:
        for other in range(case.first_strand, case.last_strand):
            if office.strands[other].trigger == reached:
                office.strands[other].began_at = now
                strand_goes_on_at(other, now, office, own)


@part
def lay_ready(owner, strand, now, office, own):
    """Lay a ready strand on its owner's desk, for whom it is to be looked for now."""
    desk, work = own.desks[owner], office.strands[strand]
    work.is_ready = False
    key = key_of_place(strand, office)
    place = place_of(owner, strand, own)
    if place != NOTHING and own.places[place].key != key:
        clear_place(place, own)
        place = NOTHING
    if place == NOTHING:
        place = give_place(owner, strand, key, own)
    own.ready_at[place] = work.ready_at
    own.places[place].hours, own.places[place].episode = work.remaining_hours, work.episode
    own.places[place].delay_days = own.ahead[work.episode].delay_days
    if office.caseworkers[owner].in_hand == NOTHING:
        desk.acts_at = min(desk.acts_at, now)


@part
def close_case(case, withdrawn, now, office, own):
    """Close a case: its owner has room again, and its strands stop."""
    closed = office.cases[case]
    closed.is_open = False
    closed.closed_at = now
    office.teams[closed.team].open_cases -= is_counted(closed)
    if closed.waits_for_owner:
        closed.waits_for_owner = False
        office.teams[closed.team].waiting_cases -= is_counted(closed)
    owner = closed.owner
    for strand in range(closed.first_strand, closed.last_strand):
        work = office.strands[strand]
        if not work.has_ended:
            write_open_clocks(strand, LAPSED, now, office)
            work.has_ended = True
            work.waits_for_owner = False
        if owner != NOTHING:
            # What is in hand is finished, unless it is all in vain.
            if withdrawn and office.caseworkers[owner].in_hand == strand:
                let_go(owner, now, office, own)
            place = place_of(owner, strand, own)
            if place != NOTHING:
                clear_place(place, own)
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
def runs_at(caseworker, now, office, own):
    """The first moment, not before now, at which the clock runs."""
    if own.desks[caseworker].shows_the_time:
        return now
    return runs_from(caseworker, now, office.caseworkers, office.intervals)


@part
def shown_at(caseworker, now, office, own):
    """What the clock shows."""
    if own.desks[caseworker].shows_the_time:
        return now
    return hours_at(caseworker, now, office.caseworkers, office.intervals)


@part
def moment_at(caseworker, hours, now, office, own):
    """When the clock will show so many hours, not before now."""
    if own.desks[caseworker].shows_the_time:
        return hours
    return moment_of(caseworker, hours, now, office.caseworkers, office.intervals)


@part
def look_for_work(caseworker, before, office, own):
    """Somebody with nothing in hand takes what comes first, or looks again when there is some."""
    desk, worker = own.desks[caseworker], office.caseworkers[caseworker]
    now = desk.acts_at
    row = slice(desk.first_place, desk.first_place + desk.room)
    # 1. the first in the row that may be taken, now or as soon as any may
    first = first_ready(own.ready_at[row], now)
    if first == desk.room:
        own.earliest_bits[0] = least(own.ready_bits[row])
        now = desk.acts_at = own.earliest[0]
        if now >= before or now >= desk.goes_on_at:
            return False
        first = first_ready(own.ready_at[row], now)
    runs = runs_at(caseworker, now, office, own)
    if runs > now:
        desk.acts_at = runs
        return True
    # 2. among equals the one that has been ready longest
    place = desk.first_place + first
    key, other = own.places[place].key, place + 1
    while other < desk.last_place and own.places[other].key == key:
        if own.ready_at[other] < own.ready_at[place]:
            place = other
        other += 1
    # 3. it is done when the clock has advanced by what it needs
    taken = own.places[place]
    strand, episode, hours = taken.strand, taken.episode, taken.hours
    switching_hours = office.teams[worker.team].switching_hours
    if switching_hours > 0:
        case = office.strands[strand].case
        if worker.last_case != case:
            hours += switching_hours
        worker.last_case = case
    worker.in_hand = strand
    worker.took_at_hours = shown_at(caseworker, now, office, own)
    worker.done_at_hours = worker.took_at_hours + hours
    done_at = moment_at(caseworker, worker.done_at_hours, now, office, own)
    desk.acts_at, desk.episode_in_hand = done_at, episode
    if office.takes.size > 0:
        office.takes[episode].caseworker = caseworker
        office.takes[episode].taken_at = now
    # 4. if its end brings about nothing but the next episode, that is written down already
    delay_days = taken.delay_days
    desk.is_mere_step = delay_days >= 0
    if desk.is_mere_step:
        own.ready_at[place] = done_at + delay_days
        taken.episode = episode + 1
        following = own.ahead[episode + 1]
        taken.hours, taken.delay_days = following.effort_hours, following.delay_days
    else:
        own.ready_at[place] = NEVER
        office.strands[strand].episode = episode
    return True


@part
def let_go(caseworker, now, office, own):
    """Drop what is in hand, for its case is withdrawn."""
    worker = office.caseworkers[caseworker]
    worker.busy_hours += shown_at(caseworker, now, office, own) - worker.took_at_hours
    worker.in_hand = NOTHING
    own.desks[caseworker].acts_at = now


@part
def finish(caseworker, now, office, own):
    """Finish what is in hand; its strand goes on after the external delay, which may be none."""
    desk, worker = own.desks[caseworker], office.caseworkers[caseworker]
    worker.busy_hours += worker.done_at_hours - worker.took_at_hours
    if office.takes.size > 0:
        office.takes[desk.episode_in_hand].done_at = now
    if not desk.is_mere_step:
        work = office.strands[worker.in_hand]
        if not work.has_ended:
            work.remaining_hours = -1.0
            delay_days = office.episodes[work.episode].delay_days
            heed(caseworker, worker.in_hand, now + delay_days, own)
    worker.in_hand = NOTHING


@part
def do_next(caseworker, before, until, office, own):
    """Let a caseworker do what comes next; return whether there may be more to do until then."""
    desk, worker = own.desks[caseworker], office.caseworkers[caseworker]
    now = desk.acts_at
    has_in_hand = worker.in_hand != NOTHING
    if desk.goes_on_at < now or (desk.goes_on_at == now and not has_in_hand):
        # 1. a strand goes on
        now = desk.goes_on_at
        strand = next_of(caseworker, own)
        strike_of(caseworker, strand, own)
        closed = go_on(strand, now, office, own)
        if closed != NOTHING and office.cases[closed].is_open:
            close_case(closed, False, now, office, own)
        elif office.strands[strand].has_ended:
            place = place_of(caseworker, strand, own)
            if place != NOTHING:
                clear_place(place, own)
        return min(desk.acts_at, desk.goes_on_at) <= until
    # 2. or work is finished
    if has_in_hand:
        finish(caseworker, now, office, own)
        if desk.goes_on_at <= now:
            return True
    # 3. and more is taken, when all has happened that happens at this moment
    if now >= before:
        return False
    if not look_for_work(caseworker, before, office, own):
        return desk.goes_on_at <= until
    return (desk.acts_at <= until) | (desk.goes_on_at <= until)


@part
def follow(first, last, before, until, office, own):
    """Let caseworkers go on alone: work is taken before one moment, all else until another.

    They act in turn, each at a moment of its own: so the processor need not wait for what one has
    just written, for it comes back to that only after the others.
    """
    count = 0
    for caseworker in range(first, last):
        desk = own.desks[caseworker]
        own.going[count] = caseworker
        count += (desk.acts_at <= until) | (desk.goes_on_at <= until)
    while count > 0:
        acted, count = count, 0
        for turn in range(acted):
            caseworker = own.going[turn]
            own.going[count] = caseworker
            count += do_next(caseworker, before, until, office, own)


# --- All of them, from the opening to the horizon --------------------------------------------


@part
def run_alone(office, own, deal, staff, sample_at, samples, horizon):
    """Let everything happen, from 0 to the horizon, in an office where `all_on_own_desks`."""
    clear_desks(office, own, horizon)
    people = office.caseworkers.size
    nobodys = own.desks[people]
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
        goes_on = nobodys.goes_on_at
        then = min(min(change_at, withdrawal_at), min(starts_at, goes_on))
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
            last = people
        elif change_at > then and withdrawal_at == then:
            before, until = then, np.nextafter(then, -NEVER)
            first = max(office.cases[deal.withdrawing[withdrawn]].owner, 0)
            last = office.cases[deal.withdrawing[withdrawn]].owner + 1
        # 3. they are followed until then
        follow(first, last, before, until, office, own)
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
            strand = next_of(people, own) if goes_on == now else NOBODY
            if starts_at == now and deal.starting[starting] < strand:
                strand = deal.starting[starting]
                starting += 1
            else:
                strike_of(people, strand, own)
            if office.strands[strand].has_ended:
                continue
            owner = office.cases[office.strands[strand].case].owner
            if owner != NOTHING:
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
        cases.waiting_cases -= is_counted(office.cases[first])
        strands = range(office.cases[first].first_strand, office.cases[first].last_strand)
        promise_places(owner, len(strands), own)
        for strand in strands:
            if office.strands[strand].waits_for_owner:
                office.strands[strand].waits_for_owner = False
                lay_ready(owner, strand, now, office, own)
        take_on(first, owner, now, office)


@part
def clear_desks(office, own, horizon):
    """Begin with empty rows, and nobody with anything in hand."""
    people = office.caseworkers.size
    for caseworker in range(people):
        desk, worker = own.desks[caseworker], office.caseworkers[caseworker]
        desk.acts_at, desk.goes_on_at = 0.0, NEVER
        desk.first_place = desk.last_place = desk.last_moment = caseworker * _FIRST_ROOM
        desk.room, desk.promised = _FIRST_ROOM, 0
        # With a power of two hours in as many days, no reckoning rounds anything.
        desk.shows_the_time = False
        if worker.first_interval + 1 == worker.last_interval:
            only = office.intervals[worker.first_interval]
            desk.shows_the_time = (
                only.opens_at == 0
                and only.hours_at_open == 0
                and only.closes_at == only.hours_at_close
                and only.closes_at > horizon
                and math.frexp(only.closes_at)[0] == 0.5
            )
    own.tally[0] = people * _FIRST_ROOM
    for place in range(own.tally[0]):
        own.ready_at[place] = NEVER
    nobodys = own.desks[people]
    nobodys.first_place = nobodys.last_moment = own.places.size
    nobodys.goes_on_at = NEVER
    for strand in range(office.strands.size):
        own.has_place[strand] = False


@part
def is_mere_step(step, following, plan):
    """Whether going on from one step to another changes nothing but what is to be done."""
    if step.meets >= 0 or step.milestone >= 0 or step.last_order > step.first_order:
        return False
    if following.desk == ON_NO_DESK or following.begins_round:
        return False
    towards = following.towards
    if towards >= 0 and plan.duties[towards].starts == FROM_MILESTONE:
        return False
    return step.towards == towards and step.priority == following.priority


@compiled
def look_ahead(own, plan, deal):
    """See which episodes are mere steps, once for all levels of staffing."""
    for strand in deal.strands:
        for number in range(strand.first_episode, strand.last_episode):
            episode, ahead = deal.episodes[number], own.ahead[number]
            ahead.effort_hours, ahead.delay_days = episode.effort_hours, -1.0
            if number + 1 < strand.last_episode:
                step = plan.steps[episode.step]
                following = plan.steps[deal.episodes[number + 1].step]
                if is_mere_step(step, following, plan):
                    ahead.delay_days = episode.delay_days


@compiled
def _casework_on_own_desks(room, plan, deal, staff, sample_at, samples, horizon):
    office = opened(room.office, plan, deal, staff, horizon)
    run_alone(office, room.own, deal, staff, sample_at, samples, horizon)
    write_running_clocks(office)
    count_busy_hours(room.office.busy_hours, horizon, office)
    return office.tally[0].clocks


def casework_on_own_desks(
    plan: Plan, deal: Deal, staff: Staff, sample_at: Floats, horizon: float, traced: bool
) -> Outcome:
    """Run one replication of an office where `all_on_own_desks`: the answer of `casework`."""
    takes = deal.episodes.size if traced else 0
    office = office_room(plan, staff.caseworkers.size, deal, deal.clocks, takes)
    own = desk_room(staff.caseworkers.size, deal.strands.size, deal.episodes.size)
    look_ahead(own, plan, deal)
    room = OwnDesksRoom(office, own)
    samples = np.zeros((sample_at.size, plan.teams.size), dtype=SAMPLE)
    clocks = _casework_on_own_desks(room, plan, deal, staff, sample_at, samples, float(horizon))
    return Outcome(office.clocks[:clocks], office.cases, samples, office.busy_hours, office.takes)
