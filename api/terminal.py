"""What the command line writes: numbers in columns, a curve as bars, a refusal in one line."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from fractions import Fraction
from typing import TYPE_CHECKING, TypeVar

import typer

from capacity.errors import PlannerError
from capacity.rulebook import rulebook
from capacity.units import exact
from capacity.wording import Language, Text, date_in_words, percent, shown

if TYPE_CHECKING:
    from simulations.staffing import CurvePoint, StaffingCurve

_BAR = 24
"""Characters for all deadlines kept."""

Value = TypeVar("Value")


@contextmanager
def refusals_in(language: Language) -> Iterator[None]:
    """Say a refusal in one line on the error stream and end with code 2 (da: afvisning)."""
    try:
        yield
    except PlannerError as error:
        field = f"{error.field.replace('_', '-')}: " if error.field else ""
        typer.echo(field + error.message.in_language(language), err=True)
        raise typer.Exit(2) from error


def read(reader: Callable[[str], Value], field: str, written: str) -> Value:
    """Read one option; a refusal names it."""
    try:
        return reader(written)
    except PlannerError as error:
        error.field = field
        raise


def read_if_written(
    reader: Callable[[str], Value], field: str, written: str | None
) -> Value | None:
    """Read one option that may be left out."""
    return None if written is None else read(reader, field, written)


def numbers_written(rows: tuple[tuple[Text, Fraction | int, int], ...], language: Language) -> str:
    """Write labels and numbers, each with its digits, in two columns.

    >>> people = Text(da="ansatte", en="people")
    >>> numbers_written(((people, 32, 0), (people, Fraction("23.92"), 1)), "da").split()
    ['ansatte', '32', 'ansatte', '23,9']
    """
    labels = [label.in_language(language) for label, _, _ in rows]
    values = [shown(value, digits, language) for _, value, digits in rows]
    width, digits_wide = max(map(len, labels)), max(map(len, values))
    return "\n".join(
        f"{label:<{width}}  {value:>{digits_wide}}"
        for label, value in zip(labels, values, strict=True)
    )


def curve_written(curve: "StaffingCurve", language: Language) -> str:
    """Write a staffing curve as a table with bars, and what it may not be taken for."""
    question = curve.question
    team = question.department.team(question.team).label.in_language(language)
    title = _TITLE.in_language(language).format(
        department=question.department.name.in_language(language),
        team=team,
        deadline=rulebook()[question.deadline].label.in_language(language),
        rule=question.deadline,
        first=date_in_words(question.from_, language),
        last=date_in_words(question.to, language),
    )
    rows = [_curve_row(point, language) for point in curve.points]
    heading = _HEADING.in_language(language)
    footer = _FOOTER.in_language(language).format(
        replications=question.replications,
        seed=question.seed,
        model=curve.model_version,
        rules=curve.rules_version,
    )
    return "\n".join([title, "", heading, *rows, "", footer])


_TITLE = Text(
    da="{department} · {team}\n{deadline} ({rule})\n"
    "frister, der begynder og udløber fra {first} til {last}",
    en="{department} · {team}\n{deadline} ({rule})\n"
    "deadlines that start and fall due from {first} to {last}",
)
_HEADING = Text(
    da="ekstra  stillinger  til tiden   forskel    ét år for sig",
    en=" extra         FTE    in time   differs    a single year",
)
_FOOTER = Text(
    da="Rettidighed i denne model med disse inddata, ikke lovmedholdelighed. Modellen er ikke\n"
    "tilpasset afdelingens egen historie, og usikkerheden i antagelserne er ikke talt med.\n"
    "Forskel er i procentpoint fra 0 ekstra; ét år for sig rummer 95 % af de simulerede år.\n"
    "{replications} gentagelser, frø {seed}, model {model}, regler {rules}",
    en="Timeliness in this model with these inputs, not lawfulness. The model is not fitted to\n"
    "the department's own history, and what is unknown about the assumptions is not counted.\n"
    "Differs: percentage points from 0 extra. A single year: 95% of the simulated years.\n"
    "{replications} replications, seed {seed}, model {model}, rules {rules}",
)


def _curve_row(point: "CurvePoint", language: Language) -> str:
    share, gained = exact(point.share_in_time.value), exact(point.difference.value)
    low, high = (percent(exact(edge), language) for edge in (point.year_low, point.year_high))
    return (
        f"{shown(point.extra_fte, 2, language):>6}  {shown(point.case_fte, 2, language):>10}"
        f"  {percent(share, language):>9}  {shown(gained * 100, 0, language):>8}"
        f"  {f'{low} – {high}':>15}  {'█' * int(share * _BAR)}"
    )
