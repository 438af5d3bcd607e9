"""What cannot be, and the words it gets: the figure at fault, and what to write instead."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from fractions import Fraction
from typing import Any

import pytest
from small_department import fixed, small_department

from capacity.case_weights import CaseWeights, weighted_cases
from capacity.caseload import CaseUnit, caseload
from capacity.department import Backlog, CaseClass, Department, Distribution, Family
from capacity.errors import InvalidInput, PlannerError, UnknownDepartment
from capacity.posts import posts_by_ratio, whole_posts
from capacity.roster import Absence, AbsenceReason, Caseworker, RampUp, Roster
from capacity.rulebook import rulebook
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
        lambda: Backlog(ages_days=(3, -1)),
        "ages_days",
        "the age of an open case in days may not be negative",
    ),
    "more effort left than there was": (
        lambda: Backlog(remaining_effort=Fraction(2)),
        "remaining_effort",
        "remaining effort is a share from 0 to 1",
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
    classes = (case_class(), case_class(slug="other", team="nobody", effort_hours=fixed("1")))
    with pytest.raises(UnknownDepartment, match=r"no team “nobody”; there are assessment") as found:
        department(case_classes=classes)
    assert found.value.field == "case_classes[1].team"
