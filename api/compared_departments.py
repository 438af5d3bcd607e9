"""Departments side by side, as rows and a sentence (da: sammenligning af afdelinger).

Their figures come from a file with a row each, or from what is stored of each: its document, and
the newest case list that was accepted.
"""

from collections.abc import Sequence
from datetime import date
from fractions import Fraction
from typing import TYPE_CHECKING, Annotated

from api.answers import Answer, Exact, Label, Words
from api.comparison_sentences import place_in_words, ranking_sentence, table_sentence
from api.uploads import shown_value
from capacity.deadlines import deadline_rule
from capacity.department import Department
from capacity.department_comparison import (
    DepartmentFigures,
    DepartmentRow,
    FteDefinition,
    Measure,
    RankedRow,
    department_table,
    ranked,
)
from capacity.errors import InvalidInput, NoCapacity, PlannerError
from capacity.roster import available_hours, case_fte
from capacity.rulebook import rulebook
from capacity.wording import Text, date_in_words

if TYPE_CHECKING:  # numpy and the simulation are loaded by whoever reads a file or a list
    from api.imports.department_rows import DepartmentRow as RowOfFile
    from simulations.case_history import CaseHistory

USUAL_DEADLINE = "statute.child_assessment"
_SHARE = ("andel 0-1", "share 0-1")


class ComparedRow(Answer):
    """One department beside the others (da: afdeling).

    `rankable_by` are the measures by which these departments may be ranked at all. `place` and
    `ranked_by` only where a ranking was asked for; chance leaves the places from `place_best` to
    `place_worst` open.
    """

    name: Annotated[str, Label("afdeling", "department")]
    label: Annotated[Words, Label("afdelingens navn", "the department's name")]
    unit: Annotated[str, Label("sagsenhed", "case unit")]
    fte_definition: Annotated[str, Label("stillinger er", "posts are")]
    open_cases: Annotated[int, Label("åbne sager", "open cases", "sager", "cases")]
    fte: Annotated[Exact, Label("fuldtidsstillinger", "FTE", "fuldtidsstillinger", "FTE")]
    cases_per_fte: Annotated[
        Exact, Label("sagstal", "caseload", "sager/fuldtidsstilling", "cases/FTE")
    ]
    load: Annotated[Exact | None, Label("belastningsgrad", "load", *_SHARE)]
    in_time: Annotated[int | None, Label("til tiden", "in time", "frister", "deadlines")]
    due: Annotated[int | None, Label("forfaldne", "due", "frister", "deadlines")]
    share: Annotated[Exact | None, Label("andel til tiden", "share in time", *_SHARE)]
    interval_low: Annotated[float | None, Label("95 %-interval, nedre", "95%, low", *_SHARE)]
    interval_high: Annotated[float | None, Label("95 %-interval, øvre", "95%, high", *_SHARE)]
    few_cases: Annotated[bool, Label("få sager", "few cases")]
    rankable_by: Annotated[str, Label("kan rangordnes efter", "can be ranked by")]
    place: Annotated[int | None, Label("placering", "place")]
    place_best: Annotated[int | None, Label("bedste mulige", "best possible")]
    place_worst: Annotated[int | None, Label("ringeste mulige", "worst possible")]
    ranked_by: Annotated[str | None, Label("rangordnet efter", "ranked by")]
    place_in_words: Annotated[Words | None, Label("placering i ord", "place in words")]
    deadline: Annotated[str | None, Label("frist", "deadline")]
    law_from: Annotated[date | None, Label("regler fra", "rules from")]
    on: Annotated[date, Label("pr. dato", "on the day")]
    note: Annotated[Words | None, Label("bemærk", "note")]


def figures_of_row(row: "RowOfFile", deadline: str | None) -> DepartmentFigures:
    """Read the figures of a row of a file (da: rækkens tal).

    `deadline` is the rule where the row names none. `InvalidInput` names the row whose deadline is
    no rule of the planner's, or was not in force, and one that counts a deadline nobody has named.
    """
    rule = row.deadline or deadline
    if row.due is not None and rule is None:
        raise InvalidInput(
            Text(
                da=f"række {row.row} ({shown_value(row.name)}) tæller frister, men ikke hvilken; "
                "tilføj kolonnen frist, eller skriv deadline=… for dem alle",
                en=f"row {row.row} ({shown_value(row.name)}) counts deadlines and not which; add a "
                "column deadline, or write deadline=… for all of them",
            ),
            field=f"rows[{row.row}].deadline",
        )
    return DepartmentFigures(
        name=row.name,
        on=row.to,
        unit=row.unit,
        open_cases=row.open_cases,
        fte=row.fte,
        fte_definition=row.fte_definition,
        deadline=None if row.due is None else rule,
        law_from=None if row.due is None or rule is None else _one_law(rule, row),
        in_time=row.in_time,
        due=row.due,
    )


def _one_law(rule: str, row: "RowOfFile") -> date | None:
    """The law of the whole period; None where it changed meanwhile."""
    try:
        first, last = (
            deadline_rule(rule, day, rulebook()).value.valid_from for day in (row.from_, row.to)
        )
    except PlannerError as error:
        raise InvalidInput(
            Text(
                da=f"række {row.row} ({shown_value(row.name)}), frist: {error.message.da}",
                en=f"row {row.row} ({shown_value(row.name)}), deadline: {error.message.en}",
            ),
            field=f"rows[{row.row}].deadline",
        ) from error
    return first if first == last else None


def figures_of_stored(
    department: Department,
    history: "CaseHistory | None",
    deadline: str,
    *,
    from_: date | None = None,
    to: date | None = None,
) -> DepartmentFigures:
    """Read the figures of a stored department, on its own day (da: afdelingens tal).

    Timeliness is of its case list and of the newest law there is something due under; without a
    list, or where the list counts another unit, there is none. `NoCapacity` where nobody has an
    hour for cases that day: such a department has no caseload.
    """
    book, day = rulebook(), department.on
    posts = case_fte(department.roster, day, book["agreement.full_time_hours"].on(day).number)
    if not posts:
        raise _nobody(department)
    figures = DepartmentFigures(
        name=department.slug,
        on=day,
        unit=department.unit,
        open_cases=department.open_cases,
        fte=posts,
        fte_definition=FteDefinition.CASE_CARRYING,
        label=department.name,
        load=_load(department),
    )
    if history is None or history.unit is not department.unit:
        return figures
    from dataclasses import replace

    from api.observed_answers import counted_of

    counted = counted_of(history, from_=from_, to=to)
    laws = [row for row in counted.rows() if row.deadline == deadline and row.share is not None]
    if not laws:
        return figures
    row = max(laws, key=lambda each: each.law_from)
    return replace(
        figures, deadline=deadline, law_from=row.law_from, in_time=row.in_time, due=row.due
    )


def _nobody(department: Department) -> NoCapacity:
    slug, day = department.slug, department.on
    return NoCapacity(
        Text(
            da=f"{slug} har ingen med timer til sager {date_in_words(day, 'da')} og derfor intet "
            "sagstal; læs personalelisten ind (caseload import staff FIL --department "
            f"{slug} --accept, eller siden Ret afdelingen), eller udelad afdelingen",
            en=f"{slug} has nobody with hours for cases on {date_in_words(day, 'en')}, and so no "
            "caseload; import the payroll list (caseload import staff FILE --department "
            f"{slug} --accept, or the page Edit the department), or leave the department out",
        ),
        field="departments",
    )


def _load(department: Department) -> Fraction | None:
    """Hours of work a year over hours there are; None where some team's work is not described."""
    described = {each.team for each in department.case_classes} | {
        episode.team for each in department.case_classes for episode in each.episodes
    }
    hours = available_hours(department.roster, department.on, rulebook())
    if not hours or not {each.slug for each in department.teams} <= described:
        return None
    return sum((each.yearly_hours for each in department.case_classes), Fraction(0)) / hours


def compared(
    figures: Sequence[DepartmentFigures], rank: Measure | None
) -> tuple[tuple[ComparedRow, ...], Text]:
    """Put departments side by side, and rank them where that is asked (da: sammenlign).

    `InvalidInput` where two have the same name, and where a ranking was asked for that cannot be.
    """
    rows = department_table(figures)
    refusals = {by: _refused(rows, by) for by in Measure}
    rankable = ";".join(by.value for by, refusal in refusals.items() if refusal is None)
    if rank is None:
        # Nothing was asked for, so the sentence says which rankings there cannot be.
        return tuple(_row(each, None, rankable) for each in rows), table_sentence(rows, refusals)
    if (refusal := refusals[rank]) is not None:
        refusal.field = "rank"
        raise refusal
    placed = ranked(rows, rank)
    return tuple(_row(each.row, each, rankable) for each in placed), ranking_sentence(placed)


def _refused(rows: Sequence[DepartmentRow], by: Measure) -> InvalidInput | None:
    try:
        ranked(rows, by)
    except InvalidInput as refusal:
        return refusal
    return None


def _row(row: DepartmentRow, placed: RankedRow | None, rankable: str) -> ComparedRow:
    figures, interval = row.figures, row.interval
    return ComparedRow(
        name=figures.name,
        label=figures.label or Text(da=figures.name, en=figures.name),
        unit=figures.unit.value,
        fte_definition=figures.fte_definition.value,
        open_cases=figures.open_cases,
        fte=figures.fte,
        cases_per_fte=row.cases_per_fte,
        load=figures.load,
        in_time=figures.in_time,
        due=figures.due,
        share=row.share_in_time,
        interval_low=None if interval is None else interval.low,
        interval_high=None if interval is None else interval.high,
        few_cases=row.few_cases,
        rankable_by=rankable,
        place=None if placed is None else placed.place,
        place_best=None if placed is None else placed.best,
        place_worst=None if placed is None else placed.worst,
        ranked_by=None if placed is None else placed.by.value,
        place_in_words=None if placed is None else place_in_words(placed),
        deadline=figures.deadline,
        law_from=figures.law_from,
        on=figures.on,
        note=_note(row),
    )


def _note(row: DepartmentRow) -> Text | None:
    if row.share_in_time is None:
        return _NOT_COUNTED
    if row.figures.law_from is None:
        return _TWO_LAWS
    return _FEW if row.few_cases else None


_NOT_COUNTED = Text(da="Rettidigheden er ikke talt op.", en="The timeliness has not been counted.")
_TWO_LAWS = Text(
    da="Optællingen går hen over en lovændring.", en="The count goes across a change of law."
)
_FEW = Text(
    da="Få sager: tilfældigheder alene kan flytte andelen mange procentpoint.",
    en="Few cases: chance alone can move the share by many percentage points.",
)
