"""What the benchmarks simulate, each with the luck of `simulations.luck`.

A. M/G/24, load 0.95, 10 000 customers, lognormal service of cv 1.
B. A year of three priority classes with a backlog of 890 cases; an absence is a case of the highest
   priority, the only form that all peers can express.
C. Owned caseloads for two years: 24 caseworkers, 890 open cases and 900 new a year, of 10-20
   episodes each.
"""

import math
from fractions import Fraction
from typing import NamedTuple

import numpy as np

from capacity.distributions import Distribution, Family
from simulations.compilation import compiled
from simulations.equal_servers import Queue, serve
from simulations.luck import key_of, quantiles_of, stream, uniform, value
from simulations.luck_in_bulk import (
    Bundle,
    bundle,
    draw_uniforms_of_one,
    turn_exponential,
    turn_lognormal,
)
from simulations.office import (
    CASE,
    CASEWORKER,
    CHANGE,
    DUTY,
    EARLIEST_DUE,
    EPISODE,
    FROM_ARRIVAL,
    LEAST_LOADED,
    MET,
    STEP,
    STRAND,
    TEAM,
    Deal,
    Plan,
    Staff,
)
from simulations.work_clocks import INTERVAL

SEED = 20_261_125
NOTHING = -1
NEVER = np.inf


def distribution(family, mean, cv=1):
    return Distribution(family=family, mean=Fraction(mean), cv=Fraction(cv))


# --- A: one pooled queue ---------------------------------------------------------------------

SERVERS, LOAD, CUSTOMERS = 24, 0.95, 10_000
SERVICE = quantiles_of([distribution(Family.LOGNORMAL, 1)])


def pooled_customers(replication):
    """When they come and what they need, by the streams of `equal_servers.mean_waits`."""
    arrival, effort = (
        np.uint64(key_of(stream(SEED, purpose, "M/G/c"), replication))
        for purpose in ("arrival", "effort")
    )
    gaps = [-math.log(uniform(arrival, each)) for each in range(CUSTOMERS)]
    hours = [value(SERVICE, 0, uniform(effort, each)) for each in range(CUSTOMERS)]
    return np.cumsum(gaps) / (LOAD * SERVERS), np.array(hours)


# --- B: priorities, absences and a backlog ---------------------------------------------------

YEAR = 365.0
LEVELS = tuple(range(20, 32))
CLASSES = 3
LIMIT_DAYS = np.array([1.0, 120.0, 180.0])
PER_YEAR = np.array([500.0, 1300.0, 400.0])
BACKLOG = np.array([0, 620, 270])
OLDEST, PROGRESS = 0.75, 0.4
MOST_CASES, MOST_ABSENCES = 4_000, 3_000
EFFORTS = quantiles_of(
    [distribution(Family.LOGNORMAL, mean) for mean in ("0.4", "4", "5")]
    + [distribution(Family.EXPONENTIAL, 60), distribution(Family.LOGNORMAL, 8)]
)
PRESENT, AWAY = 3, 4
STREAMS = np.array([stream(SEED, "speed", str(number)) for number in range(5)], dtype=np.uint64)


class Year(NamedTuple):
    """A year's luck: absences in order, and the cases behind the room that these will need."""

    queue: Queue
    first: np.ndarray
    absent: np.ndarray
    absent_at: np.ndarray
    absent_days: np.ndarray
    absences: np.ndarray
    gaps: Bundle
    efforts: Bundle


def room_for_a_year():
    cases, absences = MOST_CASES + MOST_ABSENCES, MOST_ABSENCES
    return Year(
        Queue(*np.empty((3, cases))),
        np.zeros(CLASSES, dtype=np.int64),
        np.empty(absences, dtype=np.int64),
        *np.empty((2, absences)),
        np.zeros(1, dtype=np.int64),
        bundle(512),
        bundle(512),
    )


@compiled
def deal_year(replication, streams, efforts, year):
    """Deal the luck of a year, once for all levels of staffing."""
    # 1. absences, in order of their beginning
    count = 0
    for caseworker in range(LEVELS[-1]):
        key = key_of(key_of(streams[PRESENT], replication), caseworker)
        now = 0.0
        for ordinal in range(MOST_ABSENCES):
            now += value(efforts, PRESENT, uniform(key, 2 * ordinal))
            if now >= YEAR:
                break
            days = value(efforts, AWAY, uniform(key, 2 * ordinal + 1))
            place = count
            while place > 0 and year.absent_at[place - 1] > now:
                year.absent_at[place] = year.absent_at[place - 1]
                year.absent_days[place] = year.absent_days[place - 1]
                year.absent[place] = year.absent[place - 1]
                place -= 1
            year.absent_at[place], year.absent_days[place] = now, days
            year.absent[place] = caseworker
            count += 1
            now += days
    year.absences[0] = count
    # 2. the backlog and the arrivals of each class; what is due after the year is not counted
    queue, held = year.queue, MOST_ABSENCES
    gaps, hours = year.gaps.values, year.efforts.values
    for rank in range(CLASSES):
        year.first[rank] = held
        key, limit = key_of(streams[rank], replication), LIMIT_DAYS[rank]
        now, dealt = 0.0, 0
        while now < YEAR:
            draw_uniforms_of_one(key_of(key, 0), dealt, year.gaps)
            turn_exponential(YEAR / PER_YEAR[rank], year.gaps)
            draw_uniforms_of_one(key_of(key, 1), dealt, year.efforts)
            turn_lognormal(efforts.mean[rank], efforts.spread[rank], year.efforts)
            for each in range(gaps.size):
                number = dealt + each
                if number < BACKLOG[rank]:
                    queue.comes_at[held] = 0.0
                    age = uniform(key_of(key, 2), number)
                    queue.due_at[held] = limit * (1.0 - OLDEST * age)
                    queue.hours[held] = PROGRESS * hours[each]
                else:
                    now += gaps[each]
                    if now >= YEAR:
                        break
                    queue.comes_at[held] = now
                    queue.due_at[held] = now + limit if now + limit <= YEAR else -NEVER
                    queue.hours[held] = hours[each]
                held += 1
            dealt += gaps.size
        queue.comes_at[held] = NEVER
        held += 1


@compiled
def open_desks(levels, year, desks):
    """Open a desk at each level, with the absences of those who are there in front of the cases."""
    queue, held = year.queue, 0
    for desk in range(levels.size):
        desks.heads[desk, 0] = held
        for number in range(year.absences[0]):
            if year.absent[number] < levels[desk]:
                queue.comes_at[held] = year.absent_at[number]
                queue.hours[held] = year.absent_days[number]
                queue.due_at[held] = -NEVER
                held += 1
        queue.comes_at[held] = NEVER
        held += 1
        for rank in range(CLASSES):
            desks.heads[desk, rank + 1] = year.first[rank]
        for place in range(desks.free_at.shape[1]):
            desks.free_at[desk, place] = 0.0 if place < levels[desk] else NEVER


@compiled
def sweep_years(first, last, luck, levels, year, desks):
    """Serve replications at every level; how many were in time is added up in `desks.in_time`."""
    streams, efforts = luck
    for replication in range(first, last):
        deal_year(replication, streams, efforts, year)
        open_desks(levels, year, desks)
        serve(year.queue, YEAR, desks)


@compiled
def years_in_time(first, last, luck, levels, year, desks, in_time, due):
    """Count, replication by replication, who is in time at each level, and who is due at all."""
    for replication in range(first, last):
        row = replication - first
        for desk in range(levels.size):
            for rank in range(CLASSES + 1):
                desks.in_time[desk, rank] = 0
        sweep_years(replication, replication + 1, luck, levels, year, desks)
        for desk in range(levels.size):
            in_time[row, desk] = 0.0
            for rank in range(CLASSES + 1):
                in_time[row, desk] += desks.in_time[desk, rank]
        due[row] = 0.0
        for rank in range(CLASSES):
            held = year.first[rank]
            while year.queue.comes_at[held] < NEVER:
                due[row] += year.queue.due_at[held] > -NEVER
                held += 1


def classes_of(year, level):
    """The cases of a year in plain arrays: moments and hours of each class, absences first."""
    here = year.absent[: year.absences[0]] < level
    absences = (
        year.absent_at[: year.absences[0]][here],
        year.absent_days[: year.absences[0]][here],
    )
    classes = [absences]
    for begin in year.first:
        end = begin + int(np.argmax(year.queue.comes_at[begin:] == NEVER))
        classes.append((year.queue.comes_at[begin:end].copy(), year.queue.hours[begin:end].copy()))
    return classes


# --- C: owned caseloads ----------------------------------------------------------------------

CASEWORKERS = 24
HOURS_PER_YEAR = 1400.0
HORIZON = 2 * HOURS_PER_YEAR
OPEN_AT_START, NEW_PER_YEAR = 890, 900
LEAST_EPISODES, MOST_EPISODES = 10, 20
HOURS_PER_CASE, MEAN_DELAY = 32.0, 80.0
LIMIT_HOURS = HOURS_PER_YEAR  # 15 episodes lie 80 hours apart: a shorter one nobody would keep
EXPONENTIAL = quantiles_of([distribution(Family.EXPONENTIAL, 1)])


def owned_plan(caseworkers, assignment=LEAST_LOADED, desk=0, policy=EARLIEST_DUE):
    """A day is an hour here, and everybody's clock runs all the time."""
    steps = np.zeros(2, dtype=STEP)
    steps["desk"], steps["team"], steps["towards"], steps["milestone"] = desk, NOTHING, 0, NOTHING
    steps["meets"] = NOTHING, 0
    duties = np.zeros(1, dtype=DUTY)
    duties["starts"], duties["milestone"] = FROM_ARRIVAL, NOTHING
    duties["due_dates"], duties["hours"] = NOTHING, 24 * LIMIT_HOURS
    teams = np.zeros(1, dtype=TEAM)
    teams["last_caseworker"], teams["policy"] = caseworkers, policy
    teams["assignment"], teams["caseload_limit"], teams["queue"] = assignment, NEVER, NOTHING
    return Plan(steps, duties, np.empty(0, dtype=np.int64), np.empty((1, 1)), 0, teams)


def always_there(caseworkers):
    intervals = np.zeros(caseworkers, dtype=INTERVAL)
    intervals["closes_at"] = intervals["hours_at_close"] = 2.0**30
    people = np.zeros(caseworkers, dtype=CASEWORKER)
    people["first_interval"] = people["interval"] = np.arange(caseworkers)
    people["last_interval"] = np.arange(caseworkers) + 1
    people["first_case"] = people["in_hand"] = people["last_case"] = NOTHING
    people["fte"], people["idle_since"] = 1.0, -NEVER
    return Staff(people, intervals, np.empty(0, dtype=CHANGE))


def room_for_owned(scale=1):
    cases = 4_000 * scale
    strands = np.zeros(cases, dtype=STRAND)
    starting = np.arange(cases)
    return Deal(
        np.zeros(cases, dtype=CASE),
        strands,
        np.zeros(cases * MOST_EPISODES, dtype=EPISODE),
        starting,
        np.empty(0, dtype=np.int64),
        np.empty(0),
        cases,
    )


@compiled
def deal_owned(replication, streams, room, scale, luck):
    """Deal owned caseloads, in order of arrival; return how many cases and episodes there are."""
    of_cases = key_of(streams[0], replication)
    arrives = key_of(streams[1], replication)
    cases, episodes, now = 0, 0, 0.0
    while True:
        # 1. what was open has come before the start, evenly over half a year
        if cases < OPEN_AT_START * scale:
            arrived_at = ((cases + 0.5) / (OPEN_AT_START * scale) - 1.0) * HOURS_PER_YEAR / 2
        else:
            now -= math.log(uniform(arrives, cases)) * HOURS_PER_YEAR / (NEW_PER_YEAR * scale)
            arrived_at = now
        if now >= HORIZON:
            return cases, episodes
        key = key_of(of_cases, cases)
        case, strand = room.cases[cases], room.strands[cases]
        case.arrived_at, case.withdraws_at, case.weight = arrived_at, NEVER, 1.0
        case.first_strand, case.last_strand = cases, cases + 1
        case.owner = case.next_of_owner = case.previous_of_owner = NOTHING
        case.closed_at = NEVER
        strand.case, strand.is_route, strand.trigger = cases, True, NOTHING
        strand.starts_at, strand.began_at = max(arrived_at, 0.0), arrived_at
        strand.due_at, strand.remaining_hours = NEVER, -1.0
        strand.taken_by = NOTHING
        strand.first_episode = strand.episode = episodes
        # 2. its episodes; others' time lies between them
        times = LEAST_EPISODES + int(uniform(key, 0) * (MOST_EPISODES - LEAST_EPISODES + 1))
        draw_uniforms_of_one(key, 1, luck)
        turn_exponential(1.0, luck)
        for time in range(times):
            episode = room.episodes[episodes]
            episode.effort_hours = luck.values[2 * time] * HOURS_PER_CASE / times
            episode.delay_days = luck.values[2 * time + 1] * MEAN_DELAY
            episode.step = 0
            episodes += 1
        room.episodes[episodes - 1].delay_days, room.episodes[episodes - 1].step = 0.0, 1
        strand.last_episode = episodes
        cases += 1


@compiled
def owned_in_time(clocks):
    """How many cases were decided in time, and how many had to be, from the opening to the end."""
    in_time = due = 0
    for clock in clocks:
        is_due = 0.0 <= clock.due_at <= HORIZON
        due += is_due
        in_time += is_due and clock.outcome == MET and clock.ended_at <= clock.due_at
    return in_time, due


def owned_deal(room, replication, scale=1):
    luck = bundle(2 * MOST_EPISODES)
    cases, episodes = deal_owned(replication, STREAMS, room, scale, luck)
    return room._replace(
        cases=room.cases[:cases],
        strands=room.strands[:cases],
        episodes=room.episodes[:episodes],
        starting=room.starting[:cases],
        clocks=cases,
    )
