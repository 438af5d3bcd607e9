"""One replication's people: who is at work on which day, and for how many hours (da: bemanding).

On a Danish working day a caseworker's clock runs from the opening hour for as many hours as are
left for cases: part-time shortens the opening, never the pace. A team with staff risks has
sickness, leave, resignations and holidays by chance, hanging on the person's own name, so that
somebody who is there at two levels of staffing is sick on the same days. In a team without them
absence is spread evenly over the year, so that a simulated year holds exactly the
`available_hours` of `capacity`.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from fractions import Fraction
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from capacity.caseworker import Absence, AbsenceReason, Caseworker, RampUp, added_id
from capacity.consistency import DAYS_PER_YEAR
from capacity.department import Department
from capacity.distributions import Distribution
from capacity.duty_rota import HOURS_PER_DAY, duty_hours_per_week
from capacity.roster import Roster, available_hours
from capacity.rulebook import Rulebook
from capacity.staff_risks import StaffRisks
from capacity.units import FTE
from capacity.workdays import is_workday
from capacity.working_year import workdays
from simulations.agenda import MOMENT, put_in_order
from simulations.compilation import compiled, part
from simulations.luck import (
    Floats,
    Integers,
    Quantiles,
    key_of,
    quantiles_of,
    stream,
    uniform,
    value,
)
from simulations.office import CASEWORKER, CHANGE, Staff
from simulations.work_clocks import INTERVAL, Records

WORKDAYS_PER_WEEK = 5
DAYS_PER_MONTH = 365.25 / 12
NEVER = np.inf

PRESENT, SICK, ON_LEAVE, ON_HOLIDAY = range(4)
SHORT_SICKNESS, LONG_SICKNESS, PARENTAL_LEAVE, HOLIDAY, TURNOVER = range(5)
"""The purposes of a person's luck."""
_LEAST_CHANGE = 0.02
"""A newcomer's growth is told to those who hand out cases in steps of so many FTE."""
_SHORTEST_DAY = 1e-6
_NEXT_TO_NOTHING = 1e-9
"""Whoever is on duty all the time has no hours for cases, and is there all the same."""

RISKS = np.dtype(
    [
        ("short_per_day", np.float64),
        ("long_per_day", np.float64),
        ("leave_per_day", np.float64),
        ("turnover_per_day", np.float64),
        ("short_days", np.int32),  # rows of quantiles
        ("long_days", np.int32),
        ("leave_days", np.int32),
        ("vacancy_days", np.int32),
        ("ramp_up_days", np.float64),
        ("first_share", np.float64),
        ("holiday_days", np.float64),
    ],
    align=True,
)
PERSON = np.dtype(
    [
        ("luck", np.uint64),
        ("team", np.int32),
        ("risks", np.int32),  # -1: absence is spread evenly
        ("rota", np.int32),  # the number of a post on a rota, or -1
        ("rota_team", np.int32),  # who staff it
    ],
    align=True,
)


class People(NamedTuple):
    """Everybody at any level of staffing, as planned (da: alle medarbejdere)."""

    persons: Records
    weekly_hours: Floats
    """Hours for cases a week by the plan: a row a person, a column a day; 0 on planned leave."""
    attendance: Floats
    """The part of a working day that evenly spread absence leaves: a row a person.

    0 on the days of a long sickness that the roster knows of: it is in no plan, so the cases are
    handed over no sooner than those of anybody who falls ill by chance.
    """
    listed: NDArray[np.int8]
    """Who is known to be on holiday on which day."""
    risks: Records
    quantiles: Quantiles
    workdays: NDArray[np.bool_]
    week_of_day: Integers
    year_of_week: Integers
    holiday_weight: Floats
    """A row a set of risks, a column a week."""
    shifts: Floats
    """The hours from which to which a post on a rota is staffed: post, weekday, (opens, closes)."""
    first_weekday: int
    opening_hour: float
    full_time_hours: float
    handover_after_days: int


class PeopleRoom(NamedTuple):
    """Room for everybody's days in one replication, used again for the next (da: plads)."""

    away: NDArray[np.int8]
    share: Floats
    """The part of a full caseload that a newcomer can carry."""
    clocks: Records
    """A row a person: where the clock's intervals begin and end."""
    intervals: Records
    changes: Records
    """By person, each in order; as many as `told` says."""
    told: Integers
    # at one level
    caseworkers: Records
    number_of: Integers
    level_changes: Records
    moments: Records
    order: Integers


CLOCK_OF = np.dtype([("first_interval", np.int64), ("last_interval", np.int64)])


def people_room(people: People) -> PeopleRoom:
    """Make room for people."""
    count, days = people.weekly_hours.shape
    openings = count * days + people.shifts.shape[0] * days * people.shifts.shape[2]
    most_changes = count * (days + 1)
    return PeopleRoom(
        np.empty((count, days), dtype=np.int8),
        np.empty((count, days)),
        np.empty(count, dtype=CLOCK_OF),
        np.empty(openings, dtype=INTERVAL),
        np.empty(most_changes, dtype=CHANGE),
        np.zeros(1, dtype=np.int64),
        np.empty(count, dtype=CASEWORKER),
        np.empty(count, dtype=np.int64),
        np.empty(most_changes, dtype=CHANGE),
        np.empty(most_changes, dtype=MOMENT),
        np.empty(most_changes, dtype=np.int64),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """A level of staffing: who is there (da: bemandingsniveau).

    `members` are rows of `People`, team by team; `first_of_team` where each team's begin.
    """

    members: Integers
    first_of_team: Integers


def people_of(  # noqa: PLR0913  (each is asked about on its own)
    department: Department,
    teams: tuple[str, ...],
    team: str,
    extra: Sequence[FTE],
    extra_from: date,
    horizon_days: int,
    seed: int,
    book: Rulebook,
) -> tuple[People, list[Level]]:
    """Lay out all who are there at some level of extra staff in a team, and who at which.

    `teams` are a layout's, rotas last. Extra staff are full-time posts for cases alone from a day
    on, called by their team and number (`added_id`); the last is part-time where a level is no
    whole number.
    """
    on = department.on
    calendar = _Calendar(on, horizon_days, book)
    by_slug = {each.slug: each for each in department.teams}
    rotas = {each.slug: each for each in department.duty_rotas}
    stated = (by_slug[slug].staff_risks for slug in teams if slug in by_slug)
    risks = list(dict.fromkeys(each for each in stated if each is not None))
    persons, hours, attendance, listed, shifts = [], [], [], [], []
    members_of: dict[str, list[int]] = {slug: [] for slug in teams}

    def add(person: Caseworker, slug: str, left: Floats | float) -> int:
        own = None if person.absences_listed else by_slug[slug].staff_risks
        persons.append(
            (stream(seed, "person", person.id), teams.index(slug), _row(risks, own), -1, -1)
        )
        hours.append(calendar.weekly_hours(person) * left)
        day_by_day = own is not None or person.absences_listed
        spread = calendar.attendance(person.sick_days, by_chance=day_by_day)
        attendance.append(np.where(calendar.sickness(person), 0.0, spread))
        listed.append(calendar.listed_holidays(person))
        return len(persons) - 1

    for slug in teams:
        if slug in by_slug:
            here_now = department.roster.team(slug).caseworkers
            left = _left_by_rotas(department, slug, here_now, calendar)
            members_of[slug] += [add(person, slug, left) for person in here_now]
            continue
        rota = rotas[slug]
        for place_on_rota in range(max(shift.people for shift in rota.shifts)):
            staffed_by = teams.index(rota.staffed_by)
            persons.append((np.uint64(0), teams.index(slug), -1, place_on_rota, staffed_by))
            hours.append(np.zeros(horizon_days))
            attendance.append(np.ones(horizon_days))
            listed.append(np.full(horizon_days, PRESENT, dtype=np.int8))
            members_of[slug].append(len(persons) - 1)
            staffed = np.full((7, _MOST_SHIFTS, 2), -1.0)
            for weekday in range(7):
                on_day = [
                    s for s in rota.shifts if s.weekday == weekday and s.people > place_on_rota
                ]
                for place, shift in enumerate(sorted(on_day, key=lambda s: s.opens_at)):
                    staffed[weekday, place] = float(shift.opens_at), float(shift.closes_at)
            shifts.append(staffed)
    posts: dict[Caseworker, int] = {}
    levels = []
    for level in extra:
        here = {slug: list(members_of[slug]) for slug in teams}
        newcomers = [
            Caseworker(
                id=added_id(team, number),
                team=team,
                hours_per_week=min(level - number + 1, Fraction(1)) * calendar.full_time_hours,
                starts_on=extra_from if extra_from > on else None,
            )
            for number in range(1, math.ceil(level) + 1)
        ]
        if newcomers and any(each.staffed_by == team for each in department.duty_rotas):
            # The hours on duty are the same, so more people leave more of everybody's for cases.
            all_of_them = (*department.roster.team(team).caseworkers, *newcomers)
            left = _left_by_rotas(department, team, all_of_them, calendar)
            here[team] = [add(person, team, left) for person in all_of_them]
        else:
            for newcomer in newcomers:
                if newcomer not in posts:
                    posts[newcomer] = add(newcomer, team, 1.0)
                here[team].append(posts[newcomer])
        sizes = [len(here[slug]) for slug in teams]
        levels.append(
            Level(
                members=np.array([each for slug in teams for each in here[slug]], dtype=np.int64),
                first_of_team=np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64),
            )
        )
    rows, distributions = _risk_rows(risks, float(calendar.holiday_days))
    return (
        People(
            np.array(persons, dtype=PERSON),
            np.array(hours).reshape(len(persons), horizon_days),
            np.array(attendance).reshape(len(persons), horizon_days),
            np.array(listed, dtype=np.int8).reshape(len(persons), horizon_days),
            rows,
            quantiles_of(distributions),
            calendar.is_workday,
            calendar.week_of_day,
            calendar.year_of_week,
            calendar.holiday_weights(risks),
            np.array(shifts).reshape(len(shifts), 7, _MOST_SHIFTS, 2),
            on.weekday(),
            calendar.opening_hour,
            float(calendar.full_time_hours),
            int(book["assumption.handover_after_days"].on(on).number),
        ),
        levels,
    )


_MOST_SHIFTS = 6


def _row(risks: list[StaffRisks], own: StaffRisks | None) -> int:
    return -1 if own is None else risks.index(own)


def _left_by_rotas(
    department: Department, team: str, people: Sequence[Caseworker], calendar: "_Calendar"
) -> Floats | float:
    """The part of a team's hours for cases that its duty rotas leave, by day where that varies."""
    own = [each for each in department.duty_rotas if each.staffed_by == team]
    if not own:
        return 1.0
    on_duty = sum((duty_hours_per_week(each) for each in own), Fraction(0))
    if not any(each.varies for each in people):
        all_hours = sum((each.case_hours(department.on) for each in people), Fraction(0))
        return max(_NEXT_TO_NOTHING, float(1 - on_duty / all_hours)) if all_hours else 0.0
    hours = np.sum([calendar.weekly_hours(each) for each in people], axis=0)
    left = 1 - float(on_duty) / np.where(hours > 0, hours, 1.0)
    by_day: Floats = np.where(hours > 0, np.maximum(_NEXT_TO_NOTHING, left), 0.0)
    return by_day


def _risk_rows(risks: list[StaffRisks], holiday_days: float) -> tuple[Records, list[Distribution]]:
    rows = np.zeros(len(risks), dtype=RISKS)
    distributions: list[Distribution] = []
    for row, each in zip(rows, risks, strict=True):
        row["short_per_day"] = float(each.short_sickness_per_year / DAYS_PER_YEAR)
        row["long_per_day"] = float(each.long_sickness_per_year / DAYS_PER_YEAR)
        row["leave_per_day"] = float(each.parental_leave_per_year / DAYS_PER_YEAR)
        row["turnover_per_day"] = float(each.turnover_per_year / DAYS_PER_YEAR)
        spells = (
            ("short_days", each.short_sickness_days),
            ("long_days", each.long_sickness_days),
            ("leave_days", each.parental_leave_days),
            ("vacancy_days", each.vacancy_days),
        )
        for name, distribution in spells:
            row[name] = len(distributions)
            distributions.append(distribution)
        ramp_up = each.ramp_up or RampUp(months=1, first_share=Fraction(1))
        row["ramp_up_days"] = ramp_up.months * DAYS_PER_MONTH
        row["first_share"] = float(ramp_up.first_share)
        row["holiday_days"] = holiday_days
    return rows, distributions


def _is_unplanned(absence: Absence) -> bool:
    """Sickness is known of in hindsight alone; all other absence on a roster is planned."""
    return absence.reason in (AbsenceReason.LONG_SICKNESS, AbsenceReason.SHORT_SICKNESS)


class _Calendar:
    """The days of a simulation, and what the rules say of them."""

    def __init__(self, on: date, horizon_days: int, book: Rulebook) -> None:
        self.days = [on + timedelta(days=day) for day in range(horizon_days)]
        self.is_workday = np.array([is_workday(day) for day in self.days])
        self.full_time_hours = book["agreement.full_time_hours"].on(on).number
        self.holiday_days = book["agreement.holiday_days"].on(on).number
        opens = book["assumption.weekday_opening"].on(on).interval.low
        self.opening_hour = float(opens)
        self.week_of_day = (np.arange(horizon_days) + on.weekday()) // 7
        thursdays = [
            on + timedelta(days=int(week) * 7 - on.weekday() + 3)
            for week in range(int(self.week_of_day[-1]) + 1)
        ]
        self.months = [day.month for day in thursdays]
        self.year_of_week = np.array([day.year for day in thursdays], dtype=np.int64)
        self._book = book
        self._attended: dict[tuple[Fraction | None, bool], Floats] = {}

    def weekly_hours(self, person: Caseworker) -> Floats:
        """Hours for cases a week on each day, by the plan, in which nobody falls ill."""
        planned = tuple(each for each in person.absences if not _is_unplanned(each))
        person = replace(person, absences=planned)
        if person.varies:
            return np.array([float(person.case_hours(day)) for day in self.days])
        return np.full(len(self.days), float(person.case_hours(self.days[0])))

    def sickness(self, person: Caseworker) -> NDArray[np.bool_]:
        """On which days somebody is ill whom the plan takes for well.

        Short sickness stands day by day where all absence does; elsewhere it is in the year's.
        """
        ill = [AbsenceReason.LONG_SICKNESS]
        if person.absences_listed:
            ill.append(AbsenceReason.SHORT_SICKNESS)
        return self._covered(each for each in person.absences if each.reason in ill)

    def listed_holidays(self, person: Caseworker) -> NDArray[np.int8]:
        """On which days somebody is on holiday, where all absence stands day by day."""
        holidays = (each for each in person.absences if each.reason is AbsenceReason.HOLIDAY)
        taken = self._covered(holidays if person.absences_listed else ())
        return np.where(taken, np.int8(ON_HOLIDAY), np.int8(PRESENT))

    def _covered(self, absences: Iterable[Absence]) -> NDArray[np.bool_]:
        covered = np.zeros(len(self.days), dtype=np.bool_)
        for each in absences:
            first = max((each.first_day - self.days[0]).days, 0)
            covered[first : max((each.last_day - self.days[0]).days + 1, 0)] = True
        return covered

    def attendance(self, sick_days: Fraction | None, *, by_chance: bool) -> Floats:
        """The part of each working day that evenly spread absence leaves over.

        By chance, holidays and sickness are dealt, and only closing days are spread.
        """
        if (sick_days, by_chance) not in self._attended:
            years = {day.year: day for day in reversed(self.days)}
            part = {
                year: self._share(day, sick_days, by_chance=by_chance)
                for year, day in years.items()
            }
            self._attended[sick_days, by_chance] = np.array([part[day.year] for day in self.days])
        return self._attended[sick_days, by_chance]

    def _share(self, first: date, sick_days: Fraction | None, *, by_chance: bool) -> float:
        """What is left of a year's working days; the rules are those of its first simulated day."""
        days = len(workdays(first.year))
        if by_chance:
            closing = self._book["assumption.closing_days"].on(first).number
            return float(1 - closing / days)
        post = Caseworker(
            id="post", team="", hours_per_week=self.full_time_hours, sick_days=sick_days
        )
        present = available_hours(Roster(caseworkers=(post,)), first, self._book)
        return float(present / (days * self.full_time_hours / WORKDAYS_PER_WEEK))

    def holiday_weights(self, risks: list[StaffRisks]) -> Floats:
        """How likely each week is to be taken as holiday: a row a set of risks."""
        weights = [
            [float(each.holiday_months[month - 1]) for month in self.months] for each in risks
        ]
        return np.array(weights).reshape(len(risks), len(self.months))


# --- Dealing ---------------------------------------------------------------------------------


@part
def mark(away, start, days, least, kind):
    """Note that somebody is away from a moment on for so many days; the first reason stands.

    Whole days, so many as its length says on average, and `least` at the least.
    """
    first = max(math.floor(start), 0)
    last = max(math.floor(start + days), math.floor(start) + least)
    for day in range(first, min(last, away.size)):
        if away[day] == PRESENT or away[day] == ON_HOLIDAY:
            away[day] = kind


@part
def mark_spells(away, key, per_day, row, kind, quantiles):
    """Deal spells of absence, one after the other."""
    at, ordinal = 0.0, 0
    while per_day > 0:
        at -= math.log(uniform(key, ordinal)) / per_day
        if at >= away.size:
            return
        days = value(quantiles, row, uniform(key, ordinal + 1))
        mark(away, at, days, 0, kind)
        at += days
        ordinal += 2


@part
def mark_holidays(away, key, risks, weight, people):
    """Take each year's holidays in whole weeks, by the weight of the month and by luck."""
    weeks = people.year_of_week.size
    first = 0
    while first < weeks:
        last = first
        while last < weeks and people.year_of_week[last] == people.year_of_week[first]:
            last += 1
        # A year of which the simulation sees a part has that part of the holidays.
        taken, wanted = 0.0, risks.holiday_days * (last - first) / 52.0
        worst = NEVER
        while taken < wanted:
            # The next week in order of luck: each week has its own, stretched by its weight.
            best, chosen = -NEVER, -1
            for week in range(first, last):
                if weight[week] > 0:
                    drawn = math.log(uniform(key, week + 53 * people.year_of_week[first]))
                    luck = drawn / weight[week]
                    if best < luck < worst:
                        best, chosen = luck, week
            if chosen < 0:
                break
            worst = best
            for weekday in range(7):
                day = chosen * 7 - people.first_weekday + weekday
                if 0 <= day < away.size and people.workdays[day]:
                    taken += 1
                    if away[day] == PRESENT and taken <= wanted:
                        away[day] = ON_HOLIDAY
        first = last


@part
def lay_clocks(room, people):
    """Lay out everybody's clock, absence taken off."""
    count, days = people.weekly_hours.shape
    held = 0
    for number in range(count):
        person = people.persons[number]
        room.clocks[number].first_interval = held
        shown = 0.0
        for day in range(days):
            if person.rota >= 0:
                weekday = (people.first_weekday + day) % 7
                post = rota_post(number, people)
                for place in range(people.shifts.shape[2]):
                    opens = people.shifts[post, weekday, place, 0]
                    hours = people.shifts[post, weekday, place, 1] - opens
                    if opens >= 0 and present_on(day, person.rota_team, people, room) > person.rota:
                        opens_at = day + opens / HOURS_PER_DAY
                        lay_interval(room.intervals, held, opens_at, hours, shown)
                        shown += hours
                        held += 1
                continue
            if not people.workdays[day] or room.away[number, day] != PRESENT:
                continue
            hours = people.weekly_hours[number, day] / WORKDAYS_PER_WEEK
            hours *= people.attendance[number, day] * room.share[number, day]
            if hours > _SHORTEST_DAY:
                opens_at = day + people.opening_hour / HOURS_PER_DAY
                lay_interval(room.intervals, held, opens_at, hours, shown)
                shown += hours
                held += 1
        room.clocks[number].last_interval = held


@part
def deal_absence(room, people, replication):
    """Deal who is away when, and who is new."""
    count, days = people.weekly_hours.shape
    for number in range(count):
        for day in range(days):
            room.away[number, day] = people.listed[number, day]
            room.share[number, day] = 1.0
        person = people.persons[number]
        if person.risks < 0:
            continue
        away, risks = room.away[number], people.risks[person.risks]
        own = key_of(person.luck, replication)
        of_post, at, ordinal = key_of(own, TURNOVER), 0.0, 0
        while risks.turnover_per_day > 0:
            at -= math.log(uniform(of_post, ordinal)) / risks.turnover_per_day
            if at >= days:
                break
            vacant = value(people.quantiles, risks.vacancy_days, uniform(of_post, ordinal + 1))
            mark(away, at, vacant, 1, ON_LEAVE)  # the cases are handed over, whoever comes when
            at += vacant
            ordinal += 2
            for day in range(min(math.floor(at), days), days):
                grown = min(max(day - at, 0.0) / risks.ramp_up_days, 1.0)
                room.share[number, day] = risks.first_share + (1 - risks.first_share) * grown
        of_leave = key_of(own, PARENTAL_LEAVE)
        per_day, row = risks.leave_per_day, risks.leave_days
        mark_spells(away, of_leave, per_day, row, ON_LEAVE, people.quantiles)
        of_long = key_of(own, LONG_SICKNESS)
        per_day, row = risks.long_per_day, risks.long_days
        mark_spells(away, of_long, per_day, row, SICK, people.quantiles)
        of_short = key_of(own, SHORT_SICKNESS)
        per_day, row = risks.short_per_day, risks.short_days
        mark_spells(away, of_short, per_day, row, SICK, people.quantiles)
        weight = people.holiday_weight[person.risks]
        mark_holidays(away, key_of(own, HOLIDAY), risks, weight, people)


@part
def tell_changes(room, people):
    """Write down what those who hand out cases must know of everybody."""
    count, days = people.weekly_hours.shape
    told = 0
    for number in range(count):
        fte, days_sick, was_gone = -1.0, 0, False
        for day in range(days):
            planned = people.weekly_hours[number, day] / people.full_time_hours
            is_sick = room.away[number, day] == SICK or people.attendance[number, day] == 0.0
            is_gone = room.away[number, day] == ON_LEAVE or planned == 0.0
            days_sick = days_sick + 1 if is_sick else 0
            now = 0.0 if is_sick or is_gone else planned * room.share[number, day]
            hands_over = (is_gone and not was_gone and day > 0) or (
                is_sick and days_sick == people.handover_after_days + 1
            )
            was_gone = is_gone
            is_known = fte >= 0 and abs(now - fte) < _LEAST_CHANGE and (now > 0) == (fte > 0)
            if is_known and not hands_over:
                continue
            change = room.changes[told]
            change.at, change.caseworker = float(day), number
            change.fte, change.hands_over = now, hands_over
            told += 1
            fte = now
    room.told[0] = told


@part
def present_on(day, team, people, room):
    """How many of a team are at work on a day."""
    present = 0
    for number in range(people.persons.size):
        if people.persons[number].team == team:
            here = room.away[number, day] == PRESENT and people.weekly_hours[number, day] > 0
            present += here and people.attendance[number, day] > 0
    return present


@part
def rota_post(number, people):
    """Which of all posts on rotas a person is."""
    post = 0
    for other in range(number):
        post += people.persons[other].rota >= 0
    return post


@part
def lay_interval(intervals, place, opens_at, hours, shown):
    """Lay out one opening."""
    interval = intervals[place]
    interval.opens_at, interval.closes_at = opens_at, opens_at + hours / HOURS_PER_DAY
    interval.hours_at_open, interval.hours_at_close = shown, shown + hours


@part
def staff_into(room, people, members):
    """Return those who are there at one level, and their changes in order of time."""
    for number in range(room.number_of.size):
        room.number_of[number] = -1
    for number in range(members.size):
        member = members[number]
        room.number_of[member] = number
        worker = room.caseworkers[number]
        worker.team = people.persons[member].team
        worker.first_interval = worker.interval = room.clocks[member].first_interval
        worker.last_interval = room.clocks[member].last_interval
        worker.first_case = worker.in_hand = worker.last_case = -1
        worker.fte = worker.load = worker.busy_hours = worker.served_hours = 0.0
        worker.took_at_hours = worker.done_at_hours = 0.0
        worker.idle_since, worker.free_since, worker.crowding = -NEVER, NEVER, NEVER
        worker.sharing = 0
    count = 0
    for row in range(room.told[0]):
        if room.number_of[room.changes[row].caseworker] >= 0:
            room.moments[count].at, room.moments[count].number = room.changes[row].at, row
            count += 1
    put_in_order(room.moments, count, room.order)
    for place in range(count):
        change, source = room.level_changes[place], room.changes[room.order[place]]
        change.at, change.fte, change.hands_over = source.at, source.fte, source.hands_over
        change.caseworker = room.number_of[source.caseworker]
    return Staff(room.caseworkers[: members.size], room.intervals, room.level_changes[:count])


@compiled
def _deal_staff(room, people, members, replication):
    deal_absence(room, people, replication)
    lay_clocks(room, people)
    tell_changes(room, people)
    return staff_into(room, people, members).changes.size


def deal_staff(people: People, level: Level, replication: int) -> Staff:
    """Deal one replication of those who are there at a level alone."""
    room = people_room(people)
    changes = _deal_staff(room, people, level.members, replication)
    caseworkers = room.caseworkers[: level.members.size]
    return Staff(caseworkers, room.intervals, room.level_changes[:changes])
