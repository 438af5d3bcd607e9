"""A department as the planner sees it: teams, people, cases, and who assumed what.

The document behind it is versioned and addressed `slug@version`. Everything that no source vouches
for is listed among the `assumptions`, so that no page and no notat can pass it off as a fact.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from fractions import Fraction

from capacity.caseload import CaseUnit
from capacity.errors import InvalidInput, UnknownDepartment
from capacity.refusals import refuse_below_zero
from capacity.roster import Roster
from capacity.units import Share
from capacity.wording import Text, shown


class Family(StrEnum):
    """The shape of a distribution (da: fordelingstype)."""

    DETERMINISTIC = "deterministic"
    EXPONENTIAL = "exponential"
    GAMMA = "gamma"
    LOGNORMAL = "lognormal"


_FIXED_VARIATION = {Family.DETERMINISTIC: Fraction(0), Family.EXPONENTIAL: Fraction(1)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Distribution:
    """How an effort or a delay varies from case to case (da: fordeling).

    `mean` has the unit of what is described; `cv` is the coefficient of variation, standard
    deviation over mean. It is fixed by the family where the family leaves no choice: 0 for
    deterministic, 1 for exponential. `InvalidInput` where the two disagree.

    >>> Distribution(family=Family.GAMMA, mean=Fraction(30), cv=Fraction("0.6")).cv
    Fraction(3, 5)
    """

    family: Family
    mean: Fraction
    cv: Fraction

    def __post_init__(self) -> None:
        refuse_below_zero(self.mean, "mean")
        refuse_below_zero(self.cv, "cv")
        fixed = _FIXED_VARIATION.get(self.family)
        if (fixed is not None and self.cv != fixed) or (fixed is None and self.cv == 0):
            raise InvalidInput(
                Text(
                    da=f"fordelingen {self.family} kan ikke have variationskoefficienten "
                    f"{shown(self.cv, 2, 'da')}",
                    en=f"the distribution {self.family} cannot have the coefficient of variation "
                    f"{shown(self.cv, 2, 'en')}",
                ),
                field="cv",
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class Backlog:
    """The cases of one class already open at the start (da: sagspukkel ved start).

    `ages_days` are calendar days since each case's clock started. Where nobody knows them,
    `evenly_aged` spreads them, and the department says so among its assumptions.
    `remaining_effort` is the mean part of a case's effort that is still to be spent.
    """

    ages_days: tuple[int, ...] = ()
    remaining_effort: Share = Fraction(1)

    def __post_init__(self) -> None:
        if any(age < 0 for age in self.ages_days):
            raise InvalidInput(
                Text(
                    da="en åben sags alder i dage må ikke være negativ",
                    en="the age of an open case in days may not be negative",
                ),
                field="ages_days",
            )
        if not 0 <= self.remaining_effort <= 1:
            raise InvalidInput(
                Text(
                    da="resterende tidsforbrug er en andel fra 0 til 1",
                    en="remaining effort is a share from 0 to 1",
                ),
                field="remaining_effort",
            )


def evenly_aged(cases: int, oldest_days: int) -> tuple[int, ...]:
    """Ages in days for cases whose ages nobody knows: spread evenly (da: jævnt fordelte aldre).

    >>> evenly_aged(4, 120)
    (15, 45, 75, 105)
    """
    return tuple((2 * case + 1) * oldest_days // (2 * cases) for case in range(cases))


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseClass:
    """Cases of one kind: how often they come, what they cost, what they owe (da: sagstype).

    A case arrives, waits for hours on its team's desk, takes an effort in hours of work, then an
    external delay in calendar days that costs nobody hours (da: ventetid på andre). With that it
    is finished; `deadline` names the rule that watches from its arrival to its finish, if any.
    """

    slug: str
    label: Text
    team: str
    arrivals_per_year: Fraction
    effort_hours: Distribution
    external_delay_days: Distribution
    deadline: str | None = None
    backlog: Backlog = Backlog()

    def __post_init__(self) -> None:
        refuse_below_zero(self.arrivals_per_year, "arrivals_per_year")


@dataclass(frozen=True, slots=True, kw_only=True)
class Team:
    """A team with a desk of its own (da: team)."""

    slug: str
    label: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Observation:
    """What somebody counted: cases that kept a rule among those it was due for (da: optælling).

    `deadline` names the rule where it is one of time. Without it the count is of order or content,
    and no word of timeliness may be said of it. `caveat` says what the count cannot carry: a
    sample of placements, a count of closed cases.
    """

    label: Text
    kept: int
    due: int
    not_yet_due: int = 0
    deadline: str | None = None
    source: Text
    caveat: Text | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class YearlyVolume:
    """Work of one kind in a year, for the hours check (da: årligt omfang)."""

    label: Text
    volume_per_year: Fraction
    hours_per_case: Fraction


@dataclass(frozen=True, slots=True, kw_only=True)
class Assumption:
    """A number from nowhere, owned by somebody (da: antagelse)."""

    about: str
    says: Text
    reason: Text
    said_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Department:
    """A family department on a day (da: afdeling, Familierådgivning).

    `open_cases` counts all active cases in `unit`; the backlogs of the case classes are the part
    of them that the simulation works on. `headline` is the team and the deadline shown first.
    """

    slug: str
    name: Text
    on: date
    unit: CaseUnit
    children_per_case: Fraction | None = None
    open_cases: int
    teams: tuple[Team, ...]
    roster: Roster
    case_classes: tuple[CaseClass, ...]
    headline_team: str
    headline_deadline: str
    observations: tuple[Observation, ...] = ()
    volumes: tuple[YearlyVolume, ...] = ()
    assumptions: tuple[Assumption, ...] = ()
    source: Text
    fictional: bool = False
    version: int = 1

    def __post_init__(self) -> None:
        refuse_below_zero(self.open_cases, "open_cases")
        _refuse_twice([team.slug for team in self.teams], "teams")
        # A class's name is what its luck hangs on: two of one name would meet the same cases.
        _refuse_twice([each.slug for each in self.case_classes], "case_classes")
        for index, person in enumerate(self.roster.caseworkers):
            self.team(person.team, field=f"roster.caseworkers[{index}].team")
        for index, vacancy in enumerate(self.roster.vacancies):
            self.team(vacancy.team, field=f"roster.vacancies[{index}].team")
        for index, case_class in enumerate(self.case_classes):
            self.team(case_class.team, field=f"case_classes[{index}].team")
        self.team(self.headline_team, field="headline_team")

    @property
    def address(self) -> str:
        """The permanent address of this version, `slug@version` (da: adresse)."""
        return f"{self.slug}@{self.version}"

    def deadlines_of(self, team: str) -> tuple[str, ...]:
        """Return the deadlines that a team's cases owe, by rule id (da: teamets frister)."""
        owed = {each.deadline for each in self.case_classes if each.team == team and each.deadline}
        return tuple(sorted(owed))

    def team(self, slug: str, *, field: str = "team") -> Team:
        """Return the team of that name; `UnknownDepartment` names those there are."""
        for team in self.teams:
            if team.slug == slug:
                return team
        names = ", ".join(team.slug for team in self.teams)
        raise UnknownDepartment(
            Text(
                da=f"{self.slug} har intet team ”{slug}”; der er {names}",
                en=f"{self.slug} has no team “{slug}”; there are {names}",
            ),
            field=field,
        )


def _refuse_twice(slugs: list[str], field: str) -> None:
    twice = sorted({slug for slug in slugs if slugs.count(slug) > 1})
    if twice:
        raise InvalidInput(
            Text(
                da=f"to hedder ”{twice[0]}”; giv hver sit navn",
                en=f"two are called “{twice[0]}”; give each its own name",
            ),
            field=field,
        )
