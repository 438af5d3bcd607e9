"""What a department's own case list says, over HTTP: the same numbers, and no person."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from fastapi.testclient import TestClient
from past_lists import DEPARTMENTS
from typer.testing import CliRunner

from api.app import create_app
from api.command_line import main
from api.deadline_readings import reading_rows
from api.documents import DepartmentDocument
from api.imports.fields import Kind
from api.imports.pseudonyms import pseudonym_of
from api.observed_answers import compliance_rows
from api.observed_sentences import compliance_sentence
from api.settings import Settings
from api.store.histories import read_past
from api.synthetic_files import synthetic_files
from api.turnaround_answers import Stretch, turnaround, turnaround_rows, turnaround_sentence
from capacity.case_events import CaseEvent
from capacity.compliance import compliance_difference, observed_compliance
from capacity.count_statistics import wilson
from capacity.roster import Roster
from capacity.rulebook import rulebook
from capacity.units import exact
from capacity.wording import percent
from simulations.case_history import EPOCH, CaseHistory, day_number
from simulations.followed_cases import FINISHED, followed_cases
from simulations.inflow_fit import inflow_fits
from simulations.observed_clocks import observed_clocks
from simulations.observed_compliance import Split, compliance_of_history
from simulations.shared_counts import shared_rows
from simulations.synthetic_truths import Size, synthetic_truth
from simulations.turnaround_fit import turnaround_fit

TRUTH = synthetic_truth(Size.SMALL)
HERE = f"/v1/departments/{TRUTH.slug}"
FILE = {"Content-Type": "application/octet-stream"}


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    path = tmp_path_factory.mktemp("observed") / "planner.sqlite"
    files = {each.name: each.content for each in synthetic_files(Size.SMALL, rulebook(), seed=3)}
    app = create_app(Settings(database=str(path), workers=0, demo=True))
    with TestClient(app, base_url="http://127.0.0.1", raise_server_exceptions=False) as opened:
        document = DepartmentDocument.from_domain(TRUTH).as_json()
        assert opened.post("/v1/departments", json=document).status_code == 201
        said = {
            "kind": "cases",
            "file": "cases.csv",
            "unit": "child",
            "seen_on": "2025-12-31",
            "complete_from": "2024-01-01",
        }
        cases = files["cases.csv"]
        shown = opened.post(
            "/v1/imports/check",
            params={**said, "department": TRUTH.slug},
            content=cases,
            headers=FILE,
        ).json()
        kept = opened.post(
            f"{HERE}/imports",
            params={**said, "accept": shown["token"]},
            content=cases,
            headers=FILE,
        )
        assert kept.status_code == 201
        yield opened


@pytest.fixture(scope="module")
def history(service: TestClient) -> CaseHistory:
    _, lists = read_past(service.app.state.engine, TRUTH.slug, [Kind.CASES])  # type: ignore[attr-defined]
    found = lists[Kind.CASES]
    assert isinstance(found, CaseHistory)
    return found


def rows(service: TestClient, path: str) -> list[dict[str, Any]]:
    answer = service.get(path)
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["rows"]
    return found


@pytest.mark.parametrize("by", ["", "month", "team;case_class;month"])
def test_the_rows_are_the_counts_of_the_list(service, history, by):
    counted = compliance_of_history(history, rulebook())
    expected = counted.rows({Split(each) for each in by.split(";") if each})
    found = rows(service, f"{HERE}/observed-compliance?by={by}")
    assert len(found) == len(expected)
    for row, each in zip(found, expected, strict=True):
        assert (row["deadline"], row["in_time"], row["late"], row["due"]) == (
            each.deadline,
            each.in_time,
            each.late,
            each.due,
        )
        assert row["not_yet_due"] == each.not_yet_due
        if each.share is not None:
            assert row["share"] == float(each.share)
            assert row["interval_low"] <= row["share"] <= row["interval_high"]


def test_a_shared_table_holds_no_small_count(service):
    found = rows(service, f"{HERE}/observed-compliance?by=month&shared=true")
    told = [
        row[name]
        for row in found
        for name in ("in_time", "late", "open_and_overdue", "not_yet_due", "not_required")
    ]
    assert None in told
    whole = [row for row in found if row["month"] is not None]
    assert whole
    assert not {1, 2, 3, 4} & {each for each in told if each is not None}
    text = service.get(f"{HERE}/observed-compliance?by=month&shared=true&format=text").text
    assert "udeladt" in text
    assert not re.search(r"\d+ af \d+ til tiden", text)


@pytest.mark.parametrize(("unstarted", "told"), [(1, False), (4, False), (5, True)])
def test_a_sentence_for_sharing_names_no_small_count_of_what_the_list_lacks(
    history, unstarted, told
):
    """So many assessments are finished of which no date says when they began."""
    rows_ = np.flatnonzero(~np.isnan(history.at(CaseEvent.ASSESSMENT_FINISHED)))[:unstarted]
    starts = (CaseEvent.NEED_BECAME_KNOWN, CaseEvent.NOTIFICATION_RECEIVED)
    lacking = replace(
        history,
        events={
            event: np.where(np.isin(np.arange(history.cases), rows_), np.nan, moments)
            if event in starts
            else moments
            for event, moments in history.events.items()
        },
    )
    counted, _ = compliance_rows(lacking, shared=True)
    words = f"i {unstarted} række"
    assert words in compliance_sentence(counted, None, shared=False).da
    assert (words in compliance_sentence(counted, None, shared=True).da) == told


def test_a_sentence_keeps_the_old_law_and_the_new_apart_by_the_day_of_the_change(history):
    """One assessment begun on the last day of the old law, two on the first of the new."""
    began = np.array([day_number(date(2023, 12, 31))] + [day_number(date(2024, 1, 1))] * 2)
    two_laws = CaseHistory(
        unit=history.unit,
        seen_on=date(2024, 12, 31),
        complete_from=date(2023, 1, 1),
        teams=("a",),
        case_classes=("b",),
        team=np.zeros(3, dtype=np.int64),
        case_class=np.zeros(3, dtype=np.int64),
        events={
            CaseEvent.NEED_BECAME_KNOWN: began,
            CaseEvent.ASSESSMENT_FINISHED: began + np.array([10, 10, 300]),
        },
    )
    counted, told = compliance_rows(two_laws)
    assert [(row["law_from"], row["in_time"], row["due"]) for row in told] == [
        (date(2014, 11, 21), 1, 1),
        (date(2024, 1, 1), 1, 2),
    ]
    said = compliance_sentence(counted, None, shared=False).da
    assert "(regler fra 21. november 2014): 1 af 1 til tiden" in said
    assert "(regler fra 1. januar 2024): 1 af 2 til tiden" in said


def test_the_sentence_counts_every_deadline_and_says_what_it_is(service):
    said = service.get(f"{HERE}/observed-compliance?format=text").text
    assert "Børnefaglig undersøgelse afsluttet: 100 af 101 til tiden" in said
    assert said.endswith("Det er rettidighed, ikke lovmedholdelighed.")
    one = service.get(
        f"{HERE}/observed-compliance?format=text&lang=en&deadline=statute.child_assessment"
    ).text
    assert "100 of 101 in time" in one
    assert "Follow" not in one


def test_a_control_chart_tells_its_phases_and_its_verdict(service):
    found = rows(
        service,
        f"{HERE}/control-chart?deadline=statute.notification_assessment&phases=2025-01-01",
    )
    assert {row["phase"] for row in found} == {1, 2}
    assert all(row["month"] < "2025" for row in found if row["phase"] == 1)
    for row in found:
        assert row["outside"] == (not row["low"] <= row["share"] <= row["high"])
    said = service.get(f"{HERE}/control-chart?deadline=statute.child_assessment&format=text").text
    assert "for lidt til at skelne" in said


def test_turnaround_counts_open_cases_and_says_what_leaving_them_out_would(service):
    path = f"{HERE}/turnaround?case_class=boernefaglig-undersoegelse"
    found = rows(service, path)
    shares = [row["open_share"] for row in found]
    assert shares == sorted(shares, reverse=True)
    assert all(row["open_share_low"] <= row["open_share"] for row in found)
    said = service.get(f"{path}&format=text").text
    assert "stadig åbne" in said
    assert "Regnet på de afsluttede alene" in said
    # without a type of case, only those that come to the event are followed
    assert rows(service, f"{HERE}/turnaround") == found


def test_inflow_has_a_row_a_type_and_says_what_was_not_learned(service):
    found = {row["case_class"]: row for row in rows(service, f"{HERE}/inflow")}
    row = found["underretning"]
    assert row["arrivals_low"] < row["arrivals_per_year"] < row["arrivals_high"]
    assert row["learned"] is True
    assert "sager om året" in row["says"]
    assert (row["case_class_label"], row["team_label"]) == ("Underretning", "Familieteamet")
    assert "Underretning (Familieteamet): " in service.get(f"{HERE}/inflow?format=text").text


def test_no_case_child_or_caseworker_leaves_the_list(service, history):
    assert history.caseworker is not None
    for path in ("observed-compliance?by=team;case_class;month", "inflow", "turnaround"):
        text = service.get(f"{HERE}/{path}").text
        assert "S0" not in text
        for number in set(history.caseworker.tolist()) - {-1}:
            assert len(str(number)) < 4 or str(number) not in text


@pytest.mark.parametrize(
    ("path", "status", "field", "says"),
    [
        (f"{HERE}/control-chart?deadline=x", 422, "deadline", "den viser statute."),
        (f"{HERE}/control-chart?deadline=statute.child_assessment&phases=x", 422, "phases", "dato"),
        (f"{HERE}/control-chart?deadline=statute.child_assessment&team=x", 422, "team", "den har"),
        (f"{HERE}/observed-compliance?by=week", 422, "by", "case_class"),
        (f"{HERE}/observed-compliance?from=2023-01-01", 422, "from", "hel fra"),
        (f"{HERE}/observed-compliance?to=2030-01-01", 422, "to", "senest"),
        (f"{HERE}/observed-compliance?from=2025-03-01&to=2025-03-01", 422, "to", "efter sin"),
        (f"{HERE}/observed-compliance?from=2025-03-02&to=2025-03-01", 422, "to", "efter sin"),
        (f"{HERE}/turnaround?case_class=x", 422, "case_class", "den har"),
        (f"{HERE}/turnaround?event=need_became_known&starts=closed", 422, None, ""),
        ("/v1/departments/nobody/inflow", 404, "department", "ingen afdeling"),
        ("/v1/departments/ishoej-2020/inflow", 422, "slug", "læs den ind"),
        ("/v1/improvement?department=ishoej-2020&one=99", 422, "one", "1: Børnefaglig"),
        ("/v1/improvement?department=ishoej-2020&one=1&other=3", 422, None, ""),
        ("/v1/review-size", 422, "precision", "enten precision"),
        ("/v1/review-size?precision=0.1&reviewed=3", 422, "precision", "enten precision"),
        ("/v1/audit-levels?met=0&partly_met=0&not_met=0", 422, None, "mindst én"),
    ],
)
def test_what_cannot_be_answered_says_what_to_change(service, path, status, field, says):
    refused = service.get(path)
    assert refused.status_code == status, refused.text
    errors = refused.json()["errors"]
    if field is not None:
        assert errors[0]["field"] == field
    assert says in refused.json()["detail"]


def test_was_the_improvement_real_is_one_question_with_its_reservations(service):
    answer = service.get("/v1/improvement?department=ishoej-2020").json()
    assert answer["beyond_chance"] is True
    assert answer["p_value"] == pytest.approx(0.0034, abs=5e-5)
    assert answer["missing_late"] == 8
    assert "ikke ved lodtrækning" in answer["caveats"]
    said = service.get("/v1/improvement?department=ishoej-2020&format=text&lang=da").text
    assert said.startswith("Fra 33 % til 92 %")
    assert "8 overskredne" in said


def test_a_review_is_planned_and_read(service):
    planned = service.get("/v1/review-size?precision=0,1&levels=3").json()
    assert planned["reviewed"] == 138
    assert planned["half_width"] <= 0.1
    read = service.get("/v1/review-size?reviewed=14").json()
    assert read["unseen_at_most"] == pytest.approx(0.22, abs=0.005)
    levels = service.get("/v1/audit-levels?met=6&partly_met=4&not_met=4").json()
    assert levels["met"] == pytest.approx(6 / 14)
    assert levels["met_low"] == pytest.approx(0.18, abs=0.005)


COUNTED = "deadline=statute.child_assessment"
"""What the file of departments does not say of itself."""


def compared(service: TestClient, content: str, query: str = "", counted: str = COUNTED) -> Any:
    path = f"/v1/department-comparison?{query}&{counted}"
    return service.post(path, content=content, headers=FILE)


ONE_KIND = DEPARTMENTS.replace(
    "familie;300;12,5;ansatte;200;;", "barn;300;12,5;sagsbærende;200;40;20"
)


def test_departments_stand_side_by_side_and_are_ranked_where_they_measure_the_same(service):
    found = compared(service, ONE_KIND, "rank=caseload").json()["rows"]
    assert [row["name"] for row in found] == ["Sydby", "Nordby"]
    assert [row["place"] for row in found] == [1, 2]
    assert found[1]["cases_per_fte"] == pytest.approx(890 / 23.92)
    by_share = compared(service, ONE_KIND, "rank=timeliness").json()["rows"]
    assert by_share[0]["name"] == "Nordby"
    unranked = compared(service, ONE_KIND).json()["rows"]
    assert [row["place"] for row in unranked] == [None, None]
    assert unranked[0]["law_from"] == "2024-01-01"


def test_departments_that_count_differently_are_not_ranked(service):
    other_unit = ONE_KIND.replace("Sydby;barn", "Sydby;familie")
    refused = compared(service, other_unit, "rank=caseload")
    assert refused.status_code == 422
    assert "familier" in refused.json()["detail"]
    assert compared(service, other_unit).status_code == 200
    assert refused.json()["errors"][0]["field"] == "rank"
    said = compared(service, other_unit, "format=text").text
    assert "Ikke rangordnet efter sagstal" in said
    assert "Ikke rangordnet efter rettidighed" in said


def test_a_department_whose_deadlines_nobody_counted_stands_in_the_table_all_the_same(service):
    _, sydby = compared(service, DEPARTMENTS).json()["rows"]
    assert (sydby["due"], sydby["share"], sydby["interval_low"]) == (None, None, None)
    assert sydby["note"] == "Rettidigheden er ikke talt op."
    refused = compared(service, DEPARTMENTS, "rank=timeliness")
    assert "ikke talt op for Sydby" in refused.json()["detail"]


def test_a_period_across_a_change_of_law_is_not_ranked_by_timeliness(service):
    across = ONE_KIND.replace("40;20;01-01-2025", "40;20;01-07-2023")
    assert across != ONE_KIND
    rows_ = compared(service, across).json()["rows"]
    assert [row["law_from"] for row in rows_] == ["2024-01-01", None]
    assert "timeliness" not in rows_[0]["rankable_by"]
    refused = compared(service, across, "rank=timeliness")
    assert refused.status_code == 422
    assert "lovændring" in refused.json()["detail"]


def test_a_row_with_a_deadline_that_is_no_rule_is_named(service):
    with_rule = "\n".join(
        f"{line};{end}"
        for line, end in zip(
            ONE_KIND.splitlines(), ("Frist", "statute.child_assessment", "fire uger"), strict=True
        )
    )
    refused = compared(service, with_rule)
    assert refused.status_code == 422, refused.text
    assert refused.json()["errors"][0]["field"] == "rows[3].deadline"
    assert "Sydby" in refused.json()["detail"]


def test_stored_departments_stand_side_by_side_by_their_documents_and_lists(service, history):
    path = f"/v1/department-comparison?departments={TRUTH.slug};ishoej-2020"
    own, ishoej = rows(service, path)
    [expected] = [
        row
        for row in compliance_of_history(history, rulebook()).rows()
        if row.deadline == "statute.child_assessment"
    ]
    assert (own["in_time"], own["due"]) == (expected.in_time, expected.due)
    assert own["interval_low"] == wilson(expected.in_time, expected.due, 0.95).low
    assert own["law_from"] == str(expected.law_from)
    assert ishoej["cases_per_fte"] == pytest.approx(890 / 23.92)
    assert ishoej["due"] is None
    assert ishoej["rankable_by"] == "caseload;load"
    placed = rows(service, f"{path}&rank=caseload")
    assert [row["name"] for row in placed] == [TRUTH.slug, "ishoej-2020"]
    said = service.get(f"{path}&format=text").text
    assert "Ishøj 2020 (notatets tal) [ishoej-2020]: sagstal 37,2" in said
    assert "ikke talt op for ishoej-2020" in said


def test_a_department_in_which_nobody_has_hours_for_cases_is_named_with_what_to_do(service):
    document = DepartmentDocument.from_domain(
        replace(TRUTH, slug="tomdal", roster=Roster(caseworkers=()))
    ).as_json()
    assert service.post("/v1/departments", json=document).status_code == 201
    refused = service.get(f"/v1/department-comparison?departments={TRUTH.slug};tomdal")
    assert refused.status_code == 422
    assert refused.json()["errors"][0]["field"] == "departments"
    assert "tomdal har ingen med timer til sager" in refused.json()["detail"]
    assert "caseload import staff FIL --department tomdal" in refused.json()["detail"]


def test_the_days_of_the_period_are_the_callers(service, history):
    from_, to = date(2025, 1, 1), date(2026, 1, 1)
    counted = compliance_of_history(history, rulebook(), from_=from_, to=to).rows()
    found = rows(service, f"{HERE}/observed-compliance?from={from_}&to={to}")
    assert [row["due"] for row in found] == [each.due for each in counted]
    assert Fraction(found[0]["in_time"]) == counted[0].in_time


def test_the_terminal_tells_the_same(service):
    database = service.app.state.settings.database
    terms = ["observed", TRUTH.slug, "--database", database]
    said = " ".join(CliRunner().invoke(main, terms).output.split())
    assert "Børnefaglig undersøgelse afsluttet: 100 af 101 til tiden" in said
    by_month = CliRunner().invoke(
        main, [*terms, "--by", "month", "--deadline", "statute.child_assessment"]
    )
    assert "2024-05" in by_month.output
    chart = CliRunner().invoke(main, [*terms, "--chart", "statute.notification_assessment"])
    assert chart.exit_code == 0
    assert "til tiden" in chart.output
    refused = CliRunner().invoke(main, ["observed", "ishoej-2020", "--database", database])
    assert refused.exit_code == 2


# --- What a list could not show, and what may be shared --------------------------------------


def test_the_readings_are_those_of_the_list(service, history):
    found = rows(service, f"{HERE}/deadline-readings")
    expected = [reading for reading, _ in observed_clocks(history, rulebook())]
    assert [
        (row["deadline"], row["clocks"], row["start_unknown"], row["not_in_force"], row["unknown"])
        for row in found
    ] == [
        (each.deadline, each.clocks, each.start_unknown, each.not_in_force, each.unknown)
        for each in expected
    ]
    assert {row["complete_from"] for row in found} == {"2024-01-01"}
    assert {row["list_complete"] for row in rows(service, f"{HERE}/observed-compliance")} == {True}


def test_what_dates_without_a_time_cannot_settle_is_said_with_what_it_takes(history):
    whole_days = {
        event: np.floor(moments) if event is CaseEvent.NOTIFICATION_ASSESSED else moments
        for event, moments in history.events.items()
    }
    untimed = replace(
        history,
        events=whole_days,
        timed=history.timed - {CaseEvent.NOTIFICATION_ASSESSED},
    )
    told_, said = reading_rows(untimed)
    [unknown] = [row.unknown for row in told_ if row.deadline == NOTIFICATION]
    assert unknown > 1
    assert (
        f"Underretning vurderet: om {unknown} frister kan datoerne ikke afgøre, om fristen blev "
        "holdt; det kræver klokkeslæt for ”underretningen vurderet”." in said.da
    )
    assert f"of {unknown} deadlines the dates cannot settle" in said.en
    assert "kræver klokkeslæt" not in reading_rows(history)[1].da


def test_a_list_that_nobody_said_was_complete_says_so_wherever_it_is_counted(history):
    unsaid = replace(history, complete_from=None)
    counted, told = compliance_rows(unsaid)
    assert {row["list_complete"] for row in told} == {False}
    said = compliance_sentence(counted, None, shared=False)
    assert "Ingen har oplyst" in said.da
    assert "Nobody has said" in reading_rows(unsaid)[1].en
    assert "Nobody has said" in compliance_sentence(counted, None, shared=True).en


def test_the_rows_of_a_team_are_the_teams_and_of_no_team_there_is_nothing(service, history):
    only = compliance_of_history(history, rulebook()).rows({Split.TEAM})
    found = rows(service, f"{HERE}/observed-compliance?by=team&team=familieteam")
    expected = [row for row in only if row.team == "familieteam"]
    assert [(row["deadline"], row["due"]) for row in found] == [
        (each.deadline, each.due) for each in expected
    ]
    refused = service.get(f"{HERE}/observed-compliance?team=nobody")
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "team")


@pytest.mark.parametrize("by", ["", "month", "team;case_class", "case_class;month"])
def test_a_shared_table_is_what_may_be_shared_and_its_totals_are_marked(service, history, by):
    divided = {Split(each) for each in by.split(";") if each}
    expected = shared_rows(compliance_of_history(history, rulebook()).rows(divided))
    found = rows(service, f"{HERE}/observed-compliance?by={by}&shared=true")
    if not divided:
        expected = tuple(each for each in expected if each.is_total)
    assert [(row["deadline"], row["is_total"]) for row in found] == [
        (each.deadline, each.is_total) for each in expected
    ]
    for row, each in zip(found, expected, strict=True):
        assert row["in_time"] == (each.counts and each.counts.in_time)
        assert (row["mean_days_late"], row["running_overdue"]) == (None, None)


def test_a_department_may_be_named_with_its_version(service):
    for path in ("observed-compliance", "turnaround", "deadline-readings"):
        assert rows(service, f"{HERE}@1/{path}") == rows(service, f"{HERE}/{path}")


# --- Turnaround and inflow -------------------------------------------------------------------


def test_turnaround_is_the_fit_of_the_followed_cases(service, history):
    assessments = history.case_classes.index("boernefaglig-undersoegelse")
    followed = followed_cases(
        history.only(history.case_class == assessments), CaseEvent.ASSESSMENT_FINISHED
    )
    fit = turnaround_fit(followed)
    found = rows(service, f"{HERE}/turnaround")
    for key, column in (
        ("days", fit.counted.age),
        ("at_risk", fit.counted.at_risk),
        ("open_share", fit.counted.share),
        ("open_share_low", fit.counted.low),
    ):
        assert [row[key] for row in found] == pytest.approx(column.tolist())
    told = {row["by"]: row for row in rows(service, f"{HERE}/turnaround-fit?within=90")}
    assert fit.chosen is not None
    chosen = told[fit.chosen.fit.shape.value]
    assert [name for name, row in told.items() if row["chosen"]] == [fit.chosen.fit.shape.value]
    mean, by_then = fit.chosen.fit.mean, fit.chosen.fit.finished_by(90)
    assert (chosen["mean_days"], chosen["mean_days_low"]) == pytest.approx((mean.value, mean.low))
    assert chosen["finished_share_high"] == pytest.approx(by_then.high)
    assert told["counted"]["finished_share"] == pytest.approx(fit.counted.finished_by(90).value)
    ages = np.repeat(followed.age, np.where(followed.end == FINISHED, followed.count, 0))
    assert told["finished_only"]["mean_days"] == pytest.approx(ages.mean())
    assert told["finished_only"]["finished_share"] == pytest.approx(np.mean(ages <= 90))
    assert sum(row["weight"] or 0 for row in told.values()) == pytest.approx(1)


@pytest.mark.parametrize("path", ["turnaround", "turnaround-fit"])
def test_the_sentence_tells_the_counted_share_and_beside_it_what_the_family_says(service, path):
    told = {row["by"]: row for row in rows(service, f"{HERE}/turnaround-fit?within=90")}
    chosen = next(row for row in told.values() if row["chosen"])
    counted, by_family = (
        percent(exact(f"{row['finished_share']:.9f}"), "en") for row in (told["counted"], chosen)
    )
    assert counted != by_family
    said = service.get(f"{HERE}/{path}?within=90&format=text&lang=en").text
    assert f"Within 90 days {counted} have finished" in said
    assert f"distribution says {by_family}." in said
    assert "to “child assessment finished” for cases, seen on 31 December 2025" in said
    assert "complete from 1 January 2024" in said


def test_where_many_cases_are_open_the_finished_alone_look_quicker_than_the_count(history):
    """Cases of a hundred days each, one a day: at the end all but the oldest are open."""
    began = np.arange(300.0)
    done = np.where(np.arange(300) % 2, began + 40, began + 200)
    seen = 299
    cases = CaseHistory(
        unit=history.unit,
        seen_on=EPOCH + timedelta(days=seen),
        complete_from=EPOCH,
        teams=("a",),
        case_classes=("b",),
        team=np.zeros(300, dtype=np.int64),
        case_class=np.zeros(300, dtype=np.int64),
        events={
            CaseEvent.NEED_BECAME_KNOWN: began,
            CaseEvent.ASSESSMENT_FINISHED: np.where(done <= seen, done, np.nan),
        },
    )
    stretch = Stretch(event=CaseEvent.ASSESSMENT_FINISHED)
    fit = turnaround(cases, stretch)
    told = {row.by: row for row in turnaround_rows(fit, 100)}
    assert told["counted"].finished_share == pytest.approx(0.5, abs=0.05)
    assert told["finished_only"].finished_share > 0.7
    said = turnaround_sentence(fit, 100, stretch, cases)
    counted = percent(exact(f"{fit.counted.finished_by(100).value:.9f}"), "en")
    assert f"Within 100 days {counted} have finished" in said.en
    assert "Fra ”sagens ankomst” til ”børnefaglig undersøgelse afsluttet”" in said.da
    assert "fuldstændig fra 1. januar" in said.da
    assert "Of the finished cases alone it would look like 72%" in said.en


def test_inflow_is_the_fit_and_its_months_add_up_to_its_cases(service, history):
    fits = {(each.team, each.case_class): each for each in inflow_fits(history, by_team=True)}
    found = rows(service, f"{HERE}/inflow")
    assert {(row["team"], row["case_class"]) for row in found} == set(fits)
    months = rows(service, f"{HERE}/inflow-months")
    for row in found:
        fit = fits[row["team"], row["case_class"]]
        assert row["arrivals_per_year"] == pytest.approx(fit.arrivals_per_year.value)
        assert (row["cases"], row["learned"]) == (fit.cases, fit.learned)
        own = [each for each in months if each["case_class"] == row["case_class"]]
        assert sum(each["cases"] for each in own) == fit.cases
        assert [each["month"] for each in own] == [
            f"{year}-{month:02}-01" for year in (2024, 2025) for month in range(1, 13)
        ]
        assert sum(each["days"] for each in own) == 731
    said = service.get(f"{HERE}/inflow?format=text&lang=en").text
    assert said.count("cases come a year") == len(found)


# --- Was the improvement real ----------------------------------------------------------------


def test_two_counts_written_in_the_question_are_answered_with_what_they_are_of(service):
    counts = "/v1/improvement?in_time=2&due=6&other_in_time=35&other_due=38"
    answer = service.get(f"{counts}&counted=chosen&other_counted=closed_only").json()
    expected = compliance_difference(observed_compliance(2, 6), observed_compliance(35, 38))
    assert answer["p_value"] == pytest.approx(expected.p_value)
    assert (answer["share"], answer["other_share"]) == pytest.approx((2 / 6, 35 / 38))
    assert answer["missing_late"] == 8
    assert "udvalgt efter kriterier" in answer["sentence"]
    assert "stadig er åbne, mangler" in answer["sentence"]
    assert "Ingen har oplyst, hvilke sager" in service.get(counts).json()["sentence"]
    all_cases = service.get(f"{counts}&counted=all&other_counted=random").json()["caveats"]
    assert "Om den" not in all_cases
    assert "hver sin tid" in all_cases


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("", "department"),
        ("in_time=2&due=6&other_in_time=35", "other_due"),
        ("department=ishoej-2020&in_time=2&due=6&other_in_time=3&other_due=8", "department"),
        ("in_time=7&due=6&other_in_time=35&other_due=38", "in_time"),
        ("in_time=2&due=6&other_in_time=35&other_due=0", "other_due"),
        ("in_time=2&due=6&other_in_time=35&other_due=9999999999", "other_due"),
        ("department=ishoej-2020&one=2&other=2", "other"),
        ("in_time=2&due=6&other_in_time=3&other_due=8&counted=x", "counted"),
    ],
)
def test_counts_that_cannot_be_compared_name_what_to_change(service, query, field):
    refused = service.get(f"/v1/improvement?{query}")
    assert refused.status_code == 422
    assert refused.json()["errors"][0]["field"] == field


# --- Every format, every address -------------------------------------------------------------

ADDRESSES = [
    f"{HERE}/observed-compliance?by=month",
    f"{HERE}/deadline-readings?",
    f"{HERE}/control-chart?deadline=statute.notification_assessment",
    f"{HERE}/turnaround?",
    f"{HERE}/turnaround-fit?",
    f"{HERE}/inflow?",
    f"{HERE}/inflow-months?",
    f"/v1/department-comparison?departments={TRUTH.slug};ishoej-2020",
    "/v1/review-size?precision=0,1",
    "/v1/audit-levels?met=6&partly_met=4&not_met=4",
    "/v1/improvement?department=ishoej-2020",
]


@pytest.mark.parametrize("address", ADDRESSES)
def test_every_answer_comes_in_every_format_and_names_nobody(service, history, address):
    people = [pseudonym_of(int(number)) for number in set(history.caseworker.tolist()) - {-1}]
    for written in ("json", "csv", "xml", "xlsx", "text"):
        answer = service.get(f"{address}&format={written}&header=words&digits=2")
        assert answer.status_code == 200, answer.text
        content = answer.content if written == "xlsx" else answer.text
        assert content
        if written != "xlsx":
            assert not [each for each in people if each in answer.text]
    danish, english = (
        service.get(f"{address}&format=text&lang={language}").text for language in ("da", "en")
    )
    assert danish != english


def test_a_file_named_by_a_cpr_number_is_refused_and_not_repeated(service):
    answer = compared(service, DEPARTMENTS, "file=010203-1234.csv")
    assert answer.status_code == 422
    assert "010203" not in answer.text


def test_which_deadline_a_file_counts_is_asked_and_never_guessed(service):
    asked = compared(service, ONE_KIND, counted="")
    assert asked.status_code == 422
    assert "tæller frister, men ikke hvilken" in asked.json()["detail"]
    assert asked.json()["errors"][0]["field"] == "rows[2].deadline"
    told = compared(service, ONE_KIND, counted="deadline=statute.notification_assessment")
    assert {row["deadline"] for row in told.json()["rows"]} == {"statute.notification_assessment"}


def test_a_ranking_speaks_of_what_was_asked_and_of_each_place(service):
    said = compared(service, ONE_KIND, "rank=caseload&format=text&lang=da").text
    assert said == (
        "Rangordnet efter sagstal, det laveste først. Sydby: nr. 1 af 2, sagstal 24,0. "
        "Nordby: nr. 2 af 2, sagstal 37,2. Et sagstal siger intet om, hvor tunge sagerne er."
    )
    said = compared(service, ONE_KIND, "rank=timeliness&format=text&lang=da").text
    assert "Nordby: nr. 1 af 2, 140 af 152 til tiden (92 %; 87 % til 95 %)." in said
    assert "sagstal" not in said
    assert "Pladserne ligger fast" in said
    english = compared(service, ONE_KIND, "rank=timeliness&format=text&lang=en").text
    assert "Nordby: no. 1 of 2, 140 of 152 in time" in english


def test_places_that_chance_may_settle_are_said_to_be_open(service):
    close = ONE_KIND.replace("200;40;20", "200;40;36")
    found = compared(service, close, "rank=timeliness&lang=da").json()["rows"]
    assert [row["place_in_words"] for row in found] == [
        "nr. 1 af 2 (tilfældet lader nr. 1 til 2 stå åbent)",
        "nr. 2 af 2 (tilfældet lader nr. 1 til 2 stå åbent)",
    ]
    assert {row["ranked_by"] for row in found} == {"timeliness"}
    said = compared(service, close, "rank=timeliness&format=text&lang=da").text
    assert "Rækkefølgen er ikke sikker" in said
    assert "Pladserne ligger fast" not in said


def test_equal_departments_share_a_place(service):
    equal = ONE_KIND.replace("300;12,5", "1780;47,84").replace("200;40;20", "200;152;140")
    for by, value in (("caseload", "sagstal 37,2"), ("timeliness", "140 af 152 til tiden")):
        said = compared(service, equal, f"rank={by}&format=text&lang=da").text
        for name in ("Nordby", "Sydby"):
            assert f"{name}: delt nr. 1 af 2" in said
        assert said.count(value) == 2


def test_a_ranking_by_load_tells_loads(service):
    path = f"/v1/department-comparison?departments={TRUTH.slug};ishoej-2020&rank=load"
    first, second = rows(service, path)
    assert first["load"] < second["load"]
    said = service.get(f"{path}&format=text&lang=da").text
    assert said.startswith("Rangordnet efter belastningsgrad, den laveste først.")
    for place, row in enumerate((first, second), start=1):
        load = percent(exact(f"{row['load']:.9f}"), "da")
        assert f"{row['label']} [{row['name']}]: nr. {place} af 2, belastningsgrad {load}." in said
    assert "sagstal" not in said
    assert "til tiden" not in said


# --- What may be shared, and how it is read --------------------------------------------------


NOTIFICATION = "statute.notification_assessment"


def left_out_of_months(history: CaseHistory, deadline: str = NOTIFICATION) -> tuple[int, int]:
    counted = compliance_of_history(history, rulebook()).rows({Split.MONTH})
    shared = [row for row in shared_rows(counted) if row.deadline == deadline and not row.is_total]
    return sum(row.counts is None for row in shared), len(shared)


def test_a_shared_table_says_how_much_is_missing_and_that_the_rest_is_no_sample(service, history):
    left_out, of = left_out_of_months(history)
    assert 0 < left_out < of
    path = f"{HERE}/observed-compliance?by=month&deadline={NOTIFICATION}&shared=true"
    said = service.get(f"{path}&format=text&lang=da").text
    assert f"{left_out} af {of} rækker er udeladt; de viste er ikke et tilfældigt udsnit" in said
    # The months with few late cases are the good ones, so what is left looks worse than all.
    assert "(af dem er 72 % til tiden, af alle 79 %): døm efter totalen." in said
    assert "Opdel i stedet efter kvartal (quarter) eller år (year)" in said
    english = service.get(f"{path}&format=text&lang=en").text
    assert f"{left_out} of {of} rows are left out; those shown are no random sample" in english
    # It stands in the table too, for whoever reads no sentence.
    *parts, total = rows(service, f"{path}&lang=da")
    assert total["is_total"]
    assert f"{left_out} af {of} rækker er udeladt" in total["note"]
    for row in parts:
        assert (row["note"] is None) == (row["in_time"] is not None)
    whole = rows(service, path.replace("&shared=true", ""))
    assert {row["note"] for row in whole} == {None}
    assert "udeladt" not in service.get(f"{path}&format=text".replace("&shared=true", "")).text


def test_where_the_total_is_left_out_too_the_table_is_not_to_be_judged_by(service, history):
    """Of 101 assessments one was late, so the total holds a small count itself."""
    deadline = "statute.child_assessment"
    left_out, of = left_out_of_months(history, deadline)
    assert 0 < left_out < of
    path = f"{HERE}/observed-compliance?by=month&deadline={deadline}&shared=true"
    said = service.get(f"{path}&format=text&lang=da").text
    assert f"{left_out} af {of} rækker er udeladt" in said
    assert "og totalen er også udeladt: døm ikke efter tabellen." in said
    assert "døm efter totalen" not in said
    assert "99 %" not in said


def test_quarters_and_years_leave_more_of_a_table_than_months(service):
    seen = []
    for by in ("month", "quarter", "year"):
        *parts, total = rows(
            service,
            f"{HERE}/observed-compliance?by={by}&shared=true"
            "&deadline=statute.notification_assessment",
        )
        assert total["is_total"]
        assert {row[by] is None for row in parts} == {False}
        seen.append(sum(row["due"] or 0 for row in parts) / total["due"])
    assert seen == sorted(seen)
    assert seen[0] < seen[-1]


def test_a_table_by_quarter_is_the_months_added_up(service):
    path = f"{HERE}/observed-compliance?deadline=statute.notification_assessment&by="
    months, quarters = rows(service, f"{path}month"), rows(service, f"{path}quarter")
    for row in quarters:
        year, month = int(row["quarter"][:4]), int(row["quarter"][5:7])
        own = [f"{year}-{each:02}-01" for each in range(month, month + 3)]
        for name in ("in_time", "late", "due"):
            assert row[name] == sum(each[name] for each in months if each["month"] in own)
        assert row["month"] is None
        assert row["running_overdue"] is None
    [of_2025] = [row for row in rows(service, f"{path}year") if row["year"] == 2025]
    assert of_2025["due"] == sum(row["due"] for row in months if row["month"][:4] == "2025")


def test_a_row_has_the_name_of_what_it_is_of_beside_the_key(service):
    [row, *_] = [
        each
        for each in rows(service, f"{HERE}/observed-compliance?by=team;case_class&lang=da")
        if each["deadline"] == "statute.child_assessment"
    ]
    assert row["deadline_label"] == "Børnefaglig undersøgelse afsluttet"
    assert (row["team"], row["team_label"]) == ("familieteam", "Familieteamet")
    assert row["case_class"] == "boernefaglig-undersoegelse"
    assert row["case_class_label"] == "Børnefaglig undersøgelse"
    [whole, *_] = rows(service, f"{HERE}/observed-compliance")
    assert (whole["team_label"], whole["case_class_label"]) == (None, None)


def test_a_change_between_phases_has_a_verdict_of_its_own(service):
    path = (
        f"{HERE}/control-chart?deadline=statute.notification_assessment&phases=2025-01-01&lang=da"
    )
    found = rows(service, path)
    first, second = ([row for row in found if row["phase"] == number] for number in (1, 2))
    assert {row["change_p_value"] for row in first} == {None}
    counts = [
        sum(row[name] for row in side) for side in (first, second) for name in ("in_time", "due")
    ]
    expected = compliance_difference(
        observed_compliance(*counts[:2]), observed_compliance(*counts[2:])
    )
    [p_value] = {row["change_p_value"] for row in second}
    assert p_value == pytest.approx(expected.p_value)
    assert {row["change_beyond_chance"] for row in second} == {expected.p_value < 0.05}
    said = service.get(f"{path}&format=text").text
    verdict = "er mere, end" if expected.p_value < 0.05 else "er ikke mere, end"
    assert f"{verdict} tilfældet alene kan forklare" in said
    assert "Det gælder for en dag, der er valgt på forhånd." in said
    assert said.startswith("Underretning vurderet")


@pytest.mark.parametrize("begins", ["2030-01-01", "2020-01-01"])
def test_a_day_that_divides_nothing_is_refused_and_says_where_one_may_lie(service, begins):
    refused = service.get(
        f"{HERE}/control-chart?deadline=statute.notification_assessment&phases={begins}"
    )
    assert refused.status_code == 422
    assert refused.json()["errors"][0]["field"] == "phases"
    assert (
        "deler ikke månederne, som går fra januar 2024 til december 2025"
        in (refused.json()["detail"])
    )


def told(service: TestClient, *options: str) -> Any:
    database = service.app.state.settings.database  # type: ignore[attr-defined]
    return CliRunner().invoke(main, ["observed", TRUTH.slug, "--database", database, *options])


def test_the_terminal_shares_no_chart_and_says_which_table_to_share(service):
    chart = ("--chart", "statute.notification_assessment")
    assert told(service, *chart).exit_code == 0
    refused = told(service, *chart, "--shared")
    assert refused.exit_code == 2
    assert "del tabellen i stedet" in refused.output
    assert "til tiden" not in refused.output
    assert "share the table instead" in told(service, *chart, "--shared", "--lang", "en").output


@pytest.mark.parametrize(
    "option",
    [("--by", "quarter"), ("--by", "team"), ("--from", "2024-01-01"), ("--deadline", NOTIFICATION)],
)
def test_the_terminal_draws_no_chart_past_what_it_is_asked(service, option):
    refused = told(service, "--chart", NOTIFICATION, *option)
    assert refused.exit_code == 2
    assert refused.output.startswith(f"{option[0].removeprefix('--')}: ")
    assert "måned for måned" in " ".join(refused.output.split())
    assert "2024" not in refused.stdout


def test_the_terminal_says_what_a_shared_table_leaves_out(service, history):
    left_out, of = left_out_of_months(history)
    asked = ("--deadline", NOTIFICATION, "--shared", "--by")
    said = " ".join(told(service, *asked, "month").output.split())
    assert f"{left_out} af {of} rækker er udeladt; de viste er ikke et tilfældigt udsnit" in said
    assert " i alt " in said
    assert "Opdel i stedet efter kvartal (quarter) eller år (year)" in said
    by_quarter = told(service, "--shared", "--by", "quarter").output
    assert "2. kvt. 2024" in by_quarter
    assert "Opdel i stedet efter år (year)" in " ".join(by_quarter.split())


def test_the_terminal_shows_names_and_below_them_their_short_names(service):
    said = told(service, "--by", "team;case_class").output
    table, keys = said.split("Korte navne:")
    assert "Familieteamet" in table
    assert "familieteam " not in table
    assert "statute." not in table
    assert "Børnefaglig undersøgelse afsluttet" in table
    lines = [line.split() for line in keys.splitlines() if line]
    assert ["team", "Familieteamet", "familieteam"] in lines
    assert any(line[-1] == "statute.child_assessment" for line in lines)
