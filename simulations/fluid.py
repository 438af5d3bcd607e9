"""The team as a tank: work flows in, hours flow out, and what is left is the backlog.

Where the work and the hours of a month are known, the backlog follows by subtraction, with chance
left out (da: sagspukkel). A load of 1 or more is an ordinary situation here, and the one in which
the answer is best: chance then matters little beside the drift. It says how fast the backlog grows,
what would only stop it, what would clear it and by when. Below full load chance makes a queue that
this picture does not see, so its answers are the least that could do, never a promise.

Hours, posts and months are exact fractions, in and out. A case is finished when its hours are
spent; what it then waits for others is the second half of this page: the share of the cases whose
external delay alone passes the limit, and which no staffing can bring in time.
"""

import math
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from scipy.special import gammainc, gammaincc, ndtr

from capacity.distributions import Distribution, Family
from capacity.errors import InvalidInput, NoCapacity
from capacity.refusals import refuse_below_zero, refuse_unless_above_zero
from capacity.units import FTE, Days, Hours
from capacity.wording import Text, shown
from simulations.quantities import non_negative

_LEAST_VARIATION = Fraction(1, 10**14)
"""A cv² with which a delay is as good as one value, and which a float still carries."""


class Course(StrEnum):
    """Where a backlog is heading (da: retning)."""

    GROWS = "grows"
    """More work comes than is done (da: vokser)."""
    STANDS = "stands"
    """As much comes as is done (da: står stille)."""
    SHRINKS = "shrinks"
    """More is done than comes, until it is cleared (da: afvikles)."""
    CLEAR = "clear"
    """There is none, and none builds up (da: ingen)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlook:
    """What becomes of the backlog with so many extra posts (da: udsigt).

    Growth is the work that comes less the hours there are, per month; negative while there is more
    than enough. `cleared_after_months` is None where the backlog is never cleared.
    """

    extra_fte: FTE
    course: Course
    growth_hours_per_month: Hours
    growth_cases_per_month: Fraction
    cleared_after_months: Fraction | None

    @property
    def cleared_in_month(self) -> int | None:
        """The month at the end of which it is cleared, 1 the first (da: i måned nr.); or None."""
        return None if self.cleared_after_months is None else math.ceil(self.cleared_after_months)


@dataclass(frozen=True, slots=True, kw_only=True)
class TeamHours:
    """What flows into a team in a month, what it has, and what lies there (da: timer ind og ud).

    `demand_hours` is the effort of a month's new cases, `supply_hours` the team's hours for cases
    in a month, `hours_per_case` the effort of one case (da: tidsforbrug), and `hours_per_post` what
    one more full-time post would add in a month. `backlog_hours` is the effort left in the cases
    that lie there today.

    >>> team = TeamHours(
    ...     demand_hours=Fraction(1200),
    ...     supply_hours=Fraction(1080),
    ...     backlog_hours=Fraction(600),
    ...     hours_per_case=Fraction(24),
    ...     hours_per_post=Fraction(96),
    ... )
    >>> str(team.load), str(team.growth_cases_per_month)
    ('10/9', '5')
    """

    demand_hours: Hours
    supply_hours: Hours
    backlog_hours: Hours
    hours_per_case: Hours
    hours_per_post: Hours

    def __post_init__(self) -> None:
        for field, figure in (
            ("demand_hours", self.demand_hours),
            ("supply_hours", self.supply_hours),
            ("backlog_hours", self.backlog_hours),
        ):
            refuse_below_zero(figure, field)
        refuse_unless_above_zero(self.hours_per_case, "hours_per_case")
        refuse_unless_above_zero(self.hours_per_post, "hours_per_post")

    @property
    def load(self) -> Fraction:
        """Demand over supply, not capped at 1 (da: belastningsgrad); `NoCapacity` without hours."""
        if self.supply_hours == 0:
            raise NoCapacity(
                Text(
                    da=f"{shown(self.demand_hours, 1, 'da')} timers arbejde om måneden, og ingen "
                    "timer til det; skriv mere end 0",
                    en=f"{shown(self.demand_hours, 1, 'en')} hours of work a month, and no hours "
                    "for it; write more than 0",
                ),
                field="supply_hours",
            )
        return self.demand_hours / self.supply_hours

    @property
    def growth_hours_per_month(self) -> Hours:
        """Work that comes less the hours there are (da: sagspuklens vækst); negative to spare."""
        return self.demand_hours - self.supply_hours

    @property
    def growth_cases_per_month(self) -> Fraction:
        """The growth in whole cases' worth of effort (da: sagspuklens vækst i sager)."""
        return self.growth_hours_per_month / self.hours_per_case

    @property
    def backlog_cases(self) -> Fraction:
        """The backlog in whole cases' worth of effort (da: sagspukkel i sager)."""
        return self.backlog_hours / self.hours_per_case


def backlog_hours_at(team: TeamHours, months: Fraction, *, extra_fte: FTE = Fraction(0)) -> Hours:
    """Effort that lies there after so many months (da: sagspukkel efter så mange måneder).

    >>> team = TeamHours(
    ...     demand_hours=Fraction(1200),
    ...     supply_hours=Fraction(1080),
    ...     backlog_hours=Fraction(600),
    ...     hours_per_case=Fraction(24),
    ...     hours_per_post=Fraction(96),
    ... )
    >>> str(backlog_hours_at(team, Fraction(6))), str(
    ...     backlog_hours_at(team, Fraction(6), extra_fte=Fraction(2))
    ... )
    ('1320', '168')
    """
    refuse_below_zero(months, "months")
    growth = _growth(team, extra_fte)
    return max(team.backlog_hours + growth * months, Fraction(0))


def extra_fte_to_stop_growth(team: TeamHours) -> FTE:
    """Extra posts with which the backlog only stops growing (da: for at holde skansen).

    0 where it does not grow. What lies there stays there.

    >>> team = TeamHours(
    ...     demand_hours=Fraction(1200),
    ...     supply_hours=Fraction(1080),
    ...     backlog_hours=Fraction(600),
    ...     hours_per_case=Fraction(24),
    ...     hours_per_post=Fraction(96),
    ... )
    >>> str(extra_fte_to_stop_growth(team))
    '5/4'
    """
    return max(team.growth_hours_per_month / team.hours_per_post, Fraction(0))


def extra_fte_to_clear(team: TeamHours, *, within_months: Fraction) -> FTE:
    """Extra posts that clear the backlog within so many months (da: for at afvikle sagspuklen).

    (growth + backlog / months) / hours of a post; 0 where the team does it alone. Once it is
    cleared, only the posts that stop the growth are still needed.

    >>> team = TeamHours(
    ...     demand_hours=Fraction(1200),
    ...     supply_hours=Fraction(1080),
    ...     backlog_hours=Fraction(600),
    ...     hours_per_case=Fraction(24),
    ...     hours_per_post=Fraction(96),
    ... )
    >>> float(extra_fte_to_clear(team, within_months=Fraction(10)))
    1.875
    """
    refuse_unless_above_zero(within_months, "within_months")
    needed = team.growth_hours_per_month + team.backlog_hours / within_months
    return max(needed / team.hours_per_post, Fraction(0))


def outlook(team: TeamHours, *, extra_fte: FTE = Fraction(0)) -> Outlook:
    """What becomes of the backlog with so many extra posts (da: udsigt).

    >>> team = TeamHours(
    ...     demand_hours=Fraction(1200),
    ...     supply_hours=Fraction(1080),
    ...     backlog_hours=Fraction(600),
    ...     hours_per_case=Fraction(24),
    ...     hours_per_post=Fraction(96),
    ... )
    >>> print(outlook(team).course, outlook(team).cleared_after_months)
    grows None
    >>> with_two = outlook(team, extra_fte=Fraction(2))
    >>> print(with_two.course, with_two.cleared_after_months, with_two.cleared_in_month)
    shrinks 25/3 9
    """
    growth = _growth(team, extra_fte)
    cleared_after: Fraction | None = None
    if growth > 0:
        course = Course.GROWS
    elif team.backlog_hours == 0:
        course, cleared_after = Course.CLEAR, Fraction(0)
    elif growth == 0:
        course = Course.STANDS
    else:
        course, cleared_after = Course.SHRINKS, team.backlog_hours / -growth
    return Outlook(
        extra_fte=extra_fte,
        course=course,
        growth_hours_per_month=growth,
        growth_cases_per_month=growth / team.hours_per_case,
        cleared_after_months=cleared_after,
    )


def share_within_reach(external_delay: Distribution, *, limit: Days) -> float:
    """Share of the cases that staffing can bring in time at all (da: andel inden for rækkevidde).

    The probability that the external delay alone is at most the limit, both in calendar days. No
    number of caseworkers brings a larger share in time.

    >>> delay = Distribution(family=Family.GAMMA, mean=Fraction(60), cv=Fraction(1, 2))
    >>> round(share_within_reach(delay, limit=Fraction(120)), 6)
    0.95762
    """
    return _shares(external_delay, limit)[0]


def share_out_of_reach(external_delay: Distribution, *, limit: Days) -> float:
    """Share of the cases that are late whatever the staff (da: andel uden for rækkevidde).

    The floor under the late cases: the probability that the external delay alone is longer than
    the limit. Computed as such, so that a small share keeps its digits.

    >>> delay = Distribution(family=Family.EXPONENTIAL, mean=Fraction(30), cv=Fraction(1))
    >>> round(share_out_of_reach(delay, limit=Fraction(120)), 6)  # e^-4
    0.018316
    """
    return _shares(external_delay, limit)[1]


def _growth(team: TeamHours, extra_fte: FTE) -> Hours:
    refuse_below_zero(extra_fte, "extra_fte")
    return team.growth_hours_per_month - extra_fte * team.hours_per_post


def _shares(delay: Distribution, limit: Days) -> tuple[float, float]:
    """Shares of a delay up to the limit and beyond it."""
    non_negative(limit, "limit")
    non_negative(delay.mean, "mean")
    non_negative(delay.cv, "cv")
    if delay.family is Family.EMPIRICAL:
        kept = Fraction(sum(value <= limit for value in delay.observed), len(delay.observed))
        return float(kept), float(1 - kept)
    if delay.mean == 0 or delay.family is Family.DETERMINISTIC:
        return (1.0, 0.0) if delay.mean <= limit else (0.0, 1.0)
    if limit == 0:
        return 0.0, 1.0
    variation = max(delay.cv**2, _LEAST_VARIATION)
    match delay.family:
        case Family.EXPONENTIAL | Family.GAMMA:
            shape = 1 / variation
            reached = float(shape), float(shape * limit / delay.mean)
            return float(gammainc(*reached)), float(gammaincc(*reached))
        case Family.LOGNORMAL:
            variance = math.log1p(float(variation))
            median = -variance / 2  # of the logarithm, with the mean as unit
            score = (math.log(float(limit / delay.mean)) - median) / math.sqrt(variance)
            return float(ndtr(score)), float(ndtr(-score))
        case _:
            raise InvalidInput(
                Text(
                    da=f"andelen inden for fristen kendes ikke for fordelingen {delay.family}",
                    en=f"the share within the limit is not known for the distribution "
                    f"{delay.family}",
                ),
                field="external_delay",
            )
