"""The examples in `worked_examples/`, which somebody who reads no code can check."""

from collections.abc import Callable
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
import yaml

from capacity.audit import AuditCounts
from capacity.caseload import CaseUnit, caseload
from capacity.compliance import chance_of_at_least_in_time, observed_compliance
from capacity.consistency import DAYS_PER_YEAR, consistency
from capacity.department import Observation
from capacity.improvement import improvement
from capacity.review_size import review_precision, review_size
from capacity.roster import (
    case_fte,
    case_hours,
    contracted_fte,
    contracted_hours,
    headcount,
    roster_from_short_form,
    with_non_case_hours,
)
from capacity.rulebook import rulebook
from capacity.staff_costs import MonthlyAmount, PostPrice, Posts, staff_budget
from capacity.units import exact
from capacity.wording import Text, percent, shown
from capacity.workload import Activity, workload_need

Example = dict[str, Any]


def caseload_as_printed(given: Example, on: date) -> Example:
    found = caseload(
        open_cases=given["open_cases"],
        case_fte=exact(given["case_fte"]),
        unit=CaseUnit(given["unit"]),
        target=exact(given["target"]) if "target" in given else None,
        on=on,
        book=rulebook(),
    )
    posts = ("missing_fte_at_low", "missing_fte_at_high", "missing_fte_at_target")
    figures = (*posts, "guideline_low", "guideline_high")
    return {
        "cases_per_fte": shown(found.cases_per_fte, 1, "da"),
        "status": found.status.value,
    } | {
        name: shown(getattr(found, name), 2, "da")
        for name in figures
        if getattr(found, name) is not None
    }


def fte_as_printed(given: Example, on: date) -> Example:
    roster = with_non_case_hours(
        roster_from_short_form(given["staff"]), exact(given["non_case_hours"])
    )
    full_time = exact(given["full_time_hours"])
    return {
        "headcount": shown(headcount(roster, on), 0, "da"),
        "contracted_hours": shown(contracted_hours(roster, on), 2, "da"),
        "contracted_fte": shown(contracted_fte(roster, on, full_time), 2, "da"),
        "case_hours": shown(case_hours(roster, on), 2, "da"),
        "case_fte": shown(case_fte(roster, on, full_time), 2, "da"),
    }


def shares_as_printed(given: Example) -> list[str]:
    return [percent(Fraction(count, given["of"]), "da") for count in given["counts"]]


def workload_as_printed(given: Example) -> Example:
    found = workload_need(
        activities=[
            Activity(
                volume_per_year=exact(activity["volume_per_year"]),
                hours_per_case=exact(activity["hours_per_case"]),
            )
            for activity in given["activities"]
        ],
        hours_per_fte=exact(given["hours_per_fte"]),
        category_share=exact(given.get("category_share", 0)),
        case_fte=exact(given["case_fte"]),
    )
    figures = ("required_fte", "wisn_ratio", "category_factor")
    return {name: shown(getattr(found, name), 4, "da") for name in figures}


def compliance_as_printed(given: Example) -> Example:
    found = observed_compliance(given["in_time"], given["due"])
    return {
        "share": percent(found.share, "da"),
        "low": percent(exact(found.interval.low), "da"),
        "high": percent(exact(found.interval.high), "da"),
    }


def chance_as_printed(given: Example) -> Example:
    chance = chance_of_at_least_in_time(given["in_time"], given["due"], exact(given["true_share"]))
    return {"chance": percent(exact(chance), "da")}


def improvement_as_printed(given: Example) -> Example:
    nothing = Text(da="", en="")
    earlier, later = (
        Observation(
            label=nothing, kept=kept, due=due, deadline="statute.child_assessment", source=nothing
        )
        for kept, due in (given["earlier"], given["later"])
    )
    found = improvement(earlier, later)
    assert found.missing_late is not None
    return {
        "p_value": percent(exact(found.difference.p_value), "da", 2),
        "beyond_chance": found.beyond_chance,
        "missing_late": shown(found.missing_late, 0, "da"),
    }


def audit_as_printed(given: Example) -> Example:
    intervals = AuditCounts(**given).intervals()
    return {
        name: f"{percent(exact(bounds.low), 'da')}-{percent(exact(bounds.high), 'da')}"
        for name, bounds in zip(("met", "partly_met", "not_met"), intervals, strict=True)
    }


def review_size_as_printed(given: Example) -> Example:
    wanted, population = exact(given["half_width"]), given["population"]
    return {
        "long_run": shown(review_size(wanted).reviewed, 0, "da"),
        "of_these": shown(review_size(wanted, population=population).reviewed, 0, "da"),
    }


def review_precision_as_printed(given: Example) -> Example:
    found = review_precision(given["reviewed"])
    return {
        "half_width": shown(exact(found.worst_half_width) * 100, 0, "da"),
        "unseen": percent(exact(found.unseen_at_most), "da"),
    }


def consistency_as_printed(given: Example) -> Example:
    found = consistency(
        inflow_per_year=exact(given["inflow_per_year"]),
        open_cases=given["open_cases"],
        mean_turnaround_days=DAYS_PER_YEAR * given["months"] / 12,
    )
    return {"implied_open_cases": shown(found.implied_open_cases, 0, "da")}


def staff_costs_as_printed(given: Example) -> Example:
    price = PostPrice(
        **{
            name: value if name == "price_year" else exact(value)
            for name, value in given["price"].items()
        },
        source="an example",
    )
    posts = [
        Posts(
            label="posts",
            fte=exact(each["fte"]),
            price=price,
            from_=each["from"],
            to=each.get("to"),
        )
        for each in given["posts"]
    ]
    amounts = [
        MonthlyAmount(
            label="amount",
            kroner_per_month=exact(each["kroner_per_month"]),
            price_year=each["price_year"],
            source="an example",
            from_=each["from"],
            to=each.get("to"),
        )
        for each in given.get("amounts", [])
    ]
    growth = {year: exact(rise) for year, rise in given["growth"].items()}
    total = staff_budget([*posts, *amounts], given["budget_year"], growth).total
    return {
        "by_year": [shown(kroner, 2, "da") for kroner in total.by_year],
        "full_year": shown(total.full_year, 2, "da"),
    }


DATED: dict[str, Callable[[Example, date], Example]] = {
    "caseload": caseload_as_printed,
    "fte": fte_as_printed,
}
TIMELESS: dict[str, Callable[[Example], Example | list[str]]] = {
    "shares": shares_as_printed,
    "workload": workload_as_printed,
    "compliance": compliance_as_printed,
    "chance": chance_as_printed,
    "improvement": improvement_as_printed,
    "audit": audit_as_printed,
    "review_size": review_size_as_printed,
    "review_precision": review_precision_as_printed,
    "consistency": consistency_as_printed,
    "staff_costs": staff_costs_as_printed,
}


EXAMPLES = [
    pytest.param(example, id=example["name"])
    for path in sorted((Path(__file__).parent / "worked_examples").glob("*.yaml"))
    for example in yaml.safe_load(path.read_text(encoding="utf-8"))
]


@pytest.mark.parametrize("example", EXAMPLES)
def test_the_worked_example_comes_out_as_printed(example):
    question, given, expect = example["question"], example["given"], example["expect"]
    if question in DATED:
        printed = DATED[question](given, example["day"])
    else:
        printed = TIMELESS[question](given)
    if isinstance(expect, dict):
        printed = {name: printed[name] for name in expect}
    assert printed == expect


@pytest.mark.parametrize("example", EXAMPLES)
def test_the_worked_example_names_its_source(example):
    assert example["source"].strip()
