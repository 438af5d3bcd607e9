import json
from dataclasses import replace
from datetime import date
from fractions import Fraction

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError
from small_department import small_department
from sqlmodel import Session

from api.database import database_engine, migrate
from api.document import TextDocument
from api.document_fields import ExactNumber
from api.documents import (
    BacklogStageDocument,
    CaseClassDocument,
    DepartmentDocument,
    DistributionDocument,
    RosterDocument,
    example_slugs,
    load_example,
)
from api.store.departments import Store
from capacity.case_classes import (
    EVEN,
    ArrivalPattern,
    Backlog,
    BacklogStage,
    CaseClass,
    Clock,
    Desk,
    Episode,
    Strand,
)
from capacity.caseload import CaseUnit
from capacity.department import Assumption, Department, Observation, Team, YearlyVolume
from capacity.distributions import NOTHING, Distribution, Family, empirical
from capacity.duty_rota import DutyRota, Shift
from capacity.errors import InvalidInput, UnknownDepartment
from capacity.fit import BackTest, Fit, FittedInput, TeamInputs
from capacity.practice import AfterDue, Assignment, Policy, Practice
from capacity.roster import Absence, AbsenceReason, Caseworker, RampUp, Roster, Vacancy
from capacity.rule_files import parsed
from capacity.staff_risks import StaffRisks
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
DISTRIBUTIONS = (
    st.builds(
        Distribution,
        family=st.sampled_from([Family.GAMMA, Family.LOGNORMAL]),
        mean=NUMBERS,
        cv=HOURS,
    )
    | st.lists(NUMBERS, min_size=1, max_size=3).map(empirical)
    | st.just(NOTHING)
)
SPELLS = st.builds(
    Distribution, family=st.just(Family.EXPONENTIAL), mean=HOURS, cv=st.just(Fraction(1))
)
RATES = st.fractions(0, 1, max_denominator=1000)
MONTHS = st.lists(HOURS, min_size=12, max_size=12).map(tuple)
STAFF_RISKS = st.builds(
    StaffRisks,
    short_sickness_per_year=RATES,
    short_sickness_days=SPELLS,
    long_sickness_per_year=RATES,
    long_sickness_days=SPELLS,
    parental_leave_per_year=RATES,
    parental_leave_days=SPELLS,
    turnover_per_year=NUMBERS,
    vacancy_days=DISTRIBUTIONS,
    ramp_up=st.none() | st.builds(RampUp, months=st.integers(1, 24), first_share=SHARES),
    holiday_months=MONTHS,
)
PRACTICES = st.builds(
    Practice,
    policy=st.sampled_from(Policy),
    after_due=st.sampled_from(AfterDue),
    assignment=st.sampled_from([Assignment.LEAST_LOADED, Assignment.ROUND_ROBIN]),
    caseload_limit=st.none() | HOURS,
    switching_hours=NUMBERS,
    handover_hours=NUMBERS,
) | st.just(Practice(assignment=Assignment.TEAM))
SHIFTS = st.builds(
    Shift,
    weekday=st.integers(0, 6),
    opens_at=st.fractions(0, 12, max_denominator=60),
    closes_at=st.fractions(13, 24, max_denominator=60),
    people=st.integers(1, 5),
)
DUTY_ROTAS = st.builds(
    DutyRota,
    slug=st.just("duty"),
    label=WORDS,
    staffed_by=TEAMS,
    shifts=st.lists(SHIFTS, min_size=1, max_size=3).map(tuple),
)


def clocks(*starts: str) -> st.SearchStrategy[Clock | None]:
    return st.none() | st.builds(
        Clock, deadline=st.just("statute.care_plan"), starts=st.sampled_from(starts)
    )


def episodes(
    slug: str, milestone: str, clock: st.SearchStrategy[Clock | None], **more: st.SearchStrategy
) -> st.SearchStrategy[Episode]:
    usual = {
        "label": st.none() | WORDS,
        "effort_hours": DISTRIBUTIONS,
        "external_delay_days": DISTRIBUTIONS,
        "team": st.none() | TEAMS,
        "desk": st.sampled_from(Desk),
        "least_times": st.integers(1, 3),
        "most_times": st.integers(3, 5),
        "again": st.fractions(0, Fraction(99, 100), max_denominator=1000),
        "milestone": st.just(milestone),
        "clock": clock,
    }
    return st.builds(Episode, slug=st.just(slug), **(usual | more))


INTAKE = episodes("intake", "seen", clocks("arrival"))
PLAN = episodes("plan", "plan-made", clocks("seen", "heard"), after=st.just(("heard", "seen")))
ON_DUTY = episodes(
    "reassess",
    "heard",
    clocks("strand"),
    team=st.just("duty"),
    desk=st.just(Desk.TEAM),
    by_another=st.booleans(),
)
FOLLOW_UP = episodes("follow-up", "followed-up", clocks("strand", "plan-made"))
NOTIFICATIONS = st.builds(
    Strand,
    slug=st.just("notifications"),
    label=WORDS,
    per_year=HOURS,
    after_days=DISTRIBUTIONS,
    episodes=ON_DUTY.map(lambda episode: (episode,)),
    outlives_case=st.booleans(),
)
FOLLOW_UPS = st.builds(
    Strand,
    slug=st.just("follow-ups"),
    label=WORDS,
    starts=st.just("plan-made"),
    after_days=SPELLS,
    episodes=FOLLOW_UP.map(lambda episode: (episode,)),
    recurs=st.booleans(),
)
PATTERNS = st.just(EVEN) | st.builds(
    ArrivalPattern,
    months=MONTHS,
    weekdays=st.lists(HOURS, min_size=7, max_size=7).map(tuple),
    hours=st.lists(HOURS, min_size=24, max_size=24).map(tuple),
    on_public_holidays=st.booleans(),
    siblings=SHARES.map(lambda share: (share, 1 - share)),
)
STAGES = st.builds(
    BacklogStage,
    episode=st.sampled_from(["intake", "plan"]),
    ages_days=st.lists(COUNTS, max_size=3).map(tuple),
    remaining_effort=SHARES,
)
CASE_CLASSES = st.builds(
    CaseClass,
    slug=st.just("assessment"),
    label=WORDS,
    team=TEAMS,
    arrivals_per_year=NUMBERS,
    arrival_pattern=PATTERNS,
    route=st.tuples(INTAKE, PLAN),
    strands=st.tuples(NOTIFICATIONS, FOLLOW_UPS),
    priority=st.integers(1, 9),
    weight=NUMBERS,
    withdrawal_days=st.none() | DISTRIBUTIONS,
    backlog=st.builds(Backlog, stages=st.lists(STAGES, max_size=2).map(tuple), unknown=COUNTS),
)
INPUTS = st.builds(
    TeamInputs,
    team=TEAMS,
    inflow=NUMBERS,
    effort=HOURS,
    delays=HOURS,
    policy=st.none() | st.sampled_from(Policy),
)
FITS = st.builds(
    Fit,
    from_=DAYS,
    seen_on=LATER_DAYS,
    cases=COUNTS,
    inputs=st.lists(
        st.builds(
            FittedInput,
            about=st.text("abc", min_size=1),
            label=WORDS,
            unit=WORDS,
            value=NUMBERS,
            low=NUMBERS,
            high=NUMBERS,
            learned=st.booleans(),
            says=WORDS,
        ),
        max_size=2,
    ).map(tuple),
    possible=st.lists(st.lists(INPUTS, max_size=2).map(tuple), max_size=2).map(tuple),
    tests=st.lists(
        st.builds(
            BackTest,
            team=TEAMS,
            deadline=st.just("statute.child_assessment"),
            from_=DAYS,
            to=LATER_DAYS,
            in_time=st.integers(0, 5),
            due=st.integers(5, 10),
            forecast=SHARES,
            low=SHARES,
            high=SHARES,
            naive=st.none() | SHARES,
        ),
        max_size=2,
    ).map(tuple),
    confidence=SHARES,
)

DEPARTMENTS = st.builds(
    Department,
    slug=st.just("fjordby"),
    name=WORDS,
    on=DAYS,
    unit=st.sampled_from(CaseUnit),
    children_per_case=st.none() | HOURS,
    open_cases=COUNTS,
    teams=st.tuples(
        *(
            st.builds(
                Team,
                slug=st.just(slug),
                label=WORDS,
                practice=PRACTICES,
                staff_risks=st.none() | STAFF_RISKS,
            )
            for slug in ("a", "team-b")
        )
    ),
    duty_rotas=st.tuples(DUTY_ROTAS),
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
    fit=st.none() | FITS,
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
    even = {"episode": "intake", "ages_days": {"cases": 4, "oldest_days": 120}}
    written = BacklogStageDocument.model_validate(even)
    assert written.to_domain().ages_days == (15, 45, 75, 105)


def test_what_was_observed_is_written_without_what_follows_from_it():
    observed = empirical((Fraction(2), Fraction("6.5")))
    written = {"family": "empirical", "observed": [2, 6.5]}
    assert DistributionDocument.from_domain(observed).as_json() == written
    assert DistributionDocument.model_validate(written).to_domain() == observed


@pytest.mark.parametrize("field", ["mean", "cv"])
def test_a_mean_or_a_cv_beside_observed_values_is_refused(field):
    document = {"family": "empirical", "observed": [2, 6], field: 4}
    with pytest.raises(InvalidInput, match="follows from the observed values; leave it") as refusal:
        DistributionDocument.model_validate(document).to_domain()
    assert refusal.value.field == field


@pytest.mark.parametrize("field", ["mean", "cv"])
def test_a_distribution_without_its_mean_or_cv_is_refused_where_it_stands(field):
    document = _small()
    del document["case_classes"][0]["route"][0]["effort_hours"][field]
    with pytest.raises(InvalidInput, match="missing; the distribution lognormal has") as refusal:
        DepartmentDocument.model_validate(document).to_domain()
    assert refusal.value.field == f"case_classes[0].route[0].effort_hours.{field}"


def test_a_milestone_that_is_not_there_is_refused_where_it_is_named():
    document = _small()
    document["case_classes"][0]["route"][0]["clock"]["starts"] = "need-known"
    with pytest.raises(InvalidInput, match="write one of arrival") as refusal:
        DepartmentDocument.model_validate(document).to_domain()
    assert refusal.value.field == "case_classes[0].route[0].clock.starts"


def test_an_even_pattern_is_written_by_leaving_it_out_and_any_other_in_full():
    even = replace(small_department().case_classes[0], slug="assessment")
    assert "arrival_pattern" not in CaseClassDocument.from_domain(even).as_json()
    on_weekdays = replace(EVEN, weekdays=(Fraction(1),) * 5 + (Fraction(0),) * 2)
    uneven = CaseClassDocument.from_domain(replace(even, arrival_pattern=on_weekdays)).as_json()
    assert uneven["arrival_pattern"]["weekdays"] == [1, 1, 1, 1, 1, 0, 0]
    assert len(uneven["arrival_pattern"]["hours"]) == 24


PLACES = {
    "team": ("teams", 0),
    "practice": ("teams", 0, "practice"),
    "episode": ("case_classes", 0, "route", 0),
    "distribution": ("case_classes", 0, "route", 0, "effort_hours"),
    "clock": ("case_classes", 0, "route", 0, "clock"),
    "stage": ("case_classes", 0, "backlog", "stages", 0),
}


@pytest.mark.parametrize("place", PLACES.values(), ids=PLACES)
def test_an_unknown_field_is_refused_wherever_it_stands(place):
    document = _small()
    part = document
    for step in place:
        part = part[step]
    part["tempo"] = 1
    with pytest.raises(ValidationError) as refusal:
        DepartmentDocument.model_validate(document)
    assert refusal.value.errors()[0]["loc"] == (*place, "tempo")


def _ishoej():
    return DepartmentDocument.from_domain(load_example("ishoej-2020")).as_json()


def _small():
    usual = small_department(ages_days=(10,))
    classes = tuple(replace(each, slug="assessment") for each in usual.case_classes)
    return DepartmentDocument.from_domain(replace(usual, case_classes=classes)).as_json()


def _roster():
    return {
        "format": 1,
        "caseworkers": [
            {"id": "a-1", "team": "a", "hours_per_week": 37},
            {"id": "a-2", "team": "a", "hours_per_week": "25,5"},
        ],
    }


@pytest.mark.parametrize("name", ["1e-99", "12e03", "0o17", "1.5e3", "-7", "2024-01-01", "on"])
def test_a_name_that_some_reader_of_yaml_takes_for_a_number_is_in_quotes(name: str) -> None:
    written = TextDocument(da=name, en="navn").as_yaml()
    assert written == f"da: '{name}'\nen: navn\n"
    assert parsed(written) == {"da": name, "en": "navn"}
