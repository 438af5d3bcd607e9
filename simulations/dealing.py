"""One replication's cases, dealt before any caseworker is looked at (da: tilgang og sagsforløb).

Everything about a case that chance decides is settled here: when it comes and with how many
siblings, what each episode takes, how long others let it wait, when new notifications come, whether
the family moves away. It hangs on the case's own name and number, so every level of staffing and
every policy meets the same cases with the same luck.
"""

import math
from typing import NamedTuple

import numpy as np

from capacity.duty_rota import HOURS_PER_DAY
from simulations.agenda import MOMENT, put_in_order
from simulations.compilation import compiled, part
from simulations.luck import Floats, Integers, key_of, uniform, value
from simulations.office import CASE, EPISODE, STRAND, Deal
from simulations.plan import LONGEST_STAY, Templates
from simulations.work_clocks import Records

NOTHING = -1
NEVER = np.inf

EFFORT, DELAY, REPEATS, AGAIN = 0, 1, 0, 1
ARRIVES, SIBLINGS, STAYS, MOVES, STANDS, AGE, PROGRESS = range(7)
_MOST_ROUNDS = 1000
_MOST_TIMES = 1000
_MOST_TRIES = 64


@part
def moment_of_expected(expected, bursts, hours, day):
    """When so many bursts are expected to have come, not before a day; and that day."""
    last = bursts.size - 1
    while day < last and bursts[day + 1] <= expected:
        day += 1
    if day == last:
        return NEVER, day
    part_of_day = (expected - bursts[day]) / (bursts[day + 1] - bursts[day])
    hour = 0
    while hour < hours.size - 2 and hours[hour + 1] <= part_of_day:
        hour += 1
    into_hour = (part_of_day - hours[hour]) / (hours[hour + 1] - hours[hour])
    return day + (hour + min(into_hour, 1.0)) / (hours.size - 1), day


COMER = np.dtype(
    [
        ("case_class", np.int32),
        ("line", np.int32),  # where it stands; -1: it comes
        ("time", np.int32),
        ("key", np.uint64),
        ("at", np.float64),
        ("effort_left", np.float64),
        ("delay_left", np.float64),
    ],
    align=True,
)
COUNTED = np.dtype(
    [
        ("cases", np.int64),
        ("strands", np.int64),
        ("episodes", np.int64),
        ("milestones", np.int64),
        ("starting", np.int64),
        ("withdrawing", np.int64),
        ("clocks", np.int64),
        ("fits", np.bool_),
    ],
    align=True,
)


class DealRoom(NamedTuple):
    """Room for the cases of one replication, used again for the next (da: plads)."""

    comers: Records
    moments: Records
    cases: Records
    strands: Records
    episodes: Records
    milestone_at: Floats
    starting: Integers
    withdrawing: Integers
    order: Integers
    counted: Records


def deal_room(cases: int, strands: int, episodes: int, milestones: int) -> DealRoom:
    """Make room for so many."""
    return DealRoom(
        np.empty(cases, dtype=COMER),
        np.empty(max(cases, strands), dtype=MOMENT),
        np.empty(cases, dtype=CASE),
        np.empty(strands, dtype=STRAND),
        np.empty(episodes, dtype=EPISODE),
        np.empty(milestones),
        np.empty(strands, dtype=np.int64),
        np.empty(cases, dtype=np.int64),
        np.empty(max(cases, strands), dtype=np.int64),
        np.zeros(1, dtype=COUNTED),
    )


def more_room(room: DealRoom) -> DealRoom:
    """Make twice the room."""
    return deal_room(
        2 * room.cases.size,
        2 * room.strands.size,
        2 * room.episodes.size,
        2 * room.milestone_at.size,
    )


@part
def add_arrivals(templates, replication, room, count):
    """Add those who come, class by class, to `count` comers; return how many there are then.

    More than there is room for is not added, only counted.
    """
    for number in range(templates.classes.size):
        row = templates.classes[number]
        bursts, hours = templates.bursts[number], templates.hours[number]
        arrives = key_of(row.arrivals, replication)
        cases = key_of(row.cases, replication)
        for stream in range(2):
            # The second stream is what comes on top of the usual inflow.
            share = 1.0 if stream == 0 else row.more_inflow
            if share == 0.0:
                continue
            of_stream = key_of(arrives, stream)
            expected, day, burst, ordinal = 0.0, 0, 0, 0
            while True:
                of_burst = key_of(of_stream, burst)
                expected -= math.log(uniform(of_burst, ARRIVES)) / share
                moment, day = moment_of_expected(expected, bursts, hours, day)
                if moment == NEVER:
                    break
                together, luck = row.first_sibling, uniform(of_burst, SIBLINGS)
                while together < row.last_sibling - 1 and templates.siblings[together] < luck:
                    together += 1
                for _ in range(together - row.first_sibling + 1):
                    of_case = key_of(key_of(cases, stream), ordinal)
                    ordinal += 1
                    if uniform(of_case, STAYS) >= row.inflow_kept:
                        continue
                    if count < room.comers.size:
                        comer = room.comers[count]
                        comer.case_class, comer.key, comer.at = number, of_case, moment
                        comer.line, comer.time = NOTHING, 0
                        comer.effort_left, comer.delay_left = 1.0, 0.0
                    count += 1
                burst += 1
    return count


@part
def add_standing(templates, replication, room):
    """Add those who are there at the start; return how many there are."""
    ordinal, previous = 0, NOTHING
    for number in range(min(templates.standing.size, room.comers.size)):
        there = templates.standing[number]
        row = templates.classes[there.case_class]
        ordinal = ordinal + 1 if there.case_class == previous else 0
        previous = there.case_class
        comer = room.comers[number]
        comer.case_class = there.case_class
        comer.key = key_of(key_of(row.standing, replication), ordinal)
        comer.at, comer.line, comer.time = -there.age_days, there.line, 0
        comer.effort_left, comer.delay_left = there.remaining_effort, 0.0
        if there.line == NOTHING or there.by_age:
            template = templates.templates[row.first_template]
            if there.by_age:
                age = there.age_days
                line, time, effort, delay, of_route = where_its_age_puts_it(
                    template, comer.key, templates, there
                )
            else:
                age, line, time, effort, delay, of_route = where_it_stands(
                    row, template, comer.key, templates
                )
            comer.key, comer.at, comer.line, comer.time = of_route, -age, line, time
            comer.effort_left, comer.delay_left = effort, delay
    return templates.standing.size


@part
def times_of(line, of_line):
    """How many times an episode is done."""
    spread = line.most_times - line.least_times + 1
    times = line.least_times + int(uniform(of_line, REPEATS) * spread)
    if line.again > 0:
        times += int(math.log(uniform(of_line, AGAIN)) / math.log(line.again))
    return min(times, _MOST_TIMES)


@part
def effort_of(line, of_line, time, quantiles):
    """The effort of an episode, done for the n-th time."""
    return value(quantiles, line.effort, uniform(of_line, 2 + 2 * time + EFFORT))


@part
def delay_of(line, of_line, time, quantiles):
    """The external delay after an episode done for the n-th time."""
    return value(quantiles, line.delay, uniform(of_line, 2 + 2 * time + DELAY))


@part
def where_it_stands(row, template, of_case, templates):
    """Where a case of unknown age stands: its age, its line, the time, what is left of it.

    A route is dealt at the steady pace; a long one is met more often than a short one, somewhere
    along it. Return the age, the line, the time, the share of effort left and the days of delay
    left, of which one is 0.
    """
    longest = LONGEST_STAY * row.mean_turnaround_days
    attempt = 0
    of_route = of_case
    total = 0.0
    while True:
        of_route = key_of(of_case, attempt)
        total = 0.0
        for number in range(template.first_line, template.last_line):
            line = templates.lines[number]
            of_line = key_of(of_route, line.name)
            for time in range(times_of(line, of_line)):
                effort = effort_of(line, of_line, time, templates.quantiles)
                total += line.waits_days + line.days_per_hour * effort
                total += delay_of(line, of_line, time, templates.quantiles)
        attempt += 1
        if uniform(of_route, STANDS) * longest < total or attempt == _MOST_TRIES:
            break
    age = min(uniform(of_route, AGE) * total, longest)
    line, time, effort, delay = place_at(
        template, of_route, templates, age, template.first_line, False
    )
    if line == NOTHING:
        return age, template.first_line, 0, 1.0, 0.0, of_route
    return age, line, time, effort, delay, of_route


@part
def where_its_age_puts_it(template, of_case, templates, there):
    """Where a case of known age stands, at a line or after it: the line, the time, what is left.

    Routes are dealt at the steady pace until one is met that takes longer than that and has come so
    far by then. Where none is met, a case too young for it stands at the line, one too old for the
    route at its end. Of a case whose work is known to have begun, the route runs from then.
    """
    first_line, has_begun = there.line, there.begun_days >= 0
    age = there.begun_days if has_begun else there.age_days
    begins = first_line if has_begun else template.first_line
    of_route = of_case
    line = time = 0
    effort = delay = 0.0
    for attempt in range(_MOST_TRIES):
        of_route = key_of(of_case, attempt)
        line, time, effort, delay = place_at(template, of_route, templates, age, begins, has_begun)
        if line >= first_line:
            return line, time, effort, delay, of_route
    if line == NOTHING:
        last = template.last_line - 1
        times = times_of(templates.lines[last], key_of(of_route, templates.lines[last].name))
        return last, times - 1, 1.0, 0.0, of_route
    return first_line, 0, 1.0, 0.0, of_route


@part
def place_at(template, of_route, templates, age, begins, has_begun):
    """Where a route dealt at the steady pace has come at an age; no line where it is over by then.

    The line, the time, the share of effort left and the days of delay left, of which one is 0. Age
    is counted from the line where it `begins`; where work `has_begun` there, nobody is waited for.
    """
    passed = 0.0
    for number in range(begins, template.last_line):
        line = templates.lines[number]
        of_line = key_of(of_route, line.name)
        for time in range(times_of(line, of_line)):
            # It waits first, with all its work left, and is then worked through.
            if not (has_begun and number == begins and time == 0):
                passed += line.waits_days
            work = line.days_per_hour * effort_of(line, of_line, time, templates.quantiles)
            if passed + work > age:
                left = 1.0 if age <= passed else (passed + work - age) / work
                return number, time, left, 0.0
            passed += work
            delay = delay_of(line, of_line, time, templates.quantiles)
            if passed + delay > age:
                return number, time, 0.0, passed + delay - age
            passed += delay
    return NOTHING, 0, 0.0, 0.0


@part
def deal_into(room, templates, replication):
    """Deal one replication: cases in order of arrival, their strands, their episodes.

    How many there are is in `room.counted`, and whether they fit.
    """
    counted = room.counted[0]
    counted.fits = False
    # 1. who is there, and who comes
    count = add_standing(templates, replication, room)
    count = add_arrivals(templates, replication, room, count)
    counted.cases = count
    if count > room.comers.size:
        return
    milestones = 0
    for number in range(count):
        room.moments[number].at, room.moments[number].number = room.comers[number].at, number
        milestones += templates.classes[room.comers[number].case_class].milestones
    put_in_order(room.moments, count, room.order)
    counted.milestones = milestones
    if milestones > room.milestone_at.size:
        return
    for milestone in range(milestones):
        room.milestone_at[milestone] = NEVER
    # 2. their strands and episodes
    counted.strands = counted.episodes = counted.milestones = counted.clocks = 0
    counted.withdrawing = 0
    for number in range(count):
        comer = room.comers[room.order[number]]
        row = templates.classes[comer.case_class]
        deal_case(number, comer, row, templates, room)
        first = counted.strands
        for which in range(row.first_template, row.last_template):
            if not deal_strands(number, which, comer, templates, room):
                return
        room.cases[number].first_strand = first
        room.cases[number].last_strand = counted.strands
    # 3. who begins of oneself, and who will be withdrawn, in order
    own_moment = 0
    for number in range(counted.strands):
        if room.strands[number].trigger < 0:
            room.moments[own_moment].at = room.strands[number].starts_at
            room.moments[own_moment].number = number
            own_moment += 1
    put_in_order(room.moments, own_moment, room.starting)
    counted.starting = own_moment
    moving = 0
    for number in range(count):
        if room.cases[number].withdraws_at < templates.horizon:
            room.moments[moving].at = room.cases[number].withdraws_at
            room.moments[moving].number = number
            moving += 1
    put_in_order(room.moments, moving, room.withdrawing)
    counted.withdrawing = moving
    counted.fits = True


@part
def deal_case(number, comer, row, templates, room):
    """Deal a case itself: when it came, whether the family moves away."""
    case, counted = room.cases[number], room.counted[0]
    case.arrived_at, case.withdraws_at, case.weight = comer.at, NEVER, row.weight
    case.team, case.owner, case.next_of_owner, case.previous_of_owner = row.team, -1, -1, -1
    case.closed_at, case.handover_hours = NEVER, 0.0
    case.first_milestone = counted.milestones
    counted.milestones += row.milestones
    case.waits_for_owner = False
    case.is_open = case.ignores_limit = comer.line >= 0
    if row.withdrawal >= 0:
        moves = key_of(comer.key, MOVES)
        for attempt in range(_MOST_TRIES):
            days = value(templates.quantiles, row.withdrawal, uniform(moves, attempt))
            case.withdraws_at = comer.at + days
            if case.withdraws_at > 0:
                break


@part
def deal_strands(number, which, comer, templates, room):
    """Deal the strands of one template: one, or as many as chance brings; say if there was room."""
    template, counted = templates.templates[which], room.counted[0]
    case, stands = room.cases[number], comer.line >= 0
    of_strand = key_of(comer.key, template.name)
    trigger = template.trigger
    if stands and trigger >= 0 and room.milestone_at[case.first_milestone + trigger] != NEVER:
        trigger = NOTHING  # what sets it off was before the start
    is_behind = stands and trigger < 0 and not template.recurs
    still_paused = 0.0
    if is_behind and not template.is_route and template.per_day == 0:
        # Once begun, it is over unless the case is younger than the pause before its work.
        of_first_round = key_of(of_strand, 0)
        if template.pause_step >= 0:
            pause = value(templates.quantiles, template.pause, uniform(of_first_round, AGE))
            still_paused = max(pause + comer.at, 0.0)
        if still_paused == 0.0:
            for line in range(template.first_line, template.last_line):
                if templates.lines[line].milestone >= 0:
                    reached = case.first_milestone + templates.lines[line].milestone
                    room.milestone_at[reached] = comer.at
            return True
    occurrence, since = 0, 0.0
    while True:
        # 1. when it begins
        starts_at, wait = max(comer.at, 0.0), 0.0
        if template.per_day > 0:
            since -= math.log(uniform(of_strand, occurrence)) / template.per_day
            if starts_at + since >= templates.horizon:
                return True
            if trigger < 0:
                starts_at += since
            else:
                wait = since
        if counted.strands == room.strands.size:
            return False
        strand = room.strands[counted.strands]
        strand.case, strand.is_route = number, template.is_route
        strand.outlives_case, strand.trigger = template.outlives_case, trigger
        strand.starts_at = strand.began_at = starts_at if trigger < 0 else NEVER
        strand.due_at, strand.ready_at, strand.remaining_hours = NEVER, NEVER, -1.0
        strand.taken_by, strand.waits_for_owner = -1, False
        strand.has_begun = strand.is_ready = strand.has_ended = False
        strand.first_episode = strand.episode = counted.episodes
        # 2. its episodes, round by round
        of_occurrence = comer.key if template.is_route else key_of(of_strand, occurrence)
        passed = starts_at + wait
        if wait > 0 and not deal_pause(wait, template.wait_step, room):
            return False
        for turn in range(_MOST_ROUNDS if template.recurs else 1):
            of_round = key_of(of_occurrence, turn) if template.recurs else of_occurrence
            if template.pause_step >= 0:
                pause = value(templates.quantiles, template.pause, uniform(of_round, AGE))
                if turn == 0 and stands and trigger < 0 and template.recurs:
                    # It has been going on: somewhere within its pause.
                    left = pause * uniform(of_round, PROGRESS)
                    strand.began_at = max(comer.at, left - pause)
                    pause = left
                elif turn == 0 and still_paused > 0:
                    strand.began_at = comer.at
                    pause = still_paused
                if not deal_pause(pause, template.pause_step, room):
                    return False
                passed += pause
            first_of_round = counted.episodes
            for line in range(template.first_line, template.last_line):
                if template.is_route and line < comer.line:
                    if templates.lines[line].milestone >= 0:
                        reached = case.first_milestone + templates.lines[line].milestone
                        room.milestone_at[reached] = comer.at
                    continue
                if not deal_line(strand, line, of_round, comer, templates, room):
                    return False
            for episode in range(first_of_round, counted.episodes):
                passed += room.episodes[episode].delay_days
                passed += room.episodes[episode].effort_hours / HOURS_PER_DAY
            if passed >= templates.horizon:
                break
        strand.last_episode = counted.episodes
        counted.strands += 1
        occurrence += 1
        if template.per_day == 0:
            return True


@part
def deal_pause(days, step, room):
    """Deal a wait that is nobody's work."""
    counted = room.counted[0]
    if counted.episodes == room.episodes.size:
        return False
    episode = room.episodes[counted.episodes]
    episode.effort_hours, episode.delay_days, episode.step = 0.0, days, step
    counted.episodes += 1
    return True


@part
def deal_line(strand, number, of_round, comer, templates, room):
    """Deal an episode as many times as it is done; say if there was room."""
    line, counted = templates.lines[number], room.counted[0]
    of_line = key_of(of_round, line.name)
    times = times_of(line, of_line)
    stands_here = strand.is_route and number == comer.line
    for time in range(times):
        if stands_here and time < comer.time:
            continue
        if counted.episodes == room.episodes.size:
            return False
        episode = room.episodes[counted.episodes]
        episode.effort_hours = effort_of(line, of_line, time, templates.quantiles)
        episode.delay_days = delay_of(line, of_line, time, templates.quantiles)
        episode.step = line.last_step if time == times - 1 else line.step
        if stands_here and time == comer.time:
            if comer.delay_left > 0:
                # Its work is done, and others are waited for.
                strand.has_begun = True
                strand.starts_at = comer.delay_left
            else:
                strand.remaining_hours = episode.effort_hours * comer.effort_left
        counted.episodes += 1
        counted.clocks += 1 + templates.most_orders
    return True


@part
def dealt(room):
    """What has been dealt into a room."""
    counted = room.counted[0]
    return Deal(
        room.cases[: counted.cases],
        room.strands[: counted.strands],
        room.episodes[: counted.episodes],
        room.starting[: counted.starting],
        room.withdrawing[: counted.withdrawing],
        room.milestone_at[: counted.milestones],
        counted.clocks,
    )


@compiled
def _deal(room, templates, replication):
    deal_into(room, templates, replication)


def deal(templates: Templates, replication: int) -> Deal:
    """Deal one replication alone: cases in order of arrival, their strands, their episodes."""
    room = deal_room(256, 256, 1024, 256)
    while True:
        _deal(room, templates, replication)
        counted = room.counted[0]
        if counted["fits"]:
            return Deal(
                room.cases[: counted["cases"]],
                room.strands[: counted["strands"]],
                room.episodes[: counted["episodes"]],
                room.starting[: counted["starting"]],
                room.withdrawing[: counted["withdrawing"]],
                room.milestone_at[: counted["milestones"]],
                int(counted["clocks"]),
            )
        room = more_room(room)
