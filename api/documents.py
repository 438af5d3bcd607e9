"""Departments and rosters as documents, `format: 1`: what is stored, sent and shipped as YAML.

A document says what a domain value says and no more: reading back what was written gives the same
value. Each class below has the fields of the domain class it is named after; what they mean is
said there.
"""

from importlib.resources import files
from typing import Literal

from pydantic import Field, StrictBool, StrictInt, model_validator

from api.document import Document, TextDocument
from api.document_fields import Day, ExactNumber, Slug, Words
from api.fit_documents import FitDocument
from capacity.alternatives import Alternative
from capacity.case_classes import (
    ARRIVAL,
    EVEN,
    ArrivalPattern,
    Backlog,
    BacklogStage,
    CaseClass,
    Clock,
    Desk,
    Episode,
    Strand,
    evenly_aged,
)
from capacity.caseload import CaseUnit
from capacity.caseworker import HoursChange
from capacity.department import Assumption, Department, Observation, Team, YearlyVolume
from capacity.distributions import NOTHING, Distribution, Family, empirical
from capacity.duty_rota import DutyRota, Shift
from capacity.errors import InvalidInput, UnknownDepartment
from capacity.practice import USUAL_PRACTICE, AfterDue, Assignment, Policy, Practice
from capacity.roster import Absence, AbsenceReason, Caseworker, RampUp, Roster, Vacancy
from capacity.rule_files import parsed
from capacity.staff_risks import StaffRisks
from capacity.wording import Text


class AbsenceDocument(Document):
    """A planned period away (da: fravær)."""

    first_day: Day
    last_day: Day
    reason: AbsenceReason

    def to_domain(self) -> Absence:
        """Read as `Absence`."""
        return self._as(Absence)


class HoursChangeDocument(Document):
    """More or fewer weekly hours for cases in a period (da: ændret timetal)."""

    first_day: Day
    last_day: Day | None = None
    case_hours_per_week: ExactNumber

    def to_domain(self) -> HoursChange:
        """Read as `HoursChange`."""
        return self._as(HoursChange)


class RampUpDocument(Document):
    """A newcomer's first months (da: oplæring)."""

    months: StrictInt
    first_share: ExactNumber

    def to_domain(self) -> RampUp:
        """Read as `RampUp`."""
        return self._as(RampUp)


class CaseworkerDocument(Document):
    """One employee (da: sagsbehandler). The hours are required: nobody is assumed full time."""

    id: Words
    team: Slug
    hours_per_week: ExactNumber
    non_case_hours_per_week: ExactNumber = Field(default=0, validate_default=True)
    starts_on: Day | None = None
    ends_on: Day | None = None
    absences: tuple[AbsenceDocument, ...] = ()
    ramp_up: RampUpDocument | None = None
    sick_days: ExactNumber | None = None
    hours_changes: tuple[HoursChangeDocument, ...] = ()
    absences_listed: StrictBool = Field(default=False, exclude_if=lambda listed: not listed)

    def to_domain(self) -> Caseworker:
        """Read as `Caseworker`."""
        return self._as(Caseworker)


class VacancyDocument(Document):
    """A granted post with nobody in it (da: ubesat stilling)."""

    team: Slug
    hours_per_week: ExactNumber
    from_on: Day

    def to_domain(self) -> Vacancy:
        """Read as `Vacancy`."""
        return self._as(Vacancy)


class RosterPart(Document):
    """The people inside a department's document (da: bemanding)."""

    caseworkers: tuple[CaseworkerDocument, ...]
    vacancies: tuple[VacancyDocument, ...] = ()
    granted_fte: ExactNumber | None = None

    def to_domain(self) -> Roster:
        """Read as `Roster`."""
        return self._as(Roster)


class RosterDocument(RosterPart):
    """The people of a department or a team, alone (da: bemanding).

    The roster inside a department's document is one as it stands.
    """

    format: Literal[1] = 1


class DistributionDocument(Document):
    """How an effort or a delay varies (da: fordeling).

    A family with its mean and cv; or empirical with the values observed, which have their own.
    """

    family: Family
    mean: ExactNumber | None = None
    cv: ExactNumber | None = None
    observed: tuple[ExactNumber, ...] | None = None

    @model_validator(mode="before")
    @classmethod
    def _without_what_follows(cls, value: object) -> object:
        if not isinstance(value, Distribution):
            return value
        if value.family is Family.EMPIRICAL:
            return {"family": value.family, "observed": value.observed}
        return {"family": value.family, "mean": value.mean, "cv": value.cv}

    def to_domain(self) -> Distribution:
        """Read as `Distribution`."""
        mean, cv = self.mean, self.cv
        if self.family is Family.EMPIRICAL:
            _refuse_what_follows(mean, "mean")
            _refuse_what_follows(cv, "cv")
            return empirical(self.observed or ())
        if mean is None or cv is None:
            raise InvalidInput(
                Text(
                    da=f"mangler; fordelingen {self.family} har et gennemsnit og en cv",
                    en=f"missing; the distribution {self.family} has a mean and a cv",
                ),
                field="mean" if mean is None else "cv",
            )
        return Distribution(family=self.family, mean=mean, cv=cv, observed=self.observed or ())


_NOTHING = DistributionDocument.from_domain(NOTHING)


def _refuse_what_follows(written: object, field: str) -> None:
    if written is not None:
        raise InvalidInput(
            Text(
                da="følger af de observerede værdier; udelad det",
                en="follows from the observed values; leave it out",
            ),
            field=field,
        )


class PracticeDocument(Document):
    """How a team divides and takes up its work (da: arbejdsform)."""

    policy: Policy = USUAL_PRACTICE.policy
    after_due: AfterDue = USUAL_PRACTICE.after_due
    assignment: Assignment = USUAL_PRACTICE.assignment
    caseload_limit: ExactNumber | None = None
    switching_hours: ExactNumber = Field(default=0, validate_default=True)
    handover_hours: ExactNumber = Field(default=0, validate_default=True)
    shared_until_now: StrictBool | None = Field(
        default=None, exclude_if=lambda shared: shared is None
    )

    def to_domain(self) -> Practice:
        """Read as `Practice`."""
        return self._as(Practice)


class StaffRisksDocument(Document):
    """Absence that nobody has planned, and people who leave (da: fravær og udskiftning)."""

    short_sickness_per_year: ExactNumber = Field(default=0, validate_default=True)
    short_sickness_days: DistributionDocument = _NOTHING
    long_sickness_per_year: ExactNumber = Field(default=0, validate_default=True)
    long_sickness_days: DistributionDocument = _NOTHING
    parental_leave_per_year: ExactNumber = Field(default=0, validate_default=True)
    parental_leave_days: DistributionDocument = _NOTHING
    turnover_per_year: ExactNumber = Field(default=0, validate_default=True)
    vacancy_days: DistributionDocument = _NOTHING
    ramp_up: RampUpDocument | None = None
    holiday_months: tuple[ExactNumber, ...] = StaffRisks().holiday_months

    def to_domain(self) -> StaffRisks:
        """Read as `StaffRisks`."""
        return self._as(StaffRisks)


class TeamDocument(Document):
    """A team (da: team)."""

    slug: Slug
    label: TextDocument
    practice: PracticeDocument = PracticeDocument()
    staff_risks: StaffRisksDocument | None = None

    def to_domain(self) -> Team:
        """Read as `Team`."""
        return self._as(Team)


class ShiftDocument(Document):
    """One weekday's hours on duty (da: vagt)."""

    weekday: StrictInt
    opens_at: ExactNumber
    closes_at: ExactNumber
    people: StrictInt = 1

    def to_domain(self) -> Shift:
        """Read as `Shift`."""
        return self._as(Shift)


class DutyRotaDocument(Document):
    """The shifts of a week (da: vagtplan)."""

    slug: Slug
    label: TextDocument
    staffed_by: Slug
    shifts: tuple[ShiftDocument, ...]

    def to_domain(self) -> DutyRota:
        """Read as `DutyRota`."""
        return self._as(DutyRota)


class ClockDocument(Document):
    """A deadline that runs on a case (da: fristur)."""

    deadline: Words
    starts: Slug = ARRIVAL

    def to_domain(self) -> Clock:
        """Read as `Clock`."""
        return self._as(Clock)


class EpisodeDocument(Document):
    """One piece of work on a case (da: arbejdsgang)."""

    slug: Slug
    label: TextDocument | None = None
    effort_hours: DistributionDocument
    external_delay_days: DistributionDocument = _NOTHING
    team: Slug | None = None
    desk: Desk = Desk.OWN
    by_another: StrictBool = False
    least_times: StrictInt = 1
    most_times: StrictInt = 1
    again: ExactNumber = Field(default=0, validate_default=True)
    milestone: Slug | None = None
    clock: ClockDocument | None = None
    after: tuple[Slug, ...] = ()

    def to_domain(self) -> Episode:
        """Read as `Episode`."""
        return self._as(Episode)


class StrandDocument(Document):
    """Work on a case beside its route (da: spor)."""

    slug: Slug
    label: TextDocument
    starts: Slug = ARRIVAL
    per_year: ExactNumber | None = None
    after_days: DistributionDocument = _NOTHING
    episodes: tuple[EpisodeDocument, ...]
    recurs: StrictBool = False
    outlives_case: StrictBool = False

    def to_domain(self) -> Strand:
        """Read as `Strand`."""
        return self._as(Strand)


class ArrivalPatternDocument(Document):
    """When cases come, and how many at a time (da: tilgangens mønster)."""

    months: tuple[ExactNumber, ...] = EVEN.months
    weekdays: tuple[ExactNumber, ...] = EVEN.weekdays
    hours: tuple[ExactNumber, ...] = EVEN.hours
    on_public_holidays: StrictBool = EVEN.on_public_holidays
    siblings: tuple[ExactNumber, ...] = EVEN.siblings

    def to_domain(self) -> ArrivalPattern:
        """Read as `ArrivalPattern`."""
        return self._as(ArrivalPattern)


_EVEN = ArrivalPatternDocument()


class EvenAges(Document):
    """Open cases whose ages nobody knows, spread from new to the oldest (da: jævn alder)."""

    cases: StrictInt = Field(ge=0, le=100_000)
    oldest_days: StrictInt = Field(ge=0)

    def to_domain(self) -> tuple[int, ...]:
        """Read as ages in days."""
        return evenly_aged(self.cases, self.oldest_days)


class BacklogStageDocument(Document):
    """Open cases at one episode (da: sager på et trin): their ages, or how many, evenly aged."""

    episode: Slug
    ages_days: tuple[StrictInt, ...] | EvenAges
    remaining_effort: ExactNumber = Field(default=1, validate_default=True)
    placed_by_age: StrictBool = Field(default=False, exclude_if=lambda placed: not placed)
    begun_days_ago: tuple[StrictInt, ...] = Field(default=(), exclude_if=lambda days: not days)

    def to_domain(self) -> BacklogStage:
        """Read as `BacklogStage`."""
        return self._as(BacklogStage)


class BacklogDocument(Document):
    """The cases already open (da: sagspukkel)."""

    stages: tuple[BacklogStageDocument, ...] = ()
    unknown: StrictInt = Field(default=0, le=100_000)

    def to_domain(self) -> Backlog:
        """Read as `Backlog`."""
        return self._as(Backlog)


class CaseClassDocument(Document):
    """Cases of one kind (da: sagstype). An even arrival pattern is not written out."""

    slug: Slug
    label: TextDocument
    team: Slug
    arrivals_per_year: ExactNumber
    arrival_pattern: ArrivalPatternDocument = Field(
        default=_EVEN, exclude_if=lambda pattern: pattern == _EVEN
    )
    route: tuple[EpisodeDocument, ...]
    strands: tuple[StrandDocument, ...] = ()
    priority: StrictInt = 1
    weight: ExactNumber = Field(default=1, validate_default=True)
    withdrawal_days: DistributionDocument | None = None
    backlog: BacklogDocument = BacklogDocument()
    usual_arrivals_per_year: ExactNumber | None = None

    def to_domain(self) -> CaseClass:
        """Read as `CaseClass`."""
        return self._as(CaseClass)


class ObservationDocument(Document):
    """What somebody counted (da: optælling)."""

    label: TextDocument
    kept: StrictInt
    due: StrictInt
    not_yet_due: StrictInt = 0
    deadline: str | None = None
    source: TextDocument
    caveat: TextDocument | None = None

    def to_domain(self) -> Observation:
        """Read as `Observation`."""
        return self._as(Observation)


class YearlyVolumeDocument(Document):
    """Work of one kind in a year (da: årligt omfang)."""

    label: TextDocument
    volume_per_year: ExactNumber
    hours_per_case: ExactNumber

    def to_domain(self) -> YearlyVolume:
        """Read as `YearlyVolume`."""
        return self._as(YearlyVolume)


class AssumptionDocument(Document):
    """A number from nowhere, owned by somebody (da: antagelse)."""

    about: Words
    says: TextDocument
    reason: TextDocument
    said_by: Words

    def to_domain(self) -> Assumption:
        """Read as `Assumption`."""
        return self._as(Assumption)


class AlternativeDocument(Document):
    """Another set of assumptions for a team (da: antagelsessæt)."""

    slug: Slug
    label: TextDocument
    reason: TextDocument
    team: Slug
    effort: ExactNumber = Field(default=1, validate_default=True)
    delays: ExactNumber = Field(default=1, validate_default=True)
    effort_spread: ExactNumber = Field(default=1, validate_default=True)
    policy: Policy | None = None

    def to_domain(self) -> Alternative:
        """Read as `Alternative`."""
        return self._as(Alternative)


class DepartmentDocument(Document):
    """A whole department (da: afdeling)."""

    format: Literal[1]
    slug: Slug
    version: StrictInt = Field(default=1, ge=1)
    name: TextDocument
    on: Day
    unit: CaseUnit
    children_per_case: ExactNumber | None = None
    open_cases: StrictInt
    teams: tuple[TeamDocument, ...]
    duty_rotas: tuple[DutyRotaDocument, ...] = ()
    alternatives: tuple[AlternativeDocument, ...] = ()
    roster: RosterPart
    case_classes: tuple[CaseClassDocument, ...]
    headline_team: Slug
    headline_deadline: Words
    observations: tuple[ObservationDocument, ...] = ()
    volumes: tuple[YearlyVolumeDocument, ...] = ()
    assumptions: tuple[AssumptionDocument, ...] = ()
    source: TextDocument
    fictional: StrictBool = False
    fit: FitDocument | None = None

    def to_domain(self) -> Department:
        """Read as `Department`."""
        return self._as(Department)


_EXAMPLES = files("capacity").joinpath("examples")


def example_slugs() -> tuple[str, ...]:
    """Name the departments that come with the planner (da: demoafdelinger)."""
    names = (file.name for file in _EXAMPLES.iterdir())
    return tuple(sorted(name.removesuffix(".yaml") for name in names if name.endswith(".yaml")))


def load_example(address: str) -> Department:
    """Read a department that comes with the planner, by `slug` or by its `slug@version`.

    `UnknownDepartment` names those there are.

    >>> load_example("ishoej-2020").open_cases, load_example("ishoej-2020@1").open_cases
    (890, 890)
    """
    slug = address.partition("@")[0]
    if slug in example_slugs():
        written = _EXAMPLES.joinpath(f"{slug}.yaml").read_text(encoding="utf-8")
        department = DepartmentDocument.model_validate(parsed(written)).to_domain()
        if address in (slug, department.address):
            return department
    known = ", ".join(example_slugs())
    raise UnknownDepartment(
        Text(
            da=f"ingen demoafdeling hedder ”{address}”; der er {known}",
            en=f"no demo department is called “{address}”; there are {known}",
        ),
        field="department",
    )
