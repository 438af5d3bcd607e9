"""What a scenario does, over HTTP: compared, taken apart, and what buys most for an amount."""

import json
from dataclasses import replace
from datetime import date
from fractions import Fraction

import pytest
from fastapi.testclient import TestClient

from api.app import create_app
from api.documents import load_example
from api.jobs.kinds import KINDS
from api.jobs.mix import MixCalculation, Offered
from api.jobs.plans import ComparisonCalculation, Plan, Simulation
from api.jobs.waterfall import WaterfallCalculation
from api.scenario_documents import ScenarioDocument
from api.settings import Settings

DEMO = "/v1/scenarios/ishoej-2020-to-ekstra"
DEADLINE = "statute.child_assessment"


@pytest.fixture(scope="module")
def service(tmp_path_factory):
    """The service with its demo; a calculation that becomes a job is done beside the tests."""
    database = tmp_path_factory.mktemp("plans") / "planner.sqlite"
    with TestClient(create_app(Settings(database=database, demo=True))) as opened:
        opened.post("/v1/scenarios", json=OTHER).raise_for_status()
        yield opened


OTHER = {
    "format": 1,
    "slug": "en-ekstra",
    "name": "En ekstra",
    "department": "ishoej-2020@1",
    "changes": [
        {
            "kind": "added_posts",
            "team": "paragraf-50",
            "fte": 1,
            "from": "2020-03-26",
            "reason": "billigere",
        }
    ],
}


def rows(answer):
    assert answer.status_code == 200, answer.text
    return answer.json()["rows"]


def one(found, key, team="paragraf-50"):
    (row,) = [each for each in found if each["key"] == key and each["team"] == team]
    return row


def field(answer):
    assert answer.status_code == 422, answer.text
    return answer.json()["errors"][0]["field"]


def test_a_scenario_is_compared_with_the_department_row_by_row(service):
    found = rows(service.get(f"{DEMO}/comparison?team=paragraf-50&replications=64"))
    deadline = one(found, DEADLINE)
    assert deadline["before"] == deadline["in_time_before"] / deadline["due_before"]
    assert deadline["after"] == deadline["in_time_after"] / deadline["due_after"]
    assert deadline["difference"] == pytest.approx(deadline["after"] - deadline["before"])
    assert deadline["difference_low"] < deadline["difference"] < deadline["difference_high"]
    assert deadline["after"] > deadline["before"]
    for key in ("open_cases", "caseload", "utilisation", "waiting_for_owner"):
        row = one(found, key)
        assert row["difference"] == pytest.approx(row["after"] - row["before"])
    assert {row["against"] for row in found} == {"baseline"}
    assert {row["scenario"] for row in found} == {"ishoej-2020-to-ekstra@1"}


def test_the_costs_stand_beside_what_they_buy(service):
    found = rows(service.get(f"{DEMO}/comparison?team=paragraf-50&replications=64"))
    budget = rows(service.get(f"{DEMO}/budget"))
    cost = one(found, "kroner", None)
    # From 26 March 2020 to 26 March 2021: all of 2020's, and 85 days of the posts in 2021.
    spring = budget[0]["estimate_1"] * (2 + 25 / 31) / 12
    assert cost["after"] == pytest.approx(budget[-1]["part_year"] + spring)
    deadline, price = one(found, DEADLINE), one(found, f"kroner_per_avoided.{DEADLINE}")
    late = [deadline[f"due_{side}"] - deadline[f"in_time_{side}"] for side in ("before", "after")]
    avoided = (late[0] - late[1]) / 64
    assert price["difference"] == pytest.approx(cost["difference"] / avoided)
    assert price["difference_low"] < price["difference"] < price["difference_high"]
    case = one(found, "kroner_per_case", None)
    assert case["difference"] * 890 == pytest.approx(cost["difference"])
    # Five people of 142 hours a week in the team, at 519 200 kroner a post, and 2 % more in 2021.
    year = 142 / 37 * 519_200 * ((9 + 6 / 31) + 1.02 * (2 + 25 / 31)) / 12
    decided = rows(service.get(f"{DEMO}/comparison?team=paragraf-50&replications=64"))
    row = one(decided, DEADLINE)
    per_decided = one(found, f"kroner_per_decided.{DEADLINE}")["before"]
    # Decided are those in time and those late; those still open and overdue are not.
    assert year * 64 / row["due_before"] <= per_decided <= year * 64 / row["in_time_before"]


def test_what_a_plan_costs_more_than_another_is_what_its_gain_is_priced_by(service):
    priced = OTHER | {"slug": "priced", "prices": service.get(DEMO).json()["prices"]}
    service.post("/v1/scenarios", json=priced).raise_for_status()
    asked = f"{DEMO}/comparison?team=paragraf-50&replications=64&against=priced"
    found = rows(service.get(asked))
    cost, deadline = one(found, "kroner", None), one(found, DEADLINE)
    assert 0 < cost["before"] < cost["after"]
    late = [deadline[f"due_{side}"] - deadline[f"in_time_{side}"] for side in ("before", "after")]
    price = one(found, f"kroner_per_avoided.{DEADLINE}")["difference"]
    assert price == pytest.approx((cost["after"] - cost["before"]) / ((late[0] - late[1]) / 64))


def test_two_scenarios_are_compared_with_each_other(service):
    asked = "team=paragraf-50&replications=64"
    found = rows(service.get(f"{DEMO}/comparison?{asked}&against=en-ekstra"))
    deadline = one(found, DEADLINE)
    alone = rows(service.get(f"/v1/scenarios/en-ekstra/comparison?{asked}"))
    assert deadline["before"] == one(alone, DEADLINE)["after"]
    assert deadline["against"] == "en-ekstra@1"


def test_a_scenario_compared_with_itself_differs_by_nothing(service):
    found = rows(
        service.get(
            f"{DEMO}/comparison?team=paragraf-50&replications=32&against=ishoej-2020-to-ekstra"
        )
    )
    simulated = [row for row in found if not row["key"].startswith("kroner")]
    assert {row["difference"] for row in simulated} == {0.0}


def test_plans_of_two_departments_are_not_compared(service):
    other = OTHER | {"slug": "fjord", "department": "fjordkoebing-2026@1", "changes": []}
    service.post("/v1/scenarios", json=other).raise_for_status()
    assert field(service.get(f"{DEMO}/comparison?against=fjord")) == "against"
    assert service.get(f"{DEMO}/comparison?against=nix").status_code == 404


def test_the_waterfall_goes_from_before_to_after_in_steps_that_sum(service):
    found = rows(service.get(f"{DEMO}/waterfall?team=paragraf-50&replications=64"))
    assert [row["step"] for row in found] == [
        "before",
        "change",
        "change",
        "change",
        "interaction",
        "after",
    ]
    shares = [row["share"] for row in found]
    assert sum(shares[:-1]) == pytest.approx(shares[-1])
    assert found[1]["what"].startswith("2 ekstra stillinger i §50-team")
    compared = rows(service.get(f"{DEMO}/comparison?team=paragraf-50&replications=64"))
    assert shares[-1] == pytest.approx(one(compared, DEADLINE)["after"])


def test_for_1_2_million_kroner_the_demo_says_which_mix_and_from_when(service):
    asked = f"{DEMO}/best-mix?kroner=1200000,00&team=paragraf-50&replications=64"
    sentence = service.get(f"{asked}&format=text")
    assert sentence.status_code == 200, sentence.text
    assert sentence.text.startswith("For 1.200.000 kr. i 2020 holder denne blanding flest")
    assert "fra 26. marts 2020" in sentence.text
    assert "I denne model og med disse antagelser." in sentence.text
    assert sentence.text.endswith("Hvad usikkerheden om antagelserne betyder, er ikke opgjort.")
    before, best, *others = rows(service.get(asked))
    assert (before["place"], best["place"]) == ("before", "best")
    assert 900_000 < best["part_year"] <= 1_200_000
    assert best["share_in_time"] > before["share_in_time"]
    assert best["tried"] > 5
    assert {row["place"] for row in others} == {"next_best", "alone"}
    assert all(row["behind_best"] >= 0 for row in others)


def test_a_saving_says_where_it_does_least_harm(service):
    asked = f"{DEMO}/saving?share=0,05&replications=64&deadline={DEADLINE}&team=paragraf-50"
    answer = service.get(f"{asked}&format=text")
    assert answer.text.startswith("En besparelse på"), answer.text
    before, best, *_ = rows(service.get(asked))
    # 142 hours a week by contract in the team, at 519 200 kroner a post, from 26 March on.
    year = 142 / 37 * 519_200 * (9 + 6 / 31) / 12
    assert best["kroner"] == pytest.approx(-0.05 * year)
    assert best["part_year"] <= best["kroner"]
    assert best["share_in_time"] < before["share_in_time"]


def test_what_has_no_price_is_not_offered_and_that_is_said(service):
    demo = service.get(DEMO).json()
    course = {**demo["changes"][1], "name": "Kursus uden pris"}
    del course["kroner_once"]
    overtime = {**demo["changes"][2], "kroner_per_hour": None}
    changes = [demo["changes"][0], course, {**demo["changes"][1], "name": "Priset"}, overtime]
    made = demo | {"slug": "uden-pris", "changes": changes}
    service.post("/v1/scenarios", json=made).raise_for_status()
    asked = "/v1/scenarios/uden-pris/best-mix?kroner=300000&team=paragraf-50&replications=32"
    said = service.get(f"{asked}&format=text").text
    names = "Kursus uden pris i §50-team; overarbejde, 10 timer om ugen"
    assert f"Ikke tilbudt, fordi prisen ikke er skrevet eller er 0: {names}" in said
    found = rows(service.get(asked))
    assert {row["left_out"] for row in found} == {found[0]["left_out"]}
    assert found[0]["left_out"].startswith(names)
    assert any("Priset" in row["what"] for row in found)
    assert "Not offered, because the price" in service.get(f"{asked}&format=text&lang=en").text
    # What is offered with a price is left out of neither, and the budget refuses the rest.
    priced = f"{DEMO}/best-mix?kroner=300000&team=paragraf-50&replications=32"
    assert "Ikke tilbudt" not in service.get(f"{priced}&format=text").text
    assert {row["left_out"] for row in rows(service.get(priced))} == {None}
    assert field(service.get("/v1/scenarios/uden-pris/budget")) == "changes[1]"


@pytest.mark.parametrize("written", ["5%25", "5 %25", "0,05", "0.050"])
def test_a_saving_is_asked_in_shares_or_in_per_cent(service, written):
    asked = f"{DEMO}/saving?replications=32&team=paragraf-50&share="
    one, other = (service.get(f"{asked}{share}") for share in (written, "0.05"))
    # More than is answered at once: they share one job, whose id follows from what is asked.
    assert (one.status_code, one.json()["share"]) == (202, 0.05)
    assert one.json()["id"] == other.json()["id"]
    service.delete(one.json()["address"])


@pytest.mark.parametrize(
    ("share", "said"),
    [
        ("5", "5 % skrives 0,05 eller 5%"),
        ("12,5", "12,5 % skrives 0,125 eller 12,5%"),
        ("0,9", "5 % skrives 0,05 eller 5%"),
        ("500", "5 % skrives 0,05 eller 5%"),
        ("0", "højst 0,5"),
    ],
)
def test_a_share_that_is_none_is_told_how_it_is_written(service, share, said):
    refused = service.get(f"{DEMO}/saving?share={share}")
    assert field(refused) == "share"
    assert said in refused.json()["detail"]
    assert "mellem 0 og 1" in refused.json()["detail"]
    english = service.get(f"{DEMO}/saving?share={share}&lang=en").json()["detail"]
    assert "between 0 and 1" in english


@pytest.mark.parametrize(
    ("kroner", "said"),
    [
        ("1.200.000", "skriv 1200000,"),
        ("1,200,000.50", "skriv 1200000.50,"),
        ("1.200.000,50", "skriv 1200000,50,"),
        ("1 200 000", "skriv 1200000,"),
        ("1.2.3", "skriv fx 23,92"),
    ],
)
def test_an_amount_with_thousands_set_apart_is_told_how_it_is_written(service, kroner, said):
    refused = service.get(f"{DEMO}/best-mix", params={"kroner": kroner})
    assert field(refused) == "kroner"
    assert said in refused.json()["errors"][0]["detail"]


def test_a_mix_can_be_asked_with_prices_and_offers_sent_along(service):
    demo = service.get(DEMO).json()
    document = {
        "department": "ishoej-2020",
        "kroner": "600000,00",
        "budget_year": 2020,
        "team": "paragraf-50",
        "replications": 32,
        "prices": demo["prices"],
        "offers": [
            {"unit": {**OTHER["changes"][0], "fte": "0,5"}, "most": 4},
            {"unit": demo["changes"][1]},
        ],
    }
    text = service.post("/v1/best-mix?format=text&lang=en", json=document)
    assert text.text.startswith("For 600,000 kroner in 2020 this mix keeps most"), text.text
    found = rows(service.post("/v1/best-mix", json=document))
    assert {row["department"] for row in found} == {"ishoej-2020@1"}
    assert field(service.post("/v1/best-mix", json=document | {"offers": []})) == "offers"


def test_what_cannot_be_asked_is_refused_by_name(service):
    assert field(service.get("/v1/scenarios/en-ekstra/best-mix?kroner=1")) == "prices"
    assert field(service.get(f"{DEMO}/saving?share=0,9")) == "share"
    assert field(service.get(f"{DEMO}/waterfall?deadline=nix&replications=32")) == "deadline"
    for address in ("comparison?", "waterfall?", "best-mix?kroner=1&", "saving?share=0.1&"):
        assert field(service.get(f"{DEMO}/{address}replications=3")) == "replications"
    assert field(service.get(f"{DEMO}/comparison?from=2020-01-01")) == "from"
    assert service.get(f"{DEMO}/comparison?team=nix").status_code == 404
    assert service.get("/v1/scenarios/nix/comparison").status_code == 404
    too_much = service.get(f"{DEMO}/comparison?replications=1000000")
    assert too_much.status_code == 413


def test_a_plans_calculation_reads_back_as_it_was_written_and_has_one_id(service):
    demo = ScenarioDocument.model_validate(service.get(DEMO).json()).to_domain()
    plan = Plan(name="x@1", changes=demo.changes, prices=demo.prices)
    asked = Simulation(
        department=load_example("ishoej-2020"),
        address="ishoej-2020@1",
        team="paragraf-50",
        from_=date(2020, 4, 1),
        to=date(2021, 1, 1),
        seed=7,
        replications=64,
    )
    offers = (Offered(unit=demo.changes[0], most=4), Offered(unit=demo.changes[1], most=1))
    calculations = (
        ComparisonCalculation(asked, Plan(name="baseline"), plan),
        WaterfallCalculation(asked, plan, DEADLINE),
        MixCalculation(asked, "x@1", demo.prices, offers, Fraction(1, 3), 2020, DEADLINE),
    )
    for each in calculations:
        written = json.loads(json.dumps(each.question))
        again = KINDS[each.kind].read(written)
        assert again == each
        assert again.id == each.id
    ids = {each.id for each in calculations}
    moved = replace(calculations[1], asked=replace(asked, seed=8))
    assert len(ids | {moved.id}) == 4


def test_inputs_say_what_each_number_may_be_and_what_it_is_if_nobody_says(service):
    found = {(row["kind"], row["field"]): row for row in rows(service.get("/v1/inputs"))}
    factor = found["inflow", "factor"]
    assert (factor["least"], factor["most"], factor["required"]) == (0, 10, True)
    assert found["measure", "effort"]["default"] == 1
    inflow = found["staffing_curve", "inflow"]
    assert (inflow["most"], inflow["default"]) == (10, 1)
    asked = f"/v1/staffing-curve?department=ishoej-2020&inflow={inflow['most'] + 1:.0f}"
    assert field(service.get(asked)) == "inflow"
    assert found["added_posts", "fte"]["unit"] == "fuldtidsstillinger"
    assert {row["kind"] for row in found.values()} > {"overtime", "post_price", "empty_posts"}


@pytest.mark.parametrize("language", ["da", "en"])
def test_no_two_inputs_are_called_the_same(service, language):
    found = rows(service.get(f"/v1/inputs?lang={language}"))
    assert len({row["name"] for row in found}) == len(found)
    assert len({(row["kind"], row["field"]) for row in found}) == len(found)
    units = {(row["kind"], row["field"]): row["unit"] for row in found}
    said = {
        "da": ("kr./time", "kr./måned", "kr., én gang", "kr./år pr. fuldtidsstilling"),
        "en": ("DKK/hour", "DKK/month", "DKK, once", "DKK/year per FTE"),
    }
    asked = ("overtime", "kroner_per_hour"), ("measure", "kroner_per_month")
    more = ("measure", "kroner_once"), ("post_price", "salary")
    assert tuple(units[each] for each in (*asked, *more)) == said[language]


@pytest.mark.parametrize(
    ("kind", "name", "value"), [("inflow", "factor", 10.1), ("effort", "factor", -1)]
)
def test_the_bounds_that_are_listed_are_the_bounds_that_hold(service, kind, name, value):
    change = {"kind": kind, name: value, "reason": "r"}
    refused = service.post("/v1/scenarios", json=OTHER | {"slug": "x", "changes": [change]})
    assert field(refused) == f"changes[0].{name}"


def test_schemas_are_published_and_a_shipped_plan_keeps_to_its_own(service):
    names = [row["name"] for row in rows(service.get("/v1/schemas"))]
    assert names == ["department", "roster", "scenario", "change", "prices"]
    for name in names:
        schema = service.get(f"/v1/schemas/{name}")
        assert schema.headers["Content-Type"] == "application/schema+json"
        assert schema.json()["$id"] == f"/v1/schemas/{name}"
    jsonschema = pytest.importorskip("jsonschema_rs")
    scenario = jsonschema.validator_for(service.get("/v1/schemas/scenario").json())
    assert scenario.is_valid(service.get(DEMO).json())
    assert not scenario.is_valid(service.get(DEMO).json() | {"changes": [{"kind": "nix"}]})
    department = jsonschema.validator_for(service.get("/v1/schemas/department").json())
    assert department.is_valid(service.get("/v1/departments/ishoej-2020").json())
