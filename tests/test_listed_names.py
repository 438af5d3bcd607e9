"""What a reader sees in place of a list's short names."""

from dataclasses import replace

import pytest

from api.documents import load_example
from api.listed_names import NO_NAMES, listed_names
from capacity.department import Department
from capacity.rulebook import rulebook
from capacity.wording import Text

ISHOEJ = load_example("ishoej-2020")


def with_types_of_two_teams(*labels: str) -> Department:
    """The assessments of Ishøj, done by two teams, each with a label for its own."""
    like = next(each for each in ISHOEJ.case_classes if each.slug == "child-assessment")
    teams = ("basisteam-1", "basisteam-2")
    return replace(
        ISHOEJ,
        case_classes=tuple(
            replace(like, slug=f"case-{team}", team=team, label=Text(da=label, en=label))
            for team, label in zip(teams, labels, strict=True)
        ),
    )


def test_teams_types_and_deadlines_have_the_names_of_the_department_and_the_rules():
    names = listed_names(ISHOEJ)
    assert names.team("paragraf-50").da == "§50-team"
    assert names.case_class("family-case-1").da == "Løbende sag (Basisteam 1)"
    assert names.deadline("statute.care_plan") == rulebook()["statute.care_plan"].label


def test_what_comes_on_an_open_case_is_named_after_both():
    names = listed_names(ISHOEJ)
    assert names.case_class("family-case-1/first-follow-up").da == (
        "Løbende sag (Basisteam 1) – Første opfølgning"
    )


@pytest.mark.parametrize(
    ("labels", "shown"), [(("Sag", "Sag"), "Sag"), (("Sag i 1", "Sag i 2"), "case")]
)
def test_a_type_of_several_teams_has_its_name_only_where_they_agree_on_it(labels, shown):
    names = listed_names(with_types_of_two_teams(*labels))
    assert names.case_class("case").da == shown
    assert names.case_class("case-basisteam-2").da == labels[1]


def test_what_nobody_has_named_is_its_own_name_and_what_no_list_says_is_said_to_be_so():
    for names in (NO_NAMES, listed_names(ISHOEJ)):
        assert names.team("elsewhere").da == "elsewhere"
        assert (names.team("").da, names.case_class("").en) == ("ikke oplyst", "not stated")
