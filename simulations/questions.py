"""What a leader asks: this team, this deadline, so many more of us, that year."""

from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from capacity.department import CaseClass, Department
from capacity.errors import InvalidInput
from capacity.units import FTE
from capacity.wording import Text
from capacity.workdays import Unit, add

LEAST_REPLICATIONS = 32
"""With fewer, Student's interval covers the truth clearly less often than it says."""
USUAL_REPLICATIONS = 512
MOST_EXTRA_FTE = 1000
"""Assumption: more is no team."""
USUAL_LEVELS = tuple(Fraction(level) for level in (0, 1, 2, 4, 6))


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffingQuestion:
    """How a deadline is kept at each level of extra staff in a team (da: bemandingsspørgsmål).

    Extra staff are hours for cases from the department's date on; half a post is half the opening
    hours. The period is [from_, to). The same seed gives the same luck.

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
