"""What cannot be, and the words it gets: the figure at fault, and what to write instead."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from fractions import Fraction
from typing import Any

import pytest
from small_department import BOTH, fixed, small_department

from capacity.case_classes import (
    ArrivalPattern,
    Backlog,
    BacklogStage,
    CaseClass,
    Clock,
    Desk,
    Episode,
    Strand,
)
from capacity.case_weights import CaseWeights, weighted_cases
from capacity.caseload import CaseUnit, caseload
from capacity.department import Department
from capacity.distributions import NOTHING, Distribution, Family, empirical
from capacity.duty_rota import DutyRota, Shift
from capacity.errors import InvalidInput, PlannerError, UnknownDepartment
from capacity.posts import posts_by_ratio, whole_posts
from capacity.practice import Assignment, Practice
from capacity.roster import Absence, AbsenceReason, Caseworker, RampUp, Roster
from capacity.rulebook import rulebook
from capacity.staff_risks import StaffRisks
from capacity.workload import Activity

ONE = Fraction(1)
EARLY, LATER = date(2024, 5, 1), date(2024, 5, 2)


def absence() -> Absence:
    return Absence(first_day=LATER, last_day=EARLY, reason=AbsenceReason.HOLIDAY)


def ramp_up(months: int = 6, first_share: str = "0.5") -> RampUp:
    return RampUp(months=months, first_share=Fraction(first_share))


def person(**given: Any) -> Caseworker:
    return Caseworker(**({"id": "a", "team": "base", "hours_per_week": Fraction(37)} | given))


def weights(weight: int = 1) -> CaseWeights:
    return CaseWeights(version="1", said_by="team", weights={"advice": Fraction(weight)})


def carried(**given: Any) -> object:
    usual = {"open_cases": 30, "case_fte": ONE, "on": EARLY, "unit": CaseUnit.FAMILY}
    return caseload(book=rulebook(), **(usual | {"children_per_case": ONE} | given))


def distribution(family: Family, cv: str, mean: int = 30) -> Distribution:
    return Distribution(family=family, mean=Fraction(mean), cv=Fraction(cv))


def department(**given: Any) -> Department:
    return replace(small_department(), **given)


def case_class(**given: Any) -> CaseClass:
    return replace(small_department().case_classes[0], **given)


def episode(**given: Any) -> Episode:
    return Episode(**({"slug": "work", "effort_hours": fixed("5")} | given))


def strand(**given: Any) -> Strand:
    follow_up = episode(slug="follow-up")
    return Strand(**({"slug": "after", "label": BOTH, "episodes": (follow_up,)} | given))


def clocked(starts: str) -> Episode:
    return episode(milestone="plan-made", clock=Clock(deadline="statute.care_plan", starts=starts))


def unaged(**given: Any) -> CaseClass:
    return case_class(backlog=Backlog(), **given)


def shift(**given: Any) -> Shift:
    return Shift(**({"weekday": 0, "opens_at": Fraction(8), "closes_at": Fraction(16)} | given))


def rota(**given: Any) -> DutyRota:
    usual = {"slug": "duty", "label": BOTH, "staffed_by": "assessment", "shifts": (shift(),)}
    return DutyRota(**(usual | given))


def on_duty(**given: Any) -> tuple[CaseClass, ...]:
    return (unaged(route=(episode(team="duty", **given),)),)


REFUSALS: dict[str, tuple[Callable[[], object], str, str]] = {
    "an absence that ends before it starts": (
        absence,
        "last_day",
        "cannot end on 2024-05-01 before its start, 2024-05-02",
    ),
    "an employment that ends before it starts": (
        lambda: person(starts_on=LATER, ends_on=EARLY),
        "ends_on",
        "a: the last day 2024-05-01 is before the first day 2024-05-02",
    ),
    "a ramp-up in no time": (lambda: ramp_up(months=0), "months", "0 months; write 1 or more"),
    "a newcomer who does more than all": (
        lambda: ramp_up(first_share="2"),
        "first_share",
        "first share 2.00; write a share from 0 to 1",
    ),
    "a newcomer who does less than nothing": (
        lambda: ramp_up(first_share="-0.1"),
        "first_share",
        "first share -0.10; write a share from 0 to 1",
    ),
    "sick days below 0": (
        lambda: person(sick_days=Fraction(-1)),
        "sick_days",
        "-1 is below 0; write 0 or more",
    ),
    "granted posts below 0": (
        lambda: Roster(caseworkers=(), granted_fte=Fraction(-1)),
        "granted_fte",
        "-1 is below 0; write 0 or more",
    ),
    "whole posts of less than nothing": (
        lambda: whole_posts(Fraction("-0.5"), ONE),
        "net_fte",
        "-0.5 is below 0; write 0 or more",
    ),
    "posts by ratio to less than nobody": (
        lambda: posts_by_ratio(Fraction(-1), Fraction(12)),
        "fte",
        "-1 is below 0; write 0 or more",
    ),
    "a weight below 0": (
        lambda: weights(-1),
        "weights.advice",
        "-1 is below 0; write 0 or more",
    ),
    "a count of weighted cases below 0": (
        lambda: weighted_cases({"advice": -1}, weights()),
        "counts.advice",
        "-1 is below 0; write 0 or more",
    ),
    "hours per case below 0": (
        lambda: Activity(volume_per_year=ONE, hours_per_case=Fraction(-1)),
        "hours_per_case",
        "-1 is below 0; write 0 or more",
    ),
    "half a child in a family": (
        lambda: carried(children_per_case=Fraction("0.5")),
        "children_per_case",
        "0.50 children per case; write 1 or more",
    ),
    "open cases of a caseload below 0": (
        lambda: carried(open_cases=-1),
        "open_cases",
        "-1 is below 0; write 0 or more",
    ),
    "open cases of a department below 0": (
        lambda: department(open_cases=-1),
        "open_cases",
        "-1 is below 0; write 0 or more",
    ),
    "an open case from tomorrow": (
        lambda: BacklogStage(episode="work", ages_days=(3, -1)),
        "ages_days",
        "the age of an open case in days may not be negative",
    ),
    "more effort left than there was": (
        lambda: BacklogStage(episode="work", ages_days=(), remaining_effort=Fraction(2)),
        "remaining_effort",
        "remaining effort is a share from 0 to 1",
    ),
    "work that began before the case": (
        lambda: BacklogStage(
            episode="work", ages_days=(3, 9), placed_by_age=True, begun_days_ago=(2, 10)
        ),
        "begun_days_ago",
        "from 0 to the case's age",
    ),
    "beginnings of some cases alone": (
        lambda: BacklogStage(
            episode="work", ages_days=(3, 9), placed_by_age=True, begun_days_ago=(2,)
        ),
        "begun_days_ago",
        "for every case at the step",
    ),
    "a beginning where the place is known anyway": (
        lambda: BacklogStage(episode="work", ages_days=(3,), begun_days_ago=(2,)),
        "begun_days_ago",
        "placed by age",
    ),
    "arrivals below 0": (
        lambda: case_class(arrivals_per_year=Fraction(-1)),
        "arrivals_per_year",
        "-1 is below 0; write 0 or more",
    ),
    "a mean effort below 0": (
        lambda: distribution(Family.GAMMA, "1", mean=-1),
        "mean",
        "-1 is below 0; write 0 or more",
    ),
    "a fixed effort that varies": (
        lambda: distribution(Family.DETERMINISTIC, "0.5"),
        "cv",
        "the distribution deterministic cannot have the coefficient of variation 0.50",
    ),
    "an exponential that varies otherwise": (
        lambda: distribution(Family.EXPONENTIAL, "0.5"),
        "cv",
        "distribution exponential cannot have the coefficient of variation 0.50",
    ),
    "a gamma that does not vary": (
        lambda: distribution(Family.GAMMA, "0"),
        "cv",
        "the distribution gamma cannot have the coefficient of variation 0.00",
    ),
    "a lognormal that does not vary": (
        lambda: distribution(Family.LOGNORMAL, "0"),
        "cv",
        "the distribution lognormal cannot have the coefficient of variation 0.00",
    ),
    "a measurement of nothing": (
        lambda: empirical(()),
        "observed",
        "at least one observed value",
    ),
    "a measurement below 0": (
        lambda: empirical((ONE, -ONE)),
        "observed[1]",
        "-1 is below 0; write 0 or more",
    ),
    "observed values with a mean of their own": (
        lambda: replace(empirical((ONE,)), mean=Fraction(2)),
        "mean",
        "the observed values have the mean 1.00",
    ),
    "observed values with a cv of their own": (
        lambda: replace(empirical((ONE,)), cv=Fraction(2)),
        "cv",
        "the coefficient of variation 0.00",
    ),
    "observed values of a gamma": (
        lambda: Distribution(family=Family.GAMMA, mean=ONE, cv=ONE, observed=(ONE,)),
        "observed",
        "gamma has no observed values; leave out observed",
    ),
    "an unknown number of open cases below 0": (
        lambda: Backlog(unknown=-1),
        "unknown",
        "-1 is below 0; write 0 or more",
    ),
    "an episode that may be left out": (
        lambda: episode(least_times=0),
        "least_times",
        "done at least 0 times; write 1 or more",
    ),
    "at most fewer times than at least": (
        lambda: episode(least_times=3, most_times=2),
        "most_times",
        "write 3 or more",
    ),
    "an episode that is done for ever": (
        lambda: episode(again=ONE),
        "again",
        "write a share from 0 and below 1",
    ),
    "a chance of once more below 0": (
        lambda: episode(again=-ONE),
        "again",
        "write a share from 0 and below 1",
    ),
    "another's work on one's own desk": (
        lambda: episode(by_another=True),
        "by_another",
        "write desk: team",
    ),
    "a milestone called as a start": (
        lambda: episode(milestone="arrival"),
        "milestone",
        "give it another name",
    ),
    "a strand without work": (
        lambda: strand(episodes=()),
        "episodes",
        "the strand “after” has no work; write at least one episode",
    ),
    "a strand that comes never a year": (
        lambda: strand(per_year=Fraction(0)),
        "per_year",
        "0 is not above 0; write more than 0",
    ),
    "a strand that comes by chance and anew": (
        lambda: strand(per_year=ONE, recurs=True),
        "recurs",
        "leave out per_year or recurs",
    ),
    "a strand that comes anew at once for ever": (
        lambda: strand(recurs=True, episodes=(episode(effort_hours=NOTHING),)),
        "after_days",
        "begins anew without taking time; write after_days",
    ),
    "a year of eleven months": (
        lambda: ArrivalPattern(months=(ONE,) * 11),
        "months",
        "there are 11 weights; write 12",
    ),
    "a week without arrivals": (
        lambda: ArrivalPattern(weekdays=(Fraction(0),) * 7),
        "weekdays",
        "all weights are 0; write at least one above 0",
    ),
    "an hour of fewer arrivals than none": (
        lambda: ArrivalPattern(hours=(ONE,) * 23 + (-ONE,)),
        "hours[23]",
        "-1 is below 0; write 0 or more",
    ),
    "siblings that are not all": (
        lambda: ArrivalPattern(siblings=(Fraction(1, 2), Fraction(1, 4))),
        "siblings",
        "sum to 0.750; write them so that they sum to 1",
    ),
    "siblings that are more than all": (
        lambda: ArrivalPattern(siblings=(Fraction("1.5"), Fraction("-0.5"))),
        "siblings[0]",
        "1.5 is not a share; write from 0 to 1",
    ),
    "a priority before the first": (
        lambda: case_class(priority=0),
        "priority",
        "priority 0; write from 1, which comes first, to 9",
    ),
    "a priority after the last": (
        lambda: case_class(priority=10),
        "priority",
        "priority 10; write from 1",
    ),
    "a case that weighs less than nothing": (
        lambda: case_class(weight=-ONE),
        "weight",
        "-1 is below 0; write 0 or more",
    ),
    "a case class without work": (
        lambda: unaged(route=()),
        "route",
        "has no work; write at least one episode",
    ),
    "two episodes of one name": (
        lambda: unaged(route=(episode(), episode())),
        "route",
        "two are called “work”; give each its own name",
    ),
    "two episodes of one name, one of them beside the route": (
        lambda: unaged(route=(episode(),), strands=(strand(episodes=(episode(),)),)),
        "route",
        "two are called “work”; give each its own name",
    ),
    "two strands of one name": (
        lambda: case_class(
            strands=(strand(), strand(episodes=(episode(slug="another"),))),
        ),
        "strands",
        "two are called “after”; give each its own name",
    ),
    "a clock that starts at no milestone": (
        lambda: unaged(route=(episode(slug="intake", milestone="seen"), clocked("sean"))),
        "route[1].clock.starts",
        "no start or milestone here is called “sean”; write one of arrival, seen",
    ),
    "a clock that starts when it is met": (
        lambda: unaged(route=(clocked("plan-made"),)),
        "route[0].clock.starts",
        "write one of arrival",
    ),
    "a clock on the route that starts with a strand": (
        lambda: unaged(route=(clocked("strand"),)),
        "route[0].clock.starts",
        "write one of arrival",
    ),
    "an order without its milestone": (
        lambda: unaged(route=(episode(after=("child-heard",)),)),
        "route[0].after[0]",
        "no milestone here is called “child-heard”; there are none",
    ),
    "an episode after itself": (
        lambda: unaged(
            route=(episode(slug="talk", milestone="child-heard", after=("child-heard",)),)
        ),
        "route[0].after[0]",
        "no milestone here",
    ),
    "a strand that starts at no milestone": (
        lambda: case_class(strands=(strand(starts="strand"),)),
        "strands[0].starts",
        "no start or milestone here is called “strand”; write one of arrival",
    ),
    "a strand that waits for its own end": (
        lambda: case_class(
            strands=(strand(starts="ended", episodes=(episode(milestone="ended"),)),)
        ),
        "strands[0].starts",
        "reached only after its own beginning; write another start",
    ),
    "two strands that wait for each other": (
        lambda: case_class(
            strands=(
                strand(),
                strand(slug="one", starts="b", episodes=(episode(slug="x", milestone="a"),)),
                strand(slug="two", starts="a", episodes=(episode(slug="y", milestone="b"),)),
            )
        ),
        "strands[1].starts",
        "the strand “one” begins at “b”",
    ),
    "open cases at an episode that is not there": (
        lambda: case_class(backlog=Backlog(stages=(BacklogStage(episode="x", ages_days=(1,)),))),
        "backlog.stages[0].episode",
        "no episode of the route is called “x”; write one of assessment",
    ),
    "open cases at an episode of a strand": (
        lambda: case_class(
            strands=(strand(),),
            backlog=Backlog(stages=(BacklogStage(episode="follow-up", ages_days=(1,)),)),
        ),
        "backlog.stages[0].episode",
        "write one of assessment",
    ),
    "hours below 0 to take up another case": (
        lambda: Practice(switching_hours=-ONE),
        "switching_hours",
        "-1 is below 0; write 0 or more",
    ),
    "hours below 0 to take over a case": (
        lambda: Practice(handover_hours=-ONE),
        "handover_hours",
        "-1 is below 0; write 0 or more",
    ),
    "a caseload limit of none": (
        lambda: Practice(caseload_limit=Fraction(0)),
        "caseload_limit",
        "0 is not above 0; write more than 0",
    ),
    "a caseload limit where nobody owns a case": (
        lambda: Practice(caseload_limit=ONE, assignment=Assignment.TEAM),
        "caseload_limit",
        "leave out caseload_limit, or write another assignment than team",
    ),
    "sick less often than never": (
        lambda: StaffRisks(short_sickness_per_year=-ONE),
        "short_sickness_per_year",
        "-1 is below 0; write 0 or more",
    ),
    "sick for no days": (
        lambda: StaffRisks(long_sickness_per_year=ONE),
        "long_sickness_days",
        "1.00 times a year, but no days; write how long it lasts",
    ),
    "leaving less often than never": (
        lambda: StaffRisks(turnover_per_year=-ONE),
        "turnover_per_year",
        "-1 is below 0; write 0 or more",
    ),
    "away for all of the year": (
        lambda: StaffRisks(
            long_sickness_per_year=ONE,
            long_sickness_days=fixed("300"),
            parental_leave_per_year=ONE,
            parental_leave_days=fixed("65"),
        ),
        "long_sickness_days",
        "sickness and leave fill 365 days a year per person; write fewer than 365",
    ),
    "holiday in no month": (
        lambda: StaffRisks(holiday_months=(Fraction(0),) * 12),
        "holiday_months",
        "all weights are 0",
    ),
    "an eighth day of the week": (
        lambda: shift(weekday=7),
        "weekday",
        "weekday 7; write from 0, Monday, to 6, Sunday",
    ),
    "a shift over midnight": (
        lambda: shift(opens_at=Fraction("22.5"), closes_at=Fraction(6)),
        "closes_at",
        "a shift from 22.50 to 6; write two hours from 0 to 24 in order, and split",
    ),
    "a shift with nobody on it": (
        lambda: shift(people=0),
        "people",
        "0 on duty; write at least 1, or leave out the shift",
    ),
    "a rota without shifts": (
        lambda: rota(shifts=()),
        "shifts",
        "the duty rota “duty” has no shifts; write at least one",
    ),
    "a rota called as a team": (
        lambda: department(duty_rotas=(rota(slug="assessment"),)),
        "duty_rotas",
        "two are called “assessment”; give each its own name",
    ),
    "work on duty in cases of one's own": (
        lambda: department(duty_rotas=(rota(),), case_classes=on_duty()),
        "case_classes[0].route[0].desk",
        "on the duty rota “duty” nobody owns the cases; write desk: team",
    ),
}


@pytest.mark.parametrize(("refused", "field", "words"), REFUSALS.values(), ids=REFUSALS)
def test_what_cannot_be_is_refused_with_the_figure_at_fault(refused, field, words):
    with pytest.raises(InvalidInput) as refusal:
        refused()
    assert refusal.value.field == field
    assert words in refusal.value.message.en


@pytest.mark.parametrize("refused", [each for each, _, _ in REFUSALS.values()], ids=REFUSALS)
def test_a_refusal_is_in_danish_too(refused):
    with pytest.raises(PlannerError) as refusal:
        refused()
    assert refusal.value.message.da
    assert refusal.value.message.da != refusal.value.message.en


def test_a_person_in_a_team_that_is_not_there_is_pointed_out():
    people = (person(id="a", team="assessment"), person(id="b", team="nobody"))
    with pytest.raises(UnknownDepartment, match=r"no team “nobody”; there are assessment") as found:
        department(roster=Roster(caseworkers=people))
    assert found.value.field == "roster.caseworkers[1].team"


def test_a_case_class_of_a_team_that_is_not_there_is_pointed_out():
    classes = (case_class(), case_class(slug="other", team="nobody"))
    with pytest.raises(UnknownDepartment, match=r"no team “nobody”; there are assessment") as found:
        department(case_classes=classes)
    assert found.value.field == "case_classes[1].team"


def test_a_rota_of_a_team_that_is_not_there_is_pointed_out():
    with pytest.raises(UnknownDepartment, match=r"no team “nobody”; there are assessment") as found:
        department(duty_rotas=(rota(), rota(slug="other", staffed_by="nobody")))
    assert found.value.field == "duty_rotas[1].staffed_by"


def test_work_where_there_is_neither_team_nor_rota_is_pointed_out():
    astray = strand(episodes=(episode(slug="plan", team="nobody"),))
    with pytest.raises(UnknownDepartment, match=r"there are assessment, duty") as found:
        department(duty_rotas=(rota(),), case_classes=(case_class(strands=(astray,)),))
    assert found.value.field == "case_classes[0].strands[0].episodes[0].team"


def test_work_of_another_team_or_of_a_rota_is_not_refused():
    assert department(duty_rotas=(rota(),), case_classes=on_duty(desk=Desk.TEAM))
    assert department(case_classes=(unaged(route=(episode(team="assessment"),)),))
