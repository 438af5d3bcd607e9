"""Counts of cases in time, and how much they can carry."""

from dataclasses import replace
from fractions import Fraction
from math import comb
from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.documents import load_example
from capacity.audit import AuditCounts
from capacity.compliance import (
    Method,
    chance_of_at_least_in_time,
    compliance_difference,
    compliance_difference_sentence,
    compliance_sentence,
    observed_compliance,
)
from capacity.errors import InvalidInput
from capacity.improvement import improvement, improvement_sentence
from capacity.wording import percent

WILSON, EXACT = Method.WILSON, Method.CLOPPER_PEARSON
counts = st.integers(min_value=1, max_value=60).flatmap(
    lambda due: st.tuples(st.integers(min_value=0, max_value=due), st.just(due))
)


def binomial_tail(k: int, n: int, p: float) -> float:
    return sum(comb(n, j) * p**j * (1 - p) ** (n - j) for j in range(k, n + 1))


def exact_fisher(count: int, of: int, other_count: int, other_of: int) -> Fraction:
    """Fisher's test in whole numbers: every table, none approximated."""
    both = count + other_count
    tables = [
        comb(of, k) * comb(other_of, both - k)
        for k in range(max(0, both - other_of), min(of, both) + 1)
    ]
    observed = comb(of, count) * comb(other_of, other_count)
    return Fraction(sum(t for t in tables if t <= observed), sum(tables))


# Newcombe, Statistics in Medicine 17 (1998) 857-872, table I: methods 3 (Wilson) and 5 (exact).
@pytest.mark.parametrize(
    ("in_time", "due", "method", "low", "high"),
    [
        (81, 263, WILSON, 0.2553, 0.3662),
        (15, 148, WILSON, 0.0624, 0.1605),
        (0, 20, WILSON, 0.0000, 0.1611),
        (1, 29, WILSON, 0.0061, 0.1718),
        (81, 263, EXACT, 0.2527, 0.3676),
        (15, 148, EXACT, 0.0578, 0.1617),
        (0, 20, EXACT, 0.0000, 0.1684),
        (1, 29, EXACT, 0.0009, 0.1776),
    ],
)
def test_intervals_agree_with_newcombes_table(in_time, due, method, low, high):
    interval = observed_compliance(in_time, due, method=method).interval
    assert (round(interval.low, 4), round(interval.high, 4)) == (low, high)


@given(counts, st.sampled_from(Method))
def test_an_interval_holds_its_own_share(count, method):
    found = observed_compliance(*count, method=method)
    assert 0 <= found.interval.low <= found.share <= found.interval.high <= 1


# The definition: at either end, a count this extreme has a chance of 2.5 %.
@given(counts)
def test_the_exact_interval_ends_where_the_count_becomes_improbable(count):
    in_time, due = count
    interval = observed_compliance(in_time, due, method=EXACT).interval
    if in_time > 0:
        assert binomial_tail(in_time, due, interval.low) == pytest.approx(0.025, rel=1e-9)
    if in_time < due:
        low_tail = 1 - binomial_tail(in_time + 1, due, interval.high)
        assert low_tail == pytest.approx(0.025, rel=1e-9)


@given(counts, st.sampled_from(Method))
def test_late_is_the_mirror_of_in_time(count, method):
    in_time, due = count
    one = observed_compliance(in_time, due, method=method).interval
    mirror = observed_compliance(due - in_time, due, method=method).interval
    assert one.low == pytest.approx(1 - mirror.high, abs=1e-12)


def test_what_is_not_yet_due_is_shown_and_not_counted():
    found = observed_compliance(8, 13, not_yet_due=1)
    assert (found.share, found.not_yet_due) == (Fraction(8, 13), 1)
    assert "Endnu ikke forfaldne og derfor ikke talt med: 1." in compliance_sentence(found).da
    assert "forfaldne" not in compliance_sentence(observed_compliance(35, 38)).da


def test_six_of_six_happen_in_61_of_100_reviews_at_a_true_92_per_cent():
    assert chance_of_at_least_in_time(6, 6, Fraction("0.92")) == pytest.approx(0.92**6, rel=1e-12)
    assert f"{chance_of_at_least_in_time(6, 6, Fraction('0.92')):.0%}" == "61%"


@given(counts, st.fractions(min_value=0, max_value=1, max_denominator=50))
def test_the_chance_is_the_sum_of_the_binomial(count, share):
    expected = binomial_tail(*count, float(share))
    assert chance_of_at_least_in_time(*count, share) == pytest.approx(expected, rel=1e-9, abs=1e-15)


# Newcombe, Statistics in Medicine 17 (1998) 873-890, table II, method 10, signs as there.
@pytest.mark.parametrize(
    ("one", "other", "low", "high"),
    [
        ((56, 70), (48, 80), 0.0524, 0.3339),
        ((9, 10), (3, 10), 0.1705, 0.8090),
        ((10, 10), (0, 20), 0.6791, 1.0000),
        ((10, 10), (0, 10), 0.6075, 1.0000),
    ],
)
def test_differences_agree_with_newcombes_table(one, other, low, high):
    interval = compliance_difference(
        observed_compliance(*other), observed_compliance(*one)
    ).interval
    assert (round(interval.low, 4), round(interval.high, 4)) == (low, high)


@given(counts, counts)
def test_the_test_is_fishers_to_the_last_table(one, other):
    found = compliance_difference(observed_compliance(*one), observed_compliance(*other))
    assert found.p_value == pytest.approx(float(exact_fisher(*one, *other)), rel=1e-9)


@given(counts, counts)
def test_swapping_the_counts_turns_the_sign_and_keeps_the_p_value(one, other):
    a, b = observed_compliance(*one), observed_compliance(*other)
    there, back = compliance_difference(a, b), compliance_difference(b, a)
    assert there.difference == -back.difference
    assert there.interval.low == pytest.approx(-back.interval.high, abs=1e-12)
    assert there.p_value == pytest.approx(back.p_value, rel=1e-9)


def test_two_of_six_against_35_of_38_is_more_than_chance():
    found = compliance_difference(observed_compliance(2, 6), observed_compliance(35, 38))
    assert found.difference == Fraction(67, 114)
    assert found.p_value == pytest.approx(float(exact_fisher(2, 6, 35, 38)), rel=1e-9)
    said = compliance_difference_sentence(found).da
    assert "en forskel på 59 procentpoint (fra 20 til 83" in said
    assert "i 0,3 % af tilfældene" in said


def test_a_million_cases_are_compared_as_exactly():
    half, more = observed_compliance(500_000, 10**6), observed_compliance(501_000, 10**6)
    # By the normal approximation with continuity, good to three digits at this size.
    assert compliance_difference(half, more).p_value == pytest.approx(0.1576, abs=0.0005)


def test_a_difference_beyond_doubt_is_less_than_the_least_shown():
    found = compliance_difference(observed_compliance(0, 10**6), observed_compliance(10**6, 10**6))
    assert found.p_value < 1e-300
    assert "i under 0,1 % af tilfældene" in compliance_difference_sentence(found).da


def test_counts_at_two_confidences_are_not_compared():
    with pytest.raises(InvalidInput, match="use the same"):
        compliance_difference(
            observed_compliance(2, 6), observed_compliance(35, 38, confidence=0.9)
        )


@pytest.mark.parametrize(
    ("in_time", "due", "field"),
    [(0, 0, "due"), (7, 6, "in_time"), (-1, 6, "in_time"), (1, 10**9, "due"), (0, -1, "due")],
)
def test_impossible_counts_are_refused(in_time, due, field):
    with pytest.raises(InvalidInput) as refused:
        observed_compliance(in_time, due)
    assert refused.value.field == field


@pytest.mark.parametrize(
    ("field", "value"),
    [("method", "wald"), ("confidence", 1.0), ("confidence", float("nan")), ("not_yet_due", -1)],
)
def test_an_impossible_choice_is_named(field, value):
    with pytest.raises(InvalidInput) as refused:
        observed_compliance(2, 6, **{field: value})
    assert refused.value.field == field


def test_small_numbers_are_said_plainly():
    said = compliance_sentence(observed_compliance(2, 6))
    assert said.da == (
        "2 af 6 var rettidige (33 %). Med kun 6 forfaldne kan tilfældigheder alene flytte andelen "
        "mange procentpoint: optællingen er forenelig med, at et sted mellem 10 % og 70 % er "
        "rettidige i det lange løb (95 %-konfidensinterval, Wilson). Tallet handler om "
        "rettidighed, ikke om lovmedholdelighed."
    )
    assert "With only 6 due" in said.en


def test_from_thirty_on_the_words_are_those_of_a_larger_count():
    assert "Med kun 29" in compliance_sentence(observed_compliance(20, 29)).da
    assert "Med kun" not in compliance_sentence(observed_compliance(20, 30)).da


def test_one_is_singular():
    said = compliance_sentence(observed_compliance(1, 3))
    assert said.da.startswith("1 af 3 var rettidig (33")
    assert said.en.startswith("1 of 3 was in time (33")
    assert "med kun 1 forfalden er" in compliance_sentence(observed_compliance(1, 1)).da


def test_an_audit_has_three_levels_as_the_note_prints_them():
    assessments = AuditCounts(met=9, partly_met=3, not_met=2)
    assert [percent(share, "da") for share in assessments.shares] == ["64 %", "21 %", "14 %"]
    with pytest.raises(InvalidInput):
        AuditCounts(met=0, partly_met=0, not_met=0)
    with pytest.raises(InvalidInput):
        AuditCounts(met=2, partly_met=-1, not_met=0)


def test_all_and_none_are_said_not_to_mean_always_and_never():
    everything = compliance_sentence(observed_compliance(12, 12))
    assert everything.da == (
        "12 af 12 var rettidige (100 %). Det viser ikke, at alle altid er det: med kun 12 "
        "forfaldne er optællingen forenelig med, at 76 % eller flere er rettidige i det lange "
        "løb, så op til 24 % kan være for sent (95 %-konfidensinterval, Wilson). Tallet handler "
        "om rettidighed, ikke om lovmedholdelighed."
    )
    nothing = compliance_sentence(observed_compliance(0, 2))
    assert nothing.da == (
        "0 af 2 var rettidige (0 %). Det viser ikke, at ingen bliver det: med kun 2 forfaldne er "
        "optællingen forenelig med, at op til 66 % er rettidige i det lange løb "
        "(95 %-konfidensinterval, Wilson). Tallet handler om rettidighed, ikke om "
        "lovmedholdelighed."
    )
    assert "with only 12 due" in everything.en
    assert "up to 66% being in time" in nothing.en
    assert "med 50 forfaldne" in compliance_sentence(observed_compliance(50, 50)).da


@given(st.integers(1, 29))
def test_what_all_in_time_leaves_open_is_what_none_late_does(due):
    everything = observed_compliance(due, due).interval
    nothing = observed_compliance(0, due).interval
    assert 1 - everything.low == pytest.approx(nothing.high)


ISHOEJ = load_example("ishoej-2020").observations
SAMPLE, QUARTER = (
    next(each for each in ISHOEJ if (each.kept, each.due) == counts)
    for counts in ((2, 6), (35, 38))
)


def test_the_notes_improvement_is_answered_with_the_test_and_its_caveats():
    found = improvement(SAMPLE, QUARTER)
    assert found.beyond_chance
    assert found.difference.p_value == pytest.approx(float(exact_fisher(2, 6, 35, 38)), rel=1e-9)
    said = improvement_sentence(found).da
    assert said.startswith("Fra 33 % til 92 %: tilfældigheder alene er en dårlig forklaring.")
    for caveat in (
        "7 anbringelser og 7 behandlinger, udtaget efter Ankestyrelsens kriterier",
        "sager indsendt foråret 2019",
        "Kommunens egen optælling",
        "de undersøgelser, der blev færdige",
        "de overskredne, som stadig er åbne, mangler",
        "Mangler der blot 8 overskredne sager",
        "alt andet, der skete imens",
    ):
        assert caveat in said
    assert "those overdue and still open are missing" in improvement_sentence(found).en


def test_so_many_missing_cases_and_no_fewer_undo_an_improvement():
    missing = improvement(SAMPLE, QUARTER).missing_late
    assert missing is not None
    assert exact_fisher(2, 6, 35, 38 + missing) >= Fraction(1, 20)
    assert exact_fisher(2, 6, 35, 38 + missing - 1) < Fraction(1, 20)


@given(counts, counts)
def test_an_answer_of_chance_has_no_missing_cases_to_speak_of(one, other):
    earlier = replace(SAMPLE, kept=one[0], due=one[1])
    later = replace(SAMPLE, kept=other[0], due=other[1])
    found = improvement(earlier, later)
    assert found.beyond_chance == (exact_fisher(*one, *other) < Fraction(1, 20))
    assert (found.missing_late is not None) == found.beyond_chance
    # One source, so nobody is said to have counted apart.
    assert not any("hver for sig" in caveat.da for caveat in found.caveats)


def test_counts_of_content_are_not_held_against_counts_of_time():
    [content] = [each for each in ISHOEJ if (each.kept, each.due) == (9, 14)]
    for pair in ((SAMPLE, content), (content, content)):
        with pytest.raises(InvalidInput, match="nothing of time"):
            improvement(*pair)


def test_how_many_late_cases_are_missing_is_found_in_good_time_also_of_millions():
    """Each test of ten million cases takes a tenth of a second: not ten thousand of them."""

    def of(kept, due):
        return replace(SAMPLE, kept=kept, due=due)

    began = process_time()
    assert improvement(of(1, 10**7), of(9 * 10**6, 10**7)).missing_late is None
    assert process_time() - began < 30
    # Fewest first: with 92 the chance is above 5% too, and in between it is not.
    assert improvement(of(0, 16), of(69, 260)).missing_late == 56
