"""Importing and fitting in the browser: shown, corrected, accepted; nothing kept before."""

import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from fractions import Fraction
from threading import Event
from typing import Any

import pytest
from fastapi.testclient import TestClient
from page_forms import Element, alerts, fields_of, form_to, of_class, sent, text, tree, written
from past_lists import CASES, STAFF
from sqlmodel import Session

import api.import_tray as import_tray
from api.app import create_app
from api.documents import DepartmentDocument
from api.import_tray import KEPT_SECONDS, GoneFromTray, ImportTray
from api.jobs.calculation import Finding, planner_version
from api.jobs.fit import FitRow, FitTable
from api.settings import Settings
from api.store.departments import Store
from api.store.histories import Histories
from api.store.jobs import Job
from capacity.department import Department
from capacity.errors import InvalidInput
from capacity.fit import Fit
from capacity.wording import Text

SLUG = "fjordkoebing-2026"
CPR = "010203-1234"
DAY = date(2026, 3, 31)
SAID = {
    "kind": "cases",
    "unit": "child",
    "seen_on": "2026-03-31",
    "complete_from": "2025-01-01",
    "source": "DUBU",
}


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    file = tmp_path_factory.mktemp("files") / "planner.sqlite"
    settings = Settings(database=file, demo=True, workers=0)
    with TestClient(create_app(settings), follow_redirects=False) as opened:
        yield opened


def send_file(client: TestClient, content: str, name: str = "sager.csv", **said: str) -> Any:
    fields = {name: value for name, value in {**SAID, **said}.items() if value}
    return client.post(
        f"/edit/files?department={SLUG}", data=fields, files={"file": (name, content.encode())}
    )


def shown(client: TestClient, answer: Any) -> Element:
    """The page that a form leads to, when the file has been read."""
    assert answer.status_code == 303, text(tree(answer))
    until = time.monotonic() + 60
    while True:
        root = tree(client.get(answer.headers["location"]))
        if not [each for each in root.iter("meta") if each.get("http-equiv") == "refresh"]:
            return root
        assert time.monotonic() < until
        time.sleep(0.05)


def lists(client: TestClient) -> list[Any]:
    with Session(client.app.state.engine) as session:  # type: ignore[attr-defined]
        return list(Histories(session).listed(SLUG))


def test_a_list_is_shown_and_kept_when_it_is_accepted_and_not_before(service: TestClient):
    before = len(lists(service))
    root = shown(service, send_file(service, CASES))
    told = text(root)
    assert "3 af 3 rækker er forstået" in told, told
    assert "Undersøgelse Nord" in told
    assert "assessment-north" not in [text(each) for each in root.iter("option")]
    form = form_to(root, "/edit/files")
    chosen = [value for name, value in fields_of(form) if name == "column_is"]
    assert chosen[:3] == ["case_id", "child_id", "team"]
    assert len(lists(service)) == before
    kept = shown(service, sent(service, form, fields_of(form), "keep"))
    assert "Listen er gemt" in text(kept)
    assert [each for each in kept.iter("a") if "part=fit" in each.get("href", "")]
    (newest, *rest) = lists(service)
    assert (newest.rows, newest.kind, newest.source, len(rest)) == (3, "cases", "DUBU", before)


def test_what_is_missing_is_asked_for_and_the_file_stays(service: TestClient):
    before = len(lists(service))
    root = shown(service, send_file(service, CASES, unit="", seen_on=""))
    faults = " ".join(text(each) for each in of_class(root, "fault"))
    assert "et barn eller en familie" in faults
    assert "den sidste dag" in faults
    form = form_to(root, "/edit/files")
    assert not [each for each in form.iter("input") if each.get("checked")]
    fields = written(fields_of(form), {("seen_on", 0): "31-03-2026"})
    again = shown(service, sent(service, form, [*fields, ("unit", "child")], "again"))
    assert "3 af 3 rækker er forstået" in text(again)
    assert len(lists(service)) == before


def test_columns_and_words_are_corrected_and_remembered_of_their_source(service: TestClient):
    strange = CASES.replace("Undersøgelse Nord", "Holdet oppe").replace("Opmærksom dato", "Dag X")
    strange = strange.replace("03-02-2025", "02-02-2025")  # or it is a list that is kept already
    said = {"source": "Kildesystem"}
    root = shown(service, send_file(service, strange, **said))
    form = form_to(root, "/edit/files")
    assert "Der mangler en kolonne" in text(root)
    assert "map=" not in text(root)
    assert "values=" not in text(root)
    fields = fields_of(form)
    letters = [value for name, value in fields if name == "column"]
    words = [value for name, value in fields if name == "word"]
    changes = {("column_is", letters.index("F")): "need_became_known"}
    if "Holdet oppe" in words:
        changes["word_is", words.index("Holdet oppe")] = "undersoegelse-nord"
    root = shown(service, sent(service, form, written(fields, changes), "again"))
    form = form_to(root, "/edit/files")
    fields = fields_of(form)
    words = [value for name, value in fields if name == "word"]
    if ("word_is", "") in fields:
        changes = {("word_is", words.index("Holdet oppe")): "undersoegelse-nord"}
        root = shown(service, sent(service, form, written(fields, changes), "again"))
        form = form_to(root, "/edit/files")
    assert "3 af 3 rækker er forstået" in text(root)
    assert "valgt af dig" in text(root)
    kept = shown(service, sent(service, form, fields_of(form), "keep"))
    assert "Listen er gemt" in text(kept)
    later = shown(
        service,
        send_file(
            service, strange + "S4;B4;Holdet oppe;casework-children;ABC;06-03-2025;;;\n", **said
        ),
    )
    assert "4 af 4 rækker er forstået" in text(later)
    assert "husket fra sidst" in text(later)


def test_a_correction_and_keep_in_one_step_shows_the_list_anew_and_keeps_nothing(
    service: TestClient,
):
    before = len(lists(service))
    root = shown(service, send_file(service, CASES, source=""))
    form = form_to(root, "/edit/files")
    fields = fields_of(form)
    letters = [value for name, value in fields if name == "column"]
    changed = written(fields, {("column_is", letters.index("E")): "-"})
    again = shown(service, sent(service, form, changed, "keep"))
    assert len(lists(service)) == before
    chosen = [v for n, v in fields_of(form_to(again, "/edit/files")) if n == "column_is"]
    assert chosen[letters.index("E")] == "-"


def test_errors_stand_with_cell_value_and_what_to_do(service: TestClient):
    wrong = CASES.replace("04-03-2025", "i går")
    root = shown(service, send_file(service, wrong))
    table = next(each for each in root.iter("table") if "fejl i filen" in text(each))
    (row,) = [[text(cell) for cell in each] for each in table.find("tbody") or ()]
    assert row[0] == "F3"
    assert row[1] == "Opmærksom dato"
    assert row[2] == "i går"
    assert "er ikke en dato" in row[3]
    assert row[4]
    form = form_to(root, "/edit/files")
    assert not [each for each in form.iter("button") if each.get("value") == "keep"]
    fields = [*fields_of(form), ("leave_out_errors", "yes")]
    again = shown(service, sent(service, form, fields, "again"))
    assert "2 af 3 rækker er forstået" in text(again)
    assert [e for e in form_to(again, "/edit/files").iter("button") if e.get("value") == "keep"]


def test_many_errors_of_one_cause_are_one_line_and_each_stands_below(service: TestClient):
    rows = "".join(f"T{n};B{n};boern;;ABC;i går;;;\n" for n in range(30))
    content = CASES.replace("Lukket", "Felt 9") + rows + "U1;B1;boern;;ABC;01-02-2027;;;\n"
    root = shown(service, send_file(service, content, source=""))
    tables = {text(each.find("caption")): each for each in root.iter("table")}
    causes = next(each for title, each in tables.items() if "én linje for hver årsag" in title)
    wrong, rare = [[text(cell) for cell in each] for each in causes.find("tbody") or ()]
    assert wrong[:4] == [
        "F Opmærksom dato", "er ikke en dato", "30",
        "5: i går; 6: i går; 7: i går; 8: i går; 9: i går …",
    ]  # fmt: skip
    assert "Er det den rigtige kolonne" in wrong[4]
    assert (rare[2], rare[3]) == ("1", "35: 01-02-2027")
    every = next(each for title, each in tables.items() if "fejl i filen" in title)
    assert len(every.find("tbody") or ()) == 31
    assert "Kolonnen ”Felt 9” er ikke læst; den ligner datoer" in text(root)


def test_a_list_that_is_kept_already_is_said_to_be(service: TestClient):
    staff = STAFF.replace("Ida Iversen", "Ane Andersen")
    said = {"kind": "staff", "unit": "", "source": ""}
    for again in (False, True):
        before = len(lists(service))
        root = shown(service, send_file(service, staff, **said))
        assert ("samme liste" in text(root)) == again
        form = form_to(root, "/edit/files")
        kept = text(shown(service, sent(service, form, fields_of(form), "keep")))
        assert ("intet nyt at gemme" in kept) == again
        assert ("Listen er gemt" in kept) != again
        assert len(lists(service)) == before + (not again)


def test_a_file_with_cpr_numbers_is_thrown_away_and_never_printed(service: TestClient):
    answer = send_file(service, CASES.replace("S1", CPR))
    root = shown(service, answer)
    assert "CPR-numre" in alerts(root)
    page = service.get(answer.headers["location"])
    assert CPR not in page.text
    tray: ImportTray = service.app.state.tray  # type: ignore[attr-defined]
    assert not [
        each for each in tray._waiting.values() if each.content and CPR.encode() in each.content
    ]
    named = send_file(service, CASES, name=f"{CPR}.csv")
    assert CPR not in service.get(named.headers["location"]).text
    said = send_file(service, CASES, source=CPR)
    page = service.get(said.headers["location"])
    assert CPR not in page.text
    assert "CPR-nummer" in page.text


def test_a_file_can_be_thrown_away_and_is_then_gone(service: TestClient):
    answer = send_file(service, CASES)
    form = form_to(shown(service, answer), "/edit/files")
    thrown = sent(service, form, fields_of(form), "throw")
    assert thrown.status_code == 303
    gone = tree(service.get(answer.headers["location"]))
    assert "ligger her ikke længere" in text(gone)
    assert "halv time" in text(gone)


@pytest.mark.parametrize("content", ["", "%PDF-1.4 nothing"])
def test_what_is_no_list_is_refused_with_what_to_do(service: TestClient, content: str):
    answer = send_file(service, content)
    if answer.status_code == 303:
        assert "CSV" in alerts(shown(service, answer))
    else:
        assert answer.status_code == 422
        assert "vælg en fil" in text(tree(answer))


def test_a_file_sent_under_a_department_that_is_not_there_is_refused(service: TestClient):
    answer = service.post(
        "/edit/files?department=nowhere", data=SAID, files={"file": ("a.csv", CASES.encode())}
    )
    assert answer.status_code == 404
    assert "ingen afdeling" in text(tree(answer))


def test_reading_shows_how_far_it_is_and_a_reload_loses_nothing(
    service: TestClient, monkeypatch: pytest.MonkeyPatch
):
    goes_on, half_way = Event(), Event()
    real = import_tray.imported

    def slowly(*args: Any) -> Any:
        from api.uploads import Progress

        args[-1](Progress(rows=1234, share=0.5))
        half_way.set()
        assert goes_on.wait(60)
        return real(*args)

    monkeypatch.setattr(import_tray, "imported", slowly)
    answer = send_file(service, CASES)
    assert half_way.wait(60)
    for _ in range(2):
        root = tree(service.get(answer.headers["location"]))
        (progress,) = root.iter("progress")
        assert progress.get("value") == "50"
        assert "1.234 rækker" in text(root)
        assert [each for each in root.iter("meta") if each.get("http-equiv") == "refresh"]
    goes_on.set()
    assert "3 af 3 rækker" in text(shown(service, answer))


def test_a_file_of_another_or_too_old_is_not_there():
    clock = [0.0]
    tray = ImportTray(1000, clock=lambda: clock[0])
    mine = tray.put("nord", "Leder A", "a.csv", b"a;b", {})
    assert tray.find(mine.id, "nord", "Leder A") is mine
    for department, owner in (("syd", "Leder A"), ("nord", "Leder B")):
        with pytest.raises(GoneFromTray):
            tray.find(mine.id, department, owner)
    clock[0] = KEPT_SECONDS
    assert tray.find(mine.id, "nord", "Leder A") is mine
    clock[0] = KEPT_SECONDS + 1
    with pytest.raises(GoneFromTray):
        tray.find(mine.id, "nord", "Leder A")
    tray.close()


def test_the_tray_holds_no_more_than_its_bound():
    tray = ImportTray(10)
    first = tray.put("nord", "A", "a.csv", b"12345", {})
    second = tray.put("nord", "A", "b.csv", b"12345", {})
    third = tray.put("nord", "A", "c.csv", b"1", {})
    with pytest.raises(GoneFromTray):
        tray.find(first.id, "nord", "A")
    assert {tray.find(each.id, "nord", "A").id for each in (second, third)} == {second.id, third.id}
    tray.forget("nord")
    assert second.content is None
    tray.refuse(third, InvalidInput(GoneFromTray(import_tray.Text(da="x", en="x")).message))
    tray.close()


def test_a_deleted_department_takes_its_waiting_files_along(service: TestClient):
    answer = service.post(
        "/edit/files?department=ishoej-2020",
        data=SAID,
        files={"file": ("a.csv", CASES.encode())},
    )
    shown(service, answer)
    tray: ImportTray = service.app.state.tray  # type: ignore[attr-defined]
    assert [each for each in tray._waiting.values() if each.department == "ishoej-2020"]
    assert service.delete("/v1/departments/ishoej-2020").status_code == 200
    assert not [each for each in tray._waiting.values() if each.department == "ishoej-2020"]


def test_a_fit_is_begun_watched_and_cancelled(service: TestClient):
    if not lists(service):
        form = form_to(shown(service, send_file(service, CASES)), "/edit/files")
        shown(service, sent(service, form, fields_of(form), "keep"))
    root = tree(service.get(f"/edit?department={SLUG}&part=fit"))
    form = form_to(root, "/edit/fit")
    begun = sent(service, form, written(fields_of(form), {("held_out", 0): "nothing"}), "fit")
    assert begun.status_code == 303, alerts(tree(begun))
    watched = tree(service.get(begun.headers["location"]))
    (progress,) = watched.iter("progress")
    assert progress.get("value") == "0"
    assert [each for each in watched.iter("meta") if each.get("http-equiv") == "refresh"]
    form = form_to(watched, "/edit/fit")
    assert sent(service, form, fields_of(form), "cancel").status_code == 303
    after = tree(service.get(begun.headers["location"]))
    assert "Afbrudt" in text(after)
    assert not list(after.iter("progress"))


def begun_fit(service: TestClient) -> tuple[str, Job]:
    """A fit that was asked for and is half done: where it is watched, and its job."""
    if not lists(service):
        form = form_to(shown(service, send_file(service, CASES)), "/edit/files")
        shown(service, sent(service, form, fields_of(form), "keep"))
    form = form_to(tree(service.get(f"/edit?department={SLUG}&part=fit")), "/edit/fit")
    begun = sent(service, form, written(fields_of(form), {("held_out", 0): "quarter"}), "fit")
    with service.app.state.desk.queue.jobs() as jobs:  # type: ignore[attr-defined]
        job = jobs.claim("test", planner_version())
        jobs.progress(job.id, "test", 500, 2000)
        return begun.headers["location"], job


def finish_fit(service: TestClient, job: Job, unexplained: tuple[str, ...] = ()) -> Department:
    """End a fit with an answer, and return the department that it came to."""
    with Session(service.app.state.engine) as session:  # type: ignore[attr-defined]
        before = Store(session).department(SLUG)
    found = replace(
        before,
        fit=Fit(from_=date(2025, 1, 1), seen_on=DAY, cases=3, inputs=(), unexplained=unexplained),
    )
    document = DepartmentDocument.from_domain(found).model_dump_json(exclude_none=True)
    says = Text(da="Modellen er ikke prøvet.", en="The model is not tried.")
    row = FitRow(
        about="a",
        what=Text(da="nye sager", en="new cases"),
        unit=Text(da="om året", en="a year"),
        value=Fraction(12),
        low=Fraction(9),
        high=Fraction(15),
        learned=True,
        observed=None,
        in_time=None,
        due=None,
        naive=None,
        explains=None,
        says=says,
    )
    tried = row.model_copy(
        update={
            "learned": None,
            "value": Fraction(7, 10),
            "low": Fraction(6, 10),
            "high": Fraction(8, 10),
            "observed": Fraction(3, 4),
            "in_time": 30,
            "due": 40,
            "explains": "well",
        }
    )
    answer = Finding(FitTable(rows=(row, tried), document=document), says).as_json()
    with service.app.state.desk.queue.jobs() as jobs:  # type: ignore[attr-defined]
        assert jobs.finish(job.id, "test", answer)
    return found


def test_a_finished_fit_says_its_verdict_and_is_kept_as_the_next_version(service: TestClient):
    address, job = begun_fit(service)
    watched = tree(service.get(address))
    assert [each.get("value") for each in watched.iter("progress")] == ["25"]
    found = finish_fit(service, job)
    done = tree(service.get(address))
    told = text(done)
    assert "Modellen er ikke prøvet." in told
    assert "9,00–15,00" in told
    assert "75 % (30/40)" in told
    form = form_to(done, "/edit/fitted")
    kept = sent(service, form, fields_of(form))
    assert kept.status_code == 303, alerts(tree(kept))
    with Session(service.app.state.engine) as session:  # type: ignore[attr-defined]
        store = Store(session)
        assert store.department(SLUG).fit == found.fit
        assert store.version(SLUG).reason == "Tilpasset afdelingens egen historie"
    late = sent(service, form, fields_of(form))
    assert late.status_code == 412
    assert "tilpas den igen" in text(tree(late))
    again = text(tree(service.get(address.replace("@1", "@2"))))
    assert "Afdelingen er ændret, siden modellen blev tilpasset" in again


def test_a_fit_that_explains_nothing_is_kept_only_by_whoever_says_so(service: TestClient):
    address, job = begun_fit(service)
    with Session(service.app.state.engine) as session:  # type: ignore[attr-defined]
        team = Store(session).department(SLUG).teams[0]
    found = finish_fit(service, job, (team.slug,))
    done = tree(service.get(address))
    assert f"Modellen forklarer ikke fortiden i {team.label.da}" in text(done)
    form = form_to(done, "/edit/fitted")
    refused = sent(service, form, fields_of(form))
    assert refused.status_code == 422
    assert "Skal tilpasningen gemmes alligevel" in text(tree(refused))
    again = form_to(tree(refused), "/edit/fitted")  # the fit is still there to be kept
    kept = sent(service, again, [*fields_of(again), ("accept_unexplained", "yes")])
    assert kept.status_code == 303, alerts(tree(kept))
    with Session(service.app.state.engine) as session:  # type: ignore[attr-defined]
        assert Store(session).department(SLUG).fit == found.fit


def test_a_fit_that_is_not_of_this_department_cannot_be_kept(service: TestClient):
    answer = service.post(
        f"/edit/fitted?department={SLUG}", data={"job": "a" * 16, "held_out": "year"}
    )
    assert answer.status_code == 404


def test_a_staff_list_is_understood_too(service: TestClient):
    root = shown(service, send_file(service, STAFF, kind="staff", unit=""))
    told = text(root)
    assert "3 af 3 rækker er forstået" in told
    assert "Ida" not in told
    form = form_to(root, "/edit/files")
    kept = shown(service, sent(service, form, fields_of(form), "keep"))
    (link,) = (each.get("href", "") for each in kept.iter("a") if "list=" in each.get("href", ""))
    with Session(service.app.state.engine) as session:  # type: ignore[attr-defined]
        before = Store(session).department(SLUG)
    filled = tree(service.get(link))
    form = form_to(filled, "/edit/staff")
    fields = fields_of(form)
    assert sum(name == "caseworkers.removed" for name, _ in fields) == len(
        before.roster.caseworkers
    )
    saved = sent(service, form, written(fields, {("reason", 0): "Fra lønsystemet"}), "save")
    assert saved.status_code == 303, alerts(tree(saved))
    with Session(service.app.state.engine) as session:  # type: ignore[attr-defined]
        after = Store(session).department(SLUG)
    hours = sorted((each.team, float(each.hours_per_week)) for each in after.roster.caseworkers)
    # The one who had left before the list was drawn is not among them.
    assert hours == [("boern", 30.5), ("undersoegelse-nord", 37.0)]
