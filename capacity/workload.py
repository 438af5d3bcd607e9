"""Staff from the work itself: yearly volumes times hours per case (da: timebehov).

The method is the World Health Organization's WISN (Workload Indicators of Staffing Need). It speaks
of means only: no variation, no waiting, no deadlines. That makes it the second opinion beside the
caseload, which speaks of stock only.

Supply and need must be counted alike. Duties that are already taken off the case-carrying FTE are
not to be added again as an allowance here.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from capacity.errors import InvalidInput
from capacity.refusals import refuse_below_zero, refuse_unless_above_zero
from capacity.units import FTE, Days, Hours, HoursPerYear, Share
from capacity.wording import Text, shown


@dataclass(frozen=True, slots=True, kw_only=True)
class Activity:
    """Work of one kind in a year (da: aktivitet).

    `hours_per_case` is effort (da: tidsforbrug), not the time the citizen waits.
    """

    volume_per_year: Fraction
    hours_per_case: Hours
    label: str | None = None

    def __post_init__(self) -> None:
        for field, figure in (
            ("volume_per_year", self.volume_per_year),
            ("hours_per_case", self.hours_per_case),
        ):
            refuse_below_zero(figure, field)

    @property
    def hours_per_year(self) -> HoursPerYear:
        """The hours of the whole volume (da: timer om året)."""
        return self.volume_per_year * self.hours_per_case


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkloadNeed:
    """The staff that the work asks for, beside the staff there is (da: personalebehov).

    `wisn_ratio` is actual over required: below 1 is pressure. `wisn_difference` is actual less
    required, in FTE: negative is missing.
    """

    activity_fte: FTE
    category_factor: Fraction
    individual_factor: FTE
    required_fte: FTE
    wisn_ratio: Fraction
    wisn_difference: FTE


def available_working_time(
    *,
    possible_days: Days,
    public_holidays: Days,
    annual_leave_days: Days,
    sick_days: Days,
    other_days: Days = Fraction(0),
    hours_per_day: Hours,
) -> HoursPerYear:
    """Hours a year that one full-time person works, by WISN's formula (da: effektive timer).

    `InvalidInput` where nothing is left.

    >>> kenya = available_working_time(
    ...     possible_days=Fraction(234),
    ...     public_holidays=Fraction(10),
    ...     annual_leave_days=Fraction(30),
    ...     sick_days=Fraction(15),
    ...     hours_per_day=Fraction(8),
    ... )
    >>> str(kenya)  # 179 days
    '1432'
    """
    off = public_holidays + annual_leave_days + sick_days + other_days
    if off >= possible_days:
        raise InvalidInput(
            Text(
                da=f"{shown(off, 1, 'da')} fridage af {shown(possible_days, 1, 'da')} mulige "
                "arbejdsdage; skriv færre fridage",
                en=f"{shown(off, 1, 'en')} days off of {shown(possible_days, 1, 'en')} possible "
                "working days; write fewer days off",
            ),
            field="possible_days",
        )
    return (possible_days - off) * hours_per_day


def standard_workload(hours_per_fte: HoursPerYear, hours_per_case: Hours) -> Fraction:
    """Cases of one kind that one full-time person gets through in a year (da: årsnorm).

    >>> str(standard_workload(Fraction(1432), Fraction("0.25")))
    '5728'
    """
    refuse_unless_above_zero(hours_per_fte, "hours_per_fte")
    refuse_unless_above_zero(hours_per_case, "hours_per_case")
    return hours_per_fte / hours_per_case


def category_factor(category_share: Share) -> Fraction:
    """Return what common duties multiply the staff by (da: tillæg for fælles opgaver).

    The share is of everybody's working time: meetings, supervision, registration.

    >>> str(category_factor(Fraction("0.2")))
    '5/4'
    """
    if not 0 <= category_share < 1:
        raise InvalidInput(
            Text(
                da=f"andel til fælles opgaver {shown(category_share, 2, 'da')}; skriv fra 0 til "
                "under 1",
                en=f"share for common duties {shown(category_share, 2, 'en')}; write from 0 to "
                "below 1",
            ),
            field="category_share",
        )
    return 1 / (1 - category_share)


def individual_factor(individual_hours: HoursPerYear, hours_per_fte: HoursPerYear) -> FTE:
    """FTE that some people's own duties add (da: tillæg for særlige funktioner).

    The hours are a year's total over the people concerned: mentors, projects, duty rota.

    >>> str(individual_factor(Fraction(800), Fraction(1600)))
    '1/2'
    """
    refuse_below_zero(individual_hours, "individual_hours")
    refuse_unless_above_zero(hours_per_fte, "hours_per_fte")
    return individual_hours / hours_per_fte


def workload_need(
    *,
    activities: Sequence[Activity],
    hours_per_fte: HoursPerYear,
    category_share: Share = Fraction(0),
    individual_hours: HoursPerYear = Fraction(0),
    case_fte: FTE,
) -> WorkloadNeed:
    """Staff required by volumes and allowances, and how the staff compares (da: personalebehov).

    Required = hours of all activities / hours per FTE × category factor + individual factor.
    `InvalidInput` where no work is given: a ratio to nothing has no meaning.

    >>> need = workload_need(
    ...     activities=[
    ...         Activity(volume_per_year=Fraction(152), hours_per_case=Fraction(35)),
    ...         Activity(volume_per_year=Fraction(890), hours_per_case=Fraction(12)),
    ...     ],
    ...     hours_per_fte=Fraction(1546),
    ...     category_share=Fraction("0.2"),
    ...     individual_hours=Fraction(800),
    ...     case_fte=Fraction("23.92"),
    ... )
    >>> shown(need.required_fte, 2, "en"), shown(need.wisn_ratio, 2, "en")
    ('13.45', '1.78')
    """
    refuse_below_zero(case_fte, "case_fte")
    refuse_unless_above_zero(hours_per_fte, "hours_per_fte")
    activity_hours = sum((activity.hours_per_year for activity in activities), Fraction(0))
    activity_fte = activity_hours / hours_per_fte
    common = category_factor(category_share)
    individual = individual_factor(individual_hours, hours_per_fte)
    required = activity_fte * common + individual
    if required == 0:
        raise InvalidInput(
            Text(
                da="der er intet arbejde at dimensionere efter; skriv mindst én aktivitet med "
                "antal og timer",
                en="there is no work to staff for; write at least one activity with volume and "
                "hours",
            ),
            field="activities",
        )
    return WorkloadNeed(
        activity_fte=activity_fte,
        category_factor=common,
        individual_factor=individual,
        required_fte=required,
        wisn_ratio=case_fte / required,
        wisn_difference=case_fte - required,
    )
