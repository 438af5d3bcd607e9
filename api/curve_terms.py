"""What may be left out of a question about a curve, and how much is simulated for it.

The address, the page and the command line ask by the same rules.
"""

from dataclasses import replace
from datetime import date
from fractions import Fraction
from typing import Any

from capacity.department import Department
from capacity.errors import InvalidInput
from capacity.units import Share
from capacity.wording import Text, in_full
from capacity.workdays import Unit, add
from simulations.questions import StaffingQuestion, headline_question

LEAST_POINTS, MOST_POINTS = Fraction(1, 10), Fraction(50)

_MONTHS_SHOWN = 12


def curve_question(
    department: Department,
    *,
    team: str | None = None,
    deadline: str | None = None,
    begins: date | None = None,
    ends: date | None = None,
    **terms: Any,
) -> StaffingQuestion:
    """Ask what the department shows first, but for what somebody says otherwise (da: spørgsmål).

    A team without a deadline is asked about the headline's, or else about its own first; a period
    without an end is a year. A term that is None is left as it is usually.
    """
    usual = headline_question(department)
    chosen = department.team(team or usual.team).slug
    owed = department.deadlines_of(chosen)
    first = usual.deadline if usual.deadline in owed or not owed else owed[0]
    begins = begins or usual.from_
    return replace(
        usual,
        team=chosen,
        deadline=deadline or first,
        from_=begins,
        to=ends or year_after(begins),
        **{name: term for name, term in terms.items() if term is not None},
    )


def precision_of(points: Fraction | None, replications: int | None) -> Share | None:
    """Read a precision in percentage points as a share; None for none (da: præcision).

    `InvalidInput` outside 0.1 to 50 points, and beside a number of replications: a precision takes
    as many as it takes.

    >>> precision_of(Fraction(3, 2), None)
    Fraction(3, 200)
    """
    if points is None:
        return None
    if replications is not None:
        raise InvalidInput(
            Text(
                da="en præcision bestemmer selv antallet af gentagelser; udelad det ene af de to",
                en="a precision settles the number of replications; leave out one of the two",
            ),
            field="precision",
        )
    if not LEAST_POINTS <= points <= MOST_POINTS:
        least, most = in_full(LEAST_POINTS, "da"), in_full(MOST_POINTS, "da")
        raise InvalidInput(
            Text(
                da=f"skriv en præcision fra {least} til {most} procentpoint; 1 er ±1 procentpoint",
                en=f"write a precision from {in_full(LEAST_POINTS, 'en')} to {most} percentage "
                "points; 1 is ±1 percentage point",
            ),
            field="precision",
        )
    return points / 100


def year_after(begins: date) -> date:
    """Return the day a year on; `InvalidInput` beyond the calendar (da: et år efter)."""
    try:
        return add(begins, _MONTHS_SHOWN, Unit.CALENDAR_MONTHS)
    except InvalidInput as error:
        raise InvalidInput(
            Text(
                da=f"et år fra {begins} slutter uden for kalenderen; skriv en tidligere dag",
                en=f"a year from {begins} ends outside the calendar; write an earlier day",
            ),
            field="from",
        ) from error
