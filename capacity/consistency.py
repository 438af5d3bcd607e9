"""Do inflow, open cases and turnaround fit together? Little's law says so (da: sammenhængstjek).

Over a long time, open cases = cases arriving per day × mean days open. The law needs no assumption
about variation or order of work, only that as many cases close as arrive. So where three numbers
from the same department disagree, one of them is wrong, or the pile is growing or shrinking.
Little, Operations Research 9 (1961).
"""

from dataclasses import dataclass
from fractions import Fraction

from capacity.refusals import refuse_below_zero, refuse_unless_above_zero
from capacity.units import Days
from capacity.wording import Language, Spoken, Text, rounded, shown

DAYS_PER_YEAR = Fraction(146097, 400)
"""Mean length of a calendar year: 146097 days in 400 years (da: årets længde)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Consistency:
    """Three counted numbers, and each as the other two imply it (da: sammenhængstjek).

    `ratio` is open cases counted over open cases implied: 1 where the three fit.
    """

    inflow_per_year: Fraction
    open_cases: int
    mean_turnaround_days: Days
    implied_inflow_per_year: Fraction
    implied_open_cases: Fraction
    implied_turnaround_days: Days
    ratio: Fraction


def consistency(
    *, inflow_per_year: Fraction, open_cases: int, mean_turnaround_days: Days
) -> Consistency:
    """Compare inflow, stock and turnaround by Little's law (da: Littles lov).

    All three must be of the same kind of case. Turnaround (da: sagsbehandlingstid) is calendar
    days from arrival to close, waiting included. `InvalidInput` where a number cannot be.

    >>> found = consistency(
    ...     inflow_per_year=Fraction(4 * 38),
    ...     open_cases=51,
    ...     mean_turnaround_days=DAYS_PER_YEAR * 4 / 12,
    ... )
    >>> shown(found.implied_open_cases, 1, "en"), shown(found.ratio, 2, "en")
    ('50.7', '1.01')
    """
    refuse_below_zero(open_cases, "open_cases")
    for field, figure in (
        ("inflow_per_year", inflow_per_year),
        ("mean_turnaround_days", mean_turnaround_days),
    ):
        refuse_unless_above_zero(figure, field)
    implied_open = inflow_per_year * mean_turnaround_days / DAYS_PER_YEAR
    return Consistency(
        inflow_per_year=inflow_per_year,
        open_cases=open_cases,
        mean_turnaround_days=mean_turnaround_days,
        implied_inflow_per_year=open_cases / mean_turnaround_days * DAYS_PER_YEAR,
        implied_open_cases=implied_open,
        implied_turnaround_days=open_cases / inflow_per_year * DAYS_PER_YEAR,
        ratio=open_cases / implied_open,
    )


_IMPLIED = Text(
    da="Med {inflow} nye sager om året og {turnaround} dages gennemsnitlig sagsbehandlingstid "
    "skulle der være omkring {implied_open} åbne sager.",
    en="With {inflow} new cases a year and a mean turnaround of {turnaround} days there should be "
    "about {implied_open} open cases.",
)
_FITS = Text(
    da="Der er {open_cases}: tallene passer sammen.",
    en="There are {open_cases}: the numbers fit together.",
)
_DIFFERS = Text(
    da="Der er {open_cases}, altså {ratio} gange så mange. Det passer, hvis sagsbehandlingstiden i "
    "virkeligheden er {implied_turnaround} dage, eller hvis der kommer {implied_inflow} sager om "
    "året; ellers er tallene ikke for de samme sager, eller også {moves} bunken.",
    en="There are {open_cases}, which is {ratio} times as many. That fits if the turnaround in "
    "truth is {implied_turnaround} days, or if {implied_inflow} cases arrive a year; otherwise "
    "the numbers are not of the same cases, or the pile {moves}.",
)


def consistency_sentence(found: Consistency) -> Text:
    """Say whether the three numbers fit, and what would make them (da: sammenhæng i ord)."""
    return Spoken(lambda language: _sentence(found, language))


def _sentence(found: Consistency, language: Language) -> str:
    fits = rounded(found.ratio, 2) == 1  # as printed
    grows = {"da": "vokser", "en": "is growing"}
    shrinks = {"da": "skrumper", "en": "is shrinking"}
    verdict = _FITS if fits else _DIFFERS
    return f"{_IMPLIED.in_language(language)} {verdict.in_language(language)}".format(
        inflow=shown(found.inflow_per_year, 0, language),
        turnaround=shown(found.mean_turnaround_days, 0, language),
        implied_open=shown(found.implied_open_cases, 1, language),
        open_cases=shown(found.open_cases, 0, language),
        ratio=shown(found.ratio, 2, language),
        implied_turnaround=shown(found.implied_turnaround_days, 1, language),
        implied_inflow=shown(found.implied_inflow_per_year, 1, language),
        moves=(grows if found.ratio > 1 else shrinks)[language],
    )
