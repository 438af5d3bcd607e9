import json
from dataclasses import replace
from datetime import date
from fractions import Fraction

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError
from sqlmodel import Session

from api.database import database_engine, migrate
from api.document_fields import ExactNumber
from api.documents import (
    BacklogDocument,
    DepartmentDocument,
    RosterDocument,
    example_slugs,
    load_example,
)
from api.store import Store
from capacity.caseload import CaseUnit
from capacity.department import (
    Assumption,
    Backlog,
    CaseClass,
    Department,
    Distribution,
    Family,
    Observation,
    Team,
    YearlyVolume,
)
from capacity.errors import InvalidInput, UnknownDepartment
from capacity.roster import Absence, AbsenceReason, Caseworker, RampUp, Roster, Vacancy
from capacity.wording import Text

WORDS = st.builds(Text, da=st.text("æøå §%“\n", min_size=1), en=st.text("abc", min_size=1))
DAYS = st.dates(date(2019, 1, 1), date(2023, 12, 31))
NUMBERS = st.fractions(0, 60, max_denominator=10**9) | st.decimals(0, 60, places=3).map(Fraction)
SHARES = st.fractions(0, 1, max_denominator=1000)
HOURS = st.fractions(Fraction(1, 100), 60, max_denominator=1000)
TEAMS = st.sampled_from(["a", "team-b"])
COUNTS = st.integers(0, 10_000)
LATER_DAYS = st.dates(date(2024, 1, 1), date(2026, 12, 31))

ABSENCES = st.builds(
    Absence, first_day=DAYS, last_day=LATER_DAYS, reason=st.sampled_from(AbsenceReason)
)
CASEWORKERS = st.builds(
    Caseworker,
    id=st.text("abc", min_size=1),
    team=TEAMS,
    hours_per_week=HOURS,
    non_case_hours_per_week=st.sampled_from([Fraction(0), Fraction(1, 300)]),
    starts_on=DAYS,
    ends_on=st.none() | LATER_DAYS,
    absences=st.lists(ABSENCES, max_size=2).map(tuple),
    ramp_up=st.none() | st.builds(RampUp, months=st.integers(1, 24), first_share=SHARES),
    sick_days=st.none() | NUMBERS,
)
ROSTERS = st.builds(
    Roster,
    caseworkers=st.lists(CASEWORKERS, max_size=4, unique_by=lambda person: person.id).map(tuple),
    vacancies=st.lists(
        st.builds(Vacancy, team=TEAMS, hours_per_week=HOURS, from_on=DAYS), max_size=2
    ).map(tuple),
    granted_fte=st.none() | NUMBERS,
)
DISTRIBUTIONS = st.builds(
    Distribution,
    family=st.sampled_from([Family.GAMMA, Family.LOGNORMAL]),
    mean=NUMBERS,
    cv=HOURS,
)
CASE_CLASSES = st.builds(
    CaseClass,
    slug=st.just("assessment"),
    label=WORDS,
    team=TEAMS,
    arrivals_per_year=NUMBERS,
    effort_hours=DISTRIBUTIONS,
    external_delay_days=DISTRIBUTIONS,
    deadline=st.none() | st.just("statute.child_assessment"),
    backlog=st.builds(
        Backlog,
        ages_days=st.lists(COUNTS, max_size=3).map(tuple),
        remaining_effort=SHARES,
    ),
)
DEPARTMENTS = st.builds(
    Department,
    slug=st.just("fjordby"),
    name=WORDS,
    on=DAYS,
    unit=st.sampled_from(CaseUnit),
    children_per_case=st.none() | HOURS,
    open_cases=COUNTS,
    teams=st.builds(
        lambda one, two: (Team(slug="a", label=one), Team(slug="team-b", label=two)), WORDS, WORDS
    ),
    roster=ROSTERS,
    case_classes=st.lists(CASE_CLASSES, max_size=1).map(tuple),
    headline_team=TEAMS,
    headline_deadline=st.just("statute.child_assessment"),
    observations=st.lists(
        st.builds(
            Observation,
            label=WORDS,
            kept=COUNTS,
            due=st.just(10_000),
            not_yet_due=COUNTS,
            source=WORDS,
            caveat=st.none() | WORDS,
        ),
        max_size=2,
    ).map(tuple),
    volumes=st.lists(
        st.builds(YearlyVolume, label=WORDS, volume_per_year=NUMBERS, hours_per_case=NUMBERS),
        max_size=2,
    ).map(tuple),
    assumptions=st.lists(
        st.builds(
            Assumption, about=st.just("roster"), says=WORDS, reason=WORDS, said_by=st.just("demo")
        ),
        max_size=2,
    ).map(tuple),
    source=WORDS,
    fictional=st.booleans(),
    version=st.just(1),
)


@pytest.fixture(scope="module")
def store():
    engine = database_engine(None)
    migrate(engine)
    with Session(engine) as session:
        yield Store(session)
    engine.dispose()


@given(DEPARTMENTS)
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_a_department_survives_json_and_the_database(store, department):
    written = json.dumps(DepartmentDocument.from_domain(department).as_json())
    read = DepartmentDocument.model_validate(json.loads(written)).to_domain()
    assert read == department
    kept = store.add_department(read)
    assert store.department(kept.address) == replace(department, version=kept.version)


@given(ROSTERS)
@settings(max_examples=30, deadline=None)
def test_a_roster_survives_json(roster):
    written = json.dumps(RosterDocument.from_domain(roster).as_json())
    assert RosterDocument.model_validate_json(written).to_domain() == roster


@pytest.mark.parametrize("slug", example_slugs())
def test_the_published_schema_knows_every_field_that_is_written(slug):
    written = DepartmentDocument.from_domain(load_example(slug)).as_json()
    assert set(written) <= set(DepartmentDocument.model_json_schema()["properties"])


ANY_NUMBER = TypeAdapter(ExactNumber)


@pytest.mark.parametrize("written", [25.5, "25.5", "25,5", "51/2", "255e-1", Fraction(51, 2)])
def test_a_number_is_read_as_it_was_written(written):
    assert ANY_NUMBER.validate_python(written) == Fraction(51, 2)


@pytest.mark.parametrize("written", ["1.234,5", "1/0", "", True, None, float("nan"), "1e400", []])
def test_what_is_no_number_is_refused(written):
    with pytest.raises(ValidationError):
        ANY_NUMBER.validate_python(written)


@given(st.fractions(max_denominator=10**12))
def test_a_number_survives_a_reader_that_knows_only_doubles(value):
    written = json.loads(ANY_NUMBER.dump_json(value), parse_int=float)
    assert ANY_NUMBER.validate_python(written) == value


def test_a_missing_hour_is_an_error_that_names_the_person():
    document = _roster()
    del document["caseworkers"][1]["hours_per_week"]
    with pytest.raises(ValidationError) as refusal:
        RosterDocument.model_validate(document)
    assert refusal.value.errors()[0]["loc"] == ("caseworkers", 1, "hours_per_week")


def test_a_refusal_of_the_model_names_the_field_of_the_document():
    document = _roster()
    document["caseworkers"][1]["hours_per_week"] = 61
    with pytest.raises(InvalidInput) as refusal:
        RosterDocument.model_validate(document).to_domain()
    assert refusal.value.field == "caseworkers[1].hours_per_week"


def test_a_person_in_a_team_that_is_not_there_is_an_error_with_its_place():
    document = _ishoej()
    document["roster"]["caseworkers"][3]["team"] = "ungeteam"
    with pytest.raises(UnknownDepartment) as refusal:
        DepartmentDocument.model_validate(document).to_domain()
    assert refusal.value.field == "roster.caseworkers[3].team"


@pytest.mark.parametrize(
    "change",
    [{"format": 2}, {"format": None}, {"Caseworkers": []}, {"granted_fte": "37.000,5"}],
)
def test_a_document_of_another_form_is_refused(change):
    with pytest.raises(ValidationError):
        RosterDocument.model_validate(_roster() | change)


def test_a_department_without_its_format_is_refused():
    document = _ishoej()
    del document["format"]
    with pytest.raises(ValidationError, match="format"):
        DepartmentDocument.model_validate(document)


def test_the_roster_inside_a_department_is_a_roster_by_itself():
    alone = RosterDocument.model_validate(_ishoej()["roster"])
    assert alone.to_domain() == load_example("ishoej-2020").roster


@pytest.mark.parametrize("version", [-1, 0, 1.0, "1"])
def test_versions_are_whole_numbers_from_one(version):
    with pytest.raises(ValidationError, match="version"):
        DepartmentDocument.model_validate(_ishoej() | {"version": version})


@pytest.mark.parametrize("day", ["2020-02-30", "26-03-2020", 18347, "2020-03-26T00:00"])
def test_a_date_is_written_year_month_day(day):
    document = _roster()
    document["caseworkers"][0]["starts_on"] = day
    with pytest.raises(ValidationError, match="starts_on"):
        RosterDocument.model_validate(document)


@pytest.mark.parametrize("cpr", ["211062-5629", "010180 1234", "Anna 3112991234"])
def test_a_cpr_number_is_refused_without_being_repeated(cpr):
    document = _roster()
    document["caseworkers"][0]["id"] = cpr
    with pytest.raises(ValidationError) as refusal:
        RosterDocument.model_validate(document)
    assert cpr[-4:] not in refusal.value.errors()[0]["msg"]


def test_a_reason_for_absence_in_free_text_is_refused():
    document = _roster()
    document["caseworkers"][0]["absences"] = [
        {"first_day": "2020-01-01", "last_day": "2020-02-01", "reason": "brækket ben"}
    ]
    with pytest.raises(ValidationError, match="reason"):
        RosterDocument.model_validate(document)


def test_ages_nobody_knows_are_spread_evenly():
    written = BacklogDocument.model_validate({"ages_days": {"cases": 4, "oldest_days": 120}})
    assert written.to_domain().ages_days == (15, 45, 75, 105)


def _ishoej():
    return DepartmentDocument.from_domain(load_example("ishoej-2020")).as_json()


def _roster():
    return {
        "format": 1,
        "caseworkers": [
            {"id": "a-1", "team": "a", "hours_per_week": 37},
            {"id": "a-2", "team": "a", "hours_per_week": "25,5"},
        ],
    }
