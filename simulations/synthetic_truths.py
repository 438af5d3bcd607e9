"""Departments that do not exist, of three sizes, to write a past of (da: syntetiske afdelinger).

Every number is made up; what matters is that it is known. The hours of work that come in a year are
about nine tenths of the hours that are there for cases.
"""

from datetime import date
from enum import StrEnum
from fractions import Fraction
from itertools import cycle

from capacity.case_classes import (
    STRAND,
    ArrivalPattern,
    Backlog,
    CaseClass,
    Clock,
    Desk,
    Episode,
    Strand,
)
from capacity.caseload import CaseUnit
from capacity.caseworker import Caseworker, RampUp
from capacity.department import Department, Team
from capacity.distributions import Distribution, Family
from capacity.practice import AfterDue, Policy, Practice
from capacity.roster import Roster
from capacity.staff_risks import StaffRisks
from capacity.wording import Text

PAST_BEGINS = date(2023, 1, 2)
"""When the past of the ready-made departments is played from (da: den simulerede fortids start)."""


class Size(StrEnum):
    """How large a ready-made department is (da: størrelse)."""

    SMALL = "small"
    """One team of 5."""
    MEDIUM = "medium"
    """One team of 24."""
    LARGE = "large"
    """Four teams, 46 people."""


def synthetic_truth(size: Size, on: date = PAST_BEGINS) -> Department:
    """Return a ready-made department on the day its past begins (da: den sande afdeling).

    >>> [len(synthetic_truth(size).roster.caseworkers) for size in Size]
    [5, 24, 46]
    """
    name, teams, people, classes = _SIZES[size]
    roster = Roster(caseworkers=people)
    return Department(
        slug=name.lower().replace("ø", "oe"),
        name=Text(da=f"{name} (opdigtet)", en=f"{name} (fictional)"),
        on=on,
        unit=CaseUnit.CHILD,
        open_cases=sum(each.backlog.open_cases for each in classes),
        teams=teams,
        roster=roster,
        case_classes=classes,
        headline_team=next(
            each.team for each in classes if "statute.child_assessment" in each.deadlines
        ),
        headline_deadline="statute.child_assessment",
        source=Text(da="Opdigtet, så sandheden er kendt", en="Made up, so that the truth is known"),
        fictional=True,
    )


def lognormal(mean: str, cv: str) -> Distribution:
    """A lognormal distribution by its mean and coefficient of variation (da: lognormal)."""
    return Distribution(family=Family.LOGNORMAL, mean=Fraction(mean), cv=Fraction(cv))


_RISKS = StaffRisks(
    short_sickness_per_year=Fraction("2.5"),
    short_sickness_days=lognormal("3", "0.8"),
    long_sickness_per_year=Fraction("0.1"),
    long_sickness_days=lognormal("60", "0.7"),
    parental_leave_per_year=Fraction("0.04"),
    parental_leave_days=lognormal("220", "0.3"),
    turnover_per_year=Fraction("0.15"),
    vacancy_days=lognormal("60", "0.4"),
    ramp_up=RampUp(months=6, first_share=Fraction("0.5")),
    holiday_months=tuple(
        Fraction(weight) for weight in "0.5 1.5 0.5 1 0.5 1 5 1.5 0.5 1.5 0.5 1.5".split()
    ),
)
_PRACTICE = Practice(
    policy=Policy.EARLIEST_DUE,
    after_due=AfterDue.STILL_FIRST,
    switching_hours=Fraction("0.25"),
    handover_hours=Fraction(2),
)
_SCHOOL_YEAR = tuple(
    Fraction(weight) for weight in "1 1 1.1 1 1.1 1 0.5 0.9 1.2 1.1 1.2 0.9".split()
)
_WEEK = tuple(Fraction(weight) for weight in "1.1 1 1 1 0.9 0.3 0.3".split())
_WORKING_WEEK = tuple(Fraction(weight) for weight in "1 1 1 1 1 0 0".split())
_DAY = tuple(
    Fraction(weight) for weight in "0 0 0 0 0 0 1 2 4 4 4 4 4 4 4 3 2 2 1 1 1 1 0 0".split()
)
_SIBLINGS = (Fraction("0.75"), Fraction("0.18"), Fraction("0.07"))


def _notifications(team: str, per_year: int) -> CaseClass:
    return CaseClass(
        slug="underretning",
        label=Text(da="Underretning", en="Notification"),
        team=team,
        arrivals_per_year=Fraction(per_year),
        arrival_pattern=ArrivalPattern(
            months=_SCHOOL_YEAR, weekdays=_WEEK, hours=_DAY, siblings=_SIBLINGS
        ),
        priority=1,
        route=(
            Episode(
                slug="vurder-underretning",
                label=Text(da="Vurdering af underretningen", en="Assessment of the notification"),
                effort_hours=lognormal("1", "0.6"),
                desk=Desk.TEAM,
                milestone="vurderet",
                clock=Clock(deadline="statute.notification_assessment"),
            ),
            Episode(
                slug="afklar",
                label=Text(da="Afklaring og beslutning", en="Clarification and decision"),
                effort_hours=lognormal("2", "0.8"),
                external_delay_days=lognormal("7", "0.8"),
            ),
        ),
    )


def _assessments(team: str, per_year: int, under_way: int) -> CaseClass:
    return CaseClass(
        slug="boernefaglig-undersoegelse",
        label=Text(da="Børnefaglig undersøgelse", en="Child assessment"),
        team=team,
        arrivals_per_year=Fraction(per_year),
        arrival_pattern=ArrivalPattern(
            months=_SCHOOL_YEAR, weekdays=_WORKING_WEEK, on_public_holidays=False
        ),
        priority=2,
        withdrawal_days=Distribution(
            family=Family.EXPONENTIAL, mean=Fraction(1500), cv=Fraction(1)
        ),
        route=(
            Episode(
                slug="indhent-oplysninger",
                label=Text(da="Opstart og oplysninger", en="Opening and information"),
                effort_hours=lognormal("5", "0.6"),
                external_delay_days=lognormal("17", "0.6"),
                least_times=1,
                most_times=3,
            ),
            Episode(
                slug="boernesamtale",
                label=Text(da="Børnesamtale", en="Talk with the child"),
                effort_hours=lognormal("3", "0.4"),
                external_delay_days=lognormal("6", "0.6"),
                milestone="barnet-hoert",
            ),
            Episode(
                slug="skriv-undersoegelsen",
                label=Text(da="Analyse, skrivning og partshøring", en="Analysis and writing"),
                effort_hours=lognormal("12", "0.6"),
                external_delay_days=lognormal("8", "0.5"),
                milestone="undersoegt",
                clock=Clock(deadline="statute.child_assessment"),
                after=("barnet-hoert",),
            ),
        ),
        backlog=Backlog(unknown=under_way),
    )


def _support_cases(slug: str, team: str, per_year: int, under_way: int) -> CaseClass:
    return CaseClass(
        slug=slug,
        label=Text(da="Støttende indsats", en="Supportive measure"),
        team=team,
        arrivals_per_year=Fraction(per_year),
        arrival_pattern=ArrivalPattern(siblings=_SIBLINGS),
        priority=3,
        withdrawal_days=Distribution(
            family=Family.EXPONENTIAL, mean=Fraction(3000), cv=Fraction(1)
        ),
        route=(
            Episode(
                slug="barnets-plan",
                label=Text(da="Barnets plan", en="Care plan"),
                effort_hours=lognormal("7", "0.6"),
                external_delay_days=lognormal("20", "0.6"),
                milestone="indsats-ivaerksat",
                clock=Clock(deadline="statute.care_plan"),
            ),
            Episode(
                slug="loebende-sagsarbejde",
                label=Text(da="Løbende sagsarbejde", en="Ongoing casework"),
                effort_hours=lognormal("1.5", "1"),
                external_delay_days=lognormal("28", "0.5"),
                least_times=5,
                most_times=20,
            ),
        ),
        strands=(
            Strand(
                slug="foerste-opfoelgning",
                label=Text(da="Første opfølgning", en="First follow-up"),
                starts="indsats-ivaerksat",
                after_days=Distribution(
                    family=Family.DETERMINISTIC, mean=Fraction(50), cv=Fraction(0)
                ),
                episodes=(
                    Episode(
                        slug="foelg-op-foerste-gang",
                        effort_hours=lognormal("4", "0.6"),
                        external_delay_days=lognormal("14", "0.6"),
                        milestone="fulgt-op",
                        clock=Clock(deadline="statute.follow_up_first", starts="indsats-ivaerksat"),
                    ),
                ),
            ),
            Strand(
                slug="senere-opfoelgninger",
                label=Text(da="Senere opfølgninger", en="Later follow-ups"),
                starts="fulgt-op",
                recurs=True,
                after_days=Distribution(
                    family=Family.DETERMINISTIC, mean=Fraction(130), cv=Fraction(0)
                ),
                episodes=(
                    Episode(
                        slug="foelg-op-igen",
                        effort_hours=lognormal("3", "0.6"),
                        external_delay_days=lognormal("14", "0.6"),
                        clock=Clock(deadline="assumption.follow_up_later", starts=STRAND),
                    ),
                ),
            ),
            Strand(
                slug="supplerende-underretning",
                label=Text(da="Supplerende underretninger", en="Further notifications"),
                per_year=Fraction("0.5"),
                episodes=(
                    Episode(
                        slug="genvurder",
                        label=Text(da="Genvurdering ved en anden", en="Reassessment by another"),
                        effort_hours=lognormal("1.5", "0.6"),
                        desk=Desk.TEAM,
                        by_another=True,
                        clock=Clock(deadline="statute.notification_assessment", starts=STRAND),
                    ),
                ),
            ),
        ),
        backlog=Backlog(unknown=under_way),
    )


def _people(team: str, first_number: int, posts: int) -> tuple[Caseworker, ...]:
    """So many posts, every second of them full time."""
    return tuple(
        Caseworker(
            id=f"m{number}",
            team=team,
            hours_per_week=Fraction(hours),
            non_case_hours_per_week=Fraction(5),
        )
        for number, hours in zip(
            range(first_number, first_number + posts), cycle((37, 34, 37, 30, 37, 32))
        )
    )


def _team(slug: str, da: str, en: str) -> Team:
    return Team(slug=slug, label=Text(da=da, en=en), practice=_PRACTICE, staff_risks=_RISKS)


_FAMILY = "familieteam"
_SIZES: dict[Size, tuple[str, tuple[Team, ...], tuple[Caseworker, ...], tuple[CaseClass, ...]]] = {
    Size.SMALL: (
        "Lilleskov",
        (_team(_FAMILY, "Familieteamet", "Family team"),),
        _people(_FAMILY, 101, 5),
        (
            _notifications(_FAMILY, 220),
            _assessments(_FAMILY, 60, 15),
            _support_cases("stoettende-indsats", _FAMILY, 70, 75),
        ),
    ),
    Size.MEDIUM: (
        "Askehøj",
        (_team(_FAMILY, "Familieteamet", "Family team"),),
        _people(_FAMILY, 101, 24),
        (
            _notifications(_FAMILY, 1000),
            _assessments(_FAMILY, 300, 75),
            _support_cases("stoettende-indsats", _FAMILY, 320, 340),
        ),
    ),
    Size.LARGE: (
        "Bøgelunde",
        (
            _team("modtagelse", "Modtagelsen", "Intake"),
            _team("undersoegelse", "Undersøgelsesteamet", "Assessments"),
            _team("stoette-nord", "Støtteteam Nord", "Support North"),
            _team("stoette-syd", "Støtteteam Syd", "Support South"),
        ),
        (
            *_people("modtagelse", 101, 6),
            *_people("undersoegelse", 201, 12),
            *_people("stoette-nord", 301, 14),
            *_people("stoette-syd", 401, 14),
        ),
        (
            _notifications("modtagelse", 1700),
            _assessments("undersoegelse", 450, 110),
            _support_cases("stoettende-indsats-nord", "stoette-nord", 340, 360),
            _support_cases("stoettende-indsats-syd", "stoette-syd", 340, 360),
        ),
    ),
}
