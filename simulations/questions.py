"""What a leader asks: this team, this deadline, so many more of us, that year."""

from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from capacity.case_classes import CaseClass
from capacity.department import Department
from capacity.errors import InvalidInput
from capacity.units import FTE, Share
from capacity.wording import Text
from capacity.workdays import Unit, add

LEAST_REPLICATIONS = 32
"""With fewer, Student's interval covers the truth clearly less often than it says."""
USUAL_REPLICATIONS = 512
MOST_REPLICATIONS = 16384
"""A precision that takes more is not reached, and the answer says so."""
MOST_INFLOW = 10
"""Assumption: more is another department."""
MOST_EXTRA_FTE = 1000
"""Assumption: more is no team."""
USUAL_LEVELS = tuple(Fraction(level) for level in (0, 1, 2, 4, 6))


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffingQuestion:
    """How a deadline is kept at each level of extra staff in a team (da: bemandingsspørgsmål).

    Extra staff are hours for cases from `extra_from` on, the department's date if left out; half a
    post is half the opening hours. `fuller_work` is the part of their hours that goes into fuller
    work instead of faster work. `inflow` multiplies what arrives. The period is [from_, to). The
    same seed gives the same luck. With a `precision` (the half-width of the interval of every
    level's share, in 0..1) as many replications are run as it takes, and `replications` is not
    used.

    Raises `UnknownDepartment` for a team that is not there and `InvalidInput` for a deadline that
    the team owes nobody, and for levels, seeds or numbers of replications that cannot be.
    """

    department: Department
    team: str
    deadline: str
    from_: date
    to: date
    extra_fte: tuple[FTE, ...] = USUAL_LEVELS
    seed: int = 1
    replications: int = USUAL_REPLICATIONS
    precision: Share | None = None
    extra_from: date | None = None
    fuller_work: Share = Fraction(0)
    inflow: Fraction = Fraction(1)

    def __post_init__(self) -> None:
        self.department.team(self.team)
        owed = self.department.deadlines_of(self.team)
        if self.deadline not in owed:
            names = ", ".join(owed)
            raise InvalidInput(
                Text(
                    da=f"teamet ”{self.team}” har ingen sager med fristen ”{self.deadline}”; "
                    + (f"skriv en af {names}" if owed else "det har ingen sager med frist"),
                    en=f"the team “{self.team}” has no cases with the deadline “{self.deadline}”; "
                    + (f"write one of {names}" if owed else "it has no cases with a deadline"),
                ),
                field="deadline",
            )
        # A smaller part of a post has too few minutes a day for a work clock to count.
        in_hundredths = all(level * 100 % 1 == 0 for level in self.extra_fte)
        in_range = all(0 <= level <= MOST_EXTRA_FTE for level in self.extra_fte)
        if not self.extra_fte or not in_range or not in_hundredths:
            raise InvalidInput(
                Text(
                    da=f"ekstra fuldtidsstillinger skrives som 0 til {MOST_EXTRA_FTE} med højst to "
                    "decimaler, adskilt af semikolon: 0;0,5;2",
                    en=f"extra posts are written as 0 to {MOST_EXTRA_FTE} with at most two "
                    "decimals, separated by semicolons: 0;0.5;2",
                ),
                field="extra_fte",
            )
        if self.replications < LEAST_REPLICATIONS:
            raise InvalidInput(
                Text(
                    da=f"skriv mindst {LEAST_REPLICATIONS} gentagelser, ikke {self.replications}",
                    en=f"write at least {LEAST_REPLICATIONS} replications, not {self.replications}",
                ),
                field="replications",
            )
        if self.precision is not None and not Fraction(1, 1000) <= self.precision < 1:
            raise InvalidInput(
                Text(
                    da="skriv en præcision fra 0,1 procentpoint (0,001) og under 1",
                    en="write a precision from 0.1 percentage points (0.001) and below 1",
                ),
                field="precision",
            )
        if not 0 <= self.fuller_work <= 1:
            raise InvalidInput(
                Text(
                    da="skriv en andel fra 0 til 1 af de ekstra timer",
                    en="write a share from 0 to 1 of the added hours",
                ),
                field="fuller_work",
            )
        if not 0 <= self.inflow <= MOST_INFLOW:
            raise InvalidInput(
                Text(
                    da=f"skriv tilgangen som en faktor fra 0 til {MOST_INFLOW}; 1 er den vante",
                    en=f"write the inflow as a factor from 0 to {MOST_INFLOW}; 1 is the usual",
                ),
                field="inflow",
            )
        if self.seed < 0:
            raise InvalidInput(
                Text(da="skriv et frø på 0 eller mere", en="write a seed of 0 or more"),
                field="seed",
            )

    @property
    def case_classes(self) -> tuple[CaseClass, ...]:
        """The case classes on the team's desk (da: teamets sagstyper)."""
        return tuple(each for each in self.department.case_classes if each.team == self.team)


def headline_question(department: Department) -> StaffingQuestion:
    """Ask what the department shows first: its headline, a year from its date (da: hovedspørgsmål).

    Everything else is asked by `dataclasses.replace` on this.
    """
    return StaffingQuestion(
        department=department,
        team=department.headline_team,
        deadline=department.headline_deadline,
        from_=department.on,
        to=add(department.on, 12, Unit.CALENDAR_MONTHS),
    )
