"""Part 5 of the page: a deadline under more staff, by simulation (da: bemandingskurve)."""

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from api.charts import Level
from api.curve_terms import curve_question
from api.pages.case_routes import CaseRoute, case_routes
from api.pages.curves_kept import CurvesKept, band_of, spread_of
from api.pages.figures import Address, CitedRule, cited, in_an_address
from api.pages.practice import PracticePart, practice_part
from api.pages.second_opinion import StockPart, stock_part
from api.quantities import levels as levels_read
from capacity.department import Department, Team
from capacity.errors import InvalidInput, TooMuchWork
from capacity.practice import Assignment
from capacity.rulebook import Rulebook, rulebook
from capacity.units import FTE, exact
from capacity.wording import Text
from simulations.questions import USUAL_LEVELS, StaffingQuestion

if TYPE_CHECKING:  # compiled code, which is loaded beside the start and not before it
    from simulations.ensemble import Spread
    from simulations.staffing import CurvePoint, StaffingCurve

_MOST_LEVELS = 12
"""A chart and a table that a reader can take in."""
FOLLOWED_DAYS = 180
"""For so long after the period is lateness followed; the simulation says the same."""


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
    days_late_90: int
    stock: Fraction
    in_time: int
    due: int
    address: Address


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowAndStock:
    """One level of staff in three numbers: what falls due, what lies there, how late the late are.

    (da: strøm og bunke) `days_late` holds nine of ten of those that were late.
    """

    extra_fte: Fraction
    flow: Fraction
    stock: Fraction
    days_late: int
    none_late: bool
    followed_to_the_end: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class AssumptionSet:
    """A set of assumptions, and its share in time at each level of staff (da: antagelsessæt)."""

    label: Text
    shares: tuple[Fraction, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CurvePart:
    """The curve in words, levels and rows, and what it is made of (da: bemandingskurve)."""

    question: StaffingQuestion
    team: Team
    sentence: Text
    assumption_sets: tuple[AssumptionSet, ...]
    load_sentence: Text
    flow_and_stock: tuple[FlowAndStock, ...]
    practice: PracticePart
    routes: tuple[CaseRoute, ...]
    levels: tuple[Level, ...]
    rows: tuple[Row, ...]
    deadline: CitedRule
    opening: CitedRule
    stock: StockPart | None
    has_owners: bool
    followed_days: int
    replications: int
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
    """Ask what the reader chose, and what the department shows first (da: spørgsmål)."""
    return curve_question(department, team=team, deadline=deadline, extra_fte=_levels(extra_fte))


def _levels(written: str) -> tuple[FTE, ...]:
    try:
        levels = levels_read(written)
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


def curve_part(question: StaffingQuestion, curves: CurvesKept) -> CurvePart | None:
    """Say the curve in words, levels and rows; None while it is simulated (da: bemandingskurve)."""
    curve = curves.curve(question)
    if curve is None:
        return None
    from simulations.ensemble import spread_sentence
    from simulations.input_band import band_sentence
    from simulations.plan import connected_teams
    from simulations.sentences import curve_sentence, load_sentence
    from simulations.twin import twin

    book, department, spread = rulebook(), question.department, spread_of(question)
    band = band_of(curve)
    left_open = band_sentence(band, curve) if band else spread_sentence(spread)
    team, connected = department.team(question.team), connected_teams(department, question.team)
    return CurvePart(
        question=question,
        team=team,
        sentence=curve_sentence(curve, book, left_open),
        assumption_sets=_assumption_sets(spread),
        load_sentence=load_sentence(twin(question, book).load),
        flow_and_stock=_flow_and_stock(curve),
        practice=practice_part(department, team, connected),
        routes=case_routes(department, connected, question.team, book),
        levels=tuple(drawn_level(point) for point in curve.points),
        rows=tuple(_row(point, question) for point in curve.points),
        deadline=cited(question.deadline, question.from_, book),
        opening=cited("assumption.weekday_opening", department.on, book),
        stock=stock_part(department, question.deadline, question.case_classes, book),
        has_owners=any(
            each.practice.assignment is not Assignment.TEAM
            for each in department.teams
            if each.slug in connected
        ),
        followed_days=FOLLOWED_DAYS,
        replications=curve.replications,
        model_version=curve.model_version,
        rules_version=curve.rules_version,
        table=_address(question, question.extra_fte),
    )


def _assumption_sets(spread: "Spread") -> tuple[AssumptionSet, ...]:
    """The sets of assumptions beside the department's own; none where it states no other."""
    own = Text(da="Afdelingens egne antagelser", en="The department’s own assumptions")
    if len(spread.curves) == 1:
        return ()
    return tuple(
        AssumptionSet(
            label=alternative.label if alternative else own,
            shares=tuple(exact(point.share_in_time.value) for point in curve.points),
        )
        for alternative, curve in spread.curves
    )


def _flow_and_stock(curve: "StaffingCurve") -> tuple[FlowAndStock, ...]:
    """What a leader asks of today's staff and of the first level with more of them."""
    more = [point for point in curve.points if point.extra_fte > 0]
    return tuple(
        FlowAndStock(
            extra_fte=point.extra_fte,
            flow=exact(point.share_in_time.value),
            stock=exact(point.stock_in_time),
            days_late=point.days_late_90,
            none_late=point.in_time == point.due,
            followed_to_the_end=point.days_late_90 >= FOLLOWED_DAYS,
        )
        for point in (curve.without_extra, *more[:1])
    )


def drawn_level(point: "CurvePoint") -> Level:
    """Return a level of staff as a chart draws it (da: punkt på kurven)."""
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
        days_late_90=point.days_late_90,
        stock=exact(point.stock_in_time),
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
