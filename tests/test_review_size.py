"""How many case files to review, and what a review can say."""

from fractions import Fraction
from math import ceil

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from capacity.audit import AuditCounts, audit_sentence
from capacity.count_statistics import Method, clopper_pearson, hypergeometric, wilson
from capacity.errors import InvalidInput, TooMuchWork
from capacity.review_size import (
    review_precision,
    review_precision_sentence,
    review_size,
    review_size_sentence,
)

TENTH = Fraction("0.1")
EXACT = Method.CLOPPER_PEARSON


def half_width(bounds) -> float:
    return (bounds.high - bounds.low) / 2


# By hand: Wilson's half-width at one half is z / (2 √(n + z²)), so n = z² (1/(4 d²) − 1).
@pytest.mark.parametrize("wanted", ["0.03", "0.05", "0.075", "0.1", "0.2"])
@pytest.mark.parametrize("confidence", [0.9, 0.95, 0.99])
def test_the_worst_share_needs_what_the_formula_says(wanted, confidence):
    z = stats.norm.ppf((1 + confidence) / 2)
    wanted = Fraction(wanted)
    by_formula = z * z * (1 / (4 * float(wanted) ** 2) - 1)
    found = review_size(wanted, confidence=confidence)
    # An odd number cannot be halved: its nearest counts are a little off the worst share.
    assert found.reviewed in (ceil(by_formula), ceil(by_formula) - 1)
    assert found.half_width <= wanted


# Three at once: as above with the normal quantile of 1 − 0.05/6, by Bonferroni.
def test_three_levels_need_more_than_two():
    z = stats.norm.ppf(1 - 0.05 / 6)
    by_formula = z * z * (1 / (4 * 0.1**2) - 1)
    assert review_size(TENTH, levels=3).reviewed in (ceil(by_formula), ceil(by_formula) - 1)
    assert review_size(TENTH, levels=3).reviewed > review_size(TENTH).reviewed


# Cochran (1977), section 4.4: n / (1 + (n − 1) / N), for n that ignores how few there are.
@pytest.mark.parametrize("population", [60, 152, 400, 2000])
def test_a_small_department_needs_fewer_as_cochran_has_it(population):
    long_run = review_size(TENTH).reviewed
    by_cochran = long_run / (1 + (long_run - 1) / population)
    assert abs(review_size(TENTH, population=population).reviewed - by_cochran) <= 1.5


def test_looking_through_all_cases_leaves_no_doubt_about_them():
    for method in Method:
        assert review_precision(14, population=14, method=method).worst_half_width == 0
        assert review_precision(14, method=method).worst_half_width > 0.2


@given(
    st.sampled_from(["0.05", "0.1", "0.15", "0.25"]),
    st.sampled_from([None, "0.5", "0.8", "0.97", "0.15", "1"]),
    st.sampled_from([2, 3]),
    st.sampled_from([None, 30, 200]),
    st.sampled_from(Method),
)
def test_from_the_answer_on_every_review_is_precise_enough_and_not_before(
    wanted, share, levels, population, method
):
    wanted = Fraction(wanted)
    expected = None if share is None else Fraction(share)
    options = {"levels": levels, "population": population, "method": method}
    found = review_size(wanted, share=expected, **options)
    at = Fraction(1, 2) if expected is None else expected

    def worst(reviewed: int) -> float:
        each = 0.95 if levels == 2 else 1 - 0.05 / 3
        counts = {int(reviewed * at), ceil(reviewed * at)}
        if population is None:
            interval = wilson if method is Method.WILSON else clopper_pearson
            return max(half_width(interval(count, reviewed, each)) for count in counts)
        if method is EXACT:
            return max(
                half_width(hypergeometric(count, reviewed, population, each)) for count in counts
            )
        if reviewed == population:
            return 0.0
        more = (population - 1) / (population - reviewed)
        return max(half_width(wilson(k * more, reviewed * more, each)) for k in counts)

    last = population or found.reviewed + 60
    assert all(worst(reviewed) <= wanted for reviewed in range(found.reviewed, last + 1))
    assert found.reviewed == 1 or worst(found.reviewed - 1) > wanted
    assert found.half_width == pytest.approx(worst(found.reviewed), rel=1e-12)


@pytest.mark.parametrize("method", Method)
@pytest.mark.parametrize("reviewed", [1, 2, 13, 14, 60])
def test_no_count_has_a_wider_interval_than_the_worst_share(reviewed, method):
    interval = wilson if method is Method.WILSON else clopper_pearson
    widest = max(half_width(interval(count, reviewed, 0.95)) for count in range(reviewed + 1))
    assert review_precision(reviewed, method=method).worst_half_width == pytest.approx(widest)


# The rule of three, of the exact interval: with none late of n, up to about 3.7 / n may be
# (1 − 0.025^(1/n) exactly).
@given(st.integers(1, 500))
def test_what_a_review_did_not_see_may_still_be_there(reviewed):
    found = review_precision(reviewed, method=EXACT)
    assert found.unseen_at_most == pytest.approx(1 - 0.025 ** (1 / reviewed), rel=1e-9)


# --- Of a finite number of cases ----------------------------------------------------------------

drawn = st.integers(1, 80).flatmap(
    lambda population: st.tuples(st.just(population), st.integers(1, population)).flatmap(
        lambda pair: st.tuples(st.just(pair[0]), st.just(pair[1]), st.integers(0, pair[1]))
    )
)


@given(drawn)
def test_the_exact_interval_of_a_finite_number_holds_what_neither_tail_refuses(case):
    population, of, count = case
    bounds = hypergeometric(count, of, population, 0.95)
    held = [
        whole
        for whole in range(count, population - (of - count) + 1)
        if stats.hypergeom.sf(count - 1, population, whole, of) > 0.025
        and stats.hypergeom.cdf(count, population, whole, of) > 0.025
    ]
    assert bounds.low == pytest.approx(held[0] / population, abs=1e-12)
    assert bounds.high == pytest.approx(held[-1] / population, abs=1e-12)


def test_of_very_many_cases_it_is_clopper_and_pearsons():
    finite, endless = hypergeometric(20, 30, 200_000, 0.95), clopper_pearson(20, 30, 0.95)
    assert finite.low == pytest.approx(endless.low, abs=2e-4)
    assert finite.high == pytest.approx(endless.high, abs=2e-4)


def test_the_exact_interval_covers_at_least_as_often_as_it_says():
    population, of = 60, 20
    for whole in range(population + 1):
        covered = sum(
            stats.hypergeom.pmf(count, population, whole, of)
            for count in range(max(0, of + whole - population), min(of, whole) + 1)
            if (bounds := hypergeometric(count, of, population, 0.95)).low - 1e-12
            <= whole / population
            <= bounds.high + 1e-12
        )
        assert covered >= 0.95 - 1e-9


# --- Three levels -------------------------------------------------------------------------------


# Goodman (1965): p with (p − x/n)² = A p (1 − p) / n, A the chi-squared quantile of 1 − 0.05/3.
@given(st.tuples(*[st.integers(0, 40)] * 3).filter(any))
def test_the_intervals_of_three_levels_solve_goodmans_equation(counts):
    audit = AuditCounts(met=counts[0], partly_met=counts[1], not_met=counts[2])
    quantile = stats.chi2.ppf(1 - 0.05 / 3, 1)
    for share, bounds in zip(audit.shares, audit.intervals(), strict=True):
        for end in (bounds.low, bounds.high):
            apart = (end - float(share)) ** 2
            assert apart == pytest.approx(quantile * end * (1 - end) / audit.reviewed, abs=1e-12)


def test_all_three_intervals_hold_at_once_as_often_as_they_say():
    rng = np.random.default_rng(4)
    for true in ((0.64, 0.22, 0.14), (0.43, 0.29, 0.28), (0.9, 0.05, 0.05)):
        held = [
            all(
                bounds.low <= share <= bounds.high
                for share, bounds in zip(
                    true,
                    AuditCounts(met=int(a), partly_met=int(b), not_met=int(c)).intervals(),
                    strict=True,
                )
            )
            for a, b, c in rng.multinomial(40, true, size=2000)
        ]
        assert np.mean(held) > 0.95 - 3 * np.sqrt(0.05 * 0.95 / 2000)


def test_an_audit_is_said_with_all_three_levels():
    said = audit_sentence(AuditCounts(met=9, partly_met=3, not_met=2))
    assert said.da.startswith(
        "Af 14 gennemgåede sager: 9 overholdt (64 %; 34 % til 86 %), 3 delvist overholdt (21 %; "
        "6 % til 53 %), 2 ikke overholdt (14 %; 3 % til 46 %)."
    )
    assert "lægges ikke sammen med rettidigheden" in said.da
    assert "9 met (64%; 34% to 86%)" in said.en


# --- Words and refusals -------------------------------------------------------------------------


def test_the_answer_says_what_it_is_about():
    assert review_size_sentence(review_size(TENTH)).da == (
        "Gennemgå 93 sager, valgt ved lodtrækning: så bliver usikkerheden højst ±10 procentpoint "
        "ved en andel på 50 % (95 %-konfidensinterval). Det gælder afdelingens praksis i det "
        "lange løb."
    )
    of_these = review_size_sentence(review_size(TENTH, population=60)).da
    assert "Det gælder kun disse 60 sager" in of_these
    assert "for hvert af de tre niveauer" in review_size_sentence(review_size(TENTH, levels=3)).da
    said = review_precision_sentence(review_precision(14)).da
    assert "±23 procentpoint" in said
    assert "kan op til 22 % af sagerne i det hele alligevel ikke være det" in said


@pytest.mark.parametrize(
    ("options", "field"),
    [
        ({"half_width": Fraction(0)}, "half_width"),
        ({"half_width": Fraction(1, 2)}, "half_width"),
        ({"share": Fraction(3, 2)}, "share"),
        ({"levels": 4}, "levels"),
        ({"confidence": 1.0}, "confidence"),
        ({"population": 0}, "population"),
    ],
)
def test_an_impossible_question_is_named(options, field):
    with pytest.raises(InvalidInput) as refused:
        review_size(**({"half_width": TENTH} | options))
    assert refused.value.field == field


def test_more_files_than_anybody_can_read_are_refused():
    with pytest.raises(TooMuchWork):
        review_size(Fraction("0.001"), confidence=0.99)
    with pytest.raises(InvalidInput):
        review_precision(15, population=14)
