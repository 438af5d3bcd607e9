"""From a decision to a post at full pace: hiring takes time, and so does learning (da: ansættelse).

Both times are somebody's assumptions, and are shown with whose. Until then a post costs what it
costs and does less.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction

from capacity.caseworker import RampUp
from capacity.department import Department
from capacity.errors import InvalidInput
from capacity.rulebook import Rulebook
from capacity.units import Share
from capacity.wording import Language, Text, date_in_words, in_full, percent, rounded
from capacity.workdays import Unit, add

USUAL_HIRING_DAYS = 90
"""Assumption: advertising, choosing, and somebody else's notice."""
MOST_HIRING_DAYS = 730
"""Assumption: what takes longer is another plan."""
_DAYS_PER_MONTH = Fraction(365, 12)


@dataclass(frozen=True, slots=True, kw_only=True)
class Hiring:
    """A post from the decision to full pace (da: ansættelsesforløb).

    `starts_on` is the first working day, at `ramp_up.first_share` of full pace; from `full_on` on
    it is all of it. `first_year` is what a full-time post comes to over the year from the decision,
    in posts at full pace. `InvalidInput` for days below 0 or above two years.
    """

    decided_on: date
    hiring_days: int
    ramp_up: RampUp

    def __post_init__(self) -> None:
        if not 0 <= self.hiring_days <= MOST_HIRING_DAYS:
            raise InvalidInput(
                Text(
                    da=f"{self.hiring_days} dage til ansættelse; skriv 0 til {MOST_HIRING_DAYS}",
                    en=f"{self.hiring_days} days for hiring; write 0 to {MOST_HIRING_DAYS}",
                ),
                field="hiring_days",
            )

    @property
    def starts_on(self) -> date:
        """The first working day (da: første arbejdsdag)."""
        return add(self.decided_on, self.hiring_days, Unit.CALENDAR_DAYS)

    @property
    def full_on(self) -> date:
        """The first day at full pace (da: i fuldt tempo)."""
        return add(self.starts_on, self.ramp_up.months, Unit.CALENDAR_MONTHS)

    @property
    def months_to_full(self) -> Fraction:
        """Months from the decision to full pace (da: måneder til fuld virkning).

        >>> half_a_year = RampUp(months=6, first_share=Fraction(1, 2))
        >>> found = Hiring(decided_on=date(2026, 1, 1), hiring_days=90, ramp_up=half_a_year)
        >>> found.starts_on, found.full_on, round(float(found.months_to_full), 1)
        (datetime.date(2026, 4, 1), datetime.date(2026, 10, 1), 9.0)
        """
        return (self.full_on - self.decided_on).days / _DAYS_PER_MONTH

    @property
    def first_year(self) -> Share:
        """What a post comes to over the year from the decision (da: virkning i det første år).

        >>> at_once = RampUp(months=1, first_share=Fraction(1))
        >>> Hiring(decided_on=date(2026, 1, 1), hiring_days=73, ramp_up=at_once).first_year
        Fraction(4, 5)
        """
        days = (add(self.decided_on, 12, Unit.CALENDAR_MONTHS) - self.decided_on).days
        there = (
            self.ramp_up.share_on(self.decided_on + timedelta(days=day), self.starts_on)
            for day in range(self.hiring_days, days)
        )
        return sum(there, Fraction(0)) / days


@dataclass(frozen=True, slots=True, kw_only=True)
class HiringAssumption:
    """How long hiring and learning take, and who says so (da: antagelse om ansættelse)."""

    hiring_days: int
    hiring_source: Text
    ramp_up: RampUp
    ramp_up_source: Text


def usual_hiring(department: Department, team: str, book: Rulebook) -> HiringAssumption:
    """What a team's own document assumes of hiring, or else the planner (da: antagelse).

    How long a post stands empty when somebody leaves is taken for how long hiring takes.
    """
    risks = department.team(team).staff_risks
    own = Text(da="afdelingens egen antagelse", en="the department’s own assumption")
    days, days_source = (
        USUAL_HIRING_DAYS,
        Text(da="planlæggerens antagelse", en="the planner’s assumption"),
    )
    if risks is not None and risks.vacancy_days.mean:
        days, days_source = round(risks.vacancy_days.mean), own
    if risks is not None and risks.ramp_up is not None:
        return HiringAssumption(
            hiring_days=days, hiring_source=days_source, ramp_up=risks.ramp_up, ramp_up_source=own
        )
    months = book["assumption.ramp_up_months"].on(department.on)
    share = book["assumption.ramp_up_first_share"].on(department.on)
    return HiringAssumption(
        hiring_days=days,
        hiring_source=days_source,
        ramp_up=RampUp(months=int(months.number), first_share=share.number),
        ramp_up_source=Text(da=months.source.title, en=months.source.title),
    )


def hiring_sentence(found: Hiring) -> Text:
    """Say when a post begins, when it is at full pace, and what it does until then (da: i ord)."""
    return Text(da=_said(found, "da"), en=_said(found, "en"))


def _said(found: Hiring, language: Language) -> str:
    decided, starts, full = (
        date_in_words(day, language) for day in (found.decided_on, found.starts_on, found.full_on)
    )
    first_share = percent(found.ramp_up.first_share, language)
    months = in_full(Fraction(rounded(found.months_to_full, 1)), language)
    first_year = in_full(Fraction(rounded(found.first_year, 2)), language)
    if language == "da":
        return (
            f"Besluttes det {decided}, begynder de ansatte {starts} i {first_share} af fuldt tempo "
            f"og er i fuldt tempo {full}, {months} måneder efter beslutningen. I det første år "
            f"svarer en fuldtidsstilling til {first_year} i fuldt tempo."
        )
    return (
        f"Decided on {decided}, the new staff begin on {starts} at {first_share} of full pace and "
        f"are at full pace on {full}, {months} months after the decision. In the first year a "
        f"full-time post comes to {first_year} at full pace."
    )
