from dataclasses import replace
from datetime import date
from fractions import Fraction

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from capacity.errors import InvalidInput, RuleNotInForce, UnknownRule
from capacity.rulebook import Interval, load_rulebook, rulebook

BOOK = rulebook()
RULES = st.sampled_from(sorted(BOOK.rules.values(), key=lambda rule: rule.id))
DAYS = st.dates(min_value=date(2000, 1, 1), max_value=date(2030, 12, 31))
GUIDELINE = BOOK["guideline.caseload.children_families"]


def a_rule(**changes):
    return {
        "id": "statute.visit",
        "label": {"da": "Besøg", "en": "Visit"},
        "kind": "statute",
        "quantity": "deadline",
        "unit": "weeks",
        "last_checked": date(2026, 11, 22),
        "values": [a_value()],
    } | changes


def a_value(**changes):
    return {
        "valid_from": date(2020, 1, 1),
        "value": 2,
        "starts_on": "need_became_known",
        "certainty": "seen",
        "source": {"title": "Loven § 1"},
    } | changes


def without(node, key):
    return {name: value for name, value in node.items() if name != key}


@pytest.fixture
def folder(tmp_path):
    events = {"need_became_known": {"da": "behovet er kendt", "en": "the need is known"}}
    (tmp_path / "events.yaml").write_text(yaml.safe_dump(events))
    (tmp_path / "statute").mkdir()
    return tmp_path


def book_of(folder, rule, **how):
    (folder / "statute" / "visit.yaml").write_text(yaml.safe_dump(rule, **how))
    return load_rulebook(folder)


@pytest.mark.parametrize(
    ("day", "low", "high"),
    [
        (date(2007, 1, 1), 30, 45),
        (date(2014, 12, 31), 30, 45),
        (date(2015, 1, 1), 25, 35),
        (date(2020, 1, 31), 25, 35),
        (date(2020, 2, 1), 20, 30),
        (date(2020, 3, 26), 20, 30),
        (date(2026, 11, 22), 20, 30),
    ],
)
def test_a_guideline_changes_on_its_first_day(day, low, high):
    assert GUIDELINE.on(day).interval == Interval(low=Fraction(low), high=Fraction(high))


def test_a_day_before_the_first_value_is_refused_with_the_first_day():
    with pytest.raises(RuleNotInForce, match="no value before 1 January 2007"):
        GUIDELINE.on(date(2006, 12, 31))


def test_a_day_after_the_end_is_refused_with_the_last_day_and_the_reason():
    rule = BOOK["guideline.caseload.children_disability"]
    assert rule.on(date(2020, 3, 31)).interval.high == 45
    with pytest.raises(RuleNotInForce, match=r"no value from 1 April 2020.*was not found"):
        rule.on(date(2020, 4, 1))


def test_a_refusal_speaks_danish_too():
    with pytest.raises(RuleNotInForce) as refusal:
        GUIDELINE.on(date(2006, 12, 31))
    assert "kender ingen værdi før den 1. januar 2007" in refusal.value.message.da


def test_a_refusal_before_the_first_value_does_not_say_that_the_law_began_then():
    with pytest.raises(RuleNotInForce, match="no value before 21 November 2014") as refusal:
        BOOK["statute.child_assessment"].on(date(2013, 5, 1))
    assert "the limit itself may be older" in refusal.value.message.en
    assert "selve fristen kan være ældre" in refusal.value.message.da


@given(changes=st.sets(DAYS, min_size=1, max_size=6), day=DAYS)
def test_a_value_holds_until_the_day_before_the_next(changes, day):
    # The first value is 1, the next 2, and so on: the value in force counts the changes so far.
    value = GUIDELINE.values[0]
    values = [
        replace(value, valid_from=change, value=Fraction(number))
        for number, change in enumerate(sorted(changes), start=1)
    ]
    rule = replace(GUIDELINE, values=tuple(values))
    if so_far := sum(change <= day for change in changes):
        assert rule.on(day).number == so_far
    else:
        with pytest.raises(RuleNotInForce):
            rule.on(day)


@given(rule=RULES, day=DAYS)
def test_a_rule_in_force_is_one_that_does_not_refuse(rule, day):
    if rule in BOOK.in_force(day):
        assert rule.on(day).value is not None
    else:
        with pytest.raises(RuleNotInForce):
            rule.on(day)


def test_nothing_is_in_force_before_any_rule():
    assert BOOK.in_force(date(1900, 1, 1)) == ()


def test_an_unknown_rule_is_refused_with_the_nearest_names():
    with pytest.raises(UnknownRule, match=r"did you mean agreement\.full_time_hours"):
        BOOK["agreement.fulltime_hours"]


def test_an_interval_is_not_one_number_and_a_number_no_interval():
    with pytest.raises(InvalidInput, match="not one number"):
        _ = GUIDELINE.on(date(2020, 3, 26)).number
    with pytest.raises(InvalidInput, match="not a range"):
        _ = BOOK["agreement.full_time_hours"].on(date(2020, 3, 26)).interval


def test_a_rule_grows_old_a_year_after_it_was_checked():
    assert GUIDELINE.last_checked == date(2026, 11, 22)
    assert GUIDELINE.checked_within_a_year(date(2027, 11, 22))
    assert not GUIDELINE.checked_within_a_year(date(2027, 11, 23))


def test_the_rulebook_cannot_be_changed():
    with pytest.raises(TypeError):
        BOOK.rules["statute.child_assessment"] = GUIDELINE


def test_decimals_are_read_as_they_are_written():
    assert BOOK["assumption.sick_days"].on(date(2020, 3, 26)).number == Fraction(98, 10)


def test_the_fingerprint_is_twelve_hexadecimal_digits():
    assert len(BOOK.fingerprint) == 12
    int(BOOK.fingerprint, 16)


def test_the_fingerprint_does_not_depend_on_the_order_of_keys(folder):
    sorted_keys = book_of(folder, a_rule(), sort_keys=True).fingerprint
    assert book_of(folder, a_rule(), sort_keys=False).fingerprint == sorted_keys
    assert book_of(folder, dict(reversed(a_rule().items())), sort_keys=False).fingerprint == (
        sorted_keys
    )


@pytest.mark.parametrize(
    "change",
    [
        {"values": [a_value(value=3)]},
        {"values": [a_value(valid_from=date(2020, 1, 2))]},
        {"values": [a_value(source={"title": "Loven § 2"})]},
        {"last_checked": date(2026, 11, 23)},
        {"label": {"da": "Møde", "en": "Visit"}},
    ],
)
def test_any_change_of_a_rule_changes_the_fingerprint(folder, change):
    before = book_of(folder, a_rule()).fingerprint
    assert book_of(folder, a_rule(**change)).fingerprint != before


def test_a_rule_file_gives_its_rule(folder):
    value = book_of(folder, a_rule())["statute.visit"].on(date(2020, 1, 1))
    assert (value.number, value.starts_on.label.da) == (2, "behovet er kendt")


@pytest.mark.parametrize(
    ("rule", "complaint"),
    [
        (a_rule(valid_form=date(2020, 1, 1)), r"does not know \['valid_form'\]"),
        (a_rule(values=[a_value(notes="x")]), r"does not know \['notes'\]"),
        (a_rule(label={"da": "Besøg"}), r"misses \['en'\]"),
        (a_rule(label={"da": "Besøg", "en": None}), "None is not a text"),
        (without(a_rule(), "last_checked"), r"misses \['last_checked'\]"),
        (a_rule(values=[without(a_value(), "source")]), r"misses \['source'\]"),
        (a_rule(values=[]), "at least one value"),
        (a_rule(values=[a_value(), a_value()]), "in order of valid_from"),
        (a_rule(values=2), "not iterable"),
        (a_rule(id="statute.visits"), "statute.visits is not the path"),
        (a_rule(kind="guideline"), "must begin with guideline"),
        (a_rule(kind="law"), "'law' is not a valid Kind"),
        (a_rule(unit="fortnights"), "'fortnights' is not a valid Unit"),
        (a_rule(last_checked="yesterday"), "yesterday is not a date"),
        (a_rule(values=[a_value(value=2.5)]), "2.5 is not a whole number"),
        (a_rule(values=[a_value(value="2")]), "2 is not a whole number"),
        (a_rule(quantity="days", values=[a_value()]), "starts_on belongs to"),
        (a_rule(values=[without(a_value(), "starts_on")]), "starts_on belongs to"),
        (a_rule(values=[a_value(starts_on="a whim")]), r"starts_on is not in events\.yaml"),
        (a_rule(values=[a_value(certainty="unconfirmed")]), "make it an assumption"),
        (["not", "a", "rule"], "misses"),
    ],
)
def test_a_faulty_rule_file_is_refused_and_named(folder, rule, complaint):
    with pytest.raises(InvalidInput, match=rf"Rule file statute/visit\.yaml: .*{complaint}"):
        book_of(folder, rule)


def test_an_account_by_others_is_enough_for_repealed_law_and_not_for_law_in_force(folder):
    old, new = a_value(certainty="secondary"), a_value(valid_from=date(2024, 1, 1))
    assert book_of(folder, a_rule(values=[old, new])).in_force(date(2020, 1, 1))
    with pytest.raises(InvalidInput, match="make it an assumption"):
        book_of(folder, a_rule(values=[a_value(), new | {"certainty": "secondary"}]))
    with pytest.raises(InvalidInput, match="make it an assumption"):
        book_of(folder, a_rule(values=[old]))


def test_an_interval_has_its_ends_in_order(folder):
    value = without(a_value(value={"low": 30, "high": 20}), "starts_on")
    with pytest.raises(InvalidInput, match="wrong order"):
        book_of(folder, a_rule(quantity="interval", values=[value]))


def test_a_broken_file_is_refused_and_named(folder):
    (folder / "statute" / "visit.yaml").write_text("id: [")
    with pytest.raises(InvalidInput, match=r"Rule file statute/visit\.yaml"):
        load_rulebook(folder)
