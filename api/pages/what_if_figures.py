"""The numbers of the page What if that can be taken along, each with its own address (da: tal)."""

from fractions import Fraction
from typing import TYPE_CHECKING

from api.pages.dials import Plan
from api.pages.figures import Address, Figure
from capacity.units import exact
from capacity.wording import Language, Text, percent, shown

if TYPE_CHECKING:  # compiled code, which is loaded beside the start and not before it
    from simulations.what_if import WhatIf

_NO_UNIT = Text(da="", en="")
_POINTS = Text(da="point", en="points")
_DAYS = Text(da="dage", en="days")
_SPELLED_OTHERWISE = {"watch", "target"}
"""What the form has, and what of it the address writes as a team and a deadline or needs not."""


def what_if_figures(plan: Plan, found: "WhatIf") -> tuple[Figure, ...]:
    """Return what the table says before and after, and the difference (da: tallene)."""
    before, after, difference = found.before, found.after, found.difference
    terms = _terms(plan, found.replications)

    def share(da: str, en: str, field: str, value: float) -> Figure:
        written = Text(da=percent(exact(value), "da"), en=percent(exact(value), "en"))
        return _figure(terms, Text(da=da, en=en), written, _NO_UNIT, (field, 3))

    def days(da: str, en: str, field: str, value: float) -> Figure:
        written = Text(da=shown(exact(value), 0, "da"), en=shown(exact(value), 0, "en"))
        return _figure(terms, Text(da=da, en=en), written, _DAYS, (field, 0))

    points = exact(difference.value) * 100
    return (
        share(
            "Til tiden, som i dag", "In time, as today", "share_before", before.share_in_time.value
        ),
        share(
            "Til tiden, med ændringen",
            "In time, with the change",
            "share_after",
            after.share_in_time.value,
        ),
        _figure(
            terms,
            Text(da="Forskel", en="Difference"),
            Text(da=_with_sign(points, "da"), en=_with_sign(points, "en")),
            _POINTS,
            ("difference", 3),
        ),
        share(
            "Et ringe år, med ændringen",
            "A poor year, with the change",
            "share_after_year_low",
            after.year_low,
        ),
        share(
            "Et godt år, med ændringen",
            "A good year, with the change",
            "share_after_year_high",
            after.year_high,
        ),
        share(
            "Åbne, ikke overskredet, som i dag",
            "Open, not overdue, as today",
            "stock_before",
            before.stock_in_time,
        ),
        share(
            "Åbne, ikke overskredet, med ændringen",
            "Open, not overdue, with the change",
            "stock_after",
            after.stock_in_time,
        ),
        days(
            "Dage for sent, som i dag",
            "Days late, as today",
            "days_late_before",
            before.mean_days_late,
        ),
        days(
            "Dage for sent, med ændringen",
            "Days late, with the change",
            "days_late_after",
            after.mean_days_late,
        ),
    )


def _figure(
    terms: tuple[tuple[str, str], ...], label: Text, value: Text, unit: Text, at: tuple[str, int]
) -> Figure:
    field, digits = at
    address = Address(path="/v1/what-if", terms=terms, field=field, digits=digits)
    return Figure(label=label, value=value, unit=unit, made_of=(), address=address)


def _terms(plan: Plan, replications: int) -> tuple[tuple[str, str], ...]:
    """All that the answer follows from, so that the address says the same next year."""
    asked = plan.before
    return (
        ("department", asked.department.address),
        ("team", asked.team),
        ("deadline", asked.deadline),
        *((name, value) for name, value in plan.written.items() if name not in _SPELLED_OTHERWISE),
        ("seed", str(asked.seed)),
        ("replications", str(replications)),
    )


def _with_sign(points: Fraction, language: Language) -> str:
    written = shown(points, 0, language).replace("-", "\N{MINUS SIGN}")
    return f"+{written}" if points > 0 and written != "0" else written
