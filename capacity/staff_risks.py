"""Absence that nobody has planned, and people who leave (da: fravær og udskiftning)."""

from dataclasses import dataclass
from fractions import Fraction

from capacity.caseworker import RampUp
from capacity.distributions import NOTHING, Distribution
from capacity.errors import InvalidInput
from capacity.refusals import refuse_below_zero, refuse_unless_weights
from capacity.units import Days
from capacity.wording import Text, shown

_MONTHS = 12
_WORKDAYS_PER_DAY = Fraction(5, 7)
_DAYS_PER_YEAR = 365


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffRisks:
    """How often people fall sick, go on leave and leave for good (da: fravær og udskiftning).

    All rates are spells per person and year; all spells are calendar days. `vacancy_days` lie
    between somebody's leaving and the successor's first day, from which `ramp_up` counts.
    `holiday_months` are twelve weights: in which months holiday is taken, with no word on how much.

    `InvalidInput` for a rate below 0, a rate without the days of its spells, and spells that fill
    the year.
    """

    short_sickness_per_year: Fraction = Fraction(0)
    short_sickness_days: Distribution = NOTHING
    long_sickness_per_year: Fraction = Fraction(0)
    long_sickness_days: Distribution = NOTHING
    parental_leave_per_year: Fraction = Fraction(0)
    parental_leave_days: Distribution = NOTHING
    turnover_per_year: Fraction = Fraction(0)
    vacancy_days: Distribution = NOTHING
    ramp_up: RampUp | None = None
    holiday_months: tuple[Fraction, ...] = (Fraction(1),) * _MONTHS

    def __post_init__(self) -> None:
        spells = {
            "short_sickness": (self.short_sickness_per_year, self.short_sickness_days),
            "long_sickness": (self.long_sickness_per_year, self.long_sickness_days),
            "parental_leave": (self.parental_leave_per_year, self.parental_leave_days),
        }
        for name, (per_year, days) in spells.items():
            refuse_below_zero(per_year, f"{name}_per_year")
            if per_year and not days.mean:
                raise InvalidInput(
                    Text(
                        da=f"{shown(per_year, 2, 'da')} gange om året, men ingen dage; skriv, hvor "
                        "længe det varer",
                        en=f"{shown(per_year, 2, 'en')} times a year, but no days; write how long "
                        "it lasts",
                    ),
                    field=f"{name}_days",
                )
        refuse_below_zero(self.turnover_per_year, "turnover_per_year")
        refuse_unless_weights(self.holiday_months, _MONTHS, "holiday_months")
        away = sum((per_year * days.mean for per_year, days in spells.values()), Fraction(0))
        if away >= _DAYS_PER_YEAR:
            raise InvalidInput(
                Text(
                    da=f"sygdom og orlov fylder {shown(away, 0, 'da')} dage om året pr. person; "
                    f"skriv færre end {_DAYS_PER_YEAR}",
                    en=f"sickness and leave fill {shown(away, 0, 'en')} days a year per person; "
                    f"write fewer than {_DAYS_PER_YEAR}",
                ),
                field="long_sickness_days",
            )

    @property
    def sick_days_per_year(self) -> Days:
        """Expected sick days of a person in a year, in working days (da: sygedage).

        For comparison with the rule `assumption.sick_days`. Five days of seven are working days:
        the public holidays that fall in a spell are few and count as sick days here.

        >>> from capacity.distributions import Family
        >>> a_week_a_year = StaffRisks(
        ...     short_sickness_per_year=Fraction(2),
        ...     short_sickness_days=Distribution(
        ...         family=Family.EXPONENTIAL, mean=Fraction("3.5"), cv=Fraction(1)
        ...     ),
        ... )
        >>> a_week_a_year.sick_days_per_year
        Fraction(5, 1)
        """
        calendar_days = (
            self.short_sickness_per_year * self.short_sickness_days.mean
            + self.long_sickness_per_year * self.long_sickness_days.mean
        )
        return calendar_days * _WORKDAYS_PER_DAY
