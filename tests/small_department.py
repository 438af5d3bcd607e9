"""A department small enough to follow by hand, for tests that need one."""

from datetime import date
from fractions import Fraction

from capacity.case_classes import Backlog, BacklogStage, CaseClass, Clock, Desk, Episode
from capacity.caseload import CaseUnit
from capacity.department import Department, Team
from capacity.distributions import Distribution, Family
from capacity.practice import Assignment, Practice
from capacity.roster import Caseworker, Roster
from capacity.wording import Text

BOTH = Text(da="prøve", en="sample")


def fixed(mean: str) -> Distribution:
    return Distribution(family=Family.DETERMINISTIC, mean=Fraction(mean), cv=Fraction(0))


def small_department(
    *,
    caseworkers: int = 3,
    hours_per_week: str = "37",
    arrivals_per_year: str = "100",
    effort_hours: Distribution | None = None,
    external_delay_days: Distribution | None = None,
    ages_days: tuple[int, ...] = (),
    on: date = date(2024, 1, 1),
) -> Department:
    lognormal = Distribution(family=Family.LOGNORMAL, mean=Fraction(40), cv=Fraction("0.8"))
    people = tuple(
        Caseworker(id=f"a{n}", team="assessment", hours_per_week=Fraction(hours_per_week))
        for n in range(caseworkers)
    )
    assessments = CaseClass(
        slug="child_assessment",
        label=BOTH,
        team="assessment",
        arrivals_per_year=Fraction(arrivals_per_year),
        route=(
            Episode(
                slug="assessment",
                effort_hours=effort_hours or lognormal,
                external_delay_days=external_delay_days or fixed("30"),
                desk=Desk.TEAM,
                clock=Clock(deadline="statute.child_assessment"),
            ),
        ),
        backlog=Backlog(stages=(BacklogStage(episode="assessment", ages_days=ages_days),)),
    )
    return Department(
        slug="small",
        name=BOTH,
        on=on,
        unit=CaseUnit.CHILD,
        open_cases=len(ages_days),
        teams=(Team(slug="assessment", label=BOTH, practice=Practice(assignment=Assignment.TEAM)),),
        roster=Roster(caseworkers=people),
        case_classes=(assessments,),
        headline_team="assessment",
        headline_deadline="statute.child_assessment",
        source=BOTH,
        fictional=True,
    )
