"""The cases that one replication sends to a team's desk.

Everything about a case that chance decides is settled here, before any caseworker is looked at, so
that every staffing level meets the same cases. Days count from the department's date.
"""

from dataclasses import dataclass
from datetime import timedelta
from itertools import count, takewhile
from typing import NamedTuple

import numpy as np

from capacity.consistency import DAYS_PER_YEAR
from capacity.deadlines import deadline_rule, due_on
from capacity.department import CaseClass
from capacity.errors import InvalidInput
from capacity.rulebook import Rulebook
from capacity.wording import Text
from capacity.workdays import Unit, add
from simulations.luck import Floats, arrival_days, uniforms, values
from simulations.questions import StaffingQuestion

FOLLOWED_DAYS = 180
"""Arrivals go on, and lateness is followed, for so many days after the period."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cohort:
    """The clocks that start and fall due in a period (da: årgang).

    `due_by` gives, for each starting day from `first_day` on, the moment until which a case is in
    time: the end of its due day. `end_day` is the day after the period's last; lateness is
    followed until `followed_until`. `year_ends` are the ends of the period's whole years; a period
    shorter than a year counts as one.
    """

    first_day: int
    end_day: int
    due_by: Floats
    year_ends: Floats

    @property
    def followed_until(self) -> int:
        """The day on which the simulation ends."""
        return self.end_day + FOLLOWED_DAYS


class Cases(NamedTuple):
    """All cases of one replication in order of arrival, one row a case (da: sager).

    `due_by` is infinite for a case whose clock is not in question: of another deadline, or started
    outside the period.
    """

    arrived_at: Floats
    effort_hours: Floats
    external_delay_days: Floats
    due_by: Floats


def cohort(question: StaffingQuestion, book: Rulebook) -> Cohort:
    """Look up the due date of every day on which a clock can start in the question's period.

    Raises `InvalidInput` for a period that is empty or begins before the department's date, for a
    deadline in hours or counted back, and where nothing that starts in the period falls due in
    it; `RuleNotInForce` where the law does not reach so far.
    """
    start, from_, to = question.department.on, question.from_, question.to
    if not start <= from_ < to:
        raise InvalidInput(
            Text(
                da=f"perioden fra {from_} til {to} skal begynde {start} eller senere og slutte "
                "efter sin begyndelse",
                en=f"the period from {from_} to {to} must begin on {start} or later and end "
                "after its beginning",
            ),
            field="from",
        )
    limit = deadline_rule(question.deadline, from_, book)
    if limit.unit is Unit.HOURS or limit.n <= 0:
        raise InvalidInput(
            Text(
                da=f"fristen {limit.rule.label.da} kan ikke simuleres her: den løber i timer og "
                "holdes af en vagtplan, eller den regnes tilbage fra en dag",
                en=f"the deadline {limit.rule.label.en} cannot be simulated here: it runs in hours "
                "and is kept by a duty rota, or it is counted back from a day",
            ),
            field="deadline",
        )
    days = (from_ + timedelta(days=day) for day in range((to - from_).days))
    due_by = [(due_on(question.deadline, day, book) - start).days + 1 for day in days]
    end_day = (to - start).days
    if min(due_by) > end_day:
        raise InvalidInput(
            Text(
                da=f"ingen frist, der begynder i perioden, udløber før {to}; vælg en længere "
                "periode",
                en=f"no deadline that starts in the period falls due before {to}; choose a "
                "longer period",
            ),
            field="to",
        )
    whole_years = (add(from_, 12 * year, Unit.CALENDAR_MONTHS) for year in count(1))
    year_ends = list(takewhile(lambda day: day <= to, whole_years)) or [to]
    return Cohort(
        first_day=(from_ - start).days,
        end_day=end_day,
        due_by=np.array(due_by, dtype=np.float64),
        year_ends=np.array([(day - start).days for day in year_ends], dtype=np.float64),
    )


def cases_of_team(question: StaffingQuestion, cohort: Cohort, replication: int) -> Cases:
    """Deal one replication's cases of every class on the team's desk."""
    dealt = [_cases_of_class(each, question, cohort, replication) for each in question.case_classes]
    merged = Cases(*(np.concatenate(column) for column in zip(*dealt, strict=True)))
    order = np.argsort(merged.arrived_at, kind="stable")
    return Cases(*(column[order] for column in merged))


def _cases_of_class(
    case_class: CaseClass, question: StaffingQuestion, cohort: Cohort, replication: int
) -> Cases:
    name, seed, backlog = case_class.slug, question.seed, case_class.backlog
    rate = float(case_class.arrivals_per_year / DAYS_PER_YEAR)
    ages = np.array(sorted(backlog.ages_days, reverse=True), dtype=np.float64)
    arrivals = arrival_days(rate, cohort.followed_until, seed, replication, name)

    def luck(purpose: str) -> Floats:
        # The backlog has streams of its own, so that a longer one does not move the luck of others.
        backlog_luck = uniforms(seed, replication, f"backlog {purpose}", name, ages.size)
        luck = uniforms(seed, replication, purpose, name, arrivals.size)
        return np.concatenate([backlog_luck, luck])

    effort_hours = values(case_class.effort_hours, luck("effort"))
    effort_hours[: ages.size] *= float(backlog.remaining_effort)
    external_delay_days = values(case_class.external_delay_days, luck("external delay"))

    arrived_at = np.concatenate([-ages, arrivals])
    due_by = np.full(arrived_at.size, np.inf)
    if case_class.deadline == question.deadline:
        day = np.floor(arrived_at).astype(np.int64) - cohort.first_day
        started = (day >= 0) & (day < cohort.due_by.size)
        due_by[started] = cohort.due_by[day[started]]
    return Cases(arrived_at, effort_hours, external_delay_days, due_by)
