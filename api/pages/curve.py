"""Part 5 of the page: a deadline under more staff, by simulation (da: bemandingskurve)."""

from dataclasses import dataclass, replace
from fractions import Fraction
from functools import lru_cache
from typing import TYPE_CHECKING

from api.charts import Level
from api.pages.figures import Address, CitedRule, cited, in_an_address
from api.pages.second_opinion import StockPart, stock_part
from api.quantities import numbers
from capacity.case_classes import CaseClass
from capacity.department import Department, Team
from capacity.errors import InvalidInput, TooMuchWork
from capacity.rulebook import Rulebook, rulebook
from capacity.units import FTE, exact
from capacity.wording import Text
from simulations.questions import USUAL_LEVELS, StaffingQuestion, headline_question

if TYPE_CHECKING:  # compiled code, which is loaded beside the start and not before it
    from simulations.staffing import CurvePoint, StaffingCurve

_MOST_LEVELS = 12
"""A chart and a table that a reader can take in."""
_CURVES_KEPT = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """A team, and the deadlines that its cases have (da: valgmulighed)."""

    team: Team
    deadlines: tuple[tuple[str, Text], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One level of staff as the table prints it (da: række)."""

    extra_fte: Fraction
    case_fte: Fraction
    share: Fraction
    low: Fraction
    high: Fraction
    year_low: Fraction
    year_high: Fraction
    difference: Fraction
    difference_low: Fraction
    difference_high: Fraction
    days_late: Fraction
    in_time: int
    due: int
    address: Address


@dataclass(frozen=True, slots=True, kw_only=True)
class CurvePart:
    """The curve in words, levels and rows, and what it is made of (da: bemandingskurve)."""

    question: StaffingQuestion
    team: Team
    sentence: Text
    load_sentence: Text
    levels: tuple[Level, ...]
    rows: tuple[Row, ...]
    case_classes: tuple[CaseClass, ...]
    deadline: CitedRule
    opening: CitedRule
    stock: StockPart | None
    model_version: str
    rules_version: str
    table: Address


def choices(department: Department, book: Rulebook) -> tuple[Choice, ...]:
    """Return every team with its deadlines, those that the simulation can speak of (da: valg)."""
    return tuple(
        Choice(
            team=team,
            deadlines=tuple(
                (rule_id, book[rule_id].label) for rule_id in department.deadlines_of(team.slug)
            ),
        )
        for team in department.teams
    )


def levels_written(levels: tuple[FTE, ...] = USUAL_LEVELS) -> str:
    """Write levels as a user does: `0;1;2` (da: niveauer).

    >>> levels_written()
    '0;1;2;4;6'
    """
    return ";".join(in_an_address(each) for each in levels)


def question_of(
    department: Department, team: str | None, deadline: str | None, extra_fte: str
) -> StaffingQuestion:
    """Ask what the department shows first, but for what the reader chose (da: spørgsmål).

    A team without a deadline named is asked about the headline's, or else about its own first.
    """
    usual = headline_question(department)
    chosen = department.team(team or usual.team)
    owed = department.deadlines_of(chosen.slug)
    first = usual.deadline if usual.deadline in owed or not owed else owed[0]
    return replace(
        usual, team=chosen.slug, deadline=deadline or first, extra_fte=_levels(extra_fte)
    )


def _levels(written: str) -> tuple[FTE, ...]:
    try:
        levels = numbers(written)
    except InvalidInput as error:
        raise InvalidInput(error.message, field="extra_fte") from error
    if len(levels) > _MOST_LEVELS:
        raise TooMuchWork(
            Text(
                da=f"{len(levels)} niveauer er for mange på én side; skriv højst {_MOST_LEVELS}",
                en=f"{len(levels)} levels are too many for one page; write at most {_MOST_LEVELS}",
            ),
            field="extra_fte",
        )
    return levels


@lru_cache(maxsize=_CURVES_KEPT)
def _simulated(question: StaffingQuestion) -> "StaffingCurve":
    """Simulate once: the same question and the same rules give the same bytes, so none is stale."""
    from simulations.staffing import staffing_curve

    return staffing_curve(question, rulebook())


def curve_part(question: StaffingQuestion) -> CurvePart:
    """Simulate the question and say it in words, levels and rows (da: bemandingskurve)."""
    from simulations.sentences import curve_sentence, load, load_sentence

    book, department = rulebook(), question.department
    curve = _simulated(question)
    return CurvePart(
        question=question,
        team=department.team(question.team),
        sentence=curve_sentence(curve, book),
        load_sentence=load_sentence(load(question, book)),
        levels=tuple(_level(point) for point in curve.points),
        rows=tuple(_row(point, question) for point in curve.points),
        case_classes=question.case_classes,
        deadline=cited(question.deadline, question.from_, book),
        opening=cited("assumption.weekday_opening", department.on, book),
        stock=stock_part(department, question.deadline, question.case_classes, book),
        model_version=curve.model_version,
        rules_version=curve.rules_version,
        table=_address(question, question.extra_fte),
    )


def _level(point: "CurvePoint") -> Level:
    return Level(
        extra_fte=point.extra_fte,
        share=point.share_in_time.value,
        low=point.share_in_time.low,
        high=point.share_in_time.high,
        year_low=point.year_low,
        year_high=point.year_high,
    )


def _row(point: "CurvePoint", question: StaffingQuestion) -> Row:
    return Row(
        extra_fte=point.extra_fte,
        case_fte=point.case_fte,
        share=exact(point.share_in_time.value),
        low=exact(point.share_in_time.low),
        high=exact(point.share_in_time.high),
        year_low=exact(point.year_low),
        year_high=exact(point.year_high),
        difference=exact(point.difference.value),
        difference_low=exact(point.difference.low),
        difference_high=exact(point.difference.high),
        days_late=exact(point.mean_days_late),
        in_time=point.in_time,
        due=point.due,
        address=_address(question, (point.extra_fte,), field="share_in_time", digits=3),
    )


def _address(
    question: StaffingQuestion,
    levels: tuple[FTE, ...],
    *,
    field: str | None = None,
    digits: int | None = None,
) -> Address:
    terms = (
        ("department", question.department.address),
        ("team", question.team),
        ("deadline", question.deadline),
        ("extra_fte", levels_written(levels)),
        ("from", question.from_.isoformat()),
        ("to", question.to.isoformat()),
        ("seed", str(question.seed)),
        ("replications", str(question.replications)),
    )
    return Address(path="/v1/staffing-curve", terms=terms, field=field, digits=digits)
