from dataclasses import replace
from datetime import date
from fractions import Fraction

import pytest

from api.documents import DepartmentDocument, load_example
from capacity.errors import InvalidInput
from capacity.fit import NOT_FITTED, BackTest, Explains, Fit, FittedInput, TeamInputs, verdict
from capacity.practice import Policy
from capacity.wording import Text

TEAM, DEADLINE = "paragraf-50", "statute.child_assessment"


def back_test(
    in_time: int = 68,
    due: int = 100,
    forecast: str = "0.71",
    low: str = "0.62",
    high: str = "0.8",
    naive: str | None = "0.8",
) -> BackTest:
    return BackTest(
        team=TEAM,
        deadline=DEADLINE,
        from_=date(2019, 1, 1),
        to=date(2020, 1, 1),
        in_time=in_time,
        due=due,
        forecast=Fraction(forecast),
        low=Fraction(low),
        high=Fraction(high),
        naive=None if naive is None else Fraction(naive),
    )


def fit(*tests: BackTest) -> Fit:
    return Fit(
        from_=date(2017, 1, 1),
        seen_on=date(2020, 3, 25),
        cases=1200,
        inputs=(
            FittedInput(
                about="effort",
                label=Text(da="timer pr. sag", en="hours per case"),
                unit=Text(da="faktor", en="factor"),
                value=Fraction(1),
                low=Fraction("0.8"),
                high=Fraction("1.3"),
                learned=False,
                says=Text(da="ikke lært", en="not learned"),
            ),
        ),
        possible=((TeamInputs(team=TEAM, effort=Fraction("1.1"), policy=Policy.FIRST_COME),),),
        tests=tests,
    )


@pytest.mark.parametrize(
    ("found", "explains"),
    [
        (back_test(), Explains.WELL),
        # farther off than last year said again
        (back_test(in_time=78, forecast="0.71"), Explains.PARTLY),
        # as far off, and last year said again is worse
        (back_test(in_time=78, forecast="0.71", naive="0.5"), Explains.WELL),
        (back_test(in_time=78, forecast="0.71", naive=None), Explains.WELL),
        # outside the band, however near
        (back_test(in_time=61), Explains.NOT),
        # a band that holds nearly everything
        (back_test(low="0.2", high="0.9"), Explains.PARTLY),
        (back_test(in_time=13, due=19), Explains.UNTESTED),
    ],
)
def test_a_verdict_is_about_what_came_and_about_the_naive_forecast(
    found: BackTest, explains: Explains
) -> None:
    assert found.explains is explains


def test_a_verdict_is_said_with_its_counts_in_both_languages() -> None:
    said = verdict(fit(back_test()), TEAM, DEADLINE)
    assert said.da == (
        "Modellen forklarer 2019 godt. Ud fra data til og med dagen før ventede den 71 % rettidige "
        "(fra 62 % til 80 %); det blev 68 af 100 (68 %). At gentage perioden før ville have sagt "
        "80 %."
    )
    assert said.en.startswith("The model explains 2019 well.")


def test_a_deadline_that_was_not_tested_says_so() -> None:
    assert "ikke prøvet på denne frist" in verdict(fit(), TEAM, DEADLINE).da
    assert verdict(None, TEAM, DEADLINE) is NOT_FITTED


def test_the_latest_back_test_speaks() -> None:
    earlier = replace(back_test(in_time=10), from_=date(2018, 1, 1), to=date(2019, 1, 1))
    assert fit(back_test(), earlier).test_of(TEAM, DEADLINE) == back_test()


def test_the_worst_that_is_known_of_a_team_is_said_first() -> None:
    found = replace(fit(back_test()), unexplained=(TEAM,))
    said = verdict(found, TEAM, DEADLINE)
    assert said.da.startswith("Modellen forklarer ikke teamets historik som helhed")
    assert said.en.startswith("The model does not explain the team’s history as a whole")
    assert said.da.endswith(verdict(fit(back_test()), TEAM, DEADLINE).da)
    assert verdict(found, "another", DEADLINE).da.startswith("Modellen er tilpasset")
    department = replace(load_example("ishoej-2020"), fit=found)
    written = DepartmentDocument.from_domain(department).as_json()
    assert DepartmentDocument.model_validate(written).to_domain() == department


def test_a_fit_is_kept_in_the_departments_document() -> None:
    department = replace(load_example("ishoej-2020"), fit=fit(back_test()))
    written = DepartmentDocument.from_domain(department).as_json()
    assert written["fit"]["tests"][0]["from"] == "2019-01-01"
    assert DepartmentDocument.model_validate(written).to_domain() == department


def test_counts_and_shares_that_cannot_be_are_refused() -> None:
    with pytest.raises(InvalidInput) as refused:
        back_test(in_time=101)
    assert refused.value.field == "in_time"
    with pytest.raises(InvalidInput) as refused:
        back_test(forecast="1.2")
    assert refused.value.field == "forecast"
