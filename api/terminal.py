"""What the command line writes: numbers in columns, a curve as bars, a refusal in one line."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from fractions import Fraction
from textwrap import fill
from typing import TYPE_CHECKING, TypeVar

import typer

from api.privacy import masked
from capacity.errors import PlannerError
from capacity.rulebook import rulebook
from capacity.units import exact
from capacity.wording import Language, Text, date_in_words, percent, shown

if TYPE_CHECKING:
    from simulations.staffing import CurvePoint, StaffingCurve

_BAR = 24
"""Characters for all deadlines kept."""
_LINE = 88
"""Characters in a line of prose."""
_OPTIONS = {"extra_fte": "extra"}
"""What an option is called where the model's field has another name."""

Value = TypeVar("Value")
Written = TypeVar("Written")


@contextmanager
def refusals_in(language: Language) -> Iterator[None]:
    """Say a refusal in one line on the error stream and end with code 2 (da: afvisning).

    Whatever looks like a CPR number is hidden: a refusal may quote what was written.
    """
    try:
        yield
    except PlannerError as error:
        said = error.message.in_language(language)
        if error.field:
            said = f"{_OPTIONS.get(error.field, error.field).replace('_', '-')}: {said}"
        typer.echo(masked(said), err=True)
        raise typer.Exit(2) from error


def read(reader: Callable[[Written], Value], field: str, written: Written) -> Value:
    """Read one option; a refusal names it."""
    try:
        return reader(written)
    except PlannerError as error:
        error.field = field
        raise


def read_if_written(
    reader: Callable[[Written], Value], field: str, written: Written | None
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
    """Write a staffing curve: in words, as a table with bars, and what it may not be taken for."""
    from simulations.sentences import curve_sentence  # the simulation loads slowly

    question, book = curve.question, rulebook()
    title = _TITLE.in_language(language).format(
        department=question.department.name.in_language(language),
        team=question.department.team(question.team).label.in_language(language),
        deadline=book[question.deadline].label.in_language(language),
        rule=question.deadline,
        first=date_in_words(question.from_, language),
        last=date_in_words(question.to, language),
    )
    words = curve_sentence(curve, book).in_language(language)
    sentence = fill(words, _LINE, break_on_hyphens=False)
    headings = [heading.in_language(language) for heading in _HEADINGS]
    table = _aligned([headings, *(_curve_row(point, language) for point in curve.points)])
    footer = _FOOTER.in_language(language).format(
        replications=question.replications,
        seed=question.seed,
        model=curve.model_version,
        rules=curve.rules_version,
    )
    return "\n\n".join([title, sentence, table, footer])


_TITLE = Text(
    da="{department} · {team}\n{deadline} ({rule})\n"
    "frister, der begynder og udløber fra {first} til {last}",
    en="{department} · {team}\n{deadline} ({rule})\n"
    "deadlines that start and fall due from {first} to {last}",
)
_HEADINGS = (
    Text(da="ekstra", en="extra"),
    Text(da="stillinger", en="FTE"),
    Text(da="til tiden", en="in time"),
    Text(da="simuleret", en="simulated"),
    Text(da="forskel", en="differs"),
    Text(da="ét år for sig", en="a single year"),
    Text(da="", en=""),
)
_FOOTER = Text(
    da="Simuleret er simuleringens usikkerhed om andelen til tiden (95 %-interval).\n"
    "Forskel er i procentpoint fra 0 ekstra; ét år for sig rummer 95 % af de simulerede år.\n"
    "Rettidighed i denne model med disse inddata, ikke lovmedholdelighed. Modellen er ikke\n"
    "tilpasset afdelingens egen historie, og usikkerheden i antagelserne er ikke talt med.\n"
    "{replications} gentagelser, frø {seed}, model {model}, regler {rules}",
    en="Simulated: the simulation's uncertainty about the share in time (95% interval).\n"
    "Differs: percentage points from 0 extra. A single year: 95% of the simulated years.\n"
    "Timeliness in this model with these inputs, not lawfulness. The model is not fitted to\n"
    "the department's own history, and what is unknown about the assumptions is not counted.\n"
    "{replications} replications, seed {seed}, model {model}, rules {rules}",
)


def _curve_row(point: "CurvePoint", language: Language) -> list[str]:
    in_time = point.share_in_time
    return [
        shown(point.extra_fte, 2, language),
        shown(point.case_fte, 2, language),
        percent(exact(in_time.value), language),
        _percent_range(in_time.low, in_time.high, language, digits=1),
        shown(exact(point.difference.value) * 100, 0, language),
        _percent_range(point.year_low, point.year_high, language),
        "█" * int(in_time.value * _BAR),
    ]


def _percent_range(low: float, high: float, language: Language, *, digits: int = 0) -> str:
    first = shown(exact(low) * 100, digits, language)
    return f"{first}–{percent(exact(high), language, digits)}"


def _aligned(rows: Sequence[Sequence[str]]) -> str:
    """Set columns to the right, as numbers are read, and the last, of bars, to the left."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join(
        "  ".join(
            [*(f"{cell:>{width}}" for cell, width in zip(row[:-1], widths, strict=False)), row[-1]]
        ).rstrip()
        for row in rows
    )
