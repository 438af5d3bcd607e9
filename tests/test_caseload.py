"""Open cases per full-time caseworker, beside the guideline."""

from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from capacity.case_weights import CaseWeights, weighted_cases
from capacity.caseload import CaseUnit, Status, caseload, caseload_sentence, missing_fte
from capacity.errors import InvalidInput, NoCapacity, RuleNotInForce, UnknownRule
from capacity.rulebook import rulebook

ON = date(2020, 3, 26)
FTE = Fraction("23.92")


def counted(open_cases=890, case_fte=FTE, *, on=ON, unit=CaseUnit.CHILD, **more):
    return caseload(
        open_cases=open_cases, case_fte=case_fte, on=on, unit=unit, book=rulebook(), **more
    )


def test_the_gap_is_given_at_both_ends_of_the_guideline():
    found = counted(target=Fraction(25))
    assert (found.guideline_low, found.guideline_high) == (20, 30)
    assert found.missing_fte_at_low == Fraction("20.58")
    assert found.missing_fte_at_high == Fraction(890, 30) - FTE
    assert found.missing_fte_at_target == Fraction("11.68")


@pytest.mark.parametrize(
    ("cases", "status"),
    [(199, Status.BELOW), (200, Status.WITHIN), (300, Status.WITHIN), (301, Status.ABOVE)],
)
def test_both_ends_of_the_guideline_are_within_it(cases, status):
    assert counted(cases, Fraction(10)).status == status


def test_the_guideline_is_the_one_of_the_day():
    assert counted(on=date(2020, 1, 31)).guideline_high == 35
    assert counted(on=date(2020, 2, 1)).guideline_high == 30
    with pytest.raises(RuleNotInForce):
        counted(on=date(1999, 1, 1))


def test_an_unknown_area_is_refused():
    with pytest.raises(UnknownRule):
        counted(area="children_famlies")


def test_families_are_not_compared_with_a_guideline_for_children():
    with pytest.raises(InvalidInput, match="children_per_case") as refused:
        counted(unit=CaseUnit.FAMILY)
    assert refused.value.field == "children_per_case"


def test_with_children_per_case_both_cases_and_children_are_given():
    found = counted(460, Fraction(10), unit=CaseUnit.FAMILY, children_per_case=Fraction(60, 46))
    assert (found.cases_per_fte, found.citizens_per_fte) == (46, 60)
    assert found.missing_fte_at_high == 10


def test_a_child_is_one_child():
    with pytest.raises(InvalidInput, match="unit=family"):
        counted(children_per_case=Fraction("1.3"))


def test_a_family_has_no_place_where_citizens_are_counted():
    with pytest.raises(InvalidInput, match="cannot be a family"):
        counted(
            unit=CaseUnit.FAMILY,
            children_per_case=Fraction(2),
            area="integration",
            on=date(2025, 1, 1),
        )


@pytest.mark.parametrize("fte", [Fraction(0), Fraction(-1)])
def test_cases_and_nobody_to_carry_them_is_an_error_and_not_infinity(fte):
    with pytest.raises(NoCapacity, match="890 open cases"):
        counted(case_fte=fte)


def test_no_cases_are_a_caseload_of_zero():
    found = counted(0)
    assert (found.cases_per_fte, found.status) == (0, Status.BELOW)
    assert found.missing_fte_at_low == -FTE


def test_a_billion_cases_are_counted_like_any_other():
    assert counted(10**9, Fraction(1)).cases_per_fte == 10**9


@pytest.mark.parametrize("target", [0, -25])
def test_a_target_of_no_cases_is_refused(target):
    with pytest.raises(InvalidInput, match="more than 0"):
        counted(target=Fraction(target))


@given(
    st.integers(min_value=0, max_value=10_000),
    st.fractions(min_value=1, max_value=100, max_denominator=100),
    st.fractions(min_value=Fraction(1, 10), max_value=200, max_denominator=100),
)
def test_with_the_missing_fte_the_caseload_is_the_target(cases, target, fte):
    assert cases == target * (fte + missing_fte(Fraction(cases), target, fte))


def test_the_sentence_names_the_missing_posts_at_both_ends():
    said = caseload_sentence(counted())
    assert said.da == (
        "Den 26. marts 2020 er der 37,2 sager pr. fuldtidsstilling: 890 åbne sager (hvert barn er "
        "én sag) fordelt på 23,92 fuldtidsstillinger. Det er over Dansk "
        "Socialrådgiverforenings vejledende 20–30 sager. Der mangler 20,58 fuldtidsstillinger for "
        "at nå 20 sager og 5,75 for at nå 30. Sagstallet er vejledende, ikke en facitliste."
    )
    assert "20.58 FTE are missing to reach 20 cases, and 5.75 to reach 30." in said.en


def test_within_the_guideline_the_sentence_says_missing_and_to_spare():
    said = caseload_sentence(counted(250, Fraction(10))).da
    assert "inden for" in said
    assert "Der mangler 2,50 fuldtidsstillinger for at nå 20 sager." in said
    assert "Der er 1,67 fuldtidsstillinger flere, end 30 sager pr. fuldtidsstilling" in said


def test_below_the_guideline_nothing_is_missing_in_the_sentence():
    said = caseload_sentence(counted(100, Fraction(10)))
    assert "under Dansk Socialrådgiverforenings" in said.da
    assert "mangler" not in said.da
    assert "missing" not in said.en


def test_at_the_target_the_sentence_says_that_the_staff_corresponds_to_it():
    said = caseload_sentence(counted(250, Fraction(10), target=Fraction(25)))
    assert "Bemandingen svarer til 25 sager pr. fuldtidsstilling." in said.da


def test_one_case_is_not_spoken_of_as_many():
    said = caseload_sentence(counted(1))
    assert "1 åben sag (" in said.da
    assert "1 open case (" in said.en


def test_in_an_area_of_citizens_a_case_is_a_citizen_whatever_was_asked():
    for unit in (CaseUnit.CHILD, CaseUnit.CITIZEN):
        found = counted(on=date(2025, 1, 1), unit=unit, area="sickness_benefit")
        assert found.unit is CaseUnit.CITIZEN
        assert counted(unit=unit).unit is CaseUnit.CHILD


def test_with_families_the_sentence_compares_children():
    families = counted(unit=CaseUnit.FAMILY, children_per_case=Fraction("1.3"))
    said = caseload_sentence(families).da
    assert "hver familie er én sag med 1,3 børn i gennemsnit" in said
    assert "48,4 børn pr. fuldtidsstilling" in said
    assert "for at nå 20 børn" in said


LOCAL = CaseWeights(
    version="1", said_by="team", weights={"advice": Fraction(1, 2), "placement": Fraction(2)}
)


def test_weighted_cases_count_by_their_weight():
    assert weighted_cases({"advice": 3, "placement": 2}, LOCAL) == Fraction("5.5")


def test_a_type_without_a_weight_is_an_error_and_not_zero():
    with pytest.raises(InvalidInput, match=r"aftercare has no weight.*advice, placement"):
        weighted_cases({"aftercare": 1}, LOCAL)


def test_weights_say_who_said_them():
    with pytest.raises(InvalidInput, match="who stands behind"):
        CaseWeights(version="1", said_by=" ", weights={})
