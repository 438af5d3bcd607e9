import re
from datetime import date
from fractions import Fraction
from pathlib import Path

import pytest
import yaml

import capacity
from capacity.rulebook import Certainty, Interval, Kind, Quantity, rulebook

BOOK = rulebook()
RULES = [pytest.param(rule, id=rule.id) for rule in BOOK.rules.values()]
FOLDER = Path(capacity.__file__).parent / "rules"
RULE_ID = re.compile(r"\b(?:statute|agreement|guideline|local|assumption)\.[a-z_0-9.]*[a-z_0-9]")


# Every value of every rule: id, first day, figure, unit and, for a deadline, what starts the clock.
# Written from the acts, lists and agreements and not from the files; `ends`: no value from then on.
# A change of a rule is a change of this table too, by hand and from the source.
VALUES = """
statute.assessment_before_decision           2019-01-01  before_decision  sequence
statute.assessment_before_decision           2024-01-01  ends  sequence
statute.care_plan                            2024-01-01  3  calendar_months  decision_made
statute.care_plan_before_decision            2019-01-01  before_decision  sequence
statute.care_plan_before_decision            2024-01-01  ends  sequence
statute.care_plan_before_forced_placement    2024-01-01  before_decision  sequence
statute.child_assessment                     2014-11-21  4  calendar_months  need_became_known
statute.child_assessment                     2024-01-01  4  calendar_months  need_became_known
statute.child_talk_before_decision           2019-01-01  before_decision  sequence
statute.child_talk_before_decision           2024-01-01  before_decision  sequence
statute.child_talk_in_assessment             2019-01-01  required  requirement
statute.child_talk_in_assessment             2024-01-01  required  requirement
statute.child_talk_on_abuse_notification     2024-01-01  required  requirement
statute.complaint_by_citizen                 2014-11-21  4  weeks  decision_received
statute.complaint_reassessment               2014-11-21  4  weeks  complaint_received
statute.follow_up_first                      2014-11-21  3  calendar_months  measure_started
statute.follow_up_first                      2024-01-01  3  calendar_months  measure_started
statute.follow_up_later                      2014-11-21  6  calendar_months  previous_follow_up
statute.follow_up_later                      2024-01-01  ends  calendar_months
statute.notification_assessment              2019-01-01  24  hours  notification_received
statute.notification_assessment              2024-01-01  24  hours  notification_received
statute.party_status_age                     2024-01-01  10  years
statute.published_limits                     2019-01-01  required  requirement
statute.reassessment_by_another              2019-01-01  by_another_person  requirement
statute.reassessment_by_another              2024-01-01  by_another_person  requirement
statute.return_home                          2024-01-01  6  calendar_months  decision_on_return
statute.screening                            2024-01-01  required  requirement
statute.siblings_considered                  2024-01-01  required  requirement
statute.supervision_visits                   2024-01-01  2  visits_per_year
statute.youth_plan                           2024-01-01  3  calendar_months  decision_or_sixteenth_birthday
statute.youth_plan_before_forced_placement   2024-01-01  before_decision  sequence
statute.youth_support_decision               2019-01-01  -6  calendar_months  eighteenth_birthday
statute.youth_support_decision               2024-01-01  -6  calendar_months  eighteenth_birthday
agreement.full_time_hours                    2019-01-01  37  hours_per_week
agreement.gross_year_hours                   2019-01-01  1924  hours_per_year
agreement.holiday_days                       2019-01-01  30  days_per_year
guideline.caseload.children_families         2007-01-01  30..45  children_per_full_time_caseworker
guideline.caseload.children_families         2015-01-01  25..35  children_per_full_time_caseworker
guideline.caseload.children_families         2020-02-01  20..30  children_per_full_time_caseworker
guideline.caseload.children_disability       2007-01-01  40..55  children_per_full_time_caseworker
guideline.caseload.children_disability       2015-01-01  35..45  children_per_full_time_caseworker
guideline.caseload.children_disability       2020-04-01  ends  children_per_full_time_caseworker
guideline.caseload.adults_disability_psychiatry     2024-01-01  45..65  citizens_per_full_time_caseworker
guideline.caseload.job_ready_over_30                2024-01-01  35..55  citizens_per_full_time_caseworker
guideline.caseload.activity_ready_over_30           2024-01-01  25..40  citizens_per_full_time_caseworker
guideline.caseload.job_or_education_ready_under_30  2024-01-01  30..50  citizens_per_full_time_caseworker
guideline.caseload.activity_ready_under_30          2024-01-01  25..40  citizens_per_full_time_caseworker
guideline.caseload.sickness_benefit                 2024-01-01  25..45  citizens_per_full_time_caseworker
guideline.caseload.resource_programme               2024-01-01  25..40  citizens_per_full_time_caseworker
guideline.caseload.flexible_job                     2024-01-01  25..50  citizens_per_full_time_caseworker
guideline.caseload.integration                      2024-01-01  35..50  citizens_per_full_time_caseworker
assumption.acknowledge_notification          2014-11-21  6  working_days  notification_received
assumption.acknowledge_notification          2024-01-01  6  working_days  notification_received
assumption.care_plan_after_urgent_decision   2014-11-21  4  calendar_months  decision_made
assumption.care_plan_after_urgent_decision   2024-01-01  ends  calendar_months
assumption.children_per_case                 2009-01-01  1.3  children_per_case
assumption.closing_days                      2019-01-01  2  days_per_year
assumption.effort_care_plan                  2014-01-01  8  hours_per_case
assumption.effort_child_assessment           2014-01-01  30  hours_per_case
assumption.effort_follow_up                  2014-01-01  5  hours_per_case
assumption.effort_notification_assessment    2014-01-01  1  hours_per_case
assumption.effort_other_case                 2014-01-01  20  hours_per_case
assumption.expecting_parents_assessment      2024-01-01  4  calendar_months  need_became_known
assumption.follow_up_later                   2024-01-01  12  calendar_months  previous_follow_up
assumption.forced_assessment                 2014-11-21  2  calendar_months  decision_on_assessment
assumption.forced_assessment                 2024-01-01  2  calendar_months  decision_on_assessment
assumption.forced_placement_renewal          2014-11-21  1..3  years
assumption.forced_placement_renewal          2024-01-01  1..3  years
assumption.handover_after_days               2019-01-01  14  calendar_days
assumption.plan_after_serious_crime          2014-11-21  7  calendar_days  crime_became_known
assumption.plan_after_serious_crime          2024-01-01  ends  calendar_days
assumption.provisional_decision_to_committee 2014-11-21  7  calendar_days  provisional_decision
assumption.provisional_decision_to_committee 2024-01-01  7  calendar_days  provisional_decision
assumption.ramp_up_first_share               2019-01-01  0.5  share
assumption.ramp_up_months                    2019-01-01  6  months
assumption.sick_days                         2019-01-01  11.7  days_per_year
assumption.sick_days                         2020-01-01  9.8  days_per_year
assumption.sick_days                         2021-01-01  11.2  days_per_year
assumption.sick_days                         2022-01-01  14  days_per_year
assumption.weekday_opening                   2019-01-01  8..16  hour_of_day
assumption.wait_care_plan                    2014-01-01  21  days_per_case
assumption.wait_child_assessment             2014-01-01  60  days_per_case
assumption.wait_follow_up                    2014-01-01  50  days_per_case
"""  # noqa: E501  (a row is a line)
ROWS = [tuple(line.split()) for line in VALUES.strip().splitlines()]


def as_written(rule, value):
    match value.value:
        case None:
            figure = "ends"
        case Interval(low=low, high=high):
            figure = f"{low}..{high}"
        case Fraction() as number:
            figure = f"{float(number):g}"
        case requirement:
            figure = requirement.value
    start = (value.starts_on.id,) if value.starts_on else ()
    return (rule.id, value.valid_from.isoformat(), figure, rule.unit, *start)


@pytest.mark.parametrize("row", ROWS, ids=" ".join)
def test_a_value_is_that_of_its_source(row):
    rule = BOOK[row[0]]
    assert row in [as_written(rule, value) for value in rule.values]


def test_the_table_holds_every_value_of_every_rule_once():
    shipped = [(rule.id, f"{v.valid_from}") for rule in BOOK.rules.values() for v in rule.values]
    assert sorted(row[:2] for row in ROWS) == sorted(shipped)


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


def test_the_readme_of_the_rules_explains_every_key():
    readme = (FOLDER / "README.md").read_text(encoding="utf-8")
    for path in FOLDER.glob("*/**/*.yaml"):
        rule = yaml.safe_load(path.read_text(encoding="utf-8"))
        for key in [*rule, *(key for value in rule["values"] for key in value)]:
            assert f"`{key}`" in readme, key
