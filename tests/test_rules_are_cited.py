import re
from datetime import date
from pathlib import Path

import pytest
import yaml

import capacity
from capacity.rulebook import Certainty, Kind, Quantity, rulebook

BOOK = rulebook()
RULES = [pytest.param(rule, id=rule.id) for rule in BOOK.rules.values()]
FOLDER = Path(capacity.__file__).parent / "rules"
RULE_ID = re.compile(r"\b(?:statute|agreement|guideline|local|assumption)\.[a-z_0-9.]*[a-z_0-9]")


@pytest.mark.parametrize("rule", RULES)
def test_a_rule_says_its_kind_its_unit_and_when_it_was_checked(rule):
    assert rule.id.split(".")[0] == rule.kind
    assert rule.unit
    assert rule.last_checked >= date(2026, 11, 22)


@pytest.mark.parametrize("rule", RULES)
def test_every_value_has_a_source(rule):
    for value in rule.values:
        assert value.source.title.strip()
        assert value.source.url is None or value.source.url.startswith("https://")


@pytest.mark.parametrize("rule", RULES)
def test_what_is_not_certain_calls_itself_an_assumption(rule):
    uncertain = any(
        value.certainty is Certainty.UNCONFIRMED for value in rule.values if value.value is not None
    )
    assert rule.kind in {Kind.ASSUMPTION, Kind.LOCAL} or not uncertain
    assert ("antagelse" in rule.label.da) == (rule.kind is Kind.ASSUMPTION)
    assert ("assumption" in rule.label.en) == (rule.kind is Kind.ASSUMPTION)


@pytest.mark.parametrize("rule", RULES)
def test_a_statute_names_its_section_of_the_law(rule):
    if rule.kind is Kind.STATUTE:
        assert all(
            re.match(r"(Serviceloven|Barnets lov|Retssikkerhedsloven)\b", value.source.title)
            for value in rule.values
        )


@pytest.mark.parametrize("rule", RULES)
def test_a_note_explains_an_ending_and_points_only_at_rules_that_exist(rule):
    for value in rule.values:
        assert value.note is not None or value.value is not None
        words = f"{value.note.da} {value.note.en}" if value.note else ""
        assert set(RULE_ID.findall(words)) <= BOOK.rules.keys()


@pytest.mark.parametrize("rule", RULES)
def test_a_rule_under_the_old_law_has_a_value_for_the_new(rule):
    titles = " ".join(value.source.title for value in rule.values)
    if "Serviceloven" in titles:
        assert "Barnets lov" in titles
        assert date(2024, 1, 1) in [value.valid_from for value in rule.values]


@pytest.mark.parametrize("rule", RULES)
def test_a_deadline_is_a_number_that_moves_the_date(rule):
    if rule.quantity is Quantity.DEADLINE:
        assert all(value.number != 0 for value in rule.values if value.value is not None)


def test_every_event_starts_some_clock():
    named = yaml.safe_load((FOLDER / "events.yaml").read_text(encoding="utf-8"))
    values = [value for rule in BOOK.rules.values() for value in rule.values]
    assert {value.starts_on.id for value in values if value.starts_on} == named.keys()


@pytest.mark.parametrize(
    ("area", "low", "high"),
    [
        ("children_families", 20, 30),
        ("adults_disability_psychiatry", 45, 65),
        ("job_ready_over_30", 35, 55),
        ("activity_ready_over_30", 25, 40),
        ("job_or_education_ready_under_30", 30, 50),
        ("activity_ready_under_30", 25, 40),
        ("sickness_benefit", 25, 45),
        ("resource_programme", 25, 40),
        ("flexible_job", 25, 50),
        ("integration", 35, 50),
    ],
)
def test_the_guidelines_are_those_of_the_published_list(area, low, high):
    interval = BOOK[f"guideline.caseload.{area}"].on(date(2026, 11, 22)).interval
    assert (interval.low, interval.high) == (low, high)


@pytest.mark.parametrize(
    ("rule", "number"),
    [
        ("agreement.full_time_hours", 37),
        ("agreement.gross_year_hours", 52 * 37),
        ("agreement.holiday_days", 6 * 5),
    ],
)
def test_the_full_time_year_is_that_of_the_agreements(rule, number):
    assert BOOK[rule].on(date(2020, 3, 26)).number == number


@pytest.mark.parametrize(
    ("on", "days"),
    [
        (date(2019, 12, 31), 11.7),
        (date(2020, 1, 1), 9.8),
        (date(2021, 7, 1), 11.2),
        (date(2022, 12, 31), 14),
    ],
)
def test_sick_days_are_those_published_for_the_year(on, days):
    assert float(BOOK["assumption.sick_days"].on(on).number) == days


@pytest.mark.parametrize("on", [date(2019, 1, 1), date(2020, 3, 26), date(2024, 1, 1)])
@pytest.mark.parametrize(
    "rule",
    [
        "statute.child_assessment",
        "statute.notification_assessment",
        "statute.follow_up_first",
        "statute.child_talk_before_decision",
        "statute.reassessment_by_another",
    ],
)
def test_the_duties_of_the_note_are_in_force_under_both_laws(rule, on):
    assert BOOK[rule].is_in_force(on)


def test_the_readme_of_the_rules_explains_every_key():
    readme = (FOLDER / "README.md").read_text(encoding="utf-8")
    for path in FOLDER.glob("*/**/*.yaml"):
        rule = yaml.safe_load(path.read_text(encoding="utf-8"))
        for key in [*rule, *(key for value in rule["values"] for key in value)]:
            assert f"`{key}`" in readme, key
