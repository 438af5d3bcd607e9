import re
from dataclasses import replace
from datetime import date
from fractions import Fraction

import pytest

from api.documents import DepartmentDocument, load_example
from api.fit_command import fit_written
from api.jobs.fit import _input_rows
from capacity.errors import InvalidInput
from capacity.fit import NOT_FITTED, BackTest, Explains, Fit, FittedInput, TeamInputs, verdict
from capacity.practice import Policy
from capacity.rulebook import rulebook
from capacity.wording import Text
from simulations.back_test import untested_sentence

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
        "Modellen forklarer 2019 godt. For fristen ”Børnefaglig undersøgelse afsluttet” ventede "
        "den ud fra data til og med dagen før 71 % rettidige (fra 62 % til 80 %); det blev 68 af "
        "100 (68 %), 3 procentpoint under det ventede. Der tælles sager, som både begyndte og "
        "forfaldt i perioden. At gentage perioden før ville have sagt 80 %."
    )
    assert said.en.startswith("The model explains 2019 well.")


def test_a_deadline_that_was_not_tested_says_so() -> None:
    said = verdict(fit(), TEAM, DEADLINE)
    assert "ikke prøvet på denne frist (Børnefaglig undersøgelse afsluttet)" in said.da
    assert "not tested on this deadline (Child assessment completed)" in said.en
    assert verdict(None, TEAM, DEADLINE) is NOT_FITTED


@pytest.mark.parametrize(
    ("found", "size"),
    [
        # every one was foretold, and all but one came
        (back_test(in_time=46, due=47, forecast="1", low="1", high="1"), "2 procentpoint under"),
        (back_test(in_time=72, forecast="0.714"), "0,6 procentpoint over"),
        (back_test(in_time=71), "netop det ventede"),
    ],
)
def test_a_verdict_says_how_far_off_the_forecast_was(found: BackTest, size: str) -> None:
    said = verdict(fit(found), TEAM, DEADLINE).da
    assert size in said
    lies_outside = "uden for det, den regnede for muligt" in said
    assert lies_outside == (found.explains is Explains.NOT)


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


def test_a_back_test_says_which_deadlines_it_left_out_and_why() -> None:
    """Of a quarter no four months end in it; of the year before, the list has no such cases."""
    quarter = replace(
        back_test(), team="basisteam-1", deadline="statute.follow_up_first", from_=date(2019, 10, 1)
    )
    department = replace(load_example("ishoej-2020"), fit=fit(quarter))
    said = untested_sentence(department, rulebook())
    assert said is not None
    longer = r"§50-team, ”Børnefaglig undersøgelse afsluttet”: ingen frist, der begynder i perioden"
    assert re.search(longer, said.da)
    assert "”Underretning vurderet”: ingen af listens sager" in said.da
    assert "Basisteam 1, ”Første opfølgning”" not in said.da
    assert "none of the list’s cases both began and fell due" in said.en
    assert untested_sentence(replace(department, fit=fit()), rulebook()) is None


@pytest.mark.parametrize("unexplained", [(), (TEAM,)])
def test_the_terminal_says_what_is_wrong_with_a_value_before_the_value(
    unexplained: tuple[str, ...],
) -> None:
    found = fit()
    (effort,) = found.inputs
    found = replace(
        found,
        unexplained=unexplained,
        inputs=(replace(effort, about=f"teams.{TEAM}.effort", value=Fraction("1.7")),),
    )
    department = replace(load_example("ishoej-2020"), fit=found)
    written = fit_written(_input_rows(found), department, "da")
    assert "1,7 (0,8 – 1,3)" in written
    is_first = written.index("1,7") < written.index("ikke lært")
    assert is_first == (not unexplained)
