"""Names of caseworkers: dropped unless asked for, and then kept with what that means."""

import pytest
from past_lists import ABSENCE, CASES, DEPARTMENT, SECRET, STAFF, read
from sqlmodel import Session

from api.database import database_engine, migrate
from api.imports.desk import Acceptance, imported
from api.imports.fields import Kind
from api.imports.packing import FORMAT, packed, unpacked
from api.imports.terms import terms
from api.store.departments import Store
from api.store.histories import Histories
from api.today import today
from capacity.errors import InvalidInput

SLUG = DEPARTMENT.slug
TWO_COLUMNS = """\
Tjenestenr;Fornavn;Efternavn;Organisatorisk enhed;Ugentligt timetal
101;Ida;Iversen;Børneteamet;37
102;Ida ;Iversen;Børneteamet;30
103;Bo;Berg;Børneteamet;37
"""


@pytest.fixture
def engine(sqlite_database):
    opened = database_engine(sqlite_database)
    migrate(opened)
    with Session(opened) as session, session.begin():
        Store(session).add_department(DEPARTMENT)
    yield opened
    opened.dispose()


def kept(engine, kind, content, **said):
    asked = {"unit": None, "seen_on": "2026-03-31", "complete_from": "2025-01-01", **said}
    accept = Acceptance(slug=SLUG, token=None, by="test")
    told = terms(kind, today=today(), **asked)
    return imported(engine, content.encode(), "liste.csv", told, SLUG, accept)


def called(content=STAFF, **said):
    return [each.caseworker for each in read("staff", content, **said).content.employments]


def test_names_are_dropped_unless_they_are_asked_for():
    assert all(each.startswith("p-") for each in called())
    assert called(keep_names=True) == ["Ida Iversen", "Bo Berg", "Eva Ek"]


def test_first_and_last_names_are_one_and_two_of_one_name_are_told_apart():
    first, second, bo = called(TWO_COLUMNS, keep_names=True)
    assert bo == "Bo Berg"
    assert first != second
    assert first.startswith("Ida Iversen (p-")
    assert second.startswith("Ida Iversen (p-")
    # Without numbers the whole name is the person, and not the first of two columns.
    unnumbered = "\n".join(row.partition(";")[2] for row in TWO_COLUMNS.splitlines()) + "\n"
    other = unnumbered.replace("Ida ;Iversen", "Ida;Ibsen")
    assert len(set(called(other))) == 3


def test_absence_finds_people_by_their_numbers_whether_or_not_they_are_called_by_name(engine):
    for said in ({}, {"keep_names": True}):
        assert kept(engine, "staff", STAFF, **said).accepted is not None
        absence = ABSENCE if not said else ABSENCE.replace("05-06-2025", "06-06-2025")
        assert kept(engine, "absence", absence).accepted is not None
        with Session(engine) as session:
            staff = Histories(session).latest(SLUG, Kind.STAFF)
        assert [len(each.spells) for each in staff.employments] == [1, 1, 0]
    assert [each.caseworker for each in staff.employments] == ["Ida Iversen", "Bo Berg", "Eva Ek"]


def test_what_is_kept_comes_back_equal():
    found = read("staff", STAFF, keep_names=True).content
    assert unpacked(packed(found), FORMAT) == found
    assert {each.pseudonym for each in found.employments} == set(called(secret=SECRET))


def test_the_report_says_that_names_are_personal_data_with_purpose_and_last_day(engine):
    without = kept(engine, "staff", STAFF).report
    assert not any("personoplysninger" in each.da for each in without.warnings)
    (said,) = (
        each
        for each in kept(engine, "staff", STAFF, keep_names=True).report.warnings
        if "personoplysninger" in each.da
    )
    assert "/purpose" in said.da
    with Session(engine) as session, session.begin():
        Store(session).state_purpose(
            SLUG, "Budget 2027", today().replace(year=2030), by="test", after=None
        )
    warnings = kept(engine, "staff", STAFF, keep_names=True).report.warnings
    assert any("Budget 2027" in each.da and "2030" in each.da for each in warnings)


def test_names_and_pseudonyms_are_two_lists_to_accept():
    assert read("staff", STAFF).report.token != read("staff", STAFF, keep_names=True).report.token


def test_names_of_children_and_families_are_never_kept():
    for kind, content in (("cases", CASES), ("absence", ABSENCE)):
        with pytest.raises(InvalidInput) as refused:
            read(kind, content, keep_names=True)
        assert refused.value.field == "keep_names"


def test_a_list_without_names_cannot_keep_any():
    with pytest.raises(InvalidInput) as refused:
        called("Tjenestenr;Team;Ugentligt timetal\n101;Børneteamet;37\n", keep_names=True)
    assert refused.value.field == "keep_names"
    gap = read("staff", STAFF.replace("Bo Berg", ""), keep_names=True).report
    assert not gap.may_be_accepted
    assert [each.row for each in gap.errors] == [3]
