"""What a fit does to the answers: its band, its verdict, and what it costs."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from fractions import Fraction
from typing import Any

import pytest
from fastapi.testclient import TestClient
from small_department import small_department
from test_fit import back_test, fit
from typer.testing import CliRunner

from api.answers import Table
from api.app import create_app
from api.command_line import main
from api.documents import DepartmentDocument, load_example
from api.jobs.calculation import Running, read_finding
from api.jobs.curve import CurveCalculation
from api.jobs.plans import ComparisonCalculation, ComparisonRow, Plan, Simulation
from api.jobs.waterfall import WaterfallCalculation, WaterfallRow
from api.pages.what_if import BREAK
from api.settings import Settings
from api.terminal import curve_written
from capacity.changes import with_inputs
from capacity.department import Department
from capacity.fit import Fit, TeamInputs, verdict
from capacity.rulebook import rulebook
from capacity.scenario import Prices, changed_department
from capacity.scenario_changes import AddedPosts, Change, Measure
from capacity.staff_costs import PostPrice
from capacity.units import exact
from capacity.wording import Language, percent
from simulations.comparison import compare
from simulations.input_band import REPLICATIONS, input_band
from simulations.questions import StaffingQuestion, headline_question
from simulations.sentences import NOT_QUANTIFIED
from simulations.staffing import staffing_curve
from simulations.waterfall import waterfall

SETS = tuple((TeamInputs(team="paragraf-50", effort=Fraction(each)),) for each in ("0.9", "1.1"))


def fitted() -> Department:
    return replace(load_example("ishoej-2020"), fit=replace(fit(back_test()), possible=SETS))


def asked(department: Department) -> StaffingQuestion:
    usual = headline_question(department)
    return replace(usual, extra_fte=(Fraction(0), Fraction(2)), replications=128)


def test_a_fitted_departments_curve_has_a_band_of_its_own_and_carries_the_verdict() -> None:
    found = CurveCalculation(asked(fitted()), "x@1").found()
    for row in found.answer.rows:  # type: ignore[attr-defined]
        assert row.share_in_time_inputs_low < row.share_in_time < row.share_in_time_inputs_high
        assert row.verdict.da.startswith("Modellen forklarer 2019 godt.")
    assert found.sentence is not None
    assert "2 mulige sæt" in found.sentence.da
    assert found.sentence.da.count("Modellen forklarer 2019 godt.") == 1


def test_a_department_that_is_not_fitted_says_so_with_every_number() -> None:
    found = CurveCalculation(asked(load_example("ishoej-2020")), "x@1").found()
    for row in found.answer.rows:  # type: ignore[attr-defined]
        assert row.share_in_time_inputs_low is row.difference_inputs_high is None
        assert row.verdict.da == "Modellen er ikke tilpasset afdelingens egen historie."
    assert found.sentence is not None
    assert "ikke opgjort" in found.sentence.da
    assert found.sentence.en.endswith("not fitted to the department’s own history.")


@pytest.mark.parametrize("precision", [None, Fraction(3, 100)])
def test_the_band_is_counted_in_the_work_and_in_the_progress(precision: Fraction | None) -> None:
    plain, banded = (
        CurveCalculation(replace(asked(each), precision=precision), "x@1")
        for each in (replace(fitted(), fit=None), fitted())
    )
    assert banded.steps()[0] > plain.steps()[0]
    assert banded.settled_steps() > plain.settled_steps()
    told: list[tuple[int, int | None]] = []
    *partial, last = banded.findings(Running(None, lambda *done: told.append(done)))
    assert told[-1][0] == told[-1][1]
    assert [done for done, _ in told] == sorted(done for done, _ in told)
    assert all(each.answer.rows[0].share_in_time_inputs_low is None for each in partial)  # type: ignore[attr-defined]
    assert last.answer.rows[0].share_in_time_inputs_low is not None  # type: ignore[attr-defined]
    if precision is None:
        assert banded.total == told[-1][1]


def test_the_curve_itself_is_the_same_with_a_band_as_without() -> None:
    with_band = CurveCalculation(asked(fitted()), "x@1").found().answer.rows  # type: ignore[attr-defined]
    without = CurveCalculation(asked(replace(fitted(), fit=None)), "x@1").found().answer.rows  # type: ignore[attr-defined]
    for one, other in zip(with_band, without, strict=True):
        assert (one.share_in_time, one.due, one.share_in_time_year_low) == (
            other.share_in_time,
            other.due,
            other.share_in_time_year_low,
        )


def test_a_plans_difference_has_a_band_for_what_is_unknown() -> None:
    def compared(department: Department) -> tuple[ComparisonCalculation, ComparisonRow]:
        usual = headline_question(department)
        posts = AddedPosts(team=usual.team, from_=department.on, fte=Fraction(2), reason="prøve")
        simulation = Simulation(
            department=department,
            address="x@1",
            team=usual.team,
            from_=usual.from_,
            to=usual.to,
            seed=1,
            replications=96,
        )
        plans = Plan(name="uden"), Plan(name="to", changes=(posts,))
        told: list[tuple[int, int | None]] = []
        calculation = ComparisonCalculation(simulation, *plans)
        found = calculation.found(Running(None, lambda *done: told.append(done)))
        assert told[-1] == (calculation.total, calculation.total)
        assert [done for done, _ in told] == sorted(done for done, _ in told)
        return calculation, next(
            row
            for row in found.answer.rows  # type: ignore[attr-defined]
            if row.key == usual.deadline and row.team == usual.team
        )

    calculation, row = compared(fitted())
    assert row.inputs_low < row.difference < row.inputs_high
    # heavier cases leave more to win
    light, heavy = (
        staffing_curve(replace(asked(with_inputs(fitted(), each)), replications=64), rulebook())
        .points[1]
        .difference.value
        for each in SETS
    )
    # with two sets the band reaches from the one to the other
    assert heavy - light == pytest.approx(row.inputs_high - row.inputs_low, rel=0.3)
    plain, without = compared(load_example("ishoej-2020"))
    assert without.inputs_low is None
    assert without.difference == row.difference
    assert calculation.steps()[0] > plain.steps()[0]


TEAM, DEADLINE = "assessment", "statute.child_assessment"
START, END = date(2024, 1, 1), date(2025, 1, 1)
LIGHT, HEAVY = (
    (TeamInputs(team=TEAM, effort=Fraction("0.8")),),
    (TeamInputs(team=TEAM, effort=Fraction("1.3"), inflow=Fraction("1.1")),),
)
POST = AddedPosts(team=TEAM, from_=START, fte=Fraction(1), reason="prøve")
COURSE = Measure(
    reason="prøve",
    name="Kursus",
    teams=(TEAM,),
    from_=START,
    effort=Fraction("0.9"),
    kroner_once=Fraction(50_000),
    price_year=2024,
    source="s",
)
PRICES = Prices(
    post=PostPrice(salary=Fraction(600_000), pension=Fraction(0), price_year=2024, source="s"),
    growth={2024: Fraction(0)},
)


def small(*possible: tuple[TeamInputs, ...]) -> Department:
    plain = small_department(arrivals_per_year="150")
    if not possible:
        return plain
    history = Fit(
        from_=date(2022, 1, 1),
        seen_on=date(2023, 12, 31),
        cases=190,
        inputs=(),
        possible=possible,
    )
    return replace(plain, fit=history)


def simulation(department: Department, replications: int = REPLICATIONS) -> Simulation:
    return Simulation(
        department=department,
        address="x@1",
        team=TEAM,
        from_=START,
        to=END,
        seed=1,
        replications=replications,
    )


def taken_apart(department: Department, *changes: Change, replications: int = REPLICATIONS):  # type: ignore[no-untyped-def]
    plan = Plan(name="to", changes=changes)
    return WaterfallCalculation(simulation(department, replications), plan, DEADLINE)


def test_every_step_of_a_waterfall_has_the_band_of_its_sets() -> None:
    told: list[tuple[int, int | None]] = []
    asked = taken_apart(small(LIGHT, HEAVY), POST, COURSE)
    answer = asked.found(Running(None, lambda *done: told.append(done)))
    falls = [
        waterfall(
            with_inputs(small(), each),
            (POST, COURSE),
            DEADLINE,
            START,
            END,
            rulebook(),
            team=TEAM,
            replications=REPLICATIONS,
        )
        for each in (LIGHT, HEAVY)
    ]
    rows = answer.answer.rows  # type: ignore[attr-defined]
    assert len(rows) == 5
    for row, *steps in zip(rows, *(each.steps for each in falls), strict=True):
        ends = [each.value for each in steps]
        band = row.share_inputs_low, row.share_inputs_high
        assert band == pytest.approx((min(ends), max(ends)), abs=1e-12)
        assert row.share_inputs_low < row.share_inputs_high
    # Heavy cases leave more to win, so the ends of the steps are not those of the whole.
    written = answer.as_json()
    assert read_finding(Table[WaterfallRow], written).as_json() == written
    plain = taken_apart(small(), POST, COURSE)
    assert asked.steps()[0] > plain.steps()[0]
    assert (plain.total, asked.total) == (4 * REPLICATIONS, (1 + 3) * 4 * REPLICATIONS)
    done = [each for each, _ in told]
    assert done == sorted(done)
    assert {total for _, total in told} == {asked.total}
    assert told[-1][0] == asked.total
    for row, banded in zip(plain.found().answer.rows, rows, strict=True):  # type: ignore[attr-defined]
        assert row.share_inputs_low is row.share_inputs_high is None
        assert (row.share, row.share_low) == (banded.share, banded.share_low)


def test_sets_equal_to_the_own_inputs_leave_nothing_open_of_a_step() -> None:
    same = (TeamInputs(team=TEAM),)
    for row in taken_apart(small(same, same), POST, COURSE, replications=128).found().answer.rows:  # type: ignore[attr-defined]
        band = row.share_inputs_low, row.share_inputs_high
        assert band == pytest.approx((row.share, row.share), abs=1e-12)


def test_open_cases_and_prices_of_a_comparison_have_the_band_of_their_sets_too() -> None:
    plan = Plan(name="en", changes=(POST,), prices=PRICES)
    asked = ComparisonCalculation(simulation(small(LIGHT, HEAVY)), Plan(name="uden"), plan)
    rows = {row.key: row for row in asked.found().answer.rows}  # type: ignore[attr-defined]
    book, compared = rulebook(), []
    for each in (LIGHT, HEAVY):
        without = with_inputs(small(), each)
        with_post = changed_department(without, (POST,), book)
        compared.append(
            compare(without, with_post, START, END, book, team=TEAM, replications=REPLICATIONS)
        )
    measures = {each.measure.value for each in compared[0].differences}
    for key in measures:
        ends = [
            series.moments[-1].mean.value
            for each in compared
            for series in each.differences
            if (series.team, series.measure.value) == (TEAM, key)
        ]
        band = rows[key].inputs_low, rows[key].inputs_high
        assert band == pytest.approx((min(ends), max(ends)), abs=1e-9), key
    avoided = [each.deadlines[0].avoided.value for each in compared]
    assert 0 < min(avoided) < max(avoided)
    price = rows[f"kroner_per_avoided.{DEADLINE}"]
    cost = rows["kroner"]
    assert price.inputs_low == pytest.approx(cost.difference / max(avoided))
    assert price.inputs_high == pytest.approx(cost.difference / min(avoided))
    assert cost.inputs_low is None


def test_a_row_that_a_set_cannot_tell_of_has_no_band() -> None:
    nobody = (TeamInputs(team=TEAM, inflow=Fraction(0)),)
    plan = Plan(name="en", changes=(POST,))
    asked = ComparisonCalculation(simulation(small(LIGHT, nobody)), Plan(name="uden"), plan)
    rows = {row.key: row for row in asked.found().answer.rows}  # type: ignore[attr-defined]
    assert rows[DEADLINE].difference is not None
    assert rows[DEADLINE].inputs_low is rows[DEADLINE].inputs_high is None
    assert rows["open_cases"].inputs_low is not None


@pytest.mark.parametrize(("language", "heading"), [("da", "ukendte inddata"), ("en", "unknown")])
def test_the_terminal_says_what_is_unknown_of_a_fitted_departments_curve(
    language: Language, heading: str
) -> None:
    department = fitted()
    curve = staffing_curve(replace(asked(department), replications=64), rulebook())
    band = input_band(curve, rulebook())
    assert band is not None
    written = curve_written(curve, language, band)
    assert heading in written
    assert NOT_QUANTIFIED.in_language(language) not in " ".join(written.split())
    assert ("90 %-bånd" if language == "da" else "90% band") in " ".join(written.split())
    assert max(map(len, written.splitlines())) <= 110
    plain = curve_written(curve, language)
    assert heading not in plain
    assert NOT_QUANTIFIED.in_language(language) in " ".join(plain.split())


def test_the_command_asks_what_is_unknown_of_a_fitted_department(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    words = ("curve", "ishoej-2020@2", "--extra", "0", "--replications", "64")
    monkeypatch.setattr("api.command_line._department", lambda *_: fitted())
    said = CliRunner().invoke(main, words)
    assert said.exit_code == 0, said.stderr
    assert "(2 mulige sæt)" in " ".join(said.stdout.split())
    assert "ukendte inddata" in said.stdout


# --- What every further answer says of the unknown inputs ------------------------------------


@pytest.fixture(scope="module")
def service() -> Iterator[TestClient]:
    """A service in which a department with two possible sets of inputs is stored."""
    app = create_app(Settings(database=None, workers=1, patience=600))
    with TestClient(app, base_url="http://localhost") as opened:
        document = DepartmentDocument.from_domain(fitted()).as_json()
        assert opened.post("/v1/departments", json=document).status_code == 201
        yield opened


SLUG = "ishoej-2020"
OTHER = "statute.follow_up_first"
OF = f"department={SLUG}&replications={REPLICATIONS}"


@pytest.mark.parametrize(
    ("path", "columns"),
    [
        (f"/v1/marginal-value?{OF}&up_to=2", ["difference"]),
        (f"/v1/what-if?{OF}&extra_fte=1", ["share_before", "share_after", "difference"]),
        (
            f"/v1/departments/{SLUG}/over-time?replications={REPLICATIONS}&extra_fte=1",
            ["open_cases", "caseload"],
        ),
    ],
)
def test_a_fitted_departments_answers_say_what_is_unknown_of_each(
    service: TestClient, path: str, columns: list[str]
) -> None:
    answer = service.get(path)
    assert answer.status_code == 200, answer.text
    found = answer.json()
    rows = found.get("rows", [found])
    assert rows
    for row in rows:
        for column in columns:
            low, high = row[f"{column}_inputs_low"], row[f"{column}_inputs_high"]
            assert low < high
    assert any(row[f"{columns[0]}_inputs_low"] < row[columns[0]] for row in rows)


def test_fuller_work_says_from_where_to_where_it_may_fail(service: TestClient) -> None:
    rows = service.get(f"/v1/fuller-work?{OF}&extra_fte=1&target=0.9").json()["rows"]
    assert all(row["inputs_known"] for row in rows)
    ends = [
        1.05 if row is None else row
        for row in (rows[0]["fails_from_inputs_low"], rows[0]["fails_from_inputs_high"])
    ]
    assert ends[0] < ends[1]


def test_the_page_what_if_says_what_is_unknown_last(service: TestClient) -> None:
    app: Any = service.app
    assert app.state.warm.wait(timeout=600)
    terms = f"department={SLUG}&extra_fte=1&lang=da"
    *before, last = service.get(f"/what-if/live?{terms}").text.split(BREAK)[:-1]
    row = re.compile(r"Ukendte inddata</th>(.*?)</tr>", re.DOTALL)
    assert all("ikke opgjort" in row.search(part)[1] for part in before)
    told = row.search(last)[1]
    assert "ikke opgjort" not in told
    band = service.get(f"/v1/what-if?department={SLUG}&extra_fte=1").json()
    for column in ("share_before", "share_after"):
        low, high = (
            percent(exact(band[f"{column}_inputs_{end}"]), "da") for end in ("low", "high")
        )
        assert low.removesuffix(" %") in told
        assert high in told.replace("&nbsp;", " ").replace("\N{NO-BREAK SPACE}", " ")


@pytest.mark.parametrize(
    "path",
    [
        f"/v1/what-if?{OF}&extra_fte=1",
        f"/v1/departments/{SLUG}/over-time?replications={REPLICATIONS}&extra_fte=1",
    ],
)
@pytest.mark.parametrize("team", [None, "basisteam-1"])
def test_the_words_of_an_answer_end_with_how_well_the_model_explains(
    service: TestClient, path: str, team: str | None
) -> None:
    other = f"&team={team}&deadline={OTHER}" if team else ""
    said = service.get(f"{path}{other}&format=text&lang=da").text.strip()
    department = fitted()
    watched = (team, OTHER) if team else (department.headline_team, department.headline_deadline)
    wanted = verdict(department.fit, *watched)
    assert said.endswith(wanted.da)
    assert ("ikke prøvet" in said) == (team is not None)


@pytest.mark.parametrize(
    "path", ["/what-if", "/goal", "/over-time", "/vulnerability", "/next-90-days", "/compare"]
)
def test_a_page_shows_the_verdict_of_what_it_watches(service: TestClient, path: str) -> None:
    department = fitted()
    usual = service.get(f"{path}?department={SLUG}&lang=da").text
    other = service.get(
        f"{path}?department={SLUG}&lang=da&watch=basisteam-1:{OTHER}", follow_redirects=True
    ).text
    for page, team, deadline in (
        (usual, department.headline_team, department.headline_deadline),
        (other, "basisteam-1", OTHER),
    ):
        banner = re.search(r'<p class="source">(.*?)</p>', page, re.DOTALL)[1]
        said = verdict(department.fit, team, deadline).da.replace(" %", "\N{NO-BREAK SPACE}%")
        assert said in banner, banner
        assert f"{department.team(team).label.da}: " in banner
