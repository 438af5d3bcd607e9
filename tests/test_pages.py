"""The page: well-formed, self-contained, and every number that of its address."""

import itertools
import re
import time
from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from threading import Event
from typing import Any
from urllib.parse import urlencode
from xml.etree import ElementTree

import pytest
from fastapi.testclient import TestClient
from small_department import BOTH, fixed, small_department
from sqlmodel import Session

from api.app import create_app
from api.documents import load_example
from api.pages.curves_kept import CurvesKept
from api.settings import Settings
from api.store.departments import Store
from capacity.case_classes import (
    STRAND,
    Backlog,
    BacklogStage,
    Clock,
    Desk,
    Episode,
    Strand,
)
from capacity.department import Department, Team
from capacity.duty_rota import DutyRota, Shift
from capacity.practice import AfterDue, Policy, Practice
from capacity.roster import Caseworker, Roster
from capacity.rulebook import rulebook
from capacity.staff_risks import StaffRisks
from capacity.units import exact
from capacity.wording import Language, Text, percent
from simulations.questions import USUAL_REPLICATIONS, headline_question
from simulations.staffing import staffing_curve

DEPARTMENTS = ("ishoej-2020", "fjordkoebing-2026")
LANGUAGES: tuple[Language, ...] = ("da", "en")
Element = ElementTree.Element


@pytest.fixture(scope="module")
def empty() -> Iterator[TestClient]:
    """A service that has no departments."""
    with TestClient(create_app(Settings(database=None, demo=False, patience=600))) as opened:
        yield opened


def page(client: TestClient, status: int = 200, **query: str) -> Element:
    """The page as a tree: what is not well-formed does not parse."""
    answer = client.get(f"/?{urlencode(query)}")
    assert answer.status_code == status
    return ElementTree.fromstring(answer.text.removeprefix("<!DOCTYPE html>"))


def text(element: Element) -> str:
    written = "".join(element.itertext()).replace("\N{NO-BREAK SPACE}", " ")
    return " ".join(written.split())


def of_class(root: Element, kind: str) -> list[Element]:
    return [each for each in root.iter() if kind in each.get("class", "").split()]


def bare(shown: str, language: Language) -> str:
    """A number as a cell has it: no thousands separator, a plain minus."""
    grouped = shown.replace("." if language == "da" else ",", "")
    return grouped.replace("\N{MINUS SIGN}", "-")


def in_percent(value: Any, digits: int = 0) -> str:
    return percent(exact(value), "da", digits)


@pytest.mark.parametrize("department", DEPARTMENTS)
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_opened_number_is_what_its_cell_answers(
    client: TestClient, department: str, language: Language
):
    root, compared = page(client, department=department, lang=language), 0
    for figure in of_class(root, "figure"):
        cells = [each.get("href", "") for each in figure.iter("a")]
        cell = next((each for each in cells if "format=text" in each and "field=" in each), None)
        values = [text(each) for each in figure.iter("b")]
        if cell and values:
            answered = client.get(cell)
            assert answered.status_code == 200, answered.text
            mark, other_mark = ",." if language == "da" else ".,"
            assert other_mark not in answered.text
            assert float(answered.text.replace(mark, ".")) == float(
                bare(values[0], language).replace(mark, ".")
            )
            compared += 1
    assert compared == 13


@pytest.mark.parametrize("department", DEPARTMENTS)
def test_the_table_of_levels_is_the_curve_of_the_address(client: TestClient, department: str):
    root = page(client, department=department)
    (table,) = of_class(root, "levels")
    address = next(
        each.get("href", "")
        for each in root.iter("a")
        if "/v1/staffing-curve" in each.get("href", "") and "format=json" in each.get("href", "")
    )
    rows = client.get(address).json()["rows"]
    printed = [[text(cell) for cell in row] for row in table.find("tbody") or ()]
    assert len(printed) == len(rows) == 5
    for row, cells in zip(rows, printed, strict=True):
        low, high = row["share_in_time_low"], row["share_in_time_high"]
        year_low, year_high = row["share_in_time_year_low"], row["share_in_time_year_high"]
        assert cells[2] == in_percent(row["share_in_time"])
        assert cells[3] == f"{in_percent(low, 1).removesuffix(' %')}–{in_percent(high, 1)}"
        assert cells[4] == f"{in_percent(year_low).removesuffix(' %')}–{in_percent(year_high)}"
        if row["extra_fte"]:
            assert cells[5].split()[0] == in_percent(row["difference"]).removesuffix(" %")
        assert cells[6] == in_percent(row["mean_days_late"] / 100).removesuffix(" %")
        assert cells[7] == str(row["days_late_90"])
        assert cells[8] == in_percent(row["stock_in_time"])


def test_the_share_of_a_level_leads_to_its_cell(client: TestClient):
    (table,) = of_class(page(client, extra_fte="1,5"), "levels")
    (link,) = table.iter("a")
    answered = client.get(link.get("href", "")).text
    assert in_percent(answered.replace(",", ".")) == text(link)


@pytest.mark.parametrize("department", DEPARTMENTS)
def test_every_count_has_the_share_and_interval_of_its_address(client: TestClient, department: str):
    (table,) = of_class(page(client, department=department), "counts")
    rows = [row for row in table.iter("tr") if list(row.iter("a"))]
    assert rows
    for row in rows:
        address = next(
            a.get("href", "") for a in row.iter("a") if "format=json" in a.get("href", "")
        )
        answer = client.get(address).json()
        cells = [text(cell) for cell in row]
        low, high = answer["interval_low"], answer["interval_high"]
        assert cells[2] == f"{answer['in_time']} af {answer['due']}"
        assert cells[3] == in_percent(answer["share"])
        assert cells[4] == f"{in_percent(low).removesuffix(' %')}–{in_percent(high)}"
        assert cells[5] == (str(answer["not_yet_due"]) if answer["not_yet_due"] else "–")
        assert answer["sentence"] in cells[1]


def test_a_count_of_order_or_content_is_not_called_timely(client: TestClient):
    (table,) = of_class(page(client), "counts")
    (row,) = [row for row in table.iter("tr") if "Handleplan udarbejdet" in text(row)]
    assert "rettidig" not in text(row)
    assert not list(row.iter("a"))


def test_the_page_opens_with_the_numbers_of_the_note(client: TestClient):
    written = text(page(client))
    for number in ("Ishøj 2020", "32 ansatte", "23,92", "885,04", "37,2", "20,58", "11,68", "5,75"):
        assert number in written
    assert "2 af 6 (33 %) mod 35 af 38 (92 %)" in written
    assert "finde alle 6 overholdt i 61 % af tilfældene" in written
    assert "25–35" in written


def test_an_older_guideline_is_named_only_in_the_year_of_its_change(client: TestClient):
    assert "25–35" not in text(page(client, department="fjordkoebing-2026"))


@pytest.mark.parametrize("department", DEPARTMENTS)
def test_the_terms_of_a_sum_add_up_to_what_stands_below_them(client: TestClient, department: str):
    root, checked = page(client, department=department), 0
    for body in root.iter("tbody"):
        (*terms, total) = [bare(text(row[-1]), "da").replace(",", ".") for row in body]
        if body[-1].get("class") == "sum":
            added = sum((Fraction(term) for term in terms), Fraction(0))
            assert abs(added - Fraction(total)) <= Fraction("0.5") + len(terms) * Fraction("0.05")
            checked += 1
    assert checked == 2


@pytest.mark.parametrize("department", DEPARTMENTS)
@pytest.mark.parametrize("language", LANGUAGES)
def test_headings_descend_without_a_gap(client: TestClient, department: str, language: str):
    root = page(client, department=department, lang=language)
    levels = [int(each.tag[1]) for each in root.iter() if re.fullmatch("h[1-6]", each.tag)]
    assert root.get("lang") == language
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(later <= earlier + 1 for earlier, later in itertools.pairwise(levels))


@pytest.mark.parametrize("department", DEPARTMENTS)
def test_ids_are_unique_and_every_reference_finds_one(client: TestClient, department: str):
    root = page(client, department=department)
    ids = [each.get("id") for each in root.iter() if each.get("id")]
    assert len(ids) == len(set(ids))
    for each in root.iter():
        for name in (each.get("aria-labelledby") or each.get("aria-describedby") or "").split():
            assert name in ids
        if (each.get("href") or "").startswith("#"):
            assert each.get("href", "")[1:] in ids


def test_tables_have_captions_and_fields_have_labels(client: TestClient):
    root = page(client)
    assert all(table.find("caption") is not None for table in root.iter("table"))
    labelled = {id(field) for label in root.iter("label") for field in label.iter()}
    fields = [each for each in root.iter() if each.tag in ("input", "select")]
    assert all(id(each) in labelled for each in fields if each.get("type") != "hidden")


def test_nothing_is_fetched_from_elsewhere_and_only_our_own_scripts_run(client: TestClient):
    answer = client.get("/")
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    root = page(client)
    fetched = [each.get("src") or each.get("href") or "" for each in root.iter("link")]
    assert fetched == ["/static/icon.svg", "/static/planner.css"]
    scripts = list(root.iter("script"))
    assert [each.get("src") for each in scripts] == ["/static/share.js"]
    assert not any(each.text for each in scripts)
    assert not [each for each in root.iter() if each.tag in ("iframe", "img", "style")]
    assert not [each for each in root.iter() if each.get("style") or each.get("onclick")]
    for address in fetched:
        assert client.get(address).status_code == 200
    sheet = client.get("/static/planner.css").text
    assert "url(" not in sheet
    assert "@import" not in sheet


@pytest.mark.parametrize("department", DEPARTMENTS)
def test_every_address_on_the_page_answers(client: TestClient, department: str):
    root = page(client, department=department)
    addresses = {each.get("href", "").partition("#")[0] for each in root.iter("a")}
    own = {each for each in addresses if each.startswith("/") and "/v1/staffing-curve" not in each}
    assert len(own) > 20
    assert {client.get(each).status_code for each in own} == {200}


def test_every_number_with_a_rule_says_kind_source_and_last_look(client: TestClient):
    rules = [text(each) for each in of_class(page(client), "rule")]
    assert len(rules) > 8
    assert all(re.match("(lov|aftale|vejledende|lokal|antagelse) ", each) for each in rules)
    assert all("Kilde: " in each and "sidst kontrolleret" in each for each in rules)


def test_the_other_language_keeps_every_choice(client: TestClient):
    root = page(client, department="ishoej-2020@1", team="basisteam-1", extra_fte="0;0,5")
    english = next(each for each in root.iter("a") if each.get("hreflang") == "en")
    chosen = client.get(english.get("href", "")).text
    assert "Base team 1" in chosen
    assert 'value="0;0,5"' in chosen
    assert "Half an extra full-time post" in chosen


def test_a_team_without_a_named_deadline_is_asked_about_one_of_its_own(client: TestClient):
    chosen = page(client, team="basisteam-1")
    (select,) = (each for each in chosen.iter("select") if each.get("name") == "deadline")
    assert len(list(select)) == 3
    assert "Basisteam 1" in text(of_class(chosen, "levels")[0])


def test_assumptions_are_named_with_their_owner_and_reason(client: TestClient):
    (table,) = of_class(page(client), "assumptions")
    rows = [[text(cell) for cell in row] for row in table.find("tbody") or ()]
    assert len(rows) > 20
    assert all(all(cells) for cells in rows)


def test_the_page_says_what_it_does_not_say(client: TestClient):
    written = text(page(client))
    for said in (
        "rettidighed, ikke lovmedholdelighed",
        "Illustreret, ikke kalibreret",
        "ikke opgjort",
    ):
        assert said in written
    assert f"frø 1, {USUAL_REPLICATIONS} gentagelser" in written


def test_a_simulated_curve_that_was_kept_is_the_one_simulated_anew(client: TestClient):
    first = client.get("/").content
    client.app.state.curves.forget()
    assert client.get("/").content == first


@pytest.fixture
def hurried() -> Iterator[tuple[TestClient, Event]]:
    """A service whose curves are ready when the event is set, and whose page never waits."""
    ready = Event()

    def simulate(question):
        assert ready.wait(60)
        return staffing_curve(question, rulebook())

    with TestClient(create_app(Settings(database=None, demo=True))) as opened:
        opened.app.state.curves = CurvesKept(0.0, simulate)
        yield opened, ready
        ready.set()


def test_a_page_comes_at_once_and_asks_again_for_its_curve(hurried: tuple[TestClient, Event]):
    client, ready = hurried
    chosen = {"team": "basisteam-1", "extra_fte": "0"}
    first = page(client, **chosen)
    (again,) = (each for each in first.iter("meta") if each.get("http-equiv") == "refresh")
    assert 0 < int(again.get("content", "")) <= 5
    assert "Kurven beregnes" in text(first)
    assert "37,2 sager pr. fuldtidsstilling" in text(first)
    current = [text(each) for each in first.iter("a") if each.get("aria-current") == "true"]
    assert "Basisteam 1" in current
    assert not of_class(first, "levels")
    ready.set()
    until = time.monotonic() + 60
    while not of_class(last := page(client, **chosen), "levels"):
        assert time.monotonic() < until
        time.sleep(0.05)
    assert not [each for each in last.iter("meta") if each.get("http-equiv")]


def test_a_page_that_has_its_curve_does_not_ask_again(client: TestClient):
    assert not [each for each in page(client).iter("meta") if each.get("http-equiv")]


def test_a_curve_that_failed_by_a_fault_is_simulated_anew():
    tried = []

    def fails_once(question):
        tried.append(question)
        if len(tried) == 1:
            raise MemoryError
        return "the curve"

    curves = CurvesKept(60.0, fails_once)
    question = headline_question(load_example("ishoej-2020"))
    with pytest.raises(MemoryError):
        curves.curve(question)
    assert curves.curve(question) == curves.curve(question) == "the curve"
    assert len(tried) == 2
    curves.close()


def test_flow_and_stock_stand_side_by_side(client: TestClient):
    root = page(client)
    (beside,) = of_class(root, "flow")
    (levels,) = of_class(root, "levels")
    for short, long in zip(beside.find("tbody") or (), levels.find("tbody") or (), strict=False):
        cells, numbers = [text(cell) for cell in short], [text(cell) for cell in long]
        assert cells[1].startswith(numbers[2])
        assert cells[2].startswith(numbers[8])
        assert numbers[7] in cells[3]


def test_the_way_of_a_case_reads_as_a_line(client: TestClient):
    (routes,) = of_class(page(client), "routes")
    (way, *_) = [text(each) for each in routes.iter("dd")]
    assert re.search(r"\d t → vent \d+ d → .* t .*⚑ Børnefaglig undersøgelse afsluttet", way)
    english = text(of_class(page(client, lang="en"), "routes")[0])
    assert re.search(r"\d h → wait \d+ d", english)


def full_department() -> Department:
    """Two teams that pass cases on, a rota, strands, staff risks, a limit: all that there is."""
    usual = small_department(ages_days=(10, 200))
    (assessments,) = usual.case_classes
    (assess,) = assessments.route
    notified = Clock(deadline="statute.notification_assessment")
    more = Clock(deadline="statute.notification_assessment", starts=STRAND)
    route = (
        Episode(
            slug="screen",
            label=BOTH,
            effort_hours=fixed("1"),
            team="duty",
            desk=Desk.TEAM,
            clock=notified,
        ),
        Episode(
            slug="talk",
            label=BOTH,
            effort_hours=fixed("2"),
            external_delay_days=fixed("7"),
            least_times=2,
            most_times=3,
            again=Fraction(1, 4),
        ),
        replace(assess, desk=Desk.OWN, effort_hours=fixed("10")),
        Episode(slug="second", label=BOTH, effort_hours=fixed("2"), team="other", desk=Desk.TEAM),
    )
    strands = (
        Strand(
            slug="by-chance",
            label=BOTH,
            per_year=Fraction(2),
            outlives_case=True,
            episodes=(
                Episode(
                    slug="again",
                    effort_hours=fixed("1"),
                    desk=Desk.TEAM,
                    by_another=True,
                    clock=more,
                ),
            ),
        ),
        Strand(
            slug="recurring",
            label=BOTH,
            after_days=fixed("30"),
            recurs=True,
            episodes=(Episode(slug="meet", effort_hours=fixed("1")),),
        ),
        Strand(
            slug="once",
            label=BOTH,
            after_days=fixed("14"),
            episodes=(Episode(slug="inform", effort_hours=fixed("1")),),
        ),
    )
    risks = StaffRisks(
        short_sickness_per_year=Fraction(2),
        short_sickness_days=fixed("4"),
        turnover_per_year=Fraction(1, 5),
        vacancy_days=fixed("60"),
    )
    practice = Practice(
        policy=Policy.EARLIEST_DUE,
        after_due=AfterDue.BY_AGE,
        caseload_limit=Fraction(25),
        switching_hours=Fraction(1, 4),
        handover_hours=Fraction(2),
    )
    shifts = tuple(
        Shift(weekday=day, opens_at=Fraction(8), closes_at=Fraction(16)) for day in range(7)
    )
    (team,) = usual.teams
    other = Text(da="Det andet team", en="The other team")
    return replace(
        usual,
        slug="full",
        teams=(
            replace(team, practice=practice, staff_risks=risks),
            Team(slug="other", label=other),
        ),
        duty_rotas=(
            DutyRota(
                slug="duty", label=Text(da="Døgnvagt", en="Duty"), staffed_by="other", shifts=shifts
            ),
        ),
        roster=Roster(
            caseworkers=(
                *usual.roster.caseworkers,
                Caseworker(id="o1", team="other", hours_per_week=Fraction(37)),
                Caseworker(id="o2", team="other", hours_per_week=Fraction(37)),
            )
        ),
        case_classes=(
            replace(
                assessments,
                route=route,
                strands=strands,
                slug="assessment",
                backlog=Backlog(stages=(BacklogStage(episode="assessment", ages_days=(10, 200)),)),
            ),
        ),
    )


REFUSED = [
    # (what is asked, status, what the Danish message says)
    ({"department": "ukendt"}, 404, "der er fjordkoebing-2026, ishoej-2020"),
    ({"department": "ishoej-2020@9"}, 404, "ishoej-2020@1"),
    ({"extra_fte": "en;to"}, 422, "”en” er ikke et tal"),
    ({"extra_fte": "0;-1"}, 422, "0 til 1000"),
    ({"extra_fte": "1.000,5"}, 422, "tusindtal"),
    ({"extra_fte": ";".join(["1"] * 13)}, 413, "højst 12"),
    ({"extra_fte": "1e60"}, 422, "0 til 1000"),
    ({"team": "ukendt"}, 404, "der er straxen, paragraf-50"),
    ({"team": "straxen"}, 422, "ingen sager med frist"),
    ({"deadline": "statute.care_plan"}, 422, "skriv en af statute.child_assessment"),
    ({"one": "1", "other": "1"}, 422, "to forskellige optællinger fra 1 til 11"),
    ({"one": "99"}, 422, "fra 1 til 11"),
    ({"one": "x"}, 422, "ikke et antal"),
    ({"foo": "1"}, 422, "kender ikke ”foo”"),
    ({"lang": "sv"}, 422, "lang=da eller en"),
]


@pytest.mark.parametrize(("asked", "status", "said"), REFUSED)
def test_a_refusal_is_a_page_that_says_what_to_change(
    client: TestClient, asked: dict[str, str], status: int, said: str
):
    root = page(client, status, **asked)
    (refusal,) = of_class(root, "refusal")
    assert refusal.get("role") == "alert"
    assert said in text(refusal)


def test_a_refused_level_keeps_what_was_written_and_the_rest_of_the_page(client: TestClient):
    root = page(client, 422, team="basisteam-2", extra_fte="en;to")
    fields = {each.get("name"): each.get("value") for each in root.iter("input")}
    assert (fields["extra_fte"], fields["team"]) == ("en;to", "basisteam-2")
    assert "37,2 sager pr. fuldtidsstilling" in text(root)


def test_a_parameter_written_twice_is_refused_in_words(client: TestClient):
    answer = client.get("/?team=straxen&team=paragraf-50")
    assert answer.status_code == 422
    assert "flere gange" in answer.text


def test_what_a_reader_writes_never_becomes_markup(client: TestClient):
    for name in ("department", "team", "deadline", "extra_fte", "one", "foo"):
        answer = client.get("/", params={name: '"><script>alert(1)</script>'})
        assert "alert(1)</script" not in answer.text
        assert "<script>" not in answer.text


def test_what_looks_like_a_cpr_number_is_not_shown_again(client: TestClient):
    for name in ("department", "team", "deadline", "extra_fte", "one", "x"):
        for number in ("010203-1234", "010203 - 1234", "cpr0102031234"):
            answer = client.get("/", params={name: number})
            assert (answer.status_code, "CPR-nummer" in answer.text) == (422, True)
            assert not re.search("010203|1234", answer.text)
    assert "010203" not in client.get("/?x0102031234=1").text


def test_an_empty_store_says_how_to_begin(empty: TestClient):
    assert "caseload serve --demo" in text(page(empty))
    for link in page(empty, lang="en").iter("a"):
        assert empty.get(link.get("href", "")).status_code == 200


def test_a_department_where_nobody_carries_cases_still_has_a_page(empty: TestClient):
    nobody = small_department(caseworkers=0, ages_days=(10, 20))
    classes = tuple(replace(each, slug="assessment") for each in nobody.case_classes)
    department = replace(nobody, case_classes=classes)
    with Session(empty.app.state.engine) as session, session.begin():
        Store(session).add_department(department)
    root = page(empty, 422, department="small")
    assert "skriv mere end 0" in text(of_class(root, "refusal")[0])
    assert "0 ansatte" in text(root)
    assert "Ikke opgjort: afdelingen har ingen optællinger" in text(root)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_department_with_all_there_is_has_a_page(empty: TestClient, language: Language):
    with Session(empty.app.state.engine) as session, session.begin():
        Store(session).add_department(full_department())
    for deadline in ("statute.child_assessment", "statute.notification_assessment"):
        root = page(empty, department="full", lang=language, extra_fte="0;1", deadline=deadline)
        assert not of_class(root, "refusal")
        assert of_class(root, "levels")
        written = text(root)
        for said in {
            "da": (
                "Det andet team",
                "Døgnvagt: 56 vagttimer",
                "25 pr. fuldtidsstilling",
                "20 % siger op",
                "[hos Døgnvagt]",
                "[hos Det andet team]",
                "× 2–3 og om igen",
                "[ved en anden end sagens egen]",
                "igen og igen, efter 30 dage",
                "tilfældigt, 2 gange om året; også efter",
                "én gang, efter 14 dage",
                "En ny sag får en ejer",
                "tages efter sagens alder",
                "0,25 timer",
            ),
            "en": (
                "The other team",
                "Duty: 56 hours on duty",
                "25 per full-time post",
                "20% leave",
                "[at Duty]",
                "× 2–3 and again",
                "by chance, 2 times a year",
            ),
        }[language]:
            assert said in written, said


def test_head_answers_as_get_does_without_the_content(client: TestClient):
    head, get = client.head("/"), client.get("/")
    assert head.content == b""
    assert head.headers["content-length"] == get.headers["content-length"]
