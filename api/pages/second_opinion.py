"""Part 4 of the page: hours against volumes, stock against flow (da: kontrol)."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from api.pages.figures import (
    Address,
    Figure,
    figure_text,
    in_an_address,
)
from capacity.case_classes import ARRIVAL, CaseClass
from capacity.caseworker import Caseworker
from capacity.consistency import Consistency, consistency, consistency_sentence
from capacity.deadlines import due_on
from capacity.department import Department
from capacity.roster import (
    Roster,
    available_hours,
    case_fte,
)
from capacity.rulebook import Rulebook
from capacity.wording import Text
from capacity.workdays import Unit
from capacity.workload import Activity, WorkloadNeed, workload_need

_FTE = Text(da="fuldtidsstillinger", en="FTE")
_HOURS_A_YEAR = Text(da="timer om året", en="hours a year")


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkloadPart:
    """The hours check: volumes times hours per case (da: timebehov)."""

    activities: tuple[tuple[Text, Activity], ...]
    need: WorkloadNeed
    required_fte: Figure
    wisn_ratio: Figure
    wisn_difference: Figure
    hours_per_fte: Figure


@dataclass(frozen=True, slots=True, kw_only=True)
class StockPart:
    """The stock-flow check of the cases behind the curve (da: sammenhængstjek)."""

    found: Consistency
    sentence: Text


def workload_part(department: Department, book: Rulebook) -> WorkloadPart | None:
    """Ask the yearly volumes how many posts they take; None where nobody has said them."""
    if not department.volumes:
        return None
    on = department.on
    full_time = book["agreement.full_time_hours"].on(on).number
    carrying = case_fte(department.roster, on, full_time)
    post = Roster(caseworkers=(Caseworker(id="post", team="", hours_per_week=full_time),))
    hours = available_hours(post, on, book)
    activities = tuple(
        (
            each.label,
            Activity(volume_per_year=each.volume_per_year, hours_per_case=each.hours_per_case),
        )
        for each in department.volumes
    )
    need = workload_need(
        activities=[each for _, each in activities], hours_per_fte=hours, case_fte=carrying
    )
    short_form = ";".join(
        f"{in_an_address(each.volume_per_year)}x{in_an_address(each.hours_per_case)}"
        for _, each in activities
    )
    terms = (
        ("activities", short_form),
        ("hours_per_fte", in_an_address(hours)),
        ("case_fte", in_an_address(carrying)),
    )

    def figure(label: Text, value: Fraction, field: str, made_of: Text, unit: Text) -> Figure:
        address = Address(path="/v1/workload", terms=terms, field=field, digits=2)
        return Figure(
            label=label,
            value=figure_text(value, 2),
            unit=unit,
            made_of=(made_of,),
            address=address,
        )

    total = figure_text(sum((each.hours_per_year for _, each in activities), Fraction(0)), 0)
    per_post, required = figure_text(hours, 1), figure_text(need.required_fte, 2)
    present = figure_text(carrying, 2)
    return WorkloadPart(
        activities=activities,
        need=need,
        required_fte=figure(
            Text(da="Timerne svarer til", en="The hours come to"),
            need.required_fte,
            "required_fte",
            Text(
                da=f"{total.da} timer om året / {per_post.da} timer pr. fuldtidsstilling",
                en=f"{total.en} hours a year / {per_post.en} hours per FTE",
            ),
            _FTE,
        ),
        wisn_ratio=figure(
            Text(da="Bemanding over behov", en="Staff over need"),
            need.wisn_ratio,
            "wisn_ratio",
            Text(
                da=f"{present.da} / {required.da}; under 1 er pres",
                en=f"{present.en} / {required.en}; below 1 is pressure",
            ),
            Text(da="", en=""),
        ),
        wisn_difference=figure(
            Text(da="Bemanding minus behov", en="Staff less need"),
            need.wisn_difference,
            "wisn_difference",
            Text(da=f"{present.da} − {required.da}", en=f"{present.en} − {required.en}"),
            _FTE,
        ),
        hours_per_fte=Figure(
            label=Text(da="Timer fra én fuldtidsstilling", en="Hours from one full-time post"),
            value=per_post,
            unit=_HOURS_A_YEAR,
            made_of=(
                Text(
                    da="Årsnormen uden helligdage, fridage, ferie og sygdom, som i afsnit 1.",
                    en="The year’s norm less holidays, days off, leave and sickness, as in part 1.",
                ),
            ),
            address=Address(
                path="/v1/fte",
                terms=(("staff", f"1x{in_an_address(full_time)}"), ("on", on.isoformat())),
                field="available_hours",
                digits=1,
            ),
        ),
    )


def stock_part(
    department: Department, deadline: str, classes: Sequence[CaseClass], book: Rulebook
) -> StockPart | None:
    """Hold inflow and stock of the cases with a deadline against its length (da: Littles lov).

    Only of cases whose whole way the deadline spans, for of others the stock says nothing of it.
    None where none arrive or none are open: then there is nothing to hold together.
    """
    watched = [each for each in classes if _spans(each, deadline)]
    if book[deadline].unit == Unit.HOURS:
        return None
    inflow = sum((each.arrivals_per_year for each in watched), Fraction(0))
    stock = sum(each.backlog.open_cases for each in watched)
    limit = (due_on(deadline, department.on, book) - department.on).days
    if not inflow or not stock or limit <= 0:
        return None
    found = consistency(
        inflow_per_year=inflow, open_cases=stock, mean_turnaround_days=Fraction(limit)
    )
    return StockPart(found=found, sentence=consistency_sentence(found))


def _spans(case_class: CaseClass, deadline: str) -> bool:
    """Whether a deadline runs from a case's arrival to the end of its route."""
    clock = case_class.route[-1].clock
    return clock is not None and clock.deadline == deadline and clock.starts == ARRIVAL
